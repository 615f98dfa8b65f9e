/* SPDX-License-Identifier: Apache-2.0 */
/* The home screen: slots left, basket right, tickets and the total below. The drawing is for 80
 * columns; a larger window gives more slots and more basket, never another order of things. */

#include "ui/paint.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

/* Where things are on this sheet. In a large window the last sales stand under the basket. */
struct plan {
    int lasts;    /* row of their title; 0: not shown */
    int split;    /* column of the line between left and right */
    int tickets;  /* row of the lower title */
    int products; /* rows of products */
};

static struct plan plan_for(const struct bx_till_view *view, const struct ui_grid *grid)
{
    int bottom = ui_bottom(grid), columns = grid->columns;
    int need = ((int)view->product_count + 1) / 2;
    int products = need < 4 ? 4 : need;
    int most = (bottom - 3) / 2;
    if (products > most)
        products = most;
    int tickets = bottom - products - 1, lasts = (int)view->last_count;
    bool large = grid->rows >= 30 && columns >= 100;
    return (struct plan){.lasts = large && lasts > 0 ? tickets - lasts - 1 : 0,
                         .split = columns >= 100 ? columns * 56 / 100 : columns * 59 / 100,
                         .products = products,
                         .tickets = tickets};
}

static void bar(struct ui_grid *grid, int row, int column, int width,
                const struct bx_view_slot *slot)
{
    if (slot->capacity <= 0)
        return;
    int64_t taken = slot->taken < 0                ? 0
                    : slot->taken > slot->capacity ? slot->capacity
                                                   : slot->taken;
    int fill = (int)(taken * width / slot->capacity);
    if (taken > 0 && fill == 0)
        fill = 1;
    if (taken < slot->capacity && fill == width)
        fill = width - 1;
    for (int i = 0; i < width; i++)
        ui_glyph(grid, row, column + i, i < fill ? UI_PLAIN : UI_DIM, i < fill ? 0x2588 : 0x2591,
                 i < fill ? '#' : '.');
}

/* " > 14:30  ██████████░░░░  20 yours   ~38" */
static void slot_row(struct ui_grid *grid, int row, int width, const struct bx_view_slot *slot)
{
    char text[40];
    int at_words = width - 21, bar_width = at_words - 12;
    enum ui_style style = slot->selected ? UI_STRONG : UI_PLAIN;

    if (slot->selected)
        ui_put(grid, row, 1, 1, UI_STRONG, ">");
    ui_put(grid, row, 3, 5, style, slot->time);
    if (bar_width > 18)
        bar_width = 18;
    bar(grid, row, 10, bar_width, slot);
    at_words = 10 + bar_width + 2;
    if (slot->cancelled || slot->over) {
        ui_put(grid, row, at_words, 18, UI_DIM, bx_word(slot->cancelled ? "cancelled" : "over"));
        return;
    }
    if (slot->full && slot->ours == 0) {
        ui_put(grid, row, at_words, 18, UI_WARN, bx_word("full"));
        return;
    }
    if (slot->asked && slot->ours == 0)
        bx_words_print(text, sizeof(text), "asking ...");
    else
        bx_words_print(text, sizeof(text), "%3lld yours", (long long)slot->ours);
    ui_put(grid, row, at_words, 10, slot->ours > 0 ? style : UI_DIM, text);
    if (slot->left >= 0) {
        snprintf(text, sizeof(text), "~%lld", (long long)slot->left);
        ui_put_right(grid, row, at_words + 10, width - at_words - 11, UI_DIM, text);
    }
}

static void slots(const struct bx_till_view *view, struct ui_grid *grid, const struct plan *plan)
{
    int rows = plan->tickets - 2, first = 0;
    int count = (int)view->slot_count, selected = (int)view->slot_selected;

    if (count > rows && selected > rows / 3)
        first = selected - rows / 3;
    if (first > count - rows)
        first = count > rows ? count - rows : 0;
    for (int i = 0; i < rows && first + i < count; i++) {
        slot_row(grid, 2 + i, plan->split, &view->slots[first + i]);
        int steps = first + i - selected;
        ui_hit(grid, &(struct ui_hit){.row = 2 + i,
                                      .width = plan->split,
                                      .key = steps < 0   ? BX_KEY_UP
                                             : steps > 0 ? BX_KEY_DOWN
                                                         : 0,
                                      .times = steps < 0 ? -steps : steps});
    }
    if (count == 0)
        ui_put(grid, 3, 3, plan->split - 4, UI_DIM,
               bx_word("no slots left on this day: D another day"));
    if (view->news_age[0])
        ui_put_right(grid, plan->tickets, 0, plan->split - 1, UI_DIM, view->news_age);
}

/* AMOUNT: columns of the widest amount; a price is never cut. */
static void basket_line(struct ui_grid *grid, int row, int column, int width, int amount,
                        const struct bx_view_line *line)
{
    char quantity[16], what[BX_NAME_SIZE * 3 + 40], when[24];

    snprintf(quantity, sizeof(quantity), "%3d", line->quantity);
    ui_put(grid, row, column, 4, UI_STRONG, quantity);
    snprintf(when, sizeof(when), "%s%s%s", line->day, line->day[0] ? " " : "", line->time);
    int when_width = line->day[0] ? 12 : 5;
    int name = width - 5 - amount - when_width - 2;
    ui_line_words(line, what, sizeof(what));
    ui_put(grid, row, column + 5, name, UI_PLAIN, what);
    ui_put_right(grid, row, column + 5 + name + 1, when_width, line->waiting ? UI_WARN : UI_DIM,
                 line->waiting ? bx_word("asked") : when);
    ui_put_right(grid, row, column + width - amount, amount, UI_PLAIN, line->amount);
}

static void basket(const struct bx_till_view *view, struct ui_grid *grid, const struct plan *plan)
{
    int rows = (plan->lasts ? plan->lasts : plan->tickets) - 2, count = (int)view->line_count;
    int column = plan->split + 1, width = grid->columns - column - 1;
    int first = count > rows ? count - rows : 0; /* the newest stay in sight */

    int amount = 6;
    for (int i = first; i < count; i++)
        if ((int)bx_text_columns(view->lines[i].amount) > amount)
            amount = (int)bx_text_columns(view->lines[i].amount);
    for (int i = first; i < count; i++)
        basket_line(grid, 2 + i - first, column, width, amount, &view->lines[i]);
    if (first > 0) {
        char more[32];
        bx_words_print(more, sizeof(more), "%d more above", first + 1);
        ui_fill(grid, 2, column, width, UI_PLAIN, ' ');
        ui_put(grid, 2, column + 1, width, UI_DIM, more);
    }
}

static void lasts(const struct bx_till_view *view, struct ui_grid *grid, const struct plan *plan)
{
    int column = plan->split + 2, width = grid->columns - column - 1;

    if (plan->lasts == 0)
        return;
    ui_rule(grid, plan->lasts, plan->split, grid->columns - plan->split, bx_word("Last sales"));
    ui_glyph(grid, plan->lasts, plan->split, UI_DIM, 0x251c, '+');
    for (size_t i = 0; i < view->last_count; i++) {
        const struct bx_view_last *last = &view->lasts[i];
        int row = plan->lasts + 1 + (int)i;
        ui_put(grid, row, column, 14, UI_PLAIN, last->number);
        ui_put(grid, row, column + 15, 5, UI_DIM, last->time);
        ui_put_right(grid, row, column + 21, width - 21, UI_PLAIN, last->total);
    }
}

/* " a F2 Adult        24.00 " */
static void product(struct ui_grid *grid, int row, int column, int width,
                    const struct bx_view_product *item)
{
    char key[3] = {item->key, '\0'}, function[12] = "";
    int price = (int)strlen(item->price) < 5 ? 5 : (int)strlen(item->price);

    ui_put(grid, row, column, 1, UI_KEY, key);
    if (item->function > 0)
        snprintf(function, sizeof(function), "F%d", item->function);
    /* The letter does the same: its name is worth more than the twin. */
    int at = (int)bx_text_columns(item->name) > width - 6 - price ? 2 : 5;
    if (at == 5)
        ui_put(grid, row, column + 2, 2, UI_DIM, function);
    ui_put(grid, row, column + at, width - at - 1 - price, UI_PLAIN, item->name);
    ui_put_right(grid, row, column + width - price, price, UI_PLAIN, item->price);
    ui_hit_key(grid, row, column, width, item->key);
}

static void products(const struct bx_till_view *view, struct ui_grid *grid, const struct plan *plan)
{
    int half = (plan->split - 1) / 2, most = plan->products * 2;

    for (int i = 0; i < (int)view->product_count && i < most; i++)
        product(grid, plan->tickets + 1 + i % plan->products, 1 + i / plan->products * half,
                half - 1, &view->products[i]);
}

static void sums(const struct bx_till_view *view, struct ui_grid *grid, const struct plan *plan)
{
    int column = plan->split + 2, width = grid->columns - column - 1, row = plan->tickets + 1;
    char text[48];

    if (view->persons > 0) {
        snprintf(text, sizeof(text), bx_words_of(view->persons, "%d person", "%d persons"),
                 view->persons);
        int used = ui_put(grid, row, column, width, UI_PLAIN, text);
        if (view->facts[0])
            ui_put(grid, row, column + used + 2, width - used - 2, UI_STRONG, view->facts);
    } else if (view->facts[0]) {
        ui_put(grid, row, column, width, UI_STRONG, view->facts);
    }
    ui_put(grid, row + 1, column, width, UI_STRONG, bx_word("Total"));
    snprintf(text, sizeof(text), "%s %9s", view->currency, view->total);
    ui_put_right(grid, row + 1, column + 6, width - 6, UI_STRONG, text);
    if (view->last_number[0]) {
        ui_put(grid, row + 2, column, width, UI_DIM, view->last_number);
        ui_put(grid, row + 3, column, width, UI_DIM, view->last_text);
    }
}

void ui_paint_sell(const struct bx_till_view *view, struct ui_grid *grid)
{
    struct plan plan = plan_for(view, grid);
    char title[BX_NAME_SIZE + 32];

    snprintf(title, sizeof(title), "%s \xc2\xb7 %s", view->day, view->event);
    ui_rule(grid, 1, 0, plan.split, title);
    int day = (int)bx_text_columns(view->day) + 3;
    ui_hit_key(grid, 1, 0, day, 'D');
    ui_hit_key(grid, 1, day, plan.split - day, 'E');
    snprintf(title, sizeof(title), "%s", bx_word("Basket"));
    if (view->parked > 0)
        bx_words_print(title, sizeof(title), "Basket, %zu parked", view->parked);
    ui_rule(grid, 1, plan.split, grid->columns - plan.split, title);
    for (int row = 1; row < plan.tickets; row++)
        ui_hit_key(grid, row, plan.split + 1, grid->columns - plan.split - 1, 'B');
    for (int row = plan.tickets + 1; row < plan.tickets + 3; row++)
        ui_hit_key(grid, row, plan.split + 1, grid->columns - plan.split - 1, BX_KEY_ENTER);
    bx_words_print(title, sizeof(title), "Tickets");
    if (view->product_pages > 1)
        bx_words_print(title, sizeof(title), "Tickets %zu of %zu, PgDn", view->product_page + 1,
                       view->product_pages);
    ui_rule(grid, plan.tickets, 0, grid->columns, title);
    ui_hit_key(grid, plan.tickets, 0, plan.split, view->product_pages > 1 ? BX_KEY_PAGE_DOWN : 0);
    ui_glyph(grid, 1, plan.split, UI_DIM, 0x252c, '+');
    for (int row = 2; row < ui_bottom(grid); row++)
        ui_glyph(grid, row, plan.split, UI_DIM, 0x2502, '|');
    ui_glyph(grid, plan.tickets, plan.split, UI_DIM, 0x253c, '+');
    slots(view, grid, &plan);
    basket(view, grid, &plan);
    lasts(view, grid, &plan);
    products(view, grid, &plan);
    sums(view, grid, &plan);
    bool is_line = view->screen == BX_SCREEN_LINE;
    ui_input(view, grid, is_line ? "=" : "");
    if (is_line && view->error_column > 0)
        ui_tint(grid, grid->rows - 2, 1 + view->error_column, 1, UI_BAD);
}
