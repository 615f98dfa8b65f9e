/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the ports' own types. They stand here, below every adapter, because the journal
 * stores them, the screens show them and the fakes need them: one spelling for all. */

#include "boxtill/port/journal.h"

#include "boxtill/base/alloc.h"

const char *bx_job_state_word(enum bx_job_state state)
{
    switch (state) {
    case BX_JOB_NEW: return "new";
    case BX_JOB_SUBMITTING: return "submitting";
    case BX_JOB_SPOOLED: return "spooled";
    case BX_JOB_PRINTING: return "printing";
    case BX_JOB_CONFIRMED: return "confirmed";
    case BX_JOB_SENT: return "sent";
    case BX_JOB_UNSURE: return "unsure";
    case BX_JOB_FAILED_SAFE: return "failed-safe";
    case BX_JOB_CANCELLED: return "cancelled";
    }
    bx_unreachable();
}

const char *bx_document_word(enum bx_document document)
{
    switch (document) {
    case BX_DOC_PROGRAMME: return "programme";
    case BX_DOC_STAFF: return "staff";
    case BX_DOC_KEYS: return "keys";
    case BX_DOCUMENTS: break;
    }
    bx_unreachable();
}

void bx_journal_state_finish(struct bx_journal_state *state)
{
    if (!state)
        return;
    state->leases = bx_free(state->leases);
    state->jobs = bx_free(state->jobs);
    state->lease_count = 0;
    state->job_count = 0;
}
