/* SPDX-License-Identifier: Apache-2.0 */
/* Doing what a written sale says, and completing its last word. */

#include "desk.h"
#include "grammar.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"

static int item_ring(struct bx_till *till, struct bx_desk *desk, struct bx_said *said, int at,
                     int event, const struct bx_slot *slot, struct bx_fault *fault)
{
    char key = said->items[at].key;
    const struct bx_product *product = bx_programme_by_key(till->programme, key, event);
    said->column = said->items[at].column;
    if (!product)
        return bx_fault_say(fault, BX_ERR_MISSING, "No product has the letter %c.", key);
    if (product->open_price && !said->items[at].open)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s needs an amount: %c:5.00", product->name,
                            key);
    if (said->items[at].open && !product->open_price)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s has a price of its own.", product->name);
    if (said->items[at].open)
        return bx_desk_add_open(till, desk, product, said->items[at].amount, fault);
    if (product->events != 0 && !slot)
        return bx_fault_say(fault, BX_ERR_MISSING, "%s needs a slot.", product->name);
    return bx_desk_add(till, desk, product, product->events ? slot : NULL, said->items[at].quantity,
                       fault);
}

static int order_ring(struct bx_till *till, struct bx_desk *desk, const struct bx_said *said,
                      struct bx_fault *fault)
{
    const struct bx_order *order = bx_arrivals_find(till, said->order);
    struct bx_coming coming = said->coming;
    if (!order)
        return bx_fault_say(fault, BX_ERR_MISSING, "There is no order %s.", said->order);
    coming.group = said->group || order->group_ticket;
    return bx_desk_order(till, desk, order, &coming, fault);
}

static int origin_ring(const struct bx_till *till, struct bx_desk *desk, const struct bx_slug *id,
                       struct bx_fault *fault)
{
    for (size_t i = 0; i < till->programme->origin_count; i++)
        if (bx_slug_equal(&till->programme->origins[i].id, id)) {
            desk->deal.origin = *id;
            desk->deal.origin_asked = true;
            return 0;
        }
    return bx_fault_say(fault, BX_ERR_MISSING, "There is no origin %s.", id->s);
}

int bx_said_ring(struct bx_till *till, struct bx_desk *desk, struct bx_said *said, int event,
                 const struct bx_slot *slot, struct bx_fault *fault)
{
    struct bx_basket before = desk->basket;
    struct bx_deal deal = desk->deal;
    int steps = desk->undo_at;
    int err = 0;
    said->column = 0;
    if (said->order[0])
        err = order_ring(till, desk, said, fault);
    if (!err && said->member[0])
        err = bx_desk_member(till, desk, said->member, fault);
    for (int i = 0; i < said->item_count && !err; i++)
        err = item_ring(till, desk, said, i, event, slot, fault);
    if (!err)
        said->column = 0;
    if (!err && said->list)
        err = bx_desk_decline(till, desk, true, fault);
    if (!err && said->group && !said->order[0])
        err = bx_desk_group(till, desk, -1, fault);
    if (!err && !bx_slug_is_none(&said->origin))
        err = origin_ring(till, desk, &said->origin, fault);
    if (err && desk->undo_at > steps) {
        desk->deal = deal;
        bx_desk_put_back(till, desk, &before, desk->undo_at - steps);
    }
    return err;
}

/* The first line of the product with that letter. */
static int line_of(const struct bx_till *till, const struct bx_basket *basket, char letter)
{
    for (int i = 0; i < basket->count; i++) {
        const struct bx_product *product =
            bx_programme_product(till->programme, &basket->lines[i].product);
        if (product && product->key == letter)
            return i;
    }
    return -2;
}

int bx_said_discounts(struct bx_till *till, struct bx_desk *desk, const struct bx_said *said,
                      int *nth, struct bx_fault *fault)
{
    for (; *nth < said->discount_count; ++*nth) {
        const struct bx_said_discount *one = &said->discounts[*nth];
        struct bx_terms terms = {.line =
                                     one->letter ? line_of(till, &desk->basket, one->letter) : -1,
                                 .permille = one->permille,
                                 .amount = one->amount,
                                 .warrant = {.reason = one->reason}};
        if (terms.line == -2)
            return bx_fault_say(fault, BX_ERR_MISSING, "The basket holds nothing with %c.",
                                one->letter);
        int err = one->price ? bx_desk_price(till, desk, &terms, fault)
                             : bx_desk_discount(till, desk, &terms, fault);
        if (err)
            return err;
    }
    return 0;
}

int bx_said_prepaid(const struct bx_desk *desk, const struct bx_said_part *part, const char **ret,
                    struct bx_fault *fault)
{
    const char *ref = desk->deal.order_ref;
    if (ref[0] == '\0' || desk->deal.prepaid.minor == 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "Only an order can be paid before the visit.");
    if (part->reference[0] && strcmp(part->reference, ref) != 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%.40s is not the order that is paid here.",
                            part->reference);
    *ret = ref;
    return 0;
}

/* --- completion ------------------------------------------------------------------------------- */

struct offers {
    const char *word; /* what is there of it */
    size_t word_len;
    int count;
    size_t common;
    char best[BX_WORDS_PART];
    char *list;
    size_t list_size;
};

static void offer(struct offers *to, const char *before, const char *text)
{
    char whole[BX_WORDS_PART];
    snprintf(whole, sizeof(whole), "%s%s", before, text);
    if (strncmp(whole, to->word, to->word_len) != 0)
        return;
    if (to->count == 0) {
        BX_TEXT_COPY(to->best, whole);
        to->common = strlen(to->best);
    }
    size_t same = 0;
    while (same < to->common && to->best[same] == whole[same])
        same++;
    to->common = same;
    size_t len = strlen(to->list);
    snprintf(to->list + len, to->list_size - len, "%s%s", len > 0 ? " " : "", whole);
    to->count++;
}

static void slots_offer(const struct bx_till *till, struct offers *to)
{
    char time[16];
    for (size_t i = 0; i < till->programme->slot_count; i++) {
        const struct bx_slot *slot = &till->programme->slots[i];
        int minute;
        struct bx_date date;
        if (slot->event != till->counter.event || slot->end.us <= till->turn.utc.us ||
            bx_date_compare(slot->date, till->counter.day) != 0)
            continue;
        bx_utc_civil(slot->start, slot->offset_min, &date, &minute);
        snprintf(time, sizeof(time), "%02d:%02d", minute / 60 % 24, minute % 60);
        offer(to, "", time);
    }
}

static void names_offer(const struct bx_till *till, struct offers *to)
{
    const struct bx_programme *programme = till->programme;
    for (size_t i = 0; i < programme->reason_count; i++)
        if (strcmp(programme->reasons[i].action.s, "discount") == 0)
            offer(to, "discount:", programme->reasons[i].id.s);
        else if (strcmp(programme->reasons[i].action.s, "price") == 0)
            offer(to, "price:", programme->reasons[i].id.s);
    for (size_t i = 0; i < programme->account_count; i++)
        if (!programme->accounts[i].blocked)
            offer(to, "account:", programme->accounts[i].id.s);
    for (size_t i = 0; i < programme->origin_count; i++)
        offer(to, "origin:", programme->origins[i].id.s);
    for (size_t i = 0; till->orders && i < till->orders->count; i++)
        if (!till->orders->orders[i].collected && !till->orders->orders[i].cancelled)
            offer(to, "order:", till->orders->orders[i].ref);
}

int bx_said_complete(const struct bx_till *till, char *text, size_t size, char *list,
                     size_t list_size)
{
    static const char *const words[] = {"cash",      "card",    "voucher:", "account:", "prepaid",
                                        "discount:", "member:", "order:",   "origin:",  "list",
                                        "group",     "over",    "price:",   "round"};
    char *blank = strrchr(text, ' ');
    struct offers to = {.word = blank ? blank + 1 : text, .list = list, .list_size = list_size};
    to.word_len = strlen(to.word);
    list[0] = '\0';
    if (!till->programme || to.word_len == 0)
        return 0;
    if (strchr(to.word, ':'))
        names_offer(till, &to);
    else
        for (size_t i = 0; i < bx_countof(words); i++)
            offer(&to, "", words[i]);
    if (to.word[0] >= '0' && to.word[0] <= '9')
        slots_offer(till, &to);
    size_t start = (size_t)(to.word - text);
    if (to.count > 0 && to.common > to.word_len && start + to.common + 1 < size) {
        memcpy(text + start, to.best, to.common);
        text[start + to.common] = '\0';
    }
    return to.count;
}
