/* SPDX-License-Identifier: Apache-2.0 */
/* Two servers move one pool at a time, neither of which keeps it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/store/postgres.h"
#include "store_world.h"

enum { CAPACITY = 1000, PROGRAMME = 3 };
static struct bd_store *servers[2], *opened_first;

static void expect_late(void)
{
    struct bd_meta_row meta = {.one = 1};
    struct bd_pool_row twice[2] = {{.id = {"p"}}, {.id = {"p"}}};
    assert_int_equal(bd_get(store, BD_META, &meta, NULL), 0);
    assert_int_equal(bd_expect(store, BD_LATE, BD_POOL, twice, 2, NULL), 0);
}

static void sell(int64_t places)
{
    const struct bd_move move = {.pool = {"p"}, .sold = places};
    assert_int_equal(store->ops->move(store, &move, NULL), 0);
}

/* Both begin; the second one, which does WHAT to the pool, commits first. */
static void both_begin(int64_t places)
{
    store = servers[0];
    begin();
    expect_late();
    sell(places);
    store = servers[1];
    begin();
}

static void change(int64_t planned_over, int64_t cancelled)
{
    struct bd_pool_row pool = {.id = {"p"}};
    assert_int_equal(bd_get(store, BD_POOL, &pool, NULL), 0);
    pool.planned_over = planned_over;
    pool.cancelled = cancelled;
    assert_int_equal(bd_update(store, BD_POOL, &pool, NULL), 0);
}

static void lost(void)
{
    struct bx_fault fault = {0};
    store = servers[0];
    assert_int_equal(store->ops->end(store, true, &fault), BX_REFUSED);
    assert_int_equal(fault.err, BX_ERR_BUSY);
}

static void assert_sold(int64_t sold)
{
    struct bd_pool_row pool = {.id = {"p"}};
    assert_int_equal(bd_get(store, BD_POOL, &pool, NULL), 0);
    assert_int_equal(pool.sold, sold);
}

/* After a loss a server keeps its pools for a while. */
static void calm_down(void)
{
    for (int i = 0; i < 100; i++) {
        begin();
        expect_late();
        rollback();
    }
}

static void start(void)
{
    struct bd_meta_row meta = {.one = 1, .programme = PROGRAMME};
    struct bd_pool_row pool = {.id = {"p"}, .capacity = CAPACITY};
    begin();
    assert_int_equal(bd_insert(store, BD_META, &meta, NULL), 0);
    assert_int_equal(bd_insert(store, BD_POOL, &pool, NULL), 0);
    commit();
    opened_first = store;
    servers[0] = store = bare();
    servers[1] = bd_store_postgres_open(url, BD_OPEN_WRITE, NULL);
    assert_non_null(servers[1]);
}

static void stop(void)
{
    bd_store_destroy(servers[1]);
    store = opened_first;
}

static void both_sell(void)
{
    both_begin(3);
    expect_late();
    sell(4);
    mark();
    sell(100);
    release(false);
    commit();
    if (kind != READ_COMMITTED) {
        lost();
        assert_sold(4);
        return;
    }
    store = servers[0];
    commit();
    assert_sold(7);
}

void test_late_pools_add_up(void **state)
{
    (void)state;
    if (!in_postgres())
        return;
    start();
    both_sell();
    stop();
}

/* Together more than there is: the later one is lost, and next time is told so at once. */
void test_late_pools_have_one_end(void **state)
{
    (void)state;
    if (!in_postgres())
        return;
    start();
    both_begin(600);
    expect_late();
    sell(401);
    commit();
    lost();
    assert_sold(401);
    begin();
    expect_late();
    const struct bd_move move = {.pool = {"p"}, .sold = 600};
    assert_int_equal(store->ops->move(store, &move, NULL), BD_NOT);
    sell(599);
    commit();
    assert_sold(1000);
    stop();
}

/* Anything but the figures is another pool; another programme may ask for another care. */
void test_late_pools_are_the_same(void **state)
{
    (void)state;
    struct bd_meta_row meta = {.one = 1};
    if (!in_postgres())
        return;
    start();
    for (int what = 0; what < 3; what++) {
        both_begin(1);
        if (what < 2) {
            change(5, what == 1);
        } else {
            assert_int_equal(bd_get(store, BD_META, &meta, NULL), 0);
            meta.programme++;
            assert_int_equal(bd_update(store, BD_META, &meta, NULL), 0);
        }
        commit();
        lost();
        assert_sold(0);
        calm_down();
    }
    stop();
}

/* They are there to be moved; whoever puts or scans them is told to keep them. */
void test_late_pools_are_only_moved(void **state)
{
    (void)state;
    struct bd_pool_row pool = {.id = {"p"}};
    struct bx_fault fault = {0};
    if (!in_postgres())
        return;
    start();
    begin();
    expect_late();
    assert_int_equal(bd_get(store, BD_POOL, &pool, NULL), 0);
    assert_int_equal(bd_update(store, BD_POOL, &pool, &fault), BX_ERR_BUSY);
    lost();
    begin();
    expect_late();
    pool.wanted = 1;
    assert_int_equal(bd_update(store, BD_POOL, &pool, NULL), 0);
    commit();
    stop();
}
