/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages to the system's event log: their strings, what files have to say, and what waits for the log. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "event.h"
#include "private.h"

const struct event_info event_info[EVENT_COUNT] = {
#define EVENT(number, name, type, category, level, operation, strings, text)                                           \
    { number, OS_EVENT_##type, EVENT_##category, level, operation, strings },
#include "event_table.h"
};

#define NUMBER_MAX 48 /* characters of a number, at most */

/* ---------------------------------------------------------------- strings --- */

#define PRINT(...) snprintf(text, NUMBER_MAX, __VA_ARGS__)

static void print_number(char letter, uint64_t number, char text[NUMBER_MAX])
{
    unsigned long long wide = number;
    unsigned narrow = (unsigned)number;

    switch (letter)
    {
    case 'd':
        PRINT("%d", (int)narrow);
        break;
    case 'e':
        PRINT("%d (0x%08x)", (int)narrow, narrow);
        break;
    case 'n':
    case 'y':
        PRINT("%u (0x%08x)", narrow, narrow);
        break;
    case 'p':
        PRINT("%d (0x%X)", (int)narrow, narrow);
        break;
    case 'o':
        PRINT("%llu (0x%016llx)", wide, wide);
        break;
    case 'h':
        PRINT("0x%llx", wide);
        break;
    case 'g':
        PRINT("0x%016llx", wide);
        break;
    case 'l':
        PRINT("(%08X,%04X,%04X)", (unsigned)(number >> 32), narrow >> 16, narrow & 0xffff);
        break;
    case 'z':
        PRINT("%llu.%03llu", wide / 1000, wide % 1000);
        break;
    case 'i':
        if (number)
            PRINT("\n[1] %llu.%06llu", wide / 1000000, wide % 1000000);
        else
            PRINT("\n[1] 0.0");
        break;
    default:
        PRINT("%llu", wide);
        break;
    }
}

static bool is_narrow(char letter)
{
    return letter == 'd' || letter == 'e' || letter == 'n' || letter == 'y' || letter == 'p';
}

void event_say(const struct event_sink *sink, enum event event, ...)
{
    static const WCHAR nothing[1] = { 0 };
    const char *letters = event_info[event].strings;
    const WCHAR *strings[EVENT_STRINGS];
    WCHAR *room, *next;
    size_t size = 0;
    va_list args;

    if (!sink)
        return;
    va_start(args, event);
    for (const char *letter = letters; *letter; letter++)
    {
        if (*letter == 't')
            (void)va_arg(args, const WCHAR *);
        else if (*letter == 'a')
            size += strlen(va_arg(args, const char *)) + 1;
        else
        {
            is_narrow(*letter) ? (void)va_arg(args, uint32_t) : (void)va_arg(args, uint64_t);
            size += NUMBER_MAX;
        }
    }
    va_end(args);
    room = next = os_alloc((size + 1) * sizeof(*room));
    if (!room)
        return;
    va_start(args, event);
    for (unsigned i = 0; letters[i]; i++)
    {
        char number[NUMBER_MAX];
        const char *text = number;

        if (letters[i] == 't')
        {
            const WCHAR *given = va_arg(args, const WCHAR *);

            strings[i] = given ? given : nothing;
            continue;
        }
        if (letters[i] == 'a')
            text = va_arg(args, const char *);
        else
            print_number(letters[i], is_narrow(letters[i]) ? va_arg(args, uint32_t) : va_arg(args, uint64_t), number);
        strings[i] = next;
        do
            *next++ = (unsigned char)*text;
        while (*text++);
    }
    va_end(args);
    sink->report(sink, event, strings);
    os_free(room);
}

/* ------------------------------------------------------------------ files --- */

#define FULL_PAUSE_MS 60000u /* of a full disk a file tells once in so long */

static bool is_about_absence(JET_ERR err)
{
    return err == JET_errFileNotFound || err == JET_errInvalidPath;
}

/* The first failure of a kind; the system's error is the last that this thread met. */
void os_file_failed(struct os_file *file, enum os_file_failure what, uint64_t offset, size_t size, JET_ERR err,
                    uint32_t began)
{
    WCHAR text[OS_ERROR_TEXT];
    uint32_t code = os_last_error(text), now = os_tick_ms(), waited = now - began;
    uint32_t told = atomic_load_explicit(&file->full_told, memory_order_relaxed);
    const WCHAR *path = file->moved ? file->moved : file->path;

    if (err == JET_errFileIOBeyondEOF)
        return;
    if (err == JET_errDiskFull)
    {
        now |= 1; /* 0 is never */
        if (told && now - told < FULL_PAUSE_MS)
            return;
        atomic_store_explicit(&file->full_told, now, memory_order_relaxed);
    }
    if (what == OS_FILE_FLUSH)
        event_say(file->events, EVENT_FILE_FLUSH_FAILED, path, (uint64_t)waited, code, text, err);
    else
        event_say(file->events, what == OS_FILE_READ ? EVENT_FILE_READ_FAILED : EVENT_FILE_WRITE_FAILED, path, offset,
                  (uint32_t)size, err, code, text, (uint64_t)waited);
}

JET_ERR event_file_open(const struct event_sink *sink, const WCHAR *path, uint32_t flags, struct os_file **file)
{
    JET_ERR err = os_file_open(path, flags, file);
    WCHAR text[OS_ERROR_TEXT];
    uint32_t code;

    if (err >= 0)
    {
        (*file)->events = sink;
        return err;
    }
    if (is_about_absence(err) || !sink)
        return err;
    code = os_last_error(text);
    event_say(sink,
              flags & (OS_OPEN_CREATE | OS_OPEN_OVERWRITE | OS_OPEN_ALWAYS) ? EVENT_FILE_CREATE_FAILED
              : flags & OS_OPEN_WRITE                                       ? EVENT_FILE_OPEN_FAILED
                                                                            : EVENT_FILE_OPEN_READ_FAILED,
              path, err, code, text);
    return err;
}

JET_ERR event_file_delete(const struct event_sink *sink, const WCHAR *path)
{
    JET_ERR err = os_file_delete(path);
    WCHAR text[OS_ERROR_TEXT];
    uint32_t code;

    if (err < 0 && sink && err != JET_errFileNotFound)
    {
        code = os_last_error(text);
        event_say(sink, EVENT_FILE_DELETE_FAILED, path, err, code, text);
    }
    return err;
}

JET_ERR event_file_move(const struct event_sink *sink, const WCHAR *from, const WCHAR *to, bool replace)
{
    JET_ERR err = os_file_move(from, to, replace);
    WCHAR text[OS_ERROR_TEXT];
    uint32_t code;

    if (err < 0 && sink)
    {
        code = os_last_error(text);
        event_say(sink, EVENT_FILE_MOVE_FAILED, from, to, err, code, text);
    }
    return err;
}

/* --------------------------------------------------------------- the log --- */

/* A message that waits: its strings follow it, the source first. */
struct kept
{
    struct kept *next;
    enum event event;
    uint32_t count;
    size_t size;
    WCHAR text[];
};

static struct
{
    struct os_mutex lock;
    struct kept *first, **last;
    size_t size, most;
} waiting = { .lock = OS_MUTEX_INIT };

void event_keep(uint32_t bytes)
{
    os_mutex_lock(&waiting.lock);
    waiting.most = bytes;
    os_mutex_unlock(&waiting.lock);
}

static bool send(const WCHAR *source, enum event event, const WCHAR *const *strings, uint32_t count)
{
    const struct event_info *info = &event_info[event];

    return os_event_report(source, (enum os_event_type)info->type, info->category, info->number, strings, count);
}

static bool send_kept(const struct kept *kept)
{
    const WCHAR *strings[EVENT_STRINGS + 3], *next = kept->text;

    next += os_text_length(next) + 1;
    for (uint32_t i = 0; i < kept->count; i++)
    {
        strings[i] = next;
        next += os_text_length(next) + 1;
    }
    return send(kept->text, kept->event, strings, kept->count);
}

static WCHAR *put(WCHAR *to, const WCHAR *text)
{
    size_t size = os_text_length(text) + 1;

    memcpy(to, text, size * sizeof(*to));
    return to + size;
}

static void keep(const WCHAR *source, enum event event, const WCHAR *const *strings, uint32_t count)
{
    size_t size = sizeof(struct kept) + (os_text_length(source) + 1) * sizeof(WCHAR);
    struct kept *kept;
    WCHAR *to;

    for (uint32_t i = 0; i < count; i++)
        size += (os_text_length(strings[i]) + 1) * sizeof(WCHAR);
    if (waiting.size + size >= waiting.most || !(kept = os_alloc(size)))
        return;
    kept->next = NULL;
    kept->event = event;
    kept->count = count;
    kept->size = size;
    to = put(kept->text, source);
    for (uint32_t i = 0; i < count; i++)
        to = put(to, strings[i]);
    waiting.size += size;
    if (!waiting.first)
        waiting.last = &waiting.first;
    *waiting.last = kept;
    waiting.last = &kept->next;
}

void event_send(const WCHAR *source, enum event event, const WCHAR *const *strings, uint32_t count)
{
    struct kept *kept;

    os_mutex_lock(&waiting.lock);
    while ((kept = waiting.first) && send_kept(kept))
    {
        waiting.first = kept->next;
        waiting.size -= kept->size;
        os_free(kept);
    }
    if (!send(source, event, strings, count))
        keep(source, event, strings, count);
    os_mutex_unlock(&waiting.lock);
}
