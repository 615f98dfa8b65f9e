/* SPDX-License-Identifier: Apache-2.0 */
/* Rows are cells that never change: a put makes a new cell and lists (table, old, new) in the undo
 * list, so that dropping a savepoint is playing that list backwards. Each order of a table (its key
 * and its indexes) is a sorted row of pointers: keys mostly come in ascending order, so an insert
 * moves little, and a search touches only a few lines of the cache. */

#include "server/store/memory.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "server/store/schema.h"

struct cell; /* a row of its table's shape, with its blobs after it in the same memory */

struct order {
    struct cell **cells;
    size_t count, room;
    uint8_t columns[BD_ORDER_MAX];
    int column_count;
};

struct undo {
    enum bd_table table;
    struct cell *old, *new;
};

struct memory {
    struct bd_store store; /* first */
    struct order orders[BD_TABLES][BD_INDEXES_MAX + 1];
    struct undo *undo;
    size_t undo_count, undo_room;
    size_t marks[BD_MARKS_MAX];
    int mark_count;
    bool open;
    bool fails, happens;
    enum bx_outcome outcome;
};

/* --- one order ------------------------------------------------------------------------------ */

/* The first place whose row is not before (or, PAST, is after) ROW in the first COLUMNS columns. */
static size_t place_of(const struct bd_shape *shape, const struct order *order, const void *row,
                       int columns, bool past)
{
    size_t low = 0, high = order->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int differs =
            bd_shape_compare(shape, order->columns, 0, columns, order->cells[middle], row);
        if (differs < 0 || (past && differs == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct cell *find(const struct bd_shape *shape, const struct order *order, const void *row)
{
    size_t at = place_of(shape, order, row, shape->key_count, false);
    if (at == order->count ||
        bd_shape_compare(shape, order->columns, 0, shape->key_count, order->cells[at], row) != 0)
        return NULL;
    return order->cells[at];
}

static void order_add(const struct bd_shape *shape, struct order *order, struct cell *cell)
{
    if (order->count == order->room) {
        order->room = order->room == 0 ? 16 : order->room * 2;
        order->cells = (struct cell **)bx_realloc(order->cells, order->room, sizeof *order->cells);
    }
    size_t at = place_of(shape, order, cell, order->column_count, false);
    memmove(&order->cells[at + 1], &order->cells[at], (order->count - at) * sizeof *order->cells);
    order->cells[at] = cell;
    order->count++;
}

static void order_take(const struct bd_shape *shape, struct order *order, const struct cell *cell)
{
    size_t at = place_of(shape, order, cell, order->column_count, false);
    bx_assert(at < order->count && order->cells[at] == cell);
    order->count--;
    memmove(&order->cells[at], &order->cells[at + 1], (order->count - at) * sizeof *order->cells);
}

/* Puts NEW where OLD stood in every order; either may be NULL. */
static void swap(struct memory *memory, enum bd_table table, struct cell *old, struct cell *new)
{
    const struct bd_shape *shape = bd_shape_of(table);
    for (int i = 0; i <= shape->index_count; i++) {
        struct order *order = &memory->orders[table][i];
        bool same = old != NULL && new !=
                                       NULL &&bd_shape_compare(shape, order->columns, 0,
                                                               order->column_count, old, new) == 0;
        if (same) {
            order->cells[place_of(shape, order, old, order->column_count, false)] = new;
            continue;
        }
        if (old != NULL)
            order_take(shape, order, old);
        if (new != NULL)
            order_add(shape, order, new);
    }
}

/* --- cells ---------------------------------------------------------------------------------- */

static struct cell *cell_make(const struct bd_shape *shape, const void *row)
{
    return (struct cell *)bd_row_copy(shape, row);
}

/* Undoes what was put after the first COUNT entries of the list. */
static void undo_to(struct memory *memory, size_t count)
{
    while (memory->undo_count > count) {
        struct undo *last = &memory->undo[--memory->undo_count];
        swap(memory, last->table, last->new, last->old);
        bx_free(last->new);
    }
}

/* --- the port ------------------------------------------------------------------------------- */

static int begin(struct bd_store *store, struct bx_fault *fault)
{
    (void)fault;
    struct memory *memory = (struct memory *)store;
    bx_assert(!memory->open);
    memory->open = true;
    memory->mark_count = 0;
    return 0;
}

static int mark(struct bd_store *store, struct bx_fault *fault)
{
    (void)fault;
    struct memory *memory = (struct memory *)store;
    bx_assert(memory->open && memory->mark_count < BD_MARKS_MAX);
    memory->marks[memory->mark_count++] = memory->undo_count;
    return 0;
}

static int release(struct bd_store *store, bool keep, struct bx_fault *fault)
{
    (void)fault;
    struct memory *memory = (struct memory *)store;
    bx_assert(memory->open && memory->mark_count > 0);
    size_t at = memory->marks[--memory->mark_count];
    if (!keep)
        undo_to(memory, at);
    return 0;
}

static void settle(struct memory *memory)
{
    for (size_t i = 0; i < memory->undo_count; i++)
        bx_free(memory->undo[i].old);
    memory->undo_count = 0;
}

static enum bx_outcome end(struct bd_store *store, bool commit, struct bx_fault *fault)
{
    struct memory *memory = (struct memory *)store;
    bx_assert(memory->open);
    enum bx_outcome outcome = BX_DONE;
    if (commit && memory->undo_count > 0 && bd_store_raise(store, fault) != 0)
        outcome = BX_REFUSED;
    if (commit && memory->fails) {
        memory->fails = false;
        outcome = memory->outcome;
        commit = outcome != BX_REFUSED && memory->happens;
        bx_fault_set(fault, BX_ERR_IO, "The disk did not confirm.", "planted");
    }
    if (commit && outcome != BX_REFUSED)
        settle(memory);
    else
        undo_to(memory, 0);
    memory->open = false;
    memory->mark_count = 0;
    return outcome;
}

static int get(struct bd_store *store, enum bd_table table, void *row, struct bx_fault *fault)
{
    (void)fault;
    struct memory *memory = (struct memory *)store;
    const struct bd_shape *shape = bd_shape_of(table);
    const struct cell *cell = find(shape, &memory->orders[table][0], row);
    if (cell == NULL)
        return BD_NOT;
    memcpy(row, cell, shape->size);
    return 0;
}

static int put(struct bd_store *store, enum bd_table table, enum bd_put how, const void *row,
               struct bx_fault *fault)
{
    (void)fault;
    struct memory *memory = (struct memory *)store;
    bx_assert(memory->open);
    const struct bd_shape *shape = bd_shape_of(table);
    struct cell *old = find(shape, &memory->orders[table][0], row);
    if ((old == NULL) != (how != BD_UPDATE))
        return BD_NOT;
    struct cell *new = cell_make(shape, row);
    if (memory->undo_count == memory->undo_room) {
        memory->undo_room = memory->undo_room == 0 ? 64 : memory->undo_room * 2;
        memory->undo =
            (struct undo *)bx_realloc(memory->undo, memory->undo_room, sizeof *memory->undo);
    }
    memory->undo[memory->undo_count++] = (struct undo){table, old, new};
    swap(memory, table, old, new);
    return 0;
}

static int scan(struct bd_store *store, const struct bd_scan *scan, bd_visit visit, void *arg,
                struct bx_fault *fault)
{
    (void)fault;
    struct memory *memory = (struct memory *)store;
    const struct bd_shape *shape = bd_shape_of(scan->table);
    bx_assert(scan->index <= shape->index_count);
    const struct order *order = &memory->orders[scan->table][scan->index];
    size_t low = 0, high = order->count;
    if (scan->fixed > 0) {
        low = place_of(shape, order, scan->from, scan->fixed, false);
        high = place_of(shape, order, scan->from, scan->fixed, true);
    }
    if (scan->edge != BD_ALL) {
        bool past = scan->down == (scan->edge == BD_FROM);
        size_t edge = place_of(shape, order, scan->from, order->column_count, past);
        if (scan->down)
            high = edge;
        else
            low = edge;
    }
    for (size_t i = low; i < high; i++) {
        const struct cell *cell = order->cells[scan->down ? high - 1 - (i - low) : i];
        int stop = visit(arg, cell);
        if (stop != 0)
            return stop;
    }
    return 0;
}

static int move(struct bd_store *store, const struct bd_move *move, struct bx_fault *fault)
{
    struct bd_pool_row pool = {.id = move->pool};
    int err = get(store, BD_POOL, &pool, fault);
    if (err != 0)
        return err;
    pool.sold += move->sold;
    pool.held += move->held;
    pool.leased += move->leased;
    pool.over += move->over;
    if (pool.sold < 0 || pool.held < 0 || pool.leased < 0 || pool.over < 0 ||
        pool.sold + pool.held + pool.leased > pool.capacity + pool.planned_over)
        return BD_NOT;
    return put(store, BD_POOL, BD_UPDATE, &pool, fault);
}

static void destroy(struct bd_store *store)
{
    struct memory *memory = (struct memory *)store;
    undo_to(memory, 0);
    for (int table = 0; table < BD_TABLES; table++) {
        for (size_t i = 0; i < memory->orders[table][0].count; i++)
            bx_free(memory->orders[table][0].cells[i]);
        for (int i = 0; i <= BD_INDEXES_MAX; i++)
            bx_free(memory->orders[table][i].cells);
    }
    bx_free(memory->undo);
    bx_free(memory);
}

static const struct bd_store_ops ops = {.begin = begin,
                                        .mark = mark,
                                        .release = release,
                                        .end = end,
                                        .get = get,
                                        .put = put,
                                        .scan = scan,
                                        .move = move,
                                        .destroy = destroy};

/* --- life ----------------------------------------------------------------------------------- */

struct bd_store *bd_store_memory_create(void)
{
    struct memory *memory = bx_new(struct memory);
    memory->store.ops = &ops;
    for (int table = 0; table < BD_TABLES; table++) {
        const struct bd_shape *shape = bd_shape_of((enum bd_table)table);
        for (int i = 0; i <= shape->index_count; i++) {
            struct order *order = &memory->orders[table][i];
            order->column_count = bd_shape_order(shape, i, order->columns);
        }
    }
    return &memory->store;
}

struct bd_store *bd_store_memory_copy(const struct bd_store *store)
{
    const struct memory *from = (const struct memory *)store;
    bx_assert(!from->open);
    struct bd_store *copy = bd_store_memory_create();
    struct memory *to = (struct memory *)copy;
    for (int table = 0; table < BD_TABLES; table++) {
        const struct order *order = &from->orders[table][0];
        for (size_t i = 0; i < order->count; i++)
            swap(to, (enum bd_table)table, NULL,
                 cell_make(bd_shape_of((enum bd_table)table), order->cells[i]));
    }
    return copy;
}

void bd_store_memory_crash(struct bd_store *store)
{
    struct memory *memory = (struct memory *)store;
    undo_to(memory, 0);
    memory->open = false;
    memory->mark_count = 0;
}

void bd_store_memory_fail(struct bd_store *store, enum bx_outcome outcome, bool happens)
{
    struct memory *memory = (struct memory *)store;
    memory->fails = true;
    memory->outcome = outcome;
    memory->happens = happens;
}
