/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Tendering: what is due, what comes back, and when a set of tenders settles a total. */

#include "boxtill/domain/entry.h"

/* What must be paid when the rest is paid in cash: LEFT rounded to STEP. */
bx_money bx_cash_due(bx_money left, int64_t step);
/* What is still to be paid, before any cash rounding; 0 once settled. */
bx_money bx_sale_left(const struct bx_sale *sale);
/* What a sale comes to: sold less taken back, before cash rounding; negative: money goes out. */
bx_money bx_sale_due(const struct bx_sale *sale);
/* Adds a tender. When bx_sale_due() is negative, RECEIVED is what goes out, given as a negative
 * amount, and nothing is change. CASH of RECEIVED: settles the cash due (change is given) or, when
 * less, is a part payment, which must be a multiple of the step. CARD of RECEIVED: at most what is
 * left; so with every other kind. Cash stands last: what is added after a part in cash goes before
 * it, and runs before it commits. *ret_left is what is still to be paid (0: settled, and
 * sale->rounding is set). A negative amount is refused, and zero where more than zero is due.
 * REFERENCE (NULL or "": none) is for cards: at most 40 columns, never a card number. 0,
 * BX_ERR_REFUSED or BX_ERR_FULL with a sentence; the sale is unchanged then. */
int bx_must bx_tender_add(struct bx_sale *sale, int64_t cash_step, enum bx_tender_kind kind,
                          bx_money received, const char *reference, bx_money *ret_left,
                          struct bx_fault *fault);
/* Where that puts a tender of KIND: the index it has afterwards. */
int bx_tender_place(const struct bx_sale *sale, enum bx_tender_kind kind);
/* total + rounding = Σ amounts, each received = amount + change, totals = the basket's own, ticket
 * and lease uses agree with the lines. What the till asserts before it commits and the server
 * checks after it has custody. 0 or BX_ERR_INPUT with the reason. */
int bx_must bx_sale_check(const struct bx_sale *sale, struct bx_fault *fault);

/* --- what is taken back -------------------------------------------------------------------- */

/* One sale or exchange, and how much of it is still there after every void, refund and exchange
 * that named it. */
struct bx_remains {
    const struct bx_sale *sale; /* the caller's */
    int gone[BX_LINES_MAX];     /* pieces of each line that were taken back */
    bool ticket_gone[BX_TICKETS_MAX];
};
void bx_remains_init(struct bx_remains *remains, const struct bx_sale *sale);
/* A later document that names it. */
int bx_must bx_remains_take(struct bx_remains *remains, const struct bx_sale *correction,
                            struct bx_fault *fault);
bool bx_remains_is_empty(const struct bx_remains *remains);
/* What is still there, as lines; those of which nothing is left are not among them. */
void bx_remains_basket(const struct bx_remains *remains, struct bx_basket *ret);
/* Fills ret->of, back, back_lines, back_totals, back_tickets, currency, exponent and tax_included
 * from QUANTITIES (pieces of each line of the sale to take back; NULL: none) or, for lines that
 * print tickets, from TICKETS (true: this one comes back; their number is the quantity; NULL:
 * QUANTITIES count for these lines too, the last tickets first). Cut from what remains: `off`, net
 * and tax of all the parts that are ever taken back add up to the sale's own. A group line only as
 * a whole. 0 or BX_ERR_REFUSED with a sentence. */
int bx_must bx_return_make(const struct bx_remains *remains, const int quantities[BX_LINES_MAX],
                           const bool tickets[BX_TICKETS_MAX], struct bx_sale *ret,
                           struct bx_fault *fault);
/* Fills ret->tenders and rounding so that bx_sale_due(RET) (negative; else there are none) is given
 * back the way it was paid: last tender first, each at most what it took and was not given back.
 * GIVEN: what went out by each kind for this sale before (positive; NULL: nothing); negative where
 * another document of the chain took money by that kind. Cash is rounded to STEP; parts that all go
 * this way add up to what was paid, to the last coin. What no tender has room for goes out in cash.
 * Vouchers and accounts are given back as what they were; an attempt is the caller's to add. 0, or
 * BX_ERR_REFUSED when these would be too many parts. */
int bx_must bx_return_tenders(const struct bx_remains *remains,
                              const bx_money given[BX_TENDER_KINDS], int64_t cash_step,
                              struct bx_sale *ret, struct bx_fault *fault);

/* Takes PERMILLE of what the lines cost now, or AMOUNT in all, off; shared among the lines that a
 * discount may touch (not donations and vouchers) so that the parts add up to the whole (largest
 * remainder first). LINE -1: the whole basket. WHY and TEXT stand on each line it touches, and it
 * is fixed from then on. 0, or BX_ERR_REFUSED with a sentence. */
int bx_must bx_basket_discount(struct bx_basket *basket, int line, int64_t permille,
                               bx_money amount, const struct bx_slug *why, const char *text,
                               struct bx_fault *fault);
/* Another price for one piece of a line; fixed from then on. */
int bx_must bx_basket_price(struct bx_basket *basket, int line, bx_money price,
                            const struct bx_slug *why, const char *text, struct bx_fault *fault);

/* Does TEXT hold a run of 13 to 19 digits (blanks and hyphens apart) that passes the card
 * companies' check sum (ISO/IEC 7812-1, annex B)? */
bool bx_looks_like_card_number(const char *text);
/* Sensible amounts above DUE for the quick keys, ascending; returns how many (at most 3). */
int bx_quick_cash(bx_money due, int exponent, bx_money ret[3]);
