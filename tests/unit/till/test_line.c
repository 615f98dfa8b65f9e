/* SPDX-License-Identifier: Apache-2.0 */
/* A sale as text: `=` and the command. */

#include "shop.h"

#include "till/grammar.h"

static struct bx_said said;
static struct bx_fault fault;

static int read(const char *text)
{
    fault = (struct bx_fault){0};
    return bx_said_read(text, 2, &said, &fault);
}

static void words_are_read(void **state)
{
    (void)state;
    assert_int_equal(read("2a1c 14:30 member:F-1042 discount:press list group cash 60.00"), 0);
    assert_int_equal(said.item_count, 2);
    assert_int_equal(said.items[1].key, 'c');
    assert_int_equal(said.minute, 14 * 60 + 30);
    assert_string_equal(said.member, "F-1042");
    assert_int_equal(said.discount_count, 1);
    assert_true(said.list && said.group);
    assert_int_equal(said.part_count, 1);
    assert_int_equal(said.parts[0].amount.minor, 6000);

    assert_int_equal(read("order:W-1:43:anew account:lincoln"), 0);
    assert_string_equal(said.order, "W-1");
    assert_int_equal(said.coming.count, 43);
    assert_false(said.coming.agreed);
    assert_int_equal(said.parts[0].kind, BX_TENDER_ACCOUNT);
    assert_string_equal(said.parts[0].reference, "lincoln");

    assert_int_equal(read("-a d:5.00 2026-11-25 discount:other:7.5%@a card 20.00 voucher:BS1 cash"),
                     0);
    assert_int_equal(said.items[0].quantity, -1);
    assert_true(said.items[1].open);
    assert_int_equal(said.items[1].amount.minor, 500);
    assert_true(said.dated);
    assert_int_equal(said.discounts[0].permille, 75);
    assert_int_equal(said.discounts[0].letter, 'a');
    assert_int_equal(said.part_count, 3);
    assert_true(said.parts[0].has_amount);
    /* A comma does for a point. */
    assert_int_equal(read("d:5,00 discount:other:7,5%@a discount:x:2,50 card 20,00 cash:1,5"), 0);
    assert_int_equal(said.items[0].amount.minor, 500);
    assert_int_equal(said.discounts[0].permille, 75);
    assert_int_equal(said.discounts[1].amount.minor, 250);
    assert_int_equal(said.parts[0].amount.minor, 2000);
    assert_int_equal(said.parts[1].amount.minor, 150);
    assert_int_equal(read("a card AB-12"), 0);
    assert_string_equal(said.parts[0].reference, "AB-12");
    assert_int_equal(read(""), 0);
}

static void errors_have_a_column(void **state)
{
    static const struct {
        const char *text;
        int column;
    } wrong[] = {
        {"2a zz!", 6},        {"2a  2", 6},
        {"a 14:99", 3},       {"a cash 1.234", 8},
        {"a card x y", 10},   {"a cash 5 2a", 10},
        {"a discount:", 3},   {"a discount:x:y", 3},
        {"a order:W-1:x", 3}, {"a order:W-1:4:old", 3},
        {"a nothing:7", 3},   {"a discount:x@7", 3},
        {"a cash:x", 3},      {"a voucher", 3},
        {"a gold:5", 3},      {"0a", 2},
        {"a cash 1,234", 8},  {"a cash 1.234,50", 8},
        {"1000a", 5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        if (read(wrong[i].text) == 0)
            fail_msg("%s is taken", wrong[i].text);
        if (said.column != wrong[i].column)
            fail_msg("%s: column %d, not %d: %s", wrong[i].text, said.column, wrong[i].column,
                     fault.say);
        assert_true(fault.say[0] != '\0');
    }
}

static void screen_shows_the_column(void **state)
{
    (void)state;
    bench_keys("=a 2x\n");
    assert_int_equal(bench_view()->screen, BX_SCREEN_LINE);
    assert_int_equal(bench_view()->error_column, 3);
    assert_int_equal(bench_pieces(), 0);
    bench_keys("\b");
    assert_int_equal(bench_view()->error_column, 0);
}

static void tab_completes(void **state)
{
    (void)state;
    bench_keys("=a dis");
    bench_key(BX_KEY_TAB);
    bench_wait(200);
    assert_string_equal(bench_view()->input, "a discount:");
    bench_keys("p");
    bench_key(BX_KEY_TAB);
    bench_wait(200);
    assert_string_equal(bench_view()->input, "a discount:press");
    bench_keys(" ca");
    bench_key(BX_KEY_TAB);
    bench_wait(200);
    assert_string_equal(bench_view()->input, "a discount:press ca");
    assert_non_null(strstr(bench_view()->say, "cash card"));
    bench_keys("r");
    bench_key(BX_KEY_TAB);
    bench_wait(200);
    bench_keys("\n");
    assert_int_equal(bench_sales(), 1);
    assert_int_equal(bench_sale()->totals.total.minor, 1200);
    bench_keys("=15:");
    bench_key(BX_KEY_TAB);
    bench_wait(200);
    assert_string_equal(bench_view()->input, "15:00");
    bench_keys("\033=order:");
    bench_key(BX_KEY_TAB);
    bench_wait(200);
    assert_string_equal(bench_view()->input, "order:W-");
}

static void whole_sales_by_line(void **state)
{
    (void)state;
    bench_keys("=2a d:2.00 card 20.00 cash\n");
    const struct bx_sale *sale = bench_sale();
    assert_int_equal(sale->totals.total.minor, 5000);
    assert_int_equal(sale->tender_count, 2);
    assert_int_equal(sale->tenders[0].amount.minor, 2000);
    bench_keys("=m member:F-1042 a cash\n");
    assert_string_equal(bench_sale()->member.s, "m-1042");
    bench_keys("=order:W-1:43 account:lincoln\n");
    assert_int_equal(bench_sale()->totals.total.minor, 43 * 500);
    assert_int_equal(bench_sales(), 3);
    bench_keys("=a 2026-11-25 10:00\n");
    assert_string_equal(bench.till->desk.basket.lines[0].slot.s, "s5");
}

/* What was rung up before the refusal goes out again. */
static void nothing_is_done_by_halves(void **state)
{
    (void)state;
    bench_keys("b=2a1m cash\n");
    assert_int_equal(bench_view()->screen, BX_SCREEN_LINE);
    assert_int_equal(bench_pieces(), 1);
    bench_keys("\033");
}

static void command_takes_the_same_words(void **state)
{
    (void)state;
    shop_command("{\"verb\":\"sell\",\"basket\":\"2a discount:press\",\"tenders\":[\"card\"]}", 0);
    assert_int_equal(bench_sale()->totals.total.minor, 2400);
    shop_command("{\"verb\":\"sell\",\"basket\":\"2a discount:other:60%\"}", 1);
    shop_command("{\"verb\":\"sell\",\"basket\":\"2a discount:other:60%\",\"approver\":8,"
                 "\"approver_pin\":\"9999\"}",
                 1);
    shop_command("{\"verb\":\"sell\",\"basket\":\"2a discount:other:60%\",\"approver\":8,"
                 "\"approver_pin\":\"1234\"}",
                 0);
    assert_int_equal(bench_sale()->warrants[0].approver, 8);
    shop_command("{\"verb\":\"sell\",\"basket\":\"a origin:mars\"}", 1);
    shop_command("{\"verb\":\"sell\",\"basket\":\"a origin:local\"}", 0);
    assert_string_equal(bench_sale()->origin.s, "local");
    shop_command("{\"verb\":\"sell\",\"basket\":\"a x!\"}", 1);
    assert_non_null(strstr(bench.rig->text, "column 4"));
    shop_command("{\"verb\":\"sell\",\"basket\":\"cash\"}", 1);
    assert_int_equal(bench_sales(), 3);
}

/* One who is named allows all that the command needs, and stands with each of it. */
static void one_approver_for_a_whole_command(void **state)
{
    (void)state;
    bench.till->programme->limits.offline_sale =
        (struct bx_limit){.at = 1000, .beyond = BX_BEYOND_ASK};
    shop_command("{\"verb\":\"sell\",\"basket\":\"4ac discount:boss@c discount:other:30%@a\","
                 "\"approver\":8,\"approver_pin\":\"1234\"}",
                 0);
    const struct bx_sale *sale = bench_sale();
    assert_int_equal(sale->warrant_count, 3);
    assert_string_equal(sale->warrants[0].reason.s, "boss");
    assert_int_equal(sale->warrants[0].approver, 8);
    assert_string_equal(sale->warrants[1].reason.s, "other");
    assert_int_equal(sale->warrants[1].approver, 0); /* which is within the limits */
    assert_string_equal(sale->warrants[2].what.s, "offline");
    assert_int_equal(sale->warrants[2].approver, 8);
    shop_command("{\"verb\":\"sell\",\"basket\":\"4ac discount:boss@c\"}", 1);
    assert_int_equal(bench_sales(), 1);
}

/* What was paid before, as the command takes it: all that is left, of this order. */
static void prepaid_by_line(void **state)
{
    (void)state;
    bench_keys("=a prepaid\n");
    assert_non_null(strstr(bench_view()->say, "Only an order"));
    assert_int_equal(bench_sales(), 0);
    bench_keys("\033\b=order:W-2 prepaid:W-1\n");
    assert_non_null(strstr(bench_view()->say, "W-1 is not the order that is paid here."));
    bench_keys("\033\b\b");
    assert_int_equal(bench_pieces(), 0);
    bench_keys("=order:W-2 prepaid\n");
    assert_int_equal(bench_sales(), 1);
    assert_int_equal(bench_sale()->tenders[0].kind, BX_TENDER_PREPAID);
    assert_string_equal(bench_sale()->tenders[0].reference, "W-2");
    shop_command("{\"verb\":\"sell\",\"basket\":\"a\",\"tenders\":[\"prepaid\"]}", 1);
    assert_non_null(strstr(bench.rig->text, "Only an order"));
}

int main(void)
{
#define shop_test(f) cmocka_unit_test_setup_teardown(f, shop_open, shop_close)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_read),
        cmocka_unit_test(errors_have_a_column),
        shop_test(screen_shows_the_column),
        shop_test(tab_completes),
        shop_test(whole_sales_by_line),
        shop_test(nothing_is_done_by_halves),
        shop_test(command_takes_the_same_words),
        shop_test(one_approver_for_a_whole_command),
        shop_test(prepaid_by_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
