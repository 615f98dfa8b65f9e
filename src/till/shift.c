/* SPDX-License-Identifier: Apache-2.0 */
/* Which shift is open, and who has which drawer.
 *
 * What a drawer should hold is a sum of figures and nothing else. Who has it, with a drawer for
 * each cashier, is told by entries too: whoever opened the shift has the drawer of its float, and a
 * hand-over gives one on. So a start reads them back and remembers nothing of its own. */

#include "core.h"

#include <inttypes.h>
#include <string.h>

enum { LOAD_Z, LOAD_COUNTS, LOAD_HAND_OVERS, LOAD_OPENER, LOAD_DONE };

static void load(struct bx_till *till, int stage)
{
    struct bx_shifts *shifts = &till->shifts;
    bool drawers = till->config.drawers > 1 && till->shift != 0;
    shifts->load_stage = stage;
    shifts->load_request = 0;
    if (stage == LOAD_DONE || (stage == LOAD_COUNTS && till->shift == 0) ||
        (stage > LOAD_COUNTS && !drawers))
        return;
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    effect->request = shifts->load_request = bx_till_request(till);
    effect->of.query = (struct bx_query){.kind = BX_QUERY_KIND,
                                         .entry_kind = BX_KIND_SHIFT_CLOSE,
                                         .limit = stage == LOAD_Z ? 1 : BX_ROWS_MAX};
    if (stage == LOAD_COUNTS)
        effect->of.query.entry_kind = BX_KIND_COUNT;
    if (stage == LOAD_HAND_OVERS)
        effect->of.query.entry_kind = BX_KIND_HAND_OVER;
    if (stage == LOAD_OPENER)
        effect->of.query =
            (struct bx_query){.kind = BX_QUERY_FROM, .from = till->shift_seq, .limit = 1};
}

void bx_shifts_start(struct bx_till *till)
{
    load(till, LOAD_Z);
}

static void opening_finish(struct bx_opening *opening)
{
    for (int i = 0; i < BX_SUMS; i++)
        bx_report_finish(&opening->sums[i]);
    *opening = (struct bx_opening){0};
}

void bx_shifts_finish(struct bx_shifts *shifts)
{
    opening_finish(&shifts->opening);
    if (shifts->reporting.report)
        bx_report_finish(shifts->reporting.report);
    bx_free(shifts->reporting.report);
    bx_free(shifts->reporting.head);
    bx_figures_finish(&shifts->summary.figures);
    *shifts = (struct bx_shifts){0};
}

struct bx_date bx_till_day(const struct bx_till *till, bx_utc at)
{
    struct bx_date date;
    int minute;
    bx_utc_civil(at, bx_programme_offset(till->programme, at), &date, &minute);
    return date;
}

/* --- drawers ------------------------------------------------------------------------------------
 */

int bx_till_drawer(const struct bx_till *till)
{
    if (till->config.drawers <= 1)
        return 1;
    for (int i = 1; i <= BX_DRAWERS_MAX; i++)
        if (till->people.user != 0 && till->shifts.holders[i] == till->people.user)
            return i;
    return 0;
}

int bx_drawer_free(const struct bx_till *till)
{
    for (int i = 1; i <= BX_DRAWERS_MAX && i <= till->config.drawers; i++)
        if (till->shifts.holders[i] == 0)
            return i;
    return 0;
}

bx_money bx_drawer_holds(const struct bx_till *till, int drawer)
{
    char prefix[3] = {(char)('0' + drawer % 10), '/', '\0'};
    return bx_money_of(bx_figures_sum(&till->figures, "drawer", prefix));
}

bool bx_drawer_is_full(const struct bx_till *till)
{
    const struct bx_programme *programme = till->programme;
    int64_t limit = programme ? programme->limits.drawer_cash.at : 0;
    int drawer = bx_till_drawer(till);
    return limit > 0 && drawer > 0 && bx_drawer_holds(till, drawer).minor > limit;
}

bx_money bx_drawer_expected(const struct bx_till *till)
{
    return bx_drawer_holds(till, bx_till_drawer(till));
}

void bx_drawer_open(struct bx_till *till, const struct bx_ref *ref, int drawer, bool training)
{
    if (training || till->training)
        return;
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_DRAWER);
    effect->of.drawer.proof = *ref;
    effect->of.drawer.drawer = drawer > 0 ? drawer : 1;
}

int bx_shift_check(const struct bx_till *till, struct bx_fault *fault)
{
    if (till->shift == 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "No shift is open: S opens one.");
    if (bx_till_drawer(till) == 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "You have no drawer yet: S gives you one.");
    return 0;
}

void bx_shifts_follow(struct bx_till *till, const struct bx_entry_head *head,
                      const struct bx_cash_entry *cash, const struct bx_report *report)
{
    struct bx_shifts *shifts = &till->shifts;
    int drawer = cash ? cash->drawer : 1;
    if (head->kind == BX_KIND_SHIFT_OPEN) {
        memset(shifts->holders, 0, sizeof(shifts->holders));
        shifts->closing = (struct bx_closing){0};
        shifts->holders[drawer] = head->user;
    } else if (head->kind == BX_KIND_HAND_OVER && cash) {
        shifts->holders[drawer] = cash->to;
    } else if (head->kind == BX_KIND_SHIFT_CLOSE && report) {
        memset(shifts->holders, 0, sizeof(shifts->holders));
        memset(shifts->next_float, 0, sizeof(shifts->next_float));
        shifts->closing = (struct bx_closing){0};
        for (int i = 0; i < report->drawer_count; i++)
            shifts->next_float[report->drawers[i].drawer] = report->drawers[i].next_float;
        shifts->had_z = true;
        shifts->z_day = bx_till_day(till, report->opened);
    }
}

/* --- opening ------------------------------------------------------------------------------------
 */

int bx_shift_open(struct bx_till *till, bx_origin origin, int64_t user, bool login,
                  const struct bx_cash_entry *cash, struct bx_fault *fault)
{
    struct bx_shifts *shifts = &till->shifts;
    const struct bx_user *who = till->staff ? bx_staff_user(till->staff, user) : NULL;
    if (till->till == 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "This till is not enrolled yet.");
    if (who && who->role == BX_ROLE_AUDITOR)
        return bx_fault_say(fault, BX_ERR_REFUSED, "An auditor looks, and changes nothing.");
    if (till->shift != 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "Shift %" PRId64 " is open already.",
                            till->shift);
    if (cash->drawer > 1 && cash->drawer > till->config.drawers)
        return bx_fault_say(fault, BX_ERR_MISSING, "This till has no drawer %d.", cash->drawer);
    if (shifts->opening.active || shifts->load_request)
        return bx_fault_say(fault, BX_ERR_BUSY, "The last shift is being looked up: one moment.");
    shifts->opening = (struct bx_opening){
        .active = true, .origin = origin, .user = user, .login = login, .cash = *cash};
    if (shifts->opening.cash.drawer == 0)
        shifts->opening.cash.drawer = 1;
    bx_period_begin(till);
    return 0;
}

/* --- what the journal knows ---------------------------------------------------------------------
 */

static void z_take(struct bx_till *till, const struct bx_row *row)
{
    struct bx_report report;
    if (bx_report_decode(row->body, row->len, &report, NULL)) {
        bx_till_log(till, "the last Z, entry %" PRId64 ", cannot be read", row->head.seq);
        return;
    }
    struct bx_shifts *shifts = &till->shifts;
    shifts->had_z = true;
    shifts->z_day = bx_till_day(till, report.opened);
    for (int i = 0; i < report.drawer_count; i++)
        shifts->next_float[report.drawers[i].drawer] = report.drawers[i].next_float;
    bx_report_finish(&report);
}

/* Newest first: what the closing's counts were before this life. */
static void counts_take(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_cash_entry cash;
    for (size_t i = count; i-- > 0;)
        if (rows[i].head.seq > till->shift_seq &&
            bx_cash_decode(rows[i].body, rows[i].len, &cash, NULL) == 0)
            bx_closing_recall(till, &cash);
}

/* Newest first: the last word about a drawer counts. */
static void hand_overs_take(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_cash_entry cash;
    for (size_t i = 0; i < count; i++)
        if (rows[i].head.seq > till->shift_seq &&
            bx_cash_decode(rows[i].body, rows[i].len, &cash, NULL) == 0 &&
            till->shifts.holders[cash.drawer] == 0)
            till->shifts.holders[cash.drawer] = cash.to;
}

static void opener_take(struct bx_till *till, const struct bx_row *row)
{
    struct bx_cash_entry cash = {.drawer = 1};
    if (bx_cash_decode(row->body, row->len, &cash, NULL))
        cash.drawer = 1; /* of the first version */
    if (till->shifts.holders[cash.drawer] == 0)
        till->shifts.holders[cash.drawer] = row->head.user;
}

static void loaded(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    int stage = till->shifts.load_stage;
    if (stage == LOAD_Z && count > 0)
        z_take(till, &rows[0]);
    else if (stage == LOAD_COUNTS)
        counts_take(till, rows, count);
    else if (stage == LOAD_HAND_OVERS)
        hand_overs_take(till, rows, count);
    else if (stage == LOAD_OPENER && count > 0)
        opener_take(till, &rows[0]);
    load(till, stage + 1);
}

bool bx_shifts_rows(struct bx_till *till, const struct bx_event *event)
{
    struct bx_shifts *shifts = &till->shifts;
    int64_t request = event->of.rows.request;
    const struct bx_row *rows = event->of.rows.rows;
    size_t count = event->of.rows.fault.err ? 0 : event->of.rows.count;
    if (request == shifts->load_request) {
        loaded(till, rows, count);
    } else if (request == shifts->opening.request) {
        shifts->opening.request = 0;
        if (event->of.rows.fault.err) {
            bx_origin origin = shifts->opening.origin;
            opening_finish(&shifts->opening);
            bx_refused(till, origin, &event->of.rows.fault);
        } else {
            bx_period_rows(till, rows, count);
        }
    } else if (request == shifts->reporting.request) {
        shifts->reporting.request = 0;
        bx_reporting_rows(till, rows, count);
    } else if (request == shifts->z_request) {
        shifts->z_request = 0;
        bx_report_again_rows(till, rows, count);
    } else if (request == shifts->summary.request) {
        shifts->summary.request = 0;
        bx_summary_rows(till, rows, count);
    } else {
        return false;
    }
    return true;
}

bool bx_shifts_are_busy(const struct bx_till *till)
{
    const struct bx_shifts *shifts = &till->shifts;
    return shifts->load_request || shifts->opening.active || shifts->reporting.request ||
           shifts->summary.request || shifts->z_request || till->office.want;
}

int bx_parked_count(const struct bx_till *till)
{
    return (int)till->shelf.count;
}

int64_t bx_unknown_count(const struct bx_till *till)
{
    int64_t count = 0;
    for (size_t i = 0; i < till->attempts.count; i++)
        count += till->attempts.rows[i].unknown;
    return count;
}
