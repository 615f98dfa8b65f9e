/* SPDX-License-Identifier: Apache-2.0 */
/* Cash drawers. A till has one, or one for each cashier: then it is theirs whose number comes first
 * among those that have none yet, so which drawer belongs to whom is a matter of the programme's
 * people and not of who came first today. */

#include "core.h"

#include <stdio.h>

int bx_till_drawer(const struct bx_till *till)
{
    int drawers = till->config.drawers;
    int nth = 0;
    if (drawers <= 1 || !till->staff)
        return 1;
    for (size_t i = 0; i < till->staff->count; i++)
        nth += till->staff->users[i].role != BX_ROLE_AUDITOR &&
               till->staff->users[i].number < till->people.user;
    return nth % drawers + 1;
}

void bx_drawer_open(struct bx_till *till, const struct bx_ref *ref, int drawer, bool training)
{
    if (training || till->training)
        return;
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_DRAWER);
    effect->of.drawer.proof = *ref;
    effect->of.drawer.drawer = drawer > 0 ? drawer : 1;
}

bx_money bx_drawer_expected(const struct bx_till *till)
{
    char prefix[16];
    snprintf(prefix, sizeof(prefix), "%d/", bx_till_drawer(till));
    return bx_money_of(bx_figures_sum(&till->figures, "drawer", prefix));
}
