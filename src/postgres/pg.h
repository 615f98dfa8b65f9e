/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The door to PostgreSQL (libpq, PostgreSQL 15 manual, chapter 34). A connection belongs to one
 * thread and is made anew, with its statements, by whoever begins after it broke. Values go both
 * ways in binary: bigint, text and bytea, and arrays of them.
 *
 * Errors: BUSY the transaction is lost through no fault of its own (serialization failure,
 * deadlock, a lock or a statement that took too long, the connection broke): run the whole of it
 * again · OFFLINE nobody answers · REFUSED the server does not let us in, or is set up so that a
 * commit could be lost · CLASH a constraint said no · CORRUPT a table is missing · IO anything
 * else. The detail names the SQLSTATE. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/buf.h"
#include "boxtill/base/fault.h"

enum { BX_PG_ARGS_MAX = 32, BX_PG_STATEMENTS_MAX = 512 };
enum bx_pg_type { BX_PG_INT, BX_PG_TEXT, BX_PG_BYTES };

/* The values of a statement's parameters $1, $2 … in order. Kept and used again: clear first. */
struct bx_pg_args {
    struct bx_buf bytes;
    size_t ends[BX_PG_ARGS_MAX];
    uint32_t types[BX_PG_ARGS_MAX]; /* OIDs */
    int count;
    size_t array; /* where the array under way has its length; 0: none is */
};
void bx_pg_args_clear(struct bx_pg_args *args);
void bx_pg_args_finish(struct bx_pg_args *args);
void bx_pg_add_int(struct bx_pg_args *args, int64_t value);
void bx_pg_add_text(struct bx_pg_args *args, const char *value);
void bx_pg_add_bytes(struct bx_pg_args *args, const void *bytes, size_t len);
/* Opens the next parameter as an array of COUNT values; so many of the calls above fill it. */
void bx_pg_add_array(struct bx_pg_args *args, enum bx_pg_type type, size_t count);

struct bx_pg;
/* URL as libpq takes it (postgresql://…). Connects at once. Refused unless the server keeps what it
 * confirms (fsync and synchronous_commit) and speaks UTF-8. */
struct bx_pg *bx_pg_open(const char *url, struct bx_fault *fault);
void *bx_pg_destroy(struct bx_pg *pg);
BX_CLEANUP_DEFINE(struct bx_pg, bx_pg_destroy)
/* The URL without its password, for messages. */
const char *bx_pg_name(const struct bx_pg *pg);

/* --- transactions ----------------------------------------------------------------------------- */
/* Connects again when the connection has broken. HOW is the literal statement ("BEGIN"). */
int bx_must bx_pg_begin(struct bx_pg *pg, const char *how, struct bx_fault *fault);
/* DONE it is on disk; REFUSED nothing happened; UNKNOWN it may have. */
enum bx_outcome bx_pg_commit(struct bx_pg *pg, struct bx_fault *fault);
/* Nothing when none is open; never fails: a connection that cannot is given up. */
void bx_pg_rollback(struct bx_pg *pg);

/* --- statements ------------------------------------------------------------------------------- */
/* Without parameters and without rows; several may stand in SQL, by semicolons. */
int bx_must bx_pg_script(struct bx_pg *pg, const char *sql, struct bx_fault *fault);
/* Is statement NUMBER (the caller's own numbering, from 0) prepared on this connection? */
bool bx_pg_has(const struct bx_pg *pg, int number);
int bx_must bx_pg_prepare(struct bx_pg *pg, int number, const char *sql,
                          const struct bx_pg_args *args, struct bx_fault *fault);
/* Runs it; *RET_ROWS is how many rows came back, or were changed. The rows can be read until the
 * next call. */
int bx_must bx_pg_run(struct bx_pg *pg, int number, const struct bx_pg_args *args,
                      int64_t *ret_rows, struct bx_fault *fault);
int64_t bx_pg_int(const struct bx_pg *pg, int64_t row, int column);
/* Borrowed; text is NUL-terminated. */
const void *bx_pg_bytes(const struct bx_pg *pg, int64_t row, int column, size_t *ret_len);
