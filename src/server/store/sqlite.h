/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The store in SQLite: WAL, synchronous FULL. One connection that writes; others, read-only, may
 * look at the same file from other threads. */

#include "server/store/store.h"

enum bd_sqlite_mode {
    BD_SQLITE_CREATE, /* to write; made when it is not there */
    BD_SQLITE_WRITE,  /* to write; must be there */
    BD_SQLITE_READ    /* steady views of what another connection writes */
};

/* NULL with a fault; BX_ERR_MISSING for a file that should be there. */
struct bd_store *bd_store_sqlite_open(const char *path, enum bd_sqlite_mode mode,
                                      struct bx_fault *fault);
/* Accepts NULL; an open transaction is rolled back. */
void *bd_store_sqlite_destroy(struct bd_store *store);
BX_CLEANUP_DEFINE(struct bd_store, bd_store_sqlite_destroy)
