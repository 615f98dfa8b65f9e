/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A growing row of bytes with a maximum from birth. Appending past the maximum sets `full` and
 * changes nothing more: check it once, at the end. The bytes are always followed by a NUL that
 * `len` does not count. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/attr.h"

struct bx_buf {
    char *data; /* NULL until something is appended; use bx_buf_text() for "" */
    size_t len;
    size_t cap;
    size_t max; /* 0 means BX_BUF_MAX */
    bool full;
};

#define BX_BUF_MAX ((size_t)64 << 20)

void bx_buf_init(struct bx_buf *buf, size_t max);
void bx_buf_finish(struct bx_buf *buf);
static inline void bx_buf_finish_at(struct bx_buf *buf)
{
    bx_buf_finish(buf);
}
#define bx_buf_auto __attribute__((cleanup(bx_buf_finish_at))) struct bx_buf

/* Forgets the content, keeps the memory. */
void bx_buf_clear(struct bx_buf *buf);
void bx_buf_add(struct bx_buf *buf, const void *bytes, size_t len);
void bx_buf_text_add(struct bx_buf *buf, const char *text);
void bx_buf_byte_add(struct bx_buf *buf, uint8_t byte);
void bx_buf_format(struct bx_buf *buf, const char *format, ...) bx_format(2, 3);

/* Never NULL; valid until the next change. */
const char *bx_buf_text(const struct bx_buf *buf);

/* Drops the first LEN bytes. */
void bx_buf_drop(struct bx_buf *buf, size_t len);
