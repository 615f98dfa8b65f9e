/* SPDX-License-Identifier: Apache-2.0 */
/* What a start needs to know, in time that does not grow with history: one row of meta, the last
 * entry, and what is still open. */

#include "journal/ledger.h"

#include <inttypes.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

static int damaged(const char *what, struct bx_fault *fault)
{
    return bx_fault_set(fault, BX_ERR_CORRUPT, "The journal is damaged.", "%s", what);
}

int bx_ledger_enrol(struct bx_journal *journal, const struct bx_identity *identity,
                    struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    struct bx_meta meta;
    struct bx_tail tail;
    if (identity->till < 1 || identity->till > 999999 || identity->incarnation < 1 ||
        identity->issuer < 0 || identity->issuer >= BX_ISSUERS_MAX)
        return bx_fault_set(fault, BX_ERR_INPUT, "The server gave no valid till number.", NULL);
    int err = bx_ledger_ready(ledger, &fault);
    if (err == 0)
        err = bx_db_begin(ledger->db, fault);
    if (err)
        return err;
    err = bx_meta_load(ledger, &meta, fault);
    if (err == 0)
        err = bx_tail_load(ledger, &tail, fault);
    bool same = err == 0 && meta.till == identity->till && meta.issuer == identity->issuer &&
                meta.incarnation == identity->incarnation;
    if (err == 0 && !same && (meta.till || tail.seq))
        err = bx_fault_set(fault, BX_ERR_REFUSED,
                           "This journal belongs to an enrolled till. Enrol with an empty one.",
                           "till %" PRId64 " incarnation %" PRId64, meta.till, meta.incarnation);
    if (err == 0) {
        meta.till = identity->till;
        meta.incarnation = identity->incarnation;
        meta.issuer = identity->issuer;
        meta.turn++;
        err = bx_meta_store(ledger, &meta, fault);
    }
    if (err == 0)
        return bx_ledger_end(ledger, BX_UNSURE_NOTE, meta.turn, fault);
    bx_db_rollback(ledger->db);
    return err;
}

int bx_ledger_document(struct bx_journal *journal, enum bx_document document, struct bx_buf *out,
                       struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    int err = bx_ledger_ready(ledger, &fault);
    if (err)
        return err;
    struct bx_stmt *stmt = bx_db_stmt(ledger->db, "SELECT bytes FROM document WHERE word = ?1");
    bx_stmt_bind_text(stmt, 1, bx_document_word(document));
    int row = bx_stmt_step(stmt, fault);
    if (row < 0)
        return row;
    if (row == 0)
        return bx_fault_set(fault, BX_ERR_MISSING, "The server has not sent it yet.", "document %s",
                            bx_document_word(document));
    size_t len;
    const void *bytes = bx_stmt_bytes(stmt, 0, &len);
    bx_buf_add(out, bytes, len);
    bx_stmt_reset(stmt);
    if (out->full)
        return bx_fault_set(fault, BX_ERR_FULL, "A stored document is too large.", "%zu bytes",
                            len);
    return 0;
}

/* LIST with room for one more than COUNT. */
static void *room_for(void *list, size_t count, size_t size)
{
    bool full = (count & (count - 1)) == 0; /* 0 and the powers of two: as large as it was made */
    return full ? bx_realloc(list, count ? 2 * count : 1, size) : list;
}

static int job_read(struct bx_stmt *stmt, struct bx_print_job *job, struct bx_fault *fault)
{
    *job = (struct bx_print_job){
        .seq = bx_stmt_int(stmt, 1),
        .sale = bx_stmt_int(stmt, 2),
        .ticket = (int)bx_stmt_int(stmt, 4),
        .copy = (int)bx_stmt_int(stmt, 5),
        .at = {bx_stmt_int(stmt, 7)},
    };
    BX_TEXT_COPY(job->say, bx_stmt_text(stmt, 8));
    if (!bx_stmt_copy(stmt, 0, &job->id, sizeof(job->id)))
        return damaged("id of a print job", fault);
    if (bx_paper_parse(bx_stmt_text(stmt, 3), &job->kind))
        return damaged("kind of a print job", fault);
    if (bx_job_state_parse(bx_stmt_text(stmt, 6), &job->state))
        return damaged("state of a print job", fault);
    return 0;
}

static int job_take(void *arg, struct bx_stmt *stmt, struct bx_fault *fault)
{
    struct bx_journal_state *state = arg;
    state->jobs = room_for(state->jobs, state->job_count, sizeof(*state->jobs));
    return job_read(stmt, &state->jobs[state->job_count++], fault);
}

static int jobs_load(struct bx_ledger *ledger, struct bx_journal_state *state,
                     struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(
        ledger->db, "SELECT id, seq, sale, kind, ticket, copy, state, at, say FROM print_job"
                    " WHERE state <> 'confirmed' AND state <> 'sent' AND state <> 'cancelled' "
                    "ORDER BY seq, id");
    return bx_stmt_each(stmt, job_take, state, fault);
}

static int lease_take(void *arg, struct bx_stmt *stmt, struct bx_fault *fault)
{
    struct bx_journal_state *state = arg;
    struct bx_lease lease = {
        .r = bx_stmt_int(stmt, 1),
        .n = bx_stmt_int(stmt, 2),
        .used = bx_stmt_int(stmt, 3),
        .epoch = bx_stmt_int(stmt, 5),
        .expires = {bx_stmt_int(stmt, 6)},
        .taken = bx_stmt_int(stmt, 7),
    };
    if (!BX_TEXT_COPY(lease.pool.s, bx_stmt_text(stmt, 0)) ||
        bx_lease_parse(bx_stmt_text(stmt, 4), &lease.state))
        return damaged("a lease", fault);
    if (lease.state == BX_LEASE_CLOSED && state->lease_count >= BX_LEASES_MAX)
        return 1;
    state->leases = room_for(state->leases, state->lease_count, sizeof(*state->leases));
    state->leases[state->lease_count++] = lease;
    return 0;
}

/* All that are not closed; of the closed ones the latest, as many as fit. */
static int leases_load(struct bx_ledger *ledger, struct bx_journal_state *state,
                       struct bx_fault *fault)
{
    struct bx_stmt *stmt =
        bx_db_stmt(ledger->db, "SELECT pool, r, n, used, state, epoch, expires, taken FROM lease"
                               " ORDER BY state = 'closed', expires DESC, pool");
    int err = bx_stmt_each(stmt, lease_take, state, fault);
    return err > 0 ? 0 : err;
}

static int lockout_take(void *arg, struct bx_stmt *stmt, struct bx_fault *fault)
{
    (void)fault;
    struct bx_journal_state *state = arg;
    state->lockouts[state->lockout_count++] = (struct bx_lockout){
        .user = bx_stmt_int(stmt, 0),
        .failures = (int)bx_stmt_int(stmt, 1),
        .last = {bx_stmt_int(stmt, 2)},
    };
    return 0;
}

static int lockouts_load(struct bx_ledger *ledger, struct bx_journal_state *state,
                         struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(
        ledger->db, "SELECT user, failures, last FROM lockout ORDER BY last DESC LIMIT ?1");
    bx_stmt_bind_int(stmt, 1, BX_LOCKOUTS_MAX);
    return bx_stmt_each(stmt, lockout_take, state, fault);
}

/* Entries without an answer row all lie above the mark; rows that do not count are few. */
static int counts_load(struct bx_ledger *ledger, const struct bx_meta *meta, int64_t last,
                       struct bx_journal_state *state, struct bx_fault *fault)
{
    int64_t above = 0, open = 0;
    int err = bx_db_int(ledger->db,
                        "SELECT count(*) FROM answer WHERE seq > (SELECT answered_to FROM meta)",
                        &above, fault);
    if (err == 0)
        err = bx_db_int(ledger->db, "SELECT count(*) FROM answer WHERE standing = 0", &open, fault);
    if (err == 0)
        err = bx_db_int(ledger->db, "SELECT count(*) FROM answer WHERE standing = 2",
                        &state->attention, fault);
    state->queued = last - meta->answered_to - above + open;
    return err;
}

static int last_sale_load(struct bx_ledger *ledger, int64_t seq, struct bx_ref *ret,
                          struct bx_fault *fault)
{
    if (!seq)
        return 0;
    struct bx_stmt *stmt = bx_db_stmt(ledger->db, "SELECT id, hash FROM entry WHERE seq = ?1");
    bx_stmt_bind_int(stmt, 1, seq);
    int row = bx_stmt_step(stmt, fault);
    if (row < 0)
        return row;
    bool whole = row == 1 && bx_stmt_copy(stmt, 0, &ret->id, sizeof(ret->id)) &&
                 bx_stmt_copy(stmt, 1, &ret->hash, sizeof(ret->hash));
    bx_stmt_reset(stmt);
    ret->seq = seq;
    return whole ? 0 : damaged("the last sale", fault);
}

static int sign_take(void *arg, struct bx_stmt *stmt, struct bx_fault *fault)
{
    struct bx_journal_state *state = arg;
    enum bx_sign_state word;
    if (bx_sign_state_parse(bx_stmt_text(stmt, 0), &word))
        return damaged("state of a signature", fault);
    state->signs[word] = bx_stmt_int(stmt, 1);
    return 0;
}

/* Of the open shift, as far as that goes; what is open, and whether the device was lost. */
static int signs_load(struct bx_ledger *ledger, struct bx_journal_state *state,
                      struct bx_fault *fault)
{
    int64_t lost = 0, back = 0;
    int err = bx_db_int(ledger->db, "SELECT count(*) FROM sign WHERE state = 'open'",
                        &state->unsigned_count, fault);
    if (err == 0)
        err = bx_db_int(ledger->db,
                        "SELECT coalesce(max(seq), 0) FROM entry"
                        " WHERE kind = 'sign-lost' AND kind <> 'sale'",
                        &lost, fault);
    if (err == 0)
        err = bx_db_int(ledger->db,
                        "SELECT coalesce(max(seq), 0) FROM entry"
                        " WHERE kind = 'sign-back' AND kind <> 'sale'",
                        &back, fault);
    state->sign_lost = lost > back;
    if (err || state->shift_seq == 0)
        return err;
    struct bx_stmt *stmt =
        bx_db_stmt(ledger->db, "SELECT state, count(*) FROM sign WHERE seq >= ?1 GROUP BY state");
    bx_stmt_bind_int(stmt, 1, state->shift_seq);
    return bx_stmt_each(stmt, sign_take, state, fault);
}

static int state_load(struct bx_ledger *ledger, struct bx_journal_state *state,
                      struct bx_fault *fault)
{
    struct bx_meta meta;
    struct bx_tail tail;
    int err = bx_meta_load(ledger, &meta, fault);
    if (err == 0)
        err = bx_tail_load(ledger, &tail, fault);
    if (err)
        return err;
    state->till = meta.till;
    state->incarnation = meta.incarnation;
    state->issuer = (int)meta.issuer;
    state->seen_epoch = meta.seen_epoch;
    state->seen_commit = meta.seen_commit;
    state->contact.us = meta.contact;
    state->next_seq = tail.seq + 1;
    for (int i = 0; i < BX_SERIES_COUNT; i++)
        state->next_number[i] = meta.numbers[i] + 1;
    state->head = tail.hash;
    state->shift = meta.shift;
    state->next_shift = meta.next_shift;
    state->user = meta.user;
    state->last_at.us = tail.at;
    state->last_boot = tail.boot * 1000;
    BX_TEXT_COPY(state->last_boot_id, meta.boot_id);
    state->offline = meta.offline != 0;
    state->training = meta.training != 0;
    state->shift_opened.us = meta.opened;
    state->shift_seq = meta.shift_seq;
    state->perpetual = (struct bx_perpetual){{meta.sales}, {meta.returns}};
    err = counts_load(ledger, &meta, tail.seq, state, fault);
    if (err == 0)
        err = last_sale_load(ledger, meta.last_sale, &state->last_sale, fault);
    if (err == 0)
        err = jobs_load(ledger, state, fault);
    if (err == 0)
        err = leases_load(ledger, state, fault);
    if (err == 0)
        err = signs_load(ledger, state, fault);
    if (err == 0 && meta.shift)
        err = bx_total_now(ledger, &meta, &state->figures, fault);
    return err ? err : lockouts_load(ledger, state, fault);
}

int bx_ledger_load(struct bx_journal *journal, struct bx_journal_state *ret, struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    struct bx_journal_state state = {0};
    int err = bx_ledger_ready(ledger, &fault);
    if (err == 0)
        err = state_load(ledger, &state, fault);
    if (err) {
        bx_journal_state_finish(&state);
        return err;
    }
    *ret = state;
    return 0;
}
