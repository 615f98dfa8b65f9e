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
    int64_t entries, orders, lines, tickets, total;
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
    if (!known || (int64_t)known->kind != order->kind || known->total != order->total ||
        known->back != order->back_total || known->training)
        sim_broken(tally->sim, "P6", "order %s of %" PRId64 " less %" PRId64 " is none of its till",
                   order->number, order->total, order->back_total);
    tally->orders++;
    tally->total += order->total - order->back_total;
    return 0;
}

/* Each line has sold what the body says, and as much of it is back as bodies have taken back. */
static int line_check(void *arg, const void *row)
{
    struct tally *tally = arg;
    const struct bd_order_line_row *line = row;
    const struct sim_doc *doc = sim_doc_of(&tally->sim->ghost, &line->order);
    if (!doc || line->nth < 0 || line->nth >= doc->line_count) {
        sim_broken(tally->sim, "P6", "the server has a line that nobody sold");
        return 0;
    }
    const struct sim_doc_line *known = &doc->lines[line->nth];
    if (line->quantity != known->quantity || line->returned != known->gone ||
        line->price * line->quantity - line->off != known->amount)
        sim_broken(tally->sim, "P6",
                   "line %" PRId64 " of %s: the server has %" PRId64 " less %" PRId64
                   " pieces, sold are %" PRId64 " less %" PRId64,
                   line->nth, doc->number, line->quantity, line->returned, known->quantity,
                   known->gone);
    tally->lines++;
    return 0;
}

static const char *const state_words[] = {"valid", "used", "replaced", "returned"};

/* The server's word on a code is the ghost's, and there is one. */
static int ticket_check(void *arg, const void *row)
{
    struct tally *tally = arg;
    const struct bd_ticket_row *ticket = row;
    const struct sim_code *code = sim_code_find(&tally->sim->ghost, ticket->code);
    tally->tickets++;
    if (!code || code->training || ticket->nth != code->nth ||
        !bx_id_equal(&ticket->order, &code->doc)) {
        sim_broken(tally->sim, "codes", "the server has code %s, which was never sold so",
                   ticket->code);
        return 0;
    }
    int64_t state = code->replaced   ? BD_TICKET_REPLACED
                    : code->returned ? BD_TICKET_RETURNED
                    : code->used     ? BD_TICKET_USED
                                     : BD_TICKET_VALID;
    if (ticket->state != state)
        sim_broken(tally->sim, "codes", "code %s is %s at the server, it should be %s",
                   ticket->code, state_words[ticket->state], state_words[state]);
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

/* Once all is well, places are with nobody but a till that knows of them. */
static int lease_check(void *arg, const void *row)
{
    struct sim *sim = arg;
    const struct bd_lease_row *lease = row;
    int till = till_of(sim, lease->till);
    struct bx_till_facts facts;
    bx_till_facts(sim->tills[till].core, &facts);
    for (size_t i = 0; i < facts.lease_count; i++)
        if (bx_slug_equal(&facts.leases[i].pool, &lease->pool) && facts.leases[i].r == lease->r)
            return 0;
    if (lease->part + lease->lacking > 0)
        sim_broken(sim, "stranded",
                   "%" PRId64 " places of %s r %" PRId64 " are with till %d, which has gone on",
                   lease->part + lease->lacking, lease->pool.s, lease->r, till);
    return 0;
}

/* What the ghost has, to be held against the server's TALLY. */
static void tally_check(struct sim *sim, const struct tally *tally)
{
    struct tally own = {.sim = sim};
    for (int i = 0; i < SIM_TILLS; i++) {
        own.entries += (int64_t)sim->ghost.counts[i];
        for (size_t k = 0; k < sim->ghost.counts[i]; k++)
            if (!sim->ghost.entries[i][k].training)
                own.total += sim->ghost.entries[i][k].total - sim->ghost.entries[i][k].back;
    }
    for (size_t i = 0; i < sim->ghost.doc_count; i++)
        own.lines += sim->ghost.docs[i].training ? 0 : sim->ghost.docs[i].line_count;
    for (size_t i = 0; i < sim->ghost.code_count; i++)
        own.tickets += !sim->ghost.codes[i].training;
    own.orders = sim->ghost.orders;
    if (tally->entries != own.entries)
        sim_broken(sim, "P2", "the server holds %" PRId64 " entries, the tills %" PRId64,
                   tally->entries, own.entries);
    if (tally->orders != own.orders || tally->total != own.total || tally->lines != own.lines)
        sim_broken(sim, "P6",
                   "the server has %" PRId64 " documents of %" PRId64 " in %" PRId64
                   " lines, the tills %" PRId64 " of %" PRId64 " in %" PRId64,
                   tally->orders, tally->total, tally->lines, own.orders, own.total, own.lines);
    if (tally->tickets != own.tickets)
        sim_broken(sim, "P6", "the server has %" PRId64 " tickets, the tills %" PRId64,
                   tally->tickets, own.tickets);
}

static void books_check(struct sim *sim)
{
    struct bd_store *store = sim->server.store;
    struct tally tally = {.sim = sim};
    struct bx_fault fault = {0};
    const struct {
        enum bd_table table;
        int (*visit)(void *arg, const void *row);
        void *arg;
    } scans[] = {{BD_ENTRY, entry_check, &tally},     {BD_ORDER, order_check, &tally},
                 {BD_ORDER_LINE, line_check, &tally}, {BD_TICKET, ticket_check, &tally},
                 {BD_POOL, sold_check, sim},          {BD_LEASE, lease_check, sim}};
    for (size_t i = 0; i < bx_countof(scans); i++) {
        struct bd_scan scan = {.table = scans[i].table};
        bx_assert(bd_scan(store, &scan, scans[i].visit, scans[i].arg, &fault) == 0);
    }
    tally_check(sim, &tally);
}

/* Every shift, open or closed, as the server counts it. */
static void shifts_check(struct sim *sim, int till)
{
    struct bx_fault fault = {0};
    for (size_t i = 0; i < sim->ghost.shift_counts[till] && !sim->failed; i++) {
        const struct sim_shift *shift = &sim->ghost.shifts[till][i];
        struct bx_figures figures = {0};
        int64_t confirmed = 0;
        int err = bd_book_shift(sim->server.store, sim->tills[till].device.till, shift->id,
                                &figures, &confirmed, &fault);
        if (err != 0)
            sim_broken(sim, "figures", "the server knows no shift %" PRId64 " of till %d: %s",
                       shift->id, till, fault.say);
        sim_recount_compare(sim, shift, &figures, "the server", till);
        int64_t expected = shift->entries - shift->closed; /* a Z does not count itself */
        if (confirmed != expected)
            sim_broken(sim, "figures",
                       "the server confirms %" PRId64 " entries of shift %" PRId64
                       " of till %d, it has %" PRId64,
                       confirmed, shift->id, till, expected);
        bx_figures_finish(&figures);
    }
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
    sim_recount_state(sim, till, state);
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
        bool fair = sim->ghost.restored || sim->server.imports > 1 || sim->ghost.scanned ||
                    sim->ghost.doubled || sim->ghost.vouched;
        if (facts.attention != 0 && !fair)
            sim_broken(sim, "P3", "till %d asks for attention to %" PRId64 " entries", i,
                       facts.attention);
        shifts_check(sim, i);
        sim_terminal_check(sim, i);
    }
    if (!sim->failed)
        books_check(sim);
}
