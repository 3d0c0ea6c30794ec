/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keys: the values of an index's columns as bytes that compare with memcmp.
 *
 * A key is the normalized values of the index's columns, one after the other.
 * Each begins with a byte that says what follows: 0x00 a NULL (0xc0 if NULLs
 * sort high), 0x40 nothing (zero length), 0x7f a value.  Then, by type:
 *
 *   integers        big endian, the sign bit flipped
 *   floats, dates   big endian, negative ones complemented, others with the sign flipped
 *   bit             0x00 or 0xff
 *   GUID            last group first (order of the text), or in reading order (.NET)
 *   fixed binary    as it is
 *   binary          chunks of 8 bytes, zero filled, each followed by 9 (more
 *                   follows) or by the number of its bytes (the last one)
 *   1252 text       A to Z in upper case up to a NUL, and a NUL
 *   1200 text       the sort key of the index's locale and flags
 *
 * A descending column's bytes are complemented.  A key longer than the index's
 * key_max is cut there.  A search key may have one byte more, which makes it
 * greater than every key that begins with it.
 *
 * The normalizing of a value follows fldnorm.cxx and _osu/normu.cxx of the
 * published source, truncation and its oddities included: the bytes are a
 * format on disk.
 *
 * A struct key_form is what these functions need to know of an index, looked up
 * once; it is immutable afterwards and may be shared.  Nothing here allocates
 * but a value of more than KEY_STACK bytes.
 */
#ifndef ESENT_TABLE_KEY_H
#define ESENT_TABLE_KEY_H

#include "format/bytes.h"
#include "table/record.h"
#include "table/schema.h"

/* The longest key on any page size, and the longest search key. */
#define KEY_MAX 2000
#define KEY_LIMIT_MAX (KEY_MAX + 1)

/* First byte of a normalized value. */
enum
{
    KEY_NULL = 0x00,
    KEY_ZERO_LENGTH = 0x40,
    KEY_DATA = 0x7f,
    KEY_NULL_HIGH = 0xc0,
};

struct os_locale;

struct key_form
{
    const struct table *table;
    const struct index *index;
    uint32_t columns;
    const struct column *column[JET_ccolKeyMost];
    bool descending[JET_ccolKeyMost];
    uint32_t key_max;
    uint32_t var_seg_max;               /* key_max + 1: no limit a column */
    bool nulls_high;
    bool dotnet_guid;
    bool tuples;
    bool nested;                        /* multi-values of the same sequence belong together */
    bool cross_product;
    bool placeholder;                   /* first column is a constant that callers do not name */
    bool no_truncation;
    const struct os_locale *locale;     /* NULL: not found, or no Unicode column */
    JET_ERR locale_error;               /* what normalizing Unicode text answers when locale is NULL */
    uint32_t lcmap_flags;
    uint8_t plain_size;                 /* first column an integer of this size, ascending, in a fixed column; else 0 */
    bool plain_signed;
};

/* Fills *form for an index of a table.  index may be the nameless sequential
 * one; then columns is 0.  JET_errDatabaseCorrupted when the index names a
 * column that is not there. */
JET_ERR key_form_init(struct key_form *form, const struct table *table, const struct index *index);

/* A search key being made. */
enum
{
    KEY_PREPARED = 1,       /* has something in it */
    KEY_LIMIT = 2,          /* ends in a limit: no column can follow */
    KEY_TOO_BIG = 4,        /* was cut: what follows is left out */
};

struct search_key
{
    uint8_t *data;          /* KEY_LIMIT_MAX bytes and one to spare, of the caller */
    uint32_t size;
    uint32_t columns;       /* in it so far */
    uint32_t state;
};

/*
 * JetMakeKey: appends a column to a search key.  size 0 without
 * JET_bitKeyDataZeroLength is NULL.  form->columns == 0 takes only
 * JET_bitNormalizedKey.
 * Errors: JET_errNoCurrentIndex, JET_errInvalidParameter, JET_errKeyIsMade,
 * JET_errKeyNotMade, JET_errInvalidBufferSize, JET_errInvalidGrbit,
 * JET_errIndexTuplesKeyTooSmall, and those of os_sort_key.
 */
JET_ERR key_make(const struct key_form *form, struct search_key *key, const void *data, uint32_t size, JET_GRBIT grbit);

/* What key_make() does for most keys that are made at all: of one integer.  False: not this one. */
static inline bool key_make_plain(const struct key_form *form, struct search_key *key, const void *data, uint32_t size,
                                  JET_GRBIT grbit)
{
    if (size != form->plain_size || grbit != JET_bitNewKey || !size || !data)
        return false;
    key->data[0] = KEY_DATA;
    if (size == 8)
        set_be64(key->data + 1, le64(data) ^ (uint64_t)form->plain_signed << 63);
    else
        set_be32(key->data + 1, le32(data) ^ (uint32_t)form->plain_signed << 31);
    key->size = 1 + size;
    key->columns = 1;
    key->state = KEY_PREPARED;
    return true;
}

/*
 * Normalizes one value of column `i` of the index into `out`, at most
 * `available` bytes (not 0), without complementing.  *size is what was written,
 * *truncated whether key space ran out.  *delimiter (may be NULL) is where a
 * variable binary value's filling begins, 0 if nowhere.
 */
JET_ERR key_normalize(const struct key_form *form, uint32_t i, const uint8_t *data, uint32_t data_size,
                      uint32_t available, uint8_t *out, uint32_t *size, bool *truncated, uint32_t *delimiter);

/* A value of a type of fixed size: 17 bytes at most.  Missing bytes are zero. */
uint32_t key_normalize_fixed(JET_COLTYP type, bool dotnet_guid, const uint8_t *data, uint32_t data_size, uint8_t *out);

/* Bytes of the longest key that an index may have in a database with pages of this size. */
uint32_t key_page_most(uint32_t page_size);

/* What came of making a key from a record. */
enum key_outcome
{
    KEY_MADE,               /* no column is NULL */
    KEY_SOME_NULL,
    KEY_FIRST_NULL,
    KEY_ALL_NULL,
    KEY_OUT_OF_VALUES,      /* the multi-valued column has no value of this sequence */
    KEY_OUT_OF_TUPLES,      /* the text has no tuple at this offset */
    KEY_NOT_IN_INDEX,       /* a condition excludes the record */
};

/*
 * The key of a record.  sequence[i] is the itagSequence for column i, tuple the
 * character offset of a tuple index (0 else).  `out` has room for form->key_max.
 * *rollover (may be NULL) is the column that was out of values.
 * Errors: JET_errKeyTruncated, those of record_column and os_sort_key.
 */
JET_ERR key_from_record(const struct key_form *form, struct record record, struct txn *txn,
                        const uint32_t sequence[JET_ccolKeyMost], uint32_t tuple, uint8_t *out, uint32_t *size,
                        enum key_outcome *outcome, uint32_t *rollover);

/* Whether an outcome has an entry in the index, by its rules for NULLs. */
bool key_outcome_indexed(const struct index *index, enum key_outcome outcome);

/* All keys of a record in an index: several for multi-values and tuples. */
struct key_iterator
{
    const struct key_form *form;
    struct record record;
    struct txn *txn;
    uint32_t sequence[JET_ccolKeyMost];
    uint32_t used[JET_ccolKeyMost];     /* the sequences of the key last given */
    uint32_t used_tuple;                /* and its offset */
    bool multi_valued[JET_ccolKeyMost];
    int last_multi;         /* least significant multi-valued column, -1: none */
    uint32_t tuple;
    bool done;
};

void key_iterate(struct key_iterator *iterator, const struct key_form *form, struct record record, struct txn *txn);
/* Sets the sequence of the first multi-valued column (JetSetCurrentIndex3). */
void key_iterate_at(struct key_iterator *iterator, uint32_t sequence);
/* The next key that belongs in the index.  JET_errNoCurrentRecord when there is none. */
JET_ERR key_next(struct key_iterator *iterator, uint8_t *out, uint32_t *size);

/*
 * The value of column `i` of the index, taken back out of a key into `out`
 * (KEY_MAX bytes).  *null says that it is NULL.  False if the key does not have it
 * whole (cut, or text, which cannot be taken back).
 */
bool key_column(const struct key_form *form, const uint8_t *key, uint32_t key_size, uint32_t i, uint8_t *out,
                uint32_t *size, bool *null);

/* Whether any column's value can be taken back out of the keys of this index. */
bool key_column_possible(const struct key_form *form, uint32_t i);

#endif
