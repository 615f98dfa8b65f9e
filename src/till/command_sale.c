/* SPDX-License-Identifier: Apache-2.0 */
/* `boxtill sell`: a basket of its own is rung up, paid and answered. */

#include "core.h"

#include <inttypes.h>
#include <string.h>

#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "command.h"
#include "screens.h"

static int event_of(const struct bx_programme *programme, const char *text)
{
    for (size_t i = 0; i < programme->event_count; i++)
        if (strcmp(programme->events[i].id.s, text) == 0 ||
            strcmp(programme->events[i].name, text) == 0)
            return (int)i;
    return -1;
}

static bool time_is(const struct bx_slot *slot, const char *time)
{
    struct bx_date date;
    int minute;
    bx_utc_civil(slot->start, slot->offset_min, &date, &minute);
    char own[] = {(char)('0' + minute / 600),     (char)('0' + minute / 60 % 10), ':',
                  (char)('0' + minute % 60 / 10), (char)('0' + minute % 10),      '\0'};
    return strcmp(own, time) == 0;
}

/* TEXT: "14:30" (the first such time from today), "2026-11-25 14:30", or an id. */
static const struct bx_slot *slot_of(const struct bx_till *till, int event, const char *text)
{
    const struct bx_programme *programme = till->programme;
    struct bx_date date = bx_till_today(till);
    struct bx_date asked = date;
    char day[BX_DATE_TEXT] = "";
    const char *time = text;
    if (!text[0])
        return bx_slots_now(till, event);
    if (strlen(text) == 16 && text[10] == ' ') {
        memcpy(day, text, 10);
        time = text + 11;
        if (bx_date_parse(day, &asked))
            return NULL;
    }
    for (size_t i = 0; i < programme->slot_count; i++) {
        const struct bx_slot *slot = &programme->slots[i];
        if (strcmp(slot->id.s, text) == 0)
            return slot;
        int order = bx_date_compare(slot->date, day[0] ? asked : date);
        if (slot->event == event && time_is(slot, time) && (day[0] ? order == 0 : order >= 0))
            return slot;
    }
    return NULL;
}

static int basket_ring(struct bx_till *till, const char *basket, int event,
                       const struct bx_slot *slot, struct bx_fault *fault)
{
    struct bx_desk *desk = till->command.desk;
    for (const char *at = basket; *at;) {
        size_t digits = strspn(at, "0123456789");
        int64_t quantity = 1;
        if (digits > 0 && bx_text_number(at, digits, BX_QUANTITY_MAX, &quantity))
            return bx_fault_say(fault, BX_ERR_REFUSED, "A quantity is 1 to %d.", BX_QUANTITY_MAX);
        at += digits;
        if (*at < 'a' || *at > 'z')
            return bx_fault_say(fault, BX_ERR_INPUT,
                                "A basket is written like 2a1c: how many, then the letter.");
        const struct bx_product *product = bx_programme_by_key(till->programme, *at, event);
        if (!product)
            return bx_fault_say(fault, BX_ERR_MISSING, "Nothing here has the letter %c.", *at);
        if (product->events != 0 && !slot)
            return bx_fault_say(fault, BX_ERR_MISSING, "There is no such time.");
        int err = bx_desk_add(till, desk, product, slot, (int)quantity, fault);
        if (err)
            return err;
        at++;
    }
    return 0;
}

static bool too_long(const struct bx_json_reader *reader)
{
    bx_json *basket = bx_json_get(reader->object, "basket");
    return bx_json_is_string(basket) && strlen(bx_json_text(basket)) > BX_COMMAND_BASKET;
}

void bx_command_sell(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_command *command = &till->command;
    struct bx_fault fault = {0};
    char basket[256];
    char slot_text[BX_SLUG_SIZE];
    char event_text[BX_NAME_SIZE];
    if (too_long(reader)) {
        bx_fault_say(&fault, BX_ERR_INPUT, "A basket is at most %d characters.", BX_COMMAND_BASKET);
        bx_command_usage(till, &fault);
        return;
    }
    bx_json_string(reader, "basket", BX_COMMAND_BASKET, basket, sizeof(basket));
    bx_json_string_or(reader, "slot", 39, slot_text, sizeof(slot_text), "");
    bx_json_string_or(reader, "event", BX_NAME_COLUMNS, event_text, sizeof(event_text), "");
    if (bx_json_get(reader->object, "tenders")) {
        bx_json *array = bx_json_array(reader, "tenders", BX_TENDERS_MAX);
        for (bx_json *one = bx_json_first(array); one; one = bx_json_next(one)) {
            if (!bx_json_is_string(one) || strlen(bx_json_text(one)) >= sizeof(command->tenders[0]))
                bx_json_fault(reader, "a tender is cash, cash:AMOUNT, card or card:REFERENCE");
            else
                BX_TEXT_COPY(command->tenders[command->tender_count++], bx_json_text(one));
        }
    }
    if (reader->err) {
        bx_command_usage(till, reader->fault);
        return;
    }
    int err = 0;
    int event = 0;
    if (!till->programme)
        err = bx_fault_say(&fault, BX_ERR_MISSING, "There is no programme yet.");
    else if (!bx_people_user(till))
        err = bx_fault_say(&fault, BX_ERR_REFUSED, "%s: boxtill login first.",
                           till->people.locked ? bx_word("The till is locked")
                                               : bx_word("Nobody is logged in"));
    else if (event_text[0] && (event = event_of(till->programme, event_text)) < 0)
        err = bx_fault_say(&fault, BX_ERR_MISSING, "There is no event %s.", event_text);
    if (!err) {
        const struct bx_slot *slot = slot_of(till, event, slot_text);
        command->desk = bx_new(struct bx_desk);
        bx_desk_init(command->desk, command->request, false);
        err = basket_ring(till, basket, slot ? slot->event : event, slot, &fault);
    }
    if (err) {
        bx_command_refuse(till, &fault);
        return;
    }
    command->stage = 1;
}

static int settles_early(const char *text, struct bx_fault *fault)
{
    return bx_fault_say(fault, BX_ERR_REFUSED,
                        "%s pays for everything: leave out what comes after it.", text);
}

/* LAST: nothing comes after it. One that settles before others is refused, since those would be
 * dropped without a word. */
static int tender(struct bx_till *till, const char *text, bool last, struct bx_fault *fault)
{
    struct bx_desk *desk = till->command.desk;
    bx_money left;
    bx_money cash;
    bx_money due;
    bx_desk_left(till, desk, &left, &cash);
    due = cash;
    if (strncmp(text, "card", 4) == 0 && (text[4] == ':' || !text[4]))
        return last ? bx_desk_tender(till, desk, BX_TENDER_CARD, left, text[4] ? text + 5 : NULL,
                                     fault)
                    : settles_early(text, fault);
    if (strncmp(text, "cash", 4) != 0 || (text[4] != ':' && text[4]))
        return bx_fault_say(fault, BX_ERR_INPUT,
                            "A tender is cash, cash:AMOUNT, card or card:REFERENCE.");
    if (text[4] && bx_money_parse(text + 5, strlen(text + 5), till->programme->exponent, &cash))
        return bx_fault_say(fault, BX_ERR_INPUT, "%s is no amount.", text + 5);
    if (!last && cash.minor >= due.minor)
        return settles_early(text, fault);
    return bx_desk_tender(till, desk, BX_TENDER_CASH, cash, NULL, fault);
}

/* Everything is rung up and nothing waits: pay. */
static void sell_pay(struct bx_till *till)
{
    struct bx_command *command = &till->command;
    bx_origin mine = command->request;
    struct bx_fault fault = {0};
    int err = bx_desk_pay_open(till, command->desk, &fault);
    if (err == BX_ERR_BUSY && command->desk->waiting > 0)
        return;
    if (command->tender_count == 0)
        BX_TEXT_COPY(command->tenders[command->tender_count++], "cash");
    for (size_t i = 0; i < command->tender_count && !err; i++) {
        err = tender(till, command->tenders[i], i + 1 == command->tender_count, &fault);
        if (command->request != mine || !command->desk)
            return; /* refused at once, and told */
        if (command->desk->committing)
            break;
    }
    if (!err && !command->desk->committing) {
        bx_money left;
        bx_money cash;
        char text[BX_MONEY_TEXT];
        bx_desk_left(till, command->desk, &left, &cash);
        err = bx_fault_say(&fault, BX_ERR_REFUSED, "%s is still to be paid: nothing was sold.",
                           bx_money_format(left, till->programme->exponent, text));
    }
    command->stage = 2;
    if (err)
        bx_command_refuse(till, &fault);
}

static void tickets_put(struct bx_json_writer *writer, const struct bx_sale *sale)
{
    char date[BX_DATE_TEXT];
    bx_json_array_open(writer, "tickets");
    for (int i = 0; i < sale->ticket_count; i++) {
        const struct bx_line *line = &sale->basket.lines[sale->tickets[i].line];
        bx_json_object_open(writer, NULL);
        bx_json_put_string(writer, "code", sale->tickets[i].code.s);
        bx_json_put_string(writer, "product", line->product.s);
        bx_json_put_string(writer, "slot", line->slot.s);
        bx_json_put_string(writer, "date", bx_date_format(line->date, date));
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
}

void bx_command_sold(struct bx_till *till, const struct bx_entry_head *head,
                     const struct bx_hash *hash, const struct bx_sale *sale)
{
    struct bx_command *command = &till->command;
    struct bx_json_writer writer;
    bx_money received = {0};
    bx_money change = {0};
    if (!command->desk || command->desk->basket.count != 0)
        return;
    for (int i = 0; i < sale->tender_count; i++) {
        received.minor += sale->tenders[i].received.minor;
        change.minor += sale->tenders[i].change.minor;
    }
    bx_json_write(&writer, &command->json);
    bx_json_object_open(&writer, NULL);
    bx_json_put_string(&writer, "number", head->number);
    bx_json_put_id(&writer, "id", &head->id);
    bx_json_put_int(&writer, "seq", head->seq);
    bx_json_put_hex(&writer, "hash", hash->b, sizeof(hash->b));
    bx_json_put_string(&writer, "currency", sale->currency);
    bx_json_put_int(&writer, "exponent", sale->exponent);
    bx_json_put_int(&writer, "total", sale->totals.total.minor);
    bx_json_put_int(&writer, "rounding", sale->rounding.minor);
    bx_json_put_int(&writer, "received", received.minor);
    bx_json_put_int(&writer, "change", change.minor);
    bx_json_put_bool(&writer, "offline", sale->offline);
    tickets_put(&writer, sale);
    bx_json_object_close(&writer);
    bx_buf_format(&command->human, "%s  %s", head->number, sale->currency);
    bx_command_money(&command->human, " ", sale->totals.total, sale->exponent);
    bx_command_money(&command->human, ", change ", change, sale->exponent);
    for (int i = 0; i < sale->ticket_count; i++)
        bx_buf_format(&command->human, "\n%s", sale->tickets[i].code.s);
    bx_command_answer(till);
}

void bx_command_sell_tick(struct bx_till *till)
{
    if (till->command.stage == 1 && till->command.desk->waiting == 0)
        sell_pay(till);
}
