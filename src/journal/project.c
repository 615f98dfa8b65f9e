/* SPDX-License-Identifier: Apache-2.0 */
/* What follows from an entry: tickets, totals, who is logged in, what is about what. The same code
 * runs inside the commit of an entry and when everything is made again from the entries, so the two
 * can only differ when somebody changed the file.
 *
 * Print jobs and leases are state of their own (a job's id and a lease's size stand in no entry),
 * so a rebuild leaves them; a lease's `used` is compared with what the sales took of it. */

#include "journal/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

/* --- totals ----------------------------------------------------------------------------------- */

static int total_put(struct bx_ledger *ledger, int64_t shift, const struct bx_total *total,
                     struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(
        ledger->db, "INSERT INTO total VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE"
                    " SET count = count + excluded.count, amount = amount + excluded.amount");
    bx_stmt_bind_int(stmt, 1, shift);
    bx_stmt_bind_text(stmt, 2, total->what);
    bx_stmt_bind_text(stmt, 3, total->name);
    bx_stmt_bind_int(stmt, 4, total->count);
    bx_stmt_bind_int(stmt, 5, total->amount);
    return bx_stmt_run(stmt, fault);
}

static int sums_flush(struct bx_ledger *ledger, struct bx_sums *sums, struct bx_fault *fault)
{
    int err = 0;
    for (int i = 0; i < sums->count && err == 0; i++)
        err = total_put(ledger, sums->shift, &sums->list[i], fault);
    sums->count = 0;
    return err;
}

/* The sum of this name, a new one if need be; NULL when there is no room. */
static struct bx_total *sum_find(struct bx_sums *sums, const char *what, const char *name)
{
    for (int i = 0; i < sums->count; i++)
        if (strcmp(sums->list[i].what, what) == 0 && strcmp(sums->list[i].name, name) == 0)
            return &sums->list[i];
    if (sums->count == BX_SUMS_MAX)
        return NULL;
    struct bx_total *total = &sums->list[sums->count++];
    *total = (struct bx_total){0};
    BX_TEXT_COPY(total->what, what);
    BX_TEXT_COPY(total->name, name);
    return total;
}

static int sum_add(struct bx_ledger *ledger, struct bx_sums *sums, const char *what,
                   const char *name, int64_t count, bx_money amount, struct bx_fault *fault)
{
    int64_t whole;
    struct bx_total *total = sum_find(sums, what, name);
    if (!total || __builtin_add_overflow(total->amount, amount.minor, &whole)) {
        int err = sums_flush(ledger, sums, fault);
        if (err)
            return err;
        total = sum_find(sums, what, name);
        whole = amount.minor;
    }
    total->count += count;
    total->amount = whole;
    return 0;
}

static int sums_add(struct bx_ledger *ledger, struct bx_sums *sums, const struct bx_sale *sale,
                    struct bx_fault *fault)
{
    static const bx_money nothing;
    int err = sum_add(ledger, sums, "sales", sale->currency, 1, sale->totals.total, fault);
    if (err == 0)
        err = sum_add(ledger, sums, "persons", "", sale->totals.persons, nothing, fault);
    if (err == 0 && sale->rounding.minor)
        err = sum_add(ledger, sums, "rounding", "", 1, sale->rounding, fault);
    for (int i = 0; i < sale->tender_count && err == 0; i++)
        err = sum_add(ledger, sums, "tender", bx_tender_word(sale->tenders[i].kind), 1,
                      sale->tenders[i].amount, fault);
    for (int i = 0; i < sale->totals.rate_count && err == 0; i++) {
        char rate[16];
        snprintf(rate, sizeof(rate), "%d", sale->totals.rates[i].ppm);
        err = sum_add(ledger, sums, "tax", rate, 1, sale->totals.rates[i].tax, fault);
    }
    for (int i = 0; i < sale->basket.count && err == 0; i++) {
        const struct bx_line *line = &sale->basket.lines[i];
        bx_money amount;
        if (bx_line_amount(line, &amount))
            return bx_fault_set(fault, BX_ERR_INPUT, "The sale is too large.", "line %d", i);
        err = sum_add(ledger, sums, "product", line->product.s, line->quantity, amount, fault);
    }
    return err;
}

/* --- one entry -------------------------------------------------------------------------------- */

static int ticket_put(struct bx_ledger *ledger, const struct bx_code *code, int64_t sale, int nth,
                      struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(ledger->db, "INSERT INTO ticket VALUES(?1, ?2, ?3, 1)");
    bx_stmt_bind_text(stmt, 1, code->s);
    bx_stmt_bind_int(stmt, 2, sale);
    bx_stmt_bind_int(stmt, 3, nth);
    return bx_stmt_run(stmt, fault);
}

static int sale_project(struct bx_ledger *ledger, const struct bx_commit *commit,
                        struct bx_sums *sums, struct bx_fault *fault)
{
    int err = 0;
    if (sums->shift != commit->head.shift)
        err = sums_flush(ledger, sums, fault);
    sums->shift = commit->head.shift;
    for (int i = 0; i < commit->content.sale->ticket_count && err == 0; i++)
        err =
            ticket_put(ledger, &commit->content.sale->tickets[i].code, commit->head.seq, i, fault);
    return err ? err : sums_add(ledger, sums, commit->content.sale, fault);
}

static int about_put(struct bx_ledger *ledger, int64_t about, const struct bx_entry_head *head,
                     struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(ledger->db, "INSERT INTO about VALUES(?1, ?2, ?3)");
    bx_stmt_bind_int(stmt, 1, about);
    bx_stmt_bind_int(stmt, 2, head->seq);
    bx_stmt_bind_text(stmt, 3, bx_kind_word(head->kind));
    return bx_stmt_run(stmt, fault);
}

static int missing(const struct bx_entry_head *head, struct bx_fault *fault)
{
    return bx_fault_set(fault, BX_ERR_MISSING, "What this is about is not in the journal.",
                        "entry %" PRId64 " names an entry or ticket that is not there", head->seq);
}

/* First column of the one row, or BX_ERR_MISSING. */
static int one_of(struct bx_stmt *stmt, const struct bx_entry_head *head, int64_t *ret,
                  struct bx_fault *fault)
{
    int row = bx_stmt_step(stmt, fault);
    if (row <= 0)
        return row ? row : missing(head, fault);
    *ret = bx_stmt_int(stmt, 0);
    bx_stmt_reset(stmt);
    return 0;
}

static int paper_project(struct bx_ledger *ledger, const struct bx_commit *commit,
                         struct bx_fault *fault)
{
    const struct bx_paper_entry *paper = commit->content.paper;
    int64_t sale;
    struct bx_stmt *stmt =
        bx_db_stmt(ledger->db, "SELECT seq FROM entry WHERE id = ?1 AND kind = 'sale'");
    bx_stmt_bind_bytes(stmt, 1, paper->sale.b, sizeof(paper->sale.b));
    int err = one_of(stmt, &commit->head, &sale, fault);
    if (err == 0)
        err = about_put(ledger, sale, &commit->head, fault);
    if (err || commit->head.kind != BX_KIND_REPLACE)
        return err;
    /* A ticket leaves "valid" once. */
    stmt = bx_db_stmt(ledger->db, "UPDATE ticket SET valid = 0 WHERE code = ?1 AND sale = ?2 AND"
                                  " nth = ?3 AND valid = 1");
    bx_stmt_bind_text(stmt, 1, paper->old.s);
    bx_stmt_bind_int(stmt, 2, sale);
    bx_stmt_bind_int(stmt, 3, paper->ticket);
    err = bx_stmt_run(stmt, fault);
    if (err == 0 && bx_db_changes(ledger->db) != 1)
        return missing(&commit->head, fault);
    return err ? err : ticket_put(ledger, &paper->code, sale, paper->ticket, fault);
}

/* The sale that entry SEQ belongs to: itself, or the one it is about. */
static int sale_of(struct bx_ledger *ledger, const struct bx_entry_head *head, int64_t seq,
                   int64_t *ret, struct bx_fault *fault)
{
    struct bx_stmt *stmt =
        bx_db_stmt(ledger->db, "SELECT coalesce((SELECT about FROM about WHERE seq = ?1), seq)"
                               " FROM entry WHERE seq = ?1");
    bx_stmt_bind_int(stmt, 1, seq);
    return one_of(stmt, head, ret, fault);
}

static int note_read(const struct bx_commit *commit, int64_t *ret_n, struct bx_fault *fault)
{
    char about[BX_ABOUT_MAX + 1];
    return bx_note_decode(commit->body, commit->len, about, sizeof(about), ret_n, fault);
}

static int settle_project(struct bx_ledger *ledger, const struct bx_commit *commit,
                          struct bx_fault *fault)
{
    int64_t n, sale;
    int err = note_read(commit, &n, fault);
    if (err == 0)
        err = sale_of(ledger, &commit->head, n, &sale, fault); /* only that it exists */
    if (err == 0)
        err = about_put(ledger, n, &commit->head, fault);
    if (err)
        return err;
    struct bx_stmt *stmt =
        bx_db_stmt(ledger->db, "UPDATE answer SET standing = 3 WHERE seq = ?1 AND standing = 2");
    bx_stmt_bind_int(stmt, 1, n);
    return bx_stmt_run(stmt, fault);
}

static int answer_project(struct bx_ledger *ledger, const struct bx_commit *commit,
                          struct bx_fault *fault)
{
    int64_t n, sale;
    int err = note_read(commit, &n, fault);
    if (err == 0)
        err = sale_of(ledger, &commit->head, n, &sale, fault);
    return err ? err : about_put(ledger, sale, &commit->head, fault);
}

static int login_failed(struct bx_ledger *ledger, const struct bx_commit *commit,
                        struct bx_fault *fault)
{
    int64_t n;
    int err = note_read(commit, &n, fault);
    if (err)
        return err;
    struct bx_stmt *stmt =
        bx_db_stmt(ledger->db, "INSERT INTO lockout VALUES(?1, 1, ?2) ON CONFLICT DO UPDATE"
                               " SET failures = failures + 1, last = excluded.last");
    bx_stmt_bind_int(stmt, 1, n ? n : commit->head.user);
    bx_stmt_bind_int(stmt, 2, commit->head.at.us);
    return bx_stmt_run(stmt, fault);
}

static int login_good(struct bx_ledger *ledger, int64_t user, struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(ledger->db, "DELETE FROM lockout WHERE user = ?1");
    bx_stmt_bind_int(stmt, 1, user);
    return bx_stmt_run(stmt, fault);
}

/* Entries that only change what the till is in. */
static int state_project(struct bx_ledger *ledger, const struct bx_commit *commit,
                         struct bx_meta *meta, struct bx_fault *fault)
{
    const struct bx_entry_head *head = &commit->head;
    if (head->kind == BX_KIND_SHIFT_OPEN) {
        meta->shift = head->shift;
        meta->next_shift = head->shift + 1;
    } else if (head->kind == BX_KIND_LOGIN) {
        meta->user = head->user;
        return login_good(ledger, head->user, fault);
    } else if (head->kind == BX_KIND_LOGIN_FAILED) {
        return login_failed(ledger, commit, fault);
    } else if (head->kind == BX_KIND_LOGOUT) {
        meta->user = 0;
    } else if (head->kind == BX_KIND_OFFLINE_START) {
        meta->offline = 1;
    } else if (head->kind == BX_KIND_OFFLINE_END) {
        meta->offline = 0;
    }
    return 0;
}

static int project(struct bx_ledger *ledger, const struct bx_commit *commit, struct bx_meta *meta,
                   struct bx_sums *sums, struct bx_fault *fault)
{
    const struct bx_entry_head *head = &commit->head;
    if (commit->number)
        meta->series = commit->number;
    if (head->kind == BX_KIND_SALE) {
        meta->last_sale = head->seq;
        return sale_project(ledger, commit, sums, fault);
    }
    if (bx_kind_shape(head->kind) == BX_SHAPE_PAPER)
        return paper_project(ledger, commit, fault);
    if (head->kind == BX_KIND_PRINT_ANSWER)
        return answer_project(ledger, commit, fault);
    if (head->kind == BX_KIND_SETTLE)
        return settle_project(ledger, commit, fault);
    return state_project(ledger, commit, meta, fault);
}

int bx_project(struct bx_ledger *ledger, const struct bx_commit *commit, struct bx_meta *meta,
               struct bx_fault *fault)
{
    struct bx_sums sums;
    sums.count = 0;
    sums.shift = commit->head.shift;
    int err = project(ledger, commit, meta, &sums, fault);
    return err ? err : sums_flush(ledger, &sums, fault);
}

/* --- everything again ------------------------------------------------------------------------- */

int bx_again_begin(struct bx_again *again, struct bx_ledger *ledger, bool beside,
                   struct bx_fault *fault)
{
    struct bx_meta *meta = &again->meta;
    again->ledger = ledger;
    again->beside = beside;
    again->sums.count = 0;
    again->sums.shift = 0;
    int err = bx_meta_load(ledger, meta, fault);
    if (err)
        return err;
    meta->series = meta->shift = meta->user = meta->offline = 0;
    meta->last_sale = meta->last_seq = 0;
    meta->next_shift = 1;
    return bx_db_script(ledger->db,
                        beside ? bx_ledger_beside
                               : "DELETE FROM ticket; DELETE FROM about; DELETE FROM total;"
                                 "DELETE FROM lockout;",
                        fault);
}

static int uses_add(struct bx_ledger *ledger, const struct bx_sale *sale, struct bx_fault *fault)
{
    int err = 0;
    for (int i = 0; i < sale->use_count && err == 0; i++) {
        struct bx_stmt *stmt =
            bx_db_stmt(ledger->db, "INSERT INTO temp.lease_use VALUES(?1, ?2, ?3) ON CONFLICT"
                                   " DO UPDATE SET q = q + excluded.q");
        bx_stmt_bind_text(stmt, 1, sale->uses[i].pool.s);
        bx_stmt_bind_int(stmt, 2, sale->uses[i].r);
        bx_stmt_bind_int(stmt, 3, sale->uses[i].q);
        err = bx_stmt_run(stmt, fault);
    }
    return err;
}

int bx_row_decode(const struct bx_row *row, struct bx_said *ret, struct bx_fault *fault)
{
    if (row->head.kind == BX_KIND_SALE)
        return bx_sale_read(row->body, row->len, &ret->head, &ret->sale, fault);
    int err = bx_entry_head_decode(row->body, row->len, &ret->head, fault);
    if (err == 0 && (row->head.kind == BX_KIND_REPRINT || row->head.kind == BX_KIND_REPLACE))
        err = bx_paper_decode(row->body, row->len, &ret->paper, fault);
    return err;
}

int bx_again_add(struct bx_again *again, const struct bx_row *row, const struct bx_said *said,
                 struct bx_fault *fault)
{
    bool sale = row->head.kind == BX_KIND_SALE;
    again->meta.last_seq = row->head.seq;
    struct bx_commit commit = {
        .head = row->head,
        .body = row->body,
        .len = row->len,
        .number = sale ? again->meta.series + 1 : 0,
        .content = {.sale = sale ? &said->sale : NULL, .paper = &said->paper}};
    int err = project(again->ledger, &commit, &again->meta, &again->sums, fault);
    return err || !sale || !again->beside ? err : uses_add(again->ledger, &said->sale, fault);
}

/* As settle entries and answers stand now; what is queued has no settlement. */
static int standing_again(struct bx_again *again, struct bx_fault *fault)
{
    int err =
        bx_db_script(again->ledger->db,
                     "UPDATE answer SET standing = 2 WHERE standing = 3;"
                     "UPDATE answer SET standing = 3 WHERE standing = 2 AND EXISTS"
                     " (SELECT 1 FROM about s WHERE s.about = answer.seq AND s.kind = 'settle');",
                     fault);
    if (err)
        return err;
    return bx_db_int(again->ledger->db,
                     "SELECT coalesce((SELECT min(e.seq) - 1 FROM entry e WHERE NOT EXISTS"
                     " (SELECT 1 FROM main.answer a WHERE a.seq = e.seq)),"
                     " (SELECT max(seq) FROM entry), 0)",
                     &again->meta.answered_to, fault);
}

int bx_again_end(struct bx_again *again, struct bx_fault *fault)
{
    int err = sums_flush(again->ledger, &again->sums, fault);
    return err ? err : standing_again(again, fault);
}

struct rebuilding {
    struct bx_again again;
    struct bx_said said;
    struct bx_fault *fault;
};

static int row_again(void *arg, const struct bx_row *row)
{
    struct rebuilding *rebuilding = arg;
    int err = bx_row_decode(row, &rebuilding->said, rebuilding->fault);
    return err ? err : bx_again_add(&rebuilding->again, row, &rebuilding->said, rebuilding->fault);
}

static int rebuild(struct bx_ledger *ledger, struct rebuilding *rebuilding, struct bx_fault *fault)
{
    rebuilding->fault = fault;
    int err = bx_again_begin(&rebuilding->again, ledger, false, fault);
    if (err == 0)
        err = bx_rows_each(ledger, 1, row_again, rebuilding, fault);
    if (err == 0)
        err = bx_again_end(&rebuilding->again, fault);
    return err ? err : bx_meta_store(ledger, &rebuilding->again.meta, fault);
}

int bx_journal_rebuild(struct bx_journal *journal, struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    int err = bx_ledger_ready(ledger, &fault);
    if (err == 0)
        err = bx_db_begin(ledger->db, fault);
    if (err)
        return err;
    struct rebuilding *rebuilding = bx_new(struct rebuilding); /* a sale is large */
    err = rebuild(ledger, rebuilding, fault);
    bx_free(rebuilding);
    if (err == 0)
        err = bx_db_commit(ledger->db, fault);
    if (err)
        bx_db_rollback(ledger->db);
    return err;
}
