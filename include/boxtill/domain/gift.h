/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Places that one till gives another of the same venue while nobody reaches the server.
 *
 * The rule. The giver's entry `give` uses the places of its own lease as a sale does: once it is on
 * disk they are not the giver's any more, in its journal, in its CLOSE and in its settlement code
 * alike. Only then it shows a code. The taker's entry `take` adds them to its own open lease, in
 * the entry's own transaction. The server moves them from the one lease to the other when it books
 * either entry; both name the same places (giver, pool, r, used-before), so whichever comes first
 * moves them and the second finds it done. Until the take comes they stay counted as leased, also
 * when it never does; a take whose give has not come is named by the audit.
 *
 * The code is fifteen characters: giver, r, used-before and count in the open, then 38 bits of a
 * hash keyed with a secret that the server gave to every till of the venue (the keys document) over
 * these, the epoch, the taker and the pool. It is good for one till, once: the entry `take` has an
 * id that follows from the code, and a journal holds an id once. Who has the secret and the
 * insides of a till can make such a code: an enrolled till is trusted so far, and the server's
 * count is not. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/fault.h"
#include "boxtill/base/id.h"
#include "boxtill/domain/entry.h"
#include "boxtill/domain/slug.h"

struct bx_gift {
    int64_t epoch; /* the server's, as the giver last heard it; in the code only */
    int64_t from, to;
    struct bx_slug pool;
    int64_t r, before, places; /* of the giver's lease: which, used before, how many */
    int64_t own_r;             /* take: of the taker's lease */
};
/* What a code has room for. */
enum { BX_GIFT_TILL_MAX = 1023, BX_GIFT_R_MAX = 255, BX_GIFT_BEFORE_MAX = 4095 };
enum { BX_GIFT_PLACES_MAX = 127, BX_GIFT_SIZE = 16 };

/* Every member must be within what the code has room for, and not negative. */
void bx_gift_code(const uint8_t key[32], const struct bx_gift *gift, char ret[BX_GIFT_SIZE]);
/* What stands in the open in TEXT, as somebody typed it: from, r, before, places; the rest of RET
 * stays. BX_ERR_INPUT: it is no such code. */
int bx_must bx_gift_split(const char *text, struct bx_gift *ret);
/* Is TEXT the code of GIFT? */
bool bx_gift_is(const uint8_t key[32], const struct bx_gift *gift, const char *text);
/* Of the entry that takes it. */
struct bx_id bx_gift_id(const struct bx_gift *gift);

/* The content of `give` and `take`, which are notes: "n" is the count, "about" is
 * "POOL R BEFORE TO" or "POOL R BEFORE FROM OWN-R". OUT: BX_ABOUT_MAX + 1. */
void bx_gift_write(enum bx_kind kind, const struct bx_gift *gift, char *out);
/* BX_ERR_INPUT when it is no such content. HEAD: of the entry, which names the other till. */
int bx_must bx_gift_read(const struct bx_entry_head *head, const char *about, int64_t n,
                         struct bx_gift *ret, struct bx_fault *fault);
bool bx_gift_is_kind(enum bx_kind kind);
