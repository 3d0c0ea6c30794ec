/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layouts of the log: sizes of records, differences, times, headers; and segments full of nonsense, with right checksums. */
#include "log_support.h"

static void test_sizes(void **state)
{
    uint8_t record[200];
    unsigned type, named = 0;
    size_t available;

    (void)state;
    for (type = 0; type < 256; type++)
    {
        uint32_t fixed = log_record_fixed_size((uint8_t)type);

        memset(record, 0, sizeof(record));
        record[0] = (uint8_t)type;
        assert_non_null(log_record_name((uint8_t)type));
        if (!fixed)
        {
            assert_int_equal(log_record_size(record, sizeof(record)), 0);
            continue;
        }
        named++;
        for (available = 0; available < fixed && available < sizeof(record); available++)
            assert_int_equal(log_record_size(record, available), 0);
    }
    assert_int_equal(named, 96);

    memset(record, 0xff, sizeof(record));
    record[0] = LOG_SPLIT2;
    assert_true(log_record_size(record, sizeof(record)) == sizeof(struct log_split2) + 3 * 0xffffull + 0xffffffffull);
    record[0] = LOG_PAGE_MOVE;
    assert_true(log_record_size(record, sizeof(record)) == sizeof(struct log_page_move) + 2 * 0xffffffffull);
    record[0] = LOG_REPLACE;
    assert_int_equal(log_record_size(record, sizeof(record)), sizeof(struct log_replace) + 0x7fff);
    /* One that may be skipped, but is shorter than its struct. */
    memset(record, 0, sizeof(record));
    record[0] = LOG_EXTEND_DB;
    assert_int_equal(log_record_size(record, sizeof(record)), 0);
    record[1] = 5;
    assert_int_equal(log_record_size(record, sizeof(record)), sizeof(struct log_extend_db));
}

static JET_ERR apply(const uint8_t *diffs, uint16_t size, uint16_t flag, const char *old, uint16_t new_size, char *out)
{
    uint8_t room[200];
    struct log_replace *replace = (struct log_replace *)room;

    memset(room, 0, sizeof(room));
    replace->node.page.type = LOG_REPLACE_DIFF;
    replace->size = size | flag;
    replace->old_size = (uint16_t)strlen(old);
    replace->new_size = new_size;
    memcpy(replace + 1, diffs, size);
    return log_diff_apply(replace, old, strlen(old), out);
}

static void test_diffs(void **state)
{
    /* Offset and flags, new size, old size, data. */
    const uint8_t same[] = { 2, 0x20, 3, 'X', 'Y', 'Z' };
    const uint8_t insert[] = { 0, 0x40, 2, 'a', 'b', 5, 0x40, 1, 'c' };
    const uint8_t change[] = { 1, 0, 1, 3, '!' };
    const uint8_t wide[] = { 1, 0x80, 1, 0, 3, 0, '!' };
    const uint8_t second[] = { 1, 0, 0x20, 1, '?' };
    const uint8_t backward[] = { 4, 0x20, 1, 'x', 1, 0x20, 1, 'y' };
    char out[100] = "";

    (void)state;
    assert_int_equal(apply(same, sizeof(same), 0, "abcdefgh", 8, out), JET_errSuccess);
    assert_memory_equal(out, "abXYZfgh", 8);
    assert_int_equal(apply(insert, sizeof(insert), 0, "12345", 8, out), JET_errSuccess);
    assert_memory_equal(out, "ab12345c", 8);
    assert_int_equal(apply(change, sizeof(change), 0, "12345", 3, out), JET_errSuccess);
    assert_memory_equal(out, "1!5", 3);
    assert_int_equal(apply(wide, sizeof(wide), 0, "12345", 3, out), JET_errSuccess);
    assert_memory_equal(out, "1!5", 3);
    assert_int_equal(apply(second, sizeof(second), LOG_REPLACE_DIFF2, "123", 3, out), JET_errSuccess);
    assert_memory_equal(out, "1?3", 3);
    assert_int_equal(apply(backward, sizeof(backward), 0, "12345678", 8, out), JET_errLogFileCorrupt);
    assert_int_equal(apply(same, sizeof(same), 0, "abc", 3, out), JET_errLogFileCorrupt);
    assert_int_equal(apply(same, sizeof(same), 0, "abcdefgh", 7, out), JET_errLogFileCorrupt);
    assert_int_equal(apply(same, sizeof(same), 0, "abcdefgh", 9, out), JET_errLogFileCorrupt);
    assert_int_equal(apply(same, sizeof(same) - 1, 0, "abcdefgh", 8, out), JET_errLogFileCorrupt);
    assert_int_equal(apply(change, 3, 0, "12345", 3, out), JET_errLogFileCorrupt);
}

static void test_times(void **state)
{
    struct header_time time;
    uint64_t now = os_time_now() / 10000 * 10000;

    (void)state;
    log_time_set(&time, now);
    assert_true(log_time_get(&time) == now);
    assert_int_equal(time.is_utc, 1);
    log_time_set(&time, 0);
    assert_true(log_time_get(&time) == 0);
}

static void test_header(void **state)
{
    struct log_header header;

    (void)state;
    memset(&header, 0, sizeof(header));
    header.generation = 1;
    header.segment_size = LOG_SEGMENT_SIZE;
    header.header_segments = 1;
    header.segments = 16;
    header.major = LOG_VERSION;
    header.minor = LOG_VERSION_MINOR;
    header.update_major = LOG_UPDATE_MAJOR;
    header.file_type = LOG_FILE_TYPE;
    log_header_seal(&header);
    assert_int_equal(log_header_check(&header), JET_errSuccess);
    header.generation = 2;
    assert_int_equal(log_header_check(&header), JET_errLogFileCorrupt);
    header.update_major = LOG_UPDATE_MAJOR_MAX + 1;
    log_header_seal(&header);
    assert_int_equal(log_header_check(&header), JET_errBadLogVersion);
    header.update_major = LOG_UPDATE_MAJOR;
    header.file_type = CHECKPOINT_FILE_TYPE;
    log_header_seal(&header);
    assert_int_equal(log_header_check(&header), JET_errFileInvalidType);
    header.file_type = LOG_FILE_TYPE;
    header.segments = 2;
    log_header_seal(&header);
    assert_int_equal(log_header_check(&header), JET_errLogFileCorrupt);
}

/* Whatever lies in a segment, the reader ends, with an error or without. */
static void test_nonsense(void **state)
{
    struct log_config config;
    uint8_t record[8000], *data, *mutated;
    uint32_t seed = 99, round, ended = 0, damaged = 0, i;
    struct log_reader *reader;
    WCHAR path[OS_PATH_MAX];
    struct os_file *file;
    struct log *log;

    (void)state;
    log_clean();
    log_config_init(&config);
    assert_int_equal(log_create(&config, &log), JET_errSuccess);
    for (i = 0; i < 60; i++)
    {
        uint32_t size = record_make(record, i % 8 ? 20 + random_next(&seed) % 300 : 5000, &seed);
        struct log_part part = { record, size };
        assert_int_equal(log_append(log, &part, 1, NULL), JET_errSuccess);
    }
    assert_int_equal(log_close(log, false), JET_errSuccess);
    log_path(&config.names, LOG_FILE_CURRENT, 0, path, OS_PATH_MAX);
    data = os_alloc(LOG_FILE_BYTES);
    mutated = os_alloc(LOG_FILE_BYTES);
    assert_int_equal(os_file_open(path, OS_OPEN_WRITE, &file), JET_errSuccess);
    assert_int_equal(os_file_read_at(file, 0, data, LOG_FILE_BYTES), JET_errSuccess);
    for (round = 0; round < 3000; round++)
    {
        struct log_read_record read;
        JET_ERR err;

        memcpy(mutated, data, LOG_FILE_BYTES);
        for (i = 1 + random_next(&seed) % 4; i; i--)
        {
            uint32_t number = 1 + random_next(&seed) % 8;
            uint8_t *segment = mutated + number * LOG_SEGMENT_SIZE;
            uint32_t where = 40 + random_next(&seed) % (random_next(&seed) % 2 ? 60 : 4056);

            segment[where] = (uint8_t)random_next(&seed);
            if (random_next(&seed) % 3 == 0)
                segment[where] = LOG_FRAGMENT_BEGIN + random_next(&seed) % 2;
            log_segment_seal(segment, 1, number, 1);
        }
        assert_int_equal(os_file_write_at(file, LOG_SEGMENT_SIZE, mutated + LOG_SEGMENT_SIZE, LOG_SEGMENT_SIZE * 8),
                         JET_errSuccess);
        assert_int_equal(log_reader_open_file(file, LOG_READ_SOFT, &reader), JET_errSuccess);
        if (random_next(&seed) % 4 == 0)
            log_reader_seek(reader, log_position(1, 1 + random_next(&seed) % 8, random_next(&seed) % 4096));
        while (!(err = log_reader_next(reader, &read)))
            assert_true(log_record_size(read.data, read.size) == read.size);
        assert_true(err == JET_errLogFileCorrupt || err == JET_wrnNoMoreRecords);
        damaged += err < 0;
        ended += err > 0;
        log_reader_close(reader);
    }
    print_message("%u logs damaged, %u not\n", damaged, ended);
    assert_true(damaged > 100 && ended > 100);
    os_file_close(file);
    os_free(mutated);
    os_free(data);
    log_clean();
    os_directory_remove(LOG_DIRECTORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),  cmocka_unit_test(test_diffs),    cmocka_unit_test(test_times),
        cmocka_unit_test(test_header), cmocka_unit_test(test_nonsense),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
