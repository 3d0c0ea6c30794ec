/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <string.h>

#include "log_text.h"
#include "os/os.h"

#define DATA_SHOWN 16

static void print_data(FILE *out, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    size_t i;

    for (i = 0; i < size && i < DATA_SHOWN; i++)
        fprintf(out, "%02X ", bytes[i]);
}

void log_text_time(FILE *out, const struct header_time *time)
{
    fprintf(out, "%02u/%02u/%04u %02u:%02u:%02u.%03u %s", time->month, time->day, time->year + 1900, time->hour,
            time->minute, time->second, (unsigned)(time->milliseconds_low | time->milliseconds_high << 7),
            time->is_utc ? "UTC" : "LOC");
}

static void print_short_time(FILE *out, const struct header_time *time)
{
    fprintf(out, " (%u/%u/%u %u:%02u:%02u.%03u)", time->month, time->day, time->year + 1900, time->hour, time->minute,
            time->second, (unsigned)(time->milliseconds_low | time->milliseconds_high << 7));
}

void log_text_signature(FILE *out, const struct header_signature *signature)
{
    const struct header_time *time = &signature->created;

    fprintf(out, "Create time:%02u/%02u/%04u %02u:%02u:%02u.%03u Rand:%u Computer:", time->month, time->day,
            time->year + 1900, time->hour, time->minute, time->second,
            (unsigned)(time->milliseconds_low | time->milliseconds_high << 7), signature->random);
    if (signature->computer[0])
        fprintf(out, "%.*s", (int)sizeof(signature->computer), signature->computer);
    else
        fputs("<None>", out);
}

static void print_position(FILE *out, const struct header_position *position)
{
    fprintf(out, "(%X,%X,%X)", (unsigned)position->generation, position->sector, position->byte);
}

/* A path of 8 or 16 bit characters. */
static void print_path(FILE *out, const void *path, size_t size, bool wide)
{
    const uint8_t *p = path;
    size_t i;

    for (i = 0; i + (wide ? 2 : 1) <= size; i += wide ? 2 : 1)
    {
        unsigned c = wide ? le16(p + i) : p[i];
        if (!c)
            break;
        fputc(c < 0x80 ? (int)c : '?', out);
    }
}

/* --------------------------------------------------- what pages have in common --- */

static const char *unique(const struct log_page *page)
{
    return page->flags & LOG_PAGE_UNIQUE ? "U" : "NU";
}

static const char *versioned(const struct log_page *page)
{
    return page->flags & LOG_PAGE_VERSIONED ? "V" : "NV";
}

static const char *deleted(const struct log_page *page)
{
    return page->flags & LOG_PAGE_DELETED ? "D" : "ND";
}

static const char *space(const struct log_page *page)
{
    return page->flags & LOG_PAGE_SPACE ? "SP" : "NSP";
}

static const char *who(const struct log_page *page)
{
    return page->flags & LOG_PAGE_SYSTEM ? "SYS" : "USR";
}

static const char *build(const struct log_page *page)
{
    return page->flags & LOG_PAGE_INDEX_BUILD ? "CI" : "NCI";
}

static void print_page(FILE *out, const struct log_page *page)
{
    fprintf(out, " %" PRIx64 ",%" PRIx64 ",%x:%u(%x,", page->dbtime, page->dbtime_before, page->transaction,
            page->level, page->session);
}

static void print_page_line(FILE *out, const struct log_page *page)
{
    print_page(out, page);
    fprintf(out, "[%u:%u:%u],", page->dbid, page->pgno, page->line);
}

static void print_objid(FILE *out, const struct log_node *node)
{
    fprintf(out, "objid:[%u:%u]", node->page.dbid, node->objid);
}

/* ------------------------------------------------------------------- nodes --- */

static void print_insert(FILE *out, const struct log_insert *r)
{
    const struct log_page *page = &r->node.page;

    print_page_line(out, page);
    fprintf(out, "%s:%s:%s:%s:%s:%s,%u,%u,%u,rceid:%u,", unique(page), versioned(page), deleted(page), space(page),
            who(page), build(page), r->prefix_size, r->suffix_size, r->data_size, r->node.rceid);
    print_objid(out, &r->node);
    fputc(')', out);
    print_data(out, r + 1, (size_t)r->suffix_size + r->prefix_size + r->data_size);
}

static void print_flag_insert(FILE *out, const struct log_flag_insert *r)
{
    const struct log_page *page = &r->node.page;

    print_page_line(out, page);
    fprintf(out, "%s:%s:%s:%s:%s:%s,rceid:%u,", unique(page), versioned(page), deleted(page), space(page), who(page),
            build(page), r->node.rceid);
    print_objid(out, &r->node);
    fputc(')', out);
}

static void print_flag_insert_replace(FILE *out, const struct log_flag_insert_replace *r)
{
    const struct log_page *page = &r->node.page;
    uint32_t size = (uint32_t)r->key_size + r->data_size;

    print_page_line(out, page);
    fprintf(out, "%s:%s:%s:%s:%s,%5u,rceidInsert:%u,rceidReplace:%u,", unique(page), versioned(page), space(page),
            who(page), build(page), size, r->node.rceid, r->rceid_replace);
    print_objid(out, &r->node);
    fputc(')', out);
    print_data(out, r + 1, size);
}

static void print_diffs(FILE *out, const struct log_replace *r)
{
    const struct log_page *page = &r->node.page;
    size_t at = 0, before = 0;
    struct log_diff diff;

    while (log_diff_next(r, &at, &diff) == JET_errSuccess)
    {
        const uint8_t *head = (const uint8_t *)(r + 1) + before;
        unsigned flags = head[r->size & LOG_REPLACE_DIFF2 ? 2 : 1];

        fprintf(out, "\n                    ReplDiff ");
        print_page_line(out, page);
        print_objid(out, &r->node);
        fprintf(out, ",[ Offs:%u %s ", diff.offset, flags & 0x80 ? "2B" : "1B");
        if (flags & 0x40)
            fprintf(out, "InsertWithValue (%u): ", diff.new_size);
        else if (flags & 0x20)
            fprintf(out, "ReplaceWithSameLength (%u): ", diff.new_size);
        else
            fprintf(out, "ReplaceWithNewValue (%u=>%u): ", diff.old_size, diff.new_size);
        print_data(out, diff.data, diff.new_size);
        fprintf(out, "])");
        before = at;
    }
}

static void print_replace(FILE *out, const struct log_replace *r)
{
    const struct log_page *page = &r->node.page;

    print_page_line(out, page);
    fprintf(out, "%s:%s:%s:%s:%s,%5u,%5u,%5u,rceid:%u,", unique(page), versioned(page), space(page), who(page),
            build(page), r->size & LOG_REPLACE_SIZE_MASK, r->new_size, r->old_size, r->node.rceid);
    print_objid(out, &r->node);
    fputc(')', out);
    if (page->type == LOG_REPLACE)
        print_data(out, r + 1, r->size & LOG_REPLACE_SIZE_MASK);
    else
        print_diffs(out, r);
}

static void print_flag_delete(FILE *out, const struct log_node *r)
{
    const struct log_page *page = &r->page;

    print_page(out, page);
    fprintf(out, "[%u:%u:%u],%s:%s:%s:%s:%s),rceid:%u,", page->dbid, page->pgno, page->line, unique(page),
            versioned(page), space(page), who(page), build(page), r->rceid);
    print_objid(out, r);
}

static void print_delete(FILE *out, const struct log_node *r)
{
    const struct log_page *page = &r->page;

    print_page_line(out, page);
    fprintf(out, "%s:%s:%s,", unique(page), space(page), who(page));
    print_objid(out, r);
    fputc(')', out);
}

static void print_undo_info(FILE *out, const struct log_undo_info *r)
{
    const struct log_page *page = &r->node.page;

    fprintf(out, " %x:%u(%x,[%u:%u],%s:%s,%u,%u,%u,rceid:%u,", page->transaction, page->level, page->session,
            page->dbid, page->pgno, unique(page), who(page), r->key_size, r->data_size, r->image_size, r->node.rceid);
    print_objid(out, &r->node);
    fputc(')', out);
    print_data(out, r + 1, (size_t)r->key_size + r->data_size + r->image_size);
}

static void print_delta(FILE *out, const struct log_node *node, int64_t delta, uint32_t offset)
{
    const struct log_page *page = &node->page;

    print_page_line(out, page);
    fprintf(out, "%s:%s:%s:%s,%" PRId64 ",offset:%u,rceid:%u,", unique(page), versioned(page), who(page), build(page),
            delta, offset, node->rceid);
    print_objid(out, node);
    fputc(')', out);
}

static void print_undo(FILE *out, const struct log_undo *r)
{
    const struct log_page *page = &r->node.page;

    print_page_line(out, page);
    fprintf(out, "%s:%s,%u,%u,rceid:%u)", unique(page), who(page), page->level, r->operation, r->node.rceid);
}

static void print_external_header(FILE *out, const struct log_set_external_header *r)
{
    const struct log_page *page = &r->node.page;

    print_page(out, page);
    fprintf(out, "[%u:%u],%s:%s:%s,%5u)", page->dbid, page->pgno, unique(page), space(page), who(page), r->data_size);
    print_data(out, r + 1, r->data_size);
}

static void print_scrub(FILE *out, const struct log_scrub *r)
{
    const struct log_page *page = &r->node.page;

    print_page(out, page);
    fprintf(out, "[%u:%u],%s:%s:%s,%s,%d,%5u)", page->dbid, page->pgno, unique(page), space(page), who(page),
            r->flags & 1 ? "unused page" : "used page", (int)r->operations, r->data_size);
    print_data(out, r + 1, r->data_size);
}

static void print_empty_tree(FILE *out, const struct log_empty_tree *r)
{
    const struct log_page *page = &r->node.page;

    print_page(out, page);
    fprintf(out, "[%u:%u],", page->dbid, page->pgno);
    print_objid(out, &r->node);
    fprintf(out, ",%s:%s:%s,%u)", unique(page), space(page), who(page), r->pages_size);
    print_data(out, r + 1, r->pages_size);
}

/* ------------------------------------------------------------------- trees --- */

static void print_create_multiple(FILE *out, const struct log_create_multiple_fdp *r)
{
    const struct log_page *page = &r->page;
    unsigned dbid = page->dbid;

    fprintf(out,
            " %" PRIx64 ",%x:%u(%x,FDP:[%u:%u],OE:[%u:%u],AE:[%u:%u],FDPParent:[%u:%u],objid:[%u:%u],"
            "PageFlags:[0x%x],%u,%s:%s)",
            page->dbtime, page->transaction, page->level, page->session, dbid, page->pgno, dbid, r->owned_root, dbid,
            r->available_root, dbid, r->parent_root, dbid, r->objid, r->page_flags, r->pages, unique(page), who(page));
}

static void print_create_single(FILE *out, const struct log_create_single_fdp *r)
{
    const struct log_page *page = &r->page;
    unsigned dbid = page->dbid;

    fprintf(out, " %" PRIx64 ",%x:%u(%x,[%u:%u],[%u:%u],[%u],PageFlags:[0x%x]%u,%s:%s)", page->dbtime,
            page->transaction, page->level, page->session, dbid, page->pgno, dbid, r->parent_root, r->objid,
            r->page_flags, r->pages, unique(page), who(page));
}

static void print_convert(FILE *out, const struct log_convert_fdp *r)
{
    const struct log_page *page = &r->page;
    unsigned dbid = page->dbid;

    print_page(out, page);
    fprintf(out, "[%u:%u],[%u:%u],[%u],+%u,[%u:%u],+%u,%s:%s)", dbid, page->pgno, dbid, r->parent_root, r->objid,
            r->pages, dbid, r->secondary_first, r->secondary_pages, unique(page), who(page));
}

static const char *split_name(const struct log_split *r)
{
    switch (r->split_type)
    {
    case LOG_SPLIT_VERTICAL:
        return "SplitVertical";
    case LOG_SPLIT_APPEND:
        return "Append";
    default:
        return r->split_operation == LOG_SPLIT_INSERT && r->split_line == r->operation_line &&
                       r->split_line == r->lines - 1
                   ? "SplitHotpoint"
                   : "SplitRight";
    }
}

static void print_image(FILE *out, uint32_t size, uint32_t flags)
{
    fprintf(out, "beforeImage:%u[%s%s])", size, flags & LOG_IMAGE_DEHYDRATED ? "D" : "",
            flags & LOG_IMAGE_XPRESS ? "X" : "");
}

static void print_split(FILE *out, const struct log_split *r)
{
    static const char *const operations[] = { "None", "Insert", "Replace", "FlagInsertAndReplaceData" };
    const struct log_split2 *r2 = (const struct log_split2 *)r;
    const struct log_page *page = &r->page;
    unsigned dbid = page->dbid;
    bool image = page->type == LOG_SPLIT2;

    if (!r->new_page)
    {
        fprintf(out, " ParentOfSplitPage");
        print_page(out, page);
        fprintf(out, "parent:%" PRIx64 ",[%u:%u])", r->parent_dbtime_before, dbid, page->pgno);
        return;
    }
    fprintf(out, " %s", split_name(r));
    print_page(out, page);
    fprintf(out,
            "split:[%u:%u:%u],oper/last:[%u/%u],new:[%u:%u],parent:%" PRIx64 ",[%u:%u],right:%" PRIx64
            ",[%u:%u], objid:[%u:%u], %s:%s:%s:%s, splitoper:%s, ",
            dbid, page->pgno, r->split_line, r->operation_line, r->lines - 1, dbid, r->new_page,
            r->parent_page ? r->parent_dbtime_before : 0, dbid, r->parent_page,
            r->right_page ? r->right_dbtime_before : 0, dbid, r->right_page, dbid, r->objid, unique(page), space(page),
            who(page), build(page), r->split_operation < 4 ? operations[r->split_operation] : "?");
    print_image(out, image ? r2->image_size : 0, image ? r2->flags : 0);
}

static void print_merge(FILE *out, const struct log_merge *r)
{
    static const char *const names[] = { "None",      "EmptyPage", "FullRight",   "PartialRight",
                                         "EmptyTree", "FullLeft",  "PartialLeft", "PageMove" };
    const struct log_merge2 *r2 = (const struct log_merge2 *)r;
    const struct log_page *page = &r->page;
    unsigned dbid = page->dbid;
    bool image = page->type == LOG_MERGE2;

    print_page(out, page);
    fprintf(out,
            "merge:[%u:%u:%u],right:%" PRIx64 ",[%u:%u],left:%" PRIx64 ",[%u:%u],parent:%" PRIx64
            ",[%u:%u],%s:%s:%s:%s:%s:%s:%s,size:%d,maxsize:%d,uncfree:%d,",
            dbid, page->pgno, r->merge_line, r->right_page ? r->right_dbtime_before : 0, dbid, r->right_page,
            r->left_page ? r->left_dbtime_before : 0, dbid, r->left_page, r->parent_page ? r->parent_dbtime_before : 0,
            dbid, r->parent_page, unique(page), space(page), who(page),
            r->merge_flags & LOG_MERGE_KEY_CHANGE ? "KC" : "NKC", r->merge_flags & LOG_MERGE_EMPTY_PAGE ? "EP" : "NEP",
            r->merge_flags & LOG_MERGE_DELETE_NODE ? "D" : "ND", r->merge_type < 8 ? names[r->merge_type] : "?",
            (int16_t)r->size_total, (int16_t)r->size_max_total, (int16_t)r->uncommitted);
    print_image(out, image ? r2->image_size : 0, image ? r2->flags : 0);
    print_data(out, image ? (const void *)(r2 + 1) : (const void *)(r + 1), r->parent_key_size);
}

static void print_page_move(FILE *out, const struct log_page_move *r)
{
    const struct log_page *page = &r->page;
    unsigned dbid = page->dbid;

    print_page(out, page);
    fprintf(out,
            "source:[%u:%u],destination:[%u:%u],right:%" PRIx64 ",[%u:%u],left:%" PRIx64 ",[%u:%u],parent:%" PRIx64
            ",[%u:%u:%d],header:%u,trailer:%u,objid:[%u:%u],flags:%x, %s)",
            dbid, page->pgno, dbid, r->new_page, r->right_page ? r->right_dbtime_before : 0, dbid, r->right_page,
            r->left_page ? r->left_dbtime_before : 0, dbid, r->left_page, r->parent_dbtime_before, dbid, r->parent_page,
            r->parent_line, r->head_size, r->tail_size, dbid, r->objid, r->flags, who(page));
}

static void print_pages(FILE *out, const uint32_t *pages, size_t count, unsigned dbid)
{
    size_t i;

    fputc(' ', out);
    for (i = 0; i < count; i++)
        fprintf(out, "[%u:%u],", dbid, le32((const uint8_t *)pages + i * 4));
}

static void print_range(FILE *out, unsigned dbid, uint32_t first, uint32_t count)
{
    uint32_t i;

    fprintf(out, " (");
    for (i = 1; i < count && i < 32; i++)
        fprintf(out, "[%u:%u] ", dbid, first + i);
    fputc(')', out);
}

/* --------------------------------------------------------------- databases --- */

static void print_create_db(FILE *out, const struct log_create_db *r)
{
    const uint8_t *data = (const uint8_t *)(r + 1);
    bool version = r->flags & LOG_CREATE_DB_VERSION;

    fprintf(out, " (%x,", r->session);
    print_path(out, data + (version ? 4 : 0), r->path_size, r->flags & LOG_CREATE_DB_UNICODE);
    fprintf(out, ",%u) Version: 0x%x,0x%x cpgMax: %u Sig: ", r->dbid, version ? le16(data) : 0,
            version ? le16(data + 2) : 0, r->pages_max);
    log_text_signature(out, &r->signature);
    fprintf(out, " sparse: %d", !!(r->flags & LOG_CREATE_DB_SPARSE));
}

static void print_attach_db(FILE *out, const struct log_attach_db *r)
{
    fprintf(out, " (%x,", r->session);
    print_path(out, r + 1, r->path_size, r->flags & LOG_ATTACH_DB_UNICODE);
    fprintf(out, ",%u) cpgMax: %u consistent:", r->dbid, r->pages_max);
    print_position(out, &r->consistent);
    fprintf(out, "   SigDb: ");
    log_text_signature(out, &r->signature);
    fprintf(out, "   SigLog: ");
    log_text_signature(out, &r->log_signature);
    fprintf(out, " sparse: %d", !!(r->flags & LOG_ATTACH_DB_SPARSE));
}

static void print_reattach(FILE *out, const struct log_reattach_db *r)
{
    fprintf(out, " [%u:], consistent:", r->dbid);
    print_position(out, &r->consistent);
    fprintf(out, " attach:");
    print_position(out, &r->attach);
    fprintf(out, "   SigDb: ");
    log_text_signature(out, &r->signature);
}

/* ------------------------------------------------------------- the log itself --- */

static void print_parameters(FILE *out, const struct log_parameters *p)
{
    fprintf(out, "\n      Env SystemPath:%.*s\n      Env LogFilePath:%.*s\n", (int)sizeof(p->system_path),
            p->system_path, (int)sizeof(p->log_path), p->log_path);
    fprintf(out,
            "      Env (CircLog,Session,Opentbl,VerPage,Cursors,LogBufs,LogFile,Buffers)\n"
            "          (%s,%7u,%7u,%7u,%7u,%7u,%7u,%7u)\n",
            p->flags & LOG_PARAMETERS_CIRCULAR ? "     on" : "    off", p->sessions, p->open_tables, p->version_pages,
            p->cursors, p->log_buffers, p->log_segments, p->cache_size);
}

static void print_quit(FILE *out, const struct log_term *r)
{
    if (r->type != LOG_RECOVERY_QUIT)
        print_short_time(out, &r->time);
    fprintf(out, "\n      Quit on %s Restore.\n      RedoFrom:", r->hard ? "Hard" : "Soft");
    print_position(out, &r->redo_from);
    fprintf(out, "\n      UndoRecordFrom:");
    print_position(out, &r->from);
    fputc('\n', out);
}

bool log_text_new_context(const struct log_header *header)
{
    return header->update_major > 5 || (header->update_major == 5 && header->update_minor >= 2) ||
           (header->update_major == 4 && header->update_minor >= 8);
}

static void print_commit_context(FILE *out, const struct log_header *header, const struct log_commit_context *r)
{
    size_t fields = sizeof(*r) - sizeof(struct log_ignored);

    if (log_text_new_context(header) && r->size >= fields)
    {
        fprintf(out, " (%x) [%s%s%s]", r->session, r->flags & LOG_COMMIT_CONTEXT_CALLBACK ? "C" : "",
                r->flags & LOG_COMMIT_CONTEXT_PRECOMMIT ? "R" : "",
                r->flags & LOG_COMMIT_CONTEXT_CUSTOMER_DATA ? "P" : "");
        print_data(out, r + 1, r->size - fields);
    }
    else
    {
        fprintf(out, " (%x) ", r->session);
        print_data(out, (const uint8_t *)(r + 1) - 1, r->size - fields + 1);
    }
}

static void print_backup(FILE *out, const struct log_backup2 *r)
{
    static const char *const phases[] = { "*Unknown*", "Begin",          "PrepLogs", "Truncate",
                                          "Update",    "Torpedos Away!", "Stop" };
    static const char *const kinds[] = { "External", "OSSnapshot", "*Unknown*", "Surrogate" };
    static const char *const scopes[] = { "*Unknown*", "Full", "Incremental", "*Unknown*",
                                          "*Unknown*", "Copy", "Differential" };

    fprintf(out, " %s( %s:%s, dbid=%d, phaseDetails[", phases[r->phase < 7 ? r->phase : 0],
            kinds[r->backup_type < 4 ? r->backup_type : 2], scopes[r->scope < 7 ? r->scope : 0], r->dbid);
    print_position(out, &r->details.mark);
    fputc(',', out);
    print_short_time(out, &r->details.mark_time);
    fprintf(out, ",(%u,%u)] )", r->details.generation_low, r->details.generation_high);
}

static void print_checksum(FILE *out, const struct log_checksum *r)
{
    fprintf(out, " (0x%X,0x%X,0x%X checksum [0x%X", r->backward, r->forward, r->next, r->checksum);
    if (r->has_short == LOG_CHECKSUM_SHORT_ON)
        fprintf(out, ",0x%X", r->short_checksum);
    fprintf(out, "])");
}

/* Of a text that need not end in NUL. */
static void print_trace(FILE *out, const struct log_trace *r)
{
    fprintf(out, " (%x) %.*s", r->session, (int)r->size, (const char *)(r + 1));
}

static void print_begin(FILE *out, const struct log_begin *r)
{
    fprintf(out, " (%x,from:%d,to:%d)", r->session, r->level_from, r->level_from + r->levels);
    if (r->type != LOG_BEGIN)
        fprintf(out, " %x", r->transaction);
}

static void print_commit(FILE *out, const struct log_commit *r)
{
    fprintf(out, " (%x,to:%d)", r->session, r->level_to);
    if (r->type == LOG_COMMIT0)
        fprintf(out, " %x", r->transaction);
}

static void print_extent_freed(FILE *out, const struct log_extent_freed *r)
{
    fprintf(out, " %" PRIx64 " [%u:%u+%d],[%s%s]", r->type == LOG_EXTENT_FREED2 ? r->dbtime : 0, r->dbid, r->first_page,
            (int)r->pages, r->flags & 1 ? "R" : "", r->flags & 2 ? "E" : "");
    print_range(out, r->dbid, r->first_page, r->pages);
}

static void print_fields(FILE *out, const struct log_header *header, const void *record)
{
    const struct log_ignored *ignored = record;

    switch (*(const uint8_t *)record)
    {
    case LOG_INSERT:
        print_insert(out, record);
        break;
    case LOG_FLAG_INSERT:
        print_flag_insert(out, record);
        break;
    case LOG_FLAG_INSERT_REPLACE:
        print_flag_insert_replace(out, record);
        break;
    case LOG_REPLACE:
    case LOG_REPLACE_DIFF:
        print_replace(out, record);
        break;
    case LOG_FLAG_DELETE:
        print_flag_delete(out, record);
        break;
    case LOG_DELETE:
        print_delete(out, record);
        break;
    case LOG_UNDO_INFO:
        print_undo_info(out, record);
        break;
    case LOG_DELTA:
        print_delta(out, record, ((const struct log_delta *)record)->delta, ((const struct log_delta *)record)->offset);
        break;
    case LOG_DELTA64:
        print_delta(out, record, ((const struct log_delta64 *)record)->delta,
                    ((const struct log_delta64 *)record)->offset);
        break;
    case LOG_UNDO:
        print_undo(out, record);
        break;
    case LOG_SET_EXTERNAL_HEADER:
        print_external_header(out, record);
        break;
    case LOG_SCRUB:
        print_scrub(out, record);
        break;
    case LOG_EMPTY_TREE:
        print_empty_tree(out, record);
        break;
    case LOG_CREATE_MULTIPLE_FDP:
        print_create_multiple(out, record);
        break;
    case LOG_CREATE_SINGLE_FDP:
        print_create_single(out, record);
        break;
    case LOG_CONVERT_FDP:
    case LOG_CONVERT_FDP2:
        print_convert(out, record);
        break;
    case LOG_SPLIT:
    case LOG_SPLIT2:
        print_split(out, record);
        break;
    case LOG_MERGE:
    case LOG_MERGE2:
        print_merge(out, record);
        break;
    case LOG_PAGE_MOVE:
        print_page_move(out, record);
        break;
    case LOG_ROOT_PAGE_MOVE:
    {
        const struct log_root_page_move *r = record;
        fprintf(out, " %" PRIx64 ",(%x,objid:[%u:%u])", r->dbtime, r->session, r->dbid, r->objid);
        break;
    }
    case LOG_NEW_PAGE:
    {
        const struct log_new_page *r = record;
        fprintf(out, " %" PRIx64 ",(%x,page:[%u:%u],objid:[%u:%u])", r->dbtime, r->session, r->dbid, r->pgno, r->dbid,
                r->objid);
        break;
    }
    case LOG_PAGE_PATCH_REQUEST:
    {
        const struct log_page_patch_request *r = record;
        fprintf(out, " %" PRIx64 ",[%u:%u]", r->dbtime, r->dbid, r->pgno);
        break;
    }
    case LOG_FREE_FDP:
    {
        const struct log_free_fdp *r = record;
        fprintf(out, " %x:([%u:%u] (%c))", r->transaction, r->dbid, r->root, r->fdp_type == 1 ? 'T' : 'I');
        break;
    }
    case LOG_EXTENT_FREED:
    case LOG_EXTENT_FREED2:
        print_extent_freed(out, record);
        break;
    case LOG_SCAN_CHECK:
    {
        const struct log_scan_check *r = record;
        fprintf(out, " %" PRIx64 ",%" PRIx64 "[%u:%u]", r->dbtime_current, r->dbtime_page, r->dbid, r->pgno);
        break;
    }
    case LOG_SCAN_CHECK2:
    {
        const struct log_scan_check2 *r = record;
        fprintf(out, " %" PRIx64 ",%" PRIx64 "[%u:%u],source:%u,%s,%s", r->dbtime_current, r->dbtime_page, r->dbid,
                r->pgno, r->source & 3, r->source & 0x80 ? "IVO" : "VO", r->source & 0x40 ? "EP" : "NEP");
        break;
    }
    case LOG_CREATE_DB:
        print_create_db(out, record);
        break;
    case LOG_CREATE_DB_FINISH:
    {
        const struct log_create_db_finish *r = record;
        fprintf(out, " (%x,%u)", r->session, r->dbid);
        break;
    }
    case LOG_ATTACH_DB:
        print_attach_db(out, record);
        break;
    case LOG_DETACH_DB:
    {
        const struct log_detach_db *r = record;
        fprintf(out, " (%x,", r->session);
        print_path(out, r + 1, r->path_size, r->flags & LOG_DETACH_DB_UNICODE);
        fprintf(out, ",%u)", r->dbid);
        break;
    }
    case LOG_REATTACH_DB:
        print_reattach(out, record);
        break;
    case LOG_SIGNAL_ATTACH_DB:
        fprintf(out, " (dbid:%u)", ((const struct log_signal_attach_db *)record)->dbid);
        break;
    case LOG_EXTEND_DB:
    {
        const struct log_extend_db *r = record;
        fprintf(out, " [%u:%u]", r->dbid, r->last_page);
        break;
    }
    case LOG_SHRINK_DB:
    case LOG_SHRINK_DB2:
    case LOG_SHRINK_DB3:
    {
        const struct log_shrink_db *r = record;
        if (r->type == LOG_SHRINK_DB3)
            fprintf(out, " %" PRIx64 "[%u:%u:%d]", r->dbtime, r->dbid, r->last_page, (int)r->pages);
        else
            fprintf(out, " [%u:%u:%d]", r->dbid, r->last_page, (int)r->pages);
        break;
    }
    case LOG_TRIM_DB:
    {
        const struct log_trim_db *r = record;
        fprintf(out, " [%u:%u+%d]", r->dbid, r->first_page, (int)r->pages);
        print_range(out, r->dbid, r->first_page, r->pages);
        break;
    }
    case LOG_SET_DB_VERSION:
    {
        const struct log_set_db_version *r = record;
        fprintf(out, " (dbid:%u, DB ver:%u.%u.%u)", r->dbid, r->format, r->update_major, r->update_minor);
        break;
    }
    case LOG_INIT:
        print_parameters(out, &((const struct log_init *)record)->parameters);
        break;
    case LOG_INIT2:
        print_short_time(out, &((const struct log_init *)record)->time);
        print_parameters(out, &((const struct log_init *)record)->parameters);
        break;
    case LOG_TERM2:
        print_short_time(out, &((const struct log_term *)record)->time);
        break;
    case LOG_RECOVERY_UNDO2:
        print_short_time(out, &((const struct log_recovery_undo *)record)->time);
        break;
    case LOG_RECOVERY_QUIT:
    case LOG_RECOVERY_QUIT2:
    case LOG_RECOVERY_QUIT_KEEP:
        print_quit(out, record);
        break;
    case LOG_BEGIN:
    case LOG_BEGIN0:
        print_begin(out, record);
        break;
    case LOG_COMMIT:
    case LOG_COMMIT0:
        print_commit(out, record);
        break;
    case LOG_ROLLBACK:
    {
        const struct log_rollback *r = record;
        fprintf(out, " (%x,%d)", r->session, r->levels);
        break;
    }
    case LOG_REFRESH:
    {
        const struct log_refresh *r = record;
        fprintf(out, " (%x,%x)", r->session, r->transaction);
        break;
    }
    case LOG_MACRO_BEGIN:
    case LOG_MACRO_COMMIT:
    case LOG_MACRO_ABORT:
    {
        const struct log_macro *r = record;
        fprintf(out, " (%x) %" PRIx64, r->session, r->dbtime);
        break;
    }
    case LOG_MACRO_INFO:
        print_pages(out, (const void *)(ignored + 1), ignored->size / 4, 1);
        break;
    case LOG_MACRO_INFO2:
    {
        const struct log_macro_info2 *r = record;
        size_t room = (r->size - (sizeof(*r) - sizeof(*ignored))) / 4;
        print_pages(out, (const void *)(r + 1), r->pages < room ? r->pages : room, r->dbid);
        break;
    }
    case LOG_FORCE_WRITE:
        fprintf(out, " (%x)", ((const struct log_session *)record)->session);
        break;
    case LOG_JET_OP:
    {
        const struct log_jet_op *r = record;
        fprintf(out, " (%x) -- %d", r->session, r->operation);
        break;
    }
    case LOG_TRACE:
    case LOG_FORCE_ROLLOVER:
        print_trace(out, record);
        break;
    case LOG_COMMIT_CONTEXT:
        print_commit_context(out, header, record);
        break;
    case LOG_BACKUP2:
        print_backup(out, record);
        break;
    case LOG_CHECKSUM:
        print_checksum(out, record);
        break;
    case LOG_EXTERNAL_RESTORE2:
        fprintf(out, " (");
        print_path(out, (const struct log_external_restore *)record + 1,
                   ((const struct log_external_restore *)record)->size, true);
        fputc(')', out);
        break;
    case LOG_NOP2:
    case LOG_IGNORED9:
    case LOG_IGNORED10 ... LOG_IGNORED19:
        fprintf(out, " (lrtyp = %d, %u bytes)", ignored->type, ignored->size);
        break;
    default:
        break;
    }
}

void log_text_record(FILE *out, const struct log_header *header, const void *record, size_t size)
{
    fprintf(out, "%-9s", log_record_name(*(const uint8_t *)record));
    if (size)
        print_fields(out, header, record);
    fputc('\n', out);
}
