/* SPDX-License-Identifier: Apache-2.0 */
/* Print jobs. A job exists because its entry does, so paper can always be made, and made once:
 * "submitting" is stored before the printer hears of it, and a job of which a byte may have left is
 * never printed again by itself. It becomes unsure, and a person looks.
 *
 * One job at a time is handed over; the next follows when the printer has said something about it.
 * What a job shows is read from its entry (the sheet), which is kept for as long as the jobs behind
 * it show the same sale. */

#include "core.h"

#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "boxtill/domain/paper.h"

enum {
    KEPT_MAX = 48, /* jobs at an end that stay in view */
    NOTE_JOBS_MAX = 512,
    RETRY_FIRST_MS = 2000,
    RETRY_MAX_MS = 30000,
    NOTE_AGAIN_MS = 5000,
    STALE_MS = 600000, /* after this a ticket is no use to the person it was for */
    CANCEL_MS = 30000
};

void bx_papers_finish(struct bx_papers *papers)
{
    papers->jobs = bx_free(papers->jobs);
    papers->marks = bx_free(papers->marks);
    papers->sheet.sale = bx_free(papers->sheet.sale);
    papers->order.sale = bx_free(papers->order.sale);
    papers->text = bx_free(papers->text);
    papers->invoice.sale = bx_free(papers->invoice.sale);
    papers->count = papers->cap = 0;
}

static bool is_over(enum bx_job_state state)
{
    return state == BX_JOB_CONFIRMED || state == BX_JOB_SENT || state == BX_JOB_CANCELLED;
}

static void job_add(struct bx_till *till, const struct bx_print_job *job)
{
    struct bx_papers *papers = &till->papers;
    if (papers->count == papers->cap) {
        papers->cap = papers->cap ? papers->cap * 2 : 64;
        papers->jobs = bx_realloc(papers->jobs, papers->cap, sizeof(*papers->jobs));
        papers->marks = bx_realloc(papers->marks, papers->cap, sizeof(*papers->marks));
    }
    papers->jobs[papers->count] = *job;
    papers->marks[papers->count++] = (struct bx_paper_mark){.born = till->turn.mono};
}

static void job_state(struct bx_till *till, size_t at, enum bx_job_state state, const char *say)
{
    struct bx_print_job *job = &till->papers.jobs[at];
    job->state = state;
    job->at = till->turn.utc;
    BX_TEXT_COPY(job->say, say);
    till->papers.marks[at].dirty = true;
}

static struct bx_effect *job_effect(struct bx_till *till, enum bx_effect_kind kind, size_t at)
{
    struct bx_effect *effect = bx_effects_add(till->out, kind);
    effect->of.print.job = till->papers.jobs[at];
    effect->of.print.proof = till->papers.marks[at].proof;
    return effect;
}

/* --- what a job shows ------------------------------------------------------------------------ */

static void sheet_fill(struct bx_papers *papers, const struct bx_entry_head *head,
                       const struct bx_hash *hash, const struct bx_sale *sale)
{
    struct bx_sheet *sheet = &papers->sheet;
    if (!sheet->sale)
        sheet->sale = bx_new(struct bx_sale);
    *sheet->sale = *sale;
    sheet->sale_seq = sheet->seq = head->seq;
    sheet->head = *head;
    sheet->sign = (struct bx_sign){0};
    sheet->hash = *hash;
    sheet->replaced = false;
    sheet->code = (struct bx_code){0};
    sheet->of_known = bx_id_is_zero(&sale->of);
    sheet->of[0] = '\0';
}

static void read(struct bx_till *till, const struct bx_query *query, const struct bx_id *job)
{
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    effect->request = till->papers.read_request = bx_till_request(till);
    effect->of.query = *query;
    till->papers.read_job = *job;
    till->papers.of_reading = false;
}

static void read_at(struct bx_till *till, int64_t seq, const struct bx_id *job)
{
    struct bx_query query = {.kind = BX_QUERY_FROM, .from = seq, .limit = 1};
    read(till, &query, job);
}

/* The number of what a correction corrects stands on its receipt. */
static void of_read(struct bx_till *till, const struct bx_id *job)
{
    struct bx_query query = {.kind = BX_QUERY_ID, .id = till->papers.sheet.sale->of, .limit = 1};
    read(till, &query, job);
    till->papers.of_reading = true;
}

static void of_take(struct bx_papers *papers, const struct bx_event *event)
{
    papers->of_reading = false;
    papers->sheet.of_known = true;
    if (event->of.rows.count > 0)
        BX_TEXT_COPY(papers->sheet.of, event->of.rows.rows[0].head.number);
}

/* Is the sheet what JOB shows? If not, fetches what is missing. */
static bool sheet_ready(struct bx_till *till, const struct bx_print_job *job)
{
    struct bx_sheet *sheet = &till->papers.sheet;
    if (bx_sheet_is_text(job)) {
        struct bx_query query;
        if (bx_sheet_text_ready(till, job))
            return true;
        if (bx_invoice_sheet_query(till, job, &query))
            read(till, &query, &job->id);
        else
            read_at(till, job->sale, &job->id);
        return false;
    }
    if (sheet->sale_seq != job->sale || (job->seq == job->sale && sheet->seq != job->sale)) {
        read_at(till, job->sale, &job->id);
        return false;
    }
    if (sheet->seq != job->seq) {
        read_at(till, job->seq, &job->id);
        return false;
    }
    if (!sheet->of_known && job->kind == BX_JOB_RECEIPT) {
        of_read(till, &job->id);
        return false;
    }
    return true;
}

static enum bx_paper_kind paper_kind(const struct bx_print_job *job)
{
    return job->kind == BX_JOB_TICKET    ? BX_PAPER_TICKET
           : job->kind == BX_JOB_VOUCHER ? BX_PAPER_VOUCHER
                                         : BX_PAPER_RECEIPT;
}

static struct bx_paper *paper_of(struct bx_till *till, const struct bx_print_job *job)
{
    const struct bx_sheet *sheet = &till->papers.sheet;
    struct bx_paper *paper = bx_new(struct bx_paper);
    bx_paper_make(paper, paper_kind(job), &sheet->head, &sheet->hash, sheet->sale, job->ticket);
    bx_paper_house(till, paper);
    if (paper->offset_min == 0)
        paper->offset_min = bx_programme_offset(till->programme, paper->at);
    const struct bx_user *user = till->staff ? bx_staff_user(till->staff, sheet->head.user) : NULL;
    if (user)
        BX_TEXT_COPY(paper->cashier, user->name);
    const char *spoken = bx_words_language();
    bx_words_use(paper->language); /* the visitor's, whoever sells */
    if (sheet->of[0] && paper->kind == BX_PAPER_RECEIPT)
        bx_words_print(paper->title, sizeof(paper->title), "for %s", sheet->of);
    bx_words_use(spoken);
    paper->copy = job->copy;
    paper->replaced = sheet->replaced;
    if (paper->kind == BX_PAPER_TICKET && sheet->code.s[0])
        paper->code = sheet->code;
    if (paper->kind == BX_PAPER_RECEIPT)
        bx_fiscal_put(till, &sheet->sign, paper);
    return paper;
}

static void text_print(struct bx_till *till, size_t at)
{
    struct bx_effect *effect = job_effect(till, BX_EFFECT_PRINT, at);
    till->papers.text->copy = till->papers.jobs[at].copy;
    effect->of.print.paper =
        bx_effects_hold(till->out, till->papers.text, sizeof(*till->papers.text));
    till->papers.marks[at].asked = true;
    /* Who buys is read anew for every copy: it may have been erased since. */
    if (till->papers.text->entry == BX_KIND_INVOICE) {
        till->papers.text_seq = 0;
        bx_wipe(till->papers.text, sizeof(*till->papers.text));
    }
}

static void print(struct bx_till *till, size_t at)
{
    const struct bx_print_job *job = &till->papers.jobs[at];
    if (bx_sheet_is_text(job)) {
        text_print(till, at);
        return;
    }
    const struct bx_sale *sale = till->papers.sheet.sale;
    int most = job->kind == BX_JOB_VOUCHER ? sale->basket.count : sale->ticket_count;
    if (job->kind == BX_JOB_RECEIPT ? job->ticket != -1 : job->ticket < 0 || job->ticket >= most) {
        job_state(till, at, BX_JOB_CANCELLED, "its sale has no such ticket");
        return;
    }
    struct bx_paper *paper = paper_of(till, job);
    struct bx_effect *effect = job_effect(till, BX_EFFECT_PRINT, at);
    effect->of.print.paper = bx_effects_hold(till->out, paper, sizeof(*paper));
    till->papers.marks[at].asked = true;
    bx_free(paper);
}

/* --- moving on ------------------------------------------------------------------------------- */

static bool is_outstanding(const struct bx_papers *papers, size_t at)
{
    return papers->jobs[at].state == BX_JOB_SUBMITTING && papers->marks[at].asked &&
           !papers->marks[at].looking;
}

bool bx_papers_are_busy(const struct bx_till *till)
{
    const struct bx_papers *papers = &till->papers;
    for (size_t i = 0; i < papers->count; i++)
        if (is_outstanding(papers, i) || papers->marks[i].dirty ||
            papers->jobs[i].state == BX_JOB_NEW)
            return true;
    return false;
}

/* Hands the next stored job to the printer when it has answered for the one before. */
static void print_next(struct bx_till *till)
{
    struct bx_papers *papers = &till->papers;
    size_t next = papers->count;
    if (papers->read_request)
        return;
    for (size_t i = papers->count; i-- > 0;) {
        if (is_outstanding(papers, i))
            return;
        if (papers->jobs[i].state == BX_JOB_SUBMITTING && papers->marks[i].stored &&
            !papers->marks[i].asked && !bx_fiscal_holds(till, &papers->jobs[i]))
            next = i;
    }
    if (next < papers->count && sheet_ready(till, &papers->jobs[next]))
        print(till, next);
}

/* Jobs whose turn has come are going to be submitted: that must be on disk first. */
static void due_submit(struct bx_till *till)
{
    struct bx_papers *papers = &till->papers;
    for (size_t i = 0; i < papers->count; i++) {
        struct bx_paper_mark *mark = &papers->marks[i];
        enum bx_job_state state = papers->jobs[i].state;
        bool retry = state == BX_JOB_FAILED_SAFE && bx_mono_is_due(till->turn.mono, mark->due);
        if (state != BX_JOB_NEW && !retry)
            continue;
        mark->stored = mark->asked = mark->looking = false;
        mark->due = (bx_mono){0};
        job_state(till, i, BX_JOB_SUBMITTING, "");
    }
}

static void note(struct bx_till *till)
{
    struct bx_papers *papers = &till->papers;
    if (papers->note_request ||
        (papers->note_due.ns != 0 && !bx_mono_is_due(till->turn.mono, papers->note_due)))
        return;
    papers->note_due = (bx_mono){0};
    due_submit(till);
    size_t count = 0;
    struct bx_print_job *jobs = NULL;
    for (size_t i = 0; i < papers->count && count < NOTE_JOBS_MAX; i++) {
        if (!papers->marks[i].dirty)
            continue;
        if (!jobs)
            jobs = bx_alloc(NOTE_JOBS_MAX, sizeof(*jobs));
        jobs[count++] = papers->jobs[i];
        papers->marks[i].dirty = false;
        papers->marks[i].noting = true;
    }
    if (count == 0)
        return;
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_NOTE);
    effect->request = papers->note_request = bx_till_request(till);
    effect->of.note.reoffer_above = -1;
    effect->of.note.jobs = bx_effects_hold(till->out, jobs, count * sizeof(*jobs));
    effect->of.note.job_count = count;
    bx_free(jobs);
}

void bx_papers_stored(struct bx_till *till, const struct bx_event *event)
{
    struct bx_papers *papers = &till->papers;
    bool done = event->of.stored.outcome == BX_DONE;
    papers->note_request = 0;
    for (size_t i = 0; i < papers->count; i++) {
        struct bx_paper_mark *mark = &papers->marks[i];
        if (!mark->noting)
            continue;
        mark->noting = false;
        if (!done) {
            mark->dirty = true;
        } else if (papers->jobs[i].state == BX_JOB_SUBMITTING && !mark->dirty) {
            mark->stored = true;
            mark->proof = event->of.stored.ref;
        }
    }
    if (!done) {
        bx_till_log(till, "print jobs not stored: %s", event->of.stored.fault.detail);
        papers->note_due = bx_mono_plus_ms(till->turn.mono, NOTE_AGAIN_MS);
    }
}

/* Too old to be of use. What the printer never had is cancelled here; what it has, there; and what
 * it does not answer for, a person must look at. */
static void stale_check(struct bx_till *till, size_t at)
{
    struct bx_papers *papers = &till->papers;
    struct bx_paper_mark *mark = &papers->marks[at];
    enum bx_job_state state = papers->jobs[at].state;
    if (is_over(state) || state == BX_JOB_UNSURE || mark->noting ||
        till->turn.mono.ns < bx_mono_plus_ms(mark->born, STALE_MS).ns)
        return;
    bool never = state == BX_JOB_NEW || state == BX_JOB_FAILED_SAFE ||
                 (state == BX_JOB_SUBMITTING && !mark->asked);
    if (never) {
        job_state(till, at, BX_JOB_CANCELLED, "not printed within 10 minutes");
    } else if (!mark->cancelling) {
        mark->cancelling = true;
        mark->due = bx_mono_plus_ms(till->turn.mono, CANCEL_MS);
        job_effect(till, BX_EFFECT_PRINT_CANCEL, at);
    } else if (bx_mono_is_due(till->turn.mono, mark->due)) {
        mark->due = (bx_mono){0};
        job_state(till, at, BX_JOB_UNSURE, "the printer does not say what became of it");
    }
}

/* Forgets the oldest of those at an end. */
static void forget(struct bx_papers *papers)
{
    size_t over = 0;
    for (size_t i = 0; i < papers->count; i++)
        over += is_over(papers->jobs[i].state);
    for (size_t i = 0; i < papers->count && over > KEPT_MAX;) {
        const struct bx_paper_mark *mark = &papers->marks[i];
        if (!is_over(papers->jobs[i].state) || mark->dirty || mark->noting) {
            i++;
            continue;
        }
        size_t behind = --papers->count - i;
        memmove(&papers->jobs[i], &papers->jobs[i + 1], behind * sizeof(*papers->jobs));
        memmove(&papers->marks[i], &papers->marks[i + 1], behind * sizeof(*papers->marks));
        over--;
    }
}

void bx_papers_tick(struct bx_till *till)
{
    for (size_t i = 0; i < till->papers.count; i++)
        stale_check(till, i);
    note(till);
    print_next(till);
    forget(&till->papers);
}

void bx_papers_wake(const struct bx_till *till, bx_mono *wake)
{
    const struct bx_papers *papers = &till->papers;
    bx_mono_earlier(wake, papers->note_due);
    for (size_t i = 0; i < papers->count; i++) {
        if (is_over(papers->jobs[i].state))
            continue;
        bx_mono_earlier(wake, papers->marks[i].due);
    }
}

/* --- news of jobs ---------------------------------------------------------------------------- */

void bx_papers_new(struct bx_till *till, const struct bx_ref *ref, const struct bx_entry_head *head,
                   const struct bx_sale *sale, const struct bx_print_job *jobs, size_t count)
{
    struct bx_papers *papers = &till->papers;
    bool needed = false;
    for (size_t i = 0; i < papers->count; i++)
        needed = needed || (papers->jobs[i].sale == papers->sheet.sale_seq &&
                            papers->jobs[i].state == BX_JOB_SUBMITTING && !papers->marks[i].asked);
    if (!needed && papers->read_request == 0 && sale) {
        sheet_fill(papers, head, &ref->hash, sale);
        if (bx_fiscal_wants(till, head->kind, sale))
            papers->sheet.sign.state = BX_SIGN_OPEN;
    }
    for (size_t i = 0; i < count; i++)
        job_add(till, &jobs[i]);
}

/* Jobs of an earlier life: what the printer may know of is asked for by name, never sent again. */
void bx_papers_start(struct bx_till *till, const struct bx_print_job *jobs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        job_add(till, &jobs[i]);
        struct bx_paper_mark *mark = &till->papers.marks[i];
        if (jobs[i].state == BX_JOB_FAILED_SAFE)
            mark->due = till->turn.mono;
        if (jobs[i].state != BX_JOB_SUBMITTING && jobs[i].state != BX_JOB_SPOOLED &&
            jobs[i].state != BX_JOB_PRINTING)
            continue;
        mark->asked = mark->looking = true;
        job_effect(till, BX_EFFECT_PRINT_ASK, i);
    }
}

static int rank(enum bx_job_state state)
{
    switch (state) {
    case BX_JOB_NEW:
    case BX_JOB_FAILED_SAFE: return 0;
    case BX_JOB_SUBMITTING: return 1;
    case BX_JOB_SPOOLED: return 2;
    case BX_JOB_PRINTING: return 3;
    case BX_JOB_UNSURE: return 4;
    case BX_JOB_SENT:
    case BX_JOB_CANCELLED: return 5;
    case BX_JOB_CONFIRMED: return 6;
    }
    return 0;
}

/* The state after a report: never backwards, and what moved paper is neither safe nor cancelled. */
static enum bx_job_state state_after(enum bx_job_state old, bool asked, enum bx_job_state said)
{
    bool moved = old == BX_JOB_PRINTING || old == BX_JOB_UNSURE;
    switch (said) {
    case BX_JOB_FAILED_SAFE:
    case BX_JOB_CANCELLED: return moved ? BX_JOB_UNSURE : asked ? said : old;
    case BX_JOB_NEW:
    case BX_JOB_SUBMITTING: return old;
    case BX_JOB_SPOOLED:
    case BX_JOB_PRINTING:
    case BX_JOB_UNSURE:
    case BX_JOB_SENT:
    case BX_JOB_CONFIRMED: return rank(said) > rank(old) ? said : old;
    }
    return old;
}

static void failed_safe(struct bx_till *till, size_t at)
{
    struct bx_paper_mark *mark = &till->papers.marks[at];
    int64_t wait = RETRY_FIRST_MS;
    for (int i = 0; i < mark->tries && wait < RETRY_MAX_MS; i++)
        wait *= 2;
    mark->tries++;
    mark->asked = mark->stored = false;
    mark->due = bx_mono_plus_ms(till->turn.mono, wait < RETRY_MAX_MS ? wait : RETRY_MAX_MS);
}

static void job_report(struct bx_till *till, size_t at, const struct bx_print_report *report)
{
    struct bx_print_job *job = &till->papers.jobs[at];
    struct bx_paper_mark *mark = &till->papers.marks[at];
    enum bx_job_state old = job->state;
    enum bx_job_state state = state_after(old, mark->asked, report->state);
    if (is_over(old) || (state == old && strcmp(job->say, report->say) == 0)) {
        mark->looking = false;
        return;
    }
    mark->looking = false;
    job_state(till, at, state, report->say);
    if (state == BX_JOB_FAILED_SAFE && old != BX_JOB_FAILED_SAFE)
        failed_safe(till, at);
    if (state == BX_JOB_UNSURE && old != BX_JOB_UNSURE) {
        bx_effects_add(till->out, BX_EFFECT_BELL);
        bx_say(till, BX_TONE_WARN, "A document may not have come out: R asks whether it is there.");
    }
}

void bx_papers_report(struct bx_till *till, const struct bx_print_report *report)
{
    struct bx_papers *papers = &till->papers;
    if (bx_id_is_zero(&report->job)) {
        papers->printer_ready = report->printer_ready;
        BX_TEXT_COPY(papers->printer_say, report->say);
        return;
    }
    for (size_t i = papers->count; i-- > 0;) {
        if (!bx_id_equal(&papers->jobs[i].id, &report->job))
            continue;
        job_report(till, i, report);
        return;
    }
    till->dropped++;
}

/* --- what was read and what was stored -------------------------------------------------------- */

static int sheet_read(struct bx_papers *papers, const struct bx_event *event,
                      const struct bx_print_job *job, struct bx_fault *fault)
{
    const struct bx_row *row = event->of.rows.rows;
    if (event->of.rows.fault.err) {
        *fault = event->of.rows.fault;
        return fault->err;
    }
    if (event->of.rows.count < 1 || (row->head.seq != job->sale && row->head.seq != job->seq))
        return bx_fault_set(fault, BX_ERR_MISSING, "The journal does not have this document.",
                            NULL);
    if (bx_kind_shape(row->head.kind) == BX_SHAPE_SALE) {
        struct bx_sale *sale = bx_new(struct bx_sale);
        int err = bx_sale_decode(row->body, row->len, sale, fault);
        if (!err) {
            sheet_fill(papers, &row->head, &row->hash, sale);
            papers->sheet.sign = row->sign;
        }
        bx_free(sale);
        return err;
    }
    struct bx_paper_entry paper;
    int err = bx_paper_decode(row->body, row->len, &paper, fault);
    if (err)
        return err;
    papers->sheet.seq = row->head.seq;
    papers->sheet.code = paper.code;
    papers->sheet.replaced = row->head.kind == BX_KIND_REPLACE;
    return 0;
}

void bx_papers_rows(struct bx_till *till, const struct bx_event *event)
{
    struct bx_papers *papers = &till->papers;
    struct bx_fault fault = {0};
    if (event->of.rows.request == papers->order.request) {
        bx_reprint_rows(till, event);
        return;
    }
    papers->read_request = 0;
    for (size_t i = 0; i < papers->count; i++) {
        struct bx_print_job *job = &papers->jobs[i];
        if (!bx_id_equal(&job->id, &papers->read_job) || job->state != BX_JOB_SUBMITTING)
            continue;
        if (papers->of_reading) {
            of_take(papers, event);
            return;
        }
        if ((bx_sheet_is_text(job) ? bx_sheet_text_read(till, event, job, &fault)
                                   : sheet_read(papers, event, job, &fault)) == 0)
            return;
        bx_till_log(till, "a job's entry cannot be read: %s", fault.detail);
        job_state(till, i, BX_JOB_FAILED_SAFE, "cannot be read from the journal");
        failed_safe(till, i);
        return;
    }
}

/* Earlier jobs for the same ticket have lost their point: torn ones came out, others must not. */
static void earlier_close(struct bx_till *till, const struct bx_print_job *now, bool torn)
{
    struct bx_papers *papers = &till->papers;
    for (size_t i = 0; i < papers->count; i++) {
        const struct bx_print_job *job = &papers->jobs[i];
        if (job->sale != now->sale || job->ticket != now->ticket || job->kind != now->kind ||
            is_over(job->state))
            continue;
        if (torn && job->state == BX_JOB_UNSURE)
            job_state(till, i, BX_JOB_CONFIRMED, "torn in the hand");
        if (torn)
            continue;
        if (papers->marks[i].asked)
            job_effect(till, BX_EFFECT_PRINT_CANCEL, i);
        job_state(till, i, BX_JOB_CANCELLED, "replaced");
    }
}

void bx_papers_cancel(struct bx_till *till, int64_t sale, int ticket, const char *why)
{
    struct bx_papers *papers = &till->papers;
    for (size_t i = 0; i < papers->count; i++) {
        const struct bx_print_job *job = &papers->jobs[i];
        if (job->sale != sale || job->ticket != ticket || is_over(job->state) ||
            job->kind != (ticket < 0 ? BX_JOB_RECEIPT : BX_JOB_TICKET))
            continue;
        if (papers->marks[i].asked)
            job_effect(till, BX_EFFECT_PRINT_CANCEL, i);
        job_state(till, i, BX_JOB_CANCELLED, why);
    }
}

void bx_papers_committed(struct bx_till *till, const struct bx_intent *intent,
                         const struct bx_entry_head *head, const struct bx_ref *ref)
{
    struct bx_papers *papers = &till->papers;
    if (intent->kind == BX_KIND_PRINT_ANSWER) {
        for (size_t i = 0; i < papers->count; i++)
            if (bx_id_equal(&papers->jobs[i].id, &intent->job) &&
                papers->jobs[i].state == BX_JOB_UNSURE)
                job_state(till, i, BX_JOB_CONFIRMED, "a person has it in hand");
        return;
    }
    bool torn = intent->kind == BX_KIND_REPRINT;
    earlier_close(till, intent->jobs, torn);
    bx_papers_new(till, ref, head, NULL, intent->jobs, intent->job_count);
    if (intent->origin != 0)
        bx_command_paper(till, intent->origin, intent->paper);
    else if (torn)
        bx_say(till, BX_TONE_GOOD, "Printing it again, marked COPY %d.", intent->paper->copy);
    else
        bx_say(till, BX_TONE_GOOD,
               "Printing a new ticket. The old one is refused at every gate from now on.");
}
