/* SPDX-License-Identifier: Apache-2.0 */
/* Everything again, from the entries: the projections emptied and filled, or made beside the real
 * ones so that they can be compared. Where the journal was purged it begins with what the anchor
 * says of the time before. */

#include "journal/ledger.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/domain/gift.h"

int bx_again_begin(struct bx_again *again, struct bx_ledger *ledger, bool beside,
                   struct bx_fault *fault)
{
    *again = (struct bx_again){.ledger = ledger, .beside = beside};
    struct bx_meta stored;
    int err = bx_meta_load(ledger, &stored, fault);
    if (err)
        return err;
    again->room = bx_content_room_create();
    again->meta = (struct bx_meta){
        .till = stored.till,
        .incarnation = stored.incarnation,
        .issuer = stored.issuer,
        .seen_epoch = stored.seen_epoch,
        .seen_commit = stored.seen_commit,
        .contact = stored.contact,
        .turn = stored.turn,
        .answered_to = stored.answered_to,
        .next_shift = 1,
        .made = BX_LEDGER_MADE,
    };
    memcpy(again->meta.boot_id, stored.boot_id, sizeof(stored.boot_id));
    err = bx_db_script(ledger->db,
                       beside ? bx_ledger_beside
                              : "DELETE FROM ticket; DELETE FROM about; DELETE FROM total;"
                                "DELETE FROM lockout; DELETE FROM voucher; DELETE FROM asked;",
                       fault);
    return err ? err : bx_anchor_apply(again, fault);
}

int bx_use_add(struct bx_ledger *ledger, const struct bx_lease_use *use, struct bx_fault *fault)
{
    struct bx_stmt *stmt =
        bx_db_stmt(ledger->db, "INSERT INTO temp.lease_use VALUES(?1, ?2, ?3) ON CONFLICT"
                               " DO UPDATE SET q = q + excluded.q");
    bx_stmt_bind_text(stmt, 1, use->pool.s);
    bx_stmt_bind_int(stmt, 2, use->r);
    bx_stmt_bind_int(stmt, 3, use->q);
    return bx_stmt_run(stmt, fault);
}

int bx_again_add(struct bx_again *again, const struct bx_row *row, const struct bx_content *content,
                 struct bx_fault *fault)
{
    struct bx_commit commit = {
        .head = row->head, .body = row->body, .len = row->len, .content = *content};
    commit.series = bx_series_of(row->head.kind, content->sale && content->sale->training);
    commit.number = commit.series == BX_SERIES_NONE ? 0 : again->meta.numbers[commit.series] + 1;
    struct bx_step step = {
        .ledger = again->ledger, .commit = &commit, .meta = &again->meta, .again = true};
    again->meta.last_seq = again->meta.counted_to = row->head.seq;
    int err = row->head.kind == BX_KIND_SHIFT_CLOSE
                  ? bx_sums_flush(again->ledger, &again->sums, fault)
                  : 0;
    if (err == 0)
        err = bx_project(&step, fault);
    if (err == 0)
        err =
            bx_sums_add(again->ledger, &again->sums, row->head.shift, &again->ledger->rows, fault);
    for (int i = 0; again->beside && content->sale && i < content->sale->use_count && err == 0; i++)
        err = bx_use_add(again->ledger, &content->sale->uses[i], fault);
    struct bx_gift gift;
    if (err == 0 && again->beside && row->head.kind == BX_KIND_GIVE) {
        err = bx_gift_read(&row->head, content->about, content->n, &gift, fault);
        const struct bx_lease_use use = {gift.pool, gift.r, gift.before, gift.places};
        err = err ? err : bx_use_add(again->ledger, &use, fault);
    }
    return err;
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
    int err = bx_sums_flush(again->ledger, &again->sums, fault);
    return err ? err : standing_again(again, fault);
}

void bx_again_finish(struct bx_again *again)
{
    again->room = bx_content_room_destroy(again->room);
    bx_figures_finish(&again->sums.figures);
}

struct remaking {
    struct bx_again again;
    struct bx_fault *fault;
};

static int row_again(void *arg, const struct bx_row *row)
{
    struct remaking *remaking = arg;
    struct bx_entry_head head;
    struct bx_content content;
    int err = bx_content_read(remaking->again.room, row->body, row->len, &head, &content,
                              remaking->fault);
    return err ? err : bx_again_add(&remaking->again, row, &content, remaking->fault);
}

int bx_ledger_remake(struct bx_ledger *ledger, struct bx_fault *fault)
{
    struct remaking remaking = {.fault = fault};
    int err = bx_again_begin(&remaking.again, ledger, false, fault);
    if (err == 0)
        err = bx_rows_each(ledger, 1, row_again, &remaking, fault);
    if (err == 0)
        err = bx_again_end(&remaking.again, fault);
    if (err == 0)
        err = bx_meta_store(ledger, &remaking.again.meta, fault);
    bx_again_finish(&remaking.again);
    return err;
}

int bx_ledger_renew(struct bx_ledger *ledger, struct bx_fault *fault)
{
    int err = bx_db_begin(ledger->db, fault);
    if (err)
        return err;
    err = bx_ledger_remake(ledger, fault);
    if (err == 0)
        err = bx_db_commit(ledger->db, fault);
    if (err)
        bx_db_rollback(ledger->db);
    return err;
}

int bx_journal_rebuild(struct bx_journal *journal, struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    int err = bx_ledger_ready(ledger, &fault);
    return err ? err : bx_ledger_renew(ledger, fault);
}
