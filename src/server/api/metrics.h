/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the house counts about itself, in the text format of Prometheus (exposition format 0.0.4).
 * Labels are bounded: operations are those of openapi.yaml, classes of status are five.
 *
 * Requests are counted and everything is read by the loop's thread; batches by the writer's. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/buf.h"
#include "boxtill/base/time.h"
#include "server/api/spec.h"
#include "server/book/book.h"

struct bd_metrics;
struct bd_metrics *bd_metrics_create(void);
void *bd_metrics_destroy(struct bd_metrics *metrics);
BX_CLEANUP_DEFINE(struct bd_metrics, bd_metrics_destroy)

/* An answer goes out. ROUTE may be NULL: none was found. */
void bd_metrics_request(struct bd_metrics *metrics, const struct bd_route *route, int status);
/* So many listen to the stream of availability. */
void bd_metrics_listeners(struct bd_metrics *metrics, size_t count);

/* A batch of WORKS is over, which took COMMIT_US to be made durable; WAIT_US: how long the first of
 * it had waited. DONE: it was committed, at NOW. */
struct bd_batch_facts {
    size_t works;
    int64_t commit_us, wait_us;
    bool done;
    bx_mono now;
};
void bd_metrics_batch(struct bd_metrics *metrics, const struct bd_batch_facts *facts);
/* The queue as it is, and how long something put now would wait. */
void bd_metrics_queue(struct bd_metrics *metrics, int64_t queued, int64_t wait_ms);

/* Is this a house to send people to? The last transaction of the writer, which has one every few
 * seconds, was committed and is no older than ten seconds; slots are not shut; the queue is short.
 */
struct bd_readiness {
    bool store, open, queue;
};
struct bd_readiness bd_metrics_readiness(const struct bd_metrics *metrics,
                                         const struct bd_mark *mark, bx_mono now);

/* Appends all of it. */
void bd_metrics_write(const struct bd_metrics *metrics, const struct bd_mark *mark,
                      const struct bd_census *census, struct bx_buf *out);
