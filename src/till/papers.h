/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Paper, as the till sees it. Included by core.h, and by nothing else. */

#include "boxtill/till/till.h"

#include "intent.h"

/* --- papers.c: print jobs, reprint, replace --------------------------------------------------- */

/* What the till remembers of a job beside what the journal does. */
struct bx_paper_mark {
    bool stored;  /* "submitting" is on disk: may be printed */
    bool dirty;   /* its state is not on disk yet */
    bool noting;  /* part of the note under way */
    bool asked;   /* the printer has been handed it */
    bool looking; /* of an earlier life: the printer was asked whether it knows it */
    bool cancelling;
    int tries;
    bx_mono born, due;
    struct bx_ref proof;
};

/* What a job is printed from: a sale's entry, and the reprint or replacement on top of it. */
struct bx_sheet {
    int64_t sale_seq, seq; /* 0: empty */
    struct bx_entry_head head;
    struct bx_hash hash;
    struct bx_sale *sale;
    struct bx_sign sign; /* of the sale's entry */
    bool replaced;
    struct bx_code code;     /* of the reprint or replacement */
    bool of_known;           /* a correction: what it corrects was looked for */
    char of[BX_NUMBER_SIZE]; /* its number; "" of another till */
};

/* An invoice, put together from its entry, its sale and its buyer. */
struct bx_invoice_sheet {
    int64_t seq; /* of its entry; 0: none */
    int stage;
    struct bx_row row; /* without body */
    struct bx_invoice_entry entry;
    struct bx_row sale_row;
    struct bx_sale *sale; /* owned */
};

/* A document to be made again, waiting for what the journal knows of it. */
struct bx_paper_order {
    bool active;
    enum bx_kind kind; /* reprint or replace */
    bx_origin origin;
    int64_t request; /* of its READ; 0: the entry is on its way */
    int ticket;
    int64_t sheet; /* of an invoice again: its seq; else 0 */
    char reason[44];
    struct bx_entry_head head; /* the sale's */
    struct bx_sale *sale;
};

struct bx_papers {
    struct bx_print_job *jobs;   /* those not at an end, and the last few that are; oldest first */
    struct bx_paper_mark *marks; /* one a job */
    size_t count, cap;
    char printer_say[96];
    bool printer_ready;
    int64_t note_request; /* storing states */
    bx_mono note_due;     /* after a note that failed */
    int64_t read_request; /* fetching the sheet */
    struct bx_id read_job;
    struct bx_sheet sheet;
    bool of_reading;
    struct bx_invoice_sheet invoice;
    struct bx_paper *text; /* a report or slip, ready to be printed; owned */
    int64_t text_seq;
    struct bx_paper_order order;
};

/* --- sheets.c: documents that show no sale ---------------------------------------------------- */

bool bx_sheet_is_text(const struct bx_print_job *job);
/* Is papers.text what JOB shows? */
bool bx_sheet_text_ready(const struct bx_till *till, const struct bx_print_job *job);
/* Makes it, from its entry that was read. */
int bx_must bx_sheet_text_read(struct bx_till *till, const struct bx_event *event,
                               const struct bx_print_job *job, struct bx_fault *fault);

/* What is the same on every sheet: the venue, its facts, the language. */
void bx_paper_house(const struct bx_till *till, struct bx_paper *paper);
/* The head of a sheet of text, from its entry. */
void bx_sheet_text_head(struct bx_till *till, const struct bx_row *row, enum bx_paper_kind kind);
/* --- invoice_sheet.c --- */
/* Its entry was read: what it names is read next. */
int bx_must bx_invoice_sheet_begin(struct bx_till *till, const struct bx_row *row,
                                   struct bx_fault *fault);
/* What JOB, an invoice, still misses; false: nothing is known of it. */
bool bx_invoice_sheet_query(const struct bx_till *till, const struct bx_print_job *job,
                            struct bx_query *ret);
/* Did the rows belong to it? Then *RET is how it went. */
bool bx_invoice_sheet_rows(struct bx_till *till, const struct bx_event *event, int *ret,
                           struct bx_fault *fault);

/* --- papers.c ----------------------------------------------------------------------------------
 */

/* The jobs of a committed entry exist: store them as submitting, then print. SALE is the sale they
 * show; owned by the caller. */
void bx_papers_new(struct bx_till *till, const struct bx_ref *ref, const struct bx_entry_head *head,
                   const struct bx_sale *sale, const struct bx_print_job *jobs, size_t count);
void bx_papers_report(struct bx_till *till, const struct bx_print_report *report);
void bx_papers_start(struct bx_till *till, const struct bx_print_job *jobs, size_t count);
void bx_papers_tick(struct bx_till *till);
void bx_papers_stored(struct bx_till *till, const struct bx_event *event);
void bx_papers_rows(struct bx_till *till, const struct bx_event *event);
void bx_papers_committed(struct bx_till *till, const struct bx_intent *intent,
                         const struct bx_entry_head *head, const struct bx_ref *ref);
void bx_papers_finish(struct bx_papers *papers);
/* The printer has been handed something and has not said a word yet. */
bool bx_papers_are_busy(const struct bx_till *till);
void bx_papers_wake(const struct bx_till *till, bx_mono *wake);
/* What the journal knows of a document that is wanted again is here. */
void bx_reprint_rows(struct bx_till *till, const struct bx_event *event);
/* Its invoice, whose entry has the seq INVOICE, once more; counted as a copy. */
int bx_must bx_papers_invoice(struct bx_till *till, bx_origin origin, const struct bx_row *sale,
                              int64_t invoice, struct bx_fault *fault);
/* TICKET -1: the receipt. Torn in the hand: same code, COPY n. Gone or unsure: a new code, the old
 * one refused. In hand: closes an unsure job as confirmed by a person. ROW is the sale's. */
int bx_must bx_papers_reprint(struct bx_till *till, bx_origin origin, const struct bx_row *sale,
                              int ticket, struct bx_fault *fault);
int bx_must bx_papers_replace(struct bx_till *till, bx_origin origin, const struct bx_row *sale,
                              int ticket, const char *reason, struct bx_fault *fault);
/* The document of TICKET (-1: the receipt) is not wanted any more: what has not come out is not
 * printed. */
void bx_papers_cancel(struct bx_till *till, int64_t sale, int ticket, const char *why);
int bx_must bx_papers_in_hand(struct bx_till *till, bx_origin origin,
                              const struct bx_print_job *job, struct bx_fault *fault);
