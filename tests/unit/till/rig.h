/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A till on the bench: its effects are carried out at once, against a journal in memory, a printer
 * that prints what it is given and a server of forty lines, each of which a test can bend. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "boxtill/till/till.h"
#include "boxtill/till/view.h"
#include "fake_journal.h"

enum { RIG_POOLS = 8, RIG_LEASES = 64, RIG_TRACE = 8192 };

struct rig_pool {
    struct bx_slug id;
    int64_t capacity, leased;
};

struct rig_lease { /* the server's half */
    struct bx_slug pool;
    int64_t r, n, used;
    bool closed;
};

/* How the server's answers lie. */
enum rig_lie {
    RIG_TRUE,
    RIG_OTHER_SEQ,
    RIG_OTHER_ID,
    RIG_OTHER_HASH,
    RIG_OTHER_R,
    RIG_UNASKED, /* grants for numbers nobody asked for, beside the answer */
    RIG_TWICE    /* the answer comes a second time */
};

struct rig {
    struct bx_till *till;
    struct bx_effects *effects;
    size_t at; /* effects before this one are carried out */
    struct bx_journal *journal;
    struct bx_till_config config;
    struct bx_turn turn;
    uint64_t turns;
    bool enrolled, rebooted;
    void (*before_pin)(struct rig *rig); /* while the worker compares a PIN; NULL: nothing */

    /* the server */
    enum bx_contact contact;
    enum rig_lie lie;
    int64_t epoch, commit, mark, share, ttl;
    enum bx_entry_outcome outcome;
    const char *plan; /* posting.conf; NULL: none */
    const char *task; /* NULL: none */
    size_t pool_count, lease_count;
    struct rig_pool pools[RIG_POOLS];
    struct rig_lease leases[RIG_LEASES];
    bool recall;                                 /* the news call every open lease back */
    bool shy;                                    /* nothing left to lease */
    bool mute;                                   /* STALE to everything about leases */
    bool doubt;                                  /* everything about leases is quarantined */
    int64_t refuse_seq;                          /* a batch with it is refused, 0 none */
    const char *programme;                       /* handed out once, NULL: unchanged */
    struct bx_allot_message asked[BX_ALLOT_MAX]; /* the last ALLOT */
    size_t asked_count;
    int hellos;
    /* Fills the answer to a question (exchange and question are set); NULL: it is refused. */
    void (*ask)(struct rig *rig, const struct bx_effect *effect, struct bx_booking_answer *answer);
    int64_t sent[512]; /* seqs of SEND effects, in order */
    size_t sent_count;

    /* the printer */
    enum bx_job_state prints; /* what it reports of each job; NEW: nothing */
    int print_count, ask_count, cancel_count;
    struct bx_print_job job; /* the last one handed over */
    struct bx_paper paper;

    /* the fiscal device; config.fiscal */
    enum bx_fiscal_outcome signs; /* what comes of a document */
    bool silent;                  /* nothing comes of it */
    int64_t sign_count;
    struct bx_fiscal_document document; /* the last one */

    /* what the bench does with effects of a kind */
    bool hold[BX_EFFECT_QUIT + 1]; /* leave them */
    size_t held[256], held_count;
    enum bx_outcome note; /* what notes come to */
    int counts[BX_EFFECT_QUIT + 1];
    char trace[RIG_TRACE]; /* a letter an effect: see rig.c */
    size_t trace_len;

    /* the last reply */
    int replies, exit;
    char *json, *text;
    char draft[65536];
    int64_t request; /* numbers of commands */
    struct bx_till_view view;
};

/* A bench with a journal, a programme, Ana (7), Ben (8) and the auditor Eva (9) with PIN 1234, and
 * nobody logged in. The server does not answer yet. */
int rig_open(void **state);
int rig_close(void **state);
/* The same with Ana logged in, the server up, leases granted, the trace empty. */
int rig_open_selling(void **state);
/* Throws the till away and starts another on the same journal. */
void rig_restart(struct rig *rig, bool rebooted);
void rig_start(struct rig *rig);

void rig_event(struct rig *rig, struct bx_event *event);
void rig_pass(struct rig *rig, int64_t ms);
/* Lets MS pass with a TICK whenever the till wants one. */
void rig_wait(struct rig *rig, int64_t ms);
/* Keys 400 ms apart; '\n' is Enter, '\033' Esc, '\b' Backspace. */
void rig_keys(struct rig *rig, const char *keys);
void rig_command(struct rig *rig, const char *json);
/* The first effect of KIND that was left, carried out now. */
void rig_release(struct rig *rig, enum bx_effect_kind kind);
const struct bx_effect *rig_last(struct rig *rig, enum bx_effect_kind kind);
void rig_report(struct rig *rig, const struct bx_id *job, enum bx_job_state state, const char *say);
struct bx_till_facts rig_facts(struct rig *rig);
const struct bx_lease *rig_lease(struct rig *rig, const char *pool);
const struct bx_till_view *rig_view(struct rig *rig);
/* How many entries of KIND the journal holds. */
int rig_entries(struct rig *rig, enum bx_kind kind);
/* Reads entries into memory of the bench; valid until the next call. */
const struct bx_row *rig_read(struct rig *rig, const struct bx_query *query, size_t *ret_count);
void rig_trace_clear(struct rig *rig);
struct bx_slug rig_slug(const char *text);
/* Slot and pool "sI", a quarter of an hour in November 2026, and a product at 7 %. */
struct bx_slot rig_slot(int i, int event, int day, int minute);
struct bx_product rig_product(const char *name, char key, int64_t price, int places, uint32_t bits);
