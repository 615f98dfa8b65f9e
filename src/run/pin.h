/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The worker that compares PINs: Argon2id takes tens of milliseconds by design, which nobody may
 * wait for with a key in his hand. Owned by one thread; messages go by value both ways. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/attr.h"

struct bx_pins;

struct bx_pins *bx_pins_create(void);
/* Waits for the one that is being compared. */
void *bx_pins_destroy(struct bx_pins *pins);
BX_CLEANUP_DEFINE(struct bx_pins, bx_pins_destroy)

/* False when too many wait or the texts are too long to be right. */
bool bx_must bx_pins_ask(struct bx_pins *pins, int64_t request, const char *hash, const char *pin);
bool bx_must bx_pins_answer(struct bx_pins *pins, int64_t *ret_request, bool *ret_good);
/* Readable while an answer waits. */
int bx_pins_fd(const struct bx_pins *pins);
