/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The booking service as a whole: HTTP in front, the desk in the loop's thread, the writer behind
 * its queue. */

#include <stdbool.h>

#include "boxtill/base/fault.h"
#include "boxtill/port/clock.h"
#include "boxtill/port/random.h"
#include "server/book/book.h"

struct bd_service;
struct bd_service_setup {
    const char *listen;
    int listeners;           /* to the stream of availability, at once */
    bool behind_proxy;       /* which decides who may see the metrics */
    struct bd_store *reader; /* the loop's own, reading */
    struct bd_store *writer; /* the writer's own */
    const struct bd_policy *policy;
    struct bx_clock *clock;
    struct bx_random *random;
};

/* Listens, but does not answer before it runs. What SETUP points to must outlive the service. */
struct bd_service *bd_service_create(const struct bd_service_setup *setup, struct bx_fault *fault);
/* The stores are the caller's again. */
void *bd_service_destroy(struct bd_service *service);
BX_CLEANUP_DEFINE(struct bd_service, bd_service_destroy)

/* "127.0.0.1:34567", as bound. */
const char *bd_service_address(const struct bd_service *service);
/* Serves until bd_service_stop; the batch under way is finished, what waited is dropped
 * unanswered (devices ask again). */
int bx_must bd_service_run(struct bd_service *service, struct bx_fault *fault);
/* From any thread or signal handler. */
void bd_service_stop(struct bd_service *service);
