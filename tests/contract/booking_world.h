/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The two worlds a booking port can live in: a real boxtilld on loopback, spoken to over HTTP, and
 * the server's book in this process. Both hold the sample museum and know one till. */

#include <stdbool.h>

#include "boxtill/base/crypto.h"
#include "boxtill/domain/wire.h"
#include "boxtill/port/booking.h"

struct world;
struct world_ops {
    /* Lets time and network go on a little. */
    void (*wait)(struct world *world);
    /* The server is there, or is not. */
    void (*cut)(struct world *world, bool cut);
    void (*revoke)(struct world *world);
    void *(*destroy)(struct world *world);
};
struct world {
    const struct world_ops *ops;
    struct bx_booking *booking;
    int64_t till, incarnation;
};

/* BOXTILLD and MUSEUM: paths of the program and of its programme. */
struct world *world_http_create(const char *boxtilld, const char *museum);
struct world *world_fake_create(const char *museum);
