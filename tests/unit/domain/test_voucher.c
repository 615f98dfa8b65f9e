/* SPDX-License-Identifier: Apache-2.0 */
#include "boxtill/domain/voucher.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"

static struct bx_public_key public_key;
static struct bx_secret_key secret_key;
static const struct bx_voucher sample = {
    {0, 1, 2, 3, 0xfc, 0xfd, 0xfe, 0xff}, {5000}, {2027, 3, 31}};

static int keys_make(void **state)
{
    (void)state;
    static const uint8_t seed[32] = {7};
    bx_crypto_init();
    bx_key_make(seed, &public_key, &secret_key);
    return 0;
}

static int read_text(const char *text, struct bx_voucher *ret, struct bx_fault *fault)
{
    return bx_voucher_read(text, strlen(text), &public_key, ret, fault);
}

static void test_there_and_back(void **state)
{
    (void)state;
    const struct bx_voucher all[] = {
        sample,
        {{0}, {0}, {1970, 1, 1}},
        {{0xff}, {(INT64_C(1) << 48) - 1}, {9999, 12, 31}},
    };
    for (size_t i = 0; i < bx_countof(all); i++) {
        char text[BX_VOUCHER_SIZE];
        struct bx_voucher read;
        bx_voucher_make(&all[i], &secret_key, text);
        assert_int_equal(strlen(text), BX_VOUCHER_LEN);
        assert_memory_equal(text, "BV1", 3);
        assert_int_equal(read_text(text, &read, NULL), 0);
        assert_memory_equal(read.id, all[i].id, sizeof read.id);
        assert_int_equal(read.value.minor, all[i].value.minor);
        assert_int_equal(bx_date_compare(read.until, all[i].until), 0);
    }
}

/* The facts stand at the front, in the order of the format. */
static void test_golden(void **state)
{
    (void)state;
    char text[BX_VOUCHER_SIZE], name[17];
    bx_voucher_make(&sample, &secret_key, text);
    assert_memory_equal(text, "BV1000G40ZWZQZFY00000017200A6P", 30);
    bx_voucher_name(&sample, name);
    assert_string_equal(name, "00010203fcfdfeff");
}

static void test_forgives(void **state)
{
    (void)state;
    char text[BX_VOUCHER_SIZE], typed[2 * BX_VOUCHER_SIZE];
    struct bx_voucher read;
    size_t n = 0;
    bx_voucher_make(&sample, &secret_key, text);
    for (size_t i = 0; text[i] != '\0'; i++) {
        char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
        if (i > 3 && i % 5 == 0)
            typed[n++] = i % 2 ? '-' : ' ';
        typed[n++] = i >= 3 && c == '0' ? 'o' : i >= 3 && c == '1' ? 'l' : c;
    }
    typed[n] = '\0';
    assert_int_equal(read_text(typed, &read, NULL), 0);
    assert_int_equal(read.value.minor, 5000);
}

/* Whatever one character becomes, it is mistyped or forged, never another voucher. */
static void test_refuses(void **state)
{
    (void)state;
    char text[BX_VOUCHER_SIZE];
    struct bx_voucher read;
    bx_voucher_make(&sample, &secret_key, text);
    for (size_t i = 0; i < BX_VOUCHER_LEN; i++) {
        char was = text[i];
        text[i] = was == '2' ? '3' : '2';
        struct bx_fault fault = {0};
        int err = read_text(text, &read, &fault);
        assert_true(err == BX_ERR_FORGED || err == BX_ERR_INPUT);
        assert_true(strlen(fault.say) > 10);
        text[i] = was;
    }
    static const char *const bad[] = {"", "BV1", "BS1", "B1004081040G20818WQYR1QWYVH34"};
    for (size_t i = 0; i < bx_countof(bad); i++)
        assert_int_equal(read_text(bad[i], &read, NULL), BX_ERR_INPUT);
    text[BX_VOUCHER_LEN - 1] = '\0';
    assert_int_equal(read_text(text, &read, NULL), BX_ERR_INPUT);
    struct bx_public_key other = public_key;
    other.b[0] ^= 1;
    bx_voucher_make(&sample, &secret_key, text);
    assert_int_equal(bx_voucher_read(text, strlen(text), &other, &read, NULL), BX_ERR_FORGED);
}

static void test_stored(void **state)
{
    (void)state;
    static const uint8_t random[10] = {0x08, 0x42, 1, 2, 3, 4, 5, 6, 7, 0xff};
    char code[BX_STORED_SIZE], read[BX_STORED_SIZE];
    bx_stored_make(random, code);
    assert_int_equal(strlen(code), BX_STORED_LEN);
    assert_int_equal(bx_stored_read(code, strlen(code), read, NULL), 0);
    assert_string_equal(read, code);
    for (size_t i = 0; i < BX_STORED_LEN; i++) {
        char changed[BX_STORED_SIZE];
        struct bx_fault fault = {0};
        memcpy(changed, code, sizeof changed);
        changed[i] = changed[i] == '5' ? '6' : '5';
        assert_int_equal(bx_stored_read(changed, BX_STORED_LEN, read, &fault), BX_ERR_INPUT);
        assert_true(strlen(fault.say) > 10);
    }
    assert_int_equal(bx_stored_read(code, BX_STORED_LEN - 1, read, NULL), BX_ERR_INPUT);
    char typed[32];
    snprintf(typed, sizeof typed, "bs1-%s", code + 3);
    assert_int_equal(bx_stored_read(typed, strlen(typed), read, NULL), 0);
    assert_string_equal(read, code);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_golden),
        cmocka_unit_test(test_forgives),       cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_stored),
    };
    return cmocka_run_group_tests(tests, keys_make, NULL);
}
