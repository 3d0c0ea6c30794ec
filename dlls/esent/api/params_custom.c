/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * System parameters that are more than a value: those that other parts of the
 * engine keep, that are checked in their own way, or that answer a question.
 */
#include "api/private.h"
#include "cache/cache.h"
#include "log/log.h"

#define COMMIT_GRBITS                                                                                                  \
    (JET_bitCommitLazyFlush | JET_bitWaitLastLevel0Commit | JET_bitWaitAllLevel0Commit | JET_bitForceNewLog |          \
     JET_bitCommitRedoCallback)

/* Order of text where the program does not say: like Windows' engine. */
#define DEFAULT_MAP_FLAGS (OS_MAP_SORTKEY | OS_NORM_IGNORECASE | OS_NORM_IGNOREKANATYPE | OS_NORM_IGNOREWIDTH)

/* ------------------------------------------------------------- the cache --- */

static void apply_cache_size(void)
{
    uint64_t page = param_number(NULL, JET_paramDatabasePageSize);
    uint64_t min = param_number(NULL, JET_paramCacheSizeMin);
    uint64_t max = param_number(NULL, JET_paramCacheSizeMax);

    if (max > UINT64_MAX / page)
        max = UINT64_MAX / page;
    if (min > max)
        min = max;
    cache_set_size(min * page, max * page);
}

static uint32_t key_most(void)
{
    switch (param_number(NULL, JET_paramDatabasePageSize))
    {
    case 2048:
        return 500;
    case 4096:
        return 1000;
    default:
        return 2000;
    }
}

static void page_size_changed(void)
{
    uintptr_t page = param_number(NULL, JET_paramDatabasePageSize);

    process.params.value[JET_paramLVChunkSizeMost].number = page == 32768 ? 8150 : page == 16384 ? 4050 : page - 82;
}

/* ----------------------------------------------------- the engine format --- */

/* The engine format versions that can be asked for.  Those up to 8920 lead to
 * the same database, the one written by default. */
static const uint32_t engine_formats[] = {
    JET_efvExtHdrRootFieldAutoIncStorageStagedToDebug,
    JET_efvWindows10Rtm,
    JET_efvPersistedLostFlushMapStagedToDebug,
    JET_efvExchange2016Rtm,
    JET_efvWindows10v2Rtm,
    JET_efvSupportNlsInvariantLocale,
    JET_efvEncryptedColumns,
    JET_efvLoggingDeleteOfTableFcbs,
    JET_efvExchange2016Cu1Rtm,
    JET_efvSetDbVersion,
    JET_efvExtHdrRootFieldAutoIncStorageReleased,
    JET_efvXpress9Compression,
    JET_efvUppercaseTextNormalization,
    JET_efvDbscanHeaderHighestPageSeen,
    JET_efvEscrow64,
    JET_efvSynchronousLVCleanup,
    JET_efvLid64,
    JET_efvShrinkEof,
    JET_efvLogNewPage,
    JET_efvRootPageMove,
    JET_efvScanCheck2,
    JET_efvLgposLastResize,
    JET_efvShelvedPages,
    JET_efvShelvedPagesRevert,
    JET_efvShelvedPages2,
    JET_efvLogtimeGenMaxRequired,
    JET_efvVariableDbHdrSignatureSnapshot,
    JET_efvLowerMinReqLogGenOnRedo,
    JET_efvDbTimeShrink,
    JET_efvXpress10Compression,
    JET_efvRevertSnapshot,
    JET_efvApplyRevertSnapshot,
    JET_efvExtentPageCountCache,
    JET_efvLz4Compression,
    JET_efvRBSNonRevertableTableDeletes,
    JET_efvScanCheck2Flags,
    JET_efvExtentFreed2,
    JET_efvKVPStoreV2,
    JET_efvIndexDeferredPopulate,
    JET_efvReservedTags,
    JET_efvRBSTooSoonDeletes,
    JET_efvOptionallyUniqueIndices,
};
#define ENGINE_FORMATS    (sizeof(engine_formats) / sizeof(engine_formats[0]))
#define ENGINE_FORMAT_MIN engine_formats[0]
#define ENGINE_FORMAT_MAX engine_formats[ENGINE_FORMATS - 1]

static bool any_database_attached(struct instance *instance)
{
    uint32_t i;

    for (i = 1; instance && i < DATABASES_MAX; i++)
    {
        if (instance->databases[i].path && !attachment_is_kept(&instance->databases[i]))
            return true;
    }
    return false;
}

static JET_ERR set_engine_format(struct instance *instance, uintptr_t number)
{
    bool higher_allowed = (number & JET_efvAllowHigherPersistedFormat) == JET_efvAllowHigherPersistedFormat;
    uintptr_t format = higher_allowed ? number & ~(uintptr_t)JET_efvAllowHigherPersistedFormat : number;
    size_t i;

    if (number < ENGINE_FORMAT_MIN)
        return JET_errEngineFormatVersionNoLongerSupportedTooLow;
    if (number != JET_efvUsePersistedFormat && number != JET_efvUseEngineDefault)
    {
        if (format > ENGINE_FORMAT_MAX)
            return JET_errEngineFormatVersionNotYetImplementedTooHigh;
        if (number & 0x40000000 && format < 5)
            return JET_errInvalidParameter;
        for (i = 0; i < ENGINE_FORMATS && engine_formats[i] != format; i++)
            ;
        if (i == ENGINE_FORMATS)
            return JET_errEngineFormatVersionNoLongerSupportedTooLow;
    }
    if (any_database_attached(instance))
        return JET_errAlreadyInitialized;
    return param_set_plain(instance, JET_paramEngineFormatVersion, number, NULL);
}

/* -------------------------------------------------------- order of text --- */

/* The program's flags are completed, even if nothing comes of it. */
static bool complete_flags(JET_UNICODEINDEX *unicode)
{
    if (unicode->dwMapFlags != OS_MAP_UPPERCASE)
        unicode->dwMapFlags |= OS_MAP_SORTKEY;
    return os_sort_flags_valid(unicode->dwMapFlags);
}

/* Another session may be reading the text of an instance that runs. */
static void replace_text(struct instance *instance, struct param_value *value, WCHAR *text)
{
    struct former_text *former;

    if (!instance || !value->text || !(atomic_load(&instance->state) & INSTANCE_INITIALIZED))
        os_free(value->text);
    else if ((former = os_alloc(sizeof(*former))))
    {
        former->text = value->text;
        former->next = instance->former_texts;
        instance->former_texts = former;
    }
    value->text = text;
}

/* Of an instance the flags are looked at first.  It may run: what is made from then on has the new order. */
static JET_ERR set_unicode_default(struct instance *instance, JET_UNICODEINDEX *unicode)
{
    struct param_value *value = param_slot(instance, JET_paramUnicodeIndexDefault);
    const struct os_locale *locale;
    WCHAR *name;

    if (!unicode)
    {
        replace_text(instance, value, NULL);
        value->number = 0;
        value->written = false;
        return JET_errSuccess;
    }
    if ((instance && !complete_flags(unicode)) || os_locale_find_lcid(unicode->lcid, &locale) < 0 ||
        !complete_flags(unicode) || !(name = os_text_duplicate(os_locale_name(locale))))
        return JET_errInvalidParameter;
    replace_text(instance, value, name);
    value->number = unicode->dwMapFlags;
    value->written = true;
    return JET_errSuccess;
}

static JET_ERR get_unicode_default(struct instance *instance, JET_API_PTR *number, size_t size)
{
    struct param_value *value = param_slot(instance, JET_paramUnicodeIndexDefault);
    JET_UNICODEINDEX *unicode = (JET_UNICODEINDEX *)number;
    const struct os_locale *locale;
    JET_ERR err;

    if (!unicode)
        return JET_errInvalidParameter;
    if (size < sizeof(*unicode))
        return JET_errBufferTooSmall;
    unicode->dwMapFlags = value->text ? (uint32_t)value->number : DEFAULT_MAP_FLAGS;
    unicode->lcid = OS_LCID_EN_US;
    if (value->text)
    {
        if ((err = os_locale_find(value->text, &locale)) < 0)
            return err;
        unicode->lcid = os_locale_lcid(locale);
    }
    return JET_errSuccess;
}

/* ---------------------------------------------------------- small things --- */

static JET_ERR set_commit_default(struct instance *instance, struct session *session, uintptr_t number)
{
    if ((JET_GRBIT)number & ~(JET_GRBIT)COMMIT_GRBITS)
        return JET_errInvalidParameter;
    if (instance && session)
        session->commit_default = (JET_GRBIT)number;
    else
        param_slot(instance, JET_paramCommitDefault)->number = (JET_GRBIT)number;
    return JET_errSuccess;
}

/* Only 32 bits of the program's variable are written, as Windows does. */
static JET_ERR get_commit_default(struct instance *instance, struct session *session, JET_API_PTR *number)
{
    JET_GRBIT grbit;

    if (!number)
        return JET_errInvalidParameter;
    grbit = instance && session ? session->commit_default : (JET_GRBIT)param_number(instance, JET_paramCommitDefault);
    memcpy(number, &grbit, sizeof(grbit));
    return JET_errSuccess;
}

static JET_ERR get_error_text(const JET_API_PTR *number, WCHAR *text, size_t size)
{
    const char *name, *meaning;
    WCHAR line[512];
    JET_ERR err;

    if (!number || !text || size < 1)
        return JET_errInvalidParameter;
    memcpy(&err, number, sizeof(err));
    if (!error_describe(err, &name, &meaning))
        name = meaning = "Unknown Error";
    os_text_from_ascii(line, 512, name);
    os_text_append(line, 512, L", ");
    os_text_from_ascii(line + os_text_length(line), 512 - os_text_length(line), meaning);
    return string_copy_w(text, size, line);
}

static JET_ERR set_shrink(struct instance *instance, uintptr_t number)
{
    const JET_GRBIT all = JET_bitShrinkDatabaseOn | JET_bitShrinkDatabaseRealtime | JET_bitShrinkDatabasePeriodically;
    JET_GRBIT grbit = (JET_GRBIT)number;

    if (grbit & ~all || (!(grbit & JET_bitShrinkDatabaseOn) && grbit != JET_bitShrinkDatabaseOff))
        return JET_errInvalidGrbit;
    return param_set_plain(instance, JET_paramEnableShrinkDatabase, number, NULL);
}

static JET_ERR answer(JET_API_PTR *number, uintptr_t value)
{
    if (!number)
        return JET_errInvalidParameter;
    *number = value;
    return JET_errSuccess;
}

/* --------------------------------------------------------------- by number --- */

JET_ERR param_set_custom(struct instance *instance, struct session *session, uint32_t id, uintptr_t number,
                         const WCHAR *text)
{
    JET_ERR err;

    switch (id)
    {
    case JET_paramCommitDefault:
        return set_commit_default(instance, session, number);
    case JET_paramCacheSizeMin:
    case JET_paramCacheSizeMax:
        if ((err = param_set_plain(instance, id, number, text)) >= 0)
            apply_cache_size();
        return err;
    case JET_paramCacheSize:
        param_slot(instance, id)->number = number;
        return JET_errSuccess;
    case JET_paramDatabasePageSize:
        if ((err = param_set_plain(instance, id, number, text)) >= 0)
            page_size_changed();
        return err;
    case JET_paramUnicodeIndexDefault:
        return set_unicode_default(instance, (JET_UNICODEINDEX *)number);
    case JET_paramDBAPageAvailThreshold:
    case JET_paramDBAK1:
    case JET_paramDBAK2:
        return JET_errSuccess;
    case JET_paramCachedClosedTables:
        return instance ? param_set_plain(instance, id, number, text) : JET_errSuccess;
    case JET_paramConfiguration:
        return param_set_configuration(instance, number);
    case JET_paramEnableShrinkDatabase:
        return set_shrink(instance, number);
    case JET_paramConfigStoreSpec:
        return param_store_set(instance, session, text);
    case JET_paramEngineFormatVersion:
        return set_engine_format(instance, number);
    case JET_paramCheckpointDepthMax:
    case JET_paramCachePriority:
        return param_set_plain(instance, id, number, text);
    default: /* those that only answer */
        return JET_errInvalidParameter;
    }
}

/* The generation of the log that is written or replayed now. */
static JET_ERR current_generation(struct instance *instance, JET_API_PTR *number)
{
    struct log *log = instance ? instance_log(instance) : NULL;
    uint32_t generation = log ? log_generation(log) : instance ? atomic_load(&instance->replaying) : 0;

    return generation ? answer(number, generation) : JET_errInvalidParameter;
}

/* The cache as large as it is, or as it may grow at once. */
static uintptr_t cache_pages(uintptr_t page)
{
    uintptr_t used = (uintptr_t)(cache_size() / page), least = param_number(NULL, JET_paramCacheSizeMin);

    return process.initialized && used < least ? least : used;
}

JET_ERR param_get_custom(struct instance *instance, struct session *session, uint32_t id, JET_API_PTR *number,
                         WCHAR *text, size_t size)
{
    uintptr_t page = param_number(NULL, JET_paramDatabasePageSize);

    switch (id)
    {
    case JET_paramCommitDefault:
        return get_commit_default(instance, session, number);
    case JET_paramTransactionLevel:
        return session ? answer(number, session->txn.level) : JET_errInvalidParameter;
    case JET_paramCacheSize:
        return answer(number, cache_pages(page));
    case JET_paramErrorToString:
        return get_error_text(number, text, size);
    case JET_paramUnicodeIndexDefault:
        return get_unicode_default(instance, number, size);
    case JET_paramRecoveryCurrentLogfile:
        return current_generation(instance, number);
    case JET_paramDBAPageAvailThreshold:
    case JET_paramDBAK1:
    case JET_paramDBAK2:
        return JET_errSuccess;
    case JET_paramKeyMost:
        return answer(number, key_most());
    case JET_paramRecordSizeMost: /* what a page holds besides its header and a tag */
        return answer(number, page - (page > 8192 ? 80 : 40) - 4);
    case JET_paramEngineFormatVersion:
        if (param_number(instance, id) == JET_efvUseEngineDefault)
            return answer(number, ENGINE_FORMAT_MAX);
        return param_get_plain(instance, id, number, text, size);
    default:
        return param_get_plain(instance, id, number, text, size);
    }
}
