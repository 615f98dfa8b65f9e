/* SPDX-License-Identifier: Apache-2.0 */
/* The thread between the till and a device. Orders and reports are messages by value, except the
 * paper, which is copied once and handed over: it is 50 kB, and the queue is 64 deep. An eventfd
 * beside the ring of orders carries the wake-up, so that the worker can wait with a time limit,
 * which a ring alone cannot. */

#include "printers/worker.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/outbox.h"
#include "boxtill/base/ring.h"
#include "boxtill/base/words.h"

enum { ORDERS = 64, REPORTS = 256, FULL_WAIT_MS = 20 };

enum order_kind { ORDER_SUBMIT, ORDER_ASK, ORDER_CANCEL, ORDER_DRAWER };
struct order {
    enum order_kind kind;
    struct bx_print_job job; /* of a drawer: seq, and its number as `ticket` */
    struct bx_paper *paper;  /* of a submit: the message owns it */
};

struct tp_worker {
    struct bx_printer printer; /* first: the port's handle is the worker */
    struct tp_craft *craft;
    struct bx_ring *orders;
    int order_fd; /* a bell */
    struct bx_outbox *reports;
    atomic_bool stopping;
    pthread_t thread;
};

static struct tp_worker *worker_of(struct bx_printer *printer)
{
    return (struct tp_worker *)printer;
}

static void bell_ring(int fd)
{
    uint64_t one = 1;
    ssize_t wrote;
    do
        wrote = write(fd, &one, sizeof(one));
    while (wrote < 0 && errno == EINTR);
}

static void pause_for(int fd, int ms)
{
    struct pollfd one = {.fd = fd, .events = POLLIN};
    uint64_t count;
    if (poll(&one, fd < 0 ? 0 : 1, ms) <= 0)
        return;
    while (read(fd, &count, sizeof(count)) > 0)
        continue;
}

bool tp_worker_is_stopping(struct tp_worker *worker)
{
    return atomic_load(&worker->stopping);
}

void tp_worker_report(struct tp_worker *worker, const struct bx_print_report *report)
{
    while (!bx_outbox_put(worker->reports, report)) {
        if (tp_worker_is_stopping(worker))
            return; /* nobody will read it; the journal asks again at the next start */
        pause_for(-1, FULL_WAIT_MS);
    }
}

static void order_do(struct tp_craft *craft, struct order *order)
{
    switch (order->kind) {
    case ORDER_SUBMIT:
        bx_words_use(order->paper->language);
        craft->ops->submit(craft, &order->job, order->paper);
        break;
    case ORDER_ASK: craft->ops->ask(craft, &order->job); break;
    case ORDER_CANCEL: craft->ops->cancel(craft, &order->job); break;
    case ORDER_DRAWER: craft->ops->drawer(craft, order->job.seq, order->job.ticket); break;
    }
    bx_free(order->paper);
}

static void *worker_main(void *arg)
{
    struct tp_worker *worker = arg;
    struct tp_craft *craft = worker->craft;
    while (!tp_worker_is_stopping(worker)) {
        struct order order;
        if (craft->ops->ready(craft) && bx_ring_take(worker->orders, &order)) {
            order_do(craft, &order);
            continue;
        }
        int ms = craft->ops->turn(craft);
        if (!tp_worker_is_stopping(worker))
            pause_for(worker->order_fd, ms);
    }
    return NULL;
}

static int order_put(struct bx_printer *printer, enum order_kind kind,
                     const struct bx_print_job *job, const struct bx_paper *paper,
                     struct bx_fault *fault)
{
    struct tp_worker *worker = worker_of(printer);
    struct order order = {.kind = kind, .job = *job};
    if (paper) {
        order.paper = bx_new(struct bx_paper);
        *order.paper = *paper;
    }
    if (!bx_ring_put(worker->orders, &order)) {
        bx_free(order.paper);
        return bx_fault_set(fault, BX_ERR_BUSY, "The printer has not caught up; wait a moment.",
                            "%d orders wait", ORDERS);
    }
    bell_ring(worker->order_fd);
    return 0;
}

static int printer_submit(struct bx_printer *printer, const struct bx_ref *proof,
                          const struct bx_print_job *job, const struct bx_paper *paper,
                          struct bx_fault *fault)
{
    bx_assert(proof && proof->seq > 0 && !bx_id_is_zero(&job->id));
    return order_put(printer, ORDER_SUBMIT, job, paper, fault);
}

static int printer_ask(struct bx_printer *printer, const struct bx_print_job *job,
                       struct bx_fault *fault)
{
    return order_put(printer, ORDER_ASK, job, NULL, fault);
}

static int printer_cancel(struct bx_printer *printer, const struct bx_print_job *job,
                          struct bx_fault *fault)
{
    return order_put(printer, ORDER_CANCEL, job, NULL, fault);
}

static int printer_drawer(struct bx_printer *printer, const struct bx_ref *proof, int drawer,
                          struct bx_fault *fault)
{
    const struct bx_print_job job = {.seq = proof->seq, .ticket = drawer};
    bx_assert(proof->seq > 0 && drawer >= 1);
    return order_put(printer, ORDER_DRAWER, &job, NULL, fault);
}

static bool printer_report(struct bx_printer *printer, struct bx_print_report *ret)
{
    return bx_outbox_take(worker_of(printer)->reports, ret);
}

static int printer_fd(struct bx_printer *printer)
{
    return bx_outbox_fd(worker_of(printer)->reports);
}

static void *printer_destroy(struct bx_printer *printer)
{
    if (!printer)
        return NULL;
    struct tp_worker *worker = worker_of(printer);
    atomic_store(&worker->stopping, true);
    bell_ring(worker->order_fd);
    int err = pthread_join(worker->thread, NULL);
    bx_assert(err == 0);
    struct order order;
    while (bx_ring_take(worker->orders, &order))
        bx_free(order.paper);
    worker->craft->ops->destroy(worker->craft);
    bx_ring_destroy(worker->orders);
    close(worker->order_fd);
    bx_outbox_destroy(worker->reports);
    return bx_free(worker);
}

static const struct bx_printer_ops worker_ops = {
    .submit = printer_submit,
    .ask = printer_ask,
    .cancel = printer_cancel,
    .drawer = printer_drawer,
    .report = printer_report,
    .fd = printer_fd,
    .destroy = printer_destroy,
};

/* Signals belong to the thread that owns the till. */
static void thread_start(struct tp_worker *worker)
{
    sigset_t all, before;
    sigfillset(&all);
    int err = pthread_sigmask(SIG_SETMASK, &all, &before);
    bx_assert(err == 0);
    err = pthread_create(&worker->thread, NULL, worker_main, worker);
    bx_assert(err == 0);
    err = pthread_sigmask(SIG_SETMASK, &before, NULL);
    bx_assert(err == 0);
}

struct bx_printer *tp_worker_create(struct tp_craft *taken_craft)
{
    struct tp_worker *worker = bx_new(struct tp_worker);
    worker->printer.ops = &worker_ops;
    worker->craft = taken_craft;
    taken_craft->worker = worker;
    worker->orders = bx_ring_create(ORDERS, sizeof(struct order));
    worker->reports = bx_outbox_create(REPORTS, sizeof(struct bx_print_report));
    worker->order_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    bx_assert(worker->order_fd >= 0 && worker->reports);
    thread_start(worker);
    return &worker->printer;
}
