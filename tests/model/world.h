/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One real till core on its bench, one real server book over the memory store, and between them a
 * network that keeps every message and every answer for ever: what is delivered, when and how often
 * is the caller's choice.
 *
 * One pool for CAPACITY tickets of WORLD_PLACES places each, so that a till is given stock even
 * where the model has one place. How much a till wants is no part of the rules: whenever its REQ
 * arrives, it asks for the usual share, and that is all there is. */

#include "unit/server/book/fixture.h"
#include "unit/till/rig.h"

enum { WORLD_PLACES = 10, WORLD_PARTS = 4, WORLD_LETTERS = 256, WORLD_SALES = 16 };
#define WORLD_POOL "room-20261124-2000"

struct letter {
    enum bx_allot_verb verb;
    int64_t r; /* HELLO: the epoch it is said in */
    int64_t epoch;
    bool told_closing; /* HELLO: what it says of the lease */
    struct bx_allot_message messages[WORLD_PARTS];
    struct bx_allot_answer answers[WORLD_PARTS]; /* unless it is a message */
    size_t count;
};

struct world {
    struct rig *rig;
    struct venue *venue;
    struct till *device; /* enrolled; its journal is the rig's */
    struct till *other;  /* keeps slots shut until it says HELLO */
    struct bd_store *backup;
    struct letter sent[WORLD_LETTERS], answered[WORLD_LETTERS];
    size_t sent_count, answered_count;
    int64_t request;        /* under way at the till, 0: none */
    struct bd_mark highest; /* that anybody was ever shown */
    int64_t capacity;       /* tickets */
    int64_t alive;          /* holds that buyers on the web have */
    int64_t web;            /* tickets handed out there */
    struct {
        int64_t r, seq;
    } sales[WORLD_SALES];
    size_t sale_count;
    bool left;   /* a payment was left, and its basket is there */
    int version; /* of the programme that the till has */
};
struct world *world_create(int64_t capacity);
void world_destroy(struct world *world);

/* Waits until the till has sent VERB about R (HELLO: in epoch R), and leaves it under way; all else
 * it sends meanwhile gets no answer. False when it does not come. */
bool world_sends(struct world *world, enum bx_allot_verb verb, int64_t r, int seconds);
/* No answer comes to what is under way. */
void world_silence(struct world *world);
/* The last such message, or answer; NULL: there never was one. */
struct letter *world_letter(struct letter *letters, size_t count, enum bx_allot_verb verb,
                            int64_t r);
/* MESSAGE reaches the server, and its answer is kept. */
void world_deliver(struct world *world, const struct letter *message);
/* ANSWER reaches the till, as if it answered what is under way. */
void world_answer(struct world *world, const struct letter *answer);
/* All entries up to SEQ reach the server in one batch. */
void world_send_entries(struct world *world, int64_t seq);
/* Hands the till a programme in which the slot is cancelled, or is not. */
void world_announce(struct world *world, bool cancelled);

/* The till's lease, or an empty one. */
struct bx_lease world_lease(struct world *world);
/* The server's, or an empty one. */
struct bd_lease_row world_row(struct world *world, int64_t r);
struct bd_mark world_mark(struct world *world);
void world_backup(struct world *world);
/* The backup takes the place of what was, and whoever did it says so. */
void world_restore(struct world *world);
