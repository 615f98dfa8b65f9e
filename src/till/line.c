/* SPDX-License-Identifier: Apache-2.0 */
/* The expert's line: a whole sale as text, `2a1c 14:30 cash 60.00`. It is read to its end before
 * anything of it happens, and a product that is refused takes back those rung up before it. */

#include "screens.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
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
    if (part->kind == BX_TENDER_CARD && reference[0]) {
        bx_pay_slip(till, amount, reference);
        return till->counter.screen == BX_SCREEN_PAY && !till->counter.asking;
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
    if (said->round && till->counter.screen == BX_SCREEN_PAY)
        bx_pay_round(till);
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
    int err = slot_choose(till, said, fault);
    if (!err)
        err = bx_said_ring(till, &till->desk, said, till->counter.event, bx_slots_selected(till),
                           fault);
    return err ? err : bx_said_discounts(till, &till->desk, said, &nth, fault);
}

/* SAID with what a supervisor allowed (NULL: nothing); TEXT stays to be mended when it is refused.
 */
static void line_end(struct bx_till *till, const char *text, struct bx_said *said,
                     const struct bx_warrant *warrant, struct bx_fault *fault)
{
    struct bx_counter *counter = &till->counter;
    const struct bx_slot *before = bx_slots_selected(till);
    struct bx_deal deal = till->desk.deal;
    int err = warrant ? bx_deal_allow(&till->desk.deal, warrant, fault) : 0;
    if (!err)
        err = line_do(till, said, fault);
    counter->line_column = err ? said->column : 0;
    if (!err) {
        bx_counter_home(till);
        if (said->part_count > 0 || said->round)
            line_pay(till, said);
        return;
    }
    if (before)
        bx_slots_select(till, before);
    if (warrant)
        till->desk.deal = deal;
    if (counter->screen == BX_SCREEN_LINE) {
        BX_TEXT_COPY(counter->input, text);
        counter->input_len = strlen(counter->input);
    }
    bx_counter_fault(till, fault);
}

static void over_allowed(struct bx_till *till, bx_origin origin, const struct bx_warrant *warrant,
                         const void *arg)
{
    struct bx_fault fault = {0};
    struct bx_said *said = bx_new(struct bx_said);
    (void)origin;
    if (bx_said_read(arg, till->programme ? till->programme->exponent : 2, said, &fault))
        bx_counter_fault(till, &fault);
    else
        line_end(till, arg, said, warrant, &fault);
    bx_free(said);
}

/* The word `over` asks for the supervisor before anything is rung up. */
void bx_line_run(struct bx_till *till)
{
    struct bx_fault fault = {0};
    char text[sizeof(till->counter.input)];
    struct bx_warrant_ask ask = {.action = "over",
                                 .need = BX_NEED_SUPERVISOR,
                                 .done = over_allowed,
                                 .arg = text,
                                 .size = sizeof(text)};
    struct bx_said *said = bx_new(struct bx_said);
    memset(text, 0, sizeof(text));
    BX_TEXT_COPY(text, till->counter.input);
    if (bx_said_read(text, till->programme ? till->programme->exponent : 2, said, &fault)) {
        till->counter.line_column = said->column;
        bx_counter_fault(till, &fault);
    } else if (bx_may_act(till, &fault)) {
        bx_counter_fault(till, &fault);
    } else if (!said->over) {
        line_end(till, text, said, NULL, &fault);
    } else {
        BX_TEXT_COPY(ask.title, bx_word("Over capacity"));
        BX_TEXT_COPY(ask.text, text);
        if (bx_warrant_ask(till, &ask, &fault))
            bx_counter_fault(till, &fault);
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
