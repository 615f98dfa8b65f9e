/* SPDX-License-Identifier: Apache-2.0 */
/* Holds. Their places stand in the pool's `held` from the hold's first transaction to its last; the
 * one state column says which, and nothing else frees or confirms them. */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/book/channel.h"

enum { LIFE_SECONDS = 3600, PAY_SECONDS = 900, SWEEP_MAX = 256 };

static const char *const state_words[] = {
    [BD_HOLD_OPEN] = "open",           [BD_HOLD_PAYING] = "paying",
    [BD_HOLD_CONFIRMED] = "confirmed", [BD_HOLD_EXPIRED] = "expired",
    [BD_HOLD_RELEASED] = "released",   [BD_HOLD_REFUND] = "refund"};

static void hold_put(struct bx_json_writer *writer, const struct bd_hold_row *hold)
{
    bx_json_object_open(writer, NULL);
    bx_json_put_id(writer, "hold", &hold->id);
    bx_json_put_string(writer, "state", state_words[hold->state]);
    bx_json_put_int(writer, "expires", hold->expires);
}

int bd_hold_find(const struct bd_call *call, const struct bx_id *id, struct bd_hold_row *ret,
                 struct bx_fault *fault)
{
    *ret = (struct bd_hold_row){.id = *id};
    int err = bd_get(call->book->store, BD_HOLD, ret, fault);
    if (err == BD_NOT || (err == 0 && ret->till != call->device->till))
        return bx_fault_say(fault, BX_ERR_MISSING, "There is no such hold.");
    return err;
}

/* --- making one ------------------------------------------------------------------------------- */

static int places_add(void *arg, const void *row)
{
    *(int64_t *)arg += ((const struct bd_hold_row *)row)->places;
    return 0;
}

/* What the customer holds already. */
static int held_by(const struct bd_call *call, const char *client, int64_t *ret,
                   struct bx_fault *fault)
{
    *ret = 0;
    for (int64_t state = BD_HOLD_OPEN; state <= BD_HOLD_PAYING; state++) {
        struct bd_hold_row from = {.till = call->device->till, .state = state};
        struct bd_scan scan = {
            .peek = true, .table = BD_HOLD, .index = 2, .fixed = 3, .from = &from};
        BX_TEXT_COPY(from.client, client);
        int err = bd_scan(call->book->store, &scan, places_add, ret, fault);
        if (err < 0)
            return err;
    }
    return 0;
}

static int lines_hold(const struct bd_call *call, const struct bd_hold_ask *ask,
                      struct bx_fault *fault)
{
    struct bd_store *store = call->book->store;
    for (int i = 0; i < ask->count; i++) {
        const struct bd_want *want = &ask->wants[i];
        const struct bx_product *product = bx_programme_product(call->programme, &want->product);
        const struct bx_slot *slot = bx_programme_slot(call->programme, &want->slot);
        struct bd_hold_line_row line = {.hold = ask->id,
                                        .nth = i,
                                        .product = want->product,
                                        .slot = want->slot,
                                        .quantity = want->quantity};
        if (slot != NULL) {
            line.pool = slot->pool;
            line.limited = product->per_slot > 0;
            line.places = want->quantity * product->places;
        }
        struct bd_move move = {.pool = line.pool, .held = line.places};
        int err = line.places > 0
                      ? bd_must(store->ops->move(store, &move, fault), "free places", fault)
                      : 0;
        if (err == 0)
            err = bd_fresh(store, BD_HOLD_LINE, &line, fault);
        if (err != 0)
            return err;
    }
    return 0;
}

static int64_t places_of(const struct bx_sale *sale)
{
    int64_t places = 0;
    for (int i = 0; i < sale->basket.count; i++)
        if (!bx_slug_is_none(&sale->basket.lines[i].pool))
            places += (int64_t)sale->basket.lines[i].places * sale->basket.lines[i].quantity;
    return places;
}

static void hold_say(const struct bd_hold_row *hold, const struct bx_sale *sale, struct bx_buf *out)
{
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    hold_put(&writer, hold);
    bx_json_put_int(&writer, "total", sale->totals.total.minor);
    bx_json_put_string(&writer, "currency", sale->currency);
    bx_json_array_open(&writer, "lines");
    for (int i = 0; i < sale->basket.count; i++) {
        const struct bx_line *line = &sale->basket.lines[i];
        bx_json_object_open(&writer, NULL);
        bx_json_put_string(&writer, "product", line->product.s);
        bx_json_put_string(&writer, "slot", line->slot.s);
        bx_json_put_int(&writer, "quantity", line->quantity);
        bx_json_put_int(&writer, "price", line->price.minor);
        bx_json_put_int(&writer, "places", (int64_t)line->places * line->quantity);
        bx_json_object_close(&writer);
    }
    bx_json_array_close(&writer);
    bx_json_object_close(&writer);
}

static int64_t seconds_of(const struct bd_call *call, int64_t asked)
{
    int64_t most = call->book->policy.hold_seconds;
    return asked > 0 && asked < most ? asked : most;
}

static int hold_make(const struct bd_call *call, const struct bd_hold_ask *ask,
                     struct bx_sale *sale, struct bx_buf *out, struct bx_fault *fault)
{
    int64_t held = 0, now = call->turn->now.us;
    struct bd_hold_row hold = {.id = ask->id,
                               .till = call->device->till,
                               .state = BD_HOLD_OPEN,
                               .at = now,
                               .expires = now + seconds_of(call, ask->seconds) * BX_SECOND_US};
    BX_TEXT_COPY(hold.client, ask->client);
    int err = bd_wants_price(call, ask->wants, ask->count, sale, fault);
    if (err == 0)
        err = held_by(call, ask->client, &held, fault);
    hold.places = places_of(sale);
    if (err == 0 && held + hold.places > call->book->policy.hold_places)
        err = bd_say_no(call, BD_NO_LIMIT, fault, "At most %lld places can be held at a time.",
                        (long long)call->book->policy.hold_places);
    if (err == 0)
        err = bd_places_check(call, sale, fault);
    if (err == 0)
        err = bd_insert(call->book->store, BD_HOLD, &hold, fault);
    if (err == BD_NOT)
        return bx_fault_say(fault, BX_ERR_CLASH, "This id is another hold's.");
    if (err == 0)
        err = lines_hold(call, ask, fault);
    if (err == 0)
        hold_say(&hold, sale, out);
    return err;
}

int bd_book_hold(const struct bd_asking *asking, const struct bd_hold_ask *ask, struct bx_buf *out,
                 struct bx_fault *fault)
{
    struct bd_call call;
    struct bx_sale *sale = bx_new(struct bx_sale);
    int err = bd_call_begin(asking, &call, fault);
    if (err == 0)
        err = hold_make(&call, ask, sale, out, fault);
    bx_free(sale);
    return err;
}

/* --- ending one ------------------------------------------------------------------------------- */

struct held {
    struct bd_hold_line_row lines[BD_WANTS_MAX];
    int count;
};

static int collect_line(void *arg, const void *row)
{
    struct held *held = (struct held *)arg;
    if (held->count == BD_WANTS_MAX)
        return 1;
    held->lines[held->count++] = *(const struct bd_hold_line_row *)row;
    return 0;
}

static int held_of(struct bd_store *store, const struct bx_id *hold, struct held *ret,
                   struct bx_fault *fault)
{
    struct bd_hold_line_row from = {.hold = *hold};
    struct bd_scan scan = {.table = BD_HOLD_LINE, .fixed = 1, .from = &from};
    ret->count = 0;
    int err = bd_scan(store, &scan, collect_line, ret, fault);
    return err < 0 ? err : 0;
}

int bd_hold_wants(struct bd_store *store, const struct bx_id *hold,
                  struct bd_want ret[BD_WANTS_MAX], struct bx_fault *fault)
{
    struct held held;
    int err = held_of(store, hold, &held, fault);
    for (int i = 0; i < held.count && err == 0; i++)
        ret[i] = (struct bd_want){.product = held.lines[i].product,
                                  .slot = held.lines[i].slot,
                                  .quantity = held.lines[i].quantity};
    return err != 0 ? err : held.count;
}

int bd_hold_end(struct bd_store *store, struct bd_hold_row *hold, enum bd_hold_state state,
                struct bx_fault *fault)
{
    struct held held;
    int err = held_of(store, &hold->id, &held, fault);
    for (int i = 0; i < held.count && err == 0; i++) {
        struct bd_move move = {.pool = held.lines[i].pool, .held = -held.lines[i].places};
        if (held.lines[i].places > 0)
            err = bd_must(store->ops->move(store, &move, fault), "held places", fault);
        if (err == 0 && held.lines[i].limited != 0) {
            held.lines[i].limited = 0;
            err = bd_must(bd_update(store, BD_HOLD_LINE, &held.lines[i], fault), "line", fault);
        }
    }
    hold->state = state;
    return err != 0 ? err : bd_must(bd_update(store, BD_HOLD, hold, fault), "hold", fault);
}

bool bd_hold_is_live(const struct bd_hold_row *hold)
{
    return hold->state == BD_HOLD_OPEN || hold->state == BD_HOLD_PAYING;
}

static int change(const struct bd_call *call, enum bd_hold_verb verb, struct bd_hold_row *hold,
                  struct bx_fault *fault)
{
    struct bd_store *store = call->book->store;
    int64_t now = call->turn->now.us, end = hold->at + LIFE_SECONDS * BX_SECOND_US;
    if (!bd_hold_is_live(hold) || (verb != BD_HOLD_RELEASE && hold->expires <= now))
        return bd_say_no(call, BD_NO_STATE, fault, "This hold is %s.",
                         bd_hold_is_live(hold) ? "over" : state_words[hold->state]);
    if (verb == BD_HOLD_RELEASE)
        return bd_hold_end(store, hold, BD_HOLD_RELEASED, fault);
    int64_t seconds = verb == BD_HOLD_PAY ? PAY_SECONDS : seconds_of(call, 0);
    int64_t later = now + seconds * BX_SECOND_US;
    later = later < end ? later : end;
    hold->expires = later > hold->expires ? later : hold->expires;
    hold->state = verb == BD_HOLD_PAY ? (int64_t)BD_HOLD_PAYING : hold->state;
    return bd_must(bd_update(store, BD_HOLD, hold, fault), "hold", fault);
}

int bd_book_hold_change(const struct bd_asking *asking, enum bd_hold_verb verb,
                        const struct bx_id *hold, struct bx_buf *out, struct bx_fault *fault)
{
    struct bd_call call;
    struct bd_hold_row row;
    int err = bd_call_begin(asking, &call, fault);
    if (err == 0)
        err = bd_hold_find(&call, hold, &row, fault);
    if (err == 0)
        err = change(&call, verb, &row, fault);
    if (err != 0)
        return err;
    struct bx_json_writer writer;
    bx_json_write(&writer, out);
    hold_put(&writer, &row);
    bx_json_object_close(&writer);
    return 0;
}

/* --- the sweep -------------------------------------------------------------------------------- */

struct over {
    int64_t now;
    struct bd_hold_row rows[SWEEP_MAX];
    int count;
};

static int collect_over(void *arg, const void *row)
{
    struct over *over = (struct over *)arg;
    const struct bd_hold_row *hold = (const struct bd_hold_row *)row;
    if (hold->expires > over->now)
        return 1;
    over->rows[over->count++] = *hold;
    return over->count == SWEEP_MAX;
}

int bd_holds_sweep(struct bd_book *book, const struct bd_turn *turn, struct bx_fault *fault)
{
    struct over *over = bx_new(struct over);
    int err = 0, swept = 0;
    over->now = turn->now.us;
    for (int64_t state = BD_HOLD_OPEN; state <= BD_HOLD_PAYING && err == 0; state++) {
        struct bd_hold_row from = {.state = state};
        struct bd_scan scan = {.table = BD_HOLD, .index = 1, .fixed = 1, .from = &from};
        over->count = 0;
        err = bd_scan(book->store, &scan, collect_over, over, fault);
        err = err > 0 ? 0 : err;
        for (int i = 0; i < over->count && err == 0; i++)
            err = bd_hold_end(book->store, &over->rows[i], BD_HOLD_EXPIRED, fault);
        swept += over->count;
    }
    bx_free(over);
    return err != 0 ? err : swept;
}

int bd_holds_end_all(struct bd_book *book, struct bx_fault *fault)
{
    struct bd_turn end = {.now = {INT64_MAX}};
    int swept;
    do
        swept = bd_holds_sweep(book, &end, fault);
    while (swept > 0);
    return swept;
}
