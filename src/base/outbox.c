/* SPDX-License-Identifier: Apache-2.0 */
/* An eventfd beside the ring. It is emptied once nothing waits, and before that is looked at again:
 * a message that comes in between wakes again. */

#include "boxtill/base/outbox.h"

#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/ring.h"

struct bx_outbox {
    struct bx_ring *ring;
    int fd;
};

struct bx_outbox *bx_outbox_create(size_t count, size_t size)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0)
        return NULL;
    struct bx_outbox *outbox = bx_new(struct bx_outbox);
    outbox->fd = fd;
    outbox->ring = bx_ring_create(count, size);
    return outbox;
}

void *bx_outbox_destroy(struct bx_outbox *outbox)
{
    if (!outbox)
        return NULL;
    close(outbox->fd);
    bx_ring_destroy(outbox->ring);
    return bx_free(outbox);
}

bool bx_outbox_put(struct bx_outbox *outbox, const void *message)
{
    static const uint64_t one = 1;
    if (!bx_ring_put(outbox->ring, message))
        return false;
    bx_assert(write(outbox->fd, &one, sizeof(one)) == sizeof(one));
    return true;
}

bool bx_outbox_take(struct bx_outbox *outbox, void *out)
{
    uint64_t count;
    if (bx_ring_take(outbox->ring, out))
        return true;
    while (read(outbox->fd, &count, sizeof(count)) > 0)
        continue;
    return bx_ring_take(outbox->ring, out);
}

int bx_outbox_fd(const struct bx_outbox *outbox)
{
    return outbox->fd;
}
