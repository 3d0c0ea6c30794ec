/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The messages that go to the system's event log, the only place where their
 * numbers, kinds and texts are told:
 *
 *     CATEGORY(number, name, text)
 *     EVENT(number, name, type, category, level, operation, strings, text)
 *
 * type: OS_EVENT_...  level: from which JET_paramEventLoggingLevel on it is said.
 * operation: the number of the JetXxx that most often has it said while an instance
 * runs, as it stands behind the number of the process; 0: none.  strings: what comes after the three
 * that all have, letter by letter as event_say() takes it.  text: what the DLL's message table
 * has for it, where %4 is the first of these strings and %n ends a line; tools/make-messages puts
 * the three before it.  Two events may share a number if they share the text.
 *
 * Source: jetmsg.mc and the callers of UtilReportEvent in the published engine; the texts are ours.
 */
#ifndef CATEGORY
#define CATEGORY(number, name, text)
#endif
#ifndef EVENT
#define EVENT(number, name, type, category, level, operation, strings, text)
#endif

/* Categories stand with their numbers in the same message table. */
CATEGORY(1, GENERAL, "General")
CATEGORY(2, CACHE, "Database Page Cache")
CATEGORY(3, LOGGING, "Logging/Recovery")
CATEGORY(4, SPACE, "Space Management")
CATEGORY(5, DEFINITION, "Table/Column/Index Definition")
CATEGORY(6, MANIPULATION, "Record Manipulation")
CATEGORY(7, PERFORMANCE, "Performance")
CATEGORY(8, REPAIR, "Database Repair")
CATEGORY(9, CONVERSION, "Database Conversion")
CATEGORY(10, DEFRAGMENT, "Online Defragmentation")
CATEGORY(11, PARAMETERS, "System Parameter Settings")
CATEGORY(12, CORRUPTION, "Database Corruption")
CATEGORY(13, ZEROING, "Database Zeroing")
CATEGORY(14, TRANSACTIONS, "Transaction Manager")
CATEGORY(15, FAILURES, "Resource Failure Simulation")
CATEGORY(16, SNAPSHOT, "ShadowCopy")

/* instances */
EVENT(102, INSTANCE_STARTS, INFORMATION, GENERAL, 1, 98, "uaaaa",
      "Instance %4 starts, of engine %5.%6.%7.%8.")
EVENT(103, INSTANCE_STOPPED, INFORMATION, GENERAL, 1, 97, "uid",
      "Instance %4 has stopped.%nLeft dirty: %6%nTiming:%5")
EVENT(104, INSTANCE_FAILED, ERROR, GENERAL, 1, 97, "udi",
      "Instance %4 stopped with error %5.%nTiming:%6")
EVENT(105, INSTANCE_STARTED, INFORMATION, GENERAL, 1, 98, "uuia",
      "Instance %4 has started, in %5 seconds.%nMore: %7%nTiming:%6")
EVENT(106, PARAM_OVERRIDDEN, WARNING, GENERAL, 1, 95, "aaat",
      "Parameter %4 was to be %5; it is %6, as the registry (%7) has it.")
EVENT(107, PARAM_REFUSED, WARNING, GENERAL, 1, 0, "aadt",
      "The registry (%7) has %5 for parameter %4, which is refused with error %6.")

/* backups */
EVENT(204, RESTORE_BEGINS, INFORMATION, LOGGING, 1, 137, "tt",
      "A backup is being restored, with the logs in %4, then those in %5.")
EVENT(205, RESTORE_ENDED, INFORMATION, LOGGING, 1, 137, "",
      "The backup is restored.")
EVENT(206, BACKUP_NO_FULL, ERROR, LOGGING, 1, 74, "t",
      "Database %4 cannot have an incremental backup: a full one must come first.")
EVENT(210, BACKUP_FULL, INFORMATION, LOGGING, 1, 74, "",
      "A full backup begins.")
EVENT(211, BACKUP_INCREMENT, INFORMATION, LOGGING, 1, 74, "",
      "An incremental backup begins.")
EVENT(213, BACKUP_DONE, INFORMATION, LOGGING, 1, 82, "",
      "The backup is complete.")
EVENT(214, BACKUP_FAILED, ERROR, LOGGING, 1, 82, "d",
      "The backup stopped with error %4.")
EVENT(215, BACKUP_ABORTED, ERROR, LOGGING, 1, 82, "",
      "The backup was given up by the program that makes it, or the connection to that was lost.")
EVENT(217, BACKUP_DATABASE_LEFT, ERROR, LOGGING, 1, 77, "dt",
      "Database %5 could not be backed up, error %4: this backup will not restore it.")
EVENT(218, BACKUP_READ_FAILED, ERROR, LOGGING, 1, 77, "dt",
      "File %5 could not be read for the backup, error %4.")
EVENT(220, BACKUP_FILE_BEGINS, INFORMATION, LOGGING, 1, 76, "ta",
      "The backup copies file %4, of %5.")
EVENT(221, BACKUP_FILE_DONE, INFORMATION, LOGGING, 1, 78, "t",
      "The backup has copied file %4.")
EVENT(222, BACKUP_FILE_UNREAD, INFORMATION, LOGGING, 1, 78, "tuu",
      "The backup is done with file %4 before its end: %5 of %6 bytes were read.")
EVENT(223, BACKUP_LOGS, INFORMATION, LOGGING, 1, 79, "tt",
      "The backup copies the logs from %4 to %5.")
EVENT(224, BACKUP_TRUNCATES, INFORMATION, LOGGING, 1, 81, "tt",
      "The logs from %4 to %5 are backed up and are deleted.")
EVENT(224, SNAPSHOT_TRUNCATES, INFORMATION, SNAPSHOT, 1, 146, "tt",
      "The logs from %4 to %5 are backed up and are deleted.")
EVENT(225, BACKUP_NOTHING_GOES, INFORMATION, LOGGING, 1, 81, "",
      "No log can be deleted.")
EVENT(225, SNAPSHOT_NOTHING_GOES, INFORMATION, SNAPSHOT, 1, 146, "",
      "No log can be deleted.")
EVENT(226, BACKUP_STOPPED, ERROR, LOGGING, 1, 82, "",
      "The backup was stopped, because the instance ends.")
EVENT(240, COPY_BEGINS, INFORMATION, LOGGING, 1, 74, "",
      "A copy begins.")
EVENT(243, COPY_DONE, INFORMATION, LOGGING, 1, 82, "",
      "The copy is complete.")
EVENT(244, COPY_FAILED, ERROR, LOGGING, 1, 82, "d",
      "The copy stopped with error %4.")
EVENT(245, COPY_ABORTED, ERROR, LOGGING, 1, 82, "",
      "The copy was given up by the program that makes it, or the connection to that was lost.")
EVENT(252, COPY_FILE_UNREAD, INFORMATION, LOGGING, 1, 78, "tuu",
      "The copy is done with file %4 before its end: %5 of %6 bytes were read.")
EVENT(256, COPY_STOPPED, ERROR, LOGGING, 1, 82, "",
      "The copy was stopped, because the instance ends.")
EVENT(459, BACKUP_FILE_MISSING, ERROR, LOGGING, 1, 76, "t",
      "File %4 is missing and could not be backed up.")
EVENT(520, BACKUP_LOG_NOT_COPIED, WARNING, LOGGING, 1, 81, "",
      "The logs stay: not every one that could be deleted was copied by this backup.")

/* recovery */
EVENT(300, REDO_BEGINS, INFORMATION, LOGGING, 1, 98, "",
      "Recovery begins.")
EVENT(301, REDO_FILE_DONE, INFORMATION, LOGGING, 1, 98, "tiau",
      "Log %4 was replayed. Its most frequent record was %6, seen %7 times.%nTiming:%5")
EVENT(302, REDO_DONE, INFORMATION, LOGGING, 1, 98, "",
      "Recovery is complete.")
EVENT(420, RECOVERY_HEADER_UNREAD, WARNING, LOGGING, 1, 98, "td",
      "The header of database %4 could not be read, error %5. The database was moved, or is damaged.")
EVENT(452, RECOVERY_LOW_MISSING, ERROR, LOGGING, 1, 98, "tddd",
      "Database %4 needs the logs from %5 to %6 to be recovered; the first that there is is %7.")
EVENT(453, RECOVERY_HIGH_MISSING, ERROR, LOGGING, 1, 98, "tdddttt",
      "Database %4 needs the logs from %5 to %6 (%8 to %9) to be recovered; the last that there is is %7 (%10).")
EVENT(454, RECOVERY_FAILED, ERROR, LOGGING, 1, 98, "d",
      "Recovery failed with error %4.")
EVENT(494, RECOVERY_DATABASE_MISSING, ERROR, LOGGING, 1, 98, "dt",
      "Recovery failed with error %4: database %5, which the logs tell of, is not there. Put it back, or restore a "
      "backup.")
EVENT(495, RECOVERY_DATABASE_WRONG, ERROR, LOGGING, 1, 98, "dt",
      "Recovery of database %5 failed with error %4: it is not as the logs expect it to be. If it is a copy, some "
      "log since it was made is missing.")
EVENT(496, RECOVERY_OTHER_COURSE, ERROR, LOGGING, 1, 98, "tttt",
      "Database %4 needs log %5 as it was begun at %6; the one that is there was begun at %7.")
EVENT(516, RECOVERY_DBTIME_WRONG, ERROR, LOGGING, 1, 98, "tnhhdhldld",
      "Database %4: page %5 is not as the log expects it at %10 (now at %12). The record takes it from time %6 to "
      "%9, but it is of time %7. Recovery fails with error %8. Some write of this page was lost; restore a backup "
      "if it happens again.%nWithin the range that is required at first: %11%nPages concerned: %13")
EVENT(517, RECOVERY_TIME_WRONG, ERROR, LOGGING, 1, 98, "dt",
      "Database %5 was made at another time than the logs say, error %4. It is of other logs.")
EVENT(523, RECOVERY_COMMITTED_MISSING, ERROR, LOGGING, 1, 98, "tddtdt",
      "Database %4 needs the logs from %5 to %6 for all that was committed. The last that there is is %7; "
      "generation %8 is missing. Without it the database can be recovered by hand, but what it tells is "
      "lost.%nFolder: %9")
EVENT(524, RECOVERY_COMMITTED_LOST, WARNING, LOGGING, 1, 98, "tddddt",
      "Database %4 has lost %5 logs with what was committed (%6 to %7). As the program allows it, the database was "
      "recovered without them, to the end of %8.%nFolder: %9")
EVENT(525, RECOVERY_COMMITTED_BAD, ERROR, LOGGING, 1, 98, "tdt",
      "Log %4 is damaged or cannot be read, error %5. Without it databases can be recovered by hand, but what it "
      "tells is lost.%nFolder: %6")
EVENT(526, RECOVERY_BAD_REMOVED, WARNING, LOGGING, 1, 98, "hthdt",
      "Log %5 (generation %6) is damaged, error %7. As the program allows it, it was set aside and recovery ends "
      "with generation %4.%nFolder: %8")
EVENT(527, RECOVERY_LOGS_REMOVED, WARNING, LOGGING, 1, 98, "dhhht",
      "%4 logs (%5 to %6) were set aside, for they follow one that is missing or damaged. As the program allows it, "
      "recovery ends with generation %7.%nFolder: %8")
EVENT(528, RECOVERY_OUT_OF_ORDER, ERROR, LOGGING, 1, 98, "tdtdt",
      "Recovery reached log %4 (generation %5); log %6 (generation %7) does not follow it. Without the one that "
      "does, databases can be recovered by hand, but what it tells is lost.%nFolder: %8")
EVENT(543, RECOVERY_CHECKSUM_DIFFERS, ERROR, LOGGING, 1, 98, "tgg",
      "Log %4 does not follow the one before it: the checksum of that should be %5 and is %6.")
EVENT(558, RECOVERY_GAP, ERROR, LOGGING, 1, 98, "hh",
      "The log after generation %4 is missing, though there are logs up to %5.")
EVENT(567, RECOVERY_REQUIRED_BAD, ERROR, LOGGING, 1, 98, "td",
      "Log %4, which is required, is damaged or cannot be read, error %5.")
EVENT(619, RECOVERY_OF_BACKUP, ERROR, LOGGING, 1, 98, "t",
      "Database %4 comes from a backup that was not restored. Restore the backup.")

/* the log */
EVENT(411, LOG_VERSION_BAD, ERROR, LOGGING, 1, 98, "t",
      "Log %4 is of a version that this engine cannot use.")
EVENT(412, LOG_HEADER_BAD, ERROR, LOGGING, 1, 98, "td",
      "The header of log %4 cannot be read, error %5.")
EVENT(413, LOG_NEW_FAILED, ERROR, LOGGING, 1, 0, "d",
      "No new log could be made, error %4. The disk may be full, or out of order.")
EVENT(428, LOG_DISK_LOW, ERROR, LOGGING, 1, 0, "",
      "The disk of the logs is full. The logs held in reserve are being used to stop the instance.")
EVENT(429, LOG_DISK_FULL, ERROR, LOGGING, 1, 0, "t",
      "Log %4 could not be moved to make a new one: the disk of the logs is full.")
EVENT(455, LOG_OPEN_FAILED, ERROR, LOGGING, 1, 98, "te",
      "Log %4 could not be opened, error %5.")
EVENT(492, LOG_DOWN, ERROR, LOGGING, 1, 0, "t",
      "The logs in %4 cannot be written any more, so no database of the instance can be changed. Nothing changes "
      "until it starts again.")

/* databases */
EVENT(325, DATABASE_CREATED, INFORMATION, GENERAL, 1, 35, "utuiaa",
      "Database %4 (%5) was created, in %6 seconds.%nCache: %8%nMore: %9%nTiming:%7")
EVENT(326, DATABASE_ATTACHED, INFORMATION, GENERAL, 1, 50, "utuiaa",
      "Database %4 (%5) was attached, in %6 seconds.%nCache: %8%nMore: %9%nTiming:%7")
EVENT(327, DATABASE_DETACHED, INFORMATION, GENERAL, 1, 51, "utuiaa",
      "Database %4 (%5) was detached, in %6 seconds.%nCache: %8%nMore: %9%nTiming:%7")
EVENT(473, DATABASE_HALF_DETACHED, ERROR, CORRUPTION, 1, 51, "td",
      "Database %4 was detached only in part: its header could not be written, error %5.")
EVENT(911, PAGES_PATCHED, WARNING, CORRUPTION, 25, 116, "nnt",
      "Pages %4 to %5 of database %6 were damaged and have been replaced by good ones. What damaged them, most "
      "likely the disk, should be looked into.")

/* pages */
EVENT(399, PAGE_CORRECTED, WARNING, CACHE, 1, 0, "tonup",
      "Page %8 of file %4 (offset %5, %6 bytes) was read with bit %7 wrong, which was corrected. The disk may be "
      "about to fail.")
EVENT(474, PAGE_CHECKSUM_BAD, ERROR, CACHE, 1, 0, "toneaap",
      "Page %10 of file %4 (offset %5, %6 bytes) is damaged: its checksum is %8 and should be %9. Reading it fails "
      "with error %7. If it happens again, restore a backup; the disk should be looked into.")
EVENT(475, PAGE_NUMBER_BAD, ERROR, CACHE, 1, 0, "tonenp",
      "The page at offset %5 of file %4 (%6 bytes) is another one: page %9 instead of %8. Reading it fails with "
      "error %7. If it happens again, restore a backup; the disk should be looked into.")
EVENT(467, INDEX_BAD, ERROR, CORRUPTION, 1, 0, "aata",
      "Database %6: index %4 of table %5 is corrupt (%7).")

/* files */
EVENT(481, FILE_READ_FAILED, ERROR, GENERAL, 1, 0, "toneytz",
      "File %4 could not be read at offset %5, %6 bytes, after %10 seconds: error %8 of the system, %9. Reading "
      "fails with error %7. If it happens again, the file may be damaged; restore a backup.")
EVENT(482, FILE_WRITE_FAILED, ERROR, GENERAL, 1, 0, "toneytz",
      "File %4 could not be written at offset %5, %6 bytes, after %10 seconds: error %8 of the system, %9. Writing "
      "fails with error %7. If it happens again, the file may be damaged; restore a backup.")
EVENT(485, FILE_DELETE_FAILED, ERROR, GENERAL, 1, 0, "teyt",
      "File %4 could not be deleted: error %6 of the system, %7. Deleting fails with error %5.")
EVENT(486, FILE_MOVE_FAILED, ERROR, GENERAL, 1, 0, "tteyt",
      "File %4 could not be moved to %5: error %7 of the system, %8. Moving fails with error %6.")
EVENT(488, FILE_CREATE_FAILED, ERROR, GENERAL, 1, 0, "teyt",
      "File %4 could not be created: error %6 of the system, %7. Creating fails with error %5.")
EVENT(489, FILE_OPEN_READ_FAILED, ERROR, GENERAL, 1, 0, "teyt",
      "File %4 could not be opened for reading: error %6 of the system, %7. Opening fails with error %5.")
EVENT(490, FILE_OPEN_FAILED, ERROR, GENERAL, 1, 0, "teyt",
      "File %4 could not be opened for reading and writing: error %6 of the system, %7. Opening fails with error "
      "%5.")
EVENT(551, FILE_FLUSH_FAILED, ERROR, GENERAL, 1, 0, "tzyte",
      "File %4 could not be flushed to its disk, after %5 seconds: error %6 of the system, %7. Flushing fails with "
      "error %8.")

/* indexes over text */
EVENT(611, INDEX_REBUILT, INFORMATION, DEFINITION, 1, 50, "taataaaa",
      "Database %4: index %5 of table %6, for locale %7, was sorted by another version (%8, %9) than that of today "
      "(%10, %11) and is made anew. Nothing is wrong with the database.")
EVENT(613, INDEX_PRIMARY_OLD, WARNING, DEFINITION, 1, 50, "taataaaa",
      "Database %4: primary index %5 of table %6, for locale %7, was sorted by another version (%8, %9) than that "
      "of today (%10, %11). Used as it is it may seem, or become, corrupt. Defragment the database offline to have "
      "it made anew.")
EVENT(614, INDEX_OLD, WARNING, DEFINITION, 1, 50, "taataaaa",
      "Database %4: index %5 of table %6, for locale %7, was sorted by another version (%8, %9) than that of today "
      "(%10, %11). Used as it is it may seem, or become, corrupt. Defragment the database offline to have it made "
      "anew.")

/* transactions */
EVENT(623, VERSIONS_AT_MOST, ERROR, TRANSACTIONS, 1, 0, "uuaaada",
      "The versions that instance %4 keeps have reached their limit of %5 MB. Most likely a transaction that was "
      "begun long ago keeps them; changes are refused until it ends.%nSession: %6%nContext: %7%nThread of the "
      "context: %8%nCleaned: %9%nTrace: %10")
EVENT(624, VERSIONS_NO_MEMORY, ERROR, TRANSACTIONS, 1, 0, "uuuuaaada",
      "There is no memory for more versions of instance %4. Most likely a transaction that was begun long ago keeps "
      "them; changes are refused until it ends.%nMB in use: %5%nMB at most: %6%nMB in reserve: %7%nSession: "
      "%8%nContext: %9%nThread of the context: %10%nCleaned: %11%nTrace: %12")
EVENT(902, SESSION_SHARED, ERROR, TRANSACTIONS, 1, 0, "haaha",
      "Two threads are using the same session at once, which is not allowed.%nSession: %4%nContext: %5%nThread of "
      "the context: %6%nThis thread: %7%nTrace: %8")

/* work in the background */
EVENT(700, DEFRAGMENT_BEGINS, INFORMATION, DEFRAGMENT, 1, 90, "t",
      "Online defragmentation begins a pass over database %4.")
EVENT(701, DEFRAGMENT_DONE, INFORMATION, DEFRAGMENT, 1, 90, "tuauuuu",
      "Online defragmentation has gone through database %4 and freed %5 pages. It began on %6 and took %7 seconds, "
      "in %8 calls over %9 days. Since the database was created it was done %10 times.")
EVENT(702, DEFRAGMENT_GOES_ON, INFORMATION, DEFRAGMENT, 1, 90, "tau",
      "Online defragmentation goes on with its pass over database %4, which began on %5, %6 days ago.")
EVENT(703, DEFRAGMENT_REST_DONE, INFORMATION, DEFRAGMENT, 1, 90, "tuauuuu",
      "Online defragmentation has gone through the rest of database %4; its pass freed %5 pages. It began on %6 "
      "and took %7 seconds, in %8 calls over %9 days. Since the database was created it was done %10 times.")
EVENT(704, DEFRAGMENT_STOPPED, INFORMATION, DEFRAGMENT, 1, 90, "t",
      "Online defragmentation of database %4 was stopped before it was done. It goes on from there when "
      "it is started again.")
EVENT(705, DEFRAGMENT_FAILED, WARNING, DEFRAGMENT, 1, 90, "td",
      "Online defragmentation of database %4 ended before it was done, with error %5. It goes on from "
      "there when it is started again.")

/* snapshots */
EVENT(2001, SNAPSHOT_FREEZES, INFORMATION, SNAPSHOT, 1, 143, "u",
      "Snapshot %4 freezes.")
EVENT(2002, SNAPSHOT_FREEZE_FAILED, ERROR, SNAPSHOT, 1, 143, "ud",
      "Snapshot %4 could not freeze, error %5.")
EVENT(2003, SNAPSHOT_THAWED, INFORMATION, SNAPSHOT, 1, 144, "u",
      "Snapshot %4 has thawed.")
EVENT(2004, SNAPSHOT_TIMED_OUT, ERROR, SNAPSHOT, 1, 0, "uu",
      "Snapshot %4 was frozen for longer than allowed (%5 ms) and has thawed by itself.")
EVENT(2005, SNAPSHOT_FULL, INFORMATION, SNAPSHOT, 1, 142, "u",
      "Snapshot %4 is for a full backup.")
EVENT(2006, SNAPSHOT_DONE, INFORMATION, SNAPSHOT, 1, 148, "u",
      "Snapshot %4 ended well.")
EVENT(2007, SNAPSHOT_ABORTED, ERROR, SNAPSHOT, 1, 145, "u",
      "Snapshot %4 was given up.")
EVENT(2008, SNAPSHOT_INCREMENT, INFORMATION, SNAPSHOT, 1, 142, "u",
      "Snapshot %4 is for an incremental backup.")
EVENT(2009, SNAPSHOT_COPY, INFORMATION, SNAPSHOT, 1, 142, "u",
      "Snapshot %4 is for a copy.")
EVENT(2010, SNAPSHOT_DIFFERENCE, INFORMATION, SNAPSHOT, 1, 142, "u",
      "Snapshot %4 is for a differential backup.")

#undef CATEGORY
#undef EVENT
