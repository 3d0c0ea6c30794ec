/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The check of a whole database; see maintain.h.  Facts: published engine, repair.cxx and space.cxx. */
#include <stdarg.h>
#include <stdio.h>

#include "maintain/private.h"

#define FINDINGS_MAX 1000
#define FINDING_TEXT 512

const char *integrity_tree_name(const struct integrity *check, uint32_t number)
{
    if (number >= check->tree_count)
        return "?";
    if (!number)
        return "the database itself";
    return check->trees[number].name;
}

static void report(struct integrity *check, bool warning, enum finding_kind kind, uint32_t pgno, const char *text)
{
    const struct integrity_tree *tree = check->at < check->tree_count ? &check->trees[check->at] : NULL;
    struct finding finding = { kind, warning, pgno, "", "", text };
    uint64_t most = check->options.findings_max ? check->options.findings_max : FINDINGS_MAX;

    if (warning)
        check->result.warnings++;
    else
        check->result.findings++;
    if (!check->report || !check->report->finding || check->result.findings + check->result.warnings > most)
        return;
    if (tree && check->at)
    {
        finding.table = check->trees[tree->table].name;
        if (tree->type != SPACE_TABLE)
            finding.tree = tree->name;
    }
    check->report->finding(check->report->context, &finding);
}

void integrity_find(struct integrity *check, enum finding_kind kind, uint32_t pgno, const char *format, ...)
{
    char text[FINDING_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    report(check, false, kind, pgno, text);
}

void integrity_warn(struct integrity *check, enum finding_kind kind, uint32_t pgno, const char *format, ...)
{
    char text[FINDING_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    report(check, true, kind, pgno, text);
}

void integrity_find_odd(struct integrity *check, enum finding_kind kind, uint32_t pgno, const char *format, ...)
{
    char text[FINDING_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    report(check, check->header.repair_count || check->header.repair_count_old, kind, pgno, text);
}

JET_ERR integrity_progress(struct integrity *check, uint64_t pages)
{
    JET_ERR err = JET_errSuccess;

    check->done += pages;
    if (check->done > check->total)
        check->done = check->total;
    if (check->report && check->report->progress)
        err = check->report->progress(check->report->context, check->done, check->total);
    return err < 0 ? err : JET_errSuccess;
}

JET_ERR integrity_open_database(struct integrity *check, const WCHAR *path)
{
    struct database_options options = { .read_only = true, .ignore_page_size = true };
    JET_ERR err = database_open(path, &options, &check->database);

    if (err == JET_errOutOfMemory)
        return err;
    if (err < 0)
    {
        integrity_find(check, FINDING_CATALOG, 0, "the catalog cannot be opened: error %d", (int)err);
        return JET_errDatabaseCorrupted;
    }
    return JET_errSuccess;
}

static JET_ERR walk_root(struct integrity *check)
{
    struct integrity_walk walk = { 1, 1, 0, 0, false, NULL, NULL };

    check->at = 0;
    return integrity_walk(check, &walk, NULL);
}

static JET_ERR check_all(struct integrity *check, const WCHAR *path)
{
    JET_ERR err = integrity_open(check, path);

    if (err >= 0)
        err = integrity_read_file(check);
    if (err < 0)
        return err;
    err = integrity_open_database(check, path);
    if (err >= 0)
        err = integrity_catalog(check);
    if (err < 0)
    {
        integrity_report_pages(check, false);
        return err;
    }
    err = walk_root(check);
    for (uint32_t i = 0; err >= 0 && i < check->tree_count; i++)
        err = integrity_space(check, i);
    for (uint32_t i = 1; err >= 0 && i < check->tree_count; i++)
    {
        if (check->trees[i].type == SPACE_TABLE)
            err = integrity_table(check, i);
    }
    if (err >= 0)
        err = integrity_space_finish(check);
    if (err >= 0)
        integrity_report_pages(check, true);
    if (err >= 0 && !check->options.no_records)
        err = integrity_catalog_copies(check);
    return err;
}

JET_ERR integrity_check(const WCHAR *path, const struct integrity_options *options,
                        const struct maintain_report *report, struct integrity_result *result)
{
    struct integrity *check = os_alloc_zero(sizeof(*check));
    JET_ERR err;

    if (result)
        memset(result, 0, sizeof(*result));
    if (!check)
        return JET_errOutOfMemory;
    check->report = report;
    if (options)
        check->options = *options;
    err = check_all(check, path);
    if (err >= 0 && check->done < check->total)
        err = integrity_progress(check, check->total - check->done);
    if (err >= 0 && check->result.findings)
        err = JET_errDatabaseCorrupted;
    if (result)
        *result = check->result;
    if (check->database)
        database_close(check->database);
    integrity_close(check);
    os_free(check);
    return err < 0 ? err : JET_errSuccess;
}

void integrity_sum_add(struct integrity_sum *sum, const void *key, uint32_t key_size, const void *data,
                       uint32_t data_size)
{
    uint64_t hash = integrity_hash(key, key_size, 0x243f6a8885a308d3u ^ key_size);

    hash = integrity_hash(data, data_size, hash ^ data_size);
    sum->count++;
    sum->sum[0] += integrity_mix(hash);
    sum->sum[1] += integrity_mix(hash ^ 0x13198a2e03707344u);
}
