/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are read or replaced as a whole: configuration, keys, the draft of the open basket.
 * Replacing goes by a second name in the same folder and a rename, so that a kill in between costs
 * the change and never the file. */

#include "boxtill/sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 1024 };

int bx_io_fault(struct bx_fault *fault, const char *doing, const char *path)
{
    int number = errno;
    int err = number == ENOENT                       ? BX_ERR_MISSING
              : number == ENOSPC || number == EDQUOT ? BX_ERR_FULL
                                                     : BX_ERR_IO;
    char say[200];
    snprintf(say, sizeof(say), "Cannot %s %.110s: %s.", doing, path, strerror(number));
    return bx_fault_set(fault, err, say, "%s %s: %s", doing, path, strerror(number));
}

static int read_all(int fd, const char *path, size_t max, struct bx_buf *out,
                    struct bx_fault *fault)
{
    char piece[8192];
    size_t total = 0;
    for (;;) {
        ssize_t got = read(fd, piece, sizeof(piece));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return bx_io_fault(fault, "read", path);
        if (got == 0)
            return 0;
        total += (size_t)got;
        if (total > max)
            return bx_fault_say(fault, BX_ERR_INPUT, "%s is longer than %zu bytes.", path, max);
        bx_buf_add(out, piece, (size_t)got);
    }
}

int bx_file_read(const char *path, size_t max, struct bx_buf *out, struct bx_fault *fault)
{
    struct stat about;
    /* Never waits for the other end of a pipe that somebody put there. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return bx_io_fault(fault, "open", path);
    int err = 0;
    if (fstat(fd, &about))
        err = bx_io_fault(fault, "stat", path);
    else if (!S_ISREG(about.st_mode))
        err = bx_fault_say(fault, BX_ERR_INPUT, "%s is not a regular file.", path);
    if (!err)
        err = read_all(fd, path, max, out, fault);
    close(fd);
    return err;
}

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t put = write(fd, bytes, len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return -1;
        bytes += put;
        len -= (size_t)put;
    }
    return 0;
}

/* The folder that PATH stands in. */
static int folder_sync(const char *path)
{
    char folder[PATH_SIZE];
    const char *slash = strrchr(path, '/');
    int len = slash ? (int)(slash - path) : 1;
    snprintf(folder, sizeof(folder), "%.*s", len > 0 ? len : 1, slash ? path : ".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int bad = fsync(fd);
    close(fd);
    return bad;
}

static int fill(const char *path, const void *bytes, size_t len, bool sync)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    int bad = write_all(fd, bytes, len);
    if (!bad && sync)
        bad = fsync(fd);
    int why = errno;
    if (close(fd) && !bad) {
        bad = -1;
        why = errno;
    }
    errno = why;
    return bad;
}

int bx_file_write(const char *path, const void *bytes, size_t len, bool sync,
                  struct bx_fault *fault)
{
    char beside[PATH_SIZE];
    int size = snprintf(beside, sizeof(beside), "%s.new", path);
    if (size < 0 || (size_t)size >= sizeof(beside))
        return bx_fault_say(fault, BX_ERR_INPUT, "The path %.80s… is too long.", path);
    if (fill(beside, bytes, len, sync) || rename(beside, path)) {
        int err = bx_io_fault(fault, "write", path);
        (void)unlink(beside);
        return err;
    }
    if (sync && folder_sync(path))
        return bx_io_fault(fault, "sync the folder of", path);
    return 0;
}

int bx_file_remove(const char *path, struct bx_fault *fault)
{
    if (unlink(path) && errno != ENOENT)
        return bx_io_fault(fault, "remove", path);
    return 0;
}

int bx_home_given(const char **ret, struct bx_fault *fault)
{
    const char *given = getenv("BOXTILL_HOME");
    if (given && given[0] && given[0] != '/')
        return bx_fault_say(fault, BX_ERR_INPUT,
                            "BOXTILL_HOME must be a full path that begins with /, not %.60s.",
                            given);
    *ret = given && given[0] ? given : NULL;
    return 0;
}

int bx_folder_make(const char *path, struct bx_fault *fault)
{
    char part[PATH_SIZE];
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof(part))
        return bx_fault_say(fault, BX_ERR_INPUT, "The path of a folder is empty or too long.");
    for (size_t at = 1; at <= len; at++) {
        if (path[at] != '/' && path[at] != '\0')
            continue;
        memcpy(part, path, at);
        part[at] = '\0';
        if (mkdir(part, 0700) && errno != EEXIST)
            return bx_io_fault(fault, "make the folder", part);
    }
    struct stat about;
    if (stat(path, &about))
        return bx_io_fault(fault, "look at", path);
    if (!S_ISDIR(about.st_mode))
        return bx_fault_say(fault, BX_ERR_INPUT, "%s is not a folder.", path);
    return 0;
}
