/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The QR of a ticket code, or of a stored-value code: always version 2 (25 modules), level Q,
 * because 29 alphanumeric characters are exactly what that holds. And that of a signature, which is
 * as large as its text needs. */

#include <stdbool.h>

#include "boxtill/base/fault.h"
#include "boxtill/domain/code.h"

enum {
    TP_QR_MODULES = 25,
    TP_QR_QUIET = 4, /* modules of white on each side (ISO/IEC 18004, 9.1) */
    TP_QR_SIDE = TP_QR_MODULES + 2 * TP_QR_QUIET,
    TP_QR_MOST = 61 /* version 11 */
};

struct tp_qr {
    int modules;                       /* on each side */
    bool dark[TP_QR_MOST][TP_QR_MOST]; /* row, column */
};

/* 0, or BX_ERR_INPUT when CODE does not become a version 2. */
int bx_must tp_qr_make(const struct bx_code *code, struct tp_qr *ret, struct bx_fault *fault);
/* Of any ASCII text, level L: read close by, from fresh paper. BX_ERR_INPUT when it is too long. */
int bx_must tp_qr_text_make(const char *text, struct tp_qr *ret, struct bx_fault *fault);
