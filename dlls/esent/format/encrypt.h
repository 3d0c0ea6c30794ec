/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Values of encrypted columns, and the keys that programs keep for them.
 *
 * A key, as JetCreateEncryptionKey hands it out: the algorithm (1 byte), the
 * crc32c of the rest (4), and Windows' own blob of a plain AES-256 key (44).
 *
 * A value: the data and its crc32c (4 bytes), padded as PKCS #7 says to whole
 * blocks and encrypted in cipher block chaining; then the algorithm (1 byte) and
 * the initial vector (16).  Compression comes before encryption.
 *
 * Facts: the published source's os/encrypt.cxx.
 */
#ifndef ESENT_FORMAT_ENCRYPT_H
#define ESENT_FORMAT_ENCRYPT_H

#include <stddef.h>
#include <stdint.h>

#include "esent.h"

#define ENCRYPT_KEY_SIZE 49

/* A new key of random bits. */
void encrypt_new_key(uint8_t key[ENCRYPT_KEY_SIZE]);

/* JET_errInvalidParameter unless these bytes are a key. */
JET_ERR encrypt_check_key(const void *key, size_t size);

/* How many bytes `size` bytes take when encrypted. */
size_t encrypt_size(size_t size);

/* Encrypts; out has room for encrypt_size(size) bytes and may be data.  The key has been checked. */
void encrypt_value(const uint8_t *key, const void *data, size_t size, uint8_t *out);

/*
 * Decrypts; out has room for size bytes, and *actual is how many of them are the value.
 * JET_errInvalidParameter: this is no encrypted value.
 * JET_errDecryptionFailed: it was encrypted with another key, or is damaged.
 */
JET_ERR encrypt_open(const uint8_t *key, const uint8_t *data, size_t size, uint8_t *out, size_t *actual);

#endif
