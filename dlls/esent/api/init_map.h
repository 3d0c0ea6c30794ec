/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What JetInit3 and JetInit4 are told, of all their versions. */
#ifndef ESENT_API_INIT_MAP_H
#define ESENT_API_INIT_MAP_H

#include "api/private.h"

struct init_info
{
    const void *map;                /* of JET_RSTMAP..., in one of its four forms */
    JET_LONG count;
    bool second, wide;              /* which */
    bool wrong;                     /* its size or count */
    JET_PFNSTATUS status;           /* of JetInit3, or NULL */
    JET_PFNINITCALLBACK callback;   /* of JetInit4, or NULL */
    void *context;
    uint64_t stop;                  /* lgposStop, LOG_POSITION_MAX: none */
};

/* Where JetInit3 or JetInit4 was told to stop. */
static inline uint64_t init_stop(const struct instance *instance)
{
    return instance->init_info ? instance->init_info->stop : LOG_POSITION_MAX;
}

struct init_map
{
    JET_RSTMAP2_W *entries;
    uint32_t count;
};

/* JET_errInvalidParameter, JET_errDatabaseInvalidName, JET_errInvalidGrbit, JET_errDatabaseCorrupted. */
JET_ERR init_map_make(const struct init_info *info, struct init_map *map);
void init_map_free(struct init_map *map);

/* Tells of a page; what is answered changes nothing. */
void init_tell_page(const struct init_info *info, JET_SNT what, void *data);

struct recovery_event;

/* What is done at this moment of recovery: as the bits of JetInit say, and as the program says. */
JET_ERR init_control(struct instance *instance, JET_GRBIT grbit, const struct recovery_event *event);

/* Tells of recovery; what is answered changes nothing.  info may be NULL. */
void init_tell(const struct init_info *info, JET_SNT what, uint32_t done, uint32_t total);

#endif
