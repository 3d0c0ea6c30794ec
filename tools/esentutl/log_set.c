/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /ml and /k of a base name: all generations of a log that are there. */
#include <stdlib.h>

#include "esentutl.h"
#include "log/log.h"

/* The log that is looked at, and what was found. */
struct log_set
{
    const struct options *options;
    struct log_names names;
    const char *base;
    bool dump;
    struct log_csv *csv;
    uint32_t first, last; /* generations; last 0: all */
    struct log_header before, header;
    bool adjacent; /* `before` is of the generation before */
    uint32_t seen;
    JET_ERR err; /* the first */
};

bool log_set_named(const WCHAR *path)
{
    const WCHAR *name = path + os_path_name_start(path);
    size_t length = os_text_length(name);

    for (size_t i = 0; i < length; i++)
        if (name[i] == '.')
            return false;
    return length == 3 && !os_file_exists(path);
}

static void remember(struct log_set *set, JET_ERR err)
{
    if (set->err >= 0)
        set->err = err;
}

/* Whether this one continues the one before. */
static JET_ERR compare(const struct log_set *set)
{
    if (!set->adjacent)
        return JET_errSuccess;
    if (memcmp(&set->before.signature, &set->header.signature, sizeof(set->header.signature)) != 0)
        return JET_errBadLogSignature;
    if (memcmp(&set->before.created, &set->header.created_before, sizeof(set->header.created)) != 0)
        return JET_errInvalidLogSequence;
    return JET_errSuccess;
}

static const char *complaint(JET_ERR err)
{
    switch (err)
    {
    case JET_errBadLogSignature:
        return "Log signature mismatch.";
    case JET_errInvalidLogSequence:
        return "Mismatched log sequence.";
    case JET_errLogGenerationMismatch:
        return "Mismatched log generation with log file name.";
    default:
        return "The log file cannot be read.";
    }
}

/* `generation` 0: the current one, which may be any. */
static void check_file(struct log_set *set, const WCHAR *path, uint32_t generation)
{
    JET_ERR err;

    printf("%s      Log file: %s%s", set->dump ? "\n" : "", path_text(path), set->dump ? "\n" : "");
    err = set->dump || set->csv ? log_file_dump(set->options, path, set->csv, &set->header)
                                : log_file_verify(path, &set->header);
    set->seen++;
    if (err >= 0 && generation && (uint32_t)set->header.generation != generation)
        err = JET_errLogGenerationMismatch;
    if (err >= 0)
        err = compare(set);
    if (err < 0)
        printf("\n                ERROR: %s Error %d.\n", complaint(err), (int)err);
    else if (!set->dump)
        printf(" - OK\n");
    remember(set, err);
    set->adjacent = err >= 0;
    set->before = set->header;
}

static void missing(struct log_set *set, uint32_t first, uint32_t last)
{
    int digits = set->names.long_numbers ? 8 : 5;
    const char *extension = set->names.new_extensions ? "jtx" : "log";

    if (first == last)
        printf("      Missing log file: %s%0*X.%s\n", set->base, digits, (unsigned)first, extension);
    else
        printf("      Missing log files: %s{%0*X - %0*X}.%s\n", set->base, digits, (unsigned)first, digits,
               (unsigned)last, extension);
    remember(set, JET_errMissingLogFile);
    set->adjacent = false;
}

static JET_ERR check_generations(struct log_set *set)
{
    uint32_t low, high, absent = 0;
    WCHAR path[OS_PATH_MAX];
    JET_ERR err = log_range(&set->names, &low, &high);

    if (err < 0)
        return err;
    if (set->first > low)
        low = set->first;
    for (uint32_t generation = low; generation && generation <= high && (!set->last || generation <= set->last);
         generation++)
    {
        err = log_path(&set->names, LOG_FILE_GENERATION, generation, path, OS_PATH_MAX);
        if (err < 0)
            return err;
        if (!os_file_exists(path))
        {
            absent++;
            continue;
        }
        if (absent)
            missing(set, generation - absent, generation - 1);
        absent = 0;
        check_file(set, path, generation);
    }
    err = log_path(&set->names, LOG_FILE_CURRENT, 0, path, OS_PATH_MAX);
    if (err >= 0 && !set->last && os_file_exists(path))
        check_file(set, path, 0);
    return err;
}

/* /r first[-last], in hexadecimal; false: it is not that. */
static bool parse_range(const WCHAR *text, uint32_t *first, uint32_t *last)
{
    char narrow[40], *end;
    size_t i;

    for (i = 0; text[i] && i + 1 < sizeof(narrow); i++)
        narrow[i] = text[i] < 0x80 ? (char)text[i] : '?';
    narrow[i] = 0;
    *first = (uint32_t)strtoul(narrow, &end, 16);
    *last = 0;
    if (end == narrow)
        return false;
    if (*end == '-')
        *last = (uint32_t)strtoul(end + 1, &end, 16);
    return !*end && (!*last || *last >= *first) && *first <= INT32_MAX && *last <= INT32_MAX;
}

const char *log_options_check(const struct options *options)
{
    uint32_t first, last;

    if (option_value(options, 'r') && !parse_range(option_value(options, 'r'), &first, &last))
        return "/r is followed by no range of generations";
    return NULL;
}

/* With each of the extensions and the lengths of numbers that a log may have, until there is one. */
static JET_ERR check_any(struct log_set *set)
{
    JET_ERR err = JET_errSuccess;

    for (unsigned kind = 0; err >= 0 && !set->seen && kind < 4; kind++)
    {
        set->names.new_extensions = kind & 1;
        set->names.long_numbers = kind & 2;
        err = check_generations(set);
        if (err == JET_errLogGenerationMismatch)
            err = JET_errSuccess;
    }
    return err < 0 ? err : set->seen ? set->err : JET_errFileNotFound;
}

JET_ERR log_set_check(const struct options *options, bool dump)
{
    struct log_set *set = calloc(1, sizeof(*set));
    char base[4] = "";
    JET_ERR err;

    if (!set)
        return JET_errOutOfMemory;
    os_text_copy(set->names.directory, OS_PATH_MAX, options->path);
    set->names.directory[os_path_name_start(options->path)] = 0;
    os_text_copy(set->names.base, LOG_NAME_MAX, options->path + os_path_name_start(options->path));
    for (unsigned i = 0; i < 3; i++)
        base[i] = set->names.base[i] < 0x80 ? (char)set->names.base[i] : '?';
    set->base = base;
    set->dump = dump;
    set->options = options;
    if (option_value(options, 'r'))
        parse_range(option_value(options, 'r'), &set->first, &set->last);
    printf("Verifying log files...\n     %sBase name: %s\n", dump ? " " : "", base);
    if (set->first || set->last)
        printf("     %sLog generation range: 0x%X-0x%X\n", dump ? " " : "", (unsigned)set->first, (unsigned)set->last);
    printf("\n");
    err = log_csv_wanted(options, &set->csv);
    if (err >= 0)
        err = log_csv_done(set->csv, check_any(set));
    if (err >= 0)
        printf("\nNo damaged log files were found.\n");
    free(set);
    return err;
}
