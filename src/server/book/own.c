/* SPDX-License-Identifier: Apache-2.0 */
/* The journal of a channel, which the server writes itself. An entry of it is what a till would
 * have made, chained to the one before, and is booked as a till's is; but nobody sent it, so what
 * custody asks of a stranger's bytes is known: they are the next of their chain, their content is
 * the sale at hand, and its codes were drawn a moment ago. A failure costs the whole order, not
 * only its booking: its customer is waiting. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/price.h"
#include "server/book/act.h"
#include "server/book/channel.h"

struct own {
    const struct bd_call *call;
    struct bd_meta_row meta;
    struct bd_device_row device;
    struct bd_entry_row row;
};

static void head_make(struct own *own, enum bx_kind kind, const struct bx_id *id,
                      struct bx_entry_head *head)
{
    struct bd_device_row *device = &own->device;
    int64_t *number = kind == BX_KIND_SALE ? &device->orders : &device->refunds;
    *head = (struct bx_entry_head){.till = device->till,
                                   .incarnation = device->incarnation,
                                   .seq = device->highest + 1,
                                   .id = *id,
                                   .kind = kind,
                                   .at = own->call->turn->now,
                                   .shift = 1};
    bx_number_format(device->till, bx_series_of(kind, false), ++*number, head->number);
}

static void row_make(struct own *own, const struct bx_entry_head *head, const struct bx_buf *body)
{
    own->row = (struct bd_entry_row){.till = head->till,
                                     .incarnation = head->incarnation,
                                     .seq = head->seq,
                                     .id = head->id,
                                     .kind = (int64_t)head->kind,
                                     .at = head->at.us,
                                     .came_at = own->call->turn->now.us,
                                     .prev = own->device.head,
                                     .hash = bx_entry_hash(&own->device.head, head->till,
                                                           head->incarnation, head->seq, body->data,
                                                           body->len),
                                     .body = {body->data, body->len}};
}

static int row_book(struct own *own, const struct bx_entry_head *head, const struct bx_sale *sale,
                    struct bx_fault *fault)
{
    struct bd_booked booked = {0};
    struct bd_act *act = bx_new(struct bd_act);
    *act = (struct bd_act){.book = own->call->book,
                           .turn = own->call->turn,
                           .meta = &own->meta,
                           .device = &own->device,
                           .entry = &own->row,
                           .head = *head,
                           .content = {.sale = sale},
                           .sale = sale,
                           .own = true};
    int err = bd_act_book(act, &booked, fault);
    bx_free(act);
    if (err == 0 && booked.state != BD_ENTRY_BOOKED)
        err = bx_fault_set(fault, BX_ERR_IO, "The order could not be booked.", "%s", booked.say);
    own->row.state = booked.state;
    own->row.outcome = booked.outcome;
    BX_TEXT_COPY(own->row.task, booked.task);
    BX_TEXT_COPY(own->row.say, booked.say);
    return err;
}

static int row_keep(struct own *own, struct bx_fault *fault)
{
    struct bd_book *book = own->call->book;
    struct bd_store *store = book->store;
    int err = bd_fresh(store, BD_ENTRY, &own->row, fault);
    if (err == 0)
        err = bd_mark_raise(store, &own->device, own->row.seq, &own->row.hash, fault);
    if (err == 0)
        err = bd_must(bd_update(store, BD_DEVICE, &own->device, fault), "device", fault);
    if (err == 0 && own->meta.arrivals != own->call->meta.arrivals)
        err = bd_must(bd_update(store, BD_META, &own->meta, fault), "meta", fault);
    bool waited_for = own->meta.waiting > 0; /* a till may have corrected it before it was here */
    if (err == 0 && (waited_for || !book->gathers))
        err = bd_counts_put(store, &book->counts, fault);
    if (err == 0 && waited_for)
        err = bd_parents_came(book, own->call->turn, fault);
    if (err == 0 && waited_for)
        err = bd_shifts_compare(book, own->call->turn, fault);
    return err;
}

int bd_own_entry(const struct bd_call *call, enum bx_kind kind, const struct bx_id *id,
                 struct bx_sale *sale, struct bx_entry_head *head, struct bx_fault *fault)
{
    struct bd_book *book = call->book;
    struct own own = {.call = call, .meta = call->meta};
    struct bd_order_row other = {.id = *id};
    bx_buf_auto body;
    bx_buf_init(&body, 0);
    bd_counts_clear(&book->counts);
    int err = bd_get(book->store, BD_ORDER, &other, fault);
    if (err == 0)
        return bx_fault_say(fault, BX_ERR_CLASH, "This id is another entry's.");
    if (err == BD_NOT)
        err = bd_device_row(book->store, call->device, &own.device, fault);
    if (err != 0)
        return err;
    head_make(&own, kind, id, head);
    sale->basket.id = *id;
    err = bx_sale_check(sale, fault);
    if (err == 0)
        err = bx_sale_encode(head, sale, &body);
    if (err != 0)
        return err;
    row_make(&own, head, &body);
    err = row_book(&own, head, sale, fault);
    if (err == 0)
        err = row_keep(&own, fault);
    if (err != 0)
        bd_counts_clear(&book->counts);
    return err;
}
