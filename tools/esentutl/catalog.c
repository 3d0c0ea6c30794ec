/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /mm: tables, columns and indexes. */
#include <stdlib.h>

#include "esentutl.h"
#include "table/table.h"

static const char *type_name(JET_COLTYP type)
{
    static const char *const names[] = {
        "Nil",
        "Bit",
        "UnsignedByte",
        "Short",
        "Long",
        "Currency",
        "IEEESingle",
        "IEEEDouble",
        "DateTime",
        "Binary",
        "Text",
        "LongBinary",
        "LongText",
        "SLV",
        "UnsignedLong",
        "LongLong",
        "GUID",
        "UnsignedShort",
        "UnsignedLongLong",
    };

    return type < sizeof(names) / sizeof(names[0]) ? names[type] : "Unknown";
}

static void print_yes(unsigned indent, const char *label)
{
    printf("%*s%s=yes\n", (int)indent, "", label);
}

static int by_name(const void *a, const void *b)
{
    const struct column *left = *(const struct column *const *)a, *right = *(const struct column *const *)b;

    for (const char *x = left->name, *y = right->name;; x++, y++)
    {
        int p = *x >= 'a' && *x <= 'z' ? *x - 32 : *x, q = *y >= 'a' && *y <= 'z' ? *y - 32 : *y;

        if (p != q || !p)
            return p - q;
    }
}

static void print_column(const struct column *column)
{
    static const struct
    {
        uint16_t flag;
        const char *label;
    } flags[] = {
        { COLUMN_NOT_NULL, "Disallow Null" },        { COLUMN_VERSION, "Version" },
        { COLUMN_AUTOINCREMENT, "Auto-increment" },  { COLUMN_MULTIVALUED, "Multi-value" },
        { COLUMN_ESCROW, "EscrowUpdate" },           { COLUMN_FINALIZE, "Finalize" },
        { COLUMN_DELETE_ON_ZERO, "DeleteOnZero" },   { COLUMN_MARKED_TEMPLATE, "TemplateColumn" },
        { COLUMN_PLACEHOLDER, "PlaceholderColumn" }, { COLUMN_COMPRESSED, "Compressed" },
        { COLUMN_ENCRYPTED, "Encrypted" },           { COLUMN_USER_DEFAULT, "UserDefinedDefaultValue" },
    };
    char kind = column->fid < COLUMNID_VAR_FIRST ? 'F' : column->fid < COLUMNID_TAGGED_FIRST ? 'V' : 'T';

    printf("    %-17s%9u  %-13s(%c)%8u%s\n", column->name, column->fid, type_name(column->type), kind,
           (unsigned)column->max_size, column->disk_flags & COLUMN_DEFAULT ? "  Yes" : "");
    if (kind == 'F')
        printf("        Offset=%u (0x%x)\n", column->fixed_offset, column->fixed_offset);
    if (column->code_page && (column->type == JET_coltypText || column->type == JET_coltypLongText))
        printf("        Code Page=%u (0x%x)\n", column->code_page, column->code_page);
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
    {
        if (column->disk_flags & flags[i].flag)
            print_yes(8, flags[i].label);
    }
    if (column->disk_flags & COLUMN_DEFAULT)
    {
        print_yes(8, "DefaultValue");
        if (!(column->disk_flags & COLUMN_USER_DEFAULT))
            printf("                Length=%u bytes\n", (unsigned)column->default_size);
    }
    if (column->callback)
        printf("        Callback=%s\n", column->callback);
    printf("        Flags=0x%x\n", column->disk_flags);
}

static void print_columns(const struct table *table)
{
    const struct column **sorted = calloc(table->column_count + (size_t)1, sizeof(*sorted));
    uint32_t count = 0;

    printf("    %-17s%9s  %-16s%8s  %s\n", "Column Name", "Column Id", "Column Type", "Length", "Default");
    for (uint32_t i = 0; sorted && i < table->column_count; i++)
    {
        if (table->columns[i].type != JET_coltypNil && *table->columns[i].name && !table->columns[i].from_template)
            sorted[count++] = &table->columns[i];
    }
    if (sorted)
        qsort(sorted, count, sizeof(*sorted), by_name);
    for (uint32_t i = 0; i < count; i++)
        print_column(sorted[i]);
    free(sorted);
}

static void print_index_flags(uint32_t set)
{
    static const struct
    {
        uint32_t flag;
        const char *label;
    } flags[] = {
        { INDEX_UNIQUE, "Unique" },
        { INDEX_PRIMARY, "Primary" },
        { INDEX_NO_NULL, "Disallow Null" },
        { INDEX_ALLOW_ALL_NULLS, "Allow All Nulls" },
        { INDEX_ALLOW_FIRST_NULL, "Allow First Null" },
        { INDEX_ALLOW_SOME_NULLS, "Allow Some Nulls" },
        { INDEX_NULLS_HIGH, "Sort Nulls High" },
        { INDEX_MULTIVALUED, "Multivalued" },
        { INDEX_CROSS_PRODUCT, "Cross Product" },
        { INDEX_NESTED, "Nested Table" },
        { INDEX_NO_TRUNCATION, "Disallow Truncation" },
        { INDEX_LOCALIZED, "Localized Text" },
        { INDEX_TEMPLATE, "Template Index" },
        { INDEX_DERIVED, "Derived Index" },
        { INDEX_WIDE_COLUMNS, "Extended Columns" },
        { INDEX_DOTNET_GUID, ".Net GUID Index" },
        { INDEX_DEFERRED, "Deferred" },
    };

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
    {
        if (set & flags[i].flag)
            print_yes(8, flags[i].label);
    }
    printf("        Flags=0x%08x\n", (unsigned)set);
}

static const char *column_name(const struct table *table, JET_COLUMNID id)
{
    const struct column *column = table_column_by_id(table, id);

    return column ? column->name : "?";
}

static void print_index(const struct table *table, const struct index *index, uint32_t root)
{
    printf("    %-17s%9u %9u %8u%%\n", index->name, (unsigned)root, (unsigned)index->objid, (unsigned)index->density);
    print_index_flags(index->disk_flags);
    printf("        Maximum Key Length=0x%08x\n", (unsigned)index->key_max);
    if (index->disk_flags & INDEX_LOCALIZED)
    {
        printf("        Locale Id=%u\n        LCMap flags=0x%08x\n        NLSVersion=%u\n        DefinedVersion=%u\n",
               (unsigned)index->lcid, (unsigned)index->lcmap_flags, (unsigned)(index->sort_version >> 32),
               (unsigned)index->sort_version);
        if (index->sort_state != SORT_GOOD)
            printf("        (text sorts differently here)\n");
    }
    if (index->tuple_max)
        printf("        Tuples: Minimum=%u Maximum=%u ToIndexMax=%u Increment=%u Start=%u\n",
               (unsigned)index->tuple_min, (unsigned)index->tuple_max, (unsigned)index->tuple_to_index_max,
               (unsigned)index->tuple_step, (unsigned)index->tuple_start);
    printf("        Key Segments (%u)\n", (unsigned)index->key_columns);
    for (uint32_t i = 0; i < index->key_columns; i++)
        printf("            %c%-15s(0x%08x)\n", index->key[i].descending ? '-' : '+',
               column_name(table, index->key[i].columnid), (unsigned)index->key[i].columnid);
    if (index->conditions)
        printf("        Conditional Columns (%u)\n", (unsigned)index->conditions);
    for (uint32_t i = 0; i < index->conditions; i++)
        printf("            %s (0x%08x,%s)\n", column_name(table, index->condition[i].columnid),
               (unsigned)index->condition[i].columnid,
               index->condition[i].must_be_null ? "JET_bitIndexColumnMustBeNull" : "JET_bitIndexColumnMustBeNonNull");
}

static void print_table_flags(const struct table *table)
{
    if (table->flags & JET_bitObjectSystem)
        print_yes(4, "System Table");
    if (table->flags & JET_bitObjectTableFixedDDL)
        print_yes(4, "FixedDDL");
    if (table->flags & JET_bitObjectTableTemplate)
        print_yes(4, "Template");
    if (table->flags & JET_bitObjectTableDerived)
        printf("    Derived from: %s\n", table->template_name);
}

/* The root of an index, by its name among the table's trees. */
static uint32_t root_of(const struct table *table, const struct space_line *trees, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++)
    {
        if (trees[i].type == SPACE_INDEX && !strcmp(trees[i].name, name))
            return trees[i].root;
    }
    return table->root;
}

static JET_ERR print_verbose(const struct table *table, const struct space_line *trees, uint32_t count)
{
    const struct space_line *values = NULL;

    for (uint32_t i = 0; i < count; i++)
    {
        if (trees[i].type == SPACE_LONG_VALUES)
            values = &trees[i];
    }
    printf("%-14s%11s%10s%10s%10s%10s%9s\n", "Table Name", "PgnoFDP", "ObjidFDP", "PgnoLV", "ObjidLV", "Pages",
           "Density");
    printf("==========================================================================\n%s\n", table->name);
    printf("%25u%10u%10u%10u%10u%8u%%\n", (unsigned)table->root, (unsigned)table->objid,
           values ? (unsigned)values->root : 0, values ? (unsigned)values->objid : 0, (unsigned)table->pages,
           (unsigned)table->density);
    printf("    LV ChunkSize=%u\n", (unsigned)table->lv_chunk_max);
    print_table_flags(table);
    print_columns(table);
    printf("    %-17s%9s %9s %9s\n", "Index Name", "PgnoFDP", "ObjidFDP", "Density");
    for (uint32_t i = 0; i < table->index_count; i++)
        print_index(table, &table->indexes[i], root_of(table, trees, count, table->indexes[i].name));
    for (uint32_t i = 0; i < table->callback_count; i++)
        printf("    Callback 0x%x: %s\n", (unsigned)table->callbacks[i].events, table->callbacks[i].name);
    return JET_errSuccess;
}

struct listing
{
    const struct options *options;
    char wanted[SCHEMA_NAME_SIZE];
    bool found;
};

static JET_ERR print_table(void *context, const struct table *table, const struct space_line *trees, uint32_t count)
{
    static const char *const types[] = { "Db", "Tbl", "Idx", "LV" };
    struct listing *listing = context;

    if (*listing->wanted && strcmp(listing->wanted, table->name))
        return JET_errSuccess;
    listing->found = true;
    if (listing->options->verbose)
        return print_verbose(table, trees, count);
    for (uint32_t i = 0; i < count; i++)
        printf("%*s%-*s %-4s %10u %10u\n", trees[i].type == SPACE_TABLE ? 2 : 4, "",
               trees[i].type == SPACE_TABLE ? 48 : 46, trees[i].name, types[trees[i].type], (unsigned)trees[i].objid,
               (unsigned)trees[i].root);
    return JET_errSuccess;
}

JET_ERR mode_catalog(const struct options *options)
{
    struct listing listing = { .options = options };
    size_t size = 0;
    JET_ERR err;

    printf("Initiating FILE DUMP mode...\n         Database: %s\n\n", options->name);
    if (options->table)
    {
        err = os_text_from_wide(OS_CP_UTF8, options->table, os_text_length(options->table), listing.wanted,
                                sizeof(listing.wanted) - 1, &size, NULL);
        if (err < 0)
            return JET_errObjectNotFound;
        listing.wanted[size] = 0;
    }
    if (!options->verbose)
        printf("%-50s %-4s %10s %10s\n", "Name", "Type", "ObjidFDP", "PgnoFDP");
    err = catalog_dump(options->path, print_table, &listing);
    return err >= 0 && options->table && !listing.found ? JET_errObjectNotFound : err;
}
