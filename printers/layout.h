/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A document laid out: boxes in whole micrometres from the top left corner of what the head can
 * reach. Painters (raster.c, pdf.c) know boxes only. Layout files in the venue's own hand will be
 * read into the same boxes. */

#include <stdbool.h>

#include "boxtill/domain/paper.h"
#include "printers/printers.h"
#include "printers/qr.h"
#include "printers/receipt.h"

enum tp_box_kind {
    TP_BOX_TEXT, /* shrinks, then ends in an ellipsis, rather than leave its box */
    TP_BOX_RULE, /* a filled box */
    TP_BOX_DASH, /* a dashed line of height h */
    TP_BOX_QR    /* as many whole dots a module as fit, centred */
};
enum tp_face { TP_FACE_SANS, TP_FACE_MONO };

enum { TP_BOX_TEXT_SIZE = 320, TP_BOXES_MAX = TP_RECEIPT_LINES_MAX + 8 };

struct tp_box {
    enum tp_box_kind kind;
    int x, y, w, h;
    enum tp_align align;
    enum tp_face face;
    int em;    /* font size */
    int lines; /* it may wrap into */
    bool bold, white;
    char text[TP_BOX_TEXT_SIZE];
};

struct tp_layout {
    int width, height;
    char title[64];
    bx_utc at;
    bool has_qr;
    struct tp_qr qr;
    int count;
    struct tp_box boxes[TP_BOXES_MAX];
};

/* NULL with a fault when the code has no QR. */
struct tp_layout *tp_layout_create(const struct bx_paper *paper, const struct tp_device *device,
                                   struct bx_fault *fault);
void *tp_layout_destroy(struct tp_layout *layout);
BX_CLEANUP_DEFINE(struct tp_layout, tp_layout_destroy)
