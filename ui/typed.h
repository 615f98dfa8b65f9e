/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A line that somebody typed to the till without a screen (plain.h has its grammar), as keys. */

#include "ui/speak.h"

enum { UI_TYPED_KEYS = 1024 };

struct ui_typed {
    int keys[UI_TYPED_KEYS];
    size_t count;
    bool again; /* everything is to be said once more */
};

/* SAID is what was said last, VIEW what it was said of. */
void ui_typed_line(const struct ui_speech *said, const struct bx_till_view *view, const char *text,
                   struct ui_typed *ret);
