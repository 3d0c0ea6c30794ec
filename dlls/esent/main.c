/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The library as Windows loads and unloads it. */
#include <windows.h>

#include "api/api.h"

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved);

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved)
{
    switch (reason)
    {
    case DLL_PROCESS_ATTACH:
        DisableThreadLibraryCalls(instance);
        api_process_attach();
        break;
    case DLL_PROCESS_DETACH:
        api_process_detach(reserved != NULL);
        break;
    }
    return TRUE;
}
