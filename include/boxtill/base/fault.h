/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What went wrong, said twice: `say` for the person at the counter (what happened, what to do
 * next), `detail` for the log. Filled where most is known; written only on failure; NULL allowed
 * wherever a fault is taken. */

#include "boxtill/base/attr.h"

enum bx_err {
    BX_OK = 0,
    BX_ERR_INPUT = -1,   /* what came from outside breaks its format or a limit */
    BX_ERR_REFUSED = -2, /* understood, and the answer is no */
    BX_ERR_MISSING = -3, /* no such thing */
    BX_ERR_CLASH = -4,   /* the same id, another content */
    BX_ERR_FULL = -5,    /* no room: disk, buffer, queue */
    BX_ERR_IO = -6,      /* the machine failed us */
    BX_ERR_CORRUPT = -7, /* what is stored is not what was written */
    BX_ERR_BUSY = -8,    /* somebody else holds it; later */
    BX_ERR_OFFLINE = -9, /* nobody answers */
    BX_ERR_FORGED = -10, /* a signature or a tag does not verify */
    BX_ERR_UNKNOWN = -11 /* it may have happened: ask again, never guess */
};

/* What became of an effect on the world. */
enum bx_outcome { BX_DONE, BX_REFUSED, BX_UNKNOWN };

struct bx_fault {
    enum bx_err err;
    char say[200];
    char detail[200];
};

/* Fills *FAULT (may be NULL) and returns ERR. SAY is one sentence or two for people; FORMAT makes
 * the detail (NULL for none). Both are cut to fit, at a character's border. */
int bx_fault_set(struct bx_fault *fault, enum bx_err err, const char *say, const char *format, ...)
    bx_format(4, 5);

/* As above, but the sentence is formatted and the detail left empty. */
int bx_fault_say(struct bx_fault *fault, enum bx_err err, const char *format, ...) bx_format(3, 4);

/* The stable lower-case word for ERR ("refused"), for logs and JSON. */
const char *bx_err_word(enum bx_err err);
