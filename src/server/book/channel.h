/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What holds and orders share: from what a customer wants to priced lines, and the places they
 * take. */

#include "boxtill/domain/entry.h"
#include "server/book/inside.h"
#include "server/book/online.h"

/* One call of a channel. */
struct bd_call {
    struct bd_book *book;
    const struct bd_turn *turn;
    const struct bd_device *device;
    const struct bx_programme *programme;
    struct bd_meta_row meta;
    struct bx_date today;
    bx_utc asked; /* when it was asked for: of an order its hold's moment. Sale windows and prices
                     by the hour go by it */
    enum bd_no *no;
};
/* Loads meta and programme. */
int bx_must bd_call_begin(const struct bd_asking *asking, struct bd_call *ret,
                          struct bx_fault *fault);
/* BX_ERR_REFUSED with NO and the sentence. */
int bd_say_no(const struct bd_call *call, enum bd_no no, struct bx_fault *fault, const char *format,
              ...) bx_format(4, 5);

/* Fills SALE (all zero before) with what is wanted at today's prices: lines, totals, currency. */
int bx_must bd_wants_price(const struct bd_call *call, const struct bd_want *wants, int count,
                           struct bx_sale *sale, struct bx_fault *fault);
/* Are so many places free as SALE's lines take? */
int bx_must bd_places_check(const struct bd_call *call, const struct bx_sale *sale,
                            struct bx_fault *fault);

/* own.c: books SALE as the next entry of the channel's journal, under ID, which is set in the
 * basket. The caller's savepoint is dropped when it fails. */
int bx_must bd_own_entry(const struct bd_call *call, enum bx_kind kind, const struct bx_id *id,
                         struct bx_sale *sale, struct bx_entry_head *head, struct bx_fault *fault);

/* A hold of this device; BX_ERR_MISSING. */
int bx_must bd_hold_find(const struct bd_call *call, const struct bx_id *id,
                         struct bd_hold_row *ret, struct bx_fault *fault);
/* What it holds, as wants; returns how many, or an error. */
int bx_must bd_hold_wants(struct bd_store *store, const struct bx_id *hold,
                          struct bd_want ret[BD_WANTS_MAX], struct bx_fault *fault);
/* Does it keep places? */
bool bd_hold_is_live(const struct bd_hold_row *hold);
/* Gives its places back and puts it under STATE. */
int bx_must bd_hold_end(struct bd_store *store, struct bd_hold_row *hold, enum bd_hold_state state,
                        struct bx_fault *fault);
