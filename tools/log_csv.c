/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "log_csv.h"
#include "os/os.h"

struct log_csv
{
    struct os_file *file;
    uint64_t at;
    WCHAR text[8192]; /* that is not in the file yet */
    size_t count;
    JET_ERR err;
    /* Of the record that is told. */
    uint64_t position;
    const uint8_t *record;
    uint32_t size; /* 0 in all lines but the first */
    uint32_t sum;
};

/* -------------------------------------------------------------------- writing --- */

static void flush(struct log_csv *csv)
{
    if (csv->err >= 0 && csv->count)
        csv->err = os_file_write_at(csv->file, csv->at, csv->text, csv->count * sizeof(*csv->text));
    csv->at += csv->count * sizeof(*csv->text);
    csv->count = 0;
}

static void write_wide(struct log_csv *csv, const WCHAR *text, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        if (csv->count == sizeof(csv->text) / sizeof(*csv->text))
            flush(csv);
        csv->text[csv->count++] = text[i];
    }
}

static void print(struct log_csv *csv, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void print(struct log_csv *csv, const char *format, ...)
{
    char text[600];
    WCHAR wide[600];
    va_list args;
    size_t count = 0;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    for (; text[count]; count++)
        wide[count] = (uint8_t)text[count];
    write_wide(csv, wide, count);
}

JET_ERR log_csv_open(const WCHAR *path, struct log_csv **result)
{
    static const WCHAR mark = 0xfeff;
    bool there = os_file_exists(path);
    struct log_csv *csv = calloc(1, sizeof(*csv));
    JET_ERR err;

    *result = NULL;
    if (!csv)
        return JET_errOutOfMemory;
    err = os_file_open(path, OS_OPEN_WRITE | OS_OPEN_ALWAYS | OS_OPEN_SHARE_READ, &csv->file);
    if (err >= 0 && there)
        err = os_file_size(csv->file, &csv->at);
    if (err < 0)
    {
        if (csv->file)
            os_file_close(csv->file);
        free(csv);
        return err;
    }
    if (!there)
        write_wide(csv, &mark, 1);
    *result = csv;
    return JET_errSuccess;
}

JET_ERR log_csv_close(struct log_csv *csv)
{
    JET_ERR err;

    flush(csv);
    err = csv->err;
    os_file_close(csv->file);
    free(csv);
    return err;
}

static void print_bytes(struct log_csv *csv, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        print(csv, "%02X ", ((const uint8_t *)bytes)[i]);
}

static void time_text(const struct header_time *time, char text[40])
{
    snprintf(text, 40, "%02u/%02u/%04u %02u:%02u:%02u.%03u", time->month, time->day, time->year + 1900u, time->hour,
             time->minute, time->second, (unsigned)(time->milliseconds_low | time->milliseconds_high << 7));
}

/* --------------------------------------------------------------------- headers --- */

void log_csv_header(struct log_csv *csv, const struct log_header *header)
{
    char created[40], before[40], signed_at[40];
    const struct header_signature *signature = &header->signature;
    const struct log_attach *entry;
    size_t offset = 0;

    time_text(&header->created, created);
    time_text(&header->created_before, before);
    time_text(&signature->created, signed_at);
    print(csv, "LHGI, Create time:%s Rand:%" PRIu32 " Computer:%.16s, ", signed_at, signature->random,
          signature->computer[0] ? signature->computer : "<None>");
    print(csv, "%08" PRIX32 ", %08" PRIX32 ", %s, %s, %u.%u.%u.%u, %s, %u\r\n", (uint32_t)header->generation,
          header->checksum, created, before, header->major, header->minor, header->update_major, header->update_minor,
          header->flags & LOG_FLAG_CIRCULAR ? "0x1" : "0x0", header->segment_size);
    while ((entry = log_attach_next(header->attach, &offset)))
    {
        struct header_signature database = entry->signature;
        WCHAR path[OS_PATH_MAX];

        log_attach_path(entry, path, OS_PATH_MAX);
        print(csv, "LHAI, %u, \"", entry->dbid);
        write_wide(csv, path, os_text_length(path));
        print(csv, "\", ");
        print_bytes(csv, &database, sizeof(database));
        print(csv, "\r\n");
    }
}

void log_csv_end(struct log_csv *csv)
{
    print(csv, "LTEL\r\n");
}

/* --------------------------------------------------------------------- records --- */

/* How much of a record its checksum covers. */
static uint32_t covered(const uint8_t *record, uint32_t size)
{
    switch (record[0])
    {
    case LOG_NOP:
    case LOG_TERM:
    case LOG_SHUTDOWN_MARK:
    case LOG_RECOVERY_UNDO:
        return 1;
    case LOG_FLAG_INSERT:
    case LOG_DELTA:
    case LOG_DELTA64:
    case LOG_UNDO:
        return log_record_fixed_size(record[0]);
    case LOG_SPLIT:
    case LOG_SPLIT2:
        return sizeof(struct log_split);
    case LOG_MERGE:
    case LOG_MERGE2:
        return sizeof(struct log_merge) + le16(record + offsetof(struct log_merge, parent_key_size));
    case LOG_UNDO_INFO:
        return sizeof(struct log_undo_info) + le16(record + offsetof(struct log_undo_info, image_size));
    case LOG_EXTENT_FREED:
    case LOG_EXTENT_FREED2:
        return offsetof(struct log_extent_freed, dbtime);
    case LOG_TRACE:
    case LOG_FORCE_ROLLOVER:
        return size > sizeof(struct log_trace) && !record[size - 1] ? size - 1 : size;
    case LOG_CONVERT_FDP:
        return offsetof(struct log_convert_fdp, available);
    default:
        return size;
    }
}

/* Words exclusively or'd, as in old logs, from a start that is the position. */
static uint32_t sum_of(uint64_t position, const uint8_t *data, uint32_t size)
{
    uint32_t sum = log_position_generation(position) ^ (uint32_t)position;

    for (uint32_t i = 0; i < size; i++)
        sum ^= (uint32_t)data[i] << 8 * (i % 4);
    return sum;
}

/* What all lines of a record have; only the first says its size. */
static void begin_line(struct log_csv *csv, const char *kind)
{
    print(csv, "%s, %08X:%04X:%04X, %4.4X, %8.8X%8.8X", kind, (unsigned)log_position_generation(csv->position),
          (unsigned)log_position_segment(csv->position), (unsigned)log_position_byte(csv->position),
          (unsigned)csv->size, 0u, (unsigned)csv->sum);
    csv->size = 0;
}

static const char *name_of(const struct log_csv *csv)
{
    return log_record_name(csv->record[0]);
}

static void other_line(struct log_csv *csv)
{
    begin_line(csv, "LRMI");
    print(csv, ", %-9s\r\n", name_of(csv));
}

static void size_line(struct log_csv *csv, const char *kind, uint32_t dbid)
{
    begin_line(csv, kind);
    print(csv, ", %-9s, %u\r\n", name_of(csv), (unsigned)dbid);
}

static void page_line(struct log_csv *csv, uint32_t dbid, uint32_t pgno, uint32_t objid, uint64_t before,
                      uint64_t dbtime)
{
    begin_line(csv, "LRPI");
    print(csv, ", %-9s, %8.8X, %8.8X, %8.8X, %16.16" PRIX64 ", %16.16" PRIX64 "\r\n", name_of(csv), (unsigned)pgno,
          (unsigned)objid, (unsigned)dbid, before, dbtime);
}

static void database_line(struct log_csv *csv, uint32_t dbid, const uint8_t *path, uint32_t size, bool wide,
                          const void *signature)
{
    static const struct header_signature none;

    begin_line(csv, "LRDI");
    print(csv, ", %-9s, %u, \"", name_of(csv), (unsigned)dbid);
    for (uint32_t i = 0; i + (wide ? 1 : 0) < size; i += wide ? 2 : 1)
    {
        WCHAR c = wide ? le16(path + i) : path[i];

        if (!c)
            break;
        write_wide(csv, &c, 1);
    }
    print(csv, "\", ");
    print_bytes(csv, signature ? signature : &none, sizeof(none));
    print(csv, "\r\n");
}

#define U16(type, field) le16(record + offsetof(struct type, field))
#define U32(type, field) le32(record + offsetof(struct type, field))
#define U64(type, field) le64(record + offsetof(struct type, field))

/* The page that a record of one names, of the tree whose number is there. */
static void own_page(struct log_csv *csv, const uint8_t *record, uint32_t objid)
{
    page_line(csv, record[3], U32(log_page, pgno), objid, U64(log_page, dbtime_before), U64(log_page, dbtime));
}

static void another(struct log_csv *csv, const uint8_t *record, uint32_t objid, uint32_t pgno, uint64_t before)
{
    if (pgno)
        page_line(csv, record[3], pgno, objid, before, U64(log_page, dbtime));
}

static void roots(struct log_csv *csv, const uint8_t *record)
{
    uint32_t objid = U32(log_create_multiple_fdp, objid);

    own_page(csv, record, objid);
    switch (record[0])
    {
    case LOG_CREATE_MULTIPLE_FDP:
        another(csv, record, objid, U32(log_create_multiple_fdp, owned_root), LOG_DBTIME_NONE);
        another(csv, record, objid, U32(log_create_multiple_fdp, available_root), LOG_DBTIME_NONE);
        page_line(csv, record[3], U32(log_create_multiple_fdp, parent_root), objid, LOG_DBTIME_NONE,
                  U64(log_page, dbtime));
        break;
    case LOG_CREATE_SINGLE_FDP:
        another(csv, record, objid, U32(log_create_single_fdp, parent_root), LOG_DBTIME_NONE);
        break;
    default:
        another(csv, record, objid, U32(log_convert_fdp, parent_root), LOG_DBTIME_NONE);
        another(csv, record, objid, U32(log_convert_fdp, owned_root), LOG_DBTIME_NONE);
        another(csv, record, objid, U32(log_convert_fdp, available_root), LOG_DBTIME_NONE);
        another(csv, record, objid, U32(log_convert_fdp, secondary_first), LOG_DBTIME_NONE);
        break;
    }
}

static void split(struct log_csv *csv, const uint8_t *record)
{
    uint32_t objid = U32(log_split, objid);

    own_page(csv, record, objid);
    if (!U32(log_split, new_page))
        return;
    another(csv, record, objid, U32(log_split, new_page), LOG_DBTIME_NONE);
    another(csv, record, objid, U32(log_split, parent_page), U64(log_split, parent_dbtime_before));
    another(csv, record, objid, U32(log_split, right_page), U64(log_split, right_dbtime_before));
}

static void merge(struct log_csv *csv, const uint8_t *record)
{
    uint32_t objid = U32(log_merge, objid);

    own_page(csv, record, objid);
    another(csv, record, objid, U32(log_merge, parent_page), U64(log_merge, parent_dbtime_before));
    another(csv, record, objid, U32(log_merge, right_page), U64(log_merge, right_dbtime_before));
    another(csv, record, objid, U32(log_merge, left_page), U64(log_merge, left_dbtime_before));
}

static void page_move(struct log_csv *csv, const uint8_t *record)
{
    uint32_t objid = U32(log_page_move, objid);

    own_page(csv, record, objid);
    another(csv, record, objid, U32(log_page_move, new_page), LOG_DBTIME_NONE);
    another(csv, record, objid, U32(log_page_move, parent_page), U64(log_page_move, parent_dbtime_before));
    another(csv, record, objid, U32(log_page_move, left_page), U64(log_page_move, left_dbtime_before));
    another(csv, record, objid, U32(log_page_move, right_page), U64(log_page_move, right_dbtime_before));
}

static void empty_tree(struct log_csv *csv, const uint8_t *record, uint32_t size)
{
    uint32_t objid = U32(log_node, objid);

    own_page(csv, record, objid);
    for (uint32_t at = sizeof(struct log_empty_tree); at + sizeof(struct log_empty_page) <= size;
         at += sizeof(struct log_empty_page))
        page_line(csv, record[3], le32(record + at + offsetof(struct log_empty_page, pgno)), objid, le64(record + at),
                  U64(log_page, dbtime));
}

/* The pages of a macro: times are in its records. */
static void macro_pages(struct log_csv *csv, const uint8_t *record, uint32_t size)
{
    bool newer = record[0] == LOG_MACRO_INFO2;

    for (uint32_t at = newer ? sizeof(struct log_macro_info2) : sizeof(struct log_ignored); at + 4 <= size; at += 4)
        page_line(csv, newer ? record[offsetof(struct log_macro_info2, dbid)] : 1, le32(record + at), 0, 0, 0);
}

static void shrunk_pages(struct log_csv *csv, const uint8_t *record)
{
    bool newest = record[0] == LOG_SHRINK_DB3;
    uint32_t last = U32(log_shrink_db, last_page), pages = U32(log_shrink_db, pages);
    struct log_shrink_db whole;

    /* An older record counts as the newest, without a time. */
    memset(&whole, 0xff, sizeof(whole));
    memcpy(&whole, record, newest ? sizeof(whole) : offsetof(struct log_shrink_db, dbtime));
    csv->sum = sum_of(csv->position, (const uint8_t *)&whole, sizeof(whole));
    for (uint32_t i = 1; i <= pages && csv->err >= 0; i++)
        page_line(csv, record[1], last + i, 0, LOG_DBTIME_NONE, le64(&whole.dbtime));
}

static JET_ERR database_record(struct log_csv *csv, const uint8_t *record, uint32_t size)
{
    uint32_t head;

    switch (record[0])
    {
    case LOG_CREATE_DB:
        head = sizeof(struct log_create_db);
        head += record[offsetof(struct log_create_db, flags)] & LOG_CREATE_DB_VERSION ? 4 : 0;
        if (head <= size)
            database_line(csv, record[3], record + head, size - head,
                          record[offsetof(struct log_create_db, flags)] & LOG_CREATE_DB_UNICODE,
                          record + offsetof(struct log_create_db, signature));
        break;
    case LOG_ATTACH_DB:
        head = sizeof(struct log_attach_db);
        database_line(csv, record[3], record + head, size - head,
                      record[offsetof(struct log_attach_db, flags)] & LOG_ATTACH_DB_UNICODE,
                      record + offsetof(struct log_attach_db, signature));
        break;
    case LOG_DETACH_DB:
        head = sizeof(struct log_detach_db);
        database_line(csv, record[3], record + head, size - head,
                      record[offsetof(struct log_detach_db, flags)] & LOG_DETACH_DB_UNICODE, NULL);
        break;
    case LOG_EXTEND_DB:
        size_line(csv, "LRRI", record[offsetof(struct log_extend_db, dbid)]);
        break;
    case LOG_SHRINK_DB:
        size_line(csv, "LRRI", record[1]);
        break;
    case LOG_TRIM_DB:
        size_line(csv, "LRTI", record[1]);
        break;
    default:
        shrunk_pages(csv, record);
        break;
    }
    return csv->err;
}

static JET_ERR page_record(struct log_csv *csv, const uint8_t *record, uint32_t size)
{
    switch (record[0])
    {
    case LOG_CREATE_MULTIPLE_FDP:
    case LOG_CREATE_SINGLE_FDP:
    case LOG_CONVERT_FDP:
    case LOG_CONVERT_FDP2:
        roots(csv, record);
        break;
    case LOG_SPLIT:
    case LOG_SPLIT2:
        split(csv, record);
        break;
    case LOG_MERGE:
    case LOG_MERGE2:
        merge(csv, record);
        break;
    case LOG_PAGE_MOVE:
        page_move(csv, record);
        break;
    case LOG_EMPTY_TREE:
        empty_tree(csv, record, size);
        break;
    case LOG_MACRO_INFO:
    case LOG_MACRO_INFO2:
        macro_pages(csv, record, size);
        break;
    case LOG_NEW_PAGE:
        page_line(csv, record[3], U32(log_new_page, pgno), U32(log_new_page, objid), LOG_DBTIME_NONE,
                  U64(log_new_page, dbtime));
        break;
    default:
        own_page(csv, record, U32(log_node, objid));
        break;
    }
    return csv->err;
}

JET_ERR log_csv_record(struct log_csv *csv, uint64_t position, const uint8_t *record, uint32_t size)
{
    csv->position = position;
    csv->record = record;
    csv->size = size;
    csv->sum = sum_of(position, record, covered(record, size));
    switch (record[0])
    {
    case LOG_NOP:
        return JET_errSuccess;
    case LOG_CHECKSUM:
    {
        bool both = record[offsetof(struct log_checksum, has_short)] == LOG_CHECKSUM_SHORT_ON;

        print(csv, "LRCI, %08X:%04X:%04X, %4.4X, %8.8X%8.8X\r\n", (unsigned)log_position_generation(position),
              (unsigned)log_position_segment(position), (unsigned)log_position_byte(position), (unsigned)size,
              both ? (unsigned)U32(log_checksum, short_checksum) : 0u, (unsigned)U32(log_checksum, checksum));
        return csv->err;
    }
    case LOG_CREATE_DB:
    case LOG_ATTACH_DB:
    case LOG_DETACH_DB:
    case LOG_EXTEND_DB:
    case LOG_SHRINK_DB:
    case LOG_SHRINK_DB2:
    case LOG_SHRINK_DB3:
    case LOG_TRIM_DB:
        return database_record(csv, record, size);
    case LOG_CREATE_MULTIPLE_FDP:
    case LOG_CREATE_SINGLE_FDP:
    case LOG_CONVERT_FDP:
    case LOG_CONVERT_FDP2:
    case LOG_SPLIT:
    case LOG_SPLIT2:
    case LOG_MERGE:
    case LOG_MERGE2:
    case LOG_PAGE_MOVE:
    case LOG_EMPTY_TREE:
    case LOG_MACRO_INFO:
    case LOG_MACRO_INFO2:
    case LOG_NEW_PAGE:
    case LOG_INSERT:
    case LOG_FLAG_INSERT:
    case LOG_FLAG_INSERT_REPLACE:
    case LOG_FLAG_DELETE:
    case LOG_REPLACE:
    case LOG_REPLACE_DIFF:
    case LOG_DELETE:
    case LOG_UNDO_INFO:
    case LOG_DELTA:
    case LOG_DELTA64:
    case LOG_SET_EXTERNAL_HEADER:
    case LOG_UNDO:
    case LOG_SCRUB:
        return page_record(csv, record, size);
    case LOG_END:
    case LOG_BEGIN_DT:
    case LOG_PREPARE_COMMIT:
    case LOG_PREPARE_ROLLBACK:
        return JET_errLogFileCorrupt;
    /* These say of which database they are. */
    case LOG_SCAN_CHECK:
    case LOG_REATTACH_DB:
    case LOG_FREE_FDP:
    default:
        other_line(csv);
        return csv->err;
    }
}
