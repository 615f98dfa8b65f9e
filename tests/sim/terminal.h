/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Card terminals (terminal.c); each remembers for ever. */

#include <stdbool.h>
#include <stddef.h>

#include "boxtill/till/till.h"

struct sim;
struct sim_item;

struct sim_swipe {
    struct bx_id id;
    bool taken; /* money moved, and was not given back */
    int documents;
};
struct sim_terminal {
    struct sim_swipe *swipes;
    size_t count;
};
void sim_terminal_take(struct sim *sim, int till, const struct bx_effect *effect);
void sim_terminal_say(struct sim *sim, const struct sim_item *item);
/* A document names the attempt ID ("" none). */
void sim_terminal_document(struct sim *sim, int till, const char *id);
/* All money that moved has its document, or is still open at the till. */
void sim_terminal_check(struct sim *sim, int till);
