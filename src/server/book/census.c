/* SPDX-License-Identifier: Apache-2.0 */
/* The few sums that somebody who watches the house wants to see. Pools that are over are left out:
 * they would only grow, and nothing about them changes. */

#include "boxtill/base/alloc.h"
#include "server/book/inside.h"

static int add_pool(void *arg, const void *row)
{
    struct bd_census *census = (struct bd_census *)arg;
    const struct bd_pool_row *pool = (const struct bd_pool_row *)row;
    if (pool->ends <= census->now.us)
        return 0;
    census->pools++;
    census->capacity += pool->capacity + pool->planned_over;
    census->sold += pool->sold;
    census->held += pool->held;
    census->leased += pool->leased;
    census->over += pool->over;
    return 0;
}

static int add_device(void *arg, const void *row)
{
    struct bd_census *census = (struct bd_census *)arg;
    const struct bd_device_row *device = (const struct bd_device_row *)row;
    if (device->revoked != 0)
        census->revoked++;
    else if (device->quarantined == BD_QUARANTINED)
        census->quarantined++;
    else if (device->quarantined == BD_SUSPECTED)
        census->suspected++;
    else
        census->enrolled++;
    return 0;
}

static int add_tally(void *arg, const void *row)
{
    struct bd_census *census = (struct bd_census *)arg;
    census->tasks += ((const struct bd_tally_row *)row)->count;
    return 0;
}

static int add_waiting(void *arg, const void *row)
{
    struct bd_census *census = (struct bd_census *)arg;
    (void)row;
    census->waiting++;
    return 0;
}

static int count_waiting(struct bd_store *store, enum bd_entry_state state,
                         struct bd_census *census, struct bx_fault *fault)
{
    struct bd_entry_row from = {.state = state};
    struct bd_scan scan = {.table = BD_ENTRY, .index = 2, .fixed = 1, .from = &from};
    return bd_scan(store, &scan, add_waiting, census, fault);
}

int bd_book_census(struct bd_store *store, const struct bd_turn *turn, struct bd_census *ret,
                   struct bx_fault *fault)
{
    struct bd_census census = {.now = turn->now};
    const struct {
        enum bd_table table;
        bd_visit visit;
    } whole[] = {{BD_POOL, add_pool}, {BD_DEVICE, add_device}, {BD_TALLY, add_tally}};
    int err = 0;
    for (size_t i = 0; i < bx_countof(whole) && err == 0; i++) {
        struct bd_scan scan = {.table = whole[i].table};
        err = bd_scan(store, &scan, whole[i].visit, &census, fault);
    }
    if (err == 0)
        err = count_waiting(store, BD_ENTRY_WAITS_PARENT, &census, fault);
    if (err == 0)
        err = count_waiting(store, BD_ENTRY_WAITS_FORMAT, &census, fault);
    if (err == 0)
        *ret = census;
    return err;
}
