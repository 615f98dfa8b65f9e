/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Programs that the demo starts: our own two, and a reader of QR codes. No shell in between. */

#include <sys/types.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/buf.h"
#include "boxtill/base/fault.h"

/* Runs ARGV (ends with NULL; [0] is a path, or a name to look for) with BOXTILL_HOME set to HOME
 * (NULL: as it is) and INPUT ("" none) on its standard input; what it says goes to OUT, at most
 * OUT->max bytes. *ret_status is its exit status, 128 + n when signal n ended it. */
int bx_must bx_child_run(const char *const argv[], const char *home, const char *input,
                         struct bx_buf *out, int *ret_status, struct bx_fault *fault);

/* The same, with what it says on standard error in OUT too; TURN is called again and again until it
 * has ended, for a parent that the child talks to. */
int bx_must bx_child_run_beside(const char *const argv[], const char *home, const char *input,
                                struct bx_buf *out, int *ret_status, void (*turn)(void *arg),
                                void *arg);

/* A program that goes on: its standard input is held open (its lifeline), its first line is read.
 */
struct bx_child {
    pid_t pid;
    int lifeline;
};
int bx_must bx_child_start(const char *const argv[], const char *home, struct bx_child *ret,
                           struct bx_buf *first_line, struct bx_fault *fault);
/* Asks it to end (SIGTERM) and waits until it has. */
void bx_child_stop(struct bx_child *child);
