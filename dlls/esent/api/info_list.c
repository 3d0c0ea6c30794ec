/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the calls share that answer a list as a temporary table. */
#include "api/info.h"
#include "api/private.h"
#include "table/temp.h"

#define LIST_COLUMNS_MAX 16

JET_ERR info_list_begin(struct info_list *list, struct session *session, bool wide, const JET_COLUMNDEF *columns,
                        uint32_t count)
{
    const struct temp_options options = { .grbit = JET_bitTTScrollable | JET_bitTTIndexed };
    JET_COLUMNDEF definitions[LIST_COLUMNS_MAX];

    memset(list, 0, sizeof(*list));
    list->session = session;
    list->wide = wide;
    for (uint32_t i = 0; i < count; i++)
    {
        definitions[i] = columns[i];
        definitions[i].cbStruct = sizeof(definitions[i]);
        if (definitions[i].coltyp == JET_coltypText)
            definitions[i].cp = wide ? 1200 : 1252;
    }
    return temp_create(&session->txn, definitions, count, &options, list->ids, &list->cursor);
}

JET_ERR info_list_end(struct info_list *list, JET_TABLEID *tableid)
{
    JET_ERR err = temp_finish(list->cursor);

    if (err >= 0)
        err = session_add_cursor(list->session, list->cursor, JET_dbidNil, tableid);
    if (err < 0)
        info_list_abandon(list);
    return err;
}

void info_list_abandon(struct info_list *list)
{
    if (list->cursor)
        cursor_close(list->cursor);
    list->cursor = NULL;
}

struct temp_value info_list_name(const struct info_list *list, unsigned i, const char *name, WCHAR buffer[NAME_SIZE])
{
    struct temp_value value = { list->ids[i], name, (uint32_t)strlen(name) };

    if (list->wide)
    {
        name_to_w(name, buffer);
        value.data = buffer;
        value.size = (uint32_t)os_text_length(buffer) * sizeof(WCHAR);
    }
    return value;
}

JET_GRBIT info_table_grbit(bool updatable)
{
    return JET_bitTableInfoBookmark | JET_bitTableInfoRollback | (updatable ? JET_bitTableInfoUpdatable : 0);
}
