/* SPDX-License-Identifier: Apache-2.0 */
/* The palette: all that can be done on the screen it lies over, narrowed down by what is typed. The
 * letters need only stand in order, so "nsl" finds "Next slot"; what begins a word comes first. */

#include "screens.h"

#include <string.h>

#include "boxtill/base/words.h"

enum { PATTERN_COLUMNS = 30 };

enum bx_screen bx_palette_under(const struct bx_till *till)
{
    const struct bx_counter *counter = &till->counter;
    bool over = counter->screen == BX_SCREEN_PALETTE || counter->screen == BX_SCREEN_KEYS ||
                counter->screen == BX_SCREEN_LINE || counter->screen == BX_SCREEN_FORM;
    return over ? counter->base : bx_counter_screen(till);
}

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool begins(const char *text, const char *pattern)
{
    while (*pattern && small(*text) == small(*pattern))
        text++, pattern++;
    return *pattern == '\0';
}

/* Where PATTERN stands in TEXT: 3 at a word's beginning, 2 inside one, 0 nowhere. */
static int stands(const char *text, const char *pattern)
{
    int best = 0;
    for (const char *at = text; *at; at++) {
        bool word = at == text || at[-1] == ' ' || at[-1] == '(';
        if (begins(at, pattern) && best < (word ? 3 : 2))
            best = word ? 3 : 2;
    }
    return best;
}

static bool in_order(const char *text, const char *pattern)
{
    for (; *pattern; pattern++) {
        while (*text && small(*text) != small(*pattern))
            text++;
        if (*text == '\0')
            return false;
        text++;
    }
    return true;
}

/* 0: no match. */
static int score(const struct bx_action_row *row, const char *pattern)
{
    if (pattern[0] == '\0')
        return 1;
    if (strcmp(row->keys, pattern) == 0)
        return 9;
    int name = stands(bx_word(row->name), pattern);
    if (name > 0)
        return 5 + name;
    if (in_order(bx_word(row->name), pattern))
        return 5;
    return stands(bx_word(row->help), pattern);
}

static bool is_listed(const struct bx_action_row *row, enum bx_screen under)
{
    bool at_home = under == BX_SCREEN_SELL && row->action == BX_ACTION_BACK;
    return (row->screens >> under & 1) && row->action != BX_ACTION_PALETTE && !at_home &&
           row->action != BX_ACTION_CHOOSE;
}

static void narrow(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    int scores[BX_ACTIONS];
    counter->palette_count = 0;
    counter->selected = 0;
    for (size_t i = 0; i < bx_action_count; i++) {
        const struct bx_action_row *row = &bx_action_rows[i];
        int points = is_listed(row, counter->base) ? score(row, counter->input) : 0;
        if (points == 0 || counter->palette_count == BX_ACTIONS)
            continue;
        size_t at = counter->palette_count++;
        for (; at > 0 && scores[at - 1] < points; at--) {
            scores[at] = scores[at - 1];
            counter->palette[at] = counter->palette[at - 1];
        }
        scores[at] = points;
        counter->palette[at] = (int)i;
    }
}

void bx_palette_open(struct bx_till *till)
{
    bx_counter_open(till, BX_SCREEN_PALETTE);
    narrow(till);
}

void bx_palette_run(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    if (counter->selected >= counter->palette_count) {
        bx_say(till, BX_TONE_PLAIN, "Nothing matches.");
        return;
    }
    enum bx_action action = bx_action_rows[counter->palette[counter->selected]].action;
    bx_counter_back(till);
    bx_counter_act(till, action);
}

void bx_palette_key(struct bx_till *till, int key)
{
    struct bx_counter *counter = &till->counter;
    if (key == BX_KEY_UP || key == BX_KEY_DOWN) {
        if (key == BX_KEY_UP && counter->selected > 0)
            counter->selected--;
        else if (key == BX_KEY_DOWN && counter->selected + 1 < counter->palette_count)
            counter->selected++;
    } else if (key == BX_KEY_BACKSPACE) {
        if (bx_input_drop(till))
            narrow(till);
        else
            bx_counter_back(till);
    } else if (bx_key_is_text(key)) {
        bx_input_add(till, key, PATTERN_COLUMNS);
        narrow(till);
    }
}
