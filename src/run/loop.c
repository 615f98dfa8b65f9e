/* SPDX-License-Identifier: Apache-2.0 */
/* The loop. A turn sleeps once, in the host's wait, and then asks everybody who may have something
 * to say; being asked for nothing is cheap, and no wake-up can be lost between two places.
 *
 * Housekeeping of the journal runs only when no event came for a moment and none is due: a
 * checkpoint inside a sale would double its time. */

#include "loop.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/crypto.h"
#include "boxtill/base/point.h"

enum {
    FD_STOP,
    FD_PINS,
    FD_PRINTER,
    FD_FISCAL,
    FD_CARD,
    FD_KEYS,
    FD_SOCK,
    FDS_MAX = FD_SOCK + BX_SOCK_FDS,
    KEYS_A_TURN = 256,
    PRINTER_POLL_MS = 100,
    QUIET_MS = 100, /* without an event, before housekeeping */
    HOUSEKEEPING_MS = 10000,
    STOP_MS = 200 /* the draft is written 100 ms after the last change */
};

bx_mono bx_run_now(const struct bx_run *run)
{
    return run->ports.clock->ops->mono(run->ports.clock);
}

const char *bx_run_boot(const struct bx_run *run)
{
    struct bx_clock *clock = run->ports.clock;
    return clock->ops->boot ? clock->ops->boot(clock) : "";
}

void bx_run_event(struct bx_run *run, struct bx_event *event)
{
    struct bx_clock *clock = run->ports.clock;
    event->turn.utc = clock->ops->utc(clock);
    event->turn.mono = clock->ops->mono(clock);
    run->ports.random->ops->seed(run->ports.random, event->turn.seed);
    bx_till_update(run->till, event, run->effects);
    bx_wipe(event->turn.seed, sizeof(event->turn.seed));
    if (event->kind != BX_EVENT_TICK && event->kind != BX_EVENT_HOUSEKEEPING)
        run->busy_at = event->turn.mono;
    if (run->carrying)
        return;
    run->carrying = true;
    for (size_t i = 0; i < bx_effects_count(run->effects); i++)
        bx_run_effect(run, bx_effects_at(run->effects, i));
    bx_effects_clear(run->effects);
    run->carrying = false;
}

/* --- life --------------------------------------------------------------------------------- */

struct bx_run *bx_run_create(const struct bx_till_config *config, const struct bx_run_ports *ports)
{
    struct bx_run *run = bx_new(struct bx_run);
    run->ports = *ports;
    run->till = bx_till_create(config);
    run->effects = bx_effects_create();
    run->pins = bx_pins_create();
    bx_buf_init(&run->bytes, 0);
    return run;
}

static void commands_end(struct bx_run *run)
{
    while (run->command_count > 0) {
        bool begun = run->given;
        bx_run_reply(run, run->commands[0].request, begun ? 3 : 1, "{}",
                     begun ? "The till ended before this was done: look before you repeat it."
                           : "The till is ending.");
    }
}

void *bx_run_destroy(struct bx_run *run)
{
    if (!run)
        return NULL;
    commands_end(run);
    bx_sock_destroy(run->sock);
    bx_pins_destroy(run->pins);
    bx_till_destroy(run->till);
    bx_effects_destroy(run->effects);
    bx_buf_finish(&run->bytes);
    return bx_free(run);
}

static int documents_load(struct bx_run *run, struct bx_buf documents[BX_DOCUMENTS],
                          struct bx_event *event, struct bx_fault *fault)
{
    struct bx_journal *journal = run->ports.journal;
    for (int i = 0; i < BX_DOCUMENTS; i++) {
        int err = journal->ops->document(journal, (enum bx_document)i, &documents[i], fault);
        if (err == BX_ERR_MISSING)
            continue;
        if (err)
            return err;
        event->of.start.documents[i] = bx_buf_text(&documents[i]);
        event->of.start.document_lens[i] = documents[i].len;
    }
    return 0;
}

/* By the names of the boots; where one is not known, by the boot clock, which may have come further
 * than it was and tell nothing. */
static bool is_rebooted(const struct bx_run *run, const struct bx_journal_state *state)
{
    const char *boot = bx_run_boot(run);
    if (boot[0] && state->last_boot_id[0])
        return strcmp(boot, state->last_boot_id) != 0;
    return state->last_boot > bx_run_now(run).ns;
}

int bx_run_start(struct bx_run *run, const char *draft, size_t draft_len, struct bx_fault *fault)
{
    struct bx_journal *journal = run->ports.journal;
    struct bx_booking *booking = run->ports.booking;
    struct bx_journal_state state = {0};
    struct bx_buf documents[BX_DOCUMENTS];
    struct bx_event event = {.kind = BX_EVENT_START};
    bx_assert(!run->started);
    int err = journal->ops->load(journal, &state, fault);
    if (err)
        return err;
    for (int i = 0; i < BX_DOCUMENTS; i++)
        bx_buf_init(&documents[i], 0);
    err = documents_load(run, documents, &event, fault);
    if (!err) {
        event.of.start.state = &state;
        event.of.start.draft = draft;
        event.of.start.draft_len = draft_len;
        event.of.start.enrolled = booking && state.till > 0;
        event.of.start.rebooted = is_rebooted(run, &state);
        if (booking)
            booking->ops->seen(booking, state.seen_epoch, state.seen_commit);
        run->started = true;
        bx_run_event(run, &event);
        if (run->ports.host->ops->draw)
            run->ports.host->ops->draw(run->ports.host, run->till);
    }
    for (int i = 0; i < BX_DOCUMENTS; i++)
        bx_buf_finish(&documents[i]);
    bx_journal_state_finish(&state);
    return err;
}

int bx_run_listen(struct bx_run *run, const char *path, struct bx_fault *fault)
{
    bx_assert(!run->sock);
    run->sock = bx_sock_create(run, path, fault);
    return run->sock ? 0 : fault ? fault->err : BX_ERR_IO;
}

void bx_run_stop(struct bx_run *run)
{
    if (run->stopping)
        return;
    run->stopping = true;
    run->stop_at = (bx_mono){bx_run_now(run).ns + STOP_MS * BX_MS_NS};
}

const struct bx_till *bx_run_till(const struct bx_run *run)
{
    return run->till;
}

bool bx_run_is_idle(const struct bx_run *run)
{
    return run->command_count == 0 && bx_till_is_idle(run->till);
}

/* --- commands ----------------------------------------------------------------------------- */

bool bx_run_command(struct bx_run *run, const char *json, size_t len, bx_reply_take take, void *arg)
{
    if (run->command_count == RUN_COMMANDS_MAX || run->stopping)
        return false;
    struct bx_run_command *command = &run->commands[run->command_count++];
    *command = (struct bx_run_command){.request = ++run->command_last,
                                       .take = take,
                                       .arg = arg,
                                       .json = bx_alloc(len + 1, 1),
                                       .len = len};
    memcpy(command->json, json, len);
    return true;
}

void bx_run_reply(struct bx_run *run, int64_t request, int exit, const char *json, const char *text)
{
    if (run->command_count == 0 || run->commands[0].request != request)
        return; /* answered already */
    struct bx_run_command command = run->commands[0];
    run->command_count--;
    memmove(run->commands, run->commands + 1, run->command_count * sizeof(command));
    run->given = false;
    bx_free(command.json);
    command.take(command.arg, exit, json, text);
}

static void commands_work(struct bx_run *run)
{
    while (run->command_count > 0 && !run->given && !run->stopping) {
        const struct bx_run_command *command = &run->commands[0];
        struct bx_event event = {.kind = BX_EVENT_COMMAND,
                                 .of.command = {.request = command->request,
                                                .json = command->json,
                                                .len = command->len}};
        run->given = true;
        bx_run_event(run, &event);
    }
}

/* --- a turn ------------------------------------------------------------------------------- */

static int64_t sooner(int64_t ms, int64_t other)
{
    if (other < 0)
        other = 0;
    return ms < 0 || other < ms ? other : ms;
}

static int64_t ms_until(bx_mono now, int64_t at_ns)
{
    return at_ns <= now.ns ? 0 : (at_ns - now.ns + BX_MS_NS - 1) / BX_MS_NS;
}

static int64_t housekeeping_at(const struct bx_run *run)
{
    int64_t quiet = run->busy_at.ns + QUIET_MS * BX_MS_NS;
    return quiet > run->idle_at.ns ? quiet : run->idle_at.ns;
}

static int time_to_sleep(const struct bx_run *run, int64_t ms)
{
    bx_mono now = bx_run_now(run);
    ms = sooner(ms, ms_until(now, bx_till_wake(run->till).ns));
    ms = sooner(ms, ms_until(now, run->stopping ? run->stop_at.ns : housekeeping_at(run)));
    if (run->ports.printer && run->ports.printer->ops->fd(run->ports.printer) < 0)
        ms = sooner(ms, PRINTER_POLL_MS);
    if (run->ports.fiscal && run->ports.fiscal->ops->fd(run->ports.fiscal) < 0)
        ms = sooner(ms, PRINTER_POLL_MS);
    if (run->ports.card && run->ports.card->ops->fd(run->ports.card) < 0)
        ms = sooner(ms, PRINTER_POLL_MS);
    if (run->sock && bx_sock_waits(run->sock))
        ms = sooner(ms, BX_SOCK_BEAT_MS);
    if (run->command_count > 0 && !run->given && !run->stopping)
        ms = 0;
    return (int)ms;
}

static void sleep_once(struct bx_run *run, int ms)
{
    struct bx_host *host = run->ports.host;
    struct bx_printer *printer = run->ports.printer;
    struct pollfd fds[FDS_MAX];
    size_t count = FD_SOCK;
    for (size_t i = 0; i < FDS_MAX; i++)
        fds[i] = (struct pollfd){.fd = -1, .events = POLLIN};
    /* It stays readable once it has spoken. */
    fds[FD_STOP].fd = run->stopping ? -1 : run->ports.stop_fd;
    fds[FD_PINS].fd = bx_pins_fd(run->pins);
    if (printer)
        fds[FD_PRINTER].fd = printer->ops->fd(printer);
    if (run->ports.fiscal)
        fds[FD_FISCAL].fd = run->ports.fiscal->ops->fd(run->ports.fiscal);
    if (run->ports.card)
        fds[FD_CARD].fd = run->ports.card->ops->fd(run->ports.card);
    if (host->ops->fd && !run->stopping)
        fds[FD_KEYS].fd = host->ops->fd(host);
    if (run->sock)
        count += bx_sock_fds(run->sock, fds + FD_SOCK);
    host->ops->wait(host, fds, count, time_to_sleep(run, ms));
    if (fds[FD_STOP].revents)
        bx_run_stop(run);
    if (run->sock)
        bx_sock_work(run->sock, fds + FD_SOCK, count - FD_SOCK);
}

static void answers_take(struct bx_run *run)
{
    struct bx_booking *booking = run->ports.booking;
    struct bx_printer *printer = run->ports.printer;
    struct bx_event event = {.kind = BX_EVENT_PIN};
    while (bx_pins_answer(run->pins, &event.of.pin.request, &event.of.pin.good))
        bx_run_event(run, &event);
    event = (struct bx_event){.kind = BX_EVENT_BOOKING};
    while (booking && booking->ops->answer(booking, &event.of.booking)) {
        if (event.of.booking.exchange == BX_EXCHANGE_ENTRIES)
            bx_point("answered");
        bx_run_event(run, &event);
    }
    event = (struct bx_event){.kind = BX_EVENT_PRINT};
    while (printer && printer->ops->report(printer, &event.of.print)) {
        if (event.of.print.state == BX_JOB_CONFIRMED || event.of.print.state == BX_JOB_SENT)
            bx_point("printed");
        bx_run_event(run, &event);
    }
    struct bx_fiscal *fiscal = run->ports.fiscal;
    event = (struct bx_event){.kind = BX_EVENT_FISCAL};
    while (fiscal && fiscal->ops->answer(fiscal, &event.of.fiscal))
        bx_run_event(run, &event);
    struct bx_card *card = run->ports.card;
    event = (struct bx_event){.kind = BX_EVENT_CARD};
    while (card && card->ops->answer(card, &event.of.card)) {
        bx_point("card");
        bx_run_event(run, &event);
    }
}

static void keys_take(struct bx_run *run)
{
    struct bx_host *host = run->ports.host;
    struct bx_event event = {.kind = BX_EVENT_KEY};
    if (!host->ops->key)
        return;
    for (int i = 0; i < KEYS_A_TURN && !run->stopping; i++) {
        int got = host->ops->key(host, &event.of.key.key);
        if (got < 0)
            bx_run_stop(run);
        if (got <= 0)
            return;
        bx_run_event(run, &event);
    }
}

static void housekeeping(struct bx_run *run)
{
    struct bx_journal *journal = run->ports.journal;
    struct bx_event event = {.kind = BX_EVENT_HOUSEKEEPING};
    bx_mono now = bx_run_now(run);
    if (run->stopping || housekeeping_at(run) > now.ns)
        return;
    int more = journal->ops->idle(journal, &event.of.fault);
    run->idle_at = (bx_mono){now.ns + (more == 1 ? 0 : HOUSEKEEPING_MS * BX_MS_NS)};
    if (more < 0)
        bx_run_event(run, &event);
}

bool bx_run_turn(struct bx_run *run, int ms)
{
    struct bx_host *host = run->ports.host;
    bx_assert(run->started && !run->carrying);
    sleep_once(run, ms);
    answers_take(run);
    keys_take(run);
    commands_work(run);
    if (bx_run_now(run).ns >= bx_till_wake(run->till).ns) {
        struct bx_event event = {.kind = BX_EVENT_TICK};
        bx_run_event(run, &event);
    }
    housekeeping(run);
    if (host->ops->draw)
        host->ops->draw(host, run->till);
    if (!run->stopping || bx_run_now(run).ns < run->stop_at.ns)
        return true;
    commands_end(run);
    return false;
}
