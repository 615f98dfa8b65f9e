/* SPDX-License-Identifier: Apache-2.0 */
/* Cashiers, weather and accidents: what happens next in a history, and what must come of it when
 * the storm is over. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim.h"

#define MINUTE_NS (60 * BX_SECOND_NS)
/* Of 30 s; documents come round once a minute, and one may have to wait for its next turn. */
enum { REST_ROUNDS = 60, REST_ROUNDS_MIN = 4 };

static int any_till(struct sim *sim)
{
    return (int)sim_below(&sim->rand, SIM_TILLS);
}

/* --- at the counter ------------------------------------------------------------------------- */

static void login(struct sim *sim, int till)
{
    char json[96];
    bool good = sim->quiet || sim_chance(&sim->rand, 900);
    int64_t draw = sim->quiet ? 0 : sim_below(&sim->rand, 4);
    snprintf(json, sizeof(json), "{\"verb\":\"login\",\"number\":%d,\"pin\":\"%s\",\"float\":%d}",
             SIM_USER + (int)(draw < 2 ? 0 : draw - 1), good ? SIM_PIN : "9999",
             (int)(draw % 2) * 10000);
    sim_till_command(sim, till, json);
}

#define ONE_OF(sim, list) (list)[sim_below(&(sim)->rand, (int64_t)bx_countof(list))]

static void pay(struct sim *sim, char *out, size_t size)
{
    static const char *const ways[] = {
        "\"cash\"", "\"cash:20000\"",         "\"card:R1\"",       "\"card\"", "\"cash:500\"",
        "\"card\"", "\"card:5.00\",\"cash\"", "\"account:school\""};
    if (sim_chance(&sim->rand, 550))
        snprintf(out, size, "%s", sim_chance(&sim->rand, 700) ? ways[0] : ways[1]);
    else if (sim_chance(&sim->rand, 250))
        snprintf(out, size, "\"voucher:%s\",\"cash\"", ONE_OF(sim, sim->vouchers));
    else
        snprintf(out, size, "%s", ONE_OF(sim, ways));
}

static void sell(struct sim *sim, int till)
{
    static const char *const lines[] = {"1a", "2a",     "2a1c", "3c",   "1f", "1g",
                                        "2h", "1a1g1h", "4a",   "1f2a", "1c"};
    static const char *const more[] = {"2s1a",      "1s", "6h group", "d:3.21 1g", "v:20.00",
                                       "3s d:1.99", "7h", "4a1c",     "2h list",   "1g2s"};
    static const char *const terms[] = {
        " discount:press",   " discount:r:10%", " member:F-1001", " discount:r:1.03",
        " discount:r:40%@a", " member:F-1002",  " list",          " account:school"};
    static const char *const slots[] = {"08:00", "09:00", "10:00", "11:00",
                                        "12:00", "09:30", "11:30", "12:30"};
    char json[512], slot[48] = "", tenders[200], basket[80];
    int64_t at = sim_below(&sim->rand, 12);
    if (at < 8)
        snprintf(slot, sizeof(slot), ",\"slot\":\"%s\",\"event\":\"%s\"", slots[at],
                 at < 5 ? "main" : "tour");
    int often = sim->options.plain ? 50 : 350;
    pay(sim, tenders, sizeof(tenders));
    snprintf(basket, sizeof(basket), "%s%s",
             sim_chance(&sim->rand, often) ? ONE_OF(sim, more) : ONE_OF(sim, lines),
             sim_chance(&sim->rand, often) ? ONE_OF(sim, terms) : "");
    snprintf(
        json, sizeof(json),
        "{\"verb\":\"sell\",\"basket\":\"%s\"%s,\"tenders\":[%s],\"reason\":\"r\",\"approver\":9,"
        "\"approver_pin\":\"" SIM_PIN "\"}",
        basket, slot, tenders);
    sim_till_command(sim, till, json);
}

/* Somebody at the keys who knows what they do, with pauses. */
static void type(struct sim *sim, int till)
{
    /* y: date and time are right, when that is asked */
    static const char *const hands[] = {"2a\n\n",       "1a1c\n\n", "NN2c\ny\n", "1h\ny\n",
                                        "E1a\n\n",      "3a\nc\n",  "1aU\n",     "NN1f\n\n",
                                        "2a\n5000\n\n", "1g\n\n ",  "1c\no\n",   "2h\no\n\n"};
    const char *keys = hands[sim_below(&sim->rand, (int64_t)bx_countof(hands))];
    sim_trace(sim, "till %d is typed at: %s", till, keys[0] == 'N' ? keys + 1 : keys);
    for (const char *at = keys; *at && !sim->failed; at++) {
        sim_till_key(sim, till, *at == '\n' ? BX_KEY_ENTER : *at);
        sim_run(sim, sim->now + sim_between(&sim->rand, 20, 900) * BX_MS_NS);
    }
}

/* Somebody who does not. */
static void monkey(struct sim *sim, int till)
{
    static const char letters[] = "0123456789aacfghNDEFRBQUY:?=tgyrcTOS /";
    for (int64_t n = sim_between(&sim->rand, 1, 12); n > 0 && !sim->failed; n--) {
        int64_t draw = sim_below(&sim->rand, 60);
        int key = draw < (int64_t)sizeof(letters) - 1 ? letters[draw]
                  : draw < 50                         ? BX_KEY_ENTER
                              : BX_KEY_ENTER + (int)sim_below(&sim->rand, 24);
        sim_till_key(sim, till, key);
        sim_run(sim, sim->now + sim_between(&sim->rand, 5, 400) * BX_MS_NS);
    }
}

static void ask(struct sim *sim, int till)
{
    static const char *const verbs[] = {"{\"verb\":\"queue\"}",
                                        "{\"verb\":\"allot\"}",
                                        "{\"verb\":\"sync\"}",
                                        "{\"verb\":\"find\"}",
                                        "{\"verb\":\"facts\"}",
                                        "{\"verb\":\"logout\"}",
                                        "{\"verb\":\"offline\",\"on\":true}",
                                        "{\"verb\":\"offline\",\"on\":false}",
                                        "{\"verb\":\"offline\",\"on\":false}",
                                        "{\"verb\":\"nonsense\"}"};
    sim_till_command(sim, till, verbs[sim_below(&sim->rand, (int64_t)bx_countof(verbs))]);
}

/* What is neither selling nor correcting; DRAW from 80. */
static void office(struct sim *sim, int till, int64_t draw)
{
    if (draw < 89)
        sim_counter_shift(sim, till);
    else if (draw < 91 + (sim->ghost.training[till] ? 4 : 0))
        sim_counter_train(sim, till);
    else if (draw < 95)
        sim_counter_park(sim, till);
    else
        ask(sim, till);
}

static void work(struct sim *sim)
{
    int till = any_till(sim);
    struct bx_till_facts facts = {0};
    if (!sim->tills[till].core)
        return;
    bx_till_facts(sim->tills[till].core, &facts);
    int64_t draw = sim_below(&sim->rand, 100);
    if (facts.user == 0 || facts.locked || draw < 4)
        login(sim, till);
    else if (draw < (sim->options.plain ? 60 : 40))
        sell(sim, till);
    else if (draw < (sim->options.plain ? 78 : 50))
        type(sim, till);
    else if (draw < (sim->options.plain ? 83 : 53))
        monkey(sim, till);
    else if (draw < (sim->options.plain ? 92 : 80))
        sim_counter_correct(sim, till);
    else if (sim->options.plain)
        ask(sim, till);
    else
        office(sim, till, draw);
}

/* --- weather and accidents ------------------------------------------------------------------ */

static void weather(struct sim *sim, struct sim_till *till)
{
    int64_t draw = sim_below(&sim->rand, 10);
    till->cut = draw < 2;
    bool storm = draw < 6;
    till->lost = storm ? (int)sim_below(&sim->rand, 400) : 0;
    till->doubled = storm ? (int)sim_below(&sim->rand, 300) : 0;
    till->late = storm ? (int)sim_below(&sim->rand, 250) : 0;
    till->garbled = storm ? (int)sim_below(&sim->rand, 200) : 0;
    till->replayed = storm ? (int)sim_below(&sim->rand, 300) : 0;
    sim_trace(sim, "till %d's line: %s", till->index,
              till->cut ? "cut"
              : storm   ? "stormy"
                        : "good");
}

static void clock_jump(struct sim *sim)
{
    int64_t us = sim_between(&sim->rand, -600, 600) * BX_SECOND_US;
    if (sim_chance(&sim->rand, 300))
        sim->server.skew += us;
    else
        sim->tills[any_till(sim)].skew += us;
    sim_trace(sim, "a clock jumps by %" PRId64 " s", us / BX_SECOND_US);
}

static void accident(struct sim *sim)
{
    struct sim_till *till = &sim->tills[any_till(sim)];
    int64_t draw = sim_below(&sim->rand, 100);
    if (draw < 30)
        till->fuse = (int)sim_below(&sim->rand, 40);
    else if (draw < 42)
        till->disk =
            (enum sim_disk)sim_between(&sim->rand, SIM_DISK_REFUSES, SIM_DISK_UNKNOWN_DONE);
    else if (draw < 46)
        till->resolves = (int)sim_between(&sim->rand, 1, 3);
    else if (draw < 60)
        weather(sim, till);
    else if (draw < 66)
        sim_server_crash(sim, "at rest");
    else if (draw < 73)
        sim_server_backup(sim);
    else if (draw < 79)
        sim_server_restore(sim, !sim_chance(&sim->rand, 250));
    else if (draw < 82)
        clock_jump(sim);
    else if (draw < 84)
        sim_server_import(sim);
    else if (draw < 88)
        sim_server_gate(sim);
    else if (draw < 94)
        sim_server_hold(sim, (int)sim_below(&sim->rand, SIM_POOLS), sim_between(&sim->rand, 1, 3));
    else
        sim_server_release(sim);
}

static void pass(struct sim *sim)
{
    int64_t draw = sim_below(&sim->rand, 100);
    if (draw < 80)
        sim_run(sim, sim->now + sim_between(&sim->rand, 50, 6000) * BX_MS_NS);
    else if (draw < 96)
        sim_run(sim, sim->now + sim_between(&sim->rand, 10, 120) * BX_SECOND_NS);
    else
        sim_skip(sim, sim_between(&sim->rand, 5, 25) * MINUTE_NS);
}

void sim_people_begin(struct sim *sim)
{
    struct sim_item item = {.kind = SIM_SWEEP};
    sim_later(sim, BX_SECOND_NS, item);
    sim->server.crash = (int)sim_below(&sim->rand, 8);
    sim->server.busy = (int)sim_below(&sim->rand, 30);
    for (int i = 0; i < SIM_TILLS; i++) {
        sim->tills[i].printer.bad = (int)sim_below(&sim->rand, 150);
        if (sim_chance(&sim->rand, 400))
            weather(sim, &sim->tills[i]);
    }
    sim_run(sim, sim->now + 5 * BX_SECOND_NS);
}

void sim_people_step(struct sim *sim)
{
    if (sim_chance(&sim->rand, 750))
        work(sim);
    else
        accident(sim);
    if (!sim->failed)
        pass(sim);
}

/* --- rest ----------------------------------------------------------------------------------- */

static bool is_at_rest(struct sim *sim)
{
    struct bd_mark mark;
    struct bx_fault fault = {0};
    bx_assert(bd_book_mark(sim->server.store, &mark, &fault) == 0);
    if (!sim->server.book || mark.shut)
        return false;
    for (int i = 0; i < SIM_TILLS; i++) {
        struct bx_till_facts facts;
        if (!sim->tills[i].core || sim->tills[i].command != 0)
            return false;
        bx_till_facts(sim->tills[i].core, &facts);
        if (!facts.online || facts.queued != 0 || facts.stopped || facts.epoch != mark.epoch)
            return false;
    }
    return true;
}

static void settle(struct sim *sim, int least, const char *after)
{
    int round = 0;
    while (round < REST_ROUNDS && !sim->failed && (round < least || !is_at_rest(sim))) {
        sim_run(sim, sim->now + 30 * BX_SECOND_NS);
        round++;
    }
    if (round < REST_ROUNDS || sim->failed)
        return;
    struct bd_mark mark;
    struct bx_fault fault = {0};
    bx_assert(bd_book_mark(sim->server.store, &mark, &fault) == 0);
    for (int i = 0; i < SIM_TILLS; i++) {
        struct bx_till_facts facts = {0};
        if (sim->tills[i].core)
            bx_till_facts(sim->tills[i].core, &facts);
        if (!facts.online || facts.queued != 0 || facts.stopped || sim->tills[i].command != 0 ||
            facts.epoch != mark.epoch)
            sim_broken(sim, "rest",
                       "after %s till %d comes to no rest: online %d, %" PRId64 " queued, stopped "
                       "%d, command %" PRId64 ", epoch %" PRId64 " of %" PRId64,
                       after, i, facts.online, facts.queued, facts.stopped, sim->tills[i].command,
                       facts.epoch, mark.epoch);
    }
    for (int i = 0; i < SIM_TILLS; i++) {
        struct bd_device_row device = {.till = sim->tills[i].device.till};
        bx_assert(bd_get(sim->server.store, BD_DEVICE, &device, &fault) == 0);
        sim_trace(sim, "till %d said HELLO in epoch %" PRId64 " at %" PRId64 ", mark %" PRId64, i,
                  device.hello_epoch, device.hello_seq, device.mark);
    }
    sim_broken(sim, "rest", "after %s the slots stay shut in epoch %" PRId64, after, mark.epoch);
}

/* Wrong PINs bar a number for up to an hour. */
static void login_at_last(struct sim *sim, int till)
{
    for (int tries = 0; tries < 16 && !sim->failed; tries++) {
        login(sim, till);
        sim_run(sim, sim->now + 2 * BX_SECOND_NS);
        if (sim->tills[till].exit == 0)
            return;
        sim_run(sim, sim->now + 5 * MINUTE_NS);
    }
}

/* Whatever stands open on the screen is left, and what was taken given back; a basket is put aside.
 */
static void tidy(struct sim *sim, int till)
{
    for (int keys = 0; keys < 12 && !sim->failed; keys++) {
        sim_till_key(sim, till, keys % 4 == 3 ? 'y' : BX_KEY_ESC);
        sim_run(sim, sim->now + BX_SECOND_NS);
    }
    sim_till_command(sim, till, "{\"verb\":\"park\",\"name\":\"left\"}");
    sim_run(sim, sim->now + 2 * BX_SECOND_NS);
}

/* When all is well again, each till sells, once its shift is open and whoever sells has a drawer.
 */
static void last_sales(struct sim *sim)
{
    for (int i = 0; i < SIM_TILLS && !sim->failed; i++) {
        login_at_last(sim, i);
        tidy(sim, i);
        if (sim->ghost.training[i])
            sim_till_command(sim, i, "{\"verb\":\"training\",\"on\":false,\"reason\":\"r\"}");
        sim_run(sim, sim->now + 2 * BX_SECOND_NS);
        for (int tries = 0; tries < 4; tries++) {
            if (tries > 1) /* every drawer is somebody else's */
                sim_till_command(sim, i,
                                 tries == 2
                                     ? "{\"verb\":\"login\",\"number\":8,\"pin\":\"" SIM_PIN "\"}"
                                     : "{\"verb\":\"login\",\"number\":9,\"pin\":\"" SIM_PIN "\"}");
            sim_run(sim, sim->now + 2 * BX_SECOND_NS * (tries > 1));
            sim_till_command(sim, i,
                             "{\"verb\":\"sell\",\"basket\":\"1g\",\"tenders\":[\"cash\"]}");
            sim_run(sim, sim->now + 2 * BX_SECOND_NS);
            if (tries > 2 || (sim->tills[i].command == 0 && sim->tills[i].exit == 0))
                break;
            sim_counter_open(sim, i);
            sim_run(sim, sim->now + 2 * BX_SECOND_NS);
        }
        if (sim->tills[i].command != 0 || sim->tills[i].exit != 0)
            sim_broken(sim, "rest", "till %d does not sell any more", i);
    }
}

/* At night each till closes its shift; the Zs, too, must agree everywhere. */
static void last_shifts(struct sim *sim)
{
    for (int i = 0; i < SIM_TILLS && !sim->failed; i++) {
        for (unsigned tries = 0; tries < 16 && sim_shift_open(&sim->ghost, i) && !sim->failed;
             tries++)
            sim_counter_close(sim, i, tries % 8);
        if (sim_shift_open(&sim->ghost, i))
            sim_broken(sim, "rest", "till %d does not close its shift", i);
    }
}

void sim_people_rest(struct sim *sim)
{
    sim_trace(sim, "the storm is over");
    sim->quiet = true;
    sim_server_up(sim);
    for (int i = 0; i < SIM_HOLDS; i++)
        sim_server_release(sim);
    for (int i = 0; i < SIM_TILLS && !sim->failed; i++) {
        struct sim_till *till = &sim->tills[i];
        till->cut = false;
        till->fuse = -1;
        till->disk = SIM_DISK_GOOD;
        sim_till_boot(sim, i);
    }
    sim_run(sim, sim->now + 40 * BX_SECOND_NS); /* what was on its way arrives */
    for (int i = 0; i < SIM_TILLS && !sim->failed; i++)
        sim_till_command(sim, i, "{\"verb\":\"offline\",\"on\":false}");
    settle(sim, REST_ROUNDS_MIN, "the storm");
    if (!sim->failed)
        last_sales(sim);
    if (!sim->failed)
        last_shifts(sim);
    if (!sim->failed)
        settle(sim, 1, "the last sales");
}
