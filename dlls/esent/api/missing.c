/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * missing.c - the exported functions that have no implementation, or only fail.
 *
 * Which these are, functions.h says.  They are all symbols for a few functions
 * that return a constant.  On 32-bit Windows the callee takes the arguments off
 * the stack, so there is one of those for each size of arguments.
 */
#ifndef JET_VERSION
#define JET_VERSION 0x0A01
#endif
#include "esent.h"

/* The prototypes differ from those of the functions that answer; that is the point. */
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wattribute-alias"
#endif

#if defined(_WIN32) && defined(__i386__)
#define SYMBOL(name, bytes) #name "_" #bytes "@" #bytes
#else
#define SYMBOL(name, bytes) #name "_" #bytes
#endif

#define ANSWER(name, bytes, err)                                                                                       \
    JET_ERR JET_API name##_##bytes(struct words_##bytes words);                                                        \
    JET_ERR JET_API name##_##bytes(struct words_##bytes words)                                                         \
    {                                                                                                                  \
        (void)words;                                                                                                   \
        return err;                                                                                                    \
    }
#define ANSWERS(bytes)                                                                                                 \
    struct words_##bytes                                                                                               \
    {                                                                                                                  \
        JET_ULONG word[bytes / 4];                                                                                     \
    };                                                                                                                 \
    ANSWER(api_missing, bytes, JET_errFeatureNotAvailable)                                                             \
    ANSWER(api_not_implemented, bytes, JET_wrnNyi)

JET_ERR JET_API api_missing_0(void);
JET_ERR JET_API api_missing_0(void)
{
    return JET_errFeatureNotAvailable;
}

ANSWERS(4)
ANSWERS(8)
ANSWERS(12)
ANSWERS(16)
ANSWERS(20)
ANSWERS(24)
ANSWERS(28)
ANSWERS(32)
ANSWERS(36)
ANSWERS(40)

#define DONE(name, bytes)
#define MISSING(name, bytes)             extern __typeof__(name) name __attribute__((alias(SYMBOL(api_missing, bytes))));
#define REFUSED(name, bytes)             MISSING(name, bytes)
#define NYI(name, bytes)                 extern __typeof__(name) name __attribute__((alias(SYMBOL(api_not_implemented, bytes))));

#define FUNCTION(state, name, bytes)     state(name, bytes)
#define FUNCTION_AW(state, name, bytes)  state(name##A, bytes) state(name##W, bytes)
#define FUNCTION_A_W(state, name, bytes) state(name##A, bytes) state(name##W, bytes)
#include "functions.h"
