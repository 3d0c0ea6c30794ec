/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A log that is written as another instance emits it: the same generations, under
 * the name of a generation with the extension .jsl, beside the log of the instance that
 * does this.  When a generation is complete its file is closed, and belongs to
 * whoever wants it.
 *
 * What is emitted has numbers, which are followed strictly: what comes out of turn is
 * refused, until the next generation begins.
 *
 * No locks: used by one thread at a time.  Source: logshadow.cxx.
 */
#ifndef ESENT_LOG_SHADOW_H
#define ESENT_LOG_SHADOW_H

#include "log/log.h"

struct log_shadow
{
    struct log_names names;
    uint32_t file_size;       /* bytes */
    struct os_file *file;     /* of the current generation; NULL: none is open */
    uint32_t generation;      /* that is written, or was last */
    uint32_t segment;         /* where what comes next belongs */
    uint64_t sequence;        /* of what came last */
    bool begun;               /* the other side has just begun: a generation may be met in its middle */
};

void log_shadow_begin(struct log_shadow *shadow);

/*
 * Data of `generation` from the start of `segment` on.  JET_wrnPreviousLogFileIncomplete: the
 * generation before was not completed, and is gone.  JET_errInvalidLogDataSequence,
 * JET_errInvalidParameter (no header where one must be, number 0), JET_errLogSectorSizeMismatch, those of writing.
 */
JET_ERR log_shadow_data(struct log_shadow *shadow, uint64_t sequence, uint32_t generation, uint32_t segment,
                        const void *data, size_t size);

/* A generation is complete.  JET_errInvalidLogDataSequence. */
JET_ERR log_shadow_complete(struct log_shadow *shadow, uint64_t sequence, uint32_t generation);

/* Closes what is open, as it is. */
void log_shadow_end(struct log_shadow *shadow);

#endif
