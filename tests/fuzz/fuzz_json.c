/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes at the strict JSON door. Whatever it lets in must be what the header promises: the quick
 * check says the same, no value is out of range or too deep, and every name leads to a member. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "boxtill/base/alloc.h"
#include "boxtill/base/json.h"
#include "boxtill/base/text.h"

enum { DEPTH_MAX = 16, BYTES_MAX = 65536 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void look(bx_json *value, int depth)
{
    bx_assert(depth <= DEPTH_MAX);
    if (bx_json_is_integer(value)) {
        int64_t number = bx_json_integer(value);
        bx_assert(number <= (INT64_C(1) << 53) - 1 && number >= -(INT64_C(1) << 53) + 1);
    }
    const char *text = bx_json_text(value);
    bx_assert(strlen(text) <= BYTES_MAX);
    if (!bx_json_is_object(value) && !bx_json_is_array(value))
        return;
    size_t count = 0;
    for (bx_json *at = bx_json_first(value); at; at = bx_json_next(at), count++) {
        if (bx_json_is_object(value) && count < 64)
            bx_assert(bx_json_get(value, bx_json_name(at)) == at);
        look(at, depth + 1);
    }
    bx_assert(count == bx_json_count(value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct bx_fault fault = {0}, other = {0};
    bx_cleanup(bx_json_destroy) struct bx_json_doc *doc =
        bx_json_parse((const char *)data, len, BYTES_MAX, &fault);
    int err = bx_json_check((const char *)data, len, BYTES_MAX, &other);
    bx_assert(!doc || err == 0);
    if (doc)
        look(bx_json_root(doc), 0);
    else
        bx_assert(fault.say[0]);
    return 0;
}
