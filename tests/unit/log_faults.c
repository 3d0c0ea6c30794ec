/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every call to the file system fails in turn, once or from then on: the log
 * says so, goes down where it must, and what was durable can be read.
 */
#include "log_support.h"

static struct log_config config;
static uint8_t buffer[70000];

/* ------------------------------------------------------- a table that fails --- */

static struct os_file_ops failing;
static unsigned calls, fail_at;
static bool for_good, full_only;
static JET_ERR fault;
static const struct os_file_ops *real;

static bool fails(void)
{
    calls++;
    return fail_at && (for_good ? calls >= fail_at : calls == fail_at);
}

static JET_ERR fail_write(struct os_file *file, uint64_t offset, const void *data, size_t size)
{
    if (fails())
        return fault;
    return real->write(file, offset, data, size);
}

static JET_ERR fail_write_parts(struct os_file *file, uint64_t offset, const struct os_io_part *parts, size_t count)
{
    if (fails())
    {
        /* Some of it may have arrived. */
        if (parts[0].size > 1024)
            real->write(file, offset, parts[0].data, parts[0].size / 1024 * 512);
        return fault;
    }
    return real->write_parts(file, offset, parts, count);
}

static JET_ERR fail_flush(struct os_file *file)
{
    return fails() && !full_only ? fault : real->flush(file);
}

static JET_ERR fail_set_size(struct os_file *file, uint64_t size)
{
    return fails() ? fault : real->set_size(file, size);
}

static JET_ERR fail_open(const struct os_file_ops *ops, const WCHAR *path, uint32_t flags, struct os_file **file)
{
    bool creates = flags & (OS_OPEN_CREATE | OS_OPEN_ALWAYS | OS_OPEN_OVERWRITE);

    if (creates && fails())
        return fault;
    return real->open(ops, path, flags, file);
}

static JET_ERR fail_move(const struct os_file_ops *ops, const WCHAR *from, const WCHAR *to, bool replace)
{
    return fails() && !full_only ? fault : real->path_move(ops, from, to, replace);
}

static void set_faults(unsigned at, bool always, JET_ERR err)
{
    calls = 0;
    fail_at = at;
    for_good = always;
    fault = err;
    full_only = err == JET_errDiskFull;
}

/* ------------------------------------------------------------------ the work --- */

/* The log as it would be found: a switch may have stopped between its renames. */
static void settle(void)
{
    WCHAR current[OS_PATH_MAX], next[OS_PATH_MAX];
    struct log_header header;
    struct os_file *file;

    log_path(&config.names, LOG_FILE_CURRENT, 0, current, OS_PATH_MAX);
    log_path(&config.names, LOG_FILE_NEXT, 0, next, OS_PATH_MAX);
    if (os_file_exists(current) || os_file_open(next, OS_OPEN_READ_ONLY, &file) < 0)
        return;
    if (log_header_read(file, &header) >= 0)
    {
        os_file_close(file);
        assert_int_equal(os_file_move(next, current, false), JET_errSuccess);
        return;
    }
    os_file_close(file);
}

/* True if a fault was met. */
static bool work(unsigned at, bool always, JET_ERR err)
{
    struct history history = { NULL, 0, 0 };
    uint32_t seed = at, i;
    uint64_t durable = 0;
    struct log *log;
    size_t there = 0, known = 0;
    bool met;
    JET_ERR result;

    set_faults(0, false, JET_errSuccess);
    log_clean();
    set_faults(at, always, err);
    result = log_create(&config, &log);
    if (result < 0)
    {
        assert_null(log);
        history_free(&history);
        return true;
    }
    for (i = 0; i < 400; i++)
    {
        uint32_t size = record_make(buffer, record_size(&seed), &seed);
        struct log_part part = { buffer, size };
        uint64_t position;

        result = log_append(log, &part, 1, &position);
        if (result < 0)
            break;
        history_add(&history, position, buffer, size);
        if (i % 8 == 7)
        {
            result = log_flush(log, position);
            if (result < 0)
                break;
        }
        if (i % 40 == 39)
            log_checkpoint_update(log, position, position);
    }
    if (result < 0)
    {
        struct log_commit commit = { LOG_COMMIT0, 0, 0, 0 };
        struct log_part part = { &commit, sizeof(commit) };

        assert_int_equal(result, JET_errLogWriteFail);
        assert_true(log_down(log) == err || (err == JET_errDiskFull && log_down(log) == JET_errLogDiskFull));
        assert_int_equal(log_append(log, &part, 1, NULL), JET_errLogWriteFail);
        assert_int_equal(log_flush_all(log), log_durable(log) > history.records[history.count - 1].position
                                                 ? JET_errSuccess
                                                 : JET_errLogWriteFail);
        assert_int_equal(log_check(log), JET_errLogWriteFail);
    }
    else
        assert_int_equal(log_down(log), JET_errSuccess);
    durable = log_durable(log);
    log_close(log, result < 0);
    met = calls >= at;
    set_faults(0, false, JET_errSuccess);
    settle();
    result = log_compare(&config.names, &history, &there);
    assert_true(result == JET_errSuccess || result == JET_errFileNotFound);
    while (known < history.count && history.records[known].position < durable)
        known++;
    assert_true(there >= known);
    history_free(&history);
    return met;
}

static void run(bool always, JET_ERR err)
{
    unsigned at, all;

    real = &os_platform_file_ops;
    failing = os_platform_file_ops;
    failing.write = fail_write;
    failing.write_parts = fail_write_parts;
    failing.flush = fail_flush;
    failing.set_size = fail_set_size;
    failing.open = fail_open;
    failing.path_move = fail_move;
    log_config_init(&config);
    os_replace_file_ops(&failing);
    set_faults(0, false, JET_errSuccess);
    for (at = 1, all = 0; work(at, always, err); at++)
        all++;
    print_message("%u calls\n", all);
    assert_true(all > 100);
    set_faults(0, false, JET_errSuccess);
    log_clean();
    os_directory_remove(LOG_DIRECTORY);
    os_replace_file_ops(NULL);
}

static void test_error_once(void **state)
{
    (void)state;
    run(false, JET_errDiskIO);
}

static void test_error_for_good(void **state)
{
    (void)state;
    run(true, JET_errDiskIO);
}

static void test_full_once(void **state)
{
    (void)state;
    run(false, JET_errDiskFull);
}

static void test_full_for_good(void **state)
{
    (void)state;
    run(true, JET_errDiskFull);
}

/* A full disk does not stop the log while there are reserves: new work is refused. */
static JET_ERR full_open(const struct os_file_ops *ops, const WCHAR *path, uint32_t flags, struct os_file **file)
{
    return flags & (OS_OPEN_CREATE | OS_OPEN_ALWAYS) ? JET_errDiskFull : real->open(ops, path, flags, file);
}

static void test_reserves(void **state)
{
    struct history history = { NULL, 0, 0 };
    struct log *log;
    size_t at = 0;
    uint32_t i;

    (void)state;
    real = &os_platform_file_ops;
    log_clean();
    log_config_init(&config);
    assert_int_equal(log_create(&config, &log), JET_errSuccess);
    failing = os_platform_file_ops;
    failing.open = full_open;
    os_replace_file_ops(&failing);
    assert_int_equal(log_check(log), JET_errSuccess);
    for (i = 0; i < 2; i++)
    {
        struct log_commit commit = { LOG_COMMIT0, 0, 0, i };
        struct log_part part = { &commit, sizeof(commit) };
        uint64_t position;

        assert_int_equal(log_append(log, &part, 1, &position), JET_errSuccess);
        history_add(&history, position, &commit, sizeof(commit));
        assert_int_equal(log_roll(log, 0, "", NULL), JET_errSuccess);
        assert_int_equal(log_check(log), JET_errLogDiskFull);
    }
    /* Room again: the reserves are made anew. */
    os_replace_file_ops(NULL);
    assert_int_equal(log_check(log), JET_errSuccess);
    os_replace_file_ops(&failing);
    assert_int_equal(log_roll(log, 0, "", NULL), JET_errSuccess);
    assert_int_equal(log_roll(log, 0, "", NULL), JET_errSuccess);
    assert_int_equal(log_roll(log, 0, "", NULL), JET_errLogWriteFail);
    assert_int_equal(log_down(log), JET_errLogDiskFull);
    os_replace_file_ops(NULL);
    log_close(log, true);
    assert_int_equal(log_compare(&config.names, &history, &at), JET_errSuccess);
    assert_int_equal(at, history.count);
    history_free(&history);
    log_clean();
    os_directory_remove(LOG_DIRECTORY);
}

/* ------------------------------------------------------------------- memory --- */

static struct os_memory_ops poor;
static unsigned allocations, allocations_left;

static void *poor_alloc(const struct os_memory_ops *ops, size_t size)
{
    allocations++;
    return allocations > allocations_left ? NULL : os_platform_memory_ops.alloc(ops, size);
}

static void *poor_realloc(const struct os_memory_ops *ops, void *memory, size_t size)
{
    allocations++;
    return allocations > allocations_left ? NULL : os_platform_memory_ops.realloc(ops, memory, size);
}

static void test_memory(void **state)
{
    struct log_reader *reader;
    WCHAR path[OS_PATH_MAX];
    struct log *log;
    unsigned i;
    JET_ERR err = JET_errOutOfMemory;

    (void)state;
    poor = os_platform_memory_ops;
    poor.alloc = poor_alloc;
    poor.realloc = poor_realloc;
    log_config_init(&config);
    log_path(&config.names, LOG_FILE_CURRENT, 0, path, OS_PATH_MAX);
    for (i = 0; i < 40 && err; i++)
    {
        log_clean();
        allocations = 0;
        allocations_left = i;
        os_replace_memory_ops(&poor);
        err = log_create(&config, &log);
        if (!err)
            assert_int_equal(log_close(log, false), JET_errSuccess);
        os_replace_memory_ops(NULL);
        assert_true(!err || err == JET_errOutOfMemory);
    }
    assert_int_equal(err, JET_errSuccess);
    for (i = 0, err = JET_errOutOfMemory; i < 40 && err; i++)
    {
        allocations = 0;
        allocations_left = i;
        os_replace_memory_ops(&poor);
        err = log_reader_open(path, LOG_READ_SOFT, &reader);
        if (!err)
        {
            err = log_resume(&config, reader, &log);
            log_reader_close(reader);
        }
        if (!err)
            assert_int_equal(log_close(log, false), JET_errSuccess);
        os_replace_memory_ops(NULL);
        assert_true(!err || err == JET_errOutOfMemory);
    }
    assert_int_equal(err, JET_errSuccess);
    log_clean();
    os_directory_remove(LOG_DIRECTORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error_once),    cmocka_unit_test(test_error_for_good), cmocka_unit_test(test_full_once),
        cmocka_unit_test(test_full_for_good), cmocka_unit_test(test_reserves),       cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
