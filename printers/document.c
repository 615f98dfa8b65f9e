/* SPDX-License-Identifier: Apache-2.0 */
/* From a paper to bytes: which way a document takes into which language. */

#include "printers/printers.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "printers/lang/escpos.h"
#include "printers/layout.h"
#include "printers/pdf.h"
#include "printers/raster.h"
#include "printers/receipt.h"

int tp_language_parse(const char *word, enum tp_language *ret, struct bx_fault *fault)
{
    if (strcmp(word, "escpos") == 0)
        *ret = TP_ESCPOS;
    else if (strcmp(word, "pdf") == 0)
        *ret = TP_PDF;
    else
        return bx_fault_say(fault, BX_ERR_INPUT,
                            "\"%.40s\" is no printer language; there are escpos and pdf.", word);
    return 0;
}

struct tp_device tp_device_usual(void)
{
    return (struct tp_device){.dots = 576, .dpi = 203, .columns = 48};
}

int tp_device_check(const struct tp_device *device, struct bx_fault *fault)
{
    if (device->dpi < 180 || device->dpi > 600)
        return bx_fault_say(fault, BX_ERR_INPUT, "A printer of %d dpi is not known: 180 to 600.",
                            device->dpi);
    if (device->dots < 256 || device->dots > 4096 || device->dots * 254 / 10 < device->dpi * 40)
        return bx_fault_say(fault, BX_ERR_INPUT,
                            "%d dots are no paper width: 256 to 4096, and at least 40 mm.",
                            device->dots);
    switch (device->columns) {
    case 32:
    case 42:
    case 44:
    case 48: return 0;
    }
    return bx_fault_say(fault, BX_ERR_INPUT, "A receipt has 32, 42, 44 or 48 columns, not %d.",
                        device->columns);
}

int tp_paper_pdf(const struct bx_paper *paper, const struct tp_device *device, struct bx_buf *out,
                 struct bx_fault *fault)
{
    struct tp_layout *layout bx_cleanup(tp_layout_destroy) = tp_layout_create(paper, device, fault);
    return layout ? tp_pdf(layout, out, fault) : BX_ERR_INPUT;
}

static struct tp_bitmap *bitmap_of(const struct bx_paper *paper, const struct tp_device *device,
                                   struct bx_fault *fault)
{
    struct tp_layout *layout bx_cleanup(tp_layout_destroy) = tp_layout_create(paper, device, fault);
    return layout ? tp_raster(layout, device, fault) : NULL;
}

int tp_paper_png(const struct bx_paper *paper, const struct tp_device *device, struct bx_buf *out,
                 struct bx_fault *fault)
{
    struct tp_bitmap *bitmap bx_cleanup(tp_bitmap_destroy) = bitmap_of(paper, device, fault);
    return bitmap ? tp_bitmap_png(bitmap, out, fault) : BX_ERR_INPUT;
}

static int escpos_bytes(const struct bx_paper *paper, const struct tp_device *device,
                        struct bx_buf *out, struct bx_fault *fault)
{
    if (paper->kind != BX_PAPER_TICKET && paper->kind != BX_PAPER_VOUCHER) {
        struct tp_receipt *receipt bx_cleanup(tp_receipt_destroy) =
            tp_receipt_create(paper, device->columns);
        tp_escpos_receipt(out, receipt);
        return 0;
    }
    struct tp_bitmap *bitmap bx_cleanup(tp_bitmap_destroy) = bitmap_of(paper, device, fault);
    if (!bitmap)
        return BX_ERR_INPUT;
    tp_escpos_bitmap(out, bitmap);
    return 0;
}

int tp_paper_bytes(const struct bx_paper *paper, enum tp_language language,
                   const struct tp_device *device, struct bx_buf *out, struct bx_fault *fault)
{
    switch (language) {
    case TP_ESCPOS: return escpos_bytes(paper, device, out, fault);
    case TP_PDF: return tp_paper_pdf(paper, device, out, fault);
    }
    bx_unreachable();
}
