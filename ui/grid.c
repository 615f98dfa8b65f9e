/* SPDX-License-Identifier: Apache-2.0 */
/* The cell grid. Everything is clipped here, once, so that no screen has to think about edges; and
 * a wide character is never cut in half, since half of one moves the rest of the line. */

#include "ui/grid.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/till/till.h"

struct ui_grid *ui_grid_create(int rows, int columns, bool utf8)
{
    struct ui_grid *grid = bx_new(struct ui_grid);
    grid->rows = rows;
    grid->columns = columns;
    grid->utf8 = utf8;
    grid->cells = bx_alloc((size_t)rows * (size_t)columns + 1, sizeof(struct ui_cell));
    ui_grid_clear(grid);
    return grid;
}

void *ui_grid_destroy(struct ui_grid *grid)
{
    if (!grid)
        return NULL;
    bx_free(grid->cells);
    return bx_free(grid);
}

void ui_grid_clear(struct ui_grid *grid)
{
    for (int i = 0; i < grid->rows * grid->columns; i++)
        grid->cells[i] = (struct ui_cell){.c = ' '};
    grid->cursor_row = grid->cursor_column = 0;
    grid->hit_count = 0;
}

static struct ui_cell *at(struct ui_grid *grid, int row, int column)
{
    if (row < 0 || row >= grid->rows || column < 0 || column >= grid->columns)
        return NULL;
    return &grid->cells[row * grid->columns + column];
}

/* Sets one cell; what it breaks of a wide character becomes blank. */
static void set(struct ui_grid *grid, int row, int column, enum ui_style style, uint32_t c)
{
    struct ui_cell *cell = at(grid, row, column);
    if (!cell)
        return;
    struct ui_cell *before = at(grid, row, column - 1), *after = at(grid, row, column + 1);
    if (cell->c == 0 && c != 0 && before)
        before->c = ' ';
    if (after && after->c == 0)
        after->c = ' ';
    *cell = (struct ui_cell){.c = c, .style = (uint8_t)style};
}

static void mark(struct ui_grid *grid, int row, int column, uint32_t c)
{
    struct ui_cell *cell = at(grid, row, column);
    if (cell && cell->c == 0)
        cell = at(grid, row, column - 1);
    for (int i = 0; cell && i < UI_MARKS; i++)
        if (cell->marks[i] == 0) {
            cell->marks[i] = c;
            return;
        }
}

/* What a terminal without UTF-8 can show of C. */
static uint32_t plain(const struct ui_grid *grid, uint32_t c)
{
    if (grid->utf8 || c < 0x7f)
        return c;
    switch (c) {
    case 0x2026: return '~';
    case 0x00b7: return '.';
    case 0x2013: return '-';
    case 0x00d7: return 'x';
    case 0x25cf: return '*';
    case 0x25cb: return 'o';
    default: return '?';
    }
}

int ui_put(struct ui_grid *grid, int row, int column, int width, enum ui_style style,
           const char *text)
{
    int room = column + width > grid->columns ? grid->columns - column : width;
    bool cut = (int)bx_text_columns(text) > room;
    int limit = cut ? room - 1 : room, used = 0;
    size_t len = strlen(text), step;
    uint32_t c;

    if (room <= 0)
        return 0;
    for (size_t i = 0; (step = bx_text_decode(text + i, len - i, &c)) > 0; i += step) {
        int columns = bx_text_char_columns(c);
        if (used + columns > limit)
            break;
        if (columns == 0) {
            if (grid->utf8 && used > 0)
                mark(grid, row, column + used - 1, c);
            continue;
        }
        if (!grid->utf8 && columns == 2) {
            set(grid, row, column + used, style, '?');
            set(grid, row, column + used + 1, style, '?');
        } else {
            set(grid, row, column + used, style, plain(grid, c));
            if (columns == 2 && at(grid, row, column + used + 1))
                *at(grid, row, column + used + 1) = (struct ui_cell){.style = (uint8_t)style};
        }
        used += columns;
    }
    if (cut && room > 0)
        set(grid, row, column + used++, style, plain(grid, 0x2026));
    return used;
}

void ui_put_right(struct ui_grid *grid, int row, int column, int width, enum ui_style style,
                  const char *text)
{
    int columns = (int)bx_text_columns(text);
    int skip = columns < width ? width - columns : 0;
    ui_put(grid, row, column + skip, width - skip, style, text);
}

void ui_put_centre(struct ui_grid *grid, int row, int column, int width, enum ui_style style,
                   const char *text)
{
    int columns = (int)bx_text_columns(text);
    int skip = columns < width ? (width - columns) / 2 : 0;
    ui_put(grid, row, column + skip, width - skip, style, text);
}

void ui_fill(struct ui_grid *grid, int row, int column, int width, enum ui_style style, uint32_t c)
{
    for (int i = 0; i < width; i++)
        set(grid, row, column + i, style, plain(grid, c));
}

void ui_tint(struct ui_grid *grid, int row, int column, int width, enum ui_style style)
{
    for (int i = 0; i < width; i++) {
        struct ui_cell *cell = at(grid, row, column + i);
        if (cell)
            cell->style = (uint8_t)style;
    }
}

void ui_glyph(struct ui_grid *grid, int row, int column, enum ui_style style, uint32_t c,
              char ascii)
{
    set(grid, row, column, style, grid->utf8 ? c : (uint32_t)(unsigned char)ascii);
}

void ui_rule(struct ui_grid *grid, int row, int column, int width, const char *title)
{
    for (int i = 0; i < width; i++)
        ui_glyph(grid, row, column + i, UI_DIM, 0x2500, '-');
    if (title[0] == '\0' || width < 6)
        return;
    ui_fill(grid, row, column + 1, 1, UI_PLAIN, ' ');
    int used = ui_put(grid, row, column + 2, width - 4, UI_STRONG, title);
    ui_fill(grid, row, column + 2 + used, 1, UI_PLAIN, ' ');
}

void ui_cursor(struct ui_grid *grid, int row, int column)
{
    grid->cursor_row = row < 0 ? 0 : row >= grid->rows ? grid->rows - 1 : row;
    grid->cursor_column = column < 0 ? 0 : column >= grid->columns ? grid->columns - 1 : column;
}

void ui_grid_row_text(const struct ui_grid *grid, int row, struct bx_buf *out)
{
    const struct ui_cell *cells = &grid->cells[row * grid->columns];
    int end = grid->columns;
    char bytes[4];

    while (end > 0 && cells[end - 1].c == ' ')
        end--;
    for (int i = 0; i < end; i++) {
        if (cells[i].c != 0)
            bx_buf_add(out, bytes, bx_text_encode(cells[i].c, bytes));
        for (int m = 0; m < UI_MARKS && cells[i].marks[m] != 0; m++)
            bx_buf_add(out, bytes, bx_text_encode(cells[i].marks[m], bytes));
    }
}

void ui_hit(struct ui_grid *grid, const struct ui_hit *hit)
{
    if (grid->hit_count < UI_HITS && hit->width > 0 && hit->key != 0)
        grid->hits[grid->hit_count++] = *hit;
}

void ui_hit_key(struct ui_grid *grid, int row, int column, int width, int key)
{
    ui_hit(grid,
           &(struct ui_hit){.row = row, .column = column, .width = width, .key = key, .times = 1});
}

void ui_hit_row(struct ui_grid *grid, int row, int nth, int selected, int enter)
{
    int steps = nth - selected;
    struct ui_hit hit = {.row = row, .width = grid->columns, .key = enter, .times = 1};
    if (steps != 0) {
        hit.key = steps > 0 ? BX_KEY_DOWN : BX_KEY_UP;
        hit.times = steps > 0 ? steps : -steps;
    }
    ui_hit(grid, &hit);
}

void ui_hits_drop(struct ui_grid *grid)
{
    grid->hit_count = 0;
}

const struct ui_hit *ui_hit_at(const struct ui_grid *grid, int row, int column)
{
    for (int i = grid->hit_count; i-- > 0;) {
        const struct ui_hit *hit = &grid->hits[i];
        if (hit->row == row && column >= hit->column && column < hit->column + hit->width)
            return hit;
    }
    return NULL;
}
