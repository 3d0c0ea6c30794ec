/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of a database the disk keeps. */
#include "btree/space.h"
#include "table/database_private.h"

#define TRIMS_NOTED 2u /* later ones are told by the header as it is written for other reasons */

JET_ERR database_disk_pages(struct database *database, uint32_t *pages)
{
    struct os_file_info info;
    JET_ERR err = os_file_info(database->file, &info);

    *pages = err < 0 ? 0 : (uint32_t)(info.size_on_disk / database->page_size);
    return err;
}

/* That it was ever done is what matters to who looks at the file. */
static JET_ERR note_trim(void *context)
{
    struct database *database = context;
    JET_ERR err = JET_errSuccess;

    os_mutex_lock(&database->header_lock);
    if (++database->header.trim_count <= TRIMS_NOTED)
        err = database_write_header(database);
    os_mutex_unlock(&database->header_lock);
    return err;
}

JET_ERR database_trim(struct database *database)
{
    JET_ERR err;

    if (database->read_only)
        return JET_errSuccess;
    err = database_mark_dirty(database);
    return err < 0 ? err : tree_store_trim(&database->store, note_trim, database);
}

static JET_ERR note_cut(void *context)
{
    struct database *database = context;
    JET_ERR err;

    os_mutex_lock(&database->header_lock);
    database->header.shrink_count++;
    database_time_now(&database->header.shrink_time);
    err = database_write_header(database);
    os_mutex_unlock(&database->header_lock);
    return err;
}

JET_ERR database_cut(struct database *database, const struct tree_extent *last)
{
    JET_ERR err = database_mark_dirty(database);

    return err < 0 ? err : tree_store_cut(&database->store, last, note_cut, database);
}

JET_ERR database_find_lost(struct database *database, uint32_t pgno)
{
    JET_ERR err = database_mark_dirty(database);

    return err < 0 ? err : tree_store_find_lost(&database->store, 1, pgno);
}
