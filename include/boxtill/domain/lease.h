/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A lease: the slice of a pool that is this till's own, and the messages by which it changes.
 * Both ends speak in these structs; wire.c turns them to JSON and back. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/crypto.h"
#include "boxtill/base/fault.h"
#include "boxtill/base/json.h"
#include "boxtill/base/time.h"
#include "boxtill/domain/slug.h"

enum bx_lease_state {
    BX_LEASE_NONE,
    BX_LEASE_WAITING, /* REQ(r) may have been sent */
    BX_LEASE_OPEN,
    BX_LEASE_CLOSING, /* sells no more; CLOSE is repeated until acknowledged */
    BX_LEASE_CLOSED
};
const char *bx_lease_word(enum bx_lease_state state);
int bx_must bx_lease_parse(const char *word, enum bx_lease_state *ret);

/* The till's durable half. */
struct bx_lease {
    struct bx_slug pool;
    int64_t r, n, used;
    int64_t
        taken; /* of n: what other tills gave (gift.h), which the server knows by entries only */
    enum bx_lease_state state;
    int64_t epoch;    /* the server's, when it was granted */
    bx_utc expires;   /* wall clock, for the time after a reboot */
    bx_mono stops;    /* boot clock, memory only: sells until then; 0: only `expires` is known */
    int64_t reserved; /* memory only: places of baskets that are tendering */
};

enum bx_allot_verb { BX_ALLOT_REQ, BX_ALLOT_GROW, BX_ALLOT_CLOSE, BX_ALLOT_HELLO };
const char *bx_allot_verb_text(enum bx_allot_verb verb);
int bx_must bx_allot_verb_parse(const char *text, enum bx_allot_verb *ret);

struct bx_allot_message {
    enum bx_allot_verb verb;
    struct bx_slug pool; /* HELLO: one message per lease, and one with no pool that begins it */
    int64_t r;           /* of the lease; of the HELLO that begins: the epoch it is said in */
    int64_t n;    /* REQ: places wanted (0: the usual share); GROW: n′; HELLO: n; never with
                   * what other tills gave */
    int64_t need; /* REQ, GROW: so much of n a basket waits for; the rest is stock */
    int64_t used; /* CLOSE, HELLO */
    int64_t seq;  /* CLOSE, HELLO: last entry's seq and hash */
    struct bx_hash head;
    enum bx_lease_state state; /* HELLO */
};

enum bx_allot_word {
    BX_ALLOT_GRANTED,     /* REQ, GROW: n places are yours until ttl */
    BX_ALLOT_ACKED,       /* CLOSE, HELLO */
    BX_ALLOT_STALE,       /* r is older than the server's last */
    BX_ALLOT_NONE,        /* nothing to give: pool unknown, sold out, slot shut or over */
    BX_ALLOT_QUARANTINED, /* used, seq or head is below what is known: a supervisor settles */
    BX_ALLOT_SAY_HELLO    /* the epoch is new: HELLO first */
};
const char *bx_allot_word_text(enum bx_allot_word word);
int bx_must bx_allot_word_parse(const char *text, enum bx_allot_word *ret);

struct bx_allot_answer {
    enum bx_allot_verb verb;
    struct bx_slug pool;
    int64_t r, n;
    int64_t ttl;  /* seconds */
    int64_t left; /* what the venue has left beside, now */
    int64_t mark; /* HELLO: highest seq the server holds without a gap; 0: none */
    bool recall;  /* REQ, GROW: others want what of it is not used; close it when you can */
    enum bx_allot_word word;
};
enum { BX_ALLOT_MAX = 256 };

/* What a till that nobody answers has closed, in ten characters that a person carries to the
 * server: only who knows the SECRET of the till's enrolment can make them, and they are good for
 * these facts alone. */
struct bx_settlement {
    int64_t epoch, incarnation; /* the server's as the till last heard it; the till's */
    struct bx_slug pool;
    int64_t r, used;
};
enum { BX_SETTLE_SIZE = 11 };
void bx_settlement_code(const uint8_t secret[32], const struct bx_settlement *settlement,
                        char ret[BX_SETTLE_SIZE]);
/* Is TEXT, as somebody typed it, that code? */
bool bx_settlement_is(const uint8_t secret[32], const struct bx_settlement *settlement,
                      const char *text);

/* POST /v1/allotments: {"id":"…","messages":[…]} → {"epoch":1,"commit":9,"answers":[…]}. A message
 * carries what its verb needs, in this order, and nothing else:
 *   {"verb":"req","pool":"p","r":3,"n":50,"need":4}    {"verb":"grow","pool":"p","r":3,"n":60}
 *   {"verb":"close","pool":"p","r":3,"used":12,"seq":412,"head":"hex"}
 *   {"verb":"hello","pool":"p","r":3,"n":50,"used":12,"seq":412,"head":"hex","state":"open"}
 * and every answer is {"verb":"req","word":"granted","pool":"p","r":3,"n":50,"ttl":3600,"left":90,
 * "mark":0}, with "recall":true behind it when it is so; "need" is left out when it is 0. */
void bx_allot_messages_encode(const struct bx_id *id, const struct bx_allot_message *messages,
                              size_t count, struct bx_buf *out);
int bx_must bx_allot_messages_decode(const char *json, size_t len, struct bx_id *ret_id,
                                     struct bx_allot_message *ret, size_t max, size_t *ret_count,
                                     struct bx_fault *fault);
void bx_allot_answers_encode(int64_t epoch, int64_t commit, const struct bx_allot_answer *answers,
                             size_t count, struct bx_buf *out);
int bx_must bx_allot_answers_decode(const char *json, size_t len, struct bx_allot_answer *ret,
                                    size_t max, size_t *ret_count, struct bx_fault *fault);
