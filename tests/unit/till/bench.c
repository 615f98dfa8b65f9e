/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"

enum { SLOTS = 7, PLACES = 20 };

struct bench bench;

const char *bench_programme(int64_t version)
{
    static struct bx_buf out;
    struct bx_event_info events[] = {
        {.id = rig_slug("perm"), .name = "Permanent collection", .class = rig_slug("main")},
        {.id = rig_slug("special"), .name = "Special exhibition", .class = rig_slug("main")}};
    struct bx_slot slots[SLOTS] = {rig_slot(0, 0, 24, 855), rig_slot(1, 0, 24, 870),
                                   rig_slot(2, 0, 24, 885), rig_slot(3, 0, 24, 900),
                                   rig_slot(4, 1, 24, 930), rig_slot(5, 0, 25, 600),
                                   rig_slot(6, 0, 25, 615)};
    struct bx_product products[] = {
        rig_product("Adult", 'a', 2400, 1, 3),      rig_product("Child 6-17", 'c', 900, 1, 3),
        rig_product("Family 2+3", 'f', 5500, 4, 3), rig_product("Book", 'b', 500, 0, 0),
        rig_product("Under 6", 'u', 0, 1, 3),       rig_product("Group", 'g', 1800, 1, 1),
        rig_product("Audio", 'h', 300, 0, 0),       rig_product("Map", 'i', 200, 0, 0),
        rig_product("Pen", 'j', 100, 0, 0)};
    struct bx_programme programme = {.epoch = 1,
                                     .version = version,
                                     .venue = rig_slug("museum"),
                                     .name = "Museum",
                                     .zone = "Europe/Berlin",
                                     .offset_min = 60,
                                     .changes = {{{BENCH_SUMMER_US}, 120}},
                                     .change_count = 1,
                                     .currency = "EUR",
                                     .exponent = 2,
                                     .cash_step = 1,
                                     .tax_included = true,
                                     .quantity_usual = 30,
                                     .event_count = bx_countof(events),
                                     .slot_count = SLOTS,
                                     .product_count = bx_countof(products),
                                     .events = events,
                                     .slots = slots,
                                     .products = products};
    bx_buf_finish(&out);
    bx_buf_init(&out, 0);
    bx_programme_encode(&programme, &out);
    return bx_buf_text(&out);
}

static void venue_store(struct rig *rig)
{
    const char *json = bench_programme(20);
    struct bx_journal_notes notes = {.reoffer_above = -1,
                                     .has_document = true,
                                     .document = BX_DOC_PROGRAMME,
                                     .bytes = json,
                                     .len = strlen(json)};
    assert_int_equal(rig->journal->ops->note(rig->journal, &notes, NULL, NULL), 0);
    for (rig->pool_count = 0; rig->pool_count < SLOTS; rig->pool_count++) {
        struct rig_pool *pool = &rig->pools[rig->pool_count];
        *pool = (struct rig_pool){.capacity = PLACES};
        snprintf(pool->id.s, sizeof(pool->id.s), "s%d", (int)rig->pool_count);
    }
    rig->share = PLACES;
}

int bench_open(void **state)
{
    assert_int_equal(rig_open(state), 0);
    struct rig *rig = bench.rig = *state;
    venue_store(rig);
    rig->config.days_ahead = 2;
    rig->contact = BX_CONTACT_GOOD;
    rig_restart(rig, false);
    bench.till = rig->till;
    bench_keys("7\n1234\n\n");
    bench_wait(10000);
    assert_int_equal(bench_view()->screen, BX_SCREEN_SELL);
    assert_int_equal(bench_view()->slots[0].ours, PLACES);
    bench_keys("QO\033");
    rig->contact = BX_CONTACT_AGAIN;
    bench_wait(2000);
    rig_trace_clear(rig);
    return 0;
}

int bench_close(void **state)
{
    struct rig *rig = bench.rig;
    *state = rig;
    return rig_close(state);
}

void bench_free(int slot, int64_t n)
{
    struct bx_slug pool = {""};
    snprintf(pool.s, sizeof(pool.s), "s%d", slot);
    struct bx_lease *lease = bx_leases_find(bench.till, &pool);
    assert_non_null(lease);
    lease->n = lease->used + lease->reserved + n;
}

void bench_pass(int ms)
{
    rig_pass(bench.rig, ms);
}

void bench_wait(int ms)
{
    rig_wait(bench.rig, ms);
}

void bench_key(int key)
{
    struct bx_event event = {.kind = BX_EVENT_KEY};
    event.of.key.key = key;
    rig_event(bench.rig, &event);
}

static int key_of(char c)
{
    switch (c) {
    case '\n': return BX_KEY_ENTER;
    case '\b': return BX_KEY_BACKSPACE;
    case '\033': return BX_KEY_ESC;
    }
    return (unsigned char)c;
}

void bench_keys(const char *keys)
{
    for (; *keys; keys++) {
        bench_key(key_of(*keys));
        bench_wait(1200);
    }
}

void bench_burst(const char *keys, int ms)
{
    for (; *keys; keys++) {
        bench_key(key_of(*keys));
        bench_pass(ms);
    }
}

const struct bx_till_view *bench_view(void)
{
    return rig_view(bench.rig);
}

int bench_pieces(void)
{
    int sum = 0;
    for (int i = 0; i < bench.till->desk.basket.count; i++)
        sum += bench.till->desk.basket.lines[i].quantity;
    return sum;
}

int bench_count(enum bx_kind kind)
{
    return rig_entries(bench.rig, kind);
}

int bench_sales(void)
{
    return bench_count(BX_KIND_SALE);
}

int bench_tenders(void)
{
    return bench.till->desk.tendering ? bench.till->desk.sale.tender_count : 0;
}

const struct bx_sale *bench_sale(void)
{
    static struct bx_sale sale;
    size_t count;
    struct bx_query query = {.kind = BX_QUERY_SALES, .limit = 1};
    const struct bx_row *rows = rig_read(bench.rig, &query, &count);
    assert_int_equal(count, 1);
    assert_int_equal(bx_sale_decode(rows[0].body, rows[0].len, &sale, NULL), 0);
    return &sale;
}

const struct bx_query *bench_query(void)
{
    const struct bx_effect *effect = rig_last(bench.rig, BX_EFFECT_READ);
    assert_non_null(effect);
    return &effect->of.query;
}

void bench_hold_reads(bool hold)
{
    bench.rig->hold[BX_EFFECT_READ] = hold;
}

void bench_rows(const struct bx_row *rows, size_t count)
{
    struct bx_event event = {.kind = BX_EVENT_ROWS};
    event.of.rows.request = bench.till->counter.read_request;
    event.of.rows.rows = rows;
    event.of.rows.count = count;
    assert_true(event.of.rows.request != 0);
    rig_event(bench.rig, &event);
}

struct bx_code bench_code(int n)
{
    static const struct bx_subkey key = {{1, 2, 3}};
    uint8_t random[7] = {1, 2, 3, 4, 5, (uint8_t)(n >> 8), (uint8_t)n};
    return bx_code_make(&key, 0, 2, random);
}
