/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Programmes, baskets and sales for the tests: small, made from a seed, the same on every machine.
 */

#include "boxtill/base/rand.h"
#include "boxtill/domain/entry.h"
#include "boxtill/domain/programme.h"

enum { SAMPLE_EVENTS = 2, SAMPLE_SLOTS = 6, SAMPLE_PRODUCTS = 5 };

/* Its arrays live in it. Slots 0 to 3 are event 0's, 4 and 5 event 1's; slots 2 and 3 share a pool.
 * Products: 0 adult 24.00 (7 %), 1 child 9.03 (7 %), 2 family 55.00 (4 places, 5 persons; 19 %),
 * all for both events; 3 tour 12.00 for event 1 only; 4 guide 6.00, untimed, no ticket. */
struct sample {
    struct bx_programme programme;
    struct bx_event_info events[SAMPLE_EVENTS];
    struct bx_slot slots[SAMPLE_SLOTS];
    struct bx_product products[SAMPLE_PRODUCTS];
};
void sample_init(struct sample *sample);

struct bx_rand sample_rand(uint8_t seed);
/* 0 to BELOW - 1. */
int64_t sample_below(struct bx_rand *rand, int64_t below);
/* A basket of 1 to 10 lines at random prices; its programme's prices are drawn anew. */
void sample_basket(struct bx_rand *rand, struct sample *sample, struct bx_basket *ret);
/* A whole sale, paid in one to four parts, that bx_sale_check() must like; and its head. */
void sample_sale(struct bx_rand *rand, int exponent, int64_t step, struct bx_sale *ret,
                 struct bx_entry_head *ret_head);
/* Pays SALE, whose totals are there, in one to four parts. */
void sample_pay(struct bx_rand *rand, struct bx_sale *sale, int64_t step);
/* Codes, lease uses and totals for SALE's basket. */
void sample_sale_finish(struct bx_rand *rand, struct bx_sale *sale);
