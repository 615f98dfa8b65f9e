/* SPDX-License-Identifier: Apache-2.0 */
/* Written from the port's contract and from nothing else: lists that are searched from end to end,
 * every check before any change. What takes the real journal an index takes the fake a loop. */

#include "fake_journal.h"

#include <inttypes.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

enum { LINE_MB = 50 };

struct entry {
    struct bx_entry_head head;
    struct bx_hash prev, hash;
    char *body;
    size_t len;
    int64_t about; /* seq of the entry it is about; 0 */
    bool has_answer, counts, settled;
    struct bx_entry_answer answer;
};

struct ticket {
    struct bx_code code;
    int64_t sale;
    int nth;
    bool valid;
};

struct fake {
    struct bx_journal port;
    struct bx_journal_state now; /* its arrays, counts and lockouts are not used */
    struct entry *entries;
    struct ticket *tickets;
    struct bx_lease *leases;
    struct bx_print_job *jobs;
    size_t entry_count, ticket_count, lease_count, job_count;
    char *documents[BX_DOCUMENTS];
    size_t document_lens[BX_DOCUMENTS];
    struct bx_lockout *lockouts;
    size_t lockout_count;
    enum fake_journal_fail fail;
    bool unsure;
    int64_t room, spoiled;
};

static struct fake *fake_of(struct bx_journal *journal)
{
    return (struct fake *)(void *)journal;
}

#define GROW(array, count)                                                              \
    do {                                                                                \
        if (((count) & ((count)-1)) == 0)                                               \
            (array) = bx_realloc((array), (count) ? 2 * (count) : 1, sizeof(*(array))); \
    } while (0)

static struct entry *entry_at(struct fake *fake, int64_t seq)
{
    return seq >= 1 && (size_t)seq <= fake->entry_count ? &fake->entries[seq - 1] : NULL;
}

static struct entry *entry_of(struct fake *fake, const struct bx_id *id)
{
    for (size_t i = 0; i < fake->entry_count; i++)
        if (bx_id_equal(&fake->entries[i].head.id, id))
            return &fake->entries[i];
    return NULL;
}

static struct ticket *ticket_of(struct fake *fake, const char *code)
{
    for (size_t i = 0; i < fake->ticket_count; i++)
        if (strcmp(fake->tickets[i].code.s, code) == 0)
            return &fake->tickets[i];
    return NULL;
}

static struct bx_lease *lease_of(struct fake *fake, const struct bx_slug *pool)
{
    for (size_t i = 0; i < fake->lease_count; i++)
        if (bx_slug_equal(&fake->leases[i].pool, pool))
            return &fake->leases[i];
    return NULL;
}

static struct bx_print_job *job_of(struct fake *fake, const struct bx_id *id)
{
    for (size_t i = 0; i < fake->job_count; i++)
        if (bx_id_equal(&fake->jobs[i].id, id))
            return &fake->jobs[i];
    return NULL;
}

/* What a check has seen to be there. */
static void *sure(void *there)
{
    bx_assert(there);
    return there;
}

static int no(struct bx_fault *fault, enum bx_err err, const char *why)
{
    return bx_fault_set(fault, err, why, NULL);
}

static int stopped(struct fake *fake, struct bx_fault *fault)
{
    return fake->unsure ? no(fault, BX_ERR_UNKNOWN, "Selling is stopped.") : 0;
}

/* --- enrol, load, document ------------------------------------------------------------------- */

static int enrol(struct bx_journal *journal, const struct bx_identity *identity,
                 struct bx_fault *fault)
{
    struct fake *fake = fake_of(journal);
    struct bx_journal_state *now = &fake->now;
    if (identity->till < 1 || identity->till > 999999 || identity->incarnation < 1 ||
        identity->issuer < 0 || identity->issuer >= BX_ISSUERS_MAX)
        return no(fault, BX_ERR_INPUT, "No valid till number.");
    bool same = now->till == identity->till && now->incarnation == identity->incarnation &&
                now->issuer == identity->issuer;
    if (!same && (now->till || fake->entry_count))
        return no(fault, BX_ERR_REFUSED, "This journal is enrolled already.");
    now->till = identity->till;
    now->incarnation = identity->incarnation;
    now->issuer = identity->issuer;
    return 0;
}

static bool is_queued(const struct entry *entry)
{
    return !entry->has_answer || !entry->counts || entry->answer.outcome == BX_ENTRY_WAITING;
}

static bool is_attention(const struct entry *entry)
{
    return !is_queued(entry) && entry->answer.outcome != BX_ENTRY_RECORDED && !entry->settled;
}

static bool is_open(const struct bx_print_job *job)
{
    return job->state != BX_JOB_CONFIRMED && job->state != BX_JOB_SENT &&
           job->state != BX_JOB_CANCELLED;
}

static int load(struct bx_journal *journal, struct bx_journal_state *ret, struct bx_fault *fault)
{
    struct fake *fake = fake_of(journal);
    if (stopped(fake, fault))
        return BX_ERR_UNKNOWN;
    *ret = fake->now;
    ret->next_seq = (int64_t)fake->entry_count + 1;
    for (size_t i = 0; i < fake->entry_count; i++) {
        ret->queued += is_queued(&fake->entries[i]);
        ret->attention += is_attention(&fake->entries[i]);
    }
    ret->leases = bx_alloc(fake->lease_count, sizeof(*ret->leases));
    for (size_t i = 0; i < fake->lease_count; i++) {
        ret->leases[ret->lease_count] = fake->leases[i];
        ret->leases[ret->lease_count].stops = (bx_mono){0};
        ret->leases[ret->lease_count++].reserved = 0;
    }
    ret->jobs = bx_alloc(fake->job_count, sizeof(*ret->jobs));
    for (size_t i = 0; i < fake->job_count; i++)
        if (is_open(&fake->jobs[i]))
            ret->jobs[ret->job_count++] = fake->jobs[i];
    for (size_t i = 0; i < fake->lockout_count && ret->lockout_count < BX_LOCKOUTS_MAX; i++)
        if (fake->lockouts[i].failures)
            ret->lockouts[ret->lockout_count++] = fake->lockouts[i];
    return 0;
}

static int document(struct bx_journal *journal, enum bx_document which, struct bx_buf *out,
                    struct bx_fault *fault)
{
    struct fake *fake = fake_of(journal);
    if (!fake->documents[which])
        return no(fault, BX_ERR_MISSING, "Not there.");
    bx_buf_add(out, fake->documents[which], fake->document_lens[which]);
    return out->full ? no(fault, BX_ERR_FULL, "Too large.") : 0;
}

/* --- commit ----------------------------------------------------------------------------------- */

static int body_check(const struct bx_commit *commit, struct bx_fault *fault)
{
    const struct bx_entry_head *head = &commit->head;
    struct bx_entry_head said;
    int err = bx_entry_head_decode(commit->body, commit->len, &said, fault);
    if (err)
        return err;
    bool same = said.till == head->till && said.incarnation == head->incarnation &&
                said.seq == head->seq && bx_id_equal(&said.id, &head->id) &&
                said.kind == head->kind && strcmp(said.number, head->number) == 0 &&
                said.at.us == head->at.us && said.boot / 1000 == head->boot / 1000 &&
                said.shift == head->shift && said.user == head->user;
    return same ? 0 : no(fault, BX_ERR_CLASH, "The body denies its head.");
}

static int place_check(struct fake *fake, const struct bx_commit *commit, struct bx_fault *fault)
{
    const struct bx_entry_head *head = &commit->head;
    const struct bx_journal_state *now = &fake->now;
    char number[BX_NUMBER_SIZE] = "";
    if (!now->till)
        return no(fault, BX_ERR_REFUSED, "This till is not enrolled.");
    if (commit->number)
        bx_number_format(now->till, BX_SERIES_SALE, commit->number, number);
    bool fits = head->till == now->till && head->incarnation == now->incarnation &&
                head->seq == (int64_t)fake->entry_count + 1 &&
                bx_hash_equal(&commit->prev, &now->head) &&
                (head->kind != BX_KIND_SHIFT_OPEN || head->shift == now->next_shift) &&
                (commit->number == 0 || commit->number == now->next_number[BX_SERIES_SALE]) &&
                (head->kind != BX_KIND_SALE || commit->number) &&
                strcmp(number, head->number) == 0 && !entry_of(fake, &head->id);
    if (!fits)
        return no(fault, BX_ERR_CLASH, "It does not continue what is stored.");
    return body_check(commit, fault);
}

static int uses_check(struct fake *fake, const struct bx_sale *sale, struct bx_fault *fault)
{
    for (int i = 0; i < sale->use_count; i++) {
        const struct bx_lease_use *use = &sale->uses[i];
        const struct bx_lease *lease = lease_of(fake, &use->pool);
        int64_t used = lease ? lease->used : 0;
        for (int k = 0; k < i; k++)
            if (bx_slug_equal(&sale->uses[k].pool, &use->pool))
                used += sale->uses[k].q;
        if (use->q <= 0)
            return no(fault, BX_ERR_INPUT, "No places.");
        if (!lease || lease->r != use->r || lease->state != BX_LEASE_OPEN)
            return no(fault, BX_ERR_REFUSED, "Not this till's places.");
        if (used != use->before)
            return no(fault, BX_ERR_CLASH, "Other places were used before.");
        if (used + use->q > lease->n)
            return no(fault, BX_ERR_REFUSED, "Too few places.");
    }
    return 0;
}

static int papers_check(struct fake *fake, const struct bx_commit *commit, int64_t *ret_about,
                        struct bx_fault *fault)
{
    const struct entry *sale = entry_of(fake, &commit->content.paper->sale);
    if (!sale || sale->head.kind != BX_KIND_SALE)
        return no(fault, BX_ERR_MISSING, "No such sale.");
    *ret_about = sale->head.seq;
    if (commit->head.kind != BX_KIND_REPLACE)
        return 0;
    const struct ticket *old = ticket_of(fake, commit->content.paper->old.s);
    if (!old || !old->valid || old->sale != sale->head.seq ||
        old->nth != commit->content.paper->ticket)
        return no(fault, BX_ERR_MISSING, "No such ticket.");
    return ticket_of(fake, commit->content.paper->code.s) ? no(fault, BX_ERR_CLASH, "Code taken.")
                                                          : 0;
}

static int note_check(struct fake *fake, const struct bx_commit *commit, int64_t *ret_about,
                      struct bx_fault *fault)
{
    char about[BX_ABOUT_MAX + 1];
    int64_t n;
    int err = bx_note_decode(commit->body, commit->len, about, sizeof(about), &n, fault);
    if (err)
        return err;
    *ret_about = 0;
    if (commit->head.kind == BX_KIND_LOGIN_FAILED)
        *ret_about = n ? n : commit->head.user;
    if (commit->head.kind != BX_KIND_SETTLE && commit->head.kind != BX_KIND_PRINT_ANSWER)
        return 0;
    const struct entry *named = entry_at(fake, n);
    if (!named)
        return no(fault, BX_ERR_MISSING, "No such entry.");
    *ret_about = commit->head.kind == BX_KIND_PRINT_ANSWER && named->about ? named->about : n;
    return 0;
}

static int commit_check(struct fake *fake, const struct bx_commit *commit, int64_t *ret_about,
                        struct bx_fault *fault)
{
    *ret_about = 0;
    int err = place_check(fake, commit, fault);
    for (size_t i = 0; i < commit->job_count && err == 0; i++)
        if (job_of(fake, &commit->jobs[i].id) || commit->jobs[i].seq > commit->head.seq)
            err = no(fault, BX_ERR_CLASH, "This print is there already.");
    if (err)
        return err;
    if (commit->content.paper && commit->head.kind != BX_KIND_PRINT_ANSWER)
        return papers_check(fake, commit, ret_about, fault);
    if (!commit->content.sale)
        return note_check(fake, commit, ret_about, fault);
    for (int i = 0; i < commit->content.sale->ticket_count; i++)
        if (ticket_of(fake, commit->content.sale->tickets[i].code.s))
            return no(fault, BX_ERR_CLASH, "Code taken.");
    return uses_check(fake, commit->content.sale, fault);
}

static void ticket_add(struct fake *fake, const struct bx_code *code, int64_t sale, int nth)
{
    GROW(fake->tickets, fake->ticket_count);
    fake->tickets[fake->ticket_count++] = (struct ticket){*code, sale, nth, true};
}

static struct bx_lockout *lockout_of(struct fake *fake, int64_t user)
{
    for (size_t i = 0; i < fake->lockout_count; i++)
        if (fake->lockouts[i].user == user)
            return &fake->lockouts[i];
    GROW(fake->lockouts, fake->lockout_count);
    fake->lockouts[fake->lockout_count] = (struct bx_lockout){.user = user};
    return &fake->lockouts[fake->lockout_count++];
}

static void follow_sale(struct fake *fake, const struct bx_commit *commit, struct entry *entry)
{
    const struct bx_entry_head *head = &commit->head;
    const struct bx_sale *sale = commit->content.sale;
    fake->now.last_sale = (struct bx_ref){head->seq, head->id, entry->hash};
    for (int i = 0; i < sale->ticket_count; i++)
        ticket_add(fake, &sale->tickets[i].code, head->seq, i);
    for (int i = 0; i < sale->use_count; i++) {
        struct bx_lease *lease = sure(lease_of(fake, &sale->uses[i].pool));
        lease->used += sale->uses[i].q;
    }
}

static void follow_login(struct fake *fake, const struct bx_commit *commit, struct entry *entry)
{
    const struct bx_entry_head *head = &commit->head;
    if (head->kind == BX_KIND_LOGIN) {
        fake->now.user = head->user;
        lockout_of(fake, head->user)->failures = 0;
    } else if (head->kind == BX_KIND_LOGIN_FAILED) {
        lockout_of(fake, entry->about)->failures++;
        lockout_of(fake, entry->about)->last = head->at;
        entry->about = 0;
    } else if (head->kind == BX_KIND_LOGOUT) {
        fake->now.user = 0;
    }
}

static void follow(struct fake *fake, const struct bx_commit *commit, struct entry *entry)
{
    struct bx_journal_state *now = &fake->now;
    const struct bx_entry_head *head = &commit->head;
    follow_login(fake, commit, entry);
    if (head->kind == BX_KIND_SALE) {
        follow_sale(fake, commit, entry);
    } else if (head->kind == BX_KIND_REPLACE) {
        struct ticket *old = sure(ticket_of(fake, commit->content.paper->old.s));
        old->valid = false;
        ticket_add(fake, &commit->content.paper->code, entry->about, commit->content.paper->ticket);
    } else if (head->kind == BX_KIND_SETTLE) {
        struct entry *named = sure(entry_at(fake, entry->about));
        named->settled = true;
    } else if (head->kind == BX_KIND_SHIFT_OPEN) {
        now->shift = head->shift;
        now->next_shift = head->shift + 1;
    } else if (head->kind == BX_KIND_OFFLINE_START || head->kind == BX_KIND_OFFLINE_END) {
        now->offline = head->kind == BX_KIND_OFFLINE_START;
    }
}

static void apply(struct fake *fake, const struct bx_commit *commit, int64_t about)
{
    GROW(fake->entries, fake->entry_count);
    struct entry *entry = &fake->entries[fake->entry_count++];
    *entry = (struct entry){.head = commit->head,
                            .prev = commit->prev,
                            .body = bx_alloc(commit->len + 1, 1),
                            .len = commit->len,
                            .about = about};
    entry->head.boot -= entry->head.boot % 1000;
    memcpy(entry->body, commit->body, commit->len);
    entry->hash = bx_entry_hash(&commit->prev, commit->head.till, commit->head.incarnation,
                                commit->head.seq, commit->body, commit->len);
    fake->now.head = entry->hash;
    fake->now.last_at = commit->head.at;
    fake->now.last_boot = entry->head.boot;
    BX_TEXT_COPY(fake->now.last_boot_id, commit->boot_id ? commit->boot_id : "");
    if (commit->number)
        fake->now.next_number[BX_SERIES_SALE] = commit->number + 1;
    for (size_t i = 0; i < commit->job_count; i++) {
        GROW(fake->jobs, fake->job_count);
        fake->jobs[fake->job_count++] = commit->jobs[i];
    }
    follow(fake, commit, entry);
}

static enum bx_outcome commit(struct bx_journal *journal, const struct bx_commit *wish,
                              struct bx_ref *ret, struct bx_fault *fault)
{
    struct fake *fake = fake_of(journal);
    int64_t about;
    if (stopped(fake, fault))
        return BX_REFUSED;
    if (wish->head.kind == BX_KIND_SALE && fake->room < (int64_t)LINE_MB << 20) {
        no(fault, BX_ERR_FULL, "Selling is stopped: the disk is short.");
        return BX_REFUSED;
    }
    if (commit_check(fake, wish, &about, fault))
        return BX_REFUSED;
    enum fake_journal_fail fail = fake->fail;
    if (fail != FAKE_JOURNAL_STUCK)
        fake->fail = FAKE_JOURNAL_GOOD;
    if (fail == FAKE_JOURNAL_REFUSE) {
        no(fault, BX_ERR_FULL, "The disk is full.");
        return BX_REFUSED;
    }
    if (fail != FAKE_JOURNAL_LOST)
        apply(fake, wish, about);
    if (fail != FAKE_JOURNAL_GOOD) {
        fake->unsure = true;
        no(fault, BX_ERR_IO, "The disk reported an error.");
        return BX_UNKNOWN;
    }
    const struct entry *last = sure(entry_at(fake, wish->head.seq));
    *ret = (struct bx_ref){last->head.seq, last->head.id, last->hash};
    return BX_DONE;
}

static enum bx_outcome resolve(struct bx_journal *journal, const struct bx_id *id,
                               struct bx_ref *ret, struct bx_fault *fault)
{
    struct fake *fake = fake_of(journal);
    if (fake->unsure && fake->fail == FAKE_JOURNAL_STUCK) {
        no(fault, BX_ERR_IO, "The disk still reports an error.");
        return BX_UNKNOWN;
    }
    fake->unsure = false;
    const struct entry *entry = entry_of(fake, id);
    if (!entry) {
        no(fault, BX_ERR_MISSING, "It was not stored.");
        return BX_REFUSED;
    }
    *ret = (struct bx_ref){entry->head.seq, entry->head.id, entry->hash};
    return BX_DONE;
}

/* --- note ------------------------------------------------------------------------------------- */

static int lease_check(struct fake *fake, const struct bx_lease *lease)
{
    const struct bx_lease *old = lease_of(fake, &lease->pool);
    if (lease->used < 0 || lease->used > lease->n)
        return BX_ERR_CLASH;
    if (!old || lease->r > old->r)
        return 0;
    bool was = old->state == BX_LEASE_CLOSING || old->state == BX_LEASE_CLOSED;
    bool is = lease->state == BX_LEASE_CLOSING || lease->state == BX_LEASE_CLOSED;
    return lease->r < old->r || lease->used < old->used || (was && !is) ? BX_ERR_CLASH : 0;
}

static int notes_check(struct fake *fake, const struct bx_journal_notes *notes,
                       struct bx_fault *fault)
{
    for (size_t i = 0; i < notes->answer_count; i++) {
        const struct bx_entry_answer *answer = &notes->answers[i];
        const struct entry *entry = entry_at(fake, answer->seq);
        if (!entry || !bx_id_equal(&entry->head.id, &answer->id) ||
            !bx_hash_equal(&entry->hash, &answer->hash))
            return no(fault, BX_ERR_CLASH, "An answer to something else.");
    }
    for (size_t i = 0; i < notes->lease_count; i++)
        if (lease_check(fake, &notes->leases[i]))
            return no(fault, BX_ERR_CLASH, "The lease goes back.");
    for (size_t i = 0; i < notes->job_count; i++)
        if (!job_of(fake, &notes->jobs[i].id))
            return no(fault, BX_ERR_MISSING, "No such print.");
    return 0;
}

static int rank_of(enum bx_entry_outcome outcome)
{
    switch (outcome) {
    case BX_ENTRY_WAITING: return 0;
    case BX_ENTRY_RECORDED: return 1;
    case BX_ENTRY_RECORDED_TASK: return 2;
    case BX_ENTRY_CONFLICT: return 3;
    }
    bx_unreachable();
}

static void answer_put(struct entry *entry, const struct bx_entry_answer *answer)
{
    if (!is_queued(entry) && rank_of(answer->outcome) <= rank_of(entry->answer.outcome))
        return;
    entry->answer = *answer;
    entry->has_answer = entry->counts = true;
}

static void lease_put(struct fake *fake, const struct bx_lease *lease)
{
    struct bx_lease *held = lease_of(fake, &lease->pool);
    if (!held) {
        GROW(fake->leases, fake->lease_count);
        held = &fake->leases[fake->lease_count++];
    }
    *held = *lease;
}

static void job_put(struct fake *fake, const struct bx_print_job *changed)
{
    struct bx_print_job *job = sure(job_of(fake, &changed->id));
    job->state = changed->state;
    job->at = changed->at;
    BX_TEXT_COPY(job->say, changed->say);
}

static void document_put(struct fake *fake, const struct bx_journal_notes *notes)
{
    char **held = &fake->documents[notes->document];
    *held = bx_free(*held);
    *held = bx_alloc(notes->len + 1, 1);
    if (notes->len)
        memcpy(*held, notes->bytes, notes->len);
    fake->document_lens[notes->document] = notes->len;
}

static int note(struct bx_journal *journal, const struct bx_journal_notes *notes,
                struct bx_ref *ret, struct bx_fault *fault)
{
    struct fake *fake = fake_of(journal);
    struct bx_journal_state *now = &fake->now;
    int err = stopped(fake, fault);
    if (err == 0)
        err = notes_check(fake, notes, fault);
    if (err)
        return err;
    for (size_t i = 0; notes->reoffer_above >= 0 && i < fake->entry_count; i++)
        if ((int64_t)i + 1 > notes->reoffer_above)
            fake->entries[i].counts = false;
    for (size_t i = 0; i < notes->answer_count; i++)
        answer_put(sure(entry_at(fake, notes->answers[i].seq)), &notes->answers[i]);
    for (size_t i = 0; i < notes->lease_count; i++)
        lease_put(fake, &notes->leases[i]);
    for (size_t i = 0; i < notes->job_count; i++)
        job_put(fake, &notes->jobs[i]);
    if (notes->has_document)
        document_put(fake, notes);
    if (notes->seen_epoch > now->seen_epoch ||
        (notes->seen_epoch == now->seen_epoch && notes->seen_commit > now->seen_commit)) {
        now->seen_epoch = notes->seen_epoch;
        now->seen_commit = notes->seen_commit;
    }
    if (ret) {
        const struct entry *last = entry_at(fake, (int64_t)fake->entry_count);
        *ret = (struct bx_ref){0};
        if (last)
            *ret = (struct bx_ref){last->head.seq, last->head.id, last->hash};
    }
    return 0;
}

/* --- read ------------------------------------------------------------------------------------- */

static bool has_code(struct fake *fake, const struct entry *entry, const char *code)
{
    const struct ticket *ticket = ticket_of(fake, code);
    return ticket && ticket->sale == entry->head.seq;
}

/* Newest first, from just below `from` on; 0: from the newest. */
static bool is_below(const struct entry *entry, const struct bx_query *query)
{
    return query->from == 0 || entry->head.seq < query->from;
}

static bool answers(struct fake *fake, const struct entry *entry, const struct bx_query *query)
{
    int64_t seq = entry->head.seq;
    const struct entry *named;
    switch (query->kind) {
    case BX_QUERY_FROM: return seq >= query->from;
    case BX_QUERY_SALES: return entry->head.kind == BX_KIND_SALE && is_below(entry, query);
    case BX_QUERY_QUEUED: return seq > query->from && is_queued(entry);
    case BX_QUERY_ATTENTION: return seq > query->from && is_attention(entry);
    case BX_QUERY_ID: return bx_id_equal(&entry->head.id, &query->id);
    case BX_QUERY_NUMBER:
        return entry->head.number[0] && strcmp(entry->head.number, query->text) == 0;
    case BX_QUERY_CODE: return has_code(fake, entry, query->text);
    case BX_QUERY_ABOUT:
        named = entry_of(fake, &query->id);
        return named && seq > query->from && entry->about == named->head.seq;
    case BX_QUERY_KIND: return entry->head.kind == query->entry_kind && is_below(entry, query);
    case BX_QUERY_SHIFT: return entry->head.shift == query->from && seq > query->after;
    case BX_QUERY_PERSON: return false;
    }
    bx_unreachable();
}

static int show(struct entry *entry, bx_row_visit visit, void *arg)
{
    struct bx_row row = {.head = entry->head,
                         .prev = entry->prev,
                         .hash = entry->hash,
                         .body = entry->body,
                         .len = entry->len,
                         .settled = entry->settled};
    if (entry->has_answer && (entry->counts || entry->answer.outcome == BX_ENTRY_WAITING)) {
        row.answered = true;
        row.answer = entry->answer;
    }
    return visit(arg, &row);
}

static int read_rows(struct bx_journal *journal, const struct bx_query *query, bx_row_visit visit,
                     void *arg, struct bx_fault *fault)
{
    struct fake *fake = fake_of(journal);
    if (stopped(fake, fault))
        return BX_ERR_UNKNOWN;
    int left = query->limit < 1 || query->limit > BX_ROWS_MAX ? BX_ROWS_MAX : query->limit;
    int result = 0;
    for (size_t i = 0; i < fake->entry_count && left && result == 0; i++) {
        bool back = query->kind == BX_QUERY_SALES || query->kind == BX_QUERY_KIND;
        size_t at = back ? fake->entry_count - 1 - i : i;
        if (!answers(fake, &fake->entries[at], query))
            continue;
        left--;
        result = show(&fake->entries[at], visit, arg);
    }
    return result;
}

static int idle(struct bx_journal *journal, struct bx_fault *fault)
{
    struct fake *fake = fake_of(journal);
    if (fake->spoiled)
        return bx_fault_say(fault, BX_ERR_CORRUPT,
                            "The journal is damaged at entry %" PRId64 " (it was changed).",
                            fake->spoiled);
    return fake->room < (int64_t)LINE_MB << 20 ? no(fault, BX_ERR_FULL, "The disk is short.") : 0;
}

/* --- life and levers -------------------------------------------------------------------------- */

static const struct bx_journal_ops ops = {
    .enrol = enrol,
    .load = load,
    .document = document,
    .commit = commit,
    .resolve = resolve,
    .note = note,
    .read = read_rows,
    .idle = idle,
};

struct bx_journal *fake_journal_create(void)
{
    struct fake *fake = bx_new(struct fake);
    fake->port.ops = &ops;
    fake->now.next_number[BX_SERIES_SALE] = fake->now.next_shift = 1;
    fake->room = INT64_MAX;
    return &fake->port;
}

void *fake_journal_destroy(struct bx_journal *journal)
{
    if (!journal)
        return NULL;
    struct fake *fake = fake_of(journal);
    for (size_t i = 0; i < fake->entry_count; i++)
        bx_free(fake->entries[i].body);
    for (int i = 0; i < BX_DOCUMENTS; i++)
        bx_free(fake->documents[i]);
    bx_free(fake->entries);
    bx_free(fake->tickets);
    bx_free(fake->leases);
    bx_free(fake->jobs);
    bx_free(fake->lockouts);
    return bx_free(fake);
}

void fake_journal_fail(struct bx_journal *journal, enum fake_journal_fail fail)
{
    fake_of(journal)->fail = fail;
}

void fake_journal_room(struct bx_journal *journal, int64_t bytes)
{
    fake_of(journal)->room = bytes;
}

void fake_journal_spoil(struct bx_journal *journal, int64_t seq)
{
    fake_of(journal)->spoiled = seq;
    struct entry *entry = sure(entry_at(fake_of(journal), seq));
    entry->body[0] = '[';
}

int fake_journal_job(struct bx_journal *journal, const struct bx_id *id)
{
    const struct bx_print_job *job = job_of(fake_of(journal), id);
    return job ? (int)job->state : -1;
}
