/* SPDX-License-Identifier: Apache-2.0 */
/* Closing a shift. Each drawer is counted blind: what should be in it is told to nobody before it
 * was counted, and, when that differs, counted once more; both counts are kept, and each that was
 * told to differ is an entry: neither a restart nor a coin paid in makes it a first one again in
 * silence. What then differs
 * by more than the first limit wants a reason, by more than the next a supervisor. The Z ends the
 * shift for good: there is no entry that opens it again. */

#include "screens.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

#define CLOSING "closing" /* what a count of the closing says it is for */

bx_money bx_closing_difference(const struct bx_drawer_close *drawer)
{
    return bx_money_of(drawer->counted.minor - drawer->expected.minor);
}

static int64_t magnitude(bx_money amount)
{
    return amount.minor < 0 ? -amount.minor : amount.minor;
}

/* --- beginning ----------------------------------------------------------------------------------
 */

static int open_check(const struct bx_till *till, struct bx_fault *fault)
{
    int err = bx_may_act(till, fault);
    if (err)
        return err;
    if (till->shift == 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "No shift is open.");
    if (till->desk.tendering || till->desk.committing)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "A payment is open: finish it before the shift is closed.");
    if (till->training)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "The till is in training: end it before the shift is closed.");
    if (till->shifts.load_request)
        return bx_fault_say(fault, BX_ERR_BUSY, "The last shift is being looked up: one moment.");
    if (till->shifts.reporting.then)
        return bx_fault_say(fault, BX_ERR_BUSY, "A report is being made: one moment.");
    return 0;
}

static bool has_moved(const struct bx_till *till, int drawer)
{
    char prefix[3] = {(char)('0' + drawer), '/', '\0'};
    for (size_t i = 0; i < till->figures.count; i++)
        if (strcmp(till->figures.rows[i].what, "drawer") == 0 &&
            strncmp(till->figures.rows[i].name, prefix, 2) == 0)
            return true;
    return till->shifts.holders[drawer] != 0;
}

/* What was counted stands only as long as nothing moved since. */
static void drawers_make(struct bx_till *till)
{
    struct bx_closing *closing = &till->shifts.closing;
    struct bx_closing before = *closing;
    *closing = (struct bx_closing){.shift = till->shift};
    for (int drawer = 1; drawer <= BX_DRAWERS_MAX; drawer++) {
        if (!has_moved(till, drawer))
            continue;
        struct bx_drawer_close row = {.drawer = drawer, .expected = bx_drawer_holds(till, drawer)};
        int counts = 0;
        for (int i = 0; before.shift == till->shift && i < before.drawer_count; i++)
            if (before.drawers[i].drawer == drawer &&
                before.drawers[i].expected.minor == row.expected.minor) {
                row = before.drawers[i];
                counts = before.counts[i];
            }
        closing->drawers[closing->drawer_count] = row;
        closing->counts[closing->drawer_count++] = counts;
    }
}

int bx_closing_begin(struct bx_till *till, bx_origin origin, struct bx_fault *fault)
{
    (void)origin;
    int err = open_check(till, fault);
    if (!err)
        drawers_make(till);
    return err;
}

static int index_of(const struct bx_closing *closing, int drawer)
{
    for (int i = 0; i < closing->drawer_count; i++)
        if (closing->drawers[i].drawer == drawer)
            return i;
    return -1;
}

/* --- counting -----------------------------------------------------------------------------------
 */

static void count_put(struct bx_till *till, int at, const struct bx_cash_entry *cash)
{
    struct bx_closing *closing = &till->shifts.closing;
    struct bx_drawer_close *row = &closing->drawers[at];
    if (closing->counts[at] == 0)
        row->first_count = cash->amount;
    row->counted = cash->amount;
    row->was_counted = true;
    row->piece_count = cash->piece_count;
    memcpy(row->pieces, cash->pieces, sizeof(row->pieces));
    row->next_float = till->shifts.next_float[row->drawer];
    if (row->next_float.minor > row->counted.minor)
        row->next_float = row->counted;
    row->deposit = bx_money_of(row->counted.minor - row->next_float.minor);
    closing->counts[at]++;
}

int bx_closing_count(struct bx_till *till, int drawer, const struct bx_cash_entry *cash,
                     struct bx_fault *fault)
{
    struct bx_closing *closing = &till->shifts.closing;
    int at = index_of(closing, drawer);
    if (at < 0)
        return bx_fault_say(fault, BX_ERR_MISSING, "Drawer %d was not used in this shift.", drawer);
    char stands[BX_MONEY_TEXT];
    bx_money counted = closing->drawers[at].counted;
    if (closing->counts[at] >= 2 && cash->amount.minor == counted.minor)
        return 0; /* said again, as by a command that comes back with its reason */
    if (closing->counts[at] >= 2)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "Drawer %d was counted twice, and %s stands: close with that amount, "
                            "or with none.",
                            drawer, bx_counter_money(till, counted, stands));
    count_put(till, at, cash);
    if (bx_closing_difference(&closing->drawers[at]).minor == 0)
        return 0;
    struct bx_cash_entry told = *cash;
    told.drawer = drawer;
    told.warrant = (struct bx_warrant){.what = {CLOSING}};
    bx_commit_cash(till, 0, BX_KIND_COUNT, &told, NULL);
    return closing->counts[at] == 1 ? 1 : 0;
}

void bx_closing_recall(struct bx_till *till, const struct bx_cash_entry *cash)
{
    struct bx_closing *closing = &till->shifts.closing;
    if (strcmp(cash->warrant.what.s, CLOSING) != 0)
        return;
    if (closing->shift != till->shift)
        *closing = (struct bx_closing){.shift = till->shift};
    int at = index_of(closing, cash->drawer);
    if (at < 0)
        at = closing->drawer_count++;
    struct bx_drawer_close *row = &closing->drawers[at];
    if (row->drawer == 0 || row->expected.minor != cash->expected.minor) {
        *row = (struct bx_drawer_close){.drawer = cash->drawer, .expected = cash->expected};
        closing->counts[at] = 0;
    }
    count_put(till, at, cash);
}

int bx_closing_put(struct bx_till *till, int drawer, bx_money next_float, const char *bag,
                   struct bx_fault *fault)
{
    struct bx_closing *closing = &till->shifts.closing;
    int at = index_of(closing, drawer);
    if (at < 0 || !closing->drawers[at].was_counted)
        return bx_fault_say(fault, BX_ERR_REFUSED, "Drawer %d is not counted yet.", drawer);
    struct bx_drawer_close *row = &closing->drawers[at];
    if (next_float.minor < 0 || next_float.minor > row->counted.minor)
        return bx_fault_say(fault, BX_ERR_REFUSED, "The next float is at most what was counted.");
    row->next_float = next_float;
    row->deposit = bx_money_of(row->counted.minor - next_float.minor);
    BX_TEXT_COPY(row->bag, bag);
    return 0;
}

/* --- the Z --------------------------------------------------------------------------------------
 */

static int z_fill(struct bx_till *till, struct bx_intent *intent, struct bx_fault *fault)
{
    const struct bx_closing *closing = &till->shifts.closing;
    struct bx_report *report = intent->report;
    bx_report_fill(till, till->shifts.reporting.unsent, report);
    for (int i = 0; i < closing->drawer_count; i++) {
        struct bx_drawer_close row = closing->drawers[i];
        int at = 0;
        while (at < report->drawer_count && report->drawers[at].drawer != row.drawer)
            at++;
        if (at == report->drawer_count || report->drawers[at].expected.minor != row.expected.minor)
            return bx_fault_say(fault, BX_ERR_REFUSED,
                                "Something moved since drawer %d was counted: count again.",
                                row.drawer);
        report->drawers[at] = row;
    }
    return 0;
}

static void z_after(struct bx_till *till, const struct bx_intent *intent,
                    const struct bx_entry_head *head, const struct bx_ref *ref,
                    const struct bx_fault *fault)
{
    (void)ref;
    till->shifts.reporting.then = NULL;
    if (fault) {
        if (intent->origin == 0)
            bx_counter_fault(till, fault);
        return;
    }
    if (intent->origin == 0) {
        bx_report_show(till, head, intent->report);
        bx_say(till, BX_TONE_GOOD, "Shift %" PRId64 " is closed: %s.", head->shift, head->number);
    } else {
        bx_report_put(till, head, intent->report);
    }
}

static void z_push(struct bx_till *till, int64_t unsent)
{
    struct bx_intent intent = {.kind = BX_KIND_SHIFT_CLOSE,
                               .origin = till->shifts.reporting.origin,
                               .after = z_after,
                               .fill = z_fill};
    till->shifts.reporting.unsent = unsent;
    intent.report = bx_new(struct bx_report);
    bx_papers_want(&intent, BX_JOB_REPORT);
    bx_commit_push(till, &intent);
}

/* WARRANT is for what differs; it stands with each drawer that does. */
static void end_done(struct bx_till *till, bx_origin origin, const struct bx_warrant *warrant,
                     const void *arg)
{
    struct bx_closing *closing = &till->shifts.closing;
    (void)arg;
    for (int i = 0; i < closing->drawer_count; i++)
        if (bx_closing_difference(&closing->drawers[i]).minor != 0)
            closing->drawers[i].warrant = *warrant;
    bx_reporting_begin(till, origin, 0, 0, z_push);
}

int bx_closing_end(struct bx_till *till, bx_origin origin, struct bx_fault *fault)
{
    struct bx_closing *closing = &till->shifts.closing;
    const struct bx_limits *limits = till->programme ? &till->programme->limits : NULL;
    struct bx_warrant_ask ask = {.origin = origin, .action = "difference", .done = end_done};
    int64_t most = 0;
    char amount[BX_MONEY_TEXT];
    int err = open_check(till, fault);
    if (err)
        return err;
    for (int i = 0; i < closing->drawer_count; i++) {
        const struct bx_drawer_close *row = &closing->drawers[i];
        if (!row->was_counted)
            return bx_fault_say(fault, BX_ERR_REFUSED, "Drawer %d is not counted yet.",
                                row->drawer);
        if (magnitude(bx_closing_difference(row)) > most)
            most = magnitude(bx_closing_difference(row));
    }
    bool wants_reason =
        limits && limits->difference_reason.at > 0 ? most > limits->difference_reason.at : most > 0;
    if (wants_reason)
        ask.need = BX_NEED_REASON;
    if (limits && limits->difference_approve.at > 0 && most > limits->difference_approve.at)
        ask.need = BX_NEED_SUPERVISOR;
    if (ask.need == BX_NEED_NOTHING) {
        end_done(till, origin, &(struct bx_warrant){0}, NULL);
        return 0;
    }
    BX_TEXT_COPY(ask.title, bx_word("The drawer differs"));
    bx_words_print(ask.text, sizeof(ask.text), "Counted and expected differ by %s.",
                   bx_counter_money(till, bx_money_of(most), amount));
    return bx_warrant_ask(till, &ask, fault);
}

/* --- on the screen ------------------------------------------------------------------------------
 */

/* The next drawer that still has to be counted; -1 none. */
static int uncounted(const struct bx_closing *closing)
{
    for (int i = 0; i < closing->drawer_count; i++) {
        bool differs = bx_closing_difference(&closing->drawers[i]).minor != 0;
        if (closing->counts[i] == 0 || (closing->counts[i] == 1 && differs))
            return i;
    }
    return -1;
}

static void open_words(const struct bx_till *till, char *out, size_t size)
{
    int unsure = 0;
    for (size_t i = 0; i < till->papers.count; i++)
        unsure += till->papers.jobs[i].state == BX_JOB_UNSURE;
    bx_words_print(out, size, "%d parked, %lld not sent, %lld need attention, %d prints unsure.",
                   bx_parked_count(till), (long long)till->link.queued,
                   (long long)till->link.attention, unsure);
}

static void count_fields(struct bx_till *till, struct bx_form *form)
{
    const struct bx_closing *closing = &till->shifts.closing;
    int at = closing->at;
    if (closing->drawer_count > 1)
        bx_words_print(form->title, sizeof(form->title), "Close the shift: count drawer %d",
                       closing->drawers[at].drawer);
    if (closing->counts[at] > 0)
        BX_TEXT_COPY(form->text, bx_word("That is not what is expected. Count once more."));
    else
        open_words(till, form->text, sizeof(form->text));
    bx_form_coins(till, form);
    if (form->count == 0)
        bx_form_amount(form, "Counted");
}

static void count_open(struct bx_till *till);

static int count_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    struct bx_closing *closing = &till->shifts.closing;
    struct bx_cash_entry cash = {0};
    const struct bx_field *amount =
        form->fields[0].kind == BX_FIELD_AMOUNT ? &form->fields[0] : NULL;
    bx_form_cash(form, amount, &cash);
    int err = bx_closing_count(till, closing->drawers[closing->at].drawer, &cash, fault);
    if (err < 0)
        return err;
    bx_form_close(till, form);
    count_open(till);
    return BX_FORM_STAYS;
}

static const struct bx_form_kind count_form = {BX_WORD("Close the shift: count the drawer"),
                                               count_fields, NULL, count_done, NULL};

/* --- next float, bag, and the last word ---------------------------------------------------------
 */

static void rest_fields(struct bx_till *till, struct bx_form *form)
{
    const struct bx_closing *closing = &till->shifts.closing;
    const struct bx_drawer_close *row = &closing->drawers[closing->at];
    char counted[BX_MONEY_TEXT], expected[BX_MONEY_TEXT], off[BX_MONEY_TEXT];
    bx_words_print(form->text, sizeof(form->text), "Counted %s, expected %s, difference %s.",
                   bx_counter_money(till, row->counted, counted),
                   bx_counter_money(till, row->expected, expected),
                   bx_counter_money(till, bx_closing_difference(row), off));
    if (closing->drawer_count > 1)
        bx_words_print(form->title, sizeof(form->title), "Close the shift: drawer %d", row->drawer);
    struct bx_field *next = bx_form_amount(form, "Stays as next float");
    next->most = row->counted.minor;
    next->filled = true;
    next->n = row->next_float.minor;
    snprintf(next->text, sizeof(next->text), "%" PRId64, row->next_float.minor);
    bx_form_text(form, "Bag number", 20, true);
}

static void rest_open(struct bx_till *till);

static int rest_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    struct bx_closing *closing = &till->shifts.closing;
    int err = bx_closing_put(till, closing->drawers[closing->at].drawer,
                             bx_money_of(form->fields[0].n), form->fields[1].text, fault);
    if (err)
        return err;
    bx_form_close(till, form);
    closing->at++;
    rest_open(till);
    return BX_FORM_STAYS;
}

static const struct bx_form_kind rest_form = {BX_WORD("Close the shift"), rest_fields, NULL,
                                              rest_done, NULL};

static void rest_open(struct bx_till *till)
{
    const struct bx_closing *closing = &till->shifts.closing;
    char deposit[BX_MONEY_TEXT];
    bx_money sum = {0};
    if (closing->at < closing->drawer_count) {
        bx_form_open(till, &rest_form, NULL, 0);
        return;
    }
    for (int i = 0; i < closing->drawer_count; i++)
        sum.minor += closing->drawers[i].deposit.minor;
    bx_ask(till, BX_ASK_CLOSE, "y close", "Close the shift",
           "Deposit %s. The shift cannot be opened again. Close it?",
           bx_counter_money(till, sum, deposit));
}

static void count_open(struct bx_till *till)
{
    struct bx_closing *closing = &till->shifts.closing;
    int at = uncounted(closing);
    closing->at = at < 0 ? 0 : at;
    if (at < 0)
        rest_open(till);
    else
        bx_form_open(till, &count_form, NULL, 0);
}

void bx_closing_form(struct bx_till *till)
{
    struct bx_fault fault = {0};
    if (bx_closing_begin(till, 0, &fault))
        bx_counter_fault(till, &fault);
    else
        count_open(till);
}
