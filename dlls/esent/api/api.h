/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * api: the door.  Every JetXxx lives here, a file per chapter of the
 * documentation, and does five things: looks up and checks its handles,
 * converts A to W, enters the session or the instance, calls a floor below,
 * leaves.  The functions themselves are declared in include/esent.h; this
 * header is for main.c only.
 */
#ifndef ESENT_API_API_H
#define ESENT_API_API_H

#include <stdbool.h>

/* The library is loaded, the library goes.  `process_ends`: other threads are
 * gone already and locks may be held by the dead; then nothing is freed. */
void api_process_attach(void);
void api_process_detach(bool process_ends);

#endif
