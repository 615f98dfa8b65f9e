/* SPDX-License-Identifier: Apache-2.0 */
/* Which slot a product goes to, and where there is room.
 *
 * Room is what this till may promise: its own places, and, while the server answers, what the venue
 * has beside, for that is what a lease can grow to. Offline only the till's own count. N and the
 * sentence about a full slot both ask here, so that what the sentence offers is what N does. */

#include "screens.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

const struct bx_slot *bx_slots_selected(const struct bx_till *till)
{
    if (!till->programme || bx_slug_is_none(&till->counter.slot))
        return NULL;
    return bx_programme_slot(till->programme, &till->counter.slot);
}

void bx_slots_select(struct bx_till *till, const struct bx_slot *slot)
{
    struct bx_counter *counter = &till->counter;
    if (!slot) {
        counter->slot = (struct bx_slug){0};
        counter->day = bx_till_today(till);
        return;
    }
    counter->slot = slot->id;
    counter->day = slot->date;
    counter->event = slot->event;
    counter->event_id = till->programme->events[slot->event].id;
}

bool bx_slots_is_over(const struct bx_till *till, const struct bx_slot *slot)
{
    return slot->end.us <= till->turn.utc.us;
}

int64_t bx_slots_room(const struct bx_till *till, const struct bx_slot *slot)
{
    if (slot->cancelled || bx_slots_is_over(till, slot) || bx_leases_is_frozen(till, &slot->pool))
        return 0;
    int64_t room = bx_leases_free(till, &slot->pool);
    const struct bx_pool_news *news = bx_link_is_up(till) ? bx_link_news(till, &slot->pool) : NULL;
    int64_t beside = news ? news->capacity - news->sold - news->held - news->leased : 0;
    return room + (beside > 0 ? beside : 0);
}

const struct bx_slot *bx_slots_now(const struct bx_till *till, int event)
{
    const struct bx_slot *slot = bx_programme_current(till->programme, event, till->turn.utc);
    if (!slot || bx_leases_free(till, &slot->pool) > 0 ||
        slot->end.us > till->turn.utc.us + BX_LEASES_ENDING_S * BX_SECOND_US)
        return slot;
    const struct bx_slot *next = bx_programme_step(till->programme, slot, 1);
    return next ? next : slot;
}

void bx_slots_default(struct bx_till *till)
{
    const struct bx_programme *programme = till->programme;
    if (!programme || programme->event_count == 0)
        return;
    const struct bx_slot *current =
        bx_programme_current(programme, till->counter.event, till->turn.utc);
    const struct bx_slot *slot = current;
    while (slot && bx_date_compare(slot->date, current->date) == 0 && bx_slots_room(till, slot) < 1)
        slot = bx_programme_step(programme, slot, 1);
    if (!slot || bx_date_compare(slot->date, current->date) != 0)
        slot = current;
    bx_slots_select(till, slot);
}

void bx_slots_follow(struct bx_till *till)
{
    const struct bx_slot *slot = bx_slots_selected(till);
    if (!slot || bx_slots_is_over(till, slot))
        bx_slots_default(till);
}

void bx_slots_step(struct bx_till *till, int step)
{
    const struct bx_slot *slot = bx_slots_selected(till);
    if (slot)
        slot = bx_programme_step(till->programme, slot, step);
    if (slot && !bx_slots_is_over(till, slot))
        bx_slots_select(till, slot);
}

/* The first slot of the day that is not over. */
static const struct bx_slot *day_first(const struct bx_till *till, const struct bx_slot *slot)
{
    const struct bx_slot *before = slot;
    while (before && bx_date_compare(before->date, slot->date) == 0 &&
           !bx_slots_is_over(till, before)) {
        slot = before;
        before = bx_programme_step(till->programme, before, -1);
    }
    return slot;
}

void bx_slots_day_to(struct bx_till *till, struct bx_date date)
{
    for (size_t i = 0; till->programme && i < till->programme->slot_count; i++) {
        const struct bx_slot *slot = &till->programme->slots[i];
        if (slot->event != till->counter.event || bx_date_compare(slot->date, date) != 0 ||
            bx_slots_is_over(till, slot))
            continue;
        bx_slots_select(till, slot);
        return;
    }
}

void bx_slots_day(struct bx_till *till, int step)
{
    const struct bx_slot *slot = bx_slots_selected(till);
    if (!slot)
        return;
    struct bx_date day = slot->date;
    const struct bx_slot *next = slot;
    while (next && bx_date_compare(next->date, day) == 0)
        next = bx_programme_step(till->programme, next, step);
    if (next && !bx_slots_is_over(till, next))
        bx_slots_select(till, step < 0 ? day_first(till, next) : next);
    else if (step > 0)
        bx_slots_default(till);
}

void bx_slots_event(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    const struct bx_programme *programme = till->programme;
    if (!programme || programme->event_count < 2) {
        bx_say(till, BX_TONE_PLAIN, "There is only one event.");
        return;
    }
    const struct bx_slot *before = bx_slots_selected(till);
    struct bx_date day = before ? before->date : bx_till_today(till);
    counter->event = (counter->event + 1) % (int)programme->event_count;
    counter->event_id = programme->events[counter->event].id;
    counter->product_page = 0;
    counter->slot = (struct bx_slug){0};
    bx_slots_default(till);
    if (bx_date_compare(day, bx_till_today(till)) > 0) /* the day that was chosen stays */
        bx_slots_day_to(till, day);
}

const struct bx_slot *bx_slots_at(const struct bx_till *till, int minute)
{
    const struct bx_slot *slot = bx_slots_selected(till);
    struct bx_date day = till->counter.day;
    if (slot)
        slot = day_first(till, slot);
    for (; slot && bx_date_compare(slot->date, day) == 0;
         slot = bx_programme_step(till->programme, slot, 1)) {
        struct bx_date date;
        int at;
        bx_utc_civil(slot->start, slot->offset_min, &date, &at);
        if (at == minute)
            return slot;
    }
    return NULL;
}

/* --- N ---------------------------------------------------------------------------------------- */

/* Places of all timed lines. */
static int64_t basket_need(const struct bx_basket *basket)
{
    int64_t need = 0;
    for (int i = 0; i < basket->count; i++)
        if (!bx_slug_is_none(&basket->lines[i].slot))
            need += (int64_t)basket->lines[i].places * basket->lines[i].quantity;
    return need;
}

static bool basket_is_timed(const struct bx_basket *basket)
{
    for (int i = 0; i < basket->count; i++)
        if (!bx_slug_is_none(&basket->lines[i].slot))
            return true;
    return false;
}

static const struct bx_slot *next_with_room(const struct bx_till *till, const struct bx_slot *slot,
                                            int64_t need)
{
    do
        slot = bx_programme_step(till->programme, slot, 1);
    while (slot && bx_slots_room(till, slot) < need);
    return slot;
}

/* Pieces of PRODUCT that still fit into SLOT beside the basket. */
static int fitting(const struct bx_till *till, const struct bx_slot *slot,
                   const struct bx_product *product)
{
    int64_t room = bx_slots_room(till, slot) - bx_basket_places(&till->desk.basket, &slot->pool);
    if (room <= 0 || product->places == 0)
        return 0;
    room /= product->places;
    return room > BX_QUANTITY_MAX ? BX_QUANTITY_MAX : (int)room;
}

/* Where the rest of QUANTITY has room when SLOT takes FITS, or holds some in the basket already. */
static const struct bx_slot *part_slot(const struct bx_till *till, const struct bx_slot *slot,
                                       const struct bx_product *product, int quantity, int fits)
{
    if (fits >= quantity || (fits == 0 && bx_basket_places(&till->desk.basket, &slot->pool) == 0))
        return NULL;
    return next_with_room(till, slot, (int64_t)product->places * (quantity - fits));
}

static const char *slot_name(const struct bx_till *till, const struct bx_slot *slot, char *out,
                             size_t size)
{
    char time[BX_CLOCK_TEXT], day[24];
    bx_slot_time(slot->start, slot->offset_min, time);
    bx_day_text(till, slot->date, false, day, sizeof(day));
    snprintf(out, size, "%s%s%s", day, day[0] ? " " : "", time);
    return out;
}

const char *bx_pool_text(const struct bx_till *till, const struct bx_slug *pool,
                         char out[BX_NAME_SIZE])
{
    const struct bx_programme *programme = till->programme;
    char time[40];
    bx_text_copy(out, BX_NAME_SIZE, pool->s);
    for (size_t i = 0; programme && i < programme->slot_count; i++) {
        const struct bx_slot *slot = &programme->slots[i];
        if (!bx_slug_equal(&slot->pool, pool) || bx_slots_is_over(till, slot))
            continue;
        slot_name(till, slot, time, sizeof(time));
        int wanted =
            snprintf(out, BX_NAME_SIZE, "%s %s", time, programme->events[slot->event].name);
        bx_text_mend(out, BX_NAME_SIZE, wanted);
        break;
    }
    return out;
}

void bx_counter_short(struct bx_till *till, const struct bx_slot *slot,
                      const struct bx_product *product, int quantity)
{
    char here[40], there[40];
    int64_t wish = (int64_t)product->places * quantity;
    int fits = fitting(till, slot, product);
    const struct bx_slot *whole =
        next_with_room(till, slot, basket_need(&till->desk.basket) + wish);
    const struct bx_slot *part = part_slot(till, slot, product, quantity, fits);
    till->counter.wish = product->id;
    till->counter.wish_quantity = quantity;
    slot_name(till, slot, here, sizeof(here));
    if (bx_leases_is_frozen(till, &slot->pool))
        bx_leases_frozen_say(till);
    else if (whole && fits > 0)
        bx_say(till, BX_TONE_WARN, "%s has %d of yours: N for the next slot, %s.", here, fits,
               slot_name(till, whole, there, sizeof(there)));
    else if (whole)
        bx_say(till, BX_TONE_WARN, "%s is full for this till: N for the next slot, %s.", here,
               slot_name(till, whole, there, sizeof(there)));
    else if (part && fits == 0)
        bx_say(till, BX_TONE_WARN, "%s is full with these: %d more at %s? N", here, quantity,
               slot_name(till, part, there, sizeof(there)));
    else if (part)
        bx_say(till, BX_TONE_WARN, "%s has %d: take %d and %d at %s? N", here, fits, fits,
               quantity - fits, slot_name(till, part, there, sizeof(there)));
    else
        bx_say(till, BX_TONE_WARN, "%s has %d of yours, and no later slot has room for %d.", here,
               fits, quantity);
}

/* Moves what is timed and goes there; false when that was refused, with a sentence. */
static bool go_to(struct bx_till *till, const struct bx_slot *slot)
{
    struct bx_fault fault = {0};
    char name[40];
    if (basket_is_timed(&till->desk.basket) && bx_desk_move(till, &till->desk, slot, &fault)) {
        bx_counter_fault(till, &fault);
        return false;
    }
    bx_slots_select(till, slot);
    bx_say(till, BX_TONE_PLAIN, "Now %s.", slot_name(till, slot, name, sizeof(name)));
    return true;
}

/* What did not fit is taken where the sentence said it would. */
static void wish_next(struct bx_till *till, const struct bx_slot *slot)
{
    struct bx_counter *counter = &till->counter;
    const struct bx_product *product = bx_programme_product(till->programme, &counter->wish);
    int quantity = counter->wish_quantity;
    counter->wish_quantity = 0;
    if (!product)
        return;
    int64_t wish = (int64_t)product->places * quantity;
    const struct bx_slot *whole =
        next_with_room(till, slot, basket_need(&till->desk.basket) + wish);
    if (whole) {
        if (go_to(till, whole))
            bx_sell_add(till, product, quantity, true);
        return;
    }
    int fits = fitting(till, slot, product);
    const struct bx_slot *part = part_slot(till, slot, product, quantity, fits);
    if (!part) {
        bx_say(till, BX_TONE_WARN, "No later slot has room for %d.", quantity);
        return;
    }
    if (fits > 0)
        bx_sell_add(till, product, fits, true);
    bx_slots_select(till, part);
    bx_sell_add(till, product, quantity - fits, true);
}

void bx_slots_next(struct bx_till *till)
{
    const struct bx_slot *slot = bx_slots_selected(till);
    if (!slot) {
        bx_say(till, BX_TONE_WARN, "There is no slot to go on from.");
        return;
    }
    if (till->counter.wish_quantity > 0) {
        wish_next(till, slot);
        return;
    }
    int64_t need = basket_need(&till->desk.basket);
    const struct bx_slot *next = next_with_room(till, slot, need > 0 ? need : 1);
    if (next)
        go_to(till, next);
    else
        bx_say(till, BX_TONE_WARN, "No later slot has room for %lld.",
               (long long)(need > 0 ? need : 1));
}

/* --- words ------------------------------------------------------------------------------------ */

const char *bx_slot_time(bx_utc at, int offset_min, char out[BX_CLOCK_TEXT])
{
    struct bx_date date;
    int minute;
    bx_utc_civil(at, offset_min, &date, &minute);
    unsigned clock = (unsigned)minute % 1440;
    snprintf(out, BX_CLOCK_TEXT, "%02u:%02u", clock / 60, clock % 60);
    return out;
}

void bx_day_text(const struct bx_till *till, struct bx_date date, bool long_form, char *out,
                 size_t size)
{
    /* No day is chosen before there is a programme. */
    if (date.year == 0 || bx_date_compare(date, bx_till_today(till)) == 0)
        snprintf(out, size, "%s", long_form ? bx_word("Today") : "");
    else if (long_form)
        snprintf(out, size, "%s %d %s", bx_day_name(date), date.day, bx_month_name(date));
    else
        snprintf(out, size, "%s %d", bx_day_name(date), date.day);
}
