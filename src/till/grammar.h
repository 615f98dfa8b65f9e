/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A sale as text: the same words for the line `=` and for `boxtill sell`.
 *
 *   2a1c  -a          products by their letters; d:5.00 one whose amount is typed
 *   14:30             the slot of that time, on the chosen day; 2026-11-25 another day
 *   order:W-20417     what was ordered; order:W-20417:43 who came, at the agreed price;
 *                     order:W-20417:43:anew at the prices of today
 *   member:F-1042     a card    account:lincoln-school    origin:local
 *   discount:staff    by its reason; discount:staff:10% or :2.50; …@a on the lines of that product
 *   price:damaged:25.00@b  another price of one, by its reason, for the line of that product
 *   list  group  over list prices; one ticket for all; beyond the capacity
 *   round             a donation makes the sum round, where the venue offers it
 *   cash  cash 60.00  card  card 20.00  card AB-12  voucher:BV1…  account:ID after a tender word
 *                     the parts of the payment, in their order; cash is the last */

#include "core.h"

enum { BX_WORDS_ITEMS = 20, BX_WORDS_DISCOUNTS = 4, BX_WORDS_PART = 160 };

struct bx_said_discount {
    struct bx_slug reason;
    bool price; /* `amount` is another price, nothing is taken off */
    int64_t permille;
    bx_money amount;
    char letter; /* of the product whose lines are meant; 0: the basket */
};

struct bx_said_part { /* of the payment */
    enum bx_tender_kind kind;
    bool has_amount;
    bx_money amount;
    char reference[BX_WORDS_PART]; /* card's, voucher's code, account */
};

struct bx_said { /* about 3 KB */
    struct {
        int quantity;
        char key;
        bool open; /* `amount` was typed */
        bx_money amount;
        int column;
    } items[BX_WORDS_ITEMS];
    int item_count;
    int minute; /* after midnight; -1: none */
    int minute_column;
    bool dated;
    struct bx_date date;
    char order[24];
    struct bx_coming coming;
    char member[32];
    struct bx_slug origin;
    bool list, group, over, round;
    int discount_count;
    struct bx_said_discount discounts[BX_WORDS_DISCOUNTS];
    int part_count;
    struct bx_said_part parts[BX_TENDERS_MAX];
    int column; /* where what failed begins, from 1; 0: nowhere in particular */
};

/* Reads TEXT to its end. 0, or BX_ERR_INPUT with a sentence; ret->column says where. */
int bx_must bx_said_read(const char *text, int exponent, struct bx_said *ret,
                         struct bx_fault *fault);
/* One part of a payment: "cash:6000", "card:AB-12", "voucher:BV1…", "account:ID", "prepaid". */
int bx_must bx_said_part_read(const char *text, int exponent, struct bx_said_part *ret,
                              struct bx_fault *fault);
/* Rings up what was said on DESK: card, order, products, account, discounts. EVENT and SLOT are the
 * chosen ones. Stops at the first refusal; said->column says where. *NTH counts the discounts that
 * are done, so that it may be called again. */
int bx_must bx_said_ring(struct bx_till *till, struct bx_desk *desk, struct bx_said *said,
                         int event, const struct bx_slot *slot, struct bx_fault *fault);
int bx_must bx_said_discounts(struct bx_till *till, struct bx_desk *desk,
                              const struct bx_said *said, int *nth, struct bx_fault *fault);
/* What PART, "prepaid" or "prepaid:REF", names: the order on DESK, borrowed; refused for another
 * one, and where nothing was paid before. */
int bx_must bx_said_prepaid(const struct bx_desk *desk, const struct bx_said_part *part,
                            const char **ret, struct bx_fault *fault);
/* Completes the last word of TEXT (SIZE bytes): as far as all that it may become agree. LIST: what
 * it may become, for people. Returns how many. */
int bx_said_complete(const struct bx_till *till, char *text, size_t size, char *list,
                     size_t list_size);
