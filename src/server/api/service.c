/* SPDX-License-Identifier: Apache-2.0 */
/* Joins the parts and adds no rule of its own. Works cross between the two threads by the writer's
 * rings; the loop is woken when there are answers. */

#include "server/api/service.h"

#include "boxtill/base/alloc.h"
#include "boxtill/domain/wire.h"
#include "server/api/api.h"
#include "server/api/stream.h"
#include "server/api/writer.h"
#include "server/http/http.h"

enum {
    CONNECTIONS = 1000,
    SILENCE_SECONDS = 30,
    PATIENCE_SECONDS = 120,
    TICK_MS = 2000,
    GRACE_MS = 5000,
    RETRY_SECONDS = 1,
    /* Of the stream: a change is told so long after the last one; every so many ticks there is
     * something on the line; whoever is one too many asks again then. */
    NEWS_MS = 300,
    QUIET_TICKS = 7,
    LISTEN_RETRY_SECONDS = 30
};

struct bd_service {
    struct bd_http *http;
    struct bd_api *api;
    struct bd_writer *writer;
    struct bd_metrics *metrics;
    struct bd_stream *stream;
    struct bd_text *snapshot; /* for whoever comes until the next look; NULL: not made yet */
    size_t listeners_max;
    bool looking; /* bd_http_after is under way */
    int quiet;    /* ticks since something was told */
};

/* --- listeners ---------------------------------------------------------------------------- */

static void tell(struct bd_service *service, const struct bx_buf *news)
{
    struct bd_text *text = bd_text_create(bx_buf_text(news), news->len);
    bd_http_tell(service->http, text);
    bd_text_release(text);
    service->quiet = 0;
}

static void look(struct bd_service *service)
{
    bx_buf_auto news;
    bx_buf_init(&news, 0);
    service->snapshot = bd_text_release(service->snapshot);
    bool is_news = bd_stream_look(service->stream, &news);
    for (int64_t till; (till = bd_stream_revoked(service->stream)) != 0;)
        bd_http_stream_end(service->http, till);
    if (is_news)
        tell(service, &news);
}

static void look_soon(struct bd_service *service)
{
    if (service->looking || bd_http_streams(service->http) == 0)
        return;
    service->looking = true;
    bd_http_after(service->http, NEWS_MS);
}

static void due(void *arg)
{
    struct bd_service *service = arg;
    service->looking = false;
    look(service);
}

/* One for all who come between two looks: after a restart all of them come at once. */
static struct bd_text *snapshot(struct bd_service *service)
{
    if (!service->snapshot) {
        bx_buf_auto text;
        bx_buf_init(&text, 0);
        bx_buf_text_add(&text, "retry: 3000\n\n");
        bd_stream_snapshot(service->stream, &text);
        service->snapshot = bd_text_create(bx_buf_text(&text), text.len);
    }
    return service->snapshot;
}

/* The first listener is given how it is now, the others what was told last. */
static void listen_begin(struct bd_service *service, const struct bd_work *work)
{
    if (bd_http_streams(service->http) == 0)
        look(service);
    (void)bd_http_stream(service->http, (bd_http_ticket){work->ticket}, work->caller.device.till,
                         &work->answer, snapshot(service));
}

static bool is_listener(const struct bd_work *work)
{
    return work->route && work->route->operation == BD_OPERATION_STREAM &&
           work->answer.status == 200;
}

static void listeners_tick(struct bd_service *service)
{
    if (bd_http_streams(service->http) == 0)
        return;
    if (bd_stream_is_old(service->stream))
        look_soon(service);
    if (++service->quiet < QUIET_TICKS)
        return;
    bx_buf_auto comment;
    bx_buf_init(&comment, 0);
    bx_buf_text_add(&comment, ":\n\n");
    tell(service, &comment);
}

/* --- answers ------------------------------------------------------------------------------ */

static void answer(struct bd_service *service, struct bd_work *taken_work)
{
    bd_api_sign(service->api, taken_work);
    bd_metrics_request(service->metrics, taken_work->route, taken_work->answer.status);
    if (is_listener(taken_work))
        listen_begin(service, taken_work);
    else
        (void)bd_http_answer(service->http, (bd_http_ticket){taken_work->ticket},
                             &taken_work->answer);
    bd_work_destroy(taken_work);
}

static void request_came(void *arg, bd_http_ticket ticket, const struct bd_request *request)
{
    struct bd_service *service = arg;
    bd_metrics_listeners(service->metrics, bd_http_streams(service->http));
    struct bd_work *work = bd_api_take(service->api, request);
    work->ticket = ticket.n;
    if (!work->ready) {
        work = bd_writer_put(service->writer, work);
        if (!work)
            return;
        bd_api_turn_away(work, RETRY_SECONDS);
    } else if (is_listener(work) && bd_http_streams(service->http) >= service->listeners_max) {
        bd_api_turn_away(work, LISTEN_RETRY_SECONDS);
    }
    answer(service, work);
}

static void woken(void *arg)
{
    struct bd_service *service = arg;
    struct bd_work *work;
    while ((work = bd_writer_take(service->writer)))
        answer(service, work);
    look_soon(service);
}

/* Leases whose time is over freeze. When the writer is too busy for that, the next tick will do. */
static void tick(void *arg)
{
    struct bd_service *service = arg;
    bd_work_destroy(bd_writer_put(service->writer, bd_work_create()));
    listeners_tick(service);
}

static void writer_done(void *arg)
{
    struct bd_service *service = arg;
    bd_http_wake(service->http);
}

struct bd_service *bd_service_create(const struct bd_service_setup *setup, struct bx_fault *fault)
{
    static const struct bd_http_ops ops = {
        .request = request_came, .woken = woken, .tick = tick, .due = due};
    struct bd_service *service = bx_new(struct bd_service);
    service->metrics = bd_metrics_create();
    struct bd_http_setup http = {.listen = setup->listen,
                                 .max_body = BX_BATCH_BYTES + 1024,
                                 .connections = CONNECTIONS + (size_t)setup->listeners,
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
    struct bd_stream_setup stream = {.store = setup->reader, .clock = setup->clock};
    service->listeners_max = (size_t)setup->listeners;
    service->http = bd_http_create(&http, fault);
    service->api = service->http ? bd_api_create(&api, fault) : NULL;
    service->stream = service->api ? bd_stream_create(&stream, fault) : NULL;
    service->writer = service->stream ? bd_writer_create(&writer, fault) : NULL;
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
    bd_stream_destroy(service->stream);
    bd_text_release(service->snapshot);
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
