/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The log file of a till: washed lines of bounded length in a file of bounded size; the one before
 * it stays as log.1. Never PINs, keys or card data: whoever writes here sees to that. */

#include <stdint.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/time.h"

struct bx_log;

/* NULL when it cannot be opened; every call takes that. */
struct bx_log *bx_log_open(const char *path, int64_t max_bytes);
void *bx_log_close(struct bx_log *log);
BX_CLEANUP_DEFINE(struct bx_log, bx_log_close)
void bx_log_line(struct bx_log *log, bx_utc at, const char *line);
