/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * functions.h - every function the library exports, in one list.
 *
 * Made for including several times, with different definitions of the macros
 * below; missing.c, tests/win32/abi_exports.c and, by text, tools/make-exports
 * and tools/api-table use it.  No include guard, therefore.
 *
 *      CHAPTER(id, title)              what follows, to the next CHAPTER
 *      SINCE(issue)                    what follows, to the next SINCE, was called for by that issue
 *      FUNCTION(state, name, bytes)    one form only
 *      FUNCTION_AW(state, name, bytes) nameA and nameW, and name, which is nameA
 *      FUNCTION_A_W(state, name, bytes) nameA and nameW
 *      DATA(name)                      not a function
 *      PLAIN(name)                     32-bit Windows has no name@bytes for it
 *      EXTRA(name)                     Windows 10 does not export it
 *
 * bytes is the size of the arguments on a 32-bit machine, where stdcall makes it
 * part of the symbol.  The state says who answers:
 *
 *      DONE        an implementation
 *      MISSING     missing.c, with JET_errFeatureNotAvailable, until there is one
 *      REFUSED     missing.c, with JET_errFeatureNotAvailable, as Windows does
 *      NYI         missing.c, with JET_wrnNyi, as Windows does
 *
 * Whoever implements a function changes its state here and nothing else; after a
 * change of names, run tools/make-exports.
 */

#ifndef CHAPTER
# define CHAPTER(id, title)
#endif
#ifndef SINCE
# define SINCE(issue)
#endif
#ifndef FUNCTION
# define FUNCTION(state, name, bytes)
#endif
#ifndef FUNCTION_AW
# define FUNCTION_AW(state, name, bytes)
#endif
#ifndef FUNCTION_A_W
# define FUNCTION_A_W(state, name, bytes)
#endif
#ifndef DATA
# define DATA(name)
#endif
#ifndef PLAIN
# define PLAIN(name)
#endif
#ifndef EXTRA
# define EXTRA(name)
#endif

CHAPTER(life, "Engine, instances and parameters")
SINCE(2)
FUNCTION(DONE, JetInit, 4)
FUNCTION(DONE, JetInit2, 8)
FUNCTION_AW(DONE, JetInit3, 12)
FUNCTION_AW(DONE, JetInit4, 12)
FUNCTION_AW(DONE, JetCreateInstance, 8)
FUNCTION_AW(DONE, JetCreateInstance2, 16)
FUNCTION_AW(DONE, JetEnableMultiInstance, 12)
FUNCTION(DONE, JetTerm, 4)
FUNCTION(DONE, JetTerm2, 8)
FUNCTION(DONE, JetStopService, 0)
FUNCTION(DONE, JetStopServiceInstance, 4)
FUNCTION(DONE, JetStopServiceInstance2, 8)
FUNCTION_AW(DONE, JetSetSystemParameter, 20)
FUNCTION_AW(DONE, JetGetSystemParameter, 24)
FUNCTION_AW(DONE, JetGetInstanceInfo, 8)
FUNCTION(DONE, JetGetInstanceMiscInfo, 16)
FUNCTION(DONE, JetGetErrorInfoW, 20)
FUNCTION(DONE, JetFreeBuffer, 4)
FUNCTION(DONE, JetGetThreadStats, 8)
SINCE(5)
FUNCTION(DONE, JetSetResourceParam, 16)
FUNCTION(DONE, JetGetResourceParam, 16)
FUNCTION(DONE, JetConfigureProcessForCrashDump, 4)

CHAPTER(session, "Sessions and transactions")
SINCE(2)
FUNCTION_AW(DONE, JetBeginSession, 16)
FUNCTION(DONE, JetDupSession, 8)
FUNCTION(DONE, JetEndSession, 8)
FUNCTION(DONE, JetSetSessionContext, 8)
FUNCTION(DONE, JetResetSessionContext, 4)
FUNCTION(DONE, JetSetSessionParameter, 16)
FUNCTION(DONE, JetGetSessionParameter, 20)
FUNCTION(DONE, JetGetSessionInfo, 16)
FUNCTION(DONE, JetGetVersion, 8)
FUNCTION(DONE, JetIdle, 8)
SINCE(3)
FUNCTION(DONE, JetBeginTransaction, 4)
FUNCTION(DONE, JetBeginTransaction2, 8)
FUNCTION(DONE, JetBeginTransaction3, 16)
FUNCTION(DONE, JetCommitTransaction, 8)
FUNCTION(DONE, JetPrepareToCommitTransaction, 16)
FUNCTION(DONE, JetRollback, 8)
SINCE(4)
FUNCTION(DONE, JetCommitTransaction2, 16)

CHAPTER(database, "Databases")
SINCE(2)
FUNCTION_AW(DONE, JetAttachDatabase, 12)
FUNCTION_AW(DONE, JetAttachDatabase2, 16)
FUNCTION_AW(DONE, JetAttachDatabase3, 20)
FUNCTION_AW(REFUSED, JetAttachDatabaseWithStreaming, 24)
FUNCTION_AW(DONE, JetDetachDatabase, 8)
FUNCTION_AW(DONE, JetDetachDatabase2, 12)
FUNCTION_AW(DONE, JetOpenDatabase, 20)
FUNCTION(DONE, JetCloseDatabase, 12)
FUNCTION(DONE, JetGetMaxDatabaseSize, 16)
SINCE(3)
FUNCTION_AW(DONE, JetCreateDatabase, 20)
FUNCTION_AW(DONE, JetCreateDatabase2, 20)
FUNCTION_AW(DONE, JetCreateDatabase3, 24)
FUNCTION_AW(REFUSED, JetCreateDatabaseWithStreaming, 28)
FUNCTION_AW(DONE, JetSetDatabaseSize, 16)
FUNCTION(DONE, JetGrowDatabase, 16)
FUNCTION(DONE, JetResizeDatabase, 20)
FUNCTION(DONE, JetSetMaxDatabaseSize, 16)

CHAPTER(schema, "Tables, columns and indexes")
SINCE(3)
FUNCTION_AW(DONE, JetCreateTable, 24)
FUNCTION_AW(DONE, JetCreateTableColumnIndex, 12)
FUNCTION_AW(DONE, JetCreateTableColumnIndex2, 12)
FUNCTION_A_W(DONE, JetCreateTableColumnIndex3, 12)
FUNCTION_A_W(DONE, JetCreateTableColumnIndex4, 12)
FUNCTION_A_W(DONE, JetCreateTableColumnIndex5, 12)
FUNCTION_AW(DONE, JetDeleteTable, 12)
FUNCTION_AW(DONE, JetRenameTable, 16)
FUNCTION_AW(DONE, JetAddColumn, 28)
FUNCTION_AW(DONE, JetDeleteColumn, 12)
FUNCTION_AW(DONE, JetDeleteColumn2, 16)
FUNCTION_AW(DONE, JetRenameColumn, 20)
FUNCTION_AW(DONE, JetSetColumnDefaultValue, 28)
FUNCTION_AW(DONE, JetCreateIndex, 28)
FUNCTION_AW(DONE, JetCreateIndex2, 16)
FUNCTION_A_W(DONE, JetCreateIndex3, 16)
PLAIN(JetCreateIndex3A)
PLAIN(JetCreateIndex3W)
FUNCTION_A_W(DONE, JetCreateIndex4, 16)
PLAIN(JetCreateIndex4A)
PLAIN(JetCreateIndex4W)
FUNCTION_AW(DONE, JetDeleteIndex, 12)
SINCE(5)
FUNCTION_AW(DONE, JetSetTableInfo, 20)
PLAIN(JetSetTableInfoW)
FUNCTION(DONE, JetComputeStats, 8)
FUNCTION_AW(DONE, JetConvertDDL, 20)
FUNCTION(DONE, JetRegisterCallback, 24)
FUNCTION(DONE, JetUnregisterCallback, 16)
FUNCTION(DONE, JetCreateEncryptionKey, 16)

CHAPTER(info, "Information")
SINCE(2)
FUNCTION_AW(DONE, JetGetDatabaseInfo, 20)
FUNCTION_AW(DONE, JetGetDatabaseFileInfo, 16)
FUNCTION_AW(DONE, JetGetObjectInfo, 32)
FUNCTION_AW(DONE, JetGetTableInfo, 20)
FUNCTION_AW(DONE, JetGetColumnInfo, 28)
FUNCTION_AW(DONE, JetGetTableColumnInfo, 24)
FUNCTION_AW(DONE, JetGetIndexInfo, 28)
FUNCTION_AW(DONE, JetGetTableIndexInfo, 24)

CHAPTER(cursor, "Cursors")
SINCE(2)
FUNCTION_AW(DONE, JetOpenTable, 28)
FUNCTION(DONE, JetDupCursor, 16)
FUNCTION(DONE, JetCloseTable, 8)
FUNCTION(DONE, JetGetCursorInfo, 20)
FUNCTION(DONE, JetSetTableSequential, 12)
FUNCTION(DONE, JetResetTableSequential, 12)
FUNCTION_AW(DONE, JetGetCurrentIndex, 16)
FUNCTION_AW(DONE, JetSetCurrentIndex, 12)
FUNCTION_AW(DONE, JetSetCurrentIndex2, 16)
FUNCTION_AW(DONE, JetSetCurrentIndex3, 20)
FUNCTION_AW(DONE, JetSetCurrentIndex4, 24)
FUNCTION(DONE, JetMove, 16)
FUNCTION(DONE, JetMakeKey, 20)
FUNCTION(DONE, JetSeek, 12)
FUNCTION(DONE, JetRetrieveKey, 24)
FUNCTION(DONE, JetSetIndexRange, 12)
FUNCTION(DONE, JetSetCursorFilter, 20)
FUNCTION(DONE, JetIntersectIndexes, 20)
FUNCTION(DONE, JetGetBookmark, 20)
FUNCTION(DONE, JetGotoBookmark, 16)
FUNCTION(DONE, JetGetSecondaryIndexBookmark, 36)
FUNCTION(DONE, JetGotoSecondaryIndexBookmark, 28)
FUNCTION(DONE, JetIndexRecordCount, 16)
FUNCTION(DONE, JetIndexRecordCount2, 20)
FUNCTION(DONE, JetGetRecordPosition, 16)
FUNCTION(DONE, JetGotoPosition, 12)
FUNCTION(DONE, JetPrereadKeys, 28)
FUNCTION(DONE, JetPrereadIndexRange, 28)
SINCE(5)
FUNCTION(DONE, JetSetLS, 16)
FUNCTION(DONE, JetGetLS, 16)
FUNCTION(DONE, JetPrereadIndexRanges, 32)
FUNCTION(DONE, JetPrereadTablesW, 20)

CHAPTER(temporary, "Temporary tables")
SINCE(5)
FUNCTION(DONE, JetOpenTempTable, 24)
FUNCTION(DONE, JetOpenTempTable2, 28)
FUNCTION(DONE, JetOpenTempTable3, 28)
FUNCTION(DONE, JetOpenTemporaryTable, 8)
FUNCTION(DONE, JetOpenTemporaryTable2, 8)

CHAPTER(record, "Records")
SINCE(2)
FUNCTION(DONE, JetRetrieveColumn, 32)
FUNCTION(DONE, JetRetrieveColumns, 16)
FUNCTION(DONE, JetEnumerateColumns, 40)
FUNCTION(DONE, JetRetrieveTaggedColumnList, 28)
FUNCTION(DONE, JetGetRecordSize, 16)
FUNCTION(DONE, JetGetRecordSize2, 16)
FUNCTION(DONE, JetGetRecordSize3, 16)
EXTRA(JetGetRecordSize3)
SINCE(3)
FUNCTION(DONE, JetPrepareUpdate, 12)
FUNCTION(DONE, JetSetColumn, 28)
FUNCTION(DONE, JetSetColumns, 16)
FUNCTION(DONE, JetEscrowUpdate, 36)
FUNCTION(DONE, JetUpdate, 20)
FUNCTION(DONE, JetUpdate2, 24)
FUNCTION(DONE, JetDelete, 8)
FUNCTION(DONE, JetGetLock, 12)
SINCE(5)
FUNCTION(DONE, JetRetrieveColumnByReference, 36)
FUNCTION(DONE, JetPrereadColumnsByReference, 36)
FUNCTION(DONE, JetStreamRecords, 32)
FUNCTION(DONE, JetRetrieveColumnFromRecordStream, 28)

CHAPTER(maintain, "Maintenance")
SINCE(5)
FUNCTION_AW(DONE, JetCompact, 24)
FUNCTION_AW(DONE, JetDefragment, 24)
FUNCTION_AW(DONE, JetDefragment2, 28)
FUNCTION_AW(DONE, JetDefragment3, 32)
FUNCTION(DONE, JetDatabaseScan, 24)
FUNCTION_AW(DONE, JetDBUtilities, 4)
FUNCTION_AW(DONE, JetUpgradeDatabase, 16)

CHAPTER(backup, "Backup and restore")
SINCE(4)
FUNCTION_AW(DONE, JetBackup, 12)
FUNCTION_AW(DONE, JetBackupInstance, 16)
FUNCTION_AW(DONE, JetRestore, 8)
FUNCTION_AW(DONE, JetRestore2, 12)
FUNCTION_AW(DONE, JetRestoreInstance, 16)
FUNCTION(DONE, JetBeginExternalBackup, 4)
FUNCTION(DONE, JetBeginExternalBackupInstance, 8)
FUNCTION_AW(DONE, JetGetAttachInfo, 12)
FUNCTION_AW(DONE, JetGetAttachInfoInstance, 16)
FUNCTION_AW(DONE, JetOpenFile, 16)
FUNCTION_AW(DONE, JetOpenFileInstance, 20)
FUNCTION_AW(DONE, JetOpenFileSectionInstance, 36)
FUNCTION(DONE, JetReadFile, 16)
FUNCTION(DONE, JetReadFileInstance, 20)
FUNCTION(DONE, JetCloseFile, 4)
FUNCTION(DONE, JetCloseFileInstance, 8)
FUNCTION_AW(DONE, JetGetLogInfo, 12)
FUNCTION_AW(DONE, JetGetLogInfoInstance, 16)
FUNCTION_AW(DONE, JetGetLogInfoInstance2, 20)
FUNCTION_AW(DONE, JetGetTruncateLogInfoInstance, 16)
FUNCTION(DONE, JetTruncateLog, 0)
FUNCTION(DONE, JetTruncateLogInstance, 4)
FUNCTION(DONE, JetEndExternalBackup, 0)
FUNCTION(DONE, JetEndExternalBackupInstance, 4)
FUNCTION(DONE, JetEndExternalBackupInstance2, 8)
FUNCTION(DONE, JetStopBackup, 0)
FUNCTION(DONE, JetStopBackupInstance, 4)
FUNCTION_AW(DONE, JetExternalRestore, 32)
FUNCTION_AW(DONE, JetExternalRestore2, 40)
SINCE(5)
FUNCTION(DONE, JetBeginSurrogateBackup, 16)
FUNCTION(DONE, JetEndSurrogateBackup, 8)

CHAPTER(snapshot, "Snapshots")
SINCE(4)
FUNCTION(DONE, JetOSSnapshotPrepare, 8)
FUNCTION(DONE, JetOSSnapshotPrepareInstance, 12)
FUNCTION_AW(DONE, JetOSSnapshotFreeze, 16)
FUNCTION(DONE, JetOSSnapshotThaw, 8)
FUNCTION(DONE, JetOSSnapshotAbort, 8)
FUNCTION(DONE, JetOSSnapshotTruncateLog, 8)
FUNCTION(DONE, JetOSSnapshotTruncateLogInstance, 12)
FUNCTION_AW(DONE, JetOSSnapshotGetFreezeInfo, 16)
FUNCTION(DONE, JetOSSnapshotEnd, 8)
FUNCTION_AW(NYI, JetSnapshotStart, 12)
FUNCTION(NYI, JetSnapshotStop, 8)

CHAPTER(replica, "Log shipping and page repair")
SINCE(5)
FUNCTION_AW(DONE, JetGetLogFileInfo, 16)
FUNCTION(DONE, JetConsumeLogData, 20)
FUNCTION_A_W(DONE, JetRemoveLogfile, 12)
FUNCTION(DONE, JetGetPageInfo, 24)
FUNCTION(DONE, JetGetPageInfo2, 24)
FUNCTION(DONE, JetGetDatabasePages, 32)
FUNCTION_AW(DONE, JetPatchDatabasePages, 28)
FUNCTION(DONE, JetOnlinePatchDatabasePage, 32)
FUNCTION_AW(DONE, JetBeginDatabaseIncrementalReseed, 12)
FUNCTION_AW(DONE, JetEndDatabaseIncrementalReseed, 24)

CHAPTER(debug, "Tracing, counters and debugging")
SINCE(2)
FUNCTION(DONE, JetGetCounter, 12)
FUNCTION(DONE, JetResetCounter, 8)
FUNCTION(DONE, DebugExtensionInitialize, 8)
FUNCTION(DONE, DebugExtensionNotify, 12)
FUNCTION(DONE, DebugExtensionUninitialize, 0)
FUNCTION(DONE, ese, 8)
DATA(rgEDBGGlobals)
SINCE(5)
FUNCTION(DONE, JetTracing, 12)
FUNCTION(DONE, JetTestHook, 8)

#undef CHAPTER
#undef SINCE
#undef FUNCTION
#undef FUNCTION_AW
#undef FUNCTION_A_W
#undef DATA
#undef PLAIN
#undef EXTRA
