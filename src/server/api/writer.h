/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The one writer: takes everything that waits (at most 512), does it in one transaction with a
 * savepoint each, commits, and only then hands the answers on. Idle, a batch is one request and one
 * fsync; busy, batches grow by themselves. Reference: a group commit is ten times what one commit a
 * request can do, since the disk is the limit.
 *
 * Also the place where an id is remembered: the answer to a POST stands in the store in the same
 * transaction as what it did. */

#include <stdbool.h>
#include <stddef.h>

#include "boxtill/port/clock.h"
#include "boxtill/port/random.h"
#include "server/api/metrics.h"
#include "server/api/work.h"
#include "server/book/book.h"

enum { BD_QUEUE_MAX = 4096, BD_BATCH_MAX = 512, BD_WAIT_MAX_MS = 500 };

struct bd_writer;
struct bd_writer_setup {
    struct bd_store *store; /* the writer's own */
    const struct bd_policy *policy;
    struct bx_clock *clock;
    struct bx_random *random;
    /* Called after each batch from the writer's thread: there is something to take. May be NULL. */
    void (*done)(void *arg);
    void *arg;
    struct bd_metrics *metrics; /* NULL: nobody counts */
};

struct bd_writer *bd_writer_create(const struct bd_writer_setup *setup, struct bx_fault *fault);
/* Waits for the thread, if it was started; what was not done is dropped unanswered. */
void *bd_writer_destroy(struct bd_writer *writer);
BX_CLEANUP_DEFINE(struct bd_writer, bd_writer_destroy)

/* Starts the thread. Without it bd_writer_turn does the same, one batch a call (tests). */
int bx_must bd_writer_start(struct bd_writer *writer, struct bx_fault *fault);
/* Does what waits, if anything does. */
void bd_writer_turn(struct bd_writer *writer);
/* Finishes the batch under way, then the thread ends. */
void bd_writer_stop(struct bd_writer *writer);

/* From the loop's thread. Puts TAKEN_WORK in the queue; NULL when it was, the work itself when
 * there is no room or the wait would be too long. */
struct bd_work *bx_must bd_writer_put(struct bd_writer *writer, struct bd_work *taken_work);
/* The next finished work, now the caller's, or NULL. */
struct bd_work *bd_writer_take(struct bd_writer *writer);
