/* SPDX-License-Identifier: Apache-2.0 */
/* What the server has recorded with a task waits for a person. What can be done depends on what it
 * said; all of it ends in an entry: a correction of the sale, or a settlement that says why it
 * stays as it is. Nothing is put aside without a word, and what costs the venue something is a
 * supervisor's word. */

#include "screens.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/text.h"
#include "boxtill/base/words.h"
#include "command.h"

/* What accepting a task means, in words, and whether it takes a supervisor. Tasks that are not
 * listed are new to this till: a supervisor's. */
static const struct task {
    const char *word, *accept;
    bool cashier;
} tasks[] = {
    {"over", BX_WORD("They are let in beyond the capacity."), false},
    {"price", BX_WORD("The price that was taken stands."), true},
    {"voucher", BX_WORD("The voucher was used elsewhere: the loss is the venue's."), false},
    {"limit", BX_WORD("They are let in beyond the product's limit."), false},
    {"product", BX_WORD("It was sold although it is gone."), true},
    {"slot", BX_WORD("It was sold although the time is gone."), true},
    {"cancelled", BX_WORD("The time is cancelled: they were told."), false},
    {"clock", BX_WORD("The time of day was right after all."), true},
    {"returned", BX_WORD("It was given back twice: the loss is the venue's."), false},
    {"used", BX_WORD("The ticket was used before it came back."), false},
    {"collected", BX_WORD("The order was collected twice."), false},
    {"cashier", BX_WORD("What was done stands; whoever did it was spoken to."), false},
    {"replaced", BX_WORD("The latest code is the good one."), true},
    {"gap", BX_WORD("The missing entry was found."), false},
    {"overlap", BX_WORD("The journal was looked at: it is one."), false},
    {"sums", BX_WORD("The sale was added up by hand."), false},
    {"clash", BX_WORD("Both tickets were looked at."), false},
    {"z", BX_WORD("The Z was compared with the server's figures."), false},
};

static const struct task *task_of(const struct bx_row *row)
{
    for (size_t i = 0; i < bx_countof(tasks); i++)
        if (strcmp(tasks[i].word, row->answer.task) == 0)
            return &tasks[i];
    return NULL;
}

static bool is_open(const struct bx_row *row)
{
    return row->answered && !row->settled &&
           (row->answer.outcome == BX_ENTRY_RECORDED_TASK ||
            row->answer.outcome == BX_ENTRY_CONFLICT);
}

/* The open task that is chosen on QUEUE; NULL. */
static const struct bx_row *chosen(const struct bx_till *till)
{
    const struct bx_counter *counter = &till->counter;
    const struct bx_item *item = bx_items_at(till, counter->queue_at);
    const struct bx_row *row = item && counter->row_count > 0 ? bx_items_row(till, item) : NULL;
    return row && is_open(row) ? row : NULL;
}

/* --- settling -----------------------------------------------------------------------------------
 */

struct settlement {
    int64_t seq;
    char word[24];
};

static void settled(struct bx_till *till, const struct bx_intent *intent,
                    const struct bx_entry_head *head, const struct bx_ref *ref,
                    const struct bx_fault *fault)
{
    (void)head;
    (void)ref;
    if (fault) {
        bx_refused(till, intent->origin, fault);
        return;
    }
    bx_link_settled(till);
    bx_told(till, intent->origin, BX_TONE_GOOD, "Settled.");
}

static void settle(struct bx_till *till, bx_origin origin, const struct bx_warrant *warrant,
                   const void *arg)
{
    const struct settlement *settlement = arg;
    struct bx_intent intent = {
        .kind = BX_KIND_SETTLE, .origin = origin, .n = settlement->seq, .after = settled};
    char text[sizeof(intent.about) + BX_NAME_SIZE + BX_SLUG_SIZE];
    int len = snprintf(text, sizeof(text), "%s", settlement->word);
    if (!bx_slug_is_none(&warrant->reason))
        len += snprintf(text + len, sizeof(text) - (size_t)len, " %s", warrant->reason.s);
    if (warrant->approver != 0)
        len += snprintf(text + len, sizeof(text) - (size_t)len, " by %d", (int)warrant->approver);
    if (warrant->note[0])
        snprintf(text + len, sizeof(text) - (size_t)len, ": %s", warrant->note);
    BX_TEXT_COPY(intent.about, text);
    bx_commit_push(till, &intent);
}

static int settle_ask(struct bx_till *till, bx_origin origin, const struct bx_row *row,
                      const char *word, struct bx_fault *fault)
{
    const struct task *task = task_of(row);
    bool conflict = row->answer.outcome == BX_ENTRY_CONFLICT;
    struct settlement settlement = {.seq = row->head.seq};
    struct bx_warrant_ask ask = {.origin = origin,
                                 .action = "settle",
                                 .need =
                                     task && task->cashier ? BX_NEED_REASON : BX_NEED_SUPERVISOR,
                                 .done = settle,
                                 .arg = &settlement,
                                 .size = sizeof(settlement)};
    if (!is_open(row))
        return bx_fault_say(fault, BX_ERR_REFUSED, "Only what needs attention can be settled.");
    BX_TEXT_COPY(settlement.word, word);
    bx_words_print(ask.title, sizeof(ask.title), "Settle %s",
                   row->head.number[0] ? row->head.number : bx_kind_name(row->head.kind));
    snprintf(ask.text, sizeof(ask.text), "%s %s", bx_task_say(&row->answer),
             task       ? bx_word(task->accept)
             : conflict ? bx_word("Both bodies are kept: somebody has looked at them.")
                        : "");
    return bx_warrant_ask(till, &ask, fault);
}

static void settled_beside(struct bx_till *till, const struct bx_intent *intent,
                           const struct bx_entry_head *head, const struct bx_ref *ref,
                           const struct bx_fault *fault)
{
    (void)intent;
    (void)head;
    (void)ref;
    if (!fault)
        bx_link_settled(till);
}

/* Without a word: what the correction says must stay in sight. */
void bx_attention_corrected(struct bx_till *till, struct bx_case *one, const char *number)
{
    struct bx_intent intent = {
        .kind = BX_KIND_SETTLE, .n = one->row.head.seq, .after = settled_beside};
    if (one->foreign || !is_open(&one->row))
        return;
    one->row.settled = true;
    BX_TEXT_COPY(intent.about, number);
    bx_commit_push(till, &intent);
}

/* --- on the screen ------------------------------------------------------------------------------
 */

static void accept(struct bx_till *till)
{
    const struct bx_row *row = chosen(till);
    struct bx_fault fault = {0};
    if (row && settle_ask(till, 0, row, "accept", &fault))
        bx_counter_fault(till, &fault);
}

static bool is_sale(const struct bx_till *till)
{
    const struct bx_row *row = chosen(till);
    return row && (row->head.kind == BX_KIND_SALE || row->head.kind == BX_KIND_EXCHANGE);
}

static bool is_document(const struct bx_till *till)
{
    const struct bx_row *row = chosen(till);
    return row && bx_kind_shape(row->head.kind) == BX_SHAPE_SALE;
}

/* On SALE everything that corrects it is at hand; the correction settles the task. */
static void look(struct bx_till *till)
{
    const struct bx_row *row = chosen(till);
    bx_counter_back(till);
    if (row)
        bx_items_sale_open(till, row, "");
}

static void refund(struct bx_till *till)
{
    look(till);
    till->counter.then = BX_ACTION_REFUND;
}

static void exchange(struct bx_till *till)
{
    look(till);
    till->counter.then = BX_ACTION_EXCHANGE;
}

static void again(struct bx_till *till)
{
    bx_counter_back(till);
    bx_link_try_now(till);
    bx_say(till, BX_TONE_PLAIN, "Asking the server now.");
}

static const struct bx_menu_row rows[] = {
    {'r', BX_WORD("Give the money back"),
     BX_WORD("Opens the sale and takes back what should not have been sold."), refund, false,
     is_sale},
    {'x', BX_WORD("Exchange it"), BX_WORD("Opens the sale: another time or product for it."),
     exchange, false, is_sale},
    {'o', BX_WORD("Look at the sale"), BX_WORD("Its tickets, and what became of them."), look, true,
     is_document},
    {'a', BX_WORD("It stays as it is"),
     BX_WORD("Settles it with a reason; what costs the venue, with a supervisor."), accept, false,
     NULL},
    {'t', BX_WORD("Ask the server again"), BX_WORD("It may know more by now."), again, true, NULL},
};
static const struct bx_menu_kind menu = {BX_WORD("Needs attention"), rows, bx_countof(rows)};

void bx_attention_open(struct bx_till *till)
{
    struct bx_counter *counter = &till->counter;
    counter->queue_at = counter->selected;
    const struct bx_item *item = bx_items_at(till, counter->queue_at);
    const struct bx_attempt *attempt = item ? bx_attempts_find(till, &item->attempt) : NULL;
    if (attempt && attempt->entry.kind == BX_TENDER_CARD)
        bx_card_menu(till, &item->attempt);
    else if (chosen(till))
        bx_menu_open(till, &menu);
    else
        bx_say(till, BX_TONE_PLAIN, "Only what needs attention can be settled.");
}

void bx_attention_settle(struct bx_till *till)
{
    struct bx_fault fault = {0};
    till->counter.queue_at = till->counter.selected;
    const struct bx_row *row = chosen(till);
    const struct bx_item *item = bx_items_at(till, till->counter.queue_at);
    if (item && !bx_id_is_zero(&item->attempt))
        bx_attention_open(till);
    else if (!row)
        bx_say(till, BX_TONE_PLAIN, "Only what needs attention can be settled.");
    else if (settle_ask(till, 0, row, "accept", &fault))
        bx_counter_fault(till, &fault);
}

/* --- by command ---------------------------------------------------------------------------------
 */

void bx_command_settle(struct bx_till *till, struct bx_json_reader *reader)
{
    struct bx_command *command = &till->command;
    command->n = bx_json_int(reader, "seq", 1, INT64_MAX >> 10);
    bx_json_string_or(reader, "action", 20, command->reason, sizeof(command->reason), "accept");
    if (reader->err) {
        bx_command_usage(till, reader->fault);
        return;
    }
    bx_command_read(till, BX_QUERY_FROM, NULL, 1)->of.query.from = command->n;
}

void bx_command_settle_rows(struct bx_till *till, const struct bx_row *found, size_t count)
{
    struct bx_command *command = &till->command;
    struct bx_fault fault = {0};
    bx_origin mine = command->request;
    int err = 0;
    if (count == 0 || found[0].head.seq != command->n)
        err = bx_fault_say(&fault, BX_ERR_MISSING, "This till has no entry %d.", (int)command->n);
    else if (found[0].head.kind == BX_KIND_TENDER_INTENT)
        err = bx_card_slip_ask(till, command->request, &found[0].head.id, command->reason, &fault);
    else
        err = settle_ask(till, command->request, &found[0], command->reason, &fault);
    if (err && command->request == mine)
        bx_command_refuse(till, &fault);
}
