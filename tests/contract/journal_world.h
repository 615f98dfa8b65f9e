/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A journal under test, a file or the fake, and what the contract suite asks of both alike. Every
 * function asserts; WORLD is the fixture's state. */

#include <stdbool.h>
#include <stdint.h>

#include "boxtill/base/alloc.h"
#include "journal_kit.h"

struct world {
    struct kit kit;
    struct bx_journal *journal;
    char folder[32], path[64];
    int64_t room;
    bool fake;
};

int world_set_up_fake(void **state);
int world_set_up_real(void **state);
int world_tear_down(void **state);
/* The till goes away and comes back; a real journal is closed and opened. */
void world_restart(struct world *world);
void world_room_set(struct world *world, int64_t room);
/* Finish what it returns. */
struct bx_journal_state world_load(struct world *world);
/* Returns what the journal did. */
int world_note(struct world *world, const struct bx_journal_notes *notes);
struct bx_entry_answer world_answer_to(const struct bx_ref *ref, enum bx_entry_outcome outcome);
void world_answered(struct world *world, const struct bx_ref *ref, enum bx_entry_outcome outcome);
/* Commits what the kit made: REFUSED with ERR, a sentence, and no trace. */
void world_refused(struct world *world, enum bx_err err);

struct rows {
    int count;
    int64_t seqs[BX_ROWS_MAX];
    struct bx_row last; /* body and len are not valid any more */
};
struct rows world_ask(struct world *world, const struct bx_query *query);
void world_seqs(const struct rows *rows, int count, const int64_t *seqs);
#define SEQS(rows, ...)                                                   \
    world_seqs((rows), (int)bx_countof(((const int64_t[]){__VA_ARGS__})), \
               (const int64_t[]){__VA_ARGS__})
