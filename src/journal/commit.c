/* SPDX-License-Identifier: Apache-2.0 */
/* The one place where a sale becomes a fact. Everything is checked and written between BEGIN
 * IMMEDIATE and COMMIT; until COMMIT is called nothing of it can remain, so every failure up to
 * there is a refusal. An error of COMMIT itself is neither: in WAL mode it has been seen to come
 * back after a restart, so it is fault as unknown and looked up (open.c).
 *
 * A checkpoint never stands between the customer and the ticket: idle time does it. Only when the
 * log has grown past the cap, because nobody was idle, a commit does it behind itself. */

#include "journal/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/point.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/gift.h"

enum { WAL_CAP = 4096 }; /* pages: 16 MB */

static int clash(struct bx_fault *fault, const char *what, int64_t got, int64_t wanted)
{
    return bx_fault_set(fault, BX_ERR_CLASH,
                        "The journal went on without this screen. Start Boxtill again.",
                        "%s is %" PRId64 ", the journal stands at %" PRId64, what, got, wanted);
}

static bool is_of_a_shift(enum bx_kind kind)
{
    enum bx_shape shape = bx_kind_shape(kind);
    return shape == BX_SHAPE_SALE || shape == BX_SHAPE_CASH || shape == BX_SHAPE_TENDER_CHANGE ||
           kind == BX_KIND_SHIFT_CLOSE;
}

/* What moves money or goods belongs to the open shift, and nothing to one that is closed. */
static int shift_check(const struct bx_entry_head *head, const struct bx_meta *meta,
                       struct bx_fault *fault)
{
    if (head->kind == BX_KIND_SHIFT_OPEN && meta->shift)
        return clash(fault, "a shift while another is open, shift", head->shift, meta->shift);
    if (head->kind == BX_KIND_SHIFT_OPEN)
        return head->shift == meta->next_shift
                   ? 0
                   : clash(fault, "shift", head->shift, meta->next_shift);
    bool fits = head->shift ? head->shift == meta->shift : !is_of_a_shift(head->kind);
    return fits ? 0 : clash(fault, "shift", head->shift, meta->shift);
}

static int number_check(const struct bx_commit *commit, const struct bx_meta *meta,
                        struct bx_fault *fault)
{
    const struct bx_sale *sale = commit->content.sale;
    enum bx_series series = bx_series_of(commit->head.kind, sale && sale->training);
    char number[BX_NUMBER_SIZE] = "";
    int64_t next = series == BX_SERIES_NONE ? 0 : meta->numbers[series] + 1;
    if (commit->number != next || (next && commit->series != series))
        return clash(fault, "number", commit->number, next);
    if (next)
        bx_number_format(meta->till, series, next, number);
    if (strcmp(number, commit->head.number) != 0)
        return clash(fault, "the number's text", 0, next);
    if (sale && sale->training && sale->use_count)
        return clash(fault, "places taken in training", sale->use_count, 0);
    return 0;
}

/* Does the entry continue what is stored? */
static int place_check(const struct bx_commit *commit, const struct bx_meta *meta,
                       const struct bx_tail *tail, struct bx_fault *fault)
{
    const struct bx_entry_head *head = &commit->head;
    if (!meta->till)
        return bx_fault_set(fault, BX_ERR_REFUSED, "This till is not enrolled yet.", NULL);
    if (meta->last_seq != tail->seq)
        return bx_fault_set(fault, BX_ERR_CORRUPT, "The journal is damaged: its end is missing.",
                            "entry %" PRId64 " is the last, %" PRId64 " should be", tail->seq,
                            meta->last_seq);
    if (head->till != meta->till)
        return clash(fault, "till", head->till, meta->till);
    if (head->incarnation != meta->incarnation)
        return clash(fault, "incarnation", head->incarnation, meta->incarnation);
    if (head->seq != tail->seq + 1)
        return clash(fault, "seq", head->seq, tail->seq + 1);
    if (!bx_hash_equal(&commit->prev, &tail->hash))
        return clash(fault, "the head at seq", head->seq, tail->seq);
    int err = shift_check(head, meta, fault);
    return err ? err : number_check(commit, meta, fault);
}

/* Every column stands in the body too, and says the same. Reading the whole body again would cost
 * more than all the rest that is checked here; `verify` does it. */
static int body_check(const struct bx_commit *commit, struct bx_fault *fault)
{
    if (bx_entry_begins_with(commit->body, commit->len, &commit->head))
        return 0;
    return bx_fault_set(fault, BX_ERR_CLASH,
                        "The journal went on without this screen. Start Boxtill again.",
                        "the body does not say what entry %" PRId64 " is", commit->head.seq);
}

static int entry_put(struct bx_ledger *ledger, const struct bx_commit *commit,
                     const struct bx_hash *hash, struct bx_fault *fault)
{
    const struct bx_entry_head *head = &commit->head;
    struct bx_stmt *stmt = bx_db_stmt(
        ledger->db, "INSERT INTO entry(seq, incarnation, id, kind, number, at, boot, shift, user,"
                    " body, prev, hash) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
    bx_stmt_bind_int(stmt, 1, head->seq);
    bx_stmt_bind_int(stmt, 2, head->incarnation);
    bx_stmt_bind_bytes(stmt, 3, head->id.b, sizeof(head->id.b));
    bx_stmt_bind_text(stmt, 4, bx_kind_word(head->kind));
    bx_stmt_bind_text(stmt, 5, head->number[0] ? head->number : NULL);
    bx_stmt_bind_int(stmt, 6, head->at.us);
    bx_stmt_bind_int(stmt, 7, head->boot / 1000);
    bx_stmt_bind_int(stmt, 8, head->shift);
    bx_stmt_bind_int(stmt, 9, head->user);
    bx_stmt_bind_text_n(stmt, 10, commit->body, commit->len);
    bx_stmt_bind_bytes(stmt, 11, commit->prev.b, sizeof(commit->prev.b));
    bx_stmt_bind_bytes(stmt, 12, hash->b, sizeof(hash->b));
    int err = bx_stmt_run(stmt, fault);
    if (err == BX_ERR_CLASH)
        bx_fault_set(fault, BX_ERR_CLASH,
                     head->kind == BX_KIND_TAKE ? "This code was used before."
                                                : "This was stored before.",
                     "the id of seq %" PRId64 " is taken", head->seq);
    return err;
}

static int job_put(struct bx_ledger *ledger, const struct bx_print_job *job, struct bx_fault *fault)
{
    struct bx_stmt *stmt =
        bx_db_stmt(ledger->db, "INSERT INTO print_job(id, seq, sale, kind, ticket, copy, state, at,"
                               " say) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
    bx_stmt_bind_bytes(stmt, 1, job->id.b, sizeof(job->id.b));
    bx_stmt_bind_int(stmt, 2, job->seq);
    bx_stmt_bind_int(stmt, 3, job->sale);
    bx_stmt_bind_text(stmt, 4, bx_paper_word(job->kind));
    bx_stmt_bind_int(stmt, 5, job->ticket);
    bx_stmt_bind_int(stmt, 6, job->copy);
    bx_stmt_bind_text(stmt, 7, bx_job_state_word(job->state));
    bx_stmt_bind_int(stmt, 8, job->at.us);
    bx_stmt_bind_text(stmt, 9, job->say);
    return bx_stmt_run(stmt, fault);
}

/* The guarded UPDATE did not fit: say which of its conditions was not met. */
static int use_refused(struct bx_ledger *ledger, const struct bx_lease_use *use,
                       struct bx_fault *fault)
{
    struct bx_stmt *stmt =
        bx_db_stmt(ledger->db, "SELECT r, n, used, state FROM lease WHERE pool = ?1");
    bx_stmt_bind_text(stmt, 1, use->pool.s);
    int row = bx_stmt_step(stmt, fault);
    if (row < 0)
        return row;
    int64_t r = 0, n = 0, used = 0;
    bool open = false;
    if (row) {
        r = bx_stmt_int(stmt, 0);
        n = bx_stmt_int(stmt, 1);
        used = bx_stmt_int(stmt, 2);
        open = strcmp(bx_stmt_text(stmt, 3), bx_lease_word(BX_LEASE_OPEN)) == 0;
        bx_stmt_reset(stmt);
    }
    if (r == use->r && open && used != use->before)
        return clash(fault, "used places", use->before, used);
    bx_fault_set(fault, BX_ERR_REFUSED, "These places are not this till's any more.",
                 "pool %s: wants %" PRId64 " of r %" PRId64 ", stored r %" PRId64 " n %" PRId64
                 " used %" PRId64 "%s",
                 use->pool.s, use->q, use->r, r, n, used, open ? "" : ", not open");
    return BX_ERR_REFUSED;
}

static int sign_open(struct bx_ledger *ledger, int64_t seq, struct bx_fault *fault)
{
    struct bx_stmt *stmt =
        bx_db_stmt(ledger->db, "INSERT INTO sign VALUES(?1, 'open', 0, 0, 0, 0, '', '')");
    bx_stmt_bind_int(stmt, 1, seq);
    return bx_stmt_run(stmt, fault);
}

static int use_take(struct bx_ledger *ledger, const struct bx_lease_use *use,
                    struct bx_fault *fault)
{
    if (use->q <= 0)
        return bx_fault_set(fault, BX_ERR_INPUT, "The entry takes no places.", "pool %s q %" PRId64,
                            use->pool.s, use->q);
    struct bx_stmt *stmt = bx_db_stmt(
        ledger->db, "UPDATE lease SET used = used + ?3 WHERE pool = ?1 AND r = ?2 AND used = ?4"
                    " AND state = 'open' AND used + ?3 <= n");
    bx_stmt_bind_text(stmt, 1, use->pool.s);
    bx_stmt_bind_int(stmt, 2, use->r);
    bx_stmt_bind_int(stmt, 3, use->q);
    bx_stmt_bind_int(stmt, 4, use->before);
    int err = bx_stmt_run(stmt, fault);
    if (err == 0 && bx_db_changes(ledger->db) != 1)
        return use_refused(ledger, use, fault);
    return err;
}

/* Places that go to another till are used; those that come from one are more to use. */
static int gift_move(struct bx_ledger *ledger, const struct bx_commit *commit,
                     struct bx_fault *fault)
{
    struct bx_gift gift;
    const char *about = commit->content.about ? commit->content.about : "";
    int err = bx_gift_read(&commit->head, about, commit->content.n, &gift, fault);
    if (err)
        return err;
    if (commit->head.kind == BX_KIND_GIVE)
        return use_take(ledger, &(struct bx_lease_use){gift.pool, gift.r, gift.before, gift.places},
                        fault);
    struct bx_stmt *stmt = bx_db_stmt(ledger->db, "UPDATE lease SET n = n + ?3, taken = taken + ?3"
                                                  " WHERE pool = ?1 AND r = ?2 AND state = 'open'");
    bx_stmt_bind_text(stmt, 1, gift.pool.s);
    bx_stmt_bind_int(stmt, 2, gift.own_r);
    bx_stmt_bind_int(stmt, 3, gift.places);
    err = bx_stmt_run(stmt, fault);
    if (err == 0 && bx_db_changes(ledger->db) != 1)
        return bx_fault_set(fault, BX_ERR_REFUSED, "This till has no open lease of these places.",
                            "pool %s r %" PRId64, gift.pool.s, gift.own_r);
    return err;
}

int bx_ledger_stage(struct bx_ledger *ledger, const struct bx_commit *commit, struct bx_meta *meta,
                    struct bx_ref *ref, struct bx_fault *fault)
{
    struct bx_tail tail;
    int err = bx_meta_load(ledger, meta, fault);
    if (err == 0)
        err = bx_tail_load(ledger, &tail, fault);
    if (err == 0)
        err = place_check(commit, meta, &tail, fault);
    if (err == 0)
        err = body_check(commit, fault);
    if (err)
        return err;
    ref->seq = commit->head.seq;
    ref->id = commit->head.id;
    ref->hash = bx_entry_hash(&commit->prev, meta->till, meta->incarnation, commit->head.seq,
                              commit->body, commit->len);
    err = entry_put(ledger, commit, &ref->hash, fault);
    for (int i = 0; commit->content.sale && i < commit->content.sale->use_count && err == 0; i++)
        err = use_take(ledger, &commit->content.sale->uses[i], fault);
    if (err == 0 && bx_gift_is_kind(commit->head.kind))
        err = gift_move(ledger, commit, fault);
    for (size_t i = 0; i < commit->job_count && err == 0; i++)
        err = job_put(ledger, &commit->jobs[i], fault);
    if (err == 0 && commit->sign)
        err = sign_open(ledger, commit->head.seq, fault);
    struct bx_step step = {.ledger = ledger, .commit = commit, .meta = meta};
    if (err == 0)
        err = bx_project(&step, fault);
    meta->last_seq = commit->head.seq;
    BX_TEXT_COPY(meta->boot_id, commit->boot_id ? commit->boot_id : "");
    meta->turn++;
    return err ? err : bx_meta_store(ledger, meta, fault);
}

/* Is the member there that the kind says, and only that? shift-open was a note once. */
static bool parts_fit(const struct bx_commit *commit)
{
    const struct bx_content *content = &commit->content;
    const void *const parts[] = {
        [BX_SHAPE_SALE] = content->sale,       [BX_SHAPE_PAPER] = content->paper,
        [BX_SHAPE_CASH] = content->cash,       [BX_SHAPE_TENDER_CHANGE] = content->change,
        [BX_SHAPE_ATTEMPT] = content->attempt, [BX_SHAPE_INVOICE] = content->invoice,
        [BX_SHAPE_REPORT] = content->report,   [BX_SHAPE_NOTE] = NULL,
    };
    enum bx_shape shape = bx_kind_shape(commit->head.kind);
    size_t given = 0;
    for (size_t i = 0; i < bx_countof(parts); i++)
        given += parts[i] != NULL;
    bool none = shape == BX_SHAPE_NOTE || commit->head.kind == BX_KIND_SHIFT_OPEN;
    return commit->len <= BX_BODY_MAX && (parts[shape] ? given == 1 : none && given == 0);
}

enum bx_outcome bx_ledger_commit(struct bx_journal *journal, const struct bx_commit *commit,
                                 struct bx_ref *ret, struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    struct bx_meta meta;
    struct bx_ref ref;
    bx_assert(parts_fit(commit));
    if (bx_ledger_ready(ledger, &fault))
        return BX_REFUSED;
    if ((commit->head.kind == BX_KIND_SALE || commit->head.kind == BX_KIND_EXCHANGE) &&
        bx_disk_check(ledger, fault))
        return BX_REFUSED;
    ledger->quiet = 0;
    bx_point("commit.begin");
    int err = bx_db_begin(ledger->db, fault);
    if (err == 0)
        err = bx_ledger_stage(ledger, commit, &meta, &ref, fault);
    if (err) {
        bx_db_rollback(ledger->db);
        if (err == BX_ERR_FULL)
            bx_ballast_drop(ledger);
        return BX_REFUSED;
    }
    bx_point("commit.before");
    err = bx_ledger_end(ledger, BX_UNSURE_COMMIT, meta.turn, fault);
    if (err) {
        if (err == BX_ERR_FULL)
            bx_ballast_drop(ledger);
        return BX_UNKNOWN;
    }
    bx_point("commit.after");
    if (bx_db_wal_pages(ledger->db) > WAL_CAP && bx_db_checkpoint(ledger->db, false, NULL))
        ledger->quiet = 0; /* the next idle slice tries again and tells */
    *ret = ref;
    return BX_DONE;
}

enum bx_outcome bx_ledger_resolve(struct bx_journal *journal, const struct bx_id *id,
                                  struct bx_ref *ret, struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    bool there;
    if (!fault)
        fault = &ledger->spare;
    if (ledger->unsure != BX_SURE && bx_ledger_settle(ledger, &there, fault))
        return BX_UNKNOWN;
    struct bx_stmt *stmt = bx_db_stmt(ledger->db, "SELECT seq, hash FROM entry WHERE id = ?1");
    bx_stmt_bind_bytes(stmt, 1, id->b, sizeof(id->b));
    int row = bx_stmt_step(stmt, fault);
    if (row < 0)
        return BX_UNKNOWN;
    if (row == 0) {
        bx_fault_set(fault, BX_ERR_MISSING, "It was not stored. Nothing was sold.", NULL);
        return BX_REFUSED;
    }
    struct bx_ref ref = {.seq = bx_stmt_int(stmt, 0), .id = *id};
    bool whole = bx_stmt_copy(stmt, 1, &ref.hash, sizeof(ref.hash));
    bx_stmt_reset(stmt);
    if (!whole) {
        bx_fault_set(fault, BX_ERR_CORRUPT, "The journal is damaged.", "hash of %" PRId64, ref.seq);
        return BX_UNKNOWN;
    }
    *ret = ref;
    return BX_DONE;
}
