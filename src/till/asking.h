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

/* --- attempts.c: stored value ----------------------------------------------------------------- */

enum bx_attempt_step {
    BX_STEP_INTENT,  /* its entry is on its way to the journal */
    BX_STEP_CHARGE,  /* the server is asked, or to be asked */
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
    struct bx_id reversal; /* the question's id */
    bx_utc since;
    bx_mono due;
    int tries;
};
enum { BX_ATTEMPTS_MAX = 16 };
struct bx_attempts {
    size_t count;
    struct bx_attempt rows[BX_ATTEMPTS_MAX];
    /* after a start: intents, results, then the sale of each */
    int64_t read_request;
    int reading;
    size_t looked;
};
/* Finds what an earlier life has left open. */
void bx_attempts_start(struct bx_till *till);
void bx_attempts_rows(struct bx_till *till, const struct bx_event *event);
/* Charges CODE with AMOUNT for the payment open on DESK: the intent is written, then the server is
 * asked, and the tender follows its answer. */
int bx_must bx_attempts_charge(struct bx_till *till, struct bx_desk *desk, const char *code,
                               bx_money amount, struct bx_fault *fault);
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
