/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of the book share and nobody else sees. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/rand.h"
#include "boxtill/domain/figures.h"
#include "server/book/book.h"
#include "server/store/store.h"

enum { BD_CATALOGUES = 4 };

/* A programme at hand. The hash tells two of the same version apart, when the first was rolled
 * back. */
struct bd_catalogue {
    struct bx_hash hash;
    struct bx_programme *programme; /* NULL: free */
    int64_t at;                     /* when it was imported */
};

/* An entry's. */
struct bd_place {
    int64_t till, incarnation, seq;
};

/* What was counted of a shift on a day and is not yet in the store: rows are put once a batch, not
 * once an entry. */
struct bd_count {
    int64_t till, incarnation, shift, day;
    int64_t entries, first_seq, last_seq;
    int64_t closed; /* seq of its Z, 0: none came */
    struct bx_figures figures;
};
struct bd_counts {
    struct bd_count *rows;
    size_t count, room;
};

/* Of a till's late Zs: the last that was looked at. */
struct bd_late {
    int64_t till, incarnation, shift;
};

/* Places that were asked for and refused, until the refused transaction is undone. */
struct bd_wanted {
    struct bx_slug pool;
    int64_t places;
};
enum { BD_WANTED_MAX = 32 };

struct bd_book {
    struct bd_store *store;
    struct bd_policy policy;
    struct bd_catalogue catalogues[BD_CATALOGUES];
    size_t next; /* the place of the next programme to load */
    struct bx_content_room *room;
    struct bd_counts counts;   /* of the call */
    bool gathers;              /* what channels' orders count waits in GATHERED */
    struct bd_counts gathered; /* of the calls before it in this transaction */
    struct bd_place waiting;   /* where the next pass over what waits for a parent begins */
    struct bd_late *late;
    size_t late_count;
    struct bd_wanted wanted[BD_WANTED_MAX];
    size_t wanted_count;
};

/* --- book.c: what every rule needs -------------------------------------------------------- */

/* BX_ERR_MISSING when the store is no venue yet. */
int bx_must bd_meta(struct bd_store *store, struct bd_meta_row *ret, struct bx_fault *fault);
/* For a row that must be there: BD_NOT becomes BX_ERR_CORRUPT. */
int bx_must bd_must(int err, const char *what, struct bx_fault *fault);
/* The first row of SCAN, without its blobs; BD_NOT when there is none. */
int bx_must bd_first(struct bd_store *store, const struct bd_scan *scan, void *ret,
                     struct bx_fault *fault);
int64_t bd_least(int64_t a, int64_t b);
/* Ends the savepoint: kept when ERR is 0, else dropped. Returns ERR, or the store's own. */
int bx_must bd_leave(struct bd_store *store, int err, struct bx_fault *fault);
/* A task for a person, once per entry and word, and counted. */
int bx_must bd_task(struct bd_store *store, const struct bd_task_row *task, struct bx_fault *fault);
/* The task with KEY's key is done, if there is one and it is open. */
int bx_must bd_task_end(struct bd_store *store, const struct bd_task_row *key, bx_utc now,
                        struct bx_fault *fault);
/* Counts the tasks of a store that was written before they were counted. */
int bx_must bd_tally_make(struct bd_store *store, struct bx_fault *fault);
/* Puts a till under quarantine: it gets no lease and frees nothing until a supervisor settles. The
 * caller puts DEVICE. */
int bx_must bd_quarantine(struct bd_store *store, const struct bd_turn *turn,
                          struct bd_device_row *device, int64_t seq, const char *say,
                          struct bx_fault *fault);
int bx_must bd_log(struct bd_store *store, const struct bd_turn *turn, const char *who,
                   struct bx_fault *fault, const char *format, ...) bx_format(5, 6);
/* The same by a user, as number and name. */
int bx_must bd_log_by(struct bd_store *store, const struct bd_turn *turn, int64_t who,
                      struct bx_fault *fault, const char *format, ...) bx_format(5, 6);
/* Is WHO a user who may answer for capacity and money: on the list, and a supervisor?
 * BX_ERR_MISSING, BX_ERR_REFUSED. */
int bx_must bd_answerable(struct bd_store *store, int64_t who, struct bx_fault *fault);
/* The programme of VERSION (0: the newest), borrowed until the next call; *ret is NULL when the
 * store has none. */
int bx_must bd_programme(struct bd_book *book, const struct bd_meta_row *meta, int64_t version,
                         const struct bx_programme **ret, struct bx_fault *fault);
/* When that one, as bd_programme() gave it, was imported. */
int64_t bd_programme_at(const struct bd_book *book, const struct bx_programme *programme);
/* The row of an enrolled device that is not revoked and of this incarnation. */
int bx_must bd_device_row(struct bd_store *store, const struct bd_device *device,
                          struct bd_device_row *ret, struct bx_fault *fault);
/* The civil day at the venue. */
struct bx_date bd_today(const struct bd_meta_row *meta, bx_utc at);
/* The same of any moment, as days since 1970, by the programme's clock changes. */
int64_t bd_day(const struct bx_programme *programme, bx_utc at);

/* --- figures.c: what is counted ------------------------------------------------------------ */

void bd_counts_clear(struct bd_counts *counts);
void bd_counts_finish(struct bd_counts *counts);
/* Adds an entry that was booked. */
int bx_must bd_counts_add(struct bd_counts *counts, const struct bx_entry_head *head, int64_t day,
                          const struct bx_figures *figures, struct bx_fault *fault);
/* Puts them into the store and clears them. */
int bx_must bd_counts_put(struct bd_store *store, struct bd_counts *counts, struct bx_fault *fault);
/* What the store, and COUNTS (NULL: nothing) beside it, hold of a shift; without the server's own
 * rows. */
int bx_must bd_shift_figures(struct bd_store *store, const struct bd_counts *counts,
                             const struct bd_shift_row *shift, struct bx_figures *ret,
                             struct bx_fault *fault);
/* Counts again whatever was booked, from the bodies; without PROGRAMME all on one day. */
int bx_must bd_recount(struct bd_store *store, struct bx_content_room *room,
                       const struct bx_programme *programme, struct bd_counts *ret,
                       struct bx_fault *fault);
/* A store of the first format has none of it: makes figures, shifts and what names a sale. */
int bx_must bd_figures_make(struct bd_book *book, struct bd_meta_row *meta, struct bx_fault *fault);
/* Shifts whose Z came before some of their entries. */
int bx_must bd_shifts_compare(struct bd_book *book, const struct bd_turn *turn,
                              struct bx_fault *fault);
/* The entry names SALE: one row more about it. */
int bx_must bd_about_add(struct bd_store *store, const struct bx_id *sale,
                         const struct bx_entry_head *head, struct bx_fault *fault);
/* The sale that an entry is about; zero: none. */
struct bx_id bd_about_of(const struct bx_content *content);
/* Is any entry of the till in STATE from FIRST to LAST? 1, 0 or an error. */
int bx_must bd_waits(struct bd_store *store, enum bd_entry_state state,
                     const struct bd_shift_row *shift, struct bx_fault *fault);

/* audit.c's half about figures and balances: a line per difference to OUT, counted in *FOUND. */
int bx_must bd_audit_figures(struct bd_store *store, struct bx_buf *out, int *found,
                             struct bx_fault *fault);

/* --- lease.c: places of a lease ----------------------------------------------------------- */

int64_t bd_pool_free(const struct bd_pool_row *pool);
/* The places that it stands for, booked or not. */
int64_t bd_lease_whole(const struct bd_lease_row *lease);
/* Brings the lease's part of its pool to what its state says; what does not fit is `lacking`. The
 * caller puts the row. */
int bx_must bd_lease_settle(struct bd_store *store, struct bd_lease_row *lease,
                            struct bx_fault *fault);
/* The last lease of (till, incarnation, pool) in RET; BD_NOT when there was none. */
int bx_must bd_lease_last(struct bd_store *store, struct bd_lease_row *ret, struct bx_fault *fault);

/* What became of a use of a lease. */
struct bd_used {
    int64_t over; /* places beyond the capacity */
    bool gap;     /* places used before have not been reported: an entry is missing */
    bool overlap; /* places used twice, or after CLOSE: a forked till */
};
/* Q places of POOL under no lease: sold as far as there is room, the rest over. */
int bx_must bd_pool_sell(struct bd_store *store, const struct bx_slug *pool, int64_t q,
                         int64_t *ret_over, struct bx_fault *fault);
/* Books USE, of which PLACES stand in the lines (the same, in a sale that adds up). */
int bx_must bd_lease_book(struct bd_store *store, const struct bd_device_row *device,
                          const struct bx_lease_use *use, int64_t places, struct bd_used *ret,
                          struct bx_fault *fault);
/* Lets those leases of the till fade that its whole HELLO did not name. */
int bx_must bd_lease_lose(struct bd_store *store, struct bd_device_row *device, int64_t epoch,
                          struct bx_fault *fault);
/* Closes the fading leases of a till whose entries have all come. */
int bx_must bd_lease_fade(struct bd_store *store, struct bd_device_row *device,
                          struct bx_fault *fault);

/* --- share.c: who gets how much, and who is asked to give back ------------------------------ */

/* What it takes to judge pools at one moment. */
struct bd_share {
    const struct bd_policy *policy;
    bx_utc now;
    int64_t tills; /* that live, at least 1 */
};
/* Counts the tills that live. */
int bx_must bd_share_look(struct bd_store *store, const struct bd_policy *policy, bx_utc now,
                          struct bd_share *ret, struct bx_fault *fault);
/* The device speaks of its leases; true: its row changed. */
bool bd_share_touch(struct bd_device_row *device, bx_utc now);
/* Of WANT (0: the usual share) places, those that a till which has PART of the pool may have beside
 * as stock. */
int64_t bd_share_stock(const struct bd_share *share, const struct bd_pool_row *pool, int64_t part,
                       int64_t want);
/* Are tills to give back what they do not use of it? */
bool bd_share_recalls(const struct bd_share *share, const struct bd_pool_row *pool);
/* PLACES of a pool were asked for, by whatever channel, and refused: tills will be asked to give
 * back what they do not use, if that is enough. */
int bx_must bd_pool_want(struct bd_store *store, const struct bx_slug *id, int64_t places,
                         bx_utc now, struct bx_fault *fault);
/* The same from within a transaction that is going to be undone: the next tick puts it. */
void bd_pool_want_later(struct bd_book *book, const struct bd_pool_row *pool, int64_t places);
int bx_must bd_wanted_put(struct bd_book *book, bx_utc now, struct bx_fault *fault);

/* --- channel.c ------------------------------------------------------------------------------
 * Pieces of LINE's product for its slot that are sold or held, of those that have a limit. */
int bx_must bd_limit_taken(struct bd_store *store, const struct bx_line *line, int64_t *ret,
                           struct bx_fault *fault);

/* --- hello.c, restore.c ------------------------------------------------------------------- */

/* One message of a HELLO; changes DEVICE, which the caller puts, and META when it shows that we
 * lost something. */
int bx_must bd_hello(struct bd_book *book, const struct bd_turn *turn, struct bd_meta_row *meta,
                     struct bd_device_row *device, const struct bx_allot_message *message,
                     struct bx_allot_answer *answer, struct bx_fault *fault);
/* After a batch of messages: a HELLO that is whole counts. */
int bx_must bd_hello_end(struct bd_store *store, const struct bd_meta_row *meta,
                         struct bd_device_row *device, struct bx_fault *fault);
/* We have forgotten something: the epoch rises above EPOCH and our own, timed slots shut. Changes
 * and puts META. */
int bx_must bd_epoch_raise(struct bd_book *book, const struct bd_turn *turn,
                           struct bd_meta_row *meta, int64_t epoch, struct bx_fault *fault);
/* Opens the slots when every device has said HELLO and sent what it had. Puts META if so. */
int bx_must bd_reopen_when_all_said(struct bd_store *store, struct bd_meta_row *meta,
                                    struct bx_fault *fault);
/* The highest seq without a gap, after SEQ came; changes DEVICE. */
int bx_must bd_mark_raise(struct bd_store *store, struct bd_device_row *device, int64_t seq,
                          const struct bx_hash *hash, struct bx_fault *fault);

/* venue.c: stores PROGRAMME as the next version under META's epoch; changes META, which the caller
 * puts. */
int bx_must bd_programme_publish(struct bd_store *store, const struct bd_turn *turn,
                                 struct bd_meta_row *meta, const struct bx_programme *programme,
                                 struct bx_fault *fault);
/* amend.c: IMPORT as what was changed by hand makes it. Copies of its own, to be finished also
 * after a failure. */
struct bd_import_pool;
struct bd_amended {
    struct bx_programme programme; /* its slots are a copy, the rest the import's */
    const struct bx_programme *imported;
    struct bd_import_pool *pools; /* by id */
    size_t pool_count;
};
int bx_must bd_amend(struct bd_store *store, const struct bd_import *import, struct bd_amended *ret,
                     struct bx_fault *fault);
void bd_amended_finish(struct bd_amended *amended);
/* The venue's civil time after its clocks changed: what bd_today() goes by. */
int bx_must bd_clock_follow(struct bd_book *book, const struct bd_turn *turn,
                            struct bx_fault *fault);

/* --- booking.c: what an entry does -------------------------------------------------------- */

/* What became of an entry. */
struct bd_booked {
    enum bd_entry_state state;
    enum bx_entry_outcome outcome;
    char task[24];
    char say[128];
};
/* Books ENTRY, whose body is custody's; META's arrivals may rise, the caller puts it. Never
 * refuses: what is off becomes tasks. DEVICE may be put into quarantine; the caller puts it. */
int bx_must bd_entry_book(struct bd_book *book, const struct bd_turn *turn,
                          struct bd_meta_row *meta, struct bd_device_row *device,
                          const struct bd_entry_row *entry, struct bd_booked *ret,
                          struct bx_fault *fault);

/* waiting.c: corrections whose parent may have come. */
int bx_must bd_parents_came(struct bd_book *book, const struct bd_turn *turn,
                            struct bx_fault *fault);

/* --- arrivals.c, members.c: documents ------------------------------------------------------- */

/* Rises with the day and with every change of an order. */
int64_t bd_arrivals_version(const struct bd_meta_row *meta, struct bx_date today);
int bx_must bd_arrivals_document(struct bd_store *store, const struct bd_meta_row *meta,
                                 struct bx_date today, struct bx_buf *out, struct bx_fault *fault);
int64_t bd_members_version(const struct bd_meta_row *meta);
int bx_must bd_members_document(struct bd_store *store, const struct bd_meta_row *meta,
                                struct bx_buf *out, struct bx_fault *fault);

/* --- ticket.c ----------------------------------------------------------------------------- */

/* The ticket that CODE stands for (of several the one that is not replaced); BD_NOT. */
int bx_must bd_ticket_find(struct bd_store *store, const char *code, struct bd_ticket_row *ret,
                           struct bx_fault *fault);
const char *bd_ticket_word(enum bd_ticket_state state);
/* A code lets in once: issued again after HELD was used, TICKET is used. */
void bd_use_inherit(struct bd_ticket_row *ticket, const struct bd_ticket_row *held);
