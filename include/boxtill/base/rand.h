/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Randomness as a value. A port (boxtill/port/random.h) fills one seed per turn of the loop, and
 * the rules draw from it here: the same seed gives the same history, which is what a simulator
 * needs, and BLAKE2b keyed with 256 fresh bits is as good as the seed, which is what a ticket code
 * needs. */

#include <stddef.h>
#include <stdint.h>

struct bx_rand {
    uint8_t seed[32];
    uint64_t drawn; /* blocks given out so far */
};

/* The next LEN bytes (at most 64 a call) of SEED's stream: BLAKE2b-512(key seed, "bxr" ‖ counter).
 */
void bx_rand_draw(struct bx_rand *rand, void *out, size_t len);
