/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers as they lie in files: little-endian nearly everywhere, big-endian
 * inside keys so that they sort as bytes.  Any alignment.  Each compiles to one
 * load or store, with a swap where the order differs.
 *
 * page_word16() and page_word32() are for bytes that another thread may be
 * changing (pages read optimistically): they read memory exactly once, so that
 * what was checked is what is used.
 */
#ifndef ESENT_FORMAT_BYTES_H
#define ESENT_FORMAT_BYTES_H

#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#    error "the structs of format/ are the bytes of the file: little-endian machines only"
#endif

static inline uint16_t le16(const void *from)
{
    uint16_t value;
    memcpy(&value, from, sizeof(value));
    return value;
}

static inline uint32_t le32(const void *from)
{
    uint32_t value;
    memcpy(&value, from, sizeof(value));
    return value;
}

static inline uint64_t le64(const void *from)
{
    uint64_t value;
    memcpy(&value, from, sizeof(value));
    return value;
}

static inline uint16_t be16(const void *from)
{
    return __builtin_bswap16(le16(from));
}

static inline uint32_t be32(const void *from)
{
    return __builtin_bswap32(le32(from));
}

static inline uint64_t be64(const void *from)
{
    return __builtin_bswap64(le64(from));
}

static inline void set_le16(void *to, uint16_t value)
{
    memcpy(to, &value, sizeof(value));
}

static inline void set_le32(void *to, uint32_t value)
{
    memcpy(to, &value, sizeof(value));
}

static inline void set_le64(void *to, uint64_t value)
{
    memcpy(to, &value, sizeof(value));
}

static inline void set_be16(void *to, uint16_t value)
{
    set_le16(to, __builtin_bswap16(value));
}

static inline void set_be32(void *to, uint32_t value)
{
    set_le32(to, __builtin_bswap32(value));
}

static inline void set_be64(void *to, uint64_t value)
{
    set_le64(to, __builtin_bswap64(value));
}

typedef uint16_t bytes_once16 __attribute__((may_alias, aligned(1)));
typedef uint32_t bytes_once32 __attribute__((may_alias, aligned(1)));

static inline uint8_t page_byte(const uint8_t *from)
{
    return *(const volatile uint8_t *)from;
}

static inline uint16_t page_word16(const void *from)
{
    return *(const volatile bytes_once16 *)from;
}

static inline uint32_t page_word32(const void *from)
{
    return *(const volatile bytes_once32 *)from;
}

/* memcpy for what is short (keys, values, records), without a call: the last
 * bytes are copied with those before them, as a whole word. */
static inline void bytes_copy(void *to, const void *from, size_t size)
{
    uint8_t *t = to;
    const uint8_t *f = from;

    if (size >= 16)
    {
        size_t i;

        for (i = 0; i + 16 <= size; i += 16)
            __builtin_memcpy(t + i, f + i, 16);
        __builtin_memcpy(t + size - 16, f + size - 16, 16);
    }
    else if (size >= 8)
    {
        uint64_t first = le64(f), last = le64(f + size - 8);

        set_le64(t, first);
        set_le64(t + size - 8, last);
    }
    else if (size >= 4)
    {
        uint32_t first = le32(f), last = le32(f + size - 4);

        set_le32(t, first);
        set_le32(t + size - 4, last);
    }
    else
    {
        while (size--)
            *t++ = *f++;
    }
}

#endif
