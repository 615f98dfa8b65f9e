/* SPDX-License-Identifier: Apache-2.0 */
/* The flows: sell, pay, change, lines, line, palette, login, stop. */
#include "bench.h"

static enum bx_screen screen(void)
{
    return bench_view()->screen;
}

static const char *say(void)
{
    return bench_view()->say;
}

static int quantity_of(const char *name)
{
    int sum = 0;
    for (int i = 0; i < bench.till->desk.basket.count; i++)
        if (strcmp(bench.till->desk.basket.lines[i].name, name) == 0)
            sum += bench.till->desk.basket.lines[i].quantity;
    return sum;
}

static const char *slot_of(int line)
{
    return bench.till->desk.basket.lines[line].slot.s;
}

/* --- sell and pay ----------------------------------------------------------------------------- */

static void four_keys(void **state)
{
    (void)state;
    static const int keys[] = {'2', 'a', BX_KEY_ENTER, BX_KEY_ENTER};
    for (size_t i = 0; i < bx_countof(keys); i++) {
        assert_int_equal(bench_sales(), 0);
        bench_key(keys[i]);
        bench_pass(200);
    }
    assert_int_equal(bench_sales(), 1);
    assert_int_equal(bench_sale()->basket.lines[0].quantity, 2);
    assert_int_equal(bench_sale()->tender_count, 1);
    assert_int_equal(bench_sale()->tenders[0].kind, BX_TENDER_CASH);
    assert_int_equal(bench_sale()->tenders[0].received.minor, 4800);
    assert_int_equal(screen(), BX_SCREEN_CHANGE);
    assert_string_equal(bench_view()->change, "0.00");
}

static void card_in_place_of_the_second_enter(void **state)
{
    (void)state;
    bench_keys("2a\nc");
    assert_int_equal(bench_sales(), 1);
    assert_int_equal(bench_sale()->tenders[0].kind, BX_TENDER_CARD);
    assert_int_equal(bench_sale()->tenders[0].amount.minor, 4800);
}

static void enter_takes_what_is_configured(void **state)
{
    (void)state;
    bench.till->config.enter = BX_ENTER_CARD;
    bench_keys("a\n\n");
    assert_int_equal(bench_sale()->tenders[0].kind, BX_TENDER_CARD);
    bench.till->config.enter = BX_ENTER_NONE;
    bench_keys("a\n\n");
    assert_int_equal(bench_sales(), 1);
    assert_int_equal(screen(), BX_SCREEN_PAY);
    bench_keys("3000\n");
    assert_int_equal(bench_sales(), 2);
    assert_int_equal(bench_sale()->tenders[0].change.minor, 600);
}

static void quick_cash(void **state)
{
    (void)state;
    static const int64_t received[] = {2500, 3000, 5000};
    for (int i = 0; i < 3; i++) {
        bench_keys("a\n");
        bench_key(BX_KEY_F1 + 1 + i);
        assert_int_equal(bench_sales(), i + 1);
        assert_int_equal(bench_sale()->tenders[0].received.minor, received[i]);
        bench_wait(2000);
    }
    bench_keys("a\nw"); /* the letter twin */
    assert_int_equal(bench_sales(), 4);
    assert_int_equal(bench_sale()->tenders[0].received.minor, 3000);
}

static void amounts_without_and_with_a_point(void **state)
{
    (void)state;
    bench_keys("a\n5000\n");
    assert_int_equal(bench_sale()->tenders[0].change.minor, 2600);
    bench_keys("a\n50.00\n");
    assert_int_equal(bench_sales(), 2);
    assert_int_equal(bench_sale()->tenders[0].change.minor, 2600);
    bench_keys("a\n50,1\n");
    assert_int_equal(bench_sale()->tenders[0].received.minor, 5010);
}

static void much_too_much_cash_asks_once(void **state)
{
    (void)state;
    bench_keys("3a\n999999999999\n");
    assert_int_equal(bench_sales(), 0);
    assert_string_not_equal(bench_view()->ask, "");
    assert_non_null(strstr(bench_view()->ask_text, "9999999999.99"));
    bench_keys("\n"); /* No is what Enter says */
    assert_string_equal(bench_view()->ask, "");
    assert_int_equal(bench_sales(), 0);
    assert_int_equal(bench_view()->screen, BX_SCREEN_PAY);
    bench_keys("107200\n"); /* 1000.00 more than the 72.00 that are due */
    assert_int_equal(bench_sales(), 1);
    bench_keys("3a\n107201\n");
    assert_int_equal(bench_sales(), 1);
    bench_keys("y");
    assert_int_equal(bench_sales(), 2);
    assert_string_equal(bench_view()->change, "1000.01");
    bench_keys("=a cash 1024.01\n"); /* the line asks, too */
    assert_int_equal(bench_sales(), 2);
    bench_keys("y");
    assert_int_equal(bench_sales(), 3);
    bench_keys("99a\ny"); /* 2376.00: ten times that is sane */
    bench_keys("\n2376000\n");
    assert_int_equal(bench_sales(), 3);
}

static void part_payment(void **state)
{
    (void)state;
    bench_keys("a\n400c");
    assert_int_equal(bench_sales(), 0);
    assert_string_equal(say(), "20.00 left");
    assert_string_equal(bench_view()->left, "20.00");
    assert_int_equal(bench_view()->tender_count, 1);
    bench_keys("\n");
    assert_int_equal(bench_sales(), 1);
    assert_int_equal(bench_sale()->tender_count, 2);
}

static void leaving_a_part_payment_asks(void **state)
{
    (void)state;
    bench_keys("a\n400c\033");
    assert_string_equal(bench_view()->ask, "Leave the payment");
    bench_keys("\n"); /* No is the default */
    assert_string_equal(bench_view()->ask, "");
    assert_int_equal(screen(), BX_SCREEN_PAY);
    bench_keys("\033y");
    assert_int_equal(screen(), BX_SCREEN_SELL);
    assert_false(bench.till->desk.tendering);
    assert_int_equal(bench_pieces(), 1);
}

/* Whoever logs in, and whatever lay over it: an open payment is what is on the screen. */
static void a_login_leads_back_to_the_payment(void **state)
{
    (void)state;
    static const char *const over[] = {"?", ":"};
    for (size_t i = 0; i < bx_countof(over); i++) {
        bench_keys("a\n400c");
        bench_keys(over[i]);
        rig_command(bench.rig, "{\"verb\":\"login\",\"number\":8,\"pin\":\"1234\"}");
        assert_int_equal(bench.rig->exit, 0);
        assert_int_equal(screen(), BX_SCREEN_PAY);
        assert_int_equal(bench_tenders(), 1);
        bench_wait(1200); /* what has just opened takes no Enter */
        bench_keys("\n");
        assert_int_equal(bench_sales(), (int)i + 1);
        bench_keys("\033");
    }
}

/* Money that was taken is given back by somebody who sees it, not by a command. */
static void commands_leave_a_part_payment_alone(void **state)
{
    (void)state;
    static const char *const commands[] = {"{\"verb\":\"lock\"}", "{\"verb\":\"logout\"}"};
    bench_keys("a\n400c");
    for (size_t i = 0; i < bx_countof(commands); i++) {
        rig_command(bench.rig, commands[i]);
        assert_int_equal(bench.rig->exit, 1);
        assert_int_equal(screen(), BX_SCREEN_PAY);
        assert_int_equal(bench_tenders(), 1);
    }
    bench_keys("\033y");
    rig_command(bench.rig, commands[1]);
    assert_int_equal(bench.rig->exit, 0);
    assert_int_equal(screen(), BX_SCREEN_LOGIN);
}

static void sale_of_nothing_to_pay(void **state)
{
    (void)state;
    bench_keys("2u\n\n");
    assert_int_equal(bench_sales(), 1);
    assert_int_equal(bench_sale()->totals.total.minor, 0);
}

static void next_product_begins_the_next_sale(void **state)
{
    (void)state;
    bench_keys("2a\n\n");
    assert_int_equal(screen(), BX_SCREEN_CHANGE);
    assert_string_equal(bench_view()->last_number, "2-000001");
    bench_keys("c");
    assert_int_equal(screen(), BX_SCREEN_SELL);
    assert_int_equal(quantity_of("Child 6-17"), 1);
    assert_string_equal(bench_view()->last_text, "48.00 of 48.00, 0.00");
}

static void storing_takes_no_second_tender(void **state)
{
    (void)state;
    bench.rig->hold[BX_EFFECT_COMMIT] = true;
    bench_keys("a\n\n\nc\033");
    assert_int_equal(bench_tenders(), 1);
    assert_int_equal(screen(), BX_SCREEN_PAY);
    assert_int_equal(bench.rig->counts[BX_EFFECT_COMMIT], 1);
    fake_journal_fail(bench.rig->journal, FAKE_JOURNAL_REFUSE);
    rig_release(bench.rig, BX_EFFECT_COMMIT);
    assert_int_equal(screen(), BX_SCREEN_SELL);
    assert_int_not_equal(bench_view()->say_tone, BX_TONE_PLAIN);
    assert_string_not_equal(say(), "");
    assert_int_equal(bench_pieces(), 1);
    assert_int_equal(bench_sales(), 0);
}

static void digits_and_minus(void **state)
{
    (void)state;
    bench_keys("12a-2a");
    assert_int_equal(quantity_of("Adult"), 10);
    bench_keys("-a");
    assert_int_equal(quantity_of("Adult"), 9);
    bench_keys("3-");
    assert_string_equal(bench_view()->input, "-3");
    bench_keys("\b");
    assert_string_equal(bench_view()->input, "");
    assert_int_equal(quantity_of("Adult"), 9);
    bench_keys("c\b");
    assert_int_equal(quantity_of("Child 6-17"), 0);
    assert_int_equal(quantity_of("Adult"), 9);
    bench_keys("0a");
    assert_int_equal(quantity_of("Adult"), 9);
    bench_keys("-99a");
    assert_int_equal(quantity_of("Adult"), 9);
    assert_string_not_equal(say(), "");
}

static void capital_with_digits_refuses_and_keeps_them(void **state)
{
    (void)state;
    static const char actions[] = "NDEFRBQLUY:?=/\n";
    for (const char *c = actions; *c; c++) {
        char keys[3] = {'2', *c, '\0'};
        bench_keys(keys);
        assert_int_equal(screen(), BX_SCREEN_SELL);
        assert_string_equal(bench_view()->input, "2");
        assert_non_null(strstr(say(), "2 is waiting"));
        bench_keys("\033");
        assert_string_equal(bench_view()->input, "");
    }
    bench_keys("2Na");
    assert_int_equal(quantity_of("Adult"), 2);
}

static void function_keys_and_pages(void **state)
{
    (void)state;
    bench_key('2');
    bench_key(BX_KEY_F1 + 1);
    assert_int_equal(quantity_of("Adult"), 2);
    bench_wait(1200);
    assert_int_equal(bench_view()->product_pages, 2);
    bench_key(BX_KEY_PAGE_DOWN);
    assert_int_equal(bench_view()->product_count, 1);
    bench_key(BX_KEY_F1 + 1);
    assert_int_equal(quantity_of("Pen"), 1);
    bench_wait(1200);
    bench_keys("c"); /* letters do not depend on the page */
    assert_int_equal(quantity_of("Child 6-17"), 1);
}

static void large_quantity_asks_once(void **state)
{
    (void)state;
    bench_free(1, 100);
    bench_keys("31a");
    assert_int_equal(bench_pieces(), 0);
    assert_string_equal(bench_view()->ask_text, "Ring up 31 Adult?");
    bench_keys("\033");
    assert_int_equal(bench_pieces(), 0);
    assert_int_equal(screen(), BX_SCREEN_SELL);
    bench_keys("31ay");
    assert_int_equal(bench_pieces(), 31);
    bench_keys("30a");
    assert_int_equal(bench_pieces(), 61);
}

static void emptying_asks(void **state)
{
    (void)state;
    bench_keys("2ac");
    bench_key(BX_KEY_DELETE);
    bench_wait(1200);
    bench_key(BX_KEY_DELETE); /* the key that asks does not confirm */
    bench_wait(1200);
    bench_keys("\n");
    assert_int_equal(bench_pieces(), 3);
    bench_key(BX_KEY_DELETE);
    bench_wait(1200);
    bench_keys("Y");
    assert_int_equal(bench_pieces(), 3);
    bench_keys("y");
    assert_int_equal(bench_pieces(), 0);
    bench_keys("U");
    assert_int_equal(bench_pieces(), 3);
}

/* --- slots ------------------------------------------------------------------------------------ */

static void arrows_choose_the_slot(void **state)
{
    (void)state;
    bench_key(BX_KEY_UP); /* 14:15 runs until 14:30: it is over */
    bench_keys("a");
    assert_string_equal(slot_of(0), "s1");
    bench_key(BX_KEY_DOWN);
    bench_keys("a");
    assert_string_equal(slot_of(1), "s2");
    bench_key(BX_KEY_RIGHT);
    assert_string_equal(bench_view()->day, "Wed 25 Nov");
    bench_key(BX_KEY_LEFT);
    assert_string_equal(bench_view()->day, "Today");
}

static void n_takes_the_whole_basket_along(void **state)
{
    (void)state;
    bench_free(2, 2);
    bench_keys("2ac"); /* three places */
    bench_keys("N");
    assert_string_equal(slot_of(0), "s3");
    assert_string_equal(slot_of(1), "s3");
    assert_string_equal(bench.till->counter.slot.s, "s3");
    bench_keys("N"); /* and across days, not into another event */
    assert_string_equal(slot_of(0), "s5");
    bench_keys("N");
    bench_keys("N");
    assert_string_equal(slot_of(0), "s6");
    assert_non_null(strstr(say(), "No later slot"));
}

static void n_with_nothing_in_the_basket(void **state)
{
    (void)state;
    bench_free(2, 0);
    bench_keys("N");
    assert_string_equal(bench.till->counter.slot.s, "s3");
}

static void sold_out_is_an_answer(void **state)
{
    (void)state;
    bench_free(1, 3);
    bench_keys("5a");
    assert_string_equal(say(), "14:30 has 3 of yours: N for the next slot, 14:45.");
    assert_int_equal(bench_pieces(), 0);
    bench_keys("N");
    assert_int_equal(quantity_of("Adult"), 5);
    assert_string_equal(slot_of(0), "s2");
}

static void what_is_there_moves_with_what_did_not_fit(void **state)
{
    (void)state;
    bench_free(1, 3);
    bench_keys("2c");
    bench_keys("2a");
    assert_string_equal(say(), "14:30 has 1 of yours: N for the next slot, 14:45.");
    bench_keys("N");
    assert_string_equal(slot_of(0), "s2");
    assert_string_equal(slot_of(1), "s2");
    assert_int_equal(bench_pieces(), 4);
}

static void a_large_group_is_split(void **state)
{
    (void)state;
    for (int i = 1; i < 7; i++)
        bench_free(i, 12);
    bench_keys("20a");
    assert_string_equal(say(), "14:30 has 12: take 12 and 8 at 14:45? N");
    bench_keys("N");
    assert_int_equal(bench_pieces(), 20);
    assert_string_equal(slot_of(0), "s1");
    assert_int_equal(bench.till->desk.basket.lines[0].quantity, 12);
    assert_string_equal(slot_of(1), "s2");
}

static void any_other_key_forgets_it(void **state)
{
    (void)state;
    bench_free(1, 3);
    bench_keys("5a");
    bench_keys("cN");
    assert_int_equal(bench_pieces(), 1);
    assert_string_equal(slot_of(0), "s2");
}

static void full_everywhere(void **state)
{
    (void)state;
    for (int i = 1; i < 7; i++)
        bench_free(i, 0);
    bench_keys("a");
    assert_string_equal(say(), "14:30 has 0 of yours, and no later slot has room for 1.");
    bench_keys("N");
    assert_int_equal(bench_pieces(), 0);
}

static void family_counts_its_places(void **state)
{
    (void)state;
    bench_free(1, 7);
    bench_keys("2f");
    assert_string_equal(say(), "14:30 has 1 of yours: N for the next slot, 14:45.");
}

static void days_and_events(void **state)
{
    (void)state;
    bench_keys("D");
    assert_string_equal(bench.till->counter.slot.s, "s5");
    bench_keys("D");
    assert_string_equal(bench.till->counter.slot.s, "s1");
    bench_keys("E");
    assert_string_equal(bench_view()->event, "Special exhibition");
    bench_keys("a");
    assert_string_equal(slot_of(0), "s4");
    bench_keys("E");
    assert_string_equal(bench_view()->event, "Permanent collection");
    assert_string_equal(bench_view()->lines[0].event, "Special exhibition");
}

static void ended_slot_is_left(void **state)
{
    (void)state;
    assert_string_equal(bench.till->counter.slot.s, "s1");
    bench_wait(14 * 60 * 1000);
    assert_string_equal(bench.till->counter.slot.s, "s2");
}

/* --- lines, line, palette --------------------------------------------------------------------- */

static void lines_take_one_out(void **state)
{
    (void)state;
    bench_keys("aacB");
    assert_int_equal(screen(), BX_SCREEN_LINES);
    bench_key(BX_KEY_DOWN);
    assert_true(bench_view()->lines[1].selected);
    bench_keys("d");
    assert_int_equal(quantity_of("Child 6-17"), 0);
    assert_true(bench_view()->lines[0].selected);
    bench_keys("d");
    assert_int_equal(screen(), BX_SCREEN_SELL);
    assert_int_equal(bench_pieces(), 0);
}

static void line_sells(void **state)
{
    (void)state;
    bench_keys("=2a1c 14:45 cash 60.00\n");
    assert_int_equal(bench_sales(), 1);
    assert_string_equal(bench_sale()->basket.lines[0].slot.s, "s2");
    assert_int_equal(bench_sale()->tenders[0].received.minor, 6000);
    assert_int_equal(bench_sale()->tenders[0].change.minor, 300);
    assert_int_equal(screen(), BX_SCREEN_CHANGE);
    bench_keys("=a card AB-12\n");
    assert_int_equal(bench_sales(), 2);
    assert_string_equal(bench_sale()->tenders[0].reference, "AB-12");
    bench_keys("=2a\n");
    assert_int_equal(bench_sales(), 2);
    assert_int_equal(bench_pieces(), 2);
    bench_keys("=-a c cash 10.00\n");
    assert_int_equal(screen(), BX_SCREEN_PAY);
    assert_string_equal(say(), "23.00 left");
}

static void line_refuses_whole(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "=2a zz!\n",   "=a2\n",         "=2a 13:59\n",           "=2a1x\n",
        "=2a 14:99\n", "=0a\n",         "=a cash 1.234\n",       "=5000a\n",
        "=a 9:\n",     "=a card x y\n", "=acacacacacacacacacx\n"};
    for (size_t i = 0; i < bx_countof(lines); i++) {
        bench_keys(lines[i]);
        assert_int_equal(screen(), BX_SCREEN_LINE);
        assert_string_not_equal(say(), "");
        assert_int_equal(bench_pieces(), 0);
        assert_string_not_equal(bench_view()->input, "");
        assert_string_equal(bench.till->counter.slot.s, "s1");
        bench_keys("\033");
        assert_int_equal(screen(), BX_SCREEN_SELL);
    }
}

static void palette_is_fuzzy(void **state)
{
    (void)state;
    bench_keys("a");
    bench_keys(":");
    assert_int_equal(screen(), BX_SCREEN_PALETTE);
    assert_true(bench_view()->palette_count > 10);
    bench_keys("undo\n");
    assert_int_equal(screen(), BX_SCREEN_SELL);
    assert_int_equal(bench_pieces(), 0);
    bench_keys(":ntslr");
    const struct bx_till_view *v = bench_view();
    assert_true(v->palette_count >= 1);
    assert_int_equal(bx_action_rows[v->palette[0]].action, BX_ACTION_NEXT_SLOT);
    bench_keys("\n");
    assert_string_equal(bench.till->counter.slot.s, "s2");
    bench_keys(":log out\n");
    assert_int_equal(screen(), BX_SCREEN_LOGIN);
}

static void palette_offers_only_what_lives(void **state)
{
    (void)state;
    bench_keys("a\n:");
    const struct bx_till_view *v = bench_view();
    assert_int_equal(v->under, BX_SCREEN_PAY);
    for (size_t i = 0; i < v->palette_count; i++)
        assert_true(bx_action_rows[v->palette[i]].screens >> BX_SCREEN_PAY & 1);
    bench_keys("xyzzy\n");
    assert_int_equal(screen(), BX_SCREEN_PALETTE);
    bench_keys("\033");
    assert_int_equal(screen(), BX_SCREEN_PAY);
    assert_true(bench.till->desk.tendering);
}

/* --- Esc -------------------------------------------------------------------------------------- */

static void esc_steps_back_one_level(void **state)
{
    (void)state;
    bench_keys("aF");
    bench_keys("R");
    bench_keys("Q");
    bench_keys("?");
    assert_int_equal(screen(), BX_SCREEN_KEYS);
    bench_keys("\033");
    assert_int_equal(screen(), BX_SCREEN_QUEUE);
    bench_keys("\033");
    assert_int_equal(screen(), BX_SCREEN_PAPER);
    bench_keys("\033");
    assert_int_equal(screen(), BX_SCREEN_FIND);
    bench_keys("\033");
    assert_int_equal(screen(), BX_SCREEN_SELL);
    bench_keys("\033\033\033");
    assert_int_equal(screen(), BX_SCREEN_SELL);
    assert_int_equal(bench_pieces(), 1);
}

static void going_round_stays_shallow(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        bench_keys("FRQ");
    int steps = 0;
    while (screen() != BX_SCREEN_SELL) {
        bench_keys("\033");
        assert_true(++steps <= 3);
    }
}

/* --- login, lock, stop ------------------------------------------------------------------------ */

static void login_by_number_and_pin(void **state)
{
    (void)state;
    bench_keys("2aL");
    assert_int_equal(screen(), BX_SCREEN_LOGIN);
    assert_true(bench_view()->locked);
    assert_true(bench_view()->asks_pin); /* whose it is, is known */
    bench_keys("12");
    assert_string_equal(bench_view()->input, "**");
    bench_keys("a34\n");
    assert_int_equal(screen(), BX_SCREEN_SELL);
    assert_int_equal(bench_pieces(), 2);
    bench_keys("L\0338\n1234\n");
    assert_int_equal(bench.till->people.user, 8);
    assert_string_equal(bench_view()->cashier, "Ben");
    assert_int_equal(bench_pieces(), 2);
}

static void wrong_pin_says_so(void **state)
{
    (void)state;
    bench_keys("L\0337\n9999\n");
    assert_int_equal(screen(), BX_SCREEN_LOGIN);
    assert_string_equal(say(), "Number and PIN do not belong together.");
    assert_string_equal(bench_view()->input, "");
    bench_keys("\033x\n");
    assert_int_equal(bench.rig->counts[BX_EFFECT_PIN], 1);
}

static void login_sells_nothing(void **state)
{
    (void)state;
    bench_keys("L");
    bench_keys("2aNFBRQ=");
    assert_int_equal(screen(), BX_SCREEN_LOGIN);
    assert_int_equal(bench_pieces(), 0);
}

static void login_can_leave(void **state)
{
    (void)state;
    bench_keys("L:");
    assert_int_equal(screen(), BX_SCREEN_PALETTE);
    assert_int_equal(bench_view()->under, BX_SCREEN_LOGIN);
    for (size_t i = 0; i < bench_view()->palette_count; i++)
        assert_true(bx_action_rows[bench.rig->view.palette[i]].screens >> BX_SCREEN_LOGIN & 1);
    bench_keys("\033");
    assert_int_equal(screen(), BX_SCREEN_LOGIN);
    bench_keys(":leave\n");
    assert_string_equal(bench_view()->ask, "Leave Boxtill");
    bench_keys("\n");
    assert_int_equal(bench.rig->counts[BX_EFFECT_QUIT], 0);
    bench_keys(":leave\ny");
    assert_int_equal(bench.rig->counts[BX_EFFECT_QUIT], 1);
}

/* Ctrl-C, from anywhere: never without a word, never at once. */
static void ctrl_c_asks(void **state)
{
    (void)state;
    bench_keys("2a\n\003");
    assert_string_equal(bench_view()->ask, "Leave Boxtill");
    bench_keys("\003");
    assert_int_equal(bench.rig->counts[BX_EFFECT_QUIT], 0);
    bench_keys("y");
    assert_int_equal(bench.rig->counts[BX_EFFECT_QUIT], 1);
    assert_int_equal(bench_pieces(), 2);
}

static void lock_shuts_what_lies_over(void **state)
{
    (void)state;
    bench.till->config.lock_after = 60;
    bench_keys("a?");
    bench_wait(55000);
    assert_int_equal(screen(), BX_SCREEN_KEYS);
    bench_wait(10000);
    assert_int_equal(screen(), BX_SCREEN_LOGIN);
    assert_true(bench_view()->locked);
    bench_keys("1234\n");
    assert_int_equal(screen(), BX_SCREEN_SELL);
    assert_int_equal(bench_pieces(), 1);
}

static void stop_lies_over_everything(void **state)
{
    (void)state;
    fake_journal_fail(bench.rig->journal, FAKE_JOURNAL_KEPT);
    bench.rig->hold[BX_EFFECT_RESOLVE] = true;
    bench_keys("a\n\n");
    assert_int_equal(screen(), BX_SCREEN_STOP);
    assert_string_equal(bench_view()->title, "Stop: do not hand anything out");
    bench_keys("\n\033a2cFQ");
    assert_int_equal(screen(), BX_SCREEN_STOP);
    assert_int_equal(bench.rig->counts[BX_EFFECT_COMMIT], 1);
    assert_int_equal(bench.rig->print_count, 0);
    bench.rig->hold[BX_EFFECT_RESOLVE] = false;
    rig_release(bench.rig, BX_EFFECT_RESOLVE); /* found: sold */
    assert_int_equal(bench_sales(), 1);
    assert_int_equal(screen(), BX_SCREEN_CHANGE);
}

static void lost_commit_keeps_the_basket(void **state)
{
    (void)state;
    fake_journal_fail(bench.rig->journal, FAKE_JOURNAL_LOST);
    bench_keys("2a\n\n");
    assert_int_equal(bench_sales(), 0);
    assert_int_equal(screen(), BX_SCREEN_SELL);
    assert_int_equal(bench_pieces(), 2);
    bench_keys("\n\n");
    assert_int_equal(bench_sales(), 1);
}

static void a_new_programme_keeps_the_choice(void **state)
{
    (void)state;
    bench_keys("ED");
    struct bx_slug slot = bench.till->counter.slot;
    bench.rig->programme = bench_programme(21);
    bench.rig->contact = BX_CONTACT_GOOD;
    bench_keys("QO\033");
    bench_wait(130000);
    assert_int_equal(bench.till->programme->version, 21);
    assert_string_equal(bench.till->counter.slot.s, slot.s);
    assert_int_equal(bench.till->counter.event, 1);
}

#define flow_test(name) cmocka_unit_test_setup_teardown(name, bench_open, bench_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        flow_test(four_keys),
        flow_test(card_in_place_of_the_second_enter),
        flow_test(enter_takes_what_is_configured),
        flow_test(quick_cash),
        flow_test(amounts_without_and_with_a_point),
        flow_test(part_payment),
        flow_test(much_too_much_cash_asks_once),
        flow_test(leaving_a_part_payment_asks),
        flow_test(a_login_leads_back_to_the_payment),
        flow_test(commands_leave_a_part_payment_alone),
        flow_test(sale_of_nothing_to_pay),
        flow_test(next_product_begins_the_next_sale),
        flow_test(storing_takes_no_second_tender),
        flow_test(digits_and_minus),
        flow_test(capital_with_digits_refuses_and_keeps_them),
        flow_test(function_keys_and_pages),
        flow_test(large_quantity_asks_once),
        flow_test(emptying_asks),
        flow_test(arrows_choose_the_slot),
        flow_test(n_takes_the_whole_basket_along),
        flow_test(n_with_nothing_in_the_basket),
        flow_test(sold_out_is_an_answer),
        flow_test(what_is_there_moves_with_what_did_not_fit),
        flow_test(a_large_group_is_split),
        flow_test(any_other_key_forgets_it),
        flow_test(full_everywhere),
        flow_test(family_counts_its_places),
        flow_test(days_and_events),
        flow_test(ended_slot_is_left),
        flow_test(lines_take_one_out),
        flow_test(line_sells),
        flow_test(line_refuses_whole),
        flow_test(palette_is_fuzzy),
        flow_test(palette_offers_only_what_lives),
        flow_test(esc_steps_back_one_level),
        flow_test(going_round_stays_shallow),
        flow_test(login_by_number_and_pin),
        flow_test(wrong_pin_says_so),
        flow_test(login_sells_nothing),
        flow_test(login_can_leave),
        flow_test(ctrl_c_asks),
        flow_test(lock_shuts_what_lies_over),
        flow_test(stop_lies_over_everything),
        flow_test(lost_commit_keeps_the_basket),
        flow_test(a_new_programme_keeps_the_choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
