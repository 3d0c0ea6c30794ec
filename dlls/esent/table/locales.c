/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * MSysLocales: which orders of text the indexes of a database were built in.
 * A store of names and numbers; the name of an order counts its indexes.
 *
 * Counting is done in a transaction of its own, as Windows' engine does it: a
 * count may say too much after a rollback, never too little.
 */

#include "format/bytes.h"
#include "table/catalog.h"
#include "table/database_private.h"
#include "table/key.h"

#define LOCALES_NAME_MAX 127 /* characters of a name; Key has 255 bytes */
#define VALUE_OFFSET     5
#define RECORD_MAX       1024 /* of those that are changed */

/* Type, iValue, a byte of NULL bits, and the end of Key. */
static uint32_t encode(uint8_t *record, const WCHAR *name, uint8_t type, uint32_t value)
{
    uint32_t size = (uint32_t)(os_text_length(name) + 1) * 2;
    static const uint8_t start[4] = { 2, COLUMNID_VAR_FIRST, 10, 0 };

    memcpy(record, start, sizeof(start));
    record[4] = type;
    set_le32(record + VALUE_OFFSET, value);
    record[9] = 0xfc;
    set_le16(record + 10, (uint16_t)size);
    memcpy(record + 12, name, size);
    return 12 + size;
}

static JET_ERR make_key(const struct table *table, const uint8_t *record, uint32_t record_size, uint8_t *key,
                        uint32_t *size)
{
    const uint32_t sequence[JET_ccolKeyMost] = { 1 };
    struct record bytes = { record, record_size };
    enum key_outcome outcome;
    struct key_form form;
    JET_ERR err = key_form_init(&form, table, table->primary);

    if (err >= 0)
        err = key_from_record(&form, bytes, NULL, sequence, 0, key, size, &outcome, NULL);
    return err;
}

/* Counts a name once more. */
static JET_ERR count_again(const struct table *table, struct txn *txn, const uint8_t *key, uint32_t key_size,
                           uint32_t value)
{
    uint8_t record[RECORD_MAX];
    struct tree_cursor cursor;
    struct page_node node;
    uint32_t size = 0;
    JET_ERR err;

    tree_cursor_init(&cursor, table->records, txn);
    err = tree_seek(&cursor, key, key_size, TREE_SEEK_EQ);
    if (err >= 0)
        err = tree_lock(&cursor, false);
    if (err >= 0)
        err = tree_latch(&cursor, &node);
    if (err >= 0)
    {
        size = node.data_size;
        if (size < VALUE_OFFSET + 4 || size > RECORD_MAX)
            err = JET_errDatabaseCorrupted;
        else
            memcpy(record, node.data, size);
        tree_unlatch(&cursor);
    }
    if (err >= 0)
    {
        set_le32(record + VALUE_OFFSET, le32(record + VALUE_OFFSET) + value);
        err = tree_replace(&cursor, record, size);
    }
    tree_cursor_close(&cursor);
    return err;
}

/* Inserts a name, or counts it once more. */
static JET_ERR put(struct database *database, struct txn *txn, const WCHAR *name, uint8_t type, uint32_t value,
                   bool count)
{
    uint8_t record[12 + (LOCALES_NAME_MAX + 1) * 2], key[KEY_MAX];
    struct table *table;
    uint32_t record_size, key_size = 0;
    JET_ERR err;

    if (os_text_length(name) > LOCALES_NAME_MAX)
        return JET_errInvalidParameter;
    err = table_open(database, txn, DATABASE_LOCALES, &table);
    if (err < 0)
        return err;
    record_size = encode(record, name, type, value);
    err = make_key(table, record, record_size, key, &key_size);
    if (err < 0)
        goto done;
    err = JET_errRecordNotFound;
    if (count)
        err = count_again(table, txn, key, key_size, value);
    if (err == JET_errRecordNotFound)
        err = tree_insert(table->records, txn, key, key_size, record, record_size, false);

done:
    table_release(table);
    return err;
}

JET_ERR locales_insert(struct database *database, struct txn *txn, const WCHAR *name, uint8_t type, uint32_t value)
{
    return put(database, txn, name, type, value, false);
}

static WCHAR *append(WCHAR *to, const char *text)
{
    while (*text)
        *to++ = (uint8_t)*text++;
    return to;
}

static WCHAR *append_hex(WCHAR *to, const uint8_t *bytes, int first, int step, int count)
{
    static const char digits[] = "0123456789abcdef";

    for (int i = 0; i < count; i++)
    {
        uint8_t byte = bytes[first + i * step];
        *to++ = digits[byte >> 4];
        *to++ = digits[byte & 15];
    }
    return to;
}

static WCHAR *append_number(WCHAR *to, uint64_t value)
{
    char digits[17];
    int i = 16;

    digits[i] = 0;
    do
        digits[--i] = "0123456789abcdef"[value & 15];
    while (value >>= 4);
    return append(to, digits + i);
}

/* LocaleName=...,SortID=...,Ver=... */
static bool locale_name(const struct index *index, WCHAR name[LOCALES_NAME_MAX + 1])
{
    const uint8_t *id = index->sort_id;
    WCHAR *to = append(name, "LocaleName=");

    if (os_text_length(index->locale) > 40)
        return false;
    for (const WCHAR *from = index->locale; *from; from++)
        *to++ = *from;
    to = append(to, ",SortID=");
    to = append_hex(to, id, 3, -1, 4);
    to = append(to, "-");
    to = append_hex(to, id, 5, -1, 2);
    to = append(to, "-");
    to = append_hex(to, id, 7, -1, 2);
    to = append(to, "-");
    to = append_hex(to, id, 8, 1, 2);
    to = append(to, "-");
    to = append_hex(to, id, 10, 1, 6);
    to = append(to, ",Ver=");
    to = append_number(to, index->sort_version);
    *to = 0;
    return to - name <= LOCALES_NAME_MAX;
}

JET_ERR catalog_add_locale(struct database *database, const struct index *index)
{
    WCHAR name[256];
    struct txn txn;
    JET_ERR err;

    if (!database->has_locales || !locale_name(index, name))
        return JET_errSuccess;
    txn_init(&txn, database->txns);
    err = txn_begin(&txn, false, 0);
    if (err < 0)
        return err;
    err = put(database, &txn, name, LOCALES_COUNT, 1, true);
    return txn_finish(&txn, err);
}
