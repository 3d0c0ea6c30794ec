/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Column references; see column_reference.h. */
#include "table/column_reference.h"

#include <string.h>

#include "format/bytes.h"
#include "table/schema_private.h"

#define VERSION_1           1
#define VERSION_2           2
#define SIGNATURE_SIZE      12u
#define FIXED_1             24u
#define SEQUENTIAL_BOOKMARK 4u

/* A reference taken apart. */
struct parts
{
    const uint8_t *bookmark, *name, *signature, *id;
    uint32_t bookmark_size, name_size, id_size, sequence;
};

static void signature_of(const struct table *table, uint8_t bytes[SIGNATURE_SIZE])
{
    memcpy(bytes, &table->database->header.signature, SIGNATURE_SIZE);
}

JET_ERR column_reference_make(const struct table *table, const uint8_t *bookmark, uint32_t bookmark_size,
                              const struct column *column, uint32_t sequence, const uint8_t *id, uint32_t id_size,
                              uint8_t *reference, uint32_t *size)
{
    uint32_t name_size = (uint32_t)strlen(column->name), at = 8;

    if (bookmark_size > KEY_MAX || (id_size != 4 && id_size != 8))
        return JET_errDatabaseCorrupted;
    reference[0] = id_size == 4 ? VERSION_1 : VERSION_2;
    set_le16(reference + 1, (uint16_t)bookmark_size);
    reference[3] = (uint8_t)name_size;
    set_le32(reference + 4, sequence);
    memcpy(reference + at, id, id_size);
    at += id_size;
    signature_of(table, reference + at);
    at += SIGNATURE_SIZE;
    memcpy(reference + at, bookmark, bookmark_size);
    at += bookmark_size;
    memcpy(reference + at, column->name, name_size);
    *size = at + name_size;
    return JET_errSuccess;
}

static bool take_apart(const struct table *table, const uint8_t *bytes, uint32_t size, struct parts *parts)
{
    const struct index *primary = table->primary;
    uint32_t bookmark_max = primary->key_columns ? primary->key_max : SEQUENTIAL_BOOKMARK, fixed;
    bool valid = false;

    if (!bytes || !size || (bytes[0] != VERSION_1 && bytes[0] != VERSION_2))
        return false;
    parts->id_size = bytes[0] == VERSION_1 ? 4 : 8;
    fixed = FIXED_1 - 4 + parts->id_size;
    if (size < fixed)
        return false;
    parts->bookmark_size = le16(bytes + 1);
    parts->name_size = bytes[3];
    parts->sequence = le32(bytes + 4);
    parts->id = bytes + 8;
    parts->signature = parts->id + parts->id_size;
    parts->bookmark = parts->signature + SIGNATURE_SIZE;
    parts->name = parts->bookmark + parts->bookmark_size;
    for (uint32_t i = 0; i < parts->id_size; i++)
        valid |= parts->id[i] != 0;
    return valid && parts->bookmark_size && parts->bookmark_size <= bookmark_max && parts->name_size &&
           parts->name_size < SCHEMA_NAME_SIZE && parts->sequence &&
           size == fixed + parts->bookmark_size + parts->name_size;
}

/* JET_errStaleColumnReference also where the column has another type by now. */
static JET_ERR find_column(const struct table *table, const struct parts *parts, const struct column **found)
{
    char name[SCHEMA_NAME_SIZE];
    const struct column *column;

    memcpy(name, parts->name, parts->name_size);
    name[parts->name_size] = 0;
    *found = column = table_column_by_name(table, name);
    if (!column || (column->type != JET_coltypLongBinary && column->type != JET_coltypLongText))
        return JET_errStaleColumnReference;
    return JET_errSuccess;
}

static bool is_current(const struct table *table, const struct parts *parts)
{
    uint8_t signature[SIGNATURE_SIZE];

    signature_of(table, signature);
    return !memcmp(signature, parts->signature, SIGNATURE_SIZE);
}

JET_ERR column_reference_check(const struct cursor *cursor, const void *reference, uint32_t size, bool *current)
{
    const struct column *column;
    struct parts parts;
    JET_ERR err;

    *current = false;
    if (!take_apart(cursor->table, reference, size, &parts))
        return JET_errInvalidColumnReference;
    err = find_column(cursor->table, &parts, &column);
    if (err == JET_errStaleColumnReference)
        return JET_errSuccess;
    *current = err >= 0 && is_current(cursor->table, &parts);
    return err;
}

JET_ERR column_reference_read(struct cursor *cursor, const void *reference, uint32_t size, uint32_t offset, void *out,
                              uint32_t out_size, uint32_t *actual, JET_GRBIT grbit)
{
    struct table *table = cursor->table;
    const struct column *column;
    struct long_value_space space;
    struct long_value info;
    struct parts parts;
    JET_ERR err;

    if (!take_apart(table, reference, size, &parts))
        return JET_errInvalidColumnReference;
    if (!is_current(table, &parts))
        return JET_errStaleColumnReference;
    err = find_column(table, &parts, &column);
    if (err >= 0 && column->disk_flags & COLUMN_ENCRYPTED && !cursor->encryption_key &&
        !(grbit & JET_bitRetrievePhysicalSize))
        err = JET_errColumnNoEncryptionKey;
    if (err >= 0)
        err = long_value_info(table, cursor->txn, parts.id, parts.id_size, &info);
    if (err == JET_errLVCorrupted)
        return JET_errStaleColumnReference;
    if (err < 0)
        return err;
    if (!(grbit & JET_bitRetrievePhysicalSize))
        return long_value_read(table, cursor->txn, parts.id, parts.id_size, cursor->encryption_key, offset, out,
                               out_size, actual);
    err = long_value_space(table, cursor->txn, parts.id, parts.id_size, true, &space);
    if (err >= 0)
        *actual = (uint32_t)space.stored;
    return err;
}
