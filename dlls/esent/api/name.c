/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of tables, columns and indexes as programs pass them. */
#include "api/private.h"

/* Names are in code page 1252, whatever the system's is. */
JET_ERR name_from_w(const WCHAR *wide, char name[NAME_SIZE], const char **result)
{
    size_t length, needed;
    bool replaced = false;
    JET_ERR err;

    *result = NULL;
    if (!wide)
        return JET_errSuccess;
    name[0] = 0;
    *result = name;
    length = os_text_length_max(wide, NAME_SIZE - 1);
    if (!length)
        return JET_errSuccess;
    err = os_text_from_wide(OS_CP_1252, wide, length, name, NAME_SIZE - 1, &needed, &replaced);
    if (err < 0 || replaced)
        return JET_errInvalidName;
    name[needed] = 0;
    return JET_errSuccess;
}

void name_to_w(const char *name, WCHAR wide[NAME_SIZE])
{
    size_t length = strlen(name), needed = 0;

    if (length > NAME_SIZE - 1)
        length = NAME_SIZE - 1;
    if (length && os_text_to_wide(OS_CP_1252, name, length, wide, NAME_SIZE - 1, &needed) < 0)
        needed = 0;
    wide[needed] = 0;
}

JET_ERR name_check(const char *name, char checked[NAME_SIZE])
{
    size_t length = 0, i;

    if (!name || name[0] == ' ')
        return JET_errInvalidName;
    for (i = 0; i < JET_cbNameMost && name[i]; i++)
    {
        unsigned char c = name[i];
        if (c < 0x20 || c == '!' || c == '.' || c == '[' || c == ']')
            return JET_errInvalidName;
        checked[i] = c;
        if (c != ' ')
            length = i + 1;
    }
    if (!length || (i == JET_cbNameMost && name[i]))
        return JET_errInvalidName;
    checked[length] = 0;
    return JET_errSuccess;
}
