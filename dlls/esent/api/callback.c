/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Functions of the program that are called when records change:
 * JetRegisterCallback, JetUnregisterCallback.
 *
 * They hang on the table, whoever of the instance changes it, and those of a
 * template on the tables derived from it.  The list only grows, so that it is
 * read without a lock; one that is given up is never called again.  Those that
 * a table's creator named are in the catalog, and come last.
 */
#include "api/callback.h"
#include "table/cursor.h"

/* What has been found; never given back, since a module may have what it counts on. */
struct found_callback
{
    struct found_callback *next;
    JET_CALLBACK function;
    char name[];
};

static JET_CALLBACK found_before(const char *name)
{
    const struct found_callback *found = atomic_load_explicit(&process.callbacks, memory_order_acquire);

    while (found && strcmp(found->name, name))
        found = found->next;
    return found ? found->function : NULL;
}

static JET_ERR load(const char *name, JET_CALLBACK *function)
{
    const char *bang = strchr(name, '!');
    char text[JET_cbColumnMost + 4];
    struct os_module *module;
    void (*symbol)(void) = NULL;
    WCHAR *path;
    size_t length;
    JET_ERR err;

    if (!bang || strlen(name) > JET_cbColumnMost)
        return JET_errInvalidParameter;
    length = (size_t)(bang - name);
    memcpy(text, name, length);
    text[length] = 0;
    err = string_from_a(text, &path);
    if (err < 0)
        return err;
    strcpy(text, bang + 1);
    err = os_module_symbol(path, text, &module, &symbol);
    if (err < 0)
    {
        strcat(text, "@32"); /* as 32-bit compilers export it */
        err = os_module_symbol(path, text, &module, &symbol);
    }
    os_free(path);
    *function = (JET_CALLBACK)symbol;
    return err;
}

/* Source: ErrCALLBACKResolve. */
JET_ERR callback_find(const char *name, JET_CALLBACK *function)
{
    struct found_callback *found;
    size_t size = strlen(name) + 1;
    JET_ERR err = JET_errSuccess;

    *function = found_before(name);
    if (*function)
        return JET_errSuccess;
    os_mutex_lock(&process.callback_lock);
    *function = found_before(name);
    if (!*function)
    {
        err = load(name, function);
        found = err < 0 ? NULL : os_alloc(sizeof(*found) + size);
        if (found)
        {
            memcpy(found->name, name, size);
            found->function = *function;
            found->next = atomic_load(&process.callbacks);
            atomic_store_explicit(&process.callbacks, found, memory_order_release);
        }
        else if (err >= 0)
            err = JET_errOutOfMemory;
    }
    os_mutex_unlock(&process.callback_lock);
    return err;
}

bool callback_allowed(const struct instance *instance)
{
    return param_number(instance, JET_paramEnablePersistedCallbacks);
}

static JET_ERR resolve_own(const struct table *table)
{
    JET_CALLBACK function;
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; i < table->callback_count && err >= 0; i++)
        err = callback_find(table->callbacks[i].name, &function);
    for (uint32_t i = 0; table->user_defaults && i < table->column_count && err >= 0; i++)
    {
        if (table->columns[i].type != JET_coltypNil && table->columns[i].callback)
            err = callback_find(table->columns[i].callback, &function);
    }
    return err;
}

/* Source: ErrCATInitFCB. */
JET_ERR callback_resolve(const struct instance *instance, const struct table *table)
{
    const struct table *from = table->template_table;
    JET_ERR err = JET_errSuccess;

    if (!table->callback_count && !table->user_defaults && !(from && from->callback_count))
        return JET_errSuccess;
    if (!callback_allowed(instance))
        return JET_errSuccess;
    if (from)
        err = resolve_own(from);
    return err < 0 ? err : resolve_own(table);
}

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

/* What is called: whose table, and what about it. */
struct telling
{
    struct session *session;
    JET_TABLEID tableid;
    JET_DBID dbid;
    JET_CBTYP event;
    void *first, *second;
};

/* One that the catalog has: not called at all unless the instance allows it. */
static JET_ERR call_named(const struct telling *telling, const struct table_callback *named)
{
    struct session *session = telling->session;
    JET_CALLBACK function;
    JET_ERR err;

    if (!param_number(session->instance, JET_paramEnablePersistedCallbacks))
        return JET_errCallbackFailed;
    err = callback_find(named->name, &function);
    if (err < 0)
        return err;
    api_callback_begin(session);
    err = function(session->handle, telling->dbid, telling->tableid, telling->event, telling->first, telling->second,
                   NULL, 0);
    api_callback_end(session);
    return err;
}

/* Source: ErrRECICallback. */
static JET_ERR call(const struct telling *telling, const struct table *table)
{
    struct session *session = telling->session;
    struct table_hook *hook = atomic_load_explicit(&table->object->hooks, memory_order_acquire);
    JET_ERR err = JET_errSuccess;

    for (; hook && err >= 0; hook = hook->next)
    {
        if (!(hook->events & telling->event))
            continue;
        api_callback_begin(session);
        err = hook->function(session->handle, telling->dbid, telling->tableid, telling->event, telling->first,
                             telling->second, hook->context, 0);
        api_callback_end(session);
    }
    for (uint32_t i = table->callback_count; i > 0 && err >= 0; i--)
    {
        if (table->callbacks[i - 1].events & telling->event)
            err = call_named(telling, &table->callbacks[i - 1]);
    }
    return err;
}

JET_ERR callback_tell(struct session *session, JET_TABLEID tableid, struct cursor *cursor, JET_CBTYP event, void *first,
                      void *second)
{
    const struct open_cursor *open = session_find_cursor(session, tableid);
    const struct table *table = cursor->table, *from = table->template_table;
    struct telling telling = { session, tableid, open ? open->dbid : JET_dbidNil, event, first, second };
    uint32_t refused = cursor->refused;
    JET_ERR err;

    cursor->refused |= CURSOR_NOT_CALLED;
    err = call(&telling, table);
    if (err >= 0 && from)
        err = call(&telling, from);
    cursor->refused = refused;
    return err;
}

JET_ERR callback_call(struct session *session, JET_TABLEID tableid, struct cursor *cursor, JET_CBTYP event)
{
    return callback_tell(session, tableid, cursor, event, NULL, NULL);
}
