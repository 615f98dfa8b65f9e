/* SPDX-License-Identifier: Apache-2.0 */
/* Forms over what was open, menus, and sheets to read. */

#include "ui/paint.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

enum { LABEL_LEAST = 14, TEXT_ROWS = 2 };

static void box(struct ui_grid *grid, int top, int left, int height, int width, const char *title)
{
    for (int i = 0; i < height; i++)
        ui_fill(grid, top + i, left, width, UI_PLAIN, ' ');
    for (int i = 1; i < height - 1; i++) {
        ui_glyph(grid, top + i, left, UI_STRONG, 0x2502, '|');
        ui_glyph(grid, top + i, left + width - 1, UI_STRONG, 0x2502, '|');
    }
    ui_rule(grid, top, left, width, title);
    ui_rule(grid, top + height - 1, left, width, "");
    ui_glyph(grid, top, left, UI_STRONG, 0x250c, '+');
    ui_glyph(grid, top, left + width - 1, UI_STRONG, 0x2510, '+');
    ui_glyph(grid, top + height - 1, left, UI_STRONG, 0x2514, '+');
    ui_glyph(grid, top + height - 1, left + width - 1, UI_STRONG, 0x2518, '+');
}

/* The first of COUNT rows to show in ROOM, so that AT is among them. */
static int first_of(int at, int count, int room)
{
    if (count <= room || at < room / 2)
        return 0;
    return at + room / 2 >= count ? count - room : at - room / 2;
}

static int chosen(const struct bx_view_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (options[i].selected)
            return (int)i;
    return 0;
}

static void option_row(struct ui_grid *grid, int row, int left, int width,
                       const struct bx_view_option *option, int steps)
{
    struct ui_hit hit = {
        .row = row, .column = left, .width = width, .key = option->key, .times = 1};
    if (option->key == '\0' && steps == 0)
        hit.key = BX_KEY_ENTER;
    else if (option->key == '\0')
        hit = (struct ui_hit){.row = row,
                              .column = left,
                              .width = width,
                              .key = steps > 0 ? BX_KEY_DOWN : BX_KEY_UP,
                              .times = steps > 0 ? steps : -steps,
                              .then = BX_KEY_ENTER};
    ui_hit(grid, &hit);
    char key[2] = {option->key, '\0'};
    ui_put(grid, row, left + 2, 2, UI_KEY, key);
    int used = ui_put(grid, row, left + 5, width - 6, UI_PLAIN, option->name);
    int column = used < 28 ? 30 : used + 2;
    if (option->help[0])
        ui_put(grid, row, left + 5 + column, width - 6 - column, UI_DIM, option->help);
    if (option->selected) {
        ui_tint(grid, row, left + 1, width - 2, UI_CHOSEN);
        ui_put(grid, row, left + 1, 1, UI_CHOSEN, ">");
    }
}

/* Columns of the labels: the longest one whole, unless the values would have no room. */
static int label_columns(const struct bx_till_view *view, int width)
{
    int most = LABEL_LEAST;
    for (size_t i = 0; i < view->field_count; i++)
        if ((int)bx_text_columns(view->fields[i].label) > most)
            most = (int)bx_text_columns(view->fields[i].label);
    return most < width * 3 / 5 ? most : width * 3 / 5;
}

static void field_row(const struct bx_till_view *view, struct ui_grid *grid, int row, int left,
                      int width, int nth)
{
    const struct bx_view_field *field = &view->fields[nth];
    int label = label_columns(view, width), at = left + 5 + label;
    ui_put(grid, row, left + 3, label, UI_PLAIN, field->label);
    int room = width - label - 7;
    int used = ui_put(grid, row, at, room, UI_STRONG, field->value);
    ui_hit_key(grid, row, left + 1, width - 2, field->selected ? 0 : BX_KEY_FIELD + nth);
    if (field->aside[0] && used + 2 < room) {
        int aside = ui_put(grid, row, at + used + 2, room - used - 2, UI_DIM, field->aside);
        if (field->selected && field->aside_key)
            ui_hit_key(grid, row, at + used + 2, aside, field->aside_key);
    }
    if (!field->selected)
        return;
    ui_put(grid, row, left + 1, 1, UI_CHOSEN, ">");
    ui_cursor(grid, row, at + (int)view->cursor);
}

/* Two keys at the foot, for hand and finger. */
static void ways(struct ui_grid *grid, int row, int column, const char *one, int key,
                 const char *other, int other_key)
{
    int used = ui_put(grid, row, column, grid->columns, UI_DIM, one);
    ui_hit_key(grid, row, column, used, key);
    int at = column + used + (used > 0 ? 3 : 0);
    used = ui_put(grid, row, at, grid->columns, UI_DIM, other);
    ui_hit_key(grid, row, at, used, other_key);
}

void ui_paint_form(const struct bx_till_view *view, struct ui_grid *grid)
{
    int width = grid->columns < 70 ? grid->columns - 4 : 66;
    int left = (grid->columns - width) / 2;
    int limit = ui_bottom(grid) - 2;
    int head = 1 + ui_wrapped(NULL, 0, 0, width - 4, TEXT_ROWS, view->form_text);
    int tail = view->form_sum[0] ? 3 : 2;
    int fields = (int)view->field_count, options = (int)view->option_count;
    int height = head + fields + options + tail;
    if (height > limit)
        height = limit;
    int top = (limit - height) / 2 + 1, room = height - head - tail;
    int field_room =
        fields + options > room && options > 0 ? room - (options < 6 ? options : 6) : room;
    int asked = 0;

    if (field_room < 1)
        field_room = 1;
    ui_hits_drop(grid);
    box(grid, top, left, height, width, view->title);
    ui_wrapped(grid, top + 1, left + 2, width - 4, TEXT_ROWS, view->form_text);
    for (int i = 0; i < fields; i++)
        if (view->fields[i].selected)
            asked = i;
    int row = top + head, shown = 0;
    for (int i = first_of(asked, fields, field_room); i < fields && shown < field_room;
         i++, shown++)
        field_row(view, grid, row++, left, width, i);
    int end = top + height - tail;
    int at = chosen(view->options, view->option_count);
    for (int i = first_of(at, options, end - row); i < options && row < end; i++)
        option_row(grid, row++, left + 2, width - 4, &view->options[i], i - at);
    if (view->form_sum[0])
        ui_put_right(grid, top + height - 3, left + 2, width - 4, UI_STRONG, view->form_sum);
    if (view->form_waits)
        ui_put(grid, top + height - 2, left + 2, width - 4, UI_DIM, bx_word("one moment ..."));
    else
        ways(grid, top + height - 2, left + 2, bx_word("Enter next"), BX_KEY_ENTER,
             bx_word("Esc back"), BX_KEY_ESC);
}

void ui_paint_menu(const struct bx_till_view *view, struct ui_grid *grid)
{
    int room = ui_bottom(grid) - 3, count = (int)view->option_count;
    int at = chosen(view->options, view->option_count), first = first_of(at, count, room);

    ui_rule(grid, 1, 0, grid->columns, view->title);
    for (int i = first; i < count && i - first < room; i++)
        option_row(grid, 3 + i - first, 0, grid->columns, &view->options[i], i - at);
    ui_cursor(grid, 3 + at - first, 1);
}

void ui_paint_sheet(const struct bx_till_view *view, struct ui_grid *grid)
{
    int room = ui_bottom(grid) - 3;
    char text[64];

    ui_rule(grid, 1, 0, grid->columns, view->title);
    for (int i = 0; i < (int)view->sheet_count && i < room; i++)
        ui_put(grid, 2 + i, 2, grid->columns - 4, UI_PLAIN, view->sheet[i]);
    if (view->row_total > (size_t)room) {
        bx_words_print(text, sizeof(text), "from line %zu of %zu", view->row_first + 1,
                       view->row_total);
        ui_put_right(grid, 1, grid->columns - 30, 28, UI_DIM, text);
    }
    int used =
        ui_put(grid, ui_bottom(grid) - 1, 2, grid->columns - 4, UI_DIM, bx_word("up, down read"));
    ui_hit_key(grid, ui_bottom(grid) - 1, 2, used / 2, BX_KEY_PAGE_UP);
    ui_hit_key(grid, ui_bottom(grid) - 1, 2 + used / 2, used - used / 2, BX_KEY_PAGE_DOWN);
    ways(grid, ui_bottom(grid) - 1, used + 5, view->sheet_prints ? bx_word("p print") : "", 'p',
         bx_word("Esc back"), BX_KEY_ESC);
    ui_cursor(grid, 2, 1);
}
