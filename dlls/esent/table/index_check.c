/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Indexes whose order of text is of another version; see index_check.h. */
#include "table/index_check.h"

#include <stdio.h>

#include "format/bytes.h"
#include "table/catalog.h"
#include "table/cursor.h"
#include "table/ddl.h"
#include "table/schema_private.h"

/* What is to be done with an index. */
struct verdict
{
    bool update; /* in the catalog: version and sort id of today */
    bool remove;
    JET_ERR err;
};

static JET_ERR judge(const struct index *index, bool empty, JET_GRBIT grbit, struct verdict *verdict)
{
    *verdict = (struct verdict){ .err = JET_errSuccess };
    if (grbit & JET_bitDbDeleteUnicodeIndexes)
        verdict->remove = true;
    else if (index->sort_state == SORT_GOOD)
        ;
    else if (empty)
        verdict->update = true;
    else if (index->primary)
        verdict->err = JET_errPrimaryIndexCorrupted;
    else if (grbit & JET_bitDbDeleteCorruptIndexes)
        verdict->remove = true;
    else
        verdict->err = JET_errSecondaryIndexCorrupted;
    return verdict->err;
}

/* ------------------------------------------------- changes of the catalog --- */

/* Deletes it; the table, of this name, may have lost others meanwhile. */
static JET_ERR remove_index(struct database *database, struct txn *txn, const char *name, const struct index *index)
{
    struct cursor *cursor;
    struct table *table;
    JET_ERR err = table_open(database, txn, name, &table);

    if (err < 0)
        return err;
    err = cursor_open(table, txn, JET_bitTableDenyRead | JET_bitTablePermitDDL, &cursor);
    if (err < 0)
    {
        table_release(table);
        return err;
    }
    err = ddl_remove_index(cursor, index->name);
    cursor_close(cursor);
    return err;
}

/* Gives the row of an index the locale's name, version and sort id. */
static JET_ERR update_row(struct table *table, struct txn *txn, const struct index *index)
{
    struct database *database = table->database;
    struct catalog_cursor cursor;
    struct catalog_row row;
    uint8_t version[8];
    JET_ERR err = schema_act(database, txn, table->object, ACTION_ROWS, false, 0);

    if (err < 0)
        return err;
    set_le64(version, index->sort_version);
    err = catalog_open(database, txn, &cursor);
    if (err >= 0)
        err = catalog_find(&cursor, table->objid, CATALOG_INDEX, index->objid, &row);
    if (err >= 0)
    {
        row.version = (struct catalog_bytes){ version, sizeof(version) };
        row.sort_id = (struct catalog_bytes){ index->sort_id, sizeof(index->sort_id) };
        row.locale = (struct catalog_bytes){ (const uint8_t *)index->locale,
                                             (uint32_t)os_text_length(index->locale) * sizeof(WCHAR) };
        err = catalog_replace(database, txn, &row);
    }
    catalog_close(&cursor);
    return err;
}

/* An index of a locale that is unknown here stays as it is. */
JET_ERR index_update_version(struct table *table, struct txn *txn, const struct index *index)
{
    struct database *database = table->database;
    struct index updated = *index;
    const struct os_locale *locale;
    struct os_sort_version now;
    JET_ERR err;

    if (os_locale_find(index->locale, &locale) < 0 || os_locale_sort_version(locale, &now) < 0)
        return JET_errSuccess;
    updated.sort_version = (uint64_t)now.version << 32 | now.defined;
    memcpy(updated.sort_id, now.sort_id, sizeof(updated.sort_id));
    os_mutex_lock(&database->schema);
    err = txn_begin(txn, false, 0);
    if (err >= 0)
    {
        err = update_row(table, txn, &updated);
        if (err < 0)
            txn_rollback(txn);
        else
            err = txn_commit(txn);
    }
    os_mutex_unlock(&database->schema);
    return err < 0 ? err : catalog_add_locale(database, &updated);
}

/* ------------------------------------------------------------------ tables --- */

static JET_ERR is_empty(const struct index *index, bool *empty)
{
    struct tree_cursor cursor;
    JET_ERR err;

    tree_cursor_init(&cursor, index->tree, NULL);
    err = tree_move_first(&cursor);
    tree_cursor_close(&cursor);
    *empty = err == JET_errNoCurrentRecord;
    return *empty ? JET_errSuccess : err;
}

/* A version and its order as the catalog's registry of locales spells them. */
struct sort_text
{
    char id[40], version[20];
};

static void sort_text(const uint8_t id[16], uint64_t version, struct sort_text *text)
{
    snprintf(text->id, sizeof(text->id), "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", (unsigned)le32(id),
             (unsigned)le16(id + 4), (unsigned)le16(id + 6), id[8], id[9], id[10], id[11], id[12], id[13], id[14],
             id[15]);
    snprintf(text->version, sizeof(text->version), "%016llX", (unsigned long long)version);
}

/* Its order is not that of today, for the event log. */
static void tell(const struct table *table, const char *name, const struct index *index, enum event event)
{
    struct sort_text recorded, today;
    const struct os_locale *locale;
    struct os_sort_version now;

    memset(&now, 0, sizeof(now));
    if (os_locale_find(index->locale, &locale) >= 0)
        (void)os_locale_sort_version(locale, &now);
    sort_text(index->sort_id, index->sort_version, &recorded);
    sort_text(now.sort_id, (uint64_t)now.version << 32 | now.defined, &today);
    event_say(table->database->file->events, event, table->database->path, index->name, name, index->locale,
              recorded.id, recorded.version, today.id, today.version);
}

static JET_ERR check_index(struct table *table, struct txn *txn, const char *name, const struct index *index,
                           JET_GRBIT grbit, bool *removed)
{
    struct verdict verdict;
    bool empty;
    JET_ERR err;

    if (!(index->disk_flags & INDEX_LOCALIZED))
        return JET_errSuccess;
    err = is_empty(index, &empty);
    if (err >= 0)
        err = judge(index, empty, grbit, &verdict);
    if (err == JET_errPrimaryIndexCorrupted || err == JET_errSecondaryIndexCorrupted)
        tell(table, name, index, index->primary ? EVENT_INDEX_PRIMARY_OLD : EVENT_INDEX_OLD);
    if (err < 0)
        return err;
    if (verdict.remove && !(grbit & JET_bitDbDeleteUnicodeIndexes))
        tell(table, name, index, EVENT_INDEX_REBUILT);
    if (verdict.update)
        return index_update_version(table, txn, index);
    if (!verdict.remove)
        return JET_errSuccess;
    *removed = true;
    return remove_index(table->database, txn, name, index);
}

static JET_ERR check_table(struct database *database, struct txn *txn, const char *name, JET_GRBIT grbit, bool *removed)
{
    struct table *table;
    JET_ERR err = table_open(database, txn, name, &table);

    if (err < 0)
        return err;
    for (uint32_t i = 0; i < table->index_count && err >= 0; i++)
        err = check_index(table, txn, name, &table->indexes[i], grbit, removed);
    table_release(table);
    return err;
}

/*
 * Goes through the catalog's rows of indexes, so that only tables with Unicode
 * text in an index are loaded.
 */
JET_ERR database_check_indexes(struct database *database, struct txn *txn, JET_GRBIT grbit)
{
    struct catalog_cursor cursor;
    struct catalog_row row;
    char name[SCHEMA_NAME_SIZE] = "";
    uint32_t checked = 0;
    bool removed = false;
    JET_ERR err = catalog_open(database, txn, &cursor);

    if (err >= 0)
        err = catalog_seek(&cursor, 0, 0, &row);
    while (err >= 0)
    {
        if (row.type == CATALOG_TABLE)
            err = catalog_name(row.name, name);
        else if (row.type == CATALOG_INDEX && row.flags & INDEX_LOCALIZED && row.table != checked)
        {
            checked = row.table;
            err = check_table(database, txn, name, grbit, &removed);
        }
        if (err >= 0)
            err = catalog_next(&cursor, &row);
    }
    catalog_close(&cursor);
    if (err != JET_errNoCurrentRecord)
        return err;
    return removed && !(grbit & JET_bitDbDeleteUnicodeIndexes) ? JET_wrnCorruptIndexDeleted : JET_errSuccess;
}

void table_tell_index_bad(const struct table *table, const struct index *index)
{
    const struct database *database = table->database;
    char name[SCHEMA_NAME_SIZE];
    bool user_defined = false;

    if (!database || !database->file)
        return;
    for (uint32_t i = 0; i < index->key_columns; i++)
    {
        const struct column *column = table_column_by_id(table, index->key[i].columnid);

        user_defined |= column && column->disk_flags & COLUMN_USER_DEFAULT;
    }
    table_shown_name(table, name);
    event_say(database->file->events, EVENT_INDEX_BAD, index->name, name, database->path, user_defined ? "1" : "0");
}
