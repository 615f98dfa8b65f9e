/* SPDX-License-Identifier: Apache-2.0 */
/* Money in and out of a drawer that is not a sale, and the drawer opened or counted. Each is one
 * entry with its reason; the drawer opens when the entry is on disk. */

#include "screens.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

static const struct row {
    enum bx_kind kind;
    const char *action; /* of its reasons */
    const char *title;
    bool takes_nothing; /* no amount belongs to it */
    bool may_be_zero;
} moves[] = {
    {BX_KIND_PAID_IN, "paid-in", BX_WORD("Paid in"), false, false},
    {BX_KIND_PAID_OUT, "paid-out", BX_WORD("Paid out"), false, false},
    {BX_KIND_DROP, "drop", BX_WORD("Drop to the safe"), false, false},
    {BX_KIND_FLOAT, "float", BX_WORD("Change into the drawer"), false, false},
    {BX_KIND_COUNT, "count", BX_WORD("Spot count"), false, true},
    {BX_KIND_NO_SALE, "no-sale", BX_WORD("Drawer opened without a sale"), true, true},
    {BX_KIND_HAND_OVER, "hand-over", BX_WORD("Hand over"), false, true},
};

static const struct row *row_of(enum bx_kind kind)
{
    for (size_t i = 0; i < bx_countof(moves); i++)
        if (moves[i].kind == kind)
            return &moves[i];
    bx_unreachable();
}

static int amount_check(const struct bx_move *move, struct bx_fault *fault)
{
    const struct row *row = row_of(move->kind);
    int64_t amount = move->cash.amount.minor;
    if (row->takes_nothing && amount != 0)
        return bx_fault_say(fault, BX_ERR_INPUT, "No amount belongs to this.");
    if (!row->may_be_zero && amount <= 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "An amount of nothing moves nothing.");
    return 0;
}

static bool goes_out(enum bx_kind kind)
{
    return kind == BX_KIND_PAID_OUT || kind == BX_KIND_DROP;
}

/* Asked only after a reason was given (a note, where the venue has none), and written down: else
 * anybody could ask for one amount after another until the drawer is known, which is counted blind.
 */
static int holds_check(struct bx_till *till, const struct bx_move *move, struct bx_fault *fault)
{
    if (!goes_out(move->kind) ||
        move->cash.amount.minor <= bx_drawer_holds(till, move->cash.drawer).minor)
        return 0;
    bx_till_log(till, "%s of %" PRId64 " by %" PRId64 ": not in drawer %d",
                bx_kind_word(move->kind), move->cash.amount.minor, till->people.user,
                move->cash.drawer);
    return bx_fault_say(fault, BX_ERR_REFUSED, "So much cannot be in the drawer.");
}

static int receiver_check(const struct bx_till *till, int64_t number, struct bx_fault *fault)
{
    const struct bx_user *user = till->staff ? bx_staff_user(till->staff, number) : NULL;
    if (!user)
        return bx_fault_say(fault, BX_ERR_MISSING, "Nobody here has number %" PRId64 ".", number);
    if (user->role == BX_ROLE_AUDITOR)
        return bx_fault_say(fault, BX_ERR_REFUSED, "An auditor takes no drawer.");
    if (number == till->people.user)
        return bx_fault_say(fault, BX_ERR_REFUSED, "You have this drawer yourself.");
    return 0;
}

int bx_drawer_reach(const struct bx_till *till, int drawer, struct bx_fault *fault)
{
    const struct bx_user *user = bx_people_user(till);
    if (drawer > till->config.drawers && drawer > 1 && till->shifts.holders[drawer] == 0)
        return bx_fault_say(fault, BX_ERR_MISSING, "This till has no drawer %d.", drawer);
    if (drawer == bx_till_drawer(till) || (user && user->role == BX_ROLE_SUPERVISOR))
        return 0;
    return bx_fault_say(fault, BX_ERR_REFUSED,
                        "This is another cashier's drawer: only a supervisor reaches into it.");
}

static int limits_check(struct bx_till *till, bx_origin origin, const struct bx_move *move,
                        enum bx_need *need, struct bx_fault *fault)
{
    const struct bx_programme *programme = till->programme;
    char say[120], amount[BX_MONEY_TEXT];
    if (!programme)
        return 0;
    const struct bx_limits *limits = &programme->limits;
    if (move->kind == BX_KIND_PAID_OUT) {
        bx_words_print(say, sizeof(say), "More than %s is paid out at once.",
                       bx_counter_money(till, bx_money_of(limits->paid_out.at), amount));
        return bx_limit_check(till, origin, &limits->paid_out, move->cash.amount.minor, say, need,
                              fault);
    }
    if (move->kind == BX_KIND_NO_SALE) {
        int64_t count = bx_figures_get(&till->figures, "count", "no-sale")->count + 1;
        bx_words_print(say, sizeof(say),
                       "The drawer was opened without a sale %lld times in this shift.",
                       (long long)count - 1);
        return bx_limit_check(till, origin, &limits->no_sales, count, say, need, fault);
    }
    return 0;
}

/* --- the entry ----------------------------------------------------------------------------------
 */

/* What a spot count came to is no cashier's to know before the closing. */
static void count_told(struct bx_till *till, const struct bx_intent *intent)
{
    const struct bx_user *user = bx_people_user(till);
    char amount[BX_MONEY_TEXT];
    bx_money off = bx_money_of(intent->cash->amount.minor - intent->cash->expected.minor);
    if (user && user->role == BX_ROLE_SUPERVISOR)
        bx_told(till, intent->origin, off.minor ? BX_TONE_WARN : BX_TONE_GOOD,
                "Counted; the difference is %s.", bx_counter_money(till, off, amount));
}

static void move_after(struct bx_till *till, const struct bx_intent *intent,
                       const struct bx_entry_head *head, const struct bx_ref *ref,
                       const struct bx_fault *fault)
{
    const struct row *row = row_of(intent->kind);
    char amount[BX_MONEY_TEXT];
    (void)head;
    if (fault) {
        if (intent->origin == 0)
            bx_counter_fault(till, fault);
        return;
    }
    if (intent->kind != BX_KIND_HAND_OVER || intent->cash->amount.minor > 0)
        bx_drawer_open(till, ref, intent->cash->drawer, false);
    if (intent->cash->amount.minor > 0)
        bx_told(till, intent->origin, BX_TONE_GOOD, "%s: %s.", bx_word(row->title),
                bx_counter_money(till, intent->cash->amount, amount));
    else
        bx_told(till, intent->origin, BX_TONE_GOOD, "%s.", bx_word(row->title));
    if (intent->kind == BX_KIND_COUNT)
        count_told(till, intent);
    if (intent->kind == BX_KIND_HAND_OVER && intent->origin == 0)
        bx_people_logout(till, 0);
}

static void move_done(struct bx_till *till, bx_origin origin, const struct bx_warrant *warrant,
                      const void *arg)
{
    struct bx_move move = *(const struct bx_move *)arg;
    struct bx_fault fault = {0};
    if (holds_check(till, &move, &fault)) {
        bx_refused(till, origin, &fault);
        return;
    }
    if (move.kind == BX_KIND_COUNT)
        move.cash.expected = bx_drawer_holds(till, move.cash.drawer);
    if (!bx_slug_is_none(&warrant->reason) || warrant->approver || warrant->note[0])
        move.cash.warrant = *warrant;
    struct bx_intent intent = {.kind = move.kind, .origin = origin, .after = move_after};
    intent.cash = bx_new(struct bx_cash_entry);
    *intent.cash = move.cash;
    if (move.kind != BX_KIND_NO_SALE)
        bx_papers_want(&intent, BX_JOB_SLIP);
    bx_commit_push(till, &intent);
}

int bx_move(struct bx_till *till, bx_origin origin, const struct bx_move *move,
            struct bx_fault *fault)
{
    struct bx_move mine = *move;
    const struct row *row = row_of(move->kind);
    char amount[BX_MONEY_TEXT];
    int err = bx_may_act(till, fault);
    if (!err)
        err = bx_shift_check(till, fault);
    if (!err && till->training)
        err = bx_fault_say(fault, BX_ERR_REFUSED, "The drawer stays shut in training.");
    if (err)
        return err;
    if (mine.cash.drawer == 0)
        mine.cash.drawer = bx_till_drawer(till);
    else
        err = bx_drawer_reach(till, mine.cash.drawer, fault);
    if (err)
        return err;
    struct bx_warrant_ask ask = {.origin = origin,
                                 .action = row->action,
                                 .need = goes_out(move->kind) ? BX_NEED_REASON : BX_NEED_NOTHING,
                                 .done = move_done,
                                 .arg = &mine,
                                 .size = sizeof(mine)};
    err = amount_check(&mine, fault);
    if (!err && move->kind == BX_KIND_HAND_OVER)
        err = receiver_check(till, mine.cash.to, fault);
    if (!err)
        err = limits_check(till, origin, &mine, &ask.need, fault);
    if (err)
        return err;
    BX_TEXT_COPY(ask.title, bx_word(row->title));
    if (!row->takes_nothing && mine.cash.amount.minor != 0)
        snprintf(ask.text, sizeof(ask.text), "%s %s", till->programme->currency,
                 bx_counter_money(till, mine.cash.amount, amount));
    return bx_warrant_ask(till, &ask, fault);
}

/* --- the forms ----------------------------------------------------------------------------------
 */

static void move_fields(struct bx_till *till, struct bx_form *form)
{
    const enum bx_kind *kind = form->data;
    BX_TEXT_COPY(form->title, bx_word(row_of(*kind)->title));
    if (*kind == BX_KIND_HAND_OVER)
        bx_form_number(form, "To cashier number", 1, 9999);
    struct bx_field *amount = bx_form_amount(form, "Amount");
    amount->countable = till->programme && till->programme->coin_count > 0;
    amount->optional = *kind == BX_KIND_HAND_OVER;
    if (amount->countable)
        BX_TEXT_COPY(amount->aside, bx_word("d: by coins and notes"));
    bx_form_coins(till, form);
}

static int move_check(struct bx_till *till, struct bx_form *form, size_t at, struct bx_fault *fault)
{
    const enum bx_kind *kind = form->data;
    if (*kind == BX_KIND_HAND_OVER && at == 0)
        return receiver_check(till, form->fields[0].n, fault);
    return 0;
}

static int move_take(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    const enum bx_kind *kind = form->data;
    bool hands_over = *kind == BX_KIND_HAND_OVER;
    struct bx_move move = {.kind = *kind};
    bx_form_cash(form, &form->fields[hands_over ? 1 : 0], &move.cash);
    if (hands_over)
        move.cash.to = form->fields[0].n;
    return bx_move(till, 0, &move, fault);
}

static const struct bx_form_kind move_form = {"Money", move_fields, move_check, move_take, NULL};

void bx_move_form(struct bx_till *till, enum bx_kind kind)
{
    struct bx_fault fault = {0};
    int err = bx_may_act(till, &fault);
    if (!err)
        err = bx_shift_check(till, &fault);
    if (err)
        bx_counter_fault(till, &fault);
    else
        bx_form_open(till, &move_form, &kind, sizeof(kind));
}
