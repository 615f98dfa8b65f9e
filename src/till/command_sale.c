/* SPDX-License-Identifier: Apache-2.0 */
/* `boxtill sell`: a basket of its own is rung up, paid and answered. */

#include "core.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "command.h"
#include "grammar.h"
#include "screens.h"

enum { PATIENCE_MS = 20000, LIFTS = 4 };

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

/* The first of EVENT on DATE that is not over; NULL none. */
static const struct bx_slot *day_slot(const struct bx_till *till, int event, struct bx_date date)
{
    for (size_t i = 0; i < till->programme->slot_count; i++) {
        const struct bx_slot *slot = &till->programme->slots[i];
        if (slot->event == event && bx_date_compare(slot->date, date) == 0 &&
            !bx_slots_is_over(till, slot))
            return slot;
    }
    return NULL;
}

/* What was said beside the basket: "tenders". */
static void tenders_read(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_command *command = &till->command;
    if (!bx_json_get(reader->object, "tenders"))
        return;
    bx_json *array = bx_json_array(reader, "tenders", BX_TENDERS_MAX);
    for (bx_json *one = bx_json_first(array); one; one = bx_json_next(one)) {
        if (!bx_json_is_string(one) || strlen(bx_json_text(one)) >= sizeof(command->tenders[0]))
            bx_json_fault(reader, "a tender is cash, cash:AMOUNT, card or card:REFERENCE");
        else
            BX_TEXT_COPY(command->tenders[command->tender_count++], bx_json_text(one));
    }
}

/* The parts of the payment: those of the line, then those of "tenders". */
static int parts_read(struct bx_till *till, struct bx_said *said, struct bx_fault *fault)
{
    struct bx_command *command = &till->command;
    for (size_t i = 0; i < command->tender_count; i++) {
        if (said->part_count == BX_TENDERS_MAX)
            return bx_fault_say(fault, BX_ERR_INPUT, "A payment has at most %d parts.",
                                BX_TENDERS_MAX);
        int err = bx_said_part_read(command->tenders[i], till->programme->exponent,
                                    &said->parts[said->part_count], fault);
        if (err)
            return err;
        said->part_count++;
    }
    return 0;
}

static bool too_long(const struct bx_json_reader *reader)
{
    bx_json *basket = bx_json_get(reader->object, "basket");
    return bx_json_is_string(basket) && strlen(bx_json_text(basket)) > BX_COMMAND_BASKET;
}

struct wish { /* the members of the command */
    char basket[256], slot[BX_SLUG_SIZE], event[BX_NAME_SIZE];
    char resume[BX_ID_TEXT];
};

static int slot_find(const struct bx_till *till, const struct wish *wish, struct bx_said *said,
                     int *ret_event, const struct bx_slot **ret_slot, struct bx_fault *fault)
{
    char text[BX_SLUG_SIZE];
    char day[BX_DATE_TEXT], time[BX_CLOCK_TEXT];
    BX_TEXT_COPY(text, wish->slot);
    *ret_event = wish->event[0] ? event_of(till->programme, wish->event) : 0;
    if (*ret_event < 0)
        return bx_fault_say(fault, BX_ERR_MISSING, "There is no event %s.", wish->event);
    if (said->minute >= 0) {
        said->column = said->minute_column;
        snprintf(text, sizeof(text), "%02d:%02d", said->minute / 60, said->minute % 60);
    }
    if (said->dated && strlen(text) == 5 && text[2] == ':') {
        BX_TEXT_COPY(time, text);
        snprintf(text, sizeof(text), "%s %s", bx_date_format(said->date, day), time);
    }
    if (said->dated && !text[0]) {
        *ret_slot = day_slot(till, *ret_event, said->date);
        return *ret_slot
                   ? 0
                   : bx_fault_say(fault, BX_ERR_REFUSED, "The programme does not know that day.");
    }
    *ret_slot = slot_of(till, *ret_event, text);
    if (text[0] && !*ret_slot)
        return bx_fault_say(fault, BX_ERR_MISSING, "There is no such time.");
    if (*ret_slot)
        *ret_event = (*ret_slot)->event;
    return 0;
}

static int ring(struct bx_till *till, int event, const struct bx_slot *slot, struct bx_fault *fault)
{
    struct bx_command *command = &till->command;
    int err = bx_said_ring(till, command->desk, command->said, event, slot, fault);
    if (!err && command->desk->basket.count == 0)
        err = bx_fault_say(fault, BX_ERR_INPUT,
                           "A basket is written like 2a1c: how many, then the letter.");
    if (!err)
        command->stage = 1;
    return err;
}

static void over_allowed(struct bx_till *till, bx_origin origin, const struct bx_warrant *warrant,
                         const void *arg)
{
    struct bx_command *command = &till->command;
    struct bx_fault fault = {0};
    const struct bx_slot *slot;
    int event;
    (void)origin;
    int err = slot_find(till, arg, command->said, &event, &slot, &fault);
    if (!err)
        err = bx_deal_allow(&command->desk->deal, warrant, &fault);
    if (!err)
        err = ring(till, event, slot, &fault);
    if (err)
        bx_command_refuse(till, &fault);
}

/* Beyond the capacity on a supervisor's word, which is there before anything is rung up. */
static int over_ask(struct bx_till *till, const struct wish *wish, struct bx_fault *fault)
{
    struct bx_warrant_ask ask = {.origin = till->command.request,
                                 .action = "over",
                                 .need = BX_NEED_SUPERVISOR,
                                 .done = over_allowed,
                                 .arg = wish,
                                 .size = sizeof(*wish)};
    till->command.stage = 3;
    return bx_warrant_ask(till, &ask, fault);
}

static int sell_begin(struct bx_till *till, const struct wish *wish, struct bx_fault *fault)
{
    struct bx_command *command = &till->command;
    const struct bx_slot *slot;
    struct bx_id basket;
    int event;
    if (!till->programme)
        return bx_fault_say(fault, BX_ERR_MISSING, "There is no programme yet.");
    if (!bx_people_user(till))
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s: boxtill login first.",
                            till->people.locked ? bx_word("The till is locked")
                                                : bx_word("Nobody is logged in"));
    command->said = bx_new(struct bx_said);
    int err = bx_said_read(wish->basket, till->programme->exponent, command->said, fault);
    if (!err)
        err = parts_read(till, command->said, fault);
    if (!err)
        err = slot_find(till, wish, command->said, &event, &slot, fault);
    if (err)
        return err;
    command->desk = bx_new(struct bx_desk);
    bx_desk_init(command->desk, command->request, false);
    if (wish->resume[0])
        return bx_id_parse(wish->resume, &basket)
                   ? bx_fault_say(fault, BX_ERR_INPUT, "%s is no parked basket.", wish->resume)
                   : bx_shelf_resume(till, command->desk, &basket, fault);
    return command->said->over ? over_ask(till, wish, fault) : ring(till, event, slot, fault);
}

void bx_command_sell(struct bx_till *till, struct bx_json_reader *reader)
{
    bx_origin mine = till->command.request;
    struct bx_fault fault = {0};
    struct wish wish;
    if (too_long(reader)) {
        bx_fault_say(&fault, BX_ERR_INPUT, "A basket is at most %d characters.", BX_COMMAND_BASKET);
        bx_command_usage(till, &fault);
        return;
    }
    bx_json_string_or(reader, "resume", BX_ID_TEXT - 1, wish.resume, sizeof(wish.resume), "");
    if (wish.resume[0])
        bx_json_string_or(reader, "basket", BX_COMMAND_BASKET, wish.basket, sizeof(wish.basket),
                          "");
    else
        bx_json_string(reader, "basket", BX_COMMAND_BASKET, wish.basket, sizeof(wish.basket));
    bx_json_string_or(reader, "slot", 39, wish.slot, sizeof(wish.slot), "");
    bx_json_string_or(reader, "event", BX_NAME_COLUMNS, wish.event, sizeof(wish.event), "");
    tenders_read(till, reader);
    if (reader->err)
        bx_command_usage(till, reader->fault);
    else if (sell_begin(till, &wish, &fault) && till->command.request == mine)
        bx_command_refuse(till, &fault);
}

/* --- allowing --------------------------------------------------------------------------------- */

static void allowed(struct bx_till *till, bx_origin origin, const struct bx_warrant *warrant,
                    const void *arg)
{
    struct bx_command *command = &till->command;
    struct bx_fault fault = {0};
    (void)origin;
    (void)arg;
    bool exchange = strcmp(warrant->what.s, "exchange") == 0;
    if (exchange ? bx_exchange_allow(till, command->desk, warrant, &fault)
                 : bx_desk_allow(till, command->desk, warrant, &fault))
        bx_command_refuse(till, &fault);
    else
        command->stage = command->desk->tendering ? 2 : 1;
}

/* Refused for something that a supervisor may lift: the one that the command brought, if any. What
 * was lifted once and is refused again stays so. A discount has asked for the approver itself. */
static void wanted(struct bx_till *till, struct bx_fault *fault)
{
    struct bx_command *command = &till->command;
    bx_origin mine = command->request;
    const char *wants = command->desk->wants.s;
    bool exchange = strcmp(wants, "exchange") == 0;
    bool card = strcmp(wants, "card") == 0;
    struct bx_fault why = *fault;
    struct bx_warrant_ask ask = {.origin = mine,
                                 .action = strcmp(wants, "offline") == 0 ? "offline"
                                           : exchange                    ? "exchange"
                                           : card                        ? "card"
                                                                         : "allow",
                                 .need = BX_NEED_WORD,
                                 .done = allowed};
    if (bx_slug_equal(&command->lifted, &command->desk->wants)) {
        bx_command_refuse(till, fault);
        return;
    }
    command->lifted = command->desk->wants;
    if (!bx_warrant_ask(till, &ask, fault) || command->request != mine)
        return;
    if ((exchange || card) && command->warrant.approver == 0)
        bx_fault_say(fault, BX_ERR_REFUSED, "%s --approver", why.say);
    bx_command_refuse(till, fault);
}

static void refused(struct bx_till *till, struct bx_fault *fault)
{
    struct bx_command *command = &till->command;
    if (bx_slug_is_none(&command->desk->wants))
        bx_command_refuse(till, fault);
    else
        wanted(till, fault);
}

/* --- paying ----------------------------------------------------------------------------------- */

static int settles_early(const struct bx_said_part *part, struct bx_fault *fault)
{
    return bx_fault_say(fault, BX_ERR_REFUSED,
                        "%s pays for everything: leave out what comes after it.",
                        bx_tender_word(part->kind));
}

/* LAST: nothing comes after it. One that settles before others is refused, since those would be
 * dropped without a word. */
static int part_pay(struct bx_till *till, const struct bx_said_part *part, bool last,
                    struct bx_fault *fault)
{
    struct bx_desk *desk = till->command.desk;
    struct bx_slug account = {""};
    bx_money left, due;
    bx_desk_left(till, desk, &left, &due);
    bool cash = part->kind == BX_TENDER_CASH;
    bx_money amount = part->has_amount ? part->amount : cash ? due : left;
    const char *reference = part->reference;
    if (part->kind == BX_TENDER_VOUCHER)
        return bx_vouchers_take(till, desk, part->reference, NULL, fault);
    if (!last && amount.minor >= (cash ? due : left).minor)
        return settles_early(part, fault);
    if (part->kind == BX_TENDER_ACCOUNT) {
        snprintf(account.s, sizeof(account.s), "%.39s", part->reference);
        if (account.s[0] && bx_desk_account(till, desk, &account, fault))
            return fault->err;
        reference = NULL;
    }
    if (part->kind == BX_TENDER_PREPAID && bx_said_prepaid(desk, part, &reference, fault))
        return fault->err;
    return bx_desk_tender(till, desk, part->kind, amount, reference, fault);
}

/* What the server is asked about is waited for, but not for ever. */
static bool waits(struct bx_till *till)
{
    struct bx_command *command = &till->command;
    const struct bx_attempt *attempt = bx_attempts_of(till, command->desk);
    struct bx_fault fault = {0};
    if (!attempt && !bx_vouchers_are_busy(till, command->desk)) {
        command->until = (bx_mono){0};
        return false;
    }
    if (command->until.ns == 0)
        command->until = bx_mono_plus_ms(till->turn.mono, PATIENCE_MS);
    bool card = attempt && attempt->entry.kind == BX_TENDER_CARD;
    if (!attempt || (card ? !attempt->unknown : till->turn.mono.ns < command->until.ns))
        return true;
    if (card)
        bx_fault_say(&fault, BX_ERR_UNKNOWN,
                     "It is not known whether the card was charged. The basket is put aside with "
                     "its places until it is: boxtill queue");
    else
        bx_fault_say(
            &fault, BX_ERR_UNKNOWN,
            "The server has not said whether the voucher was charged. The basket is put aside "
            "with its places until it has: boxtill parked");
    if (bx_shelf_leave(till, command->desk, &fault) == 0)
        bx_command_ended(till, command->request, BX_UNKNOWN, &fault);
    return true;
}

static void parts_pay(struct bx_till *till)
{
    struct bx_command *command = &till->command;
    struct bx_said *said = command->said;
    bx_origin mine = command->request;
    struct bx_fault fault = {0};
    int err = 0;
    while (!err && command->desk->tendering && !command->desk->committing && !waits(till)) {
        if (command->part == said->part_count)
            break;
        err = part_pay(till, &said->parts[command->part], command->part + 1 == said->part_count,
                       &fault);
        if (command->request != mine || !command->desk)
            return; /* refused at once, and told */
        if (err && !bx_slug_is_none(&command->desk->wants)) {
            wanted(till, &fault);
            if (command->request != mine || !command->desk)
                return;
            err = 0; /* the same part again: it is allowed */
            continue;
        }
        command->part++;
    }
    if (command->request != mine || !command->desk)
        return;
    bool busy = bx_attempts_of(till, command->desk) || bx_vouchers_are_busy(till, command->desk);
    if (!err && !command->desk->committing && command->desk->tendering && !busy) {
        bx_money left, cash;
        char text[BX_MONEY_TEXT];
        bx_desk_left(till, command->desk, &left, &cash);
        err = bx_fault_say(&fault, BX_ERR_REFUSED, "%s is still to be paid: nothing was sold.",
                           bx_money_format(left, till->programme->exponent, text));
    }
    if (err)
        bx_command_refuse(till, &fault);
}

/* Cash, unless it was paid before the visit. */
static void part_usual(struct bx_till *till)
{
    struct bx_command *command = &till->command;
    bx_money left, cash;
    bx_desk_left(till, command->desk, &left, &cash);
    bool paid = left.minor > 0 && bx_desk_prepaid(command->desk).minor >= left.minor;
    command->said->parts[0] =
        (struct bx_said_part){.kind = paid ? BX_TENDER_PREPAID : BX_TENDER_CASH};
    command->said->part_count = 1;
}

/* Everything is rung up and nothing waits: discounts, then pay. */
static void sell_pay(struct bx_till *till)
{
    struct bx_command *command = &till->command;
    struct bx_fault fault = {0};
    int err = bx_said_discounts(till, command->desk, command->said, &command->nth, &fault);
    if (!err)
        err = bx_desk_pay_open(till, command->desk, &fault);
    if (!err && command->said->round)
        err = bx_desk_round(till, command->desk, &fault);
    if (err == BX_ERR_BUSY && command->desk->waiting > 0)
        return;
    command->said->round = command->said->round && err;
    if (err) {
        refused(till, &fault);
        return;
    }
    if (command->said->part_count == 0)
        part_usual(till);
    command->stage = 2;
    parts_pay(till);
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

void bx_command_tenders(struct bx_json_writer *writer, const struct bx_sale *sale)
{
    bx_json_array_open(writer, "tenders");
    for (int i = 0; i < sale->tender_count; i++) {
        bx_json_object_open(writer, NULL);
        bx_json_put_string(writer, "kind", bx_tender_word(sale->tenders[i].kind));
        bx_json_put_int(writer, "amount", sale->tenders[i].amount.minor);
        bx_json_put_string(writer, "reference", sale->tenders[i].reference);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
}

static void basket_put(struct bx_json_writer *writer, const struct bx_sale *sale)
{
    bx_json_array_open(writer, "lines");
    for (int i = 0; i < sale->basket.count; i++) {
        const struct bx_line *line = &sale->basket.lines[i];
        bx_money amount = {0};
        bx_json_object_open(writer, NULL);
        bx_json_put_string(writer, "product", line->product.s);
        bx_json_put_int(writer, "quantity", line->quantity);
        bx_json_put_int(writer, "price", line->price.minor);
        bx_json_put_int(writer, "off", line->off.minor);
        if (bx_line_amount(line, &amount) == 0)
            bx_json_put_int(writer, "amount", amount.minor);
        bx_json_put_string(writer, "why", line->why.s);
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
    if (!bx_id_is_zero(&sale->of)) {
        bx_json_put_string(&writer, "of", command->sale ? command->sale->row.head.number : "");
        bx_json_put_int(&writer, "back", sale->back_totals.total.minor);
        bx_json_put_int(&writer, "due", bx_sale_due(sale).minor);
    }
    bx_json_put_int(&writer, "rounding", sale->rounding.minor);
    bx_json_put_int(&writer, "received", received.minor);
    bx_json_put_int(&writer, "change", change.minor);
    bx_json_put_bool(&writer, "offline", sale->offline);
    if (command->desk->warn[0])
        bx_json_put_string(&writer, "warn", command->desk->warn);
    bx_command_tenders(&writer, sale);
    basket_put(&writer, sale);
    tickets_put(&writer, sale);
    bx_json_object_close(&writer);
    bx_buf_format(&command->human, "%s  %s", head->number, sale->currency);
    bx_command_money(&command->human, " ", sale->totals.total, sale->exponent);
    if (bx_sale_due(sale).minor < 0) { /* an exchange for less */
        char out[200], text[240];
        bx_tenders_text(sale, out, sizeof(out));
        bx_words_print(text, sizeof(text), "%s: give back %s.", "", out);
        bx_buf_format(&command->human, "%s", text);
    } else {
        bx_command_money(&command->human, bx_word(", change "), change, sale->exponent);
    }
    for (int i = 0; i < sale->ticket_count; i++)
        bx_buf_format(&command->human, "\n%s", sale->tickets[i].code.s);
    bx_command_answer(till);
}

void bx_command_sell_tick(struct bx_till *till)
{
    struct bx_command *command = &till->command;
    bool pays = command->stage == 2;
    /* Again for each kind of limit that was lifted. */
    for (int i = 0;
         i < LIFTS && command->stage == 1 && command->desk && command->desk->waiting == 0; i++)
        sell_pay(till);
    if (pays && command->stage == 2 && command->desk && !command->desk->committing)
        parts_pay(till);
}
