/* SPDX-License-Identifier: Apache-2.0 */
/* How places come and go. A lease changes in memory only after the journal has it, with one
 * exception: one that closes stops selling at once, because stopping early is always safe.
 *
 * Every exchange goes the same way: choose messages, store what they promise (a number is waiting,
 * a lease is closing), send, store what the answer grants, then use it. One exchange at a time, so
 * an answer can only be about what was asked; a grant for a number we do not wait for is nothing.
 *
 * A stored lease carries `used`, which the sale's own transaction moves, so nothing is stored here
 * while a commit is under way. The boot clock ends a lease early (2 % and 30 s), never late. */

#include "leases.h"

#include <inttypes.h>
#include <string.h>

enum {
    MESSAGES_MAX = 64,
    FORGET_FROM = BX_LEASES_MAX * 3 / 4,
    SCAN_S = 5,
    NONE_AGAIN_S = 60,
    STALE_AGAIN_S = 1,
    RENEW_S = 600,
    MARGIN_S = 30,
    MARGIN_PERCENT = 2,
    STORE_AGAIN_S = 5,
    REST_S = 600,   /* after a RECALL: what came back is others' for so long */
    TOUCHED_S = 120 /* a basket that nobody touches for so long is nobody's */
};

/* --- choosing messages ------------------------------------------------------------------------ */

static bool may_ask(const struct bx_till *till, const struct bx_lease_mark *mark)
{
    return !mark->batched && !mark->frozen &&
           (mark->not_before.ns == 0 || till->turn.mono.ns >= mark->not_before.ns);
}

static void put_off(const struct bx_till *till, struct bx_lease_mark *mark, int64_t seconds)
{
    mark->not_before = bx_mono_plus_ms(till->turn.mono, seconds * 1000);
}

static void message_add(struct bx_till *till, enum bx_allot_verb verb, struct bx_lease *row,
                        int64_t n)
{
    struct bx_leases *leases = &till->leases;
    leases->batch[leases->batch_count++] = (struct bx_allot_message){.verb = verb,
                                                                     .pool = row->pool,
                                                                     .r = row->r,
                                                                     .n = n,
                                                                     .used = row->used,
                                                                     .seq = till->next_seq - 1,
                                                                     .head = till->head,
                                                                     .state = row->state};
    bx_lease_mark_of(leases, row)->batched = true;
}

static bool is_resting(const struct bx_till *till, const struct bx_lease_mark *mark)
{
    return mark->rest.ns != 0 && till->turn.mono.ns < mark->rest.ns;
}

/* The next number, or the one already waited for: repeating it can only give the same answer. */
static void req_add(struct bx_till *till, struct bx_lease *row, int64_t need)
{
    struct bx_leases *leases = &till->leases;
    int64_t want = bx_forecast_want(till, &row->pool);
    if (need > 0 && (is_resting(till, bx_lease_mark_of(leases, row)) || (want > 0 && want < need)))
        want = need;
    if (row->state != BX_LEASE_WAITING) {
        row->r++;
        row->n = row->used = row->taken = 0;
        row->state = BX_LEASE_WAITING;
    }
    message_add(till, BX_ALLOT_REQ, row, want);
    leases->batch[leases->batch_count - 1].need = need;
}

/* Stops selling from it; places in an open payment keep it open. */
static void close_add(struct bx_till *till, struct bx_lease *row)
{
    if (row->reserved > 0)
        return;
    row->state = BX_LEASE_CLOSING;
    message_add(till, BX_ALLOT_CLOSE, row, 0);
}

/* Of WHOLE places of its own, those that the server is to have granted: what other tills gave it
 * learns from entries alone, so that no message can count them before, or again. */
static int64_t granted_of(const struct bx_lease *row, int64_t whole)
{
    return whole > row->taken ? whole - row->taken : 0;
}

static void grow_add(struct bx_till *till, struct bx_lease *row, int64_t need)
{
    struct bx_leases *leases = &till->leases;
    int64_t whole = granted_of(row, row->used + row->reserved + need);
    message_add(till, BX_ALLOT_GROW, row, whole);
    leases->batch[leases->batch_count - 1].need = whole;
}

/* A basket waits for it. */
static void wish_add(struct bx_till *till, struct bx_lease *row, int64_t want)
{
    switch (row->state) {
    case BX_LEASE_OPEN:
        if (bx_lease_is_live(till, row))
            grow_add(till, row, want);
        else
            close_add(till, row);
        break;
    case BX_LEASE_CLOSING: close_add(till, row); break;
    case BX_LEASE_NONE:
    case BX_LEASE_WAITING:
    case BX_LEASE_CLOSED: req_add(till, row, want); break;
    }
}

/* Nothing can be asked for it before a person has done something: settled, or ended a payment that
 * keeps a lease open whose time is over. */
static bool is_barred(const struct bx_till *till, const struct bx_lease *row)
{
    bool kept = row->state == BX_LEASE_OPEN && !bx_lease_is_live(till, row) && row->reserved > 0;
    return kept || bx_lease_mark_of(&till->leases, row)->frozen;
}

static void wish_end(struct bx_till *till, size_t at)
{
    till->leases.marks[at].want = 0;
    bx_desk_grown(till, &till->leases.rows[at].pool);
}

static int64_t left_at(const struct bx_till *till, const struct bx_lease *row)
{
    const struct bx_pool_news *news = bx_link_news(till, &row->pool);
    if (news)
        return news->capacity - news->sold - news->held - news->leased;
    return bx_lease_mark_of(&till->leases, row)->left;
}

/* Somebody is at it: a payment, a command, or a basket that was touched just now. */
static bool is_in_hand(const struct bx_till *till, const struct bx_lease *row)
{
    const struct bx_desk *desk = &till->desk;
    const struct bx_desk *command = till->command.desk;
    if (row->reserved > 0 ||
        (command && bx_deal_need(till, &command->deal, &command->basket, &row->pool) > 0))
        return true;
    return till->turn.mono.ns - till->people.last_key.ns < TOUCHED_S * BX_SECOND_NS &&
           bx_deal_need(till, &desk->deal, &desk->basket, &row->pool) > 0;
}

/* What a row needs without anybody asking: closing, refilling, a longer life. */
static void row_tend(struct bx_till *till, struct bx_lease *row)
{
    struct bx_lease_mark *mark = bx_lease_mark_of(&till->leases, row);
    bool open = row->state == BX_LEASE_OPEN;
    if (row->state == BX_LEASE_CLOSING || (open && !bx_lease_is_live(till, row)) ||
        (!mark->alive && (open || row->state == BX_LEASE_WAITING))) {
        close_add(till, row);
        return;
    }
    if (!open)
        return;
    if (mark->recalled == row->r) {
        if (is_in_hand(till, row))
            return;
        mark->rest = bx_mono_plus_ms(till->turn.mono, REST_S * INT64_C(1000));
        close_add(till, row);
        return;
    }
    int64_t want = bx_forecast_want(till, &row->pool);
    if (want == 0)
        want = mark->share > 0 ? mark->share : row->n;
    if (bx_lease_is_low(row, mark) && left_at(till, row) != 0 && !is_resting(till, mark))
        message_add(till, BX_ALLOT_GROW, row, granted_of(row, row->used + row->reserved + want));
    else if (row->stops.ns == 0 || row->stops.ns - till->turn.mono.ns < RENEW_S * BX_SECOND_NS)
        message_add(till, BX_ALLOT_GROW, row, granted_of(row, row->n));
}

static bool slot_is_wanted(const struct bx_till *till, const struct bx_slot *slot)
{
    return !slot->cancelled && slot->end.us > till->turn.utc.us + BX_LEASES_ENDING_S * BX_SECOND_US;
}

/* Makes room by dropping what is over. Not before it is needed: a clock that jumps back, or a slot
 * that is announced again, brings a pool back to life, and its numbers must go on. */
static void forget(struct bx_leases *leases)
{
    size_t kept = 0;
    if (leases->count < FORGET_FROM)
        return;
    for (size_t i = 0; i < leases->count; i++) {
        const struct bx_lease *row = &leases->rows[i];
        if (!leases->marks[i].alive && !bx_lease_is_told(row) && row->reserved == 0)
            continue;
        leases->rows[kept] = leases->rows[i];
        leases->marks[kept++] = leases->marks[i];
    }
    leases->count = kept;
}

/* Quarantine ends by a supervisor at the server: ask now and then whether it has. */
static void frozen_ask(struct bx_till *till)
{
    struct bx_leases *leases = &till->leases;
    for (size_t i = 0; i < leases->count; i++) {
        struct bx_lease_mark *mark = &leases->marks[i];
        if (!mark->frozen || mark->not_before.ns > till->turn.mono.ns)
            continue;
        put_off(till, mark, NONE_AGAIN_S);
        leases->hello = true;
    }
}

/* Which pools can still be sold, and rows for those of the days that are leased unasked. */
static void scan(struct bx_till *till)
{
    struct bx_leases *leases = &till->leases;
    const struct bx_programme *programme = till->programme;
    struct bx_date last = bx_date_plus(bx_till_today(till), till->config.days_ahead - 1);
    for (size_t i = 0; i < leases->count; i++)
        leases->marks[i].alive = leases->marks[i].want > 0;
    for (size_t i = 0; i < programme->slot_count; i++) {
        const struct bx_slot *slot = &programme->slots[i];
        if (slot->cancelled || slot->end.us <= till->turn.utc.us)
            continue;
        bool window = bx_date_compare(slot->date, last) <= 0 && slot_is_wanted(till, slot);
        struct bx_lease *row =
            window ? bx_lease_make(leases, &slot->pool) : bx_lease_row(leases, &slot->pool);
        if (row)
            bx_lease_mark_of(leases, row)->alive = true;
    }
    forget(leases);
}

/* Numbers for pools without a lease, the nearest times first. */
static void reqs_add(struct bx_till *till)
{
    struct bx_leases *leases = &till->leases;
    const struct bx_programme *programme = till->programme;
    struct bx_date last = bx_date_plus(bx_till_today(till), till->config.days_ahead - 1);
    for (size_t i = 0; i < programme->slot_count && leases->batch_count < MESSAGES_MAX; i++) {
        const struct bx_slot *slot = &programme->slots[i];
        if (!slot_is_wanted(till, slot))
            continue;
        if (bx_date_compare(slot->date, last) > 0)
            break;
        struct bx_lease *row = bx_lease_row(leases, &slot->pool);
        if (!row || !may_ask(till, bx_lease_mark_of(leases, row)) ||
            is_resting(till, bx_lease_mark_of(leases, row)))
            continue;
        if (row->state == BX_LEASE_NONE || row->state == BX_LEASE_CLOSED ||
            row->state == BX_LEASE_WAITING)
            req_add(till, row, 0);
    }
}

/* Closed ones are said as well: a restored server that does not know a number would grant it to an
 * old REQ that is still on its way, and nobody would ever close it. */
static bool is_said(const struct bx_lease *row)
{
    return row->state != BX_LEASE_NONE && row->r > 0;
}

/* It begins with how many leases there are, so that the server knows when it has heard them all. */
static void hello_begin(struct bx_till *till)
{
    struct bx_leases *leases = &till->leases;
    struct bx_allot_message *message = &leases->batch[leases->batch_count++];
    *message = (struct bx_allot_message){
        .verb = BX_ALLOT_HELLO, .r = till->link.epoch, .state = BX_LEASE_NONE};
    for (size_t i = 0; i < leases->count; i++)
        message->n += is_said(&leases->rows[i]);
}

static void hello_add(struct bx_till *till)
{
    struct bx_leases *leases = &till->leases;
    if (bx_slug_is_none(&leases->said))
        hello_begin(till);
    for (size_t i = 0; i < leases->count && leases->batch_count < BX_ALLOT_MAX; i++) {
        struct bx_lease *row = &leases->rows[i];
        if (strcmp(row->pool.s, leases->said.s) > 0 && is_said(row))
            message_add(till, BX_ALLOT_HELLO, row, granted_of(row, row->n));
    }
}

static void choose(struct bx_till *till)
{
    struct bx_leases *leases = &till->leases;
    bool due = bx_mono_is_due(till->turn.mono, leases->next_scan);
    if (leases->hello) {
        hello_add(till);
        if (leases->batch_count > 0)
            return;
        leases->hello = false;
        leases->said = (struct bx_slug){""};
    }
    for (size_t i = 0; leases->wish && i < leases->count && leases->batch_count < MESSAGES_MAX; i++)
        if (leases->marks[i].want > 0 && is_barred(till, &leases->rows[i]))
            wish_end(till, i);
        else if (leases->marks[i].want > 0 && may_ask(till, &leases->marks[i]))
            wish_add(till, &leases->rows[i], leases->marks[i].want);
    if (!due || !till->programme)
        return;
    scan(till);
    frozen_ask(till);
    for (size_t i = 0; i < leases->count && leases->batch_count < MESSAGES_MAX; i++)
        if (may_ask(till, &leases->marks[i]))
            row_tend(till, &leases->rows[i]);
    reqs_add(till);
    bool full = leases->batch_count >= MESSAGES_MAX;
    leases->next_scan =
        full ? till->turn.mono : bx_mono_plus_ms(till->turn.mono, SCAN_S * INT64_C(1000));
}

/* --- storing and sending -----------------------------------------------------------------------
 */

static void note(struct bx_till *till, const struct bx_lease *rows, size_t count)
{
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_NOTE);
    effect->request = till->leases.note_request = bx_till_request(till);
    effect->of.note.reoffer_above = -1;
    effect->of.note.seen_epoch = till->link.reoffer ? 0 : till->link.epoch;
    effect->of.note.seen_commit = till->link.commit;
    if (count > 0)
        effect->of.note.leases = bx_effects_hold(till->out, rows, count * sizeof(*rows));
    effect->of.note.lease_count = count;
}

/* What the messages promise goes to disk before they go anywhere. */
static void promise(struct bx_till *till)
{
    struct bx_leases *leases = &till->leases;
    struct bx_lease *rows = bx_alloc(BX_ALLOT_MAX, sizeof(*rows));
    size_t count = 0;
    for (size_t i = 0; i < leases->batch_count; i++) {
        const struct bx_lease *row = bx_leases_find(till, &leases->batch[i].pool);
        if (row && (row->state == BX_LEASE_WAITING || row->state == BX_LEASE_CLOSING))
            rows[count++] = *row; /* in a HELLO, too */
    }
    note(till, rows, count);
    bx_free(rows);
}

static void send(struct bx_till *till, const struct bx_ref *proof)
{
    struct bx_leases *leases = &till->leases;
    for (size_t i = 0; i < leases->batch_count; i++) {
        struct bx_allot_message *message = &leases->batch[i];
        const struct bx_lease *row = bx_lease_row(leases, &message->pool);
        message->seq = till->next_seq - 1;
        message->head = till->head;
        message->used = row ? row->used : 0;
    }
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_ALLOT);
    effect->request = leases->request = bx_till_request(till);
    effect->of.allot.id = bx_till_id(till);
    effect->of.allot.proof = *proof;
    effect->of.allot.messages =
        bx_effects_hold(till->out, leases->batch, leases->batch_count * sizeof(leases->batch[0]));
    effect->of.allot.count = leases->batch_count;
    leases->sent_epoch = till->link.epoch;
    leases->sent_at = till->turn.mono;
    leases->sent_utc = till->turn.utc;
}

/* Ends the exchange. A basket whose wish got another way to go waits on, the others are told. */
static void end(struct bx_till *till)
{
    struct bx_leases *leases = &till->leases;
    struct bx_slug told[MESSAGES_MAX];
    size_t count = 0;
    bool hello = leases->batch_count > 0 && leases->batch[0].verb == BX_ALLOT_HELLO;
    leases->batch_count = leases->granted_count = 0;
    leases->answered = leases->wish = false;
    for (size_t i = 0; i < leases->count; i++) {
        struct bx_lease_mark *mark = &leases->marks[i];
        bool mine = mark->batched && !hello;
        mark->batched = false;
        if (mine && mark->want > 0 &&
            (!mark->again || bx_leases_free(till, &leases->rows[i].pool) >= mark->want)) {
            mark->want = 0;
            if (count < MESSAGES_MAX)
                told[count++] = leases->rows[i].pool;
        } else if (mine && mark->want > 0)
            mark->not_before = (bx_mono){0};
        mark->again = false;
        leases->wish = leases->wish || mark->want > 0;
    }
    for (size_t i = 0; i < count; i++)
        bx_desk_grown(till, &told[i]);
}

/* No answer, or none that could be stored: nothing changed but what the messages promised. */
static void fail(struct bx_till *till)
{
    struct bx_leases *leases = &till->leases;
    leases->batch_count = 0;
    for (size_t i = 0; i < leases->count; i++) {
        leases->marks[i].again = false;
        if (leases->marks[i].want > 0)
            leases->marks[i].batched = true; /* all who wait are told, asked for or not */
    }
    leases->next_at = bx_mono_plus_ms(till->turn.mono, STORE_AGAIN_S * INT64_C(1000));
    leases->next_scan = till->turn.mono;
    end(till);
}

/* --- the answer --------------------------------------------------------------------------------
 */

static void change(struct bx_till *till, const struct bx_lease *row)
{
    struct bx_leases *leases = &till->leases;
    if (leases->granted_count < BX_ALLOT_MAX)
        leases->granted[leases->granted_count++] = *row;
}

/* Counted from the moment of asking, and shortened: this clock and the server's need not agree. */
static void time_put(const struct bx_till *till, struct bx_lease *row, int64_t ttl)
{
    int64_t seconds = ttl - ttl * MARGIN_PERCENT / 100 - MARGIN_S;
    if (seconds < 0)
        seconds = 0;
    row->stops = bx_mono_plus_ms(till->leases.sent_at, seconds * 1000);
    row->expires = (bx_utc){till->leases.sent_utc.us + seconds * BX_SECOND_US};
    row->epoch = till->link.epoch;
}

static void req_answer(struct bx_till *till, const struct bx_lease *row,
                       const struct bx_allot_answer *answer)
{
    struct bx_lease_mark *mark = bx_lease_mark_of(&till->leases, row);
    struct bx_lease new = *row;
    if (row->state != BX_LEASE_WAITING)
        return;
    if (answer->word == BX_ALLOT_GRANTED && answer->n > 0) {
        new.state = BX_LEASE_OPEN;
        new.n = answer->n;
        time_put(till, &new, answer->ttl);
        mark->share = answer->n;
        mark->again = true;
        mark->not_before = (bx_mono){0};
        change(till, &new);
    } else if (answer->word == BX_ALLOT_STALE) {
        new.state = BX_LEASE_CLOSED;
        mark->again = true;
        put_off(till, mark, STALE_AGAIN_S);
        change(till, &new);
    }
}

static void grow_answer(struct bx_till *till, const struct bx_lease *row,
                        const struct bx_allot_answer *answer)
{
    struct bx_lease_mark *mark = bx_lease_mark_of(&till->leases, row);
    struct bx_lease new = *row;
    if (row->state != BX_LEASE_OPEN)
        return;
    if (answer->word == BX_ALLOT_GRANTED) {
        if (answer->n + row->taken > row->n) {
            new.n = answer->n + row->taken;
            mark->share = new.n - new.used - new.reserved;
            mark->not_before = (bx_mono){0};
        }
        time_put(till, &new, answer->ttl);
        change(till, &new);
    } else if (answer->word == BX_ALLOT_STALE && row->reserved == 0) {
        new.state = BX_LEASE_CLOSING; /* the server knows it as over: so it is */
        mark->again = true;
        put_off(till, mark, STALE_AGAIN_S);
        change(till, &new);
    }
}

static void close_answer(struct bx_till *till, const struct bx_lease *row,
                         const struct bx_allot_answer *answer)
{
    struct bx_lease_mark *mark = bx_lease_mark_of(&till->leases, row);
    struct bx_lease new = *row;
    if (row->state != BX_LEASE_CLOSING)
        return;
    if (answer->word != BX_ALLOT_ACKED && answer->word != BX_ALLOT_STALE)
        return;
    new.state = BX_LEASE_CLOSED;
    if (mark->want > 0) {
        mark->again = true;
        mark->not_before = (bx_mono){0};
    }
    change(till, &new);
}

/* Answers to HELLO: an open lease stays ours; a number still waited for is asked for again, which
 * a server that gave it up answers with `stale`. */
static void hello_answer(struct bx_till *till, struct bx_lease *row,
                         const struct bx_allot_answer *answer)
{
    if ((answer->word == BX_ALLOT_GRANTED && answer->ttl > 0) || answer->word == BX_ALLOT_STALE)
        grow_answer(till, row, answer);
    if (answer->word == BX_ALLOT_ACKED || answer->word == BX_ALLOT_GRANTED)
        bx_lease_mark_of(&till->leases, row)->frozen = false;
}

static void quarantined(struct bx_till *till, struct bx_lease *row)
{
    struct bx_lease_mark *mark = bx_lease_mark_of(&till->leases, row);
    if (!mark->frozen)
        bx_leases_frozen_say(till);
    bx_till_log(till, "quarantined: pool %s r %" PRId64, row->pool.s, row->r);
    mark->frozen = true;
}

/* The message that ANSWER answers, NULL when none was sent. */
static const struct bx_allot_message *asked(const struct bx_leases *leases,
                                            const struct bx_allot_answer *answer)
{
    for (size_t i = 0; i < leases->batch_count; i++)
        if (leases->batch[i].verb == answer->verb && leases->batch[i].r == answer->r &&
            bx_slug_equal(&leases->batch[i].pool, &answer->pool))
            return &leases->batch[i];
    return NULL;
}

static void one_answer(struct bx_till *till, const struct bx_allot_answer *answer)
{
    struct bx_leases *leases = &till->leases;
    const struct bx_allot_message *message = asked(leases, answer);
    struct bx_lease *row = bx_lease_row(leases, &answer->pool);
    if (!message || (!row && !bx_slug_is_none(&answer->pool))) {
        till->dropped++;
        return;
    }
    if (answer->word == BX_ALLOT_SAY_HELLO) {
        leases->next_at = bx_mono_plus_ms(till->turn.mono, STALE_AGAIN_S * INT64_C(1000));
        leases->hello = true;
        leases->said = (struct bx_slug){""};
        return;
    }
    if (!row) {
        if (answer->word == BX_ALLOT_ACKED || answer->word == BX_ALLOT_QUARANTINED)
            bx_link_mark(till, answer->mark);
        return;
    }
    if (row->r != answer->r)
        return;
    bx_lease_mark_of(leases, row)->left = answer->left;
    if (answer->recall)
        bx_leases_recall(till, &row->pool, row->r);
    if (answer->word == BX_ALLOT_GRANTED || answer->word == BX_ALLOT_NONE)
        bx_link_left(till, &row->pool, answer->left);
    if (answer->word == BX_ALLOT_QUARANTINED) {
        quarantined(till, row);
        return;
    }
    switch (answer->verb) {
    case BX_ALLOT_REQ: req_answer(till, row, answer); break;
    case BX_ALLOT_GROW: grow_answer(till, row, answer); break;
    case BX_ALLOT_CLOSE: close_answer(till, row, answer); break;
    case BX_ALLOT_HELLO: hello_answer(till, row, answer); break;
    }
}

static bool is_answered(const struct bx_booking_answer *answer,
                        const struct bx_allot_message *message)
{
    for (size_t i = 0; i < answer->allot_count; i++) {
        const struct bx_allot_answer *one = &answer->allots[i];
        if (one->verb == message->verb && one->r == message->r &&
            bx_slug_equal(&one->pool, &message->pool))
            return true;
    }
    return false;
}

/* HELLO is said when its last part has been answered, and by an answer to it: entries must not go
 * before the server's mark is known. */
static void hello_step(struct bx_till *till, const struct bx_booking_answer *answer)
{
    struct bx_leases *leases = &till->leases;
    const struct bx_allot_message *last = &leases->batch[leases->batch_count - 1];
    if (last->verb != BX_ALLOT_HELLO)
        return;
    if (!is_answered(answer, &leases->batch[0]) || !is_answered(answer, last)) {
        bx_till_log(till, "an answer to HELLO that names another message is ignored");
        leases->next_at = bx_mono_plus_ms(till->turn.mono, STORE_AGAIN_S * INT64_C(1000));
        return;
    }
    leases->said = last->pool;
    if (leases->batch_count < BX_ALLOT_MAX) {
        leases->hello = false;
        leases->said = (struct bx_slug){""};
    }
}

void bx_leases_answer(struct bx_till *till, const struct bx_booking_answer *answer)
{
    struct bx_leases *leases = &till->leases;
    leases->request = 0;
    if (!bx_link_contact(till, answer) || answer->exchange != BX_EXCHANGE_ALLOT) {
        if (answer->contact == BX_CONTACT_REFUSED && leases->hello) {
            bx_till_log(till, "HELLO refused: %s", answer->fault.detail);
            leases->hello = false; /* entries must not wait for it for ever */
            leases->hello_again = bx_mono_plus_ms(till->turn.mono, NONE_AGAIN_S * INT64_C(1000));
        }
        fail(till);
        return;
    }
    /* Whatever the answer does not move on is asked again after a pause, and not at once. */
    for (size_t i = 0; i < leases->count && leases->batch[0].verb != BX_ALLOT_HELLO; i++)
        if (leases->marks[i].batched)
            put_off(till, &leases->marks[i], NONE_AGAIN_S);
    if (leases->sent_epoch == till->link.epoch)
        hello_step(till, answer); /* else it must be said again */
    leases->granted_count = 0;
    for (size_t i = 0; i < answer->allot_count; i++)
        one_answer(till, &answer->allots[i]);
    leases->answered = true;
    leases->next_scan = till->turn.mono;
}

static void apply(struct bx_till *till)
{
    struct bx_leases *leases = &till->leases;
    for (size_t i = 0; i < leases->granted_count; i++) {
        const struct bx_lease *new = &leases->granted[i];
        struct bx_lease *row = bx_leases_find(till, &new->pool);
        if (!row || row->r != new->r)
            continue;
        row->state = new->state;
        row->n = new->n + row->taken - new->taken;
        row->epoch = new->epoch;
        row->expires = new->expires;
        row->stops = new->stops;
    }
}

void bx_leases_stored(struct bx_till *till, const struct bx_event *event)
{
    struct bx_leases *leases = &till->leases;
    bool done = event->of.stored.outcome == BX_DONE;
    leases->note_request = 0;
    if (leases->settle_noted) {
        leases->settle_noted = false;
        leases->settled = done;
        leases->settling = (struct bx_slug){""};
        leases->next_scan = till->turn.mono;
        return;
    }
    if (!done)
        bx_till_log(till, "leases not stored: %s", event->of.stored.fault.detail);
    if (!done) {
        fail(till);
    } else if (leases->answered) {
        apply(till);
        end(till);
    } else {
        send(till, &event->of.stored.ref);
    }
}

/* The grants as the sales since have left them. */
static void grants_store(struct bx_till *till)
{
    struct bx_leases *leases = &till->leases;
    for (size_t i = 0; i < leases->granted_count; i++) {
        const struct bx_lease *row = bx_leases_find(till, &leases->granted[i].pool);
        struct bx_lease *new = &leases->granted[i];
        new->used = row->used;
        new->n += row->r == new->r ? row->taken - new->taken : 0;
        new->taken = row->r == new->r ? row->taken : new->taken;
    }
    note(till, leases->granted, leases->granted_count);
}

int bx_leases_settle(struct bx_till *till, const struct bx_slug *pool, struct bx_fault *fault)
{
    const struct bx_lease *row = bx_leases_find(till, pool);
    if (!row || !bx_lease_is_told(row))
        return bx_fault_say(fault, BX_ERR_MISSING, "This till has no places of %s.", pool->s);
    if (row->reserved > 0)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "Places of it are being paid for. End that first.");
    if (row->taken > 0) /* the server may not know yet that it has them */
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "Another till gave it some of these places: let it send first.");
    till->leases.settling = *pool;
    till->leases.settled = false;
    return 0;
}

/* Between two exchanges, when nothing else moves what is used. */
static void settle_step(struct bx_till *till)
{
    struct bx_leases *leases = &till->leases;
    struct bx_lease *row = bx_leases_find(till, &leases->settling);
    if (!row || !bx_lease_is_told(row) || row->reserved > 0) {
        leases->settling = (struct bx_slug){""};
        return;
    }
    row->state = BX_LEASE_CLOSING;
    note(till, row, 1);
    leases->settle_noted = true;
}

void bx_leases_tick(struct bx_till *till)
{
    struct bx_leases *leases = &till->leases;
    const struct bx_commits *commits = &till->commits;
    if (leases->request || leases->note_request)
        return;
    if (commits->request || commits->resolving || commits->stopped)
        return; /* nobody knows what is used */
    if (leases->answered && leases->granted_count > 0) {
        grants_store(till);
        return;
    }
    if (leases->answered)
        end(till);
    if (!bx_slug_is_none(&leases->settling)) {
        settle_step(till);
        return;
    }
    if (!bx_link_is_up(till)) {
        if (leases->wish)
            fail(till);
        return;
    }
    if (leases->next_at.ns != 0 && !bx_mono_is_due(till->turn.mono, leases->next_at))
        return;
    leases->next_at = (bx_mono){0};
    if (bx_mono_is_due(till->turn.mono, leases->hello_again)) {
        leases->hello_again = (bx_mono){0};
        leases->hello = true;
    }
    choose(till);
    if (leases->batch_count > 0)
        promise(till);
}
