/* SPDX-License-Identifier: Apache-2.0 */
/* A printer with its spooler: another machine, as far as the till is concerned. A job goes well,
 * fails before a byte has left, leaves everybody unsure (with or without paper on the counter) or
 * is not heard of for minutes. */

#include <inttypes.h>
#include <string.h>

#include "sim.h"

static void report(struct sim *sim, int till, int64_t delay, const struct sim_sheet *sheet,
                   enum bx_job_state state)
{
    struct sim_item item = {.kind = SIM_REPORT, .till = till, .life = sim->tills[till].life};
    item.report =
        (struct bx_print_report){.job = sheet->job, .state = state, .printer_ready = true};
    sim_later(sim, delay, item);
}

static struct sim_sheet *find(struct sim_printer *printer, const struct bx_id *job)
{
    for (size_t i = printer->count; i > 0; i--)
        if (bx_id_equal(&printer->sheets[i - 1].job, job))
            return &printer->sheets[i - 1];
    return NULL;
}

static struct sim_sheet *add(struct sim_printer *printer, const struct bx_effect *effect)
{
    if (printer->count == printer->room) {
        printer->room = printer->room ? printer->room * 2 : 32;
        printer->sheets = bx_realloc(printer->sheets, printer->room, sizeof(*printer->sheets));
    }
    struct sim_sheet *sheet = &printer->sheets[printer->count++];
    const struct bx_print_job *job = &effect->of.print.job;
    *sheet = (struct sim_sheet){
        .job = job->id, .kind = job->kind, .seq = job->seq, .ticket = job->ticket};
    return sheet;
}

/* What will become of the job: paper or none, and what the spooler will know of it. */
static void fate(struct sim *sim, int till, struct sim_sheet *sheet)
{
    struct sim_printer *printer = &sim->tills[till].printer;
    struct sim_item out = {
        .kind = SIM_SHEET, .till = till, .sheet = (size_t)(sheet - printer->sheets)};
    int64_t step = sim_between(&sim->rand, 5, 900) * BX_MS_NS;
    bool bad = !sim->quiet && sim_chance(&sim->rand, printer->bad);
    int64_t kind = bad ? sim_below(&sim->rand, 4) : 9;
    sheet->state = BX_JOB_SPOOLED;
    if (kind == 0) { /* nothing has left */
        sheet->state = BX_JOB_FAILED_SAFE;
        report(sim, till, step, sheet, BX_JOB_FAILED_SAFE);
    } else if (kind == 1 || kind == 2) {
        sheet->state = BX_JOB_UNSURE;
        report(sim, till, 3 * step, sheet, BX_JOB_UNSURE);
        if (kind == 1)
            sim_later(sim, 2 * step, out);
    } else {
        sim_later(sim, 2 * step, out);
        if (kind == 3) /* long silent, with the paper on the counter */
            step = sim_between(&sim->rand, 10, 60) * BX_SECOND_NS;
        report(sim, till, step, sheet, BX_JOB_SPOOLED);
        report(sim, till, 2 * step - 1, sheet, BX_JOB_PRINTING);
        report(sim, till, 3 * step, sheet,
               sim_chance(&sim->rand, 500) ? BX_JOB_CONFIRMED : BX_JOB_SENT);
    }
}

void sim_print(struct sim *sim, int till, const struct bx_effect *effect)
{
    struct sim_printer *printer = &sim->tills[till].printer;
    const struct bx_print_job *job = &effect->of.print.job;
    const struct bx_paper *paper = effect->of.print.paper;
    struct sim_sheet *sheet = find(printer, &job->id);
    sim_ghost_proof(sim, till, &effect->of.print.proof, "print");
    if (!sim->quiet && sim_chance(&sim->rand, 20)) { /* the queue to its thread is full */
        struct sim_sheet none = {.job = job->id};
        report(sim, till, 0, &none, BX_JOB_FAILED_SAFE);
        return;
    }
    if (sheet && sheet->state != BX_JOB_FAILED_SAFE)
        sim_broken(sim, "print once", "till %d submits a job again that may be on paper", till);
    if (!sheet)
        sheet = add(printer, effect);
    sheet->copy = paper->copy;
    if (job->kind == BX_JOB_TICKET)
        memcpy(sheet->code, paper->code.s, sizeof(sheet->code));
    sim_trace(sim, "till %d prints %s of entry %" PRId64 " copy %d", till,
              job->kind == BX_JOB_TICKET ? sheet->code : "the receipt", job->seq, sheet->copy);
    fate(sim, till, sheet);
}

void sim_print_ask(struct sim *sim, int till, const struct bx_effect *effect)
{
    const struct bx_print_job *job = &effect->of.print.job;
    const struct sim_sheet *sheet = find(&sim->tills[till].printer, &job->id);
    struct sim_sheet none = {.job = job->id, .state = BX_JOB_UNSURE};
    if (!sheet)
        sheet = &none;
    enum bx_job_state state = sheet->cancelled                              ? BX_JOB_CANCELLED
                              : sheet->out && sheet->state != BX_JOB_UNSURE ? BX_JOB_SENT
                                                                            : sheet->state;
    report(sim, till, 50 * BX_MS_NS, sheet, state);
    if (state == BX_JOB_SPOOLED) /* from now on this life hears of it */
        report(sim, till, 130 * BX_SECOND_NS, sheet, BX_JOB_SENT);
}

void sim_print_cancel(struct sim *sim, int till, const struct bx_effect *effect)
{
    struct sim_sheet *sheet = find(&sim->tills[till].printer, &effect->of.print.job.id);
    if (!sheet || sheet->out)
        return;
    sheet->cancelled = true;
    report(sim, till, 20 * BX_MS_NS, sheet, BX_JOB_CANCELLED);
}

void sim_sheet_out(struct sim *sim, int till, size_t index)
{
    struct sim_sheet *sheet = &sim->tills[till].printer.sheets[index];
    if (sheet->cancelled)
        return;
    sheet->out = true;
    sim_ghost_sheet(sim, till, sheet->kind, sheet->seq, sheet->code, sheet->copy);
}
