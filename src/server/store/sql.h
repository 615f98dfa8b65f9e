/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The SQL of a table, made from its shape. Parameter 1 is always the venue; the others follow in
 * the order each function names. Appends to OUT. SQLite numbers a parameter ?2, PostgreSQL $2. */

#include "boxtill/base/buf.h"
#include "server/store/schema.h"

enum bd_dialect { BD_SQLITE, BD_POSTGRES };

/* What FORMAT adds to the one before: CREATE TABLE, columns of a table that is there, indexes;
 * ended by semicolons. */
void bd_sql_create(enum bd_dialect dialect, const struct bd_shape *shape, int format,
                   struct bx_buf *out);
/* Selects the columns behind the key; parameters: the key. */
void bd_sql_get(enum bd_dialect dialect, const struct bd_shape *shape, struct bx_buf *out);
/* SQLite's. Parameters: every column. Inserts nothing when the key is taken. */
void bd_sql_insert(const struct bd_shape *shape, struct bx_buf *out);
/* SQLite's. Parameters: every column. */
void bd_sql_update(const struct bd_shape *shape, struct bx_buf *out);
/* Selects every column; parameters: the columns of the scan's order, fixed ones first, as far as it
 * needs them. */
void bd_sql_scan(enum bd_dialect dialect, const struct bd_shape *shape, const struct bd_scan *scan,
                 struct bx_buf *out);
/* How many columns of the order a scan binds. */
int bd_sql_scan_bound(const struct bd_shape *shape, const struct bd_scan *scan);

/* PostgreSQL's, for many rows at once. Parameters: each column (of find: of the key) as an array.
 */
void bd_sql_insert_many(const struct bd_shape *shape, struct bx_buf *out);
void bd_sql_update_many(const struct bd_shape *shape, struct bx_buf *out);
/* Selects every column, in the key's order, in which it LOCKS. */
void bd_sql_find_many(const struct bd_shape *shape, bool locks, struct bx_buf *out);
