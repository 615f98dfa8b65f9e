/* SPDX-License-Identifier: Apache-2.0 */
/* Paying: from a basket to a sale in the journal.
 *
 * Opening reserves what the sale will take of the leases, and writes it into the sale then: that is
 * what the commit uses and what Esc gives back, whatever the basket or the leases do meanwhile.
 * An order's places are held at the server and training takes none, so a sale may take fewer
 * places of the leases than its lines have. */

#include "desk.h"

#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/domain/price.h"

/* Is line INDEX the first of its pool? */
static bool is_first_of_pool(const struct bx_basket *basket, int index)
{
    const struct bx_slug *pool = &basket->lines[index].pool;
    if (bx_slug_is_none(pool) || bx_basket_places(basket, pool) == 0)
        return false;
    for (int i = 0; i < index; i++)
        if (bx_slug_equal(&basket->lines[i].pool, pool))
            return false;
    return true;
}

static void reserve(struct bx_till *till, const struct bx_sale *sale, int sign)
{
    for (int i = 0; i < sale->use_count; i++)
        bx_leases_reserve(till, &sale->uses[i].pool, sign * sale->uses[i].q);
}

/* What a supervisor allowed beyond the leases takes none of them. */
int bx_desk_uses(const struct bx_till *till, const struct bx_deal *deal,
                 const struct bx_basket *basket, struct bx_lease_use uses[BX_USES_MAX])
{
    int count = 0;
    for (int i = 0; i < basket->count && count < BX_USES_MAX; i++) {
        if (!is_first_of_pool(basket, i))
            continue;
        const struct bx_slug *pool = &basket->lines[i].pool;
        int64_t need = bx_deal_need(till, deal, basket, pool);
        int64_t free = bx_leases_free(till, pool);
        if (need > free)
            need = free;
        if (need > 0)
            uses[count++] = (struct bx_lease_use){.pool = *pool, .q = need};
    }
    return count;
}

/* Whatever the basket: may anything be sold? */
static int selling_check(const struct bx_till *till, struct bx_fault *fault)
{
    if (till->damage.err)
        return bx_fault_say(fault, BX_ERR_CORRUPT, "%s", till->damage.say);
    if (till->commits.resolving || till->commits.stopped)
        return bx_fault_say(fault, BX_ERR_UNKNOWN,
                            "Selling is stopped until the last entry is found again. Do not hand "
                            "anything out.");
    if (till->people.locked)
        return bx_fault_say(fault, BX_ERR_REFUSED, "The till is locked: log in first.");
    if (!bx_people_user(till))
        return bx_fault_say(fault, BX_ERR_REFUSED, "Nobody is logged in.");
    int err = bx_shift_check(till, fault);
    return err ? err : bx_clock_check(till, fault);
}

static int basket_check(const struct bx_till *till, const struct bx_desk *desk,
                        struct bx_fault *fault)
{
    const struct bx_user *user = bx_people_user(till);
    if (user->role == BX_ROLE_AUDITOR)
        return bx_fault_say(fault, BX_ERR_REFUSED, "An auditor looks, and does not sell.");
    if (desk->basket.count == 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "The basket is empty.");
    if (desk->waiting > 0)
        return bx_fault_say(fault, BX_ERR_BUSY,
                            "The server is being asked for places: one moment.");
    if (till->draft.request && desk->origin == 0)
        return bx_fault_say(fault, BX_ERR_BUSY,
                            "The journal is asked whether this basket was sold: one moment.");
    return 0;
}

/* Handed out meanwhile, from another desk or a parked basket. */
static int order_check(const struct bx_till *till, const struct bx_desk *desk,
                       struct bx_fault *fault)
{
    if (till->training || bx_id_is_zero(&desk->deal.order) ||
        !bx_arrivals_was_here(till, &desk->deal.order))
        return 0;
    return bx_fault_say(fault, BX_ERR_REFUSED,
                        "%s was collected already. F finds its sale, to print it again.",
                        desk->deal.order_ref);
}

static bx_money worth(const struct bx_till *till, const struct bx_desk *desk)
{
    struct bx_totals totals = {0};
    if (bx_basket_totals(&desk->basket, till->programme->tax_included, &totals))
        return bx_money_of(BX_MONEY_MAX);
    return totals.total;
}

int bx_desk_allow(const struct bx_till *till, struct bx_desk *desk,
                  const struct bx_warrant *warrant, struct bx_fault *fault)
{
    int err = bx_deal_allow(&desk->deal, warrant, fault);
    if (!err && strcmp(warrant->what.s, "offline") == 0)
        desk->offline_allowed = worth(till, desk);
    if (!err && desk->tendering) {
        desk->sale.warrant_count = 0;
        bx_deal_put(till, &desk->deal, &desk->sale);
    }
    return err;
}

/* A word given for less does not hold for more. */
static bool is_allowed(const struct bx_till *till, const struct bx_desk *desk)
{
    return bx_deal_warrant(&desk->deal, "offline") &&
           worth(till, desk).minor <= desk->offline_allowed.minor;
}

/* What the venue's limits say of this sale offline, of the kinds that a person can allow. */
static int allowed_check(const struct bx_till *till, struct bx_desk *desk, struct bx_fault *fault)
{
    const struct bx_user *user = bx_people_user(till);
    struct bx_fault own = {0};
    int look = bx_limits_offline(till, desk, &own);
    desk->warn[0] = '\0';
    desk->wants = (struct bx_slug){""};
    if (look == BX_LOOK_WARN)
        BX_TEXT_COPY(desk->warn, own.say);
    if (look < BX_LOOK_ASK || (look == BX_LOOK_ASK && is_allowed(till, desk)))
        return 0;
    if (look == BX_LOOK_ASK && user && user->role == BX_ROLE_SUPERVISOR) {
        struct bx_warrant warrant = {.what = {"offline"},
                                     .approver = bx_warrant_approver(till, desk->origin)};
        return bx_desk_allow(till, desk, &warrant, fault);
    }
    if (look == BX_LOOK_ASK)
        BX_TEXT_COPY(desk->wants.s, "offline");
    return bx_fault_say(fault, BX_ERR_REFUSED, "%s%s", own.say,
                        look == BX_LOOK_ASK ? " A supervisor may allow it." : "");
}

/* COMES: with an order, whose places are held: it may be late, on its day. */
static int line_check(const struct bx_till *till, const struct bx_line *line, bool comes,
                      struct bx_fault *fault)
{
    if (!bx_slug_is_none(&line->slot)) {
        const struct bx_slot *slot = bx_programme_slot(till->programme, &line->slot);
        if (!slot || slot->cancelled)
            return bx_fault_say(fault, BX_ERR_REFUSED,
                                "%s: this time is cancelled. Choose another one.", line->name);
        bool late = comes && bx_date_compare(slot->date, bx_till_today(till)) == 0;
        if (slot->end.us <= till->turn.utc.us && !late)
            return bx_fault_say(fault, BX_ERR_REFUSED, "%s: this time is over. Choose another one.",
                                line->name);
    }
    if (!bx_slug_is_none(&line->class) && !till->training &&
        (!till->keys || !bx_keys_find(till->keys, line->date, &line->class)))
        return bx_fault_say(fault, BX_ERR_MISSING,
                            "%s: this till has no key to make tickets for that day. It has to "
                            "reach the server once.",
                            line->name);
    return 0;
}

/* The lease may have gone since the basket was rung up. */
static int places_check(struct bx_till *till, struct bx_desk *desk, struct bx_fault *fault)
{
    for (int i = 0; i < desk->basket.count; i++) {
        const struct bx_slug *pool = &desk->basket.lines[i].pool;
        if (!is_first_of_pool(&desk->basket, i))
            continue;
        int64_t need = bx_deal_need(till, &desk->deal, &desk->basket, pool);
        if (need == 0 || need <= bx_leases_free(till, pool) + bx_desk_over(desk))
            continue;
        if (!bx_link_is_up(till))
            return bx_desk_short(till, pool, false, fault);
        desk->waiting = (int)need;
        desk->waiting_pool = *pool;
        bx_leases_grow(till, pool, need);
        return bx_fault_say(fault, BX_ERR_BUSY,
                            "The server is being asked for places: one moment, then again.");
    }
    return 0;
}

/* What an exchange takes back, and from which sale. */
static void returns_put(const struct bx_desk *desk, struct bx_sale *sale)
{
    if (!desk->returns)
        return;
    sale->of = desk->returns->of;
    sale->back = desk->returns->back;
    sale->back_totals = desk->returns->back_totals;
    sale->back_ticket_count = desk->returns->back_ticket_count;
    memcpy(sale->back_lines, desk->returns->back_lines, sizeof(sale->back_lines));
    memcpy(sale->back_tickets, desk->returns->back_tickets, sizeof(sale->back_tickets));
}

static void sale_open(const struct bx_till *till, struct bx_desk *desk)
{
    const struct bx_programme *programme = till->programme;
    desk->sale = (struct bx_sale){.v = 2,
                                  .exponent = programme->exponent,
                                  .tax_included = programme->tax_included,
                                  .programme = programme->version,
                                  .drawer = bx_till_drawer(till),
                                  .basket = desk->basket};
    BX_TEXT_COPY(desk->sale.currency, programme->currency);
    returns_put(desk, &desk->sale);
    bx_deal_put(till, &desk->deal, &desk->sale);
    desk->sale.use_count = bx_desk_uses(till, &desk->deal, &desk->basket, desk->sale.uses);
}

/* What was paid before the visit is the first part, unless it is all: that waits for Enter. */
static int prepaid_take(struct bx_till *till, struct bx_desk *desk, struct bx_fault *fault)
{
    bx_money prepaid = desk->deal.prepaid;
    bx_money left;
    if (prepaid.minor <= 0 || prepaid.minor >= bx_sale_left(&desk->sale).minor)
        return 0;
    return bx_tender_add(&desk->sale, till->programme->cash_step, BX_TENDER_PREPAID, prepaid,
                         desk->deal.order_ref, &left, fault);
}

int bx_desk_pay_open(struct bx_till *till, struct bx_desk *desk, struct bx_fault *fault)
{
    int err = bx_desk_ready(till, desk, fault);
    if (!err)
        err = selling_check(till, fault);
    if (!err)
        bx_desk_refresh(till, desk);
    if (!err)
        err = basket_check(till, desk, fault);
    if (!err)
        err = order_check(till, desk, fault);
    for (int i = 0; i < desk->basket.count && !err; i++)
        err = line_check(till, &desk->basket.lines[i], !bx_id_is_zero(&desk->deal.order), fault);
    if (!err)
        err = bx_terms_check(till, desk, fault);
    if (!err)
        err = places_check(till, desk, fault);
    if (!err)
        err = allowed_check(till, desk, fault);
    if (!err)
        err = bx_exchange_allowed(till, desk, fault);
    if (err)
        return err;
    sale_open(till, desk);
    if (bx_basket_totals(&desk->sale.basket, desk->sale.tax_included, &desk->sale.totals))
        return bx_fault_say(fault, BX_ERR_FULL, "This basket is too large to add up.");
    err = prepaid_take(till, desk, fault);
    if (err)
        return err;
    reserve(till, &desk->sale, 1);
    bx_fiscal_opened(till, &desk->sale.basket.id);
    desk->tendering = true;
    if (!bx_id_is_zero(&desk->paid)) {
        struct bx_id paid = desk->paid;
        desk->paid = (struct bx_id){0};
        if (bx_attempts_pay(till, desk, &paid, fault)) /* it goes back, and another way is open */
            bx_till_log(till, "what was paid does not fit: %s", fault->say);
    }
    return 0;
}

/* What goes back is this basket's no more, or a restart would give it the money a second time. */
static void part(struct bx_till *till, struct bx_desk *desk)
{
    const struct bx_sale *sale = &desk->sale;
    for (int i = 0; i < sale->tender_count; i++) {
        if (bx_id_is_zero(&sale->tenders[i].attempt))
            continue;
        desk->basket.id = bx_till_id(till);
        bx_draft_write(till);
        return;
    }
}

void bx_desk_pay_close(struct bx_till *till, struct bx_desk *desk)
{
    struct bx_fault fault = {0};
    if (!desk->tendering || desk->committing)
        return;
    /* Nobody knows what became of a charge: basket and places are put aside until the server has
     * said it. */
    if (bx_attempts_of(till, desk) && bx_shelf_leave(till, desk, &fault) == 0)
        return;
    reserve(till, &desk->sale, -1);
    bx_fiscal_given_up(till, &desk->sale.basket.id);
    desk->tendering = false;
    bx_vouchers_leave(till, desk);
    bx_attempts_leave(till, desk);
    bx_attempts_unsold(till, &desk->sale);
    part(till, desk);
    if (desk->stale)
        bx_desk_refresh(till, desk);
}

void bx_desk_left(const struct bx_till *till, const struct bx_desk *desk, bx_money *ret_left,
                  bx_money *ret_cash)
{
    bx_money left = desk->tendering ? bx_sale_left(&desk->sale) : (bx_money){0};
    *ret_left = left;
    *ret_cash = bx_cash_due(left, till->programme ? till->programme->cash_step : 1);
}

bx_money bx_desk_prepaid(const struct bx_desk *desk)
{
    bx_money left = desk->deal.prepaid;
    for (int i = 0; desk->tendering && i < desk->sale.tender_count; i++)
        if (desk->sale.tenders[i].kind == BX_TENDER_PREPAID)
            left.minor -= desk->sale.tenders[i].amount.minor;
    return left;
}

static int codes_make(struct bx_till *till, struct bx_sale *sale, struct bx_fault *fault)
{
    sale->ticket_count = 0;
    for (int i = 0; i < sale->basket.count; i++) {
        const struct bx_line *line = &sale->basket.lines[i];
        int err = bx_slug_is_none(&line->class)
                      ? 0
                      : line_check(till, line, !bx_id_is_zero(&sale->order), fault);
        if (err)
            return err;
        for (int nth = 1; nth <= bx_line_tickets(line); nth++) {
            bx_assert(sale->ticket_count < BX_TICKETS_MAX);
            struct bx_ticket *ticket = &sale->tickets[sale->ticket_count++];
            *ticket = (struct bx_ticket){.line = i, .nth = nth};
            err = bx_till_code(till, line->date, &line->class, &ticket->code, fault);
            if (err)
                return err;
        }
    }
    return 0;
}

/* Each ticket, each voucher that was sold, and a receipt (if the house wants one). */
static void jobs_make(const struct bx_till *till, struct bx_intent *intent)
{
    const struct bx_sale *sale = intent->sale;
    intent->jobs =
        bx_alloc((size_t)(sale->ticket_count + sale->basket.count) + 1, sizeof(*intent->jobs));
    for (int i = 0; i < sale->ticket_count; i++)
        intent->jobs[intent->job_count++] =
            (struct bx_print_job){.kind = BX_JOB_TICKET, .ticket = i};
    for (int i = 0; i < sale->basket.count; i++)
        if (sale->basket.lines[i].kind == BX_LINE_VOUCHER)
            intent->jobs[intent->job_count++] =
                (struct bx_print_job){.kind = BX_JOB_VOUCHER, .ticket = i};
    if (till->config.print_receipt)
        intent->jobs[intent->job_count++] =
            (struct bx_print_job){.kind = BX_JOB_RECEIPT, .ticket = -1};
}

static int settle(struct bx_till *till, struct bx_desk *desk, struct bx_fault *fault)
{
    struct bx_intent intent = {.kind = desk->returns ? BX_KIND_EXCHANGE : BX_KIND_SALE,
                               .origin = desk->origin,
                               .user = till->people.user};
    (void)bx_basket_redate(&desk->sale.basket, bx_till_today(till));
    int err = codes_make(till, &desk->sale, fault);
    if (err)
        return err;
    desk->sale.offline = !till->link.online;
    /* Whoever takes the money has it in a drawer; another may have rung up. */
    desk->sale.drawer = bx_till_drawer(till);
    if (till->shift == 0)
        bx_commit_note(till, BX_KIND_SHIFT_OPEN, "", 0);
    intent.sale = bx_new(struct bx_sale);
    *intent.sale = desk->sale;
    jobs_make(till, &intent);
    desk->committing = true;
    bx_commit_push(till, &intent);
    return 0;
}

/* Adds the tender and, when it settles, hands the sale to the journal. */
static int take(struct bx_till *till, struct bx_desk *desk, const struct bx_offered *offered,
                struct bx_fault *fault)
{
    bx_money left;
    struct bx_sale before = desk->sale;
    int at = bx_tender_place(&before, offered->kind);
    int err = bx_tender_add(&desk->sale, till->programme->cash_step, offered->kind, offered->amount,
                            offered->reference, &left, fault);
    if (err)
        return err;
    desk->sale.tenders[at].attempt = offered->attempt;
    if (left.minor != 0)
        return 0;
    err = settle(till, desk, fault);
    if (err)
        desk->sale = before;
    return err;
}

/* Where a terminal takes the cards, a slip of which it knows nothing is a person's word alone. */
static int typed_check(const struct bx_till *till, struct bx_desk *desk,
                       const struct bx_offered *offered, struct bx_fault *fault)
{
    const struct bx_user *user = bx_people_user(till);
    bool asked = bx_card_wants(till, &(struct bx_offered){.kind = offered->kind,
                                                          .amount = offered->amount,
                                                          .attempt = offered->attempt});
    bool typed = offered->reference && offered->reference[0];
    if (!asked || !typed || bx_deal_warrant(&desk->deal, "card"))
        return 0;
    if (user && user->role == BX_ROLE_SUPERVISOR) {
        struct bx_warrant warrant = {.what = {"card"},
                                     .approver = bx_warrant_approver(till, desk->origin)};
        return bx_desk_allow(till, desk, &warrant, fault);
    }
    BX_TEXT_COPY(desk->wants.s, "card");
    return bx_fault_say(fault, BX_ERR_REFUSED,
                        "The card terminal takes the cards here: a supervisor allows a slip of "
                        "another one.");
}

int bx_desk_offer(struct bx_till *till, struct bx_desk *desk, const struct bx_offered *offered,
                  struct bx_fault *fault)
{
    if (!desk->tendering || desk->committing)
        return bx_fault_say(fault, BX_ERR_REFUSED, "There is nothing to pay now.");
    int err = selling_check(till, fault);
    if (!err)
        err = order_check(till, desk, fault);
    if (!err)
        err = bx_limits_tender(till, offered->kind, fault);
    if (!err)
        err = bx_exchange_way(till, desk, offered->kind, offered->amount, fault);
    if (!err && offered->kind == BX_TENDER_PREPAID &&
        offered->amount.minor > bx_desk_prepaid(desk).minor)
        err = bx_fault_say(fault, BX_ERR_REFUSED, "Less than that was paid before.");
    if (!err)
        err = typed_check(till, desk, offered, fault);
    if (!err && bx_card_wants(till, offered))
        return bx_card_charge(till, desk, offered->amount, fault);
    return err ? err : take(till, desk, offered, fault);
}

int bx_desk_tender(struct bx_till *till, struct bx_desk *desk, enum bx_tender_kind kind,
                   bx_money received, const char *reference, struct bx_fault *fault)
{
    struct bx_offered offered = {.kind = kind, .amount = received, .reference = reference};
    return bx_desk_offer(till, desk, &offered, fault);
}

void bx_desk_committed(struct bx_till *till, struct bx_desk *desk, bool sold)
{
    desk->committing = desk->tendering = false;
    if (!sold)
        bx_fiscal_given_up(till, &desk->sale.basket.id);
    if (!sold)
        bx_attempts_unsold(till, &desk->sale);
    else
        bx_attempts_sold(till, &desk->sale);
    if (sold)
        bx_limits_sold(till, &desk->sale);
    if (sold)
        bx_arrivals_sold(till, &desk->sale);
    if (!sold && desk->stale)
        bx_desk_refresh(till, desk);
    if (!sold)
        return;
    desk->stale = false;
    desk->basket = (struct bx_basket){0};
    desk->deal = (struct bx_deal){0};
    desk->had_lines = false;
    desk->returns = bx_free(desk->returns);
    desk->saved = (bx_money){0};
    desk->undo_count = desk->undo_at = 0;
    if (desk->origin == 0)
        bx_draft_write(till);
}
