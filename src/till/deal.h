/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What an open sale carries beside its lines, and what of it is under way at the server. Included
 * by core.h, and by nothing else. */

#include "boxtill/domain/cash.h"
#include "boxtill/domain/member.h"
#include "boxtill/domain/order.h"
#include "boxtill/domain/tariff.h"
#include "boxtill/till/till.h"

#include "form.h"

/* --- deal.c ----------------------------------------------------------------------------------- */

/* Places of a pool that an order holds at the server: no lease is used for them. */
struct bx_held {
    struct bx_slug pool;
    int64_t places;
};

struct bx_deal {
    struct bx_slug member, proof;   /* whose entitlement is used, and of which class */
    char member_name[BX_NAME_SIZE]; /* for the screen: stands in no entry */
    int guests;
    bool declined; /* list prices were asked for */
    struct bx_slug account, origin;
    bool origin_asked;
    bool invoice; /* wanted with the sale */
    struct bx_id order;
    char order_ref[24];
    int64_t persons_booked;
    bx_money prepaid;
    int held_count;
    struct bx_held held[BX_ORDER_LINES_MAX];
    int64_t corrections;           /* pieces taken out again */
    char exchange[BX_NUMBER_SIZE]; /* of the document of which something comes back; "" */
    int warrant_count;
    struct bx_warrant warrants[BX_WARRANTS_MAX];
};

/* The warrant of that action; NULL: none was given. */
const struct bx_warrant *bx_deal_warrant(const struct bx_deal *deal, const char *what);
/* Puts WARRANT in the place of an earlier one of its action and reason. 0, or BX_ERR_FULL. */
int bx_must bx_deal_allow(struct bx_deal *deal, const struct bx_warrant *warrant,
                          struct bx_fault *fault);
/* Places of POOL that the order brings. */
int64_t bx_deal_held(const struct bx_deal *deal, const struct bx_slug *pool);
/* What BASKET takes of the till's own places: nothing in training, none of what an order holds. */
int64_t bx_deal_need(const struct bx_till *till, const struct bx_deal *deal,
                     const struct bx_basket *basket, const struct bx_slug *pool);
/* One line of JSON; NAME is what a parked basket is called. */
void bx_deal_encode(const struct bx_deal *deal, const char *name, struct bx_buf *out);
int bx_must bx_deal_decode(const char *json, size_t len, struct bx_deal *ret,
                           char name[BX_NAME_SIZE], struct bx_fault *fault);
/* Writes into SALE what the deal knows. */
void bx_deal_put(const struct bx_till *till, const struct bx_deal *deal, struct bx_sale *sale);

/* --- desk.c: a basket and its tendering; the screen has one, a command brings its own --------- */

struct bx_undo {
    struct bx_basket basket;
    struct bx_deal deal;
};

struct bx_desk {
    bx_origin origin;
    struct bx_basket basket;
    struct bx_deal deal;
    bool had_lines;
    bx_money saved;      /* by automatic prices */
    struct bx_sale sale; /* being tendered: basket, totals, tenders so far, places of the leases */
    struct bx_sale *returns; /* an exchange: what is taken back (of, back, …); NULL: a sale */
    bx_money held[BX_TENDER_KINDS]; /* an exchange: what each tender of its sale still holds */
    bx_money given;                 /* an exchange: what of its sale went back in cash before */
    bx_money back_allowed;          /* how much a supervisor lets go back for it */
    bx_money offline_allowed; /* what the sale came to when a supervisor lifted the limits for it */
    struct bx_slug wants;     /* a refusal that a supervisor may lift: the action; none */
    char warn[200];           /* what the limits say of this sale without refusing it; "" */
    bool tendering;           /* its places are reserved */
    bool committing;          /* handed to the journal, answer not here yet */
    int waiting;              /* places asked of the server for this basket, not answered yet */
    struct bx_slug waiting_pool;
    struct bx_id paid; /* a card's money that came before: part of the payment when it opens */
    bool stale;        /* a new programme came while it was being paid */
    int undo_count, undo_at; /* earlier baskets, for undo and redo */
    struct bx_undo *undo;    /* ring of UNDO_MAX, NULL for a command's desk */
};

void bx_desk_init(struct bx_desk *desk, bx_origin origin, bool with_undo);
void bx_desk_finish(struct bx_desk *desk);
/* Rings up (or, negative, takes away) at once when the lease has the places; else, online, adds the
 * line, asks GROW for the basket's need and marks it waiting (a refusal takes back what is not
 * ours, with a sentence through bx_say or the command's reply); offline refuses and says how many
 * are this till's. */
int bx_must bx_desk_add(struct bx_till *till, struct bx_desk *desk,
                        const struct bx_product *product, const struct bx_slot *slot, int quantity,
                        struct bx_fault *fault);
/* May the counter sell what LINE holds for SLOT now, by the programme's sale windows? */
int bx_must bx_desk_line_sells(const struct bx_till *till, const struct bx_line *line,
                               const struct bx_slot *slot, struct bx_fault *fault);
int bx_must bx_desk_move(struct bx_till *till, struct bx_desk *desk, const struct bx_slot *slot,
                         struct bx_fault *fault);
void bx_desk_line_drop(struct bx_till *till, struct bx_desk *desk, int index);
void bx_desk_clear(struct bx_till *till, struct bx_desk *desk);
/* The basket was sold already: empties it for good. */
void bx_desk_forget(struct bx_till *till, struct bx_desk *desk);
/* Brings the basket up to what the programme and the day say now, and says what that changed. */
void bx_desk_refresh(struct bx_till *till, struct bx_desk *desk);
/* There is a new programme: refreshes, after an open payment at the latest. */
void bx_desk_programme(struct bx_till *till, struct bx_desk *desk);
/* Takes back the last STEPS changes, also while places are asked for: BEFORE is the basket then. */
void bx_desk_put_back(struct bx_till *till, struct bx_desk *desk, const struct bx_basket *before,
                      int steps);
/* What a sale of BASKET would take of each lease now; returns how many there are. */
int bx_desk_uses(const struct bx_till *till, const struct bx_deal *deal,
                 const struct bx_basket *basket, struct bx_lease_use uses[BX_USES_MAX]);
/* Places beyond capacity that a supervisor has allowed for this basket. */
enum { BX_OVER_MAX = 10 };
int64_t bx_desk_over(const struct bx_desk *desk);
bool bx_desk_undo(struct bx_till *till, struct bx_desk *desk);
bool bx_desk_redo(struct bx_till *till, struct bx_desk *desk);
/* A supervisor's word for the sale as it is now: not for a larger one. */
int bx_must bx_desk_allow(const struct bx_till *till, struct bx_desk *desk,
                          const struct bx_warrant *warrant, struct bx_fault *fault);
/* Reserves the basket's places and opens tendering; refused for an empty basket, one that waits, a
 * slot that is over, a missing day key, nobody logged in, selling stopped. */
int bx_must bx_desk_pay_open(struct bx_till *till, struct bx_desk *desk, struct bx_fault *fault);
void bx_desk_pay_close(struct bx_till *till, struct bx_desk *desk);
/* Adds a tender; the one that settles makes the ticket codes and hands the sale to the journal. */
int bx_must bx_desk_tender(struct bx_till *till, struct bx_desk *desk, enum bx_tender_kind kind,
                           bx_money received, const char *reference, struct bx_fault *fault);
/* The same for a tender that came of an attempt. */
struct bx_offered {
    enum bx_tender_kind kind;
    bx_money amount;
    const char *reference;
    struct bx_id attempt;
};
int bx_must bx_desk_offer(struct bx_till *till, struct bx_desk *desk,
                          const struct bx_offered *offered, struct bx_fault *fault);
/* What is left to pay, and what cash would be due for it. */
void bx_desk_left(const struct bx_till *till, const struct bx_desk *desk, bx_money *ret_left,
                  bx_money *ret_cash);
/* What was paid before the visit and is no part of the payment yet. */
bx_money bx_desk_prepaid(const struct bx_desk *desk);
/* The server answered a GROW for POOL (or did not): settles what waits. */
void bx_desk_grown(struct bx_till *till, const struct bx_slug *pool);
/* The journal has answered: the sale is over, or (refused) the basket stands as before paying. */
void bx_desk_committed(struct bx_till *till, struct bx_desk *desk, bool sold);
/* The desk of ORIGIN, or NULL when its command is gone. */
struct bx_desk *bx_desk_of(struct bx_till *till, bx_origin origin);

/* What was done since contact was lost, also by an earlier life of this till. */
struct bx_offline {
    bx_money total; /* sold */
    bx_utc since;   /* by the journal; 0: by this life's own clock */
    int64_t seq;    /* of what was read so far to count it */
    int64_t request;
};

/* When the server was last heard, as the journal has it: this life may have heard nothing yet. */
struct bx_contact_note {
    bx_utc at;
    bx_mono next; /* when it is noted again */
    int64_t request;
};

/* --- limits.c --------------------------------------------------------------------------------- */

enum bx_look { BX_LOOK_WITHIN, BX_LOOK_WARN, BX_LOOK_ASK, BX_LOOK_BLOCK };
enum bx_look bx_limit_look(const struct bx_limit *limit, int64_t value);
/* Against the venue's limits for selling offline; the fault says which one, unless WITHIN. */
enum bx_look bx_limits_offline(const struct bx_till *till, const struct bx_desk *desk,
                               struct bx_fault *fault);
int bx_must bx_limits_tender(const struct bx_till *till, enum bx_tender_kind kind,
                             struct bx_fault *fault);
/* A till that starts without contact goes on counting. */
void bx_limits_start(struct bx_till *till, const struct bx_journal_state *state);
void bx_limits_rows(struct bx_till *till, const struct bx_event *event);
bool bx_limits_stored(struct bx_till *till, const struct bx_event *event);
void bx_limits_tick(struct bx_till *till);
/* How long there has been no contact, by whichever clock says more. */
int64_t bx_limits_seconds(const struct bx_till *till);
/* Contact: the count begins anew. */
void bx_limits_found(struct bx_till *till);
/* A sale was stored: it counts for what was sold offline. */
void bx_limits_sold(struct bx_till *till, const struct bx_sale *sale);

/* --- terms.c ---------------------------------------------------------------------------------- */

/* What somebody asks for, and the reason and the approver that go with it. */
struct bx_terms {
    int line; /* -1: the whole basket */
    int64_t permille;
    bx_money amount;           /* taken off, or the new price */
    struct bx_warrant warrant; /* `what` is filled in */
};
/* Each: 0, or refused with a sentence; desk->wants names the action when a supervisor may lift it
 * (and warrant.approver says who has). The basket is unchanged then. */
int bx_must bx_desk_discount(struct bx_till *till, struct bx_desk *desk,
                             const struct bx_terms *terms, struct bx_fault *fault);
int bx_must bx_desk_price(struct bx_till *till, struct bx_desk *desk, const struct bx_terms *terms,
                          struct bx_fault *fault);
/* List prices for this basket, or the automatic ones again. */
int bx_must bx_desk_decline(struct bx_till *till, struct bx_desk *desk, bool declined,
                            struct bx_fault *fault);
/* A donation, a voucher's value: what has no price of its own. */
/* What is being paid becomes a round sum by a donation; nothing when it is one (pay_forms.c). */
int bx_must bx_desk_round(struct bx_till *till, struct bx_desk *desk, struct bx_fault *fault);
int bx_must bx_desk_add_open(struct bx_till *till, struct bx_desk *desk,
                             const struct bx_product *product, bx_money amount,
                             struct bx_fault *fault);
int bx_must bx_desk_line_move(struct bx_till *till, struct bx_desk *desk, int index,
                              const struct bx_slot *slot, struct bx_fault *fault);
/* One ticket for all pieces of the line (-1: of every line), or single ones again. */
int bx_must bx_desk_group(struct bx_till *till, struct bx_desk *desk, int index,
                          struct bx_fault *fault);
/* The card that CODE is on goes with the sale: known, not blocked, not expired. */
int bx_must bx_desk_member(struct bx_till *till, struct bx_desk *desk, const char *code,
                           struct bx_fault *fault);
void bx_desk_member_drop(struct bx_till *till, struct bx_desk *desk);
int bx_must bx_desk_account(struct bx_till *till, struct bx_desk *desk, const struct bx_slug *id,
                            struct bx_fault *fault);
/* Does the basket agree with the card, and the account with the venue? */
int bx_must bx_terms_check(const struct bx_till *till, const struct bx_desk *desk,
                           struct bx_fault *fault);

/* --- arrivals.c ------------------------------------------------------------------------------- */

struct bx_coming {
    int64_t count; /* persons who came; -1: as many as were booked */
    bool agreed;   /* the price agreed, else calculated anew */
    bool group;    /* one ticket for all */
};
enum { BX_COLLECTED_MAX = 64 };
/* By what the visitor has; NULL none. */
const struct bx_order *bx_arrivals_find(const struct bx_till *till, const char *ref);
int64_t bx_order_persons(const struct bx_till *till, const struct bx_order *order);
/* Collected at this till, whether or not the server has heard of it. */
bool bx_arrivals_was_here(const struct bx_till *till, const struct bx_id *order);
void bx_arrivals_sold(struct bx_till *till, const struct bx_sale *sale);
/* What was ordered, for those who came, onto the empty desk; its places are the server's hold. */
int bx_must bx_desk_order(struct bx_till *till, struct bx_desk *desk, const struct bx_order *order,
                          const struct bx_coming *coming, struct bx_fault *fault);
