/* SPDX-License-Identifier: Apache-2.0 */
/* The queue between a device's worker and everybody else. Messages are copied under the lock, so
 * nothing is ever shared but the ring itself, and the sender never waits: a worker that does not
 * keep up is a fault to report, not a reason to freeze the screen. */

#include "boxtill/base/ring.h"

#include <pthread.h>
#include <string.h>

#include "boxtill/base/alloc.h"

struct bx_ring {
    pthread_mutex_t lock; /* guards everything below */
    pthread_cond_t news;
    size_t count, size;
    size_t first, held;
    bool closed;
    unsigned char *slots;
};

static void ring_lock(struct bx_ring *ring)
{
    int err = pthread_mutex_lock(&ring->lock);
    bx_assert(err == 0);
}

static void ring_unlock(struct bx_ring *ring)
{
    int err = pthread_mutex_unlock(&ring->lock);
    bx_assert(err == 0);
}

struct bx_ring *bx_ring_create(size_t count, size_t size)
{
    bx_assert(count > 0 && size > 0);
    struct bx_ring *ring = bx_new(struct bx_ring);
    int err = pthread_mutex_init(&ring->lock, NULL);
    bx_assert(err == 0);
    err = pthread_cond_init(&ring->news, NULL);
    bx_assert(err == 0);
    ring->count = count;
    ring->size = size;
    ring->slots = bx_alloc(count, size);
    return ring;
}

void *bx_ring_destroy(struct bx_ring *ring)
{
    if (!ring)
        return NULL;
    pthread_cond_destroy(&ring->news);
    pthread_mutex_destroy(&ring->lock);
    bx_free(ring->slots);
    return bx_free(ring);
}

bool bx_ring_put(struct bx_ring *ring, const void *message)
{
    ring_lock(ring);
    bool room = !ring->closed && ring->held < ring->count;
    if (room) {
        size_t slot = (ring->first + ring->held) % ring->count;
        memcpy(ring->slots + slot * ring->size, message, ring->size);
        ring->held++;
        pthread_cond_signal(&ring->news);
    }
    ring_unlock(ring);
    return room;
}

/* With the lock held. */
static bool ring_pop(struct bx_ring *ring, void *out)
{
    if (ring->held == 0)
        return false;
    memcpy(out, ring->slots + ring->first * ring->size, ring->size);
    ring->first = (ring->first + 1) % ring->count;
    ring->held--;
    return true;
}

bool bx_ring_take(struct bx_ring *ring, void *out)
{
    ring_lock(ring);
    bool took = ring_pop(ring, out);
    ring_unlock(ring);
    return took;
}

bool bx_ring_wait(struct bx_ring *ring, void *out)
{
    ring_lock(ring);
    while (ring->held == 0 && !ring->closed)
        pthread_cond_wait(&ring->news, &ring->lock);
    bool took = ring_pop(ring, out);
    ring_unlock(ring);
    return took;
}

void bx_ring_close(struct bx_ring *ring)
{
    ring_lock(ring);
    ring->closed = true;
    pthread_cond_broadcast(&ring->news);
    ring_unlock(ring);
}
