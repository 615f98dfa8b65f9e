/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a till carries from one life to the next beside its journal. Included by core.h, and by
 * nothing else. */

#include "boxtill/till/till.h"

/* --- draft.c: the open basket as a file, and whether the till is locked or its clock doubted ---
 */

struct bx_draft_state {
    bx_mono due;        /* 0: the file is as the basket */
    int64_t request;    /* of the READ that tells whether the basket was sold already */
    bool locked, doubt; /* what the file says */
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

/* --- clock.c: is the wall clock to be believed? ------------------------------------------------
 */

struct bx_clock_state {
    bool doubt; /* nothing is sold before a person, or the server's answer, has ended it */
};
/* Entries for jumps: since the last entry, and since the turn BEFORE. */
void bx_clock_start(struct bx_till *till, bool rebooted);
void bx_clock_turn(struct bx_till *till, const struct bx_turn *before);
void bx_clock_tick(struct bx_till *till);
/* A person says that date and time are right. */
void bx_clock_confirm(struct bx_till *till);
/* 0, or BX_ERR_OFFLINE with a sentence. */
int bx_must bx_clock_check(const struct bx_till *till, struct bx_fault *fault);
/* "Tue 24 Nov 2026, 14:32" at the venue. */
#define BX_CLOCK_DATE 32
void bx_clock_text(const struct bx_till *till, char out[BX_CLOCK_DATE]);
