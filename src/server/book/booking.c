/* SPDX-License-Identifier: Apache-2.0 */
/* Booking: what an entry in custody does to orders, capacity and tickets. Nothing that took money
 * is refused; what is off is recorded with it, as a task for a person. Capacity moves by what the
 * lines say, from the till's lease as far as that goes, then from what is free, and the rest is
 * counted apart as `over`. */

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/price.h"
#include "server/book/inside.h"

/* The gravest first: it is the one the answer names. */
enum off {
    OFF_OVERLAP,
    OFF_OVER,
    OFF_CANCELLED,
    OFF_CLASH,
    OFF_REPLACED,
    OFF_SUMS,
    OFF_PRICE,
    OFF_GAP,
    OFFS
};

static const struct {
    const char *word, *say;
} offs[OFFS] = {
    [OFF_OVERLAP] = {"overlap", "Places of a lease were used twice: the journal may be forked."},
    [OFF_OVER] = {"over", "Sold beyond the capacity; counted apart."},
    [OFF_CANCELLED] = {"cancelled", "Sold for a slot that is cancelled: refund."},
    [OFF_CLASH] = {"clash", "A ticket code was issued twice."},
    [OFF_REPLACED] = {"replaced", "The ticket had been replaced already; the latest code counts."},
    [OFF_SUMS] = {"sums", "The sale does not add up."},
    [OFF_PRICE] = {"price", "A price differs from the programme's."},
    [OFF_GAP] = {"gap", "Places used before are not reported yet: an entry is missing."},
};

struct booking {
    struct bd_book *book;
    const struct bd_turn *turn;
    const struct bd_meta_row *meta;
    struct bd_device_row *device;
    const struct bd_entry_row *entry;
    const struct bx_sale *sale;
    bool off[OFFS];
};

/* Tasks for what is off, and the answer that names the gravest. */
static int conclude(const struct booking *booking, struct bd_booked *ret, struct bx_fault *fault)
{
    const struct bd_entry_row *entry = booking->entry;
    *ret = (struct bd_booked){.state = BD_ENTRY_BOOKED, .outcome = BX_ENTRY_RECORDED};
    for (int i = 0; i < OFFS; i++) {
        if (!booking->off[i])
            continue;
        struct bd_task_row task = {.till = entry->till,
                                   .incarnation = entry->incarnation,
                                   .seq = entry->seq,
                                   .at = booking->turn->now.us};
        BX_TEXT_COPY(task.word, offs[i].word);
        BX_TEXT_COPY(task.say, offs[i].say);
        int err = bd_task(booking->book->store, &task, fault);
        if (err != 0)
            return err;
        if (ret->outcome == BX_ENTRY_RECORDED) {
            ret->outcome = BX_ENTRY_RECORDED_TASK;
            BX_TEXT_COPY(ret->task, offs[i].word);
            BX_TEXT_COPY(ret->say, offs[i].say);
        }
    }
    return 0;
}

static void wait_for(struct bd_booked *ret, enum bd_entry_state state, const char *task,
                     const char *say)
{
    *ret = (struct bd_booked){.state = state, .outcome = BX_ENTRY_WAITING};
    BX_TEXT_COPY(ret->task, task);
    BX_TEXT_COPY(ret->say, say);
}

/* --- a sale --------------------------------------------------------------------------------- */

static int order_add(const struct booking *booking, const struct bx_entry_head *head,
                     struct bx_fault *fault)
{
    const struct bx_sale *sale = booking->sale;
    struct bd_order_row row = {.id = head->id,
                               .till = head->till,
                               .incarnation = head->incarnation,
                               .seq = head->seq,
                               .at = head->at.us,
                               .shift = head->shift,
                               .user = head->user,
                               .offline = sale->offline,
                               .programme = sale->programme,
                               .total = sale->totals.total.minor,
                               .rounding = sale->rounding.minor,
                               .persons = sale->totals.persons};
    BX_TEXT_COPY(row.number, head->number);
    BX_TEXT_COPY(row.currency, sale->currency);
    return bd_must(bd_insert(booking->book->store, BD_ORDER, &row, fault), "order", fault);
}

/* Against the programme the sale was priced from; the newest when that one is not here. */
static int prices_check(struct booking *booking, struct bx_fault *fault)
{
    const struct bx_programme *then;
    int err = bd_programme(booking->book, booking->meta, booking->sale->programme, &then, fault);
    if (err == 0 && then == NULL)
        err = bd_programme(booking->book, booking->meta, 0, &then, fault);
    if (err != 0 || then == NULL)
        return err;
    for (int i = 0; i < booking->sale->basket.count; i++) {
        const struct bx_line *line = &booking->sale->basket.lines[i];
        const struct bx_product *product = bx_programme_product(then, &line->product);
        if (product == NULL || (product->price.minor != line->list.minor && !product->open_price) ||
            product->tax_ppm != line->tax_ppm)
            booking->off[OFF_PRICE] = true;
        if (product != NULL && !bx_slug_is_none(&line->pool) && product->places != line->places)
            booking->off[OFF_PRICE] = true;
    }
    return 0;
}

static int slots_check(struct booking *booking, struct bx_fault *fault)
{
    const struct bx_programme *now;
    int err = bd_programme(booking->book, booking->meta, 0, &now, fault);
    for (int i = 0; i < booking->sale->basket.count && err == 0 && now != NULL; i++) {
        const struct bx_slug *id = &booking->sale->basket.lines[i].slot;
        const struct bx_slot *slot = bx_slug_is_none(id) ? NULL : bx_programme_slot(now, id);
        if (slot != NULL && slot->cancelled)
            booking->off[OFF_CANCELLED] = true;
    }
    return err;
}

static int lines_add(const struct booking *booking, const struct bx_id *order,
                     struct bx_fault *fault)
{
    for (int i = 0; i < booking->sale->basket.count; i++) {
        const struct bx_line *line = &booking->sale->basket.lines[i];
        struct bd_order_line_row row = {.order = *order,
                                        .nth = i,
                                        .product = line->product,
                                        .event = line->event,
                                        .slot = line->slot,
                                        .pool = line->pool,
                                        .quantity = line->quantity,
                                        .price = line->price.minor,
                                        .tax_ppm = line->tax_ppm,
                                        .places = line->places,
                                        .persons = line->persons,
                                        .printed = !bx_slug_is_none(&line->class),
                                        .date = bx_date_days(line->date)};
        int err =
            bd_must(bd_insert(booking->book->store, BD_ORDER_LINE, &row, fault), "line", fault);
        if (err != 0)
            return err;
    }
    return 0;
}

/* A code lets in once: issued again after it was used, it is used. */
static void use_inherit(struct bd_ticket_row *ticket, const struct bd_ticket_row *held)
{
    if (held->used_at == 0)
        return;
    ticket->state = BD_TICKET_USED;
    ticket->used_at = held->used_at;
    BX_TEXT_COPY(ticket->used_gate, held->used_gate);
}

static int tickets_add(struct booking *booking, const struct bx_id *order, struct bx_fault *fault)
{
    const struct bx_sale *sale = booking->sale;
    for (int i = 0; i < sale->ticket_count; i++) {
        const struct bx_ticket *ticket = &sale->tickets[i];
        if (ticket->line < 0 || ticket->line >= sale->basket.count)
            continue; /* bx_sale_check() has said so */
        const struct bx_line *line = &sale->basket.lines[ticket->line];
        struct bd_ticket_row row = {.order = *order,
                                    .nth = i,
                                    .state = BD_TICKET_VALID,
                                    .line = ticket->line,
                                    .date = bx_date_days(line->date),
                                    .persons = line->persons,
                                    .places = line->places,
                                    .product = line->product,
                                    .event = line->event,
                                    .slot = line->slot,
                                    .pool = line->pool};
        struct bd_ticket_row held;
        BX_TEXT_COPY(row.code, ticket->code.s);
        int err = bd_ticket_find(booking->book->store, row.code, &held, fault);
        if (err < 0)
            return err;
        booking->off[OFF_CLASH] = booking->off[OFF_CLASH] || err == 0;
        if (err == 0)
            use_inherit(&row, &held);
        err = bd_must(bd_insert(booking->book->store, BD_TICKET, &row, fault), "ticket", fault);
        if (err != 0)
            return err;
    }
    return 0;
}

/* Moves Q places of one pool from its lease; those the lease uses do not name are sold without. */
static int pool_take(struct booking *booking, const struct bx_slug *pool, int64_t q,
                     struct bx_fault *fault)
{
    const struct bx_sale *sale = booking->sale;
    struct bd_store *store = booking->book->store;
    for (int i = 0; i < sale->use_count; i++) {
        const struct bx_lease_use *use = &sale->uses[i];
        if (!bx_slug_equal(&use->pool, pool))
            continue;
        struct bd_used used;
        int64_t named = use->q < q ? use->q : q;
        int err = bd_lease_book(store, booking->device, use, named, &used, fault);
        if (err != 0)
            return err;
        booking->off[OFF_OVER] = booking->off[OFF_OVER] || used.over > 0;
        booking->off[OFF_GAP] = booking->off[OFF_GAP] || used.gap;
        booking->off[OFF_OVERLAP] = booking->off[OFF_OVERLAP] || used.overlap;
        q -= named;
    }
    if (q == 0)
        return 0;
    int64_t over;
    booking->off[OFF_OVER] = true; /* beyond its lease, even where there was room */
    return bd_pool_sell(store, pool, q, &over, fault);
}

static int places_take(struct booking *booking, struct bx_fault *fault)
{
    const struct bx_basket *basket = &booking->sale->basket;
    for (int i = 0; i < basket->count; i++) {
        const struct bx_slug *pool = &basket->lines[i].pool;
        bool seen = bx_slug_is_none(pool);
        for (int before = 0; before < i && !seen; before++)
            seen = bx_slug_equal(&basket->lines[before].pool, pool);
        int64_t q = seen ? 0 : bx_basket_places(basket, pool);
        int err = q > 0 ? pool_take(booking, pool, q, fault) : 0;
        if (err != 0)
            return err;
    }
    return 0;
}

static int sale_book(struct booking *booking, struct bd_booked *ret, struct bx_fault *fault)
{
    struct bx_entry_head head;
    struct bx_sale *sale = &booking->book->sale;
    struct bx_fault spare;
    const struct bd_blob *body = &booking->entry->body;
    if (bx_sale_read((const char *)body->data, body->len, &head, sale, &spare) != 0) {
        wait_for(ret, BD_ENTRY_WAITS_FORMAT, "format", "Kept; this sale cannot be read.");
        return 0;
    }
    booking->sale = sale;
    booking->off[OFF_SUMS] = bx_sale_check(sale, &spare) != 0;
    int err = order_add(booking, &head, fault);
    if (err == 0)
        err = lines_add(booking, &head.id, fault);
    if (err == 0)
        err = tickets_add(booking, &head.id, fault);
    if (err == 0)
        err = prices_check(booking, fault);
    if (err == 0)
        err = slots_check(booking, fault);
    if (err == 0)
        err = places_take(booking, fault);
    if (err == 0 && booking->off[OFF_OVERLAP])
        err = bd_quarantine(booking->book->store, booking->turn, booking->device, head.seq,
                            offs[OFF_OVERLAP].say, fault);
    return err != 0 ? err : conclude(booking, ret, fault);
}

/* --- papers --------------------------------------------------------------------------------- */

static int take_first(void *arg, const void *row)
{
    memcpy(arg, row, sizeof(struct bd_ticket_row));
    return 1;
}

/* The code that counts now for the NTH ticket of ORDER; BD_NOT. */
static int ticket_latest(struct bd_store *store, const struct bx_id *order, int64_t nth,
                         struct bd_ticket_row *ret, struct bx_fault *fault)
{
    struct bd_ticket_row from = {.order = *order, .nth = nth};
    struct bd_scan scan = {.table = BD_TICKET, .fixed = 2, .down = true, .from = &from};
    int found = bd_scan(store, &scan, take_first, ret, fault);
    return found == 1 ? 0 : found == 0 ? BD_NOT : found;
}

/* The new code takes the old one's place, and its use too: who is inside stays inside. */
static int ticket_replace(struct booking *booking, const struct bx_paper_entry *paper,
                          struct bd_ticket_row *latest, struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    struct bd_ticket_row next = *latest, held;
    int err = bd_ticket_find(store, paper->code.s, &held, fault);
    if (err < 0)
        return err;
    booking->off[OFF_CLASH] = err == 0;
    booking->off[OFF_REPLACED] = strcmp(latest->code, paper->old.s) != 0;
    next.generation++;
    BX_TEXT_COPY(next.code, paper->code.s);
    if (booking->off[OFF_CLASH])
        use_inherit(&next, &held);
    latest->state = BD_TICKET_REPLACED;
    BX_TEXT_COPY(latest->replaced_by, paper->code.s);
    err = bd_must(bd_update(store, BD_TICKET, latest, fault), "ticket", fault);
    return err != 0 ? err : bd_must(bd_insert(store, BD_TICKET, &next, fault), "ticket", fault);
}

static int paper_book(struct booking *booking, const struct bx_entry_head *head,
                      struct bd_booked *ret, struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    const struct bd_blob *body = &booking->entry->body;
    struct bx_paper_entry paper;
    struct bx_fault spare;
    if (bx_paper_decode((const char *)body->data, body->len, &paper, &spare) != 0) {
        wait_for(ret, BD_ENTRY_WAITS_FORMAT, "format", "Kept; this entry cannot be read.");
        return 0;
    }
    struct bd_order_row order = {.id = paper.sale};
    struct bd_ticket_row latest, old;
    int err = bd_get(store, BD_ORDER, &order, fault);
    if (err == 0 && paper.ticket >= 0)
        err = bd_ticket_find(store, head->kind == BX_KIND_REPLACE ? paper.old.s : paper.code.s,
                             &old, fault);
    if (err == 0 && head->kind == BX_KIND_REPLACE)
        err = ticket_latest(store, &paper.sale, paper.ticket, &latest, fault);
    if (err == BD_NOT) {
        wait_for(ret, BD_ENTRY_WAITS_PARENT, "parent", "Kept until the sale it names has come.");
        return 0;
    }
    if (err == 0 && head->kind == BX_KIND_REPLACE)
        err = ticket_replace(booking, &paper, &latest, fault);
    return err != 0 ? err : conclude(booking, ret, fault);
}

/* --- any entry ------------------------------------------------------------------------------ */

int bd_entry_book(struct bd_book *book, const struct bd_turn *turn, const struct bd_meta_row *meta,
                  struct bd_device_row *device, const struct bd_entry_row *entry,
                  struct bd_booked *ret, struct bx_fault *fault)
{
    struct booking booking = {
        .book = book, .turn = turn, .meta = meta, .device = device, .entry = entry};
    struct bx_entry_head head;
    if (entry->kind == BX_KIND_SALE)
        return sale_book(&booking, ret, fault);
    int err = bx_entry_head_decode((const char *)entry->body.data, entry->body.len, &head, fault);
    if (err != 0)
        return err;
    if (bx_kind_shape(head.kind) == BX_SHAPE_PAPER)
        return paper_book(&booking, &head, ret, fault);
    return head.kind == BX_KIND_SALE ? sale_book(&booking, ret, fault)
                                     : conclude(&booking, ret, fault);
}
