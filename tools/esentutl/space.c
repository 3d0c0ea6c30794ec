/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /ms: what trees own and have available. */
#include <inttypes.h>

#include "esentutl.h"

#define SMALL_PERCENT 0.5 /* of the database: shown with /v only */

struct table_pages
{
    const struct options *options;
    uint32_t page_size;
    uint32_t database; /* pages that it owns */
    uint32_t table;    /* and the table at hand */
    bool hidden;
    struct space_totals totals;
};

/* As Windows' utility has it: whatever is begun counts as a thousandth more. */
static double megabytes(const struct table_pages *pages, uint32_t count)
{
    uint64_t bytes = (uint64_t)count * pages->page_size, rest = bytes & 0xfffff;

    return (double)(bytes >> 20) + (rest ? (double)(rest * 1000 / 1048576 + 1) / 1000 : 0);
}

/* Halves of what is shown go up. */
static double percent(uint32_t part, uint32_t whole)
{
    return whole ? 100.0 * part / whole + 1e-9 : 0;
}

static const char *type_name(enum space_tree_type type)
{
    static const char *const names[] = { "Db", "Pri", "Idx", "LV" };

    return names[type];
}

static JET_ERR print_line(void *context, const struct space_line *line)
{
    static const int indent[] = { 0, 2, 4, 4 };
    struct table_pages *pages = context;
    const char *name = line->type == SPACE_DATABASE ? pages->options->name : line->name;

    if (line->type == SPACE_DATABASE)
    {
        const char *slash = strrchr(name, '/'), *back = strrchr(name, '\\');

        pages->page_size = pages->totals.page_size;
        pages->database = line->owned;
        if (back > slash)
            slash = back;
        if (slash)
            name = slash + 1;
        printf("        PageSize: %u\n\n", (unsigned)pages->page_size);
        printf("%-23s %-4s %12s %9s %9s %12s %9s %10s", "Name", "Type", "Owned(MB)", "O%OfDb", "O%OfTable", "Avail(MB)",
               "Avail%Tbl", "AutoInc");
        if (pages->options->verbose)
            printf(" %10s %10s %10s %10s %10s %10s %10s", "PriExtent", "Owned", "Avail", "Reserved", "PgnoFDP",
                   "ObjidFDP", "PgnoOE");
        printf("\n");
    }
    if (line->type == SPACE_TABLE)
        pages->table = line->owned;
    if (!pages->options->verbose && line->type != SPACE_DATABASE &&
        percent(line->owned, pages->database) < SMALL_PERCENT)
    {
        pages->hidden = true;
        return JET_errSuccess;
    }
    printf("%*s%-*.*s %-4s %12.3f %8.2f%% ", indent[line->type], "", 23 - indent[line->type],
           pages->options->verbose ? 64 : 23 - indent[line->type], name, type_name(line->type),
           megabytes(pages, line->owned), percent(line->owned, pages->database));
    if (line->type == SPACE_DATABASE)
        printf("%9s %12.3f %9s ", "", megabytes(pages, line->available), "");
    else
        printf("%8.2f%% %12.3f %8.2f%% ", percent(line->owned, pages->table), megabytes(pages, line->available),
               percent(line->available, pages->table));
    if (line->has_auto_increment)
        printf("%10" PRIu64, line->auto_increment);
    else
        printf("%10s", "");
    if (pages->options->verbose)
    {
        char extent[24];

        snprintf(extent, sizeof(extent), "%u%s", (unsigned)line->primary, line->owned_root ? "-m" : "-s");
        printf(" %10s %10u %10u %10u %10u %10u %10u", extent, (unsigned)line->owned, (unsigned)line->available,
               (unsigned)line->reserved, (unsigned)line->root, (unsigned)line->objid, (unsigned)line->owned_root);
    }
    printf("\n");
    return JET_errSuccess;
}

JET_ERR mode_space(const struct options *options)
{
    struct table_pages pages = { .options = options };
    const struct space_totals *totals = &pages.totals;
    uint64_t used;
    JET_ERR err;

    printf("Initiating FILE DUMP mode...\n        Database: %s\n\n", options->name);
    err = space_dump(options->path, print_line, &pages, &pages.totals);
    if (err < 0)
        return err;
    if (pages.hidden)
        printf("(Trees below %.1f%% of the database are not shown; with /v they are.)\n", SMALL_PERCENT);
    used = totals->owned - totals->available;
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
    return JET_errSuccess;
}
