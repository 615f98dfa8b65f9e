/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, closing, and opening again after a COMMIT that erred.
 *
 * What a fresh connection reads back may lie only in the page cache: after a failed sync Linux
 * drops its error with the descriptor and calls the pages clean, so a later sync of the same file
 * proves nothing. Two things follow. A journal that is opened brings its write-ahead log home at
 * once: that writes the pages anew, and the sync behind it is an honest one. And an unknown COMMIT
 * that turns out to be there is only called sold after the whole journal was copied to a new file.
 *
 * The copy becomes the journal by rename. The old log still lies beside it then; it holds pages
 * that the copy already has, so reading it again over the copy changes nothing, and it goes only
 * after the new name is durable: there is no moment at which a power cut loses an entry. */

#include "journal/ledger.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/point.h"

enum { PATH_SIZE = 4096, CACHE_KIB = 4096 };

static void path_with(const struct bx_ledger *ledger, const char *tail, char out[PATH_SIZE])
{
    int len = snprintf(out, PATH_SIZE, "%s%s", ledger->path, tail);
    bx_assert(len > 0 && len < PATH_SIZE);
}

/* An older file's projections are made again by today's code. What cannot be read is for the checks
 * to name, which follow. */
static int projections_renew(struct bx_ledger *ledger, struct bx_fault *fault)
{
    struct bx_meta meta;
    int err = bx_meta_load(ledger, &meta, fault);
    if (err || meta.made == BX_LEDGER_MADE)
        return err;
    err = bx_ledger_renew(ledger, fault);
    return (err == BX_ERR_INPUT || err == BX_ERR_CORRUPT) && ledger->inspect ? 0 : err;
}

static int ledger_open(struct bx_ledger *ledger, struct bx_fault *fault)
{
    struct bx_db_options options = {
        .path = ledger->path,
        .vfs = ledger->vfs,
        .create = true,
        .exclusive = true,
        .cache_kib = CACHE_KIB,
        .sync = ledger->careless ? BX_DB_SYNC_OFF : BX_DB_SYNC_FULL,
    };
    ledger->db = bx_db_open(&options, fault);
    if (!ledger->db)
        return fault->err;
    int err = bx_db_migrate(ledger->db, "journal", bx_ledger_schema, bx_ledger_schema_count, fault);
    if (err == 0)
        err = projections_renew(ledger, fault);
    if (err == 0)
        err = bx_db_checkpoint(ledger->db, false, fault);
    if (err)
        ledger->db = bx_db_abandon(ledger->db);
    return err;
}

int bx_ledger_ready(struct bx_ledger *ledger, struct bx_fault **fault)
{
    if (!*fault)
        *fault = &ledger->spare;
    /* Nobody asks about a note by name, so it is settled as soon as something else is wanted. */
    bool there;
    if (ledger->unsure == BX_UNSURE_NOTE && bx_ledger_settle(ledger, &there, *fault))
        return (int)(*fault)->err;
    if (ledger->unsure == BX_SURE)
        return 0;
    return bx_fault_set(*fault, BX_ERR_UNKNOWN,
                        "Selling is stopped: it is not known whether the last sale was stored. Do "
                        "not hand anything out.",
                        "an unknown COMMIT is not settled");
}

int bx_ledger_end(struct bx_ledger *ledger, enum bx_unsure unsure, int64_t turn,
                  struct bx_fault *fault)
{
    int err = bx_db_commit(ledger->db, fault);
    if (err) {
        ledger->unsure = unsure;
        ledger->unsure_turn = turn;
    }
    return err;
}

/* FRESH takes the place of the journal, whose connection is gone; its log goes after its name. */
static int rename_in(struct bx_ledger *ledger, const char *fresh, struct bx_fault *fault)
{
    char log[PATH_SIZE];
    path_with(ledger, "-wal", log);
    if (rename(fresh, ledger->path))
        return bx_fault_set(fault, BX_ERR_IO, "The disk reported an error.", "rename %s: %s", fresh,
                            strerror(errno));
    bx_point("journal.renamed");
    int err = bx_db_sync_folder(ledger->path, fault);
    if (err)
        return err;
    if (unlink(log) && errno != ENOENT)
        return bx_fault_set(fault, BX_ERR_IO, "The disk reported an error.", "unlink %s: %s", log,
                            strerror(errno));
    err = bx_db_sync_folder(ledger->path, fault);
    return err ? err : ledger_open(ledger, fault);
}

static int swap_in(struct bx_ledger *ledger, struct bx_fault *fault)
{
    char fresh[PATH_SIZE];
    path_with(ledger, ".new", fresh);
    int err = bx_db_backup(ledger->db, fresh, fault);
    if (err)
        return err;
    ledger->db = bx_db_abandon(ledger->db);
    return rename_in(ledger, fresh, fault);
}

int bx_ledger_replace(struct bx_ledger *ledger, const char *fresh, struct bx_fault *fault)
{
    /* The old log must not be read over the new file after a power cut: it is emptied first. */
    int err = bx_db_checkpoint(ledger->db, true, fault);
    if (err)
        return err;
    ledger->db = bx_db_destroy(ledger->db);
    err = rename_in(ledger, fresh, fault);
    if (err == 0)
        err = bx_tail_verify(ledger, fault);
    if (err)
        ledger->unsure = BX_UNSURE_COMMIT;
    return err;
}

int bx_ledger_settle(struct bx_ledger *ledger, bool *ret_there, struct bx_fault *fault)
{
    struct bx_meta meta;
    ledger->db = bx_db_abandon(ledger->db);
    int err = ledger_open(ledger, fault);
    if (err == 0)
        err = bx_meta_load(ledger, &meta, fault);
    if (err)
        return err;
    bool there = meta.turn >= ledger->unsure_turn;
    if (there && (err = swap_in(ledger, fault)))
        return err;
    if (there && (err = bx_meta_load(ledger, &meta, fault)))
        return err;
    if (there && meta.turn < ledger->unsure_turn)
        return bx_fault_set(fault, BX_ERR_IO, "The disk reported an error.",
                            "the copy lacks turn %lld", (long long)ledger->unsure_turn);
    ledger->unsure = BX_SURE;
    *ret_there = there;
    return 0;
}

static const struct bx_journal_ops ops = {
    .enrol = bx_ledger_enrol,
    .load = bx_ledger_load,
    .document = bx_ledger_document,
    .commit = bx_ledger_commit,
    .resolve = bx_ledger_resolve,
    .note = bx_ledger_note,
    .read = bx_ledger_read,
    .idle = bx_ledger_idle,
};

struct bx_journal *bx_journal_open(const char *path, struct bx_fault *fault)
{
    struct bx_journal_options options = {.path = path};
    return bx_journal_open_with(&options, fault);
}

struct bx_journal *bx_journal_open_with(const struct bx_journal_options *options,
                                        struct bx_fault *fault)
{
    struct bx_fault spare;
    struct bx_fault *told = fault ? fault : &spare;
    struct bx_ledger *ledger = bx_new(struct bx_ledger);
    ledger->port.ops = &ops;
    ledger->path = bx_strdup(options->path);
    ledger->vfs = bx_strdup(options->vfs);
    ledger->inspect = options->inspect;
    ledger->careless = options->careless;
    ledger->room = options->room ? options->room : bx_disk_room;
    ledger->arg = options->arg;

    char fresh[PATH_SIZE];
    path_with(ledger, ".new", fresh);
    unlink(fresh); /* a copy that never became the journal */
    int err = ledger_open(ledger, told);
    if (err == BX_ERR_FULL && bx_ballast_drop(ledger))
        err = ledger_open(ledger, told);
    if (err == 0)
        err = bx_tail_verify(ledger, told);
    if (err) {
        bx_journal_destroy(&ledger->port);
        return NULL;
    }
    bx_ballast_look(ledger);
    bx_ballast_make(ledger);
    return &ledger->port;
}

void *bx_journal_destroy(struct bx_journal *journal)
{
    if (!journal)
        return NULL;
    struct bx_ledger *ledger = bx_ledger_of(journal);
    /* An unsettled COMMIT is left as it lies, for the next start to look at. */
    ledger->db = ledger->unsure ? bx_db_abandon(ledger->db) : bx_db_destroy(ledger->db);
    bx_figures_finish(&ledger->rows);
    bx_content_room_destroy(ledger->named);
    bx_free(ledger->path);
    bx_free(ledger->vfs);
    return bx_free(ledger);
}
