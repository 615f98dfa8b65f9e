/* SPDX-License-Identifier: Apache-2.0 */
/* Taking back: void, refund and exchange. Each is a document of its own that names the sale; what
 * it may take is what the case says is still there, and what it gives is cut from that, so no
 * series of corrections gives back more than was taken.
 *
 * A void undoes a sale of this shift as a whole, tender by tender. A refund takes back some or all
 * of it, at any time. An exchange puts what comes back on the desk, where the other half of it is
 * rung up and the difference is paid or given back.
 *
 * Without the server's word a till corrects only its own sales, in cash up to a limit: it cannot
 * know which tickets are used. */

#include "core.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

/* --- the document ------------------------------------------------------------------------------
 */

static void wish_make(const struct bx_case *one, const struct bx_taking *taking,
                      int quantities[BX_LINES_MAX], bool tickets[BX_TICKETS_MAX])
{
    memset(quantities, 0, BX_LINES_MAX * sizeof(*quantities));
    memset(tickets, 0, BX_TICKETS_MAX * sizeof(*tickets));
    for (int i = 0; i < one->sale.basket.count; i++) {
        bool prints = !bx_slug_is_none(&one->sale.basket.lines[i].class);
        if (!prints)
            quantities[i] = taking->whole ? bx_case_left(one, i) : taking->quantities[i];
    }
    for (int i = 0; i < one->sale.ticket_count; i++)
        tickets[i] = taking->whole ? !one->remains.ticket_gone[i] : taking->tickets[i];
}

/* Each tender of the sale goes back as it came. Where cash was rounded and then turned out to be no
 * cash, nothing in cash says what the rounding belongs to. */
static void tenders_mirror(const struct bx_sale *sale, struct bx_sale *ret)
{
    bool cash = false;
    ret->rounding = bx_money_of(-sale->rounding.minor);
    ret->tender_count = sale->tender_count;
    for (int i = 0; i < sale->tender_count; i++) {
        const struct bx_tender *tender = &sale->tenders[i];
        ret->tenders[i] = *tender;
        ret->tenders[i].amount = bx_money_of(-tender->amount.minor);
        ret->tenders[i].received = ret->tenders[i].amount;
        ret->tenders[i].change = bx_money_of(0);
        cash = cash || tender->kind == BX_TENDER_CASH;
    }
    if (!cash && ret->rounding.minor != 0 && ret->tender_count < BX_TENDERS_MAX)
        ret->tenders[ret->tender_count++] = (struct bx_tender){.kind = BX_TENDER_CASH};
}

/* Cash back for what was paid in cash is how it goes anyway, to the last coin. */
static bool is_all_cash(const struct bx_sale *sale)
{
    for (int i = 0; i < sale->tender_count; i++)
        if (sale->tenders[i].kind != BX_TENDER_CASH)
            return false;
    return true;
}

static int tenders_make(const struct bx_till *till, const struct bx_case *one,
                        const struct bx_taking *taking, struct bx_sale *ret, struct bx_fault *fault)
{
    int64_t step = till->programme ? till->programme->cash_step : 1;
    bx_money left;
    if (taking->kind == BX_KIND_EXCHANGE)
        return 0;
    if (taking->kind == BX_KIND_VOID) {
        tenders_mirror(&one->sale, ret);
        return 0;
    }
    bool chained = one->row.head.kind == BX_KIND_EXCHANGE;
    bool chosen = taking->by && (taking->tender != BX_TENDER_CASH || !is_all_cash(&one->sale));
    if (!chosen && bx_sale_due(ret).minor != 0 && !chained)
        return bx_return_tenders(&one->remains, one->given, step, ret, fault);
    /* An exchange took only a difference, which says nothing of how its tickets were paid. */
    enum bx_tender_kind kind = chosen ? taking->tender : BX_TENDER_CASH;
    bx_money due = bx_sale_left(ret);
    if (kind == BX_TENDER_CASH)
        due = bx_cash_due(due, step);
    return bx_tender_add(ret, step, kind, due, taking->reference[0] ? taking->reference : NULL,
                         &left, fault);
}

int bx_return_draft(const struct bx_till *till, const struct bx_case *one,
                    const struct bx_taking *taking, struct bx_sale *ret, struct bx_fault *fault)
{
    int quantities[BX_LINES_MAX];
    bool tickets[BX_TICKETS_MAX];
    const struct bx_sale *sale = &one->sale;
    *ret = (struct bx_sale){.v = 2,
                            .exponent = sale->exponent,
                            .tax_included = sale->tax_included,
                            .programme = sale->programme,
                            .offline = !till->link.online,
                            .drawer = bx_till_drawer(till),
                            .of = one->row.head.id,
                            .training = sale->training};
    BX_TEXT_COPY(ret->currency, sale->currency);
    if (bx_remains_is_empty(&one->remains))
        return bx_fault_say(fault, BX_ERR_REFUSED, "All of %s was taken back already.",
                            one->row.head.number);
    wish_make(one, taking, quantities, tickets);
    int err = bx_return_make(&one->remains, quantities, tickets, ret, fault);
    return err ? err : tenders_make(till, one, taking, ret, fault);
}

/* --- may it be? --------------------------------------------------------------------------------
 */

static int void_check(const struct bx_till *till, const struct bx_case *one, struct bx_fault *fault)
{
    const char *number = one->row.head.number;
    if (one->foreign)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "%s was sold at till %d: refund it here, or void it there.", number,
                            (int)one->row.head.till);
    if (one->row.head.kind != BX_KIND_SALE)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s is no sale: only sales are voided.", number);
    if (till->shift == 0 || one->row.head.shift != till->shift)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "%s is of an earlier shift, and that is closed: refund it.", number);
    if (one->returns > 0)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "A part of %s was taken back already: refund the rest.", number);
    return 0;
}

static int kind_check(const struct bx_till *till, const struct bx_case *one, enum bx_kind kind,
                      struct bx_fault *fault)
{
    const char *number = one->row.head.number;
    if (!bx_case_is_ready(one))
        return bx_fault_say(fault, BX_ERR_BUSY, "What became of %s is being read: one moment.",
                            number);
    if (till->commits.resolving || till->commits.stopped)
        return bx_fault_say(fault, BX_ERR_UNKNOWN,
                            "The last entry is being looked for: nothing can be corrected now.");
    if (one->row.head.kind != BX_KIND_SALE && one->row.head.kind != BX_KIND_EXCHANGE)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s took something back itself: it stands.",
                            number);
    if (one->sale.training != till->training)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            one->sale.training
                                ? "%s is a sale of training: only training corrects it."
                                : "%s is a real sale: leave training first.",
                            number);
    int err = kind == BX_KIND_VOID ? void_check(till, one, fault) : 0;
    return err ? err : bx_shift_check(till, fault);
}

/* Without the server's word: own sales only. And what this till has said of another's sale must
 * have come there first, since nobody else knows of it. */
static int contact_check(const struct bx_till *till, const struct bx_case *one,
                         struct bx_fault *fault)
{
    if (!one->foreign)
        return 0;
    if (one->cut)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "More was done about %s than the server can tell at once: correct it "
                            "at till %d.",
                            one->row.head.number, (int)one->row.head.till);
    if (!one->told)
        return bx_fault_say(fault, BX_ERR_OFFLINE,
                            "Offline: this till corrects only what it sold itself. %s is till "
                            "%d's.",
                            one->row.head.number, (int)one->row.head.till);
    if (till->link.queued > 0)
        return bx_fault_say(fault, BX_ERR_BUSY,
                            "The server is being told what was done here: one moment, then again.");
    return 0;
}

/* A used ticket comes back only when the visit did not take place, and a supervisor says so. */
static int used_check(const struct bx_case *one, const struct bx_taking *taking,
                      const struct bx_sale *draft, enum bx_need *need, struct bx_fault *fault)
{
    for (int i = 0; i < draft->back_ticket_count; i++) {
        int ticket = draft->back_tickets[i];
        if (!one->used[ticket])
            continue;
        if (!taking->visit)
            return bx_fault_say(fault, BX_ERR_REFUSED,
                                "Ticket %d was used at a gate: it comes back only when the visit "
                                "did not take place.",
                                ticket + 1);
    }
    if (taking->visit)
        *need = BX_NEED_SUPERVISOR;
    return 0;
}

/* Whether a voucher that was sold has been used in the meantime is not known here. */
static void voucher_check(const struct bx_sale *draft, enum bx_need *need)
{
    for (int i = 0; i < draft->back.count; i++)
        if (draft->back.lines[i].kind == BX_LINE_VOUCHER)
            *need = BX_NEED_SUPERVISOR;
}

static bx_money cash_of(const struct bx_sale *draft)
{
    bx_money cash = {0};
    for (int i = 0; i < draft->tender_count; i++)
        if (draft->tenders[i].kind == BX_TENDER_CASH)
            cash.minor -= draft->tenders[i].amount.minor;
    return cash;
}

/* Money that goes another way than it came is a supervisor's business; offline, only cash goes. */
static int way_check(const struct bx_till *till, const struct bx_case *one,
                     const struct bx_sale *draft, enum bx_need *need, struct bx_fault *fault)
{
    bool blind = !till->link.online || !one->told;
    for (int i = 0; i < draft->tender_count; i++) {
        const struct bx_tender *tender = &draft->tenders[i];
        if (tender->amount.minor == 0)
            continue;
        bool server = tender->kind == BX_TENDER_STORED || tender->kind == BX_TENDER_VOUCHER;
        if (server && blind)
            return bx_fault_say(fault, BX_ERR_OFFLINE,
                                "Offline: what was paid with a voucher waits for the server, or "
                                "goes back in cash.");
        if (-tender->amount.minor > bx_case_held(one, tender->kind).minor)
            *need = BX_NEED_SUPERVISOR;
    }
    return 0;
}

/* A limit is of the sale: in several parts no more goes back than in one. */
static int cash_check(struct bx_till *till, bx_origin origin, const struct bx_case *one,
                      const struct bx_sale *draft, enum bx_need *need, struct bx_fault *fault)
{
    char text[BX_MONEY_TEXT], most[BX_MONEY_TEXT], say[160];
    bx_money cash = cash_of(draft);
    const struct bx_limits *limits = till->programme ? &till->programme->limits : NULL;
    int err = 0;
    if (cash.minor <= 0)
        return 0;
    if (one->given[BX_TENDER_CASH].minor > 0)
        cash.minor += one->given[BX_TENDER_CASH].minor;
    bx_counter_money(till, cash, text);
    bool blind = !till->link.online || !one->told;
    if (limits && blind && limits->refund_offline.at > 0) {
        bx_words_print(say, sizeof(say),
                       "Offline, cash goes back up to %s of a sale: this makes %s.",
                       bx_counter_money(till, bx_money_of(limits->refund_offline.at), most), text);
        err = bx_limit_check(till, origin, &limits->refund_offline, cash.minor, say, need, fault);
    }
    if (limits && !err && limits->refund_amount.at > 0) {
        bx_words_print(say, sizeof(say), "Cash goes back up to %s of a sale: this makes %s.",
                       bx_counter_money(till, bx_money_of(limits->refund_amount.at), most), text);
        err = bx_limit_check(till, origin, &limits->refund_amount, cash.minor, say, need, fault);
    }
    return err;
}

/* Does more go out of the drawer than should be in it? */
static bool drawer_is_short(const struct bx_till *till, const struct bx_sale *draft)
{
    return !draft->training && bx_drawer_expected(till).minor < cash_of(draft).minor;
}

/* What is asked: what goes back, and whether there is enough to give. How much there is, is not
 * said: the count at the closing is blind. */
static void text_make(struct bx_till *till, bx_origin origin, const struct bx_taking *taking,
                      const struct bx_sale *draft, char *out, size_t size)
{
    char money[200], total[BX_MONEY_TEXT];
    bool little = drawer_is_short(till, draft);
    bx_tenders_text(draft, money, sizeof(money));
    bx_counter_money(till, draft->back_totals.total, total);
    if (taking->kind == BX_KIND_EXCHANGE)
        bx_words_print(out, size, "%s comes back.", total);
    else if (!little)
        bx_words_print(out, size, "Give back %s.", money);
    else
        bx_words_print(out, size, "Give back %s. The drawer should hold less.", money);
    if (little && origin != 0)
        bx_told(till, origin, BX_TONE_WARN, "The drawer should hold less.");
}

static int age_check(struct bx_till *till, bx_origin origin, const struct bx_case *one,
                     enum bx_need *need, struct bx_fault *fault)
{
    char say[160];
    const struct bx_limits *limits = till->programme ? &till->programme->limits : NULL;
    int64_t minutes = (till->turn.utc.us - one->row.head.at.us) / (60 * BX_SECOND_US);
    if (!limits || limits->void_minutes.at == 0)
        return 0;
    bx_words_print(say, sizeof(say), "This sale is %d minutes old: voids are for the first %d.",
                   (int)minutes, (int)limits->void_minutes.at);
    return bx_limit_check(till, origin, &limits->void_minutes, minutes, say, need, fault);
}

/* --- done --------------------------------------------------------------------------------------
 */

void bx_tenders_text(const struct bx_sale *sale, char *out, size_t size)
{
    static const char *const ways[BX_TENDER_KINDS] = {
        [BX_TENDER_CASH] = BX_WORD("in cash"),
        [BX_TENDER_CARD] = BX_WORD("by card"),
        [BX_TENDER_VOUCHER] = BX_WORD("as voucher"),
        [BX_TENDER_STORED] = BX_WORD("on the gift card"),
        [BX_TENDER_ACCOUNT] = BX_WORD("on the bill"),
        [BX_TENDER_PREPAID] = BX_WORD("as paid before")};
    char text[240] = "", money[BX_MONEY_TEXT];
    size_t len = 0;
    for (int i = 0; i < sale->tender_count && len < sizeof(text) - 1; i++) {
        int64_t amount = sale->tenders[i].amount.minor;
        bx_money_format(bx_money_of(amount < 0 ? -amount : amount), sale->exponent, money);
        int n = snprintf(text + len, sizeof(text) - len, "%s%s %s", i ? ", " : "", money,
                         bx_word(ways[sale->tenders[i].kind]));
        len += n > 0 ? (size_t)n : 0;
    }
    bx_text_copy(out, size, text);
}

static const char *action_word(const struct bx_taking *taking)
{
    if (taking->visit)
        return "visit";
    return taking->kind == BX_KIND_VOID     ? "void"
           : taking->kind == BX_KIND_REFUND ? "refund"
                                            : "exchange";
}

/* Jobs of tickets that came back have lost their point, whatever state they are in. */
void bx_returns_follow(struct bx_till *till, const struct bx_intent *intent,
                       const struct bx_entry_head *head)
{
    const struct bx_sale *sale = intent->sale;
    struct bx_case *one = bx_id_is_zero(&sale->of) ? NULL : bx_case_of(till, &sale->of);
    if (!one || one->foreign)
        return;
    bx_attention_corrected(till, one, head->number);
    for (int i = 0; i < sale->back_ticket_count; i++)
        bx_papers_cancel(till, one->row.head.seq, sale->back_tickets[i],
                         "its ticket was taken back");
    if (intent->kind == BX_KIND_VOID)
        bx_papers_cancel(till, one->row.head.seq, -1, "its sale was voided");
}

static void written(struct bx_till *till, const struct bx_intent *intent,
                    const struct bx_entry_head *head, const struct bx_ref *ref,
                    const struct bx_fault *fault)
{
    char money[200];
    if (fault) {
        bx_attempts_unsold(till, intent->sale);
        bx_refused(till, intent->origin, fault);
        return;
    }
    bx_attempts_sold(till, intent->sale);
    bx_returns_follow(till, intent, head);
    if (cash_of(intent->sale).minor > 0)
        bx_drawer_open(till, ref, intent->sale->drawer, intent->sale->training);
    if (intent->origin != 0) {
        bx_command_corrected(till, head, &ref->hash, intent->sale);
        return;
    }
    bx_tenders_text(intent->sale, money, sizeof(money));
    bx_say(till, BX_TONE_GOOD, "%s: give back %s.", head->number, money);
}

/* Everything is known: writes it, or says what has changed since it was asked for. */
static void go(struct bx_till *till, struct bx_case *one, const struct bx_case_wish *wish)
{
    const struct bx_taking *taking = &wish->of.taking;
    struct bx_fault fault = {0};
    enum bx_need need = BX_NEED_NOTHING;
    struct bx_sale *draft = bx_new(struct bx_sale);
    int err = kind_check(till, one, taking->kind, &fault);
    if (!err)
        err = contact_check(till, one, &fault);
    if (!err)
        err = bx_return_draft(till, one, taking, draft, &fault);
    if (!err)
        err = used_check(one, taking, draft, &need, &fault);
    if (err) {
        bx_refused(till, wish->origin, &fault);
    } else if (taking->kind == BX_KIND_EXCHANGE) {
        bx_exchange_begin(till, wish->origin, one, draft, &wish->warrant);
    } else {
        struct bx_intent intent = {
            .kind = taking->kind, .origin = wish->origin, .job_count = 1, .after = written};
        draft->basket.id = bx_till_id(till);
        draft->warrants[draft->warrant_count++] = wish->warrant;
        intent.sale = bx_steal(&draft);
        intent.jobs = bx_new(struct bx_print_job);
        *intent.jobs = (struct bx_print_job){.kind = BX_JOB_RECEIPT, .ticket = -1};
        if (taking->by && taking->reference[0]) /* on another terminal, by that slip */
            bx_commit_push(till, &intent);
        else
            bx_card_push(till, &intent);
    }
    bx_free(draft);
}

static void allowed(struct bx_till *till, bx_origin origin, const struct bx_warrant *warrant,
                    const void *arg)
{
    struct bx_case_wish wish = {.go = go, .origin = origin, .warrant = *warrant};
    struct bx_fault fault = {0};
    memcpy(&wish.of.taking, arg, sizeof(wish.of.taking));
    struct bx_case *one = bx_case_of(till, &wish.of.taking.of);
    if (one) {
        bx_case_do(till, one, &wish);
        return;
    }
    bx_fault_say(&fault, BX_ERR_MISSING, "That sale is not open any more.");
    bx_refused(till, origin, &fault);
}

int bx_return_check(const struct bx_till *till, const struct bx_case *one, enum bx_kind kind,
                    struct bx_fault *fault)
{
    int err = bx_may_act(till, fault);
    if (!err)
        err = bx_shift_check(till, fault);
    if (!err)
        err = kind_check(till, one, kind, fault);
    if (!err)
        err = contact_check(till, one, fault);
    if (!err && bx_remains_is_empty(&one->remains))
        err = bx_fault_say(fault, BX_ERR_REFUSED, "All of %s was taken back already.",
                           one->row.head.number);
    return err;
}

int bx_return_ask(struct bx_till *till, bx_origin origin, struct bx_case *one,
                  const struct bx_taking *taking, struct bx_fault *fault)
{
    struct bx_warrant_ask ask = {.origin = origin,
                                 .action = action_word(taking),
                                 .need = BX_NEED_REASON,
                                 .done = allowed,
                                 .arg = taking,
                                 .size = sizeof(*taking)};
    struct bx_sale *draft = bx_new(struct bx_sale);
    int err = bx_return_check(till, one, taking->kind, fault);
    if (!err && taking->kind == BX_KIND_EXCHANGE)
        err = bx_exchange_check(till, origin, fault);
    if (!err)
        err = bx_return_draft(till, one, taking, draft, fault);
    if (!err)
        err = used_check(one, taking, draft, &ask.need, fault);
    if (!err && taking->kind == BX_KIND_VOID)
        err = age_check(till, origin, one, &ask.need, fault);
    if (!err) {
        voucher_check(draft, &ask.need);
        err = way_check(till, one, draft, &ask.need, fault);
    }
    if (!err)
        err = cash_check(till, origin, one, draft, &ask.need, fault);
    if (!err) {
        bx_words_print(ask.title, sizeof(ask.title),
                       taking->kind == BX_KIND_VOID     ? "Void %s"
                       : taking->kind == BX_KIND_REFUND ? "Refund %s"
                                                        : "Exchange %s",
                       one->row.head.number);
        text_make(till, origin, taking, draft, ask.text, sizeof(ask.text));
        err = bx_warrant_ask(till, &ask, fault);
    }
    bx_free(draft);
    return err;
}
