/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What every printer here has in common: one thread that owns the device, a bounded queue of orders
 * to it and a bounded queue of reports back, and the port's operations on top. The craft, what the
 * device needs, sees only its own thread. */

#include <stdbool.h>

#include "boxtill/port/printer.h"

struct tp_worker;

/* Called in the worker's thread only, create and destroy apart. */
struct tp_craft;
struct tp_craft_ops {
    /* May it take another job now? Else orders wait, and their queue fills. */
    bool (*ready)(struct tp_craft *craft);
    void (*submit)(struct tp_craft *craft, const struct bx_print_job *job,
                   const struct bx_paper *paper);
    void (*ask)(struct tp_craft *craft, const struct bx_print_job *job);
    void (*cancel)(struct tp_craft *craft, const struct bx_print_job *job);
    /* Once, and no report. SEQ is of the entry that says why. */
    void (*drawer)(struct tp_craft *craft, int64_t seq, int drawer);
    /* Does what is due without an order; returns the milliseconds to the next time, -1: none. */
    int (*turn)(struct tp_craft *craft);
    void *(*destroy)(struct tp_craft *craft);
};
struct tp_craft {
    const struct tp_craft_ops *ops;
    struct tp_worker *worker; /* set before the first call */
};

/* Takes CRAFT; starts the thread. */
struct bx_printer *tp_worker_create(struct tp_craft *taken_craft);
/* From the craft's thread: never drops a report, waits for room in the queue if it must. */
void tp_worker_report(struct tp_worker *worker, const struct bx_print_report *report);
/* Has destroy been called? Whatever waits for a device looks here. Any thread. */
bool tp_worker_is_stopping(struct tp_worker *worker);
