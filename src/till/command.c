/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of the command line, over till.sock or in the same process. A command is one JSON
 * object; its answer is one reply with an exit status (0 done, 1 refused, 2 usage, 3 unknown,
 * 4 offline and not allowed offline), a JSON document and a text for people. A refusal's document
 * is {"error":"refused","say":"…"}, its text the sentence. Amounts are minor units.
 *
 *   {"verb":"login","number":7,"pin":"1234"}     {"user":7,"name":"Ana","shift":41}
 *   {"verb":"logout"}  {"verb":"lock"}           {"user":0} or the locked user's
 *   {"verb":"sell","basket":"2a1c","slot":"14:30","event":"perm","tenders":["cash:6000"]}
 *       basket: the screen's grammar; slot: "14:30", "2026-11-25 14:30" or an id (default: the one
 *       running or next); event: id or name (default: the first); tenders: "cash", "cash:AMOUNT",
 *       "card", "card:REFERENCE" (default: cash, exact)
 *       {"number":"2-000412","id":"…","seq":412,"hash":"hex","currency":"EUR","exponent":2,
 *        "total":5700,"rounding":0,"received":6000,"change":300,"offline":false,
 *        "tickets":[{"code":"B1…","product":"adult","slot":"…","date":"2026-11-24"}]}
 *   {"verb":"queue"}
 *       {"queued":7,"attention":1,"online":true,"entries":[{"seq":9,"kind":"sale","number":"2-000003",
 *        "id":"…","at":µs,"state":"queued|waiting|attention","task":"","say":""}]}
 *   {"verb":"sync","once":true}     {"queued":0,"attention":0}; 4 when the server does not answer
 *   {"verb":"allot"}
 *       {"leases":[{"pool":"…","r":1,"n":20,"used":3,"reserved":0,"free":17,"state":"open"}]}
 *   {"verb":"find","text":""} {"sales":[{"number","id","seq","at","total","tickets","state"}]}
 *       text: empty (the last ones), a number, or a ticket code
 *   {"verb":"show","number":"2-000412"} or {"verb":"show","code":"B1…"}
 *       {"entry":{the body},"hash":"hex","state":"…","task":"","say":"","about":[{bodies}]}
 *   {"verb":"reprint","number":"2-000412","ticket":1}       ticket 0: the receipt
 *       {"ticket":1,"code":"B1…","copy":1}
 *   {"verb":"replace","number":"2-000412","ticket":1,"reason":"lost"}
 *       {"ticket":1,"code":"B1…","old":"B1…"}; "code" in place of number and ticket for both
 *   {"verb":"offline","on":true}    {"forced":true}
 *   {"verb":"status"}               {"till","user","name","locked","shift","link","queued",…} */

#include "core.h"

#include <inttypes.h>
#include <string.h>

#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "command.h"
#include "screens.h"

enum { COMMAND_BYTES = 16384, BASKET_COLUMNS = 200, ANSWER_BYTES = 8 << 20, SYNC_MS = 30000 };

/* --- the one under way ------------------------------------------------------------------------ */

void bx_command_finish(struct bx_command *command)
{
    if (command->desk)
        bx_desk_finish(command->desk);
    bx_free(command->desk);
    bx_buf_finish(&command->json);
    bx_buf_finish(&command->human);
    bx_wipe(command, sizeof(*command));
}

static void close_all(struct bx_till *till)
{
    if (till->command.desk)
        bx_desk_pay_close(till, till->command.desk);
    bx_command_finish(&till->command);
}

static void reply(struct bx_till *till, bx_origin to, int exit, const char *json, const char *text)
{
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_REPLY);
    effect->of.reply.command = to;
    effect->of.reply.exit = exit;
    effect->of.reply.json = bx_effects_hold(till->out, json, strlen(json));
    effect->of.reply.text = bx_effects_hold(till->out, text, strlen(text));
}

static int exit_of(enum bx_outcome outcome, const struct bx_fault *fault)
{
    if (outcome == BX_DONE)
        return 0;
    if (outcome == BX_UNKNOWN || fault->err == BX_ERR_UNKNOWN)
        return 3;
    if (fault->err == BX_ERR_OFFLINE)
        return 4;
    return 1;
}

static void reply_fault(struct bx_till *till, bx_origin to, int exit, const struct bx_fault *fault)
{
    struct bx_json_writer writer;
    bx_buf_auto json;
    bx_buf_init(&json, 0);
    bx_json_write(&writer, &json);
    bx_json_object_open(&writer, NULL);
    bx_json_put_string(&writer, "error", bx_err_word(fault->err));
    bx_json_put_string(&writer, "say", fault->say);
    bx_json_object_close(&writer);
    reply(till, to, exit, bx_buf_text(&json), fault->say);
}

void bx_command_refuse(struct bx_till *till, const struct bx_fault *fault)
{
    reply_fault(till, till->command.request, exit_of(BX_REFUSED, fault), fault);
    close_all(till);
}

void bx_command_usage(struct bx_till *till, const struct bx_fault *fault)
{
    reply_fault(till, till->command.request, 2, fault);
    close_all(till);
}

void bx_command_answer(struct bx_till *till)
{
    struct bx_command *command = &till->command;
    reply(till, command->request, 0, bx_buf_text(&command->json), bx_buf_text(&command->human));
    close_all(till);
}

void bx_command_money(struct bx_buf *out, const char *before, bx_money amount, int exponent)
{
    char text[BX_MONEY_TEXT];
    bx_buf_text_add(out, before);
    bx_buf_text_add(out, bx_money_format(amount, exponent, text));
}

struct bx_effect *bx_command_read(struct bx_till *till, enum bx_query_kind kind, const char *text,
                                  int limit)
{
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    effect->request = till->command.read_request = bx_till_request(till);
    effect->of.query = (struct bx_query){.kind = kind, .limit = limit};
    if (text)
        BX_TEXT_COPY(effect->of.query.text, text);
    return effect;
}

/* --- sell ------------------------------------------------------------------------------------- */

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
    return bx_json_is_string(basket) && strlen(bx_json_text(basket)) > BASKET_COLUMNS;
}

static void sell(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_command *command = &till->command;
    struct bx_fault fault = {0};
    char basket[256];
    char slot_text[BX_SLUG_SIZE];
    char event_text[BX_NAME_SIZE];
    if (too_long(reader)) {
        bx_fault_say(&fault, BX_ERR_INPUT, "A basket is at most %d characters.", BASKET_COLUMNS);
        bx_command_usage(till, &fault);
        return;
    }
    bx_json_string(reader, "basket", BASKET_COLUMNS, basket, sizeof(basket));
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
                           till->people.locked ? "The till is locked" : "Nobody is logged in");
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

/* --- papers ----------------------------------------------------------------------------------- */

void bx_command_paper(struct bx_till *till, bx_origin origin, const struct bx_paper_entry *paper)
{
    struct bx_command *command = &till->command;
    struct bx_json_writer writer;
    if (command->request != origin)
        return;
    bx_json_write(&writer, &command->json);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "ticket", paper->ticket + 1);
    bx_json_put_string(&writer, "code", paper->code.s);
    if (paper->old.s[0])
        bx_json_put_string(&writer, "old", paper->old.s);
    else
        bx_json_put_int(&writer, "copy", paper->copy);
    bx_json_object_close(&writer);
    if (paper->old.s[0])
        bx_buf_format(&command->human, "Ticket %d is now %s; %s is refused at every gate.",
                      paper->ticket + 1, paper->code.s, paper->old.s);
    else
        bx_buf_format(&command->human, "Printing it again, marked COPY %d.", paper->copy);
}

static void paper_ask(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_command *command = &till->command;
    char text[48];
    char found[48];
    bool code = bx_json_get(reader->object, "code") != NULL;
    bx_json_string(reader, code ? "code" : "number", 40, text, sizeof(text));
    command->ticket = (int)bx_json_int_or(reader, "ticket", 0, BX_TICKETS_MAX, 1) - 1;
    bx_json_string_or(reader, "reason", 40, command->reason, sizeof(command->reason), "lost");
    if (reader->err) {
        bx_command_usage(till, reader->fault);
        return;
    }
    enum bx_query_kind kind = bx_command_search(till, text, found);
    if (code)
        command->ticket = -2;
    BX_TEXT_COPY(command->text, found);
    bx_command_read(till, kind, found, 1);
}

/* Which of the sale's tickets has the code of the command, or had it before it was replaced. */
static int ticket_of(const struct bx_command *command, const struct bx_row *rows, size_t count)
{
    struct bx_paper_entry paper;
    for (size_t i = 0; i < count; i++)
        if (rows[i].head.kind == BX_KIND_REPLACE &&
            bx_paper_decode(rows[i].body, rows[i].len, &paper, NULL) == 0 &&
            strcmp(paper.code.s, command->text) == 0)
            return paper.ticket;
    return -2;
}

static int ticket_first(const struct bx_command *command, const struct bx_row *row)
{
    int found = -2;
    struct bx_sale *sale = bx_new(struct bx_sale);
    if (bx_sale_decode(row->body, row->len, sale, NULL) == 0)
        for (int i = 0; i < sale->ticket_count; i++)
            if (strcmp(sale->tickets[i].code.s, command->text) == 0)
                found = i;
    bx_free(sale);
    return found;
}

/* By number: the sale's row is enough. By code: the sale, perhaps its papers, the sale again. */
static void paper_rows(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_command *command = &till->command;
    struct bx_fault fault = {0};
    int err;
    if (command->stage == 1) {
        command->ticket = ticket_of(command, rows, count);
        command->stage = 2;
        bx_command_read(till, BX_QUERY_CODE, command->text, 1);
        return;
    }
    if (count == 0 || rows[0].head.kind != BX_KIND_SALE) {
        bx_fault_say(&fault, BX_ERR_MISSING, "This till has no such sale.");
        bx_command_refuse(till, &fault);
        return;
    }
    if (command->ticket == -2 && command->stage == 0)
        command->ticket = ticket_first(command, &rows[0]);
    if (command->ticket == -2 && command->stage == 0) {
        command->stage = 1;
        bx_command_read(till, BX_QUERY_ABOUT, NULL, BX_ROWS_MAX)->of.query.id = rows[0].head.id;
        return;
    }
    command->stage = 3;
    if (strcmp(command->verb, "reprint") == 0)
        err = bx_papers_reprint(till, command->request, &rows[0], command->ticket, &fault);
    else
        err = bx_papers_replace(till, command->request, &rows[0], command->ticket, command->reason,
                                &fault);
    if (err)
        bx_command_refuse(till, &fault);
}

/* --- people, link ------------------------------------------------------------------------------
 */

static void person_answer(struct bx_till *till)
{
    struct bx_command *command = &till->command;
    struct bx_json_writer writer;
    const struct bx_user *user = till->staff ? bx_staff_user(till->staff, till->people.user) : NULL;
    bx_json_write(&writer, &command->json);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "user", till->people.user);
    bx_json_put_string(&writer, "name", user ? user->name : "");
    bx_json_put_int(&writer, "shift", till->shift);
    bx_json_object_close(&writer);
    if (!user)
        bx_buf_text_add(&command->human, "Nobody is logged in.");
    else
        bx_buf_format(&command->human, "%s, shift %" PRId64 "%s", user->name, till->shift,
                      till->people.locked ? ", locked" : "");
    bx_command_answer(till);
}

static void login(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_command *command = &till->command;
    struct bx_fault fault = {0};
    char pin[64];
    int64_t number = bx_json_int(reader, "number", 1, 9999);
    bx_json_string(reader, "pin", 32, pin, sizeof(pin));
    if (reader->err)
        bx_command_usage(till, reader->fault);
    else if (bx_people_login(till, command->request, number, pin, &fault))
        bx_command_refuse(till, &fault);
    bx_wipe(pin, sizeof(pin));
}

/* A part payment is given back by somebody who sees what was taken. */
static bool payment_refuses(struct bx_till *till)
{
    struct bx_fault fault = {0};
    if (!till->desk.tendering || till->desk.sale.tender_count == 0)
        return false;
    bx_fault_say(&fault, BX_ERR_REFUSED,
                 "A payment is open, and part of it is taken: end it on the screen first.");
    bx_command_refuse(till, &fault);
    return true;
}

static void lock(struct bx_till *till, struct bx_json_reader *reader)
{
    (void)reader;
    if (payment_refuses(till))
        return;
    bx_people_lock(till);
    person_answer(till);
}

static void logout(struct bx_till *till, struct bx_json_reader *reader)
{
    (void)reader;
    if (!payment_refuses(till))
        bx_people_logout(till, till->command.request);
}

static void offline(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_command *command = &till->command;
    bool on = bx_json_bool_or(reader, "on", true);
    if (reader->err) {
        bx_command_usage(till, reader->fault);
        return;
    }
    bx_link_force(till, on);
    bx_buf_format(&command->json, "{\"forced\":%s}", on ? "true" : "false");
    bx_buf_text_add(&command->human, on ? "Offline by choice." : "Asking the server again.");
    bx_command_answer(till);
}

static void sync(struct bx_till *till, struct bx_json_reader *reader)
{
    (void)reader;
    bx_link_try_now(till);
    till->command.n = till->link.exchanges;
    till->command.until = bx_mono_plus_ms(till->turn.mono, SYNC_MS);
}

/* Done when nothing is unsent or under way; not done when the server was asked and is not there. */
static void sync_look(struct bx_till *till)
{
    struct bx_command *command = &till->command;
    const struct bx_link *link = &till->link;
    struct bx_fault fault = {0};
    bool busy = link->pending || link->queue_request || link->send_request || link->note_request;
    if (link->online && !link->forced && !busy) {
        bx_buf_format(&command->json, "{\"queued\":%" PRId64 ",\"attention\":%" PRId64 "}",
                      link->queued, link->attention);
        bx_buf_format(&command->human, "%" PRId64 " waiting, %" PRId64 " need attention.",
                      link->queued, link->attention);
        bx_command_answer(till);
        return;
    }
    bool asked = link->exchanges > command->n && link->failures > 0;
    if (link->enrolled && !link->forced && !link->stranger && !asked &&
        till->turn.mono.ns < command->until.ns)
        return;
    bx_fault_say(&fault, BX_ERR_OFFLINE, "%s: %" PRId64 " still waiting. Nothing is lost.",
                 !link->enrolled  ? "This till is not enrolled"
                 : link->forced   ? "Offline by choice"
                 : link->stranger ? "The server does not know this till"
                                  : "The server does not answer",
                 link->queued);
    bx_command_refuse(till, &fault);
}

/* --- the door -----------------------------------------------------------------------------------
 */

static const struct verb {
    const char *word;
    void (*take)(struct bx_till *till, struct bx_json_reader *reader);
} verbs[] = {
    {"login", login},
    {"logout", logout},
    {"lock", lock},
    {"sell", sell},
    {"offline", offline},
    {"sync", sync},
    {"reprint", paper_ask},
    {"replace", paper_ask},
    {"queue", bx_enquire_queue},
    {"allot", bx_enquire_allot},
    {"find", bx_enquire_find},
    {"show", bx_enquire_show},
    {"status", bx_enquire_status},
};

static const struct verb *verb_find(const char *word)
{
    for (size_t i = 0; i < bx_countof(verbs); i++)
        if (strcmp(verbs[i].word, word) == 0)
            return &verbs[i];
    return NULL;
}

void bx_command_take(struct bx_till *till, int64_t request, const char *json, size_t len)
{
    struct bx_command *command = &till->command;
    struct bx_fault fault = {0};
    struct bx_json_reader reader;
    char word[16];
    if (len > COMMAND_BYTES) {
        bx_fault_say(&fault, BX_ERR_INPUT,
                     "This command is too long. A basket is at most %d characters.",
                     BASKET_COLUMNS);
        reply_fault(till, request, 2, &fault);
        return;
    }
    struct bx_json_doc *doc bx_cleanup(bx_json_destroy) =
        bx_json_parse(json, len, COMMAND_BYTES, &fault);
    if (!doc || !bx_json_is_object(bx_json_root(doc))) {
        if (doc)
            bx_fault_say(&fault, BX_ERR_INPUT, "A command is a JSON object.");
        reply_fault(till, request, 2, &fault);
        return;
    }
    bx_json_read(&reader, bx_json_root(doc), "command", &fault);
    bx_json_string(&reader, "verb", 15, word, sizeof(word));
    const struct verb *verb = reader.err ? NULL : verb_find(word);
    if (!verb) {
        if (!reader.err)
            bx_fault_say(&fault, BX_ERR_INPUT, "There is no command %s.", word);
        reply_fault(till, request, 2, &fault);
        return;
    }
    if (command->request != 0 || request == 0) {
        bx_fault_say(&fault, BX_ERR_BUSY, "Another command is under way: try again.");
        reply_fault(till, request, 1, &fault);
        return;
    }
    command->request = request;
    BX_TEXT_COPY(command->verb, word);
    bx_buf_init(&command->json, ANSWER_BYTES);
    bx_buf_init(&command->human, ANSWER_BYTES);
    verb->take(till, &reader);
}

void bx_command_rows(struct bx_till *till, const struct bx_event *event)
{
    struct bx_command *command = &till->command;
    command->read_request = 0;
    if (event->of.rows.fault.err)
        bx_command_refuse(till, &event->of.rows.fault);
    else if (strcmp(command->verb, "reprint") == 0 || strcmp(command->verb, "replace") == 0)
        paper_rows(till, event->of.rows.rows, event->of.rows.count);
    else
        bx_enquiry_rows(till, event->of.rows.rows, event->of.rows.count);
}

void bx_command_ended(struct bx_till *till, bx_origin origin, enum bx_outcome outcome,
                      const struct bx_fault *fault)
{
    struct bx_command *command = &till->command;
    if (origin == 0 || command->request != origin)
        return;
    if (outcome == BX_DONE) {
        if (strcmp(command->verb, "login") == 0 || strcmp(command->verb, "logout") == 0)
            person_answer(till);
        else
            bx_command_answer(till);
        return;
    }
    reply_fault(till, origin, exit_of(outcome, fault), fault);
    close_all(till);
}

void bx_command_tick(struct bx_till *till)
{
    struct bx_command *command = &till->command;
    if (command->request == 0)
        return;
    if (strcmp(command->verb, "sell") == 0 && command->stage == 1 && command->desk->waiting == 0)
        sell_pay(till);
    else if (strcmp(command->verb, "sync") == 0)
        sync_look(till);
}
