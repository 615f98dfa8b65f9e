/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Text from outside, washed on the way in; escaped on the way out by whoever knows the danger.
 *
 * Washed text is valid UTF-8 without control (Cc), format (Cf: bidi, zero width), private and
 * surrogate characters, with at most two combining marks in a row, and at most so many columns. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/buf.h"

/* Washes TEXT[len] into out[size] (always NUL-terminated): drops what is not allowed (an invalid
 * byte becomes U+FFFD), turns runs of white space into one blank, trims, and cuts at COLUMNS screen
 * columns. Returns true when something other than white space was dropped or cut. */
bool bx_text_wash(const char *text, size_t len, size_t columns, char *out, size_t size);

/* Is it already exactly what washing would give, without any cut? */
bool bx_text_is_washed(const char *text, size_t len);

/* Screen columns of valid UTF-8 TEXT: 0 for combining marks, 2 for wide characters. */
size_t bx_text_columns(const char *text);

/* Decodes one character; returns its length in bytes (1 for an invalid byte, *ret = U+FFFD; 0 at
 * the end of LEN). */
size_t bx_text_decode(const char *text, size_t len, uint32_t *ret);
/* Columns of one character: 0, 1 or 2. The same table on every machine, whatever its locale. */
int bx_text_char_columns(uint32_t c);
/* Encodes; returns 1 to 4. */
size_t bx_text_encode(uint32_t c, char out[4]);

/* For a log or a plain terminal: anything but printable ASCII becomes \xNN or \u{N}. */
void bx_text_log(struct bx_buf *out, const char *text, size_t len);

/* Whole decimal number without sign, blanks or leading zeros. 0, or BX_ERR_INPUT also past MAX. */
int bx_must bx_text_number(const char *text, size_t len, int64_t max, int64_t *ret);

/* Copies TEXT into out[size], cut at a character's border; true when it fitted. */
bool bx_text_copy(char *out, size_t size, const char *text);
#define BX_TEXT_COPY(array, text) bx_text_copy((array), sizeof(array), (text))
/* After vsnprintf, which cuts at a byte: drops half a character at the end of TEXT[size]. WANTED is
 * what vsnprintf returned. */
void bx_text_mend(char *text, size_t size, int wanted);
