/* SPDX-License-Identifier: Apache-2.0 */
/* 200 seeded histories of three tills over one tight pool: requests, growth, sales, closing and
 * entries, each message dropped, repeated and delivered late at random, answers lost, leases
 * expiring, and now and then a backup brought back; where none is, any till takes back what any has
 * sold, also before that is known. After every step S + H + L <= C, the audit agrees, and what the
 * tills have sold under their leases and not taken back is never more than the capacity. In the end
 * each till's Z is what the server has booked. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/store/memory.h"

enum { HISTORIES = 200, STEPS = 150, TILLS = 3, MAILS = 12, CAPACITY = 20 };

/* The till's own half of its one lease, as durable as in a journal. */
struct seller {
    struct till *till;
    int64_t r, n, used, epoch;
    enum bx_lease_state state;
    bool greet;
    struct bx_allot_message mails[MAILS]; /* on their way, with the epoch they were sent in */
    int64_t mail_epochs[MAILS];
    int mail_count;
    int answered; /* entries with an answer that counts */
};

struct world {
    struct venue *venue;
    struct seller sellers[TILLS];
    struct bd_store *backup;
    struct bd_mark seen;
    int64_t sold;          /* under leases and not taken back, on paper */
    bool gone[TILLS][400]; /* entries that were taken back */
    uint64_t seed;
    int step;
};

static uint64_t roll(struct world *world, uint64_t below)
{
    return venue_random(world->venue, below);
}

static void mail(struct world *world, struct seller *seller, enum bx_allot_verb verb, int64_t n)
{
    (void)world;
    if (seller->mail_count == MAILS)
        return; /* lost */
    struct bx_allot_message message = {.verb = verb,
                                       .pool = {POOL_C},
                                       .r = seller->r,
                                       .n = n,
                                       .used = seller->used,
                                       .seq = seller->till->seq,
                                       .head = seller->till->head};
    seller->mail_epochs[seller->mail_count] = seller->epoch;
    seller->mails[seller->mail_count++] = message;
}

/* What the till makes of an answer: a grant only for the number it waits for, n as a maximum. */
static void hear(struct seller *seller, const struct bx_allot_answer *answer)
{
    if (answer->word == BX_ALLOT_SAY_HELLO) {
        seller->greet = true;
        return;
    }
    if (answer->r != seller->r)
        return;
    if (answer->verb == BX_ALLOT_REQ && answer->word == BX_ALLOT_GRANTED &&
        seller->state == BX_LEASE_WAITING) {
        seller->state = BX_LEASE_OPEN;
        seller->n = answer->n;
        seller->used = 0;
    } else if (answer->verb == BX_ALLOT_REQ && answer->word == BX_ALLOT_STALE &&
               seller->state == BX_LEASE_WAITING) {
        seller->state = BX_LEASE_CLOSED;
    } else if (answer->verb == BX_ALLOT_GROW && answer->word == BX_ALLOT_GRANTED &&
               seller->state == BX_LEASE_OPEN && answer->n > seller->n) {
        seller->n = answer->n;
    } else if (answer->verb == BX_ALLOT_CLOSE && answer->word == BX_ALLOT_ACKED &&
               seller->state == BX_LEASE_CLOSING) {
        seller->state = BX_LEASE_CLOSED;
    }
}

/* Delivers one message of the till's, perhaps keeping it for a second delivery, and perhaps loses
 * the answer. */
static void deliver(struct world *world, struct seller *seller)
{
    if (seller->mail_count == 0)
        return;
    int at = (int)roll(world, (uint64_t)seller->mail_count);
    struct bx_allot_message message = seller->mails[at];
    int64_t epoch = seller->mail_epochs[at];
    if (roll(world, 4) != 0) {
        seller->mail_count--;
        seller->mails[at] = seller->mails[seller->mail_count];
        seller->mail_epochs[at] = seller->mail_epochs[seller->mail_count];
    }
    if (roll(world, 5) == 0 || epoch != world->seen.epoch)
        return; /* dropped; what was sent in another epoch is not signed for this one */
    struct bx_allot_answer answer = till_ask(world->venue, seller->till, message.verb, POOL_C,
                                             message.r, message.n, message.used);
    if (answer.word == BX_ALLOT_QUARANTINED)
        fail_msg("seed %llu step %d: an honest till under quarantine",
                 (unsigned long long)world->seed, world->step);
    if (roll(world, 5) != 0)
        hear(seller, &answer);
}

static void sell(struct world *world, struct seller *seller)
{
    int quantity = 1 + (int)roll(world, 3);
    if (seller->state != BX_LEASE_OPEN || seller->used + quantity > seller->n)
        return;
    till_sell(world->venue, seller->till, POOL_C, seller->r, seller->used, quantity);
    seller->used += quantity;
    world->sold += quantity;
}

/* Some tickets of a sale that nobody has taken from yet, at any till. */
static void take_back(struct world *world, struct seller *seller)
{
    int from = (int)roll(world, TILLS);
    const struct till *till = world->sellers[from].till;
    int at = till->count > 0 ? (int)roll(world, (uint64_t)till->count) : 0;
    int tickets[8], count = 0;
    if (till->count == 0 || world->gone[from][at] || till->entries[at]->sale.ticket_count == 0)
        return;
    const struct entry *sale = till->entries[at];
    for (int i = 0; i < sale->sale.ticket_count; i++)
        if (i == 0 || roll(world, 2) == 0)
            tickets[count++] = i;
    struct bx_sale *back = bx_new(struct bx_sale);
    back_fill(sale, tickets, count, back);
    till_write(world->venue, seller->till,
               count == sale->sale.ticket_count ? BX_KIND_VOID : BX_KIND_REFUND, back);
    bx_free(back);
    world->gone[from][at] = true;
    world->sold -= count;
}

/* Sends some entries from the first unanswered on; the answer may be lost. */
static void upload(struct world *world, struct seller *seller)
{
    struct bx_entry_answer answer;
    int waiting = seller->till->count - seller->answered;
    if (waiting == 0 || roll(world, 6) == 0)
        return;
    int count = 1 + (int)roll(world, (uint64_t)waiting);
    MUST(till_send(world->venue, seller->till, &seller->till->entries[seller->answered], count,
                   &answer));
    assert_int_not_equal(answer.outcome, BX_ENTRY_CONFLICT);
    if (roll(world, 4) != 0)
        seller->answered += count;
}

static void act(struct world *world, struct seller *seller)
{
    switch (roll(world, 6)) {
    case 0:
        if (seller->state == BX_LEASE_CLOSED || seller->state == BX_LEASE_NONE) {
            seller->r++;
            seller->state = BX_LEASE_WAITING;
        }
        if (seller->state == BX_LEASE_WAITING)
            mail(world, seller, BX_ALLOT_REQ, (int64_t)roll(world, 8));
        break;
    case 1:
        if (seller->state == BX_LEASE_OPEN)
            mail(world, seller, BX_ALLOT_GROW, seller->n + (int64_t)roll(world, 4));
        break;
    case 2:
        if (seller->state == BX_LEASE_OPEN && roll(world, 2) == 0)
            seller->state = BX_LEASE_CLOSING;
        if (seller->state == BX_LEASE_CLOSING)
            mail(world, seller, BX_ALLOT_CLOSE, 0);
        break;
    default: sell(world, seller); break;
    }
}

/* The till learns of the new epoch: answers count no more above the server's mark, and it says what
 * it has. Sent until it is heard. */
static void greet(struct world *world, struct seller *seller)
{
    struct bx_allot_message lease = {.pool = {POOL_C},
                                     .r = seller->r,
                                     .n = seller->state == BX_LEASE_WAITING ? 0 : seller->n,
                                     .used = seller->state == BX_LEASE_WAITING ? 0 : seller->used,
                                     .state = seller->state};
    bool any = seller->state != BX_LEASE_NONE && seller->state != BX_LEASE_CLOSED;
    struct bx_allot_answer answer = till_hello(world->venue, seller->till, &lease, any);
    assert_int_equal(answer.word, BX_ALLOT_ACKED);
    if (roll(world, 3) == 0)
        return; /* the answer was lost: again later */
    if (seller->state == BX_LEASE_WAITING && seller->epoch != world->seen.epoch)
        seller->state = BX_LEASE_CLOSED;
    if (seller->answered > (int)answer.mark)
        seller->answered = (int)answer.mark;
    seller->greet = false;
    seller->epoch = world->seen.epoch;
}

static void restore(struct world *world)
{
    struct venue *venue = world->venue;
    if (world->backup == NULL)
        return;
    bd_book_destroy(venue->book);
    bd_store_destroy(venue->store);
    venue->store = bd_store_memory_copy(world->backup);
    venue->book = bd_book_create(venue->store, &venue->policy, NULL);
    venue_begin(venue);
    MUST(bd_book_seen(venue->book, &venue->turn, world->seen.epoch, world->seen.commit, NULL));
    venue_end(venue);
    for (int i = 0; i < TILLS; i++)
        world->sellers[i].greet = true;
}

static void turn(struct world *world)
{
    struct seller *seller = &world->sellers[roll(world, TILLS)];
    uint64_t chance = roll(world, 100);
    if (chance < 2 && world->seed % 4 == 0) {
        restore(world);
    } else if (chance < 4 && world->seed % 4 == 0) {
        bd_store_destroy(world->backup);
        world->backup = bd_store_memory_copy(world->venue->store);
    } else if (chance < 8) {
        venue_tick(world->venue, 1200);
        venue_begin(world->venue);
        MUST(bd_book_freeze(world->venue->book, &world->venue->turn, NULL));
        venue_end(world->venue);
    } else if (seller->greet) {
        greet(world, seller);
    } else if (chance < 14 && world->seed % 4 != 0) {
        take_back(world, seller);
    } else if (chance < 45) {
        act(world, seller);
    } else if (chance < 75) {
        deliver(world, seller);
    } else {
        upload(world, seller);
    }
    struct bd_mark now;
    MUST(bd_book_mark(world->venue->store, &now, NULL));
    world->seen = now;
}

static void check(struct world *world)
{
    struct bd_pool_row pool = pool_of(world->venue, POOL_C);
    if (pool.sold + pool.held + pool.leased > pool.capacity || pool.over != 0 ||
        world->sold > CAPACITY)
        fail_msg("seed %llu step %d: sold %d leased %d over %d on paper %d",
                 (unsigned long long)world->seed, world->step, (int)pool.sold, (int)pool.leased,
                 (int)pool.over, (int)world->sold);
    assert_audit(world->venue);
}

/* Sent twice, it is not compared otherwise. */
static void close_shifts(struct world *world)
{
    for (int i = 0; i < TILLS * 2; i++) {
        struct seller *seller = &world->sellers[i % TILLS];
        struct entry *z = i < TILLS ? till_close(world->venue, seller->till, 0)
                                    : seller->till->entries[seller->till->count - 1];
        assert_int_equal(till_send_one(world->venue, seller->till, z), BX_ENTRY_RECORDED);
        struct bd_shift_row shift = {
            .till = seller->till->device.till, .incarnation = 1, .shift = 1};
        MUST(bd_get(world->venue->store, BD_SHIFT, &shift, NULL));
        assert_int_equal(shift.state, BD_SHIFT_AGREES);
        assert_int_equal(shift.entries, seller->till->count - 1);
    }
    assert_int_equal(count_tasks(world->venue, "z"), 0);
    assert_int_equal(count_tasks(world->venue, "sums"), 0);
    assert_int_equal(count_tasks(world->venue, "returned"), 0);
}

/* In the end everything is sent: each sale is there once. */
static void settle(struct world *world)
{
    for (int i = 0; i < TILLS; i++) {
        struct seller *seller = &world->sellers[i];
        struct bx_entry_answer answer;
        while (seller->greet)
            greet(world, seller);
        if (seller->till->count > 0)
            MUST(till_send(world->venue, seller->till, seller->till->entries, seller->till->count,
                           &answer));
        check(world);
    }
    for (int i = 0; i < TILLS; i++) {
        struct seller *seller = &world->sellers[i];
        if (seller->state == BX_LEASE_OPEN || seller->state == BX_LEASE_CLOSING)
            till_ask(world->venue, seller->till, BX_ALLOT_CLOSE, POOL_C, seller->r, 0,
                     seller->used);
        if (seller->state == BX_LEASE_WAITING)
            till_ask(world->venue, seller->till, BX_ALLOT_CLOSE, POOL_C, seller->r, 0, 0);
    }
    struct bd_pool_row pool = pool_of(world->venue, POOL_C);
    if (pool.sold != world->sold || pool.leased != 0 || pool.over != 0)
        fail_msg("seed %llu: in the end sold %d of %d, leased %d, over %d",
                 (unsigned long long)world->seed, (int)pool.sold, (int)world->sold,
                 (int)pool.leased, (int)pool.over);
    assert_int_equal(count_tasks(world->venue, "overlap"), 0);
    assert_int_equal(count_tasks(world->venue, "quarantine"), 0);
    struct bd_mark end;
    MUST(bd_book_mark(world->venue->store, &end, NULL));
    assert_false(end.shut);
    check(world);
    close_shifts(world);
    check(world);
}

static void play(uint64_t seed, enum store_kind kind)
{
    struct world world = {.seed = kind == STORE_MEMORY ? seed : seed * 4 + 1};
    world.venue = venue_create(kind);
    world.venue->random = seed * 1000003 + 17;
    for (int i = 0; i < TILLS; i++) {
        world.sellers[i].till = till_create(world.venue);
        world.sellers[i].epoch = 1;
    }
    MUST(bd_book_mark(world.venue->store, &world.seen, NULL));
    for (world.step = 0; world.step < STEPS; world.step++) {
        turn(&world);
        check(&world);
    }
    settle(&world);
    for (int i = 0; i < TILLS; i++)
        till_destroy(world.sellers[i].till);
    bd_store_destroy(world.backup);
    venue_destroy(world.venue);
}

static void test_histories(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= HISTORIES; seed++)
        play(seed, STORE_MEMORY);
}

static void test_histories_in_sqlite(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++)
        play(seed, STORE_SQLITE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_histories),
        cmocka_unit_test(test_histories_in_sqlite),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
