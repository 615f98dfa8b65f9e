/* SPDX-License-Identifier: Apache-2.0 */
/* Written from the port's contract and from nothing else: lists that are searched from end to end,
 * every check before any change. What takes the real journal an index takes the fake a loop. */

#include "fake_journal.h"

#include <inttypes.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/gift.h"
#include "fake_parts.h"

enum { LINE_MB = 50 };

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

static bool is_conflict(const struct entry *entry)
{
    return !is_queued(entry) && entry->answer.outcome == BX_ENTRY_CONFLICT;
}

static bool is_open(const struct bx_print_job *job)
{
    return job->state != BX_JOB_CONFIRMED && job->state != BX_JOB_SENT &&
           job->state != BX_JOB_CANCELLED;
}

static void signs_load(const struct fake *fake, struct bx_journal_state *ret)
{
    for (size_t i = 0; i < fake->entry_count; i++) {
        const struct entry *entry = &fake->entries[i];
        ret->unsigned_count += entry->sign.state == BX_SIGN_OPEN;
        if (entry->head.kind == BX_KIND_SIGN_LOST || entry->head.kind == BX_KIND_SIGN_BACK)
            ret->sign_lost = entry->head.kind == BX_KIND_SIGN_LOST;
        if (entry->sign.state != BX_SIGN_NONE && ret->shift_seq &&
            entry->head.seq >= ret->shift_seq)
            ret->signs[entry->sign.state]++;
    }
}

static int load(struct bx_journal *journal, struct bx_journal_state *ret, struct bx_fault *fault)
{
    struct fake *fake = fake_of(journal);
    if (stopped(fake, fault))
        return BX_ERR_UNKNOWN;
    *ret = fake->now;
    ret->figures = (struct bx_figures){0};
    if (bx_figures_merge(&ret->figures, &fake->now.figures))
        return no(fault, BX_ERR_FULL, "The figures are too large.");
    ret->next_seq = (int64_t)fake->entry_count + 1;
    for (size_t i = 0; i < fake->entry_count; i++) {
        ret->queued += is_queued(&fake->entries[i]);
        ret->attention += is_attention(&fake->entries[i]);
    }
    signs_load(fake, ret);
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
    entry->training = sale->training;
    if (head->kind == BX_KIND_SALE)
        fake->now.last_sale = (struct bx_ref){head->seq, head->id, entry->hash};
    for (int i = 0; entry->about && i < sale->back_ticket_count; i++) {
        struct ticket *back = sure(ticket_at(fake, entry->about, sale->back_tickets[i]));
        back->valid = false;
    }
    for (int i = 0; i < sale->ticket_count; i++)
        ticket_add(fake, &sale->tickets[i].code, head->seq, i);
    for (int i = 0; i < sale->use_count; i++) {
        struct bx_lease *lease = sure(lease_of(fake, &sale->uses[i].pool));
        lease->used += sale->uses[i].q;
    }
}

/* The open shift's figures, and those that only rise. */
static void follow_figures(struct fake *fake, const struct bx_commit *commit)
{
    struct bx_journal_state *now = &fake->now;
    struct bx_figures rows = {0};
    struct bx_content content = commit->content;
    char about[BX_ABOUT_MAX + 1];
    if (commit->head.kind == BX_KIND_SHIFT_OPEN && !content.cash)
        bx_assert(
            bx_note_decode(commit->body, commit->len, about, sizeof(about), &content.n, NULL) == 0);
    bx_assert(bx_figures_of(&rows, &commit->head, &content) == 0);
    if (commit->head.shift)
        bx_assert(bx_figures_merge(&now->figures, &rows) == 0);
    now->perpetual.sales.minor += bx_figures_sum(&rows, "sale", NULL);
    now->perpetual.returns.minor += bx_figures_sum(&rows, "return", NULL);
    bx_figures_finish(&rows);
}

static void follow_shift(struct fake *fake, const struct bx_commit *commit)
{
    struct bx_journal_state *now = &fake->now;
    const struct bx_entry_head *head = &commit->head;
    bool opens = head->kind == BX_KIND_SHIFT_OPEN, closes = head->kind == BX_KIND_SHIFT_CLOSE;
    if (opens || closes)
        bx_figures_clear(&now->figures);
    if (opens || closes)
        now->shift = opens ? head->shift : 0;
    if (opens)
        now->next_shift = head->shift + 1;
    if (opens || closes)
        now->shift_opened = opens ? head->at : (bx_utc){0};
    if (opens || closes)
        now->shift_seq = opens ? head->seq : 0;
    if (!closes)
        follow_figures(fake, commit);
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

static void follow_gift(struct fake *fake, const struct bx_commit *commit)
{
    struct bx_gift gift;
    bx_assert(bx_gift_read(&commit->head, commit->content.about, commit->content.n, &gift, NULL) ==
              0);
    struct bx_lease *lease = sure(lease_of(fake, &gift.pool));
    if (commit->head.kind == BX_KIND_GIVE) {
        lease->used += gift.places;
    } else {
        lease->n += gift.places;
        lease->taken += gift.places;
    }
}

static void follow(struct fake *fake, const struct bx_commit *commit, struct entry *entry)
{
    struct bx_journal_state *now = &fake->now;
    const struct bx_entry_head *head = &commit->head;
    follow_login(fake, commit, entry);
    follow_shift(fake, commit);
    if (bx_gift_is_kind(head->kind))
        follow_gift(fake, commit);
    if (bx_kind_shape(head->kind) == BX_SHAPE_SALE) {
        follow_sale(fake, commit, entry);
    } else if (head->kind == BX_KIND_REPLACE) {
        struct ticket *old = sure(ticket_of(fake, commit->content.paper->old.s));
        old->valid = false;
        ticket_add(fake, &commit->content.paper->code, entry->about, commit->content.paper->ticket);
    } else if (head->kind == BX_KIND_SETTLE) {
        struct entry *named = sure(entry_at(fake, entry->about));
        named->settled = true;
    } else if (head->kind == BX_KIND_TRAINING_ON || head->kind == BX_KIND_TRAINING_OFF) {
        now->training = head->kind == BX_KIND_TRAINING_ON;
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
                            .about = about,
                            .sign = {.state = commit->sign ? BX_SIGN_OPEN : BX_SIGN_NONE}};
    entry->head.boot -= entry->head.boot % 1000;
    memcpy(entry->body, commit->body, commit->len);
    entry->hash = bx_entry_hash(&commit->prev, commit->head.till, commit->head.incarnation,
                                commit->head.seq, commit->body, commit->len);
    fake->now.head = entry->hash;
    fake->now.last_at = commit->head.at;
    fake->now.last_boot = entry->head.boot;
    BX_TEXT_COPY(fake->now.last_boot_id, commit->boot_id ? commit->boot_id : "");
    if (commit->number)
        fake->now.next_number[commit->series] = commit->number + 1;
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
    bool sells = wish->head.kind == BX_KIND_SALE || wish->head.kind == BX_KIND_EXCHANGE;
    if (sells && fake->room < (int64_t)LINE_MB << 20) {
        no(fault, BX_ERR_FULL, "Selling is stopped: the disk is short.");
        return BX_REFUSED;
    }
    if (fake_commit_check(fake, wish, &about, fault))
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
    for (size_t i = 0; i < notes->sign_count; i++) {
        const struct entry *entry = entry_at(fake, notes->signs[i].seq);
        if (!entry || entry->sign.state == BX_SIGN_NONE)
            return no(fault, BX_ERR_MISSING, "This document was not to be signed.");
    }
    for (size_t i = 0; i < notes->job_count; i++)
        if (!job_of(fake, &notes->jobs[i].id))
            return no(fault, BX_ERR_MISSING, "No such print.");
    for (size_t i = 0; i < notes->person_count; i++) {
        const struct bx_person_note *person = &notes->persons[i];
        if (person->bytes && (person->len > BX_PERSON_MAX || bx_id_is_zero(&person->id)))
            return no(fault, BX_ERR_INPUT, "Too much about one person.");
    }
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

static struct person *person_of(struct fake *fake, const struct bx_id *id)
{
    for (size_t i = 0; i < fake->person_count; i++)
        if (bx_id_equal(&fake->persons[i].id, id))
            return &fake->persons[i];
    return NULL;
}

static void person_put(struct fake *fake, const struct bx_person_note *note)
{
    struct person *person = person_of(fake, &note->id);
    if (!note->bytes) {
        if (person)
            *person = (struct person){0};
        return;
    }
    if (!person) {
        GROW(fake->persons, fake->person_count);
        person = &fake->persons[fake->person_count++];
    }
    *person = (struct person){.id = note->id, .until = note->until, .len = note->len};
    memcpy(person->bytes, note->bytes, note->len);
}

static void persons_put(struct fake *fake, const struct bx_journal_notes *notes)
{
    for (size_t i = 0; i < notes->person_count; i++)
        person_put(fake, &notes->persons[i]);
    for (size_t i = 0; notes->persons_end.us && i < fake->person_count; i++)
        if (fake->persons[i].until.us && fake->persons[i].until.us < notes->persons_end.us)
            fake->persons[i] = (struct person){0};
}

static int persons_show(struct fake *fake, const struct bx_query *query, int left,
                        bx_row_visit visit, void *arg)
{
    int result = 0;
    for (size_t i = 0; i < fake->person_count && left && result == 0; i++) {
        const struct person *person = &fake->persons[i];
        bool all = bx_id_is_zero(&query->id);
        if (bx_id_is_zero(&person->id) || (all && (int64_t)i < query->from) ||
            (!all && !bx_id_equal(&person->id, &query->id)))
            continue;
        struct bx_row row = {.head = {.seq = (int64_t)i + 1, .id = person->id, .at = person->until},
                             .body = person->bytes,
                             .len = person->len};
        left--;
        result = visit(arg, &row);
    }
    return result;
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
    for (size_t i = 0; i < notes->sign_count; i++) {
        struct entry *entry = sure(entry_at(fake, notes->signs[i].seq));
        if (entry->sign.state == BX_SIGN_OPEN)
            entry->sign = notes->signs[i].sign;
    }
    if (notes->has_document)
        document_put(fake, notes);
    persons_put(fake, notes);
    if (notes->contact.us != 0)
        now->contact = notes->contact;
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

/* What ENTRY moved by the voucher NAME. */
static int64_t moved_by(const struct entry *entry, const char *name)
{
    static struct bx_sale sale;
    int64_t sum = 0;
    if (bx_kind_shape(entry->head.kind) != BX_SHAPE_SALE ||
        bx_sale_decode(entry->body, entry->len, &sale, NULL) || sale.training)
        return 0;
    for (int i = 0; i < sale.tender_count; i++)
        if (sale.tenders[i].kind == BX_TENDER_VOUCHER &&
            strcmp(sale.tenders[i].reference, name) == 0)
            sum = sale.tenders[i].amount.minor;
    return sum;
}

/* The last entry that moved it took it, and is this one. */
static bool has_voucher(struct fake *fake, const struct entry *entry, const char *name)
{
    for (size_t i = fake->entry_count; i-- > 0;) {
        int64_t sum = moved_by(&fake->entries[i], name);
        if (sum != 0)
            return sum > 0 && &fake->entries[i] == entry;
    }
    return false;
}

/* Newest first, from just below `from` on; 0: from the newest. */
static bool is_below(const struct entry *entry, const struct bx_query *query)
{
    return query->from == 0 || entry->head.seq < query->from;
}

static bool is_about(struct fake *fake, const struct entry *entry, const struct bx_id *id)
{
    const struct entry *named = entry_of(fake, id);
    return named && entry->about == named->head.seq;
}

static bool has_tender(const struct bx_sale *sale, const struct bx_id *attempt)
{
    for (int i = 0; i < sale->tender_count; i++)
        if (bx_id_equal(&sale->tenders[i].attempt, attempt))
            return true;
    return false;
}

/* An intent whose money has no end yet. */
static bool is_asked(struct fake *fake, const struct entry *entry)
{
    struct bx_attempt_entry later;
    struct bx_sale *sale = bx_new(struct bx_sale);
    bool open = entry->head.kind == BX_KIND_TENDER_INTENT;
    for (size_t i = 0; i < fake->entry_count && open; i++) {
        const struct entry *other = &fake->entries[i];
        if (other->head.kind == BX_KIND_TENDER_RESULT &&
            bx_attempt_decode(other->body, other->len, &later, NULL) == 0 &&
            bx_id_equal(&later.attempt, &entry->head.id))
            open = later.state != BX_ATTEMPT_DECLINED && later.state != BX_ATTEMPT_REVERSED;
        else if (bx_kind_shape(other->head.kind) == BX_SHAPE_SALE &&
                 bx_sale_decode(other->body, other->len, sale, NULL) == 0)
            open = !has_tender(sale, &entry->head.id);
    }
    bx_free(sale);
    return open;
}

/* Those that go on from a seq. */
static bool follows(struct fake *fake, const struct entry *entry, const struct bx_query *query)
{
    if (entry->head.seq <= query->from)
        return false;
    return query->kind == BX_QUERY_QUEUED      ? is_queued(entry)
           : query->kind == BX_QUERY_ATTENTION ? is_attention(entry)
           : query->kind == BX_QUERY_CONFLICT  ? is_conflict(entry)
           : query->kind == BX_QUERY_UNSIGNED  ? entry->sign.state == BX_SIGN_OPEN
           : query->kind == BX_QUERY_ASKED     ? is_asked(fake, entry)
                                               : is_about(fake, entry, &query->id);
}

static bool answers(struct fake *fake, const struct entry *entry, const struct bx_query *query)
{
    int64_t seq = entry->head.seq;
    switch (query->kind) {
    case BX_QUERY_FROM: return seq >= query->from;
    case BX_QUERY_SALES:
        return bx_kind_shape(entry->head.kind) == BX_SHAPE_SALE && is_below(entry, query);
    case BX_QUERY_QUEUED:
    case BX_QUERY_ATTENTION:
    case BX_QUERY_ABOUT:
    case BX_QUERY_ASKED:
    case BX_QUERY_CONFLICT:
    case BX_QUERY_UNSIGNED: return follows(fake, entry, query);
    case BX_QUERY_ID: return bx_id_equal(&entry->head.id, &query->id);
    case BX_QUERY_NUMBER:
        return entry->head.number[0] && strcmp(entry->head.number, query->text) == 0;
    case BX_QUERY_CODE: return has_code(fake, entry, query->text);
    case BX_QUERY_KIND: return entry->head.kind == query->entry_kind && is_below(entry, query);
    case BX_QUERY_SHIFT: return entry->head.shift == query->from && seq > query->after;
    case BX_QUERY_PERSON: return false;
    case BX_QUERY_TENDER: return has_voucher(fake, entry, query->text);
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
                         .settled = entry->settled,
                         .sign = entry->sign};
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
    if (query->kind == BX_QUERY_PERSON)
        return persons_show(fake, query, left, visit, arg);
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
    struct bx_journal_notes notes = {.persons_end = fake->now.last_at};
    persons_put(fake, &notes);
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
    for (int i = 0; i < BX_SERIES_COUNT; i++)
        fake->now.next_number[i] = 1;
    fake->now.next_shift = 1;
    fake->room = INT64_MAX;
    return &fake->port;
}

/* The room that GROW has made by then. */
static void *rows_copy(const void *rows, size_t count, size_t size)
{
    size_t room = 1;
    while (room < count)
        room *= 2;
    void *made = bx_alloc(room, size);
    if (count > 0)
        memcpy(made, rows, count * size);
    return made;
}

#define ROWS_COPY(made, list, count) \
    (made)->list = rows_copy((made)->list, (made)->count, sizeof(*(made)->list))

struct bx_journal *fake_journal_copy(struct bx_journal *journal)
{
    struct fake *made = bx_new(struct fake);
    *made = *fake_of(journal);
    ROWS_COPY(made, entries, entry_count);
    ROWS_COPY(made, tickets, ticket_count);
    ROWS_COPY(made, leases, lease_count);
    ROWS_COPY(made, jobs, job_count);
    ROWS_COPY(made, lockouts, lockout_count);
    ROWS_COPY(made, persons, person_count);
    for (size_t i = 0; i < made->entry_count; i++)
        made->entries[i].body = rows_copy(made->entries[i].body, made->entries[i].len, 1);
    for (int i = 0; i < BX_DOCUMENTS; i++)
        if (made->documents[i])
            made->documents[i] = rows_copy(made->documents[i], made->document_lens[i], 1);
    made->now.figures = (struct bx_figures){0};
    bx_assert(bx_figures_merge(&made->now.figures, &fake_of(journal)->now.figures) == 0);
    return &made->port;
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
    bx_free(fake->persons);
    bx_figures_finish(&fake->now.figures);
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
