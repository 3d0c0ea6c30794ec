/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The process root of this floor, and what is built on its tables alone.
 */

#include "os.h"

/* Granularity of os_page_alloc; that of Windows' address space. */
#define REGION 65536u

struct os_process os_process = {
    .file_ops = &os_platform_file_ops,
    .memory_ops = &os_platform_memory_ops,
    .trace = OS_TRACE_UNKNOWN,
};

const struct os_file_ops *os_replace_file_ops(const struct os_file_ops *ops)
{
    const struct os_file_ops *old = os_process.file_ops;

    os_process.file_ops = ops ? ops : &os_platform_file_ops;
    return old;
}

const struct os_memory_ops *os_replace_memory_ops(const struct os_memory_ops *ops)
{
    const struct os_memory_ops *old = os_process.memory_ops;

    os_process.memory_ops = ops ? ops : &os_platform_memory_ops;
    return old;
}

static size_t round_region(size_t size)
{
    return (size + REGION - 1) & ~(size_t)(REGION - 1);
}

void *os_page_alloc(size_t size)
{
    size_t total = round_region(size);
    void *memory;

    if (total < size || !total || !(memory = os_page_reserve(total)))
        return NULL;
    if (!os_page_commit(memory, total))
    {
        os_page_release(memory, total);
        return NULL;
    }
    return memory;
}

void os_page_free(void *memory, size_t size)
{
    os_page_release(memory, round_region(size));
}

uint32_t os_random32(void)
{
    uint32_t value;

    os_random_bytes(&value, sizeof(value));
    return value;
}

uint64_t os_random64(void)
{
    uint64_t value;

    os_random_bytes(&value, sizeof(value));
    return value;
}

size_t os_io_parts_size(const struct os_io_part *parts, size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += parts[i].size;
    return size;
}
