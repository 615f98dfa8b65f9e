/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of the journal share: the ledger, which is the journal over SQLite. Errors are
 * returned and filled into FAULT, which is never NULL below the port: bx_ledger_ready(), with which
 * every call begins, sees to it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/port/journal.h"
#include "journal/journal.h"
#include "sqlite/db.h"

/* The one row of table meta: what a start needs to know without reading history. */
struct bx_meta {
    int64_t till, incarnation, issuer;
    int64_t seen_epoch, seen_commit, contact;
    int64_t turn;        /* transactions so far: tells whether an unknown one is there */
    int64_t answered_to; /* every entry up to here has an answer row */
    int64_t numbers[BX_SERIES_COUNT]; /* the last of each series */
    int64_t shift, next_shift, user, offline, training;
    int64_t opened, shift_seq; /* of the open shift: when, and its entry; 0 */
    int64_t last_sale, last_seq;
    int64_t sales, returns;     /* perpetual totals */
    int64_t made;               /* by which code the projections were made */
    int64_t counted_to;         /* every entry up to here is in the totals */
    char boot_id[BX_BOOT_SIZE]; /* of the last entry */
};
/* Raised when the same entries give other projections: an older file then makes them again. */
enum { BX_LEDGER_MADE = 2 };

struct bx_tail { /* the last entry; all zero when there is none */
    int64_t seq, at, boot;
    struct bx_id id;
    struct bx_hash hash;
};

enum bx_unsure { BX_SURE, BX_UNSURE_COMMIT, BX_UNSURE_NOTE };

struct bx_chain { /* entries next to end are still to be verified; prev: the hash before next */
    int64_t next, end;
    struct bx_hash prev;
};

struct bx_ledger {
    struct bx_journal port;
    struct bx_db *db; /* NULL: could not be opened again */
    char *path, *vfs;
    bool inspect, careless;
    int64_t (*room)(void *arg, const char *path);
    void *arg;

    enum bx_unsure unsure; /* a COMMIT erred; nothing is written until it is settled */
    int64_t unsure_turn;   /* meta.turn if it took place */

    struct bx_figures rows;        /* of the entry at hand */
    struct bx_content_room *named; /* for the sale that the entry at hand names */
    int64_t anchor;                /* seq of the last entry that was purged; 0: none was */

    int quiet; /* idle slices since the last write */
    bool ballast;
    struct bx_chain rest;    /* what the start left out; over when next > end */
    struct bx_fault corrupt; /* what the idle slices found; err 0: nothing */
    struct bx_fault spare;   /* for callers who want none */
};

static inline struct bx_ledger *bx_ledger_of(struct bx_journal *journal)
{
    return (struct bx_ledger *)(void *)journal;
}

/* schema.c */
extern const char *const bx_ledger_schema[];
extern const size_t bx_ledger_schema_count;
extern const char bx_ledger_no_delete[]; /* the trigger */
/* Temporary tables that stand before the projections: what is written by name goes there. Of the
 * answers only those that a settlement can change. */
extern const char bx_ledger_beside[];
int bx_must bx_meta_load(struct bx_ledger *ledger, struct bx_meta *ret, struct bx_fault *fault);
int bx_must bx_meta_store(struct bx_ledger *ledger, const struct bx_meta *meta,
                          struct bx_fault *fault);
int bx_must bx_tail_load(struct bx_ledger *ledger, struct bx_tail *ret, struct bx_fault *fault);

/* open.c. Refuses while a COMMIT is unsettled. A NULL *FAULT becomes the ledger's spare one. */
int bx_must bx_ledger_ready(struct bx_ledger *ledger, struct bx_fault **fault);
/* COMMIT of transaction TURN. When it errs the ledger is UNSURE of it. */
int bx_must bx_ledger_end(struct bx_ledger *ledger, enum bx_unsure unsure, int64_t turn,
                          struct bx_fault *fault);
/* After a COMMIT that erred: opens again and looks whether the transaction is there; if so, copies
 * the journal to a new, synced file and goes on with that. An error leaves it unsettled. */
int bx_must bx_ledger_settle(struct bx_ledger *ledger, bool *ret_there, struct bx_fault *fault);

/* The file FRESH, which is whole and on disk, becomes the journal. After an error before the change
 * of names the old one stays; after it, it cannot be opened: BX_ERR_UNKNOWN until a new start. */
int bx_must bx_ledger_replace(struct bx_ledger *ledger, const char *fresh, struct bx_fault *fault);

/* disk.c: room and ballast. */
int64_t bx_disk_room(void *arg, const char *path);
/* BX_ERR_FULL below the line. */
int bx_must bx_disk_check(struct bx_ledger *ledger, struct bx_fault *fault);
void bx_ballast_look(struct bx_ledger *ledger);
/* Makes it when there is plenty of room; true when it did. */
bool bx_ballast_make(struct bx_ledger *ledger);
/* Lets it go; true when there was one. */
bool bx_ballast_drop(struct bx_ledger *ledger);

/* commit.c: all of a commit but its BEGIN and COMMIT. *META is what was stored. */
int bx_must bx_ledger_stage(struct bx_ledger *ledger, const struct bx_commit *commit,
                            struct bx_meta *meta, struct bx_ref *ret, struct bx_fault *fault);

/* total.c: the figures of each shift, as rows; those of all that were purged together. Adds FIGURES
 * to those of SHIFT. */
int bx_must bx_total_add(struct bx_ledger *ledger, int64_t shift, const struct bx_figures *figures,
                         struct bx_fault *fault);
int bx_must bx_total_load(struct bx_ledger *ledger, int64_t shift, struct bx_figures *ret,
                          struct bx_fault *fault);
/* Sums of one shift that wait to be added: thousands of sales add to the same dozen rows. */
struct bx_sums {
    int64_t shift;
    struct bx_figures figures;
};
int bx_must bx_sums_add(struct bx_ledger *ledger, struct bx_sums *sums, int64_t shift,
                        const struct bx_figures *rows, struct bx_fault *fault);
int bx_must bx_sums_flush(struct bx_ledger *ledger, struct bx_sums *sums, struct bx_fault *fault);
/* Inside a transaction: counts the entries up to META's last, from their bodies. META is to be
 * stored. */
int bx_must bx_total_count(struct bx_ledger *ledger, struct bx_meta *meta, struct bx_fault *fault);
/* The figures of the open shift, with those that were not counted yet; changes nothing. */
int bx_must bx_total_now(struct bx_ledger *ledger, const struct bx_meta *meta,
                         struct bx_figures *ret, struct bx_fault *fault);
/* As bx_total_count() in a transaction of its own, when there are at least LEAST of them. 1: did
 * so. */
int bx_must bx_ledger_count(struct bx_ledger *ledger, int64_t least, struct bx_fault *fault);
/* The first row in which the table and the one made beside it differ. */
int bx_must bx_total_compare(struct bx_ledger *ledger, struct bx_fault *fault);

/* project.c: what follows from an entry. Applies it to the projections and to META (which the
 * caller stores), perpetual totals too; leaves its figures in LEDGER->rows, for again.c to add. */
struct bx_step {
    struct bx_ledger *ledger;
    const struct bx_commit *commit;
    struct bx_meta *meta;
    bool again; /* from the journal: what it names may have been purged since */
};
int bx_must bx_project(const struct bx_step *step, struct bx_fault *fault);
/* named.c: what an entry names. *RET is 0 when it is not there and that is no error. */
int bx_must bx_about_put(const struct bx_step *step, int64_t about, struct bx_fault *fault);
int bx_must bx_sale_named(const struct bx_step *step, const struct bx_id *id, int64_t *ret,
                          struct bx_fault *fault);
int bx_must bx_entry_named(const struct bx_step *step, const struct bx_id *id, int64_t *ret,
                           struct bx_fault *fault);
/* Tickets of the document that STEP's sale corrects leave "valid". */
int bx_must bx_return_project(const struct bx_step *step, struct bx_fault *fault);

/* again.c: everything again, from the entries, inside the transaction that is open: begin, add
 * entry after entry, end; then META is what should stand there. The projections are emptied and
 * filled again or, BESIDE, left as they are while temporary tables of the same names are filled;
 * then the places that sales took are summed up too, in temp.lease_use. Finish it whatever came. */
struct bx_again {
    struct bx_ledger *ledger;
    bool beside;
    struct bx_meta meta;
    struct bx_sums sums;
    struct bx_content_room *room;
};
int bx_must bx_again_begin(struct bx_again *again, struct bx_ledger *ledger, bool beside,
                           struct bx_fault *fault);
int bx_must bx_again_add(struct bx_again *again, const struct bx_row *row,
                         const struct bx_content *content, struct bx_fault *fault);
int bx_must bx_again_end(struct bx_again *again, struct bx_fault *fault);
void bx_again_finish(struct bx_again *again);
int bx_must bx_use_add(struct bx_ledger *ledger, const struct bx_lease_use *use,
                       struct bx_fault *fault);
/* Inside the transaction that is open: the projections and meta. */
/* export.c: the two lines of an entry, as they are sent: its envelope and its stored body. */
void bx_row_export(const struct bx_row *row, struct bx_buf *out);
int bx_must bx_ledger_remake(struct bx_ledger *ledger, struct bx_fault *fault);
/* The same in a transaction of its own. */
int bx_must bx_ledger_renew(struct bx_ledger *ledger, struct bx_fault *fault);

/* anchor.c: where the journal begins when entries were purged. It says what every projection was
 * after the last of them, and the entry `export` that was written with it says its hash. */
enum { BX_SHIFT_PURGED = -1 };
struct bx_anchor {
    int64_t till, incarnation, seq; /* of the last entry that was purged */
    struct bx_hash head;            /* its hash */
    struct bx_hash archive;         /* of the manifest of the archive that has what was purged */
    struct bx_meta meta;            /* numbers, next_shift, user, offline, training, perpetuals */
    size_t lockout_count, use_count;
    struct bx_lockout *lockouts;
    struct bx_lease_use *uses; /* of the leases that are known: q in all; before: 0 */
    struct bx_figures figures; /* of all shifts */
};
void bx_anchor_finish(struct bx_anchor *anchor);
int bx_must bx_anchor_encode(const struct bx_anchor *anchor, struct bx_buf *out);
int bx_must bx_anchor_decode(const char *text, size_t len, struct bx_anchor *ret,
                             struct bx_fault *fault);
/* Its text into OUT; nothing when there is none. */
int bx_must bx_anchor_text(struct bx_ledger *ledger, struct bx_buf *out, struct bx_fault *fault);
/* Where the first entry must stand: seq and hash of the one before it. */
int bx_must bx_anchor_point(struct bx_ledger *ledger, int64_t *ret_seq, struct bx_hash *ret_head,
                            struct bx_fault *fault);
/* Puts what it says into the empty projections and into AGAIN's meta. */
int bx_must bx_anchor_apply(struct bx_again *again, struct bx_fault *fault);
/* Does an entry of the journal name it? */
int bx_must bx_anchor_prove(struct bx_ledger *ledger, struct bx_fault *fault);
/* What the entry `export` says of a purge: "purge ARCHIVE ANCHOR", n: the last seq that went. */
#define BX_PURGE_TEXT (6 + 64 + 1 + 32 + 1)
void bx_purge_format(const struct bx_hash *archive, const char *anchor, size_t len,
                     char out[BX_PURGE_TEXT]);

/* person.c: before the transaction of a note: has what goes overwritten. Then inside of it. */
int bx_must bx_persons_secure(struct bx_ledger *ledger, const struct bx_journal_notes *notes,
                              struct bx_fault *fault);
/* After it: nothing of what went is left in the log. */
int bx_must bx_persons_gone(struct bx_ledger *ledger, struct bx_fault *fault);
int bx_must bx_person_put(struct bx_ledger *ledger, const struct bx_person_note *person,
                          struct bx_fault *fault);
int bx_must bx_persons_end(struct bx_ledger *ledger, bx_utc end, struct bx_fault *fault);
int bx_must bx_persons_read(struct bx_ledger *ledger, const struct bx_query *query, int limit,
                            bx_row_visit visit, void *arg, struct bx_fault *fault);

/* read.c: each entry from seq FROM on, until VISIT returns nonzero, which is returned. */
int bx_must bx_rows_each(struct bx_ledger *ledger, int64_t from, bx_row_visit visit, void *arg,
                         struct bx_fault *fault);

/* verify.c: takes CHAIN on, not past its end, by a slice: a few hundred entries, or a few when they
 * are large, since a slice takes as long as bodies are (each counts 1 KiB more than its bytes). */
enum { BX_CHAIN_WEIGHT = 384 << 10 };
int bx_must bx_chain_verify(struct bx_ledger *ledger, struct bx_chain *chain,
                            struct bx_fault *fault);
/* The last 1,000 entries; the rest is left to idle time. */
int bx_must bx_tail_verify(struct bx_ledger *ledger, struct bx_fault *fault);

/* The calls of the port. */
int bx_must bx_ledger_enrol(struct bx_journal *journal, const struct bx_identity *identity,
                            struct bx_fault *fault);
int bx_must bx_ledger_load(struct bx_journal *journal, struct bx_journal_state *ret,
                           struct bx_fault *fault);
int bx_must bx_ledger_document(struct bx_journal *journal, enum bx_document document,
                               struct bx_buf *out, struct bx_fault *fault);
enum bx_outcome bx_ledger_commit(struct bx_journal *journal, const struct bx_commit *commit,
                                 struct bx_ref *ret, struct bx_fault *fault);
enum bx_outcome bx_ledger_resolve(struct bx_journal *journal, const struct bx_id *id,
                                  struct bx_ref *ret, struct bx_fault *fault);
int bx_must bx_ledger_note(struct bx_journal *journal, const struct bx_journal_notes *notes,
                           struct bx_ref *ret, struct bx_fault *fault);
int bx_must bx_ledger_read(struct bx_journal *journal, const struct bx_query *query,
                           bx_row_visit visit, void *arg, struct bx_fault *fault);
int bx_must bx_ledger_idle(struct bx_journal *journal, struct bx_fault *fault);
