/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * table: what a program sees of a database.
 *
 *   schema.h   databases, tables, columns and indexes as the catalog has them
 *   record.h   a record's bytes: columns, multi-values, long values
 *   key.h      values to keys that compare as bytes, text by Windows' sort keys
 *   cursor.h   a place in a table: moves, seeks, ranges, indexes, bookmarks
 *   temp.h     temporary tables: sorts in memory, and trees in a database of their own (temp_store.h)
 *
 * A struct database is shared by all sessions of its instance, a struct table
 * by all cursors on it.  Schema is loaded once, under the database's mutex, and
 * is immutable from then on as far as readers are concerned.  A cursor belongs
 * to one session and is used by one thread at a time.
 *
 * Lock order: the database's schema mutex, then page latches, then what the
 * cache takes.  No schema mutex is taken with a page latched.
 */
#ifndef ESENT_TABLE_H
#define ESENT_TABLE_H

#include "table/schema.h"
#include "table/record.h"
#include "table/key.h"
#include "table/cursor.h"
#include "table/temp.h"
#include "table/temp_store.h"

#endif
