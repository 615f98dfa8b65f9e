/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Port: the journal. One writer, one file; append-only entries, and beside them the till's durable
 * state: answers, leases, print jobs, documents. Every call is one transaction, durable (fsync)
 * when it returns DONE. Real: src/journal over SQLite. Fake: tests/contract (memory).
 *
 * Called from the thread that owns the till; nothing here waits for anything but the disk. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/fault.h"
#include "boxtill/domain/entry.h"
#include "boxtill/domain/figures.h"
#include "boxtill/domain/fiscal.h"
#include "boxtill/domain/report.h"
#include "boxtill/domain/lease.h"
#include "boxtill/domain/wire.h"

/* Proof that an entry or a lease is on disk. Only a journal makes one; print, upload and REQ ask
 * for it. */
struct bx_ref {
    int64_t seq; /* of the entry; for a lease the seq of the last entry before it */
    struct bx_id id;
    struct bx_hash hash;
};

enum bx_job_state {
    BX_JOB_NEW,        /* in the entry's own transaction; nothing asked of the printer yet */
    BX_JOB_SUBMITTING, /* stored before the spooler is asked */
    BX_JOB_SPOOLED,
    BX_JOB_PRINTING,
    BX_JOB_CONFIRMED,   /* by the printer, or by a person */
    BX_JOB_SENT,        /* all bytes left; this printer cannot say more */
    BX_JOB_UNSURE,      /* a person must look */
    BX_JOB_FAILED_SAFE, /* no byte left: may be tried again by itself */
    BX_JOB_CANCELLED
};
const char *bx_job_state_word(enum bx_job_state state);
int bx_must bx_job_state_parse(const char *word, enum bx_job_state *ret);

enum bx_paper_word {
    BX_JOB_RECEIPT,
    BX_JOB_TICKET,
    BX_JOB_REPORT, /* X, Z: `sale` is the entry itself */
    BX_JOB_SLIP,   /* paid in, drop, invoice …: the same */
    BX_JOB_VOUCHER /* one that was sold: ticket is its index among the lines */
};
const char *bx_paper_word(enum bx_paper_word kind);
int bx_must bx_paper_parse(const char *word, enum bx_paper_word *ret);

struct bx_print_job {
    struct bx_id id; /* and the name by which the spooler is asked for it */
    int64_t seq;     /* the entry it stands in */
    int64_t sale;    /* seq of the sale it shows (the same for a sale) */
    enum bx_paper_word kind;
    int ticket; /* index in the sale; -1 */
    int copy;
    enum bx_job_state state;
    bx_utc at; /* of the last change */
    char say[96];
};
enum { BX_JOBS_MAX = BX_TICKETS_MAX + 1 };

/* One entry and all that changes with it. The caller carries seq, number and head; the journal
 * checks that they continue what is stored, or refuses with BX_ERR_CLASH; so it does with
 *   a number that is not the next of its series (bx_series_of), or one where none belongs;
 *   an entry of another shift than the open one (0: of none), a sale, a correction, a movement of
 *     cash or a Z outside a shift, a shift-open inside one;
 *   a return of a ticket that was taken back or replaced before, a second void of the same sale;
 *   a sale in training that takes places;
 *   a shift-close whose figures or perpetual totals are not the journal's own of the shift. After
 *     it no shift is open.
 * A paper, tender correction or invoice whose sale is not there is BX_ERR_MISSING; a void, refund,
 * exchange, count or no-sale may name a sale of another till. */
struct bx_commit {
    struct bx_entry_head head;
    struct bx_hash prev;
    const char *body;
    size_t len;
    enum bx_series series;           /* NONE: the entry has no number */
    int64_t number;                  /* n of the number it takes; 0: takes none */
    struct bx_content content;       /* what the body says: for projections and leases */
    const struct bx_print_job *jobs; /* new jobs */
    size_t job_count;
    bool sign;           /* a fiscal device is to sign it: it stands as open from now on */
    const char *boot_id; /* which boot of the machine this is; NULL or "": not known */
};

enum { BX_LEASES_MAX = 2048, BX_LOCKOUTS_MAX = 64, BX_BOOT_SIZE = 40 };

struct bx_lockout {
    int64_t user;
    int failures; /* in a row, since the last good login */
    bx_utc last;
};

/* What a start needs to know. Arrays are the caller's to free with bx_journal_state_finish. */
struct bx_journal_state {
    int64_t till, incarnation; /* 0: not enrolled */
    int issuer;
    int64_t seen_epoch, seen_commit;
    int64_t next_seq, next_number[BX_SERIES_COUNT]; /* from 1 */
    struct bx_hash head;
    int64_t shift;      /* open shift, 0: none */
    int64_t next_shift; /* from 1 */
    int64_t user;       /* logged in by the last login entry, 0: nobody */
    bx_utc last_at;
    int64_t last_boot;               /* of the boot clock */
    char last_boot_id[BX_BOOT_SIZE]; /* and of which boot; "" not known */
    int64_t queued, attention;
    bool offline;            /* offline-start without its end */
    bx_utc contact;          /* with the server, verified, the last that was noted; 0: none */
    struct bx_ref last_sale; /* seq 0: none yet */
    bx_utc shift_opened;
    int64_t shift_seq;             /* of the open shift's shift-open; 0 */
    bool training;                 /* training-on without its end */
    int64_t unsigned_count;        /* entries whose signature is open, of all shifts */
    int64_t signs[BX_SIGN_STATES]; /* of the open shift, by state */
    bool sign_lost;                /* sign-lost without its end */
    struct bx_perpetual perpetual; /* up to and with the last entry */
    struct bx_figures figures;     /* of the open shift */
    size_t lease_count, job_count, lockout_count;
    struct bx_lease *leases;   /* all that are not closed, and the last r of each pool */
    struct bx_print_job *jobs; /* not confirmed, sent or cancelled */
    struct bx_lockout lockouts[BX_LOCKOUTS_MAX];
};
void bx_journal_state_finish(struct bx_journal_state *state);

struct bx_identity {
    int64_t till, incarnation;
    int issuer;
};

enum bx_document {
    BX_DOC_PROGRAMME,
    BX_DOC_STAFF,
    BX_DOC_KEYS,
    BX_DOC_MEMBERS,
    BX_DOC_ARRIVALS,
    BX_DOCUMENTS
};
const char *bx_document_word(enum bx_document document);

/* What is known of a person (name, contact, tax number: text of the caller's own form). No body
 * ever holds it, only the id; so it can be erased, and chain and totals stay. Each is sealed under
 * a key of its own, and both are gone when it is erased. The caller writes the entry `erase` first.
 */
struct bx_person_note {
    struct bx_id id;
    const char *bytes; /* NULL: erase; one that is not there is erased already */
    size_t len;        /* at most BX_PERSON_MAX */
    bx_utc until;      /* erased in idle time when there is an entry later than this; 0: not */
};
enum { BX_PERSON_MAX = 2048 };

/* What the fiscal device said of an entry that was open; once said it stays: a later note about the
 * same entry changes nothing, one about an entry that was never open is BX_ERR_MISSING. */
struct bx_sign_note {
    int64_t seq;
    struct bx_sign sign;
};

/* Everything that is stored beside an entry; absent parts are NULL or 0. One transaction.
 *
 * States only go forward, else BX_ERR_CLASH or, for answers, nothing happens: an answer replaces
 * one that counts only when it says more (recorded < with task < conflict), and one whose seq, id
 * and hash are not those of the entry is a clash; a lease's r and its used never fall, and what was
 * closing does not open again. An unknown job is BX_ERR_MISSING. */
struct bx_journal_notes {
    const struct bx_entry_answer *answers; /* what the server said of entries */
    size_t answer_count;
    int64_t seen_epoch, seen_commit; /* raised, never lowered; 0: not given */
    bx_utc contact;                  /* when the server was last heard; 0: not given */
    int64_t reoffer_above; /* with a new epoch: answers of entries above this seq count no more; -1:
                              none */
    const struct bx_lease *leases; /* put, by pool */
    size_t lease_count;
    const struct bx_print_job *jobs; /* changed states, by id */
    size_t job_count;
    bool has_document;
    enum bx_document document;
    const char *bytes;
    size_t len;
    const struct bx_person_note *persons; /* put, by id */
    size_t person_count;
    const struct bx_sign_note *signs;
    size_t sign_count;
    bx_utc persons_end; /* persons to be kept until before this moment are erased; 0: none */
};

enum bx_query_kind {
    BX_QUERY_FROM,   /* seq >= from, ascending */
    BX_QUERY_SALES,  /* sales, voids, refunds, exchanges, newest first, seq < from (0: newest) */
    BX_QUERY_QUEUED, /* no answer that counts, seq > from, ascending; a waiting one counts as none
                      */
    BX_QUERY_ATTENTION, /* answered with task or conflict and not settled */
    BX_QUERY_ID,
    BX_QUERY_NUMBER, /* text: of any series */
    BX_QUERY_CODE,   /* text: the sale whose ticket has, or had, this code */
    BX_QUERY_ABOUT,  /* entries that name the sale `id`: corrections, reprint, replace, settle …;
                        ascending, seq > from */
    BX_QUERY_KIND,   /* entries of `entry_kind`, newest first, seq < from (0: newest) */
    BX_QUERY_SHIFT,  /* entries of shift `from`, ascending, seq > after */
    BX_QUERY_PERSON, /* person `id`; zero: all, ascending, place > from. The row's body is what is
                        known; its head has only id, at (until) and, as seq, the place */
    BX_QUERY_TENDER, /* text: the document that took the voucher of that reference, unless it was
                        given back */
    BX_QUERY_UNSIGNED, /* whose signature is open, seq > from, ascending */
    BX_QUERY_CONFLICT, /* answered with conflict, settled or not, seq > from, ascending */
    BX_QUERY_ASKED     /* intents of money that has no end yet, seq > from, ascending: neither
                          declined nor reversed, and no document has it among its tenders */
};
struct bx_query {
    enum bx_query_kind kind;
    int64_t from, after;
    enum bx_kind entry_kind;
    int limit; /* at most BX_ROWS_MAX */
    struct bx_id id;
    char text[48];
};
enum { BX_ROWS_MAX = 256 };

struct bx_row { /* valid during the visit */
    struct bx_entry_head head;
    struct bx_hash prev, hash;
    const char *body;
    size_t len;
    bool answered;
    struct bx_entry_answer answer;
    bool settled;
    struct bx_sign sign;
};
/* Nonzero stops the walk and is returned. Must not call the journal. */
typedef int (*bx_row_visit)(void *arg, const struct bx_row *row);

struct bx_journal;
struct bx_journal_ops {
    /* Enrolment: only into an empty journal. */
    int (*enrol)(struct bx_journal *journal, const struct bx_identity *identity,
                 struct bx_fault *fault);
    int (*load)(struct bx_journal *journal, struct bx_journal_state *ret, struct bx_fault *fault);
    /* Bytes of a stored document into OUT; BX_ERR_MISSING when there is none. */
    int (*document)(struct bx_journal *journal, enum bx_document document, struct bx_buf *out,
                    struct bx_fault *fault);
    /* DONE with *ret; REFUSED: nothing happened, the fault says why (disk short, clash, lease too
     * small); UNKNOWN: do not hand anything out and call `resolve`. */
    enum bx_outcome (*commit)(struct bx_journal *journal, const struct bx_commit *commit,
                              struct bx_ref *ret, struct bx_fault *fault);
    /* After UNKNOWN: reopens and looks. DONE: it is there, and copied to a file that was synced;
     * REFUSED: it is not there; UNKNOWN: cannot tell, selling stays stopped. */
    enum bx_outcome (*resolve)(struct bx_journal *journal, const struct bx_id *id,
                               struct bx_ref *ret, struct bx_fault *fault);
    /* *ret (may be NULL) proves that the notes are on disk. */
    int (*note)(struct bx_journal *journal, const struct bx_journal_notes *notes,
                struct bx_ref *ret, struct bx_fault *fault);
    int (*read)(struct bx_journal *journal, const struct bx_query *query, bx_row_visit visit,
                void *arg, struct bx_fault *fault);
    /* A slice of housekeeping when nobody waits: checkpoint, verification, disk space,
     * persons whose time is over. Returns 1
     * while there is more to do, 0 when done, or an error (BX_ERR_CORRUPT, BX_ERR_FULL). */
    int (*idle)(struct bx_journal *journal, struct bx_fault *fault);
};
struct bx_journal {
    const struct bx_journal_ops *ops;
};
