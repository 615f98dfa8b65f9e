/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that only look: queue, find, show, allot, status. What the till has in memory is
 * answered at once; what stands in the journal takes a READ or two. The documents are described in
 * command.c. */

#include "core.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "command.h"
#include "screens.h"

enum { PART_BYTES = 8 << 20 };
enum { KIND_COLUMNS = 24, NUMBER_COLUMNS = 10, POOL_COLUMNS = 24, LEASE_COLUMNS = 16 };

const char *bx_command_state(const struct bx_row *row)
{
    if (!row->answered)
        return "queued";
    if (row->settled)
        return "settled";
    switch (row->answer.outcome) {
    case BX_ENTRY_RECORDED: return "recorded";
    case BX_ENTRY_RECORDED_TASK:
    case BX_ENTRY_CONFLICT: return "attention";
    case BX_ENTRY_WAITING: return "waiting";
    }
    return "";
}

const char *bx_command_state_name(const struct bx_row *row)
{
    if (!row->answered)
        return bx_word("queued");
    if (row->settled)
        return bx_word("settled");
    switch (row->answer.outcome) {
    case BX_ENTRY_RECORDED: return bx_word("recorded");
    case BX_ENTRY_RECORDED_TASK:
    case BX_ENTRY_CONFLICT: return bx_word("attention");
    case BX_ENTRY_WAITING: return bx_word("server waits");
    }
    return "";
}

static void queue_row(struct bx_json_writer *writer, struct bx_buf *human, const struct bx_row *row)
{
    bx_json_object_open(writer, NULL);
    bx_json_put_int(writer, "seq", row->head.seq);
    bx_json_put_string(writer, "kind", bx_kind_word(row->head.kind));
    bx_json_put_string(writer, "number", row->head.number);
    bx_json_put_id(writer, "id", &row->head.id);
    bx_json_put_int(writer, "at", row->head.at.us);
    bx_json_put_string(writer, "state", bx_command_state(row));
    bx_json_put_string(writer, "task", row->answered ? row->answer.task : "");
    bx_json_put_string(writer, "say", row->answered ? row->answer.say : "");
    bx_json_object_close(writer);
    bx_buf_format(human, "\n%6" PRId64 "  ", row->head.seq);
    bx_command_cell(human, bx_kind_name(row->head.kind), KIND_COLUMNS);
    bx_command_cell(human, row->head.number, NUMBER_COLUMNS);
    bx_command_cell(human, bx_command_state_name(row), 0);
    bx_buf_text_add(human, row->answered ? bx_task_say(&row->answer) : "");
}

/* Two lists in one array: what needs attention first, then what is queued. */
static void queue_rows(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_command *command = &till->command;
    struct bx_json_writer writer;
    bx_buf_auto part;
    bx_buf_init(&part, PART_BYTES);
    bx_json_write(&writer, &part);
    bx_json_array_open(&writer, NULL);
    for (size_t i = 0; i < count; i++)
        queue_row(&writer, &command->human, &rows[i]);
    bx_json_array_close(&writer);
    if (command->stage == 0) {
        bx_buf_format(
            &command->json,
            "{\"queued\":%" PRId64 ",\"attention\":%" PRId64 ",\"online\":%s,\"entries\":[",
            till->link.queued, till->link.attention, till->link.online ? "true" : "false");
        bx_buf_add(&command->json, bx_buf_text(&part) + 1, part.len - 2);
        command->stage = 1;
        command->n = (int64_t)count;
        bx_command_read(till, BX_QUERY_QUEUED, NULL, BX_ROWS_MAX);
        return;
    }
    if (command->n > 0 && count > 0)
        bx_buf_byte_add(&command->json, ',');
    bx_buf_add(&command->json, bx_buf_text(&part) + 1, part.len - 2);
    bx_buf_text_add(&command->json, "]}");
    bx_command_answer(till);
}

void bx_enquire_queue(struct bx_till *till, struct bx_json_reader *reader)
{
    (void)reader;
    const struct bx_link *link = &till->link;
    bx_buf_format(&till->command.human,
                  bx_word("%" PRId64 " waiting, %" PRId64 " need attention, %s"), link->queued,
                  link->attention, link->online ? bx_word("online") : bx_word("offline"));
    bx_command_read(till, BX_QUERY_ATTENTION, NULL, BX_ROWS_MAX);
}

/* What a person types: a code, a whole number, or its last part. */
enum bx_query_kind bx_command_search(const struct bx_till *till, const char *text, char out[48])
{
    struct bx_code code;
    char number[BX_NUMBER_SIZE];
    bx_text_copy(out, 48, text);
    if (bx_code_has_shape(text, strlen(text))) {
        if (bx_code_read(text, strlen(text), &code, NULL) == 0)
            bx_text_copy(out, 48, code.s);
        return BX_QUERY_CODE;
    }
    if (bx_number_read(till, text, number))
        bx_text_copy(out, 48, number);
    return BX_QUERY_NUMBER;
}

static void sale_text(struct bx_till *till, const struct bx_row *row)
{
    struct bx_buf *human = &till->command.human;
    struct bx_sale *sale = bx_new(struct bx_sale);
    if (bx_sale_decode(row->body, row->len, sale, NULL) == 0) {
        bx_buf_format(human, "%s  %s  %s", row->head.number, bx_command_state_name(row),
                      sale->currency);
        bx_command_money(human, " ", sale->totals.total, sale->exponent);
        for (int i = 0; i < sale->basket.count; i++)
            bx_buf_format(human, "\n%3d  %s", sale->basket.lines[i].quantity,
                          sale->basket.lines[i].name);
        for (int i = 0; i < sale->ticket_count; i++)
            bx_buf_format(human, "\n%3d  %s", i + 1, sale->tickets[i].code.s);
    }
    bx_free(sale);
}

/* Which code is valid now is what somebody looks for here. */
static void paper_text(struct bx_buf *human, const struct bx_row *row)
{
    struct bx_paper_entry paper;
    bx_buf_format(human, "\n     %s", bx_kind_name(row->head.kind));
    if ((row->head.kind != BX_KIND_REPRINT && row->head.kind != BX_KIND_REPLACE) ||
        bx_paper_decode(row->body, row->len, &paper, NULL))
        return;
    bx_buf_text_add(human, "  ");
    if (paper.ticket < 0)
        bx_buf_text_add(human, bx_word("receipt"));
    else
        bx_buf_format(human, bx_word("ticket %d  %s"), paper.ticket + 1, paper.code.s);
    bx_buf_format(human, "  %s", paper.reason);
}

static void show_rows(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_command *command = &till->command;
    struct bx_json_writer writer;
    if (command->stage == 1) {
        for (size_t i = 0; i < count; i++) {
            bx_buf_text_add(&command->json, i ? "," : "");
            bx_buf_add(&command->json, rows[i].body, rows[i].len);
            paper_text(&command->human, &rows[i]);
        }
        bx_buf_text_add(&command->json, "]}");
        bx_command_answer(till);
        return;
    }
    bx_json_write(&writer, &command->json);
    bx_json_object_open(&writer, NULL);
    bx_json_put_raw(&writer, "entry", rows[0].body, rows[0].len);
    bx_json_put_hex(&writer, "hash", rows[0].hash.b, sizeof(rows[0].hash.b));
    bx_json_put_string(&writer, "state", bx_command_state(&rows[0]));
    bx_json_put_string(&writer, "task", rows[0].answered ? rows[0].answer.task : "");
    bx_json_put_string(&writer, "say", rows[0].answered ? rows[0].answer.say : "");
    bx_buf_text_add(&command->json, ",\"about\":[");
    sale_text(till, &rows[0]);
    command->stage = 1;
    bx_command_read(till, BX_QUERY_ABOUT, NULL, BX_ROWS_MAX)->of.query.id = rows[0].head.id;
}

void bx_enquire_show(struct bx_till *till, struct bx_json_reader *reader)
{
    char text[64];
    char found[48];
    bool code = bx_json_get(reader->object, "code") != NULL;
    bx_json_string(reader, code ? "code" : "number", 60, text, sizeof(text));
    if (reader->err) {
        bx_command_usage(till, reader->fault);
        return;
    }
    enum bx_query_kind kind = bx_command_search(till, text, found);
    bx_command_read(till, kind, found, 1);
}

static const char *lease_name(enum bx_lease_state state)
{
    switch (state) {
    case BX_LEASE_NONE: return bx_word("none");
    case BX_LEASE_WAITING: return bx_word("asked for");
    case BX_LEASE_OPEN: return bx_word("open");
    case BX_LEASE_CLOSING: return bx_word("being closed");
    case BX_LEASE_CLOSED: return bx_word("closed");
    }
    return "";
}

/* --- settlement: what a till closed that nobody answers -------------------------------------- */

static void settle_begin(struct bx_till *till, struct bx_json_reader *reader)
{
    static const uint8_t none[32] = {0};
    struct bx_command *command = &till->command;
    struct bx_fault fault = {0};
    struct bx_slug pool;
    char act[16];
    bx_json_string(reader, "act", sizeof(act) - 1, act, sizeof(act));
    bx_slug_read(reader, "pool", &pool);
    if (!reader->err && strcmp(act, "settle") != 0)
        bx_json_fault(reader, "\"act\" is not known");
    if (reader->err) {
        bx_command_usage(till, reader->fault);
        return;
    }
    int err = 0;
    if (!bx_people_user(till))
        err = bx_fault_say(&fault, BX_ERR_REFUSED, "Nobody is logged in.");
    else if (memcmp(till->config.secret, none, sizeof(none)) == 0)
        err = bx_fault_say(&fault, BX_ERR_MISSING, "This till is not enrolled with a server.");
    if (!err)
        err = bx_leases_settle(till, &pool, &fault);
    if (err) {
        bx_command_refuse(till, &fault);
        return;
    }
    BX_TEXT_COPY(command->text, pool.s);
    command->stage = 1;
}

static void settle_say(struct bx_till *till, const struct bx_lease *row)
{
    struct bx_command *command = &till->command;
    struct bx_settlement facts = {till->link.epoch, till->incarnation, row->pool, row->r,
                                  row->used};
    struct bx_json_writer writer;
    char code[BX_SETTLE_SIZE];
    bx_settlement_code(till->config.secret, &facts, code);
    bx_json_write(&writer, &command->json);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "till", till->till);
    bx_json_put_string(&writer, "pool", row->pool.s);
    bx_json_put_int(&writer, "r", row->r);
    bx_json_put_int(&writer, "n", row->n);
    bx_json_put_int(&writer, "used", row->used);
    bx_json_put_string(&writer, "code", code);
    bx_json_object_close(&writer);
    bx_buf_format(&command->human,
                  bx_word("This till sells no more of %s: %" PRId64 " of %" PRId64
                          " are sold. At the server:"),
                  row->pool.s, row->used, row->n);
    bx_buf_format(&command->human,
                  "\nboxtilld lease settle %" PRId64 " %s %" PRId64 " %" PRId64 " %.5s-%s ",
                  till->till, row->pool.s, row->r, row->used, code, code + 5);
    bx_buf_text_add(&command->human, bx_word("WHO"));
    bx_command_answer(till);
}

void bx_enquire_allot_look(struct bx_till *till)
{
    struct bx_slug pool = {""};
    if (till->command.stage != 1 || !bx_slug_is_none(&till->leases.settling))
        return;
    snprintf(pool.s, sizeof(pool.s), "%.*s", (int)sizeof(pool.s) - 1, till->command.text);
    const struct bx_lease *row = bx_leases_find(till, &pool);
    if (row && till->leases.settled) {
        settle_say(till, row);
        return;
    }
    struct bx_fault fault = {0};
    (void)bx_fault_say(&fault, BX_ERR_IO, "That could not be stored: there is no code.");
    bx_command_refuse(till, &fault);
}

void bx_enquire_allot(struct bx_till *till, struct bx_json_reader *reader)
{
    if (bx_json_get(reader->object, "act")) {
        settle_begin(till, reader);
        return;
    }
    struct bx_command *command = &till->command;
    struct bx_json_writer writer;
    bx_json_write(&writer, &command->json);
    bx_json_object_open(&writer, NULL);
    bx_json_array_open(&writer, "leases");
    for (size_t i = 0; i < till->leases.count; i++) {
        const struct bx_lease *row = &till->leases.rows[i];
        int64_t free = bx_leases_free(till, &row->pool);
        bx_json_object_open(&writer, NULL);
        bx_json_put_string(&writer, "pool", row->pool.s);
        bx_json_put_int(&writer, "r", row->r);
        bx_json_put_int(&writer, "n", row->n);
        bx_json_put_int(&writer, "used", row->used);
        bx_json_put_int(&writer, "reserved", row->reserved);
        bx_json_put_int(&writer, "free", free);
        bx_json_put_string(&writer, "state", bx_lease_word(row->state));
        bx_json_object_close(&writer);
        bx_buf_text_add(&command->human, i ? "\n" : "");
        bx_command_cell(&command->human, row->pool.s, POOL_COLUMNS);
        bx_command_cell(&command->human, lease_name(row->state), LEASE_COLUMNS);
        bx_buf_format(&command->human, bx_word("r %" PRId64 "  %" PRId64 " of %" PRId64 " free"),
                      row->r, free, row->n);
    }
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
    if (till->leases.count == 0)
        bx_buf_text_add(&command->human, bx_word("No places are this till's own yet."));
    bx_command_answer(till);
}

static const char *link_word(const struct bx_link *link)
{
    if (!link->enrolled)
        return BX_WORD("not enrolled");
    if (link->forced)
        return BX_WORD("offline by choice");
    if (link->stranger)
        return BX_WORD("unknown to the server");
    if (link->online)
        return BX_WORD("online");
    return link->noted ? BX_WORD("offline") : BX_WORD("connecting");
}

void bx_enquire_status(struct bx_till *till, struct bx_json_reader *reader)
{
    (void)reader;
    struct bx_command *command = &till->command;
    const struct bx_link *link = &till->link;
    struct bx_json_writer writer;
    const struct bx_user *user = till->staff ? bx_staff_user(till->staff, till->people.user) : NULL;
    bx_json_write(&writer, &command->json);
    bx_json_object_open(&writer, NULL);
    bx_json_put_int(&writer, "till", till->till);
    bx_json_put_int(&writer, "user", till->people.user);
    bx_json_put_string(&writer, "name", user ? user->name : "");
    bx_json_put_bool(&writer, "locked", till->people.locked);
    bx_json_put_int(&writer, "shift", till->shift);
    bx_json_put_string(&writer, "link", link_word(link));
    bx_json_put_bool(&writer, "online", link->online);
    bx_json_put_int(&writer, "queued", link->queued);
    bx_json_put_int(&writer, "attention", link->attention);
    bx_json_put_bool(&writer, "stopped", till->commits.resolving || till->commits.stopped);
    bx_json_put_int(&writer, "seq", till->next_seq - 1);
    bx_json_put_hex(&writer, "head", till->head.b, sizeof(till->head.b));
    bx_json_put_bool(&writer, "printer_ready", till->papers.printer_ready);
    bx_json_put_string(&writer, "printer", till->papers.printer_say);
    if (till->config.fiscal) {
        bx_json_put_bool(&writer, "signing", !till->signing.lost);
        bx_json_put_int(&writer, "unsigned", till->signing.unsigned_count);
        bx_json_put_int(&writer, "signed", till->signing.counts[BX_SIGN_SIGNED]);
        bx_json_put_int(&writer, "late", till->signing.counts[BX_SIGN_LATE]);
    }
    bx_json_object_close(&writer);
    bx_buf_format(
        &command->human,
        bx_word("Till %" PRId64 ", %s, %s, %" PRId64 " waiting, %" PRId64 " need attention"),
        till->till, user ? user->name : bx_word("nobody logged in"), bx_word(link_word(link)),
        link->queued, link->attention);
    char signs[80];
    if (bx_fiscal_say(till, signs, sizeof(signs)))
        bx_buf_format(&command->human, ", %s", signs);
    bx_command_answer(till);
}

void bx_enquiry_rows(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    const char *verb = till->command.verb;
    struct bx_fault fault = {0};
    if (strcmp(verb, "queue") == 0) {
        queue_rows(till, rows, count);
    } else if (till->command.stage == 0 && count == 0) {
        bx_fault_say(&fault, BX_ERR_MISSING, "This till has no such sale.");
        bx_command_refuse(till, &fault);
    } else {
        show_rows(till, rows, count);
    }
}
