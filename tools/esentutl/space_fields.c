/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of /ms: which there are, which are wanted (/f), and one line of them. */
#include <inttypes.h>
#include <string.h>

#include "space_fields.h"

enum field
{
    FIELD_NAME,
    FIELD_FULL_NAME,
    FIELD_TABLE,
    FIELD_TYPE,
    FIELD_OBJID,
    FIELD_ROOT,
    FIELD_PRIMARY,
    FIELD_PRIMARY_TYPE,
    FIELD_PRIMARY_PAGES,
    FIELD_OWNED_ROOT,
    FIELD_AVAILABLE_ROOT,
    FIELD_OWNED_EXTENTS,
    FIELD_OWNED,
    FIELD_OWNED_MB,
    FIELD_OWNED_OF_DATABASE,
    FIELD_OWNED_OF_TABLE,
    FIELD_AVAILABLE_EXTENTS,
    FIELD_AVAILABLE,
    FIELD_AVAILABLE_MB,
    FIELD_AVAILABLE_OF_TREE,
    FIELD_SPLIT_BUFFERS,
    FIELD_AUTO_INCREMENT,
    FIELDS,
};

_Static_assert(FIELDS <= SPACE_FIELDS, "each may be wanted");

static const struct
{
    const char *name;
    int width;
} fields[FIELDS] = {
    { "Name", 23 },      { "FullName", 77 },  { "OwningTableName", 68 }, { "Type", 4 },       { "ObjidFDP", 10 },
    { "PgnoFDP", 10 },   { "PriExt", 7 },     { "PriExtType", 10 },      { "PriExtCpg", 9 },  { "PgnoOE", 10 },
    { "PgnoAE", 10 },    { "OwnedExts", 10 }, { "Owned", 10 },           { "Owned(MB)", 12 }, { "O%OfDb", 9 },
    { "O%OfTable", 9 },  { "AvailExts", 10 }, { "Available", 10 },       { "Avail(MB)", 12 }, { "Avail%Tbl", 9 },
    { "SPBuffers", 10 }, { "AutoInc", 10 },
};

static const struct
{
    const char *name, *list;
} sets[] = {
    { "#default", "Name,Type,Owned(MB),O%OfDb,O%OfTable,Avail(MB),Avail%Tbl,AutoInc" },
    { "#legacy", "Name,Type,ObjidFDP,PgnoFDP,PriExt,Owned,Available" },
};

static bool same(const char *text, size_t length, const char *name)
{
    for (size_t i = 0; i < length; i++)
    {
        char a = text[i], b = name[i];

        if (a >= 'A' && a <= 'Z')
            a += 32;
        if (b >= 'A' && b <= 'Z')
            b += 32;
        if (!b || a != b)
            return false;
    }
    return !name[length];
}

static bool add(struct space_fields *wanted, const char *name, size_t length)
{
    for (unsigned i = 0; i < FIELDS; i++)
    {
        if (!same(name, length, fields[i].name))
            continue;
        if (wanted->count < SPACE_FIELDS)
            wanted->field[wanted->count++] = (uint8_t)i;
        return true;
    }
    return false;
}

bool space_fields_parse(struct space_fields *wanted, const char *list)
{
    wanted->count = 0;
    if (same(list, strlen(list), "#all"))
    {
        for (unsigned i = 0; i < FIELDS; i++)
            wanted->field[wanted->count++] = (uint8_t)i;
        return true;
    }
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
        if (same(list, strlen(list), sets[i].name))
            list = sets[i].list;
    while (*list)
    {
        size_t length = strcspn(list, ",");

        if (!add(wanted, list, length))
            return false;
        list += length + (list[length] == ',');
    }
    return wanted->count != 0;
}

static void print_separator(const struct space_fields *wanted, unsigned at)
{
    printf("%s", at + 1 == wanted->count ? "\n" : wanted->csv ? "," : " ");
}

static bool is_name(unsigned field)
{
    return field <= FIELD_TABLE;
}

void space_fields_header(const struct space_fields *wanted)
{
    for (unsigned i = 0; i < wanted->count; i++)
    {
        unsigned field = wanted->field[i];

        printf(is_name(field) ? "%-*s" : "%*s", wanted->csv ? 0 : fields[field].width, fields[field].name);
        print_separator(wanted, i);
    }
}

/* As Windows' utility has it: whatever is begun counts as a thousandth more. */
static double megabytes(const struct space_context *context, uint32_t count)
{
    uint64_t bytes = (uint64_t)count * context->page_size, rest = bytes & 0xfffff;

    return (double)(bytes >> 20) + (rest ? (double)(rest * 1000 / 1048576 + 1) / 1000 : 0);
}

double space_percent(uint32_t part, uint32_t whole)
{
    return whole ? 100.0 * part / whole + 1e-9 : 0;
}

/* A name at the place of its tree in the hierarchy; not in lists of values. */
static void print_name(const struct space_fields *wanted, const struct space_line *line, const char *name, int width)
{
    static const int indents[] = { 0, 2, 4, 4 };
    int indent = wanted->csv ? 0 : indents[line->type];

    if (wanted->csv)
        printf("%s", name);
    else
        printf("%*s%-*.*s", indent, "", width - indent, wanted->whole_names ? 64 : width - indent, name);
}

static void print_full_name(const struct space_fields *wanted, const struct space_line *line, const char *name,
                            int width)
{
    char full[256];

    snprintf(full, sizeof(full), "%s%s%s", line->type > SPACE_TABLE ? line->table : "",
             line->type > SPACE_TABLE ? "::" : "", name);
    printf("%-*s", wanted->csv ? 0 : width, full);
}

static void print_texts(const struct space_context *context, const struct space_line *line, unsigned field, int width)
{
    static const char *const types[] = { "Db", "Pri", "Idx", "LV" };
    const struct space_fields *wanted = context->fields;
    const char *name = line->type == SPACE_DATABASE ? context->database_name : line->name;
    char extent[24];

    switch (field)
    {
    case FIELD_NAME:
        print_name(wanted, line, name, width);
        break;
    case FIELD_FULL_NAME:
        print_full_name(wanted, line, name, width);
        break;
    case FIELD_TABLE:
        printf("%-*s", wanted->csv ? 0 : width, line->type == SPACE_DATABASE ? "" : line->table);
        break;
    case FIELD_TYPE:
        printf("%-*s", wanted->csv ? 0 : width, types[line->type]);
        break;
    case FIELD_PRIMARY_TYPE:
        printf("%*s", width, line->owned_root ? "m" : "s");
        break;
    default:
        snprintf(extent, sizeof(extent), "%u%s", (unsigned)line->primary, line->owned_root ? "-m" : "-s");
        printf("%*s", width, extent);
        break;
    }
}

static void print_shares(const struct space_context *context, const struct space_line *line, unsigned field, int width)
{
    double share = field == FIELD_OWNED_OF_DATABASE ? space_percent(line->owned, context->database)
                   : field == FIELD_OWNED_OF_TABLE  ? space_percent(line->owned, context->table)
                                                    : space_percent(line->available, context->table);

    if (field != FIELD_OWNED_OF_DATABASE && line->type == SPACE_DATABASE)
        printf("%*s", width, "");
    else
        printf("%*.2f%%", width ? width - 1 : 0, share);
}

static void print_number(const struct space_line *line, unsigned field, int width)
{
    const uint32_t values[FIELDS] = {
        [FIELD_OBJID] = line->objid,
        [FIELD_ROOT] = line->root,
        [FIELD_PRIMARY_PAGES] = line->primary,
        [FIELD_OWNED_ROOT] = line->owned_root,
        [FIELD_AVAILABLE_ROOT] = line->owned_root ? line->owned_root + 1 : 0,
        [FIELD_OWNED_EXTENTS] = line->owned_extents,
        [FIELD_OWNED] = line->owned,
        [FIELD_AVAILABLE_EXTENTS] = line->available_extents,
        [FIELD_AVAILABLE] = line->available,
        [FIELD_SPLIT_BUFFERS] = line->reserved,
    };

    printf("%*u", width, (unsigned)values[field]);
}

void space_fields_line(const struct space_context *context, const struct space_line *line)
{
    const struct space_fields *wanted = context->fields;

    for (unsigned i = 0; i < wanted->count; i++)
    {
        unsigned field = wanted->field[i];
        int width = wanted->csv ? 0 : fields[field].width;

        switch (field)
        {
        case FIELD_NAME:
        case FIELD_FULL_NAME:
        case FIELD_TABLE:
        case FIELD_TYPE:
        case FIELD_PRIMARY:
        case FIELD_PRIMARY_TYPE:
            print_texts(context, line, field, width);
            break;
        case FIELD_OWNED_MB:
            printf("%*.3f", width, megabytes(context, line->owned));
            break;
        case FIELD_AVAILABLE_MB:
            printf("%*.3f", width, megabytes(context, line->available));
            break;
        case FIELD_OWNED_OF_DATABASE:
        case FIELD_OWNED_OF_TABLE:
        case FIELD_AVAILABLE_OF_TREE:
            print_shares(context, line, field, width);
            break;
        case FIELD_AUTO_INCREMENT:
            if (line->has_auto_increment)
                printf("%*" PRIu64, width, line->auto_increment);
            else
                printf("%*s", width, "");
            break;
        default:
            print_number(line, field, width);
            break;
        }
        print_separator(wanted, i);
    }
}
