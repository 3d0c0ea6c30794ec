/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of an integrity check share.
 *
 * A struct integrity is one check.  It knows the trees of the database in order
 * of the hierarchy, parents first: number 0 is the database's root space, then
 * come the tables, each followed by its indexes and long values.
 *
 * The map tells two things of each page: the innermost tree that owns it, and
 * who claims it and for what.  A page is right if the two name the same tree and
 * it was claimed once.  A page is claimed before it is descended into, and only
 * by the first that comes, so walks end whatever the pages say.
 */
#ifndef ESENT_MAINTAIN_PRIVATE_H
#define ESENT_MAINTAIN_PRIVATE_H

#include "format/compress.h"
#include "format/format.h"
#include "maintain/maintain.h"
#include "table/table.h"

#define INTEGRITY_DEPTH 40
#define INTEGRITY_NONE  0xffffffffu

enum page_state
{
    PAGE_STATE_UNREAD,
    PAGE_STATE_GOOD,
    PAGE_STATE_CORRECTED, /* good after a bit was turned back */
    PAGE_STATE_ZERO,
    PAGE_STATE_BAD_CHECKSUM, /* this and what follows is never read again */
    PAGE_STATE_BAD_NUMBER,
    PAGE_STATE_BAD_LAYOUT,
    PAGE_STATE_KIND = 0x0f,
    PAGE_STATE_LATE = 0x10, /* its dbtime is later than the database's */
};

enum claim
{
    CLAIM_NONE,
    CLAIM_USED,
    CLAIM_RESERVED, /* in the split buffer of a space tree */
    CLAIM_AVAILABLE,
};

/* A tree of the database. */
struct integrity_tree
{
    enum space_tree_type type;
    uint32_t root, objid;
    uint32_t table;  /* number of its table's tree; its own for a table */
    uint32_t parent; /* number of the tree that its space comes from */
    uint32_t flags;  /* IDB flags of an index */
    uint32_t kind;   /* PAGE_INDEX, ... */
    bool non_unique; /* as its root says */
    bool damaged;    /* its walk found something */
    uint32_t depth;  /* levels */
    char name[SCHEMA_NAME_SIZE];
    struct page_root_fields fields;
    struct space_line space;
};

struct integrity
{
    const struct maintain_report *report;
    struct integrity_options options;
    struct integrity_result result;
    struct os_file *file;
    uint32_t page_size;
    uint32_t pages; /* 1 to this */
    struct database_header header;
    struct database *database; /* once it could be opened */
    uint8_t *state;            /* enum page_state of each page */
    uint32_t *owner;           /* number of the tree, plus one */
    uint32_t *claim;           /* number of the tree, plus one, times four, and enum claim */
    struct integrity_tree *trees;
    uint32_t tree_count, tree_capacity;
    uint32_t at;          /* the tree at hand, for findings */
    uint64_t done, total; /* progress */
    uint64_t shelved;
    JET_ERR stop;                    /* what the progress function answered, or no memory */
    uint8_t *scratch;                /* a page */
    uint8_t *level[INTEGRITY_DEPTH]; /* of a walk: page, low bound, high bound */
};

#define INTEGRITY_FORMAT(format, first) OS_PRINTF(format, first)

/* integrity.c */

/* Reports something of the tree at hand. */
void integrity_find(struct integrity *check, enum finding_kind kind, uint32_t pgno, const char *format, ...)
    INTEGRITY_FORMAT(4, 5);
void integrity_warn(struct integrity *check, enum finding_kind kind, uint32_t pgno, const char *format, ...)
    INTEGRITY_FORMAT(4, 5);
/* Reports what repair leaves behind: only a warning if the database was repaired. */
void integrity_find_odd(struct integrity *check, enum finding_kind kind, uint32_t pgno, const char *format, ...)
    INTEGRITY_FORMAT(4, 5);
/* One page further; what the caller must return if it is an error. */
JET_ERR integrity_progress(struct integrity *check, uint64_t pages);
/* What a tree is called in findings. */
const char *integrity_tree_name(const struct integrity *check, uint32_t number);

/* Opens the catalog; what is wrong with it is reported: JET_errDatabaseCorrupted. */
JET_ERR integrity_open_database(struct integrity *check, const WCHAR *path);

/* integrity_pages.c */

/* Opens the file, reads its header, and makes the map. */
JET_ERR integrity_open(struct integrity *check, const WCHAR *path);
void integrity_close(struct integrity *check);
/* Reads all pages once, in order. */
JET_ERR integrity_read_file(struct integrity *check);
/* Reports what was wrong with pages: those that a tree uses, if it is known which do. */
void integrity_report_pages(struct integrity *check, bool known);
static inline enum page_state integrity_state(const struct integrity *check, uint32_t pgno)
{
    return check->state[pgno] & PAGE_STATE_KIND;
}
/* Reads a page that is known to be good; false if it is not.  Says nothing. */
bool integrity_read_page(struct integrity *check, uint32_t pgno, uint8_t *data);

/* integrity_tree.c */

/* A leaf's entry that is not deleted. */
typedef JET_ERR (*integrity_visit)(void *context, struct integrity *check, const struct page_node *node, uint32_t pgno);

/* What is walked. */
struct integrity_walk
{
    uint32_t root, objid;
    uint32_t flags;        /* of PAGE_KIND | PAGE_NON_UNIQUE that each page must have */
    uint32_t tree;         /* number of the tree whose pages they are */
    bool quiet;            /* checks and claims nothing: another look at what was walked */
    integrity_visit visit; /* NULL: nobody */
    void *context;
};

/* Walks a tree in order.  Errors are those of `visit` and of the progress; *depth (may be NULL) is its levels. */
JET_ERR integrity_walk(struct integrity *check, const struct integrity_walk *walk, uint32_t *depth);

/* integrity_space.c */

/* What a tree owns and has available, into the map; parents before children. */
JET_ERR integrity_space(struct integrity *check, uint32_t number);
/* Claims a page; false (and reported) if somebody else has it. */
bool integrity_claim(struct integrity *check, uint32_t number, uint32_t pgno, enum claim claim);
/* After everything was walked: pages that are not claimed by who owns them. */
JET_ERR integrity_space_finish(struct integrity *check);

/* integrity_catalog.c */

/* Fills the list of trees from MSysObjects.  The database is open. */
JET_ERR integrity_catalog(struct integrity *check);
/* Compares MSysObjects with its shadow and with MSysObjids. */
JET_ERR integrity_catalog_copies(struct integrity *check);

/* integrity_table.c */

/* Walks a table, its indexes and long values, and compares them. */
JET_ERR integrity_table(struct integrity *check, uint32_t number);

/* Sums over sets of entries: equal if the sets are. */
struct integrity_sum
{
    uint64_t count;
    uint64_t sum[2];
};

void integrity_sum_add(struct integrity_sum *sum, const void *key, uint32_t key_size, const void *data,
                       uint32_t data_size);

static inline bool integrity_sum_equal(const struct integrity_sum *a, const struct integrity_sum *b)
{
    return a->count == b->count && a->sum[0] == b->sum[0] && a->sum[1] == b->sum[1];
}

static inline uint64_t integrity_hash(const uint8_t *data, uint32_t size, uint64_t hash)
{
    while (size >= 8)
    {
        hash = (hash ^ le64(data)) * 0x9fb21c651e98df25u;
        hash ^= hash >> 32;
        data += 8;
        size -= 8;
    }
    if (size)
    {
        uint64_t rest = 0;

        memcpy(&rest, data, size);
        hash = (hash ^ rest) * 0x9fb21c651e98df25u;
        hash ^= hash >> 32;
    }
    return hash;
}

static inline uint64_t integrity_mix(uint64_t value)
{
    value = (value ^ (value >> 33)) * 0xff51afd7ed558ccdu;
    value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53u;
    return value ^ (value >> 33);
}

/* ---- defragment_runs.c ---- */

struct tree;
struct txn;

/* The first range of leaves from *from on that are to be moved: [*from, *to). */
bool defragment_find_range(const uint32_t *leaves, uint32_t count, uint32_t *from, uint32_t *to);
/* Moves the leaves of a tree that others may use meanwhile. */
JET_ERR defragment_order(const struct tree *tree, struct txn *txn, const struct maintain_leave *leave,
                         uint32_t *moved);

/* ---- defragmentation ---- */

/* The pass is at a table's end; at a leaf, which has that key; and it is time to note that. */
void defragment_pass_at(struct defragment_pass *pass, uint32_t objid, enum defragment_kind kind);
void defragment_pass_visit(struct defragment_pass *pass, const uint8_t *key, uint32_t key_size);
bool defragment_pass_is_due(const struct defragment_pass *pass);

#endif
