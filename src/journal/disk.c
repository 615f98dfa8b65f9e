/* SPDX-License-Identifier: Apache-2.0 */
/* Running out of disk must be met before it hurts: selling stops while there is still room to close
 * the shift, print what is owed and write the answers of the server. The ballast is the reserve for
 * that: real bytes (a hole would reserve nothing), given back when a write was refused. */

#include "journal/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"

enum { BALLAST = 1 << 20, PATH_SIZE = 4096 };

int64_t bx_disk_room(void *arg, const char *path)
{
    (void)arg;
    struct statvfs st;
    if (statvfs(path, &st) || (st.f_flag & ST_RDONLY))
        return -1;
    uint64_t room;
    if (__builtin_mul_overflow((uint64_t)st.f_bavail, (uint64_t)st.f_frsize, &room) ||
        room > INT64_MAX)
        return INT64_MAX;
    return (int64_t)room;
}

int bx_disk_check(struct bx_ledger *ledger, struct bx_fault *fault)
{
    int64_t room = ledger->room(ledger->arg, ledger->path);
    if (room >= BX_JOURNAL_LINE)
        return 0;
    if (room < 0)
        return bx_fault_set(fault, BX_ERR_IO,
                            "Selling is stopped: the disk cannot be written. Nothing was sold.",
                            "statvfs %s: read-only or failing", ledger->path);
    bx_fault_say(fault, BX_ERR_FULL,
                 "Selling is stopped: the disk has only %" PRId64
                 " MB left, 50 are needed. Free some space; nothing is lost.",
                 room >> 20);
    return BX_ERR_FULL;
}

static void ballast_path(const struct bx_ledger *ledger, char out[PATH_SIZE])
{
    int len = snprintf(out, PATH_SIZE, "%s.ballast", ledger->path);
    bx_assert(len > 0 && len < PATH_SIZE);
}

void bx_ballast_look(struct bx_ledger *ledger)
{
    char path[PATH_SIZE];
    ballast_path(ledger, path);
    struct stat st;
    ledger->ballast = stat(path, &st) == 0 && st.st_size == BALLAST;
}

static bool ballast_fill(int fd)
{
    static const char block[4096] = {1};
    for (int done = 0; done < BALLAST; done += (int)sizeof(block))
        if (pwrite(fd, block, sizeof(block), done) != (ssize_t)sizeof(block))
            return false;
    return fsync(fd) == 0;
}

bool bx_ballast_make(struct bx_ledger *ledger)
{
    if (ledger->ballast || ledger->inspect)
        return false;
    if (ledger->room(ledger->arg, ledger->path) < BX_JOURNAL_LINE + BALLAST)
        return false;
    char path[PATH_SIZE];
    ballast_path(ledger, path);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    ledger->ballast = ballast_fill(fd);
    close(fd);
    if (!ledger->ballast)
        unlink(path);
    return ledger->ballast;
}

bool bx_ballast_drop(struct bx_ledger *ledger)
{
    char path[PATH_SIZE];
    ballast_path(ledger, path);
    ledger->ballast = false;
    return unlink(path) == 0;
}
