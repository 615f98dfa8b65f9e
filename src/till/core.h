/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The inside of a till, shared by the files of this folder and by nobody else. Each struct below
 * belongs to one file, named beside it; the others read it, and change it only through that file's
 * functions. All of them are called inside bx_till_update(), with till->turn and till->out set. */

#include "boxtill/base/alloc.h"
#include "boxtill/base/rand.h"
#include "boxtill/till/action.h"
#include "boxtill/till/till.h"
#include "boxtill/till/view.h"

#include "counter.h"

/* Who asked for something: 0 the screen, else the request number of a command. */
typedef int64_t bx_origin;

/* --- desk.c: a basket and its tendering; the screen has one, a command brings its own --------- */

struct bx_desk {
    bx_origin origin;
    struct bx_basket basket;
    struct bx_sale sale; /* being tendered: basket, totals, tenders so far */
    bool tendering;      /* its places are reserved */
    bool committing;     /* handed to the journal, answer not here yet */
    int waiting;         /* places asked of the server for this basket, not answered yet */
    struct bx_slug waiting_pool;
    int undo_count, undo_at; /* earlier baskets, for undo and redo */
    struct bx_basket *undo;  /* ring of UNDO_MAX, NULL for a command's desk */
};

void bx_desk_init(struct bx_desk *desk, bx_origin origin, bool with_undo);
void bx_desk_finish(struct bx_desk *desk);
/* Rings up (or, negative, takes away) at once when the lease has the places; else, online, adds the
 * line, asks GROW for the basket's need and marks it waiting (a refusal takes back what is not
 * ours, with a sentence through bx_say or the command's reply); offline refuses and says how many
 * are this till's. */
int bx_must bx_desk_add(struct bx_till *till, struct bx_desk *desk,
                        const struct bx_product *product, const struct bx_slot *slot, int quantity,
                        struct bx_fault *fault);
int bx_must bx_desk_move(struct bx_till *till, struct bx_desk *desk, const struct bx_slot *slot,
                         struct bx_fault *fault);
void bx_desk_line_drop(struct bx_till *till, struct bx_desk *desk, int index);
void bx_desk_clear(struct bx_till *till, struct bx_desk *desk);
bool bx_desk_undo(struct bx_till *till, struct bx_desk *desk);
bool bx_desk_redo(struct bx_till *till, struct bx_desk *desk);
/* Reserves the basket's places and opens tendering; refused for an empty basket, one that waits, a
 * slot that is over, a missing day key, nobody logged in, selling stopped. */
int bx_must bx_desk_pay_open(struct bx_till *till, struct bx_desk *desk, struct bx_fault *fault);
void bx_desk_pay_close(struct bx_till *till, struct bx_desk *desk);
/* Adds a tender; the one that settles makes the ticket codes and hands the sale to the journal. */
int bx_must bx_desk_tender(struct bx_till *till, struct bx_desk *desk, enum bx_tender_kind kind,
                           bx_money received, const char *reference, struct bx_fault *fault);
/* What is left to pay, and what cash would be due for it. */
void bx_desk_left(const struct bx_till *till, const struct bx_desk *desk, bx_money *ret_left,
                  bx_money *ret_cash);
/* The server answered a GROW for POOL (or did not): settles what waits. */
void bx_desk_grown(struct bx_till *till, const struct bx_slug *pool);

/* --- commit.c: the row of entries waiting for the journal; one is under way at a time --------- */

struct bx_intent { /* an entry to be; owns sale and paper */
    enum bx_kind kind;
    bx_origin origin;
    struct bx_id id; /* zero: made when its turn comes */
    struct bx_sale *sale;
    struct bx_paper_entry *paper;
    struct bx_print_job *jobs;
    size_t job_count;
    char about[64];
    int64_t n;
    int64_t user; /* 0: whoever is logged in when its turn comes */
};
enum { INTENTS_MAX = 32 };

struct bx_commits {
    struct bx_intent queue[INTENTS_MAX];
    size_t first, count;
    int64_t request; /* of the one under way; 0 none */
    bool resolving;  /* its COMMIT is unknown */
    bool stopped;    /* and could not be resolved: selling is shut */
    bx_utc unknown_since;
};
/* Takes what the intent owns. */
void bx_commit_push(struct bx_till *till, struct bx_intent *taken);
void bx_commit_note(struct bx_till *till, enum bx_kind kind, const char *about, int64_t n);
void bx_commit_stored(struct bx_till *till, const struct bx_event *event);

/* --- papers.c: print jobs, reprint, replace --------------------------------------------------- */

struct bx_papers {
    struct bx_print_job *jobs; /* those not at an end, and the last few that are */
    size_t count, cap;
    char printer_say[96];
    bool printer_ready;
    int64_t note_request; /* storing states */
};
/* The jobs of a committed entry exist: store them as submitting, then print. SALE is the sale they
 * show; owned by the caller. */
void bx_papers_new(struct bx_till *till, const struct bx_ref *ref, const struct bx_entry_head *head,
                   const struct bx_sale *sale, const struct bx_print_job *jobs, size_t count);
void bx_papers_report(struct bx_till *till, const struct bx_print_report *report);
void bx_papers_start(struct bx_till *till, const struct bx_print_job *jobs, size_t count);
void bx_papers_tick(struct bx_till *till);
/* TICKET -1: the receipt. Torn in the hand: same code, COPY n. Gone or unsure: a new code, the old
 * one refused. In hand: closes an unsure job as confirmed by a person. ROW is the sale's. */
int bx_must bx_papers_reprint(struct bx_till *till, bx_origin origin, const struct bx_row *sale,
                              int ticket, struct bx_fault *fault);
int bx_must bx_papers_replace(struct bx_till *till, bx_origin origin, const struct bx_row *sale,
                              int ticket, const char *reason, struct bx_fault *fault);
int bx_must bx_papers_in_hand(struct bx_till *till, bx_origin origin,
                              const struct bx_print_job *job, struct bx_fault *fault);

/* --- leases.c ----------------------------------------------------------------------------------
 */

struct bx_leases {
    struct bx_lease *rows; /* sorted by pool */
    size_t count, cap;
    int64_t request;      /* ALLOT under way */
    int64_t note_request; /* storing before sending, or storing a grant */
    struct bx_allot_message batch[BX_ALLOT_MAX];
    size_t batch_count;
    bx_mono sent_at, next_at;
    bool hello; /* must say HELLO before anything else */
};
struct bx_lease *bx_leases_find(struct bx_till *till, const struct bx_slug *pool);
/* Places of POOL this till may sell now: 0 when frozen, closed, waiting. RESERVED counts as taken.
 */
int64_t bx_leases_free(const struct bx_till *till, const struct bx_slug *pool);
void bx_leases_reserve(struct bx_till *till, const struct bx_slug *pool,
                       int64_t q); /* q may be negative */
/* Asks for N places in all as soon as may be. */
void bx_leases_grow(struct bx_till *till, const struct bx_slug *pool, int64_t n);
void bx_leases_sold(struct bx_till *till, const struct bx_lease_use *uses, int count);
void bx_leases_answer(struct bx_till *till, const struct bx_booking_answer *answer);
void bx_leases_stored(struct bx_till *till, const struct bx_event *event);
void bx_leases_tick(struct bx_till *till);

/* --- link.c: contact with the server, the queue of entries, documents --------------------------
 */

struct bx_link {
    bool enrolled, online, forced, stranger;
    bx_mono offline_since;
    int failures;
    bx_mono next_try; /* of anything, after a failure */
    int64_t send_request, news_request, document_request, queue_request, note_request;
    struct bx_ref batch[BX_BATCH_MAX]; /* being sent */
    size_t batch_count;
    int64_t queued, attention;
    int64_t read_from; /* queue was read up to here */
    bx_mono next_news, next_documents, next_waiting;
    int64_t epoch, commit;     /* highest seen */
    struct bx_pool_news *news; /* sorted by pool */
    size_t news_count;
    bx_utc news_at;
    bx_mono news_mono;
    int64_t synced_for; /* command waiting for "queue empty", 0 none */
};
void bx_link_start(struct bx_till *till, const struct bx_event *event);
void bx_link_tick(struct bx_till *till);
void bx_link_kick(struct bx_till *till);    /* something was queued: send soon */
void bx_link_try_now(struct bx_till *till); /* a person asks */
void bx_link_force(struct bx_till *till, bool offline);
void bx_link_answer(struct bx_till *till, const struct bx_booking_answer *answer);
void bx_link_stored(struct bx_till *till, const struct bx_event *event);
void bx_link_rows(struct bx_till *till, const struct bx_event *event);
const struct bx_pool_news *bx_link_news(const struct bx_till *till, const struct bx_slug *pool);

/* --- people.c: login, PIN, lock-outs, lock -----------------------------------------------------
 */

struct bx_people {
    int64_t user; /* logged in; 0 nobody */
    bool locked;
    int64_t pin_request, pin_user; /* being compared */
    bx_origin pin_origin;
    struct bx_lockout lockouts[BX_LOCKOUTS_MAX];
    bx_mono barred_until[BX_LOCKOUTS_MAX];
    bx_mono last_key;
};
int bx_must bx_people_login(struct bx_till *till, bx_origin origin, int64_t number, const char *pin,
                            struct bx_fault *fault);
void bx_people_pin(struct bx_till *till, const struct bx_event *event);
void bx_people_lock(struct bx_till *till);
void bx_people_logout(struct bx_till *till, bx_origin origin);
const struct bx_user *bx_people_user(
    const struct bx_till *till); /* logged in and not locked, or NULL */

/* --- command.c: the commands of the command line -----------------------------------------------
 */

struct bx_command { /* one under way at a time; others wait at the caller */
    bx_origin request;
    char verb[16];
    struct bx_desk *desk; /* sell: its own basket */
    int64_t read_request;
    int ticket;
    char text[48];
    int stage;
};
void bx_command_take(struct bx_till *till, int64_t request, const char *json, size_t len);
void bx_command_rows(struct bx_till *till, const struct bx_event *event);
/* The engine tells a command how it went; FAULT NULL: done. */
void bx_command_sold(struct bx_till *till, const struct bx_entry_head *head,
                     const struct bx_hash *hash, const struct bx_sale *sale);
void bx_command_ended(struct bx_till *till, bx_origin origin, enum bx_outcome outcome,
                      const struct bx_fault *fault);
void bx_command_tick(struct bx_till *till);

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
    int64_t next_seq, next_series, shift, next_shift;
    struct bx_hash head;
    bx_utc last_at;
    int64_t last_boot;
    struct bx_programme *programme; /* NULL until known */
    struct bx_staff *staff;
    struct bx_keys *keys;
    struct bx_commits commits;
    struct bx_papers papers;
    struct bx_leases leases;
    struct bx_link link;
    struct bx_people people;
    struct bx_desk desk; /* the screen's */
    struct bx_counter counter;
    struct bx_command command;
    bx_mono draft_due; /* 0: the draft file is as the basket */
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
/* Today at the venue. */
struct bx_date bx_till_today(const struct bx_till *till);
