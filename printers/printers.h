/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The printers there are, each behind include/boxtill/port/printer.h. Every one owns a thread that
 * renders and talks to the device; the caller's thread never waits for either. What is created is
 * destroyed through its own ops; that may take a quarter of a second, never longer. */

#include <stdbool.h>
#include <stddef.h>

#include "boxtill/base/buf.h"
#include "boxtill/base/fault.h"
#include "boxtill/port/clock.h"
#include "boxtill/port/printer.h"

/* What a queue's printer reads. Star, Boca FGL and ZPL will stand here too, each a pure encoder in
 * lang/. */
enum tp_language {
    TP_ESCPOS, /* a raw queue: receipts as native text, tickets as one raster */
    TP_PDF     /* IPP Everywhere, or any queue with a driver */
};
/* "escpos", "pdf". 0 or BX_ERR_INPUT with a sentence. */
int bx_must tp_language_parse(const char *word, enum tp_language *ret, struct bx_fault *fault);

/* The paper and the head above it. */
struct tp_device {
    int dots;    /* printable width; 576 on 80 mm, 384 on 58 mm */
    int dpi;     /* 203 or 180 as a rule */
    int columns; /* of a receipt: 32, 42, 44 or 48 */
};
/* 80 mm thermal paper at 203 dpi: 576 dots, 48 columns. */
struct tp_device tp_device_usual(void);
/* 0 or BX_ERR_INPUT with a sentence: 180 to 600 dpi, 256 to 4096 dots and at least 40 mm, and the
 * columns above. */
int bx_must tp_device_check(const struct tp_device *device, struct bx_fault *fault);

enum { TP_QUEUE_SIZE = 128, TP_SERVER_SIZE = 256 };
struct tp_queue_config {
    char queue[TP_QUEUE_SIZE];   /* CUPS's name for it */
    char server[TP_SERVER_SIZE]; /* host, host:port or a socket's path; "": as CUPS is configured */
    enum tp_language language;
    struct tp_device device;
    struct bx_clock *clock; /* borrowed; asked from the worker, so it must bear two threads */
    int timeout_ms;         /* for one answer of CUPS; 0: 5000 */
    int lost_ms;  /* CUPS silent or the job gone for so long: the job is unsure; 0: 15000 */
    int slow_ms;  /* printing for so long: said, with the reason known; 0: 8000 */
    int stale_ms; /* not finished for so long: cancelled, unsure; 0: 600000 */
};

/* NULL on a fault in CONFIG only: a printer that cannot be reached is a report, not a fault.
 * What CUPS says of a job, in the states of the port: completed is SENT on a raw queue (nobody
 * knows whether paper came out), CONFIRMED on an IPP queue; gone, held, stuck or cancelled by
 * others is UNSURE; refused before the last byte of it left us is FAILED_SAFE. */
struct bx_printer *tp_spool_create(const struct tp_queue_config *config, struct bx_fault *fault);

/* Writes <number>-<ticket>.pdf and .png into DIR (made when it is not there), "receipt" for a
 * ticket of -1; copies and replacements carry their mark in the name. Confirms what it wrote. */
struct bx_printer *tp_folder_create(const char *dir, const struct tp_device *device,
                                    struct bx_fault *fault);

/* The document as PDF: one page, as long as its content. For previews and e-mail as well. */
int bx_must tp_paper_pdf(const struct bx_paper *paper, const struct tp_device *device,
                         struct bx_buf *out, struct bx_fault *fault);
/* The bitmap that the device would print, as PNG. */
int bx_must tp_paper_png(const struct bx_paper *paper, const struct tp_device *device,
                         struct bx_buf *out, struct bx_fault *fault);
/* The bytes a queue of LANGUAGE is sent. */
int bx_must tp_paper_bytes(const struct bx_paper *paper, enum tp_language language,
                           const struct tp_device *device, struct bx_buf *out,
                           struct bx_fault *fault);
