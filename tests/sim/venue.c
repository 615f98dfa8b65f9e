/* SPDX-License-Identifier: Apache-2.0 */
/* A small museum in the morning: pools of so few places that three tills fight for them, two slots
 * that share a pool, a product that takes several places and one that takes none. */

#include <string.h>

#include "fake_journal.h"
#include "server/book/import.h"
#include "sim.h"

const char *const sim_pool_names[SIM_POOLS] = {"m0", "m1", "m2", "m34", "t0", "t1", "t2"};
const int64_t sim_pool_capacity[SIM_POOLS] = {
    14 * SIM_WORLD_TIMES, 12 * SIM_WORLD_TIMES, 12 * SIM_WORLD_TIMES, 16 * SIM_WORLD_TIMES,
    6 * SIM_WORLD_TIMES,  6 * SIM_WORLD_TIMES,  5 * SIM_WORLD_TIMES};

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

enum { PRODUCTS = 8 };
static void products(int64_t dearer, struct bx_product ret[PRODUCTS])
{
    product(&ret[0], "adult", 'a', 2400, 1);
    product(&ret[1], "child", 'c', 903, 1);
    product(&ret[2], "family", 'f', 5500, 4);
    product(&ret[3], "guide", 'g', 600, 0);
    product(&ret[4], "garden", 'h', 350, 0);
    product(&ret[5], "poster", 's', 1297, 0);
    product(&ret[6], "donation", 'd', 0, 0);
    product(&ret[7], "voucher", 'v', 0, 0);
    ret[2].tax_ppm = 190000;
    ret[5].tax_ppm = 190000;
    for (int i = 0; i < 6; i++)
        ret[i].price.minor += dearer;
    for (int i = 5; i < PRODUCTS; i++)
        ret[i].persons = 0;
    for (int i = 6; i < PRODUCTS; i++) {
        ret[i].tax_ppm = 0;
        ret[i].open_price = true;
    }
    ret[3].persons = 0;
    ret[4].persons = 1;
    ret[4].class = slug("garden");
    ret[4].group_from = 5;
    ret[5].kind = BX_LINE_ARTICLE;
    ret[6].kind = BX_LINE_DONATION;
    ret[7].kind = BX_LINE_VOUCHER;
}

/* --- terms ------------------------------------------------------------------------------------ */

static const char *const actions[] = {"discount", "price",      "void",     "refund", "exchange",
                                      "tender",   "paid-in",    "paid-out", "drop",   "no-sale",
                                      "over",     "difference", "reprint",  "settle", "visit",
                                      "offline",  "allow",      "training"};

static struct bx_rule rule(enum bx_rule_kind kind, const char *id, const char *part, int64_t price)
{
    struct bx_rule made = {.id = slug(id), .kind = kind, .price = {price}, .part_count = 1};
    memcpy(made.name, made.id.s, sizeof(made.id.s));
    made.parts[0].product = slug(part);
    return made;
}

enum { RULES = 4, REASONS = (int)bx_countof(actions) + 1 };
struct terms {
    struct bx_rule rules[RULES];
    struct bx_reason reasons[REASONS];
    struct bx_account account;
};

static void terms(struct terms *ret, struct bx_programme *programme)
{
    *ret = (struct terms){.account = {.id = {"school"}, .name = "School"}};
    ret->rules[0] = rule(BX_RULE_GROUP, "group", "adult", 2111);
    ret->rules[0].least = 4;
    ret->rules[1] = rule(BX_RULE_BUNDLE, "family", "adult", 5003);
    ret->rules[1].part_count = 2;
    ret->rules[1].parts[0].pieces = 2;
    ret->rules[1].parts[1].product = slug("child");
    ret->rules[1].parts[1].pieces = 1;
    ret->rules[2] = rule(BX_RULE_MEMBER, "friends", "adult", 1201);
    ret->rules[2].proof = slug("friend");
    ret->rules[3] = rule(BX_RULE_TIME, "early", "garden", 0);
    ret->rules[3].permille = 333;
    ret->rules[3].minute_to = 9 * 60;
    for (size_t i = 0; i < bx_countof(actions); i++)
        ret->reasons[i] =
            (struct bx_reason){.action = slug(actions[i]), .id = slug("r"), .name = "Reason"};
    ret->reasons[REASONS - 1] = (struct bx_reason){
        .action = slug("discount"), .id = slug("press"), .name = "Press", .permille = 175};
    programme->rules = ret->rules;
    programme->rule_count = RULES;
    programme->reasons = ret->reasons;
    programme->reason_count = REASONS;
    programme->accounts = &ret->account;
    programme->account_count = 1;
    programme->limits = (struct bx_limits){.discount_permille = {250, BX_BEYOND_ASK},
                                           .refund_amount = {6000, BX_BEYOND_ASK},
                                           .refund_offline = {8000, BX_BEYOND_ASK},
                                           .void_minutes = {30, BX_BEYOND_ASK},
                                           .reprints = {2, BX_BEYOND_ASK},
                                           .paid_out = {3000, BX_BEYOND_ASK},
                                           .no_sales = {3, BX_BEYOND_WARN},
                                           .difference_reason = {100, BX_BEYOND_ASK},
                                           .difference_approve = {1000, BX_BEYOND_ASK},
                                           .offline_tenders = 0x3f,
                                           .tenders = 0x3f};
    programme->round_up = true;
    programme->round_up_product = slug("donation");
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
        if (sim->options.counters > 0 && pool->starts.us == 0)
            pool->starts = rows[i].start;
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
    struct terms *more = bx_new(struct terms);
    terms(more, &programme);
    struct bd_import whole = {&programme, pools, SIM_POOLS};
    struct bd_turn turn = sim_server_turn(sim);
    struct bx_fault fault = {0};
    if (bd_book_import(sim->server.book, &turn, &whole, &fault) != 0)
        bx_assert_failed(fault.say, __FILE__, __LINE__);
    bx_free(more);
}

static void user(struct sim *sim, int64_t number, const char *name, enum bx_role role)
{
    struct bx_user row = {.number = number, .role = role};
    struct bd_turn turn = sim_server_turn(sim);
    struct bx_fault fault = {0};
    memcpy(row.name, name, strlen(name) + 1);
    memcpy(row.pin_hash, SIM_HASH, sizeof(SIM_HASH));
    if (bd_book_user(sim->server.book, &turn, &row, &fault) != 0)
        bx_assert_failed(fault.say, __FILE__, __LINE__);
}

static void members(struct sim *sim)
{
    struct bx_member rows[2] = {{.id = {"m-1"}, .code = "F-1001", .class = {"friend"}, .guests = 1},
                                {.id = {"m-2"}, .code = "F-1002", .class = {"friend"}}};
    struct bx_members all = {.count = 2, .members = rows};
    struct bd_turn turn = sim_server_turn(sim);
    struct bx_fault fault = {0};
    rows[0].until = rows[1].until = (struct bx_date){2027, 12, 31};
    memcpy(rows[1].blocked, "Lost", 5);
    if (bd_book_members(sim->server.book, &turn, &all, &fault) != 0)
        bx_assert_failed(fault.say, __FILE__, __LINE__);
}

/* The texts of single-use vouchers that people have in their pockets. */
static void vouchers(struct sim *sim)
{
    struct bx_buf out;
    struct bd_turn turn = sim_server_turn(sim);
    struct bx_fault fault = {0};
    bx_buf_init(&out, 0);
    if (bd_book_vouchers(sim->server.book, &turn, bx_money_of(1505), (struct bx_date){2027, 12, 31},
                         SIM_VOUCHERS, &out, &fault) != 0)
        bx_assert_failed(fault.say, __FILE__, __LINE__);
    const char *at = bx_buf_text(&out);
    for (int i = 0; i < SIM_VOUCHERS; i++, at = strchr(at, '\n') + 1) {
        memcpy(sim->vouchers[i], at, BX_VOUCHER_LEN);
        sim->vouchers[i][BX_VOUCHER_LEN] = '\0';
    }
    bx_buf_finish(&out);
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
    int err = bd_book_enrol_code(sim->server.book, &turn, "", code, &fault);
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

void sim_venue_open(struct sim *sim, const struct sim_options *options, bool calm)
{
    *sim = (struct sim){
        .options = *options, .digest = UINT64_C(0xcbf29ce484222325), .quiet = calm, .trust = calm};
    sim->rand.state = (uint64_t)options->seed * UINT64_C(0xd1342543de82ef95) + 1;
    struct sim_server *server = &sim->server;
    struct bx_fault fault = {0};
    sim->began.us = MIDNIGHT_US + 8 * HOUR_US + sim_below(&sim->rand, HOUR_US);
    server->policy = (struct bd_policy){.share_percent = 30,
                                        .counters_percent = sim->options.counters,
                                        .lease_ttl = sim_between(&sim->rand, 10, 60) * 60,
                                        .slot_grace = 0,
                                        .key_days = 3};
    if (sim->options.plain) { /* as much as may be lies at tills, where it can go wrong */
        server->policy.counters_percent = 1000;
        server->policy.wanted_seconds = 1;
    }
    server->top_epoch = 1;
    server->store = bd_store_memory_create();
    struct bd_turn turn = sim_server_turn(sim);
    bx_assert(server->store->ops->begin(server->store, &fault) == 0);
    bx_assert(bd_book_init(server->store, &turn, &fault) == 0);
    server->book = bd_book_create(server->store, &server->policy, &fault);
    sim_venue_import(sim);
    user(sim, SIM_USER, "Ana", BX_ROLE_SUPERVISOR);
    user(sim, SIM_USER + 1, "Ben", BX_ROLE_CASHIER);
    user(sim, SIM_USER + 2, "Cleo", BX_ROLE_SUPERVISOR);
    members(sim);
    vouchers(sim);
    for (int i = 0; i < SIM_TILLS; i++)
        enrol(sim, i);
    bx_assert(server->store->ops->end(server->store, true, &fault) == BX_DONE);
    sim_server_backup(sim);
    for (int i = 0; i < SIM_TILLS; i++)
        sim_till_boot(sim, i);
}
