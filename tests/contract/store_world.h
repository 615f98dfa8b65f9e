/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The stores that the contract is held to: one at a time, as its kind says. LAB_POSTGRES is the URL
 * of a database that is ours: it is emptied. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/store/store.h"

enum kind { MEMORY, SQLITE, READ_COMMITTED, SERIALIZABLE, LOSSY, KINDS };
extern enum kind kind;
extern char path[64], url[512]; /* where SQLite's and PostgreSQL's is */
extern struct bd_store *store;  /* the one that is open */

/* memory, sqlite, read-committed, serializable, serializable-lossy (lossy_store.h: each transaction
 * may be lost, and is run again); false when NAME is none of them or cannot be had. */
bool kind_find(const char *name);
bool in_postgres(void);

/* cmocka's setup and teardown: an empty store, and nothing left of it. */
int open_store(void **state);
int close_store(void **state);
/* TAKEN, which was just opened, as one of this kind. */
struct bd_store *opened(struct bd_store *taken);
/* The open store without planted losses: what a test of losses brings about itself. Borrowed. */
struct bd_store *bare(void);
/* Its database or its files, emptied while it is closed. */
void postgres_clear(void);
void remove_files(void);
/* What a power cut leaves. */
void crash(void);

void begin(void);
void finish(bool keep);
#define commit()   finish(true)
#define rollback() finish(false)
void mark(void);
void release(bool keep);

/* store_late.c */
void test_late_pools_add_up(void **state);
void test_late_pools_have_one_end(void **state);
void test_late_pools_are_the_same(void **state);
void test_late_pools_are_only_moved(void **state);
