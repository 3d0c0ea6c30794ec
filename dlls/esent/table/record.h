/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A record's bytes, and the values in them.
 *
 *   last fixed id:8 | last variable id:8 | end of fixed part:16
 *   fixed columns | a NULL bit for each of them
 *   end offset:16 of each variable column, top bit NULL | variable columns
 *   (id:16, offset:16 and flags) of each tagged column, sorted | tagged columns
 *
 * A tagged column's data may begin with a byte of flags: long value, compressed,
 * separated (the data is the id of a long value in a tree of its own), two
 * values, or many, which then begin with their offsets.
 *
 * Nothing is copied to find a column: record_column() answers where the value
 * lies.  record_read_value() finishes it - decompressed, or fetched from the
 * tree of long values - into the caller's buffer.  Records are checked as they
 * are read, since only the page around them was before.
 *
 * No locks here: the record's page is latched by whoever shows it to us.  Long
 * values live in another tree, whose pages are latched one at a time.
 */
#ifndef ESENT_TABLE_RECORD_H
#define ESENT_TABLE_RECORD_H

#include "table/schema.h"

struct record
{
    const uint8_t *data;
    size_t size;    /* as wide as the pointer: it travels in registers, and is stored and loaded whole */
};

/* A column's value as found. */
struct record_value
{
    const uint8_t *data;        /* in the record, or the column's default */
    uint32_t size;
    bool null;
    bool is_default;            /* not in the record: the column's default, or NULL for want of one */
    bool user_default;          /* not in the record, and a callback computes it */
    bool separated;             /* data is the id of a long value */
    bool compressed;
    bool encrypted;
    uint32_t sequence;          /* itagSequence answered */
    uint32_t count;             /* instances in the record; 0 when it has none, or NULL */
};

/* Instance `sequence` (from 1) of a column.  value->null when there is none or it is NULL;
 * a default answers for instance 1 only, and only if `with_default`.
 * JET_errColumnNotFound for a deleted column, JET_errRecordFormatConversionFailed
 * or JET_errDatabaseCorrupted for bad bytes. */
JET_ERR record_column(const struct table *table, struct record record, const struct column *column, uint32_t sequence,
                      bool with_default, struct record_value *value);

/* Makes an encrypted value what it is without that: compressed still, if it was.  Its bytes are then in *heap,
 * which is to be freed.  key NULL: JET_errColumnNoEncryptionKey.  JET_errDecryptionFailed: it is not this key. */
JET_ERR record_open_value(struct record_value *value, const uint8_t *key, uint8_t **heap);

/* Copies the value from byte `offset` on into out, finishing it as needed; an encrypted one must have been opened.
 * *actual (may be NULL) is the size of the whole rest, whatever was copied;
 * JET_wrnBufferTruncated when out is too small, JET_wrnColumnNull for NULL. */
JET_ERR record_read_value(const struct table *table, struct txn *txn, const struct record_value *value, uint32_t offset,
                          void *out, uint32_t out_size, uint32_t *actual);

/* What a record has, its tagged columns apart; sizes in bytes. */
struct record_summary
{
    uint32_t last_fixed;        /* highest ids in it; 0: none */
    uint32_t last_variable;
    uint32_t fixed_size, null_bits_size;
    uint32_t offsets_size, variable_size;
};

JET_ERR record_summary(struct record record, struct record_summary *summary);

/* Tagged columns in a record, those that are set to NULL or deleted too. */
JET_ERR record_tagged_count(const struct table *table, struct record record, uint32_t *count);

/* A tagged column met when walking a record. */
struct record_tagged
{
    uint32_t at;                /* where in the array, and the bytes there: for the functions below */
    uint32_t size;
    const uint8_t *data;
    uint8_t header;
    bool null;                  /* set to NULL, against a default */
    bool is_long;               /* of a type whose values can be separated */
    bool two_values, many_values;   /* how several values are stored */
    bool inherited;             /* its id is that of a template's column */
    bool marked_inherited;      /* and it says so itself */
    uint32_t order;             /* ascends; see record_tagged_order */
    uint32_t values;            /* 0 if null */
    JET_COLUMNID id;
    const struct column *column;    /* NULL: not in the schema (deleted) */
};

/* Walks the tagged columns that the record has, by id, inherited ones first.
 * *walk is zeroed before the first call; JET_errNoCurrentRecord after the last. */
JET_ERR record_tagged_next(const struct table *table, struct record record, struct record_tagged *walk);

/* Value `sequence` of the column that the walk is at, as record_column gives it; never a default. */
JET_ERR record_tagged_value(const struct record_tagged *walk, uint32_t sequence, struct record_value *value);

/* Whether the record would fit in the format before this one, in which each value of a tagged column took an entry
 * of its own (JET_bitUpdateCheckESE97Compatibility): JET_errRecordTooBigForBackwardCompatibility. */
JET_ERR record_check_older_format(const struct table *table, struct record record);

/* Walks the tagged columns that a record has, and where they belong the others that have a default. */
struct record_columns
{
    bool with_defaults;         /* to be set before the first call, as the next one; the rest zeroed */
    bool with_computed;         /* defaults that a callback computes, too */
    bool in_record;             /* answered: `tagged` is the column; else it has its default */
    bool ahead, ended;          /* private */
    uint32_t next_default;      /* private */
    const struct column *column;    /* answered; NULL: not in the schema */
    struct record_tagged tagged;
};

/* JET_errNoCurrentRecord after the last. */
JET_ERR record_columns_next(const struct table *table, struct record record, struct record_columns *walk);

/* Where a tagged column stands among those of a record. */
uint32_t record_tagged_order(const struct column *column);

/* The record with no column set. */
#define RECORD_MIN_SIZE 4

/* ---------------------------------------------------------- long values --- */

struct long_value
{
    uint32_t size;
    uint32_t references;
    bool encrypted;
    const uint8_t *key;         /* to be set by who reads one that is encrypted; long_value_info answers NULL */
};

/* What the tree of long values says of one.  id, id_size: as they are in a
 * record, 4 or 8 bytes.  JET_errLVCorrupted if it is not there. */
JET_ERR long_value_info(const struct table *table, struct txn *txn, const uint8_t *id, uint32_t id_size,
                        struct long_value *info);

/* Reads a long value from byte `offset` on, as record_read_value does; key: of encrypted ones, NULL if there is none.
 * JET_errColumnNoEncryptionKey, JET_errDecryptionFailed. */
JET_ERR long_value_read(const struct table *table, struct txn *txn, const uint8_t *id, uint32_t id_size,
                        const uint8_t *key, uint32_t offset, void *out, uint32_t out_size, uint32_t *actual);

/* The same for a value of which long_value_info has told. */
JET_ERR long_value_read_part(const struct table *table, struct txn *txn, const uint8_t *id, uint32_t id_size,
                             const struct long_value *info, uint32_t offset, void *out, uint32_t out_size,
                             uint32_t *actual);

/* What a long value takes in its tree, bytes. */
struct long_value_space
{
    uint32_t size;              /* of the value */
    uint32_t root_size;         /* data of its root node */
    uint32_t chunks;
    uint64_t stored;            /* data of the chunks, compressed as they are */
};

/* Without `with_chunks` it looks at the root only: chunks is 0 and stored the size. */
JET_ERR long_value_space(const struct table *table, struct txn *txn, const uint8_t *id, uint32_t id_size,
                         bool with_chunks, struct long_value_space *space);

#endif
