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

#define RIG(test)   cmocka_unit_test_setup_teardown(test, rig_open_selling, rig_close)
#define BENCH(test) cmocka_unit_test_setup_teardown(test, bench_open, bench_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG(a_draft_sold_long_ago_is_emptied),
        BENCH(a_sold_basket_does_not_shut_the_screen),
        BENCH(an_emptied_basket_is_another_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
