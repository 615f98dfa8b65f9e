/* SPDX-License-Identifier: Apache-2.0 */
/* An exchange: what comes back stands on the desk, the other half is rung up there as any sale is,
 * and the difference is paid or given back. One document holds both halves, so neither can be
 * without the other. */

#include "core.h"

/* Puts what comes back on the desk: the other half is rung up there. */
void bx_exchange_begin(struct bx_till *till, bx_origin origin, const struct bx_sale *draft,
                       const struct bx_warrant *warrant)
{
    struct bx_fault fault = {0};
    struct bx_desk *desk = bx_desk_of(till, origin);
    char money[BX_MONEY_TEXT];
    int err = desk ? bx_deal_allow(&desk->deal, warrant, &fault) : BX_ERR_MISSING;
    if (err) {
        if (desk)
            bx_refused(till, origin, &fault);
        return;
    }
    bx_free(desk->returns);
    desk->returns = bx_new(struct bx_sale);
    *desk->returns = *draft;
    if (origin != 0) {
        bx_command_exchange_go(till);
        return;
    }
    bx_counter_fresh(till);
    bx_say(till, BX_TONE_PLAIN, "%s comes back. Ring up what is taken instead; Del gives it up.",
           bx_counter_money(till, draft->back_totals.total, money));
}

int bx_exchange_check(struct bx_till *till, bx_origin origin, struct bx_fault *fault)
{
    const struct bx_desk *desk = bx_desk_of(till, origin);
    if (desk && desk->returns)
        return bx_fault_say(fault, BX_ERR_REFUSED, "Another exchange is open on the sell screen.");
    if (origin == 0 && desk && desk->basket.count > 0)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "The basket is not empty: sell it, park it or clear it first.");
    return 0;
}
