/* SPDX-License-Identifier: Apache-2.0 */
/* What the basket's terms look like: why a price is what it is, and who the sale is for. */

#include "screens.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

static void fact(struct bx_till_view *v, const char *text)
{
    size_t len = strlen(v->facts);
    snprintf(v->facts + len, sizeof(v->facts) - len, "%s%s", len > 0 ? ", " : "", text);
}

static void facts_fill(const struct bx_till *till, struct bx_till_view *v)
{
    const struct bx_deal *deal = &till->desk.deal;
    char text[96], money[BX_MONEY_TEXT];
    const struct bx_account *account = till->programme && !bx_slug_is_none(&deal->account)
                                           ? bx_programme_account(till->programme, &deal->account)
                                           : NULL;
    if (deal->order_ref[0])
        fact(v, deal->order_ref);
    if (!bx_slug_is_none(&deal->member))
        fact(v, deal->member_name[0] ? deal->member_name : deal->member.s);
    if (account)
        fact(v, account->name);
    if (deal->declined)
        fact(v, bx_word("list prices"));
    if (bx_deal_warrant(deal, "over"))
        fact(v, bx_word("over capacity"));
    if (deal->invoice)
        fact(v, bx_word("invoice"));
    if (till->desk.saved.minor > 0) {
        bx_words_print(text, sizeof(text), "%s less",
                       bx_counter_money(till, till->desk.saved, money));
        fact(v, text);
    }
}

/* What the payment waits for. */
static void asking_fill(const struct bx_till *till, struct bx_till_view *v)
{
    const struct bx_attempt *attempt = bx_attempts_of(till, &till->desk);
    char money[BX_MONEY_TEXT];
    if (attempt && attempt->entry.kind == BX_TENDER_CARD) {
        char text[64];
        bx_card_text(till, attempt, text, sizeof(text));
        if (attempt->unknown)
            bx_words_print(v->asking, sizeof(v->asking),
                           "%s by card: not known. Enter shows what can be done.", text);
        else if (till->turn.mono.ns >= attempt->shown.ns)
            bx_words_print(v->asking, sizeof(v->asking),
                           "Waiting for the card terminal: %s. Esc stops it.",
                           bx_counter_money(till, attempt->entry.amount, money));
        return;
    }
    if (attempt && attempt->unknown)
        bx_words_print(v->asking, sizeof(v->asking),
                       "%s by voucher: no answer yet. Enter asks again, l later.",
                       bx_counter_money(till, attempt->entry.amount, money));
    else if (attempt)
        bx_words_print(v->asking, sizeof(v->asking), "%s by voucher: the server is asked.",
                       bx_counter_money(till, attempt->entry.amount, money));
    else if (bx_vouchers_are_busy(till, &till->desk))
        BX_TEXT_COPY(v->asking, bx_word("The voucher is being looked at."));
}

void bx_view_sell(const struct bx_till *till, struct bx_till_view *v)
{
    v->error_column = v->screen == BX_SCREEN_LINE ? till->counter.line_column : 0;
    v->training = till->training;
    v->parked = till->shelf.count;
    facts_fill(till, v);
    for (size_t i = 0; i < v->line_count; i++) {
        const struct bx_line *line = &till->desk.basket.lines[i];
        BX_TEXT_COPY(v->lines[i].why, line->why_text);
        v->lines[i].group = line->group;
    }
    bx_view_exchange(till, v);
    if (!till->desk.tendering)
        return;
    bx_money left, cash;
    bx_desk_left(till, &till->desk, &left, &cash);
    bx_money round = bx_pay_round_up(till);
    v->give_back = left.minor < 0;
    if (round.minor > 0)
        bx_counter_money(till, round, v->round_up);
    asking_fill(till, v);
}
