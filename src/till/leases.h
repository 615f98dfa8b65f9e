/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What leases.c (the table), allot.c (the exchange) and gift.c share. Included by those. */

#include "core.h"

/* NULL when there is none. A row moves when another one is made. */
struct bx_lease *bx_lease_row(const struct bx_leases *leases, const struct bx_slug *pool);
struct bx_lease_mark *bx_lease_mark_of(const struct bx_leases *leases, const struct bx_lease *row);
/* A row for POOL, the one there is or a new one; NULL when the table is full. */
struct bx_lease *bx_lease_make(struct bx_leases *leases, const struct bx_slug *pool);
/* May it be sold from, as far as time goes? */
bool bx_lease_is_live(const struct bx_till *till, const struct bx_lease *row);
/* Is so little free that more should be asked for? */
bool bx_lease_is_low(const struct bx_lease *row, const struct bx_lease_mark *mark);
/* Does HELLO name it? */
bool bx_lease_is_told(const struct bx_lease *row);
