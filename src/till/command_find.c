/* SPDX-License-Identifier: Apache-2.0 */
/* `boxtill find`: among this till's sales, or, asked of the server, among the venue's. */

#include "screens.h"

#include <inttypes.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "command.h"

enum { SALES_SHOWN = 20, NUMBER_COLUMNS = 12, STATE_COLUMNS = 13 };

static bool is_exact(const struct bx_till *till, const char *text)
{
    char number[BX_NUMBER_SIZE];
    return bx_code_has_shape(text, strlen(text)) || bx_number_read(till, text, number);
}

static void row_put(struct bx_json_writer *writer, struct bx_buf *human, const struct bx_row *row,
                    const struct bx_sale *sale)
{
    bx_json_object_open(writer, NULL);
    bx_json_put_string(writer, "number", row->head.number);
    bx_json_put_id(writer, "id", &row->head.id);
    bx_json_put_int(writer, "seq", row->head.seq);
    bx_json_put_int(writer, "at", row->head.at.us);
    bx_json_put_string(writer, "kind", bx_kind_word(row->head.kind));
    bx_json_put_int(writer, "till", row->head.till);
    bx_json_put_int(writer, "total", bx_sale_due(sale).minor);
    bx_json_put_int(writer, "tickets", sale->ticket_count);
    bx_json_put_string(writer, "state", bx_command_state(row));
    bx_json_object_close(writer);
    bx_buf_text_add(human, human->len ? "\n" : "");
    bx_command_cell(human, row->head.number, NUMBER_COLUMNS);
    bx_buf_format(human, bx_word("%3d tickets"), sale->ticket_count);
    bx_buf_text_add(human, "  ");
    bx_command_cell(human, bx_command_state_name(row), STATE_COLUMNS);
    bx_command_money(human, "", bx_sale_due(sale), sale->exponent);
}

void bx_enquire_find_rows(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_command *command = &till->command;
    const char *words = command->stage == 0 ? "" : command->text;
    struct bx_json_writer writer;
    struct bx_sale *sale = bx_new(struct bx_sale);
    int shown = 0;
    if (count == 0 && command->stage == 0 && command->text[0]) {
        /* No such number: it may be a part of a reference. */
        bx_free(sale);
        command->stage = 1;
        bx_command_read(till, BX_QUERY_SALES, NULL, BX_ROWS_MAX);
        return;
    }
    bx_json_write(&writer, &command->json);
    bx_json_object_open(&writer, NULL);
    bx_json_array_open(&writer, "sales");
    for (size_t i = 0; i < count && shown < SALES_SHOWN; i++) {
        struct bx_item item = {0};
        if (bx_kind_shape(rows[i].head.kind) != BX_SHAPE_SALE)
            continue;
        bx_item_describe(till, &rows[i], sale, &item);
        if (!item.has_amount || !bx_item_matches(till, &item, words))
            continue;
        row_put(&writer, &command->human, &rows[i], sale);
        shown++;
    }
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
    bx_free(sale);
    if (shown == 0)
        bx_buf_text_add(&command->human, bx_word("No such sale."));
    bx_command_answer(till);
}

static void venue_told(struct bx_till *till, const struct bx_id *about,
                       const struct bx_reply *reply, enum bx_contact contact,
                       const struct bx_fault *fault)
{
    struct bx_command *command = &till->command;
    struct bx_json_writer writer;
    (void)contact;
    if (command->request == 0 || !command->correcting ||
        !bx_id_equal(&command->correcting->asked, about))
        return;
    if (!reply) {
        bx_command_refuse(till, fault);
        return;
    }
    bx_json_write(&writer, &command->json);
    bx_json_object_open(&writer, NULL);
    bx_json_array_open(&writer, "sales");
    for (int i = 0; i < reply->sale_count; i++) {
        const struct bx_found_sale *sale = &reply->sales[i];
        bx_json_object_open(&writer, NULL);
        bx_json_put_string(&writer, "number", sale->number);
        bx_json_put_id(&writer, "id", &sale->id);
        bx_json_put_int(&writer, "at", sale->at.us);
        bx_json_put_int(&writer, "till", sale->till);
        bx_json_put_int(&writer, "total", sale->total.minor);
        bx_json_object_close(&writer);
        bx_buf_text_add(&command->human, command->human.len ? "\n" : "");
        bx_command_cell(&command->human, sale->number, NUMBER_COLUMNS);
        bx_buf_format(&command->human, bx_word("till %" PRId64), sale->till);
        bx_command_money(&command->human, "  ", sale->total,
                         till->programme ? till->programme->exponent : 2);
    }
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
    if (reply->sale_count == 0)
        bx_buf_text_add(&command->human, bx_word("No such sale."));
    bx_command_answer(till);
}

static void venue_ask(struct bx_till *till)
{
    struct bx_command *command = &till->command;
    struct bx_fault fault = {0};
    struct bx_inquiry *inquiry = bx_new(struct bx_inquiry);
    command->correcting = bx_new(struct bx_correcting);
    inquiry->id = command->correcting->asked = bx_till_id(till);
    BX_TEXT_COPY(inquiry->text, command->text);
    int err = bx_question_ask(till, BX_QUESTION_SALES, inquiry, &inquiry->id, venue_told, &fault);
    bx_free(inquiry);
    if (err)
        bx_command_refuse(till, &fault);
}

void bx_enquire_find(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_command *command = &till->command;
    char found[48], scope[16];
    bx_json_string_or(reader, "text", 60, command->text, sizeof(command->text), "");
    bx_json_string_or(reader, "scope", 10, scope, sizeof(scope), "till");
    if (!reader->err && strcmp(scope, "till") != 0 && strcmp(scope, "venue") != 0)
        bx_json_fault(reader, "scope is till or venue");
    if (reader->err)
        bx_command_usage(till, reader->fault);
    else if (strcmp(scope, "venue") == 0)
        venue_ask(till);
    else if (command->text[0] && is_exact(till, command->text))
        bx_command_read(till, bx_command_search(till, command->text, found), found, SALES_SHOWN);
    else {
        command->stage = 1;
        bx_command_read(till, BX_QUERY_SALES, NULL, command->text[0] ? BX_ROWS_MAX : SALES_SHOWN);
    }
}
