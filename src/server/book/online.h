/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Holds and orders of a channel: the web, a kiosk, a partner. A hold keeps places by the server's
 * time; payment turns it into an order, and of that and its expiry exactly one happens, since both
 * change its one state. An order is a sale like a till's: the server keeps the channel's journal
 * and books the entry as it books any, so that reports, refunds and the gate know no difference.
 *
 * Called as book.h says, each inside a savepoint of the caller. What is no fault but the answer no
 * is BX_ERR_REFUSED with the reason in *ret_no. */

#include "server/book/book.h"

enum bd_no {
    BD_NO_SOLD_OUT, /* so many places are not free */
    BD_NO_CLOSED,   /* over, cancelled, not sold by this channel now, or shut after a restore */
    BD_NO_LIMIT,    /* the customer holds enough */
    BD_NO_PRICE,    /* the total is another */
    BD_NO_STATE     /* it is confirmed, released, over, or a ticket of it is used */
};

/* Who asks. */
struct bd_asking {
    struct bd_book *book;
    const struct bd_turn *turn;
    const struct bd_device *device;
    enum bd_no *ret_no;
};

enum { BD_WANTS_MAX = 20, BD_PAYMENTS_MAX = 4, BD_CLIENT_SIZE = 44 };
struct bd_want {
    struct bx_slug product, slot; /* slot none: untimed */
    int64_t quantity;
};
struct bd_hold_ask {
    struct bx_id id; /* becomes the hold's */
    char client[BD_CLIENT_SIZE];
    int64_t seconds; /* 0: as the policy says, which is also the most */
    int count;
    struct bd_want wants[BD_WANTS_MAX];
};
/* {"hold":"…","state":"open","expires":µs,"total":4800,"currency":"EUR","lines":[{"product":…,
 * "slot":…,"quantity":2,"price":2400,"places":2}]} */
int bx_must bd_book_hold(const struct bd_asking *asking, const struct bd_hold_ask *ask,
                         struct bx_buf *out, struct bx_fault *fault);

enum bd_hold_verb { BD_HOLD_EXTEND, BD_HOLD_PAY, BD_HOLD_RELEASE };
/* {"hold":"…","state":"paying","expires":µs}. At most an hour after it was made it ends. */
int bx_must bd_book_hold_change(const struct bd_asking *asking, enum bd_hold_verb verb,
                                const struct bx_id *hold, struct bx_buf *out,
                                struct bx_fault *fault);
/* Expires what is over, some at a time; returns how many. */
int bx_must bd_holds_sweep(struct bd_book *book, const struct bd_turn *turn,
                           struct bx_fault *fault);
/* All of them: what a backup holds may have been confirmed after it was made. */
int bx_must bd_holds_end_all(struct bd_book *book, struct bx_fault *fault);

/* What a batch of calls is about to ask for, each once. */
enum { BD_PLACES_ASKED = 400 };
struct bd_places_asked {
    struct bx_slug slots[BD_PLACES_ASKED], pools[BD_PLACES_ASKED];
    size_t slot_count, pool_count;
};
/* Lets the store get their pools ready. */
int bx_must bd_book_expect(struct bd_book *book, const struct bd_places_asked *asked,
                           struct bx_fault *fault);

struct bd_payment {
    enum bx_tender_kind kind;
    bx_money amount;
    char reference[44];
};
struct bd_order_ask {
    struct bx_id id;   /* becomes the order's, and its entry's */
    struct bx_id hold; /* zero: WANTS, of what is free */
    int count;
    struct bd_want wants[BD_WANTS_MAX];
    bx_money total;
    int payment_count;
    struct bd_payment payments[BD_PAYMENTS_MAX];
};
/* {"outcome":"confirmed","order":"…","number":"5-000001","total":4800,"currency":"EUR","tickets":
 * [{"code":…,"product":…,"slot":…,"date":"2026-11-24","persons":1}]}. When a hold's places have
 * gone to others before the money came: {"outcome":"refund","order":"…","amount":4800}, kept as the
 * hold's state. */
int bx_must bd_book_order(const struct bd_asking *asking, const struct bd_order_ask *ask,
                          struct bx_buf *out, struct bx_fault *fault);
/* All of it is taken back as the refund ID: {"order":"…","number":"5-R000001","amount":4800}. */
int bx_must bd_book_order_cancel(const struct bd_asking *asking, const struct bx_id *order,
                                 const struct bx_id *id, struct bx_buf *out,
                                 struct bx_fault *fault);
/* {"order":"…","number":…,"at":µs,"total":…,"currency":…,"tickets":[{"code":…,"state":"valid",
 * "product":…,"slot":…,"date":…,"persons":1}]}; BX_ERR_MISSING unless it is DEVICE's own. */
int bx_must bd_book_order_read(struct bd_store *store, const struct bd_device *device,
                               const struct bx_id *order, struct bx_buf *out,
                               struct bx_fault *fault);

/* Many orders in one transaction: what they count is put once, at its end. From now on the caller
 * says after each call whether the call's savepoint was kept, and asks for the rest before the
 * commit. When the transaction is lost, so is the book. */
void bd_book_gather(struct bd_book *book);
int bx_must bd_book_gather_call(struct bd_book *book, bool kept, struct bx_fault *fault);
int bx_must bd_book_gather_end(struct bd_book *book, struct bx_fault *fault);
