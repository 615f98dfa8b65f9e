/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A store over PostgreSQL whose transactions are lost at random and run again, so that whoever uses
 * it need not know: each call of a transaction is kept with what came of it; when one is lost, all
 * of them are made again, and what comes of them must be the same, row by row. In the end the
 * caller's next call is made.
 *
 * They are lost in three ways: by the store itself before any call (bd_store_postgres_lose); by the
 * database with SQLSTATE 40001 at a statement that writes; and by it so at COMMIT.
 *
 * A scan in a transaction is read to its end before its first row is visited. */

#include <stdint.h>

#include "server/store/store.h"

/* Empties the database at URL. */
void lossy_store_clear(const char *url);
/* Plants the losses in the database at URL and opens its store over INNER, which is its own from
 * now on. A loss that does not end, or a transaction that comes out otherwise when it is run again,
 * fails the test. */
struct bd_store *lossy_store_create(struct bd_store *taken_inner, const char *url);
/* The store within, with no losses any more. */
struct bd_store *lossy_store_calm(struct bd_store *store);

/* Transactions that were lost so far, in all stores: by the store itself, by the database. */
struct lossy_counts {
    int64_t own, database;
};
struct lossy_counts lossy_store_counts(void);
