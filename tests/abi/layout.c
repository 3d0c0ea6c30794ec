/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * layout.c - the structures as the JET_VERSION of the compilation has them; it
 * compiles, or it does not.  tools/check-header compiles it for each version.
 */
#include <stddef.h>
#include "esent.h"

#define PICK(on64, on32) (sizeof(void *) == 8 ? (on64) : (on32))

#define STRUCT(type, size64, align64, size32, align32)                                                                 \
    _Static_assert(sizeof(type) == PICK(size64, size32), "size of " #type);                                            \
    _Static_assert(_Alignof(type) == PICK(align64, align32), "alignment of " #type);
#define FIELD(type, field, offset64, size64, offset32, size32)                                                         \
    _Static_assert(offsetof(type, field) == PICK(offset64, offset32), "offset of " #type "." #field);                  \
    _Static_assert(sizeof(((type *)0)->field) == PICK(size64, size32), "size of " #type "." #field);
#define BITS(type, field, width)
#include "structs.h"
