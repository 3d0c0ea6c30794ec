/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JetGetLogFileInfo: what a log file says of itself. */
#include "api/private.h"
#include "log/reader.h"

#define COPY(to, from)                                                                                                 \
    do                                                                                                                 \
    {                                                                                                                  \
        _Static_assert(sizeof(to) == sizeof(from), "bytes of the file");                                               \
        memcpy(&(to), &(from), sizeof(to));                                                                            \
    } while (0)

/* What all levels begin with. */
static void common(const struct log_header *header, JET_LOGINFOMISC *info)
{
    info->ulGeneration = (JET_ULONG)header->generation;
    COPY(info->signLog, header->signature);
    COPY(info->logtimeCreate, header->created);
    COPY(info->logtimePreviousGeneration, header->created_before);
    info->ulFlags = header->flags;
    info->ulVersionMajor = header->major;
    info->ulVersionMinor = header->minor;
    info->ulVersionUpdate = header->update_major;
    info->cbSectorSize = header->segment_size;
    info->cbHeader = header->header_segments;
    info->cbFile = header->segments;
    info->cbDatabasePageSize = header->page_size;
}

static JET_ERR misc(const struct log_header *header, void *result, uint32_t size)
{
    JET_LOGINFOMISC info;

    if (size != sizeof(info))
        return JET_errInvalidBufferSize;
    common(header, &info);
    memcpy(result, &info, sizeof(info));
    return JET_errSuccess;
}

static JET_ERR misc2(const struct log_header *header, void *result, uint32_t size)
{
    JET_LOGINFOMISC2 info;

    if (size != sizeof(info))
        return JET_errInvalidBufferSize;
    common(header, (JET_LOGINFOMISC *)(void *)&info);
    COPY(info.lgposCheckpoint, header->checkpoint);
    memcpy(result, &info, sizeof(info));
    return JET_errSuccess;
}

static JET_ERR misc3(const struct log_header *header, void *result, uint32_t size)
{
    JET_LOGINFOMISC3 info;

    if (size != sizeof(info))
        return JET_errInvalidBufferSize;
    memset(&info, 0, sizeof(info));
    common(header, (JET_LOGINFOMISC *)(void *)&info);
    info.ulVersionUpdateMajor = header->update_major;
    info.ulVersionUpdateMinor = header->update_minor;
    info.ulVersionMinorDeprecated = header->minor;
    COPY(info.lgposCheckpoint, header->checkpoint);
    info.checksumPrevLogAllSegments = header->checksum_before;
    memcpy(result, &info, sizeof(info));
    return JET_errSuccess;
}

static JET_ERR describe(struct os_file *file, void *result, uint32_t size, uint32_t level)
{
    struct log_header *header;
    JET_ERR err;

    if (level > JET_LogInfoMisc3)
        return JET_errInvalidParameter;
    header = os_alloc(sizeof(*header));
    if (!header)
        return JET_errOutOfMemory;
    err = log_header_read_alone(file, header);
    if (err >= 0)
        err = level == JET_LogInfoMisc    ? misc(header, result, size)
              : level == JET_LogInfoMisc2 ? misc2(header, result, size)
                                          : misc3(header, result, size);
    os_free(header);
    return err;
}

/*
 * Facts of a log file, which may be in use; cbMax is the size of a
 * JET_LOGINFOMISC (level JET_LogInfoMisc), JET_LOGINFOMISC2 or 3.  cbHeader and
 * cbFile count sectors, as Windows' do.
 * JET_errFileNotFound and the like; JET_errInvalidParameter (level);
 * JET_errLogFileCorrupt, JET_errFileInvalidType, JET_errBadLogVersion,
 * JET_errFileIOBeyondEOF (shorter than a header); JET_errInvalidBufferSize.
 * Source: JetGetLogFileInfoEx.
 */
JET_ERR JET_API JetGetLogFileInfoW(JET_PCWSTR log, void *result, const JET_ULONG size, const JET_ULONG level)
{
    struct os_file *file;
    JET_ERR err;

    OS_TRACE("(%s, %p, %u, %u)\n", OS_TRACE_W(log), result, (unsigned)size, (unsigned)level);
    if (!log)
        return JET_errInvalidParameter;
    err = os_file_open(log, OS_OPEN_SHARE_READ | OS_OPEN_SHARE_WRITE | OS_OPEN_SHARE_DELETE, &file);
    if (err < 0)
        return err;
    err = describe(file, result, result ? size : 0, level);
    os_file_close(file);
    return err;
}

JET_ERR JET_API JetGetLogFileInfoA(JET_PCSTR log, void *result, const JET_ULONG size, const JET_ULONG level)
{
    WCHAR *wide;
    JET_ERR err = string_from_a(log, &wide);

    if (err >= 0)
        err = JetGetLogFileInfoW(wide, result, size, level);
    os_free(wide);
    return err;
}
