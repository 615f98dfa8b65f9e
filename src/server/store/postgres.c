/* SPDX-License-Identifier: Apache-2.0 */
/* The store in PostgreSQL. A transaction works on an overlay: rows that were read are kept in a
 * memory store, and locked, so that none is asked for twice and none changes meanwhile; rows that
 * are put go there and into a list of notes. The notes are written together, an INSERT or UPDATE of
 * many rows a table, before a scan of their table and at the end. So a batch of orders costs a few
 * round trips, and a hot pool's row one UPDATE, however many orders there are.
 *
 * A savepoint is a place in the list of notes, and one of PostgreSQL's only when notes behind it
 * had to be written before it was released.
 *
 * The one row of meta is everybody's: it is read without a lock, compared when it is written, and
 * its commit number rises in the last statement before COMMIT, so that several servers wait for one
 * another only there. */

#include "server/store/postgres.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "server/store/memory.h"
#include "server/store/migrate.h"
#include "server/store/postgres_inside.h"
#include "server/store/sql.h"

enum { REPLANS = 1 << 14 };

int bd_pg_lose(struct bd_postgres *postgres, int err)
{
    if (err < 0 && postgres->open && postgres->lost == 0)
        postgres->lost = err;
    return err;
}

/* Gives the planted fault its chance, and says why nothing goes any more. */
static int alive(struct bd_postgres *postgres, struct bx_fault *fault)
{
    if (postgres->open && postgres->lost == 0 && postgres->lose_permille > 0) {
        postgres->lose_state = postgres->lose_state * UINT64_C(6364136223846793005) + 1;
        if ((postgres->lose_state >> 33) % 1000 < postgres->lose_permille)
            postgres->lost = BX_ERR_BUSY;
    }
    return postgres->lost == 0 ? 0
                               : bx_fault_set(fault, (enum bx_err)postgres->lost,
                                              "The database was busy.", "transaction lost");
}

/* --- the port: transactions ------------------------------------------------------------------- */

/* The plans of a young database were made while its tables were empty, when one index is as good as
 * another. They are made anew as it grows; later PostgreSQL sees by itself when to. */
static int plans_renew(struct bd_postgres *postgres, struct bx_fault *fault)
{
    if (postgres->read_only || ++postgres->begun < postgres->replan || postgres->begun > REPLANS)
        return 0;
    postgres->replan = postgres->begun * 2;
    return bx_pg_script(postgres->pg, "DISCARD PLANS", fault);
}

static int begin(struct bd_store *store, struct bx_fault *fault)
{
    struct bd_postgres *postgres = (struct bd_postgres *)store;
    bx_assert(!postgres->open);
    int err = plans_renew(postgres, NULL);
    (void)err; /* whether there is a database is for begin to say */
    err = bx_pg_begin(
        postgres->pg,
        postgres->read_only ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN", fault);
    if (err != 0)
        return err;
    postgres->open = true;
    if (!postgres->read_only)
        bd_pg_overlay_open(postgres);
    return 0;
}

static int mark(struct bd_store *store, struct bx_fault *fault)
{
    struct bd_postgres *postgres = (struct bd_postgres *)store;
    bx_assert(postgres->open && postgres->mark_count < BD_MARKS_MAX);
    int err = alive(postgres, fault);
    if (err != 0)
        return err;
    postgres->marks[postgres->mark_count++] = (struct bd_pg_mark){.notes = postgres->note_count};
    return postgres->overlay->ops->mark(postgres->overlay, fault);
}

static int release(struct bd_store *store, bool keep, struct bx_fault *fault)
{
    struct bd_postgres *postgres = (struct bd_postgres *)store;
    bx_assert(postgres->open && postgres->mark_count > 0);
    struct bd_pg_mark mark = postgres->marks[--postgres->mark_count];
    int err = postgres->overlay->ops->release(postgres->overlay, keep, fault);
    if (!keep)
        bd_pg_forget(postgres, mark.notes);
    if (err == 0 && mark.saved && postgres->lost == 0) {
        if (!keep) {
            err = bd_pg_savepoint(postgres, "ROLLBACK TO", postgres->mark_count, fault);
            postgres->meta = mark.meta;
            postgres->meta_known = mark.meta_known;
        }
        if (err == 0)
            err = bd_pg_savepoint(postgres, "RELEASE", postgres->mark_count, fault);
    }
    return err != 0 ? bd_pg_lose(postgres, err) : alive(postgres, fault);
}

/* Whoever did not keep its pools may have overlooked what a new programme asks for: then it must be
 * the same one to the end. */
static int raise_commit(struct bd_postgres *postgres, struct bx_fault *fault)
{
    bool same = postgres->late_count > 0 && postgres->meta_known;
    int64_t done = 0;
    int err = 0;
    bd_pg_clear(postgres);
    bx_pg_add_int(&postgres->args, same ? postgres->meta.programme : -1);
    if (!bx_pg_has(postgres->pg, BD_PG_RAISE))
        err = bx_pg_prepare(postgres->pg, BD_PG_RAISE,
                            "UPDATE \"meta\" SET \"commit\" = \"commit\" + 1 "
                            "WHERE \"venue\" = $1 AND ($2 < 0 OR \"programme\" = $2)",
                            &postgres->args, fault);
    if (err == 0)
        err = bx_pg_run(postgres->pg, BD_PG_RAISE, &postgres->args, &done, fault);
    if (err == 0 && same && done == 0)
        err = bd_pg_late_spoil(postgres, fault);
    return bd_pg_lose(postgres, err);
}

static enum bx_outcome end(struct bd_store *store, bool commit, struct bx_fault *fault)
{
    struct bd_postgres *postgres = (struct bd_postgres *)store;
    bx_assert(postgres->open);
    enum bx_outcome outcome = BX_DONE;
    bool changed = postgres->note_count > 0 || bd_pg_late_moved(postgres);
    if (commit && !postgres->read_only && changed) {
        int err = alive(postgres, fault);
        if (err == 0)
            err = bd_pg_flush(postgres, fault);
        if (err == 0)
            err = bd_pg_late_write(postgres, fault);
        if (err == 0)
            err = raise_commit(postgres, fault);
        outcome = err != 0 ? BX_REFUSED : bx_pg_commit(postgres->pg, fault);
    } else if (commit && alive(postgres, fault) != 0) {
        outcome = BX_REFUSED;
    }
    bx_pg_rollback(postgres->pg); /* nothing, after a commit that worked */
    if (postgres->read_only) {
        postgres->open = false;
        postgres->lost = 0;
    } else {
        bd_pg_overlay_close(postgres);
    }
    return outcome;
}

/* --- the port: rows --------------------------------------------------------------------------- */

static int get_here(struct bd_postgres *postgres, enum bd_table table, void *row,
                    struct bx_fault *fault)
{
    const struct bd_shape *shape = bd_shape_of(table);
    int64_t rows = 0;
    bool locks = postgres->open && !postgres->read_only && table != BD_META;
    bd_pg_add_key(postgres, shape, row);
    int err = bd_pg_statement(postgres, locks ? BD_PG_GET_LOCKED : BD_PG_GET, table, &rows, fault);
    if (err == 0 && rows == 1)
        err = bd_pg_read_row(postgres, 0, shape, shape->key_count, row, fault);
    return err != 0 ? bd_pg_lose(postgres, err) : rows == 1 ? 0 : BD_NOT;
}

static int get(struct bd_store *store, enum bd_table table, void *row, struct bx_fault *fault)
{
    struct bd_postgres *postgres = (struct bd_postgres *)store;
    int err = alive(postgres, fault);
    if (err != 0)
        return err;
    if (!postgres->open || postgres->read_only)
        return get_here(postgres, table, row, fault);
    int known = bd_pg_look_aside(postgres, table, row, fault);
    if (known != 2)
        return known;
    err = get_here(postgres, table, row, fault);
    if (err < 0)
        return err;
    int kept = bd_pg_overlay_keep(postgres, table, row, err == 0, fault);
    return kept != 0 ? kept : err;
}

static int expect(struct bd_store *store, enum bd_expected how, enum bd_table table,
                  const void *rows, size_t count, struct bx_fault *fault)
{
    struct bd_postgres *postgres = (struct bd_postgres *)store;
    const struct bd_shape *shape = bd_shape_of(table);
    int err = alive(postgres, fault);
    int64_t found = 0;
    max_align_t row[BD_PG_ROW_MAX / sizeof(max_align_t)];
    if (err != 0 || !postgres->open || postgres->read_only)
        return err;
    bx_assert(shape->size <= sizeof row && count <= BD_PG_MANY_ROWS);
    const void **unknown = (const void **)bx_alloc(count, sizeof *unknown);
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        const char *asked = (const char *)rows + i * shape->size;
        memcpy(row, asked, shape->size);
        if (bd_pg_look_aside(postgres, table, row, fault) == 2)
            unknown[left++] = asked;
    }
    bool late = how == BD_LATE && left > 0 && bd_pg_late_take(postgres, unknown, left, &err, fault);
    if (late) {
        left = 0;
        err = bd_pg_lose(postgres, err);
    } else if (left > 0) {
        bd_pg_add_arrays(postgres, shape, shape->key_count, unknown, left);
        err =
            bd_pg_lose(postgres, bd_pg_statement(postgres, BD_PG_FIND_MANY, table, &found, fault));
    }
    for (int64_t i = 0; i < found && err == 0; i++) {
        memset(row, 0, shape->size);
        err = bd_pg_read_row(postgres, i, shape, 0, row, fault);
        if (err == 0)
            err = bd_pg_overlay_keep(postgres, table, row, true, fault);
    }
    for (size_t i = 0; i < left && err == 0; i++) {
        memcpy(row, unknown[i], shape->size);
        if (bd_get(postgres->overlay, table, row, fault) != 0)
            err = bd_pg_overlay_keep(postgres, table, unknown[i], false, fault);
    }
    bx_free(unknown);
    return err;
}

static int put(struct bd_store *store, enum bd_table table, enum bd_put how, const void *row,
               struct bx_fault *fault)
{
    struct bd_postgres *postgres = (struct bd_postgres *)store;
    max_align_t held[BD_PG_ROW_MAX / sizeof(max_align_t)];
    const struct bd_shape *shape = bd_shape_of(table);
    bx_assert(postgres->open && !postgres->read_only && shape->size <= sizeof held);
    int err = alive(postgres, fault);
    if (err == 0 && table == BD_POOL &&
        bd_pg_is_late(postgres, &((const struct bd_pool_row *)row)->id))
        err = bd_pg_late_spoil(postgres, fault);
    if (err == 0 && how != BD_FRESH) {
        memcpy(held, row, shape->size);
        err = get(store, table, held, fault);
        if (err >= 0)
            err = (err == BD_NOT) == (how == BD_INSERT) ? 0 : (int)BD_NOT;
    }
    if (err == 0)
        err = postgres->overlay->ops->put(postgres->overlay, table,
                                          how == BD_UPDATE ? BD_UPDATE : BD_INSERT, row, fault);
    if (err == 0)
        bd_pg_note(postgres, table, how != BD_UPDATE, row);
    return err;
}

static int move(struct bd_store *store, const struct bd_move *move, struct bx_fault *fault)
{
    struct bd_postgres *postgres = (struct bd_postgres *)store;
    struct bd_pool_row pool = {.id = move->pool};
    int err = get(store, BD_POOL, &pool, fault); /* into the overlay, and locked */
    if (err != 0)
        return err;
    err = postgres->overlay->ops->move(postgres->overlay, move, fault);
    if (err == 0)
        err = bd_get(postgres->overlay, BD_POOL, &pool, fault);
    if (err == 0 && !bd_pg_is_late(postgres, &pool.id))
        bd_pg_note(postgres, BD_POOL, false, &pool);
    return err;
}

/* --- the port: scans -------------------------------------------------------------------------- */

/* The number of the statement, two to a scan: the second one locks. */
static int scan_number(struct bd_postgres *postgres, const struct bd_scan *scan, bool locks)
{
    int at = 0;
    while (at < postgres->scan_count) {
        const struct bd_scan *held = &postgres->scans[at];
        if (held->table == scan->table && held->index == scan->index &&
            held->fixed == scan->fixed && held->edge == scan->edge && held->down == scan->down)
            break;
        at++;
    }
    if (at == postgres->scan_count) {
        bx_assert(postgres->scan_count < BD_PG_SCANS_MAX);
        postgres->scans[postgres->scan_count++] = *scan;
    }
    return BD_PG_FIRST_SCAN + at * 2 + locks;
}

static int scan_page(struct bd_postgres *postgres, const struct bd_scan *scan, int64_t limit,
                     int64_t *ret_rows, struct bx_fault *fault)
{
    const struct bd_shape *shape = bd_shape_of(scan->table);
    bool locks = postgres->open && !postgres->read_only && !scan->peek;
    int number = scan_number(postgres, scan, locks);
    uint8_t order[BD_ORDER_MAX];
    bd_shape_order(shape, scan->index, order);
    bd_pg_clear(postgres);
    for (int i = 0; i < bd_sql_scan_bound(shape, scan); i++)
        bd_pg_add_column(&postgres->args, &shape->columns[order[i]], scan->from);
    bx_pg_add_int(&postgres->args, limit);
    int err = 0;
    if (!bx_pg_has(postgres->pg, number)) {
        bx_buf_auto sql;
        bx_buf_init(&sql, 0);
        bd_sql_scan(BD_POSTGRES, shape, scan, &sql);
        bx_buf_text_add(&sql, locks ? " FOR UPDATE" : "");
        err = bx_pg_prepare(postgres->pg, number, bx_buf_text(&sql), &postgres->args, fault);
    }
    return err != 0 ? err : bx_pg_run(postgres->pg, number, &postgres->args, ret_rows, fault);
}

/* The rows of one page, each in memory of its own: a visitor may call get. */
static void **page_take(struct bd_postgres *postgres, const struct bd_shape *shape, int64_t count,
                        int *ret_err, struct bx_fault *fault)
{
    max_align_t row[BD_PG_ROW_MAX / sizeof(max_align_t)];
    bx_assert(shape->size <= sizeof row);
    void **page = (void **)bx_alloc((size_t)count + 1, sizeof *page);
    for (int64_t i = 0; i < count && *ret_err == 0; i++) {
        memset(row, 0, shape->size);
        *ret_err = bd_pg_read_row(postgres, i, shape, 0, row, fault);
        if (*ret_err == 0)
            page[i] = bd_row_copy(shape, row);
    }
    return page;
}

static int scan(struct bd_store *store, const struct bd_scan *scan, bd_visit visit, void *arg,
                struct bx_fault *fault)
{
    struct bd_postgres *postgres = (struct bd_postgres *)store;
    const struct bd_shape *shape = bd_shape_of(scan->table);
    max_align_t last[BD_PG_ROW_MAX / sizeof(max_align_t)];
    struct bd_scan here = *scan;
    int64_t limit = 4, rows = 4; /* many a visitor wants the first row only */
    int err = alive(postgres, fault);
    if (err == 0 && scan->table == BD_POOL && postgres->late_count > 0)
        err = bd_pg_late_spoil(postgres, fault);
    if (err == 0 && postgres->open && bd_pg_is_noted(postgres, scan->table))
        err = bd_pg_flush(postgres, fault);
    for (int64_t asked = limit; err == 0 && rows == asked;
         limit = limit < 1000 ? limit * 8 : limit) {
        asked = limit;
        err = bd_pg_lose(postgres, scan_page(postgres, &here, asked, &rows, fault));
        if (err != 0)
            break;
        void **page = page_take(postgres, shape, rows, &err, fault);
        for (int64_t i = 0; i < rows && err == 0; i++)
            err = visit(arg, page[i]);
        if (err == 0 && rows == asked)
            memcpy(last, page[rows - 1], shape->size);
        for (int64_t i = 0; i < rows; i++)
            bx_free(page[i]);
        bx_free(page);
        here.edge = BD_AFTER;
        here.from = last;
    }
    return err;
}

/* --- life ----------------------------------------------------------------------------------- */

static void destroy(struct bd_store *store)
{
    struct bd_postgres *postgres = (struct bd_postgres *)store;
    if (postgres->open && !postgres->read_only)
        bd_pg_overlay_close(postgres);
    bd_store_destroy(postgres->overlay);
    bd_store_destroy(postgres->absent);
    bx_pg_destroy(postgres->pg);
    bx_pg_args_finish(&postgres->args);
    bx_free(postgres->notes);
    bx_free(postgres);
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

bool bd_postgres_is(const char *database)
{
    return strncmp(database, "postgresql://", 13) == 0 || strncmp(database, "postgres://", 11) == 0;
}

struct bd_store *bd_store_postgres_open(const char *url, enum bd_open mode, struct bx_fault *fault)
{
    struct bx_pg *pg = bx_pg_open(url, fault);
    if (!pg)
        return NULL;
    if (bd_migrate(pg, mode == BD_OPEN_CREATE, mode != BD_OPEN_READ, fault) != 0)
        return (struct bd_store *)bx_pg_destroy(pg);
    struct bd_postgres *postgres = bx_new(struct bd_postgres);
    postgres->store.ops = &ops;
    postgres->pg = pg;
    postgres->read_only = mode == BD_OPEN_READ;
    postgres->overlay = bd_store_memory_create();
    postgres->absent = bd_store_memory_create();
    bx_pg_args_clear(&postgres->args);
    return &postgres->store;
}

void bd_store_postgres_lose(struct bd_store *store, unsigned permille, uint64_t seed)
{
    struct bd_postgres *postgres = (struct bd_postgres *)store;
    postgres->lose_permille = permille;
    postgres->lose_state = seed;
}
