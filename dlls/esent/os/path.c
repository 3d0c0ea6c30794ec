/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Paths as text: splitting, joining, patterns.  No system calls but those of
 * os_directory_create_all.
 */

#include "os.h"

static WCHAR ascii_lower(WCHAR c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

size_t os_path_name_start(const WCHAR *path)
{
    size_t start = 0;

    for (size_t i = 0; path[i]; i++)
    {
        if (os_path_is_separator(path[i]) || (i == 1 && path[i] == ':'))
            start = i + 1;
    }
    return start;
}

static JET_ERR copy_part(WCHAR *to, const WCHAR *from, size_t cch)
{
    if (cch >= OS_PATH_MAX)
        return JET_errInvalidPath;
    if (to)
    {
        memcpy(to, from, cch * sizeof(WCHAR));
        to[cch] = 0;
    }
    return JET_errSuccess;
}

JET_ERR os_path_split(const WCHAR *path, WCHAR *directory, WCHAR *name, WCHAR *extension)
{
    size_t start = os_path_name_start(path);
    size_t end = start + os_text_length(path + start);
    size_t dot = end;
    JET_ERR err;

    for (size_t i = end; i-- > start;)
    {
        if (path[i] == '.')
        {
            dot = i;
            break;
        }
    }
    if ((err = copy_part(directory, path, start)) < 0)
        return err;
    if ((err = copy_part(name, path + start, dot - start)) < 0)
        return err;
    return copy_part(extension, path + dot, end - dot);
}

JET_ERR os_path_join(const WCHAR *directory, const WCHAR *name, const WCHAR *extension, WCHAR *path, size_t cch)
{
    static const WCHAR separator[] = { OS_PATH_SEPARATOR, 0 };
    size_t length;

    if (!os_text_copy(path, cch, directory))
        return JET_errInvalidPath;
    length = os_text_length(path);
    if (length && !os_path_is_separator(path[length - 1]) && !os_text_append(path, cch, separator))
        return JET_errInvalidPath;
    if (!os_text_append(path, cch, name) || (extension && !os_text_append(path, cch, extension)))
        return JET_errInvalidPath;
    return JET_errSuccess;
}

bool os_path_same(const WCHAR *a, const WCHAR *b)
{
#ifdef _WIN32
    return !os_text_compare_nocase(a, b);
#else
    return !os_text_compare(a, b);
#endif
}

bool os_path_is_absolute(const WCHAR *path)
{
#ifdef _WIN32
    WCHAR drive = ascii_lower(path[0]);

    if (drive >= 'a' && drive <= 'z' && path[1] == ':')
        return os_path_is_separator(path[2]);
    return os_path_is_separator(path[0]) && os_path_is_separator(path[1]);
#else
    return os_path_is_separator(path[0]);
#endif
}

JET_ERR os_directory_create_all(const WCHAR *path)
{
    WCHAR part[OS_PATH_MAX];
    size_t length;
    JET_ERR err;

    if ((err = os_full_path(path, part, OS_PATH_MAX)) < 0)
        return err;
    length = os_text_length(part);
    while (length > 1 && os_path_is_separator(part[length - 1]))
        part[--length] = 0;
    if (os_directory_exists(part))
        return JET_errSuccess;
    /* From the left: whatever is there already is passed over. */
    for (size_t i = 1; i <= length; i++)
    {
        WCHAR c = part[i];

        if (c && !os_path_is_separator(c))
            continue;
        if (part[i - 1] == ':' || os_path_is_separator(part[i - 1]))
            continue;
        part[i] = 0;
        if (!os_directory_exists(part) && (err = os_directory_create(part)) < 0 && !os_directory_exists(part) && !c)
            return err;
        part[i] = c;
    }
    return os_directory_exists(part) ? JET_errSuccess : JET_errInvalidPath;
}

bool os_path_match(const WCHAR *pattern, const WCHAR *name)
{
    const WCHAR *star = NULL, *retry = NULL;

    while (*name)
    {
        if (*pattern == '*')
        {
            star = ++pattern;
            retry = name;
        }
        else if (*pattern == '?' || ascii_lower(*pattern) == ascii_lower(*name))
        {
            pattern++;
            name++;
        }
        else if (star)
        {
            pattern = star;
            name = ++retry;
        }
        else
        {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}
