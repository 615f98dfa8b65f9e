/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Questions to the server, and what is asked of it about money. Included by core.h, and by nothing
 * else. */

#include "boxtill/domain/cash.h"
#include "boxtill/domain/question.h"
#include "boxtill/domain/voucher.h"
#include "boxtill/till/till.h"

#include "deal.h"

/* --- asking.c: one door for all questions ----------------------------------------------------- */

/* REPLY: what was answered; NULL: nobody did (CONTACT AGAIN: unknown, ask the same with the same id
 * again) or the server refused (the fault says what). Called once for each question. */
typedef void (*bx_asked)(struct bx_till *till, const struct bx_id *about,
                         const struct bx_reply *reply, enum bx_contact contact,
                         const struct bx_fault *fault);
struct bx_asking {
    int64_t request;
    enum bx_question question;
    struct bx_id about;
    bx_asked done;
};
enum { BX_ASKING_MAX = 24 };
struct bx_askings {
    size_t count;
    struct bx_asking rows[BX_ASKING_MAX];
};
/* ABOUT comes back with the answer; inquiry->id is the question's own. BX_ERR_OFFLINE without
 * contact, BX_ERR_BUSY when too many are under way: DONE is not called then. */
int bx_must bx_question_ask(struct bx_till *till, enum bx_question question,
                            const struct bx_inquiry *inquiry, const struct bx_id *about,
                            bx_asked done, struct bx_fault *fault);
/* Something is being asked of the server, or looked up for it. */
bool bx_question_is_open(const struct bx_till *till);
/* True when REQUEST was a question's. */
bool bx_question_answer(struct bx_till *till, const struct bx_booking_answer *answer);

/* --- attempts.c: money asked of somebody else --------------------------------------------------
 */

enum bx_attempt_step {
    BX_STEP_INTENT,  /* its entry is on its way to the journal */
    BX_STEP_FOUND,   /* after a start: what was said of it is being looked up */
    BX_STEP_CHARGE,  /* the other side is asked, or to be asked */
    BX_STEP_RESULT,  /* what it said is on its way to the journal */
    BX_STEP_HELD,    /* approved; its sale is not made yet */
    BX_STEP_REVERSE, /* to be given back */
    BX_STEP_REVERSED /* that is on its way to the journal */
};
struct bx_attempt {
    struct bx_attempt_entry entry;
    bx_origin origin;
    enum bx_attempt_step step;
    bool wanted;  /* a payment waits for it */
    bool unknown; /* asked, and not answered */
    bool asking;
    struct bx_ref ref;     /* of its intent */
    struct bx_id reversal; /* the question's id */
    bx_utc since;
    bx_mono due;
    int tries;
    /* of a card terminal */
    bx_origin teller; /* a command says what the slip says, and waits for the entry */
    bool begun;       /* it has heard of it: from then on it is only asked */
    bool gives;       /* for a void or refund, not for a desk's payment */
    bool pressed;     /* somebody wants to know now */
    bx_mono shown;    /* when it is time to say that it takes a while */
};
enum { BX_ATTEMPTS_MAX = 16 };
struct bx_attempts {
    size_t count;
    struct bx_attempt rows[BX_ATTEMPTS_MAX];
    /* after a start: intents, results, then the sale of each */
    int64_t read_request;
    int reading;
    struct bx_id looking;
};
/* Finds what an earlier life has left open. */
void bx_attempts_start(struct bx_till *till);
void bx_attempts_rows(struct bx_till *till, const struct bx_event *event);
/* Asks for ENTRY (basket, kind, amount, reference) for ORIGIN: the intent is written, then the
 * other side is asked, and the tender follows its answer. NULL with a fault. */
struct bx_attempt *bx_attempts_add(struct bx_till *till, bx_origin origin,
                                   const struct bx_attempt_entry *entry, struct bx_fault *fault);
/* The other side has said it, or a person for it: STATE of the attempt. */
void bx_attempts_answered(struct bx_till *till, struct bx_attempt *row, enum bx_attempt_state state,
                          const char *say);
/* It has not: asked again later. */
void bx_attempts_put_off(struct bx_till *till, struct bx_attempt *row);
/* What is approved goes back. */
void bx_attempts_give_back(struct bx_till *till, const struct bx_id *id);
struct bx_attempt *bx_attempts_row(struct bx_till *till, const struct bx_id *id); /* NULL none */
/* A desk's payment takes what is approved. */
int bx_must bx_attempts_pay(struct bx_till *till, struct bx_desk *desk, const struct bx_id *id,
                            struct bx_fault *fault);
/* The one that the payment on DESK waits for; NULL none. */
const struct bx_attempt *bx_attempts_of(const struct bx_till *till, const struct bx_desk *desk);
/* The one of this id; NULL when it has come to its end. */
const struct bx_attempt *bx_attempts_find(const struct bx_till *till, const struct bx_id *id);
/* Asks again now what is unknown. */
void bx_attempts_again(struct bx_till *till);
/* The payment waits no more; what is approved after all is given back. */
void bx_attempts_leave(struct bx_till *till, const struct bx_desk *desk);
/* SALE was stored, or will not be: what was charged for it stays, or is given back. */
void bx_attempts_sold(struct bx_till *till, const struct bx_sale *sale);
void bx_attempts_unsold(struct bx_till *till, const struct bx_sale *sale);
void bx_attempts_tick(struct bx_till *till);
void bx_attempts_wake(const struct bx_till *till, bx_mono *wake);
/* A card terminal is asked, and may still answer in time. */
bool bx_attempts_are_busy(const struct bx_till *till);

/* --- card.c: the card terminal ---------------------------------------------------------------- */

struct bx_card_state {
    struct bx_id chosen;       /* the attempt that the menu is about */
    bool giving;               /* `document` waits for its money */
    struct bx_intent document; /* a void or refund */
    struct bx_id given;        /* the attempt it waits for */
    unsigned done;             /* its tenders that are given, by bit */
};
/* Is the terminal to be asked for OFFERED? */
bool bx_card_wants(const struct bx_till *till, const struct bx_offered *offered);
int bx_must bx_card_charge(struct bx_till *till, struct bx_desk *desk, bx_money amount,
                           struct bx_fault *fault);
/* Commits INTENT, a void or refund, once what goes back to cards has gone; a refusal is told to its
 * `after`. */
void bx_card_push(struct bx_till *till, struct bx_intent *taken);
void bx_card_answer(struct bx_till *till, const struct bx_card_answer *answer);
/* Nobody waits for the customer's card any more. */
void bx_card_stop(struct bx_till *till, const struct bx_attempt *attempt);
/* ROW has become unknown, for the first time or again. */
void bx_card_unknown(struct bx_till *till, struct bx_attempt *row);
/* ROW's money is there, or (FAULT) never will be. */
void bx_card_settled(struct bx_till *till, struct bx_attempt *row, const struct bx_fault *fault);
void bx_card_tick(struct bx_till *till, struct bx_attempt *row);
/* What an earlier life left open: shown to whoever is at the till. */
void bx_card_found(struct bx_till *till);
/* What can be done about the attempt ID, as a menu. */
void bx_card_menu(struct bx_till *till, const struct bx_id *id);
/* "24.00 asked at 14:32" */
void bx_card_text(const struct bx_till *till, const struct bx_attempt *attempt, char *out,
                  size_t size);
/* The slip, or whoever gave it back, says so: WORD "paid", "not-paid", "given-back". */
int bx_must bx_card_slip_ask(struct bx_till *till, bx_origin origin, const struct bx_id *id,
                             const char *word, struct bx_fault *fault);
void bx_card_finish(struct bx_card_state *card);

/* --- vouchers.c ------------------------------------------------------------------------------- */

/* A voucher being looked at, for one payment at a time. */
struct bx_voucher_look {
    bool active;
    bx_origin origin;
    struct bx_id id; /* of the question */
    char code[BX_VOUCHER_SIZE];
    bool stored, asked;
    bool limited; /* `limit`: no more than that of it */
    bx_money limit;
    struct bx_voucher voucher;
    char name[17];
    int64_t read_request;
};
/* Pays with the voucher CODE what is left, at most LIMIT (NULL: all). The tender follows when it
 * is known to be good. */
int bx_must bx_vouchers_take(struct bx_till *till, struct bx_desk *desk, const char *code,
                             const bx_money *limit, struct bx_fault *fault);
void bx_vouchers_rows(struct bx_till *till, const struct bx_event *event);
/* Something is being asked for the payment on DESK. */
bool bx_vouchers_are_busy(const struct bx_till *till, const struct bx_desk *desk);
void bx_vouchers_leave(struct bx_till *till, const struct bx_desk *desk);
bool bx_voucher_has_shape(const char *text, size_t len);
