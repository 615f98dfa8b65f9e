/* SPDX-License-Identifier: Apache-2.0 */
/* The one file that reads a clock. CLOCK_BOOTTIME and not CLOCK_MONOTONIC, since a till that slept
 * through its lease must not believe that no time has passed. */

#include "sys/sys.h"

#include <time.h>

#include "boxtill/base/alloc.h"

static struct timespec reading(clockid_t which)
{
    struct timespec at = {0};
    bx_assert(clock_gettime(which, &at) == 0);
    return at;
}

static bx_utc utc(struct bx_clock *clock)
{
    (void)clock;
    struct timespec at = reading(CLOCK_REALTIME);
    return (bx_utc){(int64_t)at.tv_sec * BX_SECOND_US + at.tv_nsec / 1000};
}

static bx_mono mono(struct bx_clock *clock)
{
    (void)clock;
    struct timespec at = reading(CLOCK_BOOTTIME);
    return (bx_mono){(int64_t)at.tv_sec * BX_SECOND_NS + at.tv_nsec};
}

struct bx_clock *bx_sys_clock(void)
{
    static const struct bx_clock_ops ops = {.utc = utc, .mono = mono};
    static struct bx_clock clock = {&ops};
    return &clock;
}
