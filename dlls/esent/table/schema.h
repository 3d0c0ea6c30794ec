/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Databases, tables, columns and indexes, as the catalog (MSysObjects) has
 * them, and how they change.
 *
 * A derived table has the columns and indexes of its template besides its own.
 * Its struct table lists all of them, the template's first, so that nobody
 * above has to look in two places; `from_template` tells which is which.
 *
 * The catalog's rows are versioned as all records are, and they decide what a
 * transaction sees of the schema.  A struct table is one state of a table: what
 * the rows say to one transaction.  It does not change while it is referenced.
 * What all states share - the trees, the list of cursors - is in a struct
 * table_object.  As long as no change of the schema is pending - uncommitted, or
 * invisible to some open transaction - every transaction sees the same state,
 * which is kept (table_object.current) until the database is closed.  With one
 * pending, each use of a cursor asks whether its state is still what its
 * transaction sees, and loads another if not (table_follow); such states are
 * transient.  A change leaves an action version (VERSION_ACTION) in its
 * transaction: rolled back, it undoes what the rows' own versions do not undo
 * (the tree of a new table is given back), and expired, it does what had to wait
 * (so goes the tree of a deleted one) and ends the pending.
 *
 * Strings and arrays of a table live in its arena; what a derived table has
 * from its template points into the template's, which it keeps referenced.
 *
 * Invariants of a loaded table, whatever the file says: fixed[i].fid is i + 1,
 * variable[i].fid is i + 128, tagged[] ascends in (not inherited, fid); a gap
 * among fixed or variable columns is a column of type JET_coltypNil, as is a
 * deleted column; types, offsets and sizes of fixed columns are sane; names end
 * in NUL; an index's key columns may still name a column that is not there.
 *
 * Locks: database.schema is held by the one that changes the schema, but not
 * while it fills an index; then database.lock, which guards the list of tables and
 * objects and is held while one is loaded; both are taken with no page latched.
 */
#ifndef ESENT_TABLE_SCHEMA_H
#define ESENT_TABLE_SCHEMA_H

#include <stdatomic.h>

#include "btree/write.h"
#include "esent.h"
#include "format/header.h"
#include "os/event.h"
#include "os/os.h"

#define SCHEMA_NAME_SIZE 65         /* JET_cbNameMost and a NUL */
#define SCHEMA_LOCALE_SIZE 85       /* LOCALE_NAME_MAX_LENGTH, characters */

/* Column ids: 1.. fixed, 128.. variable, 256.. tagged; inherited ones carry the template bit. */
#define COLUMNID_FIXED_FIRST 1
#define COLUMNID_VAR_FIRST 128
#define COLUMNID_TAGGED_FIRST 256
#define COLUMNID_TEMPLATE 0x80000000u
#define COLUMNID_FID(id) ((id) & 0xffffu)

struct column
{
    JET_COLUMNID id;            /* as the API shows it: the template bit included */
    uint16_t fid;
    uint16_t code_page;         /* 1200 or 1252 for text, 0 else */
    JET_COLTYP type;            /* as stored; JET_coltypNil: deleted, the place is kept */
    uint32_t max_size;          /* cbMax, 0: no limit */
    uint16_t fixed_offset;      /* fixed columns: offset in the record */
    uint16_t disk_flags;        /* FIELD flags as the catalog has them */
    JET_GRBIT grbit;            /* JET_bitColumn... as the info calls show them */
    bool from_template;         /* inherited by this table */
    bool marked_inherited;      /* inherited and tagged: its data in a record carry the derived bit */
    bool has_callback;
    bool unreachable;           /* by its name, which is not its row's, as long as Windows asks the catalog for it */
    char name[SCHEMA_NAME_SIZE];
    const char *row_name;       /* in the catalog, where it is another */
    const uint8_t *default_value;   /* NULL: none */
    uint32_t default_size;
    const char *callback;       /* module!function of a user-defined default */
    const uint8_t *callback_data;
    uint32_t callback_data_size;
    const char *callback_columns;   /* names it depends on, each with a NUL, and one more NUL; NULL: none */
    uint32_t callback_columns_size;
};

/* Bytes of a type of fixed size, 0 for others. */
uint32_t column_type_size(JET_COLTYP type);

/* FIELD flags, as a column's `disk_flags` has them. */
enum
{
    COLUMN_NOT_NULL = 0x0001,
    COLUMN_VERSION = 0x0002,
    COLUMN_AUTOINCREMENT = 0x0004,
    COLUMN_MULTIVALUED = 0x0008,
    COLUMN_DEFAULT = 0x0010,
    COLUMN_ESCROW = 0x0020,
    COLUMN_FINALIZE = 0x0040,
    COLUMN_USER_DEFAULT = 0x0080,
    COLUMN_MARKED_TEMPLATE = 0x0100,    /* of a template: derived tables' records mark it as inherited */
    COLUMN_DELETE_ON_ZERO = 0x0200,
    COLUMN_PLACEHOLDER = 0x0800,        /* kept in the primary index for its place only */
    COLUMN_COMPRESSED = 0x1000,
    COLUMN_ENCRYPTED = 0x2000,
};

/* IDB flags, as an index's `disk_flags` has them. */
enum
{
    INDEX_UNIQUE = 0x0001,
    INDEX_ALLOW_ALL_NULLS = 0x0002,
    INDEX_ALLOW_FIRST_NULL = 0x0004,
    INDEX_ALLOW_SOME_NULLS = 0x0008,
    INDEX_NO_NULL = 0x0010,
    INDEX_PRIMARY = 0x0020,
    INDEX_LOCALE_SET = 0x0040,          /* the program named the locale */
    INDEX_MULTIVALUED = 0x0080,
    INDEX_TEMPLATE = 0x0100,
    INDEX_DERIVED = 0x0200,
    INDEX_LOCALIZED = 0x0400,           /* has a Unicode text column */
    INDEX_NULLS_HIGH = 0x0800,
    INDEX_CROSS_PRODUCT = 0x2000,
    INDEX_NO_TRUNCATION = 0x4000,
    INDEX_NESTED = 0x8000,
    INDEX_WIDE_COLUMNS = 0x10000,       /* key columns as 4 bytes each */
    INDEX_DOTNET_GUID = 0x20000,
    INDEX_DEFERRED = 0x40000,
    INDEX_OPTIONALLY_UNIQUE = 0x80000,
};

/* How the order of text under which an index was built compares with today's. */
enum sort_state
{
    SORT_GOOD,                  /* the same, or no Unicode text in it */
    SORT_OUTDATED,              /* another version */
    SORT_BAD,                   /* none recorded, or an unknown locale */
};

struct index_column
{
    JET_COLUMNID columnid;
    bool descending;
    bool must_be_null;          /* in a condition: the column must be NULL (else: must not) */
};

/* What JetComputeStats counted. */
struct schema_stats
{
    uint32_t records, keys, pages;
};

struct index
{
    char name[SCHEMA_NAME_SIZE];
    uint32_t objid;
    bool primary;
    bool from_template;
    uint32_t disk_flags;        /* IDB flags as the catalog has them */
    JET_GRBIT grbit;            /* JET_bitIndex... as the info calls show them */
    uint32_t key_columns;       /* 0 for the sequential index of a table without a primary one */
    struct index_column key[JET_ccolKeyMost];
    uint32_t conditions;
    struct index_column condition[64];
    uint32_t var_seg_max;       /* cbVarSegMac */
    uint32_t key_max;           /* cbKeyMost */
    uint16_t given_var_seg_max, given_key_max;  /* as the catalog has them; 0: NULL */
    uint32_t tuple_min, tuple_max, tuple_to_index_max, tuple_step, tuple_start;
    uint32_t lcid;
    WCHAR locale[SCHEMA_LOCALE_SIZE];
    uint32_t lcmap_flags;
    uint64_t sort_version;      /* recorded in the catalog: NLS version << 32 | defined version */
    uint8_t sort_id[16];
    enum sort_state sort_state;
    uint32_t density;
    JET_SPACEHINTS space;
    struct schema_stats stats;  /* of a secondary index */
    struct tree *tree;          /* the entries; for the primary index the table's records */
};

struct cursor;
struct database;
struct table;
struct temp_store;
struct key_form;
struct txn;

/* A callback that the catalog has for a table. */
struct table_callback
{
    const char *name;           /* module!function */
    uint32_t events;            /* JET_cbtyp... */
};

/* The tree of a secondary index. */
struct object_tree
{
    struct object_tree *next;
    struct tree tree;
};

/* A function that a program has called when records of the table change (JetRegisterCallback). */
struct table_hook
{
    struct table_hook *next;
    uint32_t events;            /* JET_cbtyp...; 0: it is given up, and stays in the list as long as the object does */
    JET_CALLBACK function;
    void *context;
};

/* An index that JetCreateIndex made: how its text is mapped though it has none, which
 * its row in the catalog does not tell, and the columns that it keeps, whoever sees it. */
struct made_index
{
    struct made_index *next;
    uint32_t objid, root;
    uint32_t lcmap_flags;
    bool alone;                 /* by who had the table alone: all see it at once, whatever their transaction */
    bool gone;                  /* deleted, by a transaction that may be open */
    uint16_t column_count;
    uint16_t columns[2 * JET_ccolKeyMost];  /* of keys and conditions, without those of a template */
};

/* What Windows' engine has in memory of a column that was added lately. */
struct known_column
{
    struct known_column *next;
    uint32_t id;
    uint32_t fresh;             /* so many versions say that it was added where others may have the table open */
    char name[SCHEMA_NAME_SIZE];    /* that it keeps though it was renamed; "": none */
};

/* What all states of one table share: its trees and who uses it. */
struct table_object
{
    struct table_object *next;  /* in the database's hash, by objid */
    uint32_t objid;
    uint32_t references;        /* by states, and by changes that are pending */
    struct tree records;
    struct tree long_values;    /* root 0: none yet */
    struct object_tree *trees;
    struct table *current;      /* the state that all see; NULL: not loaded, or all do not see the same */
    uint32_t pending;           /* changes that some transaction does not see yet, or that may be undone */
    uint32_t pending_versions;  /* those of which Windows' engine keeps versions with the table, not just with its rows */
    _Atomic uint32_t generation;    /* counts those changes, and when one stops being pending */
    uint32_t last_fixed, last_variable, last_tagged;    /* ids of columns that were given out; 0: none */
    uint32_t fixed_end;         /* where the next fixed column goes, at least */
    struct txn *deleting;       /* who deletes the table; NULL: nobody */
    uint64_t making;            /* when the transaction that makes it began; 0: it was there */
    /* Given out next, 0: not known yet (update_private.h): record numbers of a
     * table without a primary index, ids of long values, the autoincrement column. */
    _Atomic uint64_t next_record, next_long_value, next_increment;
    _Atomic uint64_t increment_max; /* so far the root of the table's tree says numbers are taken; 0: it says nothing */
    uint32_t increment_batch;       /* and so many more next time; by who has increment_busy */
    _Atomic bool increment_busy;
    struct cursor *cursors;     /* open on it */
    _Atomic(struct table_hook *) hooks; /* newest first; added to under the database's lock */
    struct txn *deny_read;      /* the session that has it alone; NULL: none */
    uint32_t deny_read_count;   /* by so many of its cursors */
    uint32_t deny_write_count;  /* cursors that let nobody else write */
    bool is_static;             /* a template that has derived tables */
    uint32_t template_objid;    /* of the template; 0: it is no derived table, or was not loaded */
    bool is_gone;               /* no longer in the database: freed with its last reference */
    /* Windows' engine remembers the following of each table that was once opened, until
     * the database is closed; programs see it.  Guarded by the database's lock. */
    char name[SCHEMA_NAME_SIZE];    /* that JetRenameTable gave last, rolled back or not; "": that of the first state loaded */
    struct made_index *made;    /* indexes made since */
    _Atomic bool primary_made;  /* one of them is the primary index */
    struct known_column *known;
    const struct version *tree_maker;   /* says that the last tree of an index was made */
};

struct table
{
    struct database *database;
    struct table_object *object;
    struct table *next;         /* in the database's hash */
    _Atomic bool transient;     /* not kept: freed with its last reference */
    struct schema_arena *arena;
    char name[SCHEMA_NAME_SIZE];
    char template_name[SCHEMA_NAME_SIZE];
    struct table *template_table;   /* kept referenced; NULL */
    _Atomic uint32_t references;    /* open cursors, and derived tables that are loaded */
    uint32_t objid;
    uint32_t root;
    JET_GRBIT grbit;            /* JET_bitTableCreate..., as stored */
    uint32_t flags;             /* JET_bitObject... */
    uint32_t pages, density;
    struct schema_stats stats;  /* of the records */
    struct tree *records;       /* of the object, like the next */
    struct tree *long_values;   /* root 0: none yet */
    bool wide_lids;             /* 8-byte ids of long values */
    uint32_t lv_chunk_max;      /* bytes of a long value in a chunk, before compression */
    bool large_pages;           /* 16 KB and more: records use the wider offsets */
    uint32_t column_count;
    struct column *columns;     /* by id: fixed, variable, tagged; the template's first in each */
    struct column *fixed, *variable, *tagged;   /* where each kind begins */
    uint32_t fixed_count, variable_count, tagged_count;
    uint32_t index_count;
    struct index *indexes;      /* the primary one first if there is one, then by name */
    struct index *primary;      /* never NULL: a table without one has a nameless sequential index here, not in `indexes` */
    bool has_callbacks;
    bool has_escrow;            /* some column is an escrow column */
    uint32_t callback_count;
    struct table_callback *callbacks;
    uint16_t fixed_end;         /* offset behind the last fixed column */
    uint16_t tagged_first;      /* lowest id of a tagged column of its own */
    uint8_t fixed_default_last; /* highest fixed and variable column that has a default; 0: none */
    uint8_t variable_default_last;
    bool user_defaults;         /* a callback computes some column's default */
    uint32_t tagged_default_count;
    const struct column **tagged_defaults;  /* those with a default, computed ones too, in the order of records */
    bool old_template;          /* or derived from one: template of an engine before marks of inheritance */
    bool intrinsic_only;        /* of a temporary table: no value leaves its record */
    bool changed;               /* a temporary table has had rows changed in transactions */
    uint32_t separate_lv;       /* values of so many bytes leave the record; 0: the default */
    JET_SPACEHINTS space;
    JET_SPACEHINTS lv_space;    /* cbStruct 0: none given */
    _Atomic(struct key_form *) forms;   /* of indexes[]; made when first needed (index_update.c) */
};

#define DATABASE_BUCKETS 256

struct database_registry;

struct page_requests;

struct database
{
    WCHAR *path;                /* full */
    struct os_file *file;
    struct cache_file cache;
    struct tree_store store;
    struct txn_root *txns;      /* of its instance; NULL: nothing is ever changed */
    struct database_header header;
    uint8_t *header_page;       /* all of the header's page, for what later engines keep in it */
    struct os_mutex header_lock;
    uint32_t page_size;
    bool read_only;
    bool dirty;                 /* the header says that it is being changed */
    _Atomic uint32_t copies_written, copies_synced; /* times that the header's second copy was written; that are on disk */
    bool has_objids;            /* there is MSysObjids */
    bool has_locales;           /* there is MSysLocales */
    _Atomic uint32_t last_objid;
    uint32_t index_checking;    /* JET_IndexChecking... */
    JET_GRBIT grbit;
    struct table *catalog;      /* MSysObjects, and its copy; made without reading */
    struct table *shadow;
    struct os_mutex lock;
    struct table *tables[DATABASE_BUCKETS]; /* by name, case ignored; guarded by lock */
    struct table_object *objects[DATABASE_BUCKETS];
    uint32_t pending;           /* of all objects */
    struct os_mutex schema;     /* one changes the schema at a time */
    _Atomic uint32_t references;    /* to tables, by cursors */
    struct temp_store *temporary;   /* it is the temporary database of this; else NULL */
    struct database_registry *registry; /* it is in; NULL: it is not logged */
    _Atomic uint64_t attach_position;   /* of the records; 0: none */
    _Atomic uint64_t detach_position;
    uint64_t attach_dbtime;         /* of its header at the attach */
    struct header_position attach_consistent;
    uint64_t closing;               /* position of the instance's shutdown; 0: it is detached alone */
    _Atomic uint32_t checkpointing; /* threads that write its pages without the registry's lock */
    bool abandoned;                 /* it is closed as it is on disk */
    bool kept;                      /* recovery left it attached; nobody opens it before it is attached anew */
    struct page_requests *requests; /* pages that it asks for; NULL: it asks for none */
    void (*page_bad)(void *context, struct database *database, uint32_t pgno); /* in redo; see the options */
    void *page_bad_context;
};

/* How a database is opened; see JetAttachDatabase and JetOpenDatabase. */
struct database_options
{
    bool read_only;
    bool trust_corrected;       /* in redo: pages that the checksum's code put right are right */
    bool ignore_page_size;      /* take the file's page size whatever `page_size` says */
    uint32_t page_size;         /* expected; JET_errPageSizeMismatch */
    uint32_t index_checking;    /* JET_paramEnableIndexChecking */
    uint32_t engine_format;     /* JET_paramEngineFormatVersion; 0: whatever the file has */
    JET_GRBIT grbit;            /* of the attach: JET_bitDbDeleteCorruptIndexes, ... */
    struct txn_root *txns;      /* of the instance; NULL only with read_only */
    struct log *log;            /* NULL: recovery is off */
    struct database_registry *registry; /* where there is a log */
    uint8_t log_database;       /* its id in the log and in the header */
    uint32_t extension_pages;   /* JET_paramDbExtensionSize */
    uint32_t pages_max;         /* JET_dbparamDbSizeMaxPages */
    uint32_t initial_pages;     /* of a new database; 0: by default */
    bool heals;                 /* pages that cannot be read are asked for in the log: JET_paramEnableExternalAutoHealing */
    uint32_t request_timeout;   /* JET_paramPatchRequestTimeout */
    /* In redo: a page cannot be read.  NULL: nobody asks. */
    void (*page_bad)(void *context, struct database *database, uint32_t pgno);
    void *page_bad_context;
    const struct event_sink *events; /* who is told for the system's event log; NULL: nobody */
};

/* Opens an attached database file: checks its header (both copies), its state
 * (JET_errDatabaseDirtyShutdown), its format and the catalog.  Errors as
 * JetAttachDatabase documents them. */
JET_ERR database_open(const WCHAR *path, const struct database_options *options, struct database **database);
/*
 * Attaches anew what recovery left attached (JET_bitKeepDbAttachedAtEndOfRecovery): says so in the log and in its
 * header, and makes it as database_open would.  On an error it is to be closed.
 */
JET_ERR database_reattach(struct database *database, const struct database_options *options);
/* Its header says that it is attached anew, by the record at `position`. */
JET_ERR database_mark_reattached(struct database *database, uint64_t position);
/* Before a database is closed that no session has open, while other databases are in use: drops its versions.
 * JET_errDatabaseInUse: a transaction that changed it is open. */
JET_ERR database_release(struct database *database);
/* Whoever wants a table of it reads anew what that is, and no version is left.  JET_errDatabaseInUse: one is open, or
 * a transaction that changed it is. */
JET_ERR database_forget_tables(struct database *database);
/* Writes what was changed; an error leaves the database as it is, to be gone on with. */
JET_ERR database_settle(struct database *database);
/* Writes what was changed and says so in the header; no table of it may be open (JET_errDatabaseInUse). */
JET_ERR database_close(struct database *database);
/* A copy of the header as it is now. */
void database_header(struct database *database, struct database_header *header);
/* Writes both copies of the header, the first durably.  header_lock is held. */
JET_ERR database_write_header(struct database *database);

/* Makes a new database file and opens it.  Nothing is there but, with
 * JET_bitDbOverwriteExisting, a file that is replaced.  On failure the file is
 * gone.  JET_errDatabaseDuplicate, JET_errFileAccessDenied, JET_errDiskFull, ... */
JET_ERR database_create(const WCHAR *path, const struct database_options *options, struct txn *txn,
                        struct database **database);

/* The table with this name (case does not matter) as the transaction sees it,
 * loaded from the catalog if need be, with a reference for the caller.  txn
 * NULL: as it is committed.  JET_errObjectNotFound; JET_errTableLocked while
 * another transaction deletes it. */
JET_ERR table_open(struct database *database, struct txn *txn, const char *name, struct table **table);
void table_release(struct table *table);

/* Whether `table`, loaded or checked when the transaction's snapshot and the
 * schema were at *time and *generation, is still what it sees. */
static inline bool table_is_followed(const struct table *table, uint32_t generation)
{
    return atomic_load_explicit(&table->object->generation, memory_order_acquire) == generation &&
           !atomic_load_explicit(&table->transient, memory_order_relaxed);
}

/* *now is the state of the table that the transaction sees, with a reference
 * for the caller, or `table` itself, without one; *generation and *time are what to
 * ask with the next time.  JET_errObjectNotFound if it does not see the table. */
JET_ERR table_follow(struct table *table, struct txn *txn, struct table **now, uint32_t *generation, uint64_t *time);

/* The hooks of the version store: of schema changes and, passed on, of trees. */
JET_ERR schema_undo(void *context, struct txn *txn, struct version *version);
void schema_expire(void *context, struct version *version);
/* Before a commit: brings indexes that the transaction does not see forward (index_settle.c).
 * JET_errKeyDuplicate, JET_errNullKeyDisallowed. */
JET_ERR index_settle(void *context, struct txn *txn);

/* Whether it is in the temporary database; a sort's table has no object there. */
static inline bool table_is_temporary(const struct table *table)
{
    return table->database && table->database->temporary;
}

/* Whether an index is there which this state does not have, yet all see. */
bool table_has_unseen_index(const struct table *table);
/* The name that the information calls tell. */
void table_shown_name(const struct table *table, char name[SCHEMA_NAME_SIZE]);

/* Finds by name (case does not matter) or id; NULL: none. */
const struct column *table_column_by_name(const struct table *table, const char *name);
/* The same of a column of its own, by the name that its row has. */
const struct column *table_column_by_row_name(const struct table *table, const char *name);
const struct column *table_column_by_id(const struct table *table, JET_COLUMNID id);
const struct index *table_index_by_name(const struct table *table, const char *name);

/* One more reference to a table that one has already. */
static inline void table_reference(struct table *table)
{
    atomic_fetch_add_explicit(&table->references, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&table->database->references, 1, memory_order_relaxed);
}

/* Pages in the file by its length, the two of the header not counted. */
JET_ERR database_pages(struct database *database, uint32_t *pages);
/* As many as the disk keeps something of, those of the header among them. */
JET_ERR database_disk_pages(struct database *database, uint32_t *pages);
/* Lets the disk keep nothing of pages that are free, where it can. */
JET_ERR database_trim(struct database *database);
/* tree_store_cut(), and the header tells of it. */
JET_ERR database_cut(struct database *database, const struct tree_extent *last);
/* tree_store_find_lost() for the root space. */
JET_ERR database_find_lost(struct database *database, uint32_t pgno);

/* Bytes of a long value in a chunk by default. */
uint32_t schema_lv_chunk(uint32_t page_size);

/* Calls visit(context, name, objid, object flags) for each table in catalog order until it answers an error. */
JET_ERR database_each_table(struct database *database, struct txn *txn,
                            JET_ERR (*visit)(void *context, const char *name, uint32_t objid, uint32_t flags),
                            void *context);

/* Lessens the limits of a primary index over these columns (segments of 4 bytes, as
 * the catalog has them) to what its keys can be. */
void schema_least_key_max(const struct table *table, const uint8_t *segments, uint32_t columns, uint32_t *key_max,
                          uint32_t *var_seg_max);

#endif
