/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a till asks of the machine it runs on beside its journal: the files of the office. Names are
 * the till's own and plain (no '/'); where they lie is the host's. Whoever does it may take its
 * time: nothing is sold meanwhile. */

#include <stddef.h>
#include <stdint.h>

#include "boxtill/base/crypto.h"

enum bx_office_act {
    BX_OFFICE_PLAN,   /* reads posting.conf */
    BX_OFFICE_FILE,   /* writes BYTES into the file NAME, in place of an older one */
    BX_OFFICE_ARCHIVE /* writes the journal's archive into the new folder NAME */
};

struct bx_office_job {
    enum bx_office_act act;
    const char *name, *bytes;
    size_t len;
};

struct bx_office_done {
    char path[96];           /* as people find it from the till's home: "reports/…" */
    const char *bytes;       /* PLAN; borrowed until the next job */
    size_t len;              /* PLAN */
    struct bx_hash manifest; /* ARCHIVE: by which an entry names it */
    int64_t first, last;     /* ARCHIVE: its entries */
};
