/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the program has a say in while JetInit replays a log: the bits of JetInit change what
 * is done, and the callback of JetInit3 and JetInit4 may change it again.
 *
 * Where one of the bits is given the callback hears of these questions only with
 * JET_bitExternalRecoveryControl.  (ErrLGRecoveryControlCallback, ErrRecoveryControlDefaultCallback)
 */
#include "api/init_map.h"
#include "format/header.h"
#include "recovery/recovery.h"

#define DECIDING                                                                                                       \
    (JET_bitExternalRecoveryControl | JET_bitLogStreamMustExist | JET_bitRecoveryWithoutUndo |                         \
     JET_bitReplayIgnoreLostLogs | JET_bitAllowSoftRecoveryOnBackup | JET_bitAllowMissingCurrentLog |                  \
     JET_bitSkipLostLogsEvent)
#define WITHOUT_UNDO (JET_bitAllowSoftRecoveryOnBackup | JET_bitAllowMissingCurrentLog | JET_bitSkipLostLogsEvent)

/* What the bits make of the answer. */
static JET_ERR answer_of_bits(const struct recovery_event *event, JET_GRBIT grbit)
{
    if (grbit & JET_bitRecoveryWithoutUndo)
        grbit |= WITHOUT_UNDO;
    switch (event->what)
    {
    case JET_sntOpenLog:
        if (event->why == JET_OpenLogForDo && grbit & JET_bitRecoveryWithoutUndo)
            return JET_errRecoveredWithoutUndoDatabasesConsistent;
        break;
    case JET_sntBeginUndo:
        if (grbit & JET_bitRecoveryWithoutUndo)
            return JET_errRecoveredWithoutUndo;
        break;
    case JET_sntMissingLog:
        if (event->why == JET_MissingLogCreateNewLogStream && grbit & JET_bitLogStreamMustExist)
            return JET_errFileNotFound;
        if (event->current && grbit & (JET_bitAllowMissingCurrentLog | JET_bitReplayIgnoreLostLogs) &&
            (event->why == JET_MissingLogContinueToRedo || event->why == JET_MissingLogContinueToUndo))
            return JET_errSuccess;
        break;
    case JET_sntSignalErrorCondition:
        if ((event->normal == JET_errSoftRecoveryOnBackupDatabase && grbit & JET_bitAllowSoftRecoveryOnBackup) ||
            (event->normal == JET_errCommittedLogFilesMissing && grbit & JET_bitSkipLostLogsEvent))
            return JET_errSuccess;
        break;
    default:
        break;
    }
    return event->normal;
}

/* -------------------------------------------------------------- the callback --- */

static JET_ERR describe_databases(const struct recovery_event *event, JET_ULONG *count, JET_DBINFOMISC7 **list)
{
    *count = 0;
    *list = NULL;
    if (!event->database_count)
        return JET_errSuccess;
    *list = os_alloc_array(event->database_count, sizeof(**list));
    if (!*list)
        return JET_errOutOfMemory;
    for (uint32_t i = 0; i < event->database_count; i++)
        header_describe(event->databases[i], &(*list)[i], sizeof(**list));
    *count = event->database_count;
    return JET_errSuccess;
}

static JET_ERR describe(const struct recovery_event *event, JET_RECOVERYCONTROL *control, JET_DBINFOMISC7 **list)
{
    JET_ULONG count;
    JET_ERR err = describe_databases(event, &count, list);

    switch (event->what)
    {
    case JET_sntOpenLog:
        control->OpenLog.cbStruct = sizeof(control->OpenLog);
        control->OpenLog.lGenNext = event->generation;
        control->OpenLog.fCurrentLog = event->current;
        control->OpenLog.eReason = (unsigned char)event->why;
        control->OpenLog.wszLogFile = (WCHAR *)event->path;
        control->OpenLog.cdbinfomisc = count;
        control->OpenLog.rgdbinfomisc = *list;
        break;
    case JET_sntOpenCheckpoint:
        control->OpenCheckpoint.cbStruct = sizeof(control->OpenCheckpoint);
        break;
    case JET_sntMissingLog:
        control->MissingLog.cbStruct = sizeof(control->MissingLog);
        control->MissingLog.lGenMissing = event->generation;
        control->MissingLog.fCurrentLog = event->current;
        control->MissingLog.eNextAction = (unsigned char)event->why;
        control->MissingLog.wszLogFile = (WCHAR *)event->path;
        control->MissingLog.cdbinfomisc = count;
        control->MissingLog.rgdbinfomisc = *list;
        break;
    case JET_sntBeginUndo:
        control->BeginUndo.cbStruct = sizeof(control->BeginUndo);
        control->BeginUndo.cdbinfomisc = count;
        control->BeginUndo.rgdbinfomisc = *list;
        break;
    case JET_sntNotificationEvent:
        control->NotificationEvent.cbStruct = sizeof(control->NotificationEvent);
        control->NotificationEvent.EventID = event->why;
        break;
    case JET_sntSignalErrorCondition:
        control->SignalErrorCondition.cbStruct = sizeof(control->SignalErrorCondition);
        break;
    case JET_sntAttachedDb:
    case JET_sntDetachingDb:
        control->AttachedDb.cbStruct = sizeof(control->AttachedDb);
        control->AttachedDb.wszDbPath = event->path;
        break;
    default: /* JET_sntCommitCtx */
        control->CommitCtx.cbStruct = sizeof(control->CommitCtx);
        control->CommitCtx.pbCommitCtx = event->data;
        control->CommitCtx.cbCommitCtx = event->size;
        control->CommitCtx.fCallbackType = event->why;
        break;
    }
    return err;
}

static JET_ERR ask_program(struct instance *instance, const struct recovery_event *event, JET_ERR normal)
{
    const struct init_info *info = instance->init_info;
    JET_RECOVERYCONTROL control;
    JET_DBINFOMISC7 *list = NULL;
    JET_ERR err;

    memset(&control, 0, sizeof(control));
    control.cbStruct = sizeof(control);
    control.errDefault = normal;
    control.instance = instance->handle;
    control.sntUnion = event->what;
    err = describe(event, &control, &list);
    if (err >= 0)
        err = info->callback ? info->callback(JET_snpRecoveryControl, event->what, &control, info->context)
              : info->status ? info->status(JET_sesidNil, JET_snpRecoveryControl, event->what, &control)
                             : JET_errSuccess;
    os_free(list);
    return err;
}

/* ------------------------------------------------------------------- the answer --- */

JET_ERR init_control(struct instance *instance, JET_GRBIT grbit, const struct recovery_event *event)
{
    JET_ERR err = answer_of_bits(event, grbit);

    if (instance->init_info && (!(grbit & DECIDING) || grbit & JET_bitExternalRecoveryControl) &&
        (instance->init_info->callback || instance->init_info->status))
        err = ask_program(instance, event, err);
    if (event->what != JET_sntMissingLog || (err != JET_errFileNotFound && err != JET_errMissingLogFile))
        return err;
    event_say(&instance->events, EVENT_LOG_OPEN_FAILED, event->path, JET_errFileNotFound);
    return JET_errMissingLogFile;
}
