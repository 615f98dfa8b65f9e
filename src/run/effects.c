/* SPDX-License-Identifier: Apache-2.0 */
/* Each kind of effect and the port it belongs to. What a port answers at once goes back to the till
 * at once; what cannot even be begun is answered here as the failure it is, since the till waits
 * for one answer to every request. */

#include "loop.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/point.h"
#include "boxtill/base/text.h"

static void host_log(struct bx_run *run, const char *what, const struct bx_fault *fault)
{
    bx_buf_auto line;
    bx_buf_init(&line, 1024);
    bx_buf_format(&line, "%s: %s: %s %s", what, bx_err_word(fault->err), fault->say, fault->detail);
    run->ports.host->ops->log(run->ports.host, bx_buf_text(&line));
}

/* --- the journal -------------------------------------------------------------------------- */

static void stored(struct bx_run *run, int64_t request, enum bx_outcome outcome,
                   const struct bx_ref *ref, const struct bx_fault *fault)
{
    struct bx_event event = {.kind = BX_EVENT_STORED,
                             .of.stored = {.request = request, .outcome = outcome}};
    if (outcome == BX_DONE)
        event.of.stored.ref = *ref;
    else
        event.of.stored.fault = *fault;
    bx_run_event(run, &event);
}

static void commit(struct bx_run *run, const struct bx_effect *effect)
{
    struct bx_journal *journal = run->ports.journal;
    struct bx_fault fault = {0};
    struct bx_ref ref = {0};
    enum bx_outcome outcome;
    if (effect->kind == BX_EFFECT_COMMIT) {
        struct bx_commit wish = effect->of.commit;
        wish.boot_id = bx_run_boot(run);
        outcome = journal->ops->commit(journal, &wish, &ref, &fault);
    } else {
        outcome = journal->ops->resolve(journal, &effect->of.resolve, &ref, &fault);
    }
    if (outcome != BX_DONE)
        host_log(run, effect->kind == BX_EFFECT_COMMIT ? "commit" : "resolve", &fault);
    run->idle_at = (bx_mono){0};
    stored(run, effect->request, outcome, &ref, &fault);
}

static void note(struct bx_run *run, const struct bx_effect *effect)
{
    const struct bx_journal_notes *notes = &effect->of.note;
    struct bx_journal *journal = run->ports.journal;
    struct bx_booking *booking = run->ports.booking;
    struct bx_fault fault = {0};
    struct bx_ref ref = {0};
    int err = journal->ops->note(journal, notes, &ref, &fault);
    if (err)
        host_log(run, "note", &fault);
    if (!err && notes->answer_count > 0)
        bx_point("noted");
    if (!err && booking && notes->seen_epoch > 0)
        booking->ops->seen(booking, notes->seen_epoch, notes->seen_commit);
    run->idle_at = (bx_mono){0};
    stored(run, effect->request,
           !err                    ? BX_DONE
           : err == BX_ERR_UNKNOWN ? BX_UNKNOWN
                                   : BX_REFUSED,
           &ref, &fault);
}

struct gathering {
    struct bx_run *run;
    size_t count;
    size_t starts[BX_ROWS_MAX]; /* of the bodies in run->bytes, which moves as it grows */
};

static int row_gather(void *arg, const struct bx_row *row)
{
    struct gathering *to = arg;
    if (to->count == BX_ROWS_MAX)
        return 1;
    to->starts[to->count] = to->run->bytes.len;
    to->run->rows[to->count++] = *row;
    bx_buf_add(&to->run->bytes, row->body, row->len);
    return to->run->bytes.full;
}

static void read_rows(struct bx_run *run, const struct bx_effect *effect)
{
    struct bx_journal *journal = run->ports.journal;
    struct gathering to = {.run = run};
    struct bx_event event = {.kind = BX_EVENT_ROWS, .of.rows = {.request = effect->request}};
    bx_buf_clear(&run->bytes);
    int err = journal->ops->read(journal, &effect->of.query, row_gather, &to, &event.of.rows.fault);
    if (err > 0)
        err = bx_fault_say(&event.of.rows.fault, BX_ERR_FULL, "Too much to read at once.");
    if (err)
        host_log(run, "read", &event.of.rows.fault);
    for (size_t i = 0; i < to.count; i++)
        run->rows[i].body = bx_buf_text(&run->bytes) + to.starts[i];
    event.of.rows.rows = run->rows;
    event.of.rows.count = err ? 0 : to.count;
    bx_run_event(run, &event);
}

/* --- the server --------------------------------------------------------------------------- */

static void not_sent(struct bx_run *run, int64_t request, enum bx_exchange exchange,
                     const struct bx_fault *fault)
{
    struct bx_event event = {.kind = BX_EVENT_BOOKING,
                             .of.booking = {.request = request,
                                            .exchange = exchange,
                                            .contact = BX_CONTACT_AGAIN,
                                            .fault = *fault}};
    bx_run_event(run, &event);
}

struct batch {
    struct bx_run *run;
    const struct bx_ref *refs;
    size_t ref_count, next; /* the ref that is looked for */
    size_t count;
    int64_t seq; /* read so far */
    struct bx_outgoing outgoing[BX_BATCH_MAX];
    size_t starts[BX_BATCH_MAX];
};

static int entry_gather(void *arg, const struct bx_row *row)
{
    struct batch *batch = arg;
    batch->seq = row->head.seq;
    while (batch->next < batch->ref_count && batch->refs[batch->next].seq < row->head.seq)
        batch->next++;
    if (batch->next == batch->ref_count)
        return 1;
    const struct bx_ref *ref = &batch->refs[batch->next];
    if (ref->seq != row->head.seq || !bx_hash_equal(&ref->hash, &row->hash))
        return 0;
    batch->starts[batch->count] = batch->run->bytes.len;
    batch->outgoing[batch->count++] =
        (struct bx_outgoing){.envelope = {.till = row->head.till,
                                          .incarnation = row->head.incarnation,
                                          .seq = row->head.seq,
                                          .id = row->head.id,
                                          .prev = row->prev,
                                          .hash = row->hash},
                             .len = row->len};
    bx_buf_add(&batch->run->bytes, row->body, row->len);
    return ++batch->next == batch->ref_count;
}

/* The stored bytes of the batch's entries. What was answered in between stands between them, so the
 * reading goes on in pages until the last is found. */
static int batch_read(struct bx_run *run, struct batch *batch, struct bx_fault *fault)
{
    struct bx_journal *journal = run->ports.journal;
    bx_buf_clear(&run->bytes);
    while (batch->next < batch->ref_count) {
        struct bx_query query = {
            .kind = BX_QUERY_FROM, .from = batch->refs[batch->next].seq, .limit = BX_ROWS_MAX};
        int64_t before = batch->seq;
        int err = journal->ops->read(journal, &query, entry_gather, batch, fault);
        if (err < 0)
            return err;
        if (err > 0 || batch->seq == before)
            break;
    }
    for (size_t i = 0; i < batch->count; i++)
        batch->outgoing[i].body = bx_buf_text(&run->bytes) + batch->starts[i];
    if (batch->count == 0)
        return bx_fault_set(fault, BX_ERR_CORRUPT, "The entries to send cannot be found.", NULL);
    return 0;
}

static int send_entries(struct bx_run *run, const struct bx_effect *effect, struct bx_fault *fault)
{
    struct bx_booking *booking = run->ports.booking;
    struct batch *batch = bx_new(struct batch);
    batch->run = run;
    batch->refs = effect->of.send.refs;
    batch->ref_count = effect->of.send.count < BX_BATCH_MAX ? effect->of.send.count : BX_BATCH_MAX;
    int err = batch_read(run, batch, fault);
    if (!err) {
        bx_point("sent");
        err = booking->ops->entries(booking, effect->request, batch->outgoing, batch->count, fault);
    }
    bx_free(batch);
    return err;
}

static enum bx_exchange exchange_of(const struct bx_effect *effect)
{
    return effect->kind == BX_EFFECT_SEND    ? BX_EXCHANGE_ENTRIES
           : effect->kind == BX_EFFECT_ALLOT ? BX_EXCHANGE_ALLOT
           : effect->kind == BX_EFFECT_NEWS  ? BX_EXCHANGE_NEWS
           : effect->kind == BX_EFFECT_ASK   ? BX_EXCHANGE_QUESTION
                                             : BX_EXCHANGE_DOCUMENT;
}

static void ask_server(struct bx_run *run, const struct bx_effect *effect)
{
    struct bx_booking *booking = run->ports.booking;
    enum bx_exchange exchange = exchange_of(effect);
    struct bx_fault fault = {0};
    int err;
    if (!booking)
        err = bx_fault_set(&fault, BX_ERR_OFFLINE, "This till is not enrolled.", NULL);
    else if (exchange == BX_EXCHANGE_ENTRIES)
        err = send_entries(run, effect, &fault);
    else if (exchange == BX_EXCHANGE_ALLOT)
        err = booking->ops->allot(booking, effect->request, &effect->of.allot.id,
                                  &effect->of.allot.proof, effect->of.allot.messages,
                                  effect->of.allot.count, &fault);
    else if (exchange == BX_EXCHANGE_NEWS)
        err = booking->ops->news(booking, effect->request, &fault);
    else if (exchange == BX_EXCHANGE_QUESTION)
        err = booking->ops->ask(booking, effect->request, effect->of.ask.question,
                                effect->of.ask.json, effect->of.ask.len, &fault);
    else
        err = booking->ops->document(booking, effect->request, effect->of.document.document,
                                     effect->of.document.have, &fault);
    if (!err)
        return;
    host_log(run, "to the server", &fault);
    not_sent(run, effect->request, exchange, &fault);
}

/* --- the printer -------------------------------------------------------------------------- */

static void report(struct bx_run *run, const struct bx_print_job *job, enum bx_job_state state,
                   const char *say)
{
    struct bx_event event = {.kind = BX_EVENT_PRINT, .of.print = {.job = job->id, .state = state}};
    BX_TEXT_COPY(event.of.print.say, say);
    bx_run_event(run, &event);
}

static void print(struct bx_run *run, const struct bx_effect *effect)
{
    struct bx_printer *printer = run->ports.printer;
    const struct bx_print_job *job = &effect->of.print.job;
    struct bx_fault fault = {.err = BX_ERR_MISSING, .say = "no printer is set up"};
    int err = BX_ERR_MISSING;
    if (printer && effect->kind == BX_EFFECT_PRINT) {
        bx_point("print.submit");
        err = printer->ops->submit(printer, &effect->of.print.proof, job, effect->of.print.paper,
                                   &fault);
        bx_point("print.submitted");
    } else if (printer && effect->kind == BX_EFFECT_PRINT_ASK)
        err = printer->ops->ask(printer, job, &fault);
    else if (printer)
        err = printer->ops->cancel(printer, job, &fault);
    if (!err)
        return;
    host_log(run, "printer", &fault);
    /* A job that was never handed over is safe; of one from an earlier life nobody knows. */
    if (effect->kind == BX_EFFECT_PRINT)
        report(run, job, BX_JOB_FAILED_SAFE, fault.say);
    else if (effect->kind == BX_EFFECT_PRINT_ASK)
        report(run, job, BX_JOB_UNSURE, fault.say);
}

/* --- the fiscal device --------------------------------------------------------------------- */

/* A device that cannot even be told is out of order; that a payment begins or ends is not missed.
 */
static void fiscal(struct bx_run *run, const struct bx_effect *effect)
{
    struct bx_fiscal *device = run->ports.fiscal;
    struct bx_event event = {.kind = BX_EVENT_FISCAL,
                             .of.fiscal = {.outcome = BX_FISCAL_OUT, .say = "none is set up"}};
    struct bx_fault fault = {0};
    int err = 0;
    if (device && effect->kind == BX_EFFECT_FISCAL_START)
        err = device->ops->start(device, &effect->of.fiscal.id, effect->of.fiscal.process, &fault);
    else if (device && effect->kind == BX_EFFECT_FISCAL_CANCEL)
        err = device->ops->cancel(device, &effect->of.fiscal.id, &fault);
    else if (device && effect->kind == BX_EFFECT_FISCAL_FINISH)
        err = device->ops->finish(device, &effect->of.fiscal.proof, effect->of.fiscal.document,
                                  &fault);
    else if (device)
        err = device->ops->ask(device, &fault);
    if (device && !err)
        return;
    if (device) {
        host_log(run, "fiscal device", &fault);
        BX_TEXT_COPY(event.of.fiscal.say, fault.say);
    }
    if (effect->kind == BX_EFFECT_FISCAL_FINISH || effect->kind == BX_EFFECT_FISCAL_ASK)
        bx_run_event(run, &event);
}

/* --- the card terminal ---------------------------------------------------------------------- */

/* What it never heard of did not happen; what cannot be asked stays unknown. */
static void card(struct bx_run *run, const struct bx_effect *effect)
{
    struct bx_card *terminal = run->ports.card;
    const struct bx_id *id = &effect->of.card.id;
    bool start = effect->kind == BX_EFFECT_CARD_START;
    struct bx_event event = {.kind = BX_EVENT_CARD,
                             .of.card = {.id = *id,
                                         .reversal = effect->kind == BX_EFFECT_CARD_REVERSE,
                                         .outcome = start ? BX_REFUSED : BX_UNKNOWN,
                                         .say = "none is set up"}};
    struct bx_fault fault = {0};
    int err = 0;
    if (terminal && start)
        err = terminal->ops->start(terminal, &effect->of.card.proof, id, effect->of.card.amount,
                                   effect->of.card.currency, &fault);
    else if (terminal && effect->kind == BX_EFFECT_CARD_ASK)
        err = terminal->ops->ask(terminal, id, &fault);
    else if (terminal && effect->kind == BX_EFFECT_CARD_STOP)
        err = terminal->ops->stop(terminal, id, &fault);
    else if (terminal)
        err = terminal->ops->reverse(terminal, &effect->of.card.proof, id, effect->of.card.amount,
                                     &fault);
    if (terminal && !err)
        return;
    if (terminal) {
        host_log(run, "card terminal", &fault);
        BX_TEXT_COPY(event.of.card.say, fault.say);
    }
    bx_run_event(run, &event);
}

/* --- the rest ----------------------------------------------------------------------------- */

static void draft(struct bx_run *run, const struct bx_effect *effect)
{
    struct bx_fault fault = {0};
    if (run->ports.host->ops->draft(run->ports.host, effect->of.draft.json, effect->of.draft.len,
                                    effect->of.draft.sync, &fault))
        host_log(run, "draft", &fault);
}

static void drawer(struct bx_run *run, const struct bx_effect *effect)
{
    struct bx_printer *printer = run->ports.printer;
    struct bx_fault fault = {0};
    if (printer &&
        printer->ops->drawer(printer, &effect->of.drawer.proof, effect->of.drawer.drawer, &fault))
        host_log(run, "drawer", &fault);
}

static void office(struct bx_run *run, const struct bx_effect *effect)
{
    struct bx_host *host = run->ports.host;
    struct bx_event event = {.kind = BX_EVENT_OFFICE, .of.office = {.request = effect->request}};
    struct bx_fault *fault = &event.of.office.fault;
    int err = host->ops->office
                  ? host->ops->office(host, &effect->of.office, &event.of.office.done, fault)
                  : bx_fault_say(fault, BX_ERR_MISSING, "This till writes no files.");
    if (err)
        host_log(run, "office", fault);
    bx_run_event(run, &event);
}

static void pin(struct bx_run *run, const struct bx_effect *effect)
{
    struct bx_event event = {.kind = BX_EVENT_PIN,
                             .of.pin = {.request = effect->request, .good = false}};
    if (!bx_pins_ask(run->pins, effect->request, effect->of.pin.hash, effect->of.pin.pin))
        bx_run_event(run, &event);
}

void bx_run_effect(struct bx_run *run, const struct bx_effect *effect)
{
    struct bx_host *host = run->ports.host;
    switch (effect->kind) {
    case BX_EFFECT_COMMIT:
    case BX_EFFECT_RESOLVE: commit(run, effect); break;
    case BX_EFFECT_NOTE: note(run, effect); break;
    case BX_EFFECT_READ: read_rows(run, effect); break;
    case BX_EFFECT_DRAFT: draft(run, effect); break;
    case BX_EFFECT_PRINT:
    case BX_EFFECT_PRINT_ASK:
    case BX_EFFECT_PRINT_CANCEL: print(run, effect); break;
    case BX_EFFECT_SEND:
    case BX_EFFECT_ALLOT:
    case BX_EFFECT_NEWS:
    case BX_EFFECT_DOCUMENT:
    case BX_EFFECT_ASK: ask_server(run, effect); break;
    case BX_EFFECT_DRAWER: drawer(run, effect); break;
    case BX_EFFECT_DISPLAY:
        if (run->sock)
            bx_sock_show(run->sock, effect->of.display.json, effect->of.display.len);
        break;
    case BX_EFFECT_FISCAL_START:
    case BX_EFFECT_FISCAL_FINISH:
    case BX_EFFECT_FISCAL_CANCEL:
    case BX_EFFECT_FISCAL_ASK: fiscal(run, effect); break;
    case BX_EFFECT_CARD_START:
    case BX_EFFECT_CARD_ASK:
    case BX_EFFECT_CARD_STOP:
    case BX_EFFECT_CARD_REVERSE: card(run, effect); break;
    case BX_EFFECT_OFFICE: office(run, effect); break;
    case BX_EFFECT_PIN: pin(run, effect); break;
    case BX_EFFECT_REPLY:
        bx_run_reply(run, effect->of.reply.command, effect->of.reply.exit, effect->of.reply.json,
                     effect->of.reply.text);
        break;
    case BX_EFFECT_BELL:
        if (host->ops->bell)
            host->ops->bell(host);
        break;
    case BX_EFFECT_LOG: host->ops->log(host, effect->of.log); break;
    case BX_EFFECT_QUIT: bx_run_stop(run); break;
    }
}
