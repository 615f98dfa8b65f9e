/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One entry while it is booked: what the files that book the parts of it share. */

#include "boxtill/domain/figures.h"
#include "server/book/inside.h"

/* The gravest first: it is the one the answer names. */
enum bd_off {
    BD_OFF_OVERLAP,
    BD_OFF_OVER,
    BD_OFF_CANCELLED,
    BD_OFF_CLASH,
    BD_OFF_REPLACED,
    BD_OFF_RETURNED,
    BD_OFF_USED,
    BD_OFF_COLLECTED,
    BD_OFF_VOUCHER,
    BD_OFF_CASHIER,
    BD_OFF_GIFT,
    BD_OFF_Z,
    BD_OFF_SUMS,
    BD_OFF_LIMIT,
    BD_OFF_PRODUCT,
    BD_OFF_SLOT,
    BD_OFF_PRICE,
    BD_OFF_CLOCK,
    BD_OFF_GAP,
    BD_OFFS
};

struct bd_act {
    struct bd_book *book;
    const struct bd_turn *turn;
    struct bd_meta_row *meta; /* the caller puts it when arrivals rose */
    struct bd_device_row *device;
    const struct bd_entry_row *entry;
    struct bx_entry_head head;
    struct bx_content content;
    const struct bx_sale *sale;  /* of the content; NULL */
    struct bd_booking_row order; /* what the sale collects; id zero: nothing */
    bool off[BD_OFFS];
    char why[BD_OFFS][128]; /* "" says the usual sentence */
    bool own;               /* of a channel: made by the server itself, this moment */
};

/* Books the act, whose entry, head and content are set; as bd_entry_book() otherwise. */
int bx_must bd_act_book(struct bd_act *act, struct bd_booked *ret, struct bx_fault *fault);

/* What a sale takes back: lines, tickets and their places. */
int bx_must bd_back_book(struct bd_act *booking, struct bx_fault *fault);
/* Q places of POOL come back: what is over goes first. */
int bx_must bd_pool_return(struct bd_store *store, const struct bx_slug *pool, int64_t q,
                           struct bx_fault *fault);

/* lease.c, for gift.c */
/* Books USE as given away: *RET_PART of its places were in the lease's part of the pool's leased
 * and are in it no more; they still count as leased, and are the caller's to keep. */
int bx_must bd_lease_give(struct bd_store *store, const struct bd_device_row *device,
                          const struct bx_lease_use *use, struct bd_used *ret, int64_t *ret_part,
                          struct bx_fault *fault);
/* Adds PLACES to the till's lease R of POOL, PART of which are counted as leased already; what the
 * lease does not count (it is closed) becomes free. The caller puts DEVICE. */
int bx_must bd_lease_take(struct bd_store *store, struct bd_device_row *device,
                          const struct bx_slug *pool, int64_t r, int64_t places, int64_t part,
                          struct bx_fault *fault);

/* gift.c: places that go from one till to another. */
int bx_must bd_gift_book(struct bd_act *booking, struct bx_fault *fault);

/* paper.c */
int bx_must bd_paper_book(struct bd_act *booking, struct bx_fault *fault);
/* The code that counts now for the NTH ticket of ORDER; BD_NOT. */
int bx_must bd_ticket_latest(struct bd_store *store, const struct bx_id *order, int64_t nth,
                             struct bd_ticket_row *ret, struct bx_fault *fault);

/* arrivals.c: the order that a sale collects. What is off is said in the act. */
int bx_must bd_order_find(struct bd_act *booking, struct bx_fault *fault);
/* Up to Q places of POOL that are held for it become sold; *RET is how many. */
int bx_must bd_order_take(struct bd_act *booking, const struct bx_slug *pool, int64_t q,
                          int64_t *ret, struct bx_fault *fault);
/* What was not used goes back. */
int bx_must bd_order_end(struct bd_act *booking, struct bx_fault *fault);
/* The sale OF was taken back as a whole: its order may be collected again. */
int bx_must bd_order_reopen(struct bd_act *booking, const struct bx_id *of, struct bx_fault *fault);

/* ledger.c: vouchers used, given back, sold and taken back. */
int bx_must bd_vouchers_book(struct bd_act *booking, struct bx_fault *fault);

/* figures.c */
/* The rows of the act's entry, the server's own (channel) with them. */
int bx_must bd_figures_of(struct bd_store *store, const struct bx_entry_head *head,
                          const struct bx_content *content, struct bx_figures *ret,
                          struct bx_fault *fault);
/* Compares a Z that closes its shift with what was booked of it, if all of it was. */
int bx_must bd_z_book(struct bd_act *booking, struct bx_fault *fault);
