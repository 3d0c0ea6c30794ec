/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A database between the begin and the end of its reseed. */
#ifndef ESENT_MAINTAIN_RESEED_PRIVATE_H
#define ESENT_MAINTAIN_RESEED_PRIVATE_H

#include "format/header.h"
#include "maintain/reseed.h"

struct reseed
{
    WCHAR *path;
    struct os_file *file;
    struct header_read read;
    uint8_t *page; /* room for the header's */
};

/* Writes the header, as nobody's who has a flush map of the file.  Durable. */
JET_ERR reseed_write_header(struct reseed *reseed);

#endif
