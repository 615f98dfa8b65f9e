/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The door to SQLite. A connection belongs to one thread at a time. Every write waits for the disk
 * (WAL, synchronous FULL) unless the options say otherwise, and what was asked for by pragma is
 * read back: a database that does not do as told is not opened.
 *
 * Errors: FULL no room · IO the disk or a read-only file · CORRUPT not a database, damaged, or a
 * table is missing · BUSY held by somebody else · CLASH a constraint or a trigger said no · INPUT
 * too large · MISSING no such file. The detail names SQLite's own code. Misuse asserts. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/fault.h"

struct bx_db;
struct bx_stmt;

enum bx_db_sync { BX_DB_SYNC_FULL, BX_DB_SYNC_NORMAL, BX_DB_SYNC_OFF };

struct bx_db_options {
    const char *path;
    const char *vfs;   /* NULL: the system's */
    bool create;       /* make it (mode 0600, folder synced) when it is not there */
    bool read_only;    /* changes nothing, not even the journal mode */
    bool exclusive;    /* nobody else, for as long as it is open; no shared memory file */
    int busy_ms;       /* how long to wait for a lock; 0: not at all */
    int64_t cache_kib; /* 0: 2048 */
    int checkpoint_at; /* pages after which a commit checkpoints by itself; 0: never */
    enum bx_db_sync sync;
};

struct bx_db *bx_db_open(const struct bx_db_options *options, struct bx_fault *fault);
/* Rolls back what is open, finishes every cached statement and closes. NULL allowed. */
void *bx_db_destroy(struct bx_db *db);
BX_CLEANUP_DEFINE(struct bx_db, bx_db_destroy)
/* As above, but leaves file and write-ahead log exactly as they are. */
void *bx_db_abandon(struct bx_db *db);

/* --- transactions ----------------------------------------------------------------------------- */
int bx_must bx_db_begin(struct bx_db *db, struct bx_fault *fault); /* immediate: takes the lock */
/* An error here means: unknown. It may be on disk, or come back after a restart. */
int bx_must bx_db_commit(struct bx_db *db, struct bx_fault *fault);
/* Nothing when none is open. */
void bx_db_rollback(struct bx_db *db);
bool bx_db_is_open(const struct bx_db *db); /* a transaction */
/* One inside another: save, then keep or undo. They nest. */
int bx_must bx_db_save(struct bx_db *db, struct bx_fault *fault);
int bx_must bx_db_keep(struct bx_db *db, struct bx_fault *fault);
int bx_must bx_db_undo(struct bx_db *db, struct bx_fault *fault);

/* --- statements ------------------------------------------------------------------------------- */
/* A statement of the caller's own; SQL is one statement. */
struct bx_stmt *bx_db_prepare(struct bx_db *db, const char *sql, struct bx_fault *fault);
void *bx_stmt_destroy(struct bx_stmt *stmt);
BX_CLEANUP_DEFINE(struct bx_stmt, bx_stmt_destroy)
/* The connection's own statement for SQL, prepared at the first call: SQL must be a literal (it is
 * known by its address). Never NULL: what went wrong shows at its first step, so that a call reads
 * stmt, bind, run. Asserts when it is being stepped through already. Do not destroy it. */
struct bx_stmt *bx_db_stmt(struct bx_db *db, const char *sql);

/* Parameters from 1. Text and bytes are borrowed until the statement was run or reset; a bind that
 * fails shows at the next step. NULL text or bytes bind NULL; bytes of length 0 bind ''. */
void bx_stmt_bind_int(struct bx_stmt *stmt, int at, int64_t value);
void bx_stmt_bind_text(struct bx_stmt *stmt, int at, const char *text);
void bx_stmt_bind_text_n(struct bx_stmt *stmt, int at, const char *text, size_t len);
void bx_stmt_bind_bytes(struct bx_stmt *stmt, int at, const void *bytes, size_t len);

/* 1: a row stands ready. 0: no more; then, and after an error, the statement is reset and unbound.
 */
int bx_must bx_stmt_step(struct bx_stmt *stmt, struct bx_fault *fault);
/* Steps to the end, ignoring rows. 0 or an error. */
int bx_must bx_stmt_run(struct bx_stmt *stmt, struct bx_fault *fault);
/* Leaves a walk early. */
void bx_stmt_reset(struct bx_stmt *stmt);
/* Takes each row, then resets. Nonzero from TAKE ends the walk and is returned. */
typedef int (*bx_stmt_take)(void *arg, struct bx_stmt *stmt, struct bx_fault *fault);
int bx_must bx_stmt_each(struct bx_stmt *stmt, bx_stmt_take take, void *arg,
                         struct bx_fault *fault);

/* Columns from 0 of the row that stands ready; borrowed until the next step or reset. Text is never
 * NULL. */
int64_t bx_stmt_int(struct bx_stmt *stmt, int column);
const char *bx_stmt_text(struct bx_stmt *stmt, int column);
const void *bx_stmt_bytes(struct bx_stmt *stmt, int column, size_t *ret_len);
/* Copies a value of exactly SIZE bytes; false (and zeros) when it is another size. */
bool bx_must bx_stmt_copy(struct bx_stmt *stmt, int column, void *out, size_t size);
bool bx_stmt_is_null(struct bx_stmt *stmt, int column);

/* One statement without parameters, its rows ignored. */
int bx_must bx_db_run(struct bx_db *db, const char *sql, struct bx_fault *fault);
/* Several, separated by semicolons: schemas. */
int bx_must bx_db_script(struct bx_db *db, const char *sql, struct bx_fault *fault);
/* First column of the first row of a literal; *ret is 0 when there is no row. */
int bx_must bx_db_int(struct bx_db *db, const char *sql, int64_t *ret, struct bx_fault *fault);
/* Rows the last INSERT, UPDATE or DELETE touched. */
int64_t bx_db_changes(const struct bx_db *db);

/* --- the file --------------------------------------------------------------------------------- */
/* Brings the schema from its user_version to COUNT: step i makes version i + 1, each in its own
 * transaction. A version above COUNT is BX_ERR_REFUSED: a newer program wrote it. NAME is what the
 * sentence calls the file ("journal"). */
int bx_must bx_db_migrate(struct bx_db *db, const char *name, const char *const steps[],
                          size_t count, struct bx_fault *fault);
/* What PRAGMA NAME answers, as text into out[size]; NAME is one of ours: synchronous, … */
int bx_must bx_db_pragma(struct bx_db *db, const char *name, char *out, size_t size,
                         struct bx_fault *fault);
bool bx_db_is_defensive(struct bx_db *db);
/* quick_check of one table, or of everything (NULL): 0, or BX_ERR_CORRUPT with the first finding.
 */
int bx_must bx_db_check(struct bx_db *db, const char *table, struct bx_fault *fault);
/* Pages in the write-ahead log that no checkpoint has brought home since this connection opened. */
int64_t bx_db_wal_pages(const struct bx_db *db);
/* Brings home what can be (TRUNCATE: all, and empties the log). */
int bx_must bx_db_checkpoint(struct bx_db *db, bool truncate, struct bx_fault *fault);
/* Copies the whole database, as it is now, to a new file at PATH (what was there goes), and syncs
 * file and folder. */
int bx_must bx_db_backup(struct bx_db *db, const char *path, struct bx_fault *fault);
/* Makes names in the folder of the file PATH durable. */
int bx_must bx_db_sync_folder(const char *path, struct bx_fault *fault);
