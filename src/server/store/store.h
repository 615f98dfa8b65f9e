/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Port: the server's store. Rows are plain structs (rows.h) in tables that schema.c describes once
 * for every implementation. Real: SQLite (sqlite.h). Fake, and the simulator's: memory (memory.h).
 *
 * One thread per store. All writing happens between begin and end; reading is allowed outside. A
 * store serves one venue, and puts its name first in every key itself.
 *
 * Blobs that `get` hands out are borrowed until the next call on the store; rows that `scan` shows,
 * until the visit returns. A visitor may call get (of another table, or with blobs it does not
 * keep), and nothing else.
 *
 * A transaction may be lost through no fault of its own (another server was quicker, the connection
 * broke). From then on every call in it fails, begin or end with BX_ERR_BUSY, and nothing of it
 * happened unless end said UNKNOWN: run the whole of it again, BD_STORE_TRIES times at most. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/fault.h"
#include "server/store/rows.h"

/* The positive answer of get, put and move: the row was not there (get, update), it was there
 * already (insert), the guard said no (move). No fault is written then. */
enum { BD_NOT = 1 };
enum { BD_STORE_TRIES = 6 };

enum bd_open {
    BD_OPEN_CREATE, /* to write; made when it is not there */
    BD_OPEN_WRITE,  /* to write; must be there */
    BD_OPEN_READ    /* steady views of what others write */
};
enum bd_put {
    BD_INSERT,
    BD_UPDATE,
    BD_FRESH /* insert what cannot be there: its key holds an id that was just made or looked for */
};
enum bd_edge {
    BD_ALL,  /* every row with the fixed columns */
    BD_FROM, /* those at or beyond FROM in the remaining columns of the order */
    BD_AFTER /* those strictly beyond */
};

struct bd_scan {
    enum bd_table table;
    int index; /* 0: by key; 1 and up: the table's indexes, each followed by the key */
    int fixed; /* so many leading columns of that order equal those in FROM */
    enum bd_edge edge;
    bool down;        /* from the last to the first; "beyond" is then "before" */
    bool peek;        /* the rows are only looked at: whoever changes one gets it first. Else a row
                       * that a transaction has seen is changed by nobody else until it ends */
    const void *from; /* a row; NULL when nothing is fixed and the edge is BD_ALL */
};
/* Nonzero stops the scan and is returned by it. */
typedef int (*bd_visit)(void *arg, const void *row);

/* What is added to a pool, negative to take away. Done only if afterwards no figure is negative and
 * sold + held + leased <= capacity + planned_over. */
struct bd_move {
    struct bx_slug pool;
    int64_t sold, held, leased, over;
};

enum bd_expected {
    BD_KEPT, /* as with any row that a transaction has seen, nobody else changes it until it ends */
    BD_LATE  /* of pools, most of them plentiful: others may move them too until this transaction
              * ends. It ends with BX_ERR_BUSY when what it moves has no room any more, or when
              * anything but the figures was changed; and so does putting or scanning a pool. Only
              * for who needs of the figures no more than that there is room */
};

struct bd_store;
struct bd_store_ops {
    /* Opens a transaction (for a read-only store: a steady view). */
    int (*begin)(struct bd_store *store, struct bx_fault *fault);
    /* Savepoints nest, at most BD_MARKS_MAX deep; release keeps or drops what was put since. */
    int (*mark)(struct bd_store *store, struct bx_fault *fault);
    int (*release)(struct bd_store *store, bool keep, struct bx_fault *fault);
    /* Ends the transaction. A commit that changed something raises meta's commit number by one.
     * DONE: as asked, and durable. REFUSED: nothing of it happened. UNKNOWN: it may have. */
    enum bx_outcome (*end)(struct bd_store *store, bool commit, struct bx_fault *fault);
    /* Fills ROW from its key columns. */
    int (*get)(struct bd_store *store, enum bd_table table, void *row, struct bx_fault *fault);
    int (*put)(struct bd_store *store, enum bd_table table, enum bd_put how, const void *row,
               struct bx_fault *fault);
    int (*scan)(struct bd_store *store, const struct bd_scan *scan, bd_visit visit, void *arg,
                struct bx_fault *fault);
    int (*move)(struct bd_store *store, const struct bd_move *move, struct bx_fault *fault);
    /* NULL, or: COUNT ROWS, whose keys are set, are about to be asked for. Changes nothing but the
     * time that takes, and with BD_LATE who waits for whom. */
    int (*expect)(struct bd_store *store, enum bd_expected how, enum bd_table table,
                  const void *rows, size_t count, struct bx_fault *fault);
    void (*destroy)(struct bd_store *store); /* rolls back what is open */
};
struct bd_store {
    const struct bd_store_ops *ops;
};
enum { BD_MARKS_MAX = 8 };

static inline int bx_must bd_get(struct bd_store *store, enum bd_table table, void *row,
                                 struct bx_fault *fault)
{
    return store->ops->get(store, table, row, fault);
}
static inline int bx_must bd_insert(struct bd_store *store, enum bd_table table, const void *row,
                                    struct bx_fault *fault)
{
    return store->ops->put(store, table, BD_INSERT, row, fault);
}
static inline int bx_must bd_fresh(struct bd_store *store, enum bd_table table, const void *row,
                                   struct bx_fault *fault)
{
    int err = store->ops->put(store, table, BD_FRESH, row, fault);
    return err != BD_NOT
               ? err
               : bx_fault_set(fault, BX_ERR_CORRUPT, "The booking server's data are damaged.",
                              "table %d: it was there", table);
}
static inline int bx_must bd_update(struct bd_store *store, enum bd_table table, const void *row,
                                    struct bx_fault *fault)
{
    return store->ops->put(store, table, BD_UPDATE, row, fault);
}
static inline int bx_must bd_scan(struct bd_store *store, const struct bd_scan *scan,
                                  bd_visit visit, void *arg, struct bx_fault *fault)
{
    return store->ops->scan(store, scan, visit, arg, fault);
}
static inline int bx_must bd_expect(struct bd_store *store, enum bd_expected how,
                                    enum bd_table table, const void *rows, size_t count,
                                    struct bx_fault *fault)
{
    return store->ops->expect && count > 0
               ? store->ops->expect(store, how, table, rows, count, fault)
               : 0;
}
/* Accepts NULL; an open transaction is rolled back. */
static inline void *bd_store_destroy(struct bd_store *store)
{
    if (store != NULL)
        store->ops->destroy(store);
    return NULL;
}
BX_CLEANUP_DEFINE(struct bd_store, bd_store_destroy)
