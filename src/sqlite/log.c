/* SPDX-License-Identifier: Apache-2.0 */
/* A sale touches a dozen pages, and SQLite writes each of them into the log in two pieces, its
 * header and its bytes: two dozen system calls, which took as long as a fifth of the sync behind
 * them. They follow one another in the file, so they are gathered here and handed on as one, before
 * anything that could tell the difference: a sync, a read, a question about the size, a write
 * elsewhere.
 *
 * Nothing is promised that was not before: until its sync returns, a COMMIT has not happened, and
 * what a power cut leaves of one large write is what it leaves of many small ones (any part of
 * them), which the log's checksums are made for. An error of the write is told by the call that
 * could not wait any longer; for a COMMIT that is its sync. */

#include "sqlite/log.h"

#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "boxtill/base/alloc.h"

/* SQLite's unix VFS masks the length of a write to 17 bits: what is left of a longer one can become
 * 0 bytes, and it then says that the disk is full. */
enum { ROOM = 64 << 10, NAME_SIZE = 40 };

struct bx_log_vfs {
    sqlite3_vfs vfs; /* first; pAppData stays the base's */
    sqlite3_vfs *base;
    char name[NAME_SIZE];
};

struct log_file {
    sqlite3_file file; /* first */
    sqlite3_file *real;
    char *pending;
    int len; /* of what is pending */
    sqlite3_int64 at;
};

static struct log_file *of(sqlite3_file *file)
{
    return (struct log_file *)(void *)file;
}

static int flush(struct log_file *log)
{
    int len = log->len;
    log->len = 0;
    return len ? log->real->pMethods->xWrite(log->real, log->pending, len, log->at) : SQLITE_OK;
}

static int log_close(sqlite3_file *file)
{
    struct log_file *log = of(file);
    int code = flush(log);
    int closed = log->real->pMethods->xClose(log->real);
    log->pending = bx_free(log->pending);
    return code ? code : closed;
}

static int log_read(sqlite3_file *file, void *out, int amount, sqlite3_int64 at)
{
    struct log_file *log = of(file);
    int code = flush(log);
    return code ? code : log->real->pMethods->xRead(log->real, out, amount, at);
}

static int log_write(sqlite3_file *file, const void *bytes, int amount, sqlite3_int64 at)
{
    struct log_file *log = of(file);
    if (log->len && (at != log->at + log->len || log->len + amount > ROOM)) {
        int code = flush(log);
        if (code)
            return code;
    }
    if (amount > ROOM)
        return log->real->pMethods->xWrite(log->real, bytes, amount, at);
    if (!log->len)
        log->at = at;
    memcpy(log->pending + log->len, bytes, (size_t)amount);
    log->len += amount;
    return SQLITE_OK;
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct log_file *log = of(file);
    int code = flush(log);
    return code ? code : log->real->pMethods->xTruncate(log->real, size);
}

static int log_sync(sqlite3_file *file, int flags)
{
    struct log_file *log = of(file);
    int code = flush(log);
    return code ? code : log->real->pMethods->xSync(log->real, flags);
}

static int log_size(sqlite3_file *file, sqlite3_int64 *ret)
{
    struct log_file *log = of(file);
    int code = flush(log);
    return code ? code : log->real->pMethods->xFileSize(log->real, ret);
}

static int log_lock(sqlite3_file *file, int level)
{
    return of(file)->real->pMethods->xLock(of(file)->real, level);
}

static int log_unlock(sqlite3_file *file, int level)
{
    return of(file)->real->pMethods->xUnlock(of(file)->real, level);
}

static int log_reserved(sqlite3_file *file, int *ret)
{
    return of(file)->real->pMethods->xCheckReservedLock(of(file)->real, ret);
}

static int log_control(sqlite3_file *file, int what, void *arg)
{
    struct log_file *log = of(file);
    int code = flush(log);
    return code ? code : log->real->pMethods->xFileControl(log->real, what, arg);
}

static int log_sector(sqlite3_file *file)
{
    return of(file)->real->pMethods->xSectorSize(of(file)->real);
}

static int log_device(sqlite3_file *file)
{
    return of(file)->real->pMethods->xDeviceCharacteristics(of(file)->real);
}

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *ret)
{
    static const sqlite3_io_methods methods = {
        .iVersion = 1, /* no shared memory, no mapping: a log has neither */
        .xClose = log_close,
        .xRead = log_read,
        .xWrite = log_write,
        .xTruncate = log_truncate,
        .xSync = log_sync,
        .xFileSize = log_size,
        .xLock = log_lock,
        .xUnlock = log_unlock,
        .xCheckReservedLock = log_reserved,
        .xFileControl = log_control,
        .xSectorSize = log_sector,
        .xDeviceCharacteristics = log_device,
    };
    sqlite3_vfs *base = ((struct bx_log_vfs *)(void *)vfs)->base;
    if (!(flags & SQLITE_OPEN_WAL))
        return base->xOpen(base, path, file, flags, ret);
    struct log_file *log = of(file);
    *log = (struct log_file){.real = (sqlite3_file *)(void *)(log + 1)};
    log->real->pMethods = NULL;
    int code = base->xOpen(base, path, log->real, flags, ret);
    if (!log->real->pMethods) /* else it is closed even after an error */
        return code;
    log->pending = bx_alloc(ROOM, 1);
    log->file.pMethods = &methods;
    return code;
}

struct bx_log_vfs *bx_log_vfs_create(const char *base)
{
    sqlite3_vfs *below = sqlite3_vfs_find(base);
    if (!below)
        return NULL;
    struct bx_log_vfs *log_vfs = bx_new(struct bx_log_vfs);
    log_vfs->base = below;
    log_vfs->vfs = *below;
    snprintf(log_vfs->name, sizeof(log_vfs->name), "boxtill-%p", (void *)log_vfs);
    log_vfs->vfs.zName = log_vfs->name;
    log_vfs->vfs.pNext = NULL;
    log_vfs->vfs.szOsFile = (int)sizeof(struct log_file) + below->szOsFile;
    log_vfs->vfs.xOpen = vfs_open;
    bx_assert(sqlite3_vfs_register(&log_vfs->vfs, 0) == SQLITE_OK);
    return log_vfs;
}

const char *bx_log_vfs_name(const struct bx_log_vfs *log_vfs)
{
    return log_vfs->name;
}

void *bx_log_vfs_destroy(struct bx_log_vfs *log_vfs)
{
    if (!log_vfs)
        return NULL;
    sqlite3_vfs_unregister(&log_vfs->vfs);
    return bx_free(log_vfs);
}
