/* SPDX-License-Identifier: Apache-2.0 */
/* Who is at the till. A PIN is compared by a worker (it is slow on purpose), so a login is asked
 * for here, answered later, and counts when its entry is on disk.
 *
 * Five wrong PINs in a row bar the number for a minute, each further one for twice as long, up to
 * an hour. The counts come from the journal, so a restart forgives nothing; the time, which no wall
 * clock is trusted with, counts anew from the start. An unknown number is compared with a hash that
 * nobody's PIN has: how long it takes tells nothing. */

#include "core.h"

#include <inttypes.h>
#include <string.h>

/* A worker that has not answered for PIN_MS never will. */
enum { TRIES = 5, BAR_FIRST_S = 60, BAR_MAX_S = 3600, PIN_MS = 30000 };

static const char nobody[] =
    "$argon2id$v=19$m=19456,t=2,p=1$j+SCC8zFUoVCW9tlal5Gsg$STCQZEQOR3xSpwLzqMpO4WqFtXA+"
    "dcZHnJJPRttH3I0";

static bx_mono bar_end(const struct bx_till *till, int failures)
{
    int64_t seconds = BAR_FIRST_S;
    if (failures < TRIES)
        return (bx_mono){0};
    for (int i = TRIES; i < failures && seconds < BAR_MAX_S; i++)
        seconds *= 2;
    if (seconds > BAR_MAX_S)
        seconds = BAR_MAX_S;
    return bx_mono_plus_ms(till->turn.mono, seconds * 1000);
}

/* A till that starts again within the same boot goes on with who was at it. One that was locked
 * stays so, and after a boot nobody knows who has switched it on. */
void bx_people_start(struct bx_till *till, const struct bx_event *event)
{
    const struct bx_journal_state *state = event->of.start.state;
    struct bx_people *people = &till->people;
    people->user = state->user;
    people->locked = people->user != 0 && (till->draft.locked || event->of.start.rebooted);
    people->last_key = till->turn.mono;
    for (size_t i = 0; i < state->lockout_count && i < BX_LOCKOUTS_MAX; i++) {
        people->lockouts[i] = state->lockouts[i];
        people->barred_until[i] = bar_end(till, state->lockouts[i].failures);
    }
}

const struct bx_user *bx_people_user(const struct bx_till *till)
{
    if (till->people.user == 0 || till->people.locked || !till->staff)
        return NULL;
    return bx_staff_user(till->staff, till->people.user);
}

static int lockout_find(const struct bx_people *people, int64_t number)
{
    for (int i = 0; i < BX_LOCKOUTS_MAX; i++)
        if (people->lockouts[i].user == number && people->lockouts[i].failures > 0)
            return i;
    return -1;
}

/* The row for a number that has none: a free one, else the one with the fewest failures. */
static int lockout_room(const struct bx_people *people)
{
    int best = 0;
    for (int i = 1; i < BX_LOCKOUTS_MAX; i++)
        if (people->lockouts[i].failures < people->lockouts[best].failures)
            best = i;
    return best;
}

static void failed(struct bx_till *till, int64_t number)
{
    struct bx_people *people = &till->people;
    int at = lockout_find(people, number);
    if (at < 0) {
        at = lockout_room(people);
        people->lockouts[at] = (struct bx_lockout){.user = number};
    }
    struct bx_lockout *row = &people->lockouts[at];
    row->failures++;
    row->last = till->turn.utc;
    people->barred_until[at] = bar_end(till, row->failures);
    bx_commit_note(till, BX_KIND_LOGIN_FAILED, "", number);
}

/* Says it to whoever asked. */
static void refuse(struct bx_till *till, bx_origin origin, const struct bx_fault *fault)
{
    if (origin == 0)
        bx_counter_logged_in(till, fault);
    else
        bx_command_ended(till, origin, BX_REFUSED, fault);
}

static int barred_check(const struct bx_till *till, int64_t number, struct bx_fault *fault)
{
    const struct bx_people *people = &till->people;
    int at = lockout_find(people, number);
    if (at < 0 || people->barred_until[at].ns <= till->turn.mono.ns)
        return 0;
    int64_t seconds =
        (people->barred_until[at].ns - till->turn.mono.ns + BX_SECOND_NS - 1) / BX_SECOND_NS;
    return bx_fault_say(fault, BX_ERR_REFUSED,
                        "Too many wrong PINs: number %" PRId64 " can try again in %" PRId64 " s.",
                        number, seconds);
}

/* Starts to compare PIN with NUMBER's. */
static int compare(struct bx_till *till, bx_origin origin, int64_t number, const char *pin,
                   struct bx_fault *fault)
{
    struct bx_people *people = &till->people;
    if (till->till == 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "This till is not enrolled yet.");
    if (till->commits.resolving || till->commits.stopped)
        return bx_fault_say(fault, BX_ERR_UNKNOWN,
                            "The journal does not answer: nobody can log in.");
    if (!till->staff)
        return bx_fault_say(fault, BX_ERR_MISSING,
                            "This till does not know its cashiers yet: it has to reach the server "
                            "once.");
    if (people->pin_request && till->turn.mono.ns < bx_mono_plus_ms(people->pin_at, PIN_MS).ns)
        return bx_fault_say(fault, BX_ERR_BUSY, "A PIN is being compared: one moment.");
    int err = barred_check(till, number, fault);
    if (err)
        return err;
    const struct bx_user *user = bx_staff_user(till->staff, number);
    const char *hash = user ? user->pin_hash : nobody;
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_PIN);
    effect->request = people->pin_request = bx_till_request(till);
    effect->of.pin.hash = bx_effects_hold(till->out, hash, strlen(hash));
    effect->of.pin.pin = bx_effects_hold(till->out, pin, strlen(pin));
    people->pin_at = till->turn.mono;
    people->pin_user = number;
    people->pin_origin = origin;
    people->pin_approves = false;
    return 0;
}

int bx_people_login(struct bx_till *till, bx_origin origin, int64_t number, const char *pin,
                    struct bx_fault *fault)
{
    return compare(till, origin, number, pin, fault);
}

int bx_people_approve(struct bx_till *till, bx_origin origin, int64_t number, const char *pin,
                      struct bx_fault *fault)
{
    int err = compare(till, origin, number, pin, fault);
    if (!err)
        till->people.pin_approves = true;
    return err;
}

static void push(struct bx_till *till, enum bx_kind kind, bx_origin origin, int64_t user)
{
    struct bx_intent intent = {.kind = kind, .origin = origin, .user = user};
    bx_commit_push(till, &intent);
}

void bx_people_pin(struct bx_till *till, const struct bx_event *event)
{
    struct bx_people *people = &till->people;
    int64_t number = people->pin_user;
    bx_origin origin = people->pin_origin;
    const struct bx_user *user = till->staff ? bx_staff_user(till->staff, number) : NULL;
    struct bx_fault fault = {0};
    bool approves = people->pin_approves;
    people->pin_request = 0;
    people->pin_approves = false;
    if (!event->of.pin.good || !user) {
        failed(till, number);
        if (barred_check(till, number, &fault) == 0)
            bx_fault_say(&fault, BX_ERR_REFUSED, "Number and PIN do not belong together.");
        if (approves)
            bx_warrant_pin(till, origin, number, &fault);
        else
            refuse(till, origin, &fault);
        return;
    }
    if (approves) {
        if (user->role == BX_ROLE_SUPERVISOR) {
            bx_warrant_pin(till, origin, number, NULL);
            return;
        }
        bx_fault_say(&fault, BX_ERR_REFUSED, "Number %" PRId64 " is not a supervisor's.", number);
        bx_warrant_pin(till, origin, number, &fault);
        return;
    }
    if (people->user != 0 && people->user != number)
        push(till, BX_KIND_LOGOUT, 0, people->user);
    /* On the screen the float is asked for next; a command has brought it along. */
    if (till->shift == 0 && origin != 0 && user->role != BX_ROLE_AUDITOR) {
        struct bx_cash_entry cash = {.drawer = 1, .amount = bx_money_of(till->command.n)};
        if (bx_shift_open(till, origin, number, true, &cash, &fault))
            refuse(till, origin, &fault);
        return;
    }
    push(till, BX_KIND_LOGIN, origin, number);
}

void bx_people_committed(struct bx_till *till, const struct bx_intent *intent,
                         const struct bx_fault *fault)
{
    struct bx_people *people = &till->people;
    if (intent->kind == BX_KIND_LOGOUT && !fault && people->user == intent->user)
        people->user = 0;
    if (intent->kind != BX_KIND_LOGIN)
        return;
    if (fault) {
        if (intent->origin == 0)
            bx_counter_logged_in(till, fault);
        return;
    }
    int at = lockout_find(people, intent->user);
    if (at >= 0) {
        people->lockouts[at] = (struct bx_lockout){0};
        people->barred_until[at] = (bx_mono){0};
    }
    people->user = intent->user;
    people->locked = false;
    people->last_key = till->turn.mono;
    bx_counter_logged_in(till, NULL);
}

void bx_people_lock(struct bx_till *till)
{
    if (till->people.user == 0 || till->people.locked)
        return;
    bx_desk_pay_close(till, &till->desk);
    till->people.locked = true;
    bx_counter_left(till);
}

void bx_people_logout(struct bx_till *till, bx_origin origin)
{
    int64_t user = till->people.user;
    if (user == 0) {
        struct bx_fault fault = {0};
        bx_fault_say(&fault, BX_ERR_REFUSED, "Nobody is logged in.");
        if (origin != 0)
            bx_command_ended(till, origin, BX_REFUSED, &fault);
        return;
    }
    bx_desk_pay_close(till, &till->desk);
    till->people.user = 0;
    till->people.locked = false;
    push(till, BX_KIND_LOGOUT, origin, user);
    bx_counter_left(till);
}

/* A till left alone locks itself; not under an open payment, where somebody is counting money. */
void bx_people_tick(struct bx_till *till)
{
    const struct bx_people *people = &till->people;
    if (till->config.lock_after <= 0 || !bx_people_user(till) || till->desk.tendering ||
        till->desk.committing)
        return;
    if (till->turn.mono.ns - people->last_key.ns >= till->config.lock_after * BX_SECOND_NS)
        bx_people_lock(till);
}
