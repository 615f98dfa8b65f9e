/* SPDX-License-Identifier: Apache-2.0 */
/* An archive is too large to be held in memory and too precious to be half on the disk: pieces go
 * straight to the files, and the end of each waits for the disk. */

#include "boxtill/sys/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/sys/file.h"

enum { PATH_SIZE = 4096 };

void bx_folder_init(struct bx_folder *folder, const char *path)
{
    *folder = (struct bx_folder){.path = path};
}

static int empty_check(const char *path, struct bx_fault *fault)
{
    DIR *all = opendir(path);
    if (!all)
        return bx_io_fault(fault, "open", path);
    struct dirent *entry;
    bool empty = true;
    while ((entry = readdir(all)))
        empty = empty && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
    closedir(all);
    return empty
               ? 0
               : bx_fault_say(fault, BX_ERR_REFUSED,
                              "There is something in %.100s already: name an empty folder.", path);
}

int bx_folder_create(struct bx_folder *folder, const char *path, struct bx_fault *fault)
{
    int err = bx_folder_make(path, fault);
    if (err == 0)
        err = empty_check(path, fault);
    if (err == 0)
        bx_folder_init(folder, path);
    return err;
}

void bx_folder_finish(struct bx_folder *folder)
{
    for (int i = 0; i < folder->count; i++)
        close(folder->files[i].fd);
    folder->count = 0;
}

static void path_of(const struct bx_folder *folder, const char *name, char out[PATH_SIZE])
{
    bx_assert(!strchr(name, '/') && strlen(name) < sizeof(folder->files[0].name));
    int len = snprintf(out, PATH_SIZE, "%s/%s", folder->path, name);
    bx_assert(len > 0 && len < PATH_SIZE);
}

/* Its place among the open files; -1: it could not be made. */
static int file_of(struct bx_folder *folder, const char *name, const char *path)
{
    for (int i = 0; i < folder->count; i++)
        if (strcmp(folder->files[i].name, name) == 0)
            return i;
    bx_assert(folder->count < BX_FOLDER_FILES);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    BX_TEXT_COPY(folder->files[folder->count].name, name);
    folder->files[folder->count].fd = fd;
    return folder->count++;
}

static int folder_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int bad = fsync(fd);
    close(fd);
    return bad;
}

static int end(struct bx_folder *folder, int at, const char *path, struct bx_fault *fault)
{
    int fd = folder->files[at].fd, bad = fsync(fd);
    folder->files[at] = folder->files[--folder->count];
    if (close(fd))
        bad = -1;
    return bad || folder_sync(folder->path) ? bx_io_fault(fault, "write", path) : 0;
}

int bx_folder_add(void *arg, const char *name, const char *bytes, size_t len,
                  struct bx_fault *fault)
{
    struct bx_folder *folder = arg;
    char path[PATH_SIZE];
    path_of(folder, name, path);
    int at = file_of(folder, name, path);
    if (at < 0)
        return bx_io_fault(fault, "make", path);
    if (len == 0)
        return end(folder, at, path, fault);
    while (len > 0) {
        ssize_t put = write(folder->files[at].fd, bytes, len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return bx_io_fault(fault, "write", path);
        bytes += put;
        len -= (size_t)put;
    }
    return 0;
}

int bx_folder_each(void *arg, const char *name, bx_folder_take take, void *to,
                   struct bx_fault *fault)
{
    static const size_t size = 1 << 16;
    struct bx_folder *folder = arg;
    char path[PATH_SIZE];
    path_of(folder, name, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW), err = 0;
    if (fd < 0)
        return bx_io_fault(fault, "open", path);
    char *piece = bx_alloc(size, 1);
    ssize_t got = 1;
    while (err == 0 && got != 0) {
        got = read(fd, piece, size);
        if (got < 0 && errno != EINTR)
            err = bx_io_fault(fault, "read", path);
        if (got > 0)
            err = take(to, piece, (size_t)got);
    }
    bx_free(piece);
    close(fd);
    return err;
}
