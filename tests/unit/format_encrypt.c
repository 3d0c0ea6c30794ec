/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encrypted values: the cipher against NIST's vectors (SP 800-38A, F.2.5), and what is wrong with a value or its key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/aes.h"
#include "format/bytes.h"
#include "format/encrypt.h"

static const uint8_t vector_key[AES_KEY] = "\x60\x3d\xeb\x10\x15\xca\x71\xbe\x2b\x73\xae\xf0\x85\x7d\x77\x81"
                                           "\x1f\x35\x2c\x07\x3b\x61\x08\xd7\x2d\x98\x10\xa3\x09\x14\xdf\xf4";
static const uint8_t vector_start[AES_BLOCK] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
static const uint8_t vector_plain[] = "\x6b\xc1\xbe\xe2\x2e\x40\x9f\x96\xe9\x3d\x7e\x11\x73\x93\x17\x2a"
                                      "\xae\x2d\x8a\x57\x1e\x03\xac\x9c\x9e\xb7\x6f\xac\x45\xaf\x8e\x51"
                                      "\x30\xc8\x1c\x46\xa3\x5c\xe4\x11\xe5\xfb\xc1\x19\x1a\x0a\x52\xef"
                                      "\xf6\x9f\x24\x45\xdf\x4f\x9b\x17\xad\x2b\x41\x7b\xe6\x6c\x37\x10";
static const uint8_t vector_cipher[] = "\xf5\x8c\x4c\x04\xd6\xe5\xf1\xba\x77\x9e\xab\xfb\x5f\x7b\xfb\xd6"
                                       "\x9c\xfc\x4e\x96\x7e\xdb\x80\x8d\x67\x9f\x77\x7b\xc6\x70\x2c\x7d"
                                       "\x39\xf2\x33\x69\xa9\xd9\xba\xcf\xa5\x30\xe2\x63\x04\x23\x14\x61"
                                       "\xb2\xeb\x05\xe2\xc3\x9b\xe9\xfc\xda\x6c\x19\x07\x8c\x6a\x9d\x1b";

static void cipher(void **state)
{
    uint8_t data[64], back[64];
    struct aes aes;

    (void)state;
    aes_init(&aes, vector_key);
    memcpy(data, vector_plain, sizeof(data));
    aes_cbc_encrypt(&aes, vector_start, data, sizeof(data));
    assert_memory_equal(data, vector_cipher, sizeof(data));
    aes_cbc_decrypt(&aes, vector_start, data, sizeof(data), back);
    assert_memory_equal(back, vector_plain, sizeof(back));
}

static void keys(void **state)
{
    uint8_t key[ENCRYPT_KEY_SIZE], other[ENCRYPT_KEY_SIZE];

    (void)state;
    encrypt_new_key(key);
    encrypt_new_key(other);
    assert_memory_not_equal(key, other, sizeof(key));
    assert_int_equal(encrypt_check_key(key, sizeof(key)), JET_errSuccess);
    assert_int_equal(encrypt_check_key(key, sizeof(key) - 1), JET_errInvalidParameter);
    assert_int_equal(encrypt_check_key(key, 0), JET_errInvalidParameter);
    for (size_t i = 0; i < sizeof(key); i++)
    {
        key[i] ^= 1;
        assert_int_equal(encrypt_check_key(key, sizeof(key)), JET_errInvalidParameter);
        key[i] ^= 1;
    }
}

static void values(void **state)
{
    uint8_t key[ENCRYPT_KEY_SIZE], other[ENCRYPT_KEY_SIZE], plain[100], sealed[160], again[160], back[160];
    size_t size, actual;

    (void)state;
    encrypt_new_key(key);
    encrypt_new_key(other);
    for (size_t i = 0; i < sizeof(plain); i++)
        plain[i] = (uint8_t)(i * 7);
    for (size = 0; size <= sizeof(plain); size++)
    {
        size_t whole = encrypt_size(size);

        /* Data and checksum, one to sixteen bytes of padding, then the algorithm and the vector. */
        assert_int_equal(whole, (size + 4) / 16 * 16 + 16 + 17);
        encrypt_value(key, plain, size, sealed);
        encrypt_value(key, plain, size, again);
        assert_memory_not_equal(sealed, again, whole);
        assert_int_equal(encrypt_open(key, sealed, whole, back, &actual), JET_errSuccess);
        assert_int_equal(actual, size);
        assert_memory_equal(back, plain, size);
        assert_int_equal(encrypt_open(other, sealed, whole, back, &actual), JET_errDecryptionFailed);
        sealed[size % 16] ^= 0x10;
        assert_int_equal(encrypt_open(key, sealed, whole, back, &actual), JET_errDecryptionFailed);
        assert_int_equal(encrypt_open(key, sealed, whole - 1, back, &actual), JET_errInvalidParameter);
        sealed[whole - 17] ^= 2;
        assert_int_equal(encrypt_open(key, sealed, whole, back, &actual), JET_errInvalidParameter);
    }
    assert_int_equal(encrypt_open(key, sealed, 17, back, &actual), JET_errInvalidParameter);
    assert_int_equal(encrypt_open(key, sealed, 0, back, &actual), JET_errInvalidParameter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cipher),
        cmocka_unit_test(keys),
        cmocka_unit_test(values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
