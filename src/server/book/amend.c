/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody changes between two imports: the capacity of a pool, or a slot that does not take
 * place. Each is in the audit log with who did it, and kept as an amendment, so that the next
 * import of the same file does not undo it: a slot cancelled here stays so, a capacity stays until
 * the file names another one than it did then.
 *
 * A capacity below what is sold, held and with tills needs an override. Then those places stay
 * good: planned_over is the excess, and whatever comes back is not given out again until there is
 * room under the capacity (bd_pool_free() does not count planned_over). */

#include <string.h>

#include "boxtill/base/alloc.h"
#include "server/book/import.h"
#include "server/book/inside.h"

static int amendment_put(struct bd_store *store, const struct bd_amendment_row *row,
                         struct bx_fault *fault)
{
    int err = bd_insert(store, BD_AMENDMENT, row, fault);
    return err == BD_NOT ? bd_must(bd_update(store, BD_AMENDMENT, row, fault), "amendment", fault)
                         : err;
}

static int pool_find(struct bd_store *store, const struct bd_turn *turn, const struct bx_slug *id,
                     struct bd_pool_row *ret, struct bx_fault *fault)
{
    *ret = (struct bd_pool_row){.id = *id};
    int err = bd_get(store, BD_POOL, ret, fault);
    if (err == BD_NOT)
        return bx_fault_say(fault, BX_ERR_MISSING, "There is no pool %s.", id->s);
    if (err == 0 && ret->cancelled != 0)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s is cancelled.", id->s);
    if (err == 0 && ret->ends <= turn->now.us)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s is over.", id->s);
    return err;
}

/* --- capacity --------------------------------------------------------------------------------- */

static int capacity_put(struct bd_store *store, const struct bd_turn *turn,
                        const struct bd_capacity_act *act, struct bx_fault *fault)
{
    struct bd_amendment_row amendment = {.id = act->pool, .kind = BD_AMEND_CAPACITY};
    struct bd_pool_row pool;
    int err = bd_answerable(store, act->who, fault);
    if (err == 0)
        err = pool_find(store, turn, &act->pool, &pool, fault);
    if (err == 0)
        err = bd_get(store, BD_AMENDMENT, &amendment, fault);
    if (err < 0)
        return err;
    int64_t before = pool.capacity, taken = pool.sold + pool.held + pool.leased + pool.over;
    if (act->capacity < taken && !act->override)
        return bx_fault_say(
            fault, BX_ERR_REFUSED,
            "%s: %lld places are sold, held or with tills; fewer needs an override.", act->pool.s,
            (long long)taken);
    if (err == BD_NOT)
        amendment.was = before;
    amendment.value = act->capacity;
    amendment.at = turn->now.us;
    pool.capacity = act->capacity;
    pool.planned_over = taken - pool.over - act->capacity;
    if (pool.planned_over < 0)
        pool.planned_over = 0;
    err = bd_must(bd_update(store, BD_POOL, &pool, fault), "pool", fault);
    if (err == 0)
        err = amendment_put(store, &amendment, fault);
    return err != 0 ? err
                    : bd_log_by(store, turn, act->who, fault, "pool %s: capacity %lld, was %lld%s",
                                act->pool.s, (long long)act->capacity, (long long)before,
                                act->capacity < taken ? ", override" : "");
}

int bd_book_capacity(struct bd_book *book, const struct bd_turn *turn,
                     const struct bd_capacity_act *act, struct bx_fault *fault)
{
    if (act->capacity < 0 || act->capacity > BD_CAPACITY_MAX)
        return bx_fault_say(fault, BX_ERR_INPUT, "A capacity is 0 to %d places.", BD_CAPACITY_MAX);
    int err = book->store->ops->mark(book->store, fault);
    return err != 0 ? err
                    : bd_leave(book->store, capacity_put(book->store, turn, act, fault), fault);
}

/* --- cancelling ------------------------------------------------------------------------------- */

/* Are all slots of POOL cancelled in SLOTS? */
static bool pool_is_off(const struct bx_programme *programme, const struct bx_slot *slots,
                        const struct bx_slug *pool)
{
    for (size_t i = 0; i < programme->slot_count; i++)
        if (!slots[i].cancelled && bx_slug_equal(&slots[i].pool, pool))
            return false;
    return true;
}

static struct bx_slot *slots_copy(const struct bx_programme *programme)
{
    size_t count = programme->slot_count;
    struct bx_slot *slots = (struct bx_slot *)bx_alloc(count + 1, sizeof *slots);
    if (count > 0)
        memcpy(slots, programme->slots, count * sizeof *slots);
    return slots;
}

/* The pool gives nothing any more when none of its slots takes place; *RET_TAKEN of it. */
static int pool_end(struct bd_store *store, const struct bx_programme *programme,
                    const struct bx_slug *id, int64_t *ret_taken, struct bx_fault *fault)
{
    struct bd_pool_row pool = {.id = *id};
    int err = bd_must(bd_get(store, BD_POOL, &pool, fault), "pool", fault);
    if (err != 0)
        return err;
    *ret_taken = pool.sold + pool.over;
    if (!pool_is_off(programme, programme->slots, id))
        return 0;
    pool.cancelled = 1;
    return bd_must(bd_update(store, BD_POOL, &pool, fault), "pool", fault);
}

static int slot_end(struct bd_book *book, const struct bd_turn *turn,
                    const struct bx_programme *programme, size_t nth, int64_t who,
                    int64_t *ret_sold, struct bx_fault *fault)
{
    struct bd_store *store = book->store;
    struct bx_programme next = *programme;
    struct bd_meta_row meta;
    const struct bx_slot *slot = &programme->slots[nth];
    struct bd_amendment_row amendment = {
        .id = slot->id, .kind = BD_AMEND_CANCELLED, .value = 1, .at = turn->now.us};
    next.slots = slots_copy(programme);
    next.slots[nth].cancelled = true;
    int err = bd_meta(store, &meta, fault);
    if (err == 0)
        err = amendment_put(store, &amendment, fault);
    if (err == 0)
        err = pool_end(store, &next, &slot->pool, ret_sold, fault);
    if (err == 0)
        err = bd_programme_publish(store, turn, &meta, &next, fault);
    if (err == 0)
        err = bd_must(bd_update(store, BD_META, &meta, fault), "meta", fault);
    bx_free(next.slots);
    return err != 0 ? err : bd_log_by(store, turn, who, fault, "slot %s cancelled", slot->id.s);
}

int bd_book_cancel(struct bd_book *book, const struct bd_turn *turn, const struct bx_slug *id,
                   int64_t who, int64_t *ret_sold, struct bx_fault *fault)
{
    const struct bx_programme *programme = NULL;
    struct bd_meta_row meta;
    int err = bd_answerable(book->store, who, fault);
    if (err == 0)
        err = bd_meta(book->store, &meta, fault);
    if (err == 0)
        err = bd_programme(book, &meta, 0, &programme, fault);
    if (err != 0)
        return err;
    const struct bx_slot *slot = programme != NULL ? bx_programme_slot(programme, id) : NULL;
    if (slot == NULL)
        return bx_fault_say(fault, BX_ERR_MISSING, "There is no slot %s.", id->s);
    if (slot->cancelled || slot->end.us <= turn->now.us)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s is %s.", id->s,
                            slot->cancelled ? "cancelled already" : "over");
    err = book->store->ops->mark(book->store, fault);
    if (err != 0)
        return err;
    err = slot_end(book, turn, programme, (size_t)(slot - programme->slots), who, ret_sold, fault);
    return bd_leave(book->store, err, fault);
}

/* --- an import -------------------------------------------------------------------------------- */

struct amending {
    struct bd_store *store;
    struct bd_amended *it;
    struct bd_amendment_row *stale; /* the file says another capacity than it did */
    size_t stale_count;
};

static struct bd_import_pool *pool_of(struct bd_amended *it, const struct bx_slug *id)
{
    for (size_t low = 0, high = it->pool_count; low < high;) {
        size_t middle = low + (high - low) / 2;
        int differs = strcmp(it->pools[middle].id.s, id->s);
        if (differs == 0)
            return &it->pools[middle];
        if (differs < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static void amend_slot(struct bd_amended *it, const struct bx_programme *imported,
                       const struct bx_slug *id)
{
    const struct bx_slot *slot = bx_programme_slot(imported, id);
    if (slot == NULL)
        return;
    it->programme.slots[slot - imported->slots].cancelled = true;
    struct bd_import_pool *pool = pool_of(it, &slot->pool);
    if (pool != NULL)
        pool->cancelled = pool_is_off(imported, it->programme.slots, &slot->pool);
}

static int amend(void *arg, const void *data)
{
    struct amending *amending = (struct amending *)arg;
    const struct bd_amendment_row *row = (const struct bd_amendment_row *)data;
    if (row->kind == BD_AMEND_CANCELLED) {
        amend_slot(amending->it, amending->it->imported, &row->id);
        return 0;
    }
    struct bd_import_pool *pool = pool_of(amending->it, &row->id);
    if (pool == NULL)
        return 0;
    if (pool->capacity == row->was) {
        pool->capacity = row->value;
        return 0;
    }
    size_t count = amending->stale_count++;
    amending->stale =
        (struct bd_amendment_row *)bx_realloc(amending->stale, count + 1, sizeof *amending->stale);
    amending->stale[count] = *row;
    amending->stale[count].was = amending->stale[count].value = pool->capacity;
    return 0;
}

int bd_amend(struct bd_store *store, const struct bd_import *import, struct bd_amended *ret,
             struct bx_fault *fault)
{
    struct bd_scan scan = {.table = BD_AMENDMENT};
    struct amending amending = {.store = store, .it = ret};
    *ret = (struct bd_amended){.programme = *import->programme,
                               .imported = import->programme,
                               .pool_count = import->pool_count};
    ret->programme.slots = slots_copy(import->programme);
    ret->pools = (struct bd_import_pool *)bx_alloc(import->pool_count + 1, sizeof *ret->pools);
    if (import->pool_count > 0)
        memcpy(ret->pools, import->pools, import->pool_count * sizeof *ret->pools);
    int err = bd_scan(store, &scan, amend, &amending, fault);
    for (size_t i = 0; i < amending.stale_count && err == 0; i++)
        err = amendment_put(store, &amending.stale[i], fault);
    bx_free(amending.stale);
    return err;
}

void bd_amended_finish(struct bd_amended *amended)
{
    bx_free(amended->programme.slots);
    bx_free(amended->pools);
}
