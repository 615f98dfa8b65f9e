/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One process owns a till's home: whoever holds the flock on till.lock. The lock goes with the
 * process, however it ends; the file stays. */

#include "boxtill/base/attr.h"
#include "boxtill/base/fault.h"

struct bx_owner;

/* Takes the lock at PATH (made with mode 0600) without waiting. NULL with BX_ERR_BUSY when another
 * process holds it; the sentence names it. */
struct bx_owner *bx_owner_take(const char *path, struct bx_fault *fault);

void *bx_owner_release(struct bx_owner *owner);
BX_CLEANUP_DEFINE(struct bx_owner, bx_owner_release)
