/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The tables in PostgreSQL, step by step; the one row of boxtill_format says how far, and is the
 * lock for whoever takes the next step. */

#include <stdbool.h>

#include "postgres/pg.h"

/* MAKE: there may be none yet. WRITE: older ones are brought up to date. BX_ERR_MISSING: none;
 * BX_ERR_REFUSED: newer than this program, or older and not ours to write. */
int bx_must bd_migrate(struct bx_pg *pg, bool make, bool write, struct bx_fault *fault);
