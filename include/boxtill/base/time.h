/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Three times that never turn into each other by accident: the wall clock's instant (facts), the
 * boot clock (waits) and a civil date (what a slot and a day key belong to). Nothing here reads a
 * clock. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/attr.h"

typedef struct {
    int64_t us; /* microseconds since 1970-01-01T00:00:00Z */
} bx_utc;

typedef struct {
    int64_t ns; /* nanoseconds of the boot clock (counts while suspended) */
} bx_mono;

struct bx_date {
    int16_t year; /* 1970 to 9999 */
    uint8_t month, day;
};

#define BX_SECOND_US INT64_C(1000000)
#define BX_MS_NS     INT64_C(1000000)
#define BX_SECOND_NS INT64_C(1000000000)

/* "2026-11-24T14:32:05.123456Z" */
#define BX_UTC_TEXT 28
const char *bx_utc_format(bx_utc at, char out[BX_UTC_TEXT]);
/* RFC 3339 with Z or an offset, whole seconds or up to six decimals. 0 or BX_ERR_INPUT. */
int bx_must bx_utc_parse(const char *text, bx_utc *ret);

/* "2026-11-24" */
#define BX_DATE_TEXT 11
const char *bx_date_format(struct bx_date date, char out[BX_DATE_TEXT]);
/* For people, as the thread's language writes it (words.h): "24.11.2026". */
const char *bx_date_show(struct bx_date date, char out[BX_DATE_TEXT]);
int bx_must bx_date_parse(const char *text, struct bx_date *ret);
int bx_date_compare(struct bx_date a, struct bx_date b);
struct bx_date bx_date_plus(struct bx_date date, int days);
/* Days since 1970-01-01 and back. */
int32_t bx_date_days(struct bx_date date);
struct bx_date bx_date_from_days(int32_t days);
/* 0 Monday … 6 Sunday. */
int bx_date_weekday(struct bx_date date);

/* The civil date and the minutes since midnight at OFFSET_MIN minutes east of UTC. The offset comes
 * with the programme: only the server converts civil time. */
void bx_utc_civil(bx_utc at, int offset_min, struct bx_date *ret_date, int *ret_minute);
