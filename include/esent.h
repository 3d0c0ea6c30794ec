/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * esent.h - the API of the Extensible Storage Engine (esent.dll, "JET Blue").
 *
 * The whole binary interface: types, constants, structures and functions, with
 * the values and layouts of Windows' own DLL.  Chapters:
 *
 *      Base types and handles
 *      Callbacks
 *      Constants                  limits, parameters, option bits, info levels
 *      Errors and warnings
 *      Structures
 *      Functions
 *      Beyond the public API      what Windows exports but does not document
 *
 * JET_VERSION says which Windows a program is written for; what is newer is
 * hidden, and structures have the layout they had then:
 *
 *      0x0500 2000     0x0501 XP       0x0502 Server 2003      0x0600 Vista
 *      0x0601 7        0x0602 8        0x0603 8.1              0x0A00 10
 *      0x0A01 10 after its first release, and the undocumented part
 *
 * Unset, it is WINVER where that is set, else 0x0A01.
 *
 * Every function that takes text, or a structure with text in it, has an A form
 * (8-bit) and a W form (16-bit); so have those structures (_A, _W).  The name
 * without letter means the A form, or the W form if JET_UNICODE is defined
 * before this file is included.  UNICODE alone does not change it, as on
 * Windows.  Before Vista there were A forms only, and they had the plain name.
 *
 * Text is 16 bits a character and a "long" 32 bits, on every machine.  Outside
 * Windows, JET_LONG and JET_ULONG are int32_t and uint32_t, and WCHAR is wchar_t
 * if that has 16 bits (gcc -fshort-wchar), else char16_t.
 */
#ifndef _JET_INCLUDED
#define _JET_INCLUDED

#ifndef JET_VERSION
# ifdef WINVER
#  define JET_VERSION WINVER
# else
#  define JET_VERSION 0x0A01
# endif
#endif

#ifdef _WIN32
# include <winapifamily.h>
#else
# include <stddef.h>
# include <stdint.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Structures are packed to the size of a pointer, unless said otherwise. */
#if defined(_WIN64) || defined(__LP64__)
# pragma pack(push, 8)
#else
# pragma pack(push, 4)
#endif

/* ======================================================================
 * Base types and handles
 * ====================================================================== */

#ifdef _WIN32
# ifdef _MSC_VER
#  define JET_API __stdcall
# elif defined(__i386__)
#  define JET_API __attribute__((__stdcall__))
# else
#  define JET_API
# endif
#else
# define JET_API
#endif
#define JET_NODSAPI JET_API

/* Unnamed structures and unions within a structure. */
#ifdef __GNUC__
# define JET_ANON_ __extension__
#else
# define JET_ANON_
#endif

#ifdef _WIN32
typedef long                JET_LONG;
typedef unsigned long       JET_ULONG;
# ifdef _MSC_VER
typedef __int64             JET_INT64;
typedef unsigned __int64    JET_UINT64;
# else
JET_ANON_ typedef long long             JET_INT64;
JET_ANON_ typedef unsigned long long    JET_UINT64;
# endif
# ifdef _WIN64
typedef JET_UINT64          JET_API_PTR;
# else
typedef unsigned long       JET_API_PTR;
# endif
#else
typedef int32_t             JET_LONG;
typedef uint32_t            JET_ULONG;
typedef int64_t             JET_INT64;
typedef uint64_t            JET_UINT64;
typedef uintptr_t           JET_API_PTR;
#endif

#ifdef _WIN32
# ifndef _WINNT_
#  if defined(_MSC_VER) && !defined(_NATIVE_WCHAR_T_DEFINED)
typedef unsigned short      WCHAR;
#  elif defined(__cplusplus) || defined(_MSC_VER)
typedef wchar_t             WCHAR;
#  else
typedef __WCHAR_TYPE__      WCHAR;
#  endif
# endif
# define JET_WIDE_(text) L##text
#elif __SIZEOF_WCHAR_T__ == 2
typedef wchar_t             WCHAR;
# define JET_WIDE_(text) L##text
#else
# ifdef __cplusplus
typedef char16_t            WCHAR;
# else
typedef __CHAR16_TYPE__     WCHAR;
# endif
# define JET_WIDE_(text) u##text
#endif
typedef WCHAR               JET_WCHAR;

/* The A or W spelling of a name. */
#ifdef JET_UNICODE
# define JET_AW_(name)      name##W
# define JET_STRUCT_AW_(name) name##_W
#else
# define JET_AW_(name)      name##A
# define JET_STRUCT_AW_(name) name##_A
#endif

typedef char                *JET_PSTR;
typedef const char          *JET_PCSTR;
typedef WCHAR               *JET_PWSTR;
typedef const WCHAR         *JET_PCWSTR;

typedef JET_LONG            JET_ERR;            /* < 0 error, 0 success, > 0 warning */

typedef JET_API_PTR         JET_HANDLE;         /* file of a backup, registered callback */
typedef JET_API_PTR         JET_INSTANCE;
typedef JET_API_PTR         JET_SESID;
typedef JET_API_PTR         JET_TABLEID;        /* cursor */
#if JET_VERSION >= 0x0501
typedef JET_API_PTR         JET_LS;             /* local storage of a cursor or table */
#endif
#if JET_VERSION >= 0x0501
typedef JET_API_PTR         JET_OSSNAPID;       /* snapshot in progress */
#endif

typedef JET_ULONG           JET_COLUMNID;
typedef JET_ULONG           JET_DBID;
typedef JET_ULONG           JET_OBJTYP;
typedef JET_ULONG           JET_COLTYP;
typedef JET_ULONG           JET_GRBIT;          /* option bits */
typedef JET_ULONG           JET_SNP;            /* progress: which process */
typedef JET_ULONG           JET_SNT;            /* progress: which event */
#if JET_VERSION >= 0x0501
typedef JET_ULONG           JET_CBTYP;
#endif
typedef double              JET_DATESERIAL;     /* days since 1899-12-30 */

/* ======================================================================
 * Callbacks
 * ====================================================================== */

/* Progress of JetInit3, JetRestore, JetBackup, JetCompact; pv by snt, often a JET_SNPROG. */
typedef JET_ERR (JET_API *JET_PFNSTATUS)(JET_SESID sesid, JET_SNP snp, JET_SNT snt, void *pv);

#if JET_VERSION >= 0x0501
/* JetRegisterCallback, JetDefragment2, JET_paramRuntimeCallback, user-defined defaults. */
typedef JET_ERR (JET_API *JET_CALLBACK)(JET_SESID sesid, JET_DBID dbid, JET_TABLEID tableid, JET_CBTYP cbtyp,
        void *pvArg1, void *pvArg2, void *pvContext, JET_API_PTR ulUnused);

/* Memory for the result of JetEnumerateColumns: as realloc, cb of 0 frees. */
typedef void *(JET_API *JET_PFNREALLOC)(void *pvContext, void *pv, JET_ULONG cb);
#endif

/* ======================================================================
 * Constants
 * ====================================================================== */

/* JET_paramConfigStoreSpec: names and values in the store */
#define JET_wszConfigStoreReadControl              JET_WIDE_("CsReadControl")
#define JET_bitConfigStoreReadControlInhibitRead   0x00000001
#define JET_bitConfigStoreReadControlDisableAll    0x00000002
#define JET_bitConfigStoreReadControlDefault       0x00000000
#define JET_wszConfigStoreRelPathSysParamDefault   JET_WIDE_("SysParamDefault")
#define JET_wszConfigStoreRelPathSysParamOverride  JET_WIDE_("SysParamOverride")

/* JetDefragment */
#define JET_bitDefragmentBatchStart           0x00000001
#define JET_bitDefragmentBatchStop            0x00000002
#if JET_VERSION >= 0x0501
#define JET_bitDefragmentAvailSpaceTreesOnly  0x00000040
#endif
#if JET_VERSION >= 0x0601
#define JET_bitDefragmentNoPartialMerges      0x00000080
#define JET_bitDefragmentBTree                0x00000100
#endif

/* Callback types */
#if JET_VERSION >= 0x0501
#define JET_cbtypNull                     0x0000
#define JET_cbtypFinalize                 0x0001
#define JET_cbtypBeforeInsert             0x0002
#define JET_cbtypAfterInsert              0x0004
#define JET_cbtypBeforeReplace            0x0008
#define JET_cbtypAfterReplace             0x0010
#define JET_cbtypBeforeDelete             0x0020
#define JET_cbtypAfterDelete              0x0040
#define JET_cbtypUserDefinedDefaultValue  0x0080
#define JET_cbtypOnlineDefragCompleted    0x0100
#define JET_cbtypFreeCursorLS             0x0200
#define JET_cbtypFreeTableLS              0x0400
#endif

/* JET_OBJECTINFO: flags and object bits */
#define JET_bitTableInfoUpdatable                           0x00000001
#define JET_bitTableInfoBookmark                            0x00000002
#define JET_bitTableInfoRollback                            0x00000004
#define JET_bitObjectSystem                                 0x80000000
#define JET_bitObjectTableFixedDDL                          0x40000000
#define JET_bitObjectTableTemplate                          0x20000000
#define JET_bitObjectTableDerived                           0x10000000
#if JET_VERSION >= 0x0501
#define JET_bitObjectTableNoFixedVarColumnsInDerivedTables  0x04000000
#endif

/* Lengths of names in structures */
#define JET_MAX_COMPUTERNAME_LENGTH  15

/* JetInit4: why a log is opened, what to do about a missing one */
#if JET_VERSION >= 0x0A00
#define JET_bitDurableCommitCallbackLogUnavailable  0x00000001
#endif

/* No handle, no bits */
#if JET_VERSION >= 0x0501
#define JET_instanceNil          (~(JET_INSTANCE)0)
#endif
#define JET_sesidNil             (~(JET_SESID)0)
#define JET_tableidNil           (~(JET_TABLEID)0)
#define JET_bitNil               ((JET_GRBIT)0)

/* Limits in bytes */
#define JET_cbBookmarkMost          256
#if JET_VERSION >= 0x0601
#define JET_cbBookmarkMostMost      2000
#endif
#ifdef JET_UNICODE
#define JET_cbNameMost           128
#else
#define JET_cbNameMost           64
#endif
#ifdef JET_UNICODE
#define JET_cbFullNameMost       510
#else
#define JET_cbFullNameMost       255
#endif
#define JET_cbColumnLVPageOverhead  82       /* page bytes that a chunk of a long value cannot use (pages up to 8 KB) */
#define JET_cbLVDefaultValueMost    255      /* default of a long value */
#define JET_cbColumnMost            255      /* Binary and Text */
#define JET_cbLVColumnMost          0x7FFFFFFF  /* LongBinary and LongText */
#if JET_VERSION >= 0x0601
#define JET_cbKeyMostMost           2000
#define JET_cbKeyMost32KBytePage    2000
#define JET_cbKeyMost16KBytePage    2000
#endif
#if JET_VERSION >= 0x0600
#define JET_cbKeyMost8KBytePage     2000
#define JET_cbKeyMost4KBytePage     1000
#define JET_cbKeyMost2KBytePage     500
#define JET_cbKeyMostMin            255
#endif
#define JET_cbKeyMost               255      /* without JET_paramKeyMost */
#define JET_cbLimitKeyMost          256
#define JET_cbPrimaryKeyMost        255
#define JET_cbSecondaryKeyMost      255

/* Limits in columns */
#if JET_VERSION >= 0x0600
#define JET_ccolKeyMost          16
#else
#define JET_ccolKeyMost          12
#endif
#if JET_VERSION >= 0x0501
#define JET_ccolMost             0xFEE0
#else
#define JET_ccolMost             0x7FFE
#endif
#define JET_ccolFixedMost        127
#define JET_ccolVarMost          128
#if JET_VERSION >= 0x0501
#define JET_ccolTaggedMost       0xFDE1
#else
#define JET_ccolTaggedMost       0x7EFF
#endif

/* JET_paramEventLoggingLevel */
#if JET_VERSION >= 0x0501
#define JET_EventLoggingDisable      0
#endif
#if JET_VERSION >= 0x0601
#define JET_EventLoggingLevelMin     1
#define JET_EventLoggingLevelLow     25
#define JET_EventLoggingLevelMedium  50
#define JET_EventLoggingLevelHigh    75
#endif
#if JET_VERSION >= 0x0501
#define JET_EventLoggingLevelMax     100
#endif

/* JET_paramIOPriority */
#if JET_VERSION >= 0x0600
#define JET_IOPriorityNormal     0
#define JET_IOPriorityLow        1
#endif

/* JET_paramConfiguration */
#if JET_VERSION >= 0x0602
#define JET_configDefault                 0x0001
#define JET_configRemoveQuotas            0x0002
#define JET_configLowDiskFootprint        0x0004
#define JET_configMediumDiskFootprint     0x0008
#define JET_configLowMemory               0x0010
#define JET_configDynamicMediumMemory     0x0020
#define JET_configLowPower                0x0040
#define JET_configSSDProfileIO            0x0080
#define JET_configRunSilent               0x0100
#endif
#if JET_VERSION >= 0x0A00
#define JET_configUnthrottledMemory       0x0200
#define JET_configHighConcurrencyScaling  0x0400
#endif

/* Session parameters */
#define JET_sesparamCommitDefault     0x1001
#if JET_VERSION >= 0x0A00
#define JET_sesparamTransactionLevel  0x1003
#define JET_sesparamOperationContext  0x1004
#define JET_sesparamCorrelationID     0x1005
#define JET_sesparamMaxValueInvalid   0x100F
#endif

/* JET_paramLegacyFileNames */
#if JET_VERSION >= 0x0600
#define JET_bitESE98FileNames           0x00000001
#define JET_bitEightDotThreeSoftCompat  0x00000002
#endif

/* JET_paramHungIOActions */
#define JET_bitHungIOEvent       0x00000001

/* JET_paramEnableShrinkDatabase */
#if JET_VERSION >= 0x0603
#define JET_bitShrinkDatabaseOff       0x00000000
#define JET_bitShrinkDatabaseOn        0x00000001
#define JET_bitShrinkDatabaseRealtime  0x00000002
#define JET_bitShrinkDatabaseTrim      0x00000001
#endif

/* JetInit2, JetInit3 */
#if JET_VERSION >= 0x0501
#define JET_bitReplayIgnoreMissingDB          0x00000004
#endif
#if JET_VERSION >= 0x0600
#define JET_bitRecoveryWithoutUndo            0x00000008
#define JET_bitTruncateLogsAfterRecovery      0x00000010
#define JET_bitReplayMissingMapEntryDB        0x00000020
#define JET_bitLogStreamMustExist             0x00000040
#endif
#if JET_VERSION >= 0x0601
#define JET_bitReplayIgnoreLostLogs           0x00000080
#endif
#if JET_VERSION >= 0x0602
#define JET_bitKeepDbAttachedAtEndOfRecovery  0x00001000
#endif

/* JetTerm2 */
#define JET_bitTermComplete      0x00000001  /* clean up and wait */
#define JET_bitTermAbrupt        0x00000002  /* stop at once; recovery at the next start */
#define JET_bitTermStopBackup    0x00000004  /* end a backup that is under way */
#if JET_VERSION >= 0x0601
#define JET_bitTermDirty         0x00000008  /* leave the databases dirty, do not flush */
#endif

/* JetIdle */
#define JET_bitIdleFlushBuffers  0x00000001
#define JET_bitIdleCompact       0x00000002
#define JET_bitIdleStatus        0x00000004

/* JetAttachDatabase, JetOpenDatabase */
#define JET_bitDbReadOnly                     0x00000001  /* attach or open for reading */
#define JET_bitDbExclusive                    0x00000002  /* no other session may open it */
#define JET_bitDbDeleteCorruptIndexes         0x00000010  /* delete indexes of another NLS version */
#if JET_VERSION >= 0x0502
#define JET_bitDbDeleteUnicodeIndexes         0x00000400  /* delete all indexes over Unicode text */
#endif
#if JET_VERSION >= 0x0501
#define JET_bitDbUpgrade                      0x00000200  /* upgrade the format */
#endif
#if JET_VERSION >= 0x0601
#define JET_bitDbEnableBackgroundMaintenance  0x00000800  /* check the pages in the background */
#endif
#if JET_VERSION >= 0x0602
#define JET_bitDbPurgeCacheOnAttach           0x00001000  /* drop cached pages when attached again after recovery */
#endif

/* JetDetachDatabase2 */
#if JET_VERSION >= 0x0501
#define JET_bitForceDetach          0x00000001
#define JET_bitForceCloseAndDetach  0x00000003
#endif

/* JetCreateDatabase */
#define JET_bitDbRecoveryOff        0x00000008
#define JET_bitDbShadowingOff       0x00000080
#if JET_VERSION >= 0x0501
#define JET_bitDbOverwriteExisting  0x00000200
#endif

/* JetBackup, JetBeginExternalBackup */
#define JET_bitBackupIncremental  0x00000001  /* logs only */
#define JET_bitBackupAtomic       0x00000004  /* replace an older backup at the end only */
#if JET_VERSION >= 0x0501
#define JET_bitBackupSnapshot     0x00000010  /* the files are taken by a snapshot */
#endif

/* JetEndExternalBackupInstance2 */
#if JET_VERSION >= 0x0501
#define JET_bitBackupEndNormal     0x00000001
#define JET_bitBackupEndAbort      0x00000002
#endif
#if JET_VERSION >= 0x0600
#define JET_bitBackupTruncateDone  0x00000100
#endif

/* Databases */
#define JET_dbidNil              ((JET_DBID)0xFFFFFFFF)

/* JetCreateTableColumnIndex */
#define JET_bitTableCreateFixedDDL                          0x00000001
#define JET_bitTableCreateTemplateTable                     0x00000002
#if JET_VERSION >= 0x0501
#define JET_bitTableCreateNoFixedVarColumnsInDerivedTables  0x00000004
#endif
#if JET_VERSION >= 0x0A00
#define JET_bitTableCreateImmutableStructure                0x00000008
#endif

/* Columns */
#define JET_bitColumnFixed               0x00000001
#define JET_bitColumnTagged              0x00000002
#define JET_bitColumnNotNULL             0x00000004
#define JET_bitColumnVersion             0x00000008
#define JET_bitColumnAutoincrement       0x00000010
#define JET_bitColumnUpdatable           0x00000020
#define JET_bitColumnTTKey               0x00000040  /* temporary tables: part of the key */
#define JET_bitColumnTTDescending        0x00000080  /* temporary tables: descending */
#define JET_bitColumnMultiValued         0x00000400
#define JET_bitColumnEscrowUpdate        0x00000800
#define JET_bitColumnUnversioned         0x00001000
#if JET_VERSION >= 0x0501
#define JET_bitColumnMaybeNull           0x00002000
#define JET_bitColumnFinalize            0x00004000
#define JET_bitColumnUserDefinedDefault  0x00008000
#endif
#if JET_VERSION >= 0x0502
#define JET_bitColumnDeleteOnZero        0x00020000
#endif
#if JET_VERSION >= 0x0601
#define JET_bitColumnCompressed          0x00080000
#endif

/* JetDeleteColumn2 */
#if JET_VERSION >= 0x0501
#define JET_bitDeleteColumnIgnoreTemplateColumns  0x00000001
#endif

/* JetSetCurrentIndex */
#define JET_bitMoveFirst         0x00000000
#define JET_bitNoMove            0x00000002

/* JetMakeKey */
#define JET_bitNewKey                   0x00000001  /* this is the first column */
#define JET_bitStrLimit                 0x00000002  /* pad the end: matches any longer text */
#define JET_bitSubStrLimit              0x00000004  /* the same, within the last column */
#define JET_bitNormalizedKey            0x00000008  /* the data is a whole key already */
#define JET_bitKeyDataZeroLength        0x00000010  /* zero length, not NULL */
#if JET_VERSION >= 0x0501
#define JET_bitFullColumnStartLimit     0x00000100  /* least key with these columns */
#define JET_bitFullColumnEndLimit       0x00000200  /* greatest key with these columns */
#define JET_bitPartialColumnStartLimit  0x00000400  /* least key with the last column as a prefix */
#define JET_bitPartialColumnEndLimit    0x00000800  /* greatest key with the last column as a prefix */
#endif

/* JetSetIndexRange */
#define JET_bitRangeInclusive        0x00000001  /* the limit itself belongs to the range */
#define JET_bitRangeUpperLimit       0x00000002  /* the key is the upper limit */
#define JET_bitRangeInstantDuration  0x00000004  /* the range is only tested */
#define JET_bitRangeRemove           0x00000008  /* take the range away */

/* JetGetLock */
#define JET_bitReadLock          0x00000001
#define JET_bitWriteLock         0x00000002

/* JetMove */
#define JET_MoveFirst            (0x80000000)
#define JET_MovePrevious         (-1)
#define JET_MoveNext             (+1)
#define JET_MoveLast             (0x7fffffff)
#define JET_bitMoveKeyNE         0x00000001

/* JetSeek */
#define JET_bitSeekEQ            0x00000001  /* equal */
#define JET_bitSeekLT            0x00000002  /* the last that is less */
#define JET_bitSeekLE            0x00000004  /* equal, or the last less */
#define JET_bitSeekGE            0x00000008  /* equal, or the first greater */
#define JET_bitSeekGT            0x00000010  /* the first that is greater */
#define JET_bitSetIndexRange     0x00000020  /* with SeekEQ: and a range over the equal keys */
#if JET_VERSION >= 0x0502
#define JET_bitCheckUniqueness   0x00000040  /* with SeekEQ: tell by a warning that the key is unique */
#endif

/* JetGotoSecondaryIndexBookmark */
#if JET_VERSION >= 0x0501
#define JET_bitBookmarkPermitVirtualCurrency  0x00000001
#endif

/* JET_CONDITIONALCOLUMN */
#define JET_bitIndexColumnMustBeNull     0x00000001
#define JET_bitIndexColumnMustBeNonNull  0x00000002

/* JetIntersectIndexes */
#define JET_bitRecordInIndex     0x00000001
#define JET_bitRecordNotInIndex  0x00000002

/* Indexes */
#define JET_bitIndexUnique              0x00000001  /* no two records with one key */
#define JET_bitIndexPrimary             0x00000002  /* the order of the records */
#define JET_bitIndexDisallowNull        0x00000004  /* an all-NULL key is an error */
#define JET_bitIndexIgnoreNull          0x00000008  /* no entry if all columns are NULL */
#define JET_bitIndexIgnoreAnyNull       0x00000020  /* no entry if any column is NULL */
#define JET_bitIndexIgnoreFirstNull     0x00000040  /* no entry if the first column is NULL */
#define JET_bitIndexLazyFlush           0x00000080  /* creation need not be durable */
#define JET_bitIndexEmpty               0x00000100  /* do not build, it is known to be empty */
#define JET_bitIndexUnversioned         0x00000200  /* creation is seen by all at once */
#define JET_bitIndexSortNullsHigh       0x00000400  /* NULL after all values */
#define JET_bitIndexUnicode             0x00000800  /* pidxunicode instead of lcid */
#if JET_VERSION >= 0x0501
#define JET_bitIndexTuples              0x00001000  /* over pieces of the text */
#endif
#if JET_VERSION >= 0x0502
#define JET_bitIndexTupleLimits         0x00002000  /* ptuplelimits instead of cbVarSegMac */
#endif
#if JET_VERSION >= 0x0600
#define JET_bitIndexCrossProduct        0x00004000  /* every combination of multi-values */
#define JET_bitIndexKeyMost             0x00008000  /* cbKeyMost is set */
#define JET_bitIndexDisallowTruncation  0x00010000  /* a key that is too long is an error */
#define JET_bitIndexNestedTable         0x00020000  /* multi-values go together by position */
#endif
#if JET_VERSION >= 0x0602
#define JET_bitIndexDotNetGuid          0x00040000  /* GUIDs in the order .NET sorts them */
#endif
#if JET_VERSION >= 0x0A00
#define JET_bitIndexImmutableStructure  0x00080000  /* may not be deleted or changed */
#endif

/* Keys of an index */
#define JET_bitKeyAscending      0x00000000
#define JET_bitKeyDescending     0x00000001

/* JetOpenTable */
#define JET_bitTableDenyWrite      0x00000001  /* no other session may write */
#define JET_bitTableDenyRead       0x00000002  /* no other session may open it */
#define JET_bitTableReadOnly       0x00000004
#define JET_bitTableUpdatable      0x00000008
#define JET_bitTablePermitDDL      0x00000010  /* with DenyRead: schema of a fixed table may change */
#define JET_bitTableNoCache        0x00000020  /* do not keep its pages */
#define JET_bitTablePreread        0x00000040  /* read ahead */
#define JET_bitTableOpportuneRead  0x00000080  /* read ahead where it is cheap */
#define JET_bitTableSequential     0x00008000  /* will be read in order */

/* Table classes */
#define JET_bitTableClassMask    0x001F0000
#define JET_bitTableClassNone    0x00000000
#define JET_bitTableClass1       0x00010000
#define JET_bitTableClass2       0x00020000
#define JET_bitTableClass3       0x00030000
#define JET_bitTableClass4       0x00040000
#define JET_bitTableClass5       0x00050000
#define JET_bitTableClass6       0x00060000
#define JET_bitTableClass7       0x00070000
#define JET_bitTableClass8       0x00080000
#define JET_bitTableClass9       0x00090000
#define JET_bitTableClass10      0x000A0000
#define JET_bitTableClass11      0x000B0000
#define JET_bitTableClass12      0x000C0000
#define JET_bitTableClass13      0x000D0000
#define JET_bitTableClass14      0x000E0000
#define JET_bitTableClass15      0x000F0000

/* JetSetLS, JetGetLS */
#if JET_VERSION >= 0x0501
#define JET_bitLSReset           0x00000001
#define JET_bitLSCursor          0x00000002
#define JET_bitLSTable           0x00000004
#define JET_LSNil                (~(JET_LS)0)
#endif

/* Prereading */
#if JET_VERSION >= 0x0601
#define JET_bitPrereadForward        0x00000001
#define JET_bitPrereadBackward       0x00000002
#endif
#if JET_VERSION >= 0x0602
#define JET_bitPrereadFirstPage      0x00000004
#define JET_bitPrereadNormalizedKey  0x00000008
#endif

/* Temporary tables */
#define JET_bitTTIndexed                    0x00000001  /* will be searched */
#define JET_bitTTUnique                     0x00000002  /* drop duplicates */
#define JET_bitTTUpdatable                  0x00000004  /* may be changed */
#define JET_bitTTScrollable                 0x00000008  /* may be read backwards */
#define JET_bitTTSortNullsHigh              0x00000010  /* NULL after all values */
#define JET_bitTTForceMaterialization       0x00000020  /* a tree from the start, not a sort */
#if JET_VERSION >= 0x0501
#define JET_bitTTErrorOnDuplicateInsertion  0x00000020  /* a duplicate is an error */
#endif
#if JET_VERSION >= 0x0502
#define JET_bitTTForwardOnly                0x00000040  /* read once, forwards */
#endif
#if JET_VERSION >= 0x0601
#define JET_bitTTIntrinsicLVsOnly           0x00000080  /* no separated long values */
#endif
#if JET_VERSION >= 0x0602
#define JET_bitTTDotNetGuid                 0x00000100  /* GUIDs in the order .NET sorts them */
#endif

/* JetSetColumn */
#define JET_bitSetAppendLV                     0x00000001  /* append */
#define JET_bitSetOverwriteLV                  0x00000004  /* write into the middle, growing if needed */
#define JET_bitSetSizeLV                       0x00000008  /* set the length only */
#define JET_bitSetZeroLength                   0x00000020  /* zero length, not NULL */
#define JET_bitSetSeparateLV                   0x00000040  /* never in the record */
#define JET_bitSetUniqueMultiValues            0x00000080  /* refuse a value that is there */
#define JET_bitSetUniqueNormalizedMultiValues  0x00000100  /* the same, compared as keys */
#if JET_VERSION >= 0x0501
#define JET_bitSetRevertToDefaultValue         0x00000200  /* back to the default */
#define JET_bitSetIntrinsicLV                  0x00000400  /* always in the record */
#endif
#if JET_VERSION >= 0x0601
#define JET_bitSetUncompressed                 0x00010000  /* never compress */
#define JET_bitSetCompressed                   0x00020000  /* compress */
#endif
#if JET_VERSION >= 0x0A01
#define JET_bitSetContiguousLV                 0x00040000  /* chunks on contiguous pages */
#endif

/* JET_SPACEHINTS */
#if JET_VERSION >= 0x0601
#define JET_bitSpaceHintsUtilizeParentSpace   0x00000001
#define JET_bitCreateHintAppendSequential     0x00000002
#define JET_bitCreateHintHotpointSequential   0x00000004
#define JET_bitRetrieveHintReserve1           0x00000008
#define JET_bitRetrieveHintTableScanForward   0x00000010
#define JET_bitRetrieveHintTableScanBackward  0x00000020
#define JET_bitRetrieveHintReserve2           0x00000040
#define JET_bitRetrieveHintReserve3           0x00000080
#define JET_bitDeleteHintTableSequential      0x00000100
#endif

/* JetPrepareUpdate */
#define JET_prepInsert                     0        /* a new record */
#define JET_prepReplace                    2        /* change the record, write lock taken now */
#define JET_prepCancel                     3        /* give the update up */
#define JET_prepReplaceNoLock              4        /* change the record, lock taken by JetUpdate */
#define JET_prepInsertCopy                 5        /* a new record, starting as a copy */
#if JET_VERSION >= 0x0501
#define JET_prepInsertCopyDeleteOriginal   7        /* a copy that takes the place of the original */
#endif
#if JET_VERSION >= 0x0603
#define JET_prepInsertCopyReplaceOriginal  9        /* the same, keeping the autoincrement value */
#endif

/* JET_paramEnableSqm */
#if JET_VERSION >= 0x0603
#define JET_sqmDisable           0
#define JET_sqmEnable            1
#define JET_sqmFromCEIP          2
#endif

/* JetUpdate2 */
#if JET_VERSION >= 0x0502
#define JET_bitUpdateCheckESE97Compatibility  0x00000001
#endif

/* JetEscrowUpdate */
#define JET_bitEscrowNoRollback  0x00000001

/* JetRetrieveColumn */
#define JET_bitRetrieveCopy                 0x00000001  /* from the copy buffer */
#define JET_bitRetrieveFromIndex            0x00000002  /* from the key of the current index */
#define JET_bitRetrieveFromPrimaryBookmark  0x00000004  /* from the bookmark */
#define JET_bitRetrieveTag                  0x00000008  /* give the tag sequence back */
#define JET_bitRetrieveNull                 0x00000010  /* count explicit NULLs too */
#define JET_bitRetrieveIgnoreDefault        0x00000020  /* NULL instead of the default */
#if JET_VERSION >= 0x0600
#define JET_bitRetrieveTuple                0x00000800  /* the piece of the value in the tuple index */
#endif

/* JET_INDEX_COLUMN */
#if JET_VERSION >= 0x0602
#define JET_bitZeroLength        0x00000001
#endif

/* JetEnumerateColumns */
#if JET_VERSION >= 0x0501
#define JET_bitEnumerateCopy                      0x00000001
#define JET_bitEnumerateIgnoreDefault             0x00000020
#define JET_bitEnumeratePresenceOnly              0x00020000
#define JET_bitEnumerateTaggedOnly                0x00040000
#define JET_bitEnumerateCompressOutput            0x00080000
#endif
#if JET_VERSION >= 0x0502
#define JET_bitEnumerateIgnoreUserDefinedDefault  0x00100000
#endif
#if JET_VERSION >= 0x0601
#define JET_bitEnumerateInRecordOnly              0x00200000
#endif

/* JetGetRecordSize */
#if JET_VERSION >= 0x0600
#define JET_bitRecordSizeInCopyBuffer  0x00000001
#define JET_bitRecordSizeRunningTotal  0x00000002
#define JET_bitRecordSizeLocal         0x00000004
#endif

/* JetBeginTransaction2 */
#if JET_VERSION >= 0x0501
#define JET_bitTransactionReadOnly  0x00000001
#endif

/* JetCommitTransaction */
#define JET_bitCommitLazyFlush       0x00000001  /* do not wait for the log */
#define JET_bitWaitLastLevel0Commit  0x00000002  /* wait for this session's last commit */
#if JET_VERSION >= 0x0502
#define JET_bitWaitAllLevel0Commit   0x00000008  /* wait for every commit made so far */
#endif
#if JET_VERSION >= 0x0601
#define JET_bitForceNewLog           0x00000010  /* begin a new generation */
#endif

/* JetRollback */
#define JET_bitRollbackAll       0x00000001

/* JetOSSnapshotPrepare, JetOSSnapshotTruncateLog, JetOSSnapshotEnd */
#if JET_VERSION >= 0x0600
#define JET_bitIncrementalSnapshot   0x00000001
#define JET_bitCopySnapshot          0x00000002
#define JET_bitContinueAfterThaw     0x00000004
#endif
#if JET_VERSION >= 0x0601
#define JET_bitExplicitPrepare       0x00000008
#endif
#if JET_VERSION >= 0x0600
#define JET_bitAllDatabasesSnapshot  0x00000001
#define JET_bitAbortSnapshot         0x00000001
#endif

/* JetGetDatabaseInfo, JetGetDatabaseFileInfo */
#define JET_DbInfoFilename        0
#define JET_DbInfoConnect         1
#define JET_DbInfoCountry         2
#if JET_VERSION >= 0x0501
#define JET_DbInfoLCID            3
#endif
#define JET_DbInfoLangid          3
#define JET_DbInfoCp              4
#define JET_DbInfoCollate         5
#define JET_DbInfoOptions         6
#define JET_DbInfoTransactions    7
#define JET_DbInfoVersion         8
#define JET_DbInfoIsam            9
#define JET_DbInfoFilesize        10
#define JET_DbInfoSpaceOwned      11
#define JET_DbInfoSpaceAvailable  12
#define JET_DbInfoUpgrade         13
#define JET_DbInfoMisc            14
#if JET_VERSION >= 0x0501
#define JET_DbInfoDBInUse         15
#define JET_DbInfoPageSize        17
#endif
#if JET_VERSION >= 0x0600
#define JET_DbInfoFileType        19
#endif
#if JET_VERSION >= 0x0603
#define JET_DbInfoFilesizeOnDisk  21
#endif

/* States of a database */
#define JET_dbstateJustCreated     1
#define JET_dbstateDirtyShutdown   2
#define JET_dbstateCleanShutdown   3
#define JET_dbstateBeingConverted  4
#if JET_VERSION >= 0x0501
#define JET_dbstateForceDetach     5
#endif

/* File types */
#if JET_VERSION >= 0x0600
#define JET_filetypeUnknown       0
#define JET_filetypeDatabase      1
#define JET_filetypeLog           3
#define JET_filetypeCheckpoint    4
#define JET_filetypeTempDatabase  5
#define JET_filetypeFlushMap      7        /* lost-flush map */
#endif

/* Column types */
#define JET_coltypNil               0
#define JET_coltypBit               1        /* true, false or NULL */
#define JET_coltypUnsignedByte      2        /* 1 byte */
#define JET_coltypShort             3        /* 2 bytes, signed */
#define JET_coltypLong              4        /* 4 bytes, signed */
#define JET_coltypCurrency          5        /* 8 bytes, signed */
#define JET_coltypIEEESingle        6        /* 4-byte float */
#define JET_coltypIEEEDouble        7        /* 8-byte float */
#define JET_coltypDateTime          8        /* 8-byte float: days since 1899-12-30 */
#define JET_coltypBinary            9        /* up to 255 bytes */
#define JET_coltypText              10       /* up to 255 bytes, 8- or 16-bit characters */
#define JET_coltypLongBinary        11       /* long value */
#define JET_coltypLongText          12       /* long value, 8- or 16-bit characters */
#if JET_VERSION >= 0x0A00
#define JET_coltypMax              19
#elif JET_VERSION >= 0x0600
#define JET_coltypMax              18
#elif JET_VERSION >= 0x0501
#define JET_coltypMax              14
#else
#define JET_coltypMax              13
#endif
#if JET_VERSION >= 0x0501
#define JET_coltypSLV               13       /* obsolete */
#endif
#if JET_VERSION >= 0x0600
#define JET_coltypUnsignedLong      14       /* 4 bytes */
#define JET_coltypLongLong          15       /* 8 bytes, signed */
#define JET_coltypGUID              16       /* 16 bytes */
#define JET_coltypUnsignedShort     17       /* 2 bytes */
#endif
#if JET_VERSION >= 0x0A00
#define JET_coltypUnsignedLongLong  18       /* 8 bytes */
#endif

/* JetGetObjectInfo */
#define JET_ObjInfo                0
#define JET_ObjInfoListNoStats     1
#define JET_ObjInfoList            2
#define JET_ObjInfoSysTabCursor    3
#define JET_ObjInfoListACM         4
#define JET_ObjInfoNoStats         5
#define JET_ObjInfoSysTabReadOnly  6
#define JET_ObjInfoRulesLoaded     7
#define JET_ObjInfoMax             8

/* JetGetTableInfo */
#define JET_TblInfo                   0
#define JET_TblInfoName               1
#define JET_TblInfoDbid               2
#define JET_TblInfoMostMany           3
#define JET_TblInfoRvt                4
#define JET_TblInfoOLC                5
#define JET_TblInfoResetOLC           6
#define JET_TblInfoSpaceUsage         7
#define JET_TblInfoDumpTable          8
#define JET_TblInfoSpaceAlloc         9
#define JET_TblInfoSpaceOwned         10
#define JET_TblInfoSpaceAvailable     11
#define JET_TblInfoTemplateTableName  12
#if JET_VERSION >= 0x0A01
#define JET_TblInfoSpaceOwnedLV       17
#define JET_TblInfoSpaceAvailableLV   18
#endif

/* JetGetIndexInfo, JetGetTableIndexInfo */
#define JET_IdxInfo                0
#define JET_IdxInfoList            1
#define JET_IdxInfoSysTabCursor    2
#define JET_IdxInfoOLC             3
#define JET_IdxInfoResetOLC        4
#define JET_IdxInfoSpaceAlloc      5
#if JET_VERSION >= 0x0501
#define JET_IdxInfoLCID            6
#endif
#define JET_IdxInfoLangid          6
#define JET_IdxInfoCount           7
#define JET_IdxInfoVarSegMac       8
#define JET_IdxInfoIndexId         9
#if JET_VERSION >= 0x0600
#define JET_IdxInfoKeyMost         10
#endif
#if JET_VERSION >= 0x0601
#define JET_IdxInfoCreateIndex     11
#define JET_IdxInfoCreateIndex2    12
#endif
#if JET_VERSION >= 0x0602
#define JET_IdxInfoCreateIndex3    13
#define JET_IdxInfoLocaleName      14
#endif
#if JET_VERSION >= 0x0A01
#define JET_IdxInfoSpaceOwned      18
#define JET_IdxInfoSpaceAvailable  19
#endif

/* JetGetColumnInfo, JetGetTableColumnInfo */
#define JET_ColInfo                            0
#define JET_ColInfoList                        1
#define JET_ColInfoSysTabCursor                3
#define JET_ColInfoBase                        4
#define JET_ColInfoListCompact                 5
#if JET_VERSION >= 0x0501
#define JET_ColInfoByColid                     6
#define JET_ColInfoListSortColumnid            7
#endif
#if JET_VERSION >= 0x0600
#define JET_ColInfoBaseByColid                 8
#define JET_ColInfoGrbitNonDerivedColumnsOnly  0x80000000
#define JET_ColInfoGrbitMinimalInfo            0x40000000
#define JET_ColInfoGrbitSortByColumnid         0x20000000
#endif

/* JetGetInstanceMiscInfo */
#if JET_VERSION >= 0x0600
#define JET_InstanceMiscInfoLogSignature  0
#endif
#if JET_VERSION >= 0x0A01
#define JET_InstanceMiscInfoRBS           2
#endif

/* Object types */
#define JET_objtypNil            0        /* any type */
#define JET_objtypTable          1

/* JetCompact */
#define JET_bitCompactStats      0x00000020
#define JET_bitCompactRepair     0x00000040

/* Progress callbacks: which process */
#define JET_snpRepair               2
#define JET_snpCompact              4
#define JET_snpRestore              8
#define JET_snpBackup               9
#define JET_snpUpgrade              10
#if JET_VERSION >= 0x0501
#define JET_snpScrub                11
#define JET_snpUpgradeRecordFormat  12
#endif

/* Progress callbacks: which event */
#define JET_sntBegin             5
#define JET_sntRequirements      7
#define JET_sntProgress          0
#define JET_sntComplete          6
#define JET_sntFail              3

/* JET_paramExceptionAction */
#define JET_ExceptionMsgBox      1
#define JET_ExceptionNone        2
#define JET_ExceptionFailFast    4

/* JET_paramEnableOnlineDefrag */
#if JET_VERSION >= 0x0501
#define JET_OnlineDefragDisable      0x0000
#define JET_OnlineDefragAllOBSOLETE  0x0001
#define JET_OnlineDefragDatabases    0x0002
#define JET_OnlineDefragSpaceTrees   0x0004
#define JET_OnlineDefragAll          0xFFFF
#endif

/* JetGetErrorInfo */
#if JET_VERSION >= 0x0602
#define JET_ErrorInfoSpecificErr  1
#endif

/* JetResizeDatabase */
#if JET_VERSION >= 0x0602
#define JET_bitResizeDatabaseOnlyGrow    0x00000001
#endif
#if JET_VERSION >= 0x0603
#define JET_bitResizeDatabaseOnlyShrink  0x00000002
#endif

/* JetStopServiceInstance2 */
#if JET_VERSION >= 0x0602
#define JET_bitStopServiceAll                  0x00000000  /* everything, for good */
#define JET_bitStopServiceBackgroundUserTasks  0x00000002  /* online defragmentation and the like */
#define JET_bitStopServiceQuiesceCaches        0x00000004  /* flush and go on in small */
#define JET_bitStopServiceResume               0x80000000  /* undo what can be undone */
#endif

/* Log files */
#if JET_VERSION >= 0x0501
#define JET_BASE_NAME_LENGTH     3
#endif

/* JetConfigureProcessForCrashDump */
#if JET_VERSION >= 0x0601
#define JET_bitDumpMinimum                     0x00000001
#define JET_bitDumpMaximum                     0x00000002
#define JET_bitDumpCacheMinimum                0x00000004
#define JET_bitDumpCacheMaximum                0x00000008
#define JET_bitDumpCacheIncludeDirtyPages      0x00000010
#define JET_bitDumpCacheIncludeCachedPages     0x00000020
#define JET_bitDumpCacheIncludeCorruptedPages  0x00000040
#define JET_bitDumpCacheNoDecommit             0x00000080
#endif

/* Columns of the temporary tables that JET_OBJECTLIST, JET_INDEXLIST and JET_COLUMNLIST describe */
#define cObjectInfoCols          9
#define cIndexInfoCols           15
#define cColumnInfoCols          14

#if JET_VERSION >= 0x0602
/* How JET_INDEX_COLUMN compares */
typedef enum
{
    JET_relopEquals               = 0,
    JET_relopPrefixEquals         = 1,
    JET_relopNotEquals            = 2,
    JET_relopLessThanOrEqual      = 3,
    JET_relopLessThan             = 4,
    JET_relopGreaterThanOrEqual   = 5,
    JET_relopGreaterThan          = 6,
    JET_relopBitmaskEqualsZero    = 7,
    JET_relopBitmaskNotEqualsZero = 8
} JET_RELOP;

/* Classes of errors, see JET_ERRINFOBASIC_W */
typedef enum
{
    JET_errcatUnknown       = 0,
    JET_errcatError         = 1,
    JET_errcatOperation     = 2,
    JET_errcatFatal         = 3,
    JET_errcatIO            = 4,
    JET_errcatResource      = 5,
    JET_errcatMemory        = 6,
    JET_errcatQuota         = 7,
    JET_errcatDisk          = 8,
    JET_errcatData          = 9,
    JET_errcatCorruption    = 10,
    JET_errcatInconsistent  = 11,
    JET_errcatFragmentation = 12,
    JET_errcatApi           = 13,
    JET_errcatUsage         = 14,
    JET_errcatState         = 15,
    JET_errcatObsolete      = 16,
    JET_errcatMax           = 17
} JET_ERRCAT;
#endif

#if JET_VERSION >= 0x0603
/* JET_paramEnableIndexChecking */
typedef enum
{
    JET_IndexCheckingOff              = 0,
    JET_IndexCheckingOn               = 1,
    JET_IndexCheckingDeferToOpenTable = 2,
    JET_IndexCheckingMax              = 3
} JET_INDEXCHECKING;
#endif

/* System parameters */
#define JET_paramSystemPath                          0        /* string, folder path */
#define JET_paramTempPath                            1        /* string, path */
#define JET_paramLogFilePath                         2        /* string, folder path */
#define JET_paramBaseName                            3        /* string */
#define JET_paramEventSource                         4        /* string */
#define JET_paramMaxSessions                         5        /* integer */
#define JET_paramMaxOpenTables                       6        /* integer */
#define JET_paramPreferredMaxOpenTables              7        /* integer; accepted, no effect */
#define JET_paramMaxCursors                          8        /* integer */
#define JET_paramMaxVerPages                         9        /* integer */
#define JET_paramMaxTemporaryTables                  10       /* integer */
#define JET_paramLogFileSize                         11       /* integer */
#define JET_paramLogBuffers                          12       /* integer */
#define JET_paramWaitLogFlush                        13       /* integer; accepted, no effect */
#define JET_paramLogCheckpointPeriod                 14       /* integer; accepted, no effect */
#define JET_paramLogWaitingUserMax                   15       /* integer; accepted, no effect */
#define JET_paramCommitDefault                       16       /* integer, flags */
#define JET_paramCircularLog                         17       /* integer, bool */
#define JET_paramDbExtensionSize                     18       /* integer */
#define JET_paramPageTempDBMin                       19       /* integer */
#define JET_paramPageFragment                        20       /* integer */
#define JET_paramBatchIOBufferMax                    22       /* integer; accepted, no effect */
#define JET_paramCacheSizeMax                        23       /* integer */
#define JET_paramCheckpointDepthMax                  24       /* integer */
#define JET_paramLRUKCorrInterval                    25       /* integer */
#define JET_paramLRUKHistoryMax                      26       /* integer */
#define JET_paramLRUKPolicy                          27       /* integer */
#define JET_paramLRUKTimeout                         28       /* integer */
#define JET_paramLRUKTrxCorrInterval                 29       /* integer; accepted, no effect */
#define JET_paramOutstandingIOMax                    30       /* integer */
#define JET_paramStartFlushThreshold                 31       /* integer */
#define JET_paramStopFlushThreshold                  32       /* integer */
#define JET_paramRecovery                            34       /* string */
#define JET_paramEnableOnlineDefrag                  35       /* integer, flags */
#define JET_paramCacheSize                           41       /* integer */
#define JET_paramCheckFormatWhenOpenFail             44       /* integer, bool; accepted, no effect */
#define JET_paramEnableIndexChecking                 45       /* integer */
#define JET_paramEnableTempTableVersioning           46       /* integer, bool */
#define JET_paramIgnoreLogVersion                    47       /* integer, bool; accepted, no effect */
#define JET_paramDeleteOldLogs                       48       /* integer, bool; accepted, no effect */
#define JET_paramEventSourceKey                      49       /* string */
#define JET_paramNoInformationEvent                  50       /* integer, bool */
#define JET_paramCacheSizeMin                        60       /* integer */
#define JET_paramPreferredVerPages                   63       /* integer */
#define JET_paramDatabasePageSize                    64       /* integer, page-size multiple */
#define JET_paramErrorToString                       70       /* special */
#define JET_paramUnicodeIndexDefault                 72       /* special */
#define JET_paramCleanupMismatchedLogFiles           77       /* integer, bool */
#define JET_paramExceptionAction                     98       /* integer */
#define JET_paramEventLogCache                       99       /* integer */
#define JET_paramIOPriority                          0x00000098  /* integer */
#define JET_paramEnableBlockCacheDetach              220      /* integer, bool */
#define JET_paramMaxValueInvalid                     221      /* ; refused */
#if JET_VERSION >= 0x0501
#define JET_paramEventLoggingLevel                   51       /* integer */
#define JET_paramDeleteOutOfRangeLogs                52       /* integer, bool */
#define JET_paramAccessDeniedRetryPeriod             53       /* integer */
#define JET_paramDisableCallbacks                    65       /* integer, bool */
#define JET_paramLogFileCreateAsynch                 69       /* integer, bool */
#define JET_paramZeroDatabaseDuringBackup            71       /* integer, bool */
#define JET_paramRuntimeCallback                     73       /* pointer/integer */
#define JET_paramRecordUpgradeDirtyLevel             78       /* integer, flags */
#define JET_paramGlobalMinVerPages                   81       /* integer */
#define JET_paramOSSnapshotTimeout                   82       /* integer */
#define JET_paramCreatePathIfNotExist                100      /* integer, bool */
#define JET_paramPageHintCacheSize                   101      /* integer */
#define JET_paramOneDatabasePerSession               102      /* integer, bool */
#define JET_paramMaxInstances                        104      /* integer */
#define JET_paramVersionStoreTaskQueueMax            105      /* integer */
#define JET_paramDisablePerfmon                      107      /* integer, bool */
#define JET_paramIndexTuplesLengthMin                110      /* integer */
#define JET_paramIndexTuplesLengthMax                111      /* integer */
#define JET_paramIndexTuplesToIndexMax               112      /* integer */
#endif
#if JET_VERSION >= 0x0502
#define JET_paramEnableIndexCleanup                  54       /* integer, bool */
#define JET_paramAlternateDatabaseRecoveryPath       113      /* string, folder path */
#endif
#if JET_VERSION >= 0x0600
#define JET_paramCachedClosedTables                  125      /* integer */
#define JET_paramEnableFileCache                     126      /* integer, bool */
#define JET_paramEnableViewCache                     127      /* integer, bool */
#define JET_paramVerPageSize                         128      /* integer, page-size multiple */
#define JET_paramConfiguration                       129      /* integer */
#define JET_paramEnableAdvanced                      130      /* integer, bool */
#define JET_paramMaxColtyp                           131      /* integer; read only */
#define JET_paramIndexTupleIncrement                 132      /* integer */
#define JET_paramIndexTupleStart                     133      /* integer */
#define JET_paramKeyMost                             134      /* integer */
#define JET_paramCheckpointIOMax                     135      /* integer */
#define JET_paramLegacyFileNames                     136      /* integer, flags */
#define JET_paramTableClass1Name                     137      /* string */
#define JET_paramTableClass2Name                     138      /* string */
#define JET_paramTableClass3Name                     139      /* string */
#define JET_paramTableClass4Name                     140      /* string */
#define JET_paramTableClass5Name                     141      /* string */
#define JET_paramTableClass6Name                     142      /* string */
#define JET_paramTableClass7Name                     143      /* string */
#define JET_paramTableClass8Name                     144      /* string */
#define JET_paramTableClass9Name                     145      /* string */
#define JET_paramTableClass10Name                    146      /* string */
#define JET_paramTableClass11Name                    147      /* string */
#define JET_paramTableClass12Name                    148      /* string */
#define JET_paramTableClass13Name                    149      /* string */
#define JET_paramTableClass14Name                    150      /* string */
#define JET_paramTableClass15Name                    151      /* string */
#define JET_paramEnablePersistedCallbacks            156      /* integer, bool */
#endif
#if JET_VERSION >= 0x0601
#define JET_paramWaypointLatency                     153      /* integer */
#define JET_paramDefragmentSequentialBTrees          160      /* integer, bool */
#define JET_paramDefragmentSequentialBTreesDensityCheckFrequency 161 /* integer */
#define JET_paramIOThrottlingTimeQuanta              162      /* integer */
#define JET_paramLVChunkSizeMost                     163      /* integer; read only */
#define JET_paramMaxCoalesceReadSize                 164      /* integer */
#define JET_paramMaxCoalesceWriteSize                165      /* integer */
#define JET_paramMaxCoalesceReadGapSize              166      /* integer */
#define JET_paramMaxCoalesceWriteGapSize             167      /* integer */
#define JET_paramEnableDBScanInRecovery              169      /* integer */
#define JET_paramDbScanThrottle                      170      /* integer */
#define JET_paramDbScanIntervalMinSec                171      /* integer */
#define JET_paramDbScanIntervalMaxSec                172      /* integer */
#endif
#if JET_VERSION >= 0x0602
#define JET_paramCachePriority                       177      /* integer */
#define JET_paramMaxTransactionSize                  178      /* integer */
#define JET_paramPrereadIOMax                        179      /* integer */
#define JET_paramEnableDBScanSerialization           180      /* integer, bool */
#define JET_paramHungIOThreshold                     181      /* integer */
#define JET_paramHungIOActions                       182      /* integer */
#define JET_paramMinDataForXpress                    183      /* integer */
#define JET_paramProcessFriendlyName                 186      /* string */
#define JET_paramDurableCommitCallback               187      /* pointer/integer */
#endif
#if JET_VERSION >= 0x0603
#define JET_paramEnableShrinkDatabase                184      /* integer, flags */
#define JET_paramEnableSqm                           188      /* integer; accepted, no effect */
#endif
#if JET_VERSION >= 0x0A00
#define JET_paramConfigStoreSpec                     189      /* string */
#endif
#if JET_VERSION >= 0x0A01
#define JET_paramUseFlushForWriteDurability          214      /* integer, bool */
#define JET_paramEnableRBS                           215      /* integer, bool */
#define JET_paramRBSFilePath                         216      /* string, folder path */
#define JET_paramPerfmonRefreshInterval              217      /* integer */
#define JET_paramEnableBlockCache                    218      /* integer, bool */
#endif

/* ======================================================================
 * Errors and warnings
 * ====================================================================== */

#define JET_errSuccess                                   0        /* success */

/* Warnings */
#define JET_wrnNyi                                       (-1)     /* function not implemented yet (negative value despite the name) */
#define JET_wrnRemainingVersions                         321      /* version store still holds entries */
#define JET_wrnUniqueKey                                 345      /* index allows duplicates but the seek key has a single entry */
#define wrnBTNotVisibleRejected                          352      /* entry rejected by the cursor filter */
#define wrnBTNotVisibleAccumulated                       353      /* entry counted by the cursor filter */
#define JET_wrnSeparateLongValue                         406      /* value is a separated long value */
#define JET_wrnExistingLogFileHasBadSignature            558      /* log already on disk has a foreign signature */
#define JET_wrnExistingLogFileIsNotContiguous            559      /* log already on disk breaks the sequence */
#define JET_wrnSkipThisRecord                            564      /* internal: skip the record */
#define JET_wrnTargetInstanceRunning                     578      /* restore target instance is running */
#define JET_wrnCommittedLogFilesLost                     585      /* committed logs were lost in recovery */
#define JET_wrnCommittedLogFilesRemoved                  587      /* unneeded committed logs were removed in recovery */
#define JET_wrnFinishWithUndo                            588      /* recovery is to go on with the undo phase */
#define JET_wrnDatabaseRepaired                          595      /* repair fixed damage */
#define JET_wrnColumnNull                                1004     /* column value is null */
#define JET_wrnBufferTruncated                           1006     /* output buffer received only part of the data */
#define JET_wrnDatabaseAttached                          1007     /* database was attached already */
#define JET_wrnSortOverflow                              1009     /* sort needs more memory than is set aside */
#define JET_wrnRecordFoundGreater                        1039     /* older name: seek landed on a larger key */
#define JET_wrnRecordFoundLess                           1039     /* older name: seek landed on a smaller key */
#define JET_wrnSeekNotEqual                              1039     /* inexact seek landed on a neighbouring key */
#define JET_wrnNoErrorInfo                               1055     /* no extended error data exists */
#define JET_wrnNoIdleActivity                            1058     /* idle call found nothing to do */
#define JET_wrnNoWriteLock                               1067     /* session holds no write lock on the record */
#define JET_wrnColumnSetNull                             1068     /* value was set to null */
#define JET_wrnShrinkNotPossible                         1122     /* file not shrunk: too little free space or immovable pages */
#define JET_wrnTableEmpty                                1301     /* table opened but has no records */
#define JET_wrnTableInUseBySystem                        1327     /* background cleanup still uses the table */
#define JET_wrnCorruptIndexDeleted                       1415     /* out-of-date text index was dropped at attach */
#define JET_wrnPrimaryIndexOutOfDate                     1417     /* primary index was built under another sort version */
#define JET_wrnSecondaryIndexOutOfDate                   1418     /* secondary index was built under another sort version */
#define JET_wrnColumnMaxTruncated                        1512     /* maximum length was lowered to the allowed limit */
#define JET_wrnCopyLongValue                             1520     /* internal: long value was copied */
#define JET_wrnColumnSkipped                             1531     /* column was left out of the result */
#define JET_wrnColumnNotLocal                            1532     /* value lives outside the record and was not fetched */
#define JET_wrnColumnMoreTags                            1533     /* more values exist beyond those returned */
#define JET_wrnColumnTruncated                           1534     /* value was cut at the size limit */
#define JET_wrnColumnPresent                             1535     /* column has a value, data not returned */
#define JET_wrnColumnSingleValue                         1536     /* single value returned in the compact form */
#define JET_wrnColumnDefault                             1537     /* value equals the column default */
#define JET_wrnColumnNotInRecord                         1539     /* value cannot be derived from the record data at hand */
#define JET_wrnColumnReference                           1541     /* a reference was returned in place of the value */
#define JET_wrnDataHasChanged                            1610     /* record was changed by someone else meanwhile */
#define JET_wrnKeyChanged                                1618     /* key changed during the operation */
#define JET_wrnFileOpenReadOnly                          1813     /* file was opened read-only */
#define JET_wrnIdleFull                                  1908     /* idle task registry is full */
#define JET_wrnDefragAlreadyRunning                      2000     /* online defragmentation is already running */
#define JET_wrnDefragNotRunning                          2001     /* online defragmentation is not running */
#define JET_wrnCallbackNotRegistered                     2100     /* callback to remove was not registered */

/* Errors: engine, files and buffers */
#define JET_errRfsFailure                                (-100)   /* failure produced by the resource-failure simulator */
#define JET_errRfsNotArmed                               (-101)   /* resource-failure simulator is not set up */
#define JET_errFileClose                                 (-102)   /* file close failed */
#define JET_errOutOfThreads                              (-103)   /* thread could not be started */
#define JET_errTooManyIO                                 (-105)   /* too much I/O outstanding */
#define JET_errTaskDropped                               (-106)   /* background task could not be run */
#define JET_errInternalError                             (-107)   /* unexpected internal failure */
#define JET_errDisabledFunctionality                     (-112)   /* function is disabled in this build or edition */
#define JET_errUnloadableOSFunctionality                 (-113)   /* needed OS function could not be loaded */
#define JET_errDatabaseBufferDependenciesCorrupted       (-255)   /* write-ordering dependencies are wrong; recovery cannot go on */

/* Errors: trees, nodes and space */
#define JET_errPreviousVersion                           (-322)   /* internal: an earlier version is visible */
#define JET_errPageBoundary                              (-323)   /* internal: end of page */
#define JET_errKeyBoundary                               (-324)   /* internal: end of key range */
#define JET_errBadPageLink                               (-327)   /* sibling page link is wrong */
#define JET_errBadBookmark                               (-328)   /* internal bookmark unusable */
#define JET_errNTSystemCallFailed                        (-334)   /* an operating-system call failed */
#define JET_errBadParentPageLink                         (-338)   /* parent page points at the wrong child */
#define JET_errSPAvailExtCacheOutOfSync                  (-340)   /* free-extent cache differs from its tree */
#define JET_errSPAvailExtCorrupted                       (-341)   /* tree of free extents damaged */
#define JET_errSPAvailExtCacheOutOfMemory                (-342)   /* no memory for the free-extent cache */
#define JET_errSPOwnExtCorrupted                         (-343)   /* tree of owned extents damaged */
#define JET_errDbTimeCorrupted                           (-344)   /* page time is ahead of the database time */
#define JET_errKeyTruncated                              (-346)   /* key was cut though the index forbids it */
#define JET_errDatabaseLeakInSpace                       (-348)   /* pages became unreachable; only offline defragmentation recovers them */
#define JET_errBadEmptyPage                              (-351)   /* page is unexpectedly empty */
#define JET_errBadLineCount                              (-354)   /* page has fewer entries than expected */
#define JET_errPageTagCorrupted                          (-357)   /* page tag array is inconsistent */
#define JET_errNodeCorrupted                             (-358)   /* node on a page has impossible lengths */

/* Errors: records */
#define JET_errKeyTooBig                                 (-408)   /* key exceeds the maximum */
#define JET_errCannotSeparateIntrinsicLV                 (-416)   /* intrinsic value may not be moved out of the record */
#define JET_errSeparatedLongValue                        (-421)   /* operation is not defined for separated long values */
#define JET_errMustBeSeparateLongValue                   (-423)   /* preread asked for a long-value column that can never be separated */
#define JET_errInvalidPreread                            (-424)   /* long values cannot be preread while a secondary index is current */

/* Errors: log and recovery */
#define JET_errInvalidLoggedOperation                    (-500)   /* log record cannot be replayed */
#define JET_errLogFileCorrupt                            (-501)   /* log file damaged */
#define JET_errNoBackupDirectory                         (-503)   /* backup directory not given */
#define JET_errBackupDirectoryNotEmpty                   (-504)   /* backup directory already has files */
#define JET_errBackupInProgress                          (-505)   /* backup is running */
#define JET_errRestoreInProgress                         (-506)   /* restore is running */
#define JET_errMissingPreviousLogFile                    (-509)   /* the preceding log is absent */
#define JET_errLogWriteFail                              (-510)   /* log write failed */
#define JET_errLogDisabledDueToRecoveryFailure           (-511)   /* logging shut off after failed recovery */
#define JET_errCannotLogDuringRecoveryRedo               (-512)   /* attempt to log during redo */
#define JET_errLogGenerationMismatch                     (-513)   /* log number in the header differs from the name */
#define JET_errBadLogVersion                             (-514)   /* log version not understood */
#define JET_errInvalidLogSequence                        (-515)   /* log timestamps or numbers do not chain */
#define JET_errLoggingDisabled                           (-516)   /* needs logging, which is off */
#define JET_errLogBufferTooSmall                         (-517)   /* log buffer cannot hold the record */
#define JET_errLogSequenceEnd                            (-519)   /* log numbers exhausted */
#define JET_errNoBackup                                  (-520)   /* no backup is in progress */
#define JET_errInvalidBackupSequence                     (-521)   /* backup calls were made in the wrong order */
#define JET_errBackupNotAllowedYet                       (-523)   /* backup cannot start this early */
#define JET_errDeleteBackupFileFail                      (-524)   /* old backup file could not be removed */
#define JET_errMakeBackupDirectoryFail                   (-525)   /* backup directory could not be made */
#define JET_errInvalidBackup                             (-526)   /* backup set unusable */
#define JET_errRecoveredWithErrors                       (-527)   /* restore finished but with errors */
#define JET_errMissingLogFile                            (-528)   /* a log of the sequence is absent */
#define JET_errLogDiskFull                               (-529)   /* disk holding the logs is full */
#define JET_errBadLogSignature                           (-530)   /* log signature wrong */
#define JET_errBadDbSignature                            (-531)   /* database signature wrong */
#define JET_errBadCheckpointSignature                    (-532)   /* checkpoint signature wrong */
#define JET_errCheckpointCorrupt                         (-533)   /* checkpoint file damaged */
#define JET_errMissingPatchPage                          (-534)   /* patch page absent */
#define JET_errBadPatchPage                              (-535)   /* patch page not valid */
#define JET_errRedoAbruptEnded                           (-536)   /* replay stopped before the end of the log */
#define JET_errBadSLVSignature                           (-537)   /* MinGW's name: signature of a streaming file wrong */
#define JET_errPatchFileMissing                          (-538)   /* patch file absent */
#define JET_errDatabaseLogSetMismatch                    (-539)   /* database was not written with this log set */
#define JET_errDatabaseStreamingFileMismatch             (-540)   /* database and streaming file do not belong together (obsolete) */
#define JET_errLogFileSizeMismatch                       (-541)   /* log size differs from the setting */
#define JET_errCheckpointFileNotFound                    (-542)   /* checkpoint file absent */
#define JET_errRequiredLogFilesMissing                   (-543)   /* logs required for recovery are absent */
#define JET_errSoftRecoveryOnBackupDatabase              (-544)   /* ordinary recovery tried on a backup copy */
#define JET_errLogFileSizeMismatchDatabasesConsistent    (-545)   /* log size differs from the setting; databases are consistent */
#define JET_errLogSectorSizeMismatch                     (-546)   /* log sector size differs from the current disk */
#define JET_errLogSectorSizeMismatchDatabasesConsistent  (-547)   /* log sector size differs; databases are consistent */
#define JET_errLogSequenceEndDatabasesConsistent         (-548)   /* log numbers exhausted; databases are consistent */
#define JET_errStreamingDataNotLogged                    (-549)   /* streaming-file data was not logged (obsolete) */
#define JET_errDatabaseDirtyShutdown                     (-550)   /* file was not closed cleanly; recovery needed */
#define JET_errDatabaseInconsistent                      (-550)   /* older name of errDatabaseDirtyShutdown */
#define JET_errConsistentTimeMismatch                    (-551)   /* consistency time differs from the one expected */
#define JET_errDatabasePatchFileMismatch                 (-552)   /* patch file does not come from this backup */
#define JET_errEndingRestoreLogTooLow                    (-553)   /* last log of the restore is earlier than required */
#define JET_errStartingRestoreLogTooHigh                 (-554)   /* first log of the restore is later than required */
#define JET_errGivenLogFileHasBadSignature               (-555)   /* supplied log has a foreign signature */
#define JET_errGivenLogFileIsNotContiguous               (-556)   /* supplied log breaks the sequence */
#define JET_errMissingRestoreLogFiles                    (-557)   /* logs needed for the restore are absent */
#define JET_errMissingFullBackup                         (-560)   /* incremental restore lacks its full backup */
#define JET_errBadBackupDatabaseSize                     (-561)   /* backup copy length does not match */
#define JET_errDatabaseAlreadyUpgraded                   (-562)   /* file already has the newer format */
#define JET_errDatabaseIncompleteUpgrade                 (-563)   /* earlier format upgrade did not finish */
#define JET_errMissingCurrentLogFiles                    (-565)   /* some current logs needed to carry on the restore are absent */
#define JET_errDbTimeTooOld                              (-566)   /* page time is below the log record's before time */
#define JET_errDbTimeTooNew                              (-567)   /* page time lies between the log record's before and after times */
#define JET_errMissingFileToBackup                       (-569)   /* file named for backup is absent */
#define JET_errLogTornWriteDuringHardRestore             (-570)   /* torn log write found in the backup set */
#define JET_errLogTornWriteDuringHardRecovery            (-571)   /* torn log write met while replaying after restore */
#define JET_errLogCorruptDuringHardRestore               (-573)   /* damaged log found in the backup set */
#define JET_errLogCorruptDuringHardRecovery              (-574)   /* damaged log met while replaying after restore */
#define JET_errMustDisableLoggingForDbUpgrade            (-575)   /* format upgrade needs logging switched off */
#define JET_errBadRestoreTargetInstance                  (-577)   /* restore target instance is unknown or its logs do not match */
#define JET_errRecoveredWithoutUndo                      (-579)   /* redo done, undo skipped on request */
#define JET_errDatabasesNotFromSameSnapshot              (-580)   /* files come from different snapshots */
#define JET_errSoftRecoveryOnSnapshot                    (-581)   /* ordinary recovery attempted on a snapshot restore */
#define JET_errCommittedLogFilesMissing                  (-582)   /* committed logs at the end of the stream are absent */
#define JET_errSectorSizeNotSupported                    (-583)   /* disk sector size is not supported */
#define JET_errRecoveredWithoutUndoDatabasesConsistent   (-584)   /* redo done, undo skipped on request and was not needed */
#define JET_errCommittedLogFileCorrupt                   (-586)   /* a committed log is damaged */
#define JET_errLogSequenceChecksumMismatch               (-590)   /* accumulated checksum does not link one log to the previous one */
#define JET_errPageInitializedMismatch                   (-596)   /* divergence scan: page blank on the remote side but not locally */
#define JET_errUnicodeTranslationBufferTooSmall          (-601)   /* normalisation buffer too small */
#define JET_errUnicodeTranslationFail                    (-602)   /* text could not be normalised */
#define JET_errUnicodeNormalizationNotSupported          (-603)   /* system cannot normalise text as the index requires */
#define JET_errUnicodeLanguageValidationFailure          (-604)   /* locale data could not be verified */
#define JET_errExistingLogFileHasBadSignature            (-610)   /* a log already on disk has a foreign signature */
#define JET_errExistingLogFileIsNotContiguous            (-611)   /* a log already on disk breaks the sequence */
#define JET_errLogReadVerifyFailure                      (-612)   /* log checksum failed when read for backup */
#define JET_errSLVReadVerifyFailure                      (-613)   /* MinGW's name: checksum of a page of a streaming file wrong */
#define JET_errCheckpointDepthTooDeep                    (-614)   /* checkpoint lags too far behind */
#define JET_errRestoreOfNonBackupDatabase                (-615)   /* hard recovery tried on a file that is not a backup */
#define JET_errLogFileNotCopied                          (-616)   /* log truncation refused because a log was not copied yet */
#define JET_errTransactionTooLong                        (-618)   /* too many log generations since the transaction began */
#define JET_errEngineFormatVersionNoLongerSupportedTooLow (-619)  /* chosen engine format version is too old for this engine */
#define JET_errEngineFormatVersionNotYetImplementedTooHigh (-620) /* chosen engine format version is newer than this engine */
#define JET_errEngineFormatVersionParamTooLowForRequestedFeature (-621) /* feature needs a higher engine format version than configured */
#define JET_errEngineFormatVersionSpecifiedTooLowForLogVersion (-622) /* chosen engine format version is below that of the logs */
#define JET_errEngineFormatVersionSpecifiedTooLowForDatabaseVersion (-623) /* chosen engine format version is below that of the database */
#define JET_errDbTimeBeyondMaxRequired                   (-625)   /* page time is at or past the log record's time though outside the needed range */
#define JET_errLogOperationInconsistentWithDatabase      (-626)   /* logged operation does not fit the database and cannot be replayed */

/* Errors: backup */
#define JET_errBackupAbortByServer                       (-801)   /* backup was stopped by terminating the instance or by JetStopBackup */

/* Errors: calls and arguments */
#define JET_errInvalidGrbit                              (-900)   /* option bits not acceptable */

/* Errors: resources and the engine as a whole */
#define JET_errTermInProgress                            (-1000)  /* termination is under way */
#define JET_errFeatureNotAvailable                       (-1001)  /* feature is not provided */
#define JET_errInvalidName                               (-1002)  /* object name not valid */
#define JET_errInvalidParameter                          (-1003)  /* an argument is wrong */
#define JET_errDatabaseFileReadOnly                      (-1008)  /* database file or attachment is read-only */
#define JET_errInvalidDatabaseId                         (-1010)  /* database id not valid */
#define JET_errOutOfMemory                               (-1011)  /* allocation failed */
#define JET_errOutOfDatabaseSpace                        (-1012)  /* database cannot grow further */
#define JET_errOutOfCursors                              (-1013)  /* cursor limit reached */
#define JET_errOutOfBuffers                              (-1014)  /* page cache has no free buffers */
#define JET_errTooManyIndexes                            (-1015)  /* index limit reached */
#define JET_errTooManyKeys                               (-1016)  /* too many key columns */
#define JET_errRecordDeleted                             (-1017)  /* record under the cursor has been deleted */
#define JET_errReadVerifyFailure                         (-1018)  /* page checksum is wrong */
#define JET_errPageNotInitialized                        (-1019)  /* page is blank where data is expected */
#define JET_errOutOfFileHandles                          (-1020)  /* system file handles used up */
#define JET_errDiskReadVerificationFailure               (-1021)  /* storage layer reported a data check failure */
#define JET_errDiskIO                                    (-1022)  /* disk read or write failed */
#define JET_errInvalidPath                               (-1023)  /* path not valid */
#define JET_errInvalidSystemPath                         (-1024)  /* system path not valid */
#define JET_errInvalidLogDirectory                       (-1025)  /* log directory not valid */
#define JET_errRecordTooBig                              (-1026)  /* record exceeds the maximum size */
#define JET_errTooManyOpenDatabases                      (-1027)  /* open-database limit reached */
#define JET_errInvalidDatabase                           (-1028)  /* file is not a database */
#define JET_errNotInitialized                            (-1029)  /* engine or instance is not initialised */
#define JET_errAlreadyInitialized                        (-1030)  /* engine or instance is already initialised */
#define JET_errInitInProgress                            (-1031)  /* initialisation is under way */
#define JET_errFileAccessDenied                          (-1032)  /* file is locked or access was refused */
#define JET_errBufferTooSmall                            (-1038)  /* output buffer too small */
#define JET_errTooManyColumns                            (-1040)  /* column limit reached */
#define JET_errContainerNotEmpty                         (-1043)  /* container still holds objects */
#define JET_errInvalidFilename                           (-1044)  /* file name is not valid */
#define JET_errInvalidBookmark                           (-1045)  /* bookmark is not valid */
#define JET_errColumnInUse                               (-1046)  /* column is in use */
#define JET_errInvalidBufferSize                         (-1047)  /* buffer length does not match the column size */
#define JET_errColumnNotUpdatable                        (-1048)  /* column cannot be set by the caller */
#define JET_errIndexInUse                                (-1051)  /* index is in use */
#define JET_errLinkNotSupported                          (-1052)  /* linked objects not supported */
#define JET_errNullKeyDisallowed                         (-1053)  /* index refuses a null key */
#define JET_errNotInTransaction                          (-1054)  /* a transaction is required */
#define JET_errMustRollback                              (-1057)  /* failed transaction must be rolled back */
#define JET_errTooManyActiveUsers                        (-1059)  /* more users than permitted */
#define JET_errInvalidCountry                            (-1061)  /* country code not valid */
#define JET_errInvalidLanguageId                         (-1062)  /* locale id not valid */
#define JET_errInvalidCodePage                           (-1063)  /* code page is not supported */
#define JET_errInvalidLCMapStringFlags                   (-1064)  /* string-mapping flags not acceptable */
#define JET_errVersionStoreEntryTooBig                   (-1065)  /* one version entry exceeds the maximum */
#define JET_errVersionStoreOutOfMemoryAndCleanupTimedOut (-1066)  /* version store is full and cleanup could not free room in time */
#define JET_errVersionStoreOutOfMemory                   (-1069)  /* version store is full */
#define JET_errCannotIndex                               (-1071)  /* escrow columns cannot be indexed */
#define JET_errRecordNotDeleted                          (-1072)  /* record is still live */
#define JET_errTooManyMempoolEntries                     (-1073)  /* more internal pool entries asked for than allowed */
#define JET_errOutOfObjectIDs                            (-1074)  /* object ids are used up */
#define JET_errOutOfLongValueIDs                         (-1075)  /* long-value ids are used up */
#define JET_errOutOfAutoincrementValues                  (-1076)  /* auto-increment counter is exhausted */
#define JET_errOutOfDbtimeValues                         (-1077)  /* database time counter is exhausted */
#define JET_errOutOfSequentialIndexValues                (-1078)  /* sequential index key values are used up */
#define JET_errRunningInOneInstanceMode                  (-1080)  /* multi-instance call made in single-instance mode */
#define JET_errRunningInMultiInstanceMode                (-1081)  /* single-instance call made in multi-instance mode */
#define JET_errSystemParamsAlreadySet                    (-1082)  /* global parameters were already fixed */
#define JET_errSystemPathInUse                           (-1083)  /* system path is used by another instance */
#define JET_errLogFilePathInUse                          (-1084)  /* log path is used by another instance */
#define JET_errTempPathInUse                             (-1085)  /* temp path is used by another instance */
#define JET_errInstanceNameInUse                         (-1086)  /* instance name already taken */
#define JET_errSystemParameterConflict                   (-1087)  /* global parameters were already fixed with conflicting values */
#define JET_errInstanceUnavailable                       (-1090)  /* instance was disabled by an earlier fatal error */
#define JET_errDatabaseUnavailable                       (-1091)  /* database was disabled by an earlier fatal error */
#define JET_errInstanceUnavailableDueToFatalLogDiskFull  (-1092)  /* instance was disabled because the log disk filled up */
#define JET_errInvalidSesparamId                         (-1093)  /* unknown session parameter id */
#define JET_errTooManyRecords                            (-1094)  /* record count exceeds the 32-bit enumeration API; a 64-bit one is needed */
#define JET_errInvalidDbparamId                          (-1095)  /* unknown database parameter id */

/* Errors: transactions, version store, sessions */
#define JET_errOutOfSessions                             (-1101)  /* session limit reached */
#define JET_errWriteConflict                             (-1102)  /* another session has an uncommitted or newer change to the record */
#define JET_errTransTooDeep                              (-1103)  /* transaction nesting limit reached */
#define JET_errInvalidSesid                              (-1104)  /* session handle is not valid */
#define JET_errWriteConflictPrimaryIndex                 (-1105)  /* update hit a primary index that is not committed yet */
#define JET_errInTransaction                             (-1108)  /* not permitted while a transaction is open */
#define JET_errRollbackRequired                          (-1109)  /* transaction can only be rolled back now */
#define JET_errTransReadOnly                             (-1110)  /* update attempted in a read-only transaction */
#define JET_errSessionWriteConflict                      (-1111)  /* cursors of the same session are updating the same record */
#define JET_errRecordTooBigForBackwardCompatibility      (-1112)  /* record would exceed the limit of the older format */
#define JET_errCannotMaterializeForwardOnlySort          (-1113)  /* forward-only sort cannot be turned into a table */
#define JET_errSesidTableIdMismatch                      (-1114)  /* table handle belongs to a different session */
#define JET_errInvalidInstance                           (-1115)  /* instance handle is not valid */
#define JET_errDirtyShutdown                             (-1116)  /* shutdown was deliberately left dirty */
#define JET_errReadPgnoVerifyFailure                     (-1118)  /* page carries another page's number */
#define JET_errReadLostFlushVerifyFailure                (-1119)  /* page read back is older than the version last written */
#define JET_errFileSystemCorruption                      (-1121)  /* file system reported its own structures damaged */
#define JET_errRecoveryVerifyFailure                     (-1123)  /* page contents disagreed with the log during recovery */
#define JET_errFilteredMoveNotSupported                  (-1124)  /* cursor filter used where filtering is unsupported */

/* Errors: databases */
#define JET_errDatabaseDuplicate                         (-1201)  /* database already exists or is already attached */
#define JET_errDatabaseInUse                             (-1202)  /* database is in use */
#define JET_errDatabaseNotFound                          (-1203)  /* no such database */
#define JET_errDatabaseInvalidName                       (-1204)  /* database name is not acceptable */
#define JET_errDatabaseInvalidPages                      (-1205)  /* page count is not acceptable */
#define JET_errDatabaseCorrupted                         (-1206)  /* database file is damaged */
#define JET_errDatabaseLocked                            (-1207)  /* database is opened exclusively by someone else */
#define JET_errCannotDisableVersioning                   (-1208)  /* versioning has to stay on for this database */
#define JET_errInvalidDatabaseVersion                    (-1209)  /* engine does not understand the file's version */
#define JET_errDatabase200Format                         (-1210)  /* file uses the 200-series format */
#define JET_errDatabase400Format                         (-1211)  /* file uses the 400-series format */
#define JET_errDatabase500Format                         (-1212)  /* file uses the 500-series format */
#define JET_errPageSizeMismatch                          (-1213)  /* file page size differs from the configured one */
#define JET_errTooManyInstances                          (-1214)  /* process-wide instance limit reached */
#define JET_errDatabaseSharingViolation                  (-1215)  /* database is attached by another instance */
#define JET_errAttachedDatabaseMismatch                  (-1216)  /* recovery found an attachment whose file is missing or does not match */
#define JET_errDatabaseInvalidPath                       (-1217)  /* path of the database file is invalid */
#define JET_errDatabaseIdInUse                           (-1218)  /* database id is already taken */
#define JET_errForceDetachNotAllowed                     (-1219)  /* forced detach is not permitted now */
#define JET_errCatalogCorrupted                          (-1220)  /* schema catalog is damaged */
#define JET_errPartiallyAttachedDB                       (-1221)  /* an earlier attach did not complete */
#define JET_errDatabaseSignInUse                         (-1222)  /* another attached database carries the same signature */
#define JET_errDatabaseCorruptedNoRepair                 (-1224)  /* damage present and repair is disallowed */
#define JET_errInvalidCreateDbVersion                    (-1225)  /* requested version for a new database is not valid */
#define JET_errDatabaseNotReady                          (-1230)  /* recovery has not brought the database to a usable state */
#define JET_errDatabaseAttachedForRecovery               (-1231)  /* recovery has it attached; attach it explicitly before opening */
#define JET_errTransactionsNotReadyDuringRecovery        (-1232)  /* recovery has not yet met a transaction record, so no begin time can be assigned */

/* Errors: tables and objects */
#define JET_errTableLocked                               (-1302)  /* table is held exclusively by another session */
#define JET_errTableDuplicate                            (-1303)  /* a table of that name exists */
#define JET_errTableInUse                                (-1304)  /* table is open elsewhere */
#define JET_errObjectNotFound                            (-1305)  /* no such table or object */
#define JET_errDensityInvalid                            (-1307)  /* page density is outside the permitted range */
#define JET_errTableNotEmpty                             (-1308)  /* table still holds records */
#define JET_errInvalidTableId                            (-1310)  /* table handle is not valid */
#define JET_errTooManyOpenTables                         (-1311)  /* open-table limit reached */
#define JET_errIllegalOperation                          (-1312)  /* operation not allowed on this table */
#define JET_errTooManyOpenTablesAndCleanupTimedOut       (-1313)  /* table-descriptor limit reached and cleanup did not finish in time */
#define JET_errObjectDuplicate                           (-1314)  /* an object of that name exists */
#define JET_errInvalidObject                             (-1316)  /* object is of the wrong kind or unusable */
#define JET_errCannotDeleteTempTable                     (-1317)  /* temporary tables go away by closing, not deleting */
#define JET_errCannotDeleteSystemTable                   (-1318)  /* system tables cannot be deleted */
#define JET_errCannotDeleteTemplateTable                 (-1319)  /* template tables cannot be deleted */
#define JET_errExclusiveTableLockRequired                (-1322)  /* table has to be opened exclusively */
#define JET_errFixedDDL                                  (-1323)  /* table schema is frozen */
#define JET_errFixedInheritedDDL                         (-1324)  /* inherited schema cannot be changed */
#define JET_errCannotNestDDL                             (-1325)  /* hierarchy of template tables is limited to one level */
#define JET_errDDLNotInheritable                         (-1326)  /* only template-flagged tables may be used as templates */
#define JET_errInvalidSettings                           (-1328)  /* system parameters contradict one another */
#define JET_errClientRequestToStopJetService             (-1329)  /* call refused because the client asked the instance to stop */
#define JET_errCannotAddFixedVarColumnToDerivedTable     (-1330)  /* tables built on a template accept only tagged new columns */

/* Errors: indexes */
#define JET_errIndexCantBuild                            (-1401)  /* index cannot be built on this table */
#define JET_errIndexHasPrimary                           (-1402)  /* table already has a primary index */
#define JET_errIndexDuplicate                            (-1403)  /* an index of that name exists */
#define JET_errIndexNotFound                             (-1404)  /* no such index */
#define JET_errIndexMustStay                             (-1405)  /* clustered index cannot be removed */
#define JET_errIndexInvalidDef                           (-1406)  /* index definition string or settings invalid */
#define JET_errInvalidCreateIndex                        (-1409)  /* index creation request is malformed */
#define JET_errTooManyOpenIndexes                        (-1410)  /* open-index limit reached */
#define JET_errMultiValuedIndexViolation                 (-1411)  /* one record yields the same unique key twice */
#define JET_errIndexBuildCorrupted                       (-1412)  /* index build produced or met inconsistent data */
#define JET_errPrimaryIndexCorrupted                     (-1413)  /* damage found in the primary index */
#define JET_errSecondaryIndexCorrupted                   (-1414)  /* damage found in a secondary index */
#define JET_errInvalidIndexId                            (-1416)  /* index hint does not identify an index of this table */
#define JET_errIndexTuplesSecondaryIndexOnly             (-1430)  /* tuple index cannot be primary */
#define JET_errIndexTuplesTooManyColumns                 (-1431)  /* tuple index has more columns than allowed */
#define JET_errIndexTuplesOneColumnOnly                  (-1431)  /* older name of errIndexTuplesTooManyColumns */
#define JET_errIndexTuplesNonUniqueOnly                  (-1432)  /* tuple index cannot be unique */
#define JET_errIndexTuplesTextBinaryColumnsOnly          (-1433)  /* tuple index works on text or binary columns only */
#define JET_errIndexTuplesTextColumnsOnly                (-1433)  /* older name of errIndexTuplesTextBinaryColumnsOnly */
#define JET_errIndexTuplesVarSegMacNotAllowed            (-1434)  /* tuple index cannot set a variable-segment cap */
#define JET_errIndexTuplesInvalidLimits                  (-1435)  /* tuple length, count or offset limits are invalid */
#define JET_errIndexTuplesCannotRetrieveFromIndex        (-1436)  /* column value cannot be read back out of a tuple index */
#define JET_errIndexTuplesKeyTooSmall                    (-1437)  /* tuple index key limit is too small */
#define JET_errInvalidLVChunkSize                        (-1438)  /* chunk size for long values is not valid */
#define JET_errColumnCannotBeEncrypted                   (-1439)  /* encryption is limited to tagged long text and long binary columns */
#define JET_errCannotIndexOnEncryptedColumn              (-1440)  /* encrypted columns may not be indexed */

/* Errors: columns and long values */
#define JET_errColumnLong                                (-1501)  /* operation is not defined for long-value columns */
#define JET_errColumnNoChunk                             (-1502)  /* long value has no chunk at that offset */
#define JET_errColumnDoesNotFit                          (-1503)  /* value does not fit in the remaining record space */
#define JET_errColumnIllegalNull                         (-1504)  /* null stored into a column that forbids null */
#define JET_errNullInvalid                               (-1504)  /* alternative name of errColumnIllegalNull */
#define JET_errColumnIndexed                             (-1505)  /* column is used by an index */
#define JET_errColumnTooBig                              (-1506)  /* column or value exceeds its maximum length */
#define JET_errColumnNotFound                            (-1507)  /* no such column */
#define JET_errColumnDuplicate                           (-1508)  /* a column of that name exists */
#define JET_errMultiValuedColumnMustBeTagged             (-1509)  /* multi-valued columns have to be tagged */
#define JET_errColumnRedundant                           (-1510)  /* second auto-increment or version column in a table */
#define JET_errInvalidColumnType                         (-1511)  /* column type does not fit the operation */
#define JET_errTaggedNotNULL                             (-1514)  /* tagged column may not be declared non-null */
#define JET_errNoCurrentIndex                            (-1515)  /* operation needs a current secondary index */
#define JET_errKeyIsMade                                 (-1516)  /* key is already complete and takes no more segments */
#define JET_errBadColumnId                               (-1517)  /* column identifier is malformed */
#define JET_errBadItagSequence                           (-1518)  /* value sequence number is out of range */
#define JET_errColumnInRelationship                      (-1519)  /* column takes part in a relationship and cannot change */
#define JET_errCannotBeTagged                            (-1521)  /* this column type cannot be tagged */
#define JET_errDefaultValueTooBig                        (-1524)  /* column default value is too large */
#define JET_errMultiValuedDuplicate                      (-1525)  /* value already exists in this multi-valued column */
#define JET_errLVCorrupted                               (-1526)  /* long-value tree is damaged */
#define JET_errMultiValuedDuplicateAfterTruncation       (-1528)  /* multi-value is unique only beyond the indexed prefix */
#define JET_errDerivedColumnCorruption                   (-1529)  /* inherited column information is inconsistent */
#define JET_errInvalidPlaceholderColumn                  (-1530)  /* placeholder column definition breaks the placeholder rules */
#define JET_errColumnCannotBeCompressed                  (-1538)  /* compression is limited to long text and long binary columns */
#define JET_errColumnNoEncryptionKey                     (-1540)  /* encrypted column used without a key on the cursor */

/* Errors: records, cursors and keys */
#define JET_errRecordNotFound                            (-1601)  /* no record matches the key */
#define JET_errRecordNoCopy                              (-1602)  /* no copy buffer holds a record */
#define JET_errNoCurrentRecord                           (-1603)  /* cursor is not positioned on a record */
#define JET_errRecordPrimaryChanged                      (-1604)  /* replace tried to alter primary-key columns */
#define JET_errKeyDuplicate                              (-1605)  /* insert or replace would duplicate a unique key */
#define JET_errAlreadyPrepared                           (-1607)  /* an update is already prepared on this cursor */
#define JET_errKeyNotMade                                (-1608)  /* seek or range attempted without a constructed key */
#define JET_errUpdateNotPrepared                         (-1609)  /* set/update attempted without a prepared update */
#define JET_errDataHasChanged                            (-1611)  /* record changed after it was read; optimistic update refused */
#define JET_errLanguageNotSupported                      (-1619)  /* sort language is not installed or supported */
#define JET_errDecompressionFailed                       (-1620)  /* stored compressed data could not be expanded */
#define JET_errUpdateMustVersion                         (-1621)  /* unversioned update allowed only on tables not yet committed */
#define JET_errDecryptionFailed                          (-1622)  /* column data could not be decrypted */
#define JET_errEncryptionBadItag                         (-1623)  /* encrypted tagged column allows only its first value */
#define JET_errSetAutoIncrementTooHigh                   (-1624)  /* requested auto-increment value is above the permitted range */
#define JET_errAutoIncrementNotSet                       (-1625)  /* table's auto-increment value has not been initialised */

/* Errors: temporary tables and sorts */
#define JET_errTooManySorts                              (-1701)  /* limit on concurrent sorts reached */
#define JET_errInvalidOnSort                             (-1702)  /* operation is not supported on a sort */

/* Errors: files */
#define JET_errTempFileOpenError                         (-1803)  /* temporary file could not be opened */
#define JET_errTooManyAttachedDatabases                  (-1805)  /* instance has reached its attached-database limit */
#define JET_errDiskFull                                  (-1808)  /* no free disk space */
#define JET_errPermissionDenied                          (-1809)  /* the system refused permission */
#define JET_errFileNotFound                              (-1811)  /* file does not exist */
#define JET_errFileInvalidType                           (-1812)  /* file is of a different kind from the one expected */
#define JET_errFileAlreadyExists                         (-1814)  /* target file is already present */
#define JET_errAfterInitialization                       (-1850)  /* cannot be done once the engine is initialised */
#define JET_errLogCorrupted                              (-1852)  /* log stream is damaged */

/* Errors: revert snapshots and misuse of a session */
#define JET_errInvalidOperation                          (-1906)  /* operation is not meaningful here */
#define JET_errAccessDenied                              (-1907)  /* caller lacks the required access */
#define JET_errTooManySplits                             (-1909)  /* B-tree split recursion exceeded a sanity limit */
#define JET_errSessionSharingViolation                   (-1910)  /* two threads tried to use one session at the same time */
#define JET_errEntryPointNotFound                        (-1911)  /* needed function missing from a DLL */
#define JET_errSessionContextAlreadySet                  (-1912)  /* session already carries a context */
#define JET_errSessionContextNotSetByThisThread          (-1913)  /* only the thread that set the session context may reset it */
#define JET_errSessionInUse                              (-1914)  /* session cannot be ended while in use */
#define JET_errRecordFormatConversionFailed              (-1915)  /* record could not be rewritten into the new format */
#define JET_errOneDatabasePerSession                     (-1916)  /* session already has a different database open while one-database mode is on */
#define JET_errRollbackError                             (-1917)  /* transaction rollback itself failed */
#define JET_errFlushMapVersionUnsupported                (-1918)  /* flush map file version is unknown to this engine */
#define JET_errFlushMapDatabaseMismatch                  (-1919)  /* flush map file belongs to another database state */
#define JET_errFlushMapUnrecoverable                     (-1920)  /* saved flush map is unusable and cannot be rebuilt */

/* Errors: online defragmentation and tasks */
#define JET_errDatabaseAlreadyRunningMaintenance         (-2004)  /* that maintenance task is already running on the database */

/* Errors: callbacks */
#define JET_errCallbackFailed                            (-2101)  /* user callback reported failure */
#define JET_errCallbackNotResolved                       (-2102)  /* callback DLL or function could not be located */
#define JET_errSpaceHintsInvalid                         (-2103)  /* a field of the supplied space-hints structure is unacceptable */

/* Errors: snapshots of the operating system */
#define JET_errOSSnapshotInvalidSequence                 (-2401)  /* snapshot calls were made in the wrong order */
#define JET_errOSSnapshotTimeOut                         (-2402)  /* freeze lasted longer than allowed and was thawed automatically */
#define JET_errOSSnapshotNotAllowed                      (-2403)  /* snapshot cannot start now because a backup, recovery or other snapshot is active */
#define JET_errOSSnapshotInvalidSnapId                   (-2404)  /* snapshot identifier is not valid */
#define JET_errLSCallbackNotSpecified                    (-3000)  /* local storage needs a free-callback registered through the runtime callback parameter */
#define JET_errLSAlreadySet                              (-3001)  /* a local-storage context is already attached to this object */
#define JET_errLSNotSet                                  (-3002)  /* no local-storage context is attached to this cursor or table */

/* Errors: files at the operating system level */
#define JET_errFileIOSparse                              (-4000)  /* I/O hit an unallocated (sparse) region of the file */
#define JET_errFileIOBeyondEOF                           (-4001)  /* read or write reached past the end of the file */
#define JET_errFileIOAbort                               (-4002)  /* internal file-I/O callback result: give the request up */
#define JET_errFileIORetry                               (-4003)  /* internal file-I/O callback result: try the request again */
#define JET_errFileIOFail                                (-4004)  /* internal file-I/O callback result: fail the request */
#define JET_errFileCompressed                            (-4005)  /* file is NTFS-compressed or otherwise stored in a way the operation cannot use */
#define JET_errClientSpaceBegin                          (-10000) /* highest value of the range set aside for client-defined error codes */
#define JET_errClientSpaceEnd                            (-11999) /* lowest value of the range set aside for client-defined error codes */

/* ======================================================================
 * Structures
 *
 * A cbStruct is set by the caller to the size of the structure, unless said
 * otherwise; where a structure has grown, the older size is accepted too.
 * ====================================================================== */

/* ---- Schema ---- */

typedef struct tagJET_INDEXID
{
    JET_ULONG       cbStruct;
    unsigned char   rgbIndexId[sizeof(JET_API_PTR) + sizeof(JET_ULONG) + sizeof(JET_ULONG)];
} JET_INDEXID;

/* JetAddColumn, JetGetColumnInfo, JetOpenTempTable */
typedef struct
{
    JET_ULONG      cbStruct;
    JET_COLUMNID   columnid;
    JET_COLTYP     coltyp;
    unsigned short wCountry;
    unsigned short langid;
    unsigned short cp;
    unsigned short wCollate;
    JET_ULONG      cbMax;
    JET_GRBIT      grbit;
} JET_COLUMNDEF;

/* JetGetColumnInfo with JET_ColInfoBase: the column as the template table has it */
typedef struct
{
    JET_ULONG      cbStruct;
    JET_COLUMNID   columnid;
    JET_COLTYP     coltyp;
    unsigned short wCountry;
    unsigned short langid;
    unsigned short cp;
    unsigned short wFiller;
    JET_ULONG      cbMax;
    JET_GRBIT      grbit;
    char           szBaseTableName[256];
    char           szBaseColumnName[256];
} JET_COLUMNBASE_A;

typedef struct
{
    JET_ULONG      cbStruct;
    JET_COLUMNID   columnid;
    JET_COLTYP     coltyp;
    unsigned short wCountry;
    unsigned short langid;
    unsigned short cp;
    unsigned short wFiller;
    JET_ULONG      cbMax;
    JET_GRBIT      grbit;
    WCHAR          szBaseTableName[256];
    WCHAR          szBaseColumnName[256];
} JET_COLUMNBASE_W;

#define JET_COLUMNBASE JET_STRUCT_AW_(JET_COLUMNBASE)

typedef struct tag_JET_COLUMNCREATE_A
{
    JET_ULONG    cbStruct;
    char         *szColumnName;
    JET_COLTYP   coltyp;
    JET_ULONG    cbMax;
    JET_GRBIT    grbit;
    void         *pvDefault;
    JET_ULONG    cbDefault;
    JET_ULONG    cp;
    JET_COLUMNID columnid;
    JET_ERR      err;
} JET_COLUMNCREATE_A;

typedef struct tag_JET_COLUMNCREATE_W
{
    JET_ULONG    cbStruct;
    WCHAR        *szColumnName;
    JET_COLTYP   coltyp;
    JET_ULONG    cbMax;
    JET_GRBIT    grbit;
    void         *pvDefault;
    JET_ULONG    cbDefault;
    JET_ULONG    cp;
    JET_COLUMNID columnid;
    JET_ERR      err;
} JET_COLUMNCREATE_W;

#define JET_COLUMNCREATE JET_STRUCT_AW_(JET_COLUMNCREATE)

#if JET_VERSION >= 0x0501
/* pvDefault of a column with JET_bitColumnUserDefinedDefault */
typedef struct tag_JET_USERDEFINEDDEFAULT_A
{
    char          *szCallback;
    unsigned char *pbUserData;
    JET_ULONG     cbUserData;
    char          *szDependantColumns;
} JET_USERDEFINEDDEFAULT_A;

typedef struct tag_JET_USERDEFINEDDEFAULT_W
{
    WCHAR         *szCallback;
    unsigned char *pbUserData;
    JET_ULONG     cbUserData;
    WCHAR         *szDependantColumns;
} JET_USERDEFINEDDEFAULT_W;

#define JET_USERDEFINEDDEFAULT JET_STRUCT_AW_(JET_USERDEFINEDDEFAULT)
#endif

typedef struct tagJET_CONDITIONALCOLUMN_A
{
    JET_ULONG cbStruct;
    char      *szColumnName;
    JET_GRBIT grbit;
} JET_CONDITIONALCOLUMN_A;

typedef struct tagJET_CONDITIONALCOLUMN_W
{
    JET_ULONG cbStruct;
    WCHAR     *szColumnName;
    JET_GRBIT grbit;
} JET_CONDITIONALCOLUMN_W;

#define JET_CONDITIONALCOLUMN JET_STRUCT_AW_(JET_CONDITIONALCOLUMN)

/* How text is made into keys: by LCID, from Windows 8 on by locale name */
typedef struct tagJET_UNICODEINDEX
{
    JET_ULONG lcid;
    JET_ULONG dwMapFlags;
} JET_UNICODEINDEX;

#if JET_VERSION >= 0x0602
typedef struct tagJET_UNICODEINDEX2
{
    WCHAR     *szLocaleName;
    JET_ULONG dwMapFlags;
} JET_UNICODEINDEX2;
#endif
#if JET_VERSION >= 0x0502
typedef struct tagJET_TUPLELIMITS
{
    JET_ULONG   chLengthMin;
    JET_ULONG   chLengthMax;
    JET_ULONG   chToIndexMax;
#if JET_VERSION >= 0x0600
    JET_ULONG   cchIncrement;
    JET_ULONG   ichStart;
#endif
} JET_TUPLELIMITS;
#endif

#if JET_VERSION >= 0x0601
/* How a tree takes space and is kept dense */
typedef struct tagJET_SPACEHINTS
{
    JET_ULONG cbStruct;
    JET_ULONG ulInitialDensity;
    JET_ULONG cbInitial;
    JET_GRBIT grbit;
    JET_ULONG ulMaintDensity;
    JET_ULONG ulGrowth;
    JET_ULONG cbMinExtent;
    JET_ULONG cbMaxExtent;
} JET_SPACEHINTS;
#endif

/* JetCreateIndex2 and, in the next two forms, JetCreateIndex3 and JetCreateIndex4 */
typedef struct tagJET_INDEXCREATE_A
{
    JET_ULONG                   cbStruct;
    char                        *szIndexName;
    char                        *szKey;             /* "+column\0-column\0\0" */
    JET_ULONG                   cbKey;              /* bytes of szKey, with both terminators */
    JET_GRBIT                   grbit;
    JET_ULONG                   ulDensity;
    JET_ANON_ union
    {
        JET_ULONG               lcid;
        JET_UNICODEINDEX        *pidxunicode;       /* with JET_bitIndexUnicode */
    };
    JET_ANON_ union
    {
        JET_ULONG               cbVarSegMac;
#if JET_VERSION >= 0x0502
        JET_TUPLELIMITS         *ptuplelimits;      /* with JET_bitIndexTupleLimits */
#endif
    };
    JET_CONDITIONALCOLUMN_A     *rgconditionalcolumn;
    JET_ULONG                   cConditionalColumn;
    JET_ERR                     err;
#if JET_VERSION >= 0x0600
    JET_ULONG                   cbKeyMost;          /* with JET_bitIndexKeyMost */
#endif
} JET_INDEXCREATE_A;

typedef struct tagJET_INDEXCREATE_W
{
    JET_ULONG                   cbStruct;
    WCHAR                       *szIndexName;
    WCHAR                       *szKey;             /* "+column\0-column\0\0" */
    JET_ULONG                   cbKey;              /* bytes of szKey, with both terminators */
    JET_GRBIT                   grbit;
    JET_ULONG                   ulDensity;
    JET_ANON_ union
    {
        JET_ULONG               lcid;
        JET_UNICODEINDEX        *pidxunicode;       /* with JET_bitIndexUnicode */
    };
    JET_ANON_ union
    {
        JET_ULONG               cbVarSegMac;
#if JET_VERSION >= 0x0502
        JET_TUPLELIMITS         *ptuplelimits;      /* with JET_bitIndexTupleLimits */
#endif
    };
    JET_CONDITIONALCOLUMN_W     *rgconditionalcolumn;
    JET_ULONG                   cConditionalColumn;
    JET_ERR                     err;
#if JET_VERSION >= 0x0600
    JET_ULONG                   cbKeyMost;          /* with JET_bitIndexKeyMost */
#endif
} JET_INDEXCREATE_W;

#define JET_INDEXCREATE JET_STRUCT_AW_(JET_INDEXCREATE)

#if JET_VERSION >= 0x0601
typedef struct tagJET_INDEXCREATE2_A
{
    JET_ULONG                   cbStruct;
    char                        *szIndexName;
    char                        *szKey;             /* "+column\0-column\0\0" */
    JET_ULONG                   cbKey;              /* bytes of szKey, with both terminators */
    JET_GRBIT                   grbit;
    JET_ULONG                   ulDensity;
    JET_ANON_ union
    {
        JET_ULONG               lcid;
        JET_UNICODEINDEX        *pidxunicode;       /* with JET_bitIndexUnicode */
    };
    JET_ANON_ union
    {
        JET_ULONG               cbVarSegMac;
        JET_TUPLELIMITS         *ptuplelimits;      /* with JET_bitIndexTupleLimits */
    };
    JET_CONDITIONALCOLUMN_A     *rgconditionalcolumn;
    JET_ULONG                   cConditionalColumn;
    JET_ERR                     err;
    JET_ULONG                   cbKeyMost;          /* with JET_bitIndexKeyMost */
    JET_SPACEHINTS              *pSpacehints;
} JET_INDEXCREATE2_A;

typedef struct tagJET_INDEXCREATE2_W
{
    JET_ULONG                   cbStruct;
    WCHAR                       *szIndexName;
    WCHAR                       *szKey;             /* "+column\0-column\0\0" */
    JET_ULONG                   cbKey;              /* bytes of szKey, with both terminators */
    JET_GRBIT                   grbit;
    JET_ULONG                   ulDensity;
    JET_ANON_ union
    {
        JET_ULONG               lcid;
        JET_UNICODEINDEX        *pidxunicode;       /* with JET_bitIndexUnicode */
    };
    JET_ANON_ union
    {
        JET_ULONG               cbVarSegMac;
        JET_TUPLELIMITS         *ptuplelimits;      /* with JET_bitIndexTupleLimits */
    };
    JET_CONDITIONALCOLUMN_W     *rgconditionalcolumn;
    JET_ULONG                   cConditionalColumn;
    JET_ERR                     err;
    JET_ULONG                   cbKeyMost;          /* with JET_bitIndexKeyMost */
    JET_SPACEHINTS              *pSpacehints;
} JET_INDEXCREATE2_W;

#define JET_INDEXCREATE2 JET_STRUCT_AW_(JET_INDEXCREATE2)
#endif

#if JET_VERSION >= 0x0602
typedef struct tagJET_INDEXCREATE3_A
{
    JET_ULONG                   cbStruct;
    char                        *szIndexName;
    char                        *szKey;             /* "+column\0-column\0\0" */
    JET_ULONG                   cbKey;              /* bytes of szKey, with both terminators */
    JET_GRBIT                   grbit;
    JET_ULONG                   ulDensity;
    JET_UNICODEINDEX2           *pidxunicode;
    JET_ANON_ union
    {
        JET_ULONG               cbVarSegMac;
        JET_TUPLELIMITS         *ptuplelimits;      /* with JET_bitIndexTupleLimits */
    };
    JET_CONDITIONALCOLUMN_A     *rgconditionalcolumn;
    JET_ULONG                   cConditionalColumn;
    JET_ERR                     err;
    JET_ULONG                   cbKeyMost;          /* with JET_bitIndexKeyMost */
    JET_SPACEHINTS              *pSpacehints;
} JET_INDEXCREATE3_A;

typedef struct tagJET_INDEXCREATE3_W
{
    JET_ULONG                   cbStruct;
    WCHAR                       *szIndexName;
    WCHAR                       *szKey;             /* "+column\0-column\0\0" */
    JET_ULONG                   cbKey;              /* bytes of szKey, with both terminators */
    JET_GRBIT                   grbit;
    JET_ULONG                   ulDensity;
    JET_UNICODEINDEX2           *pidxunicode;
    JET_ANON_ union
    {
        JET_ULONG               cbVarSegMac;
        JET_TUPLELIMITS         *ptuplelimits;      /* with JET_bitIndexTupleLimits */
    };
    JET_CONDITIONALCOLUMN_W     *rgconditionalcolumn;
    JET_ULONG                   cConditionalColumn;
    JET_ERR                     err;
    JET_ULONG                   cbKeyMost;          /* with JET_bitIndexKeyMost */
    JET_SPACEHINTS              *pSpacehints;
} JET_INDEXCREATE3_W;

#define JET_INDEXCREATE3 JET_STRUCT_AW_(JET_INDEXCREATE3)
#endif

/* JetCreateTableColumnIndex and, in the next three forms, its 2, 3 and 4 */
typedef struct tagJET_TABLECREATE_A
{
    JET_ULONG          cbStruct;
    char               *szTableName;
    char               *szTemplateTableName;
    JET_ULONG          ulPages;
    JET_ULONG          ulDensity;
    JET_COLUMNCREATE_A *rgcolumncreate;
    JET_ULONG          cColumns;
    JET_INDEXCREATE_A  *rgindexcreate;
    JET_ULONG          cIndexes;
    JET_GRBIT          grbit;
    JET_TABLEID        tableid;
    JET_ULONG          cCreated;
} JET_TABLECREATE_A;

typedef struct tagJET_TABLECREATE_W
{
    JET_ULONG          cbStruct;
    WCHAR              *szTableName;
    WCHAR              *szTemplateTableName;
    JET_ULONG          ulPages;
    JET_ULONG          ulDensity;
    JET_COLUMNCREATE_W *rgcolumncreate;
    JET_ULONG          cColumns;
    JET_INDEXCREATE_W  *rgindexcreate;
    JET_ULONG          cIndexes;
    JET_GRBIT          grbit;
    JET_TABLEID        tableid;
    JET_ULONG          cCreated;
} JET_TABLECREATE_W;

#define JET_TABLECREATE JET_STRUCT_AW_(JET_TABLECREATE)

#if JET_VERSION >= 0x0501
typedef struct tagJET_TABLECREATE2_A
{
    JET_ULONG          cbStruct;
    char               *szTableName;
    char               *szTemplateTableName;
    JET_ULONG          ulPages;
    JET_ULONG          ulDensity;
    JET_COLUMNCREATE_A *rgcolumncreate;
    JET_ULONG          cColumns;
    JET_INDEXCREATE_A  *rgindexcreate;
    JET_ULONG          cIndexes;
    char               *szCallback;
    JET_CBTYP          cbtyp;
    JET_GRBIT          grbit;
    JET_TABLEID        tableid;
    JET_ULONG          cCreated;
} JET_TABLECREATE2_A;

typedef struct tagJET_TABLECREATE2_W
{
    JET_ULONG          cbStruct;
    WCHAR              *szTableName;
    WCHAR              *szTemplateTableName;
    JET_ULONG          ulPages;
    JET_ULONG          ulDensity;
    JET_COLUMNCREATE_W *rgcolumncreate;
    JET_ULONG          cColumns;
    JET_INDEXCREATE_W  *rgindexcreate;
    JET_ULONG          cIndexes;
    WCHAR              *szCallback;
    JET_CBTYP          cbtyp;
    JET_GRBIT          grbit;
    JET_TABLEID        tableid;
    JET_ULONG          cCreated;
} JET_TABLECREATE2_W;

#define JET_TABLECREATE2 JET_STRUCT_AW_(JET_TABLECREATE2)
#endif

#if JET_VERSION >= 0x0601
typedef struct tagJET_TABLECREATE3_A
{
    JET_ULONG          cbStruct;
    char               *szTableName;
    char               *szTemplateTableName;
    JET_ULONG          ulPages;
    JET_ULONG          ulDensity;
    JET_COLUMNCREATE_A *rgcolumncreate;
    JET_ULONG          cColumns;
    JET_INDEXCREATE2_A *rgindexcreate;
    JET_ULONG          cIndexes;
    char               *szCallback;
    JET_CBTYP          cbtyp;
    JET_GRBIT          grbit;
    JET_SPACEHINTS     *pSeqSpacehints;
    JET_SPACEHINTS     *pLVSpacehints;
    JET_ULONG          cbSeparateLV;
    JET_TABLEID        tableid;
    JET_ULONG          cCreated;
} JET_TABLECREATE3_A;

typedef struct tagJET_TABLECREATE3_W
{
    JET_ULONG          cbStruct;
    WCHAR              *szTableName;
    WCHAR              *szTemplateTableName;
    JET_ULONG          ulPages;
    JET_ULONG          ulDensity;
    JET_COLUMNCREATE_W *rgcolumncreate;
    JET_ULONG          cColumns;
    JET_INDEXCREATE2_W *rgindexcreate;
    JET_ULONG          cIndexes;
    WCHAR              *szCallback;
    JET_CBTYP          cbtyp;
    JET_GRBIT          grbit;
    JET_SPACEHINTS     *pSeqSpacehints;
    JET_SPACEHINTS     *pLVSpacehints;
    JET_ULONG          cbSeparateLV;
    JET_TABLEID        tableid;
    JET_ULONG          cCreated;
} JET_TABLECREATE3_W;

#define JET_TABLECREATE3 JET_STRUCT_AW_(JET_TABLECREATE3)
#endif

#if JET_VERSION >= 0x0602
typedef struct tagJET_TABLECREATE4_A
{
    JET_ULONG          cbStruct;
    char               *szTableName;
    char               *szTemplateTableName;
    JET_ULONG          ulPages;
    JET_ULONG          ulDensity;
    JET_COLUMNCREATE_A *rgcolumncreate;
    JET_ULONG          cColumns;
    JET_INDEXCREATE3_A *rgindexcreate;
    JET_ULONG          cIndexes;
    char               *szCallback;
    JET_CBTYP          cbtyp;
    JET_GRBIT          grbit;
    JET_SPACEHINTS     *pSeqSpacehints;
    JET_SPACEHINTS     *pLVSpacehints;
    JET_ULONG          cbSeparateLV;
    JET_TABLEID        tableid;
    JET_ULONG          cCreated;
} JET_TABLECREATE4_A;

typedef struct tagJET_TABLECREATE4_W
{
    JET_ULONG          cbStruct;
    WCHAR              *szTableName;
    WCHAR              *szTemplateTableName;
    JET_ULONG          ulPages;
    JET_ULONG          ulDensity;
    JET_COLUMNCREATE_W *rgcolumncreate;
    JET_ULONG          cColumns;
    JET_INDEXCREATE3_W *rgindexcreate;
    JET_ULONG          cIndexes;
    WCHAR              *szCallback;
    JET_CBTYP          cbtyp;
    JET_GRBIT          grbit;
    JET_SPACEHINTS     *pSeqSpacehints;
    JET_SPACEHINTS     *pLVSpacehints;
    JET_ULONG          cbSeparateLV;
    JET_TABLEID        tableid;
    JET_ULONG          cCreated;
} JET_TABLECREATE4_W;

#define JET_TABLECREATE4 JET_STRUCT_AW_(JET_TABLECREATE4)
#endif

#if JET_VERSION >= 0x0600
typedef struct tagJET_OPENTEMPORARYTABLE
{
    JET_ULONG           cbStruct;
    const JET_COLUMNDEF *prgcolumndef;
    JET_ULONG           ccolumn;
    JET_UNICODEINDEX    *pidxunicode;
    JET_GRBIT           grbit;
    JET_COLUMNID        *prgcolumnid;
    JET_ULONG           cbKeyMost;
    JET_ULONG           cbVarSegMac;
    JET_TABLEID         tableid;
} JET_OPENTEMPORARYTABLE;
#endif

#if JET_VERSION >= 0x0602
typedef struct tagJET_OPENTEMPORARYTABLE2
{
    JET_ULONG           cbStruct;
    const JET_COLUMNDEF *prgcolumndef;
    JET_ULONG           ccolumn;
    JET_UNICODEINDEX2   *pidxunicode;
    JET_GRBIT           grbit;
    JET_COLUMNID        *prgcolumnid;
    JET_ULONG           cbKeyMost;
    JET_ULONG           cbVarSegMac;
    JET_TABLEID         tableid;
} JET_OPENTEMPORARYTABLE2;
#endif
/* ---- Records and cursors ---- */

/* JetRetrieveColumn: where in the value, which of several values */
typedef struct
{
    JET_ULONG    cbStruct;
    JET_ULONG    ibLongValue;
    JET_ULONG    itagSequence;
    JET_COLUMNID columnidNextTagged;
} JET_RETINFO;

/* JetSetColumn: the same */
typedef struct
{
    JET_ULONG cbStruct;
    JET_ULONG ibLongValue;
    JET_ULONG itagSequence;
} JET_SETINFO;

typedef struct
{
    JET_COLUMNID columnid;
    void         *pvData;
    JET_ULONG    cbData;
    JET_ULONG    cbActual;
    JET_GRBIT    grbit;
    JET_ULONG    ibLongValue;
    JET_ULONG    itagSequence;
    JET_COLUMNID columnidNextTagged;
    JET_ERR      err;
} JET_RETRIEVECOLUMN;

typedef struct
{
    JET_COLUMNID columnid;
    const void   *pvData;
    JET_ULONG    cbData;
    JET_GRBIT    grbit;
    JET_ULONG    ibLongValue;
    JET_ULONG    itagSequence;
    JET_ERR      err;
} JET_SETCOLUMN;

#if JET_VERSION >= 0x0501
/* JetEnumerateColumns: what is asked for, and the answer */
typedef struct
{
    JET_COLUMNID columnid;
    JET_ULONG    ctagSequence;
    JET_ULONG    *rgtagSequence;
} JET_ENUMCOLUMNID;

typedef struct
{
    JET_ULONG itagSequence;
    JET_ERR   err;
    JET_ULONG cbData;
    void      *pvData;
} JET_ENUMCOLUMNVALUE;
typedef struct
{
    JET_COLUMNID                columnid;
    JET_ERR                     err;
    JET_ANON_ union
    {
        JET_ANON_ struct                            /* err is not JET_wrnColumnSingleValue */
        {
            JET_ULONG           cEnumColumnValue;
            JET_ENUMCOLUMNVALUE *rgEnumColumnValue;
        };
        JET_ANON_ struct                            /* err is JET_wrnColumnSingleValue */
        {
            JET_ULONG           cbData;
            void                *pvData;
        };
    };
} JET_ENUMCOLUMN;
#endif

typedef struct
{
    JET_ULONG cbStruct;
    JET_ULONG centriesLT;
    JET_ULONG centriesInRange;
    JET_ULONG centriesTotal;
} JET_RECPOS;

typedef struct
{
    JET_ULONG  cbStruct;
    JET_ULONG  centriesLTDeprecated;
    JET_ULONG  centriesInRangeDeprecated;
    JET_ULONG  centriesTotalDeprecated;
    JET_UINT64 centriesLT;
    JET_UINT64 centriesTotal;
} JET_RECPOS2;

/* JetIntersectIndexes: the result, a temporary table */
typedef struct
{
    JET_ULONG    cbStruct;
    JET_TABLEID  tableid;
    JET_ULONG    cRecord;
    JET_COLUMNID columnidBookmark;
} JET_RECORDLIST;

/* JetIntersectIndexes: the cursors */
typedef struct
{
    JET_ULONG   cbStruct;
    JET_TABLEID tableid;
    JET_GRBIT   grbit;
} JET_INDEXRANGE;

#if JET_VERSION >= 0x0602
/* JetSetCursorFilter, JetPrereadIndexRanges */
typedef struct
{
    JET_COLUMNID columnid;
    JET_RELOP    relop;
    void         *pv;
    JET_ULONG    cb;
    JET_GRBIT    grbit;
} JET_INDEX_COLUMN;

typedef struct
{
    JET_INDEX_COLUMN *rgStartColumns;
    JET_ULONG        cStartColumns;
    JET_INDEX_COLUMN *rgEndColumns;
    JET_ULONG        cEndColumns;
} JET_INDEX_RANGE;
#endif

#if JET_VERSION >= 0x0600
typedef struct
{
    JET_UINT64 cbData;
    JET_UINT64 cbLongValueData;
    JET_UINT64 cbOverhead;
    JET_UINT64 cbLongValueOverhead;
    JET_UINT64 cNonTaggedColumns;
    JET_UINT64 cTaggedColumns;
    JET_UINT64 cLongValues;
    JET_UINT64 cMultiValues;
} JET_RECSIZE;
#endif

#if JET_VERSION >= 0x0601
typedef struct
{
    JET_UINT64 cbData;
    JET_UINT64 cbLongValueData;
    JET_UINT64 cbOverhead;
    JET_UINT64 cbLongValueOverhead;
    JET_UINT64 cNonTaggedColumns;
    JET_UINT64 cTaggedColumns;
    JET_UINT64 cLongValues;
    JET_UINT64 cMultiValues;
    JET_UINT64 cCompressedColumns;
    JET_UINT64 cbDataCompressed;
    JET_UINT64 cbLongValueDataCompressed;
} JET_RECSIZE2;
#endif
/* ---- Info calls: the lists are temporary tables ---- */

typedef struct
{
    JET_ULONG      cbStruct;
    JET_OBJTYP     objtyp;
    JET_DATESERIAL dtCreate;
    JET_DATESERIAL dtUpdate;
    JET_GRBIT      grbit;
    JET_ULONG      flags;
    JET_ULONG      cRecord;
    JET_ULONG      cPage;
} JET_OBJECTINFO;

typedef struct
{
    JET_ULONG    cbStruct;
    JET_TABLEID  tableid;
    JET_ULONG    cRecord;
    JET_COLUMNID columnidcontainername;
    JET_COLUMNID columnidobjectname;
    JET_COLUMNID columnidobjtyp;
    JET_COLUMNID columniddtCreate;
    JET_COLUMNID columniddtUpdate;
    JET_COLUMNID columnidgrbit;
    JET_COLUMNID columnidflags;
    JET_COLUMNID columnidcRecord;
    JET_COLUMNID columnidcPage;
} JET_OBJECTLIST;

typedef struct
{
    JET_ULONG    cbStruct;
    JET_TABLEID  tableid;
    JET_ULONG    cRecord;
    JET_COLUMNID columnidPresentationOrder;
    JET_COLUMNID columnidcolumnname;
    JET_COLUMNID columnidcolumnid;
    JET_COLUMNID columnidcoltyp;
    JET_COLUMNID columnidCountry;
    JET_COLUMNID columnidLangid;
    JET_COLUMNID columnidCp;
    JET_COLUMNID columnidCollate;
    JET_COLUMNID columnidcbMax;
    JET_COLUMNID columnidgrbit;
    JET_COLUMNID columnidDefault;
    JET_COLUMNID columnidBaseTableName;
    JET_COLUMNID columnidBaseColumnName;
    JET_COLUMNID columnidDefinitionName;
} JET_COLUMNLIST;

/* One row for each column of each index */
typedef struct
{
    JET_ULONG    cbStruct;
    JET_TABLEID  tableid;
    JET_ULONG    cRecord;
    JET_COLUMNID columnidindexname;
    JET_COLUMNID columnidgrbitIndex;
    JET_COLUMNID columnidcKey;
    JET_COLUMNID columnidcEntry;
    JET_COLUMNID columnidcPage;
    JET_COLUMNID columnidcColumn;
    JET_COLUMNID columnidiColumn;
    JET_COLUMNID columnidcolumnid;
    JET_COLUMNID columnidcoltyp;
    JET_COLUMNID columnidCountry;
    JET_COLUMNID columnidLangid;
    JET_COLUMNID columnidCp;
    JET_COLUMNID columnidCollate;
    JET_COLUMNID columnidgrbitColumn;
    JET_COLUMNID columnidcolumnname;
    JET_COLUMNID columnidLCMapFlags;
} JET_INDEXLIST;
/* ---- Times and positions, unaligned ---- */

#pragma pack(push, 1)

typedef struct
{
    char    bSeconds;                               /* 0 - 59 */
    char    bMinutes;                               /* 0 - 59 */
    char    bHours;                                 /* 0 - 23 */
    char    bDay;                                   /* 1 - 31 */
    char    bMonth;                                 /* 1 - 12 */
    char    bYear;                                  /* since 1900 */
    JET_ANON_ union
    {
        char    bFiller1;
        JET_ANON_ struct
        {
            unsigned char   fTimeIsUTC : 1;
            unsigned char   bMillisecondsLow : 7;
        };
    };
    JET_ANON_ union
    {
        char    bFiller2;
        JET_ANON_ struct
        {
            unsigned char   fReserved : 1;
            unsigned char   bMillisecondsHigh : 3;
            unsigned char   fUnused : 4;
        };
    };
} JET_LOGTIME;

#if JET_VERSION >= 0x0600
/* The time of a backup. */
typedef struct
{
    char    bSeconds;
    char    bMinutes;
    char    bHours;
    char    bDay;
    char    bMonth;
    char    bYear;
    JET_ANON_ union
    {
        char    bFiller1;
        JET_ANON_ struct
        {
            unsigned char   fTimeIsUTC : 1;
            unsigned char   bMillisecondsLow : 7;
        };
    };
    JET_ANON_ union
    {
        char    bFiller2;
        JET_ANON_ struct
        {
            unsigned char   fOSSnapshot : 1;
            unsigned char   bMillisecondsHigh : 3;
            unsigned char   fReserved : 4;
        };
    };
} JET_BKLOGTIME;
#endif

/* Position in the log: byte in the sector, sector, generation */
typedef struct
{
    unsigned short ib;
    unsigned short isec;
    JET_LONG       lGeneration;
} JET_LGPOS;

typedef struct
{
    JET_ULONG   ulRandom;
    JET_LOGTIME logtimeCreate;
    char        szComputerName[JET_MAX_COMPUTERNAME_LENGTH + 1];
} JET_SIGNATURE;
typedef struct
{
    JET_LGPOS       lgposMark;
    JET_ANON_ union
    {
        JET_LOGTIME     logtimeMark;
#if JET_VERSION >= 0x0600
        JET_BKLOGTIME   bklogtimeMark;
#endif
    };
    JET_ULONG       genLow;
    JET_ULONG       genHigh;
} JET_BKINFO;

#pragma pack(pop)

/* ---- Databases and logs ---- */
typedef struct
{
    JET_ULONG           cbStruct;
    JET_ULONG           cbFilesizeLow;
    JET_ULONG           cbFilesizeHigh;
    JET_ULONG           cbFreeSpaceRequiredLow;
    JET_ULONG           cbFreeSpaceRequiredHigh;
    JET_ULONG           csecToUpgrade;
    JET_ANON_ union
    {
        JET_ULONG       ulFlags;
        JET_ANON_ struct
        {
            JET_ULONG   fUpgradable : 1;
            JET_ULONG   fAlreadyUpgraded : 1;
        };
    };
} JET_DBINFOUPGRADE;

/* JetGetDatabaseFileInfo with JET_DbInfoMisc: the header, as much as fits cbMax */
typedef struct
{
    JET_ULONG     ulVersion;
    JET_ULONG     ulUpdate;
    JET_SIGNATURE signDb;
    JET_ULONG     dbstate;
    JET_LGPOS     lgposConsistent;
    JET_LOGTIME   logtimeConsistent;
    JET_LOGTIME   logtimeAttach;
    JET_LGPOS     lgposAttach;
    JET_LOGTIME   logtimeDetach;
    JET_LGPOS     lgposDetach;
    JET_SIGNATURE signLog;
    JET_BKINFO    bkinfoFullPrev;
    JET_BKINFO    bkinfoIncPrev;
    JET_BKINFO    bkinfoFullCur;
    JET_ULONG     fShadowingDisabled;
    JET_ULONG     fUpgradeDb;
    JET_ULONG     dwMajorVersion;
    JET_ULONG     dwMinorVersion;
    JET_ULONG     dwBuildNumber;
    JET_LONG      lSPNumber;
    JET_ULONG     cbPageSize;
} JET_DBINFOMISC;

#if JET_VERSION >= 0x0600
typedef struct
{
    JET_ULONG     ulVersion;
    JET_ULONG     ulUpdate;
    JET_SIGNATURE signDb;
    JET_ULONG     dbstate;
    JET_LGPOS     lgposConsistent;
    JET_LOGTIME   logtimeConsistent;
    JET_LOGTIME   logtimeAttach;
    JET_LGPOS     lgposAttach;
    JET_LOGTIME   logtimeDetach;
    JET_LGPOS     lgposDetach;
    JET_SIGNATURE signLog;
    JET_BKINFO    bkinfoFullPrev;
    JET_BKINFO    bkinfoIncPrev;
    JET_BKINFO    bkinfoFullCur;
    JET_ULONG     fShadowingDisabled;
    JET_ULONG     fUpgradeDb;
    JET_ULONG     dwMajorVersion;
    JET_ULONG     dwMinorVersion;
    JET_ULONG     dwBuildNumber;
    JET_LONG      lSPNumber;
    JET_ULONG     cbPageSize;
    JET_ULONG     genMinRequired;
    JET_ULONG     genMaxRequired;
    JET_LOGTIME   logtimeGenMaxCreate;
    JET_ULONG     ulRepairCount;
    JET_LOGTIME   logtimeRepair;
    JET_ULONG     ulRepairCountOld;
    JET_ULONG     ulECCFixSuccess;
    JET_LOGTIME   logtimeECCFixSuccess;
    JET_ULONG     ulECCFixSuccessOld;
    JET_ULONG     ulECCFixFail;
    JET_LOGTIME   logtimeECCFixFail;
    JET_ULONG     ulECCFixFailOld;
    JET_ULONG     ulBadChecksum;
    JET_LOGTIME   logtimeBadChecksum;
    JET_ULONG     ulBadChecksumOld;
} JET_DBINFOMISC2;
#endif

#if JET_VERSION >= 0x0601
typedef struct
{
    JET_ULONG     ulVersion;
    JET_ULONG     ulUpdate;
    JET_SIGNATURE signDb;
    JET_ULONG     dbstate;
    JET_LGPOS     lgposConsistent;
    JET_LOGTIME   logtimeConsistent;
    JET_LOGTIME   logtimeAttach;
    JET_LGPOS     lgposAttach;
    JET_LOGTIME   logtimeDetach;
    JET_LGPOS     lgposDetach;
    JET_SIGNATURE signLog;
    JET_BKINFO    bkinfoFullPrev;
    JET_BKINFO    bkinfoIncPrev;
    JET_BKINFO    bkinfoFullCur;
    JET_ULONG     fShadowingDisabled;
    JET_ULONG     fUpgradeDb;
    JET_ULONG     dwMajorVersion;
    JET_ULONG     dwMinorVersion;
    JET_ULONG     dwBuildNumber;
    JET_LONG      lSPNumber;
    JET_ULONG     cbPageSize;
    JET_ULONG     genMinRequired;
    JET_ULONG     genMaxRequired;
    JET_LOGTIME   logtimeGenMaxCreate;
    JET_ULONG     ulRepairCount;
    JET_LOGTIME   logtimeRepair;
    JET_ULONG     ulRepairCountOld;
    JET_ULONG     ulECCFixSuccess;
    JET_LOGTIME   logtimeECCFixSuccess;
    JET_ULONG     ulECCFixSuccessOld;
    JET_ULONG     ulECCFixFail;
    JET_LOGTIME   logtimeECCFixFail;
    JET_ULONG     ulECCFixFailOld;
    JET_ULONG     ulBadChecksum;
    JET_LOGTIME   logtimeBadChecksum;
    JET_ULONG     ulBadChecksumOld;
    JET_ULONG     genCommitted;
} JET_DBINFOMISC3;
#endif

#if JET_VERSION >= 0x0601
typedef struct
{
    JET_ULONG     ulVersion;
    JET_ULONG     ulUpdate;
    JET_SIGNATURE signDb;
    JET_ULONG     dbstate;
    JET_LGPOS     lgposConsistent;
    JET_LOGTIME   logtimeConsistent;
    JET_LOGTIME   logtimeAttach;
    JET_LGPOS     lgposAttach;
    JET_LOGTIME   logtimeDetach;
    JET_LGPOS     lgposDetach;
    JET_SIGNATURE signLog;
    JET_BKINFO    bkinfoFullPrev;
    JET_BKINFO    bkinfoIncPrev;
    JET_BKINFO    bkinfoFullCur;
    JET_ULONG     fShadowingDisabled;
    JET_ULONG     fUpgradeDb;
    JET_ULONG     dwMajorVersion;
    JET_ULONG     dwMinorVersion;
    JET_ULONG     dwBuildNumber;
    JET_LONG      lSPNumber;
    JET_ULONG     cbPageSize;
    JET_ULONG     genMinRequired;
    JET_ULONG     genMaxRequired;
    JET_LOGTIME   logtimeGenMaxCreate;
    JET_ULONG     ulRepairCount;
    JET_LOGTIME   logtimeRepair;
    JET_ULONG     ulRepairCountOld;
    JET_ULONG     ulECCFixSuccess;
    JET_LOGTIME   logtimeECCFixSuccess;
    JET_ULONG     ulECCFixSuccessOld;
    JET_ULONG     ulECCFixFail;
    JET_LOGTIME   logtimeECCFixFail;
    JET_ULONG     ulECCFixFailOld;
    JET_ULONG     ulBadChecksum;
    JET_LOGTIME   logtimeBadChecksum;
    JET_ULONG     ulBadChecksumOld;
    JET_ULONG     genCommitted;
    JET_BKINFO    bkinfoCopyPrev;
    JET_BKINFO    bkinfoDiffPrev;
} JET_DBINFOMISC4;
#endif

#if JET_VERSION >= 0x0501
typedef struct
{
    JET_ULONG cbSize;
    JET_ULONG ulGenLow;
    JET_ULONG ulGenHigh;
    char      szBaseName[JET_BASE_NAME_LENGTH + 1];
} JET_LOGINFO_A;

typedef struct
{
    JET_ULONG cbSize;
    JET_ULONG ulGenLow;
    JET_ULONG ulGenHigh;
    WCHAR     szBaseName[JET_BASE_NAME_LENGTH + 1];
} JET_LOGINFO_W;

#define JET_LOGINFO JET_STRUCT_AW_(JET_LOGINFO)
#endif

/* JetExternalRestore, JetInit3: where a database is now */
typedef struct
{
    char *szDatabaseName;
    char *szNewDatabaseName;
} JET_RSTMAP_A;

typedef struct
{
    WCHAR *szDatabaseName;
    WCHAR *szNewDatabaseName;
} JET_RSTMAP_W;

#define JET_RSTMAP JET_STRUCT_AW_(JET_RSTMAP)

#if JET_VERSION >= 0x0600
typedef struct
{
    JET_ULONG     cbStruct;
    JET_RSTMAP_A  *rgrstmap;
    JET_LONG      crstmap;
    JET_LGPOS     lgposStop;
    JET_LOGTIME   logtimeStop;
    JET_PFNSTATUS pfnStatus;
} JET_RSTINFO_A;

typedef struct
{
    JET_ULONG     cbStruct;
    JET_RSTMAP_W  *rgrstmap;
    JET_LONG      crstmap;
    JET_LGPOS     lgposStop;
    JET_LOGTIME   logtimeStop;
    JET_PFNSTATUS pfnStatus;
} JET_RSTINFO_W;

#define JET_RSTINFO JET_STRUCT_AW_(JET_RSTINFO)
#endif

/* Progress: cunitDone of cunitTotal */
typedef struct
{
    JET_ULONG cbStruct;
    JET_ULONG cunitDone;
    JET_ULONG cunitTotal;
} JET_SNPROG;

/* JetCompact: unused since Windows 2000 */
typedef struct tagCONVERT_A
{
    char                *szOldDll;
    JET_ANON_ union
    {
        JET_ULONG       fFlags;
        JET_ANON_ struct
        {
            JET_ULONG   fSchemaChangesOnly : 1;
        };
    };
} JET_CONVERT_A;

typedef struct tagCONVERT_W
{
    WCHAR               *szOldDll;
    JET_ANON_ union
    {
        JET_ULONG       fFlags;
        JET_ANON_ struct
        {
            JET_ULONG   fSchemaChangesOnly : 1;
        };
    };
} JET_CONVERT_W;

#define JET_CONVERT JET_STRUCT_AW_(JET_CONVERT)
/* ---- Instance and session ---- */

#if JET_VERSION >= 0x0501
/* JetEnableMultiInstance */
typedef struct
{
    JET_ULONG   paramid;
    JET_API_PTR lParam;
    const char  *sz;
    JET_ERR     err;
} JET_SETSYSPARAM_A;

typedef struct
{
    JET_ULONG   paramid;
    JET_API_PTR lParam;
    const WCHAR *sz;
    JET_ERR     err;
} JET_SETSYSPARAM_W;

#define JET_SETSYSPARAM JET_STRUCT_AW_(JET_SETSYSPARAM)
#endif

#if JET_VERSION >= 0x0501
/* JetGetInstanceInfo, JetOSSnapshotFreeze */
typedef struct _JET_INSTANCE_INFO_A
{
    JET_INSTANCE hInstanceId;
    char         *szInstanceName;
    JET_API_PTR  cDatabases;
    char         **szDatabaseFileName;
    char         **szDatabaseDisplayName;
    char         **szDatabaseSLVFileName_Obsolete;
} JET_INSTANCE_INFO_A;

typedef struct _JET_INSTANCE_INFO_W
{
    JET_INSTANCE hInstanceId;
    WCHAR        *szInstanceName;
    JET_API_PTR  cDatabases;
    WCHAR        **szDatabaseFileName;
    WCHAR        **szDatabaseDisplayName;
    WCHAR        **szDatabaseSLVFileName_Obsolete;
} JET_INSTANCE_INFO_W;

#define JET_INSTANCE_INFO JET_STRUCT_AW_(JET_INSTANCE_INFO)
#endif

#if JET_VERSION >= 0x0602
/* JetCommitTransaction2: order of a commit in its log stream */
typedef struct
{
    JET_SIGNATURE signLog;
    int           reserved;
    JET_INT64     commitId;
} JET_COMMIT_ID;
#endif

#if JET_VERSION >= 0x0602
/* JetGetErrorInfo with JET_ErrorInfoSpecificErr */
typedef struct
{
    JET_ULONG     cbStruct;
    JET_ERR       errValue;
    JET_ERRCAT    errcatMostSpecific;
    unsigned char rgCategoricalHierarchy[8];
    JET_ULONG     lSourceLine;
    WCHAR         rgszSourceFile[64];
} JET_ERRINFOBASIC_W;
#endif

#if JET_VERSION >= 0x0A00
/* JET_sesparamOperationContext */
typedef struct
{
    JET_ULONG     ulUserID;
    unsigned char nOperationID;
    unsigned char nOperationType;
    unsigned char nClientType;
    unsigned char fFlags;
} JET_OPERATIONCONTEXT;
#endif

#if JET_VERSION >= 0x0600
/* JetGetThreadStats: counts of the calling thread */
typedef struct JET_THREADSTATS
{
    JET_ULONG cbStruct;
    JET_ULONG cPageReferenced;
    JET_ULONG cPageRead;
    JET_ULONG cPagePreread;
    JET_ULONG cPageDirtied;
    JET_ULONG cPageRedirtied;
    JET_ULONG cLogRecord;
    JET_ULONG cbLogRecord;
} JET_THREADSTATS;
#endif

#if JET_VERSION >= 0x0A00
typedef struct JET_THREADSTATS2
{
    JET_ULONG  cbStruct;
    JET_ULONG  cPageReferenced;
    JET_ULONG  cPageRead;
    JET_ULONG  cPagePreread;
    JET_ULONG  cPageDirtied;
    JET_ULONG  cPageRedirtied;
    JET_ULONG  cLogRecord;
    JET_ULONG  cbLogRecord;
    JET_UINT64 cusecPageCacheMiss;
    JET_ULONG  cPageCacheMiss;
} JET_THREADSTATS2;
#endif

#if JET_VERSION >= 0x0A01
typedef struct JET_THREADSTATS3
{
    JET_ULONG  cbStruct;
    JET_ULONG  cPageReferenced;
    JET_ULONG  cPageRead;
    JET_ULONG  cPagePreread;
    JET_ULONG  cPageDirtied;
    JET_ULONG  cPageRedirtied;
    JET_ULONG  cLogRecord;
    JET_ULONG  cbLogRecord;
    JET_UINT64 cusecPageCacheMiss;
    JET_ULONG  cPageCacheMiss;
    JET_ULONG  cSeparatedLongValueRead;
    JET_UINT64 cusecLongValuePageCacheMiss;
    JET_ULONG  cLongValuePageCacheMiss;
} JET_THREADSTATS3;
#endif

#if JET_VERSION >= 0x0602
/* JET_paramDurableCommitCallback: commits up to this one are durable */
typedef JET_ERR (JET_API *JET_PFNDURABLECOMMITCALLBACK)(JET_INSTANCE instance, JET_COMMIT_ID *pCommitIdSeen,
        JET_GRBIT grbit);
#endif

#ifndef _JET_NOPROTOTYPES

/* ======================================================================
 * Functions
 * ====================================================================== */

/* Before Vista the A forms have the plain name. */
#if JET_VERSION < 0x0600
# define JetCreateInstanceA                   JetCreateInstance
# define JetCreateInstance2A                  JetCreateInstance2
# define JetGetInstanceInfoA                  JetGetInstanceInfo
# define JetEnableMultiInstanceA              JetEnableMultiInstance
# define JetSetSystemParameterA               JetSetSystemParameter
# define JetGetSystemParameterA               JetGetSystemParameter
# define JetBeginSessionA                     JetBeginSession
# define JetCreateDatabaseA                   JetCreateDatabase
# define JetCreateDatabase2A                  JetCreateDatabase2
# define JetAttachDatabaseA                   JetAttachDatabase
# define JetAttachDatabase2A                  JetAttachDatabase2
# define JetDetachDatabaseA                   JetDetachDatabase
# define JetDetachDatabase2A                  JetDetachDatabase2
# define JetOpenDatabaseA                     JetOpenDatabase
# define JetGetDatabaseInfoA                  JetGetDatabaseInfo
# define JetGetDatabaseFileInfoA              JetGetDatabaseFileInfo
# define JetGetObjectInfoA                    JetGetObjectInfo
# define JetSetDatabaseSizeA                  JetSetDatabaseSize
# define JetCompactA                          JetCompact
# define JetDefragmentA                       JetDefragment
# define JetDefragment2A                      JetDefragment2
# define JetDefragment3A                      JetDefragment3
# define JetCreateTableA                      JetCreateTable
# define JetCreateTableColumnIndexA           JetCreateTableColumnIndex
# define JetCreateTableColumnIndex2A          JetCreateTableColumnIndex2
# define JetDeleteTableA                      JetDeleteTable
# define JetRenameTableA                      JetRenameTable
# define JetGetTableInfoA                     JetGetTableInfo
# define JetAddColumnA                        JetAddColumn
# define JetDeleteColumnA                     JetDeleteColumn
# define JetDeleteColumn2A                    JetDeleteColumn2
# define JetRenameColumnA                     JetRenameColumn
# define JetSetColumnDefaultValueA            JetSetColumnDefaultValue
# define JetGetTableColumnInfoA               JetGetTableColumnInfo
# define JetGetColumnInfoA                    JetGetColumnInfo
# define JetCreateIndexA                      JetCreateIndex
# define JetCreateIndex2A                     JetCreateIndex2
# define JetDeleteIndexA                      JetDeleteIndex
# define JetGetTableIndexInfoA                JetGetTableIndexInfo
# define JetGetIndexInfoA                     JetGetIndexInfo
# define JetOpenTableA                        JetOpenTable
# define JetGetCurrentIndexA                  JetGetCurrentIndex
# define JetSetCurrentIndexA                  JetSetCurrentIndex
# define JetSetCurrentIndex2A                 JetSetCurrentIndex2
# define JetSetCurrentIndex3A                 JetSetCurrentIndex3
# define JetSetCurrentIndex4A                 JetSetCurrentIndex4
# define JetBackupA                           JetBackup
# define JetBackupInstanceA                   JetBackupInstance
# define JetRestoreA                          JetRestore
# define JetRestore2A                         JetRestore2
# define JetRestoreInstanceA                  JetRestoreInstance
# define JetGetAttachInfoA                    JetGetAttachInfo
# define JetGetAttachInfoInstanceA            JetGetAttachInfoInstance
# define JetOpenFileA                         JetOpenFile
# define JetOpenFileInstanceA                 JetOpenFileInstance
# define JetGetLogInfoA                       JetGetLogInfo
# define JetGetLogInfoInstanceA               JetGetLogInfoInstance
# define JetGetLogInfoInstance2A              JetGetLogInfoInstance2
# define JetGetTruncateLogInfoInstanceA       JetGetTruncateLogInfoInstance
# define JetExternalRestoreA                  JetExternalRestore
# define JetExternalRestore2A                 JetExternalRestore2
# define JetOSSnapshotFreezeA                 JetOSSnapshotFreeze
#endif

/* ---- Engine and instances ---- */

JET_ERR JET_API JetInit(JET_INSTANCE *pinstance);
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetInit2(JET_INSTANCE *pinstance, JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetInit3A(JET_INSTANCE *pinstance, JET_RSTINFO_A *prstInfo, JET_GRBIT grbit);
JET_ERR JET_API JetInit3W(JET_INSTANCE *pinstance, JET_RSTINFO_W *prstInfo, JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetCreateInstanceA(JET_INSTANCE *pinstance, JET_PCSTR szInstanceName);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetCreateInstanceW(JET_INSTANCE *pinstance, JET_PCWSTR szInstanceName);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetCreateInstance2A(JET_INSTANCE *pinstance, JET_PCSTR szInstanceName, JET_PCSTR szDisplayName,
        JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetCreateInstance2W(JET_INSTANCE *pinstance, JET_PCWSTR szInstanceName,
        JET_PCWSTR szDisplayName, JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetGetInstanceInfoA(JET_ULONG *pcInstanceInfo, JET_INSTANCE_INFO_A **paInstanceInfo);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetGetInstanceInfoW(JET_ULONG *pcInstanceInfo, JET_INSTANCE_INFO_W **paInstanceInfo);
JET_ERR JET_API JetGetInstanceMiscInfo(JET_INSTANCE instance, void *pvResult, JET_ULONG cbMax,
        JET_ULONG InfoLevel);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetEnableMultiInstanceA(JET_SETSYSPARAM_A *psetsysparam, JET_ULONG csetsysparam,
        JET_ULONG *pcsetsucceed);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetEnableMultiInstanceW(JET_SETSYSPARAM_W *psetsysparam, JET_ULONG csetsysparam,
        JET_ULONG *pcsetsucceed);
#endif
JET_ERR JET_API JetTerm(JET_INSTANCE instance);
JET_ERR JET_API JetTerm2(JET_INSTANCE instance, JET_GRBIT grbit);
JET_ERR JET_API JetStopService(void);
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetStopServiceInstance(JET_INSTANCE instance);
#endif
#if JET_VERSION >= 0x0602
JET_ERR JET_API JetStopServiceInstance2(JET_INSTANCE instance, const JET_GRBIT grbit);
#endif
JET_ERR JET_API JetSetSystemParameterA(JET_INSTANCE *pinstance, JET_SESID sesid, JET_ULONG paramid,
        JET_API_PTR lParam, JET_PCSTR szParam);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetSetSystemParameterW(JET_INSTANCE *pinstance, JET_SESID sesid, JET_ULONG paramid,
        JET_API_PTR lParam, JET_PCWSTR szParam);
#endif
JET_ERR JET_API JetGetSystemParameterA(JET_INSTANCE instance, JET_SESID sesid, JET_ULONG paramid,
        JET_API_PTR *plParam, JET_PSTR szParam, JET_ULONG cbMax);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetGetSystemParameterW(JET_INSTANCE instance, JET_SESID sesid, JET_ULONG paramid,
        JET_API_PTR *plParam, JET_PWSTR szParam, JET_ULONG cbMax);
#endif
#if JET_VERSION >= 0x0602
JET_ERR JET_API JetGetErrorInfoW(void *pvContext, void *pvResult, JET_ULONG cbMax, JET_ULONG InfoLevel,
        JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetFreeBuffer(char *pbBuf);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetGetThreadStats(void *pvResult, JET_ULONG cbMax);
#endif
#if JET_VERSION >= 0x0601
JET_ERR JET_API JetConfigureProcessForCrashDump(const JET_GRBIT grbit);
#endif

/* ---- Sessions and transactions ---- */

JET_ERR JET_API JetBeginSessionA(JET_INSTANCE instance, JET_SESID *psesid, JET_PCSTR szUserName,
        JET_PCSTR szPassword);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetBeginSessionW(JET_INSTANCE instance, JET_SESID *psesid, JET_PCWSTR szUserName,
        JET_PCWSTR szPassword);
#endif
JET_ERR JET_API JetDupSession(JET_SESID sesid, JET_SESID *psesid);
JET_ERR JET_API JetEndSession(JET_SESID sesid, JET_GRBIT grbit);
JET_ERR JET_API JetSetSessionContext(JET_SESID sesid, JET_API_PTR ulContext);
JET_ERR JET_API JetResetSessionContext(JET_SESID sesid);
#if JET_VERSION >= 0x0602
JET_ERR JET_API JetSetSessionParameter(JET_SESID sesid, JET_ULONG sesparamid, void *pvParam, JET_ULONG cbParam);
JET_ERR JET_API JetGetSessionParameter(JET_SESID sesid, JET_ULONG sesparamid, void *pvParam,
        JET_ULONG cbParamMax, JET_ULONG *pcbParamActual);
#endif
JET_ERR JET_API JetGetVersion(JET_SESID sesid, JET_ULONG *pwVersion);
JET_ERR JET_API JetIdle(JET_SESID sesid, JET_GRBIT grbit);
JET_ERR JET_API JetBeginTransaction(JET_SESID sesid);
JET_ERR JET_API JetBeginTransaction2(JET_SESID sesid, JET_GRBIT grbit);
#if JET_VERSION >= 0x0602
JET_ERR JET_API JetBeginTransaction3(JET_SESID sesid, JET_INT64 trxid, JET_GRBIT grbit);
#endif
JET_ERR JET_API JetCommitTransaction(JET_SESID sesid, JET_GRBIT grbit);
#if JET_VERSION >= 0x0602
JET_ERR JET_API JetCommitTransaction2(JET_SESID sesid, JET_GRBIT grbit, JET_ULONG cmsecDurableCommit,
        JET_COMMIT_ID *pCommitId);
#endif
JET_ERR JET_API JetRollback(JET_SESID sesid, JET_GRBIT grbit);

/* ---- Databases ---- */

JET_ERR JET_API JetCreateDatabaseA(JET_SESID sesid, JET_PCSTR szFilename, JET_PCSTR szConnect, JET_DBID *pdbid,
        JET_GRBIT grbit);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetCreateDatabaseW(JET_SESID sesid, JET_PCWSTR szFilename, JET_PCWSTR szConnect,
        JET_DBID *pdbid, JET_GRBIT grbit);
#endif
JET_ERR JET_API JetCreateDatabase2A(JET_SESID sesid, JET_PCSTR szFilename, const JET_ULONG cpgDatabaseSizeMax,
        JET_DBID *pdbid, JET_GRBIT grbit);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetCreateDatabase2W(JET_SESID sesid, JET_PCWSTR szFilename, const JET_ULONG cpgDatabaseSizeMax,
        JET_DBID *pdbid, JET_GRBIT grbit);
#endif
JET_ERR JET_API JetAttachDatabaseA(JET_SESID sesid, JET_PCSTR szFilename, JET_GRBIT grbit);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetAttachDatabaseW(JET_SESID sesid, JET_PCWSTR szFilename, JET_GRBIT grbit);
#endif
JET_ERR JET_API JetAttachDatabase2A(JET_SESID sesid, JET_PCSTR szFilename, const JET_ULONG cpgDatabaseSizeMax,
        JET_GRBIT grbit);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetAttachDatabase2W(JET_SESID sesid, JET_PCWSTR szFilename, const JET_ULONG cpgDatabaseSizeMax,
        JET_GRBIT grbit);
#endif
JET_ERR JET_API JetDetachDatabaseA(JET_SESID sesid, JET_PCSTR szFilename);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetDetachDatabaseW(JET_SESID sesid, JET_PCWSTR szFilename);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetDetachDatabase2A(JET_SESID sesid, JET_PCSTR szFilename, JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetDetachDatabase2W(JET_SESID sesid, JET_PCWSTR szFilename, JET_GRBIT grbit);
#endif
JET_ERR JET_API JetOpenDatabaseA(JET_SESID sesid, JET_PCSTR szFilename, JET_PCSTR szConnect, JET_DBID *pdbid,
        JET_GRBIT grbit);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetOpenDatabaseW(JET_SESID sesid, JET_PCWSTR szFilename, JET_PCWSTR szConnect, JET_DBID *pdbid,
        JET_GRBIT grbit);
#endif
JET_ERR JET_API JetCloseDatabase(JET_SESID sesid, JET_DBID dbid, JET_GRBIT grbit);
JET_ERR JET_API JetGetDatabaseInfoA(JET_SESID sesid, JET_DBID dbid, void *pvResult, JET_ULONG cbMax,
        JET_ULONG InfoLevel);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetGetDatabaseInfoW(JET_SESID sesid, JET_DBID dbid, void *pvResult, JET_ULONG cbMax,
        JET_ULONG InfoLevel);
#endif
JET_ERR JET_API JetGetDatabaseFileInfoA(JET_PCSTR szDatabaseName, void *pvResult, JET_ULONG cbMax,
        JET_ULONG InfoLevel);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetGetDatabaseFileInfoW(JET_PCWSTR szDatabaseName, void *pvResult, JET_ULONG cbMax,
        JET_ULONG InfoLevel);
#endif
JET_ERR JET_API JetGetObjectInfoA(JET_SESID sesid, JET_DBID dbid, JET_OBJTYP objtyp, JET_PCSTR szContainerName,
        JET_PCSTR szObjectName, void *pvResult, JET_ULONG cbMax, JET_ULONG InfoLevel);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetGetObjectInfoW(JET_SESID sesid, JET_DBID dbid, JET_OBJTYP objtyp, JET_PCWSTR szContainerName,
        JET_PCWSTR szObjectName, void *pvResult, JET_ULONG cbMax, JET_ULONG InfoLevel);
#endif
JET_ERR JET_API JetSetDatabaseSizeA(JET_SESID sesid, JET_PCSTR szDatabaseName, JET_ULONG cpg,
        JET_ULONG *pcpgReal);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetSetDatabaseSizeW(JET_SESID sesid, JET_PCWSTR szDatabaseName, JET_ULONG cpg,
        JET_ULONG *pcpgReal);
#endif
JET_ERR JET_API JetGrowDatabase(JET_SESID sesid, JET_DBID dbid, JET_ULONG cpg, JET_ULONG *pcpgReal);
#if JET_VERSION >= 0x0602
JET_ERR JET_API JetResizeDatabase(JET_SESID sesid, JET_DBID dbid, JET_ULONG cpgTarget, JET_ULONG *pcpgActual,
        const JET_GRBIT grbit);
#endif
JET_ERR JET_API JetCompactA(JET_SESID sesid, JET_PCSTR szDatabaseSrc, JET_PCSTR szDatabaseDest,
        JET_PFNSTATUS pfnStatus, JET_CONVERT_A *pconvert, JET_GRBIT grbit);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetCompactW(JET_SESID sesid, JET_PCWSTR szDatabaseSrc, JET_PCWSTR szDatabaseDest,
        JET_PFNSTATUS pfnStatus, JET_CONVERT_W *pconvert, JET_GRBIT grbit);
#endif
JET_ERR JET_API JetDefragmentA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_ULONG *pcPasses,
        JET_ULONG *pcSeconds, JET_GRBIT grbit);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetDefragmentW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, JET_ULONG *pcPasses,
        JET_ULONG *pcSeconds, JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetDefragment2A(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_ULONG *pcPasses,
        JET_ULONG *pcSeconds, JET_CALLBACK callback, JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetDefragment2W(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, JET_ULONG *pcPasses,
        JET_ULONG *pcSeconds, JET_CALLBACK callback, JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetDefragment3A(JET_SESID sesid, JET_PCSTR szDatabaseName, JET_PCSTR szTableName,
        JET_ULONG *pcPasses, JET_ULONG *pcSeconds, JET_CALLBACK callback, void *pvContext, JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetDefragment3W(JET_SESID sesid, JET_PCWSTR szDatabaseName, JET_PCWSTR szTableName,
        JET_ULONG *pcPasses, JET_ULONG *pcSeconds, JET_CALLBACK callback, void *pvContext, JET_GRBIT grbit);
#endif

/* ---- Tables, columns and indexes ---- */

JET_ERR JET_API JetCreateTableA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_ULONG lPages,
        JET_ULONG lDensity, JET_TABLEID *ptableid);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetCreateTableW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, JET_ULONG lPages,
        JET_ULONG lDensity, JET_TABLEID *ptableid);
#endif
JET_ERR JET_API JetCreateTableColumnIndexA(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE_A *ptablecreate);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetCreateTableColumnIndexW(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE_W *ptablecreate);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetCreateTableColumnIndex2A(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE2_A *ptablecreate);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetCreateTableColumnIndex2W(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE2_W *ptablecreate);
#endif
#if JET_VERSION >= 0x0601
JET_ERR JET_API JetCreateTableColumnIndex3A(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE3_A *ptablecreate);
JET_ERR JET_API JetCreateTableColumnIndex3W(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE3_W *ptablecreate);
#endif
#if JET_VERSION >= 0x0602
JET_ERR JET_API JetCreateTableColumnIndex4A(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE4_A *ptablecreate);
JET_ERR JET_API JetCreateTableColumnIndex4W(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE4_W *ptablecreate);
#endif
JET_ERR JET_API JetDeleteTableA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetDeleteTableW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName);
#endif
JET_ERR JET_API JetRenameTableA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szName, JET_PCSTR szNameNew);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetRenameTableW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szName, JET_PCWSTR szNameNew);
#endif
JET_ERR JET_API JetGetTableInfoA(JET_SESID sesid, JET_TABLEID tableid, void *pvResult, JET_ULONG cbMax,
        JET_ULONG InfoLevel);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetGetTableInfoW(JET_SESID sesid, JET_TABLEID tableid, void *pvResult, JET_ULONG cbMax,
        JET_ULONG InfoLevel);
#endif
JET_ERR JET_API JetAddColumnA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szColumnName,
        const JET_COLUMNDEF *pcolumndef, const void *pvDefault, JET_ULONG cbDefault, JET_COLUMNID *pcolumnid);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetAddColumnW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szColumnName,
        const JET_COLUMNDEF *pcolumndef, const void *pvDefault, JET_ULONG cbDefault, JET_COLUMNID *pcolumnid);
#endif
JET_ERR JET_API JetDeleteColumnA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szColumnName);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetDeleteColumnW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szColumnName);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetDeleteColumn2A(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szColumnName,
        const JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetDeleteColumn2W(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szColumnName,
        const JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetRenameColumnA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szName, JET_PCSTR szNameNew,
        JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetRenameColumnW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szName, JET_PCWSTR szNameNew,
        JET_GRBIT grbit);
#endif
JET_ERR JET_API JetSetColumnDefaultValueA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName,
        JET_PCSTR szColumnName, const void *pvData, const JET_ULONG cbData, const JET_GRBIT grbit);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetSetColumnDefaultValueW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName,
        JET_PCWSTR szColumnName, const void *pvData, const JET_ULONG cbData, const JET_GRBIT grbit);
#endif
JET_ERR JET_API JetGetTableColumnInfoA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szColumnName,
        void *pvResult, JET_ULONG cbMax, JET_ULONG InfoLevel);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetGetTableColumnInfoW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szColumnName,
        void *pvResult, JET_ULONG cbMax, JET_ULONG InfoLevel);
#endif
JET_ERR JET_API JetGetColumnInfoA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName,
        JET_PCSTR pColumnNameOrId, void *pvResult, JET_ULONG cbMax, JET_ULONG InfoLevel);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetGetColumnInfoW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName,
        JET_PCWSTR pwColumnNameOrId, void *pvResult, JET_ULONG cbMax, JET_ULONG InfoLevel);
#endif
JET_ERR JET_API JetCreateIndexA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName, JET_GRBIT grbit,
        const char *szKey, JET_ULONG cbKey, JET_ULONG lDensity);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetCreateIndexW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName, JET_GRBIT grbit,
        const WCHAR *szKey, JET_ULONG cbKey, JET_ULONG lDensity);
#endif
JET_ERR JET_API JetCreateIndex2A(JET_SESID sesid, JET_TABLEID tableid, JET_INDEXCREATE_A *pindexcreate,
        JET_ULONG cIndexCreate);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetCreateIndex2W(JET_SESID sesid, JET_TABLEID tableid, JET_INDEXCREATE_W *pindexcreate,
        JET_ULONG cIndexCreate);
#endif
#if JET_VERSION >= 0x0601
JET_ERR JET_API JetCreateIndex3A(JET_SESID sesid, JET_TABLEID tableid, JET_INDEXCREATE2_A *pindexcreate,
        JET_ULONG cIndexCreate);
JET_ERR JET_API JetCreateIndex3W(JET_SESID sesid, JET_TABLEID tableid, JET_INDEXCREATE2_W *pindexcreate,
        JET_ULONG cIndexCreate);
#endif
#if JET_VERSION >= 0x0602
JET_ERR JET_API JetCreateIndex4A(JET_SESID sesid, JET_TABLEID tableid, JET_INDEXCREATE3_A *pindexcreate,
        JET_ULONG cIndexCreate);
JET_ERR JET_API JetCreateIndex4W(JET_SESID sesid, JET_TABLEID tableid, JET_INDEXCREATE3_W *pindexcreate,
        JET_ULONG cIndexCreate);
#endif
JET_ERR JET_API JetDeleteIndexA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetDeleteIndexW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName);
#endif
JET_ERR JET_API JetGetTableIndexInfoA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName,
        void *pvResult, JET_ULONG cbResult, JET_ULONG InfoLevel);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetGetTableIndexInfoW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName,
        void *pvResult, JET_ULONG cbResult, JET_ULONG InfoLevel);
#endif
JET_ERR JET_API JetGetIndexInfoA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, JET_PCSTR szIndexName,
        void *pvResult, JET_ULONG cbResult, JET_ULONG InfoLevel);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetGetIndexInfoW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, JET_PCWSTR szIndexName,
        void *pvResult, JET_ULONG cbResult, JET_ULONG InfoLevel);
#endif
JET_ERR JET_API JetComputeStats(JET_SESID sesid, JET_TABLEID tableid);
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetRegisterCallback(JET_SESID sesid, JET_TABLEID tableid, JET_CBTYP cbtyp,
        JET_CALLBACK pCallback, void *pvContext, JET_HANDLE *phCallbackId);
JET_ERR JET_API JetUnregisterCallback(JET_SESID sesid, JET_TABLEID tableid, JET_CBTYP cbtyp,
        JET_HANDLE hCallbackId);
#endif

/* ---- Cursors ---- */

JET_ERR JET_API JetOpenTableA(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, const void *pvParameters,
        JET_ULONG cbParameters, JET_GRBIT grbit, JET_TABLEID *ptableid);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetOpenTableW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR szTableName, const void *pvParameters,
        JET_ULONG cbParameters, JET_GRBIT grbit, JET_TABLEID *ptableid);
#endif
JET_ERR JET_API JetDupCursor(JET_SESID sesid, JET_TABLEID tableid, JET_TABLEID *ptableid, JET_GRBIT grbit);
JET_ERR JET_API JetCloseTable(JET_SESID sesid, JET_TABLEID tableid);
JET_ERR JET_API JetGetCursorInfo(JET_SESID sesid, JET_TABLEID tableid, void *pvResult, JET_ULONG cbMax,
        JET_ULONG InfoLevel);
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetSetTableSequential(JET_SESID sesid, JET_TABLEID tableid, JET_GRBIT grbit);
JET_ERR JET_API JetResetTableSequential(JET_SESID sesid, JET_TABLEID tableid, JET_GRBIT grbit);
JET_ERR JET_API JetSetLS(JET_SESID sesid, JET_TABLEID tableid, JET_LS ls, JET_GRBIT grbit);
JET_ERR JET_API JetGetLS(JET_SESID sesid, JET_TABLEID tableid, JET_LS *pls, JET_GRBIT grbit);
#endif
JET_ERR JET_API JetGetCurrentIndexA(JET_SESID sesid, JET_TABLEID tableid, JET_PSTR szIndexName,
        JET_ULONG cbIndexName);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetGetCurrentIndexW(JET_SESID sesid, JET_TABLEID tableid, JET_PWSTR szIndexName,
        JET_ULONG cbIndexName);
#endif
JET_ERR JET_API JetSetCurrentIndexA(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetSetCurrentIndexW(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName);
#endif
JET_ERR JET_API JetSetCurrentIndex2A(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName,
        JET_GRBIT grbit);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetSetCurrentIndex2W(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName,
        JET_GRBIT grbit);
#endif
JET_ERR JET_API JetSetCurrentIndex3A(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName,
        JET_GRBIT grbit, JET_ULONG itagSequence);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetSetCurrentIndex3W(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName,
        JET_GRBIT grbit, JET_ULONG itagSequence);
#endif
JET_ERR JET_API JetSetCurrentIndex4A(JET_SESID sesid, JET_TABLEID tableid, JET_PCSTR szIndexName,
        JET_INDEXID *pindexid, JET_GRBIT grbit, JET_ULONG itagSequence);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetSetCurrentIndex4W(JET_SESID sesid, JET_TABLEID tableid, JET_PCWSTR szIndexName,
        JET_INDEXID *pindexid, JET_GRBIT grbit, JET_ULONG itagSequence);
#endif
JET_ERR JET_API JetMove(JET_SESID sesid, JET_TABLEID tableid, JET_LONG cRow, JET_GRBIT grbit);
JET_ERR JET_API JetMakeKey(JET_SESID sesid, JET_TABLEID tableid, const void *pvData, JET_ULONG cbData,
        JET_GRBIT grbit);
JET_ERR JET_API JetSeek(JET_SESID sesid, JET_TABLEID tableid, JET_GRBIT grbit);
JET_ERR JET_API JetRetrieveKey(JET_SESID sesid, JET_TABLEID tableid, void *pvKey, JET_ULONG cbMax,
        JET_ULONG *pcbActual, JET_GRBIT grbit);
JET_ERR JET_API JetSetIndexRange(JET_SESID sesid, JET_TABLEID tableidSrc, JET_GRBIT grbit);
#if JET_VERSION >= 0x0602
JET_ERR JET_API JetSetCursorFilter(JET_SESID sesid, JET_TABLEID tableid, JET_INDEX_COLUMN *rgColumnFilters,
        JET_ULONG cColumnFilters, JET_GRBIT grbit);
#endif
JET_ERR JET_API JetIntersectIndexes(JET_SESID sesid, JET_INDEXRANGE *rgindexrange, JET_ULONG cindexrange,
        JET_RECORDLIST *precordlist, JET_GRBIT grbit);
JET_ERR JET_API JetGetBookmark(JET_SESID sesid, JET_TABLEID tableid, void *pvBookmark, JET_ULONG cbMax,
        JET_ULONG *pcbActual);
JET_ERR JET_API JetGotoBookmark(JET_SESID sesid, JET_TABLEID tableid, void *pvBookmark, JET_ULONG cbBookmark);
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetGetSecondaryIndexBookmark(JET_SESID sesid, JET_TABLEID tableid, void *pvSecondaryKey,
        JET_ULONG cbSecondaryKeyMax, JET_ULONG *pcbSecondaryKeyActual, void *pvPrimaryBookmark,
        JET_ULONG cbPrimaryBookmarkMax, JET_ULONG *pcbPrimaryBookmarkActual, const JET_GRBIT grbit);
JET_ERR JET_API JetGotoSecondaryIndexBookmark(JET_SESID sesid, JET_TABLEID tableid, void *pvSecondaryKey,
        JET_ULONG cbSecondaryKey, void *pvPrimaryBookmark, JET_ULONG cbPrimaryBookmark, const JET_GRBIT grbit);
#endif
JET_ERR JET_API JetIndexRecordCount(JET_SESID sesid, JET_TABLEID tableid, JET_ULONG *pcrec, JET_ULONG crecMax);
JET_ERR JET_API JetGetRecordPosition(JET_SESID sesid, JET_TABLEID tableid, JET_RECPOS *precpos,
        JET_ULONG cbRecpos);
JET_ERR JET_API JetGotoPosition(JET_SESID sesid, JET_TABLEID tableid, JET_RECPOS *precpos);
#if JET_VERSION >= 0x0601
JET_ERR JET_API JetPrereadKeys(JET_SESID sesid, JET_TABLEID tableid, const void **rgpvKeys,
        const JET_ULONG *rgcbKeys, JET_LONG ckeys, JET_LONG *pckeysPreread, JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0602
JET_ERR JET_API JetPrereadIndexRanges(JET_SESID sesid, JET_TABLEID tableid,
        const JET_INDEX_RANGE *const rgIndexRanges, const JET_ULONG cIndexRanges,
        JET_ULONG *const pcRangesPreread, const JET_COLUMNID *const rgcolumnidPreread,
        const JET_ULONG ccolumnidPreread, JET_GRBIT grbit);
#endif

/* ---- Temporary tables ---- */

JET_ERR JET_API JetOpenTempTable(JET_SESID sesid, const JET_COLUMNDEF *prgcolumndef, JET_ULONG ccolumn,
        JET_GRBIT grbit, JET_TABLEID *ptableid, JET_COLUMNID *prgcolumnid);
JET_ERR JET_API JetOpenTempTable2(JET_SESID sesid, const JET_COLUMNDEF *prgcolumndef, JET_ULONG ccolumn,
        JET_ULONG lcid, JET_GRBIT grbit, JET_TABLEID *ptableid, JET_COLUMNID *prgcolumnid);
JET_ERR JET_API JetOpenTempTable3(JET_SESID sesid, const JET_COLUMNDEF *prgcolumndef, JET_ULONG ccolumn,
        JET_UNICODEINDEX *pidxunicode, JET_GRBIT grbit, JET_TABLEID *ptableid, JET_COLUMNID *prgcolumnid);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetOpenTemporaryTable(JET_SESID sesid, JET_OPENTEMPORARYTABLE *popentemporarytable);
#endif
#if JET_VERSION >= 0x0602
JET_ERR JET_API JetOpenTemporaryTable2(JET_SESID sesid, JET_OPENTEMPORARYTABLE2 *popentemporarytable);
#endif

/* ---- Records ---- */

JET_ERR JET_API JetRetrieveColumn(JET_SESID sesid, JET_TABLEID tableid, JET_COLUMNID columnid, void *pvData,
        JET_ULONG cbData, JET_ULONG *pcbActual, JET_GRBIT grbit, JET_RETINFO *pretinfo);
JET_ERR JET_API JetRetrieveColumns(JET_SESID sesid, JET_TABLEID tableid, JET_RETRIEVECOLUMN *pretrievecolumn,
        JET_ULONG cretrievecolumn);
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetEnumerateColumns(JET_SESID sesid, JET_TABLEID tableid, JET_ULONG cEnumColumnId,
        JET_ENUMCOLUMNID *rgEnumColumnId, JET_ULONG *pcEnumColumn, JET_ENUMCOLUMN **prgEnumColumn,
        JET_PFNREALLOC pfnRealloc, void *pvReallocContext, JET_ULONG cbDataMost, JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetGetRecordSize(JET_SESID sesid, JET_TABLEID tableid, JET_RECSIZE *precsize,
        const JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0601
JET_ERR JET_API JetGetRecordSize2(JET_SESID sesid, JET_TABLEID tableid, JET_RECSIZE2 *precsize,
        const JET_GRBIT grbit);
#endif
JET_ERR JET_API JetPrepareUpdate(JET_SESID sesid, JET_TABLEID tableid, JET_ULONG prep);
JET_ERR JET_API JetSetColumn(JET_SESID sesid, JET_TABLEID tableid, JET_COLUMNID columnid, const void *pvData,
        JET_ULONG cbData, JET_GRBIT grbit, JET_SETINFO *psetinfo);
JET_ERR JET_API JetSetColumns(JET_SESID sesid, JET_TABLEID tableid, JET_SETCOLUMN *psetcolumn,
        JET_ULONG csetcolumn);
JET_ERR JET_API JetEscrowUpdate(JET_SESID sesid, JET_TABLEID tableid, JET_COLUMNID columnid, void *pv,
        JET_ULONG cbMax, void *pvOld, JET_ULONG cbOldMax, JET_ULONG *pcbOldActual, JET_GRBIT grbit);
JET_ERR JET_API JetUpdate(JET_SESID sesid, JET_TABLEID tableid, void *pvBookmark, JET_ULONG cbBookmark,
        JET_ULONG *pcbActual);
#if JET_VERSION >= 0x0502
JET_ERR JET_API JetUpdate2(JET_SESID sesid, JET_TABLEID tableid, void *pvBookmark, JET_ULONG cbBookmark,
        JET_ULONG *pcbActual, const JET_GRBIT grbit);
#endif
JET_ERR JET_API JetDelete(JET_SESID sesid, JET_TABLEID tableid);
JET_ERR JET_API JetGetLock(JET_SESID sesid, JET_TABLEID tableid, JET_GRBIT grbit);

/* ---- Backup and restore ---- */

JET_ERR JET_API JetBackupA(JET_PCSTR szBackupPath, JET_GRBIT grbit, JET_PFNSTATUS pfnStatus);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetBackupW(JET_PCWSTR szBackupPath, JET_GRBIT grbit, JET_PFNSTATUS pfnStatus);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetBackupInstanceA(JET_INSTANCE instance, JET_PCSTR szBackupPath, JET_GRBIT grbit,
        JET_PFNSTATUS pfnStatus);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetBackupInstanceW(JET_INSTANCE instance, JET_PCWSTR szBackupPath, JET_GRBIT grbit,
        JET_PFNSTATUS pfnStatus);
#endif
JET_ERR JET_API JetRestoreA(JET_PCSTR szSource, JET_PFNSTATUS pfn);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetRestoreW(JET_PCWSTR szSource, JET_PFNSTATUS pfn);
#endif
JET_ERR JET_API JetRestore2A(JET_PCSTR sz, JET_PCSTR szDest, JET_PFNSTATUS pfn);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetRestore2W(JET_PCWSTR sz, JET_PCWSTR szDest, JET_PFNSTATUS pfn);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetRestoreInstanceA(JET_INSTANCE instance, JET_PCSTR sz, JET_PCSTR szDest, JET_PFNSTATUS pfn);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetRestoreInstanceW(JET_INSTANCE instance, JET_PCWSTR sz, JET_PCWSTR szDest, JET_PFNSTATUS pfn);
#endif
JET_ERR JET_API JetBeginExternalBackup(JET_GRBIT grbit);
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetBeginExternalBackupInstance(JET_INSTANCE instance, JET_GRBIT grbit);
#endif
JET_ERR JET_API JetGetAttachInfoA(JET_PSTR szzDatabases, JET_ULONG cbMax, JET_ULONG *pcbActual);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetGetAttachInfoW(JET_PWSTR wszzDatabases, JET_ULONG cbMax, JET_ULONG *pcbActual);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetGetAttachInfoInstanceA(JET_INSTANCE instance, JET_PSTR szzDatabases, JET_ULONG cbMax,
        JET_ULONG *pcbActual);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetGetAttachInfoInstanceW(JET_INSTANCE instance, JET_PWSTR szzDatabases, JET_ULONG cbMax,
        JET_ULONG *pcbActual);
#endif
JET_ERR JET_API JetOpenFileA(JET_PCSTR szFileName, JET_HANDLE *phfFile, JET_ULONG *pulFileSizeLow,
        JET_ULONG *pulFileSizeHigh);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetOpenFileW(JET_PCWSTR szFileName, JET_HANDLE *phfFile, JET_ULONG *pulFileSizeLow,
        JET_ULONG *pulFileSizeHigh);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetOpenFileInstanceA(JET_INSTANCE instance, JET_PCSTR szFileName, JET_HANDLE *phfFile,
        JET_ULONG *pulFileSizeLow, JET_ULONG *pulFileSizeHigh);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetOpenFileInstanceW(JET_INSTANCE instance, JET_PCWSTR szFileName, JET_HANDLE *phfFile,
        JET_ULONG *pulFileSizeLow, JET_ULONG *pulFileSizeHigh);
#endif
JET_ERR JET_API JetReadFile(JET_HANDLE hfFile, void *pv, JET_ULONG cb, JET_ULONG *pcbActual);
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetReadFileInstance(JET_INSTANCE instance, JET_HANDLE hfFile, void *pv, JET_ULONG cb,
        JET_ULONG *pcbActual);
#endif
JET_ERR JET_API JetCloseFile(JET_HANDLE hfFile);
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetCloseFileInstance(JET_INSTANCE instance, JET_HANDLE hfFile);
#endif
JET_ERR JET_API JetGetLogInfoA(JET_PSTR szzLogs, JET_ULONG cbMax, JET_ULONG *pcbActual);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetGetLogInfoW(JET_PWSTR szzLogs, JET_ULONG cbMax, JET_ULONG *pcbActual);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetGetLogInfoInstanceA(JET_INSTANCE instance, JET_PSTR szzLogs, JET_ULONG cbMax,
        JET_ULONG *pcbActual);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetGetLogInfoInstanceW(JET_INSTANCE instance, JET_PWSTR wszzLogs, JET_ULONG cbMax,
        JET_ULONG *pcbActual);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetGetLogInfoInstance2A(JET_INSTANCE instance, JET_PSTR szzLogs, JET_ULONG cbMax,
        JET_ULONG *pcbActual, JET_LOGINFO_A *pLogInfo);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetGetLogInfoInstance2W(JET_INSTANCE instance, JET_PWSTR wszzLogs, JET_ULONG cbMax,
        JET_ULONG *pcbActual, JET_LOGINFO_W *pLogInfo);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetGetTruncateLogInfoInstanceA(JET_INSTANCE instance, JET_PSTR szzLogs, JET_ULONG cbMax,
        JET_ULONG *pcbActual);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetGetTruncateLogInfoInstanceW(JET_INSTANCE instance, JET_PWSTR wszzLogs, JET_ULONG cbMax,
        JET_ULONG *pcbActual);
#endif
JET_ERR JET_API JetTruncateLog(void);
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetTruncateLogInstance(JET_INSTANCE instance);
#endif
JET_ERR JET_API JetEndExternalBackup(void);
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetEndExternalBackupInstance(JET_INSTANCE instance);
JET_ERR JET_API JetEndExternalBackupInstance2(JET_INSTANCE instance, JET_GRBIT grbit);
#endif
JET_ERR JET_API JetStopBackup(void);
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetStopBackupInstance(JET_INSTANCE instance);
#endif
JET_ERR JET_API JetExternalRestoreA(JET_PSTR szCheckpointFilePath, JET_PSTR szLogPath, JET_RSTMAP_A *rgrstmap,
        JET_LONG crstfilemap, JET_PSTR szBackupLogPath, JET_LONG genLow, JET_LONG genHigh, JET_PFNSTATUS pfn);
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetExternalRestoreW(JET_PWSTR szCheckpointFilePath, JET_PWSTR szLogPath, JET_RSTMAP_W *rgrstmap,
        JET_LONG crstfilemap, JET_PWSTR szBackupLogPath, JET_LONG genLow, JET_LONG genHigh, JET_PFNSTATUS pfn);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetExternalRestore2A(JET_PSTR szCheckpointFilePath, JET_PSTR szLogPath, JET_RSTMAP_A *rgrstmap,
        JET_LONG crstfilemap, JET_PSTR szBackupLogPath, JET_LOGINFO_A *pLogInfo, JET_PSTR szTargetInstanceName,
        JET_PSTR szTargetInstanceLogPath, JET_PSTR szTargetInstanceCheckpointPath, JET_PFNSTATUS pfn);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetExternalRestore2W(JET_PWSTR szCheckpointFilePath, JET_PWSTR szLogPath,
        JET_RSTMAP_W *rgrstmap, JET_LONG crstfilemap, JET_PWSTR szBackupLogPath, JET_LOGINFO_W *pLogInfo,
        JET_PWSTR szTargetInstanceName, JET_PWSTR szTargetInstanceLogPath,
        JET_PWSTR szTargetInstanceCheckpointPath, JET_PFNSTATUS pfn);
#endif

/* ---- Snapshots ---- */

#if JET_VERSION >= 0x0501
JET_ERR JET_API JetOSSnapshotPrepare(JET_OSSNAPID *psnapId, const JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetOSSnapshotPrepareInstance(JET_OSSNAPID snapId, JET_INSTANCE instance, const JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetOSSnapshotFreezeA(const JET_OSSNAPID snapId, JET_ULONG *pcInstanceInfo,
        JET_INSTANCE_INFO_A **paInstanceInfo, const JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetOSSnapshotFreezeW(const JET_OSSNAPID snapId, JET_ULONG *pcInstanceInfo,
        JET_INSTANCE_INFO_W **paInstanceInfo, const JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0501
JET_ERR JET_API JetOSSnapshotThaw(const JET_OSSNAPID snapId, const JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0502
JET_ERR JET_API JetOSSnapshotAbort(const JET_OSSNAPID snapId, const JET_GRBIT grbit);
#endif
#if JET_VERSION >= 0x0600
JET_ERR JET_API JetOSSnapshotTruncateLog(const JET_OSSNAPID snapId, const JET_GRBIT grbit);
JET_ERR JET_API JetOSSnapshotTruncateLogInstance(const JET_OSSNAPID snapId, JET_INSTANCE instance,
        const JET_GRBIT grbit);
JET_ERR JET_API JetOSSnapshotGetFreezeInfoA(const JET_OSSNAPID snapId, JET_ULONG *pcInstanceInfo,
        JET_INSTANCE_INFO_A **paInstanceInfo, const JET_GRBIT grbit);
JET_ERR JET_API JetOSSnapshotGetFreezeInfoW(const JET_OSSNAPID snapId, JET_ULONG *pcInstanceInfo,
        JET_INSTANCE_INFO_W **paInstanceInfo, const JET_GRBIT grbit);
JET_ERR JET_API JetOSSnapshotEnd(const JET_OSSNAPID snapId, const JET_GRBIT grbit);
#endif

/* ---- Names without letter ---- */

#if JET_VERSION >= 0x0600
#define JetInit3                             JET_AW_(JetInit3)
#define JetCreateInstance                    JET_AW_(JetCreateInstance)
#define JetCreateInstance2                   JET_AW_(JetCreateInstance2)
#define JetGetInstanceInfo                   JET_AW_(JetGetInstanceInfo)
#define JetEnableMultiInstance               JET_AW_(JetEnableMultiInstance)
#define JetSetSystemParameter                JET_AW_(JetSetSystemParameter)
#define JetGetSystemParameter                JET_AW_(JetGetSystemParameter)
#define JetBeginSession                      JET_AW_(JetBeginSession)
#define JetCreateDatabase                    JET_AW_(JetCreateDatabase)
#define JetCreateDatabase2                   JET_AW_(JetCreateDatabase2)
#define JetAttachDatabase                    JET_AW_(JetAttachDatabase)
#define JetAttachDatabase2                   JET_AW_(JetAttachDatabase2)
#define JetDetachDatabase                    JET_AW_(JetDetachDatabase)
#define JetDetachDatabase2                   JET_AW_(JetDetachDatabase2)
#define JetOpenDatabase                      JET_AW_(JetOpenDatabase)
#define JetGetDatabaseInfo                   JET_AW_(JetGetDatabaseInfo)
#define JetGetDatabaseFileInfo               JET_AW_(JetGetDatabaseFileInfo)
#define JetGetObjectInfo                     JET_AW_(JetGetObjectInfo)
#define JetSetDatabaseSize                   JET_AW_(JetSetDatabaseSize)
#define JetCompact                           JET_AW_(JetCompact)
#define JetDefragment                        JET_AW_(JetDefragment)
#define JetDefragment2                       JET_AW_(JetDefragment2)
#define JetDefragment3                       JET_AW_(JetDefragment3)
#define JetCreateTable                       JET_AW_(JetCreateTable)
#define JetCreateTableColumnIndex            JET_AW_(JetCreateTableColumnIndex)
#define JetCreateTableColumnIndex2           JET_AW_(JetCreateTableColumnIndex2)
#define JetDeleteTable                       JET_AW_(JetDeleteTable)
#define JetRenameTable                       JET_AW_(JetRenameTable)
#define JetGetTableInfo                      JET_AW_(JetGetTableInfo)
#define JetAddColumn                         JET_AW_(JetAddColumn)
#define JetDeleteColumn                      JET_AW_(JetDeleteColumn)
#define JetDeleteColumn2                     JET_AW_(JetDeleteColumn2)
#define JetRenameColumn                      JET_AW_(JetRenameColumn)
#define JetSetColumnDefaultValue             JET_AW_(JetSetColumnDefaultValue)
#define JetGetTableColumnInfo                JET_AW_(JetGetTableColumnInfo)
#define JetGetColumnInfo                     JET_AW_(JetGetColumnInfo)
#define JetCreateIndex                       JET_AW_(JetCreateIndex)
#define JetCreateIndex2                      JET_AW_(JetCreateIndex2)
#define JetDeleteIndex                       JET_AW_(JetDeleteIndex)
#define JetGetTableIndexInfo                 JET_AW_(JetGetTableIndexInfo)
#define JetGetIndexInfo                      JET_AW_(JetGetIndexInfo)
#define JetOpenTable                         JET_AW_(JetOpenTable)
#define JetGetCurrentIndex                   JET_AW_(JetGetCurrentIndex)
#define JetSetCurrentIndex                   JET_AW_(JetSetCurrentIndex)
#define JetSetCurrentIndex2                  JET_AW_(JetSetCurrentIndex2)
#define JetSetCurrentIndex3                  JET_AW_(JetSetCurrentIndex3)
#define JetSetCurrentIndex4                  JET_AW_(JetSetCurrentIndex4)
#define JetBackup                            JET_AW_(JetBackup)
#define JetBackupInstance                    JET_AW_(JetBackupInstance)
#define JetRestore                           JET_AW_(JetRestore)
#define JetRestore2                          JET_AW_(JetRestore2)
#define JetRestoreInstance                   JET_AW_(JetRestoreInstance)
#define JetGetAttachInfo                     JET_AW_(JetGetAttachInfo)
#define JetGetAttachInfoInstance             JET_AW_(JetGetAttachInfoInstance)
#define JetOpenFile                          JET_AW_(JetOpenFile)
#define JetOpenFileInstance                  JET_AW_(JetOpenFileInstance)
#define JetGetLogInfo                        JET_AW_(JetGetLogInfo)
#define JetGetLogInfoInstance                JET_AW_(JetGetLogInfoInstance)
#define JetGetLogInfoInstance2               JET_AW_(JetGetLogInfoInstance2)
#define JetGetTruncateLogInfoInstance        JET_AW_(JetGetTruncateLogInfoInstance)
#define JetExternalRestore                   JET_AW_(JetExternalRestore)
#define JetExternalRestore2                  JET_AW_(JetExternalRestore2)
#define JetOSSnapshotFreeze                  JET_AW_(JetOSSnapshotFreeze)
#define JetOSSnapshotGetFreezeInfo           JET_AW_(JetOSSnapshotGetFreezeInfo)
#endif
#if JET_VERSION >= 0x0601
#define JetCreateTableColumnIndex3           JET_AW_(JetCreateTableColumnIndex3)
#define JetCreateIndex3                      JET_AW_(JetCreateIndex3)
#endif
#if JET_VERSION >= 0x0602
#define JetCreateTableColumnIndex4           JET_AW_(JetCreateTableColumnIndex4)
#define JetCreateIndex4                      JET_AW_(JetCreateIndex4)
#endif
#if JET_VERSION >= 0x0602 && defined(JET_UNICODE)
#define JetGetErrorInfo JetGetErrorInfoW
#endif

#endif /* _JET_NOPROTOTYPES */

#if JET_VERSION >= 0x0A01

/* ======================================================================
 * Beyond the public API
 *
 * What Windows exports, or accepts, without having it in its public header:
 * seen by programs that set JET_VERSION to 0x0A01.  JetIndexRecordCount2 is
 * documented all the same; JetGetRecordSize3, JetDeleteTable2 and the JetRBS
 * functions are not in Windows 10.  JetBeginDatabaseIncrementalReseed is as in
 * Windows 10; later sources put the first diverged generation before grbit.
 * ====================================================================== */

typedef JET_API_PTR     JET_HISTO;
typedef JET_ULONG       JET_ENGINEFORMATVERSION;
typedef JET_ULONG       JET_SNC;
typedef JET_ULONG       JET_DLLID;

/* ---- Constants ---- */

/* Page size, before it was a parameter */
#define JET_cbPage               4096

/* JET_DBUTIL: what to show and to do */
#define JET_bitDBUtilSpaceInfoBasicCatalog               0x00000001
#define JET_bitDBUtilSpaceInfoSpaceTrees                 0x00000002
#define JET_bitDBUtilSpaceInfoParentOfLeaf               0x00000004
#define JET_bitDBUtilSpaceInfoFullWalk                   0x00000008
#define JET_bitDBUtilFullCategorization                  0x00000001
#define JET_bitDBUtilOptionAllNodes                      0x00000001
#define JET_bitDBUtilOptionKeyStats                      0x00000002
#define JET_bitDBUtilOptionPageDump                      0x00000004
#define JET_bitDBUtilOptionStats                         0x00000008
#define JET_bitDBUtilOptionSuppressConsoleOutput         0x00000010
#define JET_bitDBUtilOptionIgnoreErrors                  0x00000020
#define JET_bitDBUtilOptionVerify                        0x00000040
#define JET_bitDBUtilOptionReportErrors                  0x00000080
#define JET_bitDBUtilOptionDontRepair                    0x00000100
#define JET_bitDBUtilOptionRepairAll                     0x00000200
#define JET_bitDBUtilOptionRepairIndexes                 0x00000400
#define JET_bitDBUtilOptionDontBuildIndexes              0x00000800
#define JET_bitDBUtilOptionSuppressLogo                  0x00008000
#define JET_bitDBUtilOptionRepairCheckOnly               0x00010000
#define JET_bitDBUtilOptionDumpLVPageUsage               0x00020000
#define JET_bitDBUtilOptionDumpLogInfoCSV                0x00040000
#define JET_bitDBUtilOptionDumpLogPermitPatching         0x00080000
#define JET_bitDBUtilOptionSkipMinLogChecksUpdateHeader  0x00100000
#define JET_bitDBUtilOptionDumpVerbose                   0x10000000
#define JET_bitDBUtilOptionDumpVerboseLevel1             0x10000000
#define JET_bitDBUtilOptionDumpVerboseLevel2             0x20000000
#define JET_bitDBUtilOptionDumpLogSummary                0x40000000

/* JET_paramConfigStoreSpec: names and values in the store */
#define JET_bitConfigStoreReadControlDisableSetParamRead    0x00000004
#define JET_bitConfigStoreReadControlDisableGlobalInitRead  0x00000008
#define JET_bitConfigStoreReadControlDisableInstInitRead    0x00000010
#define JET_bitConfigStoreReadControlDisableLiveRead        0x00000020
#define JET_wszConfigStorePopulateControl                   JET_WIDE_("CsPopulateControl")
#define JET_bitConfigStorePopulateControlOff                0x00000000
#define JET_bitConfigStorePopulateControlOn                 0x00000001

/* JetDatabaseScan */
#define JET_bitDatabaseScanBatchStart            0x00000010
#define JET_bitDatabaseScanBatchStop             0x00000020
#define JET_bitDatabaseScanZeroPages             0x00000040
#define JET_bitDatabaseScanBatchStartContinuous  0x00000080

/* JetDefragment */
#define JET_bitDefragmentBTreeBatch  0x00000200

/* Older callback and defragmentation bits */
#define JET_bitOld2Start                        0x00000001
#define JET_bitOld2Suspend                      0x00000002
#define JET_bitOld2Resume                       0x00000004
#define JET_bitOld2End                          0x00000008
#define JET_cbtypScanProgress                   0x4000
#define JET_cbtypScanCompleted                  0x8000
#define JET_cbtypDTCQueryPreparedTransaction    0x1000
#define JET_cbtypOnlineDefragProgress           0x2000
#define JET_cbtypOld2Action                     0x4000
#define JET_cbtypIndexDeferredPopulateThrottle  0x8000

/* Limits of callback data */
#define JET_cbCallbackUserDataMost  1024
#define JET_cbCallbackDataAllMost   4096

/* JetGetSessionInfo */
#define JET_bitCIMCommitted          0x00000001
#define JET_bitCIMDirty              0x00000002
#define JET_bitAggregateTransaction  0x00000008

/* JET_OBJECTINFO: flags and object bits */
#define JET_bitObjectSystemDynamic  0x88000000

/* JetInit4: why a log is opened, what to do about a missing one */
#define JET_OpenLogForRecoveryCheckingAndPatching  1
#define JET_OpenLogForRedo                         2
#define JET_OpenLogForUndo                         3
#define JET_OpenLogForDo                           4
#define JET_MissingLogMustFail                     1
#define JET_MissingLogContinueToRedo               2
#define JET_MissingLogContinueTryCurrentLog        3
#define JET_MissingLogContinueToUndo               4
#define JET_MissingLogCreateNewLogStream           5

/* No handle, no bits */
#define JET_columnidNil          (~(JET_COLUMNID)0)

/* Limits in bytes */
#define JET_cbColumnLVChunkMost      4014
#define JET_cbColumnLVChunkMost_OLD  4035
#define JET_cbKeyMost_OLD            255

/* JET_paramIOPriority */
#define JET_IOPriorityLowForCheckpoint   0x00000002
#define JET_IOPriorityLowForScavenge     0x00000004
#define JET_IOPriorityUserClassIdMask    0x0F000000
#define JET_IOPriorityMarkAsMaintenance  0x40000000

/* JET_paramConfiguration */
#define JET_configMask           0x07FF

/* JET_sesparamIOSessTraceFlags */
#define JET_bitIOSessTraceReads   0x00000001
#define JET_bitIOSessTraceWrites  0x00000002
#define JET_bitIOSessTraceHDD     0x00000004
#define JET_bitIOSessTraceSSD     0x00000008

/* Session parameters */
#define JET_sesparamCommitGenericContext                0x1002
#define JET_sesparamCachePriority                       0x1006
#define JET_sesparamClientComponentDesc                 0x1007
#define JET_sesparamClientActionDesc                    0x1008
#define JET_sesparamClientActionContextDesc             0x1009
#define JET_sesparamClientActivityId                    0x100A
#define JET_sesparamIOSessTraceFlags                    0x100B
#define JET_sesparamIOPriority                          0x100C
#define JET_sesparamCommitContextContainsCustomerData   0x100D
#define JET_sesparamCommitContextNeedPreCommitCallback  0x100E

/* JET_paramHungIOActions */
#define JET_bitHungIOCancel      0x00000002
#define JET_bitHungIODebug       0x00000004
#define JET_bitHungIOEnforce     0x00000008
#define JET_bitHungIOTimeout     0x00000010

/* JET_paramPersistedLostFlushDetection */
#define JET_bitPersistedLostFlushDetectionEnabled            0x00000001
#define JET_bitPersistedLostFlushDetectionCreateNew          0x00000002
#define JET_bitPersistedLostFlushDetectionFailOnRuntimeOnly  0x00000004

/* JET_paramReplayThrottlingLevel */
#define JET_ReplayThrottlingNone   0
#define JET_ReplayThrottlingSleep  1

/* JET_paramEnableShrinkDatabase */
#define JET_bitShrinkDatabasePeriodically  0x00008000

/* JetInit2, JetInit3 */
#define JET_bitReplayReplicatedLogFiles                    0x00000001
#define JET_bitAllowMissingCurrentLog                      0x00000100
#define JET_bitAllowSoftRecoveryOnBackup                   0x00000200
#define JET_bitSkipLostLogsEvent                           0x00000400
#define JET_bitExternalRecoveryControl                     0x00000800
#define JET_bitReplayIgnoreLogRecordsBeforeMinRequiredLog  0x00002000
#define JET_bitReplayInferCheckpointFromRstmapDbs          0x00004000

/* JET_RSTMAP2 */
#define JET_bitRestoreMapIgnoreWhenMissing  0x00000001
#define JET_bitRestoreMapFailWhenMissing    0x00000002
#define JET_bitRestoreMapOverwriteOnCreate  0x00000004

/* JetIdle */
#define JET_bitIdleVersionStoreTest      0x00000008
#define JET_bitIdleCompactAsync          0x00000010
#define JET_bitIdleAvailBuffersStatus    0x00000020
#define JET_bitIdleWaitForAsyncActivity  0x00000040

/* JetEndSession */
#define JET_bitForceSessionClosed  0x00000001

/* JetAttachDatabase, JetOpenDatabase */
#define JET_bitDbSingleExclusive        0x00000002
#define JET_bitDbRebuildCorruptIndexes  0x00000020

/* JetCreateDatabase */
#define JET_bitDbVersioningOff        0x00000040
#define JET_bitDbCreateStreamingFile  0x00000100

/* JetBackup, JetBeginExternalBackup */
#define JET_bitKeepOldLogs            0x00000002
#define JET_bitBackupFullWithAllLogs  0x00000008
#define JET_bitBackupSurrogate        0x00000020
#define JET_bitInternalCopy           0x00000040

/* JetEndExternalBackupInstance2 */
#define JET_bitBackupNoDbHeaderUpdate  0x00000200

/* Databases */
#define JET_dbidNoValid          ((JET_DBID)0xFFFFFFFE)

/* JetCreateTableColumnIndex */
#define JET_bitTableCreateSystemTable  0x80000000

/* Columns */
#define JET_bitColumnRenameConvertToPrimaryIndexPlaceholder  0x00010000
#define JET_bitColumnVariable                                0x00040000
#define JET_bitColumnEncrypted                               0x00100000

/* JetSetCurrentIndex */
#define JET_bitMoveBeforeFirst   0x00000001

/* JetMakeKey */
#define JET_bitKeyOverridePrimaryIndexPlaceholder  0x00000020
#define JET_maskLimitOptions                       0x00000F00

/* JetGetLock */
#define JET_bitKeyLock           0x00000004

/* Indexes */
#define JET_bitIndexClustered40              0x00000010
#define JET_bitIndexDeferredPopulateCreate   0x00100000
#define JET_bitIndexDeferredPopulateProcess  0x00200000
#define JET_bitIndexOptionallyUnique         0x00400000

/* JetOpenTable */
#define JET_bitTableAllowOutOfDate           0x00000100
#define JET_bitAllowPgnoFDPLastSetTime       0x00000200
#define JET_bitTableTryPurgeOnClose          0x01000000
#define JET_bitTableAllowSensitiveOperation  0x08000000
#define JET_bitTableDelete                   0x10000000
#define JET_bitTableCreate                   0x20000000

/* Table classes */
#define JET_bitTableClass16      0x00100000
#define JET_bitTableClass17      0x00110000
#define JET_bitTableClass18      0x00120000
#define JET_bitTableClass19      0x00130000
#define JET_bitTableClass20      0x00140000
#define JET_bitTableClass21      0x00150000
#define JET_bitTableClass22      0x00160000
#define JET_bitTableClass23      0x00170000
#define JET_bitTableClass24      0x00180000
#define JET_bitTableClass25      0x00190000
#define JET_bitTableClass26      0x001A0000
#define JET_bitTableClass27      0x001B0000
#define JET_bitTableClass28      0x001C0000
#define JET_bitTableClass29      0x001D0000
#define JET_bitTableClass30      0x001E0000
#define JET_bitTableClass31      0x001F0000

/* JET_SPACEHINTS */
#define JET_bitSpaceHintsUtilizeExactExtents  0x00000200

/* JetPrepareUpdate */
#define JET_prepReadOnlyCopy                8
#define JET_prepInsertMustSetAutoIncrement  10

/* JetUpdate2 */
#define JET_bitUpdateNoVersion                       0x00000002
#define JET_bitUpdateEnforceOptionallyUniqueIndices  0x00000004

/* JetRetrieveColumn */
#define JET_bitRetrieveLongId              0x00000040
#define JET_bitRetrieveLongValueRefCount   0x00000080
#define JET_bitRetrievePageNumber          0x00001000
#define JET_bitRetrieveCopyIntrinsic       0x00002000
#define JET_bitRetrievePrereadOnly         0x00004000
#define JET_bitRetrievePrereadMany         0x00008000
#define JET_bitRetrievePhysicalSize        0x00010000
#define JET_bitRetrieveAsRefIfNotInRecord  0x00020000

/* JetEnumerateColumns */
#define JET_bitEnumerateLocal               0x00010000
#define JET_bitEnumerateAsRefIfNotInRecord  0x00400000

/* JetStreamRecords */
#define JET_bitStreamForward           0x00000001
#define JET_bitStreamBackward          0x00000002
#define JET_bitStreamColumnReferences  0x00000004

/* JetGetRecordSize */
#define JET_bitRecordSizeIncludeDefaultValues   0x00000008
#define JET_bitRecordSizeSecondaryIndexKeyOnly  0x00000010
#define JET_bitRecordSizeIntrinsicPhysicalOnly  0x00000020
#define JET_bitRecordSizeExtrinsicLogicalOnly   0x00000040

/* JetBeginTransaction2 */
#define JET_bitDistributedTransaction  0x00000002

/* JetCommitTransaction */
#define JET_bitCommitRedoCallback        0x00000020
#define JET_bitCommitFlush_OLD           0x00000001
#define JET_bitCommitLazyFlush_OLD       0x00000004
#define JET_bitWaitLastLevel0Commit_OLD  0x00000010

/* JetRollback */
#define JET_bitRollbackRedoCallback  0x00000020

/* JetConsumeLogData */
#define JET_bitShadowLogEmitFirstCall    0x00000001
#define JET_bitShadowLogEmitLastCall     0x00000002
#define JET_bitShadowLogEmitCancel       0x00000004
#define JET_bitShadowLogEmitDataBuffers  0x00000008
#define JET_bitShadowLogEmitLogComplete  0x00000010

/* JetGetDatabaseInfo, JetGetDatabaseFileInfo */
#define JET_DbInfoHasSLVFile_Obsolete          16
#define JET_DbInfoStreamingFileSpace_Obsolete  18
#define JET_DbInfoStreamingFileSize_Obsolete   20
#define JET_DbInfoSplitBuffers                 23
#define JET_DbInfoUseCachedResult              1073741824

/* JetGetLogFileInfo, JetGetRBSFileInfo */
#define JET_LogInfoMisc          0
#define JET_LogInfoMisc2         1
#define JET_LogInfoMisc3         2
#define JET_RBSFileInfoMisc      0

/* States of a database */
#define JET_dbstateIncrementalReseedInProgress  6
#define JET_dbstateDirtyAndPatchedShutdown      7
#define JET_dbstateRevertInProgress             8

/* File types */
#define JET_filetypeStreamingFile        2
#define JET_filetypeFTL                  6
#define JET_filetypeCachedFile           8
#define JET_filetypeCachingFile          9
#define JET_filetypeSnapshot             10
#define JET_filetypeRBSRevertCheckpoint  11
#define JET_filetypeMax                  12

/* States of a revert */
#define JET_revertstateNone                    0
#define JET_revertstateInProgress              1
#define JET_revertstateCopingLogs              2
#define JET_revertstateBackupSnapshot          3
#define JET_revertstateRemoveSnapshot          4
#define JET_revertstateCaptureRootPageRecords  5
#define JET_revertstateApplyRootPageRecords    6

/* JetRBSPrepareRevert, JetDeleteTable2 */
#define JET_bitDeleteAllExistingLogs           0x00000001
#define JET_bitNonRevertableTableDelete        0x00000001
#define JET_bitRevertableTableDeleteIfTooSoon  0x00000002

/* JetGetSessionInfo: level */
#define JET_SessionInfo          0

/* JetGetTableInfo */
#define JET_TblInfoLVChunkMax                       13
#define JET_TblInfoEncryptionKey                    14
#define JET_TblInfoRetrieveAndReserveAutoIncrement  16
#define JET_TblInfoObjectId                         19

/* JetGetIndexInfo, JetGetTableIndexInfo */
#define JET_IdxInfoSortVersion         15
#define JET_IdxInfoDefinedSortVersion  16
#define JET_IdxInfoSortId              17

/* JetGetColumnInfo, JetGetTableColumnInfo */
#define JET_ColInfoGrbitCompacting  0x10000000

/* JetGetInstanceMiscInfo */
#define JET_InstanceMiscInfoCheckpoint  1

/* JetGetPageInfo */
#define JET_PageInfo                        0
#define JET_PageInfo2                       1
#define JET_bitPageInfoNoStructureChecksum  0x00000001

/* JetOnlinePatchDatabasePage and incremental reseed */
#define JET_bitTestUninitShrunkPageImage               0x00000001
#define JET_bitPatchingCorruptPage                     0x00000002
#define JET_bitEndDatabaseIncrementalReseedCancel      0x00000001
#define JET_bitBeginDatabaseIncrementalReseedPatchRBS  0x00000001

/* Object types */
#define JET_objtypDb             2
#define JET_objtypContainer      3
#define JET_objtypLongRoot       9

/* JetCompact */
#define JET_bitCompactPreserveOriginal  0x00000100

/* Progress callbacks: which process */
#define JET_snpRecoveryControl      18
#define JET_snpExternalAutoHealing  19
#define JET_snpSpaceCategorization  20

/* Progress callbacks: which event */
#define JET_sntOpenLog               1001
#define JET_sntOpenCheckpoint        1002
#define JET_sntMissingLog            1004
#define JET_sntBeginUndo             1005
#define JET_sntNotificationEvent     1006
#define JET_sntSignalErrorCondition  1007
#define JET_sntAttachedDb            1008
#define JET_sntDetachingDb           1009
#define JET_sntCommitCtx             1010
#define JET_sntPagePatchRequest      1101
#define JET_sntCorruptedPage         1102

/* JET_paramAssertAction */
#define JET_AssertExit             0
#define JET_AssertBreak            1
#define JET_AssertMsgBox           2
#define JET_AssertStop             4
#define JET_AssertSkippableMsgBox  8
#define JET_AssertSkipAll          16
#define JET_AssertCrash            32
#define JET_AssertFailFast         64

/* JET_paramEnableOnlineDefrag */
#define JET_OnlineDefragStreamingFiles  0x0008

/* JetStopServiceInstance2 */
#define JET_bitStopServiceStopAndEmitLog  0x00000008  /* flush the log and emit the rest of it */

/* JET_paramStageFlighting */
#define JET_bitStageTestEnvLocalMode   0x00000004
#define JET_bitStageTestEnvAlphaMode   0x00000010
#define JET_bitStageTestEnvBetaMode    0x00000040
#define JET_bitStageSelfhostLocalMode  0x00000400
#define JET_bitStageSelfhostAlphaMode  0x00001000
#define JET_bitStageSelfhostBetaMode   0x00004000
#define JET_bitStageProdLocalMode      0x00040000
#define JET_bitStageProdAlphaMode      0x00100000
#define JET_bitStageProdBetaMode       0x00400000

/* JetCreateEncryptionKey */
#define JET_EncryptionAlgorithmAes256  1

/* Database parameters */
#define JET_dbparamDbSizeMaxPages                           0x2001
#define JET_dbparamCachePriority                            0x2002
#define JET_dbparamShrinkDatabaseOptions                    0x2003
#define JET_dbparamShrinkDatabaseTimeQuota                  0x2004
#define JET_dbparamShrinkDatabaseSizeLimit                  0x2005
#define JET_dbparamLeakReclaimerEnabled                     0x2006
#define JET_dbparamLeakReclaimerTimeQuota                   0x2007
#define JET_dbparamMaintainExtentPageCountCache             0x2008
#define JET_dbparamFlight_SelfAllocSpBufReservationEnabled  0x2009
#define JET_dbparamMaxValueInvalid                          0x200A

/* JET_dbparamShrinkDatabaseOptions */
#define JET_bitShrinkDatabaseEofOnAttach                         0x00000001
#define JET_bitShrinkDatabaseFullCategorizationOnAttach          0x00000002
#define JET_bitShrinkDatabaseDontMoveRootsOnAttach               0x00000004
#define JET_bitShrinkDatabaseDontTruncateLeakedPagesOnAttach     0x00000008
#define JET_bitShrinkDatabaseDontTruncateIndeterminatePagesOnAttach 0x00000010

/* JetConfigureProcessForCrashDump */
#define JET_bitDumpUnitTest      0x80000000

/* JetTestHook */
#define JET_bitInjectionProbabilityPct            0x00000001
#define JET_bitInjectionProbabilityCount          0x00000002
#define JET_bitInjectionProbabilityPermanent      0x00000004
#define JET_bitInjectionProbabilityFailUntil      0x00000008
#define JET_bitInjectionProbabilitySuppress       0x40000000
#define JET_bitInjectionProbabilityCleanup        0x80000000
#define JET_bitTestHookEvictDataByPgno            0x00000001
#define JET_bitTestHookCorruptDatabaseFile        0x80000000
#define JET_bitTestHookCorruptDatabasePageImage   0x40000000
#define JET_mskTestHookCorruptFileType            0xC0000000
#define JET_bitTestHookCorruptPageChksumRand      0x00000001
#define JET_bitTestHookCorruptPageChksumSafe      0x00000002
#define JET_bitTestHookCorruptPageSingleFld       0x00000004
#define JET_bitTestHookCorruptPageRemoveNode      0x00000008
#define JET_bitTestHookCorruptPageDbtimeDelta     0x00000010
#define JET_bitTestHookCorruptNodePrefix          0x00000020
#define JET_bitTestHookCorruptNodeSuffix          0x00000040
#define JET_mskTestHookCorruptDataType            0x0000001F
#define JET_bitTestHookCorruptSizeLargerThanNode  0x00010000
#define JET_bitTestHookCorruptSizeShortWrapSmall  0x00020000
#define JET_bitTestHookCorruptSizeShortWrapLarge  0x00040000
#define JET_mskTestHookCorruptSpecific            0x00FF0000
#define JET_bitTestHookCorruptLeaveChecksum       0x01000000
#define JET_pgnoTestHookCorruptRandom             0xFFFFFFFFFFFFFFFFLL
#define JET_bitAlterDbFileHdrAddField             0x00000001
#define JET_ibfieldDbFileHdrMajorVersion          8
#define JET_ibfieldDbFileHdrUpdateMajor           232
#define JET_ibfieldDbFileHdrUpdateMinor           644

/* System parameters */
#define JET_paramPageReadAheadMax                                21       /* integer; accepted, no effect */
#define JET_paramTableClassName                                  33       /* string; accepted, no effect */
#define JET_paramOnLineCompact                                   35
#define JET_paramAssertAction                                    36       /* integer, flags */
#define JET_paramPrintFunction                                   37       /* pointer/integer; read only */
#define JET_paramTransactionLevel                                38       /* integer */
#define JET_paramRFS2IOsPermitted                                39       /* integer */
#define JET_paramRFS2AllocsPermitted                             40       /* integer */
#define JET_paramCacheRequests                                   42       /* integer; read only */
#define JET_paramCacheHits                                       43       /* integer; read only */
#define JET_paramFlight_SmoothIoTestPermillage                   55       /* integer */
#define JET_paramElasticWaypointLatency                          56       /* integer */
#define JET_paramFlight_SynchronousLVCleanup                     57       /* integer, bool */
#define JET_paramFlight_RBSRevertIOUrgentLevel                   58       /* integer */
#define JET_paramFlight_EnableXpress10Compression                59       /* integer, bool */
#define JET_paramLogFileFailoverPath                             61       /* string, folder path; accepted, no effect */
#define JET_paramEnableImprovedSeekShortcut                      62       /* integer, bool; accepted, no effect */
#define JET_paramBackupChunkSize                                 66       /* integer; accepted, no effect */
#define JET_paramBackupOutstandingReads                          67       /* integer; accepted, no effect */
#define JET_paramFlight_RBSMaxTableDeletePages                   68       /* integer */
#define JET_paramFlight_RBSDbScanRaiseCorruptionRevertedFDP      74       /* integer, bool */
#define JET_paramFlight_RBSAllowTooSoonNonRevertableDelete       75       /* integer, bool */
#define JET_paramEnableSortedRetrieveColumns                     76       /* integer, bool; accepted, no effect */
#define JET_paramRecoveryCurrentLogfile                          79       /* integer */
#define JET_paramFlight_RBSForceRollIntervalSec                  80       /* integer */
#define JET_paramFlight_EnableScanCheckFDPDeleteFlags            83       /* integer, bool */
#define JET_paramFlight_NewQueueOptions                          84       /* integer */
#define JET_paramFlight_ConcurrentMetedOps                       85       /* integer */
#define JET_paramFlight_LowMetedOpsThreshold                     86       /* integer */
#define JET_paramFlight_MetedOpStarvedThreshold                  87       /* integer */
#define JET_paramFlight_MaxRBSBuffers                            88       /* integer */
#define JET_paramFlight_EnableShrinkArchiving                    89       /* integer, bool */
#define JET_paramFlight_EnableBackupDuringRecovery               90       /* integer, bool */
#define JET_paramFlight_RBSRollIntervalSec                       91       /* integer */
#define JET_paramFlight_RBSMaxRequiredRange                      92       /* integer */
#define JET_paramFlight_RBSCleanupEnabled                        93       /* integer, bool */
#define JET_paramFlight_RBSLowDiskSpaceThresholdGb               94       /* integer */
#define JET_paramFlight_RBSMaxSpaceWhenLowDiskSpaceGb            95       /* integer */
#define JET_paramFlight_RBSMaxTimeSpanSec                        96       /* integer */
#define JET_paramFlight_RBSCleanupIntervalMinSec                 97       /* integer */
#define JET_paramMaxDatabasesPerInstance                         103      /* integer; accepted, no effect */
#define JET_paramIdleFlushTime                                   106      /* integer; accepted, no effect */
#define JET_paramAbortRetryFailCallback                          108      /* pointer/integer; accepted, no effect */
#define JET_paramVAReserve                                       109      /* integer; accepted, no effect */
#define JET_paramFlight_ExtentPageCountCacheVerifyOnly           114      /* integer, bool */
#define JET_paramFlight_EnablePgnoFDPLastSetTime                 115      /* integer, bool */
#define JET_paramFlight_EnableScanCheck2Flags                    116      /* integer, bool */
#define JET_paramFlight_EnableExtentFreed2                       117      /* integer, bool */
#define JET_paramFlight_RBSLargeRevertableDeletePages            118      /* integer */
#define JET_paramFlight_RBSRevertableDeleteIfTooSoonTimeNull     119      /* integer, bool */
#define JET_paramDBAPageAvailMin                                 120      /* integer; accepted, no effect */
#define JET_paramDBAPageAvailThreshold                           121      /* special */
#define JET_paramDBAK1                                           122      /* special */
#define JET_paramDBAK2                                           123      /* special */
#define JET_paramMaxRandomIOSize                                 124      /* integer; accepted, no effect */
#define JET_paramCheckpointTooDeep                               154      /* integer */
#define JET_paramDisableBlockVerification                        155      /* integer, bool */
#define JET_paramAggressiveLogRollover                           157      /* integer, bool */
#define JET_paramPeriodicLogRolloverLLR                          158      /* integer */
#define JET_paramUsePageDependencies                             159      /* integer, bool; accepted, no effect */
#define JET_paramEnableHaPublish                                 168      /* integer */
#define JET_paramEmitLogDataCallback                             173      /* pointer/integer */
#define JET_paramEmitLogDataCallbackCtx                          174      /* pointer/integer */
#define JET_paramEnableExternalAutoHealing                       175      /* integer, bool */
#define JET_paramPatchRequestTimeout                             176      /* integer */
#define JET_paramStageFlighting                                  190      /* integer */
#define JET_paramZeroDatabaseUnusedSpace                         191      /* integer, bool */
#define JET_paramDisableVerifications                            192      /* integer, bool */
#define JET_paramPersistedLostFlushDetection                     193      /* integer */
#define JET_paramEngineFormatVersion                             194      /* integer */
#define JET_paramReplayThrottlingLevel                           195      /* integer */
#define JET_paramTableClass16Name                                196      /* string */
#define JET_paramTableClass17Name                                197      /* string */
#define JET_paramTableClass18Name                                198      /* string */
#define JET_paramTableClass19Name                                199      /* string */
#define JET_paramTableClass20Name                                200      /* string */
#define JET_paramTableClass21Name                                201      /* string */
#define JET_paramTableClass22Name                                202      /* string */
#define JET_paramTableClass23Name                                203      /* string */
#define JET_paramTableClass24Name                                204      /* string */
#define JET_paramTableClass25Name                                205      /* string */
#define JET_paramTableClass26Name                                206      /* string */
#define JET_paramTableClass27Name                                207      /* string */
#define JET_paramTableClass28Name                                208      /* string */
#define JET_paramTableClass29Name                                209      /* string */
#define JET_paramTableClass30Name                                210      /* string */
#define JET_paramTableClass31Name                                211      /* string */
#define JET_paramBlockCacheConfiguration                         212      /* pointer/integer */
#define JET_paramRecordSizeMost                                  213      /* integer */
#define JET_paramDeferredIndexPopulateRowsPerTransaction         219      /* integer */

/* Length of the tag of JET_resoperTag */
#define JET_resTagSize           4

/* JET_paramEngineFormatVersion */
#define JET_efvExchange55Rtm                                     500
#define JET_efvWindows2000Rtm                                    600
#define JET_efvExchange2000Rtm                                   1000
#define JET_efvWindowsXpRtm                                      1200
#define JET_efvExchange2010Rtm                                   5520
#define JET_efvExchange2010Sp1                                   5920
#define JET_efvExchange2010Sp2                                   6080
#define JET_efvScrubLastNodeOnEmptyPage                          6960
#define JET_efvExchange2013Rtm                                   7020
#define JET_efvExtHdrRootFieldAutoIncStorageStagedToDebug        7060
#define JET_efvLogExtendDbLrAfterCreateDbLr                      7940
#define JET_efvRollbackInsertSpaceStagedToTest                   7960
#define JET_efvWindows10Rtm                                      8020
#define JET_efvQfeMsysLocalesGuidRefCountFixup                   8023
#define JET_efvPersistedLostFlushMapStagedToDebug                8220
#define JET_efvTriStatePageFlushTypeStagedToProd                 8280
#define JET_efvLogSplitMergeCompressionReleased                  8400
#define JET_efvTriStatePageFlushTypeReleased                     8420
#define JET_efvIrsDbidBasedMacroInfo2                            8440
#define JET_efvLostFlushMapCrashResiliency                       8460
#define JET_efvExchange2016Rtm                                   8520
#define JET_efvMsysLocalesGuidRefCountFixup                      8620
#define JET_efvWindows10v2Rtm                                    8620
#define JET_efvEncryptedColumns                                  8720
#define JET_efvLoggingDeleteOfTableFcbs                          8820
#define JET_efvEmptyIdxUpgradesUpdateMsysLocales                 8860
#define JET_efvSupportNlsInvariantLocale                         8880
#define JET_efvExchange2016Cu1Rtm                                8920
#define JET_efvWindows19H1Rtm                                    8920
#define JET_efvSetDbVersion                                      8940
#define JET_efvExtHdrRootFieldAutoIncStorageReleased             8960
#define JET_efvXpress9Compression                                8980
#define JET_efvUppercaseTextNormalization                        9000
#define JET_efvDbscanHeaderHighestPageSeen                       9020
#define JET_efvEscrow64                                          9040
#define JET_efvSynchronousLVCleanup                              9060
#define JET_efvLid64                                             9080
#define JET_efvShrinkEof                                         9100
#define JET_efvLogNewPage                                        9120
#define JET_efvRootPageMove                                      9140
#define JET_efvScanCheck2                                        9160
#define JET_efvLgposLastResize                                   9180
#define JET_efvShelvedPages                                      9200
#define JET_efvShelvedPagesRevert                                9220
#define JET_efvShelvedPages2                                     9240
#define JET_efvLogtimeGenMaxRequired                             9260
#define JET_efvVariableDbHdrSignatureSnapshot                    9280
#define JET_efvLowerMinReqLogGenOnRedo                           9300
#define JET_efvDbTimeShrink                                      9320
#define JET_efvXpress10Compression                               9340
#define JET_efvRevertSnapshot                                    9360
#define JET_efvApplyRevertSnapshot                               9380
#define JET_efvExtentPageCountCache                              9400
#define JET_efvLz4Compression                                    9420
#define JET_efvRBSNonRevertableTableDeletes                      9460
#define JET_efvScanCheck2Flags                                   9480
#define JET_efvExtentFreed2                                      9500
#define JET_efvKVPStoreV2                                        9520
#define JET_efvIndexDeferredPopulate                             9540
#define JET_efvReservedTags                                      9560
#define JET_efvRBSTooSoonDeletes                                 9580
#define JET_efvOptionallyUniqueIndices                           9600
#define JET_efvUseEngineDefault                                  0x40000001
#define JET_efvUsePersistedFormat                                0x40000002
#define JET_efvAllowHigherPersistedFormat                        0x41000000

/* Warnings */
#define JET_wrnNoMoreRecords                                     428      /* stream of records is finished */
#define JET_wrnIndexDeferredPopulateIncomplete                   432      /* deferred index population did not finish */
#define JET_wrnIndexDeferredPopulateHalted                       433      /* deferred index population was stopped */
#define JET_wrnDTCCommitTransaction                              1163     /* distributed transaction to be committed (obsolete) */
#define JET_wrnDTCRollbackTransaction                            1164     /* distributed transaction to be rolled back (obsolete) */
#define JET_wrnTaggedColumnsRemaining                            1523     /* buffer filled before all tagged columns were listed */
#define JET_wrnDatabaseScanAlreadyRunning                        2002     /* background scan is already running */
#define JET_wrnDatabaseScanNotRunning                            2003     /* background scan is not running */
#define JET_wrnPreviousLogFileIncomplete                         2602     /* preceding shipped log is incomplete */

/* Errors */
#define JET_errDeviceMissing                                     (-114)   /* caching device absent */
#define JET_errDeviceMisconfigured                               (-115)   /* caching device wrongly set up */
#define JET_errDeviceTimeout                                     (-116)   /* caching device did not answer in time */
#define JET_errDeviceFailure                                     (-118)   /* caching device failed */
#define JET_errInvalidColumnReference                            (-426)   /* column reference malformed */
#define JET_errStaleColumnReference                              (-427)   /* column reference points at a value that is gone */
#define JET_errCompressionIntegrityCheckFailed                   (-431)   /* verification of compressed data failed */
#define JET_errIndexDeferredPopulateCurrentlyUnavailable         (-434)   /* deferred index population cannot run now */
#define JET_errSurrogateBackupInProgress                         (-617)   /* a surrogate backup is running */
#define JET_errQueryNotSupported                                 (-1034)  /* queries unsupported (obsolete) */
#define JET_errSQLLinkNotSupported                               (-1035)  /* SQL links unsupported (obsolete) */
#define JET_errCurrencyStackOutOfMemory                          (-1070)  /* no memory to keep the cursor path */
#define JET_errMustCommitDistributedTransactionToLevel0          (-1150)  /* distributed transaction has to commit at the outermost level (obsolete) */
#define JET_errDistributedTransactionAlreadyPreparedToCommit     (-1151)  /* distributed transaction already prepared (obsolete) */
#define JET_errNotInDistributedTransaction                       (-1152)  /* session is not in a distributed transaction (obsolete) */
#define JET_errDistributedTransactionNotYetPreparedToCommit      (-1153)  /* commit before prepare in a distributed transaction (obsolete) */
#define JET_errCannotNestDistributedTransactions                 (-1154)  /* distributed transactions do not nest (obsolete) */
#define JET_errDTCMissingCallback                                (-1160)  /* distributed-transaction callback absent (obsolete) */
#define JET_errDTCMissingCallbackOnRecovery                      (-1161)  /* recovery needs a distributed-transaction callback (obsolete) */
#define JET_errDTCCallbackUnexpectedError                        (-1162)  /* distributed-transaction callback failed unexpectedly (obsolete) */
#define JET_errDatabaseIncompleteIncrementalReseed               (-1226)  /* database is part-way through an incremental reseed */
#define JET_errDatabaseInvalidIncrementalReseed                  (-1227)  /* reseed request does not fit the database state */
#define JET_errDatabaseFailedIncrementalReseed                   (-1228)  /* incremental reseed of the database failed */
#define JET_errNoAttachmentsFailedIncrementalReseed              (-1229)  /* log without attachments ruled out the incremental reseed */
#define JET_errCantUseDeferredPopulateIndex                      (-1419)  /* index is still being populated in the background */
#define JET_errRBSFileCorrupt                                    (-1921)  /* revert snapshot file is damaged */
#define JET_errRBSHeaderCorrupt                                  (-1922)  /* header of the revert snapshot file is damaged */
#define JET_errRBSDbMismatch                                     (-1923)  /* revert snapshot belongs to another database */
#define JET_errBadRBSVersion                                     (-1925)  /* revert snapshot file has an unsupported version */
#define JET_errOutOfRBSSpace                                     (-1926)  /* disk space for the revert snapshot ran out */
#define JET_errRBSInvalidSign                                    (-1927)  /* revert snapshot signature does not fit */
#define JET_errRBSInvalidRecord                                  (-1928)  /* unrecognised record inside a revert snapshot */
#define JET_errRBSRCInvalidRBS                                   (-1929)  /* revert snapshot set is not usable for the revert */
#define JET_errRBSRCNoRBSFound                                   (-1930)  /* no suitable revert snapshot exists for the requested time */
#define JET_errRBSRCBadDbState                                   (-1931)  /* database state is not one a revert can start from */
#define JET_errRBSMissingReqLogs                                 (-1932)  /* logs needed alongside the revert snapshot are absent */
#define JET_errRBSLogDivergenceFailed                            (-1933)  /* check for log divergence against the revert snapshot failed */
#define JET_errRBSRCCopyLogsRevertState                          (-1934)  /* revert is at the log-copy stage and cannot do this */
#define JET_errDatabaseIncompleteRevert                          (-1935)  /* database was left part-way through a revert */
#define JET_errRBSRCRevertCancelled                              (-1936)  /* revert was cancelled by the caller */
#define JET_errRBSRCInvalidDbFormatVersion                       (-1937)  /* revert: database format version does not permit reverting */
#define JET_errRBSCannotDetermineDivergence                      (-1938)  /* log divergence point could not be established from the revert snapshot */
#define JET_errRBSDeleteTableTooBig                              (-1941)  /* table is too large to delete under the requested revert mode */
#define JET_errRBSDeleteTableTooSoon                             (-1942)  /* table is too new, or its root moved too recently, for a non-revertable delete */
#define JET_errRBSFDPToBeDeleted                                 (-1943)  /* table root will be removed again after a revert; use is refused */
#define JET_errRBSRevertableDeleteNotPossible                    (-1944)  /* table was once deleted non-revertably, so a revertable delete is refused */
#define JET_errRBSRedeleteFDPUnexpected                          (-1947)  /* reverted table marked as deleted is not one expected */
#define JET_errRBSRCPageFDPDeleteFileCorrupt                     (-1948)  /* revert: file listing deleted tree roots is damaged */
#define JET_errRootSpaceLeakEstimationAlreadyRunning             (-2006)  /* a space-leak estimate is already in progress for the database */
#define JET_errTooManyTestInjections                             (-2501)  /* limit on simultaneous fault injections reached */
#define JET_errTestInjectionNotSupported                         (-2502)  /* this build or state does not allow the requested fault injection */
#define JET_errInvalidLogDataSequence                            (-2601)  /* shipped log data arrived out of order */

/* JetDBUtilities */
typedef enum
{
    opDBUTILConsistency                             = 0,
    opDBUTILDumpData                                = 1,
    opDBUTILDumpMetaData                            = 2,
    opDBUTILDumpPage                                = 3,
    opDBUTILDumpNode                                = 4,
    opDBUTILDumpTag                                 = 5,
    opDBUTILDumpSpace                               = 6,
    opDBUTILSetHeaderState                          = 7,
    opDBUTILDumpHeader                              = 8,
    opDBUTILDumpLogfile                             = 9,
    opDBUTILDumpLogfileTrackNode                    = 10,
    opDBUTILDumpCheckpoint                          = 11,
    opDBUTILEDBDump                                 = 12,
    opDBUTILEDBRepair                               = 13,
    opDBUTILMunge                                   = 14,
    opDBUTILEDBScrub                                = 15,
    opDBUTILSLVMove_ObsoleteAndUnused               = 16,
    opDBUTILDBConvertRecords_ObsoleteAndUnused      = 17,
    opDBUTILDBDefragment                            = 18,
    opDBUTILDumpExchangeSLVInfo_ObsoleteAndUnused   = 19,
    opDBUTILDumpUnicodeFixupTable_ObsoleteAndUnused = 20,
    opDBUTILDumpPageUsage                           = 21,
    opDBUTILUpdateDBHeaderFromTrailer               = 22,
    opDBUTILChecksumLogFromMemory                   = 23,
    opDBUTILDumpFTLHeader                           = 24,
    opDBUTILDBTrim                                  = 25,
    opDBUTILDumpFlushMapFile                        = 26,
    opDBUTILDumpSpaceCategory                       = 27,
    opDBUTILDumpCachedFileHeader                    = 28,
    opDBUTILDumpCacheFile                           = 29,
    opDBUTILDumpRBSHeader                           = 30,
    opDBUTILDumpRBSPages                            = 31,
    opDBUTILEstimateRootSpaceLeak                   = 32
} DBUTIL_OP;

typedef enum
{
    opEDBDumpTables    = 0,
    opEDBDumpIndexes   = 1,
    opEDBDumpColumns   = 2,
    opEDBDumpCallbacks = 3,
    opEDBDumpPage      = 4
} EDBDUMP_OP;

/* What a page is used for */
typedef enum
{
    spcatfNone             = 0x00000000,
    spcatfStrictlyLeaf     = 0x00000001,
    spcatfStrictlyInternal = 0x00000002,
    spcatfRoot             = 0x00000004,
    spcatfSplitBuffer      = 0x00000008,
    spcatfSmallSpace       = 0x00000010,
    spcatfSpaceOE          = 0x00000020,
    spcatfSpaceAE          = 0x00000040,
    spcatfAvailable        = 0x00000080,
    spcatfIndeterminate    = 0x04000000,
    spcatfInconsistent     = 0x08000000,
    spcatfLeaked           = 0x10000000,
    spcatfNotOwned         = 0x20000000,
    spcatfNotOwnedEof      = 0x40000000,
    spcatfUnknown          = 0x80000000
} SpaceCategoryFlags;

/* JetConvertDDL */
typedef enum
{
    opDDLConvNull                              = 0,
    opDDLConvAddCallback                       = 1,
    opDDLConvChangeColumn                      = 2,
    opDDLConvAddConditionalColumnsToAllIndexes = 3,
    opDDLConvAddColumnCallback                 = 4,
    opDDLConvIncreaseMaxColumnSize             = 5,
    opDDLConvChangeIndexDensity                = 6,
    opDDLConvChangeCallbackDLL                 = 7,
    opDDLConvMax                               = 8
} JET_OPDDLCONV;

/* JetTracing */
typedef enum
{
    JET_tracetagNull                          = 0,
    JET_tracetagInformation                   = 1,
    JET_tracetagErrors                        = 2,
    JET_tracetagAsserts                       = 3,
    JET_tracetagAPI                           = 4,
    JET_tracetagInitTerm                      = 5,
    JET_tracetagBufferManager                 = 6,
    JET_tracetagBufferManagerHashedLatches    = 7,
    JET_tracetagIO                            = 8,
    JET_tracetagMemory                        = 9,
    JET_tracetagVersionStore                  = 10,
    JET_tracetagVersionStoreOOM               = 11,
    JET_tracetagVersionCleanup                = 12,
    JET_tracetagCatalog                       = 13,
    JET_tracetagDDLRead                       = 14,
    JET_tracetagDDLWrite                      = 15,
    JET_tracetagDMLRead                       = 16,
    JET_tracetagDMLWrite                      = 17,
    JET_tracetagDMLConflicts                  = 18,
    JET_tracetagInstances                     = 19,
    JET_tracetagDatabases                     = 20,
    JET_tracetagSessions                      = 21,
    JET_tracetagCursors                       = 22,
    JET_tracetagCursorNavigation              = 23,
    JET_tracetagCursorPageRefs                = 24,
    JET_tracetagBtree                         = 25,
    JET_tracetagSpace                         = 26,
    JET_tracetagFCBs                          = 27,
    JET_tracetagTransactions                  = 28,
    JET_tracetagLogging                       = 29,
    JET_tracetagRecovery                      = 30,
    JET_tracetagBackup                        = 31,
    JET_tracetagRestore                       = 32,
    JET_tracetagOLD                           = 33,
    JET_tracetagEventlog                      = 34,
    JET_tracetagBufferManagerMaintTasks       = 35,
    JET_tracetagSpaceManagement               = 36,
    JET_tracetagSpaceInternal                 = 37,
    JET_tracetagIOQueue                       = 38,
    JET_tracetagDiskVolumeManagement          = 39,
    JET_tracetagCallbacks                     = 40,
    JET_tracetagIOProblems                    = 41,
    JET_tracetagUpgrade                       = 42,
    JET_tracetagRecoveryValidation            = 43,
    JET_tracetagBufferManagerBufferCacheState = 44,
    JET_tracetagBufferManagerBufferDirtyState = 45,
    JET_tracetagTimerQueue                    = 46,
    JET_tracetagSortPerf                      = 47,
    JET_tracetagOLDRegistration               = 48,
    JET_tracetagOLDWork                       = 49,
    JET_tracetagSysInitTerm                   = 50,
    JET_tracetagVersionAndStagingChecks       = 51,
    JET_tracetagFile                          = 52,
    JET_tracetagFlushFileBuffers              = 53,
    JET_tracetagCheckpointUpdate              = 54,
    JET_tracetagDiagnostics                   = 55,
    JET_tracetagBlockCache                    = 56,
    JET_tracetagRBS                           = 57,
    JET_tracetagRBSCleaner                    = 58,
    JET_tracetagBlockCacheOperations          = 59,
    JET_tracetagMax                           = 60
} JET_TRACETAG;

typedef enum
{
    JET_traceopNull              = 0,
    JET_traceopSetGlobal         = 1,
    JET_traceopSetTag            = 2,
    JET_traceopSetAllTags        = 3,
    JET_traceopSetMessagePrefix  = 4,
    JET_traceopRegisterTag       = 5,
    JET_traceopRegisterAllTags   = 6,
    JET_traceopSetEmitCallback   = 7,
    JET_traceopSetThreadidFilter = 8,
    JET_traceopSetDbidFilter     = 9,
    JET_traceopMax               = 10
} JET_TRACEOP;

/* JetSetResourceParam, JetGetResourceParam: which objects, which of their properties */
typedef enum
{
    JET_residNull      = 0,
    JET_residFCB       = 1,
    JET_residFUCB      = 2,
    JET_residTDB       = 3,
    JET_residIDB       = 4,
    JET_residPIB       = 5,
    JET_residSCB       = 6,
    JET_residVERBUCKET = 7,
    JET_residPAGE      = 8,
    JET_residSPLIT     = 9,
    JET_residSPLITPATH = 10,
    JET_residMERGE     = 11,
    JET_residMERGEPATH = 12,
    JET_residINST      = 13,
    JET_residLOG       = 14,
    JET_residKEY       = 15,
    JET_residBOOKMARK  = 16,
    JET_residLRUKHIST  = 17,
    JET_residRBSBuf    = 18,
    JET_residTest      = 19,
    JET_residMax       = 20,
    JET_residAll       = 0x0FFFFFFF
} JET_RESID;

typedef enum
{
    JET_resoperNull             = 0,
    JET_resoperTag              = 1,
    JET_resoperSize             = 2,
    JET_resoperAlign            = 3,
    JET_resoperMinUse           = 4,
    JET_resoperMaxUse           = 5,
    JET_resoperObjectsPerChunk  = 6,
    JET_resoperCurrentUse       = 7,
    JET_resoperChunkSize        = 8,
    JET_resoperLookasideEntries = 9,
    JET_resoperRFOLOffset       = 10,
    JET_resoperGuard            = 11,
    JET_resoperAllocTopDown     = 12,
    JET_resoperPreserveFreed    = 13,
    JET_resoperAllocFromHeap    = 14,
    JET_resoperEnableMaxUse     = 15,
    JET_resoperRCIList          = 16,
    JET_resoperSectionHeader    = 17,
    JET_resoperMax              = 18
} JET_RESOPER;

/* Trees of a space report */
typedef enum
{
    eBTreeTypeInvalid             = 0,
    eBTreeTypeInternalDbRootSpace = 1,
    eBTreeTypeInternalSpaceOE     = 2,
    eBTreeTypeInternalSpaceAE     = 3,
    eBTreeTypeUserClusteredIndex  = 4,
    eBTreeTypeInternalLongValue   = 5,
    eBTreeTypeUserSecondaryIndex  = 6,
    eBTreeTypeMax                 = 7
} JET_BTREETYPE;

/* JetTestHook */
typedef enum
{
    opTestHookUnitTests                     = 0,
    opTestHookTestInjection                 = 1,
    opTestHookHookNtQueryInformationProcess = 2,
    opTestHookHookNtQuerySystemInformation  = 3,
    opTestHookHookGlobalMemoryStatus        = 4,
    opTestHookSetNegativeTesting            = 5,
    opTestHookResetNegativeTesting          = 6,
    opTestHookThrowError                    = 7,
    opTestHookThrowAssert                   = 8,
    opTestHookUnitTests2                    = 9,
    opTestHookEnforceContextFail            = 10,
    opTestHookGetBFLowMemoryCallback        = 11,
    opTestHookTraceTestMarker               = 12,
    opTestHookGetCheckpointDepth            = 13,
    opTestHookGetOLD2Status                 = 14,
    opTestHookGetEngineTickNow              = 15,
    opTestHookSetEngineTickTime             = 16,
    opTestHookCacheQuery                    = 17,
    opTestHookEvictCache                    = 18,
    opTestHookCorrupt                       = 19,
    opTestHookEnableAutoIncDeprecated       = 20,
    opTestHookSetErrorTrap                  = 21,
    opTestHookGetTablePgnoFDP               = 22,
    opTestHookAlterDatabaseFileHeader       = 23,
    opTestHookGetLogTip                     = 24,
    opTestHookBlockCacheTestEnabled         = 25
} TESTHOOK_OP;

typedef enum
{
    JET_TestInjectInvalid        = 0,
    JET_TestInjectMin            = 1,
    JET_TestInjectFault          = 1,
    JET_TestInjectConfigOverride = 2,
    JET_TestInjectHang           = 3,
    JET_TestInjectMax            = 4
} JET_TESTINJECTIONTYPE;

/* ---- Structures ---- */

/* JetCreateDatabase3, JetAttachDatabase3: pvParam points to the value */
typedef struct tagJET_SETDBPARAM
{
    JET_ULONG dbparamid;
    void      *pvParam;
    JET_ULONG cbParam;
} JET_SETDBPARAM;

typedef struct
{
    JET_ULONG      cbStruct;
    char           *szDatabaseName;
    char           *szNewDatabaseName;
    JET_SETDBPARAM *rgsetdbparam;
    JET_ULONG      csetdbparam;
    JET_GRBIT      grbit;
} JET_RSTMAP2_A;

typedef struct
{
    JET_ULONG      cbStruct;
    WCHAR          *szDatabaseName;
    WCHAR          *szNewDatabaseName;
    JET_SETDBPARAM *rgsetdbparam;
    JET_ULONG      csetdbparam;
    JET_GRBIT      grbit;
} JET_RSTMAP2_W;

#define JET_RSTMAP2 JET_STRUCT_AW_(JET_RSTMAP2)

typedef struct tagDBUTIL_A
{
    JET_ULONG           cbStruct;
    JET_SESID           sesid;
    JET_DBID            dbid;
    JET_TABLEID         tableid;
    DBUTIL_OP           op;
    EDBDUMP_OP          edbdump;
    JET_GRBIT           grbitOptions;
    JET_ANON_ union
    {
        JET_ANON_ struct
        {
            char        *szDatabase;
            char        *szSLV_ObsoleteAndUnused;
            char        *szBackup;
            const char  *szTable;
            const char  *szIndex;
            char        *szIntegPrefix;
            JET_LONG    pgno;
            JET_LONG    iline;
            JET_LONG    lGeneration;
            JET_LONG    isec;
            JET_LONG    ib;
            JET_LONG    cRetry;
            void        *pfnCallback;
            void        *pvCallback;
        };
        struct                                      /* opDBUTILChecksumLogFromMemory */
        {
            char        *szLog;
            char        *szBase;
            void        *pvBuffer;
            JET_LONG    cbBuffer;
        } checksumlogfrommemory;
        struct                                      /* opDBUTILDumpSpaceCategory */
        {
            char        *szDatabase;
            JET_ULONG   pgnoFirst;                  /* from 1 */
            JET_ULONG   pgnoLast;                   /* 0xFFFFFFFF: to the end */
            void        *pfnSpaceCatCallback;       /* JET_SPCATCALLBACK */
            void        *pvContext;
        } spcatOptions;
        struct                                      /* opDBUTILDumpRBSPages */
        {
            char        *szDatabase;
            JET_ULONG   pgnoFirst;
            JET_ULONG   pgnoLast;
        } rbsOptions;
    };
} JET_DBUTIL_A;

typedef struct tagDBUTIL_W
{
    JET_ULONG           cbStruct;
    JET_SESID           sesid;
    JET_DBID            dbid;
    JET_TABLEID         tableid;
    DBUTIL_OP           op;
    EDBDUMP_OP          edbdump;
    JET_GRBIT           grbitOptions;
    JET_ANON_ union
    {
        JET_ANON_ struct
        {
            WCHAR       *szDatabase;
            WCHAR       *szSLV_ObsoleteAndUnused;
            WCHAR       *szBackup;
            const WCHAR *szTable;
            const WCHAR *szIndex;
            WCHAR       *szIntegPrefix;
            JET_LONG    pgno;
            JET_LONG    iline;
            JET_LONG    lGeneration;
            JET_LONG    isec;
            JET_LONG    ib;
            JET_LONG    cRetry;
            void        *pfnCallback;
            void        *pvCallback;
        };
        struct                                      /* opDBUTILChecksumLogFromMemory */
        {
            WCHAR       *szLog;
            WCHAR       *szBase;
            void        *pvBuffer;
            JET_LONG    cbBuffer;
        } checksumlogfrommemory;
        struct                                      /* opDBUTILDumpSpaceCategory */
        {
            WCHAR       *szDatabase;
            JET_ULONG   pgnoFirst;                  /* from 1 */
            JET_ULONG   pgnoLast;                   /* 0xFFFFFFFF: to the end */
            void        *pfnSpaceCatCallback;       /* JET_SPCATCALLBACK */
            void        *pvContext;
        } spcatOptions;
        struct                                      /* opDBUTILDumpRBSPages */
        {
            WCHAR       *szDatabase;
            JET_ULONG   pgnoFirst;
            JET_ULONG   pgnoLast;
        } rbsOptions;
    };
} JET_DBUTIL_W;

#define JET_DBUTIL JET_STRUCT_AW_(JET_DBUTIL)

typedef struct JET_SESSIONINFO
{
    JET_ULONG   ulTrxBegin0;
    JET_ULONG   ulTrxLevel;
    JET_ULONG   ulProcid;
    JET_ULONG   ulFlags;
    JET_API_PTR ulTrxContext;
} JET_SESSIONINFO;

/* JET_INDEXCREATE before cbKeyMost */
typedef struct tagJET_INDEXCREATEOLD_A
{
    JET_ULONG                   cbStruct;
    char                        *szIndexName;
    char                        *szKey;             /* "+column\0-column\0\0" */
    JET_ULONG                   cbKey;              /* bytes of szKey, with both terminators */
    JET_GRBIT                   grbit;
    JET_ULONG                   ulDensity;
    JET_ANON_ union
    {
        JET_ULONG               lcid;
        JET_UNICODEINDEX        *pidxunicode;       /* with JET_bitIndexUnicode */
    };
    JET_ANON_ union
    {
        JET_ULONG               cbVarSegMac;
        JET_TUPLELIMITS         *ptuplelimits;      /* with JET_bitIndexTupleLimits */
    };
    JET_CONDITIONALCOLUMN_A     *rgconditionalcolumn;
    JET_ULONG                   cConditionalColumn;
    JET_ERR                     err;
} JET_INDEXCREATEOLD_A;

typedef struct tagJET_INDEXCREATEOLD_W
{
    JET_ULONG                   cbStruct;
    WCHAR                       *szIndexName;
    WCHAR                       *szKey;             /* "+column\0-column\0\0" */
    JET_ULONG                   cbKey;              /* bytes of szKey, with both terminators */
    JET_GRBIT                   grbit;
    JET_ULONG                   ulDensity;
    JET_ANON_ union
    {
        JET_ULONG               lcid;
        JET_UNICODEINDEX        *pidxunicode;       /* with JET_bitIndexUnicode */
    };
    JET_ANON_ union
    {
        JET_ULONG               cbVarSegMac;
        JET_TUPLELIMITS         *ptuplelimits;      /* with JET_bitIndexTupleLimits */
    };
    JET_CONDITIONALCOLUMN_W     *rgconditionalcolumn;
    JET_ULONG                   cConditionalColumn;
    JET_ERR                     err;
} JET_INDEXCREATEOLD_W;

#define JET_INDEXCREATEOLD JET_STRUCT_AW_(JET_INDEXCREATEOLD)

/* JetCreateTableColumnIndex5 */
typedef struct tagJET_TABLECREATE5_A
{
    JET_ULONG          cbStruct;
    char               *szTableName;
    char               *szTemplateTableName;
    JET_ULONG          ulPages;
    JET_ULONG          ulDensity;
    JET_COLUMNCREATE_A *rgcolumncreate;
    JET_ULONG          cColumns;
    JET_INDEXCREATE3_A *rgindexcreate;
    JET_ULONG          cIndexes;
    char               *szCallback;
    JET_CBTYP          cbtyp;
    JET_GRBIT          grbit;
    JET_SPACEHINTS     *pSeqSpacehints;
    JET_SPACEHINTS     *pLVSpacehints;
    JET_ULONG          cbSeparateLV;
    JET_ULONG          cbLVChunkMax;
    JET_TABLEID        tableid;
    JET_ULONG          cCreated;
} JET_TABLECREATE5_A;

typedef struct tagJET_TABLECREATE5_W
{
    JET_ULONG          cbStruct;
    WCHAR              *szTableName;
    WCHAR              *szTemplateTableName;
    JET_ULONG          ulPages;
    JET_ULONG          ulDensity;
    JET_COLUMNCREATE_W *rgcolumncreate;
    JET_ULONG          cColumns;
    JET_INDEXCREATE3_W *rgindexcreate;
    JET_ULONG          cIndexes;
    WCHAR              *szCallback;
    JET_CBTYP          cbtyp;
    JET_GRBIT          grbit;
    JET_SPACEHINTS     *pSeqSpacehints;
    JET_SPACEHINTS     *pLVSpacehints;
    JET_ULONG          cbSeparateLV;
    JET_ULONG          cbLVChunkMax;
    JET_TABLEID        tableid;
    JET_ULONG          cCreated;
} JET_TABLECREATE5_W;

#define JET_TABLECREATE5 JET_STRUCT_AW_(JET_TABLECREATE5)

/* JetConvertDDL */
typedef struct tagDDLADDCALLBACK_A
{
    char      *szTable;
    char      *szCallback;
    JET_CBTYP cbtyp;
} JET_DDLADDCALLBACK_A;

typedef struct tagDDLADDCALLBACK_W
{
    WCHAR     *szTable;
    WCHAR     *szCallback;
    JET_CBTYP cbtyp;
} JET_DDLADDCALLBACK_W;

#define JET_DDLADDCALLBACK JET_STRUCT_AW_(JET_DDLADDCALLBACK)

typedef struct tagDDLCHANGECOLUMN_A
{
    char       *szTable;
    char       *szColumn;
    JET_COLTYP coltypNew;
    JET_GRBIT  grbitNew;
} JET_DDLCHANGECOLUMN_A;

typedef struct tagDDLCHANGECOLUMN_W
{
    WCHAR      *szTable;
    WCHAR      *szColumn;
    JET_COLTYP coltypNew;
    JET_GRBIT  grbitNew;
} JET_DDLCHANGECOLUMN_W;

#define JET_DDLCHANGECOLUMN JET_STRUCT_AW_(JET_DDLCHANGECOLUMN)

typedef struct tagDDLMAXCOLUMNSIZE_A
{
    char      *szTable;
    char      *szColumn;
    JET_ULONG cbMax;
} JET_DDLMAXCOLUMNSIZE_A;

typedef struct tagDDLMAXCOLUMNSIZE_W
{
    WCHAR     *szTable;
    WCHAR     *szColumn;
    JET_ULONG cbMax;
} JET_DDLMAXCOLUMNSIZE_W;

#define JET_DDLMAXCOLUMNSIZE JET_STRUCT_AW_(JET_DDLMAXCOLUMNSIZE)

typedef struct tagDDLADDCONDITIONALCOLUMNSTOALLINDEXES_A
{
    char                    *szTable;
    JET_CONDITIONALCOLUMN_A *rgconditionalcolumn;
    JET_ULONG               cConditionalColumn;
} JET_DDLADDCONDITIONALCOLUMNSTOALLINDEXES_A;

typedef struct tagDDLADDCONDITIONALCOLUMNSTOALLINDEXES_W
{
    WCHAR                   *szTable;
    JET_CONDITIONALCOLUMN_W *rgconditionalcolumn;
    JET_ULONG               cConditionalColumn;
} JET_DDLADDCONDITIONALCOLUMNSTOALLINDEXES_W;

#define JET_DDLADDCONDITIONALCOLUMNSTOALLINDEXES JET_STRUCT_AW_(JET_DDLADDCONDITIONALCOLUMNSTOALLINDEXES)

typedef struct tagDDLADDCOLUMCALLBACK_A
{
    char      *szTable;
    char      *szColumn;
    char      *szCallback;
    void      *pvCallbackData;
    JET_ULONG cbCallbackData;
} JET_DDLADDCOLUMNCALLBACK_A;

typedef struct tagDDLADDCOLUMCALLBACK_W
{
    WCHAR     *szTable;
    WCHAR     *szColumn;
    WCHAR     *szCallback;
    void      *pvCallbackData;
    JET_ULONG cbCallbackData;
} JET_DDLADDCOLUMNCALLBACK_W;

#define JET_DDLADDCOLUMNCALLBACK JET_STRUCT_AW_(JET_DDLADDCOLUMNCALLBACK)

typedef struct tagDDLINDEXDENSITY_A
{
    char      *szTable;
    char      *szIndex;
    JET_ULONG ulDensity;
} JET_DDLINDEXDENSITY_A;

typedef struct tagDDLINDEXDENSITY_W
{
    WCHAR     *szTable;
    WCHAR     *szIndex;
    JET_ULONG ulDensity;
} JET_DDLINDEXDENSITY_W;

#define JET_DDLINDEXDENSITY JET_STRUCT_AW_(JET_DDLINDEXDENSITY)

typedef struct tagDDLCALLBACKDLL_A
{
    char *szOldDLL;
    char *szNewDLL;
} JET_DDLCALLBACKDLL_A;

typedef struct tagDDLCALLBACKDLL_W
{
    WCHAR *szOldDLL;
    WCHAR *szNewDLL;
} JET_DDLCALLBACKDLL_W;

#define JET_DDLCALLBACKDLL JET_STRUCT_AW_(JET_DDLCALLBACKDLL)

typedef struct
{
    void       *pvReserved1;
    void       *pvReserved2;
    JET_ULONG  cbActual;
    JET_HANDLE hSig;
    JET_ERR    err;
} JET_OLP;

#pragma pack(push, 1)

/* JetGetInstanceMiscInfo */
typedef struct
{
    JET_ULONG   genMin;
    JET_ULONG   genMax;
    JET_LOGTIME logtimeGenMaxCreate;
} JET_CHECKPOINTINFO;

#pragma pack(pop)

typedef struct
{
    JET_ULONG     ulVersion;
    JET_ULONG     ulUpdate;
    JET_SIGNATURE signDb;
    JET_ULONG     dbstate;
    JET_LGPOS     lgposConsistent;
    JET_LOGTIME   logtimeConsistent;
    JET_LOGTIME   logtimeAttach;
    JET_LGPOS     lgposAttach;
    JET_LOGTIME   logtimeDetach;
    JET_LGPOS     lgposDetach;
    JET_SIGNATURE signLog;
    JET_BKINFO    bkinfoFullPrev;
    JET_BKINFO    bkinfoIncPrev;
    JET_BKINFO    bkinfoFullCur;
    JET_ULONG     fShadowingDisabled;
    JET_ULONG     fUpgradeDb;
    JET_ULONG     dwMajorVersion;
    JET_ULONG     dwMinorVersion;
    JET_ULONG     dwBuildNumber;
    JET_LONG      lSPNumber;
    JET_ULONG     cbPageSize;
    JET_ULONG     genMinRequired;
    JET_ULONG     genMaxRequired;
    JET_LOGTIME   logtimeGenMaxCreate;
    JET_ULONG     ulRepairCount;
    JET_LOGTIME   logtimeRepair;
    JET_ULONG     ulRepairCountOld;
    JET_ULONG     ulECCFixSuccess;
    JET_LOGTIME   logtimeECCFixSuccess;
    JET_ULONG     ulECCFixSuccessOld;
    JET_ULONG     ulECCFixFail;
    JET_LOGTIME   logtimeECCFixFail;
    JET_ULONG     ulECCFixFailOld;
    JET_ULONG     ulBadChecksum;
    JET_LOGTIME   logtimeBadChecksum;
    JET_ULONG     ulBadChecksumOld;
    JET_ULONG     genCommitted;
    JET_BKINFO    bkinfoCopyPrev;
    JET_BKINFO    bkinfoDiffPrev;
    JET_ULONG     ulIncrementalReseedCount;
    JET_LOGTIME   logtimeIncrementalReseed;
    JET_ULONG     ulIncrementalReseedCountOld;
    JET_ULONG     ulPagePatchCount;
    JET_LOGTIME   logtimePagePatch;
    JET_ULONG     ulPagePatchCountOld;
} JET_DBINFOMISC5;

typedef struct
{
    JET_ULONG     ulVersion;
    JET_ULONG     ulUpdate;
    JET_SIGNATURE signDb;
    JET_ULONG     dbstate;
    JET_LGPOS     lgposConsistent;
    JET_LOGTIME   logtimeConsistent;
    JET_LOGTIME   logtimeAttach;
    JET_LGPOS     lgposAttach;
    JET_LOGTIME   logtimeDetach;
    JET_LGPOS     lgposDetach;
    JET_SIGNATURE signLog;
    JET_BKINFO    bkinfoFullPrev;
    JET_BKINFO    bkinfoIncPrev;
    JET_BKINFO    bkinfoFullCur;
    JET_ULONG     fShadowingDisabled;
    JET_ULONG     fUpgradeDb;
    JET_ULONG     dwMajorVersion;
    JET_ULONG     dwMinorVersion;
    JET_ULONG     dwBuildNumber;
    JET_LONG      lSPNumber;
    JET_ULONG     cbPageSize;
    JET_ULONG     genMinRequired;
    JET_ULONG     genMaxRequired;
    JET_LOGTIME   logtimeGenMaxCreate;
    JET_ULONG     ulRepairCount;
    JET_LOGTIME   logtimeRepair;
    JET_ULONG     ulRepairCountOld;
    JET_ULONG     ulECCFixSuccess;
    JET_LOGTIME   logtimeECCFixSuccess;
    JET_ULONG     ulECCFixSuccessOld;
    JET_ULONG     ulECCFixFail;
    JET_LOGTIME   logtimeECCFixFail;
    JET_ULONG     ulECCFixFailOld;
    JET_ULONG     ulBadChecksum;
    JET_LOGTIME   logtimeBadChecksum;
    JET_ULONG     ulBadChecksumOld;
    JET_ULONG     genCommitted;
    JET_BKINFO    bkinfoCopyPrev;
    JET_BKINFO    bkinfoDiffPrev;
    JET_ULONG     ulIncrementalReseedCount;
    JET_LOGTIME   logtimeIncrementalReseed;
    JET_ULONG     ulIncrementalReseedCountOld;
    JET_ULONG     ulPagePatchCount;
    JET_LOGTIME   logtimePagePatch;
    JET_ULONG     ulPagePatchCountOld;
    JET_LOGTIME   logtimeChecksumPrev;
    JET_LOGTIME   logtimeChecksumStart;
    JET_ULONG     cpgDatabaseChecked;
} JET_DBINFOMISC6;

typedef struct
{
    JET_ULONG     ulVersion;
    JET_ULONG     ulUpdate;
    JET_SIGNATURE signDb;
    JET_ULONG     dbstate;
    JET_LGPOS     lgposConsistent;
    JET_LOGTIME   logtimeConsistent;
    JET_LOGTIME   logtimeAttach;
    JET_LGPOS     lgposAttach;
    JET_LOGTIME   logtimeDetach;
    JET_LGPOS     lgposDetach;
    JET_SIGNATURE signLog;
    JET_BKINFO    bkinfoFullPrev;
    JET_BKINFO    bkinfoIncPrev;
    JET_BKINFO    bkinfoFullCur;
    JET_ULONG     fShadowingDisabled;
    JET_ULONG     fUpgradeDb;
    JET_ULONG     dwMajorVersion;
    JET_ULONG     dwMinorVersion;
    JET_ULONG     dwBuildNumber;
    JET_LONG      lSPNumber;
    JET_ULONG     cbPageSize;
    JET_ULONG     genMinRequired;
    JET_ULONG     genMaxRequired;
    JET_LOGTIME   logtimeGenMaxCreate;
    JET_ULONG     ulRepairCount;
    JET_LOGTIME   logtimeRepair;
    JET_ULONG     ulRepairCountOld;
    JET_ULONG     ulECCFixSuccess;
    JET_LOGTIME   logtimeECCFixSuccess;
    JET_ULONG     ulECCFixSuccessOld;
    JET_ULONG     ulECCFixFail;
    JET_LOGTIME   logtimeECCFixFail;
    JET_ULONG     ulECCFixFailOld;
    JET_ULONG     ulBadChecksum;
    JET_LOGTIME   logtimeBadChecksum;
    JET_ULONG     ulBadChecksumOld;
    JET_ULONG     genCommitted;
    JET_BKINFO    bkinfoCopyPrev;
    JET_BKINFO    bkinfoDiffPrev;
    JET_ULONG     ulIncrementalReseedCount;
    JET_LOGTIME   logtimeIncrementalReseed;
    JET_ULONG     ulIncrementalReseedCountOld;
    JET_ULONG     ulPagePatchCount;
    JET_LOGTIME   logtimePagePatch;
    JET_ULONG     ulPagePatchCountOld;
    JET_LOGTIME   logtimeChecksumPrev;
    JET_LOGTIME   logtimeChecksumStart;
    JET_ULONG     cpgDatabaseChecked;
    JET_LOGTIME   logtimeLastReAttach;
    JET_LGPOS     lgposLastReAttach;
} JET_DBINFOMISC7;

/* JetGetLogFileInfo */
typedef struct
{
    JET_ULONG     ulGeneration;
    JET_SIGNATURE signLog;
    JET_LOGTIME   logtimeCreate;
    JET_LOGTIME   logtimePreviousGeneration;
    JET_ULONG     ulFlags;
    JET_ULONG     ulVersionMajor;
    JET_ULONG     ulVersionMinor;
    JET_ULONG     ulVersionUpdate;
    JET_ULONG     cbSectorSize;
    JET_ULONG     cbHeader;
    JET_ULONG     cbFile;
    JET_ULONG     cbDatabasePageSize;
} JET_LOGINFOMISC;

typedef struct
{
    JET_ULONG     ulGeneration;
    JET_SIGNATURE signLog;
    JET_LOGTIME   logtimeCreate;
    JET_LOGTIME   logtimePreviousGeneration;
    JET_ULONG     ulFlags;
    JET_ULONG     ulVersionMajor;
    JET_ULONG     ulVersionMinor;
    JET_ULONG     ulVersionUpdate;
    JET_ULONG     cbSectorSize;
    JET_ULONG     cbHeader;
    JET_ULONG     cbFile;
    JET_ULONG     cbDatabasePageSize;
    JET_LGPOS     lgposCheckpoint;
} JET_LOGINFOMISC2;

typedef struct
{
    JET_ULONG     ulGeneration;
    JET_SIGNATURE signLog;
    JET_LOGTIME   logtimeCreate;
    JET_LOGTIME   logtimePreviousGeneration;
    JET_ULONG     ulFlags;
    JET_ULONG     ulVersionMajor;
    JET_ULONG     ulVersionUpdateMajor;
    JET_ULONG     ulVersionUpdateMinor;
    JET_ULONG     cbSectorSize;
    JET_ULONG     cbHeader;
    JET_ULONG     cbFile;
    JET_ULONG     cbDatabasePageSize;
    JET_LGPOS     lgposCheckpoint;
    JET_ULONG     ulVersionMinorDeprecated;
    JET_UINT64    checksumPrevLogAllSegments;
} JET_LOGINFOMISC3;
/* JetInit4: pv of the callback with JET_snpRecoveryControl */
typedef struct
{
    JET_ULONG               cbStruct;
    JET_ERR                 errDefault;             /* what recovery does if the callback returns it */
    JET_INSTANCE            instance;
    JET_SNT                 sntUnion;               /* which member */
    JET_ANON_ union
    {
        struct
        {
            JET_ULONG       cbStruct;
            JET_ULONG       lGenNext;
            unsigned char   fCurrentLog : 1;
            unsigned char   eReason;
            unsigned char   rgbReserved[6];
            WCHAR           *wszLogFile;
            JET_ULONG       cdbinfomisc;
            JET_DBINFOMISC7 *rgdbinfomisc;
        } OpenLog;
        struct
        {
            JET_ULONG       cbStruct;
            WCHAR           *wszCheckpoint;
        } OpenCheckpoint;
        struct
        {
            JET_ULONG       cbStruct;
            JET_ULONG       lGenMissing;
            unsigned char   fCurrentLog : 1;
            unsigned char   eNextAction;
            unsigned char   rgbReserved[6];
            WCHAR           *wszLogFile;
            JET_ULONG       cdbinfomisc;
            JET_DBINFOMISC7 *rgdbinfomisc;
        } MissingLog;
        struct
        {
            JET_ULONG       cbStruct;
            JET_ULONG       cdbinfomisc;
            JET_DBINFOMISC7 *rgdbinfomisc;
        } BeginUndo;
        struct
        {
            JET_ULONG       cbStruct;
            JET_ULONG       EventID;
        } NotificationEvent;
        struct
        {
            JET_ULONG       cbStruct;
        } SignalErrorCondition;
        struct
        {
            JET_ULONG       cbStruct;
            const WCHAR     *wszDbPath;
        } AttachedDb;
        struct
        {
            JET_ULONG       cbStruct;
            const WCHAR     *wszDbPath;
        } DetachingDb;
        struct
        {
            JET_ULONG       cbStruct;
            const void      *pbCommitCtx;
            JET_ULONG       cbCommitCtx;
            JET_ULONG       fCallbackType;
        } CommitCtx;
    };
} JET_RECOVERYCONTROL;

typedef struct
{
    JET_ULONG cbStruct;
    JET_SNC   snc;
    JET_ULONG ul;
    char      sz[256];
} JET_SNMSG;

typedef struct
{
    JET_ULONG       cbStruct;
    JET_ULONG       pageNumber;
    const WCHAR     *szLogFile;
    JET_INSTANCE    instance;
    JET_DBINFOMISC7 dbinfomisc;
    const void      *pvToken;
    JET_ULONG       cbToken;
    const void      *pvData;
    JET_ULONG       cbData;
    JET_DBID        dbid;
} JET_SNPATCHREQUEST;

typedef struct
{
    JET_ULONG       cbStruct;
    const WCHAR     *wszDatabase;
    JET_DBID        dbid;
    JET_DBINFOMISC7 dbinfomisc;
    JET_ULONG       pageNumber;
} JET_SNCORRUPTEDPAGE;

typedef struct
{
    JET_ULONG cpageOwned;
    JET_ULONG cpageAvail;
} JET_STREAMINGFILESPACEINFO;

typedef struct JET_THREADSTATS4
{
    JET_ULONG  cbStruct;
    JET_ULONG  cPageReferenced;
    JET_ULONG  cPageRead;
    JET_ULONG  cPagePreread;
    JET_ULONG  cPageDirtied;
    JET_ULONG  cPageRedirtied;
    JET_ULONG  cLogRecord;
    JET_ULONG  cbLogRecord;
    JET_UINT64 cusecPageCacheMiss;
    JET_ULONG  cPageCacheMiss;
    JET_ULONG  cSeparatedLongValueRead;
    JET_UINT64 cusecLongValuePageCacheMiss;
    JET_ULONG  cLongValuePageCacheMiss;
    JET_ULONG  cSeparatedLongValueCreated;
    JET_ULONG  cPageUniqueCacheHits;
    JET_ULONG  cPageUniqueCacheRequests;
    JET_ULONG  cDatabaseReads;
    JET_ULONG  cSumDatabaseReadQueueDepthImpact;
    JET_ULONG  cSumDatabaseReadQueueDepth;
    JET_UINT64 cusecWait;
    JET_ULONG  cWait;
    JET_ULONG  cNodesFlagDeleted;
    JET_ULONG  cbNodesFlagDeleted;
    JET_ULONG  cPageTableAllocated;
    JET_ULONG  cPageTableReleased;
    JET_ULONG  cPageUpdateAllocated;
    JET_ULONG  cPageUpdateReleased;
    JET_ULONG  cPageUniqueModified;
} JET_THREADSTATS4;

/* JetInit4: as JET_PFNSTATUS, with the caller's context instead of a session */
typedef JET_ERR (JET_API *JET_PFNINITCALLBACK)(JET_SNP snp, JET_SNT snt, void *pv, void *pvContext);

typedef struct
{
    JET_ULONG           cbStruct;
    JET_RSTMAP2_A       *rgrstmap;
    JET_LONG            crstmap;
    JET_LGPOS           lgposStop;
    JET_LOGTIME         logtimeStop;
    JET_PFNINITCALLBACK pfnCallback;
    void                *pvCallbackContext;
} JET_RSTINFO2_A;

typedef struct
{
    JET_ULONG           cbStruct;
    JET_RSTMAP2_W       *rgrstmap;
    JET_LONG            crstmap;
    JET_LGPOS           lgposStop;
    JET_LOGTIME         logtimeStop;
    JET_PFNINITCALLBACK pfnCallback;
    void                *pvCallbackContext;
} JET_RSTINFO2_W;

#define JET_RSTINFO2 JET_STRUCT_AW_(JET_RSTINFO2)

/* opDBUTILDumpSpace: what the callback is told of each tree */
typedef struct _BTREE_STATS_BASIC_CATALOG
{
    JET_ULONG      cbStruct;
    JET_BTREETYPE  eType;
    WCHAR          rgName[64];
    JET_ULONG      objidFDP;
    JET_ULONG      pgnoFDP;
    JET_SPACEHINTS *pSpaceHints;
} BTREE_STATS_BASIC_CATALOG;

typedef struct _BTREE_SPACE_EXTENT_INFO
{
    JET_ULONG iPool;
    JET_ULONG pgnoLast;
    JET_ULONG cpgExtent;
    JET_ULONG pgnoSpaceNode;
} BTREE_SPACE_EXTENT_INFO;

typedef struct _BTREE_STATS_SPACE_TREES
{
    JET_ULONG               cbStruct;
    JET_ULONG               cpgPrimary;
    JET_ULONG               cpgLastAlloc;
    JET_ULONG               fMultiExtent;
    JET_ULONG               pgnoOE;
    JET_ULONG               pgnoAE;
    JET_ULONG               cpgOwned;
    JET_ULONG               cpgOwnedCache;
    JET_ULONG               cpgAvailable;
    JET_ULONG               cpgAvailableCache;
    JET_ULONG               cpgSpaceTreeAvailable;
    JET_ULONG               cpgReserved;
    JET_ULONG               cpgShelved;
    int                     fAutoIncPresents;
    JET_UINT64              qwAutoInc;
    JET_ULONG               cOwnedExtents;
    BTREE_SPACE_EXTENT_INFO *prgOwnedExtents;
    JET_ULONG               cAvailExtents;
    BTREE_SPACE_EXTENT_INFO *prgAvailExtents;
} BTREE_STATS_SPACE_TREES;

typedef struct
{
    JET_ULONG cbStruct;
    JET_HISTO *phistoFreeBytes;
    JET_HISTO *phistoNodeCounts;
    JET_HISTO *phistoKeySizes;
    JET_HISTO *phistoDataSizes;
    JET_HISTO *phistoKeyCompression;
    JET_HISTO *phistoResvTagSizes;
    JET_HISTO *phistoUnreclaimedBytes;
    JET_INT64 cVersionedNodes;
} BTREE_STATS_PAGE_SPACE;

typedef struct _BTREE_STATS_PARENT_OF_LEAF
{
    JET_ULONG              cbStruct;
    JET_ULONG              fEmpty;
    JET_ULONG              cpgInternal;
    JET_ULONG              cpgData;
    JET_ULONG              cDepth;
    JET_HISTO              *phistoIOContiguousRuns;
    JET_ULONG              cForwardScans;
    BTREE_STATS_PAGE_SPACE *pInternalPageStats;
} BTREE_STATS_PARENT_OF_LEAF;

typedef struct _BTREE_STATS_LV
{
    JET_ULONG  cbStruct;
    JET_INT64  cLVRefs;
    JET_INT64  cCorruptLVs;
    JET_INT64  cSeparatedRootChunks;
    JET_INT64  cPartiallyDeletedLVs;
    JET_UINT64 lidMax;
    int        cbLVChunkMax;
    JET_HISTO  *phistoLVSize;
    JET_HISTO  *phistoLVComp;
    JET_HISTO  *phistoLVRatio;
    JET_HISTO  *phistoLVSeeks;
    JET_HISTO  *phistoLVBytes;
    JET_HISTO  *phistoLVExtraSeeks;
    JET_HISTO  *phistoLVExtraBytes;
} BTREE_STATS_LV;

typedef struct _BTREE_STATS
{
    JET_ULONG                  cbStruct;
    JET_ULONG                  grbitData;
    struct _BTREE_STATS        *pParent;
    BTREE_STATS_BASIC_CATALOG  *pBasicCatalog;
    BTREE_STATS_SPACE_TREES    *pSpaceTrees;
    BTREE_STATS_PARENT_OF_LEAF *pParentOfLeaf;
    BTREE_STATS_PAGE_SPACE     *pFullWalk;
    BTREE_STATS_LV             *pLvData;
    JET_ULONG                  fPgnoFDPRootDelete;
} BTREE_STATS;

/* JetGetRBSFileInfo, JetRBSExecuteRevert */
typedef struct
{
    JET_LONG    lRBSGeneration;
    JET_LOGTIME logtimeCreate;
    JET_LOGTIME logtimeCreatePrevRBS;
    JET_ULONG   ulMajor;
    JET_ULONG   ulMinor;
    JET_UINT64  cbLogicalFileSize;
} JET_RBSINFOMISC;

typedef struct
{
    JET_LONG    lGenMinRevertStart;
    JET_LONG    lGenMaxRevertStart;
    JET_LONG    lGenMinRevertEnd;
    JET_LONG    lGenMaxRevertEnd;
    JET_LOGTIME logtimeRevertFrom;
    JET_UINT64  cSecRevert;
    JET_UINT64  cPagesReverted;
    JET_LONG    lGenRBSMaxApplied;
    JET_LONG    lGenRBSMinApplied;
} JET_RBSREVERTINFOMISC;
typedef struct
{
    JET_COLUMNID            columnid;
    unsigned short          cMultiValues;
    JET_ANON_ union
    {
        unsigned short      usFlags;
        JET_ANON_ struct
        {
            unsigned short  fLongValue : 1;
            unsigned short  fDefaultValue : 1;
            unsigned short  fNullOverride : 1;
            unsigned short  fDerived : 1;
        };
    };
} JET_RETRIEVEMULTIVALUECOUNT;

typedef struct
{
    JET_UINT64 cbData;
    JET_UINT64 cbLongValueData;
    JET_UINT64 cbOverhead;
    JET_UINT64 cbLongValueOverhead;
    JET_UINT64 cNonTaggedColumns;
    JET_UINT64 cTaggedColumns;
    JET_UINT64 cLongValues;
    JET_UINT64 cMultiValues;
    JET_UINT64 cCompressedColumns;
    JET_UINT64 cbDataCompressed;
    JET_UINT64 cbLongValueDataCompressed;
    JET_UINT64 cbIntrinsicLongValueData;
    JET_UINT64 cbIntrinsicLongValueDataCompressed;
    JET_UINT64 cIntrinsicLongValues;
    JET_UINT64 cbKey;
} JET_RECSIZE3;

/* JetGetPageInfo */
typedef struct tagJET_PAGEINFO
{
    JET_ULONG  pgno;
    JET_ULONG  fPageIsInitialized : 1;
    JET_ULONG  fCorrectableError : 1;
    JET_UINT64 checksumActual;
    JET_UINT64 checksumExpected;
    JET_UINT64 dbtime;
    JET_UINT64 structureChecksum;
    JET_UINT64 flags;
} JET_PAGEINFO;

typedef struct tagJET_PAGEINFO2
{
    JET_PAGEINFO pageInfo;
    JET_UINT64   rgChecksumActual[3];
    JET_UINT64   rgChecksumExpected[3];
} JET_PAGEINFO2;

/* JetConsumeLogData */
typedef struct tag_JET_EMITDATACTX
{
    JET_ULONG   cbStruct;
    JET_ULONG   dwVersion;
    JET_UINT64  qwSequenceNum;
    JET_GRBIT   grbitOperationalFlags;
    JET_LOGTIME logtimeEmit;
    JET_LGPOS   lgposLogData;
    JET_ULONG   cbLogData;
} JET_EMITDATACTX;

/* JetTestHook */
typedef struct tagJET_TESTHOOKUNITTEST2
{
    JET_ULONG cbStruct;
    char      *szTestName;
    JET_DBID  dbidTestOn;
} JET_TESTHOOKUNITTEST2;

typedef struct tagJET_TESTHOOKTESTINJECTION
{
    JET_ULONG             cbStruct;
    JET_ULONG             ulID;
    JET_API_PTR           pv;
    JET_TESTINJECTIONTYPE type;
    JET_ULONG             ulProbability;
    JET_GRBIT             grbit;
} JET_TESTHOOKTESTINJECTION;

typedef struct tagJET_TESTHOOKAPIHOOKING
{
    JET_ULONG  cbStruct;
    const void *pfnOld;
    const void *pfnNew;
} JET_TESTHOOKAPIHOOKING;

typedef struct tagJET_TESTHOOKTRACETESTMARKER
{
    JET_ULONG  cbStruct;
    const char *szAnnotation;
    JET_UINT64 qwMarkerID;
} JET_TESTHOOKTRACETESTMARKER;

typedef struct tagJET_TESTHOOKTIMEINJECTION
{
    JET_ULONG cbStruct;
    JET_ULONG tickNow;
    JET_ULONG eTimeInjWrapMode;
    JET_ULONG dtickTimeInjWrapOffset;
    JET_ULONG dtickTimeInjAccelerant;
} JET_TESTHOOKTIMEINJECTION;

typedef struct tagJET_TESTHOOKCACHEQUERY
{
    JET_ULONG cbStruct;
    JET_LONG  cCacheQuery;
    char      **rgszCacheQuery;
    void      *pvOut;
} JET_TESTHOOKCACHEQUERY;

typedef struct tagJET_TESTHOOKEVICTCACHE
{
    JET_ULONG   cbStruct;
    JET_API_PTR ulTargetContext;
    JET_API_PTR ulTargetData;
    JET_GRBIT   grbit;
} JET_TESTHOOKEVICTCACHE;
typedef struct tagJET_TESTHOOKCORRUPT
{
    JET_ULONG               cbStruct;
    JET_GRBIT               grbit;
    JET_ANON_ union
    {
#pragma pack(push, 8)
        struct
        {
            JET_PWSTR       wszDatabaseFilePath;
            JET_INT64       pgnoTarget;
            JET_INT64       iSubTarget;
        } CorruptDatabaseFile;
#pragma pack(pop)
        struct
        {
            JET_API_PTR     pbPageImageTarget;
            JET_ULONG       cbPageImage;
            JET_INT64       pgnoTarget;
            JET_INT64       iSubTarget;
        } CorruptDatabasePageImage;
    };
} JET_TESTHOOKCORRUPT;

typedef struct tagJET_TESTHOOKALTERDBFILEHDR
{
    JET_PWSTR szDatabase;
    JET_ULONG ibField;
    JET_ULONG cbField;
    char      *pbField;
    JET_GRBIT grbit;
} JET_TESTHOOKALTERDBFILEHDR;

/* ---- Callbacks ---- */

typedef void (JET_API *JET_SPCATCALLBACK)(JET_ULONG pgno, JET_ULONG objid, SpaceCategoryFlags spcatf, void *pvContext);
typedef JET_ERR (JET_API *JET_PFNSPACEDATA)(BTREE_STATS *pBTreeStats, JET_API_PTR pvContext);
typedef void (JET_API *JET_PFNTRACEEMIT)(JET_TRACETAG tag, JET_PCSTR szPrefix, JET_PCSTR szTrace, JET_API_PTR ul);
typedef void (JET_API *JET_PFNTRACEREGISTER)(JET_TRACETAG tag, JET_PCSTR szDesc, JET_API_PTR *pul);
typedef JET_ERR (JET_API *JET_PFNEMITLOGDATA)(JET_INSTANCE instance, JET_EMITDATACTX *pEmitLogDataCtx,
        void *pvLogData, JET_ULONG cbLogData, void *callbackCtx);
typedef JET_ERR (JET_API *JET_ABORTRETRYFAILCALLBACK_A)(char *szFile, JET_ULONG Offset, JET_ULONG OffsetHigh,
        JET_ULONG Length, JET_ERR err);
typedef JET_ERR (JET_API *JET_ABORTRETRYFAILCALLBACK_W)(WCHAR *szFile, JET_ULONG Offset, JET_ULONG OffsetHigh,
        JET_ULONG Length, JET_ERR err);

#define JET_ABORTRETRYFAILCALLBACK JET_STRUCT_AW_(JET_ABORTRETRYFAILCALLBACK)

/* ---- Functions ---- */

JET_ERR JET_API JetInit4A(JET_INSTANCE *pinstance, JET_RSTINFO2_A *prstInfo, JET_GRBIT grbit);
JET_ERR JET_API JetInit4W(JET_INSTANCE *pinstance, JET_RSTINFO2_W *prstInfo, JET_GRBIT grbit);
JET_ERR JET_API JetGetSessionInfo(JET_SESID sesid, void *pvResult, const JET_ULONG cbMax,
        const JET_ULONG ulInfoLevel);
JET_ERR JET_API JetPrepareToCommitTransaction(JET_SESID sesid, const void *pvData, JET_ULONG cbData,
        JET_GRBIT grbit);
JET_ERR JET_API JetGetCounter(JET_SESID sesid, JET_LONG CounterType, JET_LONG *plValue);
JET_ERR JET_API JetResetCounter(JET_SESID sesid, JET_LONG CounterType);
JET_ERR JET_API JetSetResourceParam(JET_INSTANCE instance, JET_RESOPER resoper, JET_RESID resid,
        JET_API_PTR ulParam);
JET_ERR JET_API JetGetResourceParam(JET_INSTANCE instance, JET_RESOPER resoper, JET_RESID resid,
        JET_API_PTR *pulParam);
JET_ERR JET_API JetTracing(const JET_TRACEOP traceop, const JET_TRACETAG tracetag, const JET_API_PTR ul);
JET_ERR JET_API JetTestHook(const TESTHOOK_OP opcode, void *const pv);
JET_ERR JET_API JetCreateDatabase3A(JET_SESID sesid, JET_PCSTR szFilename, JET_DBID *pdbid,
        JET_SETDBPARAM *rgsetdbparam, JET_ULONG csetdbparam, JET_GRBIT grbit);
JET_ERR JET_API JetCreateDatabase3W(JET_SESID sesid, JET_PCWSTR szFilename, JET_DBID *pdbid,
        JET_SETDBPARAM *rgsetdbparam, JET_ULONG csetdbparam, JET_GRBIT grbit);
JET_ERR JET_API JetAttachDatabase3A(JET_SESID sesid, JET_PCSTR szFilename, JET_SETDBPARAM *rgsetdbparam,
        JET_ULONG csetdbparam, JET_GRBIT grbit);
JET_ERR JET_API JetAttachDatabase3W(JET_SESID sesid, JET_PCWSTR szFilename, JET_SETDBPARAM *rgsetdbparam,
        JET_ULONG csetdbparam, JET_GRBIT grbit);
JET_ERR JET_API JetUpgradeDatabaseA(JET_SESID sesid, JET_PCSTR szDbFileName, JET_PCSTR szSLVFileName,
        const JET_GRBIT grbit);
JET_ERR JET_API JetUpgradeDatabaseW(JET_SESID sesid, JET_PCWSTR szDbFileName, JET_PCWSTR szSLVFileName,
        const JET_GRBIT grbit);
JET_ERR JET_API JetSetMaxDatabaseSize(JET_SESID sesid, JET_DBID dbid, JET_ULONG cpg, JET_GRBIT grbit);
JET_ERR JET_API JetGetMaxDatabaseSize(JET_SESID sesid, JET_DBID dbid, JET_ULONG *pcpg, JET_GRBIT grbit);
JET_ERR JET_API JetDatabaseScan(JET_SESID sesid, JET_DBID dbid, JET_ULONG *pcSecondsMax, JET_ULONG cmsecSleep,
        JET_CALLBACK pfnCallback, JET_GRBIT grbit);
JET_ERR JET_API JetDBUtilitiesA(JET_DBUTIL_A *pdbutil);
JET_ERR JET_API JetDBUtilitiesW(JET_DBUTIL_W *pdbutil);
JET_ERR JET_API JetConvertDDLA(JET_SESID sesid, JET_DBID dbid, JET_OPDDLCONV convtyp, void *pvData,
        JET_ULONG cbData);
JET_ERR JET_API JetConvertDDLW(JET_SESID sesid, JET_DBID dbid, JET_OPDDLCONV convtyp, void *pvData,
        JET_ULONG cbData);
JET_ERR JET_API JetCreateTableColumnIndex5A(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE5_A *ptablecreate);
JET_ERR JET_API JetCreateTableColumnIndex5W(JET_SESID sesid, JET_DBID dbid, JET_TABLECREATE5_W *ptablecreate);
JET_ERR JET_API JetDeleteTable2A(JET_SESID sesid, JET_DBID dbid, JET_PCSTR szTableName, const JET_GRBIT grbit);
JET_ERR JET_API JetDeleteTable2W(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR wszTableName,
        const JET_GRBIT grbit);
JET_ERR JET_API JetSetTableInfoA(JET_SESID sesid, JET_TABLEID tableid, const void *pvParam, JET_ULONG cbParam,
        JET_ULONG InfoLevel);
JET_ERR JET_API JetSetTableInfoW(JET_SESID sesid, JET_TABLEID tableid, const void *pvParam, JET_ULONG cbParam,
        JET_ULONG InfoLevel);
JET_ERR JET_API JetCreateEncryptionKey(JET_ULONG encryptionAlgorithm, void *pvKey, JET_ULONG cbKey,
        JET_ULONG *pcbActual);
JET_ERR JET_API JetIndexRecordCount2(JET_SESID sesid, JET_TABLEID tableid, JET_UINT64 *pcrec,
        JET_UINT64 crecMax);
JET_ERR JET_API JetPrereadIndexRange(JET_SESID sesid, JET_TABLEID tableid,
        const JET_INDEX_RANGE *const pIndexRange, const JET_ULONG cPageCacheMin, const JET_ULONG cPageCacheMax,
        JET_GRBIT grbit, JET_ULONG *const pcPageCacheActual);
JET_ERR JET_API JetPrereadTablesW(JET_SESID sesid, JET_DBID dbid, JET_PCWSTR *rgwszTables, JET_LONG cwszTables,
        JET_GRBIT grbit);
JET_ERR JET_API JetRetrieveTaggedColumnList(JET_SESID sesid, JET_TABLEID tableid, JET_ULONG *pcColumns,
        void *pvData, JET_ULONG cbData, JET_COLUMNID columnidStart, JET_GRBIT grbit);
JET_ERR JET_API JetGetRecordSize3(JET_SESID sesid, JET_TABLEID tableid, JET_RECSIZE3 *precsize,
        const JET_GRBIT grbit);
JET_ERR JET_API JetRetrieveColumnByReference(const JET_SESID sesid, const JET_TABLEID tableid,
        const void *const pvReference, const JET_ULONG cbReference, const JET_ULONG ibData, void *const pvData,
        const JET_ULONG cbData, JET_ULONG *const pcbActual, const JET_GRBIT grbit);
JET_ERR JET_API JetPrereadColumnsByReference(const JET_SESID sesid, const JET_TABLEID tableid,
        const void *const *const rgpvReferences, const JET_ULONG *const rgcbReferences,
        const JET_ULONG cReferences, const JET_ULONG cPageCacheMin, const JET_ULONG cPageCacheMax,
        JET_ULONG *const pcReferencesPreread, const JET_GRBIT grbit);
JET_ERR JET_API JetStreamRecords(JET_SESID sesid, JET_TABLEID tableid, const JET_ULONG ccolumnid,
        const JET_COLUMNID *const rgcolumnid, void *const pvData, const JET_ULONG cbData,
        JET_ULONG *const pcbActual, const JET_GRBIT grbit);
JET_ERR JET_API JetRetrieveColumnFromRecordStream(void *const pvData, const JET_ULONG cbData,
        JET_ULONG *const piRecord, JET_COLUMNID *const pcolumnid, JET_ULONG *const pitagSequence,
        JET_ULONG *const pibValue, JET_ULONG *const pcbValue);
JET_ERR JET_API JetBeginSurrogateBackup(JET_INSTANCE instance, JET_ULONG lgenFirst, JET_ULONG lgenLast,
        JET_GRBIT grbit);
JET_ERR JET_API JetEndSurrogateBackup(JET_INSTANCE instance, JET_GRBIT grbit);
JET_ERR JET_API JetOpenFileSectionInstanceA(JET_INSTANCE instance, JET_PSTR szFile, JET_HANDLE *phFile,
        JET_LONG iSection, JET_LONG cSections, JET_UINT64 ibRead, JET_ULONG *pulSectionSizeLow,
        JET_LONG *plSectionSizeHigh);
JET_ERR JET_API JetOpenFileSectionInstanceW(JET_INSTANCE instance, JET_PWSTR szFile, JET_HANDLE *phFile,
        JET_LONG iSection, JET_LONG cSections, JET_UINT64 ibRead, JET_ULONG *pulSectionSizeLow,
        JET_LONG *plSectionSizeHigh);
JET_ERR JET_API JetSnapshotStartA(JET_INSTANCE instance, JET_PSTR szDatabases, JET_GRBIT grbit);
JET_ERR JET_API JetSnapshotStartW(JET_INSTANCE instance, JET_PWSTR szDatabases, JET_GRBIT grbit);
JET_ERR JET_API JetSnapshotStop(JET_INSTANCE instance, JET_GRBIT grbit);
JET_ERR JET_API JetGetLogFileInfoA(JET_PCSTR szLog, void *pvResult, const JET_ULONG cbMax,
        const JET_ULONG InfoLevel);
JET_ERR JET_API JetGetLogFileInfoW(JET_PCWSTR szLog, void *pvResult, const JET_ULONG cbMax,
        const JET_ULONG InfoLevel);
JET_ERR JET_API JetConsumeLogData(JET_INSTANCE instance, JET_EMITDATACTX *pEmitLogDataCtx, void *pvLogData,
        JET_ULONG cbLogData, JET_GRBIT grbits);
JET_ERR JET_API JetRemoveLogfileA(JET_PCSTR szDatabase, JET_PCSTR szLogfile, JET_GRBIT grbit);
JET_ERR JET_API JetRemoveLogfileW(JET_PCWSTR wszDatabase, JET_PCWSTR wszLogfile, JET_GRBIT grbit);
JET_ERR JET_API JetGetPageInfo(void *const pvPages, JET_ULONG cbData, JET_PAGEINFO *rgPageInfo,
        JET_ULONG cbPageInfo, JET_GRBIT grbit, JET_ULONG ulInfoLevel);
JET_ERR JET_API JetGetPageInfo2(void *const pvPages, JET_ULONG cbData, void *const rgPageInfo,
        JET_ULONG cbPageInfo, JET_GRBIT grbit, JET_ULONG ulInfoLevel);
JET_ERR JET_API JetGetDatabasePages(JET_SESID sesid, JET_DBID dbid, JET_ULONG pgnoStart, JET_ULONG cpg,
        void *pv, JET_ULONG cb, JET_ULONG *pcbActual, JET_GRBIT grbit);
JET_ERR JET_API JetPatchDatabasePagesA(JET_INSTANCE instance, JET_PCSTR szDatabase, JET_ULONG pgnoStart,
        JET_ULONG cpg, const void *pv, JET_ULONG cb, JET_GRBIT grbit);
JET_ERR JET_API JetPatchDatabasePagesW(JET_INSTANCE instance, JET_PCWSTR szDatabase, JET_ULONG pgnoStart,
        JET_ULONG cpg, const void *pv, JET_ULONG cb, JET_GRBIT grbit);
JET_ERR JET_API JetOnlinePatchDatabasePage(JET_SESID sesid, JET_DBID dbid, JET_ULONG pgno, const void *pvToken,
        JET_ULONG cbToken, const void *pvData, JET_ULONG cbData, JET_GRBIT grbit);
JET_ERR JET_API JetBeginDatabaseIncrementalReseedA(JET_INSTANCE instance, JET_PCSTR szDatabase,
        JET_GRBIT grbit);
JET_ERR JET_API JetBeginDatabaseIncrementalReseedW(JET_INSTANCE instance, JET_PCWSTR szDatabase,
        JET_GRBIT grbit);
JET_ERR JET_API JetEndDatabaseIncrementalReseedA(JET_INSTANCE instance, JET_PCSTR szDatabase,
        JET_ULONG genMinRequired, JET_ULONG genFirstDivergedLog, JET_ULONG genMaxRequired, JET_GRBIT grbit);
JET_ERR JET_API JetEndDatabaseIncrementalReseedW(JET_INSTANCE instance, JET_PCWSTR szDatabase,
        JET_ULONG genMinRequired, JET_ULONG genFirstDivergedLog, JET_ULONG genMaxRequired, JET_GRBIT grbit);
JET_ERR JET_API JetGetRBSFileInfoA(JET_PCSTR szRBSFileName, void *pvResult, JET_ULONG cbMax,
        JET_ULONG InfoLevel);
JET_ERR JET_API JetGetRBSFileInfoW(JET_PCWSTR szRBSFileName, void *pvResult, JET_ULONG cbMax,
        JET_ULONG InfoLevel);
JET_ERR JET_API JetRBSPrepareRevert(JET_INSTANCE instance, JET_LOGTIME jltRevertExpected, JET_LONG cpgCache,
        JET_GRBIT grbit, JET_LOGTIME *pjltRevertActual);
JET_ERR JET_API JetRBSExecuteRevert(JET_INSTANCE instance, JET_GRBIT grbit,
        JET_RBSREVERTINFOMISC *prbsrevertinfomisc);
JET_ERR JET_API JetRBSCancelRevert(JET_INSTANCE instance);
/* Obsolete; they only fail. */
JET_ERR JET_API JetCreateDatabaseWithStreamingA(JET_SESID sesid, JET_PCSTR szDbFileName, JET_PCSTR szSLVFileName,
        JET_PCSTR szSLVRootName, JET_ULONG cpgDatabaseSizeMax, JET_DBID *pdbid, JET_GRBIT grbit);
JET_ERR JET_API JetCreateDatabaseWithStreamingW(JET_SESID sesid, JET_PCWSTR szDbFileName, JET_PCWSTR szSLVFileName,
        JET_PCWSTR szSLVRootName, JET_ULONG cpgDatabaseSizeMax, JET_DBID *pdbid, JET_GRBIT grbit);
JET_ERR JET_API JetAttachDatabaseWithStreamingA(JET_SESID sesid, JET_PCSTR szDbFileName, JET_PCSTR szSLVFileName,
        JET_PCSTR szSLVRootName, JET_ULONG cpgDatabaseSizeMax, JET_GRBIT grbit);
JET_ERR JET_API JetAttachDatabaseWithStreamingW(JET_SESID sesid, JET_PCWSTR szDbFileName, JET_PCWSTR szSLVFileName,
        JET_PCWSTR szSLVRootName, JET_ULONG cpgDatabaseSizeMax, JET_GRBIT grbit);

#define JetInit4                             JET_AW_(JetInit4)
#define JetCreateDatabase3                   JET_AW_(JetCreateDatabase3)
#define JetAttachDatabase3                   JET_AW_(JetAttachDatabase3)
#define JetUpgradeDatabase                   JET_AW_(JetUpgradeDatabase)
#define JetDBUtilities                       JET_AW_(JetDBUtilities)
#define JetConvertDDL                        JET_AW_(JetConvertDDL)
#define JetCreateTableColumnIndex5           JET_AW_(JetCreateTableColumnIndex5)
#define JetDeleteTable2                      JET_AW_(JetDeleteTable2)
#define JetSetTableInfo                      JET_AW_(JetSetTableInfo)
#define JetOpenFileSectionInstance           JET_AW_(JetOpenFileSectionInstance)
#define JetSnapshotStart                     JET_AW_(JetSnapshotStart)
#define JetGetLogFileInfo                    JET_AW_(JetGetLogFileInfo)
#define JetRemoveLogfile                     JET_AW_(JetRemoveLogfile)
#define JetPatchDatabasePages                JET_AW_(JetPatchDatabasePages)
#define JetBeginDatabaseIncrementalReseed    JET_AW_(JetBeginDatabaseIncrementalReseed)
#define JetEndDatabaseIncrementalReseed      JET_AW_(JetEndDatabaseIncrementalReseed)
#define JetGetRBSFileInfo                    JET_AW_(JetGetRBSFileInfo)
#define JetCreateDatabaseWithStreaming       JET_AW_(JetCreateDatabaseWithStreaming)
#define JetAttachDatabaseWithStreaming       JET_AW_(JetAttachDatabaseWithStreaming)
#ifdef JET_UNICODE
#define JetPrereadTables                     JetPrereadTablesW
#endif
#endif /* JET_VERSION >= 0x0A01 */

#pragma pack(pop)

#ifdef __cplusplus
}
#endif

#endif /* _JET_INCLUDED */
