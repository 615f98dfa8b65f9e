/* SPDX-License-Identifier: Apache-2.0 */
/* Tendering, and whether a sale agrees with itself.
 *
 * Cash rounding touches only what is left for cash, and is one number of the sale: total + rounding
 * = what the tenders settle. A part payment in cash must be a multiple of the step, because then
 * rounding what is left gives the same in whatever parts it is paid; otherwise two odd coins would
 * save a customer half a step, or cost it. */

#include "boxtill/domain/price.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

/* Half of the largest cash step a programme may have. */
enum { ROUNDING_MAX = 500 };

bx_money bx_cash_due(bx_money left, int64_t step)
{
    return bx_money_round_to(left, step);
}

bx_money bx_sale_left(const struct bx_sale *sale)
{
    int64_t left = sale->totals.total.minor + sale->rounding.minor;
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

static int reference_take(struct bx_tender *tender, const char *reference, struct bx_fault *fault)
{
    if (!reference)
        return 0;
    if (bx_looks_like_card_number(reference))
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "This looks like a card number, and those are never stored. Type the "
                            "slip's number, or nothing.");
    if (bx_text_wash(reference, strlen(reference), 40, tender->reference,
                     sizeof(tender->reference)))
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "This reference is too long or holds characters that cannot be used.");
    return 0;
}

static int cash_take(struct bx_tender *tender, bx_money left, int64_t step, int exponent,
                     struct bx_fault *fault)
{
    char text[BX_MONEY_TEXT];
    bx_money due = bx_cash_due(left, step);
    if (tender->received.minor >= due.minor) {
        tender->amount = due;
        return bx_money_add(tender->received, bx_money_of(-due.minor), &tender->change);
    }
    if (tender->received.minor % step != 0)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "A part payment in cash must be a multiple of %s.",
                            bx_money_format(bx_money_of(step), exponent, text));
    tender->amount = tender->received;
    return 0;
}

static int card_take(struct bx_tender *tender, const struct bx_sale *sale, bx_money left,
                     struct bx_fault *fault)
{
    char text[BX_MONEY_TEXT];
    if (sale->tender_count > 0 && sale->tenders[sale->tender_count - 1].kind == BX_TENDER_CASH)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "Cash comes last: take the cash back, then the card first.");
    if (tender->received.minor > left.minor)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "Only %s is left to pay: a card gives no change.",
                            bx_money_format(left, sale->exponent, text));
    tender->amount = tender->received;
    return 0;
}

/* Is there something for a tender to settle, and does RECEIVED settle any of it? A sale that costs
 * nothing takes one tender of nothing, so that its paper says how it was settled. */
static int tender_check(const struct bx_sale *sale, bx_money left, bx_money due, bx_money received,
                        struct bx_fault *fault)
{
    if (sale->tender_count == BX_TENDERS_MAX)
        return bx_fault_say(fault, BX_ERR_FULL, "A sale is paid in at most %d parts.",
                            BX_TENDERS_MAX);
    if (left.minor < 0 || (left.minor == 0 && sale->tender_count > 0))
        return bx_fault_say(fault, BX_ERR_REFUSED, "This sale is paid already.");
    if (received.minor < 0 || received.minor > BX_MONEY_MAX ||
        (received.minor == 0 && due.minor > 0))
        return bx_fault_say(fault, BX_ERR_REFUSED, "Type an amount above zero.");
    return 0;
}

int bx_tender_add(struct bx_sale *sale, int64_t cash_step, enum bx_tender_kind kind,
                  bx_money received, const char *reference, bx_money *ret_left,
                  struct bx_fault *fault)
{
    bx_assert(cash_step >= 1);
    struct bx_tender tender = {.kind = kind, .received = received};
    bx_money left = bx_sale_left(sale);
    bx_money due = kind == BX_TENDER_CASH ? bx_cash_due(left, cash_step) : left;
    int err = tender_check(sale, left, due, received, fault);
    if (err)
        return err;
    if (kind == BX_TENDER_CASH)
        err = cash_take(&tender, left, cash_step, sale->exponent, fault);
    else
        err = card_take(&tender, sale, left, fault);
    if (!err && kind != BX_TENDER_CASH)
        err = reference_take(&tender, reference, fault);
    if (err)
        return err;
    if (kind == BX_TENDER_CASH && tender.amount.minor == due.minor)
        sale->rounding = bx_money_of(due.minor - left.minor);
    sale->tenders[sale->tender_count++] = tender;
    *ret_left = bx_sale_left(sale);
    return 0;
}

static int wrong(struct bx_fault *fault, const char *what, int at)
{
    return bx_fault_set(fault, BX_ERR_INPUT, "This sale does not add up.", "%s (%d)", what, at);
}

static int totals_check(const struct bx_sale *sale, struct bx_fault *fault)
{
    struct bx_totals own;
    const struct bx_totals *said = &sale->totals;
    if (bx_basket_totals(&sale->basket, sale->tax_included, &own))
        return wrong(fault, "the lines are too much to add up", 0);
    if (said->total.minor != own.total.minor || said->persons != own.persons ||
        said->tickets != own.tickets || said->rate_count != own.rate_count)
        return wrong(fault, "the totals are not the basket's", 0);
    for (int i = 0; i < own.rate_count; i++) {
        const struct bx_tax *a = &said->rates[i];
        const struct bx_tax *b = &own.rates[i];
        if (a->ppm != b->ppm || a->gross.minor != b->gross.minor || a->net.minor != b->net.minor ||
            a->tax.minor != b->tax.minor)
            return wrong(fault, "the tax is not the basket's", i);
    }
    return 0;
}

/* Change and a tender of nothing are only the last one's. */
static bool tender_is_sound(const struct bx_tender *tender, bool last)
{
    bx_money sum;
    if (tender->amount.minor < 0 || tender->change.minor < 0 ||
        bx_money_add(tender->amount, tender->change, &sum) || tender->received.minor != sum.minor)
        return false;
    if (!last && (tender->change.minor > 0 || tender->amount.minor == 0))
        return false;
    if (tender->kind == BX_TENDER_CASH)
        return !tender->reference[0];
    return tender->change.minor == 0 && !bx_looks_like_card_number(tender->reference);
}

static int tenders_check(const struct bx_sale *sale, struct bx_fault *fault)
{
    bool cash = false;
    bx_money paid = {0};
    bx_money owed;
    if (sale->tender_count < 0 || sale->tender_count > BX_TENDERS_MAX)
        return wrong(fault, "too many tenders", sale->tender_count);
    for (int i = 0; i < sale->tender_count; i++) {
        const struct bx_tender *tender = &sale->tenders[i];
        if (!tender_is_sound(tender, i + 1 == sale->tender_count) ||
            (cash && tender->kind != BX_TENDER_CASH) || bx_money_add(paid, tender->amount, &paid))
            return wrong(fault, "tender", i);
        cash = tender->kind == BX_TENDER_CASH;
    }
    if (bx_money_add(sale->totals.total, sale->rounding, &owed) || owed.minor != paid.minor)
        return wrong(fault, "the tenders do not settle the total", 0);
    int64_t rounding = sale->rounding.minor;
    if (rounding != 0 && (!cash || rounding > ROUNDING_MAX || rounding < -ROUNDING_MAX))
        return wrong(fault, "the rounding is not cash rounding", 0);
    return 0;
}

static int uses_check(const struct bx_sale *sale, struct bx_fault *fault)
{
    if (sale->use_count < 0 || sale->use_count > BX_USES_MAX)
        return wrong(fault, "too many lease uses", sale->use_count);
    int64_t used = 0;
    int64_t needed = 0;
    for (int i = 0; i < sale->use_count; i++) {
        const struct bx_lease_use *use = &sale->uses[i];
        for (int j = 0; j < i; j++)
            if (bx_slug_equal(&use->pool, &sale->uses[j].pool))
                return wrong(fault, "a pool is used twice", i);
        if (use->q < 1 || use->before < 0 || use->r < 1 || bx_slug_is_none(&use->pool) ||
            use->q != bx_basket_places(&sale->basket, &use->pool))
            return wrong(fault, "a lease use is not the lines' places", i);
        used += use->q;
    }
    for (int i = 0; i < sale->basket.count; i++) {
        const struct bx_line *line = &sale->basket.lines[i];
        if (bx_slug_is_none(&line->slot) && line->places != 0)
            return wrong(fault, "an untimed line takes places", i);
        needed += (int64_t)line->places * line->quantity;
    }
    return used == needed ? 0 : wrong(fault, "places without a lease use", 0);
}

static bool code_is_new(const struct bx_sale *sale, int at)
{
    const struct bx_code *code = &sale->tickets[at].code;
    for (int i = 0; i < at; i++)
        if (strcmp(code->s, sale->tickets[i].code.s) == 0)
            return false;
    return code->s[0] != '\0';
}

/* Exactly the tickets of the lines, in their order, each code once. */
static int tickets_check(const struct bx_sale *sale, struct bx_fault *fault)
{
    int at = 0;
    if (sale->ticket_count != sale->totals.tickets || sale->ticket_count > BX_TICKETS_MAX)
        return wrong(fault, "not as many tickets as pieces", sale->ticket_count);
    for (int i = 0; i < sale->basket.count; i++) {
        const struct bx_line *line = &sale->basket.lines[i];
        int pieces = bx_slug_is_none(&line->class) ? 0 : line->quantity;
        for (int nth = 1; nth <= pieces; nth++, at++) {
            const struct bx_ticket *ticket = &sale->tickets[at];
            if (ticket->line != i || ticket->nth != nth || !code_is_new(sale, at))
                return wrong(fault, "a ticket is not its line's, or its code is not its own", at);
        }
    }
    return 0;
}

static int lines_check(const struct bx_sale *sale, struct bx_fault *fault)
{
    const struct bx_basket *basket = &sale->basket;
    if (basket->count < 1 || basket->count > BX_LINES_MAX || bx_id_is_zero(&basket->id))
        return wrong(fault, "no basket", basket->count);
    for (int i = 0; i < basket->count; i++) {
        const struct bx_line *line = &basket->lines[i];
        if (line->quantity < 1 || line->quantity > BX_QUANTITY_MAX || line->price.minor < 0 ||
            line->tax_ppm < 0 || line->places < 0 || line->persons < 0 ||
            bx_slug_is_none(&line->product) ||
            bx_slug_is_none(&line->pool) != bx_slug_is_none(&line->slot))
            return wrong(fault, "line", i);
    }
    return 0;
}

int bx_sale_check(const struct bx_sale *sale, struct bx_fault *fault)
{
    if (strlen(sale->currency) != 3 ||
        (sale->exponent != 0 && sale->exponent != 2 && sale->exponent != 3))
        return wrong(fault, "the currency", sale->exponent);
    int err = lines_check(sale, fault);
    if (!err)
        err = totals_check(sale, fault);
    if (!err)
        err = tenders_check(sale, fault);
    if (!err)
        err = uses_check(sale, fault);
    if (!err)
        err = tickets_check(sale, fault);
    return err;
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
