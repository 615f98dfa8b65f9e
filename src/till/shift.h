/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Shifts, drawers and the money in them. Included by core.h. */

#include "boxtill/domain/report.h"

#include "form.h"

struct bx_entry_head;
struct bx_event;

/* Which report of a READ is summed up, and how far (period.c). */
enum bx_sum { BX_SUM_DAY, BX_SUM_MONTH, BX_SUM_YEAR, BX_SUMS };

/* A shift that is being opened: first what ended before it is closed. */
struct bx_opening {
    bool active;
    bx_origin origin;
    int64_t user;
    bool login; /* the user logs in with it */
    struct bx_cash_entry cash;
    int stage;
    int64_t request;
    int64_t since[BX_SUMS]; /* seq of the last closing of each kind; 0: none */
    bool ends[BX_SUMS];
    struct bx_date day; /* of the last Z */
    struct bx_report sums[BX_SUMS];
};

/* The closing of a shift: what was counted so far. It stays until the shift is closed, also when a
 * person leaves it half way. */
struct bx_closing {
    int64_t shift; /* 0: nothing was counted */
    int drawer_count, at;
    struct bx_drawer_close drawers[BX_DRAWERS_MAX];
    int counts[BX_DRAWERS_MAX]; /* how often each was counted */
};

/* A report whose confirmed entries are being counted, before it is written or shown. */
struct bx_reporting {
    int64_t request;
    int64_t after, last; /* entries seq > after up to last are looked at */
    int64_t unsent;
    bool queue_read;
    int64_t aside; /* of those entries the server kept so many aside: no other confirms them */
    /* What follows; UNSENT: of those entries no answer counts. */
    void (*then)(struct bx_till *till, int64_t unsent);
    bx_origin origin;
    struct bx_report *report; /* of one that is shown again; owned */
    struct bx_entry_head *head;
};

/* A report over days that is being summed up (summary.c). */
enum bx_summary_as { BX_AS_TEXT, BX_AS_CSV, BX_AS_JSON };
struct bx_summary {
    int64_t request;
    bx_origin origin;
    char word[16];
    struct bx_date from, to;
    enum bx_summary_as as;
    struct bx_figures figures;
};

struct bx_shifts {
    int64_t holders[BX_DRAWERS_MAX + 1]; /* who has the drawer; 0 nobody */
    bool had_z;
    struct bx_date z_day; /* the last Z's: of its opening */
    bx_money next_float[BX_DRAWERS_MAX + 1];
    int64_t load_request;
    int load_stage;
    struct bx_opening opening;
    struct bx_closing closing;
    struct bx_reporting reporting;
    struct bx_summary summary;
    int64_t z_request; /* of one that is shown again */
    int64_t z_asked;   /* its number */
};

/* --- shift.c ------------------------------------------------------------------------------------
 */
void bx_shifts_start(struct bx_till *till);
void bx_shifts_finish(struct bx_shifts *shifts);
/* READ answers of any of the requests here; false: not ours. */
bool bx_shifts_rows(struct bx_till *till, const struct bx_event *event);
bool bx_shifts_are_busy(const struct bx_till *till);
/* Opens a shift with CASH as float (and logs USER in): closings of what has ended, shift-open. */
int bx_must bx_shift_open(struct bx_till *till, bx_origin origin, int64_t user, bool login,
                          const struct bx_cash_entry *cash, struct bx_fault *fault);
/* What a Z or a hand-over does to who has which drawer. */
void bx_shifts_follow(struct bx_till *till, const struct bx_entry_head *head,
                      const struct bx_cash_entry *cash, const struct bx_report *report);
/* May something be sold or moved: a shift is open, and whoever is logged in has a drawer. */
int bx_must bx_shift_check(const struct bx_till *till, struct bx_fault *fault);
/* The drawer of whoever is logged in; 0: has none. */
int bx_till_drawer(const struct bx_till *till);
/* One that nobody has; 0 none. */
int bx_drawer_free(const struct bx_till *till);
/* What should be in it. */
bx_money bx_drawer_holds(const struct bx_till *till, int drawer);
/* In one's own. */
bx_money bx_drawer_expected(const struct bx_till *till);
/* Opens the drawer for the entry that REF proves; nothing in training. */
void bx_drawer_open(struct bx_till *till, const struct bx_ref *ref, int drawer, bool training);
/* A drawer is whose it is; a supervisor may reach into any. */
int bx_must bx_drawer_reach(const struct bx_till *till, int drawer, struct bx_fault *fault);
/* More than the limit is in it. */
bool bx_drawer_is_full(const struct bx_till *till);
/* The civil day of AT at the venue. */
struct bx_date bx_till_day(const struct bx_till *till, bx_utc at);

/* --- period.c -----------------------------------------------------------------------------------
 */
/* Begins to sum up what has ended before today; then opens the shift. */
void bx_period_begin(struct bx_till *till);
void bx_period_rows(struct bx_till *till, const struct bx_row *rows, size_t count);

/* --- moves.c: money in and out of a drawer ------------------------------------------------------
 */
struct bx_move {
    enum bx_kind kind;         /* paid-in, paid-out, drop, float, count, no-sale, hand-over */
    struct bx_cash_entry cash; /* drawer 0: one's own */
};
int bx_must bx_move(struct bx_till *till, bx_origin origin, const struct bx_move *move,
                    struct bx_fault *fault);
void bx_move_form(struct bx_till *till, enum bx_kind kind);

/* --- closing.c ----------------------------------------------------------------------------------
 */
/* A count of the closing that differed, before this life. */
void bx_closing_recall(struct bx_till *till, const struct bx_cash_entry *cash);
/* Takes a count of DRAWER. 1: it differs, count again; 2: it differs by more than the first limit
 * still; 0: taken. */
int bx_must bx_closing_count(struct bx_till *till, int drawer, const struct bx_cash_entry *cash,
                             struct bx_fault *fault);
int bx_must bx_closing_begin(struct bx_till *till, bx_origin origin, struct bx_fault *fault);
/* Next float and bag of a drawer that was counted. */
int bx_must bx_closing_put(struct bx_till *till, int drawer, bx_money next_float, const char *bag,
                           struct bx_fault *fault);
/* All drawers are counted: reasons and approval, then the Z. */
int bx_must bx_closing_end(struct bx_till *till, bx_origin origin, struct bx_fault *fault);
/* Baskets parked here; payments whose outcome nobody knows. */
int bx_parked_count(const struct bx_till *till);
int64_t bx_unknown_count(const struct bx_till *till);
bx_money bx_closing_difference(const struct bx_drawer_close *drawer);
void bx_closing_form(struct bx_till *till);

/* --- reports.c ----------------------------------------------------------------------------------
 */
/* Counts the entries of the open shift, or of those after AFTER up to LAST, that the server has not
 * confirmed, then THEN. */
void bx_reporting_begin(struct bx_till *till, bx_origin origin, int64_t after, int64_t last,
                        void (*then)(struct bx_till *till, int64_t unsent));
void bx_reporting_rows(struct bx_till *till, const struct bx_row *rows, size_t count);
/* Of its entries UNSENT have no answer: what that and those kept aside leave is confirmed. */
void bx_report_confirm(const struct bx_till *till, int64_t unsent, struct bx_report *ret);
/* Everything of the open shift but what a person counts. */
void bx_report_fill(struct bx_till *till, int64_t unsent, struct bx_report *ret);
/* As lines COLUMNS wide (0: label, tab, value). */
void bx_report_lines(const struct bx_till *till, const struct bx_entry_head *head,
                     const struct bx_report *report, int columns, struct bx_buf *out);
/* Writes an X report and prints it; LOOKS (and always for an auditor): only shows the figures. */
void bx_report_x(struct bx_till *till, bx_origin origin, bool looks);
void bx_report_show(struct bx_till *till, const struct bx_entry_head *head,
                    const struct bx_report *report);
/* Into the answer of the command under way. */
void bx_report_put(struct bx_till *till, const struct bx_entry_head *head,
                   const struct bx_report *report);

/* What people call ID of WHAT; NULL: nothing better. */
const char *bx_report_name(const struct bx_till *till, const char *what, const char *id);

/* --- again.c ------------------------------------------------------------------------------------
 */
/* The Z or closing of ROW, with what is confirmed of it now: shown, or answered. */
int bx_must bx_report_again(struct bx_till *till, bx_origin origin, const struct bx_row *row,
                            struct bx_fault *fault);
/* The Z that was asked for is not in the journal: it never was, or was purged. */
int bx_must bx_report_missing(const struct bx_till *till, struct bx_fault *fault);
void bx_report_again_rows(struct bx_till *till, const struct bx_row *rows, size_t count);
bool bx_report_has_z(const struct bx_till *till);
void bx_report_z_form(struct bx_till *till);

/* --- summary.c ----------------------------------------------------------------------------------
 */
/* WORD over the days FROM to TO, for ORIGIN: a command gets JSON and CSV or text; on the screen it
 * is text, or a file. */
int bx_must bx_summary_begin(struct bx_till *till, bx_origin origin, const char *word,
                             struct bx_date from, struct bx_date to, enum bx_summary_as as,
                             struct bx_fault *fault);
void bx_summary_rows(struct bx_till *till, const struct bx_row *rows, size_t count);
/* The reports there are, as options of FIELD. */
void bx_summary_options(struct bx_field *field);
void bx_summary_menu(struct bx_till *till);

/* --- shift_menu.c -------------------------------------------------------------------------------
 */
void bx_shift_menu(struct bx_till *till);
/* The float of a shift that is not open yet, or of a drawer of one's own. */
void bx_float_form(struct bx_till *till);
/* A free drawer becomes that of whoever is logged in, with CASH in it. */
int bx_must bx_drawer_take(struct bx_till *till, bx_origin origin, const struct bx_cash_entry *cash,
                           struct bx_fault *fault);
void bx_training_turn(struct bx_till *till, bx_origin origin);
