/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls of what a program registered with JetRegisterCallback. */
#ifndef ESENT_API_CALLBACK_H
#define ESENT_API_CALLBACK_H

#include "api/private.h"
#include "table/cursor.h"

/* Whether anything is registered for the cursor's table; a sort has no object. */
static inline bool callback_any(const struct cursor *cursor)
{
    const struct table *table = cursor->table;

    return table->object && (atomic_load_explicit(&table->object->hooks, memory_order_relaxed)
                             || (table->template_table && atomic_load(&table->template_table->object->hooks)));
}

/* Tells of an event, JET_cbtyp...; the first error of a function, after which no other is called. */
JET_ERR callback_call(struct session *session, JET_TABLEID tableid, struct cursor *cursor, JET_CBTYP event);

#endif
