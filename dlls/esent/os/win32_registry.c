/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys of the registry. */
#include "win32.h"

struct os_registry
{
    HKEY top;
};

static const struct
{
    const WCHAR *name;
    HKEY key;
} roots[] = {
    { L"HKEY_CURRENT_USER_LOCAL_SETTINGS\\", (HKEY)(ULONG_PTR)0x80000007 },
    { L"HKEY_CURRENT_USER\\", (HKEY)(ULONG_PTR)0x80000001 },
    { L"HKCU\\", (HKEY)(ULONG_PTR)0x80000001 },
    { L"HKEY_CURRENT_CONFIG\\", (HKEY)(ULONG_PTR)0x80000005 },
    { L"HKCC\\", (HKEY)(ULONG_PTR)0x80000005 },
    { L"HKEY_LOCAL_MACHINE\\", (HKEY)(ULONG_PTR)0x80000002 },
    { L"HKLM\\", (HKEY)(ULONG_PTR)0x80000002 },
};

/* The well-known key that the path begins with; *rest is the path beneath it. */
static HKEY root_of(const WCHAR *path, const WCHAR **rest)
{
    WCHAR start[40];

    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
    {
        size_t length = os_text_length(roots[i].name);

        os_text_copy(start, length + 1, path);
        if (os_text_compare_nocase(start, roots[i].name) == 0)
        {
            *rest = path + length;
            return roots[i].key;
        }
    }
    return NULL;
}

JET_ERR os_registry_open(const WCHAR *path, struct os_registry **registry)
{
    const WCHAR *rest;
    HKEY root = root_of(path, &rest), top;
    LSTATUS status;

    if (!root)
        return JET_errInvalidObject;
    if (!*rest)
        return JET_errInvalidParameter;
    if ((status = RegOpenKeyExW(root, rest, 0, KEY_READ, &top)))
        return os_win32_error((uint32_t)status);
    if (!(*registry = os_alloc(sizeof(**registry))))
    {
        RegCloseKey(top);
        return JET_errOutOfMemory;
    }
    (*registry)->top = top;
    return JET_errSuccess;
}

void os_registry_close(struct os_registry *registry)
{
    RegCloseKey(registry->top);
    os_free(registry);
}

JET_ERR os_registry_read(struct os_registry *registry, const WCHAR *beneath, const WCHAR *name, WCHAR *text, size_t cch)
{
    DWORD size = (DWORD)((cch - 1) * sizeof(*text)), type = REG_SZ;
    LSTATUS status;
    HKEY key;

    status = RegOpenKeyExW(registry->top, beneath, 0, KEY_READ, &key);
    if (!status)
    {
        status = RegQueryValueExW(key, name, NULL, &type, (BYTE *)text, &size);
        RegCloseKey(key);
    }
    if (status == ERROR_FILE_NOT_FOUND)
        return JET_wrnColumnNull;
    if (status == ERROR_MORE_DATA)
        return JET_errRecordTooBig;
    if (status)
        return os_win32_error((uint32_t)status);
    if (type != REG_SZ)
        return JET_errInvalidParameter;
    text[size / sizeof(*text)] = 0;
    return text[0] ? JET_errSuccess : JET_wrnColumnNull;
}

void os_registry_write(struct os_registry *registry, const WCHAR *beneath, const WCHAR *name)
{
    HKEY key;

    if (RegCreateKeyExW(registry->top, beneath, 0, NULL, 0, KEY_WRITE, NULL, &key, NULL))
        return;
    RegSetValueExW(key, name, 0, REG_SZ, NULL, 0);
    RegCloseKey(key);
}
