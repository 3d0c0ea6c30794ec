/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What goes to the system's event log.  A message's numbered text is the engine's
 * own; what it is about comes as strings, the first three of which every message has:
 * who reports (JET_paramEventSource, else the program's name), its process, and the
 * name of the instance.  Messages, categories, strings: jetmsg.mc and UtilReportEvent
 * of the published engine.
 */
#include "api/private.h"

#define STRINGS_MAX   8u
#define OWN_STRINGS   3u
#define LEVEL_DEFAULT 1u /* JET_paramEventLoggingLevel must be as high, or there are no messages */

static void number_text(uint64_t number, WCHAR text[24])
{
    WCHAR reversed[24];
    uint32_t size = 0, at = 0;

    do
        reversed[size++] = (WCHAR)('0' + number % 10);
    while ((number /= 10) && size < 22);
    while (size)
        text[at++] = reversed[--size];
    text[at] = 0;
}

/* The program's file, without folders and ending. */
static void program_name(WCHAR *name, size_t characters)
{
    WCHAR path[OS_PATH_MAX] = { 0 };
    size_t start = 0, end;

    os_program_path(path, OS_PATH_MAX);
    end = os_text_length(path);
    for (size_t i = 0; path[i]; i++)
    {
        if (os_path_is_separator(path[i]))
            start = i + 1;
    }
    for (size_t i = end; i > start; i--)
    {
        if (path[i] == '.')
        {
            path[i] = 0;
            break;
        }
    }
    os_text_copy(name, characters, path + start);
}

static bool is_wanted(const struct instance *instance, enum os_event_type type)
{
    if (param_number(instance, JET_paramEventLoggingLevel) < LEVEL_DEFAULT)
        return false;
    return type != OS_EVENT_INFORMATION || !param_number(instance, JET_paramNoInformationEvent);
}

void event_report(const struct instance *instance, enum os_event_type type, enum event_category category, uint32_t id,
                  const WCHAR *const *strings, uint32_t count)
{
    static const WCHAR engine[] = { 'E', 'S', 'E', 'N', 'T', 0 }, nothing[1] = { 0 };
    const WCHAR *all[OWN_STRINGS + STRINGS_MAX], *log = param_text(instance, JET_paramEventSourceKey);
    const WCHAR *source = param_text(instance, JET_paramEventSource), *name = instance->display_name;
    WCHAR program[OS_PATH_MAX], process_number[26], who[NAME_SIZE + 300];
    size_t length;

    if (!is_wanted(instance, type) || count > STRINGS_MAX)
        return;
    if (!source || !source[0])
    {
        program_name(program, OS_PATH_MAX);
        source = program;
    }
    number_text(os_system()->process_id, process_number);
    if (!name)
        name = instance->name;
    who[0] = 0;
    if (name && os_text_copy(who, sizeof(who) / sizeof(*who) - 2, name))
    {
        length = os_text_length(who);
        who[length] = ':';
        who[length + 1] = ' ';
        who[length + 2] = 0;
    }
    all[0] = source;
    all[1] = process_number;
    all[2] = name ? who : nothing;
    for (uint32_t i = 0; i < count; i++)
        all[OWN_STRINGS + i] = strings[i] ? strings[i] : nothing;
    os_event_report(log && log[0] ? log : engine, type, (uint16_t)category, id, all, OWN_STRINGS + count, NULL, 0);
}

void event_starts(const struct instance *instance)
{
    /* As the file's version resource has it. */
    static const WCHAR major[] = { '1', '0', 0 }, minor[] = { '0', '0', 0 }, build[] = { '1', '9', '0', '4', '1', 0 },
                       update[] = { '0', '0', '0', '1', 0 };
    WCHAR number[24];
    const WCHAR *strings[5] = { number, major, minor, build, update };

    number_text(instance->number, number);
    event_report(instance, OS_EVENT_INFORMATION, EVENT_GENERAL, EVENT_INSTANCE_STARTS, strings, 5);
}

void event_instance(const struct instance *instance, uint32_t id, uint64_t began_us, JET_ERR err)
{
    WCHAR number[24], seconds[24], code[26] = { '-' };
    const WCHAR *strings[2] = { number, id == EVENT_INSTANCE_STARTED ? seconds : code };

    number_text(instance->number, number);
    number_text((os_clock_us() - began_us) / 1000000, seconds);
    number_text((uint64_t)(err < 0 ? -(int64_t)err : 0), code + (err < 0));
    event_report(instance, err < 0 ? OS_EVENT_ERROR : OS_EVENT_INFORMATION, EVENT_GENERAL, id, strings,
                 id == EVENT_INSTANCE_STOPPED ? 1 : 2);
}

void event_plain(const struct instance *instance, enum event_category category, uint32_t id, JET_ERR err)
{
    WCHAR code[26] = { '-' };
    const WCHAR *strings[1] = { code };

    number_text((uint64_t) - (int64_t)err, code + 1);
    event_report(instance, err < 0 ? OS_EVENT_ERROR : OS_EVENT_INFORMATION, category, id, strings, err < 0);
}

void event_database(const struct instance *instance, uint32_t id, uint32_t dbid, const WCHAR *path, uint64_t began_us)
{
    WCHAR number[24], seconds[24];
    const WCHAR *strings[3] = { number, path, seconds };

    number_text(dbid, number);
    number_text((os_clock_us() - began_us) / 1000000, seconds);
    event_report(instance, OS_EVENT_INFORMATION, EVENT_GENERAL, id, strings, 3);
}
