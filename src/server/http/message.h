/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A request and an answer as plain values, so that whoever decides knows nothing of sockets. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/buf.h"

enum bd_body_kind {
    BD_BODY_JSON,
    BD_BODY_PROBLEM,
    BD_BODY_NDJSON,
    BD_BODY_METRICS,
    BD_BODY_EVENTS
};

/* Borrowed by the one called with it, until that returns. Header fields that did not come are "".
 */
struct bd_request {
    const char *method; /* upper case; "?" for one that HTTP/1.1 does not name */
    const char *path;   /* as sent, with its query */
    const char *content_type;
    const char *if_none_match;
    const char *device, *incarnation, *challenge, *seen, *signature, *mac; /* Boxtill-… */
    const char *body;                                                      /* never NULL */
    size_t len;
    bool nearby;     /* from this very machine, */
    bool handed_on;  /* says that a proxy handed it on */
    const char *ill; /* why this cannot be trusted as one request, or NULL: say so and hang up */
};

/* What goes back. `body` is the answer's own. */
struct bd_answer {
    int status;
    enum bd_body_kind kind;
    struct bx_buf body;
    char etag[48];   /* without the quotation marks, "" for none */
    char allow[40];  /* "" for none */
    int retry_after; /* seconds, 0 for none */
    bool hang_up;    /* close the connection after it */
    int64_t epoch, commit;
    char challenge[68];  /* for the next request */
    char signature[132]; /* Ed25519, or of a channel's answer … */
    bool is_mac;         /* … its MAC */
};

void bd_answer_init(struct bd_answer *answer);
void bd_answer_finish(struct bd_answer *answer);
/* A JSON body's or NDJSON's content type. */
const char *bd_body_kind_text(enum bd_body_kind kind);
