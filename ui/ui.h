/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The screen: keys in, a view out. It holds no rule and no state of the till; it turns bytes of the
 * terminal into keys and a bx_till_view into cells. One terminal per process, one thread. */

#include <stdbool.h>

#include "boxtill/base/fault.h"
#include "boxtill/till/view.h"
#include "ui/grid.h"
#include "ui/shown.h"

struct ui;

/* Takes the terminal on stdin and stdout. NO_COLOR and terminals without colour are drawn in mono.
 * NULL with a sentence when it is no terminal. */
struct ui *ui_start(struct bx_fault *fault);
/* The same till as lines of text on standard input and output, terminal or not (plain.h). */
struct ui *ui_start_plain(struct bx_fault *fault);
/* Gives the terminal back as it was. Accepts NULL. */
void *ui_stop(struct ui *ui);
BX_CLEANUP_DEFINE(struct ui, ui_stop)

/* Readable when a key may wait. */
int ui_fd(const struct ui *ui);
/* The next key (see bx_key); false when none waits. */
bool ui_key(struct ui *ui, int *ret_key);
/* Nobody can give a key any more. */
bool ui_is_gone(const struct ui *ui);
/* The window has another size (SIGWINCH): the next draw fits it. */
void ui_resized(struct ui *ui);
void ui_draw(struct ui *ui, const struct bx_till_view *view);
/* The customer's side instead of the cashier's. */
void ui_draw_shown(struct ui *ui, const struct ui_shown *shown);
void ui_bell(struct ui *ui);

/* The pure half: VIEW onto GRID, whatever its size. */
void ui_paint(const struct bx_till_view *view, struct ui_grid *grid);
