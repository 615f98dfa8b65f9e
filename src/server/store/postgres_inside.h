/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of the PostgreSQL store share: the store itself; rows to and from the connection
 * (postgres_rows.c); notes of what is still to be written (postgres_notes.c); what the transaction
 * has seen (postgres_overlay.c). The port is postgres.c.
 *
 * Functions return 0, a negative error with a fault, or what they say. */

#include "postgres/pg.h"
#include "server/store/schema.h"
#include "server/store/store.h"

enum { BD_PG_LATE_MAX = 64, BD_PG_SCANS_MAX = 96, BD_PG_MANY_ROWS = 1000, BD_PG_ROW_MAX = 4096 };

enum bd_pg_statement {
    BD_PG_GET,
    BD_PG_GET_LOCKED,
    BD_PG_FIND_MANY,
    BD_PG_LOOK_MANY, /* the same without locking them */
    BD_PG_INSERT_MANY,
    BD_PG_UPDATE_MANY,
    BD_PG_STATEMENTS
};
/* Numbers of prepared statements: one of those above for each table, and these. */
enum { BD_PG_RAISE = BD_PG_STATEMENTS * BD_TABLES, BD_PG_MOVE, BD_PG_FIRST_SCAN };
_Static_assert(BD_PG_FIRST_SCAN + 2 * BD_PG_SCANS_MAX <= BX_PG_STATEMENTS_MAX, "too many");

struct bd_pg_note {
    enum bd_table table;
    bool fresh;
    void *row;
    size_t nth; /* in the order they were put */
};

struct bd_pg_mark {
    size_t notes;
    bool saved; /* PostgreSQL has a savepoint there */
    bool meta_known;
    struct bd_meta_row meta; /* as the database had it then */
};

struct bd_postgres {
    struct bd_store store; /* first */
    struct bx_pg *pg;
    struct bx_pg_args args;
    bool read_only, open;
    int64_t begun, replan; /* transactions; at which of them plans are made anew */
    int lost;              /* the error that this transaction died of; 0: it lives */
    struct bd_store *overlay, *absent;
    struct bd_pg_note *notes;
    size_t note_count, note_room, written;
    struct bd_pg_mark marks[BD_MARKS_MAX];
    int mark_count;
    bool meta_known;
    struct bd_meta_row meta;                 /* as the database has it */
    struct bd_pool_row late[BD_PG_LATE_MAX]; /* as they were read */
    size_t late_count;
    int calm; /* so many transactions keep their pools: one was lost that did not */
    struct bd_scan scans[BD_PG_SCANS_MAX];
    int scan_count;
    unsigned lose_permille;
    uint64_t lose_state;
};

/* --- the transaction ---------------------------------------------------------------------------
 */
/* The transaction dies of ERR, if that is an error; returns ERR. */
int bd_pg_lose(struct bd_postgres *postgres, int err);

/* --- rows ----------------------------------------------------------------------------------------
 */
/* Begins the arguments of a statement: $1 is the venue. */
void bd_pg_clear(struct bd_postgres *postgres);
void bd_pg_add_column(struct bx_pg_args *args, const struct bd_column *column, const void *row);
void bd_pg_add_key(struct bd_postgres *postgres, const struct bd_shape *shape, const void *row);
/* COLUMNS leading columns of ROWS[0] to ROWS[count - 1], an array each. */
void bd_pg_add_arrays(struct bd_postgres *postgres, const struct bd_shape *shape, int columns,
                      const void *const *rows, size_t count);
/* Columns FROM and on stand in result row NTH from 0. Blobs are borrowed from the connection. */
int bx_must bd_pg_read_row(const struct bd_postgres *postgres, int64_t nth,
                           const struct bd_shape *shape, int from, void *row,
                           struct bx_fault *fault);
/* Runs it with the arguments at hand; *RET_ROWS as bx_pg_run. */
int bx_must bd_pg_statement(struct bd_postgres *postgres, enum bd_pg_statement statement,
                            enum bd_table table, int64_t *ret_rows, struct bx_fault *fault);

/* --- notes ---------------------------------------------------------------------------------------
 */
void bd_pg_note(struct bd_postgres *postgres, enum bd_table table, bool fresh, const void *row);
bool bd_pg_is_noted(const struct bd_postgres *postgres, enum bd_table table);
/* All but the first COUNT, written or not. */
void bd_pg_forget(struct bd_postgres *postgres, size_t count);
/* Writes them, with a savepoint at each mark among them. */
int bx_must bd_pg_flush(struct bd_postgres *postgres, struct bx_fault *fault);
/* VERB is SAVEPOINT, ROLLBACK TO or RELEASE. */
int bx_must bd_pg_savepoint(struct bd_postgres *postgres, const char *verb, int depth,
                            struct bx_fault *fault);

/* --- overlay -------------------------------------------------------------------------------------
 */
void bd_pg_overlay_open(struct bd_postgres *postgres);
/* Forgets all of the transaction. */
void bd_pg_overlay_close(struct bd_postgres *postgres);
/* Keeps what was read: the row, or that there is none. */
int bx_must bd_pg_overlay_keep(struct bd_postgres *postgres, enum bd_table table, const void *row,
                               bool found, struct bx_fault *fault);
/* Is it there, or known to be absent? 0 there, BD_NOT absent, 2 nothing is known. */
int bx_must bd_pg_look_aside(struct bd_postgres *postgres, enum bd_table table, void *row,
                             struct bx_fault *fault);

/* --- late pools ----------------------------------------------------------------------------------
 */
/* Reads COUNT unknown pools without locking them. False when they are to be kept instead. */
bool bx_must bd_pg_late_take(struct bd_postgres *postgres, const void *const *keys, size_t count,
                             int *ret_err, struct bx_fault *fault);
bool bd_pg_is_late(const struct bd_postgres *postgres, const struct bx_slug *pool);
/* Something was asked for that a late pool is not good for: the transaction is lost. */
int bx_must bd_pg_late_spoil(struct bd_postgres *postgres, struct bx_fault *fault);
bool bd_pg_late_moved(struct bd_postgres *postgres);
/* Writes what was moved: the last but the commit number. */
int bx_must bd_pg_late_write(struct bd_postgres *postgres, struct bx_fault *fault);
void bd_pg_late_end(struct bd_postgres *postgres);
