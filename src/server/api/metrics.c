/* SPDX-License-Identifier: Apache-2.0 */
/* Counters are never reset and never negative. What both threads touch is atomic, each number by
 * itself: a scrape in the middle of a batch may see its size and not yet its time, as every scrape
 * may that comes a moment earlier. */

#include "server/api/metrics.h"

#include <stdatomic.h>

#include "boxtill/base/alloc.h"

enum {
    CLASSES = 5,
    BOUNDS = 12,
    STORE_FRESH_MS = 10000, /* the writer has something to do every two seconds */
    QUEUE_SHORT_MS = 250    /* half of what turns requests away */
};

/* The last bucket has no bound. */
struct histogram {
    int64_t bounds[BOUNDS];
    _Atomic int64_t counts[BOUNDS + 1], sum;
};

struct bd_metrics {
    int64_t *requests; /* [route][class], the last route stands for none */
    size_t listeners;
    struct histogram batch, commit, wait;
    _Atomic int64_t failed;
    _Atomic int64_t queued, wait_ms;
    _Atomic int64_t committed_ms; /* when the last batch was, since some start; -1: it failed */
};

static const int64_t sizes[BOUNDS] = {1, 2, 4, 8, 16, 32, 64, 128, 192, 256, 384, 512};
static const int64_t times[BOUNDS] = {100,   250,   500,    1000,   2500,   5000,
                                      10000, 25000, 100000, 250000, 500000, 1000000};

static void histogram_init(struct histogram *histogram, const int64_t bounds[BOUNDS])
{
    for (int i = 0; i < BOUNDS; i++)
        histogram->bounds[i] = bounds[i];
}

static void histogram_add(struct histogram *histogram, int64_t value)
{
    int at = 0;
    while (at < BOUNDS && value > histogram->bounds[at])
        at++;
    atomic_fetch_add(&histogram->counts[at], 1);
    atomic_fetch_add(&histogram->sum, value > 0 ? value : 0);
}

struct bd_metrics *bd_metrics_create(void)
{
    struct bd_metrics *metrics = bx_new(struct bd_metrics);
    metrics->requests = bx_alloc((bd_route_count + 1) * CLASSES, sizeof(*metrics->requests));
    histogram_init(&metrics->batch, sizes);
    histogram_init(&metrics->commit, times);
    histogram_init(&metrics->wait, times);
    atomic_store(&metrics->committed_ms, -1);
    return metrics;
}

void *bd_metrics_destroy(struct bd_metrics *metrics)
{
    if (!metrics)
        return NULL;
    bx_free(metrics->requests);
    return bx_free(metrics);
}

void bd_metrics_request(struct bd_metrics *metrics, const struct bd_route *route, int status)
{
    size_t row = route ? (size_t)(route - bd_routes) : bd_route_count;
    int class = status / 100;
    if (class >= 1 && class <= CLASSES)
        metrics->requests[row * CLASSES + (size_t) class - 1]++;
}

void bd_metrics_listeners(struct bd_metrics *metrics, size_t count)
{
    metrics->listeners = count;
}

void bd_metrics_batch(struct bd_metrics *metrics, const struct bd_batch_facts *facts)
{
    if (facts->works > 0) {
        histogram_add(&metrics->batch, (int64_t)facts->works);
        histogram_add(&metrics->commit, facts->commit_us);
        histogram_add(&metrics->wait, facts->wait_us);
    }
    if (!facts->done)
        atomic_fetch_add(&metrics->failed, 1);
    atomic_store(&metrics->committed_ms, facts->done ? facts->now.ns / 1000000 : -1);
}

void bd_metrics_queue(struct bd_metrics *metrics, int64_t queued, int64_t wait_ms)
{
    atomic_store(&metrics->queued, queued);
    atomic_store(&metrics->wait_ms, wait_ms);
}

struct bd_readiness bd_metrics_readiness(const struct bd_metrics *metrics,
                                         const struct bd_mark *mark, bx_mono now)
{
    int64_t committed = atomic_load(&metrics->committed_ms);
    return (struct bd_readiness){.store = committed >= 0 &&
                                          now.ns / 1000000 - committed <= STORE_FRESH_MS,
                                 .open = !mark->shut,
                                 .queue = atomic_load(&metrics->wait_ms) <= QUEUE_SHORT_MS};
}

/* --- the text ----------------------------------------------------------------------------- */

static void family(struct bx_buf *out, const char *name, const char *type, const char *help)
{
    bx_buf_format(out, "# HELP boxtilld_%s %s\n# TYPE boxtilld_%s %s\n", name, help, name, type);
}

static void gauge(struct bx_buf *out, const char *name, const char *help, int64_t value)
{
    family(out, name, "gauge", help);
    bx_buf_format(out, "boxtilld_%s %lld\n", name, (long long)value);
}

/* A number of UNITS-ths as a decimal. */
static void decimal(struct bx_buf *out, int64_t value, int64_t units)
{
    if (units == 1)
        bx_buf_format(out, "%lld", (long long)value);
    else
        bx_buf_format(out, "%lld.%06lld", (long long)(value / units), (long long)(value % units));
}

static void histogram_write(struct bx_buf *out, const char *name, const char *help,
                            const struct histogram *histogram, int64_t units)
{
    int64_t below = 0;
    family(out, name, "histogram", help);
    for (int i = 0; i < BOUNDS; i++) {
        below += atomic_load(&histogram->counts[i]);
        bx_buf_format(out, "boxtilld_%s_bucket{le=\"", name);
        decimal(out, histogram->bounds[i], units);
        bx_buf_format(out, "\"} %lld\n", (long long)below);
    }
    below += atomic_load(&histogram->counts[BOUNDS]);
    bx_buf_format(out, "boxtilld_%s_bucket{le=\"+Inf\"} %lld\nboxtilld_%s_sum ", name,
                  (long long)below, name);
    decimal(out, atomic_load(&histogram->sum), units);
    bx_buf_format(out, "\nboxtilld_%s_count %lld\n", name, (long long)below);
}

static void requests_write(const struct bd_metrics *metrics, struct bx_buf *out)
{
    family(out, "requests_total", "counter", "Answers by operation and class of status.");
    for (size_t row = 0; row <= bd_route_count; row++) {
        for (int i = 0; i < CLASSES; i++) {
            int64_t count = metrics->requests[row * CLASSES + (size_t)i];
            if (count > 0)
                bx_buf_format(
                    out, "boxtilld_requests_total{operation=\"%s\",class=\"%dxx\"} %lld\n",
                    row < bd_route_count ? bd_routes[row].name : "none", i + 1, (long long)count);
        }
    }
}

struct part {
    const char *name;
    int64_t value;
};

static void parts_write(struct bx_buf *out, const char *name, const char *label,
                        const struct part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bx_buf_format(out, "boxtilld_%s{%s=\"%s\"} %lld\n", name, label, parts[i].name,
                      (long long)parts[i].value);
}

static void census_write(const struct bd_census *census, struct bx_buf *out)
{
    const struct part places[] = {{"capacity", census->capacity},
                                  {"sold", census->sold},
                                  {"held", census->held},
                                  {"leased", census->leased},
                                  {"over", census->over}};
    const struct part devices[] = {{"enrolled", census->enrolled},
                                   {"quarantined", census->quarantined},
                                   {"suspected", census->suspected},
                                   {"revoked", census->revoked}};
    gauge(out, "pools", "Pools that are not over.", census->pools);
    family(out, "places", "gauge", "Places of the pools that are not over.");
    parts_write(out, "places", "state", places, bx_countof(places));
    family(out, "devices", "gauge", "Devices by state.");
    parts_write(out, "devices", "state", devices, bx_countof(devices));
    gauge(out, "entries_waiting", "Entries in custody that are not booked yet.", census->waiting);
    gauge(out, "tasks_open", "Tasks for a person to look at.", census->tasks);
}

void bd_metrics_write(const struct bd_metrics *metrics, const struct bd_mark *mark,
                      const struct bd_census *census, struct bx_buf *out)
{
    requests_write(metrics, out);
    gauge(out, "listeners", "Clients of the stream of availability.", (int64_t)metrics->listeners);
    gauge(out, "writer_queue", "Requests put and not begun.", atomic_load(&metrics->queued));
    family(out, "writer_wait_seconds", "gauge", "How long a request put now would wait.");
    bx_buf_text_add(out, "boxtilld_writer_wait_seconds ");
    decimal(out, atomic_load(&metrics->wait_ms) * 1000, 1000000);
    bx_buf_text_add(out, "\n");
    histogram_write(out, "writer_waited_seconds", "How long the first request of a batch waited.",
                    &metrics->wait, 1000000);
    histogram_write(out, "batch_requests", "Requests in one transaction.", &metrics->batch, 1);
    histogram_write(out, "commit_seconds", "Time that a commit took.", &metrics->commit, 1000000);
    family(out, "batches_failed_total", "counter", "Transactions that were not committed.");
    bx_buf_format(out, "boxtilld_batches_failed_total %lld\n",
                  (long long)atomic_load(&metrics->failed));
    gauge(out, "epoch", "Raised by each restore.", mark->epoch);
    gauge(out, "shut", "1: timed slots are shut after a restore.", mark->shut ? 1 : 0);
    census_write(census, out);
}
