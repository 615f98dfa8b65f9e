/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Automatic prices: which of the programme's rules apply to a basket, and the cheapest legal
 * combination of them. Persons per line and places never change by it: a family that pays as a
 * bundle still takes its places and is counted head by head. */

#include "boxtill/domain/basket.h"

/* What the rules depend on beside the basket. */
struct bx_tariff_facts {
    struct bx_slug proof; /* class of the member in the sale; none */
    int guests;           /* how many may come with the member */
    int minute;           /* civil, now: for untimed products */
    struct bx_date today;
    bool declined; /* one key: list prices for this basket */
};

/* Prices every line that is not fixed anew: price, why, why_text (and splits a line when only some
 * of its pieces are cheaper, or joins it again; the part of a bundle's price that its pieces cannot
 * share evenly stands in `off`). Donations, vouchers and lines with a note are left alone. What a
 * group or a bundle asks for must be there for one time; a piece is in one of them at most, and a
 * member's pieces are counted per rule and time. Never more than the list; the order of ringing up
 * does not matter; doing it twice changes nothing. *ret_saved: what the rules took off in all. 0,
 * or BX_ERR_FULL when the lines do not fit: the basket is unchanged then. */
int bx_must bx_tariff_apply(struct bx_basket *basket, const struct bx_programme *programme,
                            const struct bx_tariff_facts *facts, bx_money *ret_saved,
                            struct bx_fault *fault);
