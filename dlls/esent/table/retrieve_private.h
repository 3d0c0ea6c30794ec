/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of a retrieval share. */
#ifndef ESENT_TABLE_RETRIEVE_PRIVATE_H
#define ESENT_TABLE_RETRIEVE_PRIVATE_H

#include <string.h>

#include "table/retrieve.h"

#define GRBIT_FROM_INDEX (JET_bitRetrieveFromIndex | JET_bitRetrieveFromPrimaryBookmark)

static inline JET_ERR retrieve_copy_out(struct retrieval *retrieval, const void *data, uint32_t size)
{
    retrieval->actual = size;
    if (size && retrieval->size)
        memcpy(retrieval->data, data, size < retrieval->size ? size : retrieval->size);
    return size > retrieval->size ? JET_wrnBufferTruncated : JET_errSuccess;
}

/* Answers from the key; *answered false: it must be read from the record after all (retrieve_index.c). */
JET_ERR retrieve_from_index(struct cursor *cursor, struct retrieval *retrieval, bool *answered);

#endif
