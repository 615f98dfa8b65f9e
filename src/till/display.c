/* SPDX-License-Identifier: Apache-2.0 */
/* What the customer sees: lines, total, what is left, change. Sent when it is another than before,
 * as text that only has to be placed; the display writes the amounts as its own language does. The
 * member's name stays on this side of the counter unless the installation says otherwise. */

#include "screens.h"

#include <string.h>

#include "boxtill/base/json.h"

static void money_put(const struct bx_till *till, struct bx_json_writer *writer, const char *name,
                      bx_money amount)
{
    char text[BX_MONEY_TEXT];
    int exponent = till->programme ? till->programme->exponent : 2;
    bx_json_put_string(writer, name, bx_money_encode(amount, exponent, text));
}

static void lines_put(const struct bx_till *till, struct bx_json_writer *writer)
{
    const struct bx_basket *basket = &till->desk.basket;
    bx_json_array_open(writer, "lines");
    for (int i = 0; i < basket->count; i++) {
        bx_money amount = {0};
        bx_json_object_open(writer, NULL);
        bx_json_put_int(writer, "quantity", basket->lines[i].quantity);
        bx_json_put_string(writer, "name", basket->lines[i].name);
        if (bx_line_amount(&basket->lines[i], &amount) == 0)
            money_put(till, writer, "amount", amount);
        bx_json_object_close(writer);
    }
    bx_json_array_close(writer);
}

static const char *state_of(const struct bx_till *till)
{
    if (till->counter.screen == BX_SCREEN_CHANGE)
        return "change";
    if (!bx_people_user(till) || till->desk.basket.count == 0)
        return "idle";
    return till->desk.tendering ? "pay" : "basket";
}

static void write(const struct bx_till *till, struct bx_buf *out)
{
    struct bx_json_writer writer;
    struct bx_totals totals = {0};
    const char *state = state_of(till);
    bool shown = strcmp(state, "basket") == 0 || strcmp(state, "pay") == 0;
    bx_json_write(&writer, out);
    bx_json_object_open(&writer, NULL);
    bx_json_put_string(&writer, "state", state);
    bx_json_put_string(&writer, "venue", till->programme ? till->programme->name : "");
    bx_json_put_string(&writer, "currency", till->programme ? till->programme->currency : "");
    bx_json_put_bool(&writer, "training", till->training);
    if (till->config.display_member && shown)
        bx_json_put_string(&writer, "member", till->desk.deal.member_name);
    if (shown) {
        lines_put(till, &writer);
        if (!bx_basket_totals(&till->desk.basket, !till->programme || till->programme->tax_included,
                              &totals))
            money_put(till, &writer, "total", totals.total);
    }
    if (till->desk.tendering && shown) {
        bx_money left, cash;
        bx_desk_left(till, &till->desk, &left, &cash);
        money_put(till, &writer, "left", left);
    }
    if (strcmp(state, "change") == 0) {
        money_put(till, &writer, "total", till->counter.last[0].total);
        money_put(till, &writer, "received", till->counter.last[0].received);
        money_put(till, &writer, "change", till->counter.last[0].change);
    }
    bx_json_object_close(&writer);
}

void bx_display_tick(struct bx_till *till)
{
    bx_buf_auto json;
    bx_buf_init(&json, 0);
    write(till, &json);
    struct bx_hash hash = bx_hash_of(bx_buf_text(&json), json.len);
    if (bx_hash_equal(&hash, &till->displayed))
        return;
    till->displayed = hash;
    struct bx_effect *effect = bx_effects_add(till->out, BX_EFFECT_DISPLAY);
    effect->of.display.json = bx_effects_hold(till->out, bx_buf_text(&json), json.len);
    effect->of.display.len = json.len;
}
