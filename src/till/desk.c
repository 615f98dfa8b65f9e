/* SPDX-License-Identifier: Apache-2.0 */
/* A basket and its tendering. The screen has one desk, a command brings its own; both sell from the
 * same leases, so a place is free for one only while the other has not reserved it.
 *
 * Ringing up takes nothing: a basket is a wish. Opening the payment reserves (no CLOSE, no other
 * basket can take the places before the money does), the commit uses them, Esc gives them back.
 * When this till's places do not suffice and the server answers, the line stands in the basket as
 * "waiting" until the lease has grown; what is refused is taken out again, with a sentence. */

#include "core.h"

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
}

struct bx_desk *bx_desk_of(struct bx_till *till, bx_origin origin)
{
    if (origin == 0)
        return &till->desk;
    return till->command.request == origin ? till->command.desk : NULL;
}

/* --- undo ---------------------------------------------------------------------------------- */

/* Keeps the basket as it is before a change; what was undone is forgotten. */
static void undo_keep(struct bx_desk *desk)
{
    if (!desk->undo)
        return;
    if (desk->undo_at == UNDO_MAX) {
        memmove(&desk->undo[0], &desk->undo[1], (UNDO_MAX - 1) * sizeof(desk->undo[0]));
        desk->undo_at--;
    }
    desk->undo[desk->undo_at++] = desk->basket;
    desk->undo_count = desk->undo_at;
}

/* An emptied basket is over: what is rung up next is another sale, with an id of its own. */
static void changed(struct bx_till *till, struct bx_desk *desk)
{
    if (desk->basket.count == 0)
        desk->basket.id = (struct bx_id){0};
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
    struct bx_basket basket = desk->undo[at];
    desk->undo[at] = desk->basket;
    desk->basket = basket;
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
static int short_say(const struct bx_till *till, const struct bx_slug *pool, bool asked,
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

static int ready_check(const struct bx_till *till, const struct bx_desk *desk,
                       struct bx_fault *fault)
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
static int basket_take(struct bx_till *till, struct bx_desk *desk,
                       const struct bx_basket *candidate, const struct bx_slug *pool,
                       struct bx_fault *fault)
{
    int need = bx_slug_is_none(pool) ? 0 : bx_basket_places(candidate, pool);
    bool enough = need <= bx_leases_free(till, pool) || need == 0;
    if (!enough && !bx_link_is_up(till))
        return short_say(till, pool, false, fault);
    if (!enough && desk->waiting > 0 && !bx_slug_equal(&desk->waiting_pool, pool))
        return bx_fault_say(fault, BX_ERR_BUSY,
                            "Places at another time are being asked for: one moment.");
    undo_keep(desk);
    desk->basket = *candidate;
    if (bx_id_is_zero(&desk->basket.id))
        desk->basket.id = bx_till_id(till);
    changed(till, desk);
    if (enough)
        return 0;
    desk->waiting = need;
    desk->waiting_pool = *pool;
    bx_leases_grow(till, pool, need);
    return 0;
}

/* The basket got smaller: perhaps it need not wait any more. */
static void less(struct bx_till *till, struct bx_desk *desk)
{
    changed(till, desk);
    if (desk->waiting == 0)
        return;
    int need = bx_basket_places(&desk->basket, &desk->waiting_pool);
    desk->waiting = need <= bx_leases_free(till, &desk->waiting_pool) ? 0 : need;
}

void bx_desk_put_back(struct bx_till *till, struct bx_desk *desk, const struct bx_basket *before,
                      int steps)
{
    desk->basket = *before;
    desk->undo_at = desk->undo_at > steps ? desk->undo_at - steps : 0;
    desk->undo_count = desk->undo_at;
    less(till, desk);
}

int bx_desk_add(struct bx_till *till, struct bx_desk *desk, const struct bx_product *product,
                const struct bx_slot *slot, int quantity, struct bx_fault *fault)
{
    static const struct bx_slug none = {""};
    int err = ready_check(till, desk, fault);
    if (err)
        return err;
    if (product->events == 0)
        slot = NULL;
    if (quantity > 0 && slot && slot->end.us <= till->turn.utc.us)
        return bx_fault_say(fault, BX_ERR_REFUSED, "This time is over: choose another one.");
    struct bx_basket candidate = desk->basket;
    err = bx_basket_add(&candidate, till->programme, product, slot, quantity, bx_till_today(till),
                        fault);
    if (err)
        return err;
    if (quantity > 0)
        return basket_take(till, desk, &candidate, slot ? &slot->pool : &none, fault);
    undo_keep(desk);
    desk->basket = candidate;
    less(till, desk);
    return 0;
}

int bx_desk_move(struct bx_till *till, struct bx_desk *desk, const struct bx_slot *slot,
                 struct bx_fault *fault)
{
    int err = ready_check(till, desk, fault);
    if (err)
        return err;
    if (slot->end.us <= till->turn.utc.us)
        return bx_fault_say(fault, BX_ERR_REFUSED, "This time is over: choose another one.");
    struct bx_basket candidate = desk->basket;
    err = bx_basket_move(&candidate, till->programme, slot, fault);
    if (err)
        return err;
    if (desk->waiting > 0 && !bx_slug_equal(&desk->waiting_pool, &slot->pool))
        desk->waiting = 0; /* nothing of the old time is left to wait for */
    return basket_take(till, desk, &candidate, &slot->pool, fault);
}

void bx_desk_line_drop(struct bx_till *till, struct bx_desk *desk, int index)
{
    if (desk->tendering || desk->committing || index < 0 || index >= desk->basket.count)
        return;
    undo_keep(desk);
    bx_basket_line_drop(&desk->basket, index);
    less(till, desk);
}

void bx_desk_clear(struct bx_till *till, struct bx_desk *desk)
{
    if (desk->tendering || desk->committing || desk->basket.count == 0)
        return;
    undo_keep(desk);
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
        snprintf(more, sizeof(more), " and %d more", change->gone - 1);
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
    if (!err)
        err = bx_basket_totals(&desk->basket, programme->tax_included, &now);
    less(till, desk);
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
    int taken = take_back(&desk->basket, pool, bx_leases_free(till, pool));
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
    if (bx_basket_places(&desk->basket, pool) <= bx_leases_free(till, pool) ||
        !short_say(till, pool, bx_link_is_up(till), &fault))
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

/* --- paying -------------------------------------------------------------------------------- */

/* Is line INDEX the first of its pool? */
static bool is_first_of_pool(const struct bx_basket *basket, int index)
{
    const struct bx_slug *pool = &basket->lines[index].pool;
    if (bx_slug_is_none(pool) || bx_basket_places(basket, pool) == 0)
        return false;
    for (int i = 0; i < index; i++)
        if (bx_slug_equal(&basket->lines[i].pool, pool))
            return false;
    return true;
}

static void reserve(struct bx_till *till, const struct bx_basket *basket, int sign)
{
    for (int i = 0; i < basket->count; i++)
        if (is_first_of_pool(basket, i))
            bx_leases_reserve(till, &basket->lines[i].pool,
                              sign * bx_basket_places(basket, &basket->lines[i].pool));
}

/* Whatever the basket: may anything be sold? */
static int selling_check(const struct bx_till *till, struct bx_fault *fault)
{
    if (till->damage.err)
        return bx_fault_say(fault, BX_ERR_CORRUPT, "%s", till->damage.say);
    if (till->commits.resolving || till->commits.stopped)
        return bx_fault_say(fault, BX_ERR_UNKNOWN,
                            "Selling is stopped until the last entry is found again. Do not hand "
                            "anything out.");
    if (till->people.locked)
        return bx_fault_say(fault, BX_ERR_REFUSED, "The till is locked: log in first.");
    if (!bx_people_user(till))
        return bx_fault_say(fault, BX_ERR_REFUSED, "Nobody is logged in.");
    int err = bx_shift_check(till, fault);
    return err ? err : bx_clock_check(till, fault);
}

static int basket_check(const struct bx_till *till, const struct bx_desk *desk,
                        struct bx_fault *fault)
{
    const struct bx_user *user = bx_people_user(till);
    if (user->role == BX_ROLE_AUDITOR)
        return bx_fault_say(fault, BX_ERR_REFUSED, "An auditor looks, and does not sell.");
    if (desk->basket.count == 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "The basket is empty.");
    if (desk->waiting > 0)
        return bx_fault_say(fault, BX_ERR_BUSY,
                            "The server is being asked for places: one moment.");
    if (till->draft.request && desk->origin == 0)
        return bx_fault_say(fault, BX_ERR_BUSY,
                            "The journal is asked whether this basket was sold: one moment.");
    return 0;
}

static int line_check(const struct bx_till *till, const struct bx_line *line,
                      struct bx_fault *fault)
{
    if (!bx_slug_is_none(&line->slot)) {
        const struct bx_slot *slot = bx_programme_slot(till->programme, &line->slot);
        if (!slot || slot->cancelled)
            return bx_fault_say(fault, BX_ERR_REFUSED,
                                "%s: this time is cancelled. Choose another one.", line->name);
        if (slot->end.us <= till->turn.utc.us)
            return bx_fault_say(fault, BX_ERR_REFUSED, "%s: this time is over. Choose another one.",
                                line->name);
    }
    if (!bx_slug_is_none(&line->class) &&
        (!till->keys || !bx_keys_find(till->keys, line->date, &line->class)))
        return bx_fault_say(fault, BX_ERR_MISSING,
                            "%s: this till has no key to make tickets for that day. It has to "
                            "reach the server once.",
                            line->name);
    return 0;
}

/* The lease may have gone since the basket was rung up. */
static int places_check(struct bx_till *till, struct bx_desk *desk, struct bx_fault *fault)
{
    for (int i = 0; i < desk->basket.count; i++) {
        const struct bx_slug *pool = &desk->basket.lines[i].pool;
        if (!is_first_of_pool(&desk->basket, i))
            continue;
        int need = bx_basket_places(&desk->basket, pool);
        if (need <= bx_leases_free(till, pool))
            continue;
        if (!bx_link_is_up(till))
            return short_say(till, pool, false, fault);
        desk->waiting = need;
        desk->waiting_pool = *pool;
        bx_leases_grow(till, pool, need);
        return bx_fault_say(fault, BX_ERR_BUSY,
                            "The server is being asked for places: one moment, then again.");
    }
    return 0;
}

static void sale_open(const struct bx_till *till, struct bx_desk *desk)
{
    const struct bx_programme *programme = till->programme;
    desk->sale = (struct bx_sale){.exponent = programme->exponent,
                                  .tax_included = programme->tax_included,
                                  .programme = programme->version,
                                  .basket = desk->basket};
    BX_TEXT_COPY(desk->sale.currency, programme->currency);
}

int bx_desk_pay_open(struct bx_till *till, struct bx_desk *desk, struct bx_fault *fault)
{
    int err = ready_check(till, desk, fault);
    if (!err)
        err = selling_check(till, fault);
    if (!err)
        bx_desk_refresh(till, desk);
    if (!err)
        err = basket_check(till, desk, fault);
    for (int i = 0; i < desk->basket.count && !err; i++)
        err = line_check(till, &desk->basket.lines[i], fault);
    if (!err)
        err = places_check(till, desk, fault);
    if (err)
        return err;
    sale_open(till, desk);
    if (bx_basket_totals(&desk->sale.basket, desk->sale.tax_included, &desk->sale.totals))
        return bx_fault_say(fault, BX_ERR_FULL, "This basket is too large to add up.");
    reserve(till, &desk->sale.basket, 1);
    desk->tendering = true;
    return 0;
}

void bx_desk_pay_close(struct bx_till *till, struct bx_desk *desk)
{
    if (!desk->tendering || desk->committing)
        return;
    reserve(till, &desk->sale.basket, -1);
    desk->tendering = false;
    if (desk->stale)
        bx_desk_refresh(till, desk);
}

void bx_desk_left(const struct bx_till *till, const struct bx_desk *desk, bx_money *ret_left,
                  bx_money *ret_cash)
{
    bx_money left = desk->tendering ? bx_sale_left(&desk->sale) : (bx_money){0};
    *ret_left = left;
    *ret_cash = bx_cash_due(left, till->programme ? till->programme->cash_step : 1);
}

static int codes_make(struct bx_till *till, struct bx_sale *sale, struct bx_fault *fault)
{
    sale->ticket_count = 0;
    for (int i = 0; i < sale->basket.count; i++) {
        const struct bx_line *line = &sale->basket.lines[i];
        int err = bx_slug_is_none(&line->class) ? 0 : line_check(till, line, fault);
        if (err)
            return err;
        for (int nth = 1; nth <= line->quantity && !bx_slug_is_none(&line->class); nth++) {
            bx_assert(sale->ticket_count < BX_TICKETS_MAX);
            struct bx_ticket *ticket = &sale->tickets[sale->ticket_count++];
            *ticket = (struct bx_ticket){.line = i, .nth = nth};
            err = bx_till_code(till, line->date, &line->class, &ticket->code, fault);
            if (err)
                return err;
        }
    }
    return 0;
}

/* A receipt (if the house wants one) and each ticket. */
static void jobs_make(const struct bx_till *till, struct bx_intent *intent)
{
    const struct bx_sale *sale = intent->sale;
    intent->jobs = bx_alloc((size_t)sale->ticket_count + 1, sizeof(*intent->jobs));
    for (int i = 0; i < sale->ticket_count; i++)
        intent->jobs[intent->job_count++] =
            (struct bx_print_job){.kind = BX_JOB_TICKET, .ticket = i};
    if (till->config.print_receipt)
        intent->jobs[intent->job_count++] =
            (struct bx_print_job){.kind = BX_JOB_RECEIPT, .ticket = -1};
}

static int settle(struct bx_till *till, struct bx_desk *desk, struct bx_fault *fault)
{
    struct bx_intent intent = {
        .kind = BX_KIND_SALE, .origin = desk->origin, .user = till->people.user};
    (void)bx_basket_redate(&desk->sale.basket, bx_till_today(till));
    int err = codes_make(till, &desk->sale, fault);
    if (err)
        return err;
    desk->sale.offline = !till->link.online;
    if (till->shift == 0)
        bx_commit_note(till, BX_KIND_SHIFT_OPEN, "", 0);
    intent.sale = bx_new(struct bx_sale);
    *intent.sale = desk->sale;
    jobs_make(till, &intent);
    desk->committing = true;
    bx_commit_push(till, &intent);
    return 0;
}

int bx_desk_tender(struct bx_till *till, struct bx_desk *desk, enum bx_tender_kind kind,
                   bx_money received, const char *reference, struct bx_fault *fault)
{
    bx_money left;
    if (!desk->tendering || desk->committing)
        return bx_fault_say(fault, BX_ERR_REFUSED, "There is nothing to pay now.");
    int err = selling_check(till, fault);
    if (err)
        return err;
    struct bx_sale before = desk->sale;
    err = bx_tender_add(&desk->sale, till->programme->cash_step, kind, received, reference, &left,
                        fault);
    if (err || left.minor != 0)
        return err;
    err = settle(till, desk, fault);
    if (err)
        desk->sale = before;
    return err;
}

void bx_desk_committed(struct bx_till *till, struct bx_desk *desk, bool sold)
{
    desk->committing = desk->tendering = false;
    if (!sold && desk->stale)
        bx_desk_refresh(till, desk);
    if (!sold)
        return;
    desk->stale = false;
    desk->basket = (struct bx_basket){0};
    desk->undo_count = desk->undo_at = 0;
    if (desk->origin == 0)
        bx_draft_write(till);
}
