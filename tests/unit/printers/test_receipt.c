/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "printers/receipt.h"
#include "sample.h"

static const char *line_with(const struct tp_receipt *receipt, const char *part)
{
    for (int i = 0; i < receipt->count; i++)
        if (strstr(receipt->lines[i].text, part))
            return receipt->lines[i].text;
    fail_msg("no line with \"%s\"", part);
    return NULL;
}

static int lines_with(const struct tp_receipt *receipt, const char *part)
{
    int found = 0;
    for (int i = 0; i < receipt->count; i++)
        found += strstr(receipt->lines[i].text, part) != NULL;
    return found;
}

static bool ends_with(const char *text, const char *tail)
{
    size_t len = strlen(text), cut = strlen(tail);
    return len >= cut && strcmp(text + len - cut, tail) == 0;
}

static void lines_fit(const struct bx_paper *paper, int columns)
{
    struct tp_receipt *receipt = tp_receipt_create(paper, columns);
    for (int i = 0; i < receipt->count; i++) {
        const struct tp_line *line = &receipt->lines[i];
        size_t cells = bx_text_columns(line->text) * (line->big ? 2 : 1);
        if (cells > (size_t)columns)
            fail_msg("%zu cells of %d: %s", cells, columns, line->text);
    }
    tp_receipt_destroy(receipt);
}

static void stays_within_its_columns(void **state)
{
    (void)state;
    static const int widths[] = {32, 42, 44, 48};
    for (int kind = SAMPLE_PLAIN; kind <= SAMPLE_LONG; kind += SAMPLE_LONG) {
        struct bx_paper *paper = sample_paper((enum sample_kind)kind, -1);
        paper->copy = 12;
        for (size_t w = 0; w < bx_countof(widths); w++)
            lines_fit(paper, widths[w]);
        bx_free(paper);
    }
}

static void says_what_was_paid(void **state)
{
    (void)state;
    struct bx_paper *paper = sample_paper(SAMPLE_PLAIN, -1);
    struct tp_receipt *receipt = tp_receipt_create(paper, 48);
    assert_true(ends_with(line_with(receipt, "2 Adult"), " 48.00"));
    assert_true(ends_with(line_with(receipt, "Guide book"), " 4.99"));
    assert_true(ends_with(line_with(receipt, "TOTAL"), "EUR 61.99"));
    assert_true(ends_with(line_with(receipt, "Cash rounding"), " 0.01"));
    assert_true(ends_with(line_with(receipt, "To pay"), " 62.00"));
    assert_true(ends_with(line_with(receipt, "Card 4711"), " 10.00"));
    assert_true(ends_with(line_with(receipt, "Received"), " 60.00"));
    assert_true(ends_with(line_with(receipt, "Change"), " 8.00"));
    assert_non_null(strstr(line_with(receipt, "19 %"), "4.19"));
    line_with(receipt, "Receipt 2-000412");
    line_with(receipt, "24 Nov 2026 14:21");
    line_with(receipt, "Tue 24 Nov 2026 14:30–14:45");
    line_with(receipt, "Cashier Ana");
    line_with(receipt, "chain 3fa9c1d2");
    assert_int_equal(lines_with(receipt, "Light on Water"), 1);
    assert_int_equal(lines_with(receipt, "COPY"), 0);
    tp_receipt_destroy(receipt);
    bx_free(paper);
}

static void marks_a_copy_at_both_ends(void **state)
{
    (void)state;
    struct bx_paper *paper = sample_paper(SAMPLE_PLAIN, -1);
    paper->copy = 3;
    struct tp_receipt *receipt = tp_receipt_create(paper, 42);
    assert_int_equal(lines_with(receipt, "COPY 3"), 2);
    assert_non_null(strstr(receipt->lines[receipt->count - 1].text, "COPY 3"));
    tp_receipt_destroy(receipt);
    bx_free(paper);
}

static void adds_tax_where_prices_are_without(void **state)
{
    (void)state;
    struct bx_paper *paper = sample_paper(SAMPLE_PLAIN, -1);
    paper->sale.tax_included = false;
    paper->sale.totals.rates[0].ppm = 55000;
    struct tp_receipt *receipt = tp_receipt_create(paper, 48);
    assert_true(ends_with(line_with(receipt, "Tax 5.5 %"), " 3.73"));
    assert_true(ends_with(line_with(receipt, "Tax 19 %"), " 0.80"));
    tp_receipt_destroy(receipt);
    bx_free(paper);
}

static void bears_the_largest_sale(void **state)
{
    (void)state;
    struct bx_paper *paper = sample_paper(SAMPLE_LONG, -1);
    struct bx_sale *sale = &paper->sale;
    sale->exponent = 3;
    sale->basket.count = BX_LINES_MAX;
    for (int i = 1; i < BX_LINES_MAX; i++) {
        sale->basket.lines[i] = sale->basket.lines[0];
        sale->basket.lines[i].quantity = BX_QUANTITY_MAX;
        snprintf(sale->basket.lines[i].slot.s, BX_SLUG_SIZE, "slot-%d", i);
    }
    sale->totals.total = bx_money_of(BX_MONEY_MAX);
    sale->totals.rate_count = BX_RATES_MAX;
    sale->tender_count = BX_TENDERS_MAX;
    for (int i = 0; i < BX_TENDERS_MAX; i++)
        sale->tenders[i] = sale->tenders[1];
    struct tp_receipt *receipt = tp_receipt_create(paper, 32);
    assert_in_range(receipt->count, 5 * BX_LINES_MAX, TP_RECEIPT_LINES_MAX);
    tp_receipt_destroy(receipt);
    bx_free(paper);
}

static void shows_what_a_device_signed(void **state)
{
    (void)state;
    struct bx_paper *paper = sample_paper(SAMPLE_PLAIN, -1);
    BX_TEXT_COPY(paper->sign_text, "Device 0123 transaction 7");
    BX_TEXT_COPY(paper->sign, "BXF1;0123;7");
    struct tp_receipt *receipt = tp_receipt_create(paper, 42);
    int codes = 0;
    for (int i = 0; i < receipt->count; i++)
        codes += receipt->lines[i].code && strcmp(receipt->lines[i].text, paper->sign) == 0;
    assert_int_equal(codes, 1);
    line_with(receipt, "Device 0123 transaction 7");
    tp_receipt_destroy(receipt);
    paper->sign[0] = '\0'; /* out of order: words only */
    receipt = tp_receipt_create(paper, 42);
    for (int i = 0; i < receipt->count; i++)
        assert_false(receipt->lines[i].code);
    tp_receipt_destroy(receipt);
    bx_free(paper);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stays_within_its_columns),
        cmocka_unit_test(shows_what_a_device_signed),
        cmocka_unit_test(says_what_was_paid),
        cmocka_unit_test(marks_a_copy_at_both_ends),
        cmocka_unit_test(adds_tax_where_prices_are_without),
        cmocka_unit_test(bears_the_largest_sale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
