/* SPDX-License-Identifier: Apache-2.0 */
/* Arrivals: A, and the command. The list is of today's orders that nobody has collected yet; typing
 * a part of the name, the number or the time narrows it down, a scan of the order's code chooses at
 * once. */

#include "screens.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "command.h"

enum { FIELD_ORDER, FIELD_COUNT, FIELD_PRICE, FIELD_TICKET };
enum { COUNT_MAX = 9999 };

static bool is_expected(const struct bx_till *till, const struct bx_order *order)
{
    return !order->collected && !order->cancelled && !bx_arrivals_was_here(till, &order->id) &&
           bx_date_compare(order->date, bx_till_today(till)) == 0;
}

static void order_text(const struct bx_till *till, const struct bx_order *order, char *out,
                       size_t size)
{
    char money[BX_MONEY_TEXT] = "";
    if (order->prepaid.minor > 0)
        bx_counter_money(till, order->prepaid, money);
    snprintf(out, size, "%02" PRId64 ":%02" PRId64 "  %-10s %.40s  %" PRId64 "%s%s",
             order->minute / 60, order->minute % 60, order->ref, order->name,
             bx_order_persons(till, order), money[0] ? "  " : "", money);
}

static void arrival_fields(struct bx_till *till, struct bx_form *form)
{
    char text[BX_NAME_SIZE];
    struct bx_field *field = bx_form_choice(form, "Name, number or time");
    field->narrows = true;
    for (size_t i = 0; i < till->orders->count; i++) {
        const struct bx_order *order = &till->orders->orders[i];
        if (!is_expected(till, order))
            continue;
        order_text(till, order, text, sizeof(text));
        bx_form_option(field, "", text, (int64_t)i);
    }
    bx_form_number(form, "How many came (Enter: all)", 0, COUNT_MAX)->optional = true;
    struct bx_field *price = bx_form_choice(form, "Price");
    bx_form_option(price, "", bx_word("as agreed"), 1);
    bx_form_option(price, "", bx_word("calculated anew"), 0);
    struct bx_field *ticket = bx_form_choice(form, "Tickets");
    bx_form_option(ticket, "", bx_word("one for all"), 1);
    bx_form_option(ticket, "", bx_word("one each"), 0);
}

static const struct bx_order *order_of(const struct bx_till *till, const struct bx_form *form)
{
    const struct bx_option *option = bx_field_option(&form->fields[FIELD_ORDER]);
    bool there = option && till->orders && (size_t)option->n < till->orders->count;
    return there ? &till->orders->orders[option->n] : NULL;
}

static int arrival_check(struct bx_till *till, struct bx_form *form, size_t at,
                         struct bx_fault *fault)
{
    const struct bx_order *order = order_of(till, form);
    if (!order)
        return bx_fault_say(fault, BX_ERR_MISSING, "The list is another now: Esc, and A again.");
    int64_t booked = bx_order_persons(till, order);
    if (at == FIELD_ORDER) {
        bx_words_print(form->text, sizeof(form->text), "%s: %d booked. %s", order->name,
                       (int)booked, order->note);
        form->fields[FIELD_TICKET].n = order->group_ticket ? 0 : 1;
        /* Friends who booked on the web came for a ticket each; G makes it one all the same. */
        form->fields[FIELD_TICKET].hidden =
            booked < 2 || (order->kind == BX_ORDER_WEB && !order->group_ticket);
    }
    /* As many as were booked: there is nothing to calculate anew. */
    if (at == FIELD_COUNT)
        form->fields[FIELD_PRICE].hidden =
            !form->fields[FIELD_COUNT].filled || form->fields[FIELD_COUNT].n == booked;
    return 0;
}

static int arrival_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    const struct bx_order *order = order_of(till, form);
    const struct bx_field *fields = form->fields;
    if (!order)
        return bx_fault_say(fault, BX_ERR_MISSING, "The list is another now: Esc, and A again.");
    const struct bx_option *price = bx_field_option(&fields[FIELD_PRICE]);
    const struct bx_option *ticket = bx_field_option(&fields[FIELD_TICKET]);
    struct bx_coming coming = {.count = fields[FIELD_COUNT].filled ? fields[FIELD_COUNT].n : -1,
                               .agreed = fields[FIELD_PRICE].hidden || !price || price->n == 1,
                               .group = !fields[FIELD_TICKET].hidden && ticket && ticket->n == 1};
    char money[BX_MONEY_TEXT];
    int err = bx_desk_order(till, &till->desk, order, &coming, fault);
    if (err)
        return err;
    bx_form_close(till, form);
    if (till->desk.deal.prepaid.minor > 0)
        bx_say(till, BX_TONE_GOOD, "%s: %s is paid already.", till->desk.deal.order_ref,
               bx_counter_money(till, till->desk.deal.prepaid, money));
    else
        bx_say(till, BX_TONE_GOOD, "%s: Enter pays.", till->desk.deal.order_ref);
    return BX_FORM_STAYS;
}

static const struct bx_form_kind arrival_form = {BX_WORD("Arrivals"), arrival_fields, arrival_check,
                                                 arrival_done, NULL};

void bx_arrivals_open(struct bx_till *till)
{
    size_t count = 0;
    if (!till->orders || !till->programme) {
        bx_say(till, BX_TONE_WARN,
               "This till does not know who is expected: it has to reach the server once.");
        return;
    }
    for (size_t i = 0; i < till->orders->count; i++)
        count += is_expected(till, &till->orders->orders[i]);
    if (count == 0)
        bx_say(till, BX_TONE_PLAIN, "Nobody is expected any more today.");
    else
        bx_form_open(till, &arrival_form, NULL, 0);
}

bool bx_arrivals_are_listed(struct bx_till *till)
{
    const struct bx_form *form = bx_form_top(till);
    return form && form->kind == &arrival_form;
}

bool bx_arrivals_scanned(struct bx_till *till, const char *text)
{
    const struct bx_order *order = bx_arrivals_find(till, text);
    struct bx_coming coming = {.count = -1, .agreed = true};
    struct bx_fault fault = {0};
    if (!order || !till->programme)
        return false;
    coming.group = order->group_ticket;
    if (bx_desk_order(till, &till->desk, order, &coming, &fault))
        bx_counter_fault(till, &fault);
    else
        bx_say(till, BX_TONE_GOOD, "%s: Enter pays.", order->ref);
    return true;
}

/* --- by command ------------------------------------------------------------------------------- */

static const char *state_of(const struct bx_till *till, const struct bx_order *order)
{
    if (order->cancelled)
        return "cancelled";
    return order->collected || bx_arrivals_was_here(till, &order->id) ? "collected" : "expected";
}

static void order_put(const struct bx_till *till, struct bx_json_writer *writer,
                      const struct bx_order *order)
{
    char date[BX_DATE_TEXT];
    bx_json_object_open(writer, NULL);
    bx_json_put_string(writer, "ref", order->ref);
    bx_json_put_string(writer, "kind", bx_order_kind_word(order->kind));
    bx_json_put_string(writer, "name", order->name);
    bx_json_put_string(writer, "note", order->note);
    bx_json_put_string(writer, "date", bx_date_format(order->date, date));
    bx_json_put_int(writer, "minute", order->minute);
    bx_json_put_int(writer, "persons", bx_order_persons(till, order));
    bx_json_put_int(writer, "prepaid", order->prepaid.minor);
    bx_json_put_string(writer, "account", order->account.s);
    bx_json_put_string(writer, "state", state_of(till, order));
    bx_json_object_close(writer);
}

void bx_command_arrivals(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_command *command = &till->command;
    struct bx_fault fault = {0};
    struct bx_json_writer writer;
    char text[BX_NAME_SIZE], line[BX_NAME_SIZE];
    bx_json_string_or(reader, "text", BX_NAME_COLUMNS, text, sizeof(text), "");
    bool all = bx_json_bool_or(reader, "all", false);
    if (reader->err) {
        bx_command_usage(till, reader->fault);
        return;
    }
    if (!till->orders || !till->programme) {
        bx_fault_say(&fault, BX_ERR_MISSING,
                     "This till does not know who is expected: it has to reach the server once.");
        bx_command_refuse(till, &fault);
        return;
    }
    bx_json_write(&writer, &command->json);
    bx_json_object_open(&writer, NULL);
    bx_json_array_open(&writer, "orders");
    for (size_t i = 0; i < till->orders->count; i++) {
        const struct bx_order *order = &till->orders->orders[i];
        if ((!all && !is_expected(till, order)) ||
            !(bx_form_holds(order->ref, text) || bx_form_holds(order->name, text)))
            continue;
        order_put(till, &writer, order);
        order_text(till, order, line, sizeof(line));
        bx_buf_format(&command->human, "%s%s", command->human.len > 0 ? "\n" : "", line);
    }
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
    if (command->human.len == 0)
        bx_buf_text_add(&command->human, bx_word("Nobody is expected."));
    bx_command_answer(till);
}
