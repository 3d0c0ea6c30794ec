/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "log/private.h"

#define SHORT_MAX 0xfffffu /* what five digits hold */

static WCHAR hex_digit(uint32_t value)
{
    return (WCHAR)(value < 10 ? '0' + value : 'A' + value - 10);
}

static int hex_value(WCHAR c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

static void append_number(WCHAR *name, uint32_t number, uint32_t digits)
{
    size_t at = os_text_length(name);
    uint32_t i;

    for (i = 0; i < digits; i++)
        name[at + i] = hex_digit((number >> (4 * (digits - 1 - i))) & 15);
    name[at + digits] = 0;
}

static void append_ascii(WCHAR *name, const char *text)
{
    size_t at = os_text_length(name);

    while (*text)
        name[at++] = (WCHAR)*text++;
    name[at] = 0;
}

static void extension_of(const struct log_names *names, enum log_file_kind kind, WCHAR extension[8])
{
    const char *text = names->new_extensions ? ".jtx" : ".log";

    if (kind == LOG_FILE_RESERVE)
        text = ".jrs";
    else if (kind == LOG_FILE_SHADOW)
        text = ".jsl";
    else if (kind == LOG_FILE_CHECKPOINT)
        text = names->new_extensions ? ".jcp" : ".chk";
    extension[0] = 0;
    append_ascii(extension, text);
}

JET_ERR log_path(const struct log_names *names, enum log_file_kind kind, uint32_t generation, WCHAR *path, size_t cch)
{
    bool checkpoint = kind == LOG_FILE_CHECKPOINT;
    WCHAR name[LOG_NAME_MAX + 16], extension[8];

    os_text_copy(name, LOG_NAME_MAX, names->base);
    if (kind == LOG_FILE_NEXT)
        append_ascii(name, "tmp");
    else if (kind == LOG_FILE_RESERVE)
    {
        append_ascii(name, "res");
        append_number(name, generation, 5);
    }
    else if (kind == LOG_FILE_GENERATION || kind == LOG_FILE_SHADOW)
        append_number(name, generation, names->long_numbers || generation > SHORT_MAX ? 8 : 5);
    extension_of(names, kind, extension);
    return os_path_join(checkpoint ? names->system_directory : names->directory, name, extension, path, cch);
}

uint32_t log_name_generation(const struct log_names *names, const WCHAR *name, uint32_t *digits)
{
    WCHAR directory[OS_PATH_MAX], base[OS_PATH_MAX], extension[OS_PATH_MAX], expected[8];
    size_t length = os_text_length(names->base), count, i;
    uint32_t number = 0;

    if (os_path_split(name, directory, base, extension) < 0)
        return 0;
    extension_of(names, LOG_FILE_GENERATION, expected);
    if (os_text_compare_nocase(extension, expected) || os_text_length(base) <= length)
        return 0;
    count = os_text_length(base) - length;
    if (count != 5 && count != 8)
        return 0;
    for (i = 0; i < count; i++)
    {
        int value = hex_value(base[length + i]);
        if (value < 0)
            return 0;
        number = number << 4 | (uint32_t)value;
    }
    base[length] = 0;
    if (os_text_compare_nocase(base, names->base) || number > LOG_GENERATION_MAX_RECOVERY)
        return 0;
    if (digits)
        *digits = (uint32_t)count;
    return number;
}

JET_ERR log_range(const struct log_names *names, uint32_t *low, uint32_t *high)
{
    WCHAR pattern[OS_PATH_MAX], name[LOG_NAME_MAX + 2], extension[8];
    struct os_find_entry *entry;
    struct os_find *find = NULL;
    JET_ERR err;

    *low = *high = 0;
    os_text_copy(name, LOG_NAME_MAX, names->base);
    append_ascii(name, "*");
    extension_of(names, LOG_FILE_GENERATION, extension);
    err = os_path_join(names->directory, name, extension, pattern, OS_PATH_MAX);
    if (err < 0)
        return err;
    entry = os_alloc(sizeof(*entry));
    if (!entry)
        return JET_errOutOfMemory;
    err = os_find_open(pattern, &find);
    while (err >= 0 && (err = os_find_next(find, entry)) >= 0)
    {
        uint32_t digits, generation = log_name_generation(names, entry->name, &digits);

        if (!generation || entry->info.directory)
            continue;
        if (names->long_numbers && digits == 5)
        {
            err = JET_errLogGenerationMismatch;
            break;
        }
        if (!*low || generation < *low)
            *low = generation;
        if (generation > *high)
            *high = generation;
    }
    os_find_close(find);
    os_free(entry);
    return err == JET_errFileNotFound ? JET_errSuccess : err < 0 ? err : JET_errSuccess;
}

static bool exists(const struct log_names *names, enum log_file_kind kind)
{
    WCHAR path[OS_PATH_MAX];

    return log_path(names, kind, 0, path, OS_PATH_MAX) >= 0 && os_file_exists(path);
}

/* The current file counts first, of either extension.  (ErrLGTryOpenJetLog, ErrLGSoftStart) */
JET_ERR log_find_extension(struct log_names *names)
{
    bool wanted = names->new_extensions;
    uint32_t low, high;
    JET_ERR err;

    for (uint32_t i = 0; i < 2; i++, names->new_extensions = !names->new_extensions)
        if (exists(names, LOG_FILE_CURRENT) || exists(names, LOG_FILE_NEXT))
            return JET_errSuccess;
    for (uint32_t i = 0; i < 2; i++, names->new_extensions = !names->new_extensions)
    {
        err = log_range(names, &low, &high);
        if (err < 0)
        {
            names->new_extensions = wanted;
            return err;
        }
        if (high)
            return JET_errSuccess;
    }
    return JET_errSuccess;
}
