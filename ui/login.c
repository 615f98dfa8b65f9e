/* SPDX-License-Identifier: Apache-2.0 */
/* Who is it? Says whose basket and whose till this is before anybody types. */

#include "ui/paint.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

void ui_paint_login(const struct bx_till_view *view, struct ui_grid *grid)
{
    int top = grid->rows / 2 - 4, width = grid->columns;
    char text[BX_NAME_SIZE + 96];

    ui_rule(grid, 1, 0, width, bx_word(view->locked ? "Locked" : "Log in"));
    if (view->locked && view->cashier[0]) {
        bx_words_print(text, sizeof(text), "Locked by %s.", view->cashier);
        ui_put_centre(grid, top, 0, width, UI_STRONG, text);
    } else {
        bx_words_print(text, sizeof(text), "Till %lld", (long long)view->till);
        ui_put_centre(grid, top, 0, width, UI_STRONG, text);
    }
    if (view->line_count > 0) {
        bx_words_print(text, sizeof(text), "A basket of %s %s is kept: it will be yours.",
                       view->currency, view->total);
        ui_put_centre(grid, top + 1, 0, width, UI_PLAIN, text);
    }
    const char *prompt = bx_word(view->asks_pin ? "PIN" : "Cashier number");
    int column = width / 2 - 12;
    ui_put(grid, top + 4, column, 20, UI_PLAIN, prompt);
    int at = column + (int)bx_text_columns(prompt) + 2;
    ui_put(grid, top + 4, at, 24, UI_STRONG, view->input);
    ui_cursor(grid, top + 4, at + (int)view->cursor);
    if (view->checking)
        ui_put_centre(grid, top + 6, 0, width, UI_DIM, bx_word("checking ..."));
}
