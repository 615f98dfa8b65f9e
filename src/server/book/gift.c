/* SPDX-License-Identifier: Apache-2.0 */
/* Places that one till gave another while nobody reached the server. Two entries speak of them, the
 * giver's and the taker's, and come in any order, a day apart or one of them never. The first to
 * come takes the places out of the giver's lease, where they count as used from then on; the take
 * puts them into the taker's. In between they are the gift's own part of the pool's leased, so that
 * a place is counted once whatever is missing.
 *
 * A take whose give has not come moves the places all the same: the taker sells them, and the
 * giver's lease holds them. It leaves a task, which the give ends. What was never given, was given
 * to somebody else or is taken twice moves nothing: whatever is sold of it is over, by name. */

#include <inttypes.h>
#include <stdio.h>

#include "boxtill/base/text.h"
#include "boxtill/domain/gift.h"
#include "server/book/act.h"

static const char task_word[] = "gift-unsaid";

static void row_of(const struct bx_gift *gift, struct bd_gift_row *ret)
{
    *ret = (struct bd_gift_row){
        .till = gift->from, .pool = gift->pool, .r = gift->r, .before = gift->before};
}

/* Out of the giver's lease, into the row. */
static int lease_leave(struct bd_act *booking, const struct bd_device_row *giver,
                       const struct bx_gift *gift, struct bd_gift_row *row, struct bd_used *ret,
                       struct bx_fault *fault)
{
    const struct bx_lease_use use = {gift->pool, gift->r, gift->before, gift->places};
    row->places = gift->places;
    row->taker = gift->to;
    return bd_lease_give(booking->book->store, giver, &use, ret, &row->part, fault);
}

static int say(struct bd_act *booking, const char *text)
{
    booking->off[BD_OFF_GIFT] = true;
    BX_TEXT_COPY(booking->why[BD_OFF_GIFT], text);
    return 0;
}

/* The task that its take left is over. */
static int task_end(struct bd_act *booking, const struct bd_gift_row *row, struct bx_fault *fault)
{
    struct bd_task_row task = {
        .till = row->taker, .incarnation = row->taker_incarnation, .seq = row->seq};
    BX_TEXT_COPY(task.word, task_word);
    return bd_task_end(booking->book->store, &task, booking->turn->now, fault);
}

static int give(struct bd_act *booking, const struct bx_gift *gift, struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    struct bd_gift_row row;
    struct bd_used used;
    row_of(gift, &row);
    int err = bd_get(store, BD_GIFT, &row, fault);
    if (err < 0)
        return err;
    bool fresh = err == BD_NOT;
    if (!fresh && row.given_at != 0) {
        booking->off[BD_OFF_OVERLAP] = true;
        return bd_quarantine(store, booking->turn, booking->device, booking->head.seq,
                             "The till gave the same places away twice.", fault);
    }
    bool same = fresh || (row.places == gift->places && row.taker == gift->to);
    err = 0;
    if (fresh)
        err = lease_leave(booking, booking->device, gift, &row, &used, fault);
    if (err == 0 && fresh) {
        booking->off[BD_OFF_GAP] = used.gap;
        booking->off[BD_OFF_OVERLAP] = used.overlap;
    }
    if (err == 0 && same && !fresh)
        err = task_end(booking, &row, fault);
    if (!same)
        (void)say(booking, "Other places were taken of this till than it gave.");
    row.given_at = booking->turn->now.us;
    if (err == 0)
        err = bd_must(fresh ? bd_insert(store, BD_GIFT, &row, fault)
                            : bd_update(store, BD_GIFT, &row, fault),
                      "gift", fault);
    if (err == 0 && booking->off[BD_OFF_OVERLAP])
        err = bd_quarantine(store, booking->turn, booking->device, booking->head.seq,
                            "The till gave away places that it had used.", fault);
    return err;
}

/* Its give has not come: it may be on its way for days. */
static int take_first(struct bd_act *booking, const struct bx_gift *gift, struct bd_gift_row *row,
                      struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    struct bd_device_row giver = {.till = gift->from};
    struct bd_used used;
    struct bd_task_row task = {.till = booking->head.till,
                               .incarnation = booking->head.incarnation,
                               .seq = booking->head.seq,
                               .at = booking->turn->now.us};
    int err = bd_get(store, BD_DEVICE, &giver, fault);
    if (err == BD_NOT || (err == 0 && giver.channel[0] != '\0')) {
        (void)say(booking, "Places were taken of a till that there is not.");
        return BD_NOT;
    }
    if (err == 0)
        err = lease_leave(booking, &giver, gift, row, &used, fault);
    if (err != 0)
        return err;
    if (row->part < gift->places)
        (void)say(booking, "Places were taken that the other till, for all we know, has not.");
    BX_TEXT_COPY(task.word, task_word);
    snprintf(task.say, sizeof task.say,
             "Till %" PRId64 " took %" PRId64 " places of till %" PRId64 ", which has not said so.",
             gift->to, gift->places, gift->from);
    return bd_task(store, &task, fault);
}

static int take(struct bd_act *booking, const struct bx_gift *gift, struct bx_fault *fault)
{
    struct bd_store *store = booking->book->store;
    struct bd_gift_row row;
    row_of(gift, &row);
    int err = bd_get(store, BD_GIFT, &row, fault);
    if (err < 0)
        return err;
    bool fresh = err == BD_NOT;
    if (!fresh && row.taken_at != 0)
        return say(booking, "Places were taken twice by one code.");
    if (!fresh && (row.taker != gift->to || row.places != gift->places))
        return say(booking, "Places were taken that were given to another till.");
    err = fresh ? take_first(booking, gift, &row, fault) : 0;
    if (err != 0)
        return err == BD_NOT ? 0 : err;
    int64_t part = row.part;
    row.part = 0;
    row.taken_at = booking->turn->now.us;
    row.taker_incarnation = booking->head.incarnation;
    row.seq = booking->head.seq;
    err = bd_must(fresh ? bd_insert(store, BD_GIFT, &row, fault)
                        : bd_update(store, BD_GIFT, &row, fault),
                  "gift", fault);
    return err != 0 ? err
                    : bd_lease_take(store, booking->device, &gift->pool, gift->own_r, gift->places,
                                    part, fault);
}

int bd_gift_book(struct bd_act *booking, struct bx_fault *fault)
{
    struct bx_gift gift;
    if (bx_gift_read(&booking->head, booking->content.about, booking->content.n, &gift, NULL) != 0)
        return say(booking, "It names no places.");
    return booking->head.kind == BX_KIND_GIVE ? give(booking, &gift, fault)
                                              : take(booking, &gift, fault);
}
