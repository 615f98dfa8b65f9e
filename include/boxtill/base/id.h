/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* 128-bit identifiers, UUID version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then
 * random. Time-ordered keys halve the work of every index they land in. */

#include <stdbool.h>
#include <stdint.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/time.h"

struct bx_id {
    uint8_t b[16];
};

/* RANDOM: ten fresh random bytes. */
struct bx_id bx_id_make(bx_utc now, const uint8_t random[10]);
bool bx_id_equal(const struct bx_id *a, const struct bx_id *b);
bool bx_id_is_zero(const struct bx_id *id);

/* Lower-case 8-4-4-4-12. */
#define BX_ID_TEXT 37
const char *bx_id_format(const struct bx_id *id, char out[BX_ID_TEXT]);
/* Exactly 36 characters, lower or upper case; any UUID version. 0 or BX_ERR_INPUT. */
int bx_must bx_id_parse(const char *text, struct bx_id *ret);
