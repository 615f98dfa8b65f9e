/* SPDX-License-Identifier: Apache-2.0 */
/* The row of entries waiting for the journal.
 *
 * An entry's sequence number, its number and what it takes of a lease depend on the entry before
 * it, so one at a time is under way and the body is built when its turn comes, not when it was
 * asked for. What follows from an entry (paper, sending, change on the screen) starts when the
 * journal has said DONE and in no other place.
 *
 * UNKNOWN keeps the entry at the head of the row: nothing else is committed, nothing is handed out,
 * and the journal is asked to look for it, again and again, until it can tell. */

#include "core.h"

#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/domain/price.h"

enum { RESOLVE_AGAIN_MS = 10000 };

void bx_intent_finish(struct bx_intent *intent)
{
    if (intent->report)
        bx_report_finish(intent->report);
    bx_free(intent->sale);
    bx_free(intent->paper);
    bx_free(intent->cash);
    bx_free(intent->change);
    bx_free(intent->attempt);
    bx_free(intent->invoice);
    bx_free(intent->report);
    bx_free(intent->jobs);
    *intent = (struct bx_intent){0};
}

void bx_commits_finish(struct bx_commits *commits)
{
    for (size_t i = 0; i < commits->count; i++)
        bx_intent_finish(&commits->queue[(commits->first + i) % INTENTS_MAX]);
    commits->count = 0;
}

static struct bx_intent *front(struct bx_till *till)
{
    return &till->commits.queue[till->commits.first];
}

static bool is_of_people(enum bx_kind kind)
{
    return kind == BX_KIND_LOGIN || kind == BX_KIND_LOGIN_FAILED || kind == BX_KIND_LOGOUT;
}

/* Rung up and paid on a desk. */
static bool is_of_desk(enum bx_kind kind)
{
    return kind == BX_KIND_SALE || kind == BX_KIND_EXCHANGE;
}

/* Written by the till itself: nobody waits for it. */
static bool is_told_by_nobody(enum bx_kind kind)
{
    return kind == BX_KIND_OFFLINE_START || kind == BX_KIND_OFFLINE_END ||
           kind == BX_KIND_CLOCK_JUMP || kind == BX_KIND_SIGN_LOST || kind == BX_KIND_SIGN_BACK;
}

/* Tells everybody who waits for INTENT that it will not be. */
static void refuse(struct bx_till *till, const struct bx_intent *intent,
                   const struct bx_fault *fault)
{
    struct bx_desk *desk = bx_desk_of(till, intent->origin);
    bx_till_log(till, "not written: %s: %s", bx_kind_word(intent->kind), fault->detail);
    if (intent->sale)
        bx_leases_sold(till, intent->sale->uses, intent->sale->use_count, false);
    if (intent->after) {
        intent->after(till, intent, NULL, NULL, fault);
    } else if (is_of_desk(intent->kind)) {
        if (desk)
            bx_desk_committed(till, desk, false);
        if (intent->origin == 0)
            bx_counter_unsold(till, fault);
        if (intent->origin == 0 && fault->err == BX_ERR_CLASH)
            bx_draft_look(till);
    } else if (is_of_people(intent->kind)) {
        bx_people_committed(till, intent, fault);
    } else if (intent->origin == 0 && !is_told_by_nobody(intent->kind)) {
        bx_say(till, BX_TONE_BAD, "%s", fault->say);
    }
    if (intent->origin != 0)
        bx_command_ended(till, intent->origin, BX_REFUSED, fault);
}

static bool moves_cash(const struct bx_sale *sale)
{
    for (int i = 0; i < sale->tender_count; i++)
        if (sale->tenders[i].kind == BX_TENDER_CASH && sale->tenders[i].received.minor != 0)
            return true;
    return false;
}

static void sold(struct bx_till *till, const struct bx_intent *intent,
                 const struct bx_entry_head *head, const struct bx_ref *ref)
{
    struct bx_desk *desk = bx_desk_of(till, intent->origin);
    bx_returns_follow(till, intent, head);
    if (moves_cash(intent->sale))
        bx_drawer_open(till, ref, intent->sale->drawer, intent->sale->training);
    if (desk && desk->deal.invoice && intent->origin == 0)
        BX_TEXT_COPY(till->counter.bill, head->number);
    if (desk)
        bx_desk_committed(till, desk, true);
    if (intent->origin == 0)
        bx_counter_sold(till, head, intent->sale);
    else
        bx_command_sold(till, head, &ref->hash, intent->sale);
}

/* What every entry of its kind brings about, whoever asked for it. */
static void state_follow(struct bx_till *till, const struct bx_intent *intent,
                         const struct bx_entry_head *head, const struct bx_ref *ref)
{
    if (intent->sale)
        bx_leases_sold(till, intent->sale->uses, intent->sale->use_count, true);
    /* A reprint's are bx_papers_committed()'s. */
    if (!intent->paper && intent->job_count > 0)
        bx_papers_new(till, ref, head, intent->sale, intent->jobs, intent->job_count);
    bx_shifts_follow(till, head, intent->cash, intent->report);
    switch ((int)intent->kind) {
    case BX_KIND_SHIFT_OPEN:
        till->shift = head->shift;
        till->next_shift = head->shift + 1;
        till->shift_opened = head->at;
        till->shift_seq = head->seq;
        break;
    case BX_KIND_SHIFT_CLOSE:
        till->shift = till->shift_seq = 0;
        till->shift_opened = (bx_utc){0};
        bx_figures_clear(&till->figures);
        break;
    case BX_KIND_TRAINING_ON: till->training = true; break;
    case BX_KIND_TRAINING_OFF: till->training = false; break;
    }
}

static void follow(struct bx_till *till, struct bx_intent *intent, const struct bx_entry_head *head,
                   const struct bx_ref *ref)
{
    state_follow(till, intent, head, ref);
    if (intent->after) {
        intent->after(till, intent, head, ref, NULL);
    } else if (is_of_desk(intent->kind)) {
        sold(till, intent, head, ref);
        return;
    } else if (is_of_people(intent->kind)) {
        bx_people_committed(till, intent, NULL);
    } else if (intent->paper || intent->kind == BX_KIND_PRINT_ANSWER) {
        bx_papers_committed(till, intent, head, ref);
    } else if (intent->kind == BX_KIND_SETTLE) {
        bx_link_settled(till);
        if (intent->origin == 0)
            bx_say(till, BX_TONE_GOOD, "Settled.");
    }
    if (intent->origin != 0) {
        bx_command_entry(till, intent->origin, head, ref);
        bx_command_ended(till, intent->origin, BX_DONE, NULL);
    }
}

static enum bx_series series_of(const struct bx_intent *intent)
{
    return bx_series_of(intent->kind, intent->sale && intent->sale->training);
}

static void content_of(const struct bx_intent *intent, struct bx_content *ret)
{
    *ret = (struct bx_content){.sale = intent->sale,
                               .paper = intent->paper,
                               .cash = intent->cash,
                               .change = intent->change,
                               .attempt = intent->attempt,
                               .invoice = intent->invoice,
                               .report = intent->report,
                               .about = intent->about,
                               .n = intent->n};
}

/* The columns of the entry that is at the front now. The same moment gives the same head, so that
 * it can be made again when the answer is here. */
static void head_make(struct bx_till *till, struct bx_intent *intent, struct bx_entry_head *head)
{
    if (bx_id_is_zero(&intent->id))
        intent->id = intent->sale ? intent->sale->basket.id : bx_till_id(till);
    *head = (struct bx_entry_head){.till = till->till,
                                   .incarnation = till->incarnation,
                                   .seq = till->next_seq,
                                   .id = intent->id,
                                   .kind = intent->kind,
                                   .at = till->turn.utc,
                                   .boot = till->turn.mono.ns,
                                   .shift = till->shift,
                                   .user = intent->user ? intent->user : till->people.user};
    if (intent->kind == BX_KIND_SHIFT_OPEN)
        head->shift = till->next_shift;
    enum bx_series series = series_of(intent);
    if (series != BX_SERIES_NONE)
        bx_number_format(till->till, series, till->next_number[series], head->number);
}

/* What cannot be added up could be on no Z, and a shift without one would never end. Only what
 * moves money is refused for it. */
static int sums_check(const struct bx_till *till, const struct bx_intent *intent,
                      const struct bx_entry_head *head, struct bx_fault *fault)
{
    static const struct bx_figures none = {0};
    struct bx_content content;
    struct bx_figures own = {0};
    struct bx_perpetual total = till->perpetual;
    if (!intent->sale && !intent->cash && !intent->change)
        return 0;
    content_of(intent, &content);
    bool opens = intent->kind == BX_KIND_SHIFT_OPEN;
    bool fits = bx_figures_of(&own, head, &content) == 0 &&
                bx_figures_fit(opens ? &none : &till->figures, &own) &&
                bx_money_add(total.sales, bx_money_of(bx_figures_sum(&own, "sale", NULL)),
                             &total.sales) == 0 &&
                bx_money_add(total.returns, bx_money_of(bx_figures_sum(&own, "return", NULL)),
                             &total.returns) == 0;
    bx_figures_finish(&own);
    return fits ? 0
                : bx_fault_set(fault, BX_ERR_REFUSED,
                               "This is more than can be added up in one shift.", "%s",
                               bx_kind_word(intent->kind));
}

/* What was begun while a shift was open may be ended when it is closed. */
static int shift_needed(const struct bx_intent *intent, const struct bx_entry_head *head,
                        struct bx_fault *fault)
{
    bool moves =
        intent->sale || intent->cash || intent->change || intent->kind == BX_KIND_SHIFT_CLOSE;
    if (head->shift != 0 || !moves)
        return 0;
    return bx_fault_say(fault, BX_ERR_REFUSED, "No shift is open: S opens one.");
}

static int body_make(struct bx_till *till, struct bx_intent *intent,
                     const struct bx_entry_head *head, struct bx_buf *body, struct bx_fault *fault)
{
    struct bx_content content;
    int err = shift_needed(intent, head, fault);
    if (err)
        return err;
    if (intent->sale)
        bx_leases_uses(till, intent->sale);
    if (intent->sale && intent->sale->drawer == 0)
        intent->sale->drawer = bx_till_drawer(till);
    if (intent->kind == BX_KIND_COUNT) /* after all that was stored before it */
        intent->cash->expected = bx_drawer_holds(till, intent->cash->drawer);
    if (intent->fill)
        err = intent->fill(till, intent, fault);
    if (!err && intent->sale)
        err = bx_sale_check(intent->sale, fault);
    if (!err && intent->report)
        err = bx_report_check(intent->report, fault);
    if (!err)
        err = sums_check(till, intent, head, fault);
    if (err)
        return err;
    content_of(intent, &content);
    if (bx_content_write(head, &content, body))
        return bx_fault_set(fault, BX_ERR_FULL, "This is too large for one entry of the journal.",
                            "a body of more than %d bytes", BX_BODY_MAX);
    return 0;
}

static void jobs_fill(struct bx_till *till, struct bx_intent *intent,
                      const struct bx_entry_head *head)
{
    for (size_t i = 0; i < intent->job_count; i++) {
        struct bx_print_job *job = &intent->jobs[i];
        job->id = bx_till_id(till);
        job->seq = head->seq;
        if (job->sale == 0)
            job->sale = head->seq;
        job->state = BX_JOB_NEW;
        job->at = till->turn.utc;
    }
}

#define HELD(member) \
    (intent->member ? bx_effects_hold(out, intent->member, sizeof(*intent->member)) : NULL)

/* The same in the queue's memory. A report's rows stay the intent's, which outlives the effect. */
static struct bx_content content_held(struct bx_effects *out, const struct bx_intent *intent)
{
    return (struct bx_content){.sale = HELD(sale),
                               .paper = HELD(paper),
                               .cash = HELD(cash),
                               .change = HELD(change),
                               .attempt = HELD(attempt),
                               .invoice = HELD(invoice),
                               .report = HELD(report),
                               .about = bx_effects_hold(out, intent->about, strlen(intent->about)),
                               .n = intent->n};
}

static void hand_over(struct bx_till *till, struct bx_intent *intent,
                      const struct bx_entry_head *head, const struct bx_buf *body)
{
    struct bx_effects *out = till->out;
    struct bx_effect *effect = bx_effects_add(out, BX_EFFECT_COMMIT);
    struct bx_commit *commit = &effect->of.commit;
    effect->request = till->commits.request = bx_till_request(till);
    commit->head = *head;
    commit->prev = till->head;
    commit->body = bx_effects_hold(out, bx_buf_text(body), body->len);
    commit->len = body->len;
    commit->series = series_of(intent);
    commit->number = commit->series == BX_SERIES_NONE ? 0 : till->next_number[commit->series];
    commit->content = content_held(out, intent);
    if (intent->job_count > 0)
        commit->jobs =
            bx_effects_hold(out, intent->jobs, intent->job_count * sizeof(*intent->jobs));
    commit->job_count = intent->job_count;
    commit->sign = bx_fiscal_wants(till, intent->kind, intent->sale);
    till->commits.head = *head;
}

static void drop_front(struct bx_till *till, struct bx_intent *ret)
{
    struct bx_commits *commits = &till->commits;
    *ret = *front(till);
    *front(till) = (struct bx_intent){0};
    commits->first = (commits->first + 1) % INTENTS_MAX;
    commits->count--;
    commits->request = 0;
}

/* Hands the next entry to the journal when none is under way. */
static void pump(struct bx_till *till)
{
    struct bx_commits *commits = &till->commits;
    while (commits->count > 0 && commits->request == 0 && !commits->stopped) {
        struct bx_intent *intent = front(till);
        struct bx_entry_head head;
        struct bx_fault fault = {0};
        bx_buf_auto body;
        bx_buf_init(&body, BX_BODY_MAX);
        head_make(till, intent, &head);
        if (body_make(till, intent, &head, &body, &fault) == 0) {
            jobs_fill(till, intent, &head);
            hand_over(till, intent, &head, &body);
            return;
        }
        struct bx_intent gone;
        drop_front(till, &gone);
        refuse(till, &gone, &fault);
        bx_intent_finish(&gone);
    }
}

void bx_commit_push(struct bx_till *till, struct bx_intent *taken)
{
    struct bx_commits *commits = &till->commits;
    if (commits->count == INTENTS_MAX || till->till == 0) {
        struct bx_fault fault = {0};
        bx_fault_set(&fault, till->till == 0 ? BX_ERR_REFUSED : BX_ERR_BUSY,
                     till->till == 0 ? "This till is not enrolled yet."
                                     : "The journal is busy. Try again in a moment.",
                     "no room for another entry");
        if (taken->sale)
            bx_leases_uses(till, taken->sale);
        struct bx_intent gone = *taken;
        *taken = (struct bx_intent){0};
        refuse(till, &gone, &fault);
        bx_intent_finish(&gone);
        return;
    }
    commits->queue[(commits->first + commits->count++) % INTENTS_MAX] = *taken;
    *taken = (struct bx_intent){0};
    pump(till);
}

void bx_commit_note(struct bx_till *till, enum bx_kind kind, const char *about, int64_t n)
{
    struct bx_intent intent = {.kind = kind, .n = n};
    BX_TEXT_COPY(intent.about, about);
    bx_commit_push(till, &intent);
}

void bx_commit_cash(struct bx_till *till, bx_origin origin, enum bx_kind kind,
                    const struct bx_cash_entry *cash, bx_intent_after after)
{
    struct bx_intent intent = {.kind = kind, .origin = origin, .after = after};
    intent.cash = bx_new(struct bx_cash_entry);
    *intent.cash = *cash;
    bx_commit_push(till, &intent);
}

static void resolve(struct bx_till *till)
{
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_RESOLVE);
    effect->request = till->commits.request = bx_till_request(till);
    effect->of.resolve = front(till)->id;
}

/* The journal cannot say. Nothing is handed out until it can. */
static void unknown(struct bx_till *till, const struct bx_fault *fault)
{
    struct bx_commits *commits = &till->commits;
    bx_till_log(till, "unknown: %s: %s", bx_kind_word(front(till)->kind), fault->detail);
    if (!commits->resolving) {
        commits->resolving = true;
        commits->unknown_since = till->turn.utc;
        bx_counter_stopped(till, true);
        resolve(till);
        return;
    }
    if (!commits->stopped && front(till)->origin != 0)
        bx_command_ended(till, front(till)->origin, BX_UNKNOWN, fault);
    commits->stopped = true;
    commits->request = 0;
    commits->resolve_at = bx_mono_plus_ms(till->turn.mono, RESOLVE_AGAIN_MS);
}

/* The journal adds the same rows in the entry's transaction. */
static void figures_follow(struct bx_till *till, const struct bx_intent *intent,
                           const struct bx_entry_head *head)
{
    struct bx_content content;
    struct bx_figures own = {0};
    struct bx_perpetual *total = &till->perpetual;
    content_of(intent, &content);
    if (intent->kind == BX_KIND_SHIFT_OPEN)
        bx_figures_clear(&till->figures);
    if (bx_figures_of(&own, head, &content) ||
        (head->shift != 0 && bx_figures_merge(&till->figures, &own)))
        bx_till_log(till, "the figures of the shift are full at entry %lld", (long long)head->seq);
    int64_t sold = bx_figures_sum(&own, "sale", NULL);
    int64_t returned = bx_figures_sum(&own, "return", NULL);
    if (bx_money_add(total->sales, bx_money_of(sold), &total->sales) ||
        bx_money_add(total->returns, bx_money_of(returned), &total->returns))
        bx_till_log(till, "the perpetual totals are full");
    bx_figures_finish(&own);
}

static void done(struct bx_till *till, const struct bx_ref *ref)
{
    struct bx_commits *commits = &till->commits;
    struct bx_entry_head head = commits->head;
    struct bx_intent intent;
    drop_front(till, &intent);
    till->next_seq = head.seq + 1;
    till->head = ref->hash;
    till->last_at = head.at;
    till->last_boot = head.boot;
    if (series_of(&intent) != BX_SERIES_NONE)
        till->next_number[series_of(&intent)]++;
    till->link.queued++;
    figures_follow(till, &intent, &head);
    bx_fiscal_committed(till, &head, intent.sale);
    follow(till, &intent, &head, ref);
    bx_intent_finish(&intent);
    bx_link_kick(till);
}

void bx_commit_stored(struct bx_till *till, const struct bx_event *event)
{
    struct bx_commits *commits = &till->commits;
    if (event->of.stored.outcome == BX_UNKNOWN) {
        unknown(till, &event->of.stored.fault);
        return;
    }
    if (commits->resolving) {
        commits->resolving = commits->stopped = false;
        commits->resolve_at = (bx_mono){0};
        bx_counter_stopped(till, false);
    }
    if (event->of.stored.outcome == BX_DONE) {
        done(till, &event->of.stored.ref);
    } else {
        struct bx_intent intent;
        drop_front(till, &intent);
        refuse(till, &intent, &event->of.stored.fault);
        bx_intent_finish(&intent);
    }
    pump(till);
}

void bx_commit_tick(struct bx_till *till)
{
    struct bx_commits *commits = &till->commits;
    if (!commits->stopped || !bx_mono_is_due(till->turn.mono, commits->resolve_at))
        return;
    commits->resolve_at = (bx_mono){0};
    resolve(till);
}
