/* SPDX-License-Identifier: Apache-2.0 */
/* `boxtill void`, `refund`, `exchange`, `tender`, `dispute`: the sale is found (in this till's
 * journal, else at the server), what became of it is read, and then the same is done as from the
 * screen. */

#include "core.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "command.h"
#include "screens.h"

enum { STEP_FIND, STEP_ASK, STEP_LOOK, STEP_GO, STEP_SELL };

/* --- what was given -----------------------------------------------------------------------------
 */

static bool tender_read(const char *text, enum bx_tender_kind *ret, char reference[44])
{
    char word[16];
    size_t len = strcspn(text, ":");
    if (len >= sizeof(word))
        return false;
    memcpy(word, text, len);
    word[len] = '\0';
    if (bx_tender_parse(word, ret))
        return false;
    bx_text_copy(reference, 44, text[len] ? text + len + 1 : "");
    return true;
}

static void tickets_read(struct bx_json_reader *reader, struct bx_taking *taking)
{
    bx_json *list = bx_json_array(reader, "tickets", BX_TICKETS_MAX);
    for (bx_json *one = bx_json_first(list); one; one = bx_json_next(one)) {
        int64_t n = bx_json_is_integer(one) ? bx_json_integer(one) : 0;
        if (n < 1 || n > BX_TICKETS_MAX)
            bx_json_fault(reader, "tickets are numbers from 1");
        else
            taking->tickets[n - 1] = true;
    }
}

/* "3:2": two pieces of the third line. */
static void pieces_read(struct bx_json_reader *reader, struct bx_taking *taking)
{
    bx_json *list = bx_json_array(reader, "pieces", BX_LINES_MAX);
    for (bx_json *one = bx_json_first(list); one; one = bx_json_next(one)) {
        const char *text = bx_json_is_string(one) ? bx_json_text(one) : "";
        size_t len = strcspn(text, ":");
        int64_t line = 0, quantity = 1;
        if (bx_text_number(text, len, BX_LINES_MAX, &line) || line < 1 ||
            (text[len] &&
             bx_text_number(text + len + 1, strlen(text + len + 1), BX_QUANTITY_MAX, &quantity)))
            bx_json_fault(reader, "pieces are LINE:QUANTITY");
        else if (taking->quantities[line - 1] + quantity <= BX_QUANTITY_MAX)
            taking->quantities[line - 1] += (int)quantity;
        else
            bx_json_fault(reader, "so many pieces no line has");
    }
}

static void taking_read(struct bx_json_reader *reader, struct bx_correcting *correcting)
{
    struct bx_taking *taking = &correcting->taking;
    char tender[64];
    bool some = bx_json_get(reader->object, "tickets") || bx_json_get(reader->object, "pieces");
    if (bx_json_get(reader->object, "tickets"))
        tickets_read(reader, taking);
    if (bx_json_get(reader->object, "pieces"))
        pieces_read(reader, taking);
    taking->whole = !some && !correcting->by_code;
    taking->visit = bx_json_bool_or(reader, "visit", false);
    if (taking->kind != BX_KIND_REFUND)
        return;
    bx_json_string_or(reader, "tender", 60, tender, sizeof(tender), "");
    taking->by = tender[0] != '\0';
    if (taking->by && !tender_read(tender, &taking->tender, taking->reference))
        bx_json_fault(reader, "tender is cash, card or another tender, with :REFERENCE");
}

static void move_read(struct bx_json_reader *reader, struct bx_correcting *correcting)
{
    char from[64], to[64], unused[44];
    bx_json_string(reader, "from", 60, from, sizeof(from));
    bx_json_string(reader, "to", 60, to, sizeof(to));
    correcting->all_of_it = bx_json_get(reader->object, "amount") == NULL;
    correcting->move.amount =
        bx_money_of(bx_json_int_or(reader, "amount", -BX_MONEY_MAX, BX_MONEY_MAX, 0));
    if (!reader->err && (!tender_read(from, &correcting->move.from, unused) ||
                         !tender_read(to, &correcting->move.to, correcting->move.reference)))
        bx_json_fault(reader, "from and to are tenders: cash, card, account");
}

/* Finds the sale by its number, or by the code of a ticket. */
static void find(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_command *command = &till->command;
    char text[48], found[48];
    bool code = bx_json_get(reader->object, "code") != NULL;
    bx_json_string(reader, code ? "code" : "number", 40, text, sizeof(text));
    if (reader->err) {
        bx_command_usage(till, reader->fault);
        return;
    }
    enum bx_query_kind kind = bx_command_search(till, text, found);
    BX_TEXT_COPY(command->text, found);
    bx_command_read(till, kind, found, 1);
}

static struct bx_correcting *begin(struct bx_till *till, struct bx_json_reader *reader,
                                   enum bx_kind kind)
{
    struct bx_command *command = &till->command;
    command->correcting = bx_new(struct bx_correcting);
    command->correcting->taking.kind = kind;
    command->correcting->by_code = bx_json_get(reader->object, "code") != NULL;
    return command->correcting;
}

void bx_command_void(struct bx_till *till, struct bx_json_reader *reader)
{
    begin(till, reader, BX_KIND_VOID)->taking.whole = true;
    find(till, reader);
}

void bx_command_refund(struct bx_till *till, struct bx_json_reader *reader)
{
    if (bx_json_get(reader->object, "slot")) {
        bx_command_refund_slot(till, reader);
        return;
    }
    taking_read(reader, begin(till, reader, BX_KIND_REFUND));
    find(till, reader);
}

void bx_command_exchange(struct bx_till *till, struct bx_json_reader *reader)
{
    bx_origin mine = till->command.request;
    taking_read(reader, begin(till, reader, BX_KIND_EXCHANGE));
    if (!reader->err)
        bx_command_sell(till, reader);
    if (till->command.request == mine)
        find(till, reader);
}

void bx_command_tender(struct bx_till *till, struct bx_json_reader *reader)
{
    move_read(reader, begin(till, reader, BX_KIND_TENDER_CORRECTION));
    find(till, reader);
}

void bx_command_dispute(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_correcting *correcting = begin(till, reader, BX_KIND_NO_SALE);
    correcting->counts = bx_json_get(reader->object, "counted") != NULL;
    correcting->counted = bx_money_of(bx_json_int_or(reader, "counted", 0, BX_MONEY_MAX, 0));
    find(till, reader);
}

void bx_command_invoice(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_buyer *buyer = &begin(till, reader, BX_KIND_INVOICE)->buyer;
    bx_json_string(reader, "name", BX_NAME_COLUMNS, buyer->name, sizeof(buyer->name));
    bx_json_string_or(reader, "street", BX_NAME_COLUMNS, buyer->street, sizeof(buyer->street), "");
    bx_json_string_or(reader, "town", BX_NAME_COLUMNS, buyer->town, sizeof(buyer->town), "");
    bx_json_string_or(reader, "tax", BX_NAME_COLUMNS, buyer->tax, sizeof(buyer->tax), "");
    find(till, reader);
}

/* --- finding it ---------------------------------------------------------------------------------
 */

static void refuse_missing(struct bx_till *till)
{
    struct bx_fault fault = {0};
    if (bx_link_is_up(till))
        bx_fault_say(&fault, BX_ERR_MISSING, "Neither this till nor the server knows %s.",
                     till->command.text);
    else
        bx_fault_say(&fault, BX_ERR_OFFLINE,
                     "This till has no such sale, and the server cannot be asked now.");
    bx_command_refuse(till, &fault);
}

/* Is the answer to ABOUT still waited for by the command under way? */
static struct bx_correcting *waiting(struct bx_till *till, const struct bx_id *about)
{
    struct bx_correcting *correcting = till->command.correcting;
    return till->command.request != 0 && correcting && correcting->step == STEP_ASK &&
                   bx_id_equal(&correcting->asked, about)
               ? correcting
               : NULL;
}

static bool question(struct bx_till *till, enum bx_question question, const struct bx_id *sale,
                     bx_asked done)
{
    struct bx_correcting *correcting = till->command.correcting;
    struct bx_fault fault = {0};
    struct bx_inquiry *inquiry = bx_new(struct bx_inquiry);
    inquiry->id = correcting->asked = bx_till_id(till);
    if (sale)
        inquiry->sale = *sale;
    BX_TEXT_COPY(inquiry->text, till->command.text);
    correcting->step = STEP_ASK;
    int err = bx_question_ask(till, question, inquiry, &inquiry->id, done, &fault);
    bx_free(inquiry);
    return !err;
}

static void foreign_told(struct bx_till *till, const struct bx_id *about,
                         const struct bx_reply *reply, enum bx_contact contact,
                         const struct bx_fault *why)
{
    struct bx_correcting *correcting = waiting(till, about);
    struct bx_fault fault = {0};
    (void)contact;
    (void)why;
    if (!correcting)
        return;
    struct bx_case *one =
        reply ? bx_case_foreign(bx_buf_text(&reply->entries), reply->entries.len, &fault) : NULL;
    if (!one) {
        refuse_missing(till);
        return;
    }
    till->command.sale = one;
    correcting->step = STEP_LOOK;
    bx_case_load(till, one);
}

static void found_told(struct bx_till *till, const struct bx_id *about,
                       const struct bx_reply *reply, enum bx_contact contact,
                       const struct bx_fault *why)
{
    (void)contact;
    (void)why;
    if (!waiting(till, about))
        return;
    if (!reply || reply->sale_count == 0 ||
        !question(till, BX_QUESTION_SALE, &reply->sales[0].id, foreign_told))
        refuse_missing(till);
}

void bx_command_correct_rows(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_command *command = &till->command;
    struct bx_fault fault = {0};
    if (count == 0) {
        if (!question(till, BX_QUESTION_SALES, NULL, found_told))
            refuse_missing(till);
        return;
    }
    command->sale = bx_case_create(&rows[0], &fault);
    if (!command->sale) {
        bx_command_refuse(till, &fault);
        return;
    }
    command->correcting->step = STEP_LOOK;
    bx_case_load(till, command->sale);
}

/* --- doing it -----------------------------------------------------------------------------------
 */

/* The ticket that has the command's code. One that was replaced is no ticket any more. */
static int code_take(struct bx_command *command, struct bx_fault *fault)
{
    const struct bx_case *one = command->sale;
    for (int i = 0; i < one->sale.ticket_count; i++) {
        if (strcmp(one->codes[i].s, command->text) == 0) {
            command->correcting->taking.tickets[i] = true;
            return 0;
        }
    }
    return bx_fault_say(fault, BX_ERR_REFUSED, "This ticket was replaced: it is void already.");
}

/* Was everything that was named there once? What is not is no part of it in silence. */
static int taking_check(const struct bx_case *one, const struct bx_taking *taking,
                        struct bx_fault *fault)
{
    for (int i = one->sale.ticket_count; i < BX_TICKETS_MAX; i++)
        if (taking->tickets[i])
            return bx_fault_say(fault, BX_ERR_MISSING, "%s has no ticket %d.", one->row.head.number,
                                i + 1);
    for (int i = 0; i < BX_LINES_MAX; i++) {
        if (taking->quantities[i] == 0)
            continue;
        if (i >= one->sale.basket.count)
            return bx_fault_say(fault, BX_ERR_MISSING, "%s has no line %d.", one->row.head.number,
                                i + 1);
        if (!bx_slug_is_none(&one->sale.basket.lines[i].class))
            return bx_fault_say(fault, BX_ERR_REFUSED, "Line %d has tickets: name those.", i + 1);
    }
    return 0;
}

static int dispute(struct bx_till *till, struct bx_case *one, struct bx_fault *fault)
{
    const struct bx_command *command = &till->command;
    struct bx_cash_entry cash = {.amount = command->correcting->counted};
    if (command->correcting->counts)
        return bx_dispute_count(till, command->request, one, &cash, fault);
    return bx_dispute_open(till, command->request, one, fault);
}

static int go(struct bx_till *till, struct bx_fault *fault)
{
    struct bx_command *command = &till->command;
    struct bx_correcting *correcting = command->correcting;
    struct bx_case *one = command->sale;
    enum bx_kind kind = correcting->taking.kind;
    bool takes = kind == BX_KIND_REFUND || kind == BX_KIND_EXCHANGE;
    int err = takes && correcting->by_code ? code_take(command, fault) : 0;
    correcting->taking.of = correcting->move.of = one->row.head.id;
    if (!err && takes)
        err = taking_check(one, &correcting->taking, fault);
    if (err)
        return err;
    if (kind == BX_KIND_INVOICE)
        return bx_invoice_ask(till, command->request, one, &correcting->buyer, fault);
    if (kind == BX_KIND_NO_SALE)
        return dispute(till, one, fault);
    if (kind != BX_KIND_TENDER_CORRECTION)
        return bx_return_ask(till, command->request, one, &correcting->taking, fault);
    if (correcting->all_of_it)
        correcting->move.amount = bx_case_held(one, correcting->move.from);
    return bx_retender_ask(till, command->request, one, &correcting->move, fault);
}

void bx_command_correct_tick(struct bx_till *till)
{
    struct bx_command *command = &till->command;
    struct bx_correcting *correcting = command->correcting;
    struct bx_fault fault = {0};
    bx_origin mine = command->request;
    if (!correcting)
        return;
    if (correcting->step == STEP_SELL) {
        bx_command_sell_tick(till); /* which may end the command, and free all of it */
        return;
    }
    if (correcting->step != STEP_LOOK || !bx_case_is_ready(command->sale))
        return;
    correcting->step = STEP_GO;
    if (go(till, &fault) && command->request == mine)
        bx_command_refuse(till, &fault);
}

void bx_command_exchange_go(struct bx_till *till)
{
    till->command.correcting->step = STEP_SELL;
}

void bx_command_corrected(struct bx_till *till, const struct bx_entry_head *head,
                          const struct bx_hash *hash, const struct bx_sale *sale)
{
    struct bx_command *command = &till->command;
    struct bx_json_writer writer;
    char money[200];
    bx_json_write(&writer, &command->json);
    bx_json_object_open(&writer, NULL);
    bx_json_put_string(&writer, "number", head->number);
    bx_json_put_id(&writer, "id", &head->id);
    bx_json_put_int(&writer, "seq", head->seq);
    bx_json_put_hex(&writer, "hash", hash->b, sizeof(hash->b));
    bx_json_put_string(&writer, "of", command->sale ? command->sale->row.head.number : "");
    bx_json_put_string(&writer, "currency", sale->currency);
    bx_json_put_int(&writer, "exponent", sale->exponent);
    bx_json_put_int(&writer, "total", bx_sale_due(sale).minor);
    bx_json_put_int(&writer, "rounding", sale->rounding.minor);
    bx_json_put_bool(&writer, "offline", sale->offline);
    bx_command_tenders(&writer, sale);
    bx_json_array_open(&writer, "tickets");
    for (int i = 0; i < sale->back_ticket_count; i++)
        bx_json_put_int(&writer, NULL, sale->back_tickets[i] + 1);
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
    bx_tenders_text(sale, money, sizeof(money));
    bx_told(till, command->request, BX_TONE_PLAIN, "%s: give back %s.", head->number, money);
}
