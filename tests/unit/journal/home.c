/* SPDX-License-Identifier: Apache-2.0 */
#include "home.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "boxtill/base/alloc.h"
#include "sqlite/db.h"

static const char *const tails[] = {"",     "-wal",         "-shm",     "-journal", ".ballast",
                                    ".new", ".new-journal", ".new-wal", ".lock"};

void home_make(struct home *home)
{
    snprintf(home->folder, sizeof(home->folder), "/tmp/bx-home-XXXXXX");
    assert_non_null(mkdtemp(home->folder));
    snprintf(home->path, sizeof(home->path), "%s/journal.db", home->folder);
}

void home_remove_files(const struct home *home)
{
    for (size_t i = 0; i < bx_countof(tails); i++)
        unlink(home_path(home, tails[i]));
}

void home_remove(struct home *home)
{
    home_remove_files(home);
    assert_int_equal(rmdir(home->folder), 0);
}

const char *home_path(const struct home *home, const char *tail)
{
    static char path[96];
    snprintf(path, sizeof(path), "%s%s", home->path, tail);
    return path;
}

bool home_has(const struct home *home, const char *tail)
{
    return access(home_path(home, tail), F_OK) == 0;
}

struct bx_journal *home_open(const struct home *home)
{
    return home_open_with(home, (struct bx_journal_options){0});
}

struct bx_journal *home_open_with(const struct home *home, struct bx_journal_options options)
{
    struct bx_fault fault = {0};
    options.path = home->path;
    struct bx_journal *journal = bx_journal_open_with(&options, &fault);
    if (!journal)
        fail_msg("%s (%s)", fault.say, fault.detail);
    return journal;
}

static struct bx_db *raw_open(const struct home *home)
{
    struct bx_db_options options = {.path = home->path, .exclusive = true};
    struct bx_fault fault = {0};
    struct bx_db *db = bx_db_open(&options, &fault);
    if (!db)
        fail_msg("%s (%s)", fault.say, fault.detail);
    assert_int_equal(bx_db_run(db, "PRAGMA foreign_keys=OFF", &fault), 0);
    return db;
}

void home_sql(const struct home *home, const char *sql)
{
    static const char open_up[] = "DROP TRIGGER IF EXISTS entry_append;"
                                  "DROP TRIGGER IF EXISTS entry_no_update;"
                                  "DROP TRIGGER IF EXISTS entry_no_delete;";
    struct bx_fault fault = {0};
    struct bx_db *db = raw_open(home);
    if (bx_db_script(db, open_up, &fault) || bx_db_script(db, sql, &fault))
        fail_msg("%s: %s", sql, fault.detail);
    bx_db_destroy(db);
}

int64_t home_int(const struct home *home, const char *sql)
{
    int64_t value = -1;
    struct bx_db *db = raw_open(home);
    assert_int_equal(bx_db_int(db, sql, &value, NULL), 0);
    bx_db_destroy(db);
    return value;
}

struct picture home_picture(const struct home *home)
{
    struct stat st;
    assert_int_equal(stat(home->path, &st), 0);
    struct picture picture = {bx_alloc((size_t)st.st_size, 1), (size_t)st.st_size};
    int fd = open(home->path, O_RDONLY);
    assert_true(fd >= 0 && read(fd, picture.bytes, picture.len) == st.st_size);
    close(fd);
    return picture;
}

void home_put(const struct home *home, const struct picture *picture)
{
    for (size_t i = 0; i < bx_countof(tails); i++)
        unlink(home_path(home, tails[i]));
    int fd = open(home->path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0 && write(fd, picture->bytes, picture->len) == (ssize_t)picture->len);
    close(fd);
}
