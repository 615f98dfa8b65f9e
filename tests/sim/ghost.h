/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The second account: what really happened, kept by the simulation alone. Part of sim.h. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/json.h"
#include "boxtill/port/journal.h"

struct sim;
/* The size of the world: a sell-out day has more of both. */
#ifndef SIM_WORLD_TILLS
#define SIM_WORLD_TILLS 3
#define SIM_WORLD_TIMES 1
#endif
enum { SIM_TILLS = SIM_WORLD_TILLS, SIM_POOLS = 7, SIM_RATES = 4, SIM_DRAWERS = 9 };

/* Figures, counted by the ghost from the bodies, in the names of the reports. */
struct sim_row {
    char what[24], name[64];
    int64_t count, amount;
};
struct sim_rows {
    struct sim_row *rows;
    size_t count, room;
};
void sim_row_add(struct sim_rows *rows, const char *what, const char *name, int64_t count,
                 int64_t amount);
struct sim_shift {
    int64_t id, first, last, entries;
    bool closed;
    struct sim_rows rows;
    int64_t sales, returns;        /* perpetual totals when it was opened */
    int64_t cash[SIM_DRAWERS + 1]; /* coins and notes that went in and out */
    bool used[SIM_DRAWERS + 1];
    int64_t documents, corrections; /* sales in it; what was taken back */
};

struct sim_entry { /* on disk at its till, whatever came of the answer */
    struct bx_id id;
    struct bx_hash hash;
    enum bx_kind kind;
    bool training;
    int64_t total, back, shift;
    uint32_t said; /* bit per enum bx_entry_outcome the server ever answered */
};
/* A sale or exchange, and how much of what it sold is still there. */
struct sim_rate {
    int64_t ppm, gross, net, tax;
};
struct sim_doc_line {
    char product[40], pool[40];
    int64_t quantity, gone, places, amount;
    bool printed, group;
};
struct sim_doc {
    struct bx_id id;
    int till;
    int64_t seq;
    char number[BX_NUMBER_SIZE];
    bool training;
    bool begun;   /* something is back */
    bool foreign; /* corrected at another till */
    bool moved;   /* its money went other ways than cash in, cash out */
    int line_count, rate_count, ticket_count;
    struct sim_doc_line lines[BX_LINES_MAX];
    struct sim_rate left[SIM_RATES]; /* of its tax: what no return has given back */
    int64_t by[BX_TENDER_KINDS];     /* paid by each tender, less what went back so */
    int64_t own[BX_TENDER_KINDS];    /* what this document alone moved, as corrected */
    int64_t drawer;                  /* that its cash is in */
    int64_t paid;                    /* less what went back */
};
struct sim_code {
    char code[BX_CODE_SIZE];
    int till;
    int64_t seq;
    struct bx_id doc;
    int nth, line;
    bool training, replaced, returned, used, used_backup;
    uint64_t copies; /* bit per copy that came out of a printer */
};
struct sim_voucher {
    char name[24];
    int till;
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
    int64_t numbers[SIM_TILLS][BX_SERIES_COUNT]; /* last number given out */
    struct sim_shift *shifts[SIM_TILLS];
    size_t shift_counts[SIM_TILLS];
    bool training[SIM_TILLS];
    int64_t sales_ever[SIM_TILLS], returns_ever[SIM_TILLS];
    struct sim_doc *docs;
    size_t doc_count, doc_room;
    struct sim_code *codes;
    size_t code_count, code_room;
    struct sim_voucher *vouchers;
    size_t voucher_count;
    struct sim_taken *taken;
    size_t taken_count, taken_room;
    int64_t handed[SIM_POOLS]; /* places of durable sales, less those that came back */
    bool restored;             /* what is over for a while, and tasks about it, are no surprise */
    bool unseen;               /* a restore nobody told the server of: capacity is not promised */
    bool scanned;              /* somebody went through the gate: a return may come too late */
    bool doubled;              /* two tills took the same thing back, not knowing of each other */
    bool vouched;              /* two tills took the same voucher */
    int64_t orders;            /* documents that the server keeps */
    int64_t sales, sheets, returns, reports;
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
/* Is this something to look at that a history may bring without anybody's fault? */
bool sim_task_is_fair(const struct sim *sim, const char *task);
/* A till is about to store that answer. */
void sim_ghost_marked(struct sim *sim, int till, const struct bx_entry_answer *answer);
/* A lease message leaves a till: what it claims must be on disk. */
void sim_ghost_message(struct sim *sim, int till, const struct bx_allot_message *message);
void sim_ghost_proof(struct sim *sim, int till, const struct bx_ref *proof, const char *what);
/* A drawer opens. */
void sim_ghost_drawer(struct sim *sim, int till, const struct bx_ref *proof);

/* documents.c: what a body says of goods, tickets and places. */
struct sim_code *sim_code_find(struct sim_ghost *ghost, const char *code);
const struct sim_doc *sim_doc_of(const struct sim_ghost *ghost, const struct bx_id *id);
void sim_documents_take(struct sim *sim, int till, const struct bx_entry_head *head, bx_json *body);
/* Somebody is in with it: so is whoever holds the code that it was replaced by. */
void sim_code_use(struct sim_ghost *ghost, const struct sim_code *code);

/* recount.c: what a body says of money, and whether a report says the same. */
void sim_recount_take(struct sim *sim, int till, const struct bx_entry_head *head, bx_json *body);
/* The shift that is open at TILL; NULL none. */
struct sim_shift *sim_shift_open(const struct sim_ghost *ghost, int till);
/* WHO's account of a shift against the ghost's. */
void sim_recount_compare(struct sim *sim, const struct sim_shift *shift,
                         const struct bx_figures *figures, const char *who, int till);
/* The journal's own state against the ghost's. */
void sim_recount_state(struct sim *sim, int till, const struct bx_journal_state *state);

/* JSON of a body, its shape being known. */
int64_t sim_number(bx_json *object, const char *name);
const char *sim_text(bx_json *object, const char *name);
bool sim_flag(bx_json *object, const char *name);

/* check.c: what must hold at every moment, and what must hold once everything has come to rest. */
void sim_check(struct sim *sim);
void sim_check_end(struct sim *sim);
