/* SPDX-License-Identifier: Apache-2.0 */
/* The store in SQLite. Every statement is made from the tables' shapes and prepared once; a row
 * goes in and out by its column table, so there is no hand-written binding to get wrong. WAL with
 * synchronous FULL is what makes an answer after COMMIT true; the checkpoint runs in the writer
 * every 4,000 pages, since a passive one on the side never catches up. */

#include "server/store/sqlite.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"
#include "boxtill/base/text.h"
#include "server/store/schema.h"
#include "server/store/sql.h"
#include "sqlite/db.h"

enum { CHECKPOINT_PAGES = 4000, BUSY_MS = 5000, CACHE_KIB = 64 << 10, SCANS_MAX = 96 };

/* A file of ours holds one venue; the column is there so that a larger database can hold many. */
static const char venue[] = "main";

struct scan_stmt {
    struct bd_scan scan; /* without FROM */
    struct bx_stmt *stmt;
};

struct sqlite {
    struct bd_store store; /* first */
    struct bx_db *db;
    bool read_only, open;
    int64_t changes; /* rows put since begin and kept so far */
    int64_t marks[BD_MARKS_MAX];
    int mark_count;
    struct bx_stmt *gets[BD_TABLES], *inserts[BD_TABLES], *updates[BD_TABLES], *move;
    struct scan_stmt scans[SCANS_MAX];
    int scan_count;
    struct bx_buf scratch; /* blobs of the last get */
};

static int err_of(const struct bx_fault *fault)
{
    return fault != NULL && fault->err != 0 ? (int)fault->err : BX_ERR_IO;
}

/* --- rows ----------------------------------------------------------------------------------- */

static void bind_column(struct bx_stmt *stmt, int at, const struct bd_column *column,
                        const void *row)
{
    const char *value = (const char *)row + column->offset;
    switch (column->kind) {
    case BD_INT: {
        int64_t number;
        memcpy(&number, value, sizeof number);
        bx_stmt_bind_int(stmt, at, number);
        break;
    }
    case BD_TEXT: bx_stmt_bind_text(stmt, at, value); break;
    case BD_ID:
    case BD_HASH: bx_stmt_bind_bytes(stmt, at, value, column->size); break;
    case BD_BLOB: {
        const struct bd_blob *blob = (const struct bd_blob *)(const void *)value;
        bx_stmt_bind_bytes(stmt, at, blob->len > 0 ? blob->data : "", blob->len);
        break;
    }
    }
}

/* Reads columns FROM and on of SHAPE, which stand in the statement from 0. Blobs are borrowed from
 * the statement. */
static int read_row(struct bx_stmt *stmt, const struct bd_shape *shape, int from, void *row,
                    struct bx_fault *fault)
{
    for (int i = from; i < shape->column_count; i++) {
        const struct bd_column *column = &shape->columns[i];
        char *value = (char *)row + column->offset;
        bool good = true;
        switch (column->kind) {
        case BD_INT: {
            int64_t number = bx_stmt_int(stmt, i - from);
            memcpy(value, &number, sizeof number);
            break;
        }
        case BD_TEXT: good = bx_text_copy(value, column->size, bx_stmt_text(stmt, i - from)); break;
        case BD_ID:
        case BD_HASH: good = bx_stmt_copy(stmt, i - from, value, column->size); break;
        case BD_BLOB: {
            struct bd_blob *blob = (struct bd_blob *)(void *)value;
            blob->data = bx_stmt_bytes(stmt, i - from, &blob->len);
            break;
        }
        }
        if (!good)
            return bx_fault_set(fault, BX_ERR_CORRUPT, "The booking server's data are damaged.",
                                "%s.%s", shape->name, column->name);
    }
    return 0;
}

/* --- statements ----------------------------------------------------------------------------- */

typedef void (*make_sql)(const struct bd_shape *shape, struct bx_buf *out);

static void get_sql(const struct bd_shape *shape, struct bx_buf *out)
{
    bd_sql_get(BD_SQLITE, shape, out);
}

/* The statement in *PLACE, prepared at its first use, with the venue bound. */
static struct bx_stmt *ready(struct sqlite *sqlite, struct bx_stmt **place, enum bd_table table,
                             make_sql make, struct bx_fault *fault)
{
    if (*place == NULL) {
        bx_buf_auto sql;
        bx_buf_init(&sql, 0);
        make(bd_shape_of(table), &sql);
        *place = bx_db_prepare(sqlite->db, bx_buf_text(&sql), fault);
    }
    if (*place != NULL)
        bx_stmt_bind_text(*place, 1, venue);
    return *place;
}

static struct bx_stmt *ready_scan(struct sqlite *sqlite, const struct bd_scan *scan,
                                  struct bx_fault *fault)
{
    struct bx_stmt *stmt = NULL;
    for (int i = 0; i < sqlite->scan_count && stmt == NULL; i++) {
        const struct bd_scan *held = &sqlite->scans[i].scan;
        if (held->table == scan->table && held->index == scan->index &&
            held->fixed == scan->fixed && held->edge == scan->edge && held->down == scan->down)
            stmt = sqlite->scans[i].stmt;
    }
    if (stmt == NULL) {
        bx_buf_auto sql;
        bx_buf_init(&sql, 0);
        bx_assert(sqlite->scan_count < SCANS_MAX);
        bd_sql_scan(BD_SQLITE, bd_shape_of(scan->table), scan, &sql);
        stmt = bx_db_prepare(sqlite->db, bx_buf_text(&sql), fault);
        if (stmt == NULL)
            return NULL;
        sqlite->scans[sqlite->scan_count].scan = *scan;
        sqlite->scans[sqlite->scan_count++].stmt = stmt;
    }
    bx_stmt_bind_text(stmt, 1, venue);
    return stmt;
}

/* --- the port ------------------------------------------------------------------------------- */

static int begin(struct bd_store *store, struct bx_fault *fault)
{
    struct sqlite *sqlite = (struct sqlite *)store;
    bx_assert(!sqlite->open);
    int err =
        sqlite->read_only ? bx_db_run(sqlite->db, "BEGIN", fault) : bx_db_begin(sqlite->db, fault);
    if (err != 0)
        return err;
    sqlite->open = true;
    sqlite->changes = 0;
    sqlite->mark_count = 0;
    return 0;
}

static int mark(struct bd_store *store, struct bx_fault *fault)
{
    struct sqlite *sqlite = (struct sqlite *)store;
    bx_assert(sqlite->open && sqlite->mark_count < BD_MARKS_MAX);
    int err = bx_db_save(sqlite->db, fault);
    if (err == 0)
        sqlite->marks[sqlite->mark_count++] = sqlite->changes;
    return err;
}

static int release(struct bd_store *store, bool keep, struct bx_fault *fault)
{
    struct sqlite *sqlite = (struct sqlite *)store;
    bx_assert(sqlite->open && sqlite->mark_count > 0);
    int64_t before = sqlite->marks[--sqlite->mark_count];
    if (!keep)
        sqlite->changes = before;
    return keep ? bx_db_keep(sqlite->db, fault) : bx_db_undo(sqlite->db, fault);
}

static enum bx_outcome end(struct bd_store *store, bool commit, struct bx_fault *fault)
{
    struct sqlite *sqlite = (struct sqlite *)store;
    enum bx_outcome outcome = BX_DONE;
    bx_assert(sqlite->open);
    if (commit && sqlite->changes > 0 && bd_store_raise(store, fault) != 0) {
        commit = false;
        outcome = BX_REFUSED;
    }
    if (commit && bx_db_commit(sqlite->db, fault) != 0)
        outcome = BX_UNKNOWN;
    bx_db_rollback(sqlite->db); /* nothing, after a commit that worked */
    sqlite->open = false;
    return outcome;
}

/* Moves the blobs of ROW out of the statement, which is about to be reset. */
static void keep_blobs(struct sqlite *sqlite, const struct bd_shape *shape, void *row)
{
    bx_buf_clear(&sqlite->scratch);
    for (int i = 0; i < shape->column_count; i++) {
        if (shape->columns[i].kind != BD_BLOB)
            continue;
        struct bd_blob *blob = (struct bd_blob *)(void *)((char *)row + shape->columns[i].offset);
        bx_assert(sqlite->scratch.len == 0); /* one blob a table */
        bx_buf_add(&sqlite->scratch, blob->data, blob->len);
        blob->data = bx_buf_text(&sqlite->scratch);
    }
}

static int get(struct bd_store *store, enum bd_table table, void *row, struct bx_fault *fault)
{
    struct sqlite *sqlite = (struct sqlite *)store;
    const struct bd_shape *shape = bd_shape_of(table);
    struct bx_stmt *stmt = ready(sqlite, &sqlite->gets[table], table, get_sql, fault);
    if (stmt == NULL)
        return err_of(fault);
    for (int i = 0; i < shape->key_count; i++)
        bind_column(stmt, i + 2, &shape->columns[i], row);
    int err = bx_stmt_step(stmt, fault);
    if (err <= 0)
        return err == 0 ? BD_NOT : err;
    err = read_row(stmt, shape, shape->key_count, row, fault);
    if (err == 0)
        keep_blobs(sqlite, shape, row);
    bx_stmt_reset(stmt);
    return err;
}

static int put(struct bd_store *store, enum bd_table table, enum bd_put how, const void *row,
               struct bx_fault *fault)
{
    struct sqlite *sqlite = (struct sqlite *)store;
    const struct bd_shape *shape = bd_shape_of(table);
    bx_assert(sqlite->open);
    struct bx_stmt *stmt =
        how != BD_UPDATE ? ready(sqlite, &sqlite->inserts[table], table, bd_sql_insert, fault)
                         : ready(sqlite, &sqlite->updates[table], table, bd_sql_update, fault);
    if (stmt == NULL)
        return err_of(fault);
    for (int i = 0; i < shape->column_count; i++)
        bind_column(stmt, i + 2, &shape->columns[i], row);
    int err = bx_stmt_run(stmt, fault);
    if (err != 0)
        return err;
    int64_t touched = bx_db_changes(sqlite->db);
    sqlite->changes += touched;
    return touched > 0 ? 0 : BD_NOT;
}

static int scan(struct bd_store *store, const struct bd_scan *scan, bd_visit visit, void *arg,
                struct bx_fault *fault)
{
    struct sqlite *sqlite = (struct sqlite *)store;
    const struct bd_shape *shape = bd_shape_of(scan->table);
    uint8_t order[BD_ORDER_MAX];
    struct bx_stmt *stmt = ready_scan(sqlite, scan, fault);
    if (stmt == NULL)
        return err_of(fault);
    bd_shape_order(shape, scan->index, order);
    for (int i = 0; i < bd_sql_scan_bound(shape, scan); i++)
        bind_column(stmt, i + 2, &shape->columns[order[i]], scan->from);
    void *row = bx_alloc(1, shape->size);
    int stop = 0;
    int more = bx_stmt_step(stmt, fault);
    while (more == 1 && stop == 0) {
        stop = read_row(stmt, shape, 0, row, fault);
        if (stop == 0)
            stop = visit(arg, row);
        if (stop == 0)
            more = bx_stmt_step(stmt, fault);
    }
    if (stop != 0)
        bx_stmt_reset(stmt);
    bx_free(row);
    return stop != 0 ? stop : more;
}

static int move(struct bd_store *store, const struct bd_move *move, struct bx_fault *fault)
{
    static const char sql[] =
        "UPDATE \"pool\" SET sold = sold + ?3, held = held + ?4, leased = leased + ?5, "
        "\"over\" = \"over\" + ?6 WHERE venue = ?1 AND id = ?2 AND sold + ?3 >= 0 AND "
        "held + ?4 >= 0 AND leased + ?5 >= 0 AND \"over\" + ?6 >= 0 AND "
        "sold + ?3 + held + ?4 + leased + ?5 <= capacity + planned_over";
    struct sqlite *sqlite = (struct sqlite *)store;
    bx_assert(sqlite->open);
    if (sqlite->move == NULL)
        sqlite->move = bx_db_prepare(sqlite->db, sql, fault);
    if (sqlite->move == NULL)
        return err_of(fault);
    bx_stmt_bind_text(sqlite->move, 1, venue);
    bx_stmt_bind_text(sqlite->move, 2, move->pool.s);
    bx_stmt_bind_int(sqlite->move, 3, move->sold);
    bx_stmt_bind_int(sqlite->move, 4, move->held);
    bx_stmt_bind_int(sqlite->move, 5, move->leased);
    bx_stmt_bind_int(sqlite->move, 6, move->over);
    int err = bx_stmt_run(sqlite->move, fault);
    if (err != 0)
        return err;
    int64_t touched = bx_db_changes(sqlite->db);
    sqlite->changes += touched;
    return touched > 0 ? 0 : BD_NOT;
}

static void destroy(struct bd_store *store)
{
    struct sqlite *sqlite = (struct sqlite *)store;
    for (int table = 0; table < BD_TABLES; table++) {
        bx_stmt_destroy(sqlite->gets[table]);
        bx_stmt_destroy(sqlite->inserts[table]);
        bx_stmt_destroy(sqlite->updates[table]);
    }
    for (int i = 0; i < sqlite->scan_count; i++)
        bx_stmt_destroy(sqlite->scans[i].stmt);
    bx_stmt_destroy(sqlite->move);
    bx_db_destroy(sqlite->db);
    bx_buf_finish(&sqlite->scratch);
    bx_free(sqlite);
}

static const struct bd_store_ops ops = {.begin = begin,
                                        .mark = mark,
                                        .release = release,
                                        .end = end,
                                        .get = get,
                                        .put = put,
                                        .scan = scan,
                                        .move = move,
                                        .destroy = destroy};

/* --- life ----------------------------------------------------------------------------------- */

static int schema_make(struct bx_db *db, struct bx_fault *fault)
{
    struct bx_buf sql[BD_FORMAT];
    const char *steps[BD_FORMAT];
    for (int i = 0; i < BD_FORMAT; i++) {
        bx_buf_init(&sql[i], 0);
        for (int table = 0; table < BD_TABLES; table++)
            bd_sql_create(BD_SQLITE, bd_shape_of((enum bd_table)table), i + 1, &sql[i]);
        steps[i] = bx_buf_text(&sql[i]);
    }
    int err = bx_db_migrate(db, "booking server's data", steps, BD_FORMAT, fault);
    for (int i = 0; i < BD_FORMAT; i++)
        bx_buf_finish(&sql[i]);
    return err;
}

struct bd_store *bd_store_sqlite_open(const char *path, enum bd_open mode, struct bx_fault *fault)
{
    bool read_only = mode == BD_OPEN_READ;
    struct bx_db_options options = {.path = path,
                                    .create = mode == BD_OPEN_CREATE,
                                    .read_only = read_only,
                                    .busy_ms = BUSY_MS,
                                    .cache_kib = CACHE_KIB,
                                    .checkpoint_at = CHECKPOINT_PAGES,
                                    .sync = BX_DB_SYNC_FULL};
    struct bx_db *db = bx_db_open(&options, fault);
    if (db == NULL)
        return NULL;
    if (!read_only && schema_make(db, fault) != 0) {
        bx_db_destroy(db);
        return NULL;
    }
    struct sqlite *sqlite = bx_new(struct sqlite);
    sqlite->store.ops = &ops;
    sqlite->db = db;
    sqlite->read_only = read_only;
    bx_buf_init(&sqlite->scratch, 0);
    return &sqlite->store;
}

/* Read only, so that looking at a copy leaves it as it is. */
static struct bx_db *look_at(const char *path, struct bx_fault *fault)
{
    struct bx_db_options options = {.path = path, .read_only = true, .busy_ms = BUSY_MS};
    return bx_db_open(&options, fault);
}

int bd_store_sqlite_copy(const char *from, const char *to, struct bx_fault *fault)
{
    bx_cleanup(bx_db_destroy) struct bx_db *source = look_at(from, fault);
    if (source == NULL)
        return err_of(fault);
    int err = bx_db_backup(source, to, fault);
    if (err != 0)
        return err;
    bx_cleanup(bx_db_destroy) struct bx_db *copy = look_at(to, fault);
    return copy == NULL ? err_of(fault) : bx_db_check(copy, NULL, fault);
}
