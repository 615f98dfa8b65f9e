/* SPDX-License-Identifier: Apache-2.0 */
/* The ways to pay that ask something first: a voucher's code, whose account it is, a donation that
 * makes the sum round. */

#include "screens.h"

#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "boxtill/domain/price.h"

enum { CODE_COLUMNS = 60 };

/* --- vouchers --------------------------------------------------------------------------------- */

struct limit { /* the amount that was typed before v */
    bool set;
    bx_money amount;
};

static void voucher_fields(struct bx_till *till, struct bx_form *form)
{
    (void)till;
    bx_form_text(form, "Scan the voucher, or type its code", CODE_COLUMNS, false);
}

static int voucher_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    const struct limit *limit = form->data;
    return bx_vouchers_take(till, &till->desk, form->fields[0].text,
                            limit->set ? &limit->amount : NULL, fault);
}

static const struct bx_form_kind voucher_form = {BX_WORD("Voucher"), voucher_fields, NULL,
                                                 voucher_done, NULL};

void bx_pay_voucher(struct bx_till *till, const bx_money *limit)
{
    struct limit data = {.set = limit != NULL};
    if (limit)
        data.amount = *limit;
    bx_form_open(till, &voucher_form, &data, sizeof(data));
}

bool bx_pay_scanned(struct bx_till *till, const char *text, size_t len)
{
    struct bx_fault fault = {0};
    struct bx_form *form = bx_form_top(till);
    if (!bx_voucher_has_shape(text, len))
        return false;
    bool asked = form && form->kind == &voucher_form;
    struct limit limit = asked ? *(const struct limit *)form->data : (struct limit){0};
    if (asked)
        bx_form_close(till, form);
    if (!till->desk.tendering)
        bx_say(till, BX_TONE_WARN, "A voucher pays: Enter first, then scan it.");
    else if (bx_vouchers_take(till, &till->desk, text, limit.set ? &limit.amount : NULL, &fault))
        bx_counter_fault(till, &fault);
    return true;
}

/* --- accounts --------------------------------------------------------------------------------- */

static void account_fields(struct bx_till *till, struct bx_form *form)
{
    struct bx_field *field = bx_form_choice(form, "Account");
    for (size_t i = 0; i < till->programme->account_count; i++)
        if (!till->programme->accounts[i].blocked)
            bx_form_option(field, till->programme->accounts[i].id.s,
                           till->programme->accounts[i].name, 0);
}

static int account_take(struct bx_till *till, const struct bx_slug *id, const struct limit *limit,
                        struct bx_fault *fault)
{
    bx_money left, cash;
    int err = bx_desk_account(till, &till->desk, id, fault);
    if (err)
        return err;
    bx_desk_left(till, &till->desk, &left, &cash);
    return bx_pay_tender(till, BX_TENDER_ACCOUNT, limit->set ? limit->amount : left, NULL, fault);
}

static int account_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    const struct bx_option *option = bx_field_option(&form->fields[0]);
    return option ? account_take(till, &option->id, form->data, fault) : 0;
}

static const struct bx_form_kind account_form = {BX_WORD("To an account"), account_fields, NULL,
                                                 account_done, NULL};

void bx_pay_account(struct bx_till *till, const bx_money *limit)
{
    struct limit data = {.set = limit != NULL};
    struct bx_fault fault = {0};
    if (limit)
        data.amount = *limit;
    if (till->programme->account_count == 0)
        bx_say(till, BX_TONE_WARN, "This venue has no accounts.");
    else if (bx_slug_is_none(&till->desk.deal.account))
        bx_form_open(till, &account_form, &data, sizeof(data));
    else if (account_take(till, &till->desk.deal.account, &data, &fault))
        bx_counter_fault(till, &fault);
}

/* --- rounding up ------------------------------------------------------------------------------ */

/* To the next whole unit; 0 when it is one, or nothing is offered. */
static bx_money round_up_of(const struct bx_till *till, const struct bx_desk *desk)
{
    const struct bx_programme *programme = till->programme;
    const struct bx_sale *sale = &desk->sale;
    if (!programme || !programme->round_up || !desk->tendering || sale->tender_count > 0 ||
        desk->returns || !bx_programme_product(programme, &programme->round_up_product))
        return (bx_money){0};
    int64_t unit = programme->exponent == 3 ? 1000 : 100;
    int64_t over = bx_sale_left(sale).minor % unit;
    return bx_money_of(over > 0 ? unit - over : 0);
}

bx_money bx_pay_round_up(const struct bx_till *till)
{
    return round_up_of(till, &till->desk);
}

int bx_desk_round(struct bx_till *till, struct bx_desk *desk, struct bx_fault *fault)
{
    const struct bx_programme *programme = till->programme;
    bx_money amount = round_up_of(till, desk);
    const struct bx_product *product =
        programme && programme->round_up
            ? bx_programme_product(programme, &programme->round_up_product)
            : NULL;
    if (!product)
        return bx_fault_say(fault, BX_ERR_REFUSED, "This venue does not offer to round up.");
    if (amount.minor == 0)
        return 0;
    bx_desk_pay_close(till, desk);
    int err = bx_desk_add_open(till, desk, product, amount, fault);
    return err ? err : bx_desk_pay_open(till, desk, fault);
}

void bx_pay_round(struct bx_till *till)
{
    bx_money amount = bx_pay_round_up(till);
    struct bx_fault fault = {0};
    char text[BX_MONEY_TEXT];
    if (amount.minor == 0 || bx_attempts_of(till, &till->desk) ||
        bx_vouchers_are_busy(till, &till->desk)) {
        bx_say(till, BX_TONE_PLAIN, "There is nothing to round up.");
        return;
    }
    const struct bx_product *product =
        bx_programme_product(till->programme, &till->programme->round_up_product);
    if (bx_desk_round(till, &till->desk, &fault)) {
        bx_counter_home(till);
        bx_counter_fault(till, &fault);
        return;
    }
    bx_say(till, BX_TONE_GOOD, "%s: %s.", product->name, bx_counter_money(till, amount, text));
}
