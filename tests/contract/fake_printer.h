/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A printer in memory, for tests of whatever prints: it answers at once, in the mood it is put in,
 * and remembers what it was given. */

#include "boxtill/port/printer.h"

enum fake_mood {
    FAKE_CONFIRMS,
    FAKE_SENDS,      /* a raw queue: SENT */
    FAKE_UNSURE,     /* the bytes left, and then nothing is known */
    FAKE_FAILS_SAFE, /* no byte left */
    FAKE_WAITS,      /* out of paper: stays printing until the mood changes */
    FAKE_BUSY        /* the queue to it is full */
};
enum { FAKE_PAPERS_MAX = 1024 };

struct bx_printer *fake_printer_create(void);
/* What jobs come to from now on; jobs that wait go on in the new mood. */
void fake_printer_mood(struct bx_printer *printer, enum fake_mood mood);
/* Papers submitted so far, and the one at INDEX; borrowed until destroyed. */
int fake_printer_count(const struct bx_printer *printer);
const struct bx_paper *fake_printer_paper(const struct bx_printer *printer, int index);
const struct bx_print_job *fake_printer_job(const struct bx_printer *printer, int index);
