/* SPDX-License-Identifier: Apache-2.0 */
/* Paying in parts, with vouchers and stored value, to accounts; and what is unknown. */

#include "shop.h"

#include "boxtill/base/text.h"

static void says(const char *part)
{
    if (!strstr(bench_view()->say, part))
        fail_msg("\"%s\" is not in \"%s\"", part, bench_view()->say);
}

static void scan(const char *code)
{
    bench_burst(code, 3);
    bench_wait(500);
}

static int64_t reserved(void)
{
    struct bx_slug pool = {"s1"};
    return bx_leases_find(bench.till, &pool)->reserved;
}

static void attempt_is(int at, enum bx_kind kind, enum bx_attempt_state state)
{
    struct bx_query query = {.kind = BX_QUERY_KIND, .entry_kind = kind, .limit = 20};
    struct bx_attempt_entry entry;
    size_t count;
    const struct bx_row *rows = rig_read(bench.rig, &query, &count);
    assert_true((size_t)at < count);
    assert_int_equal(bx_attempt_decode(rows[at].body, rows[at].len, &entry, NULL), 0);
    assert_int_equal(entry.state, state);
}

static void balance(int64_t amount)
{
    struct bx_reply *reply = bx_reply_create();
    shop_question(BX_QUESTION_VOUCHER);
    reply->voucher = BX_VOUCHER_STORED;
    reply->balance.minor = amount;
    shop_answer(reply);
    bx_reply_destroy(reply);
}

static void charge(bool approved)
{
    struct bx_reply *reply = bx_reply_create();
    shop_question(BX_QUESTION_CHARGE);
    reply->approved = approved;
    BX_TEXT_COPY(reply->say, approved ? "" : "blocked");
    shop_answer(reply);
    bx_reply_destroy(reply);
}

static void reverse(void)
{
    struct bx_reply *reply = bx_reply_create();
    bench_wait(3000);
    shop_question(BX_QUESTION_REVERSE);
    reply->approved = true;
    shop_answer(reply);
    bx_reply_destroy(reply);
}

/* --- parts ------------------------------------------------------------------------------------ */

static void three_ways_to_pay(void **state)
{
    (void)state;
    bench_keys("2a\nv");
    assert_int_equal(bench_view()->screen, BX_SCREEN_FORM);
    scan(shop_voucher(1000, 1));
    assert_int_equal(bench_view()->screen, BX_SCREEN_PAY);
    assert_string_equal(bench_view()->left, "38.00");
    bench_keys("2000c");
    assert_string_equal(bench_view()->left, "18.00");
    bench_keys("2000\n");
    const struct bx_sale *sale = bench_sale();
    assert_int_equal(sale->tender_count, 3);
    assert_int_equal(sale->tenders[0].kind, BX_TENDER_VOUCHER);
    assert_int_equal(strlen(sale->tenders[0].reference), 16);
    assert_int_equal(sale->tenders[1].kind, BX_TENDER_CARD);
    assert_int_equal(sale->tenders[2].change.minor, 200);
}

/* Whatever the order at the counter, cash stands last in the sale. */
static void cash_stands_last(void **state)
{
    (void)state;
    bench_keys("2a\n1000\n");
    assert_int_equal(bench_tenders(), 1);
    scan(shop_voucher(1000, 1));
    assert_int_equal(bench_tenders(), 2);
    bench_keys("c");
    const struct bx_sale *sale = bench_sale();
    assert_int_equal(sale->tender_count, 3);
    assert_int_equal(sale->tenders[0].kind, BX_TENDER_VOUCHER);
    assert_int_equal(sale->tenders[1].kind, BX_TENDER_CARD);
    assert_int_equal(sale->tenders[1].amount.minor, 2800);
    assert_int_equal(sale->tenders[2].kind, BX_TENDER_CASH);
}

static void voucher_that_is_worth_more_lapses(void **state)
{
    (void)state;
    bench_keys("a\n");
    scan(shop_voucher(5000, 1));
    assert_int_equal(bench_sales(), 1);
    assert_int_equal(bench_sale()->tenders[0].amount.minor, 2400);
    says("lapses");
}

static void voucher_is_taken_once(void **state)
{
    (void)state;
    bench_keys("2a\n");
    scan(shop_voucher(1000, 1));
    assert_int_equal(bench_tenders(), 1);
    scan(shop_voucher(1000, 1));
    assert_int_equal(bench_tenders(), 1);
    says("part of the payment");
}

/* Neither payment is in the journal yet: it is one voucher all the same. */
static void voucher_is_part_of_one_payment(void **state)
{
    (void)state;
    char json[200];
    bench_keys("2a\n");
    scan(shop_voucher(1000, 1));
    assert_int_equal(bench_tenders(), 1);
    snprintf(json, sizeof(json), "{\"verb\":\"sell\",\"basket\":\"a voucher:%s cash\"}",
             shop_voucher(1000, 1));
    shop_command(json, 1);
    assert_non_null(strstr(bench.rig->text, "part of the payment"));
    assert_int_equal(bench_sales(), 0);
}

static void voucher_used_here_before_is_refused(void **state)
{
    (void)state;
    bench_keys("a\n");
    scan(shop_voucher(5000, 1));
    assert_int_equal(bench_sales(), 1);
    bench_keys("a\n");
    scan(shop_voucher(5000, 1));
    assert_int_equal(bench_sales(), 1);
    says("used here before");
}

static void voucher_of_a_stranger_is_refused(void **state)
{
    (void)state;
    char text[BX_VOUCHER_SIZE];
    bench_keys("a\n");
    memcpy(text, shop_voucher(5000, 1), sizeof(text));
    text[60] = text[60] == '0' ? '1' : '0';
    scan(text);
    assert_int_equal(bench_tenders(), 0);
    assert_int_equal(bench_sales(), 0);
    bench.till->keys->has_voucher = false;
    scan(shop_voucher(5000, 2));
    says("no key");
}

static void server_knows_it_was_used(void **state)
{
    (void)state;
    struct bx_reply *reply = bx_reply_create();
    shop_online();
    bench_keys("a\n");
    scan(shop_voucher(5000, 1));
    shop_question(BX_QUESTION_VOUCHER);
    assert_int_equal(bench_tenders(), 0);
    bench_keys("c");
    says("being asked");
    reply->voucher = BX_VOUCHER_USED;
    shop_answer(reply);
    bx_reply_destroy(reply);
    assert_int_equal(bench_tenders(), 0);
    says("used already");
    scan(shop_voucher(5000, 2));
    shop_answer(NULL); /* nobody: the signature is enough */
    assert_int_equal(bench_sales(), 1);
}

/* --- accounts --------------------------------------------------------------------------------- */

static void bills_to_an_account(void **state)
{
    (void)state;
    bench_keys("2a\n3000aa");
    assert_string_equal(bench_view()->left, "18.00");
    bench_keys("\n");
    const struct bx_sale *sale = bench_sale();
    assert_string_equal(sale->account.s, "lincoln");
    assert_int_equal(sale->tenders[0].kind, BX_TENDER_ACCOUNT);
    assert_int_equal(sale->tenders[0].amount.minor, 3000);
    shop_command("{\"verb\":\"sell\",\"basket\":\"a\",\"tenders\":[\"account:owing\"]}", 1);
    shop_command("{\"verb\":\"sell\",\"basket\":\"a\",\"tenders\":[\"account:nobody\"]}", 1);
    shop_command("{\"verb\":\"sell\",\"basket\":\"a account:lincoln\"}", 0);
    assert_string_equal(bench_sale()->account.s, "lincoln");
}

static void tender_that_is_not_taken(void **state)
{
    (void)state;
    bench.till->programme->limits.tenders = 1U << BX_TENDER_CASH;
    bench_keys("a\nc");
    says("does not take");
    scan(shop_voucher(1000, 1));
    says("does not take");
    assert_int_equal(bench_tenders(), 0);
}

/* --- stored value ----------------------------------------------------------------------------- */

static void stored_value_needs_the_server(void **state)
{
    (void)state;
    bench_keys("a\n");
    scan(shop_stored(1));
    says("needs the server");
    assert_int_equal(bench_tenders(), 0);
    assert_int_equal(bench_count(BX_KIND_TENDER_INTENT), 0);
}

static void stored_value_is_charged(void **state)
{
    (void)state;
    shop_online();
    bench_keys("2a\n");
    scan(shop_stored(1));
    balance(3000);
    assert_int_equal(bench_count(BX_KIND_TENDER_INTENT), 1);
    assert_int_equal(bench_tenders(), 0);
    charge(true);
    attempt_is(0, BX_KIND_TENDER_RESULT, BX_ATTEMPT_APPROVED);
    assert_int_equal(bench_tenders(), 1);
    assert_string_equal(bench_view()->left, "18.00");
    bench_keys("\n");
    const struct bx_sale *sale = bench_sale();
    assert_int_equal(sale->tenders[0].kind, BX_TENDER_STORED);
    assert_int_equal(sale->tenders[0].amount.minor, 3000);
    assert_false(bx_id_is_zero(&sale->tenders[0].attempt));
    assert_int_equal(bench.till->attempts.count, 0);
}

static void declined_is_told(void **state)
{
    (void)state;
    shop_online();
    bench_keys("a\n");
    scan(shop_stored(1));
    balance(3000);
    charge(false);
    says("blocked");
    attempt_is(0, BX_KIND_TENDER_RESULT, BX_ATTEMPT_DECLINED);
    assert_int_equal(bench.till->attempts.count, 0);
    bench_keys("\n");
    assert_int_equal(bench_sales(), 1);
    assert_int_equal(bench_sale()->tender_count, 1);
}

static void empty_is_told(void **state)
{
    (void)state;
    shop_online();
    bench_keys("a\n");
    scan(shop_stored(1));
    balance(0);
    says("nothing left");
    assert_int_equal(bench_count(BX_KIND_TENDER_INTENT), 0);
}

static void given_back_when_the_payment_is_left(void **state)
{
    (void)state;
    shop_online();
    bench_keys("2a\n");
    scan(shop_stored(1));
    balance(3000);
    charge(true);
    bench_keys("\033y");
    assert_int_equal(bench_view()->screen, BX_SCREEN_SELL);
    reverse();
    attempt_is(0, BX_KIND_TENDER_RESULT, BX_ATTEMPT_REVERSED);
    assert_int_equal(bench.till->attempts.count, 0);
}

/* Until there is an answer the same is asked, under the same id. */
static void unknown_is_asked_again(void **state)
{
    (void)state;
    shop_online();
    bench_keys("2a\n");
    scan(shop_stored(1));
    balance(4800);
    struct bx_id id = bench.till->attempts.rows[0].entry.attempt;
    shop_answer(NULL);
    assert_non_null(strstr(bench_view()->asking, "no answer yet"));
    bench_keys("\033");
    assert_int_equal(bench_view()->screen, BX_SCREEN_PAY);
    says("Enter asks again");
    assert_int_equal(reserved(), 2);
    bench_keys("\n");
    bench_wait(3000);
    assert_true(bx_id_equal(&id, &bench.till->attempts.rows[0].entry.attempt));
    charge(true);
    assert_int_equal(bench_sales(), 1);
    assert_int_equal(bench_count(BX_KIND_TENDER_INTENT), 1);
}

static void later_keeps_the_places(void **state)
{
    (void)state;
    shop_online();
    bench_keys("2a\nl");
    says("Nothing is unknown");
    scan(shop_stored(1));
    balance(4800);
    shop_answer(NULL);
    bench_keys("l");
    assert_int_equal(bench_view()->screen, BX_SCREEN_SELL);
    assert_int_equal(bench_pieces(), 0);
    assert_int_equal(reserved(), 2);
    assert_int_equal(bench.till->shelf.count, 1);
    bench_keys("a\n\n"); /* the till is free */
    assert_int_equal(bench_sales(), 1);
    struct bx_fault fault = {0};
    struct bx_id id = bench.till->shelf.rows[0]->basket.id;
    assert_int_equal(bx_shelf_resume(bench.till, &bench.till->desk, &id, &fault), BX_ERR_REFUSED);
    bench_wait(3000);
    charge(true); /* nobody waits for it any more */
    assert_int_equal(reserved(), 2);
    reverse();
    assert_int_equal(reserved(), 0);
    bench_keys("P");
    struct bx_reply *reply = bx_reply_create();
    shop_question(BX_QUESTION_PARKED);
    shop_answer(reply);
    bx_reply_destroy(reply);
    bench_keys("a");
    assert_int_equal(bench_pieces(), 2);
    bench_keys("\n\n");
    assert_int_equal(bench_sales(), 2);
}

/* A till that is locked meanwhile keeps the places, too. */
static void locked_keeps_the_places(void **state)
{
    (void)state;
    shop_online();
    bench_keys("2a\n");
    scan(shop_stored(1));
    balance(4800);
    shop_answer(NULL);
    shop_command("{\"verb\":\"lock\"}", 0);
    assert_int_equal(reserved(), 2);
    assert_int_equal(bench.till->shelf.count, 1);
    assert_false(bench.till->desk.tendering);
}

/* The line goes between the intent and the question. */
static void never_asked_can_be_left(void **state)
{
    (void)state;
    shop_online();
    bench_keys("2a\n");
    scan(shop_stored(1));
    bench.rig->hold[BX_EFFECT_COMMIT] = true;
    balance(4800);
    bench.till->link.online = false;
    bench.rig->contact = BX_CONTACT_AGAIN;
    bench.rig->hold[BX_EFFECT_COMMIT] = false;
    rig_release(bench.rig, BX_EFFECT_COMMIT);
    bench_wait(1000);
    bench_keys("l");
    assert_int_equal(bench.till->shelf.count, 1);
    assert_int_equal(reserved(), 2);
}

/* The intent is there, the answer is not: whatever it is, it goes back, and the places with it. */
static void found_again_after_a_restart(void **state)
{
    (void)state;
    shop_online();
    bench_keys("2a\n");
    scan(shop_stored(1));
    balance(4800);
    shop_answer(NULL);
    bench_keys("l");
    bench_wait(500);
    rig_restart(bench.rig, false);
    bench.till = bench.rig->till;
    bench_wait(12000);
    assert_int_equal(bench.till->attempts.count, 1);
    assert_int_equal(bench.till->shelf.count, 1);
    assert_int_equal(reserved(), 2);
    charge(true);
    reverse();
    assert_int_equal(bench.till->attempts.count, 0);
    assert_int_equal(reserved(), 0);
    rig_restart(bench.rig, false);
    bench.till = bench.rig->till;
    bench_wait(12000);
    assert_int_equal(bench.till->attempts.count, 0);
    assert_int_equal(bench.till->shelf.count, 1);
}

static void sold_stays_sold_after_a_restart(void **state)
{
    (void)state;
    shop_online();
    bench_keys("2a\n");
    scan(shop_stored(1));
    balance(4800);
    charge(true);
    assert_int_equal(bench_sales(), 1);
    rig_restart(bench.rig, false);
    bench.till = bench.rig->till;
    bench_wait(12000);
    assert_int_equal(bench.till->attempts.count, 0);
}

static void command_waits_for_the_charge(void **state)
{
    (void)state;
    char json[200];
    shop_online();
    snprintf(json, sizeof(json), "{\"verb\":\"sell\",\"basket\":\"2a voucher:%s cash\"}",
             shop_stored(1));
    rig_command(bench.rig, json);
    balance(3000);
    charge(true);
    bench_wait(1000);
    assert_int_equal(bench.rig->exit, 0);
    assert_int_equal(bench_sales(), 1);
    assert_int_equal(bench_sale()->tender_count, 2);
    rig_command(bench.rig, json);
    balance(3000);
    shop_answer(NULL);
    for (int i = 0; i < 8; i++) {
        bench_wait(4000);
        const struct bx_attempt *row = &bench.till->attempts.rows[0];
        if (row->asking)
            shop_answer(NULL);
    }
    assert_int_equal(bench.rig->exit, 3);
    assert_int_equal(bench.till->shelf.count, 1);
    assert_int_equal(bench_sales(), 1);
}

int main(void)
{
#define shop_test(f) cmocka_unit_test_setup_teardown(f, shop_open, shop_close)
    const struct CMUnitTest tests[] = {
        shop_test(three_ways_to_pay),
        shop_test(cash_stands_last),
        shop_test(voucher_that_is_worth_more_lapses),
        shop_test(voucher_is_taken_once),
        shop_test(voucher_is_part_of_one_payment),
        shop_test(voucher_used_here_before_is_refused),
        shop_test(voucher_of_a_stranger_is_refused),
        shop_test(server_knows_it_was_used),
        shop_test(bills_to_an_account),
        shop_test(tender_that_is_not_taken),
        shop_test(stored_value_needs_the_server),
        shop_test(stored_value_is_charged),
        shop_test(declined_is_told),
        shop_test(empty_is_told),
        shop_test(given_back_when_the_payment_is_left),
        shop_test(unknown_is_asked_again),
        shop_test(later_keeps_the_places),
        shop_test(locked_keeps_the_places),
        shop_test(never_asked_can_be_left),
        shop_test(found_again_after_a_restart),
        shop_test(sold_stays_sold_after_a_restart),
        shop_test(command_waits_for_the_charge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
