/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * table_record.c - columns of records made here, byte by byte, in both formats
 * of tagged columns; and what is said of records that are not what they should be.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "format/compress.h"
#include "table/record.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEMPLATE     0x80000000u

/* Header byte of tagged data, and flags of the array's entries. */
enum
{
    LONG = 1,
    COMPRESSED = 2,
    SEPARATED = 4,
    MANY = 8,
    TWO = 16,
    NONE = 32
};

/* ---- a table --------------------------------------------------------------------- */

static const uint8_t default_long[] = { 0x11, 0x22, 0x33, 0x44 };

#define DEFAULT .default_value = default_long, .default_size = 4

static struct column columns[] = {
    { .id = 1, .fid = 1, .type = JET_coltypLong, .max_size = 4, .fixed_offset = 4 },
    { .id = 2, .fid = 2, .type = JET_coltypUnsignedByte, .max_size = 1, .fixed_offset = 8 },
    { .id = 3, .fid = 3, .type = JET_coltypNil, .max_size = 2, .fixed_offset = 9 },
    { .id = 4, .fid = 4, .type = JET_coltypBinary, .max_size = 5, .fixed_offset = 11 },
    { .id = 5, .fid = 5, .type = JET_coltypLong, .max_size = 4, .fixed_offset = 16, DEFAULT },
    { .id = 128, .fid = 128, .type = JET_coltypText, .code_page = 1252, .max_size = 255 },
    { .id = 129, .fid = 129, .type = JET_coltypBinary, .max_size = 255 },
    { .id = 130, .fid = 130, .type = JET_coltypBinary, .max_size = 255, DEFAULT },
    { .id = 256, .fid = 256, .type = JET_coltypLong, .max_size = 4 },
    { .id = 257, .fid = 257, .type = JET_coltypLongBinary },
    { .id = 258, .fid = 258, .type = JET_coltypLongText, .code_page = 1252, DEFAULT },
    { .id = 259, .fid = 259, .type = JET_coltypNil },
    { .id = 260, .fid = 260, .type = JET_coltypText, .code_page = 1252, .max_size = 255, DEFAULT },
    { .id = 300, .fid = 300, .type = JET_coltypLongBinary, .callback = "module!function", .has_callback = true },
};

static const struct column *defaults[] = { &columns[10], &columns[12], &columns[13] };

static struct table table_of(bool large)
{
    return (struct table){
        .columns = columns,
        .column_count = COUNT(columns),
        .fixed = columns,
        .fixed_count = 5,
        .variable = columns + 5,
        .variable_count = 3,
        .tagged = columns + 8,
        .tagged_count = 6,
        .large_pages = large,
        .tagged_first = 256,
        .tagged_defaults = defaults,
        .tagged_default_count = 3,
    };
}

static const struct column *column_of(const struct table *table, JET_COLUMNID id)
{
    const struct column *column = table_column_by_id(table, id);

    assert_non_null(column);
    return column;
}

/* ---- a record ---------------------------------------------------------------------- */

struct tagged
{
    uint16_t fid;
    bool derived;
    uint8_t header;
    const void *data;
    uint32_t size;
};

struct bytes
{
    uint8_t data[2048];
    uint32_t size;
};

static void put(struct bytes *to, const void *data, uint32_t size)
{
    memcpy(to->data + to->size, data, size);
    to->size += size;
}

static void put16(struct bytes *to, uint32_t value)
{
    uint8_t bytes[2] = { (uint8_t)value, (uint8_t)(value >> 8) };

    put(to, bytes, 2);
}

/* Fixed columns 1 to 4 and variable ones 128, 129 as every record here has them. */
static void put_plain(struct bytes *to)
{
    static const uint8_t fixed[] = { 4, 129, 17, 0, 0x78, 0x56, 0x34, 0x12, 0xff, 0, 0, 'f', 'i', 'x', 'e', 'd' };

    to->size = 0;
    put(to, fixed, sizeof(fixed));
    put(to, "\x02", 1); /* the second column is NULL */
    put16(to, 3);
    put16(to, 3); /* zero length */
    put(to, "abc", 3);
}

static void put_tagged(struct bytes *to, bool large, const struct tagged *list, unsigned count)
{
    struct bytes behind = { .size = 0 };

    for (unsigned i = 0; i < count; i++)
    {
        const struct tagged *one = &list[i];
        uint32_t offset = count * 4 + behind.size, flags = one->derived ? 0x8000 : 0;

        if (large)
            put(&behind, &one->header, 1);
        else if (one->header & NONE)
            flags |= 0x2000;
        else if (one->header)
        {
            flags |= 0x4000;
            put(&behind, &one->header, 1);
        }
        if (one->size)
            put(&behind, one->data, one->size);
        put16(to, one->fid);
        put16(to, offset | flags);
    }
    put(to, behind.data, behind.size);
}

static struct record record_of(const struct bytes *bytes)
{
    return (struct record){ bytes->data, bytes->size };
}

static void expect(const struct table *table, const struct bytes *bytes, JET_COLUMNID id, uint32_t sequence,
                   const void *data, uint32_t size, uint32_t count)
{
    struct record_value value;
    uint8_t out[256];
    uint32_t actual;

    assert_int_equal(record_column(table, record_of(bytes), column_of(table, id), sequence, true, &value), 0);
    assert_false(value.null);
    assert_int_equal(value.count, count);
    assert_int_equal(record_read_value(table, NULL, &value, 0, out, sizeof(out), &actual), 0);
    assert_int_equal(actual, size);
    if (size)
        assert_memory_equal(out, data, size);
}

static void expect_null(const struct table *table, const struct bytes *bytes, JET_COLUMNID id, uint32_t sequence,
                        bool is_default, uint32_t count)
{
    struct record_value value;

    assert_int_equal(record_column(table, record_of(bytes), column_of(table, id), sequence, false, &value), 0);
    assert_true(value.null);
    assert_int_equal(value.is_default, is_default);
    assert_int_equal(value.count, count);
    assert_int_equal(record_read_value(table, NULL, &value, 0, NULL, 0, NULL), JET_wrnColumnNull);
}

/* ---- tests --------------------------------------------------------------------------- */

static void plain_columns(void **state)
{
    struct table table = table_of(false);
    struct record_summary summary;
    struct record_value value;
    struct bytes bytes;

    (void)state;
    put_plain(&bytes);
    expect(&table, &bytes, 1, 1, "\x78\x56\x34\x12", 4, 1);
    expect_null(&table, &bytes, 2, 1, false, 0);
    expect(&table, &bytes, 4, 1, "fixed", 5, 1);
    expect(&table, &bytes, 5, 1, default_long, 4, 0);
    expect_null(&table, &bytes, 5, 1, true, 0);
    expect(&table, &bytes, 128, 1, "abc", 3, 1);
    expect(&table, &bytes, 129, 1, "", 0, 1);
    expect(&table, &bytes, 130, 1, default_long, 4, 0);
    assert_int_equal(record_column(&table, record_of(&bytes), &columns[2], 1, true, &value), JET_errColumnNotFound);
    assert_null(table_column_by_id(&table, 3));

    assert_int_equal(record_summary(record_of(&bytes), &summary), 0);
    assert_int_equal(summary.last_fixed, 4);
    assert_int_equal(summary.last_variable, 129);
    assert_int_equal(summary.fixed_size, 12);
    assert_int_equal(summary.null_bits_size, 1);
    assert_int_equal(summary.offsets_size, 4);
    assert_int_equal(summary.variable_size, 3);

    /* A variable column that is NULL. */
    bytes.data[17 + 1] |= 0x80;
    bytes.data[17] = 0;
    expect_null(&table, &bytes, 128, 1, false, 0);
    expect(&table, &bytes, 129, 1, "abc", 3, 1);
}

static void smallest_record(void **state)
{
    static const struct bytes bytes = { { 0, 127, 4, 0 }, 4 };
    struct record_columns walk = { .with_defaults = true, .with_computed = true };
    struct record_tagged tagged = { 0 };
    struct table table = table_of(true);

    (void)state;
    expect_null(&table, &bytes, 1, 1, true, 0);
    expect_null(&table, &bytes, 129, 1, true, 0);
    expect_null(&table, &bytes, 256, 1, true, 0);
    expect(&table, &bytes, 260, 1, default_long, 4, 0);
    expect_null(&table, &bytes, 260, 2, true, 0);
    assert_int_equal(record_tagged_next(&table, record_of(&bytes), &tagged), JET_errNoCurrentRecord);
    for (unsigned i = 0; i < COUNT(defaults); i++)
    {
        assert_int_equal(record_columns_next(&table, record_of(&bytes), &walk), 0);
        assert_false(walk.in_record);
        assert_ptr_equal(walk.column, defaults[i]);
    }
    assert_int_equal(record_columns_next(&table, record_of(&bytes), &walk), JET_errNoCurrentRecord);
    assert_int_equal(record_columns_next(&table, record_of(&bytes), &walk), JET_errNoCurrentRecord);
}

static void tagged_columns(bool large)
{
    static const uint8_t many[] = { 6, 0, 8, 0, 8, 0x80, 'a', 'b', 5, 0, 0, 0 };
    static const struct tagged list[] = {
        { 256, false, 0, "\1\2\3\4", 4 },
        { 257, false, LONG | MANY, many, sizeof(many) },
        { 258, false, NONE, NULL, 0 },
        { 259, false, 0, "gone", 4 },
        { 260, false, MANY | TWO, "\3onetwo2", 8 },
    };
    struct record_columns walk = { .with_defaults = true };
    static const JET_COLUMNID ids[] = { 256, 257, 258, 0, 260 };
    static const uint32_t values[] = { 1, 3, 0, 1, 2 };
    struct table table = table_of(large);
    struct record_value value;
    struct bytes bytes;

    put_plain(&bytes);
    put_tagged(&bytes, large, list, COUNT(list));
    expect(&table, &bytes, 1, 1, "\x78\x56\x34\x12", 4, 1);
    expect(&table, &bytes, 256, 1, "\1\2\3\4", 4, 1);
    expect_null(&table, &bytes, 256, 2, false, 1);
    expect_null(&table, &bytes, 256, 0, false, 0);
    expect(&table, &bytes, 257, 1, "ab", 2, 3);
    expect(&table, &bytes, 257, 2, "", 0, 3);
    expect_null(&table, &bytes, 257, 4, false, 3);
    expect_null(&table, &bytes, 257, UINT32_MAX, false, 3);
    expect_null(&table, &bytes, 258, 1, false, 0);
    expect(&table, &bytes, 260, 1, "one", 3, 2);
    expect(&table, &bytes, 260, 2, "two2", 4, 2);
    expect_null(&table, &bytes, 260, 3, false, 2);

    /* The third is separated; there is no tree to look in. */
    assert_int_equal(record_column(&table, record_of(&bytes), column_of(&table, 257), 3, true, &value), 0);
    assert_true(value.separated);
    assert_int_equal(value.size, 4);
    assert_int_equal(record_read_value(&table, NULL, &value, 0, NULL, 0, NULL), JET_errLVCorrupted);

    /* A computed default. */
    assert_int_equal(record_column(&table, record_of(&bytes), column_of(&table, 300), 1, true, &value), 0);
    assert_true(value.user_default && value.null);

    for (unsigned i = 0; i < COUNT(ids); i++)
    {
        assert_int_equal(record_columns_next(&table, record_of(&bytes), &walk), 0);
        assert_true(walk.in_record);
        assert_int_equal(walk.column ? walk.column->id : 0, ids[i]);
        assert_int_equal(walk.tagged.values, values[i]);
    }
    assert_int_equal(record_columns_next(&table, record_of(&bytes), &walk), JET_errNoCurrentRecord);
}

static void tagged_small(void **state)
{
    (void)state;
    tagged_columns(false);
}
static void tagged_large(void **state)
{
    (void)state;
    tagged_columns(true);
}

static void compressed_values(void **state)
{
    static const char text[] = "plain text of seven bits a character, which is shorter so";
    uint8_t packed[64 + 8], out[128];
    struct bytes bytes;
    struct table table;
    struct record_value value;
    size_t size;
    uint32_t actual;

    (void)state;
    assert_int_equal(compress_encode((const uint8_t *)text, sizeof(text), COMPRESS_7BIT, packed + 4, 64, &size), 0);
    /* Alone, and the first of two; the second of which is never compressed. */
    memcpy(packed, "\4\0", 2);
    packed[2] = (uint8_t)(4 + size);
    packed[3] = 0;
    memcpy(packed + 4 + size, "xy", 2);
    for (int large = 0; large <= 1; large++)
    {
        const struct tagged list[] = {
            { 257, false, LONG | COMPRESSED, packed + 4, (uint32_t)size },
            { 258, false, LONG | COMPRESSED | MANY, packed, (uint32_t)size + 6 },
        };

        table = table_of(large);
        put_plain(&bytes);
        put_tagged(&bytes, large, list, 2);
        expect(&table, &bytes, 257, 1, text, sizeof(text), 1);
        expect(&table, &bytes, 258, 1, text, sizeof(text), 2);
        expect(&table, &bytes, 258, 2, "xy", 2, 2);
        assert_int_equal(record_column(&table, record_of(&bytes), column_of(&table, 257), 1, true, &value), 0);
        for (uint32_t offset = 0; offset < sizeof(text) + 3; offset++)
        {
            uint32_t rest = offset < sizeof(text) ? sizeof(text) - offset : 0;

            for (uint32_t room = 0; room < 70; room += 23)
            {
                assert_int_equal(record_read_value(&table, NULL, &value, offset, out, room, &actual),
                                 rest > room ? JET_wrnBufferTruncated : 0);
                assert_int_equal(actual, rest);
                assert_memory_equal(out, text + (rest ? offset : 0), rest < room ? rest : room);
            }
        }
    }
}

/* A derived table's record has its template's columns first; those of old templates have no mark. */
static void inherited_columns(void **state)
{
    struct column own[] = {
        { .id = TEMPLATE | 256, .fid = 256, .type = JET_coltypLong, .from_template = true },
        { .id = TEMPLATE | 257, .fid = 257, .type = JET_coltypLong, .from_template = true, .marked_inherited = true },
        { .id = 257, .fid = 257, .type = JET_coltypLong },
        { .id = 258, .fid = 258, .type = JET_coltypLong },
    };
    static const struct tagged list[] = {
        { 257, true, 0, "mark", 4 },
        { 256, false, 0, "old.", 4 },
        { 257, false, 0, "own.", 4 },
    };
    struct table template_table = { .name = "template" };
    struct table table = { .columns = own,
                           .column_count = 4,
                           .fixed = own,
                           .variable = own,
                           .tagged = own,
                           .tagged_count = 4,
                           .tagged_first = 257,
                           .old_template = true,
                           .template_table = &template_table };
    static const JET_COLUMNID ids[] = { TEMPLATE | 257, TEMPLATE | 256, 257 };
    struct record_tagged walk = { 0 };
    struct bytes bytes;

    (void)state;
    put_plain(&bytes);
    put_tagged(&bytes, false, list, 3);
    expect(&table, &bytes, TEMPLATE | 256, 1, "old.", 4, 1);
    expect(&table, &bytes, TEMPLATE | 257, 1, "mark", 4, 1);
    expect(&table, &bytes, 257, 1, "own.", 4, 1);
    expect_null(&table, &bytes, 258, 1, true, 0);
    for (unsigned i = 0; i < COUNT(ids); i++)
    {
        assert_int_equal(record_tagged_next(&table, record_of(&bytes), &walk), 0);
        assert_int_equal(walk.id, ids[i]);
        assert_ptr_equal(walk.column, table_column_by_id(&table, ids[i]));
        assert_int_equal(walk.inherited, ids[i] >> 31);
    }
    assert_int_equal(record_tagged_next(&table, record_of(&bytes), &walk), JET_errNoCurrentRecord);
}

/* ---- damage ----------------------------------------------------------------------------- */

static void assert_tolerable(JET_ERR err)
{
    switch (err)
    {
    case JET_errSuccess:
    case JET_wrnColumnNull:
    case JET_wrnBufferTruncated:
    case JET_errDatabaseCorrupted:
    case JET_errLVCorrupted:
    case JET_errDecompressionFailed:
    case JET_errColumnNoEncryptionKey:
    case JET_errNoCurrentRecord:
        return;
    default:
        fail_msg("error %d", (int)err);
    }
}

/* Everything that can be asked of a record, of exactly its bytes. */
static void ask_everything(const struct table *table, const uint8_t *data, uint32_t size)
{
    uint8_t *exact = malloc(size ? size : 1), out[64];
    struct record record = { exact, size };
    struct record_columns walk = { .with_defaults = true };
    struct record_summary summary;
    struct record_value value;
    unsigned steps = 0;
    JET_ERR err;

    memcpy(exact, data, size);
    assert_tolerable(record_summary(record, &summary));
    for (unsigned i = 0; i < table->column_count; i++)
    {
        if (table->columns[i].type == JET_coltypNil)
            continue;
        for (uint32_t sequence = 0; sequence < 5; sequence++)
        {
            err = record_column(table, record, &table->columns[i], sequence, true, &value);
            assert_tolerable(err);
            if (err >= 0)
            {
                assert_tolerable(record_read_value(table, NULL, &value, 0, out, sizeof(out), NULL));
                assert_tolerable(record_read_value(table, NULL, &value, 1, out, sizeof(out), NULL));
            }
        }
    }
    while ((err = record_columns_next(table, record, &walk)) >= 0)
    {
        assert_true(steps++ < 2000);
        for (uint32_t sequence = 1; walk.in_record && sequence <= walk.tagged.values && sequence < 5; sequence++)
        {
            err = record_tagged_value(&walk.tagged, sequence, &value);
            assert_tolerable(err);
            if (err >= 0)
                assert_tolerable(record_read_value(table, NULL, &value, 0, out, sizeof(out), NULL));
        }
    }
    assert_tolerable(err);
    free(exact);
}

static void damaged_records(bool large)
{
    static const uint8_t many[] = { 6, 0, 8, 0, 10, 0x80, 'a', 'b', 'c', 'd', 5, 0, 0, 0 };
    static const struct tagged list[] = {
        { 256, true, 0, "\1\2\3\4", 4 },
        { 256, false, 0, "\1\2\3\4", 4 },
        { 257, false, LONG | MANY, many, sizeof(many) },
        { 258, false, LONG | SEPARATED, "\5\0\0\0", 4 },
        { 260, false, MANY | TWO, "\3onetwo2", 8 },
        { 300, false, LONG | COMPRESSED, "\x0c\xe9\x32\x9b\xfd\x06", 6 },
    };
    struct table table = table_of(large);
    struct bytes bytes;

    put_plain(&bytes);
    put_tagged(&bytes, large, list, COUNT(list));
    ask_everything(&table, bytes.data, bytes.size);
    for (uint32_t size = 0; size < bytes.size; size++)
        ask_everything(&table, bytes.data, size);
    for (uint32_t at = 0; at < bytes.size; at++)
    {
        uint8_t right = bytes.data[at];

        for (unsigned wrong = 0; wrong < 256; wrong++)
        {
            bytes.data[at] = (uint8_t)wrong;
            ask_everything(&table, bytes.data, bytes.size);
        }
        bytes.data[at] = right;
    }
    /* Any two bytes of the heads of its parts. */
    for (uint32_t at = 0; at < 60; at++)
    {
        static const uint8_t wrong[] = { 0, 1, 4, 0x7f, 0x80, 0xff };
        uint8_t right[2] = { bytes.data[at], bytes.data[at + 1] };

        for (unsigned i = 0; i < COUNT(wrong) * COUNT(wrong); i++)
        {
            bytes.data[at] = wrong[i % COUNT(wrong)];
            bytes.data[at + 1] = wrong[i / COUNT(wrong)];
            ask_everything(&table, bytes.data, bytes.size);
        }
        memcpy(bytes.data + at, right, 2);
    }
}

static void damage_small(void **state)
{
    (void)state;
    damaged_records(false);
}
static void damage_large(void **state)
{
    (void)state;
    damaged_records(true);
}

/* What each kind of damage is called. */
static void named_damage(void **state)
{
    static const struct
    {
        JET_COLUMNID id; /* column that is asked for */
        uint32_t at;
        uint8_t wrong;
        JET_ERR err;
    } damages[] = {
        { 1, 2, 3, JET_errDatabaseCorrupted },       /* fixed part ends in the header */
        { 1, 3, 0x40, JET_errDatabaseCorrupted },    /* or behind the record */
        { 4, 2, 16, JET_errDatabaseCorrupted },      /* or in the last column */
        { 128, 0, 200, JET_errDatabaseCorrupted },   /* more fixed columns than there are */
        { 128, 1, 255, JET_errDatabaseCorrupted },   /* offsets of variable columns lie behind the record */
        { 128, 17, 9, JET_errDatabaseCorrupted },    /* a variable column ends behind the next */
        { 256, 20, 0x70, JET_errDatabaseCorrupted }, /* the tagged part begins behind the record */
        { 256, 26, 0, JET_errDatabaseCorrupted },    /* the first column lies in the array */
        { 256, 26, 9, JET_errDatabaseCorrupted },    /* or between two entries of it */
        { 256, 30, 8, JET_errDatabaseCorrupted },    /* the second before the first */
        { 257, 34, 0xff, JET_errDatabaseCorrupted }, /* or ends behind the record */
        { 257, 41, 1, JET_errDatabaseCorrupted },    /* offsets of values: half a one */
        { 257, 41, 0, JET_errDatabaseCorrupted },    /* none */
        { 257, 41, 40, JET_errDatabaseCorrupted },   /* more than the column has */
        { 257, 43, 1, JET_errDatabaseCorrupted },    /* the second begins before the first */
        { 260, 48, 200, JET_errDatabaseCorrupted },  /* the first of two is longer than both */
    };
    static const struct tagged list[] = {
        { 256, false, 0, "\1\2\3\4", 4 },
        { 257, false, LONG | MANY, "\4\0\5\0ab", 6 },
        { 260, false, MANY | TWO, "\1xy", 3 },
    };
    struct table table = table_of(false);
    struct record_value value;
    struct bytes bytes;

    (void)state;
    for (unsigned i = 0; i < COUNT(damages); i++)
    {
        JET_ERR err;

        put_plain(&bytes);
        put_tagged(&bytes, false, list, COUNT(list));
        assert_int_equal(bytes.size, 51);
        bytes.data[damages[i].at] = damages[i].wrong;
        err = record_column(&table, record_of(&bytes), column_of(&table, damages[i].id), 1, true, &value);
        if (err != damages[i].err)
            print_error("damage %u\n", i);
        assert_int_equal(err, damages[i].err);
        assert_true(value.null);
    }
    /* A walk sees entries that are out of order, or not of tagged columns. */
    for (unsigned i = 0; i < 2; i++)
    {
        struct record_tagged walk = { 0 };

        put_plain(&bytes);
        put_tagged(&bytes, false, list, COUNT(list));
        bytes.data[24 + 4 + i] = 0; /* 257 becomes 256, or 1 */
        assert_int_equal(record_tagged_next(&table, record_of(&bytes), &walk), 0);
        assert_int_equal(record_tagged_next(&table, record_of(&bytes), &walk), JET_errDatabaseCorrupted);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_columns), cmocka_unit_test(smallest_record),   cmocka_unit_test(tagged_small),
        cmocka_unit_test(tagged_large),  cmocka_unit_test(compressed_values), cmocka_unit_test(inherited_columns),
        cmocka_unit_test(damage_small),  cmocka_unit_test(damage_large),      cmocka_unit_test(named_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
