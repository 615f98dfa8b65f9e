/* SPDX-License-Identifier: Apache-2.0 */
/* Paper that shows no sale: reports, and slips for money that moved. Made from the entry when it is
 * its turn to be printed, like every other document. */

#include "core.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

void bx_papers_want(struct bx_intent *intent, enum bx_paper_word kind)
{
    intent->jobs = bx_realloc(intent->jobs, intent->job_count + 1, sizeof(*intent->jobs));
    intent->jobs[intent->job_count++] = (struct bx_print_job){.kind = kind, .ticket = -1};
}

bool bx_sheet_is_text(const struct bx_print_job *job)
{
    return job->kind == BX_JOB_REPORT || job->kind == BX_JOB_SLIP;
}

bool bx_sheet_text_ready(const struct bx_till *till, const struct bx_print_job *job)
{
    return till->papers.text && till->papers.text_seq == job->sale;
}

void bx_paper_house(const struct bx_till *till, struct bx_paper *paper)
{
    const struct bx_programme *programme = till->programme;
    bool inside = paper->kind == BX_PAPER_REPORT || paper->kind == BX_PAPER_SLIP;
    BX_TEXT_COPY(paper->language, inside ? bx_people_language(till) : till->config.language);
    if (!programme)
        return;
    BX_TEXT_COPY(paper->venue, programme->name);
    paper->fact_count = 0;
    for (size_t i = 0; i < programme->fact_count; i++) {
        const struct bx_fact *fact = &programme->facts[i];
        char text[2 * BX_NAME_SIZE];
        if (strcmp(fact->name, "receipt foot") == 0) {
            BX_TEXT_COPY(paper->foot, fact->text);
            continue;
        }
        if (paper->fact_count == BX_PAPER_FACTS)
            break;
        bool plain = strcmp(fact->name, "address") == 0;
        snprintf(text, sizeof(text), "%s%s%s", plain ? "" : fact->name, plain ? "" : " ",
                 fact->text);
        BX_TEXT_COPY(paper->facts[paper->fact_count++], text);
    }
}

static const char *user_name(const struct bx_till *till, int64_t number, char out[16])
{
    const struct bx_user *user = till->staff ? bx_staff_user(till->staff, number) : NULL;
    if (user)
        return user->name;
    snprintf(out, 16, "%" PRId64, number);
    return out;
}

static const char *reason_name(const struct bx_till *till, const struct bx_warrant *warrant)
{
    const struct bx_reason *reason =
        till->programme && !bx_slug_is_none(&warrant->reason)
            ? bx_programme_reason(till->programme, warrant->what.s, &warrant->reason)
            : NULL;
    return reason ? reason->name : warrant->reason.s;
}

static void warrant_put(const struct bx_till *till, const struct bx_warrant *warrant,
                        struct bx_buf *out)
{
    char number[16];
    if (warrant->reason.s[0])
        bx_buf_format(out, "%s\t%s\n", bx_word("Reason"), reason_name(till, warrant));
    if (warrant->note[0])
        bx_buf_format(out, "%s\t%s\n", bx_word("Note"), warrant->note);
    if (warrant->approver)
        bx_buf_format(out, "%s\t%s\n", bx_word("Allowed by"),
                      user_name(till, warrant->approver, number));
}

static void cash_put(const struct bx_till *till, const struct bx_cash_entry *cash,
                     struct bx_buf *out)
{
    char amount[BX_MONEY_TEXT], value[BX_MONEY_TEXT], number[16];
    bx_buf_format(out, "%s\t%d\n", bx_word("Drawer"), cash->drawer);
    for (int i = 0; i < cash->piece_count; i++)
        bx_buf_format(out, "%" PRId64 " x %s\t%s\n", cash->pieces[i].count,
                      bx_counter_money(till, bx_money_of(cash->pieces[i].value), value),
                      bx_counter_money(till,
                                       bx_money_of(cash->pieces[i].value * cash->pieces[i].count),
                                       amount));
    bx_buf_format(out, "%s\t%s %s\n", bx_word("Amount"),
                  till->programme ? till->programme->currency : "",
                  bx_counter_money(till, cash->amount, amount));
    if (cash->to)
        bx_buf_format(out, "%s\t%s\n", bx_word("To"), user_name(till, cash->to, number));
    warrant_put(till, &cash->warrant, out);
    bx_buf_format(out, "\n%s\t______________\n", bx_word("Signature"));
}

/* The lines of the document, and its title; an error when the entry is of another kind. */
static int text_make(const struct bx_till *till, const struct bx_row *row, struct bx_buf *out,
                     struct bx_fault *fault)
{
    struct bx_report report;
    struct bx_cash_entry cash;
    int err;
    switch ((int)bx_kind_shape(row->head.kind)) {
    case BX_SHAPE_REPORT:
        err = bx_report_decode(row->body, row->len, &report, fault);
        if (err)
            return err;
        bx_report_lines(till, &row->head, &report, 0, out);
        bx_report_finish(&report);
        return 0;
    case BX_SHAPE_CASH:
        err = bx_cash_decode(row->body, row->len, &cash, fault);
        if (!err)
            cash_put(till, &cash, out);
        return err;
    }
    return bx_fault_set(fault, BX_ERR_MISSING, "This entry is not printed.", NULL);
}

void bx_sheet_text_head(struct bx_till *till, const struct bx_row *row, enum bx_paper_kind kind)
{
    struct bx_papers *papers = &till->papers;
    char number[16];
    if (!papers->text)
        papers->text = bx_new(struct bx_paper);
    struct bx_paper *paper = papers->text;
    memset(paper, 0, sizeof(*paper));
    for (int i = 0; i < 4; i++)
        snprintf(paper->chain + 2 * i, 3, "%02x", row->hash.b[i]);
    paper->kind = kind;
    paper->entry = row->head.kind;
    paper->till = row->head.till;
    paper->at = row->head.at;
    paper->ticket = -1;
    paper->offset_min = bx_programme_offset(till->programme, row->head.at);
    BX_TEXT_COPY(paper->number, row->head.number);
    BX_TEXT_COPY(paper->title, bx_kind_name(row->head.kind));
    BX_TEXT_COPY(paper->cashier, user_name(till, row->head.user, number));
    bx_paper_house(till, paper);
    bx_fiscal_put(till, &row->sign, paper);
}

int bx_sheet_text_read(struct bx_till *till, const struct bx_event *event,
                       const struct bx_print_job *job, struct bx_fault *fault)
{
    const struct bx_row *row = event->of.rows.rows;
    bx_buf_auto text;
    bx_buf_init(&text, BX_PAPER_TEXT - 1);
    int err = event->of.rows.fault.err;
    if (err) {
        *fault = event->of.rows.fault;
        return err;
    }
    if (bx_invoice_sheet_rows(till, event, &err, fault))
        return err;
    if (event->of.rows.count < 1 || row->head.seq != job->sale)
        return bx_fault_set(fault, BX_ERR_MISSING, "The journal does not have this document.",
                            NULL);
    if (row->head.kind == BX_KIND_INVOICE)
        return bx_invoice_sheet_begin(till, row, fault);
    err = text_make(till, row, &text, fault);
    if (err)
        return err;
    bx_sheet_text_head(till, row, job->kind == BX_JOB_REPORT ? BX_PAPER_REPORT : BX_PAPER_SLIP);
    BX_TEXT_COPY(till->papers.text->text, bx_buf_text(&text));
    till->papers.text_seq = row->head.seq;
    return 0;
}
