/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /r: replays the logs that a crash left, until the databases are as after a clean shutdown. */
#include <stdlib.h>

#include "esentutl.h"
#include "log/log.h"

static const WCHAR here[] = { '.', 0 };

/* The header of the current log, or else of the last that there is.  JET_errMissingLogFile. */
static JET_ERR find_log(struct log_names *names, struct log_header *header)
{
    WCHAR path[OS_PATH_MAX];
    struct os_file *file;
    uint32_t low, high;
    JET_ERR err;

    for (unsigned i = 0; i < 2; i++)
    {
        names->new_extensions = i != 0;
        err = log_path(names, LOG_FILE_CURRENT, 0, path, OS_PATH_MAX);
        if (err >= 0)
            err = os_file_open(path, OS_OPEN_READ_ONLY, &file);
        if (err == JET_errFileNotFound && log_range(names, &low, &high) >= 0 && high)
        {
            err = log_path(names, LOG_FILE_GENERATION, high, path, OS_PATH_MAX);
            if (err >= 0)
                err = os_file_open(path, OS_OPEN_READ_ONLY, &file);
        }
        if (err == JET_errFileNotFound)
            continue;
        if (err < 0)
            return err;
        err = log_header_read(file, header);
        os_file_close(file);
        return err;
    }
    return JET_errMissingLogFile;
}

/* Sizes and names as the log has them, if there is one; /c5 and /c8: digits in names. */
static void adopt(JET_INSTANCE *instance, const struct options *options, const struct log_names *names,
                  const struct log_header *header)
{
    const WCHAR *digits = option_value(options, 'c');

    if (header->segments && !log_header_old(header))
        (void)JetSetSystemParameterW(instance, 0, JET_paramLogFileSize,
                                     (JET_API_PTR)header->segments * LOG_SEGMENT_SIZE / 1024, NULL);
    if (names->new_extensions)
        (void)JetSetSystemParameterW(instance, 0, JET_paramLegacyFileNames, 0, NULL);
    if (digits && *digits == '5')
        (void)JetSetSystemParameterW(instance, 0, JET_paramLegacyFileNames,
                                     JET_bitESE98FileNames | JET_bitEightDotThreeSoftCompat, NULL);
    else if (digits && *digits == '8')
        (void)JetSetSystemParameterW(instance, 0, JET_paramLegacyFileNames, JET_bitESE98FileNames, NULL);
}

static JET_ERR JET_API on_status(JET_SNP snp, JET_SNT snt, void *data, void *context)
{
    const JET_SNPROG *progress = data;

    if (snp == JET_snpRecoveryControl)
        return ((const JET_RECOVERYCONTROL *)data)->errDefault;
    return snt == JET_sntProgress ? progress_step(context, progress->cunitDone, progress->cunitTotal) : JET_errSuccess;
}

/* NEW or NEW:OLD, of which each may have a drive.  The text is cut. */
static void split_map(WCHAR *text, JET_RSTMAP2_W *entry)
{
    entry->cbStruct = sizeof(*entry);
    entry->szNewDatabaseName = text;
    for (size_t i = 0; text[i]; i++)
    {
        if (i < 2 || text[i] != ':')
            continue;
        text[i] = 0;
        entry->szDatabaseName = text + i + 1;
        return;
    }
}

/* Where databases are now, and which are to be replayed into. */
struct map
{
    JET_RSTMAP2_W entry[OPTIONS_EACH];
    WCHAR text[OPTIONS_EACH][2 * OS_PATH_MAX];
    JET_LONG count;
    bool others; /* where they were */
};

static JET_ERR read_map(const struct options *options, struct map *map)
{
    map->others = true;
    for (unsigned i = 0; i < options->each_count; i++)
    {
        const WCHAR *value = options->each[i];

        if (options->each_letter[i] != 'n')
            continue;
        map->others = value[0] == '*' && !value[1];
        if (map->others)
            break;
    }
    for (unsigned i = 0; i < options->each_count; i++)
    {
        const WCHAR *value = options->each[i];

        if (options->each_letter[i] != 'n' || (value[0] == '*' && !value[1]))
            continue;
        if (!os_text_copy(map->text[map->count], 2 * OS_PATH_MAX, value))
            return JET_errInvalidPath;
        split_map(map->text[map->count], &map->entry[map->count]);
        map->count++;
    }
    return JET_errSuccess;
}

/* GENERATION or GENERATION:SEGMENT:BYTE behind /u; all zero for none.  false: that is no position. */
static bool stop_of(const struct options *options, JET_LGPOS *stop)
{
    static const uint32_t most[3] = { INT32_MAX, UINT16_MAX, UINT16_MAX };
    const WCHAR *value = option_value(options, 'u');
    uint64_t part[3] = { 0 };
    unsigned parts = 0;

    *stop = (JET_LGPOS){ 0 };
    if (!value)
        return true;
    for (; *value; value++)
    {
        if (*value == ':' && parts < 2)
            parts++;
        else if (*value < '0' || *value > '9' || (part[parts] = part[parts] * 10 + (*value - '0')) > most[parts])
            return false;
    }
    stop->lGeneration = (JET_LONG)part[0];
    stop->isec = (uint16_t)part[1];
    stop->ib = (uint16_t)part[2];
    return part[0] && parts != 1;
}

static bool has_maps(const struct options *options)
{
    for (unsigned i = 0; i < options->each_count; i++)
        if (options->each_letter[i] == 'n')
            return true;
    return false;
}

const char *recovery_check(const struct options *options)
{
    bool backup = option_value(options, 'b') || option_value(options, 'r');
    JET_LGPOS stop;

    if (option_flag(options, 'd') + backup + has_maps(options) > 1)
        return "/d, /n and /b exclude each other";
    if (option_value(options, 'r') && !option_value(options, 'b'))
        return "/r needs /b";
    if (option_value(options, 'k') && option_value(options, 'p'))
        return "/k and /p exclude each other";
    if (!stop_of(options, &stop))
        return "/u is followed by no position in a log";
    return NULL;
}

static JET_GRBIT bits_of(const struct options *options)
{
    JET_GRBIT grbit = JET_bitLogStreamMustExist;

    if (option_flag(options, 'e'))
        grbit = 0;
    if (option_flag(options, 'i'))
        grbit |= JET_bitReplayIgnoreMissingDB;
    if (option_flag(options, 'a'))
        grbit |= JET_bitReplayIgnoreLostLogs;
    if (option_flag(options, 't'))
        grbit |= JET_bitTruncateLogsAfterRecovery;
    if (option_flag(options, 'u'))
        grbit |= JET_bitRecoveryWithoutUndo;
    return grbit;
}

static JET_ERR recover(JET_INSTANCE *instance, const struct options *options, struct progress *progress)
{
    JET_RSTINFO2_W info = { .cbStruct = sizeof(info), .pfnCallback = on_status, .pvCallbackContext = progress };
    JET_GRBIT grbit = bits_of(options);
    struct map *map;
    JET_ERR err;

    (void)stop_of(options, &info.lgposStop);
    map = calloc(1, sizeof(*map));
    if (!map)
        return JET_errOutOfMemory;
    err = read_map(options, map);
    if (map->others)
        grbit |= JET_bitReplayMissingMapEntryDB;
    if (map->count)
    {
        info.rgrstmap = map->entry;
        info.crstmap = map->count;
    }
    if (err >= 0)
        err = JetInit4W(instance, &info, grbit);
    free(map);
    return err;
}

static JET_ERR set_paths(JET_INSTANCE *instance, const struct options *options, const struct log_names *names)
{
    static const WCHAR on[] = { 'o', 'n', 0 };
    const WCHAR *databases = option_value(options, 'd');
    JET_ERR err = JetSetSystemParameterW(instance, 0, JET_paramRecovery, 0, on);

    if (err >= 0)
        err = JetSetSystemParameterW(instance, 0, JET_paramBaseName, 0, options->path);
    if (err >= 0)
        err = JetSetSystemParameterW(instance, 0, JET_paramLogFilePath, 0, names->directory);
    if (err >= 0)
        err = JetSetSystemParameterW(instance, 0, JET_paramSystemPath, 0, names->system_directory);
    if (err >= 0)
        err = JetSetSystemParameterW(instance, 0, JET_paramTempPath, 0, names->system_directory);
    if (err >= 0)
        err = JetSetSystemParameterW(instance, 0, JET_paramMaxTemporaryTables, 0, NULL);
    /* What is not needed any more may only go where it may be lost. */
    if (err >= 0 && option_flag(options, 'a'))
        err = JetSetSystemParameterW(instance, 0, JET_paramDeleteOutOfRangeLogs, 1, NULL);
    if (err >= 0 && (databases || option_flag(options, 'd')))
        err = JetSetSystemParameterW(instance, 0, JET_paramAlternateDatabaseRecoveryPath, 0,
                                     databases ? databases : here);
    return err;
}

static const WCHAR *place(const struct options *options, char letter)
{
    return option_value(options, letter) ? option_value(options, letter) : here;
}

static JET_ERR find_names(const struct options *options, struct log_names *names)
{
    JET_ERR err = os_full_path(place(options, 'l'), names->directory, OS_PATH_MAX);

    if (err >= 0)
        err = os_full_path(place(options, 's'), names->system_directory, OS_PATH_MAX);
    if (err >= 0 && !os_text_copy(names->base, LOG_NAME_MAX, options->path))
        err = JET_errInvalidParameter;
    return err;
}

/* What the logs say of pages and sizes: those that are there or, with /b, those of the backup.  With /e none need be
 * there. */
static JET_ERR look(const struct options *options, struct log_names *names, struct log_header *header)
{
    struct log_names *saved;
    JET_ERR err;

    memset(header, 0, sizeof(*header));
    if (!option_value(options, 'b'))
    {
        err = find_log(names, header);
        return err == JET_errMissingLogFile && option_flag(options, 'e') ? JET_errSuccess : err;
    }
    saved = malloc(sizeof(*saved));
    if (!saved)
        return JET_errOutOfMemory;
    *saved = *names;
    err = os_full_path(option_value(options, 'b'), saved->directory, OS_PATH_MAX);
    if (err >= 0)
        err = find_log(saved, header);
    names->new_extensions = saved->new_extensions;
    free(saved);
    return err;
}

static JET_ERR start(JET_INSTANCE *instance, const struct options *options, const struct log_names *names,
                     const struct log_header *header)
{
    static const WCHAR name[] = { 'e', 's', 'e', 'n', 't', 'u', 't', 'l', 0 };
    uint32_t size = options->page_size ? options->page_size : header->segments ? log_header_page_size(header) : 4096;
    int latency = 0;
    JET_ERR err = JetSetSystemParameterW(NULL, 0, JET_paramDatabasePageSize, size, NULL);

    if (err >= 0)
        err = JetCreateInstanceW(instance, name);
    if (err < 0)
        return err;
    err = set_paths(instance, options, names);
    adopt(instance, options, names, header);
    if (err >= 0 && option_value(options, 'w') && option_number(option_value(options, 'w'), &latency))
        err = JetSetSystemParameterW(instance, 0, JET_paramWaypointLatency, (JET_API_PTR)latency, NULL);
    return err;
}

static JET_ERR run(const struct options *options, struct log_names *names)
{
    struct progress progress = { 0 };
    struct log_header header;
    JET_INSTANCE instance;
    JET_ERR err = find_names(options, names), ended;

    if (err >= 0)
        err = look(options, names, &header);
    if (err >= 0)
        err = start(&instance, options, names, &header);
    if (err < 0)
        return err;
    if (option_value(options, 'b'))
        return recovery_restore(&instance, options);
    progress_start(&progress, "Performing soft recovery...");
    err = recover(&instance, options, &progress);
    progress_end(&progress);
    if (err < 0)
        return err;
    if (option_value(options, 'k') || option_value(options, 'p'))
        err = recovery_attach(instance, options);
    ended = JetTerm2(instance, JET_bitTermComplete);
    return err < 0 ? err : ended < 0 ? ended : err;
}

/* Where databases are that /n names. */
static void print_maps(const struct options *options)
{
    struct map *map = calloc(1, sizeof(*map));

    if (map && read_map(options, map) >= 0)
    {
        for (JET_LONG i = 0; i < map->count; i++)
        {
            printf("   New Database Location: %s", path_text(map->entry[i].szNewDatabaseName));
            if (map->entry[i].szDatabaseName)
                printf(", Original Database Location: %s", path_text(map->entry[i].szDatabaseName));
            printf("\n");
        }
        if (map->count && map->others)
            printf("   Default Database Location: yes\n");
    }
    free(map);
}

JET_ERR mode_recovery(const struct options *options)
{
    struct log_names *names = calloc(1, sizeof(*names));
    JET_ERR err;

    if (!names)
        return JET_errOutOfMemory;
    printf("Initiating RECOVERY mode...\n    Logfile base name: %s\n", options->name);
    printf("            Log files: %s\n",
           option_value(options, 'l') ? path_text(option_value(options, 'l')) : "<current directory>");
    printf("         System files: %s\n",
           option_value(options, 's') ? path_text(option_value(options, 's')) : "<current directory>");
    if (option_flag(options, 'd'))
        printf("   Database Directory: %s\n",
               option_value(options, 'd') ? path_text(option_value(options, 'd')) : "<current directory>");
    print_maps(options);
    printf("\n");
    err = run(options, names);
    free(names);
    if (err == JET_errCommittedLogFilesMissing || err == JET_errCommittedLogFileCorrupt)
        printf("\n  \tWithout the lost logs recovery is possible: run it with /a.\n");
    else if (err == JET_errMissingLogFile)
        printf("\n  \tWithout the lost logs recovery may be possible: run it with /a.\n");
    return err;
}
