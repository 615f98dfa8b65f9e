/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Port: a card terminal, as a till sees it. A call begins something and returns at once; what comes
 * of it is told by `answer`, named by the attempt's id, under which the terminal knows it for ever:
 * however often it is begun or asked about, money moves once. An outcome is
 *
 *   DONE     the money moved (or, of a reversal, stands as before the attempt)
 *   REFUSED  it did not, and for this id it never will
 *   UNKNOWN  the terminal, or the line to it, cannot say now: ask again
 *
 * and silence is UNKNOWN, too; how long it may last is the till's to say. No number of a card comes
 * through here but its last four digits. Simulator: src/card. Fake: tests/contract/fake_card. */

#include <stdbool.h>
#include <stddef.h>

#include "boxtill/base/fault.h"
#include "boxtill/base/id.h"
#include "boxtill/base/money.h"
#include "boxtill/port/journal.h"

enum { BX_CARD_REFERENCE = 44 };

/* Borrowed until the next call of `answer`. */
struct bx_card_answer {
    struct bx_id id;                   /* the attempt's */
    bool reversal;                     /* to `reverse`; else of the attempt itself */
    enum bx_outcome outcome;           /* see above */
    char reference[BX_CARD_REFERENCE]; /* when DONE: "****1234 000017", for receipt and books */
    char say[96];                      /* unless DONE: why, for people */
};

struct bx_card;
struct bx_card_ops {
    /* The intent is on disk, which PROOF says: takes AMOUNT from a card, or (negative) gives it to
     * one. CURRENCY: ISO 4217, minor units. Not 0: the terminal has heard nothing of it. */
    int (*start)(struct bx_card *card, const struct bx_ref *proof, const struct bx_id *id,
                 bx_money amount, const char *currency, struct bx_fault *fault);
    /* What became of the attempt? One that the terminal has never heard of is REFUSED, and stays
     * so when its `start` comes late. */
    int (*ask)(struct bx_card *card, const struct bx_id *id, struct bx_fault *fault);
    /* Nobody waits for the card any more. The answer is the attempt's; it may be DONE. */
    int (*stop)(struct bx_card *card, const struct bx_id *id, struct bx_fault *fault);
    /* Undoes the attempt ID, if it was DONE; DONE again when it is undone already, or nothing was
     * ever done. REFUSED: too late for it, a person has to. */
    int (*reverse)(struct bx_card *card, const struct bx_ref *proof, const struct bx_id *id,
                   bx_money amount, struct bx_fault *fault);
    /* The next answer; false when there is none now. */
    bool (*answer)(struct bx_card *card, struct bx_card_answer *ret);
    /* Readable while an answer waits; -1: poll. */
    int (*fd)(struct bx_card *card);
    void *(*destroy)(struct bx_card *card);
};
struct bx_card {
    const struct bx_card_ops *ops;
};
