/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Tendering: what is due, what comes back, and when a set of tenders settles a total. */

#include "boxtill/domain/entry.h"

/* What must be paid when the rest is paid in cash: LEFT rounded to STEP. */
bx_money bx_cash_due(bx_money left, int64_t step);
/* What is still to be paid, before any cash rounding; 0 once settled. */
bx_money bx_sale_left(const struct bx_sale *sale);
/* Adds a tender. CASH of RECEIVED: settles the cash due (change is given) or, when less, is a part
 * payment, which must be a multiple of the step. CARD of RECEIVED: at most what is left. Cash comes
 * last: a card after cash is refused. *ret_left is what is still to be paid (0: settled, and
 * sale->rounding is set). A negative amount is refused, and zero where more than zero is due.
 * REFERENCE (NULL or "": none) is for cards: at most 40 columns, never a card number. 0,
 * BX_ERR_REFUSED or BX_ERR_FULL with a sentence; the sale is unchanged then. */
int bx_must bx_tender_add(struct bx_sale *sale, int64_t cash_step, enum bx_tender_kind kind,
                          bx_money received, const char *reference, bx_money *ret_left,
                          struct bx_fault *fault);
/* total + rounding = Σ amounts, each received = amount + change, totals = the basket's own, ticket
 * and lease uses agree with the lines. What the till asserts before it commits and the server
 * checks after it has custody. 0 or BX_ERR_INPUT with the reason. */
int bx_must bx_sale_check(const struct bx_sale *sale, struct bx_fault *fault);
/* Does TEXT hold a run of 13 to 19 digits (blanks and hyphens apart) that passes the card
 * companies' check sum (ISO/IEC 7812-1, annex B)? */
bool bx_looks_like_card_number(const char *text);
/* Sensible amounts above DUE for the quick keys, ascending; returns how many (at most 3). */
int bx_quick_cash(bx_money due, int exponent, bx_money ret[3]);
