/* SPDX-License-Identifier: Apache-2.0 */
/* A document again, or another in its place. Torn in the hand: the same code, COPY n, counted, and
 * from the venue's limit on a supervisor's word. Gone, or nobody knows: a new code, and the old one
 * is refused at every gate from the next contact on; the sale, its slot and its scans stay. */

#include "core.h"

#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

/* Copies of an invoice are counted apart from those of the receipt. */
#define INVOICE_REASON "invoice"

static int order_open(struct bx_till *till, bx_origin origin, enum bx_kind kind,
                      const struct bx_row *row, int ticket, struct bx_fault *fault)
{
    struct bx_paper_order *order = &till->papers.order;
    if (!bx_people_user(till))
        return bx_fault_say(fault, BX_ERR_REFUSED, "Nobody is logged in.");
    if (till->commits.resolving || till->commits.stopped)
        return bx_fault_say(fault, BX_ERR_UNKNOWN,
                            "The journal does not answer: nothing can be "
                            "printed now.");
    if (order->active)
        return bx_fault_say(fault, BX_ERR_BUSY, "Another document is being made: one moment.");
    struct bx_sale *sale = bx_new(struct bx_sale);
    int err = bx_sale_decode(row->body, row->len, sale, fault);
    if (!err && (ticket < -1 || ticket >= sale->ticket_count))
        err =
            bx_fault_say(fault, BX_ERR_MISSING, "Sale %s has %d %s.", row->head.number,
                         sale->ticket_count, bx_words_of(sale->ticket_count, "ticket", "tickets"));
    if (err) {
        bx_free(sale);
        return err;
    }
    *order = (struct bx_paper_order){.active = true,
                                     .kind = kind,
                                     .origin = origin,
                                     .ticket = ticket,
                                     .head = row->head,
                                     .sale = sale};
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    effect->request = order->request = bx_till_request(till);
    effect->of.query = (struct bx_query){
        .kind = BX_QUERY_ABOUT, .from = 0, .limit = BX_ROWS_MAX, .id = row->head.id};
    return 0;
}

int bx_papers_reprint(struct bx_till *till, bx_origin origin, const struct bx_row *sale, int ticket,
                      struct bx_fault *fault)
{
    int err = order_open(till, origin, BX_KIND_REPRINT, sale, ticket, fault);
    if (!err)
        BX_TEXT_COPY(till->papers.order.reason, "torn");
    return err;
}

int bx_papers_invoice(struct bx_till *till, bx_origin origin, const struct bx_row *sale,
                      int64_t invoice, struct bx_fault *fault)
{
    int err = order_open(till, origin, BX_KIND_REPRINT, sale, -1, fault);
    if (err)
        return err;
    till->papers.order.sheet = invoice;
    BX_TEXT_COPY(till->papers.order.reason, INVOICE_REASON);
    return 0;
}

int bx_papers_replace(struct bx_till *till, bx_origin origin, const struct bx_row *sale, int ticket,
                      const char *reason, struct bx_fault *fault)
{
    if (ticket < 0)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "A receipt is not replaced: print it again as a copy.");
    int err = order_open(till, origin, BX_KIND_REPLACE, sale, ticket, fault);
    if (!err)
        BX_TEXT_COPY(till->papers.order.reason, reason && reason[0] ? reason : "lost");
    return err;
}

int bx_papers_in_hand(struct bx_till *till, bx_origin origin, const struct bx_print_job *job,
                      struct bx_fault *fault)
{
    if (!bx_people_user(till))
        return bx_fault_say(fault, BX_ERR_REFUSED, "Nobody is logged in.");
    if (job->state != BX_JOB_UNSURE)
        return bx_fault_say(fault, BX_ERR_REFUSED, "Nobody asked about this document.");
    struct bx_intent intent = {
        .kind = BX_KIND_PRINT_ANSWER, .origin = origin, .n = job->seq, .job = job->id};
    BX_TEXT_COPY(intent.about, "hand");
    bx_commit_push(till, &intent);
    return 0;
}

/* A ticket that was taken back is not printed any more. */
static int back_check(const struct bx_paper_order *order, const struct bx_row *row,
                      struct bx_fault *fault)
{
    struct bx_sale *later = bx_new(struct bx_sale);
    int err = bx_sale_decode(row->body, row->len, later, fault);
    for (int i = 0; !err && i < later->back_ticket_count; i++)
        if (later->back_tickets[i] == order->ticket)
            err = bx_fault_say(fault, BX_ERR_REFUSED,
                               "This ticket was taken back by %s: it is not printed again.",
                               row->head.number);
    bx_free(later);
    return err;
}

/* What the journal says of the sale's papers: which code is valid now, how many copies it has. */
static int history_read(const struct bx_paper_order *order, const struct bx_row *rows, size_t count,
                        struct bx_paper_entry *ret, struct bx_fault *fault)
{
    struct bx_paper_entry paper;
    int64_t latest = 0;
    for (size_t i = 0; i < count && order->ticket >= 0; i++) {
        int err = 0;
        if (bx_kind_shape(rows[i].head.kind) == BX_SHAPE_SALE &&
            !bx_id_equal(&rows[i].head.id, &order->head.id))
            err = back_check(order, &rows[i], fault);
        if (err)
            return err;
    }
    for (size_t i = 0; i < count; i++) {
        if (rows[i].head.kind != BX_KIND_REPLACE || rows[i].head.seq < latest)
            continue;
        int err = bx_paper_decode(rows[i].body, rows[i].len, &paper, fault);
        if (err)
            return err;
        if (paper.ticket != order->ticket)
            continue;
        ret->code = paper.code;
        latest = rows[i].head.seq;
    }
    for (size_t i = 0; i < count; i++) {
        if (rows[i].head.kind != BX_KIND_REPRINT)
            continue;
        int err = bx_paper_decode(rows[i].body, rows[i].len, &paper, fault);
        if (err)
            return err;
        bool invoice = strcmp(paper.reason, INVOICE_REASON) == 0;
        if (paper.ticket == order->ticket && strcmp(paper.code.s, ret->code.s) == 0 &&
            invoice == (order->sheet != 0) && paper.copy > ret->copy)
            ret->copy = paper.copy;
    }
    return 0;
}

static int paper_fill(struct bx_till *till, const struct bx_event *event,
                      struct bx_paper_entry *ret, struct bx_fault *fault)
{
    const struct bx_paper_order *order = &till->papers.order;
    struct bx_paper_entry paper = {.sale = order->head.id, .ticket = order->ticket};
    if (event->of.rows.fault.err) {
        *fault = event->of.rows.fault;
        return fault->err;
    }
    if (order->ticket >= 0)
        paper.code = order->sale->tickets[order->ticket].code;
    int err = history_read(order, event->of.rows.rows, event->of.rows.count, &paper, fault);
    if (err)
        return err;
    BX_TEXT_COPY(paper.reason, order->reason);
    paper.copy++;
    if (order->kind == BX_KIND_REPLACE) {
        const struct bx_ticket *ticket = &order->sale->tickets[order->ticket];
        const struct bx_line *line = &order->sale->basket.lines[ticket->line];
        paper.old = paper.code;
        paper.copy = 0;
        err = bx_till_code(till, line->date, &line->class, &paper.code, fault);
    }
    if (!err)
        *ret = paper;
    return err;
}

/* What a reprint waits for its approval with. */
struct reprint {
    enum bx_kind kind;
    int64_t sale; /* seq of what the paper shows */
    bool is_slip; /* an invoice */
    struct bx_paper_entry paper;
};

static void allowed(struct bx_till *till, bx_origin origin, const struct bx_warrant *warrant,
                    const void *arg)
{
    const struct reprint *reprint = arg;
    struct bx_intent intent = {.kind = reprint->kind, .origin = origin, .job_count = 1};
    intent.paper = bx_new(struct bx_paper_entry);
    *intent.paper = reprint->paper;
    intent.paper->approver = warrant ? warrant->approver : 0;
    intent.jobs = bx_new(struct bx_print_job);
    *intent.jobs = (struct bx_print_job){.sale = reprint->sale,
                                         .kind = reprint->is_slip            ? BX_JOB_SLIP
                                                 : reprint->paper.ticket < 0 ? BX_JOB_RECEIPT
                                                                             : BX_JOB_TICKET,
                                         .ticket = reprint->paper.ticket,
                                         .copy = reprint->paper.copy};
    bx_commit_push(till, &intent);
}

/* One copy more than the venue's limit is a supervisor's word. */
static int limit_check(struct bx_till *till, bx_origin origin, const struct reprint *reprint,
                       const char *number, struct bx_fault *fault)
{
    char say[160];
    enum bx_need need = BX_NEED_NOTHING;
    struct bx_warrant_ask ask = {.origin = origin,
                                 .action = "reprint",
                                 .need = BX_NEED_SUPERVISOR,
                                 .done = allowed,
                                 .arg = reprint,
                                 .size = sizeof(*reprint)};
    int err = 0;
    if (reprint->kind == BX_KIND_REPRINT && till->programme) {
        const struct bx_limit *limit = &till->programme->limits.reprints;
        bx_words_print(say, sizeof(say), "Copy %d of this document: %d is the limit.",
                       reprint->paper.copy, (int)limit->at);
        err = bx_limit_check(till, origin, limit, reprint->paper.copy, say, &need, fault);
    }
    if (err || need != BX_NEED_SUPERVISOR) {
        if (!err)
            allowed(till, origin, NULL, reprint);
        return err;
    }
    bx_words_print(ask.title, sizeof(ask.title), "Print %s again", number);
    BX_TEXT_COPY(ask.text, say);
    return bx_warrant_ask(till, &ask, fault);
}

void bx_reprint_rows(struct bx_till *till, const struct bx_event *event)
{
    struct bx_papers *papers = &till->papers;
    struct bx_paper_order order = papers->order;
    struct bx_fault fault = {0};
    struct reprint reprint = {.kind = order.kind,
                              .sale = order.sheet ? order.sheet : order.head.seq,
                              .is_slip = order.sheet != 0};
    int err = paper_fill(till, event, &reprint.paper, &fault);
    papers->order = (struct bx_paper_order){0};
    bx_free(order.sale);
    if (!err)
        err = limit_check(till, order.origin, &reprint, order.head.number, &fault);
    if (err && order.origin == 0)
        bx_say(till, BX_TONE_BAD, "%s", fault.say);
    else if (err)
        bx_command_ended(till, order.origin, BX_REFUSED, &fault);
}
