/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys of encrypted columns; JetSetTableInfo gives one to a cursor. */
#include "api/private.h"
#include "format/encrypt.h"

/*
 * Makes a key.  *actual is set to its size in bytes, also where the buffer is too small for it.
 * JET_errInvalidParameter: another algorithm than AES-256.  JET_errBufferTooSmall.
 */
JET_ERR JET_API JetCreateEncryptionKey(JET_ULONG algorithm, void *key, JET_ULONG size, JET_ULONG *actual)
{
    OS_TRACE("(%u, %p, %u, %p)\n", (unsigned)algorithm, key, (unsigned)size, (void *)actual);
    if (algorithm != JET_EncryptionAlgorithmAes256)
        return JET_errInvalidParameter;
    if (actual)
        *actual = ENCRYPT_KEY_SIZE;
    if (!key || size < ENCRYPT_KEY_SIZE)
        return JET_errBufferTooSmall;
    encrypt_new_key(key);
    return JET_errSuccess;
}
