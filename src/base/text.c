/* SPDX-License-Identifier: Apache-2.0 */
/* Washing text. One walk decides what a text becomes; bx_text_wash() writes what the walk gives,
 * bx_text_is_washed() compares it with what was there, so the two can never disagree. White space
 * is held back until something follows it: that trims the end, and joins runs that stood around a
 * dropped character. */

#include "boxtill/base/text.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/fault.h"
#include "unicode.h"

#define REPLACEMENT 0xFFFDu
#define MARKS_MAX   2

struct walk {
    const char *text;
    size_t len, at;
    bool begun;   /* something was given already */
    int marks;    /* in a row, up to here */
    bool dropped; /* something other than white space was dropped or replaced */
};

static bool is_allowed(uint32_t c)
{
    if (c < 0x20 || (c >= 0x7F && c < 0xA0))
        return false;
    if ((c >= 0xE000 && c <= 0xF8FF) || c >= 0xF0000) /* private use */
        return false;
    return !bx_unicode_is_format(c);
}

/* The next character that stays, and whether a blank stands before it; false at the end. */
static bool walk_next(struct walk *walk, uint32_t *ret, bool *ret_blank)
{
    bool blank = false;
    while (walk->at < walk->len) {
        uint32_t c;
        size_t used = bx_text_decode(walk->text + walk->at, walk->len - walk->at, &c);
        walk->at += used;
        if (bx_unicode_is_space(c)) {
            blank = walk->begun;
            continue;
        }
        if (c == REPLACEMENT && used == 1)
            walk->dropped = true;
        bool mark = bx_unicode_is_mark(c);
        int marks = mark ? (blank ? 1 : walk->marks + 1) : 0;
        if (!is_allowed(c) || marks > MARKS_MAX) {
            walk->dropped = true;
            continue;
        }
        walk->marks = marks;
        walk->begun = true;
        *ret = c;
        *ret_blank = blank;
        return true;
    }
    return false;
}

bool bx_text_wash(const char *text, size_t len, size_t columns, char *out, size_t size)
{
    bx_assert(size > 0);
    struct walk walk = {.text = text, .len = len};
    size_t filled = 0;
    size_t width = 0;
    uint32_t c;
    bool blank;
    bool cut = false;
    while (walk_next(&walk, &c, &blank)) {
        char piece[5] = {' '};
        size_t n = blank + bx_text_encode(c, piece + blank);
        size_t w = blank + (size_t)bx_text_char_columns(c);
        if (n > size - 1 - filled || w > columns - width) {
            cut = true;
            break;
        }
        memcpy(out + filled, piece, n);
        filled += n;
        width += w;
    }
    out[filled] = '\0';
    return cut || walk.dropped;
}

/* Printable ASCII with single blanks between: what nearly all text is, and the walk would keep. */
static bool is_plain(const char *text, size_t len)
{
    bool blank = true; /* before the text */
    for (size_t i = 0; i < len; i++) {
        if (text[i] < ' ' || text[i] > '~' || (blank && text[i] == ' '))
            return false;
        blank = text[i] == ' ';
    }
    return len == 0 || !blank;
}

bool bx_text_is_washed(const char *text, size_t len)
{
    if (is_plain(text, len))
        return true;
    struct walk walk = {.text = text, .len = len};
    size_t same = 0;
    uint32_t c;
    bool blank;
    while (walk_next(&walk, &c, &blank)) {
        char piece[5] = {' '};
        size_t n = blank + bx_text_encode(c, piece + blank);
        if (n > len - same || memcmp(text + same, piece, n) != 0)
            return false;
        same += n;
    }
    return same == len;
}

size_t bx_text_columns(const char *text)
{
    size_t len = strlen(text);
    size_t width = 0;
    uint32_t c;
    for (size_t at = 0; at < len;) {
        at += bx_text_decode(text + at, len - at, &c);
        width += (size_t)bx_text_char_columns(c);
    }
    return width;
}

size_t bx_text_decode(const char *text, size_t len, uint32_t *ret)
{
    /* The least value of each length: anything below it is an overlong form. */
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (len == 0) {
        *ret = REPLACEMENT;
        return 0;
    }
    uint8_t lead = (uint8_t)text[0];
    if (lead < 0x80) {
        *ret = lead;
        return 1;
    }
    *ret = REPLACEMENT;
    size_t want = lead >= 0xF8 ? 0 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
    if (want == 0 || want > len)
        return 1;
    uint32_t c = lead & (0xFFu >> (want + 1));
    for (size_t i = 1; i < want; i++) {
        uint8_t next = (uint8_t)text[i];
        if ((next & 0xC0) != 0x80)
            return 1;
        c = c << 6 | (next & 0x3Fu);
    }
    if (c < least[want] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return 1;
    *ret = c;
    return want;
}

int bx_text_char_columns(uint32_t c)
{
    if (c < 0x300)
        return 1;
    if (bx_unicode_is_mark(c) || bx_unicode_is_format(c))
        return 0;
    return bx_unicode_is_wide(c) ? 2 : 1;
}

size_t bx_text_encode(uint32_t c, char out[4])
{
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        c = REPLACEMENT;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (c & 0x3F));
        c >>= 6;
    }
    out[0] = (char)((0xF00u >> n & 0xFFu) | c);
    return n;
}

void bx_text_log(struct bx_buf *out, const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        uint32_t c;
        size_t used = bx_text_decode(text + at, len - at, &c);
        if (used == 1 && c >= 0x20 && c < 0x7F)
            bx_buf_byte_add(out, (uint8_t)c);
        else if (used == 1)
            bx_buf_format(out, "\\x%02x", (unsigned)(uint8_t)text[at]);
        else
            bx_buf_format(out, "\\u{%x}", (unsigned)c);
        at += used;
    }
}

int bx_text_number(const char *text, size_t len, int64_t max, int64_t *ret)
{
    if (len == 0 || (len > 1 && text[0] == '0'))
        return BX_ERR_INPUT;
    int64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return BX_ERR_INPUT;
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, text[i] - '0', &value) || value > max)
            return BX_ERR_INPUT;
    }
    if (value > max)
        return BX_ERR_INPUT;
    *ret = value;
    return 0;
}

bool bx_text_copy(char *out, size_t size, const char *text)
{
    bx_assert(size > 0);
    size_t len = strnlen(text, size);
    bool fits = len < size;
    if (!fits) {
        /* Back to where a character begins, but not past what one character can be long. */
        len = size - 1;
        for (int i = 0; i < 3 && len > 0 && ((uint8_t)text[len] & 0xC0) == 0x80; i++)
            len--;
    }
    memmove(out, text, len);
    out[len] = '\0';
    return fits;
}

void bx_text_mend(char *text, size_t size, int wanted)
{
    if (wanted < 0) {
        text[0] = '\0';
        return;
    }
    if ((size_t)wanted < size)
        return;
    size_t len = size - 1;
    size_t start = len;
    for (int back = 0; start > 0 && back < 3; back++) {
        if (((unsigned char)text[start - 1] & 0xC0) != 0x80)
            break;
        start--;
    }
    if (start == 0)
        return;
    start--;
    unsigned char lead = (unsigned char)text[start];
    size_t want = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (len - start < want)
        text[start] = '\0';
}
