/* SPDX-License-Identifier: Apache-2.0 */
/* A visit that did not take place: everything this till has sold for one slot is refunded, sale by
 * sale, used tickets too, on one supervisor's word. Each sale gets its own document, so what was
 * done stands even when it is broken off; done again it goes on with what is left. */

#include "screens.h"

#include <inttypes.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "command.h"

enum { BATCH = 32 };

static void next(struct bx_till *till)
{
    struct bx_sweep *sweep = &till->sweep;
    sweep->sale = bx_case_destroy(sweep->sale);
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    effect->request = sweep->request = bx_till_request(till);
    effect->of.query =
        (struct bx_query){.kind = BX_QUERY_SALES, .from = sweep->below, .limit = BATCH};
}

static void end(struct bx_till *till)
{
    struct bx_sweep sweep = till->sweep;
    char money[BX_MONEY_TEXT];
    till->sweep = (struct bx_sweep){0};
    bx_counter_money(till, bx_money_of(sweep.cash), money);
    if (sweep.cash > 0)
        bx_drawer_open(till, &sweep.last, bx_till_drawer(till), false);
    bx_told(till, sweep.origin, sweep.failed > 0 ? BX_TONE_WARN : BX_TONE_GOOD,
            "%d sales refunded, %s of it in cash; %d could not be.", sweep.done, money,
            sweep.failed);
    if (sweep.origin == 0 || till->command.request != sweep.origin)
        return;
    bx_buf_format(&till->command.json,
                  "{\"refunded\":%d,\"failed\":%d,\"cash\":%" PRId64 ",\"total\":%" PRId64 "}",
                  sweep.done, sweep.failed, sweep.cash, sweep.total);
    bx_command_ended(till, sweep.origin, BX_DONE, NULL);
}

/* What SALE has for the slot and is still there; false: nothing. */
static bool taking_make(const struct bx_till *till, const struct bx_case *one,
                        struct bx_taking *ret)
{
    bool any = false;
    *ret = (struct bx_taking){.of = one->row.head.id, .kind = BX_KIND_REFUND, .visit = true};
    for (int i = 0; i < one->sale.ticket_count; i++) {
        const struct bx_line *line = &one->sale.basket.lines[one->sale.tickets[i].line];
        ret->tickets[i] =
            bx_slug_equal(&line->slot, &till->sweep.slot) && !one->remains.ticket_gone[i];
        any = any || ret->tickets[i];
    }
    return any;
}

static void written(struct bx_till *till, const struct bx_intent *intent,
                    const struct bx_entry_head *head, const struct bx_ref *ref,
                    const struct bx_fault *fault)
{
    struct bx_sweep *sweep = &till->sweep;
    (void)head;
    if (fault)
        bx_attempts_unsold(till, intent->sale);
    else
        bx_attempts_sold(till, intent->sale);
    if (!sweep->active)
        return;
    if (fault) {
        sweep->failed++;
    } else {
        sweep->done++;
        sweep->last = *ref;
        for (int i = 0; i < intent->sale->tender_count; i++) {
            int64_t amount = -intent->sale->tenders[i].amount.minor;
            sweep->total += amount;
            if (intent->sale->tenders[i].kind == BX_TENDER_CASH)
                sweep->cash += amount;
        }
    }
    sweep->writing = false;
    next(till);
}

static void refund(struct bx_till *till)
{
    struct bx_sweep *sweep = &till->sweep;
    struct bx_fault fault = {0};
    struct bx_taking taking;
    struct bx_sale *draft = bx_new(struct bx_sale);
    if (!taking_make(till, sweep->sale, &taking)) {
        bx_free(draft);
        next(till);
        return;
    }
    if (sweep->sale->sale.training || bx_return_draft(till, sweep->sale, &taking, draft, &fault)) {
        bx_till_log(till, "not refunded: %s: %s", sweep->sale->row.head.number, fault.say);
        sweep->failed++;
        bx_free(draft);
        next(till);
        return;
    }
    struct bx_intent intent = {.kind = BX_KIND_REFUND, .job_count = 1, .after = written};
    draft->basket.id = bx_till_id(till);
    draft->warrants[draft->warrant_count++] = sweep->warrant;
    intent.sale = draft;
    intent.jobs = bx_new(struct bx_print_job);
    *intent.jobs = (struct bx_print_job){.kind = BX_JOB_RECEIPT, .ticket = -1};
    sweep->writing = true;
    bx_card_push(till, &intent);
}

static bool has_slot(const struct bx_row *row, const struct bx_slug *slot, struct bx_sale *room)
{
    if ((row->head.kind != BX_KIND_SALE && row->head.kind != BX_KIND_EXCHANGE) ||
        bx_sale_decode(row->body, row->len, room, NULL))
        return false;
    for (int i = 0; i < room->basket.count; i++)
        if (bx_slug_equal(&room->basket.lines[i].slot, slot))
            return true;
    return false;
}

bool bx_sweep_rows(struct bx_till *till, const struct bx_event *event)
{
    struct bx_sweep *sweep = &till->sweep;
    struct bx_fault fault = {0};
    size_t count = event->of.rows.count;
    if (!sweep->active || event->of.rows.request != sweep->request)
        return false;
    sweep->request = 0;
    struct bx_sale *room = bx_new(struct bx_sale);
    for (size_t i = 0; i < count && !sweep->sale; i++) {
        const struct bx_row *row = &event->of.rows.rows[i];
        sweep->below = row->head.seq;
        if (has_slot(row, &sweep->slot, room))
            sweep->sale = bx_case_create(row, &fault);
    }
    bx_free(room);
    if (sweep->sale)
        bx_case_load(till, sweep->sale);
    else if (count == BATCH && !event->of.rows.fault.err)
        next(till);
    else
        end(till);
    return true;
}

void bx_sweep_tick(struct bx_till *till)
{
    struct bx_sweep *sweep = &till->sweep;
    if (sweep->active && sweep->sale && !sweep->writing && bx_case_is_ready(sweep->sale))
        refund(till);
}

static void allowed(struct bx_till *till, bx_origin origin, const struct bx_warrant *warrant,
                    const void *arg)
{
    till->sweep = (struct bx_sweep){.active = true, .origin = origin, .warrant = *warrant};
    memcpy(&till->sweep.slot, arg, sizeof(till->sweep.slot));
    next(till);
}

int bx_sweep_ask(struct bx_till *till, bx_origin origin, const struct bx_slot *slot,
                 struct bx_fault *fault)
{
    char time[BX_CLOCK_TEXT], day[24];
    struct bx_warrant_ask ask = {.origin = origin,
                                 .action = "visit",
                                 .need = BX_NEED_SUPERVISOR,
                                 .done = allowed,
                                 .arg = &slot->id,
                                 .size = sizeof(slot->id)};
    if (till->sweep.active)
        return bx_fault_say(fault, BX_ERR_BUSY, "Another time is being refunded: one moment.");
    if (till->training)
        return bx_fault_say(fault, BX_ERR_REFUSED, "Not in training.");
    bx_day_text(till, slot->date, true, day, sizeof(day));
    bx_words_print(ask.title, sizeof(ask.title), "Refund all of %s %s", day,
                   bx_slot_time(slot->start, slot->offset_min, time));
    bx_words_print(ask.text, sizeof(ask.text),
                   "Everything this till sold for it goes back, used tickets too.");
    return bx_warrant_ask(till, &ask, fault);
}

void bx_correct_slot(struct bx_till *till)
{
    const struct bx_slot *slot = bx_slots_selected(till);
    struct bx_fault fault = {0};
    if (!slot)
        bx_say(till, BX_TONE_PLAIN, "There is no such time.");
    else if (bx_sweep_ask(till, 0, slot, &fault))
        bx_counter_fault(till, &fault);
}

void bx_command_refund_slot(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_command *command = &till->command;
    struct bx_fault fault = {0};
    struct bx_slug id = {""};
    bx_origin mine = command->request;
    bx_json_string(reader, "slot", sizeof(id.s) - 1, id.s, sizeof(id.s));
    if (reader->err) {
        bx_command_usage(till, reader->fault);
        return;
    }
    const struct bx_slot *slot = till->programme ? bx_programme_slot(till->programme, &id) : NULL;
    int err = slot ? bx_sweep_ask(till, mine, slot, &fault)
                   : bx_fault_say(&fault, BX_ERR_MISSING, "There is no such time.");
    if (err && command->request == mine)
        bx_command_refuse(till, &fault);
}
