/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * System parameters: the table, the values, the plain ways to set and get.
 *
 * There is a set of values of the process and one of each instance, which is
 * made as a copy of the former.  A parameter that is global by nature is kept
 * in the process' set only.
 */
#include "api/private.h"
#include "os/retry.h"

#define MOST      UINTPTR_MAX
#define TEXT_MOST 10000 /* characters, whatever the parameter */

#define NUMBER(id, name, kind, type, scope, until, advanced, low, high, value, small)                                  \
    [id] = { "JET_param" #name, PARAM_##kind,      PARAM_##type,       PARAM_##until,      SCOPE_##scope, advanced,    \
             (uintptr_t)(low),  (uintptr_t)(high), (uintptr_t)(value), (uintptr_t)(small), NULL },
#define TEXT(id, name, kind, type, scope, until, advanced, low, high, value)                                           \
    [id] = { "JET_param" #name,                                                                                        \
             PARAM_##kind,                                                                                             \
             PARAM_##type,                                                                                             \
             PARAM_##until,                                                                                            \
             SCOPE_##scope,                                                                                            \
             advanced,                                                                                                 \
             (uintptr_t)(low),                                                                                         \
             (uintptr_t)(high),                                                                                        \
             0,                                                                                                        \
             0,                                                                                                        \
             value },
#define ILLEGAL(id, name)                                                                                              \
    [id] = { "JET_param" #name, PARAM_ILLEGAL, PARAM_SPECIAL, PARAM_NEVER, true, false, 0, 0, 0, 0, NULL },
#define SCOPE_GLOBAL   true
#define SCOPE_INSTANCE false

const struct param_info param_info[PARAM_COUNT] = {
#include "api/params_table.h"
};

#undef NUMBER
#undef TEXT
#undef ILLEGAL

static bool param_is_text(const struct param_info *info)
{
    return info->type == PARAM_STRING || info->type == PARAM_FOLDER || info->type == PARAM_PATH;
}

void param_set_init(struct param_set *set)
{
    uint32_t id;

    memset(set, 0, sizeof(*set));
    set->config = JET_configDefault;
    for (id = 0; id < PARAM_COUNT; id++)
        set->value[id].number = param_info[id].value;
}

JET_ERR param_set_copy(struct param_set *to, const struct param_set *from)
{
    uint32_t id;

    *to = *from;
    for (id = 0; id < PARAM_COUNT; id++)
        to->value[id].text = NULL;
    for (id = 0; id < PARAM_COUNT; id++)
    {
        if (from->value[id].text && !(to->value[id].text = os_text_duplicate(from->value[id].text)))
        {
            param_set_free(to);
            return JET_errOutOfMemory;
        }
    }
    return JET_errSuccess;
}

void param_set_free(struct param_set *set)
{
    uint32_t id;

    for (id = 0; id < PARAM_COUNT; id++)
    {
        os_free(set->value[id].text);
        set->value[id].text = NULL;
    }
}

struct param_value *param_slot(struct instance *instance, uint32_t id)
{
    return instance && !param_info[id].global ? &instance->params.value[id] : &process.params.value[id];
}

uintptr_t param_number(const struct instance *instance, uint32_t id)
{
    return param_slot((struct instance *)instance, id)->number;
}

const WCHAR *param_text(const struct instance *instance, uint32_t id)
{
    const struct param_value *value = param_slot((struct instance *)instance, id);

    if (value->text)
        return value->text;
    return param_info[id].text ? param_info[id].text : L"";
}

/* Whether it is too late to set it. */
static JET_ERR param_check_moment(const struct instance *instance, const struct param_info *info)
{
    if (info->until == PARAM_START && process.mode != PROCESS_NO_MODE)
        return JET_errAlreadyInitialized;
    if (info->until == PARAM_INIT && instance && atomic_load(&instance->state) & INSTANCE_INITIALIZED)
        return JET_errAlreadyInitialized;
    return JET_errSuccess;
}

void param_take_effect(uint32_t id, uintptr_t number)
{
    if (id == JET_paramAccessDeniedRetryPeriod)
        (void)os_file_patience((uint32_t)number);
    if (id == JET_paramEventLogCache)
        event_keep((uint32_t)number);
}

static JET_ERR param_set_number(struct instance *instance, uint32_t id, uintptr_t number)
{
    const struct param_info *info = &param_info[id];
    struct param_value *value = param_slot(instance, id);
    JET_ERR err;

    if (number != value->number)
    {
        if ((err = param_check_moment(instance, info)) < 0)
            return err;
        if (number < info->low || number > info->high)
            return JET_errInvalidParameter;
    }
    if (info->type == PARAM_BLOCK && (!number || number & (number - 1)))
        return JET_errInvalidParameter;
    value->number = info->type == PARAM_BOOLEAN ? number != 0 : number;
    value->written = true;
    param_take_effect(id, number);
    return JET_errSuccess;
}

static bool param_is_name_alone(const WCHAR *text)
{
    static const WCHAR up[] = L"..";

    return os_path_name_start(text) == 0 && !(text[0] && text[1] == ':') && os_text_compare(text, up) != 0 &&
           os_text_compare(text, up + 1) != 0;
}

/* A folder: the full path, and a separator at its end.  A path: the full path,
 * but a name without a folder stays what it is.  Nothing means the current folder. */
static JET_ERR param_complete_path(const struct param_info *info, const WCHAR *text, WCHAR *path)
{
    size_t length;
    JET_ERR err;

    if ((err = os_full_path(text[0] ? text : L".", path, OS_PATH_MAX - 1)) < 0)
        return err;
    length = os_text_length(path);
    if (info->type == PARAM_FOLDER && length && !os_path_is_separator(path[length - 1]))
    {
        path[length++] = OS_PATH_SEPARATOR;
        path[length] = 0;
    }
    if (length < info->low || length > info->high)
        return JET_errInvalidParameter;
    if (info->type == PARAM_PATH && param_is_name_alone(text))
        os_text_copy(path, OS_PATH_MAX, text);
    return JET_errSuccess;
}

static JET_ERR param_set_text(struct instance *instance, uint32_t id, const WCHAR *text)
{
    const struct param_info *info = &param_info[id];
    struct param_value *value = param_slot(instance, id);
    WCHAR path[OS_PATH_MAX];
    size_t length;
    WCHAR *copy;
    JET_ERR err;

    if (!text)
        text = L"";
    if ((err = param_check_moment(instance, info)) < 0)
        return err;
    length = os_text_length(text);
    if (length < info->low || length > info->high || length > TEXT_MOST)
        return JET_errInvalidParameter;
    if (info->type != PARAM_STRING)
    {
        if ((err = param_complete_path(info, text, path)) < 0)
            return err;
        text = path;
    }
    if (!(copy = os_text_duplicate(text)))
        return JET_errOutOfMemory;
    os_free(value->text);
    value->text = copy;
    value->written = true;
    return JET_errSuccess;
}

JET_ERR param_set_plain(struct instance *instance, uint32_t id, uintptr_t number, const WCHAR *text)
{
    if (param_is_text(&param_info[id]))
        return param_set_text(instance, id, text);
    return param_set_number(instance, id, number);
}

JET_ERR param_get_plain(struct instance *instance, uint32_t id, JET_API_PTR *number, WCHAR *text, size_t size)
{
    if (param_is_text(&param_info[id]))
    {
        if (!text || size < sizeof(*text))
            return JET_errInvalidParameter;
        return string_copy_w(text, size, param_text(instance, id));
    }
    if (!number)
        return JET_errInvalidParameter;
    *number = param_number(instance, id);
    return JET_errSuccess;
}

JET_ERR param_reset(struct instance *instance, uint32_t id, uintptr_t number)
{
    const struct param_info *info = &param_info[id];
    struct param_value *value = param_slot(instance, id);
    JET_ERR err;

    if ((err = param_check_moment(instance, info)) < 0)
        return err;
    os_free(value->text);
    value->text = NULL;
    value->number = number;
    value->written = value->stored = false;
    if (info->kind == PARAM_CUSTOM && info->until != PARAM_NEVER && !param_is_text(info))
        param_set_custom(instance, NULL, id, number, NULL);
    value->written = false;
    return JET_errSuccess;
}

JET_ERR param_set_value(struct instance *instance, struct session *session, uint32_t id, uintptr_t number,
                        const WCHAR *text)
{
    const struct param_info *info;

    if (id >= PARAM_COUNT)
        return JET_errInvalidParameter;
    info = &param_info[id];
    if (info->advanced && !param_number(info->global ? NULL : instance, JET_paramEnableAdvanced))
        return JET_errSuccess;
    param_store_override(instance, id, &number);
    switch (info->kind)
    {
    case PARAM_FIXED:
    case PARAM_ILLEGAL:
        return JET_errInvalidParameter;
    case PARAM_CUSTOM:
        return param_set_custom(instance, session, id, number, text);
    default:
        return param_set_plain(instance, id, number, text);
    }
}

JET_ERR param_get_value(struct instance *instance, struct session *session, uint32_t id, JET_API_PTR *number,
                        WCHAR *text, size_t size)
{
    if (id >= PARAM_COUNT || param_info[id].kind == PARAM_ILLEGAL)
        return JET_errInvalidParameter;
    if (param_info[id].kind == PARAM_CUSTOM)
        return param_get_custom(instance, session, id, number, text, size);
    return param_get_plain(instance, id, number, text, size);
}
