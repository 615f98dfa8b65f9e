/* SPDX-License-Identifier: Apache-2.0 */
/* A long history, quickly. Every entry is a whole sale that went through the journal's own checks
 * and projections; only the number of entries in a transaction (4,096 instead of one) and the sync
 * (none, until the file is closed) are not those of a till. What is left is a journal like any
 * other, its figures counted: `boxtill journal verify` passes. */

#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "journal/ledger.h"
#include "maker.h"

enum { BATCH = 4096 };

struct history {
    struct bx_ledger *ledger;
    struct maker *maker;
    struct bx_entry_answer *answers;
    struct bx_print_job *jobs;
    size_t count;
};

static void add(struct history *history)
{
    struct maker *maker = history->maker;
    struct bx_fault fault = {0};
    struct bx_meta meta;
    struct bx_ref ref;
    maker_ring(maker);
    maker_make(maker);
    if (bx_ledger_stage(history->ledger, &maker->commit, &meta, &ref, &fault))
        give_up("stage", &fault);
    maker_stored(maker, &ref);
    history->answers[history->count] = (struct bx_entry_answer){
        .seq = ref.seq, .id = ref.id, .hash = ref.hash, .outcome = BX_ENTRY_RECORDED};
    for (int i = 0; i < MAKER_JOBS; i++) {
        struct bx_print_job *job = &history->jobs[history->count * MAKER_JOBS + (size_t)i];
        *job = maker->jobs[i];
        job->state = BX_JOB_SENT;
    }
    history->count++;
}

static void batch_add(struct history *history, int64_t count, bool sent, bool printed)
{
    struct bx_db *db = history->ledger->db;
    struct bx_journal *journal = history->maker->journal;
    struct bx_fault fault = {0};
    history->count = 0;
    if (bx_db_begin(db, &fault))
        give_up("begin", &fault);
    while ((int64_t)history->count < count)
        add(history);
    if (bx_db_commit(db, &fault))
        give_up("commit", &fault);
    struct bx_journal_notes notes = {.answers = history->answers,
                                     .answer_count = sent ? history->count : 0,
                                     .jobs = history->jobs,
                                     .job_count = printed ? history->count * MAKER_JOBS : 0,
                                     .reoffer_above = -1};
    if (printed && journal->ops->note(journal, &notes, NULL, &fault))
        give_up("note", &fault);
    if (bx_db_checkpoint(db, false, &fault))
        give_up("checkpoint", &fault);
}

int bench_fill(int argc, char **argv)
{
    struct bx_fault fault = {0};
    char cache[32];
    if (argc < 2)
        return 2;
    struct bx_journal_options options = {.path = argv[0], .careless = true};
    bx_cleanup(bx_journal_destroy) struct bx_journal *journal =
        bx_journal_open_with(&options, &fault);
    if (!journal)
        give_up(argv[0], &fault);
    struct history history = {.ledger = bx_ledger_of(journal), .maker = maker_create(journal)};
    history.answers = bx_alloc(BATCH, sizeof(*history.answers));
    history.jobs = bx_alloc(BATCH * MAKER_JOBS, sizeof(*history.jobs));
    if (bx_db_pragma(history.ledger->db, "cache_size=-400000", cache, sizeof(cache), &fault))
        give_up("cache", &fault);
    int64_t left = strtoll(argv[1], NULL, 10) - (history.maker->seq - 1);
    bool sent = argc > 2 && strcmp(argv[2], "sent") == 0;
    bool printed = sent || (argc > 2 && strcmp(argv[2], "printed") == 0);
    for (; left > 0; left -= BATCH)
        batch_add(&history, left < BATCH ? left : BATCH, sent, printed);
    /* A till counts in its idle time and never lets more than a few wait. */
    if (bx_ledger_count(history.ledger, 1, &fault) < 0)
        give_up("count", &fault);
    maker_destroy(history.maker);
    bx_free(history.answers);
    bx_free(history.jobs);
    return 0;
}
