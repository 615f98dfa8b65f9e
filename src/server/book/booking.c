/* SPDX-License-Identifier: Apache-2.0 */
/* Booking: what an entry in custody does to orders, capacity and tickets. Nothing that took money
 * is refused; what is off is recorded with it, as a task for a person. Capacity moves by what the
 * lines say, from the till's lease as far as that goes, then from what is free, and the rest is
 * counted apart as `over`. */

#include <stdio.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/price.h"
#include "server/book/act.h"

static const struct {
    const char *word, *say;
} offs[BD_OFFS] = {
    [BD_OFF_OVERLAP] = {"overlap", "Places of a lease were used twice: the journal may be forked."},
    [BD_OFF_OVER] = {"over", "Sold beyond the capacity; counted apart."},
    [BD_OFF_CANCELLED] = {"cancelled", "Sold for a slot that is cancelled: refund."},
    [BD_OFF_CLASH] = {"clash", "A ticket code was issued twice."},
    [BD_OFF_REPLACED] = {"replaced",
                         "The ticket had been replaced already; the latest code counts."},
    [BD_OFF_RETURNED] = {"returned", "Returned twice: what it takes back was taken back before."},
    [BD_OFF_USED] = {"used", "A ticket that was taken back had been used at a gate."},
    [BD_OFF_COLLECTED] = {"collected", "Its order was collected or cancelled before."},
    [BD_OFF_VOUCHER] = {"voucher", "A voucher of this sale was used before."},
    [BD_OFF_CASHIER] = {"cashier", "Done by a cashier who had been taken off the list."},
    [BD_OFF_Z] = {"z", "The Z report is not what was booked of its shift."},
    [BD_OFF_SUMS] = {"sums", "The sale does not add up."},
    [BD_OFF_LIMIT] = {"limit", "Sold beyond what a slot may have of the product."},
    [BD_OFF_PRODUCT] = {"product", "The programme had this no more when it was sold."},
    [BD_OFF_SLOT] = {"slot", "The programme had this time no more when it was sold."},
    [BD_OFF_PRICE] = {"price", "A price differs from the programme's."},
    [BD_OFF_CLOCK] = {"clock", "The till's clock was moved: look at the times of its sales."},
    [BD_OFF_GAP] = {"gap", "Places used before are not reported yet: an entry is missing."},
};

/* Tasks for what is off, and the answer that names the gravest. */
static int conclude(const struct bd_act *booking, struct bd_booked *ret, struct bx_fault *fault)
{
    const struct bd_entry_row *entry = booking->entry;
    *ret = (struct bd_booked){.state = BD_ENTRY_BOOKED, .outcome = BX_ENTRY_RECORDED};
    for (int i = 0; i < BD_OFFS; i++) {
        if (!booking->off[i])
            continue;
        struct bd_task_row task = {.till = entry->till,
                                   .incarnation = entry->incarnation,
                                   .seq = entry->seq,
                                   .at = booking->turn->now.us};
        BX_TEXT_COPY(task.word, offs[i].word);
        const char *say = booking->why[i][0] != '\0' ? booking->why[i] : offs[i].say;
        BX_TEXT_COPY(task.say, say);
        int err = bd_task(booking->book->store, &task, fault);
        if (err != 0)
            return err;
        if (ret->outcome == BX_ENTRY_RECORDED) {
            ret->outcome = BX_ENTRY_RECORDED_TASK;
            BX_TEXT_COPY(ret->task, offs[i].word);
            BX_TEXT_COPY(ret->say, say);
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

static int order_add(const struct bd_act *booking, const struct bx_entry_head *head,
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
                               .persons = sale->totals.persons - sale->back_totals.persons,
                               .kind = head->kind,
                               .back_total = sale->back_totals.total.minor,
                               .of = sale->of,
                               .booking = sale->order};
    BX_TEXT_COPY(row.number, head->number);
    BX_TEXT_COPY(row.currency, sale->currency);
    return bd_fresh(booking->book->store, BD_ORDER, &row, fault);
}

/* A rule or a person may have made another price of the list's; the list's is the programme's. */
static bool price_differs(const struct bx_line *line, const struct bx_product *product)
{
    if (product->open_price)
        return false;
    bool explained = line->fixed || !bx_slug_is_none(&line->why);
    return product->price.minor != line->list.minor ||
           (!explained && line->price.minor != line->list.minor);
}

/* Against the programme the sale was priced from; the newest when that one is not here. */
static int prices_check(struct bd_act *booking, struct bx_fault *fault)
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
        if (product == NULL || price_differs(line, product) || product->tax_ppm != line->tax_ppm)
            booking->off[BD_OFF_PRICE] = true;
        if (product != NULL && !bx_slug_is_none(&line->pool) && product->places != line->places)
            booking->off[BD_OFF_PRICE] = true;
    }
    return 0;
}

/* A till asks for news once a minute; what it sold later than that from an old programme, it sold
 * without contact, and somebody should know what was different by then. */
#define NEWS_US (120 * BX_SECOND_US)

static bool is_late(const struct bd_act *booking, const struct bx_programme *now)
{
    return booking->sale->programme < booking->meta->programme &&
           booking->head.at.us > bd_programme_at(booking->book, now) + NEWS_US;
}

static void line_late(struct bd_act *booking, const struct bx_line *line,
                      const struct bx_programme *now)
{
    const struct bx_product *product = bx_programme_product(now, &line->product);
    if (product == NULL)
        booking->off[BD_OFF_PRODUCT] = true;
    else if (!product->open_price && product->price.minor != line->list.minor)
        booking->off[BD_OFF_PRICE] = true;
    if (!bx_slug_is_none(&line->slot) && bx_programme_slot(now, &line->slot) == NULL)
        booking->off[BD_OFF_SLOT] = true;
}

/* Against the newest programme. */
static int news_check(struct bd_act *booking, struct bx_fault *fault)
{
    const struct bx_programme *now;
    int err = bd_programme(booking->book, booking->meta, 0, &now, fault);
    for (int i = 0; i < booking->sale->basket.count && err == 0 && now != NULL; i++) {
        const struct bx_line *line = &booking->sale->basket.lines[i];
        const struct bx_slug *id = &line->slot;
        const struct bx_slot *slot = bx_slug_is_none(id) ? NULL : bx_programme_slot(now, id);
        if (slot != NULL && slot->cancelled)
            booking->off[BD_OFF_CANCELLED] = true;
        if (is_late(booking, now))
            line_late(booking, line, now);
    }
    return err;
}

static int lines_add(const struct bd_act *booking, const struct bx_id *order,
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
                                        .date = bx_date_days(line->date),
                                        .off = line->off.minor,
                                        .kind = line->kind,
                                        .grouped = line->group};
        int err = bd_fresh(booking->book->store, BD_ORDER_LINE, &row, fault);
        if (err != 0)
            return err;
    }
    return 0;
}

static int tickets_add(struct bd_act *booking, const struct bx_id *order, struct bx_fault *fault)
{
    const struct bx_sale *sale = booking->sale;
    for (int i = 0; i < sale->ticket_count; i++) {
        const struct bx_ticket *ticket = &sale->tickets[i];
        if (ticket->line < 0 || ticket->line >= sale->basket.count)
            continue; /* bx_sale_check() has said so */
        const struct bx_line *line = &sale->basket.lines[ticket->line];
        int pieces = line->group ? line->quantity : 1;
        struct bd_ticket_row row = {.order = *order,
                                    .nth = i,
                                    .state = BD_TICKET_VALID,
                                    .line = ticket->line,
                                    .date = bx_date_days(line->date),
                                    .persons = (int64_t)line->persons * pieces,
                                    .places = (int64_t)line->places * pieces,
                                    .product = line->product,
                                    .event = line->event,
                                    .slot = line->slot,
                                    .pool = line->pool};
        struct bd_ticket_row held;
        BX_TEXT_COPY(row.code, ticket->code.s);
        int err =
            booking->own ? BD_NOT : bd_ticket_find(booking->book->store, row.code, &held, fault);
        if (err < 0)
            return err;
        booking->off[BD_OFF_CLASH] = booking->off[BD_OFF_CLASH] || err == 0;
        if (err == 0)
            bd_use_inherit(&row, &held);
        err = bd_fresh(booking->book->store, BD_TICKET, &row, fault);
        if (err != 0)
            return err;
    }
    return 0;
}

/* Moves Q places of one pool from its lease, then from what the server holds for its order; the
 * rest is sold without. */
static int pool_take(struct bd_act *booking, const struct bx_slug *pool, int64_t q,
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
        booking->off[BD_OFF_OVER] = booking->off[BD_OFF_OVER] || used.over > 0;
        booking->off[BD_OFF_GAP] = booking->off[BD_OFF_GAP] || used.gap;
        booking->off[BD_OFF_OVERLAP] = booking->off[BD_OFF_OVERLAP] || used.overlap;
        q -= named;
    }
    int64_t held = 0;
    int err = q > 0 ? bd_order_take(booking, pool, q, &held, fault) : 0;
    q -= held;
    if (err != 0 || q == 0)
        return err;
    int64_t over = 0;
    err = bd_pool_sell(store, pool, q, &over, fault);
    /* A till's is beyond its lease even where there was room; a channel has none. */
    if (over > 0 || booking->device->channel[0] == '\0')
        booking->off[BD_OFF_OVER] = true;
    return err;
}

static int places_take(struct bd_act *booking, struct bx_fault *fault)
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

/* The places are taken, and with them their pools locked: nobody adds to what is counted. */
static int limits_check(struct bd_act *booking, struct bx_fault *fault)
{
    const struct bx_basket *basket = &booking->sale->basket;
    const struct bx_programme *now = NULL;
    int err = booking->own ? 0 : bd_programme(booking->book, booking->meta, 0, &now, fault);
    for (int i = 0; i < basket->count && err == 0 && now != NULL; i++) {
        const struct bx_line *line = &basket->lines[i];
        const struct bx_product *product = bx_programme_product(now, &line->product);
        int64_t taken = 0;
        if (product == NULL || product->per_slot == 0 || bx_slug_is_none(&line->slot))
            continue;
        err = bd_limit_taken(booking->book->store, line, &taken, fault);
        if (err == 0 && taken > product->per_slot)
            booking->off[BD_OFF_LIMIT] = true;
    }
    return err;
}

/* --- what came before it -------------------------------------------------------------------- */

/* What an entry corrects: 0 it is booked; BD_NOT: it has not come. *RET_IDLE: it came and made
 * nothing (a training sale), so its correction makes nothing either. */
static int parent_find(const struct bd_act *booking, const struct bx_id *id, bool *ret_idle,
                       struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    struct bd_order_row order = {.id = *id};
    struct bd_entry_row from = {.id = *id}, entry;
    struct bd_scan scan = {.table = BD_ENTRY, .index = 1, .fixed = 1, .from = &from};
    *ret_idle = false;
    int err = bd_get(store, BD_ORDER, &order, fault);
    if (err != BD_NOT)
        return err;
    err = bd_first(store, &scan, &entry, fault);
    *ret_idle = err == 0 && entry.state == BD_ENTRY_BOOKED;
    return err == 0 && !*ret_idle ? BD_NOT : err;
}

/* --- a sale, a void, a refund, an exchange ---------------------------------------------------- */

static int parts_book(struct bd_act *booking, struct bx_fault *fault)
{
    const struct bx_id *id = &booking->head.id;
    int err = bd_order_find(booking, fault);
    if (err == 0)
        err = order_add(booking, &booking->head, fault);
    if (err == 0)
        err = lines_add(booking, id, fault);
    if (err == 0)
        err = tickets_add(booking, id, fault);
    if (err == 0)
        err = prices_check(booking, fault);
    if (err == 0)
        err = news_check(booking, fault);
    if (err == 0)
        err = bd_back_book(booking, fault);
    if (err == 0)
        err = places_take(booking, fault);
    if (err == 0)
        err = limits_check(booking, fault);
    if (err == 0)
        err = bd_order_end(booking, fault);
    if (err == 0)
        err = bd_vouchers_book(booking, fault);
    return err;
}

static int sale_book(struct bd_act *booking, struct bx_fault *fault)
{
    struct bx_fault spare;
    if (booking->sale->training) /* kept, and counted apart: it takes nothing and gives nothing */
        return 0;
    booking->off[BD_OFF_SUMS] = !booking->own && bx_sale_check(booking->sale, &spare) != 0;
    int err = parts_book(booking, fault);
    if (err == 0 && booking->off[BD_OFF_OVERLAP])
        err = bd_quarantine(booking->book->store, booking->turn, booking->device, booking->head.seq,
                            offs[BD_OFF_OVERLAP].say, fault);
    return err;
}

/* --- who did it --------------------------------------------------------------------------------
 */

/* Whoever was removed here sells until the till has heard of it. Only what moves money is said: the
 * till itself logs out in that name. */
static int cashier_check(struct bd_act *booking, struct bx_fault *fault)
{
    struct bd_user_row user = {.number = booking->head.user};
    enum bx_shape shape = bx_kind_shape(booking->head.kind);
    if (booking->own ||
        (shape != BX_SHAPE_SALE && shape != BX_SHAPE_CASH && shape != BX_SHAPE_TENDER_CHANGE))
        return 0;
    int err = bd_get(booking->book->store, BD_USER, &user, fault);
    if (err == 0 && user.gone_at != 0 && booking->head.at.us > user.gone_at)
        booking->off[BD_OFF_CASHIER] = true;
    return err < 0 ? err : 0;
}

/* --- any entry ------------------------------------------------------------------------------ */

/* Half an hour is more than any clock drifts: somebody set it, or its battery is empty. */
#define CLOCK_US (1800 * BX_SECOND_US)

static int note_book(struct bd_act *booking)
{
    int64_t n = booking->content.n;
    booking->off[BD_OFF_CLOCK] =
        booking->head.kind == BX_KIND_CLOCK_JUMP && (n > CLOCK_US || n < -CLOCK_US);
    return 0;
}

static int content_book(struct bd_act *booking, struct bx_fault *fault)
{
    switch (bx_kind_shape(booking->head.kind)) {
    case BX_SHAPE_SALE: return sale_book(booking, fault);
    case BX_SHAPE_PAPER: return bd_paper_book(booking, fault);
    case BX_SHAPE_REPORT: return bd_z_book(booking, fault);
    case BX_SHAPE_NOTE: return note_book(booking);
    case BX_SHAPE_CASH:
    case BX_SHAPE_TENDER_CHANGE:
    case BX_SHAPE_ATTEMPT:
    case BX_SHAPE_INVOICE: return 0;
    }
    bx_unreachable();
}

/* What must be booked before it. */
static struct bx_id parent_of(const struct bx_content *content)
{
    if (content->sale != NULL)
        return content->sale->of;
    if (content->paper != NULL)
        return content->paper->sale;
    return content->change != NULL ? content->change->sale : (struct bx_id){{0}};
}

/* Rows are added up only when nothing can fail any more: what was booked and what was counted must
 * not part. */
static int count_up(struct bd_act *booking, struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    const struct bx_programme *now;
    struct bx_figures figures = {0};
    struct bx_id about = bd_about_of(&booking->content);
    int err = bx_id_is_zero(&about) ? 0 : bd_about_add(store, &about, &booking->head, fault);
    if (err == 0)
        err = bd_programme(booking->book, booking->meta, 0, &now, fault);
    if (err != 0)
        return err;
    err = bd_figures_of(store, &booking->head, &booking->content, &figures, fault);
    if (err == 0)
        err = bd_counts_add(&booking->book->counts, &booking->head, bd_day(now, booking->head.at),
                            &figures, fault);
    bx_figures_finish(&figures);
    /* no honest entry: FULL would be taken for the disk's word, and stop whoever comes after it */
    return err == BX_ERR_FULL ? BX_ERR_INPUT : err;
}

int bd_act_book(struct bd_act *booking, struct bd_booked *ret, struct bx_fault *fault)
{
    struct bx_id parent = parent_of(&booking->content);
    bool idle = false;
    int err = bx_id_is_zero(&parent) ? 0 : parent_find(booking, &parent, &idle, fault);
    if (err == 0 && !idle)
        err = content_book(booking, fault);
    if (err == BD_NOT) {
        wait_for(ret, BD_ENTRY_WAITS_PARENT, "parent", "Kept until the sale it names has come.");
        return 0;
    }
    if (err == 0)
        err = cashier_check(booking, fault);
    if (err == 0)
        err = conclude(booking, ret, fault);
    return err != 0 ? err : count_up(booking, fault);
}

int bd_entry_book(struct bd_book *book, const struct bd_turn *turn, struct bd_meta_row *meta,
                  struct bd_device_row *device, const struct bd_entry_row *entry,
                  struct bd_booked *ret, struct bx_fault *fault)
{
    struct bd_act *booking = bx_new(struct bd_act);
    struct bx_fault spare;
    const struct bd_blob *body = &entry->body;
    int64_t arrivals = meta->arrivals;
    *booking =
        (struct bd_act){.book = book, .turn = turn, .meta = meta, .device = device, .entry = entry};
    int err = 0;
    if (bx_content_read(book->room, (const char *)body->data, body->len, &booking->head,
                        &booking->content, &spare) != 0) {
        wait_for(ret, BD_ENTRY_WAITS_FORMAT, "format", "Kept; this entry cannot be read.");
    } else {
        booking->sale = booking->content.sale;
        err = bd_act_book(booking, ret, fault);
    }
    if (err != 0)
        meta->arrivals = arrivals;
    bx_free(booking);
    return err;
}
