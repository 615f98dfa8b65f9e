/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A faulty disk: a SQLite VFS named "fault" in front of the system's. It counts what changes a file
 * (writes, truncations, syncs, deletions) and makes one of them, or all from one on, fail. And it
 * remembers what has been synced, so that the power can be cut: of what was written since, each
 * write then survives, is lost or is torn at a sector's border, by a seed.
 *
 * As Linux does it, a sync that failed has dropped its pages: they can still be read, but no later
 * sync of that file will write them. A sync that was asked for beside SQLite is not seen. */

#include <stdbool.h>
#include <stdint.h>

enum fault_kind { FAULT_NONE, FAULT_IO, FAULT_FULL, FAULT_POWER };

void fault_vfs_init(void);
/* From now on, operation AT (1 is the next) fails; with ALL every one after it too. FULL leaves
 * syncs alone. POWER: from there on the machine is dead and nothing reaches a file any more. */
void fault_vfs_plan(enum fault_kind kind, int64_t at, bool all);
/* Operations since the last plan. */
int64_t fault_vfs_count(void);
bool fault_vfs_struck(void);

/* Once everything is closed: makes the files NAMES (paths; ends with NULL) what a disk would hold
 * after a cut of the power now, and forgets all. Returns how many writes were lost or torn. */
int fault_vfs_crash(const char *const names[], uint64_t seed);
/* Forgets all, and changes nothing. */
void fault_vfs_forget(void);
