/* SPDX-License-Identifier: Apache-2.0 */
/* Joins the parts and adds no rule of its own. Works cross between the two threads by the writer's
 * rings; the loop is woken when there are answers. */

#include "server/api/service.h"

#include "boxtill/base/alloc.h"
#include "boxtill/domain/wire.h"
#include "server/api/api.h"
#include "server/api/writer.h"
#include "server/http/http.h"

enum {
    CONNECTIONS = 1000,
    SILENCE_SECONDS = 30,
    PATIENCE_SECONDS = 120,
    TICK_MS = 2000,
    GRACE_MS = 5000,
    RETRY_SECONDS = 1
};

struct bd_service {
    struct bd_http *http;
    struct bd_api *api;
    struct bd_writer *writer;
    struct bd_metrics *metrics;
};

static void answer(struct bd_service *service, struct bd_work *taken_work)
{
    bd_api_sign(service->api, taken_work);
    bd_metrics_request(service->metrics, taken_work->route, taken_work->answer.status);
    (void)bd_http_answer(service->http, (bd_http_ticket){taken_work->ticket}, &taken_work->answer);
    bd_work_destroy(taken_work);
}

static void request_came(void *arg, bd_http_ticket ticket, const struct bd_request *request)
{
    struct bd_service *service = arg;
    struct bd_work *work = bd_api_take(service->api, request);
    work->ticket = ticket.n;
    if (!work->ready) {
        work = bd_writer_put(service->writer, work);
        if (!work)
            return;
        bd_api_turn_away(work, RETRY_SECONDS);
    }
    answer(service, work);
}

static void woken(void *arg)
{
    struct bd_service *service = arg;
    struct bd_work *work;
    while ((work = bd_writer_take(service->writer)))
        answer(service, work);
}

/* Leases whose time is over freeze. When the writer is too busy for that, the next tick will do. */
static void tick(void *arg)
{
    struct bd_service *service = arg;
    bd_work_destroy(bd_writer_put(service->writer, bd_work_create()));
}

static void writer_done(void *arg)
{
    struct bd_service *service = arg;
    bd_http_wake(service->http);
}

struct bd_service *bd_service_create(const struct bd_service_setup *setup, struct bx_fault *fault)
{
    static const struct bd_http_ops ops = {.request = request_came, .woken = woken, .tick = tick};
    struct bd_service *service = bx_new(struct bd_service);
    service->metrics = bd_metrics_create();
    struct bd_http_setup http = {.listen = setup->listen,
                                 .max_body = BX_BATCH_BYTES + 1024,
                                 .connections = CONNECTIONS,
                                 .silence = SILENCE_SECONDS,
                                 .patience = PATIENCE_SECONDS,
                                 .grace_ms = GRACE_MS,
                                 .tick_ms = TICK_MS,
                                 .ops = &ops,
                                 .arg = service};
    struct bd_api_setup api = {.store = setup->reader,
                               .policy = setup->policy,
                               .clock = setup->clock,
                               .random = setup->random,
                               .metrics = service->metrics,
                               .behind_proxy = setup->behind_proxy};
    struct bd_writer_setup writer = {.store = setup->writer,
                                     .policy = setup->policy,
                                     .clock = setup->clock,
                                     .random = setup->random,
                                     .done = writer_done,
                                     .arg = service,
                                     .metrics = service->metrics};
    service->http = bd_http_create(&http, fault);
    service->api = service->http ? bd_api_create(&api, fault) : NULL;
    service->writer = service->api ? bd_writer_create(&writer, fault) : NULL;
    return service->writer ? service : bd_service_destroy(service);
}

void *bd_service_destroy(struct bd_service *service)
{
    if (!service)
        return NULL;
    bd_writer_destroy(service->writer); /* first: it wakes the loop */
    bd_http_destroy(service->http);
    bd_api_destroy(service->api);
    bd_metrics_destroy(service->metrics);
    return bx_free(service);
}

const char *bd_service_address(const struct bd_service *service)
{
    return bd_http_address(service->http);
}

int bd_service_run(struct bd_service *service, struct bx_fault *fault)
{
    int err = bd_writer_start(service->writer, fault);
    if (err < 0)
        return err;
    tick(service); /* so that the store has shown itself before anybody asks */
    err = bd_http_run(service->http);
    bd_writer_stop(service->writer);
    woken(service);
    if (err < 0)
        return bx_fault_set(fault, err, "The server's loop has failed.", NULL);
    return 0;
}

void bd_service_stop(struct bd_service *service)
{
    bd_http_stop(service->http);
}
