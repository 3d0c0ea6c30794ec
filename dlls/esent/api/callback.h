/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls of what a program registered with JetRegisterCallback, and of what the catalog names. */
#ifndef ESENT_API_CALLBACK_H
#define ESENT_API_CALLBACK_H

#include "api/private.h"
#include "table/cursor.h"

/*
 * The function of a callback that the catalog has, module!function.  The module
 * stays for the life of the process.  JET_errCallbackNotResolved, JET_errInvalidParameter.
 */
JET_ERR callback_find(const char *name, JET_CALLBACK *function);

/* Whether the instance lets them be found as tables are opened and made. */
bool callback_allowed(const struct instance *instance);
/* Finds all that a table has of them, where they are allowed: JET_errCallbackNotResolved, JET_errInvalidParameter. */
JET_ERR callback_resolve(const struct instance *instance, const struct table *table);

static inline bool callback_on(const struct table *table)
{
    return table->callback_count || atomic_load_explicit(&table->object->hooks, memory_order_relaxed);
}

/* Whether anything is registered for the cursor's table; a sort has no object. */
static inline bool callback_any(const struct cursor *cursor)
{
    const struct table *table = cursor->table;

    return table->object && (callback_on(table) || (table->template_table && callback_on(table->template_table)));
}

/* Tells of an event, JET_cbtyp...; the first error of a function, after which no other is called. */
JET_ERR callback_call(struct session *session, JET_TABLEID tableid, struct cursor *cursor, JET_CBTYP event);
/* The same with what the event has to say. */
JET_ERR callback_tell(struct session *session, JET_TABLEID tableid, struct cursor *cursor, JET_CBTYP event,
                      void *first, void *second);

#endif
