/* SPDX-License-Identifier: Apache-2.0 */
/* What a void, a refund or an exchange takes back: tickets that no gate lets in any more, and the
 * places of whatever is really there to come back. The money is the entry's own fact and counts
 * whatever is found here; what was taken back before, or used at a gate, becomes a task.
 *
 * Lines whose pieces have tickets follow the tickets; of the others the lines of the entry are
 * looked for among those of the sale, and no more comes back than is left. Places go back to the
 * pool, never to a till's lease: `used` never falls. */

#include "boxtill/base/alloc.h"
#include "server/book/act.h"

int bd_pool_return(struct bd_store *store, const struct bx_slug *id, int64_t q,
                   struct bx_fault *fault)
{
    struct bd_pool_row pool = {.id = *id};
    if (q <= 0 || bx_slug_is_none(id))
        return 0;
    int err = bd_must(bd_get(store, BD_POOL, &pool, fault), "pool", fault);
    int64_t over = pool.over < q ? pool.over : q;
    struct bd_move move = {.pool = *id, .sold = over - q, .over = -over};
    return err != 0 ? err : bd_must(store->ops->move(store, &move, fault), "pool", fault);
}

/* PIECES of a line of the sale come back. */
static int line_lower(struct bd_store *store, struct bd_order_line_row *line, int64_t pieces,
                      struct bx_fault *fault)
{
    line->returned += pieces;
    int err = bd_must(bd_update(store, BD_ORDER_LINE, line, fault), "line", fault);
    return err != 0 ? err : bd_pool_return(store, &line->pool, line->places * pieces, fault);
}

static int ticket_back(struct bd_act *booking, int nth, struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    const struct bx_id *of = &booking->sale->of;
    struct bd_ticket_row ticket;
    int err = bd_ticket_latest(store, of, nth, &ticket, fault);
    if (err != 0) {
        booking->off[BD_OFF_SUMS] = booking->off[BD_OFF_SUMS] || err == BD_NOT;
        return err == BD_NOT ? 0 : err;
    }
    if (ticket.state == BD_TICKET_RETURNED) {
        booking->off[BD_OFF_RETURNED] = true;
        return 0;
    }
    booking->off[BD_OFF_USED] = booking->off[BD_OFF_USED] || ticket.used_at != 0;
    ticket.state = BD_TICKET_RETURNED;
    ticket.returned_by = booking->head.id;
    err = bd_must(bd_update(store, BD_TICKET, &ticket, fault), "ticket", fault);
    struct bd_order_line_row line = {.order = *of, .nth = ticket.line};
    if (err == 0)
        err = bd_must(bd_get(store, BD_ORDER_LINE, &line, fault), "line", fault);
    return err != 0 ? err : line_lower(store, &line, line.grouped != 0 ? line.quantity : 1, fault);
}

struct lines {
    struct bd_order_line_row rows[BX_LINES_MAX];
    int count;
};

static int collect(void *arg, const void *row)
{
    struct lines *lines = (struct lines *)arg;
    if (lines->count == BX_LINES_MAX)
        return 1;
    lines->rows[lines->count++] = *(const struct bd_order_line_row *)row;
    return 0;
}

static bool is_same(const struct bd_order_line_row *row, const struct bx_line *line)
{
    return row->printed == 0 && bx_slug_equal(&row->product, &line->product) &&
           bx_slug_equal(&row->slot, &line->slot) && row->price == line->price.minor &&
           row->date == bx_date_days(line->date);
}

/* A line of the entry whose pieces have no tickets. */
static int line_back(struct bd_act *booking, struct lines *lines, const struct bx_line *line,
                     struct bx_fault *fault)
{
    int64_t wanted = line->quantity;
    for (int i = 0; i < lines->count && wanted > 0; i++) {
        struct bd_order_line_row *row = &lines->rows[i];
        int64_t left = row->quantity - row->returned;
        if (left <= 0 || !is_same(row, line))
            continue;
        int64_t pieces = wanted < left ? wanted : left;
        int err = line_lower(booking->book->store, row, pieces, fault);
        if (err != 0)
            return err;
        wanted -= pieces;
    }
    booking->off[BD_OFF_RETURNED] = booking->off[BD_OFF_RETURNED] || wanted > 0;
    return 0;
}

static int lines_back(struct bd_act *booking, struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    const struct bx_basket *back = &booking->sale->back;
    struct lines *lines = bx_new(struct lines);
    struct bd_order_line_row from = {.order = booking->sale->of};
    struct bd_scan scan = {.table = BD_ORDER_LINE, .fixed = 1, .from = &from};
    int err = bd_scan(store, &scan, collect, lines, fault);
    err = err > 0 ? 0 : err;
    for (int i = 0; i < back->count && err == 0; i++)
        if (bx_slug_is_none(&back->lines[i].class))
            err = line_back(booking, lines, &back->lines[i], fault);
    bx_free(lines);
    return err;
}

int bd_back_book(struct bd_act *booking, struct bx_fault *fault)
{
    const struct bx_sale *sale = booking->sale;
    int err = 0;
    if (bx_id_is_zero(&sale->of))
        return 0;
    for (int i = 0; i < sale->back_ticket_count && err == 0; i++)
        err = ticket_back(booking, sale->back_tickets[i], fault);
    if (err == 0)
        err = lines_back(booking, fault);
    if (err == 0 && booking->head.kind == BX_KIND_VOID)
        err = bd_order_reopen(booking, &sale->of, fault);
    return err;
}
