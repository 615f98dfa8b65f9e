/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the customer sees: what the till tells a display (src/till/display.c), and how it looks on a
 * screen and on a pole of two rows of twenty letters. */

#include <stdbool.h>
#include <stddef.h>

#include "boxtill/base/fault.h"
#include "boxtill/base/money.h"
#include "boxtill/domain/basket.h"
#include "ui/grid.h"

enum ui_shown_state {
    UI_SHOWN_CLOSED, /* no till answers */
    UI_SHOWN_IDLE,
    UI_SHOWN_BASKET,
    UI_SHOWN_PAY,
    UI_SHOWN_CHANGE
};

struct ui_shown_line {
    int quantity;
    char name[BX_NAME_SIZE];
    char amount[BX_MONEY_TEXT];
};

struct ui_shown {
    enum ui_shown_state state;
    bool training;
    char venue[BX_NAME_SIZE], member[BX_NAME_SIZE], currency[4];
    int line_count;
    struct ui_shown_line lines[BX_LINES_MAX];
    char total[BX_MONEY_TEXT], left[BX_MONEY_TEXT], received[BX_MONEY_TEXT], change[BX_MONEY_TEXT];
};

int bx_must ui_shown_parse(const char *json, size_t len, struct ui_shown *ret,
                           struct bx_fault *fault);
void ui_shown_paint(const struct ui_shown *shown, struct ui_grid *grid);

enum { UI_POLE_COLUMNS = 20, UI_POLE_ROWS = 2, UI_POLE_BYTES = 64 };
/* Form feed, then the two rows, each twenty letters of ASCII: what CD5220, DM-D and their kin all
 * take. Returns the bytes. */
size_t ui_shown_pole(const struct ui_shown *shown, char out[UI_POLE_BYTES]);
