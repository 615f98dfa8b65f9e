/* SPDX-License-Identifier: Apache-2.0 */
/* What one entry adds to the figures. Whoever counts asks here: till, journal, server and the
 * check, so that they can only differ in which entries they know. */

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/domain/figures.h"
#include "boxtill/domain/price.h"
#include "boxtill/domain/report.h"

/* Rows in the making; the first that does not fit ends it. */
struct tally {
    struct bx_figures rows;
    int err;
};

static void add(struct tally *tally, const char *what, const char *name, int64_t count,
                int64_t amount)
{
    if (!tally->err)
        tally->err = bx_figures_add(&tally->rows, what, name, count, amount);
}

static void add_number(struct tally *tally, const char *what, int64_t name, int64_t count,
                       int64_t amount)
{
    char text[24];
    snprintf(text, sizeof(text), "%lld", (long long)name);
    add(tally, what, text, count, amount);
}

static void add_drawer(struct tally *tally, int drawer, const char *what, int64_t amount)
{
    char text[24];
    snprintf(text, sizeof(text), "%d/%s", drawer ? drawer : 1, what);
    add(tally, "drawer", text, 1, amount);
}

static void warrant_add(struct tally *tally, const struct bx_warrant *warrant)
{
    if (warrant->approver && !bx_slug_is_none(&warrant->what))
        add(tally, "warrant", warrant->what.s, 1, 0);
}

/* --- sales ------------------------------------------------------------------------------------ */

/* SIGN 1: sold, -1: taken back. */
static void line_add(struct tally *tally, const struct bx_line *line, int sign)
{
    bx_money amount;
    if (bx_line_amount(line, &amount)) {
        tally->err = BX_ERR_FULL;
        return;
    }
    int64_t pieces = sign * line->quantity, persons = pieces * line->persons,
            money = sign * amount.minor;
    if (line->kind == BX_LINE_DONATION || line->kind == BX_LINE_VOUCHER)
        add(tally, "outside", bx_line_kind_word(line->kind), pieces, money);
    add(tally, "product", line->product.s, pieces, money);
    if (!bx_slug_is_none(&line->slot))
        add(tally, "slot", line->slot.s, persons, money);
    add(tally, "event", line->event.s, persons, money);
    add(tally, "persons", "", persons, 0);
    bx_money list;
    if (bx_slug_is_none(&line->why))
        return;
    if (bx_money_times(line->list, line->quantity, &list))
        tally->err = BX_ERR_FULL;
    else
        add(tally, "discount", line->why.s, pieces, sign * list.minor - money);
}

static void taxes_add(struct tally *tally, const struct bx_totals *totals, int sign)
{
    for (int i = 0; i < totals->rate_count; i++) {
        const struct bx_tax *tax = &totals->rates[i];
        add_number(tally, "gross", tax->ppm, 0, sign * tax->gross.minor);
        add_number(tally, "net", tax->ppm, 0, sign * tax->net.minor);
        add_number(tally, "tax", tax->ppm, 0, sign * tax->tax.minor);
    }
}

static void tenders_add(struct tally *tally, const struct bx_sale *sale)
{
    for (int i = 0; i < sale->tender_count; i++) {
        const struct bx_tender *tender = &sale->tenders[i];
        add(tally, "tender", bx_tender_word(tender->kind), 1, tender->amount.minor);
        if (tender->kind == BX_TENDER_CASH && tender->amount.minor != 0)
            add_drawer(tally, sale->drawer, tender->amount.minor > 0 ? "sale" : "return",
                       tender->amount.minor);
    }
}

static void hour_add(struct tally *tally, bx_utc at, int64_t sales, int64_t amount)
{
    char text[BX_UTC_TEXT];
    bx_utc_format(at, text);
    text[13] = '\0'; /* 2026-11-24T14 */
    add(tally, "hour", text, sales, amount);
}

static void sale_add(struct tally *tally, const struct bx_entry_head *head,
                     const struct bx_sale *sale)
{
    int64_t in = sale->totals.total.minor, out = sale->back_totals.total.minor;
    bool sells = head->kind == BX_KIND_SALE || head->kind == BX_KIND_EXCHANGE;
    if (sale->training) {
        add(tally, "training", "", 1, in - out);
        return;
    }
    if (sells)
        add(tally, "sale", "", 1, in);
    if (head->kind != BX_KIND_SALE) {
        add(tally, "return", bx_kind_word(head->kind), 1, out);
        add_number(tally, "cashier-correction", head->user, 1, out);
    }
    taxes_add(tally, &sale->totals, 1);
    taxes_add(tally, &sale->back_totals, -1);
    for (int i = 0; i < sale->basket.count; i++)
        line_add(tally, &sale->basket.lines[i], 1);
    for (int i = 0; i < sale->back.count; i++)
        line_add(tally, &sale->back.lines[i], -1);
    if (sale->rounding.minor)
        add(tally, "rounding", "", 1, sale->rounding.minor);
    tenders_add(tally, sale);
    hour_add(tally, head->at, sells, in - out);
    add_number(tally, "cashier", head->user, sells, in - out);
    for (int i = 0; i < sale->warrant_count; i++)
        warrant_add(tally, &sale->warrants[i]);
    add(tally, "count", "correction", sale->corrections, 0);
    if (sale->offline)
        add(tally, "count", "offline", 1, in);
}

/* --- the others ------------------------------------------------------------------------------- */

static void cash_add(struct tally *tally, enum bx_kind kind, const struct bx_cash_entry *cash)
{
    static const struct {
        enum bx_kind kind;
        const char *what;
        int sign;
    } moves[] = {
        {BX_KIND_SHIFT_OPEN, "float", 1}, {BX_KIND_FLOAT, "float", 1}, {BX_KIND_PAID_IN, "in", 1},
        {BX_KIND_PAID_OUT, "out", -1},    {BX_KIND_DROP, "drop", -1},
    };
    for (size_t i = 0; i < bx_countof(moves); i++)
        if (moves[i].kind == kind)
            add_drawer(tally, cash->drawer, moves[i].what, moves[i].sign * cash->amount.minor);
    if (kind == BX_KIND_NO_SALE)
        add(tally, "count", "no-sale", 1, 0);
    warrant_add(tally, &cash->warrant);
}

static void change_add(struct tally *tally, const struct bx_entry_head *head,
                       const struct bx_tender_change *change)
{
    char name[40];
    int64_t amount = change->amount.minor;
    snprintf(name, sizeof(name), "%s>%s", bx_tender_word(change->from), bx_tender_word(change->to));
    add(tally, "tender-change", name, 1, amount);
    add(tally, "tender", bx_tender_word(change->from), 0, -amount);
    add(tally, "tender", bx_tender_word(change->to), 0, amount);
    add_number(tally, "cashier-correction", head->user, 1, 0);
    if (change->from == BX_TENDER_CASH)
        add_drawer(tally, change->drawer, "correction", -amount);
    if (change->to == BX_TENDER_CASH)
        add_drawer(tally, change->drawer, "correction", amount);
    warrant_add(tally, &change->warrant);
}

static void paper_add(struct tally *tally, enum bx_kind kind, const struct bx_paper_entry *paper)
{
    add(tally, "count", bx_kind_word(kind), 1, 0);
    if (paper->approver)
        add(tally, "warrant", bx_kind_word(kind), 1, 0);
}

int bx_figures_of(struct bx_figures *figures, const struct bx_entry_head *head,
                  const struct bx_content *content)
{
    struct tally tally = {0};
    switch (bx_kind_shape(head->kind)) {
    case BX_SHAPE_SALE: sale_add(&tally, head, content->sale); break;
    case BX_SHAPE_PAPER: paper_add(&tally, head->kind, content->paper); break;
    case BX_SHAPE_CASH:
        if (content->cash)
            cash_add(&tally, head->kind, content->cash);
        else /* a shift-open of version 1: a note of the float */
            add_drawer(&tally, 1, "float", content->n);
        break;
    case BX_SHAPE_TENDER_CHANGE: change_add(&tally, head, content->change); break;
    case BX_SHAPE_ATTEMPT:
    case BX_SHAPE_INVOICE:
    case BX_SHAPE_REPORT:
    case BX_SHAPE_NOTE: break;
    }
    if (!tally.err)
        tally.err = bx_figures_merge(figures, &tally.rows);
    bx_figures_finish(&tally.rows);
    return tally.err;
}
