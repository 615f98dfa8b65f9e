/* SPDX-License-Identifier: Apache-2.0 */
/* Groups, schools and web orders that come to the counter.
 *
 * Their places are held at the server until the sale that names the order is booked, so none of
 * this till's own are used for them; who is more than booked takes those. The agreed price stands
 * fixed in its line; recalculated, the lines are like any other's. What is not used of the held
 * places goes back when the sale is booked. */

#include "desk.h"

#include <string.h>
#include <strings.h>

#include "boxtill/base/text.h"

const struct bx_order *bx_arrivals_find(const struct bx_till *till, const char *ref)
{
    for (size_t i = 0; till->orders && i < till->orders->count; i++)
        if (strcasecmp(till->orders->orders[i].ref, ref) == 0)
            return &till->orders->orders[i];
    return NULL;
}

int64_t bx_order_persons(const struct bx_till *till, const struct bx_order *order)
{
    int64_t persons = 0;
    for (int i = 0; i < order->line_count; i++) {
        const struct bx_product *product =
            bx_programme_product(till->programme, &order->lines[i].product);
        persons += (int64_t)order->lines[i].quantity * (product ? product->persons : 1);
    }
    return persons;
}

bool bx_arrivals_was_here(const struct bx_till *till, const struct bx_id *order)
{
    for (size_t i = 0; i < till->collected_count; i++)
        if (bx_id_equal(&till->collected[i], order))
            return true;
    return false;
}

void bx_arrivals_sold(struct bx_till *till, const struct bx_sale *sale)
{
    if (bx_id_is_zero(&sale->order) || sale->training)
        return;
    if (till->collected_count == BX_COLLECTED_MAX) {
        till->collected_count--;
        memmove(&till->collected[0], &till->collected[1],
                till->collected_count * sizeof(till->collected[0]));
    }
    till->collected[till->collected_count++] = sale->order;
}

static int order_check(const struct bx_till *till, const struct bx_order *order,
                       struct bx_fault *fault)
{
    if (order->cancelled)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s was cancelled.", order->ref);
    if (order->collected || bx_arrivals_was_here(till, &order->id))
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "%s was collected already. F finds its sale, to print it again.",
                            order->ref);
    if (bx_date_compare(order->date, bx_till_today(till)) < 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s was for another day.", order->ref);
    return 0;
}

static void hold(struct bx_deal *deal, const struct bx_slug *pool, int64_t places)
{
    int at = 0;
    while (at < deal->held_count && !bx_slug_equal(&deal->held[at].pool, pool))
        at++;
    if (at == deal->held_count)
        deal->held[deal->held_count++] = (struct bx_held){.pool = *pool};
    deal->held[at].places += places;
}

/* Who came, shared out over the order's lines: the largest line takes the difference. */
static void counts_make(const struct bx_order *order, const struct bx_coming *coming,
                        int64_t booked, int counts[BX_ORDER_LINES_MAX])
{
    int largest = 0;
    for (int i = 0; i < order->line_count; i++) {
        counts[i] = order->lines[i].quantity;
        if (order->lines[i].quantity > order->lines[largest].quantity)
            largest = i;
    }
    if (coming->count < 0)
        return;
    int64_t count = counts[largest] + coming->count - booked;
    counts[largest] = count < 0 ? 0 : count > BX_QUANTITY_MAX ? BX_QUANTITY_MAX : (int)count;
}

/* One line of ORDER into BASKET, at the agreed price unless it is to be calculated anew. */
static int line_put(struct bx_till *till, const struct bx_order_line *ordered, int count,
                    bool agreed, struct bx_basket *basket, struct bx_fault *fault)
{
    const struct bx_programme *programme = till->programme;
    const struct bx_product *product = bx_programme_product(programme, &ordered->product);
    const struct bx_slot *slot =
        bx_slug_is_none(&ordered->slot) ? NULL : bx_programme_slot(programme, &ordered->slot);
    struct bx_basket alone = {.id = basket->id};
    if (!product || (!slot && !bx_slug_is_none(&ordered->slot)))
        return bx_fault_say(fault, BX_ERR_MISSING,
                            "The programme does not know %s any more: ring the order up by hand.",
                            ordered->product.s);
    int err = bx_basket_add(&alone, programme, product, slot, count, bx_till_today(till), fault);
    if (err)
        return err;
    if (basket->count == BX_LINES_MAX)
        return bx_fault_say(fault, BX_ERR_FULL, "The basket is full.");
    struct bx_line *line = &basket->lines[basket->count++];
    *line = alone.lines[0];
    if (agreed) {
        line->price = ordered->price;
        line->fixed = true;
        BX_TEXT_COPY(line->why.s, "agreed");
        BX_TEXT_COPY(line->why_text, "agreed");
    }
    return 0;
}

int bx_desk_order(struct bx_till *till, struct bx_desk *desk, const struct bx_order *order,
                  const struct bx_coming *coming, struct bx_fault *fault)
{
    int counts[BX_ORDER_LINES_MAX];
    struct bx_deal deal = desk->deal;
    int64_t booked;
    int err = bx_desk_ready(till, desk, fault);
    if (!err)
        err = order_check(till, order, fault);
    if (err)
        return err;
    if (desk->basket.count > 0)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "There is a basket on the screen: sell it or park it first.");
    booked = bx_order_persons(till, order);
    counts_make(order, coming, booked, counts);
    deal.held_count = 0;
    struct bx_basket *basket = bx_new(struct bx_basket);
    basket->id = bx_till_id(till);
    for (int i = 0; i < order->line_count && !err; i++) {
        const struct bx_slot *slot = bx_programme_slot(till->programme, &order->lines[i].slot);
        const struct bx_product *product =
            bx_programme_product(till->programme, &order->lines[i].product);
        if (counts[i] > 0)
            err = line_put(till, &order->lines[i], counts[i], coming->agreed, basket, fault);
        if (!err && slot && product)
            hold(&deal, &slot->pool, (int64_t)product->places * order->lines[i].quantity);
    }
    for (int i = 0; i < basket->count; i++)
        basket->lines[i].group = coming->group && basket->lines[i].quantity > 1 &&
                                 !bx_slug_is_none(&basket->lines[i].class);
    if (!err && basket->count == 0)
        err = bx_fault_say(fault, BX_ERR_REFUSED, "Nobody came: there is nothing to sell.");
    if (!err) {
        deal.order = order->id;
        deal.account = order->account;
        deal.prepaid = order->prepaid;
        deal.persons_booked = booked;
        BX_TEXT_COPY(deal.order_ref, order->ref);
        bx_desk_keep(desk);
        desk->basket = *basket;
        desk->deal = deal;
        bx_desk_changed(till, desk);
    }
    bx_free(basket);
    return err;
}
