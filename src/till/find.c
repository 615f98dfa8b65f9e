/* SPDX-License-Identifier: Apache-2.0 */
/* What people type to find a document, and finding it at other tills. */

#include "screens.h"

#include <string.h>

#include "boxtill/base/text.h"

/* The series whose numbers have LETTER; NONE. */
static enum bx_series series_of(const struct bx_till *till, char letter)
{
    char own[BX_NUMBER_SIZE];
    if (letter >= 'a' && letter <= 'z')
        letter = (char)(letter - 'a' + 'A');
    for (int i = BX_SERIES_SALE + 1; i < BX_SERIES_COUNT; i++) {
        bx_number_format(till->till, (enum bx_series)i, 1, own);
        const char *dash = strchr(own, '-');
        if (dash && dash[1] == letter)
            return (enum bx_series)i;
    }
    return BX_SERIES_NONE;
}

bool bx_number_read(const struct bx_till *till, const char *text, char out[BX_NUMBER_SIZE])
{
    const char *dash = strchr(text, '-');
    enum bx_series series = BX_SERIES_SALE;
    int64_t owner = till->till;
    int64_t n;
    if (dash && bx_text_number(text, (size_t)(dash - text), 99999, &owner))
        return false;
    const char *digits = dash ? dash + 1 : text;
    if (*digits && (*digits < '0' || *digits > '9'))
        series = series_of(till, *digits++);
    digits += strspn(digits, "0"); /* numbers are written with leading zeros */
    if (series == BX_SERIES_NONE || bx_text_number(digits, strlen(digits), 999999999, &n))
        return false;
    bx_number_format(owner, series, n, out);
    return true;
}

/* --- the venue's --------------------------------------------------------------------------------
 */

static bool question(struct bx_till *till, enum bx_question question, const char *text,
                     const struct bx_id *sale, bx_asked done)
{
    struct bx_fault fault = {0};
    struct bx_inquiry *inquiry = bx_new(struct bx_inquiry);
    inquiry->id = till->counter.venue_ask = bx_till_id(till);
    BX_TEXT_COPY(inquiry->text, text);
    if (sale)
        inquiry->sale = *sale;
    int err = bx_question_ask(till, question, inquiry, &inquiry->id, done, &fault);
    bx_free(inquiry);
    if (err) {
        till->counter.venue_ask = (struct bx_id){0};
        bx_counter_fault(till, &fault);
    }
    return !err;
}

/* Is the answer to ABOUT the one that is waited for? */
static bool is_awaited(struct bx_till *till, const struct bx_id *about)
{
    struct bx_counter *counter = &till->counter;
    if (!bx_id_equal(&counter->venue_ask, about))
        return false;
    counter->venue_ask = (struct bx_id){0};
    counter->now = till->turn.mono;
    return true;
}

static void sale_told(struct bx_till *till, const struct bx_id *about, const struct bx_reply *reply,
                      enum bx_contact contact, const struct bx_fault *why)
{
    struct bx_fault fault = *why;
    (void)contact;
    if (!is_awaited(till, about))
        return;
    struct bx_case *one =
        reply ? bx_case_foreign(bx_buf_text(&reply->entries), reply->entries.len, &fault) : NULL;
    if (one)
        bx_items_case_open(till, one, till->counter.wanted);
    else
        bx_counter_fault(till, &fault);
}

void bx_find_open(struct bx_till *till, const struct bx_row *row)
{
    till->counter.wanted[0] = '\0';
    if (row->head.till == till->till && row->head.number[0])
        bx_lists_read(till, BX_READING_ONE, BX_QUERY_NUMBER, 0, 1, row->head.number);
    else
        (void)question(till, BX_QUESTION_SALE, "", &row->head.id, sale_told);
}

static void list_told(struct bx_till *till, const struct bx_id *about, const struct bx_reply *reply,
                      enum bx_contact contact, const struct bx_fault *why)
{
    (void)contact;
    if (!is_awaited(till, about) || till->counter.screen != BX_SCREEN_FIND || !till->counter.venue)
        return;
    if (!reply) {
        bx_counter_fault(till, why);
        return;
    }
    bx_items_found(till, reply->sales, reply->sale_count);
    till->counter.selected = 0;
    if (reply->sale_count == 0)
        bx_say(till, BX_TONE_PLAIN, "The venue has no such sale.");
}

void bx_find_venue(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    BX_TEXT_COPY(counter->venue_text, counter->input);
    if (counter->venue_text[0] == '\0') {
        bx_say(till, BX_TONE_PLAIN,
               "The whole venue: type a number, a code or an order's name, then Enter.");
        return;
    }
    (void)question(till, BX_QUESTION_SALES, counter->venue_text, NULL, list_told);
}

void bx_find_scope(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    counter->venue = !counter->venue;
    counter->selected = 0;
    bx_items_forget(till);
    bx_lists_load(till, BX_SCREEN_FIND);
    if (!counter->say[0])
        bx_say(till, BX_TONE_PLAIN,
               counter->venue ? "Sales of the whole venue." : "Sales of this till.");
}

static void elsewhere_told(struct bx_till *till, const struct bx_id *about,
                           const struct bx_reply *reply, enum bx_contact contact,
                           const struct bx_fault *why)
{
    (void)contact;
    (void)why;
    if (!is_awaited(till, about))
        return;
    if (reply && reply->sale_count > 0)
        (void)question(till, BX_QUESTION_SALE, "", &reply->sales[0].id, sale_told);
    else
        bx_say(till, BX_TONE_WARN, "Nothing was sold with %s.", till->counter.wanted);
}

void bx_find_elsewhere(struct bx_till *till, const char *text)
{
    if (bx_link_is_up(till))
        (void)question(till, BX_QUESTION_SALES, text, NULL, elsewhere_told);
    else
        bx_say(till, BX_TONE_WARN, "This till has sold nothing with %s.", text);
}
