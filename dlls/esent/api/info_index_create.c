/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JET_IdxInfoCreateIndex to 3: the JET_INDEXCREATE that would make an index
 * again.  The struct comes first in the caller's buffer, then space hints
 * (versions 2 and 3), names, the order of Unicode text, tuple limits and
 * conditions, packed as the published source (ErrINFOIBuildIndexCreateVX) has
 * them: what the pointers lead to need not be aligned.
 */
#include "api/info.h"
#include "api/private.h"
#include "table/schema.h"

_Static_assert(offsetof(JET_INDEXCREATE_A, cbKeyMost) == offsetof(JET_INDEXCREATE3_W, cbKeyMost), "common part");
_Static_assert(offsetof(JET_INDEXCREATE2_W, pSpacehints) == offsetof(JET_INDEXCREATE3_W, pSpacehints), "common part");

struct packer
{
    uint8_t *at;
    uint32_t left;
    bool wide;
};

/* Room for `size` bytes; NULL: there is none. */
static void *pack_room(struct packer *packer, uint32_t size)
{
    void *room = packer->at;

    if (packer->left < size)
        return NULL;
    packer->at += size;
    packer->left -= size;
    return room;
}

static JET_ERR pack_text(struct packer *packer, const char *text, uint32_t *packed)
{
    WCHAR wide[NAME_SIZE];
    const void *data = text;
    uint32_t size = strlen(text) + 1;
    void *room;

    if (packer->wide)
    {
        name_to_w(text, wide);
        data = wide;
        size = (os_text_length(wide) + 1) * sizeof(WCHAR);
    }
    room = pack_room(packer, size);
    if (!room)
        return JET_errBufferTooSmall;
    memcpy(room, data, size);
    *packed += size;
    return JET_errSuccess;
}

static JET_ERR pack_character(struct packer *packer, char c, uint32_t *packed)
{
    uint32_t size = packer->wide ? sizeof(WCHAR) : 1;
    uint16_t value = (uint8_t)c;
    void *room = pack_room(packer, size);

    if (!room)
        return JET_errBufferTooSmall;
    memcpy(room, &value, size);
    *packed += size;
    return JET_errSuccess;
}

/* "+column\0-column\0\0" */
static JET_ERR pack_key(struct packer *packer, const struct table *table, const struct index *index, uint32_t *size)
{
    JET_ERR err = JET_errSuccess;

    *size = 0;
    for (uint32_t i = 0; err >= 0 && i < index->key_columns; i++)
    {
        const struct column *column = table_column_by_id(table, index->key[i].columnid);

        if (!column)
            return JET_errCatalogCorrupted;
        if (column->disk_flags & COLUMN_PLACEHOLDER)
            continue;
        err = pack_character(packer, index->key[i].descending ? '-' : '+', size);
        if (err >= 0)
            err = pack_text(packer, column->name, size);
    }
    return err < 0 ? err : pack_character(packer, 0, size);
}

/* The order of Unicode text: by LCID, or by name (version 3). */
static JET_ERR pack_order(struct packer *packer, const struct index *index, JET_INDEXCREATE3_W *create, bool by_name)
{
    if (by_name)
    {
        const uint32_t size = (os_text_length(index->locale) + 1) * sizeof(WCHAR);
        uint8_t *order = pack_room(packer, sizeof(WCHAR *) + sizeof(uint32_t));
        uint8_t *name = pack_room(packer, size);
        WCHAR *pointer = (WCHAR *)name;

        if (!order || !name)
            return JET_errBufferTooSmall;
        memcpy(order, &pointer, sizeof(pointer));
        memcpy(order + sizeof(pointer), &index->lcmap_flags, sizeof(index->lcmap_flags));
        memcpy(name, index->locale, size);
        create->pidxunicode = (JET_UNICODEINDEX2 *)order;
    }
    else
    {
        const JET_UNICODEINDEX order = { .lcid = index->lcid, .dwMapFlags = index->lcmap_flags };
        void *room = pack_room(packer, sizeof(order));

        if (!room)
            return JET_errBufferTooSmall;
        memcpy(room, &order, sizeof(order));
        create->pidxunicode = room;
    }
    create->grbit |= JET_bitIndexUnicode;
    return JET_errSuccess;
}

static JET_ERR pack_tuple_limits(struct packer *packer, const struct index *index, JET_INDEXCREATE3_W *create)
{
    JET_TUPLELIMITS limits = {
        .chLengthMin = index->tuple_min,
        .chLengthMax = index->tuple_max,
        .chToIndexMax = index->tuple_to_index_max,
        .cchIncrement = index->tuple_step,
        .ichStart = index->tuple_start,
    };
    void *room;

    if (!index->tuple_min)
    {
        create->cbVarSegMac = index->var_seg_max;
        return JET_errSuccess;
    }
    room = pack_room(packer, sizeof(limits));
    if (!room)
        return JET_errBufferTooSmall;
    memcpy(room, &limits, sizeof(limits));
    create->grbit |= JET_bitIndexTupleLimits;
    create->ptuplelimits = room;
    return JET_errSuccess;
}

static JET_ERR pack_conditions(struct packer *packer, const struct table *table, const struct index *index,
                               JET_INDEXCREATE3_W *create)
{
    uint8_t *room = pack_room(packer, index->conditions * sizeof(JET_CONDITIONALCOLUMN_W));

    if (!index->conditions)
        return JET_errSuccess;
    if (!room)
        return JET_errBufferTooSmall;
    create->rgconditionalcolumn = (JET_CONDITIONALCOLUMN_W *)room;
    create->cConditionalColumn = index->conditions;
    for (uint32_t i = 0; i < index->conditions; i++)
    {
        const struct column *column = table_column_by_id(table, index->condition[i].columnid);
        JET_CONDITIONALCOLUMN_W condition = { .cbStruct = sizeof(condition) };
        uint32_t size = 0;
        JET_ERR err;

        if (!column)
            return JET_errCatalogCorrupted;
        condition.szColumnName = (WCHAR *)packer->at;
        condition.grbit = index->condition[i].must_be_null ? JET_bitIndexColumnMustBeNull
                                                           : JET_bitIndexColumnMustBeNonNull;
        err = pack_text(packer, column->name, &size);
        if (err < 0)
            return err;
        memcpy(room + i * sizeof(condition), &condition, sizeof(condition));
    }
    return JET_errSuccess;
}

JET_ERR info_index_create(const struct table *table, const struct index *index, void *result, uint32_t size,
                          uint32_t level, bool wide)
{
    struct packer packer = { result, size, wide };
    JET_INDEXCREATE3_W create = { 0 }; /* the earlier structs, and the A ones, are its beginning */
    void *space = NULL;
    uint32_t packed = 0, key_size = 0;
    JET_ERR err;

    create.cbStruct = level == JET_IdxInfoCreateIndex    ? sizeof(JET_INDEXCREATE_W)
                      : level == JET_IdxInfoCreateIndex2 ? sizeof(JET_INDEXCREATE2_W)
                                                         : sizeof(JET_INDEXCREATE3_W);
    if (!pack_room(&packer, create.cbStruct))
        return JET_errBufferTooSmall;
    if (level != JET_IdxInfoCreateIndex)
    {
        space = pack_room(&packer, sizeof(JET_SPACEHINTS));
        if (!space)
            return JET_errBufferTooSmall;
        memcpy(space, &index->space, sizeof(JET_SPACEHINTS));
        create.pSpacehints = space;
    }
    create.szIndexName = (WCHAR *)packer.at;
    err = pack_text(&packer, index->name, &packed);
    create.szKey = (WCHAR *)packer.at;
    if (err >= 0)
        err = pack_key(&packer, table, index, &key_size);
    create.cbKey = key_size;
    create.grbit = index->grbit;
    create.ulDensity = index->density;
    if (err >= 0)
        err = pack_order(&packer, index, &create, level == JET_IdxInfoCreateIndex3);
    if (err >= 0)
        err = pack_tuple_limits(&packer, index, &create);
    if (err >= 0)
        err = pack_conditions(&packer, table, index, &create);
    create.cbKeyMost = index->key_max > JET_cbKeyMost_OLD ? index->key_max : JET_cbKeyMost_OLD;
    if (err >= 0)
        memcpy(result, &create, create.cbStruct);
    return err;
}
