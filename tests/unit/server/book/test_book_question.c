/* SPDX-License-Identifier: Apache-2.0 */
/* Baskets that wait, and sales looked up from any till. */
#include "asking.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/book/lists.h"

static struct bx_inquiry *inquiry_new(int id)
{
    struct bx_inquiry *inquiry = bx_new(struct bx_inquiry);
    inquiry->id.b[0] = 1;
    inquiry->id.b[15] = (uint8_t)id;
    return inquiry;
}

static int parked_count(struct venue *venue, const struct till *till)
{
    struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create();
    struct bx_inquiry *inquiry = inquiry_new(50);
    MUST(till_question(venue, till, BX_QUESTION_PARKED, inquiry, reply));
    bx_free(inquiry);
    return reply->parked_count;
}

/* Whether the till got it; what it got is the basket PARKED. */
static bool resume(struct venue *venue, const struct till *till, int id,
                   const struct bx_basket *parked)
{
    struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create();
    struct bx_inquiry *inquiry = inquiry_new(id);
    inquiry->basket.id = parked->id;
    MUST(till_question(venue, till, BX_QUESTION_RESUME, inquiry, reply));
    bx_free(inquiry);
    if (reply->yours) {
        assert_string_equal(reply->name, "red coat");
        assert_string_equal(reply->facts, "{}");
        assert_int_equal(reply->basket.count, parked->count);
        assert_int_equal(reply->basket.lines[0].quantity, parked->lines[0].quantity);
    }
    return reply->yours;
}

static void check_parked(enum store_kind kind)
{
    struct venue *venue = venue_create(kind);
    struct till *till = till_create(venue), *other = till_create(venue);
    struct bx_inquiry *inquiry = inquiry_new(1);
    struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create();
    struct bx_sale *sale = bx_new(struct bx_sale);
    sale_fill(venue, till, POOL_A, 3, sale);
    inquiry->basket = sale->basket;
    BX_TEXT_COPY(inquiry->name, "red coat");
    BX_TEXT_COPY(inquiry->facts, "{}");
    MUST(till_question(venue, till, BX_QUESTION_PARK, inquiry, reply));
    {
        struct bx_reply *again bx_cleanup(bx_reply_destroy) = bx_reply_create();
        MUST(till_question(venue, till, BX_QUESTION_PARK, inquiry, again));
    }
    assert_int_equal(parked_count(venue, other), 1);
    assert_true(resume(venue, other, 2, &sale->basket));
    assert_int_equal(parked_count(venue, other), 0);
    assert_false(resume(venue, till, 3, &sale->basket));
    assert_true(resume(venue, other, 2, &sale->basket)); /* its answer was lost */
    sale->basket.id.b[3]++;
    assert_false(resume(venue, till, 4, &sale->basket));
    bx_free(sale);
    bx_free(inquiry);
    till_destroy(till);
    till_destroy(other);
    venue_destroy(venue);
}

static void one_till_gets_a_parked_basket(void **state)
{
    (void)state;
    check_parked(STORE_MEMORY);
    check_parked(STORE_SQLITE);
}

/* How many sales TEXT finds; the first of them in *RET. */
static int find(struct venue *venue, const struct till *till, const char *text, struct bx_id *ret)
{
    struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create();
    struct bx_inquiry *inquiry = inquiry_new(5);
    BX_TEXT_COPY(inquiry->text, text);
    MUST(till_question(venue, till, BX_QUESTION_SALES, inquiry, reply));
    bx_free(inquiry);
    if (reply->sale_count > 0)
        *ret = reply->sales[0].id;
    return reply->sale_count;
}

static void order_make(struct venue *venue, struct bx_id *ret)
{
    static const char json[] =
        "{\"orders\":[{\"ref\":\"W-77\",\"kind\":\"web\",\"name\":\"Marta Quist\","
        "\"date\":\"today\",\"lines\":[{\"product\":\"adult\",\"slot\":\"" POOL_A
        "\",\"quantity\":2}]}]}";
    struct bd_booking_row row = {.kind = 0};
    bx_buf_auto faults;
    bx_buf_init(&faults, 0);
    struct bx_orders *orders bx_cleanup(bx_orders_destroy) = bd_orders_read(
        json, strlen(json), (struct bx_date){2026, 11, 24}, venue->programme, &faults);
    assert_non_null(orders);
    orders->orders[0].id.b[4] = 44;
    row.id = *ret = orders->orders[0].id;
    venue_begin(venue);
    MUST(bd_book_orders(venue->book, &venue->turn, orders, NULL));
    venue_end(venue);
    MUST(bd_get(venue->store, BD_BOOKING, &row, NULL));
}

static void a_sale_is_found_from_any_till(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    struct till *till = till_create(venue), *other = till_create(venue);
    struct bx_sale *sale = bx_new(struct bx_sale);
    struct bx_id id, order;
    order_make(venue, &order);
    struct entry *first = till_sell(venue, till, POOL_A, 0, 0, 2);
    struct entry *second = till_sell(venue, other, POOL_B, 0, 0, 1);
    till_send_one(venue, till, first);
    till_send_one(venue, other, second);
    sale_fill(venue, till, POOL_A, 2, sale);
    sale->order = order;
    struct entry *collected = till_write(venue, till, BX_KIND_SALE, sale);
    till_send_one(venue, till, collected);
    assert_int_equal(find(venue, other, "1-000001", &id), 1);
    assert_true(bx_id_equal(&id, &first->envelope.id));
    assert_int_equal(find(venue, other, "1", &id), 2); /* the first of each till */
    assert_int_equal(find(venue, till, first->sale.tickets[1].code.s, &id), 1);
    assert_true(bx_id_equal(&id, &first->envelope.id));
    assert_int_equal(find(venue, other, "w-77", &id), 1);
    assert_true(bx_id_equal(&id, &collected->envelope.id));
    assert_int_equal(find(venue, other, "quist", &id), 1);
    assert_int_equal(find(venue, other, "nobody", &id), 0);
    /* long after, nobody asks for a name, and nobody reads through all orders ever made */
    venue_tick(venue, INT64_C(100) * 86400);
    assert_int_equal(find(venue, other, "quist", &id), 0);
    assert_int_equal(find(venue, other, "w-77", &id), 1);
    bx_free(sale);
    till_destroy(till);
    till_destroy(other);
    venue_destroy(venue);
}

static void a_sale_comes_with_all_that_corrected_it(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue), *other = till_create(venue);
    struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create();
    struct bx_inquiry *inquiry = inquiry_new(6);
    struct bx_sale *back = bx_new(struct bx_sale);
    struct bx_code new;
    struct entry *sale = till_sell(venue, till, POOL_A, 0, 0, 3);
    till_send_one(venue, till, sale);
    struct entry *replace = till_replace(venue, till, sale, 2, &sale->sale.tickets[2].code, &new);
    till_send_one(venue, till, replace);
    back_fill(sale, (int[]){0}, 1, back);
    struct entry *refund = till_write(venue, other, BX_KIND_REFUND, back);
    till_send_one(venue, other, refund);
    struct bd_gate_scan scan = {{{8}}, new, "north", venue->turn.now};
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    venue_begin(venue);
    MUST(bd_book_check_in(venue->book, &venue->turn, &scan, &out, NULL));
    venue_end(venue);
    inquiry->sale = sale->envelope.id;
    MUST(till_question(venue, other, BX_QUESTION_SALE, inquiry, reply));
    const struct entry *const wanted[] = {sale, replace, refund};
    size_t at = 0, len;
    for (size_t i = 0; i < bx_countof(wanted); i++) {
        const char *body = bx_reply_entry(reply, &at, &len);
        assert_non_null(body);
        assert_int_equal(len, wanted[i]->body.len);
        assert_memory_equal(body, bx_buf_text(&wanted[i]->body), len);
    }
    assert_null(bx_reply_entry(reply, &at, &len));
    assert_int_equal(reply->ticket_count, 3);
    assert_int_equal(reply->tickets[0].state, BX_TICKET_GONE);
    assert_int_equal(reply->tickets[1].state, BX_TICKET_GOOD);
    assert_int_equal(reply->tickets[2].state, BX_TICKET_USED);
    assert_string_equal(reply->tickets[2].code.s, new.s);
    assert_true(reply->tickets[2].used_at.us > 0);
    inquiry->sale.b[0]++;
    struct bx_reply *none bx_cleanup(bx_reply_destroy) = bx_reply_create();
    assert_int_equal(till_question(venue, other, BX_QUESTION_SALE, inquiry, none), BX_ERR_MISSING);
    bx_free(inquiry);
    bx_free(back);
    till_destroy(till);
    till_destroy(other);
    venue_destroy(venue);
}

/* COUNT times more, ENTRY names SALE. */
static void about_more(struct venue *venue, const struct entry *sale, const struct entry *entry,
                       enum bx_kind kind, int count)
{
    struct bx_entry_head head = {.till = entry->envelope.till,
                                 .incarnation = entry->envelope.incarnation,
                                 .seq = entry->envelope.seq,
                                 .kind = kind};
    struct bd_about_row row = {.sale = sale->envelope.id,
                               .till = head.till,
                               .incarnation = head.incarnation,
                               .seq = head.seq,
                               .kind = kind};
    venue_begin(venue);
    for (int i = 0; i < count; i++) {
        row.nth = 100 + (int)kind * 1000 + i;
        MUST(bd_insert(venue->store, BD_ABOUT, &row, NULL));
    }
    venue_end(venue);
}

static int entries_of(const struct bx_reply *reply)
{
    size_t at = 0, len;
    int count = 0;
    while (bx_reply_entry(reply, &at, &len) != NULL)
        count++;
    return count;
}

/* What moved no money and no ticket is not told; and what does not fit is not left out in silence.
 */
static void a_sale_with_very_many_entries_says_so(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue), *other = till_create(venue);
    struct bx_inquiry *inquiry = inquiry_new(6);
    struct bx_code new;
    struct entry *sale = till_sell(venue, till, POOL_A, 0, 0, 3);
    till_send_one(venue, till, sale);
    struct entry *replace = till_replace(venue, till, sale, 2, &sale->sale.tickets[2].code, &new);
    till_send_one(venue, till, replace);
    inquiry->sale = sale->envelope.id;
    about_more(venue, sale, replace, BX_KIND_NO_SALE, 600);
    {
        struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create();
        MUST(till_question(venue, other, BX_QUESTION_SALE, inquiry, reply));
        assert_int_equal(entries_of(reply), 2);
        assert_false(reply->cut);
    }
    about_more(venue, sale, replace, BX_KIND_REPLACE, 600);
    struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create();
    MUST(till_question(venue, other, BX_QUESTION_SALE, inquiry, reply));
    assert_int_equal(entries_of(reply), BX_TICKETS_MAX);
    assert_true(reply->cut);
    assert_int_equal(reply->ticket_count, 3);
    bx_free(inquiry);
    till_destroy(till);
    till_destroy(other);
    venue_destroy(venue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_till_gets_a_parked_basket),
        cmocka_unit_test(a_sale_is_found_from_any_till),
        cmocka_unit_test(a_sale_comes_with_all_that_corrected_it),
        cmocka_unit_test(a_sale_with_very_many_entries_says_so),
    };
    return cmocka_run_group_tests_name("book: questions", tests, NULL, NULL);
}
