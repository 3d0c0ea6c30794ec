/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Indexes: made, filled, deleted. */

#include "format/bytes.h"
#include "table/database_private.h"
#include "table/ddl_private.h"

/* --------------------------------------------------------------------- row --- */

/* The order of text of today, as it goes into the row and into MSysLocales. */
static JET_ERR note_order(struct database *database, const struct index_definition *definition, uint8_t version[8],
                          struct catalog_row *row, struct index *order)
{
    const struct os_locale *locale;
    struct os_sort_version now;
    JET_ERR err = os_locale_find(definition->locale, &locale);

    if (err < 0)
        return JET_errInvalidLanguageId;
    err = os_locale_sort_version(locale, &now);
    if (err < 0)
        return err;
    memset(order, 0, sizeof(*order));
    os_text_copy(order->locale, SCHEMA_LOCALE_SIZE, definition->locale);
    order->sort_version = (uint64_t)now.version << 32 | now.defined;
    memcpy(order->sort_id, now.sort_id, sizeof(order->sort_id));
    set_le64(version, order->sort_version);
    row->version = (struct catalog_bytes){ version, 8 };
    row->sort_id = (struct catalog_bytes){ order->sort_id, sizeof(order->sort_id) };
    return catalog_add_locale(database, order);
}

JET_ERR index_insert(struct database *database, struct txn *txn, uint32_t table_objid, uint32_t objid, uint32_t root,
                     const struct index_definition *definition)
{
    struct catalog_row row = { .table = table_objid,
                               .type = CATALOG_INDEX,
                               .id = objid,
                               .place = root,
                               .space = definition->space.ulInitialDensity,
                               .flags = definition->flags,
                               .has_lcmap_flags = true,
                               .lcmap_flags = definition->lcmap_flags,
                               .name = ddl_text(definition->name),
                               .key_columns = { definition->key, definition->columns * 4 },
                               .conditions = { definition->condition, definition->conditions * 4 } };
    uint8_t hints[SPACE_HINTS_SIZE], limits[20], version[8], var_seg_max[2];
    struct index order;
    JET_ERR err = JET_errSuccess;

    row.locale = (struct catalog_bytes){ (const uint8_t *)definition->locale,
                                         (uint32_t)os_text_length(definition->locale) * 2 };
    row.space_hints = (struct catalog_bytes){ hints, space_hints_pack(&definition->space, 2, hints) };
    if (definition->key_max != KEY_MOST_OLD)
        row.key_max = definition->key_max;
    if (definition->var_seg_max != definition->key_max)
    {
        set_le16(var_seg_max, (uint16_t)definition->var_seg_max);
        row.var_seg_max = (struct catalog_bytes){ var_seg_max, 2 };
    }
    if (definition->tuples)
    {
        set_le32(limits, definition->limits.chLengthMin);
        set_le32(limits + 4, definition->limits.chLengthMax);
        set_le32(limits + 8, definition->limits.chToIndexMax);
        set_le32(limits + 12, definition->limits.cchIncrement);
        set_le32(limits + 16, definition->limits.ichStart);
        row.tuple_limits = (struct catalog_bytes){ limits, sizeof(limits) };
    }
    if (definition->flags & INDEX_LOCALIZED)
        err = note_order(database, definition, version, &row, &order);
    if (err >= 0)
        err = catalog_insert(database, txn, &row);
    return err == JET_errKeyDuplicate ? JET_errIndexDuplicate : err;
}

/* ------------------------------------------------------------------ create --- */

static JET_ERR facts_of(const struct column *column, struct index_column_facts *facts)
{
    if (!column)
        return JET_errColumnNotFound;
    facts->id = column->id;
    facts->type = column->type;
    facts->code_page = column->code_page;
    facts->grbit = column->grbit;
    facts->has_default = column->disk_flags & COLUMN_DEFAULT;
    return JET_errSuccess;
}

JET_ERR index_find_in_table(void *context, const char *name, struct index_column_facts *facts)
{
    return facts_of(name ? table_column_by_name(context, name) : NULL, facts);
}

/* The same for a cursor.  Who has not the table alone finds its own columns by their rows, and locks these, so that
 * they do not go meanwhile. */
static JET_ERR find_and_lock(void *context, const char *name, struct index_column_facts *facts)
{
    struct cursor *cursor = context;
    struct table *table = cursor->table;
    bool alone = ddl_has_alone(cursor);
    const struct column *column = name && !alone ? table_column_by_row_name(table, name) : NULL;
    JET_ERR err;

    if (column)
    {
        err = catalog_lock(table->database, cursor->txn, table->objid, CATALOG_COLUMN, column->fid);
        return err < 0 ? err : facts_of(column, facts);
    }
    column = name ? table_column_by_name(table, name) : NULL;
    if (column && !alone && !column->from_template)
        column = NULL;
    return facts_of(column, facts);
}

/* What comes before the statement begins, for one index. */
static JET_ERR check_one(struct cursor *cursor, const struct ddl_defaults *defaults, const JET_INDEXCREATE3_A *create,
                         struct index_definition *definition)
{
    const struct table *table = cursor->table;
    JET_ERR err;

    if (create->cbStruct != sizeof(*create) || create->grbit & JET_bitIndexDeferredPopulateProcess)
        return JET_errInvalidParameter;
    memset(&definition->space, 0, sizeof(definition->space));
    definition->space.cbStruct = sizeof(definition->space);
    definition->space.ulInitialDensity = table->space.ulInitialDensity;
    if (create->pSpacehints)
        definition->space = *create->pSpacehints;
    if (create->grbit & JET_bitIndexUnversioned && !cursor->denies_read && cursor->txn->level)
        return JET_errInTransaction;
    err = ddl_check_updatable(cursor);
    if (err < 0)
        return err;
    if (table->flags & JET_bitObjectTableFixedDDL &&
        (!cursor->permits_ddl || table->flags & JET_bitObjectTableTemplate))
        return JET_errFixedDDL;
    err = ddl_name(create->szIndexName, definition->name);
    return err < 0 ? err : index_check(table->database, defaults, create, definition);
}

static void add_columns(struct made_index *made, const uint8_t *segments, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
    {
        if (!(segments[4 * i] & 0x80)) /* of the template, which does not change */
            made->columns[made->column_count++] = le16(segments + 4 * i + 2);
    }
}

static JET_ERR note_made(const struct cursor *cursor, uint32_t objid, uint32_t root,
                         const struct index_definition *definition)
{
    struct table *table = cursor->table;
    struct made_index made = {
        .objid = objid, .root = root, .lcmap_flags = definition->lcmap_flags, .alone = ddl_has_alone(cursor)
    };
    JET_ERR err;

    add_columns(&made, definition->key, definition->columns);
    add_columns(&made, definition->condition, definition->conditions);
    os_mutex_lock(&table->database->lock);
    err = schema_note_made(table->object, &made);
    os_mutex_unlock(&table->database->lock);
    return err;
}

/* A table without a primary index gets one while it has no records.  Its row has
 * the limits that its columns imply; made with the table, it has those that were
 * asked for.  inner: the statement's own cursor. */
static JET_ERR make_primary(struct cursor *cursor, struct index_definition *definition, struct cursor *inner)
{
    struct table *table = cursor->table;
    bool bare;
    JET_ERR err;

    if (table->primary->key_columns)
        return JET_errIndexHasPrimary;
    schema_least_key_max(table, definition->key, definition->columns, &definition->key_max, &definition->var_seg_max);
    /* Noted first: who adds a record looks for it afterwards. */
    err = note_made(cursor, table->objid, table->root, definition);
    if (err < 0)
        return err;
    err = tree_is_bare(table->records, &bare);
    if (err >= 0 && !bare)
        err = JET_errTableNotEmpty;
    if (err >= 0)
        err = schema_act(table->database, cursor->txn, table->object, ACTION_PRIMARY_MADE, false, table->root);
    if (err < 0)
    {
        os_mutex_lock(&table->database->lock);
        schema_forget_made(table->object, table->root);
        os_mutex_unlock(&table->database->lock);
        return err;
    }
    cursor_wrote(inner, err);
    return index_insert(table->database, cursor->txn, table->objid, table->objid, table->root, definition);
}

/* A secondary index of this statement; objid 0: none. */
struct made_tree
{
    uint32_t objid;
    const struct version *maker; /* says that its tree was made */
};

/* The tree and the row of a secondary index. */
static JET_ERR make_secondary(struct cursor *cursor, const struct index_definition *definition, struct cursor *inner,
                              struct made_tree *made)
{
    struct table *table = cursor->table;
    struct database *database = table->database;
    uint32_t pages = space_hints_pages(&definition->space, database->page_size), root;
    JET_ERR err;

    made->objid = database_new_objid(database);
    err = tree_create(&database->store, table->records, made->objid, definition->flags & INDEX_UNIQUE, PAGE_INDEX,
                      pages, &root);
    if (err < 0)
        return err;
    err = schema_act(database, cursor->txn, table->object, ACTION_TREE_MADE, true, root);
    if (err < 0)
    {
        tree_destroy(&database->store, table->records, root);
        return err;
    }
    made->maker = table->object->tree_maker;
    cursor_wrote(inner, err);
    err = index_insert(database, cursor->txn, table->objid, made->objid, root, definition);
    return err < 0 ? err : note_made(cursor, made->objid, root, definition);
}

static const struct index *index_by_objid(const struct table *table, uint32_t objid)
{
    for (uint32_t i = 0; i < table->index_count; i++)
    {
        if (table->indexes[i].objid == objid && !table->indexes[i].primary)
            return &table->indexes[i];
    }
    return NULL;
}

/* Fills those that were made, which are found again by their ids, and shows them to others. */
static JET_ERR fill(struct cursor *cursor, const JET_INDEXCREATE3_A *creates, const struct made_tree *made,
                    uint32_t count)
{
    const struct index **indexes = os_alloc_array(count, sizeof(*indexes));
    uint32_t found = 0, failed = 0;
    JET_ERR err = indexes ? ddl_reload(cursor) : JET_errOutOfMemory;

    for (uint32_t i = 0; err >= 0 && i < count; i++)
    {
        if (!made[i].objid || creates[i].grbit & JET_bitIndexEmpty)
            continue;
        indexes[found] = index_by_objid(cursor->table, made[i].objid);
        if (!indexes[found++])
            err = JET_errCatalogCorrupted;
    }
    if (err >= 0 && found)
        err = index_build(cursor->table, cursor->txn, indexes, found, &failed);
    os_free(indexes);
    for (uint32_t i = 0; err >= 0 && i < count; i++)
    {
        const struct index *index = index_by_objid(cursor->table, made[i].objid);

        if (index)
            err = index_hand_over(cursor->table, cursor->txn, index, made[i].maker,
                                  !(creates[i].grbit & JET_bitIndexEmpty));
    }
    return err;
}

/* The rows and trees of one that was checked. */
static JET_ERR make_one(struct cursor *cursor, const JET_INDEXCREATE3_A *create, struct index_definition *definition,
                        struct cursor *inner, struct made_tree *made)
{
    JET_ERR err = index_check_columns(create, definition, find_and_lock, cursor);

    *made = (struct made_tree){ 0 };
    if (err >= 0 && definition->flags & INDEX_PRIMARY)
        err = make_primary(cursor, definition, inner);
    else if (err >= 0)
        err = make_secondary(cursor, definition, inner, made);
    return err < 0 ? err : ddl_reload(cursor);
}

/* The end of a statement's own cursor: one that wrote in the caller's transaction stays. */
static void close_inner(struct cursor *inner, struct cursor **left)
{
    if (cursor_must_stay(inner))
        *left = inner;
    else
        cursor_close(inner);
}

static JET_ERR create_one(struct cursor *cursor, const struct ddl_defaults *defaults, JET_INDEXCREATE3_A *create,
                          struct cursor **left)
{
    struct database *database = cursor->table->database;
    struct index_definition definition;
    struct cursor *inner;
    struct made_tree made;
    JET_ERR err = check_one(cursor, defaults, create, &definition);

    if (err >= 0)
        err = cursor_duplicate(cursor, &inner);
    if (err < 0)
        return err;
    err = ddl_begin(database, cursor->txn);
    if (err >= 0)
    {
        err = make_one(cursor, create, &definition, inner, &made);
        if (err >= 0)
            err = fill(cursor, create, &made, 1);
        err = ddl_end(database, cursor->txn, err);
    }
    close_inner(inner, left);
    return err;
}

/* Several at once; all have the space hints of the first. */
static JET_ERR make_batch(struct cursor *cursor, const struct ddl_defaults *defaults, JET_INDEXCREATE3_A *creates,
                          uint32_t count, struct made_tree *made)
{
    const JET_GRBIT not_here = JET_bitIndexPrimary | JET_bitIndexUnversioned | JET_bitIndexEmpty;
    struct index_definition definition;
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err >= 0 && i < count; i++)
    {
        if (creates[i].cbStruct != sizeof(creates[i]))
            return JET_errInvalidParameter;
        if (creates[i].grbit & not_here)
            return JET_errInvalidGrbit;
        definition.space = cursor->table->space;
        definition.space.cbStruct = sizeof(definition.space);
        if (creates[i].pSpacehints)
            definition.space = *creates[0].pSpacehints;
        err = ddl_name(creates[i].szIndexName, definition.name);
        if (err >= 0)
            err = index_check(cursor->table->database, defaults, &creates[i], &definition);
        if (err >= 0)
            err = make_one(cursor, &creates[i], &definition, cursor, &made[i]);
    }
    return err < 0 ? err : fill(cursor, creates, made, count);
}

static JET_ERR create_batch(struct cursor *cursor, const struct ddl_defaults *defaults, JET_INDEXCREATE3_A *creates,
                            uint32_t count)
{
    struct database *database;
    struct made_tree *made;
    JET_ERR err = ddl_check_updatable(cursor);

    if (err < 0)
        return err;
    if (cursor->txn->level)
        return JET_errInTransaction;
    if (!ddl_has_alone(cursor))
        return JET_errExclusiveTableLockRequired;
    database = cursor->table->database;
    if (cursor->table->flags & JET_bitObjectTableFixedDDL &&
        (!cursor->permits_ddl || cursor->table->flags & JET_bitObjectTableTemplate))
        return JET_errFixedDDL;
    if (!count)
        return JET_errSuccess;
    made = os_alloc_zero(count * sizeof(*made));
    if (!made)
        return JET_errOutOfMemory;
    err = ddl_begin(database, cursor->txn);
    if (err >= 0)
        err = ddl_end(database, cursor->txn, make_batch(cursor, defaults, creates, count, made));
    os_free(made);
    return err;
}

JET_ERR ddl_create_indexes(struct cursor *cursor, const struct ddl_defaults *defaults, JET_INDEXCREATE3_A *creates,
                           uint32_t count, struct cursor **left)
{
    JET_ERR err;

    *left = NULL;
    if (cursor_is_temporary(cursor))
        return JET_errIllegalOperation;
    err = index_check_unicode(creates, count);
    if (err < 0)
        return err;
    return count == 1 ? create_one(cursor, defaults, creates, left) : create_batch(cursor, defaults, creates, count);
}

/* ------------------------------------------------------------------ delete --- */

/* Whether a cursor is in the index, the session's own too. */
static bool in_use(const struct table *table, uint32_t objid)
{
    bool found = false;

    os_mutex_lock(&table->database->lock);
    for (const struct cursor *cursor = table->object->cursors; cursor; cursor = cursor->next)
        found |= atomic_load_explicit(&cursor->index_objid, memory_order_relaxed) == objid;
    os_mutex_unlock(&table->database->lock);
    return found;
}

static JET_ERR delete_index(struct cursor *cursor, const char *name, struct cursor *inner)
{
    struct table *table = cursor->table;
    struct database *database = table->database;
    const struct index *index = table_index_by_name(table, name);
    uint32_t objid;
    JET_ERR err = JET_errSuccess, used;

    if (!index)
        return JET_errIndexNotFound;
    if (index->primary)
        return JET_errIndexMustStay;
    objid = index->objid;
    used = in_use(table, objid) ? JET_errIndexInUse : JET_errSuccess;
    if (used >= 0)
        err = cursor_wrote(inner,
                           schema_act(database, cursor->txn, table->object, ACTION_TREE_GONE, true, index->tree->root));
    /* Windows deletes the row before it finds out that a cursor is in the index. */
    if (err >= 0)
        err = catalog_delete(database, cursor->txn, table->objid, CATALOG_INDEX, objid);
    return err < 0 ? err : used;
}

static JET_ERR delete_with_inner(struct cursor *cursor, const char *name, struct cursor **left)
{
    struct table *table = cursor->table;
    struct cursor *inner;
    JET_ERR err;

    if (table->template_table && table_index_by_name(table->template_table, name))
        return JET_errFixedInheritedDDL;
    err = cursor_duplicate(cursor, &inner);
    if (err < 0)
        return err;
    err = ddl_begin(table->database, cursor->txn);
    if (err >= 0)
        err = ddl_end(table->database, cursor->txn, delete_index(cursor, name, inner));
    close_inner(inner, left);
    return err;
}

JET_ERR ddl_delete_index(struct cursor *cursor, const char *given, struct cursor **left)
{
    char name[SCHEMA_NAME_SIZE];
    JET_ERR err;

    *left = NULL;
    if (cursor_is_temporary(cursor))
        return JET_errIllegalOperation;
    err = ddl_name(given, name);
    if (err >= 0)
        err = ddl_check_updatable(cursor);
    if (err < 0)
        return err;
    if (cursor->table->flags & JET_bitObjectTableFixedDDL)
        return JET_errFixedDDL;
    return delete_with_inner(cursor, name, left);
}

JET_ERR ddl_remove_index(struct cursor *cursor, const char *name)
{
    struct cursor *left = NULL;
    JET_ERR err = delete_with_inner(cursor, name, &left);

    if (left)
        cursor_close(left);
    return err;
}
