/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in layouts. A ticket is read by three people in this order: the visitor looks for the
 * date and time, the doorman for the QR, and whoever sorts out a problem for the small print; so
 * that is the order of sizes. All in micrometres, flowing downwards; how wide a text comes out is
 * the painter's business, so a box is given two lines where a name is likely to need them. */

#include "printers/layout.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/money.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "printers/when.h"

enum {
    MM = 1000,
    MODULE = 1505,     /* a generous QR: 1.5 mm a module, twelve dots at 203 dpi */
    SIGN_MODULE = 650, /* of a signature: four dots at 203 dpi */
    MODULE_MIN = 500,  /* what worn heads and cheap scanners still bear */
    LEADING_PCT = 118, /* line height over font size */
    BOLD_PCT = 62,     /* width of a column of bold sans over its size, on average */
    HANGING = 1000     /* gap between a left and a right text on one line */
};

static struct tp_box *box_new(struct tp_layout *layout, enum tp_box_kind kind, int y, int h)
{
    bx_assert(layout->count < TP_BOXES_MAX);
    struct tp_box *box = &layout->boxes[layout->count++];
    box->kind = kind;
    box->y = y;
    box->w = layout->width;
    box->h = h;
    return box;
}

/* Texts come washed; but a painter is not asked to bear what a mistake upstream would let by. */
static void text_copy(struct tp_box *box, const char *text)
{
    size_t len = strlen(text), used = 0;
    for (size_t at = 0; at < len && used + 4 < sizeof(box->text);) {
        uint32_t c;
        at += bx_text_decode(text + at, len - at, &c);
        if (c >= 0x20 && (c < 0x7f || c >= 0xa0))
            used += bx_text_encode(c, box->text + used);
    }
    box->text[used] = '\0';
}

static struct tp_box *text_new(struct tp_layout *layout, int y, int em, const char *text)
{
    struct tp_box *box = box_new(layout, TP_BOX_TEXT, y, em * LEADING_PCT / 100);
    box->em = em;
    box->lines = 1;
    text_copy(box, text);
    return box;
}

/* A bold text on as many of LINES lines as it is likely to need; returns the y below it. */
static int heading(struct tp_layout *layout, int y, int em, int lines, const char *text)
{
    int64_t need = (int64_t)bx_text_columns(text) * em * BOLD_PCT / 100;
    int want = (int)((need + layout->width - 1) / layout->width);
    struct tp_box *box = text_new(layout, y, em, text);
    box->bold = true;
    box->lines = want < 1 ? 1 : want > lines ? lines : want;
    box->h *= box->lines;
    return y + box->h;
}

/* LEFT and RIGHT on one line; the right one gets SHARE per cent of the width. */
static int pair(struct tp_layout *layout, int y, int em, const char *left, const char *right,
                int share, bool bold)
{
    int w = layout->width * share / 100;
    struct tp_box *box = text_new(layout, y, em, left);
    box->bold = bold;
    box->w = layout->width - w - HANGING;
    box = text_new(layout, y, em, right);
    box->bold = bold;
    box->align = TP_RIGHT;
    box->x = layout->width - w;
    box->w = w;
    return y + box->h;
}

/* White on black over the whole width: nobody takes a copy for the original. */
static int banner(struct tp_layout *layout, int y, const char *text)
{
    box_new(layout, TP_BOX_RULE, y, 7 * MM);
    struct tp_box *box = text_new(layout, y + 1200, 4 * MM, text);
    box->h = 4600;
    box->align = TP_CENTRE;
    box->bold = true;
    box->white = true;
    box->x = MM;
    box->w -= 2 * MM;
    return y + 7 * MM + 1500;
}

static int banners(struct tp_layout *layout, int y, const struct bx_paper *paper)
{
    char text[64];
    if (paper->training)
        y = banner(layout, y, bx_word("TRAINING - NOT VALID"));
    if (paper->copy > 0) {
        bx_words_print(text, sizeof(text), "COPY %d", paper->copy);
        y = banner(layout, y, text);
    }
    return paper->replaced ? banner(layout, y, bx_word("REPLACES AN EARLIER TICKET")) : y;
}

static int when_put(struct tp_layout *layout, int y, const struct bx_line *line)
{
    char text[TP_WHEN_SIZE];
    bool narrow = layout->width < 60 * MM;
    struct tp_box *box = text_new(layout, y, 5 * MM, tp_when_date(line->date, text));
    y += box->h;
    if (bx_slug_is_none(&line->slot))
        return y;
    tp_when_window(line->start, line->end, line->offset_min, text);
    box = text_new(layout, y, narrow ? 8 * MM : 10 * MM, text);
    box->bold = true;
    return y + box->h;
}

static int product_put(struct tp_layout *layout, int y, const struct bx_paper *paper,
                       const struct bx_line *line)
{
    char price[BX_MONEY_TEXT + 8], sum[BX_MONEY_TEXT], persons[64], nth[64];
    bx_money cost = line->price;
    int heads = line->persons * (line->group ? line->quantity : 1);
    if (line->group && bx_line_amount(line, &cost) != 0)
        cost = line->price;
    snprintf(price, sizeof(price), "%s %s", paper->sale.currency,
             bx_money_format(cost, paper->sale.exponent, sum));
    snprintf(persons, sizeof(persons), bx_words_of(heads, "%d person", "%d persons"), heads);
    bx_words_print(nth, sizeof(nth), "ticket %d of %d", paper->ticket + 1,
                   paper->sale.ticket_count);
    if (line->group)
        BX_TEXT_COPY(nth, bx_word("GROUP TICKET"));
    struct tp_box *name = &layout->boxes[layout->count];
    int below = pair(layout, y, 5 * MM, line->name, price, 42, true);
    int64_t need = (int64_t)bx_text_columns(line->name) * name->em * BOLD_PCT / 100;
    if (need > name->w) {
        name->lines = 2;
        name->h *= 2;
        below += name->h / 2;
    }
    return pair(layout, below, 3500, persons, nth, 50, false);
}

/* Groups of four as people read them out; two lines where one would be too small to read. */
static int code_put(struct tp_layout *layout, int y, const struct bx_code *code)
{
    char text[64];
    size_t len = strnlen(code->s, BX_CODE_SIZE - 1), used = 0;
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && i % 4 == 0)
            text[used++] = ' ';
        text[used++] = code->s[i];
    }
    text[used] = '\0';
    bool narrow = layout->width < 60 * MM;
    size_t cut = narrow && used > 20 ? 20 : used;
    for (size_t at = 0; at < used; at += cut) {
        char part[64];
        snprintf(part, sizeof(part), "%.*s", (int)cut, text + at);
        struct tp_box *box = text_new(layout, y, 3200, part);
        box->face = TP_FACE_MONO;
        box->bold = true;
        box->align = TP_CENTRE;
        y += box->h;
    }
    return y;
}

static int qr_put(struct tp_layout *layout, int y)
{
    int module = layout->width / TP_QR_SIDE < MODULE ? layout->width / TP_QR_SIDE : MODULE;
    bx_assert(module >= MODULE_MIN);
    box_new(layout, TP_BOX_QR, y, module * TP_QR_SIDE);
    layout->has_qr = true;
    return y + module * TP_QR_SIDE;
}

static int foot_put(struct tp_layout *layout, int y, const struct bx_paper *paper)
{
    char left[BX_NUMBER_SIZE + 32], right[TP_WHEN_SIZE], chain[16];
    box_new(layout, TP_BOX_RULE, y, 250);
    y += 1000;
    snprintf(left, sizeof(left), "%s", paper->number);
    y = pair(layout, y, 2800, left, tp_when_stamp(paper->at, paper->offset_min, right), 60, false);
    bx_words_print(left, sizeof(left), "Till %" PRId64, paper->till);
    bx_words_print(chain, sizeof(chain), "chain %.8s", paper->chain);
    return pair(layout, y, 2800, left, chain, 50, false);
}

static void ticket_put(struct tp_layout *layout, const struct bx_paper *paper,
                       const struct bx_line *line)
{
    bool timed = !bx_slug_is_none(&line->slot);
    int y = heading(layout, 1000, 3800, 1, paper->venue) + 600;
    box_new(layout, TP_BOX_RULE, y, 500);
    y = banners(layout, y + 500 + 1500, paper);
    y = heading(layout, y, 6500, 2, timed ? line->event_name : line->name) + 1000;
    y = when_put(layout, y, line) + 1500;
    box_new(layout, TP_BOX_DASH, y, 250);
    y = product_put(layout, y + 250 + 1250, paper, line) + 500;
    y = qr_put(layout, y);
    y = code_put(layout, y, &paper->code) + 2000;
    layout->height = foot_put(layout, y, paper) + 1000;
}

/* What it is worth, until somebody spends it; the code is the money. */
static void voucher_put(struct tp_layout *layout, const struct bx_paper *paper,
                        const struct bx_line *line)
{
    char text[BX_MONEY_TEXT + 8], sum[BX_MONEY_TEXT];
    int y = heading(layout, 1000, 3800, 1, paper->venue) + 600;
    box_new(layout, TP_BOX_RULE, y, 500);
    y = banners(layout, y + 500 + 1500, paper);
    y = heading(layout, y, 6500, 2, line->name) + 1000;
    snprintf(text, sizeof(text), "%s %s", paper->sale.currency,
             bx_money_format(line->price, paper->sale.exponent, sum));
    y = heading(layout, y, 9000, 1, text) + 1500;
    y = qr_put(layout, y);
    y = code_put(layout, y, &paper->code) + 2000;
    layout->height = foot_put(layout, y, paper) + 1000;
}

/* A signature's; a receipt is not the worse for one that has no room. */
static int signature_put(struct tp_layout *layout, int y, const char *text)
{
    struct bx_fault none;
    if (tp_qr_text_make(text, &layout->qr, &none))
        return y;
    int side = layout->qr.modules + 2 * TP_QR_QUIET;
    int module = layout->width / side < SIGN_MODULE ? layout->width / side : SIGN_MODULE;
    struct tp_box *box = box_new(layout, TP_BOX_QR, y, module * side);
    text_copy(box, text);
    layout->has_qr = true;
    return y + box->h;
}

/* Cells as the printer's own font would set them: DejaVu Sans Mono is 0.602 em wide. */
static void receipt_put(struct tp_layout *layout, const struct tp_receipt *receipt)
{
    int cell = layout->width / receipt->columns;
    int em = cell * 1000 / 603;
    int row = em * 128 / 100;
    int y = 1000;
    for (int i = 0; i < receipt->count; i++) {
        const struct tp_line *line = &receipt->lines[i];
        if (line->rule) {
            box_new(layout, TP_BOX_DASH, y + row / 2, 250);
            y += row;
            continue;
        }
        if (line->code) {
            y = signature_put(layout, y, line->text);
            continue;
        }
        int times = line->big ? 2 : 1;
        if (line->text[0]) {
            struct tp_box *box = text_new(layout, y, em * times, line->text);
            box->h = row * times;
            box->face = TP_FACE_MONO;
            box->bold = line->bold;
            box->align = line->align;
        }
        y += row * times;
    }
    layout->height = y + 1000;
}

struct tp_layout *tp_layout_create(const struct bx_paper *paper, const struct tp_device *device,
                                   struct bx_fault *fault)
{
    struct tp_layout *layout = bx_new(struct tp_layout);
    layout->width = (int)((int64_t)device->dots * 25400 / device->dpi);
    layout->at = paper->at;
    if (paper->kind != BX_PAPER_TICKET && paper->kind != BX_PAPER_VOUCHER) {
        snprintf(layout->title, sizeof(layout->title), "%.30s %s", paper->title, paper->number);
        struct tp_receipt *receipt = tp_receipt_create(paper, device->columns);
        receipt_put(layout, receipt);
        tp_receipt_destroy(receipt);
        return layout;
    }
    const struct bx_line *line = bx_paper_line(paper);
    if (!line) {
        bx_fault_set(fault, BX_ERR_INPUT, "This ticket cannot be printed; call your supervisor.",
                     "ticket %d of %s has no line", paper->ticket, paper->number);
        return tp_layout_destroy(layout);
    }
    snprintf(layout->title, sizeof(layout->title), "Ticket %s, %d", paper->number,
             paper->ticket + 1);
    if (tp_qr_make(&paper->code, &layout->qr, fault) != 0)
        return tp_layout_destroy(layout);
    if (paper->kind == BX_PAPER_VOUCHER)
        voucher_put(layout, paper, line);
    else
        ticket_put(layout, paper, line);
    return layout;
}

void *tp_layout_destroy(struct tp_layout *layout)
{
    return bx_free(layout);
}
