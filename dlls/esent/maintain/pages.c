/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole pages out of a database that is in use, as they are in its file. */

#include "format/checksum.h"
#include "format/page_edit.h"
#include "maintain/maintain.h"
#include "table/schema.h"

#define TRIES    20u /* a page that is on its way to the file may be seen half written */
#define PAUSE_MS 5u

/* Where the file ends there are pages like those that Windows' engine makes of what was cut off. */
#define DBTIME_SHRUNK 0xfffffffffffffffdull

static JET_ERR check(uint8_t *data, uint32_t size, uint32_t pgno)
{
    JET_ERR err = page_check(data, size, pgno, NULL);

    return err == JET_errPageNotInitialized ? JET_errSuccess : err;
}

/* Checks what was read; a page that looks bad is read again a few times. */
static JET_ERR settle(struct database *database, uint32_t pgno, uint8_t *data)
{
    uint32_t size = database->page_size;
    JET_ERR err = check(data, size, pgno), read;

    for (uint32_t i = 0; i < TRIES && err < 0; i++)
    {
        os_sleep(PAUSE_MS);
        read = os_file_read_at(database->file, (uint64_t)(pgno + 1) * size, data, size);
        err = read < 0 ? read : check(data, size, pgno);
    }
    return err;
}

JET_ERR database_read_pages(struct database *database, uint32_t first, uint32_t count, uint8_t *data)
{
    uint32_t size = database->page_size, there;
    uint64_t bytes, pages;
    JET_ERR err = os_file_size(database->file, &bytes);

    if (err < 0)
        return err;
    pages = bytes / size < 2 ? 0 : bytes / size - 2;
    there = first > pages ? 0 : pages - first + 1 < count ? (uint32_t)(pages - first + 1) : count;
    if (there)
        err = os_file_read_at(database->file, (uint64_t)(first + 1) * size, data, (size_t)there * size);
    for (uint32_t i = 0; err >= 0 && i < there; i++)
        err = settle(database, first + i, data + (size_t)i * size);
    for (uint32_t i = there; err >= 0 && i < count; i++)
    {
        page_format(data + (size_t)i * size, size, first + i, 0, PAGE_NEW_RECORD, DBTIME_SHRUNK);
        checksum_page_set(data + (size_t)i * size, size, first + i);
    }
    return err < 0 ? err : JET_errSuccess;
}
