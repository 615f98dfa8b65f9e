/* SPDX-License-Identifier: Apache-2.0 */
/* The pay screen: digits are an amount, Enter takes it. */

#include "screens.h"

#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "boxtill/domain/price.h"

enum { AMOUNT_COLUMNS = 12 };

int bx_pay_tender(struct bx_till *till, enum bx_tender_kind kind, bx_money received,
                  const char *reference, struct bx_fault *fault)
{
    int err = bx_desk_tender(till, &till->desk, kind, received, reference, fault);
    if (err)
        return err;
    bx_input_clear(till);
    if (till->desk.committing || !till->desk.tendering || bx_attempts_of(till, &till->desk))
        return 0;
    bx_pay_said(till);
    return 0;
}

void bx_pay_said(struct bx_till *till)
{
    char text[BX_MONEY_TEXT];
    bx_money left, cash;
    bx_desk_left(till, &till->desk, &left, &cash);
    bx_say(till, BX_TONE_WARN, "%s left", bx_counter_money(till, left, text));
}

/* Is the server being asked for money? Says so. */
static bool is_busy(struct bx_till *till)
{
    const struct bx_attempt *attempt = bx_attempts_of(till, &till->desk);
    if (!attempt && !bx_vouchers_are_busy(till, &till->desk))
        return false;
    if (attempt && attempt->entry.kind == BX_TENDER_CARD && attempt->unknown)
        bx_card_menu(till, &attempt->entry.attempt);
    else if (attempt && attempt->entry.kind == BX_TENDER_CARD)
        bx_say(till, BX_TONE_PLAIN, "The card terminal is being asked. Esc stops it.");
    else if (attempt && attempt->unknown)
        bx_say(
            till, BX_TONE_WARN,
            "The server has not said whether the voucher was charged. Enter asks again, l leaves "
            "it for later.");
    else
        bx_say(till, BX_TONE_PLAIN, "The server is being asked about the voucher.");
    return true;
}

struct way {
    enum bx_tender_kind kind;
    bx_money amount;
    char reference[44];
};

static void way_take(struct bx_till *till, const struct way *way);

static void way_allowed(struct bx_till *till, bx_origin origin, const struct bx_warrant *warrant,
                        const void *arg)
{
    struct bx_fault fault = {0};
    struct way way;
    memcpy(&way, arg, sizeof(way));
    if (strcmp(warrant->what.s, "exchange") == 0
            ? bx_exchange_allow(till, &till->desk, warrant, &fault)
            : bx_desk_allow(till, &till->desk, warrant, &fault))
        bx_refused(till, origin, &fault);
    else
        way_take(till, &way);
}

/* Money goes back another way than it came, or a slip is not the terminal's: a supervisor may allow
 * it over the payment. */
static void way_ask(struct bx_till *till, const struct way *way, struct bx_fault *fault)
{
    struct bx_warrant_ask ask = {.action = "exchange",
                                 .need = BX_NEED_WORD,
                                 .done = way_allowed,
                                 .arg = way,
                                 .size = sizeof(*way)};
    bool card = strcmp(till->desk.wants.s, "card") == 0;
    if (card)
        ask.action = "card";
    BX_TEXT_COPY(ask.title, card ? bx_word("A card without the terminal")
                                 : bx_word("Beyond a limit for giving back"));
    BX_TEXT_COPY(ask.text, fault->say);
    if (bx_slug_is_none(&till->desk.wants) || bx_warrant_ask(till, &ask, fault))
        bx_counter_fault(till, fault);
}

static void way_take(struct bx_till *till, const struct way *way)
{
    struct bx_fault fault = {0};
    till->desk.wants = (struct bx_slug){""};
    if (till->desk.committing)
        bx_say(till, BX_TONE_PLAIN, "The sale is being stored.");
    else if (!is_busy(till) && bx_pay_tender(till, way->kind, way->amount, way->reference, &fault))
        way_ask(till, way, &fault);
}

static void take(struct bx_till *till, enum bx_tender_kind kind, bx_money received)
{
    way_take(till, &(struct way){kind, received, ""});
}

void bx_pay_slip(struct bx_till *till, bx_money amount, const char *reference)
{
    struct way way = {.kind = BX_TENDER_CARD, .amount = amount};
    BX_TEXT_COPY(way.reference, reference);
    way_take(till, &way);
}

/* Nobody hands over so much: more than ten times what is due, and than a thousand beyond it. */
static bool is_odd(const struct bx_till *till, bx_money due, bx_money received)
{
    if (due.minor < 0)
        return false;
    int64_t unit = till->programme && till->programme->exponent == 3 ? 1000 : 100;
    int64_t beyond = received.minor - due.minor;
    return beyond > 1000 * unit && beyond > 9 * due.minor;
}

void bx_pay_cash(struct bx_till *till, bx_money received, bool asked)
{
    char given[BX_MONEY_TEXT], owed[BX_MONEY_TEXT], back[BX_MONEY_TEXT];
    bx_money left, due;
    bx_desk_left(till, &till->desk, &left, &due);
    if (asked || till->desk.committing || !is_odd(till, due, received)) {
        take(till, BX_TENDER_CASH, received);
        return;
    }
    bx_ask(till, BX_ASK_RECEIVED, "y take it", "So much cash", "Take %s for %s, and give %s back?",
           bx_counter_money(till, received, given), bx_counter_money(till, due, owed),
           bx_counter_money(till, bx_money_of(received.minor - due.minor), back));
    till->counter.ask_n = received.minor;
}

/* The amount typed. 1: none; negative: no amount, and a sentence. */
static int typed(struct bx_till *till, bx_money *ret)
{
    const struct bx_counter *counter = &till->counter;
    int exponent = till->programme ? till->programme->exponent : 2;
    if (counter->input_len == 0)
        return 1;
    int err = bx_money_parse(counter->input, counter->input_len, exponent, ret);
    if (err)
        bx_say(till, BX_TONE_WARN, "%s is no amount: 1250 or 12.50", counter->input);
    return err;
}

/* All that is left was paid before the visit. */
static void prepaid_take(struct bx_till *till, bx_money left)
{
    struct bx_fault fault = {0};
    if (till->desk.committing)
        bx_say(till, BX_TONE_PLAIN, "The sale is being stored.");
    else if (bx_pay_tender(till, BX_TENDER_PREPAID, left, till->desk.deal.order_ref, &fault))
        bx_counter_fault(till, &fault);
}

/* What Enter means while a voucher's fate is unknown. */
static bool asked_again(struct bx_till *till)
{
    const struct bx_attempt *attempt = bx_attempts_of(till, &till->desk);
    if (!attempt || !attempt->unknown)
        return false;
    if (attempt->entry.kind == BX_TENDER_CARD) {
        bx_card_menu(till, &attempt->entry.attempt);
        return true;
    }
    bx_attempts_again(till);
    bx_say(till, BX_TONE_PLAIN, "Asking the server again.");
    return true;
}

void bx_pay_enter(struct bx_till *till)
{
    bx_money amount, left, cash;
    int none = typed(till, &amount);
    if (none < 0 || asked_again(till))
        return;
    bx_desk_left(till, &till->desk, &left, &cash);
    if (none == 1 && left.minor > 0 && bx_desk_prepaid(&till->desk).minor >= left.minor)
        prepaid_take(till, left);
    else if (none == 0 && left.minor < 0)
        take(till, BX_TENDER_CASH, bx_money_of(-amount.minor));
    else if (none == 0)
        bx_pay_cash(till, amount, false);
    else if (till->config.enter == BX_ENTER_CASH)
        take(till, BX_TENDER_CASH, cash);
    else if (till->config.enter == BX_ENTER_CARD)
        take(till, BX_TENDER_CARD, left);
    else
        bx_say(till, BX_TONE_PLAIN, "Type the cash received, or c for card.");
}

void bx_pay_card(struct bx_till *till)
{
    bx_money amount, left, cash;
    int none = typed(till, &amount);
    bx_desk_left(till, &till->desk, &left, &cash);
    if (none == 0 && left.minor < 0)
        amount.minor = -amount.minor;
    if (none >= 0)
        take(till, BX_TENDER_CARD, none == 0 ? amount : left);
}

/* The ways that ask something: what is typed goes with them as the amount. */
static void ask_first(struct bx_till *till, void (*ask)(struct bx_till *, const bx_money *))
{
    bx_money amount, left, cash;
    int none = typed(till, &amount);
    bx_desk_left(till, &till->desk, &left, &cash);
    if (none < 0 || is_busy(till))
        return;
    if (till->desk.committing)
        bx_say(till, BX_TONE_PLAIN, "The sale is being stored.");
    else if (left.minor < 0)
        bx_say(till, BX_TONE_WARN, "This goes back in cash or to the card.");
    else
        ask(till, none == 0 ? &amount : NULL);
}

void bx_pay_by_voucher(struct bx_till *till)
{
    ask_first(till, bx_pay_voucher);
}

void bx_pay_to_account(struct bx_till *till)
{
    ask_first(till, bx_pay_account);
}

void bx_pay_invoice(struct bx_till *till)
{
    struct bx_deal *deal = &till->desk.deal;
    deal->invoice = !deal->invoice;
    bx_say(till, BX_TONE_PLAIN, "%s",
           bx_word(deal->invoice ? BX_WORD("An invoice is asked for after the payment.")
                                 : BX_WORD("No invoice.")));
}

void bx_pay_later(struct bx_till *till)
{
    struct bx_fault fault = {0};
    const struct bx_attempt *attempt = bx_attempts_of(till, &till->desk);
    if (!attempt || !attempt->unknown) {
        bx_say(till, BX_TONE_PLAIN, "Nothing is unknown here.");
        return;
    }
    bool exchange = till->desk.returns != NULL;
    if (bx_shelf_leave(till, &till->desk, &fault)) {
        bx_counter_fault(till, &fault);
        return;
    }
    bx_counter_home(till);
    if (exchange)
        bx_say(till, BX_TONE_WARN,
               "The exchange stays open. What was charged after all goes back by itself.");
    else
        bx_say(till, BX_TONE_WARN,
               "Left for later with its places: P has it, and the queue shows what is unknown.");
}

void bx_pay_quick(struct bx_till *till, int nth)
{
    bx_money left, cash, amounts[3];
    bx_desk_left(till, &till->desk, &left, &cash);
    int count = bx_quick_cash(cash, till->programme ? till->programme->exponent : 2, amounts);
    if (till->counter.input_len > 0)
        bx_say(till, BX_TONE_WARN, "%s is typed: Enter takes it, Backspace drops it.",
               till->counter.input);
    else if (nth < count)
        take(till, BX_TENDER_CASH, amounts[nth]);
}

void bx_pay_leave(struct bx_till *till, bool asked)
{
    const struct bx_sale *sale = &till->desk.sale;
    char text[BX_MONEY_TEXT];
    if (till->desk.committing) {
        bx_say(till, BX_TONE_PLAIN, "The sale is being stored.");
        return;
    }
    const struct bx_attempt *attempt = bx_attempts_of(till, &till->desk);
    if (attempt && attempt->entry.kind == BX_TENDER_CARD && !attempt->unknown) {
        bx_card_stop(till, attempt);
        return;
    }
    if (attempt) {
        (void)is_busy(till);
        return;
    }
    bx_vouchers_leave(till, &till->desk);
    if (sale->tender_count > 0 && !asked) {
        int64_t paid = 0;
        for (int i = 0; i < sale->tender_count; i++)
            paid += sale->tenders[i].amount.minor;
        bx_ask(till, BX_ASK_LEAVE_PAY, "y give back", "Leave the payment",
               "Give back the %s already taken, and go back to the basket?",
               bx_counter_money(till, bx_money_of(paid), text));
        return;
    }
    till->counter.lapsed = (bx_money){0};
    bx_desk_pay_close(till, &till->desk);
    bx_counter_home(till);
}

void bx_pay_key(struct bx_till *till, int key)
{
    if (key >= '0' && key <= '9')
        bx_input_add(till, key, AMOUNT_COLUMNS);
    else if ((key == '.' || key == ',') && !strpbrk(till->counter.input, ".,"))
        bx_input_add(till, bx_words_mark(), AMOUNT_COLUMNS);
    else if (key == BX_KEY_BACKSPACE)
        bx_input_drop(till);
    else if (key >= 'A' && key <= 'Z')
        bx_say(till, BX_TONE_WARN, "%c does nothing here. CapsLock?", (char)key);
}
