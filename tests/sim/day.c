/* SPDX-License-Identifier: Apache-2.0 */
/* A day of ten thousand lines: one shift of one till, sale after sale of four lines each, one in
 * ten corrected in some way, and in the end a Z that the ghost, the journal and the server count
 * alike. What the thousandth sale costs, the tenth did: not in time, which no test may measure, but
 * in rows that the till reads from its journal and in rows of figures that it keeps. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim.h"

enum { WINDOW = 240, TILL = 0 };

static void tell(struct sim *sim, const char *json)
{
    sim_till_command(sim, TILL, json);
    sim_run(sim, sim->now + 4 * BX_SECOND_NS);
    if (!sim->failed && (sim->tills[TILL].command != 0 || sim->tills[TILL].exit != 0))
        sim_broken(sim, "day", "the till does not do: %s", json);
}

static void sell(struct sim *sim, int nth)
{
    static const char *const tenders[] = {"\"cash:20000\"", "\"card:R1\"", "\"cash\"",
                                          "\"card:5.00\",\"cash\""};
    char json[300];
    snprintf(json, sizeof(json),
             "{\"verb\":\"sell\",\"basket\":\"1g 2s 6h d:%d.%02d group%s\",\"tenders\":[%s],"
             "\"reason\":\"r\",\"approver\":9,\"approver_pin\":\"" SIM_PIN "\"}",
             1 + nth % 7, nth % 100, nth % 5 == 0 ? " discount:press" : "",
             tenders[nth % (int)bx_countof(tenders)]);
    tell(sim, json);
    sim_run(sim, sim->now + 4 * BX_SECOND_NS);
}

/* The sale of a moment ago was not quite right. */
static void correct(struct sim *sim, int nth)
{
    static const char *const ways[] = {
        "{\"verb\":\"refund\",\"number\":\"%s\",\"pieces\":[\"2:1\"],\"reason\":\"r\"}",
        "{\"verb\":\"void\",\"number\":\"%s\",\"reason\":\"r\"}",
        ("{\"verb\":\"exchange\",\"number\":\"%s\",\"pieces\":[\"2:1\"],\"basket\":\"1g\","
         "\"tenders\":[\"cash\"],\"reason\":\"r\"}"),
        ("{\"verb\":\"tender\",\"number\":\"%s\",\"from\":\"cash\",\"to\":\"card\",\"amount\":500,"
         "\"reason\":\"r\"}"),
        "{\"verb\":\"reprint\",\"number\":\"%s\",\"ticket\":0,\"reason\":\"r\"}",
        "{\"verb\":\"replace\",\"number\":\"%s\",\"ticket\":1,\"reason\":\"lost\"}"};
    const struct sim_ghost *ghost = &sim->ghost;
    const struct sim_doc *last = &ghost->docs[ghost->doc_count - 1];
    char json[400], format[300];
    snprintf(format, sizeof(format), "%s", ways[nth / 10 % (int)bx_countof(ways)]);
    char *place = strstr(format, "%s");
    *place = '\0';
    snprintf(json, sizeof(json), "%s%s%s", format, last->number, place + 2);
    tell(sim, json);
}

/* Rows read during WINDOW sales from FROM on, with their corrections. */
static int64_t window(struct sim *sim, int from)
{
    int64_t before = sim->tills[TILL].rows_read;
    for (int i = from; i < from + WINDOW && !sim->failed; i++) {
        sell(sim, i);
        if (i % 10 == 2 && !sim->failed)
            correct(sim, i);
    }
    return sim->tills[TILL].rows_read - before;
}

static size_t rows_kept(const struct sim *sim)
{
    const struct sim_shift *shift = sim_shift_open(&sim->ghost, TILL);
    return shift ? shift->rows.count : 0;
}

static void close(struct sim *sim)
{
    char json[200];
    const struct sim_shift *shift = sim_shift_open(&sim->ghost, TILL);
    snprintf(json, sizeof(json),
             "{\"verb\":\"shift\",\"act\":\"close\",\"amount\":%" PRId64 ",\"next_float\":10000}",
             shift->cash[1]);
    tell(sim, json);
}

int sim_day(struct sim *sim, const struct sim_options *options)
{
    sim_venue_open(sim, options, true);
    struct sim_item item = {.kind = SIM_SWEEP};
    sim_later(sim, BX_SECOND_NS, item);
    sim_run(sim, sim->now + 60 * BX_SECOND_NS);
    tell(sim, "{\"verb\":\"login\",\"number\":7,\"pin\":\"" SIM_PIN "\",\"float\":20000}");
    int64_t first = 0, last = 0;
    size_t kept = 0;
    for (int i = 0; i < options->steps && !sim->failed; i += WINDOW) {
        last = window(sim, i);
        if (!sim->failed)
            tell(sim, "{\"verb\":\"shift\",\"act\":\"x\"}");
        if (i == 0)
            first = last;
        if (i == 0)
            kept = rows_kept(sim);
    }
    sim_trace(sim,
              "rows read by the first sales %" PRId64 ", by the last %" PRId64 "; kept %zu, %zu",
              first, last, kept, rows_kept(sim));
    if (!sim->failed && last > first + first / 10)
        sim_broken(sim, "day",
                   "%d sales read %" PRId64 " rows in the morning, %" PRId64 " at night", WINDOW,
                   first, last);
    if (!sim->failed &&
        rows_kept(sim) > kept + 30) /* an hour is a row; what was corrected is some */
        sim_broken(sim, "day", "figures of %zu rows have grown to %zu", kept, rows_kept(sim));
    if (!sim->failed)
        close(sim);
    if (!sim->failed)
        sim_run(sim, sim->now + 600 * BX_SECOND_NS);
    if (!sim->failed)
        sim_check(sim);
    if (!sim->failed)
        sim_check_end(sim);
    return sim->failed;
}
