/* SPDX-License-Identifier: Apache-2.0 */
/* The store port's contract, run against the implementation named by the argument: memory, sqlite,
 * or PostgreSQL (read-committed, serializable; serializable-lossy: in all of them transactions are
 * lost at random and run again). */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "lossy_store.h"
#include "postgres/pg.h"
#include "server/store/memory.h"
#include "server/store/postgres.h"
#include "server/store/schema.h"
#include "server/store/sql.h"
#include "server/store/sqlite.h"
#include "sqlite/db.h"
#include "store_world.h"

static struct bd_user_row user_of(int64_t number, const char *name)
{
    struct bd_user_row row = {.number = number, .role = 1, .pin_hash = "hash"};
    BX_TEXT_COPY(row.name, name);
    return row;
}

static void put_user(int64_t number, const char *name)
{
    struct bd_user_row row = user_of(number, name);
    int err = bd_insert(store, BD_USER, &row, NULL);
    if (err == BD_NOT)
        err = bd_update(store, BD_USER, &row, NULL);
    assert_int_equal(err, 0);
}

/* NULL: it must not be there. */
static void assert_user(int64_t number, const char *name)
{
    struct bd_user_row row = {.number = number};
    int err = bd_get(store, BD_USER, &row, NULL);
    if (name == NULL) {
        assert_int_equal(err, BD_NOT);
        return;
    }
    assert_int_equal(err, 0);
    assert_string_equal(row.name, name);
    assert_string_equal(row.pin_hash, "hash");
    assert_int_equal(row.role, 1);
}

static void test_put_and_get(void **state)
{
    (void)state;
    struct bd_user_row row = user_of(7, "Ana");
    begin();
    assert_int_equal(bd_update(store, BD_USER, &row, NULL), BD_NOT);
    assert_int_equal(bd_insert(store, BD_USER, &row, NULL), 0);
    row = user_of(7, "Ben");
    assert_int_equal(bd_insert(store, BD_USER, &row, NULL), BD_NOT);
    assert_user(7, "Ana");
    assert_int_equal(bd_update(store, BD_USER, &row, NULL), 0);
    assert_user(7, "Ben");
    assert_user(8, NULL);
    commit();
    assert_user(7, "Ben");
}

/* Every kind of column comes back as it went in, and empty and binary blobs too. */
static void test_every_kind(void **state)
{
    (void)state;
    static const char body[] = "a\0b\xff";
    struct bd_entry_row row = {.till = 2,
                               .incarnation = 1,
                               .seq = INT64_C(9007199254740991),
                               .id = {{0, 255, 3}},
                               .kind = -1,
                               .hash = {{9, 0, 9}},
                               .say = "Grüße",
                               .body = {body, sizeof body}};
    struct bd_entry_row empty = {.till = 2, .incarnation = 1, .seq = 1};
    begin();
    assert_int_equal(bd_insert(store, BD_ENTRY, &row, NULL), 0);
    assert_int_equal(bd_insert(store, BD_ENTRY, &empty, NULL), 0);
    commit();
    struct bd_entry_row got = {.till = 2, .incarnation = 1, .seq = row.seq};
    assert_int_equal(bd_get(store, BD_ENTRY, &got, NULL), 0);
    assert_memory_equal(&got.id, &row.id, sizeof row.id);
    assert_memory_equal(&got.hash, &row.hash, sizeof row.hash);
    assert_memory_equal(&got.prev, &row.prev, sizeof row.prev);
    assert_int_equal(got.kind, -1);
    assert_string_equal(got.say, "Grüße");
    assert_int_equal(got.body.len, sizeof body);
    assert_memory_equal(got.body.data, body, sizeof body);
    got = (struct bd_entry_row){.till = 2, .incarnation = 1, .seq = 1};
    assert_int_equal(bd_get(store, BD_ENTRY, &got, NULL), 0);
    assert_int_equal(got.body.len, 0);
}

static void test_rollback_and_crash(void **state)
{
    (void)state;
    begin();
    put_user(1, "one");
    commit();
    begin();
    put_user(1, "other");
    put_user(2, "two");
    assert_user(2, "two");
    rollback();
    assert_user(1, "one");
    assert_user(2, NULL);
    begin();
    put_user(1, "other");
    put_user(3, "three");
    crash();
    assert_user(1, "one");
    assert_user(3, NULL);
    begin();
    put_user(3, "three");
    commit();
    crash();
    assert_user(3, "three");
}

static void test_savepoints(void **state)
{
    (void)state;
    begin();
    put_user(1, "one");
    mark();
    put_user(2, "two");
    mark();
    put_user(1, "changed");
    put_user(3, "three");
    release(false);
    assert_user(1, "one");
    assert_user(2, "two");
    assert_user(3, NULL);
    mark();
    put_user(4, "four");
    release(true);
    release(false);
    assert_user(2, NULL);
    assert_user(4, NULL);
    mark();
    put_user(5, "five");
    release(true);
    for (int i = 0; i < BD_MARKS_MAX; i++)
        mark();
    put_user(6, "six");
    for (int i = 0; i < BD_MARKS_MAX; i++)
        release(i != 3);
    commit();
    assert_user(5, "five");
    assert_user(6, NULL);
}

/* --- scanning ------------------------------------------------------------------------------- */

struct list {
    char text[256];
    int stop_after;
};

static int list_lease(void *arg, const void *row)
{
    struct list *list = arg;
    const struct bd_lease_row *lease = row;
    size_t len = strlen(list->text);
    snprintf(list->text + len, sizeof list->text - len, "%lld%s%lld ", (long long)lease->till,
             lease->pool.s, (long long)lease->r);
    return list->stop_after > 0 && --list->stop_after == 0 ? 42 : 0;
}

static void put_lease(int64_t till, const char *pool, int64_t r, int64_t state, int64_t expires)
{
    struct bd_lease_row row = {
        .till = till, .incarnation = 1, .r = r, .state = state, .expires = expires};
    BX_TEXT_COPY(row.pool.s, pool);
    assert_int_equal(bd_insert(store, BD_LEASE, &row, NULL), 0);
}

static void assert_scan(struct bd_scan scan, const char *wanted)
{
    struct list list = {.stop_after = 0};
    scan.table = BD_LEASE;
    assert_int_equal(bd_scan(store, &scan, list_lease, &list, NULL), 0);
    assert_string_equal(list.text, wanted);
}

static void test_scan_by_key(void **state)
{
    (void)state;
    struct bd_lease_row from = {.till = 1, .incarnation = 1, .pool = {"b"}, .r = 2};
    begin();
    put_lease(2, "a", 1, 0, 0);
    put_lease(1, "b", 10, 0, 0);
    put_lease(1, "b", 2, 0, 0);
    put_lease(1, "a", 3, 0, 0);
    put_lease(1, "b", 1, 0, 0);
    put_lease(1, "ba", 1, 0, 0);
    commit();
    assert_scan((struct bd_scan){0}, "1a3 1b1 1b2 1b10 1ba1 2a1 ");
    assert_scan((struct bd_scan){.down = true}, "2a1 1ba1 1b10 1b2 1b1 1a3 ");
    assert_scan((struct bd_scan){.fixed = 3, .from = &from}, "1b1 1b2 1b10 ");
    assert_scan((struct bd_scan){.fixed = 3, .from = &from, .down = true}, "1b10 1b2 1b1 ");
    assert_scan((struct bd_scan){.fixed = 3, .edge = BD_FROM, .from = &from}, "1b2 1b10 ");
    assert_scan((struct bd_scan){.fixed = 3, .edge = BD_AFTER, .from = &from}, "1b10 ");
    assert_scan((struct bd_scan){.fixed = 3, .edge = BD_FROM, .from = &from, .down = true},
                "1b2 1b1 ");
    assert_scan((struct bd_scan){.fixed = 1, .edge = BD_AFTER, .from = &from, .down = true},
                "1b1 1a3 ");
    assert_scan((struct bd_scan){.edge = BD_AFTER, .from = &from}, "1b10 1ba1 2a1 ");
    from.till = 9;
    assert_scan((struct bd_scan){.fixed = 1, .from = &from}, "");
}

static void test_scan_by_index(void **state)
{
    (void)state;
    struct bd_lease_row from = {.state = 1, .expires = 50};
    begin();
    put_lease(1, "a", 1, 1, 90);
    put_lease(1, "a", 2, 0, 10);
    put_lease(1, "a", 3, 1, 50);
    put_lease(2, "a", 4, 1, 50);
    put_lease(3, "a", 5, 1, 20);
    commit();
    assert_scan((struct bd_scan){.index = 1}, "1a2 3a5 1a3 2a4 1a1 ");
    assert_scan((struct bd_scan){.index = 1, .fixed = 1, .from = &from}, "3a5 1a3 2a4 1a1 ");
    assert_scan((struct bd_scan){.index = 1, .fixed = 1, .from = &from, .down = true},
                "1a1 2a4 1a3 3a5 ");
    assert_scan((struct bd_scan){.index = 1, .fixed = 1, .edge = BD_FROM, .from = &from},
                "1a3 2a4 1a1 ");
    /* a row that changes moves in the index, also back again */
    struct bd_lease_row row = {.till = 3, .incarnation = 1, .pool = {"a"}, .r = 5, .state = 2};
    begin();
    mark();
    assert_int_equal(bd_update(store, BD_LEASE, &row, NULL), 0);
    assert_scan((struct bd_scan){.index = 1, .fixed = 1, .from = &from}, "1a3 2a4 1a1 ");
    release(false);
    assert_scan((struct bd_scan){.index = 1, .fixed = 1, .from = &from}, "3a5 1a3 2a4 1a1 ");
    commit();
}

static void test_scan_stops(void **state)
{
    (void)state;
    struct list list = {.stop_after = 2};
    struct bd_scan scan = {.table = BD_LEASE};
    begin();
    for (int r = 1; r < 5; r++)
        put_lease(1, "a", r, 0, 0);
    commit();
    for (int i = 0; i < 3; i++) {
        list = (struct list){.stop_after = 2};
        assert_int_equal(bd_scan(store, &scan, list_lease, &list, NULL), 42);
        assert_string_equal(list.text, "1a1 1a2 ");
    }
}

static int get_another(void *arg, const void *row)
{
    const struct bd_user_row *user = row;
    struct bd_meta_row meta = {.one = 1};
    assert_int_equal(bd_get(store, BD_META, &meta, NULL), 0);
    *(int64_t *)arg += user->number * meta.epoch;
    return 0;
}

static void test_get_within_a_scan(void **state)
{
    (void)state;
    struct bd_meta_row meta = {.one = 1, .epoch = 3};
    struct bd_scan scan = {.table = BD_USER};
    int64_t sum = 0;
    begin();
    assert_int_equal(bd_insert(store, BD_META, &meta, NULL), 0);
    put_user(1, "one");
    put_user(2, "two");
    commit();
    assert_int_equal(bd_scan(store, &scan, get_another, &sum, NULL), 0);
    assert_int_equal(sum, 9);
}

/* --- the guard ------------------------------------------------------------------------------ */

static int shift(int64_t sold, int64_t held, int64_t leased, int64_t over)
{
    struct bd_move move = {
        .pool = {"p"}, .sold = sold, .held = held, .leased = leased, .over = over};
    return store->ops->move(store, &move, NULL);
}

static void test_the_guard(void **state)
{
    (void)state;
    struct bd_pool_row pool = {.id = {"p"}, .capacity = 10, .planned_over = 2};
    begin();
    assert_int_equal(shift(1, 0, 0, 0), BD_NOT);
    assert_int_equal(bd_insert(store, BD_POOL, &pool, NULL), 0);
    assert_int_equal(shift(4, 3, 5, 0), 0);
    assert_int_equal(shift(1, 0, 0, 0), BD_NOT);
    assert_int_equal(shift(0, 1, 0, 0), BD_NOT);
    assert_int_equal(shift(0, 0, 1, 0), BD_NOT);
    assert_int_equal(shift(0, 0, 0, 7), 0);
    assert_int_equal(shift(5, 0, -5, 0), 0);
    assert_int_equal(shift(0, 0, -1, 0), BD_NOT);
    assert_int_equal(shift(-10, 0, 0, 0), BD_NOT);
    assert_int_equal(shift(1, -4, 0, 0), BD_NOT);
    assert_int_equal(shift(0, 0, 0, -8), BD_NOT);
    mark();
    assert_int_equal(shift(-2, 0, 0, -7), 0);
    release(false);
    assert_int_equal(bd_get(store, BD_POOL, &pool, NULL), 0);
    assert_int_equal(pool.sold, 9);
    assert_int_equal(pool.held, 3);
    assert_int_equal(pool.leased, 0);
    assert_int_equal(pool.over, 7);
    commit();
}

/* --- the commit number ---------------------------------------------------------------------- */

static int64_t commit_number(void)
{
    struct bd_meta_row meta = {.one = 1};
    assert_int_equal(bd_get(store, BD_META, &meta, NULL), 0);
    return meta.commit;
}

static void test_commit_number(void **state)
{
    (void)state;
    struct bd_meta_row meta = {.one = 1, .commit = 5};
    begin();
    put_user(1, "before there is a venue");
    commit();
    begin();
    assert_int_equal(bd_insert(store, BD_META, &meta, NULL), 0);
    commit();
    assert_int_equal(commit_number(), 6);
    begin();
    put_user(2, "two");
    put_user(3, "three");
    commit();
    assert_int_equal(commit_number(), 7);
    begin(); /* nothing changed */
    struct bd_user_row row = user_of(2, "again");
    assert_int_equal(bd_insert(store, BD_USER, &row, NULL), BD_NOT);
    mark();
    put_user(4, "four");
    release(false);
    commit();
    begin();
    put_user(4, "four");
    rollback();
    assert_int_equal(commit_number(), 7);
}

/* --- one implementation only ---------------------------------------------------------------- */

static void test_planted_commits(void **state)
{
    (void)state;
    if (kind != MEMORY)
        return;
    bd_store_memory_fail(store, BX_REFUSED, false);
    begin();
    put_user(1, "one");
    assert_int_equal(store->ops->end(store, true, NULL), BX_REFUSED);
    assert_user(1, NULL);
    bd_store_memory_fail(store, BX_UNKNOWN, true);
    begin();
    put_user(1, "one");
    assert_int_equal(store->ops->end(store, true, NULL), BX_UNKNOWN);
    assert_user(1, "one");
    struct bd_store *copy = bd_store_memory_copy(store);
    begin();
    put_user(1, "later");
    commit();
    struct bd_user_row row = {.number = 1};
    assert_int_equal(bd_get(copy, BD_USER, &row, NULL), 0);
    assert_string_equal(row.name, "one");
    bd_store_destroy(copy);
}

/* A second connection sees what is committed, and all of one moment. */
static void test_reader(void **state)
{
    (void)state;
    if (kind == MEMORY)
        return;
    struct bx_fault fault = {0};
    struct bd_user_row row = {.number = 1};
    begin();
    put_user(1, "one");
    commit();
    struct bd_store *reader = in_postgres() ? bd_store_postgres_open(url, BD_OPEN_READ, &fault)
                                            : bd_store_sqlite_open(path, BD_OPEN_READ, &fault);
    assert_non_null(reader);
    begin();
    put_user(1, "two");
    assert_int_equal(bd_get(reader, BD_USER, &row, NULL), 0);
    assert_string_equal(row.name, "one");
    assert_int_equal(reader->ops->begin(reader, NULL), 0);
    assert_int_equal(bd_get(reader, BD_USER, &row, NULL), 0);
    commit();
    assert_int_equal(bd_get(reader, BD_USER, &row, NULL), 0);
    assert_string_equal(row.name, "one");
    assert_int_equal(reader->ops->end(reader, true, NULL), BX_DONE);
    assert_int_equal(bd_get(reader, BD_USER, &row, NULL), 0);
    assert_string_equal(row.name, "two");
    bd_store_destroy(reader);
    if (in_postgres()) {
        postgres_clear();
        assert_null(bd_store_postgres_open(url, BD_OPEN_WRITE, &fault));
    } else {
        assert_null(bd_store_sqlite_open("/tmp/boxtill-no-such-store", BD_OPEN_WRITE, &fault));
    }
    assert_int_equal(fault.err, BX_ERR_MISSING);
}

static const char old_rows[] =
    "INSERT INTO \"user\"(venue, number, role, name, pin_hash)"
    " VALUES('main', 7, 1, 'Ana', '$argon2id$x');"
    "INSERT INTO orders(venue, id, till, incarnation, seq, at, shift, \"user\","
    " offline, programme, total, rounding, persons, number, currency)"
    " VALUES('main', %s, 2, 1, 3, 4, 5, 6, 0, 1, 4800, 0, 2, '2-000001', 'EUR');";

static void sqlite_of_old(const char *sql)
{
    struct bx_fault fault = {0};
    struct bx_db_options options = {.path = path, .create = true, .sync = BX_DB_SYNC_FULL};
    char rows[600];
    const char *const steps[] = {sql};
    remove_files();
    struct bx_db *db = bx_db_open(&options, &fault);
    assert_non_null(db);
    assert_int_equal(bx_db_migrate(db, "store", steps, 1, &fault), 0);
    snprintf(rows, sizeof rows, old_rows, "X'01000000000000000000000000000000'");
    assert_int_equal(bx_db_script(db, rows, &fault), 0);
    bx_db_destroy(db);
    store = bd_store_sqlite_open(path, BD_OPEN_WRITE, &fault);
}

static void postgres_of_old(const char *sql)
{
    struct bx_fault fault = {0};
    char rows[600];
    postgres_clear();
    bx_cleanup(bx_pg_destroy) struct bx_pg *pg = bx_pg_open(url, &fault);
    assert_non_null(pg);
    assert_int_equal(bx_pg_script(pg, sql, &fault), 0);
    snprintf(rows, sizeof rows, old_rows, "'\\x01000000000000000000000000000000'");
    assert_int_equal(bx_pg_script(pg, rows, &fault), 0);
    assert_int_equal(bx_pg_script(pg,
                                  "CREATE TABLE boxtill_format"
                                  " (one BIGINT PRIMARY KEY, format BIGINT NOT NULL);"
                                  "INSERT INTO boxtill_format VALUES (1, 1)",
                                  &fault),
                     0);
    assert_null(bd_store_postgres_open(url, BD_OPEN_READ, &fault));
    assert_int_equal(fault.err, BX_ERR_REFUSED);
    store = opened(bd_store_postgres_open(url, BD_OPEN_WRITE, &fault));
}

/* A store of the first format gains tables and columns; what it holds stays. */
static void test_an_older_store(void **state)
{
    (void)state;
    struct bd_user_row user = {.number = 7};
    struct bd_order_row order = {.id = {{1}}};
    struct bd_shift_row shift_row = {.till = 1};
    bx_buf_auto sql;
    bx_buf_init(&sql, 0);
    if (kind == MEMORY)
        return;
    bd_store_destroy(store);
    for (int table = 0; table < BD_TABLES; table++)
        bd_sql_create(in_postgres() ? BD_POSTGRES : BD_SQLITE, bd_shape_of((enum bd_table)table), 1,
                      &sql);
    if (in_postgres())
        postgres_of_old(bx_buf_text(&sql));
    else
        sqlite_of_old(bx_buf_text(&sql));
    assert_non_null(store);
    assert_int_equal(bd_get(store, BD_USER, &user, NULL), 0);
    assert_string_equal(user.name, "Ana");
    assert_string_equal(user.language, "");
    assert_int_equal(bd_get(store, BD_ORDER, &order, NULL), 0);
    assert_int_equal(order.total, 4800);
    assert_int_equal(order.kind, 0);
    assert_true(bx_id_is_zero(&order.of));
    assert_int_equal(bd_get(store, BD_SHIFT, &shift_row, NULL), BD_NOT);
    begin();
    assert_int_equal(bd_insert(store, BD_SHIFT, &shift_row, NULL), 0);
    commit();
}

/* --- PostgreSQL only ------------------------------------------------------------------------ */

/* Rows that are asked for ahead are the same rows, there or not, changed or not. */
static void test_expected(void **state)
{
    (void)state;
    struct bd_user_row rows[3] = {{.number = 1}, {.number = 2}, {.number = 3}};
    begin();
    put_user(1, "one");
    put_user(2, "two");
    commit();
    begin();
    put_user(2, "changed");
    assert_int_equal(bd_expect(store, BD_KEPT, BD_USER, rows, 3, NULL), 0);
    assert_user(1, "one");
    assert_user(2, "changed");
    assert_user(3, NULL);
    mark();
    put_user(3, "three");
    put_user(1, "other");
    release(false);
    assert_int_equal(bd_expect(store, BD_KEPT, BD_USER, rows, 3, NULL), 0);
    assert_user(3, NULL);
    put_user(3, "later");
    commit();
    assert_user(3, "later");
}

/* What was written before a scan inside a savepoint goes with it. */
static void test_savepoints_that_were_scanned(void **state)
{
    (void)state;
    begin();
    put_lease(1, "a", 1, 0, 0);
    mark();
    put_lease(1, "a", 2, 0, 0);
    mark();
    put_lease(1, "a", 3, 0, 0);
    assert_scan((struct bd_scan){0}, "1a1 1a2 1a3 ");
    put_lease(1, "a", 4, 0, 0);
    release(false);
    assert_scan((struct bd_scan){0}, "1a1 1a2 ");
    put_lease(1, "a", 3, 0, 0);
    release(true);
    mark();
    put_lease(1, "a", 5, 0, 0);
    assert_scan((struct bd_scan){.down = true}, "1a5 1a3 1a2 1a1 ");
    release(false);
    put_lease(1, "a", 6, 0, 0);
    commit();
    assert_scan((struct bd_scan){0}, "1a1 1a2 1a3 1a6 ");
}

/* The row of meta too, also when it is changed again. */
static void test_meta_that_went_back(void **state)
{
    (void)state;
    struct bd_meta_row meta = {.one = 1};
    begin();
    assert_int_equal(bd_insert(store, BD_META, &meta, NULL), 0);
    commit();
    begin();
    assert_int_equal(bd_get(store, BD_META, &meta, NULL), 0);
    mark();
    meta.waiting = 1;
    assert_int_equal(bd_update(store, BD_META, &meta, NULL), 0);
    put_lease(1, "a", 1, 0, 0);
    assert_scan((struct bd_scan){0}, "1a1 ");
    release(false);
    assert_int_equal(bd_get(store, BD_META, &meta, NULL), 0);
    assert_int_equal(meta.waiting, 0);
    meta.waiting = 2;
    assert_int_equal(bd_update(store, BD_META, &meta, NULL), 0);
    commit();
    assert_int_equal(bd_get(store, BD_META, &meta, NULL), 0);
    assert_int_equal(meta.waiting, 2);
}

/* Made and changed in one transaction, and written in between. */
static void test_meta_that_was_just_made(void **state)
{
    (void)state;
    struct bd_meta_row meta = {.one = 1, .commit = 5};
    begin();
    assert_int_equal(bd_insert(store, BD_META, &meta, NULL), 0);
    put_lease(1, "a", 1, 0, 0);
    assert_scan((struct bd_scan){0}, "1a1 ");
    mark();
    meta.waiting = 1;
    assert_int_equal(bd_update(store, BD_META, &meta, NULL), 0);
    put_lease(1, "a", 2, 0, 0);
    assert_scan((struct bd_scan){0}, "1a1 1a2 ");
    release(false);
    meta.waiting = 2;
    assert_int_equal(bd_update(store, BD_META, &meta, NULL), 0);
    commit();
    assert_int_equal(bd_get(store, BD_META, &meta, NULL), 0);
    assert_int_equal(meta.waiting, 2);
    assert_int_equal(meta.commit, 6);
}

static int count_rows(void *arg, const void *row)
{
    const struct bd_lease_row *lease = row;
    assert_true(lease->r == ++*(int64_t *)arg);
    return 0;
}

/* More rows than one page, put by more statements than one. */
static void test_many_rows(void **state)
{
    (void)state;
    enum { MANY = 2500 };
    struct bd_scan scan = {.table = BD_LEASE};
    int64_t last = 0;
    begin();
    for (int r = MANY; r > 0; r--)
        put_lease(1, "a", r, 0, 0);
    commit();
    assert_int_equal(bd_scan(store, &scan, count_rows, &last, NULL), 0);
    assert_int_equal(last, MANY);
}

/* Another server is quicker: the whole transaction is to be run again, and then sees its rows. */
static void test_overtaken(void **state)
{
    (void)state;
    struct bx_fault fault = {0};
    struct bd_store *whole = store, *mine = bare();
    struct bd_meta_row meta = {.one = 1, .epoch = 1};
    if (!in_postgres())
        return;
    store = mine;
    begin();
    assert_int_equal(bd_insert(store, BD_META, &meta, NULL), 0);
    commit();
    struct bd_store *other = bd_store_postgres_open(url, BD_OPEN_WRITE, &fault);
    assert_non_null(other);
    for (int what = 0; what < 2; what++) {
        store = mine;
        begin();
        assert_user(1 + what, NULL);
        assert_int_equal(bd_get(store, BD_META, &meta, NULL), 0);
        store = other;
        begin();
        if (what == 0) {
            put_user(1, "theirs");
        } else {
            assert_int_equal(bd_get(store, BD_META, &meta, NULL), 0);
            meta.waiting = 5;
            assert_int_equal(bd_update(store, BD_META, &meta, NULL), 0);
        }
        commit();
        store = mine;
        if (what == 0) {
            put_user(1, "mine");
        } else {
            meta.waiting = 1;
            assert_int_equal(bd_update(store, BD_META, &meta, NULL), 0);
        }
        assert_int_equal(store->ops->end(store, true, &fault), BX_REFUSED);
        assert_int_equal(fault.err, BX_ERR_BUSY);
    }
    assert_user(1, "theirs");
    assert_int_equal(bd_get(store, BD_META, &meta, NULL), 0);
    assert_int_equal(meta.waiting, 5);
    assert_int_equal(meta.commit, 3);
    bd_store_destroy(other);
    store = whole;
}

/* Two servers sell from one pool, each transaction as often as it takes. */
static void test_lost_and_run_again(void **state)
{
    (void)state;
    struct bd_pool_row pool = {.id = {"p"}, .capacity = 100};
    struct bx_fault fault = {0};
    struct bd_store *whole = store;
    int sold = 0, lost = 0;
    if (!in_postgres())
        return;
    store = bare();
    begin();
    assert_int_equal(bd_insert(store, BD_POOL, &pool, NULL), 0);
    commit();
    bd_store_postgres_lose(store, 150, 42);
    for (int i = 0; i < 300 && sold < 100; i++) {
        int err = store->ops->begin(store, &fault);
        if (err == 0)
            err = shift(1, 0, 0, 0);
        struct bd_user_row user = user_of(i, "a row beside it");
        if (err == 0)
            err = bd_insert(store, BD_USER, &user, &fault);
        struct bx_fault unused;
        bool good =
            store->ops->end(store, err == 0, err == 0 ? &fault : &unused) == BX_DONE && err == 0;
        sold += good;
        lost += !good;
        if (!good)
            assert_int_equal(err != 0 ? err : (int)fault.err, BX_ERR_BUSY);
    }
    bd_store_postgres_lose(store, 0, 0);
    assert_true(lost > 10);
    assert_int_equal(sold, 100);
    begin();
    assert_int_equal(shift(1, 0, 0, 0), BD_NOT);
    commit();
    store = whole;
}

/* Did what the kind is called after happen at all? */
static bool were_lost(void)
{
    struct lossy_counts lost = lossy_store_counts();
    print_message("lost by the store %lld, by the database %lld\n", (long long)lost.own,
                  (long long)lost.database);
    return kind != LOSSY || (lost.own > 50 && lost.database > 30);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_put_and_get, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_every_kind, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_rollback_and_crash, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_savepoints, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_scan_by_key, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_scan_by_index, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_scan_stops, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_get_within_a_scan, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_the_guard, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_commit_number, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_planted_commits, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_reader, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_an_older_store, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_expected, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_savepoints_that_were_scanned, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_meta_that_went_back, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_meta_that_was_just_made, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_many_rows, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_overtaken, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_late_pools_add_up, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_late_pools_have_one_end, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_late_pools_are_the_same, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_late_pools_are_only_moved, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_lost_and_run_again, open_store, close_store),
    };
    if (argc != 2 || !kind_find(argv[1]))
        return 2;
    int failed = 0;
    for (int round = 0; round < (kind == LOSSY ? 3 : 1) && failed == 0; round++)
        failed = _cmocka_run_group_tests(argv[1], tests, bx_countof(tests), NULL, NULL);
    return failed != 0 ? failed : !were_lost();
}
