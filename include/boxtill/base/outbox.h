/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a device has to say to the till: a ring of equal-sized messages, and a descriptor that wakes
 * the one place where the till sleeps. Anybody may put, one thread takes. */

#include <stdbool.h>
#include <stddef.h>

#include "boxtill/base/attr.h"

struct bx_outbox;

/* COUNT messages of SIZE bytes at most. NULL, with errno set, when there is no descriptor left. */
struct bx_outbox *bx_outbox_create(size_t count, size_t size);
/* Accepts NULL. Nobody may put any more. */
void *bx_outbox_destroy(struct bx_outbox *outbox);
/* False when full; never waits. */
bool bx_must bx_outbox_put(struct bx_outbox *outbox, const void *message);
/* False when empty; only then is the descriptor quiet again. */
bool bx_must bx_outbox_take(struct bx_outbox *outbox, void *out);
/* Readable while there is something to take. */
int bx_outbox_fd(const struct bx_outbox *outbox);
