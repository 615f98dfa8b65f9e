/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What travels between till and server, apart from leases: batches of entries and their answers,
 * availability, and the strings that are signed. Shared, so that the two ends cannot drift. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/buf.h"
#include "boxtill/base/crypto.h"
#include "boxtill/base/fault.h"
#include "boxtill/domain/entry.h"

/* POST /v1/entries, application/x-ndjson: for each entry an envelope line
 *   {"till":2,"inc":1,"seq":412,"id":"…","prev":"hex","hash":"hex"}
 * and then the stored body, verbatim, on a line of its own. At most BX_BATCH_MAX entries and
 * BX_BATCH_BYTES bytes. */
enum { BX_BATCH_MAX = 256, BX_BATCH_BYTES = 8 << 20 };

struct bx_envelope {
    int64_t till, incarnation, seq;
    struct bx_id id;
    struct bx_hash prev, hash;
};
void bx_envelope_encode(const struct bx_envelope *envelope, struct bx_buf *out); /* with "\n" */
/* The line without its "\n". */
int bx_must bx_envelope_decode(const char *json, size_t len, struct bx_envelope *ret,
                               struct bx_fault *fault);

/* The answer, application/x-ndjson, one line per entry in the order sent:
 *   {"seq":412,"id":"…","hash":"hex","outcome":"recorded","task":"","say":""}
 * with the outcomes "recorded", "recorded-task", "waiting" and "conflict". */
enum bx_entry_outcome {
    BX_ENTRY_RECORDED,
    BX_ENTRY_RECORDED_TASK, /* booked, and a person has something to look at */
    BX_ENTRY_WAITING,       /* in custody; booking waits for another entry or a newer server */
    BX_ENTRY_CONFLICT       /* same id or seq, other hash: kept aside, alarm */
};
const char *bx_entry_outcome_word(enum bx_entry_outcome outcome);
int bx_must bx_entry_outcome_parse(const char *word, enum bx_entry_outcome *ret);

struct bx_entry_answer {
    int64_t seq;
    struct bx_id id;
    struct bx_hash hash;
    enum bx_entry_outcome outcome;
    char task[24]; /* "price", "over", "clash" …; "" */
    char say[128]; /* for people; "" */
};
void bx_entry_answer_encode(const struct bx_entry_answer *answer,
                            struct bx_buf *out); /* with "\n" */
/* A whole answer body. Refused when a line is incomplete. */
int bx_must bx_entry_answers_decode(const char *text, size_t len, struct bx_entry_answer *ret,
                                    size_t max, size_t *ret_count, struct bx_fault *fault);

/* GET /v1/availability → {"epoch":1,"commit":9,"at":µs,"pools":[{"pool":"…","capacity":250,
 * "sold":9,"held":0,"leased":50}],"recall":[{"pool":"…","r":3}]}. "recall", left out when empty, is
 * about the till that asks: of those of its leases others want what is not used. */
struct bx_pool_news {
    struct bx_slug pool;
    int64_t capacity, sold, held, leased;
    int64_t recall; /* number of the asking till's lease that is to be closed; 0: none */
};
enum { BX_POOLS_MAX = 4000 };
void bx_availability_encode(int64_t epoch, int64_t commit, bx_utc at,
                            const struct bx_pool_news *pools, size_t count, struct bx_buf *out);
int bx_must bx_availability_decode(const char *json, size_t len, bx_utc *ret_at,
                                   struct bx_pool_news *ret, size_t max, size_t *ret_count,
                                   struct bx_fault *fault);

/* Signing. A request carries
 *   Boxtill-Device: till number          Boxtill-Incarnation: n
 *   Boxtill-Challenge: the last one the server gave (hex, may be absent at first)
 *   Boxtill-Seen: "epoch.commit", the highest the device ever saw
 *   Boxtill-Signature: hex Ed25519 over the lines "bxq1", METHOD, path and query as sent, hex
 *     BLAKE2b-256 of the body, device, incarnation, seen, challenge, each ended by "\n"
 * and the answer
 *   Boxtill-Epoch, Boxtill-Commit, Boxtill-Challenge (for the next request)
 *   Boxtill-Signature: hex Ed25519 by the server over the lines "bxa1", status, hex BLAKE2b-256 of
 *     the body, epoch, commit, challenge, and the request's signature in hex: an answer belongs to
 *     one request and cannot be played to another. */
struct bx_request_facts {
    const char *method, *path; /* path with its query */
    const void *body;
    size_t len;
    int64_t device, incarnation, seen_epoch, seen_commit;
    const char *challenge; /* "" when none */
};
void bx_request_text(const struct bx_request_facts *facts, struct bx_buf *out);
/* What a device's new key signs to show that it is there (POST /v1/devices/rotate): the lines
 * "bxr1", device, incarnation, the request's id and the new public key in hex. */
struct bx_rotation_facts {
    int64_t device, incarnation;
    struct bx_id id;
    struct bx_public_key key;
};
void bx_rotation_text(const struct bx_rotation_facts *facts, struct bx_buf *out);

struct bx_answer_facts {
    int status;
    const void *body;
    size_t len;
    int64_t epoch, commit;
    const char *challenge;
    const char *request_signature; /* hex, "" for an unsigned request */
};
void bx_answer_text(const struct bx_answer_facts *facts, struct bx_buf *out);

/* The settlement code's and the enrolment's shared pieces. POST /v1/devices/enrol, unsigned:
 *   {"id":"…","code":"8 Crockford characters","key":"hex public key"}
 * → {"till":2,"incarnation":1,"issuer":2,"server":"hex public key","secret":"hex, sealed to key",
 *    "venue":"Sample Museum"}; the same id and key get the same answer again. */
struct bx_enrolment {
    int64_t till, incarnation;
    int issuer;
    struct bx_public_key server;
    uint8_t secret[32]; /* for settlement codes */
    char venue[BX_NAME_SIZE];
};
