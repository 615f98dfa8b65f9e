/* SPDX-License-Identifier: Apache-2.0 */
/* A program that runs a till owns its journal, so the archive is written here while nothing else
 * is; the entry about it is the till's, whose number is next. */

#include "main/office.h"

#include <stdio.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/text.h"
#include "boxtill/sys/file.h"
#include "boxtill/sys/folder.h"
#include "journal/archive.h"

static int plan_read(const struct bx_home *home, struct bx_buf *plan, struct bx_office_done *ret,
                     struct bx_fault *fault)
{
    char path[BX_PATH_SIZE];
    bx_buf_clear(plan);
    int err =
        bx_file_read(bx_home_file(home, "posting.conf", path), BX_OFFICE_PLAN_MAX, plan, fault);
    if (err == BX_ERR_MISSING)
        return bx_fault_set(fault, BX_ERR_MISSING,
                            "There is no posting.conf: it says which account each thing goes to.",
                            "%s", path);
    ret->bytes = bx_buf_text(plan);
    ret->len = plan->len;
    return err;
}

static int archive(const struct bx_home *home, struct bx_journal *journal, bx_utc at,
                   const char *path, struct bx_office_done *ret, struct bx_fault *fault)
{
    struct bx_archive_act act = {.at = at};
    struct bx_archive_found found = {0};
    struct bx_device device;
    struct bx_folder folder;
    int err = bx_device_load(home, &device, fault);
    if (err == BX_ERR_MISSING)
        return bx_fault_say(fault, BX_ERR_MISSING, "This till is not enrolled: it has no journal.");
    if (err)
        return err;
    err = bx_folder_create(&folder, path, fault);
    if (!err) {
        const struct bx_archive_sink sink = {bx_folder_add, &folder};
        err = bx_archive_write(journal, &act, &device.key, &sink, &found, fault);
        bx_folder_finish(&folder);
    }
    bx_wipe(&device, sizeof(device));
    ret->manifest = found.manifest;
    ret->first = found.first;
    ret->last = found.last;
    return err;
}

int bx_office_do(const struct bx_home *home, struct bx_journal *journal, bx_utc at,
                 const struct bx_office_job *job, struct bx_buf *plan, struct bx_office_done *ret,
                 struct bx_fault *fault)
{
    char folder[BX_PATH_SIZE], path[BX_PATH_SIZE];
    *ret = (struct bx_office_done){0};
    bx_assert(!strchr(job->name, '/') && strlen(job->name) < sizeof(ret->path) - 8);
    if (job->act == BX_OFFICE_PLAN)
        return plan_read(home, plan, ret, fault);
    snprintf(ret->path, sizeof(ret->path), "reports/%s", job->name);
    bx_home_file(home, ret->path, path);
    int err = bx_folder_make(bx_home_file(home, "reports", folder), fault);
    if (err)
        return err;
    if (job->act == BX_OFFICE_ARCHIVE)
        return archive(home, journal, at, path, ret, fault);
    return bx_file_write(path, job->bytes, job->len, true, fault);
}
