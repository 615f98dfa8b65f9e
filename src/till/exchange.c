/* SPDX-License-Identifier: Apache-2.0 */
/* An exchange: what comes back stands on the desk, the other half is rung up there as any sale is,
 * and the difference is paid or given back. One document holds both halves, so neither can be
 * without the other. */

#include "screens.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

/* Puts what comes back on the desk: the other half is rung up there. */
void bx_exchange_begin(struct bx_till *till, bx_origin origin, const struct bx_case *one,
                       const struct bx_sale *draft, const struct bx_warrant *warrant)
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
    for (enum bx_tender_kind i = 0; i < BX_TENDER_KINDS; i++)
        desk->held[i] = bx_case_held(one, i);
    desk->given = one->given[BX_TENDER_CASH];
    desk->back_allowed = bx_money_of(0);
    BX_TEXT_COPY(desk->deal.exchange, one->row.head.number);
    desk->undo_count = desk->undo_at = 0; /* undo goes no further back than this */
    if (origin != 0) {
        bx_command_exchange_go(till);
        return;
    }
    bx_draft_write(till);
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

void bx_exchange_give_up(struct bx_till *till)
{
    till->desk.returns = bx_free(till->desk.returns);
    till->desk.deal = (struct bx_deal){0};
    till->desk.undo_count = till->desk.undo_at = 0;
    bx_draft_touch(till);
    bx_say(till, BX_TONE_PLAIN, "The exchange is given up: nothing was taken back.");
}

void bx_exchange_broken(struct bx_till *till)
{
    const struct bx_desk *desk = &till->desk;
    if (desk->deal.exchange[0] && !desk->returns)
        bx_say(till, BX_TONE_WARN, "The exchange of %s was not made: begin it again from its sale.",
               desk->deal.exchange);
}

/* What comes back is not kept over a restart: the sale may have been corrected by the time somebody
 * goes on, and without it the basket would be a sale. Which one it was is kept until something else
 * is rung up. */
void bx_exchange_start(struct bx_till *till)
{
    char number[BX_NUMBER_SIZE];
    BX_TEXT_COPY(number, till->desk.deal.exchange);
    if (!number[0] || till->desk.returns)
        return;
    bx_desk_forget(till, &till->desk);
    BX_TEXT_COPY(till->desk.deal.exchange, number);
    bx_exchange_broken(till);
}

static bool is_supervisor(const struct bx_till *till)
{
    const struct bx_user *user = bx_people_user(till);
    return user && user->role == BX_ROLE_SUPERVISOR;
}

/* What DESK gives back now: what comes back less what is taken instead. */
static int64_t back_of(const struct bx_till *till, const struct bx_desk *desk)
{
    struct bx_totals totals;
    if (!desk->returns || bx_basket_totals(&desk->basket, till->programme->tax_included, &totals))
        return 0;
    return desk->returns->back_totals.total.minor - totals.total.minor;
}

/* Has a supervisor allowed that BACK goes back? A word given for less does not hold for more. */
static bool is_allowed(const struct bx_till *till, const struct bx_desk *desk, int64_t back)
{
    bool given = is_supervisor(till);
    for (int i = 0; i < desk->deal.warrant_count; i++)
        if (strcmp(desk->deal.warrants[i].what.s, "exchange") == 0 &&
            desk->deal.warrants[i].approver != 0)
            given = given || back <= desk->back_allowed.minor;
    return given;
}

/* Several small steps give back no more than one: what went before counts, too. */
int bx_exchange_allowed(const struct bx_till *till, struct bx_desk *desk, struct bx_fault *fault)
{
    const struct bx_limits *limits = &till->programme->limits;
    char text[BX_MONEY_TEXT];
    int64_t back = back_of(till, desk);
    int64_t all = back + (desk->given.minor > 0 ? desk->given.minor : 0);
    if (back <= 0)
        return 0;
    enum bx_look look = bx_limit_look(&limits->refund_amount, all);
    enum bx_look blind = bx_limit_look(&limits->refund_offline, all);
    if (!till->link.online && blind > look)
        look = blind;
    if (look < BX_LOOK_ASK || (look == BX_LOOK_ASK && is_allowed(till, desk, back)))
        return 0;
    if (look == BX_LOOK_ASK)
        BX_TEXT_COPY(desk->wants.s, "exchange");
    return bx_fault_say(fault, BX_ERR_REFUSED, "%s would go back: that is above the limit.",
                        bx_counter_money(till, bx_money_of(all), text));
}

int bx_exchange_way(const struct bx_till *till, struct bx_desk *desk, enum bx_tender_kind kind,
                    bx_money amount, struct bx_fault *fault)
{
    char text[BX_MONEY_TEXT];
    desk->wants = (struct bx_slug){""};
    if (!desk->returns || amount.minor >= 0)
        return 0;
    int64_t held = desk->held[kind].minor;
    for (int i = 0; i < desk->sale.tender_count; i++)
        if (desk->sale.tenders[i].kind == kind)
            held += desk->sale.tenders[i].amount.minor;
    if (-amount.minor <= held || is_allowed(till, desk, back_of(till, desk)))
        return 0;
    BX_TEXT_COPY(desk->wants.s, "exchange");
    return bx_fault_say(fault, BX_ERR_REFUSED,
                        "Of this sale, %s was settled that way: more goes back so only when a "
                        "supervisor allows it.",
                        bx_counter_money(till, bx_money_of(held > 0 ? held : 0), text));
}

int bx_exchange_allow(const struct bx_till *till, struct bx_desk *desk,
                      const struct bx_warrant *warrant, struct bx_fault *fault)
{
    int err = bx_deal_allow(&desk->deal, warrant, fault);
    if (err)
        return err;
    desk->back_allowed = bx_money_of(back_of(till, desk));
    if (desk->tendering) {
        desk->sale.warrant_count = 0;
        bx_deal_put(till, &desk->deal, &desk->sale);
    }
    return 0;
}

/* --- what is seen of it -------------------------------------------------------------------------
 */

void bx_view_exchange(const struct bx_till *till, struct bx_till_view *v)
{
    const struct bx_sale *returns = till->desk.returns;
    struct bx_totals totals = {0};
    bx_money amount;
    if (!returns)
        return;
    for (int i = 0; i < returns->back.count && v->line_count < BX_LINES_MAX; i++) {
        const struct bx_line *line = &returns->back.lines[i];
        struct bx_view_line *l = &v->lines[v->line_count++];
        l->quantity = -line->quantity;
        BX_TEXT_COPY(l->name, line->name);
        if (!bx_line_amount(line, &amount))
            bx_counter_money(till, bx_money_of(-amount.minor), l->amount);
        if (bx_slug_is_none(&line->slot))
            continue;
        bx_slot_time(line->start, line->offset_min, l->time);
        bx_day_text(till, line->date, false, l->day, sizeof(l->day));
    }
    if (!till->desk.tendering &&
        !bx_basket_totals(&till->desk.basket, returns->tax_included, &totals))
        bx_counter_money(till, bx_money_of(totals.total.minor - returns->back_totals.total.minor),
                         v->total);
}
