/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The front desk: takes a request apart, says who asks, does what only reads, and signs what goes
 * out. One thread, with a store of its own that only reads. What must write leaves here as work
 * for the writer and comes back to be signed. */

#include "boxtill/port/clock.h"
#include "boxtill/port/random.h"
#include "server/api/metrics.h"
#include "server/api/work.h"
#include "server/book/book.h"
#include "server/http/message.h"

struct bd_api;
struct bd_api_setup {
    struct bd_store *store; /* the desk's own, reading */
    const struct bd_policy *policy;
    struct bx_clock *clock;
    struct bx_random *random;
    struct bd_metrics *metrics;
    bool behind_proxy; /* a proxy decides who may see the metrics, not the desk */
};

/* What SETUP points to stays the caller's and must outlive the desk. */
struct bd_api *bd_api_create(const struct bd_api_setup *setup, struct bx_fault *fault);
void *bd_api_destroy(struct bd_api *api);
BX_CLEANUP_DEFINE(struct bd_api, bd_api_destroy)

/* REQUEST is not needed afterwards. The work is the caller's: `ready` when the answer stands, else
 * it is for the writer. Never NULL. */
struct bd_work *bd_api_take(struct bd_api *api, const struct bd_request *request);

/* Turns a work away: the writer has too much to do, or has stopped. */
void bd_api_turn_away(struct bd_work *work, int retry_after);

/* The last step before an answer leaves: signs it. */
void bd_api_sign(struct bd_api *api, struct bd_work *work);
