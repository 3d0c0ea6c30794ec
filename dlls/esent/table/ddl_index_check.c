/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an index is to be: its definition checked, in the order of ErrFILEIValidateCreateIndex. */

#include "format/bytes.h"
#include "table/ddl_private.h"

#define MAP_UPPERCASE            0x200u /* LCMAP_UPPERCASE: plain upper case, of a later format than is written */
#define TUPLE_LENGTH_LEAST       2u
#define TUPLE_LENGTH_MOST        255u
#define TUPLE_TO_INDEX_MOST      0x7fffu
#define TUPLE_LENGTH_MIN_DEFAULT 3u
#define TUPLE_LENGTH_MAX_DEFAULT 10u
#define TUPLE_TO_INDEX_DEFAULT   0x7fffu

/* Flags of a key column in the 4-byte form. */

/* ------------------------------------------------------------------- parts --- */

static JET_ERR check_bits(const JET_INDEXCREATE3_A *create)
{
    const JET_GRBIT ignore = JET_bitIndexIgnoreNull | JET_bitIndexIgnoreAnyNull | JET_bitIndexIgnoreFirstNull;
    JET_GRBIT grbit = create->grbit;
    bool primary = grbit & JET_bitIndexPrimary;

    if (grbit & JET_bitIndexOptionallyUnique)
        return JET_errEngineFormatVersionParamTooLowForRequestedFeature;
    if (primary && grbit & ignore)
        return JET_errInvalidGrbit;
    if (grbit & JET_bitIndexCrossProduct && grbit & JET_bitIndexNestedTable)
        return JET_errInvalidGrbit;
    if (primary && create->cConditionalColumn)
        return JET_errIndexInvalidDef;
    if (grbit & JET_bitIndexEmpty && !(grbit & JET_bitIndexIgnoreAnyNull))
        return JET_errInvalidGrbit;
    if (grbit & JET_bitIndexTupleLimits && !create->ptuplelimits)
        return JET_errIndexInvalidDef;
    return JET_errSuccess;
}

static bool take_locale(const WCHAR *locale, struct index_definition *definition)
{
    return !locale || os_text_copy(definition->locale, SCHEMA_LOCALE_SIZE, locale);
}

/* No list of columns is as long, whatever it is made of. */
#define KEY_TEXT_MAX 0x10000

/* "+column\0-column\0\0", to the last byte. */
static JET_ERR split_key(const char *key, uint32_t size, struct index_definition *definition)
{
    const char *at = key;

    while (*at)
    {
        if (definition->columns >= JET_ccolKeyMost)
            return JET_errIndexInvalidDef;
        definition->descending[definition->columns] = *at == '-';
        if (*at == '-' || *at == '+')
            at++;
        definition->column[definition->columns++] = at;
        at += strlen(at) + 1;
    }
    if (!definition->columns || (uint32_t)(at + 1 - key) < size)
        return JET_errIndexInvalidDef;
    return JET_errSuccess;
}

static JET_ERR check_locale(const struct ddl_defaults *defaults, const JET_INDEXCREATE3_A *create,
                            struct index_definition *definition)
{
    const struct os_locale *locale;

    if (!(create->grbit & JET_bitIndexUnicode))
    {
        definition->lcmap_flags |= OS_MAP_SORTKEY;
        if (!os_text_compare_nocase(definition->locale, defaults->locale))
            return JET_errSuccess;
    }
    if (os_locale_find(definition->locale, &locale) < 0)
        return JET_errInvalidLanguageId;
    definition->flags |= INDEX_LOCALE_SET;
    if (definition->lcmap_flags & MAP_UPPERCASE)
        return JET_errEngineFormatVersionParamTooLowForRequestedFeature;
    definition->lcmap_flags |= OS_MAP_SORTKEY;
    return os_sort_flags_valid(definition->lcmap_flags) ? JET_errSuccess : JET_errInvalidLCMapStringFlags;
}

static JET_ERR check_tuples(const struct ddl_defaults *defaults, const JET_INDEXCREATE3_A *create,
                            struct index_definition *definition)
{
    JET_TUPLELIMITS *limits = &definition->limits;

    if (create->grbit & JET_bitIndexPrimary)
        return JET_errIndexTuplesSecondaryIndexOnly;
    if (create->grbit & JET_bitIndexUnique)
        return JET_errIndexTuplesNonUniqueOnly;
    if (definition->var_seg_max < definition->key_max)
        return JET_errIndexTuplesVarSegMacNotAllowed;
    *limits = create->grbit & JET_bitIndexTupleLimits ? *create->ptuplelimits : defaults->tuples;
    if (limits->chLengthMin > 0xffff || limits->chLengthMax > 0xffff || limits->chToIndexMax > 0xffff ||
        limits->cchIncrement > 0xffff || (limits->ichStart > 0xffff && limits->ichStart != UINT32_MAX))
        return JET_errIndexTuplesInvalidLimits;
    if (!limits->chLengthMin)
        limits->chLengthMin = TUPLE_LENGTH_MIN_DEFAULT;
    if (!limits->chLengthMax)
        limits->chLengthMax = TUPLE_LENGTH_MAX_DEFAULT;
    if (!limits->chToIndexMax)
        limits->chToIndexMax = TUPLE_TO_INDEX_DEFAULT;
    if (!limits->cchIncrement)
        limits->cchIncrement = 1;
    if (limits->ichStart == UINT32_MAX)
        limits->ichStart = 0;
    if (limits->chLengthMin < TUPLE_LENGTH_LEAST || limits->chLengthMin > TUPLE_LENGTH_MOST ||
        limits->chLengthMax < TUPLE_LENGTH_LEAST || limits->chLengthMax > TUPLE_LENGTH_MOST ||
        limits->chLengthMin > limits->chLengthMax || limits->chToIndexMax > TUPLE_TO_INDEX_MOST)
        return JET_errIndexTuplesInvalidLimits;
    definition->tuples = true;
    return JET_errSuccess;
}

static void set_flags(JET_GRBIT grbit, struct index_definition *definition)
{
    uint32_t flags = INDEX_WIDE_COLUMNS;

    if (!(grbit & (JET_bitIndexDisallowNull | JET_bitIndexIgnoreAnyNull)))
    {
        flags |= INDEX_ALLOW_SOME_NULLS;
        if (!(grbit & JET_bitIndexIgnoreFirstNull))
        {
            flags |= INDEX_ALLOW_FIRST_NULL;
            if (!(grbit & JET_bitIndexIgnoreNull))
                flags |= INDEX_ALLOW_ALL_NULLS;
        }
    }
    if (grbit & (JET_bitIndexUnique | JET_bitIndexPrimary))
        flags |= INDEX_UNIQUE;
    if (grbit & JET_bitIndexPrimary)
        flags |= INDEX_PRIMARY;
    if (grbit & JET_bitIndexDisallowNull)
        flags |= INDEX_NO_NULL;
    else if (grbit & JET_bitIndexSortNullsHigh)
        flags |= INDEX_NULLS_HIGH;
    if (grbit & JET_bitIndexCrossProduct)
        flags |= INDEX_CROSS_PRODUCT;
    else if (grbit & JET_bitIndexNestedTable)
        flags |= INDEX_NESTED;
    if (grbit & JET_bitIndexDisallowTruncation)
        flags |= INDEX_NO_TRUNCATION;
    if (grbit & JET_bitIndexDotNetGuid)
        flags |= INDEX_DOTNET_GUID;
    definition->flags |= flags;
}

JET_ERR index_check(struct database *database, const struct ddl_defaults *defaults, const JET_INDEXCREATE3_A *create,
                    struct index_definition *definition)
{
    const char *key = create->szKey;
    JET_GRBIT grbit = create->grbit;
    JET_ERR err;

    definition->flags = 0;
    definition->columns = definition->conditions = 0;
    definition->tuples = false;
    if (grbit & JET_bitIndexOptionallyUnique)
        return JET_errEngineFormatVersionParamTooLowForRequestedFeature;
    definition->key_max = KEY_MOST_OLD;
    if (grbit & JET_bitIndexKeyMost)
    {
        if (create->cbKeyMost < JET_cbKeyMostMin || create->cbKeyMost > key_page_most(database->page_size))
            return JET_errIndexInvalidDef;
        definition->key_max = create->cbKeyMost;
    }
    definition->var_seg_max = definition->key_max;
    if (!(grbit & JET_bitIndexTupleLimits) && create->cbVarSegMac)
        definition->var_seg_max = (uint16_t)create->cbVarSegMac;
    err = check_bits(create);
    if (err < 0)
        return err;

    take_locale(defaults->locale, definition);
    definition->lcmap_flags = defaults->lcmap_flags;
    if (grbit & JET_bitIndexUnicode)
    {
        if (!create->pidxunicode)
            return JET_errIndexInvalidDef;
        definition->locale[0] = 0;
        if (!take_locale(create->pidxunicode->szLocaleName, definition))
            return JET_errInvalidLanguageId;
        if (create->pidxunicode->dwMapFlags)
            definition->lcmap_flags = create->pidxunicode->dwMapFlags;
    }
    if (!create->cbKey || !key)
        return JET_errInvalidParameter;
    if ((key[0] != '+' && key[0] != '-') || create->cbKey < 2 || create->cbKey > KEY_TEXT_MAX ||
        key[create->cbKey - 1] || key[create->cbKey - 2])
        return JET_errIndexInvalidDef;
    err = space_hints_check(database->page_size, &definition->space, true);
    if (err >= 0)
        err = split_key(key, create->cbKey, definition);
    if (err < 0)
        return err;
    if (!definition->var_seg_max || definition->var_seg_max > definition->key_max)
        return JET_errIndexInvalidDef;
    err = check_locale(defaults, create, definition);
    if (err >= 0 && grbit & (JET_bitIndexTuples | JET_bitIndexTupleLimits))
        err = check_tuples(defaults, create, definition);
    set_flags(grbit, definition);
    return err;
}

/* ----------------------------------------------------------------- columns --- */

void index_put_segment(uint8_t *segment, JET_COLUMNID id, uint8_t flags)
{
    segment[0] = flags | (id & COLUMNID_TEMPLATE ? SEGMENT_TEMPLATE : 0);
    segment[1] = 0;
    set_le16(segment + 2, (uint16_t)COLUMNID_FID(id));
}

static bool is_text(JET_COLTYP type)
{
    return type == JET_coltypText || type == JET_coltypLongText;
}

static bool is_binary(JET_COLTYP type)
{
    return type == JET_coltypBinary || type == JET_coltypLongBinary;
}

static JET_ERR check_column(const JET_INDEXCREATE3_A *create, struct index_definition *definition, uint32_t i,
                            const struct index_column_facts *facts)
{
    bool text = is_text(facts->type);

    if (facts->grbit & JET_bitColumnEncrypted)
        return JET_errCannotIndexOnEncryptedColumn;
    if (facts->grbit & JET_bitColumnEscrowUpdate)
        return JET_errCannotIndex;
    if (facts->grbit & JET_bitColumnMultiValued)
    {
        if (definition->flags & INDEX_PRIMARY)
            return JET_errIndexInvalidDef;
        definition->flags |= INDEX_MULTIVALUED;
    }
    if (create->grbit & JET_bitIndexEmpty && facts->has_default)
        return JET_errIndexInvalidDef;
    if (i == 0 && definition->tuples && !text && !is_binary(facts->type))
        return JET_errIndexTuplesTextBinaryColumnsOnly;
    if (text && facts->code_page == 1200)
        definition->flags |= INDEX_LOCALIZED;
    index_put_segment(definition->key + 4 * i, facts->id, definition->descending[i] ? SEGMENT_DESCENDING : 0);
    return JET_errSuccess;
}

JET_ERR index_check_columns(const JET_INDEXCREATE3_A *create, struct index_definition *definition,
                            index_find_column find, void *context)
{
    struct index_column_facts facts;
    JET_ERR err = JET_errSuccess;

    for (uint32_t i = 0; err >= 0 && i < definition->columns; i++)
    {
        err = find(context, definition->column[i], &facts);
        if (err >= 0)
            err = check_column(create, definition, i, &facts);
    }
    if (err >= 0 && create->cConditionalColumn > JET_ccolKeyMost)
        err = JET_errIndexInvalidDef;
    for (uint32_t i = 0; err >= 0 && i < create->cConditionalColumn; i++)
    {
        const JET_CONDITIONALCOLUMN_A *condition = &create->rgconditionalcolumn[i];

        if (condition->cbStruct != sizeof(*condition))
            return JET_errIndexInvalidDef;
        if (condition->grbit != JET_bitIndexColumnMustBeNonNull && condition->grbit != JET_bitIndexColumnMustBeNull)
            return JET_errInvalidGrbit;
        err = find(context, condition->szColumnName, &facts);
        if (err >= 0)
            index_put_segment(definition->condition + 4 * i, facts.id,
                              condition->grbit == JET_bitIndexColumnMustBeNull ? SEGMENT_MUST_BE_NULL : 0);
        definition->conditions = i + 1;
    }
    return err;
}

JET_ERR index_check_unicode(const JET_INDEXCREATE3_A *create, uint32_t count)
{
    for (uint32_t i = 0; create && i < count; i++)
    {
        /* Programs leave the high half of what was an LCID undefined. */
        bool given = (uint32_t)(uintptr_t)create[i].pidxunicode != 0;

        if (given != ((create[i].grbit & JET_bitIndexUnicode) != 0))
            return JET_errInvalidParameter;
    }
    return JET_errSuccess;
}
