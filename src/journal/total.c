/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of each shift. What an entry adds is bx_figures_of()'s, here as at the till and at
 * the server; this file only keeps the sums. Rows that came to nothing may stand or not. */

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
