/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the modes print alike: the scale of progress, as Windows' utility draws it, and signatures. */
#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

#include "esentutl.h"

#define SCALE 51

static bool is_terminal(void)
{
#ifdef _WIN32
    return _isatty(_fileno(stdout));
#else
    return isatty(STDOUT_FILENO);
#endif
}

void progress_start(struct progress *progress, const char *title)
{
    progress->shown = is_terminal();
    progress->dots = 0;
    if (!progress->shown)
        return;
    printf("                     %s (%% complete)\n\n"
           "          0    10   20   30   40   50   60   70   80   90  100\n"
           "          |----|----|----|----|----|----|----|----|----|----|\n"
           "          ",
           title);
    fflush(stdout);
}

JET_ERR progress_step(struct progress *progress, uint64_t done, uint64_t total)
{
    unsigned dots = total ? (unsigned)(done * SCALE / total) : SCALE;

    if (!progress->shown || dots <= progress->dots)
        return JET_errSuccess;
    while (progress->dots < dots && progress->dots < SCALE)
    {
        putchar('.');
        progress->dots++;
    }
    fflush(stdout);
    return JET_errSuccess;
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        printf("\n\n");
    progress->shown = false;
}

FILE *report_open(const struct options *options)
{
    const WCHAR *prefix = option_value(options, 'f');
    WCHAR name[OS_PATH_MAX];
    FILE *file = NULL;
    char text[3 * OS_PATH_MAX + 16];

    if (!prefix && os_path_split(options->path, NULL, name, NULL) >= 0)
        prefix = name;
    if (!prefix)
        return NULL;
    snprintf(text, sizeof(text), "%s.INTEG.RAW", path_text(prefix));
#ifdef _WIN32
    {
        WCHAR wide[OS_PATH_MAX];
        size_t size = 0;

        if (os_text_to_wide(OS_CP_UTF8, text, strlen(text), wide, OS_PATH_MAX - 1, &size) < 0)
            return NULL;
        wide[size] = 0;
        file = _wfopen((const wchar_t *)wide, L"ab");
    }
#else
    file = fopen(text, "ab");
#endif
    if (file)
        fprintf(file, "\r\n***** Report of %s\r\n\r\n", options->name);
    return file;
}

const char *path_text(const WCHAR *path)
{
    static char texts[8][3 * OS_PATH_MAX];
    static unsigned next;
    char *text = texts[next++ % 8];
    size_t size = 0;

    if (os_text_from_wide(OS_CP_UTF8, path, os_text_length(path), text, sizeof(texts[0]) - 1, &size, NULL) < 0)
        size = 0;
    text[size] = 0;
    return text;
}

/* The computer's name is left out where there is none. */
void print_signature(const char *label, const struct header_signature *signature)
{
    const struct header_time *time = &signature->created;

    printf("%s: Create time:%02u/%02u/%04u %02u:%02u:%02u.%03u Rand:%u Computer:%.16s\n", label, time->month, time->day,
           time->year + 1900, time->hour, time->minute, time->second,
           (unsigned)(time->milliseconds_low | time->milliseconds_high << 7), signature->random, signature->computer);
}
