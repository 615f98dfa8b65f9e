/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken back of a sale.
 *
 * Every sum of a part is the difference of two sums of what remains: before and after. So it does
 * not matter in how many parts, in which order and with which roundings a sale comes back: at the
 * end nothing remains, and the parts add up to the whole, each rate's net and tax with it. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/domain/price.h"

void bx_remains_init(struct bx_remains *remains, const struct bx_sale *sale)
{
    memset(remains, 0, sizeof(*remains));
    remains->sale = sale;
}

bool bx_remains_is_empty(const struct bx_remains *remains)
{
    const struct bx_basket *basket = &remains->sale->basket;
    for (int i = 0; i < basket->count; i++)
        if (remains->gone[i] < basket->lines[i].quantity)
            return false;
    return true;
}

/* What of LINE's discount the first GONE pieces take with them. */
static int64_t off_gone(const struct bx_line *line, int gone)
{
    bx_money part = {0};
    if (bx_money_share(line->off, gone, line->quantity, BX_ROUND_HALF_UP, &part))
        bx_unreachable(); /* a part is no larger than the whole */
    return part.minor;
}

/* LINE, but only its pieces from GONE up to TO. */
static struct bx_line line_part(const struct bx_line *line, int gone, int to)
{
    struct bx_line part = *line;
    part.quantity = to - gone;
    part.off.minor = off_gone(line, to) - off_gone(line, gone);
    return part;
}

void bx_remains_basket(const struct bx_remains *remains, struct bx_basket *ret)
{
    const struct bx_basket *whole = &remains->sale->basket;
    *ret = (struct bx_basket){.id = whole->id};
    for (int i = 0; i < whole->count; i++) {
        const struct bx_line *line = &whole->lines[i];
        if (remains->gone[i] < line->quantity)
            ret->lines[ret->count++] = line_part(line, remains->gone[i], line->quantity);
    }
}

static int remains_totals(const struct bx_remains *remains, struct bx_totals *ret)
{
    struct bx_basket *rest = bx_new(struct bx_basket);
    bx_remains_basket(remains, rest);
    int err = bx_basket_totals(rest, remains->sale->tax_included, ret);
    bx_free(rest);
    return err;
}

static int odd(struct bx_fault *fault, const char *what, int at)
{
    return bx_fault_set(fault, BX_ERR_INPUT, "This correction does not fit what it corrects.",
                        "%s (%d)", what, at);
}

/* Tickets of line AT among those that CORRECTION takes back. */
static int tickets_of_line(const struct bx_sale *sale, const struct bx_sale *correction, int at)
{
    int count = 0;
    for (int i = 0; i < correction->back_ticket_count; i++)
        count += sale->tickets[correction->back_tickets[i]].line == at;
    return count;
}

static int take_check(const struct bx_remains *remains, const struct bx_sale *correction,
                      struct bx_fault *fault)
{
    const struct bx_sale *sale = remains->sale;
    if (!bx_id_equal(&correction->of, &sale->basket.id))
        return odd(fault, "it names another document", 0);
    for (int i = 0; i < correction->back_ticket_count; i++) {
        int ticket = correction->back_tickets[i];
        if (ticket < 0 || ticket >= sale->ticket_count || remains->ticket_gone[ticket])
            return odd(fault, "a ticket is not there any more", ticket);
    }
    for (int i = 0; i < correction->back.count; i++) {
        const struct bx_line *back = &correction->back.lines[i];
        int at = correction->back_lines[i];
        if (at < 0 || at >= sale->basket.count || (i > 0 && at <= correction->back_lines[i - 1]))
            return odd(fault, "a line is not there", at);
        const struct bx_line *line = &sale->basket.lines[at];
        if (!bx_slug_equal(&line->product, &back->product) || back->quantity < 1 ||
            back->quantity > line->quantity - remains->gone[at])
            return odd(fault, "more is taken back than there is", at);
        if (bx_line_tickets(back) != tickets_of_line(sale, correction, at))
            return odd(fault, "not as many tickets as pieces", at);
    }
    return 0;
}

int bx_remains_take(struct bx_remains *remains, const struct bx_sale *correction,
                    struct bx_fault *fault)
{
    int err = take_check(remains, correction, fault);
    if (err)
        return err;
    for (int i = 0; i < correction->back.count; i++)
        remains->gone[correction->back_lines[i]] += correction->back.lines[i].quantity;
    for (int i = 0; i < correction->back_ticket_count; i++)
        remains->ticket_gone[correction->back_tickets[i]] = true;
    return 0;
}

/* Puts the tickets of line AT that come back onto RET: the ones of TICKETS, or (NULL) the last
 * COUNT that are still there. Returns how many, or -1 when one is gone. */
static int tickets_take(const struct bx_remains *remains, int at, const bool *tickets, int count,
                        bool taken[BX_TICKETS_MAX])
{
    const struct bx_sale *sale = remains->sale;
    int found = 0;
    for (int i = sale->ticket_count - 1; i >= 0; i--) {
        bool wanted = tickets ? tickets[i] : found < count && !remains->ticket_gone[i];
        if (sale->tickets[i].line != at || !wanted)
            continue;
        if (remains->ticket_gone[i])
            return -1;
        taken[i] = true;
        found++;
    }
    return found;
}

/* How many pieces of line AT come back; refused when it cannot be so many. */
static int pieces_take(const struct bx_remains *remains, int at, const int *quantities,
                       const bool *tickets, bool taken[BX_TICKETS_MAX], int *ret,
                       struct bx_fault *fault)
{
    const struct bx_line *line = &remains->sale->basket.lines[at];
    int there = line->quantity - remains->gone[at];
    int pieces = quantities ? quantities[at] : 0;
    if (bx_line_tickets(line) > 0) {
        int wanted = line->group && pieces > 0 ? 1 : pieces;
        if (!tickets && line->group && pieces > 0 && pieces != line->quantity)
            return bx_fault_say(fault, BX_ERR_REFUSED,
                                "The ticket of a group is only taken back as a whole.");
        pieces = tickets_take(remains, at, tickets, wanted, taken);
        if (pieces < 0 || (!tickets && pieces < wanted))
            return bx_fault_say(fault, BX_ERR_REFUSED, "This ticket was taken back already.");
        if (line->group)
            pieces *= line->quantity;
    }
    if (pieces < 0 || pieces > there)
        return bx_fault_say(fault, BX_ERR_REFUSED, "Only %d of %s can be taken back.", there,
                            line->name);
    *ret = pieces;
    return 0;
}

/* The rates that BACK's own lines have, with the differences of what remained. */
static void totals_part(const struct bx_totals *before, const struct bx_totals *after,
                        struct bx_totals *back)
{
    back->total = back->outside;
    for (int i = 0; i < back->rate_count; i++) {
        struct bx_tax *rate = &back->rates[i];
        int b = 0;
        int a = 0;
        while (before->rates[b].ppm != rate->ppm)
            b++;
        while (a < after->rate_count && after->rates[a].ppm != rate->ppm)
            a++;
        const struct bx_tax *was = &before->rates[b];
        const struct bx_tax none = {.ppm = rate->ppm};
        const struct bx_tax *is = a < after->rate_count ? &after->rates[a] : &none;
        rate->gross.minor = was->gross.minor - is->gross.minor;
        rate->net.minor = was->net.minor - is->net.minor;
        rate->tax.minor = was->tax.minor - is->tax.minor;
        back->total.minor += rate->gross.minor;
    }
}

static int lines_take(const struct bx_remains *remains, const int *quantities, const bool *tickets,
                      struct bx_sale *ret, struct bx_fault *fault)
{
    const struct bx_basket *basket = &remains->sale->basket;
    bool taken[BX_TICKETS_MAX] = {false};
    for (int i = 0; i < basket->count; i++) {
        int pieces = 0;
        int err = pieces_take(remains, i, quantities, tickets, taken, &pieces, fault);
        if (err)
            return err;
        if (pieces == 0)
            continue;
        ret->back_lines[ret->back.count] = i;
        ret->back.lines[ret->back.count++] =
            line_part(&basket->lines[i], remains->gone[i], remains->gone[i] + pieces);
    }
    if (ret->back.count == 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "Choose what is taken back.");
    for (int i = 0; i < remains->sale->ticket_count; i++)
        if (taken[i])
            ret->back_tickets[ret->back_ticket_count++] = i;
    return 0;
}

/* MADE holds only what is taken back. */
static int parts_make(const struct bx_remains *remains, struct bx_sale *made,
                      struct bx_fault *fault)
{
    struct bx_totals before, after;
    struct bx_remains then = *remains;
    made->of = remains->sale->basket.id;
    int err = bx_remains_take(&then, made, fault);
    if (!err && (remains_totals(remains, &before) || remains_totals(&then, &after) ||
                 bx_basket_totals(&made->back, remains->sale->tax_included, &made->back_totals)))
        err = bx_fault_say(fault, BX_ERR_REFUSED, "This is too much to add up.");
    if (!err)
        totals_part(&before, &after, &made->back_totals);
    return err;
}

int bx_return_make(const struct bx_remains *remains, const int quantities[BX_LINES_MAX],
                   const bool tickets[BX_TICKETS_MAX], struct bx_sale *ret, struct bx_fault *fault)
{
    struct bx_sale *made = bx_new(struct bx_sale);
    int err = lines_take(remains, quantities, tickets, made, fault);
    if (!err)
        err = parts_make(remains, made, fault);
    if (!err) {
        ret->of = made->of;
        ret->back = made->back;
        ret->back_totals = made->back_totals;
        ret->back_ticket_count = made->back_ticket_count;
        memcpy(ret->back_lines, made->back_lines, sizeof(ret->back_lines));
        memcpy(ret->back_tickets, made->back_tickets, sizeof(ret->back_tickets));
        memcpy(ret->currency, remains->sale->currency, sizeof(ret->currency));
        ret->exponent = remains->sale->exponent;
        ret->tax_included = remains->sale->tax_included;
    }
    bx_free(made);
    return err;
}
