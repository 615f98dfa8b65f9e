/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A folder of files that are written or read from end to end, several at a time: an archive. Names
 * are plain (no '/'); files are made with mode 0600, the folder with 0700. */

#include <stddef.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/fault.h"

enum { BX_FOLDER_FILES = 8 };

struct bx_folder {
    const char *path; /* borrowed */
    int count;        /* files that are being written */
    struct {
        char name[32];
        int fd;
    } files[BX_FOLDER_FILES];
};

/* Makes PATH. BX_ERR_REFUSED when it is there already and holds anything. */
int bx_must bx_folder_create(struct bx_folder *folder, const char *path, struct bx_fault *fault);
/* For reading, or nothing yet. */
void bx_folder_init(struct bx_folder *folder, const char *path);
/* Closes what is open. */
void bx_folder_finish(struct bx_folder *folder);

/* Appends to the file NAME, which is made by the first call. LEN 0: the file is whole; it is on
 * disk, with its name, when this returns 0. FOLDER is a struct bx_folder. */
int bx_must bx_folder_add(void *folder, const char *name, const char *bytes, size_t len,
                          struct bx_fault *fault);

/* All bytes of the file NAME, in pieces. Nonzero from TAKE ends it and is returned. */
typedef int (*bx_folder_take)(void *arg, const char *bytes, size_t len);
int bx_must bx_folder_each(void *folder, const char *name, bx_folder_take take, void *arg,
                           struct bx_fault *fault);
