/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* X and Z reports, and the closings of a day, a month and a year: figures, and what a person said
 * of the drawer. An X changes nothing; a Z ends its shift and nothing reopens it. */

#include "boxtill/domain/figures.h"

/* Perpetual totals: they only rise. */
struct bx_perpetual {
    bx_money sales, returns; /* net is their difference */
};

/* The closing of one drawer. */
struct bx_drawer_close {
    int drawer;
    bx_money expected, counted;
    bx_money first_count; /* before the one recount; equals counted when there was none */
    bool was_counted;
    int piece_count;
    struct bx_piece pieces[BX_PIECES_MAX];
    bx_money next_float, deposit; /* deposit = counted - next float */
    char bag[24];
    struct bx_warrant warrant; /* for a difference above the limits */
};

#define BX_PERIOD_TEXT 12

struct bx_report {
    int64_t shift;
    bx_utc opened, closed;       /* closed: of an X the moment it was made */
    char period[BX_PERIOD_TEXT]; /* closing: "2026-11-24", "2026-11", "2026"; else "" */
    int64_t first_seq, last_seq;
    char first[BX_NUMBER_SIZE], last[BX_NUMBER_SIZE]; /* sales' numbers; "" none */
    struct bx_hash chain; /* of the entry before this one: the head of the chain */
    int64_t entries;      /* of the shift so far, this one not counted */
    int64_t confirmed;    /* of those, recorded by the server at that moment */
    int64_t parked, unsent, attention, unsure, unknown;
    int64_t signs, late,
        unsigned_count;                /* by a fiscal device at once, late, or not yet; 0 without */
    struct bx_perpetual before, after; /* the shift */
    int drawer_count;
    struct bx_drawer_close drawers[BX_DRAWERS_MAX]; /* of an X: expected only */
    struct bx_figures figures;
};
void bx_report_finish(struct bx_report *report);

/* Body, version 2: format in report.c. */
int bx_must bx_report_encode(const struct bx_entry_head *head, const struct bx_report *report,
                             struct bx_buf *out);
int bx_must bx_report_decode(const char *body, size_t len, struct bx_report *ret,
                             struct bx_fault *fault);
/* Expected cash, perpetual totals and drawers agree with the figures. 0 or BX_ERR_INPUT. */
int bx_must bx_report_check(const struct bx_report *report, struct bx_fault *fault);

/* A report as people read it: label and value on a line, COLUMNS wide (32 to 80), or "label\tvalue"
 * and "# heading", without the title, when COLUMNS is 0 (for a printer that lays out itself); the
 * same on the screen, on paper, as text. HEAD is of its entry. NAMES gives the products' and
 * cashiers' names for what the rows hold by id; NULL: ids stand. */
struct bx_report_names {
    const char *(*name)(void *arg, const char *what, const char *id); /* NULL: not known */
    void *arg;
    const char *currency;
    int exponent;
    int offset_min;
};
/* A closing's period for people: "24.11.2026", "11.2026", "2026" in German. Returns out. */
const char *bx_report_period(const char *period, char out[BX_PERIOD_TEXT]);
void bx_report_text(const struct bx_entry_head *head, const struct bx_report *report,
                    const struct bx_report_names *names, int columns, struct bx_buf *out);
void bx_report_csv(const struct bx_entry_head *head, const struct bx_report *report,
                   const struct bx_report_names *names, struct bx_buf *out);
void bx_report_json(const struct bx_entry_head *head, const struct bx_report *report,
                    const struct bx_report_names *names, struct bx_buf *out);
