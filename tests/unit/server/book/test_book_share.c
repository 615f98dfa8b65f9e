/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets how much of a pool, and from whom places are called back. Pool B: 40 places at 14:00, it
 * is 13:00; no till may have more than 25 % of it as stock. */
#include "fixture.h"

#include "server/book/inside.h"

#include <string.h>

enum { REQ = BX_ALLOT_REQ, GROW = BX_ALLOT_GROW, CLOSE = BX_ALLOT_CLOSE };

static struct bx_allot_answer ask(struct venue *venue, struct till *till, int verb, int64_t r,
                                  int64_t n, int64_t need)
{
    struct bx_allot_message message = {.verb = (enum bx_allot_verb)verb,
                                       .pool = {POOL_B},
                                       .r = r,
                                       .n = n,
                                       .need = need,
                                       .seq = till->seq,
                                       .head = till->head};
    struct bx_allot_answer answer = {0};
    venue_begin(venue);
    MUST(bd_book_allot(venue->book, &venue->turn, &till->device, &message, 1, &answer, NULL));
    venue_end(venue);
    venue_tick(venue, 0);
    assert_audit(venue);
    return answer;
}

/* The number under which the till is to give pool B back, 0: it is not. */
static int64_t recalled(struct venue *venue, const struct till *till)
{
    static struct bx_pool_news news[128];
    struct bd_wish wish = {.policy = &venue->policy, .turn = &venue->turn, .device = &till->device};
    size_t count;
    bx_utc at;
    bx_buf_auto out;
    bx_buf_init(&out, 0);
    MUST(bd_book_news(venue->store, &wish, &out, NULL));
    MUST(bx_availability_decode(out.data, out.len, &at, news, 128, &count, NULL));
    for (size_t i = 0; i < count; i++)
        if (strcmp(news[i].pool.s, POOL_B) == 0)
            return news[i].recall;
    return -1;
}

static void web_takes(struct venue *venue, int64_t places)
{
    struct bd_move move = {.pool = {POOL_B}, .held = places};
    venue_begin(venue);
    MUST(venue->store->ops->move(venue->store, &move, NULL));
    venue_end(venue);
}

static void web_is_refused(struct venue *venue, int64_t places)
{
    venue_begin(venue);
    MUST(bd_pool_want(venue->store, &(struct bx_slug){POOL_B}, places, venue->turn.now, NULL));
    venue_end(venue);
}

struct world {
    struct venue *venue;
    struct till *tills[3];
};

static void world_open(struct world *world, enum store_kind kind, int percent)
{
    world->venue = venue_create(kind);
    world->venue->policy.counters_percent = percent;
    bd_book_destroy(world->venue->book);
    world->venue->book = bd_book_create(world->venue->store, &world->venue->policy, NULL);
    for (int i = 0; i < 3; i++)
        world->tills[i] = till_create(world->venue);
}

static void world_close(struct world *world)
{
    for (int i = 0; i < 3; i++)
        till_destroy(world->tills[i]);
    venue_destroy(world->venue);
}

static void stock_is_a_share_of_what_is_set_aside(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, STORE_MEMORY, 50);                                   /* 20 of 40 */
    assert_int_equal(ask(world.venue, world.tills[0], REQ, 1, 0, 0).n, 10); /* 25 % at most */
    assert_int_equal(ask(world.venue, world.tills[1], REQ, 1, 4, 0).n, 4);  /* what it wants */
    assert_int_equal(ask(world.venue, world.tills[2], REQ, 1, 0, 0).n, 6);  /* a third of 20 */
    assert_int_equal(ask(world.venue, world.tills[1], GROW, 1, 9, 0).n, 4); /* none is left */
    /* what a basket waits for comes from the rest */
    assert_int_equal(ask(world.venue, world.tills[1], GROW, 1, 9, 9).n, 9);
    assert_int_equal(ask(world.venue, world.tills[1], GROW, 1, 30, 12).n, 12);
    world_close(&world);
}

static void the_share_shrinks_with_what_is_left(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, STORE_MEMORY, 50);
    web_takes(world.venue, 24); /* 16 left, 8 for the tills */
    assert_int_equal(ask(world.venue, world.tills[0], REQ, 1, 0, 0).n, 8);
    assert_int_equal(ask(world.venue, world.tills[0], CLOSE, 1, 0, 0).word, BX_ALLOT_ACKED);
    assert_int_equal(ask(world.venue, world.tills[1], REQ, 1, 0, 0).n, 4); /* two tills live */
    web_takes(world.venue, 6); /* 6 left without the lease, 5 for the tills */
    assert_int_equal(ask(world.venue, world.tills[2], REQ, 1, 0, 0).word, BX_ALLOT_NONE);
    assert_int_equal(ask(world.venue, world.tills[2], REQ, 1, 4, 4).n, 4); /* by the basket */
    world_close(&world);
}

static void refused_places_are_called_back(enum store_kind kind)
{
    struct world world;
    world_open(&world, kind, 0);
    assert_int_equal(ask(world.venue, world.tills[0], REQ, 1, 0, 0).n, 10);
    assert_int_equal(ask(world.venue, world.tills[1], REQ, 1, 0, 3).n, 10);
    web_takes(world.venue, 17);
    assert_int_equal(recalled(world.venue, world.tills[0]), 0);
    struct bx_allot_answer answer = ask(world.venue, world.tills[2], REQ, 1, 5, 5);
    assert_int_equal(answer.n, 3); /* all there was, and two more are wanted */
    assert_true(answer.recall);
    assert_int_equal(recalled(world.venue, world.tills[0]), 1);
    assert_int_equal(recalled(world.venue, world.tills[1]), 1);
    /* a till all of whose places are booked has nothing to give back */
    till_send_one(world.venue, world.tills[1],
                  till_sell(world.venue, world.tills[1], POOL_B, 1, 0, 10));
    assert_int_equal(recalled(world.venue, world.tills[1]), 0);
    assert_int_equal(ask(world.venue, world.tills[0], CLOSE, 1, 0, 0).word, BX_ALLOT_ACKED);
    assert_int_equal(recalled(world.venue, world.tills[2]), 0); /* ten are free */
    /* and nobody stocks up from them while they may be wanted */
    assert_int_equal(ask(world.venue, world.tills[0], REQ, 2, 0, 0).word, BX_ALLOT_NONE);
    assert_int_equal(ask(world.venue, world.tills[2], GROW, 1, 5, 5).n, 5);
    venue_tick(world.venue, 301);
    assert_int_equal(ask(world.venue, world.tills[0], REQ, 2, 0, 0).n, 4);
    world_close(&world);
}

static void refused_places_are_called_back_memory(void **state)
{
    (void)state;
    refused_places_are_called_back(STORE_MEMORY);
}

static void refused_places_are_called_back_sqlite(void **state)
{
    (void)state;
    refused_places_are_called_back(STORE_SQLITE);
}

static void the_web_calls_back_too(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, STORE_MEMORY, 0);
    ask(world.venue, world.tills[0], REQ, 1, 0, 0);
    web_takes(world.venue, 26);
    assert_int_equal(recalled(world.venue, world.tills[0]), 0);
    web_is_refused(world.venue, 6);
    assert_int_equal(recalled(world.venue, world.tills[0]), 1);
    web_is_refused(world.venue, 2); /* the six are still wanted */
    web_takes(world.venue, 1);
    assert_int_equal(recalled(world.venue, world.tills[0]), 1);
    venue_tick(world.venue, 301); /* three free, an hour before the slot */
    assert_int_equal(recalled(world.venue, world.tills[0]), 0);
    world_close(&world);
}

/* Nobody has a thousand: who asks for them takes no till's stock away, and does not stand before
 * those who ask for two. */
static void what_nobody_has_is_not_called_back(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, STORE_MEMORY, 0);
    assert_int_equal(ask(world.venue, world.tills[0], REQ, 1, 0, 0).n, 10);
    web_takes(world.venue, 10);
    web_is_refused(world.venue, 1000);
    assert_int_equal(recalled(world.venue, world.tills[0]), 0);
    assert_int_equal(ask(world.venue, world.tills[1], REQ, 1, 4, 0).n, 4);
    web_takes(world.venue, 15);
    web_is_refused(world.venue, 2);
    web_is_refused(world.venue, 1000);
    assert_int_equal(recalled(world.venue, world.tills[0]), 1);
    world_close(&world);
}

static void near_the_start_idle_places_are_called_back(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, STORE_MEMORY, 0);
    ask(world.venue, world.tills[0], REQ, 1, 0, 0);
    web_takes(world.venue, 27);
    assert_int_equal(recalled(world.venue, world.tills[0]), 0);
    venue_tick(world.venue, 46 * 60);
    assert_int_equal(recalled(world.venue, world.tills[0]), 1);
    assert_int_equal(ask(world.venue, world.tills[1], REQ, 1, 0, 0).word, BX_ALLOT_NONE);
    web_takes(world.venue, -4); /* seven free: a family finds its places */
    assert_int_equal(recalled(world.venue, world.tills[0]), 0);
    world_close(&world);
}

/* Or they would be called back and taken again at every contact. */
static void near_the_start_no_stock_takes_the_last(void **state)
{
    (void)state;
    struct world world;
    int64_t got = 0;
    world_open(&world, STORE_MEMORY, 100);
    world.venue->policy.share_percent = 100;
    web_takes(world.venue, 28); /* twelve left, and four tills: three each */
    venue_tick(world.venue, 46 * 60);
    for (int i = 0; i < 3; i++)
        got += ask(world.venue, world.tills[i], REQ, 1, 0, 0).n;
    for (int i = 0; i < 3; i++)
        assert_int_equal(recalled(world.venue, world.tills[i]), 0);
    assert_int_equal(got, 8);
    world_close(&world);
}

static void the_last_places_are_called_back_unasked(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, STORE_MEMORY, 0);
    ask(world.venue, world.tills[0], REQ, 1, 5, 0);
    ask(world.venue, world.tills[1], REQ, 1, 1, 0);
    ask(world.venue, world.tills[2], REQ, 1, 1, 0);
    web_takes(world.venue, 32);
    assert_int_equal(recalled(world.venue, world.tills[0]), 0); /* eight, more than two each */
    web_takes(world.venue, 1);
    assert_int_equal(recalled(world.venue, world.tills[0]), 0);
    ask(world.venue, world.tills[0], CLOSE, 1, 0, 0);
    ask(world.venue, world.tills[0], REQ, 2, 3, 3);
    web_takes(world.venue, 2); /* five unsold, none of them free: fewer than two each */
    assert_int_equal(recalled(world.venue, world.tills[0]), 2);
    assert_int_equal(recalled(world.venue, world.tills[1]), 1);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stock_is_a_share_of_what_is_set_aside),
        cmocka_unit_test(the_share_shrinks_with_what_is_left),
        cmocka_unit_test(refused_places_are_called_back_memory),
        cmocka_unit_test(refused_places_are_called_back_sqlite),
        cmocka_unit_test(the_web_calls_back_too),
        cmocka_unit_test(what_nobody_has_is_not_called_back),
        cmocka_unit_test(near_the_start_idle_places_are_called_back),
        cmocka_unit_test(near_the_start_no_stock_takes_the_last),
        cmocka_unit_test(the_last_places_are_called_back_unasked),
    };
    bx_crypto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
