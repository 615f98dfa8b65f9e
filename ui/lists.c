/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that is a list: the basket's lines, sales found, documents, the queue, the palette and
 * the keys. */

#include "ui/paint.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

/* Rows a list has on this sheet: between its title and the sentence. */
static int room(const struct ui_grid *grid)
{
    return ui_bottom(grid) - 3;
}

void ui_paint_lines(const struct bx_till_view *view, struct ui_grid *grid)
{
    int width = grid->columns, rows = room(grid), first = 0, selected = 0;
    char text[BX_NAME_SIZE * 3 + 40];

    ui_rule(grid, 1, 0, width, bx_word("Basket lines"));
    for (size_t i = 0; i < view->line_count; i++)
        if (view->lines[i].selected)
            selected = (int)i;
    first = selected >= rows ? selected - rows + 1 : 0;
    for (int i = first; i < (int)view->line_count && i - first < rows; i++) {
        const struct bx_view_line *line = &view->lines[i];
        int row = 3 + i - first;
        snprintf(text, sizeof(text), "%3d", line->quantity);
        ui_put(grid, row, 2, 4, UI_STRONG, text);
        ui_line_words(line, text, sizeof(text));
        ui_put(grid, row, 7, width - 37, UI_PLAIN, text);
        snprintf(text, sizeof(text), "%s %s", line->day, line->time);
        ui_put_right(grid, row, width - 30, 14, UI_DIM, text);
        ui_put_right(grid, row, width - 14, 12, UI_PLAIN, line->amount);
        ui_hit_row(grid, row, i, selected, 0);
        if (line->selected) {
            ui_tint(grid, row, 1, width - 2, UI_CHOSEN);
            ui_put(grid, row, 1, 1, UI_CHOSEN, ">");
            ui_cursor(grid, row, 1);
        }
    }
}

/* Columns of a list: three of words and an amount. */
struct widths {
    int a, b, c, d;
};

static int wider(int width, const char *text)
{
    int columns = (int)bx_text_columns(text);
    return columns > width ? columns : width;
}

/* Each column gets what its longest text takes; where that is more than there is, the two long ones
 * share, and neither goes below half while the other has room to spare. An amount is never cut. */
static struct widths widths_of(const struct bx_till_view *view, int columns)
{
    struct widths w = {.a = 8, .d = 6};
    for (size_t i = 0; i < view->row_count; i++) {
        const struct bx_view_row *row = &view->rows[i];
        w = (struct widths){wider(w.a, row->a), wider(w.b, row->b), wider(w.c, row->c),
                            wider(w.d, row->d)};
    }
    if (w.a > columns / 4)
        w.a = columns / 4;
    int rest = columns - w.a - w.d - 10, half = rest / 2;
    if (w.b + w.c > rest && w.b <= half)
        w.c = rest - w.b;
    else if (w.b + w.c > rest && w.c <= half)
        w.b = rest - w.c;
    else if (w.b + w.c > rest)
        w.b = half, w.c = rest - half;
    else
        w.c = rest - w.b;
    return w;
}

static void list_row(struct ui_grid *grid, int row, const struct widths *w,
                     const struct bx_view_row *item)
{
    int width = grid->columns;

    ui_put(grid, row, 3, w->a, UI_PLAIN, item->a);
    ui_put(grid, row, 5 + w->a, w->b, UI_PLAIN, item->b);
    ui_put(grid, row, 7 + w->a + w->b, w->c, ui_tone_style(item->tone), item->c);
    ui_put_right(grid, row, width - w->d - 2, w->d, UI_PLAIN, item->d);
    if (!item->selected)
        return;
    ui_tint(grid, row, 1, width - 2, UI_CHOSEN);
    ui_put(grid, row, 1, 1, UI_CHOSEN, ">");
    ui_cursor(grid, row, 1);
}

void ui_paint_list(const struct bx_till_view *view, struct ui_grid *grid)
{
    int rows = room(grid), count = (int)view->row_count, first = 0, selected = 0;
    bool enter = bx_action_of_key(view->screen, BX_KEY_ENTER) != BX_ACTION_NONE;
    char text[64];

    struct widths widths = widths_of(view, grid->columns);
    ui_rule(grid, 1, 0, grid->columns, view->list_title);
    ui_input(view, grid, view->screen == BX_SCREEN_FIND ? bx_word("Find ") : "");
    for (int i = 0; i < count; i++)
        if (view->rows[i].selected)
            selected = i;
    first = selected >= rows ? selected - rows + 1 : 0;
    for (int i = first; i < count && i - first < rows; i++) {
        list_row(grid, 3 + i - first, &widths, &view->rows[i]);
        ui_hit_row(grid, 3 + i - first, i, selected, enter ? BX_KEY_ENTER : 0);
    }
    if (count == 0)
        ui_put_centre(grid, 5, 0, grid->columns, UI_DIM, bx_word("nothing here"));
    if (view->row_total > view->row_count || count > rows) {
        bx_words_print(text, sizeof(text), "%zu to %zu of %zu", view->row_first + (size_t)first + 1,
                       view->row_first + (size_t)(count < first + rows ? count : first + rows),
                       view->row_total);
        ui_put_right(grid, 1, grid->columns - 30, 28, UI_DIM, text);
    }
}

void ui_paint_palette(const struct bx_till_view *view, struct ui_grid *grid)
{
    int rows = room(grid), count = (int)view->palette_count, first = 0;

    ui_rule(grid, 1, 0, grid->columns, bx_word("All actions"));
    if ((int)view->palette_selected >= rows)
        first = (int)view->palette_selected - rows + 1;
    for (int i = first; i < count && i - first < rows; i++) {
        const struct bx_action_row *action = &bx_action_rows[view->palette[i]];
        int row = 3 + i - first;
        ui_put(grid, row, 3, 6, UI_KEY, bx_word(action->keys));
        ui_put(grid, row, 10, 26, UI_PLAIN, bx_word(action->name));
        ui_put(grid, row, 37, grid->columns - 39, UI_DIM, bx_word(action->help));
        ui_hit_row(grid, row, i, (int)view->palette_selected, BX_KEY_ENTER);
        if (i == (int)view->palette_selected) {
            ui_tint(grid, row, 1, grid->columns - 2, UI_CHOSEN);
            ui_put(grid, row, 1, 1, UI_CHOSEN, ">");
        }
    }
    if (count == 0)
        ui_put_centre(grid, 5, 0, grid->columns, UI_DIM, bx_word("no action has these letters"));
    if (count > 0 && !view->say[0])
        ui_put(grid, grid->rows - 3, 1, grid->columns - 2, UI_DIM,
               bx_word(bx_action_rows[view->palette[view->palette_selected]].help));
    ui_input(view, grid, ": ");
}

/* The palette has what no key is for. */
static bool is_told(const struct bx_action_row *action, enum bx_screen on)
{
    return action->key != 0 && (action->screens >> on & 1);
}

void ui_paint_keys(const struct bx_till_view *view, struct ui_grid *grid)
{
    static const char *const grammar[] = {
        BX_WORD("2a      two of product a; -2a takes two away"),
        BX_WORD("Enter   pay, then take the exact amount"),
        BX_WORD("6000    on the pay screen: 60.00 received"),
        BX_WORD("\xe2\x86\x91 \xe2\x86\x93     choose the slot"),
        BX_WORD("Bksp    the digits, then the last line"),
        BX_WORD("Esc     one step back, always"),
        BX_WORD("a scan  works on any screen"),
    };
    int row = 3, width = grid->columns;

    ui_rule(grid, 1, 0, width, bx_word("Keys"));
    for (size_t i = 0; i < sizeof(grammar) / sizeof(grammar[0]); i++)
        ui_put(grid, row++, 2, width - 4, UI_PLAIN, bx_word(grammar[i]));
    int top = ++row, room = ui_bottom(grid) - top, count = 0, nth = 0;
    for (size_t i = 0; i < bx_action_count; i++)
        count += is_told(&bx_action_rows[i], view->under);
    int columns = count > 2 * room ? 3 : 2, share = (width - 3) / columns;
    for (size_t i = 0; i < bx_action_count && nth < columns * room; i++) {
        const struct bx_action_row *action = &bx_action_rows[i];
        if (!is_told(action, view->under))
            continue;
        int column = 2 + nth / room * share;
        row = top + nth++ % room;
        int used = ui_put(grid, row, column, share, UI_KEY, bx_word(action->keys));
        used = used < 6 ? 6 : used;
        ui_put(grid, row, column + used + 1, share - used - 2, UI_PLAIN, bx_word(action->name));
    }
    ui_cursor(grid, grid->rows - 2, 1);
}
