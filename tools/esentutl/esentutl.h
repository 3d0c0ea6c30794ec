/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of esentutl share.  Each mode is a function that gets the
 * options and answers a JET_ERR, which becomes the exit code as it does with
 * Windows' utility.  Labels that scripts look for are the same there.
 */
#ifndef TOOLS_ESENTUTL_H
#define TOOLS_ESENTUTL_H

#include <stdio.h>

#include "format/header.h"
#include "maintain/maintain.h"
#include "os/os.h"

#define OPTIONS_EACH 32

struct options
{
    const WCHAR *path;
    char name[3 * OS_PATH_MAX]; /* the path to print */
    bool verbose;
    bool quiet;         /* /o: no banner */
    const WCHAR *table; /* /t: that one only */
    /* Of the modes that have more: switches that were given, and what came with them, by letter. */
    bool flag[26];
    const WCHAR *value[26];
    /* The values of switches that may be there more than once, as they came. */
    const WCHAR *each[OPTIONS_EACH];
    char each_letter[OPTIONS_EACH];
    unsigned each_count;
};

static inline bool option_flag(const struct options *options, char letter)
{
    return options->flag[letter - 'a'];
}

/* NULL: it was not given. */
static inline const WCHAR *option_value(const struct options *options, char letter)
{
    return options->value[letter - 'a'];
}

JET_ERR mode_integrity(const struct options *options);
JET_ERR mode_checksum(const struct options *options);
JET_ERR mode_header(const struct options *options);
JET_ERR mode_catalog(const struct options *options);
JET_ERR mode_space(const struct options *options);
JET_ERR mode_checkpoint(const struct options *options);
JET_ERR mode_log(const struct options *options);
JET_ERR mode_defragment(const struct options *options);
JET_ERR mode_copy(const struct options *options);
JET_ERR mode_nodes(const struct options *options);
JET_ERR mode_dump(const struct options *options);
JET_ERR mode_recovery(const struct options *options);
JET_ERR mode_repair(const struct options *options);

struct log_header;
struct log_csv;

/* Prints what is in a log file, with `verbose` each record, and into `csv` if there is one; or only reads it through. */
JET_ERR log_file_dump(const WCHAR *path, bool verbose, struct log_csv *csv, struct log_header *header);
/* /c FILE: what to write records to, NULL if nothing is asked for; its end, with the error of what was done. */
JET_ERR log_csv_wanted(const struct options *options, struct log_csv **csv);
JET_ERR log_csv_done(struct log_csv *csv, JET_ERR err);
JET_ERR log_file_verify(const WCHAR *path, struct log_header *header);

/* Whether a name is that of a log, not of a file; checks, or prints, all generations of one. */
bool log_set_named(const WCHAR *path);
JET_ERR log_set_check(const struct options *options, bool dump);

/* A file in which what a check finds is written down, as text; NULL: there is none.  `prefix` and then .INTEG.RAW. */
FILE *report_open(const struct options *options);

/* A scale of what is done; only where somebody looks at it. */
struct progress
{
    bool shown;
    unsigned dots;
};

void progress_start(struct progress *progress, const char *title);
JET_ERR progress_step(struct progress *progress, uint64_t done, uint64_t total);
void progress_end(struct progress *progress);

/* A path to print; good until eight more were asked for. */
const char *path_text(const WCHAR *path);

void print_signature(const char *label, const struct header_signature *signature);

#endif
