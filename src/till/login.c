/* SPDX-License-Identifier: Apache-2.0 */
/* Who is at the counter: number, then PIN. */

#include "screens.h"

#include "boxtill/base/crypto.h"
#include "boxtill/base/text.h"

enum { NUMBER_DIGITS = 4, PIN_DIGITS = 12, NUMBER_MAX = 9999 };

/* A locked till knows whose PIN it waits for; Esc lets another one in. */
void bx_login_open(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    const struct bx_people *people = &till->people;
    bx_input_clear(till);
    counter->login_stage = people->locked && people->user > 0 ? 1 : 0;
    counter->login_number = counter->login_stage == 1 ? people->user : 0;
}

static void number_take(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    int64_t number;
    if (bx_text_number(counter->input, counter->input_len, NUMBER_MAX, &number) || number == 0) {
        bx_say(till, BX_TONE_WARN, "Your number, then Enter.");
        bx_input_clear(till);
        return;
    }
    counter->login_number = number;
    counter->login_stage = 1;
    bx_input_clear(till);
}

static void pin_take(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    struct bx_fault fault = {0};
    char pin[PIN_DIGITS + 1];
    BX_TEXT_COPY(pin, counter->input);
    bx_input_clear(till);
    if (bx_people_login(till, 0, counter->login_number, pin, &fault)) {
        bx_login_open(till);
        bx_counter_fault(till, &fault);
    }
    bx_wipe(pin, sizeof(pin));
}

void bx_login_key(struct bx_till *till, int key)
{
    struct bx_counter *counter = &till->counter;
    if (till->people.pin_request != 0) {
        bx_say(till, BX_TONE_PLAIN, "The PIN is being checked.");
        return;
    }
    if (key >= '0' && key <= '9')
        bx_input_add(till, key, counter->login_stage == 0 ? NUMBER_DIGITS : PIN_DIGITS);
    else if (key == BX_KEY_BACKSPACE)
        bx_input_drop(till);
    else if (key == BX_KEY_ENTER && counter->input_len > 0)
        (counter->login_stage == 0 ? number_take : pin_take)(till);
}
