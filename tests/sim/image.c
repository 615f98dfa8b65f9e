/* SPDX-License-Identifier: Apache-2.0 */
/* A till whose disk is put back to an image: it has forgotten sales that the server knows. With the
 * line cut it cannot know and sells on from what it finds (the one case that is excepted). Else it
 * must be under suspicion at the first contact and sell no places; and in both cases under
 * quarantine once its new entries contradict the old ones. The others go on, and the server's pools
 * stay whole. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fake_journal.h"
#include "sim.h"

enum { TILL = 0, OTHER = 1 };

/* True when it was sold. */
static bool sell(struct sim *sim, int till, const char *basket, const char *slot)
{
    char json[200];
    snprintf(json, sizeof(json), "{\"verb\":\"sell\",\"basket\":\"%s\"%s,\"tenders\":[\"cash\"]}",
             basket, slot);
    sim_till_command(sim, till, json);
    sim_run(sim, sim->now + 8 * BX_SECOND_NS);
    return sim->tills[till].command == 0 && sim->tills[till].exit == 0;
}

static void login(struct sim *sim, int till)
{
    sim_till_command(sim, till,
                     "{\"verb\":\"login\",\"number\":7,\"pin\":\"" SIM_PIN "\",\"float\":20000}");
    sim_run(sim, sim->now + 10 * BX_SECOND_NS);
}

#define NOON ",\"slot\":\"12:00\",\"event\":\"main\""

static struct bd_device_row device(struct sim *sim)
{
    struct bd_device_row row = {.till = sim->tills[TILL].device.till};
    struct bx_fault fault = {0};
    bx_assert(bd_get(sim->server.store, BD_DEVICE, &row, &fault) == 0);
    return row;
}

static int pool_check(void *arg, const void *row)
{
    const struct bd_pool_row *pool = row;
    if (pool->sold + pool->held + pool->leased > pool->capacity + pool->planned_over)
        sim_broken(arg, "image", "pool %s is fuller than it may be", pool->id.s);
    return 0;
}

static void put_back(struct sim *sim, struct bx_journal *image, bool offline)
{
    struct sim_till *till = &sim->tills[TILL];
    sim_till_crash(sim, TILL, "and an image is put back");
    till->journal = image;
    bx_buf_clear(&till->draft);
    bx_buf_clear(&till->draft_before);
    sim->image = true;
    till->cut = offline;
    sim->quiet = !offline; /* nothing is lost in quiet weather */
    sim_till_boot(sim, TILL);
    sim_run(sim, sim->now + 20 * BX_SECOND_NS);
    login(sim, TILL);
    for (int i = 0; offline && i < 3; i++)
        sim_trace(sim, "sold from the image: %d", sell(sim, TILL, "1a", NOON));
    till->cut = false;
    sim->quiet = true;
    sim_run(sim, sim->now + 120 * BX_SECOND_NS);
}

/* One that has sold offline looks in order until its entries come; it learns of its quarantine with
 * its next message about places. */
static void judge(struct sim *sim, bool offline)
{
    struct bd_scan scan = {.table = BD_POOL};
    struct bx_fault fault = {0};
    if (device(sim).quarantined == BD_TRUSTED)
        sim_broken(sim, "image", "a till that was put back is trusted");
    if (!offline && sell(sim, TILL, "1a", NOON))
        sim_broken(sim, "image", "a till that was put back sells places");
    for (int i = 0; i < 8; i++) /* new entries where the server has others */
        sim_trace(sim, "sold: %d", sell(sim, TILL, "1g", ""));
    sim_run(sim, sim->now + 120 * BX_SECOND_NS);
    if (device(sim).quarantined != BD_QUARANTINED)
        sim_broken(sim, "image", "a second history of a journal makes no quarantine");
    if (!sell(sim, OTHER, "1a", NOON))
        sim_broken(sim, "image", "another till does not sell any more");
    bx_assert(bd_scan(sim->server.store, &scan, pool_check, sim, &fault) == 0);
}

int sim_image(struct sim *sim, const struct sim_options *options)
{
    sim_venue_open(sim, options, true);
    struct sim_item item = {.kind = SIM_SWEEP};
    sim_later(sim, BX_SECOND_NS, item);
    sim_run(sim, sim->now + 60 * BX_SECOND_NS);
    for (int i = 0; i < SIM_TILLS; i++)
        login(sim, i);
    for (int64_t n = sim_between(&sim->rand, 0, 2); n > 0; n--)
        sim_trace(sim, "sold: %d", sell(sim, TILL, "1a", NOON));
    struct bx_journal *image = fake_journal_copy(sim->tills[TILL].journal);
    int64_t before = sim->ghost.counts[TILL];
    for (int64_t n = sim_between(&sim->rand, 1, 2); n > 0; n--)
        sim_trace(sim, "sold: %d", sell(sim, TILL, "1a", NOON));
    sim_run(sim, sim->now + 60 * BX_SECOND_NS);
    bool known = device(sim).highest > before;
    struct bx_journal *old = sim->tills[TILL].journal;
    if (sim->failed || !known) {
        sim_broken(sim, "image", "the server knows nothing that the image does not");
        fake_journal_destroy(image);
        return sim->failed;
    }
    bool offline = sim_chance(&sim->rand, 500);
    put_back(sim, image, offline);
    fake_journal_destroy(old);
    judge(sim, offline);
    return sim->failed;
}
