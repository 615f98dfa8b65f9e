/* SPDX-License-Identifier: Apache-2.0 */
/* What follows from an entry: figures, tickets, who is logged in, which shift is open, what is
 * about what. The same code runs inside the commit of an entry and when everything is made again
 * from the entries, so the two can only differ when somebody changed the file.
 *
 * Print jobs and leases are state of their own (a job's id and a lease's size stand in no entry),
 * so a rebuild leaves them; a lease's `used` is compared with what the sales took of it. */

#include "journal/ledger.h"

#include <inttypes.h>
#include <string.h>

#include "boxtill/base/text.h"

/* --- sales and papers ------------------------------------------------------------------------- */

static int ticket_put(struct bx_ledger *ledger, const struct bx_code *code, int64_t sale, int nth,
                      struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(ledger->db, "INSERT INTO ticket VALUES(?1, ?2, ?3, 1)");
    bx_stmt_bind_text(stmt, 1, code->s);
    bx_stmt_bind_int(stmt, 2, sale);
    bx_stmt_bind_int(stmt, 3, nth);
    return bx_stmt_run(stmt, fault);
}

/* A voucher that was given back is good again. */
static int voucher_put(const struct bx_step *step, const struct bx_tender *tender,
                       struct bx_fault *fault)
{
    if (tender->kind != BX_TENDER_VOUCHER || tender->amount.minor == 0)
        return 0;
    bool taken = tender->amount.minor > 0;
    struct bx_stmt *stmt =
        bx_db_stmt(step->ledger->db, taken ? "INSERT OR REPLACE INTO voucher VALUES(?1, ?2)"
                                           : "DELETE FROM voucher WHERE name = ?1 AND ?2 > 0");
    bx_stmt_bind_text(stmt, 1, tender->reference);
    bx_stmt_bind_int(stmt, 2, step->commit->head.seq);
    return bx_stmt_run(stmt, fault);
}

static int asked_end(const struct bx_step *step, const struct bx_id *attempt,
                     struct bx_fault *fault)
{
    if (bx_id_is_zero(attempt))
        return 0;
    struct bx_stmt *stmt = bx_db_stmt(step->ledger->db, "DELETE FROM asked WHERE attempt = ?1");
    bx_stmt_bind_bytes(stmt, 1, attempt->b, sizeof(attempt->b));
    return bx_stmt_run(stmt, fault);
}

/* An intent is open until it comes to nothing, or its document is there (sale_project). */
static int asked_project(const struct bx_step *step, struct bx_fault *fault)
{
    const struct bx_attempt_entry *attempt = step->commit->content.attempt;
    if (attempt->state == BX_ATTEMPT_DECLINED || attempt->state == BX_ATTEMPT_REVERSED)
        return asked_end(step, &attempt->attempt, fault);
    if (step->commit->head.kind != BX_KIND_TENDER_INTENT)
        return 0;
    struct bx_stmt *stmt = bx_db_stmt(step->ledger->db, "INSERT INTO asked VALUES(?1, ?2)");
    bx_stmt_bind_bytes(stmt, 1, attempt->attempt.b, sizeof(attempt->attempt.b));
    bx_stmt_bind_int(stmt, 2, step->commit->head.seq);
    return bx_stmt_run(stmt, fault);
}

static int sale_project(const struct bx_step *step, struct bx_fault *fault)
{
    const struct bx_entry_head *head = &step->commit->head;
    const struct bx_sale *sale = step->commit->content.sale;
    int err = head->kind == BX_KIND_SALE ? 0 : bx_return_project(step, fault);
    for (int i = 0; i < sale->ticket_count && err == 0; i++)
        err = ticket_put(step->ledger, &sale->tickets[i].code, head->seq, i, fault);
    for (int i = 0; i < sale->tender_count && !sale->training && err == 0; i++)
        err = voucher_put(step, &sale->tenders[i], fault);
    for (int i = 0; i < sale->tender_count && err == 0; i++)
        err = asked_end(step, &sale->tenders[i].attempt, fault);
    if (head->kind == BX_KIND_SALE)
        step->meta->last_sale = head->seq;
    return err;
}

static int paper_project(const struct bx_step *step, struct bx_fault *fault)
{
    const struct bx_paper_entry *paper = step->commit->content.paper;
    const struct bx_entry_head *head = &step->commit->head;
    int64_t sale;
    int err = bx_sale_named(step, &paper->sale, &sale, fault);
    if (err == 0)
        err = bx_about_put(step, sale, fault);
    if (err || !sale || head->kind != BX_KIND_REPLACE)
        return err;
    /* A ticket leaves "valid" once. */
    struct bx_stmt *stmt =
        bx_db_stmt(step->ledger->db, "UPDATE ticket SET valid = 0 WHERE code = ?1 AND sale = ?2 AND"
                                     " nth = ?3 AND valid = 1");
    bx_stmt_bind_text(stmt, 1, paper->old.s);
    bx_stmt_bind_int(stmt, 2, sale);
    bx_stmt_bind_int(stmt, 3, paper->ticket);
    err = bx_stmt_run(stmt, fault);
    if (err == 0 && bx_db_changes(step->ledger->db) != 1)
        return bx_fault_set(fault, BX_ERR_MISSING, "What this is about is not in the journal.",
                            "entry %" PRId64 " names a ticket that is not there", head->seq);
    return err ? err : ticket_put(step->ledger, &paper->code, sale, paper->ticket, fault);
}

/* --- notes ------------------------------------------------------------------------------------ */

/* The sale that entry SEQ belongs to: itself, or the one it is about. */
static int sale_of(const struct bx_step *step, int64_t seq, int64_t *ret, struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(
        step->ledger->db, "SELECT coalesce((SELECT about FROM about WHERE seq = ?1), seq)"
                          " FROM entry WHERE seq = ?1");
    bx_stmt_bind_int(stmt, 1, seq);
    *ret = 0;
    int row = bx_stmt_step(stmt, fault);
    if (row < 0)
        return row;
    if (row == 0 && step->again && seq > 0 && seq <= step->ledger->anchor)
        return 0;
    if (row == 0)
        return bx_fault_set(fault, BX_ERR_MISSING, "What this is about is not in the journal.",
                            "entry %" PRId64 " names entry %" PRId64, step->commit->head.seq, seq);
    *ret = bx_stmt_int(stmt, 0);
    bx_stmt_reset(stmt);
    return 0;
}

static int note_read(const struct bx_commit *commit, int64_t *ret_n, struct bx_fault *fault)
{
    char about[BX_ABOUT_MAX + 1];
    return bx_note_decode(commit->body, commit->len, about, sizeof(about), ret_n, fault);
}

static int settle_project(const struct bx_step *step, struct bx_fault *fault)
{
    int64_t n, sale;
    int err = note_read(step->commit, &n, fault);
    if (err == 0)
        err = sale_of(step, n, &sale, fault); /* only that it exists */
    if (err == 0)
        err = bx_about_put(step, sale ? n : 0, fault);
    if (err)
        return err;
    struct bx_stmt *stmt = bx_db_stmt(
        step->ledger->db, "UPDATE answer SET standing = 3 WHERE seq = ?1 AND standing = 2");
    bx_stmt_bind_int(stmt, 1, n);
    return bx_stmt_run(stmt, fault);
}

static int answer_project(const struct bx_step *step, struct bx_fault *fault)
{
    int64_t n, sale;
    int err = note_read(step->commit, &n, fault);
    if (err == 0)
        err = sale_of(step, n, &sale, fault);
    return err ? err : bx_about_put(step, sale, fault);
}

static int login_failed(const struct bx_step *step, struct bx_fault *fault)
{
    int64_t n;
    int err = note_read(step->commit, &n, fault);
    if (err)
        return err;
    struct bx_stmt *stmt =
        bx_db_stmt(step->ledger->db, "INSERT INTO lockout VALUES(?1, 1, ?2) ON CONFLICT DO UPDATE"
                                     " SET failures = failures + 1, last = excluded.last");
    bx_stmt_bind_int(stmt, 1, n ? n : step->commit->head.user);
    bx_stmt_bind_int(stmt, 2, step->commit->head.at.us);
    return bx_stmt_run(stmt, fault);
}

static int login_good(const struct bx_step *step, struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(step->ledger->db, "DELETE FROM lockout WHERE user = ?1");
    bx_stmt_bind_int(stmt, 1, step->commit->head.user);
    step->meta->user = step->commit->head.user;
    return bx_stmt_run(stmt, fault);
}

static int note_project(const struct bx_step *step, struct bx_fault *fault)
{
    enum bx_kind kind = step->commit->head.kind;
    struct bx_meta *meta = step->meta;
    if (kind == BX_KIND_LOGOUT)
        meta->user = 0;
    if (kind == BX_KIND_OFFLINE_START || kind == BX_KIND_OFFLINE_END)
        meta->offline = kind == BX_KIND_OFFLINE_START;
    if (kind == BX_KIND_TRAINING_ON || kind == BX_KIND_TRAINING_OFF)
        meta->training = kind == BX_KIND_TRAINING_ON;
    if (kind == BX_KIND_PRINT_ANSWER)
        return answer_project(step, fault);
    if (kind == BX_KIND_SETTLE)
        return settle_project(step, fault);
    if (kind == BX_KIND_LOGIN)
        return login_good(step, fault);
    return kind == BX_KIND_LOGIN_FAILED ? login_failed(step, fault) : 0;
}

/* --- shifts ----------------------------------------------------------------------------------- */

static void shift_open(const struct bx_step *step)
{
    const struct bx_entry_head *head = &step->commit->head;
    step->meta->shift = head->shift;
    step->meta->next_shift = head->shift + 1;
    step->meta->opened = head->at.us;
    step->meta->shift_seq = head->seq;
}

static int z_differs(const struct bx_step *step, const char *what, int64_t said, int64_t stored,
                     struct bx_fault *fault)
{
    return bx_fault_set(fault, BX_ERR_CLASH,
                        "The till and its journal do not agree on this shift. Start Boxtill again.",
                        "shift %" PRId64 ": %s is %" PRId64 ", the journal has %" PRId64,
                        step->commit->head.shift, what, said, stored);
}

/* A Z must say what the journal itself has added up. */
static int shift_close(const struct bx_step *step, struct bx_fault *fault)
{
    const struct bx_report *report = step->commit->content.report;
    struct bx_meta *meta = step->meta;
    struct bx_figures stored = {0};
    int err = bx_total_count(step->ledger, meta, fault);
    if (err == 0)
        err = bx_total_load(step->ledger, step->commit->head.shift, &stored, fault);
    const struct bx_figure *row = err ? NULL : bx_figures_differ(&report->figures, &stored);
    if (row) {
        char what[sizeof(row->what) + sizeof(row->name) + 2];
        BX_TEXT_COPY(what, row->what);
        size_t len = strlen(what);
        what[len] = ' ';
        bx_text_copy(what + len + 1, sizeof(what) - len - 1, row->name);
        err = z_differs(step, what, bx_figures_get(&report->figures, row->what, row->name)->amount,
                        bx_figures_get(&stored, row->what, row->name)->amount, fault);
    }
    bx_figures_finish(&stored);
    const struct bx_perpetual *after = &report->after;
    if (err == 0 && report->shift != step->commit->head.shift)
        err = z_differs(step, "its number", report->shift, step->commit->head.shift, fault);
    if (err == 0 && after->sales.minor != meta->sales)
        err = z_differs(step, "perpetual sales", after->sales.minor, meta->sales, fault);
    if (err == 0 && after->returns.minor != meta->returns)
        err = z_differs(step, "perpetual returns", after->returns.minor, meta->returns, fault);
    meta->shift = meta->opened = meta->shift_seq = 0;
    return err;
}

/* --- one entry -------------------------------------------------------------------------------- */

static int named_project(const struct bx_step *step, struct bx_fault *fault)
{
    const struct bx_content *content = &step->commit->content;
    int64_t seq = 0;
    int err = 0;
    if (content->change)
        err = bx_sale_named(step, &content->change->sale, &seq, fault);
    else if (content->invoice)
        err = bx_sale_named(step, &content->invoice->sale, &seq, fault);
    else if (content->cash)
        err = bx_entry_named(step, &content->cash->about, &seq, fault);
    else if (content->attempt && step->commit->head.kind == BX_KIND_TENDER_RESULT)
        err = bx_entry_named(step, &content->attempt->attempt, &seq, fault);
    return err ? err : bx_about_put(step, seq, fault);
}

static int shape_project(const struct bx_step *step, struct bx_fault *fault)
{
    enum bx_kind kind = step->commit->head.kind;
    int err = 0;
    switch (bx_kind_shape(kind)) {
    case BX_SHAPE_SALE: return sale_project(step, fault);
    case BX_SHAPE_PAPER: return paper_project(step, fault);
    case BX_SHAPE_NOTE: return note_project(step, fault);
    case BX_SHAPE_REPORT: return kind == BX_KIND_SHIFT_CLOSE ? shift_close(step, fault) : 0;
    case BX_SHAPE_CASH:
        if (kind == BX_KIND_SHIFT_OPEN)
            shift_open(step);
        return named_project(step, fault);
    case BX_SHAPE_ATTEMPT:
        err = asked_project(step, fault);
        return err ? err : named_project(step, fault);
    case BX_SHAPE_TENDER_CHANGE:
    case BX_SHAPE_INVOICE: return named_project(step, fault);
    }
    return 0;
}

static int too_large(const struct bx_step *step, struct bx_fault *fault)
{
    return bx_fault_set(fault, BX_ERR_FULL, "The figures of this shift are too large.",
                        "entry %" PRId64, step->commit->head.seq);
}

static int figures_make(const struct bx_step *step, struct bx_fault *fault)
{
    struct bx_figures *rows = &step->ledger->rows;
    const struct bx_commit *commit = step->commit;
    struct bx_content content = commit->content;
    bool note = commit->head.kind == BX_KIND_SHIFT_OPEN && !content.cash; /* the float is its n */
    int err = note ? note_read(commit, &content.n, fault) : 0;
    if (err)
        return err;
    bx_figures_clear(rows);
    if (bx_figures_of(rows, &commit->head, &content) ||
        __builtin_add_overflow(step->meta->sales, bx_figures_sum(rows, "sale", NULL),
                               &step->meta->sales) ||
        __builtin_add_overflow(step->meta->returns, bx_figures_sum(rows, "return", NULL),
                               &step->meta->returns))
        return too_large(step, fault);
    return 0;
}

int bx_project(const struct bx_step *step, struct bx_fault *fault)
{
    const struct bx_commit *commit = step->commit;
    if (commit->number)
        step->meta->numbers[commit->series] = commit->number;
    int err = shape_project(step, fault);
    return err ? err : figures_make(step, fault);
}
