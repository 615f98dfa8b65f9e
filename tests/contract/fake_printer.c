/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_printer.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/ring.h"
#include "boxtill/base/text.h"

enum { REPORTS = 4096 };

struct fake_printer {
    struct bx_printer printer; /* first */
    enum fake_mood mood;
    int count, drawers;
    struct bx_paper *papers[FAKE_PAPERS_MAX];
    struct bx_print_job jobs[FAKE_PAPERS_MAX]; /* with the state they came to */
    struct bx_ring *reports;
};

static struct fake_printer *fake_of(struct bx_printer *printer)
{
    return (struct fake_printer *)printer;
}

static void say(struct fake_printer *fake, const struct bx_id *job, enum bx_job_state state)
{
    static const struct bx_id none;
    struct bx_print_report report = {.job = job ? *job : none, .state = state};
    report.printer_ready = fake->mood != FAKE_WAITS;
    if (!report.printer_ready)
        BX_TEXT_COPY(report.say, "out of paper");
    bool put = bx_ring_put(fake->reports, &report);
    bx_assert(put);
}

static void job_go(struct fake_printer *fake, struct bx_print_job *job)
{
    if (fake->mood != FAKE_FAILS_SAFE && job->state < BX_JOB_SPOOLED)
        say(fake, &job->id, BX_JOB_SPOOLED);
    switch (fake->mood) {
    case FAKE_CONFIRMS: job->state = BX_JOB_CONFIRMED; break;
    case FAKE_SENDS: job->state = BX_JOB_SENT; break;
    case FAKE_UNSURE: job->state = BX_JOB_UNSURE; break;
    case FAKE_FAILS_SAFE: job->state = BX_JOB_FAILED_SAFE; break;
    case FAKE_WAITS:
    case FAKE_BUSY: job->state = BX_JOB_PRINTING; break;
    }
    say(fake, &job->id, job->state);
}

static struct bx_print_job *job_find(struct fake_printer *fake, const struct bx_id *id)
{
    for (int i = fake->count; i-- > 0;)
        if (bx_id_equal(&fake->jobs[i].id, id))
            return &fake->jobs[i];
    return NULL;
}

static int fake_submit(struct bx_printer *printer, const struct bx_ref *proof,
                       const struct bx_print_job *job, const struct bx_paper *paper,
                       struct bx_fault *fault)
{
    struct fake_printer *fake = fake_of(printer);
    bx_assert(proof && proof->seq > 0 && !bx_id_is_zero(&job->id));
    if (fake->mood == FAKE_BUSY || fake->count == FAKE_PAPERS_MAX)
        return bx_fault_say(fault, BX_ERR_BUSY, "The printer has not caught up; wait a moment.");
    fake->papers[fake->count] = bx_new(struct bx_paper);
    *fake->papers[fake->count] = *paper;
    fake->jobs[fake->count] = *job;
    fake->jobs[fake->count].state = BX_JOB_SUBMITTING;
    job_go(fake, &fake->jobs[fake->count++]);
    return 0;
}

static int fake_ask(struct bx_printer *printer, const struct bx_print_job *job,
                    struct bx_fault *fault)
{
    (void)fault;
    struct bx_print_job *known = job_find(fake_of(printer), &job->id);
    say(fake_of(printer), &job->id, known ? known->state : BX_JOB_UNSURE);
    return 0;
}

static int fake_cancel(struct bx_printer *printer, const struct bx_print_job *job,
                       struct bx_fault *fault)
{
    struct bx_print_job *known = job_find(fake_of(printer), &job->id);
    if (known && known->state == BX_JOB_PRINTING)
        known->state = BX_JOB_CANCELLED;
    return fake_ask(printer, job, fault);
}

static bool fake_report(struct bx_printer *printer, struct bx_print_report *ret)
{
    return bx_ring_take(fake_of(printer)->reports, ret);
}

static int fake_drawer(struct bx_printer *printer, const struct bx_ref *proof, int drawer,
                       struct bx_fault *fault)
{
    (void)proof;
    (void)drawer;
    (void)fault;
    fake_of(printer)->drawers++;
    return 0;
}

static int fake_fd(struct bx_printer *printer)
{
    (void)printer;
    return -1;
}

static void *fake_destroy(struct bx_printer *printer)
{
    if (!printer)
        return NULL;
    struct fake_printer *fake = fake_of(printer);
    for (int i = 0; i < fake->count; i++)
        bx_free(fake->papers[i]);
    bx_ring_destroy(fake->reports);
    return bx_free(fake);
}

static const struct bx_printer_ops fake_ops = {
    .submit = fake_submit,
    .ask = fake_ask,
    .cancel = fake_cancel,
    .drawer = fake_drawer,
    .report = fake_report,
    .fd = fake_fd,
    .destroy = fake_destroy,
};

struct bx_printer *fake_printer_create(void)
{
    struct fake_printer *fake = bx_new(struct fake_printer);
    fake->printer.ops = &fake_ops;
    fake->reports = bx_ring_create(REPORTS, sizeof(struct bx_print_report));
    say(fake, NULL, BX_JOB_NEW);
    return &fake->printer;
}

void fake_printer_mood(struct bx_printer *printer, enum fake_mood mood)
{
    struct fake_printer *fake = fake_of(printer);
    fake->mood = mood;
    say(fake, NULL, BX_JOB_NEW);
    for (int i = 0; i < fake->count && mood != FAKE_WAITS && mood != FAKE_BUSY; i++)
        if (fake->jobs[i].state == BX_JOB_PRINTING)
            job_go(fake, &fake->jobs[i]);
}

int fake_printer_count(const struct bx_printer *printer)
{
    return ((const struct fake_printer *)printer)->count;
}

const struct bx_paper *fake_printer_paper(const struct bx_printer *printer, int index)
{
    const struct fake_printer *fake = (const struct fake_printer *)printer;
    bx_assert(index >= 0 && index < fake->count);
    return fake->papers[index];
}

const struct bx_print_job *fake_printer_job(const struct bx_printer *printer, int index)
{
    const struct fake_printer *fake = (const struct fake_printer *)printer;
    bx_assert(index >= 0 && index < fake->count);
    return &fake->jobs[index];
}
