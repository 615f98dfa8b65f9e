/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Port: the two clocks, and from which boot the second one counts. Real: src/sys/clock.c. Fake: a
 * test's own hands. */

#include "boxtill/base/time.h"

struct bx_clock;
struct bx_clock_ops {
    bx_utc (*utc)(struct bx_clock *clock);
    bx_mono (*mono)(struct bx_clock *clock); /* counts from boot, suspend included */
    /* Another text after each boot, at most 39 bytes; "" when the machine does not say.
     * Valid as long as the clock. May be NULL: does not say. */
    const char *(*boot)(struct bx_clock *clock);
};
struct bx_clock {
    const struct bx_clock_ops *ops;
};
