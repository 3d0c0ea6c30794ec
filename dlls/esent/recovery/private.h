/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of recovery share: the state of one run.
 *
 * The way of a record: files.c gives it, redo.c looks at its type; what it says of
 * sessions and transactions is done in sessions.c, of databases in databases.c (where
 * their files are, in database_path.c; whether they are the right ones, in database_choice.c), of
 * the nodes of one page in redo_node.c.  Records between LOG_MACRO_BEGIN and
 * LOG_MACRO_COMMIT are kept by their session and done together at the latter:
 * redo_split.c, redo_merge.c, redo_move.c.  Roots of trees are in redo_root.c.
 *
 * A record of a session whose LOG_BEGIN0 was not met is of a transaction that had ended
 * before the checkpoint, and all its pages are on disk: it is skipped.
 *
 * A page is changed if its dbtime is that from before; if it is not less than that
 * after, it has the change already.  A page that is not there, in the file or at all,
 * was freed and its space given up later: it is remembered (struct redo_gone), and
 * what explains it must come, or the database is not what the log says.  So is one that
 * is older than that before: it was made anew, and then what a transaction did there was
 * skipped that had ended before the checkpoint, with its pages given up.
 */
#ifndef ESENT_RECOVERY_PRIVATE_H
#define ESENT_RECOVERY_PRIVATE_H

#include "btree/write.h"
#include "format/page_edit.h"
#include "recovery/recovery.h"
#include "table/database_log.h"
#include "table/database_redo.h"
#include "txn/version.h"

#define REDO_DATABASES DATABASE_REGISTRY
#define REDO_LEVELS 16u /* of transactions, at most */

/* ---- databases ---- */

enum redo_attach
{
    REDO_ATTACH_NONE,           /* no such database now */
    REDO_ATTACH_NOW,            /* `database` is open */
    REDO_ATTACH_DEFERRED,       /* the log has it, but there is no file for it (yet) */
    REDO_ATTACH_FUTURE,         /* the same: the file is as of a later record, and clean */
    REDO_ATTACH_DENIED,         /* the same: the file cannot be opened */
    REDO_ATTACH_SKIPPED,        /* the caller wants it left out */
};

/* Pages that were not what they must be, and what may come to explain it. */
struct redo_gone
{
    uint32_t *pages;
    uint32_t count, room;
};

struct redo_database
{
    enum redo_attach attach;
    struct database *database;
    WCHAR path[OS_PATH_MAX];    /* where it is now */
    struct header_signature signature; /* that the log says it has */
    uint64_t position;          /* of the attachment */
    uint32_t pages_max;
    bool ignore_missing;
    bool overwrite;             /* the map lets the log make it anew in the place of another */
    uint32_t future;            /* the file has changes of generations up to this one */
    bool creating;              /* its creation was not finished yet */
    bool unreadable;            /* no copy of its header is whole */
    bool told;                  /* the program knows that it is attached */
    bool kept;                  /* an earlier recovery left it attached, and nobody has attached it since */
    struct redo_gone gone;      /* not there, or not whole */
    struct redo_gone old;
    bool torn;                  /* one that is gone does not have the checksum it says */
};

/* A database that the log has detached. */
struct redo_detached
{
    struct redo_detached *next;
    struct header_signature signature;
};

/* ---- sessions ---- */

/* Records that take effect together. */
struct redo_macro
{
    struct redo_macro *next;
    uint64_t dbtime;
    uint64_t position;          /* of the last one */
    uint8_t *records;
    size_t size, room;
    uint32_t count;
};

struct redo_session
{
    uint16_t number;
    bool begun;                 /* its first LOG_BEGIN0 was met */
    uint64_t start;             /* of its transaction */
    uint32_t time;
    struct txn txn;
    struct version *newest[REDO_LEVELS], *oldest[REDO_LEVELS];  /* of its transaction's versions, by level */
    struct redo_macro *macros;
    uint8_t *context;           /* of the commit that comes, or NULL */
    uint32_t context_size;
};

/* ---- the run ---- */

struct recovery
{
    const struct recovery_config *config;
    struct redo_database databases[REDO_DATABASES];
    struct redo_detached *detached;
    struct redo_session **sessions;     /* by number; 65536 of them */
    uint32_t session_count;

    struct log_reader *reader;          /* of the generation that is replayed */
    bool current;                       /* which is the one without a number */
    uint32_t generation;
    struct header_signature signature;
    uint64_t file_size;                 /* of each generation, in bytes */
    uint64_t start;                     /* where redo began */
    uint32_t first, last;               /* generations, for progress */

    uint64_t position;                  /* of the record that is replayed */
    uint64_t since;                     /* where its transaction began */
    uint64_t shutdown;                  /* of the last mark of a shutdown */
    uint64_t ended;                     /* of the record that closed the log, if nothing but fillings came after */
    bool after_end;                     /* no session and no database is open */
    bool last_is_shutdown;
    bool kept;                          /* some recovery left databases attached when it ended */
    bool stopped;                       /* the program wants no more redone */
    bool told_replayed;                 /* the program let a message about a replayed file pass */
    bool lost;                          /* committed generations are missing, and that is accepted */
    struct checkpoint_header checkpoint;
    uint64_t began;                     /* os_clock_us, with the generation */
    uint32_t seen[256];                 /* records of it, by type */
    uint8_t *scratch;                   /* room for eight pages */
};

/* ---- tell.c: what goes to the system's event log ---- */

/* A file of the log that cannot be opened, or has no good header. */
void redo_tell_open(const struct recovery *recovery, const WCHAR *path, JET_ERR err);
/* The generation is replayed. */
void redo_tell_replayed(const struct recovery *recovery);
/* Generation `bad` cannot be replayed, for that reason: `answer` is what becomes of it. */
void redo_tell_bad(const struct recovery *recovery, uint32_t bad, JET_ERR reason, JET_ERR answer);
/* There is no file for a generation, but for later ones; highest 0: for none at all. */
void redo_tell_gap(const struct recovery *recovery, uint32_t generation, uint32_t highest);
/* The generation does not have the checksum of the one before it that it must have. */
void redo_tell_checksum(const struct recovery *recovery, uint32_t generation, uint64_t expected, uint64_t actual);
/* So many generations behind the last good one were deleted. */
void redo_tell_removed(const struct recovery *recovery, uint32_t first, uint32_t last);
/* The last generation that there is does not reach as far as a database needs. */
void redo_tell_short(const struct recovery *recovery, const struct redo_database *database, JET_ERR err, uint32_t last,
                     bool accepted);
/* The generation is not the one of that number that a database needs, which was begun at that time. */
void redo_tell_course(const struct recovery *recovery, const struct redo_database *database,
                      const struct header_time *created);
/* A database cannot be attached. */
void redo_tell_attach(const struct recovery *recovery, const struct redo_database *database,
                      const struct database_header *header, JET_ERR err);

/* ---- files.c ---- */

/* Finds where redo begins and opens that generation.  *list: what is attached there. */
JET_ERR redo_files_start(struct recovery *recovery, const uint8_t **list);
/* The next record, of the next generation if need be.  JET_wrnNoMoreRecords at the end of the log. */
JET_ERR redo_files_next(struct recovery *recovery, struct log_read_record *record);
/* That the databases do not need more generations than there are. */
JET_ERR redo_files_check(struct recovery *recovery);
/* Whether a record there is behind the place where redo is to stop. */
bool redo_files_stop(const struct recovery *recovery, uint64_t position);

static inline const struct event_sink *redo_events(const struct recovery *recovery)
{
    return recovery->config->log->events;
}

/* ---- database_path.c ---- */

/* The path behind a record, in 8 or 16 bits. */
void redo_path_read(const uint8_t *bytes, size_t size, bool wide, WCHAR path[OS_PATH_MAX]);
/* Where the database of that path and signature in the log is now, and what the map says of it. */
JET_ERR redo_path_find(const struct recovery *recovery, const WCHAR *logged, const struct header_signature *signature,
                       struct redo_database *database);

/* ---- database_choice.c: whether the file there is belongs to the log ---- */

/* What the log says of an attachment. */
struct redo_logged_attach
{
    uint64_t position, consistent;
    const struct header_signature *signature;
    const struct header_signature *log_signature;   /* that the header had before */
    bool record;                /* it is a record, not an entry of a list */
};

/* For an attachment.  JET_errConsistentTimeMismatch, JET_errAttachedDatabaseMismatch, JET_errRequiredLogFilesMissing,
 * JET_errSoftRecoveryOnBackupDatabase, and those of reading the file. */
JET_ERR redo_choose_attach(struct recovery *recovery, struct redo_database *database,
                           const struct redo_logged_attach *logged, enum redo_attach *attach);
/* For a creation; *create: a new file is to be made, whatever is there.  JET_errDatabaseIncompleteIncrementalReseed,
 * JET_errDatabaseIncompleteRevert, and as above. */
JET_ERR redo_choose_create(struct recovery *recovery, struct redo_database *database,
                           const struct header_signature *signature, enum redo_attach *attach, bool *create);
/* The log detaches the database: its file may be replaced by another of this log. */
JET_ERR redo_note_detached(struct recovery *recovery, const struct redo_database *database);

/* ---- databases.c ---- */

/* Attaches what a list of a header names. */
JET_ERR redo_attach_list(struct recovery *recovery, const uint8_t *list);
JET_ERR redo_create_database(struct recovery *recovery, const struct log_create_db *record);
JET_ERR redo_create_finish(struct recovery *recovery, uint8_t dbid);
JET_ERR redo_attach_database(struct recovery *recovery, const struct log_attach_db *record);
JET_ERR redo_detach_database(struct recovery *recovery, uint8_t dbid);
/* An earlier recovery ended, and left them attached; one of them is attached anew. */
JET_ERR redo_keep_databases(struct recovery *recovery);
JET_ERR redo_reattach_database(struct recovery *recovery, uint8_t dbid);
/* All of them are closed, as they are at `position`. */
JET_ERR redo_close_databases(struct recovery *recovery, uint64_t position);
/* At the end, whether redo came to it or not. */
void redo_abandon_databases(struct recovery *recovery);
/* A generation begins. */
JET_ERR redo_databases_generation(struct recovery *recovery);
/* Undo begins: the program hears that it cannot have them any more. */
void redo_databases_leave(struct recovery *recovery);
/* After the last record: that all that must be there are. */
JET_ERR redo_databases_check(struct recovery *recovery);

/* The database if the record, at the present position, may have to be redone there; NULL: it need not. */
struct redo_database *redo_database(struct recovery *recovery, uint8_t dbid);

JET_ERR redo_extend(struct recovery *recovery, const struct log_extend_db *record);
JET_ERR redo_shrink(struct recovery *recovery, const struct log_shrink_db *record);

/* ---- redo_gone.c ---- */

/* Pages that are not there: remembered, and explained. */
JET_ERR redo_gone_add(struct redo_gone *gone, uint32_t pgno);
/* The pages are made anew, or their space is given up. */
void redo_explain(struct redo_database *database, uint32_t first, uint32_t count);

/* ---- redo_heal.c ---- */

JET_ERR redo_page_request(struct recovery *recovery, const struct log_page_patch_request *record);
/* For struct database_options; the context is the recovery. */
void redo_page_bad(void *context, struct database *database, uint32_t pgno);

/* ---- sessions.c ---- */

JET_ERR redo_session(struct recovery *recovery, uint16_t number, struct redo_session **session);
/* JET_errLogCorrupted: it begins nothing. */
JET_ERR redo_begin(struct recovery *recovery, struct redo_session *session, const struct log_begin *record);
void redo_refresh(struct redo_session *session, const struct log_refresh *record);
JET_ERR redo_commit(struct redo_session *session, uint32_t level);
JET_ERR redo_rollback(struct redo_session *session, uint32_t levels);
/* Ends all sessions and forgets what they had. */
void redo_end_sessions(struct recovery *recovery);

/* The version of a change joins the lists of the session, at the level of the record. */
JET_ERR redo_version(struct recovery *recovery, struct redo_session *session, const struct tree_change *change,
                     uint32_t level, const uint8_t *image, uint32_t image_size, uint32_t rceid, bool in_log);

JET_ERR redo_macro_begin(struct redo_session *session, uint64_t dbtime);
/* The macro of that dbtime, if the session has one open. */
struct redo_macro *redo_macro_find(struct redo_session *session, uint64_t dbtime);
JET_ERR redo_macro_add(struct redo_macro *macro, const struct log_read_record *record);
void redo_macro_end(struct redo_session *session, struct redo_macro *macro);
/* Those of all sessions. */
void redo_end_macros(struct recovery *recovery);

/* ---- redo.c ---- */

/* All records to the end of the log. */
JET_ERR redo_records(struct recovery *recovery);

/* ---- pages: redo_page.c ---- */

/* A page that a record changes. */
struct redo_page
{
    struct cache_page *page;    /* latched exclusively if the record has to be redone there; else NULL */
    uint32_t pgno;
};

/* Latches the page if it needs the change.  JET_errDbTimeTooOld, JET_errDbTimeTooNew. */
JET_ERR redo_page_latch(struct recovery *recovery, struct redo_database *database, uint32_t pgno, uint64_t dbtime,
                        uint64_t dbtime_before, struct redo_page *page);
/* The same of one that is all new: whatever it was before. */
JET_ERR redo_page_latch_new(struct recovery *recovery, struct redo_database *database, uint32_t pgno, uint64_t dbtime,
                            struct redo_page *page);
void redo_page_unlatch(struct redo_page *page);

/* What a record says of a page before the change: in *image, which has room for a page. */
JET_ERR redo_page_image(struct redo_database *database, const uint8_t *bytes, size_t size, uint32_t flags,
                        uint8_t *image);

/* All lines of the page go, and it says that it is free. */
void redo_page_empty(uint8_t *data, uint32_t size);

/* ---- the rest: each does one record, or those of one macro ---- */

/* Whether a record of a session in a database is to be redone; counts its dbtime and objid. */
bool redo_wanted(struct recovery *recovery, struct redo_session *session, uint8_t dbid, uint64_t dbtime, uint32_t objid,
                 struct redo_database **database);

JET_ERR redo_node(struct recovery *recovery, struct redo_session *session, const struct log_node *node);
JET_ERR redo_scrub(struct recovery *recovery, struct redo_session *session, const struct log_scrub *record);
JET_ERR redo_new_page(struct recovery *recovery, struct redo_session *session, const struct log_new_page *record);
JET_ERR redo_create_multiple(struct recovery *recovery, struct redo_session *session,
                             const struct log_create_multiple_fdp *record);
JET_ERR redo_create_single(struct recovery *recovery, struct redo_session *session,
                           const struct log_create_single_fdp *record);
JET_ERR redo_convert(struct recovery *recovery, struct redo_session *session, const struct log_convert_fdp *record);
JET_ERR redo_page_move(struct recovery *recovery, struct redo_session *session, const struct log_page_move *record);
JET_ERR redo_split(struct recovery *recovery, struct redo_session *session, const struct redo_macro *macro);
JET_ERR redo_merge(struct recovery *recovery, struct redo_session *session, const struct redo_macro *macro);
JET_ERR redo_root_move(struct recovery *recovery, struct redo_session *session, const struct redo_macro *macro);

/* The tree of a record. */
void redo_tree(struct redo_database *database, uint32_t root, uint32_t objid, uint8_t flags, struct tree *tree);

/* The page was changed by the record that is replayed. */
static inline void redo_dirty(struct recovery *recovery, struct cache_page *page)
{
    cache_dirty_since(page, recovery->position, recovery->since);
}

/* ---- recovery.c ---- */

/* What the program says of it. */
JET_ERR recovery_ask(struct recovery *recovery, struct recovery_event *event);

/* ---- stop.c ---- */

/* Ends without undo: what can be on disk is, and the checkpoint is as far as redo got. */
void recovery_stop(struct recovery *recovery);

/* ---- undo.c ---- */

/* What is open when the log ends is rolled back, and all is closed. */
JET_ERR recovery_undo(struct recovery *recovery, struct log **log);

#endif
