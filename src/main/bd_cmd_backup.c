/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of the venue and its way back. Both make the new file under another name, look it over
 * there, and give it its name last, and only when nobody has that name: a backup that is not whole
 * has none, and no older one is lost to it. A store that was put back says so itself before anybody
 * asks: were that left to the devices, whoever came first could be given what was sold before. */

#include "main/bd_cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/sys/file.h"
#include "server/store/postgres.h"
#include "server/store/sqlite.h"
#include "sqlite/db.h"

/* The new file under its other name. */
struct fresh {
    char path[sizeof(((struct bd_config *)0)->database) + 8];
};

static void fresh_remove(struct fresh *fresh)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < bx_countof(ends); i++) {
        char path[sizeof(fresh->path) + 8];
        snprintf(path, sizeof(path), "%s%s", fresh->path, ends[i]);
        (void)unlink(path);
    }
}

static int name_must_be_free(const char *path, struct bx_fault *fault)
{
    struct stat found;
    if (lstat(path, &found) < 0 && errno == ENOENT)
        return 0;
    return bx_fault_say(fault, BX_ERR_CLASH,
                        "%s is there already and is not overwritten; move it away first.", path);
}

static int fresh_begin(struct fresh *fresh, const char *name, struct bx_fault *fault)
{
    int len = snprintf(fresh->path, sizeof(fresh->path), "%s.new", name);
    if (len < 0 || (size_t)len >= sizeof(fresh->path))
        return bx_fault_say(fault, BX_ERR_INPUT, "The name of the file is too long.");
    return name_must_be_free(name, fault);
}

/* A link takes no name that somebody has; where there are none (a stick) the look must do. */
static int fresh_name(struct fresh *fresh, const char *name, struct bx_fault *fault)
{
    if (link(fresh->path, name) < 0) {
        if (errno == EEXIST)
            return name_must_be_free(name, fault);
        int err = name_must_be_free(name, fault);
        if (err < 0)
            return err;
        if (rename(fresh->path, name) < 0)
            return bx_io_fault(fault, "name", name);
    }
    (void)unlink(fresh->path);
    return bx_db_sync_folder(name, fault);
}

/* What stands in the copy. */
struct copied {
    struct bd_mark mark;
    int findings;
};

static int look_over(const char *path, struct copied *ret, struct bx_buf *findings,
                     struct bx_fault *fault)
{
    bx_cleanup(bd_store_destroy) struct bd_store *store =
        bd_store_sqlite_open(path, BD_OPEN_READ, fault);
    if (!store)
        return fault->err;
    int err = store->ops->begin(store, fault);
    if (err < 0)
        return err;
    err = bd_book_mark(store, &ret->mark, fault);
    (void)store->ops->end(store, false, NULL);
    if (err < 0)
        return err;
    ret->findings = bd_store_audit(store, findings, fault);
    return ret->findings < 0 ? ret->findings : 0;
}

static int copy_told(const char *name, const struct copied *copied, const struct bx_buf *findings)
{
    printf("%s: epoch %lld, commit %lld", name, (long long)copied->mark.epoch,
           (long long)copied->mark.commit);
    if (copied->findings == 0) {
        puts(", all agrees");
        return BD_EXIT_DONE;
    }
    printf("\n%s", bx_buf_text(findings));
    fprintf(stderr, "boxtilld: The copy is whole, but what the venue has counted differs.\n");
    return BD_EXIT_REFUSED;
}

/* --- backup ------------------------------------------------------------------------------- */

static int backup_make(const struct bd_config *config, const char *name, struct copied *ret,
                       struct bx_buf *findings, struct bx_fault *fault)
{
    struct fresh fresh;
    int err = fresh_begin(&fresh, name, fault);
    if (err < 0)
        return err;
    err = bd_store_sqlite_copy(config->database, fresh.path, fault);
    if (!err)
        err = look_over(fresh.path, ret, findings, fault);
    if (!err)
        err = fresh_name(&fresh, name, fault);
    fresh_remove(&fresh);
    return err;
}

int bd_cmd_backup(const struct bd_config *config, int argc, char **argv)
{
    if (argc != 1 || !argv[0][0])
        return bd_usage("backup FILE   (a name that is free)");
    struct bx_fault fault = {0};
    struct copied copied = {0};
    bx_buf_auto findings;
    bx_buf_init(&findings, BD_AUDIT_MAX);
    if (bd_postgres_is(config->database)) {
        /* Not ours to copy: the database has tools that know its log. */
        fputs(
            "boxtilld: This venue is in PostgreSQL, and is copied by its own tools: pg_basebackup "
            "with an archive of the log (back to any moment), or pg_dump --format=custom. When it "
            "was put back: boxtilld restore, before any server runs.\n",
            stderr);
        return BD_EXIT_REFUSED;
    }
    if (backup_make(config, argv[0], &copied, &findings, &fault) < 0)
        return bd_refuse(&fault);
    return copy_told(argv[0], &copied, &findings);
}

/* --- restore ------------------------------------------------------------------------------ */

static int restored_run(struct bd_deed *deed, struct bd_store *store, struct bd_book *book,
                        const struct bd_turn *turn, struct bx_fault *fault)
{
    (void)deed;
    (void)store;
    return bd_book_restored(book, turn, fault);
}

/* A log that an earlier database has left would be taken for this one's. */
static int place_must_be_free(const struct bd_config *config, struct bx_fault *fault)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    int err = 0;
    for (size_t i = 0; i < bx_countof(ends) && err == 0; i++) {
        char path[sizeof(config->database) + 8];
        snprintf(path, sizeof(path), "%s%s", config->database, ends[i]);
        err = name_must_be_free(path, fault);
    }
    return err;
}

/* The exit status; on BD_EXIT_REFUSED by a fault it has been said. */
static int restore_make(const struct bd_config *config, const char *from)
{
    struct fresh fresh;
    struct copied copied = {0};
    struct bx_fault fault = {0};
    bx_buf_auto findings;
    bx_buf_init(&findings, BD_AUDIT_MAX);
    if (place_must_be_free(config, &fault) < 0 ||
        fresh_begin(&fresh, config->database, &fault) < 0 ||
        bd_store_sqlite_copy(from, fresh.path, &fault) < 0)
        return bd_refuse(&fault);
    struct bd_config there = *config;
    struct bd_deed deed = {.run = restored_run};
    if (!BX_TEXT_COPY(there.database, fresh.path)) {
        fresh_remove(&fresh);
        return bd_usage("restore FILE   (the database's name is too long)");
    }
    int status = bd_deed_do(&there, &deed, false);
    if (status == BD_EXIT_DONE && (look_over(fresh.path, &copied, &findings, &fault) < 0 ||
                                   fresh_name(&fresh, config->database, &fault) < 0))
        status = bd_refuse(&fault);
    fresh_remove(&fresh);
    return status == BD_EXIT_DONE ? copy_told(config->database, &copied, &findings) : status;
}

/* The database was put back by its own tools; what is left is to say so. */
static int restored_tell(const struct bd_config *config)
{
    struct bd_deed deed = {.run = restored_run};
    int status = bd_deed_do(config, &deed, false);
    if (status == BD_EXIT_DONE)
        puts("The epoch has risen, timed slots are shut.");
    return status;
}

int bd_cmd_restore(const struct bd_config *config, int argc, char **argv)
{
    bool is_ours = !bd_postgres_is(config->database);
    if (argc != is_ours || (is_ours && !argv[0][0]))
        return bd_usage(is_ours ? "restore FILE   (that boxtilld backup has made)"
                                : "restore   (PostgreSQL's own tools have put the venue back)");
    struct bx_fault fault = {0};
    if (bx_folder_make(config->home, &fault) < 0)
        return bd_refuse(&fault);
    int lock = bd_home_lock(config, &fault);
    if (lock < 0)
        return bd_refuse(&fault);
    int status = is_ours ? restore_make(config, argv[0]) : restored_tell(config);
    close(lock);
    return status;
}
