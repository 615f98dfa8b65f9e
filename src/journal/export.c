/* SPDX-License-Identifier: Apache-2.0 */
/* What leaves the journal for people and archives. The lines are those of the upload, so that one
 * reader reads both, and the bodies are the stored bytes. */

#include "journal/ledger.h"

#include "boxtill/base/buf.h"
#include "boxtill/base/text.h"

static int entry_write(const struct bx_row *row, struct bx_buf *line, bx_journal_write write,
                       void *arg)
{
    struct bx_envelope envelope = {
        .till = row->head.till,
        .incarnation = row->head.incarnation,
        .seq = row->head.seq,
        .id = row->head.id,
        .prev = row->prev,
        .hash = row->hash,
    };
    bx_buf_clear(line);
    bx_envelope_encode(&envelope, line);
    bx_buf_add(line, row->body, row->len);
    bx_buf_byte_add(line, '\n');
    return write(arg, line->data, line->len);
}

int bx_journal_export(struct bx_journal *journal, int64_t from, bx_journal_write write, void *arg,
                      struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    struct bx_fault spare;
    struct bx_fault *told = fault ? fault : &spare;
    int err = bx_ledger_ready(ledger, told);
    if (err)
        return err;
    bx_buf_auto line;
    bx_buf_init(&line, 0);
    struct bx_stmt *stmt = bx_row_from(ledger, from);
    struct bx_row row;
    int more;
    while (err == 0 && (more = bx_row_read(ledger, stmt, &row, told)) != 0)
        err = more < 0 ? more : entry_write(&row, &line, write, arg);
    bx_stmt_reset(stmt);
    return err;
}

int bx_journal_totals(struct bx_journal *journal, int64_t shift, bx_total_visit visit, void *arg,
                      struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    struct bx_fault spare;
    struct bx_fault *told = fault ? fault : &spare;
    int err = bx_ledger_ready(ledger, told);
    if (err)
        return err;
    struct bx_stmt *stmt =
        bx_db_stmt(ledger->db, "SELECT what, name, sum(count), sum(amount) FROM total"
                               " WHERE ?1 = 0 OR shift = ?1 GROUP BY what, name");
    bx_stmt_bind_int(stmt, 1, shift);
    int row;
    while (err == 0 && (row = bx_stmt_step(stmt, told)) != 0) {
        if (row < 0)
            return row;
        struct bx_total total = {.count = bx_stmt_int(stmt, 2), .amount = bx_stmt_int(stmt, 3)};
        BX_TEXT_COPY(total.what, bx_stmt_text(stmt, 0));
        BX_TEXT_COPY(total.name, bx_stmt_text(stmt, 1));
        err = visit(arg, &total);
    }
    bx_stmt_reset(stmt);
    return err;
}
