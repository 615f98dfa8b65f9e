/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the operator of a booking server sets: HOME/boxtilld.conf, or the file named by --config.
 *
 *   [server]
 *   listen = 127.0.0.1:8480   where to listen; port 0 takes a free one (HOME/address tells which)
 *   database = boxtilld.db    the store: a file, relative to HOME, or a URL postgresql://…
 *   listeners = 1500          clients of /v1/availability/stream at once (0 to 4000)
 *   [policy]
 *   counters_percent = 30     of what is left of a pool: the stock of all tills (1 to 100)
 *   share_percent = 30        of a pool's capacity: the most that one till stocks (1 to 100)
 *   lease_ttl = 14400         seconds until a till's slice freezes (60 to 604800)
 *   slot_grace = 0            seconds after a slot's end in which it may still be sold (to 86400)
 *   key_days = 3              days ahead for which tills may print tickets (1 to 60)
 *   hold_seconds = 600        that places are held for an online customer (10 to 3600)
 *   hold_places = 50          that one of them may hold at a time (1 to 10000)
 *
 * HOME is BOXTILL_HOME, else /var/lib/boxtilld. */

#include <stdbool.h>

#include "boxtill/base/fault.h"
#include "server/book/book.h"

enum { BD_LISTEN_SIZE = 64 };

struct bd_config {
    char home[256];
    char listen[BD_LISTEN_SIZE];
    char database[512]; /* made absolute by the home */
    int64_t listeners;
    struct bd_policy policy;
};

/* FILE may be NULL: the home's own, which need not exist. */
int bx_must bd_config_load(const char *file, struct bd_config *ret, struct bx_fault *fault);
