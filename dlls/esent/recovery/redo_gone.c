/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages that were not what a record says they must be, until a later record explains it (struct redo_gone). */
#include "recovery/private.h"

JET_ERR redo_gone_add(struct redo_gone *gone, uint32_t pgno)
{
    for (uint32_t i = 0; i < gone->count; i++)
        if (gone->pages[i] == pgno)
            return JET_errSuccess;
    if (gone->count == gone->room)
    {
        uint32_t room = gone->room * 2 + 64, *larger = os_realloc(gone->pages, room * sizeof(*larger));

        if (!larger)
            return JET_errOutOfMemory;
        gone->pages = larger;
        gone->room = room;
    }
    gone->pages[gone->count++] = pgno;
    return JET_errSuccess;
}

static void gone_explain(struct redo_gone *gone, uint32_t first, uint32_t count)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < gone->count; i++)
        if (gone->pages[i] < first || gone->pages[i] - first >= count)
            gone->pages[kept++] = gone->pages[i];
    gone->count = kept;
}

void redo_explain(struct redo_database *database, uint32_t first, uint32_t count)
{
    gone_explain(&database->gone, first, count);
    gone_explain(&database->old, first, count);
}
