/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The store in SQLite: WAL, synchronous FULL. One connection that writes; others, read-only, may
 * look at the same file from other threads. */

#include "server/store/store.h"

/* NULL with a fault; BX_ERR_MISSING for a file that should be there. */
struct bd_store *bd_store_sqlite_open(const char *path, enum bd_open mode, struct bx_fault *fault);
/* Copies the store at FROM as it is at one moment, while it may be written, to a new file TO; both
 * the file and its name are on the disk then, and its pages were looked over. */
int bx_must bd_store_sqlite_copy(const char *from, const char *to, struct bx_fault *fault);
