/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables in memory: allocation, finding columns and indexes, and loading one from its catalog rows. */

#include "format/bytes.h"
#include "table/schema_private.h"

/* ----------------------------------------------------------------- memory --- */

#define ARENA_BLOCK 4096

struct schema_arena
{
    struct schema_arena *next;
    size_t used, size;
    uint8_t data[] __attribute__((aligned(16)));
};

void *schema_alloc(struct table *table, size_t size)
{
    struct schema_arena *arena = table->arena;
    size_t rounded = (size + 15) & ~(size_t)15;
    void *memory;

    if (rounded < size)
        return NULL;
    if (!arena || arena->size - arena->used < rounded)
    {
        size_t block = rounded > ARENA_BLOCK / 4 ? rounded : ARENA_BLOCK;
        arena = os_alloc_zero(sizeof(*arena) + block);
        if (!arena)
            return NULL;
        arena->size = block;
        /* A large block of its own goes behind the one that still has room. */
        if (table->arena && block == rounded)
        {
            arena->next = table->arena->next;
            table->arena->next = arena;
        }
        else
        {
            arena->next = table->arena;
            table->arena = arena;
        }
    }
    memory = arena->data + arena->used;
    arena->used += rounded;
    return memory;
}

JET_ERR schema_copy(struct table *table, struct catalog_bytes bytes, const uint8_t **copy)
{
    uint8_t *memory = schema_alloc(table, bytes.size + 1);

    if (!memory)
        return JET_errOutOfMemory;
    if (bytes.size)
        memcpy(memory, bytes.data, bytes.size);
    *copy = memory;
    return JET_errSuccess;
}

struct table *schema_table_new(struct database *database)
{
    struct table *table = os_alloc_zero(sizeof(*table));

    if (table)
    {
        table->database = database;
        table->large_pages = database->page_size > 8192;
        table->lv_chunk_max = schema_lv_chunk(database->page_size);
        table->tagged_first = COLUMNID_TAGGED_FIRST;
        table->fixed_end = SCHEMA_FIXED_START;
    }
    return table;
}

void schema_table_free(struct table *table)
{
    if (!table)
        return;
    if (table->object)
        schema_release_object(table->database, table->object);
    if (table->template_table)
        schema_unreference(table->template_table);
    while (table->arena)
    {
        struct schema_arena *next = table->arena->next;
        os_free(table->arena);
        table->arena = next;
    }
    os_free(atomic_load(&table->forms));
    os_free(table);
}

void schema_unreference(struct table *table)
{
    if (atomic_fetch_sub(&table->references, 1) == 1 && table->transient)
        schema_table_free(table);
}

/* ------------------------------------------------------------------ names --- */

int schema_name_compare(const char *a, const char *b)
{
    while (*a && schema_upper(*a) == schema_upper(*b))
        a++, b++;
    return schema_upper(*a) - schema_upper(*b);
}

int schema_name_compare_size(const char *a, const char *b, uint32_t size)
{
    uint32_t i;

    for (i = 0; i < size && a[i] && schema_upper(a[i]) == schema_upper(b[i]); i++)
        ;
    return i < size || a[i];
}

uint32_t schema_name_hash(const char *name)
{
    uint32_t hash = 2166136261u;

    for (; *name; name++)
        hash = (hash ^ schema_upper(*name)) * 16777619u;
    return hash ^ hash >> 15;
}

/* ---------------------------------------------------------------- finding --- */

const struct column *table_column_by_name(const struct table *table, const char *name)
{
    /* A column of its own hides an inherited one of the same name. */
    const struct column *inherited = NULL;
    size_t size = strlen(name);
    uint8_t last;

    if (!size || size >= SCHEMA_NAME_SIZE)
        return NULL;
    last = schema_upper(name[size - 1]);
    for (uint32_t i = 0; i < table->column_count; i++)
    {
        const struct column *column = &table->columns[i];

        /* Columns of a table are often called alike, up to a number at the end. */
        if (column->name[size] || schema_upper(column->name[size - 1]) != last)
            continue;
        if (column->type == JET_coltypNil || column->unreachable || schema_name_compare(column->name, name))
            continue;
        if (!column->from_template)
            return column;
        inherited = column;
    }
    return inherited;
}

const struct column *table_column_by_row_name(const struct table *table, const char *name)
{
    for (uint32_t i = 0; i < table->column_count; i++)
    {
        const struct column *column = &table->columns[i];

        if (column->type != JET_coltypNil && !column->from_template &&
            !schema_name_compare(column->row_name ? column->row_name : column->name, name))
            return column;
    }
    return NULL;
}

static const struct column *tagged_by_id(const struct table *table, uint32_t fid, bool inherited)
{
    uint32_t low = 0, high = table->tagged_count;

    while (low < high)
    {
        uint32_t middle = (low + high) / 2;
        const struct column *column = &table->tagged[middle];
        if (column->from_template > inherited || (column->from_template == inherited && column->fid < fid))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == table->tagged_count || table->tagged[low].fid != fid || table->tagged[low].from_template != inherited)
        return NULL;
    return &table->tagged[low];
}

const struct column *table_column_by_id(const struct table *table, JET_COLUMNID id)
{
    const struct column *column = NULL;
    uint32_t fid = COLUMNID_FID(id);
    bool is_template = table->flags & JET_bitObjectTableTemplate;
    bool inherited = id & COLUMNID_TEMPLATE && !is_template;

    if (id & ~(COLUMNID_TEMPLATE | 0xffffu))
        return NULL;
    if (fid >= COLUMNID_TAGGED_FIRST)
        column = tagged_by_id(table, fid, inherited);
    else if (fid >= COLUMNID_VAR_FIRST)
    {
        if (fid - COLUMNID_VAR_FIRST < table->variable_count)
            column = &table->variable[fid - COLUMNID_VAR_FIRST];
    }
    else if (fid >= COLUMNID_FIXED_FIRST && fid - COLUMNID_FIXED_FIRST < table->fixed_count)
        column = &table->fixed[fid - COLUMNID_FIXED_FIRST];
    return column && column->id == id && column->type != JET_coltypNil ? column : NULL;
}

const struct index *table_index_by_name(const struct table *table, const char *name)
{
    for (uint32_t i = 0; i < table->index_count; i++)
    {
        if (!schema_name_compare(table->indexes[i].name, name))
            return &table->indexes[i];
    }
    return NULL;
}

void schema_divide_columns(struct table *table)
{
    uint32_t i = 0;

    table->fixed = table->columns;
    while (i < table->column_count && table->columns[i].fid < COLUMNID_VAR_FIRST)
        i++;
    table->fixed_count = i;
    table->variable = table->columns + i;
    while (i < table->column_count && table->columns[i].fid < COLUMNID_TAGGED_FIRST)
        i++;
    table->variable_count = i - table->fixed_count;
    table->tagged = table->columns + i;
    table->tagged_count = table->column_count - i;
    table->has_escrow = false;
    for (i = 0; i < table->fixed_count; i++)
        table->has_escrow |= table->fixed[i].disk_flags & COLUMN_ESCROW && table->fixed[i].type != JET_coltypNil;
}

uint32_t schema_lv_chunk(uint32_t page_size)
{
    if (page_size == 32768)
        return 8150;
    if (page_size == 16384)
        return 4050;
    return page_size - 82;
}

/* ---------------------------------------------------------------- loading --- */

void schema_load_stats(const struct catalog_row *row, struct schema_stats *stats)
{
    memset(stats, 0, sizeof(*stats));
    if (row->stats.size < 12)
        return;
    stats->records = le32(row->stats.data);
    stats->keys = le32(row->stats.data + 4);
    stats->pages = le32(row->stats.data + 8);
}

/* What the table's own row says. */
static JET_ERR load_table_row(struct table *table, const struct catalog_row *row)
{
    JET_ERR err = catalog_name(row->name, table->name);

    if (err < 0)
        return err;
    table->objid = row->table;
    table->root = row->place;
    table->flags = row->flags;
    table->pages = row->pages;
    table->density = row->space;
    schema_load_stats(row, &table->stats);
    if (row->flags & JET_bitObjectTableTemplate)
        table->grbit |= JET_bitTableCreateTemplateTable;
    if (row->flags & JET_bitObjectTableFixedDDL)
        table->grbit |= JET_bitTableCreateFixedDDL;
    if (row->flags & JET_bitObjectTableNoFixedVarColumnsInDerivedTables)
        table->grbit |= JET_bitTableCreateNoFixedVarColumnsInDerivedTables;
    if (row->flags & JET_bitObjectSystem)
        table->grbit |= JET_bitTableCreateSystemTable;
    if (row->lv_chunk_max)
        table->lv_chunk_max = row->lv_chunk_max;
    if (row->separate_lv.size)
    {
        if (row->separate_lv.size != 4)
            return JET_errCatalogCorrupted;
        table->separate_lv = le32(row->separate_lv.data);
    }
    if (table->template_table)
        strcpy(table->template_name, table->template_table->name);
    err = schema_load_space(table, row, table->template_table ? &table->template_table->space : NULL, &table->space);
    if (err >= 0)
        err = schema_load_lv_space(row, &table->lv_space);
    return err < 0 ? err : schema_use_object(table, table->objid, table->root);
}

/* Adds an index; the array grows by doubling and stays in the arena. */
static JET_ERR load_index_row(struct table *table, const struct catalog_row *row, uint32_t *capacity)
{
    if (table->index_count == *capacity)
    {
        uint32_t wanted = *capacity ? *capacity * 2 : 8;
        struct index *indexes = schema_alloc(table, wanted * sizeof(*indexes));

        if (!indexes)
            return JET_errOutOfMemory;
        if (table->index_count)
            memcpy(indexes, table->indexes, table->index_count * sizeof(*indexes));
        table->indexes = indexes;
        *capacity = wanted;
    }
    memset(&table->indexes[table->index_count], 0, sizeof(struct index));
    return schema_load_index(table, row, &table->indexes[table->index_count++]);
}

static JET_ERR load_callback_row(struct table *table, const struct catalog_row *row)
{
    struct table_callback *callbacks = schema_alloc(table, (table->callback_count + 1) * sizeof(*callbacks));
    const uint8_t *name;
    JET_ERR err;

    if (!callbacks)
        return JET_errOutOfMemory;
    if (row->template_or_callback.size > 255)
        return JET_errCatalogCorrupted;
    err = schema_copy(table, row->template_or_callback, &name);
    if (err < 0)
        return err;
    if (table->callback_count)
        memcpy(callbacks, table->callbacks, table->callback_count * sizeof(*callbacks));
    callbacks[table->callback_count].name = (const char *)name;
    callbacks[table->callback_count].events = row->flags;
    table->callbacks = callbacks;
    table->callback_count++;
    table->has_callbacks = true;
    return JET_errSuccess;
}

/* The primary index first, then by name: few, so by insertion. */
static void sort_indexes(struct table *table)
{
    for (uint32_t i = 1; i < table->index_count; i++)
    {
        for (uint32_t k = i; k > 0; k--)
        {
            struct index *a = &table->indexes[k - 1], *b = &table->indexes[k];
            struct index swap;
            if (a->primary || (!b->primary && schema_name_compare(a->name, b->name) <= 0))
                break;
            swap = *a;
            *a = *b;
            *b = swap;
        }
    }
}

/* The order of a table without a primary index: records by their sequential number. */
static JET_ERR sequential_index(struct table *table)
{
    struct index *index = schema_alloc(table, sizeof(*index));

    if (!index)
        return JET_errOutOfMemory;
    index->objid = table->objid;
    index->primary = true;
    index->disk_flags = INDEX_UNIQUE | INDEX_PRIMARY;
    index->key_max = index->var_seg_max = KEY_MOST_OLD;
    index->density = table->density;
    index->space = table->space;
    index->tree = table->records;
    table->primary = index;
    return JET_errSuccess;
}

void schema_init_long_values(struct table *table, uint32_t root, uint32_t objid)
{
    const JET_SPACEHINTS *own = &table->lv_space, *hints = own;

    if (!own->cbStruct && table->template_table)
        hints = &table->template_table->lv_space;
    tree_init(table->long_values, &table->database->cache, root, objid, true, PAGE_LONG_VALUE);
    if (hints->ulInitialDensity)
        tree_set_density(table->long_values, hints->ulInitialDensity);
}

/* How full the leaves of the table's trees are when entries are appended.  That of a primary
 * index which was made later counts as long as the database is open. */
static void use_densities(const struct table *table)
{
    bool made = atomic_load_explicit(&table->object->primary_made, memory_order_relaxed);

    tree_set_density(table->records, made ? table->primary->density : table->space.ulInitialDensity);
    for (uint32_t i = 0; i < table->index_count; i++)
        if (!table->indexes[i].primary)
            tree_set_density(table->indexes[i].tree, table->indexes[i].density);
}

/* The rest of a table's rows, from the one behind its own on. */
static JET_ERR load_rows(struct table *table, struct catalog_cursor *cursor, struct catalog_row *row,
                         struct schema_columns *columns)
{
    uint32_t last = CATALOG_TABLE, capacity = 0;
    bool columns_done = false;
    JET_ERR err;

    while ((err = catalog_next(cursor, row)) >= 0 && row->table == table->objid)
    {
        if (row->type < last || row->type == CATALOG_TABLE)
            return JET_errCatalogCorrupted;
        last = row->type;
        if (row->type > CATALOG_COLUMN && !columns_done)
        {
            columns_done = true;
            err = schema_finish_columns(table, columns);
            if (err < 0)
                return err;
        }
        switch (row->type)
        {
        case CATALOG_COLUMN:
            err = schema_add_column(table, row, columns);
            break;
        case CATALOG_INDEX:
            err = load_index_row(table, row, &capacity);
            break;
        case CATALOG_LONG_VALUE:
            /* Shared with those who use it now; it never changes once it is there. */
            if (!table->long_values->root)
                schema_init_long_values(table, row->place, row->id);
            break;
        case CATALOG_CALLBACK:
            err = load_callback_row(table, row);
            break;
        default: /* objects of old engines that nothing refers to */
            break;
        }
        if (err < 0)
            return err;
    }
    if (err < 0 && err != JET_errNoCurrentRecord)
        return err;
    return columns_done ? JET_errSuccess : schema_finish_columns(table, columns);
}

JET_ERR schema_load_table(struct database *database, struct catalog_cursor *cursor, struct catalog_row *row,
                          struct table *template_table, struct table **result)
{
    struct table *table = schema_table_new(database);
    struct schema_columns columns = { 0 };
    JET_ERR err;

    *result = NULL;
    if (!table)
    {
        if (template_table)
            schema_unreference(template_table);
        return JET_errOutOfMemory;
    }
    table->template_table = template_table;
    if (template_table)
        table->old_template = template_table->old_template;
    err = load_table_row(table, row);
    if (err >= 0)
        err = load_rows(table, cursor, row, &columns);
    os_free(columns.list);
    if (err < 0)
        goto done;
    sort_indexes(table);
    if (table->index_count && table->indexes[0].primary)
    {
        if (table->index_count > 1 && table->indexes[1].primary)
        {
            err = JET_errCatalogCorrupted;
            goto done;
        }
        table->primary = &table->indexes[0];
        table->primary->tree = table->records;
        table->primary->space = table->space;
    }
    else
        err = sequential_index(table);
    if (err < 0)
        goto done;
    use_densities(table);
    if (!table->object->name[0])
        strcpy(table->object->name, table->name);

done:
    if (err < 0)
        schema_table_free(table);
    else
        *result = table;
    return err < 0 ? err : JET_errSuccess;
}
