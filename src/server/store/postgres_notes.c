/* SPDX-License-Identifier: Apache-2.0 */
/* Notes of what was put, until it must be in the database. They are sorted by table and key, so
 * that all servers lock in one order, and of several about one row one is written. */

#include "server/store/postgres_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boxtill/base/alloc.h"

enum { MANY_BYTES = 16 << 20 };

static int compare_notes(const void *a, const void *b)
{
    const struct bd_pg_note *left = a, *right = b;
    if (left->table != right->table)
        return left->table < right->table ? -1 : 1;
    const struct bd_shape *shape = bd_shape_of(left->table);
    uint8_t order[BD_ORDER_MAX];
    int columns = bd_shape_order(shape, 0, order);
    int differs = bd_shape_compare(shape, order, 0, columns, left->row, right->row);
    return differs != 0 ? differs : (left->nth > right->nth) - (left->nth < right->nth);
}

static bool same_key(const struct bd_pg_note *a, const struct bd_pg_note *b)
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
    while (fit < count && fit < BD_PG_MANY_ROWS && bytes < MANY_BYTES) {
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

static int write_many(struct bd_postgres *postgres, enum bd_table table, bool fresh,
                      const void *const *rows, size_t count, struct bx_fault *fault)
{
    const struct bd_shape *shape = bd_shape_of(table);
    while (count > 0) {
        size_t fit = fitting(shape, rows, count);
        int64_t done = 0;
        bd_pg_add_arrays(postgres, shape, shape->column_count, rows, fit);
        int err = bd_pg_statement(postgres, fresh ? BD_PG_INSERT_MANY : BD_PG_UPDATE_MANY, table,
                                  &done, fault);
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
static int meta_check(struct bd_postgres *postgres, struct bd_meta_row *wanted,
                      struct bx_fault *fault)
{
    const struct bd_shape *shape = bd_shape_of(BD_META);
    struct bd_meta_row now = {.one = 1}, known = postgres->meta;
    uint8_t order[BD_COLUMNS_MAX];
    int64_t rows = 0;
    bd_pg_add_key(postgres, shape, &now);
    int err = bd_pg_statement(postgres, BD_PG_GET_LOCKED, BD_META, &rows, fault);
    if (err == 0 && rows == 1)
        err = bd_pg_read_row(postgres, 0, shape, shape->key_count, &now, fault);
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

static int write_table(struct bd_postgres *postgres, const struct bd_pg_note *notes, size_t count,
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
static int write_notes(struct bd_postgres *postgres, size_t from, size_t to, struct bx_fault *fault)
{
    int err = 0;
    if (from >= to)
        return 0;
    struct bd_pg_note *sorted = (struct bd_pg_note *)bx_alloc(to - from, sizeof *sorted);
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

int bd_pg_savepoint(struct bd_postgres *postgres, const char *verb, int depth,
                    struct bx_fault *fault)
{
    char sql[40];
    snprintf(sql, sizeof sql, "%s m%d", verb, depth);
    return bx_pg_script(postgres->pg, sql, fault);
}

int bd_pg_flush(struct bd_postgres *postgres, struct bx_fault *fault)
{
    int err = 0;
    for (int i = 0; i < postgres->mark_count && err == 0; i++) {
        struct bd_pg_mark *mark = &postgres->marks[i];
        if (mark->saved)
            continue;
        err = write_notes(postgres, postgres->written, mark->notes, fault);
        if (err == 0)
            err = bd_pg_savepoint(postgres, "SAVEPOINT", i, fault);
        mark->saved = err == 0;
        mark->meta = postgres->meta;
        mark->meta_known = postgres->meta_known;
        postgres->written = mark->notes;
    }
    if (err == 0)
        err = write_notes(postgres, postgres->written, postgres->note_count, fault);
    postgres->written = postgres->note_count;
    return bd_pg_lose(postgres, err);
}

bool bd_pg_is_noted(const struct bd_postgres *postgres, enum bd_table table)
{
    for (size_t i = postgres->written; i < postgres->note_count; i++)
        if (postgres->notes[i].table == table)
            return true;
    return false;
}

void bd_pg_note(struct bd_postgres *postgres, enum bd_table table, bool fresh, const void *row)
{
    if (postgres->note_count == postgres->note_room) {
        postgres->note_room = postgres->note_room == 0 ? 256 : postgres->note_room * 2;
        postgres->notes = (struct bd_pg_note *)bx_realloc(postgres->notes, postgres->note_room,
                                                          sizeof *postgres->notes);
    }
    postgres->notes[postgres->note_count] = (struct bd_pg_note){
        table, fresh, bd_row_copy(bd_shape_of(table), row), postgres->note_count};
    postgres->note_count++;
}

void bd_pg_forget(struct bd_postgres *postgres, size_t count)
{
    while (postgres->note_count > count)
        bx_free(postgres->notes[--postgres->note_count].row);
    if (postgres->written > count)
        postgres->written = count;
}
