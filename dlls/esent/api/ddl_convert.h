/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Definitions of tables and indexes, of which the API has five versions in two
 * spellings, as the newest in code page 1252, which the engine below takes.
 *
 * What a conversion needs lives in a ddl_memory, freed in one go.
 */
#ifndef ESENT_API_DDL_CONVERT_H
#define ESENT_API_DDL_CONVERT_H

#include "api/private.h"
#include "table/ddl.h"

struct ddl_memory
{
    struct ddl_block *blocks;
};

void *ddl_alloc(struct ddl_memory *memory, size_t size);    /* zeroed; NULL */
void ddl_free(struct ddl_memory *memory);

/* Which struct the program gave. */
struct ddl_version
{
    unsigned table;             /* 1 to 5: JET_TABLECREATE to JET_TABLECREATE5 */
    unsigned index;             /* 1 to 3: JET_INDEXCREATE to JET_INDEXCREATE3 */
    bool wide;
};

/* *converted is an array of `count`; errors are JET_errInvalidParameter for a
 * cbStruct that is none, JET_errInvalidName, JET_errIndexInvalidDef, JET_errInvalidLanguageId. */
JET_ERR ddl_convert_indexes(struct ddl_memory *memory, struct ddl_version version, const void *given, uint32_t count,
                            JET_INDEXCREATE3_A **converted);
/* And back: the errors. */
void ddl_return_indexes(struct ddl_version version, void *given, uint32_t count, const JET_INDEXCREATE3_A *converted);

JET_ERR ddl_convert_table(struct ddl_memory *memory, struct ddl_version version, const void *given,
                          JET_TABLECREATE5_A **converted);
/* And back: the errors, the columns' ids, cCreated and the tableid. */
void ddl_return_table(struct ddl_version version, void *given, const JET_TABLECREATE5_A *converted);

/* A name of a W function; NULL stays NULL. */
JET_ERR ddl_name_from_w(struct ddl_memory *memory, const WCHAR *wide, char **name);
/* Text of any length. */
JET_ERR ddl_text_from_w(struct ddl_memory *memory, const WCHAR *wide, char **text);
/* A list of key columns, size in bytes. */
JET_ERR ddl_key_from_w(struct ddl_memory *memory, const WCHAR *wide, uint32_t size, char **key, JET_ULONG *key_size);

/* What the instance says of new indexes. */
void ddl_defaults_of(const struct instance *instance, struct ddl_defaults *defaults);

#endif
