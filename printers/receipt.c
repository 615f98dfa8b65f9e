/* SPDX-License-Identifier: Apache-2.0 */
/* The receipt. Columns are counted in cells, so that amounts stand under each other on a printer
 * that knows nothing but cells; names that are too long wrap rather than push an amount away. */

#include "printers/receipt.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/money.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "boxtill/domain/price.h"
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

/* On every sheet of a training sale, and on every copy: nobody takes it for the original. */
static void marks_put(struct tp_receipt *receipt, const struct bx_paper *paper)
{
    char text[64];
    if (paper->training)
        centred(receipt, bx_word("* TRAINING - NOT VALID *"), true);
    if (paper->copy <= 0)
        return;
    bx_words_print(text, sizeof(text), "* COPY %d *", paper->copy);
    centred(receipt, text, true);
}

static void title_of(const struct bx_paper *paper, char *out, size_t size)
{
    if (paper->entry == BX_KIND_VOID)
        bx_words_print(out, size, "Void %s", paper->number);
    else if (paper->entry == BX_KIND_REFUND)
        bx_words_print(out, size, "Refund %s", paper->number);
    else if (paper->entry == BX_KIND_EXCHANGE)
        bx_words_print(out, size, "Exchange %s", paper->number);
    else
        bx_words_print(out, size, "Receipt %s", paper->number);
}

static void head_put(struct tp_receipt *receipt, const struct bx_paper *paper, const char *title)
{
    char left[BX_NAME_SIZE + 32], right[BX_NAME_SIZE + 32], stamp[TP_WHEN_SIZE];
    centred(receipt, paper->venue, true);
    for (int i = 0; i < paper->fact_count && i < BX_PAPER_FACTS; i++)
        edges(receipt, paper->facts[i], "", false)->align = TP_CENTRE;
    blank(receipt);
    marks_put(receipt, paper);
    tp_when_stamp(paper->at, paper->offset_min, stamp);
    bool narrow = bx_text_columns(title) + 1 + bx_text_columns(stamp) > (size_t)receipt->columns;
    edges(receipt, title, narrow ? "" : stamp, false)->bold = true;
    if (narrow)
        edges(receipt, stamp, "", false);
    bx_words_print(left, sizeof(left), "Till %lld", (long long)paper->till);
    right[0] = '\0';
    if (paper->cashier[0])
        bx_words_print(right, sizeof(right), "Cashier %s", paper->cashier);
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

/* Why the price is not the list's, and what a discount took off the line. */
static void why_put(struct tp_receipt *receipt, const struct bx_sale *sale,
                    const struct bx_line *line, int sign)
{
    char text[BX_NAME_SIZE + 16];
    if (!line->why_text[0])
        return;
    snprintf(text, sizeof(text), "    %s", bx_word(line->why_text));
    if (line->off.minor != 0)
        amount(receipt, sale, text, bx_money_of(-sign * line->off.minor));
    else
        edges(receipt, text, "", false);
}

/* "  2 Adult" and the amount before discount; a longer name goes on below, the price of one beside
 * it. SIGN is -1 for what is taken back. */
static void item_put(struct tp_receipt *receipt, const struct bx_sale *sale,
                     const struct bx_line *line, int sign)
{
    bx_money whole = {0};
    char sum[BX_MONEY_TEXT] = "?", one[BX_NAME_SIZE], text[BX_NAME_SIZE + 16];
    if (bx_money_times(line->price, sign * line->quantity, &whole) == 0)
        bx_money_format(whole, sale->exponent, sum);
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
        bx_words_print(one, sizeof(one), "    at %s", sum);
        edges(receipt, one, "", false);
    }
    why_put(receipt, sale, line, sign);
}

static void items_put(struct tp_receipt *receipt, const struct bx_sale *sale,
                      const struct bx_basket *basket, int sign)
{
    const struct bx_line *before = NULL;
    for (int i = 0; i < basket->count && i < BX_LINES_MAX; i++) {
        const struct bx_line *line = &basket->lines[i];
        bool timed = !bx_slug_is_none(&line->slot);
        if (timed && (!before || !same_slot(before, line)))
            event_put(receipt, line);
        item_put(receipt, sale, line, sign);
        before = line;
    }
}

enum { RATE_SIZE = 32 };

/* "7 %", "5.5 %" or "5,5 %", from parts per million. */
static const char *rate_format(int ppm, char out[RATE_SIZE])
{
    char digits[16];
    snprintf(digits, sizeof(digits), "%04d", ppm % 10000);
    size_t len = 4;
    while (len > 0 && digits[len - 1] == '0')
        digits[--len] = '\0';
    const char mark[2] = {len > 0 ? bx_words_mark() : '\0'};
    snprintf(out, RATE_SIZE, "%d%s%s %%", ppm / 10000, mark, digits);
    return out;
}

/* Sold less taken back, rate by rate: what the document does to the till. */
static int rates_of(const struct bx_sale *sale, struct bx_tax out[2 * BX_RATES_MAX])
{
    int count = 0;
    for (int i = 0; i < sale->totals.rate_count; i++)
        out[count++] = sale->totals.rates[i];
    for (int i = 0; i < sale->back_totals.rate_count; i++) {
        const struct bx_tax *back = &sale->back_totals.rates[i];
        int at = 0;
        while (at < count && out[at].ppm != back->ppm)
            at++;
        if (at == count)
            out[count++] = (struct bx_tax){.ppm = back->ppm};
        out[at].gross.minor -= back->gross.minor;
        out[at].net.minor -= back->net.minor;
        out[at].tax.minor -= back->tax.minor;
    }
    return count;
}

static void total_put(struct tp_receipt *receipt, const struct bx_sale *sale)
{
    char sum[BX_MONEY_TEXT], text[BX_MONEY_TEXT + 24], rate[RATE_SIZE];
    struct bx_tax rates[2 * BX_RATES_MAX];
    int count = sale->tax_included ? 0 : rates_of(sale, rates);
    for (int i = 0; i < count; i++) {
        bx_words_print(text, sizeof(text), "Tax %s", rate_format(rates[i].ppm, rate));
        amount(receipt, sale, text, rates[i].tax);
    }
    bx_money due = bx_sale_due(sale);
    bx_money_format(due, sale->exponent, sum);
    snprintf(text, sizeof(text), "%s %s", sale->currency, sum);
    edges(receipt, bx_word("TOTAL"), text, true)->bold = true;
    if (sale->rounding.minor == 0)
        return;
    amount(receipt, sale, bx_word("Cash rounding"), sale->rounding);
    if (bx_money_add(due, sale->rounding, &due) == 0)
        amount(receipt, sale, bx_word("To pay"), due);
}

static void tender_put(struct tp_receipt *receipt, const struct bx_sale *sale,
                       const struct bx_tender *tender)
{
    static const char *const names[BX_TENDER_KINDS] = {
        [BX_TENDER_CASH] = BX_WORD("Cash"),       [BX_TENDER_CARD] = BX_WORD("Card"),
        [BX_TENDER_VOUCHER] = BX_WORD("Voucher"), [BX_TENDER_STORED] = BX_WORD("Voucher"),
        [BX_TENDER_ACCOUNT] = BX_WORD("Account"), [BX_TENDER_PREPAID] = BX_WORD("Prepaid"),
    };
    char text[sizeof(tender->reference) + 40], name[40];
    BX_TEXT_COPY(name, bx_word(names[tender->kind]));
    snprintf(text, sizeof(text), tender->reference[0] ? "%s %s" : "%s", name, tender->reference);
    amount(receipt, sale, text, tender->amount);
    if (tender->change.minor != 0) {
        amount(receipt, sale, bx_word("  Received"), tender->received);
        amount(receipt, sale, bx_word("  Change"), tender->change);
    }
}

/* LEFT, then three columns of cells that end under each other. */
static void columns_put(struct tp_receipt *receipt, const char *left, const char *const right[3])
{
    int wide = receipt->columns >= 42 ? 12 : 8;
    char text[TP_LINE_SIZE];
    int used = snprintf(text, sizeof(text), "%.*s", (int)head_of(left, 12), left);
    int at = (int)bx_text_columns(text);
    for (int i = 0; i < 3; i++) {
        int end = receipt->columns - (2 - i) * wide;
        int gap = end - at - (int)bx_text_columns(right[i]);
        used += snprintf(text + used, sizeof(text) - (size_t)used, "%*s%s", gap > 1 ? gap : 1, "",
                         right[i]);
        at = (int)bx_text_columns(text);
    }
    edges(receipt, text, "", false);
}

static void taxes_put(struct tp_receipt *receipt, const struct bx_sale *sale)
{
    struct bx_tax rates[2 * BX_RATES_MAX];
    char rate[RATE_SIZE], net[BX_MONEY_TEXT], tax[BX_MONEY_TEXT], gross[BX_MONEY_TEXT];
    int count = rates_of(sale, rates);
    if (count == 0)
        return;
    const char *const heads[3] = {bx_word("Net"), bx_word("Tax"), bx_word("Gross")};
    columns_put(receipt, bx_word("Rate"), heads);
    for (int i = 0; i < count; i++) {
        const char *const cells[3] = {bx_money_format(rates[i].net, sale->exponent, net),
                                      bx_money_format(rates[i].tax, sale->exponent, tax),
                                      bx_money_format(rates[i].gross, sale->exponent, gross)};
        columns_put(receipt, rate_format(rates[i].ppm, rate), cells);
    }
    rule(receipt);
}

static void long_put(struct tp_receipt *receipt, const char *text)
{
    while (*text) {
        size_t len = wrap_of(text, (size_t)receipt->columns);
        char part[TP_LINE_SIZE];
        snprintf(part, sizeof(part), "%.*s", (int)len, text);
        edges(receipt, part, "", false);
        text += len > 0 ? len : strlen(text);
        text += strspn(text, " ");
    }
}

static void chain_put(struct tp_receipt *receipt, const struct bx_paper *paper, const char *left)
{
    char chain[48];
    bx_words_print(chain, sizeof(chain), "chain %s", paper->chain);
    edges(receipt, left, chain, false);
    marks_put(receipt, paper);
}

/* What a fiscal device said: its words, then its QR. */
static void sign_put(struct tp_receipt *receipt, const struct bx_paper *paper)
{
    if (paper->sign_text[0])
        long_put(receipt, paper->sign_text);
    if (paper->sign[0]) {
        struct tp_line *line = line_new(receipt);
        line->code = true;
        line->align = TP_CENTRE;
        BX_TEXT_COPY(line->text, paper->sign);
    }
    if (paper->sign_text[0])
        rule(receipt);
}

static void foot_put(struct tp_receipt *receipt, const struct bx_paper *paper)
{
    char text[64];
    int persons = paper->sale.totals.persons - paper->sale.back_totals.persons;
    snprintf(text, sizeof(text), bx_words_of(persons, "%d person", "%d persons"), persons);
    sign_put(receipt, paper);
    chain_put(receipt, paper, text);
    if (paper->foot[0])
        edges(receipt, paper->foot, "", false)->align = TP_CENTRE;
}

/* Lines "left\tright"; one of "-" is a rule, one that begins with "#" a heading. */
static void text_put(struct tp_receipt *receipt, const char *text)
{
    while (*text) {
        char left[TP_LINE_SIZE], right[TP_LINE_SIZE];
        size_t len = strcspn(text, "\n"), tab = strcspn(text, "\t\n");
        if (receipt->count > TP_RECEIPT_LINES_MAX - 12) {
            edges(receipt, bx_word("There is more: see the report on the screen."), "", false);
            return;
        }
        snprintf(left, sizeof(left), "%.*s", (int)tab, text);
        snprintf(right, sizeof(right), "%.*s", tab < len ? (int)(len - tab - 1) : 0,
                 text + tab + (tab < len));
        if (strcmp(left, "-") == 0)
            rule(receipt);
        else if (left[0] == '#')
            edges(receipt, left + 1 + strspn(left + 1, " "), right, false)->bold = true;
        else
            edges(receipt, left, right, false);
        text += len + (text[len] == '\n');
    }
}

static void report_put(struct tp_receipt *receipt, const struct bx_paper *paper)
{
    head_put(receipt, paper, paper->number[0] ? paper->number : paper->title);
    if (paper->number[0])
        centred(receipt, paper->title, true);
    rule(receipt);
    text_put(receipt, paper->text);
    rule(receipt);
    sign_put(receipt, paper);
    chain_put(receipt, paper, "");
}

static void sale_put(struct tp_receipt *receipt, const struct bx_paper *paper)
{
    const struct bx_sale *sale = &paper->sale;
    char title[BX_NUMBER_SIZE + 40];
    title_of(paper, title, sizeof(title));
    head_put(receipt, paper, title);
    if (paper->title[0])
        edges(receipt, paper->title, "", false);
    rule(receipt);
    items_put(receipt, sale, &sale->basket, 1);
    if (sale->back.count > 0) {
        edges(receipt, bx_word("Taken back"), "", false)->bold = true;
        items_put(receipt, sale, &sale->back, -1);
    }
    rule(receipt);
    total_put(receipt, sale);
    for (int i = 0; i < sale->tender_count && i < BX_TENDERS_MAX; i++)
        tender_put(receipt, sale, &sale->tenders[i]);
    rule(receipt);
    taxes_put(receipt, sale);
    foot_put(receipt, paper);
}

struct tp_receipt *tp_receipt_create(const struct bx_paper *paper, int columns)
{
    bx_assert(columns >= 32 && columns <= 64);
    struct tp_receipt *receipt = bx_new(struct tp_receipt);
    receipt->columns = columns;
    if (paper->kind == BX_PAPER_RECEIPT)
        sale_put(receipt, paper);
    else
        report_put(receipt, paper);
    return receipt;
}

void *tp_receipt_destroy(struct tp_receipt *receipt)
{
    return bx_free(receipt);
}
