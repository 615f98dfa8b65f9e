/* SPDX-License-Identifier: Apache-2.0 */
/* Paying, the change afterwards, and the one moment when nothing may be handed out. */

#include "ui/paint.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

static void amount(struct ui_grid *grid, int row, enum ui_style style, const char *what,
                   const char *currency, const char *value)
{
    char text[48];
    ui_put(grid, row, 2, 40, style, what);
    snprintf(text, sizeof(text), "%s %12s", currency, value);
    ui_put_right(grid, row, 20, grid->columns - 24, style, text);
}

/* "Enter exact   F2 60.00   F3 70.00   F4 100.00   c card" */
static void offers(const struct bx_till_view *view, struct ui_grid *grid, int row)
{
    int column = 2, width = grid->columns;
    char key[8];

    if (view->enter[0]) {
        ui_hit_key(grid, row, column, 7 + (int)bx_text_columns(view->enter), BX_KEY_ENTER);
        column += ui_put(grid, row, column, width, UI_KEY, bx_word("Enter")) + 1;
        column += ui_put(grid, row, column, width, UI_PLAIN, view->enter) + 3;
    }
    for (int i = 0; i < 3; i++) {
        if (!view->quick[i][0])
            continue;
        snprintf(key, sizeof(key), "F%d", i + 2);
        ui_hit_key(grid, row, column, 4 + (int)bx_text_columns(view->quick[i]), BX_KEY_F1 + 1 + i);
        column += ui_put(grid, row, column, width, UI_KEY, key) + 1;
        column += ui_put(grid, row, column, width, UI_PLAIN, view->quick[i]) + 3;
    }
    if (view->round_up[0]) {
        char text[BX_MONEY_TEXT + 48];
        bx_words_print(text, sizeof(text), "round up %s", view->round_up);
        ui_hit_key(grid, row, column, 2 + (int)bx_text_columns(text), 'o');
        column += ui_put(grid, row, column, width, UI_KEY, "o") + 1;
        column += ui_put(grid, row, column, width, UI_PLAIN, text) + 3;
    }
    ui_hit_key(grid, row, column, 8, 'c');
    column += ui_put(grid, row, column, width, UI_KEY, "c") + 1;
    ui_put(grid, row, column, width, UI_PLAIN, bx_word("card"));
}

/* Without its sign: the word before it says which way it goes. */
static const char *size_of(const char *value)
{
    return value[0] == '-' ? value + 1 : value;
}

/* What goes out of the drawer is said as such, never as a negative sum. */
static int sums(const struct bx_till_view *view, struct ui_grid *grid, int row)
{
    if (view->back[0]) {
        amount(grid, row++, UI_PLAIN, bx_word("Taken instead"), "", view->sold);
        amount(grid, row++, UI_PLAIN, bx_word("Taken back"), "", view->back);
    }
    amount(grid, row++, UI_STRONG, view->give_back ? bx_word("To give back") : bx_word("Total"),
           view->currency, size_of(view->due));
    for (size_t i = 0; i < view->tender_count; i++)
        amount(grid, row++, UI_PLAIN, view->tenders[i].name, "", view->tenders[i].amount);
    if (view->left[0])
        amount(grid, row++, UI_STRONG,
               view->give_back ? bx_word("Still to give back") : bx_word("Left"), view->currency,
               size_of(view->left));
    if (view->rounding[0]) {
        amount(grid, row++, UI_PLAIN, bx_word("Rounding in cash"), "", view->rounding);
        amount(grid, row++, UI_STRONG,
               view->give_back ? bx_word("Give back in cash") : bx_word("Due in cash"),
               view->currency, size_of(view->cash_due));
    }
    if (view->received[0])
        amount(grid, row++, UI_PLAIN, bx_word("Received"), "", view->received);
    if (view->change[0])
        amount(grid, row++, UI_STRONG, bx_word("Change"), "", view->change);
    if (view->facts[0])
        ui_put(grid, row++, 2, grid->columns - 4, UI_DIM, view->facts);
    if (view->asking[0])
        ui_put(grid, row++, 2, grid->columns - 4, UI_WARN, view->asking);
    return row;
}

void ui_paint_pay(const struct bx_till_view *view, struct ui_grid *grid)
{
    ui_rule(grid, 1, 0, grid->columns, bx_word("Pay"));
    int row = sums(view, grid, 3);
    if (!view->asking[0] && !view->busy)
        offers(view, grid, row + 1);
    ui_rule(grid, row + 3, 0, grid->columns, bx_word("Basket"));
    for (size_t i = 0; i < view->line_count && row + 4 + (int)i < ui_bottom(grid); i++) {
        const struct bx_view_line *line = &view->lines[i];
        char text[BX_NAME_SIZE * 3 + 40];
        int at = row + 4 + (int)i, width = grid->columns;
        snprintf(text, sizeof(text), "%3d", line->quantity);
        ui_put(grid, at, 2, 4, UI_DIM, text);
        ui_line_words(line, text, sizeof(text));
        ui_put(grid, at, 7, width - 39, UI_DIM, text);
        snprintf(text, sizeof(text), "%s %s", line->day, line->time);
        ui_put_right(grid, at, width - 31, 13, UI_DIM, text);
        ui_put_right(grid, at, width - 17, 13, UI_DIM, line->amount);
    }
    ui_input(view, grid, bx_word("Received "));
}

void ui_paint_change(const struct bx_till_view *view, struct ui_grid *grid)
{
    bool out = view->received[0] == '-'; /* the money went the other way */
    const char *sum = out ? size_of(view->received) : view->change;
    int top = grid->rows / 2 - 5;
    int columns = ui_big_columns(sum), column = (grid->columns - columns) / 2;
    char text[160];

    ui_rule(grid, 1, 0, grid->columns, view->last_number);
    snprintf(text, sizeof(text), out ? bx_word("GIVE BACK %s") : bx_word("CHANGE %s"), sum);
    ui_put_centre(grid, top, 0, grid->columns, UI_STRONG, text);
    int at = (grid->columns + (int)bx_text_columns(text)) / 2 - (int)strlen(sum);
    ui_big(grid, top + 2, column > 0 ? column : 0, UI_STRONG, sum);
    if (!out) {
        bx_words_print(text, sizeof(text), "Total %s   Received %s", view->due, view->received);
        ui_put_centre(grid, top + 8, 0, grid->columns, UI_PLAIN, text);
    }
    ui_put_centre(grid, top + 10, 0, grid->columns, ui_tone_style(view->printer_tone), view->paper);
    ui_put_centre(grid, ui_bottom(grid) - 1, 0, grid->columns, UI_DIM,
                  bx_word("the next key starts the next sale"));
    ui_cursor(grid, top, at);
}

void ui_paint_stop(const struct bx_till_view *view, struct ui_grid *grid)
{
    int top = grid->rows / 2 - 4;

    (void)view;
    ui_fill(grid, top, 0, grid->columns, UI_BAD, ' ');
    ui_fill(grid, top + 1, 0, grid->columns, UI_BAD, ' ');
    ui_fill(grid, top + 2, 0, grid->columns, UI_BAD, ' ');
    ui_put_centre(grid, top + 1, 0, grid->columns, UI_BAD, bx_word("DO NOT HAND OUT"));
    ui_put_centre(grid, top + 4, 0, grid->columns, UI_PLAIN,
                  bx_word("The disk did not say whether the last sale was written."));
    ui_put_centre(grid, top + 5, 0, grid->columns, UI_PLAIN,
                  bx_word("The till is looking. Keep money and goods until it says so."));
    ui_cursor(grid, top + 1, 0);
}
