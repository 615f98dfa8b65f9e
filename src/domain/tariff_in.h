/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The arithmetic of automatic prices, apart from baskets and programmes: pieces of some goods
 * (cells) and the offers they may be put into. */

#include <stdbool.h>
#include <stdint.h>

#include "boxtill/domain/basket.h"

enum { BX_CELLS_MAX = BX_LINES_MAX, BX_OFFERS_MAX = 16, BX_BUNDLES_MAX = 16, BX_GROUPS_MAX = 6 };

/* So much a piece, for those put into it. Either from `least` pieces on (0: any number) or for at
 * most `most` (0: any number). A price of -1: not for this cell. */
struct bx_offer {
    int rule;
    int least, most;
    int64_t price[BX_CELLS_MAX];
};

/* Sets of pieces at one price: of each part so many, out of the cells it names. */
struct bx_bundle {
    int rule;
    int64_t price;
    int part_count;
    struct {
        int pieces;
        uint64_t cells; /* bit per cell */
    } parts[BX_RULE_PARTS];
};

/* Offer 0 is everybody's: what a piece costs without the others. */
struct bx_puzzle {
    int cell_count, offer_count, bundle_count;
    int pieces[BX_CELLS_MAX];
    struct bx_offer offers[BX_OFFERS_MAX];
    struct bx_bundle bundles[BX_BUNDLES_MAX];
};

struct bx_solution {
    int64_t cost;
    int into[BX_CELLS_MAX][BX_OFFERS_MAX]; /* pieces of a cell in an offer */
    int sets[BX_BUNDLES_MAX];
    int bundled[BX_CELLS_MAX][BX_BUNDLES_MAX]; /* pieces of a cell in sets of a bundle */
};

/* The cheapest: exact up to a number of steps that no honest basket needs, and the best that was
 * found when they are used up. */
void bx_puzzle_solve(const struct bx_puzzle *puzzle, struct bx_solution *ret);

/* Puts what of COUNTS is left into the offers of WITH (bit per offer), at least cost; each offer
 * that asks for a least number must get it. False: it cannot. */
bool bx_puzzle_share(const struct bx_puzzle *puzzle, const int counts[BX_CELLS_MAX], uint32_t with,
                     struct bx_solution *ret);
