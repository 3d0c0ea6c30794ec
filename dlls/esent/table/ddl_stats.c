/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetComputeStats: how many records, keys and pages a table and its indexes have.  Follows stats.cxx. */

#include "format/bytes.h"
#include "table/ddl_private.h"

#define STATS_SIZE   20u            /* three counts, and when: days since the end of 1899 */
#define DAY_UNITS    864000000000.0 /* of os_time_now */
#define DAYS_TO_1899 109205.0       /* from its beginning */

static JET_ERR count(const struct tree *tree, struct txn *txn, struct schema_stats *stats)
{
    uint8_t last[KEY_MAX];
    uint32_t last_size = 0, page = 0;
    struct tree_cursor cursor;
    JET_ERR err;

    *stats = (struct schema_stats){ 0 };
    tree_cursor_init(&cursor, tree, txn);
    cursor.sequential = true;
    for (err = tree_move_first(&cursor); err >= 0; err = tree_move_next(&cursor))
    {
        uint32_t size = cursor.bookmark_key_size;
        bool same = !tree->unique && stats->records && size == last_size && !memcmp(cursor.bookmark, last, size);

        stats->records++;
        stats->keys += !same;
        stats->pages += cursor.pgno != page;
        page = cursor.pgno;
        if (!tree->unique && !same && size <= sizeof(last))
        {
            memcpy(last, cursor.bookmark, size);
            last_size = size;
        }
    }
    tree_cursor_close(&cursor);
    return err == JET_errNoCurrentRecord ? JET_errSuccess : err;
}

static JET_ERR write_stats(struct table *table, struct txn *txn, uint32_t type, uint32_t id, const struct tree *tree)
{
    double when = os_time_now() / DAY_UNITS - DAYS_TO_1899;
    struct catalog_cursor rows;
    struct catalog_row row;
    struct schema_stats stats;
    uint8_t bytes[STATS_SIZE];
    JET_ERR err = count(tree, txn, &stats);

    if (err < 0)
        return err;
    set_le32(bytes, stats.records);
    set_le32(bytes + 4, stats.keys);
    set_le32(bytes + 8, stats.pages);
    memcpy(bytes + 12, &when, sizeof(when));
    err = catalog_open(table->database, txn, &rows);
    if (err >= 0)
        err = catalog_find(&rows, table->objid, type, id, &row);
    if (err >= 0)
    {
        row.stats = (struct catalog_bytes){ bytes, sizeof(bytes) };
        err = catalog_replace(table->database, txn, &row);
    }
    catalog_close(&rows);
    /* What is inherited from a template has no row here. */
    return err == JET_errObjectNotFound ? JET_errSuccess : err;
}

static JET_ERR compute(struct cursor *cursor)
{
    struct table *table = cursor->table;
    JET_ERR err = schema_act(table->database, cursor->txn, table->object, ACTION_ROWS, false, 0);

    if (err >= 0)
        err = write_stats(table, cursor->txn, CATALOG_TABLE, table->objid, table->records);
    for (uint32_t i = 0; err >= 0 && i < table->index_count; i++)
    {
        const struct index *index = &table->indexes[i];

        if (!index->primary)
            err = write_stats(table, cursor->txn, CATALOG_INDEX, index->objid, index->tree);
    }
    return err;
}

JET_ERR ddl_compute_stats(struct cursor *cursor)
{
    struct database *database = cursor->table->database;
    JET_ERR err;

    if (cursor->filter)
        return JET_errFilteredMoveNotSupported;
    if (cursor->txn->level && cursor->txn->read_only)
        return JET_errTransReadOnly;
    if (database->read_only)
        return JET_errPermissionDenied;
    err = ddl_begin(database, cursor->txn);
    if (err < 0)
        return err;
    return cursor_wrote(cursor, ddl_end(database, cursor->txn, compute(cursor)));
}
