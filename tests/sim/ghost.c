/* SPDX-License-Identifier: Apache-2.0 */
/* The second account. It is written where something becomes a fact (an entry is on a disk, paper
 * lies on a counter, the server has committed an answer) and not where somebody says so, and it
 * shares no code with what it watches. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim.h"

void sim_ghost_finish(struct sim_ghost *ghost)
{
    for (int i = 0; i < SIM_TILLS; i++) {
        for (size_t k = 0; k < ghost->shift_counts[i]; k++)
            bx_free(ghost->shifts[i][k].rows.rows);
        bx_free(ghost->shifts[i]);
        bx_free(ghost->entries[i]);
    }
    bx_free(ghost->docs);
    bx_free(ghost->vouchers);
    bx_free(ghost->codes);
    bx_free(ghost->taken);
}

const struct sim_entry *sim_ghost_entry(const struct sim *sim, int till, int64_t seq)
{
    if (seq < 1 || (size_t)seq > sim->ghost.counts[till])
        return NULL;
    return &sim->ghost.entries[till][seq - 1];
}

/* --- leases as the disks have them ---------------------------------------------------------- */

static struct sim_taken *taken_of(struct sim_ghost *ghost, int till, const struct bx_slug *pool,
                                  int64_t r)
{
    for (size_t i = 0; i < ghost->taken_count; i++) {
        struct sim_taken *taken = &ghost->taken[i];
        if (taken->till == till && taken->r == r && bx_slug_equal(&taken->pool, pool))
            return taken;
    }
    if (ghost->taken_count == ghost->taken_room) {
        ghost->taken_room = ghost->taken_room ? ghost->taken_room * 2 : 64;
        ghost->taken = bx_realloc(ghost->taken, ghost->taken_room, sizeof(*ghost->taken));
    }
    struct sim_taken *made = &ghost->taken[ghost->taken_count++];
    *made = (struct sim_taken){.till = till, .pool = *pool, .r = r};
    return made;
}

void sim_ghost_leases(struct sim *sim, int till, const struct bx_lease *leases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct bx_lease *lease = &leases[i];
        struct sim_taken *taken = taken_of(&sim->ghost, till, &lease->pool, lease->r);
        if (lease->used != taken->used)
            sim_broken(sim, "leases",
                       "till %d stores %s r %" PRId64 " with %" PRId64 " used, sold are %" PRId64,
                       till, lease->pool.s, lease->r, lease->used, taken->used);
        if (lease->state < taken->state)
            sim_broken(sim, "leases", "till %d takes lease %s r %" PRId64 " from %s back to %s",
                       till, lease->pool.s, lease->r, bx_lease_word(taken->state),
                       bx_lease_word(lease->state));
        taken->n = lease->n;
        taken->state = lease->state;
    }
}

static void use(struct sim *sim, int till, const struct bx_lease_use *use)
{
    struct sim_taken *taken = taken_of(&sim->ghost, till, &use->pool, use->r);
    if (taken->state != BX_LEASE_OPEN)
        sim_broken(sim, "leases", "till %d sells from %s r %" PRId64 ", which is %s", till,
                   use->pool.s, use->r, bx_lease_word(taken->state));
    if (use->before != taken->used || use->q < 1)
        sim_broken(sim, "leases",
                   "till %d sells %" PRId64 " of %s after %" PRId64 ", used are %" PRId64, till,
                   use->q, use->pool.s, use->before, taken->used);
    taken->used += use->q;
    if (taken->used > taken->n)
        sim_broken(sim, "leases", "till %d has used %" PRId64 " of %" PRId64 " of %s", till,
                   taken->used, taken->n, use->pool.s);
}

static void capacity(struct sim *sim)
{
    for (int i = 0; i < SIM_POOLS && !sim->ghost.unseen; i++)
        if (sim->ghost.handed[i] > sim_pool_capacity[i])
            sim_broken(sim, "capacity", "%" PRId64 " places of %s are sold, there are %" PRId64,
                       sim->ghost.handed[i], sim_pool_names[i], sim_pool_capacity[i]);
}

void sim_ghost_message(struct sim *sim, int till, const struct bx_allot_message *message)
{
    if (bx_slug_is_none(&message->pool))
        return;
    const struct sim_taken *taken = taken_of(&sim->ghost, till, &message->pool, message->r);
    bool good = true;
    switch (message->verb) {
    case BX_ALLOT_REQ: good = taken->state == BX_LEASE_WAITING; break;
    case BX_ALLOT_GROW: good = taken->state == BX_LEASE_OPEN; break;
    case BX_ALLOT_CLOSE:
        good = taken->state == BX_LEASE_CLOSING && taken->used == message->used;
        break;
    case BX_ALLOT_HELLO:
        good = taken->state == message->state && taken->used >= message->used &&
               (taken->used == message->used || taken->state == BX_LEASE_OPEN);
        break;
    }
    if (!good)
        sim_broken(sim, "journal first",
                   "till %d says %s of %s r %" PRId64 " (used %" PRId64
                   "), its disk has it %s (used %" PRId64 ")",
                   till, bx_allot_verb_text(message->verb), message->pool.s, message->r,
                   message->used, bx_lease_word(taken->state), taken->used);
}

/* --- entries -------------------------------------------------------------------------------- */

/* Which letter stands in the number of which kind: the house rule, not the product's table. */
static const struct series {
    enum bx_kind kind;
    bool training;
    enum bx_series series;
    const char *letter;
} series[] = {
    {BX_KIND_SALE, false, BX_SERIES_SALE, ""},
    {BX_KIND_VOID, false, BX_SERIES_VOID, "V"},
    {BX_KIND_REFUND, false, BX_SERIES_REFUND, "R"},
    {BX_KIND_EXCHANGE, false, BX_SERIES_EXCHANGE, "X"},
    {BX_KIND_SHIFT_CLOSE, false, BX_SERIES_Z, "Z"},
    {BX_KIND_INVOICE, false, BX_SERIES_INVOICE, "I"},
    {BX_KIND_SALE, true, BX_SERIES_TRAINING, "T"},
    {BX_KIND_VOID, true, BX_SERIES_TRAINING, "T"},
    {BX_KIND_REFUND, true, BX_SERIES_TRAINING, "T"},
    {BX_KIND_EXCHANGE, true, BX_SERIES_TRAINING, "T"},
};

static void number(struct sim *sim, int till, const struct bx_entry_head *head, bool training)
{
    char expected[BX_NUMBER_SIZE] = "";
    for (size_t i = 0; i < bx_countof(series); i++)
        if (series[i].kind == head->kind && series[i].training == training)
            snprintf(expected, sizeof(expected), "%" PRId64 "-%s%06" PRId64, head->till,
                     series[i].letter, ++sim->ghost.numbers[till][series[i].series]);
    if (strcmp(expected, head->number) != 0)
        sim_broken(sim, "numbers", "till %d stores %s as '%s', '%s' was next", till,
                   bx_kind_word(head->kind), head->number, expected);
}

/* The account is of the bytes that are stored and sent. */
static void body_take(struct sim *sim, int till, const struct bx_commit *commit,
                      struct sim_entry *entry)
{
    struct bx_fault fault = {0};
    struct bx_json_doc *doc bx_cleanup(bx_json_destroy) =
        bx_json_parse(commit->body, commit->len, BX_BODY_MAX, &fault);
    if (!doc) {
        sim_broken(sim, "format", "a body of till %d cannot be read: %s", till, fault.detail);
        return;
    }
    if (!sim->room)
        sim->room = bx_content_room_create();
    struct bx_entry_head head;
    struct bx_content content;
    if (bx_content_read(sim->room, commit->body, commit->len, &head, &content, &fault) != 0)
        sim_broken(sim, "format", "nobody else can read entry %" PRId64 " (%s) of till %d: %s",
                   commit->head.seq, bx_kind_word(commit->head.kind), till, fault.detail);
    bx_json *body = bx_json_root(doc);
    entry->training = sim_flag(body, "training");
    entry->total = sim_number(body, "total");
    entry->back = sim_number(body, "back_total");
    entry->shift = commit->head.shift;
    number(sim, till, &commit->head, entry->training);
    sim_recount_take(sim, till, &commit->head, body);
    sim_documents_take(sim, till, &commit->head, body);
    for (int i = 0; commit->content.sale && i < commit->content.sale->use_count; i++)
        use(sim, till, &commit->content.sale->uses[i]);
    capacity(sim);
}

static void id_check(struct sim *sim, int till, const struct bx_id *id)
{
    for (int i = 0; i < SIM_TILLS; i++)
        for (size_t k = 0; k < sim->ghost.counts[i]; k++)
            if (bx_id_equal(&sim->ghost.entries[i][k].id, id))
                sim_broken(sim, "P4", "till %d stores the id of entry %zu of till %d again", till,
                           k + 1, i);
}

void sim_ghost_commit(struct sim *sim, int till, const struct bx_commit *commit,
                      const struct bx_hash *hash)
{
    struct sim_ghost *ghost = &sim->ghost;
    id_check(sim, till, &commit->head.id);
    if (ghost->counts[till] == ghost->rooms[till]) {
        ghost->rooms[till] = ghost->rooms[till] ? ghost->rooms[till] * 2 : 64;
        ghost->entries[till] =
            bx_realloc(ghost->entries[till], ghost->rooms[till], sizeof(*ghost->entries[till]));
    }
    struct sim_entry *entry = &ghost->entries[till][ghost->counts[till]++];
    *entry = (struct sim_entry){.id = commit->head.id, .hash = *hash, .kind = commit->head.kind};
    if ((size_t)commit->head.seq != ghost->counts[till])
        sim_broken(sim, "numbers", "till %d stores entry %" PRId64 " as its %zuth", till,
                   commit->head.seq, ghost->counts[till]);
    body_take(sim, till, commit, entry);
}

void sim_ghost_proof(struct sim *sim, int till, const struct bx_ref *proof, const char *what)
{
    const struct sim_entry *entry = sim_ghost_entry(sim, till, proof->seq);
    bool empty = proof->seq == 0; /* a lease may be stored before the first entry */
    if (!empty && (!entry || !bx_hash_equal(&entry->hash, &proof->hash)))
        sim_broken(sim, "journal first",
                   "till %d wants to %s with a proof of entry %" PRId64 " that no disk has given",
                   till, what, proof->seq);
}

void sim_ghost_drawer(struct sim *sim, int till, const struct bx_ref *proof)
{
    const struct sim_entry *entry = sim_ghost_entry(sim, till, proof->seq);
    sim_ghost_proof(sim, till, proof, "open the drawer");
    if (!entry || entry->training || sim->ghost.training[till])
        sim_broken(sim, "drawer", "the drawer of till %d opens for entry %" PRId64, till,
                   proof->seq);
}

/* --- paper ---------------------------------------------------------------------------------- */

void sim_ghost_sheet(struct sim *sim, int till, enum bx_paper_word kind, int64_t seq,
                     const char *code, int copy)
{
    sim->ghost.sheets++;
    if (!sim_ghost_entry(sim, till, seq)) {
        sim_broken(sim, "P1", "till %d prints of entry %" PRId64 " that is not on disk", till, seq);
        return;
    }
    if (kind != BX_JOB_TICKET)
        return;
    struct sim_code *known = sim_code_find(&sim->ghost, code);
    if (!known || known->till != till) {
        sim_broken(sim, "P1", "till %d prints code %s that was never sold", till, code);
        return;
    }
    uint64_t bit = UINT64_C(1) << (copy & 63);
    if (known->copies & bit)
        sim_broken(sim, "print once", "copy %d of code %s comes out a second time", copy, code);
    known->copies |= bit;
}

/* --- what the server says ------------------------------------------------------------------- */

static struct sim_entry *entry_of(struct sim *sim, int till, const struct bx_entry_answer *answer)
{
    if (answer->seq < 1 || (size_t)answer->seq > sim->ghost.counts[till])
        return NULL;
    struct sim_entry *entry = &sim->ghost.entries[till][answer->seq - 1];
    bool same = bx_id_equal(&entry->id, &answer->id) && bx_hash_equal(&entry->hash, &answer->hash);
    return same ? entry : NULL;
}

bool sim_task_is_fair(const struct sim *sim, const char *task)
{
    const struct sim_ghost *ghost = &sim->ghost;
    return (sim->server.imports > 1 && strcmp(task, "price") == 0) ||
           (ghost->scanned && strcmp(task, "used") == 0) ||
           (ghost->doubled && strcmp(task, "returned") == 0) ||
           (ghost->vouched && strcmp(task, "voucher") == 0);
}

void sim_ghost_said(struct sim *sim, int till, const struct bx_entry_answer *answer)
{
    struct sim_entry *entry = entry_of(sim, till, answer);
    sim_trace(sim, "    entry %" PRId64 " of till %d is %s %s %s", answer->seq, till,
              bx_entry_outcome_word(answer->outcome), answer->task, answer->say);
    if (!entry) {
        sim_broken(sim, "once",
                   "the server records entry %" PRId64 " of till %d as one that no "
                   "disk holds",
                   answer->seq, till);
        return;
    }
    if (answer->outcome == BX_ENTRY_CONFLICT)
        sim_broken(sim, "once", "the server finds entry %" PRId64 " of till %d in conflict: %s",
                   answer->seq, till, answer->say);
    if (answer->outcome == BX_ENTRY_RECORDED_TASK && !sim->ghost.restored &&
        !sim_task_is_fair(sim, answer->task))
        sim_broken(sim, "P2", "entry %" PRId64 " of till %d becomes a task: %s", answer->seq, till,
                   answer->say);
    entry->said |= UINT32_C(1) << answer->outcome;
}

void sim_ghost_marked(struct sim *sim, int till, const struct bx_entry_answer *answer)
{
    struct sim_entry *entry = entry_of(sim, till, answer);
    if (!entry)
        sim_broken(sim, "answers", "till %d marks entry %" PRId64 " with the answer to another",
                   till, answer->seq);
    else if (!(entry->said & (UINT32_C(1) << answer->outcome)))
        sim_broken(sim, "answers", "till %d marks entry %" PRId64 " as %s, which nobody has said",
                   till, answer->seq, bx_entry_outcome_word(answer->outcome));
}
