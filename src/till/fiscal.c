/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures. An entry that a fiscal device is to sign stands in the journal as open from its own
 * transaction on. From there it is read, handed to the device, and what that says is stored beside
 * it: so a signature is never lost, whoever dies when, and there is one way for a fresh document,
 * for the backlog of an outage and for what a start finds.
 *
 * Nobody waits for the device but the receipt, for a few seconds. A device that says nothing for
 * that long, or says that it is out of order, is lost: an entry tells when, receipts tell it too,
 * and selling goes on. It is asked now and then; when it answers, an entry tells that, and what is
 * open is signed late. */

#include "core.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

enum {
    ANSWER_MS = 4000, /* longer silence is an outage */
    HOLD_MS = 5000,   /* a receipt waits no longer, whatever comes */
    ASK_MS = 10000,
    AGAIN_MS = 5000
};

static bool is_on(const struct bx_till *till)
{
    return till->config.fiscal && till->till != 0;
}

void bx_fiscal_start(struct bx_till *till, const struct bx_journal_state *state)
{
    struct bx_signing *signing = &till->signing;
    signing->unsigned_count = state->unsigned_count;
    memcpy(signing->counts, state->signs, sizeof(signing->counts));
    signing->late_to = state->next_seq - 1;
    signing->lost = state->sign_lost;
    if (signing->lost)
        signing->ask_at = till->turn.mono;
}

/* --- the payment -------------------------------------------------------------------------------
 */

void bx_fiscal_opened(struct bx_till *till, const struct bx_id *id)
{
    if (!is_on(till) || till->signing.lost)
        return;
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_FISCAL_START);
    effect->of.fiscal.id = *id;
    effect->of.fiscal.process = till->training ? BX_PROCESS_TRAINING : BX_PROCESS_RECEIPT;
}

void bx_fiscal_given_up(struct bx_till *till, const struct bx_id *id)
{
    if (!is_on(till) || till->signing.lost)
        return;
    bx_effects_add(till->out, BX_EFFECT_FISCAL_CANCEL)->of.fiscal.id = *id;
}

bool bx_fiscal_wants(const struct bx_till *till, enum bx_kind kind, const struct bx_sale *sale)
{
    return is_on(till) && bx_process_of(kind, sale && sale->training) != BX_PROCESS_NONE;
}

static void hold(struct bx_till *till, int64_t seq)
{
    struct bx_signing *signing = &till->signing;
    size_t oldest = 0;
    for (size_t i = 1; i < BX_FISCAL_HOLDS; i++)
        if (signing->holds[i].seq < signing->holds[oldest].seq)
            oldest = i;
    signing->holds[oldest].seq = seq;
    signing->holds[oldest].until = bx_mono_plus_ms(till->turn.mono, HOLD_MS);
}

static bool is_held(const struct bx_till *till, int64_t seq)
{
    const struct bx_signing *signing = &till->signing;
    for (size_t i = 0; i < BX_FISCAL_HOLDS; i++)
        if (signing->holds[i].seq == seq &&
            !bx_mono_is_due(till->turn.mono, signing->holds[i].until))
            return true;
    return false;
}

void bx_fiscal_committed(struct bx_till *till, const struct bx_entry_head *head,
                         const struct bx_sale *sale)
{
    struct bx_signing *signing = &till->signing;
    if (head->kind == BX_KIND_SHIFT_OPEN || head->kind == BX_KIND_SHIFT_CLOSE)
        memset(signing->counts, 0, sizeof(signing->counts));
    if (!bx_fiscal_wants(till, head->kind, sale))
        return;
    signing->unsigned_count++;
    if (head->kind != BX_KIND_SHIFT_CLOSE && head->shift != 0)
        signing->counts[BX_SIGN_OPEN]++;
    if (!signing->lost)
        hold(till, head->seq);
}

/* --- outage -------------------------------------------------------------------------------------
 */

static void lose(struct bx_till *till, const char *why)
{
    struct bx_signing *signing = &till->signing;
    signing->due = (bx_mono){0};
    signing->ask_at = bx_mono_plus_ms(till->turn.mono, ASK_MS);
    if (signing->lost)
        return;
    signing->lost = true;
    memset(signing->holds, 0, sizeof(signing->holds));
    bx_commit_note(till, BX_KIND_SIGN_LOST, why, signing->unsigned_count);
    bx_effects_add(till->out, BX_EFFECT_BELL);
    bx_say(till, BX_TONE_WARN,
           "The signing device is out of order. Go on selling: the receipts say so.");
}

static void regain(struct bx_till *till)
{
    struct bx_signing *signing = &till->signing;
    if (!signing->lost)
        return;
    signing->lost = false;
    signing->ask_at = (bx_mono){0};
    signing->late_to = till->next_seq - 1;
    if (!signing->said)
        signing->id = (struct bx_id){0};
    bx_commit_note(till, BX_KIND_SIGN_BACK, "", signing->unsigned_count);
    bx_say(till, BX_TONE_GOOD, "The signing device works again.");
}

/* --- one after the other ------------------------------------------------------------------------
 */

static void look(struct bx_till *till)
{
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    effect->request = till->signing.read_request = bx_till_request(till);
    effect->of.query = (struct bx_query){.kind = BX_QUERY_UNSIGNED, .limit = 1};
}

static void note(struct bx_till *till)
{
    struct bx_signing *signing = &till->signing;
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_NOTE);
    effect->request = signing->note_request = bx_till_request(till);
    effect->of.note.reoffer_above = -1;
    effect->of.note.signs = bx_effects_hold(till->out, &signing->note, sizeof(signing->note));
    effect->of.note.sign_count = 1;
}

void bx_fiscal_tick(struct bx_till *till)
{
    struct bx_signing *signing = &till->signing;
    bx_mono now = till->turn.mono;
    if (!is_on(till))
        return;
    if (bx_mono_is_due(now, signing->due))
        lose(till, "no answer");
    if (signing->lost && bx_mono_is_due(now, signing->ask_at)) {
        bx_effects_add(till->out, BX_EFFECT_FISCAL_ASK);
        signing->ask_at = bx_mono_plus_ms(now, ASK_MS);
    }
    if (signing->again.ns != 0 && !bx_mono_is_due(now, signing->again))
        return;
    signing->again = (bx_mono){0};
    if (signing->said && !signing->note_request)
        note(till);
    else if (!signing->lost && signing->unsigned_count > 0 && bx_id_is_zero(&signing->id) &&
             !signing->read_request)
        look(till);
}

void bx_fiscal_wake(const struct bx_till *till, bx_mono *wake)
{
    const struct bx_signing *signing = &till->signing;
    if (!is_on(till))
        return;
    bx_mono_earlier(wake, signing->due);
    bx_mono_earlier(wake, signing->ask_at);
    bx_mono_earlier(wake, signing->again);
    for (size_t i = 0; i < BX_FISCAL_HOLDS; i++)
        if (!bx_mono_is_due(till->turn.mono, signing->holds[i].until))
            bx_mono_earlier(wake, signing->holds[i].until);
}

bool bx_fiscal_is_busy(const struct bx_till *till)
{
    const struct bx_signing *signing = &till->signing;
    return is_on(till) &&
           (signing->note_request || (!signing->lost && signing->unsigned_count > 0));
}

static void finish(struct bx_till *till, const struct bx_row *row, const struct bx_content *content)
{
    struct bx_signing *signing = &till->signing;
    struct bx_fiscal_document document;
    const struct bx_programme *programme = till->programme;
    bx_fiscal_document_make(&document, &row->head, content, programme ? programme->currency : "",
                            programme ? programme->exponent : 2);
    signing->note = (struct bx_sign_note){.seq = row->head.seq};
    signing->id = row->head.id;
    signing->due = bx_mono_plus_ms(till->turn.mono, ANSWER_MS);
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_FISCAL_FINISH);
    effect->of.fiscal.id = row->head.id;
    effect->of.fiscal.process = document.process;
    effect->of.fiscal.proof =
        (struct bx_ref){.seq = row->head.seq, .id = row->head.id, .hash = row->hash};
    effect->of.fiscal.document = bx_effects_hold(till->out, &document, sizeof(document));
}

bool bx_fiscal_rows(struct bx_till *till, const struct bx_event *event)
{
    struct bx_signing *signing = &till->signing;
    struct bx_entry_head head;
    struct bx_content content;
    struct bx_fault fault = event->of.rows.fault;
    if (event->of.rows.request != signing->read_request)
        return false;
    signing->read_request = 0;
    if (!fault.err && event->of.rows.count == 0) {
        signing->unsigned_count = 0;
        return true;
    }
    struct bx_content_room *room bx_cleanup(bx_content_room_destroy) = bx_content_room_create();
    const struct bx_row *row = event->of.rows.rows;
    if (fault.err || bx_content_read(room, row->body, row->len, &head, &content, &fault)) {
        bx_till_log(till, "a document to be signed cannot be read: %s", fault.detail);
        signing->again = bx_mono_plus_ms(till->turn.mono, AGAIN_MS);
        return true;
    }
    if (!signing->lost)
        finish(till, row, &content);
    return true;
}

void bx_fiscal_answer(struct bx_till *till, const struct bx_fiscal_answer *answer)
{
    struct bx_signing *signing = &till->signing;
    bool ours = !bx_id_is_zero(&signing->id) && bx_id_equal(&signing->id, &answer->id);
    if (!is_on(till) || (!bx_id_is_zero(&answer->id) && (!ours || signing->said))) {
        till->dropped++;
        return;
    }
    if (answer->outcome == BX_FISCAL_OUT) {
        lose(till, answer->say);
        return;
    }
    if (ours) {
        signing->note.sign = answer->sign;
        signing->note.sign.state = answer->outcome == BX_FISCAL_REFUSED ? BX_SIGN_REFUSED
                                   : signing->lost || signing->note.seq <= signing->late_to
                                       ? BX_SIGN_LATE
                                       : BX_SIGN_SIGNED;
        signing->said = true;
        signing->due = (bx_mono){0};
    }
    if (answer->outcome == BX_FISCAL_REFUSED)
        bx_till_log(till, "the signing device refused entry %" PRId64 ": %s", signing->note.seq,
                    answer->say);
    regain(till);
}

bool bx_fiscal_stored(struct bx_till *till, const struct bx_event *event)
{
    struct bx_signing *signing = &till->signing;
    if (event->of.stored.request != signing->note_request)
        return false;
    signing->note_request = 0;
    if (event->of.stored.outcome != BX_DONE) {
        bx_till_log(till, "a signature was not stored: %s", event->of.stored.fault.detail);
        signing->again = bx_mono_plus_ms(till->turn.mono, AGAIN_MS);
        return true;
    }
    int64_t seq = signing->note.seq;
    signing->said = false;
    signing->id = (struct bx_id){0};
    signing->unsigned_count--;
    if (till->shift_seq != 0 && seq >= till->shift_seq) {
        signing->counts[BX_SIGN_OPEN]--;
        signing->counts[signing->note.sign.state]++;
    }
    for (size_t i = 0; i < BX_FISCAL_HOLDS; i++)
        if (signing->holds[i].seq == seq)
            memset(&signing->holds[i], 0, sizeof(signing->holds[i]));
    if (till->papers.sheet.sale_seq == seq)
        till->papers.sheet.sign = signing->note.sign;
    return true;
}

/* --- on paper -----------------------------------------------------------------------------------
 */

bool bx_fiscal_holds(const struct bx_till *till, const struct bx_print_job *job)
{
    return is_on(till) && !till->signing.lost && job->kind != BX_JOB_TICKET &&
           job->kind != BX_JOB_VOUCHER && is_held(till, job->seq);
}

void bx_fiscal_put(const struct bx_till *till, const struct bx_sign *sign, struct bx_paper *paper)
{
    char begun[BX_UTC_TEXT], at[BX_UTC_TEXT];
    (void)till;
    switch (sign->state) {
    case BX_SIGN_NONE: break;
    case BX_SIGN_OPEN:
        BX_TEXT_COPY(paper->sign_text, bx_word("Signing device out of order"));
        break;
    case BX_SIGN_REFUSED:
        BX_TEXT_COPY(paper->sign_text, bx_word("Not signed: the signing device refused"));
        break;
    case BX_SIGN_SIGNED:
    case BX_SIGN_LATE:
        BX_TEXT_COPY(paper->sign, sign->qr);
        bx_utc_format(sign->begun, begun);
        bx_utc_format(sign->at, at);
        begun[19] = at[19] = '\0';
        bx_words_print(paper->sign_text, sizeof(paper->sign_text),
                       "Device %s transaction %lld signature %lld %s to %sZ%s", sign->device,
                       (long long)sign->transaction, (long long)sign->counter, begun, at,
                       sign->state == BX_SIGN_LATE ? bx_word(" signed late") : "");
        break;
    }
}

bool bx_fiscal_say(const struct bx_till *till, char *out, size_t size)
{
    const struct bx_signing *signing = &till->signing;
    if (!is_on(till) || signing->unsigned_count == 0)
        return false;
    bx_words_print(out, size, "%lld not signed", (long long)signing->unsigned_count);
    return true;
}

void bx_fiscal_report(const struct bx_till *till, struct bx_report *report)
{
    const int64_t *counts = till->signing.counts;
    report->signs = counts[BX_SIGN_SIGNED];
    report->late = counts[BX_SIGN_LATE];
    report->unsigned_count = counts[BX_SIGN_OPEN] + counts[BX_SIGN_REFUSED];
}
