/* SPDX-License-Identifier: Apache-2.0 */
#include "boxtill/domain/basket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/buf.h"
#include "boxtill/domain/entry.h"
#include "samples.h"

static const struct bx_date today = {2026, 11, 23};

/* Adds of product P for slot S (negative: none). */
static int add(struct bx_basket *basket, const struct sample *sample, int p, int s, int quantity,
               struct bx_fault *fault)
{
    return bx_basket_add(basket, &sample->programme, &sample->products[p],
                         s < 0 ? NULL : &sample->slots[s], quantity, today, fault);
}

static void assert_same_basket(const struct bx_basket *a, const struct bx_basket *b)
{
    struct bx_draft one = {.basket = *a};
    struct bx_draft two = {.basket = *b};
    bx_buf_auto left, right;
    bx_buf_init(&left, 0);
    bx_buf_init(&right, 0);
    bx_draft_encode(&one, &left);
    bx_draft_encode(&two, &right);
    assert_string_equal(bx_buf_text(&left), bx_buf_text(&right));
}

static void test_add_and_take_away(void **state)
{
    (void)state;
    struct sample sample;
    struct bx_basket basket = {0};
    sample_init(&sample);
    assert_int_equal(add(&basket, &sample, 0, 1, 2, NULL), 0);
    assert_int_equal(add(&basket, &sample, 4, 1, 1, NULL), 0);
    assert_int_equal(add(&basket, &sample, 0, 1, 1, NULL), 0);
    assert_int_equal(add(&basket, &sample, 0, 2, 1, NULL), 0);
    assert_int_equal(basket.count, 3);
    const struct bx_line *timed = &basket.lines[0];
    assert_int_equal(timed->quantity, 3);
    assert_string_equal(timed->name, "Adult");
    assert_string_equal(timed->class.s, "class-0");
    assert_string_equal(timed->pool.s, "pool-1");
    assert_int_equal(timed->date.day, 24);
    const struct bx_line *untimed = &basket.lines[1];
    assert_string_equal(untimed->slot.s, "");
    assert_int_equal(untimed->start.us, 0);
    assert_int_equal(untimed->date.day, 23);
    assert_int_equal(add(&basket, &sample, 0, 1, -3, NULL), 0);
    assert_int_equal(basket.count, 2);
    assert_string_equal(basket.lines[0].product.s, "guide");
    assert_int_equal(add(&basket, &sample, 4, -1, -1, NULL), 0);
    bx_basket_line_drop(&basket, 0);
    assert_int_equal(basket.count, 0);
}

static void refused(struct bx_basket *basket, const struct sample *sample, int p, int s, int q,
                    int err, const char *said)
{
    struct bx_basket before = *basket;
    struct bx_fault fault = {0};
    assert_int_equal(add(basket, sample, p, s, q, &fault), err);
    assert_non_null(strstr(fault.say, said));
    assert_same_basket(basket, &before);
}

static void test_refusals_change_nothing(void **state)
{
    (void)state;
    struct sample sample;
    struct bx_basket basket = {0};
    sample_init(&sample);
    assert_int_equal(add(&basket, &sample, 0, 0, 2, NULL), 0);
    refused(&basket, &sample, 0, 0, -3, BX_ERR_REFUSED, "holds 2 of Adult");
    refused(&basket, &sample, 0, 1, -1, BX_ERR_REFUSED, "holds 0");
    refused(&basket, &sample, 0, 0, 0, BX_ERR_REFUSED, "1 to 999");
    refused(&basket, &sample, 0, 0, 1000, BX_ERR_REFUSED, "1 to 999");
    refused(&basket, &sample, 0, -1, 1, BX_ERR_REFUSED, "needs a time");
    refused(&basket, &sample, 3, 0, 1, BX_ERR_REFUSED, "is not sold for");
    refused(&basket, &sample, 0, 0, 399, BX_ERR_FULL, "at most 400 tickets");
    sample.slots[1].cancelled = true;
    refused(&basket, &sample, 0, 1, 1, BX_ERR_REFUSED, "cancelled");
    /* What cannot be sold any more can still be taken out. */
    sample.slots[0].cancelled = true;
    assert_int_equal(add(&basket, &sample, 0, 0, -1, NULL), 0);
    assert_int_equal(add(&basket, &sample, 4, -1, 999, NULL), 0);
    refused(&basket, &sample, 4, -1, 1, BX_ERR_FULL, "at most 999 pieces");
    sample.products[4].price.minor = BX_MONEY_MAX;
    refused(&basket, &sample, 4, -1, 2, BX_ERR_FULL, "too large to add up");
}

static void test_limits_of_lines_rates_and_pools(void **state)
{
    (void)state;
    struct sample sample;
    struct bx_basket basket = {0};
    sample_init(&sample);
    for (int i = 0; i < BX_LINES_MAX; i++) {
        sample.products[4].price.minor = i;
        assert_int_equal(add(&basket, &sample, 4, -1, 1, NULL), 0);
    }
    refused(&basket, &sample, 0, 0, 1, BX_ERR_FULL, "at most 40 lines");
    basket.count = 0;
    for (int i = 0; i < BX_RATES_MAX; i++) {
        sample.products[4].tax_ppm = 1000 * (BX_RATES_MAX - i);
        assert_int_equal(add(&basket, &sample, 4, -1, 1, NULL), 0);
    }
    struct bx_totals totals;
    assert_int_equal(bx_basket_totals(&basket, true, &totals), 0);
    for (int i = 0; i < BX_RATES_MAX; i++)
        assert_int_equal(totals.rates[i].ppm, 1000 * (i + 1));
    refused(&basket, &sample, 0, 0, 1, BX_ERR_FULL, "too large");
    basket.count = 0;
    for (int i = 0; i <= BX_USES_MAX; i++) {
        snprintf(sample.slots[0].id.s, BX_SLUG_SIZE, "slot-%d", i);
        snprintf(sample.slots[0].pool.s, BX_SLUG_SIZE, "pool-%d", i);
        assert_int_equal(add(&basket, &sample, 0, 0, 1, NULL), i < BX_USES_MAX ? 0 : BX_ERR_FULL);
    }
}

static void test_a_new_price_is_a_new_line(void **state)
{
    (void)state;
    struct sample sample;
    struct bx_basket basket = {0};
    sample_init(&sample);
    assert_int_equal(add(&basket, &sample, 0, 0, 2, NULL), 0);
    sample.products[0].price.minor = 2500;
    assert_int_equal(add(&basket, &sample, 0, 0, 2, NULL), 0);
    assert_int_equal(basket.count, 2);
    assert_int_equal(basket.lines[0].price.minor, 2400);
    assert_int_equal(add(&basket, &sample, 0, 0, -3, NULL), 0);
    assert_int_equal(basket.count, 1);
    assert_int_equal(basket.lines[0].price.minor, 2400);
    assert_int_equal(basket.lines[0].quantity, 1);
}

static void test_refresh(void **state)
{
    (void)state;
    static const struct bx_date tomorrow = {2026, 11, 24};
    struct sample sample;
    struct bx_basket basket = {.id = {{7}}};
    struct bx_basket_change change;
    sample_init(&sample);
    assert_int_equal(add(&basket, &sample, 0, 0, 2, NULL), 0);
    sample.products[0].price.minor = 2500;
    assert_int_equal(add(&basket, &sample, 0, 0, 1, NULL), 0);
    assert_int_equal(add(&basket, &sample, 3, 4, 1, NULL), 0);
    assert_int_equal(add(&basket, &sample, 4, -1, 1, NULL), 0);
    sample.slots[0].cancelled = true; /* a cancelled time is not gone */
    bx_basket_refresh(&basket, &sample.programme, today, &change);
    assert_int_equal(change.gone, 0);
    assert_false(change.dated);
    assert_int_equal(basket.count, 3); /* both prices are one now */
    assert_int_equal(basket.lines[0].quantity, 3);
    assert_int_equal(basket.lines[0].price.minor, 2500);
    assert_int_equal(basket.id.b[0], 7);
    sample.products[3].events = 1; /* not sold with this slot any more */
    sample.products[0].id.s[0] = 'x';
    bx_basket_refresh(&basket, &sample.programme, tomorrow, &change);
    assert_int_equal(change.gone, 2);
    assert_string_equal(change.name, sample.products[0].name);
    assert_true(change.dated);
    assert_int_equal(basket.count, 1);
    assert_int_equal(bx_date_compare(basket.lines[0].date, tomorrow), 0);
    assert_false(bx_basket_redate(&basket, tomorrow));
    assert_true(bx_basket_redate(&basket, today));
    sample.products[4].events = 1; /* needs a time from now on */
    bx_basket_refresh(&basket, &sample.programme, today, &change);
    assert_int_equal(basket.count, 0);
}

static void test_move(void **state)
{
    (void)state;
    struct sample sample;
    struct bx_basket basket = {0};
    struct bx_fault fault = {0};
    sample_init(&sample);
    assert_int_equal(add(&basket, &sample, 0, 0, 2, NULL), 0);
    assert_int_equal(add(&basket, &sample, 4, -1, 1, NULL), 0);
    assert_int_equal(add(&basket, &sample, 0, 1, 1, NULL), 0);
    sample.products[0].price.minor = 1;
    assert_int_equal(bx_basket_move(&basket, &sample.programme, &sample.slots[3], &fault), 0);
    assert_int_equal(basket.count, 2);
    assert_int_equal(basket.lines[0].quantity, 3);
    assert_int_equal(basket.lines[0].price.minor, 2400);
    assert_string_equal(basket.lines[0].slot.s, "slot-3");
    assert_string_equal(basket.lines[0].pool.s, "pool-2");
    assert_string_equal(basket.lines[1].slot.s, "");
    struct bx_basket before = basket;
    assert_int_equal(bx_basket_move(&basket, &sample.programme, &sample.slots[4], &fault),
                     BX_ERR_REFUSED);
    assert_non_null(strstr(fault.say, "Event \"0\""));
    assert_same_basket(&basket, &before);
}

static void test_places_are_of_a_pool(void **state)
{
    (void)state;
    struct sample sample;
    struct bx_basket basket = {0};
    sample_init(&sample);
    assert_int_equal(add(&basket, &sample, 0, 2, 3, NULL), 0);
    assert_int_equal(add(&basket, &sample, 2, 3, 2, NULL), 0);
    assert_int_equal(add(&basket, &sample, 0, 0, 5, NULL), 0);
    assert_int_equal(bx_basket_places(&basket, &sample.slots[2].pool), 3 + 2 * 4);
    assert_int_equal(bx_basket_places(&basket, &sample.slots[0].pool), 5);
    assert_int_equal(bx_basket_places(&basket, &sample.slots[1].pool), 0);
}

static void test_totals(void **state)
{
    (void)state;
    struct sample sample;
    struct bx_basket basket = {0};
    struct bx_totals totals;
    sample_init(&sample);
    assert_int_equal(add(&basket, &sample, 0, 0, 2, NULL), 0);
    assert_int_equal(add(&basket, &sample, 1, 0, 1, NULL), 0);
    assert_int_equal(add(&basket, &sample, 4, 0, 1, NULL), 0);
    assert_int_equal(bx_basket_totals(&basket, true, &totals), 0);
    assert_int_equal(totals.total.minor, 6303);
    assert_int_equal(totals.persons, 3);
    assert_int_equal(totals.tickets, 3);
    assert_int_equal(totals.rate_count, 2);
    /* 5703 * 7 / 107 = 373.09…, 600 * 19 / 119 = 95.79… */
    assert_int_equal(totals.rates[0].ppm, 70000);
    assert_int_equal(totals.rates[0].gross.minor, 5703);
    assert_int_equal(totals.rates[0].net.minor, 5330);
    assert_int_equal(totals.rates[0].tax.minor, 373);
    assert_int_equal(totals.rates[1].tax.minor, 96);
    assert_int_equal(bx_basket_totals(&basket, false, &totals), 0);
    /* 5703 * 7 % = 399.21, 600 * 19 % = 114 */
    assert_int_equal(totals.rates[0].net.minor, 5703);
    assert_int_equal(totals.rates[0].gross.minor, 6102);
    assert_int_equal(totals.total.minor, 6102 + 714);
}

static void test_tax_never_loses_a_cent(void **state)
{
    (void)state;
    struct sample sample;
    struct bx_rand rand = sample_rand(1);
    sample_init(&sample);
    for (int round = 0; round < 1000; round++) {
        struct bx_basket basket;
        struct bx_totals totals;
        bool included = round % 2;
        int64_t prices = 0;
        int64_t parts = 0;
        int64_t nets = 0;
        sample_basket(&rand, &sample, &basket);
        assert_int_equal(bx_basket_totals(&basket, included, &totals), 0);
        for (int i = 0; i < basket.count; i++)
            prices += basket.lines[i].price.minor * basket.lines[i].quantity;
        for (int i = 0; i < totals.rate_count; i++) {
            const struct bx_tax *rate = &totals.rates[i];
            assert_int_equal(rate->net.minor + rate->tax.minor, rate->gross.minor);
            parts += rate->net.minor + rate->tax.minor;
            nets += rate->net.minor;
            /* Off by less than half a minor unit: |2 (tax * 1e6 - net * ppm)| <= 1e6 + ppm. */
            int64_t off = 2 * (rate->tax.minor * 1000000 - rate->net.minor * rate->ppm);
            assert_in_range((uint64_t)(off < 0 ? -off : off), 0, 1000000 + (uint64_t)rate->ppm);
        }
        assert_int_equal(parts, totals.total.minor);
        assert_int_equal(included ? parts : nets, prices);
    }
}

static void test_draft_round_trip(void **state)
{
    (void)state;
    struct sample sample;
    struct bx_rand rand = sample_rand(2);
    sample_init(&sample);
    for (int round = 0; round < 200; round++) {
        struct bx_draft draft = {.locked = round % 3 == 0, .doubt = round % 5 == 0};
        struct bx_draft back;
        if (round > 0)
            sample_basket(&rand, &sample, &draft.basket);
        bx_buf_auto out;
        bx_buf_init(&out, 0);
        bx_draft_encode(&draft, &out);
        assert_int_equal(bx_draft_decode(out.data, out.len, &back, NULL), 0);
        assert_same_basket(&draft.basket, &back.basket);
        assert_int_equal(draft.locked, back.locked);
        assert_int_equal(draft.doubt, back.doubt);
    }
}

/* The draft of one adult with its first FROM turned into TO. */
static int draft_with(const char *from, const char *to)
{
    struct sample sample;
    struct bx_draft draft = {0};
    char changed[4096];
    sample_init(&sample);
    assert_int_equal(add(&draft.basket, &sample, 0, 0, 1, NULL), 0);
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    bx_draft_encode(&draft, &out);
    const char *at = strstr(out.data, from);
    assert_non_null(at);
    snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - out.data), out.data, to,
             at + strlen(from));
    return bx_draft_decode(changed, strlen(changed), &draft, NULL);
}

/* As the first version wrote it. */
static void test_draft_of_the_first_version(void **state)
{
    (void)state;
    static const char text[] =
        "{\"v\":1,\"id\":\"019abcde-f012-7345-8678-9abcdef01234\",\"lines\":[{\"product\":"
        "\"adult\","
        "\"name\":\"Adult\",\"event\":\"\",\"event_name\":\"\",\"slot\":\"\",\"pool\":\"\","
        "\"class\":\"\","
        "\"start\":0,\"end\":0,\"offset\":0,\"date\":\"2026-11-24\",\"price\":2400,\"tax\":70000,"
        "\"places\":0,\"persons\":1,\"quantity\":2}],\"locked\":true}";
    struct bx_draft draft;
    assert_int_equal(bx_draft_decode(text, strlen(text), &draft, NULL), 0);
    assert_true(draft.locked);
    assert_int_equal(draft.basket.lines[0].price.minor, 2400);
    assert_int_equal(draft.basket.lines[0].list.minor, 2400);
    assert_int_equal(draft.basket.lines[0].kind, BX_LINE_VISIT);
}

static void test_draft_is_checked(void **state)
{
    (void)state;
    static const char *const swaps[][2] = {
        {"\"v\":2", "\"v\":3"},
        {"\"off\":0", "\"off\":-1"},
        {"\"kind\":\"visit\"", "\"kind\":\"loan\""},
        {"\"list\":2400,", ""},
        {"\"group\":false", "\"group\":0"},
        {"\"quantity\":1", "\"quantity\":0"},
        {"\"quantity\":1", "\"quantity\":1000"},
        {"\"price\":2400", "\"price\":-1"},
        {"\"price\":2400", "\"price\":24.5"},
        {"\"tax\":70000", "\"tax\":1000001"},
        {"\"date\":\"2026-11-24\"", "\"date\":\"2026-11-31\""},
        {"\"slot\":\"slot-0\"", "\"slot\":\"\""},
        {"\"pool\":\"pool-0\"", "\"pool\":\"\""},
        {"\"offset\":60", "\"offset\":2000"},
        {"\"product\":\"adult\"", "\"product\":\"\""},
        {"\"product\":\"adult\"", "\"product\":\"Adult\""},
        {"\"name\":\"Adult\"", "\"name\":\"Ad\\u0007ult\""},
        {"\"places\":1,", ""},
        {"\"quantity\":1", "\"quantity\":1,\"more\":1"},
        {"]}", "],\"locked\":1}"},
        {"\"end\":", "\"end\":1,\"end\":"},
        {"]}", "]"},
    };
    assert_int_equal(draft_with("adult", "adult"), 0);
    for (size_t i = 0; i < sizeof(swaps) / sizeof(swaps[0]); i++)
        assert_int_equal(draft_with(swaps[i][0], swaps[i][1]), BX_ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add_and_take_away),
        cmocka_unit_test(test_refusals_change_nothing),
        cmocka_unit_test(test_limits_of_lines_rates_and_pools),
        cmocka_unit_test(test_a_new_price_is_a_new_line),
        cmocka_unit_test(test_refresh),
        cmocka_unit_test(test_move),
        cmocka_unit_test(test_places_are_of_a_pool),
        cmocka_unit_test(test_totals),
        cmocka_unit_test(test_tax_never_loses_a_cent),
        cmocka_unit_test(test_draft_round_trip),
        cmocka_unit_test(test_draft_of_the_first_version),
        cmocka_unit_test(test_draft_is_checked),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
