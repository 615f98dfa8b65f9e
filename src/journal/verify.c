/* SPDX-License-Identifier: Apache-2.0 */
/* Is everything still what was written? Each entry's hash covers its body and the hash before it,
 * and the body repeats every column: so no row can be edited, removed, inserted or moved without
 * one of the two showing it, and `wrong` names the first row at which it shows. What no chain can
 * show is a whole end rewritten by somebody who knows how; for that there are the server and the
 * eight characters on every receipt.
 *
 * The projections are compared with a rebuild that is made inside a transaction and rolled back. */

#include "journal/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

enum { TAIL = 1000 };

static int wrong(int64_t seq, const char *what, struct bx_fault *fault)
{
    bx_fault_say(fault, BX_ERR_CORRUPT,
                 "The journal is damaged at entry %" PRId64 " (it %s): do not sell; call for help.",
                 seq, what);
    return BX_ERR_CORRUPT;
}

bool bx_head_same(const struct bx_entry_head *a, const struct bx_entry_head *b)
{
    return a->till == b->till && a->incarnation == b->incarnation && a->seq == b->seq &&
           bx_id_equal(&a->id, &b->id) && a->kind == b->kind && strcmp(a->number, b->number) == 0 &&
           a->at.us == b->at.us && a->boot / 1000 == b->boot / 1000 && a->shift == b->shift &&
           a->user == b->user;
}

int bx_row_verify(struct bx_ledger *ledger, const struct bx_row *row, int64_t seq,
                  const struct bx_hash *prev, struct bx_fault *fault)
{
    (void)ledger;
    const struct bx_entry_head *head = &row->head;
    if (head->seq != seq)
        return wrong(seq, "is missing", fault);
    if (!bx_hash_equal(&row->prev, prev))
        return wrong(seq, "does not follow the one before it", fault);
    struct bx_hash hash =
        bx_entry_hash(prev, head->till, head->incarnation, head->seq, row->body, row->len);
    if (!bx_hash_equal(&row->hash, &hash))
        return wrong(seq, "was changed", fault);
    struct bx_entry_head said;
    struct bx_fault why;
    if (bx_entry_head_decode(row->body, row->len, &said, &why))
        return wrong(seq, "cannot be read", fault);
    return bx_head_same(&said, head) ? 0 : wrong(seq, "has a column that its text denies", fault);
}

int bx_chain_verify(struct bx_ledger *ledger, int64_t from, int64_t to, struct bx_hash *prev,
                    struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_row_from(ledger, from);
    int64_t seq = from;
    int err = 0;
    while (err == 0 && seq <= to) {
        struct bx_row row;
        int more = bx_row_read(ledger, stmt, &row, fault);
        if (more <= 0) {
            err = more < 0 ? more : wrong(seq, "is missing", fault);
            break;
        }
        err = bx_row_verify(ledger, &row, seq, prev, fault);
        *prev = row.hash;
        seq += err == 0;
    }
    bx_stmt_reset(stmt);
    return err;
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
    /* Journals begin at 1, and the first entry stands on nothing. */
    static const struct bx_hash nothing;
    if (*ret != 1)
        return wrong(1, "is missing", fault);
    return whole && bx_hash_equal(ret_prev, &nothing) ? 0 : wrong(1, "was changed", fault);
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
    struct bx_hash prev;
    int64_t first;
    int err = bx_tail_load(ledger, &tail, fault);
    if (err == 0)
        err = first_load(ledger, &first, &prev, fault);
    if (err || ledger->inspect)
        return ledger->inspect ? 0 : err;
    ledger->verify_next = first;
    ledger->verify_prev = prev;
    int64_t from = tail.seq - TAIL + 1;
    if (from <= first)
        from = first;
    else if ((err = hash_of(ledger, from - 1, &prev, fault)))
        return err;
    ledger->verify_end = from - 1;
    if (tail.seq)
        err = bx_chain_verify(ledger, from, tail.seq, &prev, fault);
    return err ? err : end_check(ledger, tail.seq, fault);
}

/* --- verify ----------------------------------------------------------------------------------- */

static int counts(struct bx_ledger *ledger, struct bx_journal_report *report,
                  struct bx_fault *fault)
{
    int err = bx_db_int(ledger->db, "SELECT count(*) FROM entry", &report->entries, fault);
    if (err == 0)
        err = bx_db_int(ledger->db, "SELECT count(*) FROM entry WHERE kind = 'sale'",
                        &report->sales, fault);
    if (err == 0)
        err = bx_db_int(ledger->db, "SELECT count(*) FROM ticket WHERE valid = 1", &report->tickets,
                        fault);
    return err;
}

/* The whole chain, and the sales' numbers without a gap. */
static int history_verify(struct bx_ledger *ledger, struct bx_journal_report *report,
                          struct bx_fault *fault)
{
    struct bx_hash prev = {0};
    report->wrong = 1;
    int err = bx_db_int(ledger->db, "SELECT max(seq) FROM entry", &report->last, fault);
    if (err == 0)
        err = first_load(ledger, &report->first, &prev, fault);
    struct bx_stmt *stmt = bx_row_from(ledger, 1);
    struct bx_row row;
    int64_t series = 0;
    int more = 0;
    while (err == 0 && (more = bx_row_read(ledger, stmt, &row, fault)) > 0) {
        err = bx_row_verify(ledger, &row, report->wrong, &prev, fault);
        char number[BX_NUMBER_SIZE] = "";
        if (row.head.kind == BX_KIND_SALE)
            bx_number_format(row.head.till, ++series, number);
        if (err == 0 && strcmp(number, row.head.number) != 0)
            err = wrong(report->wrong, "has not the next number", fault);
        prev = row.hash;
        report->wrong += err == 0;
    }
    bx_stmt_reset(stmt);
    if (err == 0)
        err = more;
    if (err == 0)
        err = end_check(ledger, report->last, fault);
    if (err == 0)
        report->wrong = 0;
    report->head = prev;
    return err;
}

static int table_compare(struct bx_ledger *ledger, const char *name, const char *sql,
                         struct bx_fault *fault)
{
    int64_t differ = 0;
    int err = bx_db_int(ledger->db, sql, &differ, fault);
    if (err == 0 && differ)
        return bx_fault_set(fault, BX_ERR_CORRUPT,
                            "The journal's summaries do not agree with its entries.",
                            "%s: %" PRId64 " rows differ", name, differ);
    return err;
}

#define DIFFER(table)                                           \
    "SELECT (SELECT count(*) FROM (SELECT * FROM main." table   \
    " EXCEPT SELECT * FROM temp.was_" table                     \
    ")) + (SELECT count(*) FROM (SELECT * FROM temp.was_" table \
    " EXCEPT SELECT * FROM main." table "))"
#define KEEP(table) "CREATE TEMP TABLE was_" table " AS SELECT * FROM main." table ";"

static int projections_compare(struct bx_ledger *ledger, struct bx_fault *fault)
{
    static const struct {
        const char *name, *sql;
    } list[] = {
        {"meta",      DIFFER("meta")                                                           },
        {"ticket",    DIFFER("ticket")                                                         },
        {"about",     DIFFER("about")                                                          },
        {"total",     DIFFER("total")                                                          },
        {"lockout",   DIFFER("lockout")                                                        },
        {"answer",    DIFFER("answer")                                                         },
        {"lease",     "SELECT count(*) FROM lease l WHERE l.used <> coalesce((SELECT u.q FROM"
                  " temp.lease_use u WHERE u.pool = l.pool AND u.r = l.r), 0)"},
        {"print_job", "SELECT count(*) FROM print_job j WHERE NOT EXISTS (SELECT 1 FROM entry e"
                      " WHERE e.seq = j.sale AND e.kind = 'sale')"        },
    };
    int err = 0;
    for (size_t i = 0; i < bx_countof(list) && err == 0; i++)
        err = table_compare(ledger, list[i].name, list[i].sql, fault);
    return err;
}

static int projections_verify(struct bx_ledger *ledger, struct bx_fault *fault)
{
    int err = bx_db_begin(ledger->db, fault);
    if (err == 0)
        err = bx_db_script(ledger->db,
                           KEEP("meta") KEEP("ticket") KEEP("about") KEEP("total") KEEP("lockout")
                               KEEP("answer") "CREATE TEMP TABLE lease_use(pool TEXT, r INTEGER,"
                                              " q INTEGER, PRIMARY KEY(pool, r));",
                           fault);
    if (err == 0)
        err = bx_project_all(ledger, true, fault);
    if (err == 0)
        err = projections_compare(ledger, fault);
    bx_db_rollback(ledger->db);
    return err;
}

int bx_journal_verify(struct bx_journal *journal, struct bx_journal_report *ret,
                      struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    struct bx_fault spare;
    struct bx_fault *told = fault ? fault : &spare;
    *ret = (struct bx_journal_report){0};
    int err = bx_ledger_ready(ledger, told);
    if (err == 0)
        err = counts(ledger, ret, told);
    if (err == 0)
        err = history_verify(ledger, ret, told);
    if (err == 0)
        err = bx_db_check(ledger->db, NULL, told);
    return err ? err : projections_verify(ledger, told);
}

int bx_journal_rebuild(struct bx_journal *journal, struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    struct bx_fault spare;
    struct bx_fault *told = fault ? fault : &spare;
    int err = bx_ledger_ready(ledger, told);
    if (err == 0)
        err = bx_db_begin(ledger->db, told);
    if (err)
        return err;
    err = bx_project_all(ledger, false, told);
    if (err == 0)
        err = bx_db_commit(ledger->db, told);
    if (err)
        bx_db_rollback(ledger->db);
    return err;
}
