/* SPDX-License-Identifier: Apache-2.0 */
/* A card terminal beside each till. It outlives the till's crashes, takes most cards, and its line
 * is worse than any real one's: what it did is often told late or not at all, so tills have to ask.
 */

#include "sim.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"

static struct sim_swipe *find(struct sim_terminal *terminal, const struct bx_id *id)
{
    for (size_t i = 0; i < terminal->count; i++)
        if (bx_id_equal(&terminal->swipes[i].id, id))
            return &terminal->swipes[i];
    return NULL;
}

static struct sim_swipe *add(struct sim_terminal *terminal, const struct bx_id *id, bool taken)
{
    terminal->swipes = bx_realloc(terminal->swipes, terminal->count + 1, sizeof(*terminal->swipes));
    terminal->swipes[terminal->count] = (struct sim_swipe){.id = *id, .taken = taken};
    return &terminal->swipes[terminal->count++];
}

void sim_terminal_take(struct sim *sim, int till, const struct bx_effect *effect)
{
    struct sim_terminal *terminal = &sim->tills[till].terminal;
    const struct bx_id *id = &effect->of.card.id;
    struct sim_swipe *swipe = find(terminal, id);
    bool start = effect->kind == BX_EFFECT_CARD_START;
    bool reversal = effect->kind == BX_EFFECT_CARD_REVERSE;
    struct sim_item item = {.kind = SIM_CARD, .till = till, .life = sim->tills[till].life};
    if ((start || reversal) && effect->of.card.proof.seq <= 0)
        sim_broken(sim, "card", "till %d asks its terminal before the journal knows", till);
    if (start && swipe)
        sim_broken(sim, "card", "till %d begins a payment at its terminal twice", till);
    bool calm = sim->quiet;
    if (!calm && sim_chance(&sim->rand, 80))
        return; /* nothing of it gets there */
    if (!swipe)
        swipe = add(terminal, id, start && (calm || sim_chance(&sim->rand, 850)));
    if (reversal)
        swipe->taken = false;
    item.card = (struct bx_card_answer){.id = *id,
                                        .reversal = reversal,
                                        .outcome = reversal || swipe->taken ? BX_DONE : BX_REFUSED};
    if (item.card.outcome == BX_DONE)
        snprintf(item.card.reference, sizeof(item.card.reference), "****0001 %zu", terminal->count);
    if (!calm && sim_chance(&sim->rand, 80))
        item.card.outcome = BX_UNKNOWN;
    if (calm || !sim_chance(&sim->rand, 80))
        sim_later(sim, (1 + sim_below(&sim->rand, 4000)) * BX_MS_NS, item);
}

void sim_terminal_say(struct sim *sim, const struct sim_item *item)
{
    struct bx_event event = {.kind = BX_EVENT_CARD, .of.card = item->card};
    if (sim->tills[item->till].life == item->life)
        sim_till_event(sim, item->till, &event);
}

void sim_terminal_document(struct sim *sim, int till, const char *id)
{
    struct bx_id attempt;
    if (!id[0])
        return;
    struct sim_swipe *swipe =
        bx_id_parse(id, &attempt) ? NULL : find(&sim->tills[till].terminal, &attempt);
    if (!swipe || !swipe->taken || ++swipe->documents > 1)
        sim_broken(sim, "card", "till %d has a document for money that no card paid", till);
}

static int open_take(void *arg, const struct bx_row *row)
{
    struct sim_swipe *swipe = find(arg, &row->head.id);
    if (swipe)
        swipe->documents++; /* not yet, but nobody has forgotten it */
    return 0;
}

void sim_terminal_check(struct sim *sim, int till)
{
    struct sim_terminal *terminal = &sim->tills[till].terminal;
    struct bx_journal *journal = sim->tills[till].journal;
    struct bx_query query = {.kind = BX_QUERY_ASKED, .limit = BX_ROWS_MAX};
    bx_assert(journal->ops->read(journal, &query, open_take, terminal, NULL) == 0);
    for (size_t i = 0; i < terminal->count; i++)
        if (terminal->swipes[i].taken && terminal->swipes[i].documents == 0)
            sim_broken(sim, "card", "till %d has taken a card's money for nothing", till);
}
