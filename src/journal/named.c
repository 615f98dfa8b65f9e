/* SPDX-License-Identifier: Apache-2.0 */
/* What an entry names: the sale it is about, the tickets it takes back. A ticket leaves "valid"
 * once, whatever takes it; and a journal that was purged (anchor.c) has entries about sales that
 * are not in it any more, which is no error when everything is made again. */

#include "journal/ledger.h"

#include <inttypes.h>

#include "boxtill/base/alloc.h"

int bx_about_put(const struct bx_step *step, int64_t about, struct bx_fault *fault)
{
    if (!about)
        return 0;
    struct bx_stmt *stmt = bx_db_stmt(step->ledger->db, "INSERT INTO about VALUES(?1, ?2, ?3)");
    bx_stmt_bind_int(stmt, 1, about);
    bx_stmt_bind_int(stmt, 2, step->commit->head.seq);
    bx_stmt_bind_text(stmt, 3, bx_kind_word(step->commit->head.kind));
    return bx_stmt_run(stmt, fault);
}

static int seq_of(struct bx_stmt *stmt, const struct bx_id *id, int64_t *ret,
                  struct bx_fault *fault)
{
    bx_stmt_bind_bytes(stmt, 1, id->b, sizeof(id->b));
    *ret = 0;
    int row = bx_stmt_step(stmt, fault);
    if (row <= 0)
        return row;
    *ret = bx_stmt_int(stmt, 0);
    bx_stmt_reset(stmt);
    return 0;
}

int bx_entry_named(const struct bx_step *step, const struct bx_id *id, int64_t *ret,
                   struct bx_fault *fault)
{
    *ret = 0;
    if (bx_id_is_zero(id))
        return 0;
    return seq_of(bx_db_stmt(step->ledger->db, "SELECT seq FROM entry WHERE id = ?1"), id, ret,
                  fault);
}

int bx_sale_named(const struct bx_step *step, const struct bx_id *id, int64_t *ret,
                  struct bx_fault *fault)
{
    int err =
        seq_of(bx_db_stmt(step->ledger->db, "SELECT seq FROM entry WHERE id = ?1 AND"
                                            " kind IN ('sale', 'void', 'refund', 'exchange')"),
               id, ret, fault);
    if (err || *ret || (step->again && step->ledger->anchor))
        return err;
    return bx_fault_set(fault, BX_ERR_MISSING, "What this is about is not in the journal.",
                        "entry %" PRId64 " names a sale that is not there", step->commit->head.seq);
}

/* --- returns ---------------------------------------------------------------------------------- */

static int gone(const struct bx_step *step, const char *what, int64_t n, struct bx_fault *fault)
{
    return bx_fault_set(fault, BX_ERR_CLASH, "This was taken back or replaced before.",
                        "entry %" PRId64 ": %s %" PRId64, step->commit->head.seq, what, n);
}

/* The codes that the tickets of a document have now. */
struct codes {
    int count;
    struct bx_code list[BX_TICKETS_MAX];
};

static int replaced_take(void *arg, struct bx_stmt *stmt, struct bx_fault *fault)
{
    struct codes *codes = arg;
    struct bx_paper_entry paper;
    size_t len;
    const char *body = bx_stmt_bytes(stmt, 0, &len);
    int err = bx_paper_decode(body, len, &paper, fault);
    if (err == 0 && paper.ticket >= 0 && paper.ticket < codes->count)
        codes->list[paper.ticket] = paper.code;
    return err;
}

static int codes_now(const struct bx_step *step, int64_t of, const struct bx_sale *sale,
                     struct codes *codes, struct bx_fault *fault)
{
    codes->count = sale->ticket_count;
    for (int i = 0; i < sale->ticket_count; i++)
        codes->list[i] = sale->tickets[i].code;
    struct bx_stmt *stmt =
        bx_db_stmt(step->ledger->db, "SELECT e.body FROM about a JOIN entry e ON e.seq = a.seq"
                                     " WHERE a.about = ?1 AND a.kind = 'replace' ORDER BY a.seq");
    bx_stmt_bind_int(stmt, 1, of);
    return bx_stmt_each(stmt, replaced_take, codes, fault);
}

static int codes_refuse(const struct bx_step *step, const struct codes *codes,
                        struct bx_fault *fault)
{
    const struct bx_sale *sale = step->commit->content.sale;
    int err = 0;
    for (int i = 0; i < sale->back_ticket_count && err == 0; i++) {
        int ticket = sale->back_tickets[i];
        if (ticket < 0 || ticket >= codes->count)
            return gone(step, "there is no ticket", ticket, fault);
        struct bx_stmt *stmt = bx_db_stmt(
            step->ledger->db, "UPDATE ticket SET valid = 0 WHERE code = ?1 AND valid = 1");
        bx_stmt_bind_text(stmt, 1, codes->list[ticket].s);
        err = bx_stmt_run(stmt, fault);
        if (err == 0 && bx_db_changes(step->ledger->db) != 1)
            return gone(step, "ticket", ticket, fault);
    }
    return err;
}

/* The document with seq OF, borrowed until the next one is named. */
static int named_load(const struct bx_step *step, int64_t of, const struct bx_sale **ret,
                      struct bx_fault *fault)
{
    struct bx_ledger *ledger = step->ledger;
    struct bx_entry_head head;
    struct bx_content content = {0};
    if (!ledger->named)
        ledger->named = bx_content_room_create();
    struct bx_stmt *stmt = bx_db_stmt(ledger->db, "SELECT body FROM entry WHERE seq = ?1");
    bx_stmt_bind_int(stmt, 1, of);
    int row = bx_stmt_step(stmt, fault);
    if (row < 0)
        return row;
    size_t len = 0;
    const char *body = row ? bx_stmt_bytes(stmt, 0, &len) : "";
    int err = bx_content_read(ledger->named, body, len, &head, &content, fault);
    if (row)
        bx_stmt_reset(stmt);
    if (err == 0 && !content.sale)
        err = bx_fault_set(fault, BX_ERR_CLASH, "This cannot be taken back.",
                           "entry %" PRId64 " is a %s", of, bx_kind_word(head.kind));
    *ret = content.sale;
    return err;
}

static int void_check(const struct bx_step *step, int64_t of, struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(
        step->ledger->db, "SELECT seq FROM about WHERE about = ?1 AND kind = 'void' LIMIT 1");
    bx_stmt_bind_int(stmt, 1, of);
    int row = bx_stmt_step(stmt, fault);
    if (row <= 0)
        return row;
    int64_t seq = bx_stmt_int(stmt, 0);
    bx_stmt_reset(stmt);
    return gone(step, "void", seq, fault);
}

int bx_return_project(const struct bx_step *step, struct bx_fault *fault)
{
    const struct bx_sale *sale = step->commit->content.sale, *named = NULL;
    int64_t of;
    int err = bx_entry_named(step, &sale->of, &of, fault);
    if (err || !of) /* of another till, or purged */
        return err;
    err = void_check(step, of, fault);
    if (err == 0)
        err = named_load(step, of, &named, fault);
    if (err == 0 && named->training != sale->training)
        err = bx_fault_set(fault, BX_ERR_CLASH, "Training and selling do not mix.",
                           "entry %" PRId64 " of training: %d", of, named->training);
    if (err == 0 && sale->back_ticket_count) {
        struct codes *codes = bx_new(struct codes);
        err = codes_now(step, of, named, codes, fault);
        if (err == 0)
            err = codes_refuse(step, codes, fault);
        bx_free(codes);
    }
    return err ? err : bx_about_put(step, of, fault);
}
