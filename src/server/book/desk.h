/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One question of a till (question.h) while it is answered. */

#include "boxtill/domain/question.h"
#include "server/book/inside.h"

struct bd_asked {
    struct bd_store *store;
    const struct bd_turn *turn;
    const struct bd_device *device;
    const struct bx_inquiry *inquiry;
};

/* ledger.c */
int bx_must bd_ask_voucher(const struct bd_asked *asked, struct bx_reply *reply,
                           struct bx_fault *fault);
int bx_must bd_ask_charge(const struct bd_asked *asked, struct bx_reply *reply,
                          struct bx_fault *fault);
int bx_must bd_ask_reverse(const struct bd_asked *asked, struct bx_reply *reply,
                           struct bx_fault *fault);
/* look.c */
int bx_must bd_ask_sales(const struct bd_asked *asked, struct bx_reply *reply,
                         struct bx_fault *fault);
int bx_must bd_ask_sale(const struct bd_asked *asked, struct bx_reply *reply,
                        struct bx_fault *fault);
int bx_must bd_ask_tickets(const struct bd_asked *asked, struct bx_reply *reply,
                           struct bx_fault *fault);
