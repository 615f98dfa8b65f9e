/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Baskets put aside. Included by core.h, and by nothing else. */

#include "boxtill/domain/question.h"

#include "deal.h"

struct bx_attempt;

/* --- shelf.c ---------------------------------------------------------------------------------- */

struct bx_shelved {
    struct bx_basket basket;
    struct bx_deal deal;
    char name[BX_NAME_SIZE];
    struct bx_id attempt; /* money asked for it is not cleared up yet; zero: none */
    int use_count;        /* places that stay reserved for as long */
    struct bx_lease_use uses[BX_USES_MAX];
    bool sending; /* the server is asked to keep it */
};
enum { BX_SHELF_MAX = 12 };
struct bx_shelf {
    size_t count;
    struct bx_shelved *rows[BX_SHELF_MAX]; /* owned, oldest first */
    size_t remote_count;                   /* what the server had when it was asked last */
    struct bx_parked remote[BX_QUESTION_LIST];
    bool listing, resuming; /* being asked */
    bx_origin list_origin, resume_origin;
    bool heard;                /* the server said what lies there, when it was asked last */
    struct bx_inquiry *resume; /* owned: asked again with the same id; NULL none */
};
void bx_shelf_finish(struct bx_shelf *shelf);
/* Puts the basket of DESK aside under NAME: at the server, so that any till may go on with it, else
 * here. The desk is empty then. */
int bx_must bx_shelf_park(struct bx_till *till, struct bx_desk *desk, const char *name,
                          struct bx_fault *fault);
/* The payment open on DESK waits for money whose fate is unknown: the basket is put aside here with
 * its places, and the till is free. */
int bx_must bx_shelf_leave(struct bx_till *till, struct bx_desk *desk, struct bx_fault *fault);
/* Asks the server what lies there; shown, or answered, when it has said. Without contact: at once.
 */
void bx_shelf_list(struct bx_till *till, bx_origin origin);
/* BASKET back onto the desk of ORIGIN, which must be empty. From the server it comes later. */
int bx_must bx_shelf_resume(struct bx_till *till, struct bx_desk *desk, const struct bx_id *basket,
                            struct bx_fault *fault);
/* A basket here waits for the money of this attempt. */
bool bx_shelf_holds(const struct bx_till *till, const struct bx_id *attempt);
/* After a start: a basket here waits for it, or the one on the screen does, and is put aside. */
bool bx_shelf_claim(struct bx_till *till, const struct bx_attempt *attempt);
/* The money of this attempt is cleared up. */
void bx_shelf_settled(struct bx_till *till, const struct bx_id *attempt);
/* What lies here, as lines of the draft file; and back. */
void bx_shelf_encode(const struct bx_shelf *shelf, struct bx_buf *out);
struct bx_draft_line {
    const char *text;
    size_t len;
};
void bx_shelf_take(struct bx_till *till, const struct bx_draft_line lines[3]);
/* After the leases: what waits for money has its places again. */
void bx_shelf_start(struct bx_till *till);
/* The journal has told what is still open: all else is cleared up. */
void bx_shelf_looked(struct bx_till *till);
/* shelf_forms.c: the list is here, or a basket is back on the desk. */
void bx_shelf_show(struct bx_till *till, bx_origin origin);
void bx_shelf_resumed(struct bx_till *till, bx_origin origin, const char *name);
