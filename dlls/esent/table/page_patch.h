/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pages of an attached database that cannot be read: asked for in the log, and
 * put in place when they come.
 *
 * With JET_paramEnableExternalAutoHealing a page that fails its checks is asked for by a
 * record in the log, after which the log goes on with a new generation.  Whoever
 * replays it elsewhere comes by that record when the page is there as it should be here, and
 * is told (struct recovery_config); the program brings page and token back, and
 * JetOnlinePatchDatabasePage comes to page_patch().
 *
 * Locks: page_requests.lock is a leaf; a request that is being logged holds its place
 * meanwhile.
 */
#ifndef ESENT_TABLE_PAGE_PATCH_H
#define ESENT_TABLE_PAGE_PATCH_H

#include "table/schema.h"

#define PAGE_REQUESTS_MAX 256u

/* A page that was asked for. */
struct page_request
{
    uint32_t pgno;   /* 0: the place is free */
    uint64_t dbtime; /* by which the answer knows it */
    uint64_t asked;  /* os_clock_us */
};

struct page_requests
{
    struct os_mutex lock;
    uint32_t timeout; /* seconds after which it is asked for again */
    struct page_request request[PAGE_REQUESTS_MAX];
};

/* What a program is told with a request, and what it hands back; the same on every machine. */
struct page_token
{
    int32_t size;
    uint32_t unused;
    uint64_t dbtime;
    struct header_signature signature; /* of the log */
    uint32_t unused2;
};

_Static_assert(sizeof(struct page_token) == 48, "as Windows has it");

/* The database asks for its pages from now on; it has a log.  JET_errOutOfMemory. */
JET_ERR page_requests_start(struct database *database, uint32_t timeout);

/* In redo: tells of pages that cannot be read, as the options say. */
void page_requests_redo(struct database *database, const struct database_options *options);

/*
 * Puts a page in place, in the file and on disk, if it is still asked for; else does nothing.
 * JET_errDatabaseInUse: it was changed meanwhile; JET_errInvalidParameter (number, token),
 * JET_errBadLogSignature, JET_errInvalidBufferSize; JET_errReadVerifyFailure and the like
 * (what is brought is not good), those of writing.
 */
JET_ERR page_patch(struct database *database, uint32_t pgno, const void *token, uint32_t token_size, const void *data,
                   uint32_t size);

#endif
