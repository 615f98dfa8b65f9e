/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The booking port without a network: the server's book called directly, over whatever store it
 * lies on. What is asked is done at once and answered at the next call of `answer`. */

#include <stdbool.h>

#include "boxtill/port/booking.h"
#include "boxtill/port/clock.h"
#include "boxtill/port/random.h"
#include "server/book/book.h"

struct fake_booking_setup {
    struct bd_store *store; /* borrowed, like all of them */
    struct bd_book *book;
    const struct bd_policy *policy;
    struct bx_clock *clock;
    struct bx_random *random;
    int64_t till, incarnation;
};
struct bx_booking *fake_booking_create(const struct fake_booking_setup *setup);
void *fake_booking_destroy(struct bx_booking *booking);
BX_CLEANUP_DEFINE(struct bx_booking, fake_booking_destroy)

/* Cut: everything asked is answered AGAIN and does not happen. */
void fake_booking_cut(struct bx_booking *booking, bool cut);
