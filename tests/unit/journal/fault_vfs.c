/* SPDX-License-Identifier: Apache-2.0 */
/* Files are known by their inode, since a rename is part of what is tested. For each there is the
 * content that is safe, and the list of what was done to it since: a sync moves the list into the
 * content, a failed sync throws the list away, a crash plays some of it. */

#include "fault_vfs.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "boxtill/base/alloc.h"

enum { FILES_MAX = 64, SECTOR = 512, PAGE = 4096 };

struct change {
    struct change *next;
    int64_t at;
    int len; /* -1: truncated to AT */
    unsigned char bytes[];
};

struct disk_file {
    ino_t inode;
    unsigned char *safe;
    int64_t size, room;
    struct change *first, **last;
};

struct handle {
    sqlite3_file base;
    struct disk_file *disk;
    sqlite3_file *real; /* lies behind */
};

static struct {
    sqlite3_vfs *real;
    struct disk_file files[FILES_MAX];
    int count;
    enum fault_kind kind;
    int64_t at, done;
    bool all, struck;
} disk;

/* --- safe content ----------------------------------------------------------------------------- */

static void size_set(struct disk_file *file, int64_t size)
{
    if (size > file->room) {
        file->room = size * 2;
        file->safe = bx_realloc(file->safe, (size_t)file->room, 1);
    }
    if (size > file->size)
        memset(file->safe + file->size, 0, (size_t)(size - file->size));
    file->size = size;
}

static void bytes_set(struct disk_file *file, int64_t at, const unsigned char *bytes, int len)
{
    if (at + len > file->size)
        size_set(file, at + len);
    memcpy(file->safe + at, bytes, (size_t)len);
}

static void change_play(struct disk_file *file, const struct change *change)
{
    if (change->len < 0)
        size_set(file, change->at);
    else
        bytes_set(file, change->at, change->bytes, change->len);
}

static void changes_drop(struct disk_file *file)
{
    while (file->first) {
        struct change *next = file->first->next;
        bx_free(file->first);
        file->first = next;
    }
    file->last = &file->first;
}

static void change_add(struct disk_file *file, int64_t at, const void *bytes, int len)
{
    size_t size = len > 0 ? (size_t)len : 0;
    struct change *change = bx_alloc(1, sizeof(*change) + size);
    change->at = at;
    change->len = len;
    if (size)
        memcpy(change->bytes, bytes, size);
    *file->last = change;
    file->last = &change->next;
}

/* A large write reaches the disk page by page, each for itself. */
static void write_add(struct disk_file *file, int64_t at, const char *bytes, int len)
{
    for (int done = 0; done < len;) {
        int piece = PAGE - (int)((at + done) % PAGE);
        if (piece > len - done)
            piece = len - done;
        change_add(file, at + done, bytes + done, piece);
        done += piece;
    }
}

static void file_forget(struct disk_file *file)
{
    changes_drop(file);
    file->safe = bx_free(file->safe);
}

static struct disk_file *file_of(const char *path)
{
    struct stat st;
    if (!path || stat(path, &st))
        return NULL;
    struct disk_file *file = NULL;
    for (int i = 0; i < disk.count; i++)
        if (disk.files[i].inode == st.st_ino)
            file = &disk.files[i];
    if (file && st.st_size > 0)
        return file;
    /* An empty file of a known inode is a new one that got the number of one that was removed. */
    bx_assert(file || disk.count < FILES_MAX);
    if (!file)
        file = &disk.files[disk.count++];
    else
        file_forget(file);
    *file = (struct disk_file){.inode = st.st_ino};
    file->last = &file->first;
    size_set(file, st.st_size);
    int fd = open(path, O_RDONLY);
    bx_assert(fd >= 0 && read(fd, file->safe, (size_t)st.st_size) == st.st_size);
    close(fd);
    return file;
}

/* --- the plan --------------------------------------------------------------------------------- */

static bool strikes(bool sync)
{
    disk.done++;
    if (disk.kind == FAULT_NONE || disk.done < disk.at)
        return false;
    if (disk.kind == FAULT_FULL && sync)
        return false;
    if (disk.struck && !disk.all && disk.kind != FAULT_POWER)
        return false;
    disk.struck = true;
    return true;
}

static bool is_dead(void)
{
    return disk.kind == FAULT_POWER && disk.struck;
}

static int code_of(int io)
{
    return disk.kind == FAULT_FULL ? SQLITE_FULL : io;
}

/* --- file methods ----------------------------------------------------------------------------- */

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct handle *)(void *)file)->real;
}

static struct disk_file *disk_of(sqlite3_file *file)
{
    return ((struct handle *)(void *)file)->disk;
}

static int file_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int file_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
    return real_of(file)->pMethods->xRead(real_of(file), out, len, at);
}

static int file_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
    if (strikes(false))
        return code_of(SQLITE_IOERR_WRITE);
    if (disk_of(file))
        write_add(disk_of(file), at, bytes, len);
    return real_of(file)->pMethods->xWrite(real_of(file), bytes, len, at);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    if (strikes(false))
        return code_of(SQLITE_IOERR_TRUNCATE);
    if (disk_of(file))
        change_add(disk_of(file), size, NULL, -1);
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int file_sync(sqlite3_file *file, int flags)
{
    (void)flags;
    struct disk_file *held = disk_of(file);
    bool failed = strikes(true);
    if (is_dead())
        return SQLITE_IOERR_FSYNC;
    for (struct change *change = held ? held->first : NULL; change && !failed;
         change = change->next)
        change_play(held, change);
    if (held)
        changes_drop(held);
    return failed ? SQLITE_IOERR_FSYNC : SQLITE_OK; /* the test's own disk need not be waited for */
}

static int file_size(sqlite3_file *file, sqlite3_int64 *ret)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), ret);
}

static int file_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int file_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int file_reserved(sqlite3_file *file, int *ret)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), ret);
}

static int file_control(sqlite3_file *file, int what, void *arg)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), what, arg);
}

static int file_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int file_traits(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

/* Version 1: no shared memory. A journal that did not lock exclusively could not even open. */
static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
};

/* --- the VFS ---------------------------------------------------------------------------------- */

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *ret)
{
    (void)vfs;
    struct handle *handle = (struct handle *)(void *)file;
    handle->base.pMethods = NULL;
    handle->real = (sqlite3_file *)(void *)(handle + 1);
    if (is_dead())
        return SQLITE_CANTOPEN;
    int code = disk.real->xOpen(disk.real, path, handle->real, flags, ret);
    if (code)
        return code;
    handle->disk = file_of(path);
    handle->base.pMethods = &methods;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
    (void)vfs;
    if (strikes(false))
        return SQLITE_IOERR_DELETE;
    return disk.real->xDelete(disk.real, path, sync);
}

void fault_vfs_init(void)
{
    static sqlite3_vfs vfs;
    if (disk.real)
        return;
    disk.real = sqlite3_vfs_find("unix");
    bx_assert(disk.real);
    vfs = *disk.real;
    vfs.zName = "fault";
    vfs.pNext = NULL;
    vfs.szOsFile = (int)sizeof(struct handle) + disk.real->szOsFile;
    vfs.xOpen = vfs_open;
    vfs.xDelete = vfs_delete;
    bx_assert(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK);
}

void fault_vfs_plan(enum fault_kind kind, int64_t at, bool all)
{
    disk.kind = kind;
    disk.at = at;
    disk.all = all;
    disk.done = 0;
    disk.struck = false;
}

int64_t fault_vfs_count(void)
{
    return disk.done;
}

bool fault_vfs_struck(void)
{
    return disk.struck;
}

/* --- the crash -------------------------------------------------------------------------------- */

static uint64_t draw(uint64_t *seed)
{
    /* splitmix64 */
    uint64_t x = *seed += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

/* A run of sectors from the front or from the back reaches the disk. */
static void change_tear(struct disk_file *file, const struct change *change, uint64_t *seed)
{
    int64_t from = change->at, to = change->at + change->len;
    int64_t border = from + (int64_t)(draw(seed) % (uint64_t)change->len);
    border -= border % SECTOR;
    if (border < from)
        border = from;
    if (draw(seed) & 1)
        to = border;
    else
        from = border;
    if (to > from)
        bytes_set(file, from, change->bytes + (from - change->at), (int)(to - from));
}

/* What becomes of unsynced writes differs from cut to cut: all lost, the first few kept, any. */
static int changes_crash(struct disk_file *file, uint64_t *seed)
{
    int lost = 0, count = 0, kept = 0;
    for (struct change *change = file->first; change; change = change->next)
        count++;
    uint64_t mode = draw(seed) % 3;
    int first = count ? (int)(draw(seed) % (uint64_t)(count + 1)) : 0;
    for (struct change *change = file->first; change; change = change->next) {
        uint64_t fate = draw(seed) % 4;
        bool keep = mode == 1 ? kept < first : mode == 2 && fate < 2;
        kept++;
        if (keep)
            change_play(file, change);
        else if (mode == 2 && fate == 2 && change->len > 0)
            change_tear(file, change, seed);
        lost += !keep;
    }
    return lost;
}

int fault_vfs_crash(const char *const names[], uint64_t seed)
{
    int lost = 0;
    for (int i = 0; names[i]; i++) {
        struct stat st;
        if (stat(names[i], &st))
            continue;
        struct disk_file *file = file_of(names[i]);
        lost += changes_crash(file, &seed);
        int fd = open(names[i], O_WRONLY | O_TRUNC);
        bx_assert(fd >= 0 && write(fd, file->safe, (size_t)file->size) == file->size);
        close(fd);
    }
    fault_vfs_forget();
    return lost;
}

void fault_vfs_forget(void)
{
    for (int i = 0; i < disk.count; i++)
        file_forget(&disk.files[i]);
    disk.count = 0;
    fault_vfs_plan(FAULT_NONE, 0, false);
}
