/* SPDX-License-Identifier: Apache-2.0 */
/* An exchange: what comes back stands on the desk, the other half is rung up there as any sale is,
 * and the difference is paid or given back. One document holds both halves, so neither can be
 * without the other. */

#include "core.h"

int bx_exchange_check(struct bx_till *till, bx_origin origin, struct bx_fault *fault)
{
    (void)till;
    (void)origin;
    return bx_fault_say(fault, BX_ERR_REFUSED, "Refund it, and sell the other one.");
}

void bx_exchange_begin(struct bx_till *till, bx_origin origin, const struct bx_sale *draft,
                       const struct bx_warrant *warrant)
{
    struct bx_fault fault = {0};
    (void)draft;
    (void)warrant;
    if (bx_exchange_check(till, origin, &fault))
        bx_refused(till, origin, &fault);
}
