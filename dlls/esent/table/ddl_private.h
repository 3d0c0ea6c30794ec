/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of ddl.h share. */
#ifndef ESENT_TABLE_DDL_PRIVATE_H
#define ESENT_TABLE_DDL_PRIVATE_H

#include "table/catalog.h"
#include "table/ddl.h"
#include "table/schema_private.h"

/* Copies a name without its trailing blanks: JET_errInvalidName. */
JET_ERR ddl_name(const char *given, char name[SCHEMA_NAME_SIZE]);

static inline struct catalog_bytes ddl_text(const char *name)
{
    return (struct catalog_bytes){ (const uint8_t *)name, (uint32_t)strlen(name) };
}

/* ---- statements ---- */

/* Locks the schema and begins a level; the other ends it: commit, or rollback on error. */
JET_ERR ddl_begin(struct database *database, struct txn *txn);
JET_ERR ddl_end(struct database *database, struct txn *txn, JET_ERR err);

/* Whether the cursor may change its table at all: JET_errPermissionDenied, JET_errTransReadOnly, JET_errIllegalOperation. */
JET_ERR ddl_check_updatable(const struct cursor *cursor);
/* Whether the cursor's session has the table alone. */
bool ddl_has_alone(const struct cursor *cursor);
/* The state of the cursor's table after changes of this statement; the cursor has it then. */
JET_ERR ddl_reload(struct cursor *cursor);

/* ---- space hints (ddl_space.c) ---- */

/* Checks hints, and makes them regular if `correct`.  JET_errInvalidParameter,
 * JET_errSpaceHintsInvalid, JET_errDensityInvalid, JET_errInvalidGrbit. */
JET_ERR space_hints_check(uint32_t page_size, JET_SPACEHINTS *hints, bool correct);
/* Pages that a tree with these hints starts with. */
uint32_t space_hints_pages(const JET_SPACEHINTS *hints, uint32_t page_size);
/* What a new table itself starts with, from the hints and pages of all its parts.  Errors as of space_hints_check. */
JET_ERR space_hints_of_table(uint32_t page_size, const JET_TABLECREATE5_A *create, JET_SPACEHINTS *space);
/* As the catalog keeps them; `skip` numbers are elsewhere in the row.  0: nothing to keep. */
#define SPACE_HINTS_SIZE (1 + 4 * 7)
uint32_t space_hints_pack(const JET_SPACEHINTS *hints, uint32_t skip, uint8_t bytes[SPACE_HINTS_SIZE]);

/* ---- columns (ddl_column_check.c) ---- */

/* Where the next column of each kind goes. */
struct column_places
{
    uint32_t last_fixed, last_variable, last_tagged;    /* ids */
    uint32_t fixed_end;
    uint32_t record_max;
    bool has_version, has_increment;
    bool is_template;
};

/* For the columns of a new table; template_table may be NULL. */
void column_places_init(struct column_places *places, struct database *database, const struct table *template_table);
/* The same of a table that there is; and that it gave some out: those are not given to another transaction. */
void column_places_of(struct column_places *places, const struct table *table);
void column_places_note(struct database *database, struct table_object *object, const struct column_places *places);

/* A column to be made. */
struct column_definition
{
    const char *given_name;
    char name[SCHEMA_NAME_SIZE];
    JET_COLTYP type;
    uint32_t max_size, code_page;
    JET_GRBIT grbit;
    const void *default_value;
    uint32_t default_size;
    uint16_t flags;             /* COLUMN_... */
    JET_COLUMNID id;
    uint32_t offset;
};

/* Checks a definition and completes it; JET_wrnColumnMaxTruncated. */
JET_ERR column_check(struct database *database, struct column_definition *definition,
                     const struct table *template_table, bool alone);
/* Whether its default is of the size of its type. */
bool column_default_fits(const struct column_definition *definition);
bool column_is_tagged(const struct column_definition *definition);
/* Whether the template table has a column of that name. */
bool column_is_inherited(const struct table *template_table, const char *name);
/* Gives it an id and a place. */
JET_ERR column_place(struct column_places *places, struct column_definition *definition, uint32_t size);
/* Whether the function of its default is there. */
JET_ERR column_resolve(const struct column_definition *definition, ddl_resolve resolve);
JET_ERR column_insert(struct database *database, struct txn *txn, uint32_t objid,
                      const struct column_definition *definition, bool is_template);

/* ---- indexes (ddl_index.c) ---- */

/* An index to be made. */
struct index_definition
{
    char name[SCHEMA_NAME_SIZE];
    uint32_t flags;             /* INDEX_... */
    uint32_t key_max, var_seg_max;
    uint32_t lcmap_flags;
    WCHAR locale[SCHEMA_LOCALE_SIZE];
    bool tuples;
    JET_TUPLELIMITS limits;
    uint32_t columns;
    const char *column[JET_ccolKeyMost];
    bool descending[JET_ccolKeyMost];
    uint8_t key[JET_ccolKeyMost * 4];
    uint32_t conditions;
    uint8_t condition[JET_ccolKeyMost * 4];
    JET_SPACEHINTS space;
};

/* What an index needs to know of a column. */
struct index_column_facts
{
    JET_COLUMNID id;
    JET_COLTYP type;
    uint32_t code_page;
    JET_GRBIT grbit;
    bool has_default;
};

/* Finds a column by name: JET_errColumnNotFound. */
typedef JET_ERR (*index_find_column)(void *context, const char *name, struct index_column_facts *facts);

/* In a struct table. */
JET_ERR index_find_in_table(void *context, const char *name, struct index_column_facts *facts);

/* Checks the parts of a definition that need no columns; pspacehints is definition->space. */
JET_ERR index_check(struct database *database, const struct ddl_defaults *defaults,
                    const JET_INDEXCREATE3_A *create, struct index_definition *definition);
/* Checks and encodes its columns. */
JET_ERR index_check_columns(const JET_INDEXCREATE3_A *create, struct index_definition *definition,
                            index_find_column find, void *context);
/* Its row; root and objid are the table's for a primary index. */
JET_ERR index_insert(struct database *database, struct txn *txn, uint32_t table_objid, uint32_t objid, uint32_t root,
                     const struct index_definition *definition);
/* How the catalog has a column of a key or a condition: 4 bytes. */
#define SEGMENT_SIZE         4
#define SEGMENT_TEMPLATE     0x80
#define SEGMENT_DESCENDING   0x40
#define SEGMENT_MUST_BE_NULL 0x20
void index_put_segment(uint8_t *segment, JET_COLUMNID id, uint8_t flags);
/* Whether pidxunicode and its bit agree: JET_errInvalidParameter. */
JET_ERR index_check_unicode(const JET_INDEXCREATE3_A *create, uint32_t count);

/* ---- filling (index_build.c) ---- */

/* Puts the entries of all records that the transaction sees into indexes of the table, in one scan.
 * failed: which one an error is of.  JET_errKeyDuplicate, JET_errNullKeyDisallowed, JET_errKeyTruncated, ... */
JET_ERR index_build(struct table *table, struct txn *txn, const struct index *const *indexes, uint32_t count,
                    uint32_t *failed);

/* ---- while others change records (index_settle.c) ---- */

/* Adds to an index, `filled` with what its transaction sees, what others have committed since that began;
 * from then on all transactions keep it up to date.  maker: the version that says its tree was made.
 * Errors as of index_build. */
JET_ERR index_hand_over(struct table *table, struct txn *txn, const struct index *index,
                        const struct version *maker, bool filled);

#endif
