/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting a column of a prepared update.  Order of the checks: published engine, ErrFLDSetOneColumn. */
#include "table/retrieve.h"
#include "table/update_private.h"

#define GRBIT_INTERNAL 0xf0000000u
#define GRBIT_UNIQUE   (JET_bitSetUniqueMultiValues | JET_bitSetUniqueNormalizedMultiValues)
#define GRBIT_PART     (JET_bitSetAppendLV | JET_bitSetOverwriteLV | JET_bitSetSizeLV)

JET_ERR update_check_settable(const struct cursor *cursor)
{
    const struct cursor_update *update = cursor->update;
    JET_ERR err = update_check_writable(cursor);

    if (err < 0)
        return err;
    if (!update || update->kind == UPDATE_READ_ONLY || (cursor->txn && update->level > cursor->txn->level))
        return JET_errUpdateNotPrepared;
    return JET_errSuccess;
}

static JET_ERR check_grbit(const struct cursor *cursor, const struct setting *setting)
{
    uint32_t page_size = cursor->table->database ? cursor->table->database->page_size : 0;

    if (setting->grbit & GRBIT_UNIQUE && setting->grbit & GRBIT_PART)
        return JET_errInvalidGrbit;
    if (setting->grbit & JET_bitSetContiguousLV && !(setting->grbit & JET_bitSetSeparateLV))
        return JET_errInvalidGrbit;
    if (setting->grbit & JET_bitSetContiguousLV && setting->size < page_size)
        return JET_errInvalidBufferSize;
    return setting->grbit & GRBIT_INTERNAL ? JET_errInvalidGrbit : JET_errSuccess;
}

/* The columns that the engine sets. */
static JET_ERR check_fixed(const struct cursor *cursor, const struct column *column, const struct setting *setting)
{
    uint64_t value = 0;

    if (column->disk_flags & COLUMN_VERSION)
        return cursor->update->kind == UPDATE_REPLACE ? JET_errInvalidColumnType : JET_errSuccess;
    if (!(column->disk_flags & COLUMN_AUTOINCREMENT))
        return JET_errSuccess;
    if (!cursor->update->set_increment)
        return JET_errInvalidColumnType;
    if (!setting->data || setting->size != column->max_size)
        return JET_errSuccess;
    memcpy(&value, setting->data, setting->size);
    if (!value)
        return JET_errInvalidParameter;
    if (value >= atomic_load(&cursor->table->object->next_increment))
        return JET_errSetAutoIncrementTooHigh;
    return JET_errSuccess;
}

/* The answer to a record that is full: room is made by moving long values out, the larger ones first. */
static uint32_t next_threshold(uint32_t threshold, uint32_t page_size, uint32_t id_size)
{
    threshold /= 2;
    return threshold < page_size / 64 ? id_size : threshold;
}

/* A size without data, of a value that has none, is wrong where that of data would be. */
static JET_ERR check_size_alone(const struct cursor *cursor, const struct column *column, uint32_t size)
{
    if (column->fid < COLUMNID_VAR_FIRST)
        return size == column->max_size ? JET_errSuccess : JET_errInvalidBufferSize;
    if (column->fid < COLUMNID_TAGGED_FIRST)
        return column->max_size && size > column->max_size ? JET_errColumnTooBig : JET_errSuccess;
    return record_check_size(cursor->table, column, size);
}

static JET_ERR put_short(struct cursor *cursor, const struct column *column, const struct setting *setting)
{
    struct cursor_update *update = cursor->update;
    bool to_null = !setting->size && !(setting->grbit & JET_bitSetZeroLength), unique = setting->grbit & GRBIT_UNIQUE;
    const void *data = to_null ? NULL : setting->data ? setting->data : "";
    uint32_t size = setting->data ? setting->size : 0; /* a size to be set, of what has none, has no data */
    uint32_t flags = setting->grbit & JET_bitSetRevertToDefaultValue ? RECORD_SET_REVERT : 0;
    JET_ERR err = setting->size == size ? JET_errSuccess : check_size_alone(cursor, column, setting->size);

    if (err < 0)
        return err;
    if (unique && data && column->fid >= COLUMNID_TAGGED_FIRST)
    {
        if (setting->grbit & JET_bitSetUniqueNormalizedMultiValues)
        {
            err = record_check_size(cursor->table, column, size);
            if (err >= 0)
                err = update_check_unique(cursor, column, setting->sequence, data, size, true);
            if (err < 0)
                return err;
        }
        else
            flags |= RECORD_SET_UNIQUE;
    }
    return record_set(cursor->table, &update->record, column, setting->sequence, data, size, flags);
}

/* What is refused counts as well, but for a NULL: the update then is one, and a version column tells. */
static JET_ERR set_short(struct cursor *cursor, const struct column *column, const struct setting *setting)
{
    JET_ERR err = put_short(cursor, column, setting);

    if (err != JET_errNullInvalid)
        update_note_set(cursor->update, column);
    return err;
}

static JET_ERR set_any(struct cursor *cursor, const struct column *column, const struct setting *setting,
                       uint32_t threshold)
{
    return column_is_long(column) ? update_set_long(cursor, column, setting, threshold)
                                  : set_short(cursor, column, setting);
}

JET_ERR update_set_column(struct cursor *cursor, const struct setting *given)
{
    struct table *table = cursor->table;
    uint32_t page_size = table->database ? table->database->page_size : 0, threshold = page_size;
    uint32_t id_size = long_value_id_size(table);
    struct setting setting = *given;
    const struct column *column;
    bool tagged, unique;
    JET_ERR err;

    if (os_unlikely(setting.grbit))
    {
        err = check_grbit(cursor, &setting);
        if (err < 0)
            return err;
    }
    err = retrieve_find_column(table, setting.columnid, &column);
    if (os_unlikely(err < 0))
        return err;
    if (!setting.data && !(setting.grbit & JET_bitSetSizeLV))
        setting.size = 0;
    tagged = column->fid >= COLUMNID_TAGGED_FIRST;
    if (os_unlikely(column->fid < COLUMNID_VAR_FIRST && column->disk_flags & (COLUMN_VERSION | COLUMN_AUTOINCREMENT)))
    {
        err = check_fixed(cursor, column, &setting);
        if (err < 0)
            return err;
    }
    if (tagged && column->disk_flags & COLUMN_ENCRYPTED && !cursor->encryption_key)
        return JET_errColumnNoEncryptionKey;
    unique = setting.grbit & GRBIT_UNIQUE && (setting.size || setting.grbit & JET_bitSetZeroLength);
    if (unique && column_is_long(column))
    {
        err = update_check_unique(cursor, column, setting.sequence, setting.data, setting.size,
                                  setting.grbit & JET_bitSetUniqueNormalizedMultiValues);
        if (err < 0)
            return err;
    }
    err = set_any(cursor, column, &setting, threshold / 2);
    while (err == JET_errRecordTooBig && threshold > id_size)
    {
        threshold = next_threshold(threshold, page_size, id_size);
        err = update_separate(cursor, threshold);
        if (err < 0)
            return err;
        err = set_any(cursor, column, &setting, threshold);
    }
    return err;
}
