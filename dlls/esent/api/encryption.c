/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys of encrypted columns; JetSetTableInfo gives one to a cursor. */
#include "api/private.h"
#include "format/encrypt.h"
#include "table/cursor.h"

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

/*
 * Tells a cursor something: JET_TblInfoEncryptionKey gives it the key of the table's encrypted columns, or takes it
 * away (size 0).  The key is of this cursor alone and goes with it.  `size` in bytes.  JET_errInvalidParameter: this is
 * no key; JET_errFeatureNotAvailable: another level; JET_errIllegalOperation: of a temporary table.
 * Source: ErrIsamSetTableInfo.
 */
JET_ERR JET_API JetSetTableInfoA(JET_SESID sesid, JET_TABLEID tableid, const void *param, JET_ULONG size,
                                 JET_ULONG level)
{
    struct session *session;
    struct cursor *cursor;
    JET_ERR err = api_enter_cursor(sesid, tableid, API_TABLES_ONLY, &session, &cursor);

    OS_TRACE("(%#zx, %#zx, %p, %u, %u)\n", (size_t)sesid, (size_t)tableid, param, (unsigned)size, (unsigned)level);
    if (err < 0)
        return err;
    if (level != JET_TblInfoEncryptionKey)
        return api_leave(session, JET_errFeatureNotAvailable);
    return api_leave(session, cursor_set_encryption_key(cursor, param, size));
}

JET_ERR JET_API JetSetTableInfoW(JET_SESID sesid, JET_TABLEID tableid, const void *param, JET_ULONG size,
                                 JET_ULONG level)
{
    return JetSetTableInfoA(sesid, tableid, param, size, level);
}
