/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The till without a screen: lines out, lines in. A line that comes in is
 *     keys                  2a
 *     nothing               Enter
 *     a number              chooses what has that number, where digits are not typed
 *     .7                    the same anywhere
 *     .esc .up .down .left .right .del .bksp .pgup .pgdn .home .end .tab .f1 … .f12
 *     .                     says everything once more
 * Where text is typed (a PIN, an amount, a search), the end of the line is Enter. A line waits
 * until what the one before began has an answer. */

#include <stdbool.h>

#include "boxtill/base/fault.h"
#include "boxtill/till/view.h"

struct ui_plain;

struct ui_plain *ui_plain_start(struct bx_fault *fault);
void *ui_plain_stop(struct ui_plain *plain);
int ui_plain_fd(const struct ui_plain *plain);
bool ui_plain_key(struct ui_plain *plain, int *ret_key);
/* No line will come any more, and the last one was answered. */
bool ui_plain_is_gone(const struct ui_plain *plain);
void ui_plain_draw(struct ui_plain *plain, const struct bx_till_view *view);
