/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What buyers say and hear: the bytes of a POST /v1/orders of one place, signed with a channel's
 * MAC, and the reading of its answer. No sockets here. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/id.h"

struct shop {
    char host[48];
    int port;
    int64_t device, incarnation;
    uint8_t secret[32];
    char challenge[80]; /* the last one heard: a server's */
};

struct want {
    const char *product, *slot;
    int64_t price;
};

enum { REQUEST_SIZE = 2048, REPLY_SIZE = 8192, MAC_TEXT = 65 };

struct question {
    struct bx_id id;
    char mac[MAC_TEXT];
    char text[REQUEST_SIZE];
    size_t len;
};

enum verdict {
    REPLY_PART,  /* more must come */
    REPLY_SOLD,  /* 200, of this shop, to this question, about this order */
    REPLY_STALE, /* 425: the challenge was old, the new one is kept */
    REPLY_BUSY,  /* 503 */
    REPLY_OTHER, /* signed, but nothing of these */
    REPLY_FALSE  /* not true, or not to be read */
};

struct reply {
    enum verdict verdict;
    size_t len; /* of the whole, once it is whole */
    int status;
};

/* Asks for a place under ID. */
void question_make(const struct shop *shop, const struct want *want, const struct bx_id *id,
                   struct question *ret);
/* Looks at what came so far, LEN bytes and a NUL. */
struct reply reply_read(struct shop *shop, const struct question *question, char *text, size_t len);
