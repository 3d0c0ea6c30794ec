/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages of instances to the system's event log.  What lies below says them by event_say (os/event.h). */
#ifndef ESENT_API_EVENTS_H
#define ESENT_API_EVENTS_H

#include "api/private.h"

/* What an instance is at, as the messages show it. */
enum event_stage
{
    STAGE_NO_INSTANCE = 'G',
    STAGE_PREPARES = 'P',
    STAGE_REDOES = 'R',
    STAGE_UNDOES = 'U',
    STAGE_RUNS = 'D',
    STAGE_ENDS = 'T',
};

/* Of what is no matter of one instance. */
extern const struct event_sink event_process;

void event_instance_new(struct instance *instance);
void event_stage(struct instance *instance, enum event_stage stage);
/* Before there is more to say: which version is about to start it. */
void event_starts(const struct instance *instance);
/* began_us: os_clock_us() when what is reported began. */
void event_started(const struct instance *instance, uint64_t began_us);
void event_stopped(const struct instance *instance, uint64_t began_us, bool dirty, JET_ERR err);
/* Another thread is inside of the session. */
void event_session_shared(JET_SESID sesid);
/* EVENT_DATABASE_CREATED and its like; header may be NULL. */
void event_database(const struct instance *instance, enum event event, uint32_t dbid, const WCHAR *path,
                    const struct database_header *header, uint64_t began_us);

#endif
