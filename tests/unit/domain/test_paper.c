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
#include "boxtill/domain/paper.h"

static void takes_everything_from_the_entry(void **state)
{
    (void)state;
    struct bx_sale *sale = bx_new(struct bx_sale);
    sale->basket.count = 2;
    sale->basket.lines[0].offset_min = 60;
    sale->basket.lines[1].offset_min = 120;
    BX_TEXT_COPY(sale->basket.lines[1].name, "Child");
    sale->ticket_count = 1;
    sale->tickets[0].line = 1;
    BX_TEXT_COPY(sale->tickets[0].code.s, "B1CODE");
    struct bx_entry_head head = {.till = 2, .at = {1764000000000000}};
    BX_TEXT_COPY(head.number, "2-000007");
    struct bx_hash hash = {{0x00, 0x0f, 0xf0, 0xab, 0xcd}};
    struct bx_paper *paper = bx_new(struct bx_paper);

    bx_paper_make(paper, BX_PAPER_TICKET, &head, &hash, sale, 0);
    assert_string_equal(paper->chain, "000ff0ab");
    assert_string_equal(paper->number, "2-000007");
    assert_string_equal(paper->code.s, "B1CODE");
    assert_int_equal(paper->till, 2);
    assert_int_equal(paper->at.us, head.at.us);
    assert_int_equal(paper->offset_min, 120);
    assert_int_equal(paper->copy, 0);
    assert_false(paper->replaced);
    assert_string_equal(bx_paper_line(paper)->name, "Child");
    assert_ptr_equal(bx_paper_line(paper), &paper->sale.basket.lines[1]);

    bx_paper_make(paper, BX_PAPER_RECEIPT, &head, &hash, sale, -1);
    assert_null(bx_paper_line(paper));
    assert_int_equal(paper->offset_min, 60);
    assert_string_equal(paper->code.s, "");
    paper->ticket = 1;
    assert_null(bx_paper_line(paper));
    bx_free(paper);
    bx_free(sale);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(takes_everything_from_the_entry)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
