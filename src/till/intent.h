/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Entries on their way to the journal. Included by core.h. */

#include "boxtill/port/journal.h"

#include "form.h"

struct bx_event;

/* --- commit.c: the row of entries waiting for the journal; one is under way at a time --------- */

struct bx_intent;
/* What became of an entry. FAULT NULL: it is on disk, with HEAD and REF; else it was refused, and
 * HEAD and REF are NULL. */
typedef void (*bx_intent_after)(struct bx_till *till, const struct bx_intent *intent,
                                const struct bx_entry_head *head, const struct bx_ref *ref,
                                const struct bx_fault *fault);

struct bx_intent { /* an entry to be; owns what its pointers point to */
    enum bx_kind kind;
    bx_origin origin;
    struct bx_id id; /* zero: made when its turn comes */
    /* its content: the one its kind says */
    struct bx_sale *sale;
    struct bx_paper_entry *paper;
    struct bx_cash_entry *cash;
    struct bx_tender_change *change;
    struct bx_attempt_entry *attempt;
    struct bx_invoice_entry *invoice;
    struct bx_report *report;
    char about[BX_ABOUT_MAX + 1];
    int64_t n;
    struct bx_print_job *jobs;
    size_t job_count;
    struct bx_id job;      /* print-answer: the job it is about */
    int64_t user;          /* 0: whoever is logged in when its turn comes */
    bx_intent_after after; /* in place of what commit.c does for a kind; NULL: that */
    /* Just before its body is made: fills in what the entry before it decides (figures of a report,
     * totals). NULL: nothing. Not 0: it is refused. */
    int (*fill)(struct bx_till *till, struct bx_intent *intent, struct bx_fault *fault);
};
enum { INTENTS_MAX = 32 };

struct bx_commits {
    struct bx_intent queue[INTENTS_MAX];
    size_t first, count;
    int64_t request;           /* of the one under way; 0 none */
    struct bx_entry_head head; /* and its columns */
    bool resolving;            /* its COMMIT is unknown */
    bool stopped;              /* and could not be resolved: selling is shut */
    bx_utc unknown_since;
    bx_mono resolve_at; /* stopped: when to look again */
};
/* Its own paper (a report, a slip) is printed with it. */
void bx_papers_want(struct bx_intent *intent, enum bx_paper_word kind);
/* Takes what the intent owns. */
void bx_commit_push(struct bx_till *till, struct bx_intent *taken);
void bx_commit_note(struct bx_till *till, enum bx_kind kind, const char *about, int64_t n);
/* An entry of the shape cash, by ORIGIN; CASH is copied. */
void bx_commit_cash(struct bx_till *till, bx_origin origin, enum bx_kind kind,
                    const struct bx_cash_entry *cash, bx_intent_after after);
void bx_commit_stored(struct bx_till *till, const struct bx_event *event);
void bx_commit_tick(struct bx_till *till);
void bx_commits_finish(struct bx_commits *commits);
/* Frees what an intent owns. */
void bx_intent_finish(struct bx_intent *intent);
