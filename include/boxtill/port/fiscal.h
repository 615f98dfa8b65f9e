/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Port: a fiscal signing device (a German TSE, an Austrian signature card, an Italian printer's
 * memory …), as a till sees it: document in, signature and QR out. A call begins something and
 * returns at once; what comes of it is told by `answer`, named by the document's id. A device that
 * is out of order says so or says nothing: both are an outage, which the till records, and nobody
 * waits for it. Simulator: src/fiscal. Fake: tests/contract/fake_fiscal.
 *
 * Which entries are documents, and of which process type: domain/fiscal.h. One `finish` is under
 * way at a time, any number of starts. */

#include <stdbool.h>
#include <stddef.h>

#include "boxtill/domain/fiscal.h"
#include "boxtill/port/journal.h"

enum bx_fiscal_outcome {
    BX_FISCAL_SIGNED,
    BX_FISCAL_REFUSED, /* not this document, now and ever; the device works */
    BX_FISCAL_OUT,     /* out of order: the document may be finished again later */
    BX_FISCAL_READY    /* to `ask` only */
};

/* Borrowed until the next call of `answer`. */
struct bx_fiscal_answer {
    struct bx_id id; /* the document's; zero: about the device itself */
    enum bx_fiscal_outcome outcome;
    struct bx_sign sign; /* when SIGNED; its state is the till's to say */
    char say[96];        /* unless SIGNED or READY: why, for people */
};

struct bx_fiscal;
struct bx_fiscal_ops {
    /* A payment was opened: the process begins now. ID will be the entry's. No answer comes. Again
     * with the same id: it begins anew. */
    int (*start)(struct bx_fiscal *fiscal, const struct bx_id *id, enum bx_process process,
                 struct bx_fault *fault);
    /* The entry is on disk, which PROOF says: sign it. DOCUMENT is copied. One that was not started
     * begins and ends here. Finishing again what was the last to be signed gives the same signature
     * again: the till may have died before it could store it. */
    int (*finish)(struct bx_fiscal *fiscal, const struct bx_ref *proof,
                  const struct bx_fiscal_document *document, struct bx_fault *fault);
    /* The payment was given up. No answer comes; one that was not started is no fault. */
    int (*cancel)(struct bx_fiscal *fiscal, const struct bx_id *id, struct bx_fault *fault);
    /* Does it work again? Answered by READY, by OUT, or by nobody. */
    int (*ask)(struct bx_fiscal *fiscal, struct bx_fault *fault);
    /* The next answer; false when there is none now. */
    bool (*answer)(struct bx_fiscal *fiscal, struct bx_fiscal_answer *ret);
    /* Readable while an answer waits; -1: poll. */
    int (*fd)(struct bx_fiscal *fiscal);
    void *(*destroy)(struct bx_fiscal *fiscal);
};
struct bx_fiscal {
    const struct bx_fiscal_ops *ops;
};
