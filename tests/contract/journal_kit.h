/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A till in miniature, for tests of journals: it keeps seq, number and head as a core does, makes
 * sales that are whole, and hands them to whatever journal it is given. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/buf.h"
#include "boxtill/port/journal.h"

enum { KIT_TILL = 2, KIT_INCARNATION = 1, KIT_ISSUER = 2, KIT_PRICE = 1234 };

struct kit {
    struct bx_journal *journal;
    int64_t seq, shift, user; /* the next seq; the open shift, 0: none; who is at the till */
    int64_t numbers[BX_SERIES_COUNT]; /* the next of each series */
    struct bx_figures figures;        /* of the shift */
    struct bx_perpetual perpetual;
    int64_t shift_seq;
    struct bx_hash head;
    uint64_t drawn;
    /* The entry made last, ready to be committed. */
    struct bx_buf body;
    struct bx_sale *sale;
    struct bx_paper_entry paper;
    struct bx_cash_entry cash;
    struct bx_tender_change change;
    struct bx_invoice_entry invoice;
    struct bx_attempt_entry attempt;
    struct bx_report report;
    struct bx_print_job jobs[BX_JOBS_MAX];
    struct bx_commit commit;
};

/* Takes up where JOURNAL stands. */
void kit_init(struct kit *kit, struct bx_journal *journal);
void kit_finish(struct kit *kit);
void kit_take_up(struct kit *kit);
struct bx_id kit_id(struct kit *kit);
struct bx_slug kit_slug(const char *text);

/* A sale of QUANTITY tickets, in cash, with a print job for each and one for the receipt. POOL:
 * what it takes from (NULL: untimed), of lease r, of which BEFORE are used. */
void kit_sale(struct kit *kit, int quantity, const char *pool, int64_t r, int64_t before);
void kit_note(struct kit *kit, enum bx_kind kind, const char *about, int64_t n);
void kit_reprint(struct kit *kit, const struct bx_id *sale, const struct bx_code *code);
void kit_replace(struct kit *kit, const struct bx_id *sale, int ticket, const struct bx_code *old);
/* A shift with FLOAT in its drawer, a movement of cash, the Z of the open shift, an invoice. */
void kit_open(struct kit *kit, int64_t amount);
void kit_cash(struct kit *kit, enum bx_kind kind, int64_t amount, const struct bx_id *about);
void kit_close(struct kit *kit);
/* Money asked for (ASKED: KIND is the intent), or what was said of the attempt ID. */
void kit_attempt(struct kit *kit, enum bx_attempt_state state, const struct bx_id *id);
void kit_invoice(struct kit *kit, const struct bx_id *sale);
void kit_change(struct kit *kit, const struct bx_id *sale, int64_t amount);
/* What was taken back of the sale OF (its last made KIND: void, refund, exchange): COUNT of its
 * tickets, listed. An exchange sells as many again. */
void kit_return(struct kit *kit, enum bx_kind kind, const struct bx_id *of, int count,
                const int *tickets);
/* What was made becomes a sale, or a return, in training. */
void kit_train(struct kit *kit);
/* Writes the body of what was made again, after a test changed head or parts. */
void kit_spell(struct kit *kit);

/* Commits what was made; goes on only when DONE. */
enum bx_outcome kit_commit(struct kit *kit, struct bx_ref *ret, struct bx_fault *fault);
/* Asserts DONE. */
struct bx_ref kit_done(struct kit *kit);
/* Enrols, opens lease r 1 of N places in pool "p", and shift 1: entry 1. */
void kit_start(struct kit *kit, int64_t n);
/* Asserts that the note is stored. */
void kit_lease(struct kit *kit, const struct bx_lease *lease);
