/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Columns: made, renamed, deleted, given a default.  Follows ErrFILEIValidateAddColumn and its neighbours. */

#include <stdio.h>

#include "format/bytes.h"
#include "table/ddl_private.h"
#include "table/update.h"
#include "table/cursor_private.h"
#include "table/record_edit.h"

#define VALUE_MAX     0x7fffffffu /* bytes of a long value */
#define FIXED_LAST    (COLUMNID_VAR_FIRST - 1)
#define VARIABLE_LAST (COLUMNID_TAGGED_FIRST - 1)
#define TAGGED_LAST   64993u

static bool is_long(JET_COLTYP type)
{
    return type == JET_coltypLongText || type == JET_coltypLongBinary;
}

static bool is_text(JET_COLTYP type)
{
    return type == JET_coltypText || type == JET_coltypLongText;
}

static bool is_tagged(const struct column_definition *definition)
{
    return definition->grbit & JET_bitColumnTagged || is_long(definition->type);
}

static bool is_fixed(const struct column_definition *definition)
{
    return definition->grbit & JET_bitColumnFixed || column_type_size(definition->type);
}

/* ---------------------------------------------------------------- checking --- */

static JET_ERR check_type(struct column_definition *definition)
{
    JET_COLTYP type = definition->type;
    JET_GRBIT grbit = definition->grbit;

    if (!type || type >= JET_coltypMax || type == 13)
        return JET_errInvalidColumnType;
    if (!is_text(type))
        definition->code_page = 0;
    else if (!definition->code_page)
        definition->code_page = 1252;
    else if (definition->code_page != 1252 && definition->code_page != 1200)
        return JET_errInvalidCodePage;
    if (grbit & JET_bitColumnCompressed && !is_long(type))
        return JET_errColumnCannotBeCompressed;
    if (grbit & JET_bitColumnEncrypted &&
        (!is_long(type) || grbit & JET_bitColumnMultiValued || definition->default_size))
        return JET_errColumnCannotBeEncrypted;
    if (is_tagged(definition))
        return grbit & JET_bitColumnFixed ? JET_errInvalidGrbit : JET_errSuccess;
    return grbit & JET_bitColumnMultiValued ? JET_errMultiValuedColumnMustBeTagged : JET_errSuccess;
}

static JET_ERR check_escrow(struct column_definition *definition, bool alone)
{
    JET_GRBIT grbit = definition->grbit;

    if (definition->type != JET_coltypLong && definition->type != JET_coltypLongLong)
        return JET_errInvalidGrbit;
    if (grbit & JET_bitColumnTagged)
        return JET_errCannotBeTagged;
    if (grbit & (JET_bitColumnVersion | JET_bitColumnAutoincrement) || !definition->default_size)
        return JET_errInvalidGrbit;
    if (!alone)
        return JET_errExclusiveTableLockRequired;
    /* Columns of 8 bytes came with a later format than is written. */
    if (definition->type == JET_coltypLongLong)
        return JET_errEngineFormatVersionParamTooLowForRequestedFeature;
    if (grbit & JET_bitColumnFinalize && grbit & JET_bitColumnDeleteOnZero)
        return JET_errInvalidGrbit;
    definition->flags |= COLUMN_ESCROW;
    if (grbit & JET_bitColumnFinalize)
        definition->flags |= COLUMN_FINALIZE;
    if (grbit & JET_bitColumnDeleteOnZero)
        definition->flags |= COLUMN_DELETE_ON_ZERO;
    return JET_errSuccess;
}

static JET_ERR check_counter(struct column_definition *definition, bool alone)
{
    JET_GRBIT grbit = definition->grbit;
    JET_COLTYP type = definition->type;

    if (grbit & JET_bitColumnAutoincrement)
    {
        if (type != JET_coltypLong && type != JET_coltypLongLong && type != JET_coltypUnsignedLongLong &&
            type != JET_coltypCurrency)
            return JET_errInvalidGrbit;
    }
    else if (type != JET_coltypLong)
        return JET_errInvalidGrbit;
    if (grbit & JET_bitColumnTagged)
        return JET_errCannotBeTagged;
    if (grbit & JET_bitColumnVersion)
    {
        if (grbit & JET_bitColumnAutoincrement)
            return JET_errInvalidGrbit;
        definition->flags |= COLUMN_VERSION;
        return JET_errSuccess;
    }
    if (!alone)
        return JET_errExclusiveTableLockRequired;
    definition->flags |= COLUMN_AUTOINCREMENT;
    return JET_errSuccess;
}

static JET_ERR check_user_default(struct column_definition *definition)
{
    const JET_GRBIT others = JET_bitColumnFixed | JET_bitColumnNotNULL | JET_bitColumnVersion |
                             JET_bitColumnAutoincrement | JET_bitColumnUpdatable | JET_bitColumnEscrowUpdate |
                             JET_bitColumnFinalize | JET_bitColumnDeleteOnZero | JET_bitColumnMaybeNull;

    if (definition->grbit & others || !is_tagged(definition))
        return JET_errInvalidGrbit;
    if (definition->default_size != sizeof(JET_USERDEFINEDDEFAULT_A))
        return JET_errInvalidParameter;
    definition->flags |= COLUMN_USER_DEFAULT;
    return JET_errSuccess;
}

/* The largest size in bytes that the catalog notes. */
static JET_ERR set_size(struct column_definition *definition)
{
    uint32_t size = column_type_size(definition->type);

    if (size)
        definition->max_size = size;
    else if (!is_long(definition->type))
    {
        if (definition->max_size > 255)
        {
            definition->max_size = 255;
            return JET_wrnColumnMaxTruncated;
        }
        if (!definition->max_size)
            definition->max_size = 255;
    }
    return JET_errSuccess;
}

static bool inherited_name(const struct table *template_table, const char *name)
{
    return template_table && table_column_by_name(template_table, name);
}

JET_ERR column_check(struct database *database, struct column_definition *definition,
                     const struct table *template_table, bool alone)
{
    static const struct
    {
        JET_GRBIT grbit;
        uint16_t flag;
    } map[] = {
        { JET_bitColumnNotNULL, COLUMN_NOT_NULL },
        { JET_bitColumnMultiValued, COLUMN_MULTIVALUED },
        { JET_bitColumnCompressed, COLUMN_COMPRESSED },
        { JET_bitColumnEncrypted, COLUMN_ENCRYPTED },
    };
    JET_GRBIT grbit = definition->grbit;
    JET_ERR err;

    (void)database;
    definition->flags = 0;
    if (definition->max_size > VALUE_MAX)
        return JET_errInvalidParameter;
    err = ddl_name(definition->given_name, definition->name);
    if (err < 0)
        return err;
    if (inherited_name(template_table, definition->name))
        return JET_errColumnDuplicate;
    err = check_type(definition);
    if (err < 0)
        return err;
    if (grbit & JET_bitColumnEscrowUpdate)
        err = check_escrow(definition, alone);
    else if (grbit & (JET_bitColumnFinalize | JET_bitColumnDeleteOnZero))
        err = JET_errInvalidGrbit;
    else if (grbit & (JET_bitColumnVersion | JET_bitColumnAutoincrement))
        err = check_counter(definition, alone);
    if (err >= 0 && grbit & JET_bitColumnUserDefinedDefault)
        err = check_user_default(definition);
    if (err < 0)
        return err;
    for (unsigned i = 0; i < sizeof(map) / sizeof(map[0]); i++)
    {
        if (grbit & map[i].grbit)
            definition->flags |= map[i].flag;
    }
    err = set_size(definition);
    if (definition->default_size)
    {
        definition->flags |= COLUMN_DEFAULT;
        if (!(definition->flags & COLUMN_USER_DEFAULT) && definition->max_size &&
            definition->max_size < definition->default_size)
            return JET_errDefaultValueTooBig;
    }
    return err;
}

bool column_default_fits(const struct column_definition *definition)
{
    uint32_t size = column_type_size(definition->type);

    return definition->flags & COLUMN_USER_DEFAULT || !(definition->flags & COLUMN_DEFAULT) || !size ||
           is_tagged(definition) || definition->default_size == size;
}

/* ------------------------------------------------------------------ places --- */

static uint32_t greater(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* What the columns of a table, or of a new one's template, take. */
static void note_columns(struct column_places *places, const struct table *table, bool own)
{
    places->last_fixed = greater(places->last_fixed, table->fixed_count);
    places->last_variable = greater(places->last_variable, COLUMNID_VAR_FIRST - 1 + table->variable_count);
    places->fixed_end = greater(places->fixed_end, table->fixed_end);
    for (uint32_t i = 0; i < table->column_count; i++)
    {
        const struct column *column = &table->columns[i];

        if (column->fid >= COLUMNID_TAGGED_FIRST && own && !column->from_template)
            places->last_tagged = greater(places->last_tagged, column->fid);
        if (column->type == JET_coltypNil)
            continue;
        places->has_version |= (column->disk_flags & COLUMN_VERSION) != 0;
        places->has_increment |= (column->disk_flags & COLUMN_AUTOINCREMENT) != 0;
    }
}

void column_places_init(struct column_places *places, struct database *database, const struct table *template_table)
{
    struct table any = { .database = database, .large_pages = database->page_size > 8192 };

    memset(places, 0, sizeof(*places));
    places->last_variable = COLUMNID_VAR_FIRST - 1;
    places->last_tagged = COLUMNID_TAGGED_FIRST - 1;
    places->fixed_end = SCHEMA_FIXED_START;
    places->record_max = record_size_limit(template_table ? template_table : &any);
    if (template_table)
        note_columns(places, template_table, false);
}

/* Where more columns of a table go. */
static void places_of(struct column_places *places, const struct table *table)
{
    const struct table_object *object = table->object;

    column_places_init(places, table->database, NULL);
    places->is_template = table->flags & JET_bitObjectTableTemplate;
    places->record_max = record_size_limit(table);
    places->last_fixed = object->last_fixed;
    places->last_variable = greater(places->last_variable, object->last_variable);
    places->last_tagged = greater(table->tagged_first - 1, object->last_tagged);
    places->fixed_end = greater(places->fixed_end, object->fixed_end);
    note_columns(places, table, true);
}

JET_ERR column_place(struct column_places *places, struct column_definition *definition, uint32_t size)
{
    uint32_t id, last;

    if (is_fixed(definition) && !is_tagged(definition) && places->fixed_end + size > places->record_max)
        return JET_errRecordTooBig;
    definition->offset = 0;
    if (is_tagged(definition))
        id = ++places->last_tagged, last = TAGGED_LAST;
    else if (is_fixed(definition))
        id = ++places->last_fixed, last = FIXED_LAST;
    else
        id = ++places->last_variable, last = VARIABLE_LAST;
    if (id > last)
        return JET_errTooManyColumns;
    definition->id = id | (places->is_template ? COLUMNID_TEMPLATE : 0);
    if (id < COLUMNID_VAR_FIRST)
    {
        definition->offset = places->fixed_end;
        places->fixed_end += definition->max_size;
    }
    if (definition->flags & COLUMN_VERSION)
    {
        if (places->has_version)
            return JET_errColumnRedundant;
        places->has_version = true;
    }
    if (definition->flags & COLUMN_AUTOINCREMENT)
    {
        if (places->has_increment)
            return JET_errColumnRedundant;
        places->has_increment = true;
    }
    return JET_errSuccess;
}

/* Ids that were given out are not given to another transaction, whatever becomes of this one. */
static void note_places(struct database *database, struct table_object *object, const struct column_places *places)
{
    os_mutex_lock(&database->lock);
    object->last_fixed = places->last_fixed;
    object->last_variable = places->last_variable;
    object->last_tagged = places->last_tagged;
    object->fixed_end = places->fixed_end;
    os_mutex_unlock(&database->lock);
}

/* --------------------------------------------------------------------- row --- */

JET_ERR column_insert(struct database *database, struct txn *txn, uint32_t objid,
                      const struct column_definition *definition, bool is_template)
{
    struct catalog_row row = { .table = objid,
                               .type = CATALOG_COLUMN,
                               .id = COLUMNID_FID(definition->id),
                               .place = definition->type,
                               .space = definition->max_size,
                               .flags = definition->flags,
                               .pages = definition->code_page,
                               .offset = definition->offset,
                               .name = ddl_text(definition->name) };
    JET_ERR err;

    if (is_template)
        row.flags |= COLUMN_MARKED_TEMPLATE;
    if (definition->flags & COLUMN_USER_DEFAULT)
    {
        const JET_USERDEFINEDDEFAULT_A *computed = definition->default_value;

        if (!computed->szCallback)
            return JET_errInvalidParameter;
        row.template_or_callback = ddl_text(computed->szCallback);
        row.callback_data = (struct catalog_bytes){ (const uint8_t *)computed->pbUserData, computed->cbUserData };
    }
    else if (definition->flags & COLUMN_DEFAULT)
        row.default_value = (struct catalog_bytes){ definition->default_value, definition->default_size };
    if (row.template_or_callback.size > 255 || row.default_value.size > 255)
        return JET_errDefaultValueTooBig;
    err = catalog_insert(database, txn, &row);
    return err == JET_errKeyDuplicate ? JET_errColumnDuplicate : err;
}

/* ----------------------------------------------------------------- add one --- */

static bool is_empty(const struct table *table, JET_ERR *err)
{
    bool bare;

    *err = tree_is_bare(table->records, &bare);
    if (*err >= 0 && !bare)
        *err = JET_errTableNotEmpty;
    return *err >= 0;
}

/* Records that are there already get numbers of an autoincrement column. */
static JET_ERR number_records(struct cursor *cursor)
{
    struct cursor *inner;
    JET_ERR err = ddl_reload(cursor);

    if (err >= 0)
        err = cursor_duplicate(cursor, &inner);
    if (err < 0)
        return err;
    err = update_number_records(inner);
    cursor_close(inner);
    return err;
}

static JET_ERR check_fixed_ddl(const struct cursor *cursor)
{
    if (!(cursor->table->flags & JET_bitObjectTableFixedDDL))
        return JET_errSuccess;
    return cursor->permits_ddl ? JET_errSuccess : JET_errFixedDDL;
}

JET_ERR ddl_add_column(struct cursor *cursor, const char *name, const JET_COLUMNDEF *given, const void *default_value,
                       uint32_t default_size, JET_COLUMNID *id)
{
    struct table *table = cursor->table;
    struct database *database = table->database;
    struct column_definition definition = { .given_name = name };
    struct column_places places;
    JET_ERR wrn, err = ddl_check_updatable(cursor);

    if (err >= 0)
        err = check_fixed_ddl(cursor);
    if (err < 0)
        return err;
    if (!given || given->cbStruct < sizeof(*given))
        return JET_errInvalidParameter;
    if (given->grbit & JET_bitColumnUnversioned && !cursor->denies_read && cursor->txn->level)
        return JET_errInTransaction;
    definition.type = given->coltyp;
    definition.max_size = given->cbMax;
    definition.code_page = given->cp;
    definition.grbit = given->grbit;
    definition.default_value = default_value;
    definition.default_size = default_value ? default_size : 0;
    wrn = column_check(database, &definition, table->template_table, ddl_has_alone(cursor));
    if (wrn < 0)
        return wrn;
    if (table->flags & JET_bitObjectTableTemplate && !is_tagged(&definition))
        return JET_errFixedDDL;
    if (definition.flags & COLUMN_ESCROW && !is_empty(table, &err))
        return err;

    err = ddl_begin(database, cursor->txn);
    if (err < 0)
        return err;
    places_of(&places, table);
    err = table_column_by_name(table, definition.name) ? JET_errColumnDuplicate : JET_errSuccess;
    if (err >= 0)
        err = column_place(&places, &definition, definition.max_size);
    if (err >= 0 && id)
        *id = definition.id;
    if (err >= 0)
        err = schema_act(database, cursor->txn, table->object,
                         ddl_has_alone(cursor) ? ACTION_COLUMN_MADE_ALONE : ACTION_COLUMN_MADE, false, definition.id);
    if (err >= 0)
    {
        note_places(database, table->object, &places);
        if (!column_default_fits(&definition))
            err = JET_errInvalidBufferSize;
    }
    if (err >= 0)
    {
        place_set_end(cursor, TREE_BEFORE_FIRST);
        err = column_insert(database, cursor->txn, table->objid, &definition,
                            table->flags & JET_bitObjectTableTemplate);
    }
    if (err >= 0 && definition.flags & COLUMN_AUTOINCREMENT)
        err = number_records(cursor);
    err = cursor_wrote(cursor, ddl_end(database, cursor->txn, err));
    return err < 0 ? err : wrn;
}

/* ------------------------------------------------------------------ change --- */

/* The row of a column of the table's own.  JET_errColumnNotFound. */
static JET_ERR find_row(struct catalog_cursor *rows, const struct table *table, const struct column *column,
                        struct catalog_row *row)
{
    JET_ERR err;

    if (!column || column->from_template)
        return JET_errColumnNotFound;
    err = catalog_find(rows, table->objid, CATALOG_COLUMN, column->fid, row);
    return err == JET_errObjectNotFound ? JET_errColumnNotFound : err;
}

/* Whether an index has the column, as key or as condition. */
static bool in_index(const struct table *table, const struct column *column)
{
    for (uint32_t i = 0; i < table->index_count; i++)
    {
        const struct index *index = &table->indexes[i];
        for (uint32_t k = 0; k < index->key_columns; k++)
        {
            if (index->key[k].columnid == column->id)
                return true;
        }
        for (uint32_t k = 0; k < index->conditions; k++)
        {
            if (index->condition[k].columnid == column->id)
                return true;
        }
    }
    return false;
}

/* Whether an index that the transaction does not see keeps the column: it is not committed yet, or was since. */
static bool in_unseen_index(const struct table *table, const struct column *column)
{
    bool found = false;

    os_mutex_lock(&table->database->lock);
    for (const struct made_index *made = table->object->made; made; made = made->next)
    {
        for (uint32_t i = 0; i < made->column_count && !made->gone; i++)
            found |= made->columns[i] == column->fid;
    }
    os_mutex_unlock(&table->database->lock);
    return found;
}

static JET_ERR delete_column(struct cursor *cursor, const char *name)
{
    struct table *table = cursor->table;
    const struct column *column = table_column_by_row_name(table, name);
    struct database *database = table->database;
    struct catalog_cursor rows;
    struct catalog_row row;
    char stub[SCHEMA_NAME_SIZE];
    JET_ERR err = catalog_open(database, cursor->txn, &rows);

    if (err >= 0)
        err = find_row(&rows, table, column, &row);
    if (err >= 0)
    {
        /* The row stays, so that the id and the place in records are not used again. */
        snprintf(stub, sizeof(stub), "JetStub_%u_%u", (unsigned)table->objid, (unsigned)row.id);
        row.name = ddl_text(stub);
        row.place = JET_coltypNil;
        if (row.flags & COLUMN_USER_DEFAULT)
            row.flags &= ~(uint32_t)(COLUMN_USER_DEFAULT | COLUMN_DEFAULT);
        /* An index that is being made has locked the row. */
        err = catalog_replace(database, cursor->txn, &row);
    }
    catalog_close(&rows);
    if (err >= 0 && (in_index(table, column) || in_unseen_index(table, column)))
        err = JET_errColumnInUse;
    if (err >= 0)
        err = schema_act(database, cursor->txn, table->object, ACTION_COLUMN_GONE, false, 0);
    if (err >= 0)
        place_set_end(cursor, TREE_BEFORE_FIRST);
    return err;
}

JET_ERR ddl_delete_column(struct cursor *cursor, const char *given, JET_GRBIT grbit)
{
    struct table *table = cursor->table;
    char name[SCHEMA_NAME_SIZE];
    JET_ERR err = cursor_is_temporary(cursor) ? JET_errIllegalOperation : ddl_name(given, name);

    if (err >= 0)
        err = ddl_check_updatable(cursor);
    if (err < 0)
        return err;
    if (table->flags & JET_bitObjectTableFixedDDL)
        return JET_errFixedDDL;
    if (!(grbit & JET_bitDeleteColumnIgnoreTemplateColumns) && inherited_name(table->template_table, name))
        return JET_errFixedInheritedDDL;
    err = ddl_begin(table->database, cursor->txn);
    if (err < 0)
        return err;
    return cursor_wrote(cursor, ddl_end(table->database, cursor->txn, delete_column(cursor, name)));
}

static JET_ERR rename_column(struct cursor *cursor, const char *name, const char *new_name, JET_GRBIT grbit)
{
    struct table *table = cursor->table;
    const struct column *column = table_column_by_name(table, name);
    struct catalog_cursor rows;
    struct catalog_row row;
    JET_ERR err = catalog_open(table->database, cursor->txn, &rows);

    if (err >= 0)
        err = find_row(&rows, table, column, &row);
    if (err >= 0 && grbit & JET_bitColumnRenameConvertToPrimaryIndexPlaceholder)
    {
        if (column->type != JET_coltypBit || column->fid >= COLUMNID_VAR_FIRST || table->primary->key_columns < 2 ||
            table->primary->key[0].columnid != column->id)
            err = JET_errInvalidPlaceholderColumn;
        row.flags |= COLUMN_PLACEHOLDER;
    }
    if (err >= 0)
        err = schema_act(table->database, cursor->txn, table->object, ACTION_NAME, false, 0);
    if (err >= 0)
    {
        row.name = ddl_text(new_name);
        err = catalog_replace(table->database, cursor->txn, &row);
    }
    catalog_close(&rows);
    return err;
}

/*
 * Windows looks for the old name once more after the change, to have the new one
 * in memory.  While it remembers that the column was added it asks the catalog,
 * which does not know the name any more: the column is renamed, the answer is
 * JET_errColumnNotFound, and the old name stays in memory.
 */
static JET_ERR note_name(struct table *table, JET_COLUMNID id, const char *old_name)
{
    struct database *database = table->database;
    bool fresh;

    os_mutex_lock(&database->lock);
    fresh = schema_is_fresh(table->object, id);
    schema_keep_name(table->object, id, fresh ? old_name : "");
    os_mutex_unlock(&database->lock);
    return fresh ? JET_errColumnNotFound : JET_errSuccess;
}

JET_ERR ddl_rename_column(struct cursor *cursor, const char *given, const char *given_new, JET_GRBIT grbit)
{
    char name[SCHEMA_NAME_SIZE], new_name[SCHEMA_NAME_SIZE];
    const struct column *column;
    struct database *database;
    JET_COLUMNID id;
    JET_ERR err, named;

    if (cursor_is_temporary(cursor))
        return JET_errIllegalOperation;
    if (cursor->txn->level && cursor->txn->read_only)
        return JET_errTransReadOnly;
    if (!given || !given_new)
        return JET_errInvalidParameter;
    if (cursor->txn->level)
        return JET_errInTransaction;
    err = ddl_name(given, name);
    if (err >= 0)
        err = ddl_name(given_new, new_name);
    if (err < 0)
        return err;
    database = cursor->table->database;
    if (database->read_only)
        return table_column_by_name(cursor->table, name) ? JET_errPermissionDenied : JET_errColumnNotFound;
    column = table_column_by_name(cursor->table, name);
    id = column ? column->id : 0;
    if (column)
        strcpy(name, column->name); /* as it is spelt there */
    err = ddl_begin(database, cursor->txn);
    if (err < 0)
        return err;
    err = rename_column(cursor, name, new_name, grbit);
    named = err < 0 ? err : note_name(cursor->table, id, name);
    err = ddl_end(database, cursor->txn, err);
    return err < 0 ? err : named;
}

static JET_ERR set_default(struct cursor *cursor, const char *name, const void *value, uint32_t size)
{
    struct table *table = cursor->table;
    const struct column *column = table_column_by_name(table, name);
    struct catalog_cursor rows;
    struct catalog_row row;
    JET_ERR err;

    if (!column)
        return JET_errColumnNotFound;
    if (in_index(table, column))
        return JET_errColumnInUse;
    if (table->database->read_only)
        return JET_errPermissionDenied;
    err = catalog_open(table->database, cursor->txn, &rows);
    if (err >= 0)
        err = find_row(&rows, table, column, &row);
    if (err >= 0 && column_type_size(column->type) && size != column_type_size(column->type))
        err = JET_errInvalidBufferSize;
    if (err >= 0 && column->max_size && size > column->max_size && column->fid < COLUMNID_VAR_FIRST)
        err = JET_errInvalidBufferSize;
    if (err >= 0 && column->max_size && size > column->max_size && column->fid >= COLUMNID_TAGGED_FIRST)
        err = JET_errColumnTooBig;
    if (err >= 0 && size > 255)
        err = JET_errDefaultValueTooBig;
    if (err >= 0)
        err = schema_act(table->database, cursor->txn, table->object, ACTION_NAME, false, 0);
    if (err >= 0)
    {
        row.flags |= COLUMN_DEFAULT;
        row.default_value = (struct catalog_bytes){ value, size };
        err = catalog_replace(table->database, cursor->txn, &row);
    }
    catalog_close(&rows);
    return err;
}

JET_ERR ddl_set_default(struct database *database, struct txn *txn, const char *given_table, const char *given,
                        const void *value, uint32_t size)
{
    char name[SCHEMA_NAME_SIZE], table_name[SCHEMA_NAME_SIZE];
    struct cursor *cursor;
    struct table *table;
    JET_ERR err = ddl_name(given, name);

    if (err < 0)
        return err;
    if (!value || !size)
        return JET_errNullInvalid;
    if (size > database->page_size)
        return JET_errDefaultValueTooBig;
    err = ddl_name(given_table, table_name);
    if (err >= 0)
        err = table_open(database, txn, table_name, &table);
    if (err < 0)
        return err;
    err = cursor_open(table, txn, JET_bitTableDenyRead, &cursor);
    if (err < 0)
    {
        table_release(table);
        return err;
    }
    err = ddl_begin(database, txn);
    if (err >= 0)
        err = ddl_end(database, txn, set_default(cursor, name, value, size));
    cursor_close(cursor);
    return err;
}
