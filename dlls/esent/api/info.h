/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the chapters of information share: lists, which are temporary tables, and parts of several answers. */
#ifndef ESENT_API_INFO_H
#define ESENT_API_INFO_H

#include "api/private.h"

struct index;
struct table;
struct temp_value;

/* A temporary table that answers a list, while it is made. */
struct info_list
{
    struct session *session;
    struct cursor *cursor;
    JET_COLUMNID ids[16];
    bool wide;                          /* texts are UTF-16 */
};

/* Begins a list.  Text columns of `columns` get the code page that goes with `wide`. */
JET_ERR info_list_begin(struct info_list *list, struct session *session, bool wide, const JET_COLUMNDEF *columns,
                        uint32_t count);
/* Puts it in order and gives it a handle. */
JET_ERR info_list_end(struct info_list *list, JET_TABLEID *tableid);
/* After an error. */
void info_list_abandon(struct info_list *list);
/* A name as the value of column `i`; `buffer` holds it until it is inserted. */
struct temp_value info_list_name(const struct info_list *list, unsigned i, const char *name, WCHAR buffer[NAME_SIZE]);
/* JET_bitTableInfoBookmark and its like, of what is opened so. */
JET_GRBIT info_table_grbit(bool updatable);
/* Fills a buffer with the JET_INDEXCREATE of an index, as JET_IdxInfoCreateIndex... has it.  JET_errBufferTooSmall. */
JET_ERR info_index_create(const struct table *table, const struct index *index, void *result, uint32_t size,
                          uint32_t level, bool wide);
/* Free pages of a table, its indexes and its long values. */
JET_ERR info_space_available(const struct table *table, uint32_t *available);

#endif
