/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A run on a stage: the real core and loop over a journal in memory, a clock that jumps ahead
 * instead of waiting, and a host that remembers what it was told. */

#include "boxtill/run/run.h"

enum { STAGE_KEYS = 16 };

struct stage {
    struct bx_host host; /* first */
    struct bx_clock clock;
    struct bx_random random;
    struct bx_journal *journal;
    struct bx_run *run;
    int64_t now_ms;
    uint8_t seeds;
    char folder[64], sock[256];
    int stop[2];          /* a pipe: what is written there ends the run */
    int keys[STAGE_KEYS]; /* to be typed; -1: the terminal is gone */
    size_t key_count;
    const char *boot; /* which boot of the machine this is */
    int draft_syncs;
    int drafts, draws, slices; /* calls of the host; housekeeping of the journal */
    size_t draft_len;
    char log[4096];
    bool yields;
    bool real_time; /* wait for the descriptors instead of jumping */
};

/* A till that is enrolled and knows cashier 7 with PIN 1234. SCREEN: with keys and drawing. */
struct stage *stage_create(bool screen, bool yields);
void *stage_destroy(struct stage *stage);
/* Another run on the same journal, without its draft. */
void stage_restart(struct stage *stage);

/* Has a command carried out, turn by turn; its exit status. */
int stage_command(struct stage *stage, const char *json);
/* The JSON of the last reply. */
const char *stage_reply(void);
