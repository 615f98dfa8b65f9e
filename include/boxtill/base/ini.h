/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Configuration files: `[section]`, `key = value`, `#` and `;` comments, blank lines. A key that
 * nobody asked for, a second one of the same name and a value outside its limits are faults that
 * name file and line. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/attr.h"
#include "boxtill/base/fault.h"

enum bx_ini_kind { BX_INI_TEXT, BX_INI_NUMBER, BX_INI_BOOL };

/* One known key. `into` points to char[size], int64_t or bool, holding the default. */
struct bx_ini_key {
    const char *section, *name;
    enum bx_ini_kind kind;
    void *into;
    size_t size;      /* of a text, with its NUL */
    int64_t min, max; /* of a number */
    /* Of a text that is not empty: says what is wrong with it. May be NULL. */
    int (*check)(const char *value, struct bx_fault *fault);
};

/* TEXT[len] is the content of the file called NAME; at most 64 KiB. 0 or BX_ERR_INPUT; on failure
 * what was read so far is written already. */
int bx_must bx_ini_parse(const char *name, const char *text, size_t len,
                         const struct bx_ini_key *keys, size_t count, struct bx_fault *fault);
