/* SPDX-License-Identifier: Apache-2.0 */
/* What leaves the journal for people and archives. The lines are those of the upload, so that one
 * reader reads both, and the bodies are the stored bytes. */

#include "journal/ledger.h"

#include "boxtill/base/buf.h"
#include "boxtill/base/text.h"

struct writing {
    struct bx_buf line;
    bx_journal_write write;
    void *arg;
};

void bx_row_export(const struct bx_row *row, struct bx_buf *out)
{
    struct bx_envelope envelope = {
        .till = row->head.till,
        .incarnation = row->head.incarnation,
        .seq = row->head.seq,
        .id = row->head.id,
        .prev = row->prev,
        .hash = row->hash,
    };
    bx_envelope_encode(&envelope, out);
    bx_buf_add(out, row->body, row->len);
    bx_buf_byte_add(out, '\n');
}

static int entry_write(void *arg, const struct bx_row *row)
{
    struct writing *writing = arg;
    struct bx_buf *line = &writing->line;
    bx_buf_clear(line);
    bx_row_export(row, line);
    return writing->write(writing->arg, line->data, line->len);
}

int bx_journal_export(struct bx_journal *journal, int64_t from, bx_journal_write write, void *arg,
                      struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    int err = bx_ledger_ready(ledger, &fault);
    if (err)
        return err;
    struct writing writing = {.write = write, .arg = arg};
    bx_buf_init(&writing.line, 0);
    err = bx_rows_each(ledger, from, entry_write, &writing, fault);
    bx_buf_finish(&writing.line);
    return err;
}

struct visiting {
    bx_total_visit visit;
    void *arg;
};

static int total_take(void *arg, struct bx_stmt *stmt, struct bx_fault *fault)
{
    (void)fault;
    const struct visiting *visiting = arg;
    struct bx_total total = {.count = bx_stmt_int(stmt, 2), .amount = bx_stmt_int(stmt, 3)};
    BX_TEXT_COPY(total.what, bx_stmt_text(stmt, 0));
    BX_TEXT_COPY(total.name, bx_stmt_text(stmt, 1));
    return visiting->visit(visiting->arg, &total);
}

int bx_journal_totals(struct bx_journal *journal, int64_t shift, bx_total_visit visit, void *arg,
                      struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    int err = bx_ledger_ready(ledger, &fault);
    if (err == 0)
        err = bx_ledger_count(ledger, 1, fault);
    if (err < 0)
        return err;
    struct visiting visiting = {.visit = visit, .arg = arg};
    struct bx_stmt *stmt =
        bx_db_stmt(ledger->db, "SELECT what, name, sum(count), sum(amount) FROM total"
                               " WHERE ?1 = 0 OR shift = ?1 GROUP BY what, name"
                               " HAVING sum(count) <> 0 OR sum(amount) <> 0");
    bx_stmt_bind_int(stmt, 1, shift);
    return bx_stmt_each(stmt, total_take, &visiting, fault);
}
