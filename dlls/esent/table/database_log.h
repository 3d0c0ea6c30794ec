/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Databases and the log: who is attached, and what their headers say of the log.
 *
 * A database that is logged is in the registry of its instance from before its
 * record of creation or attachment until it is closed; the record's position is
 * set while it is appended, so that the lists of attached databases in headers
 * of log files and in the checkpoint agree with the order of the log.
 *
 * A header says which generations recovery would need.  When a generation is
 * begun all headers are written before the first of its records is; the oldest one
 * needed rises with the checkpoint.
 *
 * Locks: `lock` guards the list; it comes after page latches, before a database's
 * header_lock, and is never held while anything is appended or flushed.
 */
#ifndef ESENT_TABLE_DATABASE_LOG_H
#define ESENT_TABLE_DATABASE_LOG_H

#include "log/log.h"
#include "os/os.h"

struct database;
struct txn_root;

#define DATABASE_REGISTRY 16

struct database_registry
{
    struct os_mutex lock;
    struct log *log;
    struct database *open[DATABASE_REGISTRY]; /* by id in the log */
    /* Why a database could not be made, attached or closed, after the log had said so, JET_errSuccess while all
     * could: it stays as it is on disk, to be recovered, so the checkpoint stays where it is and the log is not ended. */
    _Atomic JET_ERR failed;
};

/* The callbacks of struct log_config, with a registry as context. */
void database_log_attachments(void *context, uint64_t position, uint8_t list[LOG_ATTACH_SIZE]);
JET_ERR database_log_generation(void *context, uint32_t generation, const struct header_time *created);

/*
 * Moves the checkpoint on: writes pages whose changes are older than `depth` bytes
 * of log, or all, then the headers and the checkpoint.
 */
#define DATABASE_LOG_ALL UINT64_MAX
JET_ERR database_log_checkpoint(struct database_registry *registry, struct txn_root *txns, uint64_t depth);

/* Writes all pages of all databases and logs that the instance shuts down: databases closed from here on are as of
 * `position`.  Nobody changes anything any more. */
JET_ERR database_log_shutdown(struct database_registry *registry, struct txn_root *txns, uint64_t *position);

/* Databases closed from here on stay as they are on disk, to be recovered. */
void database_log_abandon(struct database_registry *registry);

#endif
