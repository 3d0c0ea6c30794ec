/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Definitions of all versions and spellings; see ddl_convert.h.  Follows the conversions of jetapi.cxx. */
#include "api/callback.h"
#include "api/ddl_convert.h"

#define KEY_CHARACTERS_MAX (JET_ccolKeyMost * (JET_cbNameMost + 2) + 2)

/* The versions differ only in what they add. */
_Static_assert(sizeof(JET_INDEXCREATE_A) == sizeof(JET_INDEXCREATE_W), "A and W");
_Static_assert(sizeof(JET_INDEXCREATE2_A) == sizeof(JET_INDEXCREATE3_A), "2 and 3");
_Static_assert(sizeof(JET_COLUMNCREATE_A) == sizeof(JET_COLUMNCREATE_W), "A and W");
_Static_assert(sizeof(JET_TABLECREATE5_A) == sizeof(JET_TABLECREATE5_W), "A and W");

/* ------------------------------------------------------------------ memory --- */

struct ddl_block
{
    struct ddl_block *next;
    uint64_t data[];
};

void *ddl_alloc(struct ddl_memory *memory, size_t size)
{
    struct ddl_block *block = os_alloc_zero(sizeof(*block) + size);

    if (!block)
        return NULL;
    block->next = memory->blocks;
    memory->blocks = block;
    return block->data;
}

void ddl_free(struct ddl_memory *memory)
{
    while (memory->blocks)
    {
        struct ddl_block *next = memory->blocks->next;
        os_free(memory->blocks);
        memory->blocks = next;
    }
}

/* ------------------------------------------------------------------- names --- */

/* In code page 1252, however long. */
static JET_ERR text_from_w(struct ddl_memory *memory, const WCHAR *wide, size_t length, char **text)
{
    size_t needed = 0;
    bool replaced = false;
    JET_ERR err;

    *text = ddl_alloc(memory, length + 1);
    if (!*text)
        return JET_errOutOfMemory;
    if (!length)
        return JET_errSuccess;
    err = os_text_from_wide(OS_CP_1252, wide, length, *text, length, &needed, &replaced);
    return err < 0 || replaced ? JET_errInvalidName : JET_errSuccess;
}

JET_ERR ddl_name_from_w(struct ddl_memory *memory, const WCHAR *wide, char **name)
{
    *name = NULL;
    return wide ? text_from_w(memory, wide, os_text_length_max(wide, NAME_SIZE), name) : JET_errSuccess;
}

JET_ERR ddl_text_from_w(struct ddl_memory *memory, const WCHAR *wide, char **text)
{
    *text = NULL;
    return wide ? text_from_w(memory, wide, os_text_length(wide), text) : JET_errSuccess;
}

JET_ERR ddl_key_from_w(struct ddl_memory *memory, const WCHAR *wide, uint32_t size, char **key, JET_ULONG *key_size)
{
    uint32_t characters = size / sizeof(WCHAR), length = 0;
    JET_ERR err;

    if (!size || !wide)
        return JET_errInvalidParameter;
    /* To the empty column that ends the list. */
    while (length < characters && wide[length])
    {
        while (length < characters && wide[length])
            length++;
        length++;
    }
    if ((wide[0] != '+' && wide[0] != '-') || characters < 2 || characters != length + 1 ||
        characters > KEY_CHARACTERS_MAX || wide[characters - 1] || wide[characters - 2])
        return JET_errIndexInvalidDef;
    err = text_from_w(memory, wide, characters, key);
    *key_size = characters;
    return err;
}

/* ----------------------------------------------------------------- indexes --- */

static uint32_t index_size(unsigned version)
{
    return version == 1 ? sizeof(JET_INDEXCREATE_A) : sizeof(JET_INDEXCREATE3_A);
}

static JET_ERR conditions_from_w(struct ddl_memory *memory, JET_INDEXCREATE3_A *index)
{
    JET_CONDITIONALCOLUMN_A *converted;
    JET_ERR err = JET_errSuccess;

    if (!index->cConditionalColumn)
        return JET_errSuccess;
    if (!index->rgconditionalcolumn)
        return JET_errInvalidParameter;
    converted = ddl_alloc(memory, index->cConditionalColumn * sizeof(*converted));
    if (!converted)
        return JET_errOutOfMemory;
    for (uint32_t i = 0; err >= 0 && i < index->cConditionalColumn; i++)
    {
        const JET_CONDITIONALCOLUMN_W *from = (const JET_CONDITIONALCOLUMN_W *)&index->rgconditionalcolumn[i];

        converted[i].cbStruct = from->cbStruct;
        converted[i].grbit = from->grbit;
        err = ddl_name_from_w(memory, from->szColumnName, &converted[i].szColumnName);
    }
    index->rgconditionalcolumn = converted;
    return err;
}

static JET_ERR index_from_w(struct ddl_memory *memory, JET_INDEXCREATE3_A *index)
{
    JET_ERR err = ddl_key_from_w(memory, (const WCHAR *)index->szKey, index->cbKey, &index->szKey, &index->cbKey);

    if (err >= 0)
        err = ddl_name_from_w(memory, (const WCHAR *)index->szIndexName, &index->szIndexName);
    return err < 0 ? err : conditions_from_w(memory, index);
}

/* A number that names the locale, as it was before version 3. */
static JET_ERR locale_from_lcid(struct ddl_memory *memory, JET_INDEXCREATE3_A *index)
{
    const JET_UNICODEINDEX *unicode = NULL;
    const struct os_locale *locale;
    JET_UNICODEINDEX2 *converted;
    uint32_t lcid, flags = 0;

    if (index->grbit & JET_bitIndexUnicode)
    {
        unicode = (const JET_UNICODEINDEX *)(const void *)index->pidxunicode;
        if (!unicode)
            return JET_errIndexInvalidDef;
        lcid = unicode->lcid;
        flags = unicode->dwMapFlags;
    }
    else
        lcid = (uint32_t)(uintptr_t)index->pidxunicode;
    index->pidxunicode = NULL;
    if (!lcid && !flags && !unicode)
        return JET_errSuccess;
    converted = ddl_alloc(memory, sizeof(*converted) + SCHEMA_LOCALE_SIZE * sizeof(WCHAR));
    if (!converted)
        return JET_errOutOfMemory;
    converted->szLocaleName = (WCHAR *)(converted + 1);
    converted->dwMapFlags = flags;
    if (lcid || unicode)
    {
        if (!lcid || os_locale_find_lcid(lcid, &locale) < 0)
            return JET_errInvalidLanguageId;
        os_text_copy(converted->szLocaleName, SCHEMA_LOCALE_SIZE, os_locale_name(locale));
    }
    index->grbit |= JET_bitIndexUnicode;
    index->pidxunicode = converted;
    return JET_errSuccess;
}

static JET_ERR convert_index(struct ddl_memory *memory, struct ddl_version version, const void *given,
                             JET_INDEXCREATE3_A *index)
{
    const uint32_t old_size = offsetof(JET_INDEXCREATE_A, cbKeyMost);
    JET_SPACEHINTS *space;
    uint32_t size;
    JET_ERR err = JET_errSuccess;

    memcpy(&size, given, sizeof(size));
    if (size != index_size(version.index) && (version.index != 1 || version.wide || size != old_size))
        return JET_errInvalidParameter;
    memset(index, 0, sizeof(*index));
    memcpy(index, given, size);
    index->cbStruct = sizeof(*index);
    if (version.wide)
        err = index_from_w(memory, index);
    if (err < 0)
        return err;
    /* Windows forgets the density in the W spelling of the first struct, but for that in a table's. */
    if (version.index == 1 && (!version.wide || version.table))
    {
        space = ddl_alloc(memory, sizeof(*space));
        if (!space)
            return JET_errOutOfMemory;
        space->cbStruct = sizeof(*space);
        space->ulInitialDensity = index->ulDensity;
        index->pSpacehints = space;
    }
    return JET_errSuccess;
}

JET_ERR ddl_convert_indexes(struct ddl_memory *memory, struct ddl_version version, const void *given, uint32_t count,
                            JET_INDEXCREATE3_A **converted)
{
    const uint8_t *at = given;
    JET_ERR err = JET_errSuccess;

    *converted = NULL;
    if (!count)
        return JET_errSuccess;
    if (!given)
        return JET_errInvalidParameter;
    *converted = ddl_alloc(memory, (size_t)count * sizeof(**converted));
    if (!*converted)
        return JET_errOutOfMemory;
    for (uint32_t i = 0; err >= 0 && i < count; i++)
    {
        uint32_t size;

        err = convert_index(memory, version, at, &(*converted)[i]);
        memcpy(&size, at, sizeof(size));
        at += size;
    }
    for (uint32_t i = 0; err >= 0 && version.index < 3 && i < count; i++)
        err = locale_from_lcid(memory, &(*converted)[i]);
    return err;
}

void ddl_return_indexes(struct ddl_version version, void *given, uint32_t count, const JET_INDEXCREATE3_A *converted)
{
    uint8_t *at = given;

    (void)version;
    for (uint32_t i = 0; i < count; i++)
    {
        if (!(converted[i].grbit & JET_bitIndexImmutableStructure))
            ((JET_INDEXCREATE_A *)(void *)at)->err = converted[i].err;
        at += ((JET_INDEXCREATE_A *)(void *)at)->cbStruct;
    }
}

/* ------------------------------------------------------------------ tables --- */

/* Takes over what all versions have. */
#define TAKE(to, from)                                                                                                 \
    do                                                                                                                 \
    {                                                                                                                  \
        (to)->szTableName = (char *)(from)->szTableName;                                                               \
        (to)->szTemplateTableName = (char *)(from)->szTemplateTableName;                                               \
        (to)->ulPages = (from)->ulPages;                                                                               \
        (to)->ulDensity = (from)->ulDensity;                                                                           \
        (to)->rgcolumncreate = (JET_COLUMNCREATE_A *)(void *)(from)->rgcolumncreate;                                   \
        (to)->cColumns = (from)->cColumns;                                                                             \
        (to)->rgindexcreate = (JET_INDEXCREATE3_A *)(void *)(from)->rgindexcreate;                                     \
        (to)->cIndexes = (from)->cIndexes;                                                                             \
        (to)->grbit = (from)->grbit;                                                                                   \
        (to)->tableid = (from)->tableid;                                                                               \
        (to)->cCreated = (from)->cCreated;                                                                             \
    } while (0)
#define TAKE2(to, from)                                                                                                \
    do                                                                                                                 \
    {                                                                                                                  \
        TAKE(to, from);                                                                                                \
        (to)->szCallback = (char *)(from)->szCallback;                                                                 \
        (to)->cbtyp = (from)->cbtyp;                                                                                   \
    } while (0)
#define TAKE3(to, from)                                                                                                \
    do                                                                                                                 \
    {                                                                                                                  \
        TAKE2(to, from);                                                                                               \
        (to)->pSeqSpacehints = (from)->pSeqSpacehints;                                                                 \
        (to)->pLVSpacehints = (from)->pLVSpacehints;                                                                   \
        (to)->cbSeparateLV = (from)->cbSeparateLV;                                                                     \
    } while (0)

static JET_ERR take_table(unsigned version, const void *given, JET_TABLECREATE5_A *table)
{
    static const uint32_t sizes[6] = {
        0,
        sizeof(JET_TABLECREATE_A),
        sizeof(JET_TABLECREATE2_A),
        sizeof(JET_TABLECREATE3_A),
        sizeof(JET_TABLECREATE4_A),
        sizeof(JET_TABLECREATE5_A),
    };
    uint32_t size;

    memcpy(&size, given, sizeof(size));
    /* The oldest was never looked at so closely. */
    if (version > 1 && size != sizes[version])
        return JET_errInvalidParameter;
    table->cbStruct = sizeof(*table);
    switch (version)
    {
    case 1:
        TAKE(table, (const JET_TABLECREATE_A *)given);
        table->tableid = JET_tableidNil;
        break;
    case 2:
        TAKE2(table, (const JET_TABLECREATE2_A *)given);
        break;
    case 3:
        TAKE3(table, (const JET_TABLECREATE3_A *)given);
        break;
    case 4:
        TAKE3(table, (const JET_TABLECREATE4_A *)given);
        break;
    default:
        TAKE3(table, (const JET_TABLECREATE5_A *)given);
        table->cbLVChunkMax = ((const JET_TABLECREATE5_A *)given)->cbLVChunkMax;
        break;
    }
    return JET_errSuccess;
}

/* Columns of the W spelling, and those that must not be written to. */
static JET_ERR convert_columns(struct ddl_memory *memory, bool wide, JET_TABLECREATE5_A *table)
{
    JET_COLUMNCREATE_A *columns;
    JET_ERR err = JET_errSuccess;

    if (!table->cColumns || !table->rgcolumncreate)
        return JET_errSuccess;
    columns = ddl_alloc(memory, (size_t)table->cColumns * sizeof(*columns));
    if (!columns)
        return JET_errOutOfMemory;
    memcpy(columns, table->rgcolumncreate, (size_t)table->cColumns * sizeof(*columns));
    for (uint32_t i = 0; wide && err >= 0 && i < table->cColumns; i++)
    {
        if (columns[i].cbStruct != sizeof(columns[i]))
            return JET_errInvalidParameter;
        err = ddl_name_from_w(memory, (const WCHAR *)columns[i].szColumnName, &columns[i].szColumnName);
    }
    table->rgcolumncreate = columns;
    return err;
}

JET_ERR ddl_convert_table(struct ddl_memory *memory, struct ddl_version version, const void *given,
                          JET_TABLECREATE5_A **converted)
{
    JET_TABLECREATE5_A *table;
    JET_ERR err;

    if (!given)
        return JET_errInvalidParameter;
    table = *converted = ddl_alloc(memory, sizeof(*table));
    if (!table)
        return JET_errOutOfMemory;
    err = take_table(version.table, given, table);
    if (err >= 0 && version.wide)
        err = ddl_name_from_w(memory, (const WCHAR *)table->szTableName, &table->szTableName);
    if (err >= 0 && version.wide)
        err = ddl_name_from_w(memory, (const WCHAR *)table->szTemplateTableName, &table->szTemplateTableName);
    if (err >= 0)
        err = convert_columns(memory, version.wide, table);
    /* The newest index is the engine's own: it looks at these itself, after it has made the columns. */
    if (err >= 0 && (version.index < 3 || version.wide || table->grbit & JET_bitTableCreateImmutableStructure))
        err = ddl_convert_indexes(memory, version, table->rgindexcreate, table->cIndexes, &table->rgindexcreate);
    if (err >= 0 && version.wide && table->szCallback)
        err = text_from_w(memory, (const WCHAR *)table->szCallback, os_text_length((const WCHAR *)table->szCallback),
                          &table->szCallback);
    return err;
}

#define RETURN(to, from)                                                                                               \
    do                                                                                                                 \
    {                                                                                                                  \
        (to)->tableid = (from)->tableid;                                                                               \
        (to)->cCreated = (from)->cCreated;                                                                             \
        columns = (JET_COLUMNCREATE_A *)(void *)(to)->rgcolumncreate;                                                  \
        indexes = (to)->rgindexcreate;                                                                                 \
    } while (0)

void ddl_return_table(struct ddl_version version, void *given, const JET_TABLECREATE5_A *converted)
{
    JET_COLUMNCREATE_A *columns;
    void *indexes;

    if (converted->grbit & JET_bitTableCreateImmutableStructure)
        return;
    switch (version.table)
    {
    case 1:
        RETURN((JET_TABLECREATE_A *)given, converted);
        break;
    case 2:
        RETURN((JET_TABLECREATE2_A *)given, converted);
        break;
    case 3:
        RETURN((JET_TABLECREATE3_A *)given, converted);
        break;
    case 4:
        RETURN((JET_TABLECREATE4_A *)given, converted);
        break;
    default:
        RETURN((JET_TABLECREATE5_A *)given, converted);
        break;
    }
    for (uint32_t i = 0; columns && i < converted->cColumns; i++)
    {
        columns[i].err = converted->rgcolumncreate[i].err;
        columns[i].columnid = converted->rgcolumncreate[i].columnid;
    }
    if (indexes && converted->rgindexcreate && indexes != converted->rgindexcreate)
        ddl_return_indexes(version, indexes, converted->cIndexes, converted->rgindexcreate);
}

static JET_ERR resolve(const char *name)
{
    JET_CALLBACK function;

    return callback_find(name, &function);
}

void ddl_defaults_of(const struct instance *instance, struct ddl_defaults *defaults)
{
    const struct param_value *unicode = &instance->params.value[JET_paramUnicodeIndexDefault];
    static const WCHAR english[] = { 'e', 'n', '-', 'U', 'S', 0 };

    defaults->resolve_default = callback_allowed(instance) ? resolve : NULL;
    defaults->resolve_callback = param_number(instance, JET_paramDisableCallbacks) ? NULL : defaults->resolve_default;
    defaults->locale = unicode->text ? unicode->text : english;
    defaults->lcmap_flags = unicode->text
                                ? (uint32_t)unicode->number
                                : OS_MAP_SORTKEY | OS_NORM_IGNORECASE | OS_NORM_IGNOREKANATYPE | OS_NORM_IGNOREWIDTH;
    defaults->tuples.chLengthMin = param_number(instance, JET_paramIndexTuplesLengthMin);
    defaults->tuples.chLengthMax = param_number(instance, JET_paramIndexTuplesLengthMax);
    defaults->tuples.chToIndexMax = param_number(instance, JET_paramIndexTuplesToIndexMax);
    defaults->tuples.cchIncrement = param_number(instance, JET_paramIndexTupleIncrement);
    defaults->engine = false;
    defaults->tuples.ichStart = param_number(instance, JET_paramIndexTupleStart);
}
