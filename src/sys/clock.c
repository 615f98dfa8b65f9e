/* SPDX-License-Identifier: Apache-2.0 */
/* The one file that reads a clock. CLOCK_BOOTTIME and not CLOCK_MONOTONIC, since a till that slept
 * through its lease must not believe that no time has passed. */

#include "sys/sys.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/fault.h"
#include "boxtill/base/text.h"

static struct timespec reading(clockid_t which)
{
    struct timespec at = {0};
    bx_assert(clock_gettime(which, &at) == 0);
    return at;
}

/* For demonstrations and tests: BOXTILL_CLOCK_AHEAD says so many seconds, "-" before them for
 * behind. Read once, before there is a second thread that could ask. */
static struct {
    bool read;
    int64_t seconds;
} ahead;

static int64_t ahead_read(void)
{
    const char *text = ahead.read ? NULL : getenv("BOXTILL_CLOCK_AHEAD");
    ahead.read = true;
    if (!text)
        return ahead.seconds;
    bool behind = text[0] == '-';
    if (bx_text_number(text + behind, strlen(text + behind), INT64_C(1) << 33, &ahead.seconds))
        return 0;
    return ahead.seconds = behind ? -ahead.seconds : ahead.seconds;
}

int bx_sys_clock_begin(bx_utc at)
{
    char text[32];
    ahead.read = true;
    ahead.seconds = at.us / BX_SECOND_US - (int64_t)reading(CLOCK_REALTIME).tv_sec;
    snprintf(text, sizeof(text), "%lld", (long long)ahead.seconds);
    return setenv("BOXTILL_CLOCK_AHEAD", text, 1) < 0 ? BX_ERR_IO : 0;
}

static bx_utc utc(struct bx_clock *clock)
{
    (void)clock;
    struct timespec at = reading(CLOCK_REALTIME);
    return (bx_utc){((int64_t)at.tv_sec + ahead_read()) * BX_SECOND_US + at.tv_nsec / 1000};
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
