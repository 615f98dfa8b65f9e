/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a fiscal device is told of a document, and what it says to it. Every country has its own
 * device; what they sign is the same everywhere: which kind of process, which number, how much in
 * which tax rate, paid how, when. An adapter (port/fiscal.h) turns that into its own language. */

#include <stdint.h>

#include "boxtill/domain/figures.h"

/* A process type as the regulations know it; which one an entry is, stands in one table
 * (fiscal.c). */
enum bx_process {
    BX_PROCESS_NONE = 1, /* no document: nothing is signed */
    BX_PROCESS_RECEIPT,  /* sale, void, refund, exchange */
    BX_PROCESS_TRAINING, /* the same in training */
    BX_PROCESS_TRANSFER, /* money that moves without a sale */
    BX_PROCESS_ORDER,    /* ordered and not paid yet: no entry is one */
    BX_PROCESS_CLOSING,  /* the Z */
    BX_PROCESS_OTHER     /* the drawer was opened without any of these */
};
const char *bx_process_word(enum bx_process process);
/* TRAINING: of a sale in training. */
enum bx_process bx_process_of(enum bx_kind kind, bool training);

/* Amounts in minor units of the currency; what goes out is negative. */
struct bx_fiscal_document {
    enum bx_process process;
    enum bx_kind kind;
    int64_t till, seq, user;
    struct bx_id id;             /* of the entry; of a sale what `start` was told */
    char number[BX_NUMBER_SIZE]; /* "" where the document has none */
    bx_utc at;                   /* of the entry */
    char currency[4];
    int exponent;      /* digits of the minor unit: EUR 2, JPY 0 */
    bx_money total;    /* what is due before cash rounding; of a transfer what moved or was counted;
                          of a closing the shift's sales less its returns */
    bx_money rounding; /* total + rounding = sum of the tenders */
    bx_money outside;  /* donations and vouchers sold: in no rate; part of total */
    int rate_count;    /* each rate once, in no particular order */
    struct bx_tax rates[2 * BX_RATES_MAX]; /* ppm (70000 is 7 %); gross = net + tax */
    bx_money tenders[BX_TENDER_KINDS];
};
/* Fills RET from an entry. CURRENCY and EXPONENT: of what is no sale, which has its own. */
void bx_fiscal_document_make(struct bx_fiscal_document *ret, const struct bx_entry_head *head,
                             const struct bx_content *content, const char *currency, int exponent);

enum bx_sign_state {
    BX_SIGN_NONE,   /* needs no signature, or was made while no device was set up */
    BX_SIGN_OPEN,   /* needs one and has none yet */
    BX_SIGN_SIGNED, /* at once */
    BX_SIGN_LATE,   /* after the device had been out of order */
    BX_SIGN_REFUSED /* the device works, and does not sign this one: it never will */
};
enum { BX_SIGN_STATES = BX_SIGN_REFUSED + 1 };
const char *bx_sign_state_word(enum bx_sign_state state);
int bx_must bx_sign_state_parse(const char *word, enum bx_sign_state *ret);

enum { BX_SIGN_DEVICE = 40, BX_SIGN_QR = 256 };
struct bx_sign {
    enum bx_sign_state state;
    bx_utc begun, at;            /* by the device's clock: process begun and ended */
    int64_t transaction;         /* the device's number of the process */
    int64_t counter;             /* of signatures the device ever made */
    char device[BX_SIGN_DEVICE]; /* its serial number */
    char qr[BX_SIGN_QR];         /* what the receipt's QR holds, signature in it; ASCII */
};
