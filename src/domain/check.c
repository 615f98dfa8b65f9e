/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a document agrees with itself. The rules are those that hold for every document of its
 * kind, whoever made it: the till asserts them before it writes, the server asks again.
 *
 * What was taken back is cut from what was there, so its tax is the difference of two rounded sums
 * and may be one minor unit of a rate away from that of its own lines; the amounts of the lines
 * themselves are exact. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/cash.h"
#include "boxtill/domain/price.h"

/* Half of the largest cash step a programme may have. */
enum { ROUNDING_MAX = 500 };

static int wrong(struct bx_fault *fault, const char *what, int at)
{
    return bx_fault_set(fault, BX_ERR_INPUT, "This sale does not add up.", "%s (%d)", what, at);
}

static bool is_near(bx_money a, bx_money b, int64_t most)
{
    int64_t apart = a.minor - b.minor;
    return apart <= most && apart >= -most;
}

/* MOST: how far the tax of a rate may be from the lines' own. */
static bool rate_is(const struct bx_tax *said, const struct bx_tax *own, bool tax_included,
                    int64_t most)
{
    bx_money sum;
    bool whole =
        tax_included ? said->gross.minor == own->gross.minor : said->net.minor == own->net.minor;
    return whole && said->ppm == own->ppm && is_near(said->tax, own->tax, most) &&
           said->net.minor >= 0 && said->tax.minor >= 0 &&
           bx_money_add(said->net, said->tax, &sum) == 0 && sum.minor == said->gross.minor;
}

static int totals_check(const struct bx_basket *basket, const struct bx_totals *said,
                        bool tax_included, int64_t most, struct bx_fault *fault)
{
    struct bx_totals own;
    if (bx_basket_totals(basket, tax_included, &own))
        return wrong(fault, "the lines are too much to add up", 0);
    if (said->outside.minor != own.outside.minor || said->persons != own.persons ||
        said->tickets != own.tickets || said->rate_count != own.rate_count)
        return wrong(fault, "the totals are not the basket's", 0);
    bx_money total = said->outside;
    for (int i = 0; i < own.rate_count; i++)
        if (!rate_is(&said->rates[i], &own.rates[i], tax_included, most) ||
            bx_money_add(total, said->rates[i].gross, &total))
            return wrong(fault, "the tax is not the basket's", i);
    return total.minor == said->total.minor ? 0 : wrong(fault, "the total is not the basket's", 0);
}

static bool names_its_source(const struct bx_sale *sale, const struct bx_tender *tender)
{
    bool own_attempt = tender->kind == BX_TENDER_STORED || tender->kind == BX_TENDER_CARD;
    if (!own_attempt && !bx_id_is_zero(&tender->attempt))
        return false;
    if (tender->kind == BX_TENDER_CASH)
        return !tender->reference[0];
    if (tender->kind == BX_TENDER_CARD)
        return !bx_looks_like_card_number(tender->reference);
    return tender->kind == BX_TENDER_ACCOUNT ? !bx_slug_is_none(&sale->account)
                                             : tender->reference[0] != '\0';
}

/* Change and a tender of nothing are only the last one's; what goes out has no change. */
static bool tender_is_sound(const struct bx_sale *sale, const struct bx_tender *tender, bool last)
{
    bx_money sum;
    int64_t sign = bx_sale_due(sale).minor < 0 ? -1 : 1;
    if (tender->kind >= BX_TENDER_KINDS || tender->amount.minor * sign < 0 ||
        tender->change.minor < 0 || bx_money_add(tender->amount, tender->change, &sum) ||
        tender->received.minor != sum.minor)
        return false;
    if (!last && (tender->change.minor > 0 || tender->amount.minor == 0))
        return false;
    if (tender->change.minor > 0 && (tender->kind != BX_TENDER_CASH || sign < 0))
        return false;
    return names_its_source(sale, tender);
}

static int tenders_check(const struct bx_sale *sale, struct bx_fault *fault)
{
    bool cash = false;
    bool out = bx_sale_due(sale).minor < 0;
    bx_money paid = {0};
    if (sale->tender_count < 0 || sale->tender_count > BX_TENDERS_MAX)
        return wrong(fault, "too many tenders", sale->tender_count);
    for (int i = 0; i < sale->tender_count; i++) {
        const struct bx_tender *tender = &sale->tenders[i];
        if (!tender_is_sound(sale, tender, i + 1 == sale->tender_count) ||
            (cash && !out && tender->kind != BX_TENDER_CASH) ||
            bx_money_add(paid, tender->amount, &paid))
            return wrong(fault, "tender", i);
        cash = cash || tender->kind == BX_TENDER_CASH;
    }
    if (bx_sale_due(sale).minor + sale->rounding.minor != paid.minor)
        return wrong(fault, "the tenders do not settle the total", 0);
    int64_t rounding = sale->rounding.minor;
    if (rounding != 0 && (!cash || rounding > ROUNDING_MAX || rounding < -ROUNDING_MAX))
        return wrong(fault, "the rounding is not cash rounding", 0);
    return 0;
}

static bool has_warrant(const struct bx_sale *sale, const char *what)
{
    for (int i = 0; i < sale->warrant_count; i++)
        if (strcmp(sale->warrants[i].what.s, what) == 0)
            return true;
    return false;
}

/* The places of an order come from what the server holds for it, those of a channel's sale from
 * what it has free, and a supervisor may sell more than there are: then a lease gives fewer than
 * the lines take, but never more. */
static int uses_check(const struct bx_sale *sale, struct bx_fault *fault)
{
    bool fewer = !bx_id_is_zero(&sale->order) || has_warrant(sale, "over") ||
                 has_warrant(sale, "channel") || sale->training;
    if (sale->use_count < 0 || sale->use_count > (sale->training ? 0 : BX_USES_MAX))
        return wrong(fault, "too many lease uses", sale->use_count);
    int64_t used = 0;
    int64_t needed = 0;
    for (int i = 0; i < sale->use_count; i++) {
        const struct bx_lease_use *use = &sale->uses[i];
        for (int j = 0; j < i; j++)
            if (bx_slug_equal(&use->pool, &sale->uses[j].pool))
                return wrong(fault, "a pool is used twice", i);
        int64_t places = bx_basket_places(&sale->basket, &use->pool);
        if (use->q < 1 || use->before < 0 || use->r < 1 || bx_slug_is_none(&use->pool) ||
            (fewer ? use->q > places : use->q != places))
            return wrong(fault, "a lease use is not the lines' places", i);
        used += use->q;
    }
    for (int i = 0; i < sale->basket.count; i++)
        needed += (int64_t)sale->basket.lines[i].places * sale->basket.lines[i].quantity;
    return fewer || used == needed ? 0 : wrong(fault, "places without a lease use", 0);
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
        int tickets = bx_line_tickets(line);
        for (int nth = 1; nth <= tickets; nth++, at++) {
            const struct bx_ticket *ticket = &sale->tickets[at];
            if (ticket->line != i || ticket->nth != nth || !code_is_new(sale, at))
                return wrong(fault, "a ticket is not its line's, or its code is not its own", at);
        }
    }
    return 0;
}

static bool line_is_sound(const struct bx_line *line)
{
    bx_money amount;
    if (line->quantity < 1 || line->quantity > BX_QUANTITY_MAX || line->price.minor < 0 ||
        line->list.minor < 0 || line->off.minor < 0 || bx_line_amount(line, &amount) ||
        amount.minor < 0)
        return false;
    if (line->tax_ppm < 0 || line->places < 0 || line->persons < 0 ||
        (bx_slug_is_none(&line->slot) && line->places != 0))
        return false;
    return !bx_slug_is_none(&line->product) &&
           bx_slug_is_none(&line->pool) == bx_slug_is_none(&line->slot);
}

static int lines_check(const struct bx_basket *basket, struct bx_fault *fault)
{
    if (basket->count < 0 || basket->count > BX_LINES_MAX)
        return wrong(fault, "too many lines", basket->count);
    for (int i = 0; i < basket->count; i++)
        if (!line_is_sound(&basket->lines[i]))
            return wrong(fault, "line", i);
    return 0;
}

static int back_check(const struct bx_sale *sale, struct bx_fault *fault)
{
    bool corrects = !bx_id_is_zero(&sale->of);
    if (corrects != (sale->back.count > 0) || (!corrects && sale->basket.count < 1))
        return wrong(fault, "nothing is sold or taken back", 0);
    if (sale->back_ticket_count != sale->back_totals.tickets ||
        sale->back_ticket_count > BX_TICKETS_MAX)
        return wrong(fault, "not as many tickets taken back as pieces", sale->back_ticket_count);
    for (int i = 1; i < sale->back.count; i++)
        if (sale->back_lines[i] <= sale->back_lines[i - 1])
            return wrong(fault, "a line is taken back twice", i);
    for (int i = 1; i < sale->back_ticket_count; i++)
        if (sale->back_tickets[i] <= sale->back_tickets[i - 1])
            return wrong(fault, "a ticket is taken back twice", i);
    int err = lines_check(&sale->back, fault);
    return err ? err : totals_check(&sale->back, &sale->back_totals, sale->tax_included, 1, fault);
}

static int rest_check(const struct bx_sale *sale, struct bx_fault *fault)
{
    if (strlen(sale->currency) != 3 ||
        (sale->exponent != 0 && sale->exponent != 2 && sale->exponent != 3))
        return wrong(fault, "the currency", sale->exponent);
    if (bx_id_is_zero(&sale->basket.id) || sale->persons_booked < 0 || sale->corrections < 0 ||
        sale->drawer < 0 || sale->drawer > BX_DRAWERS_MAX)
        return wrong(fault, "the id, the drawer or a count", sale->drawer);
    if (sale->warrant_count < 0 || sale->warrant_count > BX_WARRANTS_MAX)
        return wrong(fault, "too many warrants", sale->warrant_count);
    for (int i = 0; i < sale->warrant_count; i++)
        if (bx_slug_is_none(&sale->warrants[i].what))
            return wrong(fault, "a warrant for nothing", i);
    return 0;
}

int bx_sale_check(const struct bx_sale *sale, struct bx_fault *fault)
{
    int err = rest_check(sale, fault);
    if (!err)
        err = lines_check(&sale->basket, fault);
    if (!err)
        err = totals_check(&sale->basket, &sale->totals, sale->tax_included, 0, fault);
    if (!err)
        err = back_check(sale, fault);
    if (!err)
        err = tenders_check(sale, fault);
    if (!err)
        err = uses_check(sale, fault);
    if (!err)
        err = tickets_check(sale, fault);
    return err;
}
