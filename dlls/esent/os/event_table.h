/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The messages that go to the system's event log, the only place where their
 * numbers and kinds are told:
 *
 *     EVENT(number, name, type, category, level, operation, strings)
 *
 * type: OS_EVENT_...  level: from which JET_paramEventLoggingLevel on it is said.
 * operation: the number of the JetXxx that most often has it said while an instance
 * runs, as it stands behind the number of the process; 0: none.  strings: what comes after the three
 * that all have, letter by letter as event_say() takes it.
 *
 * Source: jetmsg.mc and the callers of UtilReportEvent in the published engine.
 */

/* instances */
EVENT(102, INSTANCE_STARTS, INFORMATION, GENERAL, 1, 98, "uaaaa")   /* number, version */
EVENT(103, INSTANCE_STOPPED, INFORMATION, GENERAL, 1, 97, "uid")    /* number, timing, whether dirty */
EVENT(104, INSTANCE_FAILED, ERROR, GENERAL, 1, 97, "udi")           /* to stop: number, error, timing */
EVENT(105, INSTANCE_STARTED, INFORMATION, GENERAL, 1, 98, "uuia")   /* number, seconds, timing, more */
EVENT(106, PARAM_OVERRIDDEN, WARNING, GENERAL, 1, 95, "aaat")       /* name, asked for, got, store */
EVENT(107, PARAM_REFUSED, WARNING, GENERAL, 1, 0, "aadt")           /* name, value, error, store */

/* backups */
EVENT(204, RESTORE_BEGINS, INFORMATION, LOGGING, 1, 137, "tt")      /* logs of the backup, those after it */
EVENT(205, RESTORE_ENDED, INFORMATION, LOGGING, 1, 137, "")
EVENT(206, BACKUP_NO_FULL, ERROR, LOGGING, 1, 74, "t")              /* database */
EVENT(210, BACKUP_FULL, INFORMATION, LOGGING, 1, 74, "")
EVENT(211, BACKUP_INCREMENT, INFORMATION, LOGGING, 1, 74, "")
EVENT(213, BACKUP_DONE, INFORMATION, LOGGING, 1, 82, "")
EVENT(214, BACKUP_FAILED, ERROR, LOGGING, 1, 82, "d")               /* error */
EVENT(215, BACKUP_ABORTED, ERROR, LOGGING, 1, 82, "")
EVENT(217, BACKUP_DATABASE_LEFT, ERROR, LOGGING, 1, 77, "dt")       /* error, file: the backup goes on without it */
EVENT(218, BACKUP_READ_FAILED, ERROR, LOGGING, 1, 77, "dt")         /* error, file */
EVENT(220, BACKUP_FILE_BEGINS, INFORMATION, LOGGING, 1, 76, "ta")   /* file, size */
EVENT(221, BACKUP_FILE_DONE, INFORMATION, LOGGING, 1, 78, "t")
EVENT(222, BACKUP_FILE_UNREAD, INFORMATION, LOGGING, 1, 78, "tuu")  /* file, bytes read, bytes */
EVENT(223, BACKUP_LOGS, INFORMATION, LOGGING, 1, 79, "tt")          /* first, last */
EVENT(224, BACKUP_TRUNCATES, INFORMATION, LOGGING, 1, 81, "tt")     /* first, last */
EVENT(224, SNAPSHOT_TRUNCATES, INFORMATION, SNAPSHOT, 1, 146, "tt")
EVENT(225, BACKUP_NOTHING_GOES, INFORMATION, LOGGING, 1, 81, "")
EVENT(225, SNAPSHOT_NOTHING_GOES, INFORMATION, SNAPSHOT, 1, 146, "")
EVENT(226, BACKUP_STOPPED, ERROR, LOGGING, 1, 82, "")               /* the instance ends */
EVENT(240, COPY_BEGINS, INFORMATION, LOGGING, 1, 74, "")            /* JET_bitInternalCopy */
EVENT(243, COPY_DONE, INFORMATION, LOGGING, 1, 82, "")
EVENT(244, COPY_FAILED, ERROR, LOGGING, 1, 82, "d")
EVENT(245, COPY_ABORTED, ERROR, LOGGING, 1, 82, "")
EVENT(252, COPY_FILE_UNREAD, INFORMATION, LOGGING, 1, 78, "tuu")
EVENT(256, COPY_STOPPED, ERROR, LOGGING, 1, 82, "")
EVENT(459, BACKUP_FILE_MISSING, ERROR, LOGGING, 1, 76, "t")
EVENT(520, BACKUP_LOG_NOT_COPIED, WARNING, LOGGING, 1, 81, "")

/* recovery */
EVENT(300, REDO_BEGINS, INFORMATION, LOGGING, 1, 98, "")
EVENT(301, REDO_FILE_DONE, INFORMATION, LOGGING, 1, 98, "tiau")     /* file, timing, most frequent record, how often */
EVENT(302, REDO_DONE, INFORMATION, LOGGING, 1, 98, "")
EVENT(420, RECOVERY_HEADER_UNREAD, WARNING, LOGGING, 1, 98, "td")   /* path, error */
EVENT(452, RECOVERY_LOW_MISSING, ERROR, LOGGING, 1, 98, "tddd")     /* path, from, to, first there is */
EVENT(453, RECOVERY_HIGH_MISSING, ERROR, LOGGING, 1, 98, "tdddttt") /* path, from, to, last there is; files of these */
EVENT(454, RECOVERY_FAILED, ERROR, LOGGING, 1, 98, "d")             /* error */
EVENT(494, RECOVERY_DATABASE_MISSING, ERROR, LOGGING, 1, 98, "dt")  /* error, path: at the end */
EVENT(495, RECOVERY_DATABASE_WRONG, ERROR, LOGGING, 1, 98, "dt")    /* on the way */
EVENT(516, RECOVERY_DBTIME_WRONG, ERROR, LOGGING, 1, 98, "tnhhdhldld") /* path, page, dbtimes, error, place */
EVENT(517, RECOVERY_TIME_WRONG, ERROR, LOGGING, 1, 98, "dt")
EVENT(523, RECOVERY_COMMITTED_MISSING, ERROR, LOGGING, 1, 98, "tddtdt") /* path, from, to, last file, missing, folder */
EVENT(524, RECOVERY_COMMITTED_LOST, WARNING, LOGGING, 1, 98, "tddddt")  /* path, count, from, to, last, folder */
EVENT(525, RECOVERY_COMMITTED_BAD, ERROR, LOGGING, 1, 98, "tdt")    /* file, error, folder */
EVENT(526, RECOVERY_BAD_REMOVED, WARNING, LOGGING, 1, 98, "hthdt")  /* last good, file, number, error, folder */
EVENT(527, RECOVERY_LOGS_REMOVED, WARNING, LOGGING, 1, 98, "dhhht") /* count, from, to, last good, folder */
EVENT(528, RECOVERY_OUT_OF_ORDER, ERROR, LOGGING, 1, 98, "tdtdt")   /* last good, number, file, number, folder */
EVENT(543, RECOVERY_CHECKSUM_DIFFERS, ERROR, LOGGING, 1, 98, "tgg") /* file, expected, actual */
EVENT(558, RECOVERY_GAP, ERROR, LOGGING, 1, 98, "hh")               /* generation, highest there is */
EVENT(567, RECOVERY_REQUIRED_BAD, ERROR, LOGGING, 1, 98, "td")      /* file, error */
EVENT(619, RECOVERY_OF_BACKUP, ERROR, LOGGING, 1, 98, "t")          /* path */

/* the log */
EVENT(411, LOG_VERSION_BAD, ERROR, LOGGING, 1, 98, "t")             /* file */
EVENT(412, LOG_HEADER_BAD, ERROR, LOGGING, 1, 98, "td")             /* file, error */
EVENT(413, LOG_NEW_FAILED, ERROR, LOGGING, 1, 0, "d")               /* error */
EVENT(428, LOG_DISK_LOW, ERROR, LOGGING, 1, 0, "")
EVENT(429, LOG_DISK_FULL, ERROR, LOGGING, 1, 0, "t")                /* the current file, not to be moved */
EVENT(455, LOG_OPEN_FAILED, ERROR, LOGGING, 1, 98, "te")            /* file, error */
EVENT(492, LOG_DOWN, ERROR, LOGGING, 1, 0, "t")                     /* folder */

/* databases */
EVENT(325, DATABASE_CREATED, INFORMATION, GENERAL, 1, 35, "utuiaa") /* id, path, seconds, timing, cache, more */
EVENT(326, DATABASE_ATTACHED, INFORMATION, GENERAL, 1, 50, "utuiaa")
EVENT(327, DATABASE_DETACHED, INFORMATION, GENERAL, 1, 51, "utuiaa")
EVENT(473, DATABASE_HALF_DETACHED, ERROR, CORRUPTION, 1, 51, "td")  /* path, error */
EVENT(911, PAGES_PATCHED, WARNING, CORRUPTION, 25, 116, "nnt")      /* first, last, path */

/* pages: file, offset, bytes, error, then ... */
EVENT(399, PAGE_CORRECTED, WARNING, CACHE, 1, 0, "tonup")           /* no error; bit, page */
EVENT(474, PAGE_CHECKSUM_BAD, ERROR, CACHE, 1, 0, "toneaap")        /* stored, computed, page */
EVENT(475, PAGE_NUMBER_BAD, ERROR, CACHE, 1, 0, "tonenp")           /* expected, stored */
EVENT(467, INDEX_BAD, ERROR, CORRUPTION, 1, 0, "aata")              /* index, table, path, user-defined columns */

/* files: path, ..., error, the system's error, its text */
EVENT(481, FILE_READ_FAILED, ERROR, GENERAL, 1, 0, "toneytz")       /* offset, bytes; seconds */
EVENT(482, FILE_WRITE_FAILED, ERROR, GENERAL, 1, 0, "toneytz")
EVENT(485, FILE_DELETE_FAILED, ERROR, GENERAL, 1, 0, "teyt")
EVENT(486, FILE_MOVE_FAILED, ERROR, GENERAL, 1, 0, "tteyt")         /* to */
EVENT(488, FILE_CREATE_FAILED, ERROR, GENERAL, 1, 0, "teyt")
EVENT(489, FILE_OPEN_READ_FAILED, ERROR, GENERAL, 1, 0, "teyt")
EVENT(490, FILE_OPEN_FAILED, ERROR, GENERAL, 1, 0, "teyt")
EVENT(551, FILE_FLUSH_FAILED, ERROR, GENERAL, 1, 0, "tzyte")        /* seconds */

/* indexes over text: path, index, table, locale, its sort version, that of today */
EVENT(611, INDEX_REBUILT, INFORMATION, DEFINITION, 1, 50, "taataaaa")
EVENT(613, INDEX_PRIMARY_OLD, WARNING, DEFINITION, 1, 50, "taataaaa")
EVENT(614, INDEX_OLD, WARNING, DEFINITION, 1, 50, "taataaaa")

/* transactions */
EVENT(623, VERSIONS_AT_MOST, ERROR, TRANSACTIONS, 1, 0, "uuaaada")  /* instance, MB, session, context, thread, cleaned, more */
EVENT(624, VERSIONS_NO_MEMORY, ERROR, TRANSACTIONS, 1, 0, "uuuuaaada") /* the same with MB in use, most, least */
EVENT(902, SESSION_SHARED, ERROR, TRANSACTIONS, 1, 0, "haaha")      /* session, context, its thread, thread, more */

/* work in the background */
EVENT(700, DEFRAGMENT_BEGINS, INFORMATION, DEFRAGMENT, 1, 90, "t")  /* path */
EVENT(701, DEFRAGMENT_DONE, INFORMATION, DEFRAGMENT, 1, 90, "tuauuuu") /* path, freed, began, seconds, calls, days, passes */
EVENT(704, DEFRAGMENT_STOPPED, INFORMATION, DEFRAGMENT, 1, 90, "t")
EVENT(705, DEFRAGMENT_FAILED, WARNING, DEFRAGMENT, 1, 90, "td")     /* path, error */

/* snapshots, by their number */
EVENT(2001, SNAPSHOT_FREEZES, INFORMATION, SNAPSHOT, 1, 143, "u")
EVENT(2002, SNAPSHOT_FREEZE_FAILED, ERROR, SNAPSHOT, 1, 143, "ud")  /* error */
EVENT(2003, SNAPSHOT_THAWED, INFORMATION, SNAPSHOT, 1, 144, "u")
EVENT(2004, SNAPSHOT_TIMED_OUT, ERROR, SNAPSHOT, 1, 0, "uu")        /* milliseconds */
EVENT(2005, SNAPSHOT_FULL, INFORMATION, SNAPSHOT, 1, 142, "u")
EVENT(2006, SNAPSHOT_DONE, INFORMATION, SNAPSHOT, 1, 148, "u")
EVENT(2007, SNAPSHOT_ABORTED, ERROR, SNAPSHOT, 1, 145, "u")
EVENT(2008, SNAPSHOT_INCREMENT, INFORMATION, SNAPSHOT, 1, 142, "u")
EVENT(2009, SNAPSHOT_COPY, INFORMATION, SNAPSHOT, 1, 142, "u")
EVENT(2010, SNAPSHOT_DIFFERENCE, INFORMATION, SNAPSHOT, 1, 142, "u")
