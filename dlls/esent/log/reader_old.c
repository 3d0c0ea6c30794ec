/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "log/reader_private.h"

JET_ERR log_reader_old_open(struct log_reader *reader)
{
    (void)reader;
    return JET_errBadLogVersion;
}

JET_ERR log_reader_old_next(struct log_reader *reader, struct log_read_record *record)
{
    (void)reader;
    (void)record;
    return JET_wrnNoMoreRecords;
}

void log_reader_old_close(struct log_reader *reader)
{
    (void)reader;
}
