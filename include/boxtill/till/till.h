/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The till: a value that `update` changes and nothing else does.
 *
 *   events in  → bx_till_update(till, event, effects) → effects out
 *
 * Pure: no input or output, no clock, no random but what the event's turn brings. Whoever runs a
 * till (src/run, the simulator, a test) carries out the effects in order through the ports and
 * feeds what came of them back as events. An effect that stores comes before the effect it
 * permits: the permission is the bx_ref in the answer.
 *
 * One thread. Text and bytes in an event are the caller's and valid during the call; those in an
 * effect belong to the effects queue until it is cleared. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/buf.h"
#include "boxtill/base/fault.h"
#include "boxtill/domain/code.h"
#include "boxtill/domain/lease.h"
#include "boxtill/domain/programme.h"
#include "boxtill/domain/staff.h"
#include "boxtill/port/booking.h"
#include "boxtill/port/card.h"
#include "boxtill/port/fiscal.h"
#include "boxtill/port/journal.h"
#include "boxtill/port/office.h"
#include "boxtill/port/printer.h"

struct bx_till;

/* The moment of an event: one reading of both clocks and 256 fresh random bits. */
struct bx_turn {
    bx_utc utc;
    bx_mono mono;
    uint8_t seed[32];
};

/* Keys are Unicode characters; the others start above them. */
enum bx_key {
    BX_KEY_ENTER = 0x110000,
    BX_KEY_ESC,
    BX_KEY_BACKSPACE,
    BX_KEY_DELETE,
    BX_KEY_TAB,
    BX_KEY_UP,
    BX_KEY_DOWN,
    BX_KEY_LEFT,
    BX_KEY_RIGHT,
    BX_KEY_PAGE_UP,
    BX_KEY_PAGE_DOWN,
    BX_KEY_HOME,
    BX_KEY_END,
    BX_KEY_F1, /* F1 + n - 1 up to F12 */
    BX_KEY_F12 = BX_KEY_F1 + 11,
    BX_KEY_FIELD /* + n: the form's nth field that is shown was pressed; none comes after it */
};

enum bx_event_kind {
    BX_EVENT_START, /* first, once: what the journal and the disk know */
    BX_EVENT_TICK,  /* time went on; due at bx_till_wake() */
    BX_EVENT_KEY,
    BX_EVENT_COMMAND,     /* a command of `boxtill …`, over till.sock or in this process */
    BX_EVENT_STORED,      /* a store effect came to its end */
    BX_EVENT_ROWS,        /* a read effect came to its end */
    BX_EVENT_PIN,         /* the worker has compared a PIN */
    BX_EVENT_BOOKING,     /* the server's answer, or that there is none */
    BX_EVENT_PRINT,       /* a report from the printer */
    BX_EVENT_FISCAL,      /* the fiscal device said something */
    BX_EVENT_CARD,        /* the card terminal said something */
    BX_EVENT_OFFICE,      /* the host did what OFFICE asked for, or not */
    BX_EVENT_HOUSEKEEPING /* the idle work found something: the fault says what */
};

struct bx_event {
    enum bx_event_kind kind;
    struct bx_turn turn;
    union {
        struct {
            const struct bx_journal_state *state; /* copied */
            const char *documents[BX_DOCUMENTS];  /* stored bytes or NULL */
            size_t document_lens[BX_DOCUMENTS];
            const char *draft; /* the draft file (domain/basket.h), or NULL */
            size_t draft_len;
            bool enrolled; /* has a device key and a server to talk to */
            bool rebooted; /* the machine was started anew since the last entry */
        } start;
        struct {
            int key;
        } key;
        struct {
            int64_t request;
            const char *json; /* {"verb":"sell",…}: see command.c */
            size_t len;
        } command;
        struct {
            int64_t request;
            enum bx_outcome outcome;
            struct bx_ref ref;     /* when DONE */
            struct bx_fault fault; /* unless DONE */
        } stored;
        struct {
            int64_t request;
            const struct bx_row *rows;
            size_t count;
            struct bx_fault fault; /* err 0 when it went well */
        } rows;
        struct {
            int64_t request;
            bool good;
        } pin;
        struct bx_booking_answer booking;
        struct bx_print_report print;
        struct bx_fiscal_answer fiscal;
        struct bx_card_answer card;
        struct {
            int64_t request;
            struct bx_office_done done;
            struct bx_fault fault; /* err 0 when it went well */
        } office;
        struct bx_fault fault;
    } of;
};

enum bx_effect_kind {
    BX_EFFECT_COMMIT,  /* answered by STORED */
    BX_EFFECT_RESOLVE, /* after an unknown COMMIT; answered by STORED */
    BX_EFFECT_NOTE,    /* answered by STORED */
    BX_EFFECT_READ,    /* answered by ROWS */
    BX_EFFECT_DRAFT,   /* the draft file, by atomic rename; not answered */
    BX_EFFECT_PRINT,   /* answered by PRINT reports */
    BX_EFFECT_PRINT_ASK,
    BX_EFFECT_PRINT_CANCEL,
    BX_EFFECT_SEND,          /* entries by reference; answered by BOOKING */
    BX_EFFECT_ALLOT,         /* answered by BOOKING */
    BX_EFFECT_NEWS,          /* answered by BOOKING */
    BX_EFFECT_DOCUMENT,      /* answered by BOOKING */
    BX_EFFECT_ASK,           /* a question to the server; answered by BOOKING */
    BX_EFFECT_DRAWER,        /* opens the cash drawer, once; not answered, never retried */
    BX_EFFECT_DISPLAY,       /* what the customer sees changed; not answered */
    BX_EFFECT_FISCAL_START,  /* a payment was opened; not answered */
    BX_EFFECT_FISCAL_FINISH, /* sign an entry; answered by FISCAL, or by silence */
    BX_EFFECT_FISCAL_CANCEL, /* the payment was given up; not answered */
    BX_EFFECT_FISCAL_ASK,    /* does the device work again? answered by FISCAL, or by silence */
    BX_EFFECT_CARD_START,    /* money of a card, or to one; answered by CARD, or by silence */
    BX_EFFECT_CARD_ASK,      /* what became of it? answered by CARD, or by silence */
    BX_EFFECT_CARD_STOP,     /* nobody waits for the card any more; as CARD_ASK */
    BX_EFFECT_CARD_REVERSE,  /* undoes it; answered by CARD, or by silence */
    BX_EFFECT_OFFICE,        /* a file of the office; answered by OFFICE */
    BX_EFFECT_PIN,           /* answered by PIN */
    BX_EFFECT_REPLY,         /* to a command; done is false for a line of progress */
    BX_EFFECT_BELL,
    BX_EFFECT_LOG, /* a line for the log */
    BX_EFFECT_QUIT
};

struct bx_effect {
    enum bx_effect_kind kind;
    int64_t request; /* names the answer; 0: none comes */
    union {
        struct bx_commit commit; /* everything it points to lives in the queue */
        struct bx_id resolve;
        struct bx_journal_notes note;
        struct bx_query query;
        struct {
            const char *json;
            size_t len; /* 0: remove the file */
            bool sync;  /* on disk before the next effect is carried out */
        } draft;
        struct {
            struct bx_ref proof;
            struct bx_print_job job;
            const struct bx_paper *paper; /* PRINT only */
        } print;
        struct {
            const struct bx_ref *refs; /* queued entries, ascending, at most BX_BATCH_MAX */
            size_t count;
        } send;
        struct {
            struct bx_id id;
            struct bx_ref proof;
            const struct bx_allot_message *messages;
            size_t count;
        } allot;
        struct {
            enum bx_document document;
            int64_t have;
        } document;
        struct {
            enum bx_question question;
            const char *json;
            size_t len;
        } ask;
        struct {
            struct bx_ref proof; /* the entry that says why */
            int drawer;
        } drawer;
        struct {
            const char *json; /* display.c has the format */
            size_t len;
        } display;
        struct {
            struct bx_id id; /* of the sale, which is its entry's */
            enum bx_process process;
            struct bx_ref proof;                       /* FINISH */
            const struct bx_fiscal_document *document; /* FINISH */
        } fiscal;
        struct bx_office_job office;
        struct {
            struct bx_id id;     /* of the attempt */
            struct bx_ref proof; /* START, REVERSE: its intent */
            bx_money amount;     /* START, REVERSE */
            char currency[4];    /* START */
        } card;
        struct {
            const char *hash, *pin;
        } pin;
        struct {
            int64_t command;
            int exit; /* 0 done, 1 refused, 2 usage, 3 unknown, 4 offline and not allowed */
            const char *json, *text; /* text: what a person reads; a refusal's sentence */
        } reply;
        const char *log;
    } of;
};

/* A queue of effects with its own memory. Clear it when all are carried out. */
struct bx_effects;
struct bx_effects *bx_effects_create(void);
void *bx_effects_destroy(struct bx_effects *effects);
BX_CLEANUP_DEFINE(struct bx_effects, bx_effects_destroy)
void bx_effects_clear(struct bx_effects *effects);
size_t bx_effects_count(const struct bx_effects *effects);
/* Valid until the queue is cleared, also while more are added. */
const struct bx_effect *bx_effects_at(const struct bx_effects *effects, size_t index);

/* What the installation sets (boxtill.conf). */
enum bx_enter_tender { BX_ENTER_CASH, BX_ENTER_CARD, BX_ENTER_NONE };
struct bx_till_config {
    enum bx_enter_tender enter; /* which tender a bare Enter takes on the pay screen */
    int64_t lock_after;         /* seconds without a key until the till locks itself; 0: never */
    char scan_prefix[4];        /* a key sequence some scanners send first; "" none */
    int days_ahead;             /* days whose slots are leased before anybody asks: 1 today only */
    bool print_receipt;         /* a receipt with each sale, beside the tickets */
    int drawers;                /* cash drawers at this till: 1, or one a cashier */
    bool fiscal;                /* documents are signed by a fiscal device */
    bool card;                  /* a card terminal is asked; else cards are taken on trust */
    bool display_member;        /* the customer display shows the member's name */
    uint8_t secret[32];         /* of the enrolment, for settlement codes; zeros: none */
    char language[8];           /* of whom the staff document does not say: "en", "de" */
};
void bx_till_config_defaults(struct bx_till_config *config);

struct bx_till *bx_till_create(const struct bx_till_config *config);
void *bx_till_destroy(struct bx_till *till);
BX_CLEANUP_DEFINE(struct bx_till, bx_till_destroy)

/* The one door. Never fails: what goes wrong is in the effects, in the view, in the log. Answers
 * with an unknown request number (late, duplicate) are counted and dropped. */
void bx_till_update(struct bx_till *till, const struct bx_event *event, struct bx_effects *effects);

/* When the till next wants a TICK. */
bx_mono bx_till_wake(const struct bx_till *till);
/* Nothing is under way (no store, print, exchange or command waits for its answer). */
bool bx_till_is_idle(const struct bx_till *till);

/* For whoever checks a till from outside (simulator, doctor); borrowed until the next update. */
struct bx_till_facts {
    int64_t till, incarnation, next_seq, next_series, shift, user;
    int64_t epoch, commit; /* highest seen */
    struct bx_hash head;
    int64_t queued, attention, dropped; /* dropped: answers nobody waited for */
    bool online, forced_offline, locked;
    bool stopped; /* selling is shut: a COMMIT is unresolved, or the journal is damaged */
    const struct bx_lease *leases;
    size_t lease_count;
};
void bx_till_facts(const struct bx_till *till, struct bx_till_facts *ret);
