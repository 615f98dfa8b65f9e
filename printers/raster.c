/* SPDX-License-Identifier: Apache-2.0 */
/* Drawing with cairo and pango. Text is drawn grey and cut at half, which keeps stems of equal
 * width at 203 dpi better than unsmoothed glyphs do. The QR never goes through any of that: its
 * modules are whole dots from the start, because a scaled module is the commonest reason for a
 * ticket that does not scan. */

#include "printers/raster.h"

#include <cairo.h>
#include <pango/pangocairo.h>

#include "boxtill/base/alloc.h"

enum {
    GREY_CUT = 112,
    SHRINK_STEP_PCT = 94,
    SHRINK_MIN_PCT = 62,
    ONE_LINE_PCT = 82,
    MODULE_MIN_UM = 500
};

static void paint_set(cairo_t *cr, bool white)
{
    double level = white ? 1.0 : 0.0;
    cairo_set_source_rgb(cr, level, level, level);
}

static PangoLayout *text_layout(const struct tp_box *box, const struct tp_canvas *canvas)
{
    PangoLayout *text = pango_cairo_create_layout(canvas->cr);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, canvas->whole ? CAIRO_HINT_STYLE_FULL
                                                             : CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(pango_layout_get_context(text), options);
    cairo_font_options_destroy(options);
    pango_layout_set_text(text, box->text, -1);
    pango_layout_set_auto_dir(text, FALSE);
    static const PangoAlignment aligns[] = {PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER,
                                            PANGO_ALIGN_RIGHT};
    pango_layout_set_alignment(text, aligns[box->align]);
    /* A dot of slack: a line of exactly as many cells as fit must not wrap by a rounding. */
    double slack = canvas->whole ? 1.0 : 0.2;
    pango_layout_set_width(text, (int)((box->w * canvas->unit + slack) * PANGO_SCALE));
    pango_layout_set_wrap(text, PANGO_WRAP_WORD_CHAR);
    return text;
}

static void font_set(PangoLayout *text, const struct tp_box *box, double size)
{
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family(font, box->face == TP_FACE_MONO ? "DejaVu Sans Mono,monospace"
                                                                      : "DejaVu Sans,sans");
    if (box->bold)
        pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_layout_set_font_description(text, font);
    pango_font_description_free(font);
}

/* The largest font from the box's own down to LEAST per cent that needs no more than LINES. */
static bool text_shrink(PangoLayout *text, const struct tp_box *box, double unit, int least,
                        int lines)
{
    double size = box->em * unit;
    for (double min = size * least / 100; size >= min; size = size * SHRINK_STEP_PCT / 100) {
        font_set(text, box, size);
        if (pango_layout_get_line_count(text) <= lines)
            return true;
    }
    return false;
}

/* A little smaller on one line before a second one, then as small as needed, then an ellipsis. */
static void text_fit(PangoLayout *text, const struct tp_box *box, double unit)
{
    if (text_shrink(text, box, unit, ONE_LINE_PCT, 1) ||
        text_shrink(text, box, unit, SHRINK_MIN_PCT, box->lines))
        return;
    pango_layout_set_height(text, -box->lines);
    pango_layout_set_ellipsize(text, PANGO_ELLIPSIZE_END);
}

static void text_draw(const struct tp_box *box, const struct tp_canvas *canvas)
{
    PangoLayout *text = text_layout(box, canvas);
    text_fit(text, box, canvas->unit);
    int width, height;
    pango_layout_get_size(text, &width, &height);
    double y = box->y * canvas->unit + (box->h * canvas->unit - (double)height / PANGO_SCALE) / 2;
    double x = box->x * canvas->unit;
    if (canvas->whole) {
        y = (int)(y + 0.5);
        x = (int)x;
    }
    paint_set(canvas->cr, box->white);
    cairo_move_to(canvas->cr, x, y);
    pango_cairo_show_layout(canvas->cr, text);
    g_object_unref(text);
}

static double snap(double value, bool whole)
{
    return whole ? (double)(int)(value + 0.5) : value;
}

static void rule_draw(const struct tp_box *box, const struct tp_canvas *canvas)
{
    double unit = canvas->unit;
    double h = snap(box->h * unit, canvas->whole);
    if (canvas->whole && h < 1)
        h = 1;
    double x = snap(box->x * unit, canvas->whole), w = snap(box->w * unit, canvas->whole);
    double y = snap(box->y * unit, canvas->whole);
    double dash = box->kind == TP_BOX_DASH ? snap(1000 * unit, canvas->whole) : w;
    paint_set(canvas->cr, box->white);
    for (double at = x; at < x + w; at += 2 * dash)
        cairo_rectangle(canvas->cr, at, y, at + dash > x + w ? x + w - at : dash, h);
    cairo_fill(canvas->cr);
}

static double module_of(const struct tp_qr *qr, const struct tp_box *box,
                        const struct tp_canvas *canvas)
{
    double module = (double)box->h / (qr->modules + 2 * TP_QR_QUIET) * canvas->unit;
    return canvas->whole ? (double)(int)(module + 0.001) : module;
}

static void qr_draw(const struct tp_qr *qr, const struct tp_box *box,
                    const struct tp_canvas *canvas)
{
    double module = module_of(qr, box, canvas), unit = canvas->unit;
    int side = qr->modules + 2 * TP_QR_QUIET;
    double left = snap(box->x * unit + (box->w * unit - module * side) / 2, canvas->whole);
    double top = snap(box->y * unit + (box->h * unit - module * side) / 2, canvas->whole);
    left += module * TP_QR_QUIET;
    top += module * TP_QR_QUIET;
    paint_set(canvas->cr, false);
    for (int y = 0; y < qr->modules; y++) {
        for (int x = 0; x < qr->modules; x++) {
            int run = 0;
            while (x + run < qr->modules && qr->dark[y][x + run])
                run++;
            if (run > 0)
                cairo_rectangle(canvas->cr, left + x * module, top + y * module, run * module,
                                module);
            x += run;
        }
    }
    cairo_fill(canvas->cr);
}

void tp_layout_draw(const struct tp_layout *layout, const struct tp_canvas *canvas)
{
    for (int i = 0; i < layout->count; i++) {
        const struct tp_box *box = &layout->boxes[i];
        switch (box->kind) {
        case TP_BOX_TEXT: text_draw(box, canvas); break;
        case TP_BOX_RULE:
        case TP_BOX_DASH: rule_draw(box, canvas); break;
        case TP_BOX_QR: qr_draw(&layout->qr, box, canvas); break;
        }
    }
}

/* A module of whole dots must stay above what worn heads and cheap scanners bear. */
static bool modules_are_large(const struct tp_layout *layout, const struct tp_canvas *canvas)
{
    for (int i = 0; i < layout->count; i++) {
        const struct tp_box *box = &layout->boxes[i];
        if (box->kind == TP_BOX_QR &&
            module_of(&layout->qr, box, canvas) < MODULE_MIN_UM * canvas->unit - 0.01)
            return false;
    }
    return true;
}

static struct tp_bitmap *bitmap_cut(cairo_surface_t *surface)
{
    cairo_surface_flush(surface);
    const uint8_t *grey = cairo_image_surface_get_data(surface);
    size_t step = (size_t)cairo_image_surface_get_stride(surface);
    struct tp_bitmap *bitmap = bx_new(struct tp_bitmap);
    bitmap->width = cairo_image_surface_get_width(surface);
    bitmap->height = cairo_image_surface_get_height(surface);
    bitmap->stride = (size_t)(bitmap->width + 7) / 8;
    bitmap->bits = bx_alloc((size_t)bitmap->height, bitmap->stride);
    for (int y = 0; y < bitmap->height; y++) {
        const uint32_t *row = (const uint32_t *)(const void *)(grey + (size_t)y * step);
        uint8_t *bits = bitmap->bits + (size_t)y * bitmap->stride;
        for (int x = 0; x < bitmap->width; x++)
            if ((row[x] & 0xff) < 255 - GREY_CUT)
                bits[x / 8] |= (uint8_t)(0x80 >> x % 8);
    }
    return bitmap;
}

struct tp_bitmap *tp_raster(const struct tp_layout *layout, const struct tp_device *device,
                            struct bx_fault *fault)
{
    double unit = device->dpi / 25400.0;
    int height = (int)(layout->height * unit) + 1;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, device->dots, height);
    cairo_t *cr = cairo_create(surface);
    struct tp_canvas canvas = {.cr = cr, .unit = unit, .whole = true};
    struct tp_bitmap *bitmap = NULL;
    paint_set(cr, true);
    cairo_paint(cr);
    if (modules_are_large(layout, &canvas)) {
        tp_layout_draw(layout, &canvas);
        if (cairo_status(cr) == CAIRO_STATUS_SUCCESS)
            bitmap = bitmap_cut(surface);
    }
    if (!bitmap)
        bx_fault_set(fault, BX_ERR_INPUT, "The ticket does not fit this printer's paper.",
                     "raster of %d x %d dots: %s", device->dots, height,
                     cairo_status_to_string(cairo_status(cr)));
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return bitmap;
}

void *tp_bitmap_destroy(struct tp_bitmap *bitmap)
{
    if (!bitmap)
        return NULL;
    bx_free(bitmap->bits);
    return bx_free(bitmap);
}

static cairo_status_t png_write(void *arg, const unsigned char *bytes, unsigned int len)
{
    bx_buf_add(arg, bytes, len);
    return CAIRO_STATUS_SUCCESS;
}

int tp_bitmap_png(const struct tp_bitmap *bitmap, struct bx_buf *out, struct bx_fault *fault)
{
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_A8, bitmap->width, bitmap->height);
    uint8_t *grey = cairo_image_surface_get_data(surface);
    size_t step = (size_t)cairo_image_surface_get_stride(surface);
    for (int y = 0; grey && y < bitmap->height; y++)
        for (int x = 0; x < bitmap->width; x++)
            grey[(size_t)y * step + (size_t)x] = tp_bitmap_is_black(bitmap, x, y) ? 0 : 255;
    cairo_surface_mark_dirty(surface);
    cairo_status_t status = cairo_surface_write_to_png_stream(surface, png_write, out);
    cairo_surface_destroy(surface);
    if (status != CAIRO_STATUS_SUCCESS || out->full)
        return bx_fault_set(fault, BX_ERR_IO, "The picture of the ticket could not be made.",
                            "png: %s", cairo_status_to_string(status));
    return 0;
}
