/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Port: the booking server, as a till sees it. A call starts an exchange and returns at once; its
 * answer comes later through `answer`, named by the request number. One exchange of each kind may
 * be under way. Real: src/booking (HTTP). Fake: the server's book called directly (tests). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/fault.h"
#include "boxtill/domain/lease.h"
#include "boxtill/domain/question.h"
#include "boxtill/domain/wire.h"
#include "boxtill/port/journal.h"

enum bx_exchange {
    BX_EXCHANGE_ENTRIES,
    BX_EXCHANGE_ALLOT,
    BX_EXCHANGE_NEWS,
    BX_EXCHANGE_DOCUMENT,
    BX_EXCHANGE_QUESTION
};

enum bx_contact {
    BX_CONTACT_GOOD,     /* a verified answer that could be read */
    BX_CONTACT_AGAIN,    /* nobody, too slow, cut, garbled, forged, 409, 425, 429, 5xx: try again */
    BX_CONTACT_STRANGER, /* 401 or 403: the device is not (or no longer) enrolled */
    BX_CONTACT_REFUSED   /* another 4xx, verified: trying again the same will not help */
};

/* Borrowed until the next call of `answer`. */
struct bx_booking_answer {
    int64_t request;
    enum bx_exchange exchange;
    enum bx_contact contact;
    struct bx_fault fault; /* unless GOOD */
    int64_t epoch, commit; /* when GOOD */
    int64_t retry_after;   /* seconds the server asked for, 0: none */
    const struct bx_entry_answer *entries;
    size_t entry_count;
    const struct bx_allot_answer *allots;
    size_t allot_count;
    bx_utc news_at; /* server's clock */
    const struct bx_pool_news *news;
    size_t news_count;
    enum bx_document document;
    bool unchanged; /* the version at hand is still the newest */
    enum bx_question question;
    const char *bytes;
    size_t len;
};

/* An entry on its way: the stored bytes. */
struct bx_outgoing {
    struct bx_envelope envelope;
    const char *body;
    size_t len;
};

struct bx_booking;
struct bx_booking_ops {
    int (*entries)(struct bx_booking *booking, int64_t request, const struct bx_outgoing *entries,
                   size_t count, struct bx_fault *fault);
    int (*allot)(struct bx_booking *booking, int64_t request, const struct bx_id *id,
                 const struct bx_ref *proof, const struct bx_allot_message *messages, size_t count,
                 struct bx_fault *fault);
    int (*news)(struct bx_booking *booking, int64_t request, struct bx_fault *fault);
    /* HAVE: version at hand, 0 none. */
    int (*document)(struct bx_booking *booking, int64_t request, enum bx_document document,
                    int64_t have, struct bx_fault *fault);
    /* JSON: what question.h says of QUESTION; the answer's comes in bytes. Several may be under
     * way; BX_ERR_BUSY when too many are. */
    int (*ask)(struct bx_booking *booking, int64_t request, enum bx_question question,
               const char *json, size_t len, struct bx_fault *fault);
    /* The highest the journal knows; sent along with every request. */
    void (*seen)(struct bx_booking *booking, int64_t epoch, int64_t commit);
    /* The next answer; false when there is none now. */
    bool (*answer)(struct bx_booking *booking, struct bx_booking_answer *ret);
};
struct bx_booking {
    const struct bx_booking_ops *ops;
};
