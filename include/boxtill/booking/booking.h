/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The booking port over HTTP (boxtill/domain/wire.h): each attempt is signed, each answer is
 * verified against the server's pinned key before a byte of it is believed. What does not verify
 * is as if nobody had answered: BX_CONTACT_AGAIN. A stale challenge (425) is renewed and the
 * request signed anew without anybody noticing.
 *
 * One thread, the one that sleeps in bx_booking_http_wait(). */

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/crypto.h"
#include "boxtill/port/booking.h"

struct bx_booking_config {
    const char *url;     /* "https://tickets.example.org" or http to loopback; copied */
    const char *ca_file; /* NULL or "": the system's */
    const char *pin;     /* NULL or "": none */
    int64_t till, incarnation;
    struct bx_secret_key key;
    struct bx_public_key server;
    int64_t timeout_ms; /* of one attempt; 0: 20 s */
};

struct bx_booking *bx_booking_http_create(const struct bx_booking_config *config,
                                          struct bx_fault *fault);
void *bx_booking_http_destroy(struct bx_booking *booking);
BX_CLEANUP_DEFINE(struct bx_booking, bx_booking_http_destroy)

/* As bx_http_wait(). */
void bx_booking_http_wait(struct bx_booking *booking, struct pollfd *fds, size_t count, int ms);

/* Makes this device known with a one-time code; waits for the answer. Of CONFIG the url, ca_file,
 * pin, key and timeout are used. ID and key must be on disk before: the same two get the same
 * answer again, so a lost answer costs nothing. BX_ERR_REFUSED: the code is wrong or used;
 * BX_ERR_OFFLINE, BX_ERR_UNKNOWN: ask again with the same id and key; BX_ERR_FORGED, BX_ERR_INPUT:
 * not our server.
 */
int bx_must bx_booking_enrol(const struct bx_booking_config *config, const struct bx_id *id,
                             const char *code, struct bx_enrolment *ret, struct bx_fault *fault);

/* Gives this device NEXT in place of its key; waits for the answer. ID and NEXT must be on disk
 * before: the same two may be asked with again until this returns 0, and only then is the old key
 * to be forgotten. BX_ERR_REFUSED: the server wants neither key; else as above. */
int bx_must bx_booking_rotate(const struct bx_booking_config *config, const struct bx_id *id,
                              const struct bx_secret_key *next, struct bx_fault *fault);
