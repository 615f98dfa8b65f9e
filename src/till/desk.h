/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What desk.c, terms.c and checkout.c share: the ways a basket may be touched. */

#include "core.h"

/* Is there a programme, and neither a payment nor a store under way? */
int bx_must bx_desk_ready(const struct bx_till *till, const struct bx_desk *desk,
                          struct bx_fault *fault);
/* Keeps basket and deal as they are, for undo: before a change. */
void bx_desk_keep(struct bx_desk *desk);
/* After a change: prices anew, the draft, and whether it still waits for places. */
void bx_desk_changed(struct bx_till *till, struct bx_desk *desk);
/* "How many are this till's": the one sentence for every shortage. ASKED: the server has answered.
 */
int bx_must bx_desk_short(const struct bx_till *till, const struct bx_slug *pool, bool asked,
                          struct bx_fault *fault);
/* Puts CANDIDATE into the desk if POOL has the places for it, or can be asked for them. */
int bx_must bx_desk_take(struct bx_till *till, struct bx_desk *desk,
                         const struct bx_basket *candidate, const struct bx_slug *pool,
                         struct bx_fault *fault);
