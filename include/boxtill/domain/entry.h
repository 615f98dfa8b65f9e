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
    /* The server keeps these numbers: new kinds go to the end. */
    BX_KIND_VOID,              /* a whole sale of this shift taken back */
    BX_KIND_REFUND,            /* tickets or pieces of a sale taken back */
    BX_KIND_EXCHANGE,          /* some taken back, others sold, the difference paid */
    BX_KIND_TENDER_CORRECTION, /* an amount of a sale moves from one tender to another */
    BX_KIND_TENDER_INTENT,     /* before a voucher's server or a terminal is asked for money */
    BX_KIND_TENDER_RESULT,     /* what it answered, or a person said it did */
    BX_KIND_SHIFT_CLOSE,       /* the Z report */
    BX_KIND_X_REPORT,
    BX_KIND_CLOSING, /* of a day, a month or a year */
    BX_KIND_FLOAT,   /* change put into a drawer after the shift was opened */
    BX_KIND_PAID_IN,
    BX_KIND_PAID_OUT,
    BX_KIND_DROP,    /* to the safe */
    BX_KIND_COUNT,   /* a spot count, also for a named sale: change dispute */
    BX_KIND_NO_SALE, /* the drawer opened for a reason */
    BX_KIND_HAND_OVER,
    BX_KIND_TRAINING_ON,
    BX_KIND_TRAINING_OFF,
    BX_KIND_INVOICE,
    BX_KIND_CONFIG,  /* other settings, or another version of the programme, than at the last start
                      */
    BX_KIND_UPGRADE, /* another version of Boxtill than at the last start */
    BX_KIND_EXPORT,  /* an archive was made, or entries were purged after it */
    BX_KIND_ERASE,   /* a person's data were erased, by whom and why; never what they were */
    BX_KIND_SIGN_LOST, /* the fiscal device is out of order */
    BX_KIND_SIGN_BACK, /* and works again */
    BX_KIND_GIVE,      /* places of its lease are another till's from now on (gift.h) */
    BX_KIND_TAKE,      /* those places are this till's, by a code that was typed in */
    BX_KINDS
};
/* What kinds of the same shape share: the struct of their content, and mostly their treatment. */
enum bx_shape {
    BX_SHAPE_SALE, /* sale, void, refund, exchange */
    BX_SHAPE_PAPER,
    BX_SHAPE_CASH, /* shift-open too: its version 1 is a note */
    BX_SHAPE_TENDER_CHANGE,
    BX_SHAPE_ATTEMPT,
    BX_SHAPE_INVOICE,
    BX_SHAPE_REPORT, /* shift-close, x-report, closing */
    BX_SHAPE_NOTE
};
enum bx_shape bx_kind_shape(enum bx_kind kind);
const char *bx_kind_word(enum bx_kind kind);
int bx_must bx_kind_parse(const char *word, enum bx_kind *ret);

#define BX_NUMBER_SIZE 24
enum { BX_BODY_MAX = 256 << 10 };

/* The columns, which the body repeats. */
struct bx_entry_head {
    int64_t till, incarnation, seq;
    struct bx_id id;
    enum bx_kind kind;
    char number[BX_NUMBER_SIZE]; /* "2-000412" for documents of a series, else "" */
    bx_utc at;
    int64_t boot;        /* the boot clock, ns: shows a jump of the wall clock. The body keeps whole
                            microseconds: nanoseconds pass JSON's 2^53 after 104 days */
    int64_t shift, user; /* 0: none */
};

/* Documents are numbered per till and series, from 1 and without gaps. The letter stands in the
 * number: sale "2-000412", void "2-V000003", refund R, exchange X, Z report Z, invoice I, sale in
 * training T. */
enum bx_series {
    BX_SERIES_SALE,
    BX_SERIES_VOID,
    BX_SERIES_REFUND,
    BX_SERIES_EXCHANGE,
    BX_SERIES_Z,
    BX_SERIES_INVOICE,
    BX_SERIES_TRAINING,
    BX_SERIES_COUNT,
    BX_SERIES_NONE = BX_SERIES_COUNT
};
/* The series of an entry; NONE: it has no number. */
enum bx_series bx_series_of(enum bx_kind kind, bool training);
/* "2-000412", "2-V000003": till, letter, then the number, six digits at least. */
void bx_number_format(int64_t till, enum bx_series series, int64_t n, char out[BX_NUMBER_SIZE]);

enum bx_tender_kind {
    BX_TENDER_CASH,
    BX_TENDER_CARD,
    BX_TENDER_VOUCHER, /* single-use, signed: reference is its id (voucher.h) */
    BX_TENDER_STORED,  /* stored value: reference is its code; charged online by an attempt's id */
    BX_TENDER_ACCOUNT, /* billed to the sale's account */
    BX_TENDER_PREPAID, /* paid before the visit: reference is the order's */
    BX_TENDER_KINDS
};
const char *bx_tender_word(enum bx_tender_kind kind);
int bx_must bx_tender_parse(const char *word, enum bx_tender_kind *ret);

/* Money that comes in is positive, money that goes out (refund, exchange to something cheaper)
 * negative; a sale's tenders are all of one sign. */
struct bx_tender {
    enum bx_tender_kind kind;
    bx_money amount;   /* what it settles, cash rounding in it */
    bx_money received; /* cash put down; equals amount for others and for what goes out */
    bx_money change;
    char reference[44];   /* card: optional, typed; never a card number (refused when it looks like
                             one); others: see the kind */
    struct bx_id attempt; /* stored value, card terminal: the tender-intent; else zero */
};
enum { BX_TENDERS_MAX = 6, BX_USES_MAX = 16, BX_WARRANTS_MAX = 6 };

/* Why something out of the usual was done, and who allowed it. */
struct bx_warrant {
    struct bx_slug
        what; /* "void", "discount", "price", "over", "offline", "reprint" …: an action */
    struct bx_slug reason; /* one of the programme's for that action; none where it asks for none */
    char note[BX_NAME_SIZE]; /* what the person wrote, 40 columns; "" */
    int64_t approver;        /* number of the supervisor; 0: none was needed */
};

/* What a sale took of a lease: `before` is used-before. */
struct bx_lease_use {
    struct bx_slug pool;
    int64_t r, before, q;
};

struct bx_ticket {
    struct bx_code code;
    int line; /* index into the basket's lines */
    int nth;  /* 1 to the line's quantity; a group line has one ticket, nth 1, that admits all */
};

/* The document of every kind that moves goods against money: sale, void, refund, exchange. `basket`
 * is what is sold (empty in void and refund), `back` what is taken back (empty in a sale); due is
 * totals.total - back_totals.total, and due + rounding = the sum of the tenders.
 *
 * What is taken back is written as lines again: each is a line of the corrected document with the
 * quantity that comes back and its part of `off`. Parts are cut from what is still there, so that
 * any series of them adds up to the whole (bx_return_make, price.h). */
struct bx_sale {
    int v; /* 1: as of the first version, without anything that is marked (2); else 2 */
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
    /* (2) */
    struct bx_id of;       /* void, refund, exchange: the sale or exchange it corrects; else zero */
    struct bx_basket back; /* its id is not used */
    int back_lines[BX_LINES_MAX]; /* of each line of back: its place in the lines of `of`, ascending
                                   */
    struct bx_totals back_totals; /* not negative */
    int back_ticket_count;
    int back_tickets[BX_TICKETS_MAX]; /* indexes into the tickets of `of`, ascending: refused from
                                         now on */
    struct bx_id order;               /* a booking or web order that was collected; else zero */
    struct bx_slug account;           /* billed to */
    struct bx_slug member;            /* whose entitlement was used */
    struct bx_slug origin;            /* the answer to "where from"; none: not asked */
    int64_t persons_booked;           /* of `order`: how many were expected */
    int64_t corrections;              /* pieces taken out again while the basket was open */
    int drawer; /* that its cash goes into and comes out of, from 1; 0 (v 1) is 1 too */
    bool training;
    int warrant_count;
    struct bx_warrant warrants[BX_WARRANTS_MAX];
};

/* A ticket printed again (torn in the hand: same code) or replaced (lost or unsure: new code). */
struct bx_paper_entry {
    struct bx_id sale;        /* the sale's entry id */
    int ticket;               /* index in that sale; -1 the receipt */
    struct bx_code code, old; /* replace: the new and the refused one; reprint: code only */
    int copy;                 /* reprint: 1 for the first copy */
    char reason[44];          /* "torn", "lost", "unsure" */
    int64_t approver;         /* v 2: who allowed a reprint past the limit; 0 (and v 1): nobody */
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
