/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Debug output: formatting, in front of what the platform does with a line.
 */

#include <stdio.h>

#include "private.h"

uint32_t os_trace_find(void)
{
    uint32_t classes = os_platform_trace_classes() & ~OS_TRACE_UNKNOWN;

    atomic_store_explicit(&os_process.trace, classes, memory_order_relaxed);
    return classes;
}

void os_trace_write(uint32_t class, const char *function, const char *format, ...)
{
    char line[1024];
    va_list args;

    va_start(args, format);
#if defined(__MINGW32__) && !defined(__WINESRC__) /* msvcrt's own does not know %zu; Wine's is another */
    __mingw_vsnprintf(line, sizeof(line), format, args);
#else
    vsnprintf(line, sizeof(line), format, args);
#endif
    va_end(args);
    if (strlen(line) == sizeof(line) - 1)
        line[sizeof(line) - 2] = '\n';
    os_platform_trace_line(class, function, line);
}

const char *os_trace_wide(const WCHAR *text, struct os_trace_text *buffer)
{
    static const char digits[] = "0123456789abcdef";
    char *out = buffer->text;
    char *end = buffer->text + sizeof(buffer->text) - 12;

    if (!text)
        return strcpy(buffer->text, "(null)");
    *out++ = 'L';
    *out++ = '"';
    while (*text && out < end)
    {
        uint16_t c = (uint16_t)*text++;

        if (c == '"' || c == '\\')
            *out++ = '\\';
        if (c >= 0x20 && c < 0x7f)
        {
            *out++ = (char)c;
            continue;
        }
        *out++ = '\\';
        *out++ = 'x';
        for (int shift = 12; shift >= 0; shift -= 4)
            *out++ = digits[c >> shift & 15];
    }
    *out++ = '"';
    if (*text)
    {
        memcpy(out, "...", 3);
        out += 3;
    }
    *out = 0;
    return buffer->text;
}
