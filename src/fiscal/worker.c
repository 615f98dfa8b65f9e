/* SPDX-License-Identifier: Apache-2.0 */
/* Calls go in through a ring and answers come out through an outbox, by value. A full ring is no
 * wait but BX_ERR_BUSY, which the till takes for an outage. An answer that finds no room is
 * dropped: the till asks again, and a device tells its last signature as often as it is asked. */

#include "boxtill/fiscal/worker.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/outbox.h"
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
    struct bx_ring *calls;
    struct bx_outbox *answers;
    atomic_size_t waiting;
    atomic_bool ending;
    pthread_t thread;
};

static struct worker *of(struct bx_fiscal *fiscal)
{
    return (struct worker *)fiscal;
}

/* --- its thread ------------------------------------------------------------------------------- */

static void tell(struct worker *worker, const struct bx_fiscal_answer *answer)
{
    bool kept = bx_outbox_put(worker->answers, answer);
    (void)kept;
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

static bool answer(struct bx_fiscal *fiscal, struct bx_fiscal_answer *ret)
{
    return bx_outbox_take(of(fiscal)->answers, ret);
}

static int fd(struct bx_fiscal *fiscal)
{
    return bx_outbox_fd(of(fiscal)->answers);
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
    bx_outbox_destroy(worker->answers);
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
    worker->answers = bx_outbox_create(ANSWERS, sizeof(struct bx_fiscal_answer));
    bx_assert(worker->answers);
    thread_start(worker);
    return &worker->fiscal;
}

size_t bx_fiscal_worker_waiting(const struct bx_fiscal *fiscal)
{
    return atomic_load(&((const struct worker *)fiscal)->waiting);
}
