/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A sale to print: 2 adults and a child for 14:30, a guide book without a slot, paid in cash. */

#include "boxtill/domain/paper.h"

enum sample_kind {
    SAMPLE_PLAIN,
    SAMPLE_HOSTILE, /* names that try to drive the printer */
    SAMPLE_LONG     /* names as long as they may be, wide characters */
};

#define SAMPLE_CODE "B17K3M9QX2V5TR8HW4NJ6PDCAFE0Z"

/* TICKET -1: the receipt. The caller frees with bx_free(). */
struct bx_paper *sample_paper(enum sample_kind kind, int ticket);
