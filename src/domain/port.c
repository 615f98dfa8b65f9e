/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the ports' own types. They stand here, below every adapter, because the journal
 * stores them, the screens show them and the fakes need them: one spelling for all. */

#include "boxtill/port/journal.h"

#include "boxtill/base/alloc.h"
#include "words.h"

static const char *const job_words[] = {
    [BX_JOB_NEW] = "new",
    [BX_JOB_SUBMITTING] = "submitting",
    [BX_JOB_SPOOLED] = "spooled",
    [BX_JOB_PRINTING] = "printing",
    [BX_JOB_CONFIRMED] = "confirmed",
    [BX_JOB_SENT] = "sent",
    [BX_JOB_UNSURE] = "unsure",
    [BX_JOB_FAILED_SAFE] = "failed-safe",
    [BX_JOB_CANCELLED] = "cancelled",
};

BX_WORDS_DEFINE(enum bx_job_state, job_words, bx_job_state_word, bx_job_state_parse)

static const char *const kind_words[] = {
    [BX_JOB_RECEIPT] = "receipt", [BX_JOB_TICKET] = "ticket",   [BX_JOB_REPORT] = "report",
    [BX_JOB_SLIP] = "slip",       [BX_JOB_VOUCHER] = "voucher",
};

BX_WORDS_DEFINE(enum bx_paper_word, kind_words, bx_paper_word, bx_paper_parse)

const char *bx_document_word(enum bx_document document)
{
    switch (document) {
    case BX_DOC_PROGRAMME: return "programme";
    case BX_DOC_STAFF: return "staff";
    case BX_DOC_KEYS: return "keys";
    case BX_DOC_MEMBERS: return "members";
    case BX_DOC_ARRIVALS: return "arrivals";
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
    bx_figures_finish(&state->figures);
    state->lease_count = 0;
    state->job_count = 0;
}
