/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/price.h"
#include "samples.h"

static const int64_t steps[] = {1, 5, 10, 50, 100};
static const int exponents[] = {0, 2, 3};

/* What comes back, and what has come back in all. */
struct history {
    struct bx_sale sale, back;
    struct bx_remains remains;
    bx_money given[BX_TENDER_KINDS];
    int64_t total, outside, rounding, gross[BX_RATES_MAX], net[BX_RATES_MAX], tax[BX_RATES_MAX];
    int persons, tickets;
    int64_t step;
    bool in_cash; /* give the next part back in cash */
};

/* A sale with groups, discounts, donations; prices are drawn anew. */
static void sale_draw(struct bx_rand *rand, struct history *history, int round)
{
    struct bx_sale *sale = &history->sale;
    struct bx_entry_head head;
    static const struct bx_slug why = {"regular"};
    history->step = steps[sample_below(rand, bx_countof(steps))];
    sample_sale(rand, exponents[round % 3], history->step, sale, &head);
    sale->v = 2;
    sale->drawer = 1;
    for (int i = 0; i < sale->basket.count; i++) {
        struct bx_line *line = &sale->basket.lines[i];
        line->group = line->class.s[0] && sample_below(rand, 4) == 0;
        if (bx_slug_is_none(&line->slot) && sample_below(rand, 3) == 0)
            line->kind = sample_below(rand, 2) ? BX_LINE_DONATION : BX_LINE_ARTICLE;
    }
    for (int i = 0; i < 2; i++)
        (void)!bx_basket_discount(&sale->basket,
                                  (int)sample_below(rand, sale->basket.count + 1) - 1,
                                  sample_below(rand, 1001), bx_money_of(0), &why, "Regular", NULL);
    sale->tender_count = 0;
    sale->rounding.minor = 0;
    sample_sale_finish(rand, sale);
    sample_pay(rand, sale, history->step);
    assert_int_equal(bx_sale_check(sale, NULL), 0);
    bx_remains_init(&history->remains, sale);
}

/* Some of what is left, at least something. */
static void choose(struct bx_rand *rand, const struct bx_remains *remains,
                   int quantities[BX_LINES_MAX], bool tickets[BX_TICKETS_MAX])
{
    const struct bx_sale *sale = remains->sale;
    bool some = false;
    int all = (int)sample_below(rand, 4);
    for (int i = 0; i < sale->ticket_count; i++)
        tickets[i] = !remains->ticket_gone[i] && (all == 0 || sample_below(rand, 4) == 0);
    for (int i = 0; i < sale->ticket_count; i++)
        some = some || tickets[i];
    for (int i = 0; i < sale->basket.count; i++) {
        int there = sale->basket.lines[i].quantity - remains->gone[i];
        quantities[i] = all == 0 ? there : (int)sample_below(rand, there + 1);
        some = some || (quantities[i] > 0 && bx_line_tickets(&sale->basket.lines[i]) == 0);
    }
    if (!some)
        choose(rand, remains, quantities, tickets);
}

static void assert_written(const struct bx_sale *sale)
{
    struct bx_entry_head head = {
        .till = 2, .incarnation = 1, .seq = 9, .id = sale->basket.id, .kind = BX_KIND_REFUND};
    struct bx_fault fault = {0};
    struct bx_sale *again = bx_new(struct bx_sale);
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    bx_number_format(2, BX_SERIES_REFUND, 7, head.number);
    if (bx_sale_check(sale, &fault))
        fail_msg("%s", fault.detail);
    assert_int_equal(bx_sale_encode(&head, sale, &out), 0);
    if (bx_sale_decode(out.data, out.len, again, &fault))
        fail_msg("%s %s", fault.say, fault.detail);
    assert_int_equal(bx_sale_check(again, &fault), 0);
    bx_free(again);
}

static void give(struct history *history)
{
    struct bx_sale *back = &history->back;
    struct bx_fault fault = {0};
    bx_money left = bx_sale_due(back);
    int err = 0;
    if (!history->in_cash)
        err = bx_return_tenders(&history->remains, history->given, history->step, back, &fault);
    else if (left.minor < 0)
        err = bx_tender_add(back, history->step, BX_TENDER_CASH, bx_cash_due(left, history->step),
                            NULL, &left, &fault);
    if (err)
        fail_msg("%s %s", fault.say, fault.detail);
    assert_int_equal(bx_sale_left(back).minor, 0);
}

static void take_part(struct bx_rand *rand, struct history *history)
{
    struct bx_sale *back = &history->back;
    const struct bx_totals *whole = &history->sale.totals;
    int quantities[BX_LINES_MAX] = {0};
    bool tickets[BX_TICKETS_MAX] = {false};
    struct bx_fault fault = {0};
    uint8_t random[10];
    bx_rand_draw(rand, random, sizeof(random));
    choose(rand, &history->remains, quantities, tickets);
    *back = (struct bx_sale){.v = 2, .drawer = 1};
    back->basket.id = bx_id_make((bx_utc){1}, random);
    if (bx_return_make(&history->remains, quantities, tickets, back, &fault))
        fail_msg("%s %s", fault.say, fault.detail);
    give(history);
    assert_written(back);
    assert_int_equal(bx_remains_take(&history->remains, back, &fault), 0);
    /* Nothing of it can come back again. */
    assert_int_equal(back->back_ticket_count ? bx_remains_take(&history->remains, back, &fault)
                                             : BX_ERR_INPUT,
                     BX_ERR_INPUT);
    for (int i = 0; i < back->tender_count; i++)
        history->given[back->tenders[i].kind].minor -= back->tenders[i].amount.minor;
    history->total += back->back_totals.total.minor;
    history->outside += back->back_totals.outside.minor;
    history->rounding += back->rounding.minor;
    history->persons += back->back_totals.persons;
    history->tickets += back->back_totals.tickets;
    for (int i = 0; i < back->back_totals.rate_count; i++) {
        const struct bx_tax *rate = &back->back_totals.rates[i];
        int at = 0;
        while (whole->rates[at].ppm != rate->ppm)
            at++;
        history->gross[at] += rate->gross.minor;
        history->net[at] += rate->net.minor;
        history->tax[at] += rate->tax.minor;
    }
}

static void assert_whole(const struct history *history)
{
    const struct bx_sale *sale = &history->sale;
    int64_t paid[BX_TENDER_KINDS] = {0};
    for (int i = 0; i < sale->tender_count; i++)
        paid[sale->tenders[i].kind] += sale->tenders[i].amount.minor;
    for (int i = 0; i < BX_TENDER_KINDS; i++)
        assert_int_equal(history->given[i].minor, paid[i]);
    assert_int_equal(history->total, sale->totals.total.minor);
    assert_int_equal(history->outside, sale->totals.outside.minor);
    assert_int_equal(history->rounding, -sale->rounding.minor);
    assert_int_equal(history->persons, sale->totals.persons);
    assert_int_equal(history->tickets, sale->totals.tickets);
    for (int i = 0; i < sale->totals.rate_count; i++) {
        assert_int_equal(history->gross[i], sale->totals.rates[i].gross.minor);
        assert_int_equal(history->net[i], sale->totals.rates[i].net.minor);
        assert_int_equal(history->tax[i], sale->totals.rates[i].tax.minor);
    }
}

static void test_parts_add_up_to_the_whole(void **state)
{
    (void)state;
    struct bx_rand rand = sample_rand(41);
    for (int round = 0; round < 600; round++) {
        struct history *history = bx_new(struct history);
        sale_draw(&rand, history, round);
        while (!bx_remains_is_empty(&history->remains))
            take_part(&rand, history);
        assert_whole(history);
        bx_free(history);
    }
}

/* Some parts go out in cash whatever was paid; the others still never give more by a kind than came
 * in by it, and each document adds up. */
static void test_parts_that_go_another_way(void **state)
{
    (void)state;
    struct bx_rand rand = sample_rand(43);
    for (int round = 0; round < 300; round++) {
        struct history *history = bx_new(struct history);
        sale_draw(&rand, history, round);
        int64_t paid[BX_TENDER_KINDS] = {0};
        for (int i = 0; i < history->sale.tender_count; i++)
            paid[history->sale.tenders[i].kind] += history->sale.tenders[i].amount.minor;
        while (!bx_remains_is_empty(&history->remains)) {
            history->in_cash = sample_below(&rand, 2);
            take_part(&rand, history);
            assert_true(history->in_cash ||
                        history->given[BX_TENDER_CARD].minor <= paid[BX_TENDER_CARD]);
        }
        assert_int_equal(history->total, history->sale.totals.total.minor);
        bx_free(history);
    }
}

/* Two adults, a child, two guides (no ticket): 24.00, 24.00, 9.03, 6.00 each. */
static struct history *counted(void)
{
    struct bx_rand rand = sample_rand(5);
    struct history *history = bx_new(struct history);
    struct sample sample;
    struct bx_entry_head head;
    sample_init(&sample);
    struct bx_sale *sale = &history->sale;
    sample_sale(&rand, 2, 1, sale, &head);
    sale->basket.count = sale->tender_count = 0;
    sale->rounding.minor = 0;
    sale->tax_included = true;
    static const int pieces[] = {2, 1, 0, 0, 2};
    for (int i = 0; i < 5; i++)
        if (pieces[i])
            assert_int_equal(bx_basket_add(&sale->basket, &sample.programme, &sample.products[i],
                                           &sample.slots[0], pieces[i],
                                           (struct bx_date){2026, 11, 24}, NULL),
                             0);
    sample_sale_finish(&rand, sale);
    bx_remains_init(&history->remains, sale);
    history->step = 5;
    return history;
}

static void pay(struct bx_sale *sale, enum bx_tender_kind kind, int64_t amount)
{
    bx_money left;
    assert_int_equal(bx_tender_add(sale, 5, kind, bx_money_of(amount), "slip 1", &left, NULL), 0);
}

static void refused(struct history *history, const int *quantities, const bool *tickets,
                    const char *said)
{
    struct bx_fault fault = {0};
    struct bx_sale before = history->back;
    assert_int_equal(bx_return_make(&history->remains, quantities, tickets, &history->back, &fault),
                     BX_ERR_REFUSED);
    if (!strstr(fault.say, said))
        fail_msg("%s", fault.say);
    assert_memory_equal(&before, &history->back, sizeof(before));
}

static void test_what_cannot_come_back(void **state)
{
    (void)state;
    struct history *history = counted();
    int quantities[BX_LINES_MAX] = {0};
    bool tickets[BX_TICKETS_MAX] = {false};
    refused(history, quantities, tickets, "Choose");
    refused(history, NULL, NULL, "Choose");
    quantities[2] = 3;
    refused(history, quantities, tickets, "Only 2 of Guide");
    quantities[2] = 2;
    tickets[1] = true;
    assert_int_equal(bx_return_make(&history->remains, quantities, tickets, &history->back, NULL),
                     0);
    assert_int_equal(history->back.back.count, 2);
    assert_int_equal(history->back.back_lines[1], 2);
    assert_int_equal(history->back.back_tickets[0], 1);
    assert_int_equal(history->back.back_totals.total.minor, 3600);
    assert_int_equal(bx_remains_take(&history->remains, &history->back, NULL), 0);
    refused(history, quantities, tickets, "taken back already");
    tickets[1] = false;
    refused(history, quantities, tickets, "Only 0 of Guide");
    quantities[2] = 0;
    quantities[0] = 2;
    refused(history, quantities, NULL, "taken back already");
    quantities[0] = 1;
    assert_int_equal(bx_return_make(&history->remains, quantities, NULL, &history->back, NULL), 0);
    assert_int_equal(history->back.back_tickets[0], 0);
    bx_free(history);
}

static void test_a_group_comes_back_as_a_whole(void **state)
{
    (void)state;
    struct bx_rand rand = sample_rand(5);
    struct history *history = counted();
    int quantities[BX_LINES_MAX] = {1};
    bool tickets[BX_TICKETS_MAX] = {true};
    history->sale.basket.lines[0].group = true;
    sample_sale_finish(&rand, &history->sale);
    assert_int_equal(history->sale.ticket_count, 2);
    refused(history, quantities, NULL, "as a whole");
    assert_int_equal(bx_return_make(&history->remains, NULL, tickets, &history->back, NULL), 0);
    assert_int_equal(history->back.back.lines[0].quantity, 2);
    assert_int_equal(history->back.back_ticket_count, 1);
    bx_free(history);
}

static void test_a_correction_of_another_sale_is_odd(void **state)
{
    (void)state;
    struct history *history = counted();
    bool tickets[BX_TICKETS_MAX] = {true};
    struct bx_sale *back = &history->back;
    assert_int_equal(bx_return_make(&history->remains, NULL, tickets, back, NULL), 0);
    struct bx_sale *odd = bx_new(struct bx_sale);
    for (int i = 0; i < 7; i++) {
        *odd = *back;
        switch (i) {
        case 0: odd->of.b[3] ^= 1; break;
        case 1: odd->back_lines[0] = 1; break;
        case 2: odd->back_lines[0] = 3; break;
        case 3: odd->back_tickets[0] = 3; break;
        case 4: odd->back_tickets[0] = 2; break;
        case 5: odd->back.lines[0].quantity = 2; break;
        case 6: odd->back_ticket_count = 0; break;
        default: break;
        }
        assert_int_equal(bx_remains_take(&history->remains, odd, NULL), BX_ERR_INPUT);
    }
    assert_int_equal(history->remains.gone[0], 0);
    bx_free(odd);
    bx_free(history);
}

static void give_back(struct history *history, const bool *tickets, int guides)
{
    int quantities[BX_LINES_MAX] = {0, 0, guides};
    struct bx_fault fault = {0};
    history->back = (struct bx_sale){0};
    if (bx_return_make(&history->remains, quantities, tickets, &history->back, &fault) ||
        bx_return_tenders(&history->remains, history->given, 5, &history->back, &fault))
        fail_msg("%s", fault.say);
}

static void test_money_goes_back_the_way_it_came(void **state)
{
    (void)state;
    struct history *history = counted(); /* 69.03 */
    bool child[BX_TICKETS_MAX] = {false, false, true};
    bool all[BX_TICKETS_MAX] = {true, true, true};
    struct bx_sale *back = &history->back;
    pay(&history->sale, BX_TENDER_CARD, 6000);
    pay(&history->sale, BX_TENDER_CASH, 1000);
    assert_int_equal(history->sale.rounding.minor, 2);
    give_back(history, child, 0); /* 9.03 all from the cash */
    assert_int_equal(back->tender_count, 1);
    assert_int_equal(back->tenders[0].kind, BX_TENDER_CASH);
    assert_int_equal(back->tenders[0].amount.minor, -905);
    assert_int_equal(back->rounding.minor, -2);
    give_back(history, all, 0); /* 57.03: what was paid in cash, and the rest from the card */
    assert_int_equal(back->tenders[0].kind, BX_TENDER_CARD);
    assert_int_equal(back->tenders[0].amount.minor, -4800);
    assert_string_equal(back->tenders[0].reference, "slip 1");
    assert_int_equal(back->tenders[1].amount.minor, -905);
    /* Another tender was chosen before: the card has room for no more than the rest. */
    history->given[BX_TENDER_CARD].minor = 6000;
    give_back(history, all, 2);
    assert_int_equal(back->tender_count, 1);
    assert_int_equal(back->tenders[0].kind, BX_TENDER_CASH);
    assert_int_equal(back->tenders[0].amount.minor, -6905);
    /* An exchange before put 20.00 by card into the chain. */
    history->given[BX_TENDER_CARD].minor = -2000;
    history->given[BX_TENDER_CASH].minor = 905;
    give_back(history, all, 2);
    assert_int_equal(back->tenders[0].amount.minor, -6000);
    assert_int_equal(back->tenders[1].kind, BX_TENDER_CARD);
    assert_int_equal(back->tenders[1].amount.minor, -903);
    bx_free(history);
}

/* Cash that was rounded up and then was a card: the card gets back what it paid. */
static void test_what_was_rounded_up_goes_back(void **state)
{
    (void)state;
    struct history *history = counted(); /* 69.03 */
    bool child[BX_TICKETS_MAX] = {false, false, true};
    bool all[BX_TICKETS_MAX] = {true, true, true};
    struct bx_sale *back = &history->back;
    pay(&history->sale, BX_TENDER_CASH, 6905);
    assert_int_equal(history->sale.rounding.minor, 2);
    history->sale.tenders[0].kind = BX_TENDER_CARD;
    give_back(history, child, 0);
    assert_int_equal(back->tender_count, 1);
    assert_int_equal(back->tenders[0].amount.minor, -903);
    assert_int_equal(back->rounding.minor, 0);
    give_back(history, all, 2);
    assert_int_equal(back->tenders[0].kind, BX_TENDER_CARD);
    assert_int_equal(back->tenders[0].amount.minor, -6905);
    assert_int_equal(back->tenders[1].kind, BX_TENDER_CASH);
    assert_int_equal(back->tenders[1].amount.minor, 0);
    assert_int_equal(back->rounding.minor, -2);
    bx_free(history);
}

static void test_accounts_and_vouchers_get_theirs(void **state)
{
    (void)state;
    struct history *history = counted();
    bool all[BX_TICKETS_MAX] = {true, true, true};
    BX_TEXT_COPY(history->sale.account.s, "school-5");
    pay(&history->sale, BX_TENDER_ACCOUNT, 4000);
    pay(&history->sale, BX_TENDER_VOUCHER, 2903);
    give_back(history, all, 2);
    assert_int_equal(history->back.tenders[0].kind, BX_TENDER_VOUCHER);
    assert_int_equal(history->back.tenders[1].amount.minor, -4000);
    assert_string_equal(history->back.account.s, "school-5");
    /* Nothing is due: nobody gets anything. */
    history->back.totals.total.minor = 9000;
    assert_int_equal(bx_return_tenders(&history->remains, NULL, 5, &history->back, NULL), 0);
    assert_int_equal(history->back.tender_count, 0);
    bx_free(history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_add_up_to_the_whole),
        cmocka_unit_test(test_parts_that_go_another_way),
        cmocka_unit_test(test_what_cannot_come_back),
        cmocka_unit_test(test_a_group_comes_back_as_a_whole),
        cmocka_unit_test(test_a_correction_of_another_sale_is_odd),
        cmocka_unit_test(test_money_goes_back_the_way_it_came),
        cmocka_unit_test(test_what_was_rounded_up_goes_back),
        cmocka_unit_test(test_accounts_and_vouchers_get_theirs),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
