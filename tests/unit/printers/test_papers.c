/* SPDX-License-Identifier: Apache-2.0 */
/* The papers beside a plain sale's: what is taken back, training, group tickets, reports, vouchers,
 * and the drawer's pulse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "printers/lang/escpos.h"
#include "printers/layout.h"
#include "printers/printers.h"
#include "sample.h"

/* All lines of the receipt, each in its width. */
static void receipt_text(const struct bx_paper *paper, int columns, struct bx_buf *out)
{
    struct tp_receipt *receipt = tp_receipt_create(paper, columns);
    for (int i = 0; i < receipt->count; i++) {
        size_t wide = bx_text_columns(receipt->lines[i].text);
        assert_true(wide <= (size_t)(receipt->lines[i].big ? columns / 2 : columns));
        bx_buf_format(out, "%s\n", receipt->lines[i].text);
    }
    tp_receipt_destroy(receipt);
}

static void has(const struct bx_buf *text, const char *what)
{
    if (!strstr(bx_buf_text(text), what))
        fail_msg("no \"%s\" in\n%s", what, bx_buf_text(text));
}

static struct bx_paper *refund(void)
{
    struct bx_paper *paper = sample_paper(SAMPLE_PLAIN, -1);
    struct bx_sale *sale = &paper->sale;
    sale->back = sale->basket;
    sale->back.count = 2;
    sale->back_totals = (struct bx_totals){.total = {5700},
                                           .persons = 3,
                                           .tickets = 3,
                                           .rate_count = 1,
                                           .rates = {{70000, {5700}, {5327}, {373}}}};
    sale->basket.count = 0;
    sale->totals = (struct bx_totals){0};
    sale->rounding = bx_money_of(0);
    sale->tender_count = 1;
    sale->tenders[0] =
        (struct bx_tender){.kind = BX_TENDER_CASH, .amount = {-5700}, .received = {-5700}};
    paper->entry = BX_KIND_REFUND;
    BX_TEXT_COPY(paper->number, "2-R000007");
    BX_TEXT_COPY(paper->title, "for 2-000412");
    return paper;
}

static void takes_back_with_a_minus(void **state)
{
    (void)state;
    static const int widths[] = {32, 42, 44, 48};
    struct bx_paper *paper = refund();
    for (size_t i = 0; i < bx_countof(widths); i++) {
        bx_buf_auto text = {0};
        receipt_text(paper, widths[i], &text);
        has(&text, "Refund 2-R000007");
        has(&text, "for 2-000412");
        has(&text, "Taken back");
        has(&text, "-48.00");
        has(&text, "EUR -57.00");
        has(&text, "-3.73");
        has(&text, "-3 persons");
    }
    bx_free(paper);
}

static void says_why_it_is_cheaper(void **state)
{
    (void)state;
    struct bx_paper *paper = sample_paper(SAMPLE_PLAIN, -1);
    paper->sale.basket.lines[0].off = bx_money_of(480);
    BX_TEXT_COPY(paper->sale.basket.lines[0].why_text, "Press");
    bx_buf_auto text = {0};
    receipt_text(paper, 48, &text);
    has(&text, "    Press");
    has(&text, "-4.80");
    bx_free(paper);
}

static void marks_training_on_every_sheet(void **state)
{
    (void)state;
    bx_buf_auto text = {0};
    struct tp_device device = tp_device_usual();
    struct bx_paper *paper = sample_paper(SAMPLE_PLAIN, -1);
    paper->training = true;
    receipt_text(paper, 48, &text);
    has(&text, "* TRAINING - NOT VALID *");
    bx_free(paper);
    paper = sample_paper(SAMPLE_PLAIN, 0);
    struct tp_layout *plain = tp_layout_create(paper, &device, NULL);
    paper->training = true;
    struct tp_layout *marked = tp_layout_create(paper, &device, NULL);
    int found = 0;
    for (int i = 0; i < marked->count; i++)
        found += strcmp(marked->boxes[i].text, "TRAINING - NOT VALID") == 0;
    assert_int_equal(found, 1);
    assert_true(marked->height > plain->height);
    tp_layout_destroy(plain);
    tp_layout_destroy(marked);
    bx_free(paper);
}

static void group_ticket_admits_all(void **state)
{
    (void)state;
    struct tp_device device = tp_device_usual();
    struct bx_paper *paper = sample_paper(SAMPLE_PLAIN, 0);
    paper->sale.basket.lines[0].group = true;
    paper->sale.basket.lines[0].quantity = 43;
    struct tp_layout *layout = tp_layout_create(paper, &device, NULL);
    bx_buf_auto text = {0};
    for (int i = 0; i < layout->count; i++)
        bx_buf_format(&text, "%s\n", layout->boxes[i].text);
    has(&text, "43 persons");
    has(&text, "GROUP TICKET");
    has(&text, "EUR 1032.00");
    tp_layout_destroy(layout);
    bx_free(paper);
}

static void lays_a_report_out(void **state)
{
    (void)state;
    static const int widths[] = {32, 42, 44, 48};
    struct bx_paper *paper = sample_paper(SAMPLE_PLAIN, -1);
    paper->kind = BX_PAPER_REPORT;
    BX_TEXT_COPY(paper->number, "2-Z000041");
    BX_TEXT_COPY(paper->title, "Z report");
    BX_TEXT_COPY(paper->foot, "Thank you for your visit");
    BX_TEXT_COPY(paper->text, "# Tenders\nCash\t1234.50\n-\nA name that is much longer than any "
                              "paper is wide\t9.00\n");
    for (size_t i = 0; i < bx_countof(widths); i++) {
        bx_buf_auto text = {0};
        receipt_text(paper, widths[i], &text);
        has(&text, "Z report");
        has(&text, "2-Z000041");
        has(&text, "\nTenders\n");
        has(&text, " 1234.50\n");
        has(&text, " 9.00\n");
        assert_null(strstr(bx_buf_text(&text), "Thank you"));
    }
    char *at = paper->text;
    for (size_t used = 0; used + 20 < sizeof(paper->text); used += 10)
        memcpy(at + used, "line\t1.00\n\0", 11);
    bx_buf_auto text = {0};
    receipt_text(paper, 48, &text); /* too much for one paper, and it says so */
    has(&text, "There is more");
    bx_free(paper);
}

static void voucher_shows_value_and_code(void **state)
{
    (void)state;
    struct tp_device device = tp_device_usual();
    struct bx_paper *paper = sample_paper(SAMPLE_PLAIN, -1);
    paper->kind = BX_PAPER_VOUCHER;
    paper->ticket = 2;
    BX_TEXT_COPY(paper->code.s, "BS1234567890ABCDEFGH");
    struct tp_layout *layout = tp_layout_create(paper, &device, NULL);
    assert_non_null(layout);
    bx_buf_auto text = {0};
    for (int i = 0; i < layout->count; i++)
        bx_buf_format(&text, "%s\n", layout->boxes[i].text);
    has(&text, "EUR 4.99");
    has(&text, "BS12 3456 7890 ABCD EFGH");
    tp_layout_destroy(layout);
    bx_free(paper);
}

static void drawer_is_one_pulse(void **state)
{
    (void)state;
    bx_buf_auto one = {0};
    bx_buf_auto two = {0};
    tp_escpos_drawer(&one, 1);
    tp_escpos_drawer(&two, 2);
    assert_int_equal(one.len, 5);
    assert_memory_equal(one.data, "\x1bp\0\x19\xfa", 5);
    assert_memory_equal(two.data, "\x1bp\x01\x19\xfa", 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_back_with_a_minus),
        cmocka_unit_test(says_why_it_is_cheaper),
        cmocka_unit_test(marks_training_on_every_sheet),
        cmocka_unit_test(group_ticket_admits_all),
        cmocka_unit_test(lays_a_report_out),
        cmocka_unit_test(voucher_shows_value_and_code),
        cmocka_unit_test(drawer_is_one_pulse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
