/* SPDX-License-Identifier: Apache-2.0 */
/* Which keys count: held and bouncing ones, scans, fast hands, CapsLock. */
#include "stub.h"

static struct bx_code a_code(void)
{
    return stub_code(1);
}

static int pieces(void)
{
    return stub_pieces();
}

static enum bx_screen screen(void)
{
    return stub_view()->screen;
}

/* As a keyboard does: a pause, then a key every GAP ms. */
static void hold(int key, int pause, int gap, int count)
{
    stub_key(key);
    stub_wait(pause);
    for (int i = 0; i < count; i++) {
        stub_key(key);
        stub_wait(gap);
    }
    stub_wait(500);
}

/* --- held keys -------------------------------------------------------------------------------- */

static void held_product_counts_once(void **state)
{
    (void)state;
    static const int pauses[] = {250, 500, 660, 1000};
    static const int gaps[] = {25, 33, 40, 92};
    for (size_t i = 0; i < bx_countof(pauses); i++) {
        hold('a', pauses[i], gaps[i], 20);
        assert_int_equal(pieces(), (int)i + 1);
        stub_wait(2000);
    }
}

static void held_enter_pays_nothing(void **state)
{
    (void)state;
    static const int pauses[] = {250, 500, 660, 1000};
    stub_keys("a");
    for (size_t i = 0; i < bx_countof(pauses); i++) {
        hold(BX_KEY_ENTER, pauses[i], 33, 30);
        assert_int_equal(screen(), BX_SCREEN_PAY);
        assert_int_equal(stub.sales, 0);
        stub_keys("\033");
        assert_int_equal(screen(), BX_SCREEN_SELL);
    }
}

static void second_enter_at_leisure_pays(void **state)
{
    (void)state;
    static const int gaps[] = {160, 300, 600, 1000, 3000};
    for (size_t i = 0; i < bx_countof(gaps); i++) {
        stub_keys("a");
        stub_key(BX_KEY_ENTER);
        stub_wait(gaps[i]);
        stub_key(BX_KEY_ENTER);
        stub_wait(300);
        stub_key(BX_KEY_HOME); /* what was held back is committed by now */
        assert_int_equal(stub.sales, (int)i + 1);
        stub_wait(2000);
    }
}

static void enter_bounces(void **state)
{
    (void)state;
    stub_keys("a");
    stub_key(BX_KEY_ENTER);
    stub_pass(8);
    stub_key(BX_KEY_ENTER);
    stub_wait(1000);
    assert_int_equal(screen(), BX_SCREEN_PAY);
    assert_int_equal(stub.tenders, 0);
}

static void tender_too_soon_after_opening(void **state)
{
    (void)state;
    stub_keys("a");
    stub_key(BX_KEY_ENTER);
    stub_pass(149);
    stub_key('c');
    assert_int_equal(stub.tenders, 0);
    stub_pass(2);
    stub_key('c');
    stub_wait(200);
    assert_int_equal(stub.tenders, 0); /* the same key again, too fast for a hand */
    stub_wait(1200);
    stub_key('c');
    assert_int_equal(stub.sales, 1);
}

static void nothing_is_bought_after_a_commit(void **state)
{
    (void)state;
    stub_keys("a\n");
    stub_key('c');
    assert_int_equal(stub.sales, 1);
    stub_pass(299);
    stub_key('a');
    assert_int_equal(pieces(), 0);
    assert_int_equal(screen(), BX_SCREEN_CHANGE);
    stub_wait(1200);
    stub_key('a');
    assert_int_equal(pieces(), 1);
    assert_int_equal(screen(), BX_SCREEN_SELL);
}

static void digits_are_never_repeats(void **state)
{
    (void)state;
    stub_burst("11", 5);
    assert_string_equal(stub_view()->input, "11");
    stub_burst("a", 5);
    assert_int_equal(pieces(), 11);
}

static void held_reprint_prints_once(void **state)
{
    (void)state;
    stub_keys("2a\n\n");
    stub_keys("R");
    struct bx_row row = stub_row();
    stub_rows(&row, 1);
    stub_wait(1000);
    stub_key(BX_KEY_DOWN);
    hold('t', 500, 33, 20);
    assert_int_equal(stub.reprints, 1);
}

static void held_undo_undoes_once(void **state)
{
    (void)state;
    stub_keys("aac");
    for (int i = 0; i < 10; i++) {
        stub_key('U');
        stub_pass(33);
    }
    assert_int_equal(pieces(), 2);
}

/* --- scans ------------------------------------------------------------------------------------ */

/* SALE shows the scanned code's sale; whatever was typed and rung up is as before. */
static void scan_at(const char *before, const char *suffix, int gap)
{
    struct bx_code code = a_code();
    struct bx_basket basket;
    char keys[64];
    stub_keys(before);
    basket = stub.till->desk.basket;
    struct bx_counter was = stub.till->counter;
    int sales = stub.sales, tenders = stub.tenders, reprints = stub.reprints;
    snprintf(keys, sizeof(keys), "%s%s", code.s, suffix);
    stub_burst(keys, gap);
    const struct bx_query *query = stub_query();
    assert_int_equal(query->kind, BX_QUERY_CODE);
    assert_string_equal(query->text, code.s);
    assert_memory_equal(&stub.till->desk.basket, &basket, sizeof(basket));
    assert_int_equal(stub.till->counter.screen, was.screen);
    assert_string_equal(stub.till->counter.input, was.input);
    assert_int_equal(stub.sales, sales);
    assert_int_equal(stub.tenders, tenders);
    assert_int_equal(stub.reprints, reprints);
    stub_wait(500);
    assert_int_equal(stub.till->counter.screen, was.screen);
    stub_rows(NULL, 0);
    assert_non_null(strstr(stub_view()->say, code.s));
}

static void scan_on_sell(void **state)
{
    (void)state;
    scan_at("2a", "", 10);
    scan_at("", "\n", 10);
    scan_at("3", "\n", 0);
    scan_at("\033", "\n", 39);
    assert_int_equal(pieces(), 2);
}

static void scan_on_change(void **state)
{
    (void)state;
    stub_keys("a\n\n");
    assert_int_equal(screen(), BX_SCREEN_CHANGE);
    scan_at("", "\n", 5);
}

static void scan_on_lines(void **state)
{
    (void)state;
    scan_at("aB", "\n", 5);
}

static void scan_on_lists(void **state)
{
    (void)state;
    stub_keys("F");
    stub_rows(NULL, 0);
    scan_at("foo", "\n", 5);
    stub_keys("\033Q");
    stub_rows(NULL, 0);
    stub_rows(NULL, 0);
    scan_at("", "\n", 5);
    stub_keys("\033R");
    stub_rows(NULL, 0);
    scan_at("", "\n", 5);
}

static void scan_on_palette_keys_line(void **state)
{
    (void)state;
    scan_at(":und", "\n", 5);
    stub_keys("\033");
    scan_at("?", "\n", 5);
    stub_keys("\033");
    scan_at("=2a", "\n", 5);
    assert_int_equal(pieces(), 0);
}

/* Where a sale must not be opened, the scan is named and nothing is pressed. */
static void scan_is_refused(const char *keys)
{
    struct bx_code code = a_code();
    enum bx_screen was = screen();
    struct bx_counter counter = stub.till->counter;
    int64_t requests = stub.till->requests;
    stub_burst(code.s, 5);
    stub_burst(keys, 5);
    stub_wait(500);
    assert_int_equal(screen(), was);
    assert_int_equal(stub.till->requests, requests);
    assert_string_equal(stub.till->counter.input, counter.input);
    assert_int_equal(stub.till->counter.asking, counter.asking);
    assert_int_equal(stub.sales, 0);
    assert_int_equal(stub.tenders, 0);
    assert_int_equal(stub.logins, 0);
    assert_true(strncmp(stub_view()->say, "Scanned", 7) == 0);
}

static void scan_on_pay_login_stop_question(void **state)
{
    (void)state;
    stub_keys("2a\n12");
    assert_int_equal(screen(), BX_SCREEN_PAY);
    scan_is_refused("\n");
    stub_keys("\033");
    stub_key(BX_KEY_DELETE);
    stub_wait(1200);
    assert_string_equal(stub_view()->ask, "Empty the basket");
    scan_is_refused("\n");
    stub_keys("\033L");
    assert_int_equal(screen(), BX_SCREEN_LOGIN);
    scan_is_refused("\n");
    bx_counter_stopped(stub.till, true);
    assert_int_equal(screen(), BX_SCREEN_STOP);
    scan_is_refused("\n");
}

static void scan_under_caps_lock(void **state)
{
    (void)state;
    struct bx_code code = a_code();
    stub_keys("2a");
    for (const char *c = code.s; *c; c++) {
        stub_key(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
        stub_pass(5);
    }
    assert_string_equal(stub_query()->text, code.s);
    assert_int_equal(pieces(), 2); /* `b`, the book's letter, was taken back */
}

static void wrong_check_character_is_said(void **state)
{
    (void)state;
    struct bx_code code = a_code();
    code.s[28] = code.s[28] == 'A' ? 'C' : 'A';
    stub_keys("2a");
    stub_burst(code.s, 5);
    stub_burst("\n", 5);
    assert_non_null(strstr(stub_view()->say, "keyboard layout"));
    assert_int_equal(pieces(), 2);
    assert_int_equal(screen(), BX_SCREEN_SELL);
}

static void broken_scan_presses_nothing(void **state)
{
    (void)state;
    stub_keys("2a");
    stub_burst("B1ACACACACACACACA", 5);
    stub_wait(500);
    assert_non_null(strstr(stub_view()->say, "broke off"));
    assert_int_equal(pieces(), 2);
    assert_int_equal(screen(), BX_SCREEN_SELL);
    stub_burst("B1ACACACACACACACA\n", 5);
    stub_wait(500);
    assert_int_equal(pieces(), 2);
    assert_int_equal(screen(), BX_SCREEN_SELL);
}

static void scan_opens_the_sale_at_its_ticket(void **state)
{
    (void)state;
    stub_keys("2a\n\n");
    struct bx_code code = a_code();
    stub.sale.tickets[1].code = code;
    struct bx_row row = stub_row();
    stub_keys("3");
    stub_burst(code.s, 5);
    stub_rows(&row, 1);
    assert_int_equal(screen(), BX_SCREEN_SALE);
    assert_int_equal(stub_query()->kind, BX_QUERY_ABOUT);
    assert_int_equal(stub_view()->row_count, 3);
    assert_true(stub_view()->rows[2].selected);
    stub_rows(NULL, 0);
    assert_true(stub_view()->rows[2].selected);
    stub_keys("\033");
    assert_int_equal(screen(), BX_SCREEN_SELL);
}

static void prefix_makes_anything_a_scan(void **state)
{
    (void)state;
    stub.till->config.scan_prefix[0] = 0x7e;
    stub_keys("2a");
    stub_burst("~aac\n", 5);
    assert_int_equal(pieces(), 2);
    assert_int_equal(screen(), BX_SCREEN_SELL);
    assert_non_null(strstr(stub_view()->say, "aac"));
    stub_wait(500);
    scan_at("", "\n", 5);
    struct bx_code code = a_code();
    stub_burst("~", 5);
    stub_burst(code.s, 5);
    assert_string_equal(stub_query()->text, code.s);
}

/* --- fast hands ------------------------------------------------------------------------------- */

static void fast_typing_is_no_scan(void **state)
{
    (void)state;
    stub_burst("2a1c", 2);
    assert_int_equal(pieces(), 3);
    stub_wait(1000);
    stub_burst("b1c", 0); /* begins like a code */
    stub_wait(100);
    assert_int_equal(pieces(), 5);
    stub_wait(1000);
    stub_burst("b12a", 5);
    stub_key(BX_KEY_UP); /* no code goes on like this: at once */
    assert_int_equal(pieces(), 5 + 1 + 12);
    assert_int_equal(stub.till->counter.read_request, 0);
}

static void slow_code_is_typed(void **state)
{
    (void)state;
    stub_key('B'); /* LINES of an empty basket: a sentence */
    stub_pass(60);
    stub_key('1');
    stub_pass(60);
    assert_string_equal(stub_view()->input, "1");
    assert_true(bx_counter_is_idle(stub.till));
}

static void held_back_keys_come_in_order(void **state)
{
    (void)state;
    stub_burst("b12c", 5);
    assert_false(bx_counter_is_idle(stub.till));
    assert_int_equal(pieces(), 1);
    bx_mono wake = bx_mono_plus_ms(stub.till->turn.mono, 5000);
    bx_counter_wake(stub.till, &wake);
    assert_true(wake.ns < bx_mono_plus_ms(stub.till->turn.mono, 50).ns);
    stub_wait(50);
    assert_true(bx_counter_is_idle(stub.till));
    assert_int_equal(pieces(), 13);
}

/* --- CapsLock --------------------------------------------------------------------------------- */

static void capitals_never_sell(void **state)
{
    (void)state;
    for (int key = 'A'; key <= 'Z'; key++) {
        stub_key(key);
        stub_wait(1200);
        assert_int_equal(pieces(), 0);
        assert_int_equal(stub.sales, 0);
        stub_close(NULL);
        stub_open(NULL);
    }
}

static void capital_takes_no_money(void **state)
{
    (void)state;
    stub_keys("2a\nCEQW");
    assert_int_equal(stub.tenders, 0);
    assert_int_equal(screen(), BX_SCREEN_PAY);
    assert_true(stub_view()->caps);
    stub_keys("1");
    assert_true(stub_view()->caps);
    stub_keys("c");
    assert_false(stub_view()->caps);
}

static void caps_lock_shows(void **state)
{
    (void)state;
    assert_false(stub_view()->caps);
    stub_keys("A");
    assert_true(stub_view()->caps);
    stub_keys("a");
    assert_false(stub_view()->caps);
    stub_keys("NN");
    assert_true(stub_view()->caps);
}

#define keys_test(name) cmocka_unit_test_setup_teardown(name, stub_open, stub_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        keys_test(held_product_counts_once),
        keys_test(held_enter_pays_nothing),
        keys_test(second_enter_at_leisure_pays),
        keys_test(enter_bounces),
        keys_test(tender_too_soon_after_opening),
        keys_test(nothing_is_bought_after_a_commit),
        keys_test(digits_are_never_repeats),
        keys_test(held_reprint_prints_once),
        keys_test(held_undo_undoes_once),
        keys_test(scan_on_sell),
        keys_test(scan_on_change),
        keys_test(scan_on_lines),
        keys_test(scan_on_lists),
        keys_test(scan_on_palette_keys_line),
        keys_test(scan_on_pay_login_stop_question),
        keys_test(scan_under_caps_lock),
        keys_test(wrong_check_character_is_said),
        keys_test(broken_scan_presses_nothing),
        keys_test(scan_opens_the_sale_at_its_ticket),
        keys_test(prefix_makes_anything_a_scan),
        keys_test(fast_typing_is_no_scan),
        keys_test(slow_code_is_typed),
        keys_test(held_back_keys_come_in_order),
        keys_test(capitals_never_sell),
        keys_test(capital_takes_no_money),
        keys_test(caps_lock_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
