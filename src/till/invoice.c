/* SPDX-License-Identifier: Apache-2.0 */
/* An invoice for a sale: one, on request, with a number of its own series. The entry names the sale
 * and a person; who that is (name, address, tax number) is stored beside the journal, sealed, and
 * can be erased when its time has come, while number, sale and totals stay. The person is stored
 * first: an invoice whose buyer is not on disk is none. */

#include "screens.h"

#include <string.h>

#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "command.h"

enum { KEPT_DAYS = 3653, DAY_S = 86400 };

static int check(const struct bx_till *till, const struct bx_case *one, struct bx_fault *fault)
{
    const char *number = one->row.head.number;
    if (!bx_case_is_ready(one))
        return bx_fault_say(fault, BX_ERR_BUSY, "What became of %s is being read: one moment.",
                            number);
    if (one->foreign)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s was sold at till %d: its invoice is there.",
                            number, (int)one->row.head.till);
    if (one->row.head.kind != BX_KIND_SALE && one->row.head.kind != BX_KIND_EXCHANGE)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s took something back: it has no invoice.",
                            number);
    if (one->sale.training)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s is a sale of training: no money moved.",
                            number);
    if (one->invoices > 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s has its invoice already.", number);
    if (bx_remains_is_empty(&one->remains))
        return bx_fault_say(fault, BX_ERR_REFUSED, "All of %s was taken back.", number);
    return till->invoicing.request
               ? bx_fault_say(fault, BX_ERR_BUSY, "Another invoice is being made: one moment.")
               : 0;
}

static void person_store(struct bx_till *till, const struct bx_buyer *buyer)
{
    struct bx_json_writer writer;
    bx_buf_auto json;
    bx_buf_init(&json, BX_PERSON_MAX);
    bx_json_write(&writer, &json);
    bx_json_object_open(&writer, NULL);
    bx_json_put_string(&writer, "name", buyer->name);
    bx_json_put_string(&writer, "street", buyer->street);
    bx_json_put_string(&writer, "town", buyer->town);
    bx_json_put_string(&writer, "tax", buyer->tax);
    bx_json_object_close(&writer);
    struct bx_person_note note = {
        .id = till->invoicing.person,
        .bytes = bx_effects_hold(till->out, bx_buf_text(&json), json.len),
        .len = json.len,
        .until = {till->turn.utc.us + (int64_t)KEPT_DAYS * DAY_S * BX_SECOND_US}};
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_NOTE);
    effect->request = till->invoicing.request = bx_till_request(till);
    effect->of.note.reoffer_above = -1;
    effect->of.note.persons = bx_effects_hold(till->out, &note, sizeof(note));
    effect->of.note.person_count = 1;
}

int bx_buyer_read(const char *json, size_t len, struct bx_buyer *ret, struct bx_fault *fault)
{
    struct bx_json_reader reader;
    struct bx_buyer buyer;
    struct bx_fault unwanted = {0};
    if (!fault)
        fault = &unwanted;
    struct bx_json_doc *doc bx_cleanup(bx_json_destroy) =
        bx_json_parse(json, len, BX_PERSON_MAX, fault);
    if (!doc)
        return BX_ERR_INPUT;
    bx_json_read(&reader, bx_json_root(doc), "person", fault);
    bx_json_string_or(&reader, "name", BX_NAME_COLUMNS, buyer.name, sizeof(buyer.name), "");
    bx_json_string_or(&reader, "street", BX_NAME_COLUMNS, buyer.street, sizeof(buyer.street), "");
    bx_json_string_or(&reader, "town", BX_NAME_COLUMNS, buyer.town, sizeof(buyer.town), "");
    bx_json_string_or(&reader, "tax", BX_NAME_COLUMNS, buyer.tax, sizeof(buyer.tax), "");
    if (!reader.err)
        *ret = buyer;
    return reader.err;
}

int bx_invoice_ask(struct bx_till *till, bx_origin origin, struct bx_case *one,
                   const struct bx_buyer *buyer, struct bx_fault *fault)
{
    int err = bx_may_act(till, fault);
    if (!err)
        err = check(till, one, fault);
    if (err)
        return err;
    till->invoicing = (struct bx_invoicing){
        .origin = origin, .sale = one->row.head.id, .person = bx_till_id(till)};
    person_store(till, buyer);
    return 0;
}

static void made(struct bx_till *till, const struct bx_intent *intent,
                 const struct bx_entry_head *head, const struct bx_ref *ref,
                 const struct bx_fault *fault)
{
    (void)ref;
    if (fault)
        bx_refused(till, intent->origin, fault);
    else
        bx_told(till, intent->origin, BX_TONE_GOOD, "Invoice %s.", head->number);
}

void bx_invoice_stored(struct bx_till *till, const struct bx_event *event)
{
    struct bx_invoicing invoicing = till->invoicing;
    till->invoicing = (struct bx_invoicing){0};
    if (event->of.stored.outcome != BX_DONE) {
        bx_refused(till, invoicing.origin, &event->of.stored.fault);
        return;
    }
    struct bx_intent intent = {.kind = BX_KIND_INVOICE, .origin = invoicing.origin, .after = made};
    intent.invoice = bx_new(struct bx_invoice_entry);
    *intent.invoice = (struct bx_invoice_entry){.sale = invoicing.sale, .person = invoicing.person};
    bx_papers_want(&intent, BX_JOB_SLIP);
    bx_commit_push(till, &intent);
}

/* --- on the screen ------------------------------------------------------------------------------
 */

enum { BUYER_NAME, BUYER_STREET, BUYER_TOWN, BUYER_TAX };

static void buyer_fields(struct bx_till *till, struct bx_form *form)
{
    bx_form_text(form, bx_word("Name"), BX_NAME_COLUMNS, false);
    bx_form_text(form, bx_word("Street"), BX_NAME_COLUMNS, true);
    bx_form_text(form, bx_word("Postcode and town"), BX_NAME_COLUMNS, true);
    bx_form_text(form, bx_word("Tax number"), BX_NAME_COLUMNS, true);
    bx_words_print(form->title, sizeof(form->title), "Invoice for %s",
                   till->counter.sale ? till->counter.sale->row.head.number : "");
}

static int buyer_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    struct bx_buyer buyer = {0};
    struct bx_case *one = till->counter.sale;
    BX_TEXT_COPY(buyer.name, form->fields[BUYER_NAME].text);
    BX_TEXT_COPY(buyer.street, form->fields[BUYER_STREET].text);
    BX_TEXT_COPY(buyer.town, form->fields[BUYER_TOWN].text);
    BX_TEXT_COPY(buyer.tax, form->fields[BUYER_TAX].text);
    if (!one)
        return bx_fault_say(fault, BX_ERR_MISSING, "That sale is not open any more.");
    return bx_invoice_ask(till, 0, one, &buyer, fault);
}

static const struct bx_form_kind buyer_form = {"Invoice", buyer_fields, NULL, buyer_done, NULL};

void bx_correct_invoice(struct bx_till *till)
{
    struct bx_fault fault = {0};
    struct bx_case *one = bx_correct_case(till, BX_ACTION_BILL);
    if (!one)
        return;
    if (one->invoices > 0 && !one->foreign) { /* made already: the same again */
        if (bx_papers_invoice(till, 0, &one->row, one->invoice_seq, &fault))
            bx_counter_fault(till, &fault);
    } else if (check(till, one, &fault))
        bx_counter_fault(till, &fault);
    else
        bx_form_open(till, &buyer_form, NULL, 0);
}

bool bx_invoice_due(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    if (!counter->bill[0])
        return false;
    counter->wanted[0] = '\0';
    bx_lists_read(till, BX_READING_ONE, BX_QUERY_NUMBER, 0, 1, counter->bill);
    counter->bill[0] = '\0';
    counter->then = BX_ACTION_BILL;
    return true;
}
