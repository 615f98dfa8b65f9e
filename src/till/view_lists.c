/* SPDX-License-Identifier: Apache-2.0 */
/* The lists and the palette as a person sees them. */

#include "screens.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

static const char *job_words(enum bx_job_state state, enum bx_tone *ret_tone)
{
    *ret_tone = BX_TONE_PLAIN;
    switch (state) {
    case BX_JOB_NEW: return bx_word("waits to be printed");
    case BX_JOB_SUBMITTING: return bx_word("on its way");
    case BX_JOB_SPOOLED: return bx_word("at the printer");
    case BX_JOB_PRINTING: return bx_word("printing");
    case BX_JOB_CONFIRMED: *ret_tone = BX_TONE_GOOD; return bx_word("good");
    case BX_JOB_SENT: *ret_tone = BX_TONE_GOOD; return bx_word("sent to the printer");
    case BX_JOB_UNSURE: *ret_tone = BX_TONE_BAD; return bx_word("unsure: is it here?");
    case BX_JOB_FAILED_SAFE: *ret_tone = BX_TONE_WARN; return bx_word("not printed, tries again");
    case BX_JOB_CANCELLED: *ret_tone = BX_TONE_WARN; return bx_word("cancelled");
    }
    return "";
}

static void document_words(const struct bx_till *till, const struct bx_item *item,
                           struct bx_view_row *row)
{
    const struct bx_counter *counter = &till->counter;
    const struct bx_print_job *job = bx_items_job(till, item);
    const char *state = job                ? job_words(job->state, &row->tone)
                        : item->ticket < 0 ? ""
                                           : bx_word("printed");
    char marks[64] = "";
    if (counter->sale && counter->row_count == 0 && item->ticket >= 0 &&
        !bx_case_has(counter->sale, item->ticket)) {
        row->tone = BX_TONE_WARN;
        BX_TEXT_COPY(row->c,
                     bx_word(counter->sale->remains.ticket_gone[item->ticket] ? "taken back"
                                                                              : "used at a gate"));
        return;
    }
    if (counter->sale && counter->row_count == 0) {
        unsigned copies = counter->sale->copies[item->ticket + 1];
        const char *replaced =
            counter->sale->replaced[item->ticket + 1] > 0 ? bx_word("replaced") : "";
        BX_TEXT_COPY(marks, replaced);
        if (copies > 0) {
            snprintf(marks, sizeof(marks), bx_words_of(copies, "%s%s%u copy", "%s%s%u copies"),
                     replaced, replaced[0] ? ", " : "", copies);
        }
    }
    snprintf(row->c, sizeof(row->c), "%s%s%s", state, state[0] && marks[0] ? ", " : "", marks);
}

static const char *answer_words(const struct bx_row *row, enum bx_tone *ret_tone)
{
    *ret_tone = BX_TONE_PLAIN;
    if (!row->answered)
        return bx_word("queued");
    if (row->settled)
        return bx_word("settled");
    switch (row->answer.outcome) {
    case BX_ENTRY_RECORDED: *ret_tone = BX_TONE_GOOD; return bx_word("sent");
    case BX_ENTRY_RECORDED_TASK: *ret_tone = BX_TONE_BAD; return bx_word("needs attention");
    case BX_ENTRY_WAITING: return bx_word("server waits for another entry");
    case BX_ENTRY_CONFLICT: *ret_tone = BX_TONE_BAD; return bx_word("conflict: needs attention");
    }
    return "";
}

/* What an entry without an answer waits for. */
static void wait_words(const struct bx_till *till, char *out, size_t size)
{
    const struct bx_link *link = &till->link;
    int64_t seconds = (link->next_try.ns - till->turn.mono.ns) / BX_SECOND_NS;
    char age[24];
    bx_view_age(seconds, age, sizeof(age));
    if (link->forced)
        bx_words_print(out, size, "offline by choice");
    else if (link->stranger)
        bx_words_print(out, size, "the server wants enrolment");
    else if (!link->enrolled)
        bx_words_print(out, size, "not enrolled");
    else if (link->send_request != 0)
        bx_words_print(out, size, "being sent");
    else if (!link->online && seconds > 0)
        bx_words_print(out, size, "tries again in %s", age);
    else
        bx_words_print(out, size, "waits to be sent");
}

static void entry_words(const struct bx_till *till, const struct bx_item *item,
                        struct bx_view_row *v)
{
    const struct bx_row *row = bx_items_row(till, item);
    char age[24];
    if (!row) {
        v->tone = BX_TONE_BAD;
        BX_TEXT_COPY(v->c, item->more);
        return;
    }
    const char *answer = answer_words(row, &v->tone);
    if (till->counter.screen == BX_SCREEN_FIND && till->counter.venue)
        return;
    if (till->counter.screen != BX_SCREEN_QUEUE) {
        BX_TEXT_COPY(v->c, answer);
        return;
    }
    if (row->answered) {
        const char *say = bx_task_say(&row->answer);
        char text[2 * sizeof(row->answer.say) + 64];
        snprintf(text, sizeof(text), "%s%s%s", answer, say[0] ? ": " : "", say);
        BX_TEXT_COPY(v->c, text);
        return;
    }
    bx_view_age((till->turn.utc.us - row->head.at.us) / BX_SECOND_US, age, sizeof(age));
    /* The age first: it stands where the window cuts last. */
    bx_words_print(v->c, sizeof(v->c), "%s old, ", age);
    size_t len = strlen(v->c);
    wait_words(till, v->c + len, sizeof(v->c) - len);
}

static void rows_fill(const struct bx_till *till, struct bx_till_view *v, bool documents)
{
    size_t count = bx_items_count(till);
    size_t selected = till->counter.selected;
    size_t first = selected > BX_VIEW_ROWS / 2 ? selected - BX_VIEW_ROWS / 2 : 0;
    if (first + BX_VIEW_ROWS > count)
        first = count > BX_VIEW_ROWS ? count - BX_VIEW_ROWS : 0;
    v->row_first = first;
    v->row_total = count;
    for (size_t i = first; i < count && v->row_count < BX_VIEW_ROWS; i++) {
        const struct bx_item *item = bx_items_at(till, i);
        if (!item)
            return;
        struct bx_view_row *row = &v->rows[v->row_count++];
        BX_TEXT_COPY(row->a, item->a);
        BX_TEXT_COPY(row->b, item->b);
        if (item->has_amount)
            bx_counter_money(till, item->amount, row->d);
        row->selected = i == selected;
        if (documents)
            document_words(till, item, row);
        else
            entry_words(till, item, row);
    }
}

static void sale_title(const struct bx_till *till, struct bx_till_view *v)
{
    const struct bx_case *sale = till->counter.sale;
    char total[BX_MONEY_TEXT], time[BX_CLOCK_TEXT], day[24], title[160];
    struct bx_date date;
    int minute;
    enum bx_tone tone;
    if (!sale)
        return;
    int offset = bx_programme_offset(till->programme, sale->row.head.at);
    bx_utc_civil(sale->row.head.at, offset, &date, &minute);
    bx_day_text(till, date, true, day, sizeof(day));
    snprintf(title, sizeof(title), "%s  %s %s  %s %s  %s", sale->row.head.number, day,
             bx_slot_time(sale->row.head.at, offset, time), sale->sale.currency,
             bx_counter_money(till, bx_sale_due(&sale->sale), total),
             answer_words(&sale->row, &tone));
    BX_TEXT_COPY(v->title, title);
}

static void palette_fill(const struct bx_till *till, struct bx_till_view *v)
{
    v->palette_count = till->counter.palette_count;
    v->palette_selected = till->counter.selected;
    memcpy(v->palette, till->counter.palette, sizeof(v->palette));
    BX_TEXT_COPY(v->title, bx_word("All actions"));
}

static void queue_title(const struct bx_till *till, struct bx_till_view *v)
{
    snprintf(v->title, sizeof(v->title),
             bx_words_of(till->link.attention, "Queue: %lld waiting, %lld needs attention",
                         "Queue: %lld waiting, %lld need attention"),
             (long long)till->link.queued, (long long)till->link.attention);
    char signs[80];
    if (!bx_fiscal_say(till, signs, sizeof(signs)))
        return;
    size_t len = strlen(v->title);
    snprintf(v->title + len, sizeof(v->title) - len, ", %s", signs);
}

void bx_view_lists(const struct bx_till *till, struct bx_till_view *v)
{
    enum bx_screen seen = v->screen == BX_SCREEN_FORM ? v->under : v->screen;
    switch (seen) {
    case BX_SCREEN_FIND:
        BX_TEXT_COPY(v->title,
                     till->counter.venue ? bx_word("Find: the whole venue") : bx_word("Find"));
        rows_fill(till, v, false);
        break;
    case BX_SCREEN_SALE:
        sale_title(till, v);
        rows_fill(till, v, true);
        break;
    case BX_SCREEN_PAPER:
        BX_TEXT_COPY(v->title, bx_word("Paper problem: the last documents"));
        rows_fill(till, v, true);
        break;
    case BX_SCREEN_QUEUE:
        queue_title(till, v);
        rows_fill(till, v, false);
        break;
    case BX_SCREEN_PALETTE: palette_fill(till, v); break;
    case BX_SCREEN_KEYS:
        BX_TEXT_COPY(v->title, bx_word("Keys"));
        v->row_first = till->counter.first;
        break;
    case BX_SCREEN_LINE: BX_TEXT_COPY(v->title, bx_word("Command line")); break;
    case BX_SCREEN_STOP: BX_TEXT_COPY(v->title, bx_word("Stop: do not hand anything out")); break;
    case BX_SCREEN_LINES: BX_TEXT_COPY(v->title, bx_word("Basket lines")); break;
    case BX_SCREEN_LOGIN:
        BX_TEXT_COPY(v->title, bx_word(till->people.locked ? "Locked" : "Log in"));
        break;
    case BX_SCREEN_SELL:
    case BX_SCREEN_PAY:
    case BX_SCREEN_CHANGE:
    case BX_SCREEN_FORM:
    case BX_SCREEN_MENU:
    case BX_SCREEN_TEXT:
    case BX_SCREENS: break;
    }
    BX_TEXT_COPY(v->list_title, v->title);
}
