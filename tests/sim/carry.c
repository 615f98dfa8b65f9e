/* SPDX-License-Identifier: Apache-2.0 */
/* Effects and the ports they belong to, as src/run does it: what a port of this machine answers
 * at once is brought to the core when all effects of the turn are carried out, in order. */

#include <inttypes.h>
#include <string.h>

#include "sim.h"

/* --- what waits to be brought --------------------------------------------------------------- */

static struct sim_pending *pend(struct sim_till *till, enum bx_event_kind kind)
{
    struct sim_pending *made = bx_new(struct sim_pending);
    made->event.kind = kind;
    bx_buf_init(&made->bytes, 0);
    if (till->last)
        till->last->next = made;
    else
        till->first = made;
    till->last = made;
    return made;
}

struct sim_pending *sim_pending_take(struct sim_till *till)
{
    struct sim_pending *first = till->first;
    if (first)
        till->first = first->next;
    if (!till->first)
        till->last = NULL;
    return first;
}

void sim_pending_drop(struct sim_pending *taken)
{
    bx_free(taken->rows);
    bx_buf_finish(&taken->bytes);
    bx_free(taken);
}

static void stored(struct sim_till *till, int64_t request, enum bx_outcome outcome,
                   const struct bx_ref *ref, const struct bx_fault *fault)
{
    struct bx_event *event = &pend(till, BX_EVENT_STORED)->event;
    event->of.stored.request = request;
    event->of.stored.outcome = outcome;
    if (outcome == BX_DONE)
        event->of.stored.ref = *ref;
    else
        event->of.stored.fault = *fault;
}

/* --- the disk ------------------------------------------------------------------------------ */

static enum bx_outcome unknown(struct bx_fault *fault)
{
    bx_fault_set(fault, BX_ERR_UNKNOWN, "The disk does not say whether it is stored.", NULL);
    return BX_UNKNOWN;
}

static void early_print(struct sim *sim, int till, const struct bx_commit *commit)
{
    if (sim->options.plant != SIM_PLANT_EARLY_PRINT || !commit->content.sale)
        return;
    for (int i = 0; i < commit->content.sale->ticket_count; i++)
        sim_ghost_sheet(sim, till, BX_JOB_TICKET, commit->head.seq,
                        commit->content.sale->tickets[i].code.s, 0);
}

/* A commit that may turn out badly: refused, or unknown with the entry there or not. */
static void commit(struct sim *sim, int till, const struct bx_effect *effect)
{
    struct sim_till *at = &sim->tills[till];
    const struct bx_commit *what = &effect->of.commit;
    struct bx_commit wish = *what;
    struct bx_fault fault = {0};
    struct bx_ref ref = {0};
    enum bx_outcome outcome = BX_REFUSED;
    wish.boot_id = at->boot_id;
    enum sim_disk disk = at->disk;
    at->disk = SIM_DISK_GOOD;
    early_print(sim, till, what);
    if (disk == SIM_DISK_GOOD || disk == SIM_DISK_UNKNOWN_DONE)
        outcome = at->journal->ops->commit(at->journal, &wish, &ref, &fault);
    else
        bx_fault_set(&fault, BX_ERR_FULL, "The disk is full.", NULL);
    if (outcome == BX_DONE)
        sim_ghost_commit(sim, till, what, &ref.hash);
    if (disk == SIM_DISK_UNKNOWN || disk == SIM_DISK_UNKNOWN_DONE)
        outcome = unknown(&fault);
    sim_trace(sim, "till %d commits %s seq %" PRId64 " %s: %s%s", till,
              bx_kind_word(what->head.kind), what->head.seq, what->head.number,
              outcome == BX_DONE      ? "done"
              : outcome == BX_REFUSED ? "refused"
                                      : "unknown",
              disk == SIM_DISK_UNKNOWN_DONE ? " (it is there)" : "");
    if (outcome == BX_REFUSED && disk == SIM_DISK_GOOD)
        sim_broken(sim, "journal", "the journal refuses an entry: %s %s", fault.say, fault.detail);
    stored(at, effect->request, outcome, &ref, &fault);
}

static void resolve(struct sim *sim, int till, const struct bx_effect *effect)
{
    struct sim_till *at = &sim->tills[till];
    struct bx_fault fault = {0};
    struct bx_ref ref = {0};
    enum bx_outcome outcome;
    if (at->resolves > 0 && !sim->quiet) {
        at->resolves--;
        outcome = unknown(&fault);
    } else {
        outcome = at->journal->ops->resolve(at->journal, &effect->of.resolve, &ref, &fault);
    }
    sim_trace(sim, "till %d looks for the entry: %d", till, (int)outcome);
    stored(at, effect->request, outcome, &ref, &fault);
}

static void note(struct sim *sim, int till, const struct bx_effect *effect)
{
    struct sim_till *at = &sim->tills[till];
    const struct bx_journal_notes *notes = &effect->of.note;
    struct bx_fault fault = {0};
    struct bx_ref ref = {0};
    for (size_t i = 0; i < notes->answer_count; i++)
        sim_ghost_marked(sim, till, &notes->answers[i]);
    sim_trace(sim, "till %d notes %zu answers, %zu leases, %zu jobs%s", till, notes->answer_count,
              notes->lease_count, notes->job_count, notes->has_document ? ", a document" : "");
    for (size_t i = 0; i < notes->lease_count; i++)
        sim_trace(sim, "    %s r %" PRId64 " %s %" PRId64 " of %" PRId64, notes->leases[i].pool.s,
                  notes->leases[i].r, bx_lease_word(notes->leases[i].state), notes->leases[i].used,
                  notes->leases[i].n);
    int err = BX_ERR_FULL;
    if (at->disk == SIM_DISK_REFUSES)
        bx_fault_set(&fault, BX_ERR_FULL, "The disk is full.", NULL);
    else
        err = at->journal->ops->note(at->journal, notes, &ref, &fault);
    if (err != 0 && at->disk != SIM_DISK_REFUSES)
        sim_broken(sim, "journal", "the journal refuses a note: %s %s", fault.say, fault.detail);
    if (err == 0)
        sim_ghost_leases(sim, till, notes->leases, notes->lease_count);
    at->disk = at->disk == SIM_DISK_REFUSES ? SIM_DISK_GOOD : at->disk;
    stored(at, effect->request, err ? BX_REFUSED : BX_DONE, &ref, &fault);
}

struct gathering {
    struct sim_pending *pending;
    size_t starts[BX_ROWS_MAX];
};

static int row_gather(void *arg, const struct bx_row *row)
{
    struct gathering *to = arg;
    struct sim_pending *pending = to->pending;
    if (pending->count == BX_ROWS_MAX)
        return 1;
    to->starts[pending->count] = pending->bytes.len;
    pending->rows[pending->count++] = *row;
    bx_buf_add(&pending->bytes, row->body, row->len);
    return 0;
}

static void read_rows(struct sim *sim, int till, const struct bx_effect *effect)
{
    struct sim_till *at = &sim->tills[till];
    struct sim_pending *pending = pend(at, BX_EVENT_ROWS);
    struct gathering to = {.pending = pending};
    struct bx_event *event = &pending->event;
    pending->rows = bx_alloc(BX_ROWS_MAX, sizeof(*pending->rows));
    int err = at->journal->ops->read(at->journal, &effect->of.query, row_gather, &to,
                                     &event->of.rows.fault);
    bx_assert(err >= 0);
    at->rows_read += (int64_t)pending->count;
    for (size_t i = 0; i < pending->count; i++)
        pending->rows[i].body = bx_buf_text(&pending->bytes) + to.starts[i];
    event->of.rows.request = effect->request;
    event->of.rows.rows = pending->rows;
    event->of.rows.count = pending->count;
}

/* --- the server ---------------------------------------------------------------------------- */

static struct sim_message *message_for(struct sim *sim, int till, const struct bx_effect *effect,
                                       enum bx_exchange exchange)
{
    struct sim_till *at = &sim->tills[till];
    struct sim_message *message = sim_message_create();
    struct bx_till_facts facts;
    bx_till_facts(at->core, &facts);
    message->exchange = exchange;
    message->till = till;
    message->life = at->life;
    message->request = effect->request;
    message->seen_epoch = facts.epoch;
    message->seen_commit = facts.commit;
    message->slot = exchange;
    while (exchange == BX_EXCHANGE_QUESTION && message->slot + 1 < SIM_EXCHANGES &&
           at->flights[message->slot] != 0)
        message->slot++;
    if (at->flights[message->slot] != 0)
        sim_broken(sim, "one exchange", "till %d has too many exchanges of kind %d under way", till,
                   (int)exchange);
    at->flights[message->slot] = effect->request;
    return message;
}

/* The planted fault: what is sent carries an id of this attempt, whole and well formed. */
static void rekey(struct sim *sim, struct bx_envelope *envelope, char *body, size_t len)
{
    char old[BX_ID_TEXT], fresh[BX_ID_TEXT];
    bx_id_format(&envelope->id, old);
    for (size_t i = 0; i < sizeof(envelope->id.b); i += 8) {
        uint64_t word = sim_draw(&sim->rand);
        memcpy(envelope->id.b + i, &word, 8);
    }
    bx_id_format(&envelope->id, fresh);
    for (size_t i = 0; i + BX_ID_TEXT - 1 <= len; i++)
        if (memcmp(body + i, old, BX_ID_TEXT - 1) == 0)
            memcpy(body + i, fresh, BX_ID_TEXT - 1);
    envelope->hash = bx_entry_hash(&envelope->prev, envelope->till, envelope->incarnation,
                                   envelope->seq, body, len);
}

struct batch {
    struct sim *sim;
    const struct bx_ref *ref;
    struct sim_message *message;
    bool found;
};

static int entry_add(void *arg, const struct bx_row *row)
{
    struct batch *batch = arg;
    struct bx_envelope envelope = {.till = row->head.till,
                                   .incarnation = row->head.incarnation,
                                   .seq = row->head.seq,
                                   .id = row->head.id,
                                   .prev = row->prev,
                                   .hash = row->hash};
    batch->found = row->head.seq == batch->ref->seq && bx_hash_equal(&row->hash, &batch->ref->hash);
    struct bx_buf body;
    bx_buf_init(&body, 0);
    bx_buf_add(&body, row->body, row->len);
    if (batch->sim->options.plant == SIM_PLANT_KEY_AT_SEND)
        rekey(batch->sim, &envelope, body.data, body.len);
    bx_envelope_encode(&envelope, &batch->message->body);
    bx_buf_add(&batch->message->body, bx_buf_text(&body), body.len);
    bx_buf_byte_add(&batch->message->body, '\n');
    bx_buf_finish(&body);
    return 1;
}

static void send_entries(struct sim *sim, int till, const struct bx_effect *effect)
{
    struct bx_journal *journal = sim->tills[till].journal;
    struct batch batch = {.sim = sim};
    batch.message = message_for(sim, till, effect, BX_EXCHANGE_ENTRIES);
    for (size_t i = 0; i < effect->of.send.count; i++) {
        batch.ref = &effect->of.send.refs[i];
        batch.found = false;
        struct bx_query query = {.kind = BX_QUERY_FROM, .from = batch.ref->seq, .limit = 1};
        struct bx_fault fault = {0};
        int err = journal->ops->read(journal, &query, entry_add, &batch, &fault);
        if (err < 0 || !batch.found)
            sim_broken(sim, "journal first", "till %d sends entry %" PRId64 " that is not on disk",
                       till, batch.ref->seq);
        sim_ghost_proof(sim, till, batch.ref, "send");
    }
    sim_net_send(sim, batch.message);
}

static void allot(struct sim *sim, int till, const struct bx_effect *effect)
{
    struct sim_message *message = message_for(sim, till, effect, BX_EXCHANGE_ALLOT);
    const struct bx_allot_message *messages = effect->of.allot.messages;
    sim_ghost_proof(sim, till, &effect->of.allot.proof, "allot");
    for (size_t i = 0; i < effect->of.allot.count; i++) {
        sim_trace(sim, "    %s %s r %" PRId64 " n %" PRId64 " used %" PRId64 " %s seq %" PRId64,
                  bx_allot_verb_text(messages[i].verb), messages[i].pool.s, messages[i].r,
                  messages[i].n, messages[i].used, bx_lease_word(messages[i].state),
                  messages[i].seq);
        sim_ghost_message(sim, till, &messages[i]);
        message->weight += messages[i].verb == BX_ALLOT_HELLO;
    }
    bx_allot_messages_encode(&effect->of.allot.id, messages, effect->of.allot.count,
                             &message->body);
    sim_net_send(sim, message);
}

static void document(struct sim *sim, int till, const struct bx_effect *effect)
{
    struct sim_message *message = message_for(sim, till, effect, BX_EXCHANGE_DOCUMENT);
    message->document = effect->of.document.document;
    message->have = effect->of.document.have;
    sim_net_send(sim, message);
}

static void question(struct sim *sim, int till, const struct bx_effect *effect)
{
    struct sim_message *message = message_for(sim, till, effect, BX_EXCHANGE_QUESTION);
    message->question = effect->of.ask.question;
    bx_buf_add(&message->body, effect->of.ask.json, effect->of.ask.len);
    sim_trace(sim, "till %d asks %s %.*s", till, bx_question_word(message->question),
              (int)(effect->of.ask.len < 200 ? effect->of.ask.len : 200), effect->of.ask.json);
    sim_net_send(sim, message);
}

/* --- the rest ------------------------------------------------------------------------------ */

static void pin(struct sim *sim, int till, const struct bx_effect *effect)
{
    struct sim_item item = {.kind = SIM_PIN_DONE,
                            .till = till,
                            .life = sim->tills[till].life,
                            .request = effect->request};
    item.good =
        strcmp(effect->of.pin.pin, SIM_PIN) == 0 && strcmp(effect->of.pin.hash, SIM_HASH) == 0;
    sim_later(sim, 120 * BX_MS_NS, item);
}

static void draft_put(struct bx_buf *file, const char *json, size_t len)
{
    bx_buf_clear(file);
    bx_buf_add(file, json, len);
}

/* Written without sync, a power cut may bring back what stood there before. */
static void draft(struct sim_till *till, const struct bx_effect *effect)
{
    draft_put(&till->draft_before, bx_buf_text(&till->draft), till->draft.len);
    draft_put(&till->draft, effect->of.draft.json, effect->of.draft.len);
    if (effect->of.draft.sync)
        draft_put(&till->draft_before, effect->of.draft.json, effect->of.draft.len);
}

static void reply(struct sim *sim, int till, const struct bx_effect *effect)
{
    struct sim_till *at = &sim->tills[till];
    if (effect->of.reply.command != at->command)
        sim_broken(sim, "reply", "till %d answers command %" PRId64 ", asked was %" PRId64, till,
                   effect->of.reply.command, at->command);
    sim_trace(sim, "till %d replies %d %s %s", till, effect->of.reply.exit,
              effect->of.reply.json ? effect->of.reply.json : "",
              effect->of.reply.text ? effect->of.reply.text : "");
    at->command = 0;
    at->exit = effect->of.reply.exit;
    const char *json = effect->of.reply.json;
    if (json && strncmp(json, "{\"basket\":\"", 11) == 0 && strlen(json) > 11 + BX_ID_TEXT)
        memcpy(sim->parked, json + 11, BX_ID_TEXT - 1);
}

static void device(struct sim *sim, int till, const struct bx_effect *effect)
{
    if (effect->kind == BX_EFFECT_DRAWER)
        sim_ghost_drawer(sim, till, &effect->of.drawer.proof);
    else
        sim_terminal_take(sim, till, effect);
}

int sim_carry(struct sim *sim, int till, const struct bx_effect *effect)
{
    struct sim_till *at = &sim->tills[till];
    switch (effect->kind) {
    case BX_EFFECT_COMMIT: commit(sim, till, effect); break;
    case BX_EFFECT_RESOLVE: resolve(sim, till, effect); break;
    case BX_EFFECT_NOTE: note(sim, till, effect); break;
    case BX_EFFECT_READ: read_rows(sim, till, effect); break;
    case BX_EFFECT_DRAFT: draft(at, effect); break;
    case BX_EFFECT_PRINT: sim_print(sim, till, effect); break;
    case BX_EFFECT_PRINT_ASK: sim_print_ask(sim, till, effect); break;
    case BX_EFFECT_PRINT_CANCEL: sim_print_cancel(sim, till, effect); break;
    case BX_EFFECT_SEND: send_entries(sim, till, effect); break;
    case BX_EFFECT_ALLOT: allot(sim, till, effect); break;
    case BX_EFFECT_NEWS: sim_net_send(sim, message_for(sim, till, effect, BX_EXCHANGE_NEWS)); break;
    case BX_EFFECT_DOCUMENT: document(sim, till, effect); break;
    case BX_EFFECT_PIN: pin(sim, till, effect); break;
    case BX_EFFECT_REPLY: reply(sim, till, effect); break;
    case BX_EFFECT_ASK: question(sim, till, effect); break;
    case BX_EFFECT_DRAWER:
    case BX_EFFECT_CARD_START:
    case BX_EFFECT_CARD_ASK:
    case BX_EFFECT_CARD_STOP:
    case BX_EFFECT_CARD_REVERSE: device(sim, till, effect); break;
    case BX_EFFECT_OFFICE:
    case BX_EFFECT_DISPLAY:
    case BX_EFFECT_FISCAL_START:
    case BX_EFFECT_FISCAL_FINISH:
    case BX_EFFECT_FISCAL_CANCEL:
    case BX_EFFECT_FISCAL_ASK:
    case BX_EFFECT_BELL: break;
    case BX_EFFECT_LOG: sim_trace(sim, "till %d: %s", till, effect->of.log); break;
    case BX_EFFECT_QUIT: sim_till_crash(sim, till, "because somebody ended it"); return 1;
    }
    return sim_fuse(sim, till, "after an effect");
}
