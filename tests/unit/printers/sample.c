/* SPDX-License-Identifier: Apache-2.0 */
#include "sample.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

static const char *const events[] = {"Light on Water: Impressionists",
                                     "\x1b@\x10\x14\x01\x08 \x1dV\x42 <b>100%</b>",
                                     "Die außerordentlich lange Ausstellung 水の光 印象派"};
static const char *const products[] = {"Adult", "A\x1bp\x01\x7f\x90 \302\233A\nB\t%s%n",
                                       "Erwachsene mit Ermäßigung für Łódź €5"};

static void line_add(struct bx_sale *sale, enum sample_kind kind, const char *name, int price,
                     int quantity, bool timed)
{
    struct bx_line *line = &sale->basket.lines[sale->basket.count++];
    BX_TEXT_COPY(line->product.s, "p");
    BX_TEXT_COPY(line->name, name);
    line->offset_min = 60;
    line->date = (struct bx_date){2026, 11, 24};
    line->price = bx_money_of(price);
    line->tax_ppm = timed ? 70000 : 190000;
    line->places = line->persons = timed ? 1 : 0;
    line->quantity = quantity;
    if (!timed)
        return;
    BX_TEXT_COPY(line->slot.s, "imp-1430");
    BX_TEXT_COPY(line->event.s, "imp");
    BX_TEXT_COPY(line->event_name, events[kind]);
    int err = bx_utc_parse("2026-11-24T13:30:00Z", &line->start);
    bx_assert(err == 0);
    line->end.us = line->start.us + 15 * 60 * BX_SECOND_US;
}

static void tickets_add(struct bx_sale *sale)
{
    for (int i = 0; i < sale->basket.count; i++) {
        for (int n = 1; n <= sale->basket.lines[i].quantity && i < 2; n++) {
            struct bx_ticket *ticket = &sale->tickets[sale->ticket_count++];
            BX_TEXT_COPY(ticket->code.s, SAMPLE_CODE);
            ticket->code.s[20] = (char)('0' + sale->ticket_count % 10);
            ticket->line = i;
            ticket->nth = n;
        }
    }
}

static void money_add(struct bx_sale *sale)
{
    sale->totals.total = bx_money_of(6199);
    sale->totals.persons = 3;
    sale->totals.tickets = 3;
    sale->totals.rate_count = 2;
    sale->totals.rates[0] = (struct bx_tax){70000, {5700}, {5327}, {373}};
    sale->totals.rates[1] = (struct bx_tax){190000, {499}, {419}, {80}};
    sale->rounding = bx_money_of(1);
    sale->tender_count = 2;
    sale->tenders[0] = (struct bx_tender){
        .kind = BX_TENDER_CARD, .amount = {1000}, .received = {1000}, .reference = "4711"};
    sale->tenders[1] = (struct bx_tender){
        .kind = BX_TENDER_CASH, .amount = {5200}, .received = {6000}, .change = {800}};
}

struct bx_paper *sample_paper(enum sample_kind kind, int ticket)
{
    struct bx_sale *sale = bx_new(struct bx_sale);
    BX_TEXT_COPY(sale->currency, "EUR");
    sale->exponent = 2;
    sale->tax_included = true;
    line_add(sale, kind, products[kind], 2400, 2, true);
    line_add(sale, kind, "Child 6–17", 900, 1, true);
    line_add(sale, kind, "Guide book", 499, 1, false);
    tickets_add(sale);
    money_add(sale);
    struct bx_entry_head head = {.till = 2, .seq = 412};
    BX_TEXT_COPY(head.number, "2-000412");
    int err = bx_utc_parse("2026-11-24T13:21:07Z", &head.at);
    bx_assert(err == 0);
    struct bx_hash hash = {{0x3f, 0xa9, 0xc1, 0xd2, 0xff}};
    struct bx_paper *paper = bx_new(struct bx_paper);
    bx_paper_make(paper, ticket < 0 ? BX_PAPER_RECEIPT : BX_PAPER_TICKET, &head, &hash, sale,
                  ticket);
    BX_TEXT_COPY(paper->venue, "Museum am Fluß");
    BX_TEXT_COPY(paper->cashier, "Ana");
    bx_free(sale);
    return paper;
}

/* fontconfig keeps what it read until the process ends, where LeakSanitizer does not see it. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libpango\n";
}
