/* SPDX-License-Identifier: Apache-2.0 */
/* What else is said of a sale afterwards: that an amount went into another tender than was keyed,
 * that its change is disputed, that somebody wants an invoice. None of it moves tickets or totals,
 * and the first two are for the shift of the sale: its Z stands for ever. */

#include "core.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

static int shift_check(const struct bx_till *till, const struct bx_case *one,
                       struct bx_fault *fault)
{
    if (!bx_case_is_ready(one))
        return bx_fault_say(fault, BX_ERR_BUSY, "What became of %s is being read: one moment.",
                            one->row.head.number);
    if (one->foreign)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s was sold at till %d: its drawer is there.",
                            one->row.head.number, (int)one->row.head.till);
    if (till->shift == 0 || one->row.head.shift != till->shift)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s is of an earlier shift, and that is closed.",
                            one->row.head.number);
    if (one->sale.training)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s is a sale of training: no money moved.",
                            one->row.head.number);
    return 0;
}

/* The drawer that the money of the sale was keyed into, whoever says now that it was keyed wrong.
 */
static int drawer_of(const struct bx_case *one)
{
    return one->sale.drawer > 0 ? one->sale.drawer : 1;
}

/* What KIND took of this document itself. What went back since is of those that gave it. */
static int64_t settled(const struct bx_case *one, enum bx_tender_kind kind)
{
    int64_t own = 0, held = bx_case_held(one, kind).minor;
    for (int i = 0; i < one->sale.tender_count; i++)
        if (one->sale.tenders[i].kind == kind)
            own += one->sale.tenders[i].amount.minor;
    if (own > 0)
        return held < own ? (held > 0 ? held : 0) : own;
    return own;
}

/* --- another tender ----------------------------------------------------------------------------
 */

/* Money that somebody else keeps the book of is not moved by saying so. */
static bool is_movable(enum bx_tender_kind kind)
{
    return kind == BX_TENDER_CASH || kind == BX_TENDER_CARD || kind == BX_TENDER_ACCOUNT;
}

/* No coin is smaller than the step: cash that was there, or is, can be laid down. All that was
 * keyed as something else may still have been rounded. */
static int coins_check(const struct bx_till *till, const struct bx_retender *wish, int64_t held,
                       int exponent, struct bx_fault *fault)
{
    char text[BX_MONEY_TEXT];
    int64_t step = till->programme ? till->programme->cash_step : 1;
    bool cash = wish->from == BX_TENDER_CASH || wish->to == BX_TENDER_CASH;
    if (!cash || wish->amount.minor % step == 0 || wish->amount.minor == held)
        return 0;
    return bx_fault_say(fault, BX_ERR_REFUSED, "A part payment in cash must be a multiple of %s.",
                        bx_money_format(bx_money_of(step), exponent, text));
}

static int wish_check(const struct bx_till *till, const struct bx_case *one,
                      const struct bx_retender *wish, struct bx_fault *fault)
{
    char text[BX_MONEY_TEXT];
    int64_t held = settled(one, wish->from);
    bool out = one->row.head.kind == BX_KIND_VOID || one->row.head.kind == BX_KIND_REFUND;
    if (wish->from == wish->to)
        return bx_fault_say(fault, BX_ERR_REFUSED, "That is the same tender.");
    if (!is_movable(wish->from) || !is_movable(wish->to))
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "Only cash, card and account can be corrected: the rest stands at the "
                            "server.");
    if (wish->to == BX_TENDER_ACCOUNT && bx_slug_is_none(&one->sale.account))
        return bx_fault_say(fault, BX_ERR_REFUSED, "This sale names no account to bill.");
    if (held == 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "Nothing of %s was settled that way.",
                            one->row.head.number);
    bool fits = held > 0 ? wish->amount.minor > 0 && wish->amount.minor <= held
                         : wish->amount.minor < 0 && wish->amount.minor >= held;
    if (!fits)
        return bx_fault_say(
            fault, BX_ERR_REFUSED, "Of %s, %s was settled that way: not more.",
            one->row.head.number,
            bx_money_format(bx_money_of(out ? -held : held), one->sale.exponent, text));
    struct bx_tender_change change = {.from = wish->from, .to = wish->to, .amount = wish->amount};
    if (!bx_case_has_room(one, &change))
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "%s is paid in as many parts as it can be: move a whole part, or to a "
                            "tender that it has.",
                            one->row.head.number);
    if (bx_looks_like_card_number(wish->reference))
        return bx_fault_say(fault, BX_ERR_REFUSED, "That is a card number: type the reference.");
    return coins_check(till, wish, held, one->sale.exponent, fault);
}

static void moved(struct bx_till *till, const struct bx_intent *intent,
                  const struct bx_entry_head *head, const struct bx_ref *ref,
                  const struct bx_fault *fault)
{
    char text[BX_MONEY_TEXT];
    (void)head;
    (void)ref;
    if (fault) {
        bx_refused(till, intent->origin, fault);
        return;
    }
    const struct bx_tender_change *change = intent->change;
    bx_told(till, intent->origin, BX_TONE_GOOD, "%s moved from %s to %s.",
            bx_counter_money(till, change->amount, text), bx_tender_name(change->from),
            bx_tender_name(change->to));
}

static void go(struct bx_till *till, struct bx_case *one, const struct bx_case_wish *wish)
{
    const struct bx_retender *move = &wish->of.move;
    struct bx_fault fault = {0};
    int err = shift_check(till, one, &fault);
    if (!err)
        err = wish_check(till, one, move, &fault);
    if (err) {
        bx_refused(till, wish->origin, &fault);
        return;
    }
    struct bx_intent intent = {
        .kind = BX_KIND_TENDER_CORRECTION, .origin = wish->origin, .after = moved};
    intent.change = bx_new(struct bx_tender_change);
    *intent.change = (struct bx_tender_change){.sale = move->of,
                                               .drawer = drawer_of(one),
                                               .from = move->from,
                                               .to = move->to,
                                               .amount = move->amount,
                                               .warrant = wish->warrant};
    BX_TEXT_COPY(intent.change->reference, move->reference);
    bx_commit_push(till, &intent);
}

static void retender_allowed(struct bx_till *till, bx_origin origin,
                             const struct bx_warrant *warrant, const void *arg)
{
    struct bx_case_wish wish = {.go = go, .origin = origin, .warrant = *warrant};
    struct bx_fault fault = {0};
    memcpy(&wish.of.move, arg, sizeof(wish.of.move));
    struct bx_case *one = bx_case_of(till, &wish.of.move.of);
    if (one) {
        bx_case_do(till, one, &wish);
        return;
    }
    bx_fault_say(&fault, BX_ERR_MISSING, "That sale is not open any more.");
    bx_refused(till, origin, &fault);
}

int bx_retender_ask(struct bx_till *till, bx_origin origin, struct bx_case *one,
                    const struct bx_retender *wish, struct bx_fault *fault)
{
    char money[BX_MONEY_TEXT];
    struct bx_warrant_ask ask = {
        .origin = origin,
        .action = "tender",
        .need = drawer_of(one) == bx_till_drawer(till) ? BX_NEED_REASON : BX_NEED_SUPERVISOR,
        .done = retender_allowed,
        .arg = wish,
        .size = sizeof(*wish)};
    int err = bx_may_act(till, fault);
    if (!err)
        err = shift_check(till, one, fault);
    if (!err)
        err = wish_check(till, one, wish, fault);
    if (err)
        return err;
    bx_words_print(ask.title, sizeof(ask.title), "Correct the tender of %s", one->row.head.number);
    bx_words_print(ask.text, sizeof(ask.text), "%s was not %s but %s.",
                   bx_counter_money(till, wish->amount, money), bx_tender_name(wish->from),
                   bx_tender_name(wish->to));
    return bx_warrant_ask(till, &ask, fault);
}

/* --- a dispute about change --------------------------------------------------------------------
 */

struct disputed {
    struct bx_id sale;
    int drawer;
};

static void opened(struct bx_till *till, const struct bx_intent *intent,
                   const struct bx_entry_head *head, const struct bx_ref *ref,
                   const struct bx_fault *fault)
{
    (void)head;
    if (fault) {
        bx_refused(till, intent->origin, fault);
        return;
    }
    bx_drawer_open(till, ref, intent->cash->drawer, false);
    bx_told(till, intent->origin, BX_TONE_GOOD, "The drawer is open about this sale.");
}

/* Hands and eyes go into the drawer that the change came from. */
static int dispute_check(const struct bx_till *till, const struct bx_case *one,
                         struct bx_fault *fault)
{
    int err = bx_may_act(till, fault);
    if (!err)
        err = shift_check(till, one, fault);
    return err ? err : bx_drawer_reach(till, drawer_of(one), fault);
}

static void dispute_allowed(struct bx_till *till, bx_origin origin,
                            const struct bx_warrant *warrant, const void *arg)
{
    struct bx_cash_entry cash = {.warrant = *warrant};
    struct disputed disputed;
    memcpy(&disputed, arg, sizeof(disputed));
    cash.about = disputed.sale;
    cash.drawer = disputed.drawer;
    bx_commit_cash(till, origin, BX_KIND_NO_SALE, &cash, opened);
}

int bx_dispute_open(struct bx_till *till, bx_origin origin, struct bx_case *one,
                    struct bx_fault *fault)
{
    struct disputed disputed = {one->row.head.id, drawer_of(one)};
    struct bx_warrant_ask ask = {.origin = origin,
                                 .action = "no-sale",
                                 .need = BX_NEED_REASON,
                                 .done = dispute_allowed,
                                 .arg = &disputed,
                                 .size = sizeof(disputed)};
    int err = dispute_check(till, one, fault);
    if (err)
        return err;
    bx_words_print(ask.title, sizeof(ask.title), "Open the drawer about %s", one->row.head.number);
    return bx_warrant_ask(till, &ask, fault);
}

static void counted(struct bx_till *till, const struct bx_intent *intent,
                    const struct bx_entry_head *head, const struct bx_ref *ref,
                    const struct bx_fault *fault)
{
    char text[BX_MONEY_TEXT];
    (void)head;
    (void)ref;
    if (fault) {
        bx_refused(till, intent->origin, fault);
        return;
    }
    int64_t more = intent->cash->amount.minor - intent->cash->expected.minor;
    /* The drawer is counted blind: what should be in it is no cashier's to know before the Z. */
    if (bx_warrant_approver(till, intent->origin) == 0) {
        bx_told(till, intent->origin, BX_TONE_GOOD,
                "Counted and written down; a supervisor is told the difference.");
        return;
    }
    bx_counter_money(till, bx_money_of(more < 0 ? -more : more), text);
    if (more == 0)
        bx_told(till, intent->origin, BX_TONE_GOOD, "The drawer is right: the change was, too.");
    else if (more > 0)
        bx_told(till, intent->origin, BX_TONE_WARN,
                "%s more than expected: so much change may be missing.", text);
    else
        bx_told(till, intent->origin, BX_TONE_WARN, "%s less than expected.", text);
}

int bx_dispute_count(struct bx_till *till, bx_origin origin, struct bx_case *one,
                     const struct bx_cash_entry *count, struct bx_fault *fault)
{
    int err = dispute_check(till, one, fault);
    if (err)
        return err;
    struct bx_cash_entry cash = *count;
    cash.drawer = drawer_of(one);
    cash.expected = bx_drawer_holds(till, cash.drawer);
    cash.about = one->row.head.id;
    bx_commit_cash(till, origin, BX_KIND_COUNT, &cash, counted);
    return 0;
}
