/* SPDX-License-Identifier: Apache-2.0 */
/* Parking and going on: P, and the commands park, parked and resume. */

#include "screens.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "command.h"

enum { NAME_COLUMNS = 30 };

/* --- on the screen ---------------------------------------------------------------------------- */

static void park_fields(struct bx_till *till, struct bx_form *form)
{
    (void)till;
    bx_form_text(form, "A name for it", NAME_COLUMNS, true);
}

static int park_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    int err = bx_shelf_park(till, &till->desk, form->fields[0].text, fault);
    if (err)
        return err;
    bx_form_close(till, form);
    bool sent = till->shelf.rows[till->shelf.count - 1]->sending;
    bx_say(till, sent ? BX_TONE_PLAIN : BX_TONE_GOOD, "%s",
           bx_word(sent ? BX_WORD("Parked: on its way to the server.")
                        : BX_WORD("Parked at this till: P goes on with it.")));
    return BX_FORM_STAYS;
}

static const struct bx_form_kind park_form = {BX_WORD("Park the basket"), park_fields, NULL,
                                              park_done, NULL};

static const char *state_of(const struct bx_till *till, const struct bx_shelved *row)
{
    const struct bx_attempt *attempt = bx_attempts_find(till, &row->attempt);
    if (bx_id_is_zero(&row->attempt))
        return BX_WORD("here");
    if (!attempt || attempt->entry.kind != BX_TENDER_CARD)
        return BX_WORD("waits for its voucher");
    return attempt->step == BX_STEP_HELD ? BX_WORD("paid by card") : BX_WORD("card unknown: Q");
}

static void list_fields(struct bx_till *till, struct bx_form *form)
{
    const struct bx_shelf *shelf = &till->shelf;
    struct bx_field *field = bx_form_choice(form, "Go on with");
    char text[BX_NAME_SIZE], hex[BX_ID_TEXT], money[BX_MONEY_TEXT];
    for (size_t i = 0; i < shelf->count; i++) {
        const struct bx_shelved *row = shelf->rows[i];
        snprintf(text, sizeof(text), "%.60s  %s", row->name, bx_word(state_of(till, row)));
        bx_form_option(field, bx_id_format(&row->basket.id, hex), text, 0);
    }
    for (size_t i = 0; i < shelf->remote_count; i++) {
        const struct bx_parked *row = &shelf->remote[i];
        snprintf(text, sizeof(text), "%.60s  %s  %s %" PRId64, row->name,
                 bx_counter_money(till, row->total, money), bx_word("till"), row->till);
        bx_form_option(field, bx_id_format(&row->basket, hex), text, 0);
    }
}

static int list_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    const struct bx_option *option = bx_field_option(&form->fields[0]);
    struct bx_id id;
    if (!option || bx_id_parse(option->id.s, &id))
        return bx_fault_say(fault, BX_ERR_INPUT, "Choose one of the list.");
    bx_form_close(till, form);
    if (bx_shelf_resume(till, &till->desk, &id, fault))
        bx_counter_fault(till, fault);
    else if (!bx_id_is_zero(&till->desk.paid)) /* its places were its own until now */
        bx_sell_pay(till);
    return BX_FORM_STAYS;
}

static const struct bx_form_kind list_form = {BX_WORD("Parked baskets"), list_fields, NULL,
                                              list_done, NULL};

void bx_sell_park(struct bx_till *till)
{
    if (till->desk.basket.count > 0)
        bx_form_open(till, &park_form, NULL, 0);
    else
        bx_shelf_list(till, 0);
}

/* --- by command ------------------------------------------------------------------------------- */

/* One of the answer, ROW. HERE: this till put it aside; SHARED: the server keeps it, so that any
 * till may go on with it; WAITS: for what became of its voucher. */
static void row_answer(struct bx_command *command, struct bx_json_writer *writer,
                       const struct bx_parked *row, bool here, bool shared, bool waits)
{
    bx_json_object_open(writer, NULL);
    bx_json_put_id(writer, "basket", &row->basket);
    bx_json_put_string(writer, "name", row->name);
    bx_json_put_int(writer, "till", row->till);
    bx_json_put_bool(writer, "here", here);
    bx_json_put_bool(writer, "shared", shared);
    bx_json_put_bool(writer, "waits", waits);
    bx_json_put_int(writer, "total", row->total.minor);
    bx_json_object_close(writer);
    bx_buf_format(&command->human, "%s%s", command->human.len > 0 ? "\n" : "", row->name);
}

static void list_answer(struct bx_till *till)
{
    const struct bx_shelf *shelf = &till->shelf;
    struct bx_command *command = &till->command;
    struct bx_json_writer writer;
    bx_json_write(&writer, &command->json);
    bx_json_object_open(&writer, NULL);
    bx_json_array_open(&writer, "baskets");
    for (size_t i = 0; i < shelf->count; i++) {
        const struct bx_shelved *row = shelf->rows[i];
        struct bx_parked own = {.basket = row->basket.id, .till = till->till};
        struct bx_totals totals = {0};
        BX_TEXT_COPY(own.name, row->name);
        if (till->programme &&
            bx_basket_totals(&row->basket, till->programme->tax_included, &totals) == 0)
            own.total = totals.total;
        row_answer(command, &writer, &own, true, false, !bx_id_is_zero(&row->attempt));
    }
    for (size_t i = 0; i < shelf->remote_count; i++) {
        const struct bx_parked *row = &shelf->remote[i];
        row_answer(command, &writer, row, row->till == till->till, true, false);
    }
    bx_json_array_close(&writer);
    bx_json_put_bool(&writer, "venue", shelf->heard);
    bx_json_object_close(&writer);
    if (command->human.len == 0)
        bx_buf_text_add(&command->human, bx_word("Nothing is parked."));
    bx_command_answer(till);
}

void bx_shelf_show(struct bx_till *till, bx_origin origin)
{
    if (origin != 0 && till->command.request == origin) {
        list_answer(till);
        return;
    }
    if (origin != 0 || till->counter.screen != BX_SCREEN_SELL)
        return;
    if (till->shelf.count == 0 && till->shelf.remote_count == 0)
        bx_say(till, till->shelf.heard ? BX_TONE_PLAIN : BX_TONE_WARN, "%s",
               bx_word(till->shelf.heard
                           ? BX_WORD("Nothing is parked.")
                           : BX_WORD("Nothing is parked here; the server does not answer now.")));
    else
        bx_form_open(till, &list_form, NULL, 0);
}

void bx_shelf_resumed(struct bx_till *till, bx_origin origin, const char *name)
{
    struct bx_command *command = &till->command;
    if (origin == 0)
        bx_say(till, BX_TONE_GOOD, "%s: go on.", name);
    else if (command->request == origin)
        command->stage = 1;
}

void bx_command_parked(struct bx_till *till, struct bx_json_reader *reader)
{
    (void)reader;
    bx_shelf_list(till, till->command.request);
}

/* The basket on the screen: a command's own is never left open. */
void bx_command_park(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_command *command = &till->command;
    struct bx_fault fault = {0};
    struct bx_id id = till->desk.basket.id;
    char name[BX_NAME_SIZE], hex[BX_ID_TEXT];
    bx_json_string_or(reader, "name", NAME_COLUMNS, name, sizeof(name), "");
    if (reader->err) {
        bx_command_usage(till, reader->fault);
        return;
    }
    if (bx_shelf_park(till, &till->desk, name, &fault)) {
        bx_command_refuse(till, &fault);
        return;
    }
    bx_buf_format(&command->json, "{\"basket\":\"%s\"}", bx_id_format(&id, hex));
    bx_buf_text_add(&command->human, bx_word("Parked."));
    bx_command_answer(till);
}
