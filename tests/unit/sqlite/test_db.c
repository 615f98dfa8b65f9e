/* SPDX-License-Identifier: Apache-2.0 */
/* The door does what it promises: pragmas as asked and read back, errors under our names, schemas
 * that only go forward, copies that are whole. */

#include "sqlite/db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"

static char folder[64], path[128], copy[128];

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/bx-db-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof(path), "%s/a.db", folder);
    snprintf(copy, sizeof(copy), "%s/b.db", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const tails[] = {"a.db",     "a.db-wal", "a.db-shm",    "b.db",
                                        "b.db-wal", "b.db-shm", "b.db-journal"};
    char name[160];
    for (size_t i = 0; i < bx_countof(tails); i++) {
        snprintf(name, sizeof(name), "%s/%s", folder, tails[i]);
        unlink(name);
    }
    return rmdir(folder);
}

static struct bx_db *open_new(bool exclusive)
{
    struct bx_fault fault = {0};
    struct bx_db_options options = {.path = path, .create = true, .exclusive = exclusive};
    struct bx_db *db = bx_db_open(&options, &fault);
    if (!db)
        fail_msg("%s (%s)", fault.say, fault.detail);
    return db;
}

/* Larger than anything on the way gathers: no length of a write may be told as a full disk. */
static void a_large_transaction_is_stored(void **state)
{
    (void)state;
    struct bx_fault fault = {0};
    struct bx_db *db = open_new(true);
    if (bx_db_script(db,
                     "CREATE TABLE t(b); BEGIN; INSERT INTO t VALUES(zeroblob(3000000));"
                     "INSERT INTO t VALUES(zeroblob(77777)); COMMIT;",
                     &fault))
        fail_msg("%s (%s)", fault.say, fault.detail);
    assert_null(bx_db_destroy(db));
    int64_t sum = 0;
    db = open_new(true);
    assert_int_equal(bx_db_int(db, "SELECT sum(length(b)) FROM t", &sum, NULL), 0);
    assert_int_equal(sum, 3077777);
    bx_db_destroy(db);
}

static void pragmas_read_back(void **state)
{
    (void)state;
    struct bx_db *db = open_new(true);
    static const char *const wanted[][2] = {
        {"locking_mode", "exclusive"},
        {"journal_mode", "wal"},
        {"synchronous", "2"},
        {"foreign_keys", "1"},
        {"trusted_schema", "0"},
        {"cell_size_check", "1"},
        {"mmap_size", "0"},
        {"wal_autocheckpoint", "0"},
        {"busy_timeout", "0"},
    };
    for (size_t i = 0; i < bx_countof(wanted); i++) {
        char got[32];
        assert_int_equal(bx_db_pragma(db, wanted[i][0], got, sizeof(got), NULL), 0);
        assert_string_equal(got, wanted[i][1]);
    }
    assert_true(bx_db_is_defensive(db));
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    bx_db_destroy(db);
}

static void exclusive_keeps_others_out(void **state)
{
    (void)state;
    struct bx_db *db = open_new(true);
    assert_int_equal(bx_db_run(db, "CREATE TABLE t(a INTEGER)", NULL), 0);
    struct bx_fault fault;
    struct bx_db_options options = {.path = path};
    assert_null(bx_db_open(&options, &fault));
    assert_int_equal(fault.err, BX_ERR_BUSY);
    bx_db_destroy(db);
    db = bx_db_open(&options, &fault);
    assert_non_null(db);
    bx_db_destroy(db);
}

static void missing_and_foreign_files(void **state)
{
    (void)state;
    struct bx_fault fault;
    struct bx_db_options options = {.path = path};
    assert_null(bx_db_open(&options, &fault));
    assert_int_equal(fault.err, BX_ERR_MISSING);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        fputs("this is no database ", file);
    fclose(file);
    assert_null(bx_db_open(&options, &fault));
    assert_int_equal(fault.err, BX_ERR_CORRUPT);
}

static void values_come_back(void **state)
{
    (void)state;
    struct bx_db *db = open_new(true);
    assert_int_equal(bx_db_run(db, "CREATE TABLE t(a INTEGER, b TEXT, c BLOB UNIQUE)", NULL), 0);
    struct bx_stmt *put = bx_db_stmt(db, "INSERT INTO t VALUES(?1, ?2, ?3)");
    bx_stmt_bind_int(put, 1, INT64_MIN);
    bx_stmt_bind_text_n(put, 2, "abcdef", 3);
    bx_stmt_bind_bytes(put, 3, "x\0y", 3);
    assert_int_equal(bx_stmt_run(put, NULL), 0);
    assert_int_equal(bx_db_changes(db), 1);
    struct bx_fault fault;
    bx_stmt_bind_bytes(put, 3, "x\0y", 3);
    assert_int_equal(bx_stmt_run(put, &fault), BX_ERR_CLASH);
    struct bx_stmt *wrong = bx_db_stmt(db, "INSERT INTO nowhere VALUES(?1)");
    bx_stmt_bind_int(wrong, 1, 1);
    assert_int_equal(bx_stmt_run(wrong, &fault), BX_ERR_CORRUPT);
    assert_non_null(strstr(fault.detail, "nowhere"));

    struct bx_stmt *get = bx_db_stmt(db, "SELECT a, b, c, NULL FROM t");
    assert_int_equal(bx_stmt_step(get, NULL), 1);
    assert_true(bx_stmt_int(get, 0) == INT64_MIN);
    assert_string_equal(bx_stmt_text(get, 1), "abc");
    size_t len;
    assert_memory_equal(bx_stmt_bytes(get, 2, &len), "x\0y", 3);
    assert_int_equal(len, 3);
    char small[2];
    assert_false(bx_stmt_copy(get, 2, small, sizeof(small)));
    assert_true(bx_stmt_is_null(get, 3));
    assert_string_equal(bx_stmt_text(get, 3), "");
    assert_int_equal(bx_stmt_step(get, NULL), 0);
    bx_db_destroy(db);
}

static int64_t rows(struct bx_db *db)
{
    int64_t n = -1;
    assert_int_equal(bx_db_int(db, "SELECT count(*) FROM t", &n, NULL), 0);
    return n;
}

static void transactions_nest_and_undo(void **state)
{
    (void)state;
    struct bx_db *db = open_new(true);
    assert_int_equal(bx_db_script(db, "CREATE TABLE t(a INTEGER); CREATE INDEX i ON t(a); ", NULL),
                     0);
    assert_int_equal(bx_db_begin(db, NULL), 0);
    assert_true(bx_db_is_open(db));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(bx_db_save(db, NULL), 0);
        assert_int_equal(bx_db_run(db, "INSERT INTO t VALUES(1)", NULL), 0);
        assert_int_equal(i == 1 ? bx_db_undo(db, NULL) : bx_db_keep(db, NULL), 0);
    }
    assert_int_equal(bx_db_commit(db, NULL), 0);
    assert_int_equal(rows(db), 2);
    assert_int_equal(bx_db_begin(db, NULL), 0);
    assert_int_equal(bx_db_run(db, "DELETE FROM t", NULL), 0);
    bx_db_rollback(db);
    assert_false(bx_db_is_open(db));
    assert_int_equal(rows(db), 2);
    assert_true(bx_db_wal_pages(db) > 0);
    assert_int_equal(bx_db_checkpoint(db, true, NULL), 0);
    assert_int_equal(bx_db_wal_pages(db), 0);
    bx_db_destroy(db);
}

static void schemas_only_go_forward(void **state)
{
    (void)state;
    static const char *const steps[] = {"CREATE TABLE t(a INTEGER)", "INSERT INTO t VALUES(7)",
                                        "INSERT INTO t VALUES(8); INSERT INTO nowhere VALUES(1)"};
    struct bx_db *db = open_new(true);
    assert_int_equal(bx_db_migrate(db, "file", steps, 1, NULL), 0);
    assert_int_equal(bx_db_migrate(db, "file", steps, 2, NULL), 0);
    assert_int_equal(bx_db_migrate(db, "file", steps, 2, NULL), 0);
    assert_int_equal(rows(db), 1);
    struct bx_fault fault;
    assert_int_equal(bx_db_migrate(db, "file", steps, 3, &fault), BX_ERR_CORRUPT);
    assert_int_equal(rows(db), 1); /* the half step left nothing */
    assert_int_equal(bx_db_migrate(db, "file", steps, 1, &fault), BX_ERR_REFUSED);
    assert_non_null(strstr(fault.say, "newer"));
    bx_db_destroy(db);
}

static void backup_is_whole(void **state)
{
    (void)state;
    struct bx_db *db = open_new(true);
    assert_int_equal(bx_db_script(db, "CREATE TABLE t(a INTEGER); INSERT INTO t VALUES(1)", NULL),
                     0);
    assert_int_equal(bx_db_backup(db, copy, NULL), 0);
    assert_int_equal(bx_db_backup(db, copy, NULL), 0); /* over an old one */
    assert_int_equal(bx_db_run(db, "DELETE FROM t", NULL), 0);
    bx_db_destroy(db);
    struct bx_fault fault;
    struct bx_db_options options = {.path = copy, .read_only = true};
    db = bx_db_open(&options, &fault);
    assert_non_null(db);
    assert_int_equal(rows(db), 1);
    assert_int_equal(bx_db_run(db, "DELETE FROM t", &fault), BX_ERR_IO);
    assert_int_equal(bx_db_check(db, NULL, NULL), 0);
    assert_int_equal(bx_db_check(db, "t", NULL), 0);
    bx_db_destroy(db);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(pragmas_read_back),          CASE(a_large_transaction_is_stored),
        CASE(exclusive_keeps_others_out), CASE(missing_and_foreign_files),
        CASE(values_come_back),           CASE(transactions_nest_and_undo),
        CASE(schemas_only_go_forward),    CASE(backup_is_whole),
    };
    return cmocka_run_group_tests_name("sqlite-db", tests, NULL, NULL);
}
