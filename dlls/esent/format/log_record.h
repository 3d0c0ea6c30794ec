/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records of the log: their types, their layouts, their sizes.
 *
 * A record begins with a byte that is its type; the fields of the type's struct
 * follow, then data whose lengths stand in those fields, without padding.  So the
 * size of a record follows from its struct alone: log_record_size().  Which data
 * follows, in which order, is said with each struct.
 *
 * A type never changes; a record with more in it gets a new type, so that there
 * are pairs such as LOG_SPLIT and LOG_SPLIT2, of which the older is only read.
 * Types that older engines may skip begin with struct log_ignored, which says
 * the size of what follows.
 *
 * Records of one page: struct log_page says which page, its dbtime before and
 * after, and the transaction.  A page is changed by a record when its dbtime is
 * that from before; it has been changed already when it is not less than that
 * after.  Those of one node have struct log_node in front, with what names the
 * version they made (`rceid`), so that a record LOG_UNDO_INFO, which brings the
 * before image when the page of a version goes to disk first, can be matched.
 *
 * A change of several pages is one record, or several between LOG_MACRO_BEGIN
 * and LOG_MACRO_COMMIT of the same session and dbtime, which take effect
 * together when the latter is met, or not at all.
 *
 * The structs are the bytes of the file.  A record that log_record_size() passed
 * has its whole struct and its data; that what the fields say makes sense is for
 * the one who uses them to check.
 *
 * Facts: the published source (LR and its subclasses).  No state, no locks.
 */
#ifndef ESENT_FORMAT_LOG_RECORD_H
#define ESENT_FORMAT_LOG_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esent.h"
#include "format/header.h"
#include "format/log_file.h"

enum log_record_type
{
    LOG_NOP = 0,                        /* one byte: filling to the end of the segment */
    LOG_INIT = 1,
    LOG_TERM = 2,
    LOG_MULTI_SECTOR = 3,               /* obsolete */
    LOG_END = 4,                        /* obsolete */
    LOG_BEGIN = 5,
    LOG_COMMIT = 6,
    LOG_ROLLBACK = 7,
    LOG_BEGIN0 = 8,                     /* of the outermost level */
    LOG_COMMIT0 = 9,
    LOG_REFRESH = 10,
    LOG_MACRO_BEGIN = 11,
    LOG_MACRO_COMMIT = 12,
    LOG_MACRO_ABORT = 13,
    LOG_CREATE_DB = 14,
    LOG_ATTACH_DB = 15,
    LOG_DETACH_DB = 16,
    LOG_RECOVERY_UNDO = 17,
    LOG_RECOVERY_QUIT = 18,
    LOG_FULL_BACKUP = 19,
    LOG_INCREMENTAL_BACKUP = 20,
    LOG_JET_OP = 21,
    LOG_TRACE = 22,
    LOG_SHUTDOWN_MARK = 23,
    LOG_CREATE_MULTIPLE_FDP = 24,       /* a tree with extents of its own */
    LOG_CREATE_SINGLE_FDP = 25,
    LOG_CONVERT_FDP = 26,
    LOG_SPLIT = 27,
    LOG_MERGE = 28,
    LOG_INSERT = 29,
    LOG_FLAG_INSERT = 30,               /* a deleted node lives again */
    LOG_FLAG_INSERT_REPLACE = 31,
    LOG_FLAG_DELETE = 32,
    LOG_REPLACE = 33,
    LOG_REPLACE_DIFF = 34,
    LOG_DELETE = 35,
    LOG_UNDO_INFO = 36,
    LOG_DELTA = 37,
    LOG_SET_EXTERNAL_HEADER = 38,
    LOG_UNDO = 39,
    LOG_CHECKSUM = 42,                  /* of old logs */
    LOG_EXTERNAL_RESTORE = 45,
    LOG_BACKUP = 46,
    LOG_EMPTY_TREE = 48,
    LOG_INIT2 = 49,
    LOG_TERM2 = 50,
    LOG_RECOVERY_UNDO2 = 51,
    LOG_RECOVERY_QUIT2 = 52,
    LOG_BEGIN_DT = 53,
    LOG_PREPARE_COMMIT = 54,
    LOG_PREPARE_ROLLBACK = 55,
    LOG_FORCE_WRITE = 57,
    LOG_CONVERT_FDP2 = 58,
    LOG_EXTERNAL_RESTORE2 = 59,
    LOG_BACKUP2 = 60,
    LOG_FORCE_ROLLOVER = 61,
    LOG_SPLIT2 = 62,
    LOG_MERGE2 = 63,
    LOG_SCRUB = 64,
    LOG_PAGE_MOVE = 65,
    LOG_PAGE_PATCH_REQUEST = 66,
    LOG_MACRO_INFO = 67,                /* 67 to 75 may be skipped */
    LOG_EXTEND_DB = 68,
    LOG_COMMIT_CONTEXT = 69,
    LOG_SCAN_CHECK = 70,
    LOG_NOP2 = 71,
    LOG_REATTACH_DB = 72,
    LOG_MACRO_INFO2 = 73,
    LOG_FREE_FDP = 74,
    LOG_IGNORED9 = 75,
    LOG_FRAGMENT_BEGIN = 76,
    LOG_FRAGMENT = 77,
    LOG_SHRINK_DB = 78,
    LOG_CREATE_DB_FINISH = 79,
    LOG_RECOVERY_QUIT_KEEP = 80,        /* databases stay attached */
    LOG_TRIM_DB = 81,
    LOG_IGNORED10 = 82,                 /* 82 to 91 may be skipped */
    LOG_IGNORED19 = 91,
    LOG_SET_DB_VERSION = 92,
    LOG_DELTA64 = 93,
    LOG_SHRINK_DB2 = 94,
    LOG_NEW_PAGE = 95,
    LOG_ROOT_PAGE_MOVE = 96,
    LOG_SIGNAL_ATTACH_DB = 97,
    LOG_SCAN_CHECK2 = 98,
    LOG_SHRINK_DB3 = 99,
    LOG_EXTENT_FREED = 100,
    LOG_EXTENT_FREED2 = 101,
    LOG_TYPES = 102
};

/* log_page.flags */
#define LOG_PAGE_VERSIONED 0x01u
#define LOG_PAGE_DELETED 0x02u
#define LOG_PAGE_UNIQUE 0x04u           /* the tree has unique keys */
#define LOG_PAGE_SPACE 0x08u            /* it is a space tree */
#define LOG_PAGE_INDEX_BUILD 0x10u      /* by the concurrent build of an index */
#define LOG_PAGE_SYSTEM 0x20u           /* by background work */

#define LOG_DBTIME_NONE 0xffffffffffffffffull

#pragma pack(push, 1)

/* ------------------------------------------------ the log itself, sessions --- */

struct log_ignored                      /* LOG_NOP2, LOG_MACRO_INFO..., IGNORED...: `size` bytes follow */
{
    uint8_t type;
    uint32_t size;
};

struct log_fragment_begin               /* `size` bytes follow */
{
    uint8_t type;
    uint32_t total;                     /* size of the whole record */
    uint16_t size;
};

struct log_fragment                     /* `size` bytes follow */
{
    uint8_t type;
    uint16_t size;
};

struct log_init                         /* LOG_INIT; LOG_INIT2 has the time as well */
{
    uint8_t type;
    struct log_parameters parameters;
    struct header_time time;
};

struct log_term                         /* LOG_TERM, LOG_RECOVERY_QUIT; the later ones have the time as well */
{
    uint8_t type;
    struct header_position from;        /* of shutdown, or where undo began */
    struct header_position redo_from;
    uint8_t hard;
    struct header_time time;
};

struct log_recovery_undo                /* LOG_RECOVERY_UNDO has the type only */
{
    uint8_t type;
    struct header_time time;
};

struct log_begin                        /* LOG_BEGIN without `transaction`, LOG_BEGIN0 and LOG_BEGIN_DT with it */
{
    uint8_t type;
    uint16_t session;
    uint8_t level_from : 4;
    uint8_t levels : 4;                 /* begun */
    uint32_t transaction;               /* its time of beginning */
};

struct log_commit                       /* LOG_COMMIT without `transaction`, LOG_COMMIT0 with it */
{
    uint8_t type;
    uint16_t session;
    uint8_t level_to;
    uint32_t transaction;               /* its time of commit */
};

struct log_rollback
{
    uint8_t type;
    uint16_t session;
    uint8_t levels;
};

struct log_refresh
{
    uint8_t type;
    uint16_t session;
    uint32_t transaction;
};

struct log_prepare_commit               /* `size` bytes follow */
{
    uint8_t type;
    uint16_t session;
    uint32_t size;
};

struct log_session                      /* LOG_FORCE_WRITE, LOG_PREPARE_ROLLBACK */
{
    uint8_t type;
    uint16_t session;
};

struct log_macro                        /* LOG_MACRO_BEGIN, LOG_MACRO_COMMIT, LOG_MACRO_ABORT */
{
    uint8_t type;
    uint16_t session;
    uint64_t dbtime;
};

struct log_macro_info2                  /* page numbers follow; LOG_MACRO_INFO has them right after its size */
{
    uint8_t type;
    uint32_t size;
    uint8_t dbid;
    uint32_t pages;
};

struct log_commit_context               /* of LOG_COMMIT0 next to it; data follows.  Before 8.5.2 without `flags` */
{
    uint8_t type;
    uint32_t size;
    uint16_t session;
    uint8_t flags;
};

#define LOG_COMMIT_CONTEXT_CALLBACK 0x1u
#define LOG_COMMIT_CONTEXT_CUSTOMER_DATA 0x2u
#define LOG_COMMIT_CONTEXT_PRECOMMIT 0x4u

struct log_trace                        /* LOG_TRACE, LOG_FORCE_ROLLOVER; `size` bytes of text follow */
{
    uint8_t type;
    uint16_t session;
    uint16_t size;
};

struct log_jet_op
{
    uint8_t type;
    uint16_t session;
    uint8_t operation;
};

struct log_multi_sector
{
    uint8_t type;
    uint16_t forward_byte;
    uint32_t checksum;
    uint16_t forward_sector;
};

struct log_checksum                     /* of old logs: covers what lies around it */
{
    uint8_t type;
    uint32_t backward;                  /* bytes covered before the record */
    uint32_t forward;                   /* bytes covered after it */
    uint32_t next;                      /* from its end to the next one; 0 if there was none */
    uint32_t checksum;
    uint32_t short_checksum;            /* of its own sector */
    uint8_t has_short;                  /* LOG_CHECKSUM_SHORT... */
};

#define LOG_CHECKSUM_SHORT_ON 0x9au
#define LOG_CHECKSUM_SHORT_OFF 0xd1u

/* ---------------------------------------------------------------- databases --- */

struct log_create_db                    /* two uint16 of the version follow if flagged, then the path */
{
    uint8_t type;
    uint16_t session;
    uint8_t dbid;
    uint32_t grbit;
    uint32_t pages_max;
    struct header_signature signature;
    uint16_t path_size;                 /* in bytes, with its NUL */
    uint8_t flags;
};

#define LOG_CREATE_DB_VERSION 0x04u
#define LOG_CREATE_DB_UNICODE 0x08u
#define LOG_CREATE_DB_SPARSE 0x10u

struct log_create_db_finish
{
    uint8_t type;
    uint16_t session;
    uint8_t dbid;
};

struct log_attach_db                    /* the path follows */
{
    uint8_t type;
    uint16_t session;
    uint8_t dbid;
    uint32_t pages_max;
    struct header_position consistent;
    struct header_signature signature;
    struct header_signature log_signature;
    uint16_t path_size;
    uint8_t flags;
};

#define LOG_ATTACH_DB_UNICODE 0x08u
#define LOG_ATTACH_DB_SPARSE 0x10u

struct log_detach_db                    /* the path follows */
{
    uint8_t type;
    uint16_t session;
    uint8_t dbid;
    uint16_t path_size;
    uint8_t flags;
};

#define LOG_DETACH_DB_UNICODE 0x10u

struct log_reattach_db
{
    uint8_t type;
    uint32_t size;
    uint8_t dbid;
    struct header_position attach;
    struct header_position consistent;
    struct header_signature signature;
};

struct log_signal_attach_db
{
    uint8_t type;
    uint8_t dbid;
};

struct log_extend_db
{
    uint8_t type;
    uint32_t size;
    uint8_t dbid;
    uint32_t last_page;
};

struct log_shrink_db                    /* LOG_SHRINK_DB3 has the dbtime as well */
{
    uint8_t type;
    uint8_t dbid;
    uint32_t last_page;
    uint32_t pages;
    uint64_t dbtime;
};

struct log_trim_db
{
    uint8_t type;
    uint8_t dbid;
    uint32_t first_page;
    uint32_t pages;
};

struct log_extent_freed                 /* LOG_EXTENT_FREED2 has the dbtime as well */
{
    uint8_t type;
    uint8_t dbid;
    uint32_t first_page;
    uint32_t pages;
    uint8_t flags;                      /* 1: root of a table, 2: an empty page whose root was deleted */
    uint64_t dbtime;
};

struct log_set_db_version
{
    uint8_t type;
    uint8_t dbid;
    uint32_t format;
    uint32_t update_major;
    uint32_t update_minor;
};

struct log_external_restore             /* two texts follow, instance and path: 8-bit, in the newer 16-bit */
{
    uint8_t type;
    uint16_t size;
};

struct log_restore                      /* LOG_FULL_BACKUP, LOG_INCREMENTAL_BACKUP; a path follows */
{
    uint8_t type;
    uint16_t path_size;
};

struct log_backup                       /* a path follows */
{
    uint8_t type;
    uint8_t backup_type;
    uint8_t reserved;
    uint16_t path_size;
};

struct log_backup2                      /* a path follows */
{
    uint8_t type;
    uint8_t phase;
    uint32_t backup_type;
    uint8_t scope;
    uint8_t dbid;
    struct header_backup details;
    uint8_t reserved;
    uint16_t path_size;
};

enum log_backup_phase
{
    LOG_BACKUP_BEGIN = 1,
    LOG_BACKUP_PREPARE_LOGS,
    LOG_BACKUP_TRUNCATE,
    LOG_BACKUP_UPDATE,
    LOG_BACKUP_ABORT,
    LOG_BACKUP_STOP,
};

enum log_backup_scope
{
    LOG_BACKUP_FULL = 1,
    LOG_BACKUP_INCREMENTAL = 2,
    LOG_BACKUP_COPY = 5,
    LOG_BACKUP_DIFFERENTIAL = 6,
};

/* --------------------------------------------------------- pages and nodes --- */

struct log_page
{
    uint8_t type;
    uint16_t session;
    uint8_t dbid;
    uint32_t pgno;
    uint64_t dbtime;                    /* the page's, afterwards */
    uint64_t dbtime_before;
    uint32_t transaction;               /* time of its beginning */
    uint8_t level;
    uint16_t line;
    uint8_t flags;
};

struct log_node                         /* LOG_FLAG_DELETE and LOG_DELETE are this */
{
    struct log_page page;
    uint32_t rceid;
    uint32_t root;                      /* of the tree */
    uint32_t objid;
};

struct log_insert                       /* prefix, suffix, data follow: together key and data */
{
    struct log_node node;
    uint16_t suffix_size;
    uint16_t prefix_size;
    uint16_t data_size;
};

struct log_flag_insert                  /* key and data follow */
{
    struct log_node node;
    uint16_t key_size;
    uint16_t data_size;
};

struct log_flag_insert_replace          /* key and data follow */
{
    struct log_node node;
    uint16_t key_size;
    uint16_t data_size;
    uint32_t rceid_replace;
};

struct log_replace                      /* new data or, of LOG_REPLACE_DIFF, differences follow: see log_diff_next */
{
    struct log_node node;
    uint16_t size;                      /* of what follows; with LOG_REPLACE_DIFF2 set: differences of the second kind */
    uint16_t old_size;
    uint16_t new_size;
};

#define LOG_REPLACE_SIZE_MASK 0x7fffu
#define LOG_REPLACE_DIFF2 0x8000u

struct log_delta                        /* the bookmark follows: key and data */
{
    struct log_node node;
    uint16_t key_size;
    uint16_t data_size;
    int32_t delta;
    uint16_t offset;
};

struct log_delta64                      /* the bookmark follows */
{
    struct log_node node;
    uint16_t key_size;
    uint16_t data_size;
    int64_t delta;
    uint16_t offset;
};

struct log_undo                         /* the bookmark follows */
{
    struct log_node node;
    uint16_t key_size;
    uint16_t data_size;
    uint16_t operation;                 /* enum log_operation */
    uint8_t level;
};

struct log_undo_info                    /* the bookmark and the before image follow */
{
    struct log_node node;
    uint16_t key_size;
    uint16_t data_size;
    uint16_t operation;
    int16_t max_size;                   /* of a replaced node: room that its versions need */
    int16_t size_change;
    uint16_t image_size;
};

struct log_set_external_header          /* data follows */
{
    struct log_node node;
    uint16_t data_size;
};

struct log_scrub                        /* operations follow, in data_size */
{
    struct log_node node;
    uint32_t flags;                     /* 1: an unused page */
    uint32_t operations;
    uint16_t data_size;
};

struct log_empty_tree                   /* struct log_empty_page follow */
{
    struct log_node node;
    uint16_t pages_size;                /* in bytes */
};

struct log_empty_page
{
    uint64_t dbtime_before;
    uint32_t pgno;
    uint32_t page_flags;                /* for information */
};

/* log_undo.operation, log_undo_info.operation: what is undone */
enum log_operation
{
    LOG_OPERATION_INSERT = 1,
    LOG_OPERATION_REPLACE = 2,
    LOG_OPERATION_FLAG_DELETE = 3,
    LOG_OPERATION_DELTA = 4,
    LOG_OPERATION_DELTA64 = 9,
};

/* -------------------------------------------------------- whole trees of pages --- */

struct log_split                        /* LOG_SPLIT: key of the parent, prefixes of old and new page follow */
{
    struct log_page page;               /* the page that is split; its `line` is not used */
    uint32_t new_page;                  /* 0: this page is a parent of those split, whose node changes */
    uint32_t right_page;
    uint64_t right_dbtime_before;
    uint32_t parent_page;
    uint64_t parent_dbtime_before;
    uint32_t root;
    uint32_t objid;
    uint8_t split_type;
    uint8_t split_operation;
    uint16_t operation_line;
    uint16_t split_line;
    uint16_t lines;                     /* before, with what is inserted */
    uint32_t new_page_flags;
    uint32_t split_page_flags;
    int16_t uncommitted_old;            /* uncommitted free space of either page */
    int16_t uncommitted_new;
    int32_t prefix_line_old;            /* which node's key becomes the prefix; -1: none */
    int32_t prefix_line_new;
    uint16_t prefix_size_old;
    uint16_t prefix_size_new;
    uint16_t parent_key_size;
};

struct log_split2                       /* as LOG_SPLIT; then the page before the split */
{
    struct log_split split;
    uint32_t flags;
    uint32_t image_size;
};

#define LOG_IMAGE_DEHYDRATED 0x1u       /* without the gap in the middle of the page */
#define LOG_IMAGE_XPRESS 0x2u           /* compressed */

enum log_split_type
{
    LOG_SPLIT_VERTICAL = 0,
    LOG_SPLIT_RIGHT = 1,
    LOG_SPLIT_APPEND = 2,
};

enum log_split_operation
{
    LOG_SPLIT_NONE = 0,
    LOG_SPLIT_INSERT = 1,
    LOG_SPLIT_REPLACE = 2,
    LOG_SPLIT_FLAG_INSERT_REPLACE = 3,
};

struct log_merge                        /* LOG_MERGE: the separator key for the parent follows */
{
    struct log_page page;               /* the page that goes */
    uint32_t right_page;
    uint64_t right_dbtime_before;
    uint32_t left_page;
    uint64_t left_dbtime_before;
    uint32_t parent_page;
    uint64_t parent_dbtime_before;
    uint32_t root;
    uint32_t objid;
    uint16_t size_total;                /* of the nodes that move */
    uint16_t size_max_total;
    uint16_t uncommitted;               /* uncommitted free space of the page that takes them */
    uint16_t merge_line;
    uint8_t merge_flags;
    uint8_t merge_type;
    uint16_t parent_key_size;
};

struct log_merge2                       /* as LOG_MERGE; then the page that goes, before */
{
    struct log_merge merge;
    uint32_t flags;                     /* LOG_IMAGE_... */
    uint32_t image_size;
};

#define LOG_MERGE_KEY_CHANGE 0x01u
#define LOG_MERGE_DELETE_NODE 0x02u     /* of the parent */
#define LOG_MERGE_EMPTY_PAGE 0x04u

enum log_merge_type
{
    LOG_MERGE_NONE = 0,
    LOG_MERGE_EMPTY = 1,
    LOG_MERGE_FULL_RIGHT = 2,
    LOG_MERGE_PARTIAL_RIGHT = 3,
    LOG_MERGE_EMPTY_TREE = 4,
    LOG_MERGE_FULL_LEFT = 5,
    LOG_MERGE_PARTIAL_LEFT = 6,
    LOG_MERGE_PAGE_MOVE = 7,
};

struct log_create_multiple_fdp          /* page.pgno is the root */
{
    struct log_page page;
    uint32_t objid;
    uint32_t owned_root;
    uint32_t available_root;
    uint32_t parent_root;
    uint32_t pages;                     /* of the primary extent */
    uint32_t page_flags;
};

struct log_create_single_fdp
{
    struct log_page page;
    uint32_t objid;
    uint32_t parent_root;
    uint32_t pages;
    uint32_t page_flags;
};

struct log_convert_fdp                  /* LOG_CONVERT_FDP without the last two */
{
    struct log_page page;
    uint32_t objid;
    uint32_t owned_root;                /* and first page of the secondary extent */
    uint32_t available_root;
    uint32_t parent_root;
    uint32_t secondary_first;
    uint32_t pages;                     /* of the primary extent */
    uint32_t secondary_pages;
    uint32_t available;                 /* bits: which pages of the primary extent were free */
    uint32_t page_flags;
};

struct log_free_fdp
{
    uint8_t type;
    uint32_t size;
    uint8_t dbid;
    uint32_t root;
    uint32_t transaction;
    uint8_t fdp_type;
};

#define LOG_FDP_TABLE 1u
#define LOG_FDP_INDEX 2u

struct log_page_move                    /* the page in two pieces follows: header and nodes, tags */
{
    struct log_page page;               /* where it was */
    uint32_t new_page;
    uint32_t left_page;
    uint32_t right_page;
    uint32_t parent_page;
    uint64_t left_dbtime_before;
    uint64_t right_dbtime_before;
    uint64_t parent_dbtime_before;
    uint32_t root;
    uint32_t objid;
    int32_t parent_line;
    uint32_t flags;                     /* 1: root, 2: root of the owned extents, 4: of the available ones */
    uint32_t head_size;
    uint32_t tail_size;
};

struct log_root_page_move
{
    uint8_t type;
    uint64_t dbtime;
    uint8_t dbid;
    uint32_t objid;
    uint16_t session;
};

struct log_new_page
{
    uint8_t type;
    uint16_t session;
    uint8_t dbid;
    uint32_t pgno;
    uint32_t objid;
    uint64_t dbtime;
};

struct log_page_patch_request
{
    uint8_t type;
    uint8_t dbid;
    uint32_t pgno;
    uint64_t dbtime;
    uint8_t reserved[32];
};

struct log_scan_check
{
    uint8_t type;
    uint32_t size;
    uint8_t dbid;
    uint32_t pgno;
    uint64_t unused_page;
    uint64_t unused_current;
    uint64_t dbtime_page;
    uint64_t dbtime_current;
    uint16_t checksum;
};

struct log_scan_check2
{
    uint8_t type;
    uint8_t dbid;
    uint32_t pgno;
    uint8_t source;                     /* low two bits; 0x20 deleted root, 0x40 empty page, 0x80 no valid objid */
    uint64_t dbtime_page;
    uint64_t dbtime_current;
    uint32_t checksum;
};

#pragma pack(pop)

/* ------------------------------------------------------------------- sizes --- */

/* Bytes that must be there before log_record_size() can tell the size; 0 for what is no type. */
uint32_t log_record_fixed_size(uint8_t type);

/*
 * The size of a record of which `available` bytes are there, at least one.
 * 0: no type, or the fixed part of it is not all there.  The result may be more
 * than `available`.
 */
uint64_t log_record_size(const void *record, size_t available);

/* A name for it, as tools show it and others' tools do; never NULL. */
const char *log_record_name(uint8_t type);

/* Whether the record, if it is the last of a log, says that it was closed. */
bool log_record_closes(uint8_t type);

/* ------------------------------------------------------------- differences --- */

/*
 * In the log a difference begins with a head: the offset in the low 13 bits of a word and flags above or, in
 * databases with large pages (LOG_REPLACE_DIFF2), a word and a byte of flags; then how much comes, and how much goes
 * if no flag says it, each in a byte or a word.
 */
#define LOG_DIFF_OFFSET_MOST 0x1fffu
#define LOG_DIFF_SMALL_PAGE 8192u
#define LOG_DIFF_HEAD_MOST 7u
#define LOG_DIFF_SAME_SIZE 0x20u        /* as much goes as comes */
#define LOG_DIFF_INSERT 0x40u           /* nothing goes */
#define LOG_DIFF_TWO_BYTES 0x80u

/* One difference between old and new data of a node. */
struct log_diff
{
    uint32_t offset;                    /* into the old data */
    uint32_t old_size;                  /* bytes of it that go */
    uint32_t new_size;                  /* bytes that come */
    const uint8_t *data;
};

/*
 * The next difference of a record LOG_REPLACE_DIFF: *at starts as 0 and is moved
 * on.  JET_wrnNoMoreRecords at the end, JET_errLogFileCorrupt if it makes no sense.
 */
JET_ERR log_diff_next(const struct log_replace *replace, size_t *at, struct log_diff *diff);

/* The new data from the old; `to` has room for replace->new_size.  JET_errLogFileCorrupt. */
JET_ERR log_diff_apply(const struct log_replace *replace, const void *old, size_t old_size, void *to);

#endif
