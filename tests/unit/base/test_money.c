/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/crypto.h"
#include "boxtill/base/fault.h"
#include "boxtill/base/money.h"
#include "boxtill/base/rand.h"
#include "boxtill/base/words.h"

static void sums_and_products_stay_within(void **state)
{
    (void)state;
    bx_money sum = bx_money_of(77);
    assert_int_equal(bx_money_add(bx_money_of(BX_MONEY_MAX - 1), bx_money_of(1), &sum), 0);
    assert_int_equal(sum.minor, BX_MONEY_MAX);
    assert_int_equal(bx_money_add(bx_money_of(BX_MONEY_MAX), bx_money_of(1), &sum), BX_ERR_FULL);
    assert_int_equal(bx_money_add(bx_money_of(-BX_MONEY_MAX), bx_money_of(-1), &sum), BX_ERR_FULL);
    assert_int_equal(bx_money_add(bx_money_of(INT64_MAX), bx_money_of(1), &sum), BX_ERR_FULL);
    assert_int_equal(bx_money_times(bx_money_of(INT64_MAX), 3, &sum), BX_ERR_FULL);
    assert_int_equal(bx_money_times(bx_money_of(BX_MONEY_MAX), 2, &sum), BX_ERR_FULL);
    assert_int_equal(sum.minor, BX_MONEY_MAX);
    assert_int_equal(bx_money_times(bx_money_of(-1250), 4, &sum), 0);
    assert_int_equal(sum.minor, -5000);
}

static int64_t share(int64_t amount, int64_t num, int64_t den)
{
    bx_money ret;
    assert_int_equal(bx_money_share(bx_money_of(amount), num, den, BX_ROUND_HALF_UP, &ret), 0);
    return ret.minor;
}

static void shares_round_halves_away_from_zero(void **state)
{
    (void)state;
    assert_int_equal(share(1, 1, 2), 1);
    assert_int_equal(share(-1, 1, 2), -1);
    assert_int_equal(share(1, 1, 3), 0);
    assert_int_equal(share(2, 1, 3), 1);
    assert_int_equal(share(5, 1, 2), 3);
    assert_int_equal(share(10700, 70000, 1070000), 700);
    assert_int_equal(share(BX_MONEY_MAX, 1000000, 1000000), BX_MONEY_MAX);
    assert_int_equal(share(0, 5, 7), 0);
    bx_money ret = bx_money_of(5);
    assert_int_equal(
        bx_money_share(bx_money_of(BX_MONEY_MAX), INT64_MAX, 1, BX_ROUND_HALF_UP, &ret),
        BX_ERR_FULL);
    assert_int_equal(ret.minor, 5);
}

static int64_t draw(struct bx_rand *rand)
{
    int64_t value;
    bx_rand_draw(rand, &value, sizeof(value));
    return value & INT64_MAX;
}

static void a_refund_mirrors_its_sale(void **state)
{
    (void)state;
    struct bx_rand rand = {.seed = {1}};
    for (int i = 0; i < 5000; i++) {
        int64_t amount = draw(&rand) % 10000000;
        int64_t num = draw(&rand) % 1000001;
        int64_t den = 1 + draw(&rand) % 2000000;
        int64_t part = share(amount, num, den);
        assert_int_equal(part, -share(-amount, num, den));
        /* Off by at most half a unit: |2 (part * den - amount * num)| <= den. */
        int64_t off = 2 * (part * den - amount * num);
        assert_true(off <= den && off >= -den);
        bx_money up = bx_money_round_to(bx_money_of(amount), 5);
        assert_int_equal(up.minor, -bx_money_round_to(bx_money_of(-amount), 5).minor);
        assert_int_equal(up.minor % 5, 0);
        assert_true(llabs(up.minor - amount) <= 2);
    }
}

static void rounding_to_a_step(void **state)
{
    (void)state;
    assert_int_equal(bx_money_round_to(bx_money_of(1252), 5).minor, 1250);
    assert_int_equal(bx_money_round_to(bx_money_of(1253), 5).minor, 1255);
    assert_int_equal(bx_money_round_to(bx_money_of(25), 50).minor, 50);
    assert_int_equal(bx_money_round_to(bx_money_of(-25), 50).minor, -50);
    assert_int_equal(bx_money_round_to(bx_money_of(24), 50).minor, 0);
    assert_int_equal(bx_money_round_to(bx_money_of(1253), 1).minor, 1253);
}

static void amounts_as_text(void **state)
{
    (void)state;
    char out[BX_MONEY_TEXT];
    assert_string_equal(bx_money_format(bx_money_of(5700), 2, out), "57.00");
    assert_string_equal(bx_money_format(bx_money_of(-5), 2, out), "-0.05");
    assert_string_equal(bx_money_format(bx_money_of(57), 0, out), "57");
    assert_string_equal(bx_money_format(bx_money_of(1234), 3, out), "1.234");
    assert_string_equal(bx_money_format(bx_money_of(0), 2, out), "0.00");
    assert_string_equal(bx_money_format(bx_money_of(INT64_MIN), 3, out), "-9223372036854775.808");
}

static int64_t parse(const char *text, int exponent)
{
    bx_money ret = bx_money_of(-1);
    int err = bx_money_parse(text, strlen(text), exponent, &ret);
    assert_true(err == 0 || err == BX_ERR_INPUT);
    assert_true(err == 0 || ret.minor == -1);
    return ret.minor;
}

static void the_amount_rule(void **state)
{
    (void)state;
    assert_int_equal(parse("1250", 2), 1250);
    assert_int_equal(parse("12.5", 2), 1250);
    assert_int_equal(parse("12.50", 2), 1250);
    assert_int_equal(parse(".5", 2), 50);
    assert_int_equal(parse("12,5", 2), 1250);
    assert_int_equal(parse("12,50", 2), 1250);
    assert_int_equal(parse(",5", 2), 50);
    assert_int_equal(parse("12,505", 3), 12505);
    assert_int_equal(parse("0", 2), 0);
    assert_int_equal(parse("0012", 2), 12);
    assert_int_equal(parse("12.5", 3), 12500);
    assert_int_equal(parse("12", 0), 12);
    assert_int_equal(parse("9007199254740991", 2), BX_MONEY_MAX);
    assert_int_equal(parse("90071992547409.91", 2), BX_MONEY_MAX);
    static const char *const refused[] = {"",
                                          ".",
                                          "12.",
                                          "12.505",
                                          "1.2.3",
                                          "-5",
                                          "+5",
                                          " 5",
                                          "5 ",
                                          "12,505",
                                          "1.250,00",
                                          "1,250.00",
                                          "12,",
                                          ",",
                                          "1e3",
                                          "x",
                                          "..5",
                                          "0x10",
                                          "9007199254740992",
                                          "99999999999999999999999",
                                          "90071992547409.92",
                                          "9007199254740991.0"};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_int_equal(parse(refused[i], 2), -1);
    assert_int_equal(parse("12.0", 0), -1);
    assert_int_equal(parse("12.5", 0), -1);
    assert_int_equal(parse("12,5", 0), -1);
}

static void text_and_back(void **state)
{
    (void)state;
    struct bx_rand rand = {.seed = {2}};
    static const int exponents[] = {0, 2, 3};
    static const char *const languages[] = {"en", "de"};
    for (int i = 0; i < 6000; i++) {
        int64_t minor = draw(&rand) % (BX_MONEY_MAX >> (i % 50));
        int exponent = exponents[i % 3];
        char shown[BX_MONEY_TEXT], encoded[BX_MONEY_TEXT];
        bx_words_use(languages[i / 3 % 2]);
        bx_money_format(bx_money_of(minor), exponent, shown);
        bx_money_encode(bx_money_of(minor), exponent, encoded);
        assert_null(strchr(encoded, ','));
        assert_true(exponent == 0 || strchr(shown, i / 3 % 2 ? ',' : '.'));
        /* What a German reads may be typed by an Englishman, and the other way round. */
        bx_words_use(languages[i / 6 % 2]);
        assert_int_equal(parse(shown, exponent), minor);
        assert_int_equal(parse(encoded, exponent), minor);
    }
    bx_words_use(NULL);
}

static void amounts_as_the_language_has_them(void **state)
{
    (void)state;
    char out[BX_MONEY_TEXT];
    bx_words_use("de");
    assert_string_equal(bx_money_format(bx_money_of(4800), 2, out), "48,00");
    assert_string_equal(bx_money_format(bx_money_of(-5), 2, out), "-0,05");
    assert_string_equal(bx_money_format(bx_money_of(123456789), 2, out), "1234567,89");
    assert_string_equal(bx_money_format(bx_money_of(1234), 3, out), "1,234");
    assert_string_equal(bx_money_format(bx_money_of(57), 0, out), "57");
    assert_string_equal(bx_money_encode(bx_money_of(4800), 2, out), "48.00");
    assert_string_equal(bx_money_encode(bx_money_of(1234), 3, out), "1.234");
    bx_words_use(NULL);
}

int main(void)
{
    bx_crypto_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_and_products_stay_within),
        cmocka_unit_test(shares_round_halves_away_from_zero),
        cmocka_unit_test(a_refund_mirrors_its_sale),
        cmocka_unit_test(rounding_to_a_step),
        cmocka_unit_test(amounts_as_text),
        cmocka_unit_test(the_amount_rule),
        cmocka_unit_test(text_and_back),
        cmocka_unit_test(amounts_as_the_language_has_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
