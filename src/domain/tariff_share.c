/* SPDX-License-Identifier: Apache-2.0 */
/* Sharing pieces among offers at least cost: a flow from the cells to the offers. One cell after
 * the other is put in along the cheapest path, which may move pieces of earlier cells from an offer
 * to another; by that the whole stays the cheapest after each step (successive shortest paths). An
 * offer that asks for a least number of pieces draws them with a reward larger than any price. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "tariff_in.h"

static const int64_t reward = INT64_C(10000000000000);
static const int64_t far = INT64_MAX / 4;

struct flow {
    const struct bx_puzzle *puzzle;
    uint32_t with;
    int used[BX_OFFERS_MAX];
    int (*into)[BX_OFFERS_MAX];
    /* of the search from one cell: the cheapest way to each offer, and the cell it came through */
    int64_t cost[BX_OFFERS_MAX];
    int through[BX_OFFERS_MAX], before[BX_OFFERS_MAX]; /* before: the offer pieces move out of */
};

static bool has(const struct flow *flow, int cell, int offer)
{
    return (flow->with >> offer & 1) && flow->puzzle->offers[offer].price[cell] >= 0;
}

static bool relax(struct flow *flow, int cell, int from, int64_t cost)
{
    bool nearer = false;
    for (int to = 0; to < flow->puzzle->offer_count; to++) {
        if (to == from || !has(flow, cell, to))
            continue;
        int64_t way = cost + flow->puzzle->offers[to].price[cell];
        if (way >= flow->cost[to])
            continue;
        flow->cost[to] = way;
        flow->through[to] = cell;
        flow->before[to] = from;
        nearer = true;
    }
    return nearer;
}

/* Pieces that are in offer FROM may move on from there. */
static bool relax_from(struct flow *flow, int from)
{
    bool nearer = false;
    for (int i = 0; i < flow->puzzle->cell_count; i++) {
        int64_t cost = flow->cost[from] - flow->puzzle->offers[from].price[i];
        if (flow->into[i][from] > 0 && relax(flow, i, from, cost))
            nearer = true;
    }
    return nearer;
}

/* The cheapest way of a piece of CELL to each offer (Bellman and Ford). */
static void ways_find(struct flow *flow, int cell)
{
    for (int i = 0; i < BX_OFFERS_MAX; i++)
        flow->cost[i] = far;
    bool nearer = relax(flow, cell, -1, 0);
    while (nearer) {
        nearer = false;
        for (int from = 0; from < flow->puzzle->offer_count; from++)
            if (flow->cost[from] < far && relax_from(flow, from))
                nearer = true;
    }
}

/* How many more OFFER takes at its cost now, and that cost; 0: it is full. */
static int room(const struct flow *flow, int offer, int64_t *ret_cost)
{
    const struct bx_offer *of = &flow->puzzle->offers[offer];
    int used = flow->used[offer];
    *ret_cost = used < of->least ? -reward : 0;
    if (used < of->least)
        return of->least - used;
    return of->most > 0 ? of->most - used : BX_LINES_MAX * BX_QUANTITY_MAX;
}

/* Moves up to PIECES along the way to OFFER; returns how many. */
static int way_go(struct flow *flow, int offer, int pieces)
{
    for (int at = offer; flow->before[at] >= 0; at = flow->before[at]) {
        int there = flow->into[flow->through[at]][flow->before[at]];
        pieces = there < pieces ? there : pieces;
    }
    for (int at = offer; at >= 0; at = flow->before[at]) {
        flow->into[flow->through[at]][at] += pieces;
        if (flow->before[at] >= 0)
            flow->into[flow->through[at]][flow->before[at]] -= pieces;
    }
    flow->used[offer] += pieces;
    return pieces;
}

static void cell_put(struct flow *flow, int cell, int pieces)
{
    while (pieces > 0) {
        int best = -1;
        int most = 0;
        int64_t least = far;
        ways_find(flow, cell);
        for (int i = 0; i < flow->puzzle->offer_count; i++) {
            int64_t cost;
            int takes = (flow->with >> i & 1) ? room(flow, i, &cost) : 0;
            if (takes <= 0 || flow->cost[i] == far || flow->cost[i] + cost >= least)
                continue;
            least = flow->cost[i] + cost;
            most = takes;
            best = i;
        }
        bx_assert(best >= 0); /* offer 0 takes all */
        pieces -= way_go(flow, best, most < pieces ? most : pieces);
    }
}

bool bx_puzzle_share(const struct bx_puzzle *puzzle, const int counts[BX_CELLS_MAX], uint32_t with,
                     struct bx_solution *ret)
{
    memset(ret->into, 0, sizeof(ret->into));
    struct flow flow = {.puzzle = puzzle, .with = with | 1, .into = ret->into};
    for (int i = 0; i < puzzle->cell_count; i++)
        cell_put(&flow, i, counts[i]);
    ret->cost = 0;
    for (int offer = 0; offer < puzzle->offer_count; offer++) {
        if ((flow.with >> offer & 1) && flow.used[offer] < puzzle->offers[offer].least)
            return false;
        for (int i = 0; i < puzzle->cell_count; i++)
            if (ret->into[i][offer] > 0)
                ret->cost += puzzle->offers[offer].price[i] * ret->into[i][offer];
    }
    return true;
}
