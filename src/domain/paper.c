/* SPDX-License-Identifier: Apache-2.0 */
/* What a document says, taken from the journal's entry alone: a reprint next month must read as
 * the original did, whatever the programme says by then. */

#include "boxtill/domain/paper.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

/* Eight hexadecimal digits of the entry's hash: short enough to type, long enough to find. */
static void chain_format(const struct bx_hash *hash, char out[9])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 4; i++) {
        out[2 * i] = digits[hash->b[i] >> 4];
        out[2 * i + 1] = digits[hash->b[i] & 15];
    }
    out[8] = '\0';
}

void bx_paper_make(struct bx_paper *paper, enum bx_paper_kind kind,
                   const struct bx_entry_head *head, const struct bx_hash *hash,
                   const struct bx_sale *sale, int ticket)
{
    bx_assert(kind == BX_PAPER_RECEIPT ? ticket == -1 : ticket >= 0);
    bx_assert(kind != BX_PAPER_TICKET || ticket < sale->ticket_count);
    bx_assert(kind != BX_PAPER_VOUCHER || ticket < sale->basket.count);
    memset(paper, 0, sizeof(*paper));
    paper->kind = kind;
    BX_TEXT_COPY(paper->number, head->number);
    paper->till = head->till;
    paper->at = head->at;
    chain_format(hash, paper->chain);
    paper->ticket = ticket;
    paper->entry = head->kind;
    paper->training = sale->training;
    paper->sale = *sale;
    if (kind == BX_PAPER_TICKET)
        paper->code = sale->tickets[ticket].code;
    if (kind == BX_PAPER_VOUCHER)
        BX_TEXT_COPY(paper->code.s, sale->basket.lines[ticket].note);
    const struct bx_line *line = bx_paper_line(paper);
    if (!line && sale->basket.count > 0)
        line = &sale->basket.lines[0];
    if (!line && sale->back.count > 0)
        line = &sale->back.lines[0];
    paper->offset_min = line ? line->offset_min : 0;
}

const struct bx_line *bx_paper_line(const struct bx_paper *paper)
{
    if (paper->kind == BX_PAPER_VOUCHER)
        return &paper->sale.basket.lines[paper->ticket];
    if (paper->ticket < 0 || paper->ticket >= paper->sale.ticket_count)
        return NULL;
    int line = paper->sale.tickets[paper->ticket].line;
    return line >= 0 && line < paper->sale.basket.count ? &paper->sale.basket.lines[line] : NULL;
}
