/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Functions of the program that are called when records change:
 * JetRegisterCallback, JetUnregisterCallback.
 *
 * They hang on the table, whoever of the instance changes it, and those of a
 * template on the tables derived from it.  The list only grows, so that it is
 * read without a lock; one that is given up is never called again.
 */
#include "api/callback.h"
#include "table/cursor.h"

/*
 * phCallbackId gets what JetUnregisterCallback wants.  JET_errInvalidParameter.
 * Source: ErrIsamRegisterCallback.
 */
JET_ERR JET_API JetRegisterCallback(JET_SESID sesid, JET_TABLEID tableid, JET_CBTYP cbtyp, JET_CALLBACK pCallback,
                                    void *pvContext, JET_HANDLE *phCallbackId)
{
    struct session *session;
    struct cursor *cursor;
    struct table_object *object;
    struct database *database;
    struct table_hook *hook;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_TABLES_ONLY, &session, &cursor);

    OS_TRACE("(%#zx, %#zx, %#x, %p, %p)\n", (size_t)sesid, (size_t)tableid, (unsigned)cbtyp, pvContext,
             (void *)phCallbackId);
    if (err < 0)
        return err;
    if (!cbtyp || !pCallback || !phCallbackId)
        return api_leave(session, JET_errInvalidParameter);
    hook = os_alloc(sizeof(*hook));
    if (!hook)
        return api_leave(session, JET_errOutOfMemory);
    *hook = (struct table_hook){ .events = cbtyp, .function = pCallback, .context = pvContext };
    object = cursor->table->object;
    database = cursor->table->database;
    os_mutex_lock(&database->lock);
    hook->next = atomic_load(&object->hooks);
    atomic_store_explicit(&object->hooks, hook, memory_order_release);
    os_mutex_unlock(&database->lock);
    *phCallbackId = (JET_HANDLE)(uintptr_t)hook;
    return api_leave(session, JET_errSuccess);
}

/* cbtyp is not looked at.  JET_errInvalidParameter: the table has none of that id. */
JET_ERR JET_API JetUnregisterCallback(JET_SESID sesid, JET_TABLEID tableid, JET_CBTYP cbtyp, JET_HANDLE hCallbackId)
{
    struct session *session;
    struct cursor *cursor;
    struct table_hook *hook;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_TABLES_ONLY, &session, &cursor);

    OS_TRACE("(%#zx, %#zx, %#x, %#zx)\n", (size_t)sesid, (size_t)tableid, (unsigned)cbtyp, (size_t)hCallbackId);
    if (err < 0)
        return err;
    os_mutex_lock(&cursor->table->database->lock);
    hook = atomic_load(&cursor->table->object->hooks);
    while (hook && (uintptr_t)hook != (uintptr_t)hCallbackId)
        hook = hook->next;
    if (hook)
        hook->events = 0;
    os_mutex_unlock(&cursor->table->database->lock);
    return api_leave(session, hook ? JET_errSuccess : JET_errInvalidParameter);
}

static JET_ERR call(struct session *session, JET_TABLEID tableid, JET_DBID dbid, const struct table *table,
                    JET_CBTYP event)
{
    struct table_hook *hook = atomic_load_explicit(&table->object->hooks, memory_order_acquire);
    JET_ERR err = JET_errSuccess;

    for (; hook && err >= 0; hook = hook->next)
    {
        if (!(hook->events & event))
            continue;
        api_callback_begin(session);
        err = hook->function(session->handle, dbid, tableid, event, NULL, NULL, hook->context, 0);
        api_callback_end(session);
    }
    return err;
}

JET_ERR callback_call(struct session *session, JET_TABLEID tableid, struct cursor *cursor, JET_CBTYP event)
{
    const struct open_cursor *open = session_find_cursor(session, tableid);
    const struct table *table = cursor->table, *from = table->template_table;
    JET_DBID dbid = open ? open->dbid : JET_dbidNil;
    uint32_t refused = cursor->refused;
    JET_ERR err;

    cursor->refused |= CURSOR_NOT_CALLED;
    err = call(session, tableid, dbid, table, event);
    if (err >= 0 && from)
        err = call(session, tableid, dbid, from, event);
    cursor->refused = refused;
    return err;
}
