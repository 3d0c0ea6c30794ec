/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of key.h share. */
#ifndef ESENT_TABLE_KEY_PRIVATE_H
#define ESENT_TABLE_KEY_PRIVATE_H

#include "table/key.h"

/* Variable binary values: bytes of data in a chunk, and with its count. */
#define KEY_CHUNK 8
#define KEY_CHUNK_SIZE 9

/* Bytes of a value that are handled on the stack. */
#define KEY_STACK 2048

extern const uint8_t key_guid_order[2][16];

bool key_is_text(JET_COLTYP type);
bool key_is_binary(JET_COLTYP type);
/* The one byte of a NULL, or of a value of no length. */
void key_normalize_null(const struct key_form *form, JET_COLTYP type, bool zero_length, uint8_t *out);

static inline void key_complement(uint8_t *data, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        data[i] ^= 0xff;
}

#endif
