/* SPDX-License-Identifier: Apache-2.0 */
/* A small museum in the morning: pools of so few places that three tills fight for them, two slots
 * that share a pool, a product that takes several places and one that takes none. */

#include <string.h>

#include "fake_journal.h"
#include "server/book/import.h"
#include "sim.h"

const char *const sim_pool_names[SIM_POOLS] = {"m0", "m1", "m2", "m34", "t0", "t1", "t2"};
const int64_t sim_pool_capacity[SIM_POOLS] = {14, 12, 12, 16, 6, 6, 5};

#define HOUR_US (3600 * BX_SECOND_US)
/* 2026-11-24T00:00:00Z */
#define MIDNIGHT_US (INT64_C(1795478400) * BX_SECOND_US)

int sim_pool_index(const struct bx_slug *pool)
{
    for (int i = 0; i < SIM_POOLS; i++)
        if (strcmp(sim_pool_names[i], pool->s) == 0)
            return i;
    bx_unreachable();
}

static struct bx_slug slug(const char *text)
{
    struct bx_slug made = {0};
    size_t len = strlen(text);
    bx_assert(len < sizeof(made.s));
    memcpy(made.s, text, len);
    return made;
}

static const struct {
    const char *id, *pool;
    int event, start_min, minutes;
} slots[SIM_SLOTS] = {
    {"s0", "m0", 0, 480, 60},  {"s1", "m1", 0, 540, 60},  {"t-0", "t0", 1, 570, 60},
    {"s2", "m2", 0, 600, 60},  {"s3", "m34", 0, 660, 60}, {"t-1", "t1", 1, 690, 60},
    {"s4", "m34", 0, 720, 60}, {"t-2", "t2", 1, 750, 60},
};

static void product(struct bx_product *ret, const char *id, char key, int64_t price, int places)
{
    *ret = (struct bx_product){.id = slug(id), .key = key, .price = {price}, .tax_ppm = 70000};
    memcpy(ret->name, ret->id.s, sizeof(ret->id.s));
    ret->places = places;
    ret->persons = places + (places > 1);
    ret->events = places > 0 ? 3 : 0;
}

enum { PRODUCTS = 5 };
static void products(int64_t dearer, struct bx_product ret[PRODUCTS])
{
    product(&ret[0], "adult", 'a', 2400, 1);
    product(&ret[1], "child", 'c', 903, 1);
    product(&ret[2], "family", 'f', 5500, 4);
    product(&ret[3], "guide", 'g', 600, 0);
    product(&ret[4], "garden", 'h', 350, 0);
    ret[2].tax_ppm = 190000;
    for (int i = 0; i < PRODUCTS; i++)
        ret[i].price.minor += dearer;
    ret[4].persons = 1;
    ret[4].class = slug("garden");
}

void sim_venue_import(struct sim *sim)
{
    struct bx_event_info main = {.id = {"main"}, .name = "Exhibition", .class = {"main"}};
    struct bx_event_info tour = {.id = {"tour"}, .name = "Tour", .class = {"tour"}};
    struct bx_event_info events[2] = {main, tour};
    struct bx_slot rows[SIM_SLOTS] = {0};
    struct bd_import_pool pools[SIM_POOLS] = {0};
    struct bx_product list[PRODUCTS];
    products(5 * sim->server.imports++, list);
    for (int i = 0; i < SIM_POOLS; i++)
        pools[i] = (struct bd_import_pool){.id = slug(sim_pool_names[i]),
                                           .capacity = sim_pool_capacity[i]};
    for (int i = 0; i < SIM_SLOTS; i++) {
        rows[i] = (struct bx_slot){.id = slug(slots[i].id), .pool = slug(slots[i].pool)};
        rows[i].event = slots[i].event;
        rows[i].start.us = MIDNIGHT_US + slots[i].start_min * 60 * BX_SECOND_US;
        rows[i].end.us = rows[i].start.us + slots[i].minutes * 60 * BX_SECOND_US;
        rows[i].date = (struct bx_date){2026, 11, 24};
        struct bd_import_pool *pool = &pools[sim_pool_index(&rows[i].pool)];
        if (pool->ends.us < rows[i].end.us)
            pool->ends = rows[i].end;
    }
    struct bx_programme programme = {.venue = {"museum"},
                                     .name = "Museum",
                                     .zone = "UTC",
                                     .currency = "EUR",
                                     .exponent = 2,
                                     .cash_step = 5,
                                     .tax_included = true,
                                     .quantity_usual = 9,
                                     .event_count = 2,
                                     .slot_count = SIM_SLOTS,
                                     .product_count = PRODUCTS,
                                     .events = events,
                                     .slots = rows,
                                     .products = list};
    struct bd_import whole = {&programme, pools, SIM_POOLS};
    struct bd_turn turn = sim_server_turn(sim);
    struct bx_fault fault = {0};
    if (bd_book_import(sim->server.book, &turn, &whole, &fault) != 0)
        bx_assert_failed(fault.say, __FILE__, __LINE__);
}

static void user(struct sim *sim)
{
    struct bx_user row = {.number = SIM_USER, .name = "Ana", .role = BX_ROLE_SUPERVISOR};
    struct bd_turn turn = sim_server_turn(sim);
    struct bx_fault fault = {0};
    memcpy(row.pin_hash, SIM_HASH, sizeof(SIM_HASH));
    if (bd_book_user(sim->server.book, &turn, &row, &fault) != 0)
        bx_assert_failed(fault.say, __FILE__, __LINE__);
}

static void enrol(struct sim *sim, int index)
{
    struct sim_till *till = &sim->tills[index];
    struct bd_turn turn = sim_server_turn(sim);
    struct bx_secret_key secret;
    struct bx_public_key key;
    struct bx_enrolment enrolment;
    struct bx_fault fault = {0};
    char code[9];
    uint8_t random[10] = {(uint8_t)index};
    struct bx_id id = bx_id_make(turn.now, random);
    bx_key_make(turn.seed, &key, &secret);
    int err = bd_book_enrol_code(sim->server.book, &turn, code, &fault);
    turn = sim_server_turn(sim);
    if (err == 0)
        err = bd_book_enrol(sim->server.book, &turn, &id, code, &key, &enrolment, &fault);
    if (err == 0)
        err = bd_book_device(sim->server.store, enrolment.till, &till->device, &fault);
    till->index = index;
    till->fuse = -1;
    till->journal = fake_journal_create();
    bx_buf_init(&till->draft, 0);
    bx_buf_init(&till->draft_before, 0);
    struct bx_identity identity = {enrolment.till, enrolment.incarnation, enrolment.issuer};
    if (err == 0)
        err = till->journal->ops->enrol(till->journal, &identity, &fault);
    if (err != 0)
        bx_assert_failed(fault.say, __FILE__, __LINE__);
}

void sim_venue_open(struct sim *sim)
{
    struct sim_server *server = &sim->server;
    struct bx_fault fault = {0};
    sim->began.us = MIDNIGHT_US + 8 * HOUR_US + sim_below(&sim->rand, HOUR_US);
    server->policy = (struct bd_policy){.share_percent = 30,
                                        .lease_ttl = sim_between(&sim->rand, 10, 60) * 60,
                                        .slot_grace = 0,
                                        .key_days = 3};
    server->top_epoch = 1;
    server->store = bd_store_memory_create();
    struct bd_turn turn = sim_server_turn(sim);
    bx_assert(server->store->ops->begin(server->store, &fault) == 0);
    bx_assert(bd_book_init(server->store, &turn, &fault) == 0);
    server->book = bd_book_create(server->store, &server->policy, &fault);
    sim_venue_import(sim);
    user(sim);
    for (int i = 0; i < SIM_TILLS; i++)
        enrol(sim, i);
    bx_assert(server->store->ops->end(server->store, true, &fault) == BX_DONE);
    sim_server_backup(sim);
    for (int i = 0; i < SIM_TILLS; i++)
        sim_till_boot(sim, i);
}
