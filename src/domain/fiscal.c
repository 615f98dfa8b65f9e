/* SPDX-License-Identifier: Apache-2.0 */
/* Which entry is which process for a fiscal device, and what of it the device is told. */

#include "boxtill/domain/fiscal.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/report.h"
#include "words.h"

/* Every kind has its place here; 0 is none of the values, so one that was forgotten is found. A
 * reprint and an invoice are other sheets of what was signed; attempts and notes move nothing. */
static const enum bx_process processes[BX_KINDS] = {
    [BX_KIND_SALE] = BX_PROCESS_RECEIPT,        [BX_KIND_REPRINT] = BX_PROCESS_NONE,
    [BX_KIND_REPLACE] = BX_PROCESS_NONE,        [BX_KIND_PRINT_ANSWER] = BX_PROCESS_NONE,
    [BX_KIND_SHIFT_OPEN] = BX_PROCESS_TRANSFER, [BX_KIND_LOGIN] = BX_PROCESS_NONE,
    [BX_KIND_LOGIN_FAILED] = BX_PROCESS_NONE,   [BX_KIND_LOGOUT] = BX_PROCESS_NONE,
    [BX_KIND_OFFLINE_START] = BX_PROCESS_NONE,  [BX_KIND_OFFLINE_END] = BX_PROCESS_NONE,
    [BX_KIND_CLOCK_JUMP] = BX_PROCESS_NONE,     [BX_KIND_SETTLE] = BX_PROCESS_NONE,
    [BX_KIND_VOID] = BX_PROCESS_RECEIPT,        [BX_KIND_REFUND] = BX_PROCESS_RECEIPT,
    [BX_KIND_EXCHANGE] = BX_PROCESS_RECEIPT,    [BX_KIND_TENDER_CORRECTION] = BX_PROCESS_TRANSFER,
    [BX_KIND_TENDER_INTENT] = BX_PROCESS_NONE,  [BX_KIND_TENDER_RESULT] = BX_PROCESS_NONE,
    [BX_KIND_SHIFT_CLOSE] = BX_PROCESS_CLOSING, [BX_KIND_X_REPORT] = BX_PROCESS_NONE,
    [BX_KIND_CLOSING] = BX_PROCESS_NONE,        [BX_KIND_FLOAT] = BX_PROCESS_TRANSFER,
    [BX_KIND_PAID_IN] = BX_PROCESS_TRANSFER,    [BX_KIND_PAID_OUT] = BX_PROCESS_TRANSFER,
    [BX_KIND_DROP] = BX_PROCESS_TRANSFER,       [BX_KIND_COUNT] = BX_PROCESS_TRANSFER,
    [BX_KIND_NO_SALE] = BX_PROCESS_OTHER,       [BX_KIND_HAND_OVER] = BX_PROCESS_NONE,
    [BX_KIND_TRAINING_ON] = BX_PROCESS_NONE,    [BX_KIND_TRAINING_OFF] = BX_PROCESS_NONE,
    [BX_KIND_INVOICE] = BX_PROCESS_NONE,        [BX_KIND_CONFIG] = BX_PROCESS_NONE,
    [BX_KIND_UPGRADE] = BX_PROCESS_NONE,        [BX_KIND_EXPORT] = BX_PROCESS_NONE,
    [BX_KIND_ERASE] = BX_PROCESS_NONE,          [BX_KIND_SIGN_LOST] = BX_PROCESS_NONE,
    [BX_KIND_SIGN_BACK] = BX_PROCESS_NONE,      [BX_KIND_GIVE] = BX_PROCESS_NONE,
    [BX_KIND_TAKE] = BX_PROCESS_NONE,
};

enum bx_process bx_process_of(enum bx_kind kind, bool training)
{
    bx_assert((size_t)kind < bx_countof(processes) && processes[kind] != 0);
    return training && processes[kind] == BX_PROCESS_RECEIPT ? BX_PROCESS_TRAINING
                                                             : processes[kind];
}

const char *bx_process_word(enum bx_process process)
{
    static const char *const words[] = {
        [BX_PROCESS_NONE] = "none",         [BX_PROCESS_RECEIPT] = "receipt",
        [BX_PROCESS_TRAINING] = "training", [BX_PROCESS_TRANSFER] = "transfer",
        [BX_PROCESS_ORDER] = "order",       [BX_PROCESS_CLOSING] = "closing",
        [BX_PROCESS_OTHER] = "other",
    };
    bx_assert((size_t)process < bx_countof(words) && words[process]);
    return words[process];
}

static const char *const state_words[] = {
    [BX_SIGN_NONE] = "none", [BX_SIGN_OPEN] = "open",       [BX_SIGN_SIGNED] = "signed",
    [BX_SIGN_LATE] = "late", [BX_SIGN_REFUSED] = "refused",
};

BX_WORDS_DEFINE(enum bx_sign_state, state_words, bx_sign_state_word, bx_sign_state_parse)

static void rates_add(struct bx_fiscal_document *document, const struct bx_totals *totals, int sign)
{
    for (int i = 0; i < totals->rate_count; i++) {
        const struct bx_tax *tax = &totals->rates[i];
        int at = 0;
        while (at < document->rate_count && document->rates[at].ppm != tax->ppm)
            at++;
        if (at == document->rate_count)
            document->rates[document->rate_count++] = (struct bx_tax){.ppm = tax->ppm};
        document->rates[at].gross.minor += sign * tax->gross.minor;
        document->rates[at].net.minor += sign * tax->net.minor;
        document->rates[at].tax.minor += sign * tax->tax.minor;
    }
}

static void sale_add(struct bx_fiscal_document *document, const struct bx_sale *sale)
{
    BX_TEXT_COPY(document->currency, sale->currency);
    document->exponent = sale->exponent;
    document->total.minor = sale->totals.total.minor - sale->back_totals.total.minor;
    document->outside.minor = sale->totals.outside.minor - sale->back_totals.outside.minor;
    document->rounding = sale->rounding;
    rates_add(document, &sale->totals, 1);
    rates_add(document, &sale->back_totals, -1);
    for (int i = 0; i < sale->tender_count; i++)
        document->tenders[sale->tenders[i].kind].minor += sale->tenders[i].amount.minor;
}

/* A count moves nothing. */
static void cash_add(struct bx_fiscal_document *document, const struct bx_cash_entry *cash)
{
    bool out = document->kind == BX_KIND_PAID_OUT || document->kind == BX_KIND_DROP;
    document->total.minor = out ? -cash->amount.minor : cash->amount.minor;
    if (document->kind != BX_KIND_COUNT)
        document->tenders[BX_TENDER_CASH] = document->total;
}

static void closing_add(struct bx_fiscal_document *document, const struct bx_figures *figures)
{
    document->total.minor =
        bx_figures_sum(figures, "sale", NULL) - bx_figures_sum(figures, "return", NULL);
    document->outside.minor = bx_figures_sum(figures, "outside", NULL);
    document->rounding.minor = bx_figures_sum(figures, "rounding", NULL);
    for (int i = 0; i < BX_TENDER_KINDS; i++)
        document->tenders[i].minor =
            bx_figures_get(figures, "tender", bx_tender_word((enum bx_tender_kind)i))->amount;
}

void bx_fiscal_document_make(struct bx_fiscal_document *ret, const struct bx_entry_head *head,
                             const struct bx_content *content, const char *currency, int exponent)
{
    *ret = (struct bx_fiscal_document){
        .process = bx_process_of(head->kind, content->sale && content->sale->training),
        .kind = head->kind,
        .till = head->till,
        .seq = head->seq,
        .user = head->user,
        .id = head->id,
        .at = head->at,
        .exponent = exponent};
    BX_TEXT_COPY(ret->number, head->number);
    BX_TEXT_COPY(ret->currency, currency);
    if (content->sale)
        sale_add(ret, content->sale);
    if (content->cash)
        cash_add(ret, content->cash);
    if (content->report)
        closing_add(ret, &content->report->figures);
    if (content->change) {
        ret->tenders[content->change->from].minor -= content->change->amount.minor;
        ret->tenders[content->change->to].minor += content->change->amount.minor;
    }
}
