/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * XPRESS: plain LZ77, the format of MS-XCA 2.3 and 2.4.
 *
 * A stream is items, literal bytes and matches, with a 32-bit word of flags
 * before each 32 of them, the first item's flag in the top bit: 0 a literal, 1
 * a match.  A match is 16 bits, length in the lower three and distance less one
 * above; a length that does not fit goes on in a nibble (two matches share a
 * byte, placed where the first of them needs it), then a byte, then 16 bits.
 * The stream ends with a flag of 1 that has no item; the rest of its word is
 * ones as well.
 *
 * The engine's own decoder insists on that last flag, on a stream of at least
 * eight bytes, and on a stream shorter than the data, so both directions here
 * do too.  It never learnt the 32-bit length of MS-XCA, of which data below
 * 64 KB has no need.
 */
#include "format/compress_private.h"

#define HEADER_SIZE  3
#define MIN_STREAM   8
#define MIN_DATA     9

#define MIN_MATCH    3
#define MAX_DISTANCE 8192
#define LENGTH_BITS  3

/* Where each field of a length is full and the next takes over, all counted
 * from MIN_MATCH. */
#define SHORT_FULL  7
#define NIBBLE_FULL 15
#define BYTE_FULL   255

#define FLAG_COUNT  32
#define TOP_FLAG    0x80000000u

struct reader
{
    const uint8_t *src, *end;
    const uint8_t *nibble; /* byte whose upper half the next long length takes */
};

/* Length beyond the 16-bit word of a match, MIN_MATCH excluded; 0 if bad. */
static size_t read_long_length(struct reader *in)
{
    size_t length;

    if (in->nibble)
    {
        length = *in->nibble >> 4;
        in->nibble = NULL;
    }
    else
    {
        if (in->src == in->end)
            return 0;
        in->nibble = in->src;
        length = *in->src++ & 15;
    }
    if (length < NIBBLE_FULL)
        return SHORT_FULL + length;

    if (in->src == in->end)
        return 0;
    length = *in->src++;
    if (length < BYTE_FULL)
        return SHORT_FULL + NIBBLE_FULL + length;

    if (in->end - in->src < 2)
        return 0;
    length = le16(in->src);
    in->src += 2;
    return length >= SHORT_FULL + NIBBLE_FULL + BYTE_FULL ? length : 0;
}

/* Expands stream into exactly wanted bytes; whole: they are all there is, and
 * the stream's end is checked. */
static JET_ERR expand(const uint8_t *stream, size_t size, uint8_t *out, size_t wanted, int whole)
{
    struct reader in = { stream, stream + size, NULL };
    uint8_t *dst = out, *stop = out + wanted;
    uint32_t flags = 0;
    unsigned left = 0;

    for (;;)
    {
        size_t length, distance;
        unsigned run;

        if (!left)
        {
            if (dst == stop && !whole)
                return JET_errSuccess;
            if (in.end - in.src < 4)
                return JET_errDecompressionFailed;
            flags = le32(in.src);
            in.src += 4;
            left = FLAG_COUNT;
        }

        /* Literals, as many as there are before the next match. */
        run = flags ? (unsigned)__builtin_clz(flags) : FLAG_COUNT;
        if (run > left)
            run = left;
        if (run)
        {
            if (in.end - in.src >= FLAG_COUNT && stop - dst >= FLAG_COUNT)
                memcpy(dst, in.src, FLAG_COUNT);
            else
            {
                if (run > (size_t)(stop - dst))
                {
                    if (whole)
                        return JET_errDecompressionFailed;
                    run = stop - dst;
                }
                if (run > (size_t)(in.end - in.src))
                    return JET_errDecompressionFailed;
                memcpy(dst, in.src, run);
            }
            dst += run;
            in.src += run;
            left -= run;
            flags = left ? flags << run : 0;
            if (!left)
                continue;
        }

        /* The next flag is that of a match, or the one that ends the stream. */
        if (dst == stop)
            return JET_errSuccess;
        flags <<= 1;
        left--;
        if (in.end - in.src < 2)
            return JET_errDecompressionFailed;
        distance = le16(in.src);
        in.src += 2;
        length = distance & SHORT_FULL;
        distance = (distance >> LENGTH_BITS) + 1;
        if (length == SHORT_FULL && !(length = read_long_length(&in)))
            return JET_errDecompressionFailed;
        length += MIN_MATCH;
        if (distance > (size_t)(dst - out))
            return JET_errDecompressionFailed;
        if (length > (size_t)(stop - dst))
        {
            if (whole)
                return JET_errDecompressionFailed;
            length = stop - dst;
        }
        compress_copy_match(dst, distance, length, stop - dst);
        dst += length;
    }
}

JET_ERR compress_xpress_decode(const uint8_t *data, size_t size, uint8_t *out, size_t out_size, size_t *actual)
{
    size_t full, wanted;
    JET_ERR err;

    *actual = 0;
    if (size < HEADER_SIZE + MIN_STREAM)
        return JET_errDecompressionFailed;
    full = le16(data + 1);
    if (full < MIN_DATA || size - HEADER_SIZE >= full)
        return JET_errDecompressionFailed;
    wanted = full < out_size ? full : out_size;
    err = expand(data + HEADER_SIZE, size - HEADER_SIZE, out, wanted, wanted == full);
    if (err < JET_errSuccess)
        return err;
    *actual = full;
    return wanted < full ? JET_wrnBufferTruncated : JET_errSuccess;
}

/*
 * The encoder: hash chains over the last 8192 positions, and a match is put off
 * by one byte when the next position has a longer one.
 */
#define HASH_BITS   12
#define CHAIN_DEPTH 8
#define GOOD_LENGTH 32 /* long enough to take without looking further */
#define MAX_INSERT  64 /* positions of a match that enter the table */
#define SKIP_SHIFT  6  /* misses, as a power of two, before the search gets coarser */
#define MAX_ITEM    10 /* bytes of a match at its longest, with new flags */

struct writer
{
    uint8_t *dst, *end;
    uint8_t *flags_at; /* where the flags being gathered will go */
    uint8_t *nibble;   /* byte whose upper half is free */
    uint32_t flags;
    unsigned count; /* of flags gathered */
};

struct finder
{
    const uint8_t *data, *end;
    uint16_t head[1 << HASH_BITS]; /* position + 1 of the newest of a hash; 0 none */
    uint16_t prev[MAX_DISTANCE];   /* the one before, by position modulo the window */
};

static void write_flag(struct writer *w, unsigned flag)
{
    w->flags = w->flags << 1 | flag;
    if (++w->count < FLAG_COUNT)
        return;
    set_le32(w->flags_at, w->flags);
    w->flags_at = w->dst;
    w->dst += 4;
    w->count = 0;
}

static void write_match(struct writer *w, size_t distance, size_t length)
{
    size_t rest;

    length -= MIN_MATCH;
    set_le16(w->dst, (distance - 1) << LENGTH_BITS | (length < SHORT_FULL ? length : SHORT_FULL));
    w->dst += 2;
    if (length >= SHORT_FULL)
    {
        rest = length - SHORT_FULL;
        if (w->nibble)
        {
            *w->nibble |= (rest < NIBBLE_FULL ? rest : NIBBLE_FULL) << 4;
            w->nibble = NULL;
        }
        else
        {
            w->nibble = w->dst;
            *w->dst++ = rest < NIBBLE_FULL ? rest : NIBBLE_FULL;
        }
        if (rest >= NIBBLE_FULL)
        {
            rest -= NIBBLE_FULL;
            *w->dst++ = rest < BYTE_FULL ? rest : BYTE_FULL;
            if (rest >= BYTE_FULL)
            {
                set_le16(w->dst, length);
                w->dst += 2;
            }
        }
    }
    write_flag(w, 1);
}

static inline unsigned hash_at(const uint8_t *p)
{
    return (le32(p) << 8) * 0x9e3779b1u >> (32 - HASH_BITS);
}

/* Adds a position, and gives the newest before it with the same hash. */
static inline size_t insert(struct finder *f, size_t pos)
{
    uint16_t *head = &f->head[hash_at(f->data + pos)];
    size_t found = *head;

    f->prev[pos % MAX_DISTANCE] = found;
    *head = pos + 1;
    return found;
}

/* The longest match at pos that is longer than best, among candidates from
 * next on (position + 1).  Returns its length, or best. */
static size_t find(const struct finder *f, size_t pos, size_t next, size_t best, size_t *distance)
{
    const uint8_t *here = f->data + pos;

    for (unsigned depth = CHAIN_DEPTH; next && depth; depth--)
    {
        size_t candidate = next - 1, length;

        /* Entries older than the window have been overwritten by newer ones. */
        if (candidate >= pos || pos - candidate > MAX_DISTANCE)
            break;
        if (best >= (size_t)(f->end - here))
            break;
        if (f->data[candidate + best] == here[best])
        {
            length = compress_match_length(f->data + candidate, here, f->end);
            if (length > best)
            {
                best = length;
                *distance = pos - candidate;
                if (best >= GOOD_LENGTH)
                    break;
            }
        }
        next = f->prev[candidate % MAX_DISTANCE];
        if (next > candidate)
            break;
    }
    return best;
}

size_t compress_xpress_encode(const uint8_t *data, size_t size, uint8_t *out, size_t out_size)
{
    struct finder f;
    struct writer w;
    size_t pos = 0, misses = 0, last, distance = 0, length;

    if (size < MIN_DATA || size > COMPRESS_MAX_SIZE)
        return 0;
    /* The stream itself must be shorter than the data; its header counts. */
    if (out_size >= size)
        out_size = size - 1;
    if (out_size < HEADER_SIZE + 4 + MAX_ITEM)
        return 0;

    f.data = data;
    f.end = data + size;
    memset(f.head, 0, sizeof(f.head));
    out[0] = COMPRESS_SCHEME_XPRESS << 3;
    set_le16(out + 1, size);
    w = (struct writer){ .flags_at = out + HEADER_SIZE, .dst = out + HEADER_SIZE + 4, .end = out + out_size };
    last = size - 4; /* last position that can be hashed */

    while (pos < size)
    {
        length = MIN_MATCH - 1;
        if (pos <= last)
            length = find(&f, pos, insert(&f, pos), length, &distance);

        if (length < MIN_MATCH)
        {
            size_t run = 1 + (misses++ >> SKIP_SHIFT);

            for (; run && pos < size; run--)
            {
                if (w.end - w.dst < MAX_ITEM)
                    return 0;
                *w.dst++ = data[pos++];
                write_flag(&w, 0);
            }
            continue;
        }

        misses = 0;
        while (length < GOOD_LENGTH && pos < last)
        {
            size_t next_distance = 0, next = find(&f, pos + 1, insert(&f, pos + 1), length, &next_distance);

            if (next <= length)
            {
                /* pos + 1 is in the table already. */
                break;
            }
            if (w.end - w.dst < MAX_ITEM)
                return 0;
            *w.dst++ = data[pos++];
            write_flag(&w, 0);
            length = next;
            distance = next_distance;
        }

        if (w.end - w.dst < MAX_ITEM)
            return 0;
        write_match(&w, distance, length);
        {
            size_t from = pos + (length < GOOD_LENGTH && pos < last ? 2 : 1);

            pos += length;
            if (pos - from > MAX_INSERT && from < pos)
                from = pos - MAX_INSERT;
            for (; from < pos && from <= last; from++)
                insert(&f, from);
        }
    }

    /* The flag that ends the stream, and ones to fill its word. */
    set_le32(w.flags_at, w.count ? ~(~w.flags << (FLAG_COUNT - w.count)) : UINT32_MAX);
    if (w.dst - out < HEADER_SIZE + MIN_STREAM)
        return 0;
    return w.dst - out;
}
