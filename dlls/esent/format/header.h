/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The header of a database file.
 *
 * The first two pages of the file are two copies of it: a page each, so the
 * first page of the database proper (page 1) lies at twice the page size.  A
 * write damages at most one copy; whichever is whole is believed, the first if
 * both are.  The page size stands in the header itself, so reading starts with
 * finding the size under which a copy's checksum is right and which that copy
 * names: header_read() tries 2 KB to 32 KB.  Only 4 KB files of old engines
 * name none (0).
 *
 * Layout and meaning follow the published source (DBFILEHDR) and Windows' files
 * from XP to Windows 11; later engines only use bytes that were zero before.
 * The structs here are the bytes of the file: packed, little-endian, as every
 * machine this is built for is.  Nothing in them can be trusted but what
 * header_check() has passed.
 *
 * No locks; nothing here keeps state.
 */
#ifndef ESENT_FORMAT_HEADER_H
#define ESENT_FORMAT_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esent.h"
#include "os/os.h"

#define HEADER_MAGIC 0x89abcdefu
#define HEADER_ATTRIBUTES 0             /* `attributes` of a database, as against other files of old engines */
#define HEADER_FORMAT 0x620u            /* since Exchange 2000; the only one that is read */

/* What `update_major` brought, where a reader must know it. */
#define HEADER_UPDATE_LARGE_PAGES 0x11u /* 16 and 32 KB pages with the long header */

#define HEADER_FILE_DATABASE 1u         /* `file_type` */
#define HEADER_FILE_TEMPORARY 5u

#define HEADER_FLAG_SHADOW_OFF 0x01u    /* in flags[0] */

#define HEADER_PAGE_MIN 2048u
#define HEADER_PAGE_MAX 32768u

/* A moment, to the second; later engines put milliseconds and "this is UTC" in the last two bytes. */
struct header_time
{
    uint8_t second, minute, hour, day, month, year; /* year: less 1900 */
    uint8_t is_utc : 1;
    uint8_t milliseconds_low : 7;
    uint8_t os_snapshot : 1;            /* reserved, but in the times of backups */
    uint8_t milliseconds_high : 3;
    uint8_t unused : 4;
};

#pragma pack(push, 1)

struct header_position                  /* in the log */
{
    uint16_t byte;
    uint16_t sector;
    int32_t generation;
};

struct header_signature
{
    uint32_t random;
    struct header_time created;
    char computer[16];
};

struct header_backup
{
    struct header_position mark;
    struct header_time mark_time;
    uint32_t generation_low;
    uint32_t generation_high;
};

struct database_header
{
    uint32_t checksum;
    uint32_t magic;
    uint32_t format;                    /* 0x620 */
    int32_t attributes;
    uint64_t dbtime;
    struct header_signature signature;
    uint32_t state;                     /* JET_dbstate... */
    struct header_position consistent;
    struct header_time consistent_time;
    struct header_time attach_time;
    struct header_position attach;
    struct header_time detach_time;
    struct header_position detach;
    uint32_t dbid;
    struct header_signature log_signature;
    struct header_backup full_backup;
    struct header_backup incremental_backup;
    struct header_backup current_backup;
    uint8_t flags[4];
    uint32_t last_objid;
    uint32_t os_major, os_minor, os_build;
    int32_t os_service_pack;
    uint32_t update_major;              /* changes that older engines cannot read */
    uint32_t page_size;                 /* 0: 4096 */
    uint32_t repair_count;
    struct header_time repair_time;
    uint8_t unused_signature[28];
    uint64_t scrub_dbtime;
    struct header_time scrub_time;
    int32_t generation_min_required;
    int32_t generation_max_required;
    int32_t upgrade_pages[3];
    struct header_backup snapshot_backup;
    uint32_t created_format;
    uint32_t created_update;
    struct header_time generation_max_time;
    uint32_t full_backup_type;
    uint32_t incremental_backup_type;
    uint32_t repair_count_old;
    uint32_t ecc_fix_success;
    struct header_time ecc_fix_success_time;
    uint32_t ecc_fix_success_old;
    uint32_t ecc_fix_fail;
    struct header_time ecc_fix_fail_time;
    uint32_t ecc_fix_fail_old;
    uint32_t bad_checksum;
    struct header_time bad_checksum_time;
    uint32_t bad_checksum_old;
    int32_t generation_max_committed;
    struct header_backup copy_backup;
    struct header_backup differential_backup;
    uint32_t copy_backup_type;
    uint32_t differential_backup_type;
    uint32_t reseed_count;
    struct header_time reseed_time;
    uint32_t reseed_count_old;
    uint32_t patch_count;
    struct header_time patch_time;
    uint32_t patch_count_old;
    uint64_t sort_version;              /* of English once, all ones since */
    struct header_time scan_finish_time;
    struct header_time scan_start_time;
    uint32_t scan_continuous_page;
    int32_t generation_recovering;
    uint32_t extend_count;
    struct header_time extend_time;
    uint32_t shrink_count;
    struct header_time shrink_time;
    struct header_time reattach_time;
    struct header_position reattach;
    uint32_t trim_count;
    struct header_signature header_flush;
    struct header_signature flush_map_flush;
    int32_t generation_min_consistent;
    uint32_t update_minor;              /* changes that older engines need not know */
    uint32_t engine_max;                /* newest engine that attached it */
    uint32_t scan_highest_page;
    struct header_position resize;
    uint8_t reserved[3];
    uint32_t file_type;                 /* here in log files and checkpoints, too */
    uint8_t reserved2;
    struct header_time generation_max_required_time;
    int32_t generation_min_consistent_before_redo;
    int32_t generation_min_required_before_redo;
    struct header_signature revert_flush;
    uint32_t revert_count;
    struct header_time revert_from_time;
    struct header_time revert_to_time;
    uint32_t revert_pages;
    struct header_position before_revert;
};

#pragma pack(pop)

/* A header as read, and how the file's two copies were found. */
struct header_read
{
    struct database_header header;
    uint32_t page_size;         /* 2048 to 32768 */
    bool first_good;            /* the copy at the start of the file */
    bool second_good;           /* the copy a page after it */
    bool copies_differ;         /* both good, and not the same */
};

/* The page size that a header names, 4096 for none; 0 if it is no page size. */
uint32_t header_page_size(const struct database_header *header);

/*
 * Reads the header of an open file.  Errors: JET_errReadVerifyFailure if there
 * is no whole copy (a file too short for one, or something else), or what
 * reading answered.
 */
JET_ERR header_read(struct os_file *file, struct header_read *read);

/* Writes the whole copy of the header over the damaged one, durably; does nothing when both are whole. */
JET_ERR header_repair(struct os_file *file, const struct header_read *read);

/* Whether a JET_paramEngineFormatVersion admits the database for writing.  With
 * one of the JET_efv... that name no version it does.
 * JET_errEngineFormatVersionSpecifiedTooLowForDatabaseVersion. */
JET_ERR header_check_engine_format(const struct database_header *header, uint32_t format);

/* Whether the format is understood: JET_errInvalidDatabaseVersion. */
JET_ERR header_check(const struct database_header *header);

/* Whether it is a database at all, not another file with such a header: JET_errDatabaseCorrupted. */
JET_ERR header_check_type(const struct database_header *header);

/*
 * Whether the state lets the database be attached without recovery.
 * JET_errDatabaseDirtyShutdown, JET_errSoftRecoveryOnBackupDatabase,
 * JET_errDatabaseIncompleteUpgrade, JET_errDatabaseIncompleteIncrementalReseed,
 * JET_errDatabaseIncompleteRevert.
 */
JET_ERR header_check_state(const struct database_header *header);

/*
 * The database needs the log up to that generation, which was begun at that time; what it needs already stays.  The
 * time tells a generation from another of the same number. */
void header_require_generation(struct database_header *header, uint32_t generation, const struct header_time *created);

/* When the last generation that the database needs was begun; NULL: it does not say.  Source: ErrLGRedoFill. */
const struct header_time *header_required_time(const struct database_header *header);

/* Fills what JetGetDatabaseFileInfo answers for JET_DbInfoMisc; `size` is that of a JET_DBINFOMISC to 7.
 * False for another size. */
bool header_describe(const struct database_header *header, void *misc, uint32_t size);

/* The state in English, as a tool shows it; never NULL. */
const char *header_state_name(uint32_t state);

#endif
