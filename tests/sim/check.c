/* SPDX-License-Identifier: Apache-2.0 */
/* The promises, as sentences about the ghosts' account, the tills and the server's store. */

#include <inttypes.h>
#include <string.h>

#include "sim.h"

/* --- at every moment ------------------------------------------------------------------------ */

static int pool_check(void *arg, const void *row)
{
    struct sim *sim = arg;
    const struct bd_pool_row *pool = row;
    if (pool->sold < 0 || pool->held < 0 || pool->leased < 0 || pool->over < 0 ||
        pool->sold + pool->held + pool->leased > pool->capacity + pool->planned_over)
        sim_broken(sim, "P11",
                   "pool %s: sold %" PRId64 " held %" PRId64 " leased %" PRId64 " of %" PRId64,
                   pool->id.s, pool->sold, pool->held, pool->leased, pool->capacity);
    if (pool->over > 0 && !sim->ghost.restored)
        sim_broken(sim, "P11", "pool %s: %" PRId64 " places are sold beyond its capacity",
                   pool->id.s, pool->over);
    return 0;
}

static void server_check(struct sim *sim)
{
    struct bd_store *store = sim->server.store;
    struct bx_fault fault = {0};
    struct bd_mark mark;
    struct bd_scan scan = {.table = BD_POOL};
    bx_assert(bd_book_mark(store, &mark, &fault) == 0);
    if (mark.commit == sim->server.checked)
        return;
    sim->server.checked = mark.commit;
    bx_assert(bd_scan(store, &scan, pool_check, sim, &fault) == 0);
    bx_buf_auto lines;
    bx_buf_init(&lines, 0);
    int differences = bd_book_audit(store, &lines, &fault);
    if (differences != 0)
        sim_broken(sim, "audit", "%s", differences > 0 ? bx_buf_text(&lines) : fault.say);
}

static void till_check(struct sim *sim, int till)
{
    const struct bx_till *core = sim->tills[till].core;
    struct bx_till_facts facts;
    if (!core)
        return;
    bx_till_facts(core, &facts);
    for (size_t i = 0; i < facts.lease_count; i++) {
        const struct bx_lease *lease = &facts.leases[i];
        if (lease->used < 0 || lease->reserved < 0 ||
            (lease->state == BX_LEASE_OPEN && lease->used + lease->reserved > lease->n))
            sim_broken(sim, "leases",
                       "till %d: %s used %" PRId64 " reserved %" PRId64 " of %" PRId64, till,
                       lease->pool.s, lease->used, lease->reserved, lease->n);
    }
    if (facts.queued < 0 || facts.attention < 0)
        sim_broken(sim, "P3", "till %d counts %" PRId64 " queued, %" PRId64 " to attend to", till,
                   facts.queued, facts.attention);
    size_t disk = sim->ghost.counts[till];
    if ((size_t)facts.next_seq > disk + 1 || (!facts.stopped && (size_t)facts.next_seq != disk + 1))
        sim_broken(sim, "durable", "till %d goes on at seq %" PRId64 ", %zu entries are on disk",
                   till, facts.next_seq, disk);
}

void sim_check(struct sim *sim)
{
    server_check(sim);
    for (int i = 0; i < SIM_TILLS && !sim->failed; i++)
        till_check(sim, i);
}

/* --- at rest -------------------------------------------------------------------------------- */

struct tally {
    struct sim *sim;
    int64_t entries, orders, tickets, total;
};

static int till_of(const struct sim *sim, int64_t number)
{
    for (int i = 0; i < SIM_TILLS; i++)
        if (sim->tills[i].device.till == number)
            return i;
    return -1;
}

static int entry_check(void *arg, const void *row)
{
    struct tally *tally = arg;
    const struct bd_entry_row *entry = row;
    int till = till_of(tally->sim, entry->till);
    const struct sim_entry *known = till < 0 ? NULL : sim_ghost_entry(tally->sim, till, entry->seq);
    if (!known || !bx_hash_equal(&known->hash, &entry->hash) ||
        !bx_id_equal(&known->id, &entry->id))
        sim_broken(tally->sim, "P2",
                   "the server holds an entry %" PRId64 " of till %d that is not "
                   "its till's",
                   entry->seq, till);
    if (entry->state != BD_ENTRY_BOOKED)
        sim_broken(tally->sim, "P2", "entry %" PRId64 " of till %d is not booked", entry->seq,
                   till);
    tally->entries++;
    return 0;
}

static int order_check(void *arg, const void *row)
{
    struct tally *tally = arg;
    const struct bd_order_row *order = row;
    int till = till_of(tally->sim, order->till);
    const struct sim_entry *known = till < 0 ? NULL : sim_ghost_entry(tally->sim, till, order->seq);
    if (!known || known->kind != BX_KIND_SALE || known->total != order->total)
        sim_broken(tally->sim, "P6", "order %s of %" PRId64 " is no sale of its till",
                   order->number, order->total);
    tally->orders++;
    tally->total += order->total;
    return 0;
}

static int ticket_check(void *arg, const void *row)
{
    struct tally *tally = arg;
    (void)row;
    tally->tickets++;
    return 0;
}

static int sold_check(void *arg, const void *row)
{
    struct sim *sim = arg;
    const struct bd_pool_row *pool = row;
    int64_t handed = sim->ghost.handed[sim_pool_index(&pool->id)];
    if (pool->sold + pool->over != handed)
        sim_broken(sim, "P6",
                   "the server has %" PRId64 " + %" PRId64 " places of %s sold, the "
                   "tills %" PRId64,
                   pool->sold, pool->over, pool->id.s, handed);
    return 0;
}

static void books_check(struct sim *sim)
{
    struct bd_store *store = sim->server.store;
    struct tally tally = {.sim = sim};
    struct bx_fault fault = {0};
    struct bd_scan entries = {.table = BD_ENTRY}, orders = {.table = BD_ORDER},
                   tickets = {.table = BD_TICKET}, pools = {.table = BD_POOL};
    bx_assert(bd_scan(store, &entries, entry_check, &tally, &fault) == 0);
    bx_assert(bd_scan(store, &orders, order_check, &tally, &fault) == 0);
    bx_assert(bd_scan(store, &tickets, ticket_check, &tally, &fault) == 0);
    bx_assert(bd_scan(store, &pools, sold_check, sim, &fault) == 0);
    int64_t expected = 0, total = 0;
    for (int i = 0; i < SIM_TILLS; i++) {
        expected += (int64_t)sim->ghost.counts[i];
        for (size_t k = 0; k < sim->ghost.counts[i]; k++)
            total += sim->ghost.entries[i][k].total;
    }
    if (tally.entries != expected)
        sim_broken(sim, "P2", "the server holds %" PRId64 " entries, the tills %" PRId64,
                   tally.entries, expected);
    if (tally.orders != sim->ghost.sales || tally.total != total)
        sim_broken(sim, "P6",
                   "the server has %" PRId64 " sales of %" PRId64 ", the tills %" PRId64
                   " of %" PRId64,
                   tally.orders, tally.total, sim->ghost.sales, total);
    if (tally.tickets != (int64_t)sim->ghost.code_count)
        sim_broken(sim, "P6", "the server has %" PRId64 " tickets, the tills %zu", tally.tickets,
                   sim->ghost.code_count);
}

/* No job waits for anything but a person. */
static void jobs_check(struct sim *sim, int till)
{
    struct bx_journal *journal = sim->tills[till].journal;
    struct bx_journal_state *state = bx_new(struct bx_journal_state);
    struct bx_fault fault = {0};
    bx_assert(journal->ops->load(journal, state, &fault) == 0);
    for (size_t i = 0; i < state->job_count; i++)
        if (state->jobs[i].state != BX_JOB_UNSURE)
            sim_broken(sim, "P4", "a job of till %d for entry %" PRId64 " is left %s", till,
                       state->jobs[i].seq, bx_job_state_word(state->jobs[i].state));
    bx_journal_state_finish(state);
    bx_free(state);
}

void sim_check_end(struct sim *sim)
{
    for (int i = 0; i < SIM_TILLS; i++) {
        struct bx_till_facts facts;
        bx_till_facts(sim->tills[i].core, &facts);
        jobs_check(sim, i);
        if (facts.queued != 0)
            sim_broken(sim, "P3", "till %d still has %" PRId64 " entries queued", i, facts.queued);
        if (facts.attention != 0 && !sim->ghost.restored && sim->server.imports == 1)
            sim_broken(sim, "P3", "till %d asks for attention to %" PRId64 " entries", i,
                       facts.attention);
    }
    if (!sim->failed)
        books_check(sim);
}
