/* SPDX-License-Identifier: Apache-2.0 */
#include "server/book/channel.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/tariff.h"

int bd_call_begin(const struct bd_asking *asking, struct bd_call *call, struct bx_fault *fault)
{
    *call = (struct bd_call){
        .book = asking->book, .turn = asking->turn, .device = asking->device, .no = asking->ret_no};
    int err = bd_meta(call->book->store, &call->meta, fault);
    if (err == 0)
        err = bd_programme(call->book, &call->meta, 0, &call->programme, fault);
    if (err != 0)
        return err;
    if (call->programme == NULL)
        return bx_fault_say(fault, BX_ERR_MISSING, "There is no programme yet.");
    call->today = bd_today(&call->meta, call->turn->now);
    call->asked = call->turn->now;
    return 0;
}

/* A limit is counted under the lock of the pool. */
static bool has_limits(const struct bx_programme *programme)
{
    bool limited = false;
    for (size_t i = 0; i < programme->product_count; i++)
        limited = limited || programme->products[i].per_slot > 0;
    return limited;
}

int bd_book_expect(struct bd_book *book, const struct bd_places_asked *asked,
                   struct bx_fault *fault)
{
    struct bd_meta_row meta;
    const struct bx_programme *programme = NULL;
    size_t count = 0;
    if (asked->pool_count + asked->slot_count == 0)
        return 0;
    int err = bd_meta(book->store, &meta, fault);
    if (err == 0)
        err = bd_programme(book, &meta, 0, &programme, fault);
    if (err != 0)
        return err;
    struct bd_pool_row *rows =
        (struct bd_pool_row *)bx_alloc(asked->pool_count + asked->slot_count, sizeof *rows);
    for (size_t i = 0; i < asked->pool_count; i++)
        rows[count++].id = asked->pools[i];
    for (size_t i = 0; i < asked->slot_count && programme != NULL; i++) {
        const struct bx_slot *slot = bx_programme_slot(programme, &asked->slots[i]);
        if (slot != NULL)
            rows[count++].id = slot->pool;
    }
    enum bd_expected how =
        programme == NULL || asked->pool_count > 0 || has_limits(programme) ? BD_KEPT : BD_LATE;
    err = bd_expect(book->store, how, BD_POOL, rows, count, fault);
    bx_free(rows);
    return err;
}

int bd_say_no(const struct bd_call *call, enum bd_no no, struct bx_fault *fault, const char *format,
              ...)
{
    char say[160];
    va_list args;
    va_start(args, format);
    vsnprintf(say, sizeof say, format, args);
    va_end(args);
    *call->no = no;
    return bx_fault_say(fault, BX_ERR_REFUSED, "%s", say);
}

/* --- what is wanted --------------------------------------------------------------------------- */

static int slot_check(const struct bd_call *call, const struct bx_slot *slot,
                      struct bx_fault *fault)
{
    if (call->meta.shut != 0)
        return bd_say_no(call, BD_NO_CLOSED, fault,
                         "Nothing with a time is sold until all tills have reported.");
    if (slot->cancelled)
        return bd_say_no(call, BD_NO_CLOSED, fault, "%s is cancelled.", slot->id.s);
    if (slot->end.us <= call->turn->now.us)
        return bd_say_no(call, BD_NO_CLOSED, fault, "%s is over.", slot->id.s);
    return 0;
}

static int want_add(const struct bd_call *call, const struct bd_want *want, struct bx_sale *sale,
                    struct bx_fault *fault)
{
    const struct bx_product *product = bx_programme_product(call->programme, &want->product);
    const struct bx_slot *slot =
        bx_slug_is_none(&want->slot) ? NULL : bx_programme_slot(call->programme, &want->slot);
    struct bx_fault why = {0};
    if (product == NULL || (slot == NULL && !bx_slug_is_none(&want->slot)))
        return bx_fault_say(fault, BX_ERR_MISSING, "%s is not in the programme.",
                            product == NULL ? want->product.s : want->slot.s);
    if (product->open_price || !bx_slug_is_none(&product->proof) ||
        (product->events != 0) != (slot != NULL))
        return bd_say_no(call, BD_NO_CLOSED, fault, "%s is not sold like this.", product->id.s);
    int err = slot != NULL ? slot_check(call, slot, fault) : 0;
    if (err != 0)
        return err;
    if (bx_programme_sells(call->programme, product, slot, call->device->channel, call->asked,
                           &why) != 0)
        return bd_say_no(call, BD_NO_CLOSED, fault, "%s", why.say);
    err = bx_basket_add(&sale->basket, call->programme, product, slot, (int)want->quantity,
                        slot != NULL ? slot->date : call->today, &why);
    return err == 0 ? 0 : bd_say_no(call, BD_NO_CLOSED, fault, "%s", why.say);
}

int bd_wants_price(const struct bd_call *call, const struct bd_want *wants, int count,
                   struct bx_sale *sale, struct bx_fault *fault)
{
    const struct bx_programme *programme = call->programme;
    struct bx_tariff_facts facts = {0};
    bx_money saved;
    int err = 0;
    bx_utc_civil(call->asked, bx_programme_offset(programme, call->asked), &facts.today,
                 &facts.minute);
    sale->v = 2;
    BX_TEXT_COPY(sale->currency, programme->currency);
    sale->exponent = programme->exponent;
    sale->tax_included = programme->tax_included;
    sale->programme = programme->version;
    for (int i = 0; i < count && err == 0; i++)
        err = want_add(call, &wants[i], sale, fault);
    if (err == 0)
        err = bx_tariff_apply(&sale->basket, programme, &facts, &saved, fault);
    return err != 0 ? err : bx_basket_totals(&sale->basket, sale->tax_included, &sale->totals);
}

/* --- a product's limit ------------------------------------------------------------------------
 * Whatever is counted here is counted under the lock of the slot's pool, which every hold and order
 * of the slot takes first: nobody adds to it meanwhile. A till's sales count as soon as they come;
 * it does not stop at the limit itself, and a sale that passes it is a task (booking.c). */

static int sold_add(void *arg, const void *row)
{
    const struct bd_order_line_row *line = (const struct bd_order_line_row *)row;
    *(int64_t *)arg += line->quantity - line->returned;
    return 0;
}

static int held_add(void *arg, const void *row)
{
    *(int64_t *)arg += ((const struct bd_hold_line_row *)row)->quantity;
    return 0;
}

int bd_limit_taken(struct bd_store *store, const struct bx_line *line, int64_t *ret,
                   struct bx_fault *fault)
{
    struct bd_order_line_row sold = {.slot = line->slot, .product = line->product};
    struct bd_hold_line_row held = {.slot = line->slot, .product = line->product, .limited = 1};
    struct bd_scan orders = {
        .peek = true, .table = BD_ORDER_LINE, .index = 1, .fixed = 2, .from = &sold};
    struct bd_scan holds = {
        .peek = true, .table = BD_HOLD_LINE, .index = 1, .fixed = 3, .from = &held};
    *ret = 0;
    int err = bd_scan(store, &orders, sold_add, ret, fault);
    return err != 0 ? err : bd_scan(store, &holds, held_add, ret, fault);
}

/* Pieces of LINE's product for its slot in all of SALE. */
static int64_t pieces_of(const struct bx_sale *sale, const struct bx_line *line)
{
    int64_t pieces = 0;
    for (int i = 0; i < sale->basket.count; i++) {
        const struct bx_line *other = &sale->basket.lines[i];
        if (bx_slug_equal(&other->product, &line->product) &&
            bx_slug_equal(&other->slot, &line->slot))
            pieces += other->quantity;
    }
    return pieces;
}

static int limit_check(const struct bd_call *call, const struct bx_sale *sale,
                       const struct bx_line *line, struct bx_fault *fault)
{
    const struct bx_product *product = bx_programme_product(call->programme, &line->product);
    int64_t taken = 0;
    if (product == NULL || product->per_slot == 0)
        return 0;
    int err = bd_limit_taken(call->book->store, line, &taken, fault);
    if (err != 0 || taken + pieces_of(sale, line) <= product->per_slot)
        return err;
    return bd_say_no(call, BD_NO_SOLD_OUT, fault, "%s: of %s at most %d are sold, and %lld are.",
                     line->slot.s, product->id.s, product->per_slot, (long long)taken);
}

int bd_places_check(const struct bd_call *call, const struct bx_sale *sale, struct bx_fault *fault)
{
    for (int i = 0; i < sale->basket.count; i++) {
        const struct bx_slug *id = &sale->basket.lines[i].pool;
        struct bd_pool_row pool = {.id = *id};
        if (bx_slug_is_none(id))
            continue;
        int err = bd_get(call->book->store, BD_POOL, &pool, fault);
        if (err < 0)
            return err;
        if (err == BD_NOT || pool.cancelled != 0)
            return bd_say_no(call, BD_NO_CLOSED, fault, "%s is not sold.", id->s);
        int64_t places = bx_basket_places(&sale->basket, id);
        if (places > bd_pool_free(&pool)) {
            bd_pool_want_later(call->book, &pool, places);
            return bd_say_no(call, BD_NO_SOLD_OUT, fault, "%s has %lld places left.",
                             sale->basket.lines[i].slot.s, (long long)bd_pool_free(&pool));
        }
        err = limit_check(call, sale, &sale->basket.lines[i], fault);
        if (err != 0)
            return err;
    }
    return 0;
}
