/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Figures: everything that is ever counted of entries, as rows (what, name) → count and amount. One
 * function turns an entry into rows, and every report is a choice of rows: the till adds them up as
 * it sells, the journal from the stored bodies, the server when it books, and the check
 * again from the bodies. They agree, or a row says where they do not.
 *
 *   what        name                count                     amount (minor units)
 *   sale        ""                  sales and exchanges       what was sold, before cash rounding
 *   return      void, refund, exchange   documents            what was taken back, positive
 *   gross, net, tax   rate in ppm   -                         sold less taken back
 *   outside     donation, voucher   pieces                    sold less taken back
 *   rounding    ""                  documents with one        signed
 *   tender      cash, card, …       parts                     in less out, corrections followed
 *   tender-change   "cash>card"     corrections               what moved
 *   product     product             pieces, signed            signed
 *   slot        slot                persons, signed           signed
 *   event       event ("" none)     persons, signed           signed
 *   hour        "2026-11-24T14" UTC sales                     sold less taken back
 *   cashier     number              sales                     sold less taken back
 *   cashier-correction  number      voids, refunds, exchanges, taken back, positive
 *                                   tender corrections
 *   persons     ""                  persons, signed           -
 *   discount    reason or rule      pieces, signed            taken off, of returns again added
 *   warrant     what                approvals by another      -
 *   count       reprint, replace, no-sale, correction (pieces taken out of open baskets), offline
 *                                   how often                 offline: amount sold
 *   training    ""                  documents                 amount; counted nowhere else
 *   drawer      "1/float", "1/sale", "1/return", "1/in", "1/out", "1/drop", "1/correction"
 *                                   how often                 cash in (positive) and out (negative)
 *
 * A drawer's expected cash is the sum of its drawer rows. Rows that would be 0 and 0 are left out
 * of equality. Sales of training make only the row training. */

#include "boxtill/domain/cash.h"
#include "boxtill/domain/entry.h"

struct bx_report; /* report.h */

enum { BX_FIGURE_WHAT = 20, BX_FIGURES_MAX = 2000 };
struct bx_figure {
    char what[BX_FIGURE_WHAT];
    char name[BX_SLUG_SIZE + 8];
    int64_t count, amount;
};

/* Rows in order of what, then name; grows as needed. Zero is empty. */
struct bx_figures {
    struct bx_figure *rows;
    size_t count, cap;
};
void bx_figures_finish(struct bx_figures *figures);
void bx_figures_clear(struct bx_figures *figures);
/* 0, or BX_ERR_FULL past BX_FIGURES_MAX rows or beyond the limits of money; unchanged then. */
int bx_must bx_figures_add(struct bx_figures *figures, const char *what, const char *name,
                           int64_t count, int64_t amount);
int bx_must bx_figures_merge(struct bx_figures *into, const struct bx_figures *from);
/* Could FROM be merged into INTO? */
bool bx_figures_fit(const struct bx_figures *into, const struct bx_figures *from);
/* The row, or one of zeros. Borrowed until the next change. */
const struct bx_figure *bx_figures_get(const struct bx_figures *figures, const char *what,
                                       const char *name);
/* The sum of the amounts of all rows of WHAT (NAME NULL), or of those whose name begins so. */
int64_t bx_figures_sum(const struct bx_figures *figures, const char *what, const char *prefix);
/* NULL when they agree, else the first row of A or B that the other does not have so. */
const struct bx_figure *bx_figures_differ(const struct bx_figures *a, const struct bx_figures *b);

/* As JSON: [["cashier","7",3,5700],…] in order, rows of 0 and 0 left out. Reading adds nothing to
 * what RET held: it should be empty; on a fault of the reader it may be half filled. */
void bx_figures_put(struct bx_json_writer *writer, const char *name,
                    const struct bx_figures *figures);
void bx_figures_read(struct bx_json_reader *reader, const char *name, struct bx_figures *ret);

/* What an entry holds, decoded: the one member its kind says; others are NULL. */
struct bx_content {
    const struct bx_sale *sale;         /* sale, void, refund, exchange */
    const struct bx_paper_entry *paper; /* reprint, replace */
    const struct bx_cash_entry *cash;   /* shift-open (v 2), float, paid-in, … */
    const struct bx_tender_change *change;
    const struct bx_attempt_entry *attempt;
    const struct bx_invoice_entry *invoice;
    const struct bx_report *report; /* shift-close, x-report, closing */
    const char *about;              /* the notes */
    int64_t n;
};
/* Room for what bx_content_read() decodes; about 100 KB: on the heap. */
struct bx_content_room;
struct bx_content_room *bx_content_room_create(void);
void *bx_content_room_destroy(struct bx_content_room *room);
BX_CLEANUP_DEFINE(struct bx_content_room, bx_content_room_destroy)
/* Any body: its head and content, the latter in ROOM until the next call. */
int bx_must bx_content_read(struct bx_content_room *room, const char *body, size_t len,
                            struct bx_entry_head *ret_head, struct bx_content *ret,
                            struct bx_fault *fault);
/* Writes the body of an entry of HEAD's kind. */
int bx_must bx_content_write(const struct bx_entry_head *head, const struct bx_content *content,
                             struct bx_buf *out);

/* Adds the rows of one entry. 0 or BX_ERR_FULL: nothing was added then. */
int bx_must bx_figures_of(struct bx_figures *figures, const struct bx_entry_head *head,
                          const struct bx_content *content);
