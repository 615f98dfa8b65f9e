/* SPDX-License-Identifier: Apache-2.0 */
/* The receipt. Columns are counted in cells, so that amounts stand under each other on a printer
 * that knows nothing but cells; names that are too long wrap rather than push an amount away. */

#include "printers/receipt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/money.h"
#include "boxtill/base/text.h"
#include "printers/when.h"

static struct tp_line *line_new(struct tp_receipt *receipt)
{
    bx_assert(receipt->count < TP_RECEIPT_LINES_MAX);
    return &receipt->lines[receipt->count++];
}

/* Bytes of the longest head of TEXT within COLUMNS cells. */
static size_t head_of(const char *text, size_t columns)
{
    size_t len = strlen(text), at = 0, used = 0;
    while (at < len) {
        uint32_t c;
        size_t step = bx_text_decode(text + at, len - at, &c);
        size_t width = (size_t)bx_text_char_columns(c);
        if (used + width > columns || at + step >= TP_LINE_SIZE)
            break;
        used += width;
        at += step;
    }
    return at;
}

/* As above, ending at the last blank when TEXT is longer and has one. */
static size_t wrap_of(const char *text, size_t columns)
{
    size_t fits = head_of(text, columns);
    if (text[fits] == '\0')
        return fits;
    for (size_t at = fits; at > 0; at--)
        if (text[at] == ' ')
            return at;
    return fits;
}

static void centred(struct tp_receipt *receipt, const char *text, bool big)
{
    size_t columns = (size_t)(big ? receipt->columns / 2 : receipt->columns);
    for (int i = 0; i < 3 && *text; i++) {
        size_t len = wrap_of(text, columns);
        struct tp_line *line = line_new(receipt);
        line->align = TP_CENTRE;
        line->bold = true;
        line->big = big;
        snprintf(line->text, sizeof(line->text), "%.*s", (int)len, text);
        text += len;
        text += strspn(text, " ");
    }
}

static void rule(struct tp_receipt *receipt)
{
    line_new(receipt)->rule = true;
}

static void blank(struct tp_receipt *receipt)
{
    line_new(receipt);
}

/* LEFT and RIGHT at the two edges with at least one cell between; LEFT is cut when it must be. */
static struct tp_line *edges(struct tp_receipt *receipt, const char *left, const char *right,
                             bool big)
{
    size_t columns = (size_t)(big ? receipt->columns / 2 : receipt->columns);
    size_t right_len = head_of(right, columns - 1);
    char tail[TP_LINE_SIZE];
    snprintf(tail, sizeof(tail), "%.*s", (int)right_len, right);
    size_t right_columns = bx_text_columns(tail);
    size_t left_len = head_of(left, columns - right_columns - (right_columns > 0));
    struct tp_line *line = line_new(receipt);
    line->big = big;
    snprintf(line->text, sizeof(line->text), "%.*s", (int)left_len, left);
    if (right_columns == 0)
        return line;
    size_t gap = columns - right_columns - bx_text_columns(line->text);
    size_t used = strlen(line->text);
    snprintf(line->text + used, sizeof(line->text) - used, "%*s%s", (int)gap, "", tail);
    return line;
}

static void amount(struct tp_receipt *receipt, const struct bx_sale *sale, const char *left,
                   bx_money money)
{
    char text[BX_MONEY_TEXT];
    edges(receipt, left, bx_money_format(money, sale->exponent, text), false);
}

static void copy_mark(struct tp_receipt *receipt, const struct bx_paper *paper)
{
    if (paper->copy <= 0)
        return;
    char text[24];
    snprintf(text, sizeof(text), "* COPY %d *", paper->copy);
    centred(receipt, text, true);
}

static void head_put(struct tp_receipt *receipt, const struct bx_paper *paper)
{
    char left[BX_NUMBER_SIZE + 16], right[BX_NAME_SIZE + 16], stamp[TP_WHEN_SIZE];
    centred(receipt, paper->venue, true);
    blank(receipt);
    copy_mark(receipt, paper);
    snprintf(left, sizeof(left), "Receipt %s", paper->number);
    tp_when_stamp(paper->at, paper->offset_min, stamp);
    bool narrow = strlen(left) + 1 + strlen(stamp) > (size_t)receipt->columns;
    edges(receipt, left, narrow ? "" : stamp, false)->bold = true;
    if (narrow)
        edges(receipt, stamp, "", false);
    snprintf(left, sizeof(left), "Till %" PRId64, paper->till);
    snprintf(right, sizeof(right), "%s%s", paper->cashier[0] ? "Cashier " : "", paper->cashier);
    edges(receipt, left, right, false);
}

/* The event and slot above its lines, once. */
static void event_put(struct tp_receipt *receipt, const struct bx_line *line)
{
    char date[TP_WHEN_SIZE], window[TP_WHEN_SIZE], when[2 * TP_WHEN_SIZE];
    tp_when_date(line->date, date);
    tp_when_window(line->start, line->end, line->offset_min, window);
    snprintf(when, sizeof(when), "%s %s", date, window);
    edges(receipt, line->event_name, "", false)->bold = true;
    edges(receipt, when, "", false);
}

static bool same_slot(const struct bx_line *a, const struct bx_line *b)
{
    return strcmp(a->slot.s, b->slot.s) == 0 && strcmp(a->event.s, b->event.s) == 0;
}

/* "  2 Adult" and the amount; a longer name goes on below, the price of one beside it. */
static void item_put(struct tp_receipt *receipt, const struct bx_sale *sale,
                     const struct bx_line *line)
{
    bx_money gross = line->price;
    char sum[BX_MONEY_TEXT] = "?", one[BX_MONEY_TEXT + 8], text[BX_NAME_SIZE + 16];
    if (bx_line_amount(line, &gross) == 0)
        bx_money_format(gross, sale->exponent, sum);
    size_t columns = (size_t)receipt->columns - strlen(sum) - 1;
    snprintf(text, sizeof(text), "%3d %s", line->quantity, line->name);
    size_t len =
        bx_text_columns(text) <= columns ? strlen(text) : wrap_of(text + 4, columns - 4) + 4;
    char first[sizeof(text)];
    snprintf(first, sizeof(first), "%.*s", (int)len, text);
    edges(receipt, first, sum, false);
    const char *rest = text + len + strspn(text + len, " ");
    if (*rest) {
        snprintf(first, sizeof(first), "    %s", rest);
        edges(receipt, first, "", false);
    }
    if (line->quantity > 1) {
        bx_money_format(line->price, sale->exponent, sum);
        snprintf(one, sizeof(one), "    at %s", sum);
        edges(receipt, one, "", false);
    }
}

static void items_put(struct tp_receipt *receipt, const struct bx_sale *sale)
{
    const struct bx_line *before = NULL;
    for (int i = 0; i < sale->basket.count && i < BX_LINES_MAX; i++) {
        const struct bx_line *line = &sale->basket.lines[i];
        bool timed = !bx_slug_is_none(&line->slot);
        if (timed && (!before || !same_slot(before, line)))
            event_put(receipt, line);
        item_put(receipt, sale, line);
        before = line;
    }
}

enum { RATE_SIZE = 32 };

/* "7 %", "5.5 %", from parts per million. */
static const char *rate_format(int ppm, char out[RATE_SIZE])
{
    char digits[16];
    snprintf(digits, sizeof(digits), "%04d", ppm % 10000);
    size_t len = 4;
    while (len > 0 && digits[len - 1] == '0')
        digits[--len] = '\0';
    snprintf(out, RATE_SIZE, "%d%s%s %%", ppm / 10000, len > 0 ? "." : "", digits);
    return out;
}

static void total_put(struct tp_receipt *receipt, const struct bx_sale *sale)
{
    char sum[BX_MONEY_TEXT], text[BX_MONEY_TEXT + 8], rate[RATE_SIZE];
    for (int i = 0; !sale->tax_included && i < sale->totals.rate_count && i < BX_RATES_MAX; i++) {
        snprintf(text, sizeof(text), "Tax %s", rate_format(sale->totals.rates[i].ppm, rate));
        amount(receipt, sale, text, sale->totals.rates[i].tax);
    }
    bx_money_format(sale->totals.total, sale->exponent, sum);
    snprintf(text, sizeof(text), "%s %s", sale->currency, sum);
    edges(receipt, "TOTAL", text, true)->bold = true;
    if (sale->rounding.minor == 0)
        return;
    bx_money due = sale->totals.total;
    amount(receipt, sale, "Cash rounding", sale->rounding);
    if (bx_money_add(due, sale->rounding, &due) == 0)
        amount(receipt, sale, "To pay", due);
}

static void tender_put(struct tp_receipt *receipt, const struct bx_sale *sale,
                       const struct bx_tender *tender)
{
    static const char *const names[BX_TENDER_KINDS] = {
        [BX_TENDER_CASH] = "Cash",       [BX_TENDER_CARD] = "Card",
        [BX_TENDER_VOUCHER] = "Voucher", [BX_TENDER_STORED] = "Voucher",
        [BX_TENDER_ACCOUNT] = "Account", [BX_TENDER_PREPAID] = "Prepaid",
    };
    char text[sizeof(tender->reference) + 16];
    snprintf(text, sizeof(text), tender->reference[0] ? "%s %s" : "%s", names[tender->kind],
             tender->reference);
    amount(receipt, sale, text, tender->amount);
    if (tender->change.minor != 0) {
        amount(receipt, sale, "  Received", tender->received);
        amount(receipt, sale, "  Change", tender->change);
    }
}

static void taxes_put(struct tp_receipt *receipt, const struct bx_sale *sale)
{
    int wide = receipt->columns >= 42 ? 12 : 8;
    int first = receipt->columns - 3 * wide;
    char text[TP_LINE_SIZE], rate[RATE_SIZE], net[BX_MONEY_TEXT], tax[BX_MONEY_TEXT],
        gross[BX_MONEY_TEXT];
    snprintf(text, sizeof(text), "%-*s%*s%*s%*s", first, "Tax", wide, "Net", wide, "Tax", wide,
             "Gross");
    edges(receipt, text, "", false);
    for (int i = 0; i < sale->totals.rate_count && i < BX_RATES_MAX; i++) {
        const struct bx_tax *row = &sale->totals.rates[i];
        snprintf(text, sizeof(text), "%-*s%*s%*s%*s", first, rate_format(row->ppm, rate), wide,
                 bx_money_format(row->net, sale->exponent, net), wide,
                 bx_money_format(row->tax, sale->exponent, tax), wide,
                 bx_money_format(row->gross, sale->exponent, gross));
        edges(receipt, text, "", false);
    }
}

static void foot_put(struct tp_receipt *receipt, const struct bx_paper *paper)
{
    char text[48];
    const struct bx_totals *totals = &paper->sale.totals;
    snprintf(text, sizeof(text), "%d person%s", totals->persons, totals->persons == 1 ? "" : "s");
    char chain[24];
    snprintf(chain, sizeof(chain), "chain %s", paper->chain);
    edges(receipt, text, chain, false);
    copy_mark(receipt, paper);
}

struct tp_receipt *tp_receipt_create(const struct bx_paper *paper, int columns)
{
    bx_assert(columns >= 32 && columns <= 64);
    struct tp_receipt *receipt = bx_new(struct tp_receipt);
    const struct bx_sale *sale = &paper->sale;
    receipt->columns = columns;
    head_put(receipt, paper);
    rule(receipt);
    items_put(receipt, sale);
    rule(receipt);
    total_put(receipt, sale);
    for (int i = 0; i < sale->tender_count && i < BX_TENDERS_MAX; i++)
        tender_put(receipt, sale, &sale->tenders[i]);
    rule(receipt);
    if (sale->totals.rate_count > 0) {
        taxes_put(receipt, sale);
        rule(receipt);
    }
    foot_put(receipt, paper);
    return receipt;
}

void *tp_receipt_destroy(struct tp_receipt *receipt)
{
    return bx_free(receipt);
}
