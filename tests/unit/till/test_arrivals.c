/* SPDX-License-Identifier: Apache-2.0 */
/* Those who come with an order, baskets put aside, and what the customer sees. */

#include "shop.h"

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

static const struct bx_desk *desk(void)
{
    return &bench.till->desk;
}

static void says(const char *part)
{
    if (!strstr(bench_view()->say, part))
        fail_msg("\"%s\" is not in \"%s\"", part, bench_view()->say);
}

static int64_t total(void)
{
    struct bx_totals totals;
    assert_int_equal(bx_basket_totals(&desk()->basket, true, &totals), 0);
    return totals.total.minor;
}

/* --- arrivals --------------------------------------------------------------------------------- */

/* Forty-three of fifty, at the price agreed: no place of the till's own is used. */
static void fewer_come_than_were_booked(void **state)
{
    (void)state;
    bench_keys("A");
    assert_int_equal(bench_view()->screen, BX_SCREEN_FORM);
    bench_keys("w-1\n43\naa"); /* W-1, as agreed, one for all */
    assert_int_equal(total(), 43 * 500);
    assert_string_equal(desk()->basket.lines[0].why_text, "agreed");
    bench_keys("\na");
    const struct bx_sale *sale = bench_sale();
    assert_int_equal(sale->use_count, 0);
    assert_int_equal(sale->persons_booked, 50);
    assert_int_equal(sale->totals.persons, 43);
    assert_int_equal(sale->ticket_count, 1);
    assert_string_equal(sale->account.s, "lincoln");
    assert_int_equal(sale->tenders[0].kind, BX_TENDER_ACCOUNT);
    assert_false(bx_id_is_zero(&sale->order));
    bench_keys("A"); /* only the other one is still expected */
    assert_int_equal(bench_view()->option_count, 1);
}

static void calculated_anew(void **state)
{
    (void)state;
    bench_keys("A\n43\nca");
    assert_int_equal(total(), 43 * 600);
    bench_keys("Kc"); /* one more child, from the till's own places */
    bench_keys("\n\n");
    assert_int_equal(bench_sales(), 1);
    assert_int_equal(bench_sale()->persons_booked, 50);
}

/* Who is more than booked takes places of the till. */
static void more_come_than_were_booked(void **state)
{
    (void)state;
    bench_keys("A\n55\naa\n\n");
    const struct bx_sale *sale = bench_sale();
    assert_int_equal(sale->use_count, 1);
    assert_int_equal(sale->uses[0].q, 5);
    bench_free(2, 3);
    shop_command("{\"verb\":\"sell\",\"basket\":\"order:W-2:6\"}", 4);
}

static void nobody_comes(void **state)
{
    (void)state;
    bench_keys("A\n0\n");
    assert_int_equal(bench_view()->screen, BX_SCREEN_FORM);
    bench_keys("aa");
    assert_int_equal(desk()->basket.count, 0);
    says("Nobody came");
}

static void prepaid_in_full_waits_for_enter(void **state)
{
    (void)state;
    bench_keys("AW-2\n\n");
    says("paid already");
    bench_keys("\n");
    assert_int_equal(bench_sales(), 0);
    bench_keys("\n");
    const struct bx_sale *sale = bench_sale();
    assert_int_equal(sale->tender_count, 1);
    assert_int_equal(sale->tenders[0].kind, BX_TENDER_PREPAID);
    assert_string_equal(sale->tenders[0].reference, "W-2");
    assert_int_equal(sale->ticket_count, 2);
}

static void prepaid_in_part_comes_first(void **state)
{
    (void)state;
    bench.till->orders->orders[1].prepaid.minor = 1000;
    shop_command("{\"verb\":\"sell\",\"basket\":\"order:W-2 card\"}", 0);
    const struct bx_sale *sale = bench_sale();
    assert_int_equal(sale->tender_count, 2);
    assert_int_equal(sale->tenders[0].kind, BX_TENDER_PREPAID);
    assert_int_equal(sale->tenders[1].amount.minor, 3800);
}

/* What was paid before pays once: the rest is neither Enter's nor a command's to call prepaid. */
static void prepaid_pays_no_more_than_was_paid(void **state)
{
    (void)state;
    bench.till->orders->orders[1].prepaid.minor = 3000;
    shop_command("{\"verb\":\"sell\",\"basket\":\"order:W-2\",\"tenders\":[\"prepaid\"]}", 1);
    assert_int_equal(bench_sales(), 0);
    shop_command("{\"verb\":\"sell\",\"basket\":\"order:W-2\"}", 0);
    const struct bx_sale *sale = bench_sale();
    assert_int_equal(sale->tender_count, 2);
    assert_int_equal(sale->tenders[0].amount.minor, 3000);
    assert_int_equal(sale->tenders[1].kind, BX_TENDER_CASH);
    assert_int_equal(sale->tenders[1].amount.minor, 1800);
}

static void enter_takes_the_rest_in_cash(void **state)
{
    (void)state;
    bench.till->orders->orders[1].prepaid.minor = 3000;
    bench_keys("AW-2\n\n");
    bench_keys("\n");
    bench_keys("\n");
    const struct bx_sale *sale = bench_sale();
    assert_int_equal(sale->tender_count, 2);
    assert_int_equal(sale->tenders[1].kind, BX_TENDER_CASH);
    assert_int_equal(sale->tenders[1].amount.minor, 1800);
}

static void collected_once(void **state)
{
    (void)state;
    shop_command("{\"verb\":\"sell\",\"basket\":\"order:W-2\"}", 0);
    assert_int_equal(bench_sale()->tenders[0].kind, BX_TENDER_PREPAID);
    shop_command("{\"verb\":\"sell\",\"basket\":\"order:W-2\"}", 1);
    assert_non_null(strstr(bench.rig->text, "collected already"));
    bench.till->orders->orders[0].cancelled = true;
    shop_command("{\"verb\":\"sell\",\"basket\":\"order:W-1\"}", 1);
    assert_non_null(strstr(bench.rig->text, "cancelled"));
    shop_command("{\"verb\":\"sell\",\"basket\":\"order:W-9\"}", 1);
    bench_keys("A");
    says("Nobody is expected");
    shop_command("{\"verb\":\"arrivals\",\"all\":true,\"text\":\"doe\"}", 0);
    assert_non_null(strstr(bench.rig->json, "\"ref\":\"W-2\""));
    assert_non_null(strstr(bench.rig->json, "\"state\":\"collected\""));
    assert_null(strstr(bench.rig->json, "W-1"));
}

/* Open on the screen while a command hands it out: nobody gets it twice. */
static void one_order_on_two_desks_is_handed_out_once(void **state)
{
    (void)state;
    bench_keys("AW-2\n\n\n");
    shop_command("{\"verb\":\"sell\",\"basket\":\"order:W-2\"}", 0);
    assert_int_equal(bench_sales(), 1);
    bench_keys("\n\n");
    assert_int_equal(bench_sales(), 1);
    says("collected already");
    bench_keys("\033\n\n");
    assert_int_equal(bench_sales(), 1);
}

/* A coach in a jam: its places are held, so its time may be over. */
static void late_is_not_too_late(void **state)
{
    (void)state;
    bench_pass(90 * 60000);
    shop_command("{\"verb\":\"sell\",\"basket\":\"2a 14:45\"}", 1);
    shop_command("{\"verb\":\"sell\",\"basket\":\"order:W-1:43\",\"tenders\":[\"card\"]}", 0);
    assert_int_equal(bench_sale()->totals.persons, 43);
}

static void scan_chooses_an_order(void **state)
{
    (void)state;
    BX_TEXT_COPY(bench.till->config.scan_prefix, "~");
    bench_keys("A");
    bench_burst("~W-2\n", 3);
    bench_wait(500);
    assert_int_equal(bench_view()->screen, BX_SCREEN_SELL);
    assert_string_equal(desk()->deal.order_ref, "W-2");
    bench_keys("\n\n");
    assert_int_equal(bench_sales(), 1);
    bench_burst("~F-1042\n", 3);
    bench_wait(500);
    assert_string_equal(desk()->deal.member.s, "m-1042");
}

static void order_wants_an_empty_desk(void **state)
{
    (void)state;
    bench_keys("bA\n");
    bench_keys("\na\na");
    says("There is a basket");
    assert_int_equal(bench_pieces(), 1);
}

/* --- the shelf -------------------------------------------------------------------------------- */

static void parks_here_without_a_server(void **state)
{
    (void)state;
    bench_keys("2aM\033P");
    assert_int_equal(bench_view()->screen, BX_SCREEN_FORM);
    bench_keys("Mrs Grey\n");
    assert_int_equal(bench_pieces(), 0);
    says("at this till");
    assert_int_equal(bench_view()->parked, 1);
    bench_keys("c");
    bench_keys("P\n"); /* another one, without a name */
    assert_int_equal(bench_view()->parked, 2);
    bench_keys("P");
    assert_non_null(strstr(bench_view()->options[0].name, "Mrs Grey"));
    bench_keys("a");
    assert_int_equal(bench_pieces(), 2);
    assert_int_equal(bench_view()->parked, 1);
    bench_keys("\n\n");
    assert_int_equal(bench_sales(), 1);
}

static void parked_outlives_the_program(void **state)
{
    (void)state;
    bench_keys("mF-1042\n2cPA\n");
    bench_wait(500);
    static char draft[65536];
    BX_TEXT_COPY(draft, bench.rig->draft);
    rig_restart(bench.rig, false);
    bench.till = bench.rig->till;
    assert_int_equal(bench.till->shelf.count, 1);
    assert_string_equal(bench.till->shelf.rows[0]->name, "A");
    assert_string_equal(bench.till->shelf.rows[0]->deal.member.s, "m-1042");
    assert_int_equal(bench.till->shelf.rows[0]->basket.count, 2);
}

static void deal_outlives_the_program(void **state)
{
    (void)state;
    bench_keys("2a%a");
    bench_wait(500);
    rig_restart(bench.rig, false);
    bench.till = bench.rig->till;
    assert_int_equal(bench.till->desk.basket.count, 1);
    assert_int_equal(bench.till->desk.deal.warrant_count, 1);
    assert_string_equal(bench.till->desk.deal.warrants[0].reason.s, "press");
}

static void parks_at_the_server(void **state)
{
    (void)state;
    struct bx_reply *reply = bx_reply_create();
    struct bx_fault fault = {0};
    shop_online();
    bench_keys("2aPMrs Grey\n");
    shop_question(BX_QUESTION_PARK);
    assert_int_equal(bench_view()->parked, 1);
    struct bx_id id = bench.till->shelf.rows[0]->basket.id;
    assert_int_equal(bx_shelf_resume(bench.till, &bench.till->desk, &id, &fault), BX_ERR_BUSY);
    shop_answer(reply);
    assert_int_equal(bench_view()->parked, 0);

    bench_keys("P");
    shop_question(BX_QUESTION_PARKED);
    reply->parked_count = 1;
    reply->parked[0].basket = id;
    BX_TEXT_COPY(reply->parked[0].name, "Mrs Grey");
    reply->parked[0].till = 3;
    shop_answer(reply);
    bench_keys("a");
    shop_question(BX_QUESTION_RESUME);
    shop_answer(NULL); /* nobody answers: it is asked again under the same id */
    assert_int_equal(bench_pieces(), 0);
    struct bx_id asked = bench.till->shelf.resume->id;
    bench_wait(3000);
    bench_keys("P");
    shop_answer(reply);
    bench_keys("a");
    assert_true(bx_id_equal(&asked, &bench.till->shelf.resume->id));
    reply->yours = true;
    reply->basket.id = id;
    reply->basket.count = 1;
    reply->basket.lines[0] = (struct bx_line){.product = rig_slug("b"),
                                              .name = "Book",
                                              .price = {500},
                                              .list = {500},
                                              .quantity = 3,
                                              .date = {2026, 11, 24}};
    BX_TEXT_COPY(reply->name, "Mrs Grey");
    shop_answer(reply);
    assert_int_equal(bench_pieces(), 3);
    assert_false(bx_id_equal(&id, &desk()->basket.id));
    bx_reply_destroy(reply);
}

/* A deal with reasons as long as they may be, for a basket of many groups' places. */
static void too_much_for_the_server_stays_here(void **state)
{
    (void)state;
    shop_online();
    bench_keys("2a");
    struct bx_deal *deal = &bench.till->desk.deal;
    for (int i = 0; i < BX_WARRANTS_MAX; i++) {
        struct bx_warrant *warrant = &deal->warrants[deal->warrant_count++];
        warrant->what = rig_slug("discount");
        snprintf(warrant->reason.s, sizeof(warrant->reason.s), "reason-number-%d", i);
        memset(warrant->note, 'x', sizeof(warrant->note) - 1);
    }
    for (int i = 0; i < BX_ORDER_LINES_MAX; i++) {
        struct bx_held *held = &deal->held[deal->held_count++];
        snprintf(held->pool.s, sizeof(held->pool.s), "a-pool-with-a-name-of-its-own-%d", i);
        held->places = 1;
    }
    deal->prepaid = bx_money_of(4800);
    bench_keys("PGroup\n");
    assert_int_equal(bench.till->shelf.count, 1);
    assert_false(bench.till->shelf.rows[0]->sending);
    says("Parked at this till");
    bench_keys("P");
    shop_question(BX_QUESTION_PARKED);
    shop_answer(NULL);
    bench_keys("a");
    assert_int_equal(desk()->deal.prepaid.minor, 4800);
    assert_int_equal(desk()->deal.warrant_count, BX_WARRANTS_MAX);
}

/* What comes back is another basket's by then, or cannot be read. */
static void resumed_keeps_its_deal_or_is_refused(void **state)
{
    (void)state;
    struct bx_reply *reply = bx_reply_create();
    struct bx_deal deal = {.prepaid = {4800}};
    bx_buf_auto facts;
    bx_buf_init(&facts, 0);
    bx_deal_encode(&deal, "", &facts);
    shop_online();
    for (int round = 0; round < 2; round++) {
        bench_keys("P");
        reply->parked_count = 1;
        reply->parked[0].basket = (struct bx_id){{9, (uint8_t)round}};
        BX_TEXT_COPY(reply->parked[0].name, "Mrs Grey");
        reply->parked[0].till = 3;
        shop_answer(reply);
        bench_keys(round == 0 ? "a" : "c"); /* the first lies here by then */
        shop_question(BX_QUESTION_RESUME);
        if (round == 0)
            bench_keys("2a"); /* faster than the answer */
        reply->yours = true;
        reply->basket.count = 1;
        reply->basket.lines[0] = (struct bx_line){.product = rig_slug("b"),
                                                  .name = "Book",
                                                  .price = {500},
                                                  .list = {500},
                                                  .quantity = 3,
                                                  .date = {2026, 11, 24}};
        BX_TEXT_COPY(reply->facts, round == 0 ? bx_buf_text(&facts) : "{\"of\":\"tomorrow\"}");
        shop_answer(reply);
        if (round == 0) {
            assert_int_equal(bench.till->shelf.count, 1);
            assert_int_equal(bench.till->shelf.rows[0]->deal.prepaid.minor, 4800);
            bench_keys("\b");
            continue;
        }
        says("newer");
        assert_int_equal(bench_pieces(), 0);
        assert_int_equal(bench.till->shelf.count, 1);
    }
    bx_reply_destroy(reply);
}

static void another_till_was_faster(void **state)
{
    (void)state;
    struct bx_reply *reply = bx_reply_create();
    shop_online();
    bench_keys("P");
    reply->parked_count = 1;
    reply->parked[0].basket = bench.till->attempts.rows[0].entry.basket;
    reply->parked[0].basket.b[0] = 1;
    BX_TEXT_COPY(reply->parked[0].name, "Gone");
    reply->parked[0].till = 3;
    shop_answer(reply);
    bench_keys("a");
    shop_question(BX_QUESTION_RESUME);
    shop_answer(reply);
    says("Another till");
    assert_int_equal(bench_pieces(), 0);
    bx_reply_destroy(reply);
}

/* Another till's sale about which more was done than the server tells at once: who knows what is
 * left of it? */
static void a_sale_told_in_part_is_not_corrected(void **state)
{
    (void)state;
    struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create();
    bench_keys("2a\n\n");
    struct bx_sale *sale = bx_new(struct bx_sale);
    *sale = *bench_sale();
    struct bx_entry_head head = {.till = 9,
                                 .incarnation = 1,
                                 .seq = 5,
                                 .id = {{9}},
                                 .kind = BX_KIND_SALE,
                                 .number = "9-000001",
                                 .at = {BX_SECOND_US},
                                 .shift = 1,
                                 .user = 7};
    sale->basket.id = head.id;
    assert_int_equal(bx_sale_encode(&head, sale, &reply->entries), 0);
    bx_buf_byte_add(&reply->entries, '\n');
    reply->sale_count = 1;
    reply->sales[0] = (struct bx_found_sale){.id = head.id, .number = "9-000001", .till = 9};
    shop_online();
    for (int cut = 1; cut >= 0; cut--) {
        reply->cut = cut;
        rig_command(bench.rig,
                    "{\"verb\":\"refund\",\"number\":\"9-000001\",\"note\":\"asked for\"}");
        shop_question(BX_QUESTION_SALES);
        shop_answer(reply);
        shop_question(BX_QUESTION_SALE);
        shop_answer(reply);
        shop_question(BX_QUESTION_SALE); /* what is left of it, just before */
        shop_answer(reply);
        bench_wait(100);
        assert_int_equal(bench.rig->exit == 1, cut); /* all of it told: it goes on */
        if (cut)
            assert_non_null(strstr(bench.rig->text, "More was done"));
    }
    bx_free(sale);
}

static void parks_by_command(void **state)
{
    (void)state;
    shop_command("{\"verb\":\"park\"}", 1);
    bench_keys("2a");
    shop_command("{\"verb\":\"park\",\"name\":\"Desk\"}", 0);
    shop_command("{\"verb\":\"parked\"}", 0);
    assert_non_null(strstr(bench.rig->json, "\"name\":\"Desk\",\"till\":2,\"here\":true,"
                                            "\"shared\":false,\"waits\":false,\"total\":4800}"));
    char json[160], hex[BX_ID_TEXT];
    snprintf(json, sizeof(json), "{\"verb\":\"sell\",\"resume\":\"%s\",\"tenders\":[\"card\"]}",
             bx_id_format(&bench.till->shelf.rows[0]->basket.id, hex));
    shop_command(json, 0);
    assert_int_equal(bench_sales(), 1);
    assert_int_equal(bench.till->shelf.count, 0);
    shop_command(json, 4); /* it is not here, and nobody can be asked */
}

/* What this till put aside is its own also when the server keeps it. */
static void parked_by_this_till_is_here(void **state)
{
    (void)state;
    struct bx_reply *reply = bx_reply_create();
    shop_online();
    rig_command(bench.rig, "{\"verb\":\"parked\"}");
    shop_question(BX_QUESTION_PARKED);
    reply->parked_count = 2;
    for (int i = 0; i < 2; i++) {
        reply->parked[i].basket = (struct bx_id){{9, (uint8_t)i}};
        BX_TEXT_COPY(reply->parked[i].name, i ? "There" : "Own");
        reply->parked[i].till = i ? 3 : 2;
        reply->parked[i].total = bx_money_of(500);
    }
    shop_answer(reply);
    assert_non_null(strstr(bench.rig->json, "\"name\":\"Own\",\"till\":2,\"here\":true,"
                                            "\"shared\":true,\"waits\":false,\"total\":500}"));
    assert_non_null(strstr(bench.rig->json, "\"name\":\"There\",\"till\":3,\"here\":false,"
                                            "\"shared\":true,\"waits\":false,\"total\":500}"));
    bx_reply_destroy(reply);
}

/* --- the customer's display ------------------------------------------------------------------- */

static const char *shown(void)
{
    static char text[4096];
    const struct bx_effect *effect = rig_last(bench.rig, BX_EFFECT_DISPLAY);
    assert_non_null(effect);
    assert_true(effect->of.display.len < sizeof(text));
    memcpy(text, effect->of.display.json, effect->of.display.len);
    text[effect->of.display.len] = '\0';
    return text;
}

static void customer_sees_the_basket(void **state)
{
    (void)state;
    bench_keys("2a");
    assert_non_null(strstr(shown(), "\"state\":\"basket\""));
    assert_non_null(strstr(shown(), "{\"quantity\":2,\"name\":\"Adult\",\"amount\":\"48.00\"}"));
    assert_non_null(strstr(shown(), "\"total\":\"48.00\""));
    bench_keys("\n1000\n");
    assert_non_null(strstr(shown(), "\"left\":\"38.00\""));
    bench_keys("5000\n");
    assert_non_null(strstr(shown(), "\"state\":\"change\""));
    assert_non_null(strstr(shown(), "\"change\":\"12.00\""));
    bench_keys("L");
    assert_non_null(strstr(shown(), "\"state\":\"idle\""));
}

static void customer_does_not_see_names(void **state)
{
    (void)state;
    bench_keys("mF-1042\n");
    assert_null(strstr(shown(), "Mara"));
    bench.till->config.display_member = true;
    bench_keys("a");
    assert_non_null(strstr(shown(), "Mara"));
}

int main(void)
{
#define shop_test(f) cmocka_unit_test_setup_teardown(f, shop_open, shop_close)
    const struct CMUnitTest tests[] = {
        shop_test(fewer_come_than_were_booked),
        shop_test(calculated_anew),
        shop_test(more_come_than_were_booked),
        shop_test(nobody_comes),
        shop_test(prepaid_in_full_waits_for_enter),
        shop_test(prepaid_in_part_comes_first),
        shop_test(prepaid_pays_no_more_than_was_paid),
        shop_test(enter_takes_the_rest_in_cash),
        shop_test(collected_once),
        shop_test(one_order_on_two_desks_is_handed_out_once),
        shop_test(late_is_not_too_late),
        shop_test(scan_chooses_an_order),
        shop_test(order_wants_an_empty_desk),
        shop_test(parks_here_without_a_server),
        shop_test(parked_outlives_the_program),
        shop_test(parked_by_this_till_is_here),
        shop_test(deal_outlives_the_program),
        shop_test(parks_at_the_server),
        shop_test(too_much_for_the_server_stays_here),
        shop_test(resumed_keeps_its_deal_or_is_refused),
        shop_test(another_till_was_faster),
        shop_test(a_sale_told_in_part_is_not_corrected),
        shop_test(parks_by_command),
        shop_test(customer_sees_the_basket),
        shop_test(customer_does_not_see_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
