/* SPDX-License-Identifier: Apache-2.0 */
#include "boxtill/domain/price.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "samples.h"

static const int64_t steps[] = {1, 5, 10, 50, 100};
static const int exponents[] = {0, 2, 3};

static struct bx_sale of_total(int64_t total)
{
    return (struct bx_sale){.currency = "EUR", .exponent = 2, .totals.total = {total}};
}

static int64_t left_after(struct bx_sale *sale, int64_t step, enum bx_tender_kind kind,
                          int64_t received)
{
    bx_money left;
    assert_int_equal(bx_tender_add(sale, step, kind, bx_money_of(received), NULL, &left, NULL), 0);
    assert_int_equal(left.minor, bx_sale_left(sale).minor);
    return left.minor;
}

static void refused(struct bx_sale *sale, int64_t step, enum bx_tender_kind kind, int64_t received,
                    const char *reference, const char *said)
{
    struct bx_sale before = *sale;
    struct bx_fault fault = {0};
    bx_money left;
    int err = bx_tender_add(sale, step, kind, bx_money_of(received), reference, &left, &fault);
    assert_true(err == BX_ERR_REFUSED || err == BX_ERR_FULL);
    assert_non_null(strstr(fault.say, said));
    assert_memory_equal(sale, &before, sizeof(before));
}

static void test_cash_with_change(void **state)
{
    (void)state;
    struct bx_sale sale = of_total(5700);
    assert_int_equal(left_after(&sale, 1, BX_TENDER_CASH, 6000), 0);
    assert_int_equal(sale.tenders[0].amount.minor, 5700);
    assert_int_equal(sale.tenders[0].received.minor, 6000);
    assert_int_equal(sale.tenders[0].change.minor, 300);
    refused(&sale, 1, BX_TENDER_CASH, 100, NULL, "paid already");
}

static void test_parts(void **state)
{
    (void)state;
    struct bx_sale sale = of_total(5702);
    assert_int_equal(left_after(&sale, 5, BX_TENDER_CARD, 2000), 3702);
    refused(&sale, 5, BX_TENDER_CARD, 3703, NULL, "Only 37.02");
    assert_int_equal(left_after(&sale, 5, BX_TENDER_CASH, 1000), 2702);
    struct bx_sale rest_by_card = sale;
    assert_int_equal(left_after(&rest_by_card, 5, BX_TENDER_CARD, 2702), 0);
    assert_int_equal(rest_by_card.tenders[1].kind, BX_TENDER_CARD);
    assert_int_equal(rest_by_card.tenders[1].amount.minor, 2702);
    assert_int_equal(rest_by_card.tenders[2].kind, BX_TENDER_CASH);
    assert_int_equal(rest_by_card.tenders[2].amount.minor, 1000);
    assert_int_equal(rest_by_card.rounding.minor, 0);
    refused(&sale, 5, BX_TENDER_CASH, 1002, NULL, "multiple of 0.05");
    refused(&sale, 5, BX_TENDER_CASH, 0, NULL, "above zero");
    refused(&sale, 5, BX_TENDER_CASH, -5, NULL, "above zero");
    assert_int_equal(sale.rounding.minor, 0);
    assert_int_equal(left_after(&sale, 5, BX_TENDER_CASH, 3000), 0);
    assert_int_equal(sale.rounding.minor, -2);
    assert_int_equal(sale.tenders[2].amount.minor, 2700);
    assert_int_equal(sale.tenders[2].change.minor, 300);
    struct bx_sale many = of_total(1000);
    for (int i = 0; i < BX_TENDERS_MAX; i++)
        left_after(&many, 1, BX_TENDER_CARD, 1);
    refused(&many, 1, BX_TENDER_CASH, 996, NULL, "at most 6 parts");
}

static void test_next_to_nothing(void **state)
{
    (void)state;
    bx_money left;
    struct bx_sale nothing = of_total(0);
    assert_int_equal(left_after(&nothing, 5, BX_TENDER_CASH, 0), 0);
    refused(&nothing, 5, BX_TENDER_CASH, 0, NULL, "paid already");
    /* Two cents in cash round to nothing where five is the smallest coin. */
    struct bx_sale cents = of_total(2);
    refused(&cents, 5, BX_TENDER_CARD, 0, NULL, "above zero");
    assert_int_equal(bx_tender_add(&cents, 5, BX_TENDER_CASH, bx_money_of(0), NULL, &left, NULL),
                     0);
    assert_int_equal(left.minor, 0);
    assert_int_equal(cents.rounding.minor, -2);
}

static void test_cash_rounding_is_symmetric(void **state)
{
    (void)state;
    assert_int_equal(bx_cash_due(bx_money_of(5702), 5).minor, 5700);
    assert_int_equal(bx_cash_due(bx_money_of(5703), 5).minor, 5705);
    assert_int_equal(bx_cash_due(bx_money_of(5725), 50).minor, 5750);
    for (size_t i = 0; i < bx_countof(steps); i++)
        for (int64_t left = 0; left < 250; left++) {
            int64_t due = bx_cash_due(bx_money_of(left), steps[i]).minor;
            assert_int_equal(due % steps[i], 0);
            assert_in_range((uint64_t)(due - left + 50), 50 - (uint64_t)steps[i] / 2,
                            50 + (uint64_t)steps[i] / 2);
            assert_int_equal(bx_cash_due(bx_money_of(-left), steps[i]).minor, -due);
        }
}

/* However the cash is put down, the customer pays the same. */
static void test_rounding_does_not_depend_on_the_parts(void **state)
{
    (void)state;
    struct bx_rand rand = sample_rand(3);
    for (int round = 0; round < 1000; round++) {
        int64_t step = steps[sample_below(&rand, bx_countof(steps))];
        struct bx_sale sale = of_total(sample_below(&rand, 20000));
        int64_t due = bx_cash_due(sale.totals.total, step).minor;
        int64_t left = due;
        for (int part = 0; part < 3 && left > step; part++) {
            int64_t put = step * (1 + sample_below(&rand, left / step));
            if (put == left)
                break;
            left_after(&sale, step, BX_TENDER_CASH, put);
            left -= put;
        }
        assert_int_equal(left_after(&sale, step, BX_TENDER_CASH, left), 0);
        assert_int_equal(sale.totals.total.minor + sale.rounding.minor, due);
    }
}

static int64_t given_after(struct bx_sale *sale, int64_t step, enum bx_tender_kind kind,
                           int64_t out)
{
    bx_money left;
    assert_int_equal(bx_tender_add(sale, step, kind, bx_money_of(-out), "00aa", &left, NULL), 0);
    return left.minor;
}

static void test_money_goes_out(void **state)
{
    (void)state;
    struct bx_sale sale = {.currency = "EUR", .exponent = 2, .back_totals.total = {5702}};
    assert_int_equal(bx_sale_due(&sale).minor, -5702);
    refused(&sale, 5, BX_TENDER_CARD, -5703, NULL, "Only 57.02 is to be given back");
    refused(&sale, 5, BX_TENDER_CARD, 100, NULL, "to give back");
    refused(&sale, 5, BX_TENDER_CARD, 0, NULL, "to give back");
    refused(&sale, 5, BX_TENDER_CASH, -1002, NULL, "multiple of 0.05");
    refused(&sale, 5, BX_TENDER_ACCOUNT, -1002, NULL, "Choose the account");
    assert_int_equal(given_after(&sale, 5, BX_TENDER_CASH, 1000), -4702);
    assert_int_equal(given_after(&sale, 5, BX_TENDER_CARD, 2000), -2702);
    refused(&sale, 5, BX_TENDER_CASH, -2702, NULL, "Only 27.00");
    assert_int_equal(given_after(&sale, 5, BX_TENDER_CASH, 2700), 0);
    assert_int_equal(sale.rounding.minor, 2);
    assert_int_equal(sale.tenders[2].amount.minor, -2700);
    assert_int_equal(sale.tenders[2].received.minor, -2700);
    assert_int_equal(sale.tenders[2].change.minor, 0);
    refused(&sale, 5, BX_TENDER_CASH, -5, NULL, "paid already");
    /* Given back, two cents round to nothing as they did when they were paid. */
    struct bx_sale cents = {.currency = "EUR", .exponent = 2, .back_totals.total = {2}};
    assert_int_equal(given_after(&cents, 5, BX_TENDER_CASH, 0), 0);
    assert_int_equal(cents.rounding.minor, 2);
}

static void test_what_is_given_back_mirrors_what_was_paid(void **state)
{
    (void)state;
    for (size_t i = 0; i < bx_countof(steps); i++)
        for (int64_t total = 0; total < 300; total++) {
            struct bx_sale in = of_total(total);
            struct bx_sale out = {.exponent = 2, .back_totals.total = {total}};
            int64_t due = bx_cash_due(in.totals.total, steps[i]).minor;
            assert_int_equal(left_after(&in, steps[i], BX_TENDER_CASH, due), 0);
            if (total == 0)
                continue;
            assert_int_equal(given_after(&out, steps[i], BX_TENDER_CASH, due), 0);
            assert_int_equal(in.rounding.minor, -out.rounding.minor);
        }
}

static void test_other_tenders(void **state)
{
    (void)state;
    struct bx_sale sale = of_total(10000);
    bx_money left;
    refused(&sale, 1, BX_TENDER_VOUCHER, 100, NULL, "the voucher");
    refused(&sale, 1, BX_TENDER_STORED, 100, "", "the voucher");
    refused(&sale, 1, BX_TENDER_PREPAID, 100, "", "order");
    refused(&sale, 1, BX_TENDER_ACCOUNT, 100, "", "Choose the account");
    refused(&sale, 1, BX_TENDER_STORED, 10001, "BS1", "Only 100.00");
    BX_TEXT_COPY(sale.account.s, "school-5");
    for (enum bx_tender_kind kind = BX_TENDER_VOUCHER; kind < BX_TENDER_KINDS; kind++)
        assert_int_equal(bx_tender_add(&sale, 1, kind, bx_money_of(2500),
                                       /* a voucher's code may look like anything */
                                       "4111111111111111", &left, NULL),
                         0);
    assert_int_equal(left.minor, 0);
    assert_string_equal(sale.tenders[1].reference, "4111111111111111");
}

static void test_card_references(void **state)
{
    (void)state;
    static const char *const cards[] = {
        "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111",    "378282246310005",
        "4222222222222",    "6304000000000000000", "visa 4111111111111111.", "  5555555555554444",
    };
    static const char *const others[] = {
        "",
        "slip 0815",
        "4111111111111112",
        "411111111111",
        "12345678901234567890",
        "4111 1111/1111 1111",
        "000123",
    };
    for (size_t i = 0; i < bx_countof(cards); i++) {
        struct bx_sale sale = of_total(100);
        assert_true(bx_looks_like_card_number(cards[i]));
        refused(&sale, 1, BX_TENDER_CARD, 100, cards[i], "looks like a card number");
    }
    for (size_t i = 0; i < bx_countof(others); i++) {
        struct bx_sale sale = of_total(100);
        bx_money left;
        assert_int_equal(
            bx_tender_add(&sale, 1, BX_TENDER_CARD, bx_money_of(100), others[i], &left, NULL), 0);
        assert_string_equal(sale.tenders[0].reference, others[i]);
    }
    struct bx_sale sale = of_total(100);
    refused(&sale, 1, BX_TENDER_CARD, 100, "01234567890123456789012345678901234567890", "too long");
    refused(&sale, 1, BX_TENDER_CARD, 100, "a\x1B[2Jb", "too long or holds");
}

static void test_random_sales_check(void **state)
{
    (void)state;
    struct bx_rand rand = sample_rand(4);
    for (int round = 0; round < 300; round++) {
        struct bx_sale sale;
        struct bx_entry_head head;
        struct bx_fault fault = {0};
        sample_sale(&rand, exponents[round % 3], steps[round % 5], &sale, &head);
        if (bx_sale_check(&sale, &fault))
            fail_msg("%s", fault.detail);
        int64_t paid = 0;
        for (int i = 0; i < sale.tender_count; i++)
            paid += sale.tenders[i].received.minor - sale.tenders[i].change.minor;
        assert_int_equal(paid, sale.totals.total.minor + sale.rounding.minor);
    }
}

/* Two adults at slot 0, one family and a guide at slot 1; card, then cash with rounding. */
static void sound(struct bx_sale *sale)
{
    struct sample sample;
    struct bx_rand rand = sample_rand(5);
    const struct bx_date today = {2026, 11, 24};
    sample_init(&sample);
    *sale = (struct bx_sale){.currency = "CHF", .exponent = 2, .tax_included = true};
    sale->basket.id.b[0] = 1;
    sample.products[0].price.minor = 2401;
    const int rows[3][3] = {{0, 0, 2}, {2, 1, 1}, {4, 0, 1}};
    for (int i = 0; i < 3; i++)
        assert_int_equal(bx_basket_add(&sale->basket, &sample.programme,
                                       &sample.products[rows[i][0]], &sample.slots[rows[i][1]],
                                       rows[i][2], today, NULL),
                         0);
    sample_sale_finish(&rand, sale);
    left_after(sale, 5, BX_TENDER_CARD, 1000);
    BX_TEXT_COPY(sale->tenders[0].reference, "slip 0815");
    left_after(sale, 5, BX_TENDER_CASH, 12000);
    assert_int_equal(sale->rounding.minor, -2);
    assert_int_equal(bx_sale_check(sale, NULL), 0);
}

#define TAMPER(change)                                 \
    do {                                               \
        struct bx_sale s;                              \
        struct bx_fault fault = {0};                   \
        sound(&s);                                     \
        change;                                        \
        if (bx_sale_check(&s, &fault) != BX_ERR_INPUT) \
            fail_msg("not seen: %s", #change);         \
        assert_string_not_equal(fault.say, "");        \
        assert_string_not_equal(fault.detail, "");     \
    } while (0)

static void test_tampered_lines_and_totals(void **state)
{
    (void)state;
    TAMPER(s.currency[2] = '\0');
    TAMPER(s.exponent = 1);
    TAMPER(s.tax_included = false);
    TAMPER(s.basket.id.b[0] = 0);
    TAMPER(s.basket.count = 0);
    TAMPER(s.basket.count--);
    TAMPER(s.basket.lines[0].price.minor++);
    TAMPER(s.basket.lines[0].price.minor = -2401);
    TAMPER(s.basket.lines[0].price.minor = BX_MONEY_MAX);
    TAMPER(s.basket.lines[0].tax_ppm++);
    TAMPER(s.basket.lines[0].quantity++);
    TAMPER(s.basket.lines[0].quantity = 0);
    TAMPER(s.basket.lines[0].places++);
    TAMPER(s.basket.lines[2].places++);
    TAMPER(s.basket.lines[0].persons++);
    TAMPER(s.basket.lines[0].class.s[0] = '\0');
    TAMPER(s.basket.lines[2].class.s[0] = 'a');
    TAMPER(s.basket.lines[0].pool.s[0] = 'x');
    TAMPER(s.basket.lines[0].slot.s[0] = '\0');
    TAMPER(s.totals.total.minor++);
    TAMPER(s.totals.persons++);
    TAMPER(s.totals.tickets--);
    TAMPER(s.totals.rate_count--);
    TAMPER(s.totals.rates[1].ppm++);
    TAMPER(s.totals.rates[0].gross.minor++);
    TAMPER(s.totals.rates[0].net.minor--);
    TAMPER(s.totals.rates[1].tax.minor++);
}

static void test_tampered_tenders(void **state)
{
    (void)state;
    TAMPER(s.rounding.minor++);
    TAMPER(s.rounding.minor = 0);
    TAMPER(s.tender_count--);
    TAMPER(s.tender_count = 0);
    TAMPER(s.tender_count = BX_TENDERS_MAX + 1);
    TAMPER(s.tenders[0].amount.minor++);
    TAMPER(s.tenders[0].received.minor++);
    TAMPER(s.tenders[1].received.minor--);
    TAMPER(s.tenders[1].change.minor++);
    TAMPER((s.tenders[0].change.minor++, s.tenders[0].received.minor++));
    TAMPER(s.tenders[0].kind = BX_TENDER_CASH);
    TAMPER(s.tenders[1].kind = BX_TENDER_CARD);
    TAMPER(bx_text_copy(s.tenders[0].reference, 44, "4111 1111 1111 1111"));
    TAMPER(bx_text_copy(s.tenders[1].reference, 44, "slip"));
    /* A rounding that no coin explains, though the sums agree. */
    TAMPER((s.rounding.minor = -602, s.tenders[1].amount.minor -= 600,
            s.tenders[1].change.minor += 600));
}

static void test_tampered_uses_and_tickets(void **state)
{
    (void)state;
    TAMPER(s.uses[0].q++);
    TAMPER(s.uses[0].q = 0);
    TAMPER(s.uses[0].r = 0);
    TAMPER(s.uses[0].before = -1);
    TAMPER(s.uses[0].pool.s[0] = 'x');
    TAMPER(s.uses[0].pool.s[0] = '\0');
    TAMPER(s.uses[1] = s.uses[0]);
    TAMPER(s.use_count--);
    TAMPER((s.uses[2] = s.uses[1], s.use_count++));
    TAMPER(s.ticket_count--);
    TAMPER(s.ticket_count++);
    TAMPER(s.tickets[0].line = 1);
    TAMPER(s.tickets[1].nth = 1);
    TAMPER(s.tickets[2].code.s[0] = '\0');
    TAMPER(s.tickets[1].code = s.tickets[0].code);
}

static void quick(int64_t due, int exponent, int64_t a, int64_t b, int64_t c)
{
    bx_money notes[3];
    assert_int_equal(bx_quick_cash(bx_money_of(due), exponent, notes), 3);
    assert_int_equal(notes[0].minor, a);
    assert_int_equal(notes[1].minor, b);
    assert_int_equal(notes[2].minor, c);
}

static void test_quick_cash(void **state)
{
    (void)state;
    bx_money notes[3];
    quick(5700, 2, 6000, 7000, 10000);
    quick(2400, 2, 2500, 3000, 5000);
    quick(300, 2, 500, 1000, 5000);
    quick(5000, 2, 5500, 6000, 10000);
    quick(57000, 2, 60000, 70000, 100000);
    quick(5700, 0, 6000, 7000, 10000);
    quick(57000, 3, 60000, 70000, 100000);
    assert_int_equal(bx_quick_cash(bx_money_of(0), 2, notes), 0);
    assert_int_equal(bx_quick_cash(bx_money_of(-1), 2, notes), 0);
    assert_int_equal(bx_quick_cash(bx_money_of(BX_MONEY_MAX), 2, notes), 0);
    struct bx_rand rand = sample_rand(6);
    for (int round = 0; round < 1000; round++) {
        int64_t due = 1 + sample_below(&rand, 1000000);
        int count = bx_quick_cash(bx_money_of(due), exponents[round % 3], notes);
        assert_int_equal(count, 3);
        assert_true(notes[0].minor > due && notes[1].minor > notes[0].minor &&
                    notes[2].minor > notes[1].minor);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cash_with_change),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_next_to_nothing),
        cmocka_unit_test(test_cash_rounding_is_symmetric),
        cmocka_unit_test(test_rounding_does_not_depend_on_the_parts),
        cmocka_unit_test(test_money_goes_out),
        cmocka_unit_test(test_what_is_given_back_mirrors_what_was_paid),
        cmocka_unit_test(test_other_tenders),
        cmocka_unit_test(test_card_references),
        cmocka_unit_test(test_random_sales_check),
        cmocka_unit_test(test_tampered_lines_and_totals),
        cmocka_unit_test(test_tampered_tenders),
        cmocka_unit_test(test_tampered_uses_and_tickets),
        cmocka_unit_test(test_quick_cash),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
