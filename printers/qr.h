/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The QR of a ticket code, or of a stored-value code: always version 2 (25 modules), level Q,
 * because 29 alphanumeric characters are exactly what that holds. */

#include <stdbool.h>

#include "boxtill/base/fault.h"
#include "boxtill/domain/code.h"

enum {
    TP_QR_MODULES = 25,
    TP_QR_QUIET = 4, /* modules of white on each side (ISO/IEC 18004, 9.1) */
    TP_QR_SIDE = TP_QR_MODULES + 2 * TP_QR_QUIET
};

struct tp_qr {
    bool dark[TP_QR_MODULES][TP_QR_MODULES]; /* row, column */
};

/* 0, or BX_ERR_INPUT when CODE does not become a version 2. */
int bx_must tp_qr_make(const struct bx_code *code, struct tp_qr *ret, struct bx_fault *fault);
