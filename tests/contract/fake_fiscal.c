/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_fiscal.h"

#include <stdio.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/ring.h"
#include "boxtill/base/text.h"

enum { ANSWERS = 64, OPEN = 16 };

struct fake {
    struct bx_fiscal fiscal; /* first */
    bool silent, refuse;
    int64_t transaction, counter;
    struct bx_id open[OPEN];
    int64_t numbers[OPEN]; /* 0: free */
    struct bx_fiscal_answer last;
    struct bx_ring *answers;
};

static struct fake *of(struct bx_fiscal *fiscal)
{
    return (struct fake *)fiscal;
}

static int say(struct fake *fake, const struct bx_fiscal_answer *answer, struct bx_fault *fault)
{
    return bx_ring_put(fake->answers, answer)
               ? 0
               : bx_fault_say(fault, BX_ERR_BUSY, "Too many answers wait.");
}

/* The number of the process ID, which is open no more; 0: it is not open. */
static int64_t take(struct fake *fake, const struct bx_id *id)
{
    for (int i = 0; i < OPEN; i++) {
        int64_t number = fake->numbers[i];
        if (number == 0 || !bx_id_equal(&fake->open[i], id))
            continue;
        fake->numbers[i] = 0;
        return number;
    }
    return 0;
}

static int start(struct bx_fiscal *fiscal, const struct bx_id *id, enum bx_process process,
                 struct bx_fault *fault)
{
    struct fake *fake = of(fiscal);
    bx_assert(process == BX_PROCESS_RECEIPT || process == BX_PROCESS_TRAINING);
    if (fake->silent)
        return 0;
    (void)take(fake, id);
    for (int i = 0; i < OPEN; i++) {
        if (fake->numbers[i] != 0)
            continue;
        fake->open[i] = *id;
        fake->numbers[i] = ++fake->transaction;
        return 0;
    }
    return bx_fault_say(fault, BX_ERR_FULL, "Too many payments are open.");
}

static int finish(struct bx_fiscal *fiscal, const struct bx_ref *proof,
                  const struct bx_fiscal_document *document, struct bx_fault *fault)
{
    struct fake *fake = of(fiscal);
    bx_assert(proof->seq == document->seq && document->process != BX_PROCESS_NONE);
    if (fake->silent)
        return 0;
    if (fake->counter > 0 && bx_id_equal(&fake->last.id, &document->id))
        return say(fake, &fake->last, fault);
    struct bx_fiscal_answer answer = {.id = document->id, .outcome = BX_FISCAL_REFUSED};
    BX_TEXT_COPY(answer.say, "not this one");
    if (fake->refuse)
        return say(fake, &answer, fault);
    int64_t number = take(fake, &document->id);
    answer =
        (struct bx_fiscal_answer){.id = document->id,
                                  .outcome = BX_FISCAL_SIGNED,
                                  .sign = {.begun = document->at,
                                           .at = document->at,
                                           .transaction = number ? number : ++fake->transaction,
                                           .counter = ++fake->counter,
                                           .device = "FAKE"}};
    snprintf(answer.sign.qr, sizeof(answer.sign.qr), "FAKE;%lld", (long long)fake->counter);
    fake->last = answer;
    return say(fake, &answer, fault);
}

static int cancel(struct bx_fiscal *fiscal, const struct bx_id *id, struct bx_fault *fault)
{
    (void)fault;
    (void)take(of(fiscal), id);
    return 0;
}

static int ask(struct bx_fiscal *fiscal, struct bx_fault *fault)
{
    static const struct bx_fiscal_answer ready = {.outcome = BX_FISCAL_READY};
    return of(fiscal)->silent ? 0 : say(of(fiscal), &ready, fault);
}

static bool answer(struct bx_fiscal *fiscal, struct bx_fiscal_answer *ret)
{
    return bx_ring_take(of(fiscal)->answers, ret);
}

static int fd(struct bx_fiscal *fiscal)
{
    (void)fiscal;
    return -1;
}

static void *destroy(struct bx_fiscal *fiscal)
{
    if (!fiscal)
        return NULL;
    bx_ring_destroy(of(fiscal)->answers);
    return bx_free(fiscal);
}

struct bx_fiscal *fake_fiscal_create(void)
{
    static const struct bx_fiscal_ops ops = {.start = start,
                                             .finish = finish,
                                             .cancel = cancel,
                                             .ask = ask,
                                             .answer = answer,
                                             .fd = fd,
                                             .destroy = destroy};
    struct fake *fake = bx_new(struct fake);
    fake->fiscal.ops = &ops;
    fake->answers = bx_ring_create(ANSWERS, sizeof(struct bx_fiscal_answer));
    return &fake->fiscal;
}

void fake_fiscal_silent(struct bx_fiscal *fiscal, bool silent)
{
    of(fiscal)->silent = silent;
}

void fake_fiscal_refuse(struct bx_fiscal *fiscal, bool refuse)
{
    of(fiscal)->refuse = refuse;
}
