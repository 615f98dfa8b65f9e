/* SPDX-License-Identifier: Apache-2.0 */
/* The file that knows SQLite (log.c knows how it writes). What it adds to the library is distrust:
 * defaults differ between builds and are per connection, so everything that durability rests on is
 * set here and read back (https://sqlite.org/pragma.html), and an error of COMMIT is never told as
 * "did not happen".
 *
 * locking_mode=EXCLUSIVE comes before journal_mode=WAL: only then the WAL index lives in the heap
 * and not in a shared memory file, which on a full disk kills the process with SIGBUS. */

#include "sqlite/db.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/buf.h"
#include "boxtill/base/text.h"
#include "sqlite/log.h"

enum { CACHE_MAX = 128, PATH_SIZE = 4096 };

struct bx_stmt {
    sqlite3_stmt *handle;
    struct bx_db *db;
    int bind_code;
};

struct bx_db {
    sqlite3 *handle;
    char *path, *vfs;
    struct bx_log_vfs *log;      /* NULL: the log is written as SQLite does */
    int64_t wal_total, wal_home; /* pages in the log; of these brought home */
    struct bx_stmt broken;       /* what could not be prepared, until its step tells */
    const char *broken_sql;
    size_t cached;
    struct {
        const char *sql;
        struct bx_stmt *stmt;
    } cache[CACHE_MAX];
};

/* --- faults ----------------------------------------------------------------------------------- */

static enum bx_err err_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL: return BX_ERR_FULL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT: return BX_ERR_BUSY;
    case SQLITE_CONSTRAINT: return BX_ERR_CLASH;
    case SQLITE_TOOBIG: return BX_ERR_INPUT;
    case SQLITE_ERROR: /* our statements are right: a table or column is not there */
    case SQLITE_SCHEMA:
    case SQLITE_FORMAT:
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT: return BX_ERR_CORRUPT;
    default: return BX_ERR_IO;
    }
}

static const char *sentence_of(enum bx_err err)
{
    if (err == BX_ERR_FULL)
        return "The disk is full. Free some space.";
    if (err == BX_ERR_BUSY)
        return "Another program holds the data file.";
    if (err == BX_ERR_CLASH)
        return "The data file refused it: it contradicts what is stored.";
    if (err == BX_ERR_INPUT)
        return "It is too large to be stored.";
    if (err == BX_ERR_CORRUPT)
        return "The data file is damaged, or not one of ours.";
    return "The disk reported an error.";
}

static int fault_of(struct bx_db *db, int code, const char *what, struct bx_fault *fault)
{
    bx_assert((code & 0xff) != SQLITE_MISUSE && (code & 0xff) != SQLITE_RANGE);
    bx_assert((code & 0xff) != SQLITE_NOMEM); /* as everywhere: the file makes it recoverable */
    enum bx_err err = err_of(code);
    int extended = db->handle ? sqlite3_extended_errcode(db->handle) : code;
    if ((extended & 0xff) != (code & 0xff))
        extended = code;
    return bx_fault_set(fault, err, sentence_of(err), "sqlite %d %s: %s (%.100s)", extended,
                        sqlite3_errstr(extended), db->handle ? sqlite3_errmsg(db->handle) : "",
                        what);
}

static int errno_fault(const char *what, const char *path, struct bx_fault *fault)
{
    int number = errno;
    enum bx_err err = number == ENOSPC || number == EDQUOT ? BX_ERR_FULL
                      : number == ENOENT                   ? BX_ERR_MISSING
                                                           : BX_ERR_IO;
    return bx_fault_set(fault, err,
                        err == BX_ERR_MISSING ? "The file is not there." : sentence_of(err),
                        "%s %s: %s", what, path, strerror(number));
}

/* --- opening ---------------------------------------------------------------------------------- */

static int on_wal(void *arg, sqlite3 *handle, const char *name, int pages)
{
    (void)handle;
    (void)name;
    struct bx_db *db = arg;
    if (pages < db->wal_total) /* the log began again */
        db->wal_home = 0;
    db->wal_total = pages;
    return SQLITE_OK;
}

/* Makes an empty file that only its owner may read. It is closed again before SQLite opens it:
 * closing any descriptor of a file drops all POSIX locks this process holds on it. */
static int file_make(const char *path, struct bx_fault *fault)
{
    struct stat st;
    if (stat(path, &st) == 0)
        return 0;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno_fault("create", path, fault);
    int err = fsync(fd) ? errno_fault("sync", path, fault) : 0;
    close(fd);
    return err ? err : bx_db_sync_folder(path, fault);
}

int bx_db_pragma(struct bx_db *db, const char *name, char *out, size_t size, struct bx_fault *fault)
{
    char sql[64];
    int len = snprintf(sql, sizeof(sql), "PRAGMA %s", name);
    bx_assert(len > 0 && (size_t)len < sizeof(sql));
    struct bx_stmt *stmt bx_cleanup(bx_stmt_destroy) = bx_db_prepare(db, sql, fault);
    if (!stmt)
        return fault ? (int)fault->err : BX_ERR_IO;
    int row = bx_stmt_step(stmt, fault);
    if (row < 0)
        return row;
    bx_text_copy(out, size, row ? bx_stmt_text(stmt, 0) : "");
    return 0;
}

/* Sets, then asks again in a statement of its own: some pragmas answer what was wished for. */
static int pragma_set(struct bx_db *db, const char *name, const char *value, const char *wanted,
                      struct bx_fault *fault)
{
    char sql[64], got[32];
    snprintf(sql, sizeof(sql), "%s=%s", name, value);
    int err = bx_db_pragma(db, sql, got, sizeof(got), fault);
    if (err == 0)
        err = bx_db_pragma(db, name, got, sizeof(got), fault);
    if (err)
        return err;
    if (strcmp(got, wanted) != 0)
        return bx_fault_set(fault, BX_ERR_IO, "The data file cannot be opened safely.",
                            "PRAGMA %s is \"%s\", wanted \"%s\"", name, got, wanted);
    return 0;
}

static int pragmas_set(struct bx_db *db, const struct bx_db_options *options,
                       struct bx_fault *fault)
{
    static const char *const sync_words[] = {"FULL", "NORMAL", "OFF"};
    static const char *const sync_values[] = {"2", "1", "0"};
    char cache[24], checkpoint[24];
    snprintf(cache, sizeof(cache), "-%" PRId64, options->cache_kib ? options->cache_kib : 2048);
    snprintf(checkpoint, sizeof(checkpoint), "%d", options->checkpoint_at);
    const struct {
        bool wanted;
        const char *name, *value, *read_back;
    } list[] = {
        /* First of all: some of the others read the schema, and with it the log. */
        {options->exclusive, "locking_mode", "EXCLUSIVE", "exclusive"},
        {true, "trusted_schema", "OFF", "0"},
        {true, "cell_size_check", "ON", "1"},
        {true, "mmap_size", "0", "0"},
        {true, "temp_store", "MEMORY", "2"},
        {true, "foreign_keys", "ON", "1"},
        {true, "cache_size", cache, cache},
        {options->read_only, "query_only", "ON", "1"},
        {!options->read_only, "journal_mode", "WAL", "wal"},
        {!options->read_only, "synchronous", sync_words[options->sync], sync_values[options->sync]},
        {!options->read_only, "wal_autocheckpoint", checkpoint, checkpoint},
    };
    for (size_t i = 0; i < bx_countof(list); i++) {
        if (!list[i].wanted)
            continue;
        int err = pragma_set(db, list[i].name, list[i].value, list[i].read_back, fault);
        if (err)
            return err;
    }
    return 0;
}

static int config_set(struct bx_db *db, struct bx_fault *fault)
{
    static const struct {
        int what, value;
    } list[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    };
    for (size_t i = 0; i < bx_countof(list); i++) {
        int now = -1;
        int code = sqlite3_db_config(db->handle, list[i].what, list[i].value, &now);
        if (code)
            return fault_of(db, code, "db_config", fault);
        if (now != list[i].value)
            return bx_fault_set(fault, BX_ERR_IO, "The data file cannot be opened safely.",
                                "db_config %d is %d", list[i].what, now);
    }
    return 0;
}

/* Counting its memory costs SQLite a lock at every allocation, and nobody asks for the sum. Only
 * before the library is first used; later it is refused, which does no harm. */
static void library_setup(void)
{
    static bool done;
    if (!done)
        (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    done = true;
}

struct bx_db *bx_db_open(const struct bx_db_options *options, struct bx_fault *fault)
{
    library_setup();
    if (options->create && !options->read_only && file_make(options->path, fault))
        return NULL;
    struct stat st;
    if (stat(options->path, &st)) {
        errno_fault("open", options->path, fault);
        return NULL;
    }
    struct bx_db *db bx_cleanup(bx_db_destroy) = bx_new(struct bx_db);
    db->path = bx_strdup(options->path);
    db->vfs = bx_strdup(options->vfs);
    int flags = (options->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (options->exclusive && !options->read_only && options->sync == BX_DB_SYNC_FULL)
        db->log = bx_log_vfs_create(options->vfs);
    int code = sqlite3_open_v2(options->path, &db->handle, flags,
                               db->log ? bx_log_vfs_name(db->log) : options->vfs);
    if (code) {
        fault_of(db, code, options->path, fault);
        return NULL;
    }
    sqlite3_busy_timeout(db->handle, options->busy_ms);
    if (config_set(db, fault) || pragmas_set(db, options, fault))
        return NULL;
    /* wal_autocheckpoint is built on the same hook, so ours only counts where there is none. */
    if (!options->read_only && options->checkpoint_at == 0)
        sqlite3_wal_hook(db->handle, on_wal, db);
    return bx_steal(&db);
}

void *bx_db_destroy(struct bx_db *db)
{
    if (!db)
        return NULL;
    if (db->handle)
        bx_db_rollback(db); /* by a cached statement */
    for (size_t i = 0; i < db->cached; i++)
        bx_stmt_destroy(db->cache[i].stmt);
    if (db->handle) {
        int code = sqlite3_close(db->handle);
        bx_assert(code != SQLITE_BUSY); /* a statement of the caller's is still alive */
    }
    bx_log_vfs_destroy(db->log);
    bx_free(db->path);
    bx_free(db->vfs);
    return bx_free(db);
}

void *bx_db_abandon(struct bx_db *db)
{
    if (db && db->handle)
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
    return bx_db_destroy(db);
}

/* --- transactions ----------------------------------------------------------------------------- */

static int cached_run(struct bx_db *db, const char *sql, struct bx_fault *fault)
{
    return bx_stmt_run(bx_db_stmt(db, sql), fault);
}

int bx_db_begin(struct bx_db *db, struct bx_fault *fault)
{
    return cached_run(db, "BEGIN IMMEDIATE", fault);
}

int bx_db_commit(struct bx_db *db, struct bx_fault *fault)
{
    return cached_run(db, "COMMIT", fault);
}

void bx_db_rollback(struct bx_db *db)
{
    /* Fails only when SQLite has rolled back by itself already. */
    if (bx_db_is_open(db) && cached_run(db, "ROLLBACK", NULL))
        return;
}

bool bx_db_is_open(const struct bx_db *db)
{
    return sqlite3_get_autocommit(db->handle) == 0;
}

int bx_db_save(struct bx_db *db, struct bx_fault *fault)
{
    return cached_run(db, "SAVEPOINT inner", fault);
}

int bx_db_keep(struct bx_db *db, struct bx_fault *fault)
{
    return cached_run(db, "RELEASE inner", fault);
}

int bx_db_undo(struct bx_db *db, struct bx_fault *fault)
{
    int err = cached_run(db, "ROLLBACK TO inner", fault);
    return err ? err : cached_run(db, "RELEASE inner", fault);
}

/* --- statements ------------------------------------------------------------------------------- */

static struct bx_stmt *prepare(struct bx_db *db, const char *sql, const char **ret_tail,
                               struct bx_fault *fault)
{
    sqlite3_stmt *handle = NULL;
    int code =
        sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, ret_tail);
    if (code) {
        fault_of(db, code, sql, fault);
        return NULL;
    }
    struct bx_stmt *stmt = bx_new(struct bx_stmt);
    stmt->handle = handle; /* NULL for blanks and comments only */
    stmt->db = db;
    return stmt;
}

struct bx_stmt *bx_db_prepare(struct bx_db *db, const char *sql, struct bx_fault *fault)
{
    struct bx_stmt *stmt = prepare(db, sql, NULL, fault);
    bx_assert(!stmt || stmt->handle);
    return stmt;
}

void *bx_stmt_destroy(struct bx_stmt *stmt)
{
    if (!stmt)
        return NULL;
    sqlite3_finalize(stmt->handle);
    return bx_free(stmt);
}

struct bx_stmt *bx_db_stmt(struct bx_db *db, const char *sql)
{
    for (size_t i = 0; i < db->cached; i++) {
        if (db->cache[i].sql == sql) {
            bx_assert(!sqlite3_stmt_busy(db->cache[i].stmt->handle));
            return db->cache[i].stmt;
        }
    }
    bx_assert(db->cached < CACHE_MAX);
    struct bx_stmt *stmt = bx_db_prepare(db, sql, NULL);
    if (!stmt) {
        db->broken = (struct bx_stmt){.db = db, .bind_code = sqlite3_extended_errcode(db->handle)};
        db->broken_sql = sql;
        return &db->broken;
    }
    db->cache[db->cached].sql = sql;
    db->cache[db->cached++].stmt = stmt;
    return stmt;
}

static void bound(struct bx_stmt *stmt, int code)
{
    bx_assert(code != SQLITE_RANGE && code != SQLITE_MISUSE);
    if (code)
        stmt->bind_code = code;
}

void bx_stmt_bind_int(struct bx_stmt *stmt, int at, int64_t value)
{
    if (stmt->handle)
        bound(stmt, sqlite3_bind_int64(stmt->handle, at, value));
}

void bx_stmt_bind_text(struct bx_stmt *stmt, int at, const char *text)
{
    if (stmt->handle)
        bound(stmt, sqlite3_bind_text(stmt->handle, at, text, -1, SQLITE_STATIC));
}

void bx_stmt_bind_text_n(struct bx_stmt *stmt, int at, const char *text, size_t len)
{
    if (stmt->handle)
        bound(stmt, sqlite3_bind_text64(stmt->handle, at, text, len, SQLITE_STATIC, SQLITE_UTF8));
}

void bx_stmt_bind_bytes(struct bx_stmt *stmt, int at, const void *bytes, size_t len)
{
    if (stmt->handle)
        bound(stmt, sqlite3_bind_blob64(stmt->handle, at, bytes, len, SQLITE_STATIC));
}

int bx_stmt_step(struct bx_stmt *stmt, struct bx_fault *fault)
{
    int code = stmt->bind_code ? stmt->bind_code : sqlite3_step(stmt->handle);
    if (code == SQLITE_ROW)
        return 1;
    const char *sql = stmt->handle ? sqlite3_sql(stmt->handle) : stmt->db->broken_sql;
    int err = code == SQLITE_DONE ? 0 : fault_of(stmt->db, code, sql, fault);
    bx_stmt_reset(stmt);
    return err;
}

int bx_stmt_run(struct bx_stmt *stmt, struct bx_fault *fault)
{
    int row;
    do
        row = bx_stmt_step(stmt, fault);
    while (row > 0);
    return row;
}

void bx_stmt_reset(struct bx_stmt *stmt)
{
    if (!stmt->handle)
        return;
    stmt->bind_code = 0;
    sqlite3_reset(stmt->handle); /* repeats the error of the last step, which was told then */
    sqlite3_clear_bindings(stmt->handle);
}

int bx_stmt_each(struct bx_stmt *stmt, bx_stmt_take take, void *arg, struct bx_fault *fault)
{
    int row, result = 0;
    while (result == 0 && (row = bx_stmt_step(stmt, fault)) != 0)
        result = row < 0 ? row : take(arg, stmt, fault);
    bx_stmt_reset(stmt);
    return result;
}

int64_t bx_stmt_int(struct bx_stmt *stmt, int column)
{
    return sqlite3_column_int64(stmt->handle, column);
}

const char *bx_stmt_text(struct bx_stmt *stmt, int column)
{
    const unsigned char *text = sqlite3_column_text(stmt->handle, column);
    return text ? (const char *)text : "";
}

const void *bx_stmt_bytes(struct bx_stmt *stmt, int column, size_t *ret_len)
{
    const void *bytes = sqlite3_column_blob(stmt->handle, column);
    *ret_len = (size_t)sqlite3_column_bytes(stmt->handle, column);
    return bytes ? bytes : "";
}

bool bx_stmt_copy(struct bx_stmt *stmt, int column, void *out, size_t size)
{
    size_t len;
    const void *bytes = bx_stmt_bytes(stmt, column, &len);
    if (len != size) {
        memset(out, 0, size);
        return false;
    }
    memcpy(out, bytes, size);
    return true;
}

bool bx_stmt_is_null(struct bx_stmt *stmt, int column)
{
    return sqlite3_column_type(stmt->handle, column) == SQLITE_NULL;
}

int bx_db_run(struct bx_db *db, const char *sql, struct bx_fault *fault)
{
    struct bx_stmt *stmt bx_cleanup(bx_stmt_destroy) = bx_db_prepare(db, sql, fault);
    return stmt ? bx_stmt_run(stmt, fault) : fault ? (int)fault->err : BX_ERR_IO;
}

int bx_db_script(struct bx_db *db, const char *sql, struct bx_fault *fault)
{
    while (*sql) {
        const char *tail;
        struct bx_stmt *stmt bx_cleanup(bx_stmt_destroy) = prepare(db, sql, &tail, fault);
        if (!stmt)
            return fault ? (int)fault->err : BX_ERR_IO;
        int err = stmt->handle ? bx_stmt_run(stmt, fault) : 0;
        if (err)
            return err;
        sql = tail;
    }
    return 0;
}

int bx_db_int(struct bx_db *db, const char *sql, int64_t *ret, struct bx_fault *fault)
{
    struct bx_stmt *stmt = bx_db_stmt(db, sql);
    int row = bx_stmt_step(stmt, fault);
    if (row < 0)
        return row;
    *ret = row ? bx_stmt_int(stmt, 0) : 0;
    if (row)
        bx_stmt_reset(stmt);
    return 0;
}

int64_t bx_db_changes(const struct bx_db *db)
{
    return sqlite3_changes64(db->handle);
}

/* --- the file --------------------------------------------------------------------------------- */

static int migrate_step(struct bx_db *db, const char *sql, size_t version, struct bx_fault *fault)
{
    char set[48];
    snprintf(set, sizeof(set), "PRAGMA user_version=%zu", version);
    int err = bx_db_begin(db, fault);
    if (err == 0)
        err = bx_db_script(db, sql, fault);
    if (err == 0)
        err = bx_db_run(db, set, fault);
    if (err == 0)
        err = bx_db_commit(db, fault);
    if (err)
        bx_db_rollback(db);
    return err;
}

int bx_db_migrate(struct bx_db *db, const char *name, const char *const steps[], size_t count,
                  struct bx_fault *fault)
{
    char text[24];
    int64_t version;
    int err = bx_db_pragma(db, "user_version", text, sizeof(text), fault);
    if (err)
        return err;
    if (bx_text_number(text, strlen(text), INT32_MAX, &version))
        return bx_fault_set(fault, BX_ERR_CORRUPT, sentence_of(BX_ERR_CORRUPT), "user_version %s",
                            text);
    if (version > (int64_t)count)
        return bx_fault_say(fault, BX_ERR_REFUSED,
                            "This %s was written by a newer Boxtill (format %" PRId64
                            ", this one knows %zu). Install the newer one.",
                            name, version, count);
    for (size_t i = (size_t)version; i < count && err == 0; i++)
        err = migrate_step(db, steps[i], i + 1, fault);
    return err;
}

bool bx_db_is_defensive(struct bx_db *db)
{
    int now = 0;
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, -1, &now);
    return now == 1;
}

int bx_db_check(struct bx_db *db, const char *table, struct bx_fault *fault)
{
    char name[64] = "quick_check(1)", said[160];
    if (table)
        snprintf(name, sizeof(name), "quick_check(%s)", table);
    int err = bx_db_pragma(db, name, said, sizeof(said), fault);
    if (err)
        return err;
    if (strcmp(said, "ok") != 0)
        return bx_fault_set(fault, BX_ERR_CORRUPT, sentence_of(BX_ERR_CORRUPT), "%s: %s", name,
                            said);
    return 0;
}

int64_t bx_db_wal_pages(const struct bx_db *db)
{
    return db->wal_total - db->wal_home;
}

int bx_db_checkpoint(struct bx_db *db, bool truncate, struct bx_fault *fault)
{
    int pages = 0, home = 0;
    int mode = truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    int code = sqlite3_wal_checkpoint_v2(db->handle, "main", mode, &pages, &home);
    if (code)
        return fault_of(db, code, "checkpoint", fault);
    db->wal_total = pages > 0 ? pages : 0;
    db->wal_home = home > 0 ? home : 0;
    return 0;
}

static int file_sync(const char *path, struct bx_fault *fault)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return errno_fault("open", path, fault);
    int err = fsync(fd) ? errno_fault("sync", path, fault) : 0;
    close(fd);
    return err;
}

static int backup_pages(struct bx_db *db, sqlite3 *to, struct bx_fault *fault)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", db->handle, "main");
    if (!backup)
        return bx_fault_set(fault, BX_ERR_IO, sentence_of(BX_ERR_IO), "backup: %s",
                            sqlite3_errmsg(to));
    int code = sqlite3_backup_step(backup, -1);
    int finish = sqlite3_backup_finish(backup);
    if (code == SQLITE_DONE && finish == SQLITE_OK)
        return 0;
    code = finish ? finish : code;
    return bx_fault_set(fault, err_of(code), sentence_of(err_of(code)), "backup: sqlite %d %s",
                        code, sqlite3_errstr(code));
}

int bx_db_backup(struct bx_db *db, const char *path, struct bx_fault *fault)
{
    if (unlink(path) && errno != ENOENT)
        return errno_fault("unlink", path, fault);
    int err = file_make(path, fault);
    if (err)
        return err;
    sqlite3 *to = NULL;
    int code = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, db->vfs);
    err = code ? bx_fault_set(fault, err_of(code), sentence_of(err_of(code)), "open %s: sqlite %d",
                              path, code)
               : backup_pages(db, to, fault);
    sqlite3_close(to);
    /* By a descriptor of our own: the copy belongs to nobody yet. */
    if (err == 0)
        err = file_sync(path, fault);
    if (err == 0)
        err = bx_db_sync_folder(path, fault);
    if (err)
        unlink(path);
    return err;
}

int bx_db_sync_folder(const char *path, struct bx_fault *fault)
{
    char folder[PATH_SIZE];
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    bx_assert(len < sizeof(folder));
    memcpy(folder, slash ? path : ".", slash ? len : 1);
    folder[slash ? len : 1] = '\0';
    if (slash == path)
        BX_TEXT_COPY(folder, "/");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno_fault("open", folder, fault);
    int err = fsync(fd) ? errno_fault("sync", folder, fault) : 0;
    close(fd);
    return err;
}
