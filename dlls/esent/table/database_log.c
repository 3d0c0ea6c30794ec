/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records of databases, and the callbacks of the log. */
#include "table/database_log.h"
#include "table/database_private.h"
#include "txn/version.h"

#define CREATE_VERSION 2u
#define CREATE_UPDATE  0u

/* ----------------------------------------------------------- the registry --- */

void database_log_register(struct database *database, struct database_registry *registry)
{
    if (!registry || !database->store.log)
        return;
    database->registry = registry;
    os_mutex_lock(&registry->lock);
    registry->open[database->store.log_database] = database;
    os_mutex_unlock(&registry->lock);
}

void database_log_unregister(struct database *database)
{
    struct database_registry *registry = database->registry;

    if (!registry)
        return;
    os_mutex_lock(&registry->lock);
    if (registry->open[database->store.log_database] == database)
        registry->open[database->store.log_database] = NULL;
    os_mutex_unlock(&registry->lock);
    database->registry = NULL;
}

/* Whether the database is attached for a record at `position`. */
static bool is_attached(const struct database *database, uint64_t position)
{
    uint64_t attach = atomic_load(&database->attach_position), detach = atomic_load(&database->detach_position);

    return attach && attach < position && (!detach || detach >= position);
}

void database_log_attachments(void *context, uint64_t position, uint8_t list[LOG_ATTACH_SIZE])
{
    struct database_registry *registry = context;
    size_t offset = 0;

    memset(list, 0, LOG_ATTACH_SIZE);
    os_mutex_lock(&registry->lock);
    for (uint32_t i = 0; i < DATABASE_REGISTRY; i++)
    {
        struct database *database = registry->open[i];
        struct log_attach attach;

        if (!database || !is_attached(database, position))
            continue;
        memset(&attach, 0, sizeof(attach));
        attach.dbid = (uint8_t)i;
        attach.flags = LOG_ATTACH_UNICODE;
        attach.dbtime = database->attach_dbtime;
        attach.last_objid = atomic_load(&database->last_objid);
        attach.pages_max = database->store.most_pages;
        log_position_store(&attach.attach, atomic_load(&database->attach_position));
        attach.consistent = database->attach_consistent;
        attach.signature = database->header.signature;
        (void)log_attach_add(list, &offset, &attach, database->path);
    }
    os_mutex_unlock(&registry->lock);
}

/* Numbers given out so far: redo learns only of those after the checkpoint.  header_lock is held. */
static void note_counters(struct database *database)
{
    database->header.dbtime = atomic_load(&database->store.dbtime);
    database->header.last_objid = atomic_load(&database->last_objid);
}

JET_ERR database_log_generation(void *context, uint32_t generation, const struct header_time *created)
{
    struct database_registry *registry = context;
    JET_ERR err = JET_errSuccess;

    os_mutex_lock(&registry->lock);
    for (uint32_t i = 0; err >= 0 && i < DATABASE_REGISTRY; i++)
    {
        struct database *database = registry->open[i];

        if (!database)
            continue;
        os_mutex_lock(&database->header_lock);
        if (database->dirty && database->header.generation_max_required < (int32_t)generation)
        {
            header_require_generation(&database->header, generation, created);
            note_counters(database);
            err = database_write_header(database);
        }
        os_mutex_unlock(&database->header_lock);
    }
    os_mutex_unlock(&registry->lock);
    return err;
}

/* ------------------------------------------------------------------ records --- */

static void stamp_position(void *context, uint64_t position)
{
    atomic_store((_Atomic uint64_t *)context, position);
}

/* Appends a record with the database's path behind it and has it on disk. */
static JET_ERR append_with_path(struct database *database, const void *head, size_t head_size,
                                _Atomic uint64_t *stamped)
{
    struct log_part parts[2] = { { head, head_size },
                                 { database->path, (os_text_length(database->path) + 1) * sizeof(WCHAR) } };
    struct log *log = database->store.log;
    uint64_t position;
    JET_ERR err = log_append_stamped(log, parts, 2, stamp_position, stamped, &position);

    return err < 0 ? err : log_flush(log, position);
}

static uint16_t path_size(const struct database *database)
{
    return (uint16_t)((os_text_length(database->path) + 1) * sizeof(WCHAR));
}

JET_ERR database_log_create(struct database *database)
{
    struct
    {
        struct log_create_db record;
        uint16_t version, update;
    } __attribute__((packed)) create = { .version = CREATE_VERSION, .update = CREATE_UPDATE };
    JET_ERR err = log_check(database->store.log);

    if (err < 0)
        return err;
    create.record.type = LOG_CREATE_DB;
    create.record.session = TXN_LOG_FIRST;
    create.record.dbid = database->store.log_database;
    create.record.grbit = database->grbit;
    create.record.pages_max = database->store.most_pages;
    create.record.signature = database->header.signature;
    create.record.path_size = path_size(database);
    create.record.flags = LOG_CREATE_DB_VERSION | LOG_CREATE_DB_UNICODE;
    return append_with_path(database, &create, sizeof(create), &database->attach_position);
}

JET_ERR database_log_create_finish(struct database *database)
{
    struct log_create_db_finish finish = { LOG_CREATE_DB_FINISH, TXN_LOG_FIRST, database->store.log_database };
    struct log_part part = { &finish, sizeof(finish) };
    uint64_t position;
    JET_ERR err = log_append(database->store.log, &part, 1, &position);

    return err < 0 ? err : log_flush(database->store.log, position);
}

void database_log_free_tree(struct database *database, uint32_t root, bool is_table, uint64_t committed)
{
    struct log_free_fdp record = { .type = LOG_FREE_FDP, .size = sizeof(record) - sizeof(struct log_ignored) };
    struct log_part part = { &record, sizeof(record) };

    if (!database->store.log)
        return;
    record.dbid = database->store.log_database;
    record.root = root;
    record.transaction = txn_log_time(committed);
    record.fdp_type = is_table ? LOG_FDP_TABLE : LOG_FDP_INDEX;
    (void)log_append(database->store.log, &part, 1, NULL);
}

JET_ERR database_log_attach(struct database *database)
{
    struct log_attach_db attach;
    JET_ERR err = log_check(database->store.log);

    if (err < 0)
        return err;
    memset(&attach, 0, sizeof(attach));
    attach.type = LOG_ATTACH_DB;
    attach.session = TXN_LOG_FIRST;
    attach.dbid = database->store.log_database;
    attach.pages_max = database->store.most_pages;
    attach.consistent = database->header.consistent;
    attach.signature = database->header.signature;
    attach.log_signature = database->header.log_signature;
    attach.path_size = path_size(database);
    attach.flags = LOG_ATTACH_DB_UNICODE;
    database->attach_dbtime = database->header.dbtime;
    database->attach_consistent = database->header.consistent;
    return append_with_path(database, &attach, sizeof(attach), &database->attach_position);
}

JET_ERR database_log_detach(struct database *database)
{
    struct log_detach_db detach = { LOG_DETACH_DB, TXN_LOG_FIRST, database->store.log_database, path_size(database),
                                    LOG_DETACH_DB_UNICODE };

    return append_with_path(database, &detach, sizeof(detach), &database->detach_position);
}

JET_ERR database_log_reattach(struct database *database, uint64_t *position)
{
    struct log_reattach_db record = { .type = LOG_REATTACH_DB, .size = sizeof(record) - sizeof(struct log_ignored) };
    struct log_part part = { &record, sizeof(record) };
    JET_ERR err = log_check(database->store.log);

    record.dbid = database->store.log_database;
    log_position_store(&record.attach, atomic_load(&database->attach_position));
    record.consistent = database->header.consistent;
    record.signature = database->header.signature;
    if (err >= 0)
        err = log_append(database->store.log, &part, 1, position);
    return err < 0 ? err : log_flush(database->store.log, *position);
}

void database_log_failed(struct database *database, JET_ERR err)
{
    if (database->registry)
        atomic_store(&database->registry->failed, err);
}

/* --------------------------------------------------------------- checkpoint --- */

static uint64_t generation_of_depth(struct log *log, uint64_t depth)
{
    uint64_t tip = log_tip(log), generations = depth / ((uint64_t)log_file_segments(log) * LOG_SEGMENT_SIZE);
    uint32_t now = log_position_generation(tip);

    return now > generations ? log_position(now - (uint32_t)generations, 0, 0) : 0;
}

/* Whoever closes a database unregisters it first, and waits for the lock. */
static JET_ERR each_open(struct database_registry *registry,
                         JET_ERR (*visit)(struct database *database, uint64_t *number), uint64_t *number)
{
    JET_ERR err = JET_errSuccess, now;

    os_mutex_lock(&registry->lock);
    for (uint32_t i = 0; i < DATABASE_REGISTRY; i++)
        if (registry->open[i])
        {
            now = visit(registry->open[i], number);
            err = err < 0 ? err : now;
        }
    os_mutex_unlock(&registry->lock);
    return err;
}

static JET_ERR oldest_change(struct database *database, uint64_t *oldest)
{
    uint64_t first = cache_oldest_change(&database->cache), attach = atomic_load(&database->attach_position);
    bool dirty;

    os_mutex_lock(&database->header_lock);
    dirty = database->dirty;
    os_mutex_unlock(&database->header_lock);
    if (first < *oldest)
        *oldest = first;
    /* One whose header does not tell yet that it is attached is found by its record. */
    if (!dirty && attach && attach < *oldest)
        *oldest = attach;
    return dirty ? database_sync(database) : JET_errSuccess;
}

/* Before the checkpoint moves: what the header must know without the log before it. */
static JET_ERR say_required(struct database *database, uint64_t *checkpoint)
{
    struct database_header *header = &database->header;
    int32_t generation = (int32_t)log_position_generation(*checkpoint);
    JET_ERR err = JET_errSuccess;

    os_mutex_lock(&database->header_lock);
    if (database->dirty &&
        (header->generation_min_required < generation || header->dbtime != atomic_load(&database->store.dbtime) ||
         header->last_objid != atomic_load(&database->last_objid)))
    {
        if (header->generation_min_required < generation)
            header->generation_min_required = header->generation_min_consistent = generation;
        note_counters(database);
        err = database_write_header(database);
    }
    os_mutex_unlock(&database->header_lock);
    return err;
}

JET_ERR database_log_checkpoint(struct database_registry *registry, struct txn_root *txns, uint64_t depth)
{
    struct log *log = registry->log;
    uint64_t before = depth == DATABASE_LOG_ALL ? UINT64_MAX : generation_of_depth(log, depth), checkpoint;
    struct database *database;
    JET_ERR err = atomic_load(&registry->failed);

    if (err < 0)
        return err;
    /* Pages are written without the lock, which the log's callbacks need: writing waits for the log. */
    for (uint32_t i = 0; before && i < DATABASE_REGISTRY; i++)
    {
        os_mutex_lock(&registry->lock);
        database = registry->open[i];
        if (database)
            atomic_fetch_add(&database->checkpointing, 1);
        os_mutex_unlock(&registry->lock);
        if (!database)
            continue;
        if (cache_oldest_change(&database->cache) < before)
            err = cache_write(&database->cache, before);
        atomic_fetch_sub(&database->checkpointing, 1);
        if (err < 0)
            return err;
    }
    checkpoint = txn_log_oldest(txns);
    err = each_open(registry, oldest_change, &checkpoint);
    if (err >= 0 && checkpoint > log_checkpoint(log))
        err = each_open(registry, say_required, &checkpoint);
    return err < 0 ? err : log_checkpoint_update(log, checkpoint, checkpoint);
}

/* ------------------------------------------------------------------ the end --- */

static JET_ERR set_closing(struct database *database, uint64_t *position)
{
    database->closing = *position;
    return JET_errSuccess;
}

JET_ERR database_log_shutdown(struct database_registry *registry, struct txn_root *txns, uint64_t *position)
{
    struct log_jet_op mark = { .type = LOG_SHUTDOWN_MARK };
    struct log_part part = { &mark, 1 };
    JET_ERR err = JET_errSuccess, now;

    version_clean_all(txns);
    for (uint32_t i = 0; i < DATABASE_REGISTRY; i++)
        if (registry->open[i])
        {
            /* They are flushed with the header that says so. */
            now = cache_write(&registry->open[i]->cache, UINT64_MAX);
            err = err < 0 ? err : now;
        }
    if (err >= 0)
        err = log_append(registry->log, &part, 1, position);
    if (err >= 0)
        err = log_flush(registry->log, *position);
    return err < 0 ? err : each_open(registry, set_closing, position);
}

static JET_ERR set_abandoned(struct database *database, uint64_t *number)
{
    (void)number;
    database->abandoned = true;
    return JET_errSuccess;
}

void database_log_abandon(struct database_registry *registry)
{
    (void)each_open(registry, set_abandoned, NULL);
}
