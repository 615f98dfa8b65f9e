/* SPDX-License-Identifier: Apache-2.0 */
/* The body of a sale: the one document that money, places, tickets and reports follow from. It is
 * whole in itself, names and prices included, so that it can be printed again, booked and audited
 * when the programme it was sold from is long gone. The format stands in entry.c.
 *
 * The sums are stored and not computed again at reading: what the customer was charged is a fact,
 * even if it was charged wrongly. bx_sale_check() says whether it was. */

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/cash.h"
#include "body.h"
#include "words.h"

static const char *const tender_words[] = {
    [BX_TENDER_CASH] = "cash",     [BX_TENDER_CARD] = "card",       [BX_TENDER_VOUCHER] = "voucher",
    [BX_TENDER_STORED] = "stored", [BX_TENDER_ACCOUNT] = "account", [BX_TENDER_PREPAID] = "prepaid",
};

BX_WORDS_DEFINE(enum bx_tender_kind, tender_words, bx_tender_word, bx_tender_parse)

static void taxes_put(struct bx_json_writer *writer, const char *name,
                      const struct bx_totals *totals)
{
    bx_json_array_open(writer, name);
    for (int i = 0; i < totals->rate_count; i++) {
        const struct bx_tax *tax = &totals->rates[i];
        bx_json_object_open(writer, NULL);
        bx_json_put_int(writer, "ppm", tax->ppm);
        bx_json_put_int(writer, "gross", tax->gross.minor);
        bx_json_put_int(writer, "net", tax->net.minor);
        bx_json_put_int(writer, "tax", tax->tax.minor);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
}

static void tenders_put(struct bx_json_writer *writer, int v, const struct bx_sale *sale)
{
    bx_json_array_open(writer, "tenders");
    for (int i = 0; i < sale->tender_count; i++) {
        const struct bx_tender *tender = &sale->tenders[i];
        bx_json_object_open(writer, NULL);
        bx_json_put_string(writer, "kind", bx_tender_word(tender->kind));
        bx_json_put_int(writer, "amount", tender->amount.minor);
        bx_json_put_int(writer, "received", tender->received.minor);
        bx_json_put_int(writer, "change", tender->change.minor);
        bx_json_put_string(writer, "reference", tender->reference);
        if (v > 1)
            bx_id_put_or_empty(writer, "attempt", &tender->attempt);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
}

static void uses_put(struct bx_json_writer *writer, const struct bx_sale *sale)
{
    bx_json_array_open(writer, "uses");
    for (int i = 0; i < sale->use_count; i++) {
        const struct bx_lease_use *use = &sale->uses[i];
        bx_json_object_open(writer, NULL);
        bx_json_put_string(writer, "pool", use->pool.s);
        bx_json_put_int(writer, "r", use->r);
        bx_json_put_int(writer, "before", use->before);
        bx_json_put_int(writer, "q", use->q);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
}

static void tickets_put(struct bx_json_writer *writer, const struct bx_sale *sale)
{
    bx_json_array_open(writer, "tickets");
    for (int i = 0; i < sale->ticket_count; i++) {
        const struct bx_ticket *ticket = &sale->tickets[i];
        bx_json_object_open(writer, NULL);
        bx_json_put_string(writer, "code", ticket->code.s);
        bx_json_put_int(writer, "line", ticket->line);
        bx_json_put_int(writer, "nth", ticket->nth);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
}

static void circumstances_put(struct bx_json_writer *writer, const struct bx_sale *sale)
{
    bx_json_put_bool(writer, "training", sale->training);
    bx_id_put_or_empty(writer, "of", &sale->of);
    bx_id_put_or_empty(writer, "order", &sale->order);
    bx_json_put_string(writer, "account", sale->account.s);
    bx_json_put_string(writer, "member", sale->member.s);
    bx_json_put_string(writer, "origin", sale->origin.s);
    bx_json_put_int(writer, "persons_booked", sale->persons_booked);
    bx_json_put_int(writer, "corrections", sale->corrections);
    bx_json_put_int(writer, "drawer", sale->drawer ? sale->drawer : 1);
}

static void places_put(struct bx_json_writer *writer, const char *name, const int *places,
                       int count)
{
    bx_json_array_open(writer, name);
    for (int i = 0; i < count; i++)
        bx_json_put_int(writer, NULL, places[i]);
    bx_json_array_close(writer);
}

static void back_put(struct bx_json_writer *writer, const struct bx_sale *sale)
{
    bx_lines_put(writer, 2, "back", &sale->back);
    places_put(writer, "back_lines", sale->back_lines, sale->back.count);
    bx_json_put_int(writer, "back_total", sale->back_totals.total.minor);
    bx_json_put_int(writer, "back_outside", sale->back_totals.outside.minor);
    taxes_put(writer, "back_taxes", &sale->back_totals);
    places_put(writer, "back_tickets", sale->back_tickets, sale->back_ticket_count);
}

static void warrants_put(struct bx_json_writer *writer, const struct bx_sale *sale)
{
    bx_json_array_open(writer, "warrants");
    for (int i = 0; i < sale->warrant_count; i++)
        bx_warrant_put(writer, NULL, &sale->warrants[i]);
    bx_json_array_close(writer);
}

int bx_sale_encode(const struct bx_entry_head *head, const struct bx_sale *sale, struct bx_buf *out)
{
    int v = sale->v == 1 ? 1 : 2;
    bx_assert(bx_kind_shape(head->kind) == BX_SHAPE_SALE &&
              bx_id_equal(&head->id, &sale->basket.id));
    bx_assert(v > 1 || head->kind == BX_KIND_SALE);
    struct bx_json_writer writer;
    size_t from = out->len;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_head_put(&writer, v, head);
    bx_json_put_string(&writer, "currency", sale->currency);
    bx_json_put_int(&writer, "exponent", sale->exponent);
    bx_json_put_bool(&writer, "tax_included", sale->tax_included);
    bx_json_put_int(&writer, "programme", sale->programme);
    bx_json_put_bool(&writer, "offline", sale->offline);
    if (v > 1)
        circumstances_put(&writer, sale);
    bx_lines_put(&writer, v, "lines", &sale->basket);
    bx_json_put_int(&writer, "total", sale->totals.total.minor);
    if (v > 1)
        bx_json_put_int(&writer, "outside", sale->totals.outside.minor);
    taxes_put(&writer, "taxes", &sale->totals);
    if (v > 1)
        back_put(&writer, sale);
    bx_json_put_int(&writer, "rounding", sale->rounding.minor);
    tenders_put(&writer, v, sale);
    uses_put(&writer, sale);
    tickets_put(&writer, sale);
    if (v > 1)
        warrants_put(&writer, sale);
    bx_json_object_close(&writer);
    return out->full || out->len - from > BX_BODY_MAX ? BX_ERR_FULL : 0;
}

static int list_read(struct bx_json_reader *root, const char *name, const char *what, size_t max,
                     struct bx_sale *sale, bx_json_read_element read)
{
    return (int)bx_json_each(root, bx_json_array(root, name, max), what, read, sale);
}

static void tax_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    struct bx_totals *totals = arg;
    static const char *const names[] = {"ppm", "gross", "net", "tax", NULL};
    struct bx_tax *tax = &totals->rates[at];
    tax->ppm = (int)bx_json_int(reader, "ppm", 0, BX_PPM_MAX);
    tax->gross.minor = bx_json_int(reader, "gross", 0, BX_MONEY_MAX);
    tax->net.minor = bx_json_int(reader, "net", 0, BX_MONEY_MAX);
    tax->tax.minor = bx_json_int(reader, "tax", 0, BX_MONEY_MAX);
    bx_json_only(reader, names);
}

static void tender_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    struct bx_sale *sale = arg;
    static const char *const names[] = {"kind",      "amount",  "received", "change",
                                        "reference", "attempt", NULL};
    int64_t least = sale->v == 1 ? 0 : -BX_MONEY_MAX;
    struct bx_tender *tender = &sale->tenders[at];
    char word[17];
    bx_json_string(reader, "kind", sizeof(word) - 1, word, sizeof(word));
    if (!reader->err && bx_tender_parse(word, &tender->kind))
        bx_json_fault(reader, "\"kind\" is not known");
    tender->amount.minor = bx_json_int(reader, "amount", least, BX_MONEY_MAX);
    tender->received.minor = bx_json_int(reader, "received", least, BX_MONEY_MAX);
    tender->change.minor = bx_json_int(reader, "change", 0, BX_MONEY_MAX);
    bx_json_string_or(reader, "reference", 40, tender->reference, sizeof(tender->reference), "");
    if (sale->v > 1)
        bx_id_read_or_empty(reader, "attempt", &tender->attempt);
    bx_json_only(reader, names);
}

static void use_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    struct bx_sale *sale = arg;
    static const char *const names[] = {"pool", "r", "before", "q", NULL};
    struct bx_lease_use *use = &sale->uses[at];
    bx_slug_read(reader, "pool", &use->pool);
    use->r = bx_json_int(reader, "r", 1, BX_MONEY_MAX);
    use->before = bx_json_int(reader, "before", 0, BX_MONEY_MAX);
    use->q = bx_json_int(reader, "q", 1, BX_MONEY_MAX);
    bx_json_only(reader, names);
}

static void ticket_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    struct bx_sale *sale = arg;
    static const char *const names[] = {"code", "line", "nth", NULL};
    struct bx_ticket *ticket = &sale->tickets[at];
    bx_code_read_or_empty(reader, "code", &ticket->code);
    if (!ticket->code.s[0])
        bx_json_fault(reader, "\"code\" is empty");
    ticket->line = (int)bx_json_int(reader, "line", 0, BX_LINES_MAX - 1);
    ticket->nth = (int)bx_json_int(reader, "nth", 1, BX_QUANTITY_MAX);
    bx_json_only(reader, names);
}

static void money_read(struct bx_json_reader *root, struct bx_sale *sale)
{
    bx_json_string(root, "currency", 3, sale->currency, sizeof(sale->currency));
    if (!root->err && strspn(sale->currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
        bx_json_fault(root, "\"currency\" is not three capital letters");
    sale->exponent = (int)bx_json_int(root, "exponent", 0, 3);
    if (sale->exponent == 1)
        bx_json_fault(root, "\"exponent\" is not 0, 2 or 3");
    sale->tax_included = bx_bool_read(root, "tax_included");
    sale->programme = bx_json_int(root, "programme", 0, BX_MONEY_MAX);
    sale->offline = bx_bool_read(root, "offline");
}

static void circumstances_read(struct bx_json_reader *root, struct bx_sale *sale)
{
    sale->training = bx_bool_read(root, "training");
    bx_id_read_or_empty(root, "of", &sale->of);
    bx_id_read_or_empty(root, "order", &sale->order);
    bx_slug_read_or_empty(root, "account", &sale->account);
    bx_slug_read_or_empty(root, "member", &sale->member);
    bx_slug_read_or_empty(root, "origin", &sale->origin);
    sale->persons_booked = bx_json_int(root, "persons_booked", 0, BX_MONEY_MAX);
    sale->corrections = bx_json_int(root, "corrections", 0, BX_MONEY_MAX);
    sale->drawer = (int)bx_json_int(root, "drawer", 1, BX_DRAWERS_MAX);
}

/* The heads and tickets do not stand in a body: they follow from its lines. */
static void heads_count(const struct bx_basket *basket, struct bx_totals *totals)
{
    for (int i = 0; i < basket->count; i++) {
        totals->persons += basket->lines[i].persons * basket->lines[i].quantity;
        totals->tickets += bx_line_tickets(&basket->lines[i]);
    }
}

/* Places in a list of the corrected document, below MAX and ascending; returns how many. */
static int places_read(struct bx_json_reader *root, const char *name, int max, int *ret)
{
    int64_t last = -1;
    int count = 0;
    bx_json *list = bx_json_array(root, name, (size_t)max);
    for (bx_json *at = list ? bx_json_first(list) : NULL; at && !root->err; at = bx_json_next(at)) {
        int64_t place = bx_json_is_integer(at) ? bx_json_integer(at) : -1;
        if (place <= last || place >= max)
            bx_json_fault(root, "\"%s\" are not places, ascending", name);
        ret[count++] = (int)place;
        last = place;
    }
    return count;
}

static void back_read(struct bx_json_reader *root, struct bx_sale *sale)
{
    struct bx_totals *totals = &sale->back_totals;
    bx_lines_read(root, 2, "back", &sale->back);
    if (places_read(root, "back_lines", BX_LINES_MAX, sale->back_lines) != sale->back.count)
        bx_json_fault(root, "\"back_lines\" are not one for each line");
    heads_count(&sale->back, totals);
    totals->total.minor = bx_json_int(root, "back_total", 0, BX_MONEY_MAX);
    totals->outside.minor = bx_json_int(root, "back_outside", 0, BX_MONEY_MAX);
    totals->rate_count = (int)bx_json_each(root, bx_json_array(root, "back_taxes", BX_RATES_MAX),
                                           "sale, back_taxes", tax_read, totals);
    sale->back_ticket_count = places_read(root, "back_tickets", BX_TICKETS_MAX, sale->back_tickets);
}

static void warrant_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    struct bx_sale *sale = arg;
    bx_warrant_read(reader, &sale->warrants[at]);
}

static void parts_read(struct bx_json_reader *root, struct bx_sale *sale)
{
    struct bx_totals *totals = &sale->totals;
    bx_lines_read(root, sale->v, "lines", &sale->basket);
    heads_count(&sale->basket, totals);
    totals->total.minor = bx_json_int(root, "total", 0, BX_MONEY_MAX);
    if (sale->v > 1)
        totals->outside.minor = bx_json_int(root, "outside", 0, BX_MONEY_MAX);
    totals->rate_count = (int)bx_json_each(root, bx_json_array(root, "taxes", BX_RATES_MAX),
                                           "sale, taxes", tax_read, totals);
    if (sale->v > 1)
        back_read(root, sale);
    sale->rounding.minor = bx_json_int(root, "rounding", -BX_MONEY_MAX, BX_MONEY_MAX);
    sale->tender_count =
        list_read(root, "tenders", "sale, tenders", BX_TENDERS_MAX, sale, tender_read);
    sale->use_count = list_read(root, "uses", "sale, uses", BX_USES_MAX, sale, use_read);
    sale->ticket_count =
        list_read(root, "tickets", "sale, tickets", BX_TICKETS_MAX, sale, ticket_read);
    if (sale->v > 1)
        sale->warrant_count =
            list_read(root, "warrants", "sale, warrants", BX_WARRANTS_MAX, sale, warrant_read);
}

/* What a document of each kind must and must not hold. */
static void kind_check(struct bx_json_reader *root, const struct bx_entry_head *head,
                       const struct bx_sale *sale)
{
    if (root->err)
        return;
    if (!bx_number_is(head->till, bx_series_of(head->kind, sale->training), head->number))
        bx_json_fault(root, "this %s has no number of its own", bx_kind_word(head->kind));
    bool corrects = head->kind != BX_KIND_SALE;
    bool sells = head->kind == BX_KIND_SALE || head->kind == BX_KIND_EXCHANGE;
    if (corrects == bx_id_is_zero(&sale->of) || corrects != (sale->back.count > 0))
        bx_json_fault(root, "what a %s takes back, or of what, is not there",
                      bx_kind_word(head->kind));
    if (!sells && sale->basket.count > 0)
        bx_json_fault(root, "a %s sells nothing", bx_kind_word(head->kind));
}

/* The names that only version 2 has come last; version 1 does without them. */
static const char *const *names_of(int v)
{
    static const char *const names[] = {
        BX_HEAD_NAMES,    "currency",     "exponent",   "tax_included",
        "programme",      "offline",      "lines",      "total",
        "taxes",          "rounding",     "tenders",    "uses",
        "tickets",        "training",     "of",         "order",
        "account",        "member",       "origin",     "drawer",
        "persons_booked", "corrections",  "outside",    "back",
        "back_total",     "back_outside", "back_taxes", "back_lines",
        "back_tickets",   "warrants",     NULL};
    static const char *const first[] = {
        BX_HEAD_NAMES, "currency", "exponent", "tax_included", "programme", "offline", "lines",
        "total",       "taxes",    "rounding", "tenders",      "uses",      "tickets", NULL};
    return v == 1 ? first : names;
}

static int sale_read(struct bx_body *state, const char *body, size_t len,
                     struct bx_entry_head *ret_head, struct bx_sale *sale)
{
    int err = bx_head_read(state, ret_head);
    if (err)
        return err;
    struct bx_json_reader *root = &state->root;
    if (bx_kind_shape(ret_head->kind) != BX_SHAPE_SALE)
        bx_json_fault(root, "a %s is no sale", bx_kind_word(ret_head->kind));
    bx_json_only(root, names_of(state->v));
    *sale = (struct bx_sale){.v = state->v, .basket.id = ret_head->id};
    money_read(root, sale);
    if (sale->v > 1)
        circumstances_read(root, sale);
    parts_read(root, sale);
    kind_check(root, ret_head, sale);
    if (root->err)
        return root->err;
    bx_buf_auto spelled;
    bx_buf_init(&spelled, BX_BODY_MAX);
    return bx_body_same(state, bx_sale_encode(ret_head, sale, &spelled), &spelled, body, len);
}

int bx_sale_read(const char *body, size_t len, struct bx_entry_head *ret_head, struct bx_sale *ret,
                 struct bx_fault *fault)
{
    bx_body_auto state;
    struct bx_entry_head head = {0};
    int err = bx_body_open(&state, body, len, "sale", fault);
    if (err)
        return err;
    struct bx_sale *sale = bx_new(struct bx_sale);
    err = sale_read(&state, body, len, &head, sale);
    if (!err) {
        *ret_head = head;
        *ret = *sale;
    }
    bx_free(sale);
    return err;
}

int bx_sale_decode(const char *body, size_t len, struct bx_sale *ret, struct bx_fault *fault)
{
    struct bx_entry_head head;
    return bx_sale_read(body, len, &head, ret, fault);
}
