/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of random bytes that is a value: copying the struct copies the future. Each draw takes
 * a block of its own, so that what one draw leaves over never becomes part of the next one, and
 * the history does not depend on how draws of different lengths follow each other. */

#include "boxtill/base/rand.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/crypto.h"

void bx_rand_draw(struct bx_rand *rand, void *out, size_t len)
{
    bx_assert(len <= 64);
    uint8_t message[11] = {'b', 'x', 'r'};
    for (int i = 0; i < 8; i++)
        message[3 + i] = (uint8_t)(rand->drawn >> (56 - 8 * i));
    rand->drawn++;
    uint8_t block[64];
    bx_mac(rand->seed, sizeof(rand->seed), message, sizeof(message), block, sizeof(block));
    memcpy(out, block, len);
    bx_wipe(block, sizeof(block));
}
