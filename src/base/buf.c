/* SPDX-License-Identifier: Apache-2.0 */
/* Growing bytes. The maximum is part of the buffer, so that no caller can forget it, and `full`
 * sticks, so that a row of appends needs one check at its end and never leaves half a row that
 * looks whole. */

#include "boxtill/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"

static size_t buf_max(const struct bx_buf *buf)
{
    return buf->max ? buf->max : BX_BUF_MAX;
}

/* Room for LEN more bytes and the NUL; false when the buffer is, or now becomes, full. */
static bool buf_room(struct bx_buf *buf, size_t len)
{
    if (buf->full || len > buf_max(buf) - buf->len) {
        buf->full = true;
        return false;
    }
    size_t need = buf->len + len + 1;
    if (need <= buf->cap)
        return true;
    size_t cap = buf->cap ? buf->cap : 64;
    while (cap < need)
        cap *= 2;
    if (cap > buf_max(buf) + 1)
        cap = buf_max(buf) + 1;
    buf->data = bx_realloc(buf->data, cap, 1);
    buf->cap = cap;
    return true;
}

void bx_buf_init(struct bx_buf *buf, size_t max)
{
    bx_assert(max < SIZE_MAX / 4);
    *buf = (struct bx_buf){.max = max};
}

void bx_buf_finish(struct bx_buf *buf)
{
    if (!buf)
        return;
    bx_free(buf->data);
    *buf = (struct bx_buf){.max = buf->max};
}

void bx_buf_clear(struct bx_buf *buf)
{
    buf->len = 0;
    buf->full = false;
    if (buf->data)
        buf->data[0] = '\0';
}

void bx_buf_add(struct bx_buf *buf, const void *bytes, size_t len)
{
    if (!buf_room(buf, len))
        return;
    if (len)
        memcpy(buf->data + buf->len, bytes, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void bx_buf_text_add(struct bx_buf *buf, const char *text)
{
    bx_buf_add(buf, text, strlen(text));
}

void bx_buf_byte_add(struct bx_buf *buf, uint8_t byte)
{
    if (buf->full || buf->len + 1 >= buf->cap) {
        bx_buf_add(buf, &byte, 1);
        return;
    }
    buf->data[buf->len++] = (char)byte;
    buf->data[buf->len] = '\0';
}

void bx_buf_format(struct bx_buf *buf, const char *format, ...)
{
    va_list args;
    size_t room = buf->cap - buf->len;
    va_start(args, format);
    int len = vsnprintf(room ? buf->data + buf->len : NULL, room, format, args);
    va_end(args);
    bx_assert(len >= 0);
    bool fits = room > (size_t)len;
    if (!buf_room(buf, (size_t)len)) {
        if (room)
            buf->data[buf->len] = '\0';
        return;
    }
    if (!fits) {
        va_start(args, format);
        vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
        va_end(args);
    }
    buf->len += (size_t)len;
}

const char *bx_buf_text(const struct bx_buf *buf)
{
    return buf->data ? buf->data : "";
}

void bx_buf_drop(struct bx_buf *buf, size_t len)
{
    bx_assert(len <= buf->len);
    if (!len)
        return;
    buf->len -= len;
    memmove(buf->data, buf->data + len, buf->len + 1);
}
