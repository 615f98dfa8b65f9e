/* SPDX-License-Identifier: Apache-2.0 */
/* A till as a machine: what is on its disk outlives the core, the core is a value that a crash
 * throws away. A fuse says after how many steps of its life (effects to carry out, answers to
 * bring) the crash comes, so that every point between two steps is one where a history can break.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fake_journal.h"
#include "sim.h"

bx_utc sim_till_utc(const struct sim *sim, const struct sim_till *till)
{
    return (bx_utc){sim->began.us + sim->now / 1000 + till->skew};
}

static bx_mono mono(const struct sim *sim, const struct sim_till *till)
{
    return (bx_mono){sim->now - till->boot + 1};
}

bool sim_fuse(struct sim *sim, int till, const char *where)
{
    struct sim_till *at = &sim->tills[till];
    if (at->fuse < 0 || at->fuse-- > 0)
        return false;
    sim_till_crash(sim, till, where);
    return true;
}

static void pending_clear(struct sim_till *till)
{
    for (struct sim_pending *at = sim_pending_take(till); at; at = sim_pending_take(till))
        sim_pending_drop(at);
}

void sim_till_crash(struct sim *sim, int till, const char *where)
{
    struct sim_till *at = &sim->tills[till];
    struct sim_item item = {.kind = SIM_BOOT, .till = till};
    at->core = bx_till_destroy(at->core);
    at->effects = bx_effects_destroy(at->effects);
    at->fuse = -1;
    at->command = 0;
    at->life++;
    memset(at->flights, 0, sizeof(at->flights));
    pending_clear(at);
    sim_trace(sim, "till %d dies %s", till, where);
    sim_later(sim,
              sim_chance(&sim->rand, 800) ? sim_between(&sim->rand, 1, 20) * BX_SECOND_NS
                                          : sim_between(&sim->rand, 1, 40) * 60 * BX_SECOND_NS,
              item);
}

/* The core's turn, and then whatever it wants; true when it is still there. */
static bool turn(struct sim *sim, int till, struct bx_event *event)
{
    struct sim_till *at = &sim->tills[till];
    event->turn.utc = sim_till_utc(sim, at);
    event->turn.mono = mono(sim, at);
    sim_seed(&sim->rand, event->turn.seed);
    bx_effects_clear(at->effects);
    bx_till_update(at->core, event, at->effects);
    for (size_t i = 0; i < bx_effects_count(at->effects) && !sim->failed; i++)
        if (sim_fuse(sim, till, "before an effect") ||
            sim_carry(sim, till, bx_effects_at(at->effects, i)))
            return false;
    return !sim->failed;
}

/* Answers of the machine's own ports, until there are none. */
static bool settle(struct sim *sim, int till)
{
    struct sim_till *at = &sim->tills[till];
    while (at->first) {
        if (sim_fuse(sim, till, "before an answer"))
            return false;
        struct sim_pending *pending = sim_pending_take(at);
        bool alive = turn(sim, till, &pending->event);
        sim_pending_drop(pending);
        if (!alive)
            return false;
    }
    return true;
}

void sim_till_event(struct sim *sim, int till, struct bx_event *event)
{
    struct sim_till *at = &sim->tills[till];
    if (!at->core || !turn(sim, till, event) || !settle(sim, till))
        return;
    int64_t wake = bx_till_wake(at->core).ns + at->boot - 1;
    at->wake = wake > sim->now ? wake : sim->now + BX_MS_NS;
}

/* The boot clock begins anew, and what was not synced may be older than it was. */
static void power_cut(struct sim *sim, struct sim_till *till)
{
    till->boot = sim->now - sim_between(&sim->rand, 1, 30) * BX_SECOND_NS;
    if (!sim_chance(&sim->rand, 500))
        return;
    bx_buf_clear(&till->draft);
    bx_buf_add(&till->draft, bx_buf_text(&till->draft_before), till->draft_before.len);
}

static void boot(struct sim *sim, int till)
{
    struct sim_till *at = &sim->tills[till];
    struct bx_journal *journal = at->journal;
    struct bx_journal_state *state = bx_new(struct bx_journal_state);
    struct bx_event event = {.kind = BX_EVENT_START};
    struct bx_buf documents[BX_DOCUMENTS];
    struct bx_till_config config;
    struct bx_fault fault = {0};
    if (sim_chance(&sim->rand, 300))
        power_cut(sim, at);
    snprintf(at->boot_id, sizeof(at->boot_id), "%" PRId64, at->boot);
    bx_assert(journal->ops->load(journal, state, &fault) == 0);
    for (int i = 0; i < BX_DOCUMENTS; i++) {
        bx_buf_init(&documents[i], 0);
        if (journal->ops->document(journal, (enum bx_document)i, &documents[i], &fault) != 0)
            continue;
        event.of.start.documents[i] = bx_buf_text(&documents[i]);
        event.of.start.document_lens[i] = documents[i].len;
    }
    event.of.start.state = state;
    event.of.start.draft = at->draft.len ? bx_buf_text(&at->draft) : NULL;
    event.of.start.draft_len = at->draft.len;
    event.of.start.enrolled = true;
    event.of.start.rebooted =
        state->last_boot_id[0] && strcmp(state->last_boot_id, at->boot_id) != 0;
    bx_till_config_defaults(&config);
    config.print_receipt = till != 1;
    config.drawers = till == 2 ? 3 : 1;
    config.card = !sim->trust && !sim->options.plain && till != 2; /* else on trust */
    at->core = bx_till_create(&config);
    at->effects = bx_effects_create();
    sim_trace(sim, "till %d starts at seq %" PRId64 "%s", till, state->next_seq,
              event.of.start.rebooted ? ", booted anew" : "");
    /* The journal's account of itself against the ghost's. */
    if ((size_t)state->next_seq != sim->ghost.counts[till] + 1)
        sim_broken(sim, "durable", "till %d starts at seq %" PRId64 " with %zu entries on disk",
                   till, state->next_seq, sim->ghost.counts[till]);
    sim_till_event(sim, till, &event);
    for (int i = 0; i < BX_DOCUMENTS; i++)
        bx_buf_finish(&documents[i]);
    bx_journal_state_finish(state);
    bx_free(state);
}

void sim_till_boot(struct sim *sim, int till)
{
    if (!sim->tills[till].core)
        boot(sim, till);
}

void sim_till_command(struct sim *sim, int till, const char *json)
{
    struct sim_till *at = &sim->tills[till];
    struct bx_event event = {.kind = BX_EVENT_COMMAND};
    if (!at->core || at->command != 0)
        return;
    at->command = ++sim->commands;
    event.of.command.request = at->command;
    event.of.command.json = json;
    event.of.command.len = strlen(json);
    sim_trace(sim, "till %d is told %s", till, json);
    sim_till_event(sim, till, &event);
}

void sim_till_key(struct sim *sim, int till, int key)
{
    struct bx_event event = {.kind = BX_EVENT_KEY};
    event.of.key.key = key;
    sim_till_event(sim, till, &event);
}

void sim_till_finish(struct sim_till *till)
{
    bx_till_destroy(till->core);
    bx_effects_destroy(till->effects);
    pending_clear(till);
    fake_journal_destroy(till->journal);
    bx_buf_finish(&till->draft);
    bx_buf_finish(&till->draft_before);
    bx_free(till->printer.sheets);
    bx_free(till->terminal.swipes);
}
