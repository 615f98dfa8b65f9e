/* SPDX-License-Identifier: Apache-2.0 */
/* A checker for RFC 8259, narrowed, that builds nothing. It runs in one pass and without
 * recursion: the open containers are bits of one number, so hostile nesting costs nothing. */

#include "json_scan.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "boxtill/base/text.h"

struct scan {
    const char *text;
    size_t len, at;
    int depth;
    uint32_t objects; /* bit d: the container at depth d is an object */
    const char *wrong;
};

static bool fail(struct scan *scan, const char *wrong)
{
    scan->wrong = wrong;
    return false;
}

/* The next byte, or -1 at the end. A NUL byte is a byte. */
static int peek(const struct scan *scan)
{
    return scan->at < scan->len ? (uint8_t)scan->text[scan->at] : -1;
}

static void skip_blanks(struct scan *scan)
{
    int c = peek(scan);
    while (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        scan->at++;
        c = peek(scan);
    }
}

/* Four hex digits; -1 when there are not. */
static int32_t scan_hex(struct scan *scan)
{
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        int c = peek(scan);
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
        scan->at++;
    }
    return value;
}

/* Behind "\u". */
static bool scan_unicode(struct scan *scan)
{
    int32_t c = scan_hex(scan);
    if (c < 0)
        return fail(scan, "an escape without its four digits");
    if (c == 0)
        return fail(scan, "the character zero");
    if (c < 0xD800 || c > 0xDFFF)
        return true;
    if (c > 0xDBFF || peek(scan) != '\\')
        return fail(scan, "half a surrogate pair");
    scan->at++;
    if (peek(scan) != 'u')
        return fail(scan, "half a surrogate pair");
    scan->at++;
    c = scan_hex(scan);
    if (c < 0xDC00 || c > 0xDFFF)
        return fail(scan, "half a surrogate pair");
    return true;
}

static bool scan_escape(struct scan *scan)
{
    int c = peek(scan);
    scan->at++;
    if (c == 'u')
        return scan_unicode(scan);
    if (c > 0 && strchr("\"\\/bfnrt", c))
        return true;
    scan->at--;
    return fail(scan, "an unknown escape");
}

static bool scan_string(struct scan *scan)
{
    if (peek(scan) != '"')
        return fail(scan, "a string was expected");
    scan->at++;
    for (;;) {
        int c = peek(scan);
        if (c < 0)
            return fail(scan, "a string without its end");
        if (c < 0x20)
            return fail(scan, "a control character in a string");
        if (c >= 0x80) {
            uint32_t decoded;
            size_t used = bx_text_decode(scan->text + scan->at, scan->len - scan->at, &decoded);
            if (used == 1)
                return fail(scan, "a byte that is not UTF-8");
            scan->at += used;
            continue;
        }
        scan->at++;
        if (c == '"')
            return true;
        if (c == '\\' && !scan_escape(scan))
            return false;
    }
}

static bool scan_number(struct scan *scan)
{
    bool minus = peek(scan) == '-';
    if (minus)
        scan->at++;
    size_t start = scan->at;
    int64_t value = 0;
    for (int c = peek(scan); c >= '0' && c <= '9'; c = peek(scan)) {
        value = value * 10 + (c - '0');
        if (value > BX_JSON_INT_MAX)
            return fail(scan, "a number that is too large");
        scan->at++;
    }
    size_t digits = scan->at - start;
    if (digits == 0)
        return fail(scan, "a value was expected");
    if (scan->text[start] == '0' && digits > 1)
        return fail(scan, "a number with a leading zero");
    if (value == 0 && minus)
        return fail(scan, "a zero with a sign");
    int c = peek(scan);
    if (c == '.' || c == 'e' || c == 'E')
        return fail(scan, "a number that is not whole");
    return true;
}

static bool scan_word(struct scan *scan, const char *word)
{
    size_t n = strlen(word);
    if (scan->len - scan->at < n || memcmp(scan->text + scan->at, word, n) != 0)
        return fail(scan, "a value was expected");
    scan->at += n;
    return true;
}

static bool in_object(const struct scan *scan)
{
    return scan->depth > 0 && (scan->objects >> scan->depth & 1);
}

/* "name" and its colon, when a member is due. */
static bool scan_name(struct scan *scan)
{
    if (!in_object(scan))
        return true;
    skip_blanks(scan);
    if (!scan_string(scan))
        return false;
    skip_blanks(scan);
    if (peek(scan) != ':')
        return fail(scan, "a colon was expected");
    scan->at++;
    return true;
}

/* Opens the container at hand; *RET_DONE when it closed at once. */
static bool scan_open(struct scan *scan, bool object, bool *ret_done)
{
    if (scan->depth == BX_JSON_DEPTH)
        return fail(scan, "nesting that is too deep");
    scan->at++;
    skip_blanks(scan);
    if (peek(scan) == (object ? '}' : ']')) {
        scan->at++;
        *ret_done = true;
        return true;
    }
    scan->depth++;
    uint32_t bit = UINT32_C(1) << scan->depth;
    scan->objects = object ? scan->objects | bit : scan->objects & ~bit;
    *ret_done = false;
    return scan_name(scan);
}

/* One value; of a container only its opening. *RET_DONE when the value is whole. */
static bool scan_value(struct scan *scan, bool *ret_done)
{
    skip_blanks(scan);
    *ret_done = true;
    switch (peek(scan)) {
    case '{': return scan_open(scan, true, ret_done);
    case '[': return scan_open(scan, false, ret_done);
    case '"': return scan_string(scan);
    case 't': return scan_word(scan, "true");
    case 'f': return scan_word(scan, "false");
    case 'n': return scan_word(scan, "null");
    default: return scan_number(scan);
    }
}

/* What follows a whole value: closings, then a comma (another value is due), or the end. */
static bool scan_after(struct scan *scan, bool *ret_more)
{
    while (scan->depth > 0) {
        skip_blanks(scan);
        int c = peek(scan);
        if (c == ',') {
            scan->at++;
            *ret_more = true;
            return scan_name(scan);
        }
        if (c != (in_object(scan) ? '}' : ']'))
            return fail(scan, "a comma or a closing bracket was expected");
        scan->at++;
        scan->depth--;
    }
    *ret_more = false;
    return true;
}

const char *bx_json_scan(const char *text, size_t len, size_t *ret_at)
{
    struct scan scan = {.text = text, .len = len};
    bool more = true;
    while (more && !scan.wrong) {
        bool done = false;
        if (scan_value(&scan, &done) && done)
            (void)scan_after(&scan, &more);
    }
    if (!scan.wrong) {
        skip_blanks(&scan);
        if (scan.at < len)
            (void)fail(&scan, "something after the value");
    }
    if (scan.wrong)
        *ret_at = scan.at;
    return scan.wrong;
}
