/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A log as lines of values with commas between, as Windows' utility writes it (/ml FILE /c FILE) for those who ship
 * logs: which pages each record changes, with a checksum by which two copies of a log can be compared.
 * The text is UTF-16 with a mark at its beginning; a file that is there is added to.
 *
 *   LHGI  a file's header        LHAI  a database that is attached in it      LTEL  its end, if it is whole
 *   LRPI  a page that a record changes     LRDI  a database     LRRI  its size     LRTI  its holes
 *   LRMI  another record                   LRCI  a checksum in an old log
 *
 * Facts: the published source (ErrLrToLogCsvSimple).
 */
#ifndef TOOLS_LOG_CSV_H
#define TOOLS_LOG_CSV_H

#include <stdint.h>
#include <stdio.h>

#include "format/log_record.h"

struct log_csv;

/* JET_errOutOfMemory, what opening the file answers. */
JET_ERR log_csv_open(const WCHAR *path, struct log_csv **csv);
JET_ERR log_csv_close(struct log_csv *csv); /* the first error of writing */

void log_csv_header(struct log_csv *csv, const struct log_header *header);
/* JET_errLogFileCorrupt: a type that it has no line for. */
JET_ERR log_csv_record(struct log_csv *csv, uint64_t position, const uint8_t *record, uint32_t size);
void log_csv_end(struct log_csv *csv);

#endif
