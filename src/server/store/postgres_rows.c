/* SPDX-License-Identifier: Apache-2.0 */
/* Rows as they go to PostgreSQL and come back, by the shapes: bigint, text and bytea in binary, and
 * for many rows an array a column, so that a statement has one text however many rows there are. */

#include "server/store/postgres_inside.h"

#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "server/store/sql.h"

static const char venue[] = "main";

void bd_pg_add_column(struct bx_pg_args *args, const struct bd_column *column, const void *row)
{
    const char *value = (const char *)row + column->offset;
    switch (column->kind) {
    case BD_INT: {
        int64_t number;
        memcpy(&number, value, sizeof number);
        bx_pg_add_int(args, number);
        break;
    }
    case BD_TEXT: bx_pg_add_text(args, value); break;
    case BD_ID:
    case BD_HASH: bx_pg_add_bytes(args, value, column->size); break;
    case BD_BLOB: {
        const struct bd_blob *blob = bd_blob_at(column, row);
        bx_pg_add_bytes(args, blob->len > 0 ? blob->data : "", blob->len);
        break;
    }
    }
}

int bd_pg_read_row(const struct bd_postgres *postgres, int64_t nth, const struct bd_shape *shape,
                   int from, void *row, struct bx_fault *fault)
{
    for (int i = from; i < shape->column_count; i++) {
        const struct bd_column *column = &shape->columns[i];
        char *value = (char *)row + column->offset;
        size_t len;
        const void *bytes = bx_pg_bytes(postgres->pg, nth, i - from, &len);
        bool good = true;
        if (column->kind == BD_INT) {
            int64_t number = bx_pg_int(postgres->pg, nth, i - from);
            memcpy(value, &number, sizeof number);
        } else if (column->kind == BD_TEXT) {
            good = bx_text_copy(value, column->size, bytes);
        } else if (column->kind == BD_BLOB) {
            struct bd_blob blob = {bytes, len};
            memcpy(value, &blob, sizeof blob);
        } else {
            good = len == column->size;
            if (good)
                memcpy(value, bytes, len);
        }
        if (!good)
            return bx_fault_set(fault, BX_ERR_CORRUPT, "The booking server's data are damaged.",
                                "%s.%s", shape->name, column->name);
    }
    return 0;
}

void bd_pg_clear(struct bd_postgres *postgres)
{
    bx_pg_args_clear(&postgres->args);
    bx_pg_add_text(&postgres->args, venue);
}

void bd_pg_add_key(struct bd_postgres *postgres, const struct bd_shape *shape, const void *row)
{
    bd_pg_clear(postgres);
    for (int i = 0; i < shape->key_count; i++)
        bd_pg_add_column(&postgres->args, &shape->columns[i], row);
}

void bd_pg_add_arrays(struct bd_postgres *postgres, const struct bd_shape *shape, int columns,
                      const void *const *rows, size_t count)
{
    bd_pg_clear(postgres);
    for (int i = 0; i < columns; i++) {
        enum bd_kind kind = shape->columns[i].kind;
        bx_pg_add_array(&postgres->args,
                        kind == BD_INT    ? BX_PG_INT
                        : kind == BD_TEXT ? BX_PG_TEXT
                                          : BX_PG_BYTES,
                        count);
        for (size_t nth = 0; nth < count; nth++)
            bd_pg_add_column(&postgres->args, &shape->columns[i], rows[nth]);
    }
}

static int number_of(enum bd_pg_statement statement, enum bd_table table)
{
    return (int)statement * BD_TABLES + (int)table;
}

/* Prepares it at its first use on this connection; the arguments stand ready, for their types. */
static int ready(struct bd_postgres *postgres, enum bd_pg_statement statement, enum bd_table table,
                 struct bx_fault *fault)
{
    const struct bd_shape *shape = bd_shape_of(table);
    int number = number_of(statement, table);
    if (bx_pg_has(postgres->pg, number))
        return 0;
    bx_buf_auto sql;
    bx_buf_init(&sql, 0);
    switch (statement) {
    case BD_PG_GET:
    case BD_PG_GET_LOCKED:
        bd_sql_get(BD_POSTGRES, shape, &sql);
        bx_buf_text_add(&sql, statement == BD_PG_GET ? "" : " FOR UPDATE");
        break;
    case BD_PG_FIND_MANY: bd_sql_find_many(shape, true, &sql); break;
    case BD_PG_LOOK_MANY: bd_sql_find_many(shape, false, &sql); break;
    case BD_PG_INSERT_MANY: bd_sql_insert_many(shape, &sql); break;
    case BD_PG_UPDATE_MANY: bd_sql_update_many(shape, &sql); break;
    case BD_PG_STATEMENTS: bx_unreachable();
    }
    return bx_pg_prepare(postgres->pg, number, bx_buf_text(&sql), &postgres->args, fault);
}

int bd_pg_statement(struct bd_postgres *postgres, enum bd_pg_statement statement,
                    enum bd_table table, int64_t *ret_rows, struct bx_fault *fault)
{
    int err = ready(postgres, statement, table, fault);
    return err != 0 ? err
                    : bx_pg_run(postgres->pg, number_of(statement, table), &postgres->args,
                                ret_rows, fault);
}
