/* SPDX-License-Identifier: Apache-2.0 */
/* Reports over days: by product, slot, hour, tender, cashier … A choice of rows out of the Zs of
 * those days and of the shift that is open; no entry is looked at. */

#include "screens.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "command.h"

enum { PAGE = 16, SCREEN_COLUMNS = 72, BAR = 14, LABEL_COLUMNS = 30 };

static const struct choice {
    const char *word; /* of the command */
    const char *title;
    const char *what; /* rows of figures; NULL: something else */
    bool orders;      /* bookings in place of figures */
} choices[] = {
    {"day", BX_WORD("Sales"), NULL, false},
    {"types", BX_WORD("By product"), "product", false},
    {"slots", BX_WORD("By slot"), "slot", false},
    {"events", BX_WORD("By event"), "event", false},
    {"hours", BX_WORD("By hour"), "hour", false},
    {"channels", BX_WORD("By channel"), "channel", false},
    {"tenders", BX_WORD("By tender"), "tender", false},
    {"cashiers", BX_WORD("By cashier"), "cashier", false},
    {"discounts", BX_WORD("Discounts"), "discount", false},
    {"corrections", BX_WORD("Corrections by cashier, and for each 1,000 sales"),
     "cashier-correction", false},
    {"cash", BX_WORD("Cash movements"), "drawer", false},
    {"bookings", BX_WORD("Bookings"), NULL, true},
};

static const struct choice *choice_of(const char *word)
{
    for (size_t i = 0; i < bx_countof(choices); i++)
        if (strcmp(choices[i].word, word) == 0)
            return &choices[i];
    return NULL;
}

/* --- the rows -----------------------------------------------------------------------------------
 */

struct line {
    char label[BX_NAME_SIZE];
    const char *what, *name;
    int64_t count, amount, per_1000;
};

struct table {
    const struct bx_till *till;
    const struct bx_summary *summary;
    const struct choice *choice;
    int64_t most;
    void (*put)(struct table *table, const struct line *line);
    struct bx_buf *out;
    struct bx_json_writer *writer;
    const char *(*date)(struct bx_date date, char out[BX_DATE_TEXT]); /* in labels */
};

/* "2026-11-24T14" of the figures are hours of UTC; people have their own. */
static void hour_label(const struct table *table, const char *name, char *out, size_t size)
{
    const struct bx_till *till = table->till;
    char full[BX_UTC_TEXT], date[BX_DATE_TEXT];
    bx_utc at;
    struct bx_date day;
    int minute;
    snprintf(full, sizeof(full), "%.13s:00:00Z", name);
    if (bx_utc_parse(full, &at)) {
        bx_text_copy(out, size, name);
        return;
    }
    bx_utc_civil(at, bx_programme_offset(till->programme, at), &day, &minute);
    snprintf(out, size, "%s %02d:%02d", table->date(day, date), minute / 60, minute % 60);
}

static void slot_label(const struct table *table, const char *name, char *out, size_t size)
{
    const struct bx_till *till = table->till;
    struct bx_slug id = {0};
    char time[BX_CLOCK_TEXT], date[BX_DATE_TEXT];
    BX_TEXT_COPY(id.s, name);
    const struct bx_slot *slot = till->programme ? bx_programme_slot(till->programme, &id) : NULL;
    if (slot)
        snprintf(out, size, "%s %s", table->date(slot->date, date),
                 bx_slot_time(slot->start, slot->offset_min, time));
    else
        bx_text_copy(out, size, name);
}

static void label_fill(const struct table *table, const struct bx_figure *row, char *out,
                       size_t size)
{
    const char *name = bx_report_name(table->till, row->what, row->name);
    enum bx_tender_kind tender;
    if (strcmp(row->what, "hour") == 0)
        hour_label(table, row->name, out, size);
    else if (strcmp(row->what, "slot") == 0)
        slot_label(table, row->name, out, size);
    else if (strcmp(row->what, "tender") == 0 && bx_tender_parse(row->name, &tender) == 0)
        bx_text_copy(out, size, bx_tender_name(tender));
    else
        bx_text_copy(out, size, name ? name : row->name[0] ? row->name : "-");
}

static void figures_walk(struct table *table)
{
    const struct bx_figures *figures = &table->summary->figures;
    bool corrects = strcmp(table->choice->what, "cashier-correction") == 0;
    for (size_t i = 0; i < figures->count; i++) {
        const struct bx_figure *row = &figures->rows[i];
        if (strcmp(row->what, table->choice->what) != 0)
            continue;
        struct line line = {
            .what = row->what, .name = row->name, .count = row->count, .amount = row->amount};
        label_fill(table, row, line.label, sizeof(line.label));
        int64_t sales = bx_figures_get(figures, "cashier", row->name)->count;
        if (corrects && sales > 0)
            line.per_1000 = row->count * 1000 / sales;
        table->put(table, &line);
    }
}

static void day_line(struct table *table, const char *label, const char *what, int64_t count,
                     int64_t amount)
{
    struct line line = {.what = what, .name = "", .count = count, .amount = amount};
    BX_TEXT_COPY(line.label, label);
    table->put(table, &line);
}

static int64_t unsure_count(const struct bx_till *till)
{
    int64_t count = 0;
    for (size_t i = 0; i < till->papers.count; i++)
        count += till->papers.jobs[i].state == BX_JOB_UNSURE;
    return count;
}

static void day_walk(struct table *table)
{
    const struct bx_figures *figures = &table->summary->figures;
    const struct bx_figure *sale = bx_figures_get(figures, "sale", "");
    int64_t returns = 0;
    for (size_t i = 0; i < figures->count; i++)
        if (strcmp(figures->rows[i].what, "return") == 0)
            returns += figures->rows[i].count;
    int64_t returned = bx_figures_sum(figures, "return", NULL);
    day_line(table, bx_word("Sales"), "sale", sale->count, sale->amount);
    day_line(table, bx_word("Taken back"), "return", returns, -returned);
    day_line(table, bx_word("Together"), "total", 0, sale->amount - returned);
    day_line(table, bx_word("Persons"), "persons", bx_figures_get(figures, "persons", "")->count,
             0);
    day_line(table, bx_word("Discounts"), "discount", 0, bx_figures_sum(figures, "discount", NULL));
    day_line(table, bx_word("Not sent"), "unsent", table->till->link.queued, 0);
    day_line(table, bx_word("Needs attention"), "attention", table->till->link.attention, 0);
    day_line(table, bx_word("Prints unsure"), "unsure", unsure_count(table->till), 0);
    day_line(table, bx_word("Payments unknown"), "unknown", bx_unknown_count(table->till), 0);
    day_line(table, bx_word("Parked baskets"), "parked", bx_parked_count(table->till), 0);
}

/* A till sells at the counter; what came by another way only the server's report knows. */
static void channels_walk(struct table *table)
{
    const struct bx_figures *figures = &table->summary->figures;
    struct line line = {.what = "channel",
                        .name = "counter",
                        .count = bx_figures_get(figures, "sale", "")->count,
                        .amount = bx_figures_sum(figures, "sale", NULL) -
                                  bx_figures_sum(figures, "return", NULL)};
    BX_TEXT_COPY(line.label, bx_word("Counter"));
    table->put(table, &line);
}

static void orders_walk(struct table *table)
{
    const struct bx_orders *orders = table->till->orders;
    for (size_t i = 0; orders && i < orders->count; i++) {
        const struct bx_order *order = &orders->orders[i];
        struct line line = {.what = "booking", .name = order->ref};
        if (order->cancelled || bx_date_compare(order->date, table->summary->from) < 0 ||
            bx_date_compare(order->date, table->summary->to) > 0)
            continue;
        for (int k = 0; k < order->line_count; k++) {
            line.count += order->lines[k].quantity;
            line.amount += order->lines[k].price.minor * order->lines[k].quantity;
        }
        char text[BX_NAME_SIZE + 16];
        snprintf(text, sizeof(text), "%02d:%02d %s", (int)(order->minute / 60),
                 (int)(order->minute % 60), order->name);
        BX_TEXT_COPY(line.label, text);
        table->put(table, &line);
    }
}

static void walk(struct table *table)
{
    if (table->choice->orders)
        orders_walk(table);
    else if (table->choice->what && strcmp(table->choice->what, "channel") == 0)
        channels_walk(table);
    else if (table->choice->what)
        figures_walk(table);
    else
        day_walk(table);
}

/* --- as text, CSV, JSON
 * ---------------------------------------------------------------------------
 */

static void most_put(struct table *table, const struct line *line)
{
    if (line->amount > table->most)
        table->most = line->amount;
}

static void text_put(struct table *table, const struct line *line)
{
    char label[BX_NAME_SIZE], amount[BX_MONEY_TEXT], bar[BAR + 1] = "";
    int64_t width = table->most > 0 && line->amount > 0 && table->choice->what
                        ? (line->amount * BAR + table->most - 1) / table->most
                        : 0;
    for (int64_t i = 0; i < width && i < BAR; i++)
        bar[i] = '#';
    bx_text_wash(line->label, strlen(line->label), LABEL_COLUMNS, label, sizeof(label));
    int pad = LABEL_COLUMNS - (int)bx_text_columns(label);
    bx_buf_format(table->out, "%s%*s%8" PRId64 "%14s", label, pad > 0 ? pad : 0, "", line->count,
                  bx_counter_money(table->till, bx_money_of(line->amount), amount));
    if (line->per_1000 > 0)
        bx_buf_format(table->out, "%8" PRId64, line->per_1000);
    else if (bar[0])
        bx_buf_format(table->out, "  %s", bar);
    bx_buf_text_add(table->out, "\n");
}

/* A field that a spreadsheet would take for a formula begins with an apostrophe. */
static void csv_text(struct bx_buf *out, const char *text)
{
    bx_buf_text_add(out, "\"");
    if (strchr("=+-@", text[0]) && text[0])
        bx_buf_text_add(out, "'");
    for (; *text; text++)
        bx_buf_add(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    bx_buf_text_add(out, "\"");
}

static void csv_put(struct table *table, const struct line *line)
{
    char amount[BX_MONEY_TEXT];
    int exponent = table->till->programme ? table->till->programme->exponent : 2;
    bx_buf_format(table->out, "%s,", line->what);
    csv_text(table->out, line->name);
    bx_buf_text_add(table->out, ",");
    csv_text(table->out, line->label);
    bx_buf_format(table->out, ",%" PRId64 ",%s\r\n", line->count,
                  bx_money_encode(bx_money_of(line->amount), exponent, amount));
}

static void json_put(struct table *table, const struct line *line)
{
    struct bx_json_writer *writer = table->writer;
    bx_json_object_open(writer, NULL);
    bx_json_put_string(writer, "what", line->what);
    bx_json_put_string(writer, "name", line->name);
    bx_json_put_string(writer, "label", line->label);
    bx_json_put_int(writer, "count", line->count);
    bx_json_put_int(writer, "amount", line->amount);
    if (line->per_1000 > 0)
        bx_json_put_int(writer, "per_1000", line->per_1000);
    bx_json_object_close(writer);
}

static struct table table_of(struct bx_till *till, struct bx_buf *out)
{
    const struct choice *choice = choice_of(till->shifts.summary.word);
    bx_assert(choice);
    return (struct table){.till = till,
                          .summary = &till->shifts.summary,
                          .choice = choice,
                          .out = out,
                          .date = bx_date_format};
}

static void text_make(struct bx_till *till, struct bx_buf *out)
{
    struct table table = table_of(till, out);
    size_t before = out->len;
    table.date = bx_date_show;
    table.put = most_put;
    walk(&table);
    table.put = text_put;
    walk(&table);
    if (out->len == before)
        bx_buf_format(out, "%s\n", bx_word("Nothing here."));
}

static void csv_make(struct bx_till *till, struct bx_buf *out)
{
    struct table table = table_of(till, out);
    bx_buf_text_add(out, "what,name,label,count,amount\r\n");
    table.put = csv_put;
    walk(&table);
}

static void json_make(struct bx_till *till, struct bx_buf *out)
{
    const struct bx_summary *summary = &till->shifts.summary;
    struct bx_json_writer writer;
    char date[BX_DATE_TEXT];
    struct table table = table_of(till, out);
    bx_json_write(&writer, out);
    table.writer = &writer;
    table.put = json_put;
    bx_json_object_open(&writer, NULL);
    bx_json_put_string(&writer, "report", summary->word);
    bx_json_put_string(&writer, "from", bx_date_format(summary->from, date));
    bx_json_put_string(&writer, "to", bx_date_format(summary->to, date));
    bx_json_put_string(&writer, "currency", till->programme ? till->programme->currency : "");
    bx_json_put_int(&writer, "exponent", till->programme ? till->programme->exponent : 2);
    bx_json_array_open(&writer, "rows");
    walk(&table);
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
}

/* --- reading ------------------------------------------------------------------------------------
 */

static void screen_answer(struct bx_till *till, const struct choice *choice, struct bx_buf *text)
{
    const struct bx_summary *summary = &till->shifts.summary;
    char title[96], from[BX_DATE_TEXT], to[BX_DATE_TEXT];
    if (summary->as == BX_AS_TEXT) {
        bool one = bx_date_compare(summary->from, summary->to) == 0;
        text_make(till, text);
        snprintf(title, sizeof(title), "%s, %s%s%s", bx_word(choice->title),
                 bx_date_show(summary->from, from), one ? "" : " - ",
                 one ? "" : bx_date_show(summary->to, to));
        bx_text_open(till, title, bx_buf_text(text), NULL);
        return;
    }
    if (summary->as == BX_AS_CSV)
        csv_make(till, text);
    else
        json_make(till, text);
    snprintf(title, sizeof(title), "%s-%s-%s.%s", choice->word, bx_date_format(summary->from, from),
             bx_date_format(summary->to, to), summary->as == BX_AS_CSV ? "csv" : "json");
    bx_office_keep(till, title, text);
}

static void answer(struct bx_till *till)
{
    struct bx_summary *summary = &till->shifts.summary;
    const struct choice *choice = choice_of(summary->word);
    bx_buf_auto text;
    bx_assert(choice);
    bx_buf_init(&text, 0);
    if (summary->origin == 0) {
        screen_answer(till, choice, &text);
    } else if (till->command.request == summary->origin) {
        json_make(till, &till->command.json);
        if (summary->as == BX_AS_CSV)
            csv_make(till, &till->command.human);
        else
            text_make(till, &till->command.human);
        bx_command_answer(till);
    }
    bx_figures_finish(&summary->figures);
    *summary = (struct bx_summary){0};
}

static void read_page(struct bx_till *till, int64_t before)
{
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    effect->request = till->shifts.summary.request = bx_till_request(till);
    effect->of.query = (struct bx_query){
        .kind = BX_QUERY_KIND, .entry_kind = BX_KIND_SHIFT_CLOSE, .from = before, .limit = PAGE};
}

static bool is_within(const struct bx_summary *summary, struct bx_date day)
{
    return bx_date_compare(day, summary->from) >= 0 && bx_date_compare(day, summary->to) <= 0;
}

/* Newest first; a day before the first ends it. */
void bx_summary_rows(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_summary *summary = &till->shifts.summary;
    bool over = count < PAGE;
    for (size_t i = 0; i < count; i++) {
        struct bx_report report;
        if (bx_report_decode(rows[i].body, rows[i].len, &report, NULL))
            continue;
        struct bx_date day = bx_till_day(till, report.opened);
        over = over || bx_date_compare(day, summary->from) < 0;
        if (is_within(summary, day) && bx_figures_merge(&summary->figures, &report.figures))
            bx_till_log(till, "a report over days is full");
        bx_report_finish(&report);
    }
    if (over)
        answer(till);
    else
        read_page(till, rows[count - 1].head.seq);
}

int bx_summary_begin(struct bx_till *till, bx_origin origin, const char *word, struct bx_date from,
                     struct bx_date to, enum bx_summary_as as, struct bx_fault *fault)
{
    struct bx_summary *summary = &till->shifts.summary;
    const struct choice *choice = choice_of(word);
    if (!choice)
        return bx_fault_say(fault, BX_ERR_INPUT, "There is no report %s here.", word);
    const struct bx_user *user = bx_people_user(till);
    if (strcmp(word, "cash") == 0 && (!user || user->role == BX_ROLE_CASHIER))
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "What moved in the drawers is shown to supervisors and auditors.");
    if (summary->request)
        return bx_fault_say(fault, BX_ERR_BUSY, "A report is being made: one moment.");
    *summary = (struct bx_summary){.origin = origin, .from = from, .to = to, .as = as};
    BX_TEXT_COPY(summary->word, word);
    if (till->shift != 0 && is_within(summary, bx_till_day(till, till->shift_opened)) &&
        bx_figures_merge(&summary->figures, &till->figures))
        bx_till_log(till, "a report over days is full");
    if (choice->orders)
        answer(till);
    else
        read_page(till, 0);
    return 0;
}

/* --- on the screen ------------------------------------------------------------------------------
 */

void bx_summary_options(struct bx_field *field)
{
    for (size_t i = 0; i < bx_countof(choices); i++)
        bx_form_option(field, choices[i].word, choices[i].title, 0);
}

static void today(struct bx_till *till, const char *word, int days)
{
    struct bx_fault fault = {0};
    struct bx_date date = bx_date_plus(bx_till_today(till), days);
    if (bx_summary_begin(till, 0, word, date, date, BX_AS_TEXT, &fault))
        bx_counter_fault(till, &fault);
}

static void show_day(struct bx_till *till)
{
    today(till, "day", 0);
}

static void show_types(struct bx_till *till)
{
    today(till, "types", 0);
}

static void show_slots(struct bx_till *till)
{
    today(till, "slots", 0);
}

static void show_hours(struct bx_till *till)
{
    today(till, "hours", 0);
}

static void show_tenders(struct bx_till *till)
{
    today(till, "tenders", 0);
}

static void show_cashiers(struct bx_till *till)
{
    today(till, "cashiers", 0);
}

static void show_discounts(struct bx_till *till)
{
    today(till, "discounts", 0);
}

static void show_corrections(struct bx_till *till)
{
    today(till, "corrections", 0);
}

static void show_cash(struct bx_till *till)
{
    today(till, "cash", 0);
}

static void show_bookings(struct bx_till *till)
{
    today(till, "bookings", 1);
}

static const struct bx_menu_row rows[] = {
    {'a', BX_WORD("Sales"), BX_WORD("today, and what is not sent"), show_day, true, NULL},
    {'p', BX_WORD("Products"), BX_WORD("today by product"), show_types, true, NULL},
    {'s', BX_WORD("Slots"), BX_WORD("today by slot: persons"), show_slots, true, NULL},
    {'h', BX_WORD("Hours"), BX_WORD("today by hour"), show_hours, true, NULL},
    {'t', BX_WORD("Tenders"), BX_WORD("today by tender"), show_tenders, true, NULL},
    {'c', BX_WORD("Cashiers"), BX_WORD("today by cashier"), show_cashiers, true, NULL},
    {'d', BX_WORD("Discounts"), BX_WORD("today by rule and reason"), show_discounts, true, NULL},
    {'k', BX_WORD("Corrections"), BX_WORD("by cashier, for each 1,000 sales"), show_corrections,
     true, NULL},
    {'m', BX_WORD("Cash movements"), BX_WORD("by drawer"), show_cash, true, NULL},
    {'o', BX_WORD("Tomorrow"), BX_WORD("groups and orders that are booked"), show_bookings, true,
     NULL},
    {'r', BX_WORD("Other days"), BX_WORD("any of these for some days, also as a file"),
     bx_office_days, true, NULL},
    {'z', BX_WORD("Closings"), BX_WORD("of a day, a month or a year, again"), bx_office_closings,
     true, NULL},
    {'f', BX_WORD("Posting file"), BX_WORD("of a Z, for the bookkeeping"), bx_office_posting, true,
     bx_report_has_z},
    {'n', BX_WORD("Persons"), BX_WORD("what is known of them; erase it"), bx_office_persons, true,
     NULL},
    {'j', BX_WORD("Archive"), BX_WORD("the whole journal into a folder, signed"), bx_office_archive,
     false, NULL},
};

static const struct bx_menu_kind menu = {BX_WORD("Reports"), rows, bx_countof(rows)};

void bx_summary_menu(struct bx_till *till)
{
    bx_menu_open(till, &menu);
}
