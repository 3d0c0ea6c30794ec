/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What statements of ddl.h have in common: names, levels, who may. */

#include "table/ddl_private.h"

JET_ERR ddl_name(const char *given, char name[SCHEMA_NAME_SIZE])
{
    uint32_t size = 0, end = 0;

    if (!given || *given == ' ')
        return JET_errInvalidName;
    for (; given[size]; size++)
    {
        unsigned char c = (unsigned char)given[size];
        if (size == CATALOG_NAME_MAX || c < ' ' || c == '!' || c == '.' || c == '[' || c == ']')
            return JET_errInvalidName;
        name[size] = (char)c;
        if (c != ' ')
            end = size + 1;
    }
    name[end] = 0;
    return end ? JET_errSuccess : JET_errInvalidName;
}

JET_ERR ddl_begin(struct database *database, struct txn *txn)
{
    JET_ERR err;

    os_mutex_lock(&database->schema);
    err = txn_begin_inner(txn);
    if (err < 0)
        os_mutex_unlock(&database->schema);
    return err;
}

JET_ERR ddl_end(struct database *database, struct txn *txn, JET_ERR err)
{
    JET_ERR ended = err < 0 ? txn_rollback(txn) : txn_commit(txn);

    os_mutex_unlock(&database->schema);
    version_clean_due(txn->root);
    return err < 0 ? err : ended < 0 ? ended : err;
}

JET_ERR ddl_check_updatable(const struct cursor *cursor)
{
    if (cursor_is_temporary(cursor))
        return JET_errIllegalOperation;
    if (!cursor->updatable)
        return JET_errPermissionDenied;
    return cursor->txn->level && cursor->txn->read_only ? JET_errTransReadOnly : JET_errSuccess;
}

bool ddl_has_alone(const struct cursor *cursor)
{
    return cursor->table->object->deny_read == cursor->txn;
}

JET_ERR ddl_reload(struct cursor *cursor)
{
    return cursor_follow(cursor);
}
