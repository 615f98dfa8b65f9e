/* SPDX-License-Identifier: Apache-2.0 */
/* The till's places: what is free, reserved, used. How they come and go is in allot.c.
 *
 * Reserved places belong to an open payment: they are taken for everybody else, and keep their
 * lease from closing. A sale's own transaction moves them to used; `used` never falls. */

#include "leases.h"

#include <string.h>

#include "boxtill/domain/gift.h"

void bx_leases_finish(struct bx_leases *leases)
{
    leases->rows = bx_free(leases->rows);
    leases->marks = bx_free(leases->marks);
    leases->granted = bx_free(leases->granted);
    leases->count = leases->cap = 0;
}

/* --- the table ------------------------------------------------------------------------------- */

/* Where POOL stands, or would stand. */
enum { STOCK_LEAST = 30 };

static size_t place_of(const struct bx_leases *leases, const struct bx_slug *pool, bool *ret_there)
{
    size_t low = 0;
    size_t high = leases->count;
    *ret_there = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(leases->rows[middle].pool.s, pool->s);
        if (order == 0) {
            *ret_there = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct bx_lease *bx_lease_row(const struct bx_leases *leases, const struct bx_slug *pool)
{
    bool there;
    size_t at = place_of(leases, pool, &there);
    return there ? &leases->rows[at] : NULL;
}

struct bx_lease *bx_leases_find(struct bx_till *till, const struct bx_slug *pool)
{
    return bx_lease_row(&till->leases, pool);
}

struct bx_lease_mark *bx_lease_mark_of(const struct bx_leases *leases, const struct bx_lease *row)
{
    return &leases->marks[row - leases->rows];
}

struct bx_lease *bx_lease_make(struct bx_leases *leases, const struct bx_slug *pool)
{
    bool there;
    size_t at = place_of(leases, pool, &there);
    if (there)
        return &leases->rows[at];
    if (leases->count == BX_LEASES_MAX)
        return NULL;
    if (leases->count == leases->cap) {
        leases->cap = leases->cap ? leases->cap * 2 : 128;
        leases->rows = bx_realloc(leases->rows, leases->cap, sizeof(*leases->rows));
        leases->marks = bx_realloc(leases->marks, leases->cap, sizeof(*leases->marks));
    }
    memmove(&leases->rows[at + 1], &leases->rows[at], (leases->count - at) * sizeof(*leases->rows));
    memmove(&leases->marks[at + 1], &leases->marks[at],
            (leases->count - at) * sizeof(*leases->marks));
    leases->count++;
    leases->rows[at] = (struct bx_lease){.pool = *pool};
    leases->marks[at] = (struct bx_lease_mark){.left = -1, .alive = true};
    return &leases->rows[at];
}

bool bx_lease_is_told(const struct bx_lease *row)
{
    return row->state != BX_LEASE_NONE && row->state != BX_LEASE_CLOSED;
}

bool bx_lease_is_low(const struct bx_lease *row, const struct bx_lease_mark *mark)
{
    int64_t stock = mark->share > 0 ? mark->share : row->n;
    return (row->n - row->used - row->reserved) * 3 < stock;
}

static void row_take(struct bx_leases *leases, const struct bx_lease *stored)
{
    struct bx_lease *row = bx_lease_make(leases, &stored->pool);
    if (!row)
        return;
    *row = *stored;
    row->reserved = 0;
    row->stops = (bx_mono){0}; /* of another life of the boot clock, perhaps */
    /* What was last granted is not kept; what is left of it is too little to go by. */
    int64_t left = row->n - row->used, least = row->n < STOCK_LEAST ? row->n : STOCK_LEAST;
    bx_lease_mark_of(leases, row)->share = left > least ? left : least;
}

void bx_leases_start(struct bx_till *till, const struct bx_journal_state *state)
{
    struct bx_leases *leases = &till->leases;
    leases->granted = bx_alloc(BX_ALLOT_MAX, sizeof(*leases->granted));
    leases->hello = true;
    leases->next_scan = till->turn.mono;
    /* Should there be more than fit, those that still count come first. */
    for (size_t i = 0; i < state->lease_count; i++)
        if (bx_lease_is_told(&state->leases[i]))
            row_take(leases, &state->leases[i]);
    for (size_t i = 0; i < state->lease_count; i++)
        if (!bx_lease_is_told(&state->leases[i]))
            row_take(leases, &state->leases[i]);
}

bool bx_lease_is_live(const struct bx_till *till, const struct bx_lease *row)
{
    if (row->state != BX_LEASE_OPEN)
        return false;
    if (row->stops.ns != 0)
        return till->turn.mono.ns < row->stops.ns;
    return till->turn.utc.us < row->expires.us;
}

bool bx_leases_is_frozen(const struct bx_till *till, const struct bx_slug *pool)
{
    const struct bx_lease *row = bx_lease_row(&till->leases, pool);
    return row && bx_lease_mark_of(&till->leases, row)->frozen;
}

void bx_leases_frozen_say(struct bx_till *till)
{
    bx_say(till, BX_TONE_BAD, "The server lost count of our places: call a supervisor.");
}

int64_t bx_leases_free(const struct bx_till *till, const struct bx_slug *pool)
{
    const struct bx_lease *row = bx_lease_row(&till->leases, pool);
    if (!row || !bx_lease_is_live(till, row) || bx_lease_mark_of(&till->leases, row)->frozen)
        return 0;
    int64_t free = row->n - row->used - row->reserved;
    return free > 0 ? free : 0;
}

void bx_leases_reserve(struct bx_till *till, const struct bx_slug *pool, int64_t q)
{
    struct bx_lease *row = bx_leases_find(till, pool);
    if (!row)
        return;
    row->reserved += q;
    bx_assert(row->reserved >= 0);
}

void bx_leases_kick(struct bx_till *till)
{
    till->leases.next_scan = till->turn.mono;
    till->leases.next_at = (bx_mono){0};
}

void bx_leases_grow(struct bx_till *till, const struct bx_slug *pool, int64_t q)
{
    struct bx_lease *row = bx_lease_make(&till->leases, pool);
    if (!row)
        return;
    struct bx_lease_mark *mark = bx_lease_mark_of(&till->leases, row);
    if (q > mark->want) {
        mark->want = q;
        /* What is under way knows nothing of this wish, and its answer does not end it. */
        mark->again = mark->again || mark->batched;
    }
    mark->not_before = (bx_mono){0};
    till->leases.wish = true;
    till->leases.next_at = (bx_mono){0};
}

void bx_leases_recall(struct bx_till *till, const struct bx_slug *pool, int64_t r)
{
    struct bx_lease *row = bx_leases_find(till, pool);
    if (!row || row->r != r)
        return;
    bx_lease_mark_of(&till->leases, row)->recalled = r;
    till->leases.next_scan = till->turn.mono;
}

bool bx_leases_is_asked(const struct bx_till *till, const struct bx_slug *pool)
{
    const struct bx_lease *row = bx_lease_row(&till->leases, pool);
    if (!row)
        return false;
    const struct bx_lease_mark *mark = bx_lease_mark_of(&till->leases, row);
    return mark->want > 0 || (mark->batched && row->state == BX_LEASE_WAITING);
}

void bx_leases_uses(const struct bx_till *till, struct bx_sale *sale)
{
    for (int i = 0; i < sale->use_count; i++) {
        struct bx_lease_use *use = &sale->uses[i];
        const struct bx_lease *row = bx_lease_row(&till->leases, &use->pool);
        use->r = row ? row->r : 0;
        use->before = row ? row->used : 0;
    }
}

void bx_leases_sold(struct bx_till *till, const struct bx_lease_use *uses, int count, bool sold)
{
    for (int i = 0; i < count; i++) {
        struct bx_lease *row = bx_leases_find(till, &uses[i].pool);
        if (!row)
            continue;
        row->reserved -= uses[i].q;
        if (!sold)
            continue;
        row->used += uses[i].q;
        bx_forecast_sold(till, &row->pool, uses[i].q);
        const struct bx_lease_mark *mark = bx_lease_mark_of(&till->leases, row);
        if (bx_lease_is_low(row, mark) || mark->recalled == row->r)
            bx_leases_kick(till);
    }
}

void bx_leases_given(struct bx_till *till, const struct bx_gift *gift, bool given)
{
    struct bx_lease *row = bx_leases_find(till, &gift->pool);
    if (!row)
        return;
    row->reserved -= gift->places;
    row->used += given ? gift->places : 0;
    if (given)
        bx_leases_kick(till);
}

void bx_leases_taken(struct bx_till *till, const struct bx_gift *gift)
{
    struct bx_lease *row = bx_leases_find(till, &gift->pool);
    if (!row || row->r != gift->own_r)
        return;
    row->n += gift->places;
    row->taken += gift->places;
    bx_desk_grown(till, &row->pool);
}
