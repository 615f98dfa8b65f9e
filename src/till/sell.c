/* SPDX-License-Identifier: Apache-2.0 */
/* The home screen, and the basket's lines: what lower-case letters, digits and arrows do. */

#include "screens.h"

#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

enum { QUANTITY_DIGITS = 3 };

static bool is_sold(const struct bx_till *till, const struct bx_product *product)
{
    return product->events == 0 || (product->events >> till->counter.event & 1);
}

size_t bx_sell_products(const struct bx_till *till)
{
    size_t count = 0;
    for (size_t i = 0; till->programme && i < till->programme->product_count; i++)
        count += is_sold(till, &till->programme->products[i]);
    return count;
}

const struct bx_product *bx_sell_product(const struct bx_till *till, size_t nth)
{
    nth += till->counter.product_page * BX_SELL_PAGE;
    for (size_t i = 0; till->programme && i < till->programme->product_count; i++)
        if (is_sold(till, &till->programme->products[i]) && nth-- == 0)
            return &till->programme->products[i];
    return NULL;
}

/* Is it for want of places that QUANTITY of PRODUCT was refused? */
static bool is_short(const struct bx_till *till, const struct bx_product *product,
                     const struct bx_slot *slot, int quantity)
{
    if (!slot || quantity < 1 || product->places == 0 || slot->cancelled ||
        bx_slots_is_over(till, slot) ||
        bx_programme_sells(till->programme, product, slot, BX_COUNTER, till->turn.utc, NULL) != 0)
        return false;
    int64_t room = bx_slots_room(till, slot) - bx_basket_places(&till->desk.basket, &slot->pool);
    return (int64_t)product->places * quantity > room;
}

void bx_sell_add(struct bx_till *till, const struct bx_product *product, int quantity, bool asked)
{
    struct bx_counter *counter = &till->counter;
    struct bx_fault fault = {0};
    const struct bx_slot *slot = product->events != 0 ? bx_slots_selected(till) : NULL;
    if (bx_may_act(till, &fault)) {
        bx_counter_fault(till, &fault);
        return;
    }
    if (product->events != 0 && !slot) {
        bx_say(till, BX_TONE_WARN, "%s needs a slot, and the programme has none left.",
               product->name);
        return;
    }
    if (quantity > 0 && product->open_price) {
        bx_sell_open_price(till, product);
        return;
    }
    if (quantity > 0 && !bx_slug_is_none(&product->proof) &&
        !bx_slug_equal(&product->proof, &till->desk.deal.proof)) {
        bx_sell_proof(till, product, quantity);
        return;
    }
    if (!asked && quantity > till->programme->quantity_usual) {
        bx_ask(till, BX_ASK_QUANTITY, "y ring up", "More than usual", "Ring up %d %s?", quantity,
               product->name);
        counter->ask_slug = product->id;
        counter->ask_n = quantity;
        return;
    }
    int err = bx_desk_add(till, &till->desk, product, slot, quantity, &fault);
    if (!err) {
        counter->rung = product->id;
        counter->rung_slot = slot ? slot->id : (struct bx_slug){0};
        counter->rung_quantity = quantity;
        return;
    }
    if (is_short(till, product, slot, quantity))
        bx_counter_short(till, slot, product, quantity);
    else
        bx_counter_fault(till, &fault);
}

/* Undo will not while places are being asked for; what was rung up goes out all the same. */
bool bx_sell_unring(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    struct bx_fault fault = {0};
    int quantity = counter->rung_quantity;
    counter->rung_quantity = 0;
    if (quantity == 0 || !till->programme)
        return false;
    if (bx_desk_undo(till, &till->desk))
        return true;
    const struct bx_product *product = bx_programme_product(till->programme, &counter->rung);
    const struct bx_slot *slot = bx_slug_is_none(&counter->rung_slot)
                                     ? NULL
                                     : bx_programme_slot(till->programme, &counter->rung_slot);
    return product && quantity > 0 &&
           bx_desk_add(till, &till->desk, product, slot, -quantity, &fault) == 0;
}

/* What the digits and the minus before a letter say. */
static void ring_up(struct bx_till *till, const struct bx_product *product)
{
    struct bx_counter *counter = &till->counter;
    int64_t quantity = 1;
    bool minus = counter->minus;
    for (size_t i = 0; i < counter->input_len; i++)
        quantity = (i == 0 ? 0 : quantity * 10) + (counter->input[i] - '0');
    bx_input_clear(till);
    if (quantity == 0)
        bx_say(till, BX_TONE_WARN, "0 %s is nothing.", product->name);
    else
        bx_sell_add(till, product, (int)(minus ? -quantity : quantity), false);
}

static void letter(struct bx_till *till, int key)
{
    const struct bx_product *product =
        till->programme ? bx_programme_by_key(till->programme, (char)key, till->counter.event)
                        : NULL;
    if (product)
        ring_up(till, product);
    else
        bx_say(till, BX_TONE_WARN,
               till->programme ? "No product has the letter %c."
                               : "There is no programme yet; %c sells nothing.",
               (char)key);
}

static void function(struct bx_till *till, int key)
{
    int nth = key - (BX_KEY_F1 + 1);
    const struct bx_product *product =
        nth >= 0 && nth < BX_SELL_PAGE ? bx_sell_product(till, (size_t)nth) : NULL;
    if (product)
        ring_up(till, product);
}

static void take_back(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    if (counter->input_len > 0 || counter->minus)
        bx_input_clear(till);
    else if (till->desk.basket.count > 0)
        bx_desk_line_drop(till, &till->desk, till->desk.basket.count - 1);
}

static void page(struct bx_till *till, int step)
{
    size_t pages = (bx_sell_products(till) + BX_SELL_PAGE - 1) / BX_SELL_PAGE;
    size_t at = till->counter.product_page;
    if (step > 0 && at + 1 < pages)
        till->counter.product_page++;
    else if (step < 0 && at > 0)
        till->counter.product_page--;
}

/* Arrows and the like; false when KEY is none of them. */
static bool steer(struct bx_till *till, int key)
{
    switch (key) {
    case BX_KEY_UP: bx_slots_step(till, -1); return true;
    case BX_KEY_DOWN: bx_slots_step(till, 1); return true;
    case BX_KEY_LEFT: bx_slots_day(till, -1); return true;
    case BX_KEY_RIGHT: bx_slots_day(till, 1); return true;
    case BX_KEY_HOME: bx_slots_default(till); return true;
    case BX_KEY_PAGE_UP: page(till, -1); return true;
    case BX_KEY_PAGE_DOWN: page(till, 1); return true;
    case BX_KEY_BACKSPACE: take_back(till); return true;
    }
    return false;
}

void bx_sell_key(struct bx_till *till, int key)
{
    struct bx_counter *counter = &till->counter;
    if (steer(till, key))
        return;
    if (key >= '0' && key <= '9')
        bx_input_add(till, key, QUANTITY_DIGITS);
    else if (key == '-')
        counter->minus = !counter->minus;
    else if (key >= 'a' && key <= 'z')
        letter(till, key);
    else if (key > BX_KEY_F1 && key <= BX_KEY_F12)
        function(till, key);
    else if (key >= 'A' && key <= 'Z')
        bx_say(till, BX_TONE_WARN, "%c does nothing here. CapsLock? Small letters sell.",
               (char)key);
}

static void clock_ask(struct bx_till *till)
{
    char now[BX_CLOCK_DATE];
    bx_clock_text(till, now);
    bx_ask(
        till, BX_ASK_CLOCK, "y it is", "Date and time",
        "The clock of this machine may be wrong, and the server does not answer. Is it %s? If not, "
        "set it first.",
        now);
}

static void pay_opened(struct bx_till *till)
{
    bx_counter_open(till, BX_SCREEN_PAY);
    if (till->desk.warn[0])
        bx_say(till, BX_TONE_WARN, "%s", till->desk.warn);
    bx_sell_origin(till);
}

static void limit_lifted(struct bx_till *till, bx_origin origin, const struct bx_warrant *warrant,
                         const void *arg)
{
    struct bx_fault fault = {0};
    (void)arg;
    int err = strcmp(warrant->what.s, "exchange") == 0
                  ? bx_exchange_allow(till, &till->desk, warrant, &fault)
                  : bx_desk_allow(till, &till->desk, warrant, &fault);
    if (err)
        bx_refused(till, origin, &fault);
    else
        bx_sell_pay(till);
}

/* Refused for a limit that a supervisor may lift: asks for the word. */
static void pay_refused(struct bx_till *till, struct bx_fault *fault)
{
    struct bx_warrant_ask ask = {.action = "offline", .need = BX_NEED_WORD, .done = limit_lifted};
    bool exchange = strcmp(till->desk.wants.s, "exchange") == 0;
    if (exchange)
        ask.action = "exchange";
    BX_TEXT_COPY(ask.title, exchange ? bx_word("Beyond a limit for giving back")
                                     : bx_word("Beyond a limit for selling offline"));
    BX_TEXT_COPY(ask.text, fault->say);
    if (bx_slug_is_none(&till->desk.wants) || bx_warrant_ask(till, &ask, fault))
        bx_counter_fault(till, fault);
}

void bx_sell_pay(struct bx_till *till)
{
    struct bx_fault fault = {0};
    if (till->desk.basket.count == 0)
        bx_say(till, BX_TONE_PLAIN, "Nothing to pay: a product's letter rings it up.");
    else if (bx_people_user(till) && bx_clock_check(till, &fault))
        clock_ask(till);
    else if (bx_desk_pay_open(till, &till->desk, &fault))
        pay_refused(till, &fault);
    else
        pay_opened(till);
}

void bx_sell_decline(struct bx_till *till)
{
    struct bx_desk *desk = &till->desk;
    struct bx_fault fault = {0};
    char text[BX_MONEY_TEXT];
    bx_money saved = desk->saved;
    if (!desk->deal.declined && saved.minor == 0) {
        bx_say(till, BX_TONE_PLAIN, "These are the list prices.");
        return;
    }
    if (bx_desk_decline(till, desk, !desk->deal.declined, &fault)) {
        bx_counter_fault(till, &fault);
        return;
    }
    if (desk->deal.declined)
        bx_say(till, BX_TONE_WARN, "List prices for this basket, %s more. K takes it back.",
               bx_counter_money(till, saved, text));
    else
        bx_say(till, BX_TONE_GOOD, "The best prices again: %s less.",
               bx_counter_money(till, desk->saved, text));
}

void bx_sell_group(struct bx_till *till)
{
    struct bx_fault fault = {0};
    const struct bx_counter *counter = &till->counter;
    int line = counter->screen == BX_SCREEN_LINES ? (int)counter->selected : -1;
    if (bx_desk_group(till, &till->desk, line, &fault)) {
        bx_counter_fault(till, &fault);
        return;
    }
    bool group = false;
    for (int i = 0; i < till->desk.basket.count; i++)
        group = group || till->desk.basket.lines[i].group;
    bx_say(till, BX_TONE_PLAIN, "%s",
           bx_word(group ? BX_WORD("One ticket for all of them.")
                         : BX_WORD("A ticket for each of them.")));
}

void bx_sell_line_move(struct bx_till *till)
{
    struct bx_fault fault = {0};
    const struct bx_slot *slot = bx_slots_selected(till);
    if (!slot)
        return;
    if (bx_desk_line_move(till, &till->desk, (int)till->counter.selected, slot, &fault))
        bx_counter_fault(till, &fault);
}

void bx_sell_clear(struct bx_till *till)
{
    if (till->desk.basket.count == 0 && till->desk.returns)
        bx_exchange_give_up(till);
    else if (till->desk.basket.count == 0)
        bx_say(till, BX_TONE_PLAIN, "The basket is empty.");
    else if (till->desk.basket.count == 1)
        bx_ask(till, BX_ASK_CLEAR, "y empty it", "Empty the basket",
               "Take the one line out of the basket?");
    else
        bx_ask(till, BX_ASK_CLEAR, "y empty it", "Empty the basket",
               "Take all %d lines out of the basket?", till->desk.basket.count);
}

void bx_lines_drop(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    int count = till->desk.basket.count;
    if (counter->selected < (size_t)count)
        bx_desk_line_drop(till, &till->desk, (int)counter->selected);
    count = till->desk.basket.count;
    if (count == 0)
        bx_counter_back(till);
    else if (counter->selected >= (size_t)count)
        counter->selected = (size_t)count - 1;
}

void bx_lines_key(struct bx_till *till, int key)
{
    struct bx_counter *counter = &till->counter;
    if (key == BX_KEY_UP && counter->selected > 0)
        counter->selected--;
    else if (key == BX_KEY_DOWN && counter->selected + 1 < (size_t)till->desk.basket.count)
        counter->selected++;
    else if (key == BX_KEY_ENTER)
        bx_counter_back(till);
}
