/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Layouts as pictures: the 1-bit bitmap a thermal head prints, and the drawing itself, which the
 * PDF shares. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/buf.h"
#include "boxtill/base/fault.h"
#include "printers/layout.h"

struct tp_bitmap {
    int width, height; /* dots */
    size_t stride;     /* bytes a row */
    uint8_t *bits;     /* 1 is black, most significant bit left */
};

/* What is drawn on: a cairo context (cairo_t), UNIT of its units to a micrometre; WHOLE when a unit
 * is a dot that cannot be divided. */
struct _cairo;
struct tp_canvas {
    struct _cairo *cr;
    double unit;
    bool whole;
};
void tp_layout_draw(const struct tp_layout *layout, const struct tp_canvas *canvas);

/* NULL with a fault when the picture cannot be made, or a QR module comes out below half a
 * millimetre. */
struct tp_bitmap *tp_raster(const struct tp_layout *layout, const struct tp_device *device,
                            struct bx_fault *fault);
void *tp_bitmap_destroy(struct tp_bitmap *bitmap);
BX_CLEANUP_DEFINE(struct tp_bitmap, tp_bitmap_destroy)
static inline bool tp_bitmap_is_black(const struct tp_bitmap *bitmap, int x, int y)
{
    return bitmap->bits[(size_t)y * bitmap->stride + (size_t)(x / 8)] >> (7 - x % 8) & 1;
}
int bx_must tp_bitmap_png(const struct tp_bitmap *bitmap, struct bx_buf *out,
                          struct bx_fault *fault);
