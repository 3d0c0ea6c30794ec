/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages that a record changes: whether they need it, and what they were before. */
#include "format/compress.h"
#include "recovery/private.h"

/* Reading it tells that there is nothing, or that a write of it was torn: the log must make it anew later on. */
static bool is_gone(JET_ERR err)
{
    return err == JET_errPageNotInitialized || err == JET_errFileIOBeyondEOF || err == JET_errReadVerifyFailure;
}

JET_ERR redo_page_latch(struct recovery *recovery, struct redo_database *database, uint32_t pgno, uint64_t dbtime,
                        uint64_t dbtime_before, struct redo_page *page)
{
    struct cache_page *at;
    uint64_t now;
    JET_ERR err;

    page->page = NULL;
    page->pgno = pgno;
    err = cache_latch(&database->database->cache, pgno, CACHE_EXCLUSIVE, &at);
    if (err == JET_errReadVerifyFailure)
        database->torn = true;
    if (is_gone(err))
        return redo_gone_add(&database->gone, pgno);
    if (err < 0)
        return err;
    now = page_dbtime(at->data);
    if (now < dbtime && now == dbtime_before)
    {
        page->page = at;
        return JET_errSuccess;
    }
    cache_unlatch(at, CACHE_EXCLUSIVE);
    if (now >= dbtime)
        return JET_errSuccess;
    /* Only while the file may have what later records did. */
    if (now <= dbtime_before && recovery->generation <= database->future)
        return redo_gone_add(&database->old, pgno);
    err = now > dbtime_before ? JET_errDbTimeTooNew : JET_errDbTimeTooOld;
    event_say(redo_events(recovery), EVENT_RECOVERY_DBTIME_WRONG, database->path, pgno, dbtime_before, now, err, dbtime,
              recovery->position, (int32_t)(recovery->generation <= database->future), recovery->position, (int32_t)1);
    return err;
}

JET_ERR redo_page_latch_new(struct recovery *recovery, struct redo_database *database, uint32_t pgno, uint64_t dbtime,
                            struct redo_page *page)
{
    struct cache_file *file = &database->database->cache;
    struct cache_page *at;
    JET_ERR err = JET_errPageNotInitialized;

    page->page = NULL;
    page->pgno = pgno;
    /* Only what is on disk from after this moment counts; anything else is what the page was before. */
    if (recovery->generation <= database->future || cache_contains(file, pgno))
        err = cache_latch(file, pgno, CACHE_EXCLUSIVE, &at);
    /* What was torn may have had changes of transactions from before the checkpoint, whose records are skipped. */
    if (err == JET_errReadVerifyFailure && !recovery->config->from_first && !recovery->config->trust_corrected)
        return err;
    if (err >= 0 && page_dbtime(at->data) >= dbtime)
    {
        cache_unlatch(at, CACHE_EXCLUSIVE);
        return JET_errSuccess;
    }
    if (err >= 0)
    {
        cache_change(at);
        memset(at->data, 0, at->page_size);
    }
    else if (err == JET_errOutOfMemory)
        return err;
    else
    {
        err = cache_latch_new(file, pgno, &at);
        if (err < 0)
            return err;
    }
    redo_explain(database, pgno, 1);
    page->page = at;
    return JET_errSuccess;
}

void redo_page_unlatch(struct redo_page *page)
{
    if (page->page)
        cache_unlatch(page->page, CACHE_EXCLUSIVE);
    page->page = NULL;
}

/* Puts the gap in the middle back: the tags are at the end of what is there. */
static bool rehydrate(uint8_t *image, uint32_t size, size_t have)
{
    uint32_t tags, tag_bytes, free_bytes = page_free_bytes(image) + size - (uint32_t)have;

    if (have < page_header_size(size) || have > size)
        return false;
    tags = le16(image + offsetof(struct page_header, tag_state)) & PAGE_TAG_COUNT;
    tag_bytes = tags * PAGE_TAG_SIZE;
    if (page_header_size(size) + tag_bytes > have)
        return false;
    memmove(image + size - tag_bytes, image + have - tag_bytes, tag_bytes);
    memset(image + have - tag_bytes, 0, size - have);
    image[offsetof(struct page_header, free_bytes)] = (uint8_t)free_bytes;
    image[offsetof(struct page_header, free_bytes) + 1] = (uint8_t)(free_bytes >> 8);
    return free_bytes < size;
}

JET_ERR redo_page_image(struct redo_database *database, const uint8_t *bytes, size_t size, uint32_t flags,
                        uint8_t *image)
{
    uint32_t page_size = database->database->page_size;
    size_t have = size;
    struct page_view view;

    if (flags & LOG_IMAGE_XPRESS)
    {
        JET_ERR err = compress_decode(bytes, size, image, page_size, &have);

        if (err != JET_errSuccess)
            return JET_errLogCorrupted;
    }
    else if (size > page_size)
        return JET_errLogCorrupted;
    else
        memcpy(image, bytes, size);
    if (have < page_size && !rehydrate(image, page_size, have))
        return JET_errLogCorrupted;
    return page_check_structure(image, page_size) >= 0 && page_view(&view, image, page_size) ? JET_errSuccess
                                                                                             : JET_errLogCorrupted;
}

void redo_page_empty(uint8_t *data, uint32_t size)
{
    struct page_view view;

    if (!page_view(&view, data, size))
        return;
    if (page_lines(&view))
        page_remove(data, size, 0, page_lines(&view));
    if (!(view.flags & PAGE_ROOT))
        page_set_external(data, size, NULL, 0);
    page_set_uncommitted_free(data, 0);
    page_set_page_flags(data, page_flags(data) | PAGE_EMPTY);
}
