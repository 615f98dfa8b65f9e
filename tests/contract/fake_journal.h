/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The second journal: the port's contract in memory, for tests and the simulator. It outlives the
 * till that uses it, as a file does, so a crash is: throw the till away, keep the journal. */

#include <stddef.h>
#include <stdint.h>

#include "boxtill/port/journal.h"

struct bx_journal *fake_journal_create(void);
void *fake_journal_destroy(struct bx_journal *journal);
BX_CLEANUP_DEFINE(struct bx_journal, fake_journal_destroy)

/* An image of the disk as it is now. */
struct bx_journal *fake_journal_copy(struct bx_journal *journal);

/* What the next commit does instead of DONE. */
enum fake_journal_fail {
    FAKE_JOURNAL_GOOD,
    FAKE_JOURNAL_REFUSE, /* the disk is full */
    FAKE_JOURNAL_LOST,   /* UNKNOWN, and it will turn out not to be there */
    FAKE_JOURNAL_KEPT,   /* UNKNOWN, and it will turn out to be there */
    FAKE_JOURNAL_STUCK   /* UNKNOWN, is there, and stays unknown until GOOD is set again */
};
void fake_journal_fail(struct bx_journal *journal, enum fake_journal_fail fail);
/* Free space; sales are refused below the line. */
void fake_journal_room(struct bx_journal *journal, int64_t bytes);
/* A planted edit of the body of SEQ, which `idle` then finds. */
void fake_journal_spoil(struct bx_journal *journal, int64_t seq);
/* The state of a job, for a test's assertion; -1 when there is none. */
int fake_journal_job(struct bx_journal *journal, const struct bx_id *id);
