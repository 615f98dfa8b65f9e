/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of persons: listed, erased on their request, erased when its time is over. The
 * journal tells that and why it was done, never what it was; chain, numbers and totals do not know
 * the difference. What is past its time goes by itself when nobody waits; `retain` does it now. */

#include "core.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/json.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "command.h"
#include "screens.h"

static int supervisor_check(const struct bx_till *till, struct bx_fault *fault)
{
    const struct bx_user *user = bx_people_user(till);
    return user && user->role == BX_ROLE_CASHIER
               ? bx_fault_say(fault, BX_ERR_REFUSED, "Only a supervisor or an auditor sees this.")
               : 0;
}

/* --- erasing ---------------------------------------------------------------------------------- */

static const char *const erased_words[] = {
    BX_WORD("What was past its time is erased."),
    BX_WORD("Erased. Chain, numbers and totals stay as they are.")};

void bx_persons_stored(struct bx_till *till, const struct bx_event *event)
{
    struct bx_erasing erasing = till->erasing;
    char hex[BX_ID_TEXT];
    bool one = !bx_id_is_zero(&erasing.id);
    till->erasing = (struct bx_erasing){0};
    if (erasing.origin == 0) {
        if (event->of.stored.outcome != BX_DONE)
            bx_counter_fault(till, &event->of.stored.fault);
        else
            bx_say(till, BX_TONE_GOOD, "%s", bx_word(erased_words[one]));
        return;
    }
    if (till->command.request != erasing.origin)
        return;
    if (event->of.stored.outcome != BX_DONE) {
        bx_command_refuse(till, &event->of.stored.fault);
        return;
    }
    bx_buf_format(&till->command.json, "{\"erased\":\"%s\",\"seq\":%" PRId64 "}",
                  one ? bx_id_format(&erasing.id, hex) : "", erasing.seq);
    bx_buf_text_add(&till->command.human, bx_word(erased_words[one]));
    bx_command_answer(till);
}

static void told(struct bx_till *till, const struct bx_intent *intent,
                 const struct bx_entry_head *head, const struct bx_ref *ref,
                 const struct bx_fault *fault)
{
    struct bx_erasing *erasing = &till->erasing;
    (void)intent;
    (void)ref;
    if (fault) {
        bx_origin origin = erasing->origin;
        *erasing = (struct bx_erasing){0};
        bx_refused(till, origin, fault);
        return;
    }
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_NOTE);
    effect->request = erasing->request = bx_till_request(till);
    effect->of.note.reoffer_above = -1;
    erasing->seq = head->seq;
    if (bx_id_is_zero(&erasing->id)) {
        effect->of.note.persons_end = till->turn.utc;
        return;
    }
    struct bx_person_note note = {.id = erasing->id};
    effect->of.note.persons = bx_effects_hold(till->out, &note, sizeof(note));
    effect->of.note.person_count = 1;
}

static void allowed(struct bx_till *till, bx_origin origin, const struct bx_warrant *warrant,
                    const void *arg)
{
    const struct bx_id *id = arg;
    struct bx_fault fault = {0};
    char hex[BX_ID_TEXT];
    struct bx_intent intent = {.kind = BX_KIND_ERASE, .after = told, .n = warrant->approver};
    if (till->erasing.active) {
        bx_fault_say(&fault, BX_ERR_BUSY, "Somebody is being erased: one moment.");
        bx_refused(till, origin, &fault);
        return;
    }
    till->erasing = (struct bx_erasing){.active = true, .origin = origin, .id = *id};
    snprintf(intent.about, sizeof(intent.about), "%s %.20s %.40s",
             bx_id_is_zero(id) ? "retention" : bx_id_format(id, hex), warrant->reason.s,
             warrant->note);
    bx_commit_push(till, &intent);
}

/* On request a supervisor's word is needed; what is past its time goes by the rule. */
int bx_persons_erase(struct bx_till *till, bx_origin origin, const struct bx_id *id,
                     const char *who, struct bx_fault *fault)
{
    struct bx_warrant_ask ask = {.origin = origin,
                                 .action = "erase",
                                 .need = bx_id_is_zero(id) ? BX_NEED_NOTHING : BX_NEED_SUPERVISOR,
                                 .done = allowed,
                                 .arg = id,
                                 .size = sizeof(*id)};
    BX_TEXT_COPY(ask.title, bx_word("Erase what is known of a person"));
    BX_TEXT_COPY(ask.text, who);
    return bx_warrant_ask(till, &ask, fault);
}

static void erase_ask(struct bx_till *till, const struct bx_id *id)
{
    struct bx_fault fault = {0};
    bx_origin mine = till->command.request;
    if (bx_persons_erase(till, mine, id, "", &fault) && till->command.request == mine)
        bx_command_refuse(till, &fault);
}

/* --- by command ------------------------------------------------------------------------------- */

static void rows_put(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_command *command = &till->command;
    struct bx_json_writer writer;
    char hex[BX_ID_TEXT], until[BX_DATE_TEXT];
    bx_json_write(&writer, &command->json);
    bx_json_object_open(&writer, NULL);
    bx_json_array_open(&writer, "persons");
    for (size_t i = 0; i < count; i++) {
        struct bx_buyer buyer = {{0}};
        struct bx_date date;
        int minute;
        if (bx_buyer_read(rows[i].body, rows[i].len, &buyer, NULL))
            bx_till_log(till, "what is known of a person cannot be read");
        bx_json_object_open(&writer, NULL);
        bx_json_put_id(&writer, "id", &rows[i].head.id);
        bx_json_put_int(&writer, "until", rows[i].head.at.us);
        bx_json_put_string(&writer, "name", buyer.name);
        bx_json_put_string(&writer, "street", buyer.street);
        bx_json_put_string(&writer, "town", buyer.town);
        bx_json_put_string(&writer, "tax", buyer.tax);
        bx_json_object_close(&writer);
        bx_utc_civil(rows[i].head.at, 0, &date, &minute);
        bx_buf_format(&command->human, "%s%s  %s  %s, %s", i > 0 ? "\n" : "",
                      bx_id_format(&rows[i].head.id, hex), bx_date_show(date, until), buyer.name,
                      buyer.town);
    }
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
    bx_command_answer(till);
}

void bx_command_person_rows(struct bx_till *till, const struct bx_row *rows, size_t count)
{
    struct bx_fault fault = {0};
    if (till->command.n == 0) {
        rows_put(till, rows, count);
        return;
    }
    if (count == 0) {
        bx_fault_say(&fault, BX_ERR_MISSING,
                     "Nothing is known of this person here, or not any more.");
        bx_command_refuse(till, &fault);
        return;
    }
    struct bx_id id = rows[0].head.id;
    erase_ask(till, &id);
}

void bx_command_known(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_fault fault = {0};
    struct bx_id id = {{0}};
    char act[12];
    bx_json_string(reader, "act", 10, act, sizeof(act));
    bool erases = strcmp(act, "erase") == 0, retains = strcmp(act, "retain") == 0;
    if (erases)
        bx_json_id(reader, "id", &id);
    if (!reader->err && !erases && !retains && strcmp(act, "list") != 0)
        bx_json_fault(reader, "act is list, erase or retain");
    if (reader->err) {
        bx_command_usage(till, reader->fault);
    } else if (erases ? bx_may_act(till, &fault) : supervisor_check(till, &fault)) {
        bx_command_refuse(till, &fault);
    } else if (retains) {
        erase_ask(till, &id);
    } else {
        till->command.n = erases;
        bx_command_read(till, BX_QUERY_PERSON, NULL, BX_ROWS_MAX)->of.query.id = id;
    }
}
