/* SPDX-License-Identifier: Apache-2.0 */
/* PDF through cairo: the same drawing as the bitmap's, as vectors, on a page with the paper's
 * margins. The date inside is the sale's, so that the same document is the same file. */

#include "printers/pdf.h"

#include <cairo-pdf.h>
#include <cairo.h>

#include "boxtill/base/time.h"
#include "printers/raster.h"

enum { MARGIN_UM = 4000 };
static const double point = 72.0 / 25400.0; /* to a micrometre */

static cairo_status_t pdf_write(void *arg, const unsigned char *bytes, unsigned int len)
{
    bx_buf_add(arg, bytes, len);
    return CAIRO_STATUS_SUCCESS;
}

int tp_pdf(const struct tp_layout *layout, struct bx_buf *out, struct bx_fault *fault)
{
    char at[BX_UTC_TEXT];
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(pdf_write, out, (layout->width + 2 * MARGIN_UM) * point,
                                            (layout->height + 2 * MARGIN_UM) * point);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, layout->title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Boxtill");
    cairo_pdf_surface_set_metadata(
        surface, CAIRO_PDF_METADATA_CREATE_DATE,
        bx_utc_format((bx_utc){layout->at.us - layout->at.us % BX_SECOND_US}, at));
    cairo_t *cr = cairo_create(surface);
    cairo_translate(cr, MARGIN_UM * point, MARGIN_UM * point);
    struct tp_canvas canvas = {.cr = cr, .unit = point, .whole = false};
    tp_layout_draw(layout, &canvas);
    cairo_show_page(cr);
    cairo_status_t status = cairo_status(cr);
    cairo_destroy(cr);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (status != CAIRO_STATUS_SUCCESS || out->full)
        return bx_fault_set(fault, BX_ERR_IO, "The document could not be made as PDF.", "pdf: %s",
                            cairo_status_to_string(status));
    return 0;
}
