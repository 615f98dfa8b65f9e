/* SPDX-License-Identifier: Apache-2.0 */
/* The screen's state: which screen, over which others, with what typed and what said.
 *
 * Screens lie on each other like paper. SELL is at the bottom and Esc takes the top one away. STOP
 * and LOGIN are not in the pile: they lie over it for as long as the till is stopped or nobody is
 * at work, so that whatever was open is still there afterwards, the half-paid basket included.
 *
 * The engine owns every fact (basket, tenders, queue). What is kept here is only what a person
 * looks at and types. */

#include "screens.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

void bx_counter_init(struct bx_till *till)
{
    till->counter = (struct bx_counter){.screen = BX_SCREEN_SELL, .login_stage = 0};
}

void bx_counter_finish(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    bx_lists_forget(till);
    bx_form_forget(till);
    bx_text_forget(till);
    bx_free(counter->items);
    counter->items = NULL;
    counter->saved = bx_free(counter->saved);
}

void bx_say(struct bx_till *till, enum bx_tone tone, const char *format, ...)
{
    struct bx_counter *counter = &till->counter;
    char text[sizeof(counter->say) * 2];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), bx_word(format), args);
    va_end(args);
    bx_text_copy(counter->say, sizeof(counter->say), text);
    counter->say_tone = tone;
}

void bx_counter_fault(struct bx_till *till, const struct bx_fault *fault)
{
    bx_say(till,
           fault->err == BX_ERR_REFUSED || fault->err == BX_ERR_MISSING ? BX_TONE_WARN
                                                                        : BX_TONE_BAD,
           "%s", bx_word(fault->say));
}

const char *bx_counter_money(const struct bx_till *till, bx_money amount, char out[BX_MONEY_TEXT])
{
    return bx_money_format(amount, till->programme ? till->programme->exponent : 2, out);
}

/* --- screens -------------------------------------------------------------------------------- */

enum bx_screen bx_counter_screen(const struct bx_till *till)
{
    const struct bx_counter *counter = &till->counter;
    bool lies_over = counter->screen == BX_SCREEN_PALETTE || counter->screen == BX_SCREEN_KEYS;
    enum bx_screen seen = counter->screen;
    if (counter->stopped)
        seen = BX_SCREEN_STOP;
    else if (!bx_people_user(till))
        seen = BX_SCREEN_LOGIN;
    return lies_over && counter->base == seen ? counter->screen : seen;
}

static void show(struct bx_till *till, enum bx_screen screen)
{
    struct bx_counter *counter = &till->counter;
    bx_ask_drop(till);
    counter->screen = screen;
    counter->opened = counter->now;
    counter->selected = counter->first = 0;
    bx_input_clear(till);
}

void bx_counter_open(struct bx_till *till, enum bx_screen screen)
{
    struct bx_counter *counter = &till->counter;
    enum bx_screen now = counter->screen == BX_SCREEN_CHANGE ? BX_SCREEN_SELL : counter->screen;
    bool below = now == screen;
    counter->base = bx_counter_screen(till);
    for (int i = 0; i < counter->depth && !below; i++) {
        below = counter->under[i] == screen;
        if (below)
            counter->depth = i;
    }
    if (!below && counter->depth < BX_SCREENS) {
        /* What is typed goes, and with it the filter that `selected` counts in. */
        counter->kept[counter->depth] = counter->input_len > 0 ? 0 : counter->selected;
        counter->under[counter->depth++] = now;
    }
    show(till, screen);
}

bool bx_counter_back(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    if (counter->depth == 0) {
        if (counter->screen == BX_SCREEN_SELL)
            return false;
        show(till, BX_SCREEN_SELL);
        return true;
    }
    bool lay_over = counter->screen == BX_SCREEN_PALETTE || counter->screen == BX_SCREEN_KEYS;
    show(till, counter->under[--counter->depth]);
    counter->selected = counter->kept[counter->depth];
    if (!lay_over)
        bx_lists_load(till, counter->screen);
    return true;
}

void bx_counter_home(struct bx_till *till)
{
    till->counter.depth = 0;
    bx_form_forget(till);
    show(till, BX_SCREEN_SELL);
}

/* --- what is typed -------------------------------------------------------------------------- */

void bx_input_clear(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    memset(counter->input, 0, sizeof(counter->input));
    counter->input_len = 0;
    counter->minus = false;
}

bool bx_key_is_text(int key)
{
    return key >= ' ' && key != 0x7f && !(key >= 0x80 && key < 0xa0) && key < BX_KEY_ENTER;
}

void bx_input_add(struct bx_till *till, int key, size_t columns)
{
    struct bx_counter *counter = &till->counter;
    char bytes[4], washed[8];
    if (!bx_key_is_text(key))
        return;
    size_t len = bx_text_encode((uint32_t)key, bytes);
    /* What washing would drop must not get in by the keyboard either; a blank is what it trims. */
    if (key != ' ' && bx_text_wash(bytes, len, 2, washed, sizeof(washed)))
        return;
    if (counter->input_len + len >= sizeof(counter->input) ||
        bx_text_columns(counter->input) >= columns)
        return;
    memcpy(counter->input + counter->input_len, bytes, len);
    counter->input_len += len;
    counter->input[counter->input_len] = '\0';
}

bool bx_input_drop(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    if (counter->input_len == 0)
        return false;
    do
        counter->input_len--;
    while (counter->input_len > 0 &&
           ((unsigned char)counter->input[counter->input_len] & 0xc0) == 0x80);
    counter->input[counter->input_len] = '\0';
    return true;
}

/* --- what the engine tells ------------------------------------------------------------------ */

void bx_counter_start(struct bx_till *till)
{
    till->counter.now = till->turn.mono;
    bx_counter_programme(till);
    bx_login_open(till);
    if (till->desk.basket.count > 0)
        bx_say(till, BX_TONE_WARN, "The basket of before is still here.");
    bx_lists_read(till, BX_READING_LAST, BX_QUERY_SALES, 0, BX_VIEW_LASTS, "");
}

void bx_counter_last(struct bx_counter_last *ret, const struct bx_entry_head *head,
                     const struct bx_sale *sale)
{
    *ret = (struct bx_counter_last){.seq = head->seq,
                                    .at = head->at,
                                    .total = bx_sale_due(sale),
                                    .tickets = sale->ticket_count};
    BX_TEXT_COPY(ret->number, head->number);
    for (int i = 0; i < sale->tender_count; i++) {
        ret->received.minor += sale->tenders[i].received.minor;
        ret->change.minor += sale->tenders[i].change.minor;
    }
}

/* More change than there was in the drawer has to come from somewhere. How much there was is not
 * said: the count at the closing is blind. */
static void change_check(struct bx_till *till, const struct bx_sale *sale)
{
    bx_money before = bx_drawer_holds(till, sale->drawer);
    int64_t change = 0;
    for (int i = 0; i < sale->tender_count; i++) {
        change += sale->tenders[i].change.minor;
        if (sale->tenders[i].kind == BX_TENDER_CASH)
            before.minor -= sale->tenders[i].amount.minor;
    }
    if (change > 0 && change > before.minor && !sale->training)
        bx_say(till, BX_TONE_WARN, "This is more change than the drawer should hold.");
}

void bx_counter_sold(struct bx_till *till, const struct bx_entry_head *head,
                     const struct bx_sale *sale)
{
    struct bx_counter *counter = &till->counter;
    char text[BX_MONEY_TEXT];
    memmove(&counter->last[1], &counter->last[0], (BX_VIEW_LASTS - 1) * sizeof(counter->last[0]));
    bx_counter_last(&counter->last[0], head, sale);
    if (counter->last_count < BX_VIEW_LASTS)
        counter->last_count++;
    /* A sale found again after the start is no reason to show its change. */
    if (counter->reading == BX_READING_LAST && counter->read_request != 0)
        counter->read_request = 0;
    counter->now = till->turn.mono;
    bx_counter_home(till);
    counter->screen = BX_SCREEN_CHANGE;
    counter->committed = till->turn.mono;
    counter->wish_quantity = 0;
    counter->say[0] = '\0';
    if (counter->lapsed.minor > 0)
        bx_say(till, BX_TONE_WARN, "%s of the voucher lapses: it is good for one sale.",
               bx_counter_money(till, counter->lapsed, text));
    counter->lapsed = (bx_money){0};
    change_check(till, sale);
    bx_slots_default(till);
}

void bx_counter_unsold(struct bx_till *till, const struct bx_fault *fault)
{
    if (!till->desk.tendering && till->counter.screen == BX_SCREEN_PAY)
        bx_counter_home(till);
    bx_counter_fault(till, fault);
}

void bx_counter_fresh(struct bx_till *till)
{
    till->counter.now = till->turn.mono;
    bx_counter_home(till);
}

void bx_counter_stopped(struct bx_till *till, bool stopped)
{
    struct bx_counter *counter = &till->counter;
    if (counter->stopped == stopped)
        return;
    counter->stopped = stopped;
    counter->pending_key = 0;
    counter->opened = till->turn.mono;
    bx_ask_drop(till);
    if (stopped)
        bx_input_clear(till);
}

void bx_counter_logged_in(struct bx_till *till, const struct bx_fault *fault)
{
    struct bx_counter *counter = &till->counter;
    if (fault) {
        bx_login_open(till);
        bx_counter_fault(till, fault);
        return;
    }
    counter->now = counter->opened = till->turn.mono;
    counter->login_stage = 0;
    bx_input_clear(till);
    /* An open payment can only be left from its own screen, whatever lay over it. */
    bool leads = till->desk.tendering && counter->screen != BX_SCREEN_PAY;
    if (!till->desk.tendering || leads)
        bx_counter_home(till);
    if (leads)
        bx_counter_open(till, BX_SCREEN_PAY);
    const struct bx_user *user = bx_people_user(till);
    if (till->desk.basket.count > 0)
        bx_say(till, BX_TONE_PLAIN, "Welcome %s. The basket of before is still here.",
               user ? user->name : "");
    else
        bx_say(till, BX_TONE_PLAIN, "Welcome %s.", user ? user->name : "");
    bx_exchange_broken(till);
    bx_slots_follow(till);
    bool works = user && user->role != BX_ROLE_AUDITOR && !till->desk.tendering;
    if (works && (till->shift == 0 || bx_till_drawer(till) == 0))
        bx_float_form(till);
}

void bx_counter_left(struct bx_till *till)
{
    till->counter.now = till->turn.mono;
    till->counter.pending_key = 0;
    bx_counter_home(till);
    bx_login_open(till);
}

void bx_counter_programme(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    const struct bx_programme *programme = till->programme;
    counter->wish_quantity = 0;
    if (!programme || programme->event_count == 0)
        return;
    size_t event = 0;
    while (event < programme->event_count &&
           !bx_slug_equal(&programme->events[event].id, &counter->event_id))
        event++;
    if (event == programme->event_count) {
        event = 0;
        counter->slot = (struct bx_slug){0};
    }
    counter->event = (int)event;
    counter->event_id = programme->events[event].id;
    counter->product_page = 0;
    const struct bx_slot *slot = bx_programme_slot(programme, &counter->slot);
    if (slot && slot->event == counter->event && !bx_slots_is_over(till, slot))
        bx_slots_select(till, slot);
    else
        bx_slots_default(till);
}
