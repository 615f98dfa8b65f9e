/* SPDX-License-Identifier: Apache-2.0 */
/* The basket from one life of the till to the next, and from one programme to the next. */

#include "bench.h"

static void a_draft_sold_long_ago_is_emptied(void **state)
{
    struct rig *rig = *state;
    char old[sizeof(rig->draft)];
    rig_keys(rig, "2a");
    memcpy(old, rig->draft, sizeof(old));
    rig_keys(rig, "\n\np\n\n"); /* and another one after it */
    memcpy(rig->draft, old, sizeof(old));
    rig->hold[BX_EFFECT_READ] = true;
    rig_restart(rig, false);
    rig_keys(rig, "\n"); /* whether it was sold is not known yet */
    assert_int_equal(rig_view(rig)->screen, BX_SCREEN_SELL);
    rig->hold[BX_EFFECT_READ] = false;
    rig_release(rig, BX_EFFECT_READ);
    rig_release(rig, BX_EFFECT_READ);
    assert_int_equal(rig_view(rig)->line_count, 0);
    assert_non_null(strstr(rig_view(rig)->say, "sold already as 2-000001"));
    rig_wait(rig, 1000);
    assert_string_equal(rig->draft, "");
    rig_keys(rig, "U");
    assert_int_equal(rig_view(rig)->line_count, 0); /* undo does not bring it back */
    rig_keys(rig, "a\n\n");
    assert_int_equal(rig_entries(rig, BX_KIND_SALE), 3);
}

static void a_sold_basket_does_not_shut_the_screen(void **state)
{
    (void)state;
    bench_keys("a\n\n");
    struct bx_id sold = bench_sale()->basket.id;
    bench_keys("2a");
    bench.till->desk.basket.id = sold; /* a journal that went on without this screen */
    bench_keys("\n\n");
    assert_int_equal(bench_sales(), 1);
    assert_int_equal(bench_pieces(), 0);
    assert_string_equal(bench_view()->say, "This basket was sold already as 2-000001.");
    assert_int_equal(bench_view()->screen, BX_SCREEN_SELL);
    bench_keys("a\n\n");
    assert_int_equal(bench_sales(), 2);
}

static void an_emptied_basket_is_another_one(void **state)
{
    static const char *const ways[] = {"\b", "Bd", "-a"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        bench_keys("a");
        struct bx_id id = bench.till->desk.basket.id;
        bench_keys(ways[i]);
        assert_int_equal(bench_pieces(), 0);
        bench_keys("c");
        assert_false(bx_id_equal(&id, &bench.till->desk.basket.id));
        bench_key(BX_KEY_DELETE);
        bench_wait(1000);
        bench_keys("y");
    }
    bench_keys("a");
    struct bx_id id = bench.till->desk.basket.id;
    bench_key(BX_KEY_DELETE);
    bench_wait(1000);
    bench_keys("ya");
    assert_false(bx_id_equal(&id, &bench.till->desk.basket.id));
}

/* --- days and prices -------------------------------------------------------------------------- */

static void untimed_lines_are_of_the_day_they_are_paid(void **state)
{
    (void)state;
    bench_keys("2b");
    bench_pass(10 * 3600 * 1000); /* past midnight */
    bench_wait(100);
    bench_keys("b\n");
    assert_int_equal(bench_view()->screen, BX_SCREEN_PAY);
    assert_non_null(strstr(bench_view()->say, "today"));
    bench_keys("\n");
    assert_int_equal(bench_sale()->basket.count, 1); /* all three on one line */
    assert_int_equal(bench_sale()->basket.lines[0].date.day, 25);
    bench_keys("bb\n");
    assert_string_equal(bench_view()->say, "");
    bench_pass(24 * 3600 * 1000); /* the money is counted over midnight */
    bench_keys("\n");
    assert_int_equal(bench_sales(), 2);
    assert_int_equal(bench_sale()->basket.lines[0].date.day, 26);
}

static void a_draft_is_of_the_day_it_is_loaded(void **state)
{
    (void)state;
    bench_keys("b");
    bench_pass(24 * 3600 * 1000);
    rig_restart(bench.rig, false);
    bench.till = bench.rig->till;
    assert_int_equal(bench.till->desk.basket.lines[0].date.day, 25);
    assert_non_null(strstr(bench_view()->say, "today"));
}

/* The programme with FROM turned into TO. */
static const char *changed(int64_t version, const char *from, const char *to)
{
    static char text[32768];
    const char *json = bench_programme(version);
    const char *at = strstr(json, from);
    assert_non_null(at);
    snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - json), json, to, at + strlen(from));
    return text;
}

static void adopt(int64_t version, const char *from, const char *to)
{
    bench.rig->programme = changed(version, from, to);
    bench.rig->contact = BX_CONTACT_GOOD;
    rig_command(bench.rig, "{\"verb\":\"offline\",\"on\":false}");
    bench_wait(130000);
    assert_int_equal(bench.till->programme->version, version);
}

static void a_new_programme_prices_the_basket_anew(void **state)
{
    (void)state;
    bench_keys("3a");
    adopt(21, "\"price\":2400", "\"price\":2600");
    assert_string_equal(bench_view()->say, "New prices: 72.00 is 78.00 now.");
    assert_string_equal(bench_view()->total, "78.00");
    bench_keys("U"); /* the old price does not come back */
    assert_string_equal(bench_view()->total, "78.00");
    bench_keys("\n\n");
    assert_int_equal(bench_sale()->programme, 21);
    assert_int_equal(bench_sale()->totals.total.minor, 7800);
}

static void what_is_told_the_customer_is_taken(void **state)
{
    (void)state;
    bench.rig->programme = changed(21, "\"price\":2400", "\"price\":2600");
    bench.rig->contact = BX_CONTACT_GOOD;
    bench_keys("a\n"); /* paying is open when it comes */
    rig_command(bench.rig, "{\"verb\":\"offline\",\"on\":false}");
    assert_int_equal(bench_view()->screen, BX_SCREEN_PAY);
    bench_wait(130000);
    assert_int_equal(bench.till->programme->version, 21);
    assert_string_equal(bench_view()->due, "24.00");
    bench_keys("\033");
    assert_string_equal(bench_view()->say, "New prices: 24.00 is 26.00 now.");
    bench.rig->programme = changed(22, "\"price\":900", "\"price\":1000");
    bench_keys("c\n");
    bench_wait(130000);
    assert_int_equal(bench.till->programme->version, 22);
    bench_keys("\n");
    assert_int_equal(bench_sale()->totals.total.minor, 2600 + 900);
    assert_int_equal(bench_sale()->programme, 21); /* the one these prices are from */
}

static void what_is_gone_goes_out(void **state)
{
    (void)state;
    bench_keys("2a1c");
    adopt(21, "\"id\":\"c\"", "\"id\":\"k\"");
    assert_non_null(strstr(bench_view()->say, "Child 6-17 is out of the basket"));
    assert_non_null(strstr(bench_view()->say, "48.00"));
    assert_int_equal(bench_pieces(), 2);
    bench_keys("c");
    adopt(22, "\"id\":\"s1\"", "\"id\":\"s8\"");
    assert_int_equal(bench_pieces(), 0);
    assert_non_null(strstr(bench_view()->say, "Adult and 1 more"));
    bench_keys("b\n\n");
    assert_int_equal(bench_sales(), 1);
}

static void an_old_draft_is_priced_anew(void **state)
{
    (void)state;
    bench_keys("a");
    const char *json = changed(21, "\"price\":2400", "\"price\":2600");
    struct bx_journal_notes notes = {.reoffer_above = -1,
                                     .has_document = true,
                                     .document = BX_DOC_PROGRAMME,
                                     .bytes = json,
                                     .len = strlen(json)};
    assert_int_equal(bench.rig->journal->ops->note(bench.rig->journal, &notes, NULL, NULL), 0);
    rig_restart(bench.rig, false);
    bench.till = bench.rig->till;
    assert_string_equal(bench_view()->total, "26.00");
    assert_string_equal(bench_view()->say, "New prices: 24.00 is 26.00 now.");
}

#define RIG(test)   cmocka_unit_test_setup_teardown(test, rig_open_selling, rig_close)
#define BENCH(test) cmocka_unit_test_setup_teardown(test, bench_open, bench_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG(a_draft_sold_long_ago_is_emptied),
        BENCH(a_sold_basket_does_not_shut_the_screen),
        BENCH(an_emptied_basket_is_another_one),
        BENCH(untimed_lines_are_of_the_day_they_are_paid),
        BENCH(a_draft_is_of_the_day_it_is_loaded),
        BENCH(a_new_programme_prices_the_basket_anew),
        BENCH(what_is_told_the_customer_is_taken),
        BENCH(what_is_gone_goes_out),
        BENCH(an_old_draft_is_priced_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
