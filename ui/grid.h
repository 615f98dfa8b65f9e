/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A sheet of character cells, the only thing a screen draws on. It knows columns, not terminals:
 * a test reads it, ui/term.c shows it. Text that does not fit is cut at a column and ends in an
 * ellipsis; nothing ever wraps or spills. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/buf.h"

/* What a cell means; the terminal decides how that looks, in colour and without. */
enum ui_style {
    UI_PLAIN,
    UI_DIM,    /* less important */
    UI_STRONG, /* more important */
    UI_BAR,    /* the first line */
    UI_CHOSEN, /* the selected row */
    UI_KEY,    /* a key that can be pressed */
    UI_GOOD,
    UI_WARN,
    UI_BAD,
    UI_STYLES
};

enum { UI_MARKS = 2 };

struct ui_cell {
    uint32_t c;               /* 0: the right half of the wide character before it */
    uint32_t marks[UI_MARKS]; /* combining marks on it, 0 none */
    uint8_t style;
};

/* A place that can be pressed with a mouse or a finger, and the keys that are the same thing: KEY
 * so many times, then THEN (0: nothing more). The till never learns of a mouse. */
struct ui_hit {
    int row, column, width;
    int key, times, then;
};
enum { UI_HITS = 160 };

struct ui_grid {
    int rows, columns;
    int cursor_row, cursor_column; /* always somewhere: braille displays follow it */
    bool utf8;                     /* false: only ASCII is drawn */
    struct ui_cell *cells;
    int hit_count;
    struct ui_hit hits[UI_HITS];
};

struct ui_grid *ui_grid_create(int rows, int columns, bool utf8);
void *ui_grid_destroy(struct ui_grid *grid);
BX_CLEANUP_DEFINE(struct ui_grid, ui_grid_destroy)

void ui_grid_clear(struct ui_grid *grid);
/* Valid UTF-8 TEXT from COLUMN, at most WIDTH columns; returns the columns it took. */
int ui_put(struct ui_grid *grid, int row, int column, int width, enum ui_style style,
           const char *text);
/* The same, ending at the right edge of its WIDTH. */
void ui_put_right(struct ui_grid *grid, int row, int column, int width, enum ui_style style,
                  const char *text);
void ui_put_centre(struct ui_grid *grid, int row, int column, int width, enum ui_style style,
                   const char *text);
void ui_fill(struct ui_grid *grid, int row, int column, int width, enum ui_style style, uint32_t c);
/* Restyles what is there. */
void ui_tint(struct ui_grid *grid, int row, int column, int width, enum ui_style style);
/* A rule across the row with TITLE in it ("" none). */
void ui_rule(struct ui_grid *grid, int row, int column, int width, const char *title);
/* One character in UTF-8 terminals, another elsewhere. */
void ui_glyph(struct ui_grid *grid, int row, int column, enum ui_style style, uint32_t c,
              char ascii);
void ui_cursor(struct ui_grid *grid, int row, int column);
/* What lies over another takes its place; a full table takes no more. */
void ui_hit(struct ui_grid *grid, const struct ui_hit *hit);
/* KEY once. */
void ui_hit_key(struct ui_grid *grid, int row, int column, int width, int key);
/* Row NTH of a list whose row SELECTED is chosen: arrows go there, pressing it again is ENTER (0:
 * nothing). */
void ui_hit_row(struct ui_grid *grid, int row, int nth, int selected, int enter);
/* Nothing of what was drawn so far can be pressed any more: something lies over it. */
void ui_hits_drop(struct ui_grid *grid);
/* NULL: nothing there. */
const struct ui_hit *ui_hit_at(const struct ui_grid *grid, int row, int column);
/* The row as text, trailing blanks dropped: for tests and goldens. */
void ui_grid_row_text(const struct ui_grid *grid, int row, struct bx_buf *out);
