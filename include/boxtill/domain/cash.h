/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Entries about money that is not a sale: what goes in and out of a drawer, and an amount that
 * moves from one tender of a sale to another. Bodies of version 2 (cash.c has the formats). */

#include "boxtill/domain/entry.h"

/* So many coins or notes of one value. */
struct bx_piece {
    int64_t value; /* minor units */
    int64_t count;
};
enum { BX_PIECES_MAX = 24, BX_DRAWERS_MAX = 9 };

/* shift-open, float, paid-in, paid-out, drop, no-sale, count, hand-over. */
struct bx_cash_entry {
    int drawer; /* 1 to BX_DRAWERS_MAX */
    bx_money
        amount; /* what moved (float, in, out, drop: not negative), or was counted; no-sale: 0 */
    bx_money expected;                     /* count: what should have been there; else 0 */
    int piece_count;                       /* 0: a sum was given */
    struct bx_piece pieces[BX_PIECES_MAX]; /* descending values; they add up to amount */
    struct bx_id about;                    /* no-sale, count: the sale it is about; else zero */
    int64_t to;                            /* hand-over: who takes the drawer; else 0 */
    struct bx_warrant warrant;
};

/* tender-correction: AMOUNT of the sale was not FROM but TO. Tickets and total stay. Of a document
 * that gave money back the amount is negative, as its tenders are. */
struct bx_tender_change {
    struct bx_id sale;
    int drawer; /* that the cash is taken out of or put into */
    enum bx_tender_kind from, to;
    bx_money amount;
    char reference[44]; /* of the new tender; never a card number */
    struct bx_warrant warrant;
};

/* tender-intent and tender-result: money asked of somebody else. */
enum bx_attempt_state {
    BX_ATTEMPT_ASKED, /* the intent */
    BX_ATTEMPT_APPROVED,
    BX_ATTEMPT_DECLINED,
    BX_ATTEMPT_UNKNOWN, /* no answer: resolved by asking again or by a person */
    BX_ATTEMPT_REVERSED /* approved, and given back: its sale was not */
};
const char *bx_attempt_word(enum bx_attempt_state state);
int bx_must bx_attempt_parse(const char *word, enum bx_attempt_state *ret);
struct bx_attempt_entry {
    struct bx_id basket;  /* the sale to be */
    struct bx_id attempt; /* the intent's id: the key under which it is asked */
    enum bx_tender_kind kind;
    bx_money amount;
    char reference[44]; /* stored value: the code */
    enum bx_attempt_state state;
    char say[BX_NAME_SIZE]; /* what the other side, or the person, said */
};

/* invoice: for which sale, to whom. */
struct bx_invoice_entry {
    struct bx_id sale;
    struct bx_id person; /* the buyer's name, address and tax number stand apart */
};

int bx_must bx_cash_encode(const struct bx_entry_head *head, const struct bx_cash_entry *cash,
                           struct bx_buf *out);
int bx_must bx_cash_decode(const char *body, size_t len, struct bx_cash_entry *ret,
                           struct bx_fault *fault);
int bx_must bx_tender_change_encode(const struct bx_entry_head *head,
                                    const struct bx_tender_change *change, struct bx_buf *out);
int bx_must bx_tender_change_decode(const char *body, size_t len, struct bx_tender_change *ret,
                                    struct bx_fault *fault);
int bx_must bx_attempt_encode(const struct bx_entry_head *head,
                              const struct bx_attempt_entry *attempt, struct bx_buf *out);
int bx_must bx_attempt_decode(const char *body, size_t len, struct bx_attempt_entry *ret,
                              struct bx_fault *fault);
int bx_must bx_invoice_encode(const struct bx_entry_head *head,
                              const struct bx_invoice_entry *invoice, struct bx_buf *out);
int bx_must bx_invoice_decode(const char *body, size_t len, struct bx_invoice_entry *ret,
                              struct bx_fault *fault);
