/* SPDX-License-Identifier: Apache-2.0 */
/* REQ, GROW, CLOSE: how places come to a till and go back. Safety rests on no clock and on no
 * order of delivery: numbers only grow, a number is granted once, a repeated message finds its own
 * answer, and only the till's own CLOSE frees places. Expiry freezes (sells no more, counts as
 * before); the slot's passing ends granting, nothing else.
 *
 * A till that skips a number is granted the later one: whatever it left behind is `stale` from then
 * on, so that nobody can open it, and a till that gave a number up is not stuck for ever. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "server/book/inside.h"
#include "server/book/online.h"

/* One message on its way through. */
struct ask {
    struct bd_book *book;
    const struct bd_turn *turn;
    struct bd_meta_row meta;
    struct bd_device_row device;
    bool device_changed;
    bool looked; /* share is there */
    struct bd_share share;
};

static int lease_put(struct ask *ask, bool fresh, const struct bd_lease_row *lease,
                     struct bx_fault *fault)
{
    struct bd_store *store = ask->book->store;
    return bd_must(fresh ? bd_insert(store, BD_LEASE, lease, fault)
                         : bd_update(store, BD_LEASE, lease, fault),
                   "lease", fault);
}

/* What the answer says of time and of the venue's rest. */
static void answer_grant(const struct ask *ask, const struct bd_lease_row *lease,
                         const struct bd_pool_row *pool, struct bx_allot_answer *answer)
{
    int64_t us = lease->expires - ask->turn->now.us;
    answer->word = BX_ALLOT_GRANTED;
    answer->n = lease->n;
    answer->ttl = us > 0 && lease->state == BD_LEASE_OPEN ? us / BX_SECOND_US : 0;
    answer->left = bd_pool_free(pool);
    answer->recall = lease->state == BD_LEASE_OPEN && bd_lease_whole(lease) > lease->booked &&
                     bd_share_recalls(&ask->share, pool);
}

static bool is_expired(const struct ask *ask, const struct bd_lease_row *lease)
{
    return lease->expires <= ask->turn->now.us;
}

static bool pool_is_open(const struct ask *ask, const struct bd_pool_row *pool)
{
    return ask->meta.shut == 0 && pool->cancelled == 0 &&
           pool->ends + ask->book->policy.slot_grace * BX_SECOND_US > ask->turn->now.us;
}

static int64_t expiry(const struct ask *ask, const struct bd_pool_row *pool)
{
    return bd_least(ask->turn->now.us + ask->book->policy.lease_ttl * BX_SECOND_US,
                    pool->ends + ask->book->policy.slot_grace * BX_SECOND_US);
}

static int quarantine(struct ask *ask, const struct bx_allot_message *message, const char *say,
                      struct bx_fault *fault)
{
    ask->device_changed = true;
    return bd_quarantine(ask->book->store, ask->turn, &ask->device, message->seq, say, fault);
}

/* How many more places of POOL the message gets for LEASE: what a basket waits for from whatever is
 * free, or the till's stock, whichever is more. */
static int give(struct ask *ask, const struct bx_allot_message *message,
                const struct bd_lease_row *lease, struct bd_pool_row *pool, int64_t *ret_more,
                struct bx_fault *fault)
{
    int64_t need = message->need > lease->n ? message->need - lease->n : 0;
    int64_t want = message->n > lease->n ? message->n - lease->n : 0;
    int64_t more = bd_least(need, bd_pool_free(pool));
    int64_t stock = 0;
    if (want > 0 || message->verb == BX_ALLOT_REQ)
        stock = bd_share_stock(&ask->share, pool, lease->part, want);
    *ret_more = stock > more ? stock : more;
    if (need <= *ret_more)
        return 0;
    pool->wanted = need;
    pool->wanted_at = ask->turn->now.us;
    return bd_pool_want(ask->book->store, &pool->id, need, ask->turn->now, fault);
}

static int req(struct ask *ask, const struct bx_allot_message *message, struct bd_lease_row *last,
               struct bd_pool_row *pool, struct bx_allot_answer *answer, struct bx_fault *fault)
{
    if (message->r < last->r || (message->r == last->r && last->state >= BD_LEASE_FADING)) {
        answer->word = BX_ALLOT_STALE;
        return 0;
    }
    if (message->r == last->r) {
        answer_grant(ask, last, pool, answer);
        return 0;
    }
    if (last->r > 0 && last->state < BD_LEASE_FADING)
        return 0; /* CLOSE comes first */
    if (!pool_is_open(ask, pool))
        return 0;
    int64_t n;
    int err = give(ask, message, &(struct bd_lease_row){0}, pool, &n, fault);
    if (err != 0 || n <= 0)
        return err;
    struct bd_lease_row lease = {.till = ask->device.till,
                                 .incarnation = ask->device.incarnation,
                                 .pool = message->pool,
                                 .r = message->r,
                                 .state = BD_LEASE_OPEN,
                                 .expires = expiry(ask, pool),
                                 .epoch = ask->meta.epoch,
                                 .n = n};
    err = bd_lease_settle(ask->book->store, &lease, fault);
    if (err == 0)
        err = lease_put(ask, true, &lease, fault);
    pool->leased += n;
    answer_grant(ask, &lease, pool, answer);
    return err;
}

static int grow(struct ask *ask, const struct bx_allot_message *message, struct bd_lease_row *lease,
                struct bd_pool_row *pool, struct bx_allot_answer *answer, struct bx_fault *fault)
{
    if (message->r < lease->r || (message->r == lease->r && lease->state == BD_LEASE_CLOSED)) {
        answer->word = BX_ALLOT_STALE;
        return 0;
    }
    if (message->r > lease->r || lease->state != BD_LEASE_OPEN || is_expired(ask, lease) ||
        !pool_is_open(ask, pool))
        return 0;
    int64_t more;
    int err = give(ask, message, lease, pool, &more, fault);
    if (err != 0)
        return err;
    lease->n += more;
    pool->leased += more;
    lease->expires = expiry(ask, pool);
    err = bd_lease_settle(ask->book->store, lease, fault);
    if (err == 0)
        err = lease_put(ask, false, lease, fault);
    answer_grant(ask, lease, pool, answer);
    return err;
}

/* A number the server has never seen is remembered as closed with what was used of it, so that a
 * late REQ cannot open it. */
static int close_unknown(struct ask *ask, const struct bx_allot_message *message,
                         struct bx_allot_answer *answer, struct bx_fault *fault)
{
    struct bd_lease_row lease = {.till = ask->device.till,
                                 .incarnation = ask->device.incarnation,
                                 .pool = message->pool,
                                 .r = message->r,
                                 .state = BD_LEASE_CLOSED,
                                 .epoch = ask->meta.epoch,
                                 .used = message->used};
    answer->word = BX_ALLOT_ACKED;
    int err = bd_lease_settle(ask->book->store, &lease, fault);
    return err != 0 ? err : lease_put(ask, true, &lease, fault);
}

static int close_lease(struct ask *ask, const struct bx_allot_message *message,
                       struct bx_allot_answer *answer, struct bx_fault *fault)
{
    struct bd_lease_row lease = {.till = ask->device.till,
                                 .incarnation = ask->device.incarnation,
                                 .pool = message->pool,
                                 .r = message->r};
    int err = bd_get(ask->book->store, BD_LEASE, &lease, fault);
    if (err == BD_NOT)
        return close_unknown(ask, message, answer, fault);
    if (err != 0)
        return err;
    bool again = lease.state == BD_LEASE_CLOSED && lease.used == message->used;
    /* Written off as sold, and now the till itself says how many were. */
    bool late = lease.written_off != 0 && message->used >= lease.booked &&
                message->used <= lease.n + lease.taken;
    bool forked =
        !late && (lease.state == BD_LEASE_CLOSED
                      ? lease.used != message->used
                      : message->used < lease.booked || (lease.state != BD_LEASE_FADING &&
                                                         message->used > lease.n + lease.taken));
    /* More than it has, while entries are on their way: they may say that another till gave it. */
    if (forked && lease.state != BD_LEASE_CLOSED && message->used >= lease.booked &&
        message->seq > ask->device.mark)
        return 0; /* not acknowledged: it is said again */
    if (forked) {
        answer->word = BX_ALLOT_QUARANTINED;
        return quarantine(ask, message, "The till closed a lease with another count than known.",
                          fault);
    }
    answer->word = BX_ALLOT_ACKED;
    if (again && !late)
        return 0;
    lease.written_off = 0;
    lease.state = BD_LEASE_CLOSED;
    lease.used = message->used;
    err = bd_lease_settle(ask->book->store, &lease, fault);
    return err != 0 ? err : lease_put(ask, false, &lease, fault);
}

/* The message in the light of the till's last lease on that pool. */
static int about_last(struct ask *ask, const struct bx_allot_message *message,
                      struct bx_allot_answer *answer, struct bx_fault *fault)
{
    struct bd_store *store = ask->book->store;
    struct bd_pool_row pool = {.id = message->pool};
    struct bd_lease_row last = {
        .till = ask->device.till, .incarnation = ask->device.incarnation, .pool = message->pool};
    int err = ask->looked
                  ? 0
                  : bd_share_look(store, &ask->book->policy, ask->turn->now, &ask->share, fault);
    ask->looked = err == 0;
    if (err == 0)
        err = bd_get(store, BD_POOL, &pool, fault);
    if (err != 0)
        return err == BD_NOT ? 0 : err;
    answer->left = bd_pool_free(&pool);
    err = bd_lease_last(store, &last, fault);
    if (err < 0)
        return err;
    return message->verb == BX_ALLOT_REQ ? req(ask, message, &last, &pool, answer, fault)
                                         : grow(ask, message, &last, &pool, answer, fault);
}

static int answer_one(struct ask *ask, const struct bx_allot_message *message,
                      struct bx_allot_answer *answer, struct bx_fault *fault)
{
    *answer = (struct bx_allot_answer){
        .verb = message->verb, .pool = message->pool, .r = message->r, .word = BX_ALLOT_NONE};
    if (message->verb == BX_ALLOT_HELLO) {
        ask->device_changed = true;
        return bd_hello(ask->book, ask->turn, &ask->meta, &ask->device, message, answer, fault);
    }
    if (ask->device.quarantined == BD_QUARANTINED)
        answer->word = BX_ALLOT_QUARANTINED;
    else if (ask->device.quarantined == BD_SUSPECTED || ask->device.hello_epoch < ask->meta.epoch)
        answer->word = BX_ALLOT_SAY_HELLO;
    else if (bx_slug_is_none(&message->pool) || message->r < 1 || message->used < 0)
        answer->word = BX_ALLOT_NONE;
    else if (message->verb == BX_ALLOT_CLOSE)
        return close_lease(ask, message, answer, fault);
    else
        return about_last(ask, message, answer, fault);
    return 0;
}

static int answer_all(struct ask *ask, const struct bd_device *device,
                      const struct bx_allot_message *messages, size_t count,
                      struct bx_allot_answer *answers, struct bx_fault *fault)
{
    struct bd_store *store = ask->book->store;
    int err = bd_meta(store, &ask->meta, fault);
    if (err == 0)
        err = bd_device_row(store, device, &ask->device, fault);
    if (err == 0 && bd_share_touch(&ask->device, ask->turn->now))
        err = bd_must(bd_update(store, BD_DEVICE, &ask->device, fault), "device", fault);
    bool greeted = false;
    for (size_t i = 0; i < count && err == 0; i++) {
        err = answer_one(ask, &messages[i], &answers[i], fault);
        greeted = greeted || messages[i].verb == BX_ALLOT_HELLO;
    }
    if (err == 0 && greeted)
        err = bd_hello_end(store, &ask->meta, &ask->device, fault);
    if (err == 0 && ask->device_changed)
        err = bd_must(bd_update(store, BD_DEVICE, &ask->device, fault), "device", fault);
    if (err == 0 && greeted)
        err = bd_reopen_when_all_said(store, &ask->meta, fault);
    return err;
}

int bd_book_allot(struct bd_book *book, const struct bd_turn *turn, const struct bd_device *device,
                  const struct bx_allot_message *messages, size_t count,
                  struct bx_allot_answer *answers, struct bx_fault *fault)
{
    struct ask ask = {.book = book, .turn = turn};
    int err = book->store->ops->mark(book->store, fault);
    if (err != 0)
        return err;
    return bd_leave(book->store, answer_all(&ask, device, messages, count, answers, fault), fault);
}

/* --- freezing ------------------------------------------------------------------------------- */

struct frozen {
    bx_utc now;
    struct bd_lease_row *rows;
    size_t count;
};

static int collect_expired(void *arg, const void *row)
{
    struct frozen *frozen = (struct frozen *)arg;
    const struct bd_lease_row *lease = (const struct bd_lease_row *)row;
    if (lease->expires > frozen->now.us)
        return 1; /* the rest lives longer */
    frozen->rows =
        (struct bd_lease_row *)bx_realloc(frozen->rows, frozen->count + 1, sizeof *frozen->rows);
    frozen->rows[frozen->count++] = *lease;
    return 0;
}

int bd_book_freeze(struct bd_book *book, const struct bd_turn *turn, struct bx_fault *fault)
{
    struct frozen frozen = {.now = turn->now};
    struct bd_lease_row from = {.state = BD_LEASE_OPEN};
    struct bd_scan scan = {.table = BD_LEASE, .index = 1, .fixed = 1, .from = &from};
    int err = bd_scan(book->store, &scan, collect_expired, &frozen, fault);
    for (size_t i = 0; i < frozen.count && err >= 0; i++) {
        frozen.rows[i].state = BD_LEASE_FROZEN;
        err = bd_must(bd_update(book->store, BD_LEASE, &frozen.rows[i], fault), "lease", fault);
    }
    bx_free(frozen.rows);
    if (err >= 0)
        err = bd_holds_sweep(book, turn, fault);
    if (err >= 0)
        err = bd_wanted_put(book, turn->now, fault);
    return err < 0 ? err : bd_clock_follow(book, turn, fault);
}
