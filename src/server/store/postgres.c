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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "postgres/pg.h"
#include "server/store/memory.h"
#include "server/store/migrate.h"
#include "server/store/schema.h"
#include "server/store/sql.h"

enum { SCANS_MAX = 96, MANY_ROWS = 1000, MANY_BYTES = 16 << 20, ROW_MAX = 4096, REPLANS = 1 << 14 };

enum statement { GET, GET_LOCKED, FIND_MANY, INSERT_MANY, UPDATE_MANY, STATEMENTS };
enum { RAISE = STATEMENTS * BD_TABLES, FIRST_SCAN };

static const char venue[] = "main";

struct note {
    enum bd_table table;
    bool fresh;
    void *row;
    size_t nth; /* in the order they were put */
};

struct mark {
    size_t notes;
    bool saved; /* PostgreSQL has a savepoint there */
    bool meta_known;
    struct bd_meta_row meta; /* as the database had it then */
};

struct postgres {
    struct bd_store store; /* first */
    struct bx_pg *pg;
    struct bx_pg_args args;
    bool read_only, open;
    int64_t begun, replan; /* transactions; at which of them plans are made anew */
    int lost;              /* the error that this transaction died of; 0: it lives */
    struct bd_store *overlay, *absent;
    struct note *notes;
    size_t note_count, note_room, written;
    struct mark marks[BD_MARKS_MAX];
    int mark_count;
    bool meta_known;
    struct bd_meta_row meta; /* as the database has it */
    struct bd_scan scans[SCANS_MAX];
    int scan_count;
    unsigned lose_permille;
    uint64_t lose_state;
};

static int lose(struct postgres *postgres, int err)
{
    if (err < 0 && postgres->open && postgres->lost == 0)
        postgres->lost = err;
    return err;
}

/* Gives the planted fault its chance, and says why nothing goes any more. */
static int alive(struct postgres *postgres, struct bx_fault *fault)
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

/* --- rows ----------------------------------------------------------------------------------- */

static void add_column(struct bx_pg_args *args, const struct bd_column *column, const void *row)
{
    const char *value = (const char *)row + column->offset;
    switch (column->kind) {
    case BD_INT: {
        int64_t number;
        memcpy(&number, value, sizeof number);
        bx_pg_add_int(args, number);
        break;
    }
    case BD_TEXT: bx_pg_add_text(args, value); break;
    case BD_ID:
    case BD_HASH: bx_pg_add_bytes(args, value, column->size); break;
    case BD_BLOB: {
        const struct bd_blob *blob = bd_blob_at(column, row);
        bx_pg_add_bytes(args, blob->len > 0 ? blob->data : "", blob->len);
        break;
    }
    }
}

/* Columns FROM and on stand in result row NTH from 0. Blobs are borrowed from the connection. */
static int read_row(const struct postgres *postgres, int64_t nth, const struct bd_shape *shape,
                    int from, void *row, struct bx_fault *fault)
{
    for (int i = from; i < shape->column_count; i++) {
        const struct bd_column *column = &shape->columns[i];
        char *value = (char *)row + column->offset;
        size_t len;
        const void *bytes = bx_pg_bytes(postgres->pg, nth, i - from, &len);
        bool good = true;
        if (column->kind == BD_INT) {
            int64_t number = bx_pg_int(postgres->pg, nth, i - from);
            memcpy(value, &number, sizeof number);
        } else if (column->kind == BD_TEXT) {
            good = bx_text_copy(value, column->size, bytes);
        } else if (column->kind == BD_BLOB) {
            struct bd_blob blob = {bytes, len};
            memcpy(value, &blob, sizeof blob);
        } else {
            good = len == column->size;
            if (good)
                memcpy(value, bytes, len);
        }
        if (!good)
            return bx_fault_set(fault, BX_ERR_CORRUPT, "The booking server's data are damaged.",
                                "%s.%s", shape->name, column->name);
    }
    return 0;
}

static void clear_args(struct postgres *postgres)
{
    bx_pg_args_clear(&postgres->args);
    bx_pg_add_text(&postgres->args, venue);
}

static void add_key(struct postgres *postgres, const struct bd_shape *shape, const void *row)
{
    clear_args(postgres);
    for (int i = 0; i < shape->key_count; i++)
        add_column(&postgres->args, &shape->columns[i], row);
}

/* COLUMNS leading columns of ROWS[0] to ROWS[count - 1], an array each. */
static void add_arrays(struct postgres *postgres, const struct bd_shape *shape, int columns,
                       const void *const *rows, size_t count)
{
    clear_args(postgres);
    for (int i = 0; i < columns; i++) {
        enum bd_kind kind = shape->columns[i].kind;
        bx_pg_add_array(&postgres->args,
                        kind == BD_INT    ? BX_PG_INT
                        : kind == BD_TEXT ? BX_PG_TEXT
                                          : BX_PG_BYTES,
                        count);
        for (size_t nth = 0; nth < count; nth++)
            add_column(&postgres->args, &shape->columns[i], rows[nth]);
    }
}

/* --- statements ----------------------------------------------------------------------------- */

static int number_of(enum statement statement, enum bd_table table)
{
    return (int)statement * BD_TABLES + (int)table;
}

/* Prepares it at its first use on this connection; the arguments stand ready, for their types. */
static int ready(struct postgres *postgres, enum statement statement, enum bd_table table,
                 struct bx_fault *fault)
{
    const struct bd_shape *shape = bd_shape_of(table);
    int number = number_of(statement, table);
    if (bx_pg_has(postgres->pg, number))
        return 0;
    bx_buf_auto sql;
    bx_buf_init(&sql, 0);
    switch (statement) {
    case GET:
    case GET_LOCKED:
        bd_sql_get(BD_POSTGRES, shape, &sql);
        bx_buf_text_add(&sql, statement == GET ? "" : " FOR UPDATE");
        break;
    case FIND_MANY: bd_sql_find_many(shape, &sql); break;
    case INSERT_MANY: bd_sql_insert_many(shape, &sql); break;
    case UPDATE_MANY: bd_sql_update_many(shape, &sql); break;
    case STATEMENTS: bx_unreachable();
    }
    return bx_pg_prepare(postgres->pg, number, bx_buf_text(&sql), &postgres->args, fault);
}

static int run(struct postgres *postgres, enum statement statement, enum bd_table table,
               int64_t *ret_rows, struct bx_fault *fault)
{
    int err = ready(postgres, statement, table, fault);
    return err != 0 ? err
                    : bx_pg_run(postgres->pg, number_of(statement, table), &postgres->args,
                                ret_rows, fault);
}

/* --- writing the notes ---------------------------------------------------------------------- */

static int compare_notes(const void *a, const void *b)
{
    const struct note *left = a, *right = b;
    if (left->table != right->table)
        return left->table < right->table ? -1 : 1;
    const struct bd_shape *shape = bd_shape_of(left->table);
    uint8_t order[BD_ORDER_MAX];
    int columns = bd_shape_order(shape, 0, order);
    int differs = bd_shape_compare(shape, order, 0, columns, left->row, right->row);
    return differs != 0 ? differs : (left->nth > right->nth) - (left->nth < right->nth);
}

static bool same_key(const struct note *a, const struct note *b)
{
    uint8_t order[BD_ORDER_MAX];
    const struct bd_shape *shape = bd_shape_of(a->table);
    return a->table == b->table &&
           bd_shape_compare(shape, order, 0, bd_shape_order(shape, 0, order), a->row, b->row) == 0;
}

/* So many rows as fit one statement. */
static size_t fitting(const struct bd_shape *shape, const void *const *rows, size_t count)
{
    size_t bytes = 0, fit = 0;
    while (fit < count && fit < MANY_ROWS && bytes < MANY_BYTES) {
        bytes += shape->size;
        for (int i = 0; i < shape->column_count; i++)
            if (shape->columns[i].kind == BD_BLOB)
                bytes += bd_blob_at(&shape->columns[i], rows[fit])->len;
        fit++;
    }
    return fit;
}

/* Another server may have taken the key, or the row, meanwhile. */
static int overtaken(const struct bd_shape *shape, struct bx_fault *fault)
{
    return bx_fault_set(fault, BX_ERR_BUSY, "The database was busy.", "%s: overtaken", shape->name);
}

static int write_many(struct postgres *postgres, enum bd_table table, bool fresh,
                      const void *const *rows, size_t count, struct bx_fault *fault)
{
    const struct bd_shape *shape = bd_shape_of(table);
    while (count > 0) {
        size_t fit = fitting(shape, rows, count);
        int64_t done = 0;
        add_arrays(postgres, shape, shape->column_count, rows, fit);
        int err = run(postgres, fresh ? INSERT_MANY : UPDATE_MANY, table, &done, fault);
        if (err != 0)
            return err;
        if (done != (int64_t)fit)
            return overtaken(shape, fault);
        rows += fit;
        count -= fit;
    }
    return 0;
}

/* Is it still what was read? Then WANTED may be written, with the commit number it has by now. */
static int meta_check(struct postgres *postgres, struct bd_meta_row *wanted, struct bx_fault *fault)
{
    const struct bd_shape *shape = bd_shape_of(BD_META);
    struct bd_meta_row now = {.one = 1}, known = postgres->meta;
    uint8_t order[BD_COLUMNS_MAX];
    int64_t rows = 0;
    add_key(postgres, shape, &now);
    int err = run(postgres, GET_LOCKED, BD_META, &rows, fault);
    if (err == 0 && rows == 1)
        err = read_row(postgres, 0, shape, shape->key_count, &now, fault);
    if (err != 0)
        return err;
    for (int i = 0; i < shape->column_count; i++)
        order[i] = (uint8_t)i;
    wanted->commit = known.commit = now.commit;
    if (!postgres->meta_known ||
        bd_shape_compare(shape, order, 0, shape->column_count, &known, &now) != 0)
        return overtaken(shape, fault);
    postgres->meta = *wanted;
    return 0;
}

static int write_table(struct postgres *postgres, const struct note *notes, size_t count,
                       struct bx_fault *fault)
{
    enum bd_table table = notes[0].table;
    const void **rows = (const void **)bx_alloc(count, sizeof *rows);
    int err = 0;
    for (int fresh = 1; fresh >= 0 && err == 0; fresh--) {
        size_t chosen = 0, first = 0;
        for (size_t i = 0; i < count; i++) {
            bool last = i + 1 == count || !same_key(&notes[i], &notes[i + 1]);
            if (last && notes[first].fresh == (fresh == 1))
                rows[chosen++] = notes[i].row;
            first = last ? i + 1 : first;
        }
        if (table == BD_META && fresh == 0 && chosen > 0)
            err = meta_check(postgres, (struct bd_meta_row *)notes[count - 1].row, fault);
        if (err == 0)
            err = write_many(postgres, table, fresh == 1, rows, chosen, fault);
        if (err == 0 && table == BD_META && fresh == 1 && chosen > 0) {
            postgres->meta = *(const struct bd_meta_row *)rows[0];
            postgres->meta_known = true;
        }
    }
    bx_free(rows);
    return err;
}

/* Notes FROM to TO - 1; of several about one row, the last one's values under the first one's verb.
 */
static int write_notes(struct postgres *postgres, size_t from, size_t to, struct bx_fault *fault)
{
    int err = 0;
    if (from >= to)
        return 0;
    struct note *sorted = (struct note *)bx_alloc(to - from, sizeof *sorted);
    memcpy(sorted, postgres->notes + from, (to - from) * sizeof *sorted);
    qsort(sorted, to - from, sizeof *sorted, compare_notes);
    for (size_t i = 0, end; i < to - from && err == 0; i = end) {
        for (end = i + 1; end < to - from && sorted[end].table == sorted[i].table;)
            end++;
        err = write_table(postgres, sorted + i, end - i, fault);
    }
    bx_free(sorted);
    return err;
}

static int savepoint(struct postgres *postgres, const char *verb, int depth, struct bx_fault *fault)
{
    char sql[40];
    snprintf(sql, sizeof sql, "%s m%d", verb, depth);
    return bx_pg_script(postgres->pg, sql, fault);
}

static int flush(struct postgres *postgres, struct bx_fault *fault)
{
    int err = 0;
    for (int i = 0; i < postgres->mark_count && err == 0; i++) {
        struct mark *mark = &postgres->marks[i];
        if (mark->saved)
            continue;
        err = write_notes(postgres, postgres->written, mark->notes, fault);
        if (err == 0)
            err = savepoint(postgres, "SAVEPOINT", i, fault);
        mark->saved = err == 0;
        mark->meta = postgres->meta;
        mark->meta_known = postgres->meta_known;
        postgres->written = mark->notes;
    }
    if (err == 0)
        err = write_notes(postgres, postgres->written, postgres->note_count, fault);
    postgres->written = postgres->note_count;
    return lose(postgres, err);
}

static bool is_noted(const struct postgres *postgres, enum bd_table table)
{
    for (size_t i = postgres->written; i < postgres->note_count; i++)
        if (postgres->notes[i].table == table)
            return true;
    return false;
}

static void note(struct postgres *postgres, enum bd_table table, bool fresh, const void *row)
{
    if (postgres->note_count == postgres->note_room) {
        postgres->note_room = postgres->note_room == 0 ? 256 : postgres->note_room * 2;
        postgres->notes = (struct note *)bx_realloc(postgres->notes, postgres->note_room,
                                                    sizeof *postgres->notes);
    }
    postgres->notes[postgres->note_count] =
        (struct note){table, fresh, bd_row_copy(bd_shape_of(table), row), postgres->note_count};
    postgres->note_count++;
}

static void forget(struct postgres *postgres, size_t count)
{
    while (postgres->note_count > count)
        bx_free(postgres->notes[--postgres->note_count].row);
    if (postgres->written > count)
        postgres->written = count;
}

/* --- the port: transactions ------------------------------------------------------------------- */

static void overlay_open(struct postgres *postgres)
{
    int err = postgres->overlay->ops->begin(postgres->overlay, NULL);
    bx_assert(err == 0);
    err = postgres->absent->ops->begin(postgres->absent, NULL);
    bx_assert(err == 0);
}

static void overlay_close(struct postgres *postgres)
{
    (void)postgres->overlay->ops->end(postgres->overlay, false, NULL);
    (void)postgres->absent->ops->end(postgres->absent, false, NULL);
    forget(postgres, 0);
    postgres->mark_count = 0;
    postgres->meta_known = false;
    postgres->open = false;
    postgres->lost = 0;
}

/* The plans of a young database were made while its tables were empty, when one index is as good as
 * another. They are made anew as it grows; later PostgreSQL sees by itself when to. */
static int plans_renew(struct postgres *postgres, struct bx_fault *fault)
{
    if (postgres->read_only || ++postgres->begun < postgres->replan || postgres->begun > REPLANS)
        return 0;
    postgres->replan = postgres->begun * 2;
    return bx_pg_script(postgres->pg, "DISCARD PLANS", fault);
}

static int begin(struct bd_store *store, struct bx_fault *fault)
{
    struct postgres *postgres = (struct postgres *)store;
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
        overlay_open(postgres);
    return 0;
}

static int mark(struct bd_store *store, struct bx_fault *fault)
{
    struct postgres *postgres = (struct postgres *)store;
    bx_assert(postgres->open && postgres->mark_count < BD_MARKS_MAX);
    int err = alive(postgres, fault);
    if (err != 0)
        return err;
    postgres->marks[postgres->mark_count++] = (struct mark){.notes = postgres->note_count};
    return postgres->overlay->ops->mark(postgres->overlay, fault);
}

static int release(struct bd_store *store, bool keep, struct bx_fault *fault)
{
    struct postgres *postgres = (struct postgres *)store;
    bx_assert(postgres->open && postgres->mark_count > 0);
    struct mark mark = postgres->marks[--postgres->mark_count];
    int err = postgres->overlay->ops->release(postgres->overlay, keep, fault);
    if (!keep)
        forget(postgres, mark.notes);
    if (err == 0 && mark.saved && postgres->lost == 0) {
        if (!keep) {
            err = savepoint(postgres, "ROLLBACK TO", postgres->mark_count, fault);
            postgres->meta = mark.meta;
            postgres->meta_known = mark.meta_known;
        }
        if (err == 0)
            err = savepoint(postgres, "RELEASE", postgres->mark_count, fault);
    }
    return err != 0 ? lose(postgres, err) : alive(postgres, fault);
}

static int raise_commit(struct postgres *postgres, struct bx_fault *fault)
{
    clear_args(postgres);
    int err = bx_pg_has(postgres->pg, RAISE)
                  ? 0
                  : bx_pg_prepare(postgres->pg, RAISE,
                                  "UPDATE \"meta\" SET \"commit\" = \"commit\" + 1 "
                                  "WHERE \"venue\" = $1",
                                  &postgres->args, fault);
    return err != 0 ? err : bx_pg_run(postgres->pg, RAISE, &postgres->args, NULL, fault);
}

static enum bx_outcome end(struct bd_store *store, bool commit, struct bx_fault *fault)
{
    struct postgres *postgres = (struct postgres *)store;
    bx_assert(postgres->open);
    enum bx_outcome outcome = BX_DONE;
    if (commit && !postgres->read_only && postgres->note_count > 0) {
        int err = alive(postgres, fault);
        if (err == 0)
            err = flush(postgres, fault);
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
        overlay_close(postgres);
    }
    return outcome;
}

/* --- the port: rows --------------------------------------------------------------------------- */

/* Keeps what was read: the row, or that there is none. */
static int overlay_keep(struct postgres *postgres, enum bd_table table, const void *row, bool found,
                        struct bx_fault *fault)
{
    int err = bd_insert(found ? postgres->overlay : postgres->absent, table, row, fault);
    if (found && table == BD_META && !postgres->meta_known) {
        postgres->meta = *(const struct bd_meta_row *)row;
        postgres->meta_known = true;
    }
    return err == BD_NOT ? 0 : err;
}

static int get_here(struct postgres *postgres, enum bd_table table, void *row,
                    struct bx_fault *fault)
{
    const struct bd_shape *shape = bd_shape_of(table);
    int64_t rows = 0;
    bool locks = postgres->open && !postgres->read_only && table != BD_META;
    add_key(postgres, shape, row);
    int err = run(postgres, locks ? GET_LOCKED : GET, table, &rows, fault);
    if (err == 0 && rows == 1)
        err = read_row(postgres, 0, shape, shape->key_count, row, fault);
    return err != 0 ? lose(postgres, err) : rows == 1 ? 0 : BD_NOT;
}

/* Is it in the overlay, there or known to be absent? 0 there, BD_NOT absent, 2 nothing is known. */
static int look_aside(struct postgres *postgres, enum bd_table table, void *row,
                      struct bx_fault *fault)
{
    if (bd_get(postgres->overlay, table, row, fault) == 0)
        return 0;
    max_align_t unused[ROW_MAX / sizeof(max_align_t)];
    bx_assert(bd_shape_of(table)->size <= sizeof unused);
    memcpy(unused, row, bd_shape_of(table)->size);
    return bd_get(postgres->absent, table, unused, fault) == 0 ? (int)BD_NOT : 2;
}

static int get(struct bd_store *store, enum bd_table table, void *row, struct bx_fault *fault)
{
    struct postgres *postgres = (struct postgres *)store;
    int err = alive(postgres, fault);
    if (err != 0)
        return err;
    if (!postgres->open || postgres->read_only)
        return get_here(postgres, table, row, fault);
    int known = look_aside(postgres, table, row, fault);
    if (known != 2)
        return known;
    err = get_here(postgres, table, row, fault);
    if (err < 0)
        return err;
    int kept = overlay_keep(postgres, table, row, err == 0, fault);
    return kept != 0 ? kept : err;
}

static int expect(struct bd_store *store, enum bd_table table, const void *rows, size_t count,
                  struct bx_fault *fault)
{
    struct postgres *postgres = (struct postgres *)store;
    const struct bd_shape *shape = bd_shape_of(table);
    int err = alive(postgres, fault);
    int64_t found = 0;
    max_align_t row[ROW_MAX / sizeof(max_align_t)];
    if (err != 0 || !postgres->open || postgres->read_only)
        return err;
    bx_assert(shape->size <= sizeof row && count <= MANY_ROWS);
    const void **unknown = (const void **)bx_alloc(count, sizeof *unknown);
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        const char *asked = (const char *)rows + i * shape->size;
        memcpy(row, asked, shape->size);
        if (look_aside(postgres, table, row, fault) == 2)
            unknown[left++] = asked;
    }
    if (left > 0) {
        add_arrays(postgres, shape, shape->key_count, unknown, left);
        err = lose(postgres, run(postgres, FIND_MANY, table, &found, fault));
    }
    for (int64_t i = 0; i < found && err == 0; i++) {
        memset(row, 0, shape->size);
        err = read_row(postgres, i, shape, 0, row, fault);
        if (err == 0)
            err = overlay_keep(postgres, table, row, true, fault);
    }
    for (size_t i = 0; i < left && err == 0; i++) {
        memcpy(row, unknown[i], shape->size);
        if (bd_get(postgres->overlay, table, row, fault) != 0)
            err = overlay_keep(postgres, table, unknown[i], false, fault);
    }
    bx_free(unknown);
    return err;
}

static int put(struct bd_store *store, enum bd_table table, enum bd_put how, const void *row,
               struct bx_fault *fault)
{
    struct postgres *postgres = (struct postgres *)store;
    max_align_t held[ROW_MAX / sizeof(max_align_t)];
    const struct bd_shape *shape = bd_shape_of(table);
    bx_assert(postgres->open && !postgres->read_only && shape->size <= sizeof held);
    int err = alive(postgres, fault);
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
        note(postgres, table, how != BD_UPDATE, row);
    return err;
}

static int move(struct bd_store *store, const struct bd_move *move, struct bx_fault *fault)
{
    struct postgres *postgres = (struct postgres *)store;
    struct bd_pool_row pool = {.id = move->pool};
    int err = get(store, BD_POOL, &pool, fault); /* into the overlay, and locked */
    if (err != 0)
        return err;
    err = postgres->overlay->ops->move(postgres->overlay, move, fault);
    if (err == 0)
        err = bd_get(postgres->overlay, BD_POOL, &pool, fault);
    if (err == 0)
        note(postgres, BD_POOL, false, &pool);
    return err;
}

/* --- the port: scans -------------------------------------------------------------------------- */

/* The number of the statement, two to a scan: the second one locks. */
static int scan_number(struct postgres *postgres, const struct bd_scan *scan, bool locks)
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
        bx_assert(postgres->scan_count < SCANS_MAX);
        postgres->scans[postgres->scan_count++] = *scan;
    }
    return FIRST_SCAN + at * 2 + locks;
}

static int scan_page(struct postgres *postgres, const struct bd_scan *scan, int64_t limit,
                     int64_t *ret_rows, struct bx_fault *fault)
{
    const struct bd_shape *shape = bd_shape_of(scan->table);
    bool locks = postgres->open && !postgres->read_only && !scan->peek;
    int number = scan_number(postgres, scan, locks);
    uint8_t order[BD_ORDER_MAX];
    bd_shape_order(shape, scan->index, order);
    clear_args(postgres);
    for (int i = 0; i < bd_sql_scan_bound(shape, scan); i++)
        add_column(&postgres->args, &shape->columns[order[i]], scan->from);
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
static void **page_take(struct postgres *postgres, const struct bd_shape *shape, int64_t count,
                        int *ret_err, struct bx_fault *fault)
{
    max_align_t row[ROW_MAX / sizeof(max_align_t)];
    bx_assert(shape->size <= sizeof row);
    void **page = (void **)bx_alloc((size_t)count + 1, sizeof *page);
    for (int64_t i = 0; i < count && *ret_err == 0; i++) {
        memset(row, 0, shape->size);
        *ret_err = read_row(postgres, i, shape, 0, row, fault);
        if (*ret_err == 0)
            page[i] = bd_row_copy(shape, row);
    }
    return page;
}

static int scan(struct bd_store *store, const struct bd_scan *scan, bd_visit visit, void *arg,
                struct bx_fault *fault)
{
    struct postgres *postgres = (struct postgres *)store;
    const struct bd_shape *shape = bd_shape_of(scan->table);
    max_align_t last[ROW_MAX / sizeof(max_align_t)];
    struct bd_scan here = *scan;
    int64_t limit = 4, rows = 4; /* many a visitor wants the first row only */
    int err = alive(postgres, fault);
    if (err == 0 && postgres->open && is_noted(postgres, scan->table))
        err = flush(postgres, fault);
    for (int64_t asked = limit; err == 0 && rows == asked;
         limit = limit < 1000 ? limit * 8 : limit) {
        asked = limit;
        err = lose(postgres, scan_page(postgres, &here, asked, &rows, fault));
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
    struct postgres *postgres = (struct postgres *)store;
    if (postgres->open && !postgres->read_only)
        overlay_close(postgres);
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
    struct postgres *postgres = bx_new(struct postgres);
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
    struct postgres *postgres = (struct postgres *)store;
    postgres->lose_permille = permille;
    postgres->lose_state = seed;
}
