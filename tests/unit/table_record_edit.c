/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * table_record_edit.c - columns of records set at random, against a plain list
 * of what each column should have; on small and large pages, until records are full.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "format/compress.h"
#include "table/record_edit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEMPLATE     0x80000000u
#define VALUES_MAX   40

/* ---- a table --------------------------------------------------------------------- */

static const uint8_t default_bytes[] = { 0x11, 0x22, 0x33, 0x44 };

#define DEFAULT .default_value = default_bytes, .default_size = 4, .disk_flags = COLUMN_DEFAULT
#define MULTI   .disk_flags = COLUMN_MULTIVALUED

static struct column columns[] = {
    { .id = 1, .fid = 1, .type = JET_coltypLong, .max_size = 4, .fixed_offset = 4 },
    { .id = 2, .fid = 2, .type = JET_coltypBit, .max_size = 1, .fixed_offset = 8 },
    { .id = 3, .fid = 3, .type = JET_coltypNil, .max_size = 2, .fixed_offset = 9 },
    { .id = 4, .fid = 4, .type = JET_coltypText, .code_page = 1252, .max_size = 6, .fixed_offset = 11 },
    { .id = 5, .fid = 5, .type = JET_coltypLong, .max_size = 4, .fixed_offset = 17, DEFAULT },
    { .id = 6, .fid = 6, .type = JET_coltypBinary, .max_size = 5, .fixed_offset = 21 },
    { .id = 7, .fid = 7, .type = JET_coltypShort, .max_size = 2, .fixed_offset = 26 },
    { .id = 8, .fid = 8, .type = JET_coltypLong, .max_size = 4, .fixed_offset = 28 },
    { .id = 9, .fid = 9, .type = JET_coltypGUID, .max_size = 16, .fixed_offset = 32 },
    { .id = 10, .fid = 10, .type = JET_coltypLong, .max_size = 4, .fixed_offset = 48, DEFAULT },
    { .id = 128, .fid = 128, .type = JET_coltypText, .code_page = 1252, .max_size = 255 },
    { .id = 129, .fid = 129, .type = JET_coltypBinary, .max_size = 255, DEFAULT },
    { .id = 130, .fid = 130, .type = JET_coltypBinary, .max_size = 100 },
    { .id = 131, .fid = 131, .type = JET_coltypNil },
    { .id = 132, .fid = 132, .type = JET_coltypBinary, .max_size = 255 },
    { .id = 133, .fid = 133, .type = JET_coltypBinary, .max_size = 255, DEFAULT },
    { .id = 134, .fid = 134, .type = JET_coltypBinary, .max_size = 255 },
    { .id = TEMPLATE | 256,
      .fid = 256,
      .type = JET_coltypLongBinary,
      .from_template = true,
      .marked_inherited = true,
      MULTI },
    { .id = TEMPLATE | 257,
      .fid = 257,
      .type = JET_coltypLong,
      .max_size = 4,
      .from_template = true,
      .marked_inherited = true,
      MULTI },
    { .id = 256, .fid = 256, .type = JET_coltypLong, .max_size = 4, MULTI },
    { .id = 257, .fid = 257, .type = JET_coltypLongBinary, MULTI },
    { .id = 258, .fid = 258, .type = JET_coltypLongText, .code_page = 1252, DEFAULT },
    { .id = 260,
      .fid = 260,
      .type = JET_coltypText,
      .code_page = 1252,
      .max_size = 255,
      .default_value = default_bytes,
      .default_size = 4,
      .disk_flags = COLUMN_DEFAULT | COLUMN_MULTIVALUED },
    { .id = 261, .fid = 261, .type = JET_coltypBinary, .max_size = 255, MULTI },
    { .id = 262, .fid = 262, .type = JET_coltypLongBinary, .max_size = 300, MULTI },
    { .id = 263, .fid = 263, .type = JET_coltypBit, .max_size = 1, MULTI },
};

enum
{
    FIXED = 10,
    VARIABLE = 7
};

static struct database database;
static struct index sequential;

static struct table table_of(uint32_t page_size)
{
    database.page_size = page_size;
    return (struct table){
        .database = &database,
        .columns = columns,
        .column_count = COUNT(columns),
        .fixed = columns,
        .fixed_count = FIXED,
        .variable = columns + FIXED,
        .variable_count = VARIABLE,
        .tagged = columns + FIXED + VARIABLE,
        .tagged_count = COUNT(columns) - FIXED - VARIABLE,
        .large_pages = page_size > 8192,
        .tagged_first = 256,
        .primary = &sequential,
        .fixed_default_last = 10,
        .variable_default_last = 133,
    };
}

/* ---- what it should have --------------------------------------------------------- */

struct value
{
    uint8_t data[2000];
    uint32_t size;
    bool separated, compressed;
};

struct expected
{
    bool defaulted; /* nothing is in the record */
    uint32_t count;
    struct value *values[VALUES_MAX];
};

static struct expected expected[COUNT(columns)];
static uint64_t seed;

static uint32_t rnd(uint32_t n)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (uint32_t)((seed * 0x2545f4914f6cdd1dull) >> 33) % n;
}

static bool is_long(const struct column *column)
{
    return column->type == JET_coltypLongBinary || column->type == JET_coltypLongText;
}

static void forget(struct expected *one)
{
    while (one->count)
        free(one->values[--one->count]);
}

static void start_over(void)
{
    for (unsigned i = 0; i < COUNT(columns); i++)
    {
        forget(&expected[i]);
        expected[i].defaulted = true;
    }
}

static void check_record(const struct table *table, const struct record_buffer *buffer)
{
    struct record record = { buffer->data, buffer->size };

    assert_int_equal(record_check(table, record), JET_errSuccess);
    assert_true(buffer->size <= buffer->limit);
    for (unsigned i = 0; i < COUNT(columns); i++)
    {
        const struct column *column = &columns[i];
        struct expected *one = &expected[i];
        struct record_value value;

        if (column->type == JET_coltypNil)
            continue;
        for (uint32_t n = 1; n <= one->count; n++)
        {
            struct value *want = one->values[n - 1];

            assert_int_equal(record_column(table, record, column, n, true, &value), JET_errSuccess);
            assert_false(value.null);
            assert_int_equal(value.size, want->size);
            assert_memory_equal(value.data, want->data, want->size);
            assert_int_equal(value.separated, want->separated);
            assert_int_equal(value.compressed, want->compressed);
            assert_int_equal(value.count, one->count);
        }
        if (one->count && column->fid < COLUMNID_TAGGED_FIRST)
            continue;
        assert_int_equal(record_column(table, record, column, one->count + 1, true, &value), JET_errSuccess);
        if (!one->count && one->defaulted && column->default_value)
        {
            assert_false(value.null);
            assert_memory_equal(value.data, default_bytes, sizeof(default_bytes));
        }
        else
            assert_true(value.null);
    }
}

/* ---- steps ------------------------------------------------------------------------- */

static uint32_t make_value(const struct column *column, uint8_t *data)
{
    uint32_t size = column->max_size && column->type != JET_coltypText && column->type != JET_coltypBinary &&
                            !is_long(column)
                        ? column->max_size
                    : rnd(10) ? rnd(30)
                              : rnd(column->max_size ? column->max_size + 20 : 900);

    for (uint32_t i = 0; i < size; i++)
        data[i] = (uint8_t)(rnd(4) ? rnd(3) : rnd(256));
    if (rnd(30) == 0)
        size++;
    return size;
}

static struct value *new_value(const struct column *column, const uint8_t *data, uint32_t size, uint32_t flags)
{
    struct value *value = calloc(1, sizeof(*value));

    memcpy(value->data, data, size);
    value->size = size;
    if (column->type == JET_coltypBit)
        value->data[0] = data[0] ? 0xff : 0;
    if (column->fid < COLUMNID_VAR_FIRST)
    {
        for (uint32_t i = size; i < column->max_size; i++)
            value->data[i] = column->type == JET_coltypText ? ' ' : 0;
        value->size = column->max_size;
    }
    value->separated = flags & RECORD_SET_SEPARATED;
    value->compressed = flags & RECORD_SET_COMPRESSED;
    return value;
}

/* What setting this should answer; JET_errRecordTooBig is possible besides. */
static JET_ERR should_answer(const struct table *table, const struct column *column, const struct expected *one,
                             uint32_t sequence, const uint8_t *data, uint32_t size, uint32_t flags)
{
    bool fixed = column->fid < COLUMNID_VAR_FIRST,
         binary = column->type == JET_coltypText || column->type == JET_coltypBinary;

    if (!data)
        return JET_errSuccess;
    if (fixed)
        return !size || (binary ? size <= column->max_size : size == column->max_size) ? JET_errSuccess
                                                                                       : JET_errInvalidBufferSize;
    if (column->fid < COLUMNID_TAGGED_FIRST)
        return size > column->max_size ? JET_wrnColumnMaxTruncated : JET_errSuccess;
    if (!(flags & RECORD_SET_SEPARATED))
    {
        if (column->max_size && size > column->max_size)
            return JET_errColumnTooBig;
        if (size && !binary && !is_long(column) && size != column->max_size)
            return JET_errInvalidBufferSize;
        if (size > record_value_limit(table))
            return JET_errColumnDoesNotFit;
    }
    if (flags & RECORD_SET_UNIQUE && !is_long(column) && (one->count > 1 || !table->large_pages))
    {
        for (uint32_t i = 0; i < one->count; i++)
            if (i + 1 != sequence && one->values[i]->size == size && !memcmp(one->values[i]->data, data, size))
                return JET_errMultiValuedDuplicate;
    }
    if (flags & RECORD_SET_COMPRESSED && one->count && sequence != 1)
        return COMPRESS_ERR_NOT_COMPRESSED;
    return JET_errSuccess;
}

static void now_null(const struct column *column, struct expected *one, uint32_t sequence, uint32_t flags)
{
    bool tagged = column->fid >= COLUMNID_TAGGED_FIRST;

    if (!tagged)
    {
        forget(one);
        one->defaulted = false;
        return;
    }
    if (!one->count && sequence == 1 && !(flags & RECORD_SET_REVERT) && column->default_value)
        one->defaulted = false;
    if (!one->count && flags & RECORD_SET_REVERT)
        one->defaulted = true;
    if (!sequence || sequence > one->count)
        return;
    free(one->values[sequence - 1]);
    one->count--;
    memmove(&one->values[sequence - 1], &one->values[sequence], (one->count + 1 - sequence) * sizeof(one->values[0]));
    if (sequence == 1 && one->count)
        one->values[0]->compressed = false;
    if (!one->count)
        one->defaulted = flags & RECORD_SET_REVERT;
}

static void now_has(const struct column *column, struct expected *one, uint32_t sequence, struct value *value)
{
    one->defaulted = false;
    if (column->fid < COLUMNID_TAGGED_FIRST)
    {
        forget(one);
        one->values[one->count++] = value;
    }
    else if (sequence && sequence <= one->count)
    {
        free(one->values[sequence - 1]);
        one->values[sequence - 1] = value;
    }
    else
        one->values[one->count++] = value;
}

static bool step(const struct table *table, struct record_buffer *buffer)
{
    uint32_t at = rnd(COUNT(columns)), sequence, size, flags = 0, before = buffer->size;
    const struct column *column = &columns[at];
    struct expected *one = &expected[at];
    uint8_t bytes[2000], *data = bytes;
    JET_ERR want, err;

    if (column->type == JET_coltypNil)
        return true;
    sequence = column->disk_flags & COLUMN_MULTIVALUED ? rnd(rnd(3) ? 6 : one->count + 2) : 1;
    if (one->count == VALUES_MAX && (!sequence || sequence > VALUES_MAX))
        sequence = 1;
    size = make_value(column, bytes);
    if (rnd(6) == 0)
        data = NULL;
    if (rnd(4) == 0)
        flags |= RECORD_SET_REVERT;
    if (rnd(4) == 0)
        flags |= RECORD_SET_UNIQUE;
    if (is_long(column) && rnd(3) == 0)
    {
        flags |= RECORD_SET_SEPARATED;
        size = 4;
    }
    else if (is_long(column) && rnd(3) == 0)
        flags |= RECORD_SET_COMPRESSED;
    want = should_answer(table, column, one, sequence, data, size, flags);
    err = record_set(table, buffer, column, sequence, data, size, flags);
    if (err == JET_errRecordTooBig)
    {
        assert_int_equal(buffer->size, before);
        return true;
    }
    assert_int_equal(err, want);
    if (err < 0)
    {
        if (column->fid >= COLUMNID_VAR_FIRST)
            assert_int_equal(buffer->size, before);
        return true;
    }
    if (err == JET_wrnColumnMaxTruncated)
        size = column->max_size;
    if (!data || (column->fid < COLUMNID_VAR_FIRST && !size))
        now_null(column, one, sequence, flags);
    else
        now_has(column, one, sequence, new_value(column, data, size, flags));
    return true;
}

static void life(uint32_t page_size, uint64_t number)
{
    struct table table = table_of(page_size);
    struct record_buffer buffer = { 0 };

    seed = number * 0x9e3779b97f4a7c15ull + 12345;
    buffer.limit = rnd(3) ? record_size_limit(&table) : 300 + rnd(600);
    buffer.data = malloc(buffer.limit);
    start_over();
    assert_int_equal(record_make_default(&table, &buffer), JET_errSuccess);
    check_record(&table, &buffer);
    for (unsigned i = 0; i < 300; i++)
    {
        step(&table, &buffer);
        check_record(&table, &buffer);
    }
    start_over();
    free(buffer.data);
}

static void test_small_pages(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= 250; i++)
        life(i % 2 ? 4096 : 8192, i);
}

static void test_large_pages(void **state)
{
    (void)state;
    for (uint64_t i = 1001; i <= 1250; i++)
        life(i % 2 ? 16384 : 32768, i);
}

static void test_limits(void **state)
{
    struct table table = table_of(4096);
    struct index primary = { .key_columns = 1, .key_max = 255 };

    (void)state;
    assert_int_equal(record_size_limit(&table), 4096 - 48 - 2 - 255);
    table.primary = &primary;
    assert_int_equal(record_size_limit(&table), 4096 - 48 - 2 - 257);
    table = table_of(32768);
    assert_int_equal(record_size_limit(&table), 32768 - 88 - 4 - 4);
}

/* Bytes that no engine wrote are found before they are changed; the sanitizers see to the rest. */
static void test_bad_records(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 4000; n++)
    {
        struct table table = table_of(n % 2 ? 4096 : 32768);
        uint32_t limit = 700;
        struct record_buffer buffer = { malloc(limit), 0, limit };

        seed = n + 77777;
        start_over();
        assert_int_equal(record_make_default(&table, &buffer), JET_errSuccess);
        for (unsigned i = 0; i < 20; i++)
            step(&table, &buffer);
        for (unsigned i = 0; i < 1 + n % 3; i++)
            buffer.data[rnd(buffer.size)] = (uint8_t)rnd(256);
        if (record_check(&table, (struct record){ buffer.data, buffer.size }) >= 0)
        {
            for (unsigned i = 0; i < 60; i++)
            {
                const struct column *column = &columns[rnd(COUNT(columns))];
                uint8_t data[2000];
                uint32_t size = make_value(column, data);

                record_set(&table, &buffer, column, rnd(5), rnd(4) ? data : NULL, size, rnd(16));
            }
        }
        free(buffer.data);
    }
    start_over();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_pages),
        cmocka_unit_test(test_large_pages),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_bad_records),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
