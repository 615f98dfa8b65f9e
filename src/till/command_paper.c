/* SPDX-License-Identifier: Apache-2.0 */
/* `boxtill reprint` and `boxtill replace`: by the number of a sale, or by the code of a ticket. */

#include "core.h"

#include <inttypes.h>
#include <string.h>

#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "command.h"
#include "screens.h"

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
        bx_buf_format(&command->human, bx_word("Ticket %d is now %s; %s is refused at every gate."),
                      paper->ticket + 1, paper->code.s, paper->old.s);
    else
        bx_buf_format(&command->human, bx_word("Printing it again, marked COPY %d."), paper->copy);
}

void bx_command_paper_ask(struct bx_till *till, struct bx_json_reader *reader)
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

/* An invoice again: its sale is read, to which the copy is counted. */
static bool is_invoice(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_command *command = &till->command;
    struct bx_invoice_entry invoice;
    if (count == 0 || rows[0].head.kind != BX_KIND_INVOICE ||
        strcmp(command->verb, "reprint") != 0 ||
        bx_invoice_decode(rows[0].body, rows[0].len, &invoice, NULL))
        return false;
    command->n = rows[0].head.seq;
    command->stage = 4;
    bx_command_read(till, BX_QUERY_ID, NULL, 1)->of.query.id = invoice.sale;
    return true;
}

/* By number: the sale's row is enough. By code: the sale, perhaps its papers, the sale again. */
void bx_command_paper_rows(struct bx_till *till, const struct bx_row *rows, size_t count)
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
    if (command->stage == 4 && count > 0) {
        if (bx_papers_invoice(till, command->request, &rows[0], command->n, &fault))
            bx_command_refuse(till, &fault);
        return;
    }
    if (is_invoice(till, rows, count))
        return;
    if (count == 0 || bx_kind_shape(rows[0].head.kind) != BX_SHAPE_SALE) {
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
