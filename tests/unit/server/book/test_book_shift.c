/* SPDX-License-Identifier: Apache-2.0 */
/* Figures as the server books them, a Z beside them, and the questions that show them. */
#include "asking.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "sqlite/db.h"

static void assert_figure(const struct bx_figures *figures, const char *what, const char *name,
                          int64_t count, int64_t amount)
{
    const struct bx_figure *row = bx_figures_get(figures, what, name);
    assert_int_equal(row->count, count);
    assert_int_equal(row->amount, amount);
}

static struct entry *refund_one(struct venue *venue, struct till *till, const struct entry *of)
{
    struct bx_sale *sale = bx_new(struct bx_sale);
    back_fill(of, (int[]){0}, 1, sale);
    struct entry *entry = till_write(venue, till, BX_KIND_REFUND, sale);
    bx_free(sale);
    return entry;
}

static void check(enum store_kind kind)
{
    struct venue *venue = venue_create(kind);
    struct till *till = till_create(venue);
    struct bx_entry_answer answer;
    struct bx_inquiry *inquiry = bx_new(struct bx_inquiry);
    till_hello(venue, till, NULL, 0);
    till_ask(venue, till, BX_ALLOT_REQ, POOL_A, 1, 10, 0);
    till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 10, 0);
    till_note(venue, till, BX_KIND_LOGIN);
    struct entry *sale = till_sell(venue, till, POOL_A, 1, 0, 2);
    till_sell(venue, till, POOL_B, 1, 0, 1);
    refund_one(venue, till, sale);
    till_close(venue, till, 0);
    MUST(till_send(venue, till, till->entries, till->count, &answer));
    assert_int_equal(answer.outcome, BX_ENTRY_RECORDED);
    assert_int_equal(count_tasks(venue, "z"), 0);
    assert_int_equal(count_tasks(venue, "sums"), 0); /* else the audit would not count pieces */
    inquiry->id.b[0] = 9;
    inquiry->shift = 1;
    {
        struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create();
        MUST(till_question(venue, till, BX_QUESTION_SHIFT, inquiry, reply));
        assert_int_equal(reply->confirmed, 4);
        assert_figure(&reply->figures, "sale", "", 2, 7200);
        assert_figure(&reply->figures, "return", "refund", 1, 2400);
        assert_figure(&reply->figures, "product", "adult", 2, 4800);
        assert_figure(&reply->figures, "channel", "counter", 0, 0);
    }
    inquiry->from = inquiry->to = (struct bx_date){2026, 11, 24};
    {
        struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create();
        MUST(till_question(venue, till, BX_QUESTION_DAYS, inquiry, reply));
        assert_figure(&reply->figures, "channel", "counter", 2, 4800);
        assert_figure(&reply->figures, "cashier", "7", 2, 4800);
    }
    inquiry->from = (struct bx_date){2026, 11, 18};
    {
        struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create();
        MUST(till_question(venue, till, BX_QUESTION_DAYS, inquiry, reply));
        assert_figure(&reply->figures, "slot", POOL_B, 1, 2400);
        assert_figure(&reply->figures, "hour", "2026-11-24T12", 2, 4800);
    }
    inquiry->from = (struct bx_date){2026, 11, 17};
    {
        struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create();
        MUST(till_question(venue, till, BX_QUESTION_DAYS, inquiry, reply));
        assert_figure(&reply->figures, "slot", POOL_B, 0, 0);
        assert_figure(&reply->figures, "hour", "T12", 2, 4800);
    }
    inquiry->from = inquiry->to = (struct bx_date){2026, 11, 25};
    {
        struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create();
        MUST(till_question(venue, till, BX_QUESTION_DAYS, inquiry, reply));
        assert_int_equal(reply->figures.count, 0);
    }
    assert_audit(venue);
    bx_free(inquiry);
    till_destroy(till);
    venue_destroy(venue);
}

static void figures(void **state)
{
    (void)state;
    check(STORE_MEMORY);
    check(STORE_SQLITE);
}

static void a_z_that_differs_becomes_a_task(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    struct bx_entry_answer answer;
    till_sell(venue, till, POOL_A, 0, 0, 2);
    struct entry *z = till_close(venue, till, 100);
    MUST(till_send(venue, till, till->entries, till->count, &answer));
    assert_int_equal(answer.outcome, BX_ENTRY_RECORDED_TASK);
    assert_string_equal(answer.task, "z");
    assert_non_null(strstr(answer.say, "sale"));
    assert_non_null(strstr(answer.say, "4900"));
    assert_non_null(strstr(answer.say, "4800"));
    assert_int_equal(count_tasks(venue, "z"), 1);
    assert_int_equal(till_send_one(venue, till, z), BX_ENTRY_RECORDED_TASK);
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

/* The sale that a refund of the shift names is another till's and comes after the Z. */
static void a_z_waits_for_the_last_of_its_shift(int64_t more, int tasks)
{
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue), *other = till_create(venue);
    struct bx_entry_answer answer;
    struct entry *sale = till_sell(venue, other, POOL_A, 0, 0, 2);
    till_sell(venue, till, POOL_B, 0, 0, 1);
    refund_one(venue, till, sale);
    struct entry *z = till_close(venue, till, more);
    MUST(till_send(venue, till, till->entries, till->count, &answer));
    assert_int_equal(answer.outcome, BX_ENTRY_RECORDED);
    assert_int_equal(count_tasks(venue, "z"), 0);
    assert_int_equal(till_send_one(venue, other, sale), BX_ENTRY_RECORDED_TASK); /* no lease */
    assert_int_equal(count_tasks(venue, "z"), tasks);
    assert_int_equal(till_send_one(venue, till, z),
                     tasks == 0 ? BX_ENTRY_RECORDED : BX_ENTRY_RECORDED_TASK);
    assert_audit(venue);
    till_destroy(till);
    till_destroy(other);
    venue_destroy(venue);
}

static void a_late_entry_completes_the_shift(void **state)
{
    (void)state;
    a_z_waits_for_the_last_of_its_shift(0, 0);
    a_z_waits_for_the_last_of_its_shift(5, 1);
}

static void a_gap_keeps_a_z_from_being_compared(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    struct entry *first = till_sell(venue, till, POOL_A, 0, 0, 2);
    struct entry *lost = till_sell(venue, till, POOL_B, 0, 0, 1);
    struct entry *z = till_close(venue, till, 0);
    till_send_one(venue, till, first);
    assert_int_equal(till_send_one(venue, till, z), BX_ENTRY_RECORDED);
    assert_int_equal(count_tasks(venue, "z"), 0);
    till_send_one(venue, till, lost);
    assert_int_equal(count_tasks(venue, "z"), 0);
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

/* The audit counts for itself. */
static void the_audit_sees_a_wrong_figure(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    struct bd_figure_row row = {.till = till->device.till,
                                .incarnation = 1,
                                .shift = 1,
                                .day = bx_date_days((struct bx_date){2026, 11, 24}),
                                .what = "sale"};
    struct bx_fault fault = {0};
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    till_send_one(venue, till, till_sell(venue, till, POOL_A, 0, 0, 2));
    assert_audit(venue);
    venue_begin(venue);
    MUST(bd_get(venue->store, BD_FIGURE, &row, NULL));
    row.amount += 1;
    MUST(bd_update(venue->store, BD_FIGURE, &row, NULL));
    venue_end(venue);
    assert_int_equal(bd_book_audit(venue->store, &out, &fault), 2);
    assert_non_null(strstr(bx_buf_text(&out), "figure sale  is not what its entries say"));
    assert_non_null(strstr(bx_buf_text(&out), "figure sale is not what its orders say"));
    till_destroy(till);
    venue_destroy(venue);
}

/* What a store of the first format has not got is made of the entries that it holds. */
static void an_older_store_is_counted_when_it_is_opened(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    struct till *till = till_create(venue);
    struct bx_fault fault = {0};
    struct bx_code new;
    struct bx_inquiry *inquiry = bx_new(struct bx_inquiry);
    struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create();
    struct entry *sale = till_sell(venue, till, POOL_A, 0, 0, 2);
    till_send_one(venue, till, sale);
    till_send_one(venue, till,
                  till_replace(venue, till, sale, 0, &sale->sale.tickets[0].code, &new));
    struct bx_db_options options = {.path = venue->path, .sync = BX_DB_SYNC_FULL};
    struct bx_db *db = bx_db_open(&options, &fault);
    assert_non_null(db);
    MUST(bx_db_script(db,
                      "DELETE FROM figure; DELETE FROM shift; DELETE FROM about;"
                      "UPDATE meta SET figured = 0;",
                      &fault));
    bx_db_destroy(db);
    bd_book_destroy(venue->book);
    venue_begin(venue);
    venue->book = bd_book_create(venue->store, &venue->policy, &fault);
    assert_non_null(venue->book);
    venue_end(venue);
    assert_audit(venue);
    inquiry->id.b[0] = 1;
    inquiry->shift = 1;
    inquiry->sale = sale->envelope.id;
    MUST(till_question(venue, till, BX_QUESTION_SHIFT, inquiry, reply));
    assert_int_equal(reply->confirmed, 2);
    assert_figure(&reply->figures, "sale", "", 1, 4800);
    struct bx_reply *found bx_cleanup(bx_reply_destroy) = bx_reply_create();
    MUST(till_question(venue, till, BX_QUESTION_SALE, inquiry, found));
    size_t at = 0, len;
    assert_non_null(bx_reply_entry(found, &at, &len));
    assert_non_null(bx_reply_entry(found, &at, &len));
    bx_free(inquiry);
    till_destroy(till);
    venue_destroy(venue);
}

/* What comes after the Z and says that it belongs before it: the Z is looked at again. */
static void a_sale_after_the_z_makes_it_differ(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    till_send_one(venue, till, till_sell(venue, till, POOL_A, 0, 0, 2));
    struct entry *z = till_close(venue, till, 0);
    assert_int_equal(till_send_one(venue, till, z), BX_ENTRY_RECORDED);
    till_send_one(venue, till, till_sell(venue, till, POOL_A, 0, 0, 1));
    assert_int_equal(count_tasks(venue, "z"), 1);
    assert_int_equal(till_send_one(venue, till, z), BX_ENTRY_RECORDED_TASK);
    till_send_one(venue, till, till_sell(venue, till, POOL_A, 0, 0, 1));
    assert_int_equal(count_tasks(venue, "z"), 1);
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

/* A shift that no money of this world comes to stops nobody, not even its own till. */
static void a_shift_beyond_every_limit_is_a_task(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    struct bx_sale *sale = bx_new(struct bx_sale);
    struct bx_entry_answer answer;
    for (int i = 0; i < 2; i++) {
        sale_fill(venue, till, POOL_A, 1, sale);
        sale->tenders[0].amount.minor = sale->tenders[0].received.minor = BX_MONEY_MAX;
        struct entry *entry = till_write(venue, till, BX_KIND_SALE, sale);
        MUST(till_send(venue, till, &entry, 1, &answer));
        if (i == 1)
            break;
        struct entry *z = till_close(venue, till, 0);
        MUST(till_send(venue, till, &z, 1, &answer));
        assert_int_equal(count_tasks(venue, "z"), 0);
    }
    assert_int_equal(count_tasks(venue, "z"), 1);
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    assert_true(bd_book_audit(venue->store, &out, NULL) > 0); /* it says so, and goes on */
    assert_non_null(strstr(bx_buf_text(&out), "beyond every limit"));
    bx_free(sale);
    till_destroy(till);
    venue_destroy(venue);
}

/* What one batch cannot count is kept and waits; it does not hold up the till's other entries. */
static void a_batch_beyond_every_limit_is_kept(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    struct bx_sale *sale = bx_new(struct bx_sale);
    struct bx_entry_answer answer;
    for (int i = 0; i < 2; i++) {
        sale_fill(venue, till, POOL_A, 1, sale);
        sale->tenders[0].amount.minor = sale->tenders[0].received.minor = BX_MONEY_MAX;
        till_write(venue, till, BX_KIND_SALE, sale);
    }
    MUST(till_send(venue, till, till->entries, till->count, &answer));
    assert_int_equal(answer.outcome, BX_ENTRY_WAITING);
    assert_pool(venue, POOL_A, 1, 0, 0);
    assert_int_equal(till_send_one(venue, till, till_note(venue, till, BX_KIND_LOGIN)),
                     BX_ENTRY_RECORDED);
    bx_free(sale);
    till_destroy(till);
    venue_destroy(venue);
}

static void figure_put(struct venue *venue, const struct bd_figure_row *row)
{
    venue_begin(venue);
    MUST(bd_insert(venue->store, BD_FIGURE, row, NULL));
    venue_end(venue);
}

static void days_ask(struct venue *venue, const struct till *till, struct bx_reply *reply)
{
    struct bx_inquiry *inquiry = bx_new(struct bx_inquiry);
    inquiry->id.b[0] = 9;
    inquiry->from = inquiry->to = (struct bx_date){2026, 11, 24};
    MUST(till_question(venue, till, BX_QUESTION_DAYS, inquiry, reply));
    bx_free(inquiry);
}

/* What one till says that no money comes to leaves the venue's report to the others. */
static void a_day_beyond_every_limit_is_still_told(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    struct till *till = till_create(venue), *other = till_create(venue);
    struct bx_sale *sale = bx_new(struct bx_sale);
    for (int i = 0; i < 2; i++) {
        sale_fill(venue, till, POOL_A, 1, sale);
        sale->tenders[0].amount.minor = sale->tenders[0].received.minor = BX_MONEY_MAX;
        till_send_one(venue, till, till_write(venue, till, BX_KIND_SALE, sale));
    }
    till_send_one(venue, other, till_sell(venue, other, POOL_B, 0, 0, 2));
    {
        struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create();
        days_ask(venue, other, reply);
        assert_figure(&reply->figures, "sale", "", 3, 9600);
        assert_int_equal(bx_figures_sum(&reply->figures, "tender", "cash"), BX_MONEY_MAX);
    }
    /* and its next sale does not turn the sum round */
    struct bd_figure_row row = {.till = till->device.till,
                                .incarnation = 1,
                                .shift = 1,
                                .day = bx_date_days((struct bx_date){2026, 11, 24}),
                                .what = "sale"};
    venue_begin(venue);
    MUST(bd_get(venue->store, BD_FIGURE, &row, NULL));
    row.amount = INT64_MAX - 10;
    MUST(bd_update(venue->store, BD_FIGURE, &row, NULL));
    venue_end(venue);
    till_send_one(venue, till, till_sell(venue, till, POOL_A, 0, 0, 1));
    struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create();
    days_ask(venue, other, reply);
    assert_figure(&reply->figures, "sale", "", 4, BX_MONEY_MAX);
    bx_free(sale);
    till_destroy(till);
    till_destroy(other);
    venue_destroy(venue);
}

/* Nor do products that one till makes up take the room of everybody's. */
static void made_up_products_leave_room_for_others(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue), *other = till_create(venue);
    struct bd_figure_row row = {.till = till->device.till,
                                .incarnation = 1,
                                .shift = 1,
                                .day = bx_date_days((struct bx_date){2026, 11, 24}),
                                .what = "product",
                                .count = 1,
                                .amount = 1};
    for (int i = 0; i < BX_FIGURES_MAX + 100; i++) {
        snprintf(row.name, sizeof row.name, "a-%d", i);
        figure_put(venue, &row);
    }
    till_send_one(venue, other, till_sell(venue, other, POOL_B, 0, 0, 2));
    struct bx_reply *reply bx_cleanup(bx_reply_destroy) = bx_reply_create();
    days_ask(venue, other, reply);
    assert_figure(&reply->figures, "product", "adult", 2, 4800);
    assert_int_equal(bx_figures_sum(&reply->figures, "product", NULL), BX_FIGURES_MAX + 100 + 4800);
    till_destroy(till);
    till_destroy(other);
    venue_destroy(venue);
}

/* COUNT shifts whose Z has come and whose other entries never will. */
static void closed_put(struct venue *venue, const struct till *till, int count)
{
    venue_begin(venue);
    for (int i = 1; i <= count; i++) {
        const struct bd_shift_row row = {.till = till->device.till,
                                         .incarnation = 1,
                                         .shift = -i,
                                         .state = BD_SHIFT_CLOSED,
                                         .first_seq = 100000,
                                         .last_seq = 100001};
        MUST(bd_insert(venue->store, BD_SHIFT, &row, NULL));
    }
    venue_end(venue);
}

/* A Z waits for its last entry behind others that wait for ever: OTHERS of another till, OWN of
 * its own. */
static void check_late_z(int others, int own, int batches)
{
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *hopeless = till_create(venue), *till = till_create(venue);
    struct till *other = till_create(venue);
    struct bx_entry_answer answer;
    closed_put(venue, hopeless, others);
    closed_put(venue, till, own);
    struct entry *sale = till_sell(venue, other, POOL_A, 0, 0, 2);
    till_sell(venue, till, POOL_B, 0, 0, 1);
    refund_one(venue, till, sale);
    till_close(venue, till, 5);
    MUST(till_send(venue, till, till->entries, till->count, &answer));
    till_send_one(venue, other, sale);
    for (int i = 1; i < batches; i++)
        till_send_one(venue, other, till_sell(venue, other, POOL_A, 0, 0, 1));
    assert_int_equal(count_tasks(venue, "z"), 1);
    till_destroy(hopeless);
    till_destroy(till);
    till_destroy(other);
    venue_destroy(venue);
}

static void late_zs_of_one_till_hold_up_no_other(void **state)
{
    (void)state;
    check_late_z(200, 0, 1);
    check_late_z(0, 200, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures),
        cmocka_unit_test(a_z_that_differs_becomes_a_task),
        cmocka_unit_test(a_late_entry_completes_the_shift),
        cmocka_unit_test(a_gap_keeps_a_z_from_being_compared),
        cmocka_unit_test(an_older_store_is_counted_when_it_is_opened),
        cmocka_unit_test(the_audit_sees_a_wrong_figure),
        cmocka_unit_test(a_sale_after_the_z_makes_it_differ),
        cmocka_unit_test(a_shift_beyond_every_limit_is_a_task),
        cmocka_unit_test(a_batch_beyond_every_limit_is_kept),
        cmocka_unit_test(a_day_beyond_every_limit_is_still_told),
        cmocka_unit_test(made_up_products_leave_room_for_others),
        cmocka_unit_test(late_zs_of_one_till_hold_up_no_other),
    };
    return cmocka_run_group_tests_name("book: shifts", tests, NULL, NULL);
}
