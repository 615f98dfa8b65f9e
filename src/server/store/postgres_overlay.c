/* SPDX-License-Identifier: Apache-2.0 */
/* What a transaction knows of the database: rows it has read or put, in one memory store, and keys
 * that it looked for in vain, in another. Both are empty between transactions. */

#include "server/store/postgres_inside.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "server/store/memory.h"

void bd_pg_overlay_open(struct bd_postgres *postgres)
{
    int err = postgres->overlay->ops->begin(postgres->overlay, NULL);
    bx_assert(err == 0);
    err = postgres->absent->ops->begin(postgres->absent, NULL);
    bx_assert(err == 0);
}

void bd_pg_overlay_close(struct bd_postgres *postgres)
{
    (void)postgres->overlay->ops->end(postgres->overlay, false, NULL);
    (void)postgres->absent->ops->end(postgres->absent, false, NULL);
    bd_pg_late_end(postgres);
    bd_pg_forget(postgres, 0);
    postgres->mark_count = 0;
    postgres->meta_known = false;
    postgres->open = false;
    postgres->lost = 0;
}

int bd_pg_overlay_keep(struct bd_postgres *postgres, enum bd_table table, const void *row,
                       bool found, struct bx_fault *fault)
{
    int err = bd_insert(found ? postgres->overlay : postgres->absent, table, row, fault);
    if (found && table == BD_META && !postgres->meta_known) {
        postgres->meta = *(const struct bd_meta_row *)row;
        postgres->meta_known = true;
    }
    return err == BD_NOT ? 0 : err;
}

int bd_pg_look_aside(struct bd_postgres *postgres, enum bd_table table, void *row,
                     struct bx_fault *fault)
{
    if (bd_get(postgres->overlay, table, row, fault) == 0)
        return 0;
    max_align_t unused[BD_PG_ROW_MAX / sizeof(max_align_t)];
    bx_assert(bd_shape_of(table)->size <= sizeof unused);
    memcpy(unused, row, bd_shape_of(table)->size);
    return bd_get(postgres->absent, table, unused, fault) == 0 ? (int)BD_NOT : 2;
}
