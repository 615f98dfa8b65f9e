/* SPDX-License-Identifier: Apache-2.0 */
/* One agenda for the whole world, ordered by time and then by when a thing was put there: nothing
 * happens but what stands on it and what a till's own alarm asks for. So the seed, which decides
 * every chance, decides the history. The digest is taken over the text of the trace whether it is
 * shown or not: two runs of equal digest are equal in every line. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim.h"

/* splitmix64 (Steele, Lea, Flood 2014): small, and good from any seed. */
uint64_t sim_draw(struct sim_rand *rand)
{
    uint64_t z = rand->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

int64_t sim_below(struct sim_rand *rand, int64_t below)
{
    bx_assert(below > 0);
    return (int64_t)(sim_draw(rand) % (uint64_t)below);
}

int64_t sim_between(struct sim_rand *rand, int64_t low, int64_t high)
{
    return low + sim_below(rand, high - low + 1);
}

bool sim_chance(struct sim_rand *rand, int per_mille)
{
    return sim_below(rand, 1000) < per_mille;
}

void sim_seed(struct sim_rand *rand, uint8_t out[32])
{
    for (int i = 0; i < 32; i += 8) {
        uint64_t word = sim_draw(rand);
        memcpy(out + i, &word, sizeof(word));
    }
}

/* --- the trace ------------------------------------------------------------------------------ */

static void trace_line(struct sim *sim, const char *line)
{
    for (const char *at = line; *at; at++)
        sim->digest = (sim->digest ^ (uint8_t)*at) * UINT64_C(0x100000001b3); /* FNV-1a */
    sim->lines++;
    if (sim->options.trace)
        puts(line);
}

void sim_trace(struct sim *sim, const char *format, ...)
{
    char line[512];
    int head = snprintf(line, sizeof(line), "%10" PRId64 " ", sim->now / BX_MS_NS);
    va_list args;
    va_start(args, format);
    vsnprintf(line + head, sizeof(line) - (size_t)head, format, args);
    va_end(args);
    trace_line(sim, line);
}

void sim_broken(struct sim *sim, const char *promise, const char *format, ...)
{
    if (sim->failed || (sim->image && strcmp(promise, "image") != 0))
        return;
    sim->failed = true;
    snprintf(sim->promise, sizeof(sim->promise), "%s", promise);
    va_list args;
    va_start(args, format);
    vsnprintf(sim->what, sizeof(sim->what), format, args);
    va_end(args);
    sim_trace(sim, "BROKEN %s: %s", sim->promise, sim->what);
}

/* --- the agenda ----------------------------------------------------------------------------- */

static bool before(const struct sim_item *a, const struct sim_item *b)
{
    return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void swap(struct sim_item *a, struct sim_item *b)
{
    struct sim_item held = *a;
    *a = *b;
    *b = held;
}

void sim_later(struct sim *sim, int64_t delay, struct sim_item item)
{
    if (sim->agenda_count == sim->agenda_room) {
        sim->agenda_room = sim->agenda_room ? sim->agenda_room * 2 : 64;
        sim->agenda = bx_realloc(sim->agenda, sim->agenda_room, sizeof(*sim->agenda));
    }
    item.due = sim->now + delay;
    item.order = sim->orders++;
    size_t at = sim->agenda_count++;
    sim->agenda[at] = item;
    for (; at > 0 && before(&sim->agenda[at], &sim->agenda[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&sim->agenda[at], &sim->agenda[(at - 1) / 2]);
}

static struct sim_item take(struct sim *sim)
{
    struct sim_item first = sim->agenda[0];
    sim->agenda[0] = sim->agenda[--sim->agenda_count];
    for (size_t at = 0;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < sim->agenda_count && before(&sim->agenda[child + 1], &sim->agenda[child]))
            child++;
        if (child >= sim->agenda_count || !before(&sim->agenda[child], &sim->agenda[at]))
            return first;
        swap(&sim->agenda[at], &sim->agenda[child]);
        at = child;
    }
}

static void report(struct sim *sim, const struct sim_item *item)
{
    struct bx_event event = {.kind = BX_EVENT_PRINT};
    event.of.print = item->report;
    if (sim->tills[item->till].life == item->life)
        sim_till_event(sim, item->till, &event);
}

static void pin_done(struct sim *sim, const struct sim_item *item)
{
    struct bx_event event = {.kind = BX_EVENT_PIN};
    event.of.pin.request = item->request;
    event.of.pin.good = item->good;
    if (sim->tills[item->till].life == item->life)
        sim_till_event(sim, item->till, &event);
}

static void happen(struct sim *sim, struct sim_item *item)
{
    switch (item->kind) {
    case SIM_REQUEST: sim_server_take(sim, item->message); break;
    case SIM_ANSWER: sim_net_deliver(sim, item->message); break;
    case SIM_TIMEOUT: sim_net_timeout(sim, item); break;
    case SIM_REPORT: report(sim, item); break;
    case SIM_SHEET: sim_sheet_out(sim, item->till, item->sheet); break;
    case SIM_PIN_DONE: pin_done(sim, item); break;
    case SIM_CARD: sim_terminal_say(sim, item); break;
    case SIM_BOOT: sim_till_boot(sim, item->till); break;
    case SIM_SERVER_UP: sim_server_up(sim); break;
    case SIM_SWEEP: sim_server_sweep(sim); break;
    }
    sim_message_destroy(item->message);
}

/* The till whose alarm rings first; -1 when all are down. */
static int first_alarm(const struct sim *sim)
{
    int first = -1;
    for (int i = 0; i < SIM_TILLS; i++)
        if (sim->tills[i].core && (first < 0 || sim->tills[i].wake < sim->tills[first].wake))
            first = i;
    return first;
}

void sim_run(struct sim *sim, int64_t until)
{
    while (!sim->failed) {
        int till = first_alarm(sim);
        int64_t item_due = sim->agenda_count ? sim->agenda[0].due : INT64_MAX;
        int64_t alarm_due = till >= 0 ? sim->tills[till].wake : INT64_MAX;
        int64_t due = item_due <= alarm_due ? item_due : alarm_due;
        if (due > until)
            break;
        if (due > sim->now)
            sim->now = due;
        if (item_due <= alarm_due) {
            struct sim_item item = take(sim);
            happen(sim, &item);
        } else {
            struct bx_event event = {.kind = BX_EVENT_TICK};
            sim_till_event(sim, till, &event);
        }
    }
    if (until > sim->now)
        sim->now = until;
}

void sim_skip(struct sim *sim, int64_t ns)
{
    sim->now += ns;
    sim_trace(sim, "everybody sleeps for %" PRId64 " s", ns / BX_SECOND_NS);
}

/* --- a history ------------------------------------------------------------------------------ */

int sim_history(struct sim *sim, const struct sim_options *options)
{
    sim_venue_open(sim, options, false);
    sim_people_begin(sim);
    for (int step = 0; step < options->steps && !sim->failed; step++) {
        sim_people_step(sim);
        if (!sim->failed)
            sim_check(sim);
    }
    if (!sim->failed)
        sim_people_rest(sim);
    if (!sim->failed)
        sim_check(sim);
    if (!sim->failed)
        sim_check_end(sim);
    return sim->failed;
}

void sim_finish(struct sim *sim)
{
    for (size_t i = 0; i < sim->agenda_count; i++)
        sim_message_destroy(sim->agenda[i].message);
    bx_free(sim->agenda);
    for (int i = 0; i < SIM_TILLS; i++)
        for (int kind = 0; kind < SIM_EXCHANGES; kind++) {
            sim_message_destroy(sim->requests[i][kind]);
            sim_message_destroy(sim->answers[i][kind]);
        }
    for (int i = 0; i < SIM_TILLS; i++)
        sim_till_finish(&sim->tills[i]);
    sim_server_finish(&sim->server);
    sim_ghost_finish(&sim->ghost);
    bx_content_room_destroy(sim->room);
}
