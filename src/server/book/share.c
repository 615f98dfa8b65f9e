/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets how much. Nothing here is about safety: whatever these rules say, a place is given out
 * once, and comes back by the till's own CLOSE. They are about places that must not be where nobody
 * asks for them.
 *
 * A till's stock, which it may sell from while nobody answers, comes from what the venue sets aside
 * for its counters: a part of what is left, so it shrinks as the slot fills, shared among the tills
 * that live; one that comes when the others have taken it all gets half a share even so. What a
 * basket waits for is given from whatever is free. When the shares come to less than a pair, there
 * is no stock any more: the last places go by the basket.
 *
 * Places that were asked for and refused are remembered for a while. So long the tills are asked to
 * give back what they do not use, until as much is free; and nobody stocks up from what came back.
 * Not when the tills together have not so many: else whoever asks for a thousand now and then would
 * keep them without any stock.
 * The same when little is free and the slot is about to start, or the shares are that small: a
 * visitor who sees nothing left does not ask. */

#include "boxtill/base/alloc.h"
#include "server/book/inside.h"

enum {
    LIVES_S = 3 * 86400, /* a day off, and a till still counts on the morning after */
    TOUCH_S = 60,
    WANTED_S = 300, /* who was refused has gone by then, or asked again */
    SOON_S = 900,
    PAIR = 2,
    BASKET = 4 /* a family */
};

static int count_living(void *arg, const void *row)
{
    struct bd_share *share = (struct bd_share *)arg;
    const struct bd_device_row *device = (const struct bd_device_row *)row;
    if (device->revoked == 0 && device->leased_at + LIVES_S * BX_SECOND_US > share->now.us)
        share->tills++;
    return 0;
}

int bd_share_look(struct bd_store *store, const struct bd_policy *policy, bx_utc now,
                  struct bd_share *ret, struct bx_fault *fault)
{
    struct bd_scan scan = {.peek = true, .table = BD_DEVICE};
    struct bd_share share = {.policy = policy, .now = now};
    int err = bd_scan(store, &scan, count_living, &share, fault);
    if (err < 0)
        return err;
    if (share.tills == 0)
        share.tills = 1;
    *ret = share;
    return 0;
}

bool bd_share_touch(struct bd_device_row *device, bx_utc now)
{
    int64_t age = now.us - device->leased_at;
    if (age >= 0 && age < TOUCH_S * BX_SECOND_US)
        return false;
    device->leased_at = now.us;
    return true;
}

/* What is set aside for the counters, that which tills have included. */
static int64_t aside(const struct bd_share *share, const struct bd_pool_row *pool)
{
    int64_t percent = share->policy->counters_percent > 0 ? share->policy->counters_percent : 100;
    int64_t unsold = bd_pool_free(pool) + pool->leased;
    return unsold * percent / 100;
}

/* Could PLACES be found, if tills gave back all that they have? */
static bool can_be_had(const struct bd_pool_row *pool, int64_t places)
{
    return places <= bd_pool_free(pool) + pool->leased;
}

static bool is_wanted(const struct bd_share *share, const struct bd_pool_row *pool)
{
    int64_t age = share->now.us - pool->wanted_at;
    int64_t most = share->policy && share->policy->wanted_seconds > 0
                       ? share->policy->wanted_seconds
                       : WANTED_S;
    return pool->wanted > 0 && can_be_had(pool, pool->wanted) && age < most * BX_SECOND_US &&
           age > -most * BX_SECOND_US;
}

static bool is_by_the_basket(const struct bd_share *share, const struct bd_pool_row *pool)
{
    return aside(share, pool) / share->tills < PAIR;
}

/* The slot starts soon, or has. */
static bool is_soon(const struct bd_share *share, const struct bd_pool_row *pool)
{
    return pool->starts != 0 && pool->starts - SOON_S * BX_SECOND_US <= share->now.us;
}

/* That, and a family would not find its places. */
static bool is_short(const struct bd_share *share, const struct bd_pool_row *pool)
{
    return is_soon(share, pool) && bd_pool_free(pool) < BASKET;
}

int64_t bd_share_stock(const struct bd_share *share, const struct bd_pool_row *pool, int64_t part,
                       int64_t want)
{
    if (is_wanted(share, pool) || is_by_the_basket(share, pool) || is_short(share, pool))
        return 0;
    int64_t fair = aside(share, pool) / share->tills;
    int64_t most = pool->capacity * share->policy->share_percent / 100;
    most = bd_least(most > 0 ? most : 1, fair) - part;
    int64_t room = aside(share, pool) - pool->leased;
    if (room < fair / 2 - part)
        room = fair / 2 - part;
    /* A stock that left too few would be called back at once, and taken again. */
    int64_t free = bd_pool_free(pool) - (is_soon(share, pool) ? BASKET : 0);
    int64_t stock = bd_least(bd_least(want > 0 ? want : most, most), bd_least(room, free));
    return stock > 0 ? stock : 0;
}

bool bd_share_recalls(const struct bd_share *share, const struct bd_pool_row *pool)
{
    int64_t free = bd_pool_free(pool);
    if (pool->leased == 0 || pool->ends <= share->now.us)
        return false;
    return (is_wanted(share, pool) && free < pool->wanted) || is_short(share, pool) ||
           (is_by_the_basket(share, pool) && free < BASKET);
}

int bd_pool_want(struct bd_store *store, const struct bx_slug *id, int64_t places, bx_utc now,
                 struct bx_fault *fault)
{
    struct bd_share share = {.now = now};
    struct bd_pool_row pool = {.id = *id};
    int err = bd_get(store, BD_POOL, &pool, fault);
    if (err != 0 || !can_be_had(&pool, places))
        return err == BD_NOT ? 0 : err;
    if (is_wanted(&share, &pool) && pool.wanted > places)
        places = pool.wanted; /* the greatest: who asks twice wants no more for it */
    pool.wanted = places;
    pool.wanted_at = now.us;
    return bd_must(bd_update(store, BD_POOL, &pool, fault), "pool", fault);
}

void bd_pool_want_later(struct bd_book *book, const struct bd_pool_row *pool, int64_t places)
{
    size_t at = 0;
    while (at < book->wanted_count && !bx_slug_equal(&book->wanted[at].pool, &pool->id))
        at++;
    if (at == BD_WANTED_MAX || !can_be_had(pool, places))
        return; /* whoever asks again is heard then */
    if (at == book->wanted_count)
        book->wanted[book->wanted_count++] = (struct bd_wanted){.pool = pool->id};
    if (places > book->wanted[at].places)
        book->wanted[at].places = places;
}

int bd_wanted_put(struct bd_book *book, bx_utc now, struct bx_fault *fault)
{
    int err = 0;
    for (size_t i = 0; i < book->wanted_count && err == 0; i++)
        err = bd_pool_want(book->store, &book->wanted[i].pool, book->wanted[i].places, now, fault);
    if (err == 0)
        book->wanted_count = 0;
    return err;
}
