/* SPDX-License-Identifier: Apache-2.0 */
/* A backup is brought back: the epoch rises, timed slots shut, and they open only when every till
 * has said HELLO and sent again what it had. */
#include "fixture.h"

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/store/memory.h"

static struct bd_mark mark(struct venue *venue)
{
    struct bd_mark mark;
    MUST(bd_book_mark(venue->store, &mark, NULL));
    return mark;
}

/* The server's disk as it was when BACKUP was made. */
static void bring_back(struct venue *venue, struct bd_store *backup)
{
    bd_book_destroy(venue->book);
    bd_store_destroy(venue->store);
    venue->store = backup;
    venue->book = bd_book_create(venue->store, &venue->policy, NULL);
    assert_non_null(venue->book);
}

static void show(struct venue *venue, struct bd_mark seen)
{
    venue_begin(venue);
    MUST(bd_book_seen(venue->book, &venue->turn, seen.epoch, seen.commit, NULL));
    venue_end(venue);
}

static struct bx_allot_message lease_of(const char *pool, int64_t r, int64_t n, int64_t used,
                                        enum bx_lease_state state)
{
    struct bx_allot_message message = {.r = r, .n = n, .used = used, .state = state};
    BX_TEXT_COPY(message.pool.s, pool);
    return message;
}

static void send_all(struct venue *venue, const struct till *till)
{
    struct bx_entry_answer answer;
    if (till->count > 0)
        MUST(till_send(venue, till, till->entries, till->count, &answer));
}

static void test_no_epoch_without_need(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct bd_mark before = mark(venue);
    assert_int_equal(before.epoch, 1);
    show(venue, before);
    show(venue, (struct bd_mark){.epoch = 0, .commit = 99});
    assert_int_equal(mark(venue).epoch, 1);
    assert_int_equal(mark(venue).commit, before.commit);
    venue_begin(venue);
    assert_int_equal(bd_book_seen(venue->book, &venue->turn, INT64_MAX, 1, NULL), BX_ERR_INPUT);
    venue_end(venue);
    show(venue, (struct bd_mark){.epoch = 7, .commit = 0});
    assert_int_equal(mark(venue).epoch, 8);
    assert_false(mark(venue).shut); /* nobody to wait for */
    venue_destroy(venue);
}

/* An open lease that the backup knows, one it does not, and one closed after it. */
static void test_a_backup(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *a = till_create(venue), *b = till_create(venue);
    till_ask(venue, a, BX_ALLOT_REQ, POOL_B, 1, 10, 0);
    till_send_one(venue, a, till_sell(venue, a, POOL_B, 1, 0, 2));
    struct bd_store *backup = bd_store_memory_copy(venue->store);

    till_send_one(venue, a, till_sell(venue, a, POOL_B, 1, 2, 6));
    till_ask(venue, a, BX_ALLOT_CLOSE, POOL_B, 1, 0, 8);
    till_ask(venue, a, BX_ALLOT_REQ, POOL_B, 2, 10, 0);
    till_send_one(venue, a, till_sell(venue, a, POOL_B, 2, 0, 10));
    till_ask(venue, a, BX_ALLOT_CLOSE, POOL_B, 2, 0, 10);
    till_ask(venue, a, BX_ALLOT_REQ, POOL_B, 3, 10, 0);
    till_sell(venue, a, POOL_B, 3, 0, 4); /* not sent */
    till_ask(venue, b, BX_ALLOT_REQ, POOL_B, 1, 10, 0);
    assert_pool(venue, POOL_B, 18, 20, 0);
    struct bd_mark seen = mark(venue);

    bring_back(venue, backup);
    assert_pool(venue, POOL_B, 2, 8, 0);
    show(venue, seen);
    assert_int_equal(mark(venue).epoch, 2);
    assert_true(mark(venue).shut);
    show(venue, seen); /* once is enough */
    assert_int_equal(mark(venue).epoch, 2);

    /* old-epoch messages are ignored */
    assert_int_equal(till_ask(venue, a, BX_ALLOT_GROW, POOL_B, 3, 20, 0).word, BX_ALLOT_SAY_HELLO);
    assert_int_equal(till_ask(venue, b, BX_ALLOT_REQ, POOL_C, 1, 5, 0).word, BX_ALLOT_SAY_HELLO);
    assert_int_equal(till_ask(venue, a, BX_ALLOT_CLOSE, POOL_B, 1, 0, 2).word, BX_ALLOT_SAY_HELLO);

    struct bx_allot_message a3 = lease_of(POOL_B, 3, 10, 4, BX_LEASE_OPEN);
    struct bx_allot_message b1 = lease_of(POOL_B, 1, 10, 0, BX_LEASE_OPEN);
    struct bx_allot_answer answer = till_hello(venue, a, &a3, 1);
    assert_int_equal(answer.word, BX_ALLOT_ACKED);
    assert_int_equal(answer.mark, 1);
    assert_pool(venue, POOL_B, 2, 18, 0); /* r 1 still counts its 8, r 3 its 10 */
    assert_audit(venue);
    assert_int_equal(till_hello(venue, b, &b1, 1).word, BX_ALLOT_ACKED);
    assert_pool(venue, POOL_B, 2, 28, 0);
    assert_true(mark(venue).shut); /* a has not sent again what it had */
    assert_int_equal(till_ask(venue, b, BX_ALLOT_REQ, POOL_C, 1, 5, 0).word, BX_ALLOT_NONE);

    send_all(venue, a);
    assert_false(mark(venue).shut);
    assert_pool(venue, POOL_B, 22, 16, 0); /* r 1 faded: 6 sold of it; r 2 came through entries */
    assert_int_equal(till_ask(venue, b, BX_ALLOT_REQ, POOL_C, 1, 5, 0).n, 5);
    assert_int_equal(till_ask(venue, b, BX_ALLOT_GROW, POOL_B, 1, 99, 0).n, 12);
    assert_int_equal(till_ask(venue, a, BX_ALLOT_REQ, POOL_B, 2, 9, 0).word, BX_ALLOT_STALE);
    assert_pool(venue, POOL_B, 22, 18, 0);
    assert_audit(venue);
    till_destroy(a);
    till_destroy(b);
    venue_destroy(venue);
}

/* A number the till was waiting for is closed, so that the grant on its way opens nothing. */
static void test_waiting_is_abandoned(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 10, 0);
    struct bx_allot_message waiting[2] = {lease_of(POOL_B, 1, 0, 0, BX_LEASE_WAITING),
                                          lease_of(POOL_C, 1, 0, 0, BX_LEASE_WAITING)};
    /* within an epoch it stays: REQ finds its answer */
    till_hello(venue, till, waiting, 2);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 10, 0).n, 10);
    show(venue, (struct bd_mark){.epoch = 1, .commit = 1000});
    assert_true(mark(venue).shut);
    till_hello(venue, till, waiting, 2);
    assert_false(mark(venue).shut);
    assert_pool(venue, POOL_B, 0, 0, 0);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 10, 0).word, BX_ALLOT_STALE);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_REQ, POOL_C, 1, 5, 0).word, BX_ALLOT_STALE);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 2, 5, 0).n, 5);
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

/* Closing or closed: what was used. */
static void test_closed_counts_used(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 10, 0);
    show(venue, (struct bd_mark){.epoch = 1, .commit = 1000});
    struct bx_allot_message closed[2] = {lease_of(POOL_B, 1, 10, 7, BX_LEASE_CLOSING),
                                         lease_of(POOL_C, 4, 10, 3, BX_LEASE_CLOSED)};
    till_hello(venue, till, closed, 2);
    assert_pool(venue, POOL_B, 0, 7, 0);
    assert_pool(venue, POOL_C, 0, 3, 0);
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

/* More is out than the backup leaves room for: nothing is broken, what lacks is known. */
/* Closed after the backup, without a sale: HELLO says so, and an old REQ opens nothing. */
static void test_closed_is_not_granted_again(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    struct bd_store *backup = bd_store_memory_copy(venue->store);
    till_ask(venue, till, BX_ALLOT_REQ, POOL_C, 1, 5, 0);
    till_ask(venue, till, BX_ALLOT_CLOSE, POOL_C, 1, 0, 0);
    struct bd_mark seen = mark(venue);
    bring_back(venue, backup);
    show(venue, seen);
    struct bx_allot_message closed = lease_of(POOL_C, 1, 5, 0, BX_LEASE_CLOSED);
    assert_int_equal(till_hello(venue, till, &closed, 1).word, BX_ALLOT_ACKED);
    assert_false(mark(venue).shut);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_REQ, POOL_C, 1, 5, 0).word, BX_ALLOT_STALE);
    assert_pool(venue, POOL_C, 0, 0, 0);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_REQ, POOL_C, 2, 5, 0).word, BX_ALLOT_GRANTED);
    /* said again in the epoch, and in the next one: nothing new, and no doubt */
    assert_int_equal(till_hello(venue, till, &closed, 1).word, BX_ALLOT_ACKED);
    show(venue, (struct bd_mark){.epoch = 7, .commit = 0});
    assert_int_equal(till_hello(venue, till, &closed, 1).word, BX_ALLOT_ACKED);
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

static void test_more_than_fits(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *a = till_create(venue), *b = till_create(venue);
    show(venue, (struct bd_mark){.epoch = 1, .commit = 1000});
    struct bx_allot_message lease = lease_of(POOL_C, 1, 15, 0, BX_LEASE_OPEN);
    till_hello(venue, a, &lease, 1);
    till_hello(venue, b, &lease, 1);
    assert_pool(venue, POOL_C, 0, 20, 0);
    assert_audit(venue);
    till_send_one(venue, b, till_sell(venue, b, POOL_C, 1, 0, 15));
    assert_pool(venue, POOL_C, 5, 15, 10);
    /* places that come back lower what is over first */
    till_ask(venue, a, BX_ALLOT_CLOSE, POOL_C, 1, 0, 0);
    assert_pool(venue, POOL_C, 15, 0, 0);
    assert_audit(venue);
    till_destroy(a);
    till_destroy(b);
    venue_destroy(venue);
}

static void test_a_named_person_opens(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *a = till_create(venue), *b = till_create(venue);
    show(venue, (struct bd_mark){.epoch = 1, .commit = 1000});
    till_hello(venue, a, NULL, 0);
    assert_true(mark(venue).shut);
    venue_staff(venue);
    venue_begin(venue);
    assert_int_equal(bd_book_reopen(venue->book, &venue->turn, CASHIER, NULL), BX_ERR_REFUSED);
    MUST(bd_book_reopen(venue->book, &venue->turn, MIA, NULL));
    venue_end(venue);
    assert_false(mark(venue).shut);
    assert_int_equal(till_ask(venue, a, BX_ALLOT_REQ, POOL_B, 1, 5, 0).n, 5);
    assert_int_equal(till_ask(venue, b, BX_ALLOT_REQ, POOL_B, 1, 5, 0).word, BX_ALLOT_SAY_HELLO);
    /* or the silent one is revoked */
    show(venue, (struct bd_mark){.epoch = 5, .commit = 1});
    struct bx_allot_message lease = lease_of(POOL_B, 1, 5, 0, BX_LEASE_OPEN);
    till_hello(venue, a, &lease, 1);
    assert_true(mark(venue).shut);
    venue_begin(venue);
    MUST(bd_book_revoke(venue->book, &venue->turn, b->device.till, NULL));
    venue_end(venue);
    assert_false(mark(venue).shut);
    assert_audit(venue);
    till_destroy(a);
    till_destroy(b);
    venue_destroy(venue);
}

/* A till restored from an image says HELLO. */
static void test_a_till_gone_back(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 10, 0);
    till_send_one(venue, till, till_sell(venue, till, POOL_B, 1, 0, 2));
    struct till image = *till;
    till_send_one(venue, till, till_sell(venue, till, POOL_B, 1, 2, 2));
    struct bx_allot_message lease = lease_of(POOL_B, 1, 10, 4, BX_LEASE_OPEN);
    assert_int_equal(till_hello(venue, till, &lease, 1).word, BX_ALLOT_ACKED);
    lease.used = 2;
    assert_int_equal(till_hello(venue, &image, &lease, 1).word, BX_ALLOT_QUARANTINED);
    /* a suspicion: the message may have been long on its way */
    assert_int_equal(till_ask(venue, &image, BX_ALLOT_CLOSE, POOL_B, 1, 0, 2).word,
                     BX_ALLOT_SAY_HELLO);
    assert_pool(venue, POOL_B, 4, 6, 0);
    lease.used = 4;
    assert_int_equal(till_hello(venue, till, &lease, 1).word, BX_ALLOT_ACKED);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_GROW, POOL_B, 1, 11, 0).n, 11);
    /* what the image sold is a fork, and that is no suspicion */
    struct entry *forked = till_sell(venue, &image, POOL_B, 1, 2, 1);
    assert_int_equal(till_send_one(venue, &image, forked), BX_ENTRY_CONFLICT);
    lease.used = 3;
    assert_int_equal(till_hello(venue, &image, &lease, 1).word, BX_ALLOT_QUARANTINED);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_GROW, POOL_B, 1, 12, 0).word,
                     BX_ALLOT_QUARANTINED);
    bx_buf_finish(&forked->body);
    bx_free(forked);
    till_destroy(till);
    venue_destroy(venue);
}

/* Entries that were answered once and are not here: a restore that no commit number showed. It
 * shuts the slots, and names the till that says so. */
static void test_a_gap_shows_a_loss(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue), *other = till_create(venue);
    till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 10, 0);
    till_send_one(venue, till, till_note(venue, till, BX_KIND_LOGIN));
    (void)till_note(venue, till, BX_KIND_LOGOUT); /* answered in the life that was lost */
    struct entry *next = till_note(venue, till, BX_KIND_LOGIN);
    assert_int_equal(till_send_one(venue, till, next), BX_ENTRY_RECORDED);
    assert_int_equal(mark(venue).epoch, 2);
    assert_true(mark(venue).shut);
    assert_int_equal(count_tasks(venue, "loss"), 1);
    /* once */
    assert_int_equal(till_send_one(venue, till, next), BX_ENTRY_RECORDED);
    assert_int_equal(mark(venue).epoch, 2);
    till_destroy(till);
    till_destroy(other);
    venue_destroy(venue);
}

/* What was put aside is no gap: nothing was forgotten. */
static void test_a_conflict_is_no_loss(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_SQLITE);
    struct till *till = till_create(venue);
    struct entry *first = till_note(venue, till, BX_KIND_LOGIN);
    till_send_one(venue, till, first);
    for (int i = 0; i < 2; i++) {
        struct entry *twin =
            till_raw(venue, till, &first->envelope.id, first->body.data, first->body.len);
        assert_int_equal(till_send_one(venue, till, twin), BX_ENTRY_CONFLICT);
    }
    assert_int_equal(till_send_one(venue, till, till_note(venue, till, BX_KIND_LOGOUT)),
                     BX_ENTRY_RECORDED);
    assert_int_equal(mark(venue).epoch, 1);
    assert_false(mark(venue).shut);
    assert_int_equal(count_tasks(venue, "loss"), 0);
    till_destroy(till);
    venue_destroy(venue);
}

/* The programme goes on under the new epoch. */
static void test_the_programme_follows(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct bd_device device = {.till = 1, .issuer = 1};
    struct bx_fault fault;
    int64_t version;
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    show(venue, (struct bd_mark){.epoch = 2, .commit = 1});
    show(venue, (struct bd_mark){.epoch = 3, .commit = 1000});
    struct bd_wish wish = {&venue->policy, &venue->turn, &device, BX_DOC_PROGRAMME};
    MUST(bd_book_document(venue->store, &wish, &version, &out, &fault));
    struct bx_programme *programme bx_cleanup(bx_programme_destroy) =
        bx_programme_parse(out.data, out.len, &fault);
    assert_non_null(programme);
    assert_int_equal(programme->epoch, 4);
    assert_int_equal(programme->version, version);
    /* over the one before: a mark shown costs no room */
    assert_int_equal(version, 1);
    venue_destroy(venue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_epoch_without_need),
        cmocka_unit_test(test_a_backup),
        cmocka_unit_test(test_waiting_is_abandoned),
        cmocka_unit_test(test_closed_counts_used),
        cmocka_unit_test(test_closed_is_not_granted_again),
        cmocka_unit_test(test_more_than_fits),
        cmocka_unit_test(test_a_named_person_opens),
        cmocka_unit_test(test_a_till_gone_back),
        cmocka_unit_test(test_the_programme_follows),
        cmocka_unit_test(test_a_gap_shows_a_loss),
        cmocka_unit_test(test_a_conflict_is_no_loss),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
