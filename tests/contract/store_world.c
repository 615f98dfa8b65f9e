/* SPDX-License-Identifier: Apache-2.0 */
#include "store_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "boxtill/base/text.h"
#include "lossy_store.h"
#include "server/store/memory.h"
#include "server/store/postgres.h"
#include "server/store/sqlite.h"

static const char *const kind_names[KINDS] = {"memory", "sqlite", "read-committed", "serializable",
                                              "serializable-lossy"};
enum kind kind;
char path[64], url[512];
struct bd_store *store;

bool in_postgres(void)
{
    return kind >= READ_COMMITTED;
}

/* Empties the database. */
void postgres_clear(void)
{
    lossy_store_clear(url);
}

static bool postgres_find(void)
{
    const char *given = getenv("LAB_POSTGRES");
    int len = snprintf(
        url, sizeof url, "%s%s", given ? given : "",
        kind >= SERIALIZABLE ? "&options=-c%20default_transaction_isolation%3Dserializable" : "");
    return given && len < (int)sizeof url;
}

struct bd_store *opened(struct bd_store *taken)
{
    return taken && kind == LOSSY ? lossy_store_create(taken, url) : taken;
}

struct bd_store *bare(void)
{
    return kind == LOSSY ? lossy_store_calm(store) : store;
}

int open_store(void **state)
{
    (void)state;
    struct bx_fault fault = {0};
    if (kind == MEMORY) {
        store = bd_store_memory_create();
        return 0;
    }
    if (in_postgres()) {
        postgres_clear();
        store = opened(bd_store_postgres_open(url, BD_OPEN_CREATE, &fault));
        return store != NULL ? 0 : -1;
    }
    BX_TEXT_COPY(path, "/tmp/boxtill-store-XXXXXX");
    int fd = mkstemp(path);
    if (fd < 0)
        return -1;
    close(fd);
    unlink(path);
    store = bd_store_sqlite_open(path, BD_OPEN_CREATE, &fault);
    return store != NULL ? 0 : -1;
}

void remove_files(void)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        char name[80];
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
}

int close_store(void **state)
{
    (void)state;
    bd_store_destroy(store);
    if (kind == SQLITE)
        remove_files();
    return 0;
}

/* What a power cut leaves. */
void crash(void)
{
    if (kind == MEMORY) {
        bd_store_memory_crash(store);
        return;
    }
    bd_store_destroy(store);
    store = in_postgres() ? opened(bd_store_postgres_open(url, BD_OPEN_WRITE, NULL))
                          : bd_store_sqlite_open(path, BD_OPEN_WRITE, NULL);
    assert_non_null(store);
}

void begin(void)
{
    assert_int_equal(store->ops->begin(store, NULL), 0);
}

void finish(bool keep)
{
    assert_int_equal(store->ops->end(store, keep, NULL), BX_DONE);
}

void mark(void)
{
    assert_int_equal(store->ops->mark(store, NULL), 0);
}

void release(bool keep)
{
    assert_int_equal(store->ops->release(store, keep, NULL), 0);
}

bool kind_find(const char *name)
{
    kind = MEMORY;
    while (kind < KINDS && strcmp(name, kind_names[kind]) != 0)
        kind++;
    return kind < KINDS && (!in_postgres() || postgres_find());
}
