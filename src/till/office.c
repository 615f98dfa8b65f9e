/* SPDX-License-Identifier: Apache-2.0 */
/* The books on the screen: reports over any days, closings again, the posting file of a Z, what is
 * known of persons, the archive. Each is what its command does; a file goes to the host, and its
 * answer says where it is. */

#include "screens.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "boxtill/domain/posting.h"

enum { DATE_COLUMNS = 10 };

void bx_office_finish(struct bx_office *office)
{
    bx_free(office->plan);
    *office = (struct bx_office){0};
}

static int idle_check(const struct bx_till *till, struct bx_fault *fault)
{
    return till->office.want == BX_WANT_NOTHING
               ? 0
               : bx_fault_say(fault, BX_ERR_BUSY, "A report is being made: one moment.");
}

static struct bx_query *read_ask(struct bx_till *till, enum bx_office_want want,
                                 enum bx_query_kind kind, int limit)
{
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    effect->request = till->office.read_request = bx_till_request(till);
    till->office.want = want;
    effect->of.query = (struct bx_query){.kind = kind, .limit = limit};
    return &effect->of.query;
}

static void host_ask(struct bx_till *till, enum bx_office_want want, enum bx_office_act act,
                     const char *name, const struct bx_buf *text)
{
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_OFFICE);
    effect->request = till->office.file_request = bx_till_request(till);
    till->office.want = want;
    effect->of.office.act = act;
    effect->of.office.name = bx_effects_hold(till->out, name, strlen(name));
    if (!text)
        return;
    effect->of.office.bytes = bx_effects_hold(till->out, text->data, text->len);
    effect->of.office.len = text->len;
}

void bx_office_keep(struct bx_till *till, const char *name, const struct bx_buf *text)
{
    host_ask(till, BX_WANT_FILE, BX_OFFICE_FILE, name, text);
}

/* Everybody but a cashier. */
static int looks_check(const struct bx_till *till, struct bx_fault *fault)
{
    const struct bx_user *user = bx_people_user(till);
    int err = idle_check(till, fault);
    if (!err && (!user || user->role == BX_ROLE_CASHIER))
        err = bx_fault_say(fault, BX_ERR_REFUSED, "Only a supervisor or an auditor sees this.");
    return err;
}

static void form_open(struct bx_till *till, const struct bx_form_kind *kind, int err,
                      const struct bx_fault *fault)
{
    if (err)
        bx_counter_fault(till, fault);
    else
        bx_form_open(till, kind, NULL, 0);
}

/* --- reports over days --------------------------------------------------------------------------
 */

enum { DAYS_WHAT, DAYS_FROM, DAYS_TO, DAYS_AS };

static void as_field(struct bx_form *form, bool screen)
{
    struct bx_field *as = bx_form_choice(form, "As");
    if (screen)
        bx_form_option(as, "screen", BX_WORD("On the screen"), BX_AS_TEXT);
    bx_form_option(as, "csv", BX_WORD("A CSV file"), BX_AS_CSV);
    bx_form_option(as, "json", BX_WORD("A JSON file"), BX_AS_JSON);
}

static void day_field(const struct bx_till *till, struct bx_form *form, const char *label)
{
    char date[BX_DATE_TEXT];
    struct bx_field *field = bx_form_text(form, label, DATE_COLUMNS, true);
    bx_words_print(field->aside, sizeof(field->aside), "like %s; empty: today",
                   bx_date_format(bx_till_today(till), date));
}

static void days_fields(struct bx_till *till, struct bx_form *form)
{
    bx_summary_options(bx_form_choice(form, "Report"));
    day_field(till, form, "From");
    day_field(till, form, "To");
    as_field(form, true);
}

static int days_check(struct bx_till *till, struct bx_form *form, size_t at, struct bx_fault *fault)
{
    struct bx_date date;
    const char *text = form->fields[at].text;
    (void)till;
    if ((at == DAYS_FROM || at == DAYS_TO) && text[0] && bx_date_parse(text, &date))
        return bx_fault_say(fault, BX_ERR_INPUT, "A day is written like 2026-11-24.");
    return 0;
}

static int days_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    const char *from = form->fields[DAYS_FROM].text, *to = form->fields[DAYS_TO].text;
    struct bx_date first = bx_till_today(till), last = first;
    if ((from[0] && bx_date_parse(from, &first)) || (to[0] && bx_date_parse(to, &last)))
        return bx_fault_say(fault, BX_ERR_INPUT, "A day is written like 2026-11-24.");
    if (from[0] && !to[0])
        last = first;
    if (to[0] && !from[0])
        first = last;
    return bx_summary_begin(till, 0, bx_field_option(&form->fields[DAYS_WHAT])->id.s, first, last,
                            (enum bx_summary_as)bx_field_option(&form->fields[DAYS_AS])->n, fault);
}

static const struct bx_form_kind days_form = {BX_WORD("A report over days"), days_fields,
                                              days_check, days_done, NULL};

void bx_office_days(struct bx_till *till)
{
    struct bx_fault fault = {0};
    form_open(till, &days_form, idle_check(till, &fault), &fault);
}

/* --- closings -----------------------------------------------------------------------------------
 */

static void closings_read(struct bx_till *till, int64_t before)
{
    struct bx_query *query = read_ask(till, BX_WANT_CLOSINGS, BX_QUERY_KIND, BX_ROWS_MAX);
    query->entry_kind = BX_KIND_CLOSING;
    query->from = before;
}

static void closing_fields(struct bx_till *till, struct bx_form *form)
{
    (void)till;
    bx_form_choice(form, "Closing of")->narrows = true;
}

/* The chosen one is read as a Z is that is shown again. */
static int closing_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    const struct bx_option *option = bx_field_option(&form->fields[0]);
    (void)fault;
    if (option->n < 0) {
        closings_read(till, -option->n);
        return 0;
    }
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    effect->request = till->shifts.z_request = bx_till_request(till);
    effect->of.query = (struct bx_query){.kind = BX_QUERY_FROM, .from = option->n, .limit = 1};
    return 0;
}

static const struct bx_form_kind closing_form = {BX_WORD("A closing of a day, month or year"),
                                                 closing_fields, NULL, closing_done, NULL};

static void closings_show(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    if (count == 0) {
        bx_say(till, BX_TONE_PLAIN,
               "Nothing is closed yet: a day is when the next one's first shift opens.");
        return;
    }
    struct bx_field *field = &bx_form_open(till, &closing_form, NULL, 0)->fields[0];
    for (size_t i = 0; i < count; i++) {
        struct bx_report report;
        char period[BX_PERIOD_TEXT];
        if (bx_report_decode(rows[i].body, rows[i].len, &report, NULL))
            continue;
        bx_form_option(field, report.period, bx_report_period(report.period, period),
                       rows[i].head.seq);
        bx_report_finish(&report);
    }
    if (count == BX_ROWS_MAX)
        bx_form_option(field, "earlier", BX_WORD("Earlier ones"), -rows[count - 1].head.seq);
}

void bx_office_closings(struct bx_till *till)
{
    struct bx_fault fault = {0};
    if (idle_check(till, &fault))
        bx_counter_fault(till, &fault);
    else
        closings_read(till, 0);
}

/* --- the posting file ---------------------------------------------------------------------------
 */

static void posting_fields(struct bx_till *till, struct bx_form *form)
{
    int64_t last = till->next_number[BX_SERIES_Z] - 1;
    struct bx_field *n = bx_form_number(form, "Number of the Z", 1, last);
    snprintf(n->text, sizeof(n->text), "%" PRId64, last);
    as_field(form, false);
}

static int posting_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    int err = idle_check(till, fault);
    if (err)
        return err;
    till->office.n = form->fields[0].n;
    till->office.json = bx_field_option(&form->fields[1])->n == BX_AS_JSON;
    host_ask(till, BX_WANT_POSTING, BX_OFFICE_PLAN, "posting.conf", NULL);
    return 0;
}

static const struct bx_form_kind posting_form = {BX_WORD("The bookkeeping's file of a Z"),
                                                 posting_fields, NULL, posting_done, NULL};

void bx_office_posting(struct bx_till *till)
{
    struct bx_fault fault = {0};
    int err = looks_check(till, &fault);
    if (!err && !bx_report_has_z(till))
        err = bx_fault_say(&fault, BX_ERR_MISSING, "This till has no such Z report.");
    form_open(till, &posting_form, err, &fault);
}

/* posting.conf has come: the Z is wanted next. */
static int plan_take(struct bx_till *till, const struct bx_office_done *done,
                     struct bx_fault *fault)
{
    struct bx_office *office = &till->office;
    office->plan = bx_new(struct bx_posting_plan);
    int err = bx_posting_plan_read(done->bytes, done->len, office->plan, fault);
    if (err)
        return err;
    struct bx_query *query = read_ask(till, BX_WANT_POSTING, BX_QUERY_NUMBER, 1);
    till->shifts.z_asked = office->n;
    bx_number_format(till->till, BX_SERIES_Z, office->n, query->text);
    return 0;
}

/* A row's number, time, till and shift are the same in all of them, and the title says them: on the
 * screen the amounts need the room. */
static void posting_show(struct bx_till *till, const char *title, const char *csv)
{
    bx_buf_auto rows;
    bx_buf_init(&rows, 0);
    while (*csv) {
        for (int column = 0; column < 4; column++) {
            csv += strcspn(csv, ",\n");
            csv += *csv == ',';
        }
        size_t len = strcspn(csv, "\n");
        len += csv[len] == '\n';
        bx_buf_add(&rows, csv, len);
        csv += len;
    }
    bx_text_open(till, title, bx_buf_text(&rows), NULL);
}

static int posting_rows(struct bx_till *till, const struct bx_row *rows, size_t count,
                        struct bx_fault *fault)
{
    const struct bx_office *office = &till->office;
    char name[64], title[96];
    bx_buf_auto json, csv;
    bx_buf_init(&json, 0);
    bx_buf_init(&csv, 0);
    int err = bx_posting_text(till, rows, count, office->plan, &json, &csv, fault);
    if (err)
        return err;
    snprintf(name, sizeof(name), "posting-%.24s.%s", rows[0].head.number,
             office->json ? "json" : "csv");
    bx_words_print(title, sizeof(title), "Posting file of %s", rows[0].head.number);
    posting_show(till, title, bx_buf_text(&csv));
    bx_office_keep(till, name, office->json ? &json : &csv);
    return 0;
}

/* --- persons ------------------------------------------------------------------------------------
 */

struct persons {
    size_t count;
    struct bx_id ids[BX_ROWS_MAX];
};

static void person_fields(struct bx_till *till, struct bx_form *form)
{
    (void)till;
    bx_form_choice(form, "Erase")->narrows = true;
    BX_TEXT_COPY(form->text, bx_word("Name, town, and until when it is kept. Erasing leaves chain, "
                                     "numbers and totals as they are."));
}

static int person_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    const struct persons *persons = form->data;
    const struct bx_option *option = bx_field_option(&form->fields[0]);
    struct bx_id all = {{0}};
    return bx_persons_erase(till, 0, option->n < 0 ? &all : &persons->ids[option->n], option->name,
                            fault);
}

static const struct bx_form_kind person_form = {BX_WORD("What is known of persons"), person_fields,
                                                NULL, person_done, NULL};

static void persons_show(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    if (count == 0) {
        bx_say(till, BX_TONE_PLAIN, "Nothing is known of anybody at this till.");
        return;
    }
    struct persons *persons = bx_new(struct persons);
    for (size_t i = 0; i < count && i < BX_ROWS_MAX; i++)
        persons->ids[persons->count++] = rows[i].head.id;
    struct bx_form *form = bx_form_open(till, &person_form, persons, sizeof(*persons));
    for (size_t i = 0; i < persons->count; i++) {
        struct bx_buyer buyer = {{0}};
        struct bx_date date;
        int minute;
        char until[BX_DATE_TEXT], full[2 * BX_NAME_SIZE + 32], name[BX_NAME_SIZE];
        if (bx_buyer_read(rows[i].body, rows[i].len, &buyer, NULL))
            bx_till_log(till, "what is known of a person cannot be read");
        bx_utc_civil(rows[i].head.at, 0, &date, &minute);
        snprintf(full, sizeof(full), "%s, %s, %s", buyer.name, buyer.town,
                 bx_date_show(date, until));
        bx_text_wash(full, strlen(full), BX_NAME_COLUMNS, name, sizeof(name));
        bx_form_option(&form->fields[0], "", name, (int64_t)i);
    }
    bx_form_option(&form->fields[0], "", BX_WORD("All that is past its time"), -1);
    bx_free(persons);
}

void bx_office_persons(struct bx_till *till)
{
    struct bx_fault fault = {0};
    if (looks_check(till, &fault))
        bx_counter_fault(till, &fault);
    else
        (void)read_ask(till, BX_WANT_PERSONS, BX_QUERY_PERSON, BX_ROWS_MAX);
}

/* --- the archive --------------------------------------------------------------------------------
 */

static void archive_fields(struct bx_till *till, struct bx_form *form)
{
    (void)till;
    BX_TEXT_COPY(form->text, bx_word("The whole journal into a folder, signed, to be kept on "
                                     "another machine. Nothing is sold meanwhile."));
}

static int archive_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    struct bx_date date;
    char name[32], day[BX_DATE_TEXT];
    int minute;
    (void)form;
    int err = idle_check(till, fault);
    if (err)
        return err;
    bx_utc_civil(till->turn.utc, bx_programme_offset(till->programme, till->turn.utc), &date,
                 &minute);
    snprintf(name, sizeof(name), "archive-%s-%02d%02d", bx_date_format(date, day), minute / 60 % 24,
             minute % 60);
    host_ask(till, BX_WANT_ARCHIVE, BX_OFFICE_ARCHIVE, name, NULL);
    return 0;
}

static const struct bx_form_kind archive_form = {BX_WORD("Archive the journal"), archive_fields,
                                                 NULL, archive_done, NULL};

void bx_office_archive(struct bx_till *till)
{
    struct bx_fault fault = {0};
    int err = bx_may_act(till, &fault);
    if (!err)
        err = looks_check(till, &fault);
    form_open(till, &archive_form, err, &fault);
}

/* The entry that a purge looks for. */
static void archived(struct bx_till *till, const struct bx_office_done *done)
{
    char about[8 + BX_HASH_TEXT], hash[BX_HASH_TEXT];
    snprintf(about, sizeof(about), "archive %s", bx_hash_format(&done->manifest, hash));
    bx_commit_note(till, BX_KIND_EXPORT, about, done->last);
    bx_say(till, BX_TONE_GOOD, "Entries %lld to %lld are in %s.", (long long)done->first,
           (long long)done->last, done->path);
}

/* --- answers ------------------------------------------------------------------------------------
 */

static void ended(struct bx_till *till, const struct bx_fault *fault)
{
    bx_office_finish(&till->office);
    if (fault)
        bx_counter_fault(till, fault);
}

bool bx_office_rows(struct bx_till *till, const struct bx_event *event)
{
    struct bx_office *office = &till->office;
    const struct bx_row *rows = event->of.rows.rows;
    size_t count = event->of.rows.count;
    enum bx_office_want want = office->want;
    struct bx_fault fault = event->of.rows.fault;
    if (office->read_request == 0 || event->of.rows.request != office->read_request)
        return false;
    office->read_request = 0;
    if (!bx_people_user(till) || fault.err) {
        ended(till, fault.err ? &fault : NULL);
    } else if (want == BX_WANT_POSTING) {
        if (posting_rows(till, rows, count, &fault))
            ended(till, &fault);
    } else {
        ended(till, NULL);
        if (want == BX_WANT_CLOSINGS)
            closings_show(till, rows, count);
        else
            persons_show(till, rows, count);
    }
    return true;
}

void bx_office_answer(struct bx_till *till, const struct bx_event *event)
{
    struct bx_office *office = &till->office;
    const struct bx_office_done *done = &event->of.office.done;
    struct bx_fault fault = event->of.office.fault;
    enum bx_office_want want = office->want;
    if (office->file_request == 0 || event->of.office.request != office->file_request) {
        till->dropped++;
        return;
    }
    office->file_request = 0;
    if (fault.err || (want == BX_WANT_POSTING && plan_take(till, done, &fault))) {
        ended(till, &fault);
        return;
    }
    if (want == BX_WANT_POSTING)
        return;
    ended(till, NULL);
    if (want == BX_WANT_ARCHIVE)
        archived(till, done);
    else
        bx_say(till, BX_TONE_GOOD, "Written: %s, in the till's folder.", done->path);
}
