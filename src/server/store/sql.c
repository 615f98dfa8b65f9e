/* SPDX-License-Identifier: Apache-2.0 */
/* SQL from shapes, in the subset that PostgreSQL, Citus and YugabyteDB share: the venue first in
 * every key, INSERT … ON CONFLICT DO NOTHING, no sequences, no triggers, no now(). Names are
 * quoted, since some of ours are words of the language. Long rows stay out of their key's tree
 * (rowid tables), the others live in it. */

#include "server/store/sql.h"

static const char *type_of(enum bd_dialect dialect, enum bd_kind kind)
{
    switch (kind) {
    case BD_INT: return dialect == BD_SQLITE ? "INTEGER" : "BIGINT";
    case BD_TEXT: return dialect == BD_SQLITE ? "TEXT" : "TEXT COLLATE \"C\"";
    case BD_ID:
    case BD_HASH:
    case BD_BLOB: break;
    }
    return dialect == BD_SQLITE ? "BLOB" : "BYTEA";
}

static char sign_of(enum bd_dialect dialect)
{
    return dialect == BD_SQLITE ? '?' : '$';
}

static void names(const struct bd_shape *shape, const uint8_t *columns, int count,
                  const char *after, struct bx_buf *out)
{
    for (int i = 0; i < count; i++)
        bx_buf_format(out, "%s\"%s\"%s", i == 0 ? "" : ", ", shape->columns[columns[i]].name,
                      after);
}

static void create_table(enum bd_dialect dialect, const struct bd_shape *shape, struct bx_buf *out)
{
    uint8_t order[BD_ORDER_MAX];
    bx_buf_format(out, "CREATE TABLE \"%s\" (\"venue\" %s NOT NULL", shape->name,
                  type_of(dialect, BD_TEXT));
    for (int i = 0; i < shape->column_count; i++)
        if (shape->columns[i].since <= shape->since)
            bx_buf_format(out, ", \"%s\" %s NOT NULL", shape->columns[i].name,
                          type_of(dialect, shape->columns[i].kind));
    bx_buf_text_add(out, ", PRIMARY KEY (\"venue\", ");
    names(shape, order, bd_shape_order(shape, 0, order), "", out);
    bx_buf_text_add(out, ")");
    if (shape->check != NULL)
        bx_buf_format(out, ", CHECK (%s)", shape->check);
    if (dialect == BD_SQLITE)
        bx_buf_format(out, ") STRICT%s;\n", shape->rowid ? "" : ", WITHOUT ROWID");
    else
        bx_buf_text_add(out, ");\n");
}

/* Rows that are there already get what an empty row holds. */
static void add_column(enum bd_dialect dialect, const struct bd_shape *shape,
                       const struct bd_column *column, struct bx_buf *out)
{
    bool bytes = column->kind != BD_INT && column->kind != BD_TEXT;
    size_t zeros = column->kind == BD_ID || column->kind == BD_HASH ? column->size : 0;
    bx_buf_format(out, "ALTER TABLE \"%s\" ADD COLUMN \"%s\" %s NOT NULL DEFAULT ", shape->name,
                  column->name, type_of(dialect, column->kind));
    if (column->kind == BD_INT)
        bx_buf_text_add(out, "0");
    else
        bx_buf_text_add(out, !bytes ? "'" : dialect == BD_SQLITE ? "X'" : "'\\x");
    for (size_t i = 0; i < zeros; i++)
        bx_buf_text_add(out, "00");
    bx_buf_text_add(out, column->kind == BD_INT ? ";\n" : "';\n");
}

void bd_sql_create(enum bd_dialect dialect, const struct bd_shape *shape, int format,
                   struct bx_buf *out)
{
    uint8_t order[BD_ORDER_MAX];
    if (shape->since == format)
        create_table(dialect, shape, out);
    for (int i = 0; i < shape->column_count && shape->since < format; i++)
        if (shape->columns[i].since == format)
            add_column(dialect, shape, &shape->columns[i], out);
    for (int index = 1; index <= shape->index_count; index++) {
        if (shape->indexes[index - 1].since != format)
            continue;
        bx_buf_format(out, "CREATE INDEX \"%s_%s\" ON \"%s\" (\"venue\", ", shape->name,
                      shape->indexes[index - 1].name, shape->name);
        names(shape, order, bd_shape_order(shape, index, order), "", out);
        bx_buf_text_add(out, ");\n");
    }
}

void bd_sql_get(enum bd_dialect dialect, const struct bd_shape *shape, struct bx_buf *out)
{
    char sign = sign_of(dialect);
    bx_buf_text_add(out, "SELECT ");
    for (int i = shape->key_count; i < shape->column_count; i++)
        bx_buf_format(out, "%s\"%s\"", i == shape->key_count ? "" : ", ", shape->columns[i].name);
    bx_buf_format(out, " FROM \"%s\" WHERE \"venue\" = %c1", shape->name, sign);
    for (int i = 0; i < shape->key_count; i++)
        bx_buf_format(out, " AND \"%s\" = %c%d", shape->columns[i].name, sign, i + 2);
}

void bd_sql_insert(const struct bd_shape *shape, struct bx_buf *out)
{
    uint8_t order[BD_ORDER_MAX];
    bx_buf_format(out, "INSERT INTO \"%s\" (\"venue\"", shape->name);
    for (int i = 0; i < shape->column_count; i++)
        bx_buf_format(out, ", \"%s\"", shape->columns[i].name);
    bx_buf_text_add(out, ") VALUES (?1");
    for (int i = 0; i < shape->column_count; i++)
        bx_buf_format(out, ", ?%d", i + 2);
    bx_buf_text_add(out, ") ON CONFLICT (\"venue\", ");
    names(shape, order, bd_shape_order(shape, 0, order), "", out);
    bx_buf_text_add(out, ") DO NOTHING");
}

void bd_sql_update(const struct bd_shape *shape, struct bx_buf *out)
{
    bx_buf_format(out, "UPDATE \"%s\" SET ", shape->name);
    for (int i = shape->key_count; i < shape->column_count; i++)
        bx_buf_format(out, "%s\"%s\" = ?%d", i == shape->key_count ? "" : ", ",
                      shape->columns[i].name, i + 2);
    bx_buf_text_add(out, " WHERE \"venue\" = ?1");
    for (int i = 0; i < shape->key_count; i++)
        bx_buf_format(out, " AND \"%s\" = ?%d", shape->columns[i].name, i + 2);
}

int bd_sql_scan_bound(const struct bd_shape *shape, const struct bd_scan *scan)
{
    uint8_t order[BD_ORDER_MAX];
    int count = bd_shape_order(shape, scan->index, order);
    return scan->edge == BD_ALL ? scan->fixed : count;
}

void bd_sql_scan(enum bd_dialect dialect, const struct bd_shape *shape, const struct bd_scan *scan,
                 struct bx_buf *out)
{
    char sign = sign_of(dialect);
    uint8_t order[BD_ORDER_MAX];
    int count = bd_shape_order(shape, scan->index, order);
    bx_buf_text_add(out, "SELECT ");
    for (int i = 0; i < shape->column_count; i++)
        bx_buf_format(out, "%s\"%s\"", i == 0 ? "" : ", ", shape->columns[i].name);
    bx_buf_format(out, " FROM \"%s\"", shape->name);
    if (scan->index > 0 &&
        dialect == BD_SQLITE) /* SQLite would rather walk a key that begins with the venue too */
        bx_buf_format(out, " INDEXED BY \"%s_%s\"", shape->name,
                      shape->indexes[scan->index - 1].name);
    bx_buf_format(out, " WHERE \"venue\" = %c1", sign);
    for (int i = 0; i < scan->fixed; i++)
        bx_buf_format(out, " AND \"%s\" = %c%d", shape->columns[order[i]].name, sign, i + 2);
    if (scan->edge != BD_ALL) {
        bx_buf_text_add(out, " AND (");
        names(shape, &order[scan->fixed], count - scan->fixed, "", out);
        bx_buf_format(out, ") %s%s (", scan->down ? "<" : ">", scan->edge == BD_FROM ? "=" : "");
        for (int i = scan->fixed; i < count; i++)
            bx_buf_format(out, "%s%c%d", i == scan->fixed ? "" : ", ", sign, i + 2);
        bx_buf_text_add(out, ")");
    }
    bx_buf_text_add(out, " ORDER BY ");
    names(shape, order, count, scan->down ? " DESC" : "", out);
    if (dialect == BD_POSTGRES)
        bx_buf_format(out, " LIMIT $%d", bd_sql_scan_bound(shape, scan) + 2);
}

/* --- many rows at once ------------------------------------------------------------------------ */

static void arrays(const struct bd_shape *shape, int count, struct bx_buf *out)
{
    bx_buf_text_add(out, " FROM unnest(");
    for (int i = 0; i < count; i++) {
        enum bd_kind kind = shape->columns[i].kind;
        bx_buf_format(out, "%s$%d::%s[]", i == 0 ? "" : ", ", i + 2,
                      kind == BD_INT    ? "bigint"
                      : kind == BD_TEXT ? "text"
                                        : "bytea");
    }
    bx_buf_text_add(out, ") AS u(");
    for (int i = 0; i < count; i++)
        bx_buf_format(out, "%s\"%s\"", i == 0 ? "" : ", ", shape->columns[i].name);
    bx_buf_text_add(out, ")");
}

static void same_key(const struct bd_shape *shape, struct bx_buf *out)
{
    bx_buf_text_add(out, "t.\"venue\" = $1");
    for (int i = 0; i < shape->key_count; i++)
        bx_buf_format(out, " AND t.\"%s\" = u.\"%s\"", shape->columns[i].name,
                      shape->columns[i].name);
}

void bd_sql_insert_many(const struct bd_shape *shape, struct bx_buf *out)
{
    uint8_t order[BD_ORDER_MAX];
    bx_buf_format(out, "INSERT INTO \"%s\" (\"venue\"", shape->name);
    for (int i = 0; i < shape->column_count; i++)
        bx_buf_format(out, ", \"%s\"", shape->columns[i].name);
    bx_buf_text_add(out, ") SELECT $1, u.*");
    arrays(shape, shape->column_count, out);
    bx_buf_text_add(out, " ON CONFLICT (\"venue\", ");
    names(shape, order, bd_shape_order(shape, 0, order), "", out);
    bx_buf_text_add(out, ") DO NOTHING");
}

void bd_sql_update_many(const struct bd_shape *shape, struct bx_buf *out)
{
    bx_buf_format(out, "UPDATE \"%s\" AS t SET ", shape->name);
    for (int i = shape->key_count; i < shape->column_count; i++)
        bx_buf_format(out, "%s\"%s\" = u.\"%s\"", i == shape->key_count ? "" : ", ",
                      shape->columns[i].name, shape->columns[i].name);
    arrays(shape, shape->column_count, out);
    bx_buf_text_add(out, " WHERE ");
    same_key(shape, out);
}

/* A look into the table for each key, in their order, is said so plainly that no planner turns it
 * round and goes through the venue's rows for each. */
void bd_sql_find_many(const struct bd_shape *shape, bool locks, struct bx_buf *out)
{
    bx_buf_text_add(out, "SELECT ");
    for (int i = 0; i < shape->column_count; i++)
        bx_buf_format(out, "%st.\"%s\"", i == 0 ? "" : ", ", shape->columns[i].name);
    bx_buf_text_add(out, " FROM (SELECT *");
    arrays(shape, shape->key_count, out);
    bx_buf_text_add(out, " ORDER BY ");
    for (int i = 0; i < shape->key_count; i++)
        bx_buf_format(out, "%su.\"%s\"", i == 0 ? "" : ", ", shape->columns[i].name);
    bx_buf_format(out, ") AS u CROSS JOIN LATERAL (SELECT * FROM \"%s\" AS t WHERE ", shape->name);
    same_key(shape, out);
    bx_buf_text_add(out, locks ? " FOR UPDATE) AS t" : ") AS t");
}
