/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records of the log as text, in the notation of Windows' utility, so that its dumps can be compared with ours. */
#ifndef TOOLS_LOG_TEXT_H
#define TOOLS_LOG_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "format/log_record.h"

/* Whether the commit contexts of a log of this version have flags. */
bool log_text_new_context(const struct log_header *header);

/* Prints name and fields of a record, without its position, and a line's end. */
void log_text_record(FILE *out, const struct log_header *header, const void *record, size_t size);

/* "Create time:... Rand:... Computer:..." */
void log_text_signature(FILE *out, const struct header_signature *signature);

/* "mm/dd/yyyy hh:mm:ss.mmm UTC" */
void log_text_time(FILE *out, const struct header_time *time);

#endif
