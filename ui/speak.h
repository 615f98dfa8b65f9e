/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A view as lines of text, one thing a line and no columns: for a screen reader, a braille line, a
 * script. What can be chosen has a number. */

#include "boxtill/till/view.h"
#include "ui/grid.h"

enum { UI_SPEECH_LINES = 200, UI_SPEECH_TEXT = 240 };

struct ui_spoken {
    int number;         /* 0: nothing to choose */
    bool is_restless;   /* its figures move by themselves: only new words are worth saying */
    struct ui_hit keys; /* what choosing it presses */
    char text[UI_SPEECH_TEXT];
};

struct ui_speech {
    int count, numbers;
    struct ui_spoken lines[UI_SPEECH_LINES];
};

void ui_speak(const struct bx_till_view *view, struct ui_speech *ret);
/* What is typed here is text, and the end of a line is Enter. */
bool ui_speak_is_writing(const struct bx_till_view *view, const char *text);
/* What is typed here is a secret. */
bool ui_speak_is_secret(const struct bx_till_view *view);
