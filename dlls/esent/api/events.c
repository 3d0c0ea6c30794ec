/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an instance adds to the messages for the system's event log (os/event.h): the
 * first three strings, which every message has.  They are who reports
 * (JET_paramEventSource, else the program's name); its process, with a letter for what
 * the instance is at and the number of the JetXxx that is at work; and the name of the
 * instance.  Source: UtilReportEvent of the published engine.
 */
#include <stdio.h>

#include "api/events.h"
#include "api/private.h"
#include "format/header.h"

#define OWN_STRINGS    3u
#define OPERATION_INIT 98u
#define OPERATION_TERM 97u

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

static const struct instance *instance_of(const struct event_sink *sink)
{
    return (const struct instance *)((const char *)sink - offsetof(struct instance, events));
}

static bool is_wanted(const struct instance *instance, const struct event_info *info)
{
    if (!instance)
        return true;
    if (param_number(instance, JET_paramEventLoggingLevel) < info->level)
        return false;
    return info->type != OS_EVENT_INFORMATION || !param_number(instance, JET_paramNoInformationEvent);
}

/* "4711,D,50" */
static void process_text(const struct instance *instance, const struct event_info *info, WCHAR text[40])
{
    unsigned stage = instance ? atomic_load_explicit(&instance->stage, memory_order_relaxed) : STAGE_NO_INSTANCE;
    unsigned operation = info->operation;
    char plain[40];

    if (stage == STAGE_PREPARES || stage == STAGE_REDOES || stage == STAGE_UNDOES)
        operation = OPERATION_INIT;
    if (stage == STAGE_ENDS)
        operation = OPERATION_TERM;
    snprintf(plain, sizeof(plain), "%u,%c,%u", (unsigned)os_system()->process_id, (int)stage, operation);
    (void)os_text_from_ascii(text, 40, plain);
}

static void report_as(const struct instance *instance, enum event event, const WCHAR *const *strings)
{
    static const WCHAR engine[] = { 'E', 'S', 'E', 'N', 'T', 0 }, nothing[1] = { 0 };
    const WCHAR *all[OWN_STRINGS + EVENT_STRINGS],
        *log = instance ? param_text(instance, JET_paramEventSourceKey) : NULL;
    const WCHAR *source = instance ? param_text(instance, JET_paramEventSource) : NULL, *name = NULL;
    const struct event_info *info = &event_info[event];
    WCHAR program[OS_PATH_MAX], process_number[40], who[NAME_SIZE + 300];
    uint32_t count = (uint32_t)strlen(info->strings);
    size_t length;

    if (!is_wanted(instance, info))
        return;
    if (!source || !source[0])
    {
        program_name(program, OS_PATH_MAX);
        source = program;
    }
    process_text(instance, info, process_number);
    if (instance)
        name = instance->display_name ? instance->display_name : instance->name;
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
    memcpy(all + OWN_STRINGS, strings, count * sizeof(*all));
    event_send(log && log[0] ? log : engine, event, all, OWN_STRINGS + count);
}

static void report_instance(const struct event_sink *sink, enum event event, const WCHAR *const *strings)
{
    report_as(instance_of(sink), event, strings);
}

static void report_process(const struct event_sink *sink, enum event event, const WCHAR *const *strings)
{
    (void)sink;
    report_as(NULL, event, strings);
}

const struct event_sink event_process = { report_process };

/* Of the oldest transaction more than its time cannot be told without waiting for its session. */
static void versions_are_full(struct txn_root *root, uint64_t begin)
{
    const struct instance *instance = (const struct instance *)((const char *)root - offsetof(struct instance, txn));
    uint64_t in_use = atomic_load_explicit(&root->bytes, memory_order_relaxed);
    char session[48];

    snprintf(session, sizeof(session), "0x0:0x%llx", (unsigned long long)begin);
    if (root->max_bytes && in_use >= root->max_bytes / 10 * 9)
        event_say(&instance->events, EVENT_VERSIONS_AT_MOST, (uint64_t)instance->number, root->max_bytes >> 20, session,
                  "", "", (int32_t)0, "");
    else
        event_say(&instance->events, EVENT_VERSIONS_NO_MEMORY, (uint64_t)instance->number, in_use >> 20,
                  root->max_bytes >> 20, (uint64_t)0, session, "", "", (int32_t)0, "");
}

/* What a session says of itself is for its thread alone; no lock is waited for. */
static bool has_session(struct instance *instance, const struct session *session)
{
    const struct session *at;

    if (!os_mutex_try_lock(&instance->lock))
        return false;
    for (at = instance->sessions; at && at != session; at = at->next)
        ;
    os_mutex_unlock(&instance->lock);
    return at != NULL;
}

void event_session_shared(JET_SESID sesid)
{
    const struct event_sink *sink = &event_process;
    struct handle_slot *slot;
    struct session *session;

    /* Who has the lock may wait for what this thread has.  With it the instance stays. */
    if (!os_mutex_try_lock(&process.lock))
        return;
    slot = handle_slot((uintptr_t)sesid, HANDLE_SESSION);
    session = slot ? atomic_load(&slot->object) : NULL;
    for (uint32_t i = 0; session && i < INSTANCES_MAX; i++)
        if (process.instances[i] && has_session(process.instances[i], session))
            sink = &process.instances[i]->events;
    if (sink != &event_process)
        event_say(sink, EVENT_SESSION_SHARED, (uint64_t)sesid, "", "", (uint64_t)os_thread_id(), "");
    os_mutex_unlock(&process.lock);
}

void event_instance_new(struct instance *instance)
{
    instance->txn.full = versions_are_full;
    instance->events.report = report_instance;
    event_stage(instance, STAGE_PREPARES);
}

void event_stage(struct instance *instance, enum event_stage stage)
{
    atomic_store_explicit(&instance->stage, (uint8_t)stage, memory_order_relaxed);
}

void event_starts(const struct instance *instance)
{
    /* As the file's version resource has it. */
    event_say(&instance->events, EVENT_INSTANCE_STARTS, (uint64_t)instance->number, "10", "00", "19041", "0001");
}

void event_started(const struct instance *instance, uint64_t began_us)
{
    uint64_t took = os_clock_us() - began_us;

    event_say(&instance->events, EVENT_INSTANCE_STARTED, (uint64_t)instance->number, took / 1000000, took,
              "RBSOn = 0\n");
}

void event_stopped(const struct instance *instance, uint64_t began_us, bool dirty, JET_ERR err)
{
    uint64_t took = os_clock_us() - began_us, number = instance->number;

    if (err < 0)
        event_say(&instance->events, EVENT_INSTANCE_FAILED, number, err, took);
    else
        event_say(&instance->events, EVENT_INSTANCE_STOPPED, number, took, (int32_t)dirty);
}

/* Where the log tells of it, and what format the database has. */
static void describe(const struct database_header *header, enum event event, char *text, size_t size)
{
    const struct header_position *position = event == EVENT_DATABASE_DETACHED ? &header->detach : &header->attach;
    int used = 0;

    if (position->generation)
        used = snprintf(text, size, "lgpos%s = %08X:%04X:%04X",
                        event == EVENT_DATABASE_CREATED    ? "Create"
                        : event == EVENT_DATABASE_ATTACHED ? "Attach"
                                                           : "Detach",
                        (unsigned)position->generation, (unsigned)position->sector, (unsigned)position->byte);
    if (event != EVENT_DATABASE_DETACHED)
        snprintf(text + used, size - (size_t)used, ",\ndbv = %u.%u.%u", (unsigned)header->format,
                 (unsigned)header->update_major, (unsigned)header->update_minor);
}

void event_database(const struct instance *instance, enum event event, uint32_t dbid, const WCHAR *path,
                    const struct database_header *header, uint64_t began_us)
{
    uint64_t took = os_clock_us() - began_us;
    char more[100] = "";

    if (header)
        describe(header, event, more, sizeof(more));
    event_say(&instance->events, event, (uint64_t)dbid, path, took / 1000000, took, "0 0", more);
}
