/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Views as a till would give them, plain and hostile, for the painting's tests. */

#include "boxtill/till/view.h"

/* The sell screen of a quiet Tuesday: two adults and a child in the basket. */
void sample_view(struct bx_till_view *view);
/* The same with long, wide, combining and many names. */
void sample_view_hostile(struct bx_till_view *view);
