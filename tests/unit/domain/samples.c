/* SPDX-License-Identifier: Apache-2.0 */
#include "samples.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/domain/price.h"

static struct bx_slug slug(const char *format, int n)
{
    struct bx_slug made = {""};
    snprintf(made.s, sizeof(made.s), format, n);
    return made;
}

static void product_init(struct bx_product *product, const char *id, const char *name,
                         int64_t price, int tax)
{
    *product = (struct bx_product){
        .price = {price}, .tax_ppm = tax, .places = 1, .persons = 1, .events = 3};
    BX_TEXT_COPY(product->id.s, id);
    BX_TEXT_COPY(product->name, name);
}

void sample_init(struct sample *sample)
{
    static const int64_t start = INT64_C(1795527000000000);
    static const int pools[SAMPLE_SLOTS] = {0, 1, 2, 2, 4, 5};
    *sample = (struct sample){0};
    for (int i = 0; i < SAMPLE_EVENTS; i++) {
        sample->events[i].id = slug("event-%d", i);
        sample->events[i].class = slug("class-%d", i);
        snprintf(sample->events[i].name, sizeof(sample->events[i].name), "Event \"%d\" \xC3\xA4",
                 i);
    }
    for (int i = 0; i < SAMPLE_SLOTS; i++) {
        struct bx_slot *slot = &sample->slots[i];
        slot->id = slug("slot-%d", i);
        slot->pool = slug("pool-%d", pools[i]);
        slot->event = i >= 4;
        slot->start.us = start + i * 900 * BX_SECOND_US;
        slot->end.us = slot->start.us + 900 * BX_SECOND_US;
        slot->offset_min = 60;
        slot->date = (struct bx_date){2026, 11, 24};
    }
    product_init(&sample->products[0], "adult", "Adult", 2400, 70000);
    product_init(&sample->products[1], "child",
                 "Child 6\xE2\x80\x93"
                 "17",
                 903, 70000);
    product_init(&sample->products[2], "family", "Family \\ 2+3", 5500, 190000);
    product_init(&sample->products[3], "tour", "Tour", 1200, 0);
    product_init(&sample->products[4], "guide", "Guide", 600, 190000);
    sample->products[2].places = 4;
    sample->products[2].persons = 5;
    sample->products[3].events = 2;
    sample->products[4].events = 0;
    sample->products[4].places = 0;
    sample->products[4].persons = 0;
    struct bx_programme *programme = &sample->programme;
    programme->version = 9;
    programme->exponent = 2;
    programme->cash_step = 1;
    programme->tax_included = true;
    BX_TEXT_COPY(programme->currency, "EUR");
    programme->event_count = SAMPLE_EVENTS;
    programme->slot_count = SAMPLE_SLOTS;
    programme->product_count = SAMPLE_PRODUCTS;
    programme->events = sample->events;
    programme->slots = sample->slots;
    programme->products = sample->products;
}

struct bx_rand sample_rand(uint8_t seed)
{
    return (struct bx_rand){.seed = {seed, 0x5A}};
}

int64_t sample_below(struct bx_rand *rand, int64_t below)
{
    uint64_t drawn;
    bx_rand_draw(rand, &drawn, sizeof(drawn));
    return (int64_t)(drawn % (uint64_t)below);
}

void sample_basket(struct bx_rand *rand, struct sample *sample, struct bx_basket *ret)
{
    static const int rates[] = {0, 25000, 70000, 77000, 190000, 255000, 1000000};
    uint8_t random[10];
    bx_rand_draw(rand, random, sizeof(random));
    *ret = (struct bx_basket){.id = bx_id_make((bx_utc){INT64_C(1795526525123456)}, random)};
    for (int i = 0; i < SAMPLE_PRODUCTS; i++) {
        sample->products[i].price.minor = sample_below(rand, 4) ? sample_below(rand, 10000) : 0;
        sample->products[i].tax_ppm = rates[sample_below(rand, bx_countof(rates))];
    }
    int want = 1 + (int)sample_below(rand, 10);
    while (ret->count < want) {
        const struct bx_product *product = &sample->products[sample_below(rand, SAMPLE_PRODUCTS)];
        const struct bx_slot *slot = &sample->slots[sample_below(rand, SAMPLE_SLOTS)];
        int quantity = 1 + (int)sample_below(rand, 12);
        /* A product that is not sold for that event is refused: then the next one. */
        want -= bx_basket_add(ret, &sample->programme, product, slot, quantity,
                              (struct bx_date){2026, 11, 24}, NULL) == 0 &&
                sample_below(rand, 3) == 0;
    }
}

void sample_sale_finish(struct bx_rand *rand, struct bx_sale *sale)
{
    const struct bx_basket *basket = &sale->basket;
    sale->use_count = sale->ticket_count = 0;
    bx_assert(bx_basket_totals(basket, sale->tax_included, &sale->totals) == 0);
    for (int i = 0; i < basket->count; i++) {
        const struct bx_line *line = &basket->lines[i];
        int places = bx_basket_places(basket, &line->pool);
        int seen = 0;
        while (seen < sale->use_count && !bx_slug_equal(&sale->uses[seen].pool, &line->pool))
            seen++;
        if (places > 0 && seen == sale->use_count)
            sale->uses[sale->use_count++] = (struct bx_lease_use){
                .pool = line->pool, .r = 1 + i, .before = sample_below(rand, 99), .q = places};
        for (int nth = 1; nth <= bx_line_tickets(line); nth++) {
            struct bx_subkey key = {{7}};
            uint8_t random[7];
            bx_rand_draw(rand, random, sizeof(random));
            sale->tickets[sale->ticket_count++] =
                (struct bx_ticket){bx_code_make(&key, 0, 2, random), i, nth};
        }
    }
}

void sample_pay(struct bx_rand *rand, struct bx_sale *sale, int64_t step)
{
    bx_money left = sale->totals.total;
    bool settled = false;
    while (!settled) {
        bool last = sale->tender_count == 3;
        bool cash = sample_below(rand, 2) || last || bx_cash_due(left, step).minor == 0;
        bx_money part = cash ? bx_cash_due(left, step) : left;
        if (!last && part.minor > step && sample_below(rand, 2))
            part.minor = part.minor / 2 / step * step;
        else if (cash)
            part.minor += sample_below(rand, 3) * 500;
        /* A card after cash, or a part of nothing, is refused: then another try. */
        if (bx_tender_add(sale, step, cash ? BX_TENDER_CASH : BX_TENDER_CARD, part,
                          cash ? NULL : "slip 0815", &left, NULL) == 0)
            settled = left.minor == 0;
    }
}

void sample_sale(struct bx_rand *rand, int exponent, int64_t step, struct bx_sale *ret,
                 struct bx_entry_head *ret_head)
{
    struct sample sample;
    sample_init(&sample);
    *ret = (struct bx_sale){.exponent = exponent,
                            .currency = "EUR",
                            .tax_included = sample_below(rand, 2),
                            .programme = 1 + sample_below(rand, 1000),
                            .offline = sample_below(rand, 2)};
    sample_basket(rand, &sample, &ret->basket);
    sample_sale_finish(rand, ret);
    sample_pay(rand, ret, step);
    *ret_head = (struct bx_entry_head){.till = 1 + sample_below(rand, 900),
                                       .incarnation = 1,
                                       .seq = 1 + sample_below(rand, 1000000),
                                       .id = ret->basket.id,
                                       .kind = BX_KIND_SALE,
                                       .at = {INT64_C(1795526525123456)},
                                       .boot = sample_below(rand, INT64_C(1) << 50) * 1000,
                                       .shift = sample_below(rand, 9),
                                       .user = sample_below(rand, 9)};
    bx_number_format(ret_head->till, BX_SERIES_SALE, 1 + sample_below(rand, 2000000),
                     ret_head->number);
}
