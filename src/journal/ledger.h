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
    int64_t seen_epoch, seen_commit;
    int64_t turn;        /* transactions so far: tells whether an unknown one is there */
    int64_t answered_to; /* every entry up to here has an answer row */
    int64_t series, shift, next_shift, user, offline;
    int64_t last_sale, last_seq;
    char boot_id[BX_BOOT_SIZE]; /* of the last entry */
};

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

/* project.c: what follows from an entry. Applies it to the projections and to META (which the
 * caller stores). */
int bx_must bx_project(struct bx_ledger *ledger, const struct bx_commit *commit,
                       struct bx_meta *meta, struct bx_fault *fault);
/* Totals of one shift that wait to be added to the table: a sale adds to ten or so, and when
 * everything is made again the next sale adds to the same. */
enum { BX_SUMS_MAX = 64 };
struct bx_sums {
    int64_t shift;
    int count;
    struct bx_total list[BX_SUMS_MAX];
};

/* Everything again, from the entries, inside the transaction that is open: begin, add entry after
 * entry, end; then META is what should stand there. The projections are emptied and filled again
 * or, BESIDE, left as they are while temporary tables of the same names are filled; then the places
 * that sales took are summed up too, in temp.lease_use. */
struct bx_again {
    struct bx_ledger *ledger;
    bool beside;
    struct bx_meta meta;
    struct bx_sums sums;
};
struct bx_said { /* what a body says, by its kind */
    struct bx_entry_head head;
    struct bx_sale sale;
    struct bx_paper_entry paper;
};
int bx_must bx_row_decode(const struct bx_row *row, struct bx_said *ret, struct bx_fault *fault);
int bx_must bx_again_begin(struct bx_again *again, struct bx_ledger *ledger, bool beside,
                           struct bx_fault *fault);
int bx_must bx_again_add(struct bx_again *again, const struct bx_row *row,
                         const struct bx_said *said, struct bx_fault *fault);
int bx_must bx_again_end(struct bx_again *again, struct bx_fault *fault);

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
