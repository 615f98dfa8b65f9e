/* SPDX-License-Identifier: Apache-2.0 */
/* Tendering.
 *
 * Cash rounding touches only what is left for cash, and is one number of the sale: total + rounding
 * = what the tenders settle. A part payment in cash must be a multiple of the step, because then
 * rounding what is left gives the same in whatever parts it is paid; otherwise two odd coins would
 * save a customer half a step, or cost it. */

#include "boxtill/domain/price.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

bx_money bx_cash_due(bx_money left, int64_t step)
{
    return bx_money_round_to(left, step);
}

bx_money bx_sale_due(const struct bx_sale *sale)
{
    return bx_money_of(sale->totals.total.minor - sale->back_totals.total.minor);
}

bx_money bx_sale_left(const struct bx_sale *sale)
{
    int64_t left = bx_sale_due(sale).minor + sale->rounding.minor;
    for (int i = 0; i < sale->tender_count; i++)
        left -= sale->tenders[i].amount.minor;
    return bx_money_of(left);
}

static bool passes_luhn(const char *digits, int count)
{
    int sum = 0;
    for (int i = 0; i < count; i++) {
        int digit = digits[count - 1 - i] - '0';
        if (i % 2 == 1)
            digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
        sum += digit;
    }
    return sum % 10 == 0;
}

bool bx_looks_like_card_number(const char *text)
{
    char digits[19];
    int count = 0;
    for (;; text++) {
        if (*text >= '0' && *text <= '9') {
            if (count < 19)
                digits[count] = *text;
            count++;
        } else if (*text != ' ' && *text != '-') {
            if (count >= 13 && count <= 19 && passes_luhn(digits, count))
                return true;
            if (!*text)
                return false;
            count = 0;
        }
    }
}

/* Only what a card's slip says is looked at: a voucher's code may be a row of digits too. */
static int reference_take(struct bx_tender *tender, const char *reference, struct bx_fault *fault)
{
    enum bx_tender_kind kind = tender->kind;
    bool none = !reference || !reference[0];
    if (kind == BX_TENDER_CASH)
        return 0;
    if (none && (kind == BX_TENDER_VOUCHER || kind == BX_TENDER_STORED))
        return bx_fault_say(fault, BX_ERR_REFUSED, "Scan or type the voucher.");
    if (none && kind == BX_TENDER_PREPAID)
        return bx_fault_say(fault, BX_ERR_REFUSED, "Only an order can be paid before the visit.");
    if (none)
        return 0;
    if (kind == BX_TENDER_CARD && bx_looks_like_card_number(reference))
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "This looks like a card number, and those are never stored. Type the "
                            "slip's number, or nothing.");
    if (bx_text_wash(reference, strlen(reference), 40, tender->reference,
                     sizeof(tender->reference)))
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "This reference is too long or holds characters that cannot be used.");
    return 0;
}

static int part_check(bx_money received, int64_t step, int exponent, struct bx_fault *fault)
{
    char text[BX_MONEY_TEXT];
    if (received.minor % step == 0)
        return 0;
    return bx_fault_say(fault, BX_ERR_REFUSED, "A part payment in cash must be a multiple of %s.",
                        bx_money_format(bx_money_of(step), exponent, text));
}

static int cash_take(struct bx_tender *tender, bx_money due, int64_t step, int exponent,
                     struct bx_fault *fault)
{
    if (tender->received.minor >= due.minor) {
        tender->amount = due;
        return bx_money_add(tender->received, bx_money_of(-due.minor), &tender->change);
    }
    tender->amount = tender->received;
    return part_check(tender->received, step, exponent, fault);
}

static int other_take(struct bx_tender *tender, const struct bx_sale *sale, bx_money left,
                      struct bx_fault *fault)
{
    char text[BX_MONEY_TEXT];
    if (tender->kind == BX_TENDER_ACCOUNT && bx_slug_is_none(&sale->account))
        return bx_fault_say(fault, BX_ERR_REFUSED, "Choose the account first.");
    if (tender->received.minor > left.minor)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "Only %s is left to pay: a card gives no change.",
                            bx_money_format(left, sale->exponent, text));
    tender->amount = tender->received;
    return 0;
}

/* Money that goes out: no change, and never more than is due back. */
static int give(struct bx_tender *tender, const struct bx_sale *sale, bx_money due, int64_t step,
                struct bx_fault *fault)
{
    char text[BX_MONEY_TEXT];
    if (tender->received.minor < due.minor)
        return bx_fault_say(fault, BX_ERR_REFUSED, "Only %s is to be given back.",
                            bx_money_format(bx_money_of(-due.minor), sale->exponent, text));
    if (tender->kind == BX_TENDER_ACCOUNT && bx_slug_is_none(&sale->account))
        return bx_fault_say(fault, BX_ERR_REFUSED, "Choose the account first.");
    tender->amount = tender->received;
    return tender->kind == BX_TENDER_CASH && tender->amount.minor != due.minor
               ? part_check(tender->received, step, sale->exponent, fault)
               : 0;
}

/* Is there something for a tender to settle, and does RECEIVED settle any of it? A sale that costs
 * nothing takes one tender of nothing, so that its paper says how it was settled. */
static int tender_check(const struct bx_sale *sale, bx_money left, bx_money due, bx_money received,
                        struct bx_fault *fault)
{
    bool out = bx_sale_due(sale).minor < 0;
    if (sale->tender_count == BX_TENDERS_MAX)
        return bx_fault_say(fault, BX_ERR_FULL, "A sale is paid in at most %d parts.",
                            BX_TENDERS_MAX);
    if ((out ? left.minor > 0 : left.minor < 0) || (left.minor == 0 && sale->tender_count > 0))
        return bx_fault_say(fault, BX_ERR_REFUSED, "This sale is paid already.");
    if (out && (received.minor > 0 || (received.minor == 0 && due.minor < 0)))
        return bx_fault_say(fault, BX_ERR_REFUSED, "Type an amount to give back.");
    if (!out && (received.minor < 0 || received.minor > BX_MONEY_MAX ||
                 (received.minor == 0 && due.minor > 0)))
        return bx_fault_say(fault, BX_ERR_REFUSED, "Type an amount above zero.");
    return 0;
}

int bx_tender_place(const struct bx_sale *sale, enum bx_tender_kind kind)
{
    int at = sale->tender_count;
    while (kind != BX_TENDER_CASH && bx_sale_due(sale).minor >= 0 && at > 0 &&
           sale->tenders[at - 1].kind == BX_TENDER_CASH)
        at--;
    return at;
}

int bx_tender_add(struct bx_sale *sale, int64_t cash_step, enum bx_tender_kind kind,
                  bx_money received, const char *reference, bx_money *ret_left,
                  struct bx_fault *fault)
{
    bx_assert(cash_step >= 1 && kind < BX_TENDER_KINDS);
    struct bx_tender tender = {.kind = kind, .received = received};
    bx_money left = bx_sale_left(sale);
    bx_money due = kind == BX_TENDER_CASH ? bx_cash_due(left, cash_step) : left;
    int err = tender_check(sale, left, due, received, fault);
    if (err)
        return err;
    if (bx_sale_due(sale).minor < 0)
        err = give(&tender, sale, due, cash_step, fault);
    else if (kind == BX_TENDER_CASH)
        err = cash_take(&tender, due, cash_step, sale->exponent, fault);
    else
        err = other_take(&tender, sale, left, fault);
    if (!err)
        err = reference_take(&tender, reference, fault);
    if (err)
        return err;
    if (kind == BX_TENDER_CASH && tender.amount.minor == due.minor)
        sale->rounding = bx_money_of(due.minor - left.minor);
    int at = bx_tender_place(sale, kind);
    memmove(&sale->tenders[at + 1], &sale->tenders[at],
            (size_t)(sale->tender_count++ - at) * sizeof(tender));
    sale->tenders[at] = tender;
    *ret_left = bx_sale_left(sale);
    return 0;
}

/* The least multiple of STEP above AMOUNT. */
static int64_t next_multiple(int64_t amount, int64_t step)
{
    return (amount / step + 1) * step;
}

/* What people put down for 57.00 is 60.00, then 70.00 (a fifty and a twenty), then 100.00: the next
 * five, the next ten above that, the next fifty above that. For larger sums everything is ten times
 * as large; where there are no minor units, a hundred is what a unit is elsewhere. */
int bx_quick_cash(bx_money due, int exponent, bx_money ret[3])
{
    static const int steps[3] = {5, 10, 50};
    int count = 0;
    int64_t amount = due.minor;
    int64_t unit = exponent == 3 ? 1000 : 100;
    if (amount <= 0)
        return 0;
    while (amount / unit >= 500)
        unit *= 10;
    for (int i = 0; i < 3; i++) {
        amount = next_multiple(amount, steps[i] * unit);
        if (amount <= BX_MONEY_MAX)
            ret[count++] = bx_money_of(amount);
    }
    return count;
}
