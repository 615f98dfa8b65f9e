/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/crypto.h"

static void check_hex(const uint8_t *bytes, size_t len, const char *expected)
{
    char text[2 * 64 + 1];
    assert_string_equal(bx_hex_format(bytes, len, text), expected);
}

static void known_hashes(void **state)
{
    (void)state;
    uint8_t out[64];
    /* RFC 7693, appendix A. */
    bx_mac(NULL, 0, "abc", 3, out, 64);
    check_hex(out, 64,
              "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
              "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
    struct bx_hash hash = bx_hash_of("abc", 3);
    char text[BX_HASH_TEXT];
    assert_string_equal(bx_hash_format(&hash, text),
                        "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    hash = bx_hash_of(NULL, 0);
    assert_string_equal(bx_hash_format(&hash, text),
                        "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    /* The reference implementation's first keyed vector: key 00..3f, no input. */
    uint8_t key[64];
    for (int i = 0; i < 64; i++)
        key[i] = (uint8_t)i;
    bx_mac(key, 64, "", 0, out, 64);
    check_hex(out, 64,
              "10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786"
              "b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568");
}

static void pieces_hash_like_the_whole(void **state)
{
    (void)state;
    uint8_t bytes[300];
    for (int i = 0; i < 300; i++)
        bytes[i] = (uint8_t)(i * 31);
    struct bx_hash whole = bx_hash_of(bytes, sizeof(bytes));
    for (size_t cut = 0; cut <= 300; cut += 7) {
        struct bx_hasher hasher;
        struct bx_hash pieces;
        bx_hasher_init(&hasher, 32, NULL, 0);
        bx_hasher_add(&hasher, bytes, cut);
        bx_hasher_add(&hasher, bytes + cut, sizeof(bytes) - cut);
        bx_hasher_end(&hasher, pieces.b);
        assert_true(bx_hash_equal(&whole, &pieces));
    }
    whole.b[31] ^= 1;
    struct bx_hash other = bx_hash_of(bytes, sizeof(bytes));
    assert_false(bx_hash_equal(&whole, &other));
}

static struct bx_hash hash_two(const char *a, const char *b)
{
    struct bx_hasher hasher;
    struct bx_hash hash;
    bx_hasher_init(&hasher, 32, NULL, 0);
    bx_hasher_add_sized(&hasher, a, strlen(a));
    bx_hasher_add_sized(&hasher, b, strlen(b));
    bx_hasher_end(&hasher, hash.b);
    return hash;
}

static void sized_pieces_do_not_run_together(void **state)
{
    (void)state;
    struct bx_hash one = hash_two("ab", "c");
    struct bx_hash two = hash_two("a", "bc");
    assert_false(bx_hash_equal(&one, &two));
    static const char plain[] = "\0\0\0\0\0\0\0\2ab\0\0\0\0\0\0\0\1c";
    struct bx_hash by_hand = bx_hash_of(plain, sizeof(plain) - 1);
    assert_true(bx_hash_equal(&one, &by_hand));
}

static void hex_is_exact(void **state)
{
    (void)state;
    uint8_t out[3] = {9, 9, 9};
    assert_int_equal(bx_hex_parse("00ff1a", out, 3), 0);
    assert_memory_equal(out, "\x00\xff\x1a", 3);
    static const char *const refused[] = {"", "00ff1", "00ff1a0", "00FF1A", "00ff1g", " 0ff1a"};
    for (size_t i = 0; i < bx_countof(refused); i++)
        assert_int_equal(bx_hex_parse(refused[i], out, 3), BX_ERR_INPUT);
    assert_memory_equal(out, "\x00\xff\x1a", 3);
    assert_int_equal(bx_hex_parse("", out, 0), 0);
}

static void signatures_of_rfc_8032(void **state)
{
    (void)state;
    /* Section 7.1, test 2. */
    uint8_t seed[32];
    assert_int_equal(
        bx_hex_parse("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", seed, 32),
        0);
    struct bx_public_key public_key;
    struct bx_secret_key secret_key;
    bx_key_make(seed, &public_key, &secret_key);
    check_hex(public_key.b, 32, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    struct bx_signature signature;
    bx_sign(&secret_key, "\x72", 1, &signature);
    check_hex(signature.b, 64,
              "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
              "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    assert_true(bx_verify(&public_key, "\x72", 1, &signature));
    assert_false(bx_verify(&public_key, "\x73", 1, &signature));
    assert_false(bx_verify(&public_key, "\x72", 0, &signature));
    signature.b[5] ^= 1;
    assert_false(bx_verify(&public_key, "\x72", 1, &signature));
    signature.b[5] ^= 1;
    public_key.b[0] ^= 1;
    assert_false(bx_verify(&public_key, "\x72", 1, &signature));
}

static void only_the_holder_unseals(void **state)
{
    (void)state;
    struct bx_public_key ours;
    struct bx_public_key theirs;
    struct bx_secret_key our_secret;
    struct bx_secret_key their_secret;
    bx_key_make((const uint8_t[32]){1}, &ours, &our_secret);
    bx_key_make((const uint8_t[32]){2}, &theirs, &their_secret);
    uint8_t sealed[5 + BX_SEAL_EXTRA];
    uint8_t out[5] = {0};
    assert_int_equal(bx_seal(&ours, "hello", 5, sealed), 0);
    assert_int_equal(bx_unseal(&our_secret, sealed, sizeof(sealed), out), 0);
    assert_memory_equal(out, "hello", 5);
    assert_int_equal(bx_unseal(&their_secret, sealed, sizeof(sealed), out), BX_ERR_FORGED);
    assert_int_equal(bx_unseal(&our_secret, sealed, BX_SEAL_EXTRA - 1, out), BX_ERR_INPUT);
    assert_int_equal(bx_unseal(&our_secret, sealed, sizeof(sealed) - 1, out), BX_ERR_FORGED);
    sealed[50] ^= 1;
    assert_int_equal(bx_unseal(&our_secret, sealed, sizeof(sealed), out), BX_ERR_FORGED);
    /* All zeros is a point of small order: nobody's key. */
    assert_int_equal(bx_seal(&(struct bx_public_key){{0}}, "hello", 5, sealed), BX_ERR_INPUT);
}

static void pins(void **state)
{
    (void)state;
    char one[BX_PIN_HASH_TEXT];
    char two[BX_PIN_HASH_TEXT];
    assert_int_equal(bx_pin_hash("4711", one), 0);
    assert_int_equal(bx_pin_hash("4711", two), 0);
    assert_string_not_equal(one, two);
    static const char form[] = "$argon2id$v=19$m=19456,t=2,p=1$";
    assert_memory_equal(one, form, sizeof(form) - 1);
    assert_true(bx_pin_verify(one, "4711"));
    assert_true(bx_pin_verify(two, "4711"));
    assert_false(bx_pin_verify(one, "4712"));
    assert_false(bx_pin_verify(one, ""));
    /* Not ours, so not even tried: no hash may order a gigabyte of work. */
    assert_false(bx_pin_verify("", "4711"));
    assert_false(bx_pin_verify("$argon2id$v=19$m=4194304,t=9,p=1$AAAA$BBBB", "4711"));
    one[strlen(one) - 1] = '\0';
    assert_false(bx_pin_verify(one, "4711"));
    char endless[400];
    memset(endless, 'A', sizeof(endless) - 1);
    endless[sizeof(endless) - 1] = '\0';
    memcpy(endless, form, sizeof(form) - 1);
    assert_false(bx_pin_verify(endless, "4711"));
}

static void wiped_and_filled(void **state)
{
    (void)state;
    uint8_t bytes[32] = {1, 2, 3};
    uint8_t zero[32] = {0};
    bx_wipe(bytes, sizeof(bytes));
    assert_true(bx_bytes_equal(bytes, zero, 32));
    bx_random_fill(bytes, sizeof(bytes));
    assert_false(bx_bytes_equal(bytes, zero, 32));
    assert_true(bx_bytes_equal(bytes, zero, 0));
}

int main(void)
{
    bx_crypto_init();
    bx_crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_hashes),
        cmocka_unit_test(pieces_hash_like_the_whole),
        cmocka_unit_test(sized_pieces_do_not_run_together),
        cmocka_unit_test(hex_is_exact),
        cmocka_unit_test(signatures_of_rfc_8032),
        cmocka_unit_test(only_the_holder_unseals),
        cmocka_unit_test(pins),
        cmocka_unit_test(wiped_and_filled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
