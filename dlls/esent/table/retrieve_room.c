/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JET_bitRetrieveCopyIntrinsic: how large a value the record that is being prepared has room for. */
#include "table/record_edit.h"
#include "table/record_layout.h"
#include "table/retrieve.h"
#include "table/update.h"

#define OFFSET_SIZE 2 /* of a variable column */

/* A fixed column fits wholly or not at all. */
static int64_t fixed_room(const struct column *column, const struct record_summary *summary, int64_t room)
{
    uint32_t end = RECORD_MIN_SIZE + summary->fixed_size;

    if (column->fixed_offset < end || (int64_t)column->fixed_offset + column->max_size - end < room)
        return column->max_size;
    return 0;
}

/* The columns between the last one that the record has and this one get their offsets too. */
static int64_t variable_room(const struct column *column, const struct record_summary *summary, int64_t room)
{
    uint32_t last = summary->last_variable ? summary->last_variable : COLUMNID_VAR_FIRST - 1;

    return column->fid > last ? room - OFFSET_SIZE * (int64_t)(column->fid - last) : room;
}

static JET_ERR tagged_room(const struct table *table, struct record record, const struct column *column,
                           uint32_t sequence, int64_t *room)
{
    struct record_value value;
    JET_ERR err = record_column(table, record, column, sequence, false, &value);

    if (err < 0)
        return err;
    if (value.null)
        *room -= TAGGED_ENTRY_SIZE;
    /* Windows' engine means to answer JET_errSeparatedLongValue for one that is out of the record, but looks for
     * another warning than it gets. */
    if (column->type == JET_coltypLongBinary || column->type == JET_coltypLongText)
        *room -= TAGGED_HEADER_SIZE;
    return JET_errSuccess;
}

/* Source: ErrRECIGetIntrinsicAvail. */
JET_ERR retrieve_room(const struct cursor *cursor, JET_COLUMNID id, uint32_t sequence, uint32_t *size)
{
    const struct cursor_update *update = cursor->update;
    struct record_summary summary;
    const struct column *column;
    struct record record;
    int64_t room;
    JET_ERR err;

    if (!retrieve_update_prepared(cursor))
        return JET_errUpdateNotPrepared;
    err = retrieve_find_column(cursor->table, id, &column);
    if (err < 0)
        return err;
    record = (struct record){ update->record.data, update->record.size };
    err = record_summary(record, &summary);
    if (err < 0)
        return err;
    room = (int64_t)record_size_limit(cursor->table) - (int64_t)record.size;
    if (column->fid < COLUMNID_VAR_FIRST)
        room = fixed_room(column, &summary, room);
    else if (column->fid < COLUMNID_TAGGED_FIRST)
        room = variable_room(column, &summary, room);
    else
        err = tagged_room(cursor->table, record, column, sequence, &room);
    *size = room > 0 ? (uint32_t)room : 0;
    return err;
}
