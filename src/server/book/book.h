/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The booking rules: capacity, leases, entries, tickets, check-ins. Pure over the store port: no
 * socket, no clock, no random but what the turn brings, so that the same rules run in boxtilld, in
 * the simulator and in the tests.
 *
 * Called from the writer's thread inside a transaction the caller opened; each call takes its own
 * savepoint, so that a refused one leaves nothing behind. Invariant after each: for every pool
 * sold + held + leased <= capacity + planned_over. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/buf.h"
#include "boxtill/base/crypto.h"
#include "boxtill/base/fault.h"
#include "boxtill/domain/lease.h"
#include "boxtill/domain/member.h"
#include "boxtill/domain/order.h"
#include "boxtill/domain/programme.h"
#include "boxtill/domain/question.h"
#include "boxtill/domain/staff.h"
#include "boxtill/domain/wire.h"
#include "boxtill/port/journal.h"

struct bd_store;

/* The moment of a call: server time and 256 fresh random bits. */
struct bd_turn {
    bx_utc now;
    uint8_t seed[32];
};

/* What the operator sets (boxtilld.conf), fixed for the life of a book. */
struct bd_policy {
    int share_percent; /* of a pool's capacity: the most a till stocks, at least 1 place */
    /* Of what is left of a pool: set aside for the tills' stock, shared among them; what a basket
     * waits for may come from anywhere. 0: all of it */
    int counters_percent;
    int wanted_seconds;   /* for which refused places are remembered; 0: 300 */
    int64_t lease_ttl;    /* seconds */
    int64_t slot_grace;   /* seconds after a slot's end in which its lease may be asked for: 0 */
    int key_days;         /* days ahead for which tills get subkeys */
    int64_t hold_seconds; /* that a hold lasts unless it asks for less */
    int64_t hold_places;  /* that one customer of a channel may hold at a time */
};

/* A device that has shown that it is who it says (signature checked by the caller). */
struct bd_device {
    int64_t till, incarnation;
    int issuer;
    struct bx_public_key key;
    bool revoked;
    char channel[16];   /* "" a till */
    uint8_t secret[32]; /* a channel signs with it */
};

struct bd_book;
/* The store stays the caller's. Loads the programme; everything else is read when needed. */
struct bd_book *bd_book_create(struct bd_store *store, const struct bd_policy *policy,
                               struct bx_fault *fault);
void *bd_book_destroy(struct bd_book *book);
BX_CLEANUP_DEFINE(struct bd_book, bd_book_destroy)

/* --- the venue's set-up -------------------------------------------------------------------
 * WHO in a call is the number of a user who answers for it and is named in the audit log: one who
 * is on the list and a supervisor, else BX_ERR_MISSING or BX_ERR_REFUSED. That it is them the
 * caller knows, or nobody does: here is no PIN. */

/* Makes an empty store a venue: master key, server key, epoch 1. BX_ERR_CLASH when it is one. */
int bx_must bd_book_init(struct bd_store *store, const struct bd_turn *turn,
                         struct bx_fault *fault);
struct bd_import;
/* Replaces the programme, all of it or a fault; pools are made or their capacity changed, never
 * below sold + held + leased. */
int bx_must bd_book_import(struct bd_book *book, const struct bd_turn *turn,
                           const struct bd_import *import, struct bx_fault *fault);
/* WHO gives a pool another capacity, kept until an import names another one than now: never below
 * sold + held + leased unless OVERRIDE. BX_ERR_MISSING, BX_ERR_REFUSED. */
enum { BD_CAPACITY_MAX = 1000000 };
struct bd_capacity_act {
    struct bx_slug pool;
    int64_t capacity;
    bool override;
    int64_t who;
};
int bx_must bd_book_capacity(struct bd_book *book, const struct bd_turn *turn,
                             const struct bd_capacity_act *act, struct bx_fault *fault);
/* A slot does not take place, whatever later imports say: it sells no more, and entries that come
 * late for it are tasks. *RET_SOLD: the places of its pool that are sold. */
int bx_must bd_book_cancel(struct bd_book *book, const struct bd_turn *turn,
                           const struct bx_slug *slot, int64_t who, int64_t *ret_sold,
                           struct bx_fault *fault);
/* Adds or changes a user; PIN_HASH from bx_pin_hash. */
int bx_must bd_book_user(struct bd_book *book, const struct bd_turn *turn,
                         const struct bx_user *user, struct bx_fault *fault);
/* Nobody logs in under NUMBER any more; what was done under it stays. BX_ERR_MISSING. */
int bx_must bd_book_user_remove(struct bd_book *book, const struct bd_turn *turn, int64_t number,
                                struct bx_fault *fault);
/* Makes MEMBERS the whole list. */
int bx_must bd_book_members(struct bd_book *book, const struct bd_turn *turn,
                            const struct bx_members *members, struct bx_fault *fault);
/* The newest programme, borrowed until the next call; NULL when there is none, and *RET_TODAY the
 * venue's day. */
int bx_must bd_book_programme(struct bd_book *book, const struct bd_turn *turn,
                              const struct bx_programme **ret, struct bx_date *ret_today,
                              struct bx_fault *fault);
/* Adds or changes orders, by ref, and holds their places; what is collected stays as it is, what is
 * cancelled gives its places back. All of them or, when one does not fit, a fault that names it. An
 * order whose id is zero gets one. Names of orders of more than 90 days ago are erased. */
int bx_must bd_book_orders(struct bd_book *book, const struct bd_turn *turn,
                           const struct bx_orders *orders, struct bx_fault *fault);
/* A one-time code (8 Crockford characters) for a till, or (CHANNEL not "") for what sells by holds
 * and orders, good for 10 minutes and three tries (a wrong one counts when it begins alike). */
int bx_must bd_book_enrol_code(struct bd_book *book, const struct bd_turn *turn,
                               const char *channel, char ret[9], struct bx_fault *fault);
int bx_must bd_book_revoke(struct bd_book *book, const struct bd_turn *turn, int64_t till,
                           struct bx_fault *fault);
/* WHO has looked at what put TILL into quarantine: it may have leases again. */
int bx_must bd_book_settle(struct bd_book *book, const struct bd_turn *turn, int64_t till,
                           int64_t who, struct bx_fault *fault);

/* --- leases of tills that do not come back (settlement.c) ------------------------------------ */

struct bd_settling {
    int64_t till;
    struct bx_slug pool;
    int64_t r, used;
    const char *code; /* used, code: of a settlement */
    int64_t who;
};
enum bd_settled {
    BD_SETTLED,
    BD_SETTLE_WRONG, /* the code is not of these counts, this till, this epoch; counted */
    BD_SETTLE_FORKED /* it is, and contradicts what is known: the till is under quarantine */
};
/* The till's CLOSE as its code says it. */
int bx_must bd_book_lease_settle(struct bd_book *book, const struct bd_turn *turn,
                                 const struct bd_settling *settling, enum bd_settled *ret,
                                 struct bx_fault *fault);
/* Closes a lease as sold: frees nothing, and later entries only reclassify. */
int bx_must bd_book_lease_write_off(struct bd_book *book, const struct bd_turn *turn,
                                    const struct bd_settling *settling, struct bx_fault *fault);
/* A line for each lease of TILL that keeps places or may. */
int bx_must bd_book_leases(struct bd_store *store, int64_t till, struct bx_buf *out,
                           struct bx_fault *fault);

/* --- devices ------------------------------------------------------------------------------ */

/* Gives the key a till number, incarnation 1 and an issuer number; the same id and key get the same
 * answer again. The secret comes back in clear: the caller seals it. BX_ERR_REFUSED for a wrong or
 * used code, with the number of tries counted even so. */
int bx_must bd_book_enrol(struct bd_book *book, const struct bd_turn *turn, const struct bx_id *id,
                          const char *code, const struct bx_public_key *key,
                          struct bx_enrolment *ret, struct bx_fault *fault);
/* DEVICE, which has asked with its present key, has KEY from now on; the caller checked that it
 * holds KEY. BX_ERR_REFUSED when we know that key, or DEVICE has another than it asked with. */
int bx_must bd_book_rotate(struct bd_book *book, const struct bd_turn *turn,
                           const struct bd_device *device, const struct bx_public_key *key,
                           struct bx_fault *fault);
int bx_must bd_book_device(struct bd_store *store, int64_t till, struct bd_device *ret,
                           struct bx_fault *fault);
/* *RET, to be freed by the caller: the devices that are let in no more, in order. */
int bx_must bd_book_revoked(struct bd_store *store, int64_t **ret, size_t *ret_count,
                            struct bx_fault *fault);
/* The server's own signing key. */
int bx_must bd_book_server_key(struct bd_store *store, struct bx_secret_key *ret,
                               struct bx_fault *fault);

/* --- restores ----------------------------------------------------------------------------- */

/* Where the server stands. `shut`: timed slots are closed until each device has said HELLO. */
struct bd_mark {
    int64_t epoch, commit;
    bool shut;
};
int bx_must bd_book_mark(struct bd_store *store, struct bd_mark *ret, struct bx_fault *fault);
/* A device showed (EPOCH, COMMIT) as the highest it ever saw. Higher than ours: we are a restored
 * backup; the epoch rises above it and timed slots shut. Cheap when there is nothing to do. */
int bx_must bd_book_seen(struct bd_book *book, const struct bd_turn *turn, int64_t epoch,
                         int64_t commit, struct bx_fault *fault);
/* This store is a backup put back: the epoch rises and timed slots shut, before anybody asks. */
int bx_must bd_book_restored(struct bd_book *book, const struct bd_turn *turn,
                             struct bx_fault *fault);
/* WHO opens them. */
int bx_must bd_book_reopen(struct bd_book *book, const struct bd_turn *turn, int64_t who,
                           struct bx_fault *fault);

/* --- the till's business ------------------------------------------------------------------ */

/* Custody first, then booking, for each entry of an NDJSON batch; appends an answer line each to
 * OUT. A batch that cannot be read at all is BX_ERR_INPUT and changes nothing; an entry of another
 * till or incarnation is a conflict. */
int bx_must bd_book_entries(struct bd_book *book, const struct bd_turn *turn,
                            const struct bd_device *device, const char *ndjson, size_t len,
                            struct bx_buf *out, struct bx_fault *fault);
/* Answers[i] to messages[i]. */
int bx_must bd_book_allot(struct bd_book *book, const struct bd_turn *turn,
                          const struct bd_device *device, const struct bx_allot_message *messages,
                          size_t count, struct bx_allot_answer *answers, struct bx_fault *fault);
/* Books again what waits in custody (after an import, or a newer version). Returns how many. */
int bx_must bd_book_waiting(struct bd_book *book, const struct bd_turn *turn,
                            struct bx_fault *fault);
/* What time alone brings about: freezes leases whose time is over (and frees nothing), expires
 * holds, follows the venue's clocks. To be called every few seconds. */
int bx_must bd_book_freeze(struct bd_book *book, const struct bd_turn *turn,
                           struct bx_fault *fault);

/* --- reading ------------------------------------------------------------------------------ */

struct bd_wish {
    const struct bd_policy *policy;
    const struct bd_turn *turn;
    const struct bd_device *device;
    enum bx_document document;
};
/* The document as this device gets it (keys: its own, unsealed), and its version. */
int bx_must bd_book_document(struct bd_store *store, const struct bd_wish *wish,
                             int64_t *ret_version, struct bx_buf *out, struct bx_fault *fault);
/* *RET, to be freed by the caller: the pools that end soonest, as many as a till may be told of. */
int bx_must bd_book_pools(struct bd_store *store, const struct bd_turn *turn,
                          struct bx_pool_news **ret, size_t *ret_count, struct bx_fault *fault);
int bx_must bd_book_availability(struct bd_store *store, const struct bd_turn *turn,
                                 struct bx_buf *out, struct bx_fault *fault);
/* The same for a till, WISH's device, with its leases that are recalled. */
int bx_must bd_book_news(struct bd_store *store, const struct bd_wish *wish, struct bx_buf *out,
                         struct bx_fault *fault);

/* Sums over the venue as it is, for whoever watches it; pools that are over are not counted. */
struct bd_census {
    bx_utc now;
    int64_t pools, capacity, sold, held, leased, over;
    int64_t waiting;                                   /* entries in custody, not booked yet */
    int64_t tasks;                                     /* open */
    int64_t enrolled, revoked, quarantined, suspected; /* devices */
};
int bx_must bd_book_census(struct bd_store *store, const struct bd_turn *turn,
                           struct bd_census *ret, struct bx_fault *fault);

/* --- questions, vouchers, figures ----------------------------------------------------------- */

/* Does it leave something behind? Then it is the writer's, and mark and release are used. */
bool bd_question_writes(enum bx_question question);
struct bd_question {
    enum bx_question question;
    const char *json;
    size_t len;
};
/* Appends the answer (question.h). BX_ERR_INPUT: not such a question; BX_ERR_MISSING: not known. */
int bx_must bd_book_ask(struct bd_store *store, const struct bd_turn *turn,
                        const struct bd_device *device, const struct bd_question *question,
                        struct bx_buf *out, struct bx_fault *fault);
enum { BD_VOUCHERS_MAX = 10000, BD_DAYS_MAX = 400 };
/* COUNT single-use vouchers, a line each to OUT. */
int bx_must bd_book_vouchers(struct bd_book *book, const struct bd_turn *turn, bx_money value,
                             struct bx_date until, int count, struct bx_buf *out,
                             struct bx_fault *fault);
/* A stored-value voucher, its code and a line feed to OUT. */
int bx_must bd_book_stored(struct bd_book *book, const struct bd_turn *turn, bx_money value,
                           struct bx_buf *out, struct bx_fault *fault);
/* Adds what was booked on the days, both in it, by all tills; "channel" rows with it. Of more than
 * seven days hours are hours of the day ("T14"), and slots are left out. */
int bx_must bd_book_days(struct bd_store *store, struct bx_date from, struct bx_date to,
                         struct bx_figures *ret, struct bx_fault *fault);
/* Adds what was booked of a till's shift, and how many of its entries. */
int bx_must bd_book_shift(struct bd_store *store, int64_t till, int64_t shift,
                          struct bx_figures *ret, int64_t *ret_confirmed, struct bx_fault *fault);

/* --- tickets and the gate ----------------------------------------------------------------- */

enum bd_ticket_state {
    BD_TICKET_VALID,
    BD_TICKET_USED,
    BD_TICKET_REPLACED,
    BD_TICKET_RETURNED /* taken back by a void, refund or exchange */
};
/* {"code":…,"state":"valid","product":…,"event":…,"slot":…,"date":…,"persons":2,"sale":"…",
 *  "number":"2-000412","replaced_by":…,"used_at":…,"used_gate":…} */
int bx_must bd_book_ticket(struct bd_store *store, const struct bx_code *code, struct bx_buf *out,
                           struct bx_fault *fault);
struct bd_gate_scan {
    struct bx_id id;
    struct bx_code code;
    const char *gate;
    bx_utc at;
};
/* One scan, idempotent by its id: {"id":…,"code":…,"verdict":"admit"|"refuse","why":…,"persons":n,
 * "first_at":…,"first_gate":…}. The same id and code: the same answer; the same id, another code:
 * BX_ERR_CLASH. */
int bx_must bd_book_check_in(struct bd_book *book, const struct bd_turn *turn,
                             const struct bd_gate_scan *scan, struct bx_buf *out,
                             struct bx_fault *fault);

/* --- the audit ---------------------------------------------------------------------------- */

/* Counts everything twice: sold + over = order lines = tickets' places; L = the leases' open parts;
 * every pool within its capacity; custody chains whole. A line per difference to OUT; returns how
 * many (0: all agrees) or an error. */
int bx_must bd_book_audit(struct bd_store *store, struct bx_buf *out, struct bx_fault *fault);
