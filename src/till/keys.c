/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the keys that arrive were pressed.
 *
 * A terminal tells neither when a key is let go nor that a scanner typed it, so both are read off
 * the clock:
 *
 * A held key repeats. After a first pause (a quarter to a whole second) it comes back faster than
 * any hand, so the same key within REPEAT_MS is not pressed. The first repeat cannot be told from a
 * second press when it comes; when the next shows what it was, a product rung up by it is taken
 * back, and where nothing can be taken back (money, paper) such a key is held until the next would
 * have come. A key that bounces is the same case with shorter times.
 *
 * A scanner types a code in one burst. `b` is applied at once, on a snapshot. With the `1` after it
 * the burst looks like a code, and from there on keys are held back: until it is one (the snapshot
 * comes back and the scan happens), or cannot be one any more (they are applied in order). A burst
 * that got far before it broke off was a bad scan, and pressing its characters as buttons would be
 * the worst that could be done with it: the snapshot comes back and a sentence says so. Whatever
 * follows a configured prefix is a scan. */

#include "screens.h"

#include <string.h>

#include "boxtill/base/text.h"

enum {
    REPEAT_MS = 95,       /* the Linux console repeats every 92 ms */
    HELD_FROM_MS = 220,   /* the pause before the first repeat: 250 ms on the console, */
    HELD_UNTIL_MS = 1100, /* 1 s at most elsewhere */
    OPENED_MS = 150,
    COMMITTED_MS = 300,
    BURST_MS = 40,
    SUFFIX_MS = 100,
    DIGITS_LEN = 8, /* the shortest bar code of goods; nobody types an amount of it in a burst */
    BROKEN_LEN = 12 /* nobody types so much of a code in one burst */
};

struct bx_counter_saved {
    struct bx_counter counter;
};

static bool within(bx_mono from, bx_mono now, int64_t ms)
{
    return from.ns != 0 && now.ns - from.ns <= ms * BX_MS_NS;
}

/* --- held keys -------------------------------------------------------------------------------- */

/* Keys that buy, pay or print: pressing them twice is never the same as once. */
static bool counts_twice(const struct bx_till *till, int key)
{
    if (bx_counter_is_writing(till, key))
        return false;
    if (till->counter.asking)
        return key == 'y';
    return (key >= 'a' && key <= 'z') || (key >= 'A' && key <= 'Z') || key == BX_KEY_ENTER ||
           key == BX_KEY_DELETE || (key >= BX_KEY_F1 && key <= BX_KEY_F12) ||
           (key == BX_KEY_BACKSPACE && till->counter.input_len == 0);
}

/* Nothing takes back what a key does here. */
static bool is_final(const struct bx_till *till)
{
    enum bx_screen screen = bx_counter_screen(till);
    return screen == BX_SCREEN_PAY || screen == BX_SCREEN_SALE || screen == BX_SCREEN_PAPER ||
           screen == BX_SCREEN_FORM || screen == BX_SCREEN_MENU || till->counter.asking;
}

static bool too_soon(const struct bx_till *till, int key)
{
    const struct bx_counter *counter = &till->counter;
    if (within(counter->committed, counter->now, COMMITTED_MS))
        return true;
    return is_final(till) && key != BX_KEY_BACKSPACE &&
           within(counter->opened, counter->now, OPENED_MS);
}

static void apply(struct bx_till *till, int key, bool maybe_held)
{
    struct bx_counter *counter = &till->counter;
    bx_counter_press(till, key);
    counter->maybe_held = maybe_held;
    counter->held_bought = maybe_held && counter->rung_quantity != 0;
}

static void pending_apply(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    int key = counter->pending_key;
    bx_mono now = counter->now;
    if (key == 0)
        return;
    counter->pending_key = 0;
    counter->now = counter->pending_at;
    apply(till, key, false);
    counter->now = now;
}

/* The same key again, faster than a hand. */
static void repeated(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    if (counter->pending_key == 0 && !counter->maybe_held) {
        if (counter->rung_quantity == 1 && counter->say[0] == '\0' && counter->last_key < 0x80)
            bx_say(till, BX_TONE_PLAIN, "Too fast for a hand: counted once. 2%c is two.",
                   counter->last_key);
        return;
    }
    if (counter->held_bought && bx_sell_unring(till))
        bx_say(till, BX_TONE_PLAIN, "A key held down counts once.");
    counter->pending_key = 0;
    counter->maybe_held = counter->held_bought = false;
}

static void one_key(struct bx_till *till, int key, bx_mono at)
{
    struct bx_counter *counter = &till->counter;
    bx_mono before = counter->last_at;
    bool same = key == counter->last_key;
    counter->now = at;
    counter->last_key = key;
    counter->last_at = at;
    bool guarded = counts_twice(till, key);
    if (guarded && same && within(before, at, REPEAT_MS)) {
        repeated(till);
        return;
    }
    pending_apply(till);
    guarded = counts_twice(till, key);
    if (guarded && too_soon(till, key))
        return;
    bool maybe_held =
        guarded && same && within(before, at, HELD_UNTIL_MS) && !within(before, at, HELD_FROM_MS);
    if (maybe_held && is_final(till)) {
        counter->pending_key = key;
        counter->pending_at = at;
        return;
    }
    apply(till, key, maybe_held);
}

/* --- scans ------------------------------------------------------------------------------------ */

static void snapshot(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    if (!counter->saved)
        counter->saved = bx_new(struct bx_counter_saved);
    counter->saved->counter = *counter;
}

/* As it was before the burst. Lists keep what they hold: no first key of a burst loads one. */
static void restore(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    struct bx_counter_saved *saved = counter->saved;
    (void)bx_sell_unring(till);
    struct bx_counter now = *counter;
    *counter = saved->counter;
    counter->saved = saved;
    counter->rows = now.rows;
    counter->row_count = now.row_count;
    counter->items = now.items;
    counter->item_count = now.item_count;
    counter->item_cap = now.item_cap;
    counter->sale = now.sale;
    counter->form = now.form;
    counter->sheet = now.sheet;
    counter->read_request = now.read_request;
    counter->reading = now.reading;
    counter->burst_len = counter->burst_applied = 0;
    counter->last_key = 0;
    counter->maybe_held = false;
    counter->rung_quantity = 0;
}

static size_t prefix_len(const struct bx_till *till)
{
    return strnlen(till->config.scan_prefix, sizeof(till->config.scan_prefix));
}

static bool is_prefixed(const struct bx_till *till)
{
    size_t len = prefix_len(till);
    const struct bx_counter *counter = &till->counter;
    if (len == 0 || counter->burst_len < len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (counter->burst[i] != (unsigned char)till->config.scan_prefix[i])
            return false;
    return true;
}

static bool is_alnum(int key)
{
    return (key >= '0' && key <= '9') || (key >= 'a' && key <= 'z') || (key >= 'A' && key <= 'Z');
}

/* A ticket's code begins with B1, a voucher's with BV1 or BS1. */
static bool begins_code(const struct bx_counter *counter, int key)
{
    size_t at = counter->burst_len;
    int first = at > 0 ? counter->burst[0] | 0x20 : key | 0x20;
    int second = at > 1 ? counter->burst[1] | 0x20 : key | 0x20;
    bool voucher = second == 'v' || second == 's';
    if (first != 'b')
        return false;
    if (at == 0)
        return true;
    if (at == 1)
        return key == '1' || voucher;
    if (at == 2 && voucher)
        return key == '1';
    return is_alnum(key);
}

/* Could the burst with KEY behind it still be the beginning of a scan? */
static bool fits(const struct bx_till *till, int key)
{
    const struct bx_counter *counter = &till->counter;
    size_t at = counter->burst_len;
    size_t len = prefix_len(till);
    if (at + 1 >= bx_countof(counter->burst))
        return false;
    if (is_prefixed(till))
        return bx_key_is_text(key);
    bool prefix = len > at;
    for (size_t i = 0; prefix && i <= at; i++)
        prefix = (i < at ? counter->burst[i] : key) == (unsigned char)till->config.scan_prefix[i];
    return prefix || begins_code(counter, key);
}

static void burst_text(const struct bx_till *till, size_t from, char *out, size_t *ret_len)
{
    const struct bx_counter *counter = &till->counter;
    size_t len = 0;
    for (size_t i = from; i < counter->burst_len; i++)
        if (counter->burst[i] < 0x80)
            out[len++] = (char)counter->burst[i];
    out[len] = '\0';
    *ret_len = len;
}

static void scanned(struct bx_till *till, bx_mono at)
{
    struct bx_counter *counter = &till->counter;
    char text[bx_countof(counter->burst) + 1];
    size_t len;
    burst_text(till, is_prefixed(till) ? prefix_len(till) : 0, text, &len);
    restore(till);
    counter->now = counter->scanned = at;
    bx_lists_scanned(till, text, len);
}

/* No scan: its keys were pressed, each at about the moment of the last. */
static void burst_end(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    int keys[bx_countof(counter->burst)];
    size_t count = counter->burst_len;
    size_t from = counter->burst_applied;
    if (count == 0)
        return;
    if (count >= BROKEN_LEN || (is_prefixed(till) && count > prefix_len(till))) {
        restore(till);
        bx_say(till, BX_TONE_WARN, "A scan broke off. Scan it again.");
        bx_effects_add(till->out, BX_EFFECT_BELL);
        return;
    }
    memcpy(keys, counter->burst, sizeof(keys));
    counter->burst_len = counter->burst_applied = 0;
    for (size_t i = from; i < count; i++)
        one_key(till, keys[i], counter->burst_at);
}

static bool is_complete(const struct bx_till *till)
{
    char text[bx_countof(till->counter.burst) + 1];
    size_t len;
    burst_text(till, is_prefixed(till) ? prefix_len(till) : 0, text, &len);
    return (len == BX_CODE_LEN && bx_code_has_shape(text, len)) || bx_voucher_has_shape(text, len);
}

/* Takes KEY into the burst; false when it is a key of its own. */
static bool burst_take(struct bx_till *till, int key, bx_mono now)
{
    struct bx_counter *counter = &till->counter;
    bool ends = key == BX_KEY_ENTER || key == BX_KEY_TAB;
    /* Some scanners end with CR and LF: two Enters. */
    if (ends && within(counter->scanned, now, SUFFIX_MS))
        return true;
    if (counter->burst_len > 0 && !fits(till, key)) { /* no code goes on like this */
        bool far = counter->burst_len >= BROKEN_LEN;
        if (ends && is_prefixed(till) && counter->burst_len > prefix_len(till)) {
            scanned(till, now);
            return true;
        }
        burst_end(till);
        if (ends && far)
            return true;
    }
    if (!fits(till, key))
        return false;
    if (counter->burst_len == 0) {
        pending_apply(till);
        counter->rung_quantity = 0;
        snapshot(till);
    }
    counter->burst[counter->burst_len++] = key;
    counter->burst_at = now;
    if (is_complete(till)) {
        scanned(till, now);
        return true;
    }
    if (counter->burst_len > 1 || (key | 0x20) != 'b')
        return true;
    counter->burst_applied = 1;
    return false;
}

/* The digit itself, and, with the first, how many were to be rung up. */
static void digit_keep(struct bx_till *till, int key, size_t before)
{
    struct bx_counter *counter = &till->counter;
    if (before == 0) {
        counter->scan_quantity = 0;
        for (size_t i = 0; counter->screen == BX_SCREEN_SELL && i < counter->input_len &&
                           counter->scan_quantity <= BX_QUANTITY_MAX;
             i++)
            counter->scan_quantity = counter->scan_quantity * 10 + (counter->input[i] - '0');
    }
    if (before + 1 >= sizeof(counter->digit_text))
        return;
    counter->digit_text[before] = (char)key;
    counter->digit_text[before + 1] = '\0';
}

/* A scanner that reads something else (a book's bar code) types digits and Enter, and digits are an
 * amount here or a quantity: the Enter must not take it. */
static bool digits_watch(struct bx_till *till, int key, bx_mono now)
{
    struct bx_counter *counter = &till->counter;
    bool ends = key == BX_KEY_ENTER || key == BX_KEY_TAB;
    bool goes_on = within(counter->digit_at, now, BURST_MS);
    size_t before = goes_on ? counter->digits : 0;
    bool digit = key >= '0' && key <= '9';
    counter->digits = digit ? before + 1 : 0;
    counter->digit_at = now;
    if (digit)
        digit_keep(till, key, before);
    if (!ends || before < DIGITS_LEN || bx_counter_is_writing(till, '0'))
        return false;
    bx_input_clear(till);
    counter->scanned = now;
    if (before < sizeof(counter->digit_text) && !till->desk.tendering && !counter->asking &&
        !bx_form_top(till) && bx_people_user(till) && bx_sell_scanned(till, counter->digit_text))
        return true;
    bx_say(till, BX_TONE_WARN, "That was a scan, and no ticket code: nothing was taken.");
    bx_effects_add(till->out, BX_EFFECT_BELL);
    return true;
}

/* --- the door --------------------------------------------------------------------------------- */

static void flush(struct bx_till *till, bx_mono now)
{
    struct bx_counter *counter = &till->counter;
    if (counter->burst_len > 0 && !within(counter->burst_at, now, BURST_MS))
        burst_end(till);
    if (counter->pending_key != 0 && !within(counter->pending_at, now, REPEAT_MS))
        pending_apply(till);
}

void bx_counter_key(struct bx_till *till, int key)
{
    bx_mono now = till->turn.mono;
    flush(till, now);
    if (!digits_watch(till, key, now) && !burst_take(till, key, now))
        one_key(till, key, now);
}

void bx_counter_tick(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    flush(till, till->turn.mono);
    counter->now = till->turn.mono;
    if (counter->screen == BX_SCREEN_PAY && !till->desk.tendering && !till->desk.committing)
        bx_counter_home(till);
    if (counter->screen == BX_SCREEN_SELL)
        bx_slots_follow(till);
    bx_lists_follow(till);
}

void bx_counter_wake(const struct bx_till *till, bx_mono *wake)
{
    const struct bx_counter *counter = &till->counter;
    bx_mono at = {0};
    if (counter->burst_len > counter->burst_applied)
        at = bx_mono_plus_ms(counter->burst_at, BURST_MS + 1);
    else if (counter->pending_key != 0)
        at = bx_mono_plus_ms(counter->pending_at, REPEAT_MS + 1);
    if (at.ns != 0 && at.ns < wake->ns)
        *wake = at;
}

bool bx_counter_is_idle(const struct bx_till *till)
{
    return till->counter.burst_len == till->counter.burst_applied && till->counter.pending_key == 0;
}
