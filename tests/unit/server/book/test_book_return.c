/* SPDX-License-Identifier: Apache-2.0 */
/* What a void, a refund and an exchange take back, and what they find when it is not there. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/domain/price.h"

static struct entry *back_write(struct venue *venue, struct till *till, enum bx_kind kind,
                                const struct entry *of, const int tickets[], int count)
{
    struct bx_sale *sale = bx_new(struct bx_sale);
    back_fill(of, tickets, count, sale);
    struct entry *entry = till_write(venue, till, kind, sale);
    bx_free(sale);
    return entry;
}

static void assert_verdict(struct venue *venue, int n, const struct bx_code *code, const char *why)
{
    struct bd_gate_scan scan = {{{2, (uint8_t)n}}, *code, "north", venue->turn.now};
    char part[64];
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    snprintf(part, sizeof part, "\"why\":\"%s\"", why);
    venue_begin(venue);
    MUST(bd_book_check_in(venue->book, &venue->turn, &scan, &out, NULL));
    venue_end(venue);
    if (strstr(bx_buf_text(&out), part) == NULL)
        fail_msg("%s", bx_buf_text(&out));
}

static void check_refund(enum store_kind kind)
{
    struct venue *venue = venue_create(kind);
    struct till *till = till_create(venue), *other = till_create(venue);
    struct entry *sale = till_sell(venue, till, POOL_A, 0, 0, 5);
    const struct bx_ticket *tickets = sale->sale.tickets;
    till_send_one(venue, till, sale);
    assert_pool(venue, POOL_A, 5, 0, 0);
    /* two of them, at another till */
    struct entry *refund = back_write(venue, other, BX_KIND_REFUND, sale, (int[]){1, 3}, 2);
    assert_int_equal(till_send_one(venue, other, refund), BX_ENTRY_RECORDED);
    assert_pool(venue, POOL_A, 3, 0, 0);
    assert_verdict(venue, 1, &tickets[1].code, "returned");
    assert_verdict(venue, 2, &tickets[0].code, "");
    assert_audit(venue);
    /* sent again it takes nothing back */
    assert_int_equal(till_send_one(venue, other, refund), BX_ENTRY_RECORDED);
    assert_pool(venue, POOL_A, 3, 0, 0);
    /* one of them a second time, and one that was used: with tasks */
    struct entry *twice = back_write(venue, till, BX_KIND_REFUND, sale, (int[]){3, 4}, 2);
    assert_int_equal(till_send_one(venue, till, twice), BX_ENTRY_RECORDED_TASK);
    assert_int_equal(count_tasks(venue, "returned"), 1);
    assert_pool(venue, POOL_A, 2, 0, 0);
    struct entry *used = back_write(venue, till, BX_KIND_REFUND, sale, (int[]){0}, 1);
    assert_int_equal(till_send_one(venue, till, used), BX_ENTRY_RECORDED_TASK);
    assert_int_equal(count_tasks(venue, "used"), 1);
    assert_pool(venue, POOL_A, 1, 0, 0);
    assert_verdict(venue, 3, &tickets[0].code, "returned");
    /* a new code for what was taken back lets nobody in */
    struct bx_code new;
    struct entry *replace = till_replace(venue, till, sale, 1, &tickets[1].code, &new);
    assert_int_equal(till_send_one(venue, till, replace), BX_ENTRY_RECORDED_TASK);
    assert_verdict(venue, 4, &new, "returned");
    assert_audit(venue);
    till_destroy(till);
    till_destroy(other);
    venue_destroy(venue);
}

static void refund(void **state)
{
    (void)state;
    check_refund(STORE_MEMORY);
    check_refund(STORE_SQLITE);
}

static void a_correction_waits_for_its_sale(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue), *other = till_create(venue);
    struct entry *sale = till_sell(venue, till, POOL_A, 0, 0, 2);
    struct entry *undo = back_write(venue, other, BX_KIND_REFUND, sale, (int[]){0, 1}, 2);
    assert_int_equal(till_send_one(venue, other, undo), BX_ENTRY_WAITING);
    assert_pool(venue, POOL_A, 0, 0, 0);
    assert_audit(venue);
    assert_int_equal(till_send_one(venue, till, sale), BX_ENTRY_RECORDED_TASK); /* no lease */
    assert_pool(venue, POOL_A, 0, 0, 0);
    assert_verdict(venue, 1, &sale->sale.tickets[0].code, "returned");
    assert_int_equal(till_send_one(venue, other, undo), BX_ENTRY_RECORDED);
    assert_audit(venue);
    till_destroy(till);
    till_destroy(other);
    venue_destroy(venue);
}

static void what_is_over_goes_first(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    struct entry *sale = till_sell(venue, till, POOL_C, 0, 0, 23);
    till_send_one(venue, till, sale);
    assert_pool(venue, POOL_C, 20, 0, 3);
    till_send_one(venue, till, back_write(venue, till, BX_KIND_REFUND, sale, (int[]){0, 1}, 2));
    assert_pool(venue, POOL_C, 20, 0, 1);
    till_send_one(venue, till, back_write(venue, till, BX_KIND_REFUND, sale, (int[]){2, 3}, 2));
    assert_pool(venue, POOL_C, 19, 0, 0);
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

/* A till that prints more tickets than it sold pieces gives no places back that others sold. */
static void no_more_comes_back_than_was_sold(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue), *other = till_create(venue);
    struct bx_sale *sale = bx_new(struct bx_sale);
    till_send_one(venue, other, till_sell(venue, other, POOL_C, 0, 0, 10));
    sale_fill(venue, till, POOL_C, 5, sale);
    sale->basket.lines[0].quantity = 2;
    struct entry *sold = till_write(venue, till, BX_KIND_SALE, sale);
    till_send_one(venue, till, sold);
    assert_pool(venue, POOL_C, 12, 0, 0);
    struct entry *undo = back_write(venue, till, BX_KIND_VOID, sold, (int[]){0, 1, 2, 3, 4}, 5);
    till_send_one(venue, till, undo);
    assert_pool(venue, POOL_C, 10, 0, 0);
    bx_free(sale);
    till_destroy(till);
    till_destroy(other);
    venue_destroy(venue);
}

static void an_exchange_books_both_sides(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    struct bx_sale *back = bx_new(struct bx_sale), *sold = bx_new(struct bx_sale);
    struct entry *sale = till_sell(venue, till, POOL_A, 0, 0, 3);
    till_send_one(venue, till, sale);
    sale_fill(venue, till, POOL_B, 2, sold);
    back_fill(sale, (int[]){0, 2}, 2, back);
    sold->of = back->of;
    sold->back = back->back;
    sold->back_totals = back->back_totals;
    sold->back_ticket_count = 2;
    memcpy(sold->back_tickets, back->back_tickets, sizeof back->back_tickets);
    sold->tender_count = 0;
    struct entry *exchange = till_write(venue, till, BX_KIND_EXCHANGE, sold);
    /* its places came from no lease, as those of the sale */
    assert_int_equal(till_send_one(venue, till, exchange), BX_ENTRY_RECORDED_TASK);
    assert_int_equal(count_tasks(venue, "over"), 2);
    assert_pool(venue, POOL_A, 1, 0, 0);
    assert_pool(venue, POOL_B, 2, 0, 0);
    assert_verdict(venue, 1, &sale->sale.tickets[0].code, "returned");
    assert_verdict(venue, 2, &exchange->sale.tickets[1].code, "");
    /* and can be taken back itself */
    assert_int_equal(
        till_send_one(venue, till,
                      back_write(venue, till, BX_KIND_REFUND, exchange, (int[]){0}, 1)),
        BX_ENTRY_RECORDED);
    assert_pool(venue, POOL_B, 1, 0, 0);
    assert_audit(venue);
    bx_free(back);
    bx_free(sold);
    till_destroy(till);
    venue_destroy(venue);
}

static void a_group_ticket_admits_all_and_comes_back_whole(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    struct bx_sale *sale = bx_new(struct bx_sale);
    struct bd_ticket_row row = {.nth = 0};
    sale_fill(venue, till, POOL_A, 12, sale);
    sale->basket.lines[0].group = true;
    sale->warrant_count = 1;
    sale->warrants[0] = (struct bx_warrant){.what = {"over"}, .approver = 3};
    sale->ticket_count = 1;
    MUST(bx_basket_totals(&sale->basket, true, &sale->totals));
    struct entry *entry = till_write(venue, till, BX_KIND_SALE, sale);
    till_send_one(venue, till, entry);
    assert_int_equal(count_tasks(venue, "sums"), 0);
    assert_pool(venue, POOL_A, 12, 0, 0);
    row.order = entry->envelope.id;
    MUST(bd_get(venue->store, BD_TICKET, &row, NULL));
    assert_int_equal(row.persons, 12);
    assert_audit(venue);
    till_send_one(venue, till, back_write(venue, till, BX_KIND_VOID, entry, (int[]){0}, 1));
    assert_pool(venue, POOL_A, 0, 0, 0);
    assert_verdict(venue, 1, &entry->sale.tickets[0].code, "returned");
    assert_audit(venue);
    bx_free(sale);
    till_destroy(till);
    venue_destroy(venue);
}

static void training_takes_nothing(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    struct bx_sale *sale = bx_new(struct bx_sale);
    struct bx_code new;
    sale_fill(venue, till, POOL_A, 2, sale);
    sale->training = true;
    struct entry *entry = till_write(venue, till, BX_KIND_SALE, sale);
    assert_int_equal(till_send_one(venue, till, entry), BX_ENTRY_RECORDED);
    assert_pool(venue, POOL_A, 0, 0, 0);
    assert_verdict(venue, 1, &entry->sale.tickets[0].code, "unknown");
    /* what corrects it has nothing to wait for */
    struct entry *replace = till_replace(venue, till, entry, 0, &entry->sale.tickets[0].code, &new);
    assert_int_equal(till_send_one(venue, till, replace), BX_ENTRY_RECORDED);
    assert_verdict(venue, 2, &new, "unknown");
    back_fill(entry, (int[]){0, 1}, 2, sale);
    sale->training = true;
    assert_int_equal(till_send_one(venue, till, till_write(venue, till, BX_KIND_VOID, sale)),
                     BX_ENTRY_RECORDED);
    assert_audit(venue);
    bx_free(sale);
    till_destroy(till);
    venue_destroy(venue);
}

/* Pieces that print nothing: no more comes back than was sold. */
static void what_has_no_tickets_comes_back_by_the_line(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    struct bx_sale *sale = bx_new(struct bx_sale), *back = bx_new(struct bx_sale);
    struct bx_fault fault = {0};
    const struct bx_slug guide = {"guide"};
    bx_money left;
    sale_fill(venue, till, POOL_A, 1, sale);
    sale->tender_count = 0;
    MUST(bx_basket_add(&sale->basket, venue->programme,
                       bx_programme_product(venue->programme, &guide), NULL, 3,
                       (struct bx_date){2026, 11, 24}, &fault));
    MUST(bx_basket_totals(&sale->basket, true, &sale->totals));
    MUST(bx_tender_add(sale, 1, BX_TENDER_CASH, sale->totals.total, "", &left, &fault));
    sale->warrant_count = 1;
    sale->warrants[0] = (struct bx_warrant){.what = {"over"}, .approver = 3};
    struct entry *entry = till_write(venue, till, BX_KIND_SALE, sale);
    till_send_one(venue, till, entry);
    for (int i = 0; i < 2; i++) {
        back_fill(entry, (int[]){0}, 1, back); /* for its currency */
        back->back_ticket_count = back->tender_count = 0;
        back->back.lines[0] = entry->sale.basket.lines[1];
        back->back.lines[0].quantity = 2;
        back->back_lines[0] = 1;
        MUST(bx_basket_totals(&back->back, true, &back->back_totals));
        MUST(bx_tender_add(back, 1, BX_TENDER_CASH, bx_money_of(-1200), "", &left, &fault));
        till_send_one(venue, till, till_write(venue, till, BX_KIND_REFUND, back));
        assert_int_equal(count_tasks(venue, "returned"), i);
        assert_int_equal(count_tasks(venue, "sums"), 0);
    }
    struct bd_order_line_row line = {.order = entry->envelope.id, .nth = 1};
    MUST(bd_get(venue->store, BD_ORDER_LINE, &line, NULL));
    assert_int_equal(line.returned, 3);
    assert_audit(venue);
    bx_free(sale);
    bx_free(back);
    till_destroy(till);
    venue_destroy(venue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refund),
        cmocka_unit_test(a_correction_waits_for_its_sale),
        cmocka_unit_test(what_is_over_goes_first),
        cmocka_unit_test(no_more_comes_back_than_was_sold),
        cmocka_unit_test(an_exchange_books_both_sides),
        cmocka_unit_test(a_group_ticket_admits_all_and_comes_back_whole),
        cmocka_unit_test(training_takes_nothing),
        cmocka_unit_test(what_has_no_tickets_comes_back_by_the_line),
    };
    return cmocka_run_group_tests_name("book: returns", tests, NULL, NULL);
}
