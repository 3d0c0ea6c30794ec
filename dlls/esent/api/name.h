/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of tables, columns and indexes, as a program gives them. */
#ifndef ESENT_API_NAME_H
#define ESENT_API_NAME_H

#include "api/private.h"
#include "table/schema.h"

/* Copies a name without its trailing spaces; JET_errInvalidName if it is NULL,
 * empty, too long, begins with a space or has a character that no name has. */
static inline JET_ERR api_name(const char *name, char out[SCHEMA_NAME_SIZE])
{
    uint32_t size = 0, end = 0;

    if (!name || *name == ' ')
        return JET_errInvalidName;
    for (; name[size]; size++)
    {
        unsigned char c = (unsigned char)name[size];
        if (size == JET_cbNameMost || c < ' ' || c == '!' || c == '.' || c == '[' || c == ']')
            return JET_errInvalidName;
        out[size] = (char)c;
        if (c != ' ')
            end = size + 1;
    }
    out[end] = 0;
    return end ? JET_errSuccess : JET_errInvalidName;
}

/* A wide name in the system's code page, cut where it is too long for a name
 * in any case; NULL stays NULL. */
static inline const char *api_name_from_w(const WCHAR *wide, char out[4 * SCHEMA_NAME_SIZE])
{
    if (!wide)
        return NULL;
    string_to_a(wide, out, 4 * SCHEMA_NAME_SIZE);
    return out;
}

#endif
