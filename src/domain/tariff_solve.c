/* SPDX-License-Identifier: Apache-2.0 */
/* The cheapest combination. How many sets of each bundle, and which of the offers that ask for a
 * least number: these are few and are all tried, those that cannot win any more are cut off. What
 * is left then is shared exactly (tariff_share.c).
 *
 * Where a basket has so many bundles at once that the steps are used up, the best of what was tried
 * stands; the trying goes from many sets to few, in the programme's order, so that it does not
 * depend on how the basket was rung up. Pieces of one product at several prices go into a set
 * dearest first. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "tariff_in.h"

enum { SHARES_MAX = 3000, NODES_MAX = 30000 };

struct search {
    const struct bx_puzzle *puzzle;
    struct bx_solution *best, *now;
    int counts[BX_CELLS_MAX];      /* not in a set */
    int64_t lowest[BX_CELLS_MAX];  /* no offer is below it */
    int64_t saves[BX_BUNDLES_MAX]; /* a set against the lowest, at most */
    int groups[BX_GROUPS_MAX];     /* offers that ask for a least number */
    int group_count;
    uint32_t free; /* the other offers */
    int shares, nodes;
};

static int pieces_of(const struct search *search, uint64_t cells)
{
    int pieces = 0;
    for (int i = 0; i < search->puzzle->cell_count; i++)
        if (cells >> i & 1)
            pieces += search->counts[i];
    return pieces;
}

static int sets_most(const struct search *search, const struct bx_bundle *bundle)
{
    int most = BX_QUANTITY_MAX;
    for (int i = 0; i < bundle->part_count; i++) {
        int sets = pieces_of(search, bundle->parts[i].cells) / bundle->parts[i].pieces;
        most = sets < most ? sets : most;
    }
    return most;
}

/* Puts SETS of bundle AT together, cell by cell in their order, and writes down of which. */
static void sets_put(struct search *search, int at, int sets)
{
    const struct bx_bundle *bundle = &search->puzzle->bundles[at];
    search->now->sets[at] = sets;
    for (int i = 0; i < bundle->part_count; i++) {
        int need = sets * bundle->parts[i].pieces;
        for (int cell = 0; cell < search->puzzle->cell_count && need > 0; cell++) {
            if (!(bundle->parts[i].cells >> cell & 1))
                continue;
            int taken = search->counts[cell] < need ? search->counts[cell] : need;
            search->counts[cell] -= taken;
            search->now->bundled[cell][at] += taken;
            need -= taken;
        }
    }
}

/* Takes them apart again, as it was written down. */
static void sets_clear(struct search *search, int at)
{
    search->now->sets[at] = 0;
    for (int cell = 0; cell < search->puzzle->cell_count; cell++) {
        search->counts[cell] += search->now->bundled[cell][at];
        search->now->bundled[cell][at] = 0;
    }
}

/* What the pieces that are left cost at least with the offers of WITH. */
static int64_t bound(const struct search *search, uint32_t with)
{
    const struct bx_puzzle *puzzle = search->puzzle;
    int64_t sum = 0;
    for (int i = 0; i < puzzle->cell_count; i++) {
        int64_t least = puzzle->offers[0].price[i];
        for (int offer = 1; offer < puzzle->offer_count; offer++) {
            int64_t price = puzzle->offers[offer].price[i];
            if ((with >> offer & 1) && price >= 0 && price < least)
                least = price;
        }
        sum += least * search->counts[i];
    }
    return sum;
}

static void share_try(struct search *search, int64_t cost, uint32_t with)
{
    if (search->shares == 0 || cost + bound(search, with) >= search->best->cost)
        return;
    search->shares--;
    if (!bx_puzzle_share(search->puzzle, search->counts, with, search->now))
        return;
    search->now->cost += cost;
    if (search->now->cost < search->best->cost)
        *search->best = *search->now;
}

/* Every choice of the offers that ask for a least number. */
static void leaf_try(struct search *search, int64_t cost)
{
    for (unsigned choice = 0; choice < 1u << search->group_count; choice++) {
        uint32_t with = search->free;
        for (int i = 0; i < search->group_count; i++)
            if (choice >> i & 1)
                with |= 1u << search->groups[i];
        share_try(search, cost, with);
    }
}

/* What is left costs at least this, even if each bundle to come saves what it can. */
static int64_t bound_with_sets(const struct search *search, int from)
{
    int64_t sum = 0;
    for (int i = 0; i < search->puzzle->cell_count; i++)
        sum += search->lowest[i] * search->counts[i];
    for (int i = from; i < search->puzzle->bundle_count; i++)
        sum -= search->saves[i] * sets_most(search, &search->puzzle->bundles[i]);
    return sum;
}

static void bundles_try(struct search *search, int at, int64_t cost)
{
    if (search->nodes == 0 || cost + bound_with_sets(search, at) >= search->best->cost)
        return;
    search->nodes--;
    if (at == search->puzzle->bundle_count) {
        leaf_try(search, cost);
        return;
    }
    const struct bx_bundle *bundle = &search->puzzle->bundles[at];
    for (int sets = sets_most(search, bundle); sets >= 0; sets--) {
        sets_put(search, at, sets);
        bundles_try(search, at + 1, cost + bundle->price * sets);
        sets_clear(search, at);
    }
}

static int64_t lowest_of(const struct bx_puzzle *puzzle, int cell)
{
    int64_t least = puzzle->offers[0].price[cell];
    for (int offer = 1; offer < puzzle->offer_count; offer++) {
        int64_t price = puzzle->offers[offer].price[cell];
        if (price >= 0 && price < least)
            least = price;
    }
    return least;
}

/* What a set saves at most against the lowest prices its pieces may have without it. */
static int64_t saves_of(const struct search *search, const struct bx_bundle *bundle)
{
    int64_t worth = -bundle->price;
    for (int part = 0; part < bundle->part_count; part++) {
        int64_t dearest = 0;
        for (int cell = 0; cell < search->puzzle->cell_count; cell++)
            if ((bundle->parts[part].cells >> cell & 1) && search->lowest[cell] > dearest)
                dearest = search->lowest[cell];
        worth += dearest * bundle->parts[part].pieces;
    }
    return worth > 0 ? worth : 0;
}

static void search_open(struct search *search, const struct bx_puzzle *puzzle)
{
    search->puzzle = puzzle;
    search->shares = SHARES_MAX;
    search->nodes = NODES_MAX;
    search->free = 1;
    memcpy(search->counts, puzzle->pieces, sizeof(search->counts));
    for (int offer = 1; offer < puzzle->offer_count; offer++) {
        if (puzzle->offers[offer].least == 0)
            search->free |= 1u << offer;
        else if (search->group_count < BX_GROUPS_MAX)
            search->groups[search->group_count++] = offer;
    }
    for (int i = 0; i < puzzle->cell_count; i++)
        search->lowest[i] = lowest_of(puzzle, i);
    for (int i = 0; i < puzzle->bundle_count; i++)
        search->saves[i] = saves_of(search, &puzzle->bundles[i]);
}

void bx_puzzle_solve(const struct bx_puzzle *puzzle, struct bx_solution *ret)
{
    bx_assert(puzzle->cell_count <= BX_CELLS_MAX && puzzle->offer_count >= 1);
    struct search *search = bx_new(struct search);
    search->best = ret;
    search->now = bx_new(struct bx_solution);
    memset(ret, 0, sizeof(*ret));
    search_open(search, puzzle);
    bool plain = bx_puzzle_share(puzzle, puzzle->pieces, 1, ret);
    bx_assert(plain);
    bundles_try(search, 0, 0);
    bx_free(search->now);
    bx_free(search);
}
