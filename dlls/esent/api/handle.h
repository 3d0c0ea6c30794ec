/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Handles: values that a program holds in place of pointers.  The table is in struct process (process.h). */
#ifndef ESENT_API_HANDLE_H
#define ESENT_API_HANDLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "esent.h"
#include "os/os.h"

enum handle_type
{
    HANDLE_NONE,
    HANDLE_INSTANCE,
    HANDLE_SESSION,
    HANDLE_CURSOR,
    HANDLE_SNAPSHOT,
    HANDLE_FILE,            /* of a backup */
    HANDLE_OTHER,
};

/* A slot of the table.  `handle` is 0 while free; both are read without a lock. */
struct handle_slot
{
    _Atomic uintptr_t handle;
    _Atomic(void *) object;
    _Atomic(void *) owner;
    uint32_t next_free;
    uint32_t generation;
};

#define HANDLE_SLOT_BITS 20
#define HANDLE_TYPE_BITS 3
#define HANDLE_CHUNK_BITS 10
#define HANDLE_CHUNK (1u << HANDLE_CHUNK_BITS)
#define HANDLE_CHUNKS 1024              /* a million handles */
#define HANDLE_FREE_KEPT 64             /* so many are free before the first is used again */

struct handle_table
{
    struct os_mutex lock;               /* guards allocation and freeing */
    uint32_t used;                      /* slots ever used */
    uint32_t free_first, free_last;     /* the oldest freed is used first */
    uint32_t free_count;
    _Atomic(struct handle_slot *) chunks[HANDLE_CHUNKS];
};

/* A new handle: never 0, never all ones, not seen lately.  `owner` is what
 * handle_object_of asks for.  JET_errOutOfMemory. */
JET_ERR handle_new(enum handle_type type, void *object, void *owner, JET_API_PTR *handle);
void handle_free(uintptr_t handle);

#endif
