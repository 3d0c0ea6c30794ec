/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What tests of the API need besides it and cmocka, on Windows and elsewhere:
 * folders, threads, text.  Each test program starts in an empty folder.
 */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#undef JET_VERSION
#define JET_VERSION 0x0A01
#include "esent.h"

/* The answer must be that one; shown by number and line. */
#define assert_err(call, want) test_answer((call), (want), #call, __FILE__, __LINE__)
#define assert_ok(call) assert_err(call, JET_errSuccess)

/* Full path of a new or existing folder in the current one, with a separator at
 * its end; and of a file.  Good until eight more were asked for. */
const char *test_folder(const char *name);
const char *test_file(const char *name);
const char *test_file_in(const char *folder, const char *name);
/* The same, good until 256 more were asked for. */
char *test_file_kept(const char *name);
/* The last part of a path. */
const char *test_file_name(const char *path);
bool test_file_exists(const char *path);
void test_file_write(const char *path, const void *data, size_t size);
/* The bytes of a file, to be freed; NULL if there is no such file. */
uint8_t *test_file_read(const char *path, size_t *size);
void test_file_copy(const char *from, const char *to);

/* ASCII as 16-bit text; good until eight more were asked for. */
WCHAR *test_wide(const char *text);
bool test_wide_equal(const WCHAR *text, const char *want);

void test_answer(JET_ERR err, JET_ERR want, const char *call, const char *file, int line);

struct test_thread;
struct test_thread *test_thread_start(void (*function)(void *context), void *context);
void test_thread_join(struct test_thread *thread);
void test_sleep(unsigned milliseconds);

/* Runs it in a thread of its own and waits. */
void test_elsewhere(void (*function)(void *context), void *context);

/* An instance with its folders in a new folder of that name, small, started.
 * `recovery` is "on" or "off". */
JET_INSTANCE test_instance(const char *name, const char *recovery);
/* The same, without JetInit. */
JET_INSTANCE test_instance_unstarted(const char *name, const char *recovery);
JET_SESID test_session(JET_INSTANCE instance);
/* The instance, a session of it, and a new database, a file of the instance's name and .edb. */
JET_DBID test_database(const char *name, const char *recovery, JET_INSTANCE *instance, JET_SESID *session);
/* A new table of a name of its own, which the session has alone. */
JET_TABLEID test_table(JET_SESID session, JET_DBID dbid);

/* A new column, without a limit to its size, default value or code page but UTF-16's. */
JET_COLUMNID test_column(JET_SESID session, JET_TABLEID table, const char *name, JET_COLTYP type, JET_GRBIT grbit);

#endif
