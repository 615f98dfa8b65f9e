/* SPDX-License-Identifier: Apache-2.0 */
/* What a void, a refund or an exchange takes back: tickets that no gate lets in any more, and the
 * places of whatever is really there to come back. The money is the entry's own fact and counts
 * whatever is found here; what was taken back before, or used at a gate, becomes a task.
 *
 * Lines whose pieces have tickets follow the tickets; of the others no more comes back than is
 * left. Places go back to the pool, never to a till's lease: `used` never falls. */

#include <string.h>

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

/* The visit did not take place, and a supervisor said so: then use does not matter. */
static bool is_no_visit(const struct bx_sale *sale)
{
    for (int i = 0; i < sale->warrant_count; i++)
        if (strcmp(sale->warrants[i].what.s, "visit") == 0 && sale->warrants[i].approver != 0)
            return true;
    return false;
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
    if (ticket.used_at != 0 && !is_no_visit(booking->sale))
        booking->off[BD_OFF_USED] = true;
    ticket.state = BD_TICKET_RETURNED;
    ticket.returned_by = booking->head.id;
    err = bd_must(bd_update(store, BD_TICKET, &ticket, fault), "ticket", fault);
    struct bd_order_line_row line = {.order = *of, .nth = ticket.line};
    if (err == 0)
        err = bd_must(bd_get(store, BD_ORDER_LINE, &line, fault), "line", fault);
    if (err != 0)
        return err;
    int64_t pieces = line.grouped != 0 ? line.quantity : 1;
    int64_t left = line.quantity - line.returned; /* a till may print more than it sold */
    return line_lower(store, &line, pieces < left ? pieces : left, fault);
}

/* Line NTH of what comes back, whose pieces have no tickets. */
static int line_back(struct bd_act *booking, int nth, struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    const struct bx_sale *sale = booking->sale;
    struct bd_order_line_row line = {.order = sale->of, .nth = sale->back_lines[nth]};
    int64_t wanted = sale->back.lines[nth].quantity;
    int err = bd_get(store, BD_ORDER_LINE, &line, fault);
    if (err < 0)
        return err;
    if (err == BD_NOT || line.printed != 0 ||
        !bx_slug_equal(&line.product, &sale->back.lines[nth].product)) {
        booking->off[BD_OFF_SUMS] = true;
        return 0;
    }
    int64_t left = line.quantity - line.returned;
    booking->off[BD_OFF_RETURNED] = booking->off[BD_OFF_RETURNED] || wanted > left;
    return line_lower(store, &line, wanted < left ? wanted : left, fault);
}

static int lines_back(struct bd_act *booking, struct bx_fault *fault)
{
    const struct bx_basket *back = &booking->sale->back;
    int err = 0;
    for (int i = 0; i < back->count && err == 0; i++)
        if (bx_slug_is_none(&back->lines[i].class))
            err = line_back(booking, i, fault);
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
