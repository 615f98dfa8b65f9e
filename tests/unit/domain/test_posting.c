/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/rand.h"
#include "boxtill/domain/posting.h"

static const char plan_text[] = "[posting]\n"
                                "cash = 1600\ncard = 1460\nvoucher = 3280\nstored = 3280\n"
                                "account = 1400\nprepaid = 3272\ndonation = 8200\n"
                                "voucher_sold = 3280\nrounding = 4900\ndifference = 4905\n"
                                "float = 1601\npaid_in = 1590\npaid_out = 1590\nsafe = 1610\n"
                                "deposit = 1360\n"
                                "revenue = 70000:8300 190000:8400 8100\n"
                                "tax = 70000:1771 190000:1776\n"
                                "tax_code = 70000:2 190000:3\ncost_centre = 70000:100 200\n";

static struct bx_posting_plan plan_of(const char *text)
{
    struct bx_posting_plan plan;
    struct bx_fault fault;
    assert_int_equal(bx_posting_plan_read(text, strlen(text), &plan, &fault), 0);
    return plan;
}

static const struct bx_entry_head head = {.kind = BX_KIND_SHIFT_CLOSE,
                                          .till = 2,
                                          .seq = 40,
                                          .number = "2-Z000007",
                                          .at = {1795503490719550}};

static void add(struct bx_report *report, const char *what, const char *name, int64_t amount)
{
    assert_int_equal(bx_figures_add(&report->figures, what, name, 1, amount), 0);
}

static struct bx_report day(void)
{
    struct bx_report report = {.shift = 41, .closed = {1795503490719550}, .drawer_count = 1};
    add(&report, "net", "70000", 2243);
    add(&report, "tax", "70000", 157);
    add(&report, "gross", "70000", 2400);
    add(&report, "outside", "donation", 100);
    add(&report, "rounding", "", -2);
    add(&report, "tender", "cash", 1998);
    add(&report, "tender", "card", 500);
    add(&report, "drawer", "1/float", 20000);
    add(&report, "drawer", "1/sale", 1998);
    add(&report, "drawer", "1/drop", -1000);
    report.drawers[0] = (struct bx_drawer_close){.drawer = 1,
                                                 .expected = {20998},
                                                 .counted = {20988},
                                                 .was_counted = true,
                                                 .next_float = {20000},
                                                 .deposit = {988}};
    return report;
}

static const struct bx_posting_line *line_of(const struct bx_posting *posting, const char *what,
                                             const char *account)
{
    for (size_t i = 0; i < posting->count; i++)
        if (strcmp(posting->lines[i].what, what) == 0 &&
            strcmp(posting->lines[i].account, account) == 0)
            return &posting->lines[i];
    fail_msg("no line %s", what);
    return NULL;
}

static int64_t balance_of(const struct bx_posting *posting, const char *account)
{
    int64_t sum = 0;
    for (size_t i = 0; i < posting->count; i++)
        if (strcmp(posting->lines[i].account, account) == 0)
            sum += posting->lines[i].debit - posting->lines[i].credit;
    return sum;
}

static void test_a_day(void **state)
{
    (void)state;
    struct bx_posting_plan plan = plan_of(plan_text);
    struct bx_report report = day();
    struct bx_posting posting;
    struct bx_fault fault;
    assert_int_equal(bx_posting_make(&head, &report, &plan, &posting, &fault), 0);
    const struct bx_posting_line *revenue = line_of(&posting, "revenue 70000", "8300");
    assert_int_equal(revenue->credit, 2243);
    assert_string_equal(revenue->cost_centre, "100");
    assert_string_equal(revenue->tax_code, "2");
    assert_int_equal(line_of(&posting, "tax 70000", "1771")->credit, 157);
    assert_int_equal(line_of(&posting, "donation", "8200")->credit, 100);
    assert_int_equal(line_of(&posting, "rounding", "4900")->debit, 2);
    assert_int_equal(line_of(&posting, "drawer 1 safe", "1610")->debit, 1000);
    assert_int_equal(line_of(&posting, "drawer 1 difference", "4905")->debit, 10);
    assert_int_equal(line_of(&posting, "drawer 1 deposit", "1360")->debit, 988);
    assert_int_equal(balance_of(&posting, "1600"), 0);
    bx_report_finish(&report);
}

static void test_what_has_no_account(void **state)
{
    (void)state;
    struct bx_report report = day();
    struct bx_posting posting;
    struct bx_fault fault;
    struct bx_posting_plan plan = plan_of(plan_text);
    plan.accounts[BX_POST_CARD][0] = '\0';
    assert_int_equal(bx_posting_make(&head, &report, &plan, &posting, &fault), BX_ERR_MISSING);
    assert_non_null(strstr(fault.say, "tender card"));
    plan = plan_of(plan_text);
    memcpy(plan.lists[BX_POST_TAX], "190000:1776", 12);
    assert_int_equal(bx_posting_make(&head, &report, &plan, &posting, &fault), BX_ERR_MISSING);
    assert_non_null(strstr(fault.say, "tax 70000"));
    plan = plan_of(plan_text);
    add(&report, "tender", "shells", 1);
    assert_int_equal(bx_posting_make(&head, &report, &plan, &posting, &fault), BX_ERR_MISSING);
    bx_report_finish(&report);
}

static void test_figures_that_do_not_balance(void **state)
{
    (void)state;
    struct bx_report report = day();
    struct bx_posting posting;
    struct bx_fault fault;
    struct bx_posting_plan plan = plan_of(plan_text);
    struct bx_entry_head x = head;
    add(&report, "tender", "cash", 1);
    assert_int_equal(bx_posting_make(&head, &report, &plan, &posting, &fault), BX_ERR_CORRUPT);
    x.kind = BX_KIND_X_REPORT;
    assert_int_equal(bx_posting_make(&x, &report, &plan, &posting, &fault), BX_ERR_INPUT);
    bx_report_finish(&report);
}

static void test_a_plan_that_is_wrong(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "[posting]\ncahs = 1\n", "[posting]\nrevenue = seven:8300\n", "[posting]\nrevenue = 7:\n",
        "[posting]\ncash = 1234567890123456789012345\n", "[other]\ncash = 1\n"};
    struct bx_posting_plan plan;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct bx_fault fault = {0};
        assert_int_equal(bx_posting_plan_read(wrong[i], strlen(wrong[i]), &plan, &fault),
                         BX_ERR_INPUT);
        assert_non_null(strstr(fault.say, "posting.conf"));
    }
}

static uint64_t below(struct bx_rand *rand, uint64_t limit)
{
    uint64_t bits;
    bx_rand_draw(rand, &bits, sizeof(bits));
    return bits % limit;
}

/* Any shift whose figures agree with each other, of any size and sign. */
static struct bx_report any(struct bx_rand *rand)
{
    static const char *const rates[] = {"0", "70000", "190000"};
    static const char *const tenders[] = {"cash",   "card",    "voucher",
                                          "stored", "account", "prepaid"};
    static const char *const moves[] = {"1/float", "1/in", "1/out", "1/drop"};
    struct bx_report report = {.shift = 1, .drawer_count = 1};
    int64_t total = 0, part, cash = 0;
    for (size_t i = 0; i < 3; i++) {
        int64_t net = (int64_t)below(rand, 2000001) - 1000000;
        int64_t tax = i == 0 ? 0 : net / 10;
        add(&report, "net", rates[i], net);
        add(&report, "tax", rates[i], tax);
        total += net + tax;
    }
    part = (int64_t)below(rand, 5000) - 1000;
    add(&report, "outside", "donation", part);
    total += part;
    part = (int64_t)below(rand, 20000) - 5000;
    add(&report, "outside", "voucher", part);
    total += part;
    part = (int64_t)below(rand, 9) - 4;
    add(&report, "rounding", "", part);
    total += part;
    for (size_t i = 1; i < 6; i++) {
        part = (int64_t)below(rand, 400001) - 200000;
        add(&report, "tender", tenders[i], part);
        total -= part;
    }
    add(&report, "tender", tenders[0], total);
    cash = total;
    for (size_t i = 0; i < 4; i++) {
        part = (int64_t)below(rand, 50000) * (i < 2 ? 1 : -1);
        add(&report, "drawer", moves[i], part);
        cash += part;
    }
    int64_t counted = cash + (int64_t)below(rand, 201) - 100;
    int64_t stays = (int64_t)below(rand, 30000);
    report.drawers[0] = (struct bx_drawer_close){.drawer = 1,
                                                 .expected = bx_money_of(cash),
                                                 .counted = bx_money_of(counted),
                                                 .was_counted = true,
                                                 .next_float = bx_money_of(stays),
                                                 .deposit = bx_money_of(counted - stays)};
    return report;
}

static void test_every_shift_balances(void **state)
{
    (void)state;
    struct bx_posting_plan plan = plan_of(plan_text);
    struct bx_rand rand = {.seed = {41}};
    for (int i = 0; i < 2000; i++) {
        struct bx_report report = any(&rand);
        struct bx_posting posting;
        struct bx_fault fault = {0};
        int64_t debit = 0, credit = 0;
        assert_int_equal(bx_posting_make(&head, &report, &plan, &posting, &fault), 0);
        for (size_t line = 0; line < posting.count; line++) {
            assert_true(posting.lines[line].debit >= 0 && posting.lines[line].credit >= 0);
            assert_true((posting.lines[line].debit == 0) != (posting.lines[line].credit == 0));
            debit += posting.lines[line].debit;
            credit += posting.lines[line].credit;
        }
        assert_int_equal(debit, credit);
        assert_int_equal(debit, posting.sum);
        assert_int_equal(balance_of(&posting, "1600"), 0);
        bx_report_finish(&report);
    }
}

static void test_the_file(void **state)
{
    (void)state;
    struct bx_posting_plan plan = plan_of(plan_text);
    struct bx_report report = day();
    struct bx_posting posting;
    struct bx_fault fault;
    bx_buf_auto csv, again, json;
    bx_buf_init(&csv, 0);
    bx_buf_init(&again, 0);
    bx_buf_init(&json, 0);
    assert_int_equal(bx_posting_make(&head, &report, &plan, &posting, &fault), 0);
    bx_posting_csv(&head, &report, &posting, "EUR", 2, &csv);
    assert_non_null(strstr(bx_buf_text(&csv), "\r\n2-Z000007,2026-11-24T"));
    assert_non_null(strstr(bx_buf_text(&csv), "\"8300\",\"100\","
                                              "\"2\",\"revenue 70000\",0.00,22.43,EUR\r\n"));
    assert_int_equal(bx_posting_make(&head, &report, &plan, &posting, &fault), 0);
    bx_posting_csv(&head, &report, &posting, "EUR", 2, &again);
    assert_int_equal(csv.len, again.len);
    assert_memory_equal(csv.data, again.data, csv.len);
    bx_posting_json(&head, &report, &posting, "EUR", 2, &json);
    assert_non_null(strstr(bx_buf_text(&json), "\"what\":\"rounding\",\"debit\":2,\"credit\":0}"));
    bx_report_finish(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_day),
        cmocka_unit_test(test_what_has_no_account),
        cmocka_unit_test(test_figures_that_do_not_balance),
        cmocka_unit_test(test_a_plan_that_is_wrong),
        cmocka_unit_test(test_every_shift_balances),
        cmocka_unit_test(test_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
