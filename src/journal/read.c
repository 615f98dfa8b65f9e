/* SPDX-License-Identifier: Apache-2.0 */
/* Reading. A question is first answered with a short list of seqs, each found through an index, and
 * then entry after entry is fetched by its key: the list is what differs between the questions. */

#include "journal/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

static int damaged(int64_t seq, const char *what, struct bx_fault *fault)
{
    bx_fault_say(fault, BX_ERR_CORRUPT,
                 "The journal is damaged at entry %" PRId64 " (%s): do not sell; call for help.",
                 seq, what);
    return BX_ERR_CORRUPT;
}

static int answer_read(struct bx_stmt *stmt, struct bx_row *row, struct bx_fault *fault)
{
    if (bx_stmt_is_null(stmt, 12))
        return 0;
    struct bx_entry_answer *answer = &row->answer;
    if (bx_entry_outcome_parse(bx_stmt_text(stmt, 12), &answer->outcome))
        return damaged(row->head.seq, "unknown answer", fault);
    row->answered = bx_stmt_int(stmt, 15) != 0 || answer->outcome == BX_ENTRY_WAITING;
    answer->seq = row->head.seq;
    answer->id = row->head.id;
    answer->hash = row->hash;
    BX_TEXT_COPY(answer->task, bx_stmt_text(stmt, 13));
    BX_TEXT_COPY(answer->say, bx_stmt_text(stmt, 14));
    return 0;
}

static int sign_read(struct bx_stmt *stmt, struct bx_row *row, struct bx_fault *fault)
{
    struct bx_sign *sign = &row->sign;
    if (bx_stmt_is_null(stmt, 18))
        return 0;
    if (bx_sign_state_parse(bx_stmt_text(stmt, 18), &sign->state))
        return damaged(row->head.seq, "unknown state of its signature", fault);
    sign->begun.us = bx_stmt_int(stmt, 19);
    sign->at.us = bx_stmt_int(stmt, 20);
    sign->transaction = bx_stmt_int(stmt, 21);
    sign->counter = bx_stmt_int(stmt, 22);
    BX_TEXT_COPY(sign->device, bx_stmt_text(stmt, 23));
    BX_TEXT_COPY(sign->qr, bx_stmt_text(stmt, 24));
    return 0;
}

static int row_read(struct bx_stmt *stmt, struct bx_row *row, struct bx_fault *fault)
{
    *row = (struct bx_row){0};
    struct bx_entry_head *head = &row->head;
    head->seq = bx_stmt_int(stmt, 0);
    head->incarnation = bx_stmt_int(stmt, 1);
    bool whole = bx_stmt_copy(stmt, 2, &head->id, sizeof(head->id));
    whole = bx_stmt_copy(stmt, 10, &row->prev, sizeof(row->prev)) && whole;
    whole = bx_stmt_copy(stmt, 11, &row->hash, sizeof(row->hash)) && whole;
    if (!whole)
        return damaged(head->seq, "id or hash is cut", fault);
    if (bx_kind_parse(bx_stmt_text(stmt, 3), &head->kind))
        return damaged(head->seq, "unknown kind", fault);
    if (!BX_TEXT_COPY(head->number, bx_stmt_text(stmt, 4)))
        return damaged(head->seq, "the number is too long", fault);
    head->at.us = bx_stmt_int(stmt, 5);
    if (__builtin_mul_overflow(bx_stmt_int(stmt, 6), 1000, &head->boot))
        return damaged(head->seq, "the boot clock is out of range", fault);
    head->shift = bx_stmt_int(stmt, 7);
    head->user = bx_stmt_int(stmt, 8);
    row->body = bx_stmt_bytes(stmt, 9, &row->len);
    head->till = bx_stmt_int(stmt, 16);
    row->settled = bx_stmt_int(stmt, 17) != 0;
    int err = answer_read(stmt, row, fault);
    return err ? err : sign_read(stmt, row, fault);
}

struct walk {
    bx_row_visit visit;
    void *arg;
};

static int row_take(void *arg, struct bx_stmt *stmt, struct bx_fault *fault)
{
    const struct walk *walk = arg;
    struct bx_row row;
    int err = row_read(stmt, &row, fault);
    return err ? err : walk->visit(walk->arg, &row);
}

int bx_rows_each(struct bx_ledger *ledger, int64_t from, bx_row_visit visit, void *arg,
                 struct bx_fault *fault)
{
    struct walk walk = {.visit = visit, .arg = arg};
    struct bx_stmt *stmt = bx_db_stmt(
        ledger->db,
        "SELECT e.seq, e.incarnation, e.id, e.kind, e.number, e.at, e.boot, e.shift, e.user,"
        " e.body, e.prev, e.hash, a.outcome, a.task, a.say, a.standing, (SELECT till FROM meta),"
        " EXISTS(SELECT 1 FROM main.about s WHERE s.about = e.seq AND s.kind = 'settle'),"
        " g.state, g.begun, g.at, g.transact, g.counter, g.device, g.qr"
        " FROM entry e LEFT JOIN main.answer a ON a.seq = e.seq"
        " LEFT JOIN main.sign g ON g.seq = e.seq"
        " WHERE e.seq >= ?1 ORDER BY e.seq");
    bx_stmt_bind_int(stmt, 1, from);
    return bx_stmt_each(stmt, row_take, &walk, fault);
}

/* Sales are found by walking back; for all others there is an index. */
static struct bx_stmt *kind_list(struct bx_db *db, const struct bx_query *query)
{
    if (query->entry_kind == BX_KIND_SALE)
        return bx_db_stmt(db, "SELECT seq FROM entry WHERE kind = 'sale' AND (?1 = 0 OR seq < ?1)"
                              " ORDER BY seq DESC LIMIT ?2");
    struct bx_stmt *stmt = bx_db_stmt(db, "SELECT seq FROM entry WHERE kind = ?3 AND kind <> 'sale'"
                                          " AND (?1 = 0 OR seq < ?1) ORDER BY seq DESC LIMIT ?2");
    bx_stmt_bind_text(stmt, 3, bx_kind_word(query->entry_kind));
    return stmt;
}

/* A shift's entries lie between its opening and the next one, with few others among them. */
static struct bx_stmt *shift_list(struct bx_db *db, const struct bx_query *query)
{
    struct bx_stmt *stmt = bx_db_stmt(
        db, "SELECT seq FROM entry WHERE shift = ?1 AND seq > ?3 AND seq >= (SELECT min(seq)"
            " FROM entry WHERE kind = 'shift-open' AND shift = ?1)"
            " AND seq < coalesce((SELECT min(seq) FROM entry WHERE kind = 'shift-open'"
            " AND shift = ?1 + 1), 9223372036854775807)"
            " ORDER BY seq LIMIT ?2");
    bx_stmt_bind_int(stmt, 3, query->after);
    return stmt;
}

/* The list of seqs that answers QUERY. */
static struct bx_stmt *list_of(struct bx_ledger *ledger, const struct bx_query *query, int limit)
{
    struct bx_db *db = ledger->db;
    struct bx_stmt *stmt = NULL;
    switch (query->kind) {
    case BX_QUERY_FROM:
        stmt = bx_db_stmt(db, "SELECT seq FROM entry WHERE seq >= ?1 ORDER BY seq LIMIT ?2");
        break;
    case BX_QUERY_SALES:
        stmt = bx_db_stmt(db, "SELECT seq FROM entry WHERE kind IN ('sale', 'void', 'refund',"
                              " 'exchange') AND (?1 = 0 OR seq < ?1) ORDER BY seq DESC LIMIT ?2");
        break;
    case BX_QUERY_QUEUED:
        stmt = bx_db_stmt(db, "SELECT seq FROM answer WHERE standing = 0 AND seq > ?1"
                              " UNION ALL SELECT e.seq FROM entry e"
                              " WHERE e.seq > max(?1, (SELECT answered_to FROM meta))"
                              " AND NOT EXISTS (SELECT 1 FROM answer a WHERE a.seq = e.seq)"
                              " ORDER BY 1 LIMIT ?2");
        break;
    case BX_QUERY_ATTENTION:
        stmt = bx_db_stmt(db, "SELECT seq FROM answer WHERE standing = 2 AND seq > ?1"
                              " ORDER BY seq LIMIT ?2");
        break;
    case BX_QUERY_ID:
        stmt = bx_db_stmt(db, "SELECT seq FROM entry WHERE id = ?1 LIMIT ?2");
        bx_stmt_bind_bytes(stmt, 1, query->id.b, sizeof(query->id.b));
        break;
    case BX_QUERY_NUMBER:
        stmt = bx_db_stmt(db, "SELECT seq FROM entry WHERE number = ?1 LIMIT ?2");
        bx_stmt_bind_text(stmt, 1, query->text);
        break;
    case BX_QUERY_CODE:
        stmt = bx_db_stmt(db, "SELECT sale FROM ticket WHERE code = ?1 LIMIT ?2");
        bx_stmt_bind_text(stmt, 1, query->text);
        break;
    case BX_QUERY_ABOUT:
        stmt = bx_db_stmt(db, "SELECT seq FROM about WHERE about ="
                              " (SELECT seq FROM entry WHERE id = ?1) AND seq > ?3"
                              " ORDER BY seq LIMIT ?2");
        bx_stmt_bind_bytes(stmt, 1, query->id.b, sizeof(query->id.b));
        bx_stmt_bind_int(stmt, 3, query->from);
        break;
    case BX_QUERY_KIND: stmt = kind_list(db, query); break;
    case BX_QUERY_SHIFT: stmt = shift_list(db, query); break;
    case BX_QUERY_PERSON: break; /* no entries */
    case BX_QUERY_TENDER:
        stmt = bx_db_stmt(db, "SELECT sale FROM voucher WHERE name = ?1 LIMIT ?2");
        bx_stmt_bind_text(stmt, 1, query->text);
        break;
    case BX_QUERY_ASKED:
        stmt = bx_db_stmt(db, "SELECT seq FROM asked WHERE seq > ?1 ORDER BY seq LIMIT ?2");
        break;
    case BX_QUERY_UNSIGNED:
        stmt = bx_db_stmt(db, "SELECT seq FROM sign WHERE state = 'open' AND seq > ?1"
                              " ORDER BY seq LIMIT ?2");
        break;
    case BX_QUERY_CONFLICT:
        stmt = bx_db_stmt(db, "SELECT seq FROM answer WHERE outcome = 'conflict' AND seq > ?1"
                              " ORDER BY seq LIMIT ?2");
        break;
    }
    bx_assert(stmt);
    if (query->kind <= BX_QUERY_ATTENTION || query->kind == BX_QUERY_KIND ||
        query->kind == BX_QUERY_SHIFT || query->kind >= BX_QUERY_UNSIGNED)
        bx_stmt_bind_int(stmt, 1, query->from);
    bx_stmt_bind_int(stmt, 2, limit);
    return stmt;
}

struct seqs {
    int count;
    int64_t list[BX_ROWS_MAX];
};

static int seq_take(void *arg, struct bx_stmt *stmt, struct bx_fault *fault)
{
    (void)fault;
    struct seqs *seqs = arg;
    seqs->list[seqs->count++] = bx_stmt_int(stmt, 0);
    return 0;
}

/* One entry shown to its reader. */
struct showing {
    struct walk to;
    int64_t seq;
    bool found;
    int result;
};

static int row_show(void *arg, const struct bx_row *row)
{
    struct showing *showing = arg;
    showing->found = row->head.seq == showing->seq;
    if (showing->found)
        showing->result = showing->to.visit(showing->to.arg, row);
    return 1;
}

int bx_ledger_read(struct bx_journal *journal, const struct bx_query *query, bx_row_visit visit,
                   void *arg, struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    int limit = query->limit < 1 || query->limit > BX_ROWS_MAX ? BX_ROWS_MAX : query->limit;
    struct seqs seqs = {0};
    int err = bx_ledger_ready(ledger, &fault);
    if (err == 0 && query->kind == BX_QUERY_PERSON)
        return bx_persons_read(ledger, query, limit, visit, arg, fault);
    if (err == 0)
        err = bx_stmt_each(list_of(ledger, query, limit), seq_take, &seqs, fault);
    for (int i = 0; i < seqs.count && err == 0; i++) {
        struct showing showing = {.to = {visit, arg}, .seq = seqs.list[i]};
        err = bx_rows_each(ledger, showing.seq, row_show, &showing, fault);
        if (err >= 0)
            err = showing.found ? showing.result : damaged(showing.seq, "it is missing", fault);
    }
    return err;
}
