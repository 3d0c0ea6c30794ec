/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef ESENT_LOG_LOG_H
#define ESENT_LOG_LOG_H

#include "log/reader.h"

#endif
