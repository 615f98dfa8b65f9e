/* SPDX-License-Identifier: Apache-2.0 */
/* The one file that reads a clock. CLOCK_BOOTTIME and not CLOCK_MONOTONIC, since a till that slept
 * through its lease must not believe that no time has passed. */

#include "sys/sys.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"

static struct timespec reading(clockid_t which)
{
    struct timespec at = {0};
    bx_assert(clock_gettime(which, &at) == 0);
    return at;
}

static bx_utc utc(struct bx_clock *clock)
{
    (void)clock;
    struct timespec at = reading(CLOCK_REALTIME);
    return (bx_utc){(int64_t)at.tv_sec * BX_SECOND_US + at.tv_nsec / 1000};
}

static bx_mono mono(struct bx_clock *clock)
{
    (void)clock;
    struct timespec at = reading(CLOCK_BOOTTIME);
    return (bx_mono){(int64_t)at.tv_sec * BX_SECOND_NS + at.tv_nsec};
}

/* Linux names each boot by a random UUID of 36 characters (random(4)). */
static const char *boot(struct bx_clock *clock)
{
    static char name[37];
    (void)clock;
    if (name[0])
        return name;
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return "";
    if (read(fd, name, sizeof(name) - 1) != (ssize_t)sizeof(name) - 1)
        name[0] = '\0';
    close(fd);
    return name;
}

struct bx_clock *bx_sys_clock(void)
{
    static const struct bx_clock_ops ops = {.utc = utc, .mono = mono, .boot = boot};
    static struct bx_clock clock = {&ops};
    return &clock;
}
