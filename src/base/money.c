/* SPDX-License-Identifier: Apache-2.0 */
/* Money in whole minor units. The limit is 2^53 - 1 and not 2^63 - 1, because every amount crosses
 * JSON, and readers on the other side may keep numbers as doubles: within the limit nobody loses a
 * cent. Products go through 128 bits, so that the only overflow left is the one that is reported.
 */

#include "boxtill/base/money.h"

#include <stdio.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/fault.h"
#include "boxtill/base/words.h"

__extension__ typedef __int128 wide;

static int keep(wide minor, bx_money *ret)
{
    if (minor > BX_MONEY_MAX || minor < -BX_MONEY_MAX)
        return BX_ERR_FULL;
    ret->minor = (int64_t)minor;
    return 0;
}

/* N / DEN to the nearest whole, halves away from zero; DEN > 0. */
static wide divide_half_up(wide n, wide den)
{
    wide whole = n / den;
    wide rest = n % den;
    if (rest < 0)
        rest = -rest;
    if (rest >= den - rest)
        whole += n < 0 ? -1 : 1;
    return whole;
}

int bx_money_add(bx_money a, bx_money b, bx_money *ret)
{
    int64_t sum;
    if (__builtin_add_overflow(a.minor, b.minor, &sum))
        return BX_ERR_FULL;
    return keep(sum, ret);
}

int bx_money_times(bx_money a, int64_t n, bx_money *ret)
{
    int64_t product;
    if (__builtin_mul_overflow(a.minor, n, &product))
        return BX_ERR_FULL;
    return keep(product, ret);
}

int bx_money_share(bx_money amount, int64_t num, int64_t den, enum bx_rounding mode, bx_money *ret)
{
    bx_assert(den > 0);
    wide product = (wide)amount.minor * num;
    switch (mode) {
    case BX_ROUND_HALF_UP: return keep(divide_half_up(product, den), ret);
    }
    bx_unreachable();
}

bx_money bx_money_round_to(bx_money amount, int64_t step)
{
    bx_assert(step >= 1);
    wide rounded = divide_half_up(amount.minor, step) * step;
    bx_assert(rounded >= INT64_MIN && rounded <= INT64_MAX);
    return bx_money_of((int64_t)rounded);
}

static uint64_t unit_of(int exponent)
{
    switch (exponent) {
    case 0: return 1;
    case 2: return 100;
    case 3: return 1000;
    default: bx_unreachable();
    }
}

static const char *format(bx_money amount, int exponent, char mark, char out[BX_MONEY_TEXT])
{
    uint64_t unit = unit_of(exponent);
    /* Unsigned, so that the most negative number has a magnitude too. */
    uint64_t size = amount.minor < 0 ? 0 - (uint64_t)amount.minor : (uint64_t)amount.minor;
    const char *sign = amount.minor < 0 ? "-" : "";
    if (exponent == 0)
        snprintf(out, BX_MONEY_TEXT, "%s%llu", sign, (unsigned long long)size);
    else
        snprintf(out, BX_MONEY_TEXT, "%s%llu%c%0*llu", sign, (unsigned long long)(size / unit),
                 mark, exponent, (unsigned long long)(size % unit));
    return out;
}

const char *bx_money_format(bx_money amount, int exponent, char out[BX_MONEY_TEXT])
{
    return format(amount, exponent, bx_words_mark(), out);
}

const char *bx_money_encode(bx_money amount, int exponent, char out[BX_MONEY_TEXT])
{
    return format(amount, exponent, '.', out);
}

int bx_money_parse(const char *text, size_t len, int exponent, bx_money *ret)
{
    bx_assert(exponent == 0 || exponent == 2 || exponent == 3);
    int64_t minor = 0;
    int decimals = -1; /* no point yet */
    bool any = false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if ((c == '.' || c == ',') && decimals < 0 && exponent > 0) {
            decimals = 0;
            continue;
        }
        if (c < '0' || c > '9')
            return BX_ERR_INPUT;
        if (decimals >= 0 && ++decimals > exponent)
            return BX_ERR_INPUT;
        minor = minor * 10 + (c - '0');
        if (minor > BX_MONEY_MAX)
            return BX_ERR_INPUT;
        any = true;
    }
    /* "12." and "." are half-typed amounts, not amounts. */
    if (!any || decimals == 0)
        return BX_ERR_INPUT;
    for (; decimals >= 0 && decimals < exponent; decimals++)
        minor *= 10;
    if (minor > BX_MONEY_MAX)
        return BX_ERR_INPUT;
    ret->minor = minor;
    return 0;
}
