/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* More rows (rows.h): what the counter's business beyond a plain sale needs. Personal data stand in
 * bd_booking_row and in the members document alone. */

#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/id.h"
#include "boxtill/domain/figures.h"
#include "boxtill/domain/slug.h"

struct bd_blob {
    const void *data;
    size_t len;
};

enum bd_booking_state { BD_BOOKING_OPEN, BD_BOOKING_COLLECTED, BD_BOOKING_CANCELLED };
/* A group, a school or a web order that is paid or collected at a counter. */
struct bd_booking_row {
    struct bx_id id; /* key */
    char ref[24];    /* index 1 */
    int64_t kind;    /* enum bx_order_kind */
    int64_t date;    /* index 2: date, minute; days since 1970 */
    int64_t minute, prepaid, grouped;
    int64_t state;
    struct bx_id sale; /* that collected it; else zero */
    struct bx_slug account;
    char name[BX_NAME_SIZE];
    char note[BX_NAME_SIZE];
    int64_t late; /* 1: came after the sale that collected it, which counts as the counter's */
};
struct bd_booking_line_row {
    struct bx_id booking; /* key, with nth */
    int64_t nth;
    struct bx_slug product, slot, pool;
    int64_t quantity; /* 0: the order has fewer lines now */
    int64_t price;
    int64_t held; /* places of the pool that are kept for it now */
};

/* A single-use voucher that this server signed, or whose use a till reported. */
struct bd_voucher_row {
    char id[17]; /* key: 16 hex digits */
    int64_t value, until, made_at;
    int64_t used_amount, given_back; /* of the sale that used it */
    int64_t used_at, used_till;
    struct bx_id sale; /* zero: not used */
};

/* The balance of a stored-value voucher: the sum of its ledger rows. */
struct bd_stored_row {
    char code[24]; /* key */
    int64_t balance, made_at;
};
enum bd_ledger_kind {
    BD_LEDGER_ISSUE,
    BD_LEDGER_CHARGE,
    BD_LEDGER_REVERSE,
    BD_LEDGER_CREDIT, /* a refund gave it back */
    BD_LEDGER_TAKE    /* its own sale was taken back */
};
struct bd_ledger_row {
    struct bx_id id; /* key: the attempt's; of an entry's own rows made of the entry's */
    char code[24];   /* index 1: code, at */
    int64_t at;
    int64_t kind, amount; /* what it did to the balance, signed; 0 when declined */
    int64_t approved;
    int64_t balance;     /* after it */
    int64_t given_back;  /* of a charge */
    struct bx_id charge; /* reverse, credit: the charge; else zero */
    struct bx_id sale;   /* that it paid; zero: none has come */
    int64_t till;
    char say[128];
};

/* A basket that waits for any till. */
struct bd_parked_row {
    struct bx_id basket; /* key */
    int64_t gone;        /* index 1: gone, at */
    int64_t at, till, total;
    struct bx_id taken; /* the question that resumed it; zero: none */
    int64_t taken_by;
    char name[BX_NAME_SIZE];
    struct bd_blob lines; /* JSON */
};

/* What is counted of a shift on a civil day (figures.h). */
struct bd_figure_row {
    int64_t till, incarnation, shift, day; /* key, with what and name; index 1: day */
    char what[BX_FIGURE_WHAT];
    char name[BX_SLUG_SIZE + 8];
    int64_t count, amount;
};

enum bd_shift_state {
    BD_SHIFT_OPEN,
    BD_SHIFT_CLOSED, /* its Z has come, some of its entries have not */
    BD_SHIFT_AGREES,
    BD_SHIFT_DIFFERS
};
struct bd_shift_row {
    int64_t till, incarnation, shift; /* key */
    int64_t state;                    /* index 1 */
    int64_t entries;                  /* that were booked, its Z not counted */
    int64_t first_seq, last_seq;      /* of those that came; last_seq of a closed one: its Z */
};

/* Entries that name a sale, in the order booked. */
struct bd_about_row {
    struct bx_id sale; /* key, with nth */
    int64_t nth;
    int64_t till, incarnation, seq, kind;
};
