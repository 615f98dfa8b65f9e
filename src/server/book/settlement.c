/* SPDX-License-Identifier: Apache-2.0 */
/* Leases whose till does not come back by itself. Two ways end one, both a named person's:
 *
 * A settlement code is the till's own CLOSE, carried by hand: the till stored that it sells no more
 * before it showed the code, and the code fits these counts alone, under the till's secret and this
 * epoch. What was not used is free at once.
 *
 * A write-off frees nothing. The lease is closed as if all of it were used, so its places stay
 * counted whatever the till did, and entries that come later only move them from leased to sold. A
 * till that comes back all the same says how many it was, by its CLOSE. */

#include "server/book/inside.h"

#include <inttypes.h>

static int device_find(struct bd_store *store, int64_t till, struct bd_device_row *ret,
                       struct bx_fault *fault)
{
    *ret = (struct bd_device_row){.till = till};
    int err = bd_get(store, BD_DEVICE, ret, fault);
    return err == BD_NOT
               ? bx_fault_say(fault, BX_ERR_MISSING, "There is no till %lld.", (long long)till)
               : err;
}

static int device_put(struct bd_store *store, const struct bd_device_row *device,
                      struct bx_fault *fault)
{
    return bd_must(bd_update(store, BD_DEVICE, device, fault), "device", fault);
}

/* --- by code ---------------------------------------------------------------------------------- */

static int wrong(struct bd_book *book, const struct bd_turn *turn, struct bd_device_row *device,
                 const struct bd_settling *settling, struct bx_fault *fault)
{
    device->wrong_codes++;
    int err = device_put(book->store, device, fault);
    return err != 0
               ? err
               : bd_log_by(book->store, turn, settling->who, fault,
                           "till %lld: wrong settlement code for %s r %lld used %lld, the %lld.",
                           (long long)device->till, settling->pool.s, (long long)settling->r,
                           (long long)settling->used, (long long)device->wrong_codes);
}

/* Counts that the lease cannot have: the code is right, so the till is not the one we know. */
static bool is_forked(const struct bd_lease_row *lease, int64_t used)
{
    if (used < lease->booked)
        return true;
    if (lease->state == BD_LEASE_CLOSED && lease->written_off == 0)
        return used != lease->used;
    return lease->state != BD_LEASE_FADING && used > lease->n;
}

static int right(struct bd_book *book, const struct bd_turn *turn, struct bd_device_row *device,
                 const struct bd_settling *settling, enum bd_settled *ret, struct bx_fault *fault)
{
    struct bd_store *store = book->store;
    struct bd_lease_row lease = {.till = device->till,
                                 .incarnation = device->incarnation,
                                 .pool = settling->pool,
                                 .r = settling->r};
    int found = bd_get(store, BD_LEASE, &lease, fault);
    if (found < 0)
        return found;
    device->wrong_codes = 0;
    *ret = BD_SETTLED;
    if (found == 0 && is_forked(&lease, settling->used)) {
        *ret = BD_SETTLE_FORKED;
        int err = bd_quarantine(store, turn, device, device->highest,
                                "A settlement code has another count than is known.", fault);
        return err != 0 ? err : device_put(store, device, fault);
    }
    lease.state = BD_LEASE_CLOSED;
    lease.used = settling->used;
    lease.written_off = 0;
    int err = bd_lease_settle(store, &lease, fault);
    if (err == 0)
        err = bd_must(found == BD_NOT ? bd_insert(store, BD_LEASE, &lease, fault)
                                      : bd_update(store, BD_LEASE, &lease, fault),
                      "lease", fault);
    if (err == 0)
        err = device_put(store, device, fault);
    return err != 0
               ? err
               : bd_log_by(store, turn, settling->who, fault,
                           "till %lld: %s r %lld settled with %lld used", (long long)device->till,
                           settling->pool.s, (long long)settling->r, (long long)settling->used);
}

static int settle(struct bd_book *book, const struct bd_turn *turn,
                  const struct bd_settling *settling, enum bd_settled *ret, struct bx_fault *fault)
{
    struct bd_device_row device;
    struct bd_meta_row meta;
    int err = bd_answerable(book->store, settling->who, fault);
    if (err == 0)
        err = device_find(book->store, settling->till, &device, fault);
    if (err == 0)
        err = bd_meta(book->store, &meta, fault);
    if (err != 0)
        return err;
    const struct bx_settlement facts = {meta.epoch, device.incarnation, settling->pool, settling->r,
                                        settling->used};
    if (bx_settlement_is(device.secret.b, &facts, settling->code))
        return right(book, turn, &device, settling, ret, fault);
    *ret = BD_SETTLE_WRONG;
    return wrong(book, turn, &device, settling, fault);
}

int bd_book_lease_settle(struct bd_book *book, const struct bd_turn *turn,
                         const struct bd_settling *settling, enum bd_settled *ret,
                         struct bx_fault *fault)
{
    int err = book->store->ops->mark(book->store, fault);
    return err != 0 ? err : bd_leave(book->store, settle(book, turn, settling, ret, fault), fault);
}

/* --- as sold --------------------------------------------------------------------------------- */

static int write_off(struct bd_book *book, const struct bd_turn *turn,
                     const struct bd_settling *settling, struct bx_fault *fault)
{
    struct bd_store *store = book->store;
    struct bd_device_row device;
    int err = bd_answerable(store, settling->who, fault);
    if (err == 0)
        err = device_find(store, settling->till, &device, fault);
    if (err != 0)
        return err;
    struct bd_lease_row lease = {.till = device.till,
                                 .incarnation = device.incarnation,
                                 .pool = settling->pool,
                                 .r = settling->r};
    err = bd_get(store, BD_LEASE, &lease, fault);
    if (err == BD_NOT || (err == 0 && lease.state == BD_LEASE_CLOSED))
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "Till %lld has no lease %lld of %s to write off.",
                            (long long)device.till, (long long)settling->r, settling->pool.s);
    if (err != 0)
        return err;
    lease.state = BD_LEASE_CLOSED;
    lease.used = lease.n > lease.booked ? lease.n : lease.booked;
    lease.written_off = 1;
    err = bd_lease_settle(store, &lease, fault);
    if (err == 0)
        err = bd_must(bd_update(store, BD_LEASE, &lease, fault), "lease", fault);
    return err != 0 ? err
                    : bd_log_by(store, turn, settling->who, fault,
                                "till %lld: %s r %lld written off, %lld places as sold",
                                (long long)device.till, settling->pool.s, (long long)settling->r,
                                (long long)(lease.used - lease.booked));
}

int bd_book_lease_write_off(struct bd_book *book, const struct bd_turn *turn,
                            const struct bd_settling *settling, struct bx_fault *fault)
{
    int err = book->store->ops->mark(book->store, fault);
    return err != 0 ? err : bd_leave(book->store, write_off(book, turn, settling, fault), fault);
}

/* --- looking ---------------------------------------------------------------------------------- */

static int line_add(void *arg, const void *row)
{
    static const char *const words[] = {[BD_LEASE_OPEN] = "open",
                                        [BD_LEASE_FROZEN] = "frozen",
                                        [BD_LEASE_FADING] = "fading",
                                        [BD_LEASE_CLOSED] = "closed"};
    const struct bd_lease_row *lease = (const struct bd_lease_row *)row;
    if (lease->state == BD_LEASE_CLOSED && lease->part == 0)
        return 0;
    bx_buf_format((struct bx_buf *)arg,
                  "%s r %" PRId64 " %s%s places %" PRId64 " booked %" PRId64 " kept %" PRId64 "\n",
                  lease->pool.s, lease->r, words[lease->state],
                  lease->written_off != 0 ? ", written off," : "",
                  lease->state == BD_LEASE_CLOSED ? lease->used : lease->n, lease->booked,
                  lease->part);
    return 0;
}

int bd_book_leases(struct bd_store *store, int64_t till, struct bx_buf *out, struct bx_fault *fault)
{
    struct bd_device_row device;
    int err = device_find(store, till, &device, fault);
    struct bd_lease_row from = {.till = till, .incarnation = device.incarnation};
    struct bd_scan scan = {.table = BD_LEASE, .fixed = 2, .from = &from};
    return err != 0 ? err : bd_scan(store, &scan, line_add, out, fault);
}
