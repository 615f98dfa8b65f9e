/* SPDX-License-Identifier: Apache-2.0 */
/* X and Z: the figures of the shift as they stand, and how much of it the server has confirmed. A
 * report counts no entry: the figures are kept up as entries are written, and what is not confirmed
 * is read off the queue, which is short or nobody is waiting. */

#include "screens.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

enum { SCREEN_COLUMNS = 60 };

/* --- what is confirmed --------------------------------------------------------------------------
 */

static void rows_read(struct bx_till *till, enum bx_query_kind kind, int64_t after)
{
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    effect->request = till->shifts.reporting.request = bx_till_request(till);
    effect->of.query = (struct bx_query){.kind = kind, .from = after, .limit = BX_ROWS_MAX};
}

void bx_reporting_begin(struct bx_till *till, bx_origin origin, int64_t after, int64_t last,
                        void (*then)(struct bx_till *till, int64_t unsent))
{
    struct bx_reporting *reporting = &till->shifts.reporting;
    reporting->origin = origin;
    reporting->after = after;
    reporting->last = last;
    reporting->unsent = reporting->aside = 0;
    reporting->queue_read = false;
    reporting->then = then;
    rows_read(till, BX_QUERY_QUEUED, after);
}

/* Those that the server keeps aside since it knows another entry in their place. */
static void aside_rows(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_reporting *reporting = &till->shifts.reporting;
    int64_t last = reporting->last ? reporting->last : till->next_seq - 1;
    bool over = count < BX_ROWS_MAX;
    for (size_t i = 0; i < count; i++) {
        reporting->aside += rows[i].head.seq <= last;
        over = over || rows[i].head.seq > last;
    }
    if (over)
        reporting->then(till, reporting->unsent);
    else
        rows_read(till, BX_QUERY_CONFLICT, rows[count - 1].head.seq);
}

/* Of an open shift only what is older than it is counted, which is little: the rest of the queue is
 * its own. Of a closed one its own entries are. */
void bx_reporting_rows(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_reporting *reporting = &till->shifts.reporting;
    int64_t last = reporting->last ? reporting->last : till->shift_seq - 1;
    bool over = count < BX_ROWS_MAX;
    if (reporting->queue_read) {
        aside_rows(till, rows, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        reporting->unsent += rows[i].head.seq <= last;
        over = over || rows[i].head.seq > last;
    }
    if (!over) {
        rows_read(till, BX_QUERY_QUEUED, rows[count - 1].head.seq);
        return;
    }
    int64_t unsent = reporting->last ? reporting->unsent : till->link.queued - reporting->unsent;
    reporting->unsent = unsent < 0 ? 0 : unsent;
    reporting->queue_read = true;
    rows_read(till, BX_QUERY_CONFLICT, reporting->last ? reporting->after : till->shift_seq - 1);
}

void bx_report_confirm(const struct bx_till *till, int64_t unsent, struct bx_report *ret)
{
    ret->unsent = unsent < ret->entries ? unsent : ret->entries;
    ret->confirmed = ret->entries - ret->unsent - till->shifts.reporting.aside;
    if (ret->confirmed < 0)
        ret->confirmed = 0;
}

/* --- a report -----------------------------------------------------------------------------------
 */

static int64_t unsure_count(const struct bx_till *till)
{
    int64_t count = 0;
    for (size_t i = 0; i < till->papers.count; i++)
        count += till->papers.jobs[i].state == BX_JOB_UNSURE;
    return count;
}

static void drawers_fill(const struct bx_till *till, struct bx_report *ret)
{
    for (int drawer = 1; drawer <= BX_DRAWERS_MAX; drawer++) {
        char prefix[3] = {(char)('0' + drawer), '/', '\0'};
        bool used = till->shifts.holders[drawer] != 0;
        for (size_t i = 0; i < till->figures.count && !used; i++)
            used = strcmp(till->figures.rows[i].what, "drawer") == 0 &&
                   strncmp(till->figures.rows[i].name, prefix, 2) == 0;
        if (used)
            ret->drawers[ret->drawer_count++] = (struct bx_drawer_close){
                .drawer = drawer, .expected = bx_drawer_holds(till, drawer)};
    }
}

void bx_report_fill(struct bx_till *till, int64_t unsent, struct bx_report *ret)
{
    int64_t sales = bx_figures_get(&till->figures, "sale", "")->count -
                    bx_figures_get(&till->figures, "return", "exchange")->count;
    int64_t next = till->next_number[BX_SERIES_SALE];
    bx_report_finish(ret);
    ret->shift = till->shift;
    ret->opened = till->shift_opened;
    ret->closed = till->turn.utc;
    ret->first_seq = till->shift_seq;
    ret->last_seq = till->next_seq - 1;
    ret->entries = till->next_seq - till->shift_seq;
    bx_report_confirm(till, unsent, ret);
    bx_fiscal_report(till, ret);
    ret->parked = bx_parked_count(till);
    ret->attention = till->link.attention;
    ret->unsure = unsure_count(till);
    ret->unknown = bx_unknown_count(till);
    ret->chain = till->head;
    ret->after = ret->before = till->perpetual;
    ret->before.sales.minor -= bx_figures_sum(&till->figures, "sale", NULL);
    ret->before.returns.minor -= bx_figures_sum(&till->figures, "return", NULL);
    if (sales > 0) {
        bx_number_format(till->till, BX_SERIES_SALE, next - sales, ret->first);
        bx_number_format(till->till, BX_SERIES_SALE, next - 1, ret->last);
    }
    drawers_fill(till, ret);
    if (bx_figures_merge(&ret->figures, &till->figures))
        bx_till_log(till, "the figures of the shift do not fit into a report");
}

/* --- in words -----------------------------------------------------------------------------------
 */

static const char *cashier_name(const struct bx_till *till, const char *id)
{
    int64_t number;
    const struct bx_user *user = till->staff && bx_text_number(id, strlen(id), 9999, &number) == 0
                                     ? bx_staff_user(till->staff, number)
                                     : NULL;
    return user ? user->name : NULL;
}

/* A discount is named by the rule or the reason that made it. */
static const char *why_name(const struct bx_programme *programme, const struct bx_slug *id)
{
    for (size_t i = 0; i < programme->rule_count; i++)
        if (bx_slug_equal(&programme->rules[i].id, id))
            return programme->rules[i].name;
    for (size_t i = 0; i < programme->reason_count; i++)
        if (bx_slug_equal(&programme->reasons[i].id, id))
            return programme->reasons[i].name;
    return NULL;
}

const char *bx_report_name(const struct bx_till *till, const char *what, const char *id)
{
    const struct bx_programme *programme = till->programme;
    struct bx_slug slug = {0};
    BX_TEXT_COPY(slug.s, id);
    if (strncmp(what, "cashier", 7) == 0)
        return cashier_name(till, id);
    if (!programme)
        return NULL;
    if (strcmp(what, "product") == 0) {
        const struct bx_product *product = bx_programme_product(programme, &slug);
        return product ? product->name : NULL;
    }
    if (strcmp(what, "discount") == 0 || strcmp(what, "reason") == 0)
        return why_name(programme, &slug);
    for (size_t i = 0; strcmp(what, "event") == 0 && i < programme->event_count; i++)
        if (bx_slug_equal(&programme->events[i].id, &slug))
            return programme->events[i].name;
    return NULL;
}

static const char *name_of(void *arg, const char *what, const char *id)
{
    return bx_report_name(arg, what, id);
}

static struct bx_report_names names_of(const struct bx_till *till, bx_utc at)
{
    return (struct bx_report_names){.name = name_of,
                                    .arg = (void *)(uintptr_t)till,
                                    .currency = till->programme ? till->programme->currency : "",
                                    .exponent = till->programme ? till->programme->exponent : 2,
                                    .offset_min = bx_programme_offset(till->programme, at)};
}

/* A drawer is counted blind: before that only a supervisor or an auditor is shown what should be in
 * it, whatever the entry holds. */
static bool is_blind(const struct bx_till *till, const struct bx_entry_head *head)
{
    const struct bx_user *user = till->staff ? bx_staff_user(till->staff, head->user) : NULL;
    return head->kind == BX_KIND_X_REPORT && (!user || user->role == BX_ROLE_CASHIER);
}

/* REPORT as it is shown; its rows are the caller's to finish. */
static void shown_make(const struct bx_till *till, const struct bx_entry_head *head,
                       const struct bx_report *report, struct bx_report *ret)
{
    bool blind = is_blind(till, head);
    *ret = *report;
    ret->figures = (struct bx_figures){0};
    if (blind)
        ret->drawer_count = 0;
    for (size_t i = 0; i < report->figures.count; i++) {
        const struct bx_figure *row = &report->figures.rows[i];
        if (!(blind && strcmp(row->what, "drawer") == 0) &&
            bx_figures_add(&ret->figures, row->what, row->name, row->count, row->amount))
            return;
    }
}

void bx_report_lines(const struct bx_till *till, const struct bx_entry_head *head,
                     const struct bx_report *report, int columns, struct bx_buf *out)
{
    struct bx_report_names names = names_of(till, head->at);
    struct bx_report shown;
    shown_make(till, head, report, &shown);
    bx_report_text(head, &shown, &names, columns, out);
    bx_figures_finish(&shown.figures);
}

void bx_report_show(struct bx_till *till, const struct bx_entry_head *head,
                    const struct bx_report *report)
{
    char title[96], period[BX_PERIOD_TEXT];
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    bx_report_lines(till, head, report, SCREEN_COLUMNS, &text);
    if (head->kind == BX_KIND_CLOSING)
        bx_words_print(title, sizeof(title), "Closing of %s",
                       bx_report_period(report->period, period));
    else if (head->kind == BX_KIND_X_REPORT)
        bx_words_print(title, sizeof(title), "X report, shift %lld", (long long)report->shift);
    else
        bx_words_print(title, sizeof(title), "Z report %s, shift %lld", head->number,
                       (long long)report->shift);
    bx_text_open(till, title, bx_buf_text(&text), NULL);
}

void bx_report_put(struct bx_till *till, const struct bx_entry_head *head,
                   const struct bx_report *report)
{
    struct bx_command *command = &till->command;
    struct bx_report_names names = names_of(till, head->at);
    struct bx_report shown;
    if (command->request == 0)
        return; /* whoever asked has gone */
    shown_make(till, head, report, &shown);
    bx_buf_clear(&command->json);
    bx_report_json(head, &shown, &names, &command->json);
    if (command->csv)
        bx_report_csv(head, &shown, &names, &command->human);
    else
        bx_report_text(head, &shown, &names, SCREEN_COLUMNS, &command->human);
    bx_figures_finish(&shown.figures);
}

/* --- X ------------------------------------------------------------------------------------------
 */

static int x_fill(struct bx_till *till, struct bx_intent *intent, struct bx_fault *fault)
{
    (void)fault;
    bx_report_fill(till, till->shifts.reporting.unsent, intent->report);
    return 0;
}

static void x_after(struct bx_till *till, const struct bx_intent *intent,
                    const struct bx_entry_head *head, const struct bx_ref *ref,
                    const struct bx_fault *fault)
{
    (void)ref;
    if (fault && intent->origin == 0)
        bx_counter_fault(till, fault);
    if (fault)
        return;
    if (intent->origin == 0)
        bx_report_show(till, head, intent->report);
    else
        bx_report_put(till, head, intent->report);
}

static void x_push(struct bx_till *till, int64_t unsent)
{
    struct bx_reporting *reporting = &till->shifts.reporting;
    bx_origin origin = reporting->origin;
    reporting->then = NULL;
    reporting->unsent = unsent;
    struct bx_intent intent = {
        .kind = BX_KIND_X_REPORT, .origin = origin, .after = x_after, .fill = x_fill};
    intent.report = bx_new(struct bx_report);
    bx_papers_want(&intent, BX_JOB_REPORT);
    bx_commit_push(till, &intent);
}

/* The same figures, only looked at: no entry, no paper. */
static void x_look(struct bx_till *till, int64_t unsent)
{
    bx_origin origin = till->shifts.reporting.origin;
    struct bx_entry_head head = {.kind = BX_KIND_X_REPORT,
                                 .till = till->till,
                                 .at = till->turn.utc,
                                 .shift = till->shift,
                                 .user = till->people.user};
    struct bx_report report = {0};
    till->shifts.reporting.then = NULL;
    bx_report_fill(till, unsent, &report);
    if (origin == 0)
        bx_report_show(till, &head, &report);
    else
        bx_report_put(till, &head, &report);
    bx_report_finish(&report);
    if (origin != 0)
        bx_command_ended(till, origin, BX_DONE, NULL);
}

void bx_report_x(struct bx_till *till, bx_origin origin, bool looks)
{
    struct bx_fault fault = {0};
    const struct bx_user *user = bx_people_user(till);
    looks = looks || (user && user->role == BX_ROLE_AUDITOR);
    if (till->shift == 0)
        bx_fault_say(&fault, BX_ERR_REFUSED, "No shift is open.");
    else if (till->shifts.reporting.then)
        bx_fault_say(&fault, BX_ERR_BUSY, "A report is being made: one moment.");
    if (fault.err)
        bx_refused(till, origin, &fault);
    else
        bx_reporting_begin(till, origin, 0, 0, looks ? x_look : x_push);
}
