/* SPDX-License-Identifier: Apache-2.0 */
/* The audit counts everything a second time, from the rows that stand for single facts, and
 * compares it with the counters the rules keep: sold + over = order lines less what came back =
 * tickets; held = what the orders hold; leased = the leases' open parts; what a lease counts = what
 * its state says; custody's chains and marks; figures = the bodies again = the orders (recount.c).
 * A counter alone is never enough: a forgotten check can leave it right and the orders wrong. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "server/book/inside.h"

/* What was counted of one pool. */
struct tally {
    struct bd_pool_row pool;
    int64_t lines, tickets, unprinted, parts, lacking, held;
};

struct audit {
    struct bd_store *store;
    struct bx_buf *out;
    int found;
    struct tally *tallies; /* by id: the order in which the pools are scanned */
    size_t count, room;
    /* the custody chain at hand */
    int64_t till, incarnation, seq, mark;
    struct bx_hash head;
    int64_t tasks; /* open, less those that are counted as open */
    struct bx_fault *fault;
};

/* A line of the report. */
static void differ(struct audit *audit, const char *format, ...) bx_format(2, 3);
static void differ(struct audit *audit, const char *format, ...)
{
    char line[256];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    audit->found++;
    bx_buf_text_add(audit->out, line);
}

static int add_pool(void *arg, const void *row)
{
    struct audit *audit = (struct audit *)arg;
    if (audit->count == audit->room) {
        audit->room = audit->room == 0 ? 256 : audit->room * 2;
        audit->tallies =
            (struct tally *)bx_realloc(audit->tallies, audit->room, sizeof *audit->tallies);
    }
    struct tally *tally = &audit->tallies[audit->count++];
    *tally = (struct tally){.lines = 0};
    memcpy(&tally->pool, row, sizeof tally->pool);
    return 0;
}

static int against_id(const void *key, const void *element)
{
    const struct bx_slug *id = (const struct bx_slug *)key;
    return strcmp(id->s, ((const struct tally *)element)->pool.id.s);
}

static struct tally *tally_of(struct audit *audit, const struct bx_slug *id)
{
    if (audit->count == 0)
        return NULL;
    return (struct tally *)bsearch(id, audit->tallies, audit->count, sizeof *audit->tallies,
                                   against_id);
}

static int add_line(void *arg, const void *row)
{
    struct audit *audit = (struct audit *)arg;
    const struct bd_order_line_row *line = (const struct bd_order_line_row *)row;
    int64_t places = line->places * (line->quantity - line->returned);
    if (line->returned < 0 || line->returned > line->quantity)
        differ(audit, "line %lld of a sale: more came back than was sold\n", (long long)line->nth);
    if (bx_slug_is_none(&line->pool) || places == 0)
        return 0;
    struct tally *tally = tally_of(audit, &line->pool);
    if (tally == NULL) {
        differ(audit, "pool %s: sold, but there is no such pool\n", line->pool.s);
        return 0;
    }
    tally->lines += places;
    if (line->printed == 0)
        tally->unprinted += places;
    return 0;
}

static int add_ticket(void *arg, const void *row)
{
    struct audit *audit = (struct audit *)arg;
    const struct bd_ticket_row *ticket = (const struct bd_ticket_row *)row;
    struct tally *tally = bx_slug_is_none(&ticket->pool) ? NULL : tally_of(audit, &ticket->pool);
    bool there = ticket->state == BD_TICKET_VALID || ticket->state == BD_TICKET_USED;
    if (tally != NULL && there)
        tally->tickets += ticket->places;
    if ((ticket->state == BD_TICKET_RETURNED) != !bx_id_is_zero(&ticket->returned_by))
        differ(audit, "ticket %s: its state and its return disagree\n", ticket->code);
    if ((ticket->state == BD_TICKET_REPLACED) != (ticket->replaced_by[0] != '\0'))
        differ(audit, "ticket %s: its state and its replacement disagree\n", ticket->code);
    if (ticket->state == BD_TICKET_USED && ticket->used_at == 0)
        differ(audit, "ticket %s: used, but nobody knows when\n", ticket->code);
    return 0;
}

static int add_lease(void *arg, const void *row)
{
    struct audit *audit = (struct audit *)arg;
    const struct bd_lease_row *lease = (const struct bd_lease_row *)row;
    int64_t whole = bd_lease_whole(lease);
    int64_t wanted = whole > lease->booked ? whole - lease->booked : 0;
    struct tally *tally = tally_of(audit, &lease->pool);
    if (lease->part + lease->lacking != wanted)
        differ(audit, "lease %lld of till %lld on %s: counts %lld, should count %lld\n",
               (long long)lease->r, (long long)lease->till, lease->pool.s,
               (long long)(lease->part + lease->lacking), (long long)wanted);
    if (tally != NULL) {
        tally->parts += lease->part;
        tally->lacking += lease->lacking;
    } else if (lease->part != 0) {
        differ(audit, "pool %s: leased, but there is no such pool\n", lease->pool.s);
    }
    return 0;
}

/* What was given and is not yet taken lies between two leases. */
static int add_gift(void *arg, const void *row)
{
    struct audit *audit = (struct audit *)arg;
    const struct bd_gift_row *gift = (const struct bd_gift_row *)row;
    struct tally *tally = tally_of(audit, &gift->pool);
    if (tally != NULL)
        tally->parts += gift->part;
    if (gift->part < 0 || gift->part > gift->places || (gift->taken_at != 0 && gift->part != 0) ||
        (tally == NULL && gift->part != 0))
        differ(audit, "given by till %lld on %s: counts %lld of %lld\n", (long long)gift->till,
               gift->pool.s, (long long)gift->part, (long long)gift->places);
    return 0;
}

static int add_held(void *arg, const void *row)
{
    struct audit *audit = (struct audit *)arg;
    const struct bd_booking_line_row *line = (const struct bd_booking_line_row *)row;
    struct bd_booking_row order = {.id = line->booking};
    struct tally *tally = bx_slug_is_none(&line->pool) ? NULL : tally_of(audit, &line->pool);
    if (tally != NULL)
        tally->held += line->held;
    if (line->held == 0)
        return 0;
    int err =
        bd_must(bd_get(audit->store, BD_BOOKING, &order, audit->fault), "order", audit->fault);
    if (err == 0 && order.state != BD_BOOKING_OPEN)
        differ(audit, "order %s: over, but holds places\n", order.ref);
    return err;
}

static void judge_pool(struct audit *audit, const struct tally *tally)
{
    const struct bd_pool_row *pool = &tally->pool;
    int64_t sold = pool->sold + pool->over;
    if (pool->sold + pool->held + pool->leased > pool->capacity + pool->planned_over)
        differ(audit, "pool %s: more than its capacity\n", pool->id.s);
    if (sold != tally->lines)
        differ(audit, "pool %s: counted %lld sold, its order lines are %lld\n", pool->id.s,
               (long long)sold, (long long)tally->lines);
    if (sold != tally->tickets + tally->unprinted)
        differ(audit, "pool %s: counted %lld sold, its tickets are %lld\n", pool->id.s,
               (long long)sold, (long long)(tally->tickets + tally->unprinted));
    if (pool->held < tally->held)
        differ(audit, "pool %s: counted %lld held, its orders hold %lld\n", pool->id.s,
               (long long)pool->held, (long long)tally->held);
    if (pool->leased != tally->parts)
        differ(audit, "pool %s: counted %lld leased, its leases are %lld\n", pool->id.s,
               (long long)pool->leased, (long long)tally->parts);
    if (pool->lacking != tally->lacking)
        differ(audit, "pool %s: counted %lld lacking, its leases lack %lld\n", pool->id.s,
               (long long)pool->lacking, (long long)tally->lacking);
}

/* --- custody -------------------------------------------------------------------------------- */

/* The chain that ends here: is its mark the device's? */
static int close_chain(struct audit *audit)
{
    struct bd_device_row device = {.till = audit->till};
    if (audit->till == 0)
        return 0;
    int err =
        bd_must(bd_get(audit->store, BD_DEVICE, &device, audit->fault), "device", audit->fault);
    if (err != 0)
        return err;
    if (device.incarnation == audit->incarnation &&
        (device.mark != audit->mark || device.highest != audit->seq))
        differ(audit, "till %lld: its mark is %lld, custody holds %lld without a gap\n",
               (long long)audit->till, (long long)device.mark, (long long)audit->mark);
    return 0;
}

static int judge_entry(void *arg, const void *row)
{
    struct audit *audit = (struct audit *)arg;
    const struct bd_entry_row *entry = (const struct bd_entry_row *)row;
    if (entry->till != audit->till || entry->incarnation != audit->incarnation) {
        int err = close_chain(audit);
        if (err != 0)
            return err;
        audit->till = entry->till;
        audit->incarnation = entry->incarnation;
        audit->seq = audit->mark = 0;
        audit->head = (struct bx_hash){{0}};
    }
    struct bx_hash hash = bx_entry_hash(&entry->prev, entry->till, entry->incarnation, entry->seq,
                                        (const char *)entry->body.data, entry->body.len);
    if (!bx_hash_equal(&hash, &entry->hash))
        differ(audit, "till %lld entry %lld: its bytes do not give its hash\n",
               (long long)entry->till, (long long)entry->seq);
    bool next = entry->seq == audit->seq + 1;
    bool anchored = audit->seq > 0 || entry->incarnation == 1;
    if (next && anchored && !bx_hash_equal(&entry->prev, &audit->head))
        differ(audit, "till %lld entry %lld: does not stand on the one before\n",
               (long long)entry->till, (long long)entry->seq);
    if (next && audit->mark == audit->seq)
        audit->mark = entry->seq;
    audit->seq = entry->seq;
    audit->head = entry->hash;
    return 0;
}

static int add_task(void *arg, const void *row)
{
    struct audit *audit = (struct audit *)arg;
    audit->tasks += ((const struct bd_task_row *)row)->done == 0;
    return 0;
}

static int take_tally(void *arg, const void *row)
{
    struct audit *audit = (struct audit *)arg;
    audit->tasks -= ((const struct bd_tally_row *)row)->count;
    return 0;
}

/* A sale that was booked has its order. */
static int judge_order(void *arg, const void *row)
{
    struct audit *audit = (struct audit *)arg;
    const struct bd_order_row *order = (const struct bd_order_row *)row;
    struct bd_entry_row entry = {
        .till = order->till, .incarnation = order->incarnation, .seq = order->seq};
    int err = bd_get(audit->store, BD_ENTRY, &entry, audit->fault);
    if (err < 0)
        return err;
    if (err == BD_NOT || entry.state != BD_ENTRY_BOOKED || !bx_id_equal(&entry.id, &order->id))
        differ(audit, "sale %s: booked, but custody does not hold it so\n", order->number);
    return 0;
}

static int audit_all(struct audit *audit)
{
    static const struct {
        enum bd_table table;
        bd_visit visit;
    } counts[] = {
        {BD_POOL, add_pool},     {BD_ORDER_LINE, add_line}, {BD_TICKET, add_ticket},
        {BD_LEASE, add_lease},   {BD_GIFT, add_gift},       {BD_BOOKING_LINE, add_held},
        {BD_ENTRY, judge_entry}, {BD_ORDER, judge_order},   {BD_TASK, add_task},
        {BD_TALLY, take_tally},
    };
    for (size_t i = 0; i < bx_countof(counts); i++) {
        struct bd_scan scan = {.table = counts[i].table};
        int err = bd_scan(audit->store, &scan, counts[i].visit, audit, audit->fault);
        if (err != 0)
            return err;
    }
    for (size_t i = 0; i < audit->count; i++)
        judge_pool(audit, &audit->tallies[i]);
    if (audit->tasks != 0)
        differ(audit, "tasks: %lld more are open than are counted\n", (long long)audit->tasks);
    int err = close_chain(audit);
    return err != 0 ? err : bd_audit_figures(audit->store, audit->out, &audit->found, audit->fault);
}

int bd_book_audit(struct bd_store *store, struct bx_buf *out, struct bx_fault *fault)
{
    struct audit audit = {.store = store, .out = out, .fault = fault};
    int err = audit_all(&audit);
    bx_free(audit.tallies);
    return err != 0 ? err : audit.found;
}
