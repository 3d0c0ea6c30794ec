/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "retry.h"

#define MOMENT_MS 2

static _Atomic uint32_t patience;

uint32_t os_file_patience(uint32_t milliseconds)
{
    return atomic_exchange_explicit(&patience, milliseconds, memory_order_relaxed);
}

bool os_file_try_again(JET_ERR err, uint64_t *until)
{
    uint32_t limit;

    if (os_likely(err != JET_errFileAccessDenied))
        return false;
    limit = atomic_load_explicit(&patience, memory_order_relaxed);
    if (!limit)
        return false;
    if (!*until)
        *until = os_clock_us() + limit * UINT64_C(1000);
    os_sleep(MOMENT_MS);
    return os_clock_us() <= *until;
}
