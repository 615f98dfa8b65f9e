/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The store in memory: the fake of the port, and the simulator's. Same contract as SQLite's, but
 * nothing outlives it. */

#include "server/store/store.h"

struct bd_store *bd_store_memory_create(void);
/* What a backup is: a store of its own with the committed content. Outside a transaction. */
struct bd_store *bd_store_memory_copy(const struct bd_store *store);
/* What a power cut leaves: an open transaction is rolled back. */
void bd_store_memory_crash(struct bd_store *store);
/* The next commit answers OUTCOME; with BX_UNKNOWN it happens only if HAPPENS, with BX_REFUSED it
 * does not. */
void bd_store_memory_fail(struct bd_store *store, enum bx_outcome outcome, bool happens);
