/* SPDX-License-Identifier: Apache-2.0 */
/* A basket and its tendering. The screen has one desk, a command brings its own; both sell from the
 * same leases, so a place is free for one only while the other has not reserved it.
 *
 * Ringing up takes nothing: a basket is a wish. Opening the payment reserves (no CLOSE, no other
 * basket can take the places before the money does), the commit uses them, Esc gives them back.
 * When this till's places do not suffice and the server answers, the line stands in the basket as
 * "waiting" until the lease has grown; what is refused is taken out again, with a sentence. */

#include "desk.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "boxtill/domain/price.h"

enum { UNDO_MAX = 12 };

void bx_desk_init(struct bx_desk *desk, bx_origin origin, bool with_undo)
{
    *desk = (struct bx_desk){.origin = origin};
    if (with_undo)
        desk->undo = bx_alloc(UNDO_MAX, sizeof(*desk->undo));
}

void bx_desk_finish(struct bx_desk *desk)
{
    desk->undo = bx_free(desk->undo);
    desk->returns = bx_free(desk->returns);
}

struct bx_desk *bx_desk_of(struct bx_till *till, bx_origin origin)
{
    if (origin == 0)
        return &till->desk;
    return till->command.request == origin ? till->command.desk : NULL;
}

/* --- undo ---------------------------------------------------------------------------------- */

/* Keeps the basket as it is before a change; what was undone is forgotten. */
void bx_desk_keep(struct bx_desk *desk)
{
    if (!desk->undo)
        return;
    if (desk->undo_at == UNDO_MAX) {
        memmove(&desk->undo[0], &desk->undo[1], (UNDO_MAX - 1) * sizeof(desk->undo[0]));
        desk->undo_at--;
    }
    desk->undo[desk->undo_at++] = (struct bx_undo){.basket = desk->basket, .deal = desk->deal};
    desk->undo_count = desk->undo_at;
}

/* The cheapest legal prices for what the basket holds now. */
static void reprice(struct bx_till *till, struct bx_desk *desk)
{
    struct bx_fault fault = {0};
    struct bx_tariff_facts facts = {
        .proof = desk->deal.proof, .guests = desk->deal.guests, .declined = desk->deal.declined};
    bx_money before = desk->saved;
    char text[BX_MONEY_TEXT];
    desk->saved = (bx_money){0};
    if (!till->programme || desk->basket.count == 0)
        return;
    bx_utc_civil(till->turn.utc, bx_programme_offset(till->programme, till->turn.utc), &facts.today,
                 &facts.minute);
    if (bx_tariff_apply(&desk->basket, till->programme, &facts, &desk->saved, &fault))
        bx_till_log(till, "automatic prices: %s", fault.say);
    else if (desk->origin == 0 && desk->saved.minor > before.minor)
        bx_say(till, BX_TONE_PLAIN, "%s less. K: list prices.",
               bx_counter_money(till, desk->saved, text));
}

/* An emptied basket is over: what is rung up next is another sale, with an id of its own. */
static void changed(struct bx_till *till, struct bx_desk *desk)
{
    if (desk->basket.count == 0)
        desk->basket.id = (struct bx_id){0};
    if (desk->basket.count == 0 && !bx_id_is_zero(&desk->paid)) {
        bx_attempts_give_back(till, &desk->paid);
        desk->paid = (struct bx_id){0};
    }
    if (desk->basket.count == 0 && desk->had_lines)
        desk->deal = (struct bx_deal){.corrections = desk->deal.corrections};
    desk->had_lines = desk->basket.count > 0;
    if (!desk->returns)
        desk->deal.exchange[0] = '\0'; /* the one that a restart broke off is history */
    reprice(till, desk);
    if (desk->origin == 0)
        bx_draft_touch(till);
}

static bool is_still(const struct bx_desk *desk)
{
    return !desk->tendering && !desk->committing && desk->waiting == 0;
}

/* Swaps the basket with the one at AT: walking back and forth loses neither. */
static bool undo_swap(struct bx_till *till, struct bx_desk *desk, int at)
{
    struct bx_undo there = desk->undo[at];
    int64_t corrections = desk->deal.corrections;
    desk->undo[at] = (struct bx_undo){.basket = desk->basket, .deal = desk->deal};
    desk->basket = there.basket;
    desk->deal = there.deal;
    if (corrections > desk->deal.corrections) /* those stay counted */
        desk->deal.corrections = corrections;
    desk->had_lines = false; /* what goes with an empty basket comes back with it */
    changed(till, desk);
    return true;
}

bool bx_desk_undo(struct bx_till *till, struct bx_desk *desk)
{
    if (!desk->undo || !is_still(desk) || desk->undo_at == 0)
        return false;
    return undo_swap(till, desk, --desk->undo_at);
}

bool bx_desk_redo(struct bx_till *till, struct bx_desk *desk)
{
    if (!desk->undo || !is_still(desk) || desk->undo_at == desk->undo_count)
        return false;
    return undo_swap(till, desk, desk->undo_at++);
}

/* --- ringing up ---------------------------------------------------------------------------- */

static void time_text(const struct bx_till *till, const struct bx_slug *pool, char out[6])
{
    int minute = 0;
    struct bx_date date;
    const struct bx_programme *programme = till->programme;
    for (size_t i = 0; programme && i < programme->slot_count; i++) {
        const struct bx_slot *slot = &programme->slots[i];
        if (!bx_slug_equal(&slot->pool, pool))
            continue;
        bx_utc_civil(slot->start, slot->offset_min, &date, &minute);
        break;
    }
    out[0] = (char)('0' + minute / 600);
    out[1] = (char)('0' + minute / 60 % 10);
    out[2] = ':';
    out[3] = (char)('0' + minute % 60 / 10);
    out[4] = (char)('0' + minute % 10);
    out[5] = '\0';
}

/* "How many are this till's": the one sentence for every shortage. */
int bx_desk_short(const struct bx_till *till, const struct bx_slug *pool, bool asked,
                  struct bx_fault *fault)
{
    char time[6];
    int free = (int)bx_leases_free(till, pool);
    time_text(till, pool, time);
    if (!asked && !bx_link_is_up(till))
        return bx_fault_say(fault, BX_ERR_OFFLINE,
                            "Offline: this till has %d %s of its own at %s. Sell those, or choose "
                            "another time.",
                            free, bx_words_of(free, "place", "places"), time);
    if (free == 0)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "Sold out at %s, as far as this till can promise. Choose another time.",
                            time);
    return bx_fault_say(fault, BX_ERR_REFUSED,
                        "%s has %d %s for this till. Sell those, or choose another time.", time,
                        free, bx_words_of(free, "place", "places"));
}

int bx_desk_ready(const struct bx_till *till, const struct bx_desk *desk, struct bx_fault *fault)
{
    if (!till->programme)
        return bx_fault_say(fault, BX_ERR_MISSING,
                            "There is no programme yet: this till has to reach the server once.");
    if (desk->committing)
        return bx_fault_say(fault, BX_ERR_BUSY, "The sale is being stored: one moment.");
    if (desk->tendering)
        return bx_fault_say(fault, BX_ERR_REFUSED, "Paying is open. Esc goes back to the basket.");
    return 0;
}

/* Puts CANDIDATE into the desk if POOL has the places for it, or can be asked for them. */
int bx_desk_take(struct bx_till *till, struct bx_desk *desk, const struct bx_basket *candidate,
                 const struct bx_slug *pool, struct bx_fault *fault)
{
    int64_t need = bx_deal_need(till, &desk->deal, candidate, pool);
    int64_t free = need == 0 ? 0 : bx_leases_free(till, pool);
    bool enough = need <= free + bx_desk_over(desk);
    if (!enough && !bx_link_is_up(till))
        return bx_desk_short(till, pool, false, fault);
    if (!enough && desk->waiting > 0 && !bx_slug_equal(&desk->waiting_pool, pool))
        return bx_fault_say(fault, BX_ERR_BUSY,
                            "Places at another time are being asked for: one moment.");
    bx_desk_keep(desk);
    desk->basket = *candidate;
    if (bx_id_is_zero(&desk->basket.id))
        desk->basket.id = bx_till_id(till);
    changed(till, desk);
    if (enough)
        return 0;
    desk->waiting = (int)need;
    desk->waiting_pool = *pool;
    bx_leases_grow(till, pool, need);
    return 0;
}

int64_t bx_desk_over(const struct bx_desk *desk)
{
    return bx_deal_warrant(&desk->deal, "over") ? BX_OVER_MAX : 0;
}

/* The basket got smaller: perhaps it need not wait any more. */
void bx_desk_changed(struct bx_till *till, struct bx_desk *desk)
{
    changed(till, desk);
    if (desk->waiting == 0)
        return;
    int64_t need = bx_deal_need(till, &desk->deal, &desk->basket, &desk->waiting_pool);
    desk->waiting = need <= bx_leases_free(till, &desk->waiting_pool) ? 0 : (int)need;
}

void bx_desk_put_back(struct bx_till *till, struct bx_desk *desk, const struct bx_basket *before,
                      int steps)
{
    desk->basket = *before;
    desk->undo_at = desk->undo_at > steps ? desk->undo_at - steps : 0;
    desk->undo_count = desk->undo_at;
    bx_desk_changed(till, desk);
}

int bx_desk_add(struct bx_till *till, struct bx_desk *desk, const struct bx_product *product,
                const struct bx_slot *slot, int quantity, struct bx_fault *fault)
{
    static const struct bx_slug none = {""};
    int err = bx_desk_ready(till, desk, fault);
    if (err)
        return err;
    if (product->events == 0)
        slot = NULL;
    if (quantity > 0 && slot && slot->end.us <= till->turn.utc.us)
        return bx_fault_say(fault, BX_ERR_REFUSED, "This time is over: choose another one.");
    err = quantity > 0 ? bx_programme_sells(till->programme, product, slot, BX_COUNTER,
                                            till->turn.utc, fault)
                       : 0;
    if (err)
        return err;
    if (quantity > 0 && !bx_slug_is_none(&product->proof) &&
        !bx_slug_equal(&product->proof, &desk->deal.proof))
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s needs a card: M looks it up.",
                            product->name);
    struct bx_basket candidate = desk->basket;
    err = bx_basket_add(&candidate, till->programme, product, slot, quantity, bx_till_today(till),
                        fault);
    if (err)
        return err;
    if (quantity > 0)
        return bx_desk_take(till, desk, &candidate, slot ? &slot->pool : &none, fault);
    bx_desk_keep(desk);
    desk->basket = candidate;
    desk->deal.corrections -= quantity;
    bx_desk_changed(till, desk);
    return 0;
}

int bx_desk_line_sells(const struct bx_till *till, const struct bx_line *line,
                       const struct bx_slot *slot, struct bx_fault *fault)
{
    const struct bx_product *product = bx_programme_product(till->programme, &line->product);
    if (!product || bx_slug_is_none(&line->slot))
        return 0;
    return bx_programme_sells(till->programme, product, slot, BX_COUNTER, till->turn.utc, fault);
}

int bx_desk_move(struct bx_till *till, struct bx_desk *desk, const struct bx_slot *slot,
                 struct bx_fault *fault)
{
    int err = bx_desk_ready(till, desk, fault);
    if (err)
        return err;
    if (slot->end.us <= till->turn.utc.us)
        return bx_fault_say(fault, BX_ERR_REFUSED, "This time is over: choose another one.");
    for (int i = 0; i < desk->basket.count && !err; i++)
        err = bx_desk_line_sells(till, &desk->basket.lines[i], slot, fault);
    if (err)
        return err;
    struct bx_basket candidate = desk->basket;
    err = bx_basket_move(&candidate, till->programme, slot, fault);
    if (err)
        return err;
    if (desk->waiting > 0 && !bx_slug_equal(&desk->waiting_pool, &slot->pool))
        desk->waiting = 0; /* nothing of the old time is left to wait for */
    return bx_desk_take(till, desk, &candidate, &slot->pool, fault);
}

void bx_desk_line_drop(struct bx_till *till, struct bx_desk *desk, int index)
{
    if (desk->tendering || desk->committing || index < 0 || index >= desk->basket.count)
        return;
    bx_desk_keep(desk);
    desk->deal.corrections += desk->basket.lines[index].quantity;
    bx_basket_line_drop(&desk->basket, index);
    bx_desk_changed(till, desk);
}

void bx_desk_clear(struct bx_till *till, struct bx_desk *desk)
{
    if (desk->tendering || desk->committing || desk->basket.count == 0)
        return;
    bx_desk_keep(desk);
    for (int i = 0; i < desk->basket.count; i++)
        desk->deal.corrections += desk->basket.lines[i].quantity;
    desk->basket.count = 0;
    desk->waiting = 0;
    changed(till, desk);
}

static void refreshed_say(struct bx_till *till, const struct bx_basket_change *change,
                          bx_money before, bx_money now)
{
    char old[BX_MONEY_TEXT], new[BX_MONEY_TEXT], more[32] = "";
    bx_counter_money(till, now, new);
    if (change->gone > 1)
        bx_words_print(more, sizeof(more), " and %d more", change->gone - 1);
    if (change->gone > 0)
        bx_say(till, BX_TONE_WARN,
               "%.80s%s is out of the basket: not sold any more. It comes to %s now.", change->name,
               more, new);
    else if (before.minor != now.minor)
        bx_say(till, BX_TONE_WARN, "New prices: %s is %s now.", bx_counter_money(till, before, old),
               new);
    else if (change->dated)
        bx_say(till, BX_TONE_PLAIN, "What has no time is for today now.");
}

void bx_desk_refresh(struct bx_till *till, struct bx_desk *desk)
{
    struct bx_basket_change change;
    struct bx_totals before = {0}, now = {0};
    const struct bx_programme *programme = till->programme;
    desk->stale = false;
    if (!programme || desk->basket.count == 0)
        return;
    int err = bx_basket_totals(&desk->basket, programme->tax_included, &before);
    bx_basket_refresh(&desk->basket, programme, bx_till_today(till), &change);
    bx_desk_changed(till, desk);
    if (!err)
        err = bx_basket_totals(&desk->basket, programme->tax_included, &now);
    if (!err && desk->origin == 0)
        refreshed_say(till, &change, before.total, now.total);
}

void bx_desk_programme(struct bx_till *till, struct bx_desk *desk)
{
    desk->undo_count = desk->undo_at = 0; /* those have the old prices */
    desk->stale = true;
    if (!desk->tendering && !desk->committing)
        bx_desk_refresh(till, desk);
}

void bx_desk_forget(struct bx_till *till, struct bx_desk *desk)
{
    bx_desk_pay_close(till, desk);
    desk->basket.count = 0;
    desk->deal = (struct bx_deal){0};
    desk->offline_allowed = bx_money_of(0);
    desk->waiting = 0;
    desk->undo_count = desk->undo_at = 0;
    changed(till, desk);
}

/* Takes pieces of POOL out, the last rung up first, until the places suffice; returns how many. */
static int take_back(struct bx_basket *basket, const struct bx_slug *pool, int64_t free)
{
    int taken = 0;
    int need = bx_basket_places(basket, pool);
    for (int i = basket->count - 1; i >= 0 && need > free; i--) {
        struct bx_line *line = &basket->lines[i];
        if (!bx_slug_equal(&line->pool, pool) || line->places == 0)
            continue;
        int over = (int)(need - free);
        int pieces = (over + line->places - 1) / line->places;
        if (pieces > line->quantity)
            pieces = line->quantity;
        need -= pieces * line->places;
        taken += pieces;
        if (pieces == line->quantity)
            bx_basket_line_drop(basket, i);
        else
            bx_line_less(line, pieces);
    }
    return taken;
}

/* What is not ours goes out of the basket; the screen says where else there is room. */
static void screen_short(struct bx_till *till, struct bx_desk *desk, const struct bx_slug *pool,
                         const struct bx_fault *fault)
{
    const struct bx_slot *slot = NULL;
    const struct bx_product *product = NULL;
    for (int i = 0; i < desk->basket.count; i++) {
        const struct bx_line *line = &desk->basket.lines[i];
        if (!bx_slug_equal(&line->pool, pool) || line->places == 0)
            continue;
        slot = bx_programme_slot(till->programme, &line->slot);
        product = bx_programme_product(till->programme, &line->product);
    }
    int taken = take_back(&desk->basket, pool,
                          bx_leases_free(till, pool) + bx_deal_held(&desk->deal, pool));
    changed(till, desk);
    if (fault->err != BX_ERR_OFFLINE && slot && product)
        bx_counter_short(till, slot, product, taken);
    else
        bx_say(till, BX_TONE_WARN, "%s", fault->say);
}

static void grown(struct bx_till *till, struct bx_desk *desk, const struct bx_slug *pool)
{
    struct bx_fault fault = {0};
    if (desk->waiting == 0 || !bx_slug_equal(&desk->waiting_pool, pool))
        return;
    desk->waiting = 0;
    if (bx_deal_need(till, &desk->deal, &desk->basket, pool) <= bx_leases_free(till, pool) ||
        !bx_desk_short(till, pool, bx_link_is_up(till), &fault))
        return;
    if (desk->origin == 0)
        screen_short(till, desk, pool, &fault);
    else
        bx_command_ended(till, desk->origin, BX_REFUSED, &fault);
}

void bx_desk_grown(struct bx_till *till, const struct bx_slug *pool)
{
    struct bx_slug copy = *pool;
    grown(till, &till->desk, &copy);
    if (till->command.desk)
        grown(till, till->command.desk, &copy);
}
