/* SPDX-License-Identifier: Apache-2.0 */
/* Writing JSON by appending. What is signed and hashed is the text itself, so the order of the
 * members is the order of the calls and there is exactly one way to write each value. Broken UTF-8
 * becomes U+FFFD: what comes out can always be read back. */

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/crypto.h"
#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "json_scan.h"

enum { HEX_PIECE = 32 };

/* Bytes from AT on that stand for themselves. */
static size_t plain_run(const char *at)
{
    size_t len = 0;
    while ((unsigned char)at[len] >= 0x20 && (unsigned char)at[len] < 0x7F && at[len] != '"' &&
           at[len] != '\\')
        len++;
    return len;
}

static size_t put_special(struct bx_buf *out, const char *text, size_t len)
{
    uint32_t c;
    char piece[8];
    size_t taken = bx_text_decode(text, len, &c);
    if (c == '"' || c == '\\') {
        piece[0] = '\\';
        piece[1] = (char)c;
        bx_buf_add(out, piece, 2);
    } else if (c < 0x20) {
        bx_buf_format(out, "\\u%04x", (unsigned)c);
    } else {
        bx_buf_add(out, piece, bx_text_encode(c, piece));
    }
    return taken;
}

static void put_quoted(struct bx_buf *out, const char *text)
{
    bx_buf_byte_add(out, '"');
    for (const char *end = text + strlen(text); text < end;) {
        size_t run = plain_run(text);
        bx_buf_add(out, text, run);
        text += run;
        if (text < end)
            text += put_special(out, text, (size_t)(end - text));
    }
    bx_buf_byte_add(out, '"');
}

/* The comma and the name before a value. A name belongs into an object and nowhere else. */
static void begin(struct bx_json_writer *writer, const char *name)
{
    bool in_object = writer->depth > 0 && (writer->objects >> writer->depth & 1);
    bx_assert(in_object == (name != NULL));
    bx_assert(writer->depth > 0 || !writer->comma);
    if (writer->comma)
        bx_buf_byte_add(writer->out, ',');
    writer->comma = true;
    if (name) {
        put_quoted(writer->out, name);
        bx_buf_byte_add(writer->out, ':');
    }
}

static void open_container(struct bx_json_writer *writer, const char *name, bool object)
{
    begin(writer, name);
    bx_assert(writer->depth < BX_JSON_DEPTH);
    bx_buf_byte_add(writer->out, object ? '{' : '[');
    writer->depth++;
    uint32_t bit = UINT32_C(1) << writer->depth;
    writer->objects = object ? writer->objects | bit : writer->objects & ~bit;
    writer->comma = false;
}

static void close_container(struct bx_json_writer *writer, bool object)
{
    bx_assert(writer->depth > 0);
    bx_assert((writer->objects >> writer->depth & 1) == object);
    bx_buf_byte_add(writer->out, object ? '}' : ']');
    writer->depth--;
    writer->comma = true;
}

void bx_json_write(struct bx_json_writer *writer, struct bx_buf *out)
{
    *writer = (struct bx_json_writer){.out = out};
}

void bx_json_object_open(struct bx_json_writer *writer, const char *name)
{
    open_container(writer, name, true);
}

void bx_json_object_close(struct bx_json_writer *writer)
{
    close_container(writer, true);
}

void bx_json_array_open(struct bx_json_writer *writer, const char *name)
{
    open_container(writer, name, false);
}

void bx_json_array_close(struct bx_json_writer *writer)
{
    close_container(writer, false);
}

void bx_json_put_int(struct bx_json_writer *writer, const char *name, int64_t value)
{
    bx_assert(value >= -BX_JSON_INT_MAX && value <= BX_JSON_INT_MAX);
    begin(writer, name);
    char digits[20];
    size_t at = sizeof(digits);
    uint64_t rest = value < 0 ? (uint64_t)-value : (uint64_t)value;
    do
        digits[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0)
        digits[--at] = '-';
    bx_buf_add(writer->out, digits + at, sizeof(digits) - at);
}

void bx_json_put_bool(struct bx_json_writer *writer, const char *name, bool value)
{
    begin(writer, name);
    bx_buf_text_add(writer->out, value ? "true" : "false");
}

void bx_json_put_string(struct bx_json_writer *writer, const char *name, const char *text)
{
    begin(writer, name);
    put_quoted(writer->out, text);
}

void bx_json_put_id(struct bx_json_writer *writer, const char *name, const struct bx_id *id)
{
    char text[BX_ID_TEXT];
    bx_json_put_string(writer, name, bx_id_format(id, text));
}

void bx_json_put_hex(struct bx_json_writer *writer, const char *name, const uint8_t *bytes,
                     size_t len)
{
    begin(writer, name);
    bx_buf_byte_add(writer->out, '"');
    for (size_t i = 0; i < len; i += HEX_PIECE) {
        char text[2 * HEX_PIECE + 1];
        size_t piece = len - i < HEX_PIECE ? len - i : HEX_PIECE;
        bx_buf_add(writer->out, bx_hex_format(bytes + i, piece, text), 2 * piece);
    }
    bx_buf_byte_add(writer->out, '"');
}

void bx_json_put_null(struct bx_json_writer *writer, const char *name)
{
    begin(writer, name);
    bx_buf_text_add(writer->out, "null");
}

void bx_json_put_raw(struct bx_json_writer *writer, const char *name, const char *json, size_t len)
{
    begin(writer, name);
    bx_buf_add(writer->out, json, len);
}
