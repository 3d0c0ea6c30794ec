/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Logs of Windows 7 and older, laid out here as the published source says: whole, torn, patched, damaged. */
#include "log_support.h"

#include "format/checksum.h"

#define SIZE 65536u

static uint8_t image[SIZE], copy[SIZE];
static uint32_t sector;
static struct kept expected[4000];
static size_t count;
static size_t checksums[600], checksum_count;

static uint32_t sum_bytes(const uint8_t *data, size_t size, uint32_t sum)
{
    size_t i;

    for (i = 0; i < size; i++)
        sum ^= (uint32_t)data[i] << (8 * (i % 4));
    return sum;
}

static uint32_t sum(const struct log_checksum *r, uint32_t seed, size_t forward)
{
    const uint8_t *at = (const uint8_t *)r;
    uint32_t value = sum_bytes(at - r->backward, r->backward, seed);

    value = sum_bytes(at + sizeof(*r), forward, value);
    return value ^ r->backward ^ r->forward ^ r->next ^ r->has_short ^ 1;
}

static void finish(size_t at, size_t end, size_t next)
{
    struct log_checksum *r = (struct log_checksum *)(image + at);
    size_t start = at - at % sector;

    r->type = LOG_CHECKSUM;
    r->backward = (uint32_t)(at - start);
    r->forward = (uint32_t)(end - at - sizeof(*r));
    r->next = next ? (uint32_t)(next - at - sizeof(*r)) : 0;
    r->has_short = end - start > sector ? LOG_CHECKSUM_SHORT_ON : LOG_CHECKSUM_SHORT_OFF;
    r->short_checksum = 0;
    if (r->has_short == LOG_CHECKSUM_SHORT_ON)
        r->short_checksum = sum(r, 0xdeadc0deu, start + sector - at - sizeof(*r));
    r->checksum = sum(r, 0xfeedbeafu, r->forward);
}

static void make_header(void)
{
    struct log_header *header = (struct log_header *)image;
    size_t i;

    for (i = 0; i < SIZE; i++)
        image[i] = i % 16 ? 0xda : (uint8_t)(0xda + i % 512);
    memset(header, 0, sizeof(*header));
    header->generation = 1;
    header->segment_size = (uint16_t)sector;
    header->header_segments = (uint16_t)(4096 / sector);
    header->segments = (uint16_t)(SIZE / sector);
    header->major = LOG_VERSION_OLD;
    header->minor = LOG_VERSION_MINOR_OLD;
    header->update_major = 15;
    header->file_type = LOG_FILE_TYPE;
    log_header_seal(header);
}

/* Records to about three quarters of the file; returns the end. */
static size_t make(uint32_t *seed)
{
    size_t at = 4096, pos, i, ends[600];
    uint8_t record[3000];

    make_header();
    count = checksum_count = 0;
    checksums[checksum_count++] = at;
    pos = at + sizeof(struct log_checksum);
    while (pos < SIZE * 3 / 4)
    {
        uint32_t flush = 1 + random_next(seed) % 30;

        while (flush-- && pos < SIZE - 8192)
        {
            uint32_t size = record_make(record, 4 + random_next(seed) % (random_next(seed) % 8 ? 90 : 2500), seed);

            memcpy(image + pos, record, size);
            expected[count++] = (struct kept){ log_position(1, (uint32_t)(pos / sector), (uint32_t)(pos % sector)),
                                               size, image + pos };
            pos += size;
        }
        if (pos / sector == at / sector)
            continue;
        if (pos % sector + sizeof(struct log_checksum) > sector)
            while (pos % sector)
                image[pos++] = LOG_NOP;
        ends[checksum_count - 1] = pos - pos % sector;
        at = pos;
        checksums[checksum_count++] = at;
        pos += sizeof(struct log_checksum);
    }
    ends[checksum_count - 1] = pos;
    /* The range of each covers the next one's place, but not what it says; and their backward ranges what is before. */
    for (i = checksum_count; i--;)
        finish(checksums[i], ends[i], i + 1 < checksum_count ? checksums[i + 1] : 0);
    return pos;
}

static JET_ERR read_image(const uint8_t *data, size_t *read)
{
    struct log_read_record record;
    struct log_reader *reader;
    struct os_file *file;
    JET_ERR err;

    *read = 0;
    assert_int_equal(os_file_open(LOG_DIRECTORY u"/old.log", OS_OPEN_WRITE | OS_OPEN_ALWAYS, &file), JET_errSuccess);
    assert_int_equal(os_file_write_at(file, 0, data, SIZE), JET_errSuccess);
    err = log_reader_open_file(file, LOG_READ_SOFT, &reader);
    os_file_close(file);
    if (err < 0)
        return err;
    while (!(err = log_reader_next(reader, &record)))
    {
        if (record.type == LOG_CHECKSUM)
            continue;
        assert_true(*read < count);
        assert_int_equal(record.position, expected[*read].position);
        assert_int_equal(record.size, expected[*read].size);
        assert_memory_equal(record.data, expected[*read].data, record.size);
        (*read)++;
    }
    log_reader_close(reader);
    return err < 0 ? err : JET_errSuccess;
}

static void unused(uint8_t *data, size_t from, size_t to)
{
    for (; from < to; from++)
        data[from] = from % 16 ? 0xda : (uint8_t)(0xda + from % 512);
}

static void test_old(void **state)
{
    uint32_t seed = 1, round;
    size_t read;

    (void)state;
    log_clean();
    for (round = 0; round < 120; round++)
    {
        size_t end, last, start, i;

        sector = round % 3 ? 512 : 4096;
        end = make(&seed);
        last = checksums[checksum_count - 1];
        start = last - last % sector;
        assert_int_equal(read_image(image, &read), JET_errSuccess);
        assert_int_equal(read, count);

        /* The last sector with its shadow; torn, the shadow serves. */
        if (end - start <= sector && start + 2 * sector <= SIZE)
        {
            struct log_checksum *r;

            memcpy(copy, image, SIZE);
            memcpy(copy + start + sector, image + start, sector);
            r = (struct log_checksum *)(copy + last + sector);
            r->checksum = sum(r, 0xfeedbeafu, r->forward) ^ 0x5ad05ec7u;
            assert_int_equal(read_image(copy, &read), JET_errSuccess);
            assert_int_equal(read, count);
            copy[last + 14] ^= 0x40;
            assert_int_equal(read_image(copy, &read), JET_errSuccess);
            assert_true(read == count);
        }
        /* Torn with nothing after it: the end.  With something after it: damage. */
        memcpy(copy, image, SIZE);
        unused(copy, start, SIZE);
        assert_int_equal(read_image(copy, &read), JET_errSuccess);
        assert_true(read <= count);
        copy[SIZE - 600] ^= 1;
        if (start + sector < SIZE - 600)
            assert_int_equal(read_image(copy, &read), JET_errLogFileCorrupt);
        /* A flush of many sectors of which the first came. */
        for (i = 0; i + 1 < checksum_count; i++)
        {
            const struct log_checksum *r = (const struct log_checksum *)(image + checksums[i]);
            size_t first = checksums[i] - checksums[i] % sector;

            if (r->has_short != LOG_CHECKSUM_SHORT_ON)
                continue;
            memcpy(copy, image, SIZE);
            unused(copy, first + sector, SIZE);
            assert_int_equal(read_image(copy, &read), JET_errSuccess);
            assert_true(read <= count);
            memcpy(copy, image, SIZE);
            copy[first + sector + 3] ^= 1;
            assert_int_equal(read_image(copy, &read), JET_errLogFileCorrupt);
        }
    }
    log_clean();
    os_directory_remove(LOG_DIRECTORY);
}

/* Nonsense anywhere: it ends. */
static void test_nonsense(void **state)
{
    uint32_t seed = 2, round, i;
    struct log_reader *reader;

    (void)state;
    log_clean();
    for (round = 0; round < 2000; round++)
    {
        struct log_read_record record;
        struct os_file *file;

        sector = round % 2 ? 512 : 4096;
        if (round % 50 < 2)
            make(&seed);
        else
            ((struct log_header *)image)->checksum = 0;
        make(&seed);
        for (i = 0; i < 3; i++)
        {
            size_t at = checksums[random_next(&seed) % checksum_count];
            struct log_checksum *r = (struct log_checksum *)(image + at);

            image[at + random_next(&seed) % sizeof(*r)] = (uint8_t)random_next(&seed);
            if (at - r->backward < SIZE && r->backward <= at && at + sizeof(*r) + r->forward <= SIZE)
            {
                if (r->has_short == LOG_CHECKSUM_SHORT_ON)
                    r->short_checksum = sum(r, 0xdeadc0deu, sector - at % sector - sizeof(*r));
                r->checksum = sum(r, 0xfeedbeafu, r->forward);
            }
            image[4096 + random_next(&seed) % (SIZE - 4096)] ^= (uint8_t)random_next(&seed);
        }
        assert_int_equal(os_file_open(LOG_DIRECTORY u"/old.log", OS_OPEN_WRITE | OS_OPEN_ALWAYS, &file),
                         JET_errSuccess);
        assert_int_equal(os_file_write_at(file, 0, image, SIZE), JET_errSuccess);
        if (log_reader_open_file(file, LOG_READ_SOFT, &reader) >= 0)
        {
            log_reader_seek(reader, log_position(1, random_next(&seed) % 100, random_next(&seed) % 512));
            while (!log_reader_next(reader, &record))
                ;
            log_reader_close(reader);
        }
        os_file_close(file);
    }
    log_clean();
    os_directory_remove(LOG_DIRECTORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_old),
        cmocka_unit_test(test_nonsense),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
