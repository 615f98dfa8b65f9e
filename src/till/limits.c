/* SPDX-License-Identifier: Apache-2.0 */
/* What the venue allows without asking. A limit of 0 is none; beyond it the programme says whether
 * a sentence is enough, a supervisor must allow it, or it is not done. */

#include "core.h"

#include <inttypes.h>
#include <stdio.h>

#include "boxtill/base/words.h"

#include "boxtill/domain/price.h"

enum { CONTACT_MS = 60000 };

enum bx_look bx_limit_look(const struct bx_limit *limit, int64_t value)
{
    if (limit->at == 0 || value <= limit->at)
        return BX_LOOK_WITHIN;
    switch (limit->beyond) {
    case BX_BEYOND_WARN: return BX_LOOK_WARN;
    case BX_BEYOND_ASK: return BX_LOOK_ASK;
    case BX_BEYOND_BLOCK: return BX_LOOK_BLOCK;
    }
    bx_unreachable();
}

/* Keeps the harder of two answers, and its sentence. */
static void harder(enum bx_look *look, enum bx_look other, struct bx_fault *fault, const char *text)
{
    if (other <= *look)
        return;
    *look = other;
    bx_fault_say(fault, BX_ERR_REFUSED, "%s", text);
}

static int64_t seconds_since(const struct bx_till *till, bx_mono at, bx_utc or_at)
{
    int64_t us = (till->turn.mono.ns - at.ns) / 1000, by_wall = till->turn.utc.us - or_at.us;
    if (or_at.us != 0 && by_wall > us)
        us = by_wall;
    return us > 0 ? us / BX_SECOND_US : 0;
}

int64_t bx_limits_seconds(const struct bx_till *till)
{
    return seconds_since(till, till->link.offline_since, till->offline.since);
}

enum bx_look bx_limits_offline(const struct bx_till *till, const struct bx_desk *desk,
                               struct bx_fault *fault)
{
    const struct bx_limits *limits = &till->programme->limits;
    enum bx_look look = BX_LOOK_WITHIN;
    struct bx_totals totals = {0};
    char text[160], money[BX_MONEY_TEXT];
    if (bx_link_is_up(till) || till->link.online || till->training ||
        bx_basket_totals(&desk->basket, till->programme->tax_included, &totals))
        return look;
    int64_t minutes = bx_limits_seconds(till) / 60;
    bx_words_print(text, sizeof(text),
                   "Offline for %" PRId64 " minutes, more than the %" PRId64
                   " that this venue allows.",
                   minutes, limits->offline_minutes.at);
    harder(&look, bx_limit_look(&limits->offline_minutes, minutes), fault, text);
    minutes = seconds_since(till, till->link.last_good, till->contact.at) / 60;
    bx_words_print(text, sizeof(text), "The price list is %" PRId64 " minutes old.", minutes);
    harder(&look, bx_limit_look(&limits->offline_programme_minutes, minutes), fault, text);
    bx_words_print(text, sizeof(text), "%s is more than one sale may come to offline.",
                   bx_counter_money(till, totals.total, money));
    harder(&look, bx_limit_look(&limits->offline_sale, totals.total.minor), fault, text);
    int64_t sum = till->offline.total.minor + totals.total.minor;
    bx_words_print(text, sizeof(text), "With this sale %s were sold offline, more than allowed.",
                   bx_counter_money(till, bx_money_of(sum), money));
    harder(&look, bx_limit_look(&limits->offline_total, sum), fault, text);
    return look;
}

static bool is_allowed(unsigned bits, enum bx_tender_kind kind)
{
    if (bits == 0)
        bits = 1U << BX_TENDER_CASH | 1U << BX_TENDER_CARD;
    return bits >> kind & 1;
}

/* What a sale brings with it (an order's prepayment) needs no permission. */
int bx_limits_tender(const struct bx_till *till, enum bx_tender_kind kind, struct bx_fault *fault)
{
    const struct bx_limits *limits = &till->programme->limits;
    if (kind == BX_TENDER_PREPAID)
        return 0;
    if (!is_allowed(limits->tenders, kind))
        return bx_fault_say(fault, BX_ERR_REFUSED, "This venue does not take %s.",
                            bx_tender_word(kind));
    if (!till->link.online && !is_allowed(limits->offline_tenders, kind))
        return bx_fault_say(fault, BX_ERR_OFFLINE,
                            "Offline this till does not take %s. Choose another way to pay.",
                            bx_tender_word(kind));
    return 0;
}

void bx_limits_sold(struct bx_till *till, const struct bx_sale *sale)
{
    if (sale->offline && !sale->training)
        till->offline.total.minor += sale->totals.total.minor - sale->back_totals.total.minor;
}

void bx_limits_found(struct bx_till *till)
{
    till->offline = (struct bx_offline){0};
    till->contact.next = till->turn.mono;
}

/* --- over a restart -------------------------------------------------------------------------- */

static void look(struct bx_till *till, const struct bx_query *query)
{
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    effect->request = till->offline.request = bx_till_request(till);
    effect->of.query = *query;
}

void bx_limits_start(struct bx_till *till, const struct bx_journal_state *state)
{
    till->contact.at = state->contact;
    if (state->offline)
        look(till, &(struct bx_query){
                       .kind = BX_QUERY_KIND, .entry_kind = BX_KIND_OFFLINE_START, .limit = 1});
}

static void sold_look(struct bx_till *till)
{
    look(till, &(struct bx_query){
                   .kind = BX_QUERY_QUEUED, .from = till->offline.seq, .limit = BX_ROWS_MAX});
}

/* First when contact was lost, then all that was sold since, a page at a time. */
void bx_limits_rows(struct bx_till *till, const struct bx_event *event)
{
    size_t count = event->of.rows.count;
    bool began = till->offline.since.us == 0;
    struct bx_sale *sale = bx_new(struct bx_sale);
    till->offline.request = 0;
    for (size_t i = 0; i < count; i++) {
        const struct bx_row *row = &event->of.rows.rows[i];
        bool sells = row->head.kind == BX_KIND_SALE || row->head.kind == BX_KIND_EXCHANGE;
        till->offline.seq = row->head.seq;
        if (began)
            till->offline.since = row->head.at;
        else if (sells && !bx_sale_decode(row->body, row->len, sale, NULL))
            bx_limits_sold(till, sale);
    }
    bx_free(sale);
    if (count > 0 && (began || count == BX_ROWS_MAX))
        sold_look(till);
}

/* --- the last contact ------------------------------------------------------------------------- */

/* Only now and then: it is measured in minutes, and each note is a sync of the disk. */
void bx_limits_tick(struct bx_till *till)
{
    struct bx_contact_note *contact = &till->contact;
    int64_t ago_us = (till->turn.mono.ns - till->link.last_good.ns) / 1000;
    if (!till->link.online || contact->request || !bx_mono_is_due(till->turn.mono, contact->next))
        return;
    contact->at.us = till->turn.utc.us - ago_us;
    contact->next = bx_mono_plus_ms(till->turn.mono, CONTACT_MS);
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_NOTE);
    effect->request = contact->request = bx_till_request(till);
    effect->of.note.contact = contact->at;
    effect->of.note.reoffer_above = -1;
}

bool bx_limits_stored(struct bx_till *till, const struct bx_event *event)
{
    if (event->of.stored.request != till->contact.request)
        return false;
    till->contact.request = 0;
    return true;
}
