/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The grammar that json.h promises, checked over the bytes before a tree is made of them: a tree
 * no longer shows how a number was written or where a string ended. */

#include <stddef.h>

#define BX_JSON_DEPTH   16
#define BX_JSON_INT_MAX 9007199254740991 /* 2^53 - 1 */

/* NULL when TEXT[len] is one allowed value, else what is wrong, with the byte in *ret_at. Names
 * that repeat are not seen here. */
const char *bx_json_scan(const char *text, size_t len, size_t *ret_at);
