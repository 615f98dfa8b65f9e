/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The half of the inside of a till that deals with the server: leases and the link. Included by
 * core.h, and by nothing else. */

#include "boxtill/till/till.h"

/* --- leases.c --------------------------------------------------------------------------------- */

/* What the till remembers of a lease beside what the journal does. */
struct bx_lease_mark {
    int64_t want;       /* places asked for by a basket, in all; 0: nobody asks */
    int64_t share;      /* free places after the last grant: a third of it is little */
    int64_t left;       /* what the venue had left beside, -1 unknown */
    bx_mono not_before; /* nothing to give until then */
    int64_t recalled;   /* the number under which others want what is not used; 0: they do not */
    bx_mono rest;       /* only what baskets need is asked for until then */
    bool alive;         /* one of its slots can still be sold */
    bool batched;       /* part of the exchange under way */
    bool again;         /* the answer opened a way: the basket's wish goes another round */
    bool frozen;        /* quarantined: sells nothing until a supervisor settles */
};

/* forecast.c: what this till sold of an event, by quarters of an hour. */
enum { BX_FORECAST_EVENTS = 24, BX_FORECAST_QUARTERS = 8 };
struct bx_forecast_row {
    struct bx_slug event;
    int64_t sold[BX_FORECAST_QUARTERS];
    int64_t quarter; /* since the boot: of the newest count */
    int64_t first;   /* in which it began to sell */
};
struct bx_forecast {
    struct bx_forecast_row rows[BX_FORECAST_EVENTS];
    size_t count;
};
/* Q places of POOL were sold. */
void bx_forecast_sold(struct bx_till *till, const struct bx_slug *pool, int64_t q);
/* Places of POOL that the next hours may take; 0: nothing is known. */
int64_t bx_forecast_want(const struct bx_till *till, const struct bx_slug *pool);

struct bx_leases {
    struct bx_forecast forecast;
    struct bx_lease *rows;       /* sorted by pool */
    struct bx_lease_mark *marks; /* one a row */
    size_t count, cap;
    int64_t request;      /* ALLOT under way */
    int64_t note_request; /* storing before sending, or storing what was granted */
    struct bx_allot_message batch[BX_ALLOT_MAX];
    size_t batch_count;
    struct bx_lease *granted; /* what the answer changes, until it is on disk; BX_ALLOT_MAX */
    size_t granted_count;
    bool answered; /* the answer is here and `granted` waits to be stored */
    int64_t sent_epoch;
    bx_mono sent_at, next_at, next_scan;
    bx_utc sent_utc;
    bool wish;               /* a basket waits for places */
    struct bx_slug settling; /* to be closed without the server's word; "" none */
    bool settle_noted;       /* and on its way to the disk */
    bool settled;            /* the last one is there */
    bool hello;              /* must say HELLO before anything else */
    bx_mono hello_again;     /* it was refused: to be said then */
    struct bx_slug said; /* HELLO has come as far as this pool, when one message is not enough */
};
void bx_leases_start(struct bx_till *till, const struct bx_journal_state *state);
void bx_leases_finish(struct bx_leases *leases);
struct bx_lease *bx_leases_find(struct bx_till *till, const struct bx_slug *pool);
/* Does the server doubt this till's count of POOL? */
bool bx_leases_is_frozen(const struct bx_till *till, const struct bx_slug *pool);
/* Says that it does. */
void bx_leases_frozen_say(struct bx_till *till);
/* Seconds before a slot's end from which on no more places are asked for it. */
enum { BX_LEASES_ENDING_S = 60 };
/* Places of POOL this till may sell now: 0 when frozen, closed, waiting. RESERVED counts as taken.
 */
int64_t bx_leases_free(const struct bx_till *till, const struct bx_slug *pool);
void bx_leases_reserve(struct bx_till *till, const struct bx_slug *pool,
                       int64_t q); /* q may be negative */
/* Asks for Q places to be free as soon as may be. */
void bx_leases_grow(struct bx_till *till, const struct bx_slug *pool, int64_t q);
/* Others want what is not used of lease R of POOL: it is closed as soon as nobody here is at it. */
void bx_leases_recall(struct bx_till *till, const struct bx_slug *pool, int64_t r);
/* Is a lease of POOL being asked for? */
bool bx_leases_is_asked(const struct bx_till *till, const struct bx_slug *pool);
/* Fills in of which lease the places are that the sale takes, as the leases stand now. */
void bx_leases_uses(const struct bx_till *till, struct bx_sale *sale);
/* Reserved places become used ones, or (not sold) free again. */
void bx_leases_sold(struct bx_till *till, const struct bx_lease_use *uses, int count, bool sold);
/* Reserved places of GIFT's become used ones, which they are for good when they are another till's;
 * or (not given) free again. */
struct bx_gift;
void bx_leases_given(struct bx_till *till, const struct bx_gift *gift, bool given);
/* Its places are on disk as this till's. */
void bx_leases_taken(struct bx_till *till, const struct bx_gift *gift);
/* Closes the lease of POOL for good, on disk, whether the server answers or not: `settling` is
 * empty again when it has ended, and `settled` says how. */
int bx_must bx_leases_settle(struct bx_till *till, const struct bx_slug *pool,
                             struct bx_fault *fault);
void bx_leases_answer(struct bx_till *till, const struct bx_booking_answer *answer);
void bx_leases_stored(struct bx_till *till, const struct bx_event *event);
void bx_leases_tick(struct bx_till *till);
/* The programme, the epoch or the contact changed: look at everything again. */
void bx_leases_kick(struct bx_till *till);

/* --- link.c, papers of the server: contact, the queue of entries, documents ------------------- */

struct bx_link {
    bool enrolled, online, forced, stranger;
    bool noted; /* offline-start is written, or about to be */
    bx_mono offline_since, last_good;
    int failures;
    bx_mono next_try; /* of anything, after a failure */
    int64_t send_request, news_request, document_request, queue_request, note_request;
    struct bx_ref batch[BX_BATCH_MAX]; /* being sent */
    size_t batch_count, batch_limit;
    int64_t batch_done, batch_waiting, batch_attention; /* of the answers being stored */
    int64_t queued, attention;
    int64_t attention_request, attention_sum; /* being counted anew */
    bool attention_moved;                     /* and it changed since the counting began */
    int64_t read_from;                        /* queue was read up to here */
    int64_t read_seq;                         /* next_seq when the read began */
    int64_t swept;                            /* entries this sweep leaves behind, waiting */
    bool pending;                             /* there is something to read */
    bx_mono next_news, next_documents, next_waiting;
    int document_at;     /* which one is next */
    bool document_again; /* another epoch: all of them begin anew behind the one under way */
    int64_t document_note;
    enum bx_document document_kind;
    void *document_new;        /* parsed, until it is on disk */
    int64_t epoch, commit;     /* highest seen */
    bool reoffer;              /* a new epoch: entries above the server's mark go again */
    int64_t mark;              /* that mark, once it is known; -1 */
    bool marking;              /* the note under way carries it */
    struct bx_pool_news *news; /* sorted by pool */
    size_t news_count;
    bx_utc news_at;
    bx_mono news_mono;
    int64_t exchanges; /* that came to an end: "try now" has been tried */
};
void bx_link_start(struct bx_till *till, const struct bx_event *event);
void bx_link_finish(struct bx_till *till);
void bx_link_tick(struct bx_till *till);
void bx_link_kick(struct bx_till *till);    /* something was queued: send soon */
void bx_link_try_now(struct bx_till *till); /* a person asks */
void bx_link_force(struct bx_till *till, bool offline);
void bx_link_answer(struct bx_till *till, const struct bx_booking_answer *answer);
/* Counts the contact of any exchange; true when the answer may be used. */
bool bx_link_contact(struct bx_till *till, const struct bx_booking_answer *answer);
/* May something be sent now? */
bool bx_link_is_up(const struct bx_till *till);
/* The server holds everything up to MARK: what is above goes again, when the epoch is new. */
void bx_link_mark(struct bx_till *till, int64_t mark);
void bx_link_stored(struct bx_till *till, const struct bx_event *event);
void bx_link_rows(struct bx_till *till, const struct bx_event *event);
void bx_link_attention(struct bx_till *till, const struct bx_event *event);
/* A person has settled what needed attention. */
void bx_link_settled(struct bx_till *till);
void bx_link_wake(const struct bx_till *till, bx_mono *wake);
const struct bx_pool_news *bx_link_news(const struct bx_till *till, const struct bx_slug *pool);
/* An answer about places of POOL is newer than its news: so much is left beside. */
void bx_link_left(struct bx_till *till, const struct bx_slug *pool, int64_t left);
