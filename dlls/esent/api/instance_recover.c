/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetInit replays a log that was not closed: what recovery is told, and what the program hears of it. */
#include "api/events.h"
#include "api/init_map.h"
#include "api/instance_recover.h"
#include "table/page_patch.h"

/* What recovery is told with: of how much is done the program hears in percent. */
struct replay
{
    struct instance *instance;
    JET_GRBIT grbit;
    uint32_t percent;
};

static JET_ERR on_progress(void *context, uint32_t done, uint32_t total)
{
    struct replay *replay = context;
    uint32_t percent = total ? (uint32_t)((uint64_t)done * 100 / total) : 0;

    if (percent > replay->percent)
    {
        replay->percent = percent;
        init_tell(replay->instance->init_info, JET_sntProgress, percent, 100);
    }
    return JET_errSuccess;
}

static JET_ERR on_control(void *context, const struct recovery_event *event)
{
    struct replay *replay = context;

    if (event->what == JET_sntBeginUndo)
        event_stage(replay->instance, STAGE_UNDOES);
    return init_control(replay->instance, replay->grbit, event);
}

static void on_page_wanted(void *context, struct database *database, uint32_t pgno, uint64_t dbtime,
                           const uint8_t *page, const WCHAR *log)
{
    const struct instance *instance = ((const struct replay *)context)->instance;
    struct page_token token = { .size = sizeof(token), .dbtime = dbtime };
    JET_SNPATCHREQUEST request;

    token.signature = database->header.log_signature;
    memset(&request, 0, sizeof(request));
    request.cbStruct = sizeof(request);
    request.pageNumber = pgno;
    request.szLogFile = log;
    request.instance = instance->handle;
    header_describe(&database->header, &request.dbinfomisc, sizeof(request.dbinfomisc));
    request.pvToken = &token;
    request.cbToken = sizeof(token);
    request.pvData = page;
    request.cbData = database->page_size;
    request.dbid = database->store.log_database;
    init_tell_page(instance->init_info, JET_sntPagePatchRequest, &request);
}

static void on_page_bad(void *context, struct database *database, uint32_t pgno)
{
    const struct instance *instance = ((const struct replay *)context)->instance;
    JET_SNCORRUPTEDPAGE page;

    memset(&page, 0, sizeof(page));
    page.cbStruct = sizeof(page);
    page.wszDatabase = database->path;
    page.dbid = database->store.log_database;
    header_describe(&database->header, &page.dbinfomisc, sizeof(page.dbinfomisc));
    page.pageNumber = pgno;
    init_tell_page(instance->init_info, JET_sntCorruptedPage, &page);
}

/* The message that all is replayed, unless the program does not want it. */
static void tell_done(struct replay *replay)
{
    struct recovery_event event = { .what = JET_sntNotificationEvent, .why = RECOVERY_MESSAGE_DONE };

    if (init_control(replay->instance, replay->grbit, &event) >= 0)
        event_say(&replay->instance->events, EVENT_REDO_DONE);
}

static JET_ERR run_recovery(const struct recovery_config *config, struct log **log)
{
    struct replay *replay = config->context;
    JET_ERR err;

    replay->percent = 0;
    init_tell(replay->instance->init_info, JET_sntBegin, 0, 100);
    event_stage(replay->instance, STAGE_REDOES);
    event_say(&replay->instance->events, EVENT_REDO_BEGINS);
    err = recovery_run(config, log);
    init_tell(replay->instance->init_info,
              err < 0 && err != JET_errRecoveredWithoutUndo ? JET_sntFail : JET_sntComplete, 100, 100);
    if (err >= 0)
        tell_done(replay);
    return err;
}

static JET_ERR recover(struct instance *instance, const struct log_config *log_config,
                       struct database_registry *registry, JET_GRBIT grbit, struct log **log)
{
    struct replay replay = { .instance = instance, .grbit = grbit };
    struct recovery_config config;
    bool header_bad = false;
    JET_ERR err;

    memset(&config, 0, sizeof(config));
    config.header_bad = &header_bad;
    config.log = log_config;
    config.txns = &instance->txn;
    config.registry = registry;
    config.grbit = grbit;
    config.map = instance->restore_map;
    config.map_count = instance->restore_map_count;
    config.extension_pages = (uint32_t)param_number(instance, JET_paramDbExtensionSize);
    config.delete_out_of_range = param_number(instance, JET_paramDeleteOutOfRangeLogs);
    config.database_path = param_text(instance, JET_paramAlternateDatabaseRecoveryPath);
    config.stop = init_stop(instance);
    config.generation = &instance->replaying;
    config.context = &replay;
    config.control = on_control;
    config.progress = on_progress;
    if (instance->init_info && param_number(instance, JET_paramEnableExternalAutoHealing))
    {
        config.page_wanted = on_page_wanted;
        config.page_bad = on_page_bad;
    }
    err = run_recovery(&config, log);
    if (err != JET_errReadVerifyFailure || *log || header_bad)
        return err;
    /* A write was torn: what the page was may be in the log from before the checkpoint. */
    config.from_first = true;
    err = run_recovery(&config, log);
    if (err >= 0 || *log || err == JET_errRecoveredWithoutUndo)
        return err;
    config.from_first = false;
    /* Some page is not in the log as a whole: its one wrong bit is no torn write. */
    config.trust_corrected = true;
    return run_recovery(&config, log);
}

JET_ERR instance_recover(struct instance *instance, const struct log_config *log_config,
                         struct database_registry *registry, JET_GRBIT grbit, struct log **log)
{
    JET_ERR err = recover(instance, log_config, registry, grbit, log);

    if (err < 0 && err != JET_errRecoveredWithoutUndo && err != JET_errRecoveredWithoutUndoDatabasesConsistent)
        event_say(&instance->events, EVENT_RECOVERY_FAILED, err);
    return err;
}
