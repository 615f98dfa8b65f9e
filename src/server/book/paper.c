/* SPDX-License-Identifier: Apache-2.0 */
/* Papers: a reprint changes nothing, a replacement gives the ticket a new code. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/book/act.h"

int bd_ticket_latest(struct bd_store *store, const struct bx_id *order, int64_t nth,
                     struct bd_ticket_row *ret, struct bx_fault *fault)
{
    struct bd_ticket_row from = {.order = *order, .nth = nth};
    struct bd_scan scan = {.table = BD_TICKET, .fixed = 2, .down = true, .from = &from};
    return bd_first(store, &scan, ret, fault);
}

/* The new code takes the old one's place, and its use too: who is inside stays inside. What was
 * taken back stays so. */
static int ticket_replace(struct bd_act *booking, const struct bx_paper_entry *paper,
                          struct bd_ticket_row *latest, struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    struct bd_ticket_row next = *latest, held;
    int err = bd_ticket_find(store, paper->code.s, &held, fault);
    if (err < 0)
        return err;
    booking->off[BD_OFF_CLASH] = err == 0;
    booking->off[BD_OFF_REPLACED] = strcmp(latest->code, paper->old.s) != 0;
    booking->off[BD_OFF_RETURNED] = latest->state == BD_TICKET_RETURNED;
    next.generation++;
    BX_TEXT_COPY(next.code, paper->code.s);
    if (booking->off[BD_OFF_CLASH])
        bd_use_inherit(&next, &held);
    latest->state = BD_TICKET_REPLACED;
    latest->returned_by = (struct bx_id){{0}}; /* that is the new one's now */
    BX_TEXT_COPY(latest->replaced_by, paper->code.s);
    err = bd_must(bd_update(store, BD_TICKET, latest, fault), "ticket", fault);
    return err != 0 ? err : bd_must(bd_insert(store, BD_TICKET, &next, fault), "ticket", fault);
}

int bd_paper_book(struct bd_act *booking, struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    const struct bx_paper_entry *paper = booking->content.paper;
    bool replaces = booking->head.kind == BX_KIND_REPLACE;
    struct bd_ticket_row latest, old;
    int err = 0;
    if (paper->ticket >= 0)
        err = bd_ticket_find(store, replaces ? paper->old.s : paper->code.s, &old, fault);
    if (err == 0 && replaces)
        err = bd_ticket_latest(store, &paper->sale, paper->ticket, &latest, fault);
    return err == 0 && replaces ? ticket_replace(booking, paper, &latest, fault) : err;
}
