/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Questions to the server, and what is asked of it about money. Included by core.h, and by nothing
 * else. */

#include "boxtill/domain/question.h"
#include "boxtill/till/till.h"

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
/* True when REQUEST was a question's. */
bool bx_question_answer(struct bx_till *till, const struct bx_booking_answer *answer);
