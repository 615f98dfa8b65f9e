/* SPDX-License-Identifier: Apache-2.0 */
/* Pools that several servers sell from at once. Who locks a hot pool's row when a batch begins lets
 * the other servers wait for all of its work and for its commit. While there is plenty the row is
 * read without a lock instead, and at the end, beside the commit number that all wait for anyway,
 * what was moved is added to whatever stands there by then: if it still fits, and if nothing but
 * the figures has changed. Else the transaction is lost; it and the next few, at a pool that is
 * nearly sold out probably, lock theirs at once. So nothing is set aside for a server and nothing
 * is left behind by one that dies. */

#include "server/store/postgres_inside.h"

#include <string.h>

#include "boxtill/base/alloc.h"

enum { ROOM = 256, CALM = 64 };

static const char move_sql[] =
    "UPDATE \"pool\" SET \"sold\" = \"sold\" + $3, \"held\" = \"held\" + $4, "
    "\"leased\" = \"leased\" + $5, \"over\" = \"over\" + $6 "
    "WHERE \"venue\" = $1 AND \"id\" = $2 "
    "AND \"sold\" + $3 >= 0 AND \"held\" + $4 >= 0 AND \"leased\" + $5 >= 0 AND \"over\" + $6 >= 0 "
    "AND \"sold\" + \"held\" + \"leased\" + $3 + $4 + $5 <= \"capacity\" + \"planned_over\" "
    "AND \"capacity\" = $7 AND \"planned_over\" = $8 AND \"lacking\" = $9 AND \"ends\" = $10 "
    "AND \"cancelled\" = $11 AND \"starts\" = $12 AND \"wanted\" = $13 AND \"wanted_at\" = $14";

static bool is_plenty(const struct bd_pool_row *pool)
{
    return pool->capacity + pool->planned_over - pool->sold - pool->held - pool->leased >= ROOM;
}

bool bd_pg_is_late(const struct bd_postgres *postgres, const struct bx_slug *pool)
{
    for (size_t i = 0; i < postgres->late_count; i++)
        if (bx_slug_equal(&postgres->late[i].id, pool))
            return true;
    return false;
}

static int late_read(struct bd_postgres *postgres, const void *const *keys, size_t count,
                     bool *ret_fit, struct bx_fault *fault)
{
    const struct bd_shape *shape = bd_shape_of(BD_POOL);
    int64_t found = 0;
    bd_pg_add_arrays(postgres, shape, shape->key_count, keys, count);
    int err = bd_pg_statement(postgres, BD_PG_LOOK_MANY, BD_POOL, &found, fault);
    *ret_fit = found == (int64_t)count;
    for (int64_t i = 0; err == 0 && *ret_fit && i < found; i++) {
        struct bd_pool_row pool = {0};
        err = bd_pg_read_row(postgres, i, shape, 0, &pool, fault);
        *ret_fit = err == 0 && is_plenty(&pool);
        if (!bd_pg_is_late(postgres, &pool.id)) /* two slots may share one */
            postgres->late[postgres->late_count++] = pool;
    }
    if (err != 0 || !*ret_fit)
        postgres->late_count = 0;
    return err;
}

bool bd_pg_late_take(struct bd_postgres *postgres, const void *const *keys, size_t count,
                     int *ret_err, struct bx_fault *fault)
{
    bool fit = false;
    int err = 0;
    if (postgres->calm > 0)
        postgres->calm--;
    else if (postgres->late_count == 0 && count <= BD_PG_LATE_MAX)
        err = late_read(postgres, keys, count, &fit, fault);
    for (size_t i = 0; err == 0 && fit && i < postgres->late_count; i++)
        err = bd_pg_overlay_keep(postgres, BD_POOL, &postgres->late[i], true, fault);
    *ret_err = err;
    return fit || err != 0;
}

int bd_pg_late_spoil(struct bd_postgres *postgres, struct bx_fault *fault)
{
    return bd_pg_lose(
        postgres, bx_fault_set(fault, BX_ERR_BUSY, "The database was busy.", "pool: was not kept"));
}

static void add_moved(struct bd_postgres *postgres, const struct bd_pool_row *read,
                      const struct bd_pool_row *now)
{
    const int64_t values[] = {now->sold - read->sold,
                              now->held - read->held,
                              now->leased - read->leased,
                              now->over - read->over,
                              read->capacity,
                              read->planned_over,
                              read->lacking,
                              read->ends,
                              read->cancelled,
                              read->starts,
                              read->wanted,
                              read->wanted_at};
    bd_pg_add_key(postgres, bd_shape_of(BD_POOL), read);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        bx_pg_add_int(&postgres->args, values[i]);
}

static bool is_moved(struct bd_postgres *postgres, const struct bd_pool_row *read,
                     struct bd_pool_row *ret_now)
{
    *ret_now = (struct bd_pool_row){.id = read->id};
    int err = bd_get(postgres->overlay, BD_POOL, ret_now, NULL);
    bx_assert(err == 0);
    return ret_now->sold != read->sold || ret_now->held != read->held ||
           ret_now->leased != read->leased || ret_now->over != read->over;
}

bool bd_pg_late_moved(struct bd_postgres *postgres)
{
    struct bd_pool_row now;
    for (size_t i = 0; i < postgres->late_count; i++)
        if (is_moved(postgres, &postgres->late[i], &now))
            return true;
    return false;
}

static int late_move(struct bd_postgres *postgres, const struct bd_pool_row *read,
                     struct bx_fault *fault)
{
    struct bd_pool_row now;
    int64_t done = 0;
    if (!is_moved(postgres, read, &now))
        return 0;
    int err = 0;
    add_moved(postgres, read, &now);
    if (!bx_pg_has(postgres->pg, BD_PG_MOVE))
        err = bx_pg_prepare(postgres->pg, BD_PG_MOVE, move_sql, &postgres->args, fault);
    if (err == 0)
        err = bx_pg_run(postgres->pg, BD_PG_MOVE, &postgres->args, &done, fault);
    return err != 0 || done == 1 ? err : bd_pg_late_spoil(postgres, fault);
}

int bd_pg_late_write(struct bd_postgres *postgres, struct bx_fault *fault)
{
    int err = 0;
    for (size_t i = 0; i < postgres->late_count && err == 0; i++)
        err = bd_pg_lose(postgres, late_move(postgres, &postgres->late[i], fault));
    return err;
}

void bd_pg_late_end(struct bd_postgres *postgres)
{
    if (postgres->lost != 0 && postgres->late_count > 0)
        postgres->calm = CALM;
    postgres->late_count = 0;
}
