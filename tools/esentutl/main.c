/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * esentutl - looks into databases and their files, and checks them.
 *
 * Switches begin with / or -, in either case.  The exit code is 0, the JET error
 * (of which a shell on Unix sees the low eight bits), or -1 for wrong usage.
 * Nothing is asked, whatever the input is.
 */
#include <stdlib.h>

#include "cache/cache.h"
#include "esentutl.h"

#define CACHE_BYTES ((uint64_t)64 << 20)
#define EXIT_USAGE  (-1)

static const struct mode
{
    const char *name;
    JET_ERR (*run)(const struct options *options);
    const char *help;
    const char *flags,
        *values; /* letters of its own options: those that stand alone, and those with something behind */
} modes[] = {
    { "g", mode_integrity,
      "/g DATABASE          checks that everything in it agrees; /v counts, /f PREFIX of the report", "bn", "tf" },
    { "k", mode_checksum,
      "/k FILE              checks the checksums of a database, log or checkpoint; /k BASE those of a log", "ei", "t" },
    { "mh", mode_header, "/mh DATABASE         its header", NULL, NULL },
    { "mm", mode_catalog, "/mm DATABASE [/v]    its tables, columns and indexes; /t NAME one table", NULL, NULL },
    { "ms", mode_space, "/ms DATABASE [/v]    what its trees own and have available", NULL, NULL },
    { "mk", mode_checkpoint, "/mk CHECKPOINT       a checkpoint file", NULL, NULL },
    { "ml", mode_log,
      "/ml LOG [/v]         a log file; /v its records; /ml BASE all of a log, /r FIRST[-LAST] of these generations;\n"
      "                         /c FILE lines of values with commas between, added to that file",
      "x", "rc" },
    { "mn", mode_nodes, "/mn DATABASE [/a]    its pages and nodes, /a also deleted ones; /p PAGE[:LAST] those only",
      "a", "pn" },
    { "m", mode_dump, "/m DATABASE          as /mh; with /p PAGE that page, with /n NODE one node of it", "a", "pn" },
    { "d", mode_defragment,
      "/d DATABASE          writes it anew without what is free; /t FILE where to, /p and leave it there,\n"
      "                         /b FILE keeps the old one",
      "np", "btwxcu" },
    { "r", mode_recovery,
      "/r BASE              replays the logs of this base name; /l FOLDER of logs, /s FOLDER of the checkpoint,\n"
      "                         /d[FOLDER] where databases are now, /n NEW[:OLD] or some of them, /n* and the others,\n"
      "                         /i without databases that are missing, /a without lost logs, /t deletes the logs then,\n"
      "                         /u[GENERATION] undoes nothing, and goes no further than that",
      "iadtue", "lsn" },
    { "p", mode_repair, "/p DATABASE          makes a whole one of what there is of it; what is lost is told", "grn",
      "tfu" },
    { "y", mode_copy, "/y FILE              copies it; /d FILE where to; /i zeroes in place of what cannot be read",
      "i", "d" },
};

static int usage(const char *complaint, const WCHAR *argument)
{
    char text[256] = "";
    size_t size = 0;

    if (argument && os_text_from_wide(OS_CP_UTF8, argument, os_text_length_max(argument, 60), text, sizeof(text) - 1,
                                      &size, NULL) >= 0)
        text[size] = 0;
    if (complaint)
        fprintf(stderr, "Usage Error: %s%s%s\n\n", complaint, *text ? ": " : "", text);
    fprintf(stderr, "usage: esentutl MODE [OPTIONS]\n\n");
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
        fprintf(stderr, "    %s\n", modes[i].help);
    fprintf(stderr, "\n    /v  verbose        /o  no banner        /8  ignored\n");
    return EXIT_USAGE;
}

static bool is_switch(const WCHAR *argument)
{
#ifdef _WIN32
    return *argument == '/' || *argument == '-';
#else
    /* a path may begin with a slash: switches have no other, and no file that is there is one */
    if (*argument != '/' || os_text_length(argument) <= 3)
        return *argument == '-' || *argument == '/';
    for (size_t i = 1; argument[i]; i++)
        if (argument[i] == '/' || argument[i] == '.')
            return false;
    return !os_file_exists(argument) && !os_directory_exists(argument);
#endif
}

/* The mode that a switch names, case ignored. */
static const struct mode *find_mode(const WCHAR *argument)
{
    WCHAR name[8];

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
    {
        if (os_text_from_ascii(name, 8, modes[i].name) && !os_text_compare_nocase(argument + 1, name))
            return &modes[i];
    }
    return NULL;
}

/* The mode of a letter with its file behind it, without a space between. */
static const struct mode *find_joined(WCHAR *argument)
{
    WCHAR letter[3] = { argument[0], argument[1], 0 };
    const struct mode *mode = find_mode(letter);

    return mode && mode->run != mode_dump ? mode : NULL;
}

static WCHAR lower(WCHAR c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* What stands behind a switch: in the same argument, perhaps after a colon, or in the next one. */
static const WCHAR *value_of(WCHAR **arguments, int count, int *at)
{
    const WCHAR *value = arguments[*at] + 2;

    if (*value == ':')
        value++;
    return *value ? value : *at + 1 < count ? arguments[++*at] : NULL;
}

static bool has_letter(const char *letters, WCHAR letter)
{
    return letters && letter >= 'a' && letter <= 'z' && strchr(letters, (char)letter);
}

/* A switch of this mode; false if it is none. */
static bool parse_own(const struct mode *mode, WCHAR **arguments, int count, int *at, struct options *options)
{
    WCHAR letter = lower(arguments[*at][1]);

    if (has_letter(mode->flags, letter))
    {
        const WCHAR *value = arguments[*at] + 2;

        if (*value == ':')
            value++;
        options->value[letter - 'a'] = *value ? value : NULL;
        return options->flag[letter - 'a'] = true;
    }
    if (!has_letter(mode->values, letter) || !(options->value[letter - 'a'] = value_of(arguments, count, at)))
        return false;
    if (options->each_count < OPTIONS_EACH)
    {
        options->each_letter[options->each_count] = (char)letter;
        options->each[options->each_count++] = options->value[letter - 'a'];
    }
    return true;
}

/* Whether an option of every mode begins so, of more than a letter. */
static bool is_word(const WCHAR *argument, const char *word)
{
    size_t i;

    for (i = 0; word[i]; i++)
        if (lower(argument[1 + i]) != (WCHAR)word[i])
            return false;
    return true;
}

/* An option that changes nothing here: /config SPEC, /efvN, /!. */
static bool parse_ignored(WCHAR **arguments, int count, int *at)
{
    const WCHAR *argument = arguments[*at];

    if (is_word(argument, "config"))
    {
        if (argument[7] != ':' && *at + 1 < count)
            ++*at;
        return true;
    }
    return is_word(argument, "efv") || argument[1] == '!';
}

/* Sets *options; a complaint in *complaint if that cannot be. */
static const WCHAR *parse(const struct mode *mode, WCHAR **arguments, int count, struct options *options,
                          const char **complaint)
{
    for (int i = 0; i < count; i++)
    {
        const WCHAR *argument = arguments[i];

        if (!is_switch(argument))
        {
            *complaint = options->path ? "more than one file" : NULL;
            if (options->path)
                return argument;
            options->path = argument;
            continue;
        }
        if (parse_ignored(arguments, count, &i) || parse_own(mode, arguments, count, &i, options))
            continue;
        switch (lower(argument[1]))
        {
        case 'v':
            options->verbose = true;
            break;
        case 'o':
            options->quiet = true;
            break;
        case '1':
        case '2':
        case '3':
        case '4':
        case '8':
            break;
        case 't':
            options->table = argument[2] ? argument + 2 : i + 1 < count ? arguments[++i] : NULL;
            if (options->table)
                break;
            /* fall through */
        default:
            *complaint = "there is no such option";
            return argument;
        }
    }
    *complaint = options->path ? NULL : "a file is missing";
    return NULL;
}

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

static int run(int count, WCHAR **arguments)
{
    struct options *options;
    const char *complaint = NULL;
    const WCHAR *about;
    const struct mode *mode;
    uint32_t begin = os_tick_ms();
    size_t size = 0;
    int code;

    if (count < 2)
        return usage("no mode", NULL);
    if (!is_switch(arguments[1]))
        return usage("a mode begins with / or -", arguments[1]);
    if (arguments[1][1] == '?')
    {
        usage(NULL, NULL);
        return 0;
    }
    mode = find_mode(arguments[1]);
    if (!mode && (mode = find_joined(arguments[1])))
    {
        arguments[1] += 2;
        arguments--;
        count++;
    }
    if (!mode)
        return usage("there is no such mode", arguments[1]);
    options = calloc(1, sizeof(*options));
    if (!options)
        return JET_errOutOfMemory;
    about = parse(mode, arguments + 2, count - 2, options, &complaint);
    if (complaint)
    {
        free(options);
        return usage(complaint, about);
    }
    if (os_text_from_wide(OS_CP_UTF8, options->path, os_text_length(options->path), options->name,
                          sizeof(options->name) - 1, &size, NULL) >= 0)
        options->name[size] = 0;
    if (!options->quiet)
        printf("esentutl: databases of the Extensible Storage Engine\n\n");
    cache_set_size(0, CACHE_BYTES);
    code = finish(mode->run(options), begin);
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
    WCHAR **wide = calloc((size_t)count + 1, sizeof(*wide));

    for (int i = 0; wide && i < count; i++)
    {
        size_t length = strlen(arguments[i]), needed = 0;

        wide[i] = calloc(length + 1, sizeof(WCHAR));
        if (!wide[i] || os_text_to_wide(OS_CP_UTF8, arguments[i], length, wide[i], length, &needed) < 0)
            return JET_errOutOfMemory;
    }
    return wide ? run(count, wide) : JET_errOutOfMemory;
}
#endif
