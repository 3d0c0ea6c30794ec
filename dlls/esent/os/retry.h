/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Patience with files that another program holds for a moment, such as one that looks for viruses. */
#ifndef ESENT_OS_RETRY_H
#define ESENT_OS_RETRY_H

#include "os.h"

/* For how many milliseconds files are opened, deleted and moved again that are refused; at first 0: not at all.
 * Returns what it was. */
uint32_t os_file_patience(uint32_t milliseconds);

/* Whether to try again what was answered with `err`; waits a moment before.  `*until` begins as 0. */
bool os_file_try_again(JET_ERR err, uint64_t *until);

#endif
