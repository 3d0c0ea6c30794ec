/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * format: layouts on disk, bytes to structs and back, checksums, compression.
 *
 * Everything here is a function of its arguments: no state, no locks, no I/O
 * (but header_read, which is given the file).  This floor alone knows where a
 * field lies, and checks once each length and offset that comes from disk.
 */
#ifndef ESENT_FORMAT_H
#define ESENT_FORMAT_H

#include "format/bytes.h"
#include "format/checksum.h"
#include "format/compress.h"
#include "format/header.h"
#include "format/log_file.h"
#include "format/log_record.h"
#include "format/page.h"
#include "format/page_edit.h"

#endif
