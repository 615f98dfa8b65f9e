/* SPDX-License-Identifier: Apache-2.0 */
/* Money asked of the server: stored value.
 *
 * The intent is in the journal before the server hears of it, and its id is the key under which it
 * is asked: however often, it is charged once. What was answered is in the journal before the sale
 * counts on it. An answer that does not come is unknown, not no: the same is asked again until
 * there is one, and the places of the sale stay its own.
 *
 * Approved money has a sale or goes back. A payment that was left, a sale that was refused and a
 * till that died in between are one case: the reversal is asked for until it is answered. */

#include "core.h"

#include <string.h>

#include "boxtill/base/text.h"

enum { AGAIN_FIRST_MS = 2000, AGAIN_MAX_MS = 60000, LOOK_BACK = 64 };
enum { READING_NOTHING, READING_INTENTS, READING_RESULTS, READING_SALE };

static void stored(struct bx_till *till, const struct bx_attempt_entry *entry,
                   const struct bx_fault *fault);

static struct bx_attempt *find(struct bx_till *till, const struct bx_id *id)
{
    for (size_t i = 0; i < till->attempts.count; i++)
        if (bx_id_equal(&till->attempts.rows[i].entry.attempt, id))
            return &till->attempts.rows[i];
    return NULL;
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
        if (row->wanted && row->step != BX_STEP_HELD && row->origin == desk->origin &&
            bx_id_equal(&row->entry.basket, &desk->sale.basket.id))
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
    (void)head;
    (void)ref;
    stored(till, intent->attempt, fault);
}

static void push(struct bx_till *till, struct bx_attempt *row, enum bx_kind kind)
{
    struct bx_intent intent = {.kind = kind, .after = written};
    if (kind == BX_KIND_TENDER_INTENT)
        intent.id = row->entry.attempt;
    intent.attempt = bx_new(struct bx_attempt_entry);
    *intent.attempt = row->entry;
    bx_commit_push(till, &intent);
}

/* The payment hears that nothing comes of it. */
static void tell(struct bx_till *till, const struct bx_attempt *row, const struct bx_fault *fault)
{
    if (row->wanted)
        bx_refused(till, row->origin, fault);
}

int bx_attempts_charge(struct bx_till *till, struct bx_desk *desk, const char *code,
                       bx_money amount, struct bx_fault *fault)
{
    struct bx_attempts *attempts = &till->attempts;
    if (attempts->count == BX_ATTEMPTS_MAX)
        return bx_fault_say(fault, BX_ERR_BUSY,
                            "Too much is still to be cleared up with the server: see the queue.");
    struct bx_attempt *row = &attempts->rows[attempts->count++];
    *row = (struct bx_attempt){.entry = {.basket = desk->sale.basket.id,
                                         .attempt = bx_till_id(till),
                                         .kind = BX_TENDER_STORED,
                                         .amount = amount,
                                         .state = BX_ATTEMPT_ASKED},
                               .origin = desk->origin,
                               .wanted = true,
                               .since = till->turn.utc,
                               .reversal = bx_till_id(till)};
    BX_TEXT_COPY(row->entry.reference, code);
    push(till, row, BX_KIND_TENDER_INTENT);
    return 0;
}

/* --- asking ----------------------------------------------------------------------------------- */

static void put_off(struct bx_till *till, struct bx_attempt *row)
{
    int64_t ms = AGAIN_FIRST_MS;
    for (int i = 0; i < row->tries && ms < AGAIN_MAX_MS; i++)
        ms *= 2;
    row->tries++;
    row->unknown = true;
    row->due = bx_mono_plus_ms(till->turn.mono, ms < AGAIN_MAX_MS ? ms : AGAIN_MAX_MS);
}

static void answered(struct bx_till *till, struct bx_attempt *row, enum bx_attempt_state state,
                     const char *say)
{
    row->unknown = false;
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
        answered(till, row, reply->approved ? BX_ATTEMPT_APPROVED : BX_ATTEMPT_DECLINED,
                 reply->say);
    else if (contact == BX_CONTACT_REFUSED)
        answered(till, row, BX_ATTEMPT_DECLINED, fault->say);
    else
        put_off(till, row);
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
        answered(till, row, BX_ATTEMPT_REVERSED, reply->say);
        return;
    }
    bx_till_log(till, "not reversed yet: %s", fault->say);
    put_off(till, row);
}

static void ask(struct bx_till *till, struct bx_attempt *row)
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
        put_off(till, row);
}

void bx_attempts_tick(struct bx_till *till)
{
    for (size_t i = 0; i < till->attempts.count; i++) {
        struct bx_attempt *row = &till->attempts.rows[i];
        bool open = row->step == BX_STEP_CHARGE || row->step == BX_STEP_REVERSE;
        if (open && !row->asking && !bx_link_is_up(till))
            row->unknown = true;
        if (open && !row->asking && (row->due.ns == 0 || till->turn.mono.ns >= row->due.ns) &&
            bx_link_is_up(till))
            ask(till, row);
    }
}

void bx_attempts_wake(const struct bx_till *till, bx_mono *wake)
{
    for (size_t i = 0; i < till->attempts.count; i++) {
        const struct bx_attempt *row = &till->attempts.rows[i];
        if ((row->step == BX_STEP_CHARGE || row->step == BX_STEP_REVERSE) && !row->asking)
            bx_mono_earlier(wake, row->due);
    }
}

void bx_attempts_again(struct bx_till *till)
{
    for (size_t i = 0; i < till->attempts.count; i++)
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

/* Approved, and in the journal: now it is a tender, if somebody still waits for one. */
static void approved(struct bx_till *till, struct bx_attempt *row)
{
    struct bx_desk *desk = bx_desk_of(till, row->origin);
    struct bx_fault fault = {0};
    struct bx_offered offered = {.kind = row->entry.kind,
                                 .amount = row->entry.amount,
                                 .reference = row->entry.reference,
                                 .attempt = row->entry.attempt};
    if (!row->wanted || !desk || !desk->tendering ||
        !bx_id_equal(&desk->sale.basket.id, &row->entry.basket)) {
        give_back(till, row);
        return;
    }
    row->step = BX_STEP_HELD;
    struct bx_attempt_entry entry = row->entry;
    if (bx_desk_offer(till, desk, &offered, &fault)) {
        row = find(till, &entry.attempt);
        if (row) {
            tell(till, row, &fault);
            give_back(till, row);
        }
        return;
    }
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
        put_off(till, row);
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
    case BX_STEP_CHARGE:
    case BX_STEP_HELD:
    case BX_STEP_REVERSE: break;
    }
}

void bx_attempts_leave(struct bx_till *till, const struct bx_desk *desk)
{
    for (size_t i = 0; i < till->attempts.count; i++)
        if (till->attempts.rows[i].origin == desk->origin &&
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

static void read_kind(struct bx_till *till, int reading, enum bx_kind kind)
{
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    till->attempts.reading = reading;
    effect->request = till->attempts.read_request = bx_till_request(till);
    effect->of.query =
        (struct bx_query){.kind = BX_QUERY_KIND, .entry_kind = kind, .limit = LOOK_BACK};
}

void bx_attempts_start(struct bx_till *till)
{
    read_kind(till, READING_INTENTS, BX_KIND_TENDER_INTENT);
}

static void intents_take(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_attempts *attempts = &till->attempts;
    for (size_t i = 0; i < count && attempts->count < BX_ATTEMPTS_MAX; i++) {
        struct bx_attempt *row = &attempts->rows[attempts->count];
        *row = (struct bx_attempt){.step = BX_STEP_CHARGE,
                                   .unknown = true,
                                   .since = rows[i].head.at,
                                   .reversal = bx_till_id(till)};
        attempts->count += bx_attempt_decode(rows[i].body, rows[i].len, &row->entry, NULL) == 0;
    }
}

/* The newest result of an attempt comes first: it is the one that counts. */
static void results_take(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_attempt_entry entry;
    for (size_t i = 0; i < count; i++) {
        if (bx_attempt_decode(rows[i].body, rows[i].len, &entry, NULL))
            continue;
        struct bx_attempt *row = find(till, &entry.attempt);
        if (!row || row->step != BX_STEP_CHARGE || row->entry.state != BX_ATTEMPT_ASKED)
            continue;
        row->entry = entry;
        row->step = BX_STEP_HELD;
    }
    for (size_t i = till->attempts.count; i-- > 0;) {
        struct bx_attempt *row = &till->attempts.rows[i];
        if (row->step == BX_STEP_HELD && row->entry.state != BX_ATTEMPT_APPROVED)
            drop(till, row);
    }
}

/* Approved: was its sale made? */
static void sale_look(struct bx_till *till)
{
    struct bx_attempts *attempts = &till->attempts;
    while (attempts->looked < attempts->count &&
           attempts->rows[attempts->looked].step != BX_STEP_HELD)
        attempts->looked++;
    attempts->reading = READING_NOTHING;
    if (attempts->looked == attempts->count) {
        bx_shelf_looked(till);
        return;
    }
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    attempts->reading = READING_SALE;
    effect->request = attempts->read_request = bx_till_request(till);
    effect->of.query = (struct bx_query){
        .kind = BX_QUERY_ID, .limit = 1, .id = attempts->rows[attempts->looked].entry.basket};
}

static void sale_take(struct bx_till *till, const struct bx_event *event)
{
    struct bx_attempts *attempts = &till->attempts;
    struct bx_attempt *row = &attempts->rows[attempts->looked];
    if (attempts->looked >= attempts->count || row->step != BX_STEP_HELD || row->wanted)
        return;
    if (event->of.rows.count > 0)
        drop(till, row);
    else
        give_back(till, row);
}

void bx_attempts_rows(struct bx_till *till, const struct bx_event *event)
{
    struct bx_attempts *attempts = &till->attempts;
    int reading = attempts->reading;
    attempts->read_request = 0;
    if (event->of.rows.fault.err) {
        bx_till_log(till, "open payments cannot be looked up: %s", event->of.rows.fault.detail);
        attempts->reading = READING_NOTHING;
        return;
    }
    if (reading == READING_INTENTS) {
        intents_take(till, event->of.rows.rows, event->of.rows.count);
        if (attempts->count > 0)
            read_kind(till, READING_RESULTS, BX_KIND_TENDER_RESULT);
        else
            bx_shelf_looked(till);
        return;
    }
    if (reading == READING_RESULTS)
        results_take(till, event->of.rows.rows, event->of.rows.count);
    else if (reading == READING_SALE)
        sale_take(till, event);
    sale_look(till);
}
