/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The modes, and how their switches are read: they begin with / or -, in either
 * case.  A value is in the same argument, perhaps after a colon, or the next one.
 */
#include "esentutl.h"

static const struct mode modes[] = {
    { "g", mode_integrity, MODE_RECOVERED, "bn", "tf", NULL },
    { "k", mode_checksum, MODE_SNAPSHOT | MODE_RECOVERED, "ei", "t", NULL },
    { "m", mode_dump, MODE_DUMP, "a", "pnikd", nodes_check },
    { "mh", mode_header, MODE_DUMP, NULL, NULL, NULL },
    { "mm", mode_catalog, MODE_DUMP, NULL, "t", NULL },
    { "ms", mode_space, MODE_DUMP, "c", "tf", space_check },
    { "mc", mode_category, MODE_DUMP, "f", "p", NULL },
    { "mk", mode_checkpoint, MODE_DUMP, NULL, NULL, NULL },
    { "ml", mode_log, MODE_DUMP, "xs", "rc", log_options_check },
    { "mn", mode_nodes, MODE_DUMP, "a", "pnit", nodes_check },
    { "mp", mode_flush_map, MODE_DUMP, NULL, "p", NULL },
    { "mr", mode_revert_snapshot, MODE_DUMP, NULL, "p", NULL },
    { "mt", mode_trace, MODE_DUMP, NULL, NULL, NULL },
    { "mb", mode_block_cache, MODE_DUMP, NULL, NULL, NULL },
    { "d", mode_defragment, 0, "np", "btwxcu", NULL },
    { "r", mode_recovery, 0, "iadtuecwm", "lsnbrp", recovery_check },
    { "p", mode_repair, 0, "grn", "tfu", NULL },
    { "y", mode_copy, MODE_SNAPSHOT | MODE_RECOVERED, "i", "d", NULL },
    { "z", mode_secure, 0, "t", NULL, NULL },
};

static WCHAR lower(WCHAR c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
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

/* The mode of that name, case ignored. */
static const struct mode *find_mode(const WCHAR *wanted)
{
    WCHAR name[8];

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
    {
        if (os_text_from_ascii(name, 8, modes[i].name) && !os_text_compare_nocase(wanted, name))
            return &modes[i];
    }
    return NULL;
}

/* The mode of a letter with its file behind it, without a space between. */
static const struct mode *find_joined(const WCHAR *argument)
{
    WCHAR letter[2] = { argument[1], 0 };
    const struct mode *mode = find_mode(letter);

    return mode && mode->run != mode_dump ? mode : NULL;
}

/* What kind of dump a switch of one letter makes of /m; NULL: none. */
static const struct mode *find_kind(WCHAR **arguments, int count, int at)
{
    const WCHAR *argument = arguments[at];
    WCHAR name[3] = { 'm', lower(argument[1]), 0 };

    if (!is_switch(argument) || !argument[1] || argument[2])
        return NULL;
    /* these have a value, too */
    if ((name[1] == 'p' || name[1] == 'n' || name[1] == 'k') && at + 1 < count && !is_switch(arguments[at + 1]))
        return NULL;
    return find_mode(name);
}

static const WCHAR *value_of(WCHAR **arguments, int count, int *at, unsigned from)
{
    const WCHAR *value = arguments[*at] + from;

    if (*value == ':')
        value++;
    return *value ? value : *at + 1 < count ? arguments[++*at] : NULL;
}

static bool has_letter(const char *letters, WCHAR letter)
{
    return letters && letter >= 'a' && letter <= 'z' && strchr(letters, (char)letter);
}

/* /k or /kf of recovery, and a database. */
static const char *parse_shrink(WCHAR **arguments, int count, int *at, struct options *options)
{
    const WCHAR *argument = arguments[*at];

    if (argument[2] && (lower(argument[2]) != 'f' || argument[3]))
        return "there is no such option";
    options->flag['f' - 'a'] = argument[2] != 0;
    options->value['k' - 'a'] = *at + 1 < count ? arguments[++*at] : NULL;
    return options->value['k' - 'a'] ? NULL : "a database to shrink is missing";
}

static const char *parse_value(WCHAR **arguments, int count, int *at, struct options *options)
{
    WCHAR letter = lower(arguments[*at][1]);
    const WCHAR *value = value_of(arguments, count, at, 2);

    if (!value)
        return "its value is missing";
    if (options->value[letter - 'a'] && letter != 'n')
        return "it was given twice";
    options->value[letter - 'a'] = value;
    if (options->each_count < OPTIONS_EACH)
    {
        options->each_letter[options->each_count] = (char)letter;
        options->each[options->each_count++] = value;
    }
    return NULL;
}

/* A switch of this mode; what is wrong with it in *complaint.  false: it is none. */
static bool parse_own(const struct mode *mode, WCHAR **arguments, int count, int *at, struct options *options,
                      const char **complaint)
{
    WCHAR letter = lower(arguments[*at][1]);

    if (mode->run == mode_recovery && letter == 'k')
        *complaint = parse_shrink(arguments, count, at, options);
    else if (has_letter(mode->flags, letter))
    {
        const WCHAR *value = arguments[*at] + 2;

        if (*value == ':')
            value++;
        options->value[letter - 'a'] = *value ? value : NULL;
        options->flag[letter - 'a'] = true;
    }
    else if (has_letter(mode->values, letter))
        *complaint = parse_value(arguments, count, at, options);
    else
        return false;
    return true;
}

/* Whether a switch begins so. */
static bool begins_with(const WCHAR *argument, const char *word)
{
    for (size_t i = 0; word[i]; i++)
        if (lower(argument[1 + i]) != (WCHAR)word[i])
            return false;
    return true;
}

static bool is_word(const WCHAR *argument, const char *word)
{
    return begins_with(argument, word) && !argument[1 + strlen(word)];
}

/* /vss and those that begin so. */
static bool parse_snapshot(const struct mode *mode, WCHAR **arguments, int count, int *at, struct options *options,
                           const char **complaint)
{
    static const struct
    {
        const char *word;
        unsigned needs;
        int values;
    } switches[] = {
        { "vss", MODE_SNAPSHOT, 0 },
        { "vssrec", MODE_RECOVERED, 2 }, /* base name and folder of a log, which may be missing */
        { "vsssystempath", MODE_RECOVERED, 1 },
        { "vsspause", MODE_PAUSE, 0 },
    };

    for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
    {
        if (!is_word(arguments[*at], switches[i].word))
            continue;
        if (!(mode->snapshots & switches[i].needs))
            *complaint = "this mode has no such option";
        options->snapshot |= i < 2;
        *at += switches[i].values < count - 1 - *at ? switches[i].values : count - 1 - *at;
        return true;
    }
    return false;
}

/* An option that changes nothing here: /config SPEC, /efvN, /!, /detach. */
static bool parse_ignored(WCHAR **arguments, int count, int *at)
{
    const WCHAR *argument = arguments[*at];

    if (begins_with(argument, "config"))
    {
        if (argument[7] != ':' && *at + 1 < count)
            ++*at;
        return true;
    }
    return begins_with(argument, "efv") || argument[1] == '!' || is_word(argument, "detach");
}

/* Of all modes. */
static bool parse_common(const WCHAR *argument, struct options *options)
{
    switch (lower(argument[1]))
    {
    case 'v': /* and a level */
        options->verbose = true;
        return !argument[2] || ((argument[2] == '1' || argument[2] == '2') && !argument[3]);
    case 'o':
        options->quiet = true;
        return true;
    case '2':
    case '4':
    case '8':
        options->page_size = (uint32_t)(argument[1] - '0') * 1024;
        return true;
    case '1':
        options->page_size = 16 * 1024;
        return true;
    case '3':
        options->page_size = 32 * 1024;
        return true;
    default:
        return false;
    }
}

/* Sets *options; a complaint in *complaint if that cannot be. */
static const WCHAR *parse(const struct mode *mode, WCHAR **arguments, int count, int skip, struct options *options,
                          const char **complaint)
{
    for (int i = 0; i < count; i++)
    {
        const WCHAR *argument = arguments[i];

        if (i == skip)
            continue;
        if (!is_switch(argument))
        {
            *complaint = options->path ? "more than one file" : NULL;
            if (options->path)
                return argument;
            options->path = argument;
            continue;
        }
        if (!parse_ignored(arguments, count, &i) && !parse_snapshot(mode, arguments, count, &i, options, complaint) &&
            !parse_own(mode, arguments, count, &i, options, complaint) && !parse_common(argument, options))
            *complaint = "there is no such option";
        if (*complaint)
            return argument;
    }
    if (mode->run == mode_catalog || mode->run == mode_space || mode->run == mode_nodes)
        options->table = option_value(options, 't');
    *complaint = !options->path ? "a file is missing" : mode->check ? mode->check(options) : NULL;
    return NULL;
}

int options_parse(int count, WCHAR **arguments, const struct mode **mode, struct options *options)
{
    const char *complaint = NULL;
    const WCHAR *about;
    int skip = -1;

    if (!is_switch(arguments[0]))
        return usage("a mode begins with / or -", arguments[0]);
    *mode = find_mode(arguments[0] + 1);
    if (*mode && (*mode)->run == mode_dump)
    {
        const struct mode *kind = NULL;

        for (int i = 1; i < count && !kind; i++)
        {
            kind = find_kind(arguments, count, i);
            skip = kind ? i - 1 : -1;
        }
        if (kind)
            *mode = kind;
    }
    if (!*mode && (*mode = find_joined(arguments[0])))
    {
        arguments[0] += 2;
        arguments--;
        count++;
    }
    if (!*mode)
        return usage("there is no such mode", arguments[0]);
    about = parse(*mode, arguments + 1, count - 1, skip, options, &complaint);
    return complaint ? usage(complaint, about) : 0;
}

bool option_number(const WCHAR *text, int *number)
{
    bool minus = *text == '-', hex;
    int64_t value = 0;

    text += minus;
    hex = text[0] == '0' && lower(text[1]) == 'x';
    if (hex)
        text += 2;
    if (!*text)
        return false;
    for (; *text; text++)
    {
        WCHAR c = lower(*text);
        int digit = c >= '0' && c <= '9' ? c - '0' : hex && c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;

        if (digit < 0 || value > INT32_MAX / 16)
            return false;
        value = value * (hex ? 16 : 10) + digit;
    }
    *number = (int)(minus ? -value : value);
    return true;
}
