/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef _WIN32
#include <windows.h>
#else
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#endif
#include "support.h"

#define KEPT      8
#define PATH_SIZE 1024

static char *next_path(void)
{
    static char paths[KEPT][PATH_SIZE];
    static unsigned turn;

    return paths[turn++ % KEPT];
}

static char separator(void)
{
#ifdef _WIN32
    return '\\';
#else
    return '/';
#endif
}

const char *test_file(const char *name)
{
    char *path = next_path(), here[PATH_SIZE - 200];
    size_t i;

#ifdef _WIN32
    GetCurrentDirectoryA(sizeof(here), here);
#else
    assert_non_null(getcwd(here, sizeof(here)));
#endif
    snprintf(path, PATH_SIZE, "%s%c%s", here, separator(), name);
    for (i = 0; path[i]; i++)
        if (path[i] == '/' || path[i] == '\\')
            path[i] = separator();
    return path;
}

char *test_file_kept(const char *name)
{
    static char paths[256][PATH_SIZE];
    static unsigned next;

    return strcpy(paths[next++ % 256], test_file(name));
}

const char *test_folder(const char *name)
{
    char *path = (char *)test_file(name);
    size_t length = strlen(path);

#ifdef _WIN32
    CreateDirectoryA(path, NULL);
#else
    mkdir(path, 0777);
#endif
    path[length] = separator();
    path[length + 1] = 0;
    return path;
}

const char *test_file_in(const char *folder, const char *name)
{
    char *path = next_path();

    snprintf(path, PATH_SIZE, "%s%s", test_folder(folder), name);
    return path;
}

const char *test_file_name(const char *path)
{
    const char *last = path;

    for (; *path; path++)
    {
        if (*path == '/' || *path == '\\')
            last = path + 1;
    }
    return last;
}

bool test_file_exists(const char *path)
{
    FILE *file = fopen(path, "rb");

    if (file)
        fclose(file);
    return file != NULL;
}

void test_file_write(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    fclose(file);
}

uint8_t *test_file_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes;
    long end;

    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    end = ftell(file);
    fseek(file, 0, SEEK_SET);
    bytes = malloc((size_t)end + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)end, file), end);
    fclose(file);
    *size = (size_t)end;
    return bytes;
}

void test_file_copy(const char *from, const char *to)
{
    size_t size;
    uint8_t *bytes = test_file_read(from, &size);

    assert_non_null(bytes);
    test_file_write(to, bytes, size);
    free(bytes);
}

WCHAR *test_wide(const char *text)
{
    static WCHAR texts[KEPT][PATH_SIZE];
    static unsigned turn;
    WCHAR *wide = texts[turn++ % KEPT];
    size_t i;

    for (i = 0; text[i] && i < PATH_SIZE - 1; i++)
        wide[i] = (unsigned char)text[i];
    wide[i] = 0;
    return wide;
}

bool test_wide_equal(const WCHAR *text, const char *want)
{
    size_t i;

    for (i = 0; text[i] && text[i] == (unsigned char)want[i]; i++)
        ;
    return !text[i] && !want[i];
}

/* Not of the thread that runs the test: an assertion that fails there ends the process, and cmocka says nothing. */
static _Thread_local bool elsewhere;

void test_answer(JET_ERR err, JET_ERR want, const char *call, const char *file, int line)
{
    if (err == want)
        return;
    if (elsewhere)
        fprintf(stderr, "%s:%d: in a thread: %s is %d, not %d\n", file, line, call, (int)err, (int)want),
            fflush(stderr);
    _assert_int_equal((LargestIntegralType)err, (LargestIntegralType)want, file, line);
}

static void tell_elsewhere(void)
{
    if (elsewhere)
        fputs("an assertion failed in a thread of its own\n", stderr), fflush(stderr);
}

struct test_thread
{
    void (*function)(void *context);
    void *context;
#ifdef _WIN32
    HANDLE handle;
#else
    pthread_t handle;
#endif
};

#ifdef _WIN32
static DWORD WINAPI run(void *argument)
#else
static void *run(void *argument)
#endif
{
    struct test_thread *thread = argument;

    elsewhere = true;
    thread->function(thread->context);
    return 0;
}

struct test_thread *test_thread_start(void (*function)(void *context), void *context)
{
    struct test_thread *thread = malloc(sizeof(*thread));
    static bool told;

    assert_non_null(thread);
    if (!told)
        told = !atexit(tell_elsewhere);
    thread->function = function;
    thread->context = context;
#ifdef _WIN32
    thread->handle = CreateThread(NULL, 0, run, thread, 0, NULL);
    assert_non_null(thread->handle);
#else
    assert_int_equal(pthread_create(&thread->handle, NULL, run, thread), 0);
#endif
    return thread;
}

void test_thread_join(struct test_thread *thread)
{
#ifdef _WIN32
    WaitForSingleObject(thread->handle, INFINITE);
    CloseHandle(thread->handle);
#else
    pthread_join(thread->handle, NULL);
#endif
    free(thread);
}

void test_elsewhere(void (*function)(void *context), void *context)
{
    test_thread_join(test_thread_start(function, context));
}

void test_sleep(unsigned milliseconds)
{
#ifdef _WIN32
    Sleep(milliseconds);
#else
    struct timespec time = { milliseconds / 1000, milliseconds % 1000 * 1000000L };
    nanosleep(&time, NULL);
#endif
}

JET_INSTANCE test_instance_unstarted(const char *name, const char *recovery)
{
    JET_INSTANCE instance = JET_instanceNil;
    const char *folder = test_folder(name);

    assert_ok(JetCreateInstanceA(&instance, name));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramSystemPath, 0, folder));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramLogFilePath, 0, folder));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramTempPath, 0, folder));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramRecovery, 0, recovery));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramCircularLog, 1, NULL));
    assert_ok(JetSetSystemParameterA(&instance, 0, JET_paramLogFileSize, 128, NULL));
    return instance;
}

JET_INSTANCE test_instance(const char *name, const char *recovery)
{
    JET_INSTANCE instance = test_instance_unstarted(name, recovery);

    assert_ok(JetInit(&instance));
    return instance;
}

JET_SESID test_session(JET_INSTANCE instance)
{
    JET_SESID session = JET_sesidNil;

    assert_ok(JetBeginSessionA(instance, &session, NULL, NULL));
    assert_int_not_equal(session, 0);
    assert_true(session != JET_sesidNil);
    return session;
}

JET_DBID test_database(const char *name, const char *recovery, JET_INSTANCE *instance, JET_SESID *session)
{
    char file[60];
    JET_DBID dbid;

    *instance = test_instance(name, recovery);
    *session = test_session(*instance);
    snprintf(file, sizeof(file), "%s.edb", name);
    assert_ok(JetCreateDatabaseA(*session, test_file(file), NULL, &dbid, 0));
    return dbid;
}

JET_TABLEID test_table(JET_SESID session, JET_DBID dbid)
{
    static unsigned count;
    JET_TABLEID table;
    char name[20];

    snprintf(name, sizeof(name), "table%u", count++);
    assert_ok(JetCreateTableA(session, dbid, name, 1, 80, &table));
    return table;
}

JET_COLUMNID test_column(JET_SESID session, JET_TABLEID table, const char *name, JET_COLTYP type, JET_GRBIT grbit)
{
    JET_COLUMNDEF def = { sizeof(def), 0, type, 0, 0, 1200, 0, 0, grbit };
    JET_COLUMNID id = 0;

    assert_ok(JetAddColumnA(session, table, name, &def, NULL, 0, &id));
    return id;
}
