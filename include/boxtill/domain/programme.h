/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The programme: what the venue offers, as the signed document that the server hands to its tills
 * (GET /v1/programme). Immutable once parsed; the till keeps one at a time, the journal keeps the
 * bytes for the next start. Format: see programme.c. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/fault.h"
#include "boxtill/base/money.h"
#include "boxtill/base/time.h"
#include "boxtill/domain/slug.h"

enum {
    BX_EVENTS_MAX = 32,
    BX_SLOTS_MAX = 20000,
    BX_PRODUCTS_MAX = 200,
    BX_NAME_COLUMNS = 40,
    BX_NAME_SIZE = 164,
    BX_PROGRAMME_BYTES = 8 << 20,
    BX_CLOCK_CHANGES_MAX = 4
};

struct bx_clock_change { /* the venue's clocks go forward or back */
    bx_utc at;
    int offset_min; /* from then on */
};

struct bx_event_info { /* an exhibition, a tour, a show */
    struct bx_slug id;
    char name[BX_NAME_SIZE];
    struct bx_slug class; /* entitlement class of its tickets: which day key signs them */
};

struct bx_slot {
    struct bx_slug id;
    struct bx_slug pool; /* of capacity; slots may share one */
    int event;           /* index into events */
    bx_utc start, end;   /* as the server converted them */
    int offset_min;      /* civil time there: minutes east of UTC */
    struct bx_date date; /* service date: the day its tickets belong to */
    bool cancelled;
};

struct bx_product {
    struct bx_slug id;
    char name[BX_NAME_SIZE];
    char key;             /* its letter, a to z, unique among the products of an event */
    bx_money price;       /* one piece */
    int tax_ppm;          /* 70000 is 7 % */
    int places;           /* capacity one piece takes (a family ticket takes several); 0 to 99 */
    int persons;          /* it admits; 0 to 99 */
    uint32_t events;      /* bit per event it is sold for; 0: untimed, needs no slot */
    struct bx_slug class; /* of an untimed product's ticket; none: prints no ticket */
};

struct bx_programme_index; /* programme.c's own */

struct bx_programme {
    int64_t epoch, version;
    struct bx_slug venue;
    char name[BX_NAME_SIZE];
    char zone[40];  /* IANA name, for people */
    int offset_min; /* before the first of the changes; see bx_programme_offset */
    struct bx_clock_change changes[BX_CLOCK_CHANGES_MAX]; /* in order of time */
    size_t change_count;
    char currency[4];   /* ISO 4217 */
    int exponent;       /* 0, 2 or 3 */
    int64_t cash_step;  /* cash is rounded to a multiple of this many minor units; 1: not at all */
    bool tax_included;  /* prices contain the tax */
    int quantity_usual; /* a larger quantity asks once */
    size_t event_count, slot_count, product_count;
    struct bx_event_info *events;
    struct bx_slot *slots; /* by start, then event */
    struct bx_product *products;
    struct bx_programme_index *index; /* NULL in one put together by hand: searched in order */
};

/* NULL on failure; the fault names the place and the reason. */
struct bx_programme *bx_programme_parse(const char *json, size_t len, struct bx_fault *fault);
void *bx_programme_destroy(struct bx_programme *programme);
BX_CLEANUP_DEFINE(struct bx_programme, bx_programme_destroy)
/* The document, byte for byte what bx_programme_parse() of it gives back. */
void bx_programme_encode(const struct bx_programme *programme, struct bx_buf *out);

/* Civil time at the venue at that instant: minutes east of UTC. 0 without a programme. */
int bx_programme_offset(const struct bx_programme *programme, bx_utc at);

/* Borrowed; NULL when there is none. */
const struct bx_slot *bx_programme_slot(const struct bx_programme *programme,
                                        const struct bx_slug *id);
const struct bx_product *bx_programme_product(const struct bx_programme *programme,
                                              const struct bx_slug *id);
/* The product with KEY sold for EVENT (index), or untimed. */
const struct bx_product *bx_programme_by_key(const struct bx_programme *programme, char key,
                                             int event);
/* The first slot of EVENT that has not ended at NOW; NULL when none is left. */
const struct bx_slot *bx_programme_current(const struct bx_programme *programme, int event,
                                           bx_utc now);
/* The next or previous slot of the same event; NULL at the end. */
const struct bx_slot *bx_programme_step(const struct bx_programme *programme,
                                        const struct bx_slot *slot, int step);
