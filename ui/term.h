/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The one door to ncurses. */

#include <stdbool.h>

#include "boxtill/base/fault.h"
#include "ui/grid.h"

int bx_must ui_term_open(struct bx_fault *fault);
void ui_term_close(void);
void ui_term_size(int *ret_rows, int *ret_columns);
bool ui_term_is_utf8(void);
/* The terminal changed its size: asks the system and redraws from nothing next time. */
void ui_term_resize(void);
/* Next key as bx_key; false when none waits. UI_KEY_POINT: a mouse or a finger pressed the cell at
 * ROW, COLUMN. */
enum { UI_KEY_POINT = 0x120000 };
bool ui_term_key(int *ret_key, int *ret_row, int *ret_column);
void ui_term_show(const struct ui_grid *grid);
void ui_term_bell(void);
