/* SPDX-License-Identifier: Apache-2.0 */
/* REQ, GRANT, GROW, CLOSE and expiry, over both stores. */
#include "fixture.h"

#include <stdio.h>

enum { REQ = BX_ALLOT_REQ, GROW = BX_ALLOT_GROW, CLOSE = BX_ALLOT_CLOSE };

/* One message, and what must be answered and counted. Pool B: 40 places, a share of 10. */
struct step {
    int verb;
    int64_t r, n, used;
    enum bx_allot_word word;
    int64_t granted, leased;
};

static const struct {
    const char *name;
    struct step steps[8]; /* ended by verb -1 */
} cases[] = {
    {"the usual share", {{REQ, 1, 0, 0, BX_ALLOT_GRANTED, 10, 10}, {-1}}},
    {"what is wanted", {{REQ, 1, 3, 0, BX_ALLOT_GRANTED, 3, 3}, {-1}}},
    {"never above the share", {{REQ, 1, 30, 0, BX_ALLOT_GRANTED, 10, 10}, {-1}}},
    {"the same again",
     {{REQ, 1, 5, 0, BX_ALLOT_GRANTED, 5, 5},
      {REQ, 1, 9, 0, BX_ALLOT_GRANTED, 5, 5},
      {REQ, 1, 5, 0, BX_ALLOT_GRANTED, 5, 5},
      {-1}}},
    {"close comes first",
     {{REQ, 1, 5, 0, BX_ALLOT_GRANTED, 5, 5},
      {REQ, 2, 5, 0, BX_ALLOT_NONE, 0, 5},
      {CLOSE, 1, 0, 0, BX_ALLOT_ACKED, 0, 0},
      {REQ, 2, 5, 0, BX_ALLOT_GRANTED, 5, 5},
      {-1}}},
    {"old numbers are stale",
     {{REQ, 1, 5, 0, BX_ALLOT_GRANTED, 5, 5},
      {CLOSE, 1, 0, 0, BX_ALLOT_ACKED, 0, 0},
      {REQ, 1, 5, 0, BX_ALLOT_STALE, 0, 0},
      {REQ, 2, 5, 0, BX_ALLOT_GRANTED, 5, 5},
      {REQ, 1, 5, 0, BX_ALLOT_STALE, 0, 5},
      {GROW, 1, 9, 0, BX_ALLOT_STALE, 0, 5},
      {-1}}},
    {"grow is a maximum",
     {{REQ, 1, 5, 0, BX_ALLOT_GRANTED, 5, 5},
      {GROW, 1, 12, 0, BX_ALLOT_GRANTED, 12, 12},
      {GROW, 1, 12, 0, BX_ALLOT_GRANTED, 12, 12},
      {GROW, 1, 7, 0, BX_ALLOT_GRANTED, 12, 12},
      {GROW, 1, 99, 0, BX_ALLOT_GRANTED, 40, 40},
      {-1}}},
    {"grow of what is not open",
     {{GROW, 1, 5, 0, BX_ALLOT_NONE, 0, 0},
      {REQ, 1, 5, 0, BX_ALLOT_GRANTED, 5, 5},
      {GROW, 2, 9, 0, BX_ALLOT_NONE, 0, 5},
      {CLOSE, 1, 0, 0, BX_ALLOT_ACKED, 0, 0},
      {GROW, 1, 9, 0, BX_ALLOT_STALE, 0, 0},
      {-1}}},
    {"close keeps what was used",
     {{REQ, 1, 8, 0, BX_ALLOT_GRANTED, 8, 8},
      {CLOSE, 1, 0, 3, BX_ALLOT_ACKED, 0, 3},
      {CLOSE, 1, 0, 3, BX_ALLOT_ACKED, 0, 3},
      {-1}}},
    {"an unknown number is remembered",
     {{CLOSE, 1, 0, 0, BX_ALLOT_ACKED, 0, 0},
      {REQ, 1, 5, 0, BX_ALLOT_STALE, 0, 0},
      {CLOSE, 2, 0, 4, BX_ALLOT_ACKED, 0, 4},
      {REQ, 2, 5, 0, BX_ALLOT_STALE, 0, 4},
      {REQ, 3, 5, 0, BX_ALLOT_GRANTED, 5, 9},
      {-1}}},
    {"another count is a fork",
     {{REQ, 1, 8, 0, BX_ALLOT_GRANTED, 8, 8},
      {CLOSE, 1, 0, 3, BX_ALLOT_ACKED, 0, 3},
      {CLOSE, 1, 0, 1, BX_ALLOT_QUARANTINED, 0, 3},
      {REQ, 2, 5, 0, BX_ALLOT_QUARANTINED, 0, 3},
      {-1}}},
    {"more than was granted is a fork",
     {{REQ, 1, 8, 0, BX_ALLOT_GRANTED, 8, 8}, {CLOSE, 1, 0, 9, BX_ALLOT_QUARANTINED, 0, 8}, {-1}}},
    {"a skipped number",
     {{REQ, 3, 5, 0, BX_ALLOT_GRANTED, 5, 5}, {REQ, 2, 5, 0, BX_ALLOT_STALE, 0, 5}, {-1}}},
};

static void run_table(enum store_kind kind)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct venue *venue = venue_create(kind);
        struct till *till = till_create(venue);
        for (const struct step *step = cases[i].steps; step->verb >= 0; step++) {
            struct bx_allot_answer answer = till_ask(venue, till, (enum bx_allot_verb)step->verb,
                                                     POOL_B, step->r, step->n, step->used);
            if (answer.word != step->word || answer.n != step->granted)
                fail_msg("%s, step %d: %s %d", cases[i].name, (int)(step - cases[i].steps),
                         bx_allot_word_text(answer.word), (int)answer.n);
            assert_pool(venue, POOL_B, 0, step->leased, 0);
            assert_audit(venue);
        }
        till_destroy(till);
        venue_destroy(venue);
    }
}

static void test_table_memory(void **state)
{
    (void)state;
    run_table(STORE_MEMORY);
}

static void test_table_sqlite(void **state)
{
    (void)state;
    run_table(STORE_SQLITE);
}

static void test_no_more_than_there_is(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *tills[5];
    int64_t granted = 0;
    for (int i = 0; i < 5; i++) {
        tills[i] = till_create(venue);
        granted += till_ask(venue, tills[i], BX_ALLOT_REQ, POOL_B, 1, 0, 0).n;
    }
    assert_int_equal(granted, 40);
    assert_int_equal(till_ask(venue, tills[4], BX_ALLOT_REQ, POOL_B, 1, 0, 0).word, BX_ALLOT_NONE);
    assert_int_equal(till_ask(venue, tills[0], BX_ALLOT_GROW, POOL_B, 1, 11, 0).n, 10);
    assert_pool(venue, POOL_B, 0, 40, 0);
    /* what one gives back another may have */
    till_ask(venue, tills[0], BX_ALLOT_CLOSE, POOL_B, 1, 0, 4);
    venue_tick(venue, 301); /* the eleventh is not wanted any more */
    assert_int_equal(till_ask(venue, tills[4], BX_ALLOT_REQ, POOL_B, 1, 0, 0).n, 6);
    assert_pool(venue, POOL_B, 0, 40, 0);
    assert_audit(venue);
    for (int i = 0; i < 5; i++)
        till_destroy(tills[i]);
    venue_destroy(venue);
}

static void freeze(struct venue *venue)
{
    venue_begin(venue);
    MUST(bd_book_freeze(venue->book, &venue->turn, NULL));
    venue_end(venue);
}

static void check_expiry_frees_nothing(enum store_kind kind)
{
    struct venue *venue = venue_create(kind);
    struct till *till = till_create(venue);
    struct bx_allot_answer answer = till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 10, 0);
    assert_int_equal(answer.ttl, 3600);
    freeze(venue);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_GROW, POOL_B, 1, 10, 0).n, 10);
    venue_tick(venue, 3601);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_GROW, POOL_B, 1, 12, 0).word, BX_ALLOT_NONE);
    freeze(venue);
    assert_pool(venue, POOL_B, 0, 10, 0);
    answer = till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 10, 0);
    assert_int_equal(answer.word, BX_ALLOT_GRANTED);
    assert_int_equal(answer.ttl, 0);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 2, 10, 0).word, BX_ALLOT_NONE);
    /* a late entry and a late CLOSE are as good as early ones */
    assert_int_equal(till_send_one(venue, till, till_sell(venue, till, POOL_B, 1, 0, 3)),
                     BX_ENTRY_RECORDED);
    assert_pool(venue, POOL_B, 3, 7, 0);
    venue_tick(venue, 86400);
    freeze(venue);
    assert_pool(venue, POOL_B, 3, 7, 0);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_CLOSE, POOL_B, 1, 0, 5).word, BX_ALLOT_ACKED);
    assert_pool(venue, POOL_B, 3, 2, 0);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 2, 5, 0).word, BX_ALLOT_NONE);
    assert_audit(venue);
    till_destroy(till);
    venue_destroy(venue);
}

static void test_expiry_memory(void **state)
{
    (void)state;
    check_expiry_frees_nothing(STORE_MEMORY);
}

static void test_expiry_sqlite(void **state)
{
    (void)state;
    check_expiry_frees_nothing(STORE_SQLITE);
}

static void test_who_may_not_ask(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    struct bx_allot_message message = {.verb = BX_ALLOT_REQ, .pool = {POOL_B}, .r = 1};
    struct bx_allot_answer answer;
    struct bx_fault fault;
    assert_int_equal(till_ask(venue, till, BX_ALLOT_REQ, "no-such-pool", 1, 5, 0).word,
                     BX_ALLOT_NONE);
    venue_begin(venue);
    MUST(bd_book_revoke(venue->book, &venue->turn, till->device.till, &fault));
    assert_int_equal(
        bd_book_allot(venue->book, &venue->turn, &till->device, &message, 1, &answer, &fault),
        BX_ERR_REFUSED);
    venue_end(venue);
    assert_pool(venue, POOL_B, 0, 0, 0);
    till_destroy(till);
    venue_destroy(venue);
}

static void test_a_supervisor_settles(void **state)
{
    (void)state;
    struct venue *venue = venue_create(STORE_MEMORY);
    struct till *till = till_create(venue);
    till_ask(venue, till, BX_ALLOT_REQ, POOL_B, 1, 8, 0);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_CLOSE, POOL_B, 1, 0, 9).word,
                     BX_ALLOT_QUARANTINED);
    assert_int_equal(count_tasks(venue, "quarantine"), 1);
    venue_staff(venue);
    venue_begin(venue);
    assert_int_equal(bd_book_settle(venue->book, &venue->turn, till->device.till, CASHIER, NULL),
                     BX_ERR_REFUSED);
    MUST(bd_book_settle(venue->book, &venue->turn, till->device.till, MIA, NULL));
    venue_end(venue);
    assert_int_equal(till_ask(venue, till, BX_ALLOT_CLOSE, POOL_B, 1, 0, 2).word, BX_ALLOT_ACKED);
    assert_pool(venue, POOL_B, 0, 2, 0);
    till_destroy(till);
    venue_destroy(venue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_memory),          cmocka_unit_test(test_table_sqlite),
        cmocka_unit_test(test_no_more_than_there_is), cmocka_unit_test(test_expiry_memory),
        cmocka_unit_test(test_expiry_sqlite),         cmocka_unit_test(test_who_may_not_ask),
        cmocka_unit_test(test_a_supervisor_settles),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
