/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /ms: what trees own and have available; /f which columns, /c as values with commas between. */
#include <inttypes.h>

#include "space_fields.h"

#define SMALL_PERCENT 0.5 /* of the database: shown with /v only */

/* Unless /f says otherwise; with /v more of them. */
#define FIELDS_VERBOSE                                                                                                 \
    "Name,Type,Owned(MB),O%OfDb,O%OfTable,Avail(MB),Avail%Tbl,AutoInc,PriExt,Owned,Available,SPBuffers,PgnoFDP,"       \
    "ObjidFDP,PgnoOE"

struct table_pages
{
    const struct options *options;
    struct space_fields fields;
    struct space_context context;
    const char *wanted; /* /t: that table only */
    bool hidden, found;
    struct space_totals totals;
};

static const char *last_part(const char *name)
{
    const char *slash = strrchr(name, '/'), *back = strrchr(name, '\\');

    if (back > slash)
        slash = back;
    return slash ? slash + 1 : name;
}

static JET_ERR print_line(void *argument, const struct space_line *line)
{
    struct table_pages *pages = argument;
    struct space_context *context = &pages->context;

    if (line->type == SPACE_DATABASE)
    {
        context->page_size = pages->totals.page_size;
        context->database = line->owned;
        if (!pages->fields.csv)
            printf("        PageSize: %u\n\n", (unsigned)context->page_size);
        space_fields_header(&pages->fields);
    }
    if (line->type == SPACE_TABLE)
        context->table = line->owned;
    if (pages->wanted)
    {
        if (line->type != SPACE_DATABASE && strcmp(pages->wanted, line->table))
            return JET_errSuccess;
        pages->found |= line->type == SPACE_TABLE;
    }
    else if (!pages->options->verbose && line->type != SPACE_DATABASE &&
             space_percent(line->owned, context->database) < SMALL_PERCENT)
    {
        pages->hidden = true;
        return JET_errSuccess;
    }
    space_fields_line(context, line);
    return JET_errSuccess;
}

/* false: the text is too long. */
static bool narrow(const WCHAR *wide, char *text, size_t room)
{
    size_t size = 0;

    if (os_text_from_wide(OS_CP_UTF8, wide, os_text_length(wide), text, room - 1, &size, NULL) < 0)
        return false;
    text[size] = 0;
    return true;
}

const char *space_check(const struct options *options)
{
    const WCHAR *list = option_value(options, 'f');
    struct space_fields fields;
    char text[512];

    if (list && (!narrow(list, text, sizeof(text)) || !space_fields_parse(&fields, text)))
        return "there is no such field";
    return NULL;
}

static void print_totals(const struct table_pages *pages)
{
    const struct space_totals *totals = &pages->totals;
    uint64_t used = totals->owned - totals->available;

    if (pages->hidden)
        printf("(Trees below %.1f%% of the database are not shown; with /v they are.)\n", SMALL_PERCENT);
    printf("\n    Enumerated %u Tables ( %u Internal Trees, %u Long Value Trees, %u Secondary Indices )\n",
           totals->tables, totals->internal_trees, totals->long_value_trees, totals->indexes);
    printf("\n    Pages %" PRIu64 " ( %" PRIu64 " Used (%.1f%%), %" PRIu64 " Available (%.1f%%) ) + %" PRIu64
           " Shelved\n",
           totals->owned, used, totals->owned ? 100.0 * used / totals->owned : 0, totals->available,
           totals->owned ? 100.0 * totals->available / totals->owned : 0, totals->shelved);
    printf(
        "\n    Pgno Ranges (User min-max: %u - %u; Last: %u; DB End Contiguous Unused: %u - %u; Shelved min-max: 0 - 0; "
        "Total: %" PRIu64 ")\n",
        totals->user_min, totals->user_max, totals->last, totals->user_max < totals->last ? totals->user_max + 1 : 0,
        totals->user_max < totals->last ? totals->last : 0, totals->owned);
}

JET_ERR mode_space(const struct options *options)
{
    struct table_pages pages = { .options = options };
    char list[512], table[256];
    JET_ERR err;

    if (!option_value(options, 'f') || !narrow(option_value(options, 'f'), list, sizeof(list)))
        snprintf(list, sizeof(list), "%s", options->verbose ? FIELDS_VERBOSE : "#default");
    (void)space_fields_parse(&pages.fields, list);
    pages.fields.csv = option_flag(options, 'c');
    pages.fields.whole_names = options->verbose;
    pages.context.fields = &pages.fields;
    pages.context.database_name = last_part(options->name);
    if (options->table)
    {
        if (!narrow(options->table, table, sizeof(table)))
            return JET_errObjectNotFound;
        pages.wanted = table;
    }
    printf("Initiating FILE DUMP mode...\n        Database: %s\n\n", options->name);
    err = space_dump(options->path, print_line, &pages, &pages.totals);
    if (err < 0)
        return err;
    if (pages.wanted && !pages.found)
        return JET_errObjectNotFound;
    print_totals(&pages);
    return JET_errSuccess;
}
