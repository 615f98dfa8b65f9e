/* SPDX-License-Identifier: Apache-2.0 */
/* Two bounded rings of pointers, in and out; no more than BD_QUEUE_MAX works are between them, so
 * the ring back can never be full. The estimate of the wait is what a commit costs (the disk's
 * sync) for each batch that the queue still makes, and what a piece of work costs for each piece:
 * were the sync counted to the pieces, an idle server with a slow disk would turn the first crowd
 * away.
 *
 * Another process may write too (boxtilld import). Each batch looks, inside its transaction,
 * whether the programme is still the one its book was made from, and makes the book anew when it is
 * not. */

#include "server/api/writer.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/ring.h"
#include "boxtill/base/text.h"
#include "server/api/operation.h"
#include "server/book/online.h"
#include "server/store/store.h"

struct bd_writer {
    struct bd_writer_setup setup;
    struct bd_book *book;
    int64_t programme; /* what the book was made from */
    struct bx_hash programme_hash;
    struct bd_mark mark; /* as our last batch left it */
    struct bx_ring *in, *out;
    pthread_t thread;
    bool started;
    atomic_bool stopping;
    atomic_int under_way;      /* put and not yet taken back */
    atomic_int queued;         /* put and not yet begun */
    _Atomic int64_t commit_us; /* moving averages: a commit, */
    _Atomic int64_t piece_us;  /* and one piece of work in it */
    struct bd_work *batch[BD_BATCH_MAX];
    size_t count;
};

static struct bd_turn turn_now(const struct bd_writer *writer)
{
    struct bd_turn turn = {.now = writer->setup.clock->ops->utc(writer->setup.clock)};
    writer->setup.random->ops->seed(writer->setup.random, turn.seed);
    return turn;
}

static int64_t now_us(const struct bd_writer *writer)
{
    return writer->setup.clock->ops->mono(writer->setup.clock).ns / 1000;
}

/* A sample that no disk gives (the machine slept) counts as the slowest bearable one. */
static void average(_Atomic int64_t *held, int64_t sample)
{
    int64_t before = atomic_load(held);
    if (sample > BD_WAIT_MAX_MS * 1000)
        sample = BD_WAIT_MAX_MS * 1000;
    atomic_store(held, before ? (before * 7 + sample) / 8 : sample);
}

/* --- one piece of work -------------------------------------------------------------------- */

/* 0: not there. 1: the answer stands. Or an error. */
static int reply_find(struct bd_store *store, struct bd_work *work, struct bx_fault *fault)
{
    struct bd_reply_row row = {.id = work->input.id};
    int err = bd_get(store, BD_REPLY, &row, fault);
    if (err)
        return err == BD_NOT ? 0 : err;
    if (!bx_hash_equal(&row.body, &work->fingerprint)) {
        bd_problem_set(&work->answer, BD_PROBLEM_ID_REUSED, NULL, NULL);
        return 1;
    }
    work->answer.status = (int)row.status;
    bx_buf_clear(&work->answer.body);
    bx_buf_add(&work->answer.body, row.answer.data, row.answer.len);
    return 1;
}

static int reply_keep(const struct bd_desk *desk, const struct bd_work *work,
                      struct bx_fault *fault)
{
    struct bd_reply_row row = {.id = work->input.id,
                               .body = work->fingerprint,
                               .status = work->answer.status,
                               .at = desk->turn.now.us,
                               .answer = {work->answer.body.data, work->answer.body.len}};
    int err = bd_insert(desk->store, BD_REPLY, &row, fault);
    return err == BD_NOT ? BX_ERR_CORRUPT : err;
}

/* The loop may have known the device from a moment ago. 1: it is refused now. */
static int device_look(struct bd_store *store, struct bd_work *work, struct bx_fault *fault)
{
    struct bd_device now;
    int err = bd_book_device(store, work->caller.device.till, &now, fault);
    if (err < 0)
        return err;
    const struct bd_device *then = &work->caller.device;
    bool same = bx_bytes_equal(&now.key, &then->key, sizeof(now.key)) &&
                bx_bytes_equal(now.secret, then->secret, sizeof(now.secret));
    if (!now.revoked && now.incarnation == then->incarnation && same)
        return 0;
    enum bd_problem problem = now.revoked ? BD_PROBLEM_REVOKED
                              : same      ? BD_PROBLEM_INCARNATION
                                          : BD_PROBLEM_SIGNATURE;
    bd_problem_set(&work->answer, problem, NULL, NULL);
    return 1;
}

static int piece_do(const struct bd_desk *desk, struct bd_work *work)
{
    struct bx_fault fault = {0};
    int err = work->lately ? device_look(desk->store, work, &fault) : 0;
    if (!err && work->input.has_id)
        err = reply_find(desk->store, work, &fault);
    if (err)
        return err < 0 ? bd_fault_answer(work, BX_ERR_IO, &fault) : 0;
    err = bd_operation_do(desk, work);
    if (!err && work->input.has_id && work->answer.status == 200) {
        err = reply_keep(desk, work, &fault);
        if (err < 0)
            err = bd_fault_answer(work, BX_ERR_IO, &fault);
    }
    return err;
}

static int seen_do(const struct bd_desk *desk, const struct bd_work *work)
{
    if (!work->known)
        return 0;
    return bd_book_seen(desk->book, &desk->turn, work->caller.seen_epoch, work->caller.seen_commit,
                        NULL);
}

/* What does not work now is tried again at the next tick, the whole of it. */
static void errand_do(const struct bd_desk *desk)
{
    struct bd_store *store = desk->store;
    if (store->ops->mark(store, NULL) < 0)
        return;
    int err = bd_book_freeze(desk->book, &desk->turn, NULL);
    err = store->ops->release(store, err == 0, NULL);
    (void)err;
}

/* An error costs the batch. */
static int work_do(struct bd_writer *writer, struct bd_work *work, struct bx_fault *batch_fault)
{
    struct bd_store *store = writer->setup.store;
    struct bd_desk desk = {.store = store,
                           .book = writer->book,
                           .policy = writer->setup.policy,
                           .turn = turn_now(writer)};
    if (!work->route) {
        errand_do(&desk);
        return 0;
    }
    struct bx_fault fault = {0};
    int err = seen_do(&desk, work);
    if (!err)
        err = bd_book_mark(store, &desk.mark, &fault);
    if (!err)
        err = store->ops->mark(store, &fault);
    if (err) {
        (void)bd_fault_answer(work, BX_ERR_IO, &fault);
        return 0;
    }
    bool keep = piece_do(&desk, work) == 0;
    if (store->ops->release(store, keep, &fault) < 0) {
        keep = false;
        (void)bd_fault_answer(work, BX_ERR_IO, &fault);
    }
    return bd_book_gather_call(desk.book, keep, batch_fault);
}

/* --- a batch ------------------------------------------------------------------------------ */

/* Somebody else imported a programme since: what the book keeps in memory is old. */
static int book_refresh(struct bd_writer *writer, struct bx_fault *fault)
{
    struct bd_meta_row meta = {.one = 1};
    int err = bd_get(writer->setup.store, BD_META, &meta, fault);
    if (err)
        return err == BD_NOT ? BX_ERR_MISSING : err;
    if (writer->book && meta.programme == writer->programme &&
        bx_hash_equal(&meta.programme_hash, &writer->programme_hash))
        return 0;
    bd_book_destroy(writer->book);
    writer->book = bd_book_create(writer->setup.store, writer->setup.policy, fault);
    if (!writer->book)
        return BX_ERR_IO;
    bd_book_gather(writer->book);
    writer->programme = meta.programme;
    writer->programme_hash = meta.programme_hash;
    struct bd_turn turn = turn_now(writer);
    int booked = bd_book_waiting(writer->book, &turn, fault);
    return booked < 0 ? booked : 0;
}

static bool is_among(const struct bd_device_row *rows, size_t count, int64_t till)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].till == till)
            return true;
    return false;
}

/* What the batch's requests will look for, in one question a table to the store. Rows that several
 * servers change are locked with it, in the order of their keys: so no two wait for one another. */
static int batch_expect(const struct bd_writer *writer, struct bx_fault *fault)
{
    struct bd_store *store = writer->setup.store;
    if (!store->ops->expect)
        return 0;
    size_t replies = 0, orders = 0, devices = 0;
    struct bd_reply_row *reply = bx_alloc(writer->count, sizeof(*reply));
    struct bd_order_row *order = bx_alloc(writer->count, sizeof(*order));
    struct bd_device_row *device = bx_alloc(writer->count, sizeof(*device));
    struct bd_places_asked *asked = bx_new(struct bd_places_asked);
    for (size_t i = 0; i < writer->count; i++) {
        const struct bd_work *work = writer->batch[i];
        if (!work->route || !work->input.has_id)
            continue;
        reply[replies++].id = work->input.id;
        if (work->input.order)
            order[orders++].id = work->input.id;
        if (work->known && !is_among(device, devices, work->caller.device.till))
            device[devices++].till = work->caller.device.till;
        bd_input_places(&work->input, asked);
    }
    int err = bd_expect(store, BD_KEPT, BD_REPLY, reply, replies, fault);
    if (!err)
        err = bd_expect(store, BD_KEPT, BD_ORDER, order, orders, fault);
    if (!err)
        err = bd_expect(store, BD_KEPT, BD_DEVICE, device, devices, fault);
    if (!err)
        err = bd_book_expect(writer->book, asked, fault);
    bx_free(reply);
    bx_free(order);
    bx_free(device);
    bx_free(asked);
    return err;
}

/* For whoever keeps the server: the clients only hear that they should ask again. */
static void complain(const struct bx_fault *fault)
{
    bx_buf_auto line;
    bx_buf_init(&line, 4096);
    bx_text_log(&line, fault->say, strlen(fault->say));
    bx_buf_text_add(&line, " ");
    bx_text_log(&line, fault->detail, strlen(fault->detail));
    fprintf(stderr, "boxtilld: a batch was not written: %s\n", bx_buf_text(&line));
}

/* The house's own errands do not count as a load. */
static void batch_tell(struct bd_writer *writer, int64_t began, int64_t commit_us, bool done)
{
    const struct bd_work *first = NULL;
    struct bd_batch_facts facts = {.commit_us = commit_us, .done = done};
    for (size_t i = 0; i < writer->count; i++) {
        if (!writer->batch[i]->route)
            continue;
        first = first ? first : writer->batch[i];
        facts.works++;
    }
    if (!writer->setup.metrics)
        return;
    facts.wait_us = first ? began - first->put_us : 0;
    facts.now = writer->setup.clock->ops->mono(writer->setup.clock);
    bd_metrics_batch(writer->setup.metrics, &facts);
}

/* *RET_AGAIN: the transaction was lost through no fault of its own. */
static bool batch_try(struct bd_writer *writer, bool *ret_again, struct bx_fault *fault)
{
    struct bd_store *store = writer->setup.store;
    int64_t began = now_us(writer);
    *fault = (struct bx_fault){0};
    *ret_again = false;
    if (store->ops->begin(store, fault) < 0) {
        batch_tell(writer, began, now_us(writer) - began, false);
        return false;
    }
    began = now_us(writer);
    bool fit = book_refresh(writer, fault) == 0;
    fit = fit && batch_expect(writer, fault) == 0;
    int64_t ready = now_us(writer);
    for (size_t i = 0; fit && i < writer->count; i++)
        fit = work_do(writer, writer->batch[i], fault) == 0;
    int64_t worked = now_us(writer);
    fit = fit && bd_book_gather_end(writer->book, fault) == 0;
    enum bx_outcome outcome = store->ops->end(store, fit, fit ? fault : NULL);
    *ret_again = outcome != BX_UNKNOWN && fault->err == BX_ERR_BUSY;
    bool done = outcome == BX_DONE && fit && bd_book_mark(store, &writer->mark, fault) == 0;
    average(&writer->piece_us, (worked - ready) / (int64_t)writer->count);
    average(&writer->commit_us, now_us(writer) - worked + ready - began);
    batch_tell(writer, began, now_us(writer) - worked, done);
    return done;
}

/* Without a pause between the tries: who lost to another server waits for its locks anyway. */
static bool batch_commit(struct bd_writer *writer)
{
    struct bx_fault fault;
    bool again = true;
    for (int tries = 0; again && tries < BD_STORE_TRIES; tries++) {
        for (size_t i = 0; tries > 0 && i < writer->count; i++)
            bd_work_again(writer->batch[i]);
        if (batch_try(writer, &again, &fault))
            return true;
        writer->book = bd_book_destroy(writer->book); /* what it remembers did not happen */
    }
    complain(&fault);
    return false;
}

/* How long something put now would wait, in milliseconds. */
static int64_t wait_ms(const struct bd_writer *writer)
{
    int64_t queued = atomic_load(&writer->queued);
    if (atomic_load(&writer->under_way) == 0)
        return 0; /* nobody to wait for; and only work renews the averages */
    int64_t commits = 1 + queued / BD_BATCH_MAX;
    return (commits * atomic_load(&writer->commit_us) + queued * atomic_load(&writer->piece_us)) /
           1000;
}

static void queue_tell(struct bd_writer *writer)
{
    if (writer->setup.metrics)
        bd_metrics_queue(writer->setup.metrics, atomic_load(&writer->queued), wait_ms(writer));
}

static void batch_do(struct bd_writer *writer)
{
    bool done = batch_commit(writer);
    for (size_t i = 0; i < writer->count; i++) {
        struct bd_work *work = writer->batch[i];
        if (!done)
            bd_problem_set(&work->answer, BD_PROBLEM_STORE, NULL, NULL);
        work->mark = writer->mark;
        work->ready = true;
        if (work->route) {
            bx_assert(bx_ring_put(writer->out, &work));
        } else {
            bd_work_destroy(work);
            atomic_fetch_sub(&writer->under_way, 1);
        }
    }
    writer->count = 0;
    queue_tell(writer);
    if (writer->setup.done)
        writer->setup.done(writer->setup.arg);
}

/* Adds to the batch what waits beside its first. */
static void batch_fill(struct bd_writer *writer)
{
    struct bd_work *work;
    while (writer->count < BD_BATCH_MAX && bx_ring_take(writer->in, &work))
        writer->batch[writer->count++] = work;
    atomic_fetch_sub(&writer->queued, (int)writer->count);
}

void bd_writer_turn(struct bd_writer *writer)
{
    batch_fill(writer);
    if (writer->count)
        batch_do(writer);
}

static void *writer_run(void *arg)
{
    struct bd_writer *writer = arg;
    struct bd_work *first;
    while (!atomic_load(&writer->stopping) && bx_ring_wait(writer->in, &first)) {
        writer->batch[writer->count++] = first;
        batch_fill(writer);
        batch_do(writer);
    }
    return NULL;
}

/* --- life --------------------------------------------------------------------------------- */

struct bd_writer *bd_writer_create(const struct bd_writer_setup *setup, struct bx_fault *fault)
{
    struct bd_writer *writer = bx_new(struct bd_writer);
    writer->setup = *setup;
    writer->in = bx_ring_create(BD_QUEUE_MAX, sizeof(struct bd_work *));
    writer->out = bx_ring_create(BD_QUEUE_MAX, sizeof(struct bd_work *));
    if (bd_book_mark(setup->store, &writer->mark, fault) < 0)
        return bd_writer_destroy(writer);
    return writer;
}

int bd_writer_start(struct bd_writer *writer, struct bx_fault *fault)
{
    /* Signals are the loop's. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    writer->started = pthread_create(&writer->thread, NULL, writer_run, writer) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!writer->started)
        return bx_fault_set(fault, BX_ERR_IO, "The writer's thread cannot be started.", NULL);
    return 0;
}

void bd_writer_stop(struct bd_writer *writer)
{
    atomic_store(&writer->stopping, true);
    bx_ring_close(writer->in);
    if (writer->started)
        pthread_join(writer->thread, NULL);
    writer->started = false;
}

void *bd_writer_destroy(struct bd_writer *writer)
{
    if (!writer)
        return NULL;
    bd_writer_stop(writer);
    struct bd_work *work;
    while (bx_ring_take(writer->in, &work) || bx_ring_take(writer->out, &work))
        bd_work_destroy(work);
    bx_ring_destroy(writer->in);
    bx_ring_destroy(writer->out);
    bd_book_destroy(writer->book);
    return bx_free(writer);
}

struct bd_work *bd_writer_put(struct bd_writer *writer, struct bd_work *taken_work)
{
    if (atomic_load(&writer->under_way) >= BD_QUEUE_MAX || wait_ms(writer) > BD_WAIT_MAX_MS)
        return taken_work;
    atomic_fetch_add(&writer->under_way, 1);
    atomic_fetch_add(&writer->queued, 1);
    taken_work->put_us = now_us(writer);
    queue_tell(writer);
    if (bx_ring_put(writer->in, &taken_work))
        return NULL;
    atomic_fetch_sub(&writer->under_way, 1);
    atomic_fetch_sub(&writer->queued, 1);
    return taken_work;
}

struct bd_work *bd_writer_take(struct bd_writer *writer)
{
    struct bd_work *work;
    if (!bx_ring_take(writer->out, &work))
        return NULL;
    atomic_fetch_sub(&writer->under_way, 1);
    queue_tell(writer);
    return work;
}
