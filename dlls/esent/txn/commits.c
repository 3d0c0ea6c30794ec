/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "txn/commits.h"

/* Drops what is durable; if that is not much, two neighbours become one that waits for the later of both. */
static void make_room(struct txn_commits *commits, uint64_t durable)
{
    struct txn_commit *list = commits->commit;
    uint32_t gone = 0;

    while (gone < commits->count && list[gone].commit < durable)
        gone++;
    commits->count -= gone;
    memmove(list, list + gone, commits->count * sizeof(*list));
    if (commits->count <= TXN_COMMITS / 2)
        return;
    for (uint32_t i = 0; i + 1 < commits->count; i += 2)
        list[i / 2] = (struct txn_commit){ list[i].start, list[i + 1].commit };
    if (commits->count % 2)
        list[commits->count / 2] = list[commits->count - 1];
    commits->count = (commits->count + 1) / 2;
}

void txn_commits_add(struct txn_commits *commits, uint64_t start, uint64_t commit, uint64_t durable)
{
    struct txn_commit *list = commits->commit;

    os_mutex_lock(&commits->lock);
    /* Who began later and committed earlier has nothing to add. */
    while (commits->count && list[commits->count - 1].start >= start)
    {
        commits->count--;
        if (list[commits->count].commit > commit)
            commit = list[commits->count].commit;
    }
    if (commits->count == TXN_COMMITS)
        make_room(commits, durable);
    if (!commits->count || list[commits->count - 1].commit < commit)
        list[commits->count++] = (struct txn_commit){ start, commit };
    os_mutex_unlock(&commits->lock);
}

uint64_t txn_commits_need(struct txn_commits *commits, uint64_t lgpos)
{
    uint64_t need = 0;

    os_mutex_lock(&commits->lock);
    for (uint32_t i = commits->count; i && !need; i--)
        if (commits->commit[i - 1].start <= lgpos)
            need = commits->commit[i - 1].commit;
    os_mutex_unlock(&commits->lock);
    return need;
}
