/* SPDX-License-Identifier: Apache-2.0 */
/* A printer with moods in front of the one that writes files, so that paper problems happen when a
 * script says so. What comes out is kept as the words on it. */

#include "main/stage.h"

#include <stdlib.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "printers/layout.h"
#include "printers/printers.h"

static struct bx_stage_printer *of(struct bx_printer *port)
{
    return (struct bx_stage_printer *)port;
}

static void report(struct bx_stage_printer *printer, const struct bx_id *job,
                   enum bx_job_state state, const char *say)
{
    if (printer->report_count == bx_countof(printer->reports))
        return;
    struct bx_print_report *at =
        &printer->reports[(printer->report_first + printer->report_count++) %
                          bx_countof(printer->reports)];
    *at = (struct bx_print_report){.state = state, .printer_ready = printer->mood == BX_MOOD_READY};
    if (job)
        at->job = *job;
    BX_TEXT_COPY(at->say, say);
}

static void sheet_keep(struct bx_stage_printer *printer, const struct bx_paper *paper)
{
    struct tp_device device = tp_device_usual();
    bx_buf_auto text;
    bx_buf_init(&text, 64 << 10);
    const char *spoken = bx_words_language();
    bx_words_use(paper->language);
    bx_cleanup(tp_layout_destroy) struct tp_layout *layout = tp_layout_create(paper, &device, NULL);
    bx_words_use(spoken);
    for (int i = 0; layout && i < layout->count; i++)
        if (layout->boxes[i].text[0])
            bx_buf_format(&text, "%s\n", layout->boxes[i].text);
    if (paper->kind == BX_PAPER_TICKET)
        bx_buf_format(&text, "%s\n", paper->code.s);
    if (printer->sheet_count < BX_STAGE_SHEETS)
        printer->sheets[printer->sheet_count++] = (struct bx_sheet_text){
            .kind = paper->kind, .copy = paper->copy, .text = bx_strdup(bx_buf_text(&text))};
}

static int submit(struct bx_printer *port, const struct bx_ref *proof,
                  const struct bx_print_job *job, const struct bx_paper *paper,
                  struct bx_fault *fault)
{
    struct bx_stage_printer *printer = of(port);
    switch (printer->mood) {
    case BX_MOOD_READY: break;
    case BX_MOOD_OUT:
        if (printer->held_count == bx_countof(printer->held))
            return bx_fault_say(fault, BX_ERR_BUSY, "The printer has enough to do.");
        printer->held[printer->held_count].proof = *proof;
        printer->held[printer->held_count].job = *job;
        printer->held[printer->held_count++].paper =
            memcpy(bx_new(struct bx_paper), paper, sizeof(*paper));
        report(printer, &job->id, BX_JOB_SPOOLED, "out of paper");
        return 0;
    case BX_MOOD_JAM: report(printer, &job->id, BX_JOB_UNSURE, "paper jam"); return 0;
    case BX_MOOD_REFUSES:
        report(printer, &job->id, BX_JOB_FAILED_SAFE, "the printer is off");
        return 0;
    }
    int err = printer->inner->ops->submit(printer->inner, proof, job, paper, fault);
    if (!err)
        sheet_keep(printer, paper);
    return err;
}

static int ask(struct bx_printer *port, const struct bx_print_job *job, struct bx_fault *fault)
{
    struct bx_stage_printer *printer = of(port);
    return printer->inner->ops->ask(printer->inner, job, fault);
}

static int cancel(struct bx_printer *port, const struct bx_print_job *job, struct bx_fault *fault)
{
    struct bx_stage_printer *printer = of(port);
    for (size_t i = 0; i < printer->held_count; i++) {
        if (!bx_id_equal(&printer->held[i].job.id, &job->id))
            continue;
        bx_free(printer->held[i].paper);
        printer->held_count--;
        memmove(&printer->held[i], &printer->held[i + 1],
                (printer->held_count - i) * sizeof(printer->held[0]));
        report(printer, &job->id, BX_JOB_CANCELLED, "");
        return 0;
    }
    return printer->inner->ops->cancel(printer->inner, job, fault);
}

static bool report_take(struct bx_printer *port, struct bx_print_report *ret)
{
    struct bx_stage_printer *printer = of(port);
    if (printer->report_count > 0) {
        *ret = printer->reports[printer->report_first];
        printer->report_first = (printer->report_first + 1) % bx_countof(printer->reports);
        printer->report_count--;
        return true;
    }
    return printer->inner->ops->report(printer->inner, ret);
}

static int drawer(struct bx_printer *port, const struct bx_ref *proof, int drawer_number,
                  struct bx_fault *fault)
{
    struct bx_stage_printer *printer = of(port);
    printer->drawers++;
    return printer->inner->ops->drawer(printer->inner, proof, drawer_number, fault);
}

static int no_fd(struct bx_printer *port)
{
    (void)port;
    return -1;
}

/* Part of its stage, which ends it. */
static void *leave(struct bx_printer *port)
{
    bx_stage_printer_finish(of(port));
    return NULL;
}

void bx_stage_printer_open(struct bx_stage_printer *printer, struct bx_printer *taken_inner)
{
    static const struct bx_printer_ops ops = {.submit = submit,
                                              .ask = ask,
                                              .cancel = cancel,
                                              .drawer = drawer,
                                              .report = report_take,
                                              .fd = no_fd,
                                              .destroy = leave};
    printer->port.ops = &ops;
    printer->inner = taken_inner;
}

void bx_stage_printer_mood(struct bx_stage_printer *printer, enum bx_stage_mood mood)
{
    static const char *const says[] = {"", "out of paper", "paper jam", "the printer is off"};
    printer->mood = mood;
    report(printer, NULL, BX_JOB_NEW, says[mood]);
    for (size_t i = 0; mood == BX_MOOD_READY && i < printer->held_count; i++) {
        struct bx_fault fault = {0};
        if (printer->inner->ops->submit(printer->inner, &printer->held[i].proof,
                                        &printer->held[i].job, printer->held[i].paper, &fault))
            report(printer, &printer->held[i].job.id, BX_JOB_FAILED_SAFE, fault.say);
        else
            sheet_keep(printer, printer->held[i].paper);
        bx_free(printer->held[i].paper);
    }
    if (mood == BX_MOOD_READY)
        printer->held_count = 0;
}

void bx_stage_printer_finish(struct bx_stage_printer *printer)
{
    if (!printer->inner)
        return;
    printer->inner = printer->inner->ops->destroy(printer->inner);
    for (size_t i = 0; i < printer->held_count; i++)
        bx_free(printer->held[i].paper);
    printer->held_count = printer->report_count = printer->report_first = 0;
}
