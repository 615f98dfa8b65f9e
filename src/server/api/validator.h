/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Is a JSON value what the document says it is? Works from the generated tables alone. */

#include <stdbool.h>

#include "boxtill/base/json.h"
#include "server/api/spec.h"

struct bd_finding {
    char at[96];   /* JSON pointer (RFC 6901) to what is wrong, cut when very deep */
    char what[96]; /* "must be an integer" */
};

/* True when it is; otherwise the first thing that is not, in FINDING. */
bool bd_validate(bx_json *value, const struct bd_schema *schema, struct bd_finding *finding);
