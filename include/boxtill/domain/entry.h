/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Journal entries: the documents that everything else follows from. A body is compact JSON with a
 * fixed key order, integers only; its format version is `v`, and every v stays readable for ever.
 * Every body begins
 *   {"v":1,"till":2,"inc":1,"seq":412,"id":"…","kind":"sale","number":"2-000412","at":µs,
 *    "boot":µs,"shift":41,"user":7,
 * and goes on with what its kind needs (entry.c lists them). The bytes are stored, hashed, sent and
 * never made again. A body has exactly one spelling: a decoder refuses every other. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/crypto.h"
#include "boxtill/base/fault.h"
#include "boxtill/base/json.h"
#include "boxtill/domain/basket.h"
#include "boxtill/domain/code.h"

enum bx_kind {
    BX_KIND_SALE,
    BX_KIND_REPRINT,
    BX_KIND_REPLACE,
    BX_KIND_PRINT_ANSWER, /* what a person said of an unsure print: in hand or gone */
    BX_KIND_SHIFT_OPEN,
    BX_KIND_LOGIN,
    BX_KIND_LOGIN_FAILED,
    BX_KIND_LOGOUT,
    BX_KIND_OFFLINE_START,
    BX_KIND_OFFLINE_END,
    BX_KIND_CLOCK_JUMP,
    BX_KIND_SETTLE, /* a person closed a "needs attention" */
    BX_KINDS
};
const char *bx_kind_word(enum bx_kind kind);
int bx_must bx_kind_parse(const char *word, enum bx_kind *ret);

#define BX_NUMBER_SIZE 24
enum { BX_BODY_MAX = 256 << 10 };

/* The columns, which the body repeats. */
struct bx_entry_head {
    int64_t till, incarnation, seq;
    struct bx_id id;
    enum bx_kind kind;
    char number[BX_NUMBER_SIZE]; /* "2-000412" for documents with a number (sales), else "" */
    bx_utc at;
    int64_t boot;        /* the boot clock, ns: shows a jump of the wall clock. The body keeps whole
                            microseconds: nanoseconds pass JSON's 2^53 after 104 days */
    int64_t shift, user; /* 0: none */
};

/* "2-000412": till, then the number, six digits at least. */
void bx_number_format(int64_t till, int64_t n, char out[BX_NUMBER_SIZE]);

enum bx_tender_kind { BX_TENDER_CASH, BX_TENDER_CARD };
const char *bx_tender_word(enum bx_tender_kind kind);
int bx_must bx_tender_parse(const char *word, enum bx_tender_kind *ret);

struct bx_tender {
    enum bx_tender_kind kind;
    bx_money amount;   /* what it settles, cash rounding in it */
    bx_money received; /* cash put down; equals amount for others */
    bx_money change;
    char reference[44]; /* card: optional, typed; never a card number (refused when it looks like
                           one) */
};
enum { BX_TENDERS_MAX = 4, BX_USES_MAX = 16 };

/* What a sale took of a lease: `before` is used-before. */
struct bx_lease_use {
    struct bx_slug pool;
    int64_t r, before, q;
};

struct bx_ticket {
    struct bx_code code;
    int line; /* index into the basket's lines */
    int nth;  /* 1 to the line's quantity */
};

struct bx_sale {
    char currency[4];
    int exponent;
    bool tax_included;
    int64_t programme;       /* version it was priced from */
    bool offline;            /* no verified contact at that moment */
    struct bx_basket basket; /* its id is the entry's */
    struct bx_totals totals;
    bx_money rounding; /* cash rounding: total + rounding = sum of the tenders' amounts */
    int tender_count, use_count, ticket_count;
    struct bx_tender tenders[BX_TENDERS_MAX];
    struct bx_lease_use uses[BX_USES_MAX];
    struct bx_ticket tickets[BX_TICKETS_MAX];
};

/* A ticket printed again (torn in the hand: same code) or replaced (lost or unsure: new code). */
struct bx_paper_entry {
    struct bx_id sale;        /* the sale's entry id */
    int ticket;               /* index in that sale; -1 the receipt */
    struct bx_code code, old; /* replace: the new and the refused one; reprint: code only */
    int copy;                 /* reprint: 1 for the first copy */
    char reason[44];          /* "torn", "lost", "unsure" */
};

/* Writers append the whole body; 0, or BX_ERR_FULL past BX_BODY_MAX (what was appended stays then).
 * Parsers check every field, but not whether the sums agree: that is bx_sale_check()'s. */
int bx_must bx_sale_encode(const struct bx_entry_head *head, const struct bx_sale *sale,
                           struct bx_buf *out);
int bx_must bx_sale_decode(const char *body, size_t len, struct bx_sale *ret,
                           struct bx_fault *fault);
/* The same, and its head. */
int bx_must bx_sale_read(const char *body, size_t len, struct bx_entry_head *ret_head,
                         struct bx_sale *ret, struct bx_fault *fault);
int bx_must bx_paper_encode(const struct bx_entry_head *head, const struct bx_paper_entry *paper,
                            struct bx_buf *out);
int bx_must bx_paper_decode(const char *body, size_t len, struct bx_paper_entry *ret,
                            struct bx_fault *fault);
/* Kinds whose whole content is a word or a number more: login, logout, shift-open, offline-start,
 * settle …: "about" names what it is about (may be "", at most BX_ABOUT_MAX bytes, washed on the
 * way), "n" a number within 2^53. */
enum { BX_ABOUT_MAX = 120 };
int bx_must bx_note_encode(const struct bx_entry_head *head, const char *about, int64_t n,
                           struct bx_buf *out);
int bx_must bx_note_decode(const char *body, size_t len, char *about, size_t size, int64_t *ret_n,
                           struct bx_fault *fault);
/* The head of any body of a known v. BX_ERR_MISSING for a v or kind of the future. */
int bx_must bx_entry_head_decode(const char *body, size_t len, struct bx_entry_head *ret,
                                 struct bx_fault *fault);

/* Does BODY begin with HEAD, as the writers spell it? A body has one spelling, so this says that
 * each of its columns stands in the body and says the same; the rest is not looked at. */
bool bx_entry_begins_with(const char *body, size_t len, const struct bx_entry_head *head);

/* BLAKE2b-256 of "bx1", then each with its length as eight bytes big endian: prev (32 bytes), till,
 * incarnation, seq (each eight bytes big endian), body. The first entry's prev is all zero. */
struct bx_hash bx_entry_hash(const struct bx_hash *prev, int64_t till, int64_t incarnation,
                             int64_t seq, const char *body, size_t len);
