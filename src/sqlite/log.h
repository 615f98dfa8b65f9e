/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The write-ahead log of a database whose every COMMIT syncs, written in one piece instead of
 * twenty. Only for such a database, and one that no other process reads: what was written stands in
 * this process until the sync. Files other than the log are the VFS's below. */

struct bx_log_vfs;

/* Over the VFS called BASE (NULL: the system's); NULL when there is none of that name. */
struct bx_log_vfs *bx_log_vfs_create(const char *base);
/* What to open a connection with; it must be closed before the VFS is destroyed. */
const char *bx_log_vfs_name(const struct bx_log_vfs *log_vfs);
void *bx_log_vfs_destroy(struct bx_log_vfs *log_vfs);
