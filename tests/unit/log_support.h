/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the log share: a directory, records of all kinds and sizes, reading all of it back. */
#ifndef TESTS_UNIT_LOG_SUPPORT_H
#define TESTS_UNIT_LOG_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "log/log.h"

#define LOG_DIRECTORY u"log-test.tmp"
#define LOG_FILE_BYTES 65536u

static inline uint32_t random_next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Deletes all files of the directory, and makes it if it is not there. */
static inline void log_clean(void)
{
    struct os_find_entry *entry = os_alloc(sizeof(*entry));
    WCHAR path[OS_PATH_MAX];
    struct os_find *find;

    assert_true(os_directory_create_all(LOG_DIRECTORY) >= 0);
    if (os_find_open(LOG_DIRECTORY u"/*", &find) >= 0)
    {
        while (os_find_next(find, entry) >= 0)
            if (os_path_join(LOG_DIRECTORY, entry->name, NULL, path, OS_PATH_MAX) >= 0)
                os_file_delete(path);
        os_find_close(find);
    }
    os_free(entry);
}

static inline void log_config_init(struct log_config *config)
{
    memset(config, 0, sizeof(*config));
    os_text_copy(config->names.directory, OS_PATH_MAX, LOG_DIRECTORY);
    os_text_copy(config->names.system_directory, OS_PATH_MAX, LOG_DIRECTORY);
    os_text_copy(config->names.base, LOG_NAME_MAX, u"edb");
    config->file_size = LOG_FILE_BYTES;
    config->page_size = 4096;
    config->engine_format = 9600;
}

/* A record of some type that is valid, of about `size` bytes; returns its real size. */
static inline uint32_t record_make(uint8_t *to, uint32_t size, uint32_t *seed)
{
    uint32_t i, head;

    if (size < 4)
        size = 4;
    for (i = 0; i < size; i++)
        to[i] = random_next(seed) % 3 ? (uint8_t)random_next(seed) : 0;
    if (size == 4)
    {
        to[0] = random_next(seed) % 2 ? LOG_BEGIN : LOG_COMMIT;
        return 4;
    }
    if (size < 8)
    {
        struct log_trace trace = { LOG_TRACE, 1, (uint16_t)(size - sizeof(trace)) };
        memcpy(to, &trace, sizeof(trace));
        return size;
    }
    if (size == 8)
    {
        to[0] = LOG_COMMIT0;
        return 8;
    }
    head = sizeof(struct log_insert);
    if (size >= head && size - head < 65536)
    {
        struct log_insert *insert = (struct log_insert *)to;
        uint32_t rest = size - head;
        insert->node.page.type = LOG_INSERT;
        insert->prefix_size = (uint16_t)(rest > 10 ? 10 : rest);
        insert->suffix_size = 0;
        insert->data_size = (uint16_t)(rest - insert->prefix_size);
        return size;
    }
    else
    {
        struct log_trace trace = { LOG_TRACE, 1, (uint16_t)(size - sizeof(trace)) };
        memcpy(to, &trace, sizeof(trace));
        return size;
    }
}

/* Sizes as they come: mostly small, some over segments, seldom over many. */
static inline uint32_t record_size(uint32_t *seed)
{
    switch (random_next(seed) % 40)
    {
    case 0: return 4000 + random_next(seed) % 200;
    case 1: return 8 + random_next(seed) % 30000;
    case 2: return 4056;
    case 3: return 1000 + random_next(seed) % 3000;
    default: return 4 + random_next(seed) % 160;
    }
}

struct kept
{
    uint64_t position;
    uint32_t size;
    uint8_t *data;
};

struct history
{
    struct kept *records;
    size_t count, room;
};

static inline void history_add(struct history *history, uint64_t position, const void *data, uint32_t size)
{
    struct kept *kept;

    if (history->count == history->room)
    {
        history->room = history->room ? history->room * 2 : 64;
        history->records = os_realloc(history->records, history->room * sizeof(*history->records));
        assert_non_null(history->records);
    }
    kept = &history->records[history->count++];
    kept->position = position;
    kept->size = size;
    kept->data = os_alloc(size);
    memcpy(kept->data, data, size);
}

static inline void history_free(struct history *history)
{
    size_t i;

    for (i = 0; i < history->count; i++)
        os_free(history->records[i].data);
    os_free(history->records);
    memset(history, 0, sizeof(*history));
}

/*
 * Reads all generations, the current file last, and compares with the history
 * from *at on; *at becomes the number of records that are there.  The error of
 * the reader that stopped it, or JET_errSuccess.
 */
static inline JET_ERR log_compare(const struct log_names *names, const struct history *history, size_t *at)
{
    uint32_t low, high, generation;
    JET_ERR err;

    assert_int_equal(log_range(names, &low, &high), JET_errSuccess);
    for (generation = low ? low : high + 1; generation <= high + 1; generation++)
    {
        enum log_file_kind kind = generation > high ? LOG_FILE_CURRENT : LOG_FILE_GENERATION;
        struct log_read_record record;
        struct log_reader *reader;
        WCHAR path[OS_PATH_MAX];

        assert_int_equal(log_path(names, kind, generation, path, OS_PATH_MAX), JET_errSuccess);
        err = log_reader_open(path, LOG_READ_SOFT, &reader);
        if (err < 0)
            return err;
        while (!(err = log_reader_next(reader, &record)))
        {
            const struct kept *kept;

            if (record.type == LOG_NOP2 || record.type == LOG_FORCE_ROLLOVER)
                continue;
            assert_true(*at < history->count);
            kept = &history->records[*at];
            assert_int_equal(record.position, kept->position);
            assert_int_equal(record.size, kept->size);
            assert_memory_equal(record.data, kept->data, kept->size);
            (*at)++;
        }
        log_reader_close(reader);
        if (err < 0)
            return err;
    }
    return JET_errSuccess;
}

#endif
