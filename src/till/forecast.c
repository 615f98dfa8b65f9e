/* SPDX-License-Identifier: Apache-2.0 */
/* How many places the next hours may take: what this till sold of the event in the last two, half
 * as much again, for slots that begin within as long. Later ones are sold by the basket mostly, and
 * get a small stock.
 *
 * Counted in memory only: a till that has just started asks for the usual share, which is more than
 * enough to begin with. The boot clock counts, so that a wall clock that jumps forgets nothing. */

#include "core.h"

#include <string.h>

enum {
    QUARTER_S = 900,
    LEAST_QUARTERS = 2, /* a first sale says nothing about two hours */
    MORE_PERCENT = 150,
    BASKET = 8, /* of a time that is hours away */
    LEAST = 30  /* of one that is near: the line may break in the next minute */
};

static const struct bx_slot *slot_of(const struct bx_till *till, const struct bx_slug *pool)
{
    const struct bx_programme *programme = till->programme;
    for (size_t i = 0; programme && i < programme->slot_count; i++)
        if (bx_slug_equal(&programme->slots[i].pool, pool))
            return &programme->slots[i];
    return NULL;
}

static int64_t quarter_now(const struct bx_till *till)
{
    return till->turn.mono.ns / (QUARTER_S * BX_SECOND_NS);
}

static const struct bx_forecast_row *row_find(const struct bx_till *till,
                                              const struct bx_slug *event)
{
    const struct bx_forecast *forecast = &till->leases.forecast;
    for (size_t i = 0; i < forecast->count; i++)
        if (bx_slug_equal(&forecast->rows[i].event, event))
            return &forecast->rows[i];
    return NULL;
}

static struct bx_forecast_row *row_make(struct bx_till *till, const struct bx_slug *event)
{
    struct bx_forecast *forecast = &till->leases.forecast;
    const struct bx_forecast_row *found = row_find(till, event);
    if (found)
        return &forecast->rows[found - forecast->rows];
    if (forecast->count == BX_FORECAST_EVENTS)
        return NULL;
    struct bx_forecast_row *row = &forecast->rows[forecast->count++];
    *row = (struct bx_forecast_row){
        .event = *event, .quarter = quarter_now(till), .first = quarter_now(till)};
    return row;
}

/* Quarters that have passed since without a sale. */
static void roll(struct bx_forecast_row *row, int64_t now)
{
    for (int i = 0; i < BX_FORECAST_QUARTERS && row->quarter < now; i++)
        row->sold[++row->quarter % BX_FORECAST_QUARTERS] = 0;
    row->quarter = now;
}

void bx_forecast_sold(struct bx_till *till, const struct bx_slug *pool, int64_t q)
{
    const struct bx_slot *slot = slot_of(till, pool);
    struct bx_forecast_row *row =
        slot ? row_make(till, &till->programme->events[slot->event].id) : NULL;
    if (!row)
        return;
    roll(row, quarter_now(till));
    row->sold[row->quarter % BX_FORECAST_QUARTERS] += q;
}

int64_t bx_forecast_want(const struct bx_till *till, const struct bx_slug *pool)
{
    const struct bx_slot *slot = slot_of(till, pool);
    const struct bx_forecast_row *found =
        slot ? row_find(till, &till->programme->events[slot->event].id) : NULL;
    if (!found)
        return 0;
    struct bx_forecast_row row = *found;
    int64_t now = quarter_now(till);
    roll(&row, now);
    int64_t sum = 0;
    for (int i = 0; i < BX_FORECAST_QUARTERS; i++)
        sum += row.sold[i];
    int64_t over = now - row.first + 1;
    if (over < LEAST_QUARTERS)
        over = LEAST_QUARTERS;
    if (over > BX_FORECAST_QUARTERS)
        over = BX_FORECAST_QUARTERS;
    if (slot->start.us - till->turn.utc.us > BX_FORECAST_QUARTERS * QUARTER_S * BX_SECOND_US)
        return BASKET;
    int64_t want = sum * BX_FORECAST_QUARTERS * MORE_PERCENT / 100 / over;
    return want > LEAST ? want : LEAST;
}
