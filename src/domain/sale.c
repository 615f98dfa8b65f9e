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
#include "body.h"
#include "words.h"

static const char *const tender_words[] = {
    [BX_TENDER_CASH] = "cash",     [BX_TENDER_CARD] = "card",       [BX_TENDER_VOUCHER] = "voucher",
    [BX_TENDER_STORED] = "stored", [BX_TENDER_ACCOUNT] = "account", [BX_TENDER_PREPAID] = "prepaid",
};

BX_WORDS_DEFINE(enum bx_tender_kind, tender_words, bx_tender_word, bx_tender_parse)

static void taxes_put(struct bx_json_writer *writer, const struct bx_totals *totals)
{
    bx_json_array_open(writer, "taxes");
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

static void tenders_put(struct bx_json_writer *writer, const struct bx_sale *sale)
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

int bx_sale_encode(const struct bx_entry_head *head, const struct bx_sale *sale, struct bx_buf *out)
{
    bx_assert(head->kind == BX_KIND_SALE && bx_id_equal(&head->id, &sale->basket.id));
    struct bx_json_writer writer;
    size_t from = out->len;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_head_put(&writer, 1, head);
    bx_json_put_string(&writer, "currency", sale->currency);
    bx_json_put_int(&writer, "exponent", sale->exponent);
    bx_json_put_bool(&writer, "tax_included", sale->tax_included);
    bx_json_put_int(&writer, "programme", sale->programme);
    bx_json_put_bool(&writer, "offline", sale->offline);
    bx_lines_put(&writer, &sale->basket);
    bx_json_put_int(&writer, "total", sale->totals.total.minor);
    taxes_put(&writer, &sale->totals);
    bx_json_put_int(&writer, "rounding", sale->rounding.minor);
    tenders_put(&writer, sale);
    uses_put(&writer, sale);
    tickets_put(&writer, sale);
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
    struct bx_sale *sale = arg;
    static const char *const names[] = {"ppm", "gross", "net", "tax", NULL};
    struct bx_tax *tax = &sale->totals.rates[at];
    tax->ppm = (int)bx_json_int(reader, "ppm", 0, BX_PPM_MAX);
    tax->gross.minor = bx_json_int(reader, "gross", 0, BX_MONEY_MAX);
    tax->net.minor = bx_json_int(reader, "net", 0, BX_MONEY_MAX);
    tax->tax.minor = bx_json_int(reader, "tax", 0, BX_MONEY_MAX);
    bx_json_only(reader, names);
}

static void tender_read(void *arg, struct bx_json_reader *reader, size_t at)
{
    struct bx_sale *sale = arg;
    static const char *const names[] = {"kind", "amount", "received", "change", "reference", NULL};
    struct bx_tender *tender = &sale->tenders[at];
    char word[17];
    bx_json_string(reader, "kind", sizeof(word) - 1, word, sizeof(word));
    if (!reader->err && bx_tender_parse(word, &tender->kind))
        bx_json_fault(reader, "\"kind\" is not known");
    tender->amount.minor = bx_json_int(reader, "amount", 0, BX_MONEY_MAX);
    tender->received.minor = bx_json_int(reader, "received", 0, BX_MONEY_MAX);
    tender->change.minor = bx_json_int(reader, "change", 0, BX_MONEY_MAX);
    bx_json_string_or(reader, "reference", 40, tender->reference, sizeof(tender->reference), "");
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

static void parts_read(struct bx_json_reader *root, struct bx_sale *sale)
{
    bx_lines_read(root, &sale->basket);
    struct bx_totals *totals = &sale->totals;
    for (int i = 0; i < sale->basket.count; i++) {
        const struct bx_line *line = &sale->basket.lines[i];
        totals->persons += line->persons * line->quantity;
        totals->tickets += bx_slug_is_none(&line->class) ? 0 : line->quantity;
    }
    totals->total.minor = bx_json_int(root, "total", 0, BX_MONEY_MAX);
    totals->rate_count = list_read(root, "taxes", "sale, taxes", BX_RATES_MAX, sale, tax_read);
    sale->rounding.minor = bx_json_int(root, "rounding", -BX_MONEY_MAX, BX_MONEY_MAX);
    sale->tender_count =
        list_read(root, "tenders", "sale, tenders", BX_TENDERS_MAX, sale, tender_read);
    sale->use_count = list_read(root, "uses", "sale, uses", BX_USES_MAX, sale, use_read);
    sale->ticket_count =
        list_read(root, "tickets", "sale, tickets", BX_TICKETS_MAX, sale, ticket_read);
}

int bx_sale_read(const char *body, size_t len, struct bx_entry_head *ret_head, struct bx_sale *ret,
                 struct bx_fault *fault)
{
    static const char *const names[] = {
        BX_HEAD_NAMES, "currency", "exponent", "tax_included", "programme", "offline", "lines",
        "total",       "taxes",    "rounding", "tenders",      "uses",      "tickets", NULL};
    bx_body_auto state;
    struct bx_entry_head head;
    int err = bx_body_open(&state, body, len, "sale", fault);
    if (err || (err = bx_head_read(&state, &head)))
        return err;
    struct bx_json_reader *root = &state.root;
    if (head.kind != BX_KIND_SALE || !head.number[0])
        bx_json_fault(root, "this is no sale with a number");
    bx_json_only(root, names);
    struct bx_sale sale = {.basket.id = head.id};
    money_read(root, &sale);
    parts_read(root, &sale);
    if (root->err)
        return root->err;
    bx_buf_auto spelled;
    bx_buf_init(&spelled, BX_BODY_MAX);
    err = bx_body_same(&state, bx_sale_encode(&head, &sale, &spelled), &spelled, body, len);
    if (err)
        return err;
    *ret_head = head;
    *ret = sale;
    return 0;
}

int bx_sale_decode(const char *body, size_t len, struct bx_sale *ret, struct bx_fault *fault)
{
    struct bx_entry_head head;
    return bx_sale_read(body, len, &head, ret, fault);
}
