/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The rows of the server's tables. Integers are int64_t, times UTC microseconds, money minor units,
 * states the enums beside them; the key columns stand first. schema.c lists every member. */

#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/crypto.h"
#include "boxtill/base/id.h"
#include "boxtill/domain/code.h"
#include "boxtill/domain/entry.h"
#include "boxtill/domain/slug.h"
#include "server/store/counter_rows.h"

enum bd_table {
    BD_META,
    BD_DEVICE,
    BD_USER,
    BD_ENROL_CODE,
    BD_DOCUMENT,
    BD_POOL,
    BD_LEASE,
    BD_ENTRY,
    BD_ASIDE,
    BD_ORDER,
    BD_ORDER_LINE,
    BD_TICKET,
    BD_CHECK_IN,
    BD_TASK,
    BD_REPLY,
    BD_LOG,
    BD_BOOKING,
    BD_BOOKING_LINE,
    BD_VOUCHER,
    BD_STORED,
    BD_LEDGER,
    BD_PARKED,
    BD_FIGURE,
    BD_SHIFT,
    BD_ABOUT,
    BD_HOLD,
    BD_HOLD_LINE,
    BD_AMENDMENT,
    BD_GIFT,
    BD_TALLY,
    BD_TABLES
};

/* The one row about the venue as a whole. */
struct bd_meta_row {
    int64_t one; /* key: always 1 */
    int64_t epoch, commit, shut;
    int64_t next_till;
    int64_t programme, staff; /* versions at hand, 0: none yet */
    int64_t waiting;          /* entries in custody that wait for a parent */
    int64_t offset_min;
    struct bx_hash master;      /* from which the day keys derive */
    struct bx_hash server_seed; /* of the server's signing key */
    struct bx_hash programme_hash;
    char name[BX_NAME_SIZE];
    int64_t members, arrivals; /* versions at hand, 0: none yet */
    int64_t figured;           /* 1: BD_FIGURE, BD_SHIFT and BD_ABOUT hold what was booked before */
};

enum bd_trust {
    BD_TRUSTED,
    BD_QUARANTINED, /* no lease until a supervisor settles */
    BD_SUSPECTED    /* no lease until it says a HELLO in order */
};

struct bd_device_row {
    int64_t till; /* key */
    int64_t incarnation, issuer, revoked, enrolled_at;
    int64_t mark, highest;            /* seq held without a gap; highest seq held */
    int64_t quarantined;              /* enum bd_trust */
    int64_t hello_epoch, hello_seq;   /* of the last whole HELLO */
    int64_t hello_want, hello_got;    /* leases of one under way; want: -1 when none is */
    int64_t settle_seq;               /* when the mark reaches it, fading leases close */
    struct bx_id enrolment;           /* index 1 */
    struct bx_hash key, secret, head; /* head: hash of the entry at the mark */
    char channel[16];        /* "web", "kiosk" …: it sells by holds and orders; "" a till */
    int64_t orders, refunds; /* a channel's numbers given so far */
    int64_t wrong_codes;     /* settlement codes that did not fit, since one did */
    int64_t leased_at;       /* when it last spoke of its leases, to the minute */
};

struct bd_user_row {
    int64_t number; /* key */
    int64_t role;
    char name[BX_NAME_SIZE];
    char pin_hash[BX_PIN_HASH_TEXT];
    char language[8]; /* "" the till's */
    int64_t gone_at;  /* 0: may log in */
};

struct bd_enrol_code_row {
    char code[9]; /* key */
    int64_t expires_at, tries, used;
    char channel[16]; /* of the device it makes */
};

enum { BD_DOC_PROGRAMME, BD_DOC_CLASSES, BD_DOC_MEMBERS };
struct bd_document_row {
    int64_t kind, version; /* key */
    int64_t at;
    struct bd_blob bytes;
};

struct bd_pool_row {
    struct bx_slug id; /* key */
    int64_t capacity, planned_over, sold, held, leased;
    int64_t over;              /* sold beyond, counted apart */
    int64_t lacking;           /* what leases should count and did not find room for; a restore's */
    int64_t ends, cancelled;   /* of its last slot; 1 when all its slots are */
    int64_t starts;            /* of its first slot, 0: not known */
    int64_t wanted, wanted_at; /* places last asked for and refused, and when */
};

enum bd_lease_state {
    BD_LEASE_OPEN,
    BD_LEASE_FROZEN, /* its time is over: sells no more, counts as before */
    BD_LEASE_FADING, /* lost in a restore, used unknown until the till's entries have come */
    BD_LEASE_CLOSED
};
struct bd_lease_row {
    int64_t till, incarnation; /* key, with pool and r */
    struct bx_slug pool;
    int64_t r;
    int64_t state; /* index 1: state, expires */
    int64_t expires;
    int64_t epoch;   /* in which it was granted, or HELLO confirmed it */
    int64_t n;       /* granted */
    int64_t used;    /* as CLOSE said */
    int64_t booked;  /* places of the entries that came */
    int64_t high;    /* the highest used-before + q among them */
    int64_t part;    /* its share of the pool's leased */
    int64_t lacking; /* what should be in part and did not fit (after a restore) */
    int64_t gaps, overlaps;
    int64_t written_off; /* 1: closed as sold by a person, the till has not said how many */
    int64_t taken;       /* beside n: what other tills gave it, as its entries say */
};

/* Places that one till gave another: made by whichever of the two entries comes first. */
struct bd_gift_row {
    int64_t till; /* that gave; key, with pool, r and before, of its lease */
    struct bx_slug pool;
    int64_t r, before;
    int64_t places, taker;
    int64_t given_at, taken_at;     /* when either entry came; 0: not yet */
    int64_t part;                   /* its share of the pool's leased: given, and not yet taken */
    int64_t taker_incarnation, seq; /* of the taker's entry; 0: not yet */
};

enum bd_entry_state {
    BD_ENTRY_BOOKED,
    BD_ENTRY_WAITS_PARENT,
    BD_ENTRY_WAITS_FORMAT /* of a v or kind that this server does not know */
};
struct bd_entry_row {
    int64_t till, incarnation, seq; /* key */
    struct bx_id id;                /* index 1 */
    int64_t state;                  /* index 2 */
    int64_t kind;                   /* enum bx_kind, -1: unknown */
    int64_t at, came_at;
    int64_t outcome; /* enum bx_entry_outcome */
    struct bx_hash prev, hash;
    char task[24];
    char say[128];
    struct bd_blob body;
};

/* An entry that contradicts what is held: kept, never booked. */
struct bd_aside_row {
    int64_t till, incarnation, seq; /* key, with hash */
    struct bx_hash hash;
    struct bx_id id;
    int64_t came_at;
    struct bx_hash prev;
    char why[24];
    struct bd_blob body;
};

struct bd_order_row {
    struct bx_id id; /* key */
    int64_t till, incarnation, seq;
    int64_t at, shift, user, offline, programme;
    int64_t total, rounding, persons;
    char number[BX_NUMBER_SIZE]; /* index 1 */
    char currency[4];
    int64_t kind; /* enum bx_kind: sale, void, refund, exchange */
    int64_t back_total;
    struct bx_id of;      /* what it corrects; else zero */
    struct bx_id booking; /* the order it collected; else zero; index 2 */
};

struct bd_order_line_row {
    struct bx_id order; /* key, with nth */
    int64_t nth;
    struct bx_slug product, event, slot, pool; /* index 1: slot, product */
    int64_t quantity, price, tax_ppm, places, persons;
    int64_t printed;  /* 1: each piece has a ticket */
    int64_t date;     /* days since 1970 */
    int64_t off;      /* taken off the whole line */
    int64_t returned; /* pieces that were taken back since */
    int64_t kind;     /* enum bx_line_kind */
    int64_t grouped;  /* 1: one ticket for all pieces */
};

struct bd_ticket_row {
    struct bx_id order;      /* key, with nth and generation */
    int64_t nth;             /* index in the sale */
    int64_t generation;      /* 0 as sold, one more with each replacement */
    char code[BX_CODE_SIZE]; /* index 1 */
    int64_t state;           /* enum bd_ticket_state */
    int64_t line, date, persons, places;
    struct bx_slug product, event, slot, pool;
    char replaced_by[BX_CODE_SIZE];
    int64_t used_at;
    char used_gate[44];
    struct bx_id returned_by; /* the void, refund or exchange; else zero */
};

struct bd_check_in_row {
    struct bx_id id; /* key */
    char code[BX_CODE_SIZE];
    char gate[44];
    int64_t at, came_at, admitted, persons;
    char why[24];
    int64_t first_at;
    char first_gate[44];
};

/* Something for a person to look at. */
struct bd_task_row {
    int64_t till, incarnation, seq; /* key, with word; zeros: about no entry */
    char word[24];
    int64_t at, done;
    char say[128];
};

/* How many tasks of one word a till has, so that nobody need count them. */
struct bd_tally_row {
    int64_t till; /* key, with word */
    char word[24];
    int64_t count; /* not done */
};

/* The answer to a POST, for as long as what it made. */
struct bd_reply_row {
    struct bx_id id;     /* key */
    struct bx_hash body; /* of the request */
    int64_t status, at;
    struct bd_blob answer;
};

struct bd_log_row {
    struct bx_id id; /* key */
    int64_t at;
    char who[BX_NAME_SIZE];
    char what[128];
};

enum bd_hold_state {
    BD_HOLD_OPEN,
    BD_HOLD_PAYING, /* the customer was sent to pay: a later deadline */
    BD_HOLD_CONFIRMED,
    BD_HOLD_EXPIRED,
    BD_HOLD_RELEASED,
    BD_HOLD_REFUND /* the money came after the places had gone: it goes back */
};
/* Places kept for a customer of a channel, by the server's time. */
struct bd_hold_row {
    struct bx_id id; /* key */
    int64_t till;    /* the channel's device; index 2: till, client, state */
    char client[44]; /* the channel's own word for the customer */
    int64_t state;   /* index 1: state, expires */
    int64_t at, expires;
    int64_t places;
    struct bx_id order; /* that it was confirmed by, or whose money goes back; else zero */
    int64_t amount;     /* of that money */
};
struct bd_hold_line_row {
    struct bx_id hold; /* key, with nth */
    int64_t nth;
    struct bx_slug product, slot, pool;
    int64_t quantity, places; /* places: of all of them */
    int64_t limited; /* 1: counts in its product's limit, while the hold lives; in index 1 */
};

/* A change made by hand, which the next import keeps. */
enum bd_amend { BD_AMEND_CAPACITY, BD_AMEND_CANCELLED };
struct bd_amendment_row {
    struct bx_slug id; /* of a pool or a slot; key, with kind */
    int64_t kind;
    int64_t value, was; /* capacity: what the file said when it was changed */
    int64_t at;
};
