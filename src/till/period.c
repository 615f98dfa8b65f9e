/* SPDX-License-Identifier: Apache-2.0 */
/* What has ended before a shift opens: the day of the last Z, its month, its year.
 *
 * A day's closing sums up the Zs since the closing of a day before it; a month's the closings of
 * days since the last of a month; a year's those of months. So each Z is in exactly one of each,
 * also when a clock was wrong, and no closing reads more than its own parts. Days without a Z have
 * no closing. A Z belongs to the day its shift was opened on. */

#include "core.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"

enum { STAGE_CLOSINGS, STAGE_REPORTS };
enum { PAGE_CLOSINGS = 64, PAGE_REPORTS = 16 };

static void read_page(struct bx_till *till, enum bx_kind kind, int64_t before, int limit)
{
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    effect->request = till->shifts.opening.request = bx_till_request(till);
    effect->of.query = (struct bx_query){
        .kind = BX_QUERY_KIND, .entry_kind = kind, .from = before, .limit = limit};
}

/* REPORT is older than all that SUM holds. */
static void sum_add(struct bx_till *till, struct bx_report *sum, const struct bx_report *report)
{
    sum->opened = report->opened;
    if (sum->closed.us == 0)
        sum->closed = report->closed;
    sum->first_seq = report->first_seq;
    if (sum->last_seq == 0)
        sum->last_seq = report->last_seq;
    if (report->first[0])
        BX_TEXT_COPY(sum->first, report->first);
    if (!sum->last[0])
        BX_TEXT_COPY(sum->last, report->last);
    sum->entries += report->entries;
    sum->confirmed += report->confirmed;
    sum->signs += report->signs;
    sum->late += report->late;
    sum->unsigned_count += report->unsigned_count;
    if (bx_figures_merge(&sum->figures, &report->figures))
        bx_till_log(till, "the figures of a closing are full");
}

/* What is newest goes before what SUM holds already. */
static void sum_join(struct bx_till *till, struct bx_report *sum, const struct bx_report *newest)
{
    if (sum->last_seq == 0) {
        sum_add(till, sum, newest);
        return;
    }
    struct bx_report older = *sum;
    *sum = (struct bx_report){0};
    sum_add(till, sum, newest);
    sum_add(till, sum, &older);
    bx_report_finish(&older);
}

/* --- the entries --------------------------------------------------------------------------------
 */

static int closing_fill(struct bx_till *till, struct bx_intent *intent, struct bx_fault *fault)
{
    struct bx_report *report = intent->report;
    (void)fault;
    report->chain = till->head;
    report->after = report->before = till->perpetual;
    report->before.sales.minor -= bx_figures_sum(&report->figures, "sale", NULL);
    report->before.returns.minor -= bx_figures_sum(&report->figures, "return", NULL);
    report->unsent = till->link.queued;
    report->attention = till->link.attention;
    return 0;
}

static void closing_after(struct bx_till *till, const struct bx_intent *intent,
                          const struct bx_entry_head *head, const struct bx_ref *ref,
                          const struct bx_fault *fault)
{
    (void)head;
    (void)ref;
    if (fault)
        bx_till_log(till, "the closing of %s was not written: %s", intent->report->period,
                    fault->detail);
}

static void closing_push(struct bx_till *till, enum bx_sum which)
{
    struct bx_opening *opening = &till->shifts.opening;
    char date[BX_DATE_TEXT];
    struct bx_intent intent = {.kind = BX_KIND_CLOSING,
                               .user = opening->user,
                               .after = closing_after,
                               .fill = closing_fill};
    intent.report = bx_new(struct bx_report);
    *intent.report = opening->sums[which];
    bx_papers_want(&intent, BX_JOB_REPORT);
    opening->sums[which] = (struct bx_report){0};
    bx_date_format(opening->day, date);
    date[which == BX_SUM_DAY ? 10 : which == BX_SUM_MONTH ? 7 : 4] = '\0';
    BX_TEXT_COPY(intent.report->period, date);
    bx_commit_push(till, &intent);
}

static void opened_after(struct bx_till *till, const struct bx_intent *intent,
                         const struct bx_entry_head *head, const struct bx_ref *ref,
                         const struct bx_fault *fault)
{
    (void)head;
    if (fault) {
        bx_refused(till, intent->origin, fault);
        return;
    }
    if (intent->cash && intent->cash->amount.minor > 0)
        bx_drawer_open(till, ref, intent->cash->drawer, false);
    bx_told(till, intent->origin, BX_TONE_GOOD, "Shift %lld is open.", (long long)till->shift);
}

static void opening_end(struct bx_till *till)
{
    struct bx_opening *opening = &till->shifts.opening;
    struct bx_intent open = {.kind = BX_KIND_SHIFT_OPEN,
                             .origin = opening->login ? 0 : opening->origin,
                             .user = opening->user,
                             .after = opening->login ? NULL : opened_after};
    struct bx_intent login = {
        .kind = BX_KIND_LOGIN, .origin = opening->origin, .user = opening->user};
    bool logs_in = opening->login;
    open.cash = bx_new(struct bx_cash_entry);
    *open.cash = opening->cash;
    for (int i = 0; i < BX_SUMS; i++)
        bx_report_finish(&opening->sums[i]);
    *opening = (struct bx_opening){0};
    bx_commit_push(till, &open);
    if (logs_in)
        bx_commit_push(till, &login);
}

/* Each sum goes into the next larger before it is written. */
static void closings_push(struct bx_till *till)
{
    struct bx_opening *opening = &till->shifts.opening;
    for (int which = 0; which < BX_SUMS && opening->ends[which]; which++) {
        if (which + 1 < BX_SUMS && opening->ends[which + 1])
            sum_join(till, &opening->sums[which + 1], &opening->sums[which]);
        if (opening->sums[which].last_seq != 0)
            closing_push(till, (enum bx_sum)which);
    }
}

/* --- reading ------------------------------------------------------------------------------------
 */

void bx_period_begin(struct bx_till *till)
{
    struct bx_opening *opening = &till->shifts.opening;
    struct bx_date now = bx_till_today(till);
    opening->day = till->shifts.z_day;
    opening->ends[BX_SUM_DAY] = till->shifts.had_z && bx_date_compare(opening->day, now) < 0;
    opening->ends[BX_SUM_MONTH] = opening->ends[BX_SUM_DAY] && (opening->day.year != now.year ||
                                                                opening->day.month != now.month);
    opening->ends[BX_SUM_YEAR] = opening->ends[BX_SUM_DAY] && opening->day.year != now.year;
    if (!opening->ends[BX_SUM_DAY]) {
        opening_end(till);
        return;
    }
    opening->stage = STAGE_CLOSINGS;
    read_page(till, BX_KIND_CLOSING, 0, PAGE_CLOSINGS);
}

static enum bx_sum sum_of(const char *period)
{
    size_t len = strlen(period);
    return len == 4 ? BX_SUM_YEAR : len == 7 ? BX_SUM_MONTH : BX_SUM_DAY;
}

/* All that is asked for is known: what comes before it is of no interest. */
static bool is_far_enough(const struct bx_opening *opening)
{
    for (int i = 0; i < BX_SUMS; i++)
        if (opening->ends[i] && opening->since[i] == 0)
            return false;
    return true;
}

static void closing_take(struct bx_till *till, const struct bx_row *row)
{
    struct bx_opening *opening = &till->shifts.opening;
    struct bx_report report;
    if (bx_report_decode(row->body, row->len, &report, NULL)) {
        bx_till_log(till, "a closing, entry %lld, cannot be read", (long long)row->head.seq);
        return;
    }
    enum bx_sum which = sum_of(report.period);
    int larger = (int)which + 1;
    if (larger < BX_SUMS && opening->ends[larger] && opening->since[larger] == 0)
        sum_add(till, &opening->sums[larger], &report);
    if (opening->since[which] == 0)
        opening->since[which] = row->head.seq;
    bx_report_finish(&report);
}

static void report_take(struct bx_till *till, const struct bx_row *row)
{
    struct bx_report report;
    if (bx_report_decode(row->body, row->len, &report, NULL)) {
        bx_till_log(till, "a Z, entry %lld, cannot be read", (long long)row->head.seq);
        return;
    }
    sum_add(till, &till->shifts.opening.sums[BX_SUM_DAY], &report);
    bx_report_finish(&report);
}

void bx_period_rows(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_opening *opening = &till->shifts.opening;
    int64_t last = count > 0 ? rows[count - 1].head.seq : 0;
    if (opening->stage == STAGE_CLOSINGS) {
        for (size_t i = 0; i < count && !is_far_enough(opening); i++)
            closing_take(till, &rows[i]);
        if (count == PAGE_CLOSINGS && !is_far_enough(opening)) {
            read_page(till, BX_KIND_CLOSING, last, PAGE_CLOSINGS);
            return;
        }
        opening->stage = STAGE_REPORTS;
        read_page(till, BX_KIND_SHIFT_CLOSE, 0, PAGE_REPORTS);
        return;
    }
    size_t taken = 0;
    while (taken < count && rows[taken].head.seq > opening->since[BX_SUM_DAY])
        report_take(till, &rows[taken++]);
    if (taken == PAGE_REPORTS) {
        read_page(till, BX_KIND_SHIFT_CLOSE, last, PAGE_REPORTS);
        return;
    }
    closings_push(till);
    opening_end(till);
}
