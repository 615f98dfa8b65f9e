/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The short names a programme gives to its things (venue, event, slot, pool, product, class): 1 to
 * 39 of a-z 0-9 . _ : / - with a letter or digit first. An empty one means "none". */

#include <stdbool.h>

#include "boxtill/base/json.h"

#define BX_SLUG_SIZE 40
struct bx_slug {
    char s[BX_SLUG_SIZE];
};

bool bx_slug_is_valid(const char *text);
bool bx_slug_equal(const struct bx_slug *a, const struct bx_slug *b);
static inline bool bx_slug_is_none(const struct bx_slug *slug)
{
    return slug->s[0] == '\0';
}
/* Reads the member NAME; a fault unless valid. */
void bx_slug_read(struct bx_json_reader *reader, const char *name, struct bx_slug *ret);
/* As above; none when the member is missing. */
void bx_slug_read_or_none(struct bx_json_reader *reader, const char *name, struct bx_slug *ret);
