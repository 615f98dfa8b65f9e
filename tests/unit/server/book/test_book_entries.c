/* SPDX-License-Identifier: Apache-2.0 */
/* Custody and booking: replays, conflicts, gaps and overlaps, corrections before their sale, what
 * is recorded with a task. Every case over both stores. */
#include "fixture.h"

#include <string.h>

#include "boxtill/base/alloc.h"

typedef void (*test_case)(struct venue *venue, struct till *till);

static void in_each_store(test_case run)
{
    for (int kind = STORE_MEMORY; kind <= STORE_SQLITE; kind++) {
        struct venue *venue = venue_create((enum store_kind)kind);
        struct till *till = till_create(venue);
        run(venue, till);
        assert_audit(venue);
        till_destroy(till);
        venue_destroy(venue);
    }
}

static struct bx_entry_answer send_one(struct venue *venue, const struct till *till,
                                       struct entry *entry)
{
    struct bx_entry_answer answer;
    MUST(till_send(venue, till, &entry, 1, &answer));
    return answer;
}

static int64_t mark_of(struct venue *venue, const struct till *till)
{
    struct bd_device_row row = {.till = till->device.till};
    MUST(bd_get(venue->store, BD_DEVICE, &row, NULL));
    return row.mark;
}

/* --- the plain way -------------------------------------------------------------------------- */

static void a_sale(struct venue *venue, struct till *till)
{
    till_ask(venue, till, BX_ALLOT_REQ, POOL_A, 1, 20, 0);
    struct entry *sale = till_sell(venue, till, POOL_A, 1, 0, 2);
    assert_int_equal(till_send_one(venue, till, sale), BX_ENTRY_RECORDED);
    assert_pool(venue, POOL_A, 2, 18, 0);
    struct bd_order_row order = {.id = sale->envelope.id};
    MUST(bd_get(venue->store, BD_ORDER, &order, NULL));
    assert_int_equal(order.total, 4800);
    assert_string_equal(order.number, "1-000001");
    assert_int_equal(mark_of(venue, till), 1);
}

static void test_a_sale(void **state)
{
    (void)state;
    in_each_store(a_sale);
}

/* The same bytes give the same bytes, and nothing happens twice, in one batch or in many. */
static void a_replay(struct venue *venue, struct till *till)
{
    struct bx_fault fault;
    bx_buf_auto batch, first, again;
    bx_buf_init(&batch, 0);
    bx_buf_init(&first, 0);
    bx_buf_init(&again, 0);
    till_ask(venue, till, BX_ALLOT_REQ, POOL_A, 1, 20, 0);
    struct entry *sale = till_sell(venue, till, POOL_A, 1, 0, 2);
    batch_add(&batch, sale);
    batch_add(&batch, sale);
    venue_begin(venue);
    MUST(bd_book_entries(venue->book, &venue->turn, &till->device, batch.data, batch.len, &first,
                         &fault));
    venue_end(venue);
    venue_tick(venue, 100000);
    struct bd_mark before, after;
    MUST(bd_book_mark(venue->store, &before, &fault));
    venue_begin(venue);
    MUST(bd_book_entries(venue->book, &venue->turn, &till->device, batch.data, batch.len, &again,
                         &fault));
    venue_end(venue);
    MUST(bd_book_mark(venue->store, &after, &fault));
    assert_string_equal(bx_buf_text(&first), bx_buf_text(&again));
    assert_memory_equal(first.data, first.data + first.len / 2, first.len / 2);
    assert_pool(venue, POOL_A, 2, 18, 0);
    assert_true(before.commit > 0 && after.commit >= before.commit);
}

static void test_a_replay(void **state)
{
    (void)state;
    in_each_store(a_replay);
}

/* Several pools, untimed lines and notes go through in any order of arrival. */
static void any_order(struct venue *venue, struct till *till)
{
    struct entry *entries[6];
    till_ask(venue, till, BX_ALLOT_REQ, POOL_A, 1, 20, 0);
    till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 10, 0);
    entries[0] = till_note(venue, till, BX_KIND_SHIFT_OPEN);
    entries[1] = till_sell(venue, till, POOL_A, 1, 0, 2);
    entries[2] = till_sell(venue, till, POOL_B, 1, 0, 1);
    entries[3] = till_sell(venue, till, POOL_A, 1, 2, 3);
    entries[4] = till_note(venue, till, BX_KIND_LOGOUT);
    entries[5] = till_sell(venue, till, POOL_B, 1, 1, 4);
    till_send_one(venue, till, entries[5]);
    assert_int_equal(mark_of(venue, till), 0);
    assert_int_equal(till_send_one(venue, till, entries[0]), BX_ENTRY_RECORDED);
    assert_int_equal(till_send_one(venue, till, entries[3]), BX_ENTRY_RECORDED_TASK);
    assert_int_equal(mark_of(venue, till), 1);
    assert_int_equal(till_send_one(venue, till, entries[1]), BX_ENTRY_RECORDED);
    assert_int_equal(till_send_one(venue, till, entries[2]), BX_ENTRY_RECORDED);
    assert_int_equal(mark_of(venue, till), 4);
    assert_int_equal(till_send_one(venue, till, entries[4]), BX_ENTRY_RECORDED);
    assert_int_equal(mark_of(venue, till), 6);
    assert_pool(venue, POOL_A, 5, 15, 0);
    assert_pool(venue, POOL_B, 5, 5, 0);
    assert_int_equal(count_tasks(venue, "gap"), 2);
    assert_int_equal(count_tasks(venue, "overlap"), 0);
}

static void test_any_order(void **state)
{
    (void)state;
    in_each_store(any_order);
}

/* --- conflicts ------------------------------------------------------------------------------ */

static void conflicts(struct venue *venue, struct till *till)
{
    till_ask(venue, till, BX_ALLOT_REQ, POOL_A, 1, 20, 0);
    struct entry *sale = till_sell(venue, till, POOL_A, 1, 0, 2);
    struct bx_entry_answer answer;
    /* bytes changed on the way */
    sale->body.data[sale->body.len - 2] ^= 1;
    answer = send_one(venue, till, sale);
    assert_int_equal(answer.outcome, BX_ENTRY_CONFLICT);
    assert_string_equal(answer.task, "hash");
    sale->body.data[sale->body.len - 2] ^= 1;
    assert_int_equal(till_send_one(venue, till, sale), BX_ENTRY_RECORDED);
    /* another till's */
    struct till *other = till_create(venue);
    answer = send_one(venue, other, sale);
    assert_string_equal(answer.task, "device");
    /* the same id under a later number */
    struct entry *twin = till_raw(venue, till, &sale->envelope.id, sale->body.data, sale->body.len);
    answer = send_one(venue, till, twin);
    assert_int_equal(answer.outcome, BX_ENTRY_CONFLICT);
    assert_string_equal(answer.task, "body");
    /* again: the same answer */
    struct bx_entry_answer again = send_one(venue, till, twin);
    assert_string_equal(again.say, answer.say);
    assert_pool(venue, POOL_A, 2, 18, 0);
    assert_int_equal(mark_of(venue, till), 1);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_GROW, POOL_A, 1, 21, 0).n, 21);
    till_destroy(other);
}

static void test_conflicts(void **state)
{
    (void)state;
    in_each_store(conflicts);
}

/* An image brought back sells again under the same numbers. */
static void a_fork(struct venue *venue, struct till *till)
{
    till_ask(venue, till, BX_ALLOT_REQ, POOL_A, 1, 20, 0);
    till_send_one(venue, till, till_sell(venue, till, POOL_A, 1, 0, 1));
    struct till image = *till;
    image.count = 0;
    till_send_one(venue, till, till_sell(venue, till, POOL_A, 1, 1, 2));
    struct entry *forked = till_sell(venue, &image, POOL_A, 1, 1, 3);
    struct entry *next = till_sell(venue, &image, POOL_A, 1, 4, 1);
    struct bx_entry_answer answer = send_one(venue, till, forked);
    assert_int_equal(answer.outcome, BX_ENTRY_CONFLICT);
    assert_string_equal(answer.task, "seq");
    answer = send_one(venue, till, next);
    assert_string_equal(answer.task, "chain");
    assert_pool(venue, POOL_A, 3, 17, 0);
    assert_int_equal(count_tasks(venue, "quarantine"), 2);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_GROW, POOL_A, 1, 40, 0).word,
                     BX_ALLOT_QUARANTINED);
    /* custody goes on all the same */
    assert_int_equal(till_send_one(venue, till, till_sell(venue, till, POOL_A, 1, 3, 1)),
                     BX_ENTRY_RECORDED);
    for (int i = 0; i < image.count; i++) {
        bx_buf_finish(&image.entries[i]->body);
        bx_free(image.entries[i]);
    }
}

static void test_a_fork(void **state)
{
    (void)state;
    in_each_store(a_fork);
}

/* --- leases under entries ------------------------------------------------------------------- */

static void an_overlap(struct venue *venue, struct till *till)
{
    till_ask(venue, till, BX_ALLOT_REQ, POOL_A, 1, 20, 0);
    till_send_one(venue, till, till_sell(venue, till, POOL_A, 1, 0, 4));
    struct bx_entry_answer answer = send_one(venue, till, till_sell(venue, till, POOL_A, 1, 2, 2));
    assert_int_equal(answer.outcome, BX_ENTRY_RECORDED_TASK);
    assert_string_equal(answer.task, "overlap");
    assert_pool(venue, POOL_A, 6, 14, 0);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_CLOSE, POOL_A, 1, 0, 4).word,
                     BX_ALLOT_QUARANTINED);
}

static void test_an_overlap(void **state)
{
    (void)state;
    in_each_store(an_overlap);
}

/* Entries may come after CLOSE: a place is counted once either way. */
static void after_close(struct venue *venue, struct till *till)
{
    till_ask(venue, till, BX_ALLOT_REQ, POOL_A, 1, 20, 0);
    struct entry *sale = till_sell(venue, till, POOL_A, 1, 0, 4);
    struct entry *late = till_sell(venue, till, POOL_A, 1, 4, 3);
    till_send_one(venue, till, sale);
    till_ask(venue, till, BX_ALLOT_CLOSE, POOL_A, 1, 0, 7);
    assert_pool(venue, POOL_A, 4, 3, 0);
    assert_int_equal(till_send_one(venue, till, late), BX_ENTRY_RECORDED);
    assert_pool(venue, POOL_A, 7, 0, 0);
    struct bx_entry_answer answer = send_one(venue, till, till_sell(venue, till, POOL_A, 1, 7, 1));
    assert_string_equal(answer.task, "overlap");
    assert_pool(venue, POOL_A, 8, 0, 0);
}

static void test_after_close(void **state)
{
    (void)state;
    in_each_store(after_close);
}

static void beyond_the_capacity(struct venue *venue, struct till *till)
{
    struct till *other = till_create(venue);
    till_ask(venue, till, BX_ALLOT_REQ, POOL_C, 1, 5, 0);
    till_ask(venue, till, BX_ALLOT_GROW, POOL_C, 1, 18, 0);
    /* no lease: two fit, three are over */
    struct bx_entry_answer answer =
        send_one(venue, other, till_sell(venue, other, POOL_C, 0, 0, 5));
    assert_int_equal(answer.outcome, BX_ENTRY_RECORDED_TASK);
    assert_pool(venue, POOL_C, 2, 18, 3);
    /* the lease is untouched by it */
    assert_int_equal(till_send_one(venue, till, till_sell(venue, till, POOL_C, 1, 0, 18)),
                     BX_ENTRY_RECORDED);
    assert_pool(venue, POOL_C, 20, 0, 3);
    /* a lease nobody granted */
    answer = send_one(venue, other, till_sell(venue, other, POOL_C, 4, 0, 1));
    assert_string_equal(answer.task, "over");
    assert_pool(venue, POOL_C, 20, 0, 4);
    till_destroy(other);
}

static void test_beyond_the_capacity(void **state)
{
    (void)state;
    in_each_store(beyond_the_capacity);
}

/* --- what is recorded with a task ----------------------------------------------------------- */

static void off_price(struct venue *venue, struct till *till)
{
    till_ask(venue, till, BX_ALLOT_REQ, POOL_A, 1, 20, 0);
    venue->programme->products[0].price.minor = 2300;
    struct bx_entry_answer answer = send_one(venue, till, till_sell(venue, till, POOL_A, 1, 0, 2));
    assert_int_equal(answer.outcome, BX_ENTRY_RECORDED_TASK);
    assert_string_equal(answer.task, "price");
    assert_pool(venue, POOL_A, 2, 18, 0);
}

static void test_off_price(void **state)
{
    (void)state;
    in_each_store(off_price);
}

/* --- corrections ---------------------------------------------------------------------------- */

static void assert_ticket(struct venue *venue, const struct bx_code *code, const char *part)
{
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    MUST(bd_book_ticket(venue->store, code, &out, NULL));
    if (strstr(bx_buf_text(&out), part) == NULL)
        fail_msg("no %s in %s", part, bx_buf_text(&out));
}

static void replaced(struct venue *venue, struct till *till)
{
    struct bx_code new, newer;
    till_ask(venue, till, BX_ALLOT_REQ, POOL_A, 1, 20, 0);
    struct entry *sale = till_sell(venue, till, POOL_A, 1, 0, 2);
    struct entry *first = till_replace(venue, till, sale, 1, &sale->sale.tickets[1].code, &new);
    struct entry *second = till_replace(venue, till, sale, 1, &new, &newer);
    /* both before the sale: kept, and booked when it comes */
    assert_int_equal(till_send_one(venue, till, second), BX_ENTRY_WAITING);
    assert_int_equal(till_send_one(venue, till, first), BX_ENTRY_WAITING);
    assert_int_equal(bd_book_ticket(venue->store, &new, &(struct bx_buf){0}, NULL), BX_ERR_MISSING);
    assert_int_equal(till_send_one(venue, till, sale), BX_ENTRY_RECORDED);
    assert_int_equal(till_send_one(venue, till, first), BX_ENTRY_RECORDED);
    assert_int_equal(till_send_one(venue, till, second), BX_ENTRY_RECORDED);
    assert_ticket(venue, &sale->sale.tickets[0].code, "\"state\":\"valid\"");
    assert_ticket(venue, &sale->sale.tickets[1].code, "\"state\":\"replaced\"");
    assert_ticket(venue, &sale->sale.tickets[1].code, new.s);
    assert_ticket(venue, &new, "\"state\":\"replaced\"");
    assert_ticket(venue, &newer, "\"state\":\"valid\"");
    assert_pool(venue, POOL_A, 2, 18, 0);
}

static void test_replaced(void **state)
{
    (void)state;
    in_each_store(replaced);
}

static void replaced_twice(struct venue *venue, struct till *till)
{
    struct bx_code new, other;
    till_ask(venue, till, BX_ALLOT_REQ, POOL_A, 1, 20, 0);
    struct entry *sale = till_sell(venue, till, POOL_A, 1, 0, 1);
    till_send_one(venue, till, sale);
    till_send_one(venue, till,
                  till_replace(venue, till, sale, 0, &sale->sale.tickets[0].code, &new));
    struct bx_entry_answer answer = send_one(
        venue, till, till_replace(venue, till, sale, 0, &sale->sale.tickets[0].code, &other));
    assert_string_equal(answer.task, "replaced");
    assert_ticket(venue, &new, "\"state\":\"replaced\"");
    assert_ticket(venue, &other, "\"state\":\"valid\"");
}

static void test_replaced_twice(void **state)
{
    (void)state;
    in_each_store(replaced_twice);
}

/* One till's entries that wait for ever are no wall before another's. */
static void a_wall_of_orphans(struct venue *venue, struct till *till)
{
    struct entry nowhere = {.envelope.id = {{7}}};
    struct till *other = till_create(venue), *last = till_create(venue);
    struct till *const walls[] = {till, other};
    struct bx_entry_answer answer;
    struct bx_code code = {"B1"}, new;
    struct entry *sale = till_sell(venue, last, POOL_A, 0, 0, 1);
    code = sale->sale.tickets[0].code;
    for (size_t i = 0; i < bx_countof(walls); i++) {
        while (walls[i]->count < 390)
            till_replace(venue, walls[i], &nowhere, 0, &code, &new);
        MUST(till_send(venue, walls[i], walls[i]->entries, 256, &answer));
        MUST(till_send(venue, walls[i], walls[i]->entries + 256, 134, &answer));
        assert_int_equal(answer.outcome, BX_ENTRY_WAITING);
    }
    till_send_one(venue, last, till_replace(venue, last, sale, 0, &code, &new));
    till_send_one(venue, last, sale);
    till_send_one(venue, last, till_note(venue, last, BX_KIND_LOGOUT));
    assert_ticket(venue, &code, "\"state\":\"replaced\"");
    till_destroy(other);
    till_destroy(last);
}

static void test_a_wall_of_orphans(void **state)
{
    (void)state;
    in_each_store(a_wall_of_orphans);
}

/* --- absurd counts -------------------------------------------------------------------------- */

/* A till may name any use of a lease, as often as it likes: no sum runs over. */
static void absurd_uses(struct venue *venue, struct till *till)
{
    till_ask(venue, till, BX_ALLOT_REQ, POOL_A, 1, 20, 0);
    struct entry *model = till_sell(venue, till, POOL_A, 1, 0, 1);
    till_send_one(venue, till, model);
    struct bx_sale *sale = &model->sale;
    sale->use_count = BX_USES_MAX;
    for (int i = 0; i < BX_USES_MAX; i++)
        sale->uses[i] =
            (struct bx_lease_use){.pool = sale->basket.lines[0].pool, .r = 1, .q = BX_MONEY_MAX};
    struct bd_lease_row lease = {
        .till = till->device.till, .incarnation = 1, .pool = sale->uses[0].pool, .r = 1};
    for (int i = 0; i < 70; i++) {
        struct bx_entry_head head;
        bx_buf_auto body;
        bx_buf_init(&body, 0);
        MUST(bx_entry_head_decode(model->body.data, model->body.len, &head, NULL));
        head.seq = till->seq + 1;
        head.id.b[0] = (uint8_t)(head.id.b[0] + 1 + i);
        sale->basket.id = head.id;
        MUST(bx_sale_encode(&head, sale, &body));
        struct bx_entry_answer answer =
            send_one(venue, till, till_raw(venue, till, &head.id, body.data, body.len));
        assert_string_equal(answer.task, "overlap");
        MUST(bd_get(venue->store, BD_LEASE, &lease, NULL));
        assert_true(lease.booked > 0);
    }
}

static void test_absurd_uses(void **state)
{
    (void)state;
    in_each_store(absurd_uses);
}

/* --- formats of the future ------------------------------------------------------------------ */

static void the_future(struct venue *venue, struct till *till)
{
    static const char kind[] =
        "{\"v\":1,\"till\":1,\"inc\":1,\"seq\":1,\"id\":\"01234567-89ab-7def-8123-456789abcdef\","
        "\"kind\":\"teleport\",\"number\":\"\",\"at\":1,\"boot\":1,\"shift\":0,\"user\":0}";
    static const char version[] = "{\"v\":9,\"anything\":[1,2,3]}";
    struct bx_id id;
    MUST(bx_id_parse("01234567-89ab-7def-8123-456789abcdef", &id));
    struct entry *entry = till_raw(venue, till, &id, kind, strlen(kind));
    struct bx_entry_answer answer = send_one(venue, till, entry);
    assert_int_equal(answer.outcome, BX_ENTRY_WAITING);
    id.b[15] ^= 1;
    assert_int_equal(
        till_send_one(venue, till, till_raw(venue, till, &id, version, strlen(version))),
        BX_ENTRY_WAITING);
    /* neither blocks what is behind it */
    assert_int_equal(till_send_one(venue, till, till_note(venue, till, BX_KIND_LOGIN)),
                     BX_ENTRY_RECORDED);
    assert_int_equal(mark_of(venue, till), 3);
    venue_begin(venue);
    assert_int_equal(bd_book_waiting(venue->book, &venue->turn, NULL), 0);
    venue_end(venue);
    assert_int_equal(till_send_one(venue, till, entry), BX_ENTRY_WAITING);
}

static void test_the_future(void **state)
{
    (void)state;
    in_each_store(the_future);
}

/* --- batches that are none ------------------------------------------------------------------ */

static void bad_batches(struct venue *venue, struct till *till)
{
    static const char *const bad[] = {"\n", "{}\n{}\n", "nonsense\nmore\n", "{\"till\":1"};
    struct bx_fault fault;
    struct entry *sale = till_sell(venue, till, POOL_A, 0, 0, 1);
    bx_buf_auto batch, out;
    bx_buf_init(&batch, 0);
    bx_buf_init(&out, 0);
    venue_begin(venue);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(bd_book_entries(venue->book, &venue->turn, &till->device, bad[i],
                                         strlen(bad[i]), &out, &fault),
                         BX_ERR_INPUT);
    /* a good entry and then half a one: all or nothing */
    batch_add(&batch, sale);
    bx_envelope_encode(&sale->envelope, &batch);
    assert_int_equal(bd_book_entries(venue->book, &venue->turn, &till->device, batch.data,
                                     batch.len, &out, &fault),
                     BX_ERR_INPUT);
    bx_buf_clear(&batch);
    for (int i = 0; i <= BX_BATCH_MAX; i++)
        batch_add(&batch, sale);
    assert_int_equal(bd_book_entries(venue->book, &venue->turn, &till->device, batch.data,
                                     batch.len, &out, &fault),
                     BX_ERR_INPUT);
    venue_end(venue);
    assert_int_equal(out.len, 0);
    assert_int_equal(mark_of(venue, till), 0);
}

static void test_bad_batches(void **state)
{
    (void)state;
    in_each_store(bad_batches);
}

/* What was done before a cashier was taken off the list is in order whenever it comes. */
static void a_sale_by_a_cashier_who_is_gone_is_a_task(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    struct till *till = till_create(venue);
    struct bx_user ana = {.number = 7, .name = "Ana", .pin_hash = "$argon2id$x"};
    till_hello(venue, till, NULL, 0);
    till_ask(venue, till, BX_ALLOT_REQ, POOL_A, 1, 10, 0);
    struct entry *before = till_sell(venue, till, POOL_A, 1, 0, 1);
    venue_begin(venue);
    MUST(bd_book_user(venue->book, &venue->turn, &ana, NULL));
    MUST(bd_book_user_remove(venue->book, &venue->turn, 7, NULL));
    venue_end(venue);
    venue_tick(venue, 1);
    struct entry *after = till_sell(venue, till, POOL_A, 1, 1, 1);
    struct entry *logout = till_note(venue, till, BX_KIND_LOGOUT);
    assert_int_equal(till_send_one(venue, till, before), BX_ENTRY_RECORDED);
    struct bx_entry_answer answer;
    MUST(till_send(venue, till, &after, 1, &answer));
    assert_int_equal(answer.outcome, BX_ENTRY_RECORDED_TASK);
    assert_string_equal(answer.task, "cashier");
    assert_int_equal(till_send_one(venue, till, logout), BX_ENTRY_RECORDED);
    /* on the list again */
    venue_begin(venue);
    MUST(bd_book_user(venue->book, &venue->turn, &ana, NULL));
    venue_end(venue);
    assert_int_equal(till_send_one(venue, till, till_sell(venue, till, POOL_A, 1, 2, 1)),
                     BX_ENTRY_RECORDED);
    assert_int_equal(count_tasks(venue, "cashier"), 1);
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

/* Also those of a store in which nobody had counted them. */
static void open_tasks_are_counted(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    struct bd_task_row task = {.incarnation = 1, .seq = 1, .word = "price"};
    struct bd_census census;
    venue_begin(venue);
    for (task.till = 1; task.till < 4; task.till++)
        MUST(bd_insert(venue->store, BD_TASK, &task, NULL));
    task.seq = 2;
    task.till = 1;
    task.done = 1;
    MUST(bd_insert(venue->store, BD_TASK, &task, NULL));
    bd_book_destroy(venue->book);
    venue->book = bd_book_create(venue->store, &venue->policy, NULL);
    assert_non_null(venue->book);
    MUST(bd_book_census(venue->store, &venue->turn, &census, NULL));
    assert_int_equal(census.tasks, 3);
    venue_end(venue);
    struct till *till = till_create(venue);
    till_send_one(venue, till, till_sell(venue, till, POOL_B, 0, 0, 2)); /* without a lease: over */
    assert_int_equal(count_tasks(venue, "over"), 1);
    venue_begin(venue);
    MUST(bd_book_census(venue->store, &venue->turn, &census, NULL));
    assert_true(census.tasks > 3);
    venue_end(venue);
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_sale),
        cmocka_unit_test(test_a_replay),
        cmocka_unit_test(test_any_order),
        cmocka_unit_test(test_conflicts),
        cmocka_unit_test(test_a_fork),
        cmocka_unit_test(test_an_overlap),
        cmocka_unit_test(test_after_close),
        cmocka_unit_test(test_beyond_the_capacity),
        cmocka_unit_test(test_off_price),
        cmocka_unit_test(test_replaced),
        cmocka_unit_test(test_replaced_twice),
        cmocka_unit_test(test_the_future),
        cmocka_unit_test(test_bad_batches),
        cmocka_unit_test(test_a_wall_of_orphans),
        cmocka_unit_test(test_absurd_uses),
        cmocka_unit_test(a_sale_by_a_cashier_who_is_gone_is_a_task),
        cmocka_unit_test(open_tasks_are_counted),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
