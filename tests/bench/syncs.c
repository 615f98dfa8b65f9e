/* SPDX-License-Identifier: Apache-2.0 */
/* The limits of a disk: how often a second something appended is safe there; and how many writers a
 * second are served when one write and one sync serve all that wait, each of them a thread that
 * comes again as soon as it is told. */

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "boxtill/base/alloc.h"
#include "maker.h"

enum { PIECE = 1024, CROWD_MAX = 256, PATH_SIZE = 4096 };

struct disk {
    int fd;
    pthread_mutex_t lock;
    pthread_cond_t come, told;
    int waiting, crowd;
    uint64_t round; /* how many batches are safe */
    bool over;
    char bytes[CROWD_MAX * PIECE];
};

static void *writer_run(void *arg)
{
    struct disk *disk = arg;
    pthread_mutex_lock(&disk->lock);
    while (!disk->over) {
        uint64_t mine = disk->round;
        memset(disk->bytes + (size_t)disk->waiting++ * PIECE, 'x', PIECE);
        if (disk->waiting == disk->crowd)
            pthread_cond_signal(&disk->come);
        while (disk->round == mine && !disk->over)
            pthread_cond_wait(&disk->told, &disk->lock);
    }
    pthread_mutex_unlock(&disk->lock);
    return NULL;
}

static void store(const struct disk *disk, size_t len)
{
    if (write(disk->fd, disk->bytes, len) != (ssize_t)len || fdatasync(disk->fd))
        give_up("store", NULL);
}

static int64_t bare(struct disk *disk, int64_t until)
{
    int64_t count = 0;
    for (; now_ns() < until; count++)
        store(disk, PIECE);
    return count;
}

static int64_t grouped(struct disk *disk, int64_t until)
{
    pthread_t threads[CROWD_MAX];
    int64_t count = 0;
    for (int i = 0; i < disk->crowd; i++)
        if (pthread_create(&threads[i], NULL, writer_run, disk))
            give_up("a thread", NULL);
    pthread_mutex_lock(&disk->lock);
    while (now_ns() < until) {
        while (disk->waiting < disk->crowd)
            pthread_cond_wait(&disk->come, &disk->lock);
        store(disk, (size_t)disk->waiting * PIECE);
        count += disk->waiting;
        disk->waiting = 0;
        disk->round++;
        pthread_cond_broadcast(&disk->told);
    }
    disk->over = true;
    pthread_cond_broadcast(&disk->told);
    pthread_mutex_unlock(&disk->lock);
    for (int i = 0; i < disk->crowd; i++)
        pthread_join(threads[i], NULL);
    return count;
}

/* FOLDER SECONDS CROWD */
int bench_syncs(int argc, char **argv)
{
    double seconds;
    char path[PATH_SIZE];
    struct disk *disk = bx_new(struct disk);
    if (argc < 3 || sscanf(argv[1], "%lf", &seconds) != 1 ||
        sscanf(argv[2], "%d", &disk->crowd) != 1 || disk->crowd < 1 || disk->crowd > CROWD_MAX)
        return 2;
    snprintf(path, sizeof(path), "%s/syncs", argv[0]);
    disk->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (disk->fd < 0)
        give_up(path, NULL);
    pthread_mutex_init(&disk->lock, NULL);
    pthread_cond_init(&disk->come, NULL);
    pthread_cond_init(&disk->told, NULL);
    for (int nth = 0; nth < 2; nth++) {
        int64_t start = now_ns();
        int64_t until = start + (int64_t)(seconds * 1e9);
        int64_t count = nth == 0 ? bare(disk, until) : grouped(disk, until);
        printf("%s %lld %lld\n", nth == 0 ? "bare" : "grouped", (long long)count,
               (long long)(now_ns() - start));
    }
    close(disk->fd);
    unlink(path);
    bx_free(disk);
    return 0;
}
