/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Correcting: a sale with everything that became of it, and the documents that take some of it
 * back. Included by core.h, and by nothing else. */

#include "boxtill/domain/cash.h"
#include "boxtill/domain/price.h"
#include "form.h"

struct bx_row;
struct bx_intent;
struct bx_ref;
struct bx_command;
struct bx_desk;
struct bx_till_view;

/* What somebody wants to be taken back, and how the money goes back. */
struct bx_taking {
    struct bx_id of;
    enum bx_kind kind; /* void, refund or exchange */
    bool whole;        /* all that is still there */
    bool visit;        /* the visit did not take place: used tickets, too */
    int quantities[BX_LINES_MAX];
    bool tickets[BX_TICKETS_MAX];
    bool by; /* back by TENDER, whatever was paid with */
    enum bx_tender_kind tender;
    char reference[44];
};

/* An amount that went into another tender than was keyed. */
struct bx_retender {
    struct bx_id of;
    enum bx_tender_kind from, to;
    bx_money amount;
    char reference[44];
};

/* --- case.c: one sale and what became of it ----------------------------------------------------
 */

/* A sale, refund, void or exchange that somebody looks at. The screen has one (the sale on SALE), a
 * command its own. */
struct bx_case {
    struct bx_row row;         /* its entry; body owned; of another till: no hash, no answer */
    struct bx_sale sale;       /* as written, but its tenders follow their corrections */
    struct bx_remains remains; /* what is still there of it */
    struct bx_code codes[BX_TICKETS_MAX]; /* good now, or the last that was */
    uint8_t copies[BX_TICKETS_MAX + 1], replaced[BX_TICKETS_MAX + 1]; /* by ticket + 1 */
    bool used[BX_TICKETS_MAX];       /* at a gate, as far as the server has said */
    bx_money given[BX_TENDER_KINDS]; /* gone back since, positive */
    int returns;                     /* documents that took something back */
    bool cut;                        /* more was done than the server could tell */
    int invoices;
    int64_t invoice_seq;       /* of the last one */
    bool foreign;              /* another till's: known from the server */
    bool told;                 /* the server has spoken about its tickets */
    int64_t read_request;      /* what became of it is being read */
    struct bx_id ask_id;       /* names the question under way; zero: none */
    bx_mono ask_until;         /* after that it is looked at without the server */
    bx_mono read_at;           /* when the journal last told */
    struct bx_case_wish *wish; /* allowed, and waiting until all is read anew; owned */
};
/* What is to be done about a case once it is known to be up to date. */
struct bx_case_wish {
    void (*go)(struct bx_till *till, struct bx_case *one, const struct bx_case_wish *wish);
    bx_origin origin;
    struct bx_warrant warrant;
    union {
        struct bx_taking taking;
        struct bx_retender move;
    } of;
};
/* Decodes ROW. NULL when that is no sale, refund, void or exchange, with a sentence. */
struct bx_case *bx_case_create(const struct bx_row *row, struct bx_fault *fault);
/* Of another till, from the server's bodies, each with a line feed after it. */
struct bx_case *bx_case_foreign(const char *bodies, size_t len, struct bx_fault *fault);
void *bx_case_destroy(struct bx_case *one);
/* Reads what became of it, and asks the server about its tickets. */
void bx_case_load(struct bx_till *till, struct bx_case *one);
/* Does WISH (copied) at once, or, when somebody was asked meanwhile, after reading again. */
void bx_case_do(struct bx_till *till, struct bx_case *one, const struct bx_case_wish *wish);
/* Is nothing more to come? */
bool bx_case_is_ready(const struct bx_case *one);
/* One later entry about it; others are passed over. */
int bx_must bx_case_take(struct bx_case *one, const char *body, size_t len, struct bx_fault *fault);
/* Rows or ticks that may be for a case of this till's. */
bool bx_cases_rows(struct bx_till *till, const struct bx_event *event);
void bx_cases_tick(struct bx_till *till);
void bx_cases_wake(const struct bx_till *till, bx_mono *wake);
bool bx_cases_are_busy(const struct bx_till *till);
/* The screen's case was read (items.c). */
void bx_items_case(struct bx_till *till);
/* The case of the sale ID, wherever it is open; NULL none. */
struct bx_case *bx_case_of(struct bx_till *till, const struct bx_id *id);
/* Is TICKET still good: neither taken back nor used? */
bool bx_case_has(const struct bx_case *one, int ticket);
/* Pieces of LINE that are still there. */
int bx_case_left(const struct bx_case *one, int line);
/* Is there room among its tenders for what CHANGE moves? */
bool bx_case_has_room(const struct bx_case *one, const struct bx_tender_change *change);
/* What KIND holds of it now: taken in less given back. */
bx_money bx_case_held(const struct bx_case *one, enum bx_tender_kind kind);

/* --- returns.c: void, refund, exchange ---------------------------------------------------------
 */

/* Asks for reason and approval, then writes void or refund, or (exchange) puts what comes back on
 * the desk of ORIGIN. 0, or refused with a sentence; ORIGIN is not told yet then. */
int bx_must bx_return_ask(struct bx_till *till, bx_origin origin, struct bx_case *one,
                          const struct bx_taking *taking, struct bx_fault *fault);
/* Whatever comes back of it: can KIND be done about it now? */
int bx_must bx_return_check(const struct bx_till *till, const struct bx_case *one,
                            enum bx_kind kind, struct bx_fault *fault);
/* The document as it would be, without warrants; for a look at what goes back. */
int bx_must bx_return_draft(const struct bx_till *till, const struct bx_case *one,
                            const struct bx_taking *taking, struct bx_sale *ret,
                            struct bx_fault *fault);
/* "57.00 in cash", "24.00 by card, 33.00 in cash": what a document gives back, or takes. */
void bx_tenders_text(const struct bx_sale *sale, char *out, size_t size);
/* A sale, or something that corrects one, is on disk: its tickets that came back are printed no
 * more. */
void bx_returns_follow(struct bx_till *till, const struct bx_intent *intent,
                       const struct bx_entry_head *head);

/* May what comes back be put on the desk of ORIGIN? And puts it there (exchange.c). */
int bx_must bx_exchange_check(struct bx_till *till, bx_origin origin, struct bx_fault *fault);
void bx_exchange_begin(struct bx_till *till, bx_origin origin, const struct bx_case *one,
                       const struct bx_sale *draft, const struct bx_warrant *warrant);
/* Del on an empty basket: it stays as it was. */
void bx_exchange_give_up(struct bx_till *till);
void bx_exchange_start(struct bx_till *till);
/* Says so when one was broken off by a restart and nobody has rung up anything since. */
void bx_exchange_broken(struct bx_till *till);
/* More goes back than may without a supervisor, or (way) not as it came: says so in desk->wants. */
int bx_must bx_exchange_allowed(const struct bx_till *till, struct bx_desk *desk,
                                struct bx_fault *fault);
int bx_must bx_exchange_way(const struct bx_till *till, struct bx_desk *desk,
                            enum bx_tender_kind kind, bx_money amount, struct bx_fault *fault);
/* A supervisor's word for what DESK now gives back, also while it is being paid. */
int bx_must bx_exchange_allow(const struct bx_till *till, struct bx_desk *desk,
                              const struct bx_warrant *warrant, struct bx_fault *fault);
void bx_view_exchange(const struct bx_till *till, struct bx_till_view *v);

/* --- sweep.c: a whole slot that did not take place ----------------------------------------------
 */

struct bx_sweep {
    bool active, writing;
    bx_origin origin;
    struct bx_slug slot;
    struct bx_warrant warrant;
    int64_t below;   /* sales from this seq on are done */
    int64_t request; /* more of them are being read */
    struct bx_case *sale;
    int done, failed;
    int64_t cash, total;
    struct bx_ref last;
};
int bx_must bx_sweep_ask(struct bx_till *till, bx_origin origin, const struct bx_slot *slot,
                         struct bx_fault *fault);
bool bx_sweep_rows(struct bx_till *till, const struct bx_event *event);
void bx_sweep_tick(struct bx_till *till);

/* --- retender.c: an amount moves from one tender to another; a sale in dispute; its invoice -----
 */

int bx_must bx_retender_ask(struct bx_till *till, bx_origin origin, struct bx_case *one,
                            const struct bx_retender *wish, struct bx_fault *fault);
/* Opens the drawer about a sale. */
int bx_must bx_dispute_open(struct bx_till *till, bx_origin origin, struct bx_case *one,
                            struct bx_fault *fault);
/* COUNTED is in the drawer. */
int bx_must bx_dispute_count(struct bx_till *till, bx_origin origin, struct bx_case *one,
                             const struct bx_cash_entry *counted, struct bx_fault *fault);

/* --- invoice.c ---------------------------------------------------------------------------------
 */

/* Whom an invoice is for: stored beside the journal, never in an entry. */
struct bx_buyer {
    char name[BX_NAME_SIZE], street[BX_NAME_SIZE], town[BX_NAME_SIZE], tax[BX_NAME_SIZE];
};
struct bx_invoicing { /* a buyer is being stored */
    int64_t request;
    bx_origin origin;
    struct bx_id sale, person;
};
int bx_must bx_invoice_ask(struct bx_till *till, bx_origin origin, struct bx_case *one,
                           const struct bx_buyer *buyer, struct bx_fault *fault);
void bx_invoice_stored(struct bx_till *till, const struct bx_event *event);
int bx_must bx_buyer_read(const char *json, size_t len, struct bx_buyer *ret,
                          struct bx_fault *fault);

/* --- command_correct.c: by command -------------------------------------------------------------
 */

/* What a correcting command was given, until what it is about is known. */
struct bx_correcting {
    int step;
    bool by_code;
    bool all_of_it; /* tender: all that the first tender holds */
    struct bx_id asked;
    struct bx_taking taking;
    struct bx_retender move;
    bx_money counted;
    bool counts;
    struct bx_buyer buyer;
};
/* A void or refund of the command's is on disk: writes its answer. */
void bx_command_corrected(struct bx_till *till, const struct bx_entry_head *head,
                          const struct bx_hash *hash, const struct bx_sale *sale);
/* What an exchange takes back stands on its desk: the other half is sold now. */
void bx_command_exchange_go(struct bx_till *till);

/* --- attention.c --------------------------------------------------------------------------------
 */

/* ONE was corrected by the document NUMBER: what the server had to say about it is settled. */
void bx_attention_corrected(struct bx_till *till, struct bx_case *one, const char *number);

/* --- find.c ------------------------------------------------------------------------------------
 */

/* "412", "2-412", "R3" or "2-R000003" as numbers are stored; without a till it is this one's. */
bool bx_number_read(const struct bx_till *till, const char *text, char out[BX_NUMBER_SIZE]);
