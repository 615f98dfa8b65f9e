/* SPDX-License-Identifier: Apache-2.0 */
#include "lossy_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "postgres/pg.h"
#include "server/store/postgres.h"
#include "server/store/schema.h"

enum { TRIES = 300, CALM_FROM = 40 };

/* Of the statements that write one in four, but after forty of them none for another forty, so that
 * a long transaction comes through as well; and one in five transactions at its COMMIT. The
 * sequence moves on whatever becomes of its transaction, so that a loss does not repeat itself for
 * ever. */
static const char plant[] =
    "CREATE FUNCTION planted_loss() RETURNS trigger LANGUAGE plpgsql AS $$"
    " DECLARE n bigint; lost boolean; BEGIN IF TG_ARGV[0] = 'commit' THEN"
    " lost := hashint8(txid_current()) % 5 = 0; ELSE n := nextval('planted_dice');"
    " lost := n / 40 % 2 = 0 AND hashint8(n) % 4 = 0; END IF;"
    " IF lost THEN RAISE EXCEPTION 'planted' USING ERRCODE = '40001'; END IF;"
    " RETURN NULL; END $$;"
    "DO $$ DECLARE name text; BEGIN FOR name IN SELECT tablename FROM pg_tables"
    " WHERE schemaname = 'public' AND tablename <> 'boxtill_format' LOOP"
    " EXECUTE format('CREATE TRIGGER planted_now AFTER INSERT OR UPDATE ON %I"
    " FOR EACH STATEMENT EXECUTE FUNCTION planted_loss(''now'')', name);"
    " EXECUTE format('CREATE CONSTRAINT TRIGGER planted_commit AFTER INSERT OR UPDATE ON %I"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION planted_loss(''commit'')', name);"
    " END LOOP; END $$";

/* What is not there needs no clearing: a store that was opened again has them still. */
static const char clear[] = "SET client_min_messages = error;"
                            "DROP FUNCTION IF EXISTS planted_loss CASCADE;"
                            "DROP SEQUENCE IF EXISTS planted_dice";

enum verb { MARK, RELEASE, GET, PUT, SCAN, MOVE, EXPECT };
struct call {
    enum verb verb;
    enum bd_table table;
    bool keep;
    enum bd_put how;
    struct bd_scan scan;
    struct bd_move move;
    enum bd_expected expected;
    size_t count; /* of the rows expected */
    void *row;    /* that the call names */
    int came;     /* what it returned */
    void **rows;  /* that it showed */
    size_t row_count;
};

struct lossy {
    struct bd_store store; /* first */
    struct bd_store *inner;
    char url[512];
    struct call *calls;
    size_t count, room;
    bool open;
    int tries; /* of the transaction under way */
};

static uint64_t dice = 1;
static struct lossy_counts counts;

struct lossy_counts lossy_store_counts(void)
{
    return counts;
}

/* --- calls ------------------------------------------------------------------------------------ */

static void rows_drop(struct call *call)
{
    for (size_t i = 0; i < call->row_count; i++)
        bx_free(call->rows[i]);
    call->rows = bx_free(call->rows);
    call->row_count = 0;
}

static void row_add(struct call *call, const void *row)
{
    call->rows = bx_realloc(call->rows, call->row_count + 1, sizeof(*call->rows));
    call->rows[call->row_count++] = bd_row_copy(bd_shape_of(call->table), row);
}

static int row_take(void *arg, const void *row)
{
    row_add(arg, row);
    return 0;
}

/* COUNT rows as they lie there; of such only the key is set. */
static void *key_copy(enum bd_table table, const void *rows, size_t count)
{
    size_t size = bd_shape_of(table)->size;
    void *copy = bx_alloc(count, size);
    memcpy(copy, rows, count * size);
    return copy;
}

static int get_call(struct bd_store *inner, struct call *call, struct bx_fault *fault)
{
    void *row = key_copy(call->table, call->row, 1);
    int err = bd_get(inner, call->table, row, fault);
    if (err == 0)
        row_add(call, row);
    bx_free(row);
    return err;
}

static int make(struct bd_store *inner, struct call *call, struct bx_fault *fault)
{
    const struct bd_store_ops *ops = inner->ops;
    switch (call->verb) {
    case MARK: return ops->mark(inner, fault);
    case RELEASE: return ops->release(inner, call->keep, fault);
    case GET: return get_call(inner, call, fault);
    case PUT: return ops->put(inner, call->table, call->how, call->row, fault);
    case SCAN: return ops->scan(inner, &call->scan, row_take, call, fault);
    case MOVE: return ops->move(inner, &call->move, fault);
    case EXPECT:
        return bd_expect(inner, call->expected, call->table, call->row, call->count, fault);
    }
    bx_unreachable();
}

/* --- running again ------------------------------------------------------------------------------
 */

static bool row_same(const struct bd_shape *shape, const void *a, const void *b)
{
    for (int i = 0; i < shape->column_count; i++) {
        const struct bd_column *column = &shape->columns[i];
        const char *left = (const char *)a + column->offset,
                   *right = (const char *)b + column->offset;
        if (column->kind == BD_BLOB) {
            const struct bd_blob *x = bd_blob_at(column, a), *y = bd_blob_at(column, b);
            if (x->len != y->len || (x->len > 0 && memcmp(x->data, y->data, x->len) != 0))
                return false;
        } else if (column->kind == BD_TEXT ? strcmp(left, right) != 0
                                           : memcmp(left, right, column->size) != 0) {
            return false;
        }
    }
    return true;
}

static void same_check(const struct call *then, const struct call *now)
{
    if (then->came != now->came || then->row_count != now->row_count)
        fail_msg("run again, a call %d on table %d comes to %d with %zu rows, it was %d with %zu",
                 then->verb, then->table, now->came, now->row_count, then->came, then->row_count);
    for (size_t i = 0; i < then->row_count; i++)
        if (!row_same(bd_shape_of(then->table), then->rows[i], now->rows[i]))
            fail_msg("run again, a call %d on table %d shows another row %zu", then->verb,
                     then->table, i);
}

static uint64_t roll(void)
{
    dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407;
    return dice >> 33;
}

static int begin_inner(struct lossy *lossy, struct bx_fault *fault)
{
    static const unsigned chances[] = {5, 80, 1, 300, 20};
    unsigned chance = chances[roll() % bx_countof(chances)];
    bd_store_postgres_lose(lossy->inner, lossy->tries < CALM_FROM ? chance : 0, dice);
    return lossy->inner->ops->begin(lossy->inner, fault);
}

static void calls_again(struct lossy *lossy, int *ret_err, struct bx_fault *fault)
{
    *ret_err = begin_inner(lossy, fault);
    for (size_t i = 0; i < lossy->count && *ret_err != BX_ERR_BUSY; i++) {
        struct call now = lossy->calls[i];
        now.rows = NULL;
        now.row_count = 0;
        *ret_err = now.came = make(lossy->inner, &now, fault);
        if (now.came != BX_ERR_BUSY)
            same_check(&lossy->calls[i], &now);
        rows_drop(&now);
    }
}

/* Nothing of what was lost comes to light with what comes next. */
static void another(struct lossy *lossy)
{
    bd_store_postgres_lose(lossy->inner, 0, 0);
    assert_int_equal(lossy->inner->ops->begin(lossy->inner, NULL), 0);
    assert_int_equal(lossy->inner->ops->end(lossy->inner, true, NULL), BX_DONE);
}

/* The transaction was lost, and HOW says how: all that there was of it is done anew. */
static void run_again(struct lossy *lossy, bool ended, const struct bx_fault *how)
{
    int err = BX_ERR_BUSY;
    struct bx_fault fault = *how;
    while (err == BX_ERR_BUSY) {
        if (strcmp(fault.detail, "transaction lost") == 0)
            counts.own++;
        else
            counts.database++;
        if (!ended)
            assert_int_equal(lossy->inner->ops->end(lossy->inner, false, NULL), BX_DONE);
        if (++lossy->tries > TRIES)
            fail_msg("a transaction is lost for ever: %s", fault.detail);
        if (roll() % 3 == 0)
            another(lossy);
        calls_again(lossy, &err, &fault);
        ended = false;
    }
}

/* Makes CALL, in a transaction as often as it takes, and keeps it there. */
static int call_made(struct lossy *lossy, struct call *taken, struct bx_fault *fault,
                     struct call **ret)
{
    struct bx_fault own = {0};
    while ((taken->came = make(lossy->inner, taken, &own)) == BX_ERR_BUSY) {
        rows_drop(taken);
        run_again(lossy, false, &own);
    }
    if (taken->came < 0 && fault)
        *fault = own;
    if (lossy->count == lossy->room) {
        lossy->room = lossy->room ? lossy->room * 2 : 64;
        lossy->calls = bx_realloc(lossy->calls, lossy->room, sizeof(*lossy->calls));
    }
    *ret = &lossy->calls[lossy->count++];
    **ret = *taken;
    return taken->came;
}

static int simple(struct bd_store *store, struct call call, struct bx_fault *fault)
{
    struct call *kept;
    return call_made((struct lossy *)store, &call, fault, &kept);
}

static void calls_drop(struct lossy *lossy)
{
    for (size_t i = 0; i < lossy->count; i++) {
        rows_drop(&lossy->calls[i]);
        bx_free(lossy->calls[i].row);
    }
    lossy->count = 0;
    lossy->open = false;
    lossy->tries = 0;
}

/* --- the port --------------------------------------------------------------------------------- */

static int begin(struct bd_store *store, struct bx_fault *fault)
{
    struct lossy *lossy = (struct lossy *)store;
    int err = begin_inner(lossy, fault);
    lossy->open = err == 0;
    return err;
}

static int mark(struct bd_store *store, struct bx_fault *fault)
{
    return simple(store, (struct call){.verb = MARK}, fault);
}

static int release(struct bd_store *store, bool keep, struct bx_fault *fault)
{
    return simple(store, (struct call){.verb = RELEASE, .keep = keep}, fault);
}

static enum bx_outcome end(struct bd_store *store, bool commit, struct bx_fault *fault)
{
    struct lossy *lossy = (struct lossy *)store;
    struct bx_fault own = {0};
    enum bx_outcome outcome = lossy->inner->ops->end(lossy->inner, commit, &own);
    while (outcome == BX_REFUSED && own.err == BX_ERR_BUSY) {
        run_again(lossy, true, &own);
        own = (struct bx_fault){0};
        outcome = lossy->inner->ops->end(lossy->inner, commit, &own);
    }
    if (outcome != BX_DONE && fault)
        *fault = own;
    calls_drop(lossy);
    return outcome;
}

static int get(struct bd_store *store, enum bd_table table, void *row, struct bx_fault *fault)
{
    struct lossy *lossy = (struct lossy *)store;
    struct call *kept;
    if (!lossy->open)
        return bd_get(lossy->inner, table, row, fault);
    struct call call = {.verb = GET, .table = table, .row = key_copy(table, row, 1)};
    int err = call_made(lossy, &call, fault, &kept);
    if (err == 0)
        memcpy(row, kept->rows[0], bd_shape_of(table)->size); /* its blobs live with the call */
    return err;
}

static int put(struct bd_store *store, enum bd_table table, enum bd_put how, const void *row,
               struct bx_fault *fault)
{
    return simple(
        store,
        (struct call){
            .verb = PUT, .table = table, .how = how, .row = bd_row_copy(bd_shape_of(table), row)},
        fault);
}

static int scan(struct bd_store *store, const struct bd_scan *scan, bd_visit visit, void *arg,
                struct bx_fault *fault)
{
    struct lossy *lossy = (struct lossy *)store;
    struct call call = {.verb = SCAN, .table = scan->table, .scan = *scan}, *kept;
    if (!lossy->open)
        return bd_scan(lossy->inner, scan, visit, arg, fault);
    if (scan->from)
        call.scan.from = call.row = key_copy(scan->table, scan->from, 1);
    int err = call_made(lossy, &call, fault, &kept);
    void **rows = kept->rows; /* the visitor may call: the calls move, their rows do not */
    for (size_t i = 0, all = kept->row_count; i < all && err == 0; i++)
        err = visit(arg, rows[i]);
    return err;
}

static int move(struct bd_store *store, const struct bd_move *move, struct bx_fault *fault)
{
    return simple(store, (struct call){.verb = MOVE, .move = *move}, fault);
}

static int expect(struct bd_store *store, enum bd_expected how, enum bd_table table,
                  const void *rows, size_t count, struct bx_fault *fault)
{
    return simple(store,
                  (struct call){.verb = EXPECT,
                                .expected = how,
                                .table = table,
                                .count = count,
                                .row = key_copy(table, rows, count)},
                  fault);
}

static void destroy(struct bd_store *store)
{
    struct lossy *lossy = (struct lossy *)store;
    calls_drop(lossy);
    bd_store_destroy(lossy->inner);
    bx_free(lossy->calls);
    bx_free(lossy);
}

static const struct bd_store_ops ops = {.begin = begin,
                                        .mark = mark,
                                        .release = release,
                                        .end = end,
                                        .get = get,
                                        .put = put,
                                        .scan = scan,
                                        .move = move,
                                        .expect = expect,
                                        .destroy = destroy};

/* --- life ---------------------------------------------------------------------------------------
 */

static void script(const char *url, const char *sql)
{
    struct bx_fault fault = {0};
    bx_cleanup(bx_pg_destroy) struct bx_pg *pg = bx_pg_open(url, &fault);
    if (!pg || bx_pg_script(pg, sql, &fault) != 0)
        fail_msg("%s", fault.detail);
}

void lossy_store_clear(const char *url)
{
    script(url, "SET client_min_messages = error; DROP SCHEMA public CASCADE;"
                "CREATE SCHEMA public");
}

struct bd_store *lossy_store_create(struct bd_store *taken_inner, const char *url)
{
    char sql[60];
    struct lossy *lossy = bx_new(struct lossy);
    lossy->store.ops = &ops;
    lossy->inner = taken_inner;
    assert_true(BX_TEXT_COPY(lossy->url, url));
    script(url, clear);
    snprintf(sql, sizeof sql, "CREATE SEQUENCE planted_dice START %d", (int)(roll() % 10000) + 1);
    script(url, sql);
    script(url, plant);
    return &lossy->store;
}

struct bd_store *lossy_store_calm(struct bd_store *store)
{
    struct lossy *lossy = (struct lossy *)store;
    assert_false(lossy->open);
    bd_store_postgres_lose(lossy->inner, 0, 0);
    script(lossy->url, clear);
    return lossy->inner;
}
