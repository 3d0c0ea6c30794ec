/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Texts of programs, in the system's code page and in UTF-16; names of tables and
 * their parts; what errors are called.
 */
#ifndef ESENT_API_TEXT_H
#define ESENT_API_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "esent.h"

/* ---- texts (string.c) ---- */

/* A wide copy of a text in the system's code page, from the heap (os_free);
 * NULL gives NULL.  JET_errOutOfMemory. */
JET_ERR string_from_a(const char *text, WCHAR **wide);

/* Into a buffer of cb bytes, always with a NUL.  JET_errBufferTooSmall when cut. */
JET_ERR string_to_a(const WCHAR *wide, char *text, size_t cb);

/* Copies a wide text into size bytes, always with a NUL.  JET_errBufferTooSmall when cut. */
JET_ERR string_copy_w(WCHAR *to, size_t size, const WCHAR *from);

/* ---- names (name.c) ---- */

#define NAME_SIZE (JET_cbNameMost + 2)  /* one more than fits, so that name_check sees what is too long */

/* A name of the W functions in code page 1252; *result is `name`, or NULL for
 * NULL.  JET_errInvalidName if it has no such spelling. */
JET_ERR name_from_w(const WCHAR *wide, char name[NAME_SIZE], const char **result);
void name_to_w(const char *name, WCHAR wide[NAME_SIZE]);

/* Whether something may be called so; trailing blanks are cut.  JET_errInvalidName. */
JET_ERR name_check(const char *name, char checked[NAME_SIZE]);

/* ---- errors (errors.c) ---- */

/* Name and meaning of an error, for JET_paramErrorToString; class of it. */
bool error_describe(JET_ERR err, const char **name, const char **meaning);
bool error_category(JET_ERR err, JET_ERRCAT *category);

#endif
