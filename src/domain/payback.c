/* SPDX-License-Identifier: Apache-2.0 */
/* Money goes back the way it came: the last tender first, so that what was paid in cash, which is
 * always last, goes out in cash.
 *
 * A sale that comes back in parts has one plan: how much of each tender has gone out once so much
 * of the sale has. Each part pays what the plan says after it, less what it said before; so the
 * parts give back to the last coin what was paid, although each of them rounds its cash. Where
 * something else was given back before (another tender chosen, an exchange), there is no plan to
 * follow, and each tender only sets how much it takes. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/domain/price.h"

/* How much goes out by each of the sale's tenders. */
struct parts {
    int64_t of[BX_TENDERS_MAX];
    int64_t cash;                   /* and in cash, over all cash tenders */
    int64_t extra[BX_TENDER_KINDS]; /* by tenders of other documents of the chain */
    bool has_cash;                  /* something was settled in cash, if only rounded to nothing */
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t cash_of(const struct bx_sale *sale)
{
    int64_t sum = 0;
    for (int i = 0; i < sale->tender_count; i++)
        if (sale->tenders[i].kind == BX_TENDER_CASH)
            sum += sale->tenders[i].amount.minor;
    return sum;
}

/* Cash that was rounded up and then turned out to be a card: so much was paid over the total, and
 * it goes back with the last of it. */
static int64_t paid_over(const struct bx_sale *sale)
{
    int64_t settled = cash_of(sale) - sale->rounding.minor;
    return settled < 0 ? -settled : 0;
}

/* The plan: what has gone out once GONE of the sale's total has come back. */
static struct parts plan(const struct bx_sale *sale, int64_t gone, int64_t step)
{
    struct parts parts = {.cash = 0};
    int64_t paid = cash_of(sale);
    int64_t over = paid_over(sale);
    int64_t settled = paid - sale->rounding.minor + over; /* of the total, by that cash */
    int64_t part = least(gone, settled);
    parts.has_cash = part > 0;
    parts.cash = part < settled ? least(bx_cash_due(bx_money_of(part), step).minor, paid) : paid;
    gone -= part;
    if (gone + part >= sale->totals.total.minor)
        gone += over;
    for (int i = sale->tender_count - 1; i >= 0; i--) {
        if (sale->tenders[i].kind == BX_TENDER_CASH)
            continue;
        parts.of[i] = least(gone, sale->tenders[i].amount.minor);
        gone -= parts.of[i];
    }
    return parts;
}

/* Does GIVEN say that all before went by PARTS? */
static bool went_so(const struct bx_sale *sale, const struct parts *parts, const bx_money *given)
{
    int64_t sums[BX_TENDER_KINDS] = {[BX_TENDER_CASH] = parts->cash};
    for (int i = 0; i < sale->tender_count; i++)
        sums[sale->tenders[i].kind] += parts->of[i];
    for (int i = 0; i < BX_TENDER_KINDS; i++)
        if (sums[i] != (given ? given[i].minor : 0))
            return false;
    return true;
}

/* NEED by what each tender took and did not give back yet; then by those of other documents, for
 * which GIVEN is negative; what is left then goes out in cash. */
static struct parts by_room(const struct bx_sale *sale, const bx_money *given, int64_t need,
                            int64_t step)
{
    struct parts parts = {.cash = 0};
    int64_t room[BX_TENDER_KINDS] = {0};
    for (int i = 0; i < BX_TENDER_KINDS; i++)
        room[i] = given ? -given[i].minor : 0;
    for (int i = 0; i < sale->tender_count; i++)
        room[sale->tenders[i].kind] += sale->tenders[i].amount.minor;
    int64_t cash = room[BX_TENDER_CASH] > 0 ? room[BX_TENDER_CASH] : 0;
    bool all = cash > 0 && bx_cash_due(bx_money_of(need), step).minor <= cash;
    parts.cash = all ? 0 : cash / step * step;
    int64_t rest = all ? need : need - parts.cash;
    for (int i = sale->tender_count - 1; i >= 0 && !all; i--) {
        const struct bx_tender *tender = &sale->tenders[i];
        int64_t *left = &room[tender->kind];
        if (tender->kind == BX_TENDER_CASH || *left <= 0)
            continue;
        parts.of[i] = least(rest, least(tender->amount.minor, *left));
        *left -= parts.of[i];
        rest -= parts.of[i];
    }
    for (int i = BX_TENDER_CARD; i < BX_TENDER_KINDS && !all; i++) {
        if (room[i] <= 0)
            continue;
        parts.extra[i] = least(rest, room[i]);
        rest -= parts.extra[i];
    }
    parts.has_cash = parts.cash > 0 || rest > 0;
    parts.cash += bx_cash_due(bx_money_of(rest), step).minor;
    return parts;
}

/* An amount of nothing is only said where cash was rounded to it. */
static void give(struct bx_sale *ret, enum bx_tender_kind kind, int64_t amount, bool always,
                 const char *reference)
{
    if (amount == 0 && !always)
        return;
    int at = ret->tender_count++;
    if (at >= BX_TENDERS_MAX)
        return;
    struct bx_tender *tender = &ret->tenders[at];
    *tender = (struct bx_tender){.kind = kind, .amount = {-amount}, .received = {-amount}};
    memcpy(tender->reference, reference, strlen(reference) + 1);
}

static int parts_give(const struct bx_sale *sale, const struct parts *parts, struct bx_sale *ret,
                      struct bx_fault *fault)
{
    int64_t out = 0;
    ret->tender_count = 0;
    for (int i = sale->tender_count - 1; i >= 0; i--)
        if (sale->tenders[i].kind != BX_TENDER_CASH)
            give(ret, sale->tenders[i].kind, parts->of[i], false, sale->tenders[i].reference);
    for (enum bx_tender_kind i = BX_TENDER_CARD; i < BX_TENDER_KINDS; i++)
        give(ret, i, parts->extra[i], false, "");
    give(ret, BX_TENDER_CASH, parts->cash, parts->has_cash, "");
    if (ret->tender_count > BX_TENDERS_MAX) {
        ret->tender_count = 0;
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "This was paid in too many parts: give it back in one.");
    }
    for (int i = 0; i < ret->tender_count; i++) {
        out += ret->tenders[i].amount.minor;
        if (ret->tenders[i].kind == BX_TENDER_ACCOUNT && bx_slug_is_none(&ret->account))
            ret->account = sale->account;
    }
    ret->rounding.minor = out - bx_sale_due(ret).minor;
    return 0;
}

static int64_t total_gone(const struct bx_remains *remains)
{
    struct bx_totals rest = {0};
    struct bx_basket *basket = bx_new(struct bx_basket);
    bx_remains_basket(remains, basket);
    int err = bx_basket_totals(basket, remains->sale->tax_included, &rest);
    bx_free(basket);
    return err ? -1 : remains->sale->totals.total.minor - rest.total.minor;
}

int bx_return_tenders(const struct bx_remains *remains, const bx_money given[BX_TENDER_KINDS],
                      int64_t cash_step, struct bx_sale *ret, struct bx_fault *fault)
{
    const struct bx_sale *sale = remains->sale;
    int64_t need = -bx_sale_due(ret).minor;
    ret->rounding = bx_money_of(0);
    if (need <= 0) {
        ret->tender_count = 0;
        return 0;
    }
    int64_t gone = total_gone(remains);
    struct parts parts = plan(sale, gone, cash_step);
    bool follows = sale->back.count == 0 && ret->basket.count == 0 && gone >= 0 &&
                   went_so(sale, &parts, given);
    if (!follows) {
        parts = by_room(sale, given, need, cash_step);
        return parts_give(sale, &parts, ret, fault);
    }
    struct parts then = plan(sale, gone + need, cash_step);
    then.has_cash = then.cash > parts.cash ||
                    least(gone + need, cash_of(sale) - sale->rounding.minor) > gone ||
                    (paid_over(sale) > 0 && gone + need >= sale->totals.total.minor);
    then.cash -= parts.cash;
    for (int i = 0; i < sale->tender_count; i++)
        then.of[i] -= parts.of[i];
    return parts_give(sale, &then, ret, fault);
}
