/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log, written and read back: many generations, cut off anywhere, torn, resumed; checkpoints, names. */
#include "log_support.h"

#include "format/checksum.h"

static struct log_config config;
static uint8_t buffer[70000];

static int begin(void **state)
{
    (void)state;
    log_clean();
    log_config_init(&config);
    return 0;
}

static int end(void **state)
{
    (void)state;
    log_clean();
    os_directory_remove(LOG_DIRECTORY);
    return 0;
}

static void append(struct log *log, struct history *history, uint32_t size, uint32_t *seed)
{
    struct log_part parts[3];
    uint64_t position, before = log_tip(log);
    uint32_t cut;

    size = record_make(buffer, size, seed);
    cut = 1 + random_next(seed) % size;
    parts[0] = (struct log_part){ buffer, cut };
    parts[1] = (struct log_part){ buffer + cut, (size - cut) / 2 };
    parts[2] = (struct log_part){ buffer + cut + (size - cut) / 2, size - cut - (size - cut) / 2 };
    assert_int_equal(log_append(log, parts, 3, &position), JET_errSuccess);
    assert_true(position >= before);
    assert_true(log_tip(log) > position);
    history_add(history, position, buffer, size);
}

/* What follows a log that was not closed. */
static void append_undo(struct log *log, struct history *history)
{
    struct log_recovery_undo undo = { .type = LOG_RECOVERY_UNDO2 };
    struct log_part part = { &undo, sizeof(undo) };
    uint64_t position;

    assert_int_equal(log_append(log, &part, 1, &position), JET_errSuccess);
    history_add(history, position, &undo, sizeof(undo));
}

static void fill(struct log *log, struct history *history, uint32_t count, uint32_t *seed)
{
    while (count--)
    {
        append(log, history, record_size(seed), seed);
        if (random_next(seed) % 20 == 0)
        {
            uint64_t position = history->records[history->count - 1].position;
            assert_int_equal(log_flush(log, position), JET_errSuccess);
            assert_true(log_durable(log) > position);
        }
    }
}

static void test_read_back(void **state)
{
    uint32_t seed = 7, round;

    (void)state;
    for (round = 0; round < 6; round++)
    {
        struct history history = { NULL, 0, 0 };
        struct log *log;
        size_t at = 0;

        log_clean();
        config.create_ahead = round % 2;
        config.names.long_numbers = round == 2;
        config.names.new_extensions = round == 3;
        config.first_generation = round == 4 ? 0xffffe : 0;
        config.buffer_size = round == 5 ? 1 << 20 : 0;
        assert_int_equal(log_create(&config, &log), JET_errSuccess);
        fill(log, &history, 3000, &seed);
        assert_int_equal(log_close(log, false), JET_errSuccess);
        assert_int_equal(log_compare(&config.names, &history, &at), JET_errSuccess);
        assert_int_equal(at, history.count);
        history_free(&history);
    }
}

/* Every size around what a segment holds, from every place in it that matters. */
static void test_edges(void **state)
{
    uint32_t seed = 9, fill_to, size;
    struct history history = { NULL, 0, 0 };
    struct log *log;
    size_t at = 0;

    (void)state;
    assert_int_equal(log_create(&config, &log), JET_errSuccess);
    for (fill_to = 4056 - 45; fill_to <= 4056; fill_to++)
        for (size = 4; size < 60; size += size < 44 ? 1 : 8)
        {
            assert_int_equal(log_flush_all(log), JET_errSuccess);
            append(log, &history, fill_to, &seed);
            append(log, &history, size, &seed);
        }
    for (size = 4056 * 2 - 30; size < 4056 * 2 + 10; size++)
        append(log, &history, size, &seed);
    assert_int_equal(log_close(log, false), JET_errSuccess);
    assert_int_equal(log_compare(&config.names, &history, &at), JET_errSuccess);
    assert_int_equal(at, history.count);
    history_free(&history);
}

static uint8_t *load(const WCHAR *path, size_t *size)
{
    struct os_file *file;
    uint64_t length;
    uint8_t *data;

    assert_int_equal(os_file_open(path, OS_OPEN_READ_ONLY | OS_OPEN_SHARE_WRITE | OS_OPEN_SHARE_DELETE, &file),
                     JET_errSuccess);
    assert_int_equal(os_file_size(file, &length), JET_errSuccess);
    data = os_alloc((size_t)length);
    assert_int_equal(os_file_read_at(file, 0, data, (size_t)length), JET_errSuccess);
    os_file_close(file);
    *size = (size_t)length;
    return data;
}

static void store(const WCHAR *path, const uint8_t *data, size_t size)
{
    struct os_file *file;

    assert_int_equal(os_file_open(path, OS_OPEN_WRITE | OS_OPEN_OVERWRITE, &file), JET_errSuccess);
    assert_int_equal(os_file_write_at(file, 0, data, size), JET_errSuccess);
    os_file_close(file);
}

static void current(WCHAR *path)
{
    assert_int_equal(log_path(&config.names, LOG_FILE_CURRENT, 0, path, OS_PATH_MAX), JET_errSuccess);
}

static void make_small(struct history *history, uint32_t *seed)
{
    struct log *log;
    int i;

    log_clean();
    assert_int_equal(log_create(&config, &log), JET_errSuccess);
    for (i = 0; i < 60; i++)
    {
        append(log, history, 4 + random_next(seed) % 900, seed);
        if (i % 15 == 14)
            assert_int_equal(log_flush_all(log), JET_errSuccess);
    }
    assert_int_equal(log_close(log, false), JET_errSuccess);
}

/* What was written to a file of zeroes stops at any byte. */
static void test_every_prefix(void **state)
{
    struct history history = { NULL, 0, 0 };
    size_t size, cut, before = 0, used, errors = 0;
    WCHAR path[OS_PATH_MAX];
    uint8_t *whole, *data;
    uint32_t seed = 3;

    (void)state;
    make_small(&history, &seed);
    current(path);
    whole = load(path, &size);
    data = os_alloc(size);
    for (used = size; used && !whole[used - 1]; used--)
        ;
    for (cut = 4096; cut <= used + 512; cut++)
    {
        size_t at = 0;
        JET_ERR err;

        memcpy(data, whole, cut);
        memset(data + cut, 0, size - cut);
        store(path, data, size);
        err = log_compare(&config.names, &history, &at);
        if (err < 0)
        {
            /* A sector that arrived in part is damage. */
            assert_int_equal(err, JET_errLogFileCorrupt);
            assert_true(cut % 512 != 0);
            errors++;
            continue;
        }
        assert_true(at >= before);
        before = at;
    }
    assert_int_equal(before, history.count);
    print_message("%u lengths, %u of them damage\n", (unsigned)(used + 512 - 4096), (unsigned)errors);
    os_free(data);
    os_free(whole);
    history_free(&history);
}

/* A file that is shorter than it says. */
static void test_short_file(void **state)
{
    struct history history = { NULL, 0, 0 };
    WCHAR path[OS_PATH_MAX];
    struct log_reader *reader;
    uint32_t seed = 4;
    uint8_t *whole;
    size_t size, cut;

    (void)state;
    make_small(&history, &seed);
    current(path);
    whole = load(path, &size);
    for (cut = 0; cut < size; cut += cut < 5000 ? 97 : 1021)
    {
        store(path, whole, cut);
        assert_int_equal(log_reader_open(path, LOG_READ_SOFT, &reader),
                         cut < 4096 ? JET_errFileIOBeyondEOF : JET_errLogFileSizeMismatch);
    }
    os_free(whole);
    history_free(&history);
}

/* A bit that flipped is put right; noise is damage, and never passes for data. */
static void test_damage(void **state)
{
    struct history history = { NULL, 0, 0 };
    WCHAR path[OS_PATH_MAX];
    uint8_t *whole, *data;
    uint32_t seed = 5, round;
    size_t size, at, used;

    (void)state;
    make_small(&history, &seed);
    current(path);
    whole = load(path, &size);
    data = os_alloc(size);
    for (used = size; used && !whole[used - 1]; used--)
        ;
    for (round = 0; round < 300; round++)
    {
        uint32_t where = 4096 + random_next(&seed) % (uint32_t)(used - 4096), i;

        /* The checksum itself has none. */
        if (where % LOG_SEGMENT_SIZE < 8)
            where += 8;
        memcpy(data, whole, size);
        data[where] ^= (uint8_t)(1u << random_next(&seed) % 8);
        store(path, data, size);
        at = 0;
        assert_int_equal(log_compare(&config.names, &history, &at), JET_errSuccess);
        assert_int_equal(at, history.count);
        memcpy(data, whole, size);
        for (i = 0; i < 40; i++)
            data[where + i] = (uint8_t)(random_next(&seed) | 1);
        store(path, data, size);
        at = 0;
        assert_int_equal(log_compare(&config.names, &history, &at), JET_errLogFileCorrupt);
    }
    os_free(data);
    os_free(whole);
    history_free(&history);
}

/*
 * The machine stops: of what was written since the last flush, any sectors are
 * missing.  All that was durable is there, and nothing is called damaged; then the
 * log goes on, and stops again.
 */
static void test_torn(void **state)
{
    uint32_t seed = 21, round;

    (void)state;
    for (round = 0; round < 150; round++)
    {
        struct history history = { NULL, 0, 0 };
        size_t size, at = 0, synced, used, life;
        uint8_t *before, *after;
        struct log_reader *reader;
        WCHAR path[OS_PATH_MAX];
        struct log *log;

        log_clean();
        current(path);
        assert_int_equal(log_create(&config, &log), JET_errSuccess);
        for (life = 0; life < 3; life++)
        {
            uint32_t i, count = random_next(&seed) % 60;

            for (i = 0; i < count; i++)
                append(log, &history, 4 + random_next(&seed) % 700, &seed);
            assert_int_equal(log_flush_all(log), JET_errSuccess);
            synced = history.count;
            before = load(path, &size);
            for (i = random_next(&seed) % 40; i; i--)
                append(log, &history, 4 + random_next(&seed) % 700, &seed);
            assert_int_equal(log_close(log, false), JET_errSuccess);
            after = load(path, &size);
            /* A generation that was ended is on disk. */
            if (((struct log_header *)after)->generation == ((struct log_header *)before)->generation)
                for (used = 4096; used < size; used += 512)
                    if (memcmp(before + used, after + used, 512) && random_next(&seed) % 2)
                        memcpy(after + used, before + used, 512);
            store(path, after, size);
            os_free(before);
            os_free(after);
            at = 0;
            assert_int_equal(log_compare(&config.names, &history, &at), JET_errSuccess);
            assert_true(at >= synced);
            while (history.count > at)
                os_free(history.records[--history.count].data);
            assert_int_equal(log_reader_open(path, LOG_READ_SOFT, &reader), JET_errSuccess);
            assert_int_equal(log_resume(&config, reader, &log), JET_errSuccess);
            log_reader_close(reader);
            append_undo(log, &history);
            assert_int_equal(log_durable(log) > (at ? history.records[at - 1].position : 0), true);
        }
        append(log, &history, 100, &seed);
        assert_int_equal(log_close(log, false), JET_errSuccess);
        at = 0;
        assert_int_equal(log_compare(&config.names, &history, &at), JET_errSuccess);
        assert_int_equal(at, history.count);
        history_free(&history);
    }
}

/* As Windows writes a segment that is not full: twice; a torn first one is taken from the second, in soft recovery. */
static void test_shadow(void **state)
{
    struct history history = { NULL, 0, 0 };
    WCHAR path[OS_PATH_MAX];
    struct log_reader *reader;
    uint8_t *data, *segment;
    struct log *log;
    uint32_t seed = 31, number;
    size_t size, at = 0;

    (void)state;
    make_small(&history, &seed);
    current(path);
    data = load(path, &size);
    /* Of an engine that leaves no marks. */
    ((struct log_header *)data)->mark[0] = ((struct log_header *)data)->mark[1] = 0;
    log_header_seal((struct log_header *)data);
    for (number = 1; number < 15; number++)
    {
        segment = data + number * LOG_SEGMENT_SIZE;
        if (!((struct log_segment *)segment)->checksum)
            break;
        memset(((struct log_segment *)segment)->mark, 0, 12);
        checksum_page_set(segment, LOG_SEGMENT_SIZE, number);
    }
    segment = data + (--number) * LOG_SEGMENT_SIZE;
    memcpy(segment + LOG_SEGMENT_SIZE, segment, LOG_SEGMENT_SIZE);
    store(path, data, size);
    assert_int_equal(log_compare(&config.names, &history, &at), JET_errSuccess);
    assert_int_equal(at, history.count);
    memset(segment + 512, 0, 512);
    store(path, data, size);
    at = 0;
    assert_int_equal(log_compare(&config.names, &history, &at), JET_errSuccess);
    assert_int_equal(at, history.count);
    assert_int_equal(log_reader_open(path, LOG_READ_HARD_RESTORE, &reader), JET_errLogTornWriteDuringHardRestore);
    assert_int_equal(log_reader_open(path, LOG_READ_HARD_RECOVERY, &reader), JET_errLogTornWriteDuringHardRecovery);

    /* The log goes on in a generation of its own, and the segment is whole again. */
    assert_int_equal(log_reader_open(path, LOG_READ_SOFT, &reader), JET_errSuccess);
    assert_true(reader->patched);
    assert_int_equal(log_resume(&config, reader, &log), JET_errSuccess);
    log_reader_close(reader);
    assert_int_equal(log_generation(log), 2);
    append(log, &history, 100, &seed);
    assert_int_equal(log_close(log, false), JET_errSuccess);
    at = 0;
    assert_int_equal(log_compare(&config.names, &history, &at), JET_errSuccess);
    assert_int_equal(at, history.count);

    /* Without the shadow it is damage. */
    memset(segment + LOG_SEGMENT_SIZE, 0, LOG_SEGMENT_SIZE);
    store(path, data, size);
    assert_int_equal(log_reader_open(path, LOG_READ_SOFT, &reader), JET_errLogFileCorrupt);
    assert_int_equal(log_reader_open(path, LOG_READ_HARD_RESTORE, &reader), JET_errLogCorruptDuringHardRestore);
    os_free(data);
    history_free(&history);
}

static void test_seek(void **state)
{
    struct history history = { NULL, 0, 0 };
    struct log_read_record record;
    WCHAR path[OS_PATH_MAX];
    struct log_reader *reader;
    uint32_t seed = 41;
    size_t i;

    (void)state;
    make_small(&history, &seed);
    current(path);
    assert_int_equal(log_reader_open(path, LOG_READ_SOFT, &reader), JET_errSuccess);
    for (i = 0; i < history.count; i++)
    {
        log_reader_seek(reader, history.records[i].position);
        do
            assert_int_equal(log_reader_next(reader, &record), JET_errSuccess);
        while (record.type == LOG_NOP2);
        assert_int_equal(record.position, history.records[i].position);
        assert_int_equal(record.size, history.records[i].size);
    }
    log_reader_seek(reader, LOG_POSITION_MAX);
    assert_int_equal(log_reader_next(reader, &record), JET_wrnNoMoreRecords);
    log_reader_close(reader);
    history_free(&history);
}

static void test_roll_and_circular(void **state)
{
    struct history history = { NULL, 0, 0 };
    uint32_t seed = 51, low, high, i;
    uint64_t position;
    struct log *log;

    (void)state;
    config.circular = true;
    assert_int_equal(log_create(&config, &log), JET_errSuccess);
    for (i = 0; i < 10; i++)
    {
        append(log, &history, 100, &seed);
        assert_int_equal(log_roll(log, 3, "for the test", &position), JET_errSuccess);
        assert_int_equal(log_position_generation(position), i + 2);
        assert_int_equal(log_checkpoint_update(log, position, position), JET_errSuccess);
    }
    assert_int_equal(log_range(&config.names, &low, &high), JET_errSuccess);
    assert_int_equal(high, 10);
    assert_int_equal(low, 8);
    log_keep(log, 9);
    assert_int_equal(log_truncate(log, 11), JET_errSuccess);
    assert_int_equal(log_range(&config.names, &low, &high), JET_errSuccess);
    assert_int_equal(low, 9);
    assert_int_equal(log_checkpoint(log), position);
    assert_int_equal(log_close(log, false), JET_errSuccess);
    history_free(&history);
}

static void test_checkpoint(void **state)
{
    struct checkpoint_header checkpoint, read;
    WCHAR path[OS_PATH_MAX];
    uint8_t *data;
    size_t size;

    (void)state;
    assert_int_equal(log_path(&config.names, LOG_FILE_CHECKPOINT, 0, path, OS_PATH_MAX), JET_errSuccess);
    assert_int_equal(log_checkpoint_read(path, &read), JET_errCheckpointFileNotFound);
    memset(&checkpoint, 0, sizeof(checkpoint));
    log_position_store(&checkpoint.checkpoint, log_position(3, 4, 5));
    assert_int_equal(log_checkpoint_write(path, &checkpoint), JET_errSuccess);
    assert_int_equal(log_checkpoint_read(path, &read), JET_errSuccess);
    assert_memory_equal(&checkpoint, &read, sizeof(read));
    data = load(path, &size);
    assert_int_equal(size, 2 * CHECKPOINT_SIZE);
    data[100] ^= 1;
    store(path, data, size);
    assert_int_equal(log_checkpoint_read(path, &read), JET_errSuccess);
    assert_int_equal(log_position_of(&read.checkpoint), log_position(3, 4, 5));
    data[CHECKPOINT_SIZE + 100] ^= 1;
    store(path, data, size);
    assert_int_equal(log_checkpoint_read(path, &read), JET_errCheckpointCorrupt);
    store(path, data, 100);
    assert_int_equal(log_checkpoint_read(path, &read), JET_errCheckpointCorrupt);
    os_free(data);
}

static void copies(const WCHAR *path, uint64_t first, uint64_t second)
{
    struct checkpoint_header *read;
    size_t size;
    uint8_t *data = load(path, &size);

    assert_int_equal(size, 2 * CHECKPOINT_SIZE);
    for (unsigned i = 0; i < 2; i++)
    {
        read = (struct checkpoint_header *)(data + i * CHECKPOINT_SIZE);
        assert_int_equal(checkpoint_check(read), JET_errSuccess);
        assert_int_equal(log_position_of(&read->checkpoint), i ? second : first);
    }
    os_free(data);
}

/* Within a generation only the first copy moves; a torn one is made up for by the other. */
static void test_checkpoint_copies(void **state)
{
    struct history history = { NULL, 0, 0 };
    uint64_t start, now, next;
    struct checkpoint_header read;
    uint32_t seed = 61;
    WCHAR path[OS_PATH_MAX];
    struct log *log;
    uint8_t *data;
    size_t size;

    (void)state;
    assert_int_equal(log_path(&config.names, LOG_FILE_CHECKPOINT, 0, path, OS_PATH_MAX), JET_errSuccess);
    assert_int_equal(log_create(&config, &log), JET_errSuccess);
    assert_false(log_checkpoint_whole(log));
    start = log_checkpoint(log);
    copies(path, start, start);
    append(log, &history, 100, &seed);
    now = log_tip(log);
    assert_int_equal(log_checkpoint_update(log, now, now), JET_errSuccess);
    copies(path, now, start);
    data = load(path, &size);
    data[100] ^= 1;
    store(path, data, size);
    os_free(data);
    assert_int_equal(log_checkpoint_read(path, &read), JET_errSuccess);
    assert_int_equal(log_position_of(&read.checkpoint), start);
    assert_int_equal(log_roll(log, 3, "for the test", &next), JET_errSuccess);
    assert_int_equal(log_checkpoint_update(log, next, next), JET_errSuccess);
    copies(path, next, next);
    /* Without the file both are made. */
    assert_int_equal(os_file_delete(path), JET_errSuccess);
    append(log, &history, 100, &seed);
    now = log_tip(log);
    assert_int_equal(log_checkpoint_end(log, now), JET_errSuccess);
    assert_true(log_checkpoint_whole(log));
    copies(path, now, now);
    assert_int_equal(log_close(log, false), JET_errSuccess);
    history_free(&history);
}

static void is_closed(const WCHAR *path, const struct header_signature *signature, uint64_t position, bool closed)
{
    struct log_reader *reader = NULL;

    assert_int_equal(log_reader_open_closed(path, signature, position, &reader), closed);
    assert_int_equal(reader != NULL, closed);
    log_reader_close(reader);
}

/* The end of a closed log is found where the checkpoint says, or not at all. */
static void test_closed(void **state)
{
    struct log_term term = { .type = LOG_TERM2 };
    struct log_part part = { &term, sizeof(term) };
    struct history history = { NULL, 0, 0 };
    struct header_signature signature, other;
    struct log_reader *reader, *whole;
    uint32_t seed = 71, segment;
    WCHAR path[OS_PATH_MAX];
    uint64_t position;
    struct log *log;
    size_t size, at = 0;
    uint8_t *data;

    (void)state;
    assert_int_equal(log_path(&config.names, LOG_FILE_CURRENT, 0, path, OS_PATH_MAX), JET_errSuccess);
    assert_int_equal(log_create(&config, &log), JET_errSuccess);
    signature = other = *log_signature(log);
    other.random ^= 1;
    append(log, &history, 9000, &seed);
    assert_int_equal(log_flush_all(log), JET_errSuccess);
    is_closed(path, &signature, history.records[0].position, false);
    assert_int_equal(log_append(log, &part, 1, &position), JET_errSuccess);
    history_add(&history, position, &term, sizeof(term));
    assert_int_equal(log_close(log, false), JET_errSuccess);
    is_closed(path, &signature, position + 1, false);
    is_closed(path, &signature, position + 0x10000, false);
    is_closed(path, &signature, position + (1ull << 32), false);
    is_closed(path, &other, position, false);

    data = load(path, &size);
    segment = log_position_segment(position);
    for (uint32_t i = log_position_segment(history.records[0].position); i <= segment + 1; i++)
    {
        data[i * LOG_SEGMENT_SIZE + 300] ^= 1;
        data[i * LOG_SEGMENT_SIZE + 2300] ^= 1;
        store(path, data, size);
        is_closed(path, &signature, position, false);
        data[i * LOG_SEGMENT_SIZE + 300] ^= 1;
        data[i * LOG_SEGMENT_SIZE + 2300] ^= 1;
    }
    store(path, data, size);
    os_free(data);

    assert_true(log_reader_open_closed(path, &signature, position, &reader));
    assert_int_equal(log_reader_open(path, LOG_READ_SOFT, &whole), JET_errSuccess);
    assert_true(reader->partial && reader->size < whole->size);
    assert_int_equal(reader->checksum, whole->checksum);
    assert_int_equal(reader->end, whole->end);
    assert_int_equal(reader->close, whole->close);
    log_reader_close(whole);
    assert_int_equal(log_resume(&config, reader, &log), JET_errSuccess);
    log_reader_close(reader);
    fill(log, &history, 300, &seed);
    assert_int_equal(log_close(log, false), JET_errSuccess);
    assert_int_equal(log_compare(&config.names, &history, &at), JET_errSuccess);
    assert_int_equal(at, history.count);
    history_free(&history);
}

static void test_names(void **state)
{
    struct log_names names = config.names;
    WCHAR path[OS_PATH_MAX];
    uint32_t digits;

    (void)state;
    assert_int_equal(log_name_generation(&names, u"edb0001A.log", &digits), 0x1a);
    assert_int_equal(digits, 5);
    assert_int_equal(log_name_generation(&names, u"EDB0010001a.LOG", &digits), 0x10001a);
    assert_int_equal(digits, 8);
    assert_int_equal(log_name_generation(&names, u"edb.log", NULL), 0);
    assert_int_equal(log_name_generation(&names, u"edbtmp.log", NULL), 0);
    assert_int_equal(log_name_generation(&names, u"edbres00001.jrs", NULL), 0);
    assert_int_equal(log_name_generation(&names, u"edb0001.log", NULL), 0);
    assert_int_equal(log_name_generation(&names, u"edc00001.log", NULL), 0);
    assert_int_equal(log_path(&names, LOG_FILE_GENERATION, 0xfffff, path, OS_PATH_MAX), JET_errSuccess);
    assert_int_equal(log_name_generation(&names, path, &digits), 0xfffff);
    assert_int_equal(digits, 5);
    assert_int_equal(log_path(&names, LOG_FILE_GENERATION, 0x100000, path, OS_PATH_MAX), JET_errSuccess);
    assert_int_equal(log_name_generation(&names, path, &digits), 0x100000);
    assert_int_equal(digits, 8);
}

static void test_attachments(void **state)
{
    struct log_attach attach = { .dbid = 1, .last_objid = 77 };
    uint8_t list[LOG_ATTACH_SIZE] = { 0 };
    const struct log_attach *entry;
    size_t offset = 0, count = 0;
    WCHAR path[64];

    (void)state;
    while (log_attach_add(list, &offset, &attach, u"C:\\some\\where\\data.edb"))
    {
        attach.dbid++;
        count++;
    }
    assert_true(count > 10);
    offset = 0;
    for (attach.dbid = 1; (entry = log_attach_next(list, &offset)); attach.dbid++)
    {
        assert_int_equal(entry->dbid, attach.dbid);
        log_attach_path(entry, path, 64);
        assert_int_equal(os_text_compare(path, u"C:\\some\\where\\data.edb"), 0);
        count--;
    }
    assert_int_equal(count, 0);
    assert_true(offset < LOG_ATTACH_SIZE);
    ((struct log_attach *)list)->names_size = 3000;
    offset = 0;
    assert_null(log_attach_next(list, &offset));
    assert_int_equal(offset, LOG_ATTACH_SIZE + 1);
}

static void test_limits(void **state)
{
    struct log_trace head = { LOG_TRACE, 0, 60000 };
    struct log_part parts[2] = { { &head, sizeof(head) }, { buffer, 60000 } };
    struct log_begin start = { .type = LOG_BEGIN0 };
    struct log_part one = { &start, sizeof(start) };
    struct log *log;
    uint32_t i;

    (void)state;
    config.depth_max = 4;
    assert_int_equal(log_create(&config, &log), JET_errSuccess);
    assert_int_equal(log_append(log, parts, 2, NULL), JET_errLogBufferTooSmall);
    for (i = 0; i < 5; i++)
        assert_int_equal(log_roll(log, 0, "", NULL), JET_errSuccess);
    assert_int_equal(log_append(log, &one, 1, NULL), JET_errSuccess);
    assert_int_equal(log_roll(log, 0, "", NULL), JET_errSuccess);
    assert_int_equal(log_append(log, &one, 1, NULL), JET_errCheckpointDepthTooDeep);
    start.type = LOG_COMMIT0;
    assert_int_equal(log_append(log, &one, 1, NULL), JET_errSuccess);
    start.type = LOG_BEGIN0;
    assert_int_equal(log_checkpoint_update(log, log_tip(log), log_tip(log)), JET_errSuccess);
    assert_int_equal(log_append(log, &one, 1, NULL), JET_errSuccess);
    assert_int_equal(log_close(log, false), JET_errSuccess);
    assert_int_equal(log_create(&config, &log), JET_errFileAccessDenied);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_read_back, begin, end),
        cmocka_unit_test_setup_teardown(test_edges, begin, end),
        cmocka_unit_test_setup_teardown(test_every_prefix, begin, end),
        cmocka_unit_test_setup_teardown(test_short_file, begin, end),
        cmocka_unit_test_setup_teardown(test_damage, begin, end),
        cmocka_unit_test_setup_teardown(test_torn, begin, end),
        cmocka_unit_test_setup_teardown(test_shadow, begin, end),
        cmocka_unit_test_setup_teardown(test_seek, begin, end),
        cmocka_unit_test_setup_teardown(test_roll_and_circular, begin, end),
        cmocka_unit_test_setup_teardown(test_checkpoint, begin, end),
        cmocka_unit_test_setup_teardown(test_checkpoint_copies, begin, end),
        cmocka_unit_test_setup_teardown(test_closed, begin, end),
        cmocka_unit_test_setup_teardown(test_names, begin, end),
        cmocka_unit_test_setup_teardown(test_attachments, begin, end),
        cmocka_unit_test_setup_teardown(test_limits, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
