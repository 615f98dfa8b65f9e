/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The office's files of a running till: reports/ in its home, and posting.conf. */

#include "boxtill/base/buf.h"
#include "boxtill/base/time.h"
#include "boxtill/port/office.h"
#include "main/home.h"

struct bx_journal;

enum { BX_OFFICE_PLAN_MAX = 12 << 10 };

/* Does JOB. AT: this moment. PLAN holds posting.conf from then on, when that was read. */
int bx_must bx_office_do(const struct bx_home *home, struct bx_journal *journal, bx_utc at,
                         const struct bx_office_job *job, struct bx_buf *plan,
                         struct bx_office_done *ret, struct bx_fault *fault);
