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
    bool snapshot;      /* /vss or /vssrec: a volume's snapshot is to be looked at */
    uint32_t page_size; /* /2 to /32, in bytes; 0: as the file has it */
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

/* A number alone, decimal or after 0x; false: it is none. */
bool option_number(const WCHAR *text, int *number);

/* What may be asked of a snapshot. */
enum
{
    MODE_SNAPSHOT = 1,  /* /vss */
    MODE_RECOVERED = 2, /* /vssrec, /vsssystempath */
    MODE_PAUSE = 4,     /* /vsspause */
    MODE_DUMP = 7,      /* a kind of /m: all of them */
};

struct mode
{
    const char *name;
    JET_ERR (*run)(const struct options *options);
    unsigned snapshots;
    /* Letters of its own options: those that stand alone, or have something behind without a space; and those with
     * something behind, in the same argument or the next. */
    const char *flags, *values;
    /* What is wrong with options together; NULL: nothing. */
    const char *(*check)(const struct options *options);
};

/* Reads the arguments from the mode on.  0, or what usage() answered. */
int options_parse(int count, WCHAR **arguments, const struct mode **mode, struct options *options);

/* Tells what was wrong, if anything, and what there is; the exit code of wrong usage. */
int usage(const char *complaint, const WCHAR *argument);

JET_ERR mode_integrity(const struct options *options);
JET_ERR mode_checksum(const struct options *options);
JET_ERR mode_header(const struct options *options);
JET_ERR mode_catalog(const struct options *options);
JET_ERR mode_space(const struct options *options);
JET_ERR mode_category(const struct options *options);
JET_ERR mode_checkpoint(const struct options *options);
JET_ERR mode_log(const struct options *options);
JET_ERR mode_flush_map(const struct options *options);
JET_ERR mode_defragment(const struct options *options);
JET_ERR mode_copy(const struct options *options);
JET_ERR mode_nodes(const struct options *options);
JET_ERR mode_dump(const struct options *options);
JET_ERR mode_recovery(const struct options *options);
JET_ERR mode_repair(const struct options *options);
JET_ERR mode_secure(const struct options *options);
JET_ERR mode_revert_snapshot(const struct options *options);
JET_ERR mode_trace(const struct options *options);
JET_ERR mode_block_cache(const struct options *options);

const char *recovery_check(const struct options *options);
const char *log_options_check(const struct options *options);
const char *nodes_check(const struct options *options);
const char *space_check(const struct options *options);

/* /r with /b: from a backup, in place of the logs alone. */
JET_ERR recovery_restore(JET_INSTANCE *instance, const struct options *options);
/* /r with /k or /p: makes the database that was replayed into shorter, or finds what pages it has lost. */
JET_ERR recovery_attach(JET_INSTANCE instance, const struct options *options);

struct log_header;
struct log_csv;

/* Prints what is in a log file, with /v each record, and into `csv` if there is one; or only reads it through. */
JET_ERR log_file_dump(const struct options *options, const WCHAR *path, struct log_csv *csv,
                      struct log_header *header);
/* /c FILE: what to write records to, NULL if nothing is asked for; its end, with the error of what was done. */
JET_ERR log_csv_wanted(const struct options *options, struct log_csv **csv);
JET_ERR log_csv_done(struct log_csv *csv, JET_ERR err);
JET_ERR log_file_verify(const WCHAR *path, struct log_header *header);
/* /x: writes what the last write should have left, where a shadow of it has arrived. */
JET_ERR log_file_mend(const WCHAR *path);

/* Whether a name is that of a log, not of a file; checks, or prints, all generations of one. */
bool log_set_named(const WCHAR *path);
JET_ERR log_set_check(const struct options *options, bool dump);

/* Whether a file says that it is a flush map; checks the checksums of one. */
bool flush_map_named(const WCHAR *path);
JET_ERR flush_map_check(const struct options *options);

/* /p: FIRST, or FIRST:LAST where LAST may be "max"; `last` is that of the file. */
bool page_range_parse(const WCHAR *text, uint32_t last, uint32_t *from, uint32_t *to);

/* /k: bytes in hex, with or without spaces, into `key`, which has room for `room`.  false: they are none. */
bool node_seek_parse(const WCHAR *text, uint8_t *key, size_t room, uint32_t *size);
/* From a page of a tree down to the leaf where that key is, or would be. */
JET_ERR node_seek(struct os_file *file, uint32_t page_size, uint32_t *pgno, const uint8_t *key, uint32_t size);

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
