/* SPDX-License-Identifier: Apache-2.0 */
/* Paying with a voucher.
 *
 * A single-use one carries the server's signature, so it can be taken offline. This till's journal
 * says whether it took it before; in contact the server says whether anybody did, and when it does
 * not answer the signature is enough: the second use becomes a task, not a loss of this sale.
 * Stored value is only a name: without the server it is worth nothing. */

#include "core.h"

#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/domain/price.h"

bool bx_voucher_has_shape(const char *text, size_t len)
{
    bool first = len > 3 && (text[0] == 'B' || text[0] == 'b') && text[2] == '1';
    bool single = first && (text[1] == 'V' || text[1] == 'v');
    bool stored = first && (text[1] == 'S' || text[1] == 's');
    return (single && len == BX_VOUCHER_LEN) || (stored && len == BX_STORED_LEN);
}

static struct bx_desk *desk_of(struct bx_till *till)
{
    struct bx_desk *desk = bx_desk_of(till, till->voucher.origin);
    return desk && desk->tendering && !desk->committing ? desk : NULL;
}

bool bx_vouchers_are_busy(const struct bx_till *till, const struct bx_desk *desk)
{
    return till->voucher.active && till->voucher.origin == desk->origin;
}

void bx_vouchers_leave(struct bx_till *till, const struct bx_desk *desk)
{
    if (bx_vouchers_are_busy(till, desk))
        till->voucher = (struct bx_voucher_look){0};
}

static void refuse(struct bx_till *till, const struct bx_fault *fault)
{
    bx_origin origin = till->voucher.origin;
    till->voucher = (struct bx_voucher_look){0};
    bx_refused(till, origin, fault);
}

/* What of VALUE is taken: no more than is left, nor than was asked for. */
static bx_money share_of(const struct bx_till *till, const struct bx_desk *desk, bx_money value)
{
    bx_money left = bx_sale_left(&desk->sale);
    if (value.minor > left.minor)
        value = left;
    if (till->voucher.limited && value.minor > till->voucher.limit.minor)
        value = till->voucher.limit;
    return value;
}

/* Is it part of the payment on DESK (NULL none)? */
static bool is_part(const struct bx_desk *desk, const char *name)
{
    for (int i = 0; desk && desk->tendering && i < desk->sale.tender_count; i++)
        if (strcmp(desk->sale.tenders[i].reference, name) == 0)
            return true;
    return false;
}

static void single_take(struct bx_till *till)
{
    struct bx_voucher_look look = till->voucher;
    struct bx_desk *desk = desk_of(till);
    struct bx_fault fault = {0};
    if (!desk) {
        till->voucher = (struct bx_voucher_look){0};
        return;
    }
    bx_money amount = share_of(till, desk, look.voucher.value);
    if (is_part(&till->desk, look.name) || is_part(till->command.desk, look.name))
        bx_fault_say(&fault, BX_ERR_REFUSED, "This voucher is part of the payment already.");
    if (fault.err || bx_desk_tender(till, desk, BX_TENDER_VOUCHER, amount, look.name, &fault)) {
        refuse(till, &fault);
        return;
    }
    till->voucher = (struct bx_voucher_look){0};
    if (desk->origin != 0)
        return;
    till->counter.lapsed.minor += look.voucher.value.minor - amount.minor;
    if (desk->tendering && !desk->committing)
        bx_pay_said(till);
}

static int state_check(const struct bx_reply *reply, bool stored, struct bx_fault *fault)
{
    switch (reply->voucher) {
    case BX_VOUCHER_GOOD:
        return stored ? bx_fault_say(fault, BX_ERR_REFUSED, "This is no stored value.") : 0;
    case BX_VOUCHER_STORED: return 0;
    case BX_VOUCHER_USED:
        return bx_fault_say(fault, BX_ERR_REFUSED, "This voucher was used already. %.100s",
                            reply->say);
    case BX_VOUCHER_UNKNOWN:
        return bx_fault_say(fault, BX_ERR_REFUSED, "The server does not know this voucher.");
    case BX_VOUCHER_EXPIRED:
        return bx_fault_say(fault, BX_ERR_REFUSED, "This voucher has expired. %.100s", reply->say);
    }
    return bx_fault_say(fault, BX_ERR_REFUSED, "This voucher cannot be used.");
}

static void charge(struct bx_till *till, const struct bx_desk *desk, bx_money amount,
                   struct bx_fault *fault)
{
    struct bx_attempt_entry entry = {
        .basket = desk->sale.basket.id, .kind = BX_TENDER_STORED, .amount = amount};
    BX_TEXT_COPY(entry.reference, till->voucher.code);
    (void)bx_attempts_add(till, desk->origin, &entry, fault);
}

static void looked_up(struct bx_till *till, const struct bx_id *about, const struct bx_reply *reply,
                      enum bx_contact contact, const struct bx_fault *answer)
{
    struct bx_voucher_look *look = &till->voucher;
    struct bx_fault fault = {0};
    (void)contact;
    if (!look->active || !bx_id_equal(about, &look->id))
        return;
    struct bx_desk *desk = desk_of(till);
    (void)answer;
    if (!reply && look->stored) {
        bx_fault_say(&fault, BX_ERR_OFFLINE,
                     "No answer about what is on it: scan it again, or pay another way.");
        refuse(till, &fault);
        return;
    }
    if (reply && state_check(reply, look->stored, &fault)) {
        refuse(till, &fault);
        return;
    }
    if (!look->stored) {
        single_take(till);
        return;
    }
    if (!desk) {
        till->voucher = (struct bx_voucher_look){0};
        return;
    }
    bx_money amount = share_of(till, desk, reply->balance);
    if (amount.minor <= 0)
        bx_fault_say(&fault, BX_ERR_REFUSED, "There is nothing left on it.");
    else
        charge(till, desk, amount, &fault);
    if (fault.err)
        refuse(till, &fault);
    else
        till->voucher = (struct bx_voucher_look){0};
}

/* Asks the server, if it is there. */
static void server_ask(struct bx_till *till)
{
    struct bx_voucher_look *look = &till->voucher;
    struct bx_fault fault = {0};
    struct bx_inquiry *inquiry = bx_new(struct bx_inquiry);
    inquiry->id = look->id;
    BX_TEXT_COPY(inquiry->code, look->code);
    int err = bx_question_ask(till, BX_QUESTION_VOUCHER, inquiry, &look->id, looked_up, &fault);
    bx_free(inquiry);
    look->asked = !err;
    if (!err)
        return;
    if (!look->stored) {
        single_take(till);
        return;
    }
    bx_fault_say(&fault, BX_ERR_OFFLINE,
                 "Stored value needs the server, which does not answer: pay another way.");
    refuse(till, &fault);
}

static void used_look(struct bx_till *till)
{
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    effect->request = till->voucher.read_request = bx_till_request(till);
    effect->of.query = (struct bx_query){.kind = BX_QUERY_TENDER, .limit = 1};
    BX_TEXT_COPY(effect->of.query.text, till->voucher.name);
}

void bx_vouchers_rows(struct bx_till *till, const struct bx_event *event)
{
    struct bx_voucher_look *look = &till->voucher;
    struct bx_fault fault = event->of.rows.fault;
    look->read_request = 0;
    if (!fault.err && event->of.rows.count > 0)
        bx_fault_say(&fault, BX_ERR_REFUSED, "This voucher was used here before: %s.",
                     event->of.rows.rows[0].head.number);
    if (fault.err)
        refuse(till, &fault);
    else
        server_ask(till);
}

static int single_read(struct bx_till *till, const char *code, struct bx_voucher_look *look,
                       struct bx_fault *fault)
{
    if (!till->keys || !till->keys->has_voucher)
        return bx_fault_say(fault, BX_ERR_MISSING,
                            "This till has no key to check vouchers with: it has to reach the "
                            "server once.");
    int err = bx_voucher_read(code, strlen(code), &till->keys->voucher, &look->voucher, fault);
    if (err)
        return err;
    if (bx_date_compare(look->voucher.until, bx_till_today(till)) < 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "This voucher has expired.");
    bx_voucher_name(&look->voucher, look->name);
    return 0;
}

int bx_vouchers_take(struct bx_till *till, struct bx_desk *desk, const char *code,
                     const bx_money *limit, struct bx_fault *fault)
{
    struct bx_voucher_look look = {
        .active = true, .origin = desk->origin, .id = bx_till_id(till), .limited = limit != NULL};
    if (!desk->tendering || desk->committing)
        return bx_fault_say(fault, BX_ERR_REFUSED, "There is nothing to pay now.");
    if (till->voucher.active || bx_attempts_of(till, desk))
        return bx_fault_say(fault, BX_ERR_BUSY, "A voucher is being asked about: one moment.");
    if (bx_sale_left(&desk->sale).minor <= 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "Nothing is left to be paid with a voucher.");
    if (limit)
        look.limit = *limit;
    look.stored = (code[0] == 'B' || code[0] == 'b') && (code[1] == 'S' || code[1] == 's');
    int err = bx_limits_tender(till, look.stored ? BX_TENDER_STORED : BX_TENDER_VOUCHER, fault);
    if (!err && till->training)
        err = bx_fault_say(fault, BX_ERR_REFUSED, "No real voucher in training.");
    if (!err)
        err = look.stored ? bx_stored_read(code, strlen(code), look.code, fault)
                          : single_read(till, code, &look, fault);
    if (err)
        return err;
    if (!look.stored)
        BX_TEXT_COPY(look.code, code);
    till->voucher = look;
    if (look.stored)
        server_ask(till);
    else
        used_look(till);
    return 0;
}
