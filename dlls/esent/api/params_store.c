/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JET_paramConfigStoreSpec: system parameters from a key of the registry.
 *
 * The key has the values "CsReadControl" and "CsPopulateControl", and two keys
 * beneath it whose values are named like parameters and are text: what
 * "SysParamDefault" has is set when the key is named, what "SysParamOverride"
 * has takes the place of what a program sets, then and later.
 *
 * Source: CConfigStore, ErrSysParamLoadDefaults.  There text in SysParamDefault
 * is refused; here it is set, as the sample of services that share a process
 * (SvcInitSample) expects it.
 */
#include <stdio.h>

#include "api/events.h"
#include "api/private.h"

#define PREFIX_MOST 5u /* characters before the colon */

/* The program that fills the key still does so: it says when it is done. */
#define INHIBITED_PAUSE_MS 50u

struct store
{
    struct os_registry *registry;
    bool populate;
};

/* A value that is not there, or is empty, is JET_wrnColumnNull. */
static JET_ERR store_text(struct store *store, const WCHAR *key, const WCHAR *name, WCHAR *text, size_t cch)
{
    JET_ERR err = os_registry_read(store->registry, key, name, text, cch);

    if (err == JET_wrnColumnNull && store->populate)
        os_registry_write(store->registry, key, name);
    return err;
}

static uint32_t digit_of(WCHAR c)
{
    if (c >= '0' && c <= '9')
        return (uint32_t)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10) : 16;
}

/* A number: decimal, or hexadecimal after 0x. */
static JET_ERR store_number(struct store *store, const WCHAR *key, const WCHAR *name, uint64_t *number)
{
    WCHAR text[24];
    const WCHAR *at = text;
    uint64_t value = 0;
    bool negative = false;
    uint32_t base = 10;
    JET_ERR err = store_text(store, key, name, text, sizeof(text) / sizeof(text[0]));

    if (err != JET_errSuccess)
        return err;
    if (at[0] == '0' && at[1] == 'x')
    {
        at += 2;
        base = 16;
    }
    else if ((negative = at[0] == '-'))
        at++;
    for (;; at++)
    {
        uint32_t digit = digit_of(*at);

        if (digit >= base)
            break;
        value = value * base + digit;
    }
    *number = negative ? 0 - value : value;
    return JET_errSuccess;
}

static void store_close(struct store *store)
{
    os_registry_close(store->registry);
}

static JET_ERR store_open(const WCHAR *spec, struct store *store)
{
    static const WCHAR kind[] = L"reg";
    WCHAR prefix[PREFIX_MOST + 1];
    uint64_t control = 0;
    size_t colon = 0;
    JET_ERR err;

    store->populate = false;
    while (spec[colon] && spec[colon] != ':')
        colon++;
    if (!spec[colon] || colon > PREFIX_MOST)
        return JET_errInvalidParameter;
    os_text_copy(prefix, colon + 1, spec);
    if (os_text_compare_nocase(prefix, kind) != 0)
        return JET_errFeatureNotAvailable;
    for (const WCHAR *at = spec; *at; at++)
    {
        if (*at == ',')
            return JET_errFeatureNotAvailable;
    }
    if ((err = os_registry_open(spec + colon + 1, &store->registry)) < 0)
        return err;
    if ((err = store_number(store, L"", JET_wszConfigStorePopulateControl, &control)) == JET_errSuccess)
        store->populate = control & JET_bitConfigStorePopulateControlOn;
    for (;;)
    {
        control = JET_bitConfigStoreReadControlDefault;
        if (err >= 0)
            err = store_number(store, L"", JET_wszConfigStoreReadControl, &control);
        if (err < 0 || !(control & JET_bitConfigStoreReadControlInhibitRead))
            break;
        os_sleep(INHIBITED_PAUSE_MS);
    }
    if (err >= 0)
        err = control & JET_bitConfigStoreReadControlDisableAll ? JET_errDisabledFunctionality : JET_errSuccess;
    if (err < 0)
        store_close(store);
    return err;
}

static bool from_store(uint32_t id)
{
    const struct param_info *info = &param_info[id];

    return id != JET_paramConfigStoreSpec && id != JET_paramEnablePersistedCallbacks && info->kind != PARAM_ILLEGAL &&
           info->type != PARAM_POINTER && info->type != PARAM_SPECIAL;
}

static void param_name(uint32_t id, WCHAR *name, size_t cch)
{
    os_text_from_ascii(name, cch, param_info[id].name);
}

/* As printf("%#Ix") has it. */
static const char *hexadecimal(uintptr_t number, char text[24])
{
    snprintf(text, 24, number ? "0x%llx" : "0", (unsigned long long)number);
    return text;
}

/* Once for each parameter. */
static void tell_override(struct instance *instance, uint32_t id, uintptr_t asked, uintptr_t got, const WCHAR *spec)
{
    struct param_value *value = param_slot(param_info[id].global ? NULL : instance, id);
    char from[24], to[24];

    if (value->overridden)
        return;
    value->overridden = true;
    event_say(&event_process, EVENT_PARAM_OVERRIDDEN, param_info[id].name, hexadecimal(asked, from),
              hexadecimal(got, to), spec);
}

void param_store_override(struct instance *instance, uint32_t id, uintptr_t *number)
{
    const struct param_value *spec = param_slot(param_info[id].global ? NULL : instance, JET_paramConfigStoreSpec);
    struct store store;
    WCHAR name[64];
    uint64_t value;

    if (!spec->text || !spec->text[0] || !from_store(id) || param_info[id].type >= PARAM_STRING)
        return;
    if (store_open(spec->text, &store) < 0)
        return;
    param_name(id, name, sizeof(name) / sizeof(name[0]));
    if (store_number(&store, JET_wszConfigStoreRelPathSysParamOverride, name, &value) == JET_errSuccess)
    {
        tell_override(instance, id, *number, (uintptr_t)value, spec->text);
        *number = (uintptr_t)value;
    }
    store_close(&store);
}

/* What the store has for one parameter, if anything. */
static JET_ERR load_one(struct store *store, struct instance *instance, uint32_t id)
{
    bool text = param_info[id].type >= PARAM_STRING, defaulted = false;
    WCHAR name[64], value[OS_PATH_MAX];
    uint64_t number = 0;
    JET_ERR err = JET_wrnColumnNull;

    param_name(id, name, sizeof(name) / sizeof(name[0]));
    if (!text)
        err = store_number(store, JET_wszConfigStoreRelPathSysParamOverride, name, &number);
    if (err != JET_errSuccess)
    {
        defaulted = true;
        err = text ? store_text(store, JET_wszConfigStoreRelPathSysParamDefault, name, value, OS_PATH_MAX)
                   : store_number(store, JET_wszConfigStoreRelPathSysParamDefault, name, &number);
    }
    if (err != JET_errSuccess)
        return err;
    if ((err = param_set_value(instance, NULL, id, (uintptr_t)number, text ? value : NULL)) >= 0)
        param_slot(instance, id)->stored = defaulted;
    else
    {
        char from[24];

        event_say(&event_process, EVENT_PARAM_REFUSED, param_info[id].name, hexadecimal((uintptr_t)number, from), err,
                  param_slot(instance, JET_paramConfigStoreSpec)->text);
    }
    return err;
}

JET_ERR param_store_set(struct instance *instance, struct session *session, const WCHAR *text)
{
    struct param_value *value = param_slot(instance, JET_paramConfigStoreSpec);
    struct store store;
    JET_ERR err;

    if (session)
        return JET_errInvalidParameter;
    if (!text)
    {
        os_free(value->text);
        value->text = NULL;
        value->written = true;
        return JET_errSuccess;
    }
    if ((err = param_set_plain(instance, JET_paramConfigStoreSpec, 0, text)) < 0 || !text[0])
        return err;
    if ((err = store_open(text, &store)) < 0)
        return err;
    /* A configuration sets others: it comes first. */
    err = load_one(&store, instance, JET_paramConfiguration);
    for (uint32_t id = 0; id < PARAM_COUNT && err >= 0; id++)
    {
        if (id != JET_paramConfiguration && from_store(id) && !(instance && param_info[id].global))
            err = load_one(&store, instance, id);
    }
    store_close(&store);
    return err < 0 ? err : JET_errSuccess;
}
