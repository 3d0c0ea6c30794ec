/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an instance tells of its log, by JET_paramEmitLogDataCallback. */
#ifndef ESENT_API_LOG_EMIT_H
#define ESENT_API_LOG_EMIT_H

#include "api/private.h"

/* Whether anybody is told. */
bool log_emit_wanted(const struct instance *instance);
/* The log begins; it ends, which is told once. */
void log_emit_begin(struct instance *instance);
void log_emit_end(struct instance *instance);
/* As struct log_config's. */
void log_emit_data(struct instance *instance, uint32_t generation, uint64_t offset, const void *data, size_t size);

/* Closes what JetConsumeLogData left open. */
void log_consume_end(struct instance *instance);

#endif
