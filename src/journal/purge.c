/* SPDX-License-Identifier: Apache-2.0 */
/* A purge never takes anything out of the journal that is there: it writes a new one beside it,
 * verifies that, and then changes the name. Before, the entry `export` tells of it in the old file,
 * and so in the new one; if nothing follows, it told of an intent.
 *
 * Where it ends: at a moment when no shift was open, before everything that is not finished. What
 * stays may name sales that went (a reprint of one of last year's); such entries stay in the chain
 * and are about nothing any more. */

#include "journal/archive.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/point.h"
#include "boxtill/base/text.h"
#include "journal/manifest.h"

enum { PATH_SIZE = 4096 };

/* --- how far ---------------------------------------------------------------------------------- */

/* Is the archive one of this very journal, and from its first entry on? */
static int archive_check(struct bx_ledger *ledger, const struct bx_archive_found *archive,
                         struct bx_fault *fault)
{
    struct bx_meta meta;
    struct bx_hash hash = {0};
    int err = bx_meta_load(ledger, &meta, fault);
    if (err)
        return err;
    struct bx_stmt *stmt = bx_db_stmt(ledger->db, "SELECT hash FROM entry WHERE seq = ?1");
    bx_stmt_bind_int(stmt, 1, archive->last);
    int row = bx_stmt_step(stmt, fault);
    if (row < 0)
        return row;
    bool whole = row && bx_stmt_copy(stmt, 0, &hash, sizeof(hash));
    if (row)
        bx_stmt_reset(stmt);
    if (archive->till != meta.till || !whole || !bx_hash_equal(&hash, &archive->head))
        return bx_fault_set(fault, BX_ERR_REFUSED,
                            "Nothing was purged: this is not an archive of this journal.", NULL);
    return archive->first <= ledger->anchor + 1
               ? 0
               : bx_fault_set(fault, BX_ERR_REFUSED,
                              "Nothing was purged: the archive begins after the journal does.",
                              NULL);
}

/* The first entry that must stay, whatever the archive has. */
static int first_kept(struct bx_ledger *ledger, bx_utc before, int64_t *ret, struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(
        ledger->db,
        "SELECT min(coalesce((SELECT min(seq) FROM answer WHERE standing = 0), ?2),"
        " coalesce((SELECT min(e.seq) FROM entry e WHERE e.seq > (SELECT answered_to FROM meta)"
        " AND NOT EXISTS (SELECT 1 FROM answer a WHERE a.seq = e.seq)), ?2),"
        " coalesce((SELECT min(seq) FROM answer WHERE standing = 2), ?2),"
        " coalesce((SELECT min(min(seq, sale)) FROM print_job WHERE state <> 'confirmed'"
        " AND state <> 'sent' AND state <> 'cancelled'), ?2),"
        " coalesce((SELECT min(seq) FROM sign WHERE state = 'open'), ?2),"
        " coalesce((SELECT min(seq) FROM asked), ?2),"
        " coalesce((SELECT min(seq) FROM entry WHERE ?1 <> 0 AND at >= ?1), ?2),"
        " (SELECT CASE shift_seq WHEN 0 THEN ?2 ELSE shift_seq END FROM meta))");
    bx_stmt_bind_int(stmt, 1, before.us);
    bx_stmt_bind_int(stmt, 2, INT64_MAX);
    int row = bx_stmt_step(stmt, fault);
    if (row <= 0)
        return row;
    *ret = bx_stmt_int(stmt, 0);
    bx_stmt_reset(stmt);
    return 0;
}

/* Back to before the shift that LAST lies in, when it does not end there. */
static int shift_end(struct bx_ledger *ledger, int64_t *last, struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(
        ledger->db, "SELECT o.seq FROM entry o WHERE o.kind = 'shift-open' AND o.kind <> 'sale'"
                    " AND o.seq <= ?1 AND NOT EXISTS (SELECT 1 FROM entry c WHERE"
                    " c.kind = 'shift-close' AND c.kind <> 'sale' AND c.seq > o.seq AND"
                    " c.seq <= ?1) ORDER BY o.seq LIMIT 1");
    bx_stmt_bind_int(stmt, 1, *last);
    int row = bx_stmt_step(stmt, fault);
    if (row <= 0)
        return row;
    *last = bx_stmt_int(stmt, 0) - 1;
    bx_stmt_reset(stmt);
    return 0;
}

/* What was signed after the archive was made is signed in the journal only; in an archive of before
 * there were signatures none is. */
static int signs_kept(struct bx_ledger *ledger, const struct bx_archive_found *archive,
                      int64_t *kept, struct bx_fault *fault)
{
    int64_t from = archive->open_from;
    if (!archive->has_signs) {
        struct bx_stmt *stmt = bx_db_stmt(ledger->db, "SELECT min(seq) FROM sign WHERE seq > ?1");
        bx_stmt_bind_int(stmt, 1, ledger->anchor);
        int row = bx_stmt_step(stmt, fault);
        if (row <= 0)
            return row;
        from = bx_stmt_int(stmt, 0);
        bx_stmt_reset(stmt);
    }
    if (from != 0 && from < *kept)
        *kept = from;
    return 0;
}

static int last_find(struct bx_ledger *ledger, const struct bx_archive_found *archive,
                     bx_utc before, int64_t *ret, struct bx_fault *fault)
{
    int64_t kept = 0;
    int err = first_kept(ledger, before, &kept, fault);
    if (err == 0)
        err = signs_kept(ledger, archive, &kept, fault);
    if (err)
        return err;
    *ret = archive->last < kept - 1 ? archive->last : kept - 1;
    err = shift_end(ledger, ret, fault);
    if (err)
        return err;
    if (*ret > ledger->anchor)
        return 0;
    return bx_fault_set(fault, BX_ERR_REFUSED,
                        "Nothing was purged: all that is archived is still needed here.",
                        "not recorded by the server, not settled, not printed, not signed when "
                        "archived, of a shift that is "
                        "open or too young, from entry %" PRId64 " on",
                        kept);
}

/* --- the anchor ------------------------------------------------------------------------------- */

struct tracing {
    struct bx_again again;
    int64_t last;
    struct bx_hash head;
    struct bx_fault *fault;
};

static int row_trace(void *arg, const struct bx_row *row)
{
    struct tracing *tracing = arg;
    struct bx_entry_head head;
    struct bx_content content;
    if (row->head.seq > tracing->last)
        return 1;
    tracing->head = row->hash;
    int err =
        bx_content_read(tracing->again.room, row->body, row->len, &head, &content, tracing->fault);
    return err ? err : bx_again_add(&tracing->again, row, &content, tracing->fault);
}

static int figure_take(void *arg, struct bx_stmt *stmt, struct bx_fault *fault)
{
    struct bx_anchor *anchor = arg;
    if (bx_figures_add(&anchor->figures, bx_stmt_text(stmt, 0), bx_stmt_text(stmt, 1),
                       bx_stmt_int(stmt, 2), bx_stmt_int(stmt, 3)))
        return bx_fault_set(fault, BX_ERR_FULL, "The figures are too large.", NULL);
    return 0;
}

static int lockout_take(void *arg, struct bx_stmt *stmt, struct bx_fault *fault)
{
    (void)fault;
    struct bx_anchor *anchor = arg;
    anchor->lockouts =
        bx_realloc(anchor->lockouts, anchor->lockout_count + 1, sizeof(*anchor->lockouts));
    anchor->lockouts[anchor->lockout_count++] = (struct bx_lockout){
        bx_stmt_int(stmt, 0), (int)bx_stmt_int(stmt, 1), {bx_stmt_int(stmt, 2)}};
    return 0;
}

static int use_take(void *arg, struct bx_stmt *stmt, struct bx_fault *fault)
{
    (void)fault;
    struct bx_anchor *anchor = arg;
    anchor->uses = bx_realloc(anchor->uses, anchor->use_count + 1, sizeof(*anchor->uses));
    struct bx_lease_use *use = &anchor->uses[anchor->use_count++];
    *use = (struct bx_lease_use){.r = bx_stmt_int(stmt, 1), .q = bx_stmt_int(stmt, 2)};
    BX_TEXT_COPY(use->pool.s, bx_stmt_text(stmt, 0));
    return 0;
}

static int beside_take(struct bx_ledger *ledger, struct bx_anchor *anchor, struct bx_fault *fault)
{
    const struct {
        const char *sql;
        bx_stmt_take take;
    } list[] = {
        {"SELECT what, name, sum(count), sum(amount) FROM temp.total GROUP BY what, name",
         figure_take},
        {"SELECT user, failures, last FROM temp.lockout ORDER BY user", lockout_take},
        {"SELECT u.pool, u.r, u.q FROM temp.lease_use u JOIN lease l ON l.pool = u.pool"
         " AND l.r = u.r ORDER BY u.pool",
         use_take},
    };
    int err = 0;
    for (size_t i = 0; i < bx_countof(list) && err == 0; i++) {
        bx_cleanup(bx_stmt_destroy) struct bx_stmt *stmt =
            bx_db_prepare(ledger->db, list[i].sql, fault);
        err = stmt ? bx_stmt_each(stmt, list[i].take, anchor, fault) : (int)fault->err;
    }
    return err;
}

/* What everything was after entry LAST. */
static int anchor_make(struct bx_ledger *ledger, int64_t last, struct bx_anchor *anchor,
                       struct bx_fault *fault)
{
    struct tracing tracing = {.last = last, .fault = fault};
    int err = bx_db_begin(ledger->db, fault);
    if (err)
        return err;
    err = bx_again_begin(&tracing.again, ledger, true, fault);
    if (err == 0)
        err = bx_rows_each(ledger, 1, row_trace, &tracing, fault);
    if (err >= 0)
        err = bx_again_end(&tracing.again, fault);
    if (err == 0)
        err = beside_take(ledger, anchor, fault);
    anchor->till = tracing.again.meta.till;
    anchor->incarnation = tracing.again.meta.incarnation;
    anchor->seq = last;
    anchor->head = tracing.head;
    anchor->meta = tracing.again.meta;
    bx_again_finish(&tracing.again);
    bx_db_rollback(ledger->db);
    return err;
}

/* --- the new file ----------------------------------------------------------------------------- */

static int cut(struct bx_db *db, int64_t last, const struct bx_buf *anchor, struct bx_fault *fault)
{
    static const char *const takes[] = {
        "DELETE FROM answer WHERE seq <= ?1",
        "DELETE FROM print_job WHERE seq <= ?1",
        "DELETE FROM sign WHERE seq <= ?1 AND seq > coalesce((SELECT seq FROM anchor), 0)",
        "DELETE FROM entry WHERE seq <= ?1",
    };
    int err = bx_db_run(db, "DROP TRIGGER entry_no_delete", fault);
    for (size_t i = 0; i < bx_countof(takes) && err == 0; i++) {
        bx_cleanup(bx_stmt_destroy) struct bx_stmt *stmt = bx_db_prepare(db, takes[i], fault);
        if (!stmt)
            return (int)fault->err;
        bx_stmt_bind_int(stmt, 1, last);
        err = bx_stmt_run(stmt, fault);
    }
    if (err)
        return err;
    struct bx_stmt *put =
        bx_db_stmt(db, "INSERT INTO anchor VALUES(1, ?1, ?2) ON CONFLICT DO UPDATE SET"
                       " seq = excluded.seq, text = excluded.text");
    bx_stmt_bind_int(put, 1, last);
    bx_stmt_bind_text_n(put, 2, anchor->data, anchor->len);
    err = bx_stmt_run(put, fault);
    return err ? err : bx_db_script(db, bx_ledger_no_delete, fault);
}

static int copy_cut(const struct bx_ledger *ledger, const char *path, int64_t last,
                    const struct bx_buf *anchor, struct bx_fault *fault)
{
    struct bx_db_options options = {
        .path = path, .vfs = ledger->vfs, .exclusive = true, .sync = BX_DB_SYNC_FULL};
    struct bx_ledger copy = {.db = bx_db_open(&options, fault)};
    if (!copy.db)
        return (int)fault->err;
    int err = bx_db_begin(copy.db, fault);
    if (err == 0)
        err = cut(copy.db, last, anchor, fault);
    if (err == 0)
        err = bx_ledger_remake(&copy, fault);
    if (err == 0)
        err = bx_db_commit(copy.db, fault);
    if (err)
        bx_db_rollback(copy.db);
    if (err == 0)
        err = bx_db_run(copy.db, "VACUUM", fault); /* what went is not in the file any more */
    if (err == 0)
        err = bx_db_checkpoint(copy.db, true, fault);
    bx_figures_finish(&copy.rows);
    bx_content_room_destroy(copy.named);
    bx_db_destroy(copy.db);
    return err;
}

static int copy_prove(const struct bx_ledger *ledger, const char *path, struct bx_fault *fault)
{
    struct bx_journal_options options = {.path = path, .vfs = ledger->vfs, .inspect = true};
    struct bx_journal_report report;
    bx_cleanup(bx_journal_destroy) struct bx_journal *copy = bx_journal_open_with(&options, fault);
    return copy ? bx_journal_verify(copy, &report, fault) : (int)fault->err;
}

static int swap(struct bx_ledger *ledger, int64_t last, const struct bx_buf *anchor,
                struct bx_fault *fault)
{
    char fresh[PATH_SIZE];
    int len = snprintf(fresh, sizeof(fresh), "%s.new", ledger->path);
    bx_assert(len > 0 && len < PATH_SIZE);
    int err = bx_db_backup(ledger->db, fresh, fault);
    if (err == 0)
        err = copy_cut(ledger, fresh, last, anchor, fault);
    if (err == 0)
        err = copy_prove(ledger, fresh, fault);
    bx_point("purge.copied");
    if (err == 0)
        return bx_ledger_replace(ledger, fresh, fault);
    unlink(fresh);
    return err;
}

static int purge(struct bx_journal *journal, const struct bx_archive_act *act,
                 struct bx_anchor *anchor, struct bx_purged *ret, struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    char about[BX_PURGE_TEXT];
    int64_t first = ledger->anchor + 1;
    bx_buf_auto text;
    bx_buf_init(&text, 0);
    int err = bx_anchor_encode(anchor, &text);
    if (err)
        return bx_fault_set(fault, BX_ERR_FULL, "The figures are too large.", NULL);
    bx_purge_format(&anchor->archive, text.data, text.len, about);
    err = bx_export_note(journal, act, about, anchor->seq, &ret->ref, fault);
    bx_point("purge.told");
    if (err == 0)
        err = swap(ledger, anchor->seq, &text, fault);
    ret->first = first;
    ret->last = anchor->seq;
    ret->entries = anchor->seq - first + 1;
    return err;
}

int bx_journal_purge(struct bx_journal *journal, const struct bx_archive_act *act,
                     const struct bx_archive_source *archive, const struct bx_public_key *key,
                     bx_utc before, struct bx_purged *ret, struct bx_fault *fault)
{
    struct bx_ledger *ledger = bx_ledger_of(journal);
    struct bx_journal_report report;
    struct bx_archive_found found;
    struct bx_anchor anchor = {0};
    struct bx_purged purged = {0};
    int64_t last = 0;
    int err = bx_ledger_ready(ledger, &fault);
    if (err == 0)
        err = bx_archive_verify(archive, key, &found, fault);
    if (err == 0)
        err = bx_journal_verify(journal, &report, fault);
    if (err == 0)
        err = archive_check(ledger, &found, fault);
    if (err == 0)
        err = last_find(ledger, &found, before, &last, fault);
    if (err == 0)
        err = anchor_make(ledger, last, &anchor, fault);
    if (err == 0) {
        anchor.archive = found.manifest;
        err = purge(journal, act, &anchor, &purged, fault);
    }
    bx_anchor_finish(&anchor);
    if (err == 0)
        *ret = purged;
    return err;
}
