/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a program may do with a database, one page of which is damaged: the
 * table or index that the page belongs to is opened, and everything that leads
 * over the page, and over what was changed on it, is called through the API.
 * Answers are not looked at; they only have to come.  What is done is chosen by
 * bits, DAMAGE_DO_...
 */
#ifndef TESTS_DAMAGE_WALK_H
#define TESTS_DAMAGE_WALK_H

#include "damage_base.h"

enum
{
    DAMAGE_DO_ENUMERATE = 0x0001,
    DAMAGE_DO_RETRIEVE = 0x0002,
    DAMAGE_DO_BACKWARD = 0x0004,
    DAMAGE_DO_BOOKMARKS = 0x0008,
    DAMAGE_DO_POSITIONS = 0x0010,
    DAMAGE_DO_RANGE = 0x0020,
    DAMAGE_DO_SEEKS = 0x0040,
    DAMAGE_DO_SIZES = 0x0080,
    DAMAGE_DO_ENDS = 0x0100,
    DAMAGE_DO_SPACE = 0x0200,
    DAMAGE_DO_INDEXES = 0x0400,
    DAMAGE_DO_INTERSECT = 0x0800,
    DAMAGE_DO_FILTER = 0x1000,
    DAMAGE_DO_INFO = 0x2000,
    DAMAGE_DO_OBJECTS = 0x4000,
    DAMAGE_DO_CATALOG_ROWS = 0x8000,
    DAMAGE_DO_ALL = 0xffff,
};

#define DAMAGE_ROWS    4
#define DAMAGE_COLUMNS 12
#define DAMAGE_TEXT    1024

struct damage_key
{
    uint8_t bytes[2100];
    uint32_t size;
};

/* A walk: where, what, and a number that makes walks differ. */
struct damage_walk
{
    struct damage_base *base;
    const struct damage_page *page;
    uint32_t offset; /* on the page, of what was changed */
    uint32_t todo;
    uint32_t vary;
    JET_SESID session;
    JET_DBID dbid;
    JET_TABLEID table;
};

/* What takes milliseconds is done in one of 256 walks. */
static inline bool damage_seldom(const struct damage_walk *walk)
{
    return (walk->vary & 0xff00) == 0x5a00;
}

/* ------------------------------------------------------------- the place --- */

/* The line on a page whose bytes or tag are at the offset; 0 if none. */
static inline unsigned damage_line_at(const struct page_view *view, uint32_t offset)
{
    unsigned lines = page_lines(view);
    struct page_line line;
    uint32_t tag;

    if (offset >= view->size - view->tags * PAGE_TAG_SIZE)
    {
        tag = (view->size - 1 - offset) / PAGE_TAG_SIZE;
        return tag < view->reserved ? 0 : tag - view->reserved;
    }
    for (unsigned i = 0; i < lines; i++)
    {
        if (page_tag(view, i + view->reserved, &line) && view->data + offset >= line.data &&
            view->data + offset < line.data + line.size)
            return i;
    }
    return 0;
}

/* A key that leads to the page, and if it is a leaf to the line. */
static inline bool damage_key_of(const struct damage_base *base, uint32_t index, uint32_t offset,
                                 struct damage_key *key)
{
    struct page_view view;
    struct page_node node;

    for (unsigned level = 0; level < 10; level++)
    {
        uint32_t pgno;
        if ((uint64_t)(index + 1) * base->page_size > base->size ||
            !page_view(&view, damage_page_clean(base, index), base->page_size) || !page_lines(&view) ||
            !page_node(&view, damage_line_at(&view, offset), &node))
            return false;
        if (view.flags & PAGE_LEAF)
        {
            key->size = page_key_size(&node.key);
            if (key->size > sizeof(key->bytes))
                return false;
            page_key_copy(&node.key, key->bytes);
            return true;
        }
        if (node.data_size != 4)
            return false;
        pgno = le32(node.data);
        index = pgno + 1;
        offset = 0;
    }
    return false;
}

/* -------------------------------------------------------- long values' rows --- */

#define DAMAGE_OWNER_ROWS 2000
#define DAMAGE_VALUES     80

static inline void damage_add_owner(struct damage_base *base, const struct damage_owner *owner)
{
    if (!(base->owner_count & (base->owner_count + 1)))
        base->owners = realloc(base->owners, (base->owner_count + 1) * 2 * sizeof(*base->owners));
    base->owners[base->owner_count++] = *owner;
}

/* The separated values of the row that a cursor is on. */
static inline void damage_find_values(struct damage_base *base, uint32_t table_objid, JET_TABLEID table)
{
    struct damage_owner owner = { .table_objid = table_objid };
    JET_RETRIEVECOLUMN all = { .itagSequence = 0 };
    JET_ULONG size;

    JetRetrieveColumns(base->session, table, &all, 1);
    if (JetGetBookmark(base->session, table, owner.bookmark, sizeof(owner.bookmark), &size) < 0)
        return;
    owner.bookmark_size = (uint8_t)size;
    for (owner.sequence = 1; owner.sequence <= all.itagSequence && owner.sequence < DAMAGE_VALUES; owner.sequence++)
    {
        JET_RETINFO info = { .cbStruct = sizeof(info), .itagSequence = owner.sequence };
        uint8_t lid[8];
        JET_ERR err = JetRetrieveColumn(base->session, table, 0, lid, sizeof(lid), &size, JET_bitRetrieveLongId, &info);

        if (err != JET_wrnSeparateLongValue)
            continue;
        owner.column = info.columnidNextTagged;
        /* The top bit tells the long ones. */
        owner.lid_size = lid[7] & 0x80 ? 8 : 4;
        for (unsigned i = 0; i < owner.lid_size; i++)
            owner.lid[i] = lid[owner.lid_size - 1 - i];
        damage_add_owner(base, &owner);
    }
}

static inline void damage_find_owners(struct damage_base *base, const struct damage_object *object)
{
    JET_TABLEID table;
    JET_ERR err;

    base->owners_known = realloc(base->owners_known, (base->owners_known_count + 1) * sizeof(uint32_t));
    base->owners_known[base->owners_known_count++] = object->table_objid;
    if (JetOpenTableA(base->session, base->dbid, object->table, NULL, 0, JET_bitTableReadOnly, &table) < 0)
        return;
    err = JetMove(base->session, table, JET_MoveFirst, 0);
    for (unsigned row = 0; row < DAMAGE_OWNER_ROWS && err >= 0; row++)
    {
        damage_find_values(base, object->table_objid, table);
        err = JetMove(base->session, table, JET_MoveNext, 0);
    }
    JetCloseTable(base->session, table);
}

/* Called while nothing is damaged: whose long values are on the page. */
static inline void damage_prepare(struct damage_base *base, const struct damage_page *page)
{
    uint32_t i = 0;

    if (!(page->kind & DAMAGE_LONG_VALUE) || page->object == UINT32_MAX)
        return;
    while (i < base->owners_known_count && base->owners_known[i] != base->objects[page->object].table_objid)
        i++;
    if (i == base->owners_known_count)
        damage_find_owners(base, &base->objects[page->object]);
}

static inline struct damage_owner *damage_owner_of(const struct damage_walk *walk)
{
    uint32_t objid = walk->base->objects[walk->page->object].table_objid;
    struct damage_owner *some = NULL;
    struct damage_key key;
    bool known = damage_key_of(walk->base, walk->page->index, walk->offset, &key);

    for (uint32_t i = 0; i < walk->base->owner_count; i++)
    {
        struct damage_owner *owner = &walk->base->owners[i];
        if (owner->table_objid != objid)
            continue;
        if (known && key.size >= owner->lid_size && !memcmp(owner->lid, key.bytes, owner->lid_size))
            return owner;
        if (!some || i % 16 == walk->vary % 16)
            some = owner;
    }
    return some;
}

/* ------------------------------------------------------------------- rows --- */

static inline void *JET_API damage_realloc(void *context, void *memory, JET_ULONG size)
{
    (void)context;
    if (size)
        return realloc(memory, size);
    free(memory);
    return NULL;
}

static inline void damage_value(const struct damage_walk *walk, JET_COLUMNID column, JET_GRBIT grbit)
{
    uint8_t bytes[DAMAGE_TEXT];
    JET_ULONG actual;
    JET_RETINFO info = { .cbStruct = sizeof(info), .itagSequence = 1 };
    JET_ERR err;

    err = JetRetrieveColumn(walk->session, walk->table, column, bytes, sizeof(bytes), &actual, grbit, NULL);
    if (err == JET_wrnBufferTruncated)
    {
        static uint8_t large[32768];
        info.ibLongValue = walk->vary & 1 ? walk->vary * 97u % (actual + 100u) : 0;
        JetRetrieveColumn(walk->session, walk->table, column, large, sizeof(large), &actual, grbit, &info);
    }
    if (err < 0 || err == JET_wrnColumnNull)
        return;
    info.ibLongValue = walk->vary & 7;
    info.itagSequence = 2;
    JetRetrieveColumn(walk->session, walk->table, column, bytes, walk->vary % sizeof(bytes), &actual, grbit, &info);
}

/* A long value: its start, a part of it, and what is known of it. */
static inline void damage_long(const struct damage_walk *walk, uint32_t sequence)
{
    static const JET_GRBIT grbits[] = { JET_bitRetrieveLongValueRefCount, JET_bitRetrievePhysicalSize,
                                        JET_bitRetrieveNull, JET_bitRetrievePrereadOnly };
    JET_RETINFO info = { .cbStruct = sizeof(info), .itagSequence = sequence };
    uint32_t size = (walk->vary & 0x70) == 0x10 ? 65536 : 1 + walk->vary % 5000;
    uint8_t *bytes = malloc(size);
    JET_ULONG actual = 0;

    JetRetrieveColumn(walk->session, walk->table, 0, bytes, size, &actual, 0, &info);
    info.ibLongValue = walk->vary * 97u % (actual + 100u);
    JetRetrieveColumn(walk->session, walk->table, 0, bytes, size, &actual, 0, &info);
    JetRetrieveColumn(walk->session, walk->table, 0, bytes, size, &actual, grbits[walk->vary & 3], &info);
    free(bytes);
}

static inline void damage_retrieve(const struct damage_walk *walk)
{
    static const JET_GRBIT grbits[] = { 0,
                                        0,
                                        JET_bitRetrieveFromIndex,
                                        JET_bitRetrieveFromPrimaryBookmark,
                                        JET_bitRetrieveIgnoreDefault,
                                        JET_bitRetrieveTag,
                                        JET_bitRetrievePhysicalSize,
                                        JET_bitRetrieveLongValueRefCount };
    static const JET_COLUMNID columns[] = { 1, 2, 3, 5, 9, 128, 129, 132, 256, 257, 260, 0 };
    JET_GRBIT grbit = grbits[walk->vary >> 2 & 7];
    uint8_t bytes[3][64];
    JET_RETRIEVECOLUMN several[3] = { 0 };

    for (unsigned i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        damage_value(walk, columns[i] + (columns[i] && walk->vary & 0x100 ? walk->vary >> 9 & 31 : 0), grbit);
    for (unsigned i = 0; i < 3; i++)
    {
        several[i].columnid = i ? 256 + (walk->vary & 3) : 0;
        several[i].itagSequence = walk->vary & 4 ? i : i + 1;
        several[i].pvData = bytes[i];
        several[i].cbData = sizeof(bytes[i]);
    }
    JetRetrieveColumns(walk->session, walk->table, several, 3);
}

static inline void damage_enumerate(const struct damage_walk *walk)
{
    static const JET_GRBIT grbits[] = { JET_bitEnumerateCompressOutput, 0, JET_bitEnumerateIgnoreDefault,
                                        JET_bitEnumeratePresenceOnly | JET_bitEnumerateTaggedOnly };
    JET_ULONG count = 0, touched = 0;
    JET_ENUMCOLUMN *columns = NULL;

    if (JetEnumerateColumns(walk->session, walk->table, 0, NULL, &count, &columns, damage_realloc, NULL, 4096,
                            grbits[walk->vary >> 5 & 3]) < 0)
        return;
    for (uint32_t i = 0; i < count; i++)
    {
        if ((i + walk->vary) % 5 == 0 && touched < DAMAGE_COLUMNS)
        {
            touched++;
            damage_value(walk, columns[i].columnid, 0);
        }
        if (columns[i].err == JET_wrnColumnSingleValue)
        {
            free(columns[i].pvData);
            continue;
        }
        for (uint32_t k = 0; columns[i].rgEnumColumnValue && k < columns[i].cEnumColumnValue; k++)
            free(columns[i].rgEnumColumnValue[k].pvData);
        free(columns[i].rgEnumColumnValue);
    }
    free(columns);
}

static inline void damage_bookmarks(const struct damage_walk *walk)
{
    uint8_t key[2100], bookmark[2100], more[2100];
    JET_ULONG size = 0, bookmark_size = 0, more_size = 0;

    JetRetrieveKey(walk->session, walk->table, key, sizeof(key), &size, 0);
    if (JetGetSecondaryIndexBookmark(walk->session, walk->table, key, sizeof(key), &size, more, sizeof(more),
                                     &more_size, 0) >= 0)
        JetGotoSecondaryIndexBookmark(walk->session, walk->table, key, size, more, more_size, 0);
    if (JetGetBookmark(walk->session, walk->table, bookmark, sizeof(bookmark), &bookmark_size) >= 0)
        JetGotoBookmark(walk->session, walk->table, bookmark, bookmark_size);
}

static inline void damage_positions(const struct damage_walk *walk)
{
    JET_RECPOS position = { .cbStruct = sizeof(position) };

    if (JetGetRecordPosition(walk->session, walk->table, &position, sizeof(position)) < 0)
        return;
    if (walk->vary & 1)
        position.centriesLT = walk->vary % (position.centriesTotal + 1u);
    JetGotoPosition(walk->session, walk->table, &position);
}

static inline void damage_sizes(const struct damage_walk *walk)
{
    JET_RECSIZE3 sizes = { 0 };
    JET_RETRIEVEMULTIVALUECOUNT list[16];
    JET_ULONG count;

    JetGetRecordSize3(walk->session, walk->table, &sizes, walk->vary & 1 ? JET_bitRecordSizeLocal : 0);
    JetRetrieveTaggedColumnList(walk->session, walk->table, &count, list, sizeof(list), 0, 0);
}

static inline void damage_row(const struct damage_walk *walk)
{
    if (walk->todo & DAMAGE_DO_ENUMERATE)
        damage_enumerate(walk);
    if (walk->todo & DAMAGE_DO_RETRIEVE)
        damage_retrieve(walk);
    if (walk->todo & DAMAGE_DO_SIZES)
        damage_sizes(walk);
}

static inline void damage_rows(const struct damage_walk *walk, int32_t move, unsigned rows)
{
    JET_ERR err = JET_errSuccess;

    for (unsigned i = 0; i < rows && err >= 0; i++)
    {
        damage_row(walk);
        err = JetMove(walk->session, walk->table, move, walk->vary & 0x20 ? JET_bitMoveKeyNE : 0);
    }
}

/* ------------------------------------------------------------------ tables --- */

static inline JET_ERR damage_seek(const struct damage_walk *walk, const struct damage_key *key, JET_GRBIT grbit)
{
    JET_ERR err = JetMakeKey(walk->session, walk->table, key->bytes, key->size, JET_bitNormalizedKey);

    return err < 0 ? err : JetSeek(walk->session, walk->table, grbit);
}

static inline void damage_range(const struct damage_walk *walk, const struct damage_key *key)
{
    JET_ULONG count;

    JetMakeKey(walk->session, walk->table, key->bytes, key->size, JET_bitNormalizedKey);
    JetSetIndexRange(walk->session, walk->table,
                     walk->vary & 8 ? JET_bitRangeUpperLimit | JET_bitRangeInclusive : JET_bitRangeInclusive);
    JetIndexRecordCount(walk->session, walk->table, &count, 40);
    JetMove(walk->session, walk->table, walk->vary & 8 ? JET_MoveNext : JET_MovePrevious, 0);
    JetSetIndexRange(walk->session, walk->table, JET_bitRangeRemove);
}

static inline void damage_intersect(const struct damage_walk *walk, const struct damage_key *key)
{
    const void *keys[1] = { key->bytes };
    JET_ULONG sizes[1] = { key->size };
    JET_INDEXRANGE ranges[2] = { { sizeof(ranges[0]), walk->table, JET_bitRecordInIndex },
                                 { sizeof(ranges[0]), walk->table, JET_bitRecordInIndex } };
    JET_RECORDLIST list = { .cbStruct = sizeof(list) };
    JET_TABLEID other;
    JET_LONG read;

    JetPrereadKeys(walk->session, walk->table, keys, sizes, 1, &read, JET_bitPrereadForward);
    if (JetDupCursor(walk->session, walk->table, &other, 0) < 0)
        return;
    ranges[1].tableid = other;
    JetMove(walk->session, other, JET_MoveNext, 0);
    if (damage_seek(walk, key, JET_bitSeekEQ | JET_bitSetIndexRange) >= 0 &&
        JetIntersectIndexes(walk->session, ranges, 2, &list, 0) >= 0)
        JetCloseTable(walk->session, list.tableid);
    JetCloseTable(walk->session, other);
}

static inline void damage_filter(const struct damage_walk *walk)
{
    uint8_t bytes[8] = { 1 };
    JET_INDEX_COLUMN filter = { walk->vary & 1 ? 1 : 256, (JET_RELOP)(walk->vary >> 3 & 7), bytes,
                                1u << (walk->vary >> 1 & 3), 0 };

    /* It may pass over all of the table. */
    if ((walk->vary & 0x1c00) != 0x0400)
        return;
    if (JetSetCursorFilter(walk->session, walk->table, &filter, 1, 0) < 0)
        return;
    JetMove(walk->session, walk->table, JET_MoveNext, 0);
    JetMove(walk->session, walk->table, JET_MovePrevious, 0);
    JetSetCursorFilter(walk->session, walk->table, NULL, 0, 0);
}

/* A list that a call answered: some rows of it, then it is closed. */
static inline void damage_list(struct damage_walk *walk, JET_TABLEID list)
{
    JET_TABLEID table = walk->table;

    walk->table = list;
    JetMove(walk->session, list, JET_MoveFirst, 0);
    for (unsigned i = 0; i < 6; i++)
    {
        damage_value(walk, 1 + i, 0);
        damage_value(walk, 128 + i, 0);
        damage_value(walk, 256 + i, 0);
        if (JetMove(walk->session, list, JET_MoveNext, 0) < 0)
            break;
    }
    walk->table = table;
    JetCloseTable(walk->session, list);
}

static inline void damage_space(const struct damage_walk *walk)
{
    static const JET_ULONG levels[] = { JET_TblInfoSpaceOwned, JET_TblInfoSpaceAvailable, JET_TblInfoSpaceUsage,
                                        JET_TblInfoSpaceOwnedLV, JET_TblInfoSpaceAvailableLV };
    JET_ULONG numbers[4];

    for (unsigned i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
        JetGetTableInfoA(walk->session, walk->table, numbers, i == 2 ? 8 : 4, levels[i]);
    JetGetDatabaseInfoA(walk->session, walk->dbid, numbers, 4, JET_DbInfoSpaceOwned);
    JetGetDatabaseInfoA(walk->session, walk->dbid, numbers, 4, JET_DbInfoSpaceAvailable);
    JetGetTableIndexInfoA(walk->session, walk->table, NULL, numbers, 4, JET_IdxInfoSpaceOwned);
}

static inline void damage_info_calls(struct damage_walk *walk)
{
    JET_COLUMNLIST columns = { .cbStruct = sizeof(columns) };
    JET_INDEXLIST indexes = { .cbStruct = sizeof(indexes) };
    JET_OBJECTINFO object = { .cbStruct = sizeof(object) };
    JET_COLUMNBASE_A base = { .cbStruct = sizeof(base) };
    char name[256];
    uint8_t bytes[4096];
    uint32_t column = walk->vary & 1 ? 1 + (walk->vary >> 8 & 7) : 256 + (walk->vary >> 8 & 7);
    static const JET_ULONG levels[] = { JET_ColInfoList, JET_ColInfoListSortColumnid, JET_ColInfoListCompact,
                                        JET_ColInfoList | JET_ColInfoGrbitNonDerivedColumnsOnly };

    JetGetTableInfoA(walk->session, walk->table, &object, sizeof(object), JET_TblInfo);
    JetGetTableInfoA(walk->session, walk->table, name, sizeof(name), JET_TblInfoName);
    JetGetTableInfoA(walk->session, walk->table, name, sizeof(name), JET_TblInfoTemplateTableName);
    JetGetTableInfoA(walk->session, walk->table, bytes, 8, JET_TblInfoSpaceAlloc);
    JetGetTableColumnInfoA(walk->session, walk->table, (const char *)&column, &base, sizeof(base),
                           JET_ColInfoBaseByColid);
    if (JetGetTableColumnInfoA(walk->session, walk->table, NULL, &columns, sizeof(columns),
                               levels[walk->vary >> 2 & 3]) >= 0)
        damage_list(walk, columns.tableid);
    if (JetGetTableIndexInfoA(walk->session, walk->table, NULL, &indexes, sizeof(indexes), JET_IdxInfoList) >= 0)
        damage_list(walk, indexes.tableid);
    for (JET_ULONG level = JET_IdxInfoSpaceAlloc; level <= JET_IdxInfoSpaceAvailable; level++)
    {
        bool create = level >= JET_IdxInfoCreateIndex && level <= JET_IdxInfoCreateIndex3;
        uint32_t size = create ? sizeof(bytes) : level == JET_IdxInfoLocaleName ? 170 : 4;
        if (level == JET_IdxInfoIndexId)
            size = sizeof(JET_INDEXID);
        if (level == JET_IdxInfoVarSegMac || level == JET_IdxInfoKeyMost)
            size = 2;
        JetGetTableIndexInfoA(walk->session, walk->table,
                              walk->page->object == UINT32_MAX ? NULL : walk->base->objects[walk->page->object].index,
                              bytes, size, level);
    }
}

/* The object's indexes: a few rows of each. */
static inline void damage_indexes(const struct damage_walk *walk, uint32_t table_objid)
{
    unsigned done = 0;

    for (uint32_t i = 0; i < walk->base->object_count && done < 3; i++)
    {
        const struct damage_object *object = &walk->base->objects[(i + walk->vary) % walk->base->object_count];
        if (object->table_objid != table_objid || !object->index[0] || ++done > 3 ||
            JetSetCurrentIndexA(walk->session, walk->table, object->index) < 0)
            continue;
        JetMove(walk->session, walk->table, walk->vary & 1 ? JET_MoveFirst : JET_MoveLast, 0);
        damage_bookmarks(walk);
        damage_rows(walk, walk->vary & 1 ? JET_MoveNext : JET_MovePrevious, 2);
    }
}

/* A cursor near what was changed, and all it can do there. */
static inline void damage_cursor(struct damage_walk *walk, const struct damage_key *key)
{
    static const JET_GRBIT seeks[] = { JET_bitSeekEQ, JET_bitSeekLT, JET_bitSeekLE, JET_bitSeekGT };

    if (walk->todo & DAMAGE_DO_ENDS)
    {
        JetMove(walk->session, walk->table, walk->vary & 2 ? JET_MoveFirst : JET_MoveLast, 0);
        damage_rows(walk, walk->vary & 2 ? JET_MoveNext : JET_MovePrevious, 2);
    }
    if (walk->todo & DAMAGE_DO_BACKWARD)
    {
        if (key->size)
            damage_seek(walk, key, JET_bitSeekGE);
        damage_rows(walk, JET_MovePrevious, DAMAGE_ROWS);
    }
    if (walk->todo & DAMAGE_DO_SEEKS && key->size)
    {
        for (unsigned i = 0; i < 4; i++)
            damage_seek(walk, key, seeks[i]);
    }
    if (key->size)
        damage_seek(walk, key, JET_bitSeekGE);
    if (walk->todo & DAMAGE_DO_BOOKMARKS)
        damage_bookmarks(walk);
    if (walk->todo & DAMAGE_DO_POSITIONS)
        damage_positions(walk);
    if (key->size)
        damage_seek(walk, key, JET_bitSeekGE);
    damage_rows(walk, JET_MoveNext, DAMAGE_ROWS);
    if (walk->todo & DAMAGE_DO_FILTER)
        damage_filter(walk);
    if (walk->todo & DAMAGE_DO_RANGE)
        damage_range(walk, key);
    if (walk->todo & DAMAGE_DO_INTERSECT)
        damage_intersect(walk, key);
}

static inline void damage_walk_object(struct damage_walk *walk, const struct damage_object *object, bool placed)
{
    struct damage_key key = { .size = 0 };

    if (JetOpenTableA(walk->session, walk->dbid, object->table, NULL, 0, JET_bitTableReadOnly, &walk->table) < 0)
        return;
    if (walk->todo & DAMAGE_DO_INFO && (object->columns <= DAMAGE_MANY_COLUMNS || damage_seldom(walk)))
        damage_info_calls(walk);
    if (walk->todo & DAMAGE_DO_SPACE || walk->page->kind & DAMAGE_SPACE)
        damage_space(walk);
    if (object->index[0])
        JetSetCurrentIndexA(walk->session, walk->table, object->index);
    if (placed && walk->page->kind & DAMAGE_LONG_VALUE)
    {
        struct damage_owner *owner = damage_owner_of(walk);
        if (owner && JetGotoBookmark(walk->session, walk->table, owner->bookmark, owner->bookmark_size) >= 0)
        {
            damage_long(walk, owner->sequence);
            damage_value(walk, owner->column, 0);
            damage_rows(walk, JET_MoveNext, 2);
        }
    }
    else
    {
        if (placed && !(walk->page->kind & DAMAGE_SPACE))
            damage_key_of(walk->base, walk->page->index, walk->offset, &key);
        damage_cursor(walk, &key);
    }
    if (walk->todo & DAMAGE_DO_INDEXES)
        damage_indexes(walk, object->table_objid);
    JetCloseTable(walk->session, walk->table);
}

/* The nth object, but tables of a thousand columns, which take their time to load, seldom. */
static inline uint32_t damage_some_object(const struct damage_walk *walk, uint32_t nth)
{
    const struct damage_base *base = walk->base;
    uint32_t objid = base->objects[nth % base->object_count].table_objid;
    uint32_t table = damage_object_of(base, objid);

    if (base->objects[table].columns <= DAMAGE_MANY_COLUMNS || damage_seldom(walk))
        return nth % base->object_count;
    return walk->vary % 2; /* the catalog, or its copy */
}

/* The tables that a page of the catalog describes, as their schema is now. */
static inline void damage_walk_described(struct damage_walk *walk)
{
    struct page_view view;
    struct page_node node;
    uint32_t objid = 0;
    uint32_t object;

    if (walk->page->kind & DAMAGE_LEAF && !(walk->page->kind & (DAMAGE_SPACE | DAMAGE_LONG_VALUE)) &&
        page_view(&view, damage_page_clean(walk->base, walk->page->index), walk->base->page_size) &&
        page_lines(&view) && page_node(&view, damage_line_at(&view, walk->offset), &node))
    {
        /* Rows are keyed by the table's object id; an index's entries name such a key. */
        uint8_t bytes[9] = { 0 };
        struct page_key *key = &node.key;
        if (walk->page->kind & DAMAGE_INDEX)
            memcpy(bytes, node.data, node.data_size < 9 ? node.data_size : 9);
        else if (page_key_size(key) >= 5)
        {
            uint8_t whole[2100];
            page_key_copy(key, whole);
            memcpy(bytes, whole, 5);
        }
        objid = ((uint32_t)bytes[1] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 8 | bytes[4]) ^ 0x80000000;
    }
    object = damage_object_of(walk->base, objid);
    if (object == UINT32_MAX || objid < 5)
        object = walk->vary;
    object = damage_some_object(walk, object);
    walk->todo |= DAMAGE_DO_INFO;
    damage_walk_object(walk, &walk->base->objects[object], false);
}

/* -------------------------------------------------------------------- walk --- */

static inline void damage_walk_catalog(struct damage_walk *walk)
{
    JET_OBJECTLIST list = { .cbStruct = sizeof(list) };
    JET_OBJECTINFO info = { .cbStruct = sizeof(info) };
    char name[64];

    if (walk->page->kind & DAMAGE_HEADER)
    {
        JET_DBINFOMISC7 misc;
        for (JET_ULONG level = 0; level <= JET_DbInfoFilesizeOnDisk; level++)
            JetGetDatabaseInfoA(walk->session, walk->dbid, &misc,
                                level == JET_DbInfoMisc ? sizeof(misc)
                                : level                 ? 4
                                                        : sizeof(misc),
                                level);
    }
    if (walk->todo & DAMAGE_DO_OBJECTS && (!walk->base->slow || damage_seldom(walk)) &&
        JetGetObjectInfoA(walk->session, walk->dbid, JET_objtypTable, NULL, NULL, &list, sizeof(list),
                          walk->vary & 1 ? JET_ObjInfoListNoStats : JET_ObjInfoList) >= 0)
        damage_list(walk, list.tableid);
    snprintf(name, sizeof(name), "%.60s", walk->base->objects[damage_some_object(walk, walk->vary)].table);
    JetGetObjectInfoA(walk->session, walk->dbid, JET_objtypTable, NULL, name, &info, sizeof(info), JET_ObjInfoNoStats);
    damage_walk_described(walk);
}

/*
 * Everything that leads over the page.  The change has been made and sealed; `offset`
 * says where.  damage_repair() after it.
 */
static inline void damage_walk(struct damage_base *base, const struct damage_page *page, uint32_t offset, uint32_t todo,
                               uint32_t vary)
{
    struct damage_walk walk = { base, page, offset, todo, vary, base->session, base->dbid, 0 };
    bool schema = page->kind & (DAMAGE_HEADER | DAMAGE_CATALOG);

    if (schema && damage_attach(base, true, &walk.dbid) < 0)
        return;
    if (schema)
        damage_walk_catalog(&walk);
    if (page->object == UINT32_MAX)
    {
        /* The database's own space. */
        walk.todo |= DAMAGE_DO_SPACE;
        damage_walk_object(&walk, &base->objects[damage_some_object(&walk, vary)], false);
    }
    else if (!schema || todo & DAMAGE_DO_CATALOG_ROWS)
        damage_walk_object(&walk, &base->objects[page->object], true);
    if (schema)
        damage_detach(base, walk.dbid);
}

#endif
