/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Dates and times as they stand on paper, in the slot's civil time. English for now; other
 * languages are tables of their own. */

#include <stddef.h>

#include "boxtill/base/time.h"

enum { TP_WHEN_SIZE = 40 };

/* "Tue 24 Nov 2026". */
const char *tp_when_date(struct bx_date date, char out[TP_WHEN_SIZE]);
/* "14:30–14:45"; without the end when it is not later than the start. */
const char *tp_when_window(bx_utc start, bx_utc end, int offset_min, char out[TP_WHEN_SIZE]);
/* "24 Nov 2026 14:32". */
const char *tp_when_stamp(bx_utc at, int offset_min, char out[TP_WHEN_SIZE]);
