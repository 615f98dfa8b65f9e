/* SPDX-License-Identifier: Apache-2.0 */
/* The card terminal: what attempts.c asks of it, and what a person may say in its place.
 *
 * Once the terminal has heard of an attempt it is only asked what became of it, never to begin it
 * again. It has as long as a customer needs; then, or when the line breaks, the outcome is unknown:
 * the terminal is asked on, now and then, and whoever is at the till may say what the slip says.
 * Whichever comes first is written down and counts.
 *
 * Money that goes back to a card (void, refund) goes first, and its document is written when it is
 * there, as a sale's is. */

#include "screens.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

enum {
    CUSTOMER_MS = 120000, /* to find a card and remember its number */
    ANSWER_MS = 8000,
    SHOWN_MS = 300
};

/* --- asking it ---------------------------------------------------------------------------------
 */

bool bx_card_wants(const struct bx_till *till, const struct bx_offered *offered)
{
    bool typed = offered->reference && offered->reference[0];
    return offered->kind == BX_TENDER_CARD && till->config.card && !till->training && !typed &&
           offered->amount.minor != 0 && bx_id_is_zero(&offered->attempt);
}

/* It does one thing at a time. */
static int free_check(const struct bx_till *till, struct bx_fault *fault)
{
    for (size_t i = 0; i < till->attempts.count; i++) {
        const struct bx_attempt *row = &till->attempts.rows[i];
        if (row->entry.kind == BX_TENDER_CARD && !row->unknown &&
            (row->step == BX_STEP_INTENT || row->step == BX_STEP_CHARGE))
            return bx_fault_say(fault, BX_ERR_BUSY, "The card terminal is busy: one moment.");
    }
    return 0;
}

int bx_card_charge(struct bx_till *till, struct bx_desk *desk, bx_money amount,
                   struct bx_fault *fault)
{
    struct bx_attempt_entry entry = {
        .basket = desk->sale.basket.id, .kind = BX_TENDER_CARD, .amount = amount};
    struct bx_sale *trial = bx_new(struct bx_sale);
    bx_money left;
    *trial = desk->sale;
    int err = bx_tender_add(trial, till->programme->cash_step, BX_TENDER_CARD, amount, NULL, &left,
                            fault);
    bx_free(trial);
    if (!err && bx_attempts_of(till, desk))
        err = bx_fault_say(fault, BX_ERR_BUSY, "Another part is being asked for: one moment.");
    if (!err)
        err = free_check(till, fault);
    if (!err && !bx_attempts_add(till, desk->origin, &entry, fault))
        err = fault->err;
    return err;
}

static void send(struct bx_till *till, struct bx_attempt *row, enum bx_effect_kind kind)
{
    struct bx_effect *effect = bx_effects_add(till->out, kind);
    effect->of.card.id = row->entry.attempt;
    effect->of.card.proof = row->ref;
    effect->of.card.amount = row->entry.amount;
    BX_TEXT_COPY(effect->of.card.currency, till->programme ? till->programme->currency : "");
}

void bx_card_tick(struct bx_till *till, struct bx_attempt *row)
{
    bool starts = row->step == BX_STEP_CHARGE && !row->begun;
    if (row->asking) { /* and has not answered */
        bx_attempts_put_off(till, row);
        bx_card_unknown(till, row);
        return;
    }
    if (starts)
        row->shown = bx_mono_plus_ms(till->turn.mono, SHOWN_MS);
    row->begun = row->asking = true;
    row->due = bx_mono_plus_ms(till->turn.mono, starts ? CUSTOMER_MS : ANSWER_MS);
    send(till, row,
         row->step == BX_STEP_REVERSE ? BX_EFFECT_CARD_REVERSE
         : starts                     ? BX_EFFECT_CARD_START
                                      : BX_EFFECT_CARD_ASK);
}

void bx_card_stop(struct bx_till *till, const struct bx_attempt *attempt)
{
    struct bx_attempt *row = bx_attempts_row(till, &attempt->entry.attempt);
    if (!row || row->step != BX_STEP_CHARGE || !row->asking || row->unknown)
        return;
    row->due = bx_mono_plus_ms(till->turn.mono, ANSWER_MS);
    send(till, row, BX_EFFECT_CARD_STOP);
    bx_say(till, BX_TONE_PLAIN, "The card terminal is told to stop.");
}

/* What people may read later. More than the last four digits would be a number of a card. */
static void reference_take(struct bx_attempt *row, const char *reference)
{
    bx_text_wash(reference, strlen(reference), 40, row->entry.reference,
                 sizeof(row->entry.reference));
    if (bx_looks_like_card_number(reference))
        row->entry.reference[0] = '\0';
}

void bx_card_answer(struct bx_till *till, const struct bx_card_answer *answer)
{
    struct bx_attempt *row = bx_attempts_row(till, &answer->id);
    enum bx_attempt_step step = answer->reversal ? BX_STEP_REVERSE : BX_STEP_CHARGE;
    char say[BX_NAME_SIZE];
    if (!row || row->step != step || row->entry.kind != BX_TENDER_CARD || !row->begun) {
        till->dropped++;
        return;
    }
    bx_text_wash(answer->say, strlen(answer->say), BX_NAME_COLUMNS, say, sizeof(say));
    if (answer->outcome == BX_UNKNOWN || (answer->reversal && answer->outcome == BX_REFUSED)) {
        bx_till_log(till, "card terminal: %s", say);
        bx_attempts_put_off(till, row);
        bx_card_unknown(till, row);
        return;
    }
    if (!answer->reversal && answer->outcome == BX_DONE)
        reference_take(row, answer->reference);
    bx_attempts_answered(till, row,
                         answer->reversal             ? BX_ATTEMPT_REVERSED
                         : answer->outcome == BX_DONE ? BX_ATTEMPT_APPROVED
                                                      : BX_ATTEMPT_DECLINED,
                         say);
}

/* --- documents that give money back to a card ---------------------------------------------------
 */

void bx_card_finish(struct bx_card_state *card)
{
    bx_intent_finish(&card->document);
    *card = (struct bx_card_state){0};
}

static void document_refuse(struct bx_till *till, struct bx_intent *taken,
                            const struct bx_fault *fault)
{
    taken->after(till, taken, NULL, NULL, fault);
    bx_intent_finish(taken);
}

/* Asks for the next part that goes to a card; when there is none left, the document is written. */
static void document_go(struct bx_till *till)
{
    struct bx_card_state *card = &till->card;
    const struct bx_sale *sale = card->document.sale;
    struct bx_fault fault = {0};
    struct bx_intent document;
    int at = 0;
    while (at < sale->tender_count &&
           (sale->tenders[at].kind != BX_TENDER_CARD || sale->tenders[at].amount.minor == 0 ||
            card->done & 1u << at))
        at++;
    if (at == sale->tender_count) {
        document = card->document;
        *card = (struct bx_card_state){.chosen = card->chosen};
        bx_commit_push(till, &document);
        return;
    }
    struct bx_attempt_entry entry = {
        .basket = sale->basket.id, .kind = BX_TENDER_CARD, .amount = sale->tenders[at].amount};
    struct bx_attempt *row = bx_attempts_add(till, card->document.origin, &entry, &fault);
    if (!row) {
        document = card->document;
        *card = (struct bx_card_state){.chosen = card->chosen};
        document_refuse(till, &document, &fault);
        return;
    }
    row->gives = true;
    card->given = row->entry.attempt;
    card->done |= 1u << at;
    card->document.sale->tenders[at].attempt = row->entry.attempt;
}

void bx_card_push(struct bx_till *till, struct bx_intent *taken)
{
    struct bx_card_state *card = &till->card;
    struct bx_fault fault = {0};
    bool asks = false;
    for (int i = 0; i < taken->sale->tender_count; i++)
        asks = asks || (taken->sale->tenders[i].kind == BX_TENDER_CARD &&
                        taken->sale->tenders[i].amount.minor != 0);
    if (!asks || !till->config.card || taken->sale->training) {
        bx_commit_push(till, taken);
        return;
    }
    int err = card->giving ? bx_fault_say(&fault, BX_ERR_BUSY,
                                          "Money is going back to another card: see the queue.")
                           : free_check(till, &fault);
    if (err) {
        document_refuse(till, taken, &fault);
        return;
    }
    card->document = *taken;
    *taken = (struct bx_intent){0};
    card->giving = true;
    if (card->document.origin == 0)
        bx_say(till, BX_TONE_PLAIN, "The card terminal is asked to give it back.");
    document_go(till);
}

/* FAULT NULL: the money of ROW has gone. */
static void document_settled(struct bx_till *till, struct bx_attempt *row,
                             const struct bx_fault *fault)
{
    struct bx_card_state *card = &till->card;
    if (!card->giving || !bx_id_equal(&card->given, &row->entry.attempt))
        return;
    struct bx_sale *sale = card->document.sale;
    for (int i = 0; i < sale->tender_count && !fault; i++)
        if (bx_id_equal(&sale->tenders[i].attempt, &row->entry.attempt))
            BX_TEXT_COPY(sale->tenders[i].reference, row->entry.reference);
    if (!fault) {
        document_go(till);
        return;
    }
    struct bx_intent document = card->document;
    *card = (struct bx_card_state){.chosen = card->chosen};
    document_refuse(till, &document, fault);
}

/* --- unknown -----------------------------------------------------------------------------------
 */

void bx_card_text(const struct bx_till *till, const struct bx_attempt *attempt, char *out,
                  size_t size)
{
    char money[BX_MONEY_TEXT], time[BX_CLOCK_TEXT];
    int64_t amount = attempt->entry.amount.minor;
    bx_counter_money(till, bx_money_of(amount < 0 ? -amount : amount), money);
    bx_slot_time(attempt->since, bx_programme_offset(till->programme, attempt->since), time);
    bx_words_print(out, size, "%s asked at %s", money, time);
}

static struct bx_attempt *chosen(struct bx_till *till)
{
    return bx_attempts_row(till, &till->card.chosen);
}

static const struct bx_attempt *chosen_const(const struct bx_till *till)
{
    return bx_attempts_find(till, &till->card.chosen);
}

static void ask_again(struct bx_till *till)
{
    struct bx_attempt *row = chosen(till);
    bx_counter_back(till);
    if (!row)
        return;
    row->pressed = true;
    if (!row->asking)
        row->due = till->turn.mono;
    bx_say(till, BX_TONE_PLAIN, "Asking the card terminal again.");
}

static void slip(struct bx_till *till, const char *word)
{
    struct bx_fault fault = {0};
    struct bx_id id = till->card.chosen;
    bx_counter_back(till);
    if (bx_card_slip_ask(till, 0, &id, word, &fault))
        bx_counter_fault(till, &fault);
}

static void slip_paid(struct bx_till *till)
{
    slip(till, "paid");
}

static void slip_not(struct bx_till *till)
{
    slip(till, "not-paid");
}

static void by_hand(struct bx_till *till)
{
    slip(till, "given-back");
}

static void later(struct bx_till *till)
{
    const struct bx_attempt *mine = bx_attempts_of(till, &till->desk);
    bool pays = mine && bx_id_equal(&mine->entry.attempt, &till->card.chosen);
    bx_counter_back(till);
    if (pays)
        bx_pay_later(till);
}

static bool is_charge(const struct bx_till *till)
{
    const struct bx_attempt *row = chosen_const(till);
    return row && row->step == BX_STEP_CHARGE && row->entry.amount.minor > 0;
}

static bool is_credit(const struct bx_till *till)
{
    const struct bx_attempt *row = chosen_const(till);
    return row && row->step == BX_STEP_CHARGE && row->entry.amount.minor < 0;
}

static bool is_reversal(const struct bx_till *till)
{
    const struct bx_attempt *row = chosen_const(till);
    return row && row->step == BX_STEP_REVERSE;
}

static void about(const struct bx_till *till, char *out, size_t size)
{
    char text[64];
    const struct bx_attempt *row = chosen_const(till);
    if (!row)
        return;
    bx_card_text(till, row, text, sizeof(text));
    if (row->step == BX_STEP_REVERSE)
        bx_words_print(out, size, "Card %s: given back?", text);
    else if (row->entry.amount.minor < 0)
        bx_words_print(out, size, "To the card, %s: done?", text);
    else
        bx_words_print(out, size, "Card %s: charged?", text);
}

static const struct bx_menu_row rows[] = {
    {'t', BX_WORD("Ask the terminal again"), BX_WORD("It knows, as soon as it can be reached."),
     ask_again, true, NULL},
    {'p', BX_WORD("The slip says paid"), BX_WORD("Counts as paid; a reason is asked."), slip_paid,
     false, is_charge},
    {'n', BX_WORD("The slip says not paid"), BX_WORD("Nothing was charged; a reason is asked."),
     slip_not, false, is_charge},
    {'p', BX_WORD("The slip says paid back"), BX_WORD("Counts as given back; a reason is asked."),
     slip_paid, false, is_credit},
    {'n', BX_WORD("The slip says not paid back"), BX_WORD("Nothing went back; a reason is asked."),
     slip_not, false, is_credit},
    {'g', BX_WORD("It was given back by hand"), BX_WORD("A supervisor says so, with a reason."),
     by_hand, false, is_reversal},
    {'l', BX_WORD("Later"), BX_WORD("Frees the till; places stay, Q shows it."), later, true, NULL},
};
static const struct bx_menu_kind menu = {BX_WORD("Card"), rows, bx_countof(rows), about};

void bx_card_menu(struct bx_till *till, const struct bx_id *id)
{
    till->card.chosen = *id;
    bx_menu_open(till, &menu);
}

static bool is_shown(const struct bx_till *till)
{
    return till->counter.screen == BX_SCREEN_MENU && till->counter.menu == &menu;
}

/* A command has nobody to ask: it is told, and what goes back after all is undone. */
static void command_leave(struct bx_till *till, struct bx_attempt *row)
{
    struct bx_fault fault = {0};
    bx_origin origin = row->origin;
    if (!row->gives || origin == 0)
        return;
    row->wanted = false;
    bx_fault_say(
        &fault, BX_ERR_UNKNOWN,
        "It is not known whether the card was paid back, and nothing is written: the queue "
        "shows it. What went back after all is undone.");
    bx_command_ended(till, origin, BX_UNKNOWN, &fault);
    document_settled(till, row, &fault);
}

void bx_card_unknown(struct bx_till *till, struct bx_attempt *row)
{
    bool first = row->tries == 1 || row->pressed;
    bool pays = row->wanted && row->origin == 0 && !row->gives;
    row->pressed = false;
    if (!first)
        return;
    bool gives = row->wanted && row->gives && row->origin == 0;
    command_leave(till, row);
    if (gives) {
        bx_say(till, BX_TONE_WARN, "It is not known whether the card was paid back: Q shows it.");
    } else if (pays && till->counter.screen == BX_SCREEN_PAY) {
        bx_effects_add(till->out, BX_EFFECT_BELL);
        bx_card_menu(till, &row->entry.attempt);
        bx_say(till, BX_TONE_WARN, "It is not known whether the card was charged.");
    } else if (till->counter.screen != BX_SCREEN_MENU && row->origin == 0) {
        bx_say(till, BX_TONE_WARN, "The card terminal cannot say: Q shows it.");
    }
}

void bx_card_settled(struct bx_till *till, struct bx_attempt *row, const struct bx_fault *fault)
{
    char money[BX_MONEY_TEXT];
    if (is_shown(till) && bx_id_equal(&till->card.chosen, &row->entry.attempt))
        bx_counter_back(till);
    bx_counter_money(till, row->entry.amount, money);
    if (row->gives)
        document_settled(till, row, fault);
    else if (fault && row->wanted)
        bx_refused(till, row->origin, fault);
    else if (fault && bx_shelf_holds(till, &row->entry.attempt))
        bx_say(till, BX_TONE_WARN, "%s by card were not charged: P goes on with the basket.",
               money);
    else if (!fault && !row->wanted)
        bx_say(till, BX_TONE_GOOD, "%s by card were charged: P goes on with the basket.", money);
}

void bx_card_found(struct bx_till *till)
{
    for (size_t i = 0; i < till->attempts.count; i++) {
        const struct bx_attempt *row = &till->attempts.rows[i];
        if (row->entry.kind != BX_TENDER_CARD || row->step != BX_STEP_CHARGE || !row->unknown)
            continue;
        if (bx_people_user(till) && till->counter.screen == BX_SCREEN_SELL)
            bx_card_menu(till, &row->entry.attempt);
        return;
    }
}

/* --- what a person says ------------------------------------------------------------------------
 */

enum word { PAID, NOT_PAID, GIVEN_BACK };
struct slip {
    struct bx_id id;
    enum word word;
};

static void slip_said(struct bx_till *till, bx_origin origin, const struct bx_warrant *warrant,
                      const void *arg)
{
    static const char *const words[] = {
        [PAID] = "slip: paid", [NOT_PAID] = "slip: not paid", [GIVEN_BACK] = "given back by hand"};
    static const enum bx_attempt_state states[] = {[PAID] = BX_ATTEMPT_APPROVED,
                                                   [NOT_PAID] = BX_ATTEMPT_DECLINED,
                                                   [GIVEN_BACK] = BX_ATTEMPT_REVERSED};
    struct slip said;
    char text[3 * BX_NAME_SIZE], by[24] = "";
    memcpy(&said, arg, sizeof(said));
    struct bx_attempt *row = bx_attempts_row(till, &said.id);
    enum bx_attempt_step step = said.word == GIVEN_BACK ? BX_STEP_REVERSE : BX_STEP_CHARGE;
    if (!row || row->step != step) {
        bx_told(till, origin, BX_TONE_PLAIN, "It is known by now.");
        bx_command_ended(till, origin, BX_DONE, NULL);
    } else {
        if (warrant->approver != 0)
            snprintf(by, sizeof(by), ", by %d", (int)warrant->approver);
        snprintf(text, sizeof(text), "%s, %s%s%s", words[said.word],
                 bx_slug_is_none(&warrant->reason) ? "" : warrant->reason.s, warrant->note, by);
        char cut[BX_NAME_SIZE];
        bx_text_wash(text, strlen(text), BX_NAME_COLUMNS, cut, sizeof(cut));
        row->teller = origin;
        bx_attempts_answered(till, row, states[said.word], cut);
    }
}

int bx_card_slip_ask(struct bx_till *till, bx_origin origin, const struct bx_id *id,
                     const char *word, struct bx_fault *fault)
{
    static const char *const titles[] = {[PAID] = BX_WORD("The slip says paid"),
                                         [NOT_PAID] = BX_WORD("The slip says not paid"),
                                         [GIVEN_BACK] = BX_WORD("It was given back by hand")};
    static const char *const credit_titles[] = {[PAID] = BX_WORD("The slip says paid back"),
                                                [NOT_PAID] = BX_WORD("The slip says not paid back"),
                                                [GIVEN_BACK] =
                                                    BX_WORD("It was given back by hand")};
    struct bx_attempt *row = bx_attempts_row(till, id);
    struct slip said = {.id = *id,
                        .word = strcmp(word, "paid") == 0       ? PAID
                                : strcmp(word, "not-paid") == 0 ? NOT_PAID
                                                                : GIVEN_BACK};
    struct bx_warrant_ask ask = {.origin = origin,
                                 .action = "card",
                                 .need =
                                     said.word == GIVEN_BACK ? BX_NEED_SUPERVISOR : BX_NEED_REASON,
                                 .done = slip_said,
                                 .arg = &said,
                                 .size = sizeof(said)};
    int err = bx_may_act(till, fault);
    if (err)
        return err;
    if (said.word == GIVEN_BACK && strcmp(word, "given-back") != 0)
        return bx_fault_say(fault, BX_ERR_INPUT, "A slip says paid or not-paid.");
    if (!row || row->entry.kind != BX_TENDER_CARD || !row->unknown ||
        row->step != (said.word == GIVEN_BACK ? BX_STEP_REVERSE : BX_STEP_CHARGE))
        return bx_fault_say(fault, BX_ERR_REFUSED, "Nothing like that is unknown about it.");
    bx_card_text(till, row, ask.text, sizeof(ask.text));
    BX_TEXT_COPY(ask.title, bx_word(row->entry.amount.minor < 0 ? credit_titles[said.word]
                                                                : titles[said.word]));
    return bx_warrant_ask(till, &ask, fault);
}
