/* SPDX-License-Identifier: Apache-2.0 */
#include "boxtill/domain/fiscal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/domain/report.h"
#include "samples.h"

static void every_kind_has_a_process(void **state)
{
    (void)state;
    int documents = 0;
    for (int kind = 0; kind < BX_KINDS; kind++) {
        enum bx_process process = bx_process_of((enum bx_kind)kind, false);
        assert_non_null(bx_process_word(process));
        documents += process != BX_PROCESS_NONE;
        if (bx_kind_shape((enum bx_kind)kind) == BX_SHAPE_NOTE)
            assert_int_equal(process, BX_PROCESS_NONE);
        bool sale = bx_kind_shape((enum bx_kind)kind) == BX_SHAPE_SALE;
        assert_int_equal(process == BX_PROCESS_RECEIPT, sale);
        assert_int_equal(bx_process_of((enum bx_kind)kind, true),
                         sale ? BX_PROCESS_TRAINING : process);
    }
    assert_int_equal(documents, 13);
    assert_int_equal(bx_process_of(BX_KIND_SHIFT_CLOSE, false), BX_PROCESS_CLOSING);
    assert_int_equal(bx_process_of(BX_KIND_DROP, false), BX_PROCESS_TRANSFER);
    assert_int_equal(bx_process_of(BX_KIND_NO_SALE, false), BX_PROCESS_OTHER);
}

static void states_have_words(void **state)
{
    (void)state;
    for (int i = 0; i < BX_SIGN_STATES; i++) {
        enum bx_sign_state found = i ? BX_SIGN_NONE : BX_SIGN_LATE;
        assert_int_equal(bx_sign_state_parse(bx_sign_state_word((enum bx_sign_state)i), &found), 0);
        assert_int_equal(found, i);
    }
}

/* Sold in two rates, taken back in one of them. */
static void a_sale_is_what_goes_in_less_what_goes_out(void **state)
{
    (void)state;
    struct bx_sale *sale = bx_new(struct bx_sale);
    struct bx_entry_head head = {
        .till = 2, .seq = 412, .kind = BX_KIND_EXCHANGE, .number = "2-X000001", .at = {5}};
    struct bx_content content = {.sale = sale};
    struct bx_fiscal_document document;
    snprintf(sale->currency, sizeof(sale->currency), "EUR");
    sale->exponent = 2;
    sale->totals = (struct bx_totals){
        .total = {6000},
        .outside = {500},
        .rate_count = 2,
        .rates = {{70000, {4800}, {4486}, {314}}, {190000, {700}, {588}, {112}}}};
    sale->back_totals = (struct bx_totals){
        .total = {2400}, .rate_count = 1, .rates = {{70000, {2400}, {2243}, {157}}}};
    sale->tender_count = 2;
    sale->tenders[0] = (struct bx_tender){.kind = BX_TENDER_CARD, .amount = {3000}};
    sale->tenders[1] = (struct bx_tender){.kind = BX_TENDER_CASH, .amount = {600}};
    bx_fiscal_document_make(&document, &head, &content, "CHF", 0);
    assert_int_equal(document.process, BX_PROCESS_RECEIPT);
    assert_string_equal(document.currency, "EUR");
    assert_int_equal(document.exponent, 2);
    assert_int_equal(document.total.minor, 3600);
    assert_int_equal(document.outside.minor, 500);
    assert_int_equal(document.rate_count, 2);
    assert_int_equal(document.rates[0].gross.minor, 2400);
    assert_int_equal(document.rates[0].net.minor, 2243);
    assert_int_equal(document.rates[1].tax.minor, 112);
    assert_int_equal(document.tenders[BX_TENDER_CARD].minor, 3000);
    assert_int_equal(document.tenders[BX_TENDER_CASH].minor, 600);
    assert_string_equal(document.number, "2-X000001");
    sale->training = true;
    bx_fiscal_document_make(&document, &head, &content, "CHF", 0);
    assert_int_equal(document.process, BX_PROCESS_TRAINING);
    bx_free(sale);
}

static void cash_moves_in_and_out(void **state)
{
    (void)state;
    struct bx_cash_entry cash = {.drawer = 1, .amount = {5000}};
    struct bx_content content = {.cash = &cash};
    static const struct {
        enum bx_kind kind;
        int64_t total, tender;
    } cases[] = {{BX_KIND_FLOAT, 5000, 5000},
                 {BX_KIND_PAID_IN, 5000, 5000},
                 {BX_KIND_PAID_OUT, -5000, -5000},
                 {BX_KIND_DROP, -5000, -5000},
                 {BX_KIND_COUNT, 5000, 0}};
    for (size_t i = 0; i < bx_countof(cases); i++) {
        struct bx_entry_head head = {.kind = cases[i].kind};
        struct bx_fiscal_document document;
        bx_fiscal_document_make(&document, &head, &content, "EUR", 2);
        assert_int_equal(document.process, BX_PROCESS_TRANSFER);
        assert_int_equal(document.total.minor, cases[i].total);
        assert_int_equal(document.tenders[BX_TENDER_CASH].minor, cases[i].tender);
        assert_string_equal(document.currency, "EUR");
    }
}

static void a_correction_moves_between_tenders(void **state)
{
    (void)state;
    struct bx_tender_change change = {
        .from = BX_TENDER_CASH, .to = BX_TENDER_CARD, .amount = {2400}};
    struct bx_content content = {.change = &change};
    struct bx_entry_head head = {.kind = BX_KIND_TENDER_CORRECTION};
    struct bx_fiscal_document document;
    bx_fiscal_document_make(&document, &head, &content, "EUR", 2);
    assert_int_equal(document.total.minor, 0);
    assert_int_equal(document.tenders[BX_TENDER_CASH].minor, -2400);
    assert_int_equal(document.tenders[BX_TENDER_CARD].minor, 2400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_a_process),
        cmocka_unit_test(states_have_words),
        cmocka_unit_test(a_sale_is_what_goes_in_less_what_goes_out),
        cmocka_unit_test(cash_moves_in_and_out),
        cmocka_unit_test(a_correction_moves_between_tenders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
