/* SPDX-License-Identifier: Apache-2.0 */
/* Why, and who allowed it. One engine for the screen and for commands: the screen asks in a form
 * over whatever is open, a command has said everything beforehand. Either way the approver's PIN is
 * compared by the worker, wrong ones count towards the lock-out of that number, and what is to be
 * done goes on only when the worker has answered. */

#include "screens.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/crypto.h"
#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

enum { NUMBER_MAX = 9999 };

void bx_refused(struct bx_till *till, bx_origin origin, const struct bx_fault *fault)
{
    if (origin == 0)
        bx_counter_fault(till, fault);
    else
        bx_command_ended(till, origin, BX_REFUSED, fault);
}

void bx_told(struct bx_till *till, bx_origin origin, enum bx_tone tone, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), bx_word(format), args);
    va_end(args);
    if (origin == 0)
        bx_say(till, tone, "%s", text);
    else if (till->command.request == origin)
        bx_buf_format(&till->command.human, "%s%s", till->command.human.len > 0 ? "\n" : "", text);
}

int bx_may_act(const struct bx_till *till, struct bx_fault *fault)
{
    const struct bx_user *user = bx_people_user(till);
    if (!user)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s",
                            till->people.locked ? bx_word("The till is locked: log in first.")
                                                : bx_word("Nobody is logged in."));
    if (user->role == BX_ROLE_AUDITOR)
        return bx_fault_say(fault, BX_ERR_REFUSED, "An auditor looks, and changes nothing.");
    return 0;
}

int bx_limit_check(struct bx_till *till, bx_origin origin, const struct bx_limit *limit,
                   int64_t value, const char *say, enum bx_need *need, struct bx_fault *fault)
{
    if (limit->at == 0 || value <= limit->at)
        return 0;
    switch (limit->beyond) {
    case BX_BEYOND_WARN: bx_told(till, origin, BX_TONE_WARN, "%s", say); return 0;
    case BX_BEYOND_ASK: *need = BX_NEED_SUPERVISOR; return 0;
    case BX_BEYOND_BLOCK: break;
    }
    return bx_fault_say(fault, BX_ERR_REFUSED, "%s", say);
}

/* --- what is asked for --------------------------------------------------------------------------
 */

static size_t reason_count(const struct bx_till *till, const char *action)
{
    size_t count = 0;
    for (size_t i = 0; till->programme && i < till->programme->reason_count; i++)
        count += strcmp(till->programme->reasons[i].action.s, action) == 0;
    return count;
}

static const struct bx_reason *reason_of(const struct bx_till *till, const char *action,
                                         const struct bx_slug *id)
{
    for (size_t i = 0; till->programme && i < till->programme->reason_count; i++) {
        const struct bx_reason *reason = &till->programme->reasons[i];
        if (strcmp(reason->action.s, action) == 0 && bx_slug_equal(&reason->id, id))
            return reason;
    }
    return NULL;
}

static bool is_supervisor(const struct bx_till *till, int64_t number)
{
    const struct bx_user *user = till->staff ? bx_staff_user(till->staff, number) : NULL;
    return user && user->role == BX_ROLE_SUPERVISOR;
}

static bool wants_note(enum bx_need need)
{
    return need == BX_NEED_REASON || need == BX_NEED_SUPERVISOR;
}

int64_t bx_warrant_approver(const struct bx_till *till, bx_origin origin)
{
    const struct bx_command *command = &till->command;
    if (origin != 0 && origin == command->request && command->warrant.approved)
        return command->warrant.approver;
    return is_supervisor(till, till->people.user) ? till->people.user : 0;
}

/* Does ASK, with REASON chosen (NULL none), need a supervisor's word? */
static bool needs_word(const struct bx_till *till, const struct bx_warrant_ask *ask,
                       const struct bx_slug *reason)
{
    const struct bx_reason *one = reason ? reason_of(till, ask->action, reason) : NULL;
    return ask->need >= BX_NEED_SUPERVISOR || (one && one->approve);
}

/* And that of somebody who has not given it yet? */
static bool needs_other(const struct bx_till *till, const struct bx_warrant_ask *ask,
                        const struct bx_slug *reason)
{
    return needs_word(till, ask, reason) && bx_warrant_approver(till, ask->origin) == 0;
}

static int approver_check(const struct bx_till *till, int64_t number, struct bx_fault *fault)
{
    return number == till->people.user
               ? bx_fault_say(fault, BX_ERR_REFUSED, "Somebody else has to allow this.")
               : 0;
}

/* The approver of something that needs one, where nobody has to be asked. */
static void own_approval(const struct bx_till *till, const struct bx_warrant_ask *ask,
                         struct bx_warrant *warrant)
{
    if (needs_word(till, ask, &warrant->reason))
        warrant->approver = bx_warrant_approver(till, ask->origin);
}

/* --- on the screen ------------------------------------------------------------------------------
 */

enum { FIELD_REASON, FIELD_NOTE, FIELD_NUMBER, FIELD_PIN, FIELDS };

/* The form's data: the question, then its argument. */
struct pending {
    struct bx_warrant_ask ask;
    struct bx_form *asker; /* closes with it */
    struct bx_warrant given;
    _Alignas(max_align_t) unsigned char arg[];
};

static void approver_show(struct bx_till *till, struct bx_form *form)
{
    const struct pending *pending = form->data;
    const struct bx_option *option = bx_field_option(&form->fields[FIELD_REASON]);
    bool other = needs_other(till, &pending->ask, option ? &option->id : NULL);
    form->fields[FIELD_NUMBER].hidden = form->fields[FIELD_PIN].hidden = !other;
}

static void warrant_fields(struct bx_till *till, struct bx_form *form)
{
    const struct pending *pending = form->data;
    const struct bx_programme *programme = till->programme;
    struct bx_field *reason = bx_form_choice(form, "Reason");
    for (size_t i = 0; programme && i < programme->reason_count; i++)
        if (strcmp(programme->reasons[i].action.s, pending->ask.action) == 0)
            bx_form_option(reason, programme->reasons[i].id.s, programme->reasons[i].name, 0);
    reason->hidden = reason->option_count == 0;
    struct bx_field *note = bx_form_text(form, "Why", BX_NAME_COLUMNS, false);
    note->hidden = !reason->hidden || !wants_note(pending->ask.need);
    bx_form_number(form, "Supervisor's number", 1, NUMBER_MAX);
    bx_form_field(form, BX_FIELD_PIN, "Supervisor's PIN");
    approver_show(till, form);
    BX_TEXT_COPY(form->title, bx_word(pending->ask.title));
    BX_TEXT_COPY(form->text, bx_word(pending->ask.text));
}

static int warrant_check(struct bx_till *till, struct bx_form *form, size_t at,
                         struct bx_fault *fault)
{
    if (at == FIELD_REASON)
        approver_show(till, form);
    return at == FIELD_NUMBER ? approver_check(till, form->fields[at].n, fault) : 0;
}

/* Closes the form, and the one that asked, then does it. */
static void warrant_go(struct bx_till *till, struct bx_form *form)
{
    struct pending *pending = form->data;
    form->data = NULL;
    bx_form_close(till, pending->asker ? pending->asker : form);
    pending->ask.done(till, 0, &pending->given, pending->ask.size > 0 ? pending->arg : NULL);
    bx_free(pending);
}

static int warrant_done(struct bx_till *till, struct bx_form *form, struct bx_fault *fault)
{
    struct pending *pending = form->data;
    struct bx_warrant *given = &pending->given;
    const struct bx_option *option = bx_field_option(&form->fields[FIELD_REASON]);
    bool approved = given->approver != 0;
    if (option)
        given->reason = option->id;
    BX_TEXT_COPY(given->note, form->fields[FIELD_NOTE].text);
    if (!form->fields[FIELD_NUMBER].hidden && !approved) {
        int err = bx_people_approve(till, 0, form->fields[FIELD_NUMBER].n,
                                    form->fields[FIELD_PIN].text, fault);
        if (err)
            return err;
        form->waiting = true;
        return BX_FORM_STAYS;
    }
    if (!approved)
        own_approval(till, &pending->ask, given);
    warrant_go(till, form);
    return BX_FORM_STAYS;
}

static const struct bx_form_kind warrant_form = {"Why", warrant_fields, warrant_check, warrant_done,
                                                 NULL};

static void screen_ask(struct bx_till *till, const struct bx_warrant_ask *ask)
{
    size_t size = sizeof(struct pending) + ask->size;
    struct pending *pending = bx_alloc(1, size);
    pending->ask = *ask;
    pending->asker = bx_form_top(till);
    BX_TEXT_COPY(pending->given.what.s, ask->action);
    if (ask->size > 0)
        memcpy(pending->arg, ask->arg, ask->size);
    bx_form_open(till, &warrant_form, pending, size);
    bx_free(pending);
}

/* --- by command ---------------------------------------------------------------------------------
 */

void bx_command_warrant_finish(struct bx_command_warrant *warrant)
{
    if (warrant->json)
        bx_wipe(warrant->json, warrant->len);
    bx_free(warrant->json);
    bx_wipe(warrant, sizeof(*warrant));
}

int bx_command_warrant_ask(struct bx_till *till, const char *json, size_t len,
                           struct bx_fault *fault)
{
    struct bx_command_warrant *brought = &till->command.warrant;
    int err =
        is_supervisor(till, brought->approver) ? 0 : approver_check(till, brought->approver, fault);
    if (!err)
        err =
            bx_people_approve(till, till->command.request, brought->approver, brought->pin, fault);
    if (err)
        return err;
    brought->json = bx_alloc(len, 1);
    brought->len = len;
    memcpy(brought->json, json, len);
    return 0;
}

static void reasons_say(const struct bx_till *till, const char *action, struct bx_fault *fault)
{
    char list[160] = "";
    size_t len = 0;
    for (size_t i = 0; i < till->programme->reason_count && len < sizeof(list); i++)
        if (strcmp(till->programme->reasons[i].action.s, action) == 0)
            len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s", len > 0 ? ", " : "",
                                    till->programme->reasons[i].id.s);
    bx_fault_say(fault, BX_ERR_REFUSED, "A reason is needed: %s.", list);
}

static int command_reason(const struct bx_till *till, const struct bx_warrant_ask *ask,
                          struct bx_warrant *given, struct bx_fault *fault)
{
    const struct bx_command_warrant *brought = &till->command.warrant;
    BX_TEXT_COPY(given->note, brought->note);
    if (reason_count(till, ask->action) == 0) {
        if (wants_note(ask->need) && given->note[0] == '\0')
            return bx_fault_say(fault, BX_ERR_REFUSED, "A note is needed that says why.");
        return 0;
    }
    BX_TEXT_COPY(given->reason.s, brought->reason);
    if (reason_of(till, ask->action, &given->reason))
        return 0;
    reasons_say(till, ask->action, fault);
    return BX_ERR_REFUSED;
}

static int command_ask(struct bx_till *till, const struct bx_warrant_ask *ask,
                       struct bx_fault *fault)
{
    struct bx_warrant given = {0};
    BX_TEXT_COPY(given.what.s, ask->action);
    int err = command_reason(till, ask, &given, fault);
    if (err)
        return err;
    if (needs_other(till, ask, &given.reason))
        return bx_fault_say(fault, BX_ERR_REFUSED, "A supervisor has to allow this: --approver.");
    own_approval(till, ask, &given);
    ask->done(till, ask->origin, &given, ask->arg);
    return 0;
}

/* --- both ---------------------------------------------------------------------------------------
 */

int bx_warrant_ask(struct bx_till *till, const struct bx_warrant_ask *ask, struct bx_fault *fault)
{
    int err = bx_may_act(till, fault);
    if (err)
        return err;
    if (ask->origin != 0)
        return command_ask(till, ask, fault);
    bool note = wants_note(ask->need);
    if (reason_count(till, ask->action) > 0 || note || needs_other(till, ask, NULL)) {
        screen_ask(till, ask);
        return 0;
    }
    struct bx_warrant given = {0};
    BX_TEXT_COPY(given.what.s, ask->action);
    own_approval(till, ask, &given);
    ask->done(till, 0, &given, ask->arg);
    return 0;
}

void bx_warrant_pin(struct bx_till *till, bx_origin origin, int64_t number,
                    const struct bx_fault *fault)
{
    struct bx_fault own = {0};
    /* Whose deed it is may have gone while the PIN was compared. */
    if (!fault && bx_may_act(till, &own))
        fault = &own;
    if (origin == 0) {
        struct bx_form *form = bx_form_top(till);
        if (!form || form->kind != &warrant_form || !form->waiting)
            return; /* left meanwhile */
        struct pending *pending = form->data;
        if (!fault)
            pending->given.approver = number;
        bx_form_resume(till, form, fault);
        return;
    }
    struct bx_command_warrant *brought = &till->command.warrant;
    if (till->command.request != origin || !brought->json)
        return;
    if (fault) {
        bx_command_ended(till, origin, BX_REFUSED, fault);
        return;
    }
    brought->approved = true;
    bx_command_approved(till);
}
