/* SPDX-License-Identifier: Apache-2.0 */
/* The open basket as a file, a moment after it changed: not at each key of a fast hand.
 *
 * The file is written without sync, so after a power cut it may be older than the journal, and a
 * folder copied back may be older still: the basket in it may have been sold. Only the journal can
 * tell, by the id, and until it has told nothing is sold from it.
 *
 * Beside the basket stands whether the till is locked and whether its clock is doubted, and that is
 * synced when it changes: pulling the plug must not open what a cashier has locked. */

#include "core.h"

#include <string.h>

#include "boxtill/base/text.h"

enum { DELAY_MS = 100 };

void bx_draft_touch(struct bx_till *till)
{
    if (till->draft.due.ns == 0)
        till->draft.due = bx_mono_plus_ms(till->turn.mono, DELAY_MS);
}

void bx_draft_write(struct bx_till *till)
{
    till->draft.due = till->turn.mono;
}

/* Cuts the next line off; an empty one behind the last. */
static struct bx_draft_line line_cut(const char **at, size_t *left)
{
    const char *end = *left > 0 ? memchr(*at, '\n', *left) : NULL;
    struct bx_draft_line line = {*at, end ? (size_t)(end - *at) : *left};
    size_t whole = end ? line.len + 1 : line.len;
    *at += whole;
    *left -= whole;
    return line;
}

void bx_draft_start(struct bx_till *till, const struct bx_event *event)
{
    struct bx_draft draft;
    struct bx_fault fault = {0};
    char name[BX_NAME_SIZE];
    const char *at = event->of.start.draft;
    size_t left = event->of.start.draft_len;
    if (!at || left == 0)
        return;
    struct bx_draft_line basket = line_cut(&at, &left);
    struct bx_draft_line deal = line_cut(&at, &left);
    while (left > 0) {
        struct bx_draft_line lines[3];
        for (int i = 0; i < 3; i++)
            lines[i] = line_cut(&at, &left);
        bx_shelf_take(till, lines);
    }
    if (bx_draft_decode(basket.text, basket.len, &draft, &fault)) {
        bx_till_log(till, "the draft cannot be read: %s", fault.detail);
        return;
    }
    if (deal.len > 0 && bx_deal_decode(deal.text, deal.len, &till->desk.deal, name, &fault))
        bx_till_log(till, "the draft cannot be read: %s", fault.detail);
    till->draft.locked = draft.locked;
    till->draft.doubt = till->clock.doubt = draft.doubt;
    if (bx_id_equal(&draft.basket.id, &event->of.start.state->last_sale.id)) {
        till->desk.deal = (struct bx_deal){0};
        bx_draft_write(till);
        return;
    }
    till->desk.basket = draft.basket;
    bx_draft_look(till);
}

void bx_draft_look(struct bx_till *till)
{
    if (till->desk.basket.count == 0)
        return;
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_READ);
    effect->request = till->draft.request = bx_till_request(till);
    effect->of.query =
        (struct bx_query){.kind = BX_QUERY_ID, .limit = 1, .id = till->desk.basket.id};
}

void bx_draft_rows(struct bx_till *till, const struct bx_event *event)
{
    const struct bx_row *row = event->of.rows.rows;
    struct bx_desk *desk = &till->desk;
    till->draft.request = 0;
    if (event->of.rows.fault.err) {
        bx_till_log(till, "the basket cannot be looked up: %s", event->of.rows.fault.detail);
        return;
    }
    if (event->of.rows.count == 0 || desk->committing ||
        !bx_id_equal(&row->head.id, &desk->basket.id))
        return;
    bx_desk_forget(till, desk);
    if (till->counter.screen == BX_SCREEN_PAY || till->counter.screen == BX_SCREEN_LINES)
        bx_counter_fresh(till);
    bx_say(till, BX_TONE_WARN, "This basket was sold already as %s.", row->head.number);
}

void bx_draft_tick(struct bx_till *till)
{
    bool locked = till->people.locked;
    bool doubt = till->clock.doubt;
    bool moved = locked != till->draft.locked || doubt != till->draft.doubt;
    if (!moved && !bx_mono_is_due(till->turn.mono, till->draft.due))
        return;
    till->draft.due = (bx_mono){0};
    till->draft.locked = locked;
    till->draft.doubt = doubt;
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_DRAFT);
    effect->of.draft.sync = moved;
    bool deals = till->desk.basket.count > 0 || till->desk.deal.exchange[0];
    if (!deals && !locked && !doubt && till->shelf.count == 0)
        return;
    struct bx_draft draft = {.basket = till->desk.basket, .locked = locked, .doubt = doubt};
    bx_buf_auto json;
    bx_buf_init(&json, 0);
    bx_draft_encode(&draft, &json);
    if (deals || till->shelf.count > 0) {
        bx_buf_text_add(&json, "\n");
        bx_deal_encode(&till->desk.deal, "", &json);
        bx_shelf_encode(&till->shelf, &json);
    }
    effect->of.draft.json = bx_effects_hold(till->out, bx_buf_text(&json), json.len);
    effect->of.draft.len = json.len;
}
