/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The open basket: lines with the prices and rules of the moment they were rung up or refreshed.
 * Its id is made when it is opened and becomes the sale's id and its idempotency key. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/id.h"
#include "boxtill/domain/programme.h"

enum { BX_LINES_MAX = 40, BX_QUANTITY_MAX = 999, BX_TICKETS_MAX = 400 };

struct bx_line {
    struct bx_slug product, event, slot, pool, class; /* event, slot, pool: none when untimed */
    char name[BX_NAME_SIZE];                          /* the product's */
    char event_name[BX_NAME_SIZE];                    /* "" when untimed */
    bx_utc start, end;                                /* 0 when untimed */
    int offset_min;
    struct bx_date date; /* service date of its tickets */
    bx_money price;      /* one piece, as charged before `off` */
    int tax_ppm;
    int places, persons; /* of one piece */
    int quantity;        /* 1 to BX_QUANTITY_MAX */
    /* version 2 of a sale's body */
    enum bx_line_kind kind;
    bx_money list; /* one piece before any automatic price or override */
    bx_money off;  /* taken off the whole line by discounts: 0 to price * quantity */
    struct bx_slug
        why; /* the rule (tariff.h) or reason code that made the price; none: the list's */
    char why_text[BX_NAME_SIZE]; /* in words, beside the price; "" */
    bool fixed;                  /* no automatic price touches it: declined, overridden, agreed */
    bool group;                  /* one ticket for all pieces */
    char note[BX_NAME_SIZE];     /* a sold voucher's code, an article's serial; "" */
};
/* price * quantity - off. 0 or BX_ERR_FULL. */
int bx_must bx_line_amount(const struct bx_line *line, bx_money *ret);
/* Takes PIECES (fewer than there are) off the line, and their part of `off` with them. */
void bx_line_less(struct bx_line *line, int pieces);
/* Tickets it prints: one for each piece, or one for all of a group; none without a class. */
int bx_line_tickets(const struct bx_line *line);
/* Does its amount stand outside turnover and tax (donation, voucher)? */
bool bx_line_is_outside(const struct bx_line *line);

struct bx_basket {
    struct bx_id id; /* zero: not opened yet */
    int count;
    struct bx_line lines[BX_LINES_MAX];
};

/* Tax of one rate: what was charged under it (gross), of which NET and TAX. */
struct bx_tax {
    int ppm;
    bx_money gross, net, tax;
};
enum { BX_RATES_MAX = 8 };

struct bx_totals {
    bx_money total;   /* what is due before cash rounding, tax in it: rates' gross + outside */
    bx_money outside; /* donations and vouchers sold: no turnover, in no rate */
    int persons, tickets, rate_count;
    struct bx_tax rates[BX_RATES_MAX];
};

/* Adds (or, negative, takes away) QUANTITY of PRODUCT for SLOT (ignored when untimed) into the line
 * of the same product and slot; a line rung up at another price stays a line of its own. TODAY
 * dates an untimed ticket. 0, BX_ERR_FULL or BX_ERR_REFUSED with a sentence; the basket is
 * unchanged then. Taking away more than there is, is refused. */
int bx_must bx_basket_add(struct bx_basket *basket, const struct bx_programme *programme,
                          const struct bx_product *product, const struct bx_slot *slot,
                          int quantity, struct bx_date today, struct bx_fault *fault);
/* One piece of an untimed product whose amount is typed (open_price): a donation, a voucher's
 * value. Its price is fixed; NOTE ("" none) stands on the line. As above. */
int bx_must bx_basket_add_open(struct bx_basket *basket, const struct bx_programme *programme,
                               const struct bx_product *product, bx_money amount, const char *note,
                               struct bx_date today, struct bx_fault *fault);
void bx_basket_line_drop(struct bx_basket *basket, int index);
/* Moves every timed line to SLOT of the same event (repriced by nothing but the slot). 0, or
 * BX_ERR_REFUSED when the basket holds lines of another event. */
int bx_must bx_basket_move(struct bx_basket *basket, const struct bx_programme *programme,
                           const struct bx_slot *slot, struct bx_fault *fault);
/* What bx_basket_refresh() did. */
struct bx_basket_change {
    int gone;                /* lines taken out */
    char name[BX_NAME_SIZE]; /* the first of them */
    bool dated;              /* untimed lines are of another day now */
};
/* Makes every line what PROGRAMME and TODAY say now: price, tax, name, places, times, and the day
 * of an untimed one. A fixed line keeps its price and what was taken off; one that had a price by
 * itself is at the list's again, until bx_tariff_apply(). A line whose product or slot is gone, or
 * not sold together any more, goes out; a cancelled slot is not gone. */
void bx_basket_refresh(struct bx_basket *basket, const struct bx_programme *programme,
                       struct bx_date today, struct bx_basket_change *ret);
/* Only the day of the untimed ones, line by line; true when that was another. */
bool bx_basket_redate(struct bx_basket *basket, struct bx_date today);
/* Places the basket takes of POOL. */
int bx_basket_places(const struct bx_basket *basket, const struct bx_slug *pool);
/* Sums up: tax is computed per rate over the whole basket, so that no cent is lost to lines. 0 or
 * BX_ERR_FULL. */
int bx_must bx_basket_totals(const struct bx_basket *basket, bool tax_included,
                             struct bx_totals *ret);

/* What survives a kill and a log-out beside the journal: the open basket, whether the till was
 * locked, and whether its clock was doubted. As a file
 * {"v":2,"id":"…","lines":[…],"locked":true,"doubt":true} with the lines of a sale's body of that
 * version (entry.c; one of version 1 is still read); what is not so has no member. */
struct bx_draft {
    struct bx_basket basket;
    bool locked, doubt;
};
void bx_draft_encode(const struct bx_draft *draft, struct bx_buf *out);
int bx_must bx_draft_decode(const char *json, size_t len, struct bx_draft *ret,
                            struct bx_fault *fault);
