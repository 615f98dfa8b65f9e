/* SPDX-License-Identifier: Apache-2.0 */
/* Entries in custody that could not be booked when they came: corrections whose sale had not come,
 * and formats of the future. Booking is repeatable, so they are simply tried again: corrections
 * whenever something was booked, formats when somebody asks (after an upgrade). */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/book/inside.h"

enum { WAITING_MAX = 512 }; /* of one pass; the next goes on from there */

struct places {
    struct bd_place *rows;
    size_t count;
    struct bd_place next; /* after the last of them; all zero when there is none */
};

static int collect(void *arg, const void *row)
{
    struct places *places = (struct places *)arg;
    const struct bd_entry_row *entry = (const struct bd_entry_row *)row;
    struct bd_place place = {entry->till, entry->incarnation, entry->seq};
    if (places->count == WAITING_MAX) {
        places->next = place;
        return 1;
    }
    places->rows[places->count++] = place;
    return 0;
}

/* Tries one; *RET_STATE is what it is then. */
static int book_again(struct bd_book *book, const struct bd_turn *turn, struct bd_meta_row *meta,
                      const struct bd_place *place, int *ret_done, bool *ret_counted,
                      struct bx_fault *fault)
{
    struct bd_store *store = book->store;
    struct bd_entry_row row = {
        .till = place->till, .incarnation = place->incarnation, .seq = place->seq};
    struct bd_device_row device = {.till = place->till};
    struct bd_booked booked = {0};
    struct bx_entry_head head;
    bx_buf_auto body;
    bx_buf_init(&body, BX_BODY_MAX);
    int err = bd_must(bd_get(store, BD_DEVICE, &device, fault), "device", fault);
    if (err == 0)
        err = bd_must(bd_get(store, BD_ENTRY, &row, fault), "entry", fault);
    if (err != 0)
        return err;
    bx_buf_add(&body, row.body.data, row.body.len);
    row.body = (struct bd_blob){body.data, body.len};
    if (bx_entry_head_decode(body.data, body.len, &head, NULL) != 0)
        return 0;
    int64_t before = row.state;
    row.kind = (int64_t)head.kind;
    row.at = head.at.us;
    err = bd_entry_book(book, turn, meta, &device, &row, &booked, fault);
    if (err != 0 || (int64_t)booked.state == before)
        return err;
    *ret_counted = booked.state == BD_ENTRY_BOOKED;
    row.state = booked.state;
    row.outcome = booked.outcome;
    BX_TEXT_COPY(row.task, booked.task);
    BX_TEXT_COPY(row.say, booked.say);
    meta->waiting += (row.state == BD_ENTRY_WAITS_PARENT) - (before == BD_ENTRY_WAITS_PARENT);
    *ret_done += row.state == BD_ENTRY_BOOKED;
    err = bd_must(bd_update(store, BD_ENTRY, &row, fault), "entry", fault);
    return err != 0 ? err : bd_must(bd_update(store, BD_DEVICE, &device, fault), "device", fault);
}

/* One savepoint each: one that fails stays as it was and stops nobody, unless it was counted: that
 * cannot be undone alone. */
static int try_one(struct bd_book *book, const struct bd_turn *turn, struct bd_meta_row *meta,
                   const struct bd_place *place, int *ret_done, struct bx_fault *fault)
{
    struct bd_store *store = book->store;
    struct bd_meta_row meta_before = *meta;
    int done_before = *ret_done;
    bool counted = false;
    int err = store->ops->mark(store, fault);
    if (err != 0)
        return err;
    err = book_again(book, turn, meta, place, ret_done, &counted, fault);
    int left = store->ops->release(store, err == 0, fault);
    if (left != 0)
        return left;
    if (err != 0) {
        *meta = meta_before;
        *ret_done = done_before;
    }
    return counted || err == BX_ERR_IO || err == BX_ERR_FULL || err == BX_ERR_BUSY ? err : 0;
}

/* One pass over those in STATE, from FROM on, which says where the next begins: so that many of one
 * till never stand before those of another. */
static int pass(struct bd_book *book, const struct bd_turn *turn, enum bd_entry_state state,
                struct bd_place *from, int *ret_done, struct bx_fault *fault)
{
    struct bd_meta_row meta;
    struct places places = {.rows =
                                (struct bd_place *)bx_alloc(WAITING_MAX, sizeof(struct bd_place))};
    struct bd_entry_row first = {
        .state = state, .till = from->till, .incarnation = from->incarnation, .seq = from->seq};
    struct bd_scan scan = {
        .table = BD_ENTRY, .index = 2, .fixed = 1, .edge = BD_FROM, .from = &first};
    int err = bd_meta(book->store, &meta, fault);
    if (err == 0)
        err = bd_scan(book->store, &scan, collect, &places, fault);
    err = err > 0 ? 0 : err;
    int64_t waiting = meta.waiting, arrivals = meta.arrivals;
    for (size_t i = 0; i < places.count && err == 0; i++)
        err = try_one(book, turn, &meta, &places.rows[i], ret_done, fault);
    if (err == 0)
        err = bd_counts_put(book->store, &book->counts, fault);
    if (err == 0 && (meta.waiting != waiting || meta.arrivals != arrivals))
        err = bd_must(bd_update(book->store, BD_META, &meta, fault), "meta", fault);
    *from = places.next;
    bx_free(places.rows);
    return err;
}

int bd_parents_came(struct bd_book *book, const struct bd_turn *turn, struct bx_fault *fault)
{
    int done, err;
    do { /* a replacement of a replacement waits for the first */
        done = 0;
        err = pass(book, turn, BD_ENTRY_WAITS_PARENT, &book->waiting, &done, fault);
    } while (err == 0 && done > 0);
    return err;
}

int bd_book_waiting(struct bd_book *book, const struct bd_turn *turn, struct bx_fault *fault)
{
    int done = 0;
    int err = book->store->ops->mark(book->store, fault);
    if (err != 0)
        return err;
    bd_counts_clear(&book->counts); /* of a batch that failed */
    struct bd_place from = {0};
    do {
        err = pass(book, turn, BD_ENTRY_WAITS_FORMAT, &from, &done, fault);
    } while (err == 0 && from.till != 0);
    do {
        if (err == 0)
            err = pass(book, turn, BD_ENTRY_WAITS_PARENT, &from, &done, fault);
    } while (err == 0 && from.till != 0);
    if (err == 0 && done > 0)
        err = bd_parents_came(book, turn, fault);
    if (err == 0 && done > 0)
        err = bd_shifts_compare(book, turn, fault);
    err = bd_leave(book->store, err, fault);
    return err != 0 ? err : done;
}
