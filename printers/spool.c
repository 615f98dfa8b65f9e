/* SPDX-License-Identifier: Apache-2.0 */
/* A CUPS queue as a printer. Everything here runs in the worker's thread. What CUPS says of a job
 * is taken for no more than it is worth, as measured: "completed" on a raw queue means that the
 * bytes left, also into a printer without paper; "canceled" does not mean that nothing came out;
 * job numbers are used twice after a crash; a pending job that CUPS does not count any more prints
 * at its next start. Wherever paper may or may not have moved the answer is UNSURE. */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/point.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "printers/lang/escpos.h"
#include "printers/link/cups.h"
#include "printers/printers.h"
#include "printers/reasons.h"
#include "printers/worker.h"

enum {
    TRACKS = 32,
    LOOK_MS = 250,     /* while jobs are under way */
    PRINTER_MS = 2000, /* the printer's own state, then */
    IDLE_MS = 10000,   /* the printer's state while nothing prints */
    OFFLINE_MS = 2000, /* between tries while cupsd does not answer */
    ZOMBIE_LOOKS = 3,  /* in a row that a pending job is counted nowhere */
    DEFAULT_TIMEOUT_MS = 5000,
    DEFAULT_LOST_MS = 15000,
    DEFAULT_SLOW_MS = 8000,
    DEFAULT_STALE_MS = 600000
};

/* A job of which the end is not known yet. */
struct track {
    struct bx_id id; /* zero: free */
    char name[TP_JOB_NAME_SIZE];
    int number; /* CUPS's; 0: to be found by name */
    enum bx_job_state state;
    char said[TP_SAY_SIZE];
    bx_mono since, seen; /* first known; last time CUPS answered for it */
    bool cancel_asked, ran;
    int zombie;
};

struct spool {
    struct tp_craft craft; /* first */
    struct tp_queue_config config;
    struct tp_cups *cups;
    bx_mono printer_at; /* when the printer's state was asked last */
    bool printer_known, printer_ready;
    char printer_say[TP_SAY_SIZE];
    bx_mono silent_until; /* cupsd did not answer: not asked again before */
    struct track tracks[TRACKS];
};

static struct spool *spool_of(struct tp_craft *craft)
{
    return (struct spool *)craft;
}

static bx_mono now(const struct spool *spool)
{
    return spool->config.clock->ops->mono(spool->config.clock);
}

static int64_t ms_since(const struct spool *spool, bx_mono then)
{
    return (now(spool).ns - then.ns) / BX_MS_NS;
}

static void job_say(struct spool *spool, const struct bx_id *id, enum bx_job_state state,
                    const char *text)
{
    struct bx_print_report report = {
        .job = *id, .state = state, .printer_ready = spool->printer_ready};
    BX_TEXT_COPY(report.say, text);
    tp_worker_report(spool->craft.worker, &report);
}

static void name_make(const struct bx_id *id, char out[TP_JOB_NAME_SIZE])
{
    char text[BX_ID_TEXT];
    snprintf(out, TP_JOB_NAME_SIZE, "bx-%s", bx_id_format(id, text));
}

static struct track *track_find(struct spool *spool, const struct bx_id *id)
{
    for (int i = 0; i < TRACKS; i++)
        if (bx_id_equal(&spool->tracks[i].id, id))
            return &spool->tracks[i];
    return NULL;
}

/* There is a free one: the worker asked spool_ready() before. */
static struct track *track_new(struct spool *spool, const struct bx_id *id)
{
    static const struct bx_id none;
    struct track *track = track_find(spool, &none);
    bx_assert(track);
    memset(track, 0, sizeof(*track));
    track->id = *id;
    name_make(id, track->name);
    track->since = track->seen = now(spool);
    return track;
}

static void track_end(struct spool *spool, struct track *track, enum bx_job_state state,
                      const char *text)
{
    struct bx_id id = track->id;
    memset(track, 0, sizeof(*track));
    if (state == BX_JOB_CONFIRMED || state == BX_JOB_SENT)
        bx_point("print.done");
    job_say(spool, &id, state, text);
}

/* A report when STATE or TEXT is news. */
static void track_say(struct spool *spool, struct track *track, enum bx_job_state state,
                      const char *text)
{
    if (track->state == state && strcmp(track->said, text) == 0)
        return;
    track->state = state;
    BX_TEXT_COPY(track->said, text);
    job_say(spool, &track->id, state, text);
}

static void printer_say(struct spool *spool, bool ready, const char *text)
{
    if (spool->printer_known && spool->printer_ready == ready &&
        strcmp(spool->printer_say, text) == 0)
        return;
    spool->printer_known = true;
    spool->printer_ready = ready;
    BX_TEXT_COPY(spool->printer_say, text);
    struct bx_print_report report = {.state = BX_JOB_NEW, .printer_ready = ready};
    BX_TEXT_COPY(report.say, text);
    tp_worker_report(spool->craft.worker, &report);
}

/* Asks CUPS about the printer; 0 or the door's error. */
static int printer_look(struct spool *spool)
{
    struct tp_cups_printer printer;
    struct bx_fault fault = {0};
    char text[TP_SAY_SIZE];
    int err = tp_cups_printer(spool->cups, &printer, &fault);
    spool->printer_at = now(spool);
    if (err == BX_ERR_MISSING) {
        printer_say(spool, false, BX_WORD("the print service has no queue of that name"));
        return err;
    }
    if (err != 0) {
        printer_say(spool, false, BX_WORD("the print service does not answer"));
        return err;
    }
    bool blocked = tp_reasons_say(printer.reasons, text);
    if (printer.stopped && !text[0])
        BX_TEXT_COPY(text, printer.message[0] ? printer.message : "its queue is stopped");
    if (!printer.accepting)
        BX_TEXT_COPY(text, BX_WORD("its queue takes no jobs"));
    printer_say(spool, !blocked && !printer.stopped && printer.accepting, text);
    return 0;
}

/* Why a job takes so long: the printer's reason, else what CUPS says, else nothing. */
static void reason_find(struct spool *spool, char out[TP_SAY_SIZE])
{
    struct tp_cups_printer printer;
    out[0] = '\0';
    if (tp_cups_printer(spool->cups, &printer, NULL) != 0)
        return;
    tp_reasons_say(printer.reasons, out);
    if (!out[0])
        bx_text_copy(out, TP_SAY_SIZE, printer.message[0] ? printer.message : "still printing");
}

/* A pending job that CUPS counts nowhere prints at cupsd's next start: a ghost. */
static bool is_zombie(struct spool *spool, struct track *track)
{
    struct tp_cups_printer printer;
    if (tp_cups_printer(spool->cups, &printer, NULL) != 0)
        return false;
    track->zombie = printer.queued == 0 ? track->zombie + 1 : 0;
    return track->zombie >= ZOMBIE_LOOKS;
}

static void track_done(struct spool *spool, struct track *track, const struct tp_cups_job *job)
{
    if (spool->config.language == TP_PDF)
        track_end(spool, track, BX_JOB_CONFIRMED, "");
    else if (job->impressions > 1)
        track_end(spool, track, BX_JOB_SENT, "sent more than once: it may be there twice");
    else
        track_end(spool, track, BX_JOB_SENT, "");
}

/* Whoever looks is told to look once: nothing may come out later by itself, so it is cancelled. */
static void track_held(struct spool *spool, struct track *track, const struct tp_cups_job *job)
{
    if (tp_cups_cancel(spool->cups, job->number, NULL) != 0)
        return; /* the next look tries again */
    if (job->incoming)
        track_end(spool, track, BX_JOB_FAILED_SAFE, "the print service never got it whole");
    else
        track_end(spool, track, BX_JOB_UNSURE, "the print service held the job back");
}

static void track_waits(struct spool *spool, struct track *track, enum bx_job_state state)
{
    char text[TP_SAY_SIZE] = "";
    if (ms_since(spool, track->since) >= spool->config.slow_ms)
        reason_find(spool, text);
    else if (!spool->printer_ready)
        BX_TEXT_COPY(text, spool->printer_say);
    track_say(spool, track, state, text);
}

/* What CUPS says of a job, in the port's words. */
static void track_judge(struct spool *spool, struct track *track, const struct tp_cups_job *job)
{
    track->seen = now(spool);
    track->number = job->number;
    switch (job->state) {
    case TP_CUPS_PENDING:
        if (!is_zombie(spool, track))
            track_waits(spool, track, track->ran ? BX_JOB_PRINTING : BX_JOB_SPOOLED);
        else if (tp_cups_cancel(spool->cups, job->number, NULL) == 0)
            track_end(spool, track, BX_JOB_UNSURE, "the print service forgot the job half way");
        return;
    case TP_CUPS_HELD: track_held(spool, track, job); return;
    case TP_CUPS_PROCESSING:
    case TP_CUPS_STOPPED:
        track->ran = true;
        track_waits(spool, track, BX_JOB_PRINTING);
        return;
    case TP_CUPS_CANCELED:
        if (!track->cancel_asked)
            track_end(spool, track, BX_JOB_UNSURE, "somebody cancelled the job");
        else
            track_end(spool, track, BX_JOB_CANCELLED,
                      track->ran ? "it had begun: it may still come out" : "");
        return;
    case TP_CUPS_ABORTED:
        if (job->incoming)
            track_end(spool, track, BX_JOB_FAILED_SAFE, "the print service never got it whole");
        else
            track_end(spool, track, BX_JOB_UNSURE, "the print service gave the job up");
        return;
    case TP_CUPS_COMPLETED: track_done(spool, track, job); return;
    }
    track_end(spool, track, BX_JOB_UNSURE, "the print service says something unknown");
}

/* Cancels what lies too long: new paper must not print an old ticket. */
static bool track_is_stale(struct spool *spool, struct track *track)
{
    if (ms_since(spool, track->since) < spool->config.stale_ms)
        return false;
    if (track->number > 0 && tp_cups_cancel(spool->cups, track->number, NULL) != 0)
        return false;
    track_end(spool, track, BX_JOB_UNSURE, "not printed in time, so it was cancelled");
    return true;
}

/* Remembers that cupsd is silent, so that nothing else waits for it as long again. */
static bool is_silent(const struct spool *spool)
{
    return now(spool).ns < spool->silent_until.ns;
}

static void silence_note(struct spool *spool, int err)
{
    if (err == BX_ERR_OFFLINE)
        spool->silent_until.ns = now(spool).ns + OFFLINE_MS * BX_MS_NS;
}

static void track_look(struct spool *spool, struct track *track)
{
    struct tp_cups_job job;
    int err = track->number > 0 ? tp_cups_look(spool->cups, track->number, track->name, &job, NULL)
                                : tp_cups_find(spool->cups, track->name, &job, NULL);
    if (err == 0) {
        track_judge(spool, track, &job);
        if (!bx_id_is_zero(&track->id))
            track_is_stale(spool, track);
        return;
    }
    if (err == BX_ERR_MISSING && track->number > 0) {
        track->number = 0; /* another's number by now, or forgotten: once more by name */
        return;
    }
    if (err == BX_ERR_MISSING)
        track_end(spool, track, BX_JOB_UNSURE, "the print service does not know the job");
    else if (ms_since(spool, track->seen) >= spool->config.lost_ms)
        track_end(spool, track, BX_JOB_UNSURE, "the print service does not answer");
}

static bool spool_ready(struct tp_craft *craft)
{
    static const struct bx_id none;
    return track_find(spool_of(craft), &none) != NULL;
}

static void spool_submit(struct tp_craft *craft, const struct bx_print_job *job,
                         const struct bx_paper *paper)
{
    struct spool *spool = spool_of(craft);
    const struct tp_queue_config *config = &spool->config;
    struct bx_fault fault = {0};
    bx_buf_auto bytes = {0};
    bool raw = config->language == TP_ESCPOS;
    if (track_find(spool, &job->id))
        return; /* asked twice: the first one's reports answer both */
    if (tp_paper_bytes(paper, config->language, &config->device, &bytes, &fault) != 0) {
        job_say(spool, &job->id, BX_JOB_FAILED_SAFE, fault.say);
        return;
    }
    if (is_silent(spool)) {
        job_say(spool, &job->id, BX_JOB_FAILED_SAFE, "the print service does not answer");
        return;
    }
    struct track *track = track_new(spool, &job->id);
    bx_point("print.submit");
    int err = tp_cups_submit(spool->cups, track->name,
                             raw ? "application/vnd.cups-raw" : "application/pdf", &bytes,
                             &track->number, &fault);
    track->seen = now(spool);
    silence_note(spool, err);
    if (err == 0) {
        bx_point("print.submitted");
        track_say(spool, track, BX_JOB_SPOOLED, "");
    } else if (err != BX_ERR_UNKNOWN) {
        track_end(spool, track, BX_JOB_FAILED_SAFE, fault.say);
    } /* unknown: looked for by name at the next turn */
}

static void spool_ask(struct tp_craft *craft, const struct bx_print_job *job)
{
    struct spool *spool = spool_of(craft);
    struct track *track = track_find(spool, &job->id);
    if (!track)
        track = track_new(spool, &job->id);
    track->state = BX_JOB_NEW; /* so that what was said before is said again */
    track_look(spool, track);
}

static void spool_cancel(struct tp_craft *craft, const struct bx_print_job *job)
{
    struct spool *spool = spool_of(craft);
    struct track *track = track_find(spool, &job->id);
    struct tp_cups_job found;
    if (!track)
        track = track_new(spool, &job->id);
    if (!is_silent(spool) && tp_cups_find(spool->cups, track->name, &found, NULL) == 0) {
        track->number = found.number;
        track->ran = track->ran || found.state == TP_CUPS_PROCESSING;
        bool over = found.state >= TP_CUPS_CANCELED;
        track->cancel_asked = !over && tp_cups_cancel(spool->cups, found.number, NULL) == 0;
    }
    track_look(spool, track);
}

/* Nothing follows it: a drawer that opens late is worse than one that is opened by its key. A queue
 * that renders has no way to a drawer. */
static void spool_drawer(struct tp_craft *craft, int64_t seq, int drawer)
{
    struct spool *spool = spool_of(craft);
    char name[TP_JOB_NAME_SIZE];
    int number;
    bx_buf_auto bytes = {0};
    if (spool->config.language != TP_ESCPOS || is_silent(spool))
        return;
    tp_escpos_drawer(&bytes, drawer);
    snprintf(name, sizeof(name), "bx-drawer-%lld", (long long)seq);
    silence_note(spool, tp_cups_submit(spool->cups, name, "application/vnd.cups-raw", &bytes,
                                       &number, NULL));
}

/* The jobs under way, then the printer when it is due; how long nothing else is. */
static int spool_turn(struct tp_craft *craft)
{
    static const struct bx_id none;
    struct spool *spool = spool_of(craft);
    bool under_way = false;
    for (int i = 0; i < TRACKS; i++) {
        if (tp_worker_is_stopping(craft->worker))
            return 0;
        if (!bx_id_equal(&spool->tracks[i].id, &none))
            track_look(spool, &spool->tracks[i]);
        under_way = under_way || !bx_id_is_zero(&spool->tracks[i].id);
    }
    int due = under_way ? PRINTER_MS : spool->printer_ready ? IDLE_MS : OFFLINE_MS;
    bool look = !spool->printer_known || ms_since(spool, spool->printer_at) >= due;
    if (look && !is_silent(spool))
        silence_note(spool, printer_look(spool));
    return under_way ? LOOK_MS : due;
}

static void *spool_destroy(struct tp_craft *craft)
{
    struct spool *spool = spool_of(craft);
    tp_cups_destroy(spool->cups);
    return bx_free(spool);
}

static const struct tp_craft_ops spool_ops = {
    .ready = spool_ready,
    .submit = spool_submit,
    .ask = spool_ask,
    .cancel = spool_cancel,
    .drawer = spool_drawer,
    .turn = spool_turn,
    .destroy = spool_destroy,
};

static int config_check(const struct tp_queue_config *config, struct bx_fault *fault)
{
    bx_assert(config->clock);
    bool good = config->queue[0] != '\0';
    for (const char *at = config->queue; *at; at++)
        good = good && (isalnum((unsigned char)*at) || *at == '_' || *at == '-' || *at == '.');
    if (!good)
        return bx_fault_say(fault, BX_ERR_INPUT,
                            "\"%.60s\" is no name of a print queue: letters, digits, _ - and .",
                            config->queue);
    return tp_device_check(&config->device, fault);
}

static bool spool_stopping(void *arg)
{
    struct spool *spool = arg;
    return tp_worker_is_stopping(spool->craft.worker);
}

struct bx_printer *tp_spool_create(const struct tp_queue_config *config, struct bx_fault *fault)
{
    if (config_check(config, fault) != 0)
        return NULL;
    struct spool *spool = bx_new(struct spool);
    spool->craft.ops = &spool_ops;
    spool->config = *config;
    struct tp_queue_config *own = &spool->config;
    own->timeout_ms = own->timeout_ms > 0 ? own->timeout_ms : DEFAULT_TIMEOUT_MS;
    own->lost_ms = own->lost_ms > 0 ? own->lost_ms : DEFAULT_LOST_MS;
    own->slow_ms = own->slow_ms > 0 ? own->slow_ms : DEFAULT_SLOW_MS;
    own->stale_ms = own->stale_ms > 0 ? own->stale_ms : DEFAULT_STALE_MS;
    struct tp_cups_config door = {.server = own->server,
                                  .queue = own->queue,
                                  .timeout_ms = own->timeout_ms,
                                  .clock = own->clock,
                                  .stop = spool_stopping,
                                  .arg = spool};
    spool->cups = tp_cups_create(&door);
    return tp_worker_create(&spool->craft);
}
