/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The store in PostgreSQL 15 or newer, for several boxtilld on one database. Read committed is
 * enough; serializable (?options=-c%20default_transaction_isolation%3Dserializable in the URL)
 * works as well. */

#include "server/store/store.h"

/* Is DATABASE a URL of this kind? */
bool bd_postgres_is(const char *database);
/* NULL with a fault; BX_ERR_MISSING for tables that should be there. */
struct bd_store *bd_store_postgres_open(const char *url, enum bd_open mode, struct bx_fault *fault);
/* For tests: each call and commit is lost with PERMILLE chance, by a generator seeded with SEED. */
void bd_store_postgres_lose(struct bd_store *store, unsigned permille, uint64_t seed);
