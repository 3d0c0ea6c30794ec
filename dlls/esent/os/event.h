/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages to the system's event log.
 *
 * Which there are is in event_table.h.  A floor that has something to say was given
 * a sink by who is above it: an instance has one, which adds who it is and knows
 * which messages are wanted.  No sink, nothing is said.
 *
 * Saying something takes no lock of the engine, and never fails: where the log
 * cannot be opened the message is kept, if it fits in what JET_paramEventLogCache
 * allows, and goes out before the next one.
 */
#ifndef ESENT_OS_EVENT_H
#define ESENT_OS_EVENT_H

#include "os.h"

enum event_category
{
#define CATEGORY(number, name, text) EVENT_##name = number,
#include "event_table.h"
};

enum event
{
#define EVENT(number, name, type, category, level, operation, strings, text) EVENT_##name,
#include "event_table.h"
    EVENT_COUNT
};

struct event_info
{
    uint16_t number;
    uint8_t type;       /* enum os_event_type */
    uint8_t category;   /* enum event_category */
    uint8_t level;      /* JET_EventLoggingLevel... */
    uint8_t operation;
    const char *strings;
};

extern const struct event_info event_info[EVENT_COUNT];

#define EVENT_STRINGS 25u /* at most */

struct event_sink
{
    /* `strings` are as many as event_info says. */
    void (*report)(const struct event_sink *sink, enum event event, const WCHAR *const *strings);
};

/*
 * Says something; sink NULL: to nobody.  Then come as many arguments as the event
 * has strings, of a type that the letter names:
 *
 *     t  const WCHAR *, NULL: nothing      a  const char *, ASCII
 *     d  int32_t                           u  uint64_t
 *     e  JET_ERR, also in hexadecimal      n  uint32_t, also in hexadecimal
 *     p  uint32_t, a page                  o  uint64_t, an offset, also in hexadecimal
 *     h  uint64_t, in hexadecimal          g  the same, with all its digits
 *     l  uint64_t, a position of the log   z  uint64_t, milliseconds, as seconds
 *     y  uint32_t, an error of the system  i  uint64_t, microseconds, as the timing of one step
 */
void event_say(const struct event_sink *sink, enum event event, ...);

/* Opens a file that the sink is told of: if it cannot be opened (but not if it is absent), and later what fails in it. */
JET_ERR event_file_open(const struct event_sink *sink, const WCHAR *path, uint32_t flags, struct os_file **file);
/* Deletes and moves a file; the sink is told if that fails, but not if it is absent. */
JET_ERR event_file_delete(const struct event_sink *sink, const WCHAR *path);
JET_ERR event_file_move(const struct event_sink *sink, const WCHAR *from, const WCHAR *to, bool replace);

/* Bytes for messages kept while the system's log cannot be opened (JET_paramEventLogCache); at first 0. */
void event_keep(uint32_t bytes);

/* To the system's log `source`; kept if it cannot be opened. */
void event_send(const WCHAR *source, enum event event, const WCHAR *const *strings, uint32_t count);

#endif
