/* SPDX-License-Identifier: Apache-2.0 */
/* Questions over the screen. No is the default: Enter, n and Esc all mean it. Yes is the letter y,
 * which opens no question, so that no key pressed twice answers what it asked. */

#include "screens.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

void bx_ask(struct bx_till *till, enum bx_ask ask, const char *yes, const char *title,
            const char *format, ...)
{
    struct bx_counter *counter = &till->counter;
    char text[sizeof(counter->ask_text) * 2];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), bx_word(format), args);
    va_end(args);
    BX_TEXT_COPY(counter->ask_text, text);
    BX_TEXT_COPY(counter->ask, bx_word(title));
    BX_TEXT_COPY(counter->ask_yes, bx_word(yes));
    counter->asking = ask;
    counter->opened = counter->now;
    bx_input_clear(till);
}

void bx_ask_drop(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    if (counter->asking == BX_ASK_NOTHING)
        return;
    counter->asking = BX_ASK_NOTHING;
    counter->ask[0] = counter->ask_text[0] = counter->ask_yes[0] = '\0';
    bx_input_clear(till);
}

static void yes(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    enum bx_ask asked = counter->asking;
    struct bx_fault fault = {0};
    const struct bx_product *product =
        till->programme ? bx_programme_product(till->programme, &counter->ask_slug) : NULL;
    bx_ask_drop(till);
    switch (asked) {
    case BX_ASK_QUANTITY:
        if (product)
            bx_sell_add(till, product, (int)counter->ask_n, true);
        break;
    case BX_ASK_CLEAR: bx_desk_clear(till, &till->desk); break;
    case BX_ASK_LEAVE_PAY: bx_pay_leave(till, true); break;
    case BX_ASK_CLOSE:
        if (bx_closing_end(till, 0, &fault))
            bx_counter_fault(till, &fault);
        break;
    case BX_ASK_QUIT: bx_effects_add(till->out, BX_EFFECT_QUIT); break;
    case BX_ASK_RECEIVED: bx_pay_cash(till, bx_money_of(counter->ask_n), true); break;
    case BX_ASK_CLOCK:
        bx_clock_confirm(till);
        bx_sell_pay(till);
        break;
    case BX_ASK_REPLACE: bx_lists_replace(till, (size_t)counter->ask_n); break;
    case BX_ASK_NOTHING:
    case BX_ASKS: break;
    }
}

void bx_ask_key(struct bx_till *till, int key)
{
    if (key == 'y')
        yes(till);
    else if (key == BX_KEY_ESC || key == BX_KEY_ENTER || key == 'n' || key == 'N')
        bx_ask_drop(till);
    else
        bx_effects_add(till->out, BX_EFFECT_BELL);
}
