/* SPDX-License-Identifier: Apache-2.0 */
/* The system's randomness behind the port. */

#include "sys/sys.h"

#include "boxtill/base/crypto.h"

static void seed(struct bx_random *random, uint8_t out[32])
{
    (void)random;
    bx_random_fill(out, 32);
}

struct bx_random *bx_sys_random(void)
{
    static const struct bx_random_ops ops = {.seed = seed};
    static struct bx_random random = {&ops};
    return &random;
}
