/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of the journal share: the ledger, which is the journal over SQLite. Errors are
 * returned and filled into FAULT, which is never NULL below the port. */

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
    int64_t verify_next, verify_end; /* the part of the chain that start left out */
    struct bx_hash verify_prev;
    size_t check_next;       /* which table's quick_check is next */
    struct bx_fault corrupt; /* what the idle slices found; err 0: nothing */
};

static inline struct bx_ledger *bx_ledger_of(struct bx_journal *journal)
{
    return (struct bx_ledger *)(void *)journal;
}

/* schema.c */
extern const char *const bx_ledger_schema[];
extern const size_t bx_ledger_schema_count;
int bx_must bx_meta_load(struct bx_ledger *ledger, struct bx_meta *ret, struct bx_fault *fault);
int bx_must bx_meta_store(struct bx_ledger *ledger, const struct bx_meta *meta,
                          struct bx_fault *fault);
int bx_must bx_tail_load(struct bx_ledger *ledger, struct bx_tail *ret, struct bx_fault *fault);

/* open.c: opening, closing, and opening again after an unknown COMMIT. */
int bx_must bx_ledger_open(struct bx_ledger *ledger, struct bx_fault *fault);
/* Refuses while a COMMIT is unsettled. */
int bx_must bx_ledger_ready(struct bx_ledger *ledger, struct bx_fault *fault);
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
/* Empties the projections and fills them again inside the transaction that is open. With USES the
 * places every sale took are summed up into temp.lease_use. */
int bx_must bx_project_all(struct bx_ledger *ledger, bool uses, struct bx_fault *fault);

/* read.c: one entry by seq. 1 with *ROW (valid until the statement is reset), 0, or an error. */
int bx_must bx_row_read(struct bx_ledger *ledger, struct bx_stmt *stmt, struct bx_row *row,
                        struct bx_fault *fault);
struct bx_stmt *bx_row_from(struct bx_ledger *ledger, int64_t seq);

/* verify.c. Heads are the same to the microsecond: that is what a body keeps of the boot clock. */
bool bx_head_same(const struct bx_entry_head *a, const struct bx_entry_head *b);
/* One entry against its predecessor and its own columns. */
int bx_must bx_row_verify(struct bx_ledger *ledger, const struct bx_row *row, int64_t seq,
                          const struct bx_hash *prev, struct bx_fault *fault);
/* The chain over [FROM, TO]; *PREV goes along. */
int bx_must bx_chain_verify(struct bx_ledger *ledger, int64_t from, int64_t to,
                            struct bx_hash *prev, struct bx_fault *fault);
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
