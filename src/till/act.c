/* SPDX-License-Identifier: Apache-2.0 */
/* From a key to what it does: a question first, then the text a screen is writing, then the table
 * of actions, then the screen's own keys. */

#include "screens.h"

#include <stdio.h>
#include <string.h>

static void lists_open_find(struct bx_till *till)
{
    bx_lists_open(till, BX_SCREEN_FIND);
}

static void lists_open_paper(struct bx_till *till)
{
    bx_lists_open(till, BX_SCREEN_PAPER);
}

static void lists_open_queue(struct bx_till *till)
{
    bx_lists_open(till, BX_SCREEN_QUEUE);
}

static void lines_open(struct bx_till *till)
{
    if (till->desk.basket.count == 0)
        bx_say(till, BX_TONE_PLAIN, "The basket is empty.");
    else
        bx_counter_open(till, BX_SCREEN_LINES);
}

static void day_next(struct bx_till *till)
{
    bx_slots_day(till, 1);
}

static void keys_open(struct bx_till *till)
{
    bx_counter_open(till, BX_SCREEN_KEYS);
}

static void line_open(struct bx_till *till)
{
    bx_counter_open(till, BX_SCREEN_LINE);
}

static void lock(struct bx_till *till)
{
    bx_people_lock(till);
}

static void drawer(struct bx_till *till)
{
    struct bx_fault fault = {0};
    if (bx_move(till, 0, &(struct bx_move){.kind = BX_KIND_NO_SALE}, &fault))
        bx_counter_fault(till, &fault);
}

static void logout(struct bx_till *till)
{
    bx_people_logout(till, 0);
}

static void quit(struct bx_till *till)
{
    bx_ask(till, BX_ASK_QUIT, "y leave", "Leave Boxtill",
           "Basket and queue stay. Nothing is sold or sent here until the till is started again.");
}

static void undo(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    if (bx_desk_undo(till, &till->desk))
        counter->selected = 0;
    else
        bx_say(till, BX_TONE_PLAIN,
               till->desk.waiting > 0 ? "Places are being asked for: one moment."
                                      : "Nothing to undo.");
    if (counter->screen == BX_SCREEN_LINES && till->desk.basket.count == 0)
        bx_counter_back(till);
}

static void redo(struct bx_till *till)
{
    if (!bx_desk_redo(till, &till->desk))
        bx_say(till, BX_TONE_PLAIN, "Nothing to redo.");
}

static void try_now(struct bx_till *till)
{
    if (till->link.forced) {
        bx_say(till, BX_TONE_WARN, "Offline by choice: O goes online again.");
        return;
    }
    bx_attempts_again(till);
    bx_say(till, BX_TONE_PLAIN, "Asking the server now.");
}

static void offline(struct bx_till *till)
{
    bool forced = !till->link.forced;
    bx_link_force(till, forced);
    bx_say(till, forced ? BX_TONE_WARN : BX_TONE_PLAIN,
           forced ? "Offline by choice. Sales stay in the queue; O goes online again."
                  : "Online again as soon as the server answers.");
}

static void quick_1(struct bx_till *till)
{
    bx_pay_quick(till, 0);
}

static void quick_2(struct bx_till *till)
{
    bx_pay_quick(till, 1);
}

static void quick_3(struct bx_till *till)
{
    bx_pay_quick(till, 2);
}

static void reprint(struct bx_till *till)
{
    bx_lists_document(till, BX_ACTION_REPRINT);
}

static void replace(struct bx_till *till)
{
    bx_lists_document(till, BX_ACTION_REPLACE);
}

static void in_hand(struct bx_till *till)
{
    bx_lists_document(till, BX_ACTION_IN_HAND);
}

static void receipt(struct bx_till *till)
{
    bx_lists_document(till, BX_ACTION_RECEIPT);
}

static void choose(struct bx_till *till)
{
    switch ((int)till->counter.screen) {
    case BX_SCREEN_PALETTE: bx_palette_run(till); break;
    case BX_SCREEN_LINE: bx_line_run(till); break;
    case BX_SCREEN_FIND: bx_lists_choose(till); break;
    case BX_SCREEN_QUEUE: bx_attention_open(till); break;
    }
}

/* What Esc on the bottom still takes away: what is typed. */
static void back(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    enum bx_screen screen = bx_counter_screen(till);
    if (screen == BX_SCREEN_LOGIN) {
        if (counter->login_stage == 1) {
            counter->login_stage = 0;
            counter->login_number = 0;
        }
        bx_input_clear(till);
    } else if (screen == BX_SCREEN_PAY) {
        bx_pay_leave(till, false);
    } else if (screen == BX_SCREEN_FORM) {
        bx_form_back(till);
    } else if (screen == BX_SCREEN_SELL && (counter->input_len > 0 || counter->minus)) {
        bx_input_clear(till);
    } else {
        bx_counter_back(till);
    }
}

static void (*const runs[BX_ACTIONS])(struct bx_till *) = {
    [BX_ACTION_PAY] = bx_sell_pay,
    [BX_ACTION_CASH_EXACT] = bx_pay_enter,
    [BX_ACTION_CARD] = bx_pay_card,
    [BX_ACTION_VOUCHER] = bx_pay_by_voucher,
    [BX_ACTION_ACCOUNT] = bx_pay_to_account,
    [BX_ACTION_INVOICE] = bx_pay_invoice,
    [BX_ACTION_ROUND_UP] = bx_pay_round,
    [BX_ACTION_LATER] = bx_pay_later,
    [BX_ACTION_DISCOUNT] = bx_sell_discount,
    [BX_ACTION_PRICE] = bx_sell_price,
    [BX_ACTION_GROUP] = bx_sell_group,
    [BX_ACTION_LIST_PRICE] = bx_sell_decline,
    [BX_ACTION_MEMBER] = bx_sell_member,
    [BX_ACTION_PARK] = bx_sell_park,
    [BX_ACTION_OVER] = bx_sell_over,
    [BX_ACTION_MOVE] = bx_sell_line_move,
    [BX_ACTION_ARRIVALS] = bx_arrivals_open,
    [BX_ACTION_NEXT_SLOT] = bx_slots_next,
    [BX_ACTION_DAY] = day_next,
    [BX_ACTION_EVENT] = bx_slots_event,
    [BX_ACTION_FIND] = lists_open_find,
    [BX_ACTION_PAPER] = lists_open_paper,
    [BX_ACTION_LINES] = lines_open,
    [BX_ACTION_QUEUE] = lists_open_queue,
    [BX_ACTION_LOCK] = lock,
    [BX_ACTION_SHIFT] = bx_shift_menu,
    [BX_ACTION_DRAWER] = drawer,
    [BX_ACTION_UNDO] = undo,
    [BX_ACTION_REDO] = redo,
    [BX_ACTION_PALETTE] = bx_palette_open,
    [BX_ACTION_KEYS] = keys_open,
    [BX_ACTION_LINE] = line_open,
    [BX_ACTION_SYNC] = try_now,
    [BX_ACTION_OFFLINE] = offline,
    [BX_ACTION_SETTLE] = bx_attention_settle,
    [BX_ACTION_REPRINT] = reprint,
    [BX_ACTION_REPLACE] = replace,
    [BX_ACTION_IN_HAND] = in_hand,
    [BX_ACTION_RECEIPT] = receipt,
    [BX_ACTION_CLEAR] = bx_sell_clear,
    [BX_ACTION_QUICK_1] = quick_1,
    [BX_ACTION_QUICK_2] = quick_2,
    [BX_ACTION_QUICK_3] = quick_3,
    [BX_ACTION_DROP] = bx_lines_drop,
    [BX_ACTION_CHOOSE] = choose,
    [BX_ACTION_LOGOUT] = logout,
    [BX_ACTION_QUIT] = quit,
    [BX_ACTION_BACK] = back,
    [BX_ACTION_SCOPE] = bx_find_scope,
    [BX_ACTION_VOID] = bx_correct_void,
    [BX_ACTION_REFUND] = bx_correct_refund,
    [BX_ACTION_EXCHANGE] = bx_correct_exchange,
    [BX_ACTION_TENDER] = bx_correct_tender,
    [BX_ACTION_SLOT_BACK] = bx_correct_slot,
    [BX_ACTION_GIVE] = bx_gift_give,
    [BX_ACTION_TAKE] = bx_gift_take,
    [BX_ACTION_BILL] = bx_correct_invoice,
    [BX_ACTION_DISPUTE] = bx_correct_dispute,
    [BX_ACTION_REPORTS] = bx_summary_menu,
    [BX_ACTION_CLOSINGS] = bx_office_closings,
    [BX_ACTION_POSTING] = bx_office_posting,
    [BX_ACTION_PERSONS] = bx_office_persons,
    [BX_ACTION_ARCHIVE] = bx_office_archive,
};

/* An auditor looks at everything and changes nothing. */
static bool auditor_refuses(struct bx_till *till, enum bx_action action)
{
    const struct bx_user *user = bx_people_user(till);
    const struct bx_action_row *row = bx_action_row(action);
    if (!user || user->role != BX_ROLE_AUDITOR || (row && row->looks))
        return false;
    bx_say(till, BX_TONE_WARN, "An auditor looks, and changes nothing.");
    return true;
}

void bx_counter_act(struct bx_till *till, enum bx_action action)
{
    if (runs[action] && !auditor_refuses(till, action))
        runs[action](till);
}

static void keys_key(struct bx_till *till, int key)
{
    struct bx_counter *counter = &till->counter;
    if (key == BX_KEY_DOWN || key == BX_KEY_PAGE_DOWN)
        counter->first += counter->first + 1 < bx_action_count;
    else if ((key == BX_KEY_UP || key == BX_KEY_PAGE_UP) && counter->first > 0)
        counter->first--;
    else if (key == BX_KEY_ENTER || key == ' ')
        bx_counter_back(till);
}

static void stop_key(struct bx_till *till, int key)
{
    (void)key;
    bx_say(till, BX_TONE_BAD, "Selling is stopped until the last sale is found or known lost.");
}

/* CHANGE is gone before its key gets here; what is left has nothing to press. */
static void no_key(struct bx_till *till, int key)
{
    (void)till;
    (void)key;
}

static void (*const screen_keys[BX_SCREENS])(struct bx_till *, int) = {
    [BX_SCREEN_LOGIN] = bx_login_key, [BX_SCREEN_SELL] = bx_sell_key,
    [BX_SCREEN_PAY] = bx_pay_key,     [BX_SCREEN_CHANGE] = no_key,
    [BX_SCREEN_LINES] = bx_lines_key, [BX_SCREEN_FIND] = bx_lists_key,
    [BX_SCREEN_SALE] = bx_lists_key,  [BX_SCREEN_PAPER] = bx_lists_key,
    [BX_SCREEN_QUEUE] = bx_lists_key, [BX_SCREEN_PALETTE] = bx_palette_key,
    [BX_SCREEN_KEYS] = keys_key,      [BX_SCREEN_LINE] = bx_line_key,
    [BX_SCREEN_STOP] = stop_key,      [BX_SCREEN_FORM] = bx_form_key,
    [BX_SCREEN_MENU] = bx_menu_key,   [BX_SCREEN_TEXT] = bx_text_key,
};

bool bx_counter_is_writing(const struct bx_till *till, int key)
{
    enum bx_screen screen = bx_counter_screen(till);
    if (!bx_key_is_text(key))
        return false;
    if (till->counter.asking)
        return false;
    /* A capital that opens something does so only before the first character. */
    if (screen == BX_SCREEN_FIND)
        return till->counter.input_len > 0 || bx_action_of_key(screen, key) == BX_ACTION_NONE;
    return screen == BX_SCREEN_PALETTE || screen == BX_SCREEN_LINE || screen == BX_SCREEN_FORM ||
           (screen == BX_SCREEN_LOGIN && bx_action_of_key(screen, key) == BX_ACTION_NONE);
}

/* Digits wait for their product: an action in between would be a slip of the finger. */
static bool digits_refuse(struct bx_till *till, enum bx_action action)
{
    const struct bx_counter *counter = &till->counter;
    if (counter->screen != BX_SCREEN_SELL || (counter->input_len == 0 && !counter->minus) ||
        action == BX_ACTION_BACK)
        return false;
    bx_say(till, BX_TONE_WARN, "%s%s is waiting for a product; Esc drops it.",
           counter->minus ? "-" : "", counter->input);
    return true;
}

/* CapsLock cannot be asked for in a terminal, but a capital that does nothing gives it away, until
 * the next small letter. */
static void caps_watch(struct bx_till *till, int key, bool does_something)
{
    if (key >= 'a' && key <= 'z')
        till->counter.caps = false;
    else if (key >= 'A' && key <= 'Z' && !does_something)
        till->counter.caps = true;
}

/* A key after one that waits for the sale on SALE to be read is meant for what that one opens, and
 * would be another here. Esc gives up, and L locks. */
static bool early_keep(struct bx_till *till, int key)
{
    struct bx_counter *counter = &till->counter;
    enum bx_action action = bx_action_of_key(BX_SCREEN_SALE, key);
    if (!counter->then || counter->asking || bx_counter_screen(till) != BX_SCREEN_SALE ||
        !counter->sale)
        return false;
    if (action == BX_ACTION_BACK || action == BX_ACTION_LOCK) {
        counter->then = BX_ACTION_NONE;
        return false;
    }
    if (counter->early_count < bx_countof(counter->early))
        counter->early[counter->early_count++] = key;
    else
        bx_effects_add(till->out, BX_EFFECT_BELL);
    return true;
}

void bx_counter_early(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    int keys[bx_countof(counter->early)];
    size_t count = counter->early_count;
    memcpy(keys, counter->early, sizeof(keys));
    counter->early_count = 0;
    for (size_t i = 0; i < count && (counter->screen == BX_SCREEN_FORM || counter->asking); i++)
        bx_counter_press(till, keys[i]);
}

void bx_counter_press(struct bx_till *till, int key)
{
    struct bx_counter *counter = &till->counter;
    if (early_keep(till, key))
        return;
    counter->say[0] = '\0';
    counter->rung_quantity = 0;
    if (counter->asking) {
        bx_ask_key(till, key);
        return;
    }
    enum bx_screen screen = bx_counter_screen(till);
    if (screen == BX_SCREEN_CHANGE) {
        bx_counter_home(till);
        screen = BX_SCREEN_SELL;
        if (bx_invoice_due(till))
            return;
        if (key == BX_KEY_ENTER || key == BX_KEY_ESC)
            return;
    }
    if (screen != BX_SCREEN_LOGIN)
        bx_slots_follow(till);
    enum bx_action action = bx_action_of_key(screen, key);
    if (bx_counter_is_writing(till, key)) {
        screen_keys[screen](till, key);
        return;
    }
    caps_watch(till, key, action != BX_ACTION_NONE);
    if (key != 'N' && action != BX_ACTION_OVER)
        counter->wish_quantity = 0;
    if (action == BX_ACTION_NONE)
        screen_keys[screen](till, key);
    else if (!digits_refuse(till, action))
        bx_counter_act(till, action);
}
