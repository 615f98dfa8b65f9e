/* SPDX-License-Identifier: Apache-2.0 */
/* Money asked of somebody else: stored value of the server, a card's of the terminal (card.c).
 *
 * The intent is in the journal before the other side hears of it, and its id is the key under which
 * it is asked: however often, it is charged once. What was answered is in the journal before the
 * sale counts on it. An answer that does not come is unknown, not no: the same is asked again until
 * there is one, and the places of the sale stay its own.
 *
 * Approved money has a document or goes back. A payment that was left, a sale that was refused and
 * a till that died in between are one case: the reversal is asked for until it is answered. The one
 * exception is a card's money whose basket was put aside with its places: that waits for the
 * customer, and is part of the payment when the basket is taken up again. */

#include "core.h"

#include <string.h>

#include "boxtill/base/text.h"

enum { AGAIN_FIRST_MS = 2000, AGAIN_MAX_MS = 60000 };
enum { READING_NOTHING, READING_INTENTS, READING_RESULTS };

static void stored(struct bx_till *till, const struct bx_attempt_entry *entry,
                   const struct bx_fault *fault);

static struct bx_attempt *find(struct bx_till *till, const struct bx_id *id)
{
    for (size_t i = 0; i < till->attempts.count; i++)
        if (bx_id_equal(&till->attempts.rows[i].entry.attempt, id))
            return &till->attempts.rows[i];
    return NULL;
}

struct bx_attempt *bx_attempts_row(struct bx_till *till, const struct bx_id *id)
{
    return find(till, id);
}

const struct bx_attempt *bx_attempts_find(const struct bx_till *till, const struct bx_id *id)
{
    for (size_t i = 0; i < till->attempts.count; i++)
        if (bx_id_equal(&till->attempts.rows[i].entry.attempt, id))
            return &till->attempts.rows[i];
    return NULL;
}

const struct bx_attempt *bx_attempts_of(const struct bx_till *till, const struct bx_desk *desk)
{
    for (size_t i = 0; i < till->attempts.count; i++) {
        const struct bx_attempt *row = &till->attempts.rows[i];
        if (row->wanted && !row->gives && row->step != BX_STEP_HELD &&
            row->origin == desk->origin && bx_id_equal(&row->entry.basket, &desk->sale.basket.id))
            return row;
    }
    return NULL;
}

/* It has come to its end. */
static void drop(struct bx_till *till, struct bx_attempt *row)
{
    struct bx_id id = row->entry.attempt;
    *row = till->attempts.rows[--till->attempts.count];
    bx_shelf_settled(till, &id);
}

static void written(struct bx_till *till, const struct bx_intent *intent,
                    const struct bx_entry_head *head, const struct bx_ref *ref,
                    const struct bx_fault *fault)
{
    struct bx_attempt *row = find(till, &intent->attempt->attempt);
    (void)head;
    if (row && !fault && intent->kind == BX_KIND_TENDER_INTENT)
        row->ref = *ref;
    stored(till, intent->attempt, fault);
}

static void push(struct bx_till *till, struct bx_attempt *row, enum bx_kind kind)
{
    struct bx_intent intent = {.kind = kind, .after = written};
    if (kind == BX_KIND_TENDER_INTENT)
        intent.id = row->entry.attempt;
    intent.origin = row->teller;
    row->teller = 0;
    intent.attempt = bx_new(struct bx_attempt_entry);
    *intent.attempt = row->entry;
    bx_commit_push(till, &intent);
}

/* The payment hears that nothing comes of it. */
static void tell(struct bx_till *till, struct bx_attempt *row, const struct bx_fault *fault)
{
    if (row->entry.kind == BX_TENDER_CARD)
        bx_card_settled(till, row, fault);
    else if (row->wanted)
        bx_refused(till, row->origin, fault);
}

struct bx_attempt *bx_attempts_add(struct bx_till *till, bx_origin origin,
                                   const struct bx_attempt_entry *entry, struct bx_fault *fault)
{
    struct bx_attempts *attempts = &till->attempts;
    if (attempts->count == BX_ATTEMPTS_MAX) {
        bx_fault_say(fault, BX_ERR_BUSY,
                     "Too much is still to be cleared up about other payments: see the queue.");
        return NULL;
    }
    struct bx_attempt *row = &attempts->rows[attempts->count++];
    *row = (struct bx_attempt){.entry = *entry,
                               .origin = origin,
                               .wanted = true,
                               .since = till->turn.utc,
                               .reversal = bx_till_id(till)};
    row->entry.attempt = bx_till_id(till);
    row->entry.state = BX_ATTEMPT_ASKED;
    push(till, row, BX_KIND_TENDER_INTENT);
    return find(till, &row->entry.attempt);
}

/* --- asking ----------------------------------------------------------------------------------- */

void bx_attempts_put_off(struct bx_till *till, struct bx_attempt *row)
{
    int64_t ms = AGAIN_FIRST_MS;
    for (int i = 0; i < row->tries && ms < AGAIN_MAX_MS; i++)
        ms *= 2;
    row->tries++;
    row->unknown = true;
    row->asking = false;
    row->due = bx_mono_plus_ms(till->turn.mono, ms < AGAIN_MAX_MS ? ms : AGAIN_MAX_MS);
}

void bx_attempts_answered(struct bx_till *till, struct bx_attempt *row, enum bx_attempt_state state,
                          const char *say)
{
    row->unknown = row->asking = false;
    row->tries = 0;
    row->entry.state = state;
    BX_TEXT_COPY(row->entry.say, say);
    row->step = state == BX_ATTEMPT_REVERSED ? BX_STEP_REVERSED : BX_STEP_RESULT;
    push(till, row, BX_KIND_TENDER_RESULT);
}

static void charged(struct bx_till *till, const struct bx_id *about, const struct bx_reply *reply,
                    enum bx_contact contact, const struct bx_fault *fault)
{
    struct bx_attempt *row = find(till, about);
    if (!row || row->step != BX_STEP_CHARGE)
        return;
    row->asking = false;
    if (reply)
        bx_attempts_answered(till, row, reply->approved ? BX_ATTEMPT_APPROVED : BX_ATTEMPT_DECLINED,
                             reply->say);
    else if (contact == BX_CONTACT_REFUSED)
        bx_attempts_answered(till, row, BX_ATTEMPT_DECLINED, fault->say);
    else
        bx_attempts_put_off(till, row);
}

static void reversed(struct bx_till *till, const struct bx_id *about, const struct bx_reply *reply,
                     enum bx_contact contact, const struct bx_fault *fault)
{
    struct bx_attempt *row = find(till, about);
    (void)contact;
    if (!row || row->step != BX_STEP_REVERSE)
        return;
    row->asking = false;
    if (reply) {
        bx_attempts_answered(till, row, BX_ATTEMPT_REVERSED, reply->say);
        return;
    }
    bx_till_log(till, "not reversed yet: %s", fault->say);
    bx_attempts_put_off(till, row);
}

static void ask_server(struct bx_till *till, struct bx_attempt *row)
{
    struct bx_fault fault = {0};
    bool charge = row->step == BX_STEP_CHARGE;
    struct bx_inquiry *inquiry = bx_new(struct bx_inquiry);
    inquiry->id = charge ? row->entry.attempt : row->reversal;
    inquiry->amount = row->entry.amount;
    inquiry->attempt = row->entry.attempt;
    BX_TEXT_COPY(inquiry->code, row->entry.reference);
    int err = bx_question_ask(till, charge ? BX_QUESTION_CHARGE : BX_QUESTION_REVERSE, inquiry,
                              &row->entry.attempt, charge ? charged : reversed, &fault);
    bx_free(inquiry);
    row->asking = !err;
    if (err)
        bx_attempts_put_off(till, row);
}

static bool is_open(const struct bx_attempt *row)
{
    return row->step == BX_STEP_CHARGE || row->step == BX_STEP_REVERSE;
}

void bx_attempts_tick(struct bx_till *till)
{
    for (size_t i = 0; i < till->attempts.count; i++) {
        struct bx_attempt *row = &till->attempts.rows[i];
        bool due = row->due.ns == 0 || till->turn.mono.ns >= row->due.ns;
        if (!is_open(row))
            continue;
        if (row->entry.kind == BX_TENDER_CARD) {
            if (due)
                bx_card_tick(till, row);
            continue;
        }
        if (!row->asking && !bx_link_is_up(till))
            row->unknown = true;
        if (!row->asking && due && bx_link_is_up(till))
            ask_server(till, row);
    }
}

void bx_attempts_wake(const struct bx_till *till, bx_mono *wake)
{
    for (size_t i = 0; i < till->attempts.count; i++) {
        const struct bx_attempt *row = &till->attempts.rows[i];
        bool card = row->entry.kind == BX_TENDER_CARD;
        if (is_open(row) && (card || !row->asking))
            bx_mono_earlier(wake, row->due);
        if (is_open(row) && card && till->turn.mono.ns < row->shown.ns)
            bx_mono_earlier(wake, row->shown);
    }
}

bool bx_attempts_are_busy(const struct bx_till *till)
{
    for (size_t i = 0; i < till->attempts.count; i++) {
        const struct bx_attempt *row = &till->attempts.rows[i];
        if (row->entry.kind == BX_TENDER_CARD && row->asking && !row->unknown)
            return true;
    }
    return till->attempts.reading != READING_NOTHING;
}

void bx_attempts_again(struct bx_till *till)
{
    for (size_t i = 0; i < till->attempts.count; i++)
        if (!till->attempts.rows[i].asking)
            till->attempts.rows[i].due = (bx_mono){0};
    bx_link_try_now(till);
}

/* --- what becomes of it ----------------------------------------------------------------------- */

static void give_back(struct bx_till *till, struct bx_attempt *row)
{
    row->step = BX_STEP_REVERSE;
    row->wanted = row->asking = false;
    row->due = till->turn.mono;
}

void bx_attempts_give_back(struct bx_till *till, const struct bx_id *id)
{
    struct bx_attempt *row = find(till, id);
    if (row && row->step == BX_STEP_HELD)
        give_back(till, row);
}

int bx_attempts_pay(struct bx_till *till, struct bx_desk *desk, const struct bx_id *id,
                    struct bx_fault *fault)
{
    struct bx_attempt *row = find(till, id);
    if (!row)
        return bx_fault_say(fault, BX_ERR_MISSING, "That money has gone back.");
    struct bx_offered offered = {
        .kind = row->entry.kind, .amount = row->entry.amount, .attempt = row->entry.attempt};
    char reference[sizeof(row->entry.reference)];
    BX_TEXT_COPY(reference, row->entry.reference);
    offered.reference = reference;
    row->step = BX_STEP_HELD;
    row->origin = desk->origin;
    int err = bx_desk_offer(till, desk, &offered, fault);
    row = find(till, id);
    if (err && row) {
        tell(till, row, fault);
        give_back(till, row);
    }
    return err;
}

/* Approved, and in the journal: now it is a tender, if somebody still waits for one. */
static void approved(struct bx_till *till, struct bx_attempt *row)
{
    struct bx_desk *desk = bx_desk_of(till, row->origin);
    struct bx_fault fault = {0};
    struct bx_id id = row->entry.attempt;
    if (row->gives && row->wanted) {
        row->step = BX_STEP_HELD;
        bx_card_settled(till, row, NULL);
        return;
    }
    if (!row->wanted || !desk || !desk->tendering ||
        !bx_id_equal(&desk->sale.basket.id, &row->entry.basket)) {
        if (row->entry.kind == BX_TENDER_CARD && bx_shelf_holds(till, &id)) {
            row->step = BX_STEP_HELD;
            bx_card_settled(till, row, NULL);
        } else {
            give_back(till, row);
        }
        return;
    }
    if (bx_attempts_pay(till, desk, &id, &fault))
        return;
    row = find(till, &id);
    if (row && row->entry.kind == BX_TENDER_CARD)
        bx_card_settled(till, row, NULL);
    if (desk->origin == 0 && !desk->committing && desk->tendering)
        bx_pay_said(till);
}

static void stored(struct bx_till *till, const struct bx_attempt_entry *entry,
                   const struct bx_fault *fault)
{
    struct bx_attempt *row = find(till, &entry->attempt);
    struct bx_fault declined = {0};
    if (!row)
        return;
    if (fault && row->step == BX_STEP_INTENT) { /* nobody was asked */
        tell(till, row, fault);
        drop(till, row);
        return;
    }
    if (fault) { /* asked again, the answer is the same */
        row->step = row->step == BX_STEP_REVERSED ? BX_STEP_REVERSE : BX_STEP_CHARGE;
        bx_attempts_put_off(till, row);
        return;
    }
    switch (row->step) {
    case BX_STEP_INTENT:
        row->step = BX_STEP_CHARGE;
        row->due = till->turn.mono;
        break;
    case BX_STEP_RESULT:
        if (row->entry.state == BX_ATTEMPT_APPROVED) {
            approved(till, row);
            break;
        }
        bx_fault_say(&declined, BX_ERR_REFUSED, "Declined: %.150s",
                     row->entry.say[0] ? row->entry.say : "the server gave no reason");
        tell(till, row, &declined);
        drop(till, row);
        break;
    case BX_STEP_REVERSED: drop(till, row); break;
    case BX_STEP_FOUND:
    case BX_STEP_CHARGE:
    case BX_STEP_HELD:
    case BX_STEP_REVERSE: break;
    }
}

void bx_attempts_leave(struct bx_till *till, const struct bx_desk *desk)
{
    for (size_t i = 0; i < till->attempts.count; i++)
        if (till->attempts.rows[i].origin == desk->origin && !till->attempts.rows[i].gives &&
            till->attempts.rows[i].step != BX_STEP_HELD)
            till->attempts.rows[i].wanted = false;
}

void bx_attempts_sold(struct bx_till *till, const struct bx_sale *sale)
{
    for (int i = 0; i < sale->tender_count; i++) {
        struct bx_attempt *row =
            bx_id_is_zero(&sale->tenders[i].attempt) ? NULL : find(till, &sale->tenders[i].attempt);
        if (row)
            drop(till, row);
    }
}

void bx_attempts_unsold(struct bx_till *till, const struct bx_sale *sale)
{
    for (int i = 0; i < sale->tender_count; i++) {
        struct bx_attempt *row =
            bx_id_is_zero(&sale->tenders[i].attempt) ? NULL : find(till, &sale->tenders[i].attempt);
        if (row && row->step == BX_STEP_HELD)
            give_back(till, row);
    }
}

/* --- after a start ---------------------------------------------------------------------------- */

static struct bx_query *look(struct bx_till *till, int reading)
{
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    till->attempts.reading = reading;
    effect->request = till->attempts.read_request = bx_till_request(till);
    return &effect->of.query;
}

void bx_attempts_start(struct bx_till *till)
{
    *look(till, READING_INTENTS) =
        (struct bx_query){.kind = BX_QUERY_ASKED, .limit = BX_ATTEMPTS_MAX};
}

static void intents_take(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_attempts *attempts = &till->attempts;
    for (size_t i = 0; i < count && attempts->count < BX_ATTEMPTS_MAX; i++) {
        struct bx_attempt *row = &attempts->rows[attempts->count];
        *row = (struct bx_attempt){
            .step = BX_STEP_FOUND,
            .unknown = true,
            .begun = true,
            .since = rows[i].head.at,
            .ref = {.seq = rows[i].head.seq, .id = rows[i].head.id, .hash = rows[i].hash},
            .reversal = bx_till_id(till)};
        attempts->count += bx_attempt_decode(rows[i].body, rows[i].len, &row->entry, NULL) == 0;
    }
}

/* The next one of which it is not known what was said. */
static void result_look(struct bx_till *till)
{
    struct bx_attempts *attempts = &till->attempts;
    size_t at = 0;
    while (at < attempts->count && attempts->rows[at].step != BX_STEP_FOUND)
        at++;
    if (at == attempts->count) {
        attempts->reading = READING_NOTHING;
        bx_shelf_looked(till);
        bx_card_found(till);
        return;
    }
    attempts->looking = attempts->rows[at].entry.attempt;
    *look(till, READING_RESULTS) =
        (struct bx_query){.kind = BX_QUERY_ABOUT, .id = attempts->looking, .limit = BX_ROWS_MAX};
}

/* No document has it, or it would not have been found: it waits for its basket, or goes back. What
 * was said last counts. */
static void result_take(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_attempt *row = find(till, &till->attempts.looking);
    struct bx_attempt_entry entry;
    if (!row || row->step != BX_STEP_FOUND)
        return;
    row->step = BX_STEP_CHARGE;
    for (size_t i = 0; i < count; i++)
        if (bx_attempt_decode(rows[i].body, rows[i].len, &entry, NULL) == 0)
            row->entry = entry;
    bool card = row->entry.kind == BX_TENDER_CARD;
    bool waits = card && row->entry.amount.minor > 0 && bx_shelf_claim(till, row);
    if (row->entry.state != BX_ATTEMPT_APPROVED)
        return;
    row->step = BX_STEP_HELD;
    row->unknown = false;
    if (!waits)
        give_back(till, row);
}

void bx_attempts_rows(struct bx_till *till, const struct bx_event *event)
{
    struct bx_attempts *attempts = &till->attempts;
    bool bad = event->of.rows.fault.err != 0;
    attempts->read_request = 0;
    if (bad)
        bx_till_log(till, "open payments cannot be looked up: %s", event->of.rows.fault.detail);
    if (attempts->reading == READING_INTENTS)
        intents_take(till, event->of.rows.rows, bad ? 0 : event->of.rows.count);
    else
        result_take(till, event->of.rows.rows, bad ? 0 : event->of.rows.count);
    result_look(till);
}
