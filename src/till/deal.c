/* SPDX-License-Identifier: Apache-2.0 */
/* What an open sale carries beside its lines: who it is for, on whose account, who allowed what.
 * It lives and dies with the basket, goes through undo with it, and into the draft beside it. */

#include "core.h"

#include <string.h>

#include "boxtill/base/json.h"
#include "boxtill/base/text.h"

enum { DEAL_BYTES = 16384 };

const struct bx_warrant *bx_deal_warrant(const struct bx_deal *deal, const char *what)
{
    for (int i = 0; i < deal->warrant_count; i++)
        if (strcmp(deal->warrants[i].what.s, what) == 0)
            return &deal->warrants[i];
    return NULL;
}

int bx_deal_allow(struct bx_deal *deal, const struct bx_warrant *warrant, struct bx_fault *fault)
{
    for (int i = 0; i < deal->warrant_count; i++) {
        if (!bx_slug_equal(&deal->warrants[i].what, &warrant->what) ||
            !bx_slug_equal(&deal->warrants[i].reason, &warrant->reason))
            continue;
        deal->warrants[i] = *warrant;
        return 0;
    }
    if (deal->warrant_count == BX_WARRANTS_MAX)
        return bx_fault_say(fault, BX_ERR_FULL,
                            "This sale holds as many approvals as it can. Finish it first.");
    deal->warrants[deal->warrant_count++] = *warrant;
    return 0;
}

int64_t bx_deal_held(const struct bx_deal *deal, const struct bx_slug *pool)
{
    for (int i = 0; i < deal->held_count; i++)
        if (bx_slug_equal(&deal->held[i].pool, pool))
            return deal->held[i].places;
    return 0;
}

int64_t bx_deal_need(const struct bx_till *till, const struct bx_deal *deal,
                     const struct bx_basket *basket, const struct bx_slug *pool)
{
    if (till->training || bx_slug_is_none(pool))
        return 0;
    int64_t need = bx_basket_places(basket, pool) - bx_deal_held(deal, pool);
    return need > 0 ? need : 0;
}

/* Is there still a line that the warrant speaks of? */
static bool is_used(const struct bx_warrant *warrant, const struct bx_basket *basket)
{
    bool discount = strcmp(warrant->what.s, "discount") == 0;
    bool price = strcmp(warrant->what.s, "price") == 0;
    if (!discount && !price)
        return true;
    for (int i = 0; i < basket->count; i++) {
        const struct bx_line *line = &basket->lines[i];
        if (discount ? line->off.minor > 0 : line->fixed && !bx_slug_is_none(&line->why))
            return true;
    }
    return false;
}

void bx_deal_put(const struct bx_till *till, const struct bx_deal *deal, struct bx_sale *sale)
{
    sale->order = deal->order;
    sale->account = deal->account;
    sale->member = deal->member;
    sale->origin = deal->origin;
    sale->persons_booked = deal->persons_booked;
    sale->corrections = deal->corrections;
    sale->training = till->training;
    for (int i = 0; i < deal->warrant_count; i++)
        if (is_used(&deal->warrants[i], &sale->basket))
            sale->warrants[sale->warrant_count++] = deal->warrants[i];
}

/* --- as text ---------------------------------------------------------------------------------- */

static void warrants_put(struct bx_json_writer *writer, const struct bx_deal *deal)
{
    bx_json_array_open(writer, "warrants");
    for (int i = 0; i < deal->warrant_count; i++) {
        const struct bx_warrant *warrant = &deal->warrants[i];
        bx_json_object_open(writer, NULL);
        bx_json_put_string(writer, "what", warrant->what.s);
        bx_json_put_string(writer, "reason", warrant->reason.s);
        bx_json_put_string(writer, "note", warrant->note);
        bx_json_put_int(writer, "approver", warrant->approver);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
}

void bx_deal_encode(const struct bx_deal *deal, const char *name, struct bx_buf *out)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_string(&writer, "name", name);
    bx_json_put_string(&writer, "member", deal->member.s);
    bx_json_put_string(&writer, "proof", deal->proof.s);
    bx_json_put_int(&writer, "guests", deal->guests);
    bx_json_put_bool(&writer, "declined", deal->declined);
    bx_json_put_string(&writer, "account", deal->account.s);
    bx_json_put_string(&writer, "origin", deal->origin.s);
    bx_json_put_bool(&writer, "origin_asked", deal->origin_asked);
    bx_json_put_bool(&writer, "invoice", deal->invoice);
    if (!bx_id_is_zero(&deal->order))
        bx_json_put_id(&writer, "order", &deal->order);
    bx_json_put_string(&writer, "order_ref", deal->order_ref);
    bx_json_put_int(&writer, "booked", deal->persons_booked);
    bx_json_put_int(&writer, "prepaid", deal->prepaid.minor);
    bx_json_put_int(&writer, "corrections", deal->corrections);
    bx_json_array_open(&writer, "held");
    for (int i = 0; i < deal->held_count; i++) {
        bx_json_object_open(&writer, NULL);
        bx_json_put_string(&writer, "pool", deal->held[i].pool.s);
        bx_json_put_int(&writer, "places", deal->held[i].places);
        bx_json_object_close(&writer);
    }
    bx_json_array_close(&writer);
    warrants_put(&writer, deal);
    if (deal->exchange[0])
        bx_json_put_string(&writer, "exchange", deal->exchange);
    bx_json_object_close(&writer);
}

static void slug_read(struct bx_json_reader *reader, const char *name, struct bx_slug *ret)
{
    bx_json_string_or(reader, name, BX_SLUG_SIZE - 1, ret->s, sizeof(ret->s), "");
}

static void held_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    struct bx_deal *deal = arg;
    slug_read(reader, "pool", &deal->held[at].pool);
    deal->held[at].places = bx_json_int(reader, "places", 0, 1000000);
    deal->held_count = (int)at + 1;
}

static void warrant_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    struct bx_deal *deal = arg;
    struct bx_warrant *warrant = &deal->warrants[at];
    slug_read(reader, "what", &warrant->what);
    slug_read(reader, "reason", &warrant->reason);
    bx_json_string_or(reader, "note", BX_NAME_COLUMNS, warrant->note, sizeof(warrant->note), "");
    warrant->approver = bx_json_int(reader, "approver", 0, 9999);
    deal->warrant_count = (int)at + 1;
}

int bx_deal_decode(const char *json, size_t len, struct bx_deal *ret, char name[BX_NAME_SIZE],
                   struct bx_fault *fault)
{
    struct bx_fault own = {0};
    struct bx_json_reader reader;
    struct bx_deal deal = {0};
    struct bx_json_doc *doc bx_cleanup(bx_json_destroy) =
        bx_json_parse(json, len, DEAL_BYTES, &own);
    if (!doc || !bx_json_is_object(bx_json_root(doc)))
        return bx_fault_set(fault, BX_ERR_INPUT, "What is kept of a sale cannot be read.", "%s",
                            own.detail);
    bx_json_read(&reader, bx_json_root(doc), "deal", &own);
    bx_json_string_or(&reader, "name", BX_NAME_COLUMNS, name, BX_NAME_SIZE, "");
    slug_read(&reader, "member", &deal.member);
    slug_read(&reader, "proof", &deal.proof);
    deal.guests = (int)bx_json_int(&reader, "guests", 0, 99);
    deal.declined = bx_json_bool_or(&reader, "declined", false);
    slug_read(&reader, "account", &deal.account);
    slug_read(&reader, "origin", &deal.origin);
    deal.origin_asked = bx_json_bool_or(&reader, "origin_asked", false);
    deal.invoice = bx_json_bool_or(&reader, "invoice", false);
    if (bx_json_get(reader.object, "order"))
        bx_json_id(&reader, "order", &deal.order);
    bx_json_string_or(&reader, "order_ref", sizeof(deal.order_ref) - 1, deal.order_ref,
                      sizeof(deal.order_ref), "");
    deal.persons_booked = bx_json_int(&reader, "booked", 0, 1000000);
    deal.prepaid = bx_money_of(bx_json_int(&reader, "prepaid", 0, BX_MONEY_MAX));
    deal.corrections = bx_json_int(&reader, "corrections", 0, 1000000000);
    bx_json_each(&reader, bx_json_array(&reader, "held", BX_ORDER_LINES_MAX), "place", held_read,
                 &deal);
    bx_json_each(&reader, bx_json_array(&reader, "warrants", BX_WARRANTS_MAX), "warrant",
                 warrant_read, &deal);
    bx_json_string_or(&reader, "exchange", BX_NUMBER_SIZE - 1, deal.exchange, sizeof(deal.exchange),
                      "");
    if (reader.err)
        return bx_fault_set(fault, reader.err, own.say, "%s", own.detail);
    *ret = deal;
    return 0;
}
