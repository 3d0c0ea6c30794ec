/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log_layout.h"

/* ------------------------------------------------------------------- rules --- */

enum rule
{
    ANY, /* nothing can be said */
    ZERO,
    SESSION, /* number of a session */
    DBID,
    PAGE, /* of the database */
    PAGE_OR_NONE,
    AFTER,        /* time of the page when the record has taken effect */
    BEFORE,       /* and before, or none */
    BEFORE_OF,    /* before, of the page that is named right before it */
    TIME_OR_NONE, /* a time of a database, or none */
    NO_TIME,      /* none */
    BEGUN,        /* time of beginning of the session's transaction */
    LEVEL,
    LINE,
    MASK,   /* bits of `high` only */
    NUMBER, /* from `low` to `high` */
    SIGNED, /* the same, with a sign */
    NOT_ZERO,
    LENGTH,        /* bytes that follow; `high`: the bits that say so */
    LENGTH_PAST_5, /* bytes after the first five, the fixed part included */
    BLOCK,         /* of several bytes */
};

struct field
{
    const char *name;
    uint16_t at;
    uint8_t width;
    uint8_t rule;
    int64_t low, high;
};

struct layout
{
    const char *name;
    uint16_t fixed;
    const struct field *fields;
};

#define NONE 0xffffffffffffffffull

/* A page, its change, and who makes it: 32 bytes, with which bits are allowed. */
#define PAGE_FIELDS(bits, before)                                                                                      \
    { "session", 1, 2, SESSION, 0, 0 }, { "dbid", 3, 1, DBID, 0, 0 }, { "pgno", 4, 4, PAGE, 0, 0 },                    \
        { "dbtime", 8, 8, AFTER, 0, 0 }, { "dbtime before", 16, 8, before, 0, 0 }, { "begun", 24, 4, BEGUN, 0, 0 },    \
        { "level", 28, 1, LEVEL, 0, 0 }, { "line", 29, 2, LINE, 0, 0 },                                                \
    {                                                                                                                  \
        "flags", 31, 1, MASK, 0, bits                                                                                  \
    }
/* And of a node: 44. */
#define NODE_FIELDS(bits)                                                                                              \
    PAGE_FIELDS(bits, BEFORE), { "rceid", 32, 4, ANY, 0, 0 }, { "root", 36, 4, PAGE, 0, 0 },                           \
    {                                                                                                                  \
        "objid", 40, 4, NOT_ZERO, 0, 0                                                                                 \
    }
#define END                                                                                                            \
    {                                                                                                                  \
        NULL, 0, 0, 0, 0, 0                                                                                            \
    }

#define VERSIONED  0x01
#define UNIQUE     0x04
#define SPACE      0x08
#define BUILD      0x10
#define SYSTEM     0x20
#define CHANGE     (VERSIONED | UNIQUE | SPACE | BUILD | SYSTEM)

#define PAGE_FLAGS 0x7efff

static const struct field f_none[] = { END };
static const struct field f_init[] = { { "bits", 523, 1, ANY, 0, 0 }, END };
static const struct field f_term[] = { { "hard", 17, 1, NUMBER, 0, 1 }, END };
static const struct field f_begin[] = { { "session", 1, 2, SESSION, 0, 0 }, { "levels", 3, 1, ANY, 0, 0 }, END };
static const struct field f_commit[] = { { "session", 1, 2, SESSION, 0, 0 }, { "to", 3, 1, NUMBER, 0, 7 }, END };
static const struct field f_rollback[] = { { "session", 1, 2, SESSION, 0, 0 }, { "levels", 3, 1, NUMBER, 1, 7 }, END };
static const struct field f_refresh[] = { { "session", 1, 2, SESSION, 0, 0 }, END };
static const struct field f_macro[] = { { "session", 1, 2, SESSION, 0, 0 }, { "dbtime", 3, 8, AFTER, 0, 0 }, END };
static const struct field f_macro_info[] = { { "size", 1, 4, LENGTH, 0, 0xffffffff }, END };
static const struct field f_macro_info2[] = {
    { "size", 1, 4, LENGTH_PAST_5, 0, 0 }, { "dbid", 5, 1, DBID, 0, 0 }, { "pages", 6, 4, ANY, 0, 0 }, END
};
static const struct field f_create_db[] = { { "session", 1, 2, ANY, 0, 0 },
                                            { "dbid", 3, 1, DBID, 0, 0 },
                                            { "path size", 40, 2, LENGTH, 0, 0xffff },
                                            { "flags", 42, 1, MASK, 0, 0x1c },
                                            END };
static const struct field f_create_db_finish[] = { { "dbid", 3, 1, DBID, 0, 0 }, END };
static const struct field f_attach_db[] = {
    { "dbid", 3, 1, DBID, 0, 0 }, { "path size", 72, 2, LENGTH, 0, 0xffff }, { "flags", 74, 1, MASK, 0, 0x18 }, END
};
static const struct field f_detach_db[] = {
    { "dbid", 3, 1, DBID, 0, 0 }, { "path size", 4, 2, LENGTH, 0, 0xffff }, { "flags", 6, 1, MASK, 0, 0x10 }, END
};
static const struct field f_path[] = { { "path size", 1, 2, LENGTH, 0, 0xffff }, END };
static const struct field f_jet_op[] = { { "session", 1, 2, ANY, 0, 0 }, END };
static const struct field f_trace[] = { { "size", 3, 2, LENGTH, 0, 0xffff }, END };
static const struct field f_create_multiple[] = { PAGE_FIELDS(UNIQUE | SYSTEM, NO_TIME),
                                                  { "objid", 32, 4, NOT_ZERO, 0, 0 },
                                                  { "owned", 36, 4, PAGE, 0, 0 },
                                                  { "available", 40, 4, PAGE, 0, 0 },
                                                  { "parent", 44, 4, PAGE_OR_NONE, 0, 0 },
                                                  { "pages", 48, 4, NUMBER, 3, 0x7fffffff },
                                                  { "page flags", 52, 4, MASK, 0, PAGE_FLAGS },
                                                  END };
static const struct field f_create_single[] = { PAGE_FIELDS(UNIQUE | SYSTEM, NO_TIME),
                                                { "objid", 32, 4, NOT_ZERO, 0, 0 },
                                                { "parent", 36, 4, PAGE, 0, 0 },
                                                { "pages", 40, 4, NUMBER, 1, 33 },
                                                { "page flags", 44, 4, MASK, 0, PAGE_FLAGS },
                                                END };
static const struct field f_convert[] = { PAGE_FIELDS(UNIQUE | SYSTEM, BEFORE),
                                          { "objid", 32, 4, NOT_ZERO, 0, 0 },
                                          { "owned", 36, 4, PAGE, 0, 0 },
                                          { "available", 40, 4, PAGE, 0, 0 },
                                          { "parent", 44, 4, PAGE, 0, 0 },
                                          { "second first", 48, 4, PAGE, 0, 0 },
                                          { "pages", 52, 4, NUMBER, 1, 33 },
                                          { "second pages", 56, 4, NUMBER, 2, 0x7fffffff },
                                          { "free", 60, 4, ANY, 0, 0 },
                                          { "page flags", 64, 4, MASK, 0, PAGE_FLAGS },
                                          END };
static const struct field f_split2[] = { PAGE_FIELDS(UNIQUE | SPACE | BUILD | SYSTEM, BEFORE),
                                         { "new page", 32, 4, PAGE_OR_NONE, 0, 0 },
                                         { "right page", 36, 4, PAGE_OR_NONE, 0, 0 },
                                         { "right before", 40, 8, BEFORE_OF, 0, 0 },
                                         { "parent page", 48, 4, PAGE_OR_NONE, 0, 0 },
                                         { "parent before", 52, 8, BEFORE_OF, 0, 0 },
                                         { "root", 60, 4, PAGE, 0, 0 },
                                         { "objid", 64, 4, NOT_ZERO, 0, 0 },
                                         { "type", 68, 1, NUMBER, 0, 2 },
                                         { "operation", 69, 1, NUMBER, 0, 3 },
                                         { "operation line", 70, 2, LINE, 0, 0 },
                                         { "split line", 72, 2, LINE, 0, 0 },
                                         { "lines", 74, 2, LINE, 0, 0 },
                                         { "new page flags", 76, 4, MASK, 0, PAGE_FLAGS },
                                         { "split page flags", 80, 4, MASK, 0, PAGE_FLAGS },
                                         { "uncommitted", 84, 2, SIGNED, 0, 0x7fff },
                                         { "uncommitted new", 86, 2, SIGNED, 0, 0x7fff },
                                         { "prefix line", 88, 4, SIGNED, -1, 4096 },
                                         { "prefix line new", 92, 4, SIGNED, -1, 4096 },
                                         { "prefix old", 96, 2, LENGTH, 0, 0xffff },
                                         { "prefix new", 98, 2, LENGTH, 0, 0xffff },
                                         { "key of parent", 100, 2, LENGTH, 0, 0xffff },
                                         { "image flags", 102, 4, MASK, 0, 3 },
                                         { "image size", 106, 4, LENGTH, 0, 0xffffffff },
                                         END };
static const struct field f_merge2[] = { PAGE_FIELDS(UNIQUE | SPACE | SYSTEM, BEFORE),
                                         { "right page", 32, 4, PAGE_OR_NONE, 0, 0 },
                                         { "right before", 36, 8, BEFORE_OF, 0, 0 },
                                         { "left page", 44, 4, PAGE_OR_NONE, 0, 0 },
                                         { "left before", 48, 8, BEFORE_OF, 0, 0 },
                                         { "parent page", 56, 4, PAGE_OR_NONE, 0, 0 },
                                         { "parent before", 60, 8, BEFORE_OF, 0, 0 },
                                         { "root", 68, 4, PAGE, 0, 0 },
                                         { "objid", 72, 4, NOT_ZERO, 0, 0 },
                                         { "size", 76, 2, ANY, 0, 0 },
                                         { "most size", 78, 2, ANY, 0, 0 },
                                         { "uncommitted", 80, 2, NUMBER, 0, 0x7fff },
                                         { "merge line", 82, 2, LINE, 0, 0 },
                                         { "merge flags", 84, 1, MASK, 0, 7 },
                                         { "type", 85, 1, NUMBER, 0, 6 },
                                         { "separator", 86, 2, LENGTH, 0, 0xffff },
                                         { "image flags", 88, 4, MASK, 0, 3 },
                                         { "image size", 92, 4, LENGTH, 0, 0xffffffff },
                                         END };
static const struct field f_insert[] = { NODE_FIELDS(CHANGE),
                                         { "suffix", 44, 2, LENGTH, 0, 0xffff },
                                         { "prefix", 46, 2, LENGTH, 0, 0xffff },
                                         { "data", 48, 2, LENGTH, 0, 0xffff },
                                         END };
static const struct field f_flag_insert[] = {
    NODE_FIELDS(CHANGE), { "key", 44, 2, LENGTH, 0, 0xffff }, { "data", 46, 2, LENGTH, 0, 0xffff }, END
};
static const struct field f_flag_delete[] = { NODE_FIELDS(CHANGE), END };
static const struct field f_delete[] = { NODE_FIELDS(UNIQUE | SPACE | SYSTEM), END };
static const struct field f_replace[] = { NODE_FIELDS(VERSIONED | UNIQUE | SPACE | SYSTEM),
                                          { "size", 44, 2, LENGTH, 0, 0x7fff },
                                          { "old size", 46, 2, NUMBER, 0, 0x7fff },
                                          { "new size", 48, 2, NUMBER, 0, 0x7fff },
                                          END };
static const struct field f_undo_info[] = { PAGE_FIELDS(UNIQUE | SYSTEM, NO_TIME),
                                            { "rceid", 32, 4, NOT_ZERO, 0, 0 },
                                            { "root", 36, 4, PAGE, 0, 0 },
                                            { "objid", 40, 4, NOT_ZERO, 0, 0 },
                                            { "key", 44, 2, LENGTH, 0, 0xffff },
                                            { "data", 46, 2, LENGTH, 0, 0xffff },
                                            { "operation", 48, 2, NUMBER, 2, 3 },
                                            { "most size", 50, 2, SIGNED, 0, 0x7fff },
                                            { "change", 52, 2, SIGNED, -0x7fff, 0x7fff },
                                            { "image", 54, 2, LENGTH, 0, 0xffff },
                                            END };
static const struct field f_delta[] = { NODE_FIELDS(VERSIONED | UNIQUE | SYSTEM), { "key", 44, 2, LENGTH, 0, 0xffff },
                                        { "data", 46, 2, LENGTH, 0, 0xffff },     { "delta", 48, 4, ANY, 0, 0 },
                                        { "offset", 52, 2, NUMBER, 0, 0x7fff },   END };
static const struct field f_delta64[] = { NODE_FIELDS(VERSIONED | UNIQUE | SYSTEM), { "key", 44, 2, LENGTH, 0, 0xffff },
                                          { "data", 46, 2, LENGTH, 0, 0xffff },     { "delta", 48, 8, ANY, 0, 0 },
                                          { "offset", 56, 2, NUMBER, 0, 0x7fff },   END };
static const struct field f_external[] = { NODE_FIELDS(UNIQUE | SPACE | SYSTEM),
                                           { "data", 44, 2, LENGTH, 0, 0xffff },
                                           END };
static const struct field f_undo[] = { NODE_FIELDS(UNIQUE | SYSTEM),         { "key", 44, 2, LENGTH, 0, 0xffff },
                                       { "data", 46, 2, LENGTH, 0, 0xffff }, { "operation", 48, 2, NUMBER, 1, 9 },
                                       { "level", 50, 1, NUMBER, 1, 7 },     END };
static const struct field f_empty_tree[] = { NODE_FIELDS(UNIQUE | SPACE | SYSTEM),
                                             { "pages", 44, 2, LENGTH, 0, 0xffff },
                                             END };
static const struct field f_scrub[] = { NODE_FIELDS(UNIQUE | SPACE | SYSTEM),
                                        { "flags", 44, 4, MASK, 0, 1 },
                                        { "operations", 48, 4, ANY, 0, 0 },
                                        { "data", 52, 2, LENGTH, 0, 0xffff },
                                        END };
static const struct field f_backup2[] = { { "phase", 1, 1, NUMBER, 1, 6 },
                                          { "kind", 2, 4, NUMBER, 0, 4 },
                                          { "scope", 6, 1, NUMBER, 1, 6 },
                                          { "dbid", 7, 1, NUMBER, 0, 6 },
                                          { "reserved", 32, 1, ZERO, 0, 0 },
                                          { "path size", 33, 2, LENGTH, 0, 0xffff },
                                          END };
static const struct field f_session[] = { { "session", 1, 2, ANY, 0, 0 }, END };
static const struct field f_page_move[] = { PAGE_FIELDS(SYSTEM, BEFORE),
                                            { "new page", 32, 4, PAGE, 0, 0 },
                                            { "left page", 36, 4, PAGE_OR_NONE, 0, 0 },
                                            { "right page", 40, 4, PAGE_OR_NONE, 0, 0 },
                                            { "parent page", 44, 4, PAGE_OR_NONE, 0, 0 },
                                            { "root", 72, 4, PAGE, 0, 0 },
                                            { "objid", 76, 4, NOT_ZERO, 0, 0 },
                                            { "parent line", 80, 4, SIGNED, -1, 4096 },
                                            { "flags", 84, 4, MASK, 0, 7 },
                                            { "head", 88, 4, LENGTH, 0, 0xffffffff },
                                            { "tail", 92, 4, LENGTH, 0, 0xffffffff },
                                            END };
static const struct field f_patch[] = { { "dbid", 1, 1, DBID, 0, 0 },
                                        { "pgno", 2, 4, PAGE, 0, 0 },
                                        { "dbtime", 6, 8, AFTER, 0, 0 },
                                        { "reserved", 14, 32, ZERO, 0, 0 },
                                        END };
static const struct field f_extend[] = {
    { "size", 1, 4, LENGTH_PAST_5, 0, 0 }, { "dbid", 5, 1, DBID, 0, 0 }, { "last page", 6, 4, NOT_ZERO, 0, 0 }, END
};
static const struct field f_context[] = {
    { "size", 1, 4, LENGTH_PAST_5, 0, 0 }, { "session", 5, 2, SESSION, 0, 0 }, { "flags", 7, 1, MASK, 0, 7 }, END
};
static const struct field f_scan_check[] = { { "size", 1, 4, LENGTH_PAST_5, 0, 0 },
                                             { "dbid", 5, 1, DBID, 0, 0 },
                                             { "pgno", 6, 4, NOT_ZERO, 0, 0 },
                                             { "unused", 10, 16, ZERO, 0, 0 },
                                             END };
static const struct field f_ignored[] = { { "size", 1, 4, LENGTH, 0, 0xffffffff }, END };
static const struct field f_reattach[] = { { "size", 1, 4, LENGTH_PAST_5, 0, 0 },
                                           { "dbid", 5, 1, DBID, 0, 0 },
                                           { "attach", 6, 8, NOT_ZERO, 0, 0 },
                                           { "signature", 22, 4, NOT_ZERO, 0, 0 },
                                           END };
static const struct field f_free[] = { { "size", 1, 4, LENGTH_PAST_5, 0, 0 }, { "dbid", 5, 1, DBID, 0, 0 },
                                       { "root", 6, 4, PAGE, 0, 0 },          { "committed", 10, 4, NOT_ZERO, 0, 0 },
                                       { "kind", 14, 1, NUMBER, 1, 2 },       END };
static const struct field f_piece_first[] = { { "size", 5, 2, LENGTH, 0, 0xffff }, END };
static const struct field f_piece[] = { { "size", 1, 2, LENGTH, 0, 0xffff }, END };
static const struct field f_shrink[] = {
    { "dbid", 1, 1, DBID, 0, 0 }, { "last page", 2, 4, NOT_ZERO, 0, 0 }, { "pages", 6, 4, NUMBER, 1, 0x7fffffff }, END
};
static const struct field f_freed[] = { { "dbid", 1, 1, DBID, 0, 0 },
                                        { "first", 2, 4, PAGE, 0, 0 },
                                        { "pages", 6, 4, NUMBER, 1, 0x7fffffff },
                                        { "flags", 10, 1, MASK, 0, 3 },
                                        END };
static const struct field f_version[] = { { "dbid", 1, 1, DBID, 0, 0 }, { "format", 2, 4, NUMBER, 0x620, 0x620 }, END };
static const struct field f_new_page[] = { { "session", 1, 2, SESSION, 0, 0 }, { "dbid", 3, 1, DBID, 0, 0 },
                                           { "pgno", 4, 4, PAGE, 0, 0 },       { "objid", 8, 4, NOT_ZERO, 0, 0 },
                                           { "dbtime", 12, 8, AFTER, 0, 0 },   END };
static const struct field f_root_move[] = { { "dbtime", 1, 8, AFTER, 0, 0 },
                                            { "dbid", 9, 1, DBID, 0, 0 },
                                            { "objid", 10, 4, NOT_ZERO, 0, 0 },
                                            { "session", 14, 2, SESSION, 0, 0 },
                                            END };
static const struct field f_signal[] = { { "dbid", 1, 1, DBID, 0, 0 }, END };
static const struct field f_scan_check2[] = {
    { "dbid", 1, 1, DBID, 0, 0 }, { "pgno", 2, 4, NOT_ZERO, 0, 0 }, { "source", 6, 1, MASK, 0, 0xe3 }, END
};

enum
{
    T_NOP = 0,
    T_INIT = 1,
    T_TERM = 2,
    T_BEGIN = 5,
    T_COMMIT = 6,
    T_ROLLBACK = 7,
    T_BEGIN0 = 8,
    T_COMMIT0 = 9,
    T_REFRESH = 10,
    T_MACRO_BEGIN = 11,
    T_MACRO_COMMIT = 12,
    T_MACRO_ABORT = 13,
    T_CREATE_DB = 14,
    T_ATTACH_DB = 15,
    T_DETACH_DB = 16,
    T_RECOVERY_UNDO = 17,
    T_RECOVERY_QUIT = 18,
    T_JET_OP = 21,
    T_TRACE = 22,
    T_SHUTDOWN = 23,
    T_CREATE_MULTIPLE = 24,
    T_CREATE_SINGLE = 25,
    T_INSERT = 29,
    T_FLAG_INSERT = 30,
    T_FLAG_INSERT_REPLACE = 31,
    T_FLAG_DELETE = 32,
    T_REPLACE = 33,
    T_REPLACE_DIFF = 34,
    T_DELETE = 35,
    T_UNDO_INFO = 36,
    T_DELTA = 37,
    T_EXTERNAL = 38,
    T_UNDO = 39,
    T_EMPTY_TREE = 48,
    T_INIT2 = 49,
    T_TERM2 = 50,
    T_RECOVERY_UNDO2 = 51,
    T_RECOVERY_QUIT2 = 52,
    T_BEGIN_DT = 53,
    T_FORCE_WRITE = 57,
    T_CONVERT2 = 58,
    T_EXTERNAL_RESTORE2 = 59,
    T_BACKUP2 = 60,
    T_ROLLOVER = 61,
    T_SPLIT2 = 62,
    T_MERGE2 = 63,
    T_SCRUB = 64,
    T_PAGE_MOVE = 65,
    T_PATCH = 66,
    T_MACRO_INFO = 67,
    T_EXTEND = 68,
    T_CONTEXT = 69,
    T_SCAN_CHECK = 70,
    T_NOP2 = 71,
    T_REATTACH = 72,
    T_MACRO_INFO2 = 73,
    T_FREE = 74,
    T_IGNORED9 = 75,
    T_PIECE_FIRST = 76,
    T_PIECE = 77,
    T_SHRINK = 78,
    T_CREATE_DB_FINISH = 79,
    T_QUIT_KEEP = 80,
    T_TRIM = 81,
    T_IGNORED10 = 82,
    T_IGNORED19 = 91,
    T_VERSION = 92,
    T_DELTA64 = 93,
    T_SHRINK2 = 94,
    T_NEW_PAGE = 95,
    T_ROOT_MOVE = 96,
    T_SIGNAL = 97,
    T_SCAN_CHECK2 = 98,
    T_SHRINK3 = 99,
    T_FREED = 100,
    T_FREED2 = 101,
};

/* Types that no engine writes any more are left out: they may not occur. */
static const struct layout layouts[LAYOUT_TYPES] = {
    [T_NOP] = { "NOP", 1, f_none },
    [T_BEGIN] = { "Begin", 4, f_begin },
    [T_COMMIT] = { "Commit", 4, f_commit },
    [T_ROLLBACK] = { "Rollback", 4, f_rollback },
    [T_BEGIN0] = { "Begin0", 8, f_begin },
    [T_COMMIT0] = { "Commit0", 8, f_commit },
    [T_REFRESH] = { "Refresh", 7, f_refresh },
    [T_MACRO_BEGIN] = { "MacroBegin", 11, f_macro },
    [T_MACRO_COMMIT] = { "MacroCommit", 11, f_macro },
    [T_MACRO_ABORT] = { "MacroAbort", 11, f_macro },
    [T_CREATE_DB] = { "CreateDB", 43, f_create_db },
    [T_ATTACH_DB] = { "AttachDB", 75, f_attach_db },
    [T_DETACH_DB] = { "DetachDB", 7, f_detach_db },
    [T_JET_OP] = { "JetOp", 4, f_jet_op },
    [T_TRACE] = { "Trace", 5, f_trace },
    [T_SHUTDOWN] = { "ShutDown", 1, f_none },
    [T_CREATE_MULTIPLE] = { "CreateMultipleExtentFDP", 56, f_create_multiple },
    [T_CREATE_SINGLE] = { "CreateSingleExtentFDP", 48, f_create_single },
    [T_INSERT] = { "Insert", 50, f_insert },
    [T_FLAG_INSERT] = { "FlagInsert", 48, f_flag_insert },
    [T_FLAG_INSERT_REPLACE] = { "FlagInsertAndReplaceData", 52, f_flag_insert },
    [T_FLAG_DELETE] = { "FlagDelete", 44, f_flag_delete },
    [T_REPLACE] = { "Replace", 50, f_replace },
    [T_REPLACE_DIFF] = { "ReplaceD", 50, f_replace },
    [T_DELETE] = { "Delete", 44, f_delete },
    [T_UNDO_INFO] = { "UndoInfo", 56, f_undo_info },
    [T_DELTA] = { "Delta", 54, f_delta },
    [T_EXTERNAL] = { "SetExternalHeader", 46, f_external },
    [T_UNDO] = { "Undo", 51, f_undo },
    [T_EMPTY_TREE] = { "EmptyTree", 46, f_empty_tree },
    [T_INIT2] = { "Init2", 576, f_init },
    [T_TERM2] = { "Term2", 26, f_term },
    [T_RECOVERY_UNDO2] = { "RecoveryUndo2", 9, f_none },
    [T_RECOVERY_QUIT2] = { "RecoveryQuit2", 26, f_term },
    [T_FORCE_WRITE] = { "ForceWriteLog", 3, f_session },
    [T_CONVERT2] = { "ConvertFDP2", 68, f_convert },
    [T_EXTERNAL_RESTORE2] = { "ExtRestore2", 3, f_path },
    [T_BACKUP2] = { "Backup2", 35, f_backup2 },
    [T_ROLLOVER] = { "ForceLogRollover", 5, f_trace },
    [T_SPLIT2] = { "Split2", 110, f_split2 },
    [T_MERGE2] = { "Merge2", 96, f_merge2 },
    [T_SCRUB] = { "Scrub", 54, f_scrub },
    [T_PAGE_MOVE] = { "PageMove", 96, f_page_move },
    [T_PATCH] = { "PagePatchRequest", 46, f_patch },
    [T_MACRO_INFO] = { "MacroInfo", 5, f_macro_info },
    [T_EXTEND] = { "ExtendDB", 10, f_extend },
    [T_CONTEXT] = { "CommitCtx", 8, f_context },
    [T_SCAN_CHECK] = { "ScanCheck", 44, f_scan_check },
    [T_NOP2] = { "NOP2", 5, f_ignored },
    [T_REATTACH] = { "ReAttach", 50, f_reattach },
    [T_MACRO_INFO2] = { "MacroInfo2", 10, f_macro_info2 },
    [T_FREE] = { "FreeFDP", 15, f_free },
    [T_IGNORED9] = { "Ignored9", 5, f_ignored },
    [T_PIECE_FIRST] = { "FragmentBegin", 7, f_piece_first },
    [T_PIECE] = { "Fragment", 3, f_piece },
    [T_SHRINK] = { "ShrinkDB", 10, f_shrink },
    [T_CREATE_DB_FINISH] = { "CreateDBFinish", 4, f_create_db_finish },
    [T_QUIT_KEEP] = { "RecoveryQuitKeepAttachments", 26, f_term },
    [T_TRIM] = { "TrimDB", 10, f_shrink },
    [T_IGNORED10... T_IGNORED19] = { "Ignored", 5, f_ignored },
    [T_VERSION] = { "SetDbVersion", 14, f_version },
    [T_DELTA64] = { "Delta64", 58, f_delta64 },
    [T_SHRINK2] = { "ShrinkDB2", 10, f_shrink },
    [T_NEW_PAGE] = { "NewPage", 20, f_new_page },
    [T_ROOT_MOVE] = { "RootPageMove", 16, f_root_move },
    [T_SIGNAL] = { "SignalAttachDb", 2, f_signal },
    [T_SCAN_CHECK2] = { "ScanCheck2", 27, f_scan_check2 },
    [T_SHRINK3] = { "ShrinkDB3", 18, f_shrink },
    [T_FREED] = { "ExtentFreed", 11, f_freed },
    [T_FREED2] = { "ExtentFreed2", 19, f_freed },
};

const char *layout_name(uint8_t type)
{
    return type < LAYOUT_TYPES && layouts[type].name ? layouts[type].name : "?";
}

/* ------------------------------------------------------------------ helpers --- */

static uint64_t get(const uint8_t *at, unsigned width)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < width && i < 8; i++)
        value |= (uint64_t)at[i] << 8 * i;
    return value;
}

static void put(uint8_t *at, uint64_t value, unsigned width)
{
    for (unsigned i = 0; i < width && i < 8; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

#define U16(at) ((uint32_t)get(record + (at), 2))
#define U32(at) ((uint32_t)get(record + (at), 4))
#define U64(at) get(record + (at), 8)

struct verdict
{
    char *text;
    size_t size;
    bool bad;
};

static bool no(struct verdict *verdict, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool no(struct verdict *verdict, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(verdict->text, verdict->size, format, args);
    va_end(args);
    verdict->bad = true;
    return false;
}

struct layout_log *layout_new(uint32_t page_size)
{
    struct layout_log *log = calloc(1, sizeof(*log));

    if (!log)
        return NULL;
    log->page_size = page_size;
    for (unsigned i = 0; i < LAYOUT_DATABASES; i++)
        if (!(log->dbtimes[i] = calloc(LAYOUT_PAGES, sizeof(uint64_t))))
        {
            layout_free(log);
            return NULL;
        }
    for (unsigned type = 0; type < LAYOUT_TYPES; type++)
        for (const struct field *f = layouts[type].fields; f && f->name; f++)
            log->fields[type]++;
    return log;
}

void layout_free(struct layout_log *log)
{
    if (!log)
        return;
    for (unsigned i = 0; i < LAYOUT_DATABASES; i++)
        free(log->dbtimes[i]);
    free(log->pieces);
    free(log);
}

/* Size by the fields that say it; 0: the fixed part is not all there. */
static uint64_t size_of(const uint8_t *record, size_t available)
{
    const struct layout *layout = &layouts[record[0]];
    uint64_t size = layout->fixed;

    if (!layout->name || available < layout->fixed)
        return 0;
    for (const struct field *f = layout->fields; f->name; f++)
        if (f->rule == LENGTH)
            size += get(record + f->at, f->width) & (uint64_t)f->high;
        else if (f->rule == LENGTH_PAST_5)
            size = 5 + get(record + f->at, f->width);
    /* Two numbers of a version, which no field counts. */
    if (record[0] == T_CREATE_DB && record[42] & 4)
        size += 4;
    return size < layout->fixed ? 0 : size;
}

/* Whether the type begins as a page's record does. */
static bool of_page(uint8_t type)
{
    const struct field *f = layouts[type].fields;

    return f && f->name && f->at == 1 && f->rule == SESSION && f[1].name && f[1].at == 3 && f[1].rule == DBID &&
           f[2].name && f[2].at == 4 && f[2].rule == PAGE && f[3].name && f[3].at == 8;
}

static bool of_node(uint8_t type)
{
    switch (type)
    {
    case T_INSERT:
    case T_FLAG_INSERT:
    case T_FLAG_INSERT_REPLACE:
    case T_FLAG_DELETE:
    case T_REPLACE:
    case T_REPLACE_DIFF:
    case T_DELTA:
    case T_DELTA64:
        return true;
    default:
        return false;
    }
}

/* ------------------------------------------------------------- single fields --- */

static bool judge_page(const struct layout_log *log, unsigned dbid, uint32_t pgno)
{
    return pgno && dbid < LAYOUT_DATABASES && (!log->pages[dbid] || pgno <= log->pages[dbid]);
}

static unsigned database_of(const uint8_t *record)
{
    for (const struct field *f = layouts[record[0]].fields; f->name; f++)
        if (f->rule == DBID)
            return record[f->at];
    return 0;
}

static const struct layout_session *session_of(const struct layout_log *log, const uint8_t *record)
{
    uint32_t number = U16(1);

    return number < LAYOUT_SESSIONS ? &log->sessions[number] : NULL;
}

static bool judge_field(const struct layout_log *log, const uint8_t *record, const struct field *f,
                        struct verdict *verdict)
{
    const struct layout_session *session = session_of(log, record);
    uint64_t value = get(record + f->at, f->width);
    int64_t number = (int64_t)value;
    bool good = true;

    switch (f->rule)
    {
    case ZERO:
        for (unsigned i = 0; i < f->width; i++)
            good = good && !record[f->at + i];
        break;
    case NOT_ZERO:
        good = value != 0;
        break;
    case SESSION:
        good = value < LAYOUT_SESSIONS;
        break;
    case DBID:
        good = value >= 1 && value < LAYOUT_DATABASES;
        break;
    case PAGE_OR_NONE:
        good = !value || judge_page(log, database_of(record), (uint32_t)value);
        break;
    case PAGE:
        good = judge_page(log, database_of(record), (uint32_t)value);
        break;
    case AFTER:
        /* That of what a version was before says nothing about the page. */
        good = record[0] == T_UNDO_INFO ? value == NONE : value && value < NONE - 1;
        break;
    case NO_TIME:
        good = value == NONE;
        break;
    case BEFORE:
        good = value == NONE || value < U64(8);
        break;
    case BEFORE_OF:
        good = get(record + f->at - 4, 4) ? value < U64(8) : value == NONE;
        break;
    case BEGUN:
        good = !session || !session->open || value == session->begun;
        break;
    case LEVEL:
        good = value <= 7 && (value || record[31] & BUILD);
        break;
    case LINE:
        good = value < log->page_size / 8;
        break;
    case MASK:
        good = !(value & ~(uint64_t)f->high);
        break;
    case SIGNED:
        number = f->width == 2 ? (int16_t)value : (int32_t)value;
        good = number >= f->low && number <= f->high;
        break;
    case NUMBER:
        good = number >= f->low && number <= f->high;
        break;
    default:
        break;
    }
    return good || no(verdict, "%s: %s is 0x%llx", layouts[record[0]].name, f->name, (unsigned long long)value);
}

/* ------------------------------------------------------- fields of one record --- */

/* The page as it was: where it is needed, it is there; where it is not, it may be left out. */
static bool judge_image(const struct layout_log *log, uint32_t flags, uint32_t size, bool wanted, bool allowed,
                        struct verdict *verdict)
{
    if (!size && !flags && !wanted)
        return true;
    if (!allowed)
        return no(verdict, "an image that nobody asks for");
    if (flags ? size && size <= log->page_size : size == log->page_size)
        return true;
    return no(verdict, "an image of %u bytes", size);
}

static bool judge_split(const struct layout_log *log, const uint8_t *record, struct verdict *verdict)
{
    uint32_t type = record[68], operation = record[69], lines = U16(74), key = U16(100);
    bool vertical = type == 0;

    if (!U32(32))
        return (!U32(36) && !key && !U16(96) && !U16(98) && !U32(106) && !lines && !operation) ||
               no(verdict, "the split of a parent's page says more than its line");
    if (!lines || U16(72) > lines || (operation && U16(70) >= lines))
        return no(verdict, "lines of a split: %u at %u, of %u", U16(70), U16(72), lines);
    if (vertical && (U32(48) || U32(4) != U32(60) || U32(36) || key))
        return no(verdict, "a root that is split has neighbours, a parent or a key");
    if (!vertical && (!U32(48) || !key))
        return no(verdict, "a page that is split without parent or key");
    if (U32(32) == U32(4) || U32(32) == U32(36) || U32(32) == U32(48))
        return no(verdict, "a new page that is an old one");
    if (type == 2 && (operation != 1 || U16(72) != lines - 1 || U16(70) != lines - 1))
        return no(verdict, "an append that is none");
    /* Not where all that moves is what is inserted. */
    return judge_image(log, U32(102), U32(106),
                       type == 0 || (type == 1 && !(operation == 1 && U16(70) == U16(72) && U16(70) == lines - 1)),
                       type != 2, verdict);
}

static bool judge_merge(const struct layout_log *log, const uint8_t *record, struct verdict *verdict)
{
    uint32_t type = record[85];
    bool moves = type == 2 || type == 3 || type == 5 || type == 6;

    if (!type && (U32(32) || U32(44) || U16(86)))
        return no(verdict, "the merge below says neighbours of its parent's page");
    if ((type == 2 || type == 3) && !U32(32))
        return no(verdict, "merged to the right of which is nothing");
    if (moves && U16(76) > U16(78))
        return no(verdict, "nodes take %u and at most %u", U16(76), U16(78));
    return judge_image(log, U32(88), U32(92), moves, moves, verdict);
}

static bool judge_diffs(const uint8_t *record, uint32_t size, struct verdict *verdict)
{
    bool second = U16(44) & 0x8000;
    uint32_t at = 50, old_at = 0, made = 0, old_size = U16(46), new_size = U16(48);

    while (at < size)
    {
        uint32_t head = second ? 3 : 2, offset, flags, width, came, gone;

        if (size - at < head)
            return no(verdict, "half a difference");
        offset = U16(at);
        flags = record[at + head - 1];
        if (!second)
            offset &= 0x1fff;
        width = flags & 0x80 ? 2 : 1;
        at += head;
        if (size - at < width)
            return no(verdict, "half a difference");
        came = (uint32_t)get(record + at, width);
        at += width;
        gone = flags & 0x40 ? 0 : came;
        if (!(flags & 0x60))
        {
            if (size - at < width)
                return no(verdict, "half a difference");
            gone = (uint32_t)get(record + at, width);
            at += width;
        }
        if (offset < old_at || offset > old_size || gone > old_size - offset || came > size - at)
            return no(verdict, "a difference of what is not there");
        made += offset - old_at + came;
        old_at = offset + gone;
        at += came;
    }
    return made + old_size - old_at == new_size || no(verdict, "differences make another size");
}

static bool judge_text(const uint8_t *text, uint32_t size, bool wide, struct verdict *verdict)
{
    uint32_t width = wide ? 2 : 1;

    if (!size || size % width || get(text + size - width, width))
        return no(verdict, "a text that does not end");
    for (uint32_t i = 0; i + width < size; i += width)
        if (!get(text + i, width))
            return no(verdict, "a text that ends too early");
    return true;
}

/* What several fields of a record have to do with each other. */
static bool judge_whole(const struct layout_log *log, const uint8_t *record, uint32_t size, struct verdict *verdict)
{
    uint8_t type = record[0];

    if (of_node(type))
    {
        bool versioned = record[31] & VERSIONED;

        if (versioned != (U32(32) != 0) && !(record[31] & BUILD))
            return no(verdict, "%s: %sversioned, rceid %u", layouts[type].name, versioned ? "" : "not ", U32(32));
        if (record[31] & SPACE && versioned)
            return no(verdict, "a version in a space tree");
    }
    switch (type)
    {
    case T_BEGIN0:
        return (!(record[3] & 0xf) && record[3] >> 4 && U32(4)) || no(verdict, "Begin0 from or to nowhere");
    case T_BEGIN:
        return (record[3] & 0xf && record[3] >> 4 && (record[3] & 0xf) + (record[3] >> 4) <= 7) ||
               no(verdict, "Begin from or to nowhere");
    case T_COMMIT0:
        return (!record[3] && U32(4)) || no(verdict, "Commit0 to another level");
    case T_COMMIT:
        return record[3] || no(verdict, "Commit to level 0");
    case T_FLAG_INSERT:
    case T_FLAG_INSERT_REPLACE:
        if (!U16(44))
            return no(verdict, "%s without key", layouts[type].name);
        if (type == T_FLAG_INSERT_REPLACE && (record[31] & VERSIONED) && (!U32(48) || U32(48) == U32(32)))
            return no(verdict, "FlagInsertAndReplaceData with one rceid");
        return true;
    case T_REPLACE:
        return (!(U16(44) & 0x8000) && U16(44) == U16(48)) || no(verdict, "Replace: %u of %u", U16(44), U16(48));
    case T_REPLACE_DIFF:
        if ((U16(44) & 0x7fff) > U16(48))
            return no(verdict, "differences longer than the data");
        if (log->page_size > 8192 && !(U16(44) & 0x8000))
            return no(verdict, "differences of small pages");
        return judge_diffs(record, size, verdict);
    case T_DELTA:
    case T_DELTA64:
        return (U16(44) && !U16(46)) || no(verdict, "Delta: bookmark of %u and %u", U16(44), U16(46));
    case T_UNDO:
        if (record[49] || record[48] == 5 || record[48] == 6 || record[48] == 7 || record[48] == 8)
            return no(verdict, "Undo of operation %u", U16(48));
        if (!U32(32) || (record[31] & UNIQUE && U16(46)))
            return no(verdict, "Undo: bookmark");
        return true;
    case T_UNDO_INFO:
        if (U16(48) == 3 ? U16(54) : !U16(54) && false)
            return no(verdict, "UndoInfo: an image of a deletion");
        return !(record[31] & UNIQUE && U16(46)) || no(verdict, "UndoInfo: bookmark");
    case T_CREATE_MULTIPLE:
        /* Only the database's own root is nobody's child. */
        if (!U32(44) != (U32(4) == 1))
            return no(verdict, "page %u has parent %u", U32(4), U32(44));
        return (U32(36) == U32(4) + 1 && U32(40) == U32(4) + 2) || no(verdict, "roots of space not next to the root");
    case T_CONVERT2:
        return (U32(36) == U32(48) && U32(40) == U32(48) + 1) || no(verdict, "roots of space not in the extent");
    case T_SPLIT2:
        return judge_split(log, record, verdict);
    case T_MERGE2:
        return judge_merge(log, record, verdict);
    case T_EMPTY_TREE:
        if (U16(44) % 16 || !U16(44))
            return no(verdict, "EmptyTree: %u bytes of pages", U16(44));
        for (uint32_t at = 46; at < size; at += 16)
            if (U64(at) >= U64(8) || !judge_page(log, record[3], U32(at + 8)) || U32(at + 12) & ~(uint32_t)PAGE_FLAGS)
                return no(verdict, "EmptyTree: page %u", U32(at + 8));
        return true;
    case T_MACRO_INFO:
    case T_MACRO_INFO2:
    {
        uint32_t fixed = layouts[type].fixed;

        if ((size - fixed) % 4 || size == fixed || (type == T_MACRO_INFO2 && (size - fixed) / 4 != U32(6)))
            return no(verdict, "MacroInfo: %u bytes of pages", size - fixed);
        for (uint32_t at = fixed; at < size; at += 4)
            if (!judge_page(log, type == T_MACRO_INFO2 ? record[5] : 1, U32(at)))
                return no(verdict, "MacroInfo: page %u", U32(at));
        return true;
    }
    case T_CREATE_DB:
        if (!(record[42] & 8) || !(record[42] & 4) || U32(12) == 0)
            return no(verdict, "CreateDB: flags or signature");
        return judge_text(record + 47, U16(40), true, verdict);
    case T_ATTACH_DB:
        if (!(record[74] & 8) || !U32(16) || !U32(44))
            return no(verdict, "AttachDB: flags or signatures");
        return judge_text(record + 75, U16(72), true, verdict);
    case T_DETACH_DB:
        return record[6] & 0x10 ? judge_text(record + 7, U16(4), true, verdict) : no(verdict, "DetachDB: flags");
    case T_TRACE:
    case T_ROLLOVER:
        return judge_text(record + 5, U16(3), false, verdict);
    case T_SHRINK3:
        return U64(10) && U64(10) != NONE ? true : no(verdict, "ShrinkDB3 without time");
    case T_SCAN_CHECK:
        return U64(26) <= U64(34) || no(verdict, "ScanCheck: a page later than its database");
    default:
        return true;
    }
}

/* ----------------------------------------------------- one record and the others --- */

static uint64_t known(const struct layout_log *log, unsigned dbid, uint32_t pgno)
{
    return dbid < LAYOUT_DATABASES && pgno < LAYOUT_PAGES ? log->dbtimes[dbid][pgno] : 0;
}

/* A page was what the log has made of it. */
static bool judge_before(const struct layout_log *log, unsigned dbid, uint32_t pgno, uint64_t before,
                         struct verdict *verdict)
{
    uint64_t was = known(log, dbid, pgno);

    return !pgno || !was || before == NONE || before == was ||
           no(verdict, "page %u was at %llx, the log left it at %llx", pgno, (unsigned long long)before,
              (unsigned long long)was);
}

static bool judge_session(const struct layout_log *log, const uint8_t *record, struct verdict *verdict)
{
    const struct layout_session *session = session_of(log, record);
    uint8_t type = record[0];

    switch (type)
    {
    case T_BEGIN0:
        return !session->open || no(verdict, "Begin0: session %u has begun", U16(1));
    case T_BEGIN:
        return (session->open && (record[3] & 0xf) == session->level) ||
               no(verdict, "Begin from %u: session %u is at %u", record[3] & 0xf, U16(1), session->level);
    case T_COMMIT:
    case T_COMMIT0:
        return (session->open && record[3] + 1 == session->level) ||
               no(verdict, "Commit to %u: session %u is at %u", record[3], U16(1), session->level);
    case T_ROLLBACK:
        return (session->open && record[3] <= session->level) ||
               no(verdict, "Rollback of %u: session %u is at %u", record[3], U16(1), session->level);
    case T_MACRO_BEGIN:
        return (session->open && !session->macro) || no(verdict, "MacroBegin of session %u", U16(1));
    case T_MACRO_COMMIT:
    case T_MACRO_ABORT:
        return (session->macro && session->macro_dbtime == U64(3)) ||
               no(verdict, "end of no macro: session %u", U16(1));
    default:
        break;
    }
    if (!of_page(type))
        return true;
    if (!session->open || record[28] > session->level)
        return no(verdict, "%s at level %u: session %u is at %u", layouts[type].name, record[28], U16(1),
                  session->open ? session->level : 0);
    /* Of a page that is no root, a move is all there is. */
    if (type == T_SPLIT2 || type == T_MERGE2 || (type == T_PAGE_MOVE && U32(84)))
    {
        if (!session->macro || session->macro_dbtime != U64(8))
            return no(verdict, "%s outside of its macro", layouts[type].name);
    }
    else if (session->macro && session->moves_root)
    {
        /* Each page has its own time before. */
        if (U64(8) != session->macro_dbtime || U64(16) == NONE || (type != T_REPLACE && type != T_EXTERNAL))
            return no(verdict, "%s of a root that moves", layouts[type].name);
    }
    else if (session->macro ? type != T_UNDO_INFO && (U64(8) != session->macro_dbtime || U64(16) != NONE)
                            : of_node(type) && U64(16) == NONE)
        return no(verdict, "%s in a macro, or not", layouts[type].name);
    return true;
}

static bool judge_dbtimes(const struct layout_log *log, const uint8_t *record, uint32_t size, struct verdict *verdict)
{
    unsigned dbid = database_of(record);
    bool good = true;

    if (of_page(record[0]))
        good = judge_before(log, dbid, U32(4), U64(16), verdict);
    if (record[0] == T_SPLIT2)
        good = good && judge_before(log, dbid, U32(36), U64(40), verdict) &&
               judge_before(log, dbid, U32(48), U64(52), verdict);
    if (record[0] == T_MERGE2)
        good = good && judge_before(log, dbid, U32(32), U64(36), verdict) &&
               judge_before(log, dbid, U32(44), U64(48), verdict) && judge_before(log, dbid, U32(56), U64(60), verdict);
    if (record[0] == T_PAGE_MOVE)
        good = good && judge_before(log, dbid, U32(36), U64(48), verdict) &&
               judge_before(log, dbid, U32(40), U64(56), verdict) && judge_before(log, dbid, U32(44), U64(64), verdict);
    if (record[0] == T_EMPTY_TREE)
        for (uint32_t at = 46; good && at < size; at += 16)
            good = judge_before(log, dbid, U32(at + 8), U64(at), verdict);
    return good;
}

bool layout_judge(const struct layout_log *log, const uint8_t *record, uint32_t size, char *wrong, size_t wrong_size)
{
    struct verdict verdict = { wrong, wrong_size, false };

    if (record[0] >= LAYOUT_TYPES || !layouts[record[0]].name)
        return no(&verdict, "type %u", record[0]);
    if (size_of(record, size) != size)
        return no(&verdict, "%s: %u bytes", layouts[record[0]].name, size);
    for (const struct field *f = layouts[record[0]].fields; f->name; f++)
        if (!judge_field(log, record, f, &verdict))
            return false;
    return judge_whole(log, record, size, &verdict) && judge_session(log, record, &verdict) &&
           judge_dbtimes(log, record, size, &verdict);
}

/* ------------------------------------------------------------------- effects --- */

static void remember(struct layout_log *log, unsigned dbid, uint32_t pgno, uint64_t dbtime)
{
    if (pgno && dbid < LAYOUT_DATABASES && pgno < LAYOUT_PAGES)
        log->dbtimes[dbid][pgno] = dbtime;
}

/* A macro's pages are remembered when it has ended: until then its records say what they were. */
static void changed(struct layout_log *log, const uint8_t *record, uint32_t pgno)
{
    uint16_t session = (uint16_t)U16(1);

    if (!pgno)
        return;
    if (log->sessions[session].macro && log->pendings < LAYOUT_PENDING)
        log->pending[log->pendings++] = (struct layout_pending){ record[3], session, pgno };
    else
        remember(log, record[3], pgno, U64(8));
}

static void end_macro(struct layout_log *log, const uint8_t *record)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < log->pendings; i++)
        if (log->pending[i].session != U16(1))
            log->pending[kept++] = log->pending[i];
        else if (record[0] == T_MACRO_COMMIT)
            remember(log, log->pending[i].dbid, log->pending[i].pgno, U64(3));
    log->pendings = kept;
}

static void forget(struct layout_log *log, unsigned dbid)
{
    if (dbid < LAYOUT_DATABASES)
        memset(log->dbtimes[dbid], 0, LAYOUT_PAGES * sizeof(uint64_t));
}

static void take_effect(struct layout_log *log, const uint8_t *record, uint32_t size)
{
    struct layout_session *session = &log->sessions[U16(1) % LAYOUT_SESSIONS];
    uint8_t type = record[0];

    log->seen[type]++;
    switch (type)
    {
    case T_BEGIN0:
        *session = (struct layout_session){ .open = true, .begun = U32(4), .level = record[3] >> 4 };
        return;
    case T_BEGIN:
        session->level = (uint8_t)(session->level + (record[3] >> 4));
        return;
    case T_COMMIT:
        session->level = record[3];
        return;
    case T_COMMIT0:
        session->open = false;
        return;
    case T_ROLLBACK:
        session->level = (uint8_t)(session->level - record[3]);
        session->open = session->level != 0;
        return;
    case T_MACRO_BEGIN:
        session->macro = true;
        session->moves_root = false;
        session->macro_dbtime = U64(3);
        return;
    case T_ROOT_MOVE:
        log->sessions[U16(14) % LAYOUT_SESSIONS].moves_root = true;
        return;
    case T_MACRO_COMMIT:
    case T_MACRO_ABORT:
        session->macro = false;
        end_macro(log, record);
        return;
    case T_INIT2:
    case T_TERM2:
    case T_RECOVERY_QUIT2:
    case T_QUIT_KEEP:
        memset(log->sessions, 0, sizeof(log->sessions));
        return;
    case T_CREATE_DB:
    case T_ATTACH_DB:
    case T_DETACH_DB:
        forget(log, record[3]);
        return;
    case T_SHRINK:
    case T_SHRINK2:
    case T_SHRINK3:
        for (uint32_t pgno = U32(2) + 1; record[1] < LAYOUT_DATABASES && pgno < LAYOUT_PAGES; pgno++)
            log->dbtimes[record[1]][pgno] = 0;
        return;
    case T_UNDO_INFO:
        return;
    default:
        break;
    }
    if (!of_page(type))
        return;
    changed(log, record, U32(4));
    switch (type)
    {
    case T_SPLIT2:
        changed(log, record, U32(32));
        changed(log, record, U32(36));
        return;
    case T_MERGE2:
        changed(log, record, U32(32));
        changed(log, record, U32(44));
        return;
    case T_PAGE_MOVE:
        for (uint32_t at = 32; at < 48; at += 4)
            changed(log, record, U32(at));
        return;
    case T_CREATE_MULTIPLE:
    case T_CONVERT2:
        changed(log, record, U32(36));
        changed(log, record, U32(40));
        return;
    case T_EMPTY_TREE:
        for (uint32_t at = 46; at < size; at += 16)
            changed(log, record, U32(at + 8));
        return;
    default:
        return;
    }
}

/* -------------------------------------------------------------------- files --- */

static bool one_record(struct layout_log *log, const uint8_t *record, uint32_t size, const char *where)
{
    char why[128];

    if (log->each)
        log->each(log->context, log, record, size);
    if (!layout_judge(log, record, size, why, sizeof(why)))
    {
        snprintf(log->wrong, sizeof(log->wrong), "%s: %s", where, why);
        return false;
    }
    take_effect(log, record, size);
    return true;
}

static bool piece(struct layout_log *log, const uint8_t *data, uint32_t size, const char *where)
{
    if (size > log->pieces_total - log->pieces_size)
    {
        snprintf(log->wrong, sizeof(log->wrong), "%s: a piece too many", where);
        return false;
    }
    memcpy(log->pieces + log->pieces_size, data, size);
    log->pieces_size += size;
    if (log->pieces_size < log->pieces_total)
        return true;
    log->pieces_size = 0;
    size = log->pieces_total;
    log->pieces_total = 0;
    return one_record(log, log->pieces, size, where);
}

static bool one_segment(struct layout_log *log, const uint8_t *segment, uint32_t generation, uint32_t number)
{
    uint32_t at = 40;
    char where[64];

    while (at < 4096)
    {
        const uint8_t *record = segment + at;
        uint64_t size;

        snprintf(where, sizeof(where), "%08X,%04X,%04X", generation, number, at);
        size = record[0] < LAYOUT_TYPES ? size_of(record, 4096 - at) : 0;
        if (!size || size > 4096 - at)
        {
            snprintf(log->wrong, sizeof(log->wrong), "%s: type %u of %llu bytes", where, record[0],
                     (unsigned long long)size);
            return false;
        }
        if (record[0] == T_NOP)
        {
            /* Only to the end of a segment. */
            for (uint32_t i = at; i < 4096; i++)
                if (segment[i])
                {
                    snprintf(log->wrong, sizeof(log->wrong), "%s: a NOP before its end", where);
                    return false;
                }
            log->seen[T_NOP]++;
            return true;
        }
        if (record[0] == T_PIECE_FIRST)
        {
            log->seen[T_PIECE_FIRST]++;
            if (log->pieces_total || at + size != 4096 || U32(1) <= U16(5) ||
                !(log->pieces = realloc(log->pieces, U32(1))))
            {
                snprintf(log->wrong, sizeof(log->wrong), "%s: a first piece", where);
                return false;
            }
            log->pieces_total = U32(1);
            log->pieces_size = 0;
            if (!piece(log, record + 7, U16(5), where))
                return false;
        }
        else if (record[0] == T_PIECE)
        {
            log->seen[T_PIECE]++;
            if (at != 40 || !piece(log, record + 3, U16(1), where))
            {
                if (!log->wrong[0])
                    snprintf(log->wrong, sizeof(log->wrong), "%s: a piece", where);
                return false;
            }
        }
        else if (!one_record(log, record, (uint32_t)size, where))
            return false;
        at += (uint32_t)size;
    }
    return true;
}

static bool judge_header(struct layout_log *log, const uint8_t *record, size_t size, uint32_t generation)
{
    const char *what = NULL;

    if (size < 4096 + 5 * 4096 || size % 4096)
        what = "size of the file";
    else if (U32(4) != generation)
        what = "generation";
    else if (U16(8) != 4096 || U16(10) != 1 || U16(12) != size / 4096)
        what = "segments";
    else if (U16(14) != log->page_size && !(log->page_size == 4096 && !U16(14)))
        what = "page size";
    else if (U32(32) != 8 || U32(36) != 4000 || !U32(40))
        what = "version";
    else if (!U32(44))
        what = "signature";
    else if (U32(667) != 3)
        what = "type of file";
    if (!what)
        return true;
    snprintf(log->wrong, sizeof(log->wrong), "header of %u: %s", generation, what);
    return false;
}

bool layout_generation(struct layout_log *log, const uint8_t *file, size_t size, uint32_t generation)
{
    if (!judge_header(log, file, size, generation))
        return false;
    for (uint32_t number = 1; number < size / 4096; number++)
    {
        const uint8_t *segment = file + (size_t)number * 4096;

        /* Of another generation, or not written. */
        if (get(segment + 8, 2) || get(segment + 10, 2) != number || get(segment + 12, 4) != generation)
            break;
        if (!one_segment(log, segment, generation, number))
            return false;
    }
    /* No record goes on in another file. */
    if (log->pieces_total)
        snprintf(log->wrong, sizeof(log->wrong), "generation %u ends within a record", generation);
    return !log->wrong[0];
}

/* ----------------------------------------------------------------- spoiling --- */

/* What the rule would not have. */
static bool spoil(const struct layout_log *log, const uint8_t *record, const struct field *f, uint8_t *at)
{
    const struct layout_session *session = session_of(log, record);
    uint64_t value = get(at, f->width), other = value;

    switch (f->rule)
    {
    case ZERO:
        at[0] = 1;
        return true;
    case NOT_ZERO:
    case PAGE:
        other = 0;
        break;
    case SESSION:
        other = 0xffff;
        break;
    case DBID:
        other = value ^ 0x80;
        break;
    case PAGE_OR_NONE:
        if (!log->pages[database_of(record) % LAYOUT_DATABASES])
            return false;
        other = log->pages[database_of(record)] + 1;
        break;
    case AFTER:
        other = record[0] == T_UNDO_INFO ? 5 : 0;
        break;
    case NO_TIME:
        other = 5;
        break;
    case BEFORE:
    case BEFORE_OF:
        other = get(record + 8, 8);
        break;
    case BEGUN:
        if (!session || !session->open)
            return false;
        other = value + 1;
        break;
    case LEVEL:
        other = 9;
        break;
    case LINE:
        other = 0xffff;
        break;
    case MASK:
        for (other = 1; (uint64_t)f->high & other; other <<= 1)
            ;
        if (f->width < 8 && other >> 8 * f->width)
            return false;
        other |= value;
        break;
    case NUMBER:
        other = (uint64_t)f->high + 1;
        break;
    case SIGNED:
        if (f->width == 2 && f->low < 0)
            return false;
        other = f->width == 2 ? 0x8000 : (uint64_t)f->high + 1;
        break;
    case LENGTH:
    case LENGTH_PAST_5:
        other = value ^ 1;
        break;
    default:
        return false;
    }
    put(at, other, f->width);
    return get(at, f->width) != value;
}

bool layout_spoil(const struct layout_log *log, const uint8_t *record, uint32_t size, uint8_t *copy, unsigned *at,
                  const char **name)
{
    const struct field *f;

    for (f = layouts[record[0]].fields + *at; f->name; f++)
    {
        ++*at;
        memcpy(copy, record, size);
        if (spoil(log, record, f, copy + f->at))
        {
            *name = f->name;
            return true;
        }
    }
    return false;
}
