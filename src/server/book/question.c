/* SPDX-License-Identifier: Apache-2.0 */
/* The questions of a till. Those that only look are answered from whatever store is at hand; the
 * others leave rows of their own under the question's id, so that asking again, for ever, finds the
 * same answer. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/book/desk.h"

bool bd_question_writes(enum bx_question question)
{
    switch (question) {
    case BX_QUESTION_CHARGE:
    case BX_QUESTION_REVERSE:
    case BX_QUESTION_PARK:
    case BX_QUESTION_RESUME: return true;
    case BX_QUESTION_VOUCHER:
    case BX_QUESTION_PARKED:
    case BX_QUESTION_SALES:
    case BX_QUESTION_SALE:
    case BX_QUESTION_TICKETS:
    case BX_QUESTION_SHIFT:
    case BX_QUESTION_DAYS:
    case BX_QUESTIONS: break;
    }
    return false;
}

/* --- parked baskets --------------------------------------------------------------------------- */

/* A basket is parked as the question that brought it: name, facts and lines in one text. */
static int ask_park(const struct bd_asked *asked, struct bx_fault *fault)
{
    const struct bx_inquiry *inquiry = asked->inquiry;
    struct bd_parked_row row = {.basket = inquiry->basket.id};
    struct bx_totals totals;
    bx_buf_auto lines;
    bx_buf_init(&lines, BX_QUESTION_BYTES);
    int err = bd_get(asked->store, BD_PARKED, &row, fault);
    if (err < 0)
        return err;
    if (err == 0 && row.gone == 0)
        return 0; /* it lies there */
    bool again = err == 0;
    if (bx_inquiry_encode(BX_QUESTION_PARK, inquiry, &lines) != 0)
        return bx_fault_say(fault, BX_ERR_INPUT, "This basket is too long to be parked.");
    row = (struct bd_parked_row){.basket = inquiry->basket.id,
                                 .at = asked->turn->now.us,
                                 .till = asked->device->till,
                                 .lines = {bx_buf_text(&lines), lines.len}};
    if (bx_basket_totals(&inquiry->basket, true, &totals) == 0)
        row.total = totals.total.minor;
    BX_TEXT_COPY(row.name, inquiry->name);
    return bd_must(again ? bd_update(asked->store, BD_PARKED, &row, fault)
                         : bd_insert(asked->store, BD_PARKED, &row, fault),
                   "parked basket", fault);
}

static int parked_add(void *arg, const void *row)
{
    struct bx_reply *reply = (struct bx_reply *)arg;
    const struct bd_parked_row *parked = (const struct bd_parked_row *)row;
    if (reply->parked_count == BX_QUESTION_LIST)
        return 1;
    struct bx_parked *next = &reply->parked[reply->parked_count++];
    *next = (struct bx_parked){.basket = parked->basket,
                               .till = parked->till,
                               .at = {parked->at},
                               .total = {parked->total}};
    BX_TEXT_COPY(next->name, parked->name);
    return 0;
}

static int ask_parked(const struct bd_asked *asked, struct bx_reply *reply, struct bx_fault *fault)
{
    struct bd_parked_row from = {.gone = 0};
    struct bd_scan scan = {.table = BD_PARKED, .index = 1, .fixed = 1, .down = true, .from = &from};
    int err = bd_scan(asked->store, &scan, parked_add, reply, fault);
    return err < 0 ? err : 0;
}

static int parked_tell(const struct bd_parked_row *row, struct bx_reply *reply,
                       struct bx_fault *fault)
{
    struct bx_inquiry *parked = bx_new(struct bx_inquiry);
    int err = bx_inquiry_decode(BX_QUESTION_PARK, (const char *)row->lines.data, row->lines.len,
                                parked, fault);
    if (err == 0) {
        reply->yours = true;
        reply->basket = parked->basket;
        BX_TEXT_COPY(reply->name, parked->name);
        BX_TEXT_COPY(reply->facts, parked->facts);
    }
    bx_free(parked);
    return err;
}

static int ask_resume(const struct bd_asked *asked, struct bx_reply *reply, struct bx_fault *fault)
{
    const struct bx_inquiry *inquiry = asked->inquiry;
    struct bd_parked_row row = {.basket = inquiry->basket.id};
    int err = bd_get(asked->store, BD_PARKED, &row, fault);
    if (err < 0)
        return err;
    bool mine = err == 0 && (row.gone == 0 || bx_id_equal(&row.taken, &inquiry->id));
    if (!mine)
        return 0;
    err = parked_tell(&row, reply, fault);
    if (err != 0 || row.gone != 0)
        return err;
    bx_buf_auto lines;
    bx_buf_init(&lines, BX_QUESTION_BYTES);
    bx_buf_add(&lines, row.lines.data, row.lines.len);
    row.lines = (struct bd_blob){bx_buf_text(&lines), lines.len};
    row.gone = 1;
    row.taken = inquiry->id;
    row.taken_by = asked->device->till;
    return bd_must(bd_update(asked->store, BD_PARKED, &row, fault), "parked basket", fault);
}

/* --- figures ---------------------------------------------------------------------------------- */

/* Of every incarnation: shifts are numbered on. */
int bd_book_shift(struct bd_store *store, int64_t till, int64_t shift, struct bx_figures *ret,
                  int64_t *ret_confirmed, struct bx_fault *fault)
{
    struct bd_device_row device = {.till = till};
    *ret_confirmed = 0;
    int err = bd_get(store, BD_DEVICE, &device, fault);
    if (err == BD_NOT)
        return bx_fault_say(fault, BX_ERR_MISSING, "There is no till %lld.", (long long)till);
    for (int64_t i = 1; i <= device.incarnation && err == 0; i++) {
        struct bd_shift_row row = {.till = till, .incarnation = i, .shift = shift};
        err = bd_get(store, BD_SHIFT, &row, fault);
        if (err == BD_NOT) {
            err = 0;
            continue;
        }
        if (err == 0)
            err = bd_shift_figures(store, NULL, &row, ret, fault);
        *ret_confirmed += row.entries;
    }
    return err;
}

static int ask_shift(const struct bd_asked *asked, struct bx_reply *reply, struct bx_fault *fault)
{
    return bd_book_shift(asked->store, asked->device->till, asked->inquiry->shift, &reply->figures,
                         &reply->confirmed, fault);
}

/* One till may bring half of a report's rows, and some room is kept: what is beyond is told in
 * sum. */
enum { EACH_DAYS = 7, EACH_TILL = BX_FIGURES_MAX / 2, KEPT_ROWS = 64 };
struct days {
    struct bx_figures *figures;
    bool many;
    int64_t till;
    size_t brought; /* rows, by this till */
};
static const char other[] = "other";

/* SUM + MORE, but at most what money comes to: what one till says ends nobody's report. */
static int64_t added(int64_t sum, int64_t more)
{
    if (__builtin_add_overflow(sum, more, &sum))
        sum = more < 0 ? INT64_MIN : INT64_MAX;
    return sum < -BX_MONEY_MAX ? -BX_MONEY_MAX : sum > BX_MONEY_MAX ? BX_MONEY_MAX : sum;
}

static const char *name_within(struct days *days, const struct bd_figure_row *figure,
                               const char *name)
{
    if (days->till != figure->till)
        days->brought = 0;
    days->till = figure->till;
    if (bx_figures_get(days->figures, figure->what, name)->what[0] != '\0')
        return name;
    if (days->brought >= EACH_TILL || days->figures->count >= BX_FIGURES_MAX - KEPT_ROWS)
        return other;
    days->brought++;
    return name;
}

/* Of many days hours are hours of the day, and slots are too many. */
static int add_day(void *arg, const void *row)
{
    struct days *days = (struct days *)arg;
    const struct bd_figure_row *figure = (const struct bd_figure_row *)row;
    const char *name = figure->name;
    if (days->many && strcmp(figure->what, "slot") == 0)
        return 0;
    if (days->many && strcmp(figure->what, "hour") == 0 && strchr(name, 'T') != NULL)
        name = strchr(name, 'T');
    name = name_within(days, figure, name);
    const struct bx_figure *sum = bx_figures_get(days->figures, figure->what, name);
    return bx_figures_add(days->figures, figure->what, name,
                          added(sum->count, figure->count) - sum->count,
                          added(sum->amount, figure->amount) - sum->amount);
}

int bd_book_days(struct bd_store *store, struct bx_date from, struct bx_date to,
                 struct bx_figures *ret, struct bx_fault *fault)
{
    int err = 0;
    int32_t last = bx_date_days(to);
    struct days days = {.figures = ret, .many = last - bx_date_days(from) >= EACH_DAYS};
    if (last - bx_date_days(from) > BD_DAYS_MAX)
        return bx_fault_say(fault, BX_ERR_INPUT, "At most %d days at once.", BD_DAYS_MAX);
    for (int32_t day = bx_date_days(from); day <= last && err == 0; day++) {
        struct bd_figure_row first = {.day = day};
        struct bd_scan scan = {.table = BD_FIGURE, .index = 1, .fixed = 1, .from = &first};
        err = bd_scan(store, &scan, add_day, &days, fault);
    }
    return err == BX_ERR_FULL
               ? bx_fault_say(fault, BX_ERR_INPUT, "So many days have too many figures.")
               : err;
}

/* --- any -------------------------------------------------------------------------------------- */

static int answer(const struct bd_asked *asked, enum bx_question question, struct bx_reply *reply,
                  struct bx_fault *fault)
{
    switch (question) {
    case BX_QUESTION_VOUCHER: return bd_ask_voucher(asked, reply, fault);
    case BX_QUESTION_CHARGE: return bd_ask_charge(asked, reply, fault);
    case BX_QUESTION_REVERSE: return bd_ask_reverse(asked, reply, fault);
    case BX_QUESTION_PARK: return ask_park(asked, fault);
    case BX_QUESTION_PARKED: return ask_parked(asked, reply, fault);
    case BX_QUESTION_RESUME: return ask_resume(asked, reply, fault);
    case BX_QUESTION_SALES: return bd_ask_sales(asked, reply, fault);
    case BX_QUESTION_SALE: return bd_ask_sale(asked, reply, fault);
    case BX_QUESTION_TICKETS: return bd_ask_tickets(asked, reply, fault);
    case BX_QUESTION_SHIFT: return ask_shift(asked, reply, fault);
    case BX_QUESTION_DAYS:
        return bd_book_days(asked->store, asked->inquiry->from, asked->inquiry->to, &reply->figures,
                            fault);
    case BX_QUESTIONS: break;
    }
    bx_unreachable();
}

int bd_book_ask(struct bd_store *store, const struct bd_turn *turn, const struct bd_device *device,
                const struct bd_question *question, struct bx_buf *out, struct bx_fault *fault)
{
    struct bx_inquiry *inquiry = bx_new(struct bx_inquiry);
    struct bx_reply *reply = bx_reply_create();
    const struct bd_asked asked = {store, turn, device, inquiry};
    bool writes = bd_question_writes(question->question);
    int err = bx_inquiry_decode(question->question, question->json, question->len, inquiry, fault);
    if (err == 0 && writes)
        err = store->ops->mark(store, fault);
    if (err == 0) {
        err = answer(&asked, question->question, reply, fault);
        if (writes)
            err = bd_leave(store, err, fault);
    }
    if (err == 0 && bx_reply_encode(question->question, reply, out) != 0)
        err = bx_fault_say(fault, BX_ERR_FULL, "The answer does not fit.");
    bx_reply_destroy(reply);
    bx_free(inquiry);
    return err;
}
