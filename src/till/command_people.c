/* SPDX-License-Identifier: Apache-2.0 */
/* Commands about who is at the till, and about its line to the server. */

#include "core.h"

#include <inttypes.h>
#include <string.h>

#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "command.h"
#include "screens.h"

enum { SYNC_MS = 30000 };

static void person_put(struct bx_till *till)
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
        bx_buf_text_add(&command->human, bx_word("Nobody is logged in."));
    else
        bx_buf_format(&command->human, bx_word("%s, shift %" PRId64 "%s"), user->name, till->shift,
                      till->people.locked ? bx_word(", locked") : "");
}

void bx_command_person(struct bx_till *till)
{
    person_put(till);
    bx_command_answer(till);
}

void bx_command_login(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_command *command = &till->command;
    struct bx_fault fault = {0};
    char pin[64];
    int64_t number = bx_json_int(reader, "number", 1, 9999);
    bx_json_string(reader, "pin", 32, pin, sizeof(pin));
    command->n = bx_json_int_or(reader, "float", 0, BX_MONEY_MAX, 0);
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

void bx_command_lock(struct bx_till *till, struct bx_json_reader *reader)
{
    (void)reader;
    if (payment_refuses(till))
        return;
    bx_people_lock(till);
    bx_command_person(till);
}

void bx_command_logout(struct bx_till *till, struct bx_json_reader *reader)
{
    (void)reader;
    if (!payment_refuses(till))
        bx_people_logout(till, till->command.request);
}

void bx_command_offline(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_command *command = &till->command;
    bool on = bx_json_bool_or(reader, "on", true);
    if (reader->err) {
        bx_command_usage(till, reader->fault);
        return;
    }
    bx_link_force(till, on);
    bx_buf_format(&command->json, "{\"forced\":%s}", on ? "true" : "false");
    bx_buf_text_add(&command->human,
                    on ? bx_word("Offline by choice.") : bx_word("Asking the server again."));
    bx_command_answer(till);
}

void bx_command_sync(struct bx_till *till, struct bx_json_reader *reader)
{
    (void)reader;
    bx_link_try_now(till);
    till->command.n = till->link.exchanges;
    till->command.until = bx_mono_plus_ms(till->turn.mono, SYNC_MS);
}

/* Done when nothing is unsent or under way; not done when the server was asked and is not there. */
void bx_command_sync_look(struct bx_till *till)
{
    struct bx_command *command = &till->command;
    const struct bx_link *link = &till->link;
    struct bx_fault fault = {0};
    bool busy = link->pending || link->queue_request || link->send_request || link->note_request;
    if (link->online && !link->forced && !busy) {
        bx_buf_format(&command->json, "{\"queued\":%" PRId64 ",\"attention\":%" PRId64 "}",
                      link->queued, link->attention);
        bx_buf_format(&command->human, bx_word("%" PRId64 " waiting, %" PRId64 " need attention."),
                      link->queued, link->attention);
        bx_command_answer(till);
        return;
    }
    bool asked = link->exchanges > command->n && link->failures > 0;
    if (link->enrolled && !link->forced && !link->stranger && !asked &&
        till->turn.mono.ns < command->until.ns)
        return;
    bx_fault_say(&fault, BX_ERR_OFFLINE, "%s: %" PRId64 " still waiting. Nothing is lost.",
                 !link->enrolled  ? bx_word("This till is not enrolled")
                 : link->forced   ? bx_word("Offline by choice")
                 : link->stranger ? bx_word("The server does not know this till")
                                  : bx_word("The server does not answer"),
                 link->queued);
    bx_command_refuse(till, &fault);
}

void bx_command_person_done(struct bx_till *till, const struct bx_entry_head *head,
                            const struct bx_ref *ref)
{
    (void)head;
    (void)ref;
    person_put(till);
}
