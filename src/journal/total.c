/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of each shift. What an entry adds is bx_figures_of()'s, here as at the till and at
 * the server; this file only keeps the sums. Rows that came to nothing may stand or not.
 *
 * Nobody but reports and a Z asks for them, so a sale does not wait for its dozen rows: entries are
 * counted later, from their stored bodies, in idle time and whenever somebody asks. That is also
 * the better comparison for a Z, whose figures the till added up from what it had in memory. */

#include "journal/ledger.h"

#include <inttypes.h>

#include "boxtill/base/alloc.h"

static int row_add(struct bx_ledger *ledger, int64_t shift, const struct bx_figure *row,
                   struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(
        ledger->db, "INSERT INTO total VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE"
                    " SET count = count + excluded.count, amount = amount + excluded.amount");
    bx_stmt_bind_int(stmt, 1, shift);
    bx_stmt_bind_text(stmt, 2, row->what);
    bx_stmt_bind_text(stmt, 3, row->name);
    bx_stmt_bind_int(stmt, 4, row->count);
    bx_stmt_bind_int(stmt, 5, row->amount);
    return bx_stmt_run(stmt, fault);
}

int bx_total_add(struct bx_ledger *ledger, int64_t shift, const struct bx_figures *figures,
                 struct bx_fault *fault)
{
    int err = 0;
    for (size_t i = 0; i < figures->count && err == 0; i++)
        if (figures->rows[i].count || figures->rows[i].amount)
            err = row_add(ledger, shift, &figures->rows[i], fault);
    return err;
}

int bx_sums_flush(struct bx_ledger *ledger, struct bx_sums *sums, struct bx_fault *fault)
{
    int err = bx_total_add(ledger, sums->shift, &sums->figures, fault);
    bx_figures_clear(&sums->figures);
    return err;
}

int bx_sums_add(struct bx_ledger *ledger, struct bx_sums *sums, int64_t shift,
                const struct bx_figures *rows, struct bx_fault *fault)
{
    int err = 0;
    if (!rows->count)
        return 0;
    if (shift != sums->shift || sums->figures.count + rows->count > BX_FIGURES_MAX)
        err = bx_sums_flush(ledger, sums, fault);
    sums->shift = shift;
    if (err == 0 && bx_figures_merge(&sums->figures, rows))
        err = bx_fault_set(fault, BX_ERR_FULL, "The figures of this shift are too large.",
                           "shift %" PRId64, shift);
    return err;
}

/* The figures of the entries that wait, handed on one by one. */
struct counting {
    struct bx_ledger *ledger;
    int64_t last;
    struct bx_sums sums;
    struct bx_figures *now; /* NULL: into the table; else those of shift sums.shift go here */
    struct bx_figures rows;
    struct bx_content_room *room;
    struct bx_fault *fault;
};

static int too_large(int64_t seq, struct bx_fault *fault)
{
    return bx_fault_set(fault, BX_ERR_FULL, "The figures of this shift are too large.",
                        "entry %" PRId64, seq);
}

static int row_count(void *arg, const struct bx_row *row)
{
    struct counting *counting = arg;
    struct bx_figures *rows = &counting->rows;
    struct bx_entry_head head;
    struct bx_content content;
    if (row->head.seq > counting->last)
        return 1;
    bx_figures_clear(rows);
    int err =
        bx_content_read(counting->room, row->body, row->len, &head, &content, counting->fault);
    if (err)
        return err;
    if (bx_figures_of(rows, &head, &content))
        return too_large(head.seq, counting->fault);
    if (!counting->now)
        return bx_sums_add(counting->ledger, &counting->sums, head.shift, rows, counting->fault);
    return head.shift == counting->sums.shift && bx_figures_merge(counting->now, rows)
               ? too_large(head.seq, counting->fault)
               : 0;
}

static int count(struct counting *counting, int64_t from)
{
    counting->room = bx_content_room_create();
    int err = bx_rows_each(counting->ledger, from, row_count, counting, counting->fault);
    bx_content_room_destroy(counting->room);
    bx_figures_finish(&counting->rows);
    return err < 0 ? err : 0;
}

int bx_total_count(struct bx_ledger *ledger, struct bx_meta *meta, struct bx_fault *fault)
{
    struct counting counting = {.ledger = ledger, .last = meta->last_seq, .fault = fault};
    if (meta->counted_to >= meta->last_seq)
        return 0;
    int err = count(&counting, meta->counted_to + 1);
    if (err == 0)
        err = bx_sums_flush(ledger, &counting.sums, fault);
    bx_figures_finish(&counting.sums.figures);
    meta->counted_to = meta->last_seq;
    return err;
}

int bx_ledger_count(struct bx_ledger *ledger, int64_t least, struct bx_fault *fault)
{
    struct bx_meta meta;
    int err = bx_meta_load(ledger, &meta, fault);
    if (err || meta.last_seq - meta.counted_to < least)
        return err;
    err = bx_db_begin(ledger->db, fault);
    if (err)
        return err;
    err = bx_total_count(ledger, &meta, fault);
    meta.turn++;
    if (err == 0)
        err = bx_meta_store(ledger, &meta, fault);
    if (err == 0)
        err = bx_ledger_end(ledger, BX_UNSURE_NOTE, meta.turn, fault);
    else
        bx_db_rollback(ledger->db);
    return err ? err : 1;
}

static int row_take(void *arg, struct bx_stmt *stmt, struct bx_fault *fault)
{
    if (bx_figures_add(arg, bx_stmt_text(stmt, 0), bx_stmt_text(stmt, 1), bx_stmt_int(stmt, 2),
                       bx_stmt_int(stmt, 3)))
        return bx_fault_set(fault, BX_ERR_FULL, "The figures of this shift are too large.",
                            "row %s %s", bx_stmt_text(stmt, 0), bx_stmt_text(stmt, 1));
    return 0;
}

int bx_total_load(struct bx_ledger *ledger, int64_t shift, struct bx_figures *ret,
                  struct bx_fault *fault)
{
    struct bx_stmt *stmt =
        bx_db_stmt(ledger->db, "SELECT what, name, count, amount FROM total WHERE shift = ?1"
                               " ORDER BY what, name");
    bx_stmt_bind_int(stmt, 1, shift);
    return bx_stmt_each(stmt, row_take, ret, fault);
}

int bx_total_now(struct bx_ledger *ledger, const struct bx_meta *meta, struct bx_figures *ret,
                 struct bx_fault *fault)
{
    struct counting counting = {.ledger = ledger,
                                .last = meta->last_seq,
                                .sums = {.shift = meta->shift},
                                .now = ret,
                                .fault = fault};
    int err = bx_total_load(ledger, meta->shift, ret, fault);
    return err || meta->counted_to >= meta->last_seq ? err : count(&counting, meta->counted_to + 1);
}

static int differ_take(void *arg, struct bx_stmt *stmt, struct bx_fault *fault)
{
    (void)arg;
    return bx_fault_set(
        fault, BX_ERR_CORRUPT, "The journal's summaries do not agree with its entries.",
        "total: shift %" PRId64 " %s \"%s\" is %" PRId64 " and %" PRId64
        ", the entries say %" PRId64 " and %" PRId64,
        bx_stmt_int(stmt, 0), bx_stmt_text(stmt, 1), bx_stmt_text(stmt, 2), bx_stmt_int(stmt, 3),
        bx_stmt_int(stmt, 4), bx_stmt_int(stmt, 5), bx_stmt_int(stmt, 6));
}

int bx_total_compare(struct bx_ledger *ledger, struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(
        ledger->db, "SELECT shift, what, name, sum(c), sum(a), sum(d), sum(b) FROM"
                    " (SELECT shift, what, name, count c, amount a, 0 d, 0 b FROM main.total"
                    " UNION ALL SELECT shift, what, name, 0, 0, count, amount FROM temp.total)"
                    " GROUP BY shift, what, name HAVING sum(c) <> sum(d) OR sum(a) <> sum(b)"
                    " ORDER BY shift, what, name LIMIT 1");
    return bx_stmt_each(stmt, differ_take, NULL, fault);
}
