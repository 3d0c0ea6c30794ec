/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parameters: what JetSetSystemParameter sets.  The process has a set, which instances
 * start with; each has one of its own.
 */
#ifndef ESENT_API_PARAMS_H
#define ESENT_API_PARAMS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esent.h"

struct instance;
struct session;

#define PARAM_COUNT 222

struct param_value
{
    _Atomic uintptr_t number;           /* numbers, flags, pointers; threads of the engine read it beside who sets it */
    WCHAR *text;                        /* strings, from the heap; NULL: the default */
    bool written;                       /* by the program, not by default */
    bool overridden;                    /* by the same, and that was told */
    bool stored;                        /* by what JET_paramConfigStoreSpec names */
};

struct param_set
{
    struct param_value value[PARAM_COUNT];
    uint32_t config;                    /* JET_config... in force */
};

/* A parameter's text that was replaced while the instance ran: kept, as somebody may be reading it. */
struct former_text
{
    struct former_text *next;
    WCHAR *text;
};

enum param_kind { PARAM_USED, PARAM_UNUSED, PARAM_FIXED, PARAM_CUSTOM, PARAM_ILLEGAL };
enum param_type { PARAM_INTEGER, PARAM_BOOLEAN, PARAM_GRBIT, PARAM_BLOCK, PARAM_POINTER, PARAM_SPECIAL,
                  PARAM_STRING, PARAM_FOLDER, PARAM_PATH };
enum param_until { PARAM_EVER, PARAM_INIT, PARAM_START, PARAM_NEVER };

/* What is known of a parameter; see params_table.h. */
struct param_info
{
    const char *name;
    uint8_t kind, type, until;
    bool global, advanced;
    uintptr_t low, high;
    uintptr_t value, small_value;
    const WCHAR *text;                  /* default of a string */
};

extern const struct param_info param_info[PARAM_COUNT];

/* Values in force.  `instance` NULL: the global ones.  Cheap; no lock is needed. */
uintptr_t param_number(const struct instance *instance, uint32_t id);
const WCHAR *param_text(const struct instance *instance, uint32_t id);  /* never NULL */

/* All of these with process.lock held, or while nobody else knows the set. */
void param_set_init(struct param_set *set);
JET_ERR param_set_copy(struct param_set *to, const struct param_set *from);
void param_set_free(struct param_set *set);
struct param_value *param_slot(struct instance *instance, uint32_t id);

/* Sets and gets as JetSetSystemParameter and JetGetSystemParameter do.  `number`
 * of get and text's size in bytes may be absent as there. */
JET_ERR param_set_value(struct instance *instance, struct session *session, uint32_t id, uintptr_t number,
                        const WCHAR *text);
JET_ERR param_get_value(struct instance *instance, struct session *session, uint32_t id, JET_API_PTR *number,
                        WCHAR *text, size_t size);
/* Back to a value as if never set. */
JET_ERR param_reset(struct instance *instance, uint32_t id, uintptr_t number);
/* Of a number that floors below keep for themselves: they are told. */
void param_take_effect(uint32_t id, uintptr_t number);
/* The plain ways, for params_custom.c. */
JET_ERR param_set_plain(struct instance *instance, uint32_t id, uintptr_t number, const WCHAR *text);
JET_ERR param_get_plain(struct instance *instance, uint32_t id, JET_API_PTR *number, WCHAR *text, size_t size);
JET_ERR param_set_custom(struct instance *instance, struct session *session, uint32_t id, uintptr_t number,
                         const WCHAR *text);
JET_ERR param_get_custom(struct instance *instance, struct session *session, uint32_t id, JET_API_PTR *number,
                         WCHAR *text, size_t size);
/* JET_paramConfigStoreSpec: takes what the store has; what it says in place of what the program sets. */
JET_ERR param_store_set(struct instance *instance, struct session *session, const WCHAR *text);
void param_store_override(struct instance *instance, uint32_t id, uintptr_t *number);
/* JET_paramConfiguration: many parameters at once. */
JET_ERR param_set_configuration(struct instance *instance, uintptr_t configuration);

#endif
