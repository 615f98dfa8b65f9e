/* SPDX-License-Identifier: Apache-2.0 */
/* Preloaded: every fsync and fdatasync takes BENCH_SYNC_MS milliseconds longer, as on a slower
 * disk. */

#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int fsync(int fd);
int fdatasync(int fd);

static int slowly(const char *name, int fd)
{
    int (*real)(int);
    const char *ms = getenv("BENCH_SYNC_MS");
    *(void **)&real = dlsym(RTLD_NEXT, name);
    int result = real(fd);
    if (ms && ms[0] >= '1' && ms[0] <= '9') {
        struct timespec wait = {.tv_nsec = (long)(ms[0] - '0') * 1000000};
        clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, NULL);
    }
    return result;
}

int fsync(int fd)
{
    return slowly("fsync", fd);
}

int fdatasync(int fd)
{
    return slowly("fdatasync", fd);
}
