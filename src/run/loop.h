/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The inside of a run, shared by the files of this folder. */

#include "boxtill/base/buf.h"
#include "boxtill/run/run.h"

#include "pin.h"
#include "sock.h"

enum { RUN_COMMANDS_MAX = 16 };

struct bx_run_command {
    int64_t request;
    bx_reply_take take;
    void *arg;
    char *json;
    size_t len;
};

struct bx_run {
    struct bx_run_ports ports;
    struct bx_till *till;
    struct bx_effects *effects;
    bool carrying; /* effects are being carried out */
    struct bx_pins *pins;
    struct bx_sock *sock; /* NULL: not listening */

    /* Commands in the order they came; the core has the first one when `given`. */
    struct bx_run_command commands[RUN_COMMANDS_MAX];
    size_t command_count;
    bool given;
    int64_t command_last; /* number given out */

    bool started, stopping;
    bx_mono stop_at;
    bx_mono busy_at; /* the last event that was not a tick */
    bx_mono idle_at; /* when housekeeping is due */

    struct bx_row rows[BX_ROWS_MAX]; /* of the READ being carried out */
    struct bx_buf bytes;             /* and of the batch being sent */
};

bx_mono bx_run_now(const struct bx_run *run);
/* Which boot of the machine this is; "" when it does not say. */
const char *bx_run_boot(const struct bx_run *run);
/* Stamps EVENT with this moment, gives it to the till and, unless that is being done already,
 * carries out what comes of it. */
void bx_run_event(struct bx_run *run, struct bx_event *event);
/* effects.c */
void bx_run_effect(struct bx_run *run, const struct bx_effect *effect);
void bx_run_reply(struct bx_run *run, int64_t request, int exit, const char *json,
                  const char *text);
