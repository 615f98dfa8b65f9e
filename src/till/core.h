/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The inside of a till, shared by the files of this folder and by nobody else. Each struct below
 * belongs to one file, named beside it; the others read it, and change it only through that file's
 * functions. All of them are called inside bx_till_update(), with till->turn and till->out set. */

#include "boxtill/base/alloc.h"
#include "boxtill/base/rand.h"
#include "boxtill/domain/member.h"
#include "boxtill/domain/order.h"
#include "boxtill/till/action.h"
#include "boxtill/till/till.h"
#include "boxtill/till/view.h"

#include "fiscal.h"
#include "form.h"
#include "intent.h"
#include "office.h"
#include "papers.h"

#include "asking.h"
#include "correct.h"
#include "counter.h"
#include "deal.h"
#include "server.h"
#include "shift.h"
#include "shelf.h"
#include "start.h"

/* --- people.c: login, PIN, lock-outs, lock -----------------------------------------------------
 */

struct bx_people {
    int64_t user; /* logged in; 0 nobody */
    bool locked;
    int64_t pin_request, pin_user; /* being compared */
    bx_origin pin_origin;
    bool pin_approves; /* not a login, but somebody's word for what another does */
    bx_mono pin_at;
    struct bx_lockout lockouts[BX_LOCKOUTS_MAX];
    bx_mono barred_until[BX_LOCKOUTS_MAX];
    bx_mono last_key;
};
void bx_people_start(struct bx_till *till, const struct bx_event *event);
void bx_people_tick(struct bx_till *till);
/* A login, log-out or failed login is on disk (or was refused). */
void bx_people_committed(struct bx_till *till, const struct bx_intent *intent,
                         const struct bx_fault *fault);
int bx_must bx_people_login(struct bx_till *till, bx_origin origin, int64_t number, const char *pin,
                            struct bx_fault *fault);
/* A supervisor's PIN for what somebody else does: the answer goes to bx_warrant_pin(). */
int bx_must bx_people_approve(struct bx_till *till, bx_origin origin, int64_t number,
                              const char *pin, struct bx_fault *fault);
void bx_people_pin(struct bx_till *till, const struct bx_event *event);
void bx_people_lock(struct bx_till *till);
void bx_people_logout(struct bx_till *till, bx_origin origin);
const struct bx_user *bx_people_user(
    const struct bx_till *till); /* logged in and not locked, or NULL */

/* What people call it, in the language of who is at work (names.c). */
const char *bx_people_language(const struct bx_till *till);
const char *bx_tender_name(enum bx_tender_kind kind);
const char *bx_kind_name(enum bx_kind kind);
/* The server's sentence about a task, in the language of who is at work: by its stable word, since
 * the server writes English. In English it stays as it came, with its details. */
const char *bx_task_say(const struct bx_entry_answer *answer);
const char *bx_day_name(struct bx_date date);   /* "Mon" */
const char *bx_month_name(struct bx_date date); /* "Jan" */

/* --- command.c: the commands of the command line -----------------------------------------------
 */

/* persons.c: somebody's data are being erased; ID zero: what is past its time. */
struct bx_erasing {
    bool active;
    int64_t request, seq;
    bx_origin origin;
    struct bx_id id;
};
void bx_persons_stored(struct bx_till *till, const struct bx_event *event);
/* ID zero: what is past its time. WHO: as it is asked; "" by its id. 0: asked for, or done. */
int bx_must bx_persons_erase(struct bx_till *till, bx_origin origin, const struct bx_id *id,
                             const char *who, struct bx_fault *fault);

/* posting.c: the file of the Z in ROWS, by PLAN. */
int bx_must bx_posting_text(const struct bx_till *till, const struct bx_row *rows, size_t count,
                            const struct bx_posting_plan *plan, struct bx_buf *json,
                            struct bx_buf *csv, struct bx_fault *fault);

struct bx_command {    /* one under way at a time; others wait at the caller */
    bx_origin request; /* 0: none */
    char verb[16];
    struct bx_desk *desk;             /* sell: its own basket */
    struct bx_case *sale;             /* corrections: what they correct, owned */
    struct bx_correcting *correcting; /* owned */
    int64_t read_request;
    int ticket;
    char text[64], reason[44];
    int stage;
    int64_t n;
    bx_mono until;
    size_t tender_count;
    char tenders[BX_TENDERS_MAX][176];
    struct bx_said *said;      /* sell: what was written, owned */
    int nth, part;             /* its discounts and parts that are done */
    struct bx_slug lifted;     /* what a supervisor was asked for last */
    struct bx_buf json, human; /* the answer as it grows */
    struct bx_command_warrant warrant;
    bool csv;                     /* its text is CSV */
    const struct bx_verb *row;    /* of the table of verbs */
    struct bx_posting_plan *plan; /* posting: owned */
};
void bx_command_take(struct bx_till *till, int64_t request, const char *json, size_t len);
void bx_command_rows(struct bx_till *till, const struct bx_event *event);
/* The approver it named has said so: begins it. */
void bx_command_approved(struct bx_till *till);
/* The engine tells a command how it went; FAULT NULL: done. */
void bx_command_sold(struct bx_till *till, const struct bx_entry_head *head,
                     const struct bx_hash *hash, const struct bx_sale *sale);
void bx_command_ended(struct bx_till *till, bx_origin origin, enum bx_outcome outcome,
                      const struct bx_fault *fault);
void bx_command_paper(struct bx_till *till, bx_origin origin, const struct bx_paper_entry *paper);
/* An entry that ORIGIN asked for is on disk: what the answer says. */
void bx_command_entry(struct bx_till *till, bx_origin origin, const struct bx_entry_head *head,
                      const struct bx_ref *ref);
void bx_command_tick(struct bx_till *till);
void bx_command_finish(struct bx_command *command);

/* --- till.c -------------------------------------------------------------------------------------
 */

struct bx_till {
    struct bx_till_config config;
    bool started;
    struct bx_turn turn; /* of the event being handled */
    struct bx_rand rand;
    struct bx_effects *out;
    int64_t requests; /* last number given out */
    int64_t dropped;
    int64_t till, incarnation;
    int issuer;
    int64_t next_seq, next_number[BX_SERIES_COUNT], shift, next_shift;
    bx_utc shift_opened;
    int64_t shift_seq;             /* of its shift-open */
    struct bx_figures figures;     /* of the open shift */
    struct bx_perpetual perpetual; /* up to and with the last entry */
    bool training;
    struct bx_shifts shifts;
    struct bx_hash head;
    bx_utc last_at;
    int64_t last_boot;
    struct bx_programme *programme; /* NULL until known */
    struct bx_staff *staff;
    struct bx_keys *keys;
    struct bx_members *members; /* NULL: none came yet */
    struct bx_orders *orders;   /* NULL: none came yet */
    struct bx_askings askings;
    struct bx_attempts attempts;
    struct bx_card_state card;
    struct bx_voucher_look voucher;
    struct bx_shelf shelf;
    struct bx_id collected[BX_COLLECTED_MAX]; /* orders, the last of this run */
    size_t collected_count;
    struct bx_offline offline;
    struct bx_contact_note contact;
    struct bx_hash displayed; /* what the customer sees */
    struct bx_commits commits;
    struct bx_papers papers;
    struct bx_signing signing;
    struct bx_leases leases;
    struct bx_link link;
    struct bx_people people;
    struct bx_invoicing invoicing;
    struct bx_erasing erasing;
    struct bx_office office;
    struct bx_sweep sweep;
    struct bx_desk desk; /* the screen's */
    struct bx_counter counter;
    struct bx_command command;
    struct bx_draft_state draft;
    struct bx_clock_state clock;
    struct bx_fault damage; /* of the journal: nothing is sold any more; err 0: none */
};

int64_t bx_till_request(struct bx_till *till);
struct bx_id bx_till_id(struct bx_till *till);
/* Adds an effect of KIND and gives it back to be filled; memory for what it points to comes from
 * bx_effects_hold (a copy that lives as long as the effect). */
struct bx_effect *bx_effects_add(struct bx_effects *effects, enum bx_effect_kind kind);
void *bx_effects_hold(struct bx_effects *effects, const void *bytes, size_t len);
void bx_till_log(struct bx_till *till, const char *format, ...) bx_format(2, 3);
bool bx_mono_is_due(bx_mono now, bx_mono at); /* at 0: never */
bx_mono bx_mono_plus_ms(bx_mono at, int64_t ms);
/* The earlier of *WAKE and AT into *WAKE; AT 0: never. */
void bx_mono_earlier(bx_mono *wake, bx_mono at);
/* A new ticket code for DATE and CLASS; refused without a key for them. */
int bx_must bx_till_code(struct bx_till *till, struct bx_date date, const struct bx_slug *class,
                         struct bx_code *ret, struct bx_fault *fault);
/* Today at the venue. */
struct bx_date bx_till_today(const struct bx_till *till);
