/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The fiscal device, as the till sees it. Included by core.h, and by nothing else. */

#include "boxtill/till/till.h"

#include "intent.h"

/* --- fiscal.c: signatures --------------------------------------------------------------------- */

enum { BX_FISCAL_HOLDS = 16 };

struct bx_signing {
    int64_t unsigned_count;         /* entries whose signature is open, of all shifts */
    int64_t counts[BX_SIGN_STATES]; /* of the open shift */
    int64_t late_to;                /* entries up to this one are signed late */
    bool lost;                      /* the device is out of order: nobody waits for it */
    bx_mono ask_at;                 /* lost: when it is asked again */
    int64_t read_request;           /* looking for the next entry to be signed */
    struct bx_sign_note note;       /* of the entry at the device, or what it said of it */
    struct bx_id id;                /* of that entry; zero: none */
    bx_mono due;                    /* when its silence is an outage */
    int64_t note_request;           /* storing what it said */
    bool said;                      /* it is to be stored */
    bx_mono again;                  /* after a read or a note that failed */
    struct {                        /* receipts that wait */
        int64_t seq;
        bx_mono until;
    } holds[BX_FISCAL_HOLDS];
};

void bx_fiscal_start(struct bx_till *till, const struct bx_journal_state *state);
void bx_fiscal_tick(struct bx_till *till);
void bx_fiscal_wake(const struct bx_till *till, bx_mono *wake);
bool bx_fiscal_is_busy(const struct bx_till *till);

/* A payment was opened, or given up, for the sale ID. */
void bx_fiscal_opened(struct bx_till *till, const struct bx_id *id);
void bx_fiscal_given_up(struct bx_till *till, const struct bx_id *id);
/* Is an entry of KIND to be signed? */
bool bx_fiscal_wants(const struct bx_till *till, enum bx_kind kind, const struct bx_sale *sale);
/* An entry is on disk. */
void bx_fiscal_committed(struct bx_till *till, const struct bx_entry_head *head,
                         const struct bx_sale *sale);

bool bx_fiscal_rows(struct bx_till *till, const struct bx_event *event);
bool bx_fiscal_stored(struct bx_till *till, const struct bx_event *event);
void bx_fiscal_answer(struct bx_till *till, const struct bx_fiscal_answer *answer);

/* Does JOB's document wait for its signature? Tickets never do. */
bool bx_fiscal_holds(const struct bx_till *till, const struct bx_print_job *job);
/* What of it stands on a sheet. */
void bx_fiscal_put(const struct bx_till *till, const struct bx_sign *sign, struct bx_paper *paper);
/* In words, what stands open: false when nothing does. */
bool bx_fiscal_say(const struct bx_till *till, char *out, size_t size);
/* How many documents of the open shift are signed. */
void bx_fiscal_report(const struct bx_till *till, struct bx_report *report);
