/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fuzzes compressed values: input is decoded as a value at several output
 * sizes, and compressed and decoded again as data.  Sizes must agree with each
 * other, every output must be the start of the whole, and all data must come
 * back.  The checksums of XPRESS9 are put right first, else none would be
 * passed.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/compress_private.h"

#define MAX_OUT 70000

static void require(int condition)
{
    if (!condition)
        abort();
}

static void fix_header_checksum(uint8_t *value, size_t size)
{
    uint32_t crc = 0xffffffff;

    if (size < 37 || value[0] >> 3 != COMPRESS_SCHEME_XPRESS9)
        return;
    for (unsigned i = 5; i < 33; i++)
    {
        crc ^= value[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
    }
    crc = ~crc;
    for (unsigned i = 0; i < 4; i++)
        value[33 + i] = crc >> i * 8;
}

/* Decodes into exactly out_size bytes. */
static uint8_t *decode(const uint8_t *value, size_t size, size_t out_size, JET_ERR *err, size_t *actual)
{
    uint8_t *out = malloc(out_size ? out_size : 1);

    require(out != NULL);
    *err = compress_decode(value, size, out, out_size, actual);
    if (*err < JET_errSuccess)
        require(*actual == 0);
    if (*err == JET_errSuccess)
        require(*actual <= out_size);
    if (*err == JET_wrnBufferTruncated)
        require(*actual > out_size);
    return out;
}

static void fuzz_decode(const uint8_t *data, size_t size)
{
    uint8_t *value = malloc(size ? size : 1), *whole;
    size_t told, actual, parts[4];
    JET_ERR size_err, err;

    require(value != NULL);
    if (size)
        memcpy(value, data, size);
    fix_header_checksum(value, size);

    size_err = compress_decode_size(value, size, &told);
    if (size_err != JET_errSuccess)
        require(told == 0);
    whole = decode(value, size, told < MAX_OUT ? told + 1 : MAX_OUT, &err, &actual);
    if (err == JET_errSuccess || err == JET_wrnBufferTruncated)
    {
        require(size_err == JET_errSuccess && actual == told);
        if (actual > MAX_OUT)
            actual = MAX_OUT;
        parts[0] = 1;
        parts[1] = actual / 2;
        parts[2] = actual ? actual - 1 : 0;
        parts[3] = actual + 100;
        for (unsigned i = 0; i < 4; i++)
        {
            JET_ERR part_err;
            size_t part_actual, got = parts[i] < actual ? parts[i] : actual;
            uint8_t *part = decode(value, size, parts[i], &part_err, &part_actual);

            /* Beyond MAX_OUT only the part that was seen is known to be good. */
            if (parts[i] <= actual || err == JET_errSuccess)
            {
                require(part_err >= JET_errSuccess && part_actual == told);
                require(memcmp(part, whole, got) == 0);
            }
            free(part);
        }
    }
    else
    {
        free(decode(value, size, 1, &err, &actual));
        free(decode(value, size, 1000, &err, &actual));
    }
    free(whole);
    free(value);
}

static void fuzz_encode(const uint8_t *data, size_t size)
{
    for (unsigned flags = 1; flags < 8; flags++)
    {
        uint8_t *value = malloc(size ? size : 1), *out;
        size_t used, actual;
        JET_ERR err;

        require(value != NULL);
        if (compress_encode(data, size, flags, value, size, &used) == JET_errSuccess)
        {
            require(used < size);
            out = decode(value, used, size, &err, &actual);
            require(err == JET_errSuccess && actual == size && memcmp(out, data, size) == 0);
            free(out);
        }
        free(value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_decode(data, size);
    fuzz_encode(data, size);
    return 0;
}
