/* SPDX-License-Identifier: Apache-2.0 */
/* May this entry be? Every check before any change; what takes the real journal an index takes the
 * fake a loop. */

#include "boxtill/base/text.h"
#include "boxtill/domain/gift.h"
#include "fake_parts.h"

static int body_check(const struct bx_commit *commit, struct bx_fault *fault)
{
    const struct bx_entry_head *head = &commit->head;
    struct bx_entry_head said;
    int err = bx_entry_head_decode(commit->body, commit->len, &said, fault);
    if (err)
        return err;
    bool same = said.till == head->till && said.incarnation == head->incarnation &&
                said.seq == head->seq && bx_id_equal(&said.id, &head->id) &&
                said.kind == head->kind && strcmp(said.number, head->number) == 0 &&
                said.at.us == head->at.us && said.boot / 1000 == head->boot / 1000 &&
                said.shift == head->shift && said.user == head->user;
    return same ? 0 : no(fault, BX_ERR_CLASH, "The body denies its head.");
}

static bool shift_fits(const struct bx_entry_head *head, const struct bx_journal_state *now)
{
    enum bx_shape shape = bx_kind_shape(head->kind);
    if (head->kind == BX_KIND_SHIFT_OPEN)
        return now->shift == 0 && head->shift == now->next_shift;
    bool within = shape == BX_SHAPE_SALE || shape == BX_SHAPE_CASH ||
                  shape == BX_SHAPE_TENDER_CHANGE || head->kind == BX_KIND_SHIFT_CLOSE;
    return head->shift == now->shift ? head->shift || !within : !head->shift && !within;
}

static bool number_fits(const struct bx_commit *commit, const struct bx_journal_state *now)
{
    const struct bx_sale *sale = commit->content.sale;
    bool training = sale && sale->training;
    enum bx_series series = bx_series_of(commit->head.kind, training);
    char number[BX_NUMBER_SIZE] = "";
    if (series == BX_SERIES_NONE)
        return commit->number == 0 && !commit->head.number[0];
    bx_number_format(now->till, series, now->next_number[series], number);
    return commit->series == series && commit->number == now->next_number[series] &&
           strcmp(number, commit->head.number) == 0 && !(training && sale->use_count);
}

static int place_check(struct fake *fake, const struct bx_commit *commit, struct bx_fault *fault)
{
    const struct bx_entry_head *head = &commit->head;
    const struct bx_journal_state *now = &fake->now;
    if (!now->till)
        return no(fault, BX_ERR_REFUSED, "This till is not enrolled.");
    bool fits = head->till == now->till && head->incarnation == now->incarnation &&
                head->seq == (int64_t)fake->entry_count + 1 &&
                bx_hash_equal(&commit->prev, &now->head) && shift_fits(head, now) &&
                number_fits(commit, now) && !entry_of(fake, &head->id);
    if (!fits)
        return no(fault, BX_ERR_CLASH, "It does not continue what is stored.");
    return body_check(commit, fault);
}

static int uses_check(struct fake *fake, const struct bx_sale *sale, struct bx_fault *fault)
{
    for (int i = 0; i < sale->use_count; i++) {
        const struct bx_lease_use *use = &sale->uses[i];
        const struct bx_lease *lease = lease_of(fake, &use->pool);
        int64_t used = lease ? lease->used : 0;
        for (int k = 0; k < i; k++)
            if (bx_slug_equal(&sale->uses[k].pool, &use->pool))
                used += sale->uses[k].q;
        if (use->q <= 0)
            return no(fault, BX_ERR_INPUT, "No places.");
        if (!lease || lease->r != use->r || lease->state != BX_LEASE_OPEN)
            return no(fault, BX_ERR_REFUSED, "Not this till's places.");
        if (used != use->before)
            return no(fault, BX_ERR_CLASH, "Other places were used before.");
        if (used + use->q > lease->n)
            return no(fault, BX_ERR_REFUSED, "Too few places.");
    }
    return 0;
}

static int gift_check(struct fake *fake, const struct bx_commit *commit, struct bx_fault *fault)
{
    struct bx_gift gift;
    const struct bx_content *content = &commit->content;
    if (bx_gift_read(&commit->head, content->about ? content->about : "", content->n, &gift, fault))
        return BX_ERR_INPUT;
    bool gives = commit->head.kind == BX_KIND_GIVE;
    const struct bx_lease *lease = lease_of(fake, &gift.pool);
    if (!lease || lease->r != (gives ? gift.r : gift.own_r) || lease->state != BX_LEASE_OPEN)
        return no(fault, BX_ERR_REFUSED, "Not this till's places.");
    if (gives && lease->used != gift.before)
        return no(fault, BX_ERR_CLASH, "Other places were used before.");
    if (gives && lease->used + gift.places > lease->n)
        return no(fault, BX_ERR_REFUSED, "Too few places.");
    return 0;
}

static const struct entry *document_of(struct fake *fake, const struct bx_id *id)
{
    const struct entry *entry = entry_of(fake, id);
    bool is = entry && (entry->head.kind == BX_KIND_SALE || entry->head.kind == BX_KIND_EXCHANGE);
    return is ? entry : NULL;
}

/* What has a receipt, and tenders: whatever moved goods against money. */
static const struct entry *receipt_of(struct fake *fake, const struct bx_id *id)
{
    const struct entry *entry = entry_of(fake, id);
    return entry && bx_kind_shape(entry->head.kind) == BX_SHAPE_SALE ? entry : NULL;
}

static int papers_check(struct fake *fake, const struct bx_commit *commit, int64_t *ret_about,
                        struct bx_fault *fault)
{
    const struct bx_paper_entry *paper = commit->content.paper;
    const struct entry *sale = receipt_of(fake, &paper->sale);
    if (!sale)
        return no(fault, BX_ERR_MISSING, "No such sale.");
    *ret_about = sale->head.seq;
    if (commit->head.kind != BX_KIND_REPLACE)
        return 0;
    const struct ticket *old = ticket_of(fake, paper->old.s);
    if (!old || !old->valid || old->sale != sale->head.seq || old->nth != paper->ticket)
        return no(fault, BX_ERR_MISSING, "No such ticket.");
    return ticket_of(fake, paper->code.s) ? no(fault, BX_ERR_CLASH, "Code taken.") : 0;
}

static bool is_void(struct fake *fake, int64_t sale)
{
    for (size_t i = 0; i < fake->entry_count; i++)
        if (fake->entries[i].head.kind == BX_KIND_VOID && fake->entries[i].about == sale)
            return true;
    return false;
}

static int returns_check(struct fake *fake, const struct bx_sale *sale, int64_t *ret_about,
                         struct bx_fault *fault)
{
    struct entry *of = bx_id_is_zero(&sale->of) ? NULL : entry_of(fake, &sale->of);
    if (!of) /* of another till */
        return 0;
    if (!document_of(fake, &sale->of) || of->training != sale->training ||
        is_void(fake, of->head.seq))
        return no(fault, BX_ERR_CLASH, "This cannot be taken back.");
    for (int i = 0; i < sale->back_ticket_count; i++)
        if (!ticket_at(fake, of->head.seq, sale->back_tickets[i]) ||
            (i > 0 && sale->back_tickets[i] <= sale->back_tickets[i - 1]))
            return no(fault, BX_ERR_CLASH, "Taken back before.");
    *ret_about = of->head.seq;
    return 0;
}

static int sale_check(struct fake *fake, const struct bx_commit *commit, int64_t *ret_about,
                      struct bx_fault *fault)
{
    const struct bx_sale *sale = commit->content.sale;
    for (int i = 0; i < sale->ticket_count; i++)
        if (ticket_of(fake, sale->tickets[i].code.s))
            return no(fault, BX_ERR_CLASH, "Code taken.");
    int err = uses_check(fake, sale, fault);
    return err || commit->head.kind == BX_KIND_SALE ? err
                                                    : returns_check(fake, sale, ret_about, fault);
}

/* Money apart from sales: what it names must be there, or need not. */
static int named_check(struct fake *fake, const struct bx_content *content, int64_t *ret_about,
                       struct bx_fault *fault)
{
    const struct entry *named = NULL;
    if (content->change)
        named = receipt_of(fake, &content->change->sale);
    else if (content->invoice)
        named = receipt_of(fake, &content->invoice->sale);
    else if (content->cash && !bx_id_is_zero(&content->cash->about))
        named = entry_of(fake, &content->cash->about);
    else if (content->attempt)
        named = entry_of(fake, &content->attempt->attempt);
    if ((content->change || content->invoice) && !named)
        return no(fault, BX_ERR_MISSING, "No such sale.");
    *ret_about = named ? named->head.seq : 0;
    return 0;
}

static int report_check(struct fake *fake, const struct bx_commit *commit, struct bx_fault *fault)
{
    const struct bx_report *report = commit->content.report;
    const struct bx_perpetual *perpetual = &fake->now.perpetual;
    if (commit->head.kind != BX_KIND_SHIFT_CLOSE)
        return 0;
    bool same = report->shift == fake->now.shift &&
                !bx_figures_differ(&report->figures, &fake->now.figures) &&
                report->after.sales.minor == perpetual->sales.minor &&
                report->after.returns.minor == perpetual->returns.minor;
    return same ? 0 : no(fault, BX_ERR_CLASH, "Its figures are not those of the shift.");
}

static int note_check(struct fake *fake, const struct bx_commit *commit, int64_t *ret_about,
                      struct bx_fault *fault)
{
    char about[BX_ABOUT_MAX + 1];
    int64_t n;
    int err = bx_note_decode(commit->body, commit->len, about, sizeof(about), &n, fault);
    if (err)
        return err;
    *ret_about = 0;
    if (bx_gift_is_kind(commit->head.kind))
        return gift_check(fake, commit, fault);
    if (commit->head.kind == BX_KIND_LOGIN_FAILED)
        *ret_about = n ? n : commit->head.user;
    if (commit->head.kind != BX_KIND_SETTLE && commit->head.kind != BX_KIND_PRINT_ANSWER)
        return 0;
    const struct entry *named = entry_at(fake, n);
    if (!named)
        return no(fault, BX_ERR_MISSING, "No such entry.");
    *ret_about = commit->head.kind == BX_KIND_PRINT_ANSWER && named->about ? named->about : n;
    return 0;
}

int fake_commit_check(struct fake *fake, const struct bx_commit *commit, int64_t *ret_about,
                      struct bx_fault *fault)
{
    *ret_about = 0;
    int err = place_check(fake, commit, fault);
    for (size_t i = 0; i < commit->job_count && err == 0; i++)
        if (job_of(fake, &commit->jobs[i].id) || commit->jobs[i].seq > commit->head.seq)
            err = no(fault, BX_ERR_CLASH, "This print is there already.");
    if (err)
        return err;
    switch (bx_kind_shape(commit->head.kind)) {
    case BX_SHAPE_SALE: return sale_check(fake, commit, ret_about, fault);
    case BX_SHAPE_PAPER: return papers_check(fake, commit, ret_about, fault);
    case BX_SHAPE_NOTE: return note_check(fake, commit, ret_about, fault);
    case BX_SHAPE_REPORT: return report_check(fake, commit, fault);
    case BX_SHAPE_CASH:
    case BX_SHAPE_TENDER_CHANGE:
    case BX_SHAPE_ATTEMPT:
    case BX_SHAPE_INVOICE: return named_check(fake, &commit->content, ret_about, fault);
    }
    bx_unreachable();
}
