/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* AES with keys of 256 bits, in cipher block chaining: what encrypted columns need. */
#ifndef ESENT_FORMAT_AES_H
#define ESENT_FORMAT_AES_H

#include <stddef.h>
#include <stdint.h>

#define AES_BLOCK 16
#define AES_KEY   32

/* A key, spread out into those of the rounds. */
struct aes
{
    uint8_t word[60][4];
};

void aes_init(struct aes *aes, const uint8_t key[AES_KEY]);

/* size is a multiple of AES_BLOCK.  Encrypts in place; data and out do not overlap. */
void aes_cbc_encrypt(const struct aes *aes, const uint8_t vector[AES_BLOCK], uint8_t *data, size_t size);
void aes_cbc_decrypt(const struct aes *aes, const uint8_t vector[AES_BLOCK], const uint8_t *data, size_t size,
                     uint8_t *out);

#endif
