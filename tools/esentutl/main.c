/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * esentutl - looks into databases and their files, and checks them.
 *
 * The exit code is 0, the JET error (of which a shell on Unix sees the low eight
 * bits), or -1 for wrong usage and for help, as of Windows' utility.
 * Nothing is asked, whatever the input is.
 */
#include <stdlib.h>

#include "cache/cache.h"
#include "esentutl.h"

#define CACHE_BYTES ((uint64_t)64 << 20)

/* The code of the program: of warnings, as of success, it is 0. */
static int finish(JET_ERR err, uint32_t begin)
{
    uint32_t took = os_tick_ms() - begin;
    JET_API_PTR number = (JET_API_PTR)err;
    char text[512] = "";

    if (err)
        JetGetSystemParameterA(0, JET_sesidNil, JET_paramErrorToString, &number, text, sizeof(text));
    if (err < 0)
        printf("\nOperation terminated with error %d (%s) after", (int)err, text);
    else if (err == JET_wrnDatabaseRepaired)
        printf("\nOperation completed successfully with %d (%s) after", (int)err, text);
    else
        printf("\nOperation completed successfully in");
    printf(" %u.%03u seconds.\n\n", (unsigned)(took / 1000), (unsigned)(took % 1000));
    return err < 0 ? err : 0;
}

/* There are no snapshots of volumes to be had: what Windows' utility says where its library for them is missing. */
static JET_ERR snapshot(void)
{
    printf("Initializing VSS subsystem...\n\n   VSS Subsystem Init failed: snapshots of volumes are not to be had.\n");
    return JET_errOSSnapshotNotAllowed;
}

/* /2 to /32 say what the database must have. */
static JET_ERR check_page_size(const struct options *options)
{
    JET_ULONG type = 0, size = 0;

    if (!options->page_size || JetGetDatabaseFileInfoW(options->path, &type, sizeof(type), JET_DbInfoFileType) < 0 ||
        type != JET_filetypeDatabase ||
        JetGetDatabaseFileInfoW(options->path, &size, sizeof(size), JET_DbInfoPageSize) < 0)
        return JET_errSuccess;
    return size == options->page_size ? JET_errSuccess : JET_errPageSizeMismatch;
}

static JET_ERR run_mode(const struct mode *mode, const struct options *options)
{
    JET_ERR err = options->snapshot            ? snapshot()
                  : mode->run == mode_recovery ? JET_errSuccess
                                               : check_page_size(options);

    return err < 0 ? err : mode->run(options);
}

static int run(int count, WCHAR **arguments)
{
    struct options *options;
    const struct mode *mode;
    uint32_t begin = os_tick_ms();
    size_t size = 0;
    int code;

    if (count < 2)
        return usage("no mode", NULL);
    if ((arguments[1][0] == '/' || arguments[1][0] == '-') && arguments[1][1] == '?')
        return usage(NULL, NULL);
    options = calloc(1, sizeof(*options));
    if (!options)
        return JET_errOutOfMemory;
    code = options_parse(count - 1, arguments + 1, &mode, options);
    if (code)
    {
        free(options);
        return code;
    }
    if (os_text_from_wide(OS_CP_UTF8, options->path, os_text_length(options->path), options->name,
                          sizeof(options->name) - 1, &size, NULL) >= 0)
        options->name[size] = 0;
    if (!options->quiet)
        printf("esentutl: databases of the Extensible Storage Engine\n\n");
    cache_set_size(0, CACHE_BYTES);
    code = finish(run_mode(mode, options), begin);
    fflush(stdout);
    free(options);
    return code;
}

#ifdef _WIN32
int wmain(int count, wchar_t **arguments)
{
    return run(count, (WCHAR **)arguments);
}
#else
int main(int count, char **arguments)
{
    size_t room = 1, needed = 0;
    WCHAR **wide, *text;
    int code = JET_errOutOfMemory;

    for (int i = 0; i < count; i++)
        room += strlen(arguments[i]) + 1;
    wide = calloc((size_t)count + 1, sizeof(*wide));
    text = calloc(room, sizeof(*text));
    if (wide && text)
    {
        WCHAR *at = text;

        code = 0;
        for (int i = 0; i < count && code >= 0; i++)
        {
            size_t length = strlen(arguments[i]);

            wide[i] = at;
            code = os_text_to_wide(OS_CP_UTF8, arguments[i], length, at, length, &needed);
            at += length + 1;
        }
        if (code >= 0)
            code = run(count, wide);
    }
    free(text);
    free(wide);
    return code;
}
#endif
