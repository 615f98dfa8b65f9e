/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One request on its way through the house: taken and checked by the loop's thread, done by it
 * (reading) or by the writer (writing), signed and answered by the loop's thread. Owned by whoever
 * has it at the moment; never by two. */

#include <stdbool.h>

#include "boxtill/base/attr.h"
#include "boxtill/domain/code.h"
#include "boxtill/domain/lease.h"
#include "boxtill/domain/question.h"
#include "server/api/auth.h"
#include "server/api/router.h"
#include "server/book/online.h"
#include "server/http/message.h"

enum { BD_SCANS_MAX = 256 };

struct bd_scan_in {
    struct bx_id id;
    struct bx_code code; /* "" when it was mistyped */
    char gate[44];
    bx_utc at;
};

struct bd_enrol_in {
    char code[9];
    struct bx_public_key key;
};

struct bd_rotate_in {
    struct bx_public_key key;
    struct bx_signature proof; /* by the key itself */
};

/* What the body said, as values; only the operation's own part is filled. */
struct bd_input {
    struct bx_id id; /* the idempotency key */
    bool has_id;
    struct bd_enrol_in enrol;
    struct bd_rotate_in rotate;
    struct bx_allot_message *messages;
    struct bd_scan_in *scans;
    size_t count;
    enum bx_question question;
    struct bx_id about; /* the hold or order in the path */
    struct bd_hold_ask *hold;
    struct bd_order_ask *order;
    char *text; /* a body that is handed on as it came, LEN bytes */
    size_t len;
};

struct bd_work {
    const struct bd_route *route; /* NULL: the house's own errand (leases freeze) */
    char param[BD_PARAM_SIZE];
    char if_none_match[48];
    bool inside; /* asked from the machine itself, or as the proxy in front lets through */
    struct bx_hash fingerprint; /* of operation, device and body: what an id is bound to */
    bool known;                 /* the caller is a device, and proved it */
    bool lately;                /* by what was known of it a moment ago: the writer looks again */
    struct bd_caller caller;
    char request_signature[129]; /* as sent, "" when there was none */
    struct bd_input input;

    bool ready; /* the answer stands */
    struct bd_answer answer;
    struct bd_mark mark; /* where the server stood when it was made */

    int64_t put_us;  /* when it was put in the writer's queue */
    uint64_t ticket; /* of the one to answer; the caller's business */
};

/* Adds the slots and pools that INPUT is about to ask for; what has no room is left out. */
void bd_input_places(const struct bd_input *input, struct bd_places_asked *ret);

struct bd_work *bd_work_create(void);
/* Forgets the answer, to be done anew. */
void bd_work_again(struct bd_work *work);
void *bd_work_destroy(struct bd_work *work);
BX_CLEANUP_DEFINE(struct bd_work, bd_work_destroy)
