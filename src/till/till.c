/* SPDX-License-Identifier: Apache-2.0 */
/* The till itself: what it is made of, and which event goes to whom.
 *
 * Every event ends with one walk through everything that may be due. What is due is a matter of
 * state and of the event's clock, not of which event came, so a lost timer, a late answer and a
 * jump of hours are all the same case, and a rule that waits for something needs no call from
 * whoever brings it about. */

#include "core.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"

/* Screens show the time and ages: somebody must look now and then. */
enum { WAKE_USUAL_MS = 5000, WAKE_WATCHED_MS = 300 };

void bx_till_config_defaults(struct bx_till_config *config)
{
    *config = (struct bx_till_config){.enter = BX_ENTER_CASH,
                                      .lock_after = 0,
                                      .scan_prefix = "",
                                      .days_ahead = 1,
                                      .drawers = 1,
                                      .print_receipt = true};
}

struct bx_till *bx_till_create(const struct bx_till_config *config)
{
    struct bx_till *till = bx_new(struct bx_till);
    till->config = *config;
    till->next_seq = till->next_shift = 1;
    for (int i = 0; i < BX_SERIES_COUNT; i++)
        till->next_number[i] = 1;
    bx_desk_init(&till->desk, 0, true);
    bx_counter_init(till);
    return till;
}

void *bx_till_destroy(struct bx_till *till)
{
    if (!till)
        return NULL;
    bx_counter_finish(till);
    bx_command_finish(&till->command);
    bx_desk_finish(&till->desk);
    bx_commits_finish(&till->commits);
    bx_card_finish(&till->card);
    bx_shifts_finish(&till->shifts);
    bx_office_finish(&till->office);
    bx_figures_finish(&till->figures);
    bx_papers_finish(&till->papers);
    bx_case_destroy(till->sweep.sale);
    bx_leases_finish(&till->leases);
    bx_link_finish(till);
    bx_programme_destroy(till->programme);
    bx_staff_destroy(till->staff);
    bx_keys_destroy(till->keys);
    bx_shelf_finish(&till->shelf);
    bx_members_destroy(till->members);
    bx_orders_destroy(till->orders);
    bx_wipe(&till->people, sizeof(till->people));
    return bx_free(till);
}

int64_t bx_till_request(struct bx_till *till)
{
    return ++till->requests;
}

struct bx_id bx_till_id(struct bx_till *till)
{
    uint8_t random[10];
    bx_rand_draw(&till->rand, random, sizeof(random));
    return bx_id_make(till->turn.utc, random);
}

void bx_till_log(struct bx_till *till, const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_LOG);
    effect->of.log = bx_effects_hold(till->out, line, strlen(line));
}

bool bx_mono_is_due(bx_mono now, bx_mono at)
{
    return at.ns != 0 && now.ns >= at.ns;
}

bx_mono bx_mono_plus_ms(bx_mono at, int64_t ms)
{
    return (bx_mono){at.ns + ms * BX_MS_NS};
}

struct bx_date bx_till_today(const struct bx_till *till)
{
    struct bx_date date;
    int minute;
    bx_utc_civil(till->turn.utc, bx_programme_offset(till->programme, till->turn.utc), &date,
                 &minute);
    return date;
}

int bx_till_code(struct bx_till *till, struct bx_date date, const struct bx_slug *class,
                 struct bx_code *ret, struct bx_fault *fault)
{
    static const struct bx_subkey nobodys = {{0}}; /* no gate knows it: what training prints */
    uint8_t random[7];
    const struct bx_subkey *key = till->training ? &nobodys
                                  : till->keys   ? bx_keys_find(till->keys, date, class)
                                                 : NULL;
    if (!key)
        return bx_fault_say(fault, BX_ERR_MISSING,
                            "This till has no key to make tickets for that day. It has to reach "
                            "the server once.");
    bx_rand_draw(&till->rand, random, sizeof(random));
    *ret = bx_code_make(key, till->keys ? till->keys->key_epoch : 0, till->issuer, random);
    return 0;
}

/* --- start --------------------------------------------------------------------------------- */

static void document_load(struct bx_till *till, const struct bx_event *event,
                          enum bx_document document)
{
    const char *bytes = event->of.start.documents[document];
    size_t len = event->of.start.document_lens[document];
    struct bx_fault fault = {0};
    bool good = true;
    if (!bytes)
        return;
    switch (document) {
    case BX_DOC_PROGRAMME:
        till->programme = bx_programme_parse(bytes, len, &fault);
        good = till->programme != NULL;
        break;
    case BX_DOC_STAFF:
        till->staff = bx_staff_parse(bytes, len, &fault);
        good = till->staff != NULL;
        break;
    case BX_DOC_KEYS:
        till->keys = bx_keys_parse(bytes, len, &fault);
        good = till->keys != NULL;
        break;
    case BX_DOC_MEMBERS:
        till->members = bx_members_parse(bytes, len, &fault);
        good = till->members != NULL;
        break;
    case BX_DOC_ARRIVALS:
        till->orders = bx_orders_parse(bytes, len, &fault);
        good = till->orders != NULL;
        break;
    case BX_DOCUMENTS: bx_unreachable();
    }
    if (!good)
        bx_till_log(till, "the stored document %d cannot be read: %s", (int)document, fault.detail);
}

static void start(struct bx_till *till, const struct bx_event *event)
{
    const struct bx_journal_state *state = event->of.start.state;
    if (till->started) {
        till->dropped++;
        return;
    }
    till->started = true;
    till->till = state->till;
    till->incarnation = state->incarnation;
    till->issuer = state->issuer;
    till->next_seq = state->next_seq;
    memcpy(till->next_number, state->next_number, sizeof(till->next_number));
    till->head = state->head;
    till->shift = state->shift;
    till->next_shift = state->next_shift;
    till->last_at = state->last_at;
    till->last_boot = state->last_boot;
    till->shift_opened = state->shift_opened;
    till->shift_seq = state->shift_seq;
    till->perpetual = state->perpetual;
    till->training = state->training;
    if (bx_figures_merge(&till->figures, &state->figures))
        bx_till_log(till, "the figures of the open shift cannot be taken over");
    for (int document = 0; document < BX_DOCUMENTS; document++)
        document_load(till, event, (enum bx_document)document);
    bx_draft_start(till, event);
    bx_people_start(till, event);
    bx_leases_start(till, state);
    bx_shelf_start(till);
    bx_fiscal_start(till, state);
    bx_papers_start(till, state->jobs, state->job_count);
    bx_link_start(till, event);
    bx_clock_start(till, event->of.start.rebooted);
    bx_counter_start(till);
    bx_exchange_start(till);
    bx_shifts_start(till);
    bx_desk_refresh(till, &till->desk);
    bx_attempts_start(till);
    bx_limits_start(till, state);
}

/* --- events -------------------------------------------------------------------------------- */

static void stored(struct bx_till *till, const struct bx_event *event)
{
    int64_t request = event->of.stored.request;
    if (request == 0)
        till->dropped++;
    else if (request == till->commits.request)
        bx_commit_stored(till, event);
    else if (request == till->papers.note_request)
        bx_papers_stored(till, event);
    else if (request == till->invoicing.request)
        bx_invoice_stored(till, event);
    else if (request == till->erasing.request)
        bx_persons_stored(till, event);
    else if (request == till->leases.note_request)
        bx_leases_stored(till, event);
    else if (request == till->link.note_request || request == till->link.document_note)
        bx_link_stored(till, event);
    else if (!bx_limits_stored(till, event) && !bx_fiscal_stored(till, event))
        till->dropped++;
}

static void rows(struct bx_till *till, const struct bx_event *event)
{
    int64_t request = event->of.rows.request;
    if (request == 0)
        till->dropped++;
    else if (request == till->link.queue_request)
        bx_link_rows(till, event);
    else if (request == till->link.attention_request)
        bx_link_attention(till, event);
    else if (request == till->draft.request)
        bx_draft_rows(till, event);
    else if (request == till->papers.read_request || request == till->papers.order.request)
        bx_papers_rows(till, event);
    else if (request == till->command.read_request)
        bx_command_rows(till, event);
    else if (request == till->attempts.read_request)
        bx_attempts_rows(till, event);
    else if (request == till->offline.request)
        bx_limits_rows(till, event);
    else if (request == till->voucher.read_request)
        bx_vouchers_rows(till, event);
    else if (request == till->counter.read_request)
        bx_counter_rows(till, event);
    else if (!bx_shifts_rows(till, event) && !bx_cases_rows(till, event) &&
             !bx_sweep_rows(till, event) && !bx_fiscal_rows(till, event) &&
             !bx_office_rows(till, event))
        till->dropped++;
}

static void booking(struct bx_till *till, const struct bx_booking_answer *answer)
{
    const struct bx_link *link = &till->link;
    if (answer->request == 0)
        till->dropped++;
    else if (answer->request == till->leases.request)
        bx_leases_answer(till, answer);
    else if (answer->request == link->send_request || answer->request == link->news_request ||
             answer->request == link->document_request)
        bx_link_answer(till, answer);
    else if (!bx_question_answer(till, answer))
        till->dropped++;
}

static void housekeeping(struct bx_till *till, const struct bx_fault *fault)
{
    if (till->damage.err)
        return; /* told once, and shown from then on */
    bx_till_log(till, "journal: %s: %s", bx_err_word(fault->err), fault->detail);
    bx_say(till, BX_TONE_BAD, "%s", fault->say);
    if (fault->err == BX_ERR_CORRUPT)
        till->damage = *fault;
}

static void dispatch(struct bx_till *till, const struct bx_event *event)
{
    switch (event->kind) {
    case BX_EVENT_START: start(till, event); break;
    case BX_EVENT_TICK: break;
    case BX_EVENT_KEY:
        till->people.last_key = till->turn.mono;
        bx_counter_key(till, event->of.key.key);
        break;
    case BX_EVENT_COMMAND:
        bx_command_take(till, event->of.command.request, event->of.command.json,
                        event->of.command.len);
        break;
    case BX_EVENT_STORED: stored(till, event); break;
    case BX_EVENT_ROWS: rows(till, event); break;
    case BX_EVENT_PIN:
        if (event->of.pin.request != 0 && event->of.pin.request == till->people.pin_request)
            bx_people_pin(till, event);
        else
            till->dropped++;
        break;
    case BX_EVENT_BOOKING: booking(till, &event->of.booking); break;
    case BX_EVENT_PRINT: bx_papers_report(till, &event->of.print); break;
    case BX_EVENT_FISCAL: bx_fiscal_answer(till, &event->of.fiscal); break;
    case BX_EVENT_CARD: bx_card_answer(till, &event->of.card); break;
    case BX_EVENT_OFFICE: bx_office_answer(till, event); break;
    case BX_EVENT_HOUSEKEEPING: housekeeping(till, &event->of.fault); break;
    }
}

void bx_till_update(struct bx_till *till, const struct bx_event *event, struct bx_effects *effects)
{
    struct bx_turn before = till->turn;
    till->turn = event->turn;
    till->rand = (struct bx_rand){0};
    memcpy(till->rand.seed, event->turn.seed, sizeof(till->rand.seed));
    till->out = effects;
    bx_words_use(bx_people_language(till));
    if (!till->started && event->kind != BX_EVENT_START) {
        till->dropped++;
        till->out = NULL;
        return;
    }
    if (till->started)
        bx_clock_turn(till, &before);
    dispatch(till, event);
    bx_people_tick(till);
    bx_leases_tick(till);
    bx_link_tick(till);
    bx_limits_tick(till);
    bx_attempts_tick(till);
    bx_fiscal_tick(till);
    bx_papers_tick(till);
    bx_cases_tick(till);
    bx_sweep_tick(till);
    bx_commit_tick(till);
    bx_command_tick(till);
    bx_counter_tick(till);
    bx_clock_tick(till);
    bx_draft_tick(till);
    bx_display_tick(till);
    bx_wipe(&till->rand, sizeof(till->rand));
    till->out = NULL;
}

/* --- for whoever runs it -------------------------------------------------------------------- */

void bx_mono_earlier(bx_mono *wake, bx_mono at)
{
    if (at.ns != 0 && at.ns < wake->ns)
        *wake = at;
}

bx_mono bx_till_wake(const struct bx_till *till)
{
    bool watched = till->desk.committing || till->desk.waiting > 0 || till->people.pin_request;
    bx_mono now = till->turn.mono;
    bx_mono wake = bx_mono_plus_ms(now, watched ? WAKE_WATCHED_MS : WAKE_USUAL_MS);
    bx_mono_earlier(&wake, till->draft.due);
    bx_mono_earlier(&wake, till->commits.resolve_at);
    bx_papers_wake(till, &wake);
    bx_fiscal_wake(till, &wake);
    bx_cases_wake(till, &wake);
    bx_link_wake(till, &wake);
    bx_attempts_wake(till, &wake);
    bx_counter_wake(till, &wake);
    return wake;
}

static bool is_storing(const struct bx_till *till)
{
    return till->commits.count > 0 || till->papers.note_request || till->invoicing.request ||
           till->leases.note_request || till->link.note_request || till->link.document_note;
}

/* Somebody outside was asked for something and may still answer. */
static bool is_asking(const struct bx_till *till)
{
    return till->people.pin_request || till->command.request || bx_fiscal_is_busy(till) ||
           bx_question_is_open(till) || bx_attempts_are_busy(till);
}

bool bx_till_is_idle(const struct bx_till *till)
{
    const struct bx_link *link = &till->link;
    bool reading = link->queue_request || link->attention_request || till->draft.request ||
                   till->papers.read_request || till->papers.order.active ||
                   till->counter.read_request || bx_shifts_are_busy(till);
    bool sending = till->leases.request || link->send_request || link->news_request ||
                   link->document_request || (link->online && link->document_at > 0);
    return !is_storing(till) && !reading && !sending && !is_asking(till) &&
           !bx_papers_are_busy(till) && !bx_cases_are_busy(till) && !till->sweep.active &&
           bx_counter_is_idle(till);
}

void bx_till_facts(const struct bx_till *till, struct bx_till_facts *ret)
{
    *ret = (struct bx_till_facts){
        .till = till->till,
        .incarnation = till->incarnation,
        .next_seq = till->next_seq,
        .next_series = till->next_number[BX_SERIES_SALE],
        .shift = till->shift,
        .user = till->people.user,
        .epoch = till->link.epoch,
        .commit = till->link.commit,
        .head = till->head,
        .queued = till->link.queued,
        .attention = till->link.attention,
        .dropped = till->dropped,
        .online = till->link.online,
        .forced_offline = till->link.forced,
        .locked = till->people.locked,
        .stopped = till->commits.resolving || till->commits.stopped || till->damage.err,
        .leases = till->leases.rows,
        .lease_count = till->leases.count,
    };
}
