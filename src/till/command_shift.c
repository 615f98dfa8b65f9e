/* SPDX-License-Identifier: Apache-2.0 */
/* `boxtill shift …`, `boxtill report x|z`, `boxtill training`. */

#include <inttypes.h>
#include <string.h>

#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "command.h"
#include "core.h"

struct acts {
    const char *word;
    void (*run)(struct bx_till *till, struct bx_json_reader *reader);
    enum bx_kind kind; /* of a move */
};

/* --- what is counted ----------------------------------------------------------------------------
 */

static void pieces_read(struct bx_json_reader *reader, struct bx_cash_entry *ret)
{
    bx_json *list = bx_json_array(reader, "pieces", BX_PIECES_MAX);
    bx_money sum = {0};
    for (bx_json *one = bx_json_first(list); one; one = bx_json_next(one)) {
        bx_json *value = bx_json_first(one);
        bx_json *count = value ? bx_json_next(value) : NULL;
        bx_money worth;
        if (!count || !bx_json_is_integer(value) || !bx_json_is_integer(count) ||
            bx_json_integer(value) <= 0 || bx_json_integer(count) < 0 ||
            bx_money_times(bx_money_of(bx_json_integer(value)), bx_json_integer(count), &worth) ||
            bx_money_add(sum, worth, &sum)) {
            bx_json_fault(reader, "pieces are [value, count], the largest value first");
            return;
        }
        if (ret->piece_count > 0 &&
            ret->pieces[ret->piece_count - 1].value <= bx_json_integer(value))
            bx_json_fault(reader, "pieces are [value, count], the largest value first");
        if (bx_json_integer(count) > 0)
            ret->pieces[ret->piece_count++] =
                (struct bx_piece){bx_json_integer(value), bx_json_integer(count)};
    }
    ret->amount = sum;
}

/* "amount" or "pieces", and "drawer" (0: one's own). */
static void cash_read(struct bx_json_reader *reader, struct bx_cash_entry *ret)
{
    *ret = (struct bx_cash_entry){0};
    ret->drawer = (int)bx_json_int_or(reader, "drawer", 1, BX_DRAWERS_MAX, 0);
    ret->to = bx_json_int_or(reader, "to", 1, 9999, 0);
    if (bx_json_get(reader->object, "pieces"))
        pieces_read(reader, ret);
    else
        ret->amount.minor = bx_json_int_or(reader, "amount", 0, BX_MONEY_MAX, 0);
}

/* --- the acts -----------------------------------------------------------------------------------
 */

static void open_run(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_cash_entry cash;
    struct bx_fault fault = {0};
    bx_origin mine = till->command.request;
    cash_read(reader, &cash);
    if (reader->err) {
        bx_command_usage(till, reader->fault);
        return;
    }
    int err = till->shift != 0 && bx_till_drawer(till) == 0
                  ? bx_drawer_take(till, mine, &cash, &fault)
                  : bx_shift_open(till, mine, till->people.user, false, &cash, &fault);
    if (err)
        bx_command_refuse(till, &fault);
}

static void x_run(struct bx_till *till, struct bx_json_reader *reader)
{
    (void)reader;
    bx_report_x(till, till->command.request, false);
}

static void move_run(struct bx_till *till, struct bx_json_reader *reader, enum bx_kind kind)
{
    struct bx_move move = {.kind = kind};
    struct bx_fault fault = {0};
    cash_read(reader, &move.cash);
    if (reader->err)
        bx_command_usage(till, reader->fault);
    else if (bx_move(till, till->command.request, &move, &fault))
        bx_command_refuse(till, &fault);
}

struct counting {
    struct bx_till *till;
    bool again;
    int err;
    struct bx_fault fault;
};

/* What was counted before the one recount, where no till ran that would remember. */
static void first_take(struct counting *counting, int drawer, int64_t first)
{
    const struct bx_closing *closing = &counting->till->shifts.closing;
    struct bx_cash_entry cash = {.drawer = drawer, .amount = bx_money_of(first)};
    for (int i = 0; i < closing->drawer_count; i++)
        if (closing->drawers[i].drawer == drawer && closing->counts[i] > 0)
            return;
    int told = bx_closing_count(counting->till, drawer, &cash, &counting->fault);
    counting->err = told < 0 ? told : 0;
}

/* One drawer's count: an object with drawer, amount or pieces, first, next_float, bag. */
static void count_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    struct counting *counting = arg;
    struct bx_cash_entry cash;
    char bag[24];
    (void)at;
    cash_read(reader, &cash);
    bool counted = bx_json_get(reader->object, "pieces") || bx_json_get(reader->object, "amount");
    int64_t next = bx_json_int_or(reader, "next_float", 0, BX_MONEY_MAX, -1);
    int64_t first = bx_json_int_or(reader, "first", 0, BX_MONEY_MAX, -1);
    bx_json_string_or(reader, "bag", 20, bag, sizeof(bag), "");
    int drawer = cash.drawer ? cash.drawer : bx_till_drawer(counting->till);
    if (reader->err || counting->err)
        return;
    if (counted && first >= 0)
        first_take(counting, drawer, first);
    if (counted && !counting->err) {
        int told = bx_closing_count(counting->till, drawer, &cash, &counting->fault);
        counting->again = counting->again || told == 1;
        counting->err = told < 0 ? told : 0;
    }
    if (!counting->err && !counting->again && (next >= 0 || bag[0])) {
        const struct bx_closing *closing = &counting->till->shifts.closing;
        bx_money stays = bx_money_of(next);
        for (int i = 0; next < 0 && i < closing->drawer_count; i++)
            if (closing->drawers[i].drawer == drawer)
                stays = closing->drawers[i].next_float;
        counting->err = bx_closing_put(counting->till, drawer, stays, bag, &counting->fault);
    }
}

static void close_run(struct bx_till *till, struct bx_json_reader *reader)
{
    struct counting counting = {.till = till};
    bx_origin mine = till->command.request;
    counting.err = bx_closing_begin(till, mine, &counting.fault);
    if (!counting.err && bx_json_get(reader->object, "drawers"))
        bx_json_each(reader, bx_json_array(reader, "drawers", BX_DRAWERS_MAX), "drawer", count_read,
                     &counting);
    else if (!counting.err)
        count_read(&counting, reader, 0);
    if (reader->err) {
        bx_command_usage(till, reader->fault);
        return;
    }
    if (!counting.err && counting.again)
        counting.err = bx_fault_say(&counting.fault, BX_ERR_REFUSED,
                                    "That is not what is expected. Count once more, and close "
                                    "with what you count then.");
    if (!counting.err)
        counting.err = bx_closing_end(till, mine, &counting.fault);
    if (counting.err)
        bx_command_refuse(till, &counting.fault);
}

static const struct acts acts[] = {
    {"open", open_run, BX_KINDS},       {"x", x_run, BX_KINDS},
    {"close", close_run, BX_KINDS},     {"in", NULL, BX_KIND_PAID_IN},
    {"out", NULL, BX_KIND_PAID_OUT},    {"drop", NULL, BX_KIND_DROP},
    {"no-sale", NULL, BX_KIND_NO_SALE}, {"count", NULL, BX_KIND_COUNT},
    {"float", NULL, BX_KIND_FLOAT},     {"hand-over", NULL, BX_KIND_HAND_OVER},
};

void bx_command_shift(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_fault fault = {0};
    char word[16];
    const struct acts *act = NULL;
    bx_json_string(reader, "act", 15, word, sizeof(word));
    for (size_t i = 0; i < bx_countof(acts) && !reader->err; i++)
        if (strcmp(acts[i].word, word) == 0)
            act = &acts[i];
    bool looks = act && act->run == x_run;
    if (reader->err) {
        bx_command_usage(till, reader->fault);
    } else if (!act) {
        bx_fault_say(&fault, BX_ERR_INPUT, "A shift cannot do that: %s.", word);
        bx_command_usage(till, &fault);
    } else if (!looks && bx_may_act(till, &fault)) {
        bx_command_refuse(till, &fault);
    } else if (act->run) {
        act->run(till, reader);
    } else {
        move_run(till, reader, act->kind);
    }
}

/* --- reports ------------------------------------------------------------------------------------
 */

/* Z: a row by its number. Closing: the newest ones, of which one is of the period. */
static const struct bx_row *wanted(const struct bx_command *command, const struct bx_row *rows,
                                   size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct bx_report report;
        if (command->text[0] == '\0')
            return &rows[i];
        if (bx_report_decode(rows[i].body, rows[i].len, &report, NULL))
            continue;
        bool is_it = strcmp(command->text, report.period) == 0;
        bx_report_finish(&report);
        if (is_it)
            return &rows[i];
    }
    return NULL;
}

void bx_command_report_rows(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_command *command = &till->command;
    struct bx_fault fault = {0};
    const struct bx_row *row = wanted(command, rows, count);
    int err;
    if (row)
        err = bx_report_again(till, command->request, row, &fault);
    else if (command->text[0])
        err = bx_fault_say(&fault, BX_ERR_MISSING, "There is no closing of %s.", command->text);
    else
        err = bx_report_missing(till, &fault);
    if (err)
        bx_command_refuse(till, &fault);
}

/* "from" and "to", today without; one of them is both. */
static void dates_read(struct bx_till *till, struct bx_json_reader *reader, int usual,
                       struct bx_date *ret_from, struct bx_date *ret_to)
{
    char from[12], to[12];
    bx_json_string_or(reader, "from", 10, from, sizeof(from), "");
    bx_json_string_or(reader, "to", 10, to, sizeof(to), "");
    *ret_from = *ret_to = bx_date_plus(bx_till_today(till), usual);
    if (reader->err)
        return;
    if ((from[0] && bx_date_parse(from, ret_from)) || (to[0] && bx_date_parse(to, ret_to)))
        bx_json_fault(reader, "a day is written like 2026-11-24");
    if (from[0] && !to[0])
        *ret_to = *ret_from;
    if (to[0] && !from[0])
        *ret_from = *ret_to;
}

static void summary_run(struct bx_till *till, struct bx_json_reader *reader, const char *what)
{
    struct bx_fault fault = {0};
    struct bx_date from, to;
    dates_read(till, reader, strcmp(what, "bookings") == 0 ? 1 : 0, &from, &to);
    if (reader->err) {
        bx_command_usage(till, reader->fault);
        return;
    }
    int err = bx_summary_begin(till, till->command.request, what, from, to,
                               till->command.csv ? BX_AS_CSV : BX_AS_TEXT, &fault);
    if (err == BX_ERR_INPUT)
        bx_command_usage(till, &fault);
    else if (err)
        bx_command_refuse(till, &fault);
}

static void z_run(struct bx_till *till, int64_t n)
{
    char number[BX_NUMBER_SIZE];
    till->shifts.z_asked = n ? n : till->next_number[BX_SERIES_Z] - 1;
    bx_number_format(till->till, BX_SERIES_Z, till->shifts.z_asked, number);
    bx_command_read(till, BX_QUERY_NUMBER, number, 1);
}

void bx_command_report(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_command *command = &till->command;
    char what[16], format[8], period[12];
    bx_json_string(reader, "what", 15, what, sizeof(what));
    bx_json_string_or(reader, "format", 7, format, sizeof(format), "text");
    bx_json_string_or(reader, "period", 10, period, sizeof(period), "");
    int64_t n = bx_json_int_or(reader, "n", 1, BX_MONEY_MAX, 0);
    command->csv = strcmp(format, "csv") == 0;
    if (reader->err)
        bx_command_usage(till, reader->fault);
    else if (strcmp(what, "x") == 0)
        bx_report_x(till, command->request, true);
    else if (strcmp(what, "z") == 0)
        z_run(till, n);
    else if (strcmp(what, "closing") != 0)
        summary_run(till, reader, what);
    else {
        BX_TEXT_COPY(command->text, period);
        bx_command_read(till, BX_QUERY_KIND, NULL, BX_ROWS_MAX)->of.query.entry_kind =
            BX_KIND_CLOSING;
    }
}

void bx_command_training(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_fault fault = {0};
    bool on = bx_json_bool_or(reader, "on", true);
    if (reader->err) {
        bx_command_usage(till, reader->fault);
        return;
    }
    if (on != till->training) {
        bx_training_turn(till, till->command.request);
        return;
    }
    bx_fault_say(&fault, BX_ERR_REFUSED,
                 on ? "The till is in training already." : "The till is not in training.");
    bx_command_refuse(till, &fault);
}
