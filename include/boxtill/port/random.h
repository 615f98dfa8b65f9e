/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Port: randomness. One seed a turn of the loop. Real: the system's (src/sys/random.c). Fake: a
 * counter under a test's seed. */

#include <stdint.h>

struct bx_random;
struct bx_random_ops {
    void (*seed)(struct bx_random *random, uint8_t out[32]);
};
struct bx_random {
    const struct bx_random_ops *ops;
};
