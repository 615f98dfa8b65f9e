/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of the lists, made from rows of the journal once, when they arrive: a body is decoded
 * here and not again at every look. What changes by itself (ages, the state of a print job) is left
 * to the view. */

#include "screens.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

enum { ITEMS_MAX = 2048 };

void bx_items_forget(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    for (size_t i = 0; i < counter->row_count; i++)
        bx_free((char *)(uintptr_t)counter->rows[i].body);
    counter->rows = bx_free(counter->rows);
    counter->row_count = counter->item_count = 0;
}

static struct bx_row row_copy(const struct bx_row *row)
{
    struct bx_row copy = *row;
    char *body = bx_alloc(row->len + 1, 1);
    if (row->len > 0)
        memcpy(body, row->body, row->len);
    copy.body = body;
    return copy;
}

void bx_items_rows_add(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_counter *counter = &till->counter;
    if (count == 0)
        return;
    counter->rows = bx_realloc(counter->rows, counter->row_count + count, sizeof(*rows));
    for (size_t i = 0; i < count; i++)
        counter->rows[counter->row_count++] = row_copy(&rows[i]);
}

/* A new item, or NULL when the list is long enough. */
static struct bx_item *item_add(struct bx_till *till, size_t row)
{
    struct bx_counter *counter = &till->counter;
    if (counter->item_count == ITEMS_MAX)
        return NULL;
    if (counter->item_count == counter->item_cap) {
        counter->item_cap = counter->item_cap ? counter->item_cap * 2 : 64;
        counter->items = bx_realloc(counter->items, counter->item_cap, sizeof(*counter->items));
    }
    struct bx_item *item = &counter->items[counter->item_count++];
    *item = (struct bx_item){.row = row, .ticket = -1};
    return item;
}

/* "14:32", with the day before it when it is not today's. */
static void moment_text(const struct bx_till *till, bx_utc at, char *out, size_t size)
{
    int offset = bx_programme_offset(till->programme, at);
    struct bx_date date;
    int minute;
    char day[24], time[BX_CLOCK_TEXT];
    bx_utc_civil(at, offset, &date, &minute);
    bx_day_text(till, date, false, day, sizeof(day));
    snprintf(out, size, "%s%s%s", day, day[0] ? " " : "", bx_slot_time(at, offset, time));
}

static size_t basket_text(const struct bx_basket *basket, const char *sign, char *out, size_t size)
{
    size_t len = 0;
    for (int i = 0; i < basket->count && len < size - 1; i++) {
        const struct bx_line *line = &basket->lines[i];
        int n = snprintf(out + len, size - len, "%s%s%d %s", i ? ", " : "", sign, line->quantity,
                         line->name);
        len += n > 0 ? (size_t)n : 0;
    }
    return len < size ? len : size - 1;
}

/* "2 Adult, 1 Child 6-17"; what was taken back first, as "-2 Adult". */
static void lines_text(const struct bx_sale *sale, char *out, size_t size)
{
    char text[256] = "";
    size_t len = basket_text(&sale->back, "-", text, sizeof(text));
    if (len > 0 && sale->basket.count > 0 && len + 3 < sizeof(text)) {
        text[len++] = ',';
        text[len++] = ' ';
        text[len] = '\0';
    }
    basket_text(&sale->basket, "", text + len, sizeof(text) - len);
    bx_text_copy(out, size, text);
}

/* What a sale is found by beside number, time, lines and amount. */
static void more_text(const struct bx_till *till, const struct bx_sale *sale, char *out,
                      size_t size)
{
    char text[512] = "";
    size_t len = 0;
    for (int i = 0; i < sale->tender_count && len < sizeof(text) - 1; i++) {
        if (!sale->tenders[i].reference[0])
            continue;
        int n = snprintf(text + len, sizeof(text) - len, "%s%s", len > 0 ? " " : "",
                         sale->tenders[i].reference);
        len += n > 0 ? (size_t)n : 0;
    }
    const struct bx_order *order = till->orders && !bx_id_is_zero(&sale->order)
                                       ? bx_orders_find(till->orders, &sale->order)
                                       : NULL;
    if (order && len < sizeof(text) - 1)
        snprintf(text + len, sizeof(text) - len, "%s%s %s", len > 0 ? " " : "", order->ref,
                 order->name);
    bx_text_copy(out, size, text);
}

void bx_item_describe(const struct bx_till *till, const struct bx_row *row, struct bx_sale *room,
                      struct bx_item *ret)
{
    char moment[32], lines[64], text[128];
    moment_text(till, row->head.at, moment, sizeof(moment));
    lines[0] = '\0';
    if (bx_kind_shape(row->head.kind) == BX_SHAPE_SALE &&
        !bx_sale_decode(row->body, row->len, room, NULL)) {
        lines_text(room, lines, sizeof(lines));
        ret->amount = bx_sale_due(room);
        more_text(till, room, ret->more, sizeof(ret->more));
        ret->has_amount = true;
    }
    BX_TEXT_COPY(ret->a, row->head.number[0] ? row->head.number : bx_kind_name(row->head.kind));
    snprintf(text, sizeof(text), "%s  %s", moment, lines);
    BX_TEXT_COPY(ret->b, text);
}

static void entry_item(struct bx_till *till, size_t index, struct bx_sale *sale)
{
    struct bx_item *item = item_add(till, index);
    if (item)
        bx_item_describe(till, &till->counter.rows[index], sale, item);
}

/* A correction's tells what it took back. */
static void receipt_text(const struct bx_sale *sale, char *out, size_t size)
{
    char text[192] = "";
    if (sale->back.count > 0)
        basket_text(&sale->back, "-", text, sizeof(text));
    char whole[256];
    snprintf(whole, sizeof(whole), "%s%s%s", bx_word("Receipt"), text[0] ? "  " : "", text);
    bx_text_copy(out, size, whole);
}

/* What was paid for the NTH ticket of LINE: a discount is spread over its pieces, and the one
 * ticket of a group is for all of them. */
static bx_money ticket_worth(const struct bx_line *line, int nth)
{
    bx_money all, before, with;
    if (line->group)
        return bx_line_amount(line, &all) ? line->price : all;
    if (bx_money_share(line->off, nth - 1, line->quantity, BX_ROUND_HALF_UP, &before) ||
        bx_money_share(line->off, nth, line->quantity, BX_ROUND_HALF_UP, &with))
        return line->price;
    return bx_money_of(line->price.minor - (with.minor - before.minor));
}

/* The receipt first, then the tickets. */
static void document_items(struct bx_till *till, size_t index, const struct bx_row *row,
                           const struct bx_sale *sale)
{
    char time[BX_CLOCK_TEXT], text[BX_NAME_SIZE + 64];
    for (int ticket = -1; ticket < sale->ticket_count; ticket++) {
        struct bx_item *item = item_add(till, index);
        if (!item)
            return;
        item->ticket = ticket;
        BX_TEXT_COPY(item->a, row->head.number);
        if (ticket < 0) {
            receipt_text(sale, item->b, sizeof(item->b));
            item->amount = bx_sale_due(sale);
            item->has_amount = true;
            continue;
        }
        const struct bx_line *line = &sale->basket.lines[sale->tickets[ticket].line];
        bool timed = !bx_slug_is_none(&line->slot);
        bx_words_print(text, sizeof(text), "Ticket %d of %d  %s%s%s", ticket + 1,
                       sale->ticket_count,
                       timed ? bx_slot_time(line->start, line->offset_min, time) : "",
                       timed ? " " : "", line->name);
        BX_TEXT_COPY(item->b, text);
        item->amount = ticket_worth(line, sale->tickets[ticket].nth);
        item->has_amount = true;
    }
}

void bx_items_make(struct bx_till *till, enum bx_screen screen, size_t first)
{
    struct bx_counter *counter = &till->counter;
    if (screen == BX_SCREEN_SALE) {
        bx_items_forget(till);
        if (counter->sale)
            document_items(till, 0, &counter->sale->row, &counter->sale->sale);
        return;
    }
    struct bx_sale *sale = bx_new(struct bx_sale);
    for (size_t i = first; i < counter->row_count; i++) {
        const struct bx_row *row = &counter->rows[i];
        if (screen != BX_SCREEN_PAPER)
            entry_item(till, i, sale);
        else if (!bx_sale_decode(row->body, row->len, sale, NULL))
            document_items(till, i, row, sale);
    }
    bx_free(sale);
}

static void code_select(struct bx_till *till, const char *code)
{
    struct bx_counter *counter = &till->counter;
    for (int i = 0; code[0] && i < counter->sale->sale.ticket_count; i++)
        if (strcmp(counter->sale->sale.tickets[i].code.s, code) == 0)
            counter->selected = (size_t)i + 1;
}

void bx_items_case_open(struct bx_till *till, struct bx_case *taken, const char *code)
{
    struct bx_counter *counter = &till->counter;
    if (code != counter->wanted)
        BX_TEXT_COPY(counter->wanted, code);
    bx_lists_forget(till);
    counter->sale = taken;
    bx_counter_open(till, BX_SCREEN_SALE);
    bx_lists_load(till, BX_SCREEN_SALE);
    code_select(till, counter->wanted);
}

void bx_items_sale_open(struct bx_till *till, const struct bx_row *row, const char *code)
{
    struct bx_fault fault = {0};
    struct bx_case *one = bx_case_create(row, &fault);
    if (one)
        bx_items_case_open(till, one, code);
    else
        bx_counter_fault(till, &fault);
}

/* A code that was looked for may be one that replaced another. */
void bx_items_case(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    const struct bx_case *one = counter->sale;
    for (int i = 0; i < one->sale.ticket_count && counter->wanted[0]; i++)
        if (strcmp(one->codes[i].s, counter->wanted) == 0 && counter->screen == BX_SCREEN_SALE)
            counter->selected = (size_t)i + 1;
    counter->wanted[0] = '\0';
}

/* --- which of them are seen ------------------------------------------------------------------- */

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool holds(const char *text, const char *word, size_t len)
{
    for (; *text; text++) {
        size_t i = 0;
        while (i < len && text[i] && small(text[i]) == small(word[i]))
            i++;
        if (i == len)
            return true;
    }
    return false;
}

bool bx_item_matches(const struct bx_till *till, const struct bx_item *item, const char *word)
{
    char point[BX_MONEY_TEXT] = "", comma[BX_MONEY_TEXT] = "";
    if (item->has_amount) {
        bx_money_encode(item->amount, till->programme ? till->programme->exponent : 2, point);
        BX_TEXT_COPY(comma, point);
        char *mark = strchr(comma, '.');
        if (mark)
            *mark = ',';
    }
    while (*word) {
        size_t len = strcspn(word, " ");
        if (len > 0 && !holds(item->a, word, len) && !holds(item->b, word, len) &&
            !holds(item->more, word, len) && !holds(point, word, len) && !holds(comma, word, len))
            return false;
        word += len;
        word += *word == ' ';
    }
    return true;
}

static bool passes(const struct bx_till *till, const struct bx_item *item)
{
    const struct bx_counter *counter = &till->counter;
    return counter->screen != BX_SCREEN_FIND || counter->venue ||
           bx_item_matches(till, item, counter->input);
}

size_t bx_items_count(const struct bx_till *till)
{
    size_t count = 0;
    for (size_t i = 0; i < till->counter.item_count; i++)
        count += passes(till, &till->counter.items[i]);
    return count;
}

const struct bx_item *bx_items_at(const struct bx_till *till, size_t nth)
{
    for (size_t i = 0; i < till->counter.item_count; i++)
        if (passes(till, &till->counter.items[i]) && nth-- == 0)
            return &till->counter.items[i];
    return NULL;
}

const struct bx_row *bx_items_row(const struct bx_till *till, const struct bx_item *item)
{
    const struct bx_counter *counter = &till->counter;
    if (item->row == SIZE_MAX)
        return NULL;
    if (counter->row_count == 0)
        return counter->sale ? &counter->sale->row : NULL;
    return item->row < counter->row_count ? &counter->rows[item->row] : NULL;
}

/* The newest job of the document. */
const struct bx_print_job *bx_items_job(const struct bx_till *till, const struct bx_item *item)
{
    const struct bx_row *row = bx_items_row(till, item);
    const struct bx_print_job *best = NULL;
    for (size_t i = 0; row && i < till->papers.count; i++) {
        const struct bx_print_job *job = &till->papers.jobs[i];
        if (job->sale == row->head.seq && job->ticket == item->ticket &&
            job->kind == (item->ticket < 0 ? BX_JOB_RECEIPT : BX_JOB_TICKET) &&
            (!best || job->seq >= best->seq))
            best = job;
    }
    return best;
}

/* --- what the server has found ------------------------------------------------------------------
 */

void bx_items_found(struct bx_till *till, const struct bx_found_sale *sales, int count)
{
    struct bx_counter *counter = &till->counter;
    char moment[32], text[64];
    bx_items_forget(till);
    if (count > 0)
        counter->rows = bx_alloc((size_t)count, sizeof(*counter->rows));
    for (int i = 0; i < count; i++) {
        const struct bx_found_sale *sale = &sales[i];
        struct bx_row *row = &counter->rows[counter->row_count++];
        *row = (struct bx_row){.head = {.till = sale->till, .id = sale->id, .at = sale->at}};
        BX_TEXT_COPY(row->head.number, sale->number);
        struct bx_item *item = item_add(till, (size_t)i);
        if (!item)
            return;
        moment_text(till, sale->at, moment, sizeof(moment));
        bx_words_print(text, sizeof(text), "%s  till %d", moment, (int)sale->till);
        BX_TEXT_COPY(item->a, sale->number);
        BX_TEXT_COPY(item->b, text);
        item->amount = sale->total;
        item->has_amount = true;
    }
}

void bx_items_attempts(struct bx_till *till)
{
    char moment[32];
    for (size_t i = 0; i < till->attempts.count; i++) {
        const struct bx_attempt *attempt = &till->attempts.rows[i];
        struct bx_item *item = attempt->unknown ? item_add(till, SIZE_MAX) : NULL;
        if (!item)
            continue;
        moment_text(till, attempt->since, moment, sizeof(moment));
        BX_TEXT_COPY(item->a, bx_tender_name(attempt->entry.kind));
        BX_TEXT_COPY(item->b, moment);
        item->attempt = attempt->entry.attempt;
        bool card = attempt->entry.kind == BX_TENDER_CARD;
        bool back = attempt->step == BX_STEP_REVERSE || attempt->entry.amount.minor < 0;
        BX_TEXT_COPY(item->more,
                     bx_word(card && back ? BX_WORD("given back or not? Enter: what can be done")
                             : card       ? BX_WORD("charged or not? Enter: what can be done")
                                          : BX_WORD("charged or not? T asks the server again")));
        item->amount = attempt->entry.amount;
        item->has_amount = true;
    }
}
