/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of encrypted columns. */
#include "format/encrypt.h"

#include <string.h>

#include "format/aes.h"
#include "format/bytes.h"
#include "format/compress_huffman.h"
#include "os/os.h"

#define CHECKSUM 4

/* The key's own header, then Windows' blob: kind, version, reserved:16, algorithm:32, size of the key:32, key. */
#define KEY_CHECKSUM   1
#define KEY_BLOB       5
#define KEY_BITS       17
#define BLOB_PLAIN_KEY 8
#define BLOB_VERSION   2
#define CALG_AES_256_  0x6610u

#define TRAILER        (1 + AES_BLOCK)

void encrypt_new_key(uint8_t key[ENCRYPT_KEY_SIZE])
{
    memset(key, 0, ENCRYPT_KEY_SIZE);
    key[0] = JET_EncryptionAlgorithmAes256;
    key[KEY_BLOB] = BLOB_PLAIN_KEY;
    key[KEY_BLOB + 1] = BLOB_VERSION;
    set_le32(key + KEY_BLOB + 4, CALG_AES_256_);
    set_le32(key + KEY_BLOB + 8, AES_KEY);
    os_random_bytes(key + KEY_BITS, AES_KEY);
    set_le32(key + KEY_CHECKSUM, compress_crc32c(key + KEY_BLOB, ENCRYPT_KEY_SIZE - KEY_BLOB));
}

JET_ERR encrypt_check_key(const void *data, size_t size)
{
    const uint8_t *key = data;

    if (size != ENCRYPT_KEY_SIZE || key[0] != JET_EncryptionAlgorithmAes256 ||
        le32(key + KEY_CHECKSUM) != compress_crc32c(key + KEY_BLOB, size - KEY_BLOB))
        return JET_errInvalidParameter;
    if (key[KEY_BLOB] != BLOB_PLAIN_KEY || le32(key + KEY_BLOB + 4) != CALG_AES_256_ ||
        le32(key + KEY_BLOB + 8) != AES_KEY)
        return JET_errInvalidParameter;
    return JET_errSuccess;
}

static size_t padded(size_t size)
{
    return (size + CHECKSUM) / AES_BLOCK * AES_BLOCK + AES_BLOCK;
}

size_t encrypt_size(size_t size)
{
    return padded(size) + TRAILER;
}

void encrypt_value(const uint8_t *key, const void *data, size_t size, uint8_t *out)
{
    size_t whole = padded(size);
    uint8_t *trailer = out + whole, padding = (uint8_t)(whole - size - CHECKSUM);
    struct aes aes;

    aes_init(&aes, key + KEY_BITS);
    memmove(out, data, size);
    set_le32(out + size, compress_crc32c(out, size));
    memset(out + size + CHECKSUM, padding, padding);
    trailer[0] = JET_EncryptionAlgorithmAes256;
    os_random_bytes(trailer + 1, AES_BLOCK);
    aes_cbc_encrypt(&aes, trailer + 1, out, whole);
}

JET_ERR encrypt_open(const uint8_t *key, const uint8_t *data, size_t size, uint8_t *out, size_t *actual)
{
    size_t whole = size - TRAILER, padding;
    struct aes aes;

    *actual = 0;
    if (size < AES_BLOCK + TRAILER || whole % AES_BLOCK || data[whole] != JET_EncryptionAlgorithmAes256)
        return JET_errInvalidParameter;
    aes_init(&aes, key + KEY_BITS);
    aes_cbc_decrypt(&aes, data + whole + 1, data, whole, out);
    padding = out[whole - 1];
    if (!padding || padding > AES_BLOCK || padding + CHECKSUM > whole)
        return JET_errDecryptionFailed;
    for (size_t i = 1; i <= padding; i++)
        if (out[whole - i] != padding)
            return JET_errDecryptionFailed;
    whole -= padding + CHECKSUM;
    if (le32(out + whole) != compress_crc32c(out, whole))
        return JET_errDecryptionFailed;
    *actual = whole;
    return JET_errSuccess;
}
