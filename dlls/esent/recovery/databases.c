/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Databases that the log makes, attaches, makes longer and detaches, and what becomes of them when it ends. */
#include "recovery/private.h"

static void options_of(const struct recovery *recovery, uint8_t dbid, struct database_options *options)
{
    memset(options, 0, sizeof(*options));
    options->page_size = recovery->config->log->page_size;
    options->txns = recovery->config->txns;
    options->log_database = dbid;
    options->extension_pages = recovery->config->extension_pages;
    options->pages_max = recovery->databases[dbid].pages_max;
    options->trust_corrected = recovery->config->trust_corrected;
    options->page_bad = recovery->config->page_bad ? redo_page_bad : NULL;
    options->page_bad_context = (void *)recovery;
    options->events = redo_events(recovery);
}

/* ------------------------------------------------------------------ attaching --- */

static JET_ERR tell(struct recovery *recovery, struct redo_database *database, bool attached)
{
    struct recovery_event event = { .what = attached ? JET_sntAttachedDb : JET_sntDetachingDb, .path = database->path };

    if (database->told == attached)
        return JET_errSuccess;
    database->told = attached;
    return recovery_ask(recovery, &event);
}

/* The program hears of a database when its file is no more ahead of the log. */
static JET_ERR tell_attached(struct recovery *recovery, struct redo_database *database)
{
    return database->attach == REDO_ATTACH_NOW && !database->kept &&
                   database->database->header.state == JET_dbstateDirtyShutdown &&
                   database->future <= recovery->generation
               ? tell(recovery, database, true)
               : JET_errSuccess;
}

static JET_ERR open_now(struct recovery *recovery, struct redo_database *database, uint8_t dbid)
{
    struct database_options options;
    JET_ERR err;

    options_of(recovery, dbid, &options);
    err = database_redo_open(database->path, &options, &database->database);
    if (err < 0)
        return err;
    database->future = (uint32_t)database->database->header.generation_max_required;
    err = database_redo_attached(database->database, database->position, &recovery->signature, recovery->generation,
                                 &recovery->reader->header.created);
    if (err >= 0)
    {
        database->attach = REDO_ATTACH_NOW;
        return tell_attached(recovery, database);
    }
    database_redo_abandon(database->database);
    database->database = NULL;
    return err;
}

static void forget(struct redo_database *database)
{
    os_free(database->gone.pages);
    os_free(database->old.pages);
    memset(database, 0, sizeof(*database));
}

/* The entry of a database that the log names anew.  JET_errLogCorrupted: its number is none, or in use;
 * JET_errDatabaseDuplicate: its file is that of another. */
static JET_ERR entry_of(struct recovery *recovery, uint8_t dbid, const WCHAR *logged,
                        const struct header_signature *signature, struct redo_database **result)
{
    struct redo_database *database;
    JET_ERR err;

    if (dbid >= REDO_DATABASES)
        return JET_errLogCorrupted;
    database = &recovery->databases[dbid];
    if (database->database)
        return JET_errLogCorrupted;
    forget(database);
    database->attach = REDO_ATTACH_DEFERRED;
    database->signature = *signature;
    *result = database;
    err = redo_path_find(recovery, logged, signature, database);
    for (uint32_t i = 0; err >= 0 && i < REDO_DATABASES; i++)
        if (i != dbid && recovery->databases[i].attach != REDO_ATTACH_NONE &&
            !os_text_compare_nocase(recovery->databases[i].path, database->path))
            err = JET_errDatabaseDuplicate;
    return err;
}

static JET_ERR attach(struct recovery *recovery, uint8_t dbid, const WCHAR *path, uint32_t pages_max,
                      const struct redo_logged_attach *logged)
{
    struct redo_database *database;
    enum redo_attach choice;
    JET_ERR err = entry_of(recovery, dbid, path, logged->signature, &database);

    if (err < 0 || database->attach == REDO_ATTACH_SKIPPED)
        return err;
    database->position = logged->position;
    database->pages_max = pages_max;
    err = redo_choose_attach(recovery, database, logged, &choice);
    if (err < 0)
        return err;
    database->attach = choice;
    return choice == REDO_ATTACH_NOW ? open_now(recovery, database, dbid) : JET_errSuccess;
}

JET_ERR redo_attach_list(struct recovery *recovery, const uint8_t *list)
{
    const struct log_attach *entry;
    WCHAR path[OS_PATH_MAX];
    size_t offset = 0;
    JET_ERR err = JET_errSuccess;

    while (err >= 0 && (entry = log_attach_next(list, &offset)) != NULL)
    {
        struct header_signature signature = entry->signature;
        struct redo_logged_attach logged = { log_position_of(&entry->attach), log_position_of(&entry->consistent),
                                             &signature, &recovery->signature, false };

        log_attach_path(entry, path, OS_PATH_MAX);
        err = attach(recovery, entry->dbid, path, le32(&entry->pages_max), &logged);
    }
    return err < 0 ? err : offset > LOG_ATTACH_SIZE ? JET_errLogFileCorrupt : JET_errSuccess;
}

JET_ERR redo_attach_database(struct recovery *recovery, const struct log_attach_db *record)
{
    struct header_signature signature = record->signature, log_signature = record->log_signature;
    struct redo_logged_attach logged = { recovery->position, log_position_of(&record->consistent), &signature,
                                         &log_signature, true };
    WCHAR path[OS_PATH_MAX];

    redo_path_read((const uint8_t *)(record + 1), record->path_size, record->flags & LOG_ATTACH_DB_UNICODE, path);
    /* A position that is not reached yet is one of another log. */
    if (logged.consistent >= recovery->position)
        logged.consistent = 0;
    return attach(recovery, record->dbid, path, record->pages_max, &logged);
}

/* ------------------------------------------------------------------- creating --- */

JET_ERR redo_create_database(struct recovery *recovery, const struct log_create_db *record)
{
    struct header_signature signature = record->signature;
    const uint8_t *bytes = (const uint8_t *)(record + 1);
    struct redo_database *database;
    struct database_options options;
    enum redo_attach choice;
    WCHAR path[OS_PATH_MAX];
    bool create;
    JET_ERR err;

    redo_path_read(bytes + (record->flags & LOG_CREATE_DB_VERSION ? 4 : 0), record->path_size,
                   record->flags & LOG_CREATE_DB_UNICODE, path);
    err = entry_of(recovery, record->dbid, path, &signature, &database);
    if (err < 0 || database->attach == REDO_ATTACH_SKIPPED)
        return err;
    database->position = recovery->position;
    database->pages_max = record->pages_max;
    database->creating = true;
    err = redo_choose_create(recovery, database, &signature, &choice, &create);
    if (err < 0)
        return err;
    database->attach = choice;
    if (choice == REDO_ATTACH_NOW)
        return open_now(recovery, database, record->dbid);
    if (!create)
        return JET_errSuccess;
    options_of(recovery, record->dbid, &options);
    options.grbit = record->grbit;
    err = database_redo_create(database->path, &options, &signature, recovery->position, &recovery->signature,
                               &database->database);
    if (err == JET_errInvalidPath)
        return JET_errSuccess;
    if (err >= 0)
        database->attach = REDO_ATTACH_NOW;
    return err;
}

JET_ERR redo_create_finish(struct recovery *recovery, uint8_t dbid)
{
    struct redo_database *database = dbid < REDO_DATABASES ? &recovery->databases[dbid] : NULL;
    JET_ERR err;

    if (!database)
        return JET_errSuccess;
    database->creating = false;
    if (database->attach != REDO_ATTACH_NOW || database->database->header.state != JET_dbstateJustCreated)
        return JET_errSuccess;
    err = database_redo_attached(database->database, database->position, &recovery->signature, recovery->generation,
                                 &recovery->reader->header.created);
    return err < 0 ? err : tell_attached(recovery, database);
}

/* ------------------------------------------------------------------- closing --- */

static JET_ERR close_database(struct recovery *recovery, struct redo_database *database, uint64_t position,
                              bool detached)
{
    JET_ERR err = tell(recovery, database, false);

    if (err >= 0 && detached)
        err = redo_note_detached(recovery, database);
    if (err < 0)
        return err;
    if (database->attach == REDO_ATTACH_NOW && database->database->header.state == JET_dbstateJustCreated)
        database_redo_abandon(database->database);
    else if (database->attach == REDO_ATTACH_NOW)
        err = database_redo_close(database->database, position, detached);
    else if (database->attach == REDO_ATTACH_FUTURE)
        (void)database_redo_repair(database->path); /* detached, but perhaps in the first copy of its header alone */
    forget(database);
    return err;
}

JET_ERR redo_detach_database(struct recovery *recovery, uint8_t dbid)
{
    return dbid < REDO_DATABASES ? close_database(recovery, &recovery->databases[dbid], recovery->position, true)
                                 : JET_errLogCorrupted;
}

/* But for one whose making was not complete. */
JET_ERR redo_keep_databases(struct recovery *recovery)
{
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err >= 0 && i < REDO_DATABASES; i++)
    {
        struct redo_database *database = &recovery->databases[i];

        if (database->creating)
            err = close_database(recovery, database, recovery->position, false);
        else if (database->attach == REDO_ATTACH_NOW)
        {
            err = tell(recovery, database, false);
            database->kept = true;
        }
    }
    return err;
}

JET_ERR redo_reattach_database(struct recovery *recovery, uint8_t dbid)
{
    struct redo_database *database = redo_database(recovery, dbid);
    JET_ERR err;

    if (!database)
        return JET_errSuccess;
    database->kept = false;
    err = database_mark_reattached(database->database, recovery->position);
    return err < 0 ? err : tell_attached(recovery, database);
}

JET_ERR redo_close_databases(struct recovery *recovery, uint64_t position)
{
    JET_ERR err = JET_errSuccess, now;

    for (uint32_t i = 0; i < REDO_DATABASES; i++)
    {
        now = close_database(recovery, &recovery->databases[i], position, false);
        err = err < 0 ? err : now;
    }
    return err;
}

void redo_abandon_databases(struct recovery *recovery)
{
    struct redo_detached *one;

    for (uint32_t i = 0; i < REDO_DATABASES; i++)
    {
        if (recovery->databases[i].database)
            database_redo_abandon(recovery->databases[i].database);
        forget(&recovery->databases[i]);
    }
    while ((one = recovery->detached))
    {
        recovery->detached = one->next;
        os_free(one);
    }
}

JET_ERR redo_databases_generation(struct recovery *recovery)
{
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err >= 0 && i < REDO_DATABASES; i++)
    {
        if (recovery->databases[i].attach == REDO_ATTACH_NOW)
            err = database_redo_generation(recovery->databases[i].database, recovery->generation,
                                           &recovery->reader->header.created);
        if (err >= 0)
            err = tell_attached(recovery, &recovery->databases[i]);
    }
    return err;
}

void redo_databases_leave(struct recovery *recovery)
{
    for (uint32_t i = 0; i < REDO_DATABASES; i++)
        if (recovery->databases[i].attach == REDO_ATTACH_NOW)
            (void)tell(recovery, &recovery->databases[i], false);
}

JET_ERR redo_databases_check(struct recovery *recovery)
{
    bool ignore_all = recovery->config->grbit & JET_bitReplayIgnoreMissingDB;

    for (uint32_t i = 0; i < REDO_DATABASES; i++)
    {
        const struct redo_database *database = &recovery->databases[i];

        switch (database->attach)
        {
        case REDO_ATTACH_SKIPPED:
            return JET_errAttachedDatabaseMismatch;
        case REDO_ATTACH_FUTURE:
            (void)database_redo_repair(database->path);
            if (recovery->last_is_shutdown)
                continue;
            /* fall through */
        case REDO_ATTACH_DEFERRED:
        case REDO_ATTACH_DENIED:
            if (ignore_all || database->ignore_missing)
                break;
            if (database->unreadable)
            {
                *recovery->config->header_bad = true;
                return JET_errReadVerifyFailure;
            }
            event_say(redo_events(recovery), EVENT_RECOVERY_DATABASE_MISSING, JET_errAttachedDatabaseMismatch,
                      database->path);
            return database->attach == REDO_ATTACH_DENIED ? JET_errAccessDenied : JET_errAttachedDatabaseMismatch;
        default:
            if (database->old.count)
                return JET_errDbTimeTooOld;
            /* A page that the log changes and the file does not have. */
            if (database->gone.count)
                return database->torn ? JET_errReadVerifyFailure : JET_errRecoveryVerifyFailure;
        }
    }
    return JET_errSuccess;
}

/* --------------------------------------------------------------------- records --- */

struct redo_database *redo_database(struct recovery *recovery, uint8_t dbid)
{
    struct redo_database *database = dbid < REDO_DATABASES ? &recovery->databases[dbid] : NULL;

    if (!database || database->attach != REDO_ATTACH_NOW || recovery->position < database->position)
        return NULL;
    return database;
}

JET_ERR redo_extend(struct recovery *recovery, const struct log_extend_db *record)
{
    struct redo_database *database = redo_database(recovery, record->dbid);

    return database ? database_redo_resize(database->database, record->last_page, true) : JET_errSuccess;
}

JET_ERR redo_shrink(struct recovery *recovery, const struct log_shrink_db *record)
{
    struct redo_database *database = redo_database(recovery, record->dbid);

    if (!database)
        return JET_errSuccess;
    redo_explain(database, record->last_page + 1, UINT32_MAX - record->last_page);
    /* The file may have what a later record put there, after it had grown again; it gets its size at the end. */
    if (recovery->generation <= database->future)
        return JET_errSuccess;
    return database_redo_resize(database->database, record->last_page, false);
}
