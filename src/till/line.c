/* SPDX-License-Identifier: Apache-2.0 */
/* The expert's line: a whole sale as text, `2a1c 14:30 cash 60.00`. It is read to its end before
 * anything of it happens, and a product that is refused takes back those rung up before it. */

#include "screens.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "grammar.h"

enum { LINE_COLUMNS = 60 };

/* One part of the payment; false: it failed, or is not done yet. */
static bool part_pay(struct bx_till *till, const struct bx_said_part *part)
{
    struct bx_fault fault = {0};
    bx_money left, cash;
    struct bx_slug account = {""};
    const char *reference = part->kind == BX_TENDER_CARD ? part->reference : NULL;
    int err = 0;
    bx_desk_left(till, &till->desk, &left, &cash);
    bx_money amount = part->has_amount ? part->amount : left;
    if (part->kind == BX_TENDER_CASH) {
        bx_pay_cash(till, part->has_amount ? part->amount : cash, false);
        return !till->counter.asking;
    }
    if (part->kind == BX_TENDER_VOUCHER) {
        err = bx_vouchers_take(till, &till->desk, part->reference, NULL, &fault);
        if (err)
            bx_counter_fault(till, &fault);
        return false;
    }
    if (part->kind == BX_TENDER_ACCOUNT) {
        snprintf(account.s, sizeof(account.s), "%.39s", part->reference);
        if (account.s[0])
            err = bx_desk_account(till, &till->desk, &account, &fault);
    }
    if (part->kind == BX_TENDER_PREPAID)
        err = bx_said_prepaid(&till->desk, part, &reference, &fault);
    if (!err)
        err = bx_pay_tender(till, part->kind, amount, reference, &fault);
    if (err)
        bx_counter_fault(till, &fault);
    return !err;
}

static void line_pay(struct bx_till *till, const struct bx_said *said)
{
    bx_sell_pay(till);
    for (int i = 0; i < said->part_count; i++)
        if (till->counter.screen != BX_SCREEN_PAY || !till->desk.tendering ||
            till->desk.committing || !part_pay(till, &said->parts[i]))
            return;
}

/* The day and the time that were said; what is chosen where nothing was. */
static int slot_choose(struct bx_till *till, struct bx_said *said, struct bx_fault *fault)
{
    if (said->dated)
        bx_slots_day_to(till, said->date);
    if (said->dated && bx_date_compare(till->counter.day, said->date) != 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "The programme does not know that day.");
    if (said->minute < 0)
        return 0;
    const struct bx_slot *slot = bx_slots_at(till, said->minute);
    said->column = said->minute_column;
    if (!slot)
        return bx_fault_say(fault, BX_ERR_REFUSED, "No slot begins at %02d:%02d on that day.",
                            said->minute / 60, said->minute % 60);
    bx_slots_select(till, slot);
    said->column = 0;
    return 0;
}

static int line_do(struct bx_till *till, struct bx_said *said, struct bx_fault *fault)
{
    int nth = 0;
    if (!till->programme)
        return bx_fault_say(fault, BX_ERR_REFUSED, "There is no programme yet.");
    if (said->over)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "Beyond the capacity: X, behind what was sold out.");
    int err = slot_choose(till, said, fault);
    if (!err)
        err = bx_said_ring(till, &till->desk, said, till->counter.event, bx_slots_selected(till),
                           fault);
    return err ? err : bx_said_discounts(till, &till->desk, said, &nth, fault);
}

void bx_line_run(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    struct bx_fault fault = {0};
    struct bx_said *said = bx_new(struct bx_said);
    const struct bx_slot *before = bx_slots_selected(till);
    int err =
        bx_said_read(counter->input, till->programme ? till->programme->exponent : 2, said, &fault);
    if (!err)
        err = line_do(till, said, &fault);
    counter->line_column = err ? said->column : 0;
    if (err) {
        if (before)
            bx_slots_select(till, before);
        bx_counter_fault(till, &fault);
    } else {
        bx_counter_home(till);
        if (said->part_count > 0)
            line_pay(till, said);
    }
    bx_free(said);
}

static void complete(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    char list[160];
    int count = bx_said_complete(till, counter->input, sizeof(counter->input), list, sizeof(list));
    counter->input_len = strlen(counter->input);
    if (count == 0)
        bx_effects_add(till->out, BX_EFFECT_BELL);
    else if (count > 1)
        bx_say(till, BX_TONE_PLAIN, "%s", list);
}

void bx_line_key(struct bx_till *till, int key)
{
    till->counter.line_column = 0;
    if (key == BX_KEY_BACKSPACE) {
        if (!bx_input_drop(till))
            bx_counter_back(till);
    } else if (key == BX_KEY_TAB) {
        complete(till);
    } else {
        bx_input_add(till, key, LINE_COLUMNS);
    }
}
