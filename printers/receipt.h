/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A receipt as lines of character cells, the same for every printer: what is native text on one is
 * drawn on another. */

#include <stdbool.h>

#include "boxtill/base/attr.h"
#include "boxtill/domain/paper.h"

enum tp_align { TP_LEFT, TP_CENTRE, TP_RIGHT };

/* Seven lines a basket line (two of them its slot, two its price), sold and taken back, rates
 * twice, tenders of three lines, the frame; a report that is longer says so at its end. */
enum { TP_RECEIPT_LINES_MAX = 14 * BX_LINES_MAX + 100, TP_LINE_SIZE = 300 };

struct tp_line {
    char text[TP_LINE_SIZE]; /* at most `columns` columns, half of that when `big` */
    enum tp_align align;
    bool bold;
    bool big;  /* double width and height */
    bool rule; /* a line across; no text */
    bool code; /* the text as a QR, centred; ASCII */
};

struct tp_receipt {
    int columns;
    int count;
    struct tp_line lines[TP_RECEIPT_LINES_MAX];
};

/* Never NULL. COLUMNS 32 to 48. */
struct tp_receipt *tp_receipt_create(const struct bx_paper *paper, int columns);
void *tp_receipt_destroy(struct tp_receipt *receipt);
BX_CLEANUP_DEFINE(struct tp_receipt, tp_receipt_destroy)
