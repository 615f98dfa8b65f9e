/* SPDX-License-Identifier: Apache-2.0 */
/* Is everything still what was written? Each entry's hash covers its body and the hash before it,
 * and the body repeats every column: so no row can be edited, removed, inserted or moved without
 * one of the two showing it, and `wrong` names the first row at which it shows. What no chain can
 * show is a whole end rewritten by somebody who knows how; for that there are the server and the
 * eight characters on every receipt.
 *
 * The projections are made again beside the real ones while the chain is gone through, so that
 * every entry is read once, and compared at the end. */

#include "journal/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

enum { TAIL = 1000, ROW_WEIGHT = 1024 };

static int wrong(int64_t seq, const char *what, struct bx_fault *fault)
{
    bx_fault_say(fault, BX_ERR_CORRUPT,
                 "The journal is damaged at entry %" PRId64 " (it %s): do not sell; call for help.",
                 seq, what);
    return BX_ERR_CORRUPT;
}

/* To the microsecond: that is what a body keeps of the boot clock. */
static bool head_same(const struct bx_entry_head *a, const struct bx_entry_head *b)
{
    return a->till == b->till && a->incarnation == b->incarnation && a->seq == b->seq &&
           bx_id_equal(&a->id, &b->id) && a->kind == b->kind && strcmp(a->number, b->number) == 0 &&
           a->at.us == b->at.us && a->boot / 1000 == b->boot / 1000 && a->shift == b->shift &&
           a->user == b->user;
}

/* Does the entry follow the one before it? */
static int link_check(const struct bx_row *row, int64_t seq, const struct bx_hash *prev,
                      struct bx_fault *fault)
{
    const struct bx_entry_head *head = &row->head;
    if (head->seq != seq)
        return wrong(seq, "is missing", fault);
    if (!bx_hash_equal(&row->prev, prev))
        return wrong(seq, "does not follow the one before it", fault);
    struct bx_hash hash =
        bx_entry_hash(prev, head->till, head->incarnation, head->seq, row->body, row->len);
    return bx_hash_equal(&row->hash, &hash) ? 0 : wrong(seq, "was changed", fault);
}

/* Do its columns say what its body says? */
static int head_check(const struct bx_row *row, const struct bx_entry_head *said,
                      struct bx_fault *fault)
{
    return head_same(said, &row->head)
               ? 0
               : wrong(row->head.seq, "has a column that its text denies", fault);
}

static int body_check(const struct bx_row *row, struct bx_fault *fault)
{
    struct bx_entry_head said;
    struct bx_fault why;
    if (bx_entry_head_decode(row->body, row->len, &said, &why))
        return wrong(row->head.seq, "cannot be read", fault);
    return head_check(row, &said, fault);
}

struct links {
    struct bx_chain *chain;
    size_t weight;
    struct bx_fault *fault;
};

static int link_verify(void *arg, const struct bx_row *row)
{
    struct links *links = arg;
    struct bx_chain *chain = links->chain;
    int err = link_check(row, chain->next, &chain->prev, links->fault);
    if (err == 0)
        err = body_check(row, links->fault);
    if (err)
        return err;
    chain->prev = row->hash;
    links->weight += row->len + ROW_WEIGHT;
    return chain->next++ == chain->end || links->weight >= BX_CHAIN_WEIGHT;
}

int bx_chain_verify(struct bx_ledger *ledger, struct bx_chain *chain, struct bx_fault *fault)
{
    struct links links = {.chain = chain, .fault = fault};
    int err = bx_rows_each(ledger, chain->next, link_verify, &links, fault);
    if (err == 0)
        return wrong(chain->next, "is missing", fault);
    return err < 0 ? err : 0;
}

/* The seq and the anchor of the first entry; 0 and zeros in an empty journal. */
static int first_load(struct bx_ledger *ledger, int64_t *ret, struct bx_hash *ret_prev,
                      struct bx_fault *fault)
{
    struct bx_stmt *stmt =
        bx_db_stmt(ledger->db, "SELECT seq, prev FROM entry ORDER BY seq LIMIT 1");
    *ret = 0;
    *ret_prev = (struct bx_hash){0};
    int row = bx_stmt_step(stmt, fault);
    if (row <= 0)
        return row;
    *ret = bx_stmt_int(stmt, 0);
    bool whole = bx_stmt_copy(stmt, 1, ret_prev, sizeof(*ret_prev));
    bx_stmt_reset(stmt);
    /* Journals begin at 1, and the first entry stands on nothing; or both as the anchor says. */
    int64_t before;
    struct bx_hash head;
    int err = bx_anchor_point(ledger, &before, &head, fault);
    if (err)
        return err;
    if (*ret != before + 1)
        return wrong(before + 1, "is missing", fault);
    return whole && bx_hash_equal(ret_prev, &head) ? 0 : wrong(before + 1, "was changed", fault);
}

static int hash_of(struct bx_ledger *ledger, int64_t seq, struct bx_hash *ret,
                   struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(ledger->db, "SELECT hash FROM entry WHERE seq = ?1");
    bx_stmt_bind_int(stmt, 1, seq);
    int row = bx_stmt_step(stmt, fault);
    if (row < 0)
        return row;
    bool whole = row == 1 && bx_stmt_copy(stmt, 0, ret, sizeof(*ret));
    bx_stmt_reset(stmt);
    return whole ? 0 : wrong(seq, "is missing", fault);
}

static int end_check(struct bx_ledger *ledger, int64_t last, struct bx_fault *fault)
{
    struct bx_meta meta;
    int err = bx_meta_load(ledger, &meta, fault);
    if (err == 0 && meta.last_seq != last)
        return wrong(last < meta.last_seq ? last + 1 : last,
                     last < meta.last_seq ? "is missing" : "was not there before", fault);
    return err;
}

int bx_tail_verify(struct bx_ledger *ledger, struct bx_fault *fault)
{
    struct bx_tail tail;
    struct bx_chain *rest = &ledger->rest, last;
    int err = bx_tail_load(ledger, &tail, fault);
    if (err == 0)
        err = first_load(ledger, &rest->next, &rest->prev, fault);
    if (err || ledger->inspect)
        return ledger->inspect ? 0 : err;
    last = *rest;
    last.end = tail.seq;
    if (tail.seq - TAIL + 1 > last.next) {
        last.next = tail.seq - TAIL + 1;
        err = hash_of(ledger, last.next - 1, &last.prev, fault);
    }
    rest->end = last.next - 1;
    while (err == 0 && tail.seq && last.next <= last.end)
        err = bx_chain_verify(ledger, &last, fault);
    return err ? err : end_check(ledger, tail.seq, fault);
}

/* --- verify ----------------------------------------------------------------------------------- */

struct proof {
    struct bx_journal_report *report;
    struct bx_again again;
    struct bx_hash prev;
    int64_t numbers[BX_SERIES_COUNT];
    struct bx_fault *fault, why;
    int bad; /* the first projection that failed; the chain is gone through all the same */
};

/* The next number of its series, or none. */
static int number_prove(struct proof *proof, const struct bx_row *row,
                        const struct bx_content *content)
{
    char number[BX_NUMBER_SIZE] = "";
    enum bx_series series = bx_series_of(row->head.kind, content->sale && content->sale->training);
    if (series != BX_SERIES_NONE)
        bx_number_format(row->head.till, series, ++proof->numbers[series], number);
    return strcmp(number, row->head.number) == 0
               ? 0
               : wrong(proof->report->wrong, "has not the next number", proof->fault);
}

/* One entry: the chain, its columns, the numbers without a gap, and what follows from it. */
static int row_prove(void *arg, const struct bx_row *row)
{
    struct proof *proof = arg;
    struct bx_journal_report *report = proof->report;
    struct bx_entry_head said;
    struct bx_content content = {0};
    int err = link_check(row, report->wrong, &proof->prev, proof->fault);
    proof->prev = row->hash;
    if (err)
        return err;
    int bad = bx_content_read(proof->again.room, row->body, row->len, &said, &content, &proof->why);
    err = bad ? body_check(row, proof->fault) : head_check(row, &said, proof->fault);
    if (err == 0 && !bad)
        err = number_prove(proof, row, &content);
    if (err)
        return err;
    report->sales += row->head.kind == BX_KIND_SALE;
    report->entries++;
    report->wrong++;
    if (proof->bad == 0)
        proof->bad = bad ? bad : bx_again_add(&proof->again, row, &content, &proof->why);
    return 0;
}

/* Also when an error is returned, REPORT is filled as far as it came. */
static int history_prove(struct bx_ledger *ledger, struct bx_journal_report *report,
                         struct proof *proof, struct bx_fault *fault)
{
    report->wrong = ledger->anchor + 1;
    memcpy(proof->numbers, proof->again.meta.numbers, sizeof(proof->numbers));
    int err = bx_db_int(ledger->db, "SELECT max(seq) FROM entry", &report->last, fault);
    if (err == 0)
        err = first_load(ledger, &report->first, &proof->prev, fault);
    if (err == 0)
        err = bx_rows_each(ledger, 1, row_prove, proof, fault);
    if (err == 0)
        err = end_check(ledger, report->last, fault);
    if (err == 0)
        err = bx_anchor_prove(ledger, fault);
    if (err == 0)
        report->wrong = 0;
    report->head = proof->prev;
    return err;
}

static int differ(const char *name, int64_t rows, struct bx_fault *fault)
{
    return bx_fault_set(fault, BX_ERR_CORRUPT,
                        "The journal's summaries do not agree with its entries.",
                        "%s: %" PRId64 " rows differ", name, rows);
}

/* Rows that stand in one of two tables only; both have a primary key, and no NULL. */
#define DIFFER(table)                                                                  \
    "SELECT (SELECT count(*) FROM main." table ") + (SELECT count(*) FROM temp." table \
    ") - 2 * (SELECT count(*) FROM main." table " NATURAL JOIN temp." table ")"

static int projections_compare(struct bx_ledger *ledger, struct bx_fault *fault)
{
    static const struct {
        const char *name, *sql;
    } list[] = {
        {"ticket", DIFFER("ticket")},
        {"about", DIFFER("about")},
        {"voucher", DIFFER("voucher")},
        {"asked", DIFFER("asked")},
        {"lockout", DIFFER("lockout")},
        {"answer", "SELECT count(*) FROM main.answer m JOIN temp.answer t USING(seq)"
                   " WHERE m.standing <> t.standing"},
        {"lease", "SELECT count(*) FROM lease l WHERE l.used <> coalesce((SELECT u.q FROM"
                  " temp.lease_use u WHERE u.pool = l.pool AND u.r = l.r), 0)"},
        {"print_job", "SELECT count(*) FROM print_job j WHERE NOT EXISTS (SELECT 1 FROM entry e"
                      " WHERE e.seq = j.sale) AND j.sale > coalesce((SELECT seq FROM anchor), 0)"},
    };
    int64_t rows = 0;
    int wrong_total = bx_total_compare(ledger, fault);
    if (wrong_total)
        return wrong_total;
    for (size_t i = 0; i < bx_countof(list); i++) {
        int err = bx_db_int(ledger->db, list[i].sql, &rows, fault);
        if (err || rows)
            return err ? err : differ(list[i].name, rows, fault);
    }
    return 0;
}

static int meta_compare(struct bx_ledger *ledger, const struct bx_meta *again,
                        struct bx_fault *fault)
{
    struct bx_meta meta;
    int err = bx_meta_load(ledger, &meta, fault);
    if (err)
        return err;
    bool same = meta.answered_to == again->answered_to && meta.shift == again->shift &&
                meta.next_shift == again->next_shift && meta.user == again->user &&
                meta.offline == again->offline && meta.training == again->training &&
                meta.opened == again->opened && meta.shift_seq == again->shift_seq &&
                meta.sales == again->sales && meta.returns == again->returns &&
                meta.last_sale == again->last_sale && meta.last_seq == again->last_seq &&
                memcmp(meta.numbers, again->numbers, sizeof(meta.numbers)) == 0;
    return same ? 0 : differ("meta", 1, fault);
}

static int prove(struct bx_ledger *ledger, struct proof *proof, struct bx_fault *fault)
{
    struct bx_meta meta;
    int err = bx_meta_load(ledger, &meta, fault);
    if (err == 0) /* what waits to be counted; before other tables of these names stand beside */
        proof->bad = bx_total_count(ledger, &meta, &proof->why);
    if (err == 0)
        err = bx_again_begin(&proof->again, ledger, true, fault);
    if (err == 0)
        err = history_prove(ledger, proof->report, proof, fault);
    if (err == 0)
        err = bx_db_check(ledger->db, NULL, fault);
    if (err == 0 && proof->bad)
        *fault = proof->why;
    if (err || proof->bad)
        return err ? err : proof->bad;
    err = bx_again_end(&proof->again, fault);
    if (err == 0)
        err = meta_compare(ledger, &proof->again.meta, fault);
    return err ? err : projections_compare(ledger, fault);
}

int bx_journal_verify(struct bx_journal *journal, struct bx_journal_report *ret,
                      struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    *ret = (struct bx_journal_report){0};
    int err = bx_ledger_ready(ledger, &fault);
    if (err == 0)
        err = bx_db_int(ledger->db, "SELECT count(*) FROM ticket WHERE valid = 1", &ret->tickets,
                        fault);
    if (err == 0)
        err = bx_db_begin(ledger->db, fault);
    if (err)
        return err;
    struct proof proof = {.report = ret, .fault = fault};
    err = prove(ledger, &proof, fault);
    bx_again_finish(&proof.again);
    bx_db_rollback(ledger->db); /* and with it the tables beside */
    return err;
}
