/* SPDX-License-Identifier: Apache-2.0 */
/* The same till for whoever hears or feels it. The order is that of the screen, read aloud: what
 * the till says first, then where one is, what there is, and what it comes to. */

#include "ui/speak.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "ui/paint.h"

static struct ui_spoken *say(struct ui_speech *speech, const char *format, ...) bx_format(2, 3);
static struct ui_spoken *say(struct ui_speech *speech, const char *format, ...)
{
    static struct ui_spoken lost;
    struct ui_spoken *line =
        speech->count < UI_SPEECH_LINES ? &speech->lines[speech->count++] : &lost;
    va_list args;
    *line = (struct ui_spoken){.number = 0};
    va_start(args, format);
    bx_text_mend(line->text, sizeof(line->text),
                 vsnprintf(line->text, sizeof(line->text), format, args));
    va_end(args);
    return line;
}

/* LINE can be chosen: arrows go STEPS rows, then comes THEN. */
static void choose(struct ui_speech *speech, struct ui_spoken *line, int steps, int then)
{
    line->number = ++speech->numbers;
    line->keys = (struct ui_hit){.key = steps < 0 ? BX_KEY_UP : BX_KEY_DOWN,
                                 .times = steps < 0 ? -steps : steps,
                                 .then = then};
    if (steps == 0)
        line->keys = (struct ui_hit){.key = then, .times = then != 0};
}

static const char *mark(bool selected)
{
    return selected ? bx_word(" (chosen)") : "";
}

/* A word and a value, when there is one. */
static void amount(struct ui_speech *speech, const char *what, const char *value)
{
    if (value[0])
        say(speech, "%s %s", what, value);
}

static void status(const struct bx_till_view *view, struct ui_speech *speech)
{
    char shift[32] = "", attention[48] = "";
    if (view->shift > 0)
        bx_words_print(shift, sizeof(shift), "shift %lld", (long long)view->shift);
    if (view->attention > 0)
        bx_words_print(attention, sizeof(attention), ", %lld to look at",
                       (long long)view->attention);
    say(speech, bx_word("Till %lld %s %s; %s"), (long long)view->till, view->cashier, shift,
        view->printer);
    say(speech, "%s", view->link)->is_restless = true;
    say(speech, bx_word("%lld waiting%s"), (long long)view->waiting, attention);
}

static void basket(const struct bx_till_view *view, struct ui_speech *speech, bool numbered)
{
    int selected = 0;
    for (size_t i = 0; i < view->line_count; i++)
        if (view->lines[i].selected)
            selected = (int)i;
    for (size_t i = 0; i < view->line_count; i++) {
        const struct bx_view_line *line = &view->lines[i];
        char words[BX_NAME_SIZE * 3 + 40];
        ui_line_words(line, words, sizeof(words));
        struct ui_spoken *spoken = say(speech, "%d %s%s%s%s%s %s%s", line->quantity, words,
                                       line->day[0] ? " " : "", line->day, line->time[0] ? " " : "",
                                       line->time, line->amount, mark(line->selected && numbered));
        if (numbered)
            choose(speech, spoken, (int)i - selected, 0);
    }
    if (view->persons > 0)
        say(speech, bx_words_of(view->persons, "%d person", "%d persons"), view->persons);
    if (view->facts[0])
        say(speech, "%s", view->facts);
    say(speech, "%s %s %s", bx_word("Total"), view->currency, view->total);
    if (view->parked > 0)
        say(speech, bx_word("%zu parked"), view->parked);
}

static void slot(struct ui_speech *speech, const struct bx_view_slot *slot, int steps)
{
    char left[48] = "";
    struct ui_spoken *line;
    if (slot->left >= 0)
        bx_words_print(left, sizeof(left), ", about %lld left", (long long)slot->left);
    if (slot->cancelled || slot->over)
        line = say(speech, "%s %s%s", slot->time, bx_word(slot->cancelled ? "cancelled" : "over"),
                   mark(slot->selected));
    else if (slot->full && slot->ours == 0)
        line = say(speech, "%s %s%s", slot->time, bx_word("full"), mark(slot->selected));
    else
        line = say(speech, bx_word("%s %lld yours%s%s"), slot->time, (long long)slot->ours, left,
                   mark(slot->selected));
    line->is_restless = !slot->selected;
    choose(speech, line, steps, 0);
}

static void sell(const struct bx_till_view *view, struct ui_speech *speech)
{
    say(speech, "%s, %s", view->day, view->event);
    for (size_t i = 0; i < view->slot_count; i++)
        slot(speech, &view->slots[i], (int)i - (int)view->slot_selected);
    for (size_t i = 0; i < view->product_count; i++)
        say(speech, "%c %s %s", view->products[i].key, view->products[i].name,
            view->products[i].price);
    basket(view, speech, false);
    if (view->last_number[0])
        say(speech, "%s: %s", view->last_number, view->last_text);
}

static void pay(const struct bx_till_view *view, struct ui_speech *speech)
{
    const char *due = view->due[0] == '-' ? view->due + 1 : view->due;
    if (view->back[0])
        say(speech, "%s %s", bx_word("Taken back"), view->back);
    say(speech, "%s: %s %s %s", bx_word("Pay"),
        view->give_back ? bx_word("To give back") : bx_word("Total"), view->currency, due);
    for (size_t i = 0; i < view->tender_count; i++)
        amount(speech, view->tenders[i].name, view->tenders[i].amount);
    if (view->tender_count > 0)
        amount(speech, bx_word("Left"), view->left);
    if (view->rounding[0])
        amount(speech, view->give_back ? bx_word("Give back in cash") : bx_word("Due in cash"),
               view->cash_due);
    if (view->asking[0]) { /* and nothing else is taken meanwhile */
        say(speech, "%s", view->asking);
        return;
    }
    if (view->round_up[0])
        say(speech, bx_word("o round up %s"), view->round_up);
    amount(speech, bx_word("Received"), view->received);
    amount(speech, bx_word("Change"), view->change);
    if (view->enter[0])
        say(speech, "%s %s", bx_word("Enter"), view->enter);
    for (int i = 0; i < 3; i++)
        if (view->quick[i][0])
            say(speech, "F%d %s", i + 2, view->quick[i]);
}

static void rows(const struct bx_till_view *view, struct ui_speech *speech)
{
    int selected = 0;
    int enter = bx_action_of_key(view->screen, BX_KEY_ENTER) != BX_ACTION_NONE ? BX_KEY_ENTER : 0;
    say(speech, "%s", view->title);
    for (size_t i = 0; i < view->row_count; i++)
        if (view->rows[i].selected)
            selected = (int)i;
    for (size_t i = 0; i < view->row_count; i++) {
        const struct bx_view_row *row = &view->rows[i];
        struct ui_spoken *line =
            say(speech, "%s, %s%s%s%s%s%s", row->a, row->b, row->c[0] ? ", " : "", row->c,
                row->d[0] ? ", " : "", row->d, mark(row->selected));
        line->is_restless = view->screen == BX_SCREEN_QUEUE;
        choose(speech, line, (int)i - selected, enter);
    }
    if (view->row_count == 0)
        say(speech, "%s", bx_word("nothing here"));
}

static void palette(const struct bx_till_view *view, struct ui_speech *speech)
{
    say(speech, "%s", view->title);
    for (size_t i = 0; i < view->palette_count; i++) {
        const struct bx_action_row *row = &bx_action_rows[view->palette[i]];
        choose(speech, say(speech, "%s: %s", bx_word(row->keys), bx_word(row->name)),
               (int)i - (int)view->palette_selected, BX_KEY_ENTER);
    }
}

static void keys(const struct bx_till_view *view, struct ui_speech *speech)
{
    say(speech, "%s", view->title);
    for (size_t i = 0; i < bx_action_count; i++)
        if (bx_action_rows[i].key && (bx_action_rows[i].screens >> view->under & 1))
            say(speech, "%s: %s. %s", bx_word(bx_action_rows[i].keys),
                bx_word(bx_action_rows[i].name), bx_word(bx_action_rows[i].help));
}

static void options(const struct bx_till_view *view, struct ui_speech *speech, int then)
{
    int selected = 0;
    for (size_t i = 0; i < view->option_count; i++)
        if (view->options[i].selected)
            selected = (int)i;
    for (size_t i = 0; i < view->option_count; i++) {
        const struct bx_view_option *option = &view->options[i];
        char key[3] = {option->key, option->key ? ' ' : '\0', '\0'};
        choose(speech,
               say(speech, "%s%s%s%s%s", key, option->name, option->help[0] ? ": " : "",
                   option->help, mark(option->selected)),
               (int)i - selected, then);
    }
}

static void form(const struct bx_till_view *view, struct ui_speech *speech)
{
    say(speech, "%s", view->title);
    amount(speech, "", view->form_text);
    for (size_t i = 0; i < view->field_count; i++) {
        const struct bx_view_field *field = &view->fields[i];
        if (field->value[0] || field->selected)
            say(speech, "%s: %s %s%s", field->label, field->value, field->aside,
                field->selected ? bx_word(" (asked)") : "");
    }
    options(view, speech, BX_KEY_ENTER);
    amount(speech, "", view->form_sum);
    if (view->form_waits)
        say(speech, "%s", bx_word("one moment ..."));
}

static void login(const struct bx_till_view *view, struct ui_speech *speech)
{
    if (view->locked && view->cashier[0])
        say(speech, bx_word("Locked by %s."), view->cashier);
    else
        say(speech, "%s", bx_word("Log in"));
    if (view->line_count > 0)
        say(speech, bx_word("A basket of %s %s is kept: it will be yours."), view->currency,
            view->total);
    say(speech, "%s?", bx_word(view->asks_pin ? "PIN" : "Cashier number"));
}

static void change(const struct bx_till_view *view, struct ui_speech *speech)
{
    if (view->received[0] == '-') {
        say(speech, bx_word("GIVE BACK %s"), view->received + 1);
    } else {
        say(speech, bx_word("CHANGE %s"), view->change);
        say(speech, bx_word("Total %s   Received %s"), view->due, view->received);
    }
    say(speech, "%s: %s", view->last_number, view->paper);
}

static void body(const struct bx_till_view *view, struct ui_speech *speech)
{
    switch (view->screen) {
    case BX_SCREEN_LOGIN: login(view, speech); return;
    case BX_SCREEN_LINE:
    case BX_SCREEN_SELL: sell(view, speech); return;
    case BX_SCREEN_PAY: pay(view, speech); return;
    case BX_SCREEN_CHANGE: change(view, speech); return;
    case BX_SCREEN_LINES:
        say(speech, "%s", view->title);
        basket(view, speech, true);
        return;
    case BX_SCREEN_FIND:
    case BX_SCREEN_SALE:
    case BX_SCREEN_PAPER:
    case BX_SCREEN_QUEUE: rows(view, speech); return;
    case BX_SCREEN_PALETTE: palette(view, speech); return;
    case BX_SCREEN_KEYS: keys(view, speech); return;
    case BX_SCREEN_FORM: form(view, speech); return;
    case BX_SCREEN_MENU:
        say(speech, "%s", view->title);
        options(view, speech, BX_KEY_ENTER);
        return;
    case BX_SCREEN_TEXT:
        say(speech, "%s", view->title);
        for (size_t i = 0; i < view->sheet_count; i++)
            if (view->sheet[i][0])
                say(speech, "%s", view->sheet[i]);
        return;
    case BX_SCREEN_STOP: say(speech, "%s", bx_word("DO NOT HAND OUT")); return;
    case BX_SCREENS: return;
    }
}

static void hints(const struct bx_till_view *view, struct ui_speech *speech)
{
    char text[UI_SPEECH_TEXT] = "";
    size_t len = 0;
    for (size_t i = 0; i < bx_action_count && len < sizeof(text) - 60; i++) {
        const struct bx_action_row *row = &bx_action_rows[i];
        if (row->hint && (row->screens >> view->screen & 1))
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%.20s %.30s",
                                    len > 0 ? "; " : "", bx_word(row->keys), bx_word(row->hint));
    }
    if (len > 0)
        say(speech, "%s", text);
}

void ui_speak(const struct bx_till_view *view, struct ui_speech *ret)
{
    ret->count = ret->numbers = 0;
    status(view, ret);
    body(view, ret);
    hints(view, ret);
    if (view->training)
        say(ret, "%s", bx_word("TRAINING"));
    if (view->caps)
        say(ret, "%s", bx_word("CAPS LOCK"));
    if (view->input[0] && !ui_speak_is_secret(view))
        say(ret, "> %s", view->input);
    if (view->ask[0])
        say(ret, "%s: %s %s, %s", view->ask, view->ask_text, view->ask_yes, view->ask_no);
    if (view->say[0])
        say(ret, "%s", view->say);
}

bool ui_speak_is_secret(const struct bx_till_view *view)
{
    if (view->screen == BX_SCREEN_LOGIN)
        return view->asks_pin;
    for (size_t i = 0; view->screen == BX_SCREEN_FORM && i < view->field_count; i++)
        if (view->fields[i].selected && view->fields[i].secret)
            return true;
    return false;
}

static bool is_amount(const char *text)
{
    return text[0] && strspn(text, "0123456789.,") == strlen(text);
}

bool ui_speak_is_writing(const struct bx_till_view *view, const char *text)
{
    if (view->ask[0])
        return false;
    switch (view->screen) {
    case BX_SCREEN_LOGIN:
    case BX_SCREEN_PALETTE:
    case BX_SCREEN_LINE: return true;
    case BX_SCREEN_PAY: return is_amount(text);
    case BX_SCREEN_SELL:
    case BX_SCREEN_CHANGE: return text[0] == '=' || text[0] == ':';
    case BX_SCREEN_FORM: return view->option_count == 0 || strlen(text) != 1;
    case BX_SCREEN_LINES:
    case BX_SCREEN_FIND:
    case BX_SCREEN_SALE:
    case BX_SCREEN_PAPER:
    case BX_SCREEN_QUEUE:
    case BX_SCREEN_KEYS:
    case BX_SCREEN_MENU:
    case BX_SCREEN_TEXT:
    case BX_SCREEN_STOP:
    case BX_SCREENS: return false;
    }
    return false;
}
