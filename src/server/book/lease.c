/* SPDX-License-Identifier: Apache-2.0 */
/* What a lease counts. Its part of the pool's leased places is n + taken - booked while it is open
 * or frozen, used - booked once it is closed; bd_lease_whole() is the only place that says so, and
 * everything that changes n, used, booked or the state calls it. So a place is counted once,
 * whether its entry has come or not, and in whatever order messages and entries arrive.
 *
 * `lacking` is what should be counted and does not fit. Before a restore it is always 0; afterwards
 * it is the greatest possible overbooking, and it shrinks as entries come and as stale leases fade:
 * whatever becomes free is kept for it, and nobody else is granted it. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/money.h"
#include "server/book/act.h"

static int64_t room(const struct bd_pool_row *pool)
{
    /* what an override keeps above the capacity is not given out again */
    int64_t left = pool->capacity - pool->sold - pool->held - pool->leased;
    return left > 0 ? left : 0;
}

int64_t bd_pool_free(const struct bd_pool_row *pool)
{
    int64_t left = room(pool) - pool->lacking - pool->over;
    return left > 0 ? left : 0;
}

/* Places came back to a pool that is sold beyond its capacity: they lower what is over first. */
static int over_lower(struct bd_store *store, const struct bx_slug *id, struct bx_fault *fault)
{
    struct bd_pool_row pool = {.id = *id};
    int err = bd_must(bd_get(store, BD_POOL, &pool, fault), "pool", fault);
    int64_t fit = bd_least(pool.over, room(&pool));
    struct bd_move move = {.pool = *id, .sold = fit, .over = -fit};
    if (err != 0 || fit <= 0)
        return err;
    return bd_must(store->ops->move(store, &move, fault), "pool", fault);
}

/* A pool that no programme at hand knows: a restore may have lost it. Without room, so that all of
 * it is over until an import says otherwise. */
static int pool_get_or_make(struct bd_store *store, struct bd_pool_row *pool,
                            struct bx_fault *fault)
{
    int err = bd_get(store, BD_POOL, pool, fault);
    return err == BD_NOT ? bd_insert(store, BD_POOL, pool, fault) : err;
}

static int lacking_put(struct bd_store *store, const struct bx_slug *id, int64_t more,
                       struct bx_fault *fault)
{
    struct bd_pool_row pool = {.id = *id};
    int err = pool_get_or_make(store, &pool, fault);
    if (err != 0)
        return err;
    pool.lacking += more;
    return bd_must(bd_update(store, BD_POOL, &pool, fault), "pool", fault);
}

int64_t bd_lease_whole(const struct bd_lease_row *lease)
{
    return lease->state == BD_LEASE_CLOSED ? lease->used : lease->n + lease->taken;
}

int bd_lease_settle(struct bd_store *store, struct bd_lease_row *lease, struct bx_fault *fault)
{
    int64_t whole = bd_lease_whole(lease);
    int64_t wanted = whole > lease->booked ? whole - lease->booked : 0;
    int64_t more = wanted - lease->part;
    int64_t lacking = lease->lacking;
    if (more > 0) {
        struct bd_pool_row pool = {.id = lease->pool};
        int err = bd_get(store, BD_POOL, &pool, fault);
        if (err < 0)
            return err;
        pool.lacking -= lacking;
        more = err == BD_NOT ? 0 : bd_least(more, bd_pool_free(&pool));
    }
    if (more != 0) {
        struct bd_move move = {.pool = lease->pool, .leased = more};
        int err = bd_must(store->ops->move(store, &move, fault), "lease", fault);
        if (err == 0 && more < 0)
            err = over_lower(store, &lease->pool, fault);
        if (err != 0)
            return err;
    }
    lease->part += more;
    lease->lacking = wanted - lease->part;
    return lease->lacking == lacking
               ? 0
               : lacking_put(store, &lease->pool, lease->lacking - lacking, fault);
}

int bd_lease_last(struct bd_store *store, struct bd_lease_row *ret, struct bx_fault *fault)
{
    struct bd_lease_row from = *ret;
    struct bd_scan scan = {.table = BD_LEASE, .fixed = 3, .down = true, .from = &from};
    return bd_first(store, &scan, ret, fault);
}

/* --- booking -------------------------------------------------------------------------------- */

int bd_pool_sell(struct bd_store *store, const struct bx_slug *id, int64_t q, int64_t *ret_over,
                 struct bx_fault *fault)
{
    struct bd_pool_row pool = {.id = *id};
    int err = pool_get_or_make(store, &pool, fault);
    if (err != 0)
        return err;
    int64_t fit = bd_least(q, bd_pool_free(&pool));
    struct bd_move move = {.pool = *id, .sold = fit, .over = q - fit};
    err = bd_must(store->ops->move(store, &move, fault), "pool", fault);
    if (err == 0)
        *ret_over = q - fit;
    return err;
}

/* The lease's row, or a new one for a number that this server has never granted (or granted and
 * lost): its entries are booked, and HELLO or CLOSE say the rest. */
static int lease_get_or_make(struct bd_store *store, struct bd_lease_row *lease,
                             struct bx_fault *fault)
{
    int err = bd_get(store, BD_LEASE, lease, fault);
    if (err != BD_NOT)
        return err;
    lease->state = BD_LEASE_FADING;
    return bd_insert(store, BD_LEASE, lease, fault);
}

/* A hole in used-before is an entry that has not come. Places booked beyond the highest one ever
 * named were booked twice: if every use lies in a range of its own, their sum cannot pass the end
 * of the last one. */
static int lease_of_use(struct bd_store *store, const struct bd_device_row *device,
                        const struct bx_lease_use *use, struct bd_lease_row *lease,
                        struct bd_used *ret, struct bx_fault *fault)
{
    *lease = (struct bd_lease_row){
        .till = device->till, .incarnation = device->incarnation, .pool = use->pool, .r = use->r};
    *ret = (struct bd_used){0};
    int err = lease_get_or_make(store, lease, fault);
    if (err != 0)
        return err;
    int64_t end = use->before + use->q;
    ret->gap = use->before > lease->high;
    if (end > lease->high)
        lease->high = end;
    ret->overlap = use->q > lease->high - lease->booked ||
                   (lease->state == BD_LEASE_CLOSED && lease->high > lease->used);
    lease->gaps += ret->gap;
    lease->overlaps += ret->overlap;
    return 0;
}

/* What of it the lease's own part of the pool covers; it is in the part no more. */
static int64_t part_take(struct bd_lease_row *lease, int64_t q)
{
    int64_t own = bd_least(q, lease->part);
    lease->part -= own;
    lease->booked += bd_least(q, BX_MONEY_MAX - lease->booked); /* it may name any count */
    return own;
}

int bd_lease_book(struct bd_store *store, const struct bd_device_row *device,
                  const struct bx_lease_use *use, int64_t places, struct bd_used *ret,
                  struct bx_fault *fault)
{
    struct bd_lease_row lease;
    int err = lease_of_use(store, device, use, &lease, ret, fault);
    if (err == 0 && lease.lacking > 0) /* there may be room by now */
        err = bd_lease_settle(store, &lease, fault);
    if (err != 0)
        return err;
    int64_t own = part_take(&lease, use->q);
    int64_t covered = bd_least(own, places);
    if (own > 0) {
        struct bd_move move = {.pool = use->pool, .sold = covered, .leased = -own};
        err = bd_must(store->ops->move(store, &move, fault), "lease's part", fault);
        if (err != 0)
            return err;
    }
    if (places > covered)
        err = bd_pool_sell(store, &use->pool, places - covered, &ret->over, fault);
    if (err == 0)
        err = bd_lease_settle(store, &lease, fault);
    return err != 0 ? err : bd_must(bd_update(store, BD_LEASE, &lease, fault), "lease", fault);
}

int bd_lease_give(struct bd_store *store, const struct bd_device_row *device,
                  const struct bx_lease_use *use, struct bd_used *ret, int64_t *ret_part,
                  struct bx_fault *fault)
{
    struct bd_lease_row lease;
    int err = lease_of_use(store, device, use, &lease, ret, fault);
    if (err != 0)
        return err;
    int64_t own = part_take(&lease, use->q);
    err = bd_lease_settle(store, &lease, fault);
    if (err == 0)
        err = bd_must(bd_update(store, BD_LEASE, &lease, fault), "lease", fault);
    if (err == 0)
        *ret_part = own;
    return err;
}

int bd_lease_take(struct bd_store *store, struct bd_device_row *device, const struct bx_slug *pool,
                  int64_t r, int64_t places, int64_t part, struct bx_fault *fault)
{
    struct bd_lease_row lease = {
        .till = device->till, .incarnation = device->incarnation, .pool = *pool, .r = r};
    int err = bd_get(store, BD_LEASE, &lease, fault);
    if (err == BD_NOT) { /* forgotten in a restore, and closed before it */
        err = lease_get_or_make(store, &lease, fault);
        if (device->settle_seq < 0)
            device->settle_seq = device->hello_seq;
    }
    if (err != 0)
        return err;
    lease.taken += places;
    if (lease.written_off != 0)
        lease.used += places; /* as sold, like the rest of it */
    lease.part += part;
    err = bd_lease_settle(store, &lease, fault);
    return err != 0 ? err : bd_must(bd_update(store, BD_LEASE, &lease, fault), "lease", fault);
}

/* --- fading ---------------------------------------------------------------------------------
 * A lease that a restored server still holds and whose till has moved on was closed with a count
 * that is lost. It stays counted until every entry the till had at its HELLO has come; then what is
 * booked is what was used. */

struct leases {
    struct bd_lease_row *rows;
    size_t count;
};

static int collect(void *arg, const void *row)
{
    struct leases *leases = (struct leases *)arg;
    if (((const struct bd_lease_row *)row)->state == BD_LEASE_CLOSED)
        return 0;
    leases->rows =
        (struct bd_lease_row *)bx_realloc(leases->rows, leases->count + 1, sizeof *leases->rows);
    memcpy(&leases->rows[leases->count++], row, sizeof *leases->rows);
    return 0;
}

/* Every lease of the till that is not closed. The caller frees the rows. */
static int leases_of(struct bd_store *store, const struct bd_device_row *device, struct leases *ret,
                     struct bx_fault *fault)
{
    struct bd_lease_row from = {.till = device->till, .incarnation = device->incarnation};
    struct bd_scan scan = {.table = BD_LEASE, .fixed = 2, .from = &from};
    *ret = (struct leases){0};
    return bd_scan(store, &scan, collect, ret, fault);
}

int bd_lease_lose(struct bd_store *store, struct bd_device_row *device, int64_t epoch,
                  struct bx_fault *fault)
{
    struct leases leases;
    int err = leases_of(store, device, &leases, fault);
    for (size_t i = 0; i < leases.count && err == 0; i++) {
        struct bd_lease_row *lease = &leases.rows[i];
        if (lease->epoch == epoch)
            continue;
        lease->state = BD_LEASE_FADING;
        device->settle_seq = device->hello_seq;
        err = bd_must(bd_update(store, BD_LEASE, lease, fault), "lease", fault);
    }
    bx_free(leases.rows);
    return err;
}

int bd_lease_fade(struct bd_store *store, struct bd_device_row *device, struct bx_fault *fault)
{
    struct leases leases;
    int err = leases_of(store, device, &leases, fault);
    for (size_t i = 0; i < leases.count && err == 0; i++) {
        struct bd_lease_row *lease = &leases.rows[i];
        if (lease->state != BD_LEASE_FADING)
            continue;
        lease->state = BD_LEASE_CLOSED;
        lease->used = lease->booked;
        err = bd_lease_settle(store, lease, fault);
        if (err == 0)
            err = bd_must(bd_update(store, BD_LEASE, lease, fault), "lease", fault);
    }
    if (err == 0)
        device->settle_seq = -1;
    bx_free(leases.rows);
    return err;
}
