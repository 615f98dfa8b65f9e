/* SPDX-License-Identifier: Apache-2.0 */
/* What is stored beside entries: answers, leases, job states, documents. Every part is a put, so a
 * note whose COMMIT was unknown can simply be written again.
 *
 * States only go forward. An answer replaces another when that one did not count or says less
 * (waiting < recorded < with a task < conflict); a lease's number and used places never fall, and
 * what was closing never opens again. The core keeps these rules too; here they protect the file.
 */

#include "journal/ledger.h"

#include <inttypes.h>
#include <string.h>

#include "boxtill/base/alloc.h"

enum { QUEUED, RECORDED, ATTENTION, SETTLED };

static int answer_check(struct bx_ledger *ledger, const struct bx_entry_answer *answer,
                        struct bx_fault *fault)
{
    struct bx_stmt *stmt =
        bx_db_stmt(ledger->db, "SELECT 1 FROM entry WHERE seq = ?1 AND id = ?2 AND hash = ?3");
    bx_stmt_bind_int(stmt, 1, answer->seq);
    bx_stmt_bind_bytes(stmt, 2, answer->id.b, sizeof(answer->id.b));
    bx_stmt_bind_bytes(stmt, 3, answer->hash.b, sizeof(answer->hash.b));
    int row = bx_stmt_step(stmt, fault);
    if (row < 0)
        return row;
    if (row == 0)
        return bx_fault_set(fault, BX_ERR_CLASH, "The server answered to something else.",
                            "no entry %" PRId64 " with this id and hash", answer->seq);
    bx_stmt_reset(stmt);
    return 0;
}

/* What stands: how far it counts (-1: no row) and what it says. */
static int answer_now(struct bx_ledger *ledger, int64_t seq, int64_t *ret_standing,
                      enum bx_entry_outcome *ret, bool *ret_settled, struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(
        ledger->db, "SELECT a.standing, a.outcome, EXISTS(SELECT 1 FROM about s WHERE s.about = ?1"
                    " AND s.kind = 'settle') FROM (SELECT 1) LEFT JOIN answer a ON a.seq = ?1");
    bx_stmt_bind_int(stmt, 1, seq);
    int row = bx_stmt_step(stmt, fault);
    if (row < 0)
        return row;
    *ret_standing = bx_stmt_is_null(stmt, 0) ? -1 : bx_stmt_int(stmt, 0);
    *ret_settled = bx_stmt_int(stmt, 2) != 0;
    int err = *ret_standing < 0 ? 0 : bx_entry_outcome_parse(bx_stmt_text(stmt, 1), ret);
    bx_stmt_reset(stmt);
    if (err)
        return bx_fault_set(fault, BX_ERR_CORRUPT, "The journal is damaged.",
                            "answer to %" PRId64 ": unknown outcome", seq);
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

static int answer_put(struct bx_ledger *ledger, const struct bx_entry_answer *answer,
                      struct bx_fault *fault)
{
    int64_t standing = -1;
    bool settled = false;
    enum bx_entry_outcome outcome = BX_ENTRY_WAITING;
    int err = answer_check(ledger, answer, fault);
    if (err == 0)
        err = answer_now(ledger, answer->seq, &standing, &outcome, &settled, fault);
    if (err || (standing > QUEUED && rank_of(answer->outcome) <= rank_of(outcome)))
        return err;
    int now = rank_of(answer->outcome);
    if (now >= ATTENTION)
        now = settled ? SETTLED : ATTENTION;
    struct bx_stmt *stmt = bx_db_stmt(
        ledger->db, "INSERT INTO answer VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET"
                    " outcome = excluded.outcome, task = excluded.task, say = excluded.say,"
                    " standing = excluded.standing");
    bx_stmt_bind_int(stmt, 1, answer->seq);
    bx_stmt_bind_text(stmt, 2, bx_entry_outcome_word(answer->outcome));
    bx_stmt_bind_text(stmt, 3, answer->task);
    bx_stmt_bind_text(stmt, 4, answer->say);
    bx_stmt_bind_int(stmt, 5, now);
    return bx_stmt_run(stmt, fault);
}

/* Every entry up to meta.answered_to has an answer row: the mark only goes up, one step an entry.
 */
static int mark_raise(struct bx_ledger *ledger, struct bx_meta *meta, struct bx_fault *fault)
{
    struct bx_stmt *stmt =
        bx_db_stmt(ledger->db, "SELECT seq FROM answer WHERE seq > ?1 ORDER BY seq");
    bx_stmt_bind_int(stmt, 1, meta->answered_to);
    int row;
    while ((row = bx_stmt_step(stmt, fault)) > 0 && bx_stmt_int(stmt, 0) == meta->answered_to + 1)
        meta->answered_to++;
    bx_stmt_reset(stmt);
    return row < 0 ? row : 0;
}

static int answers_put(struct bx_ledger *ledger, const struct bx_journal_notes *notes,
                       struct bx_meta *meta, struct bx_fault *fault)
{
    int err = 0;
    if (notes->reoffer_above >= 0) {
        struct bx_stmt *stmt = bx_db_stmt(
            ledger->db, "UPDATE answer SET standing = 0 WHERE seq > ?1 AND standing <> 0");
        bx_stmt_bind_int(stmt, 1, notes->reoffer_above);
        err = bx_stmt_run(stmt, fault);
    }
    for (size_t i = 0; i < notes->answer_count && err == 0; i++)
        err = answer_put(ledger, &notes->answers[i], fault);
    return err || !notes->answer_count ? err : mark_raise(ledger, meta, fault);
}

static int lease_clash(const struct bx_lease *lease, const char *what, struct bx_fault *fault)
{
    return bx_fault_set(fault, BX_ERR_CLASH, "The till's places contradict what is stored.",
                        "pool %s r %" PRId64 ": %s", lease->pool.s, lease->r, what);
}

static bool is_over(enum bx_lease_state state)
{
    return state == BX_LEASE_CLOSING || state == BX_LEASE_CLOSED;
}

static int lease_check(struct bx_ledger *ledger, const struct bx_lease *lease,
                       struct bx_fault *fault)
{
    if (lease->used < 0 || lease->used > lease->n)
        return lease_clash(lease, "used is not within n", fault);
    struct bx_stmt *stmt =
        bx_db_stmt(ledger->db, "SELECT r, used, state FROM lease WHERE pool = ?1");
    bx_stmt_bind_text(stmt, 1, lease->pool.s);
    int row = bx_stmt_step(stmt, fault);
    if (row <= 0)
        return row;
    int64_t r = bx_stmt_int(stmt, 0), used = bx_stmt_int(stmt, 1);
    enum bx_lease_state state;
    int err = bx_lease_parse(bx_stmt_text(stmt, 2), &state);
    bx_stmt_reset(stmt);
    if (err)
        return bx_fault_set(fault, BX_ERR_CORRUPT, "The journal is damaged.", "lease of %s",
                            lease->pool.s);
    if (lease->r < r)
        return lease_clash(lease, "a later one is stored", fault);
    if (lease->r == r && lease->used < used)
        return lease_clash(lease, "more places are used", fault);
    if (lease->r == r && is_over(state) && !is_over(lease->state))
        return lease_clash(lease, "it is closing", fault);
    return 0;
}

static int lease_put(struct bx_ledger *ledger, const struct bx_lease *lease, struct bx_fault *fault)
{
    int err = lease_check(ledger, lease, fault);
    if (err)
        return err;
    struct bx_stmt *stmt = bx_db_stmt(
        ledger->db,
        "INSERT INTO lease(pool, r, n, used, state, epoch, expires, taken)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET r = excluded.r,"
        " n = excluded.n, used = excluded.used, state = excluded.state,"
        " epoch = excluded.epoch, expires = excluded.expires, taken = excluded.taken");
    bx_stmt_bind_text(stmt, 1, lease->pool.s);
    bx_stmt_bind_int(stmt, 2, lease->r);
    bx_stmt_bind_int(stmt, 3, lease->n);
    bx_stmt_bind_int(stmt, 4, lease->used);
    bx_stmt_bind_text(stmt, 5, bx_lease_word(lease->state));
    bx_stmt_bind_int(stmt, 6, lease->epoch);
    bx_stmt_bind_int(stmt, 7, lease->expires.us);
    bx_stmt_bind_int(stmt, 8, lease->taken);
    return bx_stmt_run(stmt, fault);
}

static int job_change(struct bx_ledger *ledger, const struct bx_print_job *job,
                      struct bx_fault *fault)
{
    struct bx_stmt *stmt =
        bx_db_stmt(ledger->db, "UPDATE print_job SET state = ?2, at = ?3, say = ?4 WHERE id = ?1");
    bx_stmt_bind_bytes(stmt, 1, job->id.b, sizeof(job->id.b));
    bx_stmt_bind_text(stmt, 2, bx_job_state_word(job->state));
    bx_stmt_bind_int(stmt, 3, job->at.us);
    bx_stmt_bind_text(stmt, 4, job->say);
    int err = bx_stmt_run(stmt, fault);
    if (err == 0 && bx_db_changes(ledger->db) != 1)
        return bx_fault_set(fault, BX_ERR_MISSING, "This print is not in the journal.", NULL);
    return err;
}

static int document_put(struct bx_ledger *ledger, const struct bx_journal_notes *notes,
                        struct bx_fault *fault)
{
    struct bx_stmt *stmt =
        bx_db_stmt(ledger->db, "INSERT INTO document VALUES(?1, ?2) ON CONFLICT DO UPDATE SET"
                               " bytes = excluded.bytes");
    bx_stmt_bind_text(stmt, 1, bx_document_word(notes->document));
    bx_stmt_bind_bytes(stmt, 2, notes->bytes, notes->len);
    return bx_stmt_run(stmt, fault);
}

/* Said once: a row that is not open any more stays as it is. */
static int sign_put(struct bx_ledger *ledger, const struct bx_sign_note *note,
                    struct bx_fault *fault)
{
    const struct bx_sign *sign = &note->sign;
    struct bx_stmt *stmt = bx_db_stmt(
        ledger->db, "UPDATE sign SET begun = iif(state = 'open', ?3, begun),"
                    " at = iif(state = 'open', ?4, at),"
                    " transact = iif(state = 'open', ?5, transact),"
                    " counter = iif(state = 'open', ?6, counter),"
                    " device = iif(state = 'open', ?7, device), qr = iif(state = 'open', ?8, qr),"
                    " state = iif(state = 'open', ?2, state) WHERE seq = ?1");
    bx_stmt_bind_int(stmt, 1, note->seq);
    bx_stmt_bind_text(stmt, 2, bx_sign_state_word(sign->state));
    bx_stmt_bind_int(stmt, 3, sign->begun.us);
    bx_stmt_bind_int(stmt, 4, sign->at.us);
    bx_stmt_bind_int(stmt, 5, sign->transaction);
    bx_stmt_bind_int(stmt, 6, sign->counter);
    bx_stmt_bind_text(stmt, 7, sign->device);
    bx_stmt_bind_text(stmt, 8, sign->qr);
    int err = bx_stmt_run(stmt, fault);
    if (err == 0 && bx_db_changes(ledger->db) != 1)
        return bx_fault_set(fault, BX_ERR_MISSING, "This document was not to be signed.",
                            "entry %" PRId64, note->seq);
    return err;
}

static void seen_raise(const struct bx_journal_notes *notes, struct bx_meta *meta)
{
    if (notes->contact.us != 0)
        meta->contact = notes->contact.us;
    if (notes->seen_epoch < meta->seen_epoch ||
        (notes->seen_epoch == meta->seen_epoch && notes->seen_commit <= meta->seen_commit))
        return;
    meta->seen_epoch = notes->seen_epoch;
    meta->seen_commit = notes->seen_commit;
}

static int stage(struct bx_ledger *ledger, const struct bx_journal_notes *notes,
                 struct bx_meta *meta, struct bx_tail *tail, struct bx_fault *fault)
{
    int err = bx_persons_secure(ledger, notes, fault);
    if (err == 0)
        err = bx_db_begin(ledger->db, fault);
    if (err == 0)
        err = bx_meta_load(ledger, meta, fault);
    if (err == 0)
        err = bx_tail_load(ledger, tail, fault);
    if (err == 0)
        err = answers_put(ledger, notes, meta, fault);
    for (size_t i = 0; i < notes->lease_count && err == 0; i++)
        err = lease_put(ledger, &notes->leases[i], fault);
    for (size_t i = 0; i < notes->job_count && err == 0; i++)
        err = job_change(ledger, &notes->jobs[i], fault);
    for (size_t i = 0; i < notes->sign_count && err == 0; i++)
        err = sign_put(ledger, &notes->signs[i], fault);
    if (err == 0 && notes->has_document)
        err = document_put(ledger, notes, fault);
    for (size_t i = 0; i < notes->person_count && err == 0; i++)
        err = bx_person_put(ledger, &notes->persons[i], fault);
    if (err == 0 && notes->persons_end.us)
        err = bx_persons_end(ledger, notes->persons_end, fault);
    seen_raise(notes, meta);
    meta->turn++;
    return err ? err : bx_meta_store(ledger, meta, fault);
}

/* One try. *RET_COMMIT tells whether it was COMMIT that erred. */
static int note_try(struct bx_ledger *ledger, const struct bx_journal_notes *notes,
                    struct bx_tail *tail, bool *ret_commit, struct bx_fault *fault)
{
    struct bx_meta meta;
    int err = stage(ledger, notes, &meta, tail, fault);
    *ret_commit = err == 0;
    if (err == 0)
        return bx_ledger_end(ledger, BX_UNSURE_NOTE, meta.turn, fault);
    bx_db_rollback(ledger->db);
    return err;
}

/* What can be done about a note that failed: find out, make room, write it again. */
static int note_again(struct bx_ledger *ledger, const struct bx_journal_notes *notes,
                      struct bx_tail *tail, int err, struct bx_fault *fault)
{
    struct bx_fault later;
    bool there = false, commit;
    bool room = err == BX_ERR_FULL && bx_ballast_drop(ledger);
    if (ledger->unsure && bx_ledger_settle(ledger, &there, &later))
        return err;
    if (there)
        return 0;
    return room ? note_try(ledger, notes, tail, &commit, fault) : err;
}

int bx_ledger_note(struct bx_journal *journal, const struct bx_journal_notes *notes,
                   struct bx_ref *ret, struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    struct bx_tail tail;
    bool commit;
    int err = bx_ledger_ready(ledger, &fault);
    if (err)
        return err;
    ledger->quiet = 0;
    err = note_try(ledger, notes, &tail, &commit, fault);
    if (err && (commit || err == BX_ERR_FULL))
        err = note_again(ledger, notes, &tail, err, fault);
    if (err == 0 && (notes->person_count || notes->persons_end.us))
        err = bx_persons_gone(ledger, fault);
    if (err == 0 && ret)
        *ret = (struct bx_ref){.seq = tail.seq, .id = tail.id, .hash = tail.hash};
    return err;
}
