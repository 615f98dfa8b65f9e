/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A layout as a PDF of one page: the paper's width, as long as what is on it. */

#include "boxtill/base/buf.h"
#include "boxtill/base/fault.h"
#include "printers/layout.h"

int bx_must tp_pdf(const struct tp_layout *layout, struct bx_buf *out, struct bx_fault *fault);
