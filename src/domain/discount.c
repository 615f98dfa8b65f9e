/* SPDX-License-Identifier: Apache-2.0 */
/* What people take off by hand. A line that was touched is fixed from then on: no rule changes the
 * price under a discount that somebody gave for it. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/price.h"

__extension__ typedef __int128 wide;

/* What is left of a line to be taken off: donations and vouchers are not for sale, they are money.
 */
static int64_t base_of(const struct bx_line *line)
{
    bx_money amount;
    return bx_line_is_outside(line) || bx_line_amount(line, &amount) ? 0 : amount.minor;
}

/* WHOLE shared among the lines by WEIGHTS (their sum TOTAL > 0): each its share rounded down, and
 * what is left over goes, one minor unit each, to those that lost most by that. */
static void shares_make(int64_t whole, const int64_t weights[BX_LINES_MAX], int64_t total,
                        int64_t ret[BX_LINES_MAX])
{
    int64_t lost[BX_LINES_MAX] = {0};
    int64_t left = whole;
    for (int i = 0; i < BX_LINES_MAX; i++) {
        wide part = (wide)whole * weights[i];
        ret[i] = (int64_t)(part / total);
        lost[i] = (int64_t)(part % total);
        left -= ret[i];
    }
    for (; left > 0; left--) {
        int most = 0;
        for (int i = 1; i < BX_LINES_MAX; i++)
            if (lost[i] > lost[most])
                most = i;
        ret[most]++;
        lost[most] = -1;
    }
}

static void reason_put(struct bx_line *line, const struct bx_slug *why, const char *text)
{
    line->fixed = true;
    line->why = *why;
    bx_text_wash(text, strlen(text), BX_NAME_COLUMNS, line->why_text, sizeof(line->why_text));
}

static int whole_of(int64_t total, int64_t permille, bx_money amount, bx_money *ret,
                    struct bx_fault *fault)
{
    *ret = amount;
    if (permille < 0 || permille > 1000 || amount.minor < 0 || (permille > 0 && amount.minor > 0))
        return bx_fault_say(fault, BX_ERR_REFUSED, "A discount is up to 100 %% or an amount.");
    if (permille > 0 && bx_money_share(bx_money_of(total), permille, 1000, BX_ROUND_HALF_UP, ret))
        return bx_fault_say(fault, BX_ERR_REFUSED, "This basket is too large to add up.");
    if (ret->minor > total)
        return bx_fault_say(fault, BX_ERR_REFUSED, "That is more than what it costs.");
    if (ret->minor == 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "There is nothing to take off.");
    return 0;
}

int bx_basket_discount(struct bx_basket *basket, int line, int64_t permille, bx_money amount,
                       const struct bx_slug *why, const char *text, struct bx_fault *fault)
{
    bx_assert(line >= -1 && line < basket->count);
    int64_t weights[BX_LINES_MAX] = {0};
    int64_t shares[BX_LINES_MAX];
    int64_t total = 0;
    bx_money whole;
    for (int i = 0; i < basket->count; i++) {
        weights[i] = line == -1 || line == i ? base_of(&basket->lines[i]) : 0;
        total += weights[i];
    }
    int err = whole_of(total, permille, amount, &whole, fault);
    if (err)
        return err;
    shares_make(whole.minor, weights, total, shares);
    for (int i = 0; i < basket->count; i++) {
        if (shares[i] == 0)
            continue;
        basket->lines[i].off.minor += shares[i];
        reason_put(&basket->lines[i], why, text);
    }
    return 0;
}

int bx_basket_price(struct bx_basket *basket, int line, bx_money price, const struct bx_slug *why,
                    const char *text, struct bx_fault *fault)
{
    bx_assert(line >= 0 && line < basket->count);
    struct bx_line changed = basket->lines[line];
    bx_money amount;
    changed.price = price;
    changed.off = bx_money_of(0);
    if (price.minor < 0 || bx_line_amount(&changed, &amount))
        return bx_fault_say(fault, BX_ERR_REFUSED, "This price cannot be used.");
    reason_put(&changed, why, text);
    basket->lines[line] = changed;
    return 0;
}
