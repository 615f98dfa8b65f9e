/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Between the files that paint: which part of the sheet is whose, and the pieces they share. */

#include "boxtill/till/view.h"
#include "ui/grid.h"

enum ui_style ui_tone_style(enum bx_tone tone);
/* Rows 1 … bottom - 1 are a screen's own; row 0 is the till's state; the last three rows are the
 * sentence, the input and the hints. */
int ui_bottom(const struct ui_grid *grid);
/* A basket line's words: "Adult · Special exhibition (Family day), one ticket". */
void ui_line_words(const struct bx_view_line *line, char *out, size_t size);
/* Breaks TEXT at blanks into lines of WIDTH; returns how many rows it drew, at most ROWS. GRID
 * NULL: how many it would. */
int ui_wrapped(struct ui_grid *grid, int row, int column, int width, int rows, const char *text);
/* The input on its row, with the cursor in it. */
void ui_input(const struct bx_till_view *view, struct ui_grid *grid, const char *prompt);

void ui_paint_sell(const struct bx_till_view *view, struct ui_grid *grid);    /* sell.c */
void ui_paint_pay(const struct bx_till_view *view, struct ui_grid *grid);     /* pay.c */
void ui_paint_change(const struct bx_till_view *view, struct ui_grid *grid);  /* pay.c */
void ui_paint_stop(const struct bx_till_view *view, struct ui_grid *grid);    /* pay.c */
void ui_paint_lines(const struct bx_till_view *view, struct ui_grid *grid);   /* lists.c */
void ui_paint_list(const struct bx_till_view *view, struct ui_grid *grid);    /* lists.c */
void ui_paint_palette(const struct bx_till_view *view, struct ui_grid *grid); /* lists.c */
void ui_paint_keys(const struct bx_till_view *view, struct ui_grid *grid);    /* lists.c */
void ui_paint_form(const struct bx_till_view *view, struct ui_grid *grid);    /* form.c */
void ui_paint_menu(const struct bx_till_view *view, struct ui_grid *grid);    /* form.c */
void ui_paint_sheet(const struct bx_till_view *view, struct ui_grid *grid);   /* form.c */
void ui_paint_login(const struct bx_till_view *view, struct ui_grid *grid);   /* login.c */

/* Digits three columns wide and five rows high, for what must be read from afar (big.c). Returns
 * the columns TEXT would take. */
int ui_big_columns(const char *text);
void ui_big(struct ui_grid *grid, int row, int column, enum ui_style style, const char *text);
