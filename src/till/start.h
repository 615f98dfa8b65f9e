/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a till carries from one life to the next beside its journal. Included by core.h, and by
 * nothing else. */

#include "boxtill/till/till.h"

/* --- draft.c: the open basket as a file, and whether the till is locked ------------------------
 */

struct bx_draft_state {
    bx_mono due;     /* 0: the file is as the basket */
    int64_t request; /* of the READ that tells whether the basket was sold already */
    bool locked;     /* what the file says */
};
/* The basket of before; whether it was sold meanwhile is asked for. */
void bx_draft_start(struct bx_till *till, const struct bx_event *event);
/* Asks the journal whether the basket on the screen was sold already, and empties it then. */
void bx_draft_look(struct bx_till *till);
void bx_draft_rows(struct bx_till *till, const struct bx_event *event);
void bx_draft_tick(struct bx_till *till);
/* The basket on the screen changed: write the file soon. */
void bx_draft_touch(struct bx_till *till);
/* Write it at the end of this event. */
void bx_draft_write(struct bx_till *till);
