/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A new column: whether it may be, where it goes, its row in the catalog.  Follows ErrFILEIValidateAddColumn. */

#include "table/ddl_private.h"
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

bool column_is_tagged(const struct column_definition *definition)
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
    JET_COLTYP type = definition->type = (uint16_t)definition->type; /* nothing is looked at but that */
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
    if (column_is_tagged(definition))
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

    if (definition->grbit & others || !column_is_tagged(definition))
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

bool column_is_inherited(const struct table *template_table, const char *name)
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
    if (column_is_inherited(template_table, definition->name))
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
           column_is_tagged(definition) || definition->default_size == size;
}

JET_ERR column_resolve(const struct column_definition *definition, ddl_resolve resolve)
{
    const JET_USERDEFINEDDEFAULT_A *computed = definition->default_value;

    if (!(definition->flags & COLUMN_USER_DEFAULT) || !resolve || !computed->szCallback)
        return JET_errSuccess;
    return resolve(computed->szCallback);
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
void column_places_of(struct column_places *places, const struct table *table)
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

    if (is_fixed(definition) && !column_is_tagged(definition) && places->fixed_end + size > places->record_max)
        return JET_errRecordTooBig;
    definition->offset = 0;
    if (column_is_tagged(definition))
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
void column_places_note(struct database *database, struct table_object *object, const struct column_places *places)
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
