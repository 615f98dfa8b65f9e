/* SPDX-License-Identifier: Apache-2.0 */
/* Rows: their order, their limits, and that the same entries give the same rows however they are
 * added up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/domain/figures.h"
#include "boxtill/domain/price.h"
#include "samples.h"

static void finish(struct bx_figures *figures)
{
    bx_figures_finish(figures);
}
#define figures_auto __attribute__((cleanup(finish))) struct bx_figures

static void add(struct bx_figures *figures, const char *what, const char *name, int64_t count,
                int64_t amount)
{
    assert_int_equal(bx_figures_add(figures, what, name, count, amount), 0);
}

static void assert_row(const struct bx_figures *figures, const char *what, const char *name,
                       int64_t count, int64_t amount)
{
    const struct bx_figure *row = bx_figures_get(figures, what, name);
    if (row->count != count || row->amount != amount)
        fail_msg("%s/%s is %lld, %lld", what, name, (long long)row->count, (long long)row->amount);
}

static void assert_same(const struct bx_figures *a, const struct bx_figures *b)
{
    const struct bx_figure *row = bx_figures_differ(a, b);
    if (row)
        fail_msg("%s/%s: %lld, %lld", row->what, row->name, (long long)row->count,
                 (long long)row->amount);
}

static void test_rows(void **state)
{
    (void)state;
    figures_auto figures = {0};
    add(&figures, "tender", "cash", 1, 500);
    add(&figures, "tender", "card", 2, 700);
    add(&figures, "sale", "", 3, 1200);
    add(&figures, "tender", "cash", 1, -200);
    add(&figures, "nothing", "", 0, 0);
    assert_int_equal(figures.count, 3);
    assert_string_equal(figures.rows[0].what, "sale");
    assert_string_equal(figures.rows[1].name, "card");
    assert_row(&figures, "tender", "cash", 2, 300);
    assert_row(&figures, "tender", "cheque", 0, 0);
    assert_int_equal(bx_figures_sum(&figures, "tender", NULL), 1000);
    assert_int_equal(bx_figures_sum(&figures, "tender", "ca"), 1000);
    assert_int_equal(bx_figures_sum(&figures, "tender", "car"), 700);
    assert_int_equal(bx_figures_sum(&figures, "tend", NULL), 0);
}

static void test_limits(void **state)
{
    (void)state;
    figures_auto figures = {0}, more = {0};
    add(&figures, "a", "", 1, BX_MONEY_MAX - 1);
    assert_int_equal(bx_figures_add(&figures, "a", "", 1, 2), BX_ERR_FULL);
    assert_int_equal(bx_figures_add(&figures, "b", "", 0, BX_MONEY_MAX + 1), BX_ERR_FULL);
    assert_row(&figures, "a", "", 1, BX_MONEY_MAX - 1);
    add(&figures, "a", "", 1, 1);
    add(&figures, "a", "x", 1, BX_MONEY_MAX);
    assert_int_equal(bx_figures_sum(&figures, "a", NULL), BX_MONEY_MAX);
    /* all or nothing */
    add(&more, "0", "", 1, 1);
    add(&more, "a", "", 1, 1);
    assert_int_equal(bx_figures_merge(&figures, &more), BX_ERR_FULL);
    assert_row(&figures, "0", "", 0, 0);
    for (int i = (int)figures.count; i < BX_FIGURES_MAX; i++) {
        char name[16];
        snprintf(name, sizeof(name), "%d", i);
        add(&figures, "row", name, 1, 0);
    }
    assert_int_equal(bx_figures_add(&figures, "row", "one more", 1, 0), BX_ERR_FULL);
    add(&figures, "row", "77", 1, 0);
    bx_figures_clear(&more);
    add(&more, "row", "one more", 1, 0);
    assert_int_equal(bx_figures_merge(&figures, &more), BX_ERR_FULL);
    assert_int_equal(figures.count, BX_FIGURES_MAX);
}

static void test_differ(void **state)
{
    (void)state;
    figures_auto a = {0}, b = {0};
    add(&a, "x", "1", 1, 1);
    add(&a, "z", "", 1, 1);
    add(&b, "x", "1", 1, 1);
    add(&b, "x", "2", 1, 5); /* 0 in the end */
    add(&b, "x", "2", -1, -5);
    add(&b, "z", "", 1, 1);
    assert_null(bx_figures_differ(&a, &b));
    assert_null(bx_figures_differ(&b, &a));
    add(&b, "y", "", 0, 3);
    assert_string_equal(bx_figures_differ(&a, &b)->what, "y");
    assert_string_equal(bx_figures_differ(&b, &a)->what, "y");
    add(&a, "y", "", 0, 4);
    assert_string_equal(bx_figures_differ(&a, &b)->what, "y");
    add(&b, "zz", "", 1, 0);
    bx_figures_clear(&a);
    assert_string_equal(bx_figures_differ(&a, &b)->what, "x");
}

/* Makes the rest of V2's fields that a sample sale does not have. */
static void colour(struct bx_rand *rand, struct bx_sale *sale, struct bx_entry_head *head)
{
    head->at.us = 1795526525123456 + sample_below(rand, 20) * 1800 * BX_SECOND_US;
    head->user = 7 + sample_below(rand, 3);
    sale->offline = sample_below(rand, 2) == 0;
    sale->training = sample_below(rand, 8) == 0;
    sale->corrections = sample_below(rand, 3);
    sale->drawer = (int)sample_below(rand, 3);
}

/* Sums that any set of sales must keep. */
static void assert_sums(const struct bx_figures *figures)
{
    int64_t in = bx_figures_sum(figures, "sale", NULL),
            out = bx_figures_sum(figures, "return", NULL),
            rounding = bx_figures_sum(figures, "rounding", NULL);
    assert_int_equal(bx_figures_sum(figures, "gross", NULL) +
                         bx_figures_sum(figures, "outside", NULL),
                     in - out);
    assert_int_equal(bx_figures_sum(figures, "net", NULL) + bx_figures_sum(figures, "tax", NULL),
                     bx_figures_sum(figures, "gross", NULL));
    assert_int_equal(bx_figures_sum(figures, "tender", NULL), in - out + rounding);
    assert_int_equal(bx_figures_sum(figures, "hour", NULL), in - out);
    assert_int_equal(bx_figures_sum(figures, "cashier", NULL), in - out);
    assert_int_equal(bx_figures_sum(figures, "drawer", NULL),
                     bx_figures_get(figures, "tender", "cash")->amount);
}

/* One after the other, in two halves merged, and through JSON: the same rows. */
static void test_any_way(void **state)
{
    (void)state;
    struct bx_rand rand = sample_rand(7);
    struct bx_sale *sale = bx_new(struct bx_sale);
    for (int round = 0; round < 20; round++) {
        figures_auto whole = {0}, first = {0}, second = {0}, read = {0};
        int64_t step = 1 + 4 * sample_below(&rand, 2);
        for (int i = 0; i < 10; i++) {
            struct bx_entry_head head;
            sample_sale(&rand, 2, step, sale, &head);
            colour(&rand, sale, &head);
            struct bx_content content = {.sale = sale};
            assert_int_equal(bx_figures_of(&whole, &head, &content), 0);
            assert_int_equal(bx_figures_of(i % 2 ? &first : &second, &head, &content), 0);
        }
        assert_int_equal(bx_figures_merge(&first, &second), 0);
        assert_same(&whole, &first);
        assert_sums(&whole);
        bx_buf_auto json;
        bx_buf_init(&json, 0);
        struct bx_json_writer writer;
        bx_json_write(&writer, &json);
        bx_json_object_open(&writer, NULL);
        bx_figures_put(&writer, "figures", &whole);
        bx_json_object_close(&writer);
        struct bx_fault fault;
        struct bx_json_doc *doc bx_cleanup(bx_json_destroy) =
            bx_json_parse(bx_buf_text(&json), json.len, 0xffffff, &fault);
        struct bx_json_reader reader;
        bx_json_read(&reader, bx_json_root(doc), "test", &fault);
        bx_figures_read(&reader, "figures", &read);
        assert_int_equal(reader.err, 0);
        assert_same(&whole, &read);
    }
    bx_free(sale);
}

static void test_json_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{\"f\":[[\"b\",\"\",1,1],[\"a\",\"\",1,1]]}",
        "{\"f\":[[\"a\",\"\",1,1],[\"a\",\"\",1,1]]}",
        "{\"f\":[[\"a\",\"\",1]]}",
        "{\"f\":[[\"a\",\"\",1,1,1]]}",
        "{\"f\":[[\"a\",1,1,1]]}",
        "{\"f\":[[\"a\",\"\",\"1\",1]]}",
        "{\"f\":[[\"a-name-that-is-longer-than-any\",\"\",1,1]]}",
        "{\"f\":[[\"a\",\"12345678901234567890123456789012345678901234567890\",1,1]]}",
        "{\"f\":[[\"a\",\"\\u202e\",1,1]]}",
        "{\"f\":[{\"a\":1,\"b\":2,\"c\":3,\"d\":4}]}",
        "{\"f\":[7]}",
        "{\"f\":{}}",
        "{}",
    };
    for (size_t i = 0; i < bx_countof(bad); i++) {
        figures_auto figures = {0};
        struct bx_fault fault = {0};
        struct bx_json_doc *doc bx_cleanup(bx_json_destroy) =
            bx_json_parse(bad[i], strlen(bad[i]), 4096, &fault);
        struct bx_json_reader reader;
        assert_non_null(doc);
        bx_json_read(&reader, bx_json_root(doc), "test", &fault);
        bx_figures_read(&reader, "f", &figures);
        if (!reader.err)
            fail_msg("taken: %s", bad[i]);
        assert_true(strlen(fault.say) > 10);
    }
}

/* A sale of 2 adults at a discount and a donation; then all of it back. */
static void test_there_and_back(void **state)
{
    (void)state;
    struct bx_sale *sale = bx_new(struct bx_sale), *back = bx_new(struct bx_sale);
    struct bx_entry_head head = {.kind = BX_KIND_SALE, .user = 7, .at.us = 1795526525123456};
    struct bx_content content = {.sale = sale};
    figures_auto figures = {0};
    sale->basket.count = 2;
    sale->basket.lines[0] = (struct bx_line){.product.s = "adult",
                                             .event.s = "perm",
                                             .slot.s = "s1",
                                             .price.minor = 2400,
                                             .list.minor = 2400,
                                             .off.minor = 480,
                                             .why.s = "staff",
                                             .tax_ppm = 70000,
                                             .persons = 1,
                                             .quantity = 2};
    sale->basket.lines[1] = (struct bx_line){.product.s = "donation",
                                             .kind = BX_LINE_DONATION,
                                             .price.minor = 180,
                                             .list.minor = 180,
                                             .quantity = 1};
    assert_int_equal(bx_basket_totals(&sale->basket, true, &sale->totals), 0);
    assert_int_equal(sale->totals.total.minor, 4500);
    sale->tender_count = 1;
    sale->tenders[0] = (struct bx_tender){.amount.minor = 4500, .received.minor = 4500};
    sale->warrant_count = 2;
    sale->warrants[0] =
        (struct bx_warrant){.what.s = "discount", .reason.s = "staff", .approver = 9};
    sale->warrants[1] = (struct bx_warrant){.what.s = "price", .reason.s = "damaged"};
    assert_int_equal(bx_figures_of(&figures, &head, &content), 0);
    assert_row(&figures, "sale", "", 1, 4500);
    assert_row(&figures, "gross", "70000", 0, 4320);
    assert_row(&figures, "outside", "donation", 1, 180);
    assert_row(&figures, "product", "adult", 2, 4320);
    assert_row(&figures, "slot", "s1", 2, 4320);
    assert_row(&figures, "event", "perm", 2, 4320);
    assert_row(&figures, "event", "", 0, 180);
    assert_row(&figures, "persons", "", 2, 0);
    assert_row(&figures, "discount", "staff", 2, 480);
    assert_row(&figures, "warrant", "discount", 1, 0);
    assert_row(&figures, "warrant", "price", 0, 0); /* nobody else was asked */
    assert_row(&figures, "hour", "2026-11-24T13", 1, 4500);
    assert_row(&figures, "drawer", "1/sale", 1, 4500);
    assert_row(&figures, "cashier", "7", 1, 4500);
    back->back = sale->basket;
    back->back_totals = sale->totals;
    back->tender_count = 1;
    back->tenders[0] = (struct bx_tender){.amount.minor = -4500, .received.minor = -4500};
    back->drawer = 2;
    head.kind = BX_KIND_VOID;
    head.user = 8;
    content.sale = back;
    assert_int_equal(bx_figures_of(&figures, &head, &content), 0);
    assert_row(&figures, "sale", "", 1, 4500);
    assert_row(&figures, "return", "void", 1, 4500);
    assert_row(&figures, "cashier", "8", 0, -4500);
    assert_row(&figures, "cashier-correction", "8", 1, 4500);
    assert_row(&figures, "product", "adult", 0, 0);
    assert_row(&figures, "discount", "staff", 0, 0);
    assert_row(&figures, "persons", "", 0, 0);
    assert_row(&figures, "drawer", "2/return", 1, -4500);
    assert_row(&figures, "tender", "cash", 2, 0);
    assert_sums(&figures);
    bx_free(sale);
    bx_free(back);
}

static void test_money_apart(void **state)
{
    (void)state;
    static const struct {
        enum bx_kind kind;
        int64_t amount;
        const char *what, *name;
        int64_t count, is;
    } rows[] = {
        {BX_KIND_SHIFT_OPEN, 20000, "drawer", "2/float", 1, 20000},
        {BX_KIND_FLOAT, 5000, "drawer", "2/float", 2, 25000},
        {BX_KIND_PAID_IN, 300, "drawer", "2/in", 1, 300},
        {BX_KIND_PAID_OUT, 450, "drawer", "2/out", 1, -450},
        {BX_KIND_DROP, 9000, "drawer", "2/drop", 1, -9000},
        {BX_KIND_NO_SALE, 0, "count", "no-sale", 1, 0},
        {BX_KIND_COUNT, 15000, "drawer", "2/float", 2, 25000},
        {BX_KIND_HAND_OVER, 15000, "drawer", "2/float", 2, 25000},
    };
    figures_auto figures = {0};
    struct bx_entry_head head = {.user = 7};
    struct bx_cash_entry cash = {.drawer = 2};
    struct bx_content content = {.cash = &cash};
    for (size_t i = 0; i < bx_countof(rows); i++) {
        head.kind = rows[i].kind;
        cash.amount.minor = rows[i].amount;
        assert_int_equal(bx_figures_of(&figures, &head, &content), 0);
        assert_row(&figures, rows[i].what, rows[i].name, rows[i].count, rows[i].is);
    }
    assert_int_equal(bx_figures_sum(&figures, "drawer", "2/"), 25000 + 300 - 450 - 9000);
    struct bx_tender_change change = {
        .from = BX_TENDER_CARD, .to = BX_TENDER_CASH, .amount.minor = 2400, .drawer = 2};
    head.kind = BX_KIND_TENDER_CORRECTION;
    content = (struct bx_content){.change = &change};
    assert_int_equal(bx_figures_of(&figures, &head, &content), 0);
    assert_row(&figures, "tender-change", "card>cash", 1, 2400);
    assert_row(&figures, "tender", "card", 0, -2400);
    assert_row(&figures, "tender", "cash", 0, 2400);
    assert_row(&figures, "drawer", "2/correction", 1, 2400);
    assert_row(&figures, "cashier-correction", "7", 1, 0);
    struct bx_paper_entry paper = {.approver = 9};
    head.kind = BX_KIND_REPRINT;
    content = (struct bx_content){.paper = &paper};
    assert_int_equal(bx_figures_of(&figures, &head, &content), 0);
    assert_row(&figures, "count", "reprint", 1, 0);
    assert_row(&figures, "warrant", "reprint", 1, 0);
}

/* Nothing of it where the shift's money is. */
static void test_training(void **state)
{
    (void)state;
    struct bx_rand rand = sample_rand(3);
    struct bx_sale *sale = bx_new(struct bx_sale);
    struct bx_entry_head head;
    figures_auto figures = {0};
    sample_sale(&rand, 2, 1, sale, &head);
    sale->training = true;
    struct bx_content content = {.sale = sale};
    assert_int_equal(bx_figures_of(&figures, &head, &content), 0);
    assert_int_equal(figures.count, 1);
    assert_row(&figures, "training", "", 1, sale->totals.total.minor);
    bx_free(sale);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),         cmocka_unit_test(test_limits),
        cmocka_unit_test(test_differ),       cmocka_unit_test(test_any_way),
        cmocka_unit_test(test_json_refused), cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_money_apart),  cmocka_unit_test(test_training),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
