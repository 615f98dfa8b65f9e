/* SPDX-License-Identifier: Apache-2.0 */
/* An invoice on paper: who sells, who buys, what, when, its tax by rate, and how it was paid. Three
 * things in the journal make it (the entry, the sale it names, the person beside it), read one
 * after another when it is its turn at the printer. A buyer whose time is over is gone; the sheet
 * says so.
 */

#include "screens.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

enum { STAGE_SALE = 1, STAGE_PERSON };

int bx_invoice_sheet_begin(struct bx_till *till, const struct bx_row *row, struct bx_fault *fault)
{
    struct bx_invoice_sheet *sheet = &till->papers.invoice;
    struct bx_invoice_entry entry;
    int err = bx_invoice_decode(row->body, row->len, &entry, fault);
    if (err)
        return err;
    bx_free(sheet->sale);
    *sheet = (struct bx_invoice_sheet){
        .seq = row->head.seq, .stage = STAGE_SALE, .row = *row, .entry = entry};
    sheet->row.body = NULL;
    return 0;
}

bool bx_invoice_sheet_query(const struct bx_till *till, const struct bx_print_job *job,
                            struct bx_query *ret)
{
    const struct bx_invoice_sheet *sheet = &till->papers.invoice;
    if (sheet->seq != job->sale || sheet->stage == 0)
        return false;
    bool sale = sheet->stage == STAGE_SALE;
    *ret = (struct bx_query){.kind = sale ? BX_QUERY_ID : BX_QUERY_PERSON,
                             .id = sale ? sheet->entry.sale : sheet->entry.person,
                             .limit = 1};
    return true;
}

/* --- its lines -----------------------------------------------------------------------------------
 */

static void buyer_put(const struct bx_buyer *buyer, struct bx_buf *out)
{
    const char *const lines[] = {buyer->name, buyer->street, buyer->town};
    for (size_t i = 0; i < bx_countof(lines); i++)
        if (lines[i][0])
            bx_buf_format(out, "%s\n", lines[i]);
    if (buyer->tax[0])
        bx_buf_format(out, "%s\t%s\n", bx_word("Tax number"), buyer->tax);
}

static void line_put(const struct bx_till *till, const struct bx_line *line, int sign,
                     struct bx_buf *out)
{
    char amount[BX_MONEY_TEXT], time[BX_CLOCK_TEXT], day[BX_DATE_TEXT];
    bx_money sum = {0};
    bool timed = !bx_slug_is_none(&line->slot);
    if (bx_line_amount(line, &sum))
        return;
    bx_date_show(line->date, day);
    bx_buf_format(out, "%d x %s%s%s%s%s\t%s\n", sign * line->quantity, line->name,
                  timed ? "  " : "", timed ? day : "", timed ? " " : "",
                  timed ? bx_slot_time(line->start, line->offset_min, time) : "",
                  bx_counter_money(till, bx_money_of(sign * sum.minor), amount));
}

static void rates_put(const struct bx_till *till, const struct bx_totals *totals,
                      struct bx_buf *out)
{
    char rate[16], net[BX_MONEY_TEXT], tax[BX_MONEY_TEXT];
    for (int i = 0; i < totals->rate_count; i++) {
        const struct bx_tax *one = &totals->rates[i];
        snprintf(rate, sizeof(rate), "%d%c%02d %%", one->ppm / 10000, bx_words_mark(),
                 one->ppm / 100 % 100);
        bx_buf_format(out, "%s %s\t%s\n", bx_word("Net"), rate,
                      bx_counter_money(till, one->net, net));
        bx_buf_format(out, "%s %s\t%s\n", bx_word("Tax"), rate,
                      bx_counter_money(till, one->tax, tax));
    }
}

static void invoice_put(const struct bx_till *till, const struct bx_invoice_sheet *sheet,
                        const struct bx_buyer *buyer, struct bx_buf *out)
{
    const struct bx_sale *sale = sheet->sale;
    char amount[BX_MONEY_TEXT], day[BX_DATE_TEXT];
    struct bx_date date;
    int minute;
    bx_utc at = sheet->sale_row.head.at;
    bx_utc_civil(at, bx_programme_offset(till->programme, at), &date, &minute);
    buyer_put(buyer, out);
    bx_buf_text_add(out, "-\n");
    bx_buf_format(out, "%s\t%s\n", bx_word("Sale"), sheet->sale_row.head.number);
    bx_buf_format(out, "%s\t%s\n", bx_word("Date"), bx_date_show(date, day));
    bx_buf_text_add(out, "-\n");
    for (int i = 0; i < sale->back.count; i++)
        line_put(till, &sale->back.lines[i], -1, out);
    for (int i = 0; i < sale->basket.count; i++)
        line_put(till, &sale->basket.lines[i], 1, out);
    bx_buf_text_add(out, "-\n");
    if (sale->back.count == 0)
        rates_put(till, &sale->totals, out);
    if (sale->rounding.minor != 0)
        bx_buf_format(out, "%s\t%s\n", bx_word("Rounding"),
                      bx_counter_money(till, sale->rounding, amount));
    bx_buf_format(out, "%s\t%s %s\n", bx_word("Total"), sale->currency,
                  bx_counter_money(till, bx_sale_due(sale), amount));
    for (int i = 0; i < sale->tender_count; i++)
        bx_buf_format(out, "%s\t%s\n", bx_tender_name(sale->tenders[i].kind),
                      bx_counter_money(till, sale->tenders[i].amount, amount));
}

/* --- what was read -------------------------------------------------------------------------------
 */

static int sale_take(struct bx_invoice_sheet *sheet, const struct bx_event *event,
                     struct bx_fault *fault)
{
    if (event->of.rows.count < 1)
        return bx_fault_set(fault, BX_ERR_MISSING, "The journal does not have this document.",
                            NULL);
    const struct bx_row *row = event->of.rows.rows;
    sheet->sale = bx_new(struct bx_sale);
    sheet->sale_row = *row;
    sheet->sale_row.body = NULL;
    sheet->stage = STAGE_PERSON;
    return bx_sale_decode(row->body, row->len, sheet->sale, fault);
}

static int person_take(struct bx_till *till, const struct bx_event *event, struct bx_fault *fault)
{
    struct bx_invoice_sheet *sheet = &till->papers.invoice;
    struct bx_buyer buyer = {0};
    bx_buf_auto text;
    bx_buf_init(&text, BX_PAPER_TEXT - 1);
    const struct bx_row *row = event->of.rows.count > 0 ? event->of.rows.rows : NULL;
    if (!row)
        BX_TEXT_COPY(buyer.name, bx_word("(the buyer's data were erased)"));
    else if (bx_buyer_read(row->body, row->len, &buyer, fault))
        return BX_ERR_INPUT;
    invoice_put(till, sheet, &buyer, &text);
    bx_sheet_text_head(till, &sheet->row, BX_PAPER_SLIP);
    BX_TEXT_COPY(till->papers.text->text, bx_buf_text(&text));
    till->papers.text_seq = sheet->seq;
    sheet->sale = bx_free(sheet->sale);
    sheet->stage = 0;
    return 0;
}

bool bx_invoice_sheet_rows(struct bx_till *till, const struct bx_event *event, int *ret,
                           struct bx_fault *fault)
{
    struct bx_invoice_sheet *sheet = &till->papers.invoice;
    struct bx_id reading = till->papers.read_job;
    bool mine = false;
    for (size_t i = 0; i < till->papers.count && sheet->stage != 0; i++)
        mine = mine || (bx_id_equal(&till->papers.jobs[i].id, &reading) &&
                        till->papers.jobs[i].sale == sheet->seq);
    if (!mine)
        return false;
    *ret = sheet->stage == STAGE_SALE ? sale_take(sheet, event, fault)
                                      : person_take(till, event, fault);
    if (*ret)
        sheet->stage = 0;
    return true;
}
