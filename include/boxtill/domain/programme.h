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
#include "boxtill/domain/window.h"

enum bx_line_kind {
    BX_LINE_VISIT,    /* a timed or untimed product of the venue's own turnover */
    BX_LINE_ARTICLE,  /* of the shop */
    BX_LINE_DONATION, /* outside turnover, without tax; so are rounded-up amounts */
    BX_LINE_VOUCHER   /* a voucher sold: a liability, outside turnover until it is used */
};
const char *bx_line_kind_word(enum bx_line_kind kind);
int bx_must bx_line_kind_parse(const char *word, enum bx_line_kind *ret);

enum {
    BX_EVENTS_MAX = 32,
    BX_SLOTS_MAX = 20000,
    BX_PRODUCTS_MAX = 200,
    BX_NAME_COLUMNS = 40,
    BX_NAME_SIZE = 164,
    BX_PROGRAMME_BYTES = 8 << 20,
    BX_CLOCK_CHANGES_MAX = 4,
    BX_RULES_MAX = 64,
    BX_REASONS_MAX = 100,
    BX_ACCOUNTS_MAX = 200,
    BX_CHOICES_MAX = 20,
    BX_COINS_MAX = 24,
    BX_PER_SLOT_MAX = 100000
};

struct bx_clock_change { /* the venue's clocks go forward or back */
    bx_utc at;
    int offset_min; /* from then on */
};

struct bx_event_info { /* an exhibition, a tour, a show */
    struct bx_slug id;
    char name[BX_NAME_SIZE];
    struct bx_slug class; /* entitlement class of its tickets: which day key signs them */
    struct bx_windows windows;
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
    enum bx_line_kind kind;
    bool open_price;      /* the amount is typed: a donation, a voucher's value */
    struct bx_slug proof; /* class of member or pass it needs (member.h); none: anybody's */
    int group_from; /* from so many pieces on it is one ticket, unless asked otherwise; 0 never */
    char code[24];  /* an article's bar code (GTIN digits); "" */
    struct bx_windows windows;
    int per_slot; /* at most so many pieces for one slot; 0: as many as there are places */
};

/* A price that comes by itself when its condition is met (tariff.c says how they are weighed). */
enum bx_rule_kind {
    BX_RULE_GROUP,  /* from `least` pieces of `products` on, each costs `price` */
    BX_RULE_BUNDLE, /* each set of `parts` (product and pieces) costs `price` together */
    BX_RULE_MEMBER, /* with a member of `proof` in the sale, up to 1 + guests pieces cost `price` */
    BX_RULE_TIME /* within days, weekdays and minutes, each piece costs `price`, or `permille` less
                  */
};
const char *bx_rule_kind_word(enum bx_rule_kind kind);
int bx_must bx_rule_kind_parse(const char *word, enum bx_rule_kind *ret);
enum { BX_RULE_PARTS = 8 };
struct bx_rule {
    struct bx_slug id;
    char name[BX_NAME_SIZE]; /* stands beside the price */
    enum bx_rule_kind kind;
    int part_count;
    struct {
        struct bx_slug product;
        int pieces; /* bundle: how many; else 0 */
    } parts[BX_RULE_PARTS];
    int least;
    bx_money price;
    int permille; /* taken off instead of a price; 0: `price` counts */
    struct bx_slug proof;
    struct bx_date from, to;    /* season, both days in it; year 0: always */
    unsigned weekdays;          /* bit 0 Monday; 0: all */
    int minute_from, minute_to; /* of the slot's start (untimed: of now), civil; both 0: all day */
};

/* A reason somebody may give, for one action. */
struct bx_reason {
    struct bx_slug action; /* "discount", "price", "void", "refund", "exchange", "tender",
                              "paid-in", "paid-out", "drop", "no-sale", "difference", "reprint",
                              "over", "settle", "visit" (cancelled) … */
    struct bx_slug id;
    char name[BX_NAME_SIZE];
    int permille; /* discount: its size; 0: typed */
    bool approve; /* a supervisor must allow it whatever the limits */
};

struct bx_choice { /* an answer to the question of origin */
    struct bx_slug id;
    char name[BX_NAME_SIZE];
};

struct bx_account { /* a school, an operator: billed later */
    struct bx_slug id;
    char name[BX_NAME_SIZE];
    bool blocked;
};

/* What may be done without asking, and what then: each limit 0 is none. */
enum bx_beyond { BX_BEYOND_WARN, BX_BEYOND_ASK, BX_BEYOND_BLOCK };
const char *bx_beyond_word(enum bx_beyond beyond);
int bx_must bx_beyond_parse(const char *word, enum bx_beyond *ret);
struct bx_limit {
    int64_t at; /* minutes, minor units, permille or pieces, as its name says */
    enum bx_beyond beyond;
};
struct bx_limits {
    struct bx_limit discount_permille, discount_amount; /* of one sale */
    struct bx_limit price_permille;                     /* an override's distance from the list */
    struct bx_limit refund_amount;                      /* cash, one document */
    struct bx_limit refund_offline;                     /* cash, one document, offline */
    struct bx_limit void_minutes;                       /* after the sale */
    struct bx_limit reprints;                           /* of one ticket */
    struct bx_limit paid_out, no_sales;                 /* one; in a shift */
    struct bx_limit drawer_cash;                        /* more in the drawer: a drop is due */
    struct bx_limit difference_reason, difference_approve; /* at closing, either way */
    struct bx_limit offline_minutes, offline_sale, offline_total, offline_programme_minutes;
    unsigned offline_tenders; /* bit per bx_tender_kind allowed offline; 0: cash and card */
    unsigned tenders;         /* allowed at all; 0: cash and card */
};

/* The limits by name, as the documents and the settings have them. */
enum { BX_LIMITS = 16 };
struct bx_limit_name {
    const char *name;
    size_t offset; /* in struct bx_limits */
};
extern const struct bx_limit_name bx_limit_names[BX_LIMITS];
const struct bx_limit *bx_limit_at(const struct bx_limits *limits, size_t nth);

struct bx_fact { /* of the venue, for receipts and invoices */
    char name[BX_NAME_SIZE], text[BX_NAME_SIZE];
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
    /* version 2 of the document; absent in a version 1: none of each, no limits */
    size_t rule_count, reason_count, account_count, origin_count, coin_count, fact_count;
    struct bx_rule *rules;
    struct bx_reason *reasons;
    struct bx_account *accounts;
    struct bx_choice origins[BX_CHOICES_MAX];
    int origin_every;                     /* the question is asked at every nth sale; 0: never */
    int64_t coins[BX_COINS_MAX];          /* values of coins and notes, descending; for counting */
    struct bx_fact facts[BX_CHOICES_MAX]; /* "address", "tax number", "receipt foot" … */
    struct bx_limits limits;
    bool round_up; /* offer to round up to a donation: product `round_up_product` */
    struct bx_slug round_up_product;
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
const struct bx_reason *bx_programme_reason(const struct bx_programme *programme,
                                            const char *action, const struct bx_slug *id);
const struct bx_account *bx_programme_account(const struct bx_programme *programme,
                                              const struct bx_slug *id);
/* The article with this bar code; NULL none. */
const struct bx_product *bx_programme_article(const struct bx_programme *programme,
                                              const char *code);
/* The next or previous slot of the same event; NULL at the end. */
const struct bx_slot *bx_programme_step(const struct bx_programme *programme,
                                        const struct bx_slot *slot, int step);
