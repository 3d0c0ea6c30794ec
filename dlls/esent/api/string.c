/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the A and the W forms of text. */
#include "api/private.h"

JET_ERR string_from_a(const char *text, WCHAR **wide)
{
    size_t length, needed;
    JET_ERR err;

    *wide = NULL;
    if (!text)
        return JET_errSuccess;
    length = strlen(text);
    if (!(*wide = os_alloc_array(length + 1, sizeof(**wide)))) /* never more characters than bytes */
        return JET_errOutOfMemory;
    if (length && (err = os_text_to_wide(OS_CP_ACP, text, length, *wide, length, &needed)) < 0)
    {
        os_free(*wide);
        *wide = NULL;
        return err;
    }
    return JET_errSuccess;
}

JET_ERR string_to_a(const WCHAR *wide, char *text, size_t cb)
{
    size_t length = os_text_length(wide), needed;
    JET_ERR err = JET_errSuccess;

    if (!cb)
        return JET_errBufferTooSmall;
    text[0] = 0;
    if (!length)
        return JET_errSuccess;
    while (length &&
           (err = os_text_from_wide(OS_CP_ACP, wide, length, text, cb - 1, &needed, NULL)) == JET_errBufferTooSmall)
        length--;
    if (err < 0 && err != JET_errBufferTooSmall)
        return err;
    text[length ? needed : 0] = 0;
    return wide[length] ? JET_errBufferTooSmall : JET_errSuccess;
}

JET_ERR string_copy_w(WCHAR *to, size_t size, const WCHAR *from)
{
    if (size < sizeof(*to))
        return JET_errBufferTooSmall;
    return os_text_copy(to, size / sizeof(*to), from) ? JET_errSuccess : JET_errBufferTooSmall;
}
