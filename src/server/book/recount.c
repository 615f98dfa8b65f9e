/* SPDX-License-Identifier: Apache-2.0 */
/* The audit of figures and balances. What was counted when entries were booked is counted again
 * from their bodies; and since that is the same function, sales and returns are counted a third
 * time from the orders, and pieces from their lines. Balances are the sums of their ledger rows. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "server/book/inside.h"

struct recount {
    struct bd_store *store;
    struct bx_buf *out;
    int *found;
    struct bx_fault *fault;
    struct bd_counts kept, orders;
    struct bx_figures pieces; /* by the lines */
    bool uneven;              /* something came back twice: pieces say less than lines */
};

static void differ(struct recount *recount, const char *format, ...) bx_format(2, 3);
static void differ(struct recount *recount, const char *format, ...)
{
    char line[256];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    ++*recount->found;
    bx_buf_text_add(recount->out, line);
}

static int full(int err, struct bx_fault *fault)
{
    return err == 0 ? 0 : bx_fault_say(fault, BX_ERR_FULL, "A shift counts beyond every limit.");
}

/* The figures of a shift in COUNTS; made when there are none yet. */
static struct bx_figures *of_shift(struct bd_counts *counts, const struct bx_entry_head *head,
                                   struct bx_fault *fault, int *ret_err)
{
    const struct bx_figures none = {0};
    *ret_err = bd_counts_add(counts, head, 0, &none, fault);
    for (size_t i = counts->count; i > 0 && *ret_err == 0; i--)
        if (counts->rows[i - 1].till == head->till && counts->rows[i - 1].shift == head->shift &&
            counts->rows[i - 1].incarnation == head->incarnation)
            return &counts->rows[i - 1].figures;
    return NULL;
}

static int keep_figure(void *arg, const void *row)
{
    struct recount *recount = (struct recount *)arg;
    const struct bd_figure_row *figure = (const struct bd_figure_row *)row;
    const struct bx_entry_head head = {
        .till = figure->till, .incarnation = figure->incarnation, .shift = figure->shift, .seq = 1};
    int err;
    struct bx_figures *figures = of_shift(&recount->kept, &head, recount->fault, &err);
    return err != 0 ? err
                    : full(bx_figures_add(figures, figure->what, figure->name, figure->count,
                                          figure->amount),
                           recount->fault);
}

static int add_order(void *arg, const void *row)
{
    struct recount *recount = (struct recount *)arg;
    const struct bd_order_row *order = (const struct bd_order_row *)row;
    const struct bx_entry_head head = {.till = order->till,
                                       .incarnation = order->incarnation,
                                       .shift = order->shift,
                                       .seq = order->seq};
    enum bx_kind kind = (enum bx_kind)order->kind;
    int err;
    struct bx_figures *figures = of_shift(&recount->orders, &head, recount->fault, &err);
    if (err == 0 && (kind == BX_KIND_SALE || kind == BX_KIND_EXCHANGE))
        err = full(bx_figures_add(figures, "sale", "", 1, order->total), recount->fault);
    if (err == 0 && kind != BX_KIND_SALE)
        err = full(bx_figures_add(figures, "return", bx_kind_word(kind), 1, order->back_total),
                   recount->fault);
    return err;
}

static int add_pieces(void *arg, const void *row)
{
    struct recount *recount = (struct recount *)arg;
    const struct bd_order_line_row *line = (const struct bd_order_line_row *)row;
    return full(bx_figures_add(&recount->pieces, "product", line->product.s,
                               line->quantity - line->returned, 0),
                recount->fault);
}

static int find_uneven(void *arg, const void *row)
{
    struct recount *recount = (struct recount *)arg;
    const struct bd_task_row *task = (const struct bd_task_row *)row;
    recount->uneven =
        recount->uneven || strcmp(task->word, "returned") == 0 || strcmp(task->word, "sums") == 0;
    return 0;
}

/* --- judging ---------------------------------------------------------------------------------- */

static const struct bd_count *same(const struct bd_counts *counts, const struct bd_count *count)
{
    for (size_t i = 0; i < counts->count; i++)
        if (counts->rows[i].till == count->till && counts->rows[i].shift == count->shift &&
            counts->rows[i].incarnation == count->incarnation)
            return &counts->rows[i];
    return NULL;
}

static void judge_shift(struct recount *recount, const struct bd_count *kept,
                        const struct bd_counts *bodies)
{
    const struct bx_figures none = {0};
    const struct bd_count *counted = same(bodies, kept), *sold = same(&recount->orders, kept);
    const struct bx_figures *again = counted != NULL ? &counted->figures : &none;
    const struct bx_figures *orders = sold != NULL ? &sold->figures : &none;
    const struct bx_figure *row = bx_figures_differ(&kept->figures, again);
    if (row != NULL)
        differ(recount, "till %lld shift %lld: figure %s %s is not what its entries say\n",
               (long long)kept->till, (long long)kept->shift, row->what, row->name);
    for (int i = 0; i < 2; i++) {
        const char *what = i == 0 ? "sale" : "return";
        if (bx_figures_sum(&kept->figures, what, NULL) != bx_figures_sum(orders, what, NULL))
            differ(recount, "till %lld shift %lld: figure %s is not what its orders say\n",
                   (long long)kept->till, (long long)kept->shift, what);
    }
}

static int add_products(struct bx_figures *counts, const struct bx_figures *figures)
{
    int err = 0;
    for (size_t i = 0; i < figures->count && err == 0; i++)
        if (strcmp(figures->rows[i].what, "product") == 0)
            err =
                bx_figures_add(counts, "product", figures->rows[i].name, figures->rows[i].count, 0);
    return err;
}

/* Pieces of each product, of all shifts together. */
static int judge_pieces(struct recount *recount)
{
    struct bx_figures counts = {0};
    int err = 0;
    for (size_t i = 0; i < recount->kept.count && err == 0; i++)
        err = add_products(&counts, &recount->kept.rows[i].figures);
    const struct bx_figure *row = bx_figures_differ(&counts, &recount->pieces);
    if (err == 0 && row != NULL)
        differ(recount, "product %s: counted %" PRId64 " pieces, its order lines are %" PRId64 "\n",
               row->name, bx_figures_get(&counts, "product", row->name)->count,
               bx_figures_get(&recount->pieces, "product", row->name)->count);
    bx_figures_finish(&counts);
    return full(err, recount->fault);
}

static int judge_figures(struct recount *recount, struct bx_content_room *room)
{
    struct bd_counts bodies = {0};
    int err = bd_recount(recount->store, room, NULL, &bodies, recount->fault);
    for (size_t i = 0; i < recount->kept.count && err == 0; i++)
        judge_shift(recount, &recount->kept.rows[i], &bodies);
    for (size_t i = 0; i < bodies.count && err == 0; i++)
        if (bodies.rows[i].figures.count > 0 && same(&recount->kept, &bodies.rows[i]) == NULL)
            differ(recount, "till %lld shift %lld: it has no figures\n",
                   (long long)bodies.rows[i].till, (long long)bodies.rows[i].shift);
    bd_counts_finish(&bodies);
    return err != 0 || recount->uneven ? err : judge_pieces(recount);
}

/* --- balances --------------------------------------------------------------------------------- */

struct balance {
    int64_t sum;
    bool negative;
};

static int add_row(void *arg, const void *row)
{
    struct balance *balance = (struct balance *)arg;
    const struct bd_ledger_row *ledger = (const struct bd_ledger_row *)row;
    balance->sum += ledger->amount;
    balance->negative = balance->negative || ledger->balance < 0;
    return 0;
}

struct stored {
    struct bd_stored_row *rows;
    size_t count, room;
};

static int collect_stored(void *arg, const void *row)
{
    struct stored *stored = (struct stored *)arg;
    if (stored->count == stored->room) {
        stored->room = stored->room == 0 ? 64 : stored->room * 2;
        stored->rows =
            (struct bd_stored_row *)bx_realloc(stored->rows, stored->room, sizeof *stored->rows);
    }
    stored->rows[stored->count++] = *(const struct bd_stored_row *)row;
    return 0;
}

static int judge_balances(struct recount *recount)
{
    struct stored stored = {0};
    struct bd_scan scan = {.table = BD_STORED};
    int err = bd_scan(recount->store, &scan, collect_stored, &stored, recount->fault);
    for (size_t i = 0; i < stored.count && err == 0; i++) {
        struct bd_ledger_row from = {.at = 0};
        struct balance balance = {0};
        memcpy(from.code, stored.rows[i].code, sizeof from.code);
        scan = (struct bd_scan){.table = BD_LEDGER, .index = 1, .fixed = 1, .from = &from};
        err = bd_scan(recount->store, &scan, add_row, &balance, recount->fault);
        if (err == 0 && (balance.negative || balance.sum != stored.rows[i].balance))
            differ(recount, "voucher %s: its balance is not the sum of its rows\n",
                   stored.rows[i].code);
    }
    bx_free(stored.rows);
    return err;
}

int bd_audit_figures(struct bd_store *store, struct bx_buf *out, int *found, struct bx_fault *fault)
{
    struct recount recount = {.store = store, .out = out, .found = found, .fault = fault};
    struct bx_content_room *room = bx_content_room_create();
    static const struct {
        enum bd_table table;
        bd_visit visit;
    } counts[] = {{BD_FIGURE, keep_figure},
                  {BD_ORDER, add_order},
                  {BD_ORDER_LINE, add_pieces},
                  {BD_TASK, find_uneven}};
    int err = 0;
    for (size_t i = 0; i < bx_countof(counts) && err == 0; i++) {
        struct bd_scan scan = {.table = counts[i].table};
        err = bd_scan(store, &scan, counts[i].visit, &recount, fault);
    }
    if (err == 0)
        err = judge_figures(&recount, room);
    if (err == BX_ERR_FULL) { /* one till's nonsense does not end the audit of all */
        differ(&recount, "figures: a till or the venue counts beyond every limit\n");
        err = 0;
    }
    if (err == 0)
        err = judge_balances(&recount);
    bd_counts_finish(&recount.kept);
    bd_counts_finish(&recount.orders);
    bx_figures_finish(&recount.pieces);
    bx_content_room_destroy(room);
    return err;
}
