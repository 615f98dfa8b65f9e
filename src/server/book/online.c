/* SPDX-License-Identifier: Apache-2.0 */
/* Orders of a channel. The server writes the channel's journal: it makes the entry that a till
 * would have made (own.c), so that there is one way of booking. What a hold kept goes back first,
 * in the same transaction, and is free for nobody else.
 */

#include "server/book/online.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/price.h"
#include "server/book/channel.h"

/* --- the entry -------------------------------------------------------------------------------- */

static int codes_make(const struct bd_call *call, struct bx_sale *sale, struct bx_fault *fault)
{
    struct bx_rand rand = {0};
    memcpy(rand.seed, call->turn->seed, sizeof rand.seed);
    for (int i = 0; i < sale->basket.count; i++) {
        const struct bx_line *line = &sale->basket.lines[i];
        uint8_t day_key[32], random[7];
        struct bx_subkey key;
        int count = bx_line_tickets(line);
        if (sale->ticket_count + count > BX_TICKETS_MAX)
            return bd_say_no(call, BD_NO_LIMIT, fault, "An order has at most %d tickets.",
                             BX_TICKETS_MAX);
        bx_day_key(call->meta.master.b, line->date, &line->class, day_key);
        bx_issuer_key(day_key, call->device->issuer, &key);
        for (int nth = 1; nth <= count; nth++) {
            bx_rand_draw(&rand, random, sizeof random);
            sale->tickets[sale->ticket_count++] = (struct bx_ticket){
                .code = bx_code_make(&key, 0, call->device->issuer, random), .line = i, .nth = nth};
        }
        bx_wipe(day_key, sizeof day_key);
        bx_wipe(&key, sizeof key);
    }
    return 0;
}

static int payments_take(const struct bd_call *call, const struct bd_order_ask *ask,
                         struct bx_sale *sale, struct bx_fault *fault)
{
    bx_money left = sale->totals.total;
    struct bx_fault why = {0};
    if (ask->total.minor != left.minor)
        return bd_say_no(call, BD_NO_PRICE, fault, "The total is %lld now.", (long long)left.minor);
    for (int i = 0; i < ask->payment_count; i++) {
        const struct bd_payment *payment = &ask->payments[i];
        if (bx_tender_add(sale, 1, payment->kind, payment->amount, payment->reference, &left,
                          &why) != 0)
            return bd_say_no(call, BD_NO_PRICE, fault, "%s", why.say);
    }
    return left.minor == 0 ? 0
                           : bd_say_no(call, BD_NO_PRICE, fault, "%lld of the total is not paid.",
                                       (long long)left.minor);
}

static void order_say(const struct bx_entry_head *head, const struct bx_sale *sale,
                      struct bx_buf *out)
{
    struct bx_json_writer writer;
    char date[BX_DATE_TEXT];
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_string(&writer, "outcome", "confirmed");
    bx_json_put_id(&writer, "order", &head->id);
    bx_json_put_string(&writer, "number", head->number);
    bx_json_put_int(&writer, "total", sale->totals.total.minor);
    bx_json_put_string(&writer, "currency", sale->currency);
    bx_json_array_open(&writer, "tickets");
    for (int i = 0; i < sale->ticket_count; i++) {
        const struct bx_line *line = &sale->basket.lines[sale->tickets[i].line];
        bx_json_object_open(&writer, NULL);
        bx_json_put_string(&writer, "code", sale->tickets[i].code.s);
        bx_json_put_string(&writer, "product", line->product.s);
        bx_json_put_string(&writer, "slot", line->slot.s);
        bx_json_put_string(&writer, "date", bx_date_format(line->date, date));
        bx_json_put_int(&writer, "persons",
                        (int64_t)line->persons * (line->group ? line->quantity : 1));
        bx_json_object_close(&writer);
    }
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
}

/* --- ordering --------------------------------------------------------------------------------- */

/* The money is there and the places are not: it goes back, and the hold says so. */
static int money_back(const struct bd_call *call, const struct bd_order_ask *ask,
                      struct bd_hold_row *hold, struct bx_buf *out, struct bx_fault *fault)
{
    bool live = bd_hold_is_live(hold); /* its slot was cancelled meanwhile */
    hold->state = BD_HOLD_REFUND;
    hold->order = ask->id;
    hold->amount = ask->total.minor;
    int err = live ? bd_hold_end(call->book->store, hold, BD_HOLD_REFUND, fault)
                   : bd_must(bd_update(call->book->store, BD_HOLD, hold, fault), "hold", fault);
    if (err == 0)
        err = bd_log(call->book->store, call->turn, "server", fault,
                     "till %lld: %lld of a hold that was over goes back",
                     (long long)call->device->till, (long long)hold->amount);
    if (err != 0)
        return err;
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_string(&writer, "outcome", "refund");
    bx_json_put_id(&writer, "order", &ask->id);
    bx_json_put_int(&writer, "amount", hold->amount);
    bx_json_object_close(&writer);
    return 0;
}

/* Gives the hold's places back for the order that follows at once. */
static int hold_confirm(const struct bd_call *call, const struct bd_order_ask *ask,
                        struct bd_hold_row *hold, struct bx_fault *fault)
{
    if (hold->state == BD_HOLD_CONFIRMED || hold->state == BD_HOLD_REFUND)
        return bd_say_no(call, BD_NO_STATE, fault, "Another order ended this hold.");
    hold->order = ask->id;
    if (bd_hold_is_live(hold))
        return bd_hold_end(call->book->store, hold, BD_HOLD_CONFIRMED, fault);
    hold->state = BD_HOLD_CONFIRMED; /* it was over: again, if there are places */
    return bd_must(bd_update(call->book->store, BD_HOLD, hold, fault), "hold", fault);
}

static int order_place(const struct bd_call *call, const struct bd_order_ask *ask,
                       const struct bd_want *wants, int count, struct bx_sale *sale,
                       struct bx_buf *out, struct bx_fault *fault)
{
    struct bx_entry_head head;
    sale->warrants[sale->warrant_count++] = (struct bx_warrant){.what = {"channel"}};
    int err = bd_wants_price(call, wants, count, sale, fault);
    if (err == 0)
        err = payments_take(call, ask, sale, fault);
    if (err == 0)
        err = bd_places_check(call, sale, fault);
    if (err == 0)
        err = codes_make(call, sale, fault);
    if (err == 0)
        err = bd_own_entry(call, BX_KIND_SALE, &ask->id, sale, &head, fault);
    if (err == 0)
        order_say(&head, sale, out);
    return err;
}

static int order_from_hold(struct bd_call *call, const struct bd_order_ask *ask,
                           struct bx_sale *sale, struct bx_buf *out, struct bx_fault *fault)
{
    struct bd_store *store = call->book->store;
    struct bd_want wants[BD_WANTS_MAX];
    struct bd_hold_row hold, before;
    int count = 0;
    int err = bd_hold_find(call, &ask->hold, &hold, fault);
    if (err == 0) {
        count = bd_hold_wants(store, &ask->hold, wants, fault);
        err = count < 0 ? count : store->ops->mark(store, fault);
    }
    if (err != 0)
        return err;
    before = hold;
    call->asked.us = hold.at;
    err = hold_confirm(call, ask, &hold, fault);
    if (err == 0)
        err = order_place(call, ask, wants, count, sale, out, fault);
    bool gone = err == BX_ERR_REFUSED && (*call->no == BD_NO_SOLD_OUT || *call->no == BD_NO_CLOSED);
    err = bd_leave(store, err, fault);
    return gone ? money_back(call, ask, &before, out, fault) : err;
}

int bd_book_order(const struct bd_asking *asking, const struct bd_order_ask *ask,
                  struct bx_buf *out, struct bx_fault *fault)
{
    struct bd_call call;
    struct bx_sale *sale = bx_new(struct bx_sale);
    int err = bd_call_begin(asking, &call, fault);
    if (err == 0)
        err = bx_id_is_zero(&ask->hold)
                  ? order_place(&call, ask, ask->wants, ask->count, sale, out, fault)
                  : order_from_hold(&call, ask, sale, out, fault);
    bx_free(sale);
    return err;
}

/* --- cancelling ------------------------------------------------------------------------------- */

static int order_get(struct bd_store *store, const struct bd_device *device, const struct bx_id *id,
                     struct bd_order_row *ret, struct bx_fault *fault)
{
    *ret = (struct bd_order_row){.id = *id};
    int err = bd_get(store, BD_ORDER, ret, fault);
    if (err == BD_NOT || (err == 0 && (ret->till != device->till || ret->kind != BX_KIND_SALE)))
        return bx_fault_say(fault, BX_ERR_MISSING, "There is no such order.");
    return err;
}

static int is_not_valid(void *arg, const void *row)
{
    (void)arg;
    return ((const struct bd_ticket_row *)row)->state != BD_TICKET_VALID;
}

static int is_lowered(void *arg, const void *row)
{
    (void)arg;
    return ((const struct bd_order_line_row *)row)->returned != 0;
}

/* Is all of ORDER still there to come back? What has no ticket (an article) says so in its line. 0
 * yes, 1 no, or an error. */
static int whole_check(struct bd_store *store, const struct bx_id *order, struct bx_fault *fault)
{
    struct bd_ticket_row ticket = {.order = *order};
    struct bd_order_line_row line = {.order = *order};
    struct bd_scan tickets = {.table = BD_TICKET, .fixed = 1, .from = &ticket};
    struct bd_scan lines = {.table = BD_ORDER_LINE, .fixed = 1, .from = &line};
    int err = bd_scan(store, &tickets, is_not_valid, NULL, fault);
    return err != 0 ? err : bd_scan(store, &lines, is_lowered, NULL, fault);
}

static int body_read(struct bd_store *store, const struct bd_order_row *order, struct bx_sale *ret,
                     struct bx_fault *fault)
{
    struct bd_entry_row entry = {
        .till = order->till, .incarnation = order->incarnation, .seq = order->seq};
    int err = bd_must(bd_get(store, BD_ENTRY, &entry, fault), "order's entry", fault);
    return err != 0 ? err : bx_sale_decode(entry.body.data, entry.body.len, ret, fault);
}

struct cancelling {
    struct bx_sale sale, back;
    struct bx_remains remains;
    int all[BX_LINES_MAX];
};

static int cancel(const struct bd_call *call, const struct bx_id *id, struct cancelling *it,
                  const struct bd_order_row *order, struct bx_buf *out, struct bx_fault *fault)
{
    struct bx_entry_head head;
    bx_remains_init(&it->remains, &it->sale);
    for (int i = 0; i < it->sale.basket.count; i++)
        it->all[i] = it->sale.basket.lines[i].quantity;
    it->back.v = 2;
    it->back.programme = it->sale.programme;
    int err = bx_return_make(&it->remains, it->all, NULL, &it->back, fault);
    if (err == 0)
        err = bx_return_tenders(&it->remains, NULL, 1, &it->back, fault);
    it->back.of = order->id;
    if (err == 0)
        err = bd_own_entry(call, BX_KIND_REFUND, id, &it->back, &head, fault);
    if (err != 0)
        return err;
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_id(&writer, "order", &order->id);
    bx_json_put_string(&writer, "number", head.number);
    bx_json_put_int(&writer, "amount", it->back.back_totals.total.minor);
    bx_json_object_close(&writer);
    return 0;
}

int bd_book_order_cancel(const struct bd_asking *asking, const struct bx_id *order,
                         const struct bx_id *id, struct bx_buf *out, struct bx_fault *fault)
{
    struct bd_call call;
    struct bd_order_row row;
    struct cancelling *it = bx_new(struct cancelling);
    int err = bd_call_begin(asking, &call, fault);
    if (err == 0)
        err = order_get(asking->book->store, asking->device, order, &row, fault);
    if (err == 0)
        err = whole_check(asking->book->store, order, fault);
    if (err > 0)
        err = bd_say_no(&call, BD_NO_STATE, fault,
                        "Something of this order was used, replaced or taken back before.");
    if (err == 0)
        err = body_read(asking->book->store, &row, &it->sale, fault);
    if (err == 0)
        err = cancel(&call, id, it, &row, out, fault);
    bx_free(it);
    return err;
}

/* --- reading ---------------------------------------------------------------------------------- */

static int ticket_put(void *arg, const void *row)
{
    struct bx_json_writer *writer = (struct bx_json_writer *)arg;
    const struct bd_ticket_row *ticket = (const struct bd_ticket_row *)row;
    char date[BX_DATE_TEXT];
    bx_json_object_open(writer, NULL);
    bx_json_put_string(writer, "code", ticket->code);
    bx_json_put_string(writer, "state", bd_ticket_word((enum bd_ticket_state)ticket->state));
    bx_json_put_string(writer, "product", ticket->product.s);
    bx_json_put_string(writer, "slot", ticket->slot.s);
    bx_json_put_string(writer, "date",
                       bx_date_format(bx_date_from_days((int32_t)ticket->date), date));
    bx_json_put_int(writer, "persons", ticket->persons);
    bx_json_object_close(writer);
    return 0;
}

int bd_book_order_read(struct bd_store *store, const struct bd_device *device,
                       const struct bx_id *order, struct bx_buf *out, struct bx_fault *fault)
{
    struct bd_ticket_row from = {.order = *order};
    struct bd_scan scan = {.table = BD_TICKET, .fixed = 1, .from = &from};
    struct bd_order_row row;
    struct bx_json_writer writer;
    int err = order_get(store, device, order, &row, fault);
    if (err != 0)
        return err;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_id(&writer, "order", &row.id);
    bx_json_put_string(&writer, "number", row.number);
    bx_json_put_int(&writer, "at", row.at);
    bx_json_put_int(&writer, "total", row.total);
    bx_json_put_string(&writer, "currency", row.currency);
    bx_json_array_open(&writer, "tickets");
    err = bd_scan(store, &scan, ticket_put, &writer, fault);
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
    return err < 0 ? err : 0;
}
