/* SPDX-License-Identifier: Apache-2.0 */
/* The basket. A line keeps what the programme said when it was rung up; what a newer programme says
 * comes in by bx_basket_refresh() and at no other moment, so that whoever owns the basket can tell
 * what changed under it.
 *
 * Every change is made on a copy and kept only if the whole still fits its limits: a refused key
 * leaves exactly what was on the screen. */

#include "boxtill/domain/basket.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "body.h"

static bool same_goods(const struct bx_line *line, const struct bx_slug *product,
                       const struct bx_slug *slot)
{
    return bx_slug_equal(&line->product, product) && bx_slug_equal(&line->slot, slot);
}

/* What was taken off a line belongs to its own pieces, and a note to the one it is written on. */
static bool same_terms(const struct bx_line *a, const struct bx_line *b)
{
    return a->kind == b->kind && a->list.minor == b->list.minor && a->off.minor == 0 &&
           b->off.minor == 0 && bx_slug_equal(&a->why, &b->why) && a->fixed == b->fixed &&
           a->group == b->group && !a->note[0] && !b->note[0];
}

bool bx_line_joins(const struct bx_line *a, const struct bx_line *b)
{
    return same_goods(a, &b->product, &b->slot) && bx_date_compare(a->date, b->date) == 0 &&
           a->price.minor == b->price.minor && a->tax_ppm == b->tax_ppm && a->places == b->places &&
           a->persons == b->persons && bx_slug_equal(&a->class, &b->class) &&
           bx_slug_equal(&a->pool, &b->pool) && same_terms(a, b);
}

static int line_insert(struct bx_basket *basket, const struct bx_line *line, struct bx_fault *fault)
{
    int at = 0;
    while (at < basket->count && !bx_line_joins(&basket->lines[at], line))
        at++;
    if (at == BX_LINES_MAX)
        return bx_fault_say(fault, BX_ERR_FULL,
                            "A basket holds at most %d lines. Finish this sale first.",
                            BX_LINES_MAX);
    struct bx_line *into = &basket->lines[at];
    int already = at < basket->count ? into->quantity : 0;
    if (already + line->quantity > BX_QUANTITY_MAX)
        return bx_fault_say(fault, BX_ERR_FULL, "A line holds at most %d pieces.", BX_QUANTITY_MAX);
    if (at == basket->count) {
        *into = *line;
        basket->count++;
    } else {
        into->quantity += line->quantity;
    }
    return 0;
}

/* How many pools the basket draws on. */
static int pool_count(const struct bx_basket *basket)
{
    int count = 0;
    for (int i = 0; i < basket->count; i++) {
        const struct bx_slug *pool = &basket->lines[i].pool;
        int first = 0;
        while (!bx_slug_equal(&basket->lines[first].pool, pool))
            first++;
        count += first == i && !bx_slug_is_none(pool);
    }
    return count;
}

static int limits_check(const struct bx_basket *basket, bool tax_included, struct bx_fault *fault)
{
    struct bx_totals totals;
    if (bx_basket_totals(basket, tax_included, &totals))
        return bx_fault_say(fault, BX_ERR_FULL,
                            "This basket is too large to add up. Finish this sale first.");
    if (totals.tickets > BX_TICKETS_MAX)
        return bx_fault_say(fault, BX_ERR_FULL, "A sale prints at most %d tickets.",
                            BX_TICKETS_MAX);
    if (pool_count(basket) > BX_USES_MAX)
        return bx_fault_say(fault, BX_ERR_FULL,
                            "A basket holds at most %d different times. Finish this sale first.",
                            BX_USES_MAX);
    return 0;
}

/* Takes from the last lines first: what was rung up last is what is corrected. */
static int take_away(struct bx_basket *basket, const struct bx_product *product,
                     const struct bx_slug *slot, int quantity, struct bx_fault *fault)
{
    int there = 0;
    for (int i = 0; i < basket->count; i++)
        if (same_goods(&basket->lines[i], &product->id, slot))
            there += basket->lines[i].quantity;
    if (there < quantity)
        return bx_fault_say(fault, BX_ERR_REFUSED, "The basket holds %d of %s, not %d.", there,
                            product->name, quantity);
    for (int i = basket->count - 1; quantity > 0; i--) {
        struct bx_line *line = &basket->lines[i];
        if (!same_goods(line, &product->id, slot))
            continue;
        int taken = line->quantity < quantity ? line->quantity : quantity;
        quantity -= taken;
        if (taken == line->quantity)
            bx_basket_line_drop(basket, i);
        else
            bx_line_less(line, taken);
    }
    return 0;
}

static void slot_put(struct bx_line *line, const struct bx_programme *programme,
                     const struct bx_slot *slot)
{
    const struct bx_event_info *event = &programme->events[slot->event];
    line->event = event->id;
    BX_TEXT_COPY(line->event_name, event->name);
    line->slot = slot->id;
    line->pool = slot->pool;
    line->class = event->class;
    line->start = slot->start;
    line->end = slot->end;
    line->offset_min = slot->offset_min;
    line->date = slot->date;
}

/* SLOT is NULL for an untimed product here. */
static int sold_check(const struct bx_programme *programme, const struct bx_product *product,
                      const struct bx_slot *slot, struct bx_fault *fault)
{
    if (!slot)
        return product->events == 0
                   ? 0
                   : bx_fault_say(fault, BX_ERR_REFUSED, "%s needs a time: choose one first.",
                                  product->name);
    bx_assert(slot->event >= 0 && (size_t)slot->event < programme->event_count);
    if (!(product->events >> slot->event & 1))
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s is not sold for %s.", product->name,
                            programme->events[slot->event].name);
    if (slot->cancelled)
        return bx_fault_say(fault, BX_ERR_REFUSED, "This time is cancelled: choose another one.");
    return 0;
}

static struct bx_line line_make(const struct bx_programme *programme,
                                const struct bx_product *product, const struct bx_slot *slot,
                                int quantity, struct bx_date today)
{
    struct bx_line line = {.product = product->id,
                           .class = product->class,
                           .date = today,
                           .price = product->price,
                           .list = product->price,
                           .kind = product->kind,
                           .tax_ppm = product->tax_ppm,
                           .places = slot ? product->places : 0,
                           .persons = product->persons,
                           .quantity = quantity};
    BX_TEXT_COPY(line.name, product->name);
    if (slot)
        slot_put(&line, programme, slot);
    return line;
}

int bx_basket_add(struct bx_basket *basket, const struct bx_programme *programme,
                  const struct bx_product *product, const struct bx_slot *slot, int quantity,
                  struct bx_date today, struct bx_fault *fault)
{
    static const struct bx_slug untimed = {""};
    if (product->events == 0)
        slot = NULL;
    if (quantity == 0 || quantity < -BX_LINES_MAX * BX_QUANTITY_MAX || quantity > BX_QUANTITY_MAX)
        return bx_fault_say(fault, BX_ERR_REFUSED, "A quantity is 1 to %d.", BX_QUANTITY_MAX);
    if (quantity < 0)
        return take_away(basket, product, slot ? &slot->id : &untimed, -quantity, fault);
    int err = sold_check(programme, product, slot, fault);
    if (err)
        return err;
    struct bx_line line = line_make(programme, product, slot, quantity, today);
    struct bx_basket changed = *basket;
    err = line_insert(&changed, &line, fault);
    if (!err)
        err = limits_check(&changed, programme->tax_included, fault);
    if (!err)
        *basket = changed;
    return err;
}

int bx_basket_add_open(struct bx_basket *basket, const struct bx_programme *programme,
                       const struct bx_product *product, bx_money amount, const char *note,
                       struct bx_date today, struct bx_fault *fault)
{
    int err = sold_check(programme, product, NULL, fault);
    if (err)
        return err;
    if (!product->open_price || amount.minor < 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s has a price of its own.", product->name);
    struct bx_line line = line_make(programme, product, NULL, 1, today);
    line.price = line.list = amount;
    line.fixed = true;
    if (bx_text_wash(note, strlen(note), BX_NAME_COLUMNS, line.note, sizeof(line.note)))
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "This note is too long or holds characters that cannot be used.");
    struct bx_basket changed = *basket;
    err = line_insert(&changed, &line, fault);
    if (!err)
        err = limits_check(&changed, programme->tax_included, fault);
    if (!err)
        *basket = changed;
    return err;
}

void bx_basket_line_drop(struct bx_basket *basket, int index)
{
    bx_assert(index >= 0 && index < basket->count);
    basket->count--;
    memmove(&basket->lines[index], &basket->lines[index + 1],
            (size_t)(basket->count - index) * sizeof(basket->lines[0]));
}

int bx_basket_move(struct bx_basket *basket, const struct bx_programme *programme,
                   const struct bx_slot *slot, struct bx_fault *fault)
{
    bx_assert(slot->event >= 0 && (size_t)slot->event < programme->event_count);
    const struct bx_event_info *event = &programme->events[slot->event];
    if (slot->cancelled)
        return bx_fault_say(fault, BX_ERR_REFUSED, "This time is cancelled: choose another one.");
    struct bx_basket moved = {.id = basket->id};
    for (int i = 0; i < basket->count; i++) {
        struct bx_line line = basket->lines[i];
        bool timed = !bx_slug_is_none(&line.slot);
        if (timed && !bx_slug_equal(&line.event, &event->id))
            return bx_fault_say(fault, BX_ERR_REFUSED,
                                "The basket also holds %s, which has other times. Move or remove "
                                "that line by itself.",
                                line.event_name);
        if (timed)
            slot_put(&line, programme, slot);
        int err = line_insert(&moved, &line, fault);
        if (err)
            return err;
    }
    *basket = moved;
    return 0;
}

/* What was agreed or typed about OLD stays with it; a price that came by itself does not. */
static void terms_keep(struct bx_line *line, const struct bx_line *old)
{
    line->group = old->group;
    BX_TEXT_COPY(line->note, old->note);
    if (!old->fixed)
        return;
    line->fixed = true;
    line->price = old->price;
    line->list = old->list;
    line->off = old->off;
    line->why = old->why;
    BX_TEXT_COPY(line->why_text, old->why_text);
}

/* OLD as PROGRAMME has it, appended to BASKET; false when it has no such thing. */
static bool line_refresh(struct bx_basket *basket, const struct bx_programme *programme,
                         const struct bx_line *old, struct bx_date today)
{
    bool timed = !bx_slug_is_none(&old->slot);
    const struct bx_product *product = bx_programme_product(programme, &old->product);
    const struct bx_slot *slot = timed ? bx_programme_slot(programme, &old->slot) : NULL;
    if (!product || (timed ? !slot || !(product->events >> slot->event & 1) : product->events != 0))
        return false;
    struct bx_line line = line_make(programme, product, slot, old->quantity, today);
    terms_keep(&line, old);
    struct bx_basket changed = *basket;
    if (line_insert(&changed, &line, NULL) || limits_check(&changed, programme->tax_included, NULL))
        return false;
    *basket = changed;
    return true;
}

void bx_basket_refresh(struct bx_basket *basket, const struct bx_programme *programme,
                       struct bx_date today, struct bx_basket_change *ret)
{
    struct bx_basket fresh = {.id = basket->id};
    *ret = (struct bx_basket_change){.dated = bx_basket_redate(basket, today)};
    for (int i = 0; i < basket->count; i++) {
        const struct bx_line *line = &basket->lines[i];
        if (!line_refresh(&fresh, programme, line, today) && ret->gone++ == 0)
            BX_TEXT_COPY(ret->name, line->name);
    }
    *basket = fresh;
}

bool bx_basket_redate(struct bx_basket *basket, struct bx_date today)
{
    bool other = false;
    for (int i = 0; i < basket->count; i++) {
        struct bx_line *line = &basket->lines[i];
        if (!bx_slug_is_none(&line->slot) || bx_date_compare(line->date, today) == 0)
            continue;
        line->date = today;
        other = true;
    }
    return other;
}

int bx_basket_places(const struct bx_basket *basket, const struct bx_slug *pool)
{
    int places = 0;
    for (int i = 0; i < basket->count; i++)
        if (bx_slug_equal(&basket->lines[i].pool, pool))
            places += basket->lines[i].places * basket->lines[i].quantity;
    return places;
}

/* The row of PPM, kept ascending so that a body does not depend on the order of the keys; NULL when
 * there is no room for one rate more. */
static struct bx_tax *rate_of(struct bx_totals *totals, int ppm)
{
    int at = 0;
    while (at < totals->rate_count && totals->rates[at].ppm < ppm)
        at++;
    struct bx_tax *rate = &totals->rates[at];
    if (at < totals->rate_count && rate->ppm == ppm)
        return rate;
    if (totals->rate_count == BX_RATES_MAX)
        return NULL;
    memmove(rate + 1, rate, (size_t)(totals->rate_count - at) * sizeof(*rate));
    totals->rate_count++;
    *rate = (struct bx_tax){.ppm = ppm};
    return rate;
}

/* From the sum of a rate's prices to gross, net and tax. One of the three is always the others'
 * difference or sum, so net + tax = gross to the last minor unit. */
static int rate_split(struct bx_tax *rate, bx_money sum, bool tax_included)
{
    const int64_t whole = 1000000;
    if (tax_included) {
        rate->gross = sum;
        if (bx_money_share(sum, rate->ppm, whole + rate->ppm, BX_ROUND_HALF_UP, &rate->tax))
            return BX_ERR_FULL;
        return bx_money_add(sum, bx_money_of(-rate->tax.minor), &rate->net);
    }
    rate->net = sum;
    if (bx_money_share(sum, rate->ppm, whole, BX_ROUND_HALF_UP, &rate->tax))
        return BX_ERR_FULL;
    return bx_money_add(sum, rate->tax, &rate->gross);
}

int bx_line_amount(const struct bx_line *line, bx_money *ret)
{
    bx_money whole;
    if (bx_money_times(line->price, line->quantity, &whole))
        return BX_ERR_FULL;
    return bx_money_add(whole, bx_money_of(-line->off.minor), ret);
}

void bx_line_less(struct bx_line *line, int pieces)
{
    bx_assert(pieces >= 0 && pieces < line->quantity);
    int err = bx_money_share(line->off, line->quantity - pieces, line->quantity, BX_ROUND_HALF_UP,
                             &line->off);
    bx_assert(!err);
    line->quantity -= pieces;
}

int bx_line_tickets(const struct bx_line *line)
{
    if (bx_slug_is_none(&line->class))
        return 0;
    return line->group ? 1 : line->quantity;
}

bool bx_line_is_outside(const struct bx_line *line)
{
    return line->kind == BX_LINE_DONATION || line->kind == BX_LINE_VOUCHER;
}

int bx_basket_totals(const struct bx_basket *basket, bool tax_included, struct bx_totals *ret)
{
    struct bx_totals totals = {0};
    for (int i = 0; i < basket->count; i++) {
        const struct bx_line *line = &basket->lines[i];
        bool outside = bx_line_is_outside(line);
        struct bx_tax *rate = outside ? NULL : rate_of(&totals, line->tax_ppm);
        bx_money *into = outside ? &totals.outside : rate ? &rate->gross : NULL;
        bx_money sum;
        if (!into || bx_line_amount(line, &sum) || bx_money_add(*into, sum, into))
            return BX_ERR_FULL;
        totals.persons += line->persons * line->quantity;
        totals.tickets += bx_line_tickets(line);
    }
    totals.total = totals.outside;
    for (int i = 0; i < totals.rate_count; i++) {
        struct bx_tax *rate = &totals.rates[i];
        if (rate_split(rate, rate->gross, tax_included) ||
            bx_money_add(totals.total, rate->gross, &totals.total))
            return BX_ERR_FULL;
    }
    *ret = totals;
    return 0;
}

void bx_draft_encode(const struct bx_draft *draft, struct bx_buf *out)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "v", 2);
    bx_json_put_id(&writer, "id", &draft->basket.id);
    bx_lines_put(&writer, 2, "lines", &draft->basket);
    if (draft->locked)
        bx_json_put_bool(&writer, "locked", true);
    if (draft->doubt)
        bx_json_put_bool(&writer, "doubt", true);
    bx_json_object_close(&writer);
}

int bx_draft_decode(const char *json, size_t len, struct bx_draft *ret, struct bx_fault *fault)
{
    static const char *const names[] = {"v", "id", "lines", "locked", "doubt", NULL};
    bx_body_auto state;
    int err = bx_body_open(&state, json, len, "basket", fault);
    if (err)
        return err;
    struct bx_draft draft = {0};
    int v = (int)bx_json_int(&state.root, "v", 1, 2);
    bx_json_id(&state.root, "id", &draft.basket.id);
    bx_lines_read(&state.root, v, "lines", &draft.basket);
    draft.locked = bx_json_bool_or(&state.root, "locked", false);
    draft.doubt = bx_json_bool_or(&state.root, "doubt", false);
    bx_json_only(&state.root, names);
    if (state.root.err)
        return state.root.err;
    /* The taxes that are added may be the larger sum, so that is the one that must fit. */
    err = limits_check(&draft.basket, false, state.fault);
    if (!err)
        *ret = draft;
    return err;
}
