/* SPDX-License-Identifier: Apache-2.0 */
/* The expert's line: a whole sale as text, `2a1c 14:30 cash 60.00`. It is read to its end before
 * anything of it happens, and a product that is refused takes back those rung up before it. */

#include "screens.h"

#include <string.h>

#include "boxtill/base/text.h"

enum { LINE_COLUMNS = 60, LINE_ITEMS = 20 };

struct line {
    struct {
        int quantity;
        char key;
    } items[LINE_ITEMS];
    int count;
    int minute; /* after midnight; -1: the chosen slot */
    bool pays, has_amount;
    enum bx_tender_kind kind;
    bx_money amount;
    const char *reference;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "2a1c", "-a"; false when it is something else. */
static bool items_read(const char *word, struct line *line)
{
    while (*word) {
        bool minus = *word == '-';
        int quantity = 0;
        word += minus;
        bool counted = is_digit(*word);
        for (; is_digit(*word) && quantity <= BX_QUANTITY_MAX; word++)
            quantity = quantity * 10 + (*word - '0');
        if (*word < 'a' || *word > 'z' || line->count == LINE_ITEMS || quantity > BX_QUANTITY_MAX ||
            (counted && quantity == 0))
            return false;
        line->items[line->count].quantity = (counted ? quantity : 1) * (minus ? -1 : 1);
        line->items[line->count++].key = *word++;
    }
    return true;
}

/* "9:30", "14:30". */
static bool time_read(const char *word, struct line *line)
{
    const char *colon = strchr(word, ':');
    int64_t hour, minute;
    if (!colon || strlen(colon + 1) != 2 || colon == word || colon - word > 2 ||
        !is_digit(word[0]) || !is_digit(colon[1]) || !is_digit(colon[2]))
        return false;
    hour = word[0] - '0';
    if (colon - word == 2)
        hour = is_digit(word[1]) ? hour * 10 + (word[1] - '0') : 24;
    minute = (colon[1] - '0') * 10 + (colon[2] - '0');
    line->minute = (int)(hour * 60 + minute);
    return hour < 24 && minute < 60;
}

static int word_read(const struct bx_till *till, const char *word, struct line *line,
                     struct bx_fault *fault)
{
    int exponent = till->programme ? till->programme->exponent : 2;
    if (line->pays && line->kind == BX_TENDER_CASH && !line->has_amount &&
        !bx_money_parse(word, strlen(word), exponent, &line->amount)) {
        line->has_amount = true;
        return 0;
    }
    if (line->pays && line->kind == BX_TENDER_CARD && !line->reference) {
        line->reference = word;
        return 0;
    }
    if (!line->pays && !bx_tender_parse(word, &line->kind)) {
        line->pays = true;
        return 0;
    }
    if (!line->pays && (time_read(word, line) || (!strchr(word, ':') && items_read(word, line))))
        return 0;
    return bx_fault_say(fault, BX_ERR_REFUSED,
                        "\"%.20s\" is not understood. A line is like 2a1c 14:30 cash 60.00", word);
}

/* Reads TEXT, cutting it into words. */
static int line_read(const struct bx_till *till, char *text, struct line *line,
                     struct bx_fault *fault)
{
    *line = (struct line){.minute = -1};
    while (*text) {
        char *end = text + strcspn(text, " ");
        bool last = *end == '\0';
        *end = '\0';
        if (end > text) {
            int err = word_read(till, text, line, fault);
            if (err)
                return err;
        }
        text = last ? end : end + 1;
    }
    return 0;
}

static int items_add(struct bx_till *till, const struct line *line, struct bx_fault *fault)
{
    const struct bx_slot *slot = bx_slots_selected(till);
    struct bx_basket before = till->desk.basket;
    for (int i = 0; i < line->count; i++) {
        char key = line->items[i].key;
        const struct bx_product *product =
            bx_programme_by_key(till->programme, key, till->counter.event);
        int err;
        if (!product)
            err = bx_fault_say(fault, BX_ERR_REFUSED, "No product has the letter %c.", key);
        else if (product->events != 0 && !slot)
            err = bx_fault_say(fault, BX_ERR_REFUSED, "%s needs a slot.", product->name);
        else
            err = bx_desk_add(till, &till->desk, product, product->events ? slot : NULL,
                              line->items[i].quantity, fault);
        if (!err)
            continue;
        if (i > 0)
            bx_desk_put_back(till, &till->desk, &before, i);
        return err;
    }
    return 0;
}

static void line_pay(struct bx_till *till, const struct line *line)
{
    struct bx_fault fault = {0};
    bx_money left, cash;
    bx_sell_pay(till);
    if (till->counter.screen != BX_SCREEN_PAY)
        return;
    bx_desk_left(till, &till->desk, &left, &cash);
    bx_money amount = line->kind == BX_TENDER_CASH ? cash : left;
    if (line->has_amount)
        amount = line->amount;
    if (line->kind == BX_TENDER_CASH)
        bx_pay_cash(till, amount, false);
    else if (bx_pay_tender(till, line->kind, amount, line->reference, &fault))
        bx_counter_fault(till, &fault);
}

void bx_line_run(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    struct bx_fault fault = {0};
    struct line line;
    char text[sizeof(counter->input)];
    BX_TEXT_COPY(text, counter->input);
    int err = line_read(till, text, &line, &fault);
    const struct bx_slot *before = bx_slots_selected(till);
    if (!err && !till->programme)
        err = bx_fault_say(&fault, BX_ERR_REFUSED, "There is no programme yet.");
    if (!err && line.minute >= 0) {
        const struct bx_slot *slot = bx_slots_at(till, line.minute);
        if (slot)
            bx_slots_select(till, slot);
        else
            err = bx_fault_say(&fault, BX_ERR_REFUSED, "No slot begins at %02d:%02d on that day.",
                               line.minute / 60, line.minute % 60);
    }
    if (!err)
        err = items_add(till, &line, &fault);
    if (err) {
        bx_slots_select(till, before);
        bx_counter_fault(till, &fault);
        return;
    }
    bx_counter_home(till);
    if (line.pays)
        line_pay(till, &line);
}

void bx_line_key(struct bx_till *till, int key)
{
    if (key == BX_KEY_BACKSPACE) {
        if (!bx_input_drop(till))
            bx_counter_back(till);
    } else {
        bx_input_add(till, key, LINE_COLUMNS);
    }
}
