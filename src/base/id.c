/* SPDX-License-Identifier: Apache-2.0 */
/* Identifiers are made from a time and randomness that the caller was given, never from a clock
 * of our own: the same events make the same ids, which is what lets a history be played again. */

#include "boxtill/base/id.h"

#include <string.h>

#include "boxtill/base/fault.h"

struct bx_id bx_id_make(bx_utc now, const uint8_t random[10])
{
    struct bx_id id;
    uint64_t ms = now.us < 0 ? 0 : (uint64_t)now.us / 1000;
    for (int i = 0; i < 6; i++)
        id.b[i] = (uint8_t)(ms >> (40 - 8 * i));
    memcpy(id.b + 6, random, 10);
    id.b[6] = (uint8_t)(0x70 | (id.b[6] & 0x0F)); /* version 7 */
    id.b[8] = (uint8_t)(0x80 | (id.b[8] & 0x3F)); /* variant of RFC 9562 */
    return id;
}

bool bx_id_equal(const struct bx_id *a, const struct bx_id *b)
{
    return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool bx_id_is_zero(const struct bx_id *id)
{
    static const struct bx_id zero;
    return bx_id_equal(id, &zero);
}

/* Whether a hyphen stands before byte I of the text form. */
static bool hyphen_before(size_t i)
{
    return i == 4 || i == 6 || i == 8 || i == 10;
}

const char *bx_id_format(const struct bx_id *id, char out[BX_ID_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    char *at = out;
    for (size_t i = 0; i < sizeof(id->b); i++) {
        if (hyphen_before(i))
            *at++ = '-';
        *at++ = digits[id->b[i] >> 4];
        *at++ = digits[id->b[i] & 15];
    }
    *at = '\0';
    return out;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int bx_id_parse(const char *text, struct bx_id *ret)
{
    struct bx_id id;
    const char *at = text;
    for (size_t i = 0; i < sizeof(id.b); i++) {
        if (hyphen_before(i) && *at++ != '-')
            return BX_ERR_INPUT;
        int high = digit_value(at[0]);
        int low = high < 0 ? -1 : digit_value(at[1]);
        if (low < 0)
            return BX_ERR_INPUT;
        id.b[i] = (uint8_t)(high << 4 | low);
        at += 2;
    }
    if (*at)
        return BX_ERR_INPUT;
    *ret = id;
    return 0;
}
