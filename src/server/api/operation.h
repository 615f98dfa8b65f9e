/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The calls of openapi.yaml, each in two steps: its body is read into values, then it is done
 * against the book. No sockets, no threads, no transactions: those belong to whoever calls. */

#include <stdbool.h>

#include "server/api/metrics.h"
#include "server/api/work.h"
#include "server/book/book.h"

/* What an operation works with. */
struct bd_desk {
    struct bd_store *store;
    struct bd_book *book; /* NULL when only reading */
    const struct bd_policy *policy;
    struct bd_turn turn;
    struct bd_mark mark;        /* as the transaction found it */
    struct bd_metrics *metrics; /* when only reading */
    bx_mono mono;
};

/* Must it be done by the writer? */
bool bd_operation_writes(const struct bd_work *work);

/* Reads BODY into WORK's input. False with the answer set to a problem. */
bool bx_must bd_operation_read(struct bd_work *work, const char *body, size_t len);

/* Does it and makes WORK's answer. Returns 0, or an error when what was written must be undone; the
 * answer is a problem then. A refusal (0) may have left something to keep: the tries of a code. */
int bx_must bd_operation_do(const struct bd_desk *desk, struct bd_work *work);

/* The halves of bd_operation_do, by file. */
int bx_must bd_reading_do(const struct bd_desk *desk, struct bd_work *work);
int bx_must bd_writing_do(const struct bd_desk *desk, struct bd_work *work);

/* A question, whichever half it belongs to. */
int bx_must bd_question_do(const struct bd_desk *desk, struct bd_work *work);

/* The calls of channels. */
int bx_must bd_ordering_do(const struct bd_desk *desk, struct bd_work *work);
int bx_must bd_order_read_do(const struct bd_desk *desk, struct bd_work *work);

/* The store's or the book's ERR as a problem; returns ERR. */
int bd_fault_answer(struct bd_work *work, int err, const struct bx_fault *fault);
