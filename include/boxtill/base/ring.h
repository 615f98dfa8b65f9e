/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A bounded queue of equal-sized messages between two threads, each message copied in and out.
 * Used for the one worker a blocking device has. */

#include <stdbool.h>
#include <stddef.h>

#include "boxtill/base/attr.h"

struct bx_ring;

/* COUNT messages of SIZE bytes at most. */
struct bx_ring *bx_ring_create(size_t count, size_t size);
/* Nobody may be waiting any more. */
void *bx_ring_destroy(struct bx_ring *ring);
/* False when full or closed; never waits. */
bool bx_must bx_ring_put(struct bx_ring *ring, const void *message);
/* False when empty (or closed and empty); never waits. */
bool bx_must bx_ring_take(struct bx_ring *ring, void *out);
/* Waits until there is one; false once closed and empty. */
bool bx_must bx_ring_wait(struct bx_ring *ring, void *out);
/* Wakes every waiter; nothing can be put any more. */
void bx_ring_close(struct bx_ring *ring);
