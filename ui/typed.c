/* SPDX-License-Identifier: Apache-2.0 */
/* A number chooses what was said with it, unless digits are what is wanted here; everything else is
 * what it would be on a keyboard. */

#include "ui/typed.h"

#include <string.h>
#include <strings.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/till/till.h"

static void key_add(struct ui_typed *to, int key)
{
    if (to->count < UI_TYPED_KEYS)
        to->keys[to->count++] = key;
}

static bool choose(const struct ui_speech *said, int64_t number, struct ui_typed *to)
{
    for (int i = 0; i < said->count; i++) {
        const struct ui_spoken *line = &said->lines[i];
        if (line->number == 0 || line->number != number)
            continue;
        for (int n = 0; n < line->keys.times; n++)
            key_add(to, line->keys.key);
        if (line->keys.then != 0)
            key_add(to, line->keys.then);
        return true;
    }
    return false;
}

static int named(const char *name)
{
    static const struct {
        const char *name;
        int key;
    } names[] = {
        {"esc", BX_KEY_ESC},        {"up", BX_KEY_UP},        {"down", BX_KEY_DOWN},
        {"left", BX_KEY_LEFT},      {"right", BX_KEY_RIGHT},  {"del", BX_KEY_DELETE},
        {"bksp", BX_KEY_BACKSPACE}, {"pgup", BX_KEY_PAGE_UP}, {"pgdn", BX_KEY_PAGE_DOWN},
        {"home", BX_KEY_HOME},      {"end", BX_KEY_END},      {"tab", BX_KEY_TAB},
        {"enter", BX_KEY_ENTER},    {"quit", 0x03},
    };
    int64_t n;
    for (size_t i = 0; i < bx_countof(names); i++)
        if (strcasecmp(name, names[i].name) == 0)
            return names[i].key;
    if ((name[0] == 'f' || name[0] == 'F') &&
        bx_text_number(name + 1, strlen(name + 1), 12, &n) == 0 && n >= 1)
        return BX_KEY_F1 + (int)n - 1;
    return 0;
}

static void typed(const struct bx_till_view *view, const char *text, struct ui_typed *to)
{
    size_t len = strlen(text);
    for (size_t at = 0; at < len;) {
        uint32_t c;
        size_t step = bx_text_decode(text + at, len - at, &c);
        if (c >= 0x20 && c != 0x7f)
            key_add(to, (int)c);
        at += step > 0 ? step : 1;
    }
    if (ui_speak_is_writing(view, text))
        key_add(to, BX_KEY_ENTER);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A point and something: a key by name, or a number. A name that no key has is a slip, which must
 * not sell what its letters stand for: nothing is pressed, and all is said again. Anything else is
 * typed as it stands. */
static bool pointed(const struct ui_speech *said, const struct bx_till_view *view, const char *text,
                    struct ui_typed *to)
{
    bool writes = ui_speak_is_writing(view, text) || view->screen == BX_SCREEN_FIND;
    int64_t number;
    int key = named(text + 1);
    if (text[1] == '\0' || (key == 0 && !writes && is_letter(text[1])))
        to->again = true;
    else if (key != 0)
        key_add(to, key);
    else
        return bx_text_number(text + 1, strlen(text + 1), 9999, &number) == 0 &&
               choose(said, number, to);
    return true;
}

void ui_typed_line(const struct ui_speech *said, const struct bx_till_view *view, const char *text,
                   struct ui_typed *ret)
{
    int64_t number;
    bool is_number = bx_text_number(text, strlen(text), 9999, &number) == 0;
    ret->count = 0;
    if (text[0] == '\0')
        key_add(ret, BX_KEY_ENTER);
    else if (text[0] == '.' && pointed(said, view, text, ret))
        return;
    else if (!is_number || ui_speak_is_writing(view, text) || view->screen == BX_SCREEN_FIND ||
             !choose(said, number, ret))
        typed(view, text, ret);
}
