/* SPDX-License-Identifier: Apache-2.0 */
/* Signs of a restore that nobody told of, and messages that were on their way across one: histories
 * that the simulation found, each down to its core. */
#include "fixture.h"

#include "boxtill/base/text.h"

static struct bd_mark mark(struct venue *venue)
{
    struct bd_mark mark;
    MUST(bd_book_mark(venue->store, &mark, NULL));
    return mark;
}

static void restored(struct venue *venue)
{
    venue_begin(venue);
    MUST(bd_book_seen(venue->book, &venue->turn, mark(venue).epoch, 1000, NULL));
    venue_end(venue);
}

static struct bx_allot_message open_lease(const char *pool, int64_t r, int64_t n)
{
    struct bx_allot_message message = {.r = r, .n = n, .state = BX_LEASE_OPEN};
    BX_TEXT_COPY(message.pool.s, pool);
    return message;
}

static void test_entries_beyond_a_gap(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    struct bx_entry_answer answer;
    for (int i = 0; i < 3; i++)
        till_note(venue, till, BX_KIND_LOGOUT);
    till_send_one(venue, till, till->entries[0]);
    assert_int_equal(mark(venue).epoch, 1);
    /* the till has an answer to the second, we do not know it */
    assert_int_equal(till_send_one(venue, till, till->entries[2]), BX_ENTRY_RECORDED);
    assert_int_equal(mark(venue).epoch, 2);
    assert_true(mark(venue).shut);
    /* before its HELLO the till cannot know better, and shows nothing new */
    till_note(venue, till, BX_KIND_LOGOUT);
    till_note(venue, till, BX_KIND_LOGOUT);
    till_send_one(venue, till, till->entries[4]);
    assert_int_equal(mark(venue).epoch, 2);
    assert_int_equal(till_hello(venue, till, NULL, 0).mark, 1);
    MUST(till_send(venue, till, till->entries, till->count, &answer));
    assert_int_equal(mark(venue).epoch, 2);
    assert_false(mark(venue).shut);
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

/* What another till sends in a till's name does not stand for what the till was answered. */
static void test_a_gap_that_another_filled(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue), *liar = till_create(venue);
    for (int i = 0; i < 3; i++)
        till_note(venue, till, BX_KIND_LOGOUT);
    till_send_one(venue, till, till->entries[0]);
    assert_int_equal(till_send_one(venue, liar, till->entries[1]), BX_ENTRY_CONFLICT);
    assert_int_equal(mark(venue).epoch, 1);
    till_send_one(venue, till, till->entries[2]);
    assert_int_equal(mark(venue).epoch, 2);
    till_destroy(till);
    till_destroy(liar);
    venue_destroy(venue);
}

static void test_a_lease_we_do_not_know(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    struct bx_allot_message lease = open_lease(POOL_B, 1, 10);
    assert_int_equal(till_hello(venue, till, &lease, 1).word, BX_ALLOT_SAY_HELLO);
    assert_int_equal(mark(venue).epoch, 2);
    assert_pool(venue, POOL_B, 0, 0, 0);
    assert_int_equal(till_hello(venue, till, &lease, 1).word, BX_ALLOT_ACKED);
    assert_pool(venue, POOL_B, 0, 10, 0);
    assert_int_equal(count_tasks(venue, "quarantine"), 0);
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

/* It left the till before the restore, so it does not say how things stand after it. */
static void test_a_hello_of_before(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    struct bx_allot_message late = {.verb = BX_ALLOT_HELLO, .r = 1};
    struct bx_allot_answer answer;
    restored(venue);
    venue_begin(venue);
    MUST(bd_book_allot(venue->book, &venue->turn, &till->device, &late, 1, &answer, NULL));
    venue_end(venue);
    assert_int_equal(answer.word, BX_ALLOT_SAY_HELLO);
    assert_true(mark(venue).shut);
    assert_int_equal(till_hello(venue, till, NULL, 0).word, BX_ALLOT_ACKED);
    assert_false(mark(venue).shut);
    till_destroy(till);
    venue_destroy(venue);
}

/* Two leases that do not fit beside an old one; when it goes, its places are theirs. */
static void test_what_is_lacking_is_not_given_away(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *a = till_create(venue), *b = till_create(venue);
    till_ask(venue, a, BX_ALLOT_REQ, POOL_C, 1, 5, 0);
    restored(venue);
    struct bx_allot_message second = open_lease(POOL_C, 2, 5), other = open_lease(POOL_C, 1, 14);
    till_hello(venue, b, &other, 1);
    assert_pool(venue, POOL_C, 0, 19, 0);
    till_hello(venue, a, &second, 1); /* its first is over then, so all of it has room after all */
    assert_false(mark(venue).shut);
    assert_int_equal(pool_of(venue, POOL_C).lacking, 4);
    assert_int_equal(till_ask(venue, b, BX_ALLOT_GROW, POOL_C, 1, 20, 0).n, 15);
    assert_audit(venue);
    till_send_one(venue, a, till_sell(venue, a, POOL_C, 2, 0, 3));
    assert_int_equal(pool_of(venue, POOL_C).lacking, 0);
    assert_pool(venue, POOL_C, 3, 17, 0);
    assert_audit(venue);
    till_destroy(a);
    till_destroy(b);
    venue_destroy(venue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries_beyond_a_gap),
        cmocka_unit_test(test_a_gap_that_another_filled),
        cmocka_unit_test(test_a_lease_we_do_not_know),
        cmocka_unit_test(test_a_hello_of_before),
        cmocka_unit_test(test_what_is_lacking_is_not_given_away),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
