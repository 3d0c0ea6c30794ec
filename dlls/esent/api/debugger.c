/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * debugger.c - what Windows' DLL exports for WinDbg: the entry points of its
 * debugger extension, and the table of globals that the extension starts from.
 *
 * There is no extension here: it refuses to be loaded, and the table is empty.
 */
#include "esent.h"

#define DEBUG_E_NOTIMPL ((JET_LONG)0x80004001)

JET_LONG JET_API DebugExtensionInitialize(JET_ULONG *version, JET_ULONG *flags);
void JET_API DebugExtensionNotify(JET_ULONG notify, JET_UINT64 argument);
void JET_API DebugExtensionUninitialize(void);
JET_LONG JET_API ese(void *client, const char *arguments);
extern const void *const rgEDBGGlobals[2];

const void *const rgEDBGGlobals[2] = { 0, 0 };

JET_LONG JET_API DebugExtensionInitialize(JET_ULONG *version, JET_ULONG *flags)
{
    (void)version;
    (void)flags;
    return DEBUG_E_NOTIMPL;
}

void JET_API DebugExtensionNotify(JET_ULONG notify, JET_UINT64 argument)
{
    (void)notify;
    (void)argument;
}

void JET_API DebugExtensionUninitialize(void)
{
}

JET_LONG JET_API ese(void *client, const char *arguments)
{
    (void)client;
    (void)arguments;
    return DEBUG_E_NOTIMPL;
}
