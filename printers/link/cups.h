/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The door to CUPS: one connection to cupsd, used by one thread. Every call ends within its time
 * limit, also when cupsd is stopped dead, and within a second when `stop` says so.
 *
 * Errors: BX_ERR_OFFLINE (cupsd does not answer), BX_ERR_MISSING (it knows no such queue or job),
 * BX_ERR_REFUSED (it said no), BX_ERR_UNKNOWN (only submit: the last byte may have arrived). */

#include <stdbool.h>
#include <stddef.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/buf.h"
#include "boxtill/base/fault.h"
#include "boxtill/port/clock.h"

enum { TP_JOB_NAME_SIZE = 48, TP_REASONS_SIZE = 256 };

struct tp_cups_config {
    const char *server, *queue; /* copied */
    int timeout_ms;
    struct bx_clock *clock; /* borrowed */
    bool (*stop)(void *arg);
    void *arg;
};

struct tp_cups;
struct tp_cups *tp_cups_create(const struct tp_cups_config *config);
void *tp_cups_destroy(struct tp_cups *cups);

/* Creates the job, sends its one document, finishes it. FORMAT is a MIME type; a job that got no
 * whole document is cancelled again. 0 with CUPS's number for it. */
int bx_must tp_cups_submit(struct tp_cups *cups, const char *name, const char *format,
                           const struct bx_buf *document, int *ret_number, struct bx_fault *fault);

/* RFC 8011, 5.3.7. */
enum tp_cups_state {
    TP_CUPS_PENDING = 3,
    TP_CUPS_HELD,
    TP_CUPS_PROCESSING,
    TP_CUPS_STOPPED,
    TP_CUPS_CANCELED,
    TP_CUPS_ABORTED,
    TP_CUPS_COMPLETED
};
struct tp_cups_job {
    int number;
    enum tp_cups_state state;
    bool incoming; /* its document never came whole */
    int impressions;
};
/* By number, and only if it still bears NAME: numbers are used again after a crash of cupsd. */
int bx_must tp_cups_look(struct tp_cups *cups, int number, const char *name,
                         struct tp_cups_job *ret, struct bx_fault *fault);
/* By NAME among this user's jobs; of several (a submit that broke leaves an empty one) the one that
 * has a document. */
int bx_must tp_cups_find(struct tp_cups *cups, const char *name, struct tp_cups_job *ret,
                         struct bx_fault *fault);
/* 0 also when it had ended already. */
int bx_must tp_cups_cancel(struct tp_cups *cups, int number, struct bx_fault *fault);

struct tp_cups_printer {
    bool stopped, accepting;
    int queued;                    /* jobs that CUPS means to print */
    char reasons[TP_REASONS_SIZE]; /* keywords, separated by blanks; "" for none */
    char message[128];             /* CUPS's own words, washed */
};
int bx_must tp_cups_printer(struct tp_cups *cups, struct tp_cups_printer *ret,
                            struct bx_fault *fault);
