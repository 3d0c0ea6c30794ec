/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log from inside: what append.c, flush.c, file.c, stream.c and checkpoint.c share. */
#ifndef ESENT_LOG_PRIVATE_H
#define ESENT_LOG_PRIVATE_H

#include "log/log.h"

#define LOG_RESERVES 2u                 /* files that keep room on the disk */
#define LOG_RING_MIN 64u                /* segments in memory: room for the longest record several times */
#define LOG_COPY_UNDER_LOCK 512u        /* bytes; longer records are copied without it */
#define LOG_AHEAD_PART 8u               /* of a file: when that much is used, the next is made */
#define LOG_FIRST_SEGMENT 1u            /* of a file: after the header */

/* A segment of the ring.  `copying` apart, under `lock` until it is closed, then the leader's. */
struct log_slot
{
    _Atomic uint32_t copying;           /* records that are still being copied into it */
    uint32_t generation;
    uint32_t number;
    uint64_t tail;                      /* when it is on disk, records before this are: set when it is closed */
};

/* How far new work may go. */
enum log_room
{
    LOG_ROOM_ENOUGH,
    LOG_ROOM_RESERVE,                   /* a reserve file is in use */
    LOG_ROOM_NONE,
};

/* The file that comes next. */
enum log_next
{
    LOG_NEXT_NONE,
    LOG_NEXT_MAKING,
    LOG_NEXT_READY,
};

struct log
{
    struct log_config config;
    uint32_t file_segments;
    struct header_signature signature;

    /* The ring. */
    uint8_t *ring;
    struct log_slot *slots;
    uint32_t slot_count;

    /* Counted from the beginning of the stream's life in memory; segment n is slot n % slot_count. */
    struct os_mutex lock;               /* guards all to the next rule */
    uint64_t open;                      /* the segment that is appended to */
    uint64_t written;                   /* those below are in the file, their slots free */
    uint32_t open_byte;                 /* where the next record begins; 0: it holds nothing yet */
    uint32_t open_number;
    uint32_t open_generation;
    uint64_t next_position;             /* of the next record; may lie in the zeroes at the end of a closed segment */
    uint64_t closed_tail;               /* records before it lie in closed segments */
    uint64_t last_record;               /* position */
    bool flushing;                      /* there is a leader */
    bool stop;
    bool background;                    /* there may be a thread */
    struct os_thread *thread;           /* once there was work for it */
    struct os_condition flushed;        /* `durable` rose, or the leader is done, or the log is down */
    struct os_condition space;          /* `written` rose */
    struct os_condition work;           /* for the thread */
    struct os_condition copied;         /* a copy ended while the leader waits */
    struct os_condition next_changed;
    uint64_t later;                     /* to be durable by `later_at`; LOG_POSITION_NONE */
    uint64_t later_at;                  /* os_clock_us */
    bool write_soon;                    /* half of the ring is closed */
    bool make_next;                     /* the thread shall make the next file */
    enum log_next next_state;
    struct os_file *next_file;          /* LOG_NEXT_READY */
    bool next_reserve;                  /* it was a reserve file */
    enum log_room room;
    uint32_t reserves;                  /* files that are left */
    bool sequence_end;
    uint32_t keep;                      /* generations from here on are not deleted */
    struct log_header header;           /* of the current file */
    /* ----- */

    _Atomic uint64_t durable;           /* position */
    _Atomic int32_t down;               /* JET_ERR */
    _Atomic uint32_t leader_waits;      /* on copies */
    _Atomic uint32_t checkpoint_generation;

    /* The leader's. */
    struct os_file *file;               /* current */
    WCHAR file_path[OS_PATH_MAX];       /* of that, once it has its name */
    uint32_t durable_segment;           /* segments of the current file below it are on disk */
    uint64_t checksum;                  /* XOR of those of the current file */
    bool unsynced;                      /* something was written since the last flush */
    uint32_t written_segment;           /* segments of the current file below it are in the file */
    uint64_t written_tail;              /* records before this are */

    struct os_mutex reserve_lock;       /* held while reserve files are made; above `lock` */

    /* Of the checkpoint; a leaf, held across its I/O. */
    struct os_mutex checkpoint_lock;
    struct checkpoint_header checkpoint;
    uint32_t shadow_generation;         /* that the second copy in the file is of, which is on disk; 0 */
};

static inline uint8_t *log_slot_data(const struct log *log, uint64_t sequence)
{
    return log->ring + (size_t)(sequence % log->slot_count) * LOG_SEGMENT_SIZE;
}

static inline struct log_slot *log_slot(const struct log *log, uint64_t sequence)
{
    return &log->slots[sequence % log->slot_count];
}

/* ---- append.c ---- */

/* Closes the open segment if it holds something.  Under `lock`. */
void log_close_segment(struct log *log);

/* Closes it with zeroes, and goes on with the next generation.  Under `lock`. */
void log_end_generation(struct log *log);

/* ---- flush.c ---- */

/* Writes the closed segments of one generation and, if asked for, flushes the file.
 * Under `lock`, which is given up meanwhile; there must be no leader, and the log not be down. */
void log_lead(struct log *log, bool sync);

/* Takes the log down and wakes all; the lock must not be held. */
void log_bring_down(struct log *log, JET_ERR err);

/* From now on there may be a thread; it is started when there is work for it. */
void log_thread_allow(struct log *log);

/* There is work for the thread.  Under `lock`. */
void log_thread_wake(struct log *log);
void log_thread_stop(struct log *log);

/* ---- file.c ---- */

#define LOG_OPEN_FLAGS (OS_OPEN_WRITE | OS_OPEN_SHARE_READ | OS_OPEN_SHARE_DELETE)

/* Makes the file of the next generation, full of zeroes and on disk.  *reserve: a reserve file had to serve. */
JET_ERR log_file_make(struct log *log, struct os_file **file, bool *reserve);

/* The leader's: makes `generation` the current one.  With `first` there is none before it. */
JET_ERR log_file_switch(struct log *log, uint32_t generation, bool first);

/* Makes the reserve files that are missing; tells whether all are there. */
bool log_reserves_make(struct log *log);

/* ---- checkpoint.c ---- */

/* What the file says, if it is this log's. */
void log_checkpoint_load(struct log *log);

/* A new log's first. */
JET_ERR log_checkpoint_first(struct log *log);

/* Deletes generations that circular logging can spare. */
void log_checkpoint_spare(struct log *log);

#endif
