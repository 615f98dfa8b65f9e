/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/migrate.h"

#include "boxtill/base/alloc.h"
#include "server/store/schema.h"
#include "server/store/sql.h"

enum { FORMAT = BX_PG_STATEMENTS_MAX - 1, FORMAT_LOCKED = BX_PG_STATEMENTS_MAX - 2 };

/* 0: there are no tables. */
static int format_read(struct bx_pg *pg, bool lock, int64_t *ret, struct bx_fault *fault)
{
    struct bx_pg_args none = {0};
    int number = lock ? FORMAT_LOCKED : FORMAT;
    int64_t rows = 0;
    int err =
        bx_pg_has(pg, number)
            ? 0
            : bx_pg_prepare(pg, number,
                            lock ? "SELECT format FROM boxtill_format WHERE one = 1 FOR UPDATE"
                                 : "SELECT format FROM boxtill_format WHERE one = 1",
                            &none, fault);
    if (err == 0)
        err = bx_pg_run(pg, number, &none, &rows, fault);
    *ret = err == 0 && rows == 1 ? bx_pg_int(pg, 0, 0) : 0;
    return err == BX_ERR_CORRUPT ? 0 : err;
}

static int step(struct bx_pg *pg, int format, struct bx_fault *fault)
{
    bx_buf_auto sql;
    bx_buf_init(&sql, 0);
    for (int table = 0; table < BD_TABLES; table++)
        bd_sql_create(BD_POSTGRES, bd_shape_of((enum bd_table)table), format, &sql);
    bx_buf_format(&sql, "UPDATE boxtill_format SET format = %d WHERE one = 1", format);
    return bx_pg_script(pg, bx_buf_text(&sql), fault);
}

static int steps(struct bx_pg *pg, struct bx_fault *fault)
{
    int64_t format = 0;
    int err = bx_pg_script(pg,
                           "CREATE TABLE IF NOT EXISTS boxtill_format"
                           " (one BIGINT PRIMARY KEY, format BIGINT NOT NULL);"
                           "INSERT INTO boxtill_format VALUES (1, 0) ON CONFLICT (one) DO NOTHING",
                           fault);
    if (err == 0)
        err = bx_pg_begin(pg, "BEGIN", fault);
    if (err != 0)
        return err;
    err = format_read(pg, true, &format, fault);
    while (err == 0 && format < BD_FORMAT)
        err = step(pg, (int)++format, fault);
    if (err == 0 && bx_pg_commit(pg, fault) != BX_DONE)
        err = BX_ERR_IO;
    bx_pg_rollback(pg);
    return err;
}

int bd_migrate(struct bx_pg *pg, bool make, bool write, struct bx_fault *fault)
{
    int64_t format = 0;
    int err = format_read(pg, false, &format, fault);
    if (err != 0 || format == BD_FORMAT)
        return err;
    if (format > BD_FORMAT)
        return bx_fault_say(fault, BX_ERR_REFUSED, "%s was written by a newer boxtilld.",
                            bx_pg_name(pg));
    if (format == 0 && !make)
        return bx_fault_say(fault, BX_ERR_MISSING,
                            "There is no venue at %s: boxtilld init makes one.", bx_pg_name(pg));
    if (!write)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "%s is to be brought up to date: start boxtilld.", bx_pg_name(pg));
    err = steps(pg, fault);
    return err == BX_ERR_CLASH ? steps(pg, fault) : err; /* two made the table at once */
}
