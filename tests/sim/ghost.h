/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The second account: what really happened, kept by the simulation alone. Part of sim.h. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/port/journal.h"

struct sim;
enum { SIM_TILLS = 3, SIM_POOLS = 7 };

struct sim_entry { /* on disk at its till, whatever came of the answer */
    struct bx_id id;
    struct bx_hash hash;
    enum bx_kind kind;
    int64_t total, number, places;
    uint32_t said; /* bit per enum bx_entry_outcome the server ever answered */
};
struct sim_code {
    char code[BX_CODE_SIZE];
    int till;
    int64_t seq;
    uint64_t copies; /* bit per copy that came out of a printer */
};
struct sim_taken { /* a lease as the till's disk has it */
    int till;
    struct bx_slug pool;
    int64_t r, n, used;
    enum bx_lease_state state;
};
struct sim_ghost {
    struct sim_entry *entries[SIM_TILLS]; /* by seq - 1 */
    size_t counts[SIM_TILLS], rooms[SIM_TILLS];
    int64_t numbers[SIM_TILLS]; /* last number given out */
    struct sim_code *codes;
    size_t code_count, code_room;
    struct sim_taken *taken;
    size_t taken_count, taken_room;
    int64_t handed[SIM_POOLS]; /* places of durable sales */
    bool restored;             /* what is over for a while, and tasks about it, are no surprise */
    bool unseen;               /* a restore nobody told the server of: capacity is not promised */
    int64_t sales, sheets;
};
void sim_ghost_finish(struct sim_ghost *ghost);
void sim_ghost_commit(struct sim *sim, int till, const struct bx_commit *commit,
                      const struct bx_hash *hash);
const struct sim_entry *sim_ghost_entry(const struct sim *sim, int till, int64_t seq);
/* A till has stored leases. */
void sim_ghost_leases(struct sim *sim, int till, const struct bx_lease *leases, size_t count);
/* A printer has put out a sheet. */
void sim_ghost_sheet(struct sim *sim, int till, enum bx_paper_word kind, int64_t seq,
                     const char *code, int copy);
/* The server says so of an entry (in a transaction that is durable). */
void sim_ghost_said(struct sim *sim, int till, const struct bx_entry_answer *answer);
/* A till is about to store that answer. */
void sim_ghost_marked(struct sim *sim, int till, const struct bx_entry_answer *answer);
/* A lease message leaves a till: what it claims must be on disk. */
void sim_ghost_message(struct sim *sim, int till, const struct bx_allot_message *message);
void sim_ghost_proof(struct sim *sim, int till, const struct bx_ref *proof, const char *what);
/* check.c: what must hold at every moment, and what must hold once everything has come to rest. */
void sim_check(struct sim *sim);
void sim_check_end(struct sim *sim);
