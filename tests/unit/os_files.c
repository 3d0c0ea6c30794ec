/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The platform floor: files, paths, sharing, and tables that stand in for it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "os/os.h"
#include "os/retry.h"

static char base[64];

/* A path in the test's directory. */
static const WCHAR *in_base(const char *name, WCHAR *path)
{
    char text[200];

    snprintf(text, sizeof(text), "%s/%s", base, name);
    assert_true(os_text_from_ascii(path, OS_PATH_MAX, text));
    return path;
}

#define PATH(name) in_base(name, (WCHAR[OS_PATH_MAX]){ 0 })

static int setup(void **state)
{
    (void)state;
    strcpy(base, "/tmp/esent-os-XXXXXX");
    return mkdtemp(base) ? 0 : -1;
}

static int teardown(void **state)
{
    struct os_find *find;
    struct os_find_entry entry;
    WCHAR path[OS_PATH_MAX], directory[OS_PATH_MAX];

    (void)state;
    os_text_from_ascii(directory, OS_PATH_MAX, base);
    assert_int_equal(os_find_open(PATH("*"), &find), JET_errSuccess);
    while (os_find_next(find, &entry) >= 0)
    {
        assert_int_equal(os_path_join(directory, entry.name, NULL, path, OS_PATH_MAX), 0);
        if (entry.info.directory)
            os_directory_remove(path);
        else
            os_file_delete(path);
    }
    os_find_close(find);
    return os_directory_remove(directory) < 0;
}

static struct os_file *open_or_die(const char *name, uint32_t flags)
{
    struct os_file *file = NULL;

    assert_int_equal(os_file_open(PATH(name), flags, &file), JET_errSuccess);
    assert_non_null(file);
    return file;
}

static void test_read_write(void **state)
{
    struct os_file *file = open_or_die("rw", OS_OPEN_WRITE | OS_OPEN_CREATE);
    struct os_file_info info;
    char in[10000], out[10000];
    uint64_t size;

    (void)state;
    for (size_t i = 0; i < sizeof(out); i++)
        out[i] = (char)(i * 7);
    assert_int_equal(os_file_write_at(file, 5000, out, sizeof(out)), 0);
    assert_int_equal(os_file_size(file, &size), 0);
    assert_int_equal(size, 15000);
    assert_int_equal(os_file_read_at(file, 5000, in, sizeof(in)), 0);
    assert_memory_equal(in, out, sizeof(in));
    assert_int_equal(os_file_read_at(file, 0, in, 5000), 0);
    for (int i = 0; i < 5000; i++)
        assert_int_equal(in[i], 0);
    assert_int_equal(os_file_read_at(file, 5001, in, sizeof(in)), JET_errFileIOBeyondEOF);
    assert_int_equal(os_file_read_at(file, UINT64_MAX - 3, in, 10), JET_errFileIOBeyondEOF);
    assert_int_equal(os_file_read_at(file, 15000, in, 0), 0);

    assert_int_equal(os_file_set_size(file, 100000), 0);
    assert_int_equal(os_file_size(file, &size), 0);
    assert_int_equal(size, 100000);
    assert_int_equal(os_file_read_at(file, 99999, in, 1), 0);
    assert_int_equal(in[0], 0);
    assert_int_equal(os_file_set_size(file, 5010), 0);
    assert_int_equal(os_file_read_at(file, 5000, in, 11), JET_errFileIOBeyondEOF);
    assert_int_equal(os_file_flush(file), 0);
    os_file_prefetch(file, 0, 4096);
    assert_int_equal(os_file_info(file, &info), 0);
    assert_int_equal(info.size, 5010);
    assert_false(info.directory);
    os_file_close(file);
}

static void test_parts(void **state)
{
    struct os_file *file = open_or_die("parts", OS_OPEN_WRITE | OS_OPEN_CREATE);
    static char pages[150][512], back[150][512];
    struct os_io_part parts[150];

    (void)state;
    for (int i = 0; i < 150; i++)
    {
        memset(pages[i], i + 1, 512);
        parts[i].data = pages[149 - i];
        parts[i].size = i == 7 ? 0 : 512;
    }
    assert_int_equal(os_file_write_parts(file, 100, parts, 150), 0);
    for (int i = 0; i < 150; i++)
        parts[i].data = back[149 - i];
    assert_int_equal(os_file_read_parts(file, 100, parts, 150), 0);
    memset(pages[142], 0, 512);
    assert_memory_equal(pages, back, sizeof(pages));
    assert_int_equal(os_file_read_parts(file, 101, parts, 150), JET_errFileIOBeyondEOF);
    os_file_close(file);
}

static void test_open_errors(void **state)
{
    struct os_file *file;

    (void)state;
    assert_int_equal(os_file_open(PATH("absent"), OS_OPEN_READ_ONLY, &file), JET_errFileNotFound);
    assert_null(file);
    assert_int_equal(os_file_open(PATH("no/such"), OS_OPEN_READ_ONLY, &file), JET_errInvalidPath);
    assert_int_equal(os_file_open(PATH("no/such"), OS_OPEN_WRITE | OS_OPEN_CREATE, &file), JET_errInvalidPath);
    assert_int_equal(os_directory_create(PATH("dir")), 0);
    assert_int_equal(os_directory_create(PATH("dir")), JET_errFileAlreadyExists);
    assert_int_equal(os_file_open(PATH("dir"), OS_OPEN_READ_ONLY, &file), JET_errFileAccessDenied);
    os_file_close(open_or_die("new", OS_OPEN_WRITE | OS_OPEN_CREATE));
    assert_int_equal(os_file_open(PATH("new"), OS_OPEN_WRITE | OS_OPEN_CREATE, &file), JET_errFileAlreadyExists);
    os_file_close(open_or_die("new", OS_OPEN_WRITE | OS_OPEN_ALWAYS));
    assert_int_equal(os_directory_remove(PATH("dir")), 0);

    file = open_or_die("new", OS_OPEN_READ_ONLY);
    assert_int_equal(os_file_write_at(file, 0, "x", 1), JET_errFileAccessDenied);
    os_file_close(file);
    file = open_or_die("gone", OS_OPEN_WRITE | OS_OPEN_CREATE | OS_OPEN_DELETE_ON_CLOSE);
    os_file_close(file);
    assert_false(os_file_exists(PATH("gone")));
}

static void check_share(uint32_t first, uint32_t second, JET_ERR expected)
{
    struct os_file *a = open_or_die("share", first | OS_OPEN_ALWAYS), *b = NULL;

    assert_int_equal(os_file_open(PATH("share"), second, &b), expected);
    os_file_close(b);
    os_file_close(a);
}

static void close_later(void *file)
{
    os_sleep(60);
    os_file_close(file);
}

/* What another program holds for a moment is waited for, within limits. */
static void test_patience(void **state)
{
    struct os_file *held = open_or_die("held", OS_OPEN_EXCLUSIVE_WRITE | OS_OPEN_ALWAYS), *file = NULL;
    struct os_thread *thread;
    uint64_t began;

    (void)state;
    os_file_patience(20);
    began = os_clock_us();
    assert_int_equal(os_file_open(PATH("held"), OS_OPEN_READ_ONLY, &file), JET_errFileAccessDenied);
    assert_true(os_clock_us() - began >= 20000);
    assert_int_equal(os_file_delete(PATH("held")), JET_errFileAccessDenied);
    assert_int_equal(os_file_open(PATH("not there"), OS_OPEN_READ_ONLY, &file), JET_errFileNotFound);

    os_file_patience(10000);
    assert_int_equal(os_thread_create(&thread, close_later, held, "holder"), 0);
    assert_int_equal(os_file_open(PATH("held"), OS_OPEN_READ_ONLY, &file), 0);
    os_thread_join(thread);
    assert_int_equal(os_thread_create(&thread, close_later, file, "holder"), 0);
    assert_int_equal(os_file_move(PATH("held"), PATH("moved"), false), 0);
    os_thread_join(thread);
    held = open_or_die("moved", OS_OPEN_READ_ONLY);
    assert_int_equal(os_thread_create(&thread, close_later, held, "holder"), 0);
    assert_int_equal(os_file_delete(PATH("moved")), 0);
    os_thread_join(thread);
    os_file_patience(0);
}

static void test_sharing(void **state)
{
    uint32_t all = OS_OPEN_SHARE_READ | OS_OPEN_SHARE_WRITE;
    struct os_file *file;

    (void)state;
    os_file_close(open_or_die("share", OS_OPEN_WRITE | OS_OPEN_ALWAYS));
    check_share(OS_OPEN_EXCLUSIVE_WRITE, OS_OPEN_EXCLUSIVE_WRITE, JET_errFileAccessDenied);
    check_share(OS_OPEN_EXCLUSIVE_WRITE, OS_OPEN_READ_ONLY, JET_errFileAccessDenied);
    check_share(OS_OPEN_EXCLUSIVE_WRITE, all, JET_errFileAccessDenied);
    check_share(OS_OPEN_READ_ONLY, OS_OPEN_EXCLUSIVE_WRITE, JET_errFileAccessDenied);
    check_share(OS_OPEN_READ_ONLY, OS_OPEN_READ_ONLY, JET_errSuccess);
    check_share(OS_OPEN_READ_ONLY, all, JET_errSuccess);
    check_share(OS_OPEN_WRITE | OS_OPEN_SHARE_READ, OS_OPEN_READ_ONLY, JET_errFileAccessDenied);
    check_share(OS_OPEN_WRITE | OS_OPEN_SHARE_READ, all, JET_errSuccess);
    check_share(OS_OPEN_WRITE | all, OS_OPEN_WRITE | all, JET_errSuccess);

    /* Deleting and renaming need consent too. */
    file = open_or_die("share", OS_OPEN_READ_ONLY);
    assert_int_equal(os_file_delete(PATH("share")), JET_errFileAccessDenied);
    assert_int_equal(os_file_move(PATH("share"), PATH("moved"), false), JET_errFileAccessDenied);
    os_file_close(file);
    assert_int_equal(os_file_move(PATH("share"), PATH("moved"), false), 0);
    file = open_or_die("moved", OS_OPEN_READ_ONLY | OS_OPEN_SHARE_DELETE);
    assert_int_equal(os_file_delete(PATH("moved")), 0);
    os_file_close(file);

    /* An overwrite that is refused leaves the contents. */
    file = open_or_die("share", OS_OPEN_WRITE | OS_OPEN_CREATE);
    assert_int_equal(os_file_write_at(file, 0, "kept", 4), 0);
    assert_int_equal(os_file_open(PATH("share"), OS_OPEN_WRITE | OS_OPEN_OVERWRITE, &(struct os_file *){ NULL }),
                     JET_errFileAccessDenied);
    uint64_t size;
    assert_int_equal(os_file_size(file, &size), 0);
    assert_int_equal(size, 4);
    os_file_close(file);
}

static void test_names(void **state)
{
    struct os_find_entry entry;
    struct os_volume volume;
    struct os_find *find;
    WCHAR full[OS_PATH_MAX];
    int count = 0;

    (void)state;
    os_file_close(open_or_die("edb00001.log", OS_OPEN_WRITE | OS_OPEN_CREATE));
    os_file_close(open_or_die("EDB00002.LOG", OS_OPEN_WRITE | OS_OPEN_CREATE));
    os_file_close(open_or_die("edb.chk", OS_OPEN_WRITE | OS_OPEN_CREATE));
    assert_int_equal(os_find_open(PATH("edb?????.log"), &find), 0);
    while (os_find_next(find, &entry) >= 0)
        count++;
    assert_int_equal(os_find_next(find, &entry), JET_errFileNotFound);
    os_find_close(find);
    assert_int_equal(count, 2);
    assert_int_equal(os_find_open(PATH("nowhere/*"), &find), JET_errInvalidPath);

    assert_int_equal(os_file_move(PATH("edb.chk"), PATH("edb00001.log"), false), JET_errFileAlreadyExists);
    assert_int_equal(os_file_move(PATH("edb.chk"), PATH("edb00001.log"), true), 0);
    assert_int_equal(os_file_move(PATH("edb.chk"), PATH("x"), true), JET_errFileNotFound);
    assert_int_equal(os_file_copy(PATH("edb00001.log"), PATH("copy"), false), 0);
    assert_int_equal(os_file_copy(PATH("edb00001.log"), PATH("copy"), false), JET_errFileAlreadyExists);
    assert_int_equal(os_file_delete(PATH("copy")), 0);
    assert_int_equal(os_file_delete(PATH("copy")), JET_errFileNotFound);
    assert_int_equal(os_volume(PATH("not there yet"), &volume), 0);
    assert_true(volume.sector_size >= 512 && volume.bytes_free <= volume.bytes_total);
    assert_int_equal(os_directory_create_all(PATH("a\\b/c")), 0);
    assert_true(os_directory_exists(PATH("a/b/c")));
    assert_int_equal(os_directory_remove(PATH("a")), JET_errFileAccessDenied);
    assert_int_equal(os_directory_remove(PATH("a/b/c")), 0);
    assert_int_equal(os_directory_remove(PATH("a/b")), 0);

    assert_int_equal(os_full_path(u"/x/./y\\..//z/../w", full, OS_PATH_MAX), 0);
    assert_int_equal(os_text_compare(full, u"/x/w"), 0);
    assert_int_equal(os_full_path(u"/../..", full, OS_PATH_MAX), 0);
    assert_int_equal(os_text_compare(full, u"/"), 0);
    assert_int_equal(os_full_path(u"/x/y/", full, OS_PATH_MAX), 0);
    assert_int_equal(os_text_compare(full, u"/x/y/"), 0);
    assert_int_equal(os_full_path(u"", full, OS_PATH_MAX), JET_errInvalidPath);
    assert_int_equal(os_full_path(u"/long/path", full, 8), JET_errInvalidPath);
}

static void test_path_text(void **state)
{
    WCHAR directory[OS_PATH_MAX], name[OS_PATH_MAX], extension[OS_PATH_MAX], path[20];

    (void)state;
    assert_int_equal(os_path_split(u"C:\\data.d\\edb.log", directory, name, extension), 0);
    assert_int_equal(os_text_compare(directory, u"C:\\data.d\\"), 0);
    assert_int_equal(os_text_compare(name, u"edb"), 0);
    assert_int_equal(os_text_compare(extension, u".log"), 0);
    assert_int_equal(os_path_split(u"C:x", directory, name, extension), 0);
    assert_int_equal(os_text_compare(name, u"x"), 0);
    assert_int_equal(os_path_split(u"a.d/b", directory, name, extension), 0);
    assert_int_equal(extension[0], 0);
    assert_int_equal(os_path_join(u"dir", u"name", u".ext", path, 20), 0);
    assert_int_equal(os_text_compare(path, u"dir/name.ext"), 0);
    assert_int_equal(os_path_join(u"dir\\", u"name", NULL, path, 20), 0);
    assert_int_equal(os_text_compare(path, u"dir\\name"), 0);
    assert_int_equal(os_path_join(u"dir", u"name-too-long-to-fit", NULL, path, 20), JET_errInvalidPath);
    assert_true(os_path_match(u"*", u"x"));
    assert_true(os_path_match(u"a*b*c", u"aXXbXbYc"));
    assert_false(os_path_match(u"a*b", u"aXXbc"));
    assert_true(os_path_match(u"EDB???.log", u"edb001.LOG"));
}

/* ---- a table that fails ---- */

struct failing_ops
{
    struct os_file_ops ops;
    const struct os_file_ops *next;
    int writes_left;
};

static struct failing_ops failing;

static JET_ERR failing_write(struct os_file *file, uint64_t offset, const void *data, size_t size)
{
    if (!failing.writes_left)
        return JET_errDiskFull;
    failing.writes_left--;
    return failing.next->write(file, offset, data, size);
}

static JET_ERR failing_open(const struct os_file_ops *ops, const WCHAR *path, uint32_t flags, struct os_file **file)
{
    struct failing_ops *self = (struct failing_ops *)ops;

    return self->next->open(&self->ops, path, flags, file);
}

static void test_replaced_table(void **state)
{
    struct os_file *before = open_or_die("before", OS_OPEN_WRITE | OS_OPEN_CREATE), *file;

    (void)state;
    failing.ops = os_platform_file_ops;
    failing.ops.open = failing_open;
    failing.ops.write = failing_write;
    failing.writes_left = 2;
    failing.next = os_replace_file_ops(&failing.ops);
    file = open_or_die("failing", OS_OPEN_WRITE | OS_OPEN_CREATE);
    assert_int_equal(os_file_write_at(file, 0, "1", 1), 0);
    assert_int_equal(os_file_write_at(file, 1, "2", 1), 0);
    assert_int_equal(os_file_write_at(file, 2, "3", 1), JET_errDiskFull);
    assert_int_equal(os_file_write_at(before, 2, "3", 1), 0);
    assert_ptr_equal(os_replace_file_ops(NULL), &failing.ops);
    assert_int_equal(os_file_write_at(file, 2, "3", 1), JET_errDiskFull);
    os_file_close(file);
    os_file_close(before);
}

static int allocations_left;

static void *failing_alloc(const struct os_memory_ops *ops, size_t size)
{
    return allocations_left-- > 0 ? os_platform_memory_ops.alloc(ops, size) : NULL;
}

static void test_failing_memory(void **state)
{
    struct os_memory_ops ops = os_platform_memory_ops;
    struct os_file *file;
    void *region;

    (void)state;
    ops.alloc = failing_alloc;
    allocations_left = 0;
    os_replace_memory_ops(&ops);
    assert_int_equal(os_file_open(PATH("m"), OS_OPEN_WRITE | OS_OPEN_CREATE, &file), JET_errOutOfMemory);
    assert_null(os_alloc_array(2, 10));
    os_replace_memory_ops(NULL);
    assert_null(os_alloc_array(SIZE_MAX / 2, 3));

    region = os_page_alloc(100000);
    assert_non_null(region);
    assert_int_equal((uintptr_t)region % 65536, 0);
    assert_int_equal(((char *)region)[131071], 0);
    ((char *)region)[4096] = 1;
    os_page_decommit((char *)region + 4096, 4096);
    assert_true(os_page_commit((char *)region + 4096, 4096));
    assert_int_equal(((char *)region)[4096], 0);
    os_page_free(region, 100000);
    assert_null(os_page_alloc(SIZE_MAX - 10));
}

static void test_map_and_trim(void **state)
{
    struct os_file *file = open_or_die("map", OS_OPEN_WRITE | OS_OPEN_CREATE);
    static char data[200000];
    void *address;
    JET_ERR err;

    (void)state;
    memset(data, 5, sizeof(data));
    assert_int_equal(os_file_write_at(file, 0, data, sizeof(data)), 0);
    assert_int_equal(os_file_map(file, 65536, 4096, &address), 0);
    assert_memory_equal(address, data, 4096);
    os_file_unmap(file, address, 4096);
    err = os_file_trim(file, 65536, 65536);
    assert_true(err == JET_errSuccess || err == JET_errUnloadableOSFunctionality);
    assert_int_equal(os_file_read_at(file, 65536, data, 1), 0);
    assert_int_equal(data[0], err < 0 ? 5 : 0);
    os_file_close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_read_write, setup, teardown),
        cmocka_unit_test_setup_teardown(test_parts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_open_errors, setup, teardown),
        cmocka_unit_test_setup_teardown(test_patience, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sharing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_names, setup, teardown),
        cmocka_unit_test(test_path_text),
        cmocka_unit_test_setup_teardown(test_replaced_table, setup, teardown),
        cmocka_unit_test_setup_teardown(test_failing_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_map_and_trim, setup, teardown),
    };

    return cmocka_run_group_tests_name("os_files", tests, NULL, NULL);
}
