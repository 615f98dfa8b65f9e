/* SPDX-License-Identifier: Apache-2.0 */
/* sellout [--seed N] [--days N] [--trace] [--must-find]
 *
 * A day on which every slot sells out: six windows, some of them without a cashier for an hour, and
 * the web; more people than places, who ask again a few times and then give up; lines that are cut
 * for some minutes now and then, but not when a slot is about to end (what lies at a till that
 * nobody reaches stays there, which is the price of selling offline). In the end no place is unsold
 * for which somebody asked, and none is sold twice. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/book/inside.h"
#include "sim.h"

#define MINUTE_NS (60 * BX_SECOND_NS)
enum { WEB = -1, CROWD = 4096, SINGLES = 12, HOURS = 6 };

enum fate { COMES, ASKS, IS_SERVED, GOES_BACK, HAS, GAVE_UP };

struct customer {
    enum fate fate;
    int pool, window; /* WEB: from home */
    int64_t q;
    int64_t at;     /* when something happens to them next */
    int64_t gives;  /* when they lose patience, once they were refused; 0 not yet */
    bool undecided; /* on the web: does not pay in the end */
};

struct day {
    struct sim *sim;
    struct customer *crowd;
    int count;
    int at_window[SIM_TILLS]; /* customer being served; -1 nobody */
    int64_t cut_until[SIM_TILLS];
    int64_t held[SIM_POOLS];
    bool sells[SIM_POOLS];
};

static const struct {
    const char *time, *event;
    int64_t start_min, end_min; /* after 08:00 */
} times[SIM_POOLS] = {{"08:00", "main", 0, 60},    {"09:00", "main", 60, 120},
                      {"10:00", "main", 120, 180}, {"12:00", "main", 240, 300},
                      {"09:30", "tour", 90, 150},  {"11:30", "tour", 210, 270},
                      {"12:30", "tour", 270, 330}};

/* --- the crowd ------------------------------------------------------------------------------- */

static int64_t minute(const struct sim *sim)
{
    return (sim->began.us / BX_SECOND_US % 86400 - 8 * 3600) / 60 + sim->now / MINUTE_NS;
}

/* Nanoseconds from now until so many minutes after 08:00, and some seconds. */
static int64_t instant(struct sim *sim, int64_t minutes)
{
    int64_t began = sim->began.us / BX_SECOND_US % 86400 - 8 * 3600;
    return (minutes * 60 - began + sim_below(&sim->rand, 60)) * BX_SECOND_NS;
}

static void comes(struct day *day, int pool, int64_t q, int64_t from, int64_t to)
{
    struct sim *sim = day->sim;
    bx_assert(day->count < CROWD);
    struct customer *one = &day->crowd[day->count++];
    *one = (struct customer){.pool = pool, .q = q, .window = WEB};
    one->at = instant(sim, sim_between(&sim->rand, from, to));
    if (sim_chance(&sim->rand, 550))
        one->window = 0;
    one->undecided = one->window == WEB && minute(sim) + one->at / MINUTE_NS < to - 30 &&
                     sim_chance(&sim->rand, 200);
}

static void crowd_make(struct day *day)
{
    struct sim *sim = day->sim;
    for (int pool = 0; pool < SIM_POOLS; pool++) {
        int64_t places = sim_pool_capacity[pool] * 13 / 10;
        int64_t last = times[pool].end_min - 8;
        int64_t first = times[pool].start_min - 50;
        if (first < minute(sim) + 2)
            first = minute(sim) + 2;
        day->sells[pool] = first + 20 < last; /* else the history begins too late for it */
        if (!day->sells[pool])
            continue;
        while (places > 0) {
            int64_t q = (int64_t[]){1, 2, 2, 2, 3, 4, 4}[sim_below(&sim->rand, 7)];
            comes(day, pool, q, first, last - 4);
            places -= q;
        }
        for (int i = 0; i < SINGLES; i++)
            comes(day, pool, 1, last - 12, last);
    }
}

/* --- places -------------------------------------------------------------------------------- */

static bool web_takes(struct day *day, int pool, int64_t q)
{
    struct sim *sim = day->sim;
    struct bd_store *store = sim->server.store;
    struct bx_fault fault = {0};
    struct bd_move move = {.held = q};
    memcpy(move.pool.s, sim_pool_names[pool], strlen(sim_pool_names[pool]) + 1);
    bx_assert(store->ops->begin(store, &fault) == 0);
    struct bd_pool_row row = {.id = move.pool};
    bx_assert(bd_get(store, BD_POOL, &row, &fault) == 0);
    bool done = q <= bd_pool_free(&row);
    if (done)
        bx_assert(store->ops->move(store, &move, &fault) == 0);
    else
        bd_pool_want_later(sim->server.book, &row, q);
    bx_assert(store->ops->end(store, true, &fault) == BX_DONE);
    sim_trace(sim, "the web takes %" PRId64 " of %s: %s", q, sim_pool_names[pool],
              done ? "done" : "refused");
    if (done)
        day->held[pool] += q;
    return done;
}

static bool is_staffed(const struct sim *sim, int window)
{
    return (minute(sim) / 50 + window * 2) % 5 != 0 && (minute(sim) / 50 + window) % 6 != 1;
}

static void refused(struct day *day, struct customer *one)
{
    struct sim *sim = day->sim;
    if (one->gives == 0)
        one->gives = sim->now + sim_between(&sim->rand, 3, 5) * MINUTE_NS;
    one->fate = ASKS;
    one->at = sim->now + sim_between(&sim->rand, 15, 40) * BX_SECOND_NS;
    if (one->at > one->gives)
        one->fate = GAVE_UP;
}

/* At a window that is staffed and free; without one they wait a little. */
static void window_asks(struct day *day, int nth)
{
    static const char *const baskets[] = {"", "1a", "2a", "2a1c", "1f"};
    struct sim *sim = day->sim;
    struct customer *one = &day->crowd[nth];
    int window = (int)sim_below(&sim->rand, SIM_TILLS);
    char json[200];
    one->at = sim->now + sim_between(&sim->rand, 2, 8) * BX_SECOND_NS;
    if (!is_staffed(sim, window) || day->at_window[window] >= 0 || sim->tills[window].command != 0)
        return;
    snprintf(json, sizeof(json),
             "{\"verb\":\"sell\",\"basket\":\"%s\",\"slot\":\"%s\",\"event\":\"%s\","
             "\"tenders\":[\"cash\"]}",
             baskets[one->q], times[one->pool].time, times[one->pool].event);
    day->at_window[window] = nth;
    one->window = window;
    one->fate = IS_SERVED;
    sim_till_command(sim, window, json);
}

static void served(struct day *day, struct customer *one)
{
    const struct sim_till *till = &day->sim->tills[one->window];
    one->at = day->sim->now + BX_SECOND_NS;
    if (till->command != 0)
        return;
    day->at_window[one->window] = -1;
    if (till->exit == 0)
        one->fate = HAS;
    else
        refused(day, one);
}

static void happens(struct day *day, int nth)
{
    struct sim *sim = day->sim;
    struct customer *one = &day->crowd[nth];
    if (one->fate == IS_SERVED) {
        served(day, one);
    } else if (one->fate == GOES_BACK) {
        web_takes(day, one->pool, -one->q);
        one->fate = GAVE_UP;
        one->q = CROWD; /* of their own will */
    } else if (one->window != WEB) {
        window_asks(day, nth);
    } else if (!web_takes(day, one->pool, one->q)) {
        refused(day, one);
    } else {
        one->fate = one->undecided ? GOES_BACK : HAS;
        one->at = sim->now + sim_between(&sim->rand, 3, 8) * MINUTE_NS;
    }
}

/* --- the lines ------------------------------------------------------------------------------- */

static bool ends_soon(const struct sim *sim)
{
    for (int i = 0; i < SIM_POOLS; i++)
        if (times[i].end_min > minute(sim) && times[i].end_min - minute(sim) < 22)
            return true;
    return false;
}

static void weather(struct day *day)
{
    struct sim *sim = day->sim;
    for (int i = 0; i < SIM_TILLS; i++) {
        bool cut = sim->now < day->cut_until[i];
        if (sim->tills[i].cut != cut)
            sim_trace(sim, "till %d's line: %s", i, cut ? "cut" : "good");
        sim->tills[i].cut = cut;
    }
    if (!ends_soon(sim) && sim_chance(&sim->rand, 20))
        day->cut_until[sim_below(&sim->rand, SIM_TILLS)] =
            sim->now + sim_between(&sim->rand, 1, 6) * MINUTE_NS;
}

/* --- the day ---------------------------------------------------------------------------------- */

static void begin(struct day *day)
{
    struct sim *sim = day->sim;
    struct sim_item item = {.kind = SIM_SWEEP};
    sim_later(sim, BX_SECOND_NS, item);
    sim_run(sim, sim->now + 20 * BX_SECOND_NS);
    for (int i = 0; i < SIM_TILLS; i++) {
        day->at_window[i] = -1;
        sim_till_command(
            sim, i, "{\"verb\":\"login\",\"number\":7,\"pin\":\"" SIM_PIN "\",\"float\":20000}");
    }
    sim_run(sim, sim->now + 10 * BX_SECOND_NS);
    for (int i = 0; i < SIM_TILLS && !sim->failed; i++)
        if (sim->tills[i].command != 0 || sim->tills[i].exit != 0)
            sim_broken(sim, "day", "nobody can log in at till %d", i);
    crowd_make(day);
}

static void pool_judge(struct day *day, int pool)
{
    struct sim *sim = day->sim;
    struct bd_pool_row row = {0};
    struct bx_fault fault = {0};
    int64_t least = CROWD, gave_up = 0;
    memcpy(row.id.s, sim_pool_names[pool], strlen(sim_pool_names[pool]) + 1);
    bx_assert(bd_get(sim->server.store, BD_POOL, &row, &fault) == 0);
    for (int i = 0; i < day->count; i++) {
        const struct customer *one = &day->crowd[i];
        if (one->pool != pool || one->fate == HAS || one->q == CROWD)
            continue;
        gave_up++;
        least = one->q < least ? one->q : least;
    }
    int64_t unsold = row.capacity - row.sold - row.held;
    sim_trace(sim,
              "pool %s: of %" PRId64 " sold %" PRId64 ", web %" PRId64 ", unsold %" PRId64
              ", turned away %" PRId64,
              row.id.s, row.capacity, row.sold, row.held, unsold, gave_up);
    if (sim->ghost.handed[pool] + day->held[pool] > row.capacity || row.over > 0)
        sim_broken(sim, "oversold", "pool %s: %" PRId64 " and %" PRId64 " of %" PRId64, row.id.s,
                   sim->ghost.handed[pool], day->held[pool], row.capacity);
    if (gave_up == 0)
        sim_broken(sim, "day", "pool %s: everybody got a place", row.id.s);
    if (unsold >= least)
        sim_broken(sim, "stranded",
                   "pool %s: %" PRId64 " unsold, and %" PRId64 " parties were turned away",
                   row.id.s, unsold, gave_up);
}

static void play(struct day *day)
{
    struct sim *sim = day->sim;
    begin(day);
    while (minute(sim) < HOURS * 60 && !sim->failed) {
        sim_run(sim, sim->now + BX_SECOND_NS);
        for (int i = 0; i < day->count && !sim->failed; i++)
            if (day->crowd[i].fate < HAS && day->crowd[i].at <= sim->now)
                happens(day, i);
        if (sim->now / BX_SECOND_NS % 10 == 0)
            weather(day);
        if (sim->now / BX_SECOND_NS % 60 == 0 && !sim->failed)
            sim_check(sim);
    }
    sim->quiet = true;
    sim_run(sim, sim->now + 300 * BX_SECOND_NS);
    if (!sim->failed)
        sim_check(sim);
    for (int i = 0; i < SIM_POOLS && !sim->failed; i++)
        if (day->sells[i])
            pool_judge(day, i);
}

/* 0, or 1 when a promise was broken; *RET_STRANDED: that one. */
static int day_play(const struct sim_options *options, bool *ret_stranded)
{
    struct sim *sim = bx_new(struct sim);
    struct day *day = bx_new(struct day);
    sim_venue_open(sim, options, false);
    day->sim = sim;
    day->crowd = bx_alloc(CROWD, sizeof(*day->crowd));
    play(day);
    int failed = sim->failed;
    if (failed)
        printf("seed %" PRId64 ": %s: %s\n", options->seed, sim->promise, sim->what);
    printf("seed %" PRId64 ": %" PRId64 " sales, %d parties, %" PRId64 " requests, digest %" PRIx64
           "\n",
           options->seed, sim->ghost.sales, day->count, sim->server.transactions, sim->digest);
    *ret_stranded = failed && strcmp(sim->promise, "stranded") == 0;
    bx_free(day->crowd);
    bx_free(day);
    sim_finish(sim);
    bx_free(sim);
    return failed;
}

int main(int count, char **words)
{
    struct sim_options options = {.seed = 1, .counters = 30};
    int64_t days = 1;
    bool must_find = false, stranded = false;
    for (int i = 1; i < count; i++) {
        if (strcmp(words[i], "--trace") == 0)
            options.trace = true;
        else if (strcmp(words[i], "--must-find") == 0)
            must_find = true;
        else if (strcmp(words[i], "--seed") == 0 && i + 1 < count)
            options.seed = strtoll(words[++i], NULL, 10);
        else if (strcmp(words[i], "--days") == 0 && i + 1 < count)
            days = strtoll(words[++i], NULL, 10);
        else
            return fputs("usage: sellout [--seed N] [--days N] [--trace] [--must-find]\n", stderr),
                   2;
    }
    bx_crypto_init();
    int failed = 0;
    for (int64_t end = options.seed + days; options.seed < end && !failed; options.seed++)
        failed = day_play(&options, &stranded);
    return must_find ? !stranded : failed;
}
