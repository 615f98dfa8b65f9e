/* SPDX-License-Identifier: Apache-2.0 */
/* The frame that every screen shares: the till's state on the first row, a sentence, the input and
 * the hints on the last three, a question over the middle. */

#include "ui/paint.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "ui/ui.h"

enum { MIN_ROWS = 20, MIN_COLUMNS = 60 };

enum ui_style ui_tone_style(enum bx_tone tone)
{
    switch (tone) {
    case BX_TONE_PLAIN: return UI_PLAIN;
    case BX_TONE_GOOD: return UI_GOOD;
    case BX_TONE_WARN: return UI_WARN;
    case BX_TONE_BAD: return UI_BAD;
    }
    return UI_PLAIN;
}

int ui_bottom(const struct ui_grid *grid)
{
    return grid->rows - 3;
}

void ui_input(const struct bx_till_view *view, struct ui_grid *grid, const char *prompt)
{
    int row = grid->rows - 2;
    int used = 1 + ui_put(grid, row, 1, grid->columns - 2, UI_DIM, prompt);
    ui_put(grid, row, used, grid->columns - used - 1, UI_STRONG, view->input);
    ui_cursor(grid, row, used + (int)view->cursor);
}

void ui_line_words(const struct bx_view_line *line, char *out, size_t size)
{
    snprintf(out, size, "%s%s%s%s%s%s%s", line->name, line->event[0] ? " \xc2\xb7 " : "",
             line->event, line->why[0] ? " (" : "", bx_word(line->why), line->why[0] ? ")" : "",
             line->group ? bx_word(", one ticket") : "");
}

/* KEY where it does something, else 0. */
static int live(const struct bx_till_view *view, int key)
{
    return bx_action_of_key(view->screen, key) == BX_ACTION_NONE ? 0 : key;
}

/* " Till 2  Ana  shift 41   ● online  0 waiting   printer ready   Tue 24  14:32 ". What is in
 * trouble comes before what is only nice to know when there is no room: the shift goes first, then
 * the day. */
static void header(const struct bx_till_view *view, struct ui_grid *grid)
{
    char who[128], link[96], shift[32];
    int width = grid->columns;

    bx_words_print(link, sizeof(link), "%s  %lld waiting", view->link, (long long)view->waiting);
    if (view->attention > 0)
        bx_words_print(link + strlen(link), sizeof(link) - strlen(link), "  ! %lld to look at",
                       (long long)view->attention);
    int printer = (int)bx_text_columns(view->printer), clock = (int)bx_text_columns(view->clock);
    int spare = width - 11 - (int)bx_text_columns(link) - printer - clock;

    bx_words_print(who, sizeof(who), "Till %lld  %.40s", (long long)view->till, view->cashier);
    spare -= (int)bx_text_columns(who);
    bx_words_print(shift, sizeof(shift), "  shift %lld", (long long)view->shift);
    if (view->shift > 0 && spare >= (int)bx_text_columns(shift))
        snprintf(who + strlen(who), sizeof(who) - strlen(who), "%s", shift);
    const char *day_end = strstr(view->clock, "  ");
    const char *time = spare < 0 && day_end ? day_end + 2 : view->clock;
    clock = (int)bx_text_columns(time);

    int at_clock = width - clock - 1;
    ui_put(grid, 0, at_clock, clock, UI_PLAIN, time);
    int at_printer = at_clock - printer - 3;
    ui_put(grid, 0, at_printer, printer, ui_tone_style(view->printer_tone), view->printer);
    ui_hit_key(grid, 0, at_printer, printer, live(view, 'R'));
    int used = 1 + ui_put(grid, 0, 1, width / 3, UI_STRONG, who);
    int at_link = used + 3;
    enum ui_style tone = ui_tone_style(view->link_tone);
    ui_glyph(grid, 0, at_link, tone, view->link_tone == BX_TONE_GOOD ? 0x25cf : 0x25cb,
             view->link_tone == BX_TONE_GOOD ? '*' : 'o');
    ui_put(grid, 0, at_link + 2, at_printer - at_link - 3, tone, link);
    ui_hit_key(grid, 0, 0, at_link, live(view, 'L'));
    ui_hit_key(grid, 0, at_link, at_printer - at_link - 3, live(view, 'Q'));
}

/* What belongs to this screen comes before what is at hand everywhere. */
static int rank_of(const struct bx_action_row *row, enum bx_screen on)
{
    bool elsewhere = on != BX_SCREEN_SELL && (row->screens >> BX_SCREEN_SELL & 1);
    return row->rank + (elsewhere ? 100 : 0);
}

/* The live action with the smallest rank that is not drawn yet; NULL when there is none. */
static const struct bx_action_row *next_hint(enum bx_screen on, const bool drawn[BX_ACTIONS])
{
    const struct bx_action_row *next = NULL;
    for (size_t i = 0; i < bx_action_count; i++) {
        const struct bx_action_row *row = &bx_action_rows[i];
        bool live = row->hint && (row->screens >> on & 1) && !drawn[row->action];
        if (live && (!next || rank_of(row, on) < rank_of(next, on)))
            next = row;
    }
    return next;
}

static int hint_columns(const struct bx_action_row *action)
{
    return (int)(bx_text_columns(bx_word(action->keys)) + bx_text_columns(bx_word(action->hint))) +
           1;
}

static void hint(struct ui_grid *grid, int row, int column, const struct bx_action_row *action)
{
    int keys = ui_put(grid, row, column, grid->columns, UI_KEY, bx_word(action->keys));
    ui_put(grid, row, column + keys + 1, grid->columns, UI_PLAIN, bx_word(action->hint));
    ui_hit_key(grid, row, column, hint_columns(action), action->key ? action->key : action->twin);
}

/* The way back has a place of its own where the hints left it none: a finger has no Esc. At home
 * there is nothing to go back to, and after a sale any key does it. */
static void way_back(const struct bx_till_view *view, struct ui_grid *grid)
{
    const struct bx_action_row *back = bx_action_row(BX_ACTION_BACK);
    int column = grid->columns - 1 - hint_columns(back) - (view->caps ? 12 : 0);
    if ((back->screens >> view->screen & 1) && view->screen != BX_SCREEN_SELL &&
        view->screen != BX_SCREEN_CHANGE)
        hint(grid, grid->rows - 2, column, back);
}

/* As many as fit, the most used first; the two that lead to all others always, at the right. */
static void hints(const struct bx_till_view *view, struct ui_grid *grid)
{
    static const enum bx_action always[] = {BX_ACTION_KEYS, BX_ACTION_PALETTE};
    bool drawn[BX_ACTIONS] = {false};
    int column = 1, end = grid->columns - 1;
    const struct bx_action_row *next;

    for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
        const struct bx_action_row *action = bx_action_row(always[i]);
        drawn[always[i]] = true;
        if (!(action->screens >> view->screen & 1))
            continue;
        end -= hint_columns(action);
        hint(grid, grid->rows - 1, end, action);
        end -= 2;
    }
    while ((next = next_hint(view->screen, drawn))) {
        drawn[next->action] = true;
        if (column + hint_columns(next) > end) {
            if (next->action == BX_ACTION_BACK)
                way_back(view, grid);
            continue;
        }
        hint(grid, grid->rows - 1, column, next);
        column += hint_columns(next) + 2;
    }
}

int ui_wrapped(struct ui_grid *grid, int row, int column, int width, int rows, const char *text)
{
    char line[256];
    int drawn = 0;

    while (*text && drawn < rows) {
        size_t len = strlen(text), keep = len < sizeof(line) ? len : sizeof(line) - 1;
        memcpy(line, text, keep);
        line[keep] = '\0';
        char *blank = NULL;
        while ((int)bx_text_columns(line) > width && (blank = strrchr(line, ' ')))
            *blank = '\0';
        if (grid)
            ui_put(grid, row + drawn, column, width, UI_PLAIN, line);
        drawn++;
        text += strlen(line);
        text += strspn(text, " ");
    }
    return drawn;
}

static void question(const struct bx_till_view *view, struct ui_grid *grid)
{
    int width = grid->columns < 66 ? grid->columns - 6 : 60, height = 8;
    int top = (grid->rows - height) / 2, left = (grid->columns - width) / 2;

    for (int i = 0; i < height; i++)
        ui_fill(grid, top + i, left, width, UI_PLAIN, ' ');
    for (int i = 1; i < height - 1; i++) {
        ui_glyph(grid, top + i, left, UI_STRONG, 0x2502, '|');
        ui_glyph(grid, top + i, left + width - 1, UI_STRONG, 0x2502, '|');
    }
    ui_rule(grid, top, left, width, view->ask);
    ui_rule(grid, top + height - 1, left, width, "");
    ui_glyph(grid, top, left, UI_STRONG, 0x250c, '+');
    ui_glyph(grid, top, left + width - 1, UI_STRONG, 0x2510, '+');
    ui_glyph(grid, top + height - 1, left, UI_STRONG, 0x2514, '+');
    ui_glyph(grid, top + height - 1, left + width - 1, UI_STRONG, 0x2518, '+');
    ui_wrapped(grid, top + 1, left + 2, width - 4, 3, view->ask_text);
    ui_hits_drop(grid);
    int used = ui_put(grid, top + 6, left + 2, width - 4, UI_KEY, view->ask_yes);
    ui_hit_key(grid, top + 6, left + 2, used, 'y');
    ui_hit_key(grid, top + 6, left + 5 + used, (int)bx_text_columns(view->ask_no), BX_KEY_ESC);
    ui_put(grid, top + 6, left + 5 + used, width - 8 - used, UI_KEY, view->ask_no);
    ui_cursor(grid, top + 6, left + 5 + used);
}

/* A sentence in a small window: how many rows it took. */
static int told(struct ui_grid *grid, int row, enum ui_style style, const char *text)
{
    int rows = grid->rows - 1 - row;
    if ((int)bx_text_columns(text) > grid->columns && rows > 0)
        return ui_wrapped(grid, row, 0, grid->columns, rows < 3 ? rows : 3, text);
    ui_put_centre(grid, row, 0, grid->columns, style, text);
    return text[0] != '\0';
}

/* The card for a window that holds no screen: what counts most, and every key still works. */
static void too_small(const struct bx_till_view *view, struct ui_grid *grid)
{
    char text[160];
    int width = grid->columns, row = grid->rows > 6 ? grid->rows / 2 - 3 : 0;

    ui_put_centre(grid, row++, 0, width, UI_STRONG, bx_word("window too small"));
    ui_put_centre(grid, row++, 0, width, UI_PLAIN, bx_word("60 columns, 20 rows"));
    if (view->screen == BX_SCREEN_STOP)
        snprintf(text, sizeof(text), "%s", bx_word("DO NOT HAND OUT"));
    else if (view->screen == BX_SCREEN_LOGIN)
        snprintf(text, sizeof(text), "%s", bx_word(view->locked ? "Locked" : "Log in"));
    else if (view->screen == BX_SCREEN_CHANGE)
        snprintf(text, sizeof(text),
                 view->received[0] == '-' ? bx_word("GIVE BACK %s") : bx_word("CHANGE %s"),
                 view->received[0] == '-' ? view->received + 1 : view->change);
    else
        bx_words_print(text, sizeof(text), "total %s %s", view->currency, view->total);
    ui_put_centre(grid, row++, 0, width, UI_STRONG, text);
    if (view->screen == BX_SCREEN_PAY && view->left[0]) {
        snprintf(text, sizeof(text), "%s %s", bx_word("Left"), view->left);
        ui_put_centre(grid, row++, 0, width, UI_STRONG, text);
    }
    ++row;
    if (view->ask[0]) {
        snprintf(text, sizeof(text), "%s: %s, %s", view->ask, view->ask_yes, view->ask_no);
        ui_put_centre(grid, row++, 0, width, UI_STRONG, text);
        row += told(grid, row, UI_PLAIN, view->ask_text);
    }
    row += told(grid, row, UI_WARN, view->asking);
    told(grid, row, ui_tone_style(view->say_tone), view->say);
    int used = 0;
    const char *typed = view->input;
    for (size_t i = 0; view->screen == BX_SCREEN_FORM && i < view->field_count; i++) {
        if (!view->fields[i].selected)
            continue;
        snprintf(text, sizeof(text), "%s: ", view->fields[i].label);
        used = ui_put(grid, grid->rows - 1, 0, width, UI_PLAIN, text);
        typed = view->fields[i].value;
    }
    ui_put(grid, grid->rows - 1, used, width - used, UI_PLAIN, typed);
    ui_cursor(grid, grid->rows - 1, used + (int)view->cursor);
}

static void screen(const struct bx_till_view *view, struct ui_grid *grid, enum bx_screen which)
{
    switch (which) {
    case BX_SCREEN_LOGIN: ui_paint_login(view, grid); return;
    case BX_SCREEN_LINE:
    case BX_SCREEN_SELL: ui_paint_sell(view, grid); return;
    case BX_SCREEN_PAY: ui_paint_pay(view, grid); return;
    case BX_SCREEN_CHANGE: ui_paint_change(view, grid); return;
    case BX_SCREEN_LINES: ui_paint_lines(view, grid); return;
    case BX_SCREEN_FIND:
    case BX_SCREEN_SALE:
    case BX_SCREEN_PAPER:
    case BX_SCREEN_QUEUE: ui_paint_list(view, grid); return;
    case BX_SCREEN_PALETTE: ui_paint_palette(view, grid); return;
    case BX_SCREEN_KEYS: ui_paint_keys(view, grid); return;
    case BX_SCREEN_STOP: ui_paint_stop(view, grid); return;
    case BX_SCREEN_FORM:
        /* A menu or a sheet below has the same places in the view as the form. */
        if (view->under != BX_SCREEN_FORM && view->under != BX_SCREEN_MENU &&
            view->under != BX_SCREEN_TEXT)
            screen(view, grid, view->under);
        ui_paint_form(view, grid);
        return;
    case BX_SCREEN_MENU: ui_paint_menu(view, grid); return;
    case BX_SCREEN_TEXT: ui_paint_sheet(view, grid); return;
    case BX_SCREENS: return;
    }
}

void ui_paint(const struct bx_till_view *view, struct ui_grid *grid)
{
    if (grid->rows < MIN_ROWS || grid->columns < MIN_COLUMNS) {
        too_small(view, grid);
        return;
    }
    header(view, grid);
    screen(view, grid, view->screen);
    if (view->say[0])
        ui_put(grid, grid->rows - 3, 1, grid->columns - 2, ui_tone_style(view->say_tone),
               view->say);
    if (view->training) {
        const char *text = bx_word(" TRAINING ");
        int columns = (int)bx_text_columns(text);
        ui_put(grid, 1, grid->columns - columns - 2, columns, UI_BAD, text);
    }
    hints(view, grid);
    if (view->caps)
        ui_put_right(grid, grid->rows - 2, grid->columns - 12, 11, UI_WARN, bx_word("CAPS LOCK"));
    if (view->ask[0])
        question(view, grid);
}
