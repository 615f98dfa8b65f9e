/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The tables as data: what every store implementation is made from, so that they cannot differ. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/store/store.h"

enum bd_kind {
    BD_INT,  /* int64_t */
    BD_TEXT, /* char[size], NUL-terminated */
    BD_ID,   /* 16 bytes */
    BD_HASH, /* 32 bytes */
    BD_BLOB  /* struct bd_blob */
};

struct bd_column {
    const char *name;
    enum bd_kind kind;
    uint16_t offset, size;
    uint8_t since; /* format of the first store that has it, from 1 */
};

enum { BD_INDEXES_MAX = 2, BD_ORDER_MAX = 8, BD_COLUMNS_MAX = 24, BD_FORMAT = 3 };

struct bd_index {
    const char *name;
    uint8_t count;
    uint8_t columns[3];
    uint8_t since;
};

struct bd_shape {
    const char *name;
    size_t size; /* of a row */
    const struct bd_column *columns;
    int column_count, key_count; /* the first key_count columns are the key */
    bool rowid;                  /* long rows: better kept apart from their key */
    const char *check;           /* SQL, NULL: none */
    uint8_t since;
    int index_count;
    const struct bd_index *indexes;
};

const struct bd_shape *bd_shape_of(enum bd_table table);
/* The columns that order INDEX (0: the key): its own, then those of the key. Returns how many. */
int bd_shape_order(const struct bd_shape *shape, int index, uint8_t ret[BD_ORDER_MAX]);
/* Compares the columns ORDER[from] to ORDER[to - 1] of two rows, as memcmp does. */
int bd_shape_compare(const struct bd_shape *shape, const uint8_t *order, int from, int to,
                     const void *a, const void *b);

static inline const struct bd_blob *bd_blob_at(const struct bd_column *column, const void *row)
{
    return (const struct bd_blob *)(const void *)((const char *)row + column->offset);
}
/* A copy in one piece of memory, its blobs behind it; bx_free() frees it. */
void *bd_row_copy(const struct bd_shape *shape, const void *row);

/* Raises the commit number in meta; nothing when there is no venue yet. */
int bx_must bd_store_raise(struct bd_store *store, struct bx_fault *fault);
