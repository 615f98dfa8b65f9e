/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Questions a till asks the server and waits for: POST /v1/questions/WORD, signed like everything
 * else, idempotent by "id". Each has a JSON object as request and as answer; all of them are
 * written and read here, so that both ends use the same words. An answer that does not come is
 * unknown: the same question with the same id is asked again.
 *
 *   voucher   {"id","code"}                            →
 * {"state":"good|used|unknown|expired|stored", "value","balance","until"} charge
 * {"id","code","amount"}                   → {"outcome":"approved|declined","balance","say"} the id
 * is the tender-intent's: a ledger row under that key, once reverse   {"id","attempt","amount"} →
 * {"outcome","balance"}; a row of its own; also for a charge that never came: it is refused from
 * then on park      {"id","basket","name","lines"}           → {}                "lines" as in a
 * sale's body parked    {"id"}                                   →
 * {"baskets":[{"basket","name","till","at","total"}]} resume    {"id","basket"} → {"name","lines"};
 * gone from the list then: one till gets it; the same id gets the same answer again sales
 * {"id","text"}                            → {"sales":[{"id","number","at","total","till"}]} of the
 * whole venue: by number, code or name of an order sale      {"id","sale"} → {"entries":[body, …]}:
 * the sale and all that corrected it, verbatim, in the order booked; with "gone", "used": ticket
 * states tickets   {"id","sale"}                            →
 * {"tickets":[{"nth","code","state","used_at"}]} shift     {"id","shift"} →
 * {"confirmed","figures":[[what,name,count,amount]…]} of this till's shift as the server has booked
 * it days      {"id","from","to"}                       → {"figures":[…]} of the venue, all
 * channels
 */

#include "boxtill/domain/basket.h"
#include "boxtill/domain/figures.h"

enum bx_question {
    BX_QUESTION_VOUCHER,
    BX_QUESTION_CHARGE,
    BX_QUESTION_REVERSE,
    BX_QUESTION_PARK,
    BX_QUESTION_PARKED,
    BX_QUESTION_RESUME,
    BX_QUESTION_SALES,
    BX_QUESTION_SALE,
    BX_QUESTION_TICKETS,
    BX_QUESTION_SHIFT,
    BX_QUESTION_DAYS,
    BX_QUESTIONS
};
const char *bx_question_word(enum bx_question question);
int bx_must bx_question_parse(const char *word, enum bx_question *ret);
