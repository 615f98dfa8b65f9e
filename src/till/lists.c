/* SPDX-License-Identifier: Apache-2.0 */
/* FIND, SALE, PAPER and QUEUE: what the journal holds, read when a list is opened and again when
 * something changed under it. One read at a time; a newer one takes its place, and the answer to
 * the older is nobody's. */

#include "screens.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"

enum {
    FIND_ROWS = 64,
    FIND_ROWS_MAX = 1920,
    PAPER_ROWS = 8,
    UNSURE_ROWS = 24,
    QUEUE_ROWS = 128,
    TEXT_COLUMNS = 40
};

void bx_lists_read(struct bx_till *till, enum bx_reading reading, enum bx_query_kind kind,
                   int64_t from, int limit, const char *text)
{
    struct bx_counter *counter = &till->counter;
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    effect->request = counter->read_request = bx_till_request(till);
    effect->of.query = (struct bx_query){.kind = kind, .from = from, .limit = limit};
    BX_TEXT_COPY(effect->of.query.text, text);
    counter->reading = reading;
}

void bx_lists_forget(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    bx_items_forget(till);
    counter->sale = bx_case_destroy(counter->sale);
}

/* What a list depends on, as one number: it is read again when that changes. */
static int64_t dependence(const struct bx_till *till, enum bx_screen screen)
{
    return screen == BX_SCREEN_QUEUE ? till->next_seq * 4096 + till->link.queued * 64 +
                                           till->link.attention * 16 + (int64_t)till->attempts.count
                                     : till->next_seq;
}

void bx_lists_load(struct bx_till *till, enum bx_screen screen)
{
    till->counter.listed = dependence(till, screen);
    switch ((int)screen) {
    case BX_SCREEN_FIND:
        if (till->counter.venue) {
            bx_find_venue(till);
            break;
        }
        bx_lists_read(till, BX_READING_SALES, BX_QUERY_SALES, 0, FIND_ROWS, "");
        break;
    case BX_SCREEN_PAPER:
        bx_lists_read(till, BX_READING_PAPER, BX_QUERY_SALES, 0, PAPER_ROWS, "");
        break;
    case BX_SCREEN_QUEUE:
        bx_lists_read(till, BX_READING_ATTENTION, BX_QUERY_ATTENTION, 0, QUEUE_ROWS, "");
        break;
    case BX_SCREEN_SALE:
        till->counter.read_request = 0; /* of the list before */
        bx_items_make(till, BX_SCREEN_SALE, 0);
        if (till->counter.sale)
            bx_case_load(till, till->counter.sale);
        break;
    }
}

void bx_lists_follow(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    enum bx_screen screen = counter->screen;
    if (counter->then && (screen != BX_SCREEN_SALE || !counter->sale) &&
        counter->read_request == 0) {
        counter->then = BX_ACTION_NONE;
        counter->early_count = 0;
    } else if (counter->then && screen == BX_SCREEN_SALE && counter->sale &&
               bx_case_is_ready(counter->sale)) {
        enum bx_action then = counter->then;
        counter->then = BX_ACTION_NONE;
        counter->say[0] = '\0';
        bx_counter_act(till, then);
        bx_counter_early(till);
        return;
    }
    bool reading = counter->read_request != 0 ||
                   (screen == BX_SCREEN_SALE && counter->sale && counter->sale->read_request != 0);
    if ((screen != BX_SCREEN_QUEUE && screen != BX_SCREEN_SALE) || reading || counter->asking ||
        counter->listed == dependence(till, screen))
        return;
    bx_lists_load(till, screen);
}

void bx_lists_open(struct bx_till *till, enum bx_screen screen)
{
    bx_counter_open(till, screen);
    till->counter.venue = false;
    bx_items_forget(till);
    bx_lists_load(till, screen);
}

/* --- answers ---------------------------------------------------------------------------------- */

static void last_take(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_counter *counter = &till->counter;
    struct bx_sale *sale = bx_new(struct bx_sale);
    counter->last_count = 0;
    for (size_t i = 0; i < count && counter->last_count < BX_VIEW_LASTS; i++)
        if (!bx_sale_decode(rows[i].body, rows[i].len, sale, NULL))
            bx_counter_last(&counter->last[counter->last_count++], &rows[i].head, sale);
    bx_free(sale);
}

static void one_take(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_counter *counter = &till->counter;
    const struct bx_item *item =
        counter->screen == BX_SCREEN_FIND && !counter->venue && counter->input_len > 0
            ? bx_items_at(till, counter->selected)
            : NULL;
    if (count == 0 && item)
        bx_items_sale_open(till, bx_items_row(till, item), "");
    else if (count == 0)
        bx_find_elsewhere(till, counter->wanted);
    if (count == 0)
        return;
    bx_items_sale_open(till, &rows[0], counter->wanted);
}

static bool is_listed(const struct bx_counter *counter, int64_t seq)
{
    for (size_t i = 0; i < counter->row_count; i++)
        if (counter->rows[i].head.seq == seq)
            return true;
    return false;
}

/* A document that needs a person is listed however old its sale is. */
static void unsure_read(struct bx_till *till)
{
    const struct bx_counter *counter = &till->counter;
    if (counter->row_count >= UNSURE_ROWS)
        return;
    for (size_t i = 0; i < till->papers.count; i++) {
        const struct bx_print_job *job = &till->papers.jobs[i];
        if (job->state != BX_JOB_UNSURE || is_listed(counter, job->sale))
            continue;
        bx_lists_read(till, BX_READING_UNSURE, BX_QUERY_FROM, job->sale, 1, "");
        return;
    }
}

/* The cursor goes to what needs a person. */
static void unsure_select(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    for (size_t i = 0; i < counter->item_count; i++) {
        const struct bx_print_job *job = bx_items_job(till, &counter->items[i]);
        if (job && job->state == BX_JOB_UNSURE) {
            counter->selected = i;
            return;
        }
    }
}

static void paper_take(struct bx_till *till, const struct bx_row *rows, size_t count, bool first)
{
    struct bx_counter *counter = &till->counter;
    size_t from = counter->row_count;
    bx_items_rows_add(till, rows, count);
    bx_items_make(till, BX_SCREEN_PAPER, from);
    /* A sale that cannot be read would be asked for without end. */
    if (first || count > 0)
        unsure_read(till);
    if (counter->read_request == 0 && counter->screen == BX_SCREEN_PAPER)
        unsure_select(till);
}

static void list_take(struct bx_till *till, enum bx_screen screen, const struct bx_row *rows,
                      size_t count)
{
    size_t from = till->counter.row_count;
    bx_items_rows_add(till, rows, count);
    bx_items_make(till, screen, from);
}

static void selected_fit(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    size_t count = bx_items_count(till);
    if (counter->screen != BX_SCREEN_PALETTE && counter->screen != BX_SCREEN_LINES &&
        counter->selected >= count)
        counter->selected = count > 0 ? count - 1 : 0;
}

/* What is typed may be found among older sales. */
static void more_read(struct bx_till *till)
{
    const struct bx_counter *counter = &till->counter;
    if (counter->screen != BX_SCREEN_FIND || counter->venue || !counter->more ||
        counter->input_len == 0 || counter->read_request != 0 || counter->row_count == 0 ||
        bx_items_count(till) > 0)
        return;
    bx_lists_read(till, BX_READING_MORE, BX_QUERY_SALES,
                  counter->rows[counter->row_count - 1].head.seq, FIND_ROWS, "");
}

void bx_counter_rows(struct bx_till *till, const struct bx_event *event)
{
    struct bx_counter *counter = &till->counter;
    const struct bx_row *rows = event->of.rows.rows;
    size_t count = event->of.rows.count;
    if (event->of.rows.request != counter->read_request)
        return;
    counter->read_request = 0;
    counter->now = till->turn.mono;
    if (event->of.rows.fault.err) {
        bx_counter_fault(till, &event->of.rows.fault);
        return;
    }
    switch (counter->reading) {
    case BX_READING_LAST: last_take(till, rows, count); break;
    case BX_READING_SALES:
        bx_items_forget(till);
        list_take(till, BX_SCREEN_FIND, rows, count);
        counter->more = count == FIND_ROWS;
        break;
    case BX_READING_MORE:
        list_take(till, BX_SCREEN_FIND, rows, count);
        counter->more = count == FIND_ROWS && counter->row_count < FIND_ROWS_MAX;
        more_read(till);
        break;
    case BX_READING_ONE: one_take(till, rows, count); break;
    case BX_READING_PAPER:
        bx_items_forget(till);
        paper_take(till, rows, count, true);
        break;
    case BX_READING_UNSURE: paper_take(till, rows, count, false); break;
    case BX_READING_ATTENTION:
        bx_items_forget(till);
        bx_items_attempts(till);
        list_take(till, BX_SCREEN_QUEUE, rows, count);
        bx_lists_read(till, BX_READING_QUEUED, BX_QUERY_QUEUED, 0, QUEUE_ROWS, "");
        break;
    case BX_READING_QUEUED: list_take(till, BX_SCREEN_QUEUE, rows, count); break;
    }
    selected_fit(till);
}

/* --- keys ------------------------------------------------------------------------------------- */

static void code_read(struct bx_till *till, const char *text, size_t len)
{
    struct bx_fault fault = {0};
    struct bx_code code;
    if (bx_code_read(text, len, &code, &fault)) {
        bx_counter_fault(till, &fault);
        return;
    }
    BX_TEXT_COPY(till->counter.wanted, code.s);
    bx_lists_read(till, BX_READING_ONE, BX_QUERY_CODE, 0, 1, code.s);
}

static bool number_read(struct bx_till *till, const char *text)
{
    char number[BX_NUMBER_SIZE];
    if (!bx_number_read(till, text, number))
        return false;
    BX_TEXT_COPY(till->counter.wanted, number);
    bx_lists_read(till, BX_READING_ONE, BX_QUERY_NUMBER, 0, 1, number);
    return true;
}

void bx_lists_choose(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    const struct bx_item *item = bx_items_at(till, counter->selected);
    if (counter->venue && strcmp(counter->input, counter->venue_text) != 0)
        bx_find_venue(till);
    else if (counter->input_len > 0 && bx_code_has_shape(counter->input, counter->input_len))
        code_read(till, counter->input, counter->input_len);
    else if (counter->input_len > 0 && !counter->venue && number_read(till, counter->input))
        return;
    else if (item && counter->venue)
        bx_find_open(till, bx_items_row(till, item));
    else if (item)
        bx_items_sale_open(till, bx_items_row(till, item), "");
    else
        bx_say(till, BX_TONE_PLAIN, "No sale to open.");
}

/* A form lies over the screen. What looks something up gives way to what was scanned; a form that
 * is about a sale takes that sale's tickets; into a text goes only what the till knows nothing of,
 * the number of a bag or of a card's slip. True: all is done. */
static bool form_scanned(struct bx_till *till, const char *text, size_t len)
{
    bool known = bx_code_has_shape(text, len) || bx_sell_knows(till, text);
    bool member = bx_sell_member_is_open(till);
    bool looks_up = !till->desk.tendering && (member || bx_arrivals_are_listed(till));
    if (looks_up && member && (!known || (till->members && bx_members_find(till->members, text))))
        return bx_form_scanned(till, text);
    if (looks_up && known)
        bx_form_close(till, bx_form_top(till));
    else if (!bx_correct_scanned(till, text, len) && (known || !bx_form_scanned(till, text)))
        bx_say(till, BX_TONE_WARN, "Scanned. First finish what is on the screen.");
    return !looks_up || !known;
}

void bx_lists_scanned(struct bx_till *till, const char *text, size_t len)
{
    struct bx_counter *counter = &till->counter;
    counter->say[0] = '\0';
    if (counter->stopped)
        bx_say(till, BX_TONE_BAD, "Scanned, but selling is stopped.");
    else if (!bx_people_user(till))
        bx_say(till, BX_TONE_WARN, "Scanned, but nobody is logged in.");
    else if (bx_pay_scanned(till, text, len) ||
             (counter->screen == BX_SCREEN_FORM && form_scanned(till, text, len)))
        return;
    else if (till->desk.tendering || counter->asking)
        bx_say(till, BX_TONE_WARN, "Scanned. First finish what is on the screen.");
    else if (bx_code_has_shape(text, len))
        code_read(till, text, len);
    else if (bx_sell_scanned(till, text))
        return;
    else if (!number_read(till, text))
        bx_say(till, BX_TONE_WARN, "Scanned, but it is no ticket code: %.30s", text);
}

void bx_lists_document(struct bx_till *till, enum bx_action action)
{
    struct bx_counter *counter = &till->counter;
    struct bx_fault fault = {0};
    const struct bx_item *item = bx_items_at(till, counter->selected);
    const struct bx_print_job *job = item ? bx_items_job(till, item) : NULL;
    int err = 0;
    if (!item) {
        bx_say(till, BX_TONE_PLAIN, "There is no document to choose.");
    } else if (counter->screen == BX_SCREEN_SALE && counter->sale && counter->sale->foreign) {
        bx_say(till, BX_TONE_PLAIN, "Only till %d prints what it sold.",
               (int)counter->sale->row.head.till);
    } else if (action == BX_ACTION_REPLACE && item->ticket < 0) {
        bx_say(till, BX_TONE_PLAIN, "A receipt holds no code: r prints it again.");
    } else if (action == BX_ACTION_REPLACE) {
        bx_ask(till, BX_ASK_REPLACE, "y replace", "Replace the ticket",
               "A new ticket is printed, and the old one (%s) is refused at every gate?", item->b);
        counter->ask_n = (int64_t)counter->selected;
    } else if (action == BX_ACTION_IN_HAND && !job) {
        bx_say(till, BX_TONE_PLAIN, "Nothing is unsure about this one.");
    } else if (action == BX_ACTION_IN_HAND) {
        err = bx_papers_in_hand(till, 0, job, &fault);
    } else {
        bool receipt = action == BX_ACTION_RECEIPT;
        err = bx_papers_reprint(till, 0, bx_items_row(till, item), receipt ? -1 : item->ticket,
                                &fault);
        if (!err)
            bx_say(till, BX_TONE_PLAIN, "It is printed again, marked as a copy.");
    }
    if (err)
        bx_counter_fault(till, &fault);
}

void bx_lists_replace(struct bx_till *till, size_t index)
{
    struct bx_fault fault = {0};
    const struct bx_item *item = bx_items_at(till, index);
    const struct bx_print_job *job = item ? bx_items_job(till, item) : NULL;
    if (!item)
        return;
    const char *reason = job && job->state == BX_JOB_UNSURE ? "unsure" : "lost";
    if (bx_papers_replace(till, 0, bx_items_row(till, item), item->ticket, reason, &fault))
        bx_counter_fault(till, &fault);
    else
        bx_say(till, BX_TONE_PLAIN, "A new ticket is printed. The old one is refused from now on.");
}

void bx_lists_key(struct bx_till *till, int key)
{
    struct bx_counter *counter = &till->counter;
    size_t count = bx_items_count(till);
    bool find = counter->screen == BX_SCREEN_FIND;
    if (key == BX_KEY_UP && counter->selected > 0) {
        counter->selected--;
    } else if (key == BX_KEY_DOWN && counter->selected + 1 < count) {
        counter->selected++;
    } else if (key == BX_KEY_HOME) {
        counter->selected = 0;
    } else if (key == BX_KEY_END) {
        counter->selected = count > 0 ? count - 1 : 0;
    } else if (key == BX_KEY_PAGE_DOWN) {
        counter->selected += counter->selected + 10 < count ? 10 : 0;
    } else if (key == BX_KEY_PAGE_UP) {
        counter->selected -= counter->selected > 10 ? 10 : counter->selected;
    } else if (find && key == BX_KEY_BACKSPACE) {
        bx_input_drop(till);
        counter->selected = 0;
    } else if (find && bx_key_is_text(key)) {
        bx_input_add(till, key, TEXT_COLUMNS);
        counter->selected = 0;
        more_read(till);
    }
}
