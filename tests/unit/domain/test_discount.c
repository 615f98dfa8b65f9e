/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/domain/price.h"
#include "samples.h"

static const struct bx_slug why = {"regular"};

static int64_t cost(const struct bx_basket *basket)
{
    int64_t sum = 0;
    for (int i = 0; i < basket->count; i++) {
        bx_money amount;
        assert_int_equal(bx_line_amount(&basket->lines[i], &amount), 0);
        assert_true(amount.minor >= 0);
        sum += amount.minor;
    }
    return sum;
}

/* Three adults, a child, a guide: 72.00, 9.03, 6.00. */
static void fill(struct sample *sample, struct bx_basket *basket)
{
    static const int pieces[] = {3, 1, 0, 0, 1};
    sample_init(sample);
    *basket = (struct bx_basket){.count = 0};
    for (int i = 0; i < 5; i++)
        if (pieces[i])
            assert_int_equal(bx_basket_add(basket, &sample->programme, &sample->products[i],
                                           &sample->slots[0], pieces[i],
                                           (struct bx_date){2026, 11, 24}, NULL),
                             0);
}

static int take_off(struct bx_basket *basket, int line, int64_t permille, int64_t amount)
{
    return bx_basket_discount(basket, line, permille, bx_money_of(amount), &why, "Regular guest",
                              NULL);
}

static void test_parts_add_up(void **state)
{
    (void)state;
    struct sample sample;
    struct bx_basket basket;
    fill(&sample, &basket);
    assert_int_equal(take_off(&basket, -1, 0, 1000), 0);
    assert_int_equal(cost(&basket), 8703 - 1000);
    /* 827.30…, 103.75…, 68.94… */
    assert_int_equal(basket.lines[0].off.minor, 827);
    assert_int_equal(basket.lines[1].off.minor, 104);
    assert_int_equal(basket.lines[2].off.minor, 69);
    assert_true(basket.lines[2].fixed);
    assert_string_equal(basket.lines[0].why.s, "regular");
    assert_string_equal(basket.lines[0].why_text, "Regular guest");
    fill(&sample, &basket);
    assert_int_equal(take_off(&basket, -1, 100, 0), 0);
    assert_int_equal(cost(&basket), 8703 - 870);
    assert_int_equal(take_off(&basket, 1, 1000, 0), 0);
    assert_int_equal(basket.lines[1].off.minor, 903);
    assert_int_equal(take_off(&basket, 1, 1000, 0), BX_ERR_REFUSED);
}

static void test_random_discounts(void **state)
{
    (void)state;
    struct bx_rand rand = sample_rand(12);
    for (int round = 0; round < 1000; round++) {
        struct sample sample;
        struct bx_basket basket;
        sample_init(&sample);
        sample_basket(&rand, &sample, &basket);
        int64_t before = cost(&basket);
        int64_t amount = sample_below(&rand, before + 2);
        int err = take_off(&basket, -1, 0, amount);
        assert_int_equal(err, amount == 0 || amount > before ? BX_ERR_REFUSED : 0);
        assert_int_equal(cost(&basket), err ? before : before - amount);
    }
}

static void test_what_is_refused(void **state)
{
    (void)state;
    struct sample sample;
    struct bx_basket basket;
    fill(&sample, &basket);
    struct bx_basket before = basket;
    static const int64_t wrong[][2] = {{1001, 0}, {-1, 0}, {0, -1}, {0, 0}, {10, 10}, {0, 8704}};
    for (size_t i = 0; i < bx_countof(wrong); i++)
        assert_int_equal(take_off(&basket, -1, wrong[i][0], wrong[i][1]), BX_ERR_REFUSED);
    assert_memory_equal(&basket, &before, sizeof(basket));
    basket.lines[0].kind = BX_LINE_DONATION;
    assert_int_equal(take_off(&basket, 0, 100, 0), BX_ERR_REFUSED);
    assert_int_equal(take_off(&basket, -1, 1000, 0), 0);
    assert_int_equal(cost(&basket), 7200);
}

static void test_price(void **state)
{
    (void)state;
    struct sample sample;
    struct bx_basket basket;
    fill(&sample, &basket);
    assert_int_equal(take_off(&basket, 0, 0, 100), 0);
    assert_int_equal(bx_basket_price(&basket, 0, bx_money_of(2000), &why, "Agreed", NULL), 0);
    assert_int_equal(cost(&basket), 6000 + 903 + 600);
    assert_int_equal(basket.lines[0].list.minor, 2400);
    assert_true(basket.lines[0].fixed);
    assert_int_equal(bx_basket_price(&basket, 0, bx_money_of(-1), &why, "", NULL), BX_ERR_REFUSED);
    assert_int_equal(bx_basket_price(&basket, 0, bx_money_of(BX_MONEY_MAX), &why, "", NULL),
                     BX_ERR_REFUSED);
    assert_int_equal(cost(&basket), 6000 + 903 + 600);
}

/* What is taken out of a line takes its part of the discount with it, and what was agreed outlives
 * a new programme. */
static void test_discounts_stay_with_their_pieces(void **state)
{
    (void)state;
    struct sample sample;
    struct bx_basket basket;
    struct bx_basket_change change;
    struct bx_date today = {2026, 11, 24};
    fill(&sample, &basket);
    assert_int_equal(take_off(&basket, 0, 0, 100), 0);
    assert_int_equal(bx_basket_add(&basket, &sample.programme, &sample.products[0],
                                   &sample.slots[0], 1, today, NULL),
                     0);
    assert_int_equal(basket.count, 4); /* at the list's price, a line of its own */
    assert_int_equal(bx_basket_add(&basket, &sample.programme, &sample.products[0],
                                   &sample.slots[0], -2, today, NULL),
                     0);
    assert_int_equal(basket.count, 3);
    assert_int_equal(basket.lines[0].quantity, 2);
    assert_int_equal(basket.lines[0].off.minor, 67);
    sample.products[0].price.minor = 2500;
    sample.products[1].price.minor = 1000;
    bx_basket_refresh(&basket, &sample.programme, today, &change);
    assert_int_equal(basket.lines[0].price.minor, 2400);
    assert_int_equal(basket.lines[0].off.minor, 67);
    assert_int_equal(basket.lines[1].price.minor, 1000);
    assert_int_equal(basket.lines[1].list.minor, 1000);
}

static void test_typed_amounts(void **state)
{
    (void)state;
    struct sample sample;
    struct bx_basket basket;
    struct bx_totals totals;
    struct bx_date today = {2026, 11, 24};
    fill(&sample, &basket);
    struct bx_product *donation = &sample.products[4];
    assert_int_equal(
        bx_basket_add_open(&basket, &sample.programme, donation, bx_money_of(97), "", today, NULL),
        BX_ERR_REFUSED);
    donation->open_price = true;
    donation->kind = BX_LINE_DONATION;
    donation->tax_ppm = 0;
    for (int i = 0; i < 2; i++)
        assert_int_equal(bx_basket_add_open(&basket, &sample.programme, donation, bx_money_of(97),
                                            "roof", today, NULL),
                         0);
    assert_int_equal(basket.count, 5);
    assert_int_equal(bx_basket_totals(&basket, true, &totals), 0);
    assert_int_equal(totals.outside.minor, 194);
    assert_int_equal(totals.total.minor, 8703 + 194);
    assert_int_equal(totals.rate_count, 2);
    assert_int_equal(
        bx_basket_add_open(&basket, &sample.programme, donation, bx_money_of(-1), "", today, NULL),
        BX_ERR_REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_add_up),
        cmocka_unit_test(test_random_discounts),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_price),
        cmocka_unit_test(test_discounts_stay_with_their_pieces),
        cmocka_unit_test(test_typed_amounts),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
