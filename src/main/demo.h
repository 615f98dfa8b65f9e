/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The demo's two halves: setting a museum up (demo.c) and playing a morning in it (morning.c). */

#include "boxtill/base/buf.h"
#include "main/child.h"
#include "main/cmd.h"

struct bx_demo {
    char home[400];            /* the one folder */
    const char *script;        /* a scenario to play; NULL none */
    char venue[BX_PATH_SIZE];  /* in place of the sample museum; "" none */
    char till[BX_PATH_SIZE];   /* the till's home in it */
    char server[BX_PATH_SIZE]; /* the server's */
    char prints[BX_PATH_SIZE]; /* where the printer's paper falls */
    char boxtill[BX_PATH_SIZE], boxtilld[BX_PATH_SIZE];
    struct bx_child child; /* the server */
    char url[BX_URL_SIZE];
    struct bx_buf config; /* more lines for a till's boxtill.conf */
};

/* Enrols the till at demo->till and logs the demo's cashier in, unless NOBODY. */
int bx_must bx_demo_enrol(struct bx_demo *demo, bool nobody, struct bx_fault *fault);

/* Starts the server and tells the till where it listens this time. */
int bx_must bx_demo_server(struct bx_demo *demo, struct bx_fault *fault);
/* `boxtill ARGS…` in the till's home; what it says to OUT. A status other than WANTED is a fault.
 */
int bx_must bx_demo_till(struct bx_demo *demo, const char *const args[], const char *input,
                         int wanted, struct bx_buf *out, struct bx_fault *fault);
/* The scripted morning; returns the exit status. */
int bx_demo_morning(struct bx_demo *demo);
