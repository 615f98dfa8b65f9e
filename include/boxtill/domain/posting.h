/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The posting of a Z for the bookkeeping: what its shift moved, as lines with debit and credit that
 * balance to the cent. Which account each thing goes to is a plan that the venue writes
 * (posting.conf); the same Z and the same plan give the same bytes for ever.
 *
 *   debit                                   credit
 *   tenders: cash, card, voucher, stored,   revenue of each rate, net
 *     account, prepaid                      tax of each rate
 *   (negative amounts change sides)         donation, voucher_sold
 *                                           rounding
 *   cash ↔ float, paid_in, paid_out, safe, difference, deposit: each movement of a drawer in two
 *   lines. What stays as the next float goes back to float, so that the account cash ends at 0.
 *
 * A voucher that is taken and one that is sold meet in one liability when the plan gives both the
 * same account; so do visits paid in advance. */

#include <stddef.h>
#include <stdint.h>

#include "boxtill/domain/report.h"

enum { BX_POSTING_TEXT = 24, BX_POSTING_LIST = 256, BX_POSTING_LINES = 160 };

enum bx_posting_account {
    BX_POST_CASH, /* the tenders in the order of bx_tender_kind */
    BX_POST_CARD,
    BX_POST_VOUCHER,
    BX_POST_STORED,
    BX_POST_ACCOUNT,
    BX_POST_PREPAID,
    BX_POST_DONATION,
    BX_POST_VOUCHER_SOLD,
    BX_POST_ROUNDING,
    BX_POST_DIFFERENCE,
    BX_POST_FLOAT,
    BX_POST_PAID_IN,
    BX_POST_PAID_OUT,
    BX_POST_SAFE,
    BX_POST_DEPOSIT,
    BX_POST_ACCOUNTS
};
/* By tax rate: "70000:8300 190000:8400 8100"; a value without a rate is for every other. */
enum bx_posting_list {
    BX_POST_REVENUE,
    BX_POST_TAX,
    BX_POST_TAX_CODE,
    BX_POST_COST_CENTRE,
    BX_POST_LISTS
};
struct bx_posting_plan {
    char accounts[BX_POST_ACCOUNTS][BX_POSTING_TEXT]; /* "": none */
    char lists[BX_POST_LISTS][BX_POSTING_LIST];
};
/* TEXT is the content of posting.conf. Unknown keys are refused by name and line. */
int bx_must bx_posting_plan_read(const char *text, size_t len, struct bx_posting_plan *ret,
                                 struct bx_fault *fault);

struct bx_posting_line {
    char account[BX_POSTING_TEXT], cost_centre[BX_POSTING_TEXT], tax_code[BX_POSTING_TEXT];
    char what[48];         /* "tender card", "revenue 70000", "drawer 1 safe" */
    int64_t debit, credit; /* one of them is 0 */
};
struct bx_posting {
    size_t count;
    struct bx_posting_line lines[BX_POSTING_LINES];
    int64_t sum; /* of all debits, and of all credits */
};
/* BX_ERR_MISSING names what has no account in the plan; BX_ERR_CORRUPT: the figures of the Z do not
 * balance; BX_ERR_INPUT: it is no Z. */
int bx_must bx_posting_make(const struct bx_entry_head *head, const struct bx_report *report,
                            const struct bx_posting_plan *plan, struct bx_posting *ret,
                            struct bx_fault *fault);
/* CSV (RFC 4180) with a line of headings, or one JSON document with amounts in minor units. */
void bx_posting_csv(const struct bx_entry_head *head, const struct bx_report *report,
                    const struct bx_posting *posting, const char *currency, int exponent,
                    struct bx_buf *out);
void bx_posting_json(const struct bx_entry_head *head, const struct bx_report *report,
                     const struct bx_posting *posting, const char *currency, int exponent,
                     struct bx_buf *out);
