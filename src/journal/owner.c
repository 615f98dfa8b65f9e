/* SPDX-License-Identifier: Apache-2.0 */
/* flock and not fcntl: a POSIX lock dies as soon as the process closes any descriptor of the file,
 * and belongs to the process instead of to whoever opened it. The file is never unlinked, else two
 * processes could hold two locks of one name. */

#include "journal/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"

struct bx_owner {
    int fd;
};

/* Who holds it, for the sentence only: the number may be older than the lock. */
static void holder_read(int fd, char out[16])
{
    ssize_t len = pread(fd, out, 15, 0);
    out[len > 0 ? len : 0] = '\0';
    out[strspn(out, "0123456789")] = '\0';
}

static void holder_write(int fd)
{
    char text[24];
    int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) || pwrite(fd, text, (size_t)len, 0) != len)
        return; /* a full disk: the lock holds all the same */
}

struct bx_owner *bx_owner_take(const char *path, struct bx_fault *fault)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        bx_fault_set(fault, BX_ERR_IO, "The till's folder cannot be written.", "open %s: %s", path,
                     strerror(errno));
        return NULL;
    }
    if (flock(fd, LOCK_EX | LOCK_NB)) {
        int number = errno;
        char holder[16];
        holder_read(fd, holder);
        close(fd);
        if (number == EWOULDBLOCK)
            bx_fault_set(fault, BX_ERR_BUSY, "Another Boxtill is running on this till.",
                         "%s is held by process %s", path, holder[0] ? holder : "?");
        else
            bx_fault_set(fault, BX_ERR_IO, "The till's folder cannot be locked.", "flock %s: %s",
                         path, strerror(number));
        return NULL;
    }
    holder_write(fd);
    struct bx_owner *owner = bx_new(struct bx_owner);
    owner->fd = fd;
    return owner;
}

void *bx_owner_release(struct bx_owner *owner)
{
    if (!owner)
        return NULL;
    close(owner->fd);
    return bx_free(owner);
}
