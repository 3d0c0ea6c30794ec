/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "format/bytes.h"
#include "format/log_record.h"

/* What the published source says of the sizes of these, or what follows from it. */
_Static_assert(sizeof(struct log_page) == 32, "log_page");
_Static_assert(sizeof(struct log_node) == 44, "log_node");
_Static_assert(sizeof(struct log_delta) == 54, "log_delta");
_Static_assert(sizeof(struct log_delta64) == 58, "log_delta64");
_Static_assert(sizeof(struct log_insert) == 50, "log_insert");
_Static_assert(sizeof(struct log_undo) == 51, "log_undo");
_Static_assert(sizeof(struct log_undo_info) == 56, "log_undo_info");
_Static_assert(sizeof(struct log_split) == 102, "log_split");
_Static_assert(sizeof(struct log_split2) == 110, "log_split2");
_Static_assert(sizeof(struct log_merge) == 88, "log_merge");
_Static_assert(sizeof(struct log_merge2) == 96, "log_merge2");
_Static_assert(sizeof(struct log_create_multiple_fdp) == 56, "log_create_multiple_fdp");
_Static_assert(sizeof(struct log_create_single_fdp) == 48, "log_create_single_fdp");
_Static_assert(sizeof(struct log_convert_fdp) == 68, "log_convert_fdp");
_Static_assert(sizeof(struct log_page_move) == 96, "log_page_move");
_Static_assert(sizeof(struct log_empty_page) == 16, "log_empty_page");
_Static_assert(sizeof(struct log_init) == 576, "log_init");
_Static_assert(sizeof(struct log_term) == 26, "log_term");
_Static_assert(sizeof(struct log_checksum) == 22, "log_checksum");
_Static_assert(sizeof(struct log_ignored) == 5, "log_ignored");
_Static_assert(sizeof(struct log_begin) == 8, "log_begin");
_Static_assert(sizeof(struct log_commit) == 8, "log_commit");
_Static_assert(sizeof(struct log_attach_db) == 75, "log_attach_db");
_Static_assert(sizeof(struct log_create_db) == 43, "log_create_db");
_Static_assert(sizeof(struct log_backup2) == 35, "log_backup2");

struct type
{
    const char *name;
    uint16_t fixed;
    uint8_t varies; /* data follows the fixed part */
};

#define FIXED(name, size)                                                                                              \
    {                                                                                                                  \
        name, (uint16_t)(size), 0                                                                                      \
    }
#define VARIES(name, size)                                                                                             \
    {                                                                                                                  \
        name, (uint16_t)(size), 1                                                                                      \
    }
#define IGNORED(name) VARIES(name, sizeof(struct log_ignored))

/* Without the last field of a struct that an older type has not. */
#define WITHOUT(type, field) offsetof(struct type, field)

static const struct type types[LOG_TYPES] = {
    [LOG_NOP] = FIXED("NOP", 1),
    [LOG_INIT] = FIXED("Init", WITHOUT(log_init, time)),
    [LOG_TERM] = FIXED("Term", WITHOUT(log_term, time)),
    [LOG_MULTI_SECTOR] = FIXED("MS", sizeof(struct log_multi_sector)),
    [LOG_END] = FIXED("End", 1),
    [LOG_BEGIN] = FIXED("Begin", WITHOUT(log_begin, transaction)),
    [LOG_COMMIT] = FIXED("Commit", WITHOUT(log_commit, transaction)),
    [LOG_ROLLBACK] = FIXED("Rollback", sizeof(struct log_rollback)),
    [LOG_BEGIN0] = FIXED("Begin0", sizeof(struct log_begin)),
    [LOG_COMMIT0] = FIXED("Commit0", sizeof(struct log_commit)),
    [LOG_REFRESH] = FIXED("Refresh", sizeof(struct log_refresh)),
    [LOG_MACRO_BEGIN] = FIXED("McroBegin", sizeof(struct log_macro)),
    [LOG_MACRO_COMMIT] = FIXED("McroComit", sizeof(struct log_macro)),
    [LOG_MACRO_ABORT] = FIXED("McroAbort", sizeof(struct log_macro)),
    [LOG_CREATE_DB] = VARIES("CreateDB", sizeof(struct log_create_db)),
    [LOG_ATTACH_DB] = VARIES("AttachDB", sizeof(struct log_attach_db)),
    [LOG_DETACH_DB] = VARIES("DetachDB", sizeof(struct log_detach_db)),
    [LOG_RECOVERY_UNDO] = FIXED("RcvUndo", WITHOUT(log_recovery_undo, time)),
    [LOG_RECOVERY_QUIT] = FIXED("RcvQuit", WITHOUT(log_term, time)),
    [LOG_FULL_BACKUP] = VARIES("FullBkUp", sizeof(struct log_restore)),
    [LOG_INCREMENTAL_BACKUP] = VARIES("IncBkUp", sizeof(struct log_restore)),
    [LOG_JET_OP] = FIXED("JetOp", sizeof(struct log_jet_op)),
    [LOG_TRACE] = VARIES("Trace", sizeof(struct log_trace)),
    [LOG_SHUTDOWN_MARK] = FIXED("ShutDown", 1),
    [LOG_CREATE_MULTIPLE_FDP] = FIXED("Create M", sizeof(struct log_create_multiple_fdp)),
    [LOG_CREATE_SINGLE_FDP] = FIXED("Create S", sizeof(struct log_create_single_fdp)),
    [LOG_CONVERT_FDP] = FIXED("Convert", WITHOUT(log_convert_fdp, available)),
    [LOG_SPLIT] = VARIES("Split", sizeof(struct log_split)),
    [LOG_MERGE] = VARIES("Merge", sizeof(struct log_merge)),
    [LOG_INSERT] = VARIES("Insert", sizeof(struct log_insert)),
    [LOG_FLAG_INSERT] = VARIES("FInsert", sizeof(struct log_flag_insert)),
    [LOG_FLAG_INSERT_REPLACE] = VARIES("FInsertRD", sizeof(struct log_flag_insert_replace)),
    [LOG_FLAG_DELETE] = FIXED("FDelete", sizeof(struct log_node)),
    [LOG_REPLACE] = VARIES("Replace", sizeof(struct log_replace)),
    [LOG_REPLACE_DIFF] = VARIES("ReplaceD", sizeof(struct log_replace)),
    [LOG_DELETE] = FIXED("Delete", sizeof(struct log_node)),
    [LOG_UNDO_INFO] = VARIES("UndoInfo", sizeof(struct log_undo_info)),
    [LOG_DELTA] = VARIES("Delta", sizeof(struct log_delta)),
    [LOG_SET_EXTERNAL_HEADER] = VARIES("SetExtHdr", sizeof(struct log_set_external_header)),
    [LOG_UNDO] = VARIES("Undo", sizeof(struct log_undo)),
    [LOG_CHECKSUM] = FIXED("Checksum", sizeof(struct log_checksum)),
    [LOG_EXTERNAL_RESTORE] = VARIES("ExtRest", sizeof(struct log_external_restore)),
    [LOG_BACKUP] = VARIES("Backup", sizeof(struct log_backup)),
    [LOG_EMPTY_TREE] = VARIES("EmptyTree", sizeof(struct log_empty_tree)),
    [LOG_INIT2] = FIXED("Init", sizeof(struct log_init)),
    [LOG_TERM2] = FIXED("Term", sizeof(struct log_term)),
    [LOG_RECOVERY_UNDO2] = FIXED("RcvUndo", sizeof(struct log_recovery_undo)),
    [LOG_RECOVERY_QUIT2] = FIXED("RcvQuit", sizeof(struct log_term)),
    [LOG_BEGIN_DT] = FIXED("BeginDT", sizeof(struct log_begin)),
    [LOG_PREPARE_COMMIT] = VARIES("PreCommit", sizeof(struct log_prepare_commit)),
    [LOG_PREPARE_ROLLBACK] = FIXED("PreRollbk", sizeof(struct log_session)),
    [LOG_FORCE_WRITE] = FIXED("FWriteLog", sizeof(struct log_session)),
    [LOG_CONVERT_FDP2] = FIXED("Convert", sizeof(struct log_convert_fdp)),
    [LOG_EXTERNAL_RESTORE2] = VARIES("ExtRest2", sizeof(struct log_external_restore)),
    [LOG_BACKUP2] = VARIES("Backup2", sizeof(struct log_backup2)),
    [LOG_FORCE_ROLLOVER] = VARIES("FRollLog", sizeof(struct log_trace)),
    [LOG_SPLIT2] = VARIES("Split2", sizeof(struct log_split2)),
    [LOG_MERGE2] = VARIES("Merge2", sizeof(struct log_merge2)),
    [LOG_SCRUB] = VARIES("Scrub", sizeof(struct log_scrub)),
    [LOG_PAGE_MOVE] = VARIES("PageMove", sizeof(struct log_page_move)),
    [LOG_PAGE_PATCH_REQUEST] = FIXED("PagePatch", sizeof(struct log_page_patch_request)),
    [LOG_MACRO_INFO] = IGNORED("McroInfo"),
    [LOG_EXTEND_DB] = IGNORED("ExtendDB"),
    [LOG_COMMIT_CONTEXT] = IGNORED("CommitCtx"),
    [LOG_SCAN_CHECK] = IGNORED("ScanCheck"),
    [LOG_NOP2] = IGNORED("NOP2"),
    [LOG_REATTACH_DB] = IGNORED("ReAttach"),
    [LOG_MACRO_INFO2] = IGNORED("McroInfo2"),
    [LOG_FREE_FDP] = IGNORED("FreeFDP"),
    [LOG_IGNORED9] = IGNORED("Ignored"),
    [LOG_FRAGMENT_BEGIN] = VARIES("FragBegin", sizeof(struct log_fragment_begin)),
    [LOG_FRAGMENT] = VARIES("FragContd", sizeof(struct log_fragment)),
    [LOG_SHRINK_DB] = FIXED("ShrinkDB", WITHOUT(log_shrink_db, dbtime)),
    [LOG_CREATE_DB_FINISH] = FIXED("CrDBFinsh", sizeof(struct log_create_db_finish)),
    [LOG_RECOVERY_QUIT_KEEP] = FIXED("RcvQKA", sizeof(struct log_term)),
    [LOG_TRIM_DB] = FIXED("TrimDB", sizeof(struct log_trim_db)),
    [LOG_IGNORED10... LOG_IGNORED19] = IGNORED("Ignored"),
    [LOG_SET_DB_VERSION] = FIXED("SetDbVer", sizeof(struct log_set_db_version)),
    [LOG_DELTA64] = VARIES("Delta64", sizeof(struct log_delta64)),
    [LOG_SHRINK_DB2] = FIXED("ShrinkDB2", WITHOUT(log_shrink_db, dbtime)),
    [LOG_NEW_PAGE] = FIXED("NewPage", sizeof(struct log_new_page)),
    [LOG_ROOT_PAGE_MOVE] = FIXED("PageMoveR", sizeof(struct log_root_page_move)),
    [LOG_SIGNAL_ATTACH_DB] = FIXED("SAttachDB", sizeof(struct log_signal_attach_db)),
    [LOG_SCAN_CHECK2] = FIXED("ScanChk2", sizeof(struct log_scan_check2)),
    [LOG_SHRINK_DB3] = FIXED("ShrinkDB3", sizeof(struct log_shrink_db)),
    [LOG_EXTENT_FREED] = FIXED("ExtFreed", WITHOUT(log_extent_freed, dbtime)),
    [LOG_EXTENT_FREED2] = FIXED("ExtFreed2", sizeof(struct log_extent_freed)),
};

uint32_t log_record_fixed_size(uint8_t type)
{
    return type < LOG_TYPES ? types[type].fixed : 0;
}

const char *log_record_name(uint8_t type)
{
    return type < LOG_TYPES && types[type].name ? types[type].name : "*UNKNOWN*";
}

bool log_record_closes(uint8_t type)
{
    return type == LOG_TERM || type == LOG_TERM2 || type == LOG_RECOVERY_QUIT || type == LOG_RECOVERY_QUIT2 ||
           type == LOG_RECOVERY_QUIT_KEEP;
}

/* ------------------------------------------------------------------- sizes --- */

#define FIELD(record, type, field)                                                                                     \
    ((uint64_t)(sizeof(((struct type *)0)->field) == 2 ? le16((record) + offsetof(struct type, field))                 \
                                                       : le32((record) + offsetof(struct type, field))))

static uint64_t split_data(const uint8_t *record)
{
    return FIELD(record, log_split, parent_key_size) + FIELD(record, log_split, prefix_size_old) +
           FIELD(record, log_split, prefix_size_new);
}

/* Of records with an offset for it in common: size of the data after the fixed part. */
static uint64_t data_size(const uint8_t *record)
{
    switch (record[0])
    {
    case LOG_CREATE_DB:
        return FIELD(record, log_create_db, path_size) +
               (record[offsetof(struct log_create_db, flags)] & LOG_CREATE_DB_VERSION ? 4 : 0);
    case LOG_ATTACH_DB:
        return FIELD(record, log_attach_db, path_size);
    case LOG_DETACH_DB:
        return FIELD(record, log_detach_db, path_size);
    case LOG_FULL_BACKUP:
    case LOG_INCREMENTAL_BACKUP:
        return FIELD(record, log_restore, path_size);
    case LOG_BACKUP:
        return FIELD(record, log_backup, path_size);
    case LOG_BACKUP2:
        return FIELD(record, log_backup2, path_size);
    case LOG_TRACE:
    case LOG_FORCE_ROLLOVER:
        return FIELD(record, log_trace, size);
    case LOG_SPLIT:
        return split_data(record);
    case LOG_SPLIT2:
        return split_data(record) + FIELD(record, log_split2, image_size);
    case LOG_MERGE:
        return FIELD(record, log_merge, parent_key_size);
    case LOG_MERGE2:
        return FIELD(record, log_merge, parent_key_size) + FIELD(record, log_merge2, image_size);
    case LOG_INSERT:
        return FIELD(record, log_insert, suffix_size) + FIELD(record, log_insert, prefix_size) +
               FIELD(record, log_insert, data_size);
    case LOG_FLAG_INSERT:
    case LOG_FLAG_INSERT_REPLACE:
        return FIELD(record, log_flag_insert, key_size) + FIELD(record, log_flag_insert, data_size);
    case LOG_REPLACE:
    case LOG_REPLACE_DIFF:
        return FIELD(record, log_replace, size) & LOG_REPLACE_SIZE_MASK;
    case LOG_UNDO_INFO:
        return FIELD(record, log_undo_info, key_size) + FIELD(record, log_undo_info, data_size) +
               FIELD(record, log_undo_info, image_size);
    case LOG_DELTA:
    case LOG_DELTA64:
    case LOG_UNDO:
        return FIELD(record, log_undo, key_size) + FIELD(record, log_undo, data_size);
    case LOG_SET_EXTERNAL_HEADER:
        return FIELD(record, log_set_external_header, data_size);
    case LOG_SCRUB:
        return FIELD(record, log_scrub, data_size);
    case LOG_EMPTY_TREE:
        return FIELD(record, log_empty_tree, pages_size);
    case LOG_PAGE_MOVE:
        return FIELD(record, log_page_move, head_size) + FIELD(record, log_page_move, tail_size);
    case LOG_EXTERNAL_RESTORE:
    case LOG_EXTERNAL_RESTORE2:
        return FIELD(record, log_external_restore, size);
    case LOG_PREPARE_COMMIT:
        return FIELD(record, log_prepare_commit, size);
    case LOG_FRAGMENT_BEGIN:
        return FIELD(record, log_fragment_begin, size);
    case LOG_FRAGMENT:
        return FIELD(record, log_fragment, size);
    default:
        return FIELD(record, log_ignored, size);
    }
}

/* Of the records that may be skipped, some have a struct of their own. */
static uint32_t least_ignored(uint8_t type)
{
    switch (type)
    {
    case LOG_EXTEND_DB:
        return sizeof(struct log_extend_db);
    case LOG_COMMIT_CONTEXT:
        return offsetof(struct log_commit_context, flags);
    case LOG_SCAN_CHECK:
        return sizeof(struct log_scan_check);
    case LOG_REATTACH_DB:
        return sizeof(struct log_reattach_db);
    case LOG_MACRO_INFO2:
        return sizeof(struct log_macro_info2);
    case LOG_FREE_FDP:
        return sizeof(struct log_free_fdp);
    default:
        return 0;
    }
}

uint64_t log_record_size(const void *record, size_t available)
{
    const uint8_t *bytes = record;
    const struct type *type;
    uint64_t size;

    if (!available || bytes[0] >= LOG_TYPES)
        return 0;
    type = &types[bytes[0]];
    if (!type->fixed || available < type->fixed)
        return 0;
    if (!type->varies)
        return type->fixed;
    size = type->fixed + data_size(bytes);
    return size >= least_ignored(bytes[0]) ? size : 0;
}

/* ------------------------------------------------------------- differences --- */

/* The first kind has the offset in the low 13 bits of a word and the flags above; the second a byte for them. */
JET_ERR log_diff_next(const struct log_replace *replace, size_t *at, struct log_diff *diff)
{
    uint16_t field = le16(&replace->size);
    size_t size = field & LOG_REPLACE_SIZE_MASK;
    size_t head = field & LOG_REPLACE_DIFF2 ? 3 : 2;
    const uint8_t *p = (const uint8_t *)(replace + 1) + *at;
    size_t left = size - *at;
    uint32_t flags, width;

    if (*at >= size)
        return JET_wrnNoMoreRecords;
    if (left < head)
        return JET_errLogFileCorrupt;
    diff->offset = le16(p);
    flags = p[head - 1];
    if (head == 2)
        diff->offset &= LOG_DIFF_OFFSET_MOST;
    width = flags & LOG_DIFF_TWO_BYTES ? 2 : 1;
    p += head;
    left -= head;
    if (left < width)
        return JET_errLogFileCorrupt;
    diff->new_size = width == 2 ? le16(p) : *p;
    p += width;
    left -= width;
    diff->old_size = flags & LOG_DIFF_INSERT ? 0 : diff->new_size;
    if (!(flags & (LOG_DIFF_INSERT | LOG_DIFF_SAME_SIZE)))
    {
        if (left < width)
            return JET_errLogFileCorrupt;
        diff->old_size = width == 2 ? le16(p) : *p;
        p += width;
        left -= width;
    }
    if (left < diff->new_size)
        return JET_errLogFileCorrupt;
    diff->data = p;
    *at = size - (left - diff->new_size);
    return JET_errSuccess;
}

JET_ERR log_diff_apply(const struct log_replace *replace, const void *old, size_t old_size, void *to)
{
    size_t room = le16(&replace->new_size);
    size_t at = 0, from = 0, made = 0;
    const uint8_t *source = old;
    uint8_t *target = to;
    struct log_diff diff;
    JET_ERR err;

    while (!(err = log_diff_next(replace, &at, &diff)))
    {
        size_t keep;

        if (diff.offset < from || diff.offset > old_size || old_size - diff.offset < diff.old_size)
            return JET_errLogFileCorrupt;
        keep = diff.offset - from;
        if (room - made < keep || room - made - keep < diff.new_size)
            return JET_errLogFileCorrupt;
        memcpy(target + made, source + from, keep);
        memcpy(target + made + keep, diff.data, diff.new_size);
        made += keep + diff.new_size;
        from = diff.offset + diff.old_size;
    }
    if (err < 0)
        return err;
    if (room - made != old_size - from)
        return JET_errLogFileCorrupt;
    memcpy(target + made, source + from, old_size - from);
    return JET_errSuccess;
}
