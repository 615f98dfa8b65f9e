/* SPDX-License-Identifier: Apache-2.0 */
/* Calls go in through one ring and answers come out through another, by value; an eventfd wakes the
 * one place where the till sleeps. A full ring is no wait but BX_ERR_BUSY, which the till takes for
 * an outage. An answer that finds no room is dropped: the till asks again, and a device tells its
 * last signature as often as it is asked. */

#include "boxtill/fiscal/worker.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/ring.h"
#include "boxtill/base/text.h"

enum { CALLS = 32, ANSWERS = 64 };

enum verb { START, FINISH, CANCEL, ASK };

struct call {
    enum verb verb;
    struct bx_id id;
    enum bx_process process;
    struct bx_ref proof;
    struct bx_fiscal_document document;
};

struct worker {
    struct bx_fiscal fiscal; /* first */
    struct bx_fiscal *device;
    struct bx_ring *calls, *answers;
    atomic_size_t waiting;
    atomic_bool ending;
    int fd;
    pthread_t thread;
};

static struct worker *of(struct bx_fiscal *fiscal)
{
    return (struct worker *)fiscal;
}

/* --- its thread ------------------------------------------------------------------------------- */

static void tell(struct worker *worker, const struct bx_fiscal_answer *answer)
{
    static const uint64_t one = 1;
    if (bx_ring_put(worker->answers, answer))
        bx_assert(write(worker->fd, &one, sizeof(one)) == sizeof(one));
}

static int device_call(struct bx_fiscal *device, const struct call *call, struct bx_fault *fault)
{
    switch (call->verb) {
    case START: return device->ops->start(device, &call->id, call->process, fault);
    case FINISH: return device->ops->finish(device, &call->proof, &call->document, fault);
    case CANCEL: return device->ops->cancel(device, &call->id, fault);
    case ASK: return device->ops->ask(device, fault);
    }
    bx_unreachable();
}

static void call_work(struct worker *worker, const struct call *call)
{
    struct bx_fault fault = {0};
    struct bx_fiscal_answer answer;
    int err = device_call(worker->device, call, &fault);
    while (worker->device->ops->answer(worker->device, &answer))
        tell(worker, &answer);
    if (!err || call->verb == START || call->verb == CANCEL)
        return;
    answer = (struct bx_fiscal_answer){.outcome = BX_FISCAL_OUT};
    BX_TEXT_COPY(answer.say, fault.say);
    tell(worker, &answer);
}

static void *work(void *arg)
{
    struct worker *worker = arg;
    struct call *call = bx_new(struct call);
    while (bx_ring_wait(worker->calls, call)) {
        if (!atomic_load(&worker->ending))
            call_work(worker, call);
        atomic_fetch_sub(&worker->waiting, 1);
    }
    bx_free(call);
    return NULL;
}

/* Signals are the till's: one that woke this thread would wake nobody else. */
static void thread_start(struct worker *worker)
{
    sigset_t all, before;
    sigfillset(&all);
    bx_assert(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
    bx_assert(pthread_create(&worker->thread, NULL, work, worker) == 0);
    bx_assert(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
}

/* --- the port --------------------------------------------------------------------------------- */

static int put(struct bx_fiscal *fiscal, const struct call *call, struct bx_fault *fault)
{
    struct worker *worker = of(fiscal);
    atomic_fetch_add(&worker->waiting, 1);
    if (bx_ring_put(worker->calls, call))
        return 0;
    atomic_fetch_sub(&worker->waiting, 1);
    return bx_fault_say(fault, BX_ERR_BUSY, "The signing device has not caught up.");
}

static int start(struct bx_fiscal *fiscal, const struct bx_id *id, enum bx_process process,
                 struct bx_fault *fault)
{
    return put(fiscal, &(struct call){.verb = START, .id = *id, .process = process}, fault);
}

static int finish(struct bx_fiscal *fiscal, const struct bx_ref *proof,
                  const struct bx_fiscal_document *document, struct bx_fault *fault)
{
    return put(fiscal, &(struct call){.verb = FINISH, .proof = *proof, .document = *document},
               fault);
}

static int cancel(struct bx_fiscal *fiscal, const struct bx_id *id, struct bx_fault *fault)
{
    return put(fiscal, &(struct call){.verb = CANCEL, .id = *id}, fault);
}

static int ask(struct bx_fiscal *fiscal, struct bx_fault *fault)
{
    return put(fiscal, &(struct call){.verb = ASK}, fault);
}

/* Emptied once nothing waits, and before that is looked at again: an answer that comes in between
 * wakes again. */
static bool answer(struct bx_fiscal *fiscal, struct bx_fiscal_answer *ret)
{
    struct worker *worker = of(fiscal);
    uint64_t count;
    if (bx_ring_take(worker->answers, ret))
        return true;
    while (read(worker->fd, &count, sizeof(count)) > 0)
        continue;
    return bx_ring_take(worker->answers, ret);
}

static int fd(struct bx_fiscal *fiscal)
{
    return of(fiscal)->fd;
}

/* What waits is not begun any more: its entries are open, and the next start has them signed. */
static void *destroy(struct bx_fiscal *fiscal)
{
    if (!fiscal)
        return NULL;
    struct worker *worker = of(fiscal);
    atomic_store(&worker->ending, true);
    bx_ring_close(worker->calls);
    pthread_join(worker->thread, NULL);
    worker->device->ops->destroy(worker->device);
    bx_ring_destroy(worker->calls);
    bx_ring_destroy(worker->answers);
    close(worker->fd);
    return bx_free(worker);
}

struct bx_fiscal *bx_fiscal_worker_create(struct bx_fiscal *taken_device)
{
    static const struct bx_fiscal_ops ops = {.start = start,
                                             .finish = finish,
                                             .cancel = cancel,
                                             .ask = ask,
                                             .answer = answer,
                                             .fd = fd,
                                             .destroy = destroy};
    struct worker *worker = bx_new(struct worker);
    worker->fiscal.ops = &ops;
    worker->device = taken_device;
    worker->calls = bx_ring_create(CALLS, sizeof(struct call));
    worker->answers = bx_ring_create(ANSWERS, sizeof(struct bx_fiscal_answer));
    worker->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    bx_assert(worker->fd >= 0);
    thread_start(worker);
    return &worker->fiscal;
}

size_t bx_fiscal_worker_waiting(const struct bx_fiscal *fiscal)
{
    return atomic_load(&((const struct worker *)fiscal)->waiting);
}
