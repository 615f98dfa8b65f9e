/* SPDX-License-Identifier: Apache-2.0 */
/* A report in words. The screen, the paper and the file show the same lines, so they are made once
 * and only laid out for so many columns; whoever lays out itself (a printer) gets label and value
 * with a tab between them and headings behind a #. */

#include "boxtill/domain/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

enum { LABEL_SIZE = 256, LABEL_LEAST = 8, CHAIN_SHOWN = 16 };

struct sheet {
    const struct bx_entry_head *head;
    const struct bx_report *report;
    const struct bx_report_names *names;
    int columns; /* 0: tabs */
    struct bx_buf *out;
};

/* --- lines ------------------------------------------------------------------------------------ */

static void row_text(const struct sheet *sheet, const char *label, const char *value)
{
    char cut[LABEL_SIZE];
    int columns = sheet->columns, wide = (int)bx_text_columns(value);
    if (columns == 0) {
        bx_buf_format(sheet->out, "%s\t%s\n", label, value);
        return;
    }
    int room = columns - wide - 1;
    if (room < LABEL_LEAST && (int)bx_text_columns(label) > room) { /* two lines */
        bx_buf_format(sheet->out, "%s\n", label);
        label = "";
        room = columns - wide - 1;
    }
    bx_text_wash(label, strlen(label), room > 0 ? (size_t)room : 0, cut, sizeof(cut));
    int gap = columns - (int)bx_text_columns(cut) - wide;
    bx_buf_format(sheet->out, "%s%*s%s\n", cut, gap > 1 ? gap : 1, "", value);
}

static void row_number(const struct sheet *sheet, const char *label, int64_t value)
{
    char text[24];
    snprintf(text, sizeof(text), "%lld", (long long)value);
    row_text(sheet, label, text);
}

static void row_money(const struct sheet *sheet, const char *label, int64_t minor)
{
    char text[BX_MONEY_TEXT];
    row_text(sheet, label, bx_money_format(bx_money_of(minor), sheet->names->exponent, text));
}

/* "12 Sales". */
static void row_counted(const struct sheet *sheet, int64_t count, const char *label, int64_t minor)
{
    char text[LABEL_SIZE];
    snprintf(text, sizeof(text), "%lld %.200s", (long long)count, label);
    row_money(sheet, text, minor);
}

static void heading(const struct sheet *sheet, const char *text)
{
    bx_buf_format(sheet->out, sheet->columns ? "\n%s\n" : "\n# %s\n", text);
}

static void row_time(const struct sheet *sheet, const char *label, bx_utc at)
{
    struct bx_date date;
    int minute;
    char day[BX_DATE_TEXT], text[24];
    bx_utc_civil(at, sheet->names->offset_min, &date, &minute);
    snprintf(text, sizeof(text), "%s %02d:%02d", bx_date_show(date, day), minute / 60, minute % 60);
    row_text(sheet, label, text);
}

static const char *name_of(const struct bx_report_names *names, const char *what, const char *id)
{
    const char *name = names->name ? names->name(names->arg, what, id) : NULL;
    return name ? name : id;
}

static const struct bx_figure *figure(const struct sheet *sheet, const char *what, const char *name)
{
    return bx_figures_get(&sheet->report->figures, what, name);
}

/* The next row of WHAT from *AT on. */
static const struct bx_figure *next_of(const struct sheet *sheet, const char *what, size_t *at)
{
    const struct bx_figures *figures = &sheet->report->figures;
    while (*at < figures->count) {
        const struct bx_figure *row = &figures->rows[(*at)++];
        if (strcmp(row->what, what) == 0 && (row->count != 0 || row->amount != 0))
            return row;
    }
    return NULL;
}

/* --- sections --------------------------------------------------------------------------------- */

const char *bx_report_period(const char *period, char out[BX_PERIOD_TEXT])
{
    char whole[BX_DATE_TEXT + 8];
    char shown[BX_DATE_TEXT];
    struct bx_date date;
    bool month = strlen(period) == 7;
    snprintf(whole, sizeof(whole), "%.12s%s", period, month ? "-01" : "");
    if (bx_date_parse(whole, &date)) {
        bx_text_copy(out, BX_PERIOD_TEXT, period);
        return out;
    }
    bx_date_show(date, shown);
    bool day_first = bx_words_date_order()[0] == 'D';
    if (month && !day_first)
        shown[7] = '\0';
    bx_text_copy(out, BX_PERIOD_TEXT, shown + (month && day_first ? 3 : 0));
    return out;
}

/* Not for a printer, whose paper has a title. */
static void title_line(const struct sheet *sheet)
{
    char text[LABEL_SIZE], period[BX_PERIOD_TEXT];
    if (sheet->columns == 0)
        return;
    if (sheet->head->kind == BX_KIND_SHIFT_CLOSE)
        bx_words_print(text, sizeof(text), "Z report %s", sheet->head->number);
    else if (sheet->head->kind == BX_KIND_X_REPORT)
        bx_words_print(text, sizeof(text), "X report");
    else
        bx_words_print(text, sizeof(text), "Closing of %s",
                       bx_report_period(sheet->report->period, period));
    bx_buf_format(sheet->out, "%s\n", text);
}

static void title_add(const struct sheet *sheet)
{
    const struct bx_entry_head *head = sheet->head;
    const struct bx_report *report = sheet->report;
    title_line(sheet);
    row_number(sheet, bx_word("Till"), head->till);
    if (report->shift)
        row_number(sheet, bx_word("Shift"), report->shift);
    row_text(sheet, bx_word("Currency"), sheet->names->currency);
    row_time(sheet, bx_word("Opened"), report->opened);
    row_time(sheet, head->kind == BX_KIND_X_REPORT ? bx_word("As of") : bx_word("Closed"),
             report->closed);
}

static void turnover_add(const struct sheet *sheet)
{
    static const struct {
        const char *name, *label;
    } returns[] = {
        {"void", BX_WORD("Voids")},
        {"refund", BX_WORD("Refunds")},
        {"exchange", BX_WORD("Exchanges, taken back")},
    };
    const struct bx_figures *figures = &sheet->report->figures;
    const struct bx_figure *sale = figure(sheet, "sale", ""),
                           *rounding = figure(sheet, "rounding", "");
    int64_t total = sale->amount - bx_figures_sum(figures, "return", NULL);
    heading(sheet, bx_word("Sales"));
    row_counted(sheet, sale->count, bx_word("Sales"), sale->amount);
    for (size_t i = 0; i < bx_countof(returns); i++) {
        const struct bx_figure *row = figure(sheet, "return", returns[i].name);
        row_counted(sheet, row->count, bx_word(returns[i].label), -row->amount);
    }
    row_money(sheet, bx_word("Total"), total);
    if (rounding->count)
        row_counted(sheet, rounding->count, bx_word("Cash rounding"), rounding->amount);
    row_number(sheet, bx_word("Persons"), figure(sheet, "persons", "")->count);
}

/* 70000 is "7 %", 77500 "7.75 %". */
static void rate_format(const char *ppm, char out[24])
{
    int64_t n = 0;
    int err = bx_text_number(ppm, strlen(ppm), 1000000, &n);
    int whole = (int)(n / 10000), part = (int)(n % 10000), digits = 4;
    if (err) {
        snprintf(out, 24, "%.20s", ppm);
        return;
    }
    for (; digits > 0 && part % 10 == 0; digits--)
        part /= 10;
    if (digits == 0)
        snprintf(out, 24, "%d %%", whole);
    else
        snprintf(out, 24, "%d%c%0*d %%", whole, bx_words_mark(), digits, part);
}

static void rate_add(const struct sheet *sheet, const char *ppm)
{
    static const struct {
        const char *what, *label;
    } parts[] = {{"gross", BX_WORD("Gross")}, {"net", BX_WORD("Net")}, {"tax", BX_WORD("Tax")}};
    char rate[24], text[LABEL_SIZE];
    rate_format(ppm, rate);
    for (size_t i = 0; i < bx_countof(parts); i++) {
        snprintf(text, sizeof(text), "%s %s", bx_word(parts[i].label), rate);
        row_money(sheet, text, figure(sheet, parts[i].what, ppm)->amount);
    }
}

static void taxes_add(const struct sheet *sheet)
{
    const struct bx_figure *row;
    size_t at = 0;
    heading(sheet, bx_word("Tax"));
    for (size_t digits = 1; digits <= 7; digits++) /* 70000 before 190000 */
        for (at = 0; (row = next_of(sheet, "gross", &at)) != NULL;)
            if (strlen(row->name) == digits)
                rate_add(sheet, row->name);
    for (at = 0; (row = next_of(sheet, "outside", &at)) != NULL;)
        row_counted(sheet, row->count,
                    strcmp(row->name, "donation") == 0 ? bx_word("Donations")
                                                       : bx_word("Vouchers sold"),
                    row->amount);
}

static const char *tender_label(const char *word)
{
    static const char *const labels[BX_TENDER_KINDS] = {
        [BX_TENDER_CASH] = BX_WORD("Cash"),       [BX_TENDER_CARD] = BX_WORD("Card"),
        [BX_TENDER_VOUCHER] = BX_WORD("Voucher"), [BX_TENDER_STORED] = BX_WORD("Stored value"),
        [BX_TENDER_ACCOUNT] = BX_WORD("Account"), [BX_TENDER_PREPAID] = BX_WORD("Paid before"),
    };
    enum bx_tender_kind kind;
    return bx_tender_parse(word, &kind) ? word : bx_word(labels[kind]);
}

static void tenders_add(const struct sheet *sheet)
{
    const struct bx_figure *row;
    size_t at = 0;
    heading(sheet, bx_word("Tenders"));
    while ((row = next_of(sheet, "tender", &at)) != NULL)
        row_counted(sheet, row->count, tender_label(row->name), row->amount);
    for (at = 0; (row = next_of(sheet, "tender-change", &at)) != NULL;) {
        char from[BX_SLUG_SIZE + 8], text[LABEL_SIZE];
        BX_TEXT_COPY(from, row->name);
        char *to = strchr(from, '>');
        if (to)
            *to++ = '\0';
        snprintf(text, sizeof(text), "%s: %s > %s", bx_word("Corrected"), tender_label(from),
                 tender_label(to ? to : ""));
        row_counted(sheet, row->count, text, row->amount);
    }
}

static void named_add(const struct sheet *sheet, const char *what, const char *title)
{
    const struct bx_figure *row;
    size_t at = 0;
    bool any = false;
    while ((row = next_of(sheet, what, &at)) != NULL) {
        if (!any)
            heading(sheet, title);
        any = true;
        row_counted(sheet, row->count, name_of(sheet->names, what, row->name), row->amount);
    }
}

static void moves_add(const struct sheet *sheet, int drawer)
{
    static const struct {
        const char *name, *label;
    } moves[] = {
        {"float", BX_WORD("Float")},
        {"sale", BX_WORD("Cash taken")},
        {"return", BX_WORD("Cash given back")},
        {"in", BX_WORD("Paid in")},
        {"out", BX_WORD("Paid out")},
        {"drop", BX_WORD("Dropped to the safe")},
        {"correction", BX_WORD("Tender corrections")},
    };
    for (size_t i = 0; i < bx_countof(moves); i++) {
        char name[24];
        snprintf(name, sizeof(name), "%d/%s", drawer, moves[i].name);
        const struct bx_figure *row = figure(sheet, "drawer", name);
        row_counted(sheet, row->count, bx_word(moves[i].label), row->amount);
    }
}

static void warrant_add(const struct sheet *sheet, const struct bx_warrant *warrant)
{
    if (!bx_slug_is_none(&warrant->reason))
        row_text(sheet, bx_word("Reason"), name_of(sheet->names, "reason", warrant->reason.s));
    if (warrant->note[0])
        row_text(sheet, bx_word("Note"), warrant->note);
    if (warrant->approver)
        row_number(sheet, bx_word("Approved by"), warrant->approver);
}

static void drawer_add(const struct sheet *sheet, const struct bx_drawer_close *drawer)
{
    char text[LABEL_SIZE];
    bx_words_print(text, sizeof(text), "Drawer %d", drawer->drawer);
    heading(sheet, text);
    moves_add(sheet, drawer->drawer);
    row_money(sheet, bx_word("Expected"), drawer->expected.minor);
    if (!drawer->was_counted)
        return;
    for (int i = 0; i < drawer->piece_count; i++) {
        const struct bx_piece *piece = &drawer->pieces[i];
        char value[BX_MONEY_TEXT];
        bx_money_format(bx_money_of(piece->value), sheet->names->exponent, value);
        row_counted(sheet, piece->count, value, piece->value * piece->count);
    }
    if (drawer->first_count.minor != drawer->counted.minor)
        row_money(sheet, bx_word("First count"), drawer->first_count.minor);
    row_money(sheet, bx_word("Counted"), drawer->counted.minor);
    row_money(sheet, bx_word("Difference"), drawer->counted.minor - drawer->expected.minor);
    warrant_add(sheet, &drawer->warrant);
    row_money(sheet, bx_word("Next float"), drawer->next_float.minor);
    row_money(sheet, bx_word("Deposit"), drawer->deposit.minor);
    if (drawer->bag[0])
        row_text(sheet, bx_word("Bag"), drawer->bag);
}

static void counters_add(const struct sheet *sheet)
{
    static const struct {
        const char *name, *label;
    } counters[] = {
        {"correction", BX_WORD("Lines corrected before payment")},
        {"reprint", BX_WORD("Reprints")},
        {"replace", BX_WORD("Replacements")},
        {"no-sale", BX_WORD("Drawer opened without a sale")},
    };
    const struct bx_figure *row;
    size_t at = 0;
    int64_t approvals = 0, discounts = 0, saved = 0;
    heading(sheet, bx_word("Counters"));
    for (size_t i = 0; i < bx_countof(counters); i++)
        row_number(sheet, bx_word(counters[i].label),
                   figure(sheet, "count", counters[i].name)->count);
    while ((row = next_of(sheet, "warrant", &at)) != NULL)
        approvals += row->count;
    for (at = 0; (row = next_of(sheet, "discount", &at)) != NULL;) {
        discounts += row->count;
        saved += row->amount;
    }
    row_counted(sheet, discounts, bx_word("Discounts"), saved);
    row_number(sheet, bx_word("Approvals"), approvals);
    const struct bx_figure *training = figure(sheet, "training", ""),
                           *offline = figure(sheet, "count", "offline");
    row_counted(sheet, training->count, bx_word("Training, not counted"), training->amount);
    row_counted(sheet, offline->count, bx_word("Offline sales"), offline->amount);
}

static void perpetual_add(const struct sheet *sheet)
{
    const struct bx_perpetual *before = &sheet->report->before, *after = &sheet->report->after;
    heading(sheet, bx_word("Perpetual totals"));
    row_money(sheet, bx_word("Sales before"), before->sales.minor);
    row_money(sheet, bx_word("Sales after"), after->sales.minor);
    row_money(sheet, bx_word("Returns before"), before->returns.minor);
    row_money(sheet, bx_word("Returns after"), after->returns.minor);
    row_money(sheet, bx_word("Net"), after->sales.minor - after->returns.minor);
}

static void entries_add(const struct sheet *sheet)
{
    const struct bx_report *report = sheet->report;
    char text[LABEL_SIZE], chain[BX_HASH_TEXT];
    heading(sheet, bx_word("Entries"));
    row_text(sheet, bx_word("First sale"), report->first[0] ? report->first : "-");
    row_text(sheet, bx_word("Last sale"), report->last[0] ? report->last : "-");
    snprintf(text, sizeof(text), "%lld - %lld", (long long)report->first_seq,
             (long long)report->last_seq);
    row_text(sheet, bx_word("Entries"), text);
    bx_words_print(text, sizeof(text), "%lld of %lld", (long long)report->confirmed,
                   (long long)report->entries);
    row_text(sheet, bx_word("Confirmed by the server"), text);
    row_number(sheet, bx_word("Not sent"), report->unsent);
    if (report->signs || report->late || report->unsigned_count) {
        row_number(sheet, bx_word("Signed"), report->signs);
        row_number(sheet, bx_word("Signed late"), report->late);
        row_number(sheet, bx_word("Not signed"), report->unsigned_count);
    }
    row_number(sheet, bx_word("Parked baskets"), report->parked);
    row_number(sheet, bx_word("Needs attention"), report->attention);
    row_number(sheet, bx_word("Prints unsure"), report->unsure);
    row_number(sheet, bx_word("Payments unknown"), report->unknown);
    bx_hash_format(&report->chain, chain);
    chain[CHAIN_SHOWN] = '\0';
    row_text(sheet, bx_word("Chain"), chain);
}

static const struct bx_report_names *names_or_none(const struct bx_report_names *names)
{
    static const struct bx_report_names none = {.currency = "", .exponent = 2};
    return names ? names : &none;
}

void bx_report_text(const struct bx_entry_head *head, const struct bx_report *report,
                    const struct bx_report_names *names, int columns, struct bx_buf *out)
{
    struct sheet sheet = {head, report, names_or_none(names), columns, out};
    title_add(&sheet);
    turnover_add(&sheet);
    taxes_add(&sheet);
    tenders_add(&sheet);
    named_add(&sheet, "product", bx_word("Products"));
    named_add(&sheet, "cashier", bx_word("Cashiers"));
    named_add(&sheet, "cashier-correction", bx_word("Corrections by cashier"));
    named_add(&sheet, "discount", bx_word("Discounts"));
    for (int i = 0; i < report->drawer_count; i++)
        drawer_add(&sheet, &report->drawers[i]);
    counters_add(&sheet);
    perpetual_add(&sheet);
    entries_add(&sheet);
}
