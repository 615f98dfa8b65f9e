/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The sitting: keys (\n Enter, \033 Esc, \b Backspace, \v down, \f up, \x7f Delete), then a picture
 * of what they led to. */

#include <stdbool.h>
#include <stddef.h>

#include "boxtill/till/action.h"

struct rig;
struct scene {
    const char *name; /* NULL: no picture */
    const char *keys;
    enum bx_action action;            /* after the keys, by the palette; BX_ACTION_NONE */
    void (*prepare)(struct rig *rig); /* after the keys, before the picture; NULL */
};
extern const struct scene scenes[];
extern const size_t scene_count;
