/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Port: a printer. Jobs are named by id, never by the spooler's number. Submitting starts a job;
 * what becomes of it comes as reports. Real: printers/ (CUPS, its own thread). Second: a folder of
 * PDF and PNG files (printers/folder.c). Fake: tests. */

#include <stdbool.h>
#include <stddef.h>

#include "boxtill/base/fault.h"
#include "boxtill/domain/paper.h"
#include "boxtill/port/journal.h"

/* Borrowed until the next call of `report`. */
struct bx_print_report {
    struct bx_id job; /* zero: about the printer itself */
    enum bx_job_state state;
    char say[96];       /* for people: "out of paper"; "" when all is well */
    bool printer_ready; /* for a report about the printer */
};

struct bx_printer;
struct bx_printer_ops {
    /* Copies PAPER. PROOF: the journal has the job as submitting. BX_ERR_BUSY when the queue to the
     * printer's thread is full: nothing left, try again later. */
    int (*submit)(struct bx_printer *printer, const struct bx_ref *proof,
                  const struct bx_print_job *job, const struct bx_paper *paper,
                  struct bx_fault *fault);
    /* Looks for a job of an earlier life by its name; the answer is a report (UNSURE when nobody
     * knows it). */
    int (*ask)(struct bx_printer *printer, const struct bx_print_job *job, struct bx_fault *fault);
    int (*cancel)(struct bx_printer *printer, const struct bx_print_job *job,
                  struct bx_fault *fault);
    /* Opens cash drawer DRAWER (1, 2 …) through a short job of its own, at most once: what does not
     * get through is not tried again, and no report comes. PROOF: the entry that says why. */
    int (*drawer)(struct bx_printer *printer, const struct bx_ref *proof, int drawer,
                  struct bx_fault *fault);
    /* The next report; false when there is none now. */
    bool (*report)(struct bx_printer *printer, struct bx_print_report *ret);
    /* Readable while a report waits; -1: poll. */
    int (*fd)(struct bx_printer *printer);
    void *(*destroy)(struct bx_printer *printer);
};
struct bx_printer {
    const struct bx_printer_ops *ops;
};
