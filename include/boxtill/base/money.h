/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Money: whole minor units of the venue's one currency. No fractions, no floating point. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/attr.h"

/* Transparent, but not an integer: the compiler keeps cents and pieces apart. */
typedef struct {
    int64_t minor;
} bx_money;

/* Any amount of ours stays within: 2^53 - 1, so that JSON carries it exactly. */
#define BX_MONEY_MAX INT64_C(9007199254740991)

#define bx_money_of(units) ((bx_money){.minor = (units)})

/* 0, or BX_ERR_FULL when the result leaves ±BX_MONEY_MAX; *ret untouched then. */
int bx_must bx_money_add(bx_money a, bx_money b, bx_money *ret);
int bx_must bx_money_times(bx_money a, int64_t n, bx_money *ret);

enum bx_rounding {
    BX_ROUND_HALF_UP /* halves away from zero, so that a refund mirrors its sale */
};

/* AMOUNT * NUM / DEN (DEN > 0) through 128 bits, rounded to a whole minor unit. */
int bx_must bx_money_share(bx_money amount, int64_t num, int64_t den, enum bx_rounding mode,
                           bx_money *ret);

/* AMOUNT to the nearest multiple of STEP minor units (STEP >= 1), halves away from zero. */
bx_money bx_money_round_to(bx_money amount, int64_t step);

/* For people: "57.00", "-0.05", "57" (exponent 0), "1.234" (3), with the mark of the language that
 * the thread speaks (words.h): "57,00". EXPONENT 0, 2 or 3. Returns out. */
#define BX_MONEY_TEXT 24
const char *bx_money_format(bx_money amount, int exponent, char out[BX_MONEY_TEXT]);
/* For machines: with a point in any language. */
const char *bx_money_encode(bx_money amount, int exponent, char out[BX_MONEY_TEXT]);

/* The counter's amount rule: without a point the digits are minor units ("1250" is 12.50), with a
 * point they are what they say ("12.5" is 12.50, "12.505" is refused for exponent 2). A comma is as
 * good as a point in any language: there is no grouping. Not negative. 0 or BX_ERR_INPUT. */
int bx_must bx_money_parse(const char *text, size_t len, int exponent, bx_money *ret);
