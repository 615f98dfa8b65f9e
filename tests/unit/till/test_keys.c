/* SPDX-License-Identifier: Apache-2.0 */
/* Which keys count: held and bouncing ones, scans, fast hands, CapsLock. */
#include "bench.h"

#include "boxtill/domain/price.h"

static struct bx_code a_code(void)
{
    return bench_code(1);
}

static int pieces(void)
{
    return bench_pieces();
}

static enum bx_screen screen(void)
{
    return bench_view()->screen;
}

/* As a keyboard does: a pause, then a key every GAP ms. */
static void hold(int key, int pause, int gap, int count)
{
    bench_key(key);
    bench_wait(pause);
    for (int i = 0; i < count; i++) {
        bench_key(key);
        bench_wait(gap);
    }
    bench_wait(500);
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
        bench_wait(2000);
    }
}

static void held_enter_pays_nothing(void **state)
{
    (void)state;
    static const int pauses[] = {250, 500, 660, 1000};
    bench_keys("a");
    for (size_t i = 0; i < bx_countof(pauses); i++) {
        hold(BX_KEY_ENTER, pauses[i], 33, 30);
        assert_int_equal(screen(), BX_SCREEN_PAY);
        assert_int_equal(bench_sales(), 0);
        bench_keys("\033");
        assert_int_equal(screen(), BX_SCREEN_SELL);
    }
}

static void second_enter_at_leisure_pays(void **state)
{
    (void)state;
    static const int gaps[] = {160, 300, 600, 1000, 3000};
    for (size_t i = 0; i < bx_countof(gaps); i++) {
        bench_keys("a");
        bench_key(BX_KEY_ENTER);
        bench_wait(gaps[i]);
        bench_key(BX_KEY_ENTER);
        bench_wait(300);
        bench_key(BX_KEY_HOME); /* what was held back is committed by now */
        assert_int_equal(bench_sales(), (int)i + 1);
        bench_wait(2000);
    }
}

static void enter_bounces(void **state)
{
    (void)state;
    bench_keys("a");
    bench_key(BX_KEY_ENTER);
    bench_pass(8);
    bench_key(BX_KEY_ENTER);
    bench_wait(1000);
    assert_int_equal(screen(), BX_SCREEN_PAY);
    assert_int_equal(bench_sales(), 0);
}

static void tender_too_soon_after_opening(void **state)
{
    (void)state;
    bench_keys("a");
    bench_key(BX_KEY_ENTER);
    bench_pass(149);
    bench_key('c');
    assert_int_equal(bench_sales(), 0);
    bench_pass(2);
    bench_key('c');
    bench_wait(200);
    assert_int_equal(bench_sales(), 0); /* the same key again, too fast for a hand */
    bench_wait(1200);
    bench_key('c');
    assert_int_equal(bench_sales(), 1);
}

static void nothing_is_bought_after_a_commit(void **state)
{
    (void)state;
    bench_keys("a\n");
    bench_key('c');
    assert_int_equal(bench_sales(), 1);
    bench_pass(299);
    bench_key('a');
    assert_int_equal(pieces(), 0);
    assert_int_equal(screen(), BX_SCREEN_CHANGE);
    bench_wait(1200);
    bench_key('a');
    assert_int_equal(pieces(), 1);
    assert_int_equal(screen(), BX_SCREEN_SELL);
}

static void digits_are_never_repeats(void **state)
{
    (void)state;
    bench_burst("11", 5);
    assert_string_equal(bench_view()->input, "11");
    bench_burst("a", 5);
    assert_int_equal(pieces(), 11);
}

static void held_reprint_prints_once(void **state)
{
    (void)state;
    bench_keys("2a\n\n");
    bench_keys("R");
    bench_wait(1000);
    bench_key(BX_KEY_DOWN);
    bench_wait(1000);
    hold('t', 500, 33, 20);
    assert_int_equal(bench_count(BX_KIND_REPRINT), 1);
}

static void held_undo_undoes_once(void **state)
{
    (void)state;
    bench_keys("aac");
    for (int i = 0; i < 10; i++) {
        bench_key('U');
        bench_pass(33);
    }
    assert_int_equal(pieces(), 2);
}

/* --- scans ------------------------------------------------------------------------------------ */

/* The code is looked for; whatever was typed and rung up is as before. */
static void scan_at(const char *before, const char *suffix, int gap)
{
    struct bx_code code = a_code();
    char keys[64];
    bench_keys(before);
    struct bx_basket basket = bench.till->desk.basket;
    enum bx_screen was = screen();
    char input[sizeof(bench.till->counter.input)];
    memcpy(input, bench.till->counter.input, sizeof(input));
    int sales = bench_sales();
    int reprints = bench_count(BX_KIND_REPRINT);
    snprintf(keys, sizeof(keys), "%s%s", code.s, suffix);
    bench_burst(keys, gap);
    assert_int_equal(bench_query()->kind, BX_QUERY_CODE);
    assert_string_equal(bench_query()->text, code.s);
    bench_wait(500);
    assert_non_null(strstr(bench_view()->say, code.s)); /* not sold here */
    assert_int_equal(screen(), was);
    assert_string_equal(bench.till->counter.input, input);
    assert_memory_equal(bench.till->desk.basket.lines, basket.lines, sizeof(basket.lines));
    assert_int_equal(bench.till->desk.basket.count, basket.count);
    assert_int_equal(bench_sales(), sales);
    assert_int_equal(bench_tenders(), 0);
    assert_int_equal(bench_count(BX_KIND_REPRINT), reprints);
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
    bench_keys("a\n\n");
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
    bench_keys("F");
    scan_at("foo", "\n", 5);
    bench_keys("\033Q");
    scan_at("", "\n", 5);
    bench_keys("\033R");
    scan_at("", "\n", 5);
}

static void scan_on_palette_keys_line(void **state)
{
    (void)state;
    scan_at(":und", "\n", 5);
    bench_keys("\033");
    scan_at("?", "\n", 5);
    bench_keys("\033");
    scan_at("=2a", "\n", 5);
    assert_int_equal(pieces(), 0);
}

/* Where a sale must not be opened, the scan is named and nothing is pressed. */
static void scan_is_refused(const char *keys)
{
    struct bx_code code = a_code();
    enum bx_screen was = screen();
    struct bx_counter counter = bench.till->counter;
    int reads = bench.rig->counts[BX_EFFECT_READ];
    int commits = bench.rig->counts[BX_EFFECT_COMMIT];
    int tenders = bench_tenders();
    int pins = bench.rig->counts[BX_EFFECT_PIN];
    bench_burst(code.s, 5);
    bench_burst(keys, 5);
    bench_wait(500);
    assert_int_equal(screen(), was);
    assert_int_equal(bench.rig->counts[BX_EFFECT_READ], reads);
    assert_string_equal(bench.till->counter.input, counter.input);
    assert_int_equal(bench.till->counter.asking, counter.asking);
    assert_int_equal(bench.rig->counts[BX_EFFECT_COMMIT], commits);
    assert_int_equal(bench_tenders(), tenders);
    assert_int_equal(bench.rig->counts[BX_EFFECT_PIN], pins);
    assert_true(strncmp(bench_view()->say, "Scanned", 7) == 0);
}

static void scan_on_pay_login_stop_question(void **state)
{
    (void)state;
    bench_keys("2a\n12");
    assert_int_equal(screen(), BX_SCREEN_PAY);
    scan_is_refused("\n");
    bench_keys("?"); /* what lies over it opens no way past it */
    assert_int_equal(screen(), BX_SCREEN_KEYS);
    scan_is_refused("");
    bench_keys("\033\033");
    assert_int_equal(screen(), BX_SCREEN_SELL);
    bench_key(BX_KEY_DELETE);
    bench_wait(1200);
    assert_string_equal(bench_view()->ask, "Empty the basket");
    scan_is_refused("\n");
    bench_keys("\033L");
    assert_int_equal(screen(), BX_SCREEN_LOGIN);
    scan_is_refused("\n");
    bench_keys("1234\n\n");
    fake_journal_fail(bench.rig->journal, FAKE_JOURNAL_KEPT);
    bench.rig->hold[BX_EFFECT_RESOLVE] = true;
    bench_keys("\n");
    assert_int_equal(screen(), BX_SCREEN_STOP);
    scan_is_refused("\n");
    bench.rig->hold[BX_EFFECT_RESOLVE] = false;
    rig_release(bench.rig, BX_EFFECT_RESOLVE);
}

static void scan_under_caps_lock(void **state)
{
    (void)state;
    struct bx_code code = a_code();
    bench_keys("2a");
    for (const char *c = code.s; *c; c++) {
        bench_key(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
        bench_pass(5);
    }
    assert_string_equal(bench_query()->text, code.s);
    assert_int_equal(pieces(), 2); /* `b`, the book's letter, was taken back */
}

static void wrong_check_character_is_said(void **state)
{
    (void)state;
    struct bx_code code = a_code();
    code.s[28] = code.s[28] == 'A' ? 'C' : 'A';
    bench_keys("2a");
    bench_burst(code.s, 5);
    bench_burst("\n", 5);
    assert_non_null(strstr(bench_view()->say, "keyboard layout"));
    assert_int_equal(pieces(), 2);
    assert_int_equal(screen(), BX_SCREEN_SELL);
}

static void broken_scan_presses_nothing(void **state)
{
    (void)state;
    bench_keys("2a");
    bench_burst("B1ACACACACACACACA", 5);
    bench_wait(500);
    assert_non_null(strstr(bench_view()->say, "broke off"));
    assert_int_equal(pieces(), 2);
    assert_int_equal(screen(), BX_SCREEN_SELL);
    bench_burst("B1ACACACACACACACA\n", 5);
    bench_wait(500);
    assert_int_equal(pieces(), 2);
    assert_int_equal(screen(), BX_SCREEN_SELL);
}

/* A book's bar code is no amount, and no quantity. */
static void scanned_digits_take_no_money(void **state)
{
    (void)state;
    bench_keys("2a\n");
    bench_burst("4006381333931\n\n", 5);
    assert_int_equal(bench_sales(), 0);
    assert_string_equal(bench_view()->ask, "");
    assert_string_equal(bench_view()->input, "");
    assert_non_null(strstr(bench_view()->say, "scan"));
    bench_wait(500);
    bench_burst("10000000\n", 12); /* eight of them are enough */
    assert_int_equal(bench_sales(), 0);
    assert_int_equal(screen(), BX_SCREEN_PAY);
    bench_keys("\033");
    bench_burst("40063813\n", 5);
    assert_int_equal(screen(), BX_SCREEN_SELL);
    assert_string_equal(bench_view()->input, "");
    bench_wait(500);
    bench_burst("2a", 5); /* and those before it are forgotten */
    bench_wait(500);
    assert_int_equal(pieces(), 4);
    bench_keys("\n");
    bench_burst("10000\n", 20); /* a fast hand */
    assert_int_equal(bench_sales(), 1);
    bench_wait(500);
    bench_keys("F"); /* where digits are looked for, a scan may bring them */
    bench_burst("00000001\n", 5);
    assert_int_equal(screen(), BX_SCREEN_SALE);
}

static void scan_opens_the_sale_at_its_ticket(void **state)
{
    (void)state;
    bench_keys("2a\n\n");
    struct bx_code code = bench_sale()->tickets[1].code;
    bench_keys("3");
    bench_burst(code.s, 5);
    assert_int_equal(screen(), BX_SCREEN_SALE);
    assert_int_equal(bench_query()->kind, BX_QUERY_ABOUT);
    assert_int_equal(bench_view()->row_count, 3);
    assert_true(bench_view()->rows[2].selected);
    bench_keys("\033");
    assert_int_equal(screen(), BX_SCREEN_SELL);
}

/* A replaced ticket's new code finds the same place. */
static void scan_of_a_replacement(void **state)
{
    (void)state;
    bench_keys("2a\n\n");
    bench_keys("R");
    bench_key(BX_KEY_DOWN);
    bench_key(BX_KEY_DOWN);
    bench_wait(1200);
    bench_keys("gy\033");
    assert_int_equal(bench_count(BX_KIND_REPLACE), 1);
    assert_int_equal(bench.rig->paper.ticket, 1);
    struct bx_code code = bench.rig->paper.code;
    assert_string_not_equal(code.s, bench_sale()->tickets[1].code.s);
    bench_burst(code.s, 5);
    assert_int_equal(screen(), BX_SCREEN_SALE);
    assert_true(bench_view()->rows[2].selected);
    assert_non_null(strstr(bench_view()->rows[2].c, "replaced"));
}

static void prefix_makes_anything_a_scan(void **state)
{
    (void)state;
    bench.till->config.scan_prefix[0] = 0x7e;
    bench_keys("2a");
    bench_burst("~aac\n", 5);
    assert_int_equal(pieces(), 2);
    assert_int_equal(screen(), BX_SCREEN_SELL);
    assert_non_null(strstr(bench_view()->say, "aac"));
    bench_wait(500);
    scan_at("", "\n", 5);
    struct bx_code code = a_code();
    bench_burst("~", 5);
    bench_burst(code.s, 5);
    assert_string_equal(bench_query()->text, code.s);
}

/* --- fast hands ------------------------------------------------------------------------------- */

static void fast_typing_is_no_scan(void **state)
{
    (void)state;
    bench_burst("2a1c", 2);
    assert_int_equal(pieces(), 3);
    bench_wait(1000);
    bench_burst("b1c", 0); /* begins like a code */
    bench_wait(100);
    assert_int_equal(pieces(), 5);
    bench_wait(1000);
    bench_burst("b12a", 5);
    bench_key(BX_KEY_UP); /* no code goes on like this: at once */
    assert_int_equal(pieces(), 5 + 1 + 12);
    assert_int_equal(bench.till->counter.read_request, 0);
}

static void slow_code_is_typed(void **state)
{
    (void)state;
    bench_key('B'); /* LINES of an empty basket: a sentence */
    bench_pass(60);
    bench_key('1');
    bench_pass(60);
    assert_string_equal(bench_view()->input, "1");
    assert_true(bx_counter_is_idle(bench.till));
}

static void held_back_keys_come_in_order(void **state)
{
    (void)state;
    bench_burst("b12c", 5);
    assert_false(bx_counter_is_idle(bench.till));
    assert_int_equal(pieces(), 1);
    bx_mono wake = bx_mono_plus_ms(bench.till->turn.mono, 5000);
    bx_counter_wake(bench.till, &wake);
    assert_true(wake.ns < bx_mono_plus_ms(bench.till->turn.mono, 50).ns);
    bench_wait(50);
    assert_true(bx_counter_is_idle(bench.till));
    assert_int_equal(pieces(), 13);
}

/* --- CapsLock --------------------------------------------------------------------------------- */

static void capitals_never_sell(void **state)
{
    for (int key = 'A'; key <= 'Z'; key++) {
        bench_key(key);
        bench_wait(1200);
        assert_int_equal(pieces(), 0);
        assert_int_equal(bench_sales(), 0);
        bench_close(state);
        bench_open(state);
    }
}

static void capital_takes_no_money(void **state)
{
    (void)state;
    bench_keys("2a\nCEQW");
    assert_int_equal(bench_tenders(), 0);
    assert_int_equal(screen(), BX_SCREEN_PAY);
    assert_true(bench_view()->caps);
    bench_keys("1");
    assert_true(bench_view()->caps);
    bench_keys("c");
    assert_false(bench_view()->caps);
}

static void caps_lock_shows(void **state)
{
    (void)state;
    assert_false(bench_view()->caps);
    bench_keys("W");
    assert_true(bench_view()->caps);
    bench_keys("a");
    assert_false(bench_view()->caps);
    bench_keys("NN"); /* which are meant */
    assert_false(bench_view()->caps);
}

/* --- anything --------------------------------------------------------------------------------- */

static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % below;
}

static int any_key(uint64_t *seed)
{
    static const char usual[] = "aacbfu123\n\n\n\033\b-NDEFRBQLUY:?=/.tgyrdTOSqwe B1 1234";
    uint32_t kind = draw(seed, 10);
    if (kind == 0)
        return BX_KEY_ENTER + (int)draw(seed, BX_KEY_F12 - BX_KEY_ENTER + 1);
    if (kind == 1)
        return (int)draw(seed, 0x3000);
    int key = (unsigned char)usual[draw(seed, sizeof(usual) - 1)];
    return key == '\n'     ? BX_KEY_ENTER
           : key == '\033' ? BX_KEY_ESC
           : key == '\b'   ? BX_KEY_BACKSPACE
                           : key;
}

/* Whatever is typed, Esc leads down to the bottom (once part payments are given back), what was
 * sold was paid, and the view can be drawn. */
static void anything_goes(void **state)
{
    (void)state;
    static const int gaps[] = {0, 3, 20, 39, 41, 93, 160, 400, 1300};
    uint64_t seed = 7;
    for (int round = 0; round < 100; round++) {
        struct bx_code code = a_code();
        for (int i = 0; i < 100; i++) {
            bench_key(any_key(&seed));
            if (draw(&seed, 40) == 0)
                bench_burst(code.s, 5);
            bench_wait(gaps[draw(&seed, bx_countof(gaps))]);
            const struct bx_till_view *v = bench_view();
            assert_true(v->screen < BX_SCREENS && v->row_count <= BX_VIEW_ROWS);
            assert_true(v->screen != BX_SCREEN_LOGIN || v->palette_count == 0);
        }
        bench_wait(2000);
        for (int i = 0; i < 2 * BX_SCREENS && screen() != BX_SCREEN_SELL; i++)
            bench_keys(screen() == BX_SCREEN_LOGIN                         ? "\0337\n1234\n"
                       : bench_view()->ask[0] && screen() == BX_SCREEN_PAY ? "y"
                                                                           : "\033");
        bench_keys("\033");
        assert_int_equal(screen(), BX_SCREEN_SELL);
        assert_string_equal(bench_view()->input, "");
        bench_key(BX_KEY_DELETE);
        bench_wait(1200);
        bench_keys(bench_view()->ask[0] ? "y" : "\033");
        bench_key(BX_KEY_HOME);
        if (bench_sales() > 0)
            assert_int_equal(bx_sale_check(bench_sale(), NULL), 0);
    }
    assert_true(rig_facts(bench.rig).next_series > 10);
}

#define keys_test(name) cmocka_unit_test_setup_teardown(name, bench_open, bench_close)

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
        keys_test(scanned_digits_take_no_money),
        keys_test(scan_opens_the_sale_at_its_ticket),
        keys_test(scan_of_a_replacement),
        keys_test(prefix_makes_anything_a_scan),
        keys_test(fast_typing_is_no_scan),
        keys_test(slow_code_is_typed),
        keys_test(held_back_keys_come_in_order),
        keys_test(capitals_never_sell),
        keys_test(capital_takes_no_money),
        keys_test(caps_lock_shows),
        keys_test(anything_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
