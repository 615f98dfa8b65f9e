/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A programme as people write it (boxtilld import FILE): civil dates and times, capacities, prices.
 * Parsing is pure; the venue's zone is resolved through a function the caller gives, since only the
 * machine knows the time zones. Format: see import.c. */

#include "boxtill/base/buf.h"
#include "boxtill/base/fault.h"
#include "boxtill/domain/programme.h"

struct bd_import_pool {
    struct bx_slug id;
    int64_t capacity;
    bx_utc ends;    /* of its last slot */
    bool cancelled; /* all its slots are */
    bx_utc starts;  /* of its first slot */
};

struct bd_import {
    struct bx_programme *programme; /* epoch and version 0: the book sets them */
    struct bd_import_pool *pools;   /* by id */
    size_t pool_count;
    struct bx_buf notes; /* lines: what nobody did wrong and somebody should know */
};

/* The instant and offset of a civil time in ZONE; 0, or BX_ERR_MISSING for a time that does not
 * exist there (the hour that a clock skips) or an unknown zone. */
typedef int (*bd_zone)(void *arg, const char *zone, struct bx_date date, int minute, bx_utc *ret_at,
                       int *ret_offset_min);

/* TODAY dates what the file says of "today". Every fault is a line "place: reason" in FAULTS (at
 * most 100); NULL when there is any. */
struct bd_import *bd_import_parse(const char *json, size_t len, struct bx_date today, bd_zone zone,
                                  void *arg, struct bx_buf *faults);
void *bd_import_destroy(struct bd_import *import);
BX_CLEANUP_DEFINE(struct bd_import, bd_import_destroy)
