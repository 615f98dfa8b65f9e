/* SPDX-License-Identifier: Apache-2.0 */
/* One door to the bodies of all kinds, for those who treat an entry without caring which it is. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/domain/figures.h"
#include "boxtill/domain/report.h"

struct bx_content_room {
    struct bx_sale sale;
    struct bx_paper_entry paper;
    struct bx_cash_entry cash;
    struct bx_tender_change change;
    struct bx_attempt_entry attempt;
    struct bx_invoice_entry invoice;
    struct bx_report report;
    char about[BX_ABOUT_MAX + 1];
};

struct bx_content_room *bx_content_room_create(void)
{
    return bx_new(struct bx_content_room);
}

void *bx_content_room_destroy(struct bx_content_room *room)
{
    if (room == NULL)
        return NULL;
    bx_report_finish(&room->report);
    return bx_free(room);
}

static int note_read(struct bx_content_room *room, const char *body, size_t len,
                     struct bx_content *ret, struct bx_fault *fault)
{
    ret->about = room->about;
    return bx_note_decode(body, len, room->about, sizeof(room->about), &ret->n, fault);
}

/* {"v":1 at the beginning: a shift that was opened before there were floats by the piece. */
static bool is_v1(const char *body, size_t len)
{
    return len > 5 && body[5] == '1';
}

static int shape_read(struct bx_content_room *room, enum bx_shape shape, const char *body,
                      size_t len, struct bx_content *ret, struct bx_fault *fault)
{
    switch (shape) {
    case BX_SHAPE_SALE: bx_unreachable(); /* read with its head */
    case BX_SHAPE_PAPER:
        ret->paper = &room->paper;
        return bx_paper_decode(body, len, &room->paper, fault);
    case BX_SHAPE_CASH:
        if (is_v1(body, len))
            return note_read(room, body, len, ret, fault);
        ret->cash = &room->cash;
        return bx_cash_decode(body, len, &room->cash, fault);
    case BX_SHAPE_TENDER_CHANGE:
        ret->change = &room->change;
        return bx_tender_change_decode(body, len, &room->change, fault);
    case BX_SHAPE_ATTEMPT:
        ret->attempt = &room->attempt;
        return bx_attempt_decode(body, len, &room->attempt, fault);
    case BX_SHAPE_INVOICE:
        ret->invoice = &room->invoice;
        return bx_invoice_decode(body, len, &room->invoice, fault);
    case BX_SHAPE_REPORT:
        ret->report = &room->report;
        bx_report_finish(&room->report);
        return bx_report_decode(body, len, &room->report, fault);
    case BX_SHAPE_NOTE: return note_read(room, body, len, ret, fault);
    }
    bx_unreachable();
}

int bx_content_read(struct bx_content_room *room, const char *body, size_t len,
                    struct bx_entry_head *ret_head, struct bx_content *ret, struct bx_fault *fault)
{
    struct bx_entry_head head;
    struct bx_content content = {0};
    int err = bx_entry_head_decode(body, len, &head, fault);
    if (err)
        return err;
    enum bx_shape shape = bx_kind_shape(head.kind);
    if (shape == BX_SHAPE_SALE) {
        content.sale = &room->sale;
        err = bx_sale_read(body, len, &head, &room->sale, fault);
    } else {
        err = shape_read(room, shape, body, len, &content, fault);
    }
    if (err)
        return err;
    *ret_head = head;
    *ret = content;
    return 0;
}

int bx_content_write(const struct bx_entry_head *head, const struct bx_content *content,
                     struct bx_buf *out)
{
    switch (bx_kind_shape(head->kind)) {
    case BX_SHAPE_SALE: return bx_sale_encode(head, content->sale, out);
    case BX_SHAPE_PAPER: return bx_paper_encode(head, content->paper, out);
    case BX_SHAPE_CASH:
        if (content->cash)
            return bx_cash_encode(head, content->cash, out);
        break;
    case BX_SHAPE_TENDER_CHANGE: return bx_tender_change_encode(head, content->change, out);
    case BX_SHAPE_ATTEMPT: return bx_attempt_encode(head, content->attempt, out);
    case BX_SHAPE_INVOICE: return bx_invoice_encode(head, content->invoice, out);
    case BX_SHAPE_REPORT: return bx_report_encode(head, content->report, out);
    case BX_SHAPE_NOTE: break;
    }
    return bx_note_encode(head, content->about ? content->about : "", content->n, out);
}
