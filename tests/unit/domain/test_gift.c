/* SPDX-License-Identifier: Apache-2.0 */
/* The code by which places go from till to till, and the entries that say so. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/crypto.h"
#include "boxtill/domain/gift.h"

static const uint8_t key[32] = {1, 2, 3};
static const struct bx_gift gift = {
    .epoch = 3, .from = 2, .to = 5, .pool = {"p-1430"}, .r = 4, .before = 17, .places = 6};

static void test_code(void **state)
{
    (void)state;
    char code[BX_GIFT_SIZE], typed[32];
    struct bx_gift read = {.epoch = 3, .to = 5, .pool = {"p-1430"}};
    bx_gift_code(key, &gift, code);
    assert_int_equal(strlen(code), 15);
    snprintf(typed, sizeof(typed), "%.5s-%.5s %.5s", code, code + 5, code + 10);
    for (char *at = typed; *at; at++)
        *at = (char)(*at >= 'A' && *at <= 'Z' ? *at + 32 : *at);
    assert_int_equal(bx_gift_split(typed, &read), 0);
    assert_int_equal(read.from, 2);
    assert_int_equal(read.r, 4);
    assert_int_equal(read.before, 17);
    assert_int_equal(read.places, 6);
    assert_true(bx_gift_is(key, &read, typed));
}

/* Good for these facts alone. */
static void test_other_facts(void **state)
{
    (void)state;
    const uint8_t other_key[32] = {9};
    char code[BX_GIFT_SIZE];
    bx_gift_code(key, &gift, code);
    struct bx_gift others[8];
    for (size_t i = 0; i < 8; i++)
        others[i] = gift;
    others[0].epoch = 4;
    others[1].from = 3;
    others[2].to = 6;
    others[3].pool = (struct bx_slug){"p-1500"};
    others[4].r = 5;
    others[5].before = 18;
    others[6].places = 7;
    for (size_t i = 0; i < 7; i++) {
        assert_false(bx_gift_is(key, &others[i], code));
        struct bx_id a = bx_gift_id(&gift), b = bx_gift_id(&others[i]);
        assert_false(bx_id_equal(&a, &b));
    }
    assert_true(bx_gift_is(key, &others[7], code));
    assert_false(bx_gift_is(other_key, &gift, code));
    /* any character but look-alikes */
    for (int i = 0; i < BX_GIFT_SIZE - 1; i++) {
        char wrong[BX_GIFT_SIZE];
        memcpy(wrong, code, sizeof(wrong));
        wrong[i] = wrong[i] == '7' ? '8' : '7';
        struct bx_gift read = gift;
        assert_true(bx_gift_split(wrong, &read) != 0 || !bx_gift_is(key, &read, wrong));
    }
}

static void test_limits(void **state)
{
    (void)state;
    struct bx_gift most = gift, read = {.epoch = 3, .to = 5, .pool = {"p-1430"}};
    char code[BX_GIFT_SIZE];
    most.from = BX_GIFT_TILL_MAX;
    most.r = BX_GIFT_R_MAX;
    most.before = BX_GIFT_BEFORE_MAX;
    most.places = BX_GIFT_PLACES_MAX;
    bx_gift_code(key, &most, code);
    assert_int_equal(bx_gift_split(code, &read), 0);
    assert_int_equal(read.from, BX_GIFT_TILL_MAX);
    assert_int_equal(read.r, BX_GIFT_R_MAX);
    assert_int_equal(read.before, BX_GIFT_BEFORE_MAX);
    assert_int_equal(read.places, BX_GIFT_PLACES_MAX);
    assert_true(bx_gift_is(key, &read, code));
    assert_int_equal(bx_gift_split("", &read), BX_ERR_INPUT);
    assert_int_equal(bx_gift_split("00000-00000-00000", &read), BX_ERR_INPUT); /* no till 0 */
    assert_int_equal(bx_gift_split("ABCDE-ABCDE-ABCD", &read), BX_ERR_INPUT);
    assert_int_equal(bx_gift_split("ABCDE-ABCDE-ABCDEF", &read), BX_ERR_INPUT);
    assert_int_equal(bx_gift_split("ABCDE-ABC*E-ABCDE", &read), BX_ERR_INPUT);
}

static void test_entries(void **state)
{
    (void)state;
    char about[BX_ABOUT_MAX + 1];
    struct bx_gift read, own = gift;
    struct bx_entry_head give = {.kind = BX_KIND_GIVE, .till = 2},
                         take = {.kind = BX_KIND_TAKE, .till = 5};
    own.own_r = 8;
    bx_gift_write(BX_KIND_GIVE, &own, about);
    assert_string_equal(about, "p-1430 4 17 5");
    assert_int_equal(bx_gift_read(&give, about, 6, &read, NULL), 0);
    assert_true(read.from == 2 && read.to == 5 && read.r == 4 && read.before == 17);
    assert_true(read.places == 6 && read.own_r == 0);
    bx_gift_write(BX_KIND_TAKE, &own, about);
    assert_string_equal(about, "p-1430 4 17 2 8");
    assert_int_equal(bx_gift_read(&take, about, 6, &read, NULL), 0);
    assert_true(read.from == 2 && read.to == 5 && read.own_r == 8);
    static const char *const wrong[] = {"",
                                        "p-1430",
                                        "p-1430 4 17",
                                        "p-1430 4 17 2",
                                        "p-1430 4 17 2 8 ",
                                        "p-1430 4 17 2 8 1",
                                        "p-1430 4 17 5 8",
                                        "p-1430 0 17 2 8",
                                        "p-1430 4 17 2 0",
                                        "p-1430  4 17 2 8",
                                        "p-1430 4 -1 2 8",
                                        "p-1430 99999999999999999999 17 2 8",
                                        " 4 17 2 8",
                                        "P! 4 17 2 8"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        if (bx_gift_read(&take, wrong[i], 6, &read, NULL) != BX_ERR_INPUT)
            fail_msg("taken: %s", wrong[i]);
    assert_int_equal(bx_gift_read(&take, about, 0, &read, NULL), BX_ERR_INPUT);
    assert_int_equal(bx_gift_read(&take, about, 128, &read, NULL), BX_ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_code),
        cmocka_unit_test(test_other_facts),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_entries),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
