/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A document on paper, as values: everything a printer needs to know and nothing about printers.
 * Always made from a journal entry, so that it can be made again. */

#include <stdbool.h>
#include <stdint.h>

#include "boxtill/domain/entry.h"
#include "boxtill/domain/fiscal.h"

enum { BX_PAPER_TEXT = 24 << 10, BX_PAPER_FACTS = 6 };

enum bx_paper_kind {
    BX_PAPER_RECEIPT, /* of a sale, void, refund or exchange */
    BX_PAPER_TICKET,  /* single or group */
    BX_PAPER_REPORT,  /* X, Z, closing: lines of text */
    BX_PAPER_SLIP,    /* paid in, paid out, drop, count, invoice …: lines of text */
    BX_PAPER_VOUCHER  /* one that was sold */
};

struct bx_paper {
    enum bx_paper_kind kind;
    char venue[BX_NAME_SIZE];
    char cashier[BX_NAME_SIZE];
    char number[BX_NUMBER_SIZE]; /* of the sale */
    int64_t till;
    bx_utc at; /* of the sale */
    int offset_min;
    char chain[9];       /* first eight characters of the entry's hash: any receipt is a witness */
    int copy;            /* 0: the original; n: "COPY n" */
    int ticket;          /* index into sale.tickets; of a voucher into its lines; else -1 */
    struct bx_code code; /* the ticket's valid code: the sale's, or the one that replaced it; of a
                            voucher its stored-value code */
    bool replaced;       /* "REPLACES AN EARLIER TICKET" */
    struct bx_sale sale;
    char language[8];         /* of the words on it; "" English */
    bool training;            /* "TRAINING - NOT VALID" on every sheet */
    enum bx_kind entry;       /* of the entry it shows */
    char title[BX_NAME_SIZE]; /* report, slip: what it is; void, refund, exchange: "for 2-000412" */
    int fact_count;
    char facts[BX_PAPER_FACTS][BX_NAME_SIZE]; /* address, tax number …: under the venue's name */
    char foot[BX_NAME_SIZE];                  /* the receipt's last line; "" */
    char text[BX_PAPER_TEXT]; /* report, slip: lines "left\tright\n"; the printer lays them out */
    char sign[BX_SIGN_QR];    /* a fiscal device's QR payload, or ""; its words in sign_text */
    char sign_text[200];
};

/* Fills PAPER from the sale's entry. VENUE and CASHIER are washed text. */
void bx_paper_make(struct bx_paper *paper, enum bx_paper_kind kind,
                   const struct bx_entry_head *head, const struct bx_hash *hash,
                   const struct bx_sale *sale, int ticket);
/* The line a ticket stands for. */
const struct bx_line *bx_paper_line(const struct bx_paper *paper);
