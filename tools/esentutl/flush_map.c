/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * /mp, and /k of it: the flush map beside a database, in which Windows' engine
 * notes how often each page was written, to notice writes that a disk lost.
 * Pages of 8 KB: the first is a header, the others have a header of 64 bytes and
 * then two bits for each page of the database, from the high bits of a byte down.
 *
 * Facts: published engine, flushmap.hxx and flushmap.cxx.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "../log_text.h"
#include "esentutl.h"
#include "format/bytes.h"
#include "format/checksum.h"
#include "format/page.h"

#define MAP_PAGE      8192u
#define PAGE_HEADER   64u
#define PAGES_EACH    ((MAP_PAGE - PAGE_HEADER) * 4)
#define HEADER        (-1) /* the number that the header goes by */
#define FILE_TYPE     667  /* where a file says of what kind it is */
#define VERSION_MAJOR 3u   /* and its update 0 */
#define FLAG_CLEAN    1u

/* Unaligned fields of the header, by offset. */
enum
{
    AT_VERSION = 4,
    AT_FLAGS = 36,
    AT_CREATED = 40,
    AT_ATTACHED = 48,
    AT_DETACHED = 56,
    AT_REQUIRED = 64,
    AT_REQUIRED_NEXT = 68,
    AT_FLUSH_BEGUN = 72,
    AT_FLUSH_DONE = 80,
    AT_DATABASE_SIGNATURE = 88,
    AT_MAP_SIGNATURE = 116,
};

/* And of the other pages. */
enum
{
    AT_DBTIME = 8,
    AT_NUMBER = 16,
};

struct map
{
    struct os_file *file;
    int32_t pages; /* without the header */
    uint8_t page[MAP_PAGE];
};

/* Reads a page and checks its checksum.  JET_errPageNotInitialized, JET_errReadVerifyFailure. */
static JET_ERR read_page(struct map *map, int32_t number, uint64_t *stored, uint64_t *right)
{
    struct page_checksum checksum;
    JET_ERR err = os_file_read_at(map->file, (uint64_t)(number + 1) * MAP_PAGE, map->page, MAP_PAGE);

    if (err < 0)
        return err;
    if (checksum_is_zero(map->page, MAP_PAGE))
        return JET_errPageNotInitialized;
    if (number == HEADER)
    {
        *stored = le32(map->page);
        *right = checksum_header(map->page, MAP_PAGE);
    }
    else
    {
        checksum_page_stored(map->page, MAP_PAGE, &checksum);
        *stored = checksum.block[0];
        checksum_page(map->page, MAP_PAGE, (uint32_t)number, &checksum);
        *right = checksum.block[0];
    }
    return *stored == *right ? JET_errSuccess : JET_errReadVerifyFailure;
}

/* Opens the file and checks its header: JET_errFileInvalidType, JET_errFlushMapVersionUnsupported. */
static JET_ERR open_map(struct map *map, const WCHAR *path)
{
    uint64_t size, stored, right;
    JET_ERR err = os_file_open(path, OS_OPEN_READ_ONLY | OS_OPEN_SHARE_WRITE, &map->file);

    if (err < 0)
        return err;
    err = os_file_size(map->file, &size);
    if (err >= 0)
        err = size < MAP_PAGE ? JET_errReadVerifyFailure : read_page(map, HEADER, &stored, &right);
    if (err >= 0 && le32(map->page + FILE_TYPE) != JET_filetypeFlushMap)
        err = JET_errFileInvalidType;
    if (err >= 0 && (le32(map->page + AT_VERSION) != VERSION_MAJOR || le32(map->page + AT_VERSION + 4)))
        err = JET_errFlushMapVersionUnsupported;
    if (err >= 0)
        map->pages = (int32_t)(size / MAP_PAGE) - 1;
    else
        os_file_close(map->file);
    return err;
}

static void print_time(const char *label, const uint8_t *at)
{
    struct header_time time;

    memcpy(&time, at, sizeof(time));
    printf("%36s: ", label);
    log_text_time(stdout, &time);
    printf("\n");
}

static void print_signed(const char *label, const uint8_t *at)
{
    struct header_signature signature;
    char text[64];

    memcpy(&signature, at, sizeof(signature));
    snprintf(text, sizeof(text), "%36s", label);
    print_signature(text, &signature);
}

static void print_generation(const char *label, const uint8_t *at)
{
    printf("%36s: %d (0x%x)\n", label, (int)le32(at), (unsigned)le32(at));
}

static void print_checksums(uint64_t stored, uint64_t right)
{
    printf("\nChecksum Information:\n%36s: 0x%016" PRIx64 "\n%36s: 0x%016" PRIx64 "\n\nFields:\n", "Persisted Checksum",
           stored, "Calculated Checksum", right);
}

static void print_header(const uint8_t *page)
{
    uint32_t flags = le32(page + AT_FLAGS);

    printf("%36s: %u.%u.%u\n", "Version", (unsigned)le32(page + AT_VERSION), (unsigned)le32(page + AT_VERSION + 4),
           (unsigned)le32(page + AT_VERSION + 8));
    printf("%36s: 0x%08x (Clean:%s, NewChecksumFormat:%s)\n", "Flags", (unsigned)flags,
           flags & FLAG_CLEAN ? "Yes" : "No", flags & PAGE_NEW_CHECKSUM ? "Yes" : "No");
    printf("%36s: %u\n", "File Type", (unsigned)le32(page + FILE_TYPE));
    print_time("Flush Map Creation", page + AT_CREATED);
    print_time("Last Flush Map Attach", page + AT_ATTACHED);
    print_time("Last Flush Map Detach", page + AT_DETACHED);
    print_generation("Log Required Min.", page + AT_REQUIRED);
    print_generation("Log Required Min. (Next)", page + AT_REQUIRED_NEXT);
    print_time("Last Flush Map Full Flush Started", page + AT_FLUSH_BEGUN);
    print_time("Last Flush Map Full Flush Completed", page + AT_FLUSH_DONE);
    print_signed("DB Header Flush Signature", page + AT_DATABASE_SIGNATURE);
    print_signed("Flush Map Header Flush Signature", page + AT_MAP_SIGNATURE);
}

static void print_states(const uint8_t *page, int32_t number)
{
    printf("Flush States (%u database pages):\nPGNO      : FLUSH STATE", PAGES_EACH);
    for (uint32_t i = 0; i < PAGES_EACH; i++)
    {
        if (i % 32 == 0)
            printf("\n0x%08x: ", (unsigned)((uint32_t)number * PAGES_EACH + i));
        printf("%u ", page[PAGE_HEADER + i / 4] >> (6 - i % 4 * 2) & 3u);
    }
    printf("\n\n");
}

static void print_data(const uint8_t *page, int32_t number, bool states)
{
    uint32_t flags = le32(page + AT_FLAGS);

    printf("%36s: %" PRIu64 " (0x%016" PRIx64 ")\n", "DB Time Max.", le64(page + AT_DBTIME), le64(page + AT_DBTIME));
    printf("%36s: %d (0x%08x)\n", "Flush Map Page Number", (int)le32(page + AT_NUMBER),
           (unsigned)le32(page + AT_NUMBER));
    printf("%36s: 0x%08x (NewChecksumFormat:%s)\n\n", "Flags", (unsigned)flags,
           flags & PAGE_NEW_CHECKSUM ? "Yes" : "No");
    if (states)
        print_states(page, number);
}

static JET_ERR dump_page(struct map *map, int32_t number, bool states)
{
    uint64_t stored = 0, right = 0;
    JET_ERR err = read_page(map, number, &stored, &right);

    if (err == JET_errPageNotInitialized)
    {
        printf("\nFlush map data page is empty.\n");
        return JET_errSuccess;
    }
    /* What is damaged is to be looked at, too. */
    if (err < 0 && err != JET_errReadVerifyFailure)
        return err;
    print_checksums(stored, right);
    if (number == HEADER)
        print_header(map->page);
    else
        print_data(map->page, number, states);
    return JET_errSuccess;
}

/* -1 is the header; without /p that and, with /v, all that follow. */
JET_ERR mode_flush_map(const struct options *options)
{
    const WCHAR *wanted = option_value(options, 'p');
    struct map *map = calloc(1, sizeof(*map));
    int first = HEADER, last = HEADER;
    JET_ERR err = map ? JET_errSuccess : JET_errOutOfMemory;

    printf("Initiating FILE DUMP mode...\nFlush map file: %s\n", options->name);
    if (err >= 0 && wanted && (!option_number(wanted, &first) || first < HEADER))
        err = JET_errInvalidParameter;
    if (err >= 0)
        err = open_map(map, options->path);
    if (err < 0)
    {
        free(map);
        return err;
    }
    last = wanted ? first : options->verbose ? map->pages - 1 : HEADER;
    for (int number = first; err >= 0 && number <= last; number++)
        err = dump_page(map, number, options->verbose);
    os_file_close(map->file);
    free(map);
    return err;
}

bool flush_map_named(const WCHAR *path)
{
    uint8_t type[4];
    struct os_file *file;
    bool is = false;

    if (os_file_open(path, OS_OPEN_READ_ONLY | OS_OPEN_SHARE_WRITE, &file) < 0)
        return false;
    /* All kinds of files say it at the same place. */
    if (os_file_read_at(file, FILE_TYPE, type, sizeof(type)) >= 0 && le32(type) == JET_filetypeFlushMap)
        is = true;
    os_file_close(file);
    return is;
}

JET_ERR flush_map_check(const struct options *options)
{
    struct map *map = calloc(1, sizeof(*map));
    JET_ERR err = map ? open_map(map, options->path) : JET_errOutOfMemory;
    unsigned bad = 0;
    int number = HEADER;

    printf(" Flush Map File: %s\n\n", options->name);
    if (err < 0)
    {
        free(map);
        return err;
    }
    for (; number < map->pages; number++)
    {
        uint64_t stored, right;
        JET_ERR each = read_page(map, number, &stored, &right);

        if (each >= 0 || each == JET_errPageNotInitialized)
            continue;
        printf("ERROR: page %d (0x%08x) failed verification with error code %d.\n", number, (unsigned)number,
               (int)each);
        bad++;
        if (err >= 0)
            err = each;
    }
    printf("\n%d page(s) verified.\n%u page(s) failed verification.\n", number + 1, bad);
    os_file_close(map->file);
    free(map);
    return err;
}
