/* SPDX-License-Identifier: Apache-2.0 */
/* Groups, schools and web orders that are paid or collected at a counter. Their places are held
 * from the moment an order is known, so that no till is granted them; the sale that collects the
 * order turns what came into sold places and gives the rest back. An order is collected once: what
 * another till collected too finds nothing held and becomes a task with its money. */

#include <stdlib.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/order.h"
#include "server/book/act.h"

struct lines {
    struct bd_booking_line_row rows[BX_ORDER_LINES_MAX];
    int count;
};

static int collect_line(void *arg, const void *row)
{
    struct lines *lines = (struct lines *)arg;
    if (lines->count == BX_ORDER_LINES_MAX)
        return 1;
    lines->rows[lines->count++] = *(const struct bd_booking_line_row *)row;
    return 0;
}

static int lines_of(struct bd_store *store, const struct bx_id *booking, struct lines *ret,
                    struct bx_fault *fault)
{
    struct bd_booking_line_row from = {.booking = *booking};
    struct bd_scan scan = {.table = BD_BOOKING_LINE, .fixed = 1, .from = &from};
    ret->count = 0;
    int err = bd_scan(store, &scan, collect_line, ret, fault);
    return err < 0 ? err : 0;
}

/* Moves Q of the line's held places: to sold, or (SOLD false) back to what is free. */
static int held_lower(struct bd_store *store, struct bd_booking_line_row *line, int64_t q,
                      bool sold, struct bx_fault *fault)
{
    struct bd_move move = {.pool = line->pool, .held = -q, .sold = sold ? q : 0};
    if (q == 0)
        return 0;
    int err = bd_must(store->ops->move(store, &move, fault), "held places", fault);
    line->held -= q;
    return err != 0 ? err : bd_must(bd_update(store, BD_BOOKING_LINE, line, fault), "line", fault);
}

static int held_release(struct bd_store *store, const struct bx_id *booking, struct bx_fault *fault)
{
    struct lines lines;
    int err = lines_of(store, booking, &lines, fault);
    for (int i = 0; i < lines.count && err == 0; i++)
        err = held_lower(store, &lines.rows[i], lines.rows[i].held, false, fault);
    return err;
}

/* --- collecting ----------------------------------------------------------------------------- */

int bd_order_find(struct bd_act *booking, struct bx_fault *fault)
{
    struct bd_booking_row row = {.id = booking->sale->order};
    if (bx_id_is_zero(&row.id))
        return 0;
    int err = bd_get(booking->book->store, BD_BOOKING, &row, fault);
    if (err < 0)
        return err;
    if (err == 0 && row.state == BD_BOOKING_OPEN) {
        booking->order = row;
        return 0;
    }
    booking->off[BD_OFF_COLLECTED] = true;
    if (err == BD_NOT)
        BX_TEXT_COPY(booking->why[BD_OFF_COLLECTED], "The order it collects is not known here.");
    return 0;
}

int bd_order_take(struct bd_act *booking, const struct bx_slug *pool, int64_t q, int64_t *ret,
                  struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    struct lines lines;
    *ret = 0;
    if (bx_id_is_zero(&booking->order.id))
        return 0;
    int err = lines_of(store, &booking->order.id, &lines, fault);
    for (int i = 0; i < lines.count && err == 0 && *ret < q; i++) {
        struct bd_booking_line_row *line = &lines.rows[i];
        if (!bx_slug_equal(&line->pool, pool))
            continue;
        int64_t part = line->held < q - *ret ? line->held : q - *ret;
        err = held_lower(store, line, part, true, fault);
        *ret += part;
    }
    return err;
}

int bd_order_end(struct bd_act *booking, struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    struct bd_booking_row *order = &booking->order;
    if (bx_id_is_zero(&order->id))
        return 0;
    int err = held_release(store, &order->id, fault);
    order->state = BD_BOOKING_COLLECTED;
    order->sale = booking->head.id;
    booking->meta->arrivals++;
    return err != 0 ? err : bd_must(bd_update(store, BD_BOOKING, order, fault), "order", fault);
}

/* Places that one piece of the product takes; 0 when it is not known any more. */
static int64_t places_of(const struct bx_programme *programme,
                         const struct bd_booking_line_row *line)
{
    const struct bx_product *product =
        programme == NULL ? NULL : bx_programme_product(programme, &line->product);
    return product == NULL || bx_slug_is_none(&line->pool) ? 0 : product->places;
}

/* Holds what the line still lacks, at most what is free; *RET_LACKS is what is not. */
static int hold(struct bd_store *store, struct bd_booking_line_row *line, int64_t places,
                int64_t *ret_lacks, struct bx_fault *fault)
{
    struct bd_pool_row pool = {.id = line->pool};
    *ret_lacks = 0;
    if (places == line->held || bx_slug_is_none(&line->pool))
        return 0;
    int err = bd_must(bd_get(store, BD_POOL, &pool, fault), "pool", fault);
    int64_t more = places - line->held;
    int64_t fit = pool.cancelled != 0 ? 0 : bd_pool_free(&pool);
    if (err == 0 && more > fit) {
        *ret_lacks = more - fit;
        more = fit;
    }
    struct bd_move move = {.pool = line->pool, .held = more};
    line->held += more;
    return err != 0 ? err : bd_must(store->ops->move(store, &move, fault), "places", fault);
}

int bd_order_reopen(struct bd_act *booking, const struct bx_id *of, struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    struct bd_order_row sale = {.id = *of};
    struct lines lines = {.count = 0};
    const struct bx_programme *now = NULL;
    int err = bd_must(bd_get(store, BD_ORDER, &sale, fault), "sale", fault);
    struct bd_booking_row order = {.id = sale.booking};
    if (err != 0 || bx_id_is_zero(&order.id))
        return err;
    err = bd_get(store, BD_BOOKING, &order, fault);
    if (err != 0 || order.state != BD_BOOKING_COLLECTED || !bx_id_equal(&order.sale, of))
        return err < 0 ? err : 0;
    err = bd_programme(booking->book, booking->meta, 0, &now, fault);
    if (err == 0)
        err = lines_of(store, &order.id, &lines, fault);
    for (int i = 0; i < lines.count && err == 0; i++) {
        struct bd_booking_line_row *line = &lines.rows[i];
        int64_t lacks;
        err = hold(store, line, places_of(now, line) * line->quantity, &lacks, fault);
        if (err == 0)
            err = bd_must(bd_update(store, BD_BOOKING_LINE, line, fault), "line", fault);
    }
    order.state = BD_BOOKING_OPEN;
    order.sale = (struct bx_id){{0}};
    booking->meta->arrivals++;
    return err != 0 ? err : bd_must(bd_update(store, BD_BOOKING, &order, fault), "order", fault);
}

/* --- import --------------------------------------------------------------------------------- */

struct import {
    struct bd_store *store;
    const struct bx_programme *programme;
    const struct bd_meta_row *meta;
};

/* An order that was lost with a backup gets the id again that it had, so that the sale that
 * collected it still names it. */
static struct bx_id id_of(const struct bd_meta_row *meta, const char *ref)
{
    struct bx_hasher hasher;
    struct bx_id id;
    bx_hasher_init(&hasher, sizeof id.b, meta->master.b, sizeof meta->master.b);
    bx_hasher_add_sized(&hasher, "order", strlen("order"));
    bx_hasher_add_sized(&hasher, ref, strlen(ref));
    bx_hasher_end(&hasher, id.b);
    return id;
}

/* Sales that name an order. */
enum { NAMING_MAX = 8 };
struct naming {
    struct bx_id sales[NAMING_MAX];
    int count;
};

static int collect_naming(void *arg, const void *row)
{
    struct naming *naming = (struct naming *)arg;
    naming->sales[naming->count++] = ((const struct bd_order_row *)row)->id;
    return naming->count == NAMING_MAX;
}

static int find_void(void *arg, const void *row)
{
    (void)arg;
    return ((const struct bd_about_row *)row)->kind == BX_KIND_VOID;
}

/* A new order that sales name already has been here before; it is open only if each of them was
 * taken back as a whole. */
static int collected_find(struct bd_store *store, struct bd_booking_row *row,
                          struct bx_fault *fault)
{
    struct naming naming = {.count = 0};
    struct bd_order_row from = {.booking = row->id};
    struct bd_scan scan = {.table = BD_ORDER, .index = 2, .fixed = 1, .from = &from};
    int err = bd_scan(store, &scan, collect_naming, &naming, fault);
    if (err < 0)
        return err;
    row->late = naming.count > 0;
    for (int i = 0; i < naming.count; i++) {
        struct bd_about_row about = {.sale = naming.sales[i]};
        scan = (struct bd_scan){.table = BD_ABOUT, .fixed = 1, .from = &about};
        int gone = bd_scan(store, &scan, find_void, NULL, fault);
        if (gone < 0)
            return gone;
        if (gone == 0 && row->state != BD_BOOKING_COLLECTED) {
            row->state = BD_BOOKING_COLLECTED;
            row->sale = naming.sales[i];
        }
    }
    return 0;
}

/* The order of this ref; BD_NOT. */
static int find_ref(struct bd_store *store, const char *ref, struct bd_booking_row *ret,
                    struct bx_fault *fault)
{
    struct bd_booking_row from = {.kind = 0};
    struct bd_scan scan = {.table = BD_BOOKING, .index = 1, .fixed = 1, .from = &from};
    BX_TEXT_COPY(from.ref, ref);
    return bd_first(store, &scan, ret, fault);
}

static int line_fill(const struct import *import, const struct bx_order *order, int nth,
                     struct bd_booking_line_row *row, struct bx_fault *fault)
{
    const struct bx_order_line *line = &order->lines[nth];
    const struct bx_slot *slot =
        bx_slug_is_none(&line->slot) ? NULL : bx_programme_slot(import->programme, &line->slot);
    if (bx_programme_product(import->programme, &line->product) == NULL)
        return bx_fault_say(fault, BX_ERR_REFUSED, "order %s: there is no product %s.", order->ref,
                            line->product.s);
    if (slot == NULL && !bx_slug_is_none(&line->slot))
        return bx_fault_say(fault, BX_ERR_REFUSED, "order %s: there is no slot %s.", order->ref,
                            line->slot.s);
    row->product = line->product;
    row->slot = line->slot;
    row->pool = slot == NULL ? (struct bx_slug){""} : slot->pool;
    row->quantity = line->quantity;
    row->price = line->price.minor;
    return 0;
}

/* Line NTH as ORDER says; beyond its lines: none any more. What was held goes back first, since it
 * may have been another slot's. */
static int line_put(const struct import *import, const struct bx_order *order,
                    const struct bd_booking_row *booking, int nth, struct bx_fault *fault)
{
    struct bd_store *store = import->store;
    bool open = booking->state == BD_BOOKING_OPEN;
    struct bd_booking_line_row row = {.booking = booking->id, .nth = nth};
    int64_t lacks = 0;
    int there = bd_get(store, BD_BOOKING_LINE, &row, fault);
    if (there < 0 || (there == BD_NOT && nth >= order->line_count))
        return there < 0 ? there : 0;
    row.quantity = 0;
    int err = nth < order->line_count ? line_fill(import, order, nth, &row, fault) : 0;
    int64_t pieces = open ? row.quantity : 0;
    if (err == 0)
        err = hold(store, &row, places_of(import->programme, &row) * pieces, &lacks, fault);
    if (err == 0 && lacks > 0)
        err = bx_fault_say(fault, BX_ERR_REFUSED,
                           "order %s: %lld places are missing in %s; the rest is sold, held or "
                           "with tills.",
                           order->ref, (long long)lacks, row.pool.s);
    if (err != 0)
        return err;
    return bd_must(there == BD_NOT ? bd_insert(store, BD_BOOKING_LINE, &row, fault)
                                   : bd_update(store, BD_BOOKING_LINE, &row, fault),
                   "line", fault);
}

static void booking_fill(const struct bx_order *order, struct bd_booking_row *row)
{
    row->kind = order->kind;
    row->date = bx_date_days(order->date);
    row->minute = order->minute;
    row->prepaid = order->prepaid.minor;
    row->grouped = order->group_ticket;
    row->state = order->cancelled ? BD_BOOKING_CANCELLED : BD_BOOKING_OPEN;
    row->account = order->account;
    BX_TEXT_COPY(row->ref, order->ref);
    BX_TEXT_COPY(row->name, order->name);
    BX_TEXT_COPY(row->note, order->note);
}

static int order_put(const struct import *import, const struct bx_order *order,
                     struct bx_fault *fault)
{
    struct bd_store *store = import->store;
    struct bd_booking_row row = {.kind = 0};
    int err = find_ref(store, order->ref, &row, fault);
    if (err < 0)
        return err;
    bool known = err == 0;
    if (known && row.state == BD_BOOKING_COLLECTED)
        return 0; /* its visitors came: the file is older than that */
    if (!known)
        row.id = bx_id_is_zero(&order->id) ? id_of(import->meta, order->ref) : order->id;
    err = known ? held_release(store, &row.id, fault) : 0;
    booking_fill(order, &row);
    if (!known)
        err = collected_find(store, &row, fault);
    if (err == 0)
        err = bd_must(known ? bd_update(store, BD_BOOKING, &row, fault)
                            : bd_insert(store, BD_BOOKING, &row, fault),
                      "order's id", fault);
    for (int nth = 0; nth < BX_ORDER_LINES_MAX && err == 0; nth++)
        err = line_put(import, order, &row, nth, fault);
    return err;
}

/* --- names ---------------------------------------------------------------------------------- */

enum { NAMES_KEPT_DAYS = 90, ERASED_MAX = 500 };
struct named {
    struct bd_booking_row rows[ERASED_MAX];
    int count;
};

static int collect_named(void *arg, const void *row)
{
    struct named *named = (struct named *)arg;
    const struct bd_booking_row *booking = (const struct bd_booking_row *)row;
    if (booking->name[0] == '\0' && booking->note[0] == '\0')
        return 0;
    named->rows[named->count++] = *booking;
    return named->count == ERASED_MAX;
}

/* Who bought it is nobody's business any more; what was ordered stays. */
static int names_erase(struct bd_store *store, int64_t today, struct bx_fault *fault)
{
    struct named *named = bx_new(struct named);
    struct bd_booking_row from = {.date = today - NAMES_KEPT_DAYS};
    struct bd_scan scan = {
        .table = BD_BOOKING, .index = 2, .edge = BD_AFTER, .down = true, .from = &from};
    int err = bd_scan(store, &scan, collect_named, named, fault);
    err = err > 0 ? 0 : err;
    for (int i = 0; i < named->count && err == 0; i++) {
        named->rows[i].name[0] = named->rows[i].note[0] = '\0';
        err = bd_must(bd_update(store, BD_BOOKING, &named->rows[i], fault), "order", fault);
    }
    bx_free(named);
    return err;
}

static int import_all(struct bd_book *book, const struct bd_turn *turn,
                      const struct bx_orders *orders, struct bx_fault *fault)
{
    struct bd_meta_row meta;
    struct import import = {.store = book->store, .meta = &meta};
    int err = bd_meta(book->store, &meta, fault);
    if (err == 0)
        err = bd_programme(book, &meta, 0, &import.programme, fault);
    if (err == 0 && import.programme == NULL)
        err = bx_fault_say(fault, BX_ERR_REFUSED, "Orders need a programme: run boxtilld import.");
    for (size_t i = 0; i < orders->count && err == 0; i++)
        err = order_put(&import, &orders->orders[i], fault);
    if (err == 0)
        err = names_erase(book->store, bx_date_days(bd_today(&meta, turn->now)), fault);
    meta.arrivals++;
    if (err == 0)
        err = bd_must(bd_update(book->store, BD_META, &meta, fault), "meta", fault);
    return err != 0
               ? err
               : bd_log(book->store, turn, "operator", fault, "%zu orders imported", orders->count);
}

int bd_book_orders(struct bd_book *book, const struct bd_turn *turn, const struct bx_orders *orders,
                   struct bx_fault *fault)
{
    int err = book->store->ops->mark(book->store, fault);
    return err != 0 ? err : bd_leave(book->store, import_all(book, turn, orders, fault), fault);
}

/* --- the document --------------------------------------------------------------------------- */

enum { DAYS_AHEAD = 14 };

struct document {
    struct bx_orders orders;
    int64_t last_day;
};

static int collect_order(void *arg, const void *row)
{
    struct document *document = (struct document *)arg;
    const struct bd_booking_row *booking = (const struct bd_booking_row *)row;
    if (booking->date > document->last_day || document->orders.count == BX_ORDERS_MAX)
        return 1;
    struct bx_order *order = &document->orders.orders[document->orders.count++];
    order->id = booking->id;
    order->kind = (enum bx_order_kind)booking->kind;
    order->date = bx_date_from_days((int32_t)booking->date);
    order->minute = booking->minute;
    order->prepaid.minor = booking->prepaid;
    order->account = booking->account;
    order->group_ticket = booking->grouped != 0;
    order->collected = booking->state == BD_BOOKING_COLLECTED;
    order->cancelled = booking->state == BD_BOOKING_CANCELLED;
    BX_TEXT_COPY(order->ref, booking->ref);
    BX_TEXT_COPY(order->name, booking->name);
    BX_TEXT_COPY(order->note, booking->note);
    return 0;
}

static int order_lines(struct bd_store *store, struct bx_order *order, struct bx_fault *fault)
{
    struct lines lines;
    int err = lines_of(store, &order->id, &lines, fault);
    for (int i = 0; i < lines.count && err == 0; i++) {
        const struct bd_booking_line_row *row = &lines.rows[i];
        if (row->quantity == 0)
            continue;
        order->lines[order->line_count++] =
            (struct bx_order_line){row->product, row->slot, (int)row->quantity, {row->price}};
    }
    return err;
}

static int by_time(const void *left, const void *right)
{
    const struct bx_order *a = (const struct bx_order *)left;
    const struct bx_order *b = (const struct bx_order *)right;
    int differs = bx_date_compare(a->date, b->date);
    if (differs == 0)
        differs = (a->minute > b->minute) - (a->minute < b->minute);
    return differs != 0 ? differs : strcmp(a->ref, b->ref);
}

int bd_arrivals_document(struct bd_store *store, const struct bd_meta_row *meta,
                         struct bx_date today, struct bx_buf *out, struct bx_fault *fault)
{
    struct document document = {
        .orders = {.epoch = meta->epoch, .version = bd_arrivals_version(meta, today)},
        .last_day = bx_date_days(today) + DAYS_AHEAD};
    struct bd_booking_row from = {.date = bx_date_days(today)};
    struct bd_scan scan = {.table = BD_BOOKING, .index = 2, .edge = BD_FROM, .from = &from};
    document.orders.orders =
        (struct bx_order *)bx_alloc(BX_ORDERS_MAX, sizeof *document.orders.orders);
    int err = bd_scan(store, &scan, collect_order, &document, fault);
    err = err > 0 ? 0 : err;
    size_t kept = 0;
    for (size_t i = 0; i < document.orders.count && err == 0; i++) {
        struct bx_order *order = &document.orders.orders[kept];
        *order = document.orders.orders[i];
        err = order_lines(store, order, fault);
        kept += order->line_count > 0;
    }
    document.orders.count = kept;
    if (err == 0 && kept > 0)
        qsort(document.orders.orders, kept, sizeof *document.orders.orders, by_time);
    if (err == 0)
        bx_orders_encode(&document.orders, out);
    bx_free(document.orders.orders);
    return err;
}

int64_t bd_arrivals_version(const struct bd_meta_row *meta, struct bx_date today)
{
    return (int64_t)bx_date_days(today) * 1000000 + meta->arrivals % 1000000;
}
