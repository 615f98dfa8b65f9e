/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Small files, whole. Paths are trusted (configuration); contents are not. */

#include <stdbool.h>
#include <stddef.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/buf.h"
#include "boxtill/base/fault.h"

/* The fault that errno is at this moment: "Cannot DOING PATH: …". BX_ERR_MISSING, BX_ERR_FULL or
 * BX_ERR_IO. */
int bx_io_fault(struct bx_fault *fault, const char *doing, const char *path);

/* Appends the file's bytes to OUT. BX_ERR_MISSING when there is none, BX_ERR_INPUT when it is no
 * regular file or longer than MAX, else BX_ERR_IO. */
int bx_must bx_file_read(const char *path, size_t max, struct bx_buf *out, struct bx_fault *fault);

/* Puts LEN bytes in place of PATH by rename, mode 0600: a reader sees the old or the new file,
 * never half. SYNC: also on disk, file and folder, when this returns 0; without it the file
 * survives a kill, not a power cut. */
int bx_must bx_file_write(const char *path, const void *bytes, size_t len, bool sync,
                          struct bx_fault *fault);

/* Removes PATH; one that is not there counts as removed. */
int bx_must bx_file_remove(const char *path, struct bx_fault *fault);

/* *RET: the folder that BOXTILL_HOME names, or NULL when it is not set. BX_ERR_INPUT when it does
 * not begin with '/': state must not depend on the folder that somebody happens to stand in. */
int bx_must bx_home_given(const char **ret, struct bx_fault *fault);

/* Makes the folder PATH, mode 0700, with those above it; one that exists is left as it is. */
int bx_must bx_folder_make(const char *path, struct bx_fault *fault);
