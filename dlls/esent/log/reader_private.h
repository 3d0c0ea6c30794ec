/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What reader.c and reader_old.c share. */
#ifndef ESENT_LOG_READER_PRIVATE_H
#define ESENT_LOG_READER_PRIVATE_H

#include "log/reader.h"

static inline uint64_t reader_position(const struct log_reader *reader, size_t offset)
{
    return log_position((uint32_t)reader->header.generation, (uint32_t)(offset / reader->header.segment_size),
                        (uint32_t)(offset % reader->header.segment_size));
}

/* Of logs without segments. */
JET_ERR log_reader_old_open(struct log_reader *reader);
JET_ERR log_reader_old_next(struct log_reader *reader, struct log_read_record *record);
void log_reader_old_seek(struct log_reader *reader, size_t at);
void log_reader_old_close(struct log_reader *reader);

#endif
