/* SPDX-License-Identifier: Apache-2.0 */
/* What changes the price of an open basket, or what is printed for it, without ringing anything
 * up: discounts, another price, a member, an account, one ticket for a group. Each is one step of
 * undo, and each says what a supervisor would have to allow (desk->wants) instead of doing it. */

#include "desk.h"

#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/domain/price.h"

/* --- who allows it ---------------------------------------------------------------------------- */

/* May ACT be done as LOOK says? Fills the approver of WARRANT with whoever allows it unasked. */
static int allow(struct bx_till *till, struct bx_desk *desk, enum bx_look look,
                 struct bx_warrant *warrant, struct bx_fault *fault)
{
    desk->wants = (struct bx_slug){""};
    if (look == BX_LOOK_BLOCK)
        return bx_fault_say(fault, BX_ERR_REFUSED, "That is more than this venue ever allows.");
    if (look == BX_LOOK_ASK && warrant->approver == 0)
        warrant->approver = bx_warrant_approver(till, desk->origin);
    if (look == BX_LOOK_ASK && warrant->approver == 0) {
        desk->wants = warrant->what;
        return bx_fault_say(fault, BX_ERR_REFUSED, "A supervisor must allow this.");
    }
    if (look == BX_LOOK_WARN && desk->origin == 0)
        bx_say(till, BX_TONE_WARN, "That is more than usual here.");
    return bx_deal_allow(&desk->deal, warrant, fault);
}

static int reason_check(const struct bx_till *till, const struct bx_warrant *warrant,
                        const struct bx_reason **ret, struct bx_fault *fault)
{
    *ret = NULL;
    if (bx_slug_is_none(&warrant->reason))
        return 0;
    *ret = bx_programme_reason(till->programme, warrant->what.s, &warrant->reason);
    return *ret ? 0
                : bx_fault_say(fault, BX_ERR_MISSING, "There is no reason %s for that.",
                               warrant->reason.s);
}

static enum bx_look harder(enum bx_look a, enum bx_look b)
{
    return a > b ? a : b;
}

/* --- discounts and prices --------------------------------------------------------------------- */

/* What all discounts of the basket come to, against the limits of one sale. */
static enum bx_look discount_look(const struct bx_till *till, const struct bx_basket *basket)
{
    const struct bx_limits *limits = &till->programme->limits;
    int64_t off = 0;
    int64_t whole = 0;
    for (int i = 0; i < basket->count; i++) {
        off += basket->lines[i].off.minor;
        whole += basket->lines[i].price.minor * basket->lines[i].quantity;
    }
    /* Rounded up: a hair beyond the limit is beyond it. */
    int64_t permille = whole > 0 ? (off * 1000 + whole - 1) / whole : 0;
    return harder(bx_limit_look(&limits->discount_permille, permille),
                  bx_limit_look(&limits->discount_amount, off));
}

/* CANDIDATE with the deal as it was just allowed; undo goes back to the basket and the deal BEFORE.
 */
static void take(struct bx_till *till, struct bx_desk *desk, const struct bx_basket *candidate,
                 const struct bx_deal *before)
{
    struct bx_deal allowed = desk->deal;
    desk->deal = *before;
    bx_desk_keep(desk);
    desk->basket = *candidate;
    desk->deal = allowed;
    bx_desk_changed(till, desk);
}

int bx_desk_discount(struct bx_till *till, struct bx_desk *desk, const struct bx_terms *terms,
                     struct bx_fault *fault)
{
    const struct bx_reason *reason;
    struct bx_warrant warrant = terms->warrant;
    int64_t permille = terms->permille;
    int err = bx_desk_ready(till, desk, fault);
    BX_TEXT_COPY(warrant.what.s, "discount");
    if (!err)
        err = reason_check(till, &warrant, &reason, fault);
    if (err)
        return err;
    if (desk->basket.count == 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "The basket is empty.");
    if (!reason && till->programme->reason_count > 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "A discount needs a reason.");
    if (reason && reason->permille > 0) {
        if (terms->amount.minor != 0 || (permille != 0 && permille != reason->permille))
            return bx_fault_say(fault, BX_ERR_REFUSED, "%s says itself how much is taken off.",
                                reason->name);
        permille = reason->permille;
    }
    if (permille <= 0 && terms->amount.minor <= 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "How much is to be taken off?");
    struct bx_basket candidate = desk->basket;
    err = bx_basket_discount(&candidate, terms->line, permille,
                             permille > 0 ? (bx_money){0} : terms->amount, &warrant.reason,
                             reason ? reason->name : "Discount", fault);
    if (err)
        return err;
    struct bx_deal deal = desk->deal;
    enum bx_look look = discount_look(till, &candidate);
    if (reason && reason->approve)
        look = harder(look, BX_LOOK_ASK);
    err = allow(till, desk, look, &warrant, fault);
    if (err)
        return err;
    take(till, desk, &candidate, &deal);
    return 0;
}

int bx_desk_price(struct bx_till *till, struct bx_desk *desk, const struct bx_terms *terms,
                  struct bx_fault *fault)
{
    const struct bx_reason *reason;
    struct bx_warrant warrant = terms->warrant;
    int err = bx_desk_ready(till, desk, fault);
    BX_TEXT_COPY(warrant.what.s, "price");
    if (!err)
        err = reason_check(till, &warrant, &reason, fault);
    if (err)
        return err;
    if (terms->line < 0 || terms->line >= desk->basket.count)
        return bx_fault_say(fault, BX_ERR_MISSING, "There is no such line.");
    const struct bx_line *line = &desk->basket.lines[terms->line];
    int64_t distance = line->list.minor - terms->amount.minor;
    if (distance < 0)
        distance = -distance;
    int64_t permille =
        line->list.minor > 0 ? (distance * 1000 + line->list.minor - 1) / line->list.minor : 1000;
    struct bx_basket candidate = desk->basket;
    err = bx_basket_price(&candidate, terms->line, terms->amount, &warrant.reason,
                          reason ? reason->name : "Price", fault);
    if (err)
        return err;
    /* Another price is always a supervisor's: the limit says only what nobody may do. */
    enum bx_look look = bx_limit_look(&till->programme->limits.price_permille, permille);
    struct bx_deal deal = desk->deal;
    err = allow(till, desk, look == BX_LOOK_BLOCK ? look : BX_LOOK_ASK, &warrant, fault);
    if (err)
        return err;
    take(till, desk, &candidate, &deal);
    return 0;
}

int bx_desk_decline(struct bx_till *till, struct bx_desk *desk, bool declined,
                    struct bx_fault *fault)
{
    int err = bx_desk_ready(till, desk, fault);
    if (err)
        return err;
    bx_desk_keep(desk);
    desk->deal.declined = declined;
    bx_desk_changed(till, desk);
    return 0;
}

/* --- open prices ------------------------------------------------------------------------------ */

int bx_desk_add_open(struct bx_till *till, struct bx_desk *desk, const struct bx_product *product,
                     bx_money amount, struct bx_fault *fault)
{
    int err = bx_desk_ready(till, desk, fault);
    if (err)
        return err;
    if (amount.minor <= 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s: type an amount.", product->name);
    err = bx_programme_sells(till->programme, product, NULL, BX_COUNTER, till->turn.utc, fault);
    if (err)
        return err;
    char code[BX_STORED_SIZE] = "";
    if (product->kind == BX_LINE_VOUCHER) { /* the server makes it worth that when it is booked */
        uint8_t random[10];
        bx_rand_draw(&till->rand, random, sizeof(random));
        bx_stored_make(random, code);
    }
    struct bx_basket candidate = desk->basket;
    err = bx_basket_add_open(&candidate, till->programme, product, amount, code,
                             bx_till_today(till), fault);
    if (err)
        return err;
    static const struct bx_slug none = {""};
    return bx_desk_take(till, desk, &candidate, &none, fault);
}

/* --- lines ------------------------------------------------------------------------------------ */

int bx_desk_line_move(struct bx_till *till, struct bx_desk *desk, int index,
                      const struct bx_slot *slot, struct bx_fault *fault)
{
    int err = bx_desk_ready(till, desk, fault);
    if (err)
        return err;
    if (index < 0 || index >= desk->basket.count)
        return bx_fault_say(fault, BX_ERR_MISSING, "There is no such line.");
    if (bx_slug_is_none(&desk->basket.lines[index].slot))
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s has no time.",
                            desk->basket.lines[index].name);
    if (slot->end.us <= till->turn.utc.us)
        return bx_fault_say(fault, BX_ERR_REFUSED, "This time is over: choose another one.");
    err = bx_desk_line_sells(till, &desk->basket.lines[index], slot, fault);
    if (err)
        return err;
    struct bx_basket candidate = desk->basket;
    struct bx_basket *alone = bx_new(struct bx_basket);
    alone->count = 1;
    alone->lines[0] = candidate.lines[index];
    err = bx_basket_move(alone, till->programme, slot, fault);
    candidate.lines[index] = alone->lines[0];
    bx_free(alone);
    return err ? err : bx_desk_take(till, desk, &candidate, &slot->pool, fault);
}

int bx_desk_group(struct bx_till *till, struct bx_desk *desk, int index, struct bx_fault *fault)
{
    int err = bx_desk_ready(till, desk, fault);
    bool any = false;
    if (err)
        return err;
    for (int i = 0; i < desk->basket.count && index < 0; i++)
        any = any || desk->basket.lines[i].group;
    struct bx_basket candidate = desk->basket;
    int touched = 0;
    for (int i = 0; i < candidate.count; i++) {
        struct bx_line *line = &candidate.lines[i];
        if ((index >= 0 && i != index) || bx_slug_is_none(&line->class) || line->quantity < 2)
            continue;
        line->group = index >= 0 ? !line->group : !any;
        touched++;
    }
    if (touched == 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "There are no several tickets to make one of.");
    bx_desk_keep(desk);
    desk->basket = candidate;
    bx_desk_changed(till, desk);
    return 0;
}

/* --- members ---------------------------------------------------------------------------------- */

/* Pieces in the basket that need PROOF, for one slot. */
static int proof_pieces(const struct bx_till *till, const struct bx_basket *basket,
                        const struct bx_slug *proof, const struct bx_slug *slot)
{
    int pieces = 0;
    for (int i = 0; i < basket->count; i++) {
        const struct bx_product *product =
            bx_programme_product(till->programme, &basket->lines[i].product);
        if (product && bx_slug_equal(&product->proof, proof) &&
            bx_slug_equal(&basket->lines[i].slot, slot))
            pieces += basket->lines[i].quantity;
    }
    return pieces;
}

/* The limits are of the sale that is paid: lines may have gone since the discount was given. */
static int discounts_check(const struct bx_till *till, const struct bx_desk *desk,
                           struct bx_fault *fault)
{
    const struct bx_user *user = bx_people_user(till);
    enum bx_look look = discount_look(till, &desk->basket);
    bool allowed = user && user->role == BX_ROLE_SUPERVISOR;
    for (int i = 0; i < desk->deal.warrant_count; i++)
        if (strcmp(desk->deal.warrants[i].what.s, "discount") == 0)
            allowed = allowed || desk->deal.warrants[i].approver != 0;
    if (look < BX_LOOK_ASK || (look == BX_LOOK_ASK && allowed))
        return 0;
    return bx_fault_say(fault, BX_ERR_REFUSED,
                        "For what is left in the basket the discount is too much: give it anew.");
}

int bx_terms_check(const struct bx_till *till, const struct bx_desk *desk, struct bx_fault *fault)
{
    const struct bx_deal *deal = &desk->deal;
    int err = discounts_check(till, desk, fault);
    if (err)
        return err;
    for (int i = 0; i < desk->basket.count; i++) {
        const struct bx_line *line = &desk->basket.lines[i];
        const struct bx_product *product = bx_programme_product(till->programme, &line->product);
        if (!product || bx_slug_is_none(&product->proof))
            continue;
        if (!bx_slug_equal(&product->proof, &deal->proof))
            return bx_fault_say(fault, BX_ERR_REFUSED, "%s needs a card: M looks it up.",
                                line->name);
        if (proof_pieces(till, &desk->basket, &product->proof, &line->slot) > 1 + deal->guests)
            return bx_fault_say(fault, BX_ERR_REFUSED,
                                "%s: this card is good for %d, the basket holds more.", line->name,
                                1 + deal->guests);
    }
    const struct bx_account *account = bx_slug_is_none(&deal->account)
                                           ? NULL
                                           : bx_programme_account(till->programme, &deal->account);
    if (account && account->blocked)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s is blocked: no more on account.",
                            account->name);
    return 0;
}

int bx_desk_member(struct bx_till *till, struct bx_desk *desk, const char *code,
                   struct bx_fault *fault)
{
    int err = bx_desk_ready(till, desk, fault);
    if (err)
        return err;
    if (!till->members)
        return bx_fault_say(fault, BX_ERR_MISSING,
                            "This till does not know the members yet: it has to reach the server "
                            "once.");
    const struct bx_member *member = bx_members_find(till->members, code);
    if (!member)
        return bx_fault_say(fault, BX_ERR_MISSING, "There is no card %.31s.", code);
    err = bx_member_check(member, bx_till_today(till), fault);
    if (err)
        return err;
    bx_desk_keep(desk);
    desk->deal.member = member->id;
    desk->deal.proof = member->class;
    desk->deal.guests = member->guests;
    BX_TEXT_COPY(desk->deal.member_name, member->name);
    bx_desk_changed(till, desk);
    return 0;
}

void bx_desk_member_drop(struct bx_till *till, struct bx_desk *desk)
{
    bx_desk_keep(desk);
    desk->deal.member = desk->deal.proof = (struct bx_slug){""};
    desk->deal.guests = 0;
    desk->deal.member_name[0] = '\0';
    bx_desk_changed(till, desk);
}

/* --- accounts --------------------------------------------------------------------------------- */

int bx_desk_account(struct bx_till *till, struct bx_desk *desk, const struct bx_slug *id,
                    struct bx_fault *fault)
{
    if (desk->committing)
        return bx_fault_say(fault, BX_ERR_BUSY, "The sale is being stored: one moment.");
    const struct bx_account *account =
        till->programme ? bx_programme_account(till->programme, id) : NULL;
    if (!account)
        return bx_fault_say(fault, BX_ERR_MISSING, "There is no account %s.", id->s);
    if (account->blocked)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s is blocked: no more on account.",
                            account->name);
    desk->deal.account = desk->sale.account = account->id;
    return 0;
}
