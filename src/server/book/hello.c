/* SPDX-License-Identifier: Apache-2.0 */
/* HELLO: what a till says of itself after any restart, its own or the server's. It begins with a
 * message about no pool (seq and head of its journal; n: how many leases follow, when they come in
 * more than one batch; r: the epoch it is said in), then one message a lease.
 *
 * Within an epoch nothing is learnt that changes a count; it is only checked that the till has not
 * gone back. In a new epoch the till's word counts: an open lease is counted with all its places,
 * a number it was still waiting for is closed so that nobody can open it, a closed one counts what
 * was used, and is said so that an old REQ for it, still on its way, finds its number taken.
 * Nothing is ever lowered by an open lease, since an older grant may still be under way.
 */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/book/inside.h"

struct greeting {
    struct bd_book *book;
    const struct bd_turn *turn;
    struct bd_meta_row *meta;
    struct bd_device_row *device;
    const struct bx_allot_message *message;
    struct bx_allot_answer *answer;
};

/* It was so once: either the till went back, or this message was long on its way. What the till
 * says next tells: a message in order ends the suspicion, a fork makes it a quarantine. */
static int suspect(const struct greeting *greeting)
{
    greeting->answer->word = BX_ALLOT_QUARANTINED;
    if (greeting->device->quarantined == BD_TRUSTED)
        greeting->device->quarantined = BD_SUSPECTED;
    return 0;
}

static int doubt(const struct greeting *greeting, const char *say, struct bx_fault *fault)
{
    greeting->answer->word = BX_ALLOT_QUARANTINED;
    return bd_quarantine(greeting->book->store, greeting->turn, greeting->device,
                         greeting->message->seq, say, fault);
}

/* Is the till's head the one that is known? */
static int head_check(const struct greeting *greeting, bool *ret_good, struct bx_fault *fault)
{
    const struct bd_device_row *device = greeting->device;
    const struct bx_allot_message *message = greeting->message;
    *ret_good = true;
    if (message->seq < 1 || message->seq > device->highest)
        return 0;
    struct bd_entry_row entry = {
        .till = device->till, .incarnation = device->incarnation, .seq = message->seq};
    int err = bd_get(greeting->book->store, BD_ENTRY, &entry, fault);
    if (err == 0)
        *ret_good = bx_hash_equal(&entry.hash, &message->head);
    return err == BD_NOT ? 0 : err;
}

static int begin(const struct greeting *greeting, struct bx_fault *fault)
{
    struct bd_device_row *device = greeting->device;
    const struct bx_allot_message *message = greeting->message;
    bool good;
    device->hello_want = -1;
    if (message->r != greeting->meta->epoch) { /* on its way since before a restore */
        greeting->answer->word = BX_ALLOT_SAY_HELLO;
        return 0;
    }
    greeting->answer->mark = device->mark;
    int err = head_check(greeting, &good, fault);
    if (err != 0)
        return err;
    if (!good)
        return doubt(greeting, "The till's journal is not the one that was known.", fault);
    if (message->seq < device->highest)
        return suspect(greeting);
    if (device->quarantined == BD_SUSPECTED)
        device->quarantined = BD_TRUSTED;
    device->hello_want = message->n > 0 ? message->n : 0;
    device->hello_got = 0;
    device->hello_seq = message->seq;
    return 0;
}

/* The till holds more than we know to have given it: we have forgotten it. */
static int lost(const struct greeting *greeting, struct bx_fault *fault)
{
    greeting->answer->word = BX_ALLOT_SAY_HELLO;
    greeting->device->hello_want = -1;
    return bd_epoch_raise(greeting->book, greeting->turn, greeting->meta, greeting->meta->epoch,
                          fault);
}

/* Same epoch: a check. */
static int compare(const struct greeting *greeting, const struct bd_lease_row *lease, bool known,
                   struct bx_fault *fault)
{
    const struct bx_allot_message *message = greeting->message;
    bool open = message->state == BX_LEASE_OPEN;
    bool waiting = message->state == BX_LEASE_WAITING || message->state == BX_LEASE_NONE;
    greeting->answer->n = known ? lease->n : 0;
    if (waiting)
        return 0;
    if (known && message->used < lease->booked)
        return suspect(greeting);
    if (open && (!known || message->n > lease->n))
        return lost(greeting, fault);
    if (open && lease->written_off != 0) {
        greeting->answer->word = BX_ALLOT_STALE; /* so it is closed, and its count comes */
        return 0;
    }
    return open && lease->state == BD_LEASE_CLOSED ? suspect(greeting) : 0;
}

static int lease_put(struct bd_store *store, bool known, struct bd_lease_row *lease,
                     struct bx_fault *fault)
{
    int err = bd_lease_settle(store, lease, fault);
    if (err != 0)
        return err;
    return bd_must(known ? bd_update(store, BD_LEASE, lease, fault)
                         : bd_insert(store, BD_LEASE, lease, fault),
                   "lease", fault);
}

/* A lease that goes on under the new epoch. */
static int reopen(const struct greeting *greeting, struct bd_lease_row *lease, bool known,
                  struct bx_fault *fault)
{
    struct bd_store *store = greeting->book->store;
    struct bd_pool_row pool = {.id = lease->pool};
    int err = bd_get(store, BD_POOL, &pool, fault);
    if (err < 0)
        return err;
    int64_t until = greeting->turn->now.us + greeting->book->policy.lease_ttl * BX_SECOND_US;
    lease->expires = err == 0 && pool.ends < until ? pool.ends : until;
    lease->state = BD_LEASE_OPEN;
    if (greeting->message->n > lease->n)
        lease->n = greeting->message->n;
    greeting->answer->n = lease->n;
    return lease_put(store, known, lease, fault);
}

/* New epoch: the till's word is what there is. */
static int learn(const struct greeting *greeting, struct bd_lease_row *lease, bool known,
                 struct bx_fault *fault)
{
    const struct bx_allot_message *message = greeting->message;
    bool closed = known && lease->state == BD_LEASE_CLOSED && lease->written_off == 0;
    int64_t used = message->state == BX_LEASE_WAITING ? 0 : message->used;
    if (message->state == BX_LEASE_NONE)
        return 0;
    if (closed && message->state == BX_LEASE_CLOSED && used >= lease->booked)
        return 0;
    if (used < lease->booked || (closed && used != lease->used) ||
        (closed && message->state == BX_LEASE_OPEN))
        return doubt(greeting, "The till counts fewer places than its own sales.", fault);
    lease->epoch = greeting->meta->epoch;
    lease->written_off = 0;
    if (message->state == BX_LEASE_OPEN)
        return reopen(greeting, lease, known, fault);
    lease->state = BD_LEASE_CLOSED;
    lease->used = used;
    return lease_put(greeting->book->store, known, lease, fault);
}

static int lease_said(const struct greeting *greeting, struct bx_fault *fault)
{
    struct bd_device_row *device = greeting->device;
    struct bd_lease_row lease = {.till = device->till,
                                 .incarnation = device->incarnation,
                                 .pool = greeting->message->pool,
                                 .r = greeting->message->r};
    int err = bd_get(greeting->book->store, BD_LEASE, &lease, fault);
    if (err < 0)
        return err;
    greeting->answer->mark = device->mark;
    if (device->hello_want < 0) { /* its beginning did not count */
        greeting->answer->word = greeting->device->hello_epoch < greeting->meta->epoch
                                     ? BX_ALLOT_SAY_HELLO
                                     : BX_ALLOT_ACKED;
        return 0;
    }
    device->hello_got++;
    return device->hello_epoch < greeting->meta->epoch ? learn(greeting, &lease, err == 0, fault)
                                                       : compare(greeting, &lease, err == 0, fault);
}

int bd_hello(struct bd_book *book, const struct bd_turn *turn, struct bd_meta_row *meta,
             struct bd_device_row *device, const struct bx_allot_message *message,
             struct bx_allot_answer *answer, struct bx_fault *fault)
{
    struct greeting greeting = {book, turn, meta, device, message, answer};
    answer->word = BX_ALLOT_ACKED;
    int err =
        bx_slug_is_none(&message->pool) ? begin(&greeting, fault) : lease_said(&greeting, fault);
    if (err == 0 && answer->word == BX_ALLOT_ACKED && device->quarantined != BD_TRUSTED)
        answer->word = BX_ALLOT_QUARANTINED;
    return err;
}

int bd_hello_end(struct bd_store *store, const struct bd_meta_row *meta,
                 struct bd_device_row *device, struct bx_fault *fault)
{
    if (device->hello_want < 0 || device->hello_got < device->hello_want)
        return 0;
    bool new_epoch = device->hello_epoch < meta->epoch;
    device->hello_want = -1;
    if (!new_epoch)
        return 0;
    device->hello_epoch = meta->epoch;
    int err = bd_lease_lose(store, device, meta->epoch, fault);
    if (err == 0 && device->settle_seq >= 0 && device->mark >= device->settle_seq)
        err = bd_lease_fade(store, device, fault);
    return err;
}
