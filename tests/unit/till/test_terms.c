/* SPDX-License-Identifier: Apache-2.0 */
/* What changes a basket's price or papers, and what is refused of it. */

#include "shop.h"

#include "boxtill/base/alloc.h"

static const struct bx_desk *desk(void)
{
    return &bench.till->desk;
}

static int64_t total(void)
{
    struct bx_totals totals;
    assert_int_equal(bx_basket_totals(&desk()->basket, true, &totals), 0);
    return totals.total.minor;
}

static void says(const char *part)
{
    if (!strstr(bench_view()->say, part))
        fail_msg("\"%s\" is not in \"%s\"", part, bench_view()->say);
}

/* --- discounts -------------------------------------------------------------------------------- */

static void discount_has_a_reason(void **state)
{
    (void)state;
    bench_keys("2a%");
    assert_int_equal(bench_view()->screen, BX_SCREEN_FORM);
    bench_keys("a"); /* Press: half of it, within the limit */
    assert_int_equal(bench_view()->screen, BX_SCREEN_SELL);
    assert_int_equal(total(), 2400);
    assert_string_equal(bench_view()->lines[0].why, "Press");
    bench_keys("U");
    assert_int_equal(total(), 4800);
    assert_int_equal(desk()->deal.warrant_count, 0);
}

static void discount_size_is_typed(void **state)
{
    (void)state;
    bench_keys("2a%c"); /* Other */
    bench_keys("abc\n");
    assert_int_equal(bench_view()->screen, BX_SCREEN_FORM);
    bench_keys("\b\b\b10%\n");
    assert_int_equal(total(), 4320);
    bench_keys("\n\n");
    const struct bx_sale *sale = bench_sale();
    assert_int_equal(sale->totals.total.minor, 4320);
    assert_int_equal(sale->warrant_count, 1);
    assert_string_equal(sale->warrants[0].what.s, "discount");
    assert_string_equal(sale->warrants[0].reason.s, "other");
    assert_int_equal(sale->warrants[0].approver, 0);
}

static void discount_beyond_a_limit_asks(void **state)
{
    (void)state;
    bench_keys("2a%c60%\n");
    assert_int_equal(total(), 4800);
    assert_int_equal(bench_view()->screen, BX_SCREEN_FORM);
    bench_keys("8\n9999\n"); /* a wrong PIN */
    assert_int_equal(total(), 4800);
    bench_keys("\b\b\b\b1234\n");
    assert_int_equal(total(), 1920);
    bench_keys("\n\n");
    assert_int_equal(bench_sale()->warrants[0].approver, 8);
}

static void discount_that_is_too_much_is_refused(void **state)
{
    (void)state;
    bench_keys("20a%c101.00\n");
    assert_int_equal(total(), 48000);
    says("ever allows");
}

/* A small part of the whole basket, and all of what is left when the rest is taken out. */
static void discount_is_of_what_is_paid(void **state)
{
    (void)state;
    bench_keys("4acB");
    bench_key(BX_KEY_DOWN);
    bench_wait(1200);
    bench_keys("%c9.00\n");
    assert_int_equal(total(), 9600);
    bench_key(BX_KEY_UP);
    bench_wait(1200);
    bench_key(BX_KEY_DELETE);
    bench_wait(1200);
    assert_int_equal(total(), 0);
    bench_keys("\n\n\n");
    says("the discount is too much");
    assert_int_equal(bench_sales(), 0);
}

static void discount_whose_reason_wants_a_supervisor(void **state)
{
    (void)state;
    bench_keys("a%d");
    assert_int_equal(total(), 2400);
    bench_keys("8\n1234\n");
    assert_int_equal(total(), 0);
}

static void discount_of_one_line(void **state)
{
    (void)state;
    bench_keys("2acB%c50%\n"); /* the adults' line */
    assert_int_equal(total(), 2400 + 900);
    assert_int_equal(desk()->basket.lines[1].off.minor, 0);
}

/* Each reason keeps its own approver. */
static void two_reasons_two_warrants(void **state)
{
    (void)state;
    bench_keys("2acB%d8\n1234\n"); /* Director, for the adults */
    bench_key(BX_KEY_DOWN);
    bench_wait(1200);
    bench_keys("%c1.00\n8\n1234\n"); /* Other, for the child: the sum is beyond the limit */
    assert_int_equal(desk()->deal.warrant_count, 2);
    assert_int_equal(desk()->deal.warrants[0].approver, 8);
}

/* --- prices ----------------------------------------------------------------------------------- */

static void price_is_a_supervisors(void **state)
{
    (void)state;
    bench_keys("b2aBpa400\n"); /* the book: Damaged, 4.00 */
    assert_int_equal(total(), 5300);
    bench_keys("8\n1234\n");
    assert_int_equal(total(), 5200);
    bench_keys("\033a"); /* the fixed line stays as it is */
    assert_int_equal(total(), 7600);
    bench_keys("\n\n");
    assert_int_equal(bench_sale()->warrant_count, 1);
    assert_int_equal(bench_sale()->warrants[0].approver, 8);
}

/* Somebody else is asked only where somebody else is at work. */
static void price_by_the_supervisor_at_work(void **state)
{
    (void)state;
    bench.till->programme->reasons[2].approve = true;
    bench.till->programme->limits.price_permille =
        (struct bx_limit){.at = 300, .beyond = BX_BEYOND_ASK};
    shop_command("{\"verb\":\"login\",\"number\":8,\"pin\":\"1234\"}", 0);
    bench_keys("b2aBpa400\n");
    assert_int_equal(total(), 5200);
    bench_keys("\033\n\n");
    assert_int_equal(bench_sale()->warrants[0].approver, 8);
    bench.till->programme->limits.price_permille.beyond = BX_BEYOND_BLOCK;
    bench_keys("bBpa100\n"); /* what nobody may do */
    says("more than this venue ever allows");
}

/* --- open prices, articles -------------------------------------------------------------------- */

static void donation_asks_its_amount(void **state)
{
    (void)state;
    bench_keys("ad");
    assert_int_equal(bench_view()->screen, BX_SCREEN_FORM);
    bench_keys("0\n");
    assert_int_equal(desk()->basket.count, 1);
    bench_keys("\b500\n");
    assert_int_equal(total(), 2900);
    bench_keys("\n\n");
    assert_int_equal(bench_sale()->totals.outside.minor, 500);
    assert_int_equal(bench_sale()->totals.rates[0].gross.minor, 2400);
}

static void voucher_sold_has_a_code(void **state)
{
    (void)state;
    bench_keys("v2000\n\n\n");
    const struct bx_line *line = &bench_sale()->basket.lines[0];
    assert_int_equal(bench_sale()->totals.outside.minor, 2000);
    assert_int_equal(strlen(line->note), BX_STORED_LEN);
}

static void article_by_its_bar_code(void **state)
{
    (void)state;
    bench_burst("4006381333931\n", 5);
    assert_int_equal(bench_pieces(), 1);
    assert_string_equal(desk()->basket.lines[0].name, "Guide book");
    bench_wait(1000);
    bench_keys("3");
    bench_burst("4006381333931\n", 5);
    assert_int_equal(bench_pieces(), 4);
    bench_wait(1000);
    bench_burst("4006381333932\n", 5);
    assert_int_equal(bench_pieces(), 4);
    says("scan");
}

static void rounds_up_to_a_donation(void **state)
{
    (void)state;
    bench_burst("4006381333931\n", 5);
    bench_wait(1000);
    bench_keys("\n");
    assert_string_equal(bench_view()->round_up, "0.10");
    bench_keys("o");
    assert_string_equal(bench_view()->due, "13.00");
    assert_string_equal(bench_view()->round_up, "");
    bench_keys("o\n");
    assert_int_equal(bench_sale()->totals.outside.minor, 10);
}

/* --- members ---------------------------------------------------------------------------------- */

static void proof_opens_the_look_up(void **state)
{
    (void)state;
    bench_keys("2m");
    assert_int_equal(bench_view()->screen, BX_SCREEN_FORM);
    assert_int_equal(bench_pieces(), 0);
    bench_keys("F-0007\n");
    says("expired");
    bench_keys("\b\b\b\b\b\bF-1313\n");
    says("card lost");
    bench_keys("\b\b\b\b\b\bnobody\n");
    says("There is no card");
    bench_keys("\b\b\b\b\b\bmara\n");
    assert_int_equal(bench_pieces(), 2);
    assert_string_equal(desk()->deal.member.s, "m-1042");
    assert_non_null(strstr(bench_view()->facts, "Mara Friend"));
    bench_keys("\n\n");
    assert_string_equal(bench_sale()->member.s, "m-1042");
}

static void member_has_so_many_guests(void **state)
{
    (void)state;
    bench_keys("3mF-1042\n");
    assert_int_equal(bench_pieces(), 3);
    bench_keys("\n");
    assert_int_equal(bench_view()->screen, BX_SCREEN_SELL);
    says("good for 2");
    bench_keys("-m\n\n");
    assert_int_equal(bench_sales(), 1);
}

static void member_taken_away_takes_the_right(void **state)
{
    (void)state;
    bench_keys("mF-1042\nM\n");
    assert_string_equal(desk()->deal.member.s, "");
    bench_keys("\n");
    says("needs a card");
    assert_int_equal(bench_sales(), 0);
}

static void command_cannot_go_round_the_card(void **state)
{
    (void)state;
    shop_command("{\"verb\":\"sell\",\"basket\":\"m\"}", 1);
    shop_command("{\"verb\":\"sell\",\"basket\":\"m member:F-1313\"}", 1);
    shop_command("{\"verb\":\"sell\",\"basket\":\"m member:F-1042\"}", 0);
    assert_string_equal(bench_sale()->member.s, "m-1042");
}

/* --- papers, capacity, origin ----------------------------------------------------------------- */

static void one_ticket_for_a_group(void **state)
{
    (void)state;
    bench_keys("12aG\n\n");
    const struct bx_sale *sale = bench_sale();
    assert_int_equal(sale->ticket_count, 1);
    assert_true(sale->basket.lines[0].group);
    assert_int_equal(sale->totals.persons, 12);
    assert_int_equal(sale->uses[0].q, 12);
    bench_keys("aG");
    says("no several tickets");
}

static void over_capacity_by_a_supervisor(void **state)
{
    (void)state;
    bench_free(1, 2);
    bench_keys("4a");
    assert_int_equal(bench_pieces(), 0);
    bench_keys("X");
    assert_int_equal(bench_view()->screen, BX_SCREEN_FORM);
    bench_keys("they insist\n8\n1234\n");
    assert_int_equal(bench_pieces(), 4);
    bench_keys("\n\n");
    const struct bx_sale *sale = bench_sale();
    assert_int_equal(sale->uses[0].q, 2);
    assert_string_equal(sale->warrants[0].what.s, "over");
    assert_int_equal(sale->warrants[0].approver, 8);
}

static void over_capacity_has_an_end(void **state)
{
    (void)state;
    bench_free(1, 0);
    bench_keys("11aXno reason\n8\n1234\n");
    assert_int_equal(bench_pieces(), 0);
    assert_int_equal(desk()->deal.warrant_count, 0);
    bench_keys("\033X");
    assert_int_equal(bench_view()->screen, BX_SCREEN_SELL);
    says("Nothing was sold out");
}

static void origin_is_asked_now_and_then(void **state)
{
    (void)state;
    bench.till->programme->origin_every = 2;
    bench_keys("a\n");
    assert_int_equal(bench_view()->screen, BX_SCREEN_PAY);
    bench_keys("\n");
    bench_keys("a\n");
    assert_int_equal(bench_view()->screen, BX_SCREEN_FORM);
    bench_keys("d"); /* Abroad */
    assert_int_equal(bench_view()->screen, BX_SCREEN_PAY);
    bench_keys("\n");
    assert_string_equal(bench_sale()->origin.s, "abroad");
    bench_keys("a\n\na\n\n\n"); /* Enter: no answer */
    assert_int_equal(bench_sales(), 4);
    assert_string_equal(bench_sale()->origin.s, "");
}

static void corrections_are_counted(void **state)
{
    (void)state;
    bench_keys("3a-acBd\033\n\n");
    assert_int_equal(bench_sales(), 1);
    assert_int_equal(bench_sale()->corrections, 3);
    bench_keys("a\n\n");
    assert_int_equal(bench_sale()->corrections, 0);
}

static void line_moves_alone(void **state)
{
    (void)state;
    bench_keys("2ac");
    bench_key(BX_KEY_DOWN);
    bench_wait(1200);
    bench_keys("Bx");
    assert_string_equal(desk()->basket.lines[0].slot.s, "s2");
    assert_string_equal(desk()->basket.lines[1].slot.s, "s1");
}

static void training_takes_nothing(void **state)
{
    (void)state;
    bench.till->training = true;
    bench_free(1, 0);
    bench_keys("2a\n\n");
    const struct bx_entry_head *head = &bench.till->commits.head;
    assert_string_equal(head->number, "2-T000001");
    assert_int_equal(bench_sale()->use_count, 0);
    assert_true(bench_sale()->training);
    const struct bx_subkey *key = bx_keys_find(bench.till->keys, bench_sale()->basket.lines[0].date,
                                               &bench_sale()->basket.lines[0].class);
    assert_non_null(key);
    assert_false(bx_code_is_genuine(&bench_sale()->tickets[0].code, key));
}

static void invoice_is_asked_after_the_change(void **state)
{
    (void)state;
    bench_keys("a\ni");
    assert_non_null(strstr(bench_view()->facts, "invoice"));
    bench_keys("\n");
    assert_int_equal(bench_view()->screen, BX_SCREEN_CHANGE);
    bench_keys("\n");
    bench_wait(3000);
    assert_int_equal(bench_view()->screen, BX_SCREEN_FORM);
    bench_keys("\033\033\033a\n\n\n");
    assert_int_equal(bench_view()->screen, BX_SCREEN_SELL);
    assert_int_equal(bench_sales(), 2);
}

/* A restart forgives nothing of what was sold without contact, nor of the time. */
static void offline_limits_outlive_the_program(void **state)
{
    (void)state;
    bench_keys("a\n\na\n\n");
    bench_pass(20 * 60000);
    rig_restart(bench.rig, false);
    bench.till = bench.rig->till;
    bench_wait(1000);
    assert_int_equal(bench.till->offline.total.minor, 4800);
    bench.till->programme->limits.offline_minutes =
        (struct bx_limit){.at = 15, .beyond = BX_BEYOND_BLOCK};
    bench_keys("b\n");
    says("Offline for");
}

/* The till was off, and no entry says so: only the note of the last contact tells how old prices
 * are. */
static void price_list_ages_while_the_till_is_off(void **state)
{
    (void)state;
    shop_online();
    bench_wait(5 * 60000);
    bench.rig->contact = BX_CONTACT_AGAIN;
    bench_pass(9 * 60 * 60000);
    rig_restart(bench.rig, false);
    bench.till = bench.rig->till;
    bench_wait(1000);
    bench.till->programme->limits.offline_programme_minutes =
        (struct bx_limit){.at = 9 * 60, .beyond = BX_BEYOND_BLOCK};
    bench_keys("b\n");
    assert_int_equal(bench_view()->screen, BX_SCREEN_PAY); /* not a minute too early */
    bench_keys("\033");
    bench_pass(3 * 60000);
    bench_keys("\n");
    says("The price list is");
    assert_int_equal(bench_sales(), 0);
}

/* More was sold than one page of the journal holds. */
static void offline_total_outlives_the_program(void **state)
{
    (void)state;
    int64_t begun = 0;
    for (int i = 0; i < 300; i++)
        bench_keys("b\n\n");
    bench_pass(20 * 60000);
    for (int i = 0; i < 2; i++) {
        begun = bench.till->offline.total.minor;
        rig_restart(bench.rig, false);
        bench.till = bench.rig->till;
        bench_wait(1000);
        assert_int_equal(bench.till->offline.total.minor, begun);
    }
    assert_int_equal(begun, 300 * bench_sale()->totals.total.minor);
    assert_string_equal(bench_view()->link, "offline 38 min");
    bench.rig->contact = BX_CONTACT_GOOD;
    bench_wait(60000);
    assert_int_equal(bench.till->offline.total.minor, 0);
    struct bx_query query = {.kind = BX_QUERY_KIND, .entry_kind = BX_KIND_OFFLINE_END, .limit = 1};
    size_t count;
    const struct bx_row *row = rig_read(bench.rig, &query, &count);
    assert_int_equal(count, 1);
    if (!strstr(row->body, "\"n\":2"))
        fail_msg("%.*s", (int)row->len, row->body);
}

/* --- limits for selling offline --------------------------------------------------------------- */

static void offline_limit_warns(void **state)
{
    (void)state;
    bench.till->programme->limits.offline_sale =
        (struct bx_limit){.at = 2000, .beyond = BX_BEYOND_WARN};
    bench_keys("a\n");
    says("more than one sale may come to");
    bench_keys("\n");
    assert_int_equal(bench_sales(), 1);
}

static void offline_limit_asks(void **state)
{
    (void)state;
    bench.till->programme->limits.offline_total =
        (struct bx_limit){.at = 3000, .beyond = BX_BEYOND_ASK};
    bench_keys("a\n\na\n");
    assert_int_equal(bench_view()->screen, BX_SCREEN_FORM);
    bench_keys("8\n1234\n");
    assert_int_equal(bench_view()->screen, BX_SCREEN_PAY);
    bench_keys("\n");
    assert_string_equal(bench_sale()->warrants[0].what.s, "offline");
    shop_command("{\"verb\":\"sell\",\"basket\":\"a\"}", 1);
    shop_command("{\"verb\":\"sell\",\"basket\":\"a\",\"approver\":8,\"approver_pin\":\"1234\"}",
                 0);
    assert_int_equal(bench_sales(), 3);
}

/* What was allowed was this sale, not a larger one. */
static void offline_word_is_for_so_much(void **state)
{
    (void)state;
    bench.till->programme->limits.offline_sale =
        (struct bx_limit){.at = 2000, .beyond = BX_BEYOND_ASK};
    bench_keys("a\n8\n1234\n");
    assert_int_equal(bench_view()->screen, BX_SCREEN_PAY);
    bench_keys("\033\n"); /* the same again needs no word */
    assert_int_equal(bench_view()->screen, BX_SCREEN_PAY);
    bench_keys("\033"
               "a\n");
    assert_int_equal(bench_view()->screen, BX_SCREEN_FORM);
    bench_keys("8\n1234\n\n");
    assert_int_equal(bench_sales(), 1);
}

static void offline_limit_blocks(void **state)
{
    (void)state;
    bench.till->programme->limits.offline_minutes =
        (struct bx_limit){.at = 30, .beyond = BX_BEYOND_BLOCK};
    bench_keys("b");
    bench_pass(40 * 60000);
    bench_keys("\n");
    assert_int_equal(bench_view()->screen, BX_SCREEN_SELL);
    says("Offline for");
    assert_int_equal(bench_sales(), 0);
}

static void offline_tenders_are_few(void **state)
{
    (void)state;
    bench.till->programme->limits.offline_tenders = 1U << BX_TENDER_CASH;
    bench_keys("a\nc");
    says("Offline this till does not take");
    bench_keys("\n");
    assert_int_equal(bench_sales(), 1);
}

int main(void)
{
#define shop_test(f) cmocka_unit_test_setup_teardown(f, shop_open, shop_close)
    const struct CMUnitTest tests[] = {
        shop_test(discount_has_a_reason),
        shop_test(discount_size_is_typed),
        shop_test(discount_beyond_a_limit_asks),
        shop_test(discount_that_is_too_much_is_refused),
        shop_test(discount_is_of_what_is_paid),
        shop_test(discount_whose_reason_wants_a_supervisor),
        shop_test(discount_of_one_line),
        shop_test(two_reasons_two_warrants),
        shop_test(price_is_a_supervisors),
        shop_test(price_by_the_supervisor_at_work),
        shop_test(donation_asks_its_amount),
        shop_test(voucher_sold_has_a_code),
        shop_test(article_by_its_bar_code),
        shop_test(rounds_up_to_a_donation),
        shop_test(proof_opens_the_look_up),
        shop_test(member_has_so_many_guests),
        shop_test(member_taken_away_takes_the_right),
        shop_test(command_cannot_go_round_the_card),
        shop_test(one_ticket_for_a_group),
        shop_test(over_capacity_by_a_supervisor),
        shop_test(over_capacity_has_an_end),
        shop_test(origin_is_asked_now_and_then),
        shop_test(corrections_are_counted),
        shop_test(line_moves_alone),
        shop_test(training_takes_nothing),
        shop_test(invoice_is_asked_after_the_change),
        shop_test(offline_limits_outlive_the_program),
        shop_test(price_list_ages_while_the_till_is_off),
        shop_test(offline_total_outlives_the_program),
        shop_test(offline_limit_warns),
        shop_test(offline_limit_asks),
        shop_test(offline_word_is_for_so_much),
        shop_test(offline_limit_blocks),
        shop_test(offline_tenders_are_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
